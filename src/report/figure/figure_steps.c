/* figure_steps.c - a figure of curves in steps: its layout, axes and curves.
 * Contract: report/figure/figure_steps.h. */
#include "report/figure/figure_steps.h"

#include "base/text.h"

#include <assert.h>
#include <math.h>

/* Millimetres on paper. */
#define WIDTH_MM 150.0
#define PLOT_HEIGHT_MM 88.0 /* of that width; of another in proportion */
#define PLOT_LEAST_MM 30.0  /* however high the figure is to be */
#define EDGE_MM 4.0         /* around everything */
#define AXIS_GAP_MM 1.6     /* from 0 to the axes, so that a line at 0 is seen */
#define AXIS_HEIGHT_MM 11.0 /* line, ticks, labels and title */
#define NAME_MARGIN                                                                      \
    (34.0 / WIDTH_MM) /* the most that names right of the plot may take                  \
                       */
#define THIN_MM 0.05  /* what nobody can tell apart */
#define LABEL_MM 2.9
#define TITLE_MM 3.2

/* ---- layout --------------------------------------------------------------------- */

static double longest_of(const cbk_step_chart *chart)
{
    double longest = 0.0;
    for (size_t i = 0; i < chart->n_curves; i++) {
        longest = fmax(longest, chart->curves[i].end);
    }
    return longest;
}

/* The highest value or limit that is drawn. */
static double highest_of(const cbk_step_chart *chart)
{
    double highest = 0.0;
    for (size_t i = 0; i < chart->n_curves; i++) {
        for (size_t j = 0; j < chart->curves[i].n_steps; j++) {
            const cbk_step *step = &chart->curves[i].steps[j];
            highest = fmax(highest, step->value);
            if (cbk_step_has_bands(chart->look, chart->n_curves)) {
                highest = fmax(highest, step->upper); /* which may be NaN */
            }
        }
    }
    return highest;
}

/* The vertical axis from 0 in steps of 1, 2 or 5 and zeros, up to six ticks. */
static void find_value_axis(cbk_step_figure *figure)
{
    const double most = figure->chart->value_most;
    double highest = highest_of(figure->chart);
    highest = highest > 0.0 ? highest : most > 0.0 ? most : 1.0;
    const double power = pow(10.0, floor(log10(highest / 5.0)));
    const double multiples[] = {1.0, 2.0, 5.0, 10.0};
    const double slack = 1.0 + 1e-9;
    size_t i = 0;
    while (i < 3 && highest > 5.0 * multiples[i] * power * slack) {
        i++;
    }
    figure->value_step = multiples[i] * power;
    figure->value_top = ceil(highest / (figure->value_step * slack)) * figure->value_step;
    if (most > 0.0 && figure->value_top > most) {
        figure->value_top = most;
    }
}

static double name_margin(const cbk_step_figure *figure)
{
    double widest = 0.0;
    for (size_t i = 0; i < figure->chart->n_curves; i++) {
        const char *name = figure->chart->curves[i].name;
        widest = fmax(widest, cbk_text_width_mm(name, CBK_STEPS_SMALL_MM, false));
    }
    return widest > 0.0 ? fmin(widest + 2.0, NAME_MARGIN * figure->width_mm) : 0.0;
}

/* The steps of a curve, those nearer than THIN_MM joined: the first one's place, the last
 * one's values. */
static cbk_step_trace trace_of(const cbk_step_figure *figure, const cbk_step_curve *curve)
{
    if (curve->n_steps == 0) {
        return (cbk_step_trace){0};
    }
    cbk_step_drawn *steps = CBK_NEW(figure->arena, cbk_step_drawn, curve->n_steps);
    if (steps == NULL) {
        return (cbk_step_trace){0};
    }
    size_t n = 0;
    for (size_t i = 0; i < curve->n_steps; i++) {
        const cbk_step *step = &curve->steps[i];
        const double x = cbk_axis_mm(&figure->axis, step->time);
        const bool is_new = n == 0 || x - steps[n - 1].x_mm >= THIN_MM;
        n += is_new ? 1 : 0;
        steps[n - 1] = (cbk_step_drawn){.x_mm = is_new ? x : steps[n - 1].x_mm,
                                        .value = step->value,
                                        .lower = step->lower,
                                        .upper = step->upper};
    }
    return (cbk_step_trace){.n_steps = n,
                            .steps = steps,
                            .end =
                                cbk_step_point(figure, curve->end, steps[n - 1].value)};
}

