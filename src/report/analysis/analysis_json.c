/* analysis_json.c - what the JSON of the analyses of time to event has in common.
 * Contract: report/analysis/analysis_json.h. */
#include "report/analysis/analysis_json.h"

#include <math.h>

/* Which covariates the rows lacked, where there are several. */
static void write_parts(cbk_json *json, const cbk_omitted *omitted)
{
    if (omitted->n_parts == 0) {
        return;
    }
    cbk_json_key(json, "covariates");
    cbk_json_open_array(json);
    for (size_t k = 0; k < omitted->n_parts; k++) {
        cbk_json_open_object(json);
        cbk_json_key_text(json, "covariate", omitted->parts[k].reason);
        cbk_json_key_integer(json, "n", (int64_t)omitted->parts[k].n);
        cbk_json_close_object(json);
    }
    cbk_json_close_array(json);
}

static void write_source(cbk_json *json, const cbk_source *source)
{
    cbk_json_key(json, "source");
    cbk_json_open_object(json);
    cbk_json_key_text(json, "name", source->name);
    cbk_json_key_text(json, "sha256", source->sha256);
    cbk_json_key_integer(json, "rows", (int64_t)source->rows);
    cbk_json_key_integer(json, "used", (int64_t)source->used);
    cbk_json_key(json, "omitted");
    cbk_json_open_array(json);
    for (size_t i = 0; i < source->n_omitted; i++) {
        cbk_json_open_object(json);
        cbk_json_key_text(json, "reason", source->omitted[i].reason);
        cbk_json_key_integer(json, "n", (int64_t)source->omitted[i].n);
        write_parts(json, &source->omitted[i]);
        cbk_json_close_object(json);
    }
    cbk_json_close_array(json);
    cbk_json_close_object(json);
}

void cbk_analysis_json_open(cbk_json *json, const char *analysis,
                            const cbk_source *source)
{
    cbk_json_open_object(json);
    cbk_json_key_text(json, "casebook", CASEBOOK_VERSION);
    cbk_json_key_text(json, "analysis", analysis);
    write_source(json, source);
}

void cbk_analysis_json_open_warnings(cbk_json *json, cbk_notes notes)
{
    cbk_json_key(json, "warnings");
    cbk_json_open_array(json);
    for (int i = 0; i < CBK_NOTE_COUNT; i++) {
        const cbk_note note = (cbk_note)(1 << i);
        if ((notes & (cbk_notes)note) != 0) {
            cbk_json_text(json, cbk_note_sentence(note));
        }
    }
}

/* ---- a key and its object ---------------------------------------------------------- */

void cbk_analysis_json_levels(cbk_json *json, const char *key, const char *const *by,
                              const char *const *level, size_t n)
{
    cbk_json_key(json, key);
    cbk_json_open_object(json);
    for (size_t i = 0; i < n; i++) {
        cbk_json_key_text(json, by[i], level[i]);
    }
    cbk_json_close_object(json);
}

void cbk_analysis_json_group(cbk_json *json, const char *key, const cbk_groups *groups,
                             size_t group)
{
    const size_t n = groups->n_by;
    cbk_analysis_json_levels(json, key, groups->by, groups->level + group * n, n);
}

void cbk_analysis_json_loglik(cbk_json *json, double null, double model)
{
    cbk_json_key(json, "loglik");
    cbk_json_open_object(json);
    cbk_json_key_number(json, "null", null);
    cbk_json_key_number(json, "model", model);
    cbk_json_close_object(json);
}

void cbk_analysis_json_convergence(cbk_json *json, size_t n_iterations, double gradient)
{
    cbk_json_key(json, "convergence");
    cbk_json_open_object(json);
    cbk_json_key_integer(json, "iterations", (int64_t)n_iterations);
    cbk_json_key_number(json, "gradient", gradient);
    cbk_json_close_object(json);
}

void cbk_analysis_json_cox_test(cbk_json *json, const char *key, const cbk_cox_test *test)
{
    cbk_json_key(json, key);
    cbk_json_open_object(json);
    cbk_analysis_json_test(json, test->chisq, test->df, test->p);
    cbk_json_close_object(json);
}

/* ---- keys of an open object -------------------------------------------------------- */

void cbk_analysis_json_causes(cbk_json *json, const cbk_followup_data *data)
{
    cbk_json_key_integer(json, "n", (int64_t)data->rows.n);
    cbk_json_key_integer(json, "n_censor", (int64_t)data->n_of_cause[0]);
    cbk_json_key(json, "causes");
    cbk_json_open_array(json);
    for (size_t k = 0; k < data->n_causes; k++) {
        cbk_json_open_object(json);
        cbk_json_key_text(json, "cause", data->cause_name[k]);
        cbk_json_key_integer(json, "n_event", (int64_t)data->n_of_cause[k + 1]);
        cbk_json_close_object(json);
    }
    cbk_json_close_array(json);
}

void cbk_analysis_json_beyond(cbk_json *json, cbk_notes notes)
{
    if ((notes & (cbk_notes)CBK_NOTE_BEYOND_FOLLOW_UP) != 0) {
        cbk_json_key_boolean(json, "beyond_follow_up", true);
    }
}

void cbk_analysis_json_test(cbk_json *json, double chisq, size_t df, double p)
{
    cbk_json_key_number(json, "chisq", chisq);
    cbk_json_key_integer(json, "df", (int64_t)df);
    cbk_json_key_number(json, "p", p);
}

void cbk_analysis_json_exact(cbk_json *json, const cbk_log_rank_exact *exact)
{
    cbk_json_key_text(json, "method", exact->is_complete ? "complete" : "monte-carlo");
    cbk_json_key_number(json, "labelings", exact->n_labelings);
    cbk_json_key_integer(json, "permutations", (int64_t)exact->n_permutations);
    cbk_json_key_integer(json, "extreme", (int64_t)exact->n_extreme);
    cbk_json_key_number(json, "p", exact->p);
    cbk_json_key_number(json, "std_error", exact->std_error);
}

void cbk_analysis_json_contrast(cbk_json *json, const char *error_key,
                                const cbk_contrast *contrast)
{
    cbk_json_key_number(json, "estimate", contrast->estimate);
    cbk_json_key_number(json, error_key, contrast->std_error);
    cbk_json_key_number(json, "lower", contrast->lower);
    cbk_json_key_number(json, "upper", contrast->upper);
    cbk_json_key_number(json, "z", contrast->z);
    cbk_json_key_number(json, "p", contrast->p);
    cbk_analysis_json_beyond(json, contrast->notes);
    cbk_json_key_notes(json, "notes", contrast->notes);
}

static const char *status_of(const cbk_cox_coefficient *of, size_t n_event)
{
    if (n_event == 0) {
        return "no events";
    }
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
    return isnan(of->estimate) ? "not converged" : "estimated";
}

void cbk_analysis_json_term(cbk_json *json, const cbk_design_column *column,
                            const cbk_cox_coefficient *of, size_t n_event)
{
    cbk_json_key_text(json, "term", column->name);
    cbk_json_key_text(json, "variable", column->variable);
    cbk_json_key_text(json, "level", column->level);
    cbk_json_key_text(json, "reference", column->reference);
    cbk_json_key_text(json, "status", status_of(of, n_event));
    cbk_json_key_text(json, "direction",
                      of->fate == CBK_COX_RISING    ? "rising"
                      : of->fate == CBK_COX_FALLING ? "falling"
                                                    : NULL);
}
