/* risk_weights.c - weighted counts and the infinitesimal jackknife.
 * Contract: stats/risk/risk_weights.h; formulas: casebook/risk_table.h.
 *
 * Rows are visited in a canonical order, so that sums do not depend on theirs.
 */
#include "stats/risk/risk_weights.h"

#include "numeric/search.h"
#include "numeric/sum.h"
#include "stats/risk/risk_row.h"

#include <math.h>
#include <stdlib.h>

/* A row of the follow-up by the rows of the table. */
typedef struct weighted_row {
    uint32_t exit;  /* its time */
    uint32_t enter; /* the first at which it is at risk */
    bool is_event;
    double weight;
} weighted_row;

static int by_canon(const void *lhs, const void *rhs)
{
    const weighted_row *a = lhs;
    const weighted_row *b = rhs;
    if (a->exit != b->exit) {
        return a->exit < b->exit ? -1 : 1;
    }
    if (a->is_event != b->is_event) {
        return a->is_event ? -1 : 1;
    }
    if (a->enter != b->enter) {
        return a->enter < b->enter ? -1 : 1;
    }
    return (a->weight > b->weight) - (a->weight < b->weight);
}

/* How many rows of the table have a time at or before time.  Near-ties stand under the
 * first time of their chain, which is no later than any of them. */
static uint32_t rows_until(const cbk_risk_table *table, double time)
{
    return (uint32_t)cbk_count_until(table->time, table->n_rows, time);
}

static weighted_row *rows_in_order(const cbk_followup *followup,
                                   const cbk_risk_table *table, cbk_arena *arena)
{
    weighted_row *rows = CBK_NEW(arena, weighted_row, followup->n);
    for (size_t i = 0; rows != NULL && i < followup->n; i++) {
        const bool is_late = followup->entry != NULL && followup->entry[i] > 0.0;
        rows[i] = (weighted_row){
            .exit = rows_until(table, followup->time[i]) - 1,
            .enter = is_late ? rows_until(table, followup->entry[i]) : 0,
            .is_event = followup->is_event[i],
            .weight = followup->weight[i],
        };
    }
    if (rows != NULL) {
        qsort(rows, followup->n, sizeof *rows, by_canon);
    }
    return rows;
}

/* ---- counts -------------------------------------------------------------------------
 */

/* Of one time: sums of weights. */
typedef struct time_sums {
    cbk_sum event;
    cbk_sum censor;
    cbk_sum enter; /* of those who are at risk here for the first time */
} time_sums;

/* Backwards, because the last who are left are exact: nobody is at risk after them. */
static void count_weighted(const time_sums *sums, const cbk_risk_table *table,
                           cbk_risk_row *rows)
{
    cbk_sum at_risk = {0};
    for (size_t j = table->n_rows; j-- > 0;) {
        const cbk_risk_row plain = cbk_risk_row_plain(table, j);
        const double n_event = cbk_sum_value(&sums[j].event);
        const double n_censor = cbk_sum_value(&sums[j].censor);
        cbk_sum_add(&at_risk, n_event);
        cbk_sum_add(&at_risk, n_censor);
        const bool is_last = plain.n_risk == plain.n_event + plain.n_censor;
        rows[j] = (cbk_risk_row){
            .time = plain.time,
            .n_risk = is_last ? n_event + n_censor : cbk_sum_value(&at_risk),
            .n_event = n_event,
            .n_censor = n_censor,
        };
        cbk_sum_add(&at_risk, -cbk_sum_value(&sums[j].enter));
    }
}

static bool fill_rows(const weighted_row *rows, const cbk_risk_table *table,
                      cbk_risk_row *out, cbk_arena *scratch)
{
    time_sums *sums = CBK_NEW(scratch, time_sums, table->n_rows);
    if (sums == NULL) {
        return false;
    }
    for (size_t i = 0; i < table->n; i++) {
        time_sums *at = &sums[rows[i].exit];
        cbk_sum_add(rows[i].is_event ? &at->event : &at->censor, rows[i].weight);
        cbk_sum_add(&sums[rows[i].enter].enter, rows[i].weight);
    }
    count_weighted(sums, table, out);
    return true;
}

/* ---- the infinitesimal jackknife ----------------------------------------------------
 */

/* Of those at risk: sums of squared weights times powers of G(entry). */
typedef struct square_sums {
    cbk_sum power[3];
} square_sums;

static void square_add(square_sums *sums, double weight, double at_entry, double sign)
{
    const double square = sign * weight * weight;
    cbk_sum_add(&sums->power[0], square);
    cbk_sum_add(&sums->power[1], square * at_entry);
    cbk_sum_add(&sums->power[2], square * at_entry * at_entry);
}

/* The sum of w^2 (G - G(entry))^2. */
static double square_value(const square_sums *sums, double g)
{
    const double value = g * g * cbk_sum_value(&sums->power[0]) -
                         2.0 * g * cbk_sum_value(&sums->power[1]) +
                         cbk_sum_value(&sums->power[2]);
    return fmax(value, 0.0);
}

/* The rows in order of the time at which they are first at risk: next[] leads from one to
 * the next, head[] to the first of a time. */
typedef struct entering_list {
    uint32_t *head; /* [n_rows], UINT32_MAX: nobody */
    uint32_t *next; /* [n] */
} entering_list;

