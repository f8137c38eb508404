/* cox_monotone.c - likelihoods that rise for ever in some direction.  Contract:
 * stats/cox/cox_monotone.h.
 *
 * Along d the likelihood never falls where at each time the rows with the event have the
 * largest x'd of all at risk; with exact ties, of those without the event.  (It would
 * stay the same only if x'd were the same for all at risk at each time, and such
 * directions were dropped before.)  Newton's method goes in such a direction by about the
 * same distance at each step, while what a step gains falls off as fast as exp(-x'd).  So
 * its step is the direction to try.
 */
#include "stats/cox/cox_monotone.h"

#include <math.h>

static const double decrement_small = 1e-6;
static const double spread_long = 0.1; /* of a step, in the logarithm of the hazard */
static const double part_small = 1e-3; /* of the largest: a coefficient that converges */
static const double gap_tolerance = 1e-5; /* of the spread */
static const double spread_far = 500.0;

double cbk_cox_spread(const cbk_cox_model *model, const double *step)
{
    double least = (double)INFINITY;
    double most = -(double)INFINITY;
    for (size_t i = 0; i < model->n; i++) {
        const double value = cbk_cox_along(model, i, step);
        least = fmin(least, value);
        most = fmax(most, value);
    }
    return most - least;
}

/* The spread that column j alone gives. */
static double spread_of_column(const cbk_cox_model *model, const double *step, size_t j)
{
    return fabs(step[j]) * model->range[j];
}

/* Whether nobody at risk at run r (with exact ties: without the event), whose largest x'd
 * without late entry is `most`, has more than those with the event. */
static bool are_events_highest(const cbk_cox_model *model, const double *step, size_t r,
                               double most, double tolerance)
{
    const cbk_cox_run *run = &model->runs[r];
    double lowest = (double)INFINITY;
    for (uint32_t i = run->first; i < run->first + run->n_event; i++) {
        lowest = fmin(lowest, cbk_cox_along(model, i, step));
    }
    if (most <= lowest + tolerance) {
        return true;
    }
    const uint32_t first =
        cbk_cox_ties_are_exact(model->ties) ? run->first + run->n_event : run->first;
    for (uint32_t i = first; model->entry != NULL && i < run->stratum_end; i++) {
        if (model->entry[i] < run->time &&
            cbk_cox_along(model, i, step) > lowest + tolerance) {
            return false;
        }
    }
    return model->entry != NULL;
}

double cbk_cox_gap_tolerance(const cbk_cox_model *model, const double *step)
{
    return gap_tolerance * cbk_cox_spread(model, step);
}

bool cbk_cox_never_falls(const cbk_cox_model *model, const double *step)
{
    const double tolerance = cbk_cox_gap_tolerance(model, step);
    double most = -(double)INFINITY;
    for (size_t r = model->n_runs; r-- > 0;) {
        const cbk_cox_run *run = &model->runs[r];
        if (r + 1 == model->n_runs || cbk_cox_run_is_first(&model->runs[r + 1])) {
            most = -(double)INFINITY;
        }
        for (uint32_t i = run->first + run->n_event; i < cbk_cox_run_end(run); i++) {
            most = fmax(most, cbk_cox_along(model, i, step));
        }
        double most_of_all = most;
        for (uint32_t i = run->first; i < run->first + run->n_event; i++) {
            most_of_all = fmax(most_of_all, cbk_cox_along(model, i, step));
        }
        const double highest = cbk_cox_ties_are_exact(model->ties) ? most : most_of_all;
        if (run->n_event > 0 && !are_events_highest(model, step, r, highest, tolerance)) {
            return false;
        }
        most = most_of_all;
    }
    return true;
}

bool cbk_cox_is_monotone(const cbk_cox_model *model, double *step, double decrement,
                         int *direction)
{
    double largest = 0.0;
    double of_all = 0.0;
    for (size_t j = 0; j < model->p; j++) {
        largest = fmax(largest, spread_of_column(model, step, j));
        of_all += spread_of_column(model, step, j);
    }
    if (!(decrement < decrement_small) || of_all < spread_long ||
        cbk_cox_spread(model, step) < spread_long) {
        return false;
    }
    double *candidate = model->room;
    for (size_t j = 0; j < model->p; j++) {
        const bool is_going = spread_of_column(model, step, j) > part_small * largest;
        candidate[j] = is_going ? step[j] : 0.0;
    }
    if (!cbk_cox_never_falls(model, candidate)) {
        return false;
    }
    for (size_t j = 0; j < model->p; j++) {
        step[j] = candidate[j];
        direction[j] = step[j] > 0.0 ? 1 : step[j] < 0.0 ? -1 : 0;
    }
    return true;
}

void cbk_cox_go_out(const cbk_cox_model *model, const double *step, const int *direction,
                    double *beta, cbk_cox_value *value)
{
    const size_t p = model->p;
    const double stride = 20.0 / cbk_cox_spread(model, step);
    double gain = 1.0;
    while (gain > 0.0 && cbk_cox_spread(model, beta) < spread_far) {
        const double before = value->loglik;
        for (size_t j = 0; j < p; j++) {
            beta[j] += direction[j] != 0 ? stride * step[j] : 0.0;
        }
        cbk_cox_likelihood(model, beta, value);
        gain = value->loglik - before;
    }
    if (isinf(value->loglik)) { /* with offsets that are far apart: one step too far */
        for (size_t j = 0; j < p; j++) {
            beta[j] -= direction[j] != 0 ? stride * step[j] : 0.0;
        }
        cbk_cox_likelihood(model, beta, value);
    }
}
