/* cox_concordance.c - Harrell's concordance.  Contract: stats/cox/cox_model.h.
 *
 * Two passes over the times with sums over the places of x'b: backward to
 * count, for each event, those who outlast it; forward to count, for each row, the events
 * it outlasts.  Together they are what a row's weight changes, and so the jackknife.
 */
#include "numeric/sum.h"
#include "stats/cox/cox_model.h"
#include "stats/cox/cox_order.h"
#include "stats/risk/risk_row.h"

#include <math.h>
#include <string.h>

/* Of the largest x'b, at least 1: what is nearer differs by the rounding of b and x'b. */
static const double rounding = 0x1p-36;

/* Where a row stands by x'b: at its own place, in from..to those equal to it. */
typedef struct standing {
    uint32_t at, from, to;
} standing;

/* ---- sums of weights by place ------------------------------------------------------ */

enum { AHEAD = 24 /* rows, in which numbers come from memory */ };
enum { WORD = 64, STEP = 64, GROUP = WORD * STEP, PART = GROUP * STEP };

/* With weights a binary indexed tree.  Without, a bit for each place, and how many come
 * before it in three steps: before its word in the group of 64, its group in the part of
 * 64, its part. */
typedef struct tally {
    size_t n;
    double total;
    double *sum;    /* [n + 1] with weights; else NULL */
    uint64_t *bits; /* each padded to whole parts */
    uint16_t *of_word;
    uint32_t *of_group;
    uint32_t *of_part;
    size_t n_parts;
} tally;

static bool tally_make(tally *out, size_t n, bool is_weighted, cbk_arena *arena)
{
    const size_t n_parts = n / PART + 1;
    *out = (tally){.n = n, .n_parts = n_parts};
    if (is_weighted) {
        out->sum = CBK_NEW(arena, double, n + 1);
        return out->sum != NULL;
    }
    out->bits = CBK_NEW(arena, uint64_t, n_parts * STEP * STEP);
    out->of_word = CBK_NEW(arena, uint16_t, n_parts * STEP * STEP);
    out->of_group = CBK_NEW(arena, uint32_t, n_parts * STEP);
    out->of_part = CBK_NEW(arena, uint32_t, n_parts);
    return out->of_part != NULL;
}

static void tally_clear(tally *of)
{
    of->total = 0.0;
    if (of->sum != NULL) {
        memset(of->sum, 0, (of->n + 1) * sizeof *of->sum);
        return;
    }
    memset(of->bits, 0, of->n_parts * STEP * STEP * sizeof *of->bits);
    memset(of->of_word, 0, of->n_parts * STEP * STEP * sizeof *of->of_word);
    memset(of->of_group, 0, of->n_parts * STEP * sizeof *of->of_group);
    memset(of->of_part, 0, of->n_parts * sizeof *of->of_part);
}

/* Adds to what stands after `at`; loops of known length become vector instructions. */
static void add_after_word(uint16_t *restrict count, uint16_t at, uint16_t added)
{
    for (uint16_t k = 0; k < STEP; k++) {
        count[k] = (uint16_t)(count[k] + (k > at ? added : 0));
    }
}

static void add_after_group(uint32_t *restrict count, uint32_t at, uint32_t added)
{
    for (uint32_t k = 0; k < STEP; k++) {
        count[k] += k > at ? added : 0;
    }
}

/* Once in, once out. */
static void tally_add(tally *of, size_t place, double weight)
{
    of->total += weight;
    if (of->sum != NULL) {
        for (size_t k = place + 1; k <= of->n; k += k & (~k + 1)) {
            of->sum[k] += weight;
        }
        return;
    }
    const uint32_t added = weight > 0.0 ? 1 : UINT32_MAX; /* or 1 less */
    const size_t word = place / WORD;
    const size_t group = place / GROUP;
    const size_t part = place / PART;
    of->bits[word] ^= UINT64_C(1) << place % WORD;
    add_after_word(of->of_word + group * STEP, (uint16_t)(word % STEP), (uint16_t)added);
    add_after_group(of->of_group + part * STEP, (uint32_t)(group % STEP), added);
    for (size_t k = part + 1; k < of->n_parts; k++) {
        of->of_part[k] += added;
    }
}

