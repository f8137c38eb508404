/* casebook/describe.h - a sample in a few numbers. */
#ifndef CASEBOOK_DESCRIBE_H
#define CASEBOOK_DESCRIBE_H

#include <casebook/conventions.h>

CBK_BEGIN_DECLS

/* NaN where a number does not exist: everything for n = 0, sd for n < 2. */
typedef struct cbk_description {
    size_t n;         /* values */
    size_t n_missing; /* rows without one */
    double sum;
    double mean;
    double sd; /* sample, n - 1 */
    double minimum;
    double quartile_1;
    double median;
    double quartile_3;
    double maximum;
    cbk_notes notes;
} cbk_description;

/* Describes value[n_rows]; NaN is missing.  Sums are compensated (Neumaier), so the
 * result does not depend on the order of the rows in any printed digit; values are taken
 * in ascending order, so not in any bit either.  Quartiles by rule [HF96].
 * Cost O(n log n).  Errors: CBK_EDATA (an infinity; err->row), CBK_ENOMEM.
 * [HF96] Hyndman, Fan.  Am Stat 50 (1996) 361-365.  doi:10.1080/00031305.1996.10473566 */
CBK_API CBK_MUST_USE cbk_status cbk_describe(const double *value, size_t n_rows,
                                             cbk_sample_quantile rule, cbk_arena *arena,
                                             cbk_description *out, cbk_error *err);

/* The p-quantile of value[n], finite, in any order, n >= 1, p in [0, 1], in O(n). Errors:
 * CBK_ENOMEM. */
CBK_API CBK_MUST_USE cbk_status cbk_quantile(const double *value, size_t n, double p,
                                             cbk_sample_quantile rule, cbk_arena *arena,
                                             double *out, cbk_error *err);

/* The p-quantile of sorted[n], ascending, n >= 1, p in [0, 1]. */
CBK_API double cbk_quantile_of_sorted(const double *sorted, size_t n, double p,
                                      cbk_sample_quantile rule);

CBK_END_DECLS

#endif
