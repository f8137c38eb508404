/* figure_km_table.c - the table under a Kaplan-Meier figure: at each tick of the axis the
 * number under observation just before it, and the events and censorings before it, so
 * that without late entry the three add up to the number of patients [Mo19].
 * [Mo19] Morris et al.  BMJ Open 9 (2019) e030215.  doi:10.1136/bmjopen-2019-030215
 */
#include "report/figure_km.h"

#include "report/parts.h"

#include <math.h>

#define ROW_MM 4.0
#define LABEL_LEFT_MM 2.0
#define SAMPLE_MM 6.0 /* line before a group's name */

enum { AT_RISK, EVENTS, CENSORED, N_COUNTS };

static const char *const count_labels[N_COUNTS] = {"At risk", "Events", "Censored"};

double cbk_km_count_width(const cbk_curves *curves)
{
    double widest = 0.0;
    for (size_t i = 0; i < curves->n_curves; i++) {
        char text[CBK_NUMBER_SIZE];
        cbk_number_fixed((double)curves->curves[i].km->n, 0, text);
        widest = fmax(widest, cbk_text_width_mm(text, CBK_KM_SMALL_MM, false));
    }
    return widest;
}

double cbk_km_table_gutter(const cbk_curves *curves)
{
    const double label =
        cbk_text_width_mm(count_labels[CENSORED], CBK_KM_SMALL_MM, false);
    return LABEL_LEFT_MM + label + 1.5 + cbk_km_count_width(curves) / 2.0;
}

static double group_height(const cbk_km_figure *figure, size_t curve)
{
    const bool has_name = *cbk_km_name_of(figure->curves, curve) != '\0';
    return N_COUNTS * ROW_MM + (has_name ? ROW_MM + 1.2 : 0.0);
}

double cbk_km_table_height(const cbk_km_figure *figure)
{
    double height = 3.0;
    for (size_t i = 0; i < figure->curves->n_curves; i++) {
        height += group_height(figure, i);
    }
    return height;
}

/* The three counts at every tick: one pass over the rows. */
static void draw_counts(const cbk_km_figure *figure, const cbk_km *km, double top_mm)
{
    double before[N_COUNTS] = {0.0, 0.0, 0.0};
    size_t row = 0;
    for (size_t tick = 0; tick <= figure->axis.n_intervals; tick++) {
        const double time = cbk_axis_tick(&figure->axis, tick);
        for (; row < km->n_rows && km->risk->time[row] < time; row++) {
            const cbk_risk_row at = cbk_risk_row_at(km->risk, row);
            before[EVENTS] += at.n_event;
            before[CENSORED] += at.n_censor;
        }
        before[AT_RISK] = cbk_risk_table_n_risk_at(km->risk, time);
        for (size_t i = 0; i < N_COUNTS; i++) {
            char text[CBK_NUMBER_SIZE];
            cbk_number_fixed(before[i], 0, text);
            const cbk_point at = {cbk_axis_mm(&figure->axis, time),
                                  top_mm + (double)(i + 1) * ROW_MM};
            cbk_drawing_text(figure->drawing, figure->arena, at, CBK_ANCHOR_MIDDLE,
                             CBK_KM_SMALL_MM,
                             i == AT_RISK ? CBK_INK_FOREGROUND : CBK_INK_MUTED, text);
        }
    }
}

/* "12 months 63% (95% CI 53–74); 36 months 19% (12–30)" of one of several curves. */
static const char *values_of(const cbk_km_figure *figure, size_t curve)
{
    const cbk_curve *source = &figure->curves->curves[curve];
    cbk_buffer text = {0};
    for (size_t i = 0; i < figure->n_marks; i++) {
        cbk_km_at at;
        if (cbk_km_mark_is_drawn(figure, i) &&
            cbk_km_has_value(source, figure->marks[i], &at)) {
            cbk_buffer_addf(
                &text, "%s%s %s", text.size > 0 ? "; " : "",
                cbk_axis_value(figure->marks[i], figure->curves->unit, figure->arena),
                cbk_km_value_text(figure->curves, source, &at, text.size == 0,
                                  figure->arena));
        }
    }
    const char *taken = cbk_words_take(&text, figure->arena);
    return taken != NULL ? taken : "";
}

static void draw_name(const cbk_km_figure *figure, size_t curve, double baseline_mm)
{
    const double left = LABEL_LEFT_MM + SAMPLE_MM + 1.5;
    const double right = figure->width_mm - 2.0;
    const double line_mm = baseline_mm - 0.36 * CBK_KM_SMALL_MM;
    const cbk_point line[] = {{LABEL_LEFT_MM, line_mm},
                              {LABEL_LEFT_MM + SAMPLE_MM, line_mm}};
    cbk_km_line(figure, curve, line, 2, NULL);
    const cbk_point at = {left, baseline_mm};
    const char *values = figure->curves->n_curves > 1 ? values_of(figure, curve) : "";
    const double gap = 4.0;
    const double values_mm = cbk_text_width_mm(values, CBK_KM_SMALL_MM, false) + gap;
    const double least_name = 25.0;
    const bool has_values = *values != '\0' && right - left - values_mm >= least_name;
    const char *name = cbk_text_fitted(
        cbk_km_name_of(figure->curves, curve), CBK_KM_SMALL_MM, true,
        has_values ? right - left - values_mm : right - left, figure->arena);
    cbk_drawing_add(figure->drawing, figure->arena,
                    (cbk_shape){.kind = CBK_SHAPE_TEXT,
                                .n_points = 1,
                                .points = &at,
                                .stroke = CBK_INK_NONE,
                                .fill = cbk_km_ink(curve),
                                .size_mm = CBK_KM_SMALL_MM,
                                .text = name,
                                .anchor = CBK_ANCHOR_START,
                                .is_bold = true});
    const double x = left + cbk_text_width_mm(name, CBK_KM_SMALL_MM, true) + gap;
    if (has_values) {
        cbk_drawing_text(figure->drawing, figure->arena, (cbk_point){x, baseline_mm},
                         CBK_ANCHOR_START, CBK_KM_SMALL_MM, CBK_INK_FOREGROUND, values);
    }
}

void cbk_km_draw_table(const cbk_km_figure *figure, double top_mm)
{
    double y = top_mm + 2.0;
    for (size_t i = 0; i < figure->curves->n_curves; i++) {
        const double end = y + group_height(figure, i);
        const double counts = end - N_COUNTS * ROW_MM;
        if (counts > y) {
            draw_name(figure, i, counts);
        }
        for (size_t j = 0; j < N_COUNTS; j++) {
            cbk_drawing_text(
                figure->drawing, figure->arena,
                (cbk_point){LABEL_LEFT_MM, counts + (double)(j + 1) * ROW_MM},
                CBK_ANCHOR_START, CBK_KM_SMALL_MM,
                j == AT_RISK ? CBK_INK_FOREGROUND : CBK_INK_MUTED, count_labels[j]);
        }
        draw_counts(figure, figure->curves->curves[i].km, counts);
        y = end;
    }
}
