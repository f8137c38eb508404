/* report/report.h - quantities into documents: tables, figures, sentences, the methods
 * paragraph.  Nothing is computed here that the evaluator or an estimator has not given.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <casebook/claims.h>
#include <casebook/cox.h>
#include <casebook/document.h>
#include <casebook/life_table.h>
#include <casebook/log_rank.h>
#include <casebook/manuscript.h>
#include <casebook/mean_cumulative.h>
#include <casebook/nelson_aalen.h>

#include "base/json.h"
#include "study/analysis/competing.h"
#include "study/analysis/curves.h"
#include "study/analysis/incidences.h"
#include "study/analysis/recurrence.h"
#include "study/analysis/regression.h"
#include "study/followup/followup.h"
#include "study/placeholder.h"
#include "study/records.h"

/* What every builder of this room works on. */
typedef struct cbk_report {
    cbk_study *study;
    const cbk_protocol *protocol;
    cbk_document *document; /* being built; provenance is registered here */
    cbk_arena *arena;
    cbk_conventions conventions;
    const cbk_style *style; /* NULL: the program's own */
    /* The records that numbers were last said to rest on (provenance.c). */
    struct {
        const char *const *records;
        size_t n_records;
        const char *from;
        const char *keys;
        const char *lines; /* NULL: none */
    } said;
} cbk_report;

/* ---- numbers (number.c) ---------------------------------------------------------------
 */

/* Evaluates and appends the number, printed with `digits` decimals (-1: as it is, at most
 * three significant decimals), with its provenance; what is absent prints the reason in
 * short ("not reached", "not estimable", "–").  *out (may be NULL) gets the quantity. */
cbk_status cbk_report_number(cbk_report *report, cbk_text_run *run,
                             const char *expression, const char *from, const char *among,
                             int digits, cbk_quantity *out, cbk_error *err);

/* The same for a number that is already computed. */
void cbk_report_quantity(cbk_report *report, cbk_text_run *run,
                         const cbk_quantity *quantity, int digits);

/* A number of a curve: `what` as an expression that would give it ("km_survival(os,
 * 60)"), the records of the curve behind it. */
void cbk_report_curve_number(cbk_report *report, cbk_text_run *run,
                             const cbk_curves *curves, const cbk_curve *curve,
                             const char *what, double value, cbk_notes notes, int digits);

/* The patients of one curve: its values of `by`, and the condition all curves share. */
const char *cbk_report_curve_condition(cbk_report *report, const cbk_curves *curves,
                                       const cbk_curve *curve);

/* ---- placeholders (print_answer.c) ------------------------------------------------- */

/* The field that a placeholder's expression is, of a form (NULL: the patients); NULL: it
 * is none.  Its choices print their labels. */
const cbk_field *cbk_placeholder_field(const cbk_protocol *protocol,
                                       const cbk_placeholder *of, const char *form);

/* What stands in the place of a placeholder of kind NUMBER that gives this quantity.
 * NULL: *problem says why not, or the arena failed. */
const char *cbk_print_answer(cbk_arena *arena, const cbk_style *style,
                             const cbk_placeholder *of, const cbk_field *field,
                             const cbk_quantity *quantity, const char **problem);

/* ---- tables (table_listing.c, table_summary.c) ----------------------------------------
 */

/* The table of the protocol, added to report->document.  Errors as the evaluator's. */
cbk_status cbk_report_table(cbk_report *report, const cbk_table_spec *spec,
                            cbk_error *err);
cbk_status cbk_report_listing(cbk_report *report, const cbk_table_spec *spec,
                              cbk_error *err);
cbk_status cbk_report_summary(cbk_report *report, const cbk_table_spec *spec,
                              cbk_error *err);
cbk_status cbk_report_regression(cbk_report *report, const cbk_table_spec *spec,
                                 cbk_error *err);

/* ---- figures (figure_km.c, figure_cuminc.c, figure_swimmer.c)
 * ------------------------------------------
 */

cbk_status cbk_report_figure(cbk_report *report, const cbk_figure_spec *spec,
                             cbk_error *err);
cbk_status cbk_report_forest(cbk_report *report, const cbk_figure_spec *spec,
                             cbk_error *err);

/* The drawing of curves: steps, band, censoring ticks, marks with their values, and under
 * the axis number at risk, events and censored, aligned with the ticks.  spec: title,
 * marks and look; test: "Log-rank test: p = 0.04" of the groups, or NULL. */
