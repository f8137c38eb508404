/* stats/cox_postestimation/cox_postestimation.h - what is computed after a fit: robust
 * variance, concordance, proportional hazards; and what is kept for residuals and curves.
 */
#ifndef STATS_COX_POSTESTIMATION_H
#define STATS_COX_POSTESTIMATION_H

#include "stats/cox_likelihood/cox_model.h"

/* out[p * p]: the sum over clusters of the outer products of their score residuals at
 * beta. */
bool cbk_cox_score_products(const cbk_cox_model *model, const double *beta,
                            cbk_arena *arena, double *out);

/* Harrell's concordance of x'b; NaN where there is no pair.  Reads risk for ties.
 * False when out of memory. */
bool cbk_cox_concordance(const cbk_cox_model *model, const double *beta, cbk_arena *arena,
                         double *estimate, double *std_error);

/* The test of proportional hazards: info[p * p] at beta, term[p] of each column, n_terms
 * of them (those without a column get NaN).  False when out of memory. */
bool cbk_cox_proportional(const cbk_cox_model *model, const double *beta,
                          const double *info, const size_t *term, size_t n_terms,
                          cbk_arena *arena, cbk_cox_test *terms, cbk_cox_test *global);

/* ---- what residuals and curves start from (cox_kept.c) ----------------------------- */

struct cbk_cox_kept {
    cbk_cox_model model;
    size_t n_covariates;
    size_t *covariate; /* [model.p] which one a column is */
    double *first;     /* [n_covariates] the first row of the model, as in the data */
    double first_offset;
    double *reference; /* [n_covariates] see casebook/cox_curve.h */
    size_t n_strata;   /* that have rows */
    uint32_t *stratum; /* [n_strata] of the data */
    double *beta;      /* [model.p] scaled; far out where infinite */
    bool *is_infinite; /* [model.p] */
    double *inverse;   /* [model.p^2] of the information: the model-based variance */
    double *variance;  /* [model.p^2] robust where the fit is */
};

/* Room for all of it, from the arena; NULL when out of memory. */
cbk_cox_kept *cbk_cox_kept_start(const cbk_cox_rows *rows, const cbk_cox_model *model,
                                 cbk_arena *arena);
/* After the fit: all but the numbers that were estimated. */
void cbk_cox_kept_fill(cbk_cox_kept *kept, const cbk_cox_model *model,
                       const size_t *covariate, const int *direction);

#endif
