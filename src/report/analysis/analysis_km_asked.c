/* analysis_km_asked.c - what `casebook km` prints when asked: quantiles, differences
 * between groups, restricted means, cumulative hazards, exact bounds. */
#include "report/analysis/analysis_km.h"

#include <casebook/contrast.h>

#include <math.h>

static const double none = (double)NAN;

/* What a row of a comparison is about: "Positive - Negative". */
static const char *contrast_label(const km_analysis *analysis, size_t group,
                                  const char *between)
{
    const cbk_curve *curves = analysis->curves->curves;
    return cbk_text_format(analysis->arena, "%s %s %s", curves[group].label, between,
                           curves[0].label);
}

static const char *limit_header(const km_analysis *analysis, const char *side)
{
    return cbk_analysis_limit_header(analysis->arena, analysis->style, side,
                                     analysis->curves->conventions.level);
}

/* ---- quantiles -------------------------------------------------------------------- */

void cbk_km_add_quantiles(const km_analysis *analysis)
{
    const cbk_curves *curves = analysis->curves;
    const cbk_km_request *asked = analysis->request;
    const char *const headers[] = {cbk_km_group_header(analysis), "Share with the event",
                                   cbk_km_time_header(analysis),
                                   limit_header(analysis, "Lower"),
                                   limit_header(analysis, "Upper")};
    if (asked->n_quantiles == 0) {
        return;
    }
    cbk_table_builder *builder = cbk_analysis_table(
        analysis->arena, "Quantiles", headers, 5, curves->n_curves * asked->n_quantiles);
    if (builder == NULL) {
        return;
    }
    for (size_t i = 0; i < curves->n_curves; i++) {
        const cbk_km *km = curves->curves[i].km;
        const char *absent = km->n > 0 ? "not reached" : CBK_DASH;
        for (size_t k = 0; k < asked->n_quantiles; k++) {
            const size_t row = i * asked->n_quantiles + k;
            const cbk_km_quantile q = cbk_km_quantile_of(km, asked->quantile[k]);
            cbk_analysis_text_cell(analysis->arena, builder, row, 0,
                                   cbk_km_group_label(analysis, &curves->curves[i]));
            cbk_km_number_cell(analysis, builder, row, 1, asked->quantile[k], -1, "");
            cbk_km_number_cell(analysis, builder, row, 2, q.estimate, -1, absent);
            cbk_km_number_cell(analysis, builder, row, 3, q.lower, -1, absent);
            cbk_km_number_cell(analysis, builder, row, 4, q.upper, -1, absent);
        }
    }
    cbk_document_table(analysis->document, &builder->block);
}

/* ---- comparisons ------------------------------------------------------------------ */

/* Estimate, error, limits and p from column `first` on; nothing beyond follow-up. */
static void contrast_cells(const km_analysis *analysis, cbk_table_builder *builder,
                           size_t row, size_t first, const cbk_contrast *contrast,
                           int digits)
{
    const bool is_known = !cbk_notes_forbid_print(contrast->notes);
    const char *absent = is_known ? CBK_DASH : "not estimable";
    cbk_km_number_cell(analysis, builder, row, first,
                       is_known ? contrast->estimate : none, digits, absent);
    cbk_km_number_cell(analysis, builder, row, first + 1,
                       is_known ? contrast->std_error : none, digits, CBK_DASH);
    cbk_km_number_cell(analysis, builder, row, first + 2,
                       is_known ? contrast->lower : none, digits, CBK_DASH);
    cbk_km_number_cell(analysis, builder, row, first + 3,
                       is_known ? contrast->upper : none, digits, CBK_DASH);
    cbk_analysis_text_cell(
        analysis->arena, builder, row, first + 4,
        cbk_print_p(analysis->arena, analysis->style, is_known ? contrast->p : none));
}

/* Of a number that is not printed, only why it is not. */
static void contrast_note(const km_analysis *analysis, const char *label, cbk_notes notes)
{
    const cbk_notes unprinted = CBK_NOTE_BEYOND_FOLLOW_UP | CBK_NOTE_NO_ROWS;
    const char *words = cbk_words_notes(
        analysis->arena, cbk_notes_forbid_print(notes) ? notes & unprinted : notes);
    if (words != NULL) {
        cbk_analysis_item(analysis->document, label, words);
    }
}

static cbk_contrast difference_at(const cbk_curves *curves, size_t group, double time)
{
    const cbk_km_at reference = cbk_km_at_time(curves->curves[0].km, time);
    const cbk_km_at other = cbk_km_at_time(curves->curves[group].km, time);
    return cbk_survival_difference(&reference, &other, curves->conventions.level);
}

