/* analysis_km.c - `casebook km` as a document: what was read, each curve in numbers, the
 * times asked for, the conventions. */
#include "report/analysis/analysis_km.h"

#include <math.h>
#include <string.h>

/* ---- what was read ---------------------------------------------------------------- */

/* A data file's curves have no records; only there `dead` means `dead = 1`. */
static bool is_of_file(const cbk_curves *curves)
{
    for (size_t i = 0; i < curves->n_curves; i++) {
        if (curves->curves[i].records != NULL) {
            return false;
        }
    }
    return true;
}

void cbk_km_add_coding(const km_analysis *analysis)
{
    const cbk_curves *curves = analysis->curves;
    size_t n = 0;
    size_t n_event = 0;
    for (size_t i = 0; i < curves->n_curves; i++) {
        n += curves->curves[i].km->n;
        n_event += curves->curves[i].km->n_event;
    }
    cbk_analysis_add_coding(analysis->document,
                            &(cbk_event_coding){.event = curves->event,
                                                .endpoint = curves->endpoint,
                                                .is_of_file = is_of_file(curves),
                                                .n = n,
                                                .n_event = n_event});
}

/* ---- tables ----------------------------------------------------------------------- */

static void add_summary(const km_analysis *analysis)
{
    const cbk_curves *curves = analysis->curves;
    const char *level =
        cbk_print_level(analysis->arena, analysis->style, curves->conventions.level);
    const char *const headers[] = {cbk_km_group_header(analysis),
                                   "n",
                                   "Events",
                                   "Median",
                                   cbk_text_format(analysis->arena, "Lower %s%%", level),
                                   cbk_text_format(analysis->arena, "Upper %s%%", level),
                                   "Median follow-up"};
    cbk_table_builder *builder = cbk_analysis_table(
        analysis->arena,
        cbk_words_label_unit(analysis->arena, curves->label, curves->unit), headers, 7,
        curves->n_curves);
    if (builder == NULL) {
        return;
    }
    for (size_t i = 0; i < curves->n_curves; i++) {
        const cbk_km *km = curves->curves[i].km;
        const char *absent = km->n > 0 ? "not reached" : CBK_DASH;
        cbk_analysis_text_cell(analysis->arena, builder, i, 0,
                               cbk_km_group_label(analysis, &curves->curves[i]));
        cbk_km_number_cell(analysis, builder, i, 1, (double)km->n, 0, CBK_DASH);
        cbk_km_number_cell(analysis, builder, i, 2, (double)km->n_event, 0, CBK_DASH);
        cbk_km_number_cell(analysis, builder, i, 3, km->median.estimate, -1, absent);
        cbk_km_number_cell(analysis, builder, i, 4, km->median.lower, -1, absent);
        cbk_km_number_cell(analysis, builder, i, 5, km->median.upper, -1, absent);
        cbk_km_number_cell(analysis, builder, i, 6, km->follow_up_median, -1, absent);
    }
    cbk_document_table(analysis->document, &builder->block);
}

static void fill_at(const km_analysis *analysis, cbk_table_builder *builder, size_t row,
                    const cbk_curve *curve, double time)
{
    const cbk_km_at at = cbk_km_at_time(curve->km, time);
    const bool is_known = !cbk_notes_forbid_print(at.notes);
    const double none = (double)NAN;
    cbk_analysis_text_cell(analysis->arena, builder, row, 0,
                           cbk_km_group_label(analysis, curve));
    cbk_km_number_cell(analysis, builder, row, 1, at.time, -1, CBK_DASH);
    cbk_km_number_cell(analysis, builder, row, 2, at.n_risk, -1, CBK_DASH);
    cbk_km_number_cell(analysis, builder, row, 3, is_known ? at.survival : none, 3,
                       "not estimable");
    cbk_km_number_cell(analysis, builder, row, 4, is_known ? at.std_error : none, 3,
                       CBK_DASH);
    cbk_km_number_cell(analysis, builder, row, 5, is_known ? at.lower : none, 3,
                       CBK_DASH);
    cbk_km_number_cell(analysis, builder, row, 6, is_known ? at.upper : none, 3,
                       CBK_DASH);
}

static void add_at(const km_analysis *analysis, const double *at, size_t n_at)
{
    const cbk_curves *curves = analysis->curves;
    const char *const headers[] = {cbk_km_group_header(analysis),
                                   cbk_km_time_header(analysis),
                                   "At risk",
                                   "Survival",
                                   "SE",
                                   "Lower",
                                   "Upper"};
    if (n_at == 0) {
        return;
    }
    cbk_table_builder *builder = cbk_analysis_table(
        analysis->arena, "At the times asked for", headers, 7, curves->n_curves * n_at);
    if (builder == NULL) {
        return;
    }
    for (size_t i = 0; i < curves->n_curves; i++) {
        for (size_t k = 0; k < n_at; k++) {
            fill_at(analysis, builder, i * n_at + k, &curves->curves[i], at[k]);
        }
    }
    cbk_document_table(analysis->document, &builder->block);
}

