/* analysis_finegray_json.c - `casebook finegray` as JSON; the fields are those of
 * docs/formats/json.md.
 */
#include "report/analysis/analysis_finegray.h"
#include "report/analysis/analysis_json.h"

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
    cbk_json_key_texts(json, "on", request->on, request->n_on);
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
            const char *text = cbk_finegray_fate(both, j, is_specific != 0, NULL, arena);
            if (text != NULL) {
                cbk_json_text(json, text);
            }
        }
    }
    cbk_json_close_array(json);
}

static void write_coefficients(cbk_json *json, const cbk_design *design,
                               const cbk_cox_coefficient *all, size_t n_event)
{
    cbk_json_key(json, "coefficients");
    cbk_json_open_array(json);
    for (size_t j = 0; j < design->n_columns; j++) {
        const cbk_cox_coefficient *of = &all[j];
        cbk_json_open_object(json);
        cbk_analysis_json_term(json, &design->columns[j], of, n_event);
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

static void write_specific(cbk_json *json, const cbk_competing *both)
{
    const cbk_cox *fit = both->specific->fit;
    cbk_json_key(json, "cause_specific");
    cbk_json_open_object(json);
    cbk_json_key_integer(json, "events", (int64_t)fit->n_event);
    write_coefficients(json, both->specific->design, fit->coefficients, fit->n_event);
    cbk_analysis_json_loglik(json, fit->loglik_null, fit->loglik);
    cbk_json_key(json, "tests");
    cbk_json_open_object(json);
    cbk_analysis_json_cox_test(json, "likelihood_ratio", &fit->likelihood_ratio);
    cbk_analysis_json_cox_test(json, "wald", &fit->wald);
    cbk_analysis_json_cox_test(json, "score", &fit->score);
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
    cbk_analysis_json_loglik(json, fit->loglik_null, fit->loglik);
    cbk_json_key(json, "tests");
    cbk_json_open_object(json);
    cbk_analysis_json_cox_test(json, "wald", &fit->wald);
    cbk_json_close_object(json);
    cbk_analysis_json_convergence(json, fit->n_iterations, fit->gradient);
    cbk_json_key_notes(json, "notes", both->data->notes | fit->notes);
    write_specific(json, both);
    cbk_json_close_object(json);
}

void cbk_analysis_finegray_json(const cbk_competing *both, cbk_arena *arena,
                                cbk_json *json)
{
    cbk_analysis_json_open(json, "finegray", &both->data->source);
    write_settings(json, both);
    write_warnings(json, both, arena);
    write_results(json, both);
    cbk_json_close_object(json);
}
