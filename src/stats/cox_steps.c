/* cox_steps.c - what each time with events adds.  Contract: stats/cox_steps.h.
 *
 * Who is at risk is known from the last time back, but what is read off is summed from
 * the first time on.  So one pass back leaves the sums at the end of each block, and a
 * block is then gone through again, so that its columns stay near.
 */
#include "stats/cox_steps.h"

#include <math.h>
#include <string.h>

enum { BLOCK = 512 };

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
            risk[first + i] = cbk_cox_weight(model, first + i) *
                              exp(eta[i] + cbk_cox_offset(model, first + i));
        }
    }
}

/* Sums over those at risk: weight, risk, risk times x.  Plain within a tile and
 * compensated from there on; with late entry, where what leaves cancels, throughout. */
typedef struct at_risk {
    double *part;      /* [p + 2] of the tile */
    double *total;     /* [p + 2] of those before */
    double *lost;      /* [p + 2] what rounding took from it */
    double *of_events; /* [p + 2] */
    double *now;       /* [p + 2] */
    size_t n_late;     /* of model->enters: the ones after have been taken out */
} at_risk;

/* Adds sign times row i to sums[p + 2]. */
static inline __attribute__((always_inline)) void
add_row(const cbk_cox_steps *of, size_t i, double sign, double *sums, size_t p)
{
    const double *x =
        of->model->tiles + i / CBK_COX_TILE * CBK_COX_TILE * p + i % CBK_COX_TILE;
    const double risk = sign * of->risk[i];
    sums[0] += sign * cbk_cox_weight(of->model, i);
    sums[1] += risk;
    for (size_t j = 0; j < p; j++) {
        sums[2 + j] += risk * x[j * CBK_COX_TILE];
    }
}

static void close_part(at_risk *sums, size_t width)
{
    for (size_t k = 0; k < width; k++) {
        cbk_sum sum = {sums->total[k], sums->lost[k]};
        cbk_sum_add(&sum, sums->part[k]);
        sums->total[k] = sum.total;
        sums->lost[k] = sum.lost;
        sums->part[k] = 0.0;
    }
}

/* One of the denominators of a time, `share` of those with the event left out. */
static inline __attribute__((always_inline)) void see_part(const cbk_cox_steps *out,
                                                           const at_risk *sums, size_t k,
                                                           double share, size_t parts,
                                                           size_t p)
{
    const double weight = sums->of_events[0] / (double)parts;
    const double denominator = sums->now[1] - share * sums->of_events[1];
    const double hazard = weight / denominator;
    const double scale = hazard / denominator;
    out->hazard[k] += hazard;
    out->variance[k] += scale;
    for (size_t j = 0; j < p; j++) {
        const double left = sums->now[2 + j] - share * sums->of_events[2 + j];
        out->moment[k * p + j] += scale * left;
        if (out->mean != NULL) {
            out->mean[k * p + j] += left / denominator / (double)parts;
            out->moment_event[k * p + j] += (1.0 - share) * scale * left;
        }
    }
    if (out->mean != NULL) {
        out->hazard_event[k] += (1.0 - share) * hazard;
    }
}

static inline __attribute__((always_inline)) void see_events(const cbk_cox_steps *out,
                                                             at_risk *sums,
                                                             const cbk_cox_run *run,
                                                             size_t k, size_t p)
{
    memset(sums->of_events, 0, (p + 2) * sizeof *sums->of_events);
    for (uint32_t i = run->first; i < run->first + run->n_event; i++) {
        add_row(out, i, 1.0, sums->of_events, p);
    }
    for (size_t j = 0; j < p + 2; j++) {
        sums->now[j] = sums->total[j] + (sums->lost[j] + sums->part[j]);
    }
    const size_t parts = out->model->ties == CBK_COX_EFRON ? run->n_event : 1;
    for (size_t l = 0; l < parts; l++) {
        see_part(out, sums, k, (double)l / (double)parts, parts, p);
    }
}

