/* figure_km.c - the Kaplan-Meier figure: its curves as steps, its table of counts (at
 * each tick of the axis the number under observation just before it, and the events and
 * censorings before it, so that without late entry the three add up to the number of
 * patients [Mo19]), and the figure in words.  Contract: report/report.h.
 * [Mo19] Morris et al.  BMJ Open 9 (2019) e030215.  doi:10.1136/bmjopen-2019-030215
 */
#include "report/figure/figure_steps.h"

#include "report/builder.h"

#include <assert.h>
#include <math.h>

enum { MANY_CENSORED = 150 };

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

static const char *percent(const cbk_curve *curve, double share, const cbk_style *style,
                           cbk_arena *arena)
{
    return or_empty(cbk_print_number(arena, style, 100.0 * share,
                                     cbk_print_percent_digits(style, curve->km->n)));
}

static const char *name_of(const cbk_curves *curves, size_t curve)
{
    const char *name = or_empty(curves->curves[curve].label);
    return *name == '\0' && curves->n_curves > 1 ? "(no name)" : name;
}

/* " (95% CI 52% to 100%)", or nothing where there is no interval, or one that says
 * nothing: of survival 1 or 0 its limits are the same. */
static const char *interval_text(const cbk_curves *curves, const cbk_curve *curve,
                                 const cbk_km_at *at, const cbk_style *style,
                                 cbk_arena *arena)
{
    if (!isfinite(at->lower) || !isfinite(at->upper) || !(at->lower < at->upper)) {
        return "";
    }
    return or_empty(cbk_text_format(
        arena, " (%s)",
        cbk_print_interval(arena, style, CBK_PRINT_SENTENCE, curves->conventions.level,
                           percent(curve, at->lower, style, arena),
                           percent(curve, at->upper, style, arena), "%")));
}

/* Whether the curve has a value to print at the time. */
static bool has_value(const cbk_curve *curve, double time, cbk_km_at *out)
{
    if (!isfinite(time) || time < 0.0) {
        return false;
    }
    *out = cbk_km_at_time(curve->km, time);
    return !cbk_notes_forbid_print(out->notes) && isfinite(out->survival);
}

/* "36 months: 80% (95% CI 52% to 100%), 5 at risk" */
static const char *mark_text(const cbk_curves *curves, const cbk_curve *curve,
                             double time, const cbk_style *style, cbk_arena *arena)
{
    const char *when = cbk_axis_value(time, curves->unit, style, arena);
    cbk_km_at at;
    if (!has_value(curve, time, &at)) {
        return or_empty(cbk_text_format(arena, "%s: not estimable", when));
    }
    return or_empty(cbk_text_format(arena, "%s: %s%%%s, %.0f at risk", when,
                                    percent(curve, at.survival, style, arena),
                                    interval_text(curves, curve, &at, style, arena),
                                    at.n_risk));
}

static void describe_median(cbk_buffer *text, const cbk_curves *curves, const cbk_km *km,
                            const cbk_style *style, cbk_arena *arena)
{
    if (isfinite(km->median.estimate)) {
        cbk_buffer_addf(text, " Median %s.",
                        cbk_axis_value(km->median.estimate, curves->unit, style, arena));
    } else {
        cbk_buffer_add(text, " Median not reached.");
    }
}

static void describe_curve(cbk_buffer *text, const cbk_curves *curves, size_t i,
                           const cbk_figure_spec *spec, cbk_arena *arena)
{
    const cbk_curve *curve = &curves->curves[i];
    const cbk_km *km = curve->km;
    const char *name = name_of(curves, i);
    cbk_buffer_addf(text, " %s%s%zu %s, %zu %s.", name, *name != '\0' ? ": " : "", km->n,
                    km->n == 1 ? "patient" : "patients", km->n_event,
                    km->n_event == 1 ? "event" : "events");
    if (km->n_rows == 0) {
        return;
    }
    const cbk_style *style = spec->look.style;
    for (size_t m = 0; m < spec->n_marks; m++) {
        if (isfinite(spec->marks[m])) {
            cbk_buffer_addf(text, " At %s.",
                            mark_text(curves, curve, spec->marks[m], style, arena));
        }
    }
    describe_median(text, curves, km, style, arena);
}

static const char *description(const cbk_curves *curves, const cbk_figure_spec *spec,
                               const char *test, cbk_arena *arena)
{
    cbk_buffer text = {0};
    cbk_buffer_addf(&text, "Kaplan-Meier curve%s%s%s.", curves->n_curves == 1 ? "" : "s",
                    curves->label != NULL ? ": " : "", or_empty(curves->label));
    for (size_t i = 0; i < curves->n_curves; i++) {
        describe_curve(&text, curves, i, spec, arena);
    }
    return cbk_step_description(&text, &spec->look, test, "censorings", arena);
}

/* ---- the chart --------------------------------------------------------------------- */

static const char *mark_of(const void *context, size_t curve, double time,
                           const cbk_style *style, cbk_arena *arena)
{
    const cbk_curves *curves = context;
    return mark_text(curves, &curves->curves[curve], time, style, arena);
}

enum { AT_RISK, EVENTS, CENSORED, N_COUNTS };

/* One pass over the rows; times ascend. */
static void count(const void *context, size_t block, const double *times, size_t n,
                  double *counts)
{
    const cbk_curves *curves = context;
    const cbk_km *km = curves->curves[block].km;
    double n_event = 0.0;
    double n_censor = 0.0;
    size_t row = 0;
    for (size_t i = 0; i < n; i++) {
        for (; row < km->n_rows && km->risk->time[row] < times[i]; row++) {
            const cbk_risk_row at = cbk_risk_row_at(km->risk, row);
            n_event += at.n_event;
            n_censor += at.n_censor;
        }
        counts[i * N_COUNTS + AT_RISK] = cbk_risk_table_n_risk_at(km->risk, times[i]);
        counts[i * N_COUNTS + EVENTS] = n_event;
        counts[i * N_COUNTS + CENSORED] = n_censor;
    }
}

