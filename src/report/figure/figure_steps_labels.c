/* figure_steps_labels.c - what is written beside the curves of a figure of steps: names
 * or a legend, and the values at the marks.  A label that finds no free place is left
 * out; its numbers are in the tips and in the description.
 */
#include "report/figure/figure_steps.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

#define SAMPLE_MM 7.0 /* line before a name of the legend */
#define LEGEND_ROW_MM 4.6
#define VALUE_MM 2.9  /* size of "80%" */
#define BESIDE_MM 1.5 /* from a dot to its value */

static cbk_box page_of(const cbk_step_figure *figure)
{
    return (cbk_box){.left = figure->plot.left,
                     .top = figure->plot.top - 2.0,
                     .right = figure->width_mm - 1.5,
                     .bottom = figure->plot.bottom + 1.0};
}

/* ---- names ---------------------------------------------------------------------- */

static bool place_name(cbk_step_figure *figure, const char *name, cbk_point end,
                       cbk_step_name *out)
{
    const double size = CBK_STEPS_SMALL_MM;
    const double level = end.y + 0.36 * size;
    const cbk_step_name choices[] = {
        {{end.x + 1.5, level}, CBK_ANCHOR_START},
        {{end.x + 1.5, level - 1.0}, CBK_ANCHOR_START},
        {{end.x + 1.5, level + 1.0}, CBK_ANCHOR_START},
        {{end.x + 1.5, level - 2.0}, CBK_ANCHOR_START},
        {{end.x + 1.5, level + 2.0}, CBK_ANCHOR_START},
        {{end.x, end.y - 1.6}, CBK_ANCHOR_END},
        {{end.x, end.y + 1.6 + 0.8 * size}, CBK_ANCHOR_END},
    };
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
        const cbk_box box =
            cbk_box_of_text(name, choices[i].at, choices[i].anchor, size, false);
        if (cbk_box_is_inside(box, page_of(figure)) &&
            cbk_boxes_is_free(&figure->taken, box)) {
            cbk_boxes_add(&figure->taken, box);
            *out = choices[i];
            return true;
        }
    }
    return false;
}

bool cbk_step_place_names(cbk_step_figure *figure)
{
    const size_t n = figure->chart->n_curves;
    cbk_step_name *names = CBK_NEW(figure->arena, cbk_step_name, n);
    for (size_t i = 0; names != NULL && i < n; i++) {
        const char *name = figure->chart->curves[i].name;
        if (*name == '\0') {
            return true; /* the only curve: nothing to tell apart */
        }
        if (figure->traces[i].n_steps > 0 &&
            !place_name(figure, name, figure->traces[i].end, &names[i])) {
            return false;
        }
    }
    figure->names = names;
    return true;
}

void cbk_step_draw_names(const cbk_step_figure *figure)
{
    for (size_t i = 0; figure->names != NULL && i < figure->chart->n_curves; i++) {
        if (figure->traces[i].n_steps > 0) {
            cbk_drawing_text(figure->drawing, figure->arena, figure->names[i].at,
                             figure->names[i].anchor, CBK_STEPS_SMALL_MM, cbk_step_ink(i),
                             figure->chart->curves[i].name);
        }
    }
}

/* Over the plot; over all of the figure where a name would be cut short. */
static double legend_left(const cbk_step_figure *figure)
{
    const double room = figure->width_mm - 2.0 - figure->plot.left - SAMPLE_MM - 1.5;
    for (size_t i = 0; i < figure->chart->n_curves; i++) {
        const char *name = figure->chart->curves[i].name;
        if (cbk_text_width_mm(name, CBK_STEPS_SMALL_MM, false) > room) {
            return 2.0;
        }
    }
    return figure->plot.left;
}

/* Walks the items of the legend from left to right and down; draws them where there is a
 * drawing.  Returns its height. */
static double legend_walk(const cbk_step_figure *figure, bool is_drawn)
{
    const double left = legend_left(figure);
    const double right = figure->width_mm - 2.0;
    const double name_max = right - left - SAMPLE_MM - 1.5;
    double x = left;
    double y = 6.0;
    for (size_t i = 0; i < figure->chart->n_curves; i++) {
        const char *name =
            cbk_text_fitted(figure->chart->curves[i].name, CBK_STEPS_SMALL_MM, false,
                            name_max, figure->arena);
        const double width =
            SAMPLE_MM + 1.5 + cbk_text_width_mm(name, CBK_STEPS_SMALL_MM, false);
        if (x > left && x + width > right) {
            x = left;
            y += LEGEND_ROW_MM;
        }
        if (is_drawn) {
            const cbk_point line[] = {{x, y}, {x + SAMPLE_MM, y}};
            cbk_step_line(figure, i, line, 2, NULL);
            cbk_drawing_text(
                figure->drawing, figure->arena,
                (cbk_point){x + SAMPLE_MM + 1.5, y + 0.36 * CBK_STEPS_SMALL_MM},
                CBK_ANCHOR_START, CBK_STEPS_SMALL_MM, CBK_INK_FOREGROUND, name);
        }
        x += width + 5.0;
    }
    return y;
}