/* From run `end` back to run `first`; fills the columns where is_reading. */
static inline __attribute__((always_inline)) void go_back(const cbk_cox_steps *out,
                                                          at_risk *sums, size_t first,
                                                          size_t end, bool is_reading,
                                                          size_t p)
{
    const cbk_cox_model *model = out->model;
    const size_t tile = model->entry != NULL ? 1 : CBK_COX_TILE;
    for (size_t r = end; r-- > first;) {
        const cbk_cox_run *run = &model->runs[r];
        if (cbk_cox_run_end(run) == run->stratum_end) {
            memset(sums->part, 0, 3 * (p + 2) * sizeof *sums->part);
            sums->n_late = run->stratum_end;
        }
        for (uint32_t i = cbk_cox_run_end(run); i-- > run->first;) {
            add_row(out, i, 1.0, sums->part, p);
            if (i % tile == 0) {
                close_part(sums, p + 2);
            }
        }
        while (model->entry != NULL && sums->n_late > run->stratum_first &&
               model->entry[model->enters[sums->n_late - 1]] >= run->time) {
            add_row(out, model->enters[--sums->n_late], -1.0, sums->part, p);
            close_part(sums, p + 2);
        }
        if (is_reading) {
            out->n_risk[r - first] = sums->total[0] + (sums->lost[0] + sums->part[0]);
            if (run->n_event > 0) {
                see_events(out, sums, run, r - first, p);
            }
        }
    }
}

/* Expanded for few covariates, so that their loops are straight code. */
static void pass(const cbk_cox_steps *out, at_risk *sums, size_t first, size_t end,
                 bool is_reading)
{
    switch (out->model->p) {
#define EXPAND(p)                                                                        \
    case p:                                                                              \
        go_back(out, sums, first, end, is_reading, p);                                   \
        return;
        EXPAND(1)
        EXPAND(2)
        EXPAND(3)
        EXPAND(4)
        EXPAND(5)
        EXPAND(6)
#undef EXPAND
    default:
        go_back(out, sums, first, end, is_reading, out->model->p);
    }
}

static at_risk sums_in(const cbk_cox_steps *of)
{
    const size_t width = of->model->p + 2;
    return (at_risk){.part = of->room,
                     .total = of->room + width,
                     .lost = of->room + 2 * width,
                     .of_events = of->room + 3 * width,
                     .now = of->room + 4 * width};
}

static size_t end_of_block(const cbk_cox_steps *of, size_t b)
{
    return b + 1 < of->n_blocks ? (b + 1) * of->size : of->model->n_runs;
}

static void mark_blocks(const cbk_cox_steps *of)
{
    const size_t n_kept = 3 * (of->model->p + 2);
    at_risk sums = sums_in(of);
    for (size_t b = of->n_blocks; b-- > 0;) {
        memcpy(of->after + b * n_kept, sums.part, n_kept * sizeof *of->after);
        of->n_late[b] = sums.n_late;
        if (b > 0) {
            pass(of, &sums, b * of->size, end_of_block(of, b), false);
        }
    }
}

bool cbk_cox_steps_start(const cbk_cox_kept *kept, bool is_for_rows, cbk_arena *arena,
                         cbk_cox_steps *out)
{
    const cbk_cox_model *model = &kept->model;
    const size_t p = model->p;
    const size_t n = is_for_rows || model->n_runs < BLOCK ? model->n_runs : BLOCK;
    const size_t n_blocks = (model->n_runs + n - 1) / n;
    *out = (cbk_cox_steps){.model = model,
                           .size = n,
                           .n_blocks = n_blocks,
                           .risk = CBK_NEW(arena, double, model->n),
                           .hazard = CBK_NEW(arena, double, n),
                           .variance = CBK_NEW(arena, double, n),
                           .n_risk = CBK_NEW(arena, double, n),
                           .moment = CBK_NEW(arena, double, n *p + 1),
                           .after = CBK_NEW(arena, double, n_blocks * 3 * (p + 2)),
                           .n_late = CBK_NEW(arena, size_t, n_blocks),
                           .room = CBK_NEW(arena, double, 5 * (p + 2))};
    if (is_for_rows) {
        out->hazard_event = CBK_NEW(arena, double, n);
        out->moment_event = CBK_NEW(arena, double, n *p + 1);
        out->mean = CBK_NEW(arena, double, n *p + 1);
    }
    if (cbk_arena_has_failed(arena)) {
        return false;
    }
    fill_risk(kept, out->risk);
    mark_blocks(out);
    return true;
}

void cbk_cox_steps_read(cbk_cox_steps *steps, size_t b)
{
    const size_t p = steps->model->p;
    const size_t n_kept = 3 * (p + 2);
    at_risk sums = sums_in(steps);
    memcpy(sums.part, steps->after + b * n_kept, n_kept * sizeof *sums.part);
    sums.n_late = steps->n_late[b];
    steps->first = b * steps->size;
    steps->n = end_of_block(steps, b) - steps->first;
    memset(steps->hazard, 0, steps->n * sizeof *steps->hazard);
    memset(steps->variance, 0, steps->n * sizeof *steps->variance);
    memset(steps->moment, 0, steps->n * p * sizeof *steps->moment);
    pass(steps, &sums, steps->first, steps->first + steps->n, true);
}
