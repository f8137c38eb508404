/* study/followup/landmark.h - follow-up from a landmark on: for groups that the future
 * defines. */
#ifndef STUDY_LANDMARK_H
#define STUDY_LANDMARK_H

#include "study/followup/followup.h"

/* Only the rows that are under observation and free of the event at the landmark
 * (entry <= landmark < time), their times counted from there.  The others are left out
 * and counted: "event by the landmark", "censored by the landmark", "entered after the
 * landmark".  Groups that lose all their rows stay, empty.  Unless request->is_time_exact
 * a time that differs from the landmark by rounding alone is the landmark.
 *
 *   landmark > 0, finite, in the unit of the follow-up.
 *   Order    rows keep theirs.  Cost O(n).
 *   Errors   CBK_ENOMEM.
 *
 * Anderson, Cain, Gelber.  J Clin Oncol 1 (1983) 710-719.  doi:10.1200/JCO.1983.1.11.710
 */
cbk_status cbk_followup_landmark(const cbk_followup_data *data, double landmark,
                                 cbk_arena *arena, const cbk_followup_data **out,
                                 cbk_error *err);

#endif
