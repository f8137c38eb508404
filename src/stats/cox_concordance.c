/* cox_concordance.c - Harrell's concordance.  Contract: stats/cox_model.h.
 *
 * Two passes over the times with a binary indexed tree over the ranks of x'b: backward to
 * count, for each event, those who outlast it; forward to count, for each row, the events
 * it outlasts.  Together they are what a row's weight changes, and so the jackknife.
 */
#include "numeric/sum.h"
#include "stats/cox_model.h"
#include "stats/cox_order.h"

#include <math.h>
#include <string.h>

/* Sums of weights by rank. */
typedef struct tree {
    double *sum; /* [n + 1] */
    size_t n;
    double total;
} tree;

static void tree_clear(tree *of)
{
    memset(of->sum, 0, (of->n + 1) * sizeof *of->sum);
    of->total = 0.0;
}

static void tree_add(tree *of, size_t rank, double weight)
{
    of->total += weight;
    for (size_t k = rank + 1; k <= of->n; k += k & (~k + 1)) {
        of->sum[k] += weight;
    }
}

/* The weight of ranks below. */
static double tree_below(const tree *of, size_t rank)
{
    double sum = 0.0;
    for (size_t k = rank; k > 0; k -= k & (~k + 1)) {
        sum += of->sum[k];
    }
    return sum;
}

typedef struct counting {
    const cbk_cox_model *model;
    uint32_t *rank;   /* [n] of x'b; equal where it is equal */
    double *agreeing; /* [n] pairs of a row that agree, ties one half */
    double *pairs;    /* [n] pairs of a row */
    tree at;
} counting;

static bool rank_rows(const cbk_cox_model *model, const double *beta, cbk_arena *arena,
                      counting *out)
{
    double *value = CBK_NEW(arena, double, model->n + 1);
    uint32_t *order = CBK_NEW(arena, uint32_t, model->n + 1);
    out->rank = CBK_NEW(arena, uint32_t, model->n + 1);
    out->agreeing = CBK_NEW(arena, double, model->n + 1);
    out->pairs = CBK_NEW(arena, double, model->n + 1);
    out->at = (tree){.sum = CBK_NEW(arena, double, model->n + 2), .n = model->n};
    if (out->at.sum == NULL) {
        return false;
    }
    for (size_t i = 0; i < model->n; i++) {
        value[i] = model->offset[i] + cbk_cox_along(model, i, beta);
    }
    const double *column[] = {value};
    if (!cbk_order_rows(column, 1, model->n, arena, order)) {
        return false;
    }
    uint32_t rank = 0;
    for (size_t k = 0; k < model->n; k++) {
        rank += k > 0 && value[order[k]] > value[order[k - 1]] ? 1 : 0;
        out->rank[order[k]] = rank;
    }
    out->at.n = (size_t)rank + 1;
    return true;
}

/* Adds, times sign, those in the tree on one side of row i, and half of its equals. */
static void count_row(counting *count, uint32_t i, bool wants_below, double sign)
{
    const double below = tree_below(&count->at, count->rank[i]);
    const double until = tree_below(&count->at, (size_t)count->rank[i] + 1);
    const double side = wants_below ? below : count->at.total - until;
    count->agreeing[i] += sign * (side + 0.5 * (until - below));
    count->pairs[i] += sign * count->at.total;
}

/* Each event and those who outlast it; a censoring at its time does. */
static void count_outlasting(counting *count)
{
    const cbk_cox_model *model = count->model;
    size_t n_late = 0;
    for (size_t r = model->n_runs; r-- > 0;) {
        const cbk_cox_run *run = &model->runs[r];
        const uint32_t end_events = run->first + run->n_event;
        if (run->end == run->stratum_end) {
            tree_clear(&count->at);
            n_late = run->stratum_end;
        }
        while (model->entry != NULL && n_late > run->stratum_first &&
               model->entry[model->enters[n_late - 1]] >= run->time) {
            const uint32_t i = model->enters[--n_late];
            tree_add(&count->at, count->rank[i], -model->weight[i]);
        }
        for (uint32_t i = end_events; i < run->end; i++) {
            tree_add(&count->at, count->rank[i], model->weight[i]);
        }
        for (uint32_t i = run->first; i < end_events; i++) {
            count_row(count, i, true, 1.0);
        }
        for (uint32_t i = run->first; i < end_events; i++) {
            tree_add(&count->at, count->rank[i], model->weight[i]);
        }
    }
}

/* Each row and the events that it outlasts. */
static void count_outlasted(counting *count)
{
    const cbk_cox_model *model = count->model;
    size_t n_entered = 0;
    for (size_t r = 0; r < model->n_runs; r++) {
        const cbk_cox_run *run = &model->runs[r];
        const uint32_t end_events = run->first + run->n_event;
        if (run->is_first) {
            tree_clear(&count->at);
            n_entered = run->stratum_first;
        }
        while (model->entry != NULL && n_entered < run->stratum_end &&
               model->entry[model->enters[n_entered]] < run->time) {
            count_row(count, model->enters[n_entered++], false, -1.0);
        }
        for (uint32_t i = run->first; i < end_events; i++) {
            count_row(count, i, false, 1.0);
        }
        for (uint32_t i = run->first; i < end_events; i++) {
            tree_add(&count->at, count->rank[i], model->weight[i]);
        }
        for (uint32_t i = end_events; i < run->end; i++) {
            count_row(count, i, false, 1.0);
        }
    }
}

/* From the pairs of events alone, each pair once. */
static double estimate_of(const counting *count, double *n_pairs)
{
    const cbk_cox_model *model = count->model;
    cbk_sum agreeing = {0};
    cbk_sum pairs = {0};
    for (size_t i = 0; i < model->n; i++) {
        cbk_sum_add(&agreeing, model->weight[i] * count->agreeing[i]);
        cbk_sum_add(&pairs, model->weight[i] * count->pairs[i]);
    }
    *n_pairs = cbk_sum_value(&pairs);
    return cbk_sum_value(&agreeing) / *n_pairs;
}

static bool jackknife(const counting *count, double estimate, double n_pairs,
                      cbk_arena *arena, double *std_error)
{
    const cbk_cox_model *model = count->model;
    const size_t n_units = model->cluster != NULL ? model->n_clusters : model->n;
    double *influence = CBK_NEW(arena, double, n_units + 1);
    if (influence == NULL) {
        return false;
    }
    for (size_t i = 0; i < model->n; i++) {
        influence[model->cluster != NULL ? model->cluster[i] : i] +=
            model->weight[i] * (count->agreeing[i] - estimate * count->pairs[i]) /
            n_pairs;
    }
    cbk_sum squares = {0};
    for (size_t unit = 0; unit < n_units; unit++) {
        cbk_sum_add(&squares, influence[unit] * influence[unit]);
    }
    *std_error = sqrt(cbk_sum_value(&squares));
    return true;
}

bool cbk_cox_concordance(const cbk_cox_model *model, const double *beta, cbk_arena *arena,
                         double *estimate, double *std_error)
{
    const cbk_mark before = cbk_arena_mark(arena);
    counting count = {.model = model};
    if (!rank_rows(model, beta, arena, &count)) {
        return false;
    }
    double n_pairs = 0.0;
    count_outlasting(&count);
    const double share = estimate_of(&count, &n_pairs);
    if (n_pairs > 0.0) {
        *estimate = share;
        count_outlasted(&count);
        if (!jackknife(&count, share, n_pairs, arena, std_error)) {
            return false;
        }
    }
    cbk_arena_release(arena, before);
    return true;
}
