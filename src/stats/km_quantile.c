/* km_quantile.c - quantiles read off a curve.  Contract: stats/km_quantile.h. */
#include "stats/km_quantile.h"

#include <math.h>

/* As R's quantile(): a product of fractions that is 1/2 counts as 1/2. */
static const double level_tolerance = 0x1p-26;

cbk_crossing cbk_crossing_start(double level)
{
    const double none = (double)NAN;
    return (cbk_crossing){.level = level,
                          .first_time = none,
                          .at_value = none,
                          .at_time = none,
                          .below_value = none,
                          .below_time = none};
}

void cbk_crossing_see(cbk_crossing *crossing, double time, double value)
{
    if (value <= crossing->level + level_tolerance) {
        if (isnan(crossing->first_time)) {
            crossing->first_time = time;
        }
        if (!(value <= crossing->at_value)) {
            crossing->at_value = value;
            crossing->at_time = time;
        }
    }
    if (value <= crossing->level - level_tolerance && !(value <= crossing->below_value)) {
        crossing->below_value = value;
        crossing->below_time = time;
    }
}

double cbk_crossing_time(const cbk_crossing *crossing, cbk_survival_quantile rule,
                         double flat_end)
{
    if (rule == CBK_SURVIVAL_QUANTILE_FIRST) {
        return crossing->first_time;
    }
    const double end = isnan(crossing->below_time) ? flat_end : crossing->below_time;
    return (crossing->at_time + end) / 2.0;
}