/* Names and values keep off the curves and their censoring ticks. */
static void take_trace(cbk_step_figure *figure, const cbk_step_trace *trace)
{
    const double margin = 0.7;
    double before = trace->n_steps > 0 ? trace->steps[0].value : 0.0;
    for (size_t i = 0; i < trace->n_steps; i++) {
        const cbk_step_drawn *step = &trace->steps[i];
        const double next = i + 1 < trace->n_steps ? step[1].x_mm : trace->end.x;
        const cbk_point top = {step->x_mm, cbk_step_point(figure, 0.0, before).y};
        const cbk_point corner = {step->x_mm, cbk_step_point(figure, 0.0, step->value).y};
        const cbk_point right = {next, corner.y};
        cbk_boxes_add(&figure->taken, cbk_box_around(top, corner, margin));
        cbk_boxes_add(&figure->taken, cbk_box_around(corner, right, margin));
        before = step->value;
    }
}

/* The line of a mark and the place above its dot, where another mark's value would be
 * taken for its own. */
static void take_marks(cbk_step_figure *figure)
{
    const double above = 10.0;
    for (size_t i = 0; i < figure->chart->n_marks; i++) {
        cbk_point line[2];
        if (cbk_step_mark_line(figure, i, line)) {
            line[1].y = fmax(line[1].y - above, figure->plot.top);
            cbk_boxes_add(&figure->taken, cbk_box_around(line[0], line[1], 0.5));
        }
    }
}

static void take_medians(cbk_step_figure *figure)
{
    for (size_t i = 0; i < figure->chart->n_curves; i++) {
        cbk_point corners[3];
        if (cbk_step_has_median(figure, i)) {
            cbk_step_median_lines(figure, i, corners);
            cbk_boxes_add(&figure->taken, cbk_box_around(corners[0], corners[1], 0.5));
            cbk_boxes_add(&figure->taken, cbk_box_around(corners[1], corners[2], 0.5));
        }
    }
}

static double height_under_plot(const cbk_step_figure *figure)
{
    return AXIS_GAP_MM + AXIS_HEIGHT_MM + figure->table_mm + EDGE_MM / 2.0;
}

/* What the look asks for, but never less than a plot needs. */
static double plot_height(const cbk_step_figure *figure)
{
    const double height = figure->chart->look->height_mm;
    if (!(height > 0.0)) {
        return PLOT_HEIGHT_MM / WIDTH_MM * figure->width_mm;
    }
    return fmax(height - figure->plot.top - height_under_plot(figure), PLOT_LEAST_MM);
}

/* Everything but names and labels, for a plot with names at its right or under a legend.
 */
static void lay_out(cbk_step_figure *figure, double right_mm)
{
    figure->plot =
        (cbk_box){.left = fmax(19.0, cbk_step_table_gutter(
                                         figure->chart, figure->width_mm, figure->arena)),
                  .top = EDGE_MM + figure->legend_mm,
                  .right = figure->width_mm - fmax(right_mm, 8.0)};
    const double counts = cbk_step_count_width(figure->chart, figure->arena);
    figure->axis = cbk_axis_of_time(0.0, longest_of(figure->chart), figure->chart->unit,
                                    figure->plot.left, figure->plot.right, counts);
    figure->table_mm = cbk_step_table_height(figure);
    figure->plot.bottom = figure->plot.top + plot_height(figure);
    figure->taken = (cbk_boxes){.arena = figure->arena};
    cbk_step_trace *traces =
        CBK_NEW(figure->arena, cbk_step_trace, figure->chart->n_curves);
    for (size_t i = 0; traces != NULL && i < figure->chart->n_curves; i++) {
        traces[i] = trace_of(figure, &figure->chart->curves[i]);
        take_trace(figure, &traces[i]);
    }
    figure->traces = traces;
    take_marks(figure);
    take_medians(figure);
}

/* ---- drawing -------------------------------------------------------------------- */

