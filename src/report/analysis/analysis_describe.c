/* analysis_describe.c - `casebook describe`: a summary table made on request, as a
 * document and as JSON.
 */
#include "report/table/summary.h"

#include "study/sql/sql_text.h"

#include <string.h>

/* ---- which variables ----------------------------------------------------------------
 */

/* Texts and times of day say nothing in a summary; everything else does. */
static bool is_described(const cbk_field *field)
{
    return field->type != CBK_FIELD_TEXT && field->type != CBK_FIELD_DATETIME;
}

static cbk_status unknown_variable(const cbk_report *report, const char *name,
                                   cbk_error *err)
{
    const cbk_form *patients = &report->protocol->forms[0];
    const size_t n_derived = report->protocol->n_derived;
    const size_t n = patients->n_fields + n_derived;
    const char **names = CBK_NEW(report->arena, const char *, n + 1);
    for (size_t i = 0; names != NULL && i < n; i++) {
        names[i] = i < patients->n_fields
                       ? patients->fields[i].name
                       : report->protocol->derived[i - patients->n_fields].name;
    }
    char hint[CBK_HINT_SIZE];
    return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE, "There is no variable \"%s\"%s", name,
                    cbk_spelling_hint(name, names, names != NULL ? n : 0, hint));
}

static cbk_status check_variable(const cbk_report *report, const char *name,
                                 bool may_be_endpoint, cbk_error *err)
{
    const bool is_known =
        cbk_protocol_variable(report->protocol, name) != NULL ||
        (may_be_endpoint && cbk_protocol_endpoint(report->protocol, name) != NULL);
    return is_known ? CBK_OK : unknown_variable(report, name, err);
}

/* The names asked for, or every variable that a summary can say something of. */
static cbk_status choose_variables(const cbk_report *report,
                                   const cbk_description_request *request,
                                   const char *const **out, size_t *n, cbk_error *err)
{
    *out = request->variables;
    *n = request->n_variables;
    for (size_t i = 0; i < request->n_variables; i++) {
        CBK_TRY(check_variable(report, request->variables[i], true, err));
    }
    if (request->by != NULL) {
        CBK_TRY(check_variable(report, request->by, false, err));
    }
    if (request->variables != NULL) {
        return CBK_OK;
    }
    const cbk_protocol *protocol = report->protocol;
    const cbk_form *patients = &protocol->forms[0];
    const char **names = CBK_NEW(report->arena, const char *,
                                 patients->n_fields + protocol->n_derived + 1);
    if (names == NULL) {
        return cbk_report_done(report, err);
    }
    for (size_t i = 0; i < patients->n_fields; i++) {
        if (is_described(&patients->fields[i])) {
            names[(*n)++] = patients->fields[i].name;
        }
    }
    for (size_t i = 0; i < protocol->n_derived; i++) {
        names[(*n)++] = protocol->derived[i].name;
    }
    *out = names;
    return CBK_OK;
}

/* The request as a table of the protocol would say it. */
static cbk_status make_spec(const cbk_report *report,
                            const cbk_description_request *request, cbk_table_spec *out,
                            cbk_error *err)
{
    const char *const *names = NULL;
    size_t n = 0;
    CBK_TRY(choose_variables(report, request, &names, &n, err));
    cbk_table_column_spec *columns = CBK_NEW(report->arena, cbk_table_column_spec, n + 1);
    if (columns == NULL) {
        return cbk_report_done(report, err);
    }
    for (size_t i = 0; i < n; i++) {
        columns[i] = (cbk_table_column_spec){.kind = CBK_TABLE_COLUMN_FIELD,
                                             .n_fields = 1,
                                             .fields = &names[i],
                                             .digits = -1};
    }
    *out = (cbk_table_spec){.id = "description",
                            .title = report->protocol->title,
                            .kind = CBK_TABLE_SUMMARY,
                            .among = request->among,
                            .by = request->by,
                            .test = request->test,
                            .interval = request->interval,
                            .n_columns = n,
                            .columns = columns};
    return CBK_OK;
}

