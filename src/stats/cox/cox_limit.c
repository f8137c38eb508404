/* cox_limit.c - the likelihood infinitely far out in a direction.  Contract:
 * stats/cox/cox_limit.h.
 *
 * Far out along d only those at risk with the largest x'd have any risk, and those with
 * the event are among them.  So nobody is compared but with rows of the same x'd: the
 * limit is the likelihood of rows that are stratified by it, too, with all ties.
 */
#include "stats/cox/cox_limit.h"

#include "numeric/order.h"
#include "stats/cox/cox_basis.h"
#include "stats/cox/cox_monotone.h"

#include <math.h>

enum { DOUBLINGS_MAX = 40 };

static bool number_levels(const cbk_cox_model *model, const double *step,
                          cbk_arena *arena, uint32_t *out, size_t *n_levels)
{
    double *stratum = CBK_NEW(arena, double, model->n + 1);
    double *value = CBK_NEW(arena, double, model->n + 1);
    uint32_t *order = CBK_NEW(arena, uint32_t, model->n + 1);
    if (order == NULL) {
        return false;
    }
    for (size_t s = 0; s < model->n_strata; s++) {
        for (size_t i = model->strata[s]; i < model->strata[s + 1]; i++) {
            stratum[i] = (double)s;
            value[i] = cbk_cox_along(model, i, step);
        }
    }
    const double *columns[] = {stratum, value};
    if (!cbk_order_rows(columns, 2, model->n, arena, order)) {
        return false;
    }
    const double tolerance = cbk_cox_gap_tolerance(model, step);
    uint32_t level = 0;
    for (size_t k = 0; k < model->n; k++) {
        const uint32_t here = order[k];
        const uint32_t before = k > 0 ? order[k - 1] : here;
        level +=
            stratum[here] > stratum[before] || value[here] > value[before] + tolerance
                ? 1
                : 0;
        out[model->order[here]] = level;
    }
    *n_levels = (size_t)level + 1;
    return true;
}

/* Takes the middle of each column out of each stratum: nobody is compared with another,
 * and within them x may differ by so little that b is large. */
static void centre_strata(cbk_cox_model *model)
{
    const size_t p = model->p;
    for (size_t s = 0; s < model->n_strata; s++) {
        const size_t first = model->strata[s];
        const size_t end = model->strata[s + 1];
        for (size_t j = 0; j < p; j++) {
            double least = (double)INFINITY;
            double most = -(double)INFINITY;
            for (size_t i = first; i < end; i++) {
                const double x = cbk_cox_x(model, i)[j * CBK_COX_TILE];
                least = fmin(least, x);
                most = fmax(most, x);
            }
            const double middle = least + 0.5 * (most - least);
            for (size_t i = first; i < end; i++) {
                cbk_cox_x(model, i)[j * CBK_COX_TILE] -= middle;
            }
            for (size_t k = first; model->entry != NULL && k < end; k++) {
                cbk_cox_late_x(model, k)[j * CBK_COX_TILE] -= middle;
            }
        }
    }
    cbk_cox_measure_again(model);
}

bool cbk_cox_limit_make(const cbk_cox_rows *rows, const cbk_cox_model *model,
                        const double *step, const size_t *kept, cbk_arena *arena,
                        cbk_cox_model *out)
{
    cbk_cox_rows by_level = *rows;
    uint32_t *stratum = CBK_NEW(arena, uint32_t, model->n + 1);
    cbk_error err;
    if (stratum == NULL ||
        !number_levels(model, step, arena, stratum, &by_level.n_strata) ||
        by_level.n_strata == model->n_strata) {
        return false;
    }
    by_level.stratum = stratum;
    if (cbk_cox_model_make(&by_level, model->ties, arena, out, &err) != CBK_OK ||
        cbk_cox_exact_make(out, arena, &err) != CBK_OK) {
        return false;
    }
    cbk_cox_model_keep(out, kept, model->p);
    centre_strata(out);
    return true;
}

/* Adds step / spread to share times outward. */
static void combine(const double *outward, double share, const double *step,
                    double spread, size_t p, double *out)
{
    for (size_t j = 0; j < p; j++) {
        out[j] = share * outward[j] + step[j] / spread;
    }
}

void cbk_cox_outward_add(const cbk_cox_model *model, const double *step, cbk_arena *arena,
                         double *outward)
{
    const double spread = cbk_cox_spread(model, step);
    double *sum = model->room;
    double share = 0.5 * cbk_cox_spread(model, outward) > 0.0 ? 1.0 : 0.0;
    combine(outward, share, step, spread, model->p, sum);
    for (int turn = 0; turn < DOUBLINGS_MAX && share > 0.0; turn++, share *= 2.0) {
        combine(outward, share, step, spread, model->p, sum);
        if (cbk_cox_never_falls(model, sum, arena)) {
            break;
        }
    }
    for (size_t j = 0; j < model->p; j++) {
        outward[j] = sum[j];
    }
}

void cbk_cox_find_undetermined(const cbk_cox_model *model, const double *info,
                               const double *inverse, bool *is_undetermined)
{
    const size_t p = model->p;
    for (size_t j = 0; j < p; j++) {
        is_undetermined[j] = !(inverse[j * p + j] > 0.0);
        for (size_t k = 0; k < p; k++) {
            double share = 0.0; /* of j in what leaves the likelihood as it is */
            for (size_t l = 0; l < p; l++) {
                share += inverse[j * p + l] * info[l * p + k];
            }
            is_undetermined[j] =
                is_undetermined[j] || (!(inverse[k * p + k] > 0.0) && fabs(share) > 1e-6);
        }
    }
}
