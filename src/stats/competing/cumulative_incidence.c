/* cumulative_incidence.c - the Aalen-Johansen estimator.  Contract and sources:
 * casebook/cumulative_incidence.h.  Reads risk tables only, never rows. */
#include <casebook/cumulative_incidence.h>

#include "numeric/distribution.h"
#include "numeric/search.h"
#include "stats/competing/pair.h"
#include "stats/curve/km_interval.h"
#include "stats/risk/risk_row.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static const char *const variance_names[] = {
    [CBK_INCIDENCE_JACKKNIFE] = "jackknife",
    [CBK_INCIDENCE_AALEN] = "aalen",
};

const char *cbk_incidence_variance_name(cbk_incidence_variance variance)
{
    return variance_names[variance];
}

bool cbk_incidence_variance_parse(const char *name, cbk_incidence_variance *out)
{
    for (size_t i = 0; i < sizeof variance_names / sizeof *variance_names; i++) {
        if (strcmp(name, variance_names[i]) == 0) {
            *out = (cbk_incidence_variance)i;
            return true;
        }
    }
    return false;
}

/* ---- sums over the times -----------------------------------------------------------
 */

/* Two kinds of events, as far as the times have gone.  The variance is a sum of squares
 * of terms that each go on moving by u dF: `square` sums their squares, `mixed` the terms
 * times u, and `slope` (of the jackknife, where it is the same for all kinds, in
 * event_time) the squares of u. */
typedef struct cause_sums {
    cbk_pair total; /* F */
    cbk_pair square, mixed, slope;
    cbk_pair at_risk; /* the influence of a row that is at risk: of all alike */
} cause_sums;

/* A kind's columns, of the times with an event. */
typedef struct cause_columns {
    const uint32_t *n_event_of;
    const double *weight_of; /* or NULL */
    const double *jackknife; /* likewise */
    double *incidence;
    double *variance;
} cause_columns;

/* One time of an event. */
typedef struct event_time {
    double n_risk;
    double n_event; /* of any kind */
    double left;    /* n_risk - n_event */
    double step;    /* S(t-) / n_risk */
    double g;       /* sum of d / (n (n - d)) before the time: u of who is censored */
    double g_event; /* u of who has an event: g - 1 / n_risk */
    double n_gone;  /* censored since the time of an event before */
    double slope;   /* of the jackknife, just before the events */
} event_time;

/* All terms move by u step. */
static inline void move(cause_sums *sums, cbk_pair slope, cbk_pair step)
{
    sums->square += step * (2.0 * sums->mixed + step * slope);
    sums->mixed += step * slope;
}

/* Where all rows count 1 from the origin on, those at risk have one influence in common,
 * and those who left at one time for one reason; see cause_jackknife.c. */
static inline cbk_pair jackknife(cause_sums *sums, const event_time *at, cbk_pair n)
{
    const cbk_pair df = at->step * n;
    const cbk_pair gone = at->n_gone * sums->at_risk;
    sums->square += gone * sums->at_risk;
    sums->mixed += gone * at->g;
    move(sums, cbk_pair_of(at->slope), df);
    const cbk_pair others = sums->at_risk + df * at->g_event;
    const cbk_pair own = others + at->step;
    const cbk_pair sum_own = n * own;
    const cbk_pair sum_others = (at->n_event - n) * others;
    sums->square += sum_own * own + sum_others * others;
    sums->mixed += at->g_event * (sum_own + sum_others);
    sums->at_risk = others;
    return sums->square + at->left * others * others;
}

static inline cbk_pair aalen(cause_sums *sums, const event_time *at, cbk_pair n)
{
    const double u = at->left > 0.0 ? -1.0 / at->left : 0.0;
    const cbk_pair n_risk = cbk_pair_of(at->n_risk);
    const cbk_pair own = cbk_pair_tied(n, n_risk);
    const cbk_pair others = cbk_pair_tied(at->n_event - n, n_risk);
    move(sums, sums->slope, at->step * n);
    sums->square += own * at->step * at->step;
    sums->mixed += own * at->step * u;
    sums->slope += (own + others) * u * u;
    return sums->square;
}

