/* cox_solve.c - solutions and inverses of small symmetric matrices.  Contract:
 * stats/cox_likelihood/cox_solve.h. */
#include "stats/cox_likelihood/cox_solve.h"
#include "numeric/cholesky.h"

#include <string.h>

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

bool cbk_cox_has_full_rank(const double *factors, size_t n)
{
    for (size_t j = 0; j < n; j++) {
        if (!(factors[j * n + j] > 0.0)) {
            return false;
        }
    }
    return true;
}

double cbk_cox_quadratic(const double *matrix, const double *reference,
                         const double *vector, size_t n, double *factors,
                         double *solution, size_t *rank)
{
    double form = 0.0;
    memcpy(factors, matrix, n * n * sizeof *factors);
    const size_t n_kept = cbk_cholesky_factor(factors, reference, n);
    if (rank != NULL) {
        *rank = n_kept;
    }
    memcpy(solution, vector, n * sizeof *solution);
    cbk_cox_solve(factors, n, solution);
    for (size_t j = 0; j < n; j++) {
        form += solution[j] * vector[j];
    }
    return form;
}

static void multiply(const double *left, const double *right, size_t n, double *out)
{
    for (size_t j = 0; j < n; j++) {
        for (size_t k = 0; k < n; k++) {
            out[j * n + k] = 0.0;
            for (size_t l = 0; l < n; l++) {
                out[j * n + k] += left[j * n + l] * right[l * n + k];
            }
        }
    }
}

void cbk_cox_sandwich(const double *inverse, const double *products, size_t n,
                      double *room, double *out)
{
    multiply(inverse, products, n, room);
    multiply(room, inverse, n, out);
}
