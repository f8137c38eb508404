/* cause_jackknife.c - the infinitesimal jackknife of cumulative incidences.
 * Contract: stats/competing/cause_jackknife.h; the estimate:
 * casebook/cumulative_incidence.h.
 *
 * With a_j = S(t_j-) d_kj / n_j, the step of F = F_k at time j, and
 * G(t) = sum of d_j / (n_j (n_j - d_j)), the influence of row i on F,
 *
 *     I_i(t) = sum over t_j <= t of  a_j u_i(t_j-)                      (by S(t_j-))
 *              - at risk at j: a_j / n_j  + event of k at j: S(t_j-) / n_j,
 *
 * where u_i(t) = G(min(t, exit)) - G(entry) - [event by t] / (n - d) is the influence on
 * log S.  So at each time a row that is at risk moves by  dH - G(entry) dF  with
 * dF = a_j, dH = a_j G(t_j-) - a_j / n_j, and a row that has left by  u_i dF.  A cluster
 * moves by  p dF + r dH  with p and r sums over its rows, which change as rows come and
 * go.  The variance, the sum of the clusters' squared influences D^2, then needs sums
 * over clusters of D^2, D p, D r, p^2, p r and r^2, and nothing is ever visited but the
 * rows that come and go.
 *
 * Rows are visited in a canonical order, so that sums do not depend on theirs.
 */
#include "stats/competing/cause_jackknife.h"

#include "numeric/search.h"
#include "numeric/sum.h"
#include "stats/risk/risk_row.h"

#include <math.h>
#include <stdlib.h>

/* A row of the follow-up by the rows of the table. */
typedef struct row {
    uint32_t exit;  /* its time */
    uint32_t enter; /* the first at which it is at risk */
    uint32_t cluster;
    uint8_t cause;
    double weight;
} row;

static int by_canon(const void *lhs, const void *rhs)
{
    const row *a = lhs;
    const row *b = rhs;
    if (a->exit != b->exit) {
        return a->exit < b->exit ? -1 : 1;
    }
    if (a->cause != b->cause) {
        return a->cause < b->cause ? -1 : 1;
    }
    if (a->enter != b->enter) {
        return a->enter < b->enter ? -1 : 1;
    }
    if (a->weight != b->weight) {
        return a->weight < b->weight ? -1 : 1;
    }
    return (a->cluster > b->cluster) - (a->cluster < b->cluster);
}

/* How many rows of the table have a time at or before time.  Near-ties stand under the
 * first time of their chain, which is no later than any of them. */
static uint32_t rows_until(const cbk_risk_table *table, double time)
{
    return (uint32_t)cbk_count_until(table->time, table->n_rows, time);
}

/* Where rows are not clustered each is its own: the place in the order is its name. */
static row *rows_in_order(const cbk_cause_rows *all, const cbk_risk_table *table,
                          cbk_arena *arena)
{
    const cbk_followup *followup = all->followup;
    row *rows = CBK_NEW(arena, row, followup->n);
    for (size_t i = 0; rows != NULL && i < followup->n; i++) {
        const bool is_late = followup->entry != NULL && followup->entry[i] > 0.0;
        rows[i] = (row){
            .exit = rows_until(table, followup->time[i]) - 1,
            .enter = is_late ? rows_until(table, followup->entry[i]) : 0,
            .cluster = all->cluster != NULL ? all->cluster[i] : 0,
            .cause = all->cause[i],
            .weight = followup->weight != NULL ? followup->weight[i] : 1.0,
        };
    }
    if (rows != NULL) {
        qsort(rows, followup->n, sizeof *rows, by_canon);
    }
    for (size_t i = 0; rows != NULL && all->cluster == NULL && i < followup->n; i++) {
        rows[i].cluster = (uint32_t)i;
    }
    return rows;
}

/* ---- weighted counts ---------------------------------------------------------------
 */

