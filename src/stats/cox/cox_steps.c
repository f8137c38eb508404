/* cox_steps.c - what each time with events adds.  Contract: stats/cox/cox_steps.h.
 *
 * Who is at risk is known from the last time back, but what is read off is summed from
 * the first time on.  So one pass back leaves the sums at the end of each block, and a
 * block is then gone through again, so that its columns stay near.
 */
#include "stats/cox/cox_steps.h"

#include <math.h>
#include <string.h>

enum { BLOCK = 512 };

static void fill_risk(const cbk_cox_kept *kept, double *risk)
{
    const cbk_cox_model *model = &kept->model;
    for (size_t first = 0; first < model->n; first += CBK_COX_TILE) {
        double eta[CBK_COX_TILE];
        model->kernels->fill_risk(cbk_cox_x(model, first), model->p, kept->beta,
                                  cbk_cox_tile_offsets(model, first),
                                  cbk_cox_tile_weights(model, first), eta, risk + first,
                                  cbk_cox_x(model, first));
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

/* Adds the 64 rows of the tile that begins with row first. */
static void add_tile(const cbk_cox_steps *of, size_t first, double *sums)
{
    const cbk_cox_model *model = of->model;
    const cbk_cox_kernels *kernels = model->kernels;
    const double *risk = of->risk + first;
    const double *x = cbk_cox_x(model, first);
    sums[0] += model->is_weighted ? kernels->sum_products(model->weights + first,
                                                          cbk_cox_ones_then_zeros)
                                  : CBK_COX_TILE;
    sums[1] += kernels->sum_products(risk, cbk_cox_ones_then_zeros);
    for (size_t j = 0; j < model->p; j++) {
        sums[2 + j] += kernels->sum_products(risk, x + j * CBK_COX_TILE);
    }
}

/* Adds rows first..end, backward, tile by tile where a tile is whole. */
static inline __attribute__((always_inline)) void
add_rows(const cbk_cox_steps *of, size_t first, size_t end, double *sums, size_t p)
{
    for (size_t i = end; i > first;) {
        if (i % CBK_COX_TILE == 0 && i - first >= CBK_COX_TILE) {
            i -= CBK_COX_TILE;
            add_tile(of, i, sums);
        } else {
            add_row(of, --i, 1.0, sums, p);
        }
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

/* The d denominators of a time: those at risk, less l / d of those with the event. */
static inline __attribute__((always_inline)) cbk_cox_denominators
divide(const cbk_cox_kernels *kernels, double now, double of_events, size_t d)
{
    if (d == 1) { /* without a logarithm, which nobody asks for here */
        const double inverse = 1.0 / now;
        return (cbk_cox_denominators){.inverse = inverse, .squared = inverse * inverse};
    }
    cbk_cox_denominators out;
    cbk_cox_divide(kernels, now, of_events, d, &out);
    return out;
}

static inline __attribute__((always_inline)) void
see_parts(const cbk_cox_steps *out, const at_risk *sums, size_t k, size_t d, size_t p)
{
    const double each = sums->of_events[0] / (double)d;
    const cbk_cox_denominators of =
        divide(out->model->kernels, sums->now[1], sums->of_events[1], d);
    out->hazard[k] = each * of.inverse;
    out->variance[k] = each * of.squared;
    for (size_t j = 0; j < p; j++) {
        const double now = sums->now[2 + j];
        const double event = sums->of_events[2 + j];
        out->moment[k * p + j] = each * (now * of.squared - event * of.shared_squared);
        if (out->mean != NULL) {
            out->mean[k * p + j] = (now * of.inverse - event * of.shared) / (double)d;
            out->moment_event[k * p + j] =
                each * (now * (of.squared - of.shared_squared) -
                        event * (of.shared_squared - of.twice_shared_squared));
        }
    }
    if (out->mean != NULL) {
        out->hazard_event[k] = each * (of.inverse - of.shared);
    }
}

static inline __attribute__((always_inline)) void see_events(const cbk_cox_steps *out,
                                                             at_risk *sums,
                                                             const cbk_cox_run *run,
                                                             size_t k, size_t p)
{
    memset(sums->of_events, 0, (p + 2) * sizeof *sums->of_events);
    add_rows(out, run->first, run->first + run->n_event, sums->of_events, p);
    for (size_t j = 0; j < p + 2; j++) {
        sums->now[j] = sums->total[j] + (sums->lost[j] + sums->part[j]);
    }
    see_parts(out, sums, k, out->model->ties == CBK_COX_EFRON ? run->n_event : 1, p);
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
        for (size_t i = cbk_cox_run_end(run); i > run->first;) {
            const size_t in_tile = (i - 1) / tile * tile;
            const size_t start = in_tile > run->first ? in_tile : run->first;
            add_rows(out, start, i, sums->part, p);
            if (start % tile == 0) {
                close_part(sums, p + 2);
            }
            i = start;
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

/* The same without reading and without late entry: from one row to another. */
static void pass_rows(const cbk_cox_steps *out, at_risk *sums, size_t first, size_t end)
{
    const cbk_cox_model *model = out->model;
    const size_t p = model->p;
    size_t stratum = model->n_strata;
    while (model->strata[stratum - 1] >= end) {
        stratum--;
    }
    for (size_t i = end; i > first; stratum--) {
        const size_t until = model->strata[stratum - 1];
        if (i == model->strata[stratum]) {
            memset(sums->part, 0, 3 * (p + 2) * sizeof *sums->part);
        }
        while (i > first && i > until) {
            size_t start = (i - 1) / CBK_COX_TILE * CBK_COX_TILE;
            start = start > first ? start : first;
            start = start > until ? start : until;
            add_rows(out, start, i, sums->part, p);
            if (start % CBK_COX_TILE == 0) {
                close_part(sums, p + 2);
            }
            i = start;
        }
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
        const size_t first = b * of->size;
        if (b > 0 && of->model->entry != NULL) {
            pass(of, &sums, first, end_of_block(of, b), false);
        } else if (b > 0) {
            pass_rows(of, &sums, of->model->runs[first].first,
                      of->model->runs[end_of_block(of, b)].first);
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
                           .risk = CBK_NEW(arena, double, model->n + CBK_COX_TILE),
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