/* The weight of the places before. */
static double tally_before(const tally *of, size_t place)
{
    if (of->sum != NULL) {
        double sum = 0.0;
        for (size_t k = place; k > 0; k -= k & (~k + 1)) {
            sum += of->sum[k];
        }
        return sum;
    }
    const size_t word = place / WORD;
    const uint64_t before = (UINT64_C(1) << place % WORD) - 1;
    return (double)(of->of_part[place / PART] + of->of_group[place / GROUP] +
                    of->of_word[word] + cbk_count_bits(of->bits[word] & before));
}

/* The weight of the places from..to, of which `before` come before. */
static double tally_within(const tally *of, size_t from, size_t to, double before)
{
    if (of->sum == NULL && to == from + 1) { /* nobody is equal */
        return (double)(of->bits[from / WORD] >> from % WORD & 1);
    }
    return tally_before(of, to) - before;
}

/* ---- pairs ------------------------------------------------------------------------- */

typedef struct counting {
    const cbk_cox_model *model;
    standing *standing; /* [n] */
    double *agreeing;   /* [n] pairs of a row that agree, ties one half */
    double *pairs;      /* [n] pairs of a row */
    tally at;
} counting;

static bool rank_rows(const cbk_cox_model *model, const double *beta, cbk_arena *arena,
                      counting *out)
{
    const size_t n = model->n;
    out->standing = CBK_NEW(arena, standing, n + 1);
    out->agreeing = CBK_NEW(arena, double, n + 1);
    out->pairs = CBK_NEW(arena, double, n + 1);
    if (!tally_make(&out->at, n, model->is_weighted, arena)) {
        return false;
    }
    const cbk_mark before = cbk_arena_mark(arena);
    double *value = CBK_NEW(arena, double, n + CBK_COX_TILE);
    uint32_t *order = CBK_NEW(arena, uint32_t, n + 1);
    if (order == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i += CBK_COX_TILE) {
        double risk[CBK_COX_TILE];
        model->kernels->fill_risk(
            model->tiles + i * model->p, model->p, beta, cbk_cox_tile_offsets(model, i),
            cbk_cox_tile_weights(model, i), value + i, risk, model->tiles + i * model->p);
    }
    const double *column[] = {value};
    if (!cbk_order_rows(column, 1, n, arena, order)) {
        return false;
    }
    const double largest = fmax(fabs(value[order[0]]), fabs(value[order[n - 1]]));
    const double tie = rounding * fmax(1.0, largest);
    for (size_t first = 0, end = 0; first < n; first = end) {
        while (end < n && value[order[end]] <= value[order[first]] + tie) {
            const uint32_t soon = order[end + AHEAD < n ? end + AHEAD : end];
            __builtin_prefetch(&value[soon]);
            __builtin_prefetch(&out->standing[soon], 1);
            end++;
        }
        for (size_t k = first; k < end; k++) {
            out->standing[order[k]] =
                (standing){(uint32_t)k, (uint32_t)first, (uint32_t)end};
        }
    }
    cbk_arena_release(arena, before);
    return true;
}

/* Adds, times sign, those in the tally on one side of row i, and half of its equals. */
static void count_row(counting *count, uint32_t i, bool wants_below, double sign)
{
    const standing *row = &count->standing[i];
    const double below = tally_before(&count->at, row->from);
    const double equal = tally_within(&count->at, row->from, row->to, below);
    const double side = wants_below ? below : count->at.total - (below + equal);
    count->agreeing[i] += sign * (side + 0.5 * equal);
    count->pairs[i] += sign * count->at.total;
}

