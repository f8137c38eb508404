/* stats/cox/cox_basis.h - covariates of which one is nearly a sum of the others, measured
 * anew so that each is what the ones before do not say. */
#ifndef STATS_COX_BASIS_H
#define STATS_COX_BASIS_H

#include "stats/cox_likelihood/cox_model.h"

typedef struct cbk_cox_basis {
    cbk_cox_model model; /* the same rows */
    double *factors;     /* [p * p] lower triangle: x is factors times x of the model */
} cbk_cox_basis;

/* Whether the information info[p * p] of a model is so near to losing rank that digits
 * are lost; then fills out.  False, too, when out of memory, which the arena knows. */
bool cbk_cox_basis_make(const cbk_cox_model *model, const double *info, cbk_arena *arena,
                        cbk_cox_basis *out);

/* Fills range and event_sums of a model whose columns have changed; 0 is among the values
 * of each or between them. */
void cbk_cox_measure_again(cbk_cox_model *model);

/* Coefficients[p] of the basis into those of the covariates, in place. */
void cbk_cox_basis_leave(const cbk_cox_basis *basis, double *beta);

/* The same of their variance[p * p].  room[p]. */
void cbk_cox_basis_leave_variance(const cbk_cox_basis *basis, double *variance,
                                  double *room);

#endif
