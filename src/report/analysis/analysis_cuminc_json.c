/* analysis_cuminc_json.c - `casebook cuminc` as JSON; the fields are those of
 * docs/formats/json.md.
 */
#include "report/analysis/analysis_cuminc.h"
#include "report/analysis/analysis_json.h"

static void write_settings(cbk_json *json, const cbk_incidences *all)
{
    const cbk_followup_data *data = all->data;
    const cbk_followup_request *request = data->request;
    cbk_json_key(json, "settings");
    cbk_json_open_object(json);
    cbk_json_key_text(json, "variance",
                      cbk_incidence_variance_name(all->request.variance));
    cbk_json_key_text(json, "conf_type", cbk_interval_name(all->request.interval));
    cbk_json_key_number(json, "level", all->request.level);
    cbk_json_key_number(json, "rho", 0.0);
    cbk_json_key_text(json, "time", data->endpoint);
    cbk_json_key_text(json, "event", data->event);
    cbk_json_key_text(json, "censor", request->censor);
    cbk_json_key_text(json, "cause", request->cause);
    cbk_json_key_text(json, "unit", data->unit);
    cbk_json_key_text(json, "entry", request->entry);
    cbk_json_key_text(json, "weight", request->weight);
    cbk_json_key_text(json, "cluster", request->cluster);
    cbk_json_key_boolean(json, "timefix", !request->is_time_exact);
    cbk_json_key_texts(json, "by", request->by, request->n_by);
    cbk_json_key_texts(json, "strata", request->strata, request->n_strata);
    cbk_json_key_text(json, "where", request->where);
    cbk_json_close_object(json);
}

static void write_warnings(cbk_json *json, const cbk_incidences *all)
{
    cbk_notes notes = all->notes;
    for (size_t k = 0; all->tests != NULL && k < all->data->n_causes; k++) {
        notes |= cbk_cuminc_is_asked(all->data, k) ? all->tests[k].notes : 0u;
    }
    cbk_analysis_json_open_warnings(json, notes);
    if (all->why_no_tests != NULL) {
        cbk_json_text(json, all->why_no_tests);
    }
    cbk_json_close_array(json);
}

/* The keys of an open object. */
static void write_estimate(cbk_json *json, const cbk_cuminc_row *row)
{
    cbk_json_key_number(json, "incidence", row->incidence);
    cbk_json_key_number(json, "std_error", row->std_error);
    cbk_json_key_number(json, "lower", row->lower);
    cbk_json_key_number(json, "upper", row->upper);
}

static void write_curve(cbk_json *json, const cbk_cuminc *fit, size_t cause)
{
    cbk_json_key(json, "curve");
    cbk_json_open_array(json);
    for (size_t i = 0; i < fit->table->risk->n_rows; i++) {
        const cbk_cuminc_row row = cbk_cuminc_row_at(fit, cause, i);
        cbk_json_open_object(json);
        cbk_json_key_number(json, "time", row.time);
        cbk_json_key_number(json, "n_risk", row.n_risk);
        cbk_json_key_number(json, "n_event", row.n_event);
        cbk_json_key_number(json, "n_other", row.n_other);
        cbk_json_key_number(json, "n_censor", row.n_censor);
        write_estimate(json, &row);
        cbk_json_close_object(json);
    }
    cbk_json_close_array(json);
}

static void write_at(cbk_json *json, const cbk_cuminc *fit, size_t cause,
                     const cbk_cuminc_asked *asked)
{
    cbk_json_key(json, "at");
    cbk_json_open_array(json);
    for (size_t i = 0; i < asked->n_at; i++) {
        const cbk_cuminc_row row = cbk_cuminc_at_time(fit, cause, asked->at[i]);
        cbk_json_open_object(json);
        cbk_json_key_number(json, "time", row.time);
        cbk_json_key_number(json, "n_risk", row.n_risk);
        write_estimate(json, &row);
        cbk_analysis_json_beyond(json, row.notes);
        cbk_json_close_object(json);
    }
    cbk_json_close_array(json);
}

static void write_causes(cbk_json *json, const cbk_followup_data *data,
                         const cbk_cuminc *fit, const cbk_cuminc_asked *asked)
{
    cbk_json_key(json, "causes");
    cbk_json_open_array(json);
    for (size_t k = 0; k < data->n_causes; k++) {
        if (cbk_cuminc_is_asked(data, k)) {
            cbk_json_open_object(json);
            cbk_json_key_text(json, "cause", data->cause_name[k]);
            cbk_json_key_integer(json, "events", (int64_t)fit->table->n_event[k]);
            write_curve(json, fit, k);
            write_at(json, fit, k, asked);
            cbk_json_close_object(json);
        }
    }
    cbk_json_close_array(json);
}

static void write_stratum(cbk_json *json, const cbk_followup_data *data,
                          const cbk_incidence *group, const cbk_cuminc_asked *asked)
{
    cbk_json_open_object(json);
    cbk_analysis_json_levels(json, "stratum", data->by->by, group->level, data->by->n_by);
    cbk_json_key_integer(json, "n", (int64_t)group->fit->table->risk->n);
    cbk_json_key_integer(json, "events", (int64_t)group->fit->table->risk->n_event);
    write_causes(json, data, group->fit, asked);
    cbk_json_key_notes(json, "notes", group->fit->notes);
    cbk_json_close_object(json);
}

static void write_tests(cbk_json *json, const cbk_incidences *all)
{
    cbk_json_key(json, "tests");
    cbk_json_open_array(json);
    for (size_t k = 0; all->tests != NULL && k < all->data->n_causes; k++) {
        if (cbk_cuminc_is_asked(all->data, k)) {
            const cbk_gray_test *test = &all->tests[k];
            cbk_json_open_object(json);
            cbk_json_key_text(json, "method", "gray");
            cbk_json_key_text(json, "cause", all->data->cause_name[k]);
            cbk_analysis_json_test(json, test->chisq, test->df, test->p);
            cbk_json_key_notes(json, "notes", test->notes);
            cbk_json_close_object(json);
        }
    }
    cbk_json_close_array(json);
}

void cbk_analysis_cuminc_json(const cbk_incidences *all, const cbk_cuminc_asked *asked,
                              cbk_json *json)
{
    cbk_analysis_json_open(json, "cuminc", &all->data->source);
    write_settings(json, all);
    write_warnings(json, all);
    cbk_json_key(json, "results");
    cbk_json_open_object(json);
    cbk_analysis_json_causes(json, all->data);
    cbk_json_key(json, "strata");
    cbk_json_open_array(json);
    for (size_t g = 0; g < all->n_groups; g++) {
        write_stratum(json, all->data, &all->groups[g], asked);
    }
    cbk_json_close_array(json);
    write_tests(json, all);
    cbk_json_close_object(json);
    cbk_json_close_object(json);
}
