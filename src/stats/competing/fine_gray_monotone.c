/* fine_gray_monotone.c - pseudo-likelihoods that rise for ever in some direction.
 * Contract: stats/competing/fine_gray_model.h.
 *
 * As cox_monotone.c, with those at risk who had a competing event before.
 */
#include "stats/competing/fine_gray_model.h"
#include "stats/cox_likelihood/cox_likelihood.h"

#include <math.h>

static const double decrement_small = 1e-6;
static const double spread_long = 0.1; /* of a step, in the logarithm of the hazard */
static const double part_small = 1e-3; /* of the largest: a coefficient that converges */
static const double gap_tolerance = 1e-5; /* of the spread */
static const double spread_far = 500.0;

static double spread_of(const cbk_cox_model *cox, const double *step)
{
    double least = (double)INFINITY;
    double most = -(double)INFINITY;
    for (size_t i = 0; i < cox->n; i++) {
        const double value = cbk_cox_along(cox, i, step);
        least = fmin(least, value);
        most = fmax(most, value);
    }
    return most - least;
}

/* The largest x'd of who had a competing event before each time, in the time's step. */
static void fill_carried_most(cbk_fg_model *model, const double *direction)
{
    const cbk_cox_model *cox = &model->cox;
    double most = -(double)INFINITY;
    size_t i = 0;
    for (size_t k = 0; k < cox->n_times; k++) {
        for (; i < cox->times[k].first; i++) {
            if (cox->cluster[i] == CBK_FG_COMPETING) {
                most = fmax(most, cbk_cox_along(cox, i, direction));
            }
        }
        cox->step[k] = most;
    }
}

/* Whether at each time those with the event have the largest x'd of all at risk. */
static bool never_falls(cbk_fg_model *model, const double *direction, double tolerance)
{
    const cbk_cox_model *cox = &model->cox;
    double most = -(double)INFINITY;
    size_t i = cox->n;
    fill_carried_most(model, direction);
    for (size_t k = cox->n_times; k-- > 0;) {
        const cbk_cox_time *time = &model->cox.times[k];
        double lowest = (double)INFINITY;
        while (i > time->first) {
            const double value = cbk_cox_along(cox, --i, direction);
            most = fmax(most, value);
            if (i < time->first + time->n_event) {
                lowest = fmin(lowest, value);
            }
        }
        if (fmax(most, cox->step[k]) > lowest + tolerance) {
            return false;
        }
    }
    return true;
}

bool cbk_fg_is_monotone(cbk_fg_model *model, double *step, double decrement,
                        int *direction)
{
    const cbk_cox_model *cox = &model->cox;
    double largest = 0.0;
    double most = 0.0; /* that the spread can be */
    for (size_t j = 0; j < cox->p; j++) {
        largest = fmax(largest, fabs(step[j]) * cox->range[j]);
        most += fabs(step[j]) * cox->range[j];
    }
    if (!(decrement < decrement_small) || most < spread_long ||
        spread_of(cox, step) < spread_long) {
        return false;
    }
    double *candidate = model->room;
    for (size_t j = 0; j < cox->p; j++) {
        const bool is_going = fabs(step[j]) * cox->range[j] > part_small * largest;
        candidate[j] = is_going ? step[j] : 0.0;
    }
    if (!never_falls(model, candidate, gap_tolerance * spread_of(cox, candidate))) {
        return false;
    }
    for (size_t j = 0; j < cox->p; j++) {
        step[j] = candidate[j];
        direction[j] = step[j] > 0.0 ? 1 : step[j] < 0.0 ? -1 : 0;
    }
    return true;
}

void cbk_fg_go_out(cbk_fg_model *model, const double *step, const int *direction,
                   double *beta, cbk_cox_value *value)
{
    const cbk_cox_model *cox = &model->cox;
    const double stride = 20.0 / spread_of(cox, step);
    double gain = 1.0;
    while (gain > 0.0 && spread_of(cox, beta) < spread_far) {
        const double before = value->loglik;
        for (size_t j = 0; j < cox->p; j++) {
            beta[j] += direction[j] != 0 ? stride * step[j] : 0.0;
        }
        cbk_fg_evaluate(model, beta, value);
        gain = value->loglik - before;
    }
}
