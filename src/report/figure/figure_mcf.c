/* figure_mcf.c - the figure of mean cumulative functions: a curve for each group, rising
 * from 0, and under the axis how many are at risk, how many events there were and who has
 * left.  Contract: report/report.h.
 */
#include "report/figure/figure_block.h"
#include "report/figure/figure_steps.h"

#include <math.h>

typedef struct mcf_figure {
    const cbk_recurrence_data *of;
    const cbk_mcf_analysis *fit;
} mcf_figure;

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

/* ---- words ------------------------------------------------------------------------- */

/* "" for an only curve. */
static const char *group_name(const mcf_figure *figure, size_t group)
{
    const char *name = or_empty(figure->of->data->by_label[group]);
    return *name == '\0' && figure->fit->n_groups > 1 ? "(no name)" : name;
}

static const char *mean_words(double mean, const cbk_style *style, cbk_arena *arena)
{
    return cbk_print_number(arena, style, mean, 2);
}

/* "36 months: 1.00 (95% CI 0.40 to 2.52), 4 at risk" */
static const char *mark_text(const void *context, size_t curve, double time,
                             const cbk_style *style, cbk_arena *arena)
{
    const mcf_figure *figure = context;
    const cbk_mcf *mcf = &figure->fit->curves[curve];
    const char *when = cbk_axis_value(time, figure->of->data->unit, style, arena);
    const cbk_mcf_at at = cbk_mcf_at_time(mcf, time);
    if (cbk_notes_forbid_print(at.notes)) {
        return or_empty(cbk_text_format(arena, "%s: not estimable", when));
    }
    const char *interval = "";
    if (isfinite(at.lower) && isfinite(at.upper)) {
        interval = or_empty(cbk_text_format(
            arena, " (%s)",
            cbk_print_interval(arena, style, CBK_PRINT_SENTENCE, mcf->request.level,
                               mean_words(at.lower, style, arena),
                               mean_words(at.upper, style, arena), "")));
    }
    return or_empty(cbk_text_format(arena, "%s: %s%s, %s at risk", when,
                                    mean_words(at.mean, style, arena), interval,
                                    cbk_print_number(arena, style, at.n_risk, -1)));
}

static const char *description(const mcf_figure *figure, const cbk_figure_spec *spec,
                               const char *test, cbk_arena *arena)
{
    cbk_buffer text = {0};
    cbk_buffer_addf(&text, "Mean number of events: %s.", figure->of->label);
    for (size_t g = 0; g < figure->fit->n_groups; g++) {
        const cbk_mcf *mcf = &figure->fit->curves[g];
        const char *name = group_name(figure, g);
        cbk_buffer_addf(&text, " %s%s%zu %s, %zu %s.", name, *name != '\0' ? ": " : "",
                        mcf->n_subjects, mcf->n_subjects == 1 ? "patient" : "patients",
                        mcf->n_event, mcf->n_event == 1 ? "event" : "events");
        for (size_t m = 0; m < spec->n_marks && mcf->n_subjects > 0; m++) {
            if (isfinite(spec->marks[m]) && spec->marks[m] >= 0.0) {
                cbk_buffer_addf(
                    &text, " At %s.",
                    mark_text(figure, g, spec->marks[m], spec->look.style, arena));
            }
        }
    }
    return cbk_step_description(&text, &spec->look, test, "ends of observation", arena);
}

/* ---- the counts under the axis ------------------------------------------------------
 */

static const char *const count_labels[] = {"At risk", "Events", "Leaving"};
enum { N_COUNTS = sizeof count_labels / sizeof *count_labels };

/* One pass over the rows; times ascend. */
static void count(const void *context, size_t block, const double *times, size_t n,
                  double *counts)
{
    const mcf_figure *figure = context;
    const cbk_mcf *mcf = &figure->fit->curves[block];
    double n_event = 0.0;
    double n_left = 0.0;
    size_t row = 0;
    for (size_t i = 0; i < n; i++) {
        for (; row < mcf->n_rows && mcf->rows[row].time < times[i]; row++) {
            n_event += mcf->rows[row].n_event;
            n_left += mcf->rows[row].n_censor;
        }
        counts[i * N_COUNTS] = cbk_mcf_at_time(mcf, times[i]).n_risk;
        counts[i * N_COUNTS + 1] = n_event;
        counts[i * N_COUNTS + 2] = n_left;
    }
}

/* ---- the chart ----------------------------------------------------------------------
 */

/* The last time with so many at risk; -1: never. */
static double last_time(const cbk_mcf *mcf, double n_risk)
{
    double last = -1.0;
    for (size_t i = 0; i < mcf->n_rows; i++) {
        last = mcf->rows[i].n_risk >= n_risk ? mcf->rows[i].time : last;
    }
    return last;
}

