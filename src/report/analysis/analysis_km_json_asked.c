/* analysis_km_json_asked.c - what `casebook km` gives in JSON when asked: quantiles,
 * times, restricted means, cumulative hazards, comparisons; and exact bounds.  The fields
 * are those of docs/formats/json.md. */
#include "report/analysis/analysis_json.h"
#include "report/analysis/analysis_km.h"

#include <casebook/contrast.h>

#include <math.h>

/* ---- of one curve ------------------------------------------------------------------ */

void cbk_km_json_quantiles(cbk_json *json, const cbk_km *km, const cbk_km_request *asked)
{
    cbk_json_key(json, "quantiles");
    cbk_json_open_array(json);
    for (size_t i = 0; i < asked->n_quantiles; i++) {
        const cbk_km_quantile quantile = cbk_km_quantile_of(km, asked->quantile[i]);
        cbk_json_open_object(json);
        cbk_json_key_number(json, "p", asked->quantile[i]);
        cbk_json_key_number(json, "estimate", quantile.estimate);
        cbk_json_key_number(json, "lower", quantile.lower);
        cbk_json_key_number(json, "upper", quantile.upper);
        cbk_json_close_object(json);
    }
    cbk_json_close_array(json);
}

/* Whether the exact bound says more than the interval. */
static bool wants_bounds(const cbk_km *km)
{
    return km->conventions.interval != CBK_INTERVAL_BPCP &&
           km->conventions.estimate == CBK_SURVIVAL_KAPLAN_MEIER;
}

static void write_bound_at(cbk_json *json, const cbk_km *km, const cbk_km_at *at)
{
    const cbk_exact_bound bound =
        cbk_exact_bound_at(km->risk, km->conventions.level, at->time);
    if (!wants_bounds(km) || isnan(bound.limit) || cbk_notes_forbid_print(at->notes)) {
        return;
    }
    cbk_json_key_number(json, bound.survival > 0.0 ? "exact_lower" : "exact_upper",
                        bound.limit);
}

static void write_hazard_at(cbk_json *json, const cbk_nelson_aalen *fit, double time)
{
    const cbk_hazard_at at = cbk_hazard_at_time(fit, time);
    cbk_json_key(json, "cumulative_hazard");
    cbk_json_open_object(json);
    cbk_json_key_number(json, "estimate", at.hazard);
    cbk_json_key_number(json, "std_error", at.std_error);
    cbk_json_key_number(json, "lower", at.lower);
    cbk_json_key_number(json, "upper", at.upper);
    cbk_analysis_json_beyond(json, at.notes);
    cbk_json_close_object(json);
}

void cbk_km_json_at(cbk_json *json, const cbk_km *km, const cbk_nelson_aalen *hazard,
                    const cbk_km_request *asked)
{
    cbk_json_key(json, "at");
    cbk_json_open_array(json);
    for (size_t i = 0; i < asked->n_at; i++) {
        const cbk_km_at row = cbk_km_at_time(km, asked->at[i]);
        cbk_json_open_object(json);
        cbk_json_key_number(json, "time", row.time);
        cbk_json_key_number(json, "n_risk", row.n_risk);
        cbk_json_key_number(json, "survival", row.survival);
        cbk_json_key_number(json, "std_error", row.std_error);
        cbk_json_key_number(json, "lower", row.lower);
        cbk_json_key_number(json, "upper", row.upper);
        write_bound_at(json, km, &row);
        if (hazard != NULL) {
            write_hazard_at(json, hazard, row.time);
        }
        cbk_analysis_json_beyond(json, row.notes);
        cbk_json_close_object(json);
    }
    cbk_json_close_array(json);
}

void cbk_km_json_restricted_mean(cbk_json *json, const cbk_km *km,
                                 const cbk_km_request *asked)
{
    cbk_json_key(json, "rmst");
    if (!(asked->tau > 0.0)) {
        cbk_json_null(json);
        return;
    }
    const cbk_restricted_mean mean = cbk_restricted_mean_of(km, asked->tau);
    cbk_json_open_object(json);
    cbk_json_key_number(json, "tau", mean.tau);
    cbk_json_key_number(json, "estimate", mean.estimate);
    cbk_json_key_number(json, "std_error", mean.std_error);
    cbk_json_key_number(json, "lower", mean.lower);
    cbk_json_key_number(json, "upper", mean.upper);
    cbk_analysis_json_beyond(json, mean.notes);
    cbk_json_close_object(json);
}

