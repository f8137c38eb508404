/* compare_means.c - the t tests.  Contract and source: casebook/compare.h. */
#include "stats/describe/compare.h"

#include "numeric/distribution.h"
#include "numeric/sort.h"
#include "numeric/sum.h"

#include <assert.h>
#include <float.h>
#include <math.h>

typedef struct sample_mean {
    double n;
    double mean;
    double squares; /* of the distances from the mean, summed */
} sample_mean;

/* In ascending order, so that the order of the rows does not show in any bit. */
static cbk_status sample_mean_of(const cbk_samples *samples, uint32_t group,
                                 cbk_arena *arena, sample_mean *out, cbk_error *err)
{
    const size_t n = samples->size[group];
    uint64_t *keys = CBK_NEW(arena, uint64_t, n);
    uint64_t *scratch = CBK_NEW(arena, uint64_t, n);
    if (scratch == NULL) {
        return cbk_fail_memory(err);
    }
    size_t at = 0;
    for (size_t i = 0; i < samples->n; i++) {
        if (samples->group[i] == group) {
            keys[at++] = cbk_key_of(samples->value[i]);
        }
    }
    cbk_sort_keys(keys, scratch, n);
    cbk_sum sum = {0};
    for (size_t i = 0; i < n; i++) {
        cbk_sum_add(&sum, cbk_key_value(keys[i]));
    }
    out->n = (double)n;
    out->mean = cbk_sum_value(&sum) / out->n;
    cbk_sum squares = {0};
    cbk_sum rest = {0};
    for (size_t i = 0; i < n; i++) {
        const double distance = cbk_key_value(keys[i]) - out->mean;
        cbk_sum_add(&squares, distance * distance);
        cbk_sum_add(&rest, distance);
    }
    const double left_over = cbk_sum_value(&rest);
    out->squares = fmax(cbk_sum_value(&squares) - left_over * left_over / out->n, 0.0);
    return CBK_OK;
}

/* The standard error of the difference and its degrees of freedom. */
static void welch_error(const sample_mean *a, const sample_mean *b, double *std_error,
                        double *df)
{
    const double part_a = a->squares / (a->n - 1.0) / a->n;
    const double part_b = b->squares / (b->n - 1.0) / b->n;
    const double sum = part_a + part_b;
    *std_error = sqrt(sum);
    *df = sum * sum / (part_a * part_a / (a->n - 1.0) + part_b * part_b / (b->n - 1.0));
}

static void student_error(const sample_mean *a, const sample_mean *b, double *std_error,
                          double *df)
{
    *df = a->n + b->n - 2.0;
    *std_error = sqrt((a->squares + b->squares) / *df * (1.0 / a->n + 1.0 / b->n));
}

static cbk_comparison t_test(const sample_mean *a, const sample_mean *b,
                             bool is_variance_equal)
{
    const bool has_sd = is_variance_equal ? a->n + b->n > 2.0 : a->n > 1.0 && b->n > 1.0;
    if (!has_sd) {
        return cbk_comparison_none(CBK_NOTE_SD_UNDEFINED);
    }
    cbk_comparison out = cbk_comparison_none(0);
    double std_error = 0.0;
    (is_variance_equal ? student_error : welch_error)(a, b, &std_error, &out.df);
    const double scale = fmax(fabs(a->mean), fabs(b->mean));
    if (!(std_error > 10.0 * DBL_EPSILON * scale)) { /* R's bound for "constant" */
        return cbk_comparison_none(CBK_NOTE_NO_SPREAD);
    }
    out.test = is_variance_equal ? CBK_TEST_STUDENT_T : CBK_TEST_WELCH_T;
    out.statistic = (a->mean - b->mean) / std_error;
    out.p = 2.0 * cbk_t_upper(fabs(out.statistic), out.df);
    return out;
}

static cbk_status compare(const cbk_grouped_values *values, bool is_variance_equal,
                          cbk_arena *arena, cbk_comparison *out, cbk_error *err)
{
    cbk_samples samples;
    CBK_TRY(cbk_samples_of(values, arena, &samples, err));
    if (samples.n_groups > 2) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "A t test compares two groups; there are %zu.", samples.n_groups);
    }
    if (samples.n_groups < 2) {
        *out = cbk_comparison_none(CBK_NOTE_NO_GROUPS);
    } else {
        sample_mean mean[2];
        CBK_TRY(sample_mean_of(&samples, 0, arena, &mean[0], err));
        CBK_TRY(sample_mean_of(&samples, 1, arena, &mean[1], err));
        *out = t_test(&mean[0], &mean[1], is_variance_equal);
    }
    out->notes |= samples.notes;
    return CBK_OK;
}

cbk_status cbk_compare_means(const cbk_grouped_values *values, bool is_variance_equal,
                             cbk_arena *arena, cbk_comparison *out, cbk_error *err)
{
    assert(values != NULL && arena != NULL && out != NULL);
    const cbk_mark before = cbk_arena_mark(arena);
    const cbk_status status = compare(values, is_variance_equal, arena, out, err);
    cbk_arena_release(arena, before);
    return status;
}
