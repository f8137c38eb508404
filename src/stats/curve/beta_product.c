/* beta_product.c - limits of S(t) from products of beta variables.  Contract and sources:
 * casebook/beta_product.h. */
#include <casebook/beta_product.h>

#include "numeric/distribution.h"
#include "numeric/sum.h"
#include "stats/risk/risk_row.h"

#include <assert.h>
#include <math.h>

/* A product of independent beta variables by what multiplies: the mean, and one plus the
 * squared coefficient of variation.  Logarithms, because both may be close to 1. */
typedef struct beta_factors {
    cbk_sum log_mean;
    cbk_sum log_spread; /* of 1 + variance / mean^2 */
    bool is_one;        /* no factor yet */
} beta_factors;

/* The beta variable that stands for a product; or a point. */
typedef struct beta_variable {
    bool is_point;
    double point;
    double a, b;
} beta_variable;

static const beta_factors no_factors = {.is_one = true};

static void multiply(beta_factors *product, double a, double b)
{
    cbk_sum_add(&product->log_mean, -log1p(b / a));
    cbk_sum_add(&product->log_spread, log1p(b / (a * (a + b + 1.0))));
    product->is_one = false;
}

static beta_variable at_point(double point)
{
    return (beta_variable){.is_point = true, .point = point};
}

/* The method of moments. */
static beta_variable variable_of(const beta_factors *product)
{
    if (product->is_one) {
        return at_point(1.0);
    }
    const double mean = exp(cbk_sum_value(&product->log_mean));
    const double one_minus_mean = -expm1(cbk_sum_value(&product->log_mean));
    const double spread = expm1(cbk_sum_value(&product->log_spread));
    const double total = one_minus_mean / (mean * spread) - 1.0;
    return (beta_variable){.a = mean * total, .b = one_minus_mean * total};
}

/* W- from W+: the factor Beta(n_next, 1) more. */
static beta_variable lower_variable(const beta_factors *upper, double n_next)
{
    if (n_next <= 0.0) {
        return at_point(0.0);
    }
    beta_factors product = *upper;
    multiply(&product, n_next, 1.0);
    return variable_of(&product);
}

static double quantile_lower(const beta_variable *x, double p)
{
    return x->is_point ? x->point : cbk_beta_quantile(p, x->a, x->b);
}

static double quantile_upper(const beta_variable *x, double p)
{
    return x->is_point ? x->point : cbk_beta_quantile_upper(p, x->a, x->b);
}

/* ---- mid-p: quantiles of the even mixture of W- and W+ ---------------------------- */

typedef double (*beta_tail)(double x, double a, double b);

static double tail_of(const beta_variable *x, double at, beta_tail tail, bool is_lower)
{
    if (x->is_point) {
        const bool is_below = x->point <= at;
        return is_below == is_lower ? 1.0 : 0.0;
    }
    return tail(at, x->a, x->b);
}

/* Where the mixture's tail is p: bisection down to neighbouring doubles. */
static double mixture_quantile(const beta_variable *w_minus, const beta_variable *w_plus,
                               double p, bool is_lower)
{
    const beta_tail tail = is_lower ? cbk_beta_lower : cbk_beta_upper;
    if (is_lower && w_minus->is_point) { /* half of the mass is at 0, and p < 1/2 */
        return 0.0;
    }
    double low = 0.0;
    double high = 1.0;
    for (;;) {
        const double middle = low + (high - low) / 2.0;
        if (middle <= low || middle >= high) {
            return is_lower ? low : high;
        }
        const double mass = 0.5 * tail_of(w_minus, middle, tail, is_lower) +
                            0.5 * tail_of(w_plus, middle, tail, is_lower);
        if ((mass < p) == is_lower) {
            low = middle;
        } else {
            high = middle;
        }
    }
}

/* ---- the sweep -------------------------------------------------------------------- */

static cbk_beta_limits limits_of(const beta_factors *product, double n_next, double alpha,
                                 bool is_mid_p)
{
    const beta_variable w_plus = variable_of(product);
    const beta_variable w_minus = lower_variable(product, n_next);
    const double p = alpha / 2.0;
    if (is_mid_p) {
        return (cbk_beta_limits){mixture_quantile(&w_minus, &w_plus, p, true),
                                 mixture_quantile(&w_minus, &w_plus, p, false)};
    }
    return (cbk_beta_limits){quantile_lower(&w_minus, p), quantile_upper(&w_plus, p)};
}

/* Weights that are not whole numbers come with a jackknife. */
static bool is_of_counts(const cbk_risk_table *risk)
{
    return risk->jackknife == NULL;
}

/* Events at one time. */
static void multiply_row(beta_factors *product, const cbk_risk_row *row)
{
    if (row->n_event > 0.0) {
        multiply(product, row->n_risk - row->n_event + 1.0, row->n_event);
    }
}

/* Everybody at risk has the event. */
static bool is_last_survivor(const cbk_risk_row *row)
{
    return row->n_event > 0.0 && row->n_event >= row->n_risk;
}

