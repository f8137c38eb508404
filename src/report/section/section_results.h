/* report/section/section_results.h - what the files of the results in words share: the
 * cohort, the endpoints, what was compared.
 */
#ifndef REPORT_SECTION_RESULTS_H
#define REPORT_SECTION_RESULTS_H

#include "report/builder.h"

/* ---- words of results (section_results_words.c) -------------------------------------
 */

/* The count, below ten in words; is_first: it begins a sentence. */
void cbk_results_count(cbk_report *report, cbk_text_run *run,
                       const cbk_quantity *quantity, bool is_first);
/* The same of an expression; 0 is "none". */
cbk_status cbk_results_count_of(cbk_report *report, cbk_text_run *run,
                                const char *expression, const char *among,
                                cbk_error *err);
/* How many rows a form has; 0 is "no". */
cbk_status cbk_results_count_rows(cbk_report *report, cbk_text_run *run, const char *form,
                                  size_t *n, cbk_error *err);

/* "97 months", "1 month", "not reached". */
void cbk_results_duration(cbk_report *report, cbk_text_run *run,
                          const cbk_quantity *quantity, const char *unit);

/* "80% (95% CI 52% to 100%)" of an endpoint at a time, as survival or incidence of
 * `cause` (NULL: its own event); or why it is not known. */
typedef struct cbk_results_share {
    const cbk_endpoint *endpoint;
    const char *among; /* or NULL */
    size_t n;          /* of them with the endpoint */
    bool is_incidence;
    const char *cause;
} cbk_results_share;
cbk_status cbk_results_at(cbk_report *report, cbk_text_run *run,
                          const cbk_results_share *of, double time, cbk_error *err);

/* "Overall survival", or "Freedom from the event": what a curve of the endpoint shows. */
const char *cbk_results_curve_words(cbk_report *report, const cbk_endpoint *endpoint);
/* "death from the tumour", "the event". */
const char *cbk_results_event_words(cbk_report *report, const cbk_endpoint *endpoint);

/* ---- parts ------------------------------------------------------------------------- */

/* Who the patients are, in a paragraph (section_cohort.c); *n of them. */
cbk_status cbk_results_cohort(cbk_report *report, size_t *n, cbk_error *err);

/* Paragraphs of what the protocol compares: figures with groups, tables with tests,
 * regressions; and of what comes back (section_results_compared.c). */
cbk_status cbk_results_compared(cbk_report *report, cbk_error *err);

#endif
