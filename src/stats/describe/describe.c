/* describe.c - count, mean, spread and quantiles of a sample.  Contract and source:
 * casebook/describe.h. */
#include <casebook/describe.h>

#include "numeric/sort.h"
#include "numeric/sum.h"

#include <assert.h>
#include <float.h>
#include <math.h>

static const double none = (double)NAN;

/* The inverse of the distribution function, the mean of two values where it jumps.  An n
 * p that misses a whole number by rounding alone (90 times 0.7) is that number. */
static double quantile_type_2(const double *sorted, size_t n, double p)
{
    const double place = (double)n * p;
    const double nearest = round(place);
    if (fabs(place - nearest) > 4.0 * DBL_EPSILON * place) {
        return sorted[(size_t)floor(place)];
    }
    const size_t jump = (size_t)nearest; /* the value before the jump, counted from 1 */
    const double below = sorted[jump > 0 ? jump - 1 : 0];
    const double above = sorted[jump < n ? jump : n - 1];
    return (below + above) / 2.0;
}

double cbk_quantile_of_sorted(const double *sorted, size_t n, double p,
                              cbk_sample_quantile rule)
{
    assert(sorted != NULL && n >= 1);
    assert(p >= 0.0 && p <= 1.0);
    if (rule == CBK_SAMPLE_QUANTILE_2) {
        return quantile_type_2(sorted, n, p);
    }
    const double place = 1.0 + (double)(n - 1) * p; /* of the quantile, counted from 1 */
    const double share = place - floor(place);
    const double below = sorted[(size_t)floor(place) - 1];
    const double above = sorted[(size_t)ceil(place) - 1];
    if (share == 0.0 || below == above) {
        return below;
    }
    return (1.0 - share) * below + share * above;
}

/* Two passes: the mean, then the squares of the distances from it, less the square of
 * what the rounding of the mean left over. */
static double sample_sd(const double *sorted, size_t n, double mean)
{
    cbk_sum squares = {0};
    cbk_sum rest = {0};
    for (size_t i = 0; i < n; i++) {
        const double distance = sorted[i] - mean;
        cbk_sum_add(&squares, distance * distance);
        cbk_sum_add(&rest, distance);
    }
    const double left_over = cbk_sum_value(&rest);
    const double sum_squares =
        cbk_sum_value(&squares) - left_over * left_over / (double)n;
    return sqrt(fmax(sum_squares, 0.0) / (double)(n - 1));
}

static void describe_sorted(const double *sorted, size_t n, cbk_sample_quantile rule,
                            cbk_description *out)
{
    cbk_sum sum = {0};
    for (size_t i = 0; i < n; i++) {
        cbk_sum_add(&sum, sorted[i]);
    }
    out->sum = cbk_sum_value(&sum);
    out->mean = out->sum / (double)n;
    out->minimum = sorted[0];
    out->quartile_1 = cbk_quantile_of_sorted(sorted, n, 0.25, rule);
    out->median = cbk_quantile_of_sorted(sorted, n, 0.5, rule);
    out->quartile_3 = cbk_quantile_of_sorted(sorted, n, 0.75, rule);
    out->maximum = sorted[n - 1];
    if (n >= 2) {
        out->sd = sample_sd(sorted, n, out->mean);
    } else {
        out->notes |= CBK_NOTE_SD_UNDEFINED;
    }
}

/* Writes the keys of the values that are there; *n of them. */
static cbk_status keys_of_values(const double *value, size_t n_rows, uint64_t *keys,
                                 size_t *n, cbk_error *err)
{
    size_t n_found = 0;
    for (size_t i = 0; i < n_rows; i++) {
        if (isinf(value[i])) {
            return cbk_fail(err, CBK_EDATA, i,
                            "The value is infinite; expected a finite number.");
        }
        if (!isnan(value[i])) {
            keys[n_found++] = cbk_key_of(value[i]);
        }
    }
    *n = n_found;
    return CBK_OK;
}

/* Ascending copies of the values that are there; NULL when out of memory. */
static const double *sorted_values(const double *value, size_t n_rows, cbk_arena *arena,
                                   size_t *n, cbk_status *status, cbk_error *err)
{
    uint64_t *keys = CBK_NEW(arena, uint64_t, n_rows);
    uint64_t *scratch = CBK_NEW(arena, uint64_t, n_rows);
    double *sorted = CBK_NEW(arena, double, n_rows);
    if (sorted == NULL) { /* failure is sticky: this stands for all three */
        *status = cbk_fail(err, CBK_ENOMEM, CBK_ROW_NONE, "Out of memory for %zu values.",
                           n_rows);
        return NULL;
    }
    *status = keys_of_values(value, n_rows, keys, n, err);
    if (*status != CBK_OK) {
        return NULL;
    }
    cbk_sort_keys(keys, scratch, *n);
    for (size_t i = 0; i < *n; i++) {
        sorted[i] = cbk_key_value(keys[i]);
    }
    return sorted;
}

cbk_status cbk_quantile(const double *value, size_t n_rows, double p,
                        cbk_sample_quantile rule, cbk_arena *arena, double *out,
                        cbk_error *err)
{
    assert(value != NULL && n_rows >= 1);
    const cbk_mark before = cbk_arena_mark(arena);
    size_t n = 0;
    cbk_status status = CBK_OK;
    const double *sorted = sorted_values(value, n_rows, arena, &n, &status, err);
    *out = sorted != NULL ? cbk_quantile_of_sorted(sorted, n, p, rule) : none;
    cbk_arena_release(arena, before);
    return status;
}

cbk_status cbk_describe(const double *value, size_t n_rows, cbk_sample_quantile rule,
                        cbk_arena *arena, cbk_description *out, cbk_error *err)
{
    assert(value != NULL || n_rows == 0);
    assert(arena != NULL);
    assert(out != NULL);
    const cbk_mark before = cbk_arena_mark(arena);
    size_t n = 0;
    cbk_status status = CBK_OK;
    const double *sorted = sorted_values(value, n_rows, arena, &n, &status, err);
    if (sorted != NULL) {
        cbk_description found = {.n = n,
                                 .n_missing = n_rows - n,
                                 .sum = none,
                                 .mean = none,
                                 .sd = none,
                                 .minimum = none,
                                 .quartile_1 = none,
                                 .median = none,
                                 .quartile_3 = none,
                                 .maximum = none};
        if (n > 0) {
            describe_sorted(sorted, n, rule, &found);
        } else {
            found.notes |= CBK_NOTE_NO_ROWS;
        }
        *out = found;
    }
    cbk_arena_release(arena, before);
    return status;
}
