/* kaplan_meier.c - the product-limit estimator.  Contract and sources:
 * casebook/kaplan_meier.h.  Reads risk tables only, never rows. */
#include <casebook/kaplan_meier.h>

#include "numeric/distribution.h"
#include "numeric/search.h"
#include "stats/curve/km_interval.h"
#include "stats/curve/km_quantile.h"
#include "stats/risk/risk_row.h"

#include <assert.h>
#include <math.h>

static double survival_at(const cbk_km *km, size_t j)
{
    return km->survival[cbk_risk_event_rank(km->risk, j)];
}

/* At-risk and event counts of a block of event times, so that the divisions of many times
 * are done at once. */
enum { BLOCK = 256 };

typedef struct block {
    double r[BLOCK];
    double d[BLOCK];
    double factor[BLOCK]; /* (r - d) / r */
    double term[BLOCK];   /* d / (r (r - d)); 0 where nobody is left */
} block;

static void find_factors(block *at)
{
    for (size_t i = 0; i < BLOCK; i++) {
        const double left = at->r[i] - at->d[i];
        const double term = at->d[i] / (at->r[i] * left);
        at->factor[i] = left / at->r[i];
        at->term[i] = left > 0.0 ? term : 0.0;
    }
}

/* The event times of one word of the table's marks, from the rank-th on. */
static size_t take_word(const cbk_risk_table *risk, size_t word, double *r, double *d)
{
    size_t n = 0;
    const size_t rank = risk->n_event_rows_before[word];
    for (uint64_t bits = risk->event_bit[word]; bits != 0; bits &= bits - 1) {
        const size_t j = word * 64 + cbk_lowest_bit(bits);
        if (risk->rows != NULL) {
            r[n] = risk->rows[j].n_risk;
            d[n] = risk->rows[j].n_event;
        } else {
            const uint32_t n_later =
                risk->n_entry_from != NULL ? risk->n_entry_from[j] : 0;
            r[n] = (double)((uint32_t)risk->n - risk->n_exit_before[j] - n_later);
            d[n] = (double)risk->n_event_of[rank + n];
        }
        n++;
    }
    return n;
}

/* Writes S and the variance of its log, before the first event time and from each on. */
static void fill_product_limit(const cbk_risk_table *risk, double *survival,
                               double *log_variance)
{
    double product = 1.0; /* exactly 0 from where d = r, and then for good */
    double greenwood = 0.0;
    *survival = 1.0;
    block at;
    const size_t n_words = risk->n_rows / 64 + 1;
    for (size_t word = 0; word < n_words;) {
        size_t n = 0;
        for (; word < n_words && n + 64 <= BLOCK; word++) {
            n += take_word(risk, word, at.r + n, at.d + n);
        }
        for (size_t i = n; i < BLOCK; i++) {
            at.r[i] = at.d[i] = 1.0;
        }
        find_factors(&at);
        for (size_t i = 0; i < n; i++) {
            product *= at.factor[i];
            *++survival = product;
            greenwood += at.term[i];
            *++log_variance = greenwood;
        }
    }
}

/* exp(-H) in the place of the product; log_variance sums the variance of H. */
static void fill_exponential(const cbk_risk_table *risk, double *survival,
                             double *log_variance)
{
    double product = 1.0;
    double variance = 0.0;
    *survival = 1.0;
    for (size_t j = 0; j < risk->n_rows; j++) {
        const cbk_risk_row at = cbk_risk_row_get(risk, j);
        if (at.n_event > 0.0) {
            product *= exp(-at.n_event / at.n_risk);
            variance += at.n_event / (at.n_risk * at.n_risk);
            *++survival = product;
            *++log_variance = variance;
        }
    }
}

/* Fills survival and log_variance; false when out of memory. */
static bool fill_curve(const cbk_risk_table *risk, cbk_arena *arena, cbk_km *km)
{
    const bool is_product = km->conventions.estimate == CBK_SURVIVAL_KAPLAN_MEIER;
    double *survival = CBK_NEW(arena, double, risk->n_event_rows + 1);
    double *log_variance = CBK_NEW(arena, double, risk->n_event_rows + 1);
    if (log_variance == NULL) {
        return false;
    }
    if (is_product) {
        fill_product_limit(risk, survival, log_variance);
    } else {
        fill_exponential(risk, survival, log_variance);
    }
    km->survival = survival;
    km->log_variance =
        is_product && risk->jackknife != NULL ? risk->jackknife : log_variance;
    return true;
}

