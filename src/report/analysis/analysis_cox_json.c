/* analysis_cox_json.c - `casebook cox` as JSON; the fields are those of
 * docs/formats/json.md.
 */
#include "report/analysis/analysis_cox.h"
#include "report/analysis/analysis_json.h"
#include "report/regression.h"
#include "study/analysis/prediction.h"

#include <math.h>

static void write_terms(cbk_json *json, const cbk_design *design)
{
    cbk_json_key(json, "on");
    cbk_json_open_array(json);
    for (size_t t = 0; t < design->n_terms; t++) {
        cbk_json_text(json, design->terms[t].name);
    }
    cbk_json_close_array(json);
}

static void write_settings(cbk_json *json, const cbk_regression *analysis)
{
    const cbk_followup_data *data = analysis->data;
    const cbk_cox_request *request = &analysis->fit->request;
    cbk_json_key(json, "settings");
    cbk_json_open_object(json);
    cbk_json_key_text(json, "ties", cbk_cox_ties_name(request->ties));
    cbk_json_key_text(json, "likelihood", request->is_firth ? "firth" : "partial");
    cbk_json_key_text(json, "intervals",
                      request->is_firth || request->wants_profile ? "profile" : "wald");
    cbk_json_key_text(json, "variance", request->is_robust ? "robust" : "model");
    cbk_json_key_number(json, "level", request->level);
    cbk_json_key_text(json, "time", data->endpoint);
    cbk_json_key_text(json, "event", data->event);
    cbk_json_key_text(json, "entry", data->request->entry);
    cbk_json_key_text(json, "unit", data->unit);
    cbk_json_key_boolean(json, "timefix", !data->request->is_time_exact);
    write_terms(json, analysis->design);
    cbk_json_key_texts(json, "strata", data->request->strata, data->request->n_strata);
    cbk_json_key_text(json, "weight", data->request->weight);
    cbk_json_key_text(json, "offset", data->request->offset);
    cbk_json_key_text(json, "cluster", data->request->cluster);
    cbk_json_key_text(json, "where", data->request->where);
    cbk_json_key_text(json, "conf_type",
                      analysis->predictions != NULL
                          ? cbk_interval_name(analysis->predictions->interval)
                          : NULL);
    cbk_json_close_object(json);
}

static void write_warnings(cbk_json *json, const cbk_regression *analysis,
                           cbk_arena *arena)
{
    const cbk_notes notes = cbk_cox_notes(analysis);
    cbk_analysis_json_open_warnings(json, notes);
    for (size_t j = 0; j < analysis->fit->n_covariates; j++) {
        if (analysis->fit->coefficients[j].fate != CBK_COX_ESTIMATED) {
            cbk_json_text(json, cbk_cox_fate_sentence(analysis->design, j,
                                                      &analysis->fit->coefficients[j],
                                                      NULL, arena));
        }
    }
    const char *missing[CBK_COX_MISSING_MAX];
    const size_t n_missing =
        cbk_cox_missing_sentences(analysis, arena, missing, CBK_COX_MISSING_MAX);
    for (size_t i = 0; i < n_missing; i++) {
        cbk_json_text(json, missing[i]);
    }
    if (cbk_cox_no_curve_sentence(analysis) != NULL) {
        cbk_json_text(json, cbk_cox_no_curve_sentence(analysis));
    }
    for (size_t k = 0; k < analysis->design->n_variables; k++) {
        const char *empty = cbk_cox_empty_sentence(analysis->design, k, arena);
        if (empty != NULL) {
            cbk_json_text(json, empty);
        }
    }
    cbk_json_close_array(json);
}

static void write_profile(cbk_json *json, const cbk_cox *fit,
                          const cbk_cox_coefficient *of)
{
    cbk_json_key(json, "profile");
    if (fit->request.is_firth || isnan(of->profile.likelihood_ratio.p)) {
        cbk_json_null(json); /* Firth's is what lower, upper and p are */
        return;
    }
    cbk_json_open_object(json);
    cbk_json_key_number(json, "lower", of->profile.lower);
    cbk_json_key_number(json, "upper", of->profile.upper);
    cbk_analysis_json_cox_test(json, "likelihood_ratio", &of->profile.likelihood_ratio);
    cbk_analysis_json_cox_test(json, "score", &of->profile.score);
    cbk_json_close_object(json);
}

