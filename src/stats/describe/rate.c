/* rate.c - events per person-time.  Contract and source: casebook/rate.h. */
#include <casebook/rate.h>

#include "numeric/distribution.h"

#include <assert.h>
#include <math.h>

cbk_status cbk_rate_of(size_t n_event, double person_time, double level, cbk_rate *out,
                       cbk_error *err)
{
    assert(out != NULL);
    if (!isfinite(person_time) || person_time < 0.0) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "A rate needs a person-time of 0 or more; found %.15g.",
                        person_time);
    }
    if (!(level > 0.0 && level < 1.0)) {
        return cbk_fail(
            err, CBK_EINVAL, CBK_ROW_NONE,
            "The confidence level %.15g is not between 0 and 1; 0.95 is usual.", level);
    }
    const double none = (double)NAN;
    if (person_time <= 0.0) {
        *out = (cbk_rate){none, none, none, CBK_NOTE_NO_ROWS};
        return CBK_OK;
    }
    const double tail = (1.0 - level) / 2.0;
    const double d = (double)n_event;
    *out = (cbk_rate){
        .estimate = d / person_time,
        .lower = n_event > 0 ? cbk_gamma_quantile(tail, d) / person_time : 0.0,
        .upper = cbk_gamma_quantile_upper(tail, d + 1.0) / person_time,
        .notes = n_event == 0 ? CBK_NOTE_NO_EVENTS : 0u,
    };
    return CBK_OK;
}
