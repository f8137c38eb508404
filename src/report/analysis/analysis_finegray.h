/* report/analysis/analysis_finegray.h - what the document and the JSON of `casebook
 * finegray` share. */
#ifndef REPORT_ANALYSIS_FINEGRAY_H
#define REPORT_ANALYSIS_FINEGRAY_H

#include "report/builder.h"

/* Everything to be said about the rows and both fits. */
cbk_notes cbk_finegray_notes(const cbk_competing *both);

/* Its sentence; of events it is said that there are none of the kind. */
const char *cbk_finegray_note_sentence(cbk_note note);

/* "Other cause"; the name of the kind of event where it has no label. */
const char *cbk_finegray_cause(const cbk_competing *both);

/* Why a coefficient of either fit is not estimated, one sentence for both where they
 * agree; NULL: it is.  is_specific: that of the cause-specific hazard. */
const char *cbk_finegray_fate(const cbk_competing *both, size_t column, bool is_specific,
                              const cbk_style *style, cbk_arena *arena);

#endif
