/* analysis_km_json.c - `casebook km` as JSON; the fields are those of
 * docs/formats/json.md.
 */
#include "report/analysis/analysis_json.h"
#include "report/analysis/analysis_km.h"

static void write_settings(cbk_json *json, const cbk_curves *curves, bool has_hazard)
{
    const cbk_conventions *used = &curves->conventions;
    cbk_json_key(json, "settings");
    cbk_json_open_object(json);
    cbk_json_key_text(json, "profile", cbk_profile_name(used->profile));
    cbk_json_key_text(json, "conf_type", cbk_interval_name(used->interval));
    cbk_json_key_number(json, "level", used->level);
    cbk_json_key_text(json, "quantile",
                      cbk_survival_quantile_name(used->survival_quantile));
    cbk_json_key_text(json, "estimate",
                      has_hazard ? "nelson-aalen"
                                 : cbk_survival_estimate_name(used->estimate));
    cbk_json_key_boolean(json, "mid_p", used->is_mid_p);
    cbk_json_key_text(json, "time", curves->endpoint);
    cbk_json_key_text(json, "event", curves->event);
    cbk_json_key_text(json, "unit", curves->unit);
    cbk_json_key_text(json, "entry", curves->entry);
    cbk_json_key_text(json, "weight", curves->weight);
    cbk_json_key_boolean(json, "timefix", !curves->is_time_exact);
    cbk_json_key_texts(json, "by", curves->by, curves->n_by);
    cbk_json_key_text(json, "where", curves->where);
    cbk_json_key(json, "landmark");
    if (curves->landmark > 0.0) {
        cbk_json_number(json, curves->landmark);
    } else {
        cbk_json_null(json);
    }
    cbk_json_key_text(json, "time_from", curves->landmark > 0.0 ? "landmark" : "origin");
    cbk_json_close_object(json);
}

/* Each note that any curve carries, once, as a sentence. */
static void write_warnings(cbk_json *json, const cbk_curves *curves)
{
    cbk_notes notes = curves->notes;
    for (size_t i = 0; i < curves->n_curves; i++) {
        notes |= curves->curves[i].km->notes;
    }
    cbk_analysis_json_open_warnings(json, notes);
    cbk_json_close_array(json);
}

static void write_curve(cbk_json *json, const cbk_km *km)
{
    cbk_json_key(json, "curve");
    cbk_json_open_array(json);
    for (size_t i = 0; i < km->n_rows; i++) {
        const cbk_km_row at = cbk_km_row_at(km, i);
        const cbk_km_row *row = &at;
        cbk_json_open_object(json);
        cbk_json_key_number(json, "time", row->time);
        cbk_json_key_number(json, "n_risk", row->n_risk);
        cbk_json_key_number(json, "n_event", row->n_event);
        cbk_json_key_number(json, "n_censor", row->n_censor);
        cbk_json_key_number(json, "survival", row->survival);
        cbk_json_key_number(json, "std_error", row->std_error);
        cbk_json_key_number(json, "lower", row->lower);
        cbk_json_key_number(json, "upper", row->upper);
        cbk_json_close_object(json);
    }
    cbk_json_close_array(json);
}

static void write_stratum(cbk_json *json, const cbk_curves *curves, size_t index,
                          const cbk_km_request *request)
{
    const cbk_curve *curve = &curves->curves[index];
    const cbk_km *km = curve->km;
    const cbk_nelson_aalen *hazard =
        request->hazard != NULL ? request->hazard[index] : NULL;
    cbk_json_open_object(json);
    cbk_km_json_stratum(json, "stratum", curves, curve);
    cbk_json_key_integer(json, "n", (int64_t)km->n);
    cbk_json_key_integer(json, "events", (int64_t)km->n_event);
    write_curve(json, km);
    cbk_json_key(json, "median");
    cbk_json_open_object(json);
    cbk_json_key_number(json, "estimate", km->median.estimate);
    cbk_json_key_number(json, "lower", km->median.lower);
    cbk_json_key_number(json, "upper", km->median.upper);
    cbk_json_close_object(json);
    cbk_km_json_quantiles(json, km, request);
    cbk_km_json_at(json, km, hazard, request);
    cbk_km_json_restricted_mean(json, km, request);
    cbk_km_json_hazard(json, hazard);
    cbk_km_json_bounds(json, km);
    cbk_json_key(json, "follow_up");
    cbk_json_open_object(json);
    cbk_json_key_number(json, "estimate", km->follow_up_median);
    cbk_json_close_object(json);
    cbk_json_key_notes(json, "notes", km->notes);
    cbk_json_close_object(json);
}

void cbk_analysis_km_json(const cbk_curves *curves, const cbk_km_request *request,
                          cbk_json *json)
{
    cbk_analysis_json_open(json, "km", &curves->source);
    write_settings(json, curves, request->hazard != NULL);
    write_warnings(json, curves);
    cbk_json_key(json, "results");
    cbk_json_open_object(json);
    cbk_json_key(json, "strata");
    cbk_json_open_array(json);
    for (size_t i = 0; i < curves->n_curves; i++) {
        write_stratum(json, curves, i, request);
    }
    cbk_json_close_array(json);
    cbk_km_json_contrasts(json, curves, request);
    cbk_json_close_object(json);
    cbk_json_close_object(json);
}