double cbk_step_legend_height(const cbk_step_figure *figure)
{
    return legend_walk(figure, false);
}

void cbk_step_draw_legend(const cbk_step_figure *figure)
{
    if (figure->legend_mm > 0.0) {
        (void)legend_walk(figure, true);
    }
}

/* ---- marks ---------------------------------------------------------------------- */

static void draw_thin_line(const cbk_step_figure *figure, const cbk_point *points,
                           size_t n)
{
    cbk_drawing_add(figure->drawing, figure->arena,
                    (cbk_shape){.kind = CBK_SHAPE_POLYLINE,
                                .n_points = n,
                                .points = points,
                                .stroke = CBK_INK_MUTED,
                                .fill = CBK_INK_NONE,
                                .width_mm = 0.2,
                                .dash_mm = {1.0, 0.8}});
}

bool cbk_step_has_median(const cbk_step_figure *figure, size_t curve)
{
    const cbk_step_curve *of = &figure->chart->curves[curve];
    return figure->chart->look->has_median && isfinite(of->median) &&
           figure->traces[curve].n_steps > 0 && of->median <= of->end;
}

void cbk_step_median_lines(const cbk_step_figure *figure, size_t curve,
                           cbk_point corners[3])
{
    const double median = figure->chart->curves[curve].median;
    corners[0] = cbk_step_point(figure, 0.0, 0.5);
    corners[1] = cbk_step_point(figure, median, 0.5);
    corners[2] = cbk_step_point(figure, median, 0.0);
}

/* A thin dashed line each, before the curves are drawn. */
void cbk_step_draw_marks(cbk_step_figure *figure)
{
    for (size_t i = 0; i < figure->chart->n_marks; i++) {
        cbk_point line[2];
        if (cbk_step_mark_line(figure, i, line)) {
            draw_thin_line(figure, line, 2);
        }
    }
    for (size_t i = 0; i < figure->chart->n_curves; i++) {
        cbk_point corners[3];
        if (cbk_step_has_median(figure, i)) {
            cbk_step_median_lines(figure, i, corners);
            draw_thin_line(figure, corners, 3);
        }
    }
}

/* What a line from the axis is for, at its foot. */
static void draw_foot(cbk_step_figure *figure, double time, const char *text)
{
    const cbk_point foot = cbk_step_point(figure, time, 0.0);
    const double sides[] = {BESIDE_MM, -BESIDE_MM};
    for (size_t i = 0; text != NULL && i < 2; i++) {
        const cbk_point at = {foot.x + sides[i], foot.y - 0.8};
        const cbk_anchor anchor = sides[i] > 0.0 ? CBK_ANCHOR_START : CBK_ANCHOR_END;
        const cbk_box box = cbk_box_of_text(text, at, anchor, CBK_STEPS_SMALL_MM, false);
        if (cbk_box_is_inside(box, page_of(figure)) &&
            cbk_boxes_is_free(&figure->taken, box)) {
            cbk_boxes_add(&figure->taken, box);
            cbk_drawing_text(figure->drawing, figure->arena, at, anchor,
                             CBK_STEPS_SMALL_MM, CBK_INK_MUTED, text);
            return;
        }
    }
}

/* Up to two lines that are placed as one. */
typedef struct value_label {
    const char *value;
    const char *interval; /* or NULL */
    cbk_ink ink;
    double width_mm;
    double height_mm;
} value_label;

static value_label label_of(const cbk_step_figure *figure, size_t curve,
                            const cbk_step *at, bool has_interval)
{
    const bool is_only = figure->chart->n_curves == 1;
    cbk_arena *arena = figure->arena;
    const char *sign = figure->chart->is_percent ? "%" : "";
    value_label label = {
        .value = cbk_text_format(arena, "%s%s", cbk_step_number(figure, curve, at->value),
                                 sign),
        .ink = is_only ? CBK_INK_FOREGROUND : cbk_step_ink(curve)};
    if (has_interval && at->upper > at->lower) {
        const char *lower = cbk_step_number(figure, curve, at->lower);
        const char *upper = cbk_step_number(figure, curve, at->upper);
        label.interval =
            cbk_print_interval(arena, figure->chart->look->style, CBK_PRINT_NARROW,
                               figure->chart->level, lower, upper, sign);
    }
    label.width_mm = fmax(cbk_text_width_mm(label.value, VALUE_MM, true),
                          cbk_text_width_mm(label.interval, CBK_STEPS_SMALL_MM, false));
    label.height_mm =
        VALUE_MM + (label.interval != NULL ? 1.25 * CBK_STEPS_SMALL_MM : 0.0);
    return label;
}

