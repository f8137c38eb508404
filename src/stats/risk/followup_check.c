/* followup_check.c - what a row of follow-up must be.  Contract:
 * stats/risk/followup_check.h.
 */
#include "stats/risk/followup_check.h"

#include <math.h>

cbk_status cbk_followup_check_row(const cbk_followup *followup, size_t row,
                                  cbk_error *err)
{
    const double time = followup->time[row];
    const double entry = followup->entry != NULL ? followup->entry[row] : -1.0;
    const double weight = followup->weight != NULL ? followup->weight[row] : 1.0;
    if (!isfinite(time) || time < 0.0) {
        return cbk_fail(err, CBK_EDATA, row,
                        "The time %.15g is not a finite number of at least 0.", time);
    }
    if (!isfinite(entry) || entry >= time) {
        return cbk_fail(err, CBK_EDATA, row,
                        "The entry %.15g is not a finite number before the exit at "
                        "%.15g.",
                        entry, time);
    }
    if (!isfinite(weight) || weight <= 0.0) {
        return cbk_fail(err, CBK_EDATA, row,
                        "The weight %.15g is not a finite number above 0.", weight);
    }
    return CBK_OK;
}
