/* cox_kept.c - the rows of a fit, kept for residuals and curves.  Contract:
 * stats/cox_postestimation/cox_postestimation.h. */
#include "numeric/sum.h"
#include "stats/cox_likelihood/cox_model.h"
#include "stats/cox_postestimation/cox_postestimation.h"

#include <string.h>

/* Whether there are no values but -1, 0 and 1. */
static bool is_code(const double *value, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const double square = value[i] * value[i];
        if (square > 0.0 && (square < 1.0 || square > 1.0)) {
            return false;
        }
    }
    return true;
}

/* The weighted mean; 0 of codes. */
static double reference_of(const double *value, const cbk_cox_model *model)
{
    enum { AHEAD = 24 /* rows, in which a number comes from memory */ };
    if (is_code(value, model->n)) {
        return 0.0;
    }
    const size_t n = model->n;
    cbk_sum sum = {0};
    cbk_sum weight = {model->is_weighted ? 0.0 : (double)n, 0.0};
    for (size_t i = 0; i < n; i++) {
        __builtin_prefetch(&value[model->order[i + AHEAD < n ? i + AHEAD : i]]);
        cbk_sum_add(&sum, cbk_cox_weight(model, i) * value[model->order[i]]);
        if (model->is_weighted) {
            cbk_sum_add(&weight, model->weights[i]);
        }
    }
    return cbk_sum_value(&sum) / cbk_sum_value(&weight);
}

static size_t count_strata(const cbk_cox_model *model)
{
    size_t n = 0;
    for (size_t r = 0; r < model->n_runs; r++) {
        n += cbk_cox_run_is_first(&model->runs[r]) ? 1 : 0;
    }
    return n;
}

cbk_cox_kept *cbk_cox_kept_start(const cbk_cox_rows *rows, const cbk_cox_model *model,
                                 cbk_arena *arena)
{
    const size_t p = rows->n_covariates;
    const uint32_t first = model->order[0];
    cbk_cox_kept *out = CBK_NEW(arena, cbk_cox_kept, 1);
    if (out == NULL) {
        return NULL;
    }
    *out =
        (cbk_cox_kept){.n_covariates = p,
                       .covariate = CBK_NEW(arena, size_t, p),
                       .first = CBK_NEW(arena, double, p),
                       .first_offset = rows->offset != NULL ? rows->offset[first] : 0.0,
                       .reference = CBK_NEW(arena, double, p),
                       .n_strata = count_strata(model),
                       .stratum = CBK_NEW(arena, uint32_t, count_strata(model)),
                       .beta = CBK_NEW(arena, double, p),
                       .is_infinite = CBK_NEW(arena, bool, p),
                       .inverse = CBK_NEW(arena, double, p *p),
                       .variance = CBK_NEW(arena, double, p *p)};
    if (cbk_arena_has_failed(arena)) {
        return NULL;
    }
    for (size_t j = 0; j < p; j++) {
        out->first[j] = rows->covariate[j][first];
        out->reference[j] = reference_of(rows->covariate[j], model);
    }
    size_t k = 0;
    for (size_t r = 0; r < model->n_runs; r++) {
        if (cbk_cox_run_is_first(&model->runs[r])) {
            const uint32_t row = model->order[model->runs[r].first];
            out->stratum[k++] = rows->stratum != NULL ? rows->stratum[row] : 0;
        }
    }
    return out;
}

void cbk_cox_kept_fill(cbk_cox_kept *kept, const cbk_cox_model *model,
                       const size_t *covariate, const int *direction)
{
    kept->model = *model;
    kept->model.exact = NULL; /* it was room */
    for (size_t j = 0; j < model->p; j++) {
        kept->covariate[j] = covariate[j];
        kept->is_infinite[j] = direction[j] != 0;
    }
}
