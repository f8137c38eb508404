/* study/analysis/prediction.h - the curves that a regression predicts for given people.
 */
#ifndef STUDY_PREDICTION_H
#define STUDY_PREDICTION_H

#include <casebook/cox_curve.h>

#include "study/analysis/regression.h"

typedef struct cbk_person {
    const char *label;         /* "age 60, sex F"; of the baseline "baseline" */
    const char *const *values; /* [design->n_variables] as written; NULL: the baseline,
                                  every number 0 and every category at its reference */
} cbk_person;

typedef struct cbk_predictions {
    size_t n_persons;
    const cbk_person *persons;
    const cbk_cox_curves *curves; /* subjects are persons, strata those of the data */
    cbk_interval interval;        /* of survival */
    size_t n_at;
    const double *at;  /* [n_at] times >= 0 asked for; 0: the whole curves */
    size_t n_rows_max; /* of a curve's table in a document; 0: all rows of all curves in
                          one table */
} cbk_predictions;

/* People as they are asked for.  text is a list of them with semicolons between, each a
 * list of all covariates, as in "age=60,sex=F;age=40,sex=M", or without an equals sign
 * the name of a CSV file with a column for each covariate; NULL: nobody.  With a baseline
 * that stands first.  Errors: CBK_EINVAL (a covariate that is missing, unknown or named
 * twice), CBK_EDATA (the file; mistakes in cells go to problems), CBK_ENOMEM. */
cbk_status cbk_persons_read(const char *text, bool has_baseline, const cbk_design *design,
                            cbk_arena *arena, cbk_problems *problems,
                            const cbk_person **out, size_t *n, cbk_error *err);

/* The curves of out->persons with the interval of S and the level of the conventions;
 * fills out->curves.  The regression kept its rows.  Errors: those of cbk_design_encode()
 * and of cbk_cox_curves_make(). */
cbk_status cbk_predictions_make(const cbk_regression *regression,
                                const cbk_conventions *conventions, cbk_arena *arena,
                                cbk_predictions *out, cbk_error *err);

#endif
