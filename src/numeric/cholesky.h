/* numeric/cholesky.h - small symmetric matrices: factors and quadratic forms. */
#ifndef NUMERIC_CHOLESKY_H
#define NUMERIC_CHOLESKY_H

#include <stddef.h>

/* Replaces the lower triangle of the symmetric, positive semidefinite matrix[n * n] by
 * its factors L D L': D on the diagonal, L below it.  A column that the ones before it
 * determine (its pivot is at most 2^-39 of its diagonal; R's toler.chol), or
 * whose pivot is at most 2^-39 of reference[n] (or NULL), gets D = 0, and is dropped:
 * what follows is then a generalized inverse.  Returns the rank. */
size_t cbk_cholesky_factor(double *matrix, const double *reference, size_t n);

/* vector' A^- vector, from the factors of A.  Overwrites vector[n]. */
double cbk_cholesky_quadratic(const double *factors, size_t n, double *vector);

#endif
