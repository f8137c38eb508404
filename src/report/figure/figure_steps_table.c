/* figure_steps_table.c - the table under a figure of steps: for each group rows of counts
 * at each tick of the axis.
 */
#include "report/figure/figure_steps.h"

#include "report/builder.h"

#include <math.h>

#define ROW_MM 4.0
#define LABEL_LEFT_MM 2.0
#define SAMPLE_MM 6.0             /* line before a group's name */
#define LABEL_MOST (34.0 / 150.0) /* of the figure's width */
#define NAME_GAP_MM 1.2           /* above a group's name */
#define VALUES_GAP_MM 4.0         /* between a name and its values */

/* Which of a block's counts stands in a row of it; SIZE_MAX: there is no such row. */
static size_t count_of_row(const cbk_step_chart *chart, const cbk_step_block *block,
                           size_t row)
{
    if (!chart->look->has_counts) {
        return row < block->n_counts ? row : SIZE_MAX;
    }
    for (size_t i = 0; i < chart->look->n_counts; i++) {
        for (size_t k = 0; k < block->n_counts; k++) {
            const cbk_count_kind kind = k == 0                     ? CBK_COUNT_AT_RISK
                                        : k + 1 == block->n_counts ? CBK_COUNT_CENSORED
                                                                   : CBK_COUNT_EVENTS;
            if (kind == chart->look->counts[i] && row-- == 0) {
                return k;
            }
        }
    }
    return SIZE_MAX;
}

static size_t n_rows_of(const cbk_step_chart *chart, const cbk_step_block *block)
{
    size_t n = 0;
    while (count_of_row(chart, block, n) != SIZE_MAX) {
        n++;
    }
    return n;
}

double cbk_step_count_width(const cbk_step_chart *chart, cbk_arena *arena)
{
    double widest = 0.0;
    for (size_t i = 0; i < chart->n_blocks; i++) {
        const char *text =
            cbk_print_number(arena, chart->look->style, chart->blocks[i].most, 0);
        widest = fmax(widest, cbk_text_width_mm(text, CBK_STEPS_SMALL_MM, false));
    }
    return widest;
}

/* One row a group is labelled by the groups' names, where these are not cut short by it
 * and nothing else stands beside them. */
static bool is_compact(const cbk_step_chart *chart, double width_mm)
{
    const double most = 1.3 * LABEL_MOST * width_mm - SAMPLE_MM - 1.5;
    bool is_fit = chart->n_blocks > 1 && chart->n_marks == 0 && !chart->look->has_median;
    for (size_t i = 0; is_fit && i < chart->n_blocks; i++) {
        const cbk_step_block *block = &chart->blocks[i];
        is_fit = n_rows_of(chart, block) == 1 && block->curve != SIZE_MAX &&
                 *block->name != '\0' &&
                 cbk_text_width_mm(block->name, CBK_STEPS_SMALL_MM, true) <= most;
    }
    return is_fit;
}

static double label_width(const cbk_step_chart *chart, double width_mm)
{
    double widest = 0.0;
    const bool is_by_name = is_compact(chart, width_mm);
    for (size_t i = 0; i < chart->n_blocks; i++) {
        const cbk_step_block *block = &chart->blocks[i];
        for (size_t row = 0; !is_by_name && count_of_row(chart, block, row) != SIZE_MAX;
             row++) {
            const char *label = block->labels[count_of_row(chart, block, row)];
            widest = fmax(widest, cbk_text_width_mm(label, CBK_STEPS_SMALL_MM, false));
        }
        if (is_by_name) {
            widest = fmax(widest,
                          SAMPLE_MM + 1.5 +
                              cbk_text_width_mm(block->name, CBK_STEPS_SMALL_MM, true));
        }
    }
    return is_by_name ? widest : fmin(widest, LABEL_MOST * width_mm);
}

double cbk_step_table_gutter(const cbk_step_chart *chart, double width_mm,
                             cbk_arena *arena)
{
    return LABEL_LEFT_MM + label_width(chart, width_mm) + 1.5 +
           cbk_step_count_width(chart, arena) / 2.0;
}

static cbk_ink ink_of(size_t count)
{
    return count == 0 ? CBK_INK_FOREGROUND : CBK_INK_MUTED;
}

