/* analysis_mcf_json.c - `casebook mcf` as JSON; the fields are those of
 * docs/formats/json.md.
 */
#include "report/analysis/analysis_json.h"
#include "report/analysis/analysis_mcf.h"

static void write_settings(cbk_json *json, const cbk_mcf_result *result, cbk_arena *arena)
{
    const cbk_followup_data *data = result->of->data;
    const cbk_followup_request *request = data->request;
    cbk_json_key(json, "settings");
    cbk_json_open_object(json);
    cbk_json_key_text(json, "conf_type", cbk_interval_name(result->request.interval));
    cbk_json_key_number(json, "level", result->request.level);
    cbk_json_key_text(json, "variance", "lawless-nadeau");
    cbk_json_key_text(json, "time", data->endpoint);
    cbk_json_key_text(json, "event", data->event);
    cbk_json_key_text(json, "events", cbk_mcf_events(result, arena));
    cbk_json_key_text(json, "entry", request->entry);
    cbk_json_key_text(json, "cluster", request->cluster);
    cbk_json_key_text(json, "weight", request->weight);
    cbk_json_key_text(json, "unit", data->unit);
    cbk_json_key_boolean(json, "timefix", !request->is_time_exact);
    cbk_json_key_texts(json, "by", request->by, request->n_by);
    cbk_json_key_text(json, "where", request->where);
    cbk_json_close_object(json);
}

static void write_warnings(cbk_json *json, const cbk_mcf_result *result)
{
    cbk_notes notes = cbk_mcf_notes(result);
    for (size_t g = 0; g < result->fit->n_groups; g++) {
        notes |= result->fit->curves[g].notes;
    }
    cbk_analysis_json_open_warnings(json, notes);
    if (cbk_mcf_subject_warning(result) != NULL) {
        cbk_json_text(json, cbk_mcf_subject_warning(result));
    }
    cbk_json_close_array(json);
}

static void write_curve(cbk_json *json, const cbk_mcf *curve)
{
    cbk_json_key(json, "curve");
    cbk_json_open_array(json);
    for (size_t i = 0; i < curve->n_rows; i++) {
        const cbk_mcf_row *row = &curve->rows[i];
        cbk_json_open_object(json);
        cbk_json_key_number(json, "time", row->time);
        cbk_json_key_number(json, "n_risk", row->n_risk);
        cbk_json_key_number(json, "n_event", row->n_event);
        cbk_json_key_number(json, "n_censor", row->n_censor);
        cbk_json_key_number(json, "mean", row->mean);
        cbk_json_key_number(json, "std_error", row->std_error);
        cbk_json_key_number(json, "lower", row->lower);
        cbk_json_key_number(json, "upper", row->upper);
        cbk_json_close_object(json);
    }
    cbk_json_close_array(json);
}

static void write_at(cbk_json *json, const cbk_mcf_result *result, const cbk_mcf *curve)
{
    cbk_json_key(json, "at");
    cbk_json_open_array(json);
    for (size_t i = 0; i < result->n_at; i++) {
        const cbk_mcf_at at = cbk_mcf_at_time(curve, result->at[i]);
        cbk_json_open_object(json);
        cbk_json_key_number(json, "time", at.time);
        cbk_json_key_number(json, "n_risk", at.n_risk);
        cbk_json_key_number(json, "mean", at.mean);
        cbk_json_key_number(json, "std_error", at.std_error);
        cbk_json_key_number(json, "lower", at.lower);
        cbk_json_key_number(json, "upper", at.upper);
        cbk_analysis_json_beyond(json, at.notes);
        cbk_json_close_object(json);
    }
    cbk_json_close_array(json);
}

static void write_strata(cbk_json *json, const cbk_mcf_result *result)
{
    cbk_json_key(json, "strata");
    cbk_json_open_array(json);
    for (size_t g = 0; g < result->fit->n_groups; g++) {
        const cbk_mcf *curve = &result->fit->curves[g];
        cbk_json_open_object(json);
        cbk_analysis_json_group(json, "stratum", result->of->data->by, g);
        cbk_json_key_integer(json, "n", (int64_t)curve->n_subjects);
        cbk_json_key_integer(json, "events", (int64_t)curve->n_event);
        write_curve(json, curve);
        write_at(json, result, curve);
        cbk_json_key_notes(json, "notes", curve->notes);
        cbk_json_close_object(json);
    }
    cbk_json_close_array(json);
}

/* The events of a study that cannot be used. */
static void write_omitted(cbk_json *json, const cbk_recurrence_data *of)
{
    cbk_json_key(json, "events_omitted");
    cbk_json_open_array(json);
    for (size_t i = 0; i < of->n_omitted; i++) {
        cbk_json_open_object(json);
        cbk_json_key_text(json, "reason", of->omitted[i].reason);
        cbk_json_key_integer(json, "n", (int64_t)of->omitted[i].n);
        cbk_json_close_object(json);
    }
    cbk_json_close_array(json);
}

static void write_differences(cbk_json *json, const cbk_mcf_result *result)
{
    cbk_json_key(json, "differences");
    cbk_json_open_array(json);
    for (size_t g = 1; g < result->fit->n_groups; g++) {
        for (size_t i = 0; i < result->n_at; i++) {
            const cbk_contrast found = cbk_mcf_contrast(result, g, result->at[i]);
            cbk_json_open_object(json);
            cbk_analysis_json_group(json, "group", result->of->data->by, g);
            cbk_analysis_json_group(json, "reference", result->of->data->by, 0);
            cbk_json_key_number(json, "time", result->at[i]);
            cbk_analysis_json_contrast(json, "std_error", &found);
            cbk_json_close_object(json);
        }
    }
    cbk_json_close_array(json);
}

static void write_comparison(cbk_json *json, const cbk_mcf_result *result)
{
    const cbk_mcf_analysis *fit = result->fit;
    const bool is_compared = fit->n_groups > 1;
    cbk_json_key(json, "groups");
    cbk_json_open_array(json);
    for (size_t g = 0; is_compared && g < fit->n_groups; g++) {
        cbk_json_open_object(json);
        cbk_analysis_json_group(json, "group", result->of->data->by, g);
        cbk_json_key_integer(json, "n", (int64_t)fit->curves[g].n_subjects);
        cbk_json_key_integer(json, "events", (int64_t)fit->curves[g].n_event);
        cbk_json_key_number(json, "observed", fit->test.groups[g].observed);
        cbk_json_key_number(json, "expected", fit->test.groups[g].expected);
        cbk_json_close_object(json);
    }
    cbk_json_close_array(json);
    cbk_json_key(json, "tests");
    cbk_json_open_array(json);
    if (is_compared) {
        cbk_json_open_object(json);
        cbk_json_key_text(json, "method", "robust-logrank");
        cbk_analysis_json_test(json, fit->test.chisq, fit->test.df, fit->test.p);
        cbk_json_key_notes(json, "notes", fit->test.notes);
        cbk_json_close_object(json);
    }
    cbk_json_close_array(json);
}

void cbk_analysis_mcf_json(const cbk_mcf_result *result, cbk_arena *arena, cbk_json *json)
{
    cbk_analysis_json_open(json, "mcf", &result->of->data->source);
    write_settings(json, result, arena);
    write_warnings(json, result);
    cbk_json_key(json, "results");
    cbk_json_open_object(json);
    write_strata(json, result);
    write_omitted(json, result->of);
    write_differences(json, result);
    write_comparison(json, result);
    cbk_json_close_object(json);
    cbk_json_close_object(json);
}