static void draw_value_ticks(const cbk_step_figure *figure, double x, double tick)
{
    const double step = figure->value_step;
    const int digits = step < 1.0 ? (int)ceil(-log10(step) - 1e-9) : 0;
    const int n = (int)floor(figure->value_top / step + 1e-6);
    for (int i = 0; i <= n; i++) {
        const double y = cbk_step_point(figure, 0.0, i * step).y;
        const char *label = cbk_print_number(figure->arena, figure->chart->look->style,
                                             i * step, i > 0 ? digits : 0);
        cbk_drawing_line(figure->drawing, figure->arena, (cbk_point){x, y},
                         (cbk_point){x - tick, y}, CBK_INK_FOREGROUND, 0.25);
        cbk_drawing_text(figure->drawing, figure->arena,
                         (cbk_point){x - tick - 0.9, y + 0.36 * LABEL_MM}, CBK_ANCHOR_END,
                         LABEL_MM, CBK_INK_FOREGROUND, label);
    }
}

static void draw_value_axis(const cbk_step_figure *figure)
{
    const double x = figure->plot.left - AXIS_GAP_MM;
    const double tick = 1.5;
    cbk_drawing_line(figure->drawing, figure->arena, (cbk_point){x, figure->plot.top},
                     (cbk_point){x, figure->plot.bottom}, CBK_INK_FOREGROUND, 0.25);
    draw_value_ticks(figure, x, tick);
    const char *label =
        cbk_text_fitted(figure->chart->value_label, TITLE_MM, false,
                        figure->plot.bottom - figure->plot.top, figure->arena);
    const cbk_point at = {x - tick - 8.0, (figure->plot.top + figure->plot.bottom) / 2.0};
    cbk_drawing_add(figure->drawing, figure->arena,
                    (cbk_shape){.kind = CBK_SHAPE_TEXT,
                                .n_points = 1,
                                .points = &at,
                                .stroke = CBK_INK_NONE,
                                .fill = CBK_INK_FOREGROUND,
                                .size_mm = TITLE_MM,
                                .text = label,
                                .anchor = CBK_ANCHOR_MIDDLE,
                                .is_vertical = true});
}

/* The band over steps [first, end): upper limits to the right, lower ones back. */
static void draw_band_piece(const cbk_step_figure *figure, size_t curve, size_t first,
                            size_t end)
{
    const cbk_step_trace *trace = &figure->traces[curve];
    const size_t n = end - first;
    cbk_point *points = CBK_NEW(figure->arena, cbk_point, 4 * n);
    if (points == NULL) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const cbk_step_drawn *step = &trace->steps[first + i];
        const double right = first + i + 1 < trace->n_steps ? step[1].x_mm : trace->end.x;
        const double upper = cbk_step_point(figure, 0.0, step->upper).y;
        const double lower = cbk_step_point(figure, 0.0, step->lower).y;
        points[2 * i] = (cbk_point){step->x_mm, upper};
        points[2 * i + 1] = (cbk_point){right, upper};
        points[4 * n - 2 * i - 1] = (cbk_point){step->x_mm, lower};
        points[4 * n - 2 * i - 2] = (cbk_point){right, lower};
    }
    cbk_drawing_add(figure->drawing, figure->arena,
                    (cbk_shape){.kind = CBK_SHAPE_POLYGON,
                                .n_points = 4 * n,
                                .points = points,
                                .stroke = CBK_INK_NONE,
                                .fill = cbk_step_ink(curve),
                                .opacity = figure->chart->n_curves > 2 ? 0.1 : 0.15});
}

/* Drawn only where both limits exist. */
static void draw_band(const cbk_step_figure *figure, size_t curve)
{
    const cbk_step_trace *trace = &figure->traces[curve];
    size_t first = 0;
    for (size_t i = 0; i <= trace->n_steps; i++) {
        const bool has_band =
            i < trace->n_steps && trace->steps[i].upper > trace->steps[i].lower;
        if (!has_band) {
            if (i > first) {
                draw_band_piece(figure, curve, first, i);
            }
            first = i + 1;
        }
    }
}

static void draw_curve(const cbk_step_figure *figure, size_t curve)
{
    const cbk_step_trace *trace = &figure->traces[curve];
    cbk_point *points = CBK_NEW(figure->arena, cbk_point, 2 * trace->n_steps + 2);
    if (points == NULL || trace->n_steps == 0) {
        return;
    }
    size_t n = 0;
    points[n++] =
        cbk_step_point(figure, 0.0, figure->chart->curves[curve].steps[0].value);
    for (size_t i = 0; i < trace->n_steps; i++) {
        const double x = trace->steps[i].x_mm;
        const double y = cbk_step_point(figure, 0.0, trace->steps[i].value).y;
        if (x > points[n - 1].x) {
            points[n] = (cbk_point){x, points[n - 1].y};
            n++;
        }
        if (y != points[n - 1].y) {
            points[n++] = (cbk_point){x, y};
        }
    }
    points[n++] = trace->end;
    cbk_step_line(figure, curve, points, n, figure->chart->curves[curve].tip);
}

