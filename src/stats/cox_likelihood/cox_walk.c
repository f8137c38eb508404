/* cox_walk.c - sums over those at risk, time by time.  Contract:
 * stats/cox_likelihood/cox_walk.h.
 */
#include "stats/cox_likelihood/cox_walk.h"
#include "numeric/sum.h"
#include "stats/cox_likelihood/cox_model.h"

#include <string.h>

bool cbk_cox_walk_start(cbk_cox_walk *walk, const cbk_cox_model *model, size_t n_features,
                        cbk_cox_features *fill, const void *context, cbk_arena *arena)
{
    *walk = (cbk_cox_walk){.model = model,
                           .n_features = n_features,
                           .fill = fill,
                           .context = context,
                           .feature = CBK_NEW(arena, double, n_features),
                           .sums = CBK_NEW(arena, double, 2 * n_features),
                           .at_risk = CBK_NEW(arena, double, n_features),
                           .run = model->n_runs,
                           .n_late = model->n};
    walk->of_events = CBK_NEW(arena, double, n_features);
    return walk->of_events != NULL;
}

void cbk_cox_feature_x(const void *context, const cbk_cox_model *model, uint32_t i,
                       double *feature)
{
    (void)context;
    feature[0] = 1.0;
    const double *x = cbk_cox_x(model, i);
    for (size_t j = 0; j < model->p; j++) {
        feature[j + 1] = x[j * CBK_COX_TILE];
    }
}

static void add(cbk_cox_walk *walk, uint32_t i, double risk)
{
    walk->fill(walk->context, walk->model, i, walk->feature);
    for (size_t k = 0; k < walk->n_features; k++) {
        cbk_sum sum = {walk->sums[2 * k], walk->sums[2 * k + 1]};
        cbk_sum_add(&sum, risk * walk->feature[k]);
        walk->sums[2 * k] = sum.total;
        walk->sums[2 * k + 1] = sum.lost;
    }
}

static void see_events(cbk_cox_walk *walk, const cbk_cox_run *run)
{
    const cbk_cox_model *model = walk->model;
    walk->weight = 0.0;
    memset(walk->of_events, 0, walk->n_features * sizeof *walk->of_events);
    for (uint32_t i = run->first; i < run->first + run->n_event; i++) {
        walk->weight += cbk_cox_weight(model, i);
        walk->fill(walk->context, model, i, walk->feature);
        for (size_t k = 0; k < walk->n_features; k++) {
            walk->of_events[k] += model->risk[i] * walk->feature[k];
        }
    }
    for (size_t k = 0; k < walk->n_features; k++) {
        walk->at_risk[k] = walk->sums[2 * k] + walk->sums[2 * k + 1];
    }
}

bool cbk_cox_walk_back(cbk_cox_walk *walk)
{
    const cbk_cox_model *model = walk->model;
    while (walk->run-- > 0) {
        const cbk_cox_run *run = &model->runs[walk->run];
        if (cbk_cox_run_end(run) == run->stratum_end) {
            memset(walk->sums, 0, 2 * walk->n_features * sizeof *walk->sums);
            walk->n_late = run->stratum_end;
        }
        for (uint32_t i = cbk_cox_run_end(run); i-- > run->first;) {
            add(walk, i, model->risk[i]);
        }
        while (model->entry != NULL && walk->n_late > run->stratum_first &&
               model->entry[model->enters[walk->n_late - 1]] >= run->time) {
            const uint32_t i = model->enters[--walk->n_late];
            add(walk, i, -model->risk[i]);
        }
        if (run->n_event > 0) {
            see_events(walk, run);
            return true;
        }
    }
    return false;
}

size_t cbk_cox_walk_parts(const cbk_cox_walk *walk)
{
    return walk->model->ties == CBK_COX_EFRON ? walk->model->runs[walk->run].n_event : 1;
}
