/* proportion.c - intervals of a proportion.  Contract and sources:
 * casebook/proportion.h. */
#include <casebook/proportion.h>

#include "numeric/distribution.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static const char *const names[] = {
    [CBK_PROPORTION_WILSON] = "wilson",
    [CBK_PROPORTION_CLOPPER_PEARSON] = "clopper-pearson",
};

const char *cbk_proportion_interval_name(cbk_proportion_interval interval)
{
    return names[interval];
}

bool cbk_proportion_interval_parse(const char *name, cbk_proportion_interval *out)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(name, names[i]) == 0) {
            *out = (cbk_proportion_interval)i;
            return true;
        }
    }
    return false;
}

/* With m = k + z^2/2 and h the half-width the limits are (m -+ h) / (n + z^2).  The lower
 * one, k > 0, is written as a quotient, m^2 - h^2 being k^2 (n + z^2) / n, so that no
 * difference of two nearly equal numbers is left. */
static cbk_proportion wilson(double k, double n, double z)
{
    const double middle = k + z * z / 2.0;
    const double half = z * sqrt(k * (n - k) / n + z * z / 4.0);
    return (cbk_proportion){.estimate = k / n,
                            .lower = k * k / (n * (middle + half)),
                            .upper = k < n ? (middle + half) / (n + z * z) : 1.0};
}

static cbk_proportion clopper_pearson(double k, double n, double tail)
{
    return (cbk_proportion){
        .estimate = k / n,
        .lower = k > 0.0 ? cbk_beta_quantile(tail, k, n - k + 1.0) : 0.0,
        .upper = k < n ? cbk_beta_quantile_upper(tail, k + 1.0, n - k) : 1.0};
}

cbk_status cbk_proportion_of(size_t n_true, size_t n, cbk_proportion_interval interval,
                             double level, cbk_proportion *out, cbk_error *err)
{
    assert(out != NULL);
    if (n_true > n) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE, "%zu of %zu is no proportion.",
                        n_true, n);
    }
    if (!(level > 0.0 && level < 1.0)) {
        return cbk_fail(
            err, CBK_EINVAL, CBK_ROW_NONE,
            "The confidence level %.15g is not between 0 and 1; 0.95 is usual.", level);
    }
    const double none = (double)NAN;
    if (n == 0) {
        *out = (cbk_proportion){none, none, none, CBK_NOTE_NO_ROWS};
        return CBK_OK;
    }
    const double tail = (1.0 - level) / 2.0;
    *out = interval == CBK_PROPORTION_WILSON
               ? wilson((double)n_true, (double)n, cbk_normal_quantile_upper(tail))
               : clopper_pearson((double)n_true, (double)n, tail);
    return CBK_OK;
}
