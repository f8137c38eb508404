/* study/analysis/design.h - the covariates of a regression as columns of numbers: a
 * category gets a column of 0 and 1 for each of its values but the reference, an
 * interaction the products of the columns of its parts.
 */
#ifndef STUDY_DESIGN_H
#define STUDY_DESIGN_H

#include "study/followup/followup.h"

/* A covariate, as it is printed.  One with levels is a category, or a study's yes and
 * no. */
typedef struct cbk_design_variable {
    const char *name;
    const char *label; /* of a study's variable; else the name */
    const char *unit;  /* or NULL */
    bool is_category;
    size_t n_levels; /* values that rows have, ascending; 0: a number */
    const char *const *level;
    const char *const *level_label;
    const uint32_t *level_of_row; /* [data->rows.n] */
    size_t reference;             /* which level the others are compared with */
    size_t n_empty;
    const char *const *empty; /* labels of a study's choices that no row has */
} cbk_design_variable;

typedef struct cbk_design_column {
    const char *name;      /* "age", "stage=II", "age:stage=II": unique */
    const char *label;     /* "Age", "Stage: II vs I", "Age × Stage: II vs I" */
    const char *variable;  /* the term's name: "stage", "age:stage" */
    const char *contrast;  /* "II vs I", "II vs I × F vs M"; NULL: a number */
    const char *level;     /* "II"; of several categories "II:F"; NULL: a number */
    const char *reference; /* what it is compared with; NULL: a number */
    const char *sql;       /* its value as SQL over the patients; NULL: a data file */
} cbk_design_column;

typedef struct cbk_design_term {
    const char *name;  /* "age:stage" */
    const char *label; /* "Age × Stage" */
    size_t n_parts;
    const size_t *part; /* [n_parts] variables */
    size_t first;       /* its columns are first .. first + n_columns - 1 */
    size_t n_columns;
} cbk_design_term;

typedef struct cbk_design {
    size_t n_variables;
    const cbk_design_variable *variables; /* [request->n_on] */
    size_t n_terms;
    const cbk_design_term *terms; /* [n_terms] */
    size_t n_columns;
    const cbk_design_column *columns;
    const double *const *covariate; /* [n_columns] of [data->rows.n] */
    const size_t *term;             /* [n_columns] which term, ascending */
} cbk_design;

/* Fills on and terms of *request from terms as they are written: a variable, or several
 * with colons between, as in "age:sex".  A product needs the products of fewer of its
 * parts, and the parts alone, among the terms: its coefficient would mean something else
 * without them.  Errors: CBK_EINVAL (a term named twice, one that is missing, an empty
 * name), CBK_ENOMEM. */
cbk_status cbk_design_read_terms(const char *const *written, size_t n, cbk_arena *arena,
                                 cbk_followup_request *request, cbk_error *err);

/* references[n] are written variable=value; without one the reference is the first value
 * in ascending order.  A category of fewer than two values gives one column of 0.
 * Errors: CBK_EINVAL (a reference that names no such category or value, a variable of
 * --categorical that is no covariate), CBK_ENOMEM. */
cbk_status cbk_design_make(const cbk_followup_data *data, const char *const *references,
                           size_t n, cbk_arena *arena, const cbk_design **out,
                           cbk_error *err);

/* The columns of somebody who need not be among the rows: out[n_columns] of
 * values[n_variables], each a number, a value of the category, or of a study's boolean
 * yes or no.  Errors: CBK_EINVAL (no number; no such value, with the nearest spelling).
 */
cbk_status cbk_design_encode(const cbk_design *design, const char *const *values,
                             double *out, cbk_error *err);

#endif