static void add_curve(const km_analysis *analysis, const cbk_curve *curve)
{
    const char *const headers[] = {cbk_km_time_header(analysis),
                                   "At risk",
                                   "Events",
                                   "Censored",
                                   "Survival",
                                   "SE",
                                   "Lower",
                                   "Upper"};
    const char *title = analysis->curves->n_by == 0
                            ? "Curve"
                            : cbk_text_format(analysis->arena, "Curve: %s", curve->label);
    const cbk_km *km = curve->km;
    const size_t most = analysis->request->n_curve_rows_max;
    const size_t n_rows = most > 0 && km->n_rows > most ? most : km->n_rows;
    cbk_table_builder *builder =
        cbk_analysis_table(analysis->arena, title, headers, 8, n_rows);
    if (builder == NULL) {
        return;
    }
    builder->align[0] = CBK_ALIGN_RIGHT;
    for (size_t i = 0; i < n_rows; i++) {
        const cbk_km_row at = cbk_km_row_at(km, i);
        const cbk_km_row *row = &at;
        cbk_km_number_cell(analysis, builder, i, 0, row->time, -1, CBK_DASH);
        cbk_km_number_cell(analysis, builder, i, 1, row->n_risk, -1, CBK_DASH);
        cbk_km_number_cell(analysis, builder, i, 2, row->n_event, -1, CBK_DASH);
        cbk_km_number_cell(analysis, builder, i, 3, row->n_censor, -1, CBK_DASH);
        cbk_km_number_cell(analysis, builder, i, 4, row->survival, 3, CBK_DASH);
        cbk_km_number_cell(analysis, builder, i, 5, row->std_error, 3, CBK_DASH);
        cbk_km_number_cell(analysis, builder, i, 6, row->lower, 3, CBK_DASH);
        cbk_km_number_cell(analysis, builder, i, 7, row->upper, 3, CBK_DASH);
    }
    cbk_document_table(analysis->document, &builder->block);
    if (n_rows < km->n_rows) {
        cbk_text_run run = {0};
        cbk_run_textf(
            &run, analysis->arena,
            "The first %zu of %zu times; --format csv and --format json give all.",
            n_rows, km->n_rows);
        cbk_document_paragraph(analysis->document, run);
    }
}

/* ---- notes ------------------------------------------------------------------------ */

static void add_note(const km_analysis *analysis, const char *label, cbk_notes notes)
{
    const char *words = cbk_words_notes(analysis->arena, notes);
    if (words != NULL) {
        cbk_analysis_item(analysis->document, label, words);
    }
}

static void add_notes(const km_analysis *analysis)
{
    const cbk_curves *curves = analysis->curves;
    add_note(analysis, NULL, curves->notes);
    for (size_t i = 0; i < curves->n_curves; i++) {
        const cbk_notes own = curves->curves[i].km->notes & ~curves->notes;
        add_note(analysis, curves->n_by > 0 ? curves->curves[i].label : NULL, own);
    }
}

static const char *title_of(const cbk_curves *curves, cbk_arena *arena)
{
    const bool is_exponential =
        curves->conventions.estimate == CBK_SURVIVAL_FLEMING_HARRINGTON;
    return cbk_text_format(arena, "%s: %s",
                           is_exponential ? "Fleming-Harrington" : "Kaplan-Meier",
                           curves->label);
}

/* Which clock the times are of: a reader must not take them for times from the origin. */
static void add_landmark(const km_analysis *analysis)
{
    const cbk_curves *curves = analysis->curves;
    if (!(curves->landmark > 0.0)) {
        return;
    }
    cbk_text_run run = {0};
    cbk_run_textf(
        &run, analysis->arena,
        "Landmark: %s. Only those under observation and free of the event "
        "then; every time below, asked for or given, is counted from the "
        "landmark.",
        curves->unit != NULL
            ? cbk_words_duration(analysis->arena, analysis->style, curves->landmark,
                                 curves->unit)
            : cbk_print_number(analysis->arena, analysis->style, curves->landmark, -1));
    cbk_document_paragraph(analysis->document, run);
}

static void add_methods(const km_analysis *analysis)
{
    cbk_text_run run = {0};
    cbk_run_text(&run, analysis->arena,
                 cbk_conventions_line(&analysis->curves->conventions, analysis->style,
                                      analysis->arena));
    if (analysis->request->tau > 0.0) {
        cbk_run_text(
            &run, analysis->arena,
            " Restricted mean: the area under the curve, Greenwood-type standard "
            "error without a small-sample factor.");
    }
    if (analysis->request->hazard != NULL) {
        cbk_run_text(&run, analysis->arena,
                     " Cumulative hazard by Nelson and Aalen, its variance the sum of "
                     "d/n^2, its interval that of exp(-H).");
    }
    cbk_document_paragraph(analysis->document, run);
}

const cbk_document *cbk_analysis_km_document(const cbk_curves *curves,
                                             const cbk_km_request *request,
                                             const cbk_style *style, cbk_arena *arena)
{
    const km_analysis analysis = {.document =
                                      cbk_document_create(arena, title_of(curves, arena)),
                                  .curves = curves,
                                  .request = request,
                                  .style = style,
                                  .arena = arena};
    if (analysis.document == NULL) {
        return NULL;
    }
    cbk_analysis_add_source(analysis.document, &analysis.curves->source,
                            analysis.curves->where);
    add_landmark(&analysis);
    cbk_km_add_coding(&analysis);
    add_summary(&analysis);
    cbk_km_add_quantiles(&analysis);
    add_at(&analysis, request->at, request->n_at);
    cbk_km_add_differences(&analysis);
    cbk_km_add_restricted_means(&analysis);
    for (size_t i = 0; i < curves->n_curves; i++) {
        add_curve(&analysis, &curves->curves[i]);
    }
    cbk_km_add_hazards(&analysis);
    add_notes(&analysis);
    cbk_km_add_bounds(&analysis);
    add_methods(&analysis);
    return cbk_arena_has_failed(arena) ? NULL : analysis.document;
}
