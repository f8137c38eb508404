/* study/analysis/regression.h - a Cox regression of a study or of a data file: all
 * covariates together, each alone, and how many rows and events stand behind each value.
 */
#ifndef STUDY_REGRESSION_H
#define STUDY_REGRESSION_H

#include <casebook/conventions.h>
#include <casebook/cox.h>
#include <casebook/study.h>

#include "study/analysis/design.h"

typedef struct cbk_level_count {
    size_t n;
    size_t n_event;
} cbk_level_count;

struct cbk_predictions;

typedef struct cbk_regression {
    const cbk_followup_data *data;
    const cbk_design *design;
    const cbk_cox *fit;
    /* Each covariate alone, on the same rows; NULL: not asked for. */
    const cbk_cox *const *alone; /* [design->n_variables] */
    /* Rows and events of each level; of a number, of all rows. */
    const cbk_level_count *const *counts; /* [design->n_variables] of [n_levels or 1] */
    /* That no column of a term matters beside the other terms, by the likelihood ratio;
     * NaN of a term that a product contains.  NULL: not asked for, or not to be had. */
    const cbk_cox_test *terms; /* [design->n_terms] */
    const struct cbk_predictions
        *predictions; /* study/analysis/prediction.h; NULL: none */
} cbk_regression;

/* data is borrowed; references as of cbk_design_make().  Errors: its and
 * cbk_cox_fit()'s. */
cbk_status cbk_regression_fit(const cbk_followup_data *data,
                              const char *const *references, size_t n_references,
                              const cbk_cox_request *request, bool wants_alone,
                              cbk_arena *arena, const cbk_regression **out,
                              cbk_error *err);

/* Fits the model again without each term and fills *out, of->terms.  NULL with Firth's
 * penalty and with robust variance, where such a ratio is none.  Errors: those of
 * cbk_cox_fit(). */
cbk_status cbk_regression_test_terms(const cbk_regression *of, cbk_arena *arena,
                                     const cbk_cox_test **out, cbk_error *err);

/* What a protocol declares, of the records for which among is true (NULL: all), tested
 * term by term, with the ties and the level of the conventions.  Errors as above and
 * those of cbk_followup_of_study(). */
cbk_status cbk_regression_of_study(cbk_study *study, const cbk_regression_spec *spec,
                                   const char *among, const cbk_conventions *conventions,
                                   cbk_arena *arena, const cbk_regression **out,
                                   cbk_error *err);

/* Efron's, as R; Breslow's, as SAS and SPSS. */
cbk_cox_ties cbk_cox_ties_of(cbk_profile profile);

/* The fit that has covariate `variable` alone, and where in it its columns start; NULL
 * where each alone was not asked for. */
const cbk_cox_coefficient *cbk_regression_alone(const cbk_regression *of, size_t column);

#endif
