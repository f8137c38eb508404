/* figure_cuminc.c - the figure of cumulative incidences: a curve for each group and kind
 * of event, rising from 0, and under the axis for each group how many are at risk, have
 * had which event and are censored.  Contract: report/report.h.
 */
#include "report/figure/figure_block.h"
#include "report/figure/figure_steps.h"

#include "study/sql/sql_text.h"

#include <assert.h>
#include <math.h>

/* What is drawn: curve i is that of group i / n_shown and cause shown[i % n_shown]. */
typedef struct incidence_figure {
    const cbk_incidences *all;
    size_t n_shown;
    const size_t *shown; /* [n_shown] causes from 0 */
    bool has_others;     /* kinds that are not shown */
} incidence_figure;

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

/* ---- words ------------------------------------------------------------------------- */

static const char *group_name(const incidence_figure *figure, size_t group)
{
    const char *name = or_empty(figure->all->groups[group].label);
    return *name == '\0' && figure->all->n_groups > 1 ? "(no name)" : name;
}

/* "Relapse", "Negative", "Relapse, Negative"; "" where there is only one curve. */
static const char *curve_name(const incidence_figure *figure, size_t curve,
                              cbk_arena *arena)
{
    const size_t group = curve / figure->n_shown;
    const char *cause =
        figure->all->data->cause_label[figure->shown[curve % figure->n_shown]];
    if (figure->n_shown == 1) {
        return group_name(figure, group);
    }
    return figure->all->n_groups == 1
               ? cause
               : or_empty(
                     cbk_text_format(arena, "%s, %s", cause, group_name(figure, group)));
}

static const char *percent(const cbk_cuminc *fit, double share, const cbk_style *style,
                           cbk_arena *arena)
{
    return or_empty(
        cbk_print_number(arena, style, 100.0 * share,
                         cbk_print_percent_digits(style, fit->table->risk->n)));
}

/* "36 months: 33% (95% CI 6% to 95%), 2 at risk" */
static const char *mark_text(const void *context, size_t curve, double time,
                             const cbk_style *style, cbk_arena *arena)
{
    const incidence_figure *figure = context;
    const cbk_cuminc *fit = figure->all->groups[curve / figure->n_shown].fit;
    const char *when = cbk_axis_value(time, figure->all->data->unit, style, arena);
    const cbk_cuminc_row at =
        cbk_cuminc_at_time(fit, figure->shown[curve % figure->n_shown], time);
    if (cbk_notes_forbid_print(at.notes)) {
        return or_empty(cbk_text_format(arena, "%s: not estimable", when));
    }
    const char *interval = "";
    if (isfinite(at.lower) && isfinite(at.upper)) {
        interval = or_empty(cbk_text_format(
            arena, " (%s)",
            cbk_print_interval(arena, style, CBK_PRINT_SENTENCE, fit->request.level,
                               percent(fit, at.lower, style, arena),
                               percent(fit, at.upper, style, arena), "%")));
    }
    return or_empty(cbk_text_format(arena, "%s: %s%%%s, %.0f at risk", when,
                                    percent(fit, at.incidence, style, arena), interval,
                                    at.n_risk));
}

static const char *description(const incidence_figure *figure,
                               const cbk_figure_spec *spec, const char *test,
                               cbk_arena *arena)
{
    const cbk_followup_data *data = figure->all->data;
    cbk_buffer text = {0};
    cbk_buffer_addf(&text, "Cumulative incidence: %s.", or_empty(data->label));
    for (size_t i = 0; i < figure->all->n_groups * figure->n_shown; i++) {
        const cbk_cause_table *table =
            figure->all->groups[i / figure->n_shown].fit->table;
        const char *name = curve_name(figure, i, arena);
        cbk_buffer_addf(&text, " %s%s%zu %s, %zu with the event.", name,
                        *name != '\0' ? ": " : "", table->risk->n,
                        table->risk->n == 1 ? "patient" : "patients",
                        table->n_event[figure->shown[i % figure->n_shown]]);
        for (size_t m = 0; m < spec->n_marks && table->risk->n > 0; m++) {
            if (isfinite(spec->marks[m]) && spec->marks[m] >= 0.0) {
                cbk_buffer_addf(
                    &text, " At %s.",
                    mark_text(figure, i, spec->marks[m], spec->look.style, arena));
            }
        }
    }
    return cbk_step_description(&text, &spec->look, test, "censorings", arena);
}