/* Where the variance comes from. */
typedef enum source { OF_COUNTS, OF_COUNTS_AALEN, OF_TABLE } source;

static inline double count_of(const cause_columns *of, source from, size_t rank)
{
    return from == OF_TABLE && of->weight_of != NULL ? of->weight_of[rank]
                                                     : (double)of->n_event_of[rank];
}

/* Carries two kinds past the rank-th time with an event. */
static inline void carry(cause_sums *sums, source from, const event_time *at, size_t rank,
                         const cause_columns *one, const cause_columns *other)
{
    const cbk_pair n = {count_of(one, from, rank), count_of(other, from, rank)};
    const cbk_pair square =
        from == OF_COUNTS ? jackknife(sums, at, n)
        : from == OF_COUNTS_AALEN
            ? aalen(sums, at, n)
            : (cbk_pair){one->jackknife[rank], other->jackknife[rank]};
    sums->total += at->step * n;
    const cbk_pair incidence =
        cbk_pair_if(sums->total < 1.0, sums->total, cbk_pair_of(1.0));
    const cbk_pair variance = cbk_pair_where(square > 0.0, square);
    one->incidence[rank] = incidence[0];
    other->incidence[rank] = incidence[1];
    one->variance[rank] = variance[0];
    other->variance[rank] = variance[1];
}

/* Fills incidence and variance, and adds notes.  Kinds go by twos; the last of an odd
 * number is its own neighbour.  `from` is a constant where it is called, so that each has
 * a loop of its own. */
static inline void fill_curves(cbk_cuminc *fit, source from, cause_sums *sums,
                               const cause_columns *columns)
{
    const cbk_risk_table *risk = fit->table->risk;
    const size_t n_causes = fit->table->n_causes;
    double survival = 1.0;
    double n_left = (double)risk->n; /* read where nobody enters late */
    event_time at = {0};
    cause_sums first = {.total = {0.0}}; /* of the first two: can stay in registers */
    size_t rank = 0;
    for (size_t word = 0; word <= risk->n_rows / 64; word++) {
        for (uint64_t bits = risk->event_bit[word]; bits != 0; bits &= bits - 1) {
            const size_t j = word * 64 + cbk_lowest_bit(bits);
            const cbk_risk_row now = cbk_risk_row_of_rank(risk, j, rank);
            at.n_risk = now.n_risk;
            at.n_event = now.n_event;
            at.left = now.n_risk - now.n_event;
            at.step = survival / now.n_risk;
            at.g_event = at.g - 1.0 / now.n_risk;
            at.n_gone = n_left - now.n_risk;
            at.slope += at.n_gone * at.g * at.g;
            carry(&first, from, &at, rank, &columns[0], &columns[n_causes > 1 ? 1 : 0]);
            for (size_t k = 2; k < n_causes; k += 2) {
                carry(&sums[k / 2], from, &at, rank, &columns[k],
                      &columns[k + 1 < n_causes ? k + 1 : k]);
            }
            rank++;
            fit->notes |= survival <= 0.0 ? CBK_NOTE_ZERO_BEFORE_ENTRIES : 0u;
            at.slope += now.n_event * at.g_event * at.g_event;
            at.g += at.left > 0.0 ? now.n_event / (now.n_risk * at.left) : 0.0;
            survival *= at.left > 0.0 ? at.left / now.n_risk : 0.0;
            n_left = at.left;
        }
    }
}

/* Each kind's place in the columns, behind the time before the first event. */
static void start(const cbk_cause_table *table, double *incidence, double *variance,
                  cause_columns *columns)
{
    const size_t n = table->risk->n_event_rows;
    for (size_t k = 0; k < table->n_causes; k++) {
        const size_t place = k * (n + 1) + 1;
        columns[k] = (cause_columns){
            .n_event_of = table->n_event_of + k * n,
            .weight_of = table->weight_of != NULL ? table->weight_of + k * n : NULL,
            .jackknife = table->jackknife != NULL ? table->jackknife + place : NULL,
            .incidence = incidence + place,
            .variance = variance + place};
    }
}

