/* figure_block.c - what the figures of a protocol share: the block of a figure, the notes
 * under it.  Contract: figure_block.h.
 */
#include "report/figure/figure_block.h"

#include "report/figure/figure_steps.h"

#include <math.h>

/* ---- the block ------------------------------------------------------------------ */

cbk_figure_notes cbk_figure_notes_of(cbk_report *report, const cbk_figure_spec *spec,
                                     size_t more)
{
    const size_t room = spec->n_notes + more;
    cbk_figure_notes notes = {.room = room,
                              .runs = CBK_NEW(report->arena, cbk_text_run, room)};
    for (size_t i = 0; notes.runs != NULL && i < spec->n_notes; i++) {
        cbk_run_text(&notes.runs[notes.n++], report->arena, spec->notes[i]);
    }
    return notes;
}

void cbk_figure_add_note(cbk_figure_notes *notes, cbk_text_run run)
{
    if (notes->runs != NULL && notes->n < notes->room && run.first != NULL) {
        notes->runs[notes->n++] = run;
    }
}

cbk_status cbk_figure_add(cbk_report *report, const cbk_figure_spec *spec,
                          const cbk_drawing *drawing, const cbk_figure_notes *notes,
                          cbk_error *err)
{
    cbk_figure_block *block = CBK_NEW(report->arena, cbk_figure_block, 1);
    const char *id = cbk_text_format(report->arena, "figure-%s", spec->id);
    CBK_TRY(cbk_report_done(report, err));
    *block = (cbk_figure_block){.id = id,
                                .number = cbk_block_number(spec->id),
                                .title = spec->title,
                                .drawing = drawing,
                                .n_notes = notes->n,
                                .notes = notes->runs};
    cbk_document_figure(report->document, block);
    return cbk_report_done(report, err);
}

const char *cbk_figure_axis_unit(cbk_report *report, const cbk_endpoint *endpoint)
{
    const cbk_field *from = endpoint->from != NULL
                                ? cbk_protocol_variable(report->protocol, endpoint->from)
                                : NULL;
    if (from == NULL || endpoint->unit == NULL) {
        return endpoint->unit;
    }
    return cbk_text_format(report->arena, "%s since %s", endpoint->unit,
                           cbk_words_lower_first(report->arena, from->label));
}

cbk_status cbk_figure_endpoint(const cbk_report *report, const cbk_figure_spec *spec,
                               const cbk_endpoint **out, cbk_error *err)
{
    *out = cbk_protocol_endpoint(report->protocol, spec->endpoint);
    return *out != NULL
               ? CBK_OK
               : cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                          "The figure %s has the endpoint %s, which is not declared.",
                          spec->id, spec->endpoint);
}

/* ---- notes that several kinds have ---------------------------------------------- */

cbk_text_run cbk_figure_cut_note(cbk_report *report, const cbk_figure_spec *spec)
{
    cbk_text_run run = {0};
    if (spec->look.min_at_risk > 0.0) {
        cbk_run_text(&run, report->arena, cbk_step_cut_text(&spec->look, report->arena));
    }
    return run;
}

const char *cbk_figure_test(cbk_report *report, const cbk_figure_spec *spec,
                            const char *name, double p)
{
    if (spec->look.is_without_p || isnan(p)) {
        return NULL;
    }
    return cbk_text_format(report->arena, "%s: %s", name,
                           cbk_print_p_equation(report->arena, report->style, p));
}

cbk_text_run cbk_figure_omitted_note(cbk_report *report, const cbk_source *source)
{
    cbk_text_run run = {0};
    for (size_t i = 0; i < source->n_omitted; i++) {
        cbk_run_textf(&run, report->arena, "%s%s (%zu)", i == 0 ? "Left out: " : ", ",
                      source->omitted[i].reason, source->omitted[i].n);
    }
    cbk_run_text(&run, report->arena, source->n_omitted > 0 ? "." : "");
    return run;
}