/* Who has not entered before time k of a stratum is not at risk.  *n_late: of enters,
 * those that have not been taken out. */
static void take_out_late(counting *count, size_t k, size_t *n_late)
{
    const cbk_cox_model *model = count->model;
    while (model->entry != NULL && *n_late > model->late_from[k]) {
        --*n_late;
        const uint32_t soon = model->enters[*n_late > AHEAD ? *n_late - AHEAD : 0];
        const uint32_t i = model->enters[*n_late];
        __builtin_prefetch(&count->standing[soon]);
        tally_add(&count->at, count->standing[i].at, -cbk_cox_weight(model, i));
    }
}

/* Each event and those who outlast it; a censoring at its time does. */
static void count_outlasting(counting *count)
{
    const cbk_cox_model *model = count->model;
    size_t n_late = 0;
    size_t k = model->n_times;
    for (size_t r = model->n_runs; r-- > 0;) {
        const cbk_cox_run *run = &model->runs[r];
        const uint32_t end_events = run->first + run->n_event;
        if (cbk_cox_run_end(run) == run->stratum_end) {
            tally_clear(&count->at);
            n_late = run->stratum_end;
        }
        for (uint32_t i = end_events; i < cbk_cox_run_end(run); i++) {
            tally_add(&count->at, count->standing[i].at, cbk_cox_weight(model, i));
        }
        if (run->n_event > 0) {
            take_out_late(count, --k, &n_late);
        }
        for (uint32_t i = run->first; i < end_events; i++) {
            count_row(count, i, true, 1.0);
        }
        for (uint32_t i = run->first; i < end_events; i++) {
            tally_add(&count->at, count->standing[i].at, cbk_cox_weight(model, i));
        }
    }
}

/* Takes back what was before the entry of those at places *n..end of enters. */
static void take_back_before_entry(counting *count, size_t end, size_t *n)
{
    for (; *n < end; ++*n) {
        const uint32_t *enters = count->model->enters;
        const uint32_t soon = enters[*n + AHEAD < count->model->n ? *n + AHEAD : *n];
        __builtin_prefetch(&count->standing[soon]);
        __builtin_prefetch(&count->agreeing[soon], 1);
        __builtin_prefetch(&count->pairs[soon], 1);
        count_row(count, enters[*n], false, -1.0);
    }
}

/* Each row and the events that it outlasts. */
static void count_outlasted(counting *count)
{
    const cbk_cox_model *model = count->model;
    size_t n_entered = 0;
    size_t k = 0;
    for (size_t r = 0; r < model->n_runs; r++) {
        const cbk_cox_run *run = &model->runs[r];
        const uint32_t end_events = run->first + run->n_event;
        if (cbk_cox_run_is_first(run)) {
            tally_clear(&count->at);
            n_entered = run->stratum_first;
        }
        if (run->n_event > 0 && model->entry != NULL) {
            take_back_before_entry(count, model->late_from[k], &n_entered);
        }
        k += run->n_event > 0 ? 1 : 0;
        for (uint32_t i = run->first; i < end_events; i++) {
            count_row(count, i, false, 1.0);
        }
        for (uint32_t i = run->first; i < end_events; i++) {
            tally_add(&count->at, count->standing[i].at, cbk_cox_weight(model, i));
        }
        for (uint32_t i = end_events; i < cbk_cox_run_end(run); i++) {
            count_row(count, i, false, 1.0);
        }
        if (model->entry != NULL && cbk_cox_run_end(run) == run->stratum_end) {
            take_back_before_entry(count, run->stratum_end, &n_entered);
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
        cbk_sum_add(&agreeing, cbk_cox_weight(model, i) * count->agreeing[i]);
        cbk_sum_add(&pairs, cbk_cox_weight(model, i) * count->pairs[i]);
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
            cbk_cox_weight(model, i) * (count->agreeing[i] - estimate * count->pairs[i]) /
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
