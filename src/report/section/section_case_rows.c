/* section_case_rows.c - the rows of a form by the patient that they belong to, in an
 * order. Contract: report/section/section_cases.h.
 */
#include "report/section/section_cases.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct sorted_row {
    size_t patient;
    size_t row;
    double number;    /* of the order; NaN: none */
    const char *text; /* where the order is a text; NULL: none */
} sorted_row;

static int compare_numbers(double a, double b)
{
    if (isnan(a) || isnan(b)) {
        return isnan(a) - isnan(b);
    }
    return (a > b) - (a < b);
}

static int compare_texts(const char *a, const char *b)
{
    return a == NULL || b == NULL ? (a == NULL) - (b == NULL) : strcmp(a, b);
}

static int by_patient_and_order(const void *lhs, const void *rhs)
{
    const sorted_row *a = lhs;
    const sorted_row *b = rhs;
    if (a->patient != b->patient) {
        return a->patient < b->patient ? -1 : 1;
    }
    const int numbers = compare_numbers(a->number, b->number);
    const int order = numbers != 0 ? numbers : compare_texts(a->text, b->text);
    return order != 0 ? order : (a->row > b->row) - (a->row < b->row);
}

/* The patient of every row; SIZE_MAX: none. */
static const size_t *patients_of(cbk_report *report, const cbk_records *records)
{
    const cbk_records *patients =
        cbk_study_records(report->study, report->protocol->forms[0].name);
    size_t *of = CBK_NEW(report->arena, size_t, records->n_rows + 1);
    for (size_t i = 0; of != NULL && i < records->n_rows; i++) {
        of[i] = cbk_records_find(patients, records->key[i]);
    }
    return of;
}

static cbk_status ask_rows(cbk_report *report, const char *form, const char *among,
                           const char *order, const cbk_table **out, cbk_error *err)
{
    const char *const expressions[2] = {
        among != NULL ? cbk_text_format(report->arena, "(\n%s\n) IS TRUE", among) : "1",
        order != NULL ? order : "NULL"};
    CBK_TRY(cbk_report_done(report, err));
    return cbk_study_select(report->study, expressions, 2, form, NULL, report->arena, out,
                            err);
}

cbk_status cbk_case_rows_of(cbk_report *report, const char *form, const char *among,
                            const char *order, cbk_case_rows *out, cbk_error *err)
{
    const cbk_records *records = cbk_study_records(report->study, form);
    const cbk_table *table = NULL;
    CBK_TRY(ask_rows(report, form, among, order, &table, err));
    const size_t n_patients =
        cbk_study_records(report->study, report->protocol->forms[0].name)->n_rows;
    const size_t *patients = patients_of(report, records);
    sorted_row *sorted = CBK_NEW(report->arena, sorted_row, records->n_rows + 1);
    size_t *start = CBK_NEW(report->arena, size_t, n_patients + 2);
    size_t *row = CBK_NEW(report->arena, size_t, records->n_rows + 1);
    CBK_TRY(cbk_report_done(report, err));
    size_t n = 0;
    const cbk_column *by = &table->columns[1];
    for (size_t i = 0; i < records->n_rows; i++) {
        if (patients[i] != SIZE_MAX && table->columns[0].number[i] != 0.0) {
            const bool is_number = by->type == CBK_COLUMN_NUMBER;
            sorted[n++] =
                (sorted_row){patients[i], i, is_number ? by->number[i] : (double)NAN,
                             is_number ? NULL : by->text[i]};
            start[patients[i] + 1]++;
        }
    }
    qsort(sorted, n, sizeof *sorted, by_patient_and_order);
    for (size_t i = 0; i < n; i++) {
        row[i] = sorted[i].row;
    }
    for (size_t i = 0; i < n_patients; i++) {
        start[i + 1] += start[i];
    }
    *out = (cbk_case_rows){.records = records, .start = start, .row = row};
    return CBK_OK;
}
