/* report/section/section_cases.h - what the files section_cases*.c share. */
#ifndef REPORT_SECTION_CASES_H
#define REPORT_SECTION_CASES_H

#include "claims/manuscript/manuscript_builder.h"
#include "report/builder.h"

/* The rows of a form by the patient that they belong to. */
typedef struct cbk_case_rows {
    const cbk_records *records;
    const size_t *start; /* [patients + 1] where a patient's rows begin in `row` */
    const size_t *row;   /* [n] rows of the form's file */
} cbk_case_rows;

/* The rows of `form` for which among is true (NULL: all), those of a patient by `order`
 * (SQL; NULL: as in the file; what has no value comes last).  Errors: the evaluator's. */
cbk_status cbk_case_rows_of(cbk_report *report, const char *form, const char *among,
                            const char *order, cbk_case_rows *out, cbk_error *err);

/* The histories as sentences of the protocol. */
typedef struct cbk_told_cases cbk_told_cases;

/* Asks everything that the sentences need, for all patients at once. */
cbk_status cbk_told_cases_ask(cbk_report *report, const cbk_told_cases **out,
                              cbk_error *err);
/* The title of a patient's history; NULL: the protocol has none for it. */
const char *cbk_told_case_title(cbk_report *report, const cbk_told_cases *told,
                                size_t patient);

/* A history, and what it rests on.  Start with {0}. */
typedef struct cbk_case_text {
    cbk_text_run run;
    cbk_growing used; /* const cbk_quantity *: what was printed, and conditions */
} cbk_case_text;

/* Adds the sentences of a patient.  Errors: CBK_EDATA (a value that its format does not
 * print). */
cbk_status cbk_told_case_write(cbk_report *report, const cbk_told_cases *told,
                               size_t patient, cbk_case_text *out, cbk_error *err);

#endif
