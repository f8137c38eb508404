/* study/design.h - the covariates of a regression as columns of numbers: a category gets
 * a column of 0 and 1 for each of its values but the reference.
 */
#ifndef STUDY_DESIGN_H
#define STUDY_DESIGN_H

#include "study/followup.h"

typedef struct cbk_design_column {
    const char *name;      /* "age", "celltype=large": unique */
    const char *variable;  /* "celltype" */
    const char *level;     /* "large"; NULL: a number */
    const char *reference; /* what it is compared with; NULL: a number */
} cbk_design_column;

typedef struct cbk_design {
    size_t n_columns;
    const cbk_design_column *columns;
    const double *const *covariate; /* [n_columns] of [data->rows.n] */
    const size_t *term;             /* [n_columns] place in the request's `on` */
} cbk_design;

/* references[n] are written variable=value; without one the reference is the first value
 * in ascending order.  A category of fewer than two values gives one column of 0.
 * Errors: CBK_EINVAL (a reference that names no such category or value, a variable named
 * twice), CBK_ENOMEM. */
cbk_status cbk_design_make(const cbk_followup_data *data, const char *const *references,
                           size_t n, cbk_arena *arena, const cbk_design **out,
                           cbk_error *err);

#endif
