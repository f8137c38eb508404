/* stats/cox/cox_firth.h - Cox's likelihood with Firth's penalty. */
#ifndef STATS_COX_FIRTH_H
#define STATS_COX_FIRTH_H

#include "stats/cox_likelihood/cox_model.h"

/* Firth's estimate, profile limits and p of each column.  beta[p] is filled. */
typedef struct cbk_cox_firth {
    double loglik_null;
    double loglik;
    double gradient;
    size_t n_iterations;
    bool is_converged;
    double *lower; /* [p] of the scaled coefficient; infinite where open */
    double *upper;
    double *chisq; /* [p] of the coefficient against 0; NaN where it
                      cannot be computed */
} cbk_cox_firth;
bool cbk_cox_firth_fit(const cbk_cox_model *model, double level, cbk_arena *arena,
                       double *beta, double *info, cbk_cox_firth *out);

#endif
