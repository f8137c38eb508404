/* casebook/rate.h - events per person-time with an exact interval. */
#ifndef CASEBOOK_RATE_H
#define CASEBOOK_RATE_H

#include <casebook/base.h>

CBK_BEGIN_DECLS

typedef struct cbk_rate {
    double estimate; /* per unit of person-time; NaN where there is no person-time, as are
                        the limits */
    double lower;
    double upper;
    cbk_notes notes;
} cbk_rate;

/* n_event in person_time, the events taken as Poisson.
 *
 *   Interval    exact, from the gamma quantiles G(a/2; d) and G(1 - a/2; d + 1)  [Ga36]
 *               divided by the person-time; the lower limit is 0 where d is 0.
 *   Degenerate  person_time 0: NaN and CBK_NOTE_NO_ROWS.
 *   Cost        O(1).
 *   Errors      CBK_EINVAL (person_time negative or not finite, level not in (0, 1)).
 *   Checked     R 4.2.2: poisson.test(); <= 1e-10.
 *
 * [Ga36] Garwood.  Biometrika 28 (1936) 437-442.  doi:10.1093/biomet/28.3-4.437 */
CBK_API CBK_MUST_USE cbk_status cbk_rate_of(size_t n_event, double person_time,
                                            double level, cbk_rate *out, cbk_error *err);

CBK_END_DECLS

#endif