/* ---- the counts under the axis ------------------------------------------------------
 */

/* At risk, then the kinds shown, then the others if there are, then censored. */
static size_t n_counts_of(const incidence_figure *figure)
{
    return 2 + figure->n_shown + (figure->has_others ? 1 : 0);
}

static const char *const *count_labels(const incidence_figure *figure, cbk_arena *arena)
{
    const size_t n = n_counts_of(figure);
    const char **labels = CBK_NEW(arena, const char *, n);
    if (labels == NULL) {
        return NULL;
    }
    labels[0] = "At risk";
    for (size_t i = 0; i < figure->n_shown; i++) {
        labels[i + 1] = figure->n_shown == 1
                            ? "Events"
                            : figure->all->data->cause_label[figure->shown[i]];
    }
    if (figure->has_others) {
        labels[n - 2] = figure->n_shown == 1 ? "Competing" : "Other events";
    }
    labels[n - 1] = "Censored";
    return labels;
}

/* Adds what happens at the j-th time. */
static void count_row(const incidence_figure *figure, const cbk_cuminc *fit, size_t j,
                      double *sums)
{
    const size_t n = n_counts_of(figure);
    const cbk_risk_row now = cbk_risk_row_at(fit->table->risk, j);
    double rest = now.n_event;
    for (size_t i = 0; i < figure->n_shown; i++) {
        const double n_event = cbk_cuminc_row_at(fit, figure->shown[i], j).n_event;
        sums[i + 1] += n_event;
        rest -= n_event;
    }
    if (figure->has_others) {
        sums[n - 2] += rest;
    }
    sums[n - 1] += now.n_censor;
}

/* One pass over the rows; times ascend. */
static void count(const void *context, size_t block, const double *times, size_t n_times,
                  double *counts)
{
    const incidence_figure *figure = context;
    const cbk_cuminc *fit = figure->all->groups[block].fit;
    const cbk_risk_table *risk = fit->table->risk;
    const size_t n = n_counts_of(figure);
    size_t row = 0;
    for (size_t i = 0; i < n_times; i++) {
        double *now = counts + i * n;
        for (size_t k = 0; k < n; k++) {
            now[k] = i > 0 ? now[k - n] : 0.0;
        }
        for (; row < risk->n_rows && risk->time[row] < times[i]; row++) {
            count_row(figure, fit, row, now);
        }
        now[0] = cbk_risk_table_n_risk_at(risk, times[i]);
    }
}

/* ---- the chart ----------------------------------------------------------------------
 */

/* The steps: where somebody has the event. */
static void fill_steps(const cbk_cuminc *fit, size_t cause, cbk_step *steps,
                       cbk_step_curve *out)
{
    const double none = (double)NAN;
    const cbk_risk_table *risk = fit->table->risk;
    const cbk_risk_row last = cbk_risk_row_at(risk, risk->n_rows - 1);
    size_t n = 0;
    steps[n++] = (cbk_step){.time = 0.0, .value = 0.0, .lower = none, .upper = none};
    for (size_t j = 0; j < risk->n_rows; j++) {
        const cbk_cuminc_row row = cbk_cuminc_row_at(fit, cause, j);
        if (row.n_event > 0.0) {
            steps[n++] = (cbk_step){.time = row.time,
                                    .value = row.incidence,
                                    .lower = row.lower,
                                    .upper = row.upper};
        }
    }
    out->steps = steps;
    out->n_steps = n;
    out->end = last.time;
    out->is_over = last.n_event >= last.n_risk;
}

