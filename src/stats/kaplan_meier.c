/* kaplan_meier.c - the product-limit estimator.  Contract and sources:
 * casebook/kaplan_meier.h.  Reads risk tables only, never rows. */
#include <casebook/kaplan_meier.h>

#include "numeric/distribution.h"
#include "stats/km_interval.h"
#include "stats/km_quantile.h"
#include "stats/risk_row.h"

#include <assert.h>
#include <math.h>

/* The product and Greenwood's sum, carried from one time to the next. */
typedef struct product_limit {
    double survival;
    double greenwood; /* sum of d / (r (r - d)): the variance of log S */
} product_limit;

static void product_limit_step(product_limit *state, const cbk_risk_row *row)
{
    const double r = row->n_risk;
    const double d = row->n_event;
    if (d > 0.0) {
        state->survival *= (r - d) / r; /* exactly 0 when d = r, and then for good */
        state->greenwood += d < r ? d / (r * (r - d)) : 0.0;
    }
}

/* The row of one time, but for its limits. */
static cbk_km_row km_row(const cbk_risk_row *at, const product_limit *state)
{
    const bool is_zero = state->survival <= 0.0;
    return (cbk_km_row){
        .time = at->time,
        .n_risk = at->n_risk,
        .n_event = at->n_event,
        .n_censor = at->n_censor,
        .survival = state->survival,
        .std_error = is_zero ? (double)NAN : state->survival * sqrt(state->greenwood),
    };
}

/* Writes one row for each of the risk table's; returns the notes the curve calls for. */
static cbk_notes km_sweep(const cbk_risk_table *risk, const cbk_conventions *conventions,
                          cbk_km_row *rows)
{
    const double z = cbk_normal_quantile_upper((1.0 - conventions->level) / 2.0);
    product_limit state = {.survival = 1.0, .greenwood = 0.0};
    cbk_limits limits = cbk_km_limits(conventions->interval, 1.0, 0.0, z);
    cbk_notes notes = 0;
    for (size_t j = 0; j < risk->n_rows; j++) {
        const cbk_risk_row *at = &risk->rows[j];
        product_limit_step(&state, at);
        rows[j] = km_row(at, &state);
        if (at->n_event > 0.0) { /* else they are those of the time before */
            limits = cbk_km_limits(conventions->interval, state.survival,
                                   sqrt(state.greenwood), z);
        }
        rows[j].lower = limits.lower;
        rows[j].upper = limits.upper;
        notes |= isnan(limits.lower) ? CBK_NOTE_INTERVAL_UNDEFINED : 0u;
        if (state.survival <= 0.0 && j + 1 < risk->n_rows) {
            notes |= CBK_NOTE_ZERO_BEFORE_ENTRIES;
        }
    }
    return notes;
}

/* The median of the censoring distribution.  A flat at one half that no drop ends counts
 * from its start: to run it on to the last time would add follow-up that nobody had. */
static double follow_up_median(const cbk_risk_table *risk, cbk_survival_quantile rule)
{
    product_limit state = {.survival = 1.0, .greenwood = 0.0};
    cbk_crossing crossing = cbk_crossing_start(0.5);
    for (size_t j = 0; j < risk->n_rows; j++) {
        const cbk_risk_row reverse = cbk_risk_row_reverse(risk->rows[j]);
        product_limit_step(&state, &reverse);
        cbk_crossing_see(&crossing, reverse.time, state.survival);
    }
    return cbk_crossing_time(&crossing, rule, crossing.at_time);
}

static cbk_notes notes_of_counts(const cbk_risk_table *risk)
{
    if (risk->n == 0) {
        return CBK_NOTE_NO_ROWS;
    }
    cbk_notes notes = 0;
    notes |= risk->n_event == 0 ? CBK_NOTE_NO_EVENTS : 0u;
    notes |= risk->n == 1 ? CBK_NOTE_ONE_SUBJECT : 0u;
    notes |= risk->is_zero_event ? CBK_NOTE_EVENT_AT_ZERO : 0u;
    return notes;
}

static cbk_notes notes_of_median(const cbk_km *km)
{
    if (km->n == 0) {
        return 0;
    }
    cbk_notes notes = 0;
    notes |= isnan(km->median.estimate) ? CBK_NOTE_NOT_REACHED : 0u;
    if (km->n_event > 0 && (isnan(km->median.lower) || isnan(km->median.upper))) {
        notes |= CBK_NOTE_LIMIT_NOT_REACHED;
    }
    return notes;
}

