/* regression.c - a Cox regression with all covariates and with each.  Contract:
 * study/analysis/regression.h.
 */
#include "study/analysis/regression.h"

#include "stats/cox/likelihood_ratio.h"

#include <math.h>

cbk_cox_ties cbk_cox_ties_of(cbk_profile profile)
{
    return profile == CBK_PROFILE_R ? CBK_COX_EFRON : CBK_COX_BRESLOW;
}

/* ---- fits ------------------------------------------------------------------------- */

static cbk_status fit_columns(const cbk_followup_data *data,
                              const double *const *covariate, size_t n_columns,
                              const size_t *term, const cbk_cox_request *request,
                              cbk_arena *arena, const cbk_cox **out, cbk_error *err)
{
    const cbk_cox_rows rows = {
        .followup = &data->rows,
        .n_covariates = n_columns,
        .covariate = covariate,
        .term = term,
        .offset = data->offset,
        .stratum = data->request->n_strata > 0 ? data->strata->of_row : NULL,
        .n_strata = data->strata->n_groups,
        .cluster = data->cluster != NULL ? data->cluster->of_row : NULL,
        .n_clusters = data->cluster != NULL ? data->cluster->n_groups : 0};
    return cbk_cox_fit(&rows, request, arena, out, err);
}

/* The term that is the variable and nothing else. */
static const cbk_design_term *main_term(const cbk_design *design, size_t variable)
{
    for (size_t t = 0; t < design->n_terms; t++) {
        if (design->terms[t].n_parts == 1 && design->terms[t].part[0] == variable) {
            return &design->terms[t];
        }
    }
    return NULL;
}

static cbk_status fit_each(const cbk_followup_data *data, const cbk_design *design,
                           const cbk_cox_request *request, cbk_arena *arena,
                           const cbk_cox *const **out, cbk_error *err)
{
    const cbk_cox **alone = CBK_NEW(arena, const cbk_cox *, design->n_variables + 1);
    if (alone == NULL) {
        return cbk_fail_memory(err);
    }
    cbk_cox_request single = *request;
    single.wants_concordance = single.wants_proportional = single.keeps_rows = false;
    for (size_t k = 0; k < design->n_variables; k++) {
        const cbk_design_term *term = main_term(design, k);
        if (term != NULL) {
            CBK_TRY(fit_columns(data, design->covariate + term->first, term->n_columns,
                                NULL, &single, arena, &alone[k], err));
        }
    }
    *out = alone;
    return CBK_OK;
}

const cbk_cox_coefficient *cbk_regression_alone(const cbk_regression *of, size_t column)
{
    const cbk_design_term *term = &of->design->terms[of->design->term[column]];
    return of->alone == NULL || term->n_parts > 1
               ? NULL
               : &of->alone[term->part[0]]->coefficients[column - term->first];
}

/* ---- terms ------------------------------------------------------------------------ */

static bool contains(const cbk_design_term *product, const cbk_design_term *term)
{
    for (size_t i = 0; i < term->n_parts; i++) {
        bool is_part = false;
        for (size_t k = 0; k < product->n_parts; k++) {
            is_part = is_part || product->part[k] == term->part[i];
        }
        if (!is_part) {
            return false;
        }
    }
    return product->n_parts > term->n_parts;
}

static bool is_contained(const cbk_design *design, const cbk_design_term *term)
{
    for (size_t t = 0; t < design->n_terms; t++) {
        if (contains(&design->terms[t], term)) {
            return true;
        }
    }
    return false;
}

/* The model without the term against the whole one; a column that was dropped is no
 * degree of freedom. */
static cbk_status test_term(const cbk_regression *of, const cbk_design_term *term,
                            cbk_arena *arena, cbk_cox_test *out, cbk_error *err)
{
    const cbk_design *design = of->design;
    const double **kept = CBK_NEW(arena, const double *, design->n_columns + 1);
    if (kept == NULL) {
        return cbk_fail_memory(err);
    }
    size_t n = 0;
    for (size_t j = 0; j < design->n_columns; j++) {
        if (j < term->first || j >= term->first + term->n_columns) {
            kept[n++] = design->covariate[j];
        }
    }
    if (n == 0) { /* the other model is the one without covariates */
        *out = of->fit->likelihood_ratio;
        return CBK_OK;
    }
    const cbk_cox_request request = {.ties = of->fit->request.ties,
                                     .level = of->fit->request.level};
    const cbk_cox *without = NULL;
    CBK_TRY(fit_columns(of->data, kept, n, NULL, &request, arena, &without, err));
    const size_t df_all = of->fit->likelihood_ratio.df;
    const size_t df = without->likelihood_ratio.df;
    const bool is_fitted =
        ((of->fit->notes | without->notes) & (cbk_notes)CBK_NOTE_NOT_CONVERGED) == 0;
    *out = cbk_likelihood_ratio_test(without->loglik, of->fit->loglik,
                                     is_fitted && df_all > df ? df_all - df : 0);
    return CBK_OK;
}

