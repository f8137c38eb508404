/* cox_robust.c - score residuals and their products.  Contract: stats/cox_model.h.
 *
 * The residual of a row: what its event adds to the score, less what the hazard it was
 * exposed to takes away.
 */
#include "stats/cox_model.h"

#include <string.h>

/* What each time adds: to the hazard of those at risk and of those with the event, and to
 * the same weighted by the mean of x. */
typedef struct exposure {
    double *hazard;       /* [n_runs] */
    double *hazard_event; /* [n_runs] */
    double *moment;       /* [n_runs * p] */
    double *moment_event; /* [n_runs * p] */
    double *mean;         /* [n_runs * p] of x, at the event */
} exposure;

static bool make_exposure(const cbk_cox_model *model, cbk_arena *arena, exposure *out)
{
    const size_t n = model->n_runs;
    out->hazard = CBK_NEW(arena, double, n + 1);
    out->hazard_event = CBK_NEW(arena, double, n + 1);
    out->moment = CBK_NEW(arena, double, n * model->p + 1);
    out->moment_event = CBK_NEW(arena, double, n * model->p + 1);
    out->mean = CBK_NEW(arena, double, n * model->p + 1);
    return out->mean != NULL;
}

static void see_time(const cbk_cox_walk *walk, exposure *out)
{
    const size_t p = walk->model->p;
    const size_t d = cbk_cox_walk_parts(walk);
    const size_t r = walk->run;
    for (size_t l = 0; l < d; l++) {
        const double share = (double)l / (double)d;
        const double at_risk = walk->at_risk[0] - share * walk->of_events[0];
        const double hazard = walk->weight / (double)d / at_risk;
        out->hazard[r] += hazard;
        out->hazard_event[r] += (1.0 - share) * hazard;
        for (size_t j = 0; j < p; j++) {
            const double mean =
                (walk->at_risk[j + 1] - share * walk->of_events[j + 1]) / at_risk;
            out->mean[r * p + j] += mean / (double)d;
            out->moment[r * p + j] += hazard * mean;
            out->moment_event[r * p + j] += (1.0 - share) * hazard * mean;
        }
    }
}

/* hazard[1 + p]: the sums over the times so far, hazard first. */
static void add_residual(const cbk_cox_model *model, const exposure *of, size_t r,
                         uint32_t i, const double *before, const double *base,
                         double *residual)
{
    const size_t p = model->p;
    const bool is_event = i < model->runs[r].first + model->runs[r].n_event;
    const double *x = cbk_cox_x(model, i);
    const double hazard =
        before[0] - base[0] + (is_event ? of->hazard_event[r] : of->hazard[r]);
    for (size_t j = 0; j < p; j++) {
        const double moment =
            before[j + 1] - base[j + 1] +
            (is_event ? of->moment_event[r * p + j] : of->moment[r * p + j]);
        residual[j] -= model->risk[i] * (x[j * CBK_COX_TILE] * hazard - moment);
        if (is_event) {
            residual[j] += model->weight[i] * (x[j * CBK_COX_TILE] - of->mean[r * p + j]);
        }
    }
}

static void add_products(const double *residual, size_t p, double *out)
{
    for (size_t j = 0; j < p; j++) {
        for (size_t k = 0; k < p; k++) {
            out[j * p + k] += residual[j] * residual[k];
        }
    }
}

/* Into residual[n_units * p]. */
static bool sum_residuals(const cbk_cox_model *model, const exposure *of,
                          cbk_arena *arena, double *residual)
{
    const size_t p = model->p;
    double *sums = CBK_NEW(arena, double, p + 1);
    double *zero = CBK_NEW(arena, double, p + 1);
    double *base = CBK_NEW(arena, double, model->entry != NULL ? model->n * (p + 1) : 1);
    if (base == NULL) {
        return false;
    }
    size_t n_entered = 0;
    for (size_t r = 0; r < model->n_runs; r++) {
        const cbk_cox_run *run = &model->runs[r];
        if (run->is_first) {
            memset(sums, 0, (p + 1) * sizeof *sums);
            n_entered = run->stratum_first;
        }
        while (model->entry != NULL && n_entered < run->stratum_end &&
               model->entry[model->enters[n_entered]] < run->time) {
            memcpy(base + model->enters[n_entered++] * (p + 1), sums,
                   (p + 1) * sizeof *sums);
        }
        for (uint32_t i = run->first; i < run->end; i++) {
            const size_t unit = model->cluster != NULL ? model->cluster[i] : i;
            add_residual(model, of, r, i, sums,
                         model->entry != NULL ? base + i * (p + 1) : zero,
                         residual + unit * p);
        }
        sums[0] += of->hazard[r];
        for (size_t j = 0; j < p; j++) {
            sums[j + 1] += of->moment[r * p + j];
        }
    }
    return true;
}

bool cbk_cox_score_products(const cbk_cox_model *model, const double *beta,
                            cbk_arena *arena, double *out)
{
    const size_t p = model->p;
    const cbk_mark before = cbk_arena_mark(arena);
    const size_t n_units = model->cluster != NULL ? model->n_clusters : model->n;
    cbk_cox_value value = {.gradient = CBK_NEW(arena, double, p + 1)};
    value.info = CBK_NEW(arena, double, p *p + 1);
    double *residual = CBK_NEW(arena, double, n_units *p + 1);
    exposure of;
    cbk_cox_walk walk;
    if (!make_exposure(model, arena, &of) ||
        !cbk_cox_walk_start(&walk, model, p + 1, cbk_cox_feature_x, NULL, arena)) {
        return false;
    }
    cbk_cox_evaluate(model, beta, NULL, &value); /* for risk */
    while (cbk_cox_walk_back(&walk)) {
        see_time(&walk, &of);
    }
    if (!sum_residuals(model, &of, arena, residual)) {
        return false;
    }
    memset(out, 0, p * p * sizeof *out);
    for (size_t unit = 0; unit < n_units; unit++) {
        add_products(residual + unit * p, p, out);
    }
    cbk_arena_release(arena, before);
    return true;
}
