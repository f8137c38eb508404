/* stats/cox/cox_start.h - where Newton's method begins when there are many rows. */
#ifndef STATS_COX_START_H
#define STATS_COX_START_H

#include "stats/cox_likelihood/cox_likelihood.h"
#include "stats/cox_likelihood/cox_model.h"

/* With fewer rows or covariates all of the information costs little more than the
 * gradient alone, so Newton's method begins at 0. */
enum { CBK_COX_START_ROWS = 1 << 17, CBK_COX_START_COVARIATES = 10 };

/* Goes from 0, where the likelihood is at_0, so near to the maximum that the next of
 * Newton's steps ends there: within 1e-12 of a standard deviation of each covariate.
 * Fills beta[p] and the number of steps over all rows.  False, and both are as they were,
 * where this is no way to go: with few rows or exact ties, where some have too little
 * information for a sample of them (as with a monotone likelihood), or when out of
 * memory. */
bool cbk_cox_start_near(const cbk_cox_model *model, const cbk_cox_value *at_0,
                        cbk_arena *arena, double *beta, size_t *n_steps);

#endif