void cbk_km_json_hazard(cbk_json *json, const cbk_nelson_aalen *fit)
{
    cbk_json_key(json, "hazard");
    cbk_json_open_array(json);
    for (size_t i = 0; fit != NULL && i < fit->n_rows; i++) {
        const cbk_hazard_row *row = &fit->rows[i];
        cbk_json_open_object(json);
        cbk_json_key_number(json, "time", row->time);
        cbk_json_key_number(json, "n_risk", row->n_risk);
        cbk_json_key_number(json, "n_event", row->n_event);
        cbk_json_key_number(json, "n_censor", row->n_censor);
        cbk_json_key_number(json, "hazard", row->hazard);
        cbk_json_key_number(json, "std_error", row->std_error);
        cbk_json_key_number(json, "lower", row->lower);
        cbk_json_key_number(json, "upper", row->upper);
        cbk_json_close_object(json);
    }
    cbk_json_close_array(json);
}

void cbk_km_json_bounds(cbk_json *json, const cbk_km *km)
{
    cbk_exact_bound bounds[CBK_EXACT_BOUNDS_MAX];
    const size_t n =
        wants_bounds(km) ? cbk_exact_bounds(km->risk, km->conventions.level, bounds) : 0;
    cbk_json_key(json, "exact_bounds");
    cbk_json_open_array(json);
    for (size_t i = 0; i < n; i++) {
        cbk_json_open_object(json);
        cbk_json_key_number(json, "time", bounds[i].time);
        cbk_json_key_number(json, "survival", bounds[i].survival);
        cbk_json_key_number(json, bounds[i].survival > 0.0 ? "lower" : "upper",
                            bounds[i].limit);
        cbk_json_close_object(json);
    }
    cbk_json_close_array(json);
}

/* ---- of two curves ----------------------------------------------------------------- */

void cbk_km_json_stratum(cbk_json *json, const char *key, const cbk_curves *curves,
                         const cbk_curve *curve)
{
    cbk_analysis_json_levels(json, key, curves->by, curve->level, curves->n_by);
}

static void write_contrast(cbk_json *json, const cbk_curves *curves, size_t group,
                           const char *horizon, double time, const char *error_key,
                           const cbk_contrast *contrast)
{
    cbk_json_open_object(json);
    cbk_km_json_stratum(json, "group", curves, &curves->curves[group]);
    cbk_km_json_stratum(json, "reference", curves, &curves->curves[0]);
    cbk_json_key_number(json, horizon, time);
    cbk_analysis_json_contrast(json, error_key, contrast);
    cbk_json_close_object(json);
}

static void write_differences(cbk_json *json, const cbk_curves *curves,
                              const cbk_km_request *asked)
{
    cbk_json_key(json, "differences");
    cbk_json_open_array(json);
    for (size_t group = 1; group < curves->n_curves; group++) {
        for (size_t i = 0; i < asked->n_at; i++) {
            const cbk_km_at a = cbk_km_at_time(curves->curves[0].km, asked->at[i]);
            const cbk_km_at b = cbk_km_at_time(curves->curves[group].km, asked->at[i]);
            const cbk_contrast difference =
                cbk_survival_difference(&a, &b, curves->conventions.level);
            write_contrast(json, curves, group, "time", asked->at[i], "std_error",
                           &difference);
        }
    }
    cbk_json_close_array(json);
}

typedef cbk_contrast (*mean_contrast)(const cbk_restricted_mean *reference,
                                      const cbk_restricted_mean *group, double level);

static void write_mean_contrasts(cbk_json *json, const char *key, const char *error_key,
                                 mean_contrast contrast, const cbk_curves *curves,
                                 const cbk_km_request *asked)
{
    cbk_json_key(json, key);
    cbk_json_open_array(json);
    for (size_t group = 1; asked->tau > 0.0 && group < curves->n_curves; group++) {
        const cbk_restricted_mean a =
            cbk_restricted_mean_of(curves->curves[0].km, asked->tau);
        const cbk_restricted_mean b =
            cbk_restricted_mean_of(curves->curves[group].km, asked->tau);
        const cbk_contrast found = contrast(&a, &b, curves->conventions.level);
        write_contrast(json, curves, group, "tau", asked->tau, error_key, &found);
    }
    cbk_json_close_array(json);
}

void cbk_km_json_contrasts(cbk_json *json, const cbk_curves *curves,
                           const cbk_km_request *asked)
{
    write_differences(json, curves, asked);
    write_mean_contrasts(json, "rmst_differences", "std_error",
                         cbk_restricted_mean_difference, curves, asked);
    write_mean_contrasts(json, "rmst_ratios", "std_error_log", cbk_restricted_mean_ratio,
                         curves, asked);
}
