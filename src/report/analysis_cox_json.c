/* analysis_cox_json.c - `casebook cox` as JSON; the fields are those of
 * docs/formats/json.md.
 */
#include "report/analysis_cox.h"
#include "report/analysis_km.h"

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

static void write_list(cbk_json *json, const char *key, const char *const *text, size_t n)
{
    cbk_json_key(json, key);
    cbk_json_open_array(json);
    for (size_t i = 0; i < n; i++) {
        cbk_json_text(json, text[i]);
    }
    cbk_json_close_array(json);
}

static void write_settings(cbk_json *json, const cbk_cox_analysis *analysis)
{
    const cbk_followup_data *data = analysis->data;
    const cbk_cox_request *request = &analysis->fit->request;
    cbk_json_key(json, "settings");
    cbk_json_open_object(json);
    cbk_json_key_text(json, "ties", cbk_cox_ties_name(request->ties));
    cbk_json_key_text(json, "likelihood", request->is_firth ? "firth" : "partial");
    cbk_json_key_text(json, "variance", request->is_robust ? "robust" : "model");
    cbk_json_key_number(json, "level", request->level);
    cbk_json_key_text(json, "time", data->endpoint);
    cbk_json_key_text(json, "event", data->event);
    cbk_json_key_text(json, "entry", data->request->entry);
    cbk_json_key_text(json, "unit", data->unit);
    cbk_json_key_boolean(json, "timefix", !data->request->is_time_exact);
    write_terms(json, analysis->design);
    write_list(json, "strata", data->request->strata, data->request->n_strata);
    cbk_json_key_text(json, "weight", data->request->weight);
    cbk_json_key_text(json, "offset", data->request->offset);
    cbk_json_key_text(json, "cluster", data->request->cluster);
    cbk_json_key_text(json, "where", data->request->where);
    cbk_json_close_object(json);
}

static void write_warnings(cbk_json *json, const cbk_cox_analysis *analysis,
                           cbk_arena *arena)
{
    const cbk_notes notes = cbk_cox_notes(analysis);
    cbk_json_key(json, "warnings");
    cbk_json_open_array(json);
    for (int i = 0; i < CBK_NOTE_COUNT; i++) {
        const cbk_note note = (cbk_note)(1 << i);
        if ((notes & (cbk_notes)note) != 0) {
            cbk_json_text(json, cbk_note_sentence(note));
        }
    }
    for (size_t j = 0; j < analysis->fit->n_covariates; j++) {
        if (analysis->fit->coefficients[j].fate != CBK_COX_ESTIMATED) {
            cbk_json_text(json, cbk_cox_fate_sentence(analysis, j, arena));
        }
    }
    for (size_t k = 0; k < analysis->design->n_variables; k++) {
        const char *empty = cbk_cox_empty_sentence(analysis, k, arena);
        if (empty != NULL) {
            cbk_json_text(json, empty);
        }
    }
    cbk_json_close_array(json);
}

static const char *fate_name(cbk_cox_fate fate)
{
    switch (fate) {
    case CBK_COX_ESTIMATED:
        return "estimated";
    case CBK_COX_CONSTANT:
        return "constant";
    case CBK_COX_COLLINEAR:
        return "collinear";
    case CBK_COX_RISING:
    case CBK_COX_FALLING:
        break;
    }
    return "infinite";
}

static void write_coefficient(cbk_json *json, const cbk_cox_analysis *analysis, size_t j)
{
    const cbk_cox_coefficient *of = &analysis->fit->coefficients[j];
    const cbk_design_column *column = &analysis->design->columns[j];
    cbk_json_open_object(json);
    cbk_json_key_text(json, "term", column->name);
    cbk_json_key_text(json, "variable", column->variable);
    cbk_json_key_text(json, "level", column->level);
    cbk_json_key_text(json, "reference", column->reference);
    cbk_json_key_text(json, "status",
                      analysis->fit->n_event == 0     ? "no events"
                      : of->fate != CBK_COX_ESTIMATED ? fate_name(of->fate)
                      : isnan(of->estimate)           ? "not converged"
                                                      : "estimated");
    cbk_json_key_text(json, "direction",
                      of->fate == CBK_COX_RISING    ? "rising"
                      : of->fate == CBK_COX_FALLING ? "falling"
                                                    : NULL);
    cbk_json_key_number(json, "estimate", of->estimate);
    cbk_json_key_number(json, "hazard_ratio", of->hazard_ratio);
    cbk_json_key_number(json, "std_error", of->std_error);
    cbk_json_key_number(json, "robust_se", of->robust_se);
    cbk_json_key_number(json, "z", of->z);
    cbk_json_key_number(json, "p", of->p);
    cbk_json_key_number(json, "lower", of->lower);
    cbk_json_key_number(json, "upper", of->upper);
    cbk_json_close_object(json);
}