/* Every time of the table, after the start; n_event: of that kind. */
static void fill_rows(const cbk_cuminc *fit, size_t cause, cbk_step_row *rows,
                      cbk_step_curve *out)
{
    const cbk_risk_table *risk = fit->table->risk;
    rows[0] = (cbk_step_row){.lower = (double)NAN,
                             .upper = (double)NAN,
                             .n_risk = cbk_risk_table_n_risk_at(risk, 0.0)};
    for (size_t j = 0; j < risk->n_rows; j++) {
        const cbk_cuminc_row row = cbk_cuminc_row_at(fit, cause, j);
        const cbk_risk_row at = cbk_risk_row_at(risk, j);
        rows[j + 1] = (cbk_step_row){row.time,  row.incidence, row.lower,  row.upper,
                                     at.n_risk, row.n_event,   at.n_censor};
    }
    out->rows = rows;
    out->n_rows = risk->n_rows + 1;
}

/* False when out of memory. */
static bool fill_curve(const incidence_figure *figure, size_t i,
                       const cbk_figure_look *look, cbk_arena *arena, cbk_step_curve *out)
{
    const cbk_cuminc *fit = figure->all->groups[i / figure->n_shown].fit;
    const size_t cause = figure->shown[i % figure->n_shown];
    const size_t n_rows = fit->table->risk->n_rows;
    const char *name = curve_name(figure, i, arena);
    *out = (cbk_step_curve){
        .name = name,
        .group = group_name(figure, i / figure->n_shown),
        .event = figure->all->data->cause_label[cause],
        .tip = cbk_text_format(arena, "%s%sn = %zu, events = %zu", name,
                               *name != '\0' ? ": " : "", fit->table->risk->n,
                               fit->table->n_event[cause]),
        .digits = cbk_print_percent_digits(look->style, fit->table->risk->n)};
    cbk_step *steps = CBK_NEW(arena, cbk_step, n_rows + 1);
    cbk_step_row *rows = CBK_NEW(arena, cbk_step_row, n_rows + 1);
    if (!cbk_arena_has_failed(arena) && n_rows > 0) {
        fill_steps(fit, cause, steps, out);
        fill_rows(fit, cause, rows, out);
        if (look->min_at_risk > 0.0) {
            cbk_step_cut(out, cbk_step_last_time(fit->table->risk, look->min_at_risk));
        }
    }
    return !cbk_arena_has_failed(arena);
}

static bool fill_blocks(const incidence_figure *figure, cbk_arena *arena,
                        cbk_step_block *blocks)
{
    const char *const *labels = count_labels(figure, arena);
    for (size_t g = 0; labels != NULL && g < figure->all->n_groups; g++) {
        blocks[g] =
            (cbk_step_block){.name = group_name(figure, g),
                             .curve = figure->n_shown == 1 ? g : SIZE_MAX,
                             .n_counts = n_counts_of(figure),
                             .labels = labels,
                             .most = (double)figure->all->groups[g].fit->table->risk->n};
    }
    return labels != NULL;
}

/* "Cumulative incidence"; of one kind of event its name, too. */
static const char *value_label(const incidence_figure *figure, cbk_arena *arena)
{
    if (figure->n_shown != 1 || figure->all->data->n_causes == 1) {
        return "Cumulative incidence";
    }
    const char *cause = figure->all->data->cause_label[figure->shown[0]];
    return or_empty(cbk_text_format(arena, "Cumulative incidence: %s",
                                    or_empty(cbk_words_lower_first(arena, cause))));
}