void cbk_km_add_differences(const km_analysis *analysis)
{
    const cbk_curves *curves = analysis->curves;
    const cbk_km_request *asked = analysis->request;
    const char *const headers[] = {cbk_km_group_header(analysis),
                                   cbk_km_time_header(analysis),
                                   "Difference",
                                   "SE",
                                   limit_header(analysis, "Lower"),
                                   limit_header(analysis, "Upper"),
                                   cbk_style_of(analysis->style)->p_heading};
    if (curves->n_curves < 2 || asked->n_at == 0) {
        return;
    }
    const size_t n_rows = (curves->n_curves - 1) * asked->n_at;
    cbk_table_builder *builder = cbk_analysis_table(
        analysis->arena, "Differences in survival", headers, 7, n_rows);
    if (builder == NULL) {
        return;
    }
    for (size_t row = 0; row < n_rows; row++) {
        const size_t group = 1 + row / asked->n_at;
        const double time = asked->at[row % asked->n_at];
        const cbk_contrast difference = difference_at(curves, group, time);
        cbk_analysis_text_cell(analysis->arena, builder, row, 0,
                               contrast_label(analysis, group, "-"));
        cbk_km_number_cell(analysis, builder, row, 1, time, -1, "");
        contrast_cells(analysis, builder, row, 2, &difference, 3);
    }
    cbk_document_table(analysis->document, &builder->block);
    for (size_t row = 0; row < n_rows; row++) {
        const size_t group = 1 + row / asked->n_at;
        const double time = asked->at[row % asked->n_at];
        contrast_note(
            analysis,
            cbk_text_format(analysis->arena, "%s at %s",
                            contrast_label(analysis, group, "-"),
                            cbk_print_number(analysis->arena, analysis->style, time, -1)),
            difference_at(curves, group, time).notes);
    }
}

/* ---- restricted means ------------------------------------------------------------- */

static void add_means(const km_analysis *analysis, const char *title)
{
    const cbk_curves *curves = analysis->curves;
    const char *const headers[] = {cbk_km_group_header(analysis), "Restricted mean", "SE",
                                   limit_header(analysis, "Lower"),
                                   limit_header(analysis, "Upper")};
    cbk_table_builder *builder =
        cbk_analysis_table(analysis->arena, title, headers, 5, curves->n_curves);
    if (builder == NULL) {
        return;
    }
    for (size_t i = 0; i < curves->n_curves; i++) {
        const cbk_restricted_mean mean =
            cbk_restricted_mean_of(curves->curves[i].km, analysis->request->tau);
        const bool is_known = !cbk_notes_forbid_print(mean.notes);
        cbk_analysis_text_cell(analysis->arena, builder, i, 0,
                               cbk_km_group_label(analysis, &curves->curves[i]));
        cbk_km_number_cell(analysis, builder, i, 1, is_known ? mean.estimate : none, -1,
                           "not estimable");
        cbk_km_number_cell(analysis, builder, i, 2, is_known ? mean.std_error : none, -1,
                           CBK_DASH);
        cbk_km_number_cell(analysis, builder, i, 3, is_known ? mean.lower : none, -1,
                           CBK_DASH);
        cbk_km_number_cell(analysis, builder, i, 4, is_known ? mean.upper : none, -1,
                           CBK_DASH);
    }
    cbk_document_table(analysis->document, &builder->block);
    for (size_t i = 0; i < curves->n_curves; i++) {
        contrast_note(
            analysis, curves->n_by > 0 ? curves->curves[i].label : NULL,
            cbk_restricted_mean_of(curves->curves[i].km, analysis->request->tau).notes &
                ~(cbk_notes)CBK_NOTE_NO_ROWS); /* said with the curve */
    }
}

/* A difference and a ratio for every group but the first. */
static void add_mean_contrasts(const km_analysis *analysis, const char *title)
{
    const cbk_curves *curves = analysis->curves;
    const double level = curves->conventions.level;
    const char *const headers[] = {cbk_km_group_header(analysis),
                                   "Estimate",
                                   "SE",
                                   limit_header(analysis, "Lower"),
                                   limit_header(analysis, "Upper"),
                                   cbk_style_of(analysis->style)->p_heading};
    cbk_table_builder *builder = cbk_analysis_table(analysis->arena, title, headers, 6,
                                                    2 * (curves->n_curves - 1));
    if (builder == NULL) {
        return;
    }
    const cbk_restricted_mean reference =
        cbk_restricted_mean_of(curves->curves[0].km, analysis->request->tau);
    for (size_t i = 1; i < curves->n_curves; i++) {
        const cbk_restricted_mean mean =
            cbk_restricted_mean_of(curves->curves[i].km, analysis->request->tau);
        const cbk_contrast difference =
            cbk_restricted_mean_difference(&reference, &mean, level);
        const cbk_contrast ratio = cbk_restricted_mean_ratio(&reference, &mean, level);
        const size_t row = 2 * (i - 1);
        cbk_analysis_text_cell(analysis->arena, builder, row, 0,
                               contrast_label(analysis, i, "-"));
        contrast_cells(analysis, builder, row, 1, &difference, -1);
        cbk_analysis_text_cell(analysis->arena, builder, row + 1, 0,
                               contrast_label(analysis, i, "/"));
        contrast_cells(analysis, builder, row + 1, 1, &ratio, 3);
    }
    cbk_document_table(analysis->document, &builder->block);
}