static void fill(cbk_cuminc *fit, cause_sums *sums, cause_columns *columns)
{
    if (fit->request.variance == CBK_INCIDENCE_AALEN) {
        fill_curves(fit, OF_COUNTS_AALEN, sums, columns);
    } else if (fit->table->jackknife == NULL) {
        fill_curves(fit, OF_COUNTS, sums, columns);
    } else {
        fill_curves(fit, OF_TABLE, sums, columns);
    }
}

/* ---- the fit -----------------------------------------------------------------------
 */

static cbk_status check(const cbk_cause_table *table, const cbk_cuminc_request *request,
                        cbk_error *err)
{
    if (!(request->level > 0.0 && request->level < 1.0)) {
        return cbk_fail(
            err, CBK_EINVAL, CBK_ROW_NONE,
            "The confidence level %.15g is not between 0 and 1; 0.95 is usual.",
            request->level);
    }
    if (request->interval == CBK_INTERVAL_BPCP) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "The interval bpcp belongs to the Kaplan-Meier estimate; an "
                        "incidence has log-log, log, plain, logit and arcsin.");
    }
    if (request->variance == CBK_INCIDENCE_AALEN &&
        (table->weight_of != NULL || table->is_clustered)) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "Aalen's variance is for independent rows that count 1 each; "
                        "with weights or clusters the variance is the jackknife.");
    }
    return CBK_OK;
}

static cbk_notes notes_of_counts(const cbk_cause_table *table)
{
    const cbk_risk_table *risk = table->risk;
    if (risk->n == 0) {
        return CBK_NOTE_NO_ROWS;
    }
    cbk_notes notes = 0;
    notes |= risk->n_event == 0 ? CBK_NOTE_NO_EVENTS : 0u;
    notes |= risk->n == 1 ? CBK_NOTE_ONE_SUBJECT : 0u;
    notes |= risk->is_zero_event ? CBK_NOTE_EVENT_AT_ZERO : 0u;
    return notes;
}

cbk_status cbk_cuminc_fit(const cbk_cause_table *table, const cbk_cuminc_request *request,
                          cbk_arena *arena, const cbk_cuminc **out, cbk_error *err)
{
    assert(table != NULL && request != NULL);
    assert(arena != NULL && out != NULL);
    *out = NULL;
    CBK_TRY(check(table, request, err));
    const cbk_mark before = cbk_arena_mark(arena);
    const size_t n = table->n_causes * (table->risk->n_event_rows + 1);
    cbk_cuminc *fit = CBK_NEW(arena, cbk_cuminc, 1);
    double *incidence = CBK_NEW(arena, double, n + 1);
    double *variance = CBK_NEW(arena, double, n + 1);
    const cbk_mark result = cbk_arena_mark(arena);
    cause_sums *sums = CBK_NEW(arena, cause_sums, table->n_causes / 2 + 1);
    cause_columns *columns = CBK_NEW(arena, cause_columns, table->n_causes + 1);
    if (columns == NULL) { /* failure is sticky: this stands for all */
        cbk_arena_release(arena, before);
        return cbk_fail_memory(err);
    }
    *fit = (cbk_cuminc){.request = *request,
                        .table = table,
                        .incidence = incidence,
                        .variance = variance,
                        .z = cbk_normal_quantile_upper((1.0 - request->level) / 2.0),
                        .notes = notes_of_counts(table)};
    start(table, incidence, variance, columns);
    fill(fit, sums, columns);
    cbk_arena_release(arena, result);
    *out = fit;
    return CBK_OK;
}

/* ---- the curve, read ---------------------------------------------------------------
 */

static const double rounding = 1e-12; /* of a sum of shares */
/* Of the incidence squared: influences that cancel out leave so much in the variance. */
static const double variance_none = 1e-15;

static cbk_limits limits_of(const cbk_cuminc *fit, double incidence, double std_error)
{
    const cbk_interval interval = fit->request.interval;
    if (interval == CBK_INTERVAL_LOG) {
        return cbk_km_limits(interval, incidence, std_error / incidence, fit->z);
    }
    const double rest = 1.0 - incidence;
    if (rest <= 0.0 && interval == CBK_INTERVAL_PLAIN) {
        return (cbk_limits){fmax(1.0 - fit->z * std_error, 0.0), 1.0};
    }
    const cbk_limits of_rest = cbk_km_limits(interval, rest, std_error / rest, fit->z);
    return (cbk_limits){1.0 - of_rest.upper, 1.0 - of_rest.lower};
}

