/* stats/curve/km_interval.h - pointwise confidence limits of a survival probability. */
#ifndef STATS_KM_INTERVAL_H
#define STATS_KM_INTERVAL_H

#include <casebook/conventions.h>

typedef struct cbk_limits {
    double lower; /* in [0, 1]; NaN where the interval is not defined */
    double upper;
} cbk_limits;

/* survival in [0, 1]; log_std_error >= 0 is the standard error of log S, not read where S
 * is 0; z is the normal quantile of the level.  Formulas: casebook/kaplan_meier.h. */
cbk_limits cbk_km_limits(cbk_interval interval, double survival, double log_std_error,
                         double z);

/* Whether the lower limit falls with S all the way down from survival, for every margin
 * z * log_std_error up to this one.  (The upper limit always does.)  Near S = 1 some
 * lower limits rise again.  False for bpcp. */
bool cbk_km_lower_falls_from(cbk_interval interval, double survival, double margin);

#endif