static void draw_label(cbk_step_figure *figure, const value_label *label, cbk_box box,
                       cbk_anchor anchor)
{
    const double x = anchor == CBK_ANCHOR_START ? box.left : box.right;
    const cbk_point first = {x, box.top + 0.78 * VALUE_MM};
    cbk_drawing_add(figure->drawing, figure->arena,
                    (cbk_shape){.kind = CBK_SHAPE_TEXT,
                                .n_points = 1,
                                .points = &first,
                                .stroke = CBK_INK_NONE,
                                .fill = label->ink,
                                .size_mm = VALUE_MM,
                                .text = label->value,
                                .anchor = anchor,
                                .is_bold = true});
    if (label->interval != NULL) {
        const cbk_point second = {x, first.y + 1.25 * CBK_STEPS_SMALL_MM};
        cbk_drawing_text(figure->drawing, figure->arena, second, anchor,
                         CBK_STEPS_SMALL_MM, CBK_INK_MUTED, label->interval);
    }
    cbk_boxes_add(&figure->taken, box);
}

/* Whether a label there is nearer to its dot than to any other curve's at that time. */
static bool is_nearest(const cbk_step_figure *figure, const cbk_step *at, cbk_box box)
{
    const double middle = (box.top + box.bottom) / 2.0;
    const double own = fabs(middle - cbk_step_point(figure, at->time, at->value).y);
    for (size_t i = 0; i < figure->chart->n_curves; i++) {
        cbk_step other;
        if (cbk_step_has_point(&figure->chart->curves[i], at->time, &other) &&
            other.value != at->value &&
            fabs(middle - cbk_step_point(figure, at->time, other.value).y) <= own) {
            return false;
        }
    }
    return true;
}

/* Above on the right, where a falling curve never is; below on the left, where it was
 * higher; then farther away.  A rising one is the mirror image. */
static bool place_label(cbk_step_figure *figure, const value_label *label,
                        const cbk_step *at)
{
    const double farthest = label->interval != NULL ? 8.0 : 16.0;
    const cbk_point dot = cbk_step_point(figure, at->time, at->value);
    for (double away = 1.2; away <= farthest; away += 1.0) {
        for (int corner = 0; corner < 4; corner++) {
            const bool is_right = corner == 0 || corner == 2;
            const bool is_above =
                (corner == 0 || corner == 3) != figure->chart->is_rising;
            cbk_box box;
            box.left = is_right ? dot.x + BESIDE_MM : dot.x - BESIDE_MM - label->width_mm;
            box.top = is_above ? dot.y - away - label->height_mm : dot.y + away;
            box.right = box.left + label->width_mm;
            box.bottom = box.top + label->height_mm;
            if (cbk_box_is_inside(box, page_of(figure)) && is_nearest(figure, at, box) &&
                cbk_boxes_is_free(&figure->taken, box)) {
                draw_label(figure, label, box,
                           is_right ? CBK_ANCHOR_START : CBK_ANCHOR_END);
                return true;
            }
        }
    }
    return false;
}

static void draw_dot(cbk_step_figure *figure, size_t curve, const cbk_step *at)
{
    const cbk_point dot = cbk_step_point(figure, at->time, at->value);
    const cbk_step_chart *chart = figure->chart;
    const char *tip = chart->mark_text(chart->context, curve, at->time,
                                       figure->chart->look->style, figure->arena);
    cbk_drawing_marker(figure->drawing, figure->arena, dot, CBK_MARKER_CIRCLE, 1.7,
                       cbk_step_ink(curve), tip);
    cbk_boxes_add(&figure->taken, cbk_box_around(dot, dot, 1.0));
}

/* The value with its interval, or alone where that has no place. */
static void draw_value(cbk_step_figure *figure, size_t curve, const cbk_step *at)
{
    const value_label whole = label_of(figure, curve, at, true);
    if (!place_label(figure, &whole, at)) {
        const value_label value = label_of(figure, curve, at, false);
        (void)place_label(figure, &value, at);
    }
}

static void draw_dots(cbk_step_figure *figure, double time)
{
    bool is_drawn = false;
    for (size_t j = 0; j < figure->chart->n_curves; j++) {
        cbk_step at;
        if (cbk_step_has_point(&figure->chart->curves[j], time, &at)) {
            draw_dot(figure, j, &at);
            is_drawn = true;
        }
    }
    if (is_drawn) {
        draw_foot(figure, time,
                  cbk_axis_value(time, figure->chart->unit, figure->chart->look->style,
                                 figure->arena));
    }
}