const cbk_drawing *cbk_figure_km_draw(const cbk_curves *curves,
                                      const cbk_figure_spec *spec, const char *test,
                                      cbk_arena *arena);

/* The same of incidences, for n_causes kinds of event (from 0): a curve for each group
 * and kind. */
const cbk_drawing *cbk_figure_cuminc_draw(const cbk_incidences *all, const size_t *causes,
                                          size_t n_causes, const cbk_figure_spec *spec,
                                          const char *test, cbk_arena *arena);

/* The drawing of mean cumulative functions: steps, band, marks, and under the axis number
 * at risk, events and ends of observation.  NULL when the arena failed. */
const cbk_drawing *cbk_figure_mcf_draw(const cbk_recurrence_data *of,
                                       const cbk_mcf_analysis *fit,
                                       const cbk_figure_spec *spec, const char *test,
                                       cbk_arena *arena);

/* What a figure of kind mcf shows.  Errors: those of cbk_recurrence_of_study() and
 * cbk_recurrence_fit(). */
cbk_status cbk_figure_mcf_fit(cbk_report *report, const cbk_figure_spec *spec,
                              const cbk_recurrence_data **of,
                              const cbk_mcf_analysis **fit, cbk_error *err);

/* One line a patient. */
typedef enum cbk_swim_end {
    CBK_SWIM_EVENT,
    CBK_SWIM_COMPETING,
    CBK_SWIM_CENSORED,
    CBK_SWIM_ENDS /* how many there are */
} cbk_swim_end;
typedef struct cbk_swim_event {
    double time;
    size_t lane;       /* which of the kinds of event */
    const char *label; /* "lung" */
} cbk_swim_event;
typedef struct cbk_swimmer {
    const char *patient;
    double time; /* end of the line */
    cbk_swim_end end;
    const char *competing; /* COMPETING: "Other cause" */
    size_t n_events;
    const cbk_swim_event *events;
} cbk_swimmer;

/* look: the width and the style. */
const cbk_drawing *cbk_figure_swimmer_draw(const cbk_swimmer *swimmers, size_t n,
                                           const char *const *lane_labels, size_t n_lanes,
                                           const char *end_label, const char *unit,
                                           const char *title, const cbk_figure_look *look,
                                           cbk_arena *arena);

/* ---- sections (section_*.c), each adding its blocks to report->document
 * ----------------- */

cbk_status cbk_section_cohort(cbk_report *report, cbk_error *err);
cbk_status cbk_section_results(cbk_report *report, cbk_error *err);
/* A history of every patient, as the protocol tells it, and what sources disagree on. */
cbk_status cbk_section_cases(cbk_report *report, cbk_error *err);
cbk_status cbk_section_survival(cbk_report *report, cbk_error *err);
cbk_status cbk_section_conventions(cbk_report *report, cbk_error *err);
cbk_status cbk_section_findings(cbk_report *report, cbk_error *err);
cbk_status cbk_section_conflicts(cbk_report *report, cbk_error *err);
cbk_status cbk_section_methods(cbk_report *report, cbk_error *err);
/* audit NULL: the study has no claims.yaml; the section says so. */
cbk_status cbk_section_audit(cbk_report *report, const cbk_audit *audit, cbk_error *err);

/* Who is told what is made next ("table 2"), before it is. */
typedef struct cbk_watcher {
    void (*say)(void *context, const char *what);
    void *context;
} cbk_watcher;

/* The whole report in the order of the protocol; watcher NULL: nobody waits. */
cbk_status cbk_report_build(cbk_study *study, const cbk_audit *audit,
                            const cbk_conventions *conventions,
                            const cbk_watcher *watcher, cbk_arena *arena,
                            const cbk_document **out, cbk_error *err);

/* A claims file of the numbers in a report's sentences, each with its question; those
 * that no question of SQL under the conventions of R gives are counted in its first
 * lines.  Errors: CBK_ENOMEM. */
cbk_status cbk_report_claims_write(cbk_study *study, const cbk_document *report,
                                   cbk_arena *arena, const char **out, cbk_error *err);

/* `casebook explain`: the number of that id in the report, or in a table or figure of
 * the protocol that the report has not.  Errors: CBK_EINVAL (there is none), the
 * evaluator's. */
cbk_status cbk_report_find_number(cbk_study *study, const cbk_document *report,
                                  const char *id, const cbk_conventions *conventions,
                                  cbk_arena *arena, const cbk_provenance **out,
                                  cbk_error *err);
