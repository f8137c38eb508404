/* cox_events.c - sums over those with an event.  Contract:
 * stats/cox_likelihood/cox_likelihood.h. */
#include "numeric/sum.h"
#include "stats/cox_likelihood/cox_likelihood.h"
#include "stats/cox_likelihood/cox_model.h"

#include <string.h>

/* The weights of the events in the tile of row at->row. */
static void fill_weights(const cbk_cox_model *model, const double *multiplier,
                         cbk_cox_place *at, double *weight)
{
    const size_t end = (at->row / CBK_COX_TILE + 1) * CBK_COX_TILE;
    memset(weight, 0, CBK_COX_TILE * sizeof *weight);
    while (at->time < model->n_times && at->row < end) {
        const cbk_cox_time *time = &model->times[at->time];
        const size_t end_events = (size_t)time->first + time->n_event;
        const double factor = multiplier != NULL ? multiplier[time->run] : 1.0;
        for (; at->row < end_events && at->row < end; at->row++) {
            weight[at->row % CBK_COX_TILE] = factor * cbk_cox_weight(model, at->row);
        }
        if (at->row == end_events) {
            at->time++;
            at->row = at->time < model->n_times ? time[1].first : model->n;
        }
    }
}

cbk_cox_place cbk_cox_first_event(const cbk_cox_model *model)
{
    return (cbk_cox_place){.row = model->n_times > 0 ? model->times[0].first : model->n};
}

void cbk_cox_add_events(const cbk_cox_model *model, const double *multiplier, size_t end,
                        cbk_cox_place *at, cbk_sum *out)
{
    const size_t p = model->p;
    double weight[CBK_COX_TILE];
    while (at->time < model->n_times && at->row < end) {
        const double *x = model->tiles + at->row / CBK_COX_TILE * CBK_COX_TILE * p;
        fill_weights(model, multiplier, at, weight);
        for (size_t j = 0; j < p; j++) {
            cbk_sum_add(&out[j],
                        model->kernels->sum_products(weight, x + j * CBK_COX_TILE));
        }
    }
}

void cbk_cox_sum_events(const cbk_cox_model *model, const double *multiplier,
                        cbk_sum *out)
{
    cbk_cox_place at = cbk_cox_first_event(model);
    memset(out, 0, model->p * sizeof *out);
    cbk_cox_add_events(model, multiplier, model->n, &at, out);
}

double cbk_cox_sum_event_offsets(const cbk_cox_model *model)
{
    cbk_sum sum = {0};
    for (size_t k = 0; model->offsets != NULL && k < model->n_times; k++) {
        const uint32_t first = model->times[k].first;
        for (uint32_t i = first; i < first + model->times[k].n_event; i++) {
            cbk_sum_add(&sum, cbk_cox_weight(model, i) * model->offsets[i]);
        }
    }
    return cbk_sum_value(&sum);
}
