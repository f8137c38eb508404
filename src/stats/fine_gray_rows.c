/* fine_gray_rows.c - the rows of a Fine-Gray regression and when they are censored.
 * Contract: stats/fine_gray_model.h. */
#include "stats/fine_gray_model.h"

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
        is_event[i] = rows->cause[i] == rows->wanted;
        kind[i] = rows->cause[i] == 0 ? CBK_FG_CENSORED
                  : is_event[i]       ? CBK_FG_EVENT
                                      : CBK_FG_COMPETING;
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

/* G before each time: who has the event is at risk of censoring at the same time. */
static void estimate_censoring(const cbk_cox_model *cox, double *free,
                               uint32_t *n_censored, double *stays)
{
    double before = 1.0;
    for (size_t r = 0; r < cox->n_runs; r++) {
        const cbk_cox_run *run = &cox->runs[r];
        free[r] = before;
        for (uint32_t i = run->first; i < run->end; i++) {
            n_censored[r] += cox->cluster[i] == CBK_FG_CENSORED ? 1 : 0;
            stays[i] = cox->cluster[i] == CBK_FG_COMPETING ? 1.0 / before : 0.0;
        }
        const double n_risk = (double)(cox->n - run->first);
        before *= (n_risk - (double)n_censored[r]) / n_risk;
    }
}

/* The runs with wanted events, and the sums of x over these. */
static bool fill_times(cbk_arena *arena, cbk_fg_model *model)
{
    const cbk_cox_model *cox = &model->cox;
    cbk_fg_time *times = CBK_NEW(arena, cbk_fg_time, cox->n_runs + 1);
    model->event_sums = CBK_NEW(arena, cbk_sum, cox->p + 1);
    for (size_t r = 0; model->event_sums != NULL && r < cox->n_runs; r++) {
        const cbk_cox_run *run = &cox->runs[r];
        if (run->n_event == 0) {
            continue;
        }
        times[model->n_times++] = (cbk_fg_time){
            .first = run->first, .n_event = run->n_event, .run = (uint32_t)r};
        for (uint32_t i = run->first; i < run->first + run->n_event; i++) {
            for (size_t j = 0; j < cox->p; j++) {
                cbk_sum_add(&model->event_sums[j], cbk_cox_x(cox, i)[j * CBK_COX_TILE]);
            }
        }
    }
    model->times = times;
    return model->event_sums != NULL;
}

static bool fill_ranges(cbk_arena *arena, cbk_fg_model *model)
{
    const cbk_cox_model *cox = &model->cox;
    model->range = CBK_NEW(arena, double, cox->p + 1);
    for (size_t j = 0; model->range != NULL && j < cox->p; j++) {
        double least = cbk_cox_x(cox, 0)[j * CBK_COX_TILE];
        double most = least;
        for (size_t i = 1; i < cox->n; i++) {
            const double x = cbk_cox_x(cox, i)[j * CBK_COX_TILE];
            least = x < least ? x : least;
            most = x > most ? x : most;
        }
        model->range[j] = most - least;
    }
    return model->range != NULL;
}

void cbk_fg_model_keep(cbk_fg_model *model, const size_t *kept, size_t n_kept)
{
    cbk_cox_model_keep(&model->cox, kept, n_kept);
    for (size_t j = 0; j < n_kept; j++) {
        model->range[j] = model->range[kept[j]];
        model->event_sums[j] = model->event_sums[kept[j]];
    }
}

cbk_status cbk_fg_model_make(const cbk_fine_gray_rows *rows, cbk_arena *arena,
                             cbk_fg_model *out, cbk_error *err)
{
    *out = (cbk_fg_model){0};
    CBK_TRY(make_cox(rows, arena, &out->cox, err));
    const cbk_cox_model *cox = &out->cox;
    const size_t n_tiles = (cox->n + CBK_COX_TILE - 1) / CBK_COX_TILE;
    double *free = CBK_NEW(arena, double, cox->n_runs + 1);
    uint32_t *n_censored = CBK_NEW(arena, uint32_t, cox->n_runs + 1);
    double *stays = CBK_NEW(arena, double, n_tiles *CBK_COX_TILE);
    out->risk = CBK_NEW(arena, double, n_tiles *CBK_COX_TILE);
    out->step = CBK_NEW(arena, double, cox->n_runs + 1);
    out->carried = CBK_NEW(arena, double, n_tiles *CBK_COX_TILE);
    out->later = CBK_NEW(arena, double, n_tiles *CBK_COX_TILE);
    out->before = CBK_NEW(arena, double, n_tiles *(cox->p + 1));
    out->after = CBK_NEW(arena, double, n_tiles *(cox->p + 1));
    out->behind = CBK_NEW(arena, double, n_tiles *(cox->p + 1));
    out->room = CBK_NEW(arena, double, cbk_fg_room(cox->p));
    out->kernels = &cbk_fg_kernels_here;
    if (out->room == NULL || !fill_times(arena, out) || !fill_ranges(arena, out)) {
        return cbk_fail_memory(err);
    }
    estimate_censoring(cox, free, n_censored, stays);
    out->free = free;
    out->n_censored = n_censored;
    out->stays = stays;
    return CBK_OK;
}