/* NULL when the arena failed. */
const cbk_document *cbk_analysis_explain_document(cbk_study *study,
                                                  const cbk_provenance *of,
                                                  cbk_arena *arena);
void cbk_analysis_explain_json(cbk_study *study, const cbk_provenance *of,
                               cbk_arena *arena, cbk_json *json);

/* ---- analyses for the command line (analysis_*.c)
 * --------------------------------------- */

/* What `casebook km` was asked for beside the curves. */
typedef struct cbk_km_request {
    size_t n_at;
    const double *at; /* [n_at] times >= 0 */
    size_t n_quantiles;
    const double *quantile; /* [n_quantiles] in (0, 1) */
    double tau;             /* of the restricted mean, > 0; 0: not asked for */
    const cbk_nelson_aalen *const *hazard; /* [n_curves] or NULL: not asked for */
    size_t n_curve_rows_max; /* of a curve's table in a document; 0: all of them */
} cbk_km_request;

/* `casebook km` as a document (curve table, median, at, follow-up, methods line) ... */
const cbk_document *cbk_analysis_km_document(const cbk_curves *curves,
                                             const cbk_km_request *request,
                                             const cbk_style *style, cbk_arena *arena);
/* ... and as the JSON object of docs/formats/json.md. */
void cbk_analysis_km_json(const cbk_curves *curves, const cbk_km_request *request,
                          cbk_json *json);

/* `casebook lifetable`: a table for each curve's risk table. */
typedef struct cbk_life_tables {
    const cbk_curves *curves;
    size_t n_breaks;
    const double *breaks;
    const cbk_life_table *const *tables; /* [curves->n_curves] */
} cbk_life_tables;

/* time_fix as in cbk_life_table_fit(), whose errors are these. */
cbk_status cbk_life_tables_fit(const cbk_curves *curves, const double *breaks,
                               size_t n_breaks, bool time_fix, cbk_arena *arena,
                               cbk_life_tables *out, cbk_error *err);
/* NULL when the arena failed. */
const cbk_document *cbk_analysis_lifetable_document(const cbk_life_tables *all,
                                                    const cbk_style *style,
                                                    cbk_arena *arena);
void cbk_analysis_lifetable_json(const cbk_life_tables *all, cbk_json *json);

/* `casebook logrank`; NULL when the arena failed. */
const cbk_document *cbk_analysis_logrank_document(const cbk_followup_data *data,
                                                  const cbk_log_rank *fit,
                                                  const cbk_style *style,
                                                  cbk_arena *arena);
void cbk_analysis_logrank_json(const cbk_followup_data *data, const cbk_log_rank *fit,
                               cbk_json *json);

/* What `casebook cuminc` was asked for beside the curves. */
typedef struct cbk_cuminc_asked {
    size_t n_at;
    const double *at;        /* [n_at] times >= 0 */
    size_t n_curve_rows_max; /* of a curve's table in a document; 0: all of them */
} cbk_cuminc_asked;

/* `casebook cuminc`; NULL when the arena failed. */
const cbk_document *cbk_analysis_cuminc_document(const cbk_incidences *all,
                                                 const cbk_cuminc_asked *asked,
                                                 const cbk_style *style,
                                                 cbk_arena *arena);
void cbk_analysis_cuminc_json(const cbk_incidences *all, const cbk_cuminc_asked *asked,
                              cbk_json *json);

/* One line that names every convention of incidences. */
const char *cbk_cuminc_line(const cbk_incidences *all, const cbk_style *style,
                            cbk_arena *arena);

/* `casebook cox`; NULL when the arena failed. */
const cbk_document *cbk_analysis_cox_document(const cbk_regression *analysis,
                                              const cbk_style *style, cbk_arena *arena);
void cbk_analysis_cox_json(const cbk_regression *analysis, cbk_arena *arena,
                           cbk_json *json);

/* `casebook finegray`; NULL when the arena failed. */
const cbk_document *cbk_analysis_finegray_document(const cbk_competing *both,
                                                   const cbk_style *style,
                                                   cbk_arena *arena);
void cbk_analysis_finegray_json(const cbk_competing *both, cbk_arena *arena,
                                cbk_json *json);

/* `casebook mcf`. */
typedef struct cbk_mcf_result {
    const cbk_recurrence_data *of;
    cbk_mcf_request request;
    const cbk_mcf_analysis *fit;
    size_t n_at;
    const double *at;        /* [n_at] times >= 0 */
    size_t n_curve_rows_max; /* of a curve's table in a document; 0: all of them */
} cbk_mcf_result;

