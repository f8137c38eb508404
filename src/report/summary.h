/* report/summary.h - the plan of a summary table: which columns and rows it has, before
 * any number is asked for.
 */
#ifndef REPORT_SUMMARY_H
#define REPORT_SUMMARY_H

#include "report/parts.h"

typedef enum cbk_summary_row_kind {
    CBK_SUMMARY_VARIABLE, /* the name above its rows */
    CBK_SUMMARY_MEDIAN,
    CBK_SUMMARY_MEAN,
    CBK_SUMMARY_RANGE,
    CBK_SUMMARY_CATEGORY,
    CBK_SUMMARY_DISTINCT, /* of a text with too many values to list */
    CBK_SUMMARY_EVENTS,
    CBK_SUMMARY_SURVIVAL,
    CBK_SUMMARY_MISSING
} cbk_summary_row_kind;

typedef struct cbk_summary_row {
    cbk_summary_row_kind kind;
    const char *label;
    const char *name;      /* of the variable, safe in SQL */
    const char *condition; /* CATEGORY */
    int digits;            /* of the statistic; -1: as it is */
} cbk_summary_row;

typedef struct cbk_summary_column {
    const char *label;
    const char *among;          /* or NULL */
    const char *denominator_of; /* the variable whose count is remembered */
    cbk_quantity denominator;
    size_t n;
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
    bool has_quartiles;
    bool has_several; /* a variable of several choices */
    bool has_survival;
} cbk_summary;

/* Decides the columns and rows of table->spec.  Start with {.report, .spec}. */
cbk_status cbk_summary_plan(cbk_summary *table, cbk_error *err);

/* The variable of that name in the table's form, or NULL: an endpoint. */
const cbk_field *cbk_summary_field(const cbk_summary *table, const char *name);

#endif
