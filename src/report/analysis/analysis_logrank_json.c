/* analysis_logrank_json.c - `casebook logrank` as JSON; the fields are those of
 * docs/formats/json.md.
 */
#include "report/analysis/analysis_json.h"
#include "report/analysis/analysis_logrank.h"

#include <math.h>
#include <stdio.h>

static void write_settings(cbk_json *json, const cbk_followup_data *data,
                           const cbk_log_rank_request *request)
{
    const bool has_powers = request->method == CBK_LOG_RANK_FLEMING_HARRINGTON;
    cbk_json_key(json, "settings");
    cbk_json_open_object(json);
    cbk_json_key_text(json, "test", cbk_log_rank_method_name(request->method));
    cbk_json_key_number(json, "rho", has_powers ? request->rho : (double)NAN);
    cbk_json_key_number(json, "gamma", has_powers ? request->gamma : (double)NAN);
    cbk_json_key_text(json, "variance", "hypergeometric");
    cbk_json_key_text(json, "time", data->endpoint);
    cbk_json_key_text(json, "event", data->event);
    cbk_json_key_text(json, "entry", data->request->entry);
    cbk_json_key_text(json, "unit", data->unit);
    cbk_json_key_boolean(json, "timefix", !data->request->is_time_exact);
    cbk_json_key_texts(json, "by", data->request->by, data->request->n_by);
    cbk_json_key_texts(json, "strata", data->request->strata, data->request->n_strata);
    cbk_json_key_text(json, "where", data->request->where);
    cbk_json_close_object(json);
}

static void write_warnings(cbk_json *json, const cbk_followup_data *data,
                           const cbk_log_rank *fit)
{
    const cbk_notes notes = cbk_logrank_notes(data, fit);
    cbk_analysis_json_open_warnings(json, notes);
    if (fit->exact != NULL) {
        cbk_json_text(json, cbk_logrank_validity(fit));
    }
    cbk_json_close_array(json);
}

static void write_groups(cbk_json *json, const cbk_followup_data *data,
                         const cbk_log_rank *fit)
{
    cbk_json_key(json, "groups");
    cbk_json_open_array(json);
    for (size_t g = 0; g < fit->n_groups; g++) {
        const cbk_log_rank_group *group = &fit->groups[g];
        cbk_json_open_object(json);
        cbk_analysis_json_group(json, "group", data->by, g);
        cbk_json_key_integer(json, "n", (int64_t)group->n);
        cbk_json_key_integer(json, "events", (int64_t)group->n_event);
        cbk_json_key_number(json, "observed", group->observed);
        cbk_json_key_number(json, "expected", group->expected);
        cbk_json_key_number(json, "score", fit->score[g]);
        cbk_json_close_object(json);
    }
    cbk_json_close_array(json);
}

/* The keys of an open object. */
static void write_test(cbk_json *json, const cbk_log_rank_test *test)
{
    cbk_analysis_json_test(json, test->chisq, test->df, test->p);
    cbk_json_key_number(json, "log_p", test->log_p);
}

static void write_tests(cbk_json *json, const cbk_log_rank *fit)
{
    char trend[64];
    const char *name = cbk_log_rank_method_name(fit->request.method);
    cbk_json_key(json, "tests");
    cbk_json_open_array(json);
    cbk_json_open_object(json);
    cbk_json_key_text(json, "method", name);
    write_test(json, &fit->test);
    cbk_json_key_notes(json, "notes", fit->test.notes);
    cbk_json_close_object(json);
    if (fit->request.wants_trend) {
        (void)snprintf(trend, sizeof trend, "%s-trend", name);
        cbk_json_open_object(json);
        cbk_json_key_text(json, "method", trend);
        write_test(json, &fit->trend);
        cbk_json_key(json, "scores");
        cbk_json_open_array(json);
        for (size_t g = 0; g < fit->n_groups; g++) {
            cbk_json_number(json, fit->request.scores[g]);
        }
        cbk_json_close_array(json);
        cbk_json_key_notes(json, "notes", fit->trend.notes);
        cbk_json_close_object(json);
    }
    cbk_json_close_array(json);
}

static void write_pairs(cbk_json *json, const cbk_followup_data *data,
                        const cbk_log_rank *fit)
{
    cbk_json_key(json, "pairwise");
    cbk_json_open_array(json);
    for (size_t k = 0; k < fit->n_pairs; k++) {
        const cbk_log_rank_pair *pair = &fit->pairs[k];
        cbk_json_open_object(json);
        cbk_analysis_json_group(json, "first", data->by, pair->first);
        cbk_analysis_json_group(json, "second", data->by, pair->second);
        cbk_json_key_text(json, "method", cbk_log_rank_method_name(fit->request.method));
        write_test(json, &pair->test);
        cbk_json_key_number(json, "p_holm", pair->p_holm);
        cbk_json_key_notes(json, "notes", pair->test.notes);
        cbk_json_close_object(json);
    }
    cbk_json_close_array(json);
}

static void write_exact(cbk_json *json, const cbk_log_rank *fit)
{
    const cbk_log_rank_exact *exact = fit->exact;
    cbk_json_key(json, "exact");
    cbk_json_open_object(json);
    cbk_analysis_json_exact(json, exact);
    cbk_json_key(json, "seed");
    if (exact->is_complete) {
        cbk_json_null(json);
    } else {
        cbk_json_integer(json, (int64_t)fit->request.seed);
    }
    cbk_json_close_object(json);
}

void cbk_analysis_logrank_json(const cbk_followup_data *data, const cbk_log_rank *fit,
                               cbk_json *json)
{
    cbk_analysis_json_open(json, "logrank", &data->source);
    write_settings(json, data, &fit->request);
    write_warnings(json, data, fit);
    cbk_json_key(json, "results");
    cbk_json_open_object(json);
    write_groups(json, data, fit);
    write_tests(json, fit);
    if (fit->request.wants_pairs) {
        write_pairs(json, data, fit);
    }
    if (fit->exact != NULL) {
        write_exact(json, fit);
    }
    cbk_json_close_object(json);
    cbk_json_close_object(json);
}