static cbk_status start(cbk_study *study, const cbk_conventions *conventions,
                        cbk_arena *arena, cbk_report *out, cbk_error *err)
{
    *out = (cbk_report){.study = study,
                        .protocol = cbk_study_protocol(study),
                        .document = cbk_document_create(arena, "Description"),
                        .arena = arena,
                        .conventions = *conventions,
                        .style = cbk_study_style(study)};
    return cbk_report_done(out, err);
}

cbk_status cbk_analysis_describe_document(cbk_study *study,
                                          const cbk_description_request *request,
                                          const cbk_conventions *conventions,
                                          cbk_arena *arena, const cbk_document **out,
                                          cbk_error *err)
{
    cbk_report report;
    CBK_TRY(start(study, conventions, arena, &report, err));
    cbk_table_spec *spec = CBK_NEW(arena, cbk_table_spec, 1);
    CBK_TRY(cbk_report_done(&report, err));
    CBK_TRY(make_spec(&report, request, spec, err));
    CBK_TRY(cbk_report_summary(&report, spec, err));
    *out = report.document;
    return CBK_OK;
}

/* ---- JSON ----------------------------------------------------------------------------
 */

typedef struct writer {
    cbk_report *report;
    cbk_json *json;
} writer;

/* One number under a key, through the evaluator: `form` with its $ the variable. */
static cbk_status write_number(const writer *to, const char *key, const char *form,
                               const char *variable, const char *among, cbk_error *err)
{
    const size_t before = strcspn(form, "$");
    const char *after = form[before] == '$' ? form + before + 1 : "";
    const char *expression =
        cbk_text_format(to->report->arena, "%.*s%s%s", (int)before, form,
                        form[before] == '$' ? variable : "", after);
    cbk_quantity quantity;
    CBK_TRY(cbk_report_evaluate(to->report, expression, NULL, among, &quantity, err));
    cbk_json_key(to->json, key);
    if (cbk_quantity_has_number(&quantity)) {
        cbk_json_number(to->json, quantity.value.number);
    } else {
        cbk_json_null(to->json);
    }
    return CBK_OK;
}

static cbk_status write_statistics(const writer *to, const char *name, const char *among,
                                   cbk_error *err)
{
    CBK_TRY(write_number(to, "mean", "mean($)", name, among, err));
    CBK_TRY(write_number(to, "sd", "sd($)", name, among, err));
    CBK_TRY(write_number(to, "minimum", "min($)", name, among, err));
    CBK_TRY(write_number(to, "quartile_1", "quantile($, 0.25)", name, among, err));
    CBK_TRY(write_number(to, "median", "median($)", name, among, err));
    CBK_TRY(write_number(to, "quartile_3", "quantile($, 0.75)", name, among, err));
    return write_number(to, "maximum", "max($)", name, among, err);
}

/* The test of a variable or of one of several answers. */
static cbk_status write_test(const writer *to, const cbk_summary *plan,
                             const cbk_summary_row *row, cbk_error *err)
{
    cbk_report *report = to->report;
    cbk_quantity name;
    CBK_TRY(cbk_report_evaluate(report, cbk_summary_test_sql(plan, row, "name"), NULL,
                                plan->spec->among, &name, err));
    cbk_json_key(to->json, "test");
    cbk_json_open_object(to->json);
    cbk_json_key_text(to->json, "name",
                      name.value.kind == CBK_VALUE_TEXT ? name.value.text : NULL);
    static const char *const parts[] = {"statistic", "df", "p"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        CBK_TRY(write_number(to, parts[i], cbk_summary_test_sql(plan, row, parts[i]),
                             NULL, plan->spec->among, err));
    }
    cbk_json_key_notes(to->json, "notes", name.notes);
    cbk_json_close_object(to->json);
    return CBK_OK;
}

