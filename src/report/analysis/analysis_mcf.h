/* report/analysis/analysis_mcf.h - what the document and the JSON of `casebook mcf`
 * share. */
#ifndef REPORT_ANALYSIS_MCF_H
#define REPORT_ANALYSIS_MCF_H

#include "report/builder.h"

/* Everything to be said about the rows and all curves together. */
cbk_notes cbk_mcf_notes(const cbk_mcf_result *result);

/* "recurrence.month, relapse.month"; NULL of a file. */
const char *cbk_mcf_events(const cbk_mcf_result *result, cbk_arena *arena);

/* What must be known of each row: that none is told apart where no subject is named. */
const char *cbk_mcf_subject_warning(const cbk_mcf_result *result);

/* The difference of group g from the first at a time. */
cbk_contrast cbk_mcf_contrast(const cbk_mcf_result *result, size_t group, double time);

#endif
