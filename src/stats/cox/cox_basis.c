/* cox_basis.c - covariates measured anew so that none is nearly a sum of the others.
 * Contract: stats/cox/cox_basis.h.
 *
 * With the information L D L' of x, that of L^-1 x is D.  A product with a number that is
 * far from 0 is nearly its other factor: the information of what it adds is a difference
 * of numbers that are 10^12 times as large, while the column itself still has it to ten
 * digits.  So the columns are taken apart, and the information is summed from what is
 * left. */
#include "stats/cox/cox_basis.h"
#include "numeric/cholesky.h"
#include "stats/cox_likelihood/cox_likelihood.h"

#include <math.h>
#include <string.h>

static const double share_small = 1e-3; /* of a covariate's information that is its own */

/* The triangle L with the scale at which a column has the information that it had. */
static bool fill_factors(const double *info, size_t p, double *factors)
{
    bool is_needed = false;
    memcpy(factors, info, p * p * sizeof *factors);
    (void)cbk_cholesky_factor(factors, NULL, p);
    for (size_t k = 0; k < p; k++) {
        const double own = factors[k * p + k] / info[k * p + k];
        is_needed = is_needed || (own > 0.0 && own < share_small);
        const double scale = own > 0.0 ? sqrt(own) : 1.0;
        factors[k * p + k] = scale;
        for (size_t j = k + 1; j < p; j++) {
            factors[j * p + k] *= scale;
        }
    }
    return is_needed;
}

/* Solves factors z = x in place, in a tile. */
static void take_apart(const double *factors, size_t p, double *x)
{
    for (size_t j = 0; j < p; j++) {
        double value = x[j * CBK_COX_TILE];
        for (size_t k = 0; k < j; k++) {
            value -= factors[j * p + k] * x[k * CBK_COX_TILE];
        }
        x[j * CBK_COX_TILE] = value / factors[j * p + j];
    }
}

void cbk_cox_measure_again(cbk_cox_model *model)
{
    for (size_t j = 0; j < model->p; j++) {
        double least = 0.0; /* centred columns have both sides of 0 */
        double most = 0.0;
        for (size_t i = 0; i < model->n; i++) {
            const double x = cbk_cox_x(model, i)[j * CBK_COX_TILE];
            least = fmin(least, x);
            most = fmax(most, x);
        }
        model->range[j] = most - least;
    }
    cbk_cox_sum_events(model, NULL, model->event_sums);
}

bool cbk_cox_basis_make(const cbk_cox_model *model, const double *info, cbk_arena *arena,
                        cbk_cox_basis *out)
{
    const size_t n = model->n;
    const size_t p = model->p;
    const size_t size = cbk_cox_tiles_size(n, p);
    const size_t late_size = model->entry != NULL ? size : 0;
    const cbk_mark before = cbk_arena_mark(arena);
    *out = (cbk_cox_basis){.model = *model, .factors = CBK_NEW(arena, double, p *p + 1)};
    if (out->factors == NULL) {
        return false; /* which a release would hide */
    }
    if (!fill_factors(info, p, out->factors)) {
        cbk_arena_release(arena, before);
        return false;
    }
    out->model.tiles = CBK_NEW(arena, double, size);
    out->model.late_tiles = CBK_NEW(arena, double, late_size + 1);
    out->model.event_sums = CBK_NEW(arena, cbk_sum, p + 1);
    out->model.range = CBK_NEW(arena, double, p + 1);
    if (cbk_arena_has_failed(arena)) {
        return false;
    }
    memcpy(out->model.tiles, model->tiles, size * sizeof *model->tiles);
    for (size_t i = 0; i < n; i++) {
        take_apart(out->factors, p, cbk_cox_x(&out->model, i));
    }
    if (late_size > 0) {
        memcpy(out->model.late_tiles, model->late_tiles, late_size * sizeof(double));
    }
    for (size_t k = 0; late_size > 0 && k < n; k++) {
        take_apart(out->factors, p, cbk_cox_late_x(&out->model, k));
    }
    cbk_cox_measure_again(&out->model);
    return true;
}

void cbk_cox_basis_leave(const cbk_cox_basis *basis, double *beta)
{
    const size_t p = basis->model.p;
    for (size_t k = p; k-- > 0;) {
        for (size_t j = k + 1; j < p; j++) {
            beta[k] -= basis->factors[j * p + k] * beta[j];
        }
        beta[k] /= basis->factors[k * p + k];
    }
}

void cbk_cox_basis_leave_variance(const cbk_cox_basis *basis, double *variance,
                                  double *room)
{
    const size_t p = basis->model.p;
    for (size_t j = 0; j < p; j++) {
        cbk_cox_basis_leave(basis, variance + j * p);
    }
    for (size_t j = 0; j < p; j++) {
        for (size_t k = 0; k < p; k++) {
            room[k] = variance[k * p + j];
        }
        cbk_cox_basis_leave(basis, room);
        for (size_t k = 0; k < p; k++) {
            variance[k * p + j] = room[k];
        }
    }
}