cbk_status cbk_beta_product(const cbk_risk_table *risk, double level, bool is_mid_p,
                            cbk_arena *arena, const cbk_beta_limits **out, cbk_error *err)
{
    assert(risk != NULL && arena != NULL && out != NULL);
    *out = NULL;
    if (!(level > 0.0 && level < 1.0)) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "The confidence level %.15g is not between 0 and 1.", level);
    }
    if (!is_of_counts(risk)) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "The interval bpcp counts subjects, and these weights are not "
                        "whole numbers; choose log, log-log or another interval.");
    }
    const cbk_mark before = cbk_arena_mark(arena);
    cbk_beta_limits *limits = CBK_NEW(arena, cbk_beta_limits, risk->n_rows + 1);
    if (limits == NULL) {
        cbk_arena_release(arena, before);
        return cbk_fail_memory(err);
    }
    beta_factors product = no_factors;
    cbk_beta_limits least = {1.0, 1.0};
    bool is_over = false; /* S is 0 */
    for (size_t j = 0; j <= risk->n_rows; j++) {
        if (j > 0) {
            const cbk_risk_row row = cbk_risk_row_get(risk, j - 1);
            multiply_row(&product, &row);
            is_over = is_over || is_last_survivor(&row);
        }
        const bool has_next = j < risk->n_rows && !is_over;
        const double n_next = has_next ? cbk_risk_row_get(risk, j).n_risk : 0.0;
        const cbk_beta_limits now = limits_of(&product, n_next, 1.0 - level, is_mid_p);
        least.lower = fmin(least.lower, now.lower);
        least.upper = fmin(least.upper, now.upper);
        limits[j] = least;
    }
    *out = limits;
    return CBK_OK;
}

/* ---- where survival is 0 or 1 ----------------------------------------------------- */

/* The lower limit without an event so far, when the fewest at risk were n_least. */
static double limit_without_event(double n_least, double level)
{
    return n_least > 0.0 ? pow((1.0 - level) / 2.0, 1.0 / n_least) : 0.0;
}

/* The upper limit once rows[0 .. n_until) have brought survival to 0. */
static double limit_at_zero(const cbk_risk_table *risk, size_t n_until, double level)
{
    beta_factors product = no_factors;
    for (size_t j = 0; j < n_until; j++) {
        const cbk_risk_row row = cbk_risk_row_get(risk, j);
        multiply_row(&product, &row);
    }
    const beta_variable w_plus = variable_of(&product);
    return quantile_upper(&w_plus, (1.0 - level) / 2.0);
}

/* The first row with an event; n_rows: there is none. */
static size_t first_event(const cbk_risk_table *risk)
{
    size_t j = 0;
    while (j < risk->n_rows && !(cbk_risk_row_get(risk, j).n_event > 0.0)) {
        j++;
    }
    return j;
}

/* The row that brings survival to 0; n_rows: there is none. */
static size_t first_zero(const cbk_risk_table *risk)
{
    for (size_t j = 0; j < risk->n_rows; j++) {
        const cbk_risk_row row = cbk_risk_row_get(risk, j);
        if (is_last_survivor(&row)) {
            return j;
        }
    }
    return risk->n_rows;
}

/* The bound after the first n_until rows, none of them with an event. */
static cbk_exact_bound bound_without_event(const cbk_risk_table *risk, size_t n_until,
                                           double level)
{
    double n_least = n_until < risk->n_rows ? HUGE_VAL : 0.0;
    for (size_t j = 0; j <= n_until && j < risk->n_rows; j++) {
        n_least = fmin(n_least, cbk_risk_row_get(risk, j).n_risk);
    }
    return (cbk_exact_bound){.time = n_until > 0 ? risk->time[n_until - 1] : 0.0,
                             .survival = 1.0,
                             .limit = limit_without_event(n_least, level)};
}

static cbk_exact_bound bound_at_zero(const cbk_risk_table *risk, size_t zero,
                                     double level)
{
    return (cbk_exact_bound){.time = risk->time[zero],
                             .survival = 0.0,
                             .limit = limit_at_zero(risk, zero + 1, level)};
}

cbk_exact_bound cbk_exact_bound_at(const cbk_risk_table *risk, double level, double time)
{
    assert(risk != NULL && level > 0.0 && level < 1.0);
    const double none = (double)NAN;
    if (risk->n_rows == 0 || !is_of_counts(risk)) {
        return (cbk_exact_bound){.time = time, .survival = none, .limit = none};
    }
    const size_t event = first_event(risk);
    if (event == risk->n_rows || time < risk->time[event]) {
        size_t n_until = 0;
        while (n_until < event && risk->time[n_until] <= time) {
            n_until++;
        }
        return bound_without_event(risk, n_until, level);
    }
    const size_t zero = first_zero(risk);
    if (zero < risk->n_rows && risk->time[zero] <= time) {
        return bound_at_zero(risk, zero, level);
    }
    return (cbk_exact_bound){.time = time, .survival = none, .limit = none};
}

size_t cbk_exact_bounds(const cbk_risk_table *risk, double level,
                        cbk_exact_bound out[CBK_EXACT_BOUNDS_MAX])
{
    assert(risk != NULL && level > 0.0 && level < 1.0);
    if (risk->n_rows == 0 || !is_of_counts(risk)) {
        return 0;
    }
    size_t n = 0;
    const size_t event = first_event(risk);
    if (event > 0) {
        out[n++] = bound_without_event(risk, 0, level);
        /* After the last observation there is nothing to state. */
        const size_t last = event < risk->n_rows ? event : event - 1;
        if (last > 0) {
            out[n++] = bound_without_event(risk, last, level);
        }
    }
    const size_t zero = first_zero(risk);
    if (zero < risk->n_rows) {
        out[n++] = bound_at_zero(risk, zero, level);
    }
    return n;
}
