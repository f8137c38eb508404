/* cox_solve.c - factors, solutions and inverses of small symmetric matrices.  Contract:
 * stats/cox/cox_model.h. */
#include "stats/cox/cox_model.h"

static const double drop_tolerance = 0x1p-39; /* R's toler.chol */

size_t cbk_cox_factor(double *matrix, const double *reference, size_t n)
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

void cbk_cox_solve(const double *factors, size_t n, double *vector)
{
    for (size_t j = 0; j < n; j++) {
        for (size_t k = 0; k < j; k++) {
            vector[j] -= factors[j * n + k] * vector[k];
        }
        if (!(factors[j * n + j] > 0.0)) {
            vector[j] = 0.0;
        }
    }
    for (size_t j = n; j-- > 0;) {
        if (!(factors[j * n + j] > 0.0)) {
            vector[j] = 0.0;
            continue;
        }
        vector[j] /= factors[j * n + j];
        for (size_t i = j + 1; i < n; i++) {
            vector[j] -= factors[i * n + j] * vector[i];
        }
    }
}

void cbk_cox_invert(const double *factors, size_t n, double *inverse, double *room)
{
    for (size_t j = 0; j < n; j++) {
        const bool is_kept = factors[j * n + j] > 0.0;
        for (size_t i = 0; i < n; i++) {
            room[i] = i == j && is_kept ? 1.0 : 0.0;
        }
        cbk_cox_solve(factors, n, room);
        for (size_t i = 0; i < n; i++) {
            inverse[i * n + j] = room[i];
        }
    }
}
