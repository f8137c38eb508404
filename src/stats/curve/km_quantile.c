/* km_quantile.c - quantiles read off a curve.  Contract: stats/curve/km_quantile.h. */
#include "stats/curve/km_quantile.h"

#include "stats/curve/km_interval.h"
#include "stats/risk/risk_row.h"

#include <math.h>

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
    if (value <= crossing->level + CBK_LEVEL_TOLERANCE) {
        if (isnan(crossing->first_time)) {
            crossing->first_time = time;
        }
        if (!(value <= crossing->at_value)) {
            crossing->at_value = value;
            crossing->at_time = time;
        }
    }
    if (value <= crossing->level - CBK_LEVEL_TOLERANCE &&
        !(value <= crossing->below_value)) {
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

/* ---- a whole line -------------------------------------------------------------------
 */

enum { STRETCH_MIN = 16 };

/* Far above what rounding does to a limit, far below what the tolerance lets pass. */
static const double rounding_error = 1e-9;

typedef struct bounds {
    double least;
    double most;
} bounds;

static cbk_limits limits_of(const cbk_km *km, double survival, double log_variance)
{
    return cbk_km_limits(km->conventions.interval, survival, sqrt(log_variance), km->z);
}

static double value_at(const cbk_km *km, cbk_km_line line, size_t j)
{
    const size_t rank = cbk_risk_event_rank(km->risk, j);
    if (line == CBK_KM_SURVIVAL) {
        return km->survival[rank];
    }
    const cbk_limits limits =
        km->beta != NULL ? (cbk_limits){km->beta[j + 1].lower, km->beta[j + 1].upper}
                         : limits_of(km, km->survival[rank], km->log_variance[rank]);
    return line == CBK_KM_LOWER ? limits.lower : limits.upper;
}

/* What the values from row first to row last lie between. */
static bounds bounds_of(const cbk_km *km, cbk_km_line line, size_t first, size_t last)
{
    const size_t first_rank = cbk_risk_event_rank(km->risk, first);
    const size_t last_rank = cbk_risk_event_rank(km->risk, last);
    const double most_survival = km->survival[first_rank];
    const double least_survival = km->survival[last_rank];
    if (line == CBK_KM_SURVIVAL) {
        return (bounds){least_survival, most_survival};
    }
    const double least_variance = km->log_variance[first_rank];
    const double most_variance = km->log_variance[last_rank];
    bounds found = {0.0, 1.0};
    if (line == CBK_KM_UPPER) {
        found.least = limits_of(km, least_survival, least_variance).upper;
        found.most = limits_of(km, most_survival, most_variance).upper;
    } else if (cbk_km_lower_falls_from(km->conventions.interval, most_survival,
                                       km->z * sqrt(most_variance))) {
        found.least = limits_of(km, least_survival, most_variance).lower;
        found.most = limits_of(km, most_survival, least_variance).lower;
    } else {
        found.most = most_survival;
    }
    /* A limit that is not defined at one end may be so next to it. */
    return (bounds){isnan(found.least) ? 0.0 : found.least - rounding_error,
                    isnan(found.most) ? 1.0 : found.most + rounding_error};
}

/* Whether seeing values within the bounds could change anything. */
static bool may_change(const cbk_crossing *crossing, bounds values)
{
    return (values.least <= crossing->level + CBK_LEVEL_TOLERANCE &&
            !(values.most <= crossing->at_value)) ||
           (values.least <= crossing->level - CBK_LEVEL_TOLERANCE &&
            !(values.most <= crossing->below_value));
}

static void see_stretch(const cbk_km *km, cbk_km_line line, size_t first, size_t end,
                        cbk_crossing *crossing)
{
    if (end - first <= STRETCH_MIN) {
        for (size_t j = first; j < end; j++) {
            cbk_crossing_see(crossing, km->risk->time[j], value_at(km, line, j));
        }
        return;
    }
    const size_t middle = first + (end - first) / 2;
    const bool is_bounded =
        line == CBK_KM_SURVIVAL || (km->beta == NULL && km->risk->jackknife == NULL);
    if (!is_bounded || may_change(crossing, bounds_of(km, line, first, end - 1))) {
        see_stretch(km, line, first, middle, crossing);
        see_stretch(km, line, middle, end, crossing);
    }
}

cbk_crossing cbk_km_cross(const cbk_km *km, cbk_km_line line, double level)
{
    cbk_crossing crossing = cbk_crossing_start(level);
    see_stretch(km, line, 0, km->n_rows, &crossing);
    return crossing;
}