/* One tick for what would be drawn over each other; a comb of them for very many. */
static void draw_ticks(const cbk_step_figure *figure, size_t curve)
{
    const cbk_step_curve *source = &figure->chart->curves[curve];
    const double thin = source->is_crowded ? 1.2 : 0.25;
    cbk_point last = {-HUGE_VAL, -HUGE_VAL};
    for (size_t i = 0; i < source->n_ticks; i++) {
        const cbk_step_tick *tick = &source->ticks[i];
        const cbk_point at = cbk_step_point(figure, tick->time, tick->value);
        if (at.x - last.x >= thin || fabs(at.y - last.y) >= thin) {
            const char *time = cbk_axis_value(tick->time, figure->chart->unit,
                                              figure->chart->look->style, figure->arena);
            const char *tip =
                tick->n > 1.0
                    ? cbk_text_format(figure->arena, "%.0f censored at %s", tick->n, time)
                    : cbk_text_format(figure->arena, "Censored at %s", time);
            cbk_drawing_marker(figure->drawing, figure->arena, at, CBK_MARKER_TICK, 2.2,
                               cbk_step_ink(curve), tip);
            last = at;
        }
    }
}

static void draw_nobody(const cbk_step_figure *figure)
{
    const cbk_box plot = figure->plot;
    const cbk_point middle = {(plot.left + plot.right) / 2.0,
                              (plot.top + plot.bottom) / 2.0};
    const double least = figure->chart->look->min_at_risk;
    const char *text =
        least > 0.0 && figure->chart->n_curves > 0
            ? cbk_text_format(
                  figure->arena, "Never %s at risk",
                  cbk_print_short(figure->arena, figure->chart->look->style, least))
            : "No patient with follow-up";
    cbk_drawing_text(figure->drawing, figure->arena, middle, CBK_ANCHOR_MIDDLE, TITLE_MM,
                     CBK_INK_MUTED, text);
}

static void draw_plot(cbk_step_figure *figure)
{
    const size_t n = figure->chart->n_curves;
    bool is_empty = true;
    for (size_t i = 0; i < n; i++) {
        if (cbk_step_has_bands(figure->chart->look, n)) {
            draw_band(figure, i);
        }
        is_empty = is_empty && figure->traces[i].n_steps == 0;
    }
    if (is_empty) {
        draw_nobody(figure);
    } else {
        cbk_step_draw_marks(figure);
    }
    for (size_t i = 0; i < n; i++) {
        draw_curve(figure, i);
        draw_ticks(figure, i);
    }
    cbk_step_draw_mark_labels(figure);
    cbk_step_draw_comment(figure);
}

const cbk_drawing *cbk_figure_steps_draw(const cbk_step_chart *chart, cbk_arena *arena)
{
    assert(chart != NULL && arena != NULL);
    if (cbk_arena_has_failed(arena)) {
        return NULL;
    }
    const double width = chart->look->width_mm;
    cbk_step_figure figure = {
        .chart = chart, .arena = arena, .width_mm = width > 0.0 ? width : WIDTH_MM};
    find_value_axis(&figure);
    lay_out(&figure, EDGE_MM + name_margin(&figure));
    if (!cbk_step_place_names(&figure)) {
        figure.legend_mm = cbk_step_legend_height(&figure);
        lay_out(&figure, EDGE_MM);
    }
    const double axis_mm = figure.plot.bottom + AXIS_GAP_MM;
    const double height = figure.plot.bottom + height_under_plot(&figure);
    figure.drawing = cbk_drawing_create(arena, figure.width_mm, height, chart->title,
                                        chart->description);
    if (cbk_arena_has_failed(arena)) {
        return NULL;
    }
    figure.drawing->data = cbk_step_data(chart, arena);
    draw_plot(&figure);
    cbk_step_draw_names(&figure);
    cbk_step_draw_legend(&figure);
    draw_value_axis(&figure);
    cbk_axis_draw(&figure.axis, figure.drawing, chart->look->style, arena, axis_mm,
                  chart->unit);
    cbk_step_draw_table(&figure, axis_mm + AXIS_HEIGHT_MM);
    return cbk_arena_has_failed(arena) ? NULL : figure.drawing;
}