/* The counts of a block at every tick, from left to right and down. */
static void draw_counts(const cbk_step_figure *figure, size_t index, double top_mm)
{
    const cbk_step_chart *chart = figure->chart;
    const cbk_step_block *block = &chart->blocks[index];
    const size_t n_ticks = figure->axis.n_intervals + 1;
    double *times = CBK_NEW(figure->arena, double, n_ticks);
    double *counts = CBK_NEW(figure->arena, double, n_ticks * block->n_counts);
    if (counts == NULL) {
        return;
    }
    for (size_t i = 0; i < n_ticks; i++) {
        times[i] = cbk_axis_tick(&figure->axis, i);
    }
    chart->count(chart->context, index, times, n_ticks, counts);
    for (size_t i = 0; i < n_ticks; i++) {
        for (size_t row = 0, k = 0; (k = count_of_row(chart, block, row)) != SIZE_MAX;
             row++) {
            const char *text = cbk_print_number(figure->arena, chart->look->style,
                                                counts[i * block->n_counts + k], 0);
            const cbk_point at = {cbk_axis_mm(&figure->axis, times[i]),
                                  top_mm + (double)(row + 1) * ROW_MM};
            cbk_drawing_text(figure->drawing, figure->arena, at, CBK_ANCHOR_MIDDLE,
                             CBK_STEPS_SMALL_MM, ink_of(k), text);
        }
    }
}

/* ---- a group's name and its values --------------------------------------------------
 */

/* "36 months 19% (95% CI 12–30)", "median 32.5 months": of one of several curves. */
typedef struct value_texts {
    size_t n;
    const char **texts;
} value_texts;

static value_texts values_of(const cbk_step_figure *figure, size_t curve)
{
    const cbk_step_chart *chart = figure->chart;
    cbk_arena *arena = figure->arena;
    value_texts values = {.texts = CBK_NEW(arena, const char *, chart->n_marks + 1)};
    if (values.texts == NULL || curve == SIZE_MAX || chart->n_curves < 2) {
        return values;
    }
    for (size_t i = 0; i < chart->n_marks; i++) {
        cbk_step at;
        if (cbk_step_mark_is_drawn(figure, i) &&
            cbk_step_has_value(&chart->curves[curve], chart->marks[i], &at)) {
            values.texts[values.n] = cbk_text_format(
                arena, "%s %s",
                cbk_axis_value(chart->marks[i], chart->unit, chart->look->style, arena),
                cbk_step_value_text(figure, curve, &at, values.n == 0));
            values.n++;
        }
    }
    if (chart->look->has_median && chart->curves[curve].n_steps > 0) {
        const double median = chart->curves[curve].median;
        values.texts[values.n++] =
            isfinite(median) ? cbk_text_format(arena, "median %s",
                                               cbk_axis_value(median, chart->unit,
                                                              chart->look->style, arena))
                             : "median not reached";
    }
    return values;
}

/* The values from *next on that fit into room_mm, as one text, so that it is spaced as
 * its font is: at least one where must_have. */
static const char *line_of(const cbk_step_figure *figure, const value_texts *values,
                           size_t *next, double room_mm, bool must_have)
{
    const char *line = NULL;
    for (; *next < values->n; (*next)++) {
        const char *longer = cbk_text_format(
            figure->arena, "%s%s%s%s", line != NULL ? line : "", line != NULL ? " " : "",
            values->texts[*next], *next + 1 < values->n ? ";" : "");
        if (longer == NULL ||
            ((line != NULL || !must_have) &&
             cbk_text_width_mm(longer, CBK_STEPS_SMALL_MM, false) > room_mm)) {
            break;
        }
        line = longer;
    }
    return line;
}

/* Writes the values from at.x on, then on as many lines as they need, where is_drawn.
 * Returns how many lines they need beyond the first. */
static size_t write_values(const cbk_step_figure *figure, const value_texts *values,
                           cbk_point at, double next_left, bool is_drawn)
{
    const double right = figure->width_mm - 2.0;
    const double size = CBK_STEPS_SMALL_MM;
    size_t n_more = 0;
    for (size_t next = 0; next < values->n && !cbk_arena_has_failed(figure->arena);) {
        const char *line = line_of(figure, values, &next, right - at.x, n_more > 0);
        if (line != NULL && is_drawn) {
            cbk_drawing_text(
                figure->drawing, figure->arena, at, CBK_ANCHOR_START, size,
                CBK_INK_FOREGROUND,
                cbk_text_fitted(line, size, false, right - at.x, figure->arena));
        }
        if (next < values->n) {
            at = (cbk_point){next_left, at.y + ROW_MM};
            n_more++;
        }
    }
    return n_more;
}

static double name_left(const cbk_step_block *block)
{
    return block->curve != SIZE_MAX ? LABEL_LEFT_MM + SAMPLE_MM + 1.5 : LABEL_LEFT_MM;
}

/* The name, then its values, on the same line where there is room for the first. */
static size_t write_name(const cbk_step_figure *figure, const cbk_step_block *block,
                         double baseline_mm, double name_most, bool is_drawn)
{
    const double left = name_left(block);
    const value_texts values = values_of(figure, block->curve);
    const char *name =
        cbk_text_fitted(block->name, CBK_STEPS_SMALL_MM, true, name_most, figure->arena);
    if (is_drawn) {
        cbk_drawing_add(figure->drawing, figure->arena,
                        (cbk_shape){.kind = CBK_SHAPE_TEXT,
                                    .n_points = 1,
                                    .points = &(cbk_point){left, baseline_mm},
                                    .stroke = CBK_INK_NONE,
                                    .fill = block->curve != SIZE_MAX
                                                ? cbk_step_ink(block->curve)
                                                : CBK_INK_FOREGROUND,
                                    .size_mm = CBK_STEPS_SMALL_MM,
                                    .text = name,
                                    .anchor = CBK_ANCHOR_START,
                                    .is_bold = true});
    }
    const cbk_point first = {left + cbk_text_width_mm(name, CBK_STEPS_SMALL_MM, true) +
                                 VALUES_GAP_MM,
                             baseline_mm};
    return write_values(figure, &values, first, left, is_drawn);
}

