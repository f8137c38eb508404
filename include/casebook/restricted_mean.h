/* casebook/restricted_mean.h - the restricted mean survival time: how long a subject
 * lives on average within a horizon.
 *
 * Pure functions: no globals, no I/O.
 */
#ifndef CASEBOOK_RESTRICTED_MEAN_H
#define CASEBOOK_RESTRICTED_MEAN_H

#include <casebook/kaplan_meier.h>

CBK_BEGIN_DECLS

typedef struct cbk_restricted_mean {
    double tau;       /* the horizon, unit of the follow-up */
    double estimate;  /* in [0, tau]; NaN without rows */
    double std_error; /* NaN without rows */
    double lower; /* estimate -+ z std_error, clipped to [0, tau]; NaN where the standard
                     error is 0 or does not exist */
    double upper;
    cbk_notes notes; /* CBK_NOTE_BEYOND_FOLLOW_UP: do not print */
} cbk_restricted_mean;

/* The area under the curve from 0 to tau > 0, finite.
 *
 *   Estimator  integral of S(t) over [0, tau]                                     [RP13]
 *              Var = sum over t_j <= tau of A_j^2 d_j / (r_j (r_j - d_j)),
 *              A_j the area from t_j to tau; no small-sample factor; A_j is 0 where S is.
 *   Estimate   fleming-harrington: the area under exp(-H), with d_j / r_j^2 in the sum.
 *   Weights    the weighted counts as they stand, as in R; of weights that are no counts
 *              the error depends on their scale.
 *   After the last observed time S is carried, with CBK_NOTE_BEYOND_FOLLOW_UP, unless it
 *              is 0 there.
 *   Nobody with the event by tau: the estimate is tau, its standard error 0, no limits
 *              (CBK_NOTE_ERROR_ZERO).
 *   Cost       O(n_rows).
 *   Checked    tests/golden: R 4.2.2, survival 3.5-3, print(fit, rmean = tau), relative
 *              error <= 1e-10.
 *
 * [RP13] Royston, Parmar.  BMC Med Res Methodol 13 (2013) 152.
 *        doi:10.1186/1471-2288-13-152 */
CBK_API cbk_restricted_mean cbk_restricted_mean_of(const cbk_km *km, double tau);

CBK_END_DECLS

#endif