cbk_status cbk_regression_test_terms(const cbk_regression *of, cbk_arena *arena,
                                     const cbk_cox_test **out, cbk_error *err)
{
    *out = NULL;
    if (of->fit->request.is_firth || of->fit->request.is_robust) {
        return CBK_OK;
    }
    const cbk_design *design = of->design;
    cbk_cox_test *tests = CBK_NEW(arena, cbk_cox_test, design->n_terms + 1);
    if (tests == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t t = 0; t < design->n_terms; t++) {
        tests[t] = (cbk_cox_test){.chisq = (double)NAN, .p = (double)NAN};
        if (!is_contained(design, &design->terms[t]) && of->fit->n_event > 0) {
            CBK_TRY(test_term(of, &design->terms[t], arena, &tests[t], err));
        }
    }
    *out = tests;
    return CBK_OK;
}

/* ---- counts ----------------------------------------------------------------------- */

static const cbk_level_count *const *
count_levels(const cbk_followup_data *data, const cbk_design *design, cbk_arena *arena)
{
    const cbk_level_count **all =
        CBK_NEW(arena, const cbk_level_count *, design->n_variables + 1);
    for (size_t k = 0; all != NULL && k < design->n_variables; k++) {
        const cbk_design_variable *variable = &design->variables[k];
        cbk_level_count *counts = CBK_NEW(arena, cbk_level_count, variable->n_levels + 1);
        for (size_t i = 0; counts != NULL && i < data->rows.n; i++) {
            const size_t level = variable->n_levels > 0 ? variable->level_of_row[i] : 0;
            counts[level].n++;
            counts[level].n_event += data->rows.is_event[i];
        }
        all[k] = counts;
    }
    return all;
}

/* ---- together --------------------------------------------------------------------- */

cbk_status cbk_regression_fit(const cbk_followup_data *data,
                              const char *const *references, size_t n_references,
                              const cbk_cox_request *request, bool wants_alone,
                              cbk_arena *arena, const cbk_regression **out,
                              cbk_error *err)
{
    *out = NULL;
    cbk_regression *made = CBK_NEW(arena, cbk_regression, 1);
    if (made == NULL) {
        return cbk_fail_memory(err);
    }
    made->data = data;
    CBK_TRY(cbk_design_make(data, references, n_references, arena, &made->design, err));
    CBK_TRY(fit_columns(data, made->design->covariate, made->design->n_columns,
                        made->design->term, request, arena, &made->fit, err));
    if (wants_alone) {
        CBK_TRY(fit_each(data, made->design, request, arena, &made->alone, err));
    }
    made->counts = count_levels(data, made->design, arena);
    *out = made;
    return cbk_arena_has_failed(arena) ? cbk_fail_memory(err) : CBK_OK;
}

cbk_status cbk_regression_of_study(cbk_study *study, const cbk_regression_spec *spec,
                                   const char *among, const cbk_conventions *conventions,
                                   cbk_arena *arena, const cbk_regression **out,
                                   cbk_error *err)
{
    cbk_followup_request *request = CBK_NEW(arena, cbk_followup_request, 1);
    if (request == NULL) {
        return cbk_fail_memory(err);
    }
    *request = (cbk_followup_request){.endpoint = spec->endpoint, .where = among};
    const cbk_followup_data *data = NULL;
    CBK_TRY(cbk_design_read_terms(spec->on, spec->n_on, arena, request, err));
    CBK_TRY(cbk_followup_of_study(study, request, arena, &data, err));
    const cbk_cox_request asked = {.ties = cbk_cox_ties_of(conventions->profile),
                                   .is_firth = spec->is_firth,
                                   .wants_instead = !spec->is_firth,
                                   .level = conventions->level};
    const cbk_regression *fitted = NULL;
    cbk_regression *tested = CBK_NEW(arena, cbk_regression, 1);
    if (tested == NULL) {
        return cbk_fail_memory(err);
    }
    CBK_TRY(cbk_regression_fit(data, spec->references, spec->n_references, &asked,
                               spec->is_univariable, arena, &fitted, err));
    *tested = *fitted;
    *out = tested;
    return cbk_regression_test_terms(fitted, arena, &tested->terms, err);
}
