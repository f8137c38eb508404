/* nelson_aalen.c - the cumulative hazard.  Contract and sources: casebook/nelson_aalen.h.
 * Reads risk tables only, never rows. */
#include <casebook/nelson_aalen.h>

#include "numeric/distribution.h"
#include "numeric/sum.h"
#include "stats/curve/km_interval.h"
#include "stats/risk/risk_row.h"

#include <assert.h>
#include <math.h>

/* Limits of H from those of exp(-H), which run the other way. */
static cbk_limits hazard_limits(cbk_interval interval, double hazard, double std_error,
                                double z)
{
    const double none = (double)NAN;
    if (interval == CBK_INTERVAL_LOG) { /* exact where exp(-H) is close to 1 */
        return (cbk_limits){fmax(hazard - z * std_error, 0.0), hazard + z * std_error};
    }
    const cbk_limits survival = cbk_km_limits(interval, exp(-hazard), std_error, z);
    const double lower = -log(survival.upper);
    const double upper = -log(survival.lower);
    return (cbk_limits){isfinite(lower) ? fmax(lower, 0.0) : none,
                        isfinite(upper) ? fmax(upper, 0.0) : none};
}

static cbk_notes sweep(const cbk_risk_table *risk, const cbk_conventions *conventions,
                       cbk_hazard_row *rows)
{
    const double z = cbk_normal_quantile_upper((1.0 - conventions->level) / 2.0);
    cbk_sum hazard = {0};
    cbk_sum variance = {0};
    cbk_notes notes = 0;
    for (size_t j = 0; j < risk->n_rows; j++) {
        const cbk_risk_row at = cbk_risk_row_get(risk, j);
        if (at.n_event > 0.0) {
            cbk_sum_add(&hazard, at.n_event / at.n_risk);
            cbk_sum_add(&variance, at.n_event / (at.n_risk * at.n_risk));
        }
        rows[j] = (cbk_hazard_row){.time = at.time,
                                   .n_risk = at.n_risk,
                                   .n_event = at.n_event,
                                   .n_censor = at.n_censor,
                                   .hazard = cbk_sum_value(&hazard),
                                   .std_error = sqrt(cbk_sum_value(&variance))};
        const cbk_limits limits =
            hazard_limits(conventions->interval, rows[j].hazard, rows[j].std_error, z);
        rows[j].lower = limits.lower;
        rows[j].upper = limits.upper;
        notes |= isnan(limits.lower) ? CBK_NOTE_INTERVAL_UNDEFINED : 0u;
    }
    return notes;
}

static cbk_status check_conventions(const cbk_conventions *conventions, cbk_error *err)
{
    if (!(conventions->level > 0.0 && conventions->level < 1.0)) {
        return cbk_fail(
            err, CBK_EINVAL, CBK_ROW_NONE,
            "The confidence level %.15g is not between 0 and 1; 0.95 is usual.",
            conventions->level);
    }
    if (conventions->interval == CBK_INTERVAL_BPCP) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "The interval bpcp belongs to the Kaplan-Meier estimate; the "
                        "cumulative hazard has log, log-log, plain, logit and arcsin.");
    }
    return CBK_OK;
}

static cbk_notes notes_of_counts(const cbk_risk_table *risk)
{
    if (risk->n == 0) {
        return CBK_NOTE_NO_ROWS;
    }
    return (risk->n_event == 0 ? CBK_NOTE_NO_EVENTS : 0u) |
           (risk->n == 1 ? CBK_NOTE_ONE_SUBJECT : 0u) |
           (risk->is_zero_event ? CBK_NOTE_EVENT_AT_ZERO : 0u);
}

cbk_status cbk_nelson_aalen_fit(const cbk_risk_table *risk,
                                const cbk_conventions *conventions, cbk_arena *arena,
                                const cbk_nelson_aalen **out, cbk_error *err)
{
    assert(risk != NULL && conventions != NULL && arena != NULL && out != NULL);
    *out = NULL;
    CBK_TRY(check_conventions(conventions, err));
    if (risk->jackknife != NULL) {
        return cbk_fail(
            err, CBK_EINVAL, CBK_ROW_NONE,
            "The variance of the cumulative hazard counts subjects, and these "
            "weights are not whole numbers.");
    }
    const cbk_mark before = cbk_arena_mark(arena);
    cbk_nelson_aalen *fit = CBK_NEW(arena, cbk_nelson_aalen, 1);
    cbk_hazard_row *rows = CBK_NEW(arena, cbk_hazard_row, risk->n_rows);
    if (rows == NULL) { /* failure is sticky: this stands for both */
        cbk_arena_release(arena, before);
        return cbk_fail_memory(err);
    }
    *fit = (cbk_nelson_aalen){
        .n = risk->n,
        .n_event = risk->n_event,
        .n_rows = risk->n_rows,
        .rows = rows,
        .conventions = *conventions,
        .notes = notes_of_counts(risk) | sweep(risk, conventions, rows),
    };
    *out = fit;
    return CBK_OK;
}

/* How many rows have a time at or before time. */
static size_t n_rows_until(const cbk_nelson_aalen *fit, double time)
{
    size_t low = 0;
    size_t high = fit->n_rows;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (fit->rows[middle].time <= time) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

cbk_hazard_at cbk_hazard_at_time(const cbk_nelson_aalen *fit, double time)
{
    assert(fit != NULL && isfinite(time) && time >= 0.0);
    if (fit->n_rows == 0) {
        const double none = (double)NAN;
        return (cbk_hazard_at){.time = time,
                               .std_error = none,
                               .lower = none,
                               .upper = none,
                               .notes = CBK_NOTE_NO_ROWS};
    }
    const size_t n_until = n_rows_until(fit, time);
    cbk_hazard_at at = {.time = time};
    if (n_until == 0) {
        const cbk_limits limits = hazard_limits(fit->conventions.interval, 0.0, 0.0, 0.0);
        at.lower = limits.lower;
        at.upper = limits.upper;
    } else {
        const cbk_hazard_row *row = &fit->rows[n_until - 1];
        at.hazard = row->hazard;
        at.std_error = row->std_error;
        at.lower = row->lower;
        at.upper = row->upper;
    }
    const bool is_beyond = time > fit->rows[fit->n_rows - 1].time;
    at.notes |= is_beyond ? CBK_NOTE_BEYOND_FOLLOW_UP : 0u;
    at.notes |= isnan(at.lower) ? CBK_NOTE_INTERVAL_UNDEFINED : 0u;
    return at;
}
