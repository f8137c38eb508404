/* stats/risk_row.h - one time of a risk table, seen from the other side. */
#ifndef STATS_RISK_ROW_H
#define STATS_RISK_ROW_H

#include <casebook/risk_table.h>

/* The same time in the risk table of the censoring distribution: see
 * cbk_risk_table_reverse(). */
static inline cbk_risk_row cbk_risk_row_reverse(cbk_risk_row row)
{
    return (cbk_risk_row){.time = row.time,
                          .n_risk = row.n_risk - row.n_event,
                          .n_event = row.n_censor,
                          .n_censor = row.n_event};
}

#endif
