/* analysis_finegray_json.c - `casebook finegray` as JSON; the fields are those of
 * docs/formats/json.md.
 */
#include "report/analysis_finegray.h"
#include "report/analysis_km.h"

#include <math.h>

static void write_list(cbk_json *json, const char *key, const char *const *text, size_t n)
{
    cbk_json_key(json, key);
    cbk_json_open_array(json);
    for (size_t i = 0; i < n; i++) {
        cbk_json_text(json, text[i]);
    }
    cbk_json_close_array(json);
}

static void write_settings(cbk_json *json, const cbk_competing *both)
{
    const cbk_followup_data *data = both->data;
    const cbk_followup_request *request = data->request;
    cbk_json_key(json, "settings");
    cbk_json_open_object(json);
    cbk_json_key_text(json, "convention", "crr");
    cbk_json_key_text(json, "ties", "breslow");
    cbk_json_key_text(json, "censoring", "kaplan-meier of the flipped event, at t-");
    cbk_json_key_text(json, "variance", "fine-gray");
    cbk_json_key_text(json, "cause_specific_ties",
                      cbk_cox_ties_name(both->specific->fit->request.ties));
    cbk_json_key_number(json, "level", both->fit->level);
    cbk_json_key_text(json, "time", data->endpoint);
    cbk_json_key_text(json, "event", data->event);
    cbk_json_key_text(json, "censor", request->censor);
    cbk_json_key_text(json, "cause",
                      both->cause > 0 ? data->cause_name[both->cause - 1]
                                      : request->cause);
    cbk_json_key_text(json, "unit", data->unit);
    cbk_json_key_boolean(json, "timefix", !request->is_time_exact);
    write_list(json, "on", request->on, request->n_on);
    cbk_json_key_text(json, "where", request->where);
    cbk_json_close_object(json);
}

static void write_warnings(cbk_json *json, const cbk_competing *both, cbk_arena *arena)
{
    const cbk_notes notes = cbk_finegray_notes(both);
    cbk_json_key(json, "warnings");
    cbk_json_open_array(json);
    for (int i = 0; i < CBK_NOTE_COUNT; i++) {
        const cbk_note note = (cbk_note)(1 << i);
        if ((notes & (cbk_notes)note) != 0) {
            cbk_json_text(json, cbk_finegray_note_sentence(note));
        }
    }
    for (size_t j = 0; j < both->fit->n_covariates; j++) {
        for (int is_specific = 0; is_specific < 2; is_specific++) {
            const char *text = cbk_finegray_fate(both, j, is_specific != 0, arena);
            if (text != NULL) {
                cbk_json_text(json, text);
            }
        }
    }
    cbk_json_close_array(json);
}

static const char *status_of(const cbk_cox_coefficient *of, size_t n_event)
{
    switch (of->fate) {
    case CBK_COX_ESTIMATED:
        break;
    case CBK_COX_CONSTANT:
        return "constant";
    case CBK_COX_COLLINEAR:
        return "collinear";
    case CBK_COX_UNDETERMINED:
        return "undetermined";
    case CBK_COX_RISING:
    case CBK_COX_FALLING:
        return "infinite";
    }
    return n_event == 0          ? "no events"
           : isnan(of->estimate) ? "not converged"
                                 : "estimated";
}

