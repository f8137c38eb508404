/* figure_steps_points.c - where a time and a value lie on a figure of steps, and how each
 * curve looks: what all its other files ask for.
 */
#include "report/figure/figure_steps.h"

#include "base/text.h"

#include <math.h>

cbk_point cbk_step_point(const cbk_step_figure *figure, double time, double value)
{
    const cbk_box plot = figure->plot;
    return (cbk_point){.x = cbk_axis_mm(&figure->axis, time),
                       .y = plot.bottom -
                            value / figure->value_top * (plot.bottom - plot.top)};
}

cbk_ink cbk_step_ink(size_t curve)
{
    return (cbk_ink)((size_t)CBK_INK_SERIES_1 + curve % 6);
}

void cbk_step_line(const cbk_step_figure *figure, size_t curve, const cbk_point *points,
                   size_t n_points, const char *tip)
{
    static const double dashes[6][2] = {{0.0, 0.0}, {2.4, 1.0}, {0.8, 0.8},
                                        {4.6, 1.2}, {1.5, 0.6}, {2.2, 2.2}};
    const double *dash = dashes[(curve + curve / 6) % 6];
    cbk_drawing_add(figure->drawing, figure->arena,
                    (cbk_shape){.kind = CBK_SHAPE_POLYLINE,
                                .n_points = n_points,
                                .points = points,
                                .stroke = cbk_step_ink(curve),
                                .fill = CBK_INK_NONE,
                                .width_mm = 0.5,
                                .dash_mm = {dash[0], dash[1]},
                                .tip = tip});
}

bool cbk_step_mark_is_drawn(const cbk_step_figure *figure, size_t mark)
{
    const double *marks = figure->chart->marks;
    for (size_t i = 0; i < mark; i++) {
        if (marks[i] == marks[mark]) {
            return false;
        }
    }
    /* False for NaN. */
    return marks[mark] >= 0.0 && marks[mark] <= figure->axis.last;
}

bool cbk_step_has_value(const cbk_step_curve *curve, double time, cbk_step *out)
{
    if (!isfinite(time) || time < 0.0 || curve->n_steps == 0 ||
        (time > curve->end && !curve->is_over)) {
        return false;
    }
    size_t low = 0; /* the last step at or before time; the first is at 0 */
    size_t high = curve->n_steps;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (curve->steps[middle].time <= time) {
            low = middle;
        } else {
            high = middle;
        }
    }
    *out = curve->steps[low];
    out->time = time;
    return true;
}

bool cbk_step_has_point(const cbk_step_curve *curve, double time, cbk_step *out)
{
    return time <= curve->end && cbk_step_has_value(curve, time, out);
}

bool cbk_step_mark_line(const cbk_step_figure *figure, size_t mark, cbk_point line[2])
{
    const cbk_step_chart *chart = figure->chart;
    double highest = -1.0;
    for (size_t i = 0; i < chart->n_curves; i++) {
        cbk_step at;
        if (cbk_step_mark_is_drawn(figure, mark) &&
            cbk_step_has_point(&chart->curves[i], chart->marks[mark], &at)) {
            highest = fmax(highest, at.value);
        }
    }
    line[0] = cbk_step_point(figure, chart->marks[mark], 0.0);
    line[1] = cbk_step_point(figure, chart->marks[mark], fmax(highest, 0.0));
    return highest >= 0.0;
}

const char *cbk_step_number(const cbk_step_figure *figure, size_t curve, double value)
{
    const char *text = cbk_print_number(figure->arena, figure->chart->look->style,
                                        figure->chart->is_percent ? 100.0 * value : value,
                                        figure->chart->curves[curve].digits);
    return text != NULL ? text : "";
}

const char *cbk_step_value_text(const cbk_step_figure *figure, size_t curve,
                                const cbk_step *at, bool has_level)
{
    cbk_arena *arena = figure->arena;
    const char *sign = figure->chart->is_percent ? "%" : "";
    const char *value = cbk_step_number(figure, curve, at->value);
    const char *text = NULL;
    if (!(at->upper > at->lower)) {
        text = cbk_text_format(arena, "%s%s", value, sign);
    } else {
        const cbk_style *style = figure->chart->look->style;
        const char *lower = cbk_step_number(figure, curve, at->lower);
        const char *upper = cbk_step_number(figure, curve, at->upper);
        const char *interval =
            has_level
                ? cbk_print_interval(arena, style, CBK_PRINT_NARROW, figure->chart->level,
                                     lower, upper, sign)
                : cbk_print_range(arena, style, CBK_PRINT_NARROW, lower, upper, sign);
        text = cbk_text_format(arena, "%s%s (%s)", value, sign, interval);
    }
    return text != NULL ? text : "";
}

/* ---- the look ------------------------------------------------------------------- */

bool cbk_step_has_bands(const cbk_figure_look *look, size_t n_curves)
{
    return look->band == CBK_WISH_NONE ? n_curves <= CBK_STEPS_BANDS_MAX
                                       : look->band == CBK_WISH_YES;
}

double cbk_step_last_time(const cbk_risk_table *risk, double n_risk)
{
    double last = -1.0;
    for (size_t i = 0; i < risk->n_rows; i++) {
        if (cbk_risk_row_at(risk, i).n_risk >= n_risk) {
            last = risk->time[i];
        }
    }
    return last;
}

void cbk_step_cut(cbk_step_curve *curve, double end)
{
    if (curve->n_steps == 0 || end >= curve->end) {
        return;
    }
    while (curve->n_steps > 0 &&
           (end < 0.0 || curve->steps[curve->n_steps - 1].time > end)) {
        curve->n_steps--;
    }
    while (curve->n_ticks > 0 && curve->ticks[curve->n_ticks - 1].time > end) {
        curve->n_ticks--;
    }
    curve->end = fmax(end, 0.0);
    curve->is_over = false;
}
