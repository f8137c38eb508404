/* casebook/beta_product.h - limits of a survival probability that hold in small series:
 * the beta product confidence procedure, and the exact bounds where survival is 0 or 1.
 *
 * Pure functions of a risk table: no globals, no I/O.
 */
#ifndef CASEBOOK_BETA_PRODUCT_H
#define CASEBOOK_BETA_PRODUCT_H

#include <casebook/risk_table.h>

CBK_BEGIN_DECLS

typedef struct cbk_beta_limits {
    double lower; /* in [0, 1] */
    double upper;
} cbk_beta_limits;

/* Limits of S(t) from one observed time up to the next: (*out)[0] before the first
 * observed time, (*out)[j + 1] from the j-th of risk->n_rows times on.
 *
 *   Procedure with Y at risk and d events at each observed time so far, and Y' at risk at
 *             the next one (0 after the last),
 *               W+ = product of Beta(Y - d + 1, d),   W- = W+ * Beta(Y', 1);
 *             the lower limit is the (1 - level)/2 quantile of W-, the upper limit the
 *             (1 + level)/2 quantile of W+; each product is taken as the beta variable
 *             with its mean and variance; limits are running minima.        [FBP13]
 *             Without censoring they are those of Clopper and Pearson.
 *   Mid-p     quantiles of the even mixture of W- and W+ instead: not guaranteed, but
 *             close to the level on the average.                            [FB16]
 *   At the end S is 0, or nobody is left at risk: the lower limit is 0.
 *   Weights   whole numbers, taken as counts of subjects; others CBK_EINVAL.
 *   Late entry the same formula; the proof is for right censoring alone.
 *   Cost      O(n_rows), two beta quantiles a time (mid-p: some fifty tails).
 *   Errors    CBK_EINVAL, CBK_ENOMEM.
 *   Checked   bpcp 1.4.2 (reference case), Clopper-Pearson, simulation of the products.
 *
 * [FBP13] Fay, Brittain, Proschan.  Biostatistics 14 (2013) 723-736.
 *         doi:10.1093/biostatistics/kxt016
 * [FB16]  Fay, Brittain.  Stat Med 35 (2016) 2726-2740.  doi:10.1002/sim.6905 */
CBK_API CBK_MUST_USE cbk_status cbk_beta_product(const cbk_risk_table *risk, double level,
                                                 bool is_mid_p, cbk_arena *arena,
                                                 const cbk_beta_limits **out,
                                                 cbk_error *err);

/* What is known where survival is 0 or 1, and intervals that rest on its standard error
 * say nothing. */
typedef struct cbk_exact_bound {
    double time;     /* the statement holds from here up to the next observed time */
    double survival; /* 0 or 1 */
    double limit; /* lower limit where survival is 1, upper where it is 0; NaN: survival
                     is in between, there are no rows, or weights are no counts */
} cbk_exact_bound;

/* The limit of cbk_beta_product() (not mid-p) on the open side, at a time >= 0.  Where
 * survival is 1 that is ((1 - level)/2)^(1/Y'), Clopper and Pearson's for Y' of Y' alive;
 * after the last time 0.  O(n_rows). */
CBK_API cbk_exact_bound cbk_exact_bound_at(const cbk_risk_table *risk, double level,
                                           double time);

enum { CBK_EXACT_BOUNDS_MAX = 3 };

/* The bounds a reader of the whole curve should know, by time: from the origin where the
 * curve has a time with survival 1, at the last such time (before the end of follow-up),
 * and where survival has become 0.  Returns how many. */
CBK_API size_t cbk_exact_bounds(const cbk_risk_table *risk, double level,
                                cbk_exact_bound out[CBK_EXACT_BOUNDS_MAX]);

CBK_END_DECLS

#endif
