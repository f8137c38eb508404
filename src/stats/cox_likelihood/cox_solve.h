/* stats/cox_likelihood/cox_solve.h - small symmetric matrices, of which some directions
 * may have no information. */
#ifndef STATS_COX_SOLVE_H
#define STATS_COX_SOLVE_H

#include <stdbool.h>
#include <stddef.h>

/* From the factors of cbk_cholesky_factor(): solves in place; 0 where dropped. */
void cbk_cox_solve(const double *factors, size_t n, double *vector);
/* The generalized inverse: 0 in dropped rows and columns.  room[n]. */
void cbk_cox_invert(const double *factors, size_t n, double *inverse, double *room);
/* Whether nothing was dropped. */
bool cbk_cox_has_full_rank(const double *factors, size_t n);
/* vector' A^- vector of matrix A[n * n]; reference and rank (or NULL) as of
 * cbk_cholesky_factor().  Leaves the factors of A in factors[n * n], and A^- vector in
 * solution[n]: Newton's step, where A is the information and vector the gradient. */
double cbk_cox_quadratic(const double *matrix, const double *reference,
                         const double *vector, size_t n, double *factors,
                         double *solution, size_t *rank);
/* inverse products inverse, of [n * n] each; room[n * n]. */
void cbk_cox_sandwich(const double *inverse, const double *products, size_t n,
                      double *room, double *out);

#endif