cbk_status cbk_km_fit(const cbk_risk_table *risk, const cbk_conventions *conventions,
                      cbk_arena *arena, const cbk_km **out, cbk_error *err)
{
    assert(risk != NULL);
    assert(conventions != NULL);
    assert(arena != NULL);
    assert(out != NULL);
    *out = NULL;
    if (!(conventions->level > 0.0 && conventions->level < 1.0)) {
        return cbk_fail(
            err, CBK_EINVAL, CBK_ROW_NONE,
            "The confidence level %.15g is not between 0 and 1; 0.95 is usual.",
            conventions->level);
    }
    const cbk_mark before = cbk_arena_mark(arena);
    cbk_km *km = CBK_NEW(arena, cbk_km, 1);
    cbk_km_row *rows = CBK_NEW(arena, cbk_km_row, risk->n_rows);
    if (rows == NULL) { /* failure is sticky: this stands for both */
        cbk_arena_release(arena, before);
        return cbk_fail(err, CBK_ENOMEM, CBK_ROW_NONE, "Out of memory for %zu times.",
                        risk->n_rows);
    }
    *km = (cbk_km){
        .n = risk->n,
        .n_event = risk->n_event,
        .n_rows = risk->n_rows,
        .rows = rows,
        .risk = risk,
        .follow_up_median = follow_up_median(risk, conventions->survival_quantile),
        .conventions = *conventions,
        .notes = notes_of_counts(risk) | km_sweep(risk, conventions, rows),
    };
    km->median = cbk_km_quantile_of(km, 0.5);
    km->notes |= notes_of_median(km);
    *out = km;
    return CBK_OK;
}

cbk_km_quantile cbk_km_quantile_of(const cbk_km *km, double p)
{
    assert(km != NULL);
    assert(p > 0.0 && p < 1.0);
    const cbk_survival_quantile rule = km->conventions.survival_quantile;
    cbk_crossing survival = cbk_crossing_start(1.0 - p);
    cbk_crossing lower = survival;
    cbk_crossing upper = survival;
    for (size_t j = 0; j < km->n_rows; j++) {
        const cbk_km_row *row = &km->rows[j];
        cbk_crossing_see(&survival, row->time, row->survival);
        cbk_crossing_see(&lower, row->time, row->lower);
        cbk_crossing_see(&upper, row->time, row->upper);
    }
    const bool is_carried = rule == CBK_SURVIVAL_QUANTILE_MIDPOINT && km->n_rows > 0;
    const double flat_end = is_carried ? km->rows[km->n_rows - 1].time : (double)NAN;
    return (cbk_km_quantile){
        .estimate = cbk_crossing_time(&survival, rule, flat_end),
        .lower = cbk_crossing_time(&lower, rule, flat_end),
        .upper = cbk_crossing_time(&upper, rule, flat_end),
    };
}

/* How many rows have a time at or before time. */
static size_t n_rows_until(const cbk_km *km, double time)
{
    size_t low = 0;
    size_t high = km->n_rows;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (km->rows[middle].time <= time) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

cbk_km_at cbk_km_at_time(const cbk_km *km, double time)
{
    assert(km != NULL);
    assert(isfinite(time) && time >= 0.0);
    const double none = (double)NAN;
    cbk_km_at at = {
        .time = time, .survival = 1.0, .std_error = none, .lower = none, .upper = none};
    if (km->n_rows == 0) {
        at.notes = CBK_NOTE_NO_ROWS;
        return at;
    }
    at.n_risk = cbk_risk_table_n_risk_at(km->risk, time);
    const size_t n_until = n_rows_until(km, time);
    if (n_until == 0) {
        const cbk_limits limits = cbk_km_limits(km->conventions.interval, 1.0, 0.0, 0.0);
        at.std_error = 0.0;
        at.lower = limits.lower;
        at.upper = limits.upper;
    } else {
        const cbk_km_row *row = &km->rows[n_until - 1];
        at.survival = row->survival;
        at.std_error = row->std_error;
        at.lower = row->lower;
        at.upper = row->upper;
    }
    const bool is_beyond = time > km->rows[km->n_rows - 1].time;
    at.notes |= is_beyond && at.survival > 0.0 ? CBK_NOTE_BEYOND_FOLLOW_UP : 0u;
    at.notes |= isnan(at.lower) ? CBK_NOTE_INTERVAL_UNDEFINED : 0u;
    return at;
}
