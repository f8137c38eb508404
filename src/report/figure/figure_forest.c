/* figure_forest.c - a regression as a forest plot, and the forest plots of a protocol.
 * Contract: report/regression.h.
 */
#include "report/regression.h"

#include <math.h>

static cbk_forest_row row_of(const cbk_regression *regression, bool is_alone,
                             const cbk_regression_row *row, const cbk_style *style,
                             cbk_arena *arena)
{
    const cbk_cox *fit = regression->fit;
    const cbk_cox_coefficient *coefficient = NULL;
    if (row->kind == CBK_REGRESSION_ESTIMATE) {
        coefficient = is_alone ? cbk_regression_alone(regression, row->column)
                               : &fit->coefficients[row->column];
    }
    cbk_forest_row out = {.label = row->label,
                          .is_header = row->kind == CBK_REGRESSION_HEADER,
                          .is_indented = row->is_indented,
                          .is_reference = row->kind == CBK_REGRESSION_REFERENCE,
                          .shown = cbk_regression_shown(fit, coefficient)};
    if (row->count != NULL) {
        out.counts =
            cbk_text_format(arena, "%zu/%zu", row->count->n_event, row->count->n);
    }
    if (out.is_reference) {
        out.ratio = "1 (reference)";
    } else if (out.is_header) {
        const double p = row->is_several
                             ? cbk_regression_term_p(regression, row->term, is_alone)
                             : (double)NAN;
        out.p = isnan(p) ? NULL : cbk_print_p(arena, style, p);
    } else {
        out.ratio = cbk_print_shown_ratio(arena, style, &out.shown);
        out.p = cbk_print_p(arena, style, out.shown.p);
    }
    return out;
}

const cbk_drawing *cbk_regression_forest(const cbk_regression *regression, bool is_alone,
                                         const char *title, const cbk_style *style,
                                         cbk_arena *arena)
{
    size_t n = 0;
    const cbk_regression_row *rows = cbk_regression_rows(regression, arena, &n);
    cbk_forest_row *drawn = CBK_NEW(arena, cbk_forest_row, n + 1);
    if (drawn == NULL) {
        return NULL;
    }
    size_t n_drawn = 0;
    for (size_t i = 0; i < n; i++) {
        if (!(is_alone && rows[i].is_product)) {
            drawn[n_drawn++] = row_of(regression, is_alone, &rows[i], style, arena);
        }
    }
    const char *header =
        cbk_text_format(arena, "HR (%s%% CI)",
                        cbk_print_level(arena, style, regression->fit->request.level));
    return cbk_figure_forest_draw(drawn, n_drawn, header, title, style, arena);
}

static const char reading[] =
    "Square: the hazard ratio; line: its interval, with an arrow where it goes on; "
    "diamond: the reference. An open arrow: no finite estimate, from its bound on.";

cbk_status cbk_report_forest(cbk_report *report, const cbk_figure_spec *spec,
                             cbk_error *err)
{
    cbk_arena *arena = report->arena;
    const cbk_regression *regression = NULL;
    CBK_TRY(cbk_regression_of_study(report->study, &spec->regression, spec->among,
                                    &report->conventions, arena, &regression, err));
    const bool is_alone = spec->regression.is_univariable;
    const char *notes[CBK_REGRESSION_NOTES_MAX];
    const size_t n = cbk_regression_notes(regression, is_alone, !is_alone, report->style,
                                          arena, notes, CBK_REGRESSION_NOTES_MAX);
    cbk_figure_block *block = CBK_NEW(arena, cbk_figure_block, 1);
    cbk_text_run *runs = CBK_NEW(arena, cbk_text_run, spec->n_notes + n + 2);
    CBK_TRY(cbk_report_done(report, err));
    *block =
        (cbk_figure_block){.id = cbk_text_format(arena, "figure-%s", spec->id),
                           .number = cbk_block_number(spec->id),
                           .title = spec->title,
                           .drawing = cbk_regression_forest(
                               regression, is_alone, spec->title, report->style, arena),
                           .notes = runs};
    for (size_t i = 0; i < spec->n_notes; i++) {
        cbk_run_text(&runs[block->n_notes++], arena, spec->notes[i]);
    }
    cbk_run_text(&runs[block->n_notes++], arena, reading);
    for (size_t i = 0; i < n; i++) {
        cbk_run_text(&runs[block->n_notes++], arena, notes[i]);
    }
    CBK_TRY(cbk_report_done(report, err));
    cbk_document_figure(report->document, block);
    return cbk_report_done(report, err);
}
