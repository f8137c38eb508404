/* study/followup.h - rows that an analysis of time to event can use, from whichever
 * source, and the curves made from them.
 */
#ifndef STUDY_FOLLOWUP_H
#define STUDY_FOLLOWUP_H

#include "study/curves.h"

/* What a row that cannot be used lacks. */
typedef enum cbk_lack {
    CBK_LACK_NOTHING,
    CBK_LACK_TIME,
    CBK_LACK_EVENT,
    CBK_LACK_ENTRY,
    CBK_LACK_GROUP
} cbk_lack;

/* Rows as read; a row that lacks something has undefined numbers. */
typedef struct cbk_followup_rows {
    size_t n_rows;
    const double *time;
    const bool *is_event;
    const double *entry;     /* NULL: all from the origin */
    const cbk_lack *lack;    /* [n_rows]; GROUP is found by the builder */
    const char *const *name; /* [n_rows] of the records, or NULL */
    const cbk_column *by;    /* [n_by] text or number columns of n_rows */
    size_t n_by;
} cbk_followup_rows;

/* Fills out->source, n_curves, curves and notes from rows; the rest of *out is the
 * caller's. Errors: CBK_EDATA (row), CBK_EINVAL, CBK_ENOMEM. */
cbk_status cbk_curves_build(const cbk_followup_rows *rows, bool time_fix,
                            cbk_arena *arena, cbk_curves *out, cbk_error *err);

#endif