void cbk_km_add_restricted_means(const km_analysis *analysis)
{
    const cbk_curves *curves = analysis->curves;
    if (!(analysis->request->tau > 0.0)) {
        return;
    }
    const char *tau =
        cbk_print_number(analysis->arena, analysis->style, analysis->request->tau, -1);
    const char *until = curves->unit != NULL
                            ? cbk_words_duration(analysis->arena, analysis->style,
                                                 analysis->request->tau, curves->unit)
                            : tau;
    add_means(analysis,
              cbk_text_format(analysis->arena, "Restricted mean up to %s", until));
    if (curves->n_curves > 1) {
        add_mean_contrasts(analysis,
                           cbk_text_format(analysis->arena,
                                           "Restricted mean up to %s: difference and "
                                           "ratio (SE of its logarithm)",
                                           until));
    }
}

/* ---- cumulative hazards ----------------------------------------------------------- */

static void add_hazard(const km_analysis *analysis, size_t i)
{
    const cbk_curves *curves = analysis->curves;
    const cbk_nelson_aalen *fit = analysis->request->hazard[i];
    const char *const headers[] = {cbk_km_time_header(analysis),
                                   "At risk",
                                   "Events",
                                   "Hazard",
                                   "SE",
                                   limit_header(analysis, "Lower"),
                                   limit_header(analysis, "Upper")};
    const char *title = curves->n_by == 0
                            ? "Cumulative hazard"
                            : cbk_text_format(analysis->arena, "Cumulative hazard: %s",
                                              curves->curves[i].label);
    cbk_table_builder *builder =
        cbk_analysis_table(analysis->arena, title, headers, 7, fit->n_rows);
    if (builder == NULL) {
        return;
    }
    builder->align[0] = CBK_ALIGN_RIGHT;
    for (size_t row = 0; row < fit->n_rows; row++) {
        const cbk_hazard_row *at = &fit->rows[row];
        cbk_km_number_cell(analysis, builder, row, 0, at->time, -1, CBK_DASH);
        cbk_km_number_cell(analysis, builder, row, 1, at->n_risk, -1, CBK_DASH);
        cbk_km_number_cell(analysis, builder, row, 2, at->n_event, -1, CBK_DASH);
        cbk_km_number_cell(analysis, builder, row, 3, at->hazard, 3, CBK_DASH);
        cbk_km_number_cell(analysis, builder, row, 4, at->std_error, 3, CBK_DASH);
        cbk_km_number_cell(analysis, builder, row, 5, at->lower, 3, CBK_DASH);
        cbk_km_number_cell(analysis, builder, row, 6, at->upper, 3, CBK_DASH);
    }
    cbk_document_table(analysis->document, &builder->block);
}

static void add_hazards_at(const km_analysis *analysis)
{
    const cbk_curves *curves = analysis->curves;
    const cbk_km_request *asked = analysis->request;
    const char *const headers[] = {
        cbk_km_group_header(analysis),   cbk_km_time_header(analysis),   "Hazard", "SE",
        limit_header(analysis, "Lower"), limit_header(analysis, "Upper")};
    cbk_table_builder *builder =
        cbk_analysis_table(analysis->arena, "Cumulative hazard at the times asked for",
                           headers, 6, curves->n_curves * asked->n_at);
    if (builder == NULL) {
        return;
    }
    for (size_t row = 0; row < curves->n_curves * asked->n_at; row++) {
        const size_t i = row / asked->n_at;
        const cbk_hazard_at at =
            cbk_hazard_at_time(asked->hazard[i], asked->at[row % asked->n_at]);
        const bool is_known = !cbk_notes_forbid_print(at.notes);
        cbk_analysis_text_cell(analysis->arena, builder, row, 0,
                               cbk_km_group_label(analysis, &curves->curves[i]));
        cbk_km_number_cell(analysis, builder, row, 1, at.time, -1, CBK_DASH);
        cbk_km_number_cell(analysis, builder, row, 2, is_known ? at.hazard : none, 3,
                           "not estimable");
        cbk_km_number_cell(analysis, builder, row, 3, is_known ? at.std_error : none, 3,
                           CBK_DASH);
        cbk_km_number_cell(analysis, builder, row, 4, is_known ? at.lower : none, 3,
                           CBK_DASH);
        cbk_km_number_cell(analysis, builder, row, 5, is_known ? at.upper : none, 3,
                           CBK_DASH);
    }
    cbk_document_table(analysis->document, &builder->block);
}

