/* restricted_mean.c - the area under a survival curve up to a horizon.  Contract and
 * sources: casebook/restricted_mean.h. */
#include <casebook/restricted_mean.h>

#include "numeric/sum.h"
#include "stats/risk/risk_row.h"

#include <assert.h>
#include <math.h>

/* What the events of one time add to the variance of log S. */
static double variance_of(const cbk_risk_row *row, cbk_survival_estimate estimate)
{
    const double r = row->n_risk;
    const double d = row->n_event;
    if (estimate == CBK_SURVIVAL_FLEMING_HARRINGTON) {
        return d / (r * r);
    }
    return d < r ? d / (r * (r - d)) : 0.0; /* no area is left once everybody is dead */
}

/* S from the j-th time on. */
static double survival_from(const cbk_km *km, size_t j)
{
    return km->survival[cbk_risk_event_rank(km->risk, j)];
}

/* Goes backward from tau: at each time the area to its right is known. */
static void sweep(const cbk_km *km, double tau, double *area, double *variance)
{
    cbk_sum area_sum = {0};
    cbk_sum variance_sum = {0};
    double right = tau;
    for (size_t j = km->n_rows; j > 0; j--) {
        const cbk_risk_row row = cbk_risk_row_get(km->risk, j - 1);
        if (row.time > tau) {
            continue;
        }
        cbk_sum_add(&area_sum, survival_from(km, j - 1) * (right - row.time));
        right = row.time;
        if (row.n_event > 0.0) {
            const double after = cbk_sum_value(&area_sum);
            cbk_sum_add(&variance_sum,
                        after * after * variance_of(&row, km->conventions.estimate));
        }
    }
    cbk_sum_add(&area_sum, right); /* S is 1 up to the first time */
    *area = cbk_sum_value(&area_sum);
    *variance = cbk_sum_value(&variance_sum);
}

cbk_restricted_mean cbk_restricted_mean_of(const cbk_km *km, double tau)
{
    assert(km != NULL);
    assert(isfinite(tau) && tau > 0.0);
    const double none = (double)NAN;
    cbk_restricted_mean mean = {
        .tau = tau, .estimate = none, .std_error = none, .lower = none, .upper = none};
    if (km->n_rows == 0) {
        mean.notes = CBK_NOTE_NO_ROWS;
        return mean;
    }
    double variance = 0.0;
    sweep(km, tau, &mean.estimate, &variance);
    mean.std_error = sqrt(variance);
    const size_t last = km->n_rows - 1;
    const bool is_beyond = tau > km->risk->time[last] && survival_from(km, last) > 0.0;
    mean.notes |= is_beyond ? CBK_NOTE_BEYOND_FOLLOW_UP : 0u;
    if (mean.std_error > 0.0) {
        const double margin = mean.std_error * km->z;
        mean.lower = fmax(mean.estimate - margin, 0.0);
        mean.upper = fmin(mean.estimate + margin, tau);
    } else {
        mean.notes |= CBK_NOTE_ERROR_ZERO;
    }
    return mean;
}