const cbk_drawing *cbk_figure_cuminc_draw(const cbk_incidences *all, const size_t *causes,
                                          size_t n_causes, const cbk_figure_spec *spec,
                                          const char *test, cbk_arena *arena)
{
    assert(all != NULL && arena != NULL);
    const incidence_figure figure = {.all = all,
                                     .n_shown = n_causes,
                                     .shown = causes,
                                     .has_others = n_causes < all->data->n_causes};
    const size_t n_curves = all->n_groups * n_causes;
    cbk_step_curve *curves = CBK_NEW(arena, cbk_step_curve, n_curves + 1);
    cbk_step_block *blocks = CBK_NEW(arena, cbk_step_block, all->n_groups + 1);
    if (blocks == NULL || !fill_blocks(&figure, arena, blocks)) {
        return NULL;
    }
    for (size_t i = 0; i < n_curves; i++) {
        if (!fill_curve(&figure, i, &spec->look, arena, &curves[i])) {
            return NULL;
        }
    }
    const cbk_step_chart chart = {.title = spec->title,
                                  .description = description(&figure, spec, test, arena),
                                  .value_label = value_label(&figure, arena),
                                  .value_name = "incidence",
                                  .unit = all->data->unit,
                                  .value_most = 1.0,
                                  .is_percent = true,
                                  .is_rising = true,
                                  .level = all->request.level,
                                  .look = &spec->look,
                                  .comment = test,
                                  .n_curves = n_curves,
                                  .curves = curves,
                                  .n_blocks = all->n_groups,
                                  .blocks = blocks,
                                  .n_marks = spec->n_marks,
                                  .marks = spec->marks,
                                  .count = count,
                                  .mark_text = mark_text,
                                  .context = &figure};
    return cbk_figure_steps_draw(&chart, arena);
}

/* ---- the figure of a protocol -------------------------------------------------------
 */

/* Those that the protocol names; else the endpoint's own and, without groups, then all
 * others. */
static cbk_status choose_causes(cbk_report *report, const cbk_figure_spec *spec,
                                const cbk_followup_data *data, size_t **out, size_t *n,
                                cbk_error *err)
{
    size_t *causes = CBK_NEW(report->arena, size_t, data->n_causes + spec->n_causes);
    CBK_TRY(cbk_report_done(report, err));
    *n = 0;
    for (size_t i = 0; i < spec->n_causes; i++) {
        for (size_t k = 0; k < data->n_causes; k++) {
            if (cbk_text_is_equal(spec->causes[i], data->cause_name[k])) {
                causes[(*n)++] = k;
            }
        }
    }
    if (spec->n_causes == 0) {
        causes[(*n)++] = data->own_cause - 1;
    }
    for (size_t k = 0; spec->n_causes == 0 && spec->by == NULL && k < data->n_causes;
         k++) {
        if (k + 1 != data->own_cause) {
            causes[(*n)++] = k;
        }
    }
    *out = causes;
    return CBK_OK;
}

/* "Negative, relapse: 36 months 33%, 60 months 33%." */
static cbk_text_run marks_note(cbk_report *report, const cbk_figure_spec *spec,
                               const incidence_figure *figure, size_t curve)
{
    cbk_text_run run = {0};
    cbk_arena *arena = report->arena;
    const cbk_incidence *group = &figure->all->groups[curve / figure->n_shown];
    const size_t cause = figure->shown[curve % figure->n_shown];
    const char *name = curve_name(figure, curve, arena);
    for (size_t m = 0; m < spec->n_marks && group->fit->table->risk->n > 0; m++) {
        const cbk_cuminc_row at = cbk_cuminc_at_time(group->fit, cause, spec->marks[m]);
        const bool is_known = !cbk_notes_forbid_print(at.notes);
        cbk_run_textf(
            &run, arena, "%s%s%s%s", m > 0 ? ", " : name,
            m == 0 && *name != '\0' ? ": " : "",
            cbk_axis_value(spec->marks[m], figure->all->data->unit, report->style, arena),
            is_known ? " " : " not estimable");
        if (is_known) {
            cbk_run_textf(&run, arena, "%s%%",
                          percent(group->fit, at.incidence, report->style, arena));
        }
    }
    if (run.first != NULL) {
        cbk_run_text(&run, arena, ".");
    }
    return run;
}

