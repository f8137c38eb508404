/* stats/risk/followup_check.h - what a row of follow-up must be, said alike by all
 * estimators.
 */
#ifndef STATS_FOLLOWUP_CHECK_H
#define STATS_FOLLOWUP_CHECK_H

#include <casebook/risk_table.h>

/* A finite time >= 0, where there are entries a finite one before it, where there are
 * weights a finite one above 0.  Errors: CBK_EDATA with the row. */
cbk_status cbk_followup_check_row(const cbk_followup *followup, size_t row,
                                  cbk_error *err);

#endif
