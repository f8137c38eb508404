/* cholesky.c - L D L' factors of small matrices.  Contract: numeric/cholesky.h. */
#include "numeric/cholesky.h"

#include <stdbool.h>

static const double drop_tolerance = 0x1p-39; /* R's toler.chol */

size_t cbk_cholesky_factor(double *matrix, const double *reference, size_t n)
{
    size_t rank = 0;
    for (size_t j = 0; j < n; j++) {
        const double diagonal = matrix[j * n + j];
        double pivot = diagonal;
        for (size_t k = 0; k < j; k++) {
            pivot -= matrix[j * n + k] * matrix[j * n + k] * matrix[k * n + k];
        }
        const bool is_kept = pivot > drop_tolerance * diagonal &&
                             (reference == NULL || pivot > drop_tolerance * reference[j]);
        matrix[j * n + j] = is_kept ? pivot : 0.0;
        rank += is_kept ? 1 : 0;
        for (size_t i = j + 1; i < n; i++) {
            double entry = matrix[i * n + j];
            for (size_t k = 0; k < j; k++) {
                entry -= matrix[i * n + k] * matrix[j * n + k] * matrix[k * n + k];
            }
            matrix[i * n + j] = is_kept ? entry / pivot : 0.0;
        }
    }
    return rank;
}

double cbk_cholesky_quadratic(const double *factors, size_t n, double *vector)
{
    double form = 0.0;
    for (size_t j = 0; j < n; j++) {
        for (size_t k = 0; k < j; k++) {
            vector[j] -= factors[j * n + k] * vector[k];
        }
        if (factors[j * n + j] > 0.0) {
            form += vector[j] * vector[j] / factors[j * n + j];
        } else {
            vector[j] = 0.0;
        }
    }
    return form;
}
