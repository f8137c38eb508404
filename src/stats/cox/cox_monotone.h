/* stats/cox/cox_monotone.h - likelihoods that rise for ever in some direction. */
#ifndef STATS_COX_MONOTONE_H
#define STATS_COX_MONOTONE_H

#include "stats/cox_likelihood/cox_likelihood.h"
#include "stats/cox_likelihood/cox_model.h"

/* How far apart the x'step of the rows are. */
double cbk_cox_spread(const cbk_cox_model *model, const double *step);

/* Differences of x'step up to it are none. */
double cbk_cox_gap_tolerance(const cbk_cox_model *model, const double *step);

/* Whether the likelihood never falls along step[p].  False, too, when out of memory. */
bool cbk_cox_never_falls(const cbk_cox_model *model, const double *step,
                         cbk_arena *arena);

/* Whether a step of Newton's method gains next to nothing (decrement), and yet is long.
 */
bool cbk_cox_may_be_monotone(const cbk_cox_model *model, const double *step,
                             double decrement);

/* Whether there is a direction along which the likelihood never falls and somewhere
 * rises; then step is one: the nearest to what it was; is_any: to one that finds it
 * wherever it is.  False, too, when out of memory. */
bool cbk_cox_is_monotone(const cbk_cox_model *model, double *step, bool is_any,
                         cbk_arena *arena);

/* Goes so far along step that the likelihood is its supremum, to a double's last digit:
 * moves beta and value. */
void cbk_cox_go_out(const cbk_cox_model *model, const double *step, const int *direction,
                    double *beta, cbk_cox_value *value);

#endif
