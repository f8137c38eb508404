/* report/figure/axis.h - an axis of time with round ticks, shared by the figures. */
#ifndef REPORT_AXIS_H
#define REPORT_AXIS_H

#include "base/style.h"

#include <casebook/document.h>

/* Linear from `first` at left_mm to `last` at right_mm; both are ticks, and 0 is one. */
typedef struct cbk_axis {
    double step;        /* between two ticks; > 0 */
    size_t n_intervals; /* between ticks, >= 1; ticks are one more */
    size_t n_before;    /* intervals below 0 */
    double first;       /* <= 0 */
    double last;        /* > first */
    double left_mm;
    double right_mm;
} cbk_axis;

/* The axis that shows 0 and everything from shortest to longest (both finite, in unit;
 * NULL: none known).  It has 5 to 9 ticks, or fewer where their labels or columns of
 * column_mm would not fit.  Months go in multiples of 12 where that many ticks allow it,
 * weeks in parts of a year, all else in 1, 2, 5. */
cbk_axis cbk_axis_of_time(double shortest, double longest, const char *unit,
                          double left_mm, double right_mm, double column_mm);

double cbk_axis_tick(const cbk_axis *axis, size_t tick); /* tick in [0, n_intervals] */

/* Values outside the axis are taken to its nearer end. */
double cbk_axis_mm(const cbk_axis *axis, double value);

/* Line, ticks, their labels and the title under them.  y_mm is the line's; the title's
 * text ends 10 mm below it. */
void cbk_axis_draw(const cbk_axis *axis, cbk_drawing *drawing, const cbk_style *style,
                   cbk_arena *arena, double y_mm, const char *unit);

/* The texts below are never NULL; where the arena has failed they are empty. */

/* "Months since operation" of "months since operation"; "Time" of NULL. */
const char *cbk_axis_title(const char *unit, cbk_arena *arena);

/* "36 months", "1 month" of "months since operation"; the number alone of NULL. */
const char *cbk_axis_value(double value, const char *unit, const cbk_style *style,
                           cbk_arena *arena);

#endif
