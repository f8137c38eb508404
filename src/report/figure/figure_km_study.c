/* figure_km_study.c - Kaplan-Meier curves of a study as a figure: the curves, the test
 * between them, and the notes under them.  Contract: report/figure/figure_block.h.
 */
#include "report/figure/figure_block.h"
#include "report/figure/figure_steps.h"

#include "study/sql/sql_text.h"

#include <math.h>

/* "36 months 80%", the number with its provenance. */
static void mark_number(cbk_report *report, cbk_text_run *run, const cbk_curves *curves,
                        const cbk_curve *curve, double mark)
{
    char time[CBK_NUMBER_SIZE];
    cbk_number_shortest(mark, time);
    const cbk_km_at at = cbk_km_at_time(curve->km, mark);
    const char *what =
        cbk_text_format(report->arena, "100 * km_survival(%s, %s)",
                        cbk_sql_name(report->arena, curves->endpoint), time);
    cbk_run_textf(run, report->arena, "%s ",
                  cbk_axis_value(mark, curves->unit, report->style, report->arena));
    cbk_report_curve_number(report, run, curves, curve, what, 100.0 * at.survival,
                            at.notes,
                            cbk_print_percent_digits(report->style, curve->km->n));
    cbk_run_text(run, report->arena, cbk_notes_forbid_print(at.notes) ? "" : "%");
}

/* "Negative margin: 36 months 80%, 60 months 80%." */
static cbk_text_run marks_note(cbk_report *report, const cbk_figure_spec *spec,
                               const cbk_curves *curves, size_t i)
{
    cbk_text_run run = {0};
    const cbk_curve *curve = &curves->curves[i];
    const char *label = curve->label != NULL ? curve->label : "";
    for (size_t m = 0; m < spec->n_marks; m++) {
        if (m == 0 && *label != '\0') {
            cbk_run_textf(&run, report->arena, "%s: ", label);
        }
        cbk_run_text(&run, report->arena, m > 0 ? ", " : "");
        mark_number(report, &run, curves, curve, spec->marks[m]);
    }
    if (spec->n_marks > 0) {
        cbk_run_text(&run, report->arena, ".");
    }
    return run;
}

/* "Median: Negative 97 months, Positive not reached." */
static cbk_text_run medians_note(cbk_report *report, const cbk_figure_spec *spec,
                                 const cbk_curves *curves)
{
    cbk_text_run run = {0};
    const char *unit = curves->unit != NULL ? curves->unit : "";
    const char *what = cbk_text_format(report->arena, "km_median(%s)",
                                       cbk_sql_name(report->arena, curves->endpoint));
    for (size_t i = 0; spec->look.has_median && i < curves->n_curves; i++) {
        const cbk_curve *curve = &curves->curves[i];
        const char *label = curve->label != NULL ? curve->label : "";
        cbk_run_textf(&run, report->arena, "%s%s%s", i == 0 ? "Median: " : ", ", label,
                      *label != '\0' ? " " : "");
        if (isfinite(curve->km->median.estimate)) {
            cbk_report_curve_number(report, &run, curves, curve, what,
                                    curve->km->median.estimate, 0, -1);
            cbk_run_textf(&run, report->arena, "%s%s", *unit != '\0' ? " " : "", unit);
        } else {
            cbk_run_text(&run, report->arena, "not reached");
        }
    }
    cbk_run_text(&run, report->arena, run.first != NULL ? "." : "");
    return run;
}

/* Whether the groups differ; NULL for one group, or where the test cannot be done. */
static cbk_status log_rank_text(cbk_report *report, const cbk_figure_spec *spec,
                                const char **out, cbk_error *err)
{
    cbk_followup_request *request = CBK_NEW(report->arena, cbk_followup_request, 1);
    CBK_TRY(cbk_report_done(report, err));
    *request = (cbk_followup_request){
        .endpoint = spec->endpoint, .n_by = 1, .by = &spec->by, .where = spec->among};
    const cbk_followup_data *data = NULL;
    CBK_TRY(cbk_followup_of_study(report->study, request, report->arena, &data, err));
    const cbk_log_rank_rows rows = {.followup = &data->rows,
                                    .group = data->by->of_row,
                                    .n_groups = data->by->n_groups};
    const cbk_log_rank_request asked = {.method = CBK_LOG_RANK};
    const cbk_log_rank *fit = NULL;
    if (data->by->n_groups < 2 || data->by->n_groups > CBK_LOG_RANK_GROUPS_MAX) {
        return CBK_OK;
    }
    CBK_TRY(cbk_log_rank_fit(&rows, &asked, report->arena, &fit, err));
    *out = cbk_figure_test(report, spec, "Log-rank test", fit->test.p);
    return CBK_OK;
}

static cbk_text_run reading_note(cbk_report *report, const cbk_figure_spec *spec,
                                 const cbk_curves *curves)
{
    cbk_text_run run = {0};
    const char *level =
        cbk_print_level(report->arena, report->style, curves->conventions.level);
    cbk_run_textf(&run, report->arena,
                  "%s: %s%% confidence interval by %s, where it is defined. ",
                  cbk_step_has_bands(&spec->look, curves->n_curves) ? "Shaded" : "CI",
                  level, cbk_interval_name(curves->conventions.interval));
    cbk_run_textf(&run, report->arena, "Upright ticks: censored.%s",
                  cbk_step_counts_note(&spec->look, "censored", report->arena));
    return run;
}

cbk_status cbk_figure_km(cbk_report *report, const cbk_figure_spec *spec, cbk_error *err)
{
    const cbk_endpoint *endpoint = NULL;
    const cbk_curves *curves = NULL;
    CBK_TRY(cbk_figure_endpoint(report, spec, &endpoint, err));
    CBK_TRY(cbk_curves_of_study(report->study, spec->endpoint, &spec->by,
                                spec->by != NULL ? 1 : 0, spec->among,
                                &report->conventions, report->arena, &curves, err));
    cbk_curves drawn = *curves;
    drawn.unit = cbk_figure_axis_unit(report, endpoint);
    const char *test = NULL;
    if (spec->by != NULL && !spec->look.is_without_p) {
        CBK_TRY(log_rank_text(report, spec, &test, err));
    }
    const cbk_drawing *drawing = cbk_figure_km_draw(&drawn, spec, test, report->arena);
    cbk_figure_notes notes = cbk_figure_notes_of(report, spec, curves->n_curves + 5);
    for (size_t i = 0; i < curves->n_curves; i++) {
        cbk_figure_add_note(&notes, marks_note(report, spec, curves, i));
    }
    cbk_figure_add_note(&notes, medians_note(report, spec, curves));
    cbk_text_run tested = {0};
    cbk_run_textf(&tested, report->arena, "%s%s", test != NULL ? test : "",
                  test != NULL ? "." : "");
    cbk_figure_add_note(&notes, tested);
    cbk_figure_add_note(&notes, reading_note(report, spec, curves));
    cbk_figure_add_note(&notes, cbk_figure_cut_note(report, spec));
    if (curves->source.n_omitted > 0) {
        cbk_figure_add_note(&notes, cbk_figure_omitted_note(report, &curves->source));
    }
    return cbk_figure_add(report, spec, drawing, &notes, err);
}