static bool sum_weights(const row *rows, const cbk_cause_table *table, double *weight_of,
                        cbk_arena *scratch)
{
    const cbk_risk_table *risk = table->risk;
    const size_t n_cells = table->n_causes * risk->n_event_rows;
    cbk_sum *sums = CBK_NEW(scratch, cbk_sum, n_cells + 1);
    if (sums == NULL) {
        return false;
    }
    for (size_t i = 0; i < risk->n; i++) {
        if (rows[i].cause > 0) {
            const size_t rank = cbk_risk_event_rank(risk, rows[i].exit) - 1;
            const size_t cell = (rows[i].cause - 1u) * risk->n_event_rows + rank;
            cbk_sum_add(&sums[cell], rows[i].weight);
        }
    }
    for (size_t cell = 0; cell < n_cells; cell++) {
        weight_of[cell] = cbk_sum_value(&sums[cell]);
    }
    return true;
}

/* ---- the sweep ---------------------------------------------------------------------
 */

typedef struct cluster_state {
    double influence; /* D when f and h were these */
    double f, h;
    double p, r;
} cluster_state;

enum { DD, DP, DR, PP, PR, RR, N_SUMS };

typedef struct sweep {
    const row *rows;
    const uint32_t *head; /* [n_rows] first row that is at risk from there; see next */
    const uint32_t *next; /* [n] */
    cluster_state *cluster;
    cbk_sum sum[N_SUMS];
    double f, h, g, survival;
} sweep;

/* Adds what a cluster contributes to the sums, or takes it away. */
static void count_cluster(sweep *at, const cluster_state *state, double sign)
{
    const double d = sign * state->influence;
    cbk_sum_add(&at->sum[DD], d * state->influence);
    cbk_sum_add(&at->sum[DP], d * state->p);
    cbk_sum_add(&at->sum[DR], d * state->r);
    cbk_sum_add(&at->sum[PP], sign * state->p * state->p);
    cbk_sum_add(&at->sum[PR], sign * state->p * state->r);
    cbk_sum_add(&at->sum[RR], sign * state->r * state->r);
}

static void change_cluster(sweep *at, uint32_t cluster, double influence, double p,
                           double r)
{
    cluster_state *state = &at->cluster[cluster];
    state->influence += state->p * (at->f - state->f) + state->r * (at->h - state->h);
    state->f = at->f;
    state->h = at->h;
    count_cluster(at, state, -1.0);
    state->influence += influence;
    state->p += p;
    state->r += r;
    count_cluster(at, state, 1.0);
}

static void enter_at(sweep *at, size_t j)
{
    for (uint32_t i = at->head[j]; i != UINT32_MAX; i = at->next[i]) {
        const double weight = at->rows[i].weight;
        change_cluster(at, at->rows[i].cluster, 0.0, -weight * at->g, weight);
    }
}

/* All clusters move by p df + r dh. */
static void move_all(sweep *at, double df, double dh)
{
    cbk_sum *sum = at->sum;
    const double pp = cbk_sum_value(&sum[PP]);
    const double pr = cbk_sum_value(&sum[PR]);
    const double rr = cbk_sum_value(&sum[RR]);
    const double dp = cbk_sum_value(&sum[DP]);
    const double dr = cbk_sum_value(&sum[DR]);
    cbk_sum_add(&sum[DD], 2.0 * (df * dp + dh * dr));
    cbk_sum_add(&sum[DD], df * df * pp + 2.0 * df * dh * pr + dh * dh * rr);
    cbk_sum_add(&sum[DP], df * pp + dh * pr);
    cbk_sum_add(&sum[DR], df * pr + dh * rr);
    at->f += df;
    at->h += dh;
}

/* step: S(t-) / n; g_event: what stands for G where a row leaves by an event. */
static void leave_at(sweep *at, const cbk_risk_table *risk, size_t j, size_t cause,
                     double step, double g_event)
{
    for (uint32_t i = risk->n_exit_before[j]; i < risk->n_exit_before[j + 1]; i++) {
        const row *who = &at->rows[i];
        const double jump = who->cause == cause ? who->weight * step : 0.0;
        const double g = who->cause > 0 ? g_event : at->g;
        change_cluster(at, who->cluster, jump, who->weight * g, -who->weight);
    }
}