/* NULL when the arena failed. */
const cbk_document *cbk_analysis_mcf_document(const cbk_mcf_result *result,
                                              const cbk_style *style, cbk_arena *arena);
void cbk_analysis_mcf_json(const cbk_mcf_result *result, cbk_arena *arena,
                           cbk_json *json);

/* What `casebook describe` was asked for. */
typedef struct cbk_description_request {
    size_t n_variables;
    const char *const *variables; /* NULL: every field but texts, and derived variables */
    const char *by;               /* a column for each value; NULL: all alone */
    const char *among;            /* condition, or NULL */
    cbk_summary_test test;        /* of the groups of `by` */
    const char *interval;         /* "wilson", "clopper-pearson", or NULL */
} cbk_description_request;

/* Errors: CBK_EINVAL (no such variable, with the nearest spelling), the evaluator's. */
cbk_status cbk_analysis_describe_document(cbk_study *study,
                                          const cbk_description_request *request,
                                          const cbk_conventions *conventions,
                                          cbk_arena *arena, const cbk_document **out,
                                          cbk_error *err);
cbk_status cbk_analysis_describe_json(cbk_study *study,
                                      const cbk_description_request *request,
                                      const cbk_conventions *conventions,
                                      cbk_arena *arena, cbk_json *json, cbk_error *err);

/* NULL when the arena failed. */
const cbk_document *cbk_analysis_check_document(cbk_study *study,
                                                const cbk_finding *findings, size_t n,
                                                cbk_arena *arena);
void cbk_analysis_check_json(cbk_study *study, const cbk_finding *findings, size_t n,
                             cbk_json *json);

/* `casebook audit`: what needs an answer first, as a list to read; is_table: as the
 * section of the report.  study NULL: there were only the claims of claims_file. */
cbk_status cbk_analysis_audit_document(cbk_study *study, const cbk_audit *audit,
                                       bool is_table, cbk_arena *arena,
                                       const cbk_document **out, cbk_error *err);
void cbk_analysis_audit_json(const cbk_study *study, const char *claims_file,
                             const cbk_audit *audit, const cbk_manuscript_audit *bound,
                             cbk_arena *arena, cbk_json *json);

/* A manuscript's numbers in short: counts, and what needs an answer ... */
cbk_status cbk_manuscript_summary(cbk_study *study, const cbk_manuscript_audit *bound,
                                  cbk_arena *arena, const cbk_document **out,
                                  cbk_error *err);
/* ... its own text with every number marked, and notes beside it; for HTML ... */
cbk_status cbk_manuscript_page(cbk_study *study, const cbk_manuscript_audit *bound,
                               cbk_arena *arena, const cbk_document **out,
                               cbk_error *err);
/* ... and the object `manuscript` of docs/formats/json.md. */
void cbk_manuscript_json(const cbk_manuscript_audit *bound, cbk_arena *arena,
                         cbk_json *json);

/* A letter that lists what needs an answer: claims, checks, open conflicts.  bound NULL:
 * without the manuscript's sentences. */
cbk_status cbk_letter_document(cbk_study *study, const cbk_audit *audit,
                               const cbk_manuscript_audit *bound, cbk_arena *arena,
                               const cbk_document **out, cbk_error *err);

/* One table or figure of the protocol by its id: the last block of *out.  Errors:
 * CBK_EINVAL (no such id: which there are), the evaluator's. */
cbk_status cbk_report_one_table(cbk_study *study, const char *id,
                                const cbk_conventions *conventions, cbk_arena *arena,
                                const cbk_document **out, cbk_error *err);
/* All tables, in the protocol's order. */
cbk_status cbk_report_all_tables(cbk_study *study, const cbk_conventions *conventions,
                                 cbk_arena *arena, const cbk_document **out,
                                 cbk_error *err);
/* What is behind the answer to a question.  Errors: the evaluator's. */
cbk_status cbk_report_one_number(cbk_study *study, const char *of, const char *from,
                                 const char *among, const cbk_conventions *conventions,
                                 cbk_arena *arena, const cbk_provenance **out,
                                 cbk_error *err);
cbk_status cbk_report_one_figure(cbk_study *study, const char *id,
                                 const cbk_conventions *conventions, cbk_arena *arena,
                                 const cbk_document **out, cbk_error *err);

/* One line that names every convention: "Kaplan-Meier estimate; Greenwood standard error;
 * 95% interval by log; ..." */
const char *cbk_conventions_line(const cbk_conventions *conventions,
                                 const cbk_style *style, cbk_arena *arena);

#endif
