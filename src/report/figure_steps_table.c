/* figure_steps_table.c - the table under a figure of steps: for each group rows of counts
 * at each tick of the axis.
 */
#include "report/figure_steps.h"

#include "report/parts.h"

#include <math.h>

#define ROW_MM 4.0
#define LABEL_LEFT_MM 2.0
#define SAMPLE_MM 6.0 /* line before a group's name */
#define LABEL_MOST_MM 34.0

double cbk_step_count_width(const cbk_step_chart *chart)
{
    double widest = 0.0;
    for (size_t i = 0; i < chart->n_blocks; i++) {
        char text[CBK_NUMBER_SIZE];
        cbk_number_fixed(chart->blocks[i].most, 0, text);
        widest = fmax(widest, cbk_text_width_mm(text, CBK_STEPS_SMALL_MM, false));
    }
    return widest;
}

static double label_width(const cbk_step_chart *chart)
{
    double widest = 0.0;
    for (size_t i = 0; i < chart->n_blocks; i++) {
        for (size_t k = 0; k < chart->blocks[i].n_counts; k++) {
            const char *label = chart->blocks[i].labels[k];
            widest = fmax(widest, cbk_text_width_mm(label, CBK_STEPS_SMALL_MM, false));
        }
    }
    return fmin(widest, LABEL_MOST_MM);
}

double cbk_step_table_gutter(const cbk_step_chart *chart)
{
    return LABEL_LEFT_MM + label_width(chart) + 1.5 + cbk_step_count_width(chart) / 2.0;
}

static double block_height(const cbk_step_block *block)
{
    return (double)block->n_counts * ROW_MM + (*block->name != '\0' ? ROW_MM + 1.2 : 0.0);
}

double cbk_step_table_height(const cbk_step_chart *chart)
{
    double height = 3.0;
    for (size_t i = 0; i < chart->n_blocks; i++) {
        height += block_height(&chart->blocks[i]);
    }
    return height;
}

static cbk_ink ink_of(size_t count)
{
    return count == 0 ? CBK_INK_FOREGROUND : CBK_INK_MUTED;
}

/* The counts of a block at every tick. */
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
        for (size_t k = 0; k < block->n_counts; k++) {
            char text[CBK_NUMBER_SIZE];
            cbk_number_fixed(counts[i * block->n_counts + k], 0, text);
            const cbk_point at = {cbk_axis_mm(&figure->axis, times[i]),
                                  top_mm + (double)(k + 1) * ROW_MM};
            cbk_drawing_text(figure->drawing, figure->arena, at, CBK_ANCHOR_MIDDLE,
                             CBK_STEPS_SMALL_MM, ink_of(k), text);
        }
    }
}

/* "12 months 63% (95% CI 53–74); 36 months 19% (12–30)" of one of several curves. */
static const char *values_of(const cbk_step_figure *figure, size_t curve)
{
    const cbk_step_chart *chart = figure->chart;
    cbk_buffer text = {0};
    for (size_t i = 0; curve != SIZE_MAX && i < chart->n_marks; i++) {
        cbk_step at;
        if (cbk_step_mark_is_drawn(figure, i) &&
            cbk_step_has_value(&chart->curves[curve], chart->marks[i], &at)) {
            cbk_buffer_addf(&text, "%s%s %s", text.size > 0 ? "; " : "",
                            cbk_axis_value(chart->marks[i], chart->unit, figure->arena),
                            cbk_step_value_text(figure, curve, &at, text.size == 0));
        }
    }
    const char *taken = cbk_words_take(&text, figure->arena);
    return taken != NULL ? taken : "";
}

static void draw_name(const cbk_step_figure *figure, const cbk_step_block *block,
                      double baseline_mm)
{
    const bool has_curve = block->curve != SIZE_MAX;
    const double left = has_curve ? LABEL_LEFT_MM + SAMPLE_MM + 1.5 : LABEL_LEFT_MM;
    const double right = figure->width_mm - 2.0;
    const double line_mm = baseline_mm - 0.36 * CBK_STEPS_SMALL_MM;
    if (has_curve) {
        const cbk_point line[] = {{LABEL_LEFT_MM, line_mm},
                                  {LABEL_LEFT_MM + SAMPLE_MM, line_mm}};
        cbk_step_line(figure, block->curve, line, 2, NULL);
    }
    const cbk_point at = {left, baseline_mm};
    const char *values =
        figure->chart->n_curves > 1 ? values_of(figure, block->curve) : "";
    const double gap = 4.0;
    const double values_mm = cbk_text_width_mm(values, CBK_STEPS_SMALL_MM, false) + gap;
    const double least_name = 25.0;
    const bool has_values = *values != '\0' && right - left - values_mm >= least_name;
    const char *name = cbk_text_fitted(
        block->name, CBK_STEPS_SMALL_MM, true,
        has_values ? right - left - values_mm : right - left, figure->arena);
    cbk_drawing_add(
        figure->drawing, figure->arena,
        (cbk_shape){.kind = CBK_SHAPE_TEXT,
                    .n_points = 1,
                    .points = &at,
                    .stroke = CBK_INK_NONE,
                    .fill = has_curve ? cbk_step_ink(block->curve) : CBK_INK_FOREGROUND,
                    .size_mm = CBK_STEPS_SMALL_MM,
                    .text = name,
                    .anchor = CBK_ANCHOR_START,
                    .is_bold = true});
    const double x = left + cbk_text_width_mm(name, CBK_STEPS_SMALL_MM, true) + gap;
    if (has_values) {
        cbk_drawing_text(figure->drawing, figure->arena, (cbk_point){x, baseline_mm},
                         CBK_ANCHOR_START, CBK_STEPS_SMALL_MM, CBK_INK_FOREGROUND,
                         values);
    }
}

void cbk_step_draw_table(const cbk_step_figure *figure, double top_mm)
{
    double y = top_mm + 2.0;
    for (size_t i = 0; i < figure->chart->n_blocks; i++) {
        const cbk_step_block *block = &figure->chart->blocks[i];
        const double end = y + block_height(block);
        const double counts = end - (double)block->n_counts * ROW_MM;
        if (counts > y) {
            draw_name(figure, block, counts);
        }
        for (size_t k = 0; k < block->n_counts; k++) {
            cbk_drawing_text(
                figure->drawing, figure->arena,
                (cbk_point){LABEL_LEFT_MM, counts + (double)(k + 1) * ROW_MM},
                CBK_ANCHOR_START, CBK_STEPS_SMALL_MM, ink_of(k),
                cbk_text_fitted(block->labels[k], CBK_STEPS_SMALL_MM, false,
                                LABEL_MOST_MM, figure->arena));
        }
        draw_counts(figure, i, counts);
        y = end;
    }
}