/* ---- the median follow-up -----------------------------------------------------------
 */

/* Where nobody enters late and all count 1, S times the curve of censoring is the share
 * of subjects still under observation. */
static double censoring_at(const cbk_km *km, size_t j)
{
    const double n_after =
        (double)(uint32_t)(km->risk->n - km->risk->n_exit_before[j + 1]);
    return n_after / (double)km->n / survival_at(km, j);
}

/* The first time at which the curve of censoring is at or below level; n_rows: none.
 * Where S is 0 everybody left by an event, and no censoring follows. */
static size_t first_censoring_below(const cbk_km *km, double level)
{
    size_t low = 0;
    size_t high = km->n_rows;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (survival_at(km, middle) <= 0.0 || censoring_at(km, middle) <= level) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low < km->n_rows && survival_at(km, low) > 0.0 ? low : km->n_rows;
}

/* The same by the product itself. */
static cbk_crossing censoring_product(const cbk_risk_table *risk)
{
    double product = 1.0;
    cbk_crossing crossing = cbk_crossing_start(0.5);
    for (size_t j = 0; j < risk->n_rows && isnan(crossing.below_time); j++) {
        const cbk_risk_row at = cbk_risk_row_reverse(cbk_risk_row_get(risk, j));
        if (at.n_event > 0.0) {
            product *= (at.n_risk - at.n_event) / at.n_risk;
            cbk_crossing_see(&crossing, at.time, product);
        }
    }
    return crossing;
}

/* The median of the censoring distribution.  A flat at one half that no drop ends counts
 * from its start: to run it on to the last time would add follow-up that nobody had. */
static double follow_up_median(const cbk_km *km)
{
    const cbk_risk_table *risk = km->risk;
    cbk_crossing crossing = cbk_crossing_start(0.5);
    if (risk->rows != NULL || risk->n_entries > 0 ||
        km->conventions.estimate != CBK_SURVIVAL_KAPLAN_MEIER) {
        crossing = censoring_product(risk);
    } else {
        const size_t at = first_censoring_below(km, 0.5 + CBK_LEVEL_TOLERANCE);
        const size_t below = first_censoring_below(km, 0.5 - CBK_LEVEL_TOLERANCE);
        if (at < km->n_rows) {
            crossing.first_time = crossing.at_time = risk->time[at];
        }
        if (below < km->n_rows) {
            crossing.below_time = risk->time[below];
        }
    }
    return cbk_crossing_time(&crossing, km->conventions.survival_quantile,
                             crossing.at_time);
}

/* S only falls: the first time and the last ones tell of all. */
static cbk_notes notes_of_curve(const cbk_km *km)
{
    if (km->n_rows == 0) {
        return 0;
    }
    const bool is_undefined = isnan(cbk_km_row_at(km, 0).lower) ||
                              isnan(cbk_km_row_at(km, km->n_rows - 1).lower);
    const bool is_early_zero = km->n_rows > 1 && survival_at(km, km->n_rows - 2) <= 0.0;
    return (is_undefined ? CBK_NOTE_INTERVAL_UNDEFINED : 0u) |
           (is_early_zero ? CBK_NOTE_ZERO_BEFORE_ENTRIES : 0u);
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
    const bool is_beta = conventions->interval == CBK_INTERVAL_BPCP;
    if (is_beta && conventions->estimate != CBK_SURVIVAL_KAPLAN_MEIER) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "The interval bpcp belongs to the Kaplan-Meier estimate; "
                        "fleming-harrington has log, log-log, plain, logit and arcsin.");
    }
    if (conventions->estimate != CBK_SURVIVAL_KAPLAN_MEIER && risk->jackknife != NULL) {
        return cbk_fail(
            err, CBK_EINVAL, CBK_ROW_NONE,
            "Weights that are not whole numbers have a standard error for the "
            "Kaplan-Meier estimate alone.");
    }
    const cbk_mark before = cbk_arena_mark(arena);
    const cbk_beta_limits *beta = NULL;
    if (is_beta) {
        CBK_TRY(cbk_beta_product(risk, conventions->level, conventions->is_mid_p, arena,
                                 &beta, err));
    }
    cbk_km *km = CBK_NEW(arena, cbk_km, 1);
    if (km != NULL) {
        *km = (cbk_km){
            .n = risk->n,
            .n_event = risk->n_event,
            .n_rows = risk->n_rows,
            .z = cbk_normal_quantile_upper((1.0 - conventions->level) / 2.0),
            .risk = risk,
            .beta = beta,
            .conventions = *conventions,
        };
    }
    if (km == NULL || !fill_curve(risk, arena, km)) {
        cbk_arena_release(arena, before);
        return cbk_fail(err, CBK_ENOMEM, CBK_ROW_NONE, "Out of memory for %zu times.",
                        risk->n_rows);
    }
    km->follow_up_median = follow_up_median(km);
    km->notes = notes_of_counts(risk) | notes_of_curve(km);
    km->median = cbk_km_quantile_of(km, 0.5);
    km->notes |= notes_of_median(km);
    *out = km;
    return CBK_OK;
}