/* Coefficient j of fit, which is of the design's column. */
static void write_coefficient(cbk_json *json, const cbk_design *design, size_t of_column,
                              const cbk_cox *fit, size_t j)
{
    const cbk_cox_coefficient *of = &fit->coefficients[j];
    const bool is_profile = fit->request.wants_profile && !fit->request.is_firth;
    const cbk_shown_ratio shown = cbk_regression_shown(fit, of);
    const double z =
        is_profile && shown.is_estimated
            ? copysign(sqrt(of->profile.likelihood_ratio.chisq), of->estimate)
            : of->z;
    cbk_json_open_object(json);
    cbk_analysis_json_term(json, &design->columns[of_column], of, fit->n_event);
    cbk_json_key_number(json, "estimate", of->estimate);
    cbk_json_key_number(json, "hazard_ratio", of->hazard_ratio);
    cbk_json_key_number(json, "std_error", of->std_error);
    cbk_json_key_number(json, "robust_se", of->robust_se);
    cbk_json_key_number(json, "z", z);
    cbk_json_key_number(json, "p", shown.is_infinite ? (double)NAN : shown.p);
    cbk_json_key_number(json, "lower", shown.is_infinite ? (double)NAN : shown.lower);
    cbk_json_key_number(json, "upper", shown.is_infinite ? (double)NAN : shown.upper);
    write_profile(json, fit, of);
    cbk_json_close_object(json);
}

static void write_tests(cbk_json *json, const cbk_cox *fit)
{
    cbk_analysis_json_loglik(json, fit->loglik_null, fit->loglik);
    cbk_json_key(json, "tests");
    cbk_json_open_object(json);
    cbk_analysis_json_cox_test(json, "likelihood_ratio", &fit->likelihood_ratio);
    cbk_analysis_json_cox_test(json, "wald", &fit->wald);
    cbk_analysis_json_cox_test(json, "score", &fit->score);
    if (fit->request.is_robust) {
        cbk_analysis_json_cox_test(json, "robust_score", &fit->robust_score);
    }
    cbk_json_close_object(json);
}

static void write_proportional(cbk_json *json, const cbk_regression *analysis)
{
    const cbk_cox *fit = analysis->fit;
    cbk_json_key(json, "proportional_hazards");
    if (fit->n_terms == 0) {
        cbk_json_null(json);
        return;
    }
    cbk_json_open_object(json);
    cbk_json_key_text(json, "transform", "km");
    cbk_json_key(json, "terms");
    cbk_json_open_array(json);
    for (size_t t = 0; t < fit->n_terms; t++) {
        cbk_json_open_object(json);
        cbk_json_key_text(json, "term", analysis->design->terms[t].name);
        cbk_analysis_json_test(json, fit->terms[t].chisq, fit->terms[t].df,
                               fit->terms[t].p);
        cbk_json_close_object(json);
    }
    cbk_json_close_array(json);
    cbk_analysis_json_cox_test(json, "global", &fit->global);
    cbk_json_close_object(json);
}

static void write_exact(cbk_json *json, const cbk_cox_instead *instead)
{
    const cbk_log_rank_exact *exact = instead->exact;
    cbk_json_key(json, "exact");
    if (exact == NULL) {
        cbk_json_null(json);
        return;
    }
    cbk_json_open_object(json);
    cbk_analysis_json_exact(json, exact);
    cbk_json_close_object(json);
}

static void write_coefficients(cbk_json *json, const cbk_design *design, size_t first,
                               const cbk_cox *fit)
{
    cbk_json_open_array(json);
    for (size_t j = 0; j < fit->n_covariates; j++) {
        write_coefficient(json, design, first + j, fit, j);
    }
    cbk_json_close_array(json);
}

/* What stands in the place of Wald's tests where an estimate is infinite. */
static void write_instead(cbk_json *json, const cbk_regression *analysis)
{
    const cbk_cox_instead *instead = analysis->fit->instead;
    cbk_json_key(json, "instead");
    if (instead == NULL) {
        cbk_json_null(json);
        return;
    }
    cbk_json_open_object(json);
    write_exact(json, instead);
    cbk_json_key_text(json, "no_exact", cbk_cox_no_exact_words(instead->no_exact));
    cbk_json_key(json, "firth");
    if (instead->firth == NULL) {
        cbk_json_null(json);
    } else {
        write_coefficients(json, analysis->design, 0, instead->firth);
    }
    cbk_json_close_object(json);
}

