/* stats/risk/risk_weights.h - what weights add to a risk table. */
#ifndef STATS_RISK_WEIGHTS_H
#define STATS_RISK_WEIGHTS_H

#include <casebook/risk_table.h>

#include "stats/risk/near_ties.h"

/* Fills rows, jackknife and entry_weight of a table that has everything else; the
 * follow-up has weights, all finite and above 0.  False when out of memory. */
bool cbk_risk_table_weigh(const cbk_followup *followup, const cbk_chains *chains,
                          cbk_arena *arena, cbk_risk_table *table);

#endif