/* ---- the curve, read ----------------------------------------------------------------
 */

cbk_km_row cbk_km_row_at(const cbk_km *km, size_t j)
{
    assert(km != NULL);
    assert(j < km->n_rows);
    const cbk_risk_row at = cbk_risk_row_get(km->risk, j);
    const size_t rank = cbk_risk_event_rank(km->risk, j);
    const double survival = km->survival[rank];
    const double log_std_error = sqrt(km->log_variance[rank]);
    const cbk_limits limits =
        km->beta != NULL
            ? (cbk_limits){km->beta[j + 1].lower, km->beta[j + 1].upper}
            : cbk_km_limits(km->conventions.interval, survival, log_std_error, km->z);
    return (cbk_km_row){
        .time = at.time,
        .n_risk = at.n_risk,
        .n_event = at.n_event,
        .n_censor = at.n_censor,
        .survival = survival,
        .std_error = survival <= 0.0 ? (double)NAN : survival * log_std_error,
        .lower = limits.lower,
        .upper = limits.upper,
    };
}

cbk_km_quantile cbk_km_quantile_of(const cbk_km *km, double p)
{
    assert(km != NULL);
    assert(p > 0.0 && p < 1.0);
    const cbk_survival_quantile rule = km->conventions.survival_quantile;
    const cbk_crossing survival = cbk_km_cross(km, CBK_KM_SURVIVAL, 1.0 - p);
    const cbk_crossing lower = cbk_km_cross(km, CBK_KM_LOWER, 1.0 - p);
    const cbk_crossing upper = cbk_km_cross(km, CBK_KM_UPPER, 1.0 - p);
    const bool is_carried = rule == CBK_SURVIVAL_QUANTILE_MIDPOINT && km->n_rows > 0;
    const double flat_end = is_carried ? km->risk->time[km->n_rows - 1] : (double)NAN;
    return (cbk_km_quantile){
        .estimate = cbk_crossing_time(&survival, rule, flat_end),
        .lower = cbk_crossing_time(&lower, rule, flat_end),
        .upper = cbk_crossing_time(&upper, rule, flat_end),
    };
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
    const size_t n_until = cbk_count_until(km->risk->time, km->n_rows, time);
    if (n_until == 0) {
        const cbk_limits limits =
            km->beta != NULL ? (cbk_limits){km->beta[0].lower, km->beta[0].upper}
                             : cbk_km_limits(km->conventions.interval, 1.0, 0.0, 0.0);
        at.std_error = 0.0;
        at.lower = limits.lower;
        at.upper = limits.upper;
    } else {
        const cbk_km_row row = cbk_km_row_at(km, n_until - 1);
        at.survival = row.survival;
        at.std_error = row.std_error;
        at.lower = row.lower;
        at.upper = row.upper;
    }
    const bool is_beyond = time > km->risk->time[km->n_rows - 1];
    at.notes |= is_beyond && at.survival > 0.0 ? CBK_NOTE_BEYOND_FOLLOW_UP : 0u;
    at.notes |= isnan(at.lower) ? CBK_NOTE_INTERVAL_UNDEFINED : 0u;
    return at;
}
