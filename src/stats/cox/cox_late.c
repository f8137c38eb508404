/* cox_late.c - backward over rows of which some enter late.  Contract:
 * stats/cox/cox_evaluation.h.
 *
 * What leaves the sums as one goes back can be nearly all of them, so that each addition
 * is compensated.  Who comes in and who goes out between the times of a tile is listed
 * first, and then added up in one go, column beside column. */
#include "stats/cox/cox_evaluation.h"

#include <string.h>

enum {
    AHEAD = 32,    /* rows, in which a number comes from memory */
    LIST_MAX = 256 /* rows */
};

/* Rows to be added, and after which of them a time is. */
typedef struct list {
    size_t p;
    size_t n;
    const double *x[LIST_MAX];
    double risk[LIST_MAX]; /* less than 0: goes out */
    size_t n_stops;
    uint16_t stop[CBK_COX_TILE];
    size_t n_seen; /* times that are summed already */
} list;

/* S1 and S0, with what rounding took from them; the tile row by row; S1 and S0 at each of
 * its times. */
static double *total_in(const cbk_cox_evaluation *at)
{
    return at->late;
}

static double *tile_in(const cbk_cox_evaluation *at, size_t p)
{
    return at->late + 2 * (p + CBK_COX_BEYOND);
}

static double *seen_in(const cbk_cox_evaluation *at, size_t p)
{
    return tile_in(at, p) + CBK_COX_TILE * p + CBK_COX_BEYOND;
}

size_t cbk_cox_late_room(size_t p)
{
    return (2 + CBK_COX_TILE) * (p + CBK_COX_BEYOND) + CBK_COX_TILE * p + CBK_COX_BEYOND;
}

static void add_up(cbk_cox_evaluation *at, list *of)
{
    const size_t width = of->p + CBK_COX_BEYOND;
    at->kernels->add_rows(of->x, of->risk, of->n, of->stop, of->n_stops, of->p,
                          total_in(at), total_in(at) + width,
                          seen_in(at, of->p) + of->n_seen * width);
    of->n_seen += of->n_stops;
    of->n = of->n_stops = 0;
}

static void put(cbk_cox_evaluation *at, list *of, const double *x, double risk)
{
    if (of->n == LIST_MAX) {
        add_up(at, of);
    }
    of->x[of->n] = x;
    of->risk[of->n++] = risk;
}

/* The rows from..to of a tile come in. */
static void let_in(cbk_cox_evaluation *at, list *of, size_t from, size_t to)
{
    const double *tile = tile_in(at, of->p);
    for (size_t i = to; i-- > from;) {
        put(at, of, tile + i % CBK_COX_TILE * of->p, at->model->risk[i]);
    }
}

/* Who has not entered before time k goes out. */
static void take_out(cbk_cox_evaluation *at, list *of, size_t k)
{
    const cbk_cox_model *model = at->model;
    while (at->late_end > model->late_from[k]) {
        const size_t place = --at->late_end;
        const size_t soon = place > AHEAD ? place - AHEAD : 0;
        __builtin_prefetch(&model->risk[model->enters[soon]]);
        __builtin_prefetch(model->late_x + soon * model->p);
        put(at, of, model->late_x + place * model->p, -model->risk[model->enters[place]]);
    }
}

static double *next_vector(cbk_cox_evaluation *at, cbk_cox_vectors *of, double weight)
{
    if (of->n == CBK_COX_VECTORS) {
        cbk_cox_take_vectors(at, of);
    }
    of->weight[of->n] = -weight;
    return of->x + of->n++;
}

/* seen[p + 1]: S1, then S0. */
static void take_time(cbk_cox_evaluation *at, size_t k, const double *seen, size_t p)
{
    const cbk_cox_seen gives = cbk_cox_see_time(at, k, seen[p], at->tied[0]);
    const bool is_tied = cbk_cox_is_tied(at->model, &at->model->times[k]);
    const cbk_cox_trace *trace = at->trace;
    if (trace != NULL) {
        trace->seen[k] = gives;
    }
    at->tied[0] = 0.0;
    if (at->is_brief) {
        return;
    }
    double *whole = next_vector(at, &at->whole, gives.weight);
    double *tied = is_tied ? next_vector(at, &at->of_tied, gives.tied_weight) : NULL;
    for (size_t j = 0; j < p; j++) {
        whole[j * CBK_COX_VECTORS] = seen[j];
        if (trace != NULL) {
            trace->s1[k * p + j] = seen[j];
            trace->d1[k * p + j] = is_tied ? at->tied[j + 1] : 0.0;
        }
        if (is_tied) {
            whole[j * CBK_COX_VECTORS] -= gives.part * at->tied[j + 1];
            tied[j * CBK_COX_VECTORS] = at->tied[j + 1];
            at->tied[j + 1] = 0.0;
        }
    }
}

/* Of time k those with the event among the rows from..to of a tile, if they share it. */
static void add_tied(cbk_cox_evaluation *at, size_t k, size_t from, size_t to, size_t p)
{
    const cbk_cox_time *time = &at->model->times[k];
    const size_t end = (size_t)time->first + time->n_event;
    if (!cbk_cox_is_tied(at->model, time)) {
        return;
    }
    for (size_t i = end < to ? end : to; i-- > from;) {
        const double *x = tile_in(at, p) + i % CBK_COX_TILE * p;
        at->tied[0] += at->model->risk[i];
        for (size_t j = 0; j < p; j++) {
            at->tied[j + 1] += at->model->risk[i] * x[j];
        }
    }
}

/* All that happens to the sums, from row end of a tile back to row first. */
static void sum_tile(cbk_cox_evaluation *at, size_t first, size_t end, size_t p)
{
    const cbk_cox_model *model = at->model;
    list of = {.p = p};
    for (size_t k = at->time; k > 0 && model->times[k - 1].first >= first; k--) {
        let_in(at, &of, model->times[k - 1].first, end);
        take_out(at, &of, k - 1);
        of.stop[of.n_stops++] = (uint16_t)of.n;
        end = model->times[k - 1].first;
    }
    let_in(at, &of, first, end);
    add_up(at, &of);
}

/* Row by row. */
static void turn_tile(const cbk_cox_evaluation *at, size_t first, size_t end, size_t p)
{
    const size_t tile = first / CBK_COX_TILE * CBK_COX_TILE;
    const double *x = at->model->tiles + tile * at->model->p;
    double *rows = tile_in(at, p);
    for (size_t j = 0; j < p; j++, x += CBK_COX_TILE) {
        for (size_t i = first - tile; i < end - tile; i++) {
            rows[i * p + j] = x[i];
        }
    }
}

void cbk_cox_go_back_late(cbk_cox_evaluation *at, size_t first, size_t end,
                          size_t stratum_end)
{
    const cbk_cox_model *model = at->model;
    const size_t p = at->is_brief ? 0 : model->p;
    const double *seen = seen_in(at, p);
    if (end == stratum_end) {
        at->late_end = end;
        memset(total_in(at), 0, 2 * (p + CBK_COX_BEYOND) * sizeof *at->late);
    }
    turn_tile(at, first, end, p);
    sum_tile(at, first, end, p);
    for (; at->time > 0 && model->times[at->time - 1].first >= first; at->time--) {
        const size_t k = at->time - 1;
        add_tied(at, k, model->times[k].first, end, p);
        take_time(at, k, seen, p);
        seen += p + CBK_COX_BEYOND;
        end = model->times[k].first;
    }
    if (at->time > 0) {
        add_tied(at, at->time - 1, first, end, p);
    }
}
