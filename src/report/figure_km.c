/* figure_km.c - the Kaplan-Meier figure: its layout, axes and curves.
 * Contract: report/report.h. */
#include "report/figure_km.h"

#include "base/text.h"
#include "report/report.h"

#include <assert.h>
#include <math.h>

/* Millimetres on paper. */
#define WIDTH_MM 150.0
#define PLOT_HEIGHT_MM 88.0
#define EDGE_MM 4.0         /* around everything */
#define AXIS_GAP_MM 1.6     /* from 0 to the axes, so that a line at 0 is seen */
#define AXIS_HEIGHT_MM 11.0 /* line, ticks, labels and title */
#define NAME_MARGIN_MM 34.0 /* the most that names right of the plot may take */
#define THIN_MM 0.05        /* what nobody can tell apart */
#define LABEL_MM 2.9
#define TITLE_MM 3.2

enum { MANY_CENSORED = 150 };

/* ---- layout --------------------------------------------------------------------- */

static double longest_of(const cbk_curves *curves)
{
    double longest = 0.0;
    for (size_t i = 0; i < curves->n_curves; i++) {
        const cbk_km *km = curves->curves[i].km;
        longest =
            km->n_rows > 0 ? fmax(longest, km->risk->time[km->n_rows - 1]) : longest;
    }
    return longest;
}

static double name_margin(const cbk_km_figure *figure)
{
    double widest = 0.0;
    for (size_t i = 0; i < figure->curves->n_curves; i++) {
        const char *name = cbk_km_name_of(figure->curves, i);
        widest = fmax(widest, cbk_text_width_mm(name, CBK_KM_SMALL_MM, false));
    }
    return widest > 0.0 ? fmin(widest + 2.0, NAME_MARGIN_MM) : 0.0;
}

/* The steps of a curve, those nearer than THIN_MM joined: the first one's place, the last
 * one's values. */
static cbk_km_trace trace_of(const cbk_km_figure *figure, const cbk_km *km)
{
    if (km->n_rows == 0) {
        return (cbk_km_trace){0};
    }
    cbk_km_step *steps = CBK_NEW(figure->arena, cbk_km_step, km->n_rows + 1);
    if (steps == NULL) {
        return (cbk_km_trace){0};
    }
    size_t n = 1;
    const double none = (double)NAN;
    steps[0] = (cbk_km_step){.x_mm = cbk_axis_mm(&figure->axis, 0.0),
                             .survival = 1.0,
                             .lower = km->beta != NULL ? km->beta[0].lower : none,
                             .upper = km->beta != NULL ? km->beta[0].upper : none};
    for (size_t i = 0; i < km->n_rows; i++) {
        const cbk_km_row at = cbk_km_row_at(km, i);
        const cbk_km_row *row = &at;
        /* The limits of bpcp change where somebody is censored, too. */
        if (row->n_event > 0.0 || km->beta != NULL) {
            const double x = cbk_axis_mm(&figure->axis, row->time);
            const bool is_new = x - steps[n - 1].x_mm >= THIN_MM;
            n += is_new ? 1 : 0;
            steps[n - 1] = (cbk_km_step){.x_mm = is_new ? x : steps[n - 1].x_mm,
                                         .survival = row->survival,
                                         .lower = row->lower,
                                         .upper = row->upper};
        }
    }
    const double last = km->risk->time[km->n_rows - 1];
    return (cbk_km_trace){.n_steps = n,
                          .steps = steps,
                          .end = cbk_km_point(figure, last, steps[n - 1].survival)};
}

/* Names and values keep off the curves and their censoring ticks. */
static void take_trace(cbk_km_figure *figure, const cbk_km_trace *trace)
{
    const double margin = 0.7;
    double survival = 1.0;
    for (size_t i = 0; i < trace->n_steps; i++) {
        const cbk_km_step *step = &trace->steps[i];
        const double next = i + 1 < trace->n_steps ? step[1].x_mm : trace->end.x;
        const cbk_point top = {step->x_mm, cbk_km_point(figure, 0.0, survival).y};
        const cbk_point corner = {step->x_mm,
                                  cbk_km_point(figure, 0.0, step->survival).y};
        const cbk_point right = {next, corner.y};
        cbk_boxes_add(&figure->taken, cbk_box_around(top, corner, margin));
        cbk_boxes_add(&figure->taken, cbk_box_around(corner, right, margin));
        survival = step->survival;
    }
}

/* The line of a mark and the place above its dot, where another mark's value would be
 * taken for its own. */
