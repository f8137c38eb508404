/* report/analysis_cox.h - what the document and the JSON of `casebook cox` share, and the
 * tables and figures of regressions with them.
 */
#ifndef REPORT_ANALYSIS_COX_H
#define REPORT_ANALYSIS_COX_H

#include "report/parts.h"
#include "study/regression.h"

/* Everything to be said about the rows and the fit. */
cbk_notes cbk_cox_notes(const cbk_regression *analysis);

/* "Efron", "Breslow", ... */
const char *cbk_cox_ties_words(cbk_cox_ties ties);

/* Why the coefficient of the design's column, which is not estimated, is not. */
const char *cbk_cox_fate_sentence(const cbk_design *design, size_t column,
                                  const cbk_cox_coefficient *of, cbk_arena *arena);

/* Which of a study's choices no row has; NULL: every one is held. */
const char *cbk_cox_empty_sentence(const cbk_design *design, size_t variable,
                                   cbk_arena *arena);

#endif