static cbk_text_run reading_note(cbk_report *report, const cbk_figure_spec *spec,
                                 const incidence_figure *figure)
{
    cbk_text_run run = {0};
    const size_t n_curves = figure->all->n_groups * figure->n_shown;
    cbk_run_textf(
        &run, report->arena,
        "The share of all patients who had that event first. %s: %s%% confidence "
        "interval, where it is defined.%s %s",
        cbk_step_has_bands(&spec->look, n_curves) ? "Shaded" : "CI",
        cbk_print_level(report->arena, report->style, figure->all->request.level),
        cbk_step_counts_note(&spec->look, "censored", report->arena),
        cbk_cuminc_line(figure->all, report->style, report->arena));
    return run;
}

/* "Gray's test: relapse p = 0.26, other cause p = 0.40." */
static cbk_text_run tests_note(cbk_report *report, const incidence_figure *figure)
{
    cbk_text_run run = {0};
    const cbk_gray_test *tests = figure->all->tests;
    for (size_t i = 0; tests != NULL && i < figure->n_shown; i++) {
        const size_t k = figure->shown[i];
        cbk_run_textf(
            &run, report->arena, "%s%s ", i == 0 ? "Gray's test: " : ", ",
            cbk_words_lower_first(report->arena, figure->all->data->cause_label[k]));
        cbk_run_text(&run, report->arena,
                     cbk_run_p_letter(
                         &run, report->arena, report->style,
                         cbk_print_p_equation(report->arena, report->style, tests[k].p)));
    }
    cbk_run_text(&run, report->arena, run.first != NULL ? "." : "");
    return run;
}

cbk_status cbk_figure_cuminc(cbk_report *report, const cbk_figure_spec *spec,
                             cbk_error *err)
{
    const cbk_endpoint *endpoint = NULL;
    const cbk_incidences *all = NULL;
    const cbk_cuminc_request request = {.interval = CBK_INTERVAL_LOG_LOG,
                                        .level = report->conventions.level};
    size_t *causes = NULL;
    size_t n_causes = 0;
    CBK_TRY(cbk_figure_endpoint(report, spec, &endpoint, err));
    CBK_TRY(cbk_incidences_of_study(report->study, spec->endpoint, spec->by, spec->among,
                                    &request, report->arena, &all, err));
    CBK_TRY(choose_causes(report, spec, all->data, &causes, &n_causes, err));
    cbk_followup_data data = *all->data;
    cbk_incidences drawn = *all;
    data.unit = cbk_figure_axis_unit(report, endpoint);
    drawn.data = &data;
    const incidence_figure figure = {.all = all, .n_shown = n_causes, .shown = causes};
    const char *test =
        all->tests != NULL && n_causes == 1
            ? cbk_figure_test(report, spec, "Gray's test", all->tests[causes[0]].p)
            : NULL;
    const cbk_drawing *drawing =
        cbk_figure_cuminc_draw(&drawn, causes, n_causes, spec, test, report->arena);
    const size_t n_curves = all->n_groups * n_causes;
    cbk_figure_notes notes = cbk_figure_notes_of(report, spec, n_curves + 4);
    for (size_t i = 0; i < n_curves; i++) {
        cbk_figure_add_note(&notes, marks_note(report, spec, &figure, i));
    }
    cbk_figure_add_note(&notes, tests_note(report, &figure));
    cbk_figure_add_note(&notes, reading_note(report, spec, &figure));
    cbk_figure_add_note(&notes, cbk_figure_cut_note(report, spec));
    if (all->data->source.n_omitted > 0) {
        cbk_figure_add_note(&notes, cbk_figure_omitted_note(report, &all->data->source));
    }
    return cbk_figure_add(report, spec, drawing, &notes, err);
}
