/* cox_steps.c - what each time with events adds.  Contract: stats/cox_steps.h. */
#include "stats/cox_steps.h"

#include <math.h>
#include <string.h>

/* Sums over those at risk: weight, risk, risk times x. */
typedef struct at_risk {
    double *total;     /* [p + 2] */
    double *lost;      /* [p + 2] what rounding took from it */
    double *of_events; /* [p + 2] */
    double *now;       /* [p + 2] */
} at_risk;

static void fill_risk(const cbk_cox_kept *kept, double *risk)
{
    const cbk_cox_model *model = &kept->model;
    for (size_t first = 0; first < model->n; first += CBK_COX_TILE) {
        const double *x = cbk_cox_x(model, first);
        double eta[CBK_COX_TILE] = {0.0};
        for (size_t j = 0; j < model->p; j++) {
            for (size_t i = 0; i < CBK_COX_TILE; i++) {
                eta[i] += x[j * CBK_COX_TILE + i] * kept->beta[j];
            }
        }
        for (size_t i = 0; i < CBK_COX_TILE && first + i < model->n; i++) {
            risk[first + i] =
                model->weight[first + i] * exp(eta[i] + model->offset[first + i]);
        }
    }
}

static inline void add_exactly(at_risk *sums, size_t k, double term)
{
    const double before = sums->total[k];
    const double total = before + term;
    const double added = total - before;
    sums->lost[k] += (before - (total - added)) + (term - added);
    sums->total[k] = total;
}

static inline void add_row(const cbk_cox_steps *of, at_risk *sums, size_t i, double sign)
{
    const cbk_cox_model *model = of->model;
    const double *x = cbk_cox_x(model, i);
    const double risk = sign * of->risk[i];
    add_exactly(sums, 0, sign * model->weight[i]);
    add_exactly(sums, 1, risk);
    for (size_t j = 0; j < model->p; j++) {
        add_exactly(sums, 2 + j, risk * x[j * CBK_COX_TILE]);
    }
}

/* One of the denominators of a time, `share` of those with the event left out. */
static void see_part(const cbk_cox_steps *out, const at_risk *sums, size_t r,
                     double share, size_t parts)
{
    const size_t p = out->model->p;
    const double weight = sums->of_events[0] / (double)parts;
    const double denominator = sums->now[1] - share * sums->of_events[1];
    const double hazard = weight / denominator;
    out->hazard[r] += hazard;
    out->variance[r] += hazard / denominator;
    for (size_t j = 0; j < p; j++) {
        const double mean =
            (sums->now[2 + j] - share * sums->of_events[2 + j]) / denominator;
        out->moment[r * p + j] += hazard * mean;
        if (out->mean != NULL) {
            out->mean[r * p + j] += mean / (double)parts;
            out->moment_event[r * p + j] += (1.0 - share) * hazard * mean;
        }
    }
    if (out->hazard_event != NULL) {
        out->hazard_event[r] += (1.0 - share) * hazard;
    }
}

static void see_events(const cbk_cox_steps *out, at_risk *sums, size_t r)
{
    const cbk_cox_model *model = out->model;
    const cbk_cox_run *run = &model->runs[r];
    const size_t width = model->p + 2;
    memset(sums->of_events, 0, width * sizeof *sums->of_events);
    for (uint32_t i = run->first; i < run->first + run->n_event; i++) {
        const double *x = cbk_cox_x(model, i);
        sums->of_events[0] += model->weight[i];
        sums->of_events[1] += out->risk[i];
        for (size_t j = 0; j < model->p; j++) {
            sums->of_events[2 + j] += out->risk[i] * x[j * CBK_COX_TILE];
        }
    }
    for (size_t k = 0; k < width; k++) {
        sums->now[k] = sums->total[k] + sums->lost[k];
    }
    const size_t parts = model->ties == CBK_COX_EFRON ? run->n_event : 1;
    for (size_t l = 0; l < parts; l++) {
        see_part(out, sums, r, (double)l / (double)parts, parts);
    }
}

static void go_back(const cbk_cox_steps *out, at_risk *sums)
{
    const cbk_cox_model *model = out->model;
    size_t n_late = 0; /* of model->enters: the ones after have been taken out */
    for (size_t r = model->n_runs; r-- > 0;) {
        const cbk_cox_run *run = &model->runs[r];
        if (run->end == run->stratum_end) {
            memset(sums->total, 0, (model->p + 2) * sizeof *sums->total);
            memset(sums->lost, 0, (model->p + 2) * sizeof *sums->lost);
            n_late = run->stratum_end;
        }
        for (uint32_t i = run->end; i-- > run->first;) {
            add_row(out, sums, i, 1.0);
        }
        while (model->entry != NULL && n_late > run->stratum_first &&
               model->entry[model->enters[n_late - 1]] >= run->time) {
            add_row(out, sums, model->enters[--n_late], -1.0);
        }
        out->n_risk[r] = sums->total[0] + sums->lost[0];
        if (run->n_event > 0) {
            see_events(out, sums, r);
        }
    }
}

bool cbk_cox_steps_make(const cbk_cox_kept *kept, bool is_for_rows, cbk_arena *arena,
                        cbk_cox_steps *out)
{
    const cbk_cox_model *model = &kept->model;
    const size_t n = model->n_runs;
    const size_t p = model->p;
    at_risk sums = {.total = CBK_NEW(arena, double, p + 2),
                    .lost = CBK_NEW(arena, double, p + 2),
                    .of_events = CBK_NEW(arena, double, p + 2),
                    .now = CBK_NEW(arena, double, p + 2)};
    *out = (cbk_cox_steps){.model = model,
                           .risk = CBK_NEW(arena, double, model->n),
                           .hazard = CBK_NEW(arena, double, n),
                           .variance = CBK_NEW(arena, double, n),
                           .n_risk = CBK_NEW(arena, double, n),
                           .moment = CBK_NEW(arena, double, n *p + 1)};
    if (is_for_rows) {
        out->hazard_event = CBK_NEW(arena, double, n);
        out->moment_event = CBK_NEW(arena, double, n *p + 1);
        out->mean = CBK_NEW(arena, double, n *p + 1);
    }
    if (cbk_arena_has_failed(arena)) {
        return false;
    }
    fill_risk(kept, out->risk);
    go_back(out, &sums);
    return true;
}