/* Tests compare the groups, so they stand with all of them: in the first column. */
static bool is_test_due(const cbk_summary *plan, const cbk_summary_column *column)
{
    return plan->is_tested && column == &plan->columns[0];
}

static cbk_status write_categories(const writer *to, const cbk_summary *plan,
                                   const char *name, const cbk_summary_column *column,
                                   cbk_error *err)
{
    const char *among = column->among;
    cbk_json_key(to->json, "categories");
    cbk_json_open_array(to->json);
    for (size_t i = 0; i < plan->n_rows; i++) {
        const cbk_summary_row *row = &plan->rows[i];
        if (row->kind != CBK_SUMMARY_CATEGORY || strcmp(row->name, name) != 0) {
            continue;
        }
        cbk_json_open_object(to->json);
        cbk_json_key_text(to->json, "category", row->label);
        CBK_TRY(write_number(to, "n", "sum($)", row->condition, among, err));
        CBK_TRY(write_number(to, "percent", "percent($)", row->condition, among, err));
        if (plan->spec->interval != NULL) {
            CBK_TRY(write_number(to, "lower",
                                 cbk_summary_limit_sql(plan, row->condition, "lower"),
                                 NULL, among, err));
            CBK_TRY(write_number(to, "upper",
                                 cbk_summary_limit_sql(plan, row->condition, "upper"),
                                 NULL, among, err));
        }
        if (row->tested != NULL && is_test_due(plan, column)) {
            CBK_TRY(write_test(to, plan, row, err));
        }
        cbk_json_close_object(to->json);
    }
    cbk_json_close_array(to->json);
    return CBK_OK;
}

static cbk_status write_rate(const writer *to, const cbk_summary *plan, const char *name,
                             const char *among, cbk_error *err)
{
    static const char *const parts[] = {"rate", "rate_lower", "rate_upper"};
    for (size_t i = 0; i < plan->n_rows; i++) {
        const cbk_summary_row *row = &plan->rows[i];
        if (row->kind != CBK_SUMMARY_RATE || strcmp(row->name, name) != 0) {
            continue;
        }
        char per[CBK_NUMBER_SIZE];
        cbk_number_shortest(row->per, per);
        cbk_json_key_number(to->json, "rate_per", row->per);
        for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++) {
            const char *sql =
                cbk_text_format(to->report->arena, "%s(%s, %s)", parts[k], name, per);
            CBK_TRY(write_number(to, parts[k], sql, NULL, among, err));
        }
    }
    return CBK_OK;
}

static cbk_status write_endpoint(const writer *to, const cbk_summary *plan,
                                 const char *name, const char *among, cbk_error *err)
{
    CBK_TRY(write_number(to, "events", "events($)", name, among, err));
    CBK_TRY(write_number(to, "person_time", "person_time($)", name, among, err));
    CBK_TRY(write_rate(to, plan, name, among, err));
    CBK_TRY(write_number(to, "median", "km_median($)", name, among, err));
    CBK_TRY(write_number(to, "lower", "km_median_lower($)", name, among, err));
    return write_number(to, "upper", "km_median_upper($)", name, among, err);
}

