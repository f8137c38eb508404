/* report/table/summary.h - the plan of a summary table: which columns and rows it has,
 * before any number is asked for.
 */
#ifndef REPORT_SUMMARY_H
#define REPORT_SUMMARY_H

#include "report/builder.h"

enum { CBK_SUMMARY_TESTS_MAX = 7 }; /* Fisher, chi-squared, ...: casebook/compare.h */

typedef enum cbk_summary_row_kind {
    CBK_SUMMARY_VARIABLE, /* the name above its rows */
    CBK_SUMMARY_MEDIAN,
    CBK_SUMMARY_MEAN,
    CBK_SUMMARY_RANGE,
    CBK_SUMMARY_CATEGORY,
    CBK_SUMMARY_DISTINCT, /* of a text with too many values to list */
    CBK_SUMMARY_EVENTS,
    CBK_SUMMARY_PERSON_TIME,
    CBK_SUMMARY_RATE,
    CBK_SUMMARY_SURVIVAL,
    CBK_SUMMARY_MISSING
} cbk_summary_row_kind;

typedef struct cbk_summary_row {
    cbk_summary_row_kind kind;
    const char *label;
    const char *name;      /* of the variable, safe in SQL */
    const char *condition; /* CATEGORY */
    const char *tested; /* what is compared between the groups, as SQL; NULL: nothing */
    const char *test;   /* "ranks", "means" or "counts" where it is */
    double per;         /* RATE: units of person-time */
    int digits;         /* of the statistic; -1: as it is */
} cbk_summary_row;

typedef struct cbk_summary_column {
    const char *label;          /* "All", "Negative" */
    const char *heading;        /* "All", "Resection margin: Negative" */
    const char *among;          /* or NULL */
    const char *denominator_of; /* the variable whose count is remembered */
    cbk_quantity denominator;
    size_t n;
    size_t n_all; /* in the column, with a value or not */
} cbk_summary_column;

typedef struct cbk_summary {
    cbk_report *report;
    const cbk_table_spec *spec;
    size_t n_columns;
    cbk_summary_column *columns;
    size_t n_rows;
    size_t n_room;
    cbk_summary_row *rows;
    bool has_counts;
    bool has_partial; /* a count of fewer than the column has */
    bool has_quartiles;
    bool has_several; /* a variable of several choices */
    bool has_survival;
    bool has_rates;
    bool is_tested; /* a test is asked for and there are at least two groups */
    size_t n_tests; /* kinds of test that ran so far, in the order of their letters */
    const char *tests[CBK_SUMMARY_TESTS_MAX]; /* their names */
    cbk_notes test_notes;
} cbk_summary;

/* Decides the columns and rows of table->spec.  Start with {.report, .spec}. */
cbk_status cbk_summary_plan(cbk_summary *table, cbk_error *err);

/* The variable of that name in the table's form, or NULL: an endpoint. */
const cbk_field *cbk_summary_field(const cbk_summary *table, const char *name);

/* ---- tests and intervals (summary_test.c) ------------------------------------------ */

/* The SQL of one part of a row's test: part "p", "statistic", "df" or "name". */
const char *cbk_summary_test_sql(const cbk_summary *table, const cbk_summary_row *row,
                                 const char *part);

/* The p of a row with the letter of its test. */
cbk_status cbk_summary_add_p(cbk_summary *table, const cbk_summary_row *row,
                             cbk_text_run *run, cbk_error *err);

/* What the letters mean, or why there is no test. */
void cbk_summary_add_test_notes(cbk_summary *table, cbk_table_builder *builder);

/* The SQL of a limit of the interval asked for: limit "lower" or "upper". */
const char *cbk_summary_limit_sql(const cbk_summary *table, const char *condition,
                                  const char *limit);

#endif
