/* report/analysis_cox.h - what the document and the JSON of `casebook cox` share. */
#ifndef REPORT_ANALYSIS_COX_H
#define REPORT_ANALYSIS_COX_H

#include "report/parts.h"

/* Everything to be said about the rows and the fit. */
cbk_notes cbk_cox_notes(const cbk_cox_analysis *analysis);

/* Why coefficient j, which is not estimated, is not. */
const char *cbk_cox_fate_sentence(const cbk_cox_analysis *analysis, size_t j,
                                  cbk_arena *arena);

/* Which of a study's choices no row has; NULL: every one is held. */
const char *cbk_cox_empty_sentence(const cbk_cox_analysis *analysis, size_t variable,
                                   cbk_arena *arena);

#endif