/* Of more curves the medians are in the table alone. */
static void draw_median_feet(cbk_step_figure *figure)
{
    const cbk_step_chart *chart = figure->chart;
    for (size_t i = 0; chart->n_curves <= CBK_STEPS_LABELLED_MAX && i < chart->n_curves;
         i++) {
        if (cbk_step_has_median(figure, i)) {
            const double median = chart->curves[i].median;
            draw_foot(figure, median,
                      cbk_text_format(figure->arena, "Median %s",
                                      cbk_axis_value(median, chart->unit,
                                                     chart->look->style, figure->arena)));
        }
    }
}

/* The comment on one line, or broken behind its colon. */
typedef struct comment_lines {
    size_t n;
    const char *line[2];
    double width_mm;
} comment_lines;

static comment_lines comment_on(const cbk_step_figure *figure, size_t n)
{
    comment_lines lines = {.n = n, .line = {figure->chart->comment, NULL}};
    const char *colon = strchr(figure->chart->comment, ':');
    if (n == 2 && colon != NULL) {
        const int length = (int)(colon + 1 - figure->chart->comment);
        lines.line[0] =
            cbk_text_format(figure->arena, "%.*s", length, figure->chart->comment);
        lines.line[1] = colon + 1 + strspn(colon + 1, " ");
    }
    for (size_t i = 0; i < n; i++) {
        lines.width_mm =
            fmax(lines.width_mm, cbk_text_width_mm(lines.line[i], VALUE_MM, false));
    }
    return lines;
}

static bool place_comment(cbk_step_figure *figure, const comment_lines *lines,
                          double left, double top)
{
    const double apart = 0.8; /* from labels that it could be taken for a part of */
    const double height = (double)lines->n * 1.25 * VALUE_MM;
    const cbk_box box = {left, top, left + lines->width_mm, top + height};
    const cbk_box around = {box.left - apart, box.top - apart, box.right + apart,
                            box.bottom + apart};
    if (!cbk_box_is_inside(box, figure->plot) ||
        !cbk_boxes_is_free(&figure->taken, around)) {
        return false;
    }
    cbk_boxes_add(&figure->taken, box);
    for (size_t i = 0; i < lines->n; i++) {
        const cbk_point at = {left, top + (0.9 + 1.25 * (double)i) * VALUE_MM};
        cbk_drawing_text(figure->drawing, figure->arena, at, CBK_ANCHOR_START, VALUE_MM,
                         CBK_INK_FOREGROUND, lines->line[i]);
    }
    return true;
}

/* From the corner where such curves seldom are, left, in the middle, right, then on. */
static bool find_comment_place(cbk_step_figure *figure, const comment_lines *lines)
{
    const cbk_box plot = figure->plot;
    const double height = (double)lines->n * 1.25 * VALUE_MM;
    const double room = plot.right - plot.left - lines->width_mm - 2.0;
    const double lefts[] = {0.5, 0.25 * room, 0.5 * room, 0.75 * room, room};
    const double step = 2.0;
    for (double down = 0.5; down + height < plot.bottom - plot.top; down += step) {
        const double top =
            figure->chart->is_rising ? plot.top + down : plot.bottom - down - height;
        for (size_t i = 0; i < sizeof lefts / sizeof *lefts; i++) {
            if (place_comment(figure, lines, plot.left + lefts[i], top)) {
                return true;
            }
        }
    }
    return false;
}

void cbk_step_draw_comment(cbk_step_figure *figure)
{
    bool is_placed = figure->chart->comment == NULL;
    for (size_t n = 1; !is_placed && n <= 2; n++) {
        const comment_lines lines = comment_on(figure, n);
        is_placed = cbk_arena_has_failed(figure->arena) ||
                    (lines.line[n - 1] != NULL && find_comment_place(figure, &lines));
    }
}

/* All dots first, so that no value covers one. */
void cbk_step_draw_mark_labels(cbk_step_figure *figure)
{
    for (size_t i = 0; i < figure->chart->n_marks; i++) {
        if (cbk_step_mark_is_drawn(figure, i)) {
            draw_dots(figure, figure->chart->marks[i]);
        }
    }
    draw_median_feet(figure);
    if (figure->chart->n_curves > CBK_STEPS_LABELLED_MAX) {
        return;
    }
    for (size_t i = 0; i < figure->chart->n_marks; i++) {
        for (size_t j = 0; j < figure->chart->n_curves; j++) {
            cbk_step at;
            if (cbk_step_mark_is_drawn(figure, i) &&
                cbk_step_has_point(&figure->chart->curves[j], figure->chart->marks[i],
                                   &at)) {
                draw_value(figure, j, &at);
            }
        }
    }
}
