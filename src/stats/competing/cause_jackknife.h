/* stats/competing/cause_jackknife.h - the variance of an incidence where rows do not all
 * count alike: weights, late entry, clusters.
 */
#ifndef STATS_CAUSE_JACKKNIFE_H
#define STATS_CAUSE_JACKKNIFE_H

#include <casebook/cumulative_incidence.h>

/* Fills weight_of (where there are weights) and jackknife of a table that has everything
 * else.  False when out of memory. */
bool cbk_cause_table_weigh(const cbk_cause_rows *rows, cbk_arena *arena,
                           cbk_cause_table *table);

#endif
