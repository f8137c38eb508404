/* stats/curve/km_quantile.h - the time at which a falling curve passes a level. */
#ifndef STATS_KM_QUANTILE_H
#define STATS_KM_QUANTILE_H

#include <casebook/kaplan_meier.h>

/* As R's quantile(): a product of fractions that is 1/2 counts as 1/2. */
#define CBK_LEVEL_TOLERANCE 0x1p-26

/* Watches a curve, or a limit's curve, go by in order of time.
 *
 * A band may rise again where few are left at risk.  The two midpoint rules follow R's
 * quantile(): they take the value that comes closest to the level from below, at the
 * first time it is met.  On a curve that only falls that is the first value below. */
typedef struct cbk_crossing {
    double level;
    double first_time; /* first at or below the level; NaN: none yet, in all five */
    double at_value;   /* the closest at or below the level, with tolerance */
    double at_time;
    double below_value; /* the closest truly below the level */
    double below_time;
} cbk_crossing;

cbk_crossing cbk_crossing_start(double level);
/* NaN values are passed over. */
void cbk_crossing_see(cbk_crossing *crossing, double time, double value);

/* The quantile by rule, or NaN.  flat_end is where a flat at the level ends that no later
 * drop ends: the last observed time, or NaN for a rule that knows no such quantile. */
double cbk_crossing_time(const cbk_crossing *crossing, cbk_survival_quantile rule,
                         double flat_end);

typedef enum cbk_km_line { CBK_KM_SURVIVAL, CBK_KM_LOWER, CBK_KM_UPPER } cbk_km_line;

/* What cbk_crossing_see() makes of every row of a line of the curve, most of which it
 * does not look at: S falls and its error grows, so that the ends of a stretch bound what
 * lies between.  Reads survival, log_variance, z, beta and conventions of km. */
cbk_crossing cbk_km_cross(const cbk_km *km, cbk_km_line line, double level);

#endif
