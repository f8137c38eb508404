/* fine_gray_rows.c - the rows of a Fine-Gray regression and when they are censored.
 * Contract: stats/competing/fine_gray_model.h. */
#include "stats/competing/fine_gray_model.h"

/* The rows as those of a Cox regression of the wanted kind.  The kind of the others
 * travels as their cluster, which is the last thing they are ordered by. */
static cbk_status make_cox(const cbk_fine_gray_rows *rows, cbk_arena *arena,
                           cbk_cox_model *out, cbk_error *err)
{
    const size_t n = rows->followup->n;
    bool *is_event = CBK_NEW(arena, bool, n + 1);
    uint32_t *kind = CBK_NEW(arena, uint32_t, n + 1);
    if (kind == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        /* Without a branch, as below: nobody can guess the kind. */
        const uint32_t if_any = 0 - (uint32_t)(rows->cause[i] != 0);
        is_event[i] = rows->cause[i] == rows->wanted;
        kind[i] = if_any & (is_event[i] ? CBK_FG_EVENT : CBK_FG_COMPETING);
    }
    const cbk_followup followup = {
        .n = n, .time = rows->followup->time, .is_event = is_event};
    const cbk_cox_rows as_cox = {.followup = &followup,
                                 .n_covariates = rows->n_covariates,
                                 .covariate = rows->covariate,
                                 .cluster = kind,
                                 .n_clusters = 3};
    return cbk_cox_model_make(&as_cox, CBK_COX_BRESLOW, arena, out, err);
}

/* G before each time: who has the event is at risk of censoring at the same time. Without
 * a branch on kinds, which nobody can guess. */
static void estimate_censoring(const cbk_cox_model *cox, double *free,
                               uint32_t *n_censored, double *stays)
{
    double before = 1.0;
    size_t k = 0;
    for (size_t r = 0; r < cox->n_runs; r++) {
        const cbk_cox_run *run = &cox->runs[r];
        const uint32_t end = cbk_cox_run_end(run);
        const double inverse = 1.0 / before;
        uint32_t n_gone = 0;
        free[k] = before; /* there is one to spare */
        k += run->n_event > 0;
        for (uint32_t i = run->first; i < end; i++) {
            n_gone += cox->cluster[i] == CBK_FG_CENSORED;
            stays[i] = (double)(cox->cluster[i] == CBK_FG_COMPETING) * inverse;
        }
        const double n_risk = (double)(cox->n - run->first);
        n_censored[r] = n_gone;
        before *= (n_risk - (double)n_gone) / n_risk;
    }
}

/* from[n_tiles + 1], 0 before. */
static void find_tiles_of_times(const cbk_cox_model *cox, size_t n_tiles, uint32_t *from)
{
    for (size_t k = 0; k < cox->n_times; k++) {
        from[cox->times[k].first / CBK_COX_TILE + 1]++;
    }
    for (size_t tile = 0; tile < n_tiles; tile++) {
        from[tile + 1] += from[tile];
    }
}

cbk_status cbk_fg_model_make(const cbk_fine_gray_rows *rows, cbk_arena *arena,
                             cbk_fg_model *out, cbk_error *err)
{
    *out = (cbk_fg_model){0};
    CBK_TRY(make_cox(rows, arena, &out->cox, err));
    const cbk_cox_model *cox = &out->cox;
    const size_t n_tiles = (cox->n + CBK_COX_TILE - 1) / CBK_COX_TILE;
    double *free = CBK_NEW(arena, double, cox->n_times + 1);
    uint32_t *time_from = CBK_NEW(arena, uint32_t, n_tiles + 1);
    uint32_t *n_censored = CBK_NEW(arena, uint32_t, cox->n_runs + 1);
    double *stays = CBK_NEW(arena, double, n_tiles *CBK_COX_TILE);
    out->later = CBK_NEW(arena, double, n_tiles *CBK_COX_TILE);
    out->before = CBK_NEW(arena, double, n_tiles *(cox->p + 1));
    out->after = CBK_NEW(arena, double, n_tiles *(cox->p + 1));
    out->behind = CBK_NEW(arena, double, n_tiles *(cox->p + 1));
    out->room = CBK_NEW(arena, double, cbk_fg_room(cox->p));
    if (out->room == NULL) {
        return cbk_fail_memory(err);
    }
    find_tiles_of_times(cox, n_tiles, time_from);
    estimate_censoring(cox, free, n_censored, stays);
    out->time_from = time_from;
    out->free = free;
    out->n_censored = n_censored;
    out->stays = stays;
    return CBK_OK;
}
