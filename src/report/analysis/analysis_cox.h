/* report/analysis/analysis_cox.h - what the document and the JSON of `casebook cox`
 * share, and the tables and figures of regressions with them.
 */
#ifndef REPORT_ANALYSIS_COX_H
#define REPORT_ANALYSIS_COX_H

#include "report/builder.h"
#include "study/analysis/regression.h"

/* Everything to be said about the rows and the fit. */
cbk_notes cbk_cox_notes(const cbk_regression *analysis);

/* Why there is no exact p; NULL: there is one. */
const char *cbk_cox_no_exact_words(cbk_cox_no_exact why);

/* A table for each coefficient that is infinite (analysis_cox_instead.c). */
void cbk_cox_add_instead(cbk_document *document, const cbk_style *style,
                         const cbk_regression *analysis);

/* Why there is no number where one could be expected: fills out[n_most], returns how
 * many. */
size_t cbk_cox_missing_sentences(const cbk_regression *analysis, cbk_arena *arena,
                                 const char *out[], size_t n_most);
enum { CBK_COX_MISSING_MAX = 64 };

/* The predicted curves, if there are any, as tables and under their key
 * (analysis_cox_curves.c); why there is none, NULL: there is, or none was asked for. */
void cbk_cox_add_curves(cbk_document *document, const cbk_style *style,
                        const cbk_regression *analysis);
void cbk_cox_write_curves(cbk_json *json, const cbk_regression *analysis);
const char *cbk_cox_no_curve_sentence(const cbk_regression *analysis);

#endif