static void take_marks(cbk_km_figure *figure)
{
    const double above = 10.0;
    for (size_t i = 0; i < figure->n_marks; i++) {
        cbk_point line[2];
        if (cbk_km_mark_line(figure, i, line)) {
            line[1].y = fmax(line[1].y - above, figure->plot.top);
            cbk_boxes_add(&figure->taken, cbk_box_around(line[0], line[1], 0.5));
        }
    }
}

/* Everything but names and labels, for a plot with names at its right or under a legend.
 */
static void lay_out(cbk_km_figure *figure, double right_mm)
{
    const double left = fmax(19.0, cbk_km_table_gutter(figure->curves));
    const double top = EDGE_MM + figure->legend_mm;
    figure->width_mm = WIDTH_MM;
    figure->plot = (cbk_box){.left = left,
                             .top = top,
                             .right = WIDTH_MM - fmax(right_mm, 8.0),
                             .bottom = top + PLOT_HEIGHT_MM};
    const double counts = cbk_km_count_width(figure->curves);
    figure->axis = cbk_axis_of_time(0.0, longest_of(figure->curves), figure->curves->unit,
                                    figure->plot.left, figure->plot.right, counts);
    figure->taken = (cbk_boxes){.arena = figure->arena};
    cbk_km_trace *traces = CBK_NEW(figure->arena, cbk_km_trace, figure->curves->n_curves);
    for (size_t i = 0; traces != NULL && i < figure->curves->n_curves; i++) {
        traces[i] = trace_of(figure, figure->curves->curves[i].km);
        take_trace(figure, &traces[i]);
    }
    figure->traces = traces;
    take_marks(figure);
}

/* ---- drawing -------------------------------------------------------------------- */

static void draw_survival_axis(const cbk_km_figure *figure)
{
    static const char *const labels[] = {"0", "0.2", "0.4", "0.6", "0.8", "1.0"};
    const double x = figure->plot.left - AXIS_GAP_MM;
    const double tick = 1.5;
    cbk_drawing *drawing = figure->drawing;
    cbk_drawing_line(drawing, figure->arena, (cbk_point){x, figure->plot.top},
                     (cbk_point){x, figure->plot.bottom}, CBK_INK_FOREGROUND, 0.25);
    for (int i = 0; i <= 5; i++) {
        const double y = cbk_km_point(figure, 0.0, i / 5.0).y;
        cbk_drawing_line(drawing, figure->arena, (cbk_point){x, y},
                         (cbk_point){x - tick, y}, CBK_INK_FOREGROUND, 0.25);
        cbk_drawing_text(drawing, figure->arena,
                         (cbk_point){x - tick - 0.9, y + 0.36 * LABEL_MM}, CBK_ANCHOR_END,
                         LABEL_MM, CBK_INK_FOREGROUND, labels[i]);
    }
    const char *label = figure->curves->label;
    label = cbk_text_fitted(label != NULL && *label != '\0' ? label : "Survival",
                            TITLE_MM, false, PLOT_HEIGHT_MM, figure->arena);
    const cbk_point at = {x - tick - 8.0, (figure->plot.top + figure->plot.bottom) / 2.0};
    cbk_drawing_add(drawing, figure->arena,
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
static void draw_band_piece(const cbk_km_figure *figure, size_t curve, size_t first,
                            size_t end)
{
    const cbk_km_trace *trace = &figure->traces[curve];
    const size_t n = end - first;
    cbk_point *points = CBK_NEW(figure->arena, cbk_point, 4 * n);
    if (points == NULL) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const cbk_km_step *step = &trace->steps[first + i];
        const double right = first + i + 1 < trace->n_steps ? step[1].x_mm : trace->end.x;
        const double upper = cbk_km_point(figure, 0.0, step->upper).y;
        const double lower = cbk_km_point(figure, 0.0, step->lower).y;
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
                                .fill = cbk_km_ink(curve),
                                .opacity = figure->curves->n_curves > 2 ? 0.1 : 0.15});
}