static double n_of_cause(const cbk_cause_table *table, size_t cause, size_t rank)
{
    const size_t cell = cause * table->risk->n_event_rows + rank;
    return table->weight_of != NULL ? table->weight_of[cell]
                                    : (double)table->n_event_of[cell];
}

/* What holds from the rank-th time of an event on; 0: before the first. */
static void read_curve(const cbk_cuminc *fit, size_t cause, size_t rank,
                       cbk_cuminc_row *row)
{
    const size_t place = cause * (fit->table->risk->n_event_rows + 1) + rank;
    const bool is_everybody = fit->incidence[place] > 1.0 - rounding;
    row->incidence = is_everybody ? 1.0 : fit->incidence[place];
    const bool is_jackknife = fit->request.variance != CBK_INCIDENCE_AALEN;
    const double least = variance_none * row->incidence * row->incidence;
    const bool is_certain = is_jackknife && row->incidence > 0.0 && !is_everybody &&
                            fit->variance[place] <= least; /* as of a single cluster */
    row->std_error = is_jackknife && (is_everybody || is_certain)
                         ? 0.0 /* whoever is left out */
                         : sqrt(fit->variance[place]);
    const cbk_limits limits = is_certain
                                  ? (cbk_limits){(double)NAN, (double)NAN}
                                  : limits_of(fit, row->incidence, row->std_error);
    row->lower = limits.lower;
    row->upper = limits.upper;
}

cbk_cuminc_row cbk_cuminc_row_at(const cbk_cuminc *fit, size_t cause, size_t j)
{
    assert(fit != NULL && cause < fit->table->n_causes && j < fit->table->risk->n_rows);
    const cbk_risk_table *risk = fit->table->risk;
    const cbk_risk_row now = cbk_risk_row_get(risk, j);
    const size_t rank = cbk_risk_event_rank(risk, j);
    cbk_cuminc_row row = {
        .time = now.time, .n_risk = now.n_risk, .n_censor = now.n_censor};
    if (cbk_risk_row_has_event(risk, j)) {
        row.n_event = n_of_cause(fit->table, cause, rank - 1);
        for (size_t k = 0; k < fit->table->n_causes; k++) {
            row.n_other += k != cause ? n_of_cause(fit->table, k, rank - 1) : 0.0;
        }
    }
    read_curve(fit, cause, rank, &row);
    return row;
}

/* Whether the last time of an event left nobody at risk: nothing can change after it. */
static bool is_over(const cbk_risk_table *risk)
{
    const cbk_risk_row last = cbk_risk_row_get(risk, risk->n_rows - 1);
    return last.n_event >= last.n_risk;
}

cbk_cuminc_row cbk_cuminc_at_time(const cbk_cuminc *fit, size_t cause, double time)
{
    assert(fit != NULL && cause < fit->table->n_causes);
    assert(isfinite(time) && time >= 0.0);
    const cbk_risk_table *risk = fit->table->risk;
    cbk_cuminc_row row = {.time = time};
    if (risk->n_rows == 0) {
        row.std_error = row.lower = row.upper = (double)NAN;
        row.notes = CBK_NOTE_NO_ROWS;
        return row;
    }
    const size_t n_until = cbk_count_until(risk->time, risk->n_rows, time);
    const size_t rank = n_until > 0 ? cbk_risk_event_rank(risk, n_until - 1) : 0;
    row.n_risk = cbk_risk_table_n_risk_at(risk, time);
    read_curve(fit, cause, rank, &row);
    const bool is_beyond = time > risk->time[risk->n_rows - 1];
    row.notes |= is_beyond && !is_over(risk) ? CBK_NOTE_BEYOND_FOLLOW_UP : 0u;
    row.notes |= isnan(row.lower) ? CBK_NOTE_INTERVAL_UNDEFINED : 0u;
    return row;
}
