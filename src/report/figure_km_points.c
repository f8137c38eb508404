/* figure_km_points.c - where a time and a survival lie on the Kaplan-Meier figure, and
 * how each curve looks: what all its other files ask for.
 */
#include "report/figure_km.h"

#include <math.h>

cbk_point cbk_km_point(const cbk_km_figure *figure, double time, double survival)
{
    const cbk_box plot = figure->plot;
    return (cbk_point){.x = cbk_axis_mm(&figure->axis, time),
                       .y = plot.bottom - survival * (plot.bottom - plot.top)};
}

cbk_ink cbk_km_ink(size_t curve)
{
    return (cbk_ink)((size_t)CBK_INK_SERIES_1 + curve % 6);
}

void cbk_km_line(const cbk_km_figure *figure, size_t curve, const cbk_point *points,
                 size_t n_points, const char *tip)
{
    static const double dashes[6][2] = {{0.0, 0.0}, {2.4, 1.0}, {0.8, 0.8},
                                        {4.6, 1.2}, {1.5, 0.6}, {2.2, 2.2}};
    const double *dash = dashes[(curve + curve / 6) % 6];
    cbk_drawing_add(figure->drawing, figure->arena,
                    (cbk_shape){.kind = CBK_SHAPE_POLYLINE,
                                .n_points = n_points,
                                .points = points,
                                .stroke = cbk_km_ink(curve),
                                .fill = CBK_INK_NONE,
                                .width_mm = 0.5,
                                .dash_mm = {dash[0], dash[1]},
                                .tip = tip});
}

bool cbk_km_mark_is_drawn(const cbk_km_figure *figure, size_t mark)
{
    const double time = figure->marks[mark];
    for (size_t i = 0; i < mark; i++) {
        if (figure->marks[i] == time) {
            return false;
        }
    }
    return time >= 0.0 && time <= figure->axis.last; /* false for NaN */
}

bool cbk_km_has_value(const cbk_curve *curve, double time, cbk_km_at *out)
{
    if (!isfinite(time) || time < 0.0) {
        return false;
    }
    *out = cbk_km_at_time(curve->km, time);
    return !cbk_notes_forbid_print(out->notes) && isfinite(out->survival);
}

bool cbk_km_has_point(const cbk_curve *curve, double time, cbk_km_at *out)
{
    const cbk_km *km = curve->km;
    return km->n_rows > 0 && time <= km->risk->time[km->n_rows - 1] &&
           cbk_km_has_value(curve, time, out);
}

bool cbk_km_mark_line(const cbk_km_figure *figure, size_t mark, cbk_point line[2])
{
    double highest = -1.0;
    for (size_t i = 0; i < figure->curves->n_curves; i++) {
        cbk_km_at at;
        if (cbk_km_mark_is_drawn(figure, mark) &&
            cbk_km_has_point(&figure->curves->curves[i], figure->marks[mark], &at)) {
            highest = fmax(highest, at.survival);
        }
    }
    line[0] = cbk_km_point(figure, figure->marks[mark], 0.0);
    line[1] = cbk_km_point(figure, figure->marks[mark], fmax(highest, 0.0));
    return highest >= 0.0;
}
