/* report/analysis/analysis_logrank.h - what the document and the JSON of `casebook
 * logrank` share.
 */
#ifndef REPORT_ANALYSIS_LOGRANK_H
#define REPORT_ANALYSIS_LOGRANK_H

#include "report/builder.h"

/* "Log-rank test", "Fleming-Harrington test (rho = 1, gamma = 0)": the test that ran. */
const char *cbk_logrank_title(const cbk_log_rank_request *request, const cbk_style *style,
                              cbk_arena *arena);

/* What the permutation test rests on, as a sentence. */
const char *cbk_logrank_validity(const cbk_log_rank *fit);

/* Everything to be said about the rows and the tests of all groups. */
cbk_notes cbk_logrank_notes(const cbk_followup_data *data, const cbk_log_rank *fit);

#endif