static void write_levels(cbk_json *json, const cbk_regression *analysis, size_t k)
{
    const cbk_design_variable *variable = &analysis->design->variables[k];
    cbk_json_key(json, "levels");
    cbk_json_open_array(json);
    for (size_t g = 0; g < variable->n_levels || g == 0; g++) {
        cbk_json_open_object(json);
        cbk_json_key_text(json, "level",
                          variable->n_levels > 0 ? variable->level[g] : NULL);
        cbk_json_key_integer(json, "n", (int64_t)analysis->counts[k][g].n);
        cbk_json_key_integer(json, "events", (int64_t)analysis->counts[k][g].n_event);
        cbk_json_close_object(json);
    }
    cbk_json_close_array(json);
}

/* That no coefficient of a term matters beside the other terms. */
static void write_term_tests(cbk_json *json, const cbk_regression *analysis)
{
    const cbk_design *design = analysis->design;
    cbk_json_key(json, "terms");
    if (analysis->terms == NULL) {
        cbk_json_null(json);
        return;
    }
    cbk_json_open_array(json);
    for (size_t t = 0; t < design->n_terms; t++) {
        cbk_json_open_object(json);
        cbk_json_key_text(json, "term", design->terms[t].name);
        cbk_analysis_json_test(json, analysis->terms[t].chisq, analysis->terms[t].df,
                               analysis->terms[t].p);
        cbk_json_close_object(json);
    }
    cbk_json_close_array(json);
}

/* Each covariate alone. */
static void write_univariable(cbk_json *json, const cbk_regression *analysis)
{
    const cbk_design *design = analysis->design;
    cbk_json_key(json, "univariable");
    if (analysis->alone == NULL) {
        cbk_json_null(json);
        return;
    }
    cbk_json_open_array(json);
    for (size_t t = 0; t < design->n_terms; t++) {
        const cbk_design_term *term = &design->terms[t];
        if (term->n_parts > 1) {
            continue;
        }
        const cbk_cox *fit = analysis->alone[term->part[0]];
        cbk_json_open_object(json);
        cbk_json_key_text(json, "variable", term->name);
        write_levels(json, analysis, term->part[0]);
        cbk_json_key(json, "coefficients");
        write_coefficients(json, design, term->first, fit);
        write_tests(json, fit);
        cbk_json_close_object(json);
    }
    cbk_json_close_array(json);
}

static void write_results(cbk_json *json, const cbk_regression *analysis)
{
    const cbk_cox *fit = analysis->fit;
    cbk_json_key(json, "results");
    cbk_json_open_object(json);
    cbk_json_key_integer(json, "n", (int64_t)fit->n);
    cbk_json_key_integer(json, "events", (int64_t)fit->n_event);
    cbk_json_key(json, "coefficients");
    write_coefficients(json, analysis->design, 0, fit);
    write_instead(json, analysis);
    write_tests(json, fit);
    cbk_json_key(json, "concordance");
    cbk_json_open_object(json);
    cbk_json_key_number(json, "estimate", fit->concordance);
    cbk_json_key_number(json, "std_error", fit->concordance_se);
    cbk_json_close_object(json);
    write_proportional(json, analysis);
    write_term_tests(json, analysis);
    write_univariable(json, analysis);
    cbk_cox_write_curves(json, analysis);
    cbk_analysis_json_convergence(json, fit->n_iterations, fit->gradient);
    cbk_json_key_notes(json, "notes", cbk_cox_notes(analysis));
    cbk_json_close_object(json);
}

void cbk_analysis_cox_json(const cbk_regression *analysis, cbk_arena *arena,
                           cbk_json *json)
{
    cbk_analysis_json_open(json, "cox", &analysis->data->source);
    write_settings(json, analysis);
    write_warnings(json, analysis, arena);
    write_results(json, analysis);
    cbk_json_close_object(json);
}