static void draw_sample(const cbk_step_figure *figure, size_t curve, double baseline_mm)
{
    const double y = baseline_mm - 0.36 * CBK_STEPS_SMALL_MM;
    const cbk_point line[] = {{LABEL_LEFT_MM, y}, {LABEL_LEFT_MM + SAMPLE_MM, y}};
    if (curve != SIZE_MAX) {
        cbk_step_line(figure, curve, line, 2, NULL);
    }
}

/* Draws the name where is_drawn; returns the height of it and what stands behind it. */
static double name_block(const cbk_step_figure *figure, const cbk_step_block *block,
                         double top_mm, bool is_drawn)
{
    const bool has_rows = count_of_row(figure->chart, block, 0) != SIZE_MAX;
    if (*block->name == '\0' || (!has_rows && values_of(figure, block->curve).n == 0)) {
        return 0.0;
    }
    const double baseline = top_mm + NAME_GAP_MM + ROW_MM;
    const double most = figure->width_mm - 2.0 - name_left(block);
    if (is_drawn) {
        draw_sample(figure, block->curve, baseline);
    }
    const size_t n_more = write_name(figure, block, baseline, most, is_drawn);
    return NAME_GAP_MM + (double)(1 + n_more) * ROW_MM;
}

/* ---- the table ----------------------------------------------------------------------
 */

static double compact_height(const cbk_step_chart *chart)
{
    return NAME_GAP_MM + (double)(chart->n_blocks + 1) * ROW_MM;
}

double cbk_step_table_height(const cbk_step_figure *figure)
{
    const cbk_step_chart *chart = figure->chart;
    double height = 3.0;
    if (is_compact(chart, figure->width_mm)) {
        return height + compact_height(chart);
    }
    for (size_t i = 0; i < chart->n_blocks; i++) {
        const cbk_step_block *block = &chart->blocks[i];
        height += name_block(figure, block, 0.0, false) +
                  (double)n_rows_of(chart, block) * ROW_MM;
    }
    return height;
}

/* What is counted above all groups, then a row each. */
static void draw_compact(const cbk_step_figure *figure, double top_mm)
{
    const cbk_step_chart *chart = figure->chart;
    double y = top_mm + NAME_GAP_MM + ROW_MM;
    const size_t counted = count_of_row(chart, &chart->blocks[0], 0);
    cbk_drawing_text(figure->drawing, figure->arena, (cbk_point){LABEL_LEFT_MM, y},
                     CBK_ANCHOR_START, CBK_STEPS_SMALL_MM, CBK_INK_FOREGROUND,
                     chart->blocks[0].labels[counted]);
    for (size_t i = 0; i < chart->n_blocks; i++) {
        const cbk_step_block *block = &chart->blocks[i];
        draw_sample(figure, block->curve, y + ROW_MM);
        (void)write_name(figure, block, y + ROW_MM, figure->plot.left, true);
        draw_counts(figure, i, y);
        y += ROW_MM;
    }
}

static void draw_labels(const cbk_step_figure *figure, const cbk_step_block *block,
                        double top_mm)
{
    const double most = LABEL_MOST * figure->width_mm;
    for (size_t row = 0, k = 0; (k = count_of_row(figure->chart, block, row)) != SIZE_MAX;
         row++) {
        cbk_drawing_text(figure->drawing, figure->arena,
                         (cbk_point){LABEL_LEFT_MM, top_mm + (double)(row + 1) * ROW_MM},
                         CBK_ANCHOR_START, CBK_STEPS_SMALL_MM, ink_of(k),
                         cbk_text_fitted(block->labels[k], CBK_STEPS_SMALL_MM, false,
                                         most, figure->arena));
    }
}

void cbk_step_draw_table(const cbk_step_figure *figure, double top_mm)
{
    const cbk_step_chart *chart = figure->chart;
    double y = top_mm + 2.0;
    if (is_compact(chart, figure->width_mm)) {
        draw_compact(figure, y);
        return;
    }
    for (size_t i = 0; i < chart->n_blocks; i++) {
        const cbk_step_block *block = &chart->blocks[i];
        y += name_block(figure, block, y, true);
        draw_labels(figure, block, y);
        draw_counts(figure, i, y);
        y += (double)n_rows_of(chart, block) * ROW_MM;
    }
}