/* The steps: where there are events. */
static bool fill_curve(const mcf_figure *figure, size_t group, double min_at_risk,
                       cbk_arena *arena, cbk_step_curve *out)
{
    const cbk_mcf *mcf = &figure->fit->curves[group];
    const char *name = group_name(figure, group);
    cbk_step *steps = CBK_NEW(arena, cbk_step, mcf->n_rows + 1);
    *out = (cbk_step_curve){.name = name,
                            .group = name,
                            .tip = cbk_text_format(arena, "%s%sn = %zu, events = %zu",
                                                   name, *name != '\0' ? ": " : "",
                                                   mcf->n_subjects, mcf->n_event),
                            .steps = steps,
                            .digits = 2};
    cbk_step_row *rows = CBK_NEW(arena, cbk_step_row, mcf->n_rows + 1);
    if (cbk_arena_has_failed(arena) || mcf->n_rows == 0) {
        return !cbk_arena_has_failed(arena);
    }
    out->rows = rows;
    rows[out->n_rows++] = (cbk_step_row){.lower = (double)NAN,
                                         .upper = (double)NAN,
                                         .n_risk = cbk_mcf_at_time(mcf, 0.0).n_risk};
    steps[out->n_steps++] = (cbk_step){.lower = (double)NAN, .upper = (double)NAN};
    for (size_t i = 0; i < mcf->n_rows; i++) {
        const cbk_mcf_row *row = &mcf->rows[i];
        rows[out->n_rows++] =
            (cbk_step_row){row->time,   row->mean,    row->lower,   row->upper,
                           row->n_risk, row->n_event, row->n_censor};
        if (row->n_event > 0.0) {
            steps[out->n_steps++] = (cbk_step){.time = row->time,
                                               .value = row->mean,
                                               .lower = row->lower,
                                               .upper = row->upper};
        }
    }
    out->end = mcf->rows[mcf->n_rows - 1].time;
    if (min_at_risk > 0.0) {
        cbk_step_cut(out, last_time(mcf, min_at_risk));
    }
    return !cbk_arena_has_failed(arena);
}

/* As many as there can be at once, or events in all. */
static double most_of(const cbk_mcf *mcf)
{
    double most = (double)mcf->n_event;
    for (size_t i = 0; i < mcf->n_rows; i++) {
        most = fmax(most, mcf->rows[i].n_risk);
    }
    return most;
}

const cbk_drawing *cbk_figure_mcf_draw(const cbk_recurrence_data *of,
                                       const cbk_mcf_analysis *fit,
                                       const cbk_figure_spec *spec, const char *test,
                                       cbk_arena *arena)
{
    const mcf_figure figure = {.of = of, .fit = fit};
    const size_t n = fit->n_groups;
    cbk_step_curve *curves = CBK_NEW(arena, cbk_step_curve, n + 1);
    cbk_step_block *blocks = CBK_NEW(arena, cbk_step_block, n + 1);
    for (size_t g = 0; blocks != NULL && g < n; g++) {
        if (!fill_curve(&figure, g, spec->look.min_at_risk, arena, &curves[g])) {
            return NULL;
        }
        blocks[g] = (cbk_step_block){.name = group_name(&figure, g),
                                     .curve = g,
                                     .n_counts = N_COUNTS,
                                     .labels = count_labels,
                                     .most = most_of(&fit->curves[g])};
    }
    const cbk_step_chart chart = {
        .title = spec->title,
        .description = description(&figure, spec, test, arena),
        .value_label = cbk_text_format(arena, "Mean number of events: %s",
                                       cbk_words_lower_first(arena, of->label)),
        .value_name = "mean",
        .unit = of->data->unit,
        .is_rising = true,
        .level = n > 0 ? fit->curves[0].request.level : 0.95,
        .look = &spec->look,
        .comment = test,
        .n_curves = n,
        .curves = curves,
        .n_blocks = n,
        .blocks = blocks,
        .n_marks = spec->n_marks,
        .marks = spec->marks,
        .count = count,
        .mark_text = mark_text,
        .context = &figure};
    return blocks == NULL ? NULL : cbk_figure_steps_draw(&chart, arena);
}

/* ---- the figure of a protocol -------------------------------------------------------
 */

/* "Negative: 36 months 1.00, 60 months 2.00." */
static cbk_text_run marks_note(cbk_report *report, const cbk_figure_spec *spec,
                               const mcf_figure *figure, size_t group)
{
    cbk_text_run run = {0};
    cbk_arena *arena = report->arena;
    const cbk_mcf *mcf = &figure->fit->curves[group];
    const char *name = group_name(figure, group);
    for (size_t m = 0; m < spec->n_marks && mcf->n_subjects > 0; m++) {
        const cbk_mcf_at at = cbk_mcf_at_time(mcf, spec->marks[m]);
        cbk_run_textf(
            &run, arena, "%s%s%s %s", m > 0 ? ", " : name,
            m == 0 && *name != '\0' ? ": " : "",
            cbk_axis_value(spec->marks[m], figure->of->data->unit, report->style, arena),
            cbk_notes_forbid_print(at.notes) ? "not estimable"
                                             : mean_words(at.mean, report->style, arena));
    }
    cbk_run_text(&run, arena, run.first != NULL ? "." : "");
    return run;
}

