/* casebook/proportion.h - a proportion with a confidence interval. */
#ifndef CASEBOOK_PROPORTION_H
#define CASEBOOK_PROPORTION_H

#include <casebook/base.h>

CBK_BEGIN_DECLS

typedef enum cbk_proportion_interval {
    CBK_PROPORTION_WILSON,
    CBK_PROPORTION_CLOPPER_PEARSON /* exact: never covers less than its level */
} cbk_proportion_interval;

typedef struct cbk_proportion {
    double estimate; /* n_true / n, in [0, 1]; NaN where n is 0, as are the limits */
    double lower;
    double upper;
    cbk_notes notes;
} cbk_proportion;

/* n_true of n, with the two-sided interval of that level.
 *
 *   Wilson           the proportions p0 that a score test does not reject:       [Wi27]
 *                    (k + z^2/2 -+ z sqrt(k (n - k) / n + z^2/4)) / (n + z^2);
 *                    0 where k is 0 and 1 where k is n, exactly.
 *   Clopper-Pearson  the beta quantiles B(a/2; k, n - k + 1) and                 [CP34]
 *                    B(1 - a/2; k + 1, n - k); 0 where k is 0, 1 where k is n.
 *   Degenerate       n = 0: NaN and CBK_NOTE_NO_ROWS.
 *   Cost             O(1).
 *   Errors           CBK_EINVAL (n_true > n, level not in (0, 1)).
 *   Checked          R 4.2.2: prop.test(correct = FALSE), binom.test(); <= 1e-10.
 *
 * [Wi27] Wilson.  J Am Stat Assoc 22 (1927) 209-212.
 *        doi:10.1080/01621459.1927.10502953
 * [CP34] Clopper, Pearson.  Biometrika 26 (1934) 404-413.  doi:10.1093/biomet/26.4.404 */
CBK_API CBK_MUST_USE cbk_status cbk_proportion_of(size_t n_true, size_t n,
                                                  cbk_proportion_interval interval,
                                                  double level, cbk_proportion *out,
                                                  cbk_error *err);

/* "wilson", "clopper-pearson"; parse returns false for an unknown name. */
CBK_API const char *cbk_proportion_interval_name(cbk_proportion_interval interval);
CBK_API bool cbk_proportion_interval_parse(const char *name,
                                           cbk_proportion_interval *out);

CBK_END_DECLS

#endif
