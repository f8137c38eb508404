/* cox_robust.c - score residuals and their products.  Contract:
 * stats/cox_postestimation/cox_postestimation.h.
 *
 * The residual of a row: what its event adds to the score, less what the hazard it was
 * exposed to takes away.  Of a time with Efron's ties, the mean of x weighted by the
 * hazard of each denominator is a sum of the two vectors that the information is made of.
 */
#include "stats/cox_likelihood/cox_likelihood.h"
#include "stats/cox_likelihood/cox_model.h"
#include "stats/cox_postestimation/cox_postestimation.h"

#include <string.h>

enum { AHEAD = 16 /* rows, in which numbers come from memory */ };

typedef struct residuals {
    const cbk_cox_model *model;
    cbk_cox_trace trace;
    double *sums;     /* [(1 + n_times) * (1 + p)] of hazard, and of hazard times the mean
                         of x, over the times before */
    double *of_event; /* [1 + p] the same at one time, of those with the event */
    double *mean;     /* [p] of x at the time, over its denominators */
} residuals;

static bool make_room(const cbk_cox_model *model, cbk_arena *arena, residuals *out)
{
    const size_t n = model->n_times;
    const size_t p = model->p;
    *out = (residuals){.model = model};
    out->trace.seen = CBK_NEW(arena, cbk_cox_seen, n + 1);
    out->trace.s1 = CBK_NEW(arena, double, n *p + 1);
    out->trace.d1 = CBK_NEW(arena, double, model->has_ties ? n *p + 1 : 1);
    out->sums = CBK_NEW(arena, double, (n + 1) * (p + 1));
    out->of_event = CBK_NEW(arena, double, p + 1);
    out->mean = CBK_NEW(arena, double, p + 1);
    return !cbk_arena_has_failed(arena);
}

/* Time k: what is exposed to it, and what its events are. */
static void see_time(const residuals *of, size_t k, bool is_first)
{
    const cbk_cox_model *model = of->model;
    const size_t p = model->p;
    const cbk_cox_time *time = &model->times[k];
    const cbk_cox_seen seen = of->trace.seen[k];
    const double *before = of->sums + (is_first ? 0 : k * (p + 1));
    double *after = of->sums + (k + 1) * (p + 1);
    double weight = model->is_weighted ? 0.0 : (double)time->n_event;
    for (uint32_t i = time->first; model->is_weighted && i < time->first + time->n_event;
         i++) {
        weight += cbk_cox_weight(model, i);
    }
    const double hazard = model->step[k];
    const double hazard_event = model->step_event[k];
    after[0] = before[0] + hazard;
    of->of_event[0] = before[0] + hazard_event;
    for (size_t j = 0; j < p; j++) {
        const double s1 = of->trace.s1[k * p + j];
        const double d1 = model->has_ties ? of->trace.d1[k * p + j] : 0.0;
        const double vector = s1 - seen.part * d1;
        after[j + 1] = before[j + 1] + seen.weight * vector;
        of->of_event[j + 1] = before[j + 1] + (1.0 - seen.part) * seen.weight * vector +
                              seen.tied_weight * d1;
        of->mean[j] = (hazard * s1 - (hazard - hazard_event) * d1) / weight;
    }
}

/* Adds to residual[p] that of row i, exposed to until less what it was before. */
static void add_residual(const residuals *of, size_t i, const double *until,
                         bool is_event, double *residual)
{
    const cbk_cox_model *model = of->model;
    const size_t p = model->p;
    const double *x = cbk_cox_x(model, i);
    const size_t entry = model->entry != NULL ? model->entry_time[i] : 0;
    const double *base = of->sums + entry * (p + 1);
    const double risk = model->risk[i];
    const double weight = is_event ? cbk_cox_weight(model, i) : 0.0;
    const double hazard = until[0] - base[0];
    for (size_t j = 0; j < p; j++) {
        const double here = x[j * CBK_COX_TILE];
        const double mean = is_event ? of->mean[j] : 0.0;
        residual[j] += weight * (here - mean) -
                       risk * (here * hazard - (until[j + 1] - base[j + 1]));
    }
}

/* Asks for what a row to come is exposed to and adds to, which lies anywhere. */
static void expect_row(const residuals *of, size_t i, const double *residual)
{
    const cbk_cox_model *model = of->model;
    const size_t p = model->p;
    if (model->entry != NULL) {
        const double *base = of->sums + model->entry_time[i] * (p + 1);
        __builtin_prefetch(base);
        __builtin_prefetch(base + p);
    }
    if (model->cluster != NULL) {
        const double *unit = residual + model->cluster[i] * p;
        __builtin_prefetch(unit, 1);
        __builtin_prefetch(unit + p - 1, 1);
    }
}

/* Into residual[n_units * p]. */
static void sum_residuals(const residuals *of, double *residual)
{
    const cbk_cox_model *model = of->model;
    const size_t p = model->p;
    size_t k = 0;
    for (size_t s = 0; s < model->n_strata; s++) {
        const double *until = of->sums; /* 0 */
        const size_t first_time = k;
        size_t end_events = 0;
        for (size_t i = model->strata[s]; i < model->strata[s + 1]; i++) {
            if (k < model->n_times && model->times[k].first == i) {
                see_time(of, k, k == first_time);
                until = of->sums + (k + 1) * (p + 1);
                end_events = i + model->times[k++].n_event;
            }
            expect_row(of, i + AHEAD < model->n ? i + AHEAD : i, residual);
            const bool is_event = i < end_events;
            const size_t unit = model->cluster != NULL ? model->cluster[i] : i;
            add_residual(of, i, is_event ? of->of_event : until, is_event,
                         residual + unit * p);
        }
    }
}

static void add_products(const double *residual, size_t p, double *out)
{
    for (size_t j = 0; j < p; j++) {
        for (size_t k = 0; k <= j; k++) {
            out[j * p + k] += residual[j] * residual[k];
        }
    }
}

bool cbk_cox_score_products(const cbk_cox_model *model, const double *beta,
                            cbk_arena *arena, double *out)
{
    const size_t p = model->p;
    const cbk_mark before = cbk_arena_mark(arena);
    const size_t n_units = model->cluster != NULL ? model->n_clusters : model->n;
    double *residual = CBK_NEW(arena, double, n_units *p + 1);
    residuals of;
    if (residual == NULL || !make_room(model, arena, &of)) {
        return false;
    }
    cbk_cox_trace_at(model, beta, &of.trace);
    sum_residuals(&of, residual);
    memset(out, 0, p * p * sizeof *out);
    for (size_t unit = 0; unit < n_units; unit++) {
        add_products(residual + unit * p, p, out);
    }
    for (size_t j = 0; j < p; j++) {
        for (size_t k = 0; k < j; k++) {
            out[k * p + j] = out[j * p + k];
        }
    }
    cbk_arena_release(arena, before);
    return true;
}
