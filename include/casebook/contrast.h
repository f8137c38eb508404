/* casebook/contrast.h - two groups compared by one number: survival at a time, or the
 * restricted mean.
 *
 * Pure functions: no globals, no I/O.
 */
#ifndef CASEBOOK_CONTRAST_H
#define CASEBOOK_CONTRAST_H

#include <casebook/kaplan_meier.h>
#include <casebook/restricted_mean.h>

CBK_BEGIN_DECLS

/* A difference (group minus reference) or a ratio (group / reference).  NaN: there is no
 * such number, and the notes say why. */
typedef struct cbk_contrast {
    double estimate;
    double std_error; /* of a difference; of the logarithm of a ratio */
    double lower;
    double upper;
    double z;        /* against no difference */
    double p;        /* two-sided */
    cbk_notes notes; /* CBK_NOTE_BEYOND_FOLLOW_UP: do not print */
} cbk_contrast;

/* Of two groups of different subjects, each with its own standard error s:
 *
 *   Difference  b - a, standard error sqrt(s_a^2 + s_b^2), limits -+ z, a difference of
 *               survival clipped to [-1, 1]; z = difference / error.           [KLW07]
 *   Ratio       b / a, standard error of its logarithm sqrt(s_a^2/a^2 + s_b^2/b^2),
 *               limits exp(log ratio -+ z error).
 *   Degenerate  an error that does not exist (survival 0), or both 0 (survival 1 in
 *               both): no limits, no test, CBK_NOTE_ERROR_ZERO; one of them 0: the
 *               numbers, with that note.  A ratio to or of 0 does not exist.
 *   Beyond follow-up of either group: estimate and limits are carried, z and p NaN.
 *   Errors      none.
 *   Checked     tests/golden: from R's survfit by the formulas.
 *
 * [KLW07] Klein, Logan, Harhoff, Andersen.  Stat Med 26 (2007) 4505-4519.
 *         doi:10.1002/sim.2864 */
CBK_API cbk_contrast cbk_survival_difference(const cbk_km_at *reference,
                                             const cbk_km_at *group, double level);
CBK_API cbk_contrast cbk_restricted_mean_difference(const cbk_restricted_mean *reference,
                                                    const cbk_restricted_mean *group,
                                                    double level);
CBK_API cbk_contrast cbk_restricted_mean_ratio(const cbk_restricted_mean *reference,
                                               const cbk_restricted_mean *group,
                                               double level);

CBK_END_DECLS

#endif
