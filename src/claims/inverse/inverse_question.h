/* claims/inverse/inverse_question.h - a claim's question taken apart, with every column
 * that the search may put in its place, fetched once.  For inverse*.c.
 */
#ifndef CLAIMS_INVERSE_QUESTION_H
#define CLAIMS_INVERSE_QUESTION_H

#include "claims/verdict/verdict.h"

#include "study/records.h"

typedef enum cbk_statistic {
    CBK_STATISTIC_MEAN,
    CBK_STATISTIC_MEDIAN,
    CBK_STATISTIC_SMALLEST,
    CBK_STATISTIC_LARGEST,
    CBK_STATISTIC_SUM,
    CBK_STATISTIC_KM_MEDIAN,
    CBK_STATISTIC_KM_SURVIVAL, /* at a time */
    CBK_STATISTIC_BEYOND,      /* share of all with a longer time: censoring ignored */
    CBK_STATISTIC_COUNT,       /* rows */
    CBK_STATISTIC_COUNT_DISTINCT,
    CBK_STATISTIC_EVENTS,
    CBK_STATISTIC_PERCENT,
    CBK_STATISTIC_ROWS,           /* all, and what is missing is counted, too */
    CBK_STATISTIC_PERCENT_OF_ALL, /* what is missing counts as no */
    CBK_STATISTIC_VALUE           /* of the one row there is */
} cbk_statistic;

/* [factor *] statistic(argument[, at]) */
typedef struct cbk_expression {
    double factor;
    cbk_statistic statistic;
    const char *argument; /* SQL; "*" of count(*) */
    double at;            /* KM_SURVIVAL */
} cbk_expression;

/* False: the text is not of this form. */
bool cbk_expression_parse(const char *text, cbk_arena *arena, cbk_expression *out);

/* Whether the name stands in the SQL as a word of its own, outside quotes. */
bool cbk_sql_has_word(const char *sql, const char *name);
/* The SQL with each such word replaced; a name behind a point stays.  NULL: no memory. */
const char *cbk_sql_replace_word(const char *sql, const char *name, const char *by,
                                 cbk_arena *arena);

/* A variable's values, as the records or a source have them. */
typedef struct cbk_inverse_values {
    const char *source;   /* "with 63 for patient 3 (case history)"; NULL: the records */
    const double *number; /* [n_rows] NaN: missing; of an endpoint the time */
    const double *event;  /* [n_rows] 1, 0 or NaN; NULL: no endpoint has these times */
    const double *entry;  /* [n_rows] or NULL */
    const double *in;     /* [n_rows] `among`: 1 true, -1 false, 0 unknown; NULL: all */
} cbk_inverse_values;

typedef struct cbk_inverse_variable {
    const char *name; /* SQL, for print */
    bool is_number; /* a measured variable or an endpoint: other statistics make sense */
    bool is_endpoint;
    size_t n_values;
    const cbk_inverse_values *values; /* [n_values] the first: the records */
} cbk_inverse_variable;

typedef enum cbk_subset_kind {
    CBK_SUBSET_OWN, /* those of the claim */
    CBK_SUBSET_ALL,
    CBK_SUBSET_COMPLEMENT,
    CBK_SUBSET_EVENT, /* those with the event of the variable's endpoint */
    CBK_SUBSET_NO_EVENT,
    CBK_SUBSET_CATEGORY,
    CBK_SUBSET_WITHOUT /* the claim's own, one patient left out */
} cbk_subset_kind;

typedef struct cbk_inverse_subset {
    cbk_subset_kind kind;
    int cost;
    const char *words; /* "among `margin = 'positive'`"; NULL: OWN */
    const bool *has;   /* [n_rows] CATEGORY; WITHOUT: false for the patient's rows */
} cbk_inverse_subset;

struct cbk_inverse_question {
    cbk_expression expression;
    bool is_searchable; /* else the rest is empty */
    const cbk_form *form;
    const cbk_records *records;
    size_t n_rows;
    const char *unit;       /* of the variable; or NULL */
    const char *among;      /* as written; or NULL */
    const char *event_word; /* "death" of overall survival, else "event" */
    const char *event;      /* SQL of the variable's event; or NULL */
    cbk_conventions conventions;
    size_t n_variables;
    const cbk_inverse_variable *variables; /* [n_variables] the first: the claim's own */
    size_t n_subsets;
    const cbk_inverse_subset *subsets; /* [n_subsets] the first: OWN */
};
typedef struct cbk_inverse_question cbk_inverse_question;

/* Fetches the columns.  Errors: CBK_ENOMEM. */
cbk_status cbk_inverse_load(cbk_study *study, const cbk_asked *asked, cbk_arena *arena,
                            const cbk_inverse_question **out, cbk_error *err);

/* inverse_subset.c: fills subsets of a question that has its variables. */
cbk_status cbk_inverse_load_subsets(cbk_study *study, const cbk_asked *asked,
                                    cbk_inverse_question *question, cbk_arena *arena,
                                    cbk_error *err);

/* Whether a row belongs to a subset of a variable's values. */
bool cbk_inverse_is_in(const cbk_inverse_subset *subset, const cbk_inverse_values *values,
                       size_t row);

/* inverse_value.c: the statistic, times the factor; NaN where it has no value. */
double cbk_inverse_value(const cbk_inverse_question *question, cbk_statistic statistic,
                         const cbk_inverse_values *values,
                         const cbk_inverse_subset *subset, cbk_arena *arena);

/* inverse_change.c: the smallest change of one record that would make the number right,
 * as a sentence; NULL: there is none, or no memory. */
const char *cbk_inverse_change(const cbk_inverse_question *question,
                               const cbk_stated_number *stated, cbk_arena *arena);

#endif