/* variance[n_event_rows + 1] of one cause, 1 to n_causes. */
static void sweep_times(sweep *at, const cbk_cause_table *table, size_t cause,
                        double *variance)
{
    const cbk_risk_table *risk = table->risk;
    const size_t first = (cause - 1) * risk->n_event_rows;
    size_t rank = 0;
    at->survival = 1.0;
    for (size_t j = 0; j < risk->n_rows; j++) {
        const cbk_risk_row now = cbk_risk_row_get(risk, j);
        const bool has_event = cbk_risk_row_has_event(risk, j);
        double step = 0.0;
        double g_event = at->g;
        enter_at(at, j);
        if (has_event) {
            const double n_cause = table->weight_of != NULL
                                       ? table->weight_of[first + rank]
                                       : (double)table->n_event_of[first + rank];
            step = at->survival / now.n_risk;
            g_event = at->g - 1.0 / now.n_risk;
            move_all(at, step * n_cause, step * n_cause * g_event);
            const double left = now.n_risk - now.n_event;
            at->g += left > 0.0 ? now.n_event / (now.n_risk * left) : 0.0;
            at->survival *= left > 0.0 ? left / now.n_risk : 0.0;
        }
        leave_at(at, risk, j, cause, step, g_event);
        if (has_event) {
            variance[++rank] = fmax(cbk_sum_value(&at->sum[DD]), 0.0);
        }
    }
}

/* next[] leads from a row to the next that is at risk from the same time on. */
static bool list_entering(sweep *at, const cbk_risk_table *risk, cbk_arena *arena)
{
    uint32_t *head = CBK_NEW(arena, uint32_t, risk->n_rows + 1);
    uint32_t *next = CBK_NEW(arena, uint32_t, risk->n + 1);
    if (next == NULL) {
        return false;
    }
    for (size_t j = 0; j < risk->n_rows; j++) {
        head[j] = UINT32_MAX;
    }
    for (size_t i = risk->n; i-- > 0;) {
        next[i] = head[at->rows[i].enter];
        head[at->rows[i].enter] = (uint32_t)i;
    }
    at->head = head;
    at->next = next;
    return true;
}

static bool fill_jackknife(const row *rows, size_t n_clusters,
                           const cbk_cause_table *table, double *variance,
                           cbk_arena *scratch)
{
    sweep start = {.rows = rows};
    if (!list_entering(&start, table->risk, scratch)) {
        return false;
    }
    for (size_t cause = 1; cause <= table->n_causes; cause++) {
        const cbk_mark before = cbk_arena_mark(scratch);
        sweep at = start;
        at.cluster = CBK_NEW(scratch, cluster_state, n_clusters + 1);
        if (at.cluster == NULL) {
            return false;
        }
        const size_t first = (cause - 1) * (table->risk->n_event_rows + 1);
        sweep_times(&at, table, cause, variance + first);
        cbk_arena_release(scratch, before);
    }
    return true;
}

bool cbk_cause_table_weigh(const cbk_cause_rows *all, cbk_arena *arena,
                           cbk_cause_table *table)
{
    const size_t n_event_rows = table->risk->n_event_rows;
    double *weight_of = all->followup->weight != NULL
                            ? CBK_NEW(arena, double, table->n_causes *n_event_rows + 1)
                            : NULL;
    double *jackknife = CBK_NEW(arena, double, table->n_causes *(n_event_rows + 1) + 1);
    const cbk_mark result = cbk_arena_mark(arena);
    const row *rows = rows_in_order(all, table->risk, arena);
    const size_t n_clusters = all->cluster != NULL ? all->n_clusters : all->followup->n;
    if (rows == NULL ||
        (weight_of != NULL && !sum_weights(rows, table, weight_of, arena))) {
        return false;
    }
    table->weight_of = weight_of;
    if (!fill_jackknife(rows, n_clusters, table, jackknife, arena)) {
        return false;
    }
    table->jackknife = jackknife;
    cbk_arena_release(arena, result);
    return true;
}