static void write_coefficients(cbk_json *json, const cbk_design *design,
                               const cbk_cox_coefficient *all, size_t n_event)
{
    cbk_json_key(json, "coefficients");
    cbk_json_open_array(json);
    for (size_t j = 0; j < design->n_columns; j++) {
        const cbk_design_column *column = &design->columns[j];
        const cbk_cox_coefficient *of = &all[j];
        cbk_json_open_object(json);
        cbk_json_key_text(json, "term", column->name);
        cbk_json_key_text(json, "variable", column->variable);
        cbk_json_key_text(json, "level", column->level);
        cbk_json_key_text(json, "reference", column->reference);
        cbk_json_key_text(json, "status", status_of(of, n_event));
        cbk_json_key_text(json, "direction",
                          of->fate == CBK_COX_RISING    ? "rising"
                          : of->fate == CBK_COX_FALLING ? "falling"
                                                        : NULL);
        cbk_json_key_number(json, "estimate", of->estimate);
        cbk_json_key_number(json, "hazard_ratio", of->hazard_ratio);
        cbk_json_key_number(json, "std_error", of->std_error);
        cbk_json_key_number(json, "z", of->z);
        cbk_json_key_number(json, "p", of->p);
        cbk_json_key_number(json, "lower", of->lower);
        cbk_json_key_number(json, "upper", of->upper);
        cbk_json_close_object(json);
    }
    cbk_json_close_array(json);
}

static void write_loglik(cbk_json *json, double null, double model)
{
    cbk_json_key(json, "loglik");
    cbk_json_open_object(json);
    cbk_json_key_number(json, "null", null);
    cbk_json_key_number(json, "model", model);
    cbk_json_close_object(json);
}

static void write_test(cbk_json *json, const char *key, const cbk_cox_test *test)
{
    cbk_json_key(json, key);
    cbk_json_open_object(json);
    cbk_json_key_number(json, "chisq", test->chisq);
    cbk_json_key_integer(json, "df", (int64_t)test->df);
    cbk_json_key_number(json, "p", test->p);
    cbk_json_close_object(json);
}

static void write_specific(cbk_json *json, const cbk_competing *both)
{
    const cbk_cox *fit = both->specific->fit;
    cbk_json_key(json, "cause_specific");
    cbk_json_open_object(json);
    cbk_json_key_integer(json, "events", (int64_t)fit->n_event);
    write_coefficients(json, both->specific->design, fit->coefficients, fit->n_event);
    write_loglik(json, fit->loglik_null, fit->loglik);
    cbk_json_key(json, "tests");
    cbk_json_open_object(json);
    write_test(json, "likelihood_ratio", &fit->likelihood_ratio);
    write_test(json, "wald", &fit->wald);
    write_test(json, "score", &fit->score);
    cbk_json_close_object(json);
    cbk_json_key_notes(json, "notes", fit->notes);
    cbk_json_close_object(json);
}

static void write_results(cbk_json *json, const cbk_competing *both)
{
    const cbk_fine_gray *fit = both->fit;
    cbk_json_key(json, "results");
    cbk_json_open_object(json);
    cbk_analysis_json_causes(json, both->data);
    cbk_json_key_integer(json, "events", (int64_t)fit->n_event);
    cbk_json_key_integer(json, "competing", (int64_t)fit->n_competing);
    write_coefficients(json, both->specific->design, fit->coefficients, fit->n_event);
    write_loglik(json, fit->loglik_null, fit->loglik);
    cbk_json_key(json, "tests");
    cbk_json_open_object(json);
    write_test(json, "wald", &fit->wald);
    cbk_json_close_object(json);
    cbk_json_key(json, "convergence");
    cbk_json_open_object(json);
    cbk_json_key_integer(json, "iterations", (int64_t)fit->n_iterations);
    cbk_json_key_number(json, "gradient", fit->gradient);
    cbk_json_close_object(json);
    cbk_json_key_notes(json, "notes", both->data->notes | fit->notes);
    write_specific(json, both);
    cbk_json_close_object(json);
}

void cbk_analysis_finegray_json(const cbk_competing *both, cbk_arena *arena,
                                cbk_json *json)
{
    cbk_json_open_object(json);
    cbk_json_key_text(json, "casebook", CASEBOOK_VERSION);
    cbk_json_key_text(json, "analysis", "finegray");
    cbk_km_json_source(json, &both->data->source);
    write_settings(json, both);
    write_warnings(json, both, arena);
    write_results(json, both);
    cbk_json_close_object(json);
}