static bool list_entering(const weighted_row *rows, const cbk_risk_table *table,
                          entering_list *out, cbk_arena *arena)
{
    out->head = CBK_NEW(arena, uint32_t, table->n_rows);
    out->next = CBK_NEW(arena, uint32_t, table->n);
    if (out->next == NULL) {
        return false;
    }
    for (size_t j = 0; j < table->n_rows; j++) {
        out->head[j] = UINT32_MAX;
    }
    for (size_t i = table->n; i-- > 0;) {
        out->next[i] = out->head[rows[i].enter];
        out->head[rows[i].enter] = (uint32_t)i;
    }
    return true;
}

/* Where a sweep over the times stands. */
typedef struct sweep {
    const weighted_row *rows;
    const entering_list *entering;
    double *g_before; /* [n_rows] G just before each time */
    double g;
    square_sums at_risk;
    cbk_sum gone; /* w^2 U^2 of those who left; their U is settled */
    size_t n_gone;
} sweep;

static void enter_at(sweep *at, size_t j)
{
    at->g_before[j] = at->g;
    for (uint32_t i = at->entering->head[j]; i != UINT32_MAX; i = at->entering->next[i]) {
        square_add(&at->at_risk, at->rows[i].weight, at->g, 1.0);
    }
}

static void leave_at(sweep *at, const cbk_risk_row *row, size_t n_leave)
{
    for (const size_t end = at->n_gone + n_leave; at->n_gone < end; at->n_gone++) {
        const weighted_row *who = &at->rows[at->n_gone];
        const double at_entry = at->g_before[who->enter];
        const double jump = who->is_event ? 1.0 / (row->n_risk - row->n_event) : 0.0;
        const double influence = who->weight * (at->g - at_entry - jump);
        square_add(&at->at_risk, who->weight, at_entry, -1.0);
        cbk_sum_add(&at->gone, influence * influence);
    }
}

/* Var(log S) from each event time on; 0 before the first, and from where S is 0. */
static void sweep_times(sweep *at, const cbk_risk_table *table, double *variance)
{
    for (size_t j = 0; j < table->n_rows; j++) {
        const cbk_risk_row *row = &table->rows[j];
        const size_t n_leave = table->n_exit_before[j + 1] - table->n_exit_before[j];
        if (row->n_event >= row->n_risk) {
            return;
        }
        enter_at(at, j);
        at->g += row->n_event / (row->n_risk * (row->n_risk - row->n_event));
        leave_at(at, row, n_leave);
        if (row->n_event > 0.0) {
            *++variance = cbk_sum_value(&at->gone) + square_value(&at->at_risk, at->g);
        }
    }
}

static bool fill_jackknife(const weighted_row *rows, const cbk_risk_table *table,
                           double *variance, cbk_arena *scratch)
{
    entering_list entering = {0};
    sweep at = {.rows = rows,
                .entering = &entering,
                .g_before = CBK_NEW(scratch, double, table->n_rows)};
    if (!list_entering(rows, table, &entering, scratch)) {
        return false;
    }
    sweep_times(&at, table, variance);
    return true;
}

/* ---- late entries -------------------------------------------------------------------
 */

typedef struct late_entry {
    double time;
    double weight;
} late_entry;

static int by_time_and_weight(const void *lhs, const void *rhs)
{
    const late_entry *a = lhs;
    const late_entry *b = rhs;
    if (a->time != b->time) {
        return a->time < b->time ? -1 : 1;
    }
    return (a->weight > b->weight) - (a->weight < b->weight);
}

/* The weights of table->entry, summed from the first. */
static bool sum_entries(const cbk_followup *followup, const cbk_chains *chains,
                        const cbk_risk_table *table, double *before, cbk_arena *scratch)
{
    late_entry *late = CBK_NEW(scratch, late_entry, table->n_entries);
    if (late == NULL) {
        return false;
    }
    size_t n = 0;
    for (size_t i = 0; i < followup->n && table->n_entries > 0; i++) {
        const double entry = cbk_chains_first(chains, followup->entry[i]);
        if (entry > 0.0) {
            late[n++] = (late_entry){.time = entry, .weight = followup->weight[i]};
        }
    }
    qsort(late, n, sizeof *late, by_time_and_weight);
    cbk_sum sum = {0};
    for (size_t i = 0; i < n; i++) {
        cbk_sum_add(&sum, late[i].weight);
        before[i + 1] = cbk_sum_value(&sum);
    }
    return true;
}

/* ---- the whole ----------------------------------------------------------------------
 */

static bool is_any_fractional(const cbk_followup *followup)
{
    for (size_t i = 0; i < followup->n; i++) {
        if (followup->weight[i] != floor(followup->weight[i])) {
            return true;
        }
    }
    return false;
}

bool cbk_risk_table_weigh(const cbk_followup *followup, const cbk_chains *chains,
                          cbk_arena *arena, cbk_risk_table *table)
{
    cbk_risk_row *weighted = CBK_NEW(arena, cbk_risk_row, table->n_rows);
    double *entry_weight = CBK_NEW(arena, double, table->n_entries + 1);
    double *jackknife = is_any_fractional(followup)
                            ? CBK_NEW(arena, double, table->n_event_rows + 1)
                            : NULL;
    const cbk_mark result = cbk_arena_mark(arena);
    const weighted_row *rows = rows_in_order(followup, table, arena);
    if (rows == NULL || !fill_rows(rows, table, weighted, arena) ||
        !sum_entries(followup, chains, table, entry_weight, arena)) {
        return false;
    }
    table->rows = weighted;
    table->entry_weight = entry_weight;
    if (jackknife != NULL && !fill_jackknife(rows, table, jackknife, arena)) {
        return false;
    }
    table->jackknife = jackknife;
    cbk_arena_release(arena, result);
    return true;
}