static cbk_status write_variable(const writer *to, const cbk_summary *plan,
                                 const char *variable, const cbk_summary_column *column,
                                 cbk_error *err)
{
    const char *among = column->among;
    const cbk_field *field = cbk_summary_field(plan, variable);
    const char *name = cbk_sql_name(to->report->arena, variable);
    cbk_json_open_object(to->json);
    cbk_json_key_text(to->json, "variable", variable);
    cbk_json_key_text(to->json, "label", field != NULL ? field->label : variable);
    cbk_json_key_text(to->json, "unit", field != NULL ? field->unit : NULL);
    cbk_json_key_text(to->json, "type",
                      field != NULL ? cbk_field_type_name(field->type) : "endpoint");
    CBK_TRY(write_number(to, "n", "count($)", name, among, err));
    CBK_TRY(write_number(to, "missing", "count(*) - count($)", name, among, err));
    cbk_status status = CBK_OK;
    if (field == NULL) {
        status = write_endpoint(to, plan, name, among, err);
    } else if (field->type == CBK_FIELD_INTEGER || field->type == CBK_FIELD_NUMBER) {
        status = write_statistics(to, name, among, err);
    } else {
        status = write_categories(to, plan, name, column, err);
    }
    for (size_t i = 0; status == CBK_OK && i < plan->n_rows; i++) {
        const cbk_summary_row *row = &plan->rows[i];
        if (row->kind == CBK_SUMMARY_VARIABLE && row->tested != NULL &&
            strcmp(row->tested, name) == 0 && is_test_due(plan, column)) {
            status = write_test(to, plan, row, err);
        }
    }
    cbk_json_close_object(to->json);
    return status;
}

static cbk_status write_group(const writer *to, const cbk_summary *plan,
                              const cbk_summary_column *column, cbk_error *err)
{
    cbk_json_open_object(to->json);
    cbk_json_key_text(to->json, "group", column->label);
    CBK_TRY(write_number(to, "n", "count(*)", NULL, column->among, err));
    cbk_json_key(to->json, "variables");
    cbk_json_open_array(to->json);
    for (size_t i = 0; i < plan->spec->n_columns; i++) {
        CBK_TRY(write_variable(to, plan, plan->spec->columns[i].fields[0], column, err));
    }
    cbk_json_close_array(to->json);
    cbk_json_close_object(to->json);
    return CBK_OK;
}

cbk_status cbk_analysis_describe_json(cbk_study *study,
                                      const cbk_description_request *request,
                                      const cbk_conventions *conventions,
                                      cbk_arena *arena, cbk_json *json, cbk_error *err)
{
    cbk_report report;
    cbk_table_spec spec;
    CBK_TRY(start(study, conventions, arena, &report, err));
    CBK_TRY(make_spec(&report, request, &spec, err));
    cbk_summary plan = {.report = &report, .spec = &spec};
    CBK_TRY(cbk_summary_plan(&plan, err));
    const writer to = {.report = &report, .json = json};
    cbk_json_open_object(json);
    cbk_analysis_json_head(study, "describe", json);
    cbk_json_key(json, "settings");
    cbk_json_open_object(json);
    cbk_json_key_text(json, "profile", cbk_profile_name(conventions->profile));
    cbk_json_key_integer(json, "quantile_type", (int64_t)conventions->sample_quantile);
    cbk_json_key_text(json, "by", request->by);
    cbk_json_key_text(json, "where", request->among);
    if (request->test != CBK_SUMMARY_UNTESTED) {
        cbk_json_key_text(json, "test",
                          request->test == CBK_SUMMARY_BY_MEANS ? "means" : "ranks");
    }
    if (request->interval != NULL) {
        cbk_json_key_text(json, "interval", request->interval);
    }
    cbk_json_key_text(json, "conf_type", cbk_interval_name(conventions->interval));
    cbk_json_key_number(json, "level", conventions->level);
    cbk_json_close_object(json);
    cbk_json_key(json, "warnings");
    cbk_json_open_array(json);
    if (request->test != CBK_SUMMARY_UNTESTED && !plan.is_tested) {
        cbk_json_text(json, cbk_note_sentence(CBK_NOTE_NO_GROUPS));
    }
    cbk_json_close_array(json);
    cbk_json_key(json, "results");
    cbk_json_open_object(json);
    cbk_json_key(json, "groups");
    cbk_json_open_array(json);
    for (size_t i = 0; i < plan.n_columns; i++) {
        CBK_TRY(write_group(&to, &plan, &plan.columns[i], err));
    }
    cbk_json_close_array(json);
    cbk_json_close_object(json);
    cbk_json_close_object(json);
    return CBK_OK;
}