void cbk_km_add_hazards(const km_analysis *analysis)
{
    if (analysis->request->hazard == NULL) {
        return;
    }
    if (analysis->request->n_at > 0) {
        add_hazards_at(analysis);
    }
    for (size_t i = 0; i < analysis->curves->n_curves; i++) {
        add_hazard(analysis, i);
    }
}

/* ---- exact bounds ----------------------------------------------------------------- */

/* "the exact 95% lower limit": what every sentence below is about. */
static const char *bound_words(const km_analysis *analysis, const char *side)
{
    return cbk_text_format(analysis->arena, "the exact %s%% %s limit",
                           cbk_print_level(analysis->arena, analysis->style,
                                           analysis->curves->conventions.level),
                           side);
}

static const char *print3(const km_analysis *analysis, double value)
{
    return cbk_print_number(analysis->arena, analysis->style, value, 3);
}

/* The stretch before the first event: the first bound and the last; one where the first
 * observation is the last. */
static void bounds_at_one(const km_analysis *analysis, const char *label,
                          const cbk_km *km, const cbk_exact_bound *bounds, size_t n)
{
    cbk_arena *arena = analysis->arena;
    const char *start = km->n_event == 0 ? "Nobody had the event"
                                         : "Survival is 1 before the first event";
    const char *then = n == 1 ? " until the last observation"
                              : cbk_text_format(arena, " at first and %s from %s on",
                                                print3(analysis, bounds[1].limit),
                                                cbk_print_number(arena, analysis->style,
                                                                 bounds[1].time, -1));
    cbk_analysis_item(analysis->document, label,
                      cbk_text_format(arena, "%s: %s of survival is %s%s.", start,
                                      bound_words(analysis, "lower"),
                                      print3(analysis, bounds[0].limit), then));
}

static void add_bounds_of(const km_analysis *analysis, const char *label,
                          const cbk_km *km)
{
    cbk_exact_bound bounds[CBK_EXACT_BOUNDS_MAX];
    const size_t n = cbk_exact_bounds(km->risk, km->conventions.level, bounds);
    size_t n_one = 0;
    while (n_one < n && bounds[n_one].survival > 0.0) {
        n_one++;
    }
    if (n_one > 0) {
        bounds_at_one(analysis, label, km, bounds, n_one);
    }
    if (n_one < n) {
        cbk_analysis_item(
            analysis->document, label,
            cbk_text_format(analysis->arena,
                            "Survival is 0 from %s on: %s of survival is %s "
                            "there.",
                            cbk_print_number(analysis->arena, analysis->style,
                                             bounds[n_one].time, -1),
                            bound_words(analysis, "upper"),
                            print3(analysis, bounds[n_one].limit)));
    }
}

/* At the times asked for; past the end of follow-up there is nothing to say. */
static void add_bounds_at(const km_analysis *analysis, const char *label,
                          const cbk_km *km)
{
    for (size_t k = 0; k < analysis->request->n_at; k++) {
        const double time = analysis->request->at[k];
        const cbk_exact_bound bound =
            cbk_exact_bound_at(km->risk, km->conventions.level, time);
        const cbk_notes notes = cbk_km_at_time(km, time).notes;
        if (isnan(bound.limit) || cbk_notes_forbid_print(notes)) {
            continue;
        }
        const bool is_one = bound.survival > 0.0;
        cbk_analysis_item(
            analysis->document, label,
            cbk_text_format(
                analysis->arena, "At %s survival is %s: %s of survival is %s.",
                cbk_print_number(analysis->arena, analysis->style, time, -1),
                is_one ? "1" : "0", bound_words(analysis, is_one ? "lower" : "upper"),
                print3(analysis, bound.limit)));
    }
}

void cbk_km_add_bounds(const km_analysis *analysis)
{
    const cbk_curves *curves = analysis->curves;
    const bool is_product_limit =
        curves->conventions.estimate == CBK_SURVIVAL_KAPLAN_MEIER;
    if (curves->conventions.interval == CBK_INTERVAL_BPCP || !is_product_limit) {
        return; /* the limits are exact already; exp(-H) is never 0 */
    }
    for (size_t i = 0; i < curves->n_curves; i++) {
        const char *label = curves->n_by > 0 ? curves->curves[i].label : NULL;
        add_bounds_of(analysis, label, curves->curves[i].km);
        add_bounds_at(analysis, label, curves->curves[i].km);
    }
}