/* Drawn only where both limits exist. */
static void draw_band(const cbk_km_figure *figure, size_t curve)
{
    const cbk_km_trace *trace = &figure->traces[curve];
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

static void draw_curve(const cbk_km_figure *figure, size_t curve)
{
    const cbk_km_trace *trace = &figure->traces[curve];
    cbk_point *points = CBK_NEW(figure->arena, cbk_point, 2 * trace->n_steps + 2);
    if (points == NULL || trace->n_steps == 0) {
        return;
    }
    size_t n = 0;
    points[n++] = cbk_km_point(figure, 0.0, 1.0);
    for (size_t i = 0; i < trace->n_steps; i++) {
        const double x = trace->steps[i].x_mm;
        const double y = cbk_km_point(figure, 0.0, trace->steps[i].survival).y;
        if (x > points[n - 1].x) {
            points[n] = (cbk_point){x, points[n - 1].y};
            n++;
        }
        if (y > points[n - 1].y) {
            points[n++] = (cbk_point){x, y};
        }
    }
    points[n++] = trace->end;
    const cbk_curve *source = &figure->curves->curves[curve];
    const char *name = cbk_km_name_of(figure->curves, curve);
    const char *tip =
        cbk_text_format(figure->arena, "%s%sn = %zu, events = %zu", name,
                        *name != '\0' ? ": " : "", source->km->n, source->km->n_event);
    cbk_km_line(figure, curve, points, n, tip);
}

/* One tick for what would be drawn over each other; a comb of them for very many. */
static void draw_censorings(const cbk_km_figure *figure, size_t curve)
{
    const cbk_km *km = figure->curves->curves[curve].km;
    const double thin = km->n - km->n_event > MANY_CENSORED ? 1.2 : 0.25;
    cbk_point last = {-HUGE_VAL, -HUGE_VAL};
    for (size_t i = 0; i < km->n_rows; i++) {
        const cbk_km_row state = cbk_km_row_at(km, i);
        const cbk_km_row *row = &state;
        const cbk_point at = cbk_km_point(figure, row->time, row->survival);
        if (row->n_censor > 0.0 && (at.x - last.x >= thin || at.y - last.y >= thin)) {
            const char *time =
                cbk_axis_value(row->time, figure->curves->unit, figure->arena);
            const char *tip =
                row->n_censor > 1.0
                    ? cbk_text_format(figure->arena, "%.0f censored at %s", row->n_censor,
                                      time)
                    : cbk_text_format(figure->arena, "Censored at %s", time);
            cbk_drawing_marker(figure->drawing, figure->arena, at, CBK_MARKER_TICK, 2.2,
                               cbk_km_ink(curve), tip);
            last = at;
        }
    }
}

static void draw_nobody(const cbk_km_figure *figure)
{
    const cbk_box plot = figure->plot;
    const cbk_point middle = {(plot.left + plot.right) / 2.0,
                              (plot.top + plot.bottom) / 2.0};
    cbk_drawing_text(figure->drawing, figure->arena, middle, CBK_ANCHOR_MIDDLE, TITLE_MM,
                     CBK_INK_MUTED, "No patient with follow-up");
}

static void draw_plot(cbk_km_figure *figure)
{
    const size_t n = figure->curves->n_curves;
    bool is_empty = true;
    for (size_t i = 0; i < n; i++) {
        if (n <= CBK_KM_BANDS_MAX) {
            draw_band(figure, i);
        }
        is_empty = is_empty && figure->traces[i].n_steps == 0;
    }
    if (is_empty) {
        draw_nobody(figure);
    } else {
        cbk_km_draw_marks(figure);
    }
    for (size_t i = 0; i < n; i++) {
        draw_curve(figure, i);
        draw_censorings(figure, i);
    }
    cbk_km_draw_mark_labels(figure);
}

const cbk_drawing *cbk_figure_km_draw(const cbk_curves *curves, const char *title,
                                      const double *marks, size_t n_marks,
                                      cbk_arena *arena)
{
    assert(curves != NULL && arena != NULL);
    cbk_km_figure figure = {
        .curves = curves, .marks = marks, .n_marks = n_marks, .arena = arena};
    lay_out(&figure, EDGE_MM + name_margin(&figure));
    if (!cbk_km_place_names(&figure)) {
        figure.legend_mm = cbk_km_legend_height(&figure);
        lay_out(&figure, EDGE_MM);
    }
    const double axis_mm = figure.plot.bottom + AXIS_GAP_MM;
    const double table_mm = axis_mm + AXIS_HEIGHT_MM;
    const double height = table_mm + cbk_km_table_height(&figure) + EDGE_MM / 2.0;
    figure.drawing =
        cbk_drawing_create(arena, figure.width_mm, height, title,
                           cbk_km_description(curves, marks, n_marks, arena));
    if (cbk_arena_has_failed(arena)) {
        return NULL;
    }
    draw_plot(&figure);
    cbk_km_draw_names(&figure);
    cbk_km_draw_legend(&figure);
    draw_survival_axis(&figure);
    cbk_axis_draw(&figure.axis, figure.drawing, arena, axis_mm, curves->unit);
    cbk_km_draw_table(&figure, table_mm);
    return cbk_arena_has_failed(arena) ? NULL : figure.drawing;
}