/* The keys of an open object. */
static void write_test(cbk_json *json, const cbk_cox_test *test)
{
    cbk_json_key_number(json, "chisq", test->chisq);
    cbk_json_key_integer(json, "df", (int64_t)test->df);
    cbk_json_key_number(json, "p", test->p);
}

static void write_named_test(cbk_json *json, const char *key, const cbk_cox_test *test)
{
    cbk_json_key(json, key);
    cbk_json_open_object(json);
    write_test(json, test);
    cbk_json_close_object(json);
}

static void write_tests(cbk_json *json, const cbk_cox *fit)
{
    cbk_json_key(json, "loglik");
    cbk_json_open_object(json);
    cbk_json_key_number(json, "null", fit->loglik_null);
    cbk_json_key_number(json, "model", fit->loglik);
    cbk_json_close_object(json);
    cbk_json_key(json, "tests");
    cbk_json_open_object(json);
    write_named_test(json, "likelihood_ratio", &fit->likelihood_ratio);
    write_named_test(json, "wald", &fit->wald);
    write_named_test(json, "score", &fit->score);
    if (fit->request.is_robust) {
        write_named_test(json, "robust_score", &fit->robust_score);
    }
    cbk_json_close_object(json);
}

static void write_proportional(cbk_json *json, const cbk_cox_analysis *analysis)
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
        write_test(json, &fit->terms[t]);
        cbk_json_close_object(json);
    }
    cbk_json_close_array(json);
    write_named_test(json, "global", &fit->global);
    cbk_json_close_object(json);
}

static void write_results(cbk_json *json, const cbk_cox_analysis *analysis)
{
    const cbk_cox *fit = analysis->fit;
    cbk_json_key(json, "results");
    cbk_json_open_object(json);
    cbk_json_key_integer(json, "n", (int64_t)fit->n);
    cbk_json_key_integer(json, "events", (int64_t)fit->n_event);
    cbk_json_key(json, "coefficients");
    cbk_json_open_array(json);
    for (size_t j = 0; j < fit->n_covariates; j++) {
        write_coefficient(json, analysis, j);
    }
    cbk_json_close_array(json);
    write_tests(json, fit);
    cbk_json_key(json, "concordance");
    cbk_json_open_object(json);
    cbk_json_key_number(json, "estimate", fit->concordance);
    cbk_json_key_number(json, "std_error", fit->concordance_se);
    cbk_json_close_object(json);
    write_proportional(json, analysis);
    cbk_json_key(json, "convergence");
    cbk_json_open_object(json);
    cbk_json_key_integer(json, "iterations", (int64_t)fit->n_iterations);
    cbk_json_key_number(json, "gradient", fit->gradient);
    cbk_json_close_object(json);
    cbk_json_key_notes(json, "notes", cbk_cox_notes(analysis));
    cbk_json_close_object(json);
}

void cbk_analysis_cox_json(const cbk_cox_analysis *analysis, cbk_arena *arena,
                           cbk_json *json)
{
    cbk_json_open_object(json);
    cbk_json_key_text(json, "casebook", CASEBOOK_VERSION);
    cbk_json_key_text(json, "analysis", "cox");
    cbk_km_json_source(json, &analysis->data->source);
    write_settings(json, analysis);
    write_warnings(json, analysis, arena);
    write_results(json, analysis);
    cbk_json_close_object(json);
}