static cbk_text_run reading_note(cbk_report *report, const cbk_figure_spec *spec,
                                 const mcf_figure *figure)
{
    cbk_text_run run = {0};
    cbk_run_textf(
        &run, report->arena,
        "Mean cumulative function: events a patient by then. %s: %s%% confidence "
        "interval by log, with the robust variance of Lawless and Nadeau.%s Where "
        "death ends observation, the mean is that of those who live on.",
        cbk_step_has_bands(&spec->look, figure->fit->n_groups) ? "Shaded" : "CI",
        cbk_print_level(report->arena, report->style, report->conventions.level),
        cbk_step_counts_note(&spec->look, "leaving", report->arena));
    return run;
}

static cbk_text_run test_note(cbk_report *report, const mcf_figure *figure)
{
    cbk_text_run run = {0};
    const cbk_mcf_test *test = &figure->fit->test;
    if (figure->fit->n_groups > 1) {
        cbk_run_text(&run, report->arena, "Robust log-rank test of recurrent events: ");
        cbk_run_textf(&run, report->arena, "%s.",
                      cbk_run_p_letter(
                          &run, report->arena, report->style,
                          cbk_print_p_equation(report->arena, report->style, test->p)));
    }
    return run;
}

/* "Events left out: without a time (1)." */
static cbk_text_run events_note(cbk_report *report, const cbk_recurrence_data *of)
{
    cbk_text_run run = {0};
    for (size_t i = 0; i < of->n_omitted; i++) {
        cbk_run_textf(&run, report->arena, "%s%s (%zu)",
                      i == 0 ? "Events left out: " : ", ", of->omitted[i].reason,
                      of->omitted[i].n);
    }
    cbk_run_text(&run, report->arena, run.first != NULL ? "." : "");
    return run;
}

cbk_status cbk_figure_mcf_fit(cbk_report *report, const cbk_figure_spec *spec,
                              const cbk_recurrence_data **of,
                              const cbk_mcf_analysis **fit, cbk_error *err)
{
    cbk_followup_request *request = CBK_NEW(report->arena, cbk_followup_request, 1);
    CBK_TRY(cbk_report_done(report, err));
    *request = (cbk_followup_request){.endpoint = spec->endpoint,
                                      .n_by = spec->by != NULL ? 1 : 0,
                                      .by = &spec->by,
                                      .where = spec->among};
    const cbk_mcf_request asked = {.interval = CBK_INTERVAL_LOG,
                                   .level = report->conventions.level};
    const cbk_followup_data *data = NULL;
    CBK_TRY(cbk_followup_of_study(report->study, request, report->arena, &data, err));
    CBK_TRY(cbk_recurrence_of_study(report->study, data, spec->lanes, spec->n_lanes,
                                    report->arena, of, err));
    return cbk_recurrence_fit(*of, &asked, report->arena, fit, err);
}

cbk_status cbk_figure_mcf(cbk_report *report, const cbk_figure_spec *spec, cbk_error *err)
{
    const cbk_endpoint *endpoint = NULL;
    mcf_figure figure = {0};
    CBK_TRY(cbk_figure_endpoint(report, spec, &endpoint, err));
    CBK_TRY(cbk_figure_mcf_fit(report, spec, &figure.of, &figure.fit, err));
    cbk_followup_data data = *figure.of->data;
    cbk_recurrence_data drawn = *figure.of;
    data.unit = cbk_figure_axis_unit(report, endpoint);
    drawn.data = &data;
    const size_t n = figure.fit->n_groups;
    const char *test =
        n > 1 ? cbk_figure_test(report, spec, "Robust log-rank test", figure.fit->test.p)
              : NULL;
    const cbk_drawing *drawing =
        cbk_figure_mcf_draw(&drawn, figure.fit, spec, test, report->arena);
    cbk_figure_notes notes = cbk_figure_notes_of(report, spec, n + 5);
    for (size_t g = 0; g < n; g++) {
        cbk_figure_add_note(&notes, marks_note(report, spec, &figure, g));
    }
    cbk_figure_add_note(&notes, test_note(report, &figure));
    cbk_figure_add_note(&notes, reading_note(report, spec, &figure));
    cbk_figure_add_note(&notes, cbk_figure_cut_note(report, spec));
    cbk_figure_add_note(&notes, events_note(report, figure.of));
    if (data.source.n_omitted > 0) {
        cbk_figure_add_note(&notes, cbk_figure_omitted_note(report, &data.source));
    }
    return cbk_figure_add(report, spec, drawing, &notes, err);
}
