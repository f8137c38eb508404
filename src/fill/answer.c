/* answer.c - what stands in the place of a placeholder: through the one evaluator,
 * printed as the report prints.  Contract: fill/fill.h.
 */
#include "fill/fill.h"

#include "report/builder.h"

/* ---- numbers --------------------------------------------------------------------- */

static cbk_status answer_number(cbk_fill *fill, cbk_filled *filled, cbk_error *err)
{
    const cbk_placeholder *of = &filled->placeholder;
    cbk_quantity quantity;
    CBK_TRY(cbk_study_evaluate(fill->study, of->of, of->from, of->among,
                               &fill->conventions, fill->arena, &quantity, err));
    filled->text = cbk_print_answer(
        fill->arena, cbk_study_style(fill->study), of,
        cbk_placeholder_field(cbk_study_protocol(fill->study), of, of->from), &quantity,
        &filled->problem);
    return CBK_OK;
}

/* ---- tables and figures ---------------------------------------------------------- */

static cbk_status answer_block(cbk_fill *fill, cbk_filled *filled, bool is_alone,
                               cbk_error *err)
{
    const bool is_table = filled->placeholder.kind == CBK_PLACEHOLDER_TABLE;
    const char *id = filled->placeholder.id;
    if (fill->no_blocks != NULL) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE, "%s", fill->no_blocks);
    }
    if (!is_alone) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "A %s needs a paragraph of its own; something else stands beside "
                        "this placeholder.",
                        is_table ? "table" : "figure");
    }
    if (!is_table && fill->stem == NULL) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "A figure is a file beside the filled manuscript; say with -o "
                        "where that is.");
    }
    CBK_TRY((is_table ? cbk_report_one_table : cbk_report_one_figure)(
        fill->study, id, &fill->conventions, fill->arena, &filled->document, err));
    filled->text = "";
    return CBK_OK;
}

/* ---- either ---------------------------------------------------------------------- */

cbk_status cbk_fill_answer(cbk_fill *fill, const char *text, size_t size, size_t line,
                           bool is_alone, const cbk_filled **out, cbk_error *err)
{
    cbk_error why = {.message = ""};
    cbk_filled *filled = cbk_growing_add(&fill->filled, sizeof *filled, fill->arena);
    if (filled == NULL) {
        return cbk_fail_memory(err);
    }
    *filled = (cbk_filled){.file = fill->file, .line = line};
    cbk_status status =
        cbk_placeholder_read(text, size, fill->arena, &filled->placeholder, &why);
    if (fill->answered != NULL) {
        filled->text = fill->answered[fill->filled.n - 1].text;
        filled->document = fill->answered[fill->filled.n - 1].document;
        status = CBK_OK;
    } else if (status == CBK_OK) {
        status = filled->placeholder.kind == CBK_PLACEHOLDER_NUMBER
                     ? answer_number(fill, filled, &why)
                     : answer_block(fill, filled, is_alone, &why);
    }
    if (status == CBK_EINVAL || status == CBK_EDATA) {
        filled->text = NULL;
        filled->problem = cbk_text_copy(fill->arena, why.message);
        status = CBK_OK;
    }
    if (cbk_arena_has_failed(fill->arena)) {
        return cbk_fail_memory(err);
    }
    if (status != CBK_OK) {
        return cbk_fail(err, status, CBK_ROW_NONE, "%s", why.message);
    }
    fill->n_failed += filled->text == NULL ? 1 : 0;
    *out = filled;
    return CBK_OK;
}
