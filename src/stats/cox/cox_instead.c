/* cox_instead.c - Cox's regression, and what can be said where its likelihood is
 * monotone. Contract: casebook/cox.h. */
#include "stats/cox/cox_fitting.h"
#include "stats/cox_likelihood/cox_model.h"

static bool has_two_values(const double *value, size_t n)
{
    double least = value[0];
    double most = value[0];
    for (size_t i = 1; i < n; i++) {
        least = value[i] < least ? value[i] : least;
        most = value[i] > most ? value[i] : most;
    }
    for (size_t i = 0; i < n; i++) {
        if (value[i] > least && value[i] < most) {
            return false;
        }
    }
    return most > least;
}

static bool is_one_value(const double *value, size_t n)
{
    for (size_t i = 1; value != NULL && i < n; i++) {
        if (value[i] < value[0] || value[i] > value[0]) {
            return false;
        }
    }
    return true;
}

/* Rows can be exchanged where they are subjects that differ in one thing alone. */
static cbk_cox_no_exact look_for_exact(const cbk_cox_rows *rows)
{
    const size_t n = rows->followup->n;
    const double *weight = rows->followup->weight;
    return rows->n_covariates > 1                   ? CBK_COX_NO_EXACT_COVARIATES
           : !has_two_values(rows->covariate[0], n) ? CBK_COX_NO_EXACT_VALUES
           : weight != NULL &&
                   !(is_one_value(weight, n) && weight[0] >= 1.0 && weight[0] <= 1.0)
               ? CBK_COX_NO_EXACT_WEIGHTS
           : !is_one_value(rows->offset, n) ? CBK_COX_NO_EXACT_OFFSET
           : rows->cluster != NULL          ? CBK_COX_NO_EXACT_CLUSTERS
           : n > CBK_COX_EXACT_ROWS_MAX     ? CBK_COX_NO_EXACT_ROWS
                                            : CBK_COX_HAS_EXACT;
}

static cbk_status permute(const cbk_cox_rows *rows, cbk_arena *arena,
                          const cbk_log_rank_exact **out, cbk_error *err)
{
    const size_t n = rows->followup->n;
    const double *value = rows->covariate[0];
    cbk_followup followup = *rows->followup;
    followup.weight = NULL; /* they are all 1 */
    uint32_t *group = CBK_NEW(arena, uint32_t, n);
    if (group == NULL) {
        return cbk_fail_memory(err);
    }
    double least = value[0];
    for (size_t i = 1; i < n; i++) {
        least = value[i] < least ? value[i] : least;
    }
    for (size_t i = 0; i < n; i++) {
        group[i] = value[i] > least ? 1 : 0;
    }
    const cbk_log_rank_rows grouped = {.followup = &followup,
                                       .group = group,
                                       .n_groups = 2,
                                       .stratum = rows->stratum,
                                       .n_strata = rows->n_strata};
    const cbk_log_rank_request request = {.method = CBK_LOG_RANK,
                                          .wants_exact = true,
                                          .n_permutations = CBK_COX_EXACT_PERMUTATIONS,
                                          .seed = 1};
    const cbk_log_rank *test = NULL;
    CBK_TRY(cbk_log_rank_fit(&grouped, &request, arena, &test, err));
    *out = test->exact;
    return CBK_OK;
}

static cbk_status fit_firth(const cbk_cox_rows *rows, const cbk_cox_request *request,
                            cbk_arena *arena, const cbk_cox **out, cbk_error *err)
{
    cbk_cox *fit = NULL;
    cbk_cox_rows alone = *rows;
    alone.cluster = NULL;
    alone.n_clusters = 0;
    cbk_cox_request penalised = {
        .ties = request->ties, .is_firth = true, .level = request->level};
    CBK_TRY(cbk_cox_fit_alone(&alone, &penalised, arena, &fit, err));
    *out = fit;
    return CBK_OK;
}

static cbk_status answer_instead(const cbk_cox_rows *rows, const cbk_cox_request *request,
                                 cbk_arena *arena, cbk_cox *fit, cbk_error *err)
{
    cbk_cox_instead *out = CBK_NEW(arena, cbk_cox_instead, 1);
    if (out == NULL) {
        return cbk_fail_memory(err);
    }
    out->no_exact = look_for_exact(rows);
    if (!cbk_cox_ties_are_exact(request->ties) &&
        rows->followup->n <= CBK_COX_FIRTH_ROWS_MAX) {
        CBK_TRY(fit_firth(rows, request, arena, &out->firth, err));
    }
    if (out->no_exact == CBK_COX_HAS_EXACT) {
        CBK_TRY(permute(rows, arena, &out->exact, err));
    }
    fit->instead = out;
    return CBK_OK;
}

cbk_status cbk_cox_fit(const cbk_cox_rows *rows, const cbk_cox_request *request,
                       cbk_arena *arena, const cbk_cox **out, cbk_error *err)
{
    cbk_cox *fit = NULL;
    *out = NULL;
    const cbk_mark before = cbk_arena_mark(arena);
    CBK_TRY(cbk_cox_fit_alone(rows, request, arena, &fit, err));
    if (request->wants_instead && (fit->notes & CBK_NOTE_MONOTONE) != 0) {
        const cbk_status status = answer_instead(rows, request, arena, fit, err);
        if (status != CBK_OK) {
            cbk_arena_release(arena, before);
            return status;
        }
    }
    *out = fit;
    return CBK_OK;
}
