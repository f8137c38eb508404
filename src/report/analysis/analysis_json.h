/* report/analysis/analysis_json.h - what the JSON of the analyses of time to event has in
 * common; the fields are those of docs/formats/json.md.
 */
#ifndef REPORT_ANALYSIS_JSON_H
#define REPORT_ANALYSIS_JSON_H

#include "report/builder.h"

/* Opens the object and writes the keys casebook, analysis and source. */
void cbk_analysis_json_open(cbk_json *json, const char *analysis,
                            const cbk_source *source);

/* Opens the array `warnings` and writes the sentence of each note; what else is to be
 * said follows before the array is closed. */
void cbk_analysis_json_open_warnings(cbk_json *json, cbk_notes notes);

/* ---- a key and its object ---------------------------------------------------------- */

/* What a group or stratum is: its level of each of the columns by[n]. */
void cbk_analysis_json_levels(cbk_json *json, const char *key, const char *const *by,
                              const char *const *level, size_t n);
void cbk_analysis_json_group(cbk_json *json, const char *key, const cbk_groups *groups,
                             size_t group);

/* loglik, of no covariates and of the model. */
void cbk_analysis_json_loglik(cbk_json *json, double null, double model);
void cbk_analysis_json_convergence(cbk_json *json, size_t n_iterations, double gradient);
void cbk_analysis_json_cox_test(cbk_json *json, const char *key,
                                const cbk_cox_test *test);

/* ---- keys of an open object -------------------------------------------------------- */

/* n, n_censor and causes, where events have causes. */
void cbk_analysis_json_causes(cbk_json *json, const cbk_followup_data *data);
/* beyond_follow_up, where the notes say so. */
void cbk_analysis_json_beyond(cbk_json *json, cbk_notes notes);
/* chisq, df and p. */
void cbk_analysis_json_test(cbk_json *json, double chisq, size_t df, double p);
/* Of a permutation test: from method to std_error. */
void cbk_analysis_json_exact(cbk_json *json, const cbk_log_rank_exact *exact);
/* From estimate to notes; error_key: "std_error", of a ratio "std_error_log". */
void cbk_analysis_json_contrast(cbk_json *json, const char *error_key,
                                const cbk_contrast *contrast);
/* Of a coefficient, from term to direction; n_event of its model. */
void cbk_analysis_json_term(cbk_json *json, const cbk_design_column *column,
                            const cbk_cox_coefficient *of, size_t n_event);

#endif