/* The steps: where S falls, and where the limits of bpcp change. */
static void fill_steps(const cbk_km *km, cbk_step *steps, cbk_step_curve *out)
{
    const double none = (double)NAN;
    size_t n = 0;
    steps[n++] = (cbk_step){.time = 0.0,
                            .value = 1.0,
                            .lower = km->beta != NULL ? km->beta[0].lower : none,
                            .upper = km->beta != NULL ? km->beta[0].upper : none};
    for (size_t i = 0; i < km->n_rows; i++) {
        const cbk_km_row row = cbk_km_row_at(km, i);
        if (row.n_event > 0.0 || km->beta != NULL) {
            steps[n++] = (cbk_step){.time = row.time,
                                    .value = row.survival,
                                    .lower = row.lower,
                                    .upper = row.upper};
        }
    }
    out->steps = steps;
    out->n_steps = n;
    out->is_over = steps[n - 1].value <= 0.0;
}

static void fill_ticks(const cbk_km *km, cbk_step_tick *ticks, cbk_step_curve *out)
{
    size_t n = 0;
    for (size_t i = 0; i < km->n_rows; i++) {
        const cbk_km_row row = cbk_km_row_at(km, i);
        if (row.n_censor > 0.0) {
            ticks[n++] = (cbk_step_tick){row.time, row.survival, row.n_censor};
        }
    }
    out->ticks = ticks;
    out->n_ticks = n;
    out->is_crowded = km->n - km->n_event > MANY_CENSORED;
}

/* Every time of the risk table, after the start. */
static void fill_rows(const cbk_km *km, cbk_step_row *rows, cbk_step_curve *out)
{
    const cbk_step *start = &out->steps[0];
    rows[0] = (cbk_step_row){.value = start->value,
                             .lower = start->lower,
                             .upper = start->upper,
                             .n_risk = cbk_risk_table_n_risk_at(km->risk, 0.0)};
    for (size_t i = 0; i < km->n_rows; i++) {
        const cbk_km_row row = cbk_km_row_at(km, i);
        rows[i + 1] = (cbk_step_row){row.time,   row.survival, row.lower,   row.upper,
                                     row.n_risk, row.n_event,  row.n_censor};
    }
    out->rows = rows;
    out->n_rows = km->n_rows + 1;
}

/* False when out of memory. */
static bool fill_curve(const cbk_curves *curves, size_t i, const cbk_figure_look *look,
                       cbk_arena *arena, cbk_step_curve *out)
{
    const cbk_km *km = curves->curves[i].km;
    const char *name = name_of(curves, i);
    *out = (cbk_step_curve){.name = name,
                            .group = name,
                            .tip = cbk_text_format(arena, "%s%sn = %zu, events = %zu",
                                                   name, *name != '\0' ? ": " : "", km->n,
                                                   km->n_event),
                            .digits = cbk_print_percent_digits(look->style, km->n),
                            .median = km->median.estimate};
    if (km->n_rows > 0) {
        cbk_step *steps = CBK_NEW(arena, cbk_step, km->n_rows + 1);
        cbk_step_tick *ticks = CBK_NEW(arena, cbk_step_tick, km->n_rows);
        cbk_step_row *rows = CBK_NEW(arena, cbk_step_row, km->n_rows + 1);
        if (cbk_arena_has_failed(arena)) {
            return false;
        }
        out->end = km->risk->time[km->n_rows - 1];
        fill_steps(km, steps, out);
        fill_ticks(km, ticks, out);
        fill_rows(km, rows, out);
        if (look->min_at_risk > 0.0) {
            cbk_step_cut(out, cbk_step_last_time(km->risk, look->min_at_risk));
        }
    }
    return !cbk_arena_has_failed(arena);
}

const cbk_drawing *cbk_figure_km_draw(const cbk_curves *curves,
                                      const cbk_figure_spec *spec, const char *test,
                                      cbk_arena *arena)
{
    static const char *const labels[N_COUNTS] = {"At risk", "Events", "Censored"};
    assert(curves != NULL && arena != NULL);
    cbk_step_curve *drawn = CBK_NEW(arena, cbk_step_curve, curves->n_curves);
    cbk_step_block *blocks = CBK_NEW(arena, cbk_step_block, curves->n_curves);
    for (size_t i = 0; blocks != NULL && i < curves->n_curves; i++) {
        if (!fill_curve(curves, i, &spec->look, arena, &drawn[i])) {
            return NULL;
        }
        blocks[i] = (cbk_step_block){.name = drawn[i].name,
                                     .curve = i,
                                     .n_counts = N_COUNTS,
                                     .labels = labels,
                                     .most = (double)curves->curves[i].km->n};
    }
    const char *label = or_empty(curves->label);
    const cbk_step_chart chart = {.title = spec->title,
                                  .description = description(curves, spec, test, arena),
                                  .value_label = *label != '\0' ? label : "Survival",
                                  .value_name = "survival",
                                  .unit = curves->unit,
                                  .value_most = 1.0,
                                  .is_percent = true,
                                  .level = curves->conventions.level,
                                  .look = &spec->look,
                                  .comment = test,
                                  .n_curves = curves->n_curves,
                                  .curves = drawn,
                                  .n_blocks = curves->n_curves,
                                  .blocks = blocks,
                                  .n_marks = spec->n_marks,
                                  .marks = spec->marks,
                                  .count = count,
                                  .mark_text = mark_of,
                                  .context = curves};
    return cbk_figure_steps_draw(&chart, arena);
}
