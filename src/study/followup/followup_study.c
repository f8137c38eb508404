/* followup_study.c - follow-up of an endpoint of a study.  Contract:
 * study/followup/followup.h. */
#include "study/followup/followup.h"

#include "base/text.h"
#include "study/followup/followup_reading.h"
#include "study/internal.h"
#include "study/sql/sql_text.h"

#include <math.h>
#include <string.h>

static cbk_status unknown(const char *what, const char *name, const char *const *names,
                          size_t n, cbk_error *err)
{
    char hint[CBK_HINT_SIZE];
    return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE, "The study has no %s \"%s\"%s", what,
                    name, cbk_spelling_hint(name, names, n, hint));
}

static cbk_status need_endpoint(const cbk_protocol *protocol, const char *name,
                                cbk_arena *arena, const cbk_endpoint **out,
                                cbk_error *err)
{
    *out = cbk_protocol_endpoint(protocol, name);
    if (*out != NULL) {
        return CBK_OK;
    }
    const char **names = CBK_NEW(arena, const char *, protocol->n_endpoints + 1);
    for (size_t i = 0; names != NULL && i < protocol->n_endpoints; i++) {
        names[i] = protocol->endpoints[i].name;
    }
    return names == NULL ? cbk_fail_memory(err)
                         : unknown("endpoint", name, names, protocol->n_endpoints, err);
}

static cbk_status need_variable(const cbk_protocol *protocol, const char *name,
                                cbk_arena *arena, cbk_error *err)
{
    const cbk_form *patients = &protocol->forms[0];
    if (cbk_protocol_variable(protocol, name) != NULL ||
        strcmp(name, patients->key) == 0) {
        return CBK_OK;
    }
    const size_t n = patients->n_fields + protocol->n_derived;
    const char **names = CBK_NEW(arena, const char *, n + 1);
    for (size_t i = 0; names != NULL && i < n; i++) {
        names[i] = i < patients->n_fields
                       ? patients->fields[i].name
                       : protocol->derived[i - patients->n_fields].name;
    }
    return names == NULL ? cbk_fail_memory(err)
                         : unknown("variable", name, names, n, err);
}

/* A day is neither a number nor a category, unless it is said to be one. */
static cbk_status need_covariate(const cbk_protocol *protocol,
                                 const cbk_followup_request *request, const char *name,
                                 cbk_error *err)
{
    const cbk_field *field = cbk_protocol_variable(protocol, name);
    const bool is_day = field != NULL && (field->type == CBK_FIELD_DATE ||
                                          field->type == CBK_FIELD_DATETIME);
    return !is_day || cbk_reading_is_categorical(request, name)
               ? CBK_OK
               : cbk_fail(
                     err, CBK_EINVAL, CBK_ROW_NONE,
                     "--on: \"%s\" is a date, which is no covariate; derive a number "
                     "from it, such as years since the first, or name it in "
                     "--categorical.",
                     name);
}

/* The columns of a request: the endpoint, the weight if there is one, by, strata, on,
 * then offset and cluster if there are. */
static cbk_status select_columns(cbk_study *study, const cbk_followup_request *request,
                                 cbk_arena *arena, const cbk_table **out, cbk_error *err)
{
    const char **names = CBK_NEW(arena, const char *,
                                 request->n_by + request->n_strata + request->n_on + 4);
    if (names == NULL) {
        return cbk_fail_memory(err);
    }
    size_t n = 0;
    names[n++] = request->endpoint;
    if (request->weight != NULL) {
        names[n++] = request->weight;
    }
    for (size_t i = 0; i < request->n_by; i++) {
        names[n++] = request->by[i];
    }
    for (size_t i = 0; i < request->n_strata; i++) {
        names[n++] = request->strata[i];
    }
    for (size_t i = 0; i < request->n_on; i++) {
        names[n++] = request->on[i];
    }
    if (request->offset != NULL) {
        names[n++] = request->offset;
    }
    if (request->cluster != NULL) {
        names[n++] = request->cluster;
    }
    for (size_t i = 1; i < n; i++) {
        CBK_TRY(need_variable(study->protocol, names[i], arena, err));
    }
    for (size_t i = 0; i < request->n_on; i++) {
        CBK_TRY(need_covariate(study->protocol, request, request->on[i], err));
    }
    for (size_t i = 0; i < n; i++) {
        names[i] = cbk_sql_name(arena, names[i]);
    }
    if (cbk_arena_has_failed(arena)) {
        return cbk_fail_memory(err);
    }
    return cbk_study_select(study, names, n, NULL, request->where, arena, out, err);
}

/* Weights must be numbers above 0. */
static cbk_status read_weights(const cbk_study *study, const char *name,
                               const cbk_column *column, const row_set *set,
                               cbk_arena *arena, cbk_followup_draft *draft,
                               cbk_error *err)
{
    draft->weight = CBK_NEW(arena, double, draft->n_rows + 1);
    if (draft->weight == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t row = 0; row < draft->n_rows; row++) {
        if (cbk_column_is_missing(column, row)) {
            draft->lack[row] =
                draft->lack[row] == CBK_LACK_NOTHING ? CBK_LACK_WEIGHT : draft->lack[row];
        } else if (column->type != CBK_COLUMN_NUMBER || !(column->number[row] > 0.0)) {
            return cbk_fail(err, CBK_EDATA, row,
                            "%s, line %zu: the weight `%s` is not a number above 0.",
                            study->records[0].file,
                            study->records[0].line[set->rows[row]], name);
        } else {
            draft->weight[row] = column->number[row];
        }
    }
    return CBK_OK;
}

/* The name of the event that ended a follow-up; NULL: censored. */
static const char *cause_of(const cbk_endpoint *endpoint, const cbk_survival_time *at)
{
    if (at->is_event) {
        return endpoint->name;
    }
    for (size_t i = 0; i < endpoint->n_competing; i++) {
        const char *code = endpoint->competing[i].code;
        if (strlen(code) == at->n_competing &&
            memcmp(code, at->competing, at->n_competing) == 0) {
            return code;
        }
    }
    return NULL;
}

/* The endpoint's texts as times. */
static cbk_status read_endpoint(const cbk_study *study, const cbk_endpoint *endpoint,
                                const cbk_column *column, const row_set *set,
                                cbk_arena *arena, cbk_followup_draft *draft,
                                cbk_error *err)
{
    const size_t n = draft->n_rows;
    draft->time = CBK_NEW(arena, double, n + 1);
    draft->is_event = CBK_NEW(arena, bool, n + 1);
    draft->lack = CBK_NEW(arena, cbk_lack, n + 1);
    draft->name = CBK_NEW(arena, const char *, n + 1);
    double *entry = CBK_NEW(arena, double, n + 1);
    const char **cause = CBK_NEW(arena, const char *, n + 1);
    cbk_column *column_of_causes = CBK_NEW(arena, cbk_column, 1);
    if (column_of_causes == NULL) {
        return cbk_fail_memory(err);
    }
    bool is_late = false;
    for (size_t row = 0; row < n; row++) {
        cbk_survival_time at;
        draft->name[row] = study->records[0].key[set->rows[row]];
        if (cbk_column_is_missing(column, row) ||
            !cbk_survival_parse(column->text[row], &at)) {
            draft->lack[row] = CBK_LACK_TIME;
            continue;
        }
        draft->time[row] = at.time;
        draft->is_event[row] = at.is_event;
        entry[row] = at.entry;
        is_late = is_late || at.entry > 0.0;
        cause[row] = cause_of(endpoint, &at);
    }
    draft->entry = is_late ? entry : NULL;
    *column_of_causes =
        (cbk_column){.name = endpoint->name, .type = CBK_COLUMN_TEXT, .text = cause};
    draft->cause = column_of_causes;
    return CBK_OK;
}

/* Who was censored by a competing event. */
static cbk_status mark_competing(cbk_arena *arena, cbk_followup_draft *draft,
                                 cbk_error *err)
{
    draft->is_competing = CBK_NEW(arena, bool, draft->n_rows + 1);
    if (draft->is_competing == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t row = 0; row < draft->n_rows; row++) {
        draft->is_competing[row] =
            draft->cause->text[row] != NULL && !draft->is_event[row];
    }
    return CBK_OK;
}

/* All events, each with its cause: the endpoint's own, then the competing ones. */
static cbk_status declare_causes(const cbk_endpoint *endpoint, cbk_arena *arena,
                                 cbk_followup_draft *draft, cbk_error *err)
{
    const char **declared = CBK_NEW(arena, const char *, endpoint->n_competing + 1);
    if (declared == NULL) {
        return cbk_fail_memory(err);
    }
    declared[0] = endpoint->name;
    for (size_t i = 0; i < endpoint->n_competing; i++) {
        declared[i + 1] = endpoint->competing[i].code;
    }
    draft->declared = declared;
    draft->n_declared = endpoint->n_competing + 1;
    for (size_t row = 0; row < draft->n_rows; row++) {
        draft->is_event[row] = draft->cause->text[row] != NULL;
    }
    return CBK_OK;
}

/* What the endpoint's own event is called: "Relapse", but no survival is an event. */
static const char *own_label(const cbk_endpoint *endpoint, cbk_arena *arena)
{
    if (endpoint->event_label != NULL) {
        return endpoint->event_label;
    }
    return strstr(endpoint->label, "urvival") != NULL
               ? cbk_text_format(arena, "Event (%s)", endpoint->label)
               : endpoint->label;
}

/* Causes by the labels of the protocol. */
static const char *const *label_causes(const cbk_endpoint *endpoint,
                                       const cbk_followup_data *data, cbk_arena *arena)
{
    const char **labels = CBK_NEW(arena, const char *, data->n_causes + 1);
    for (size_t k = 0; labels != NULL && k < data->n_causes; k++) {
        labels[k] = own_label(endpoint, arena);
        for (size_t i = 0; i < endpoint->n_competing; i++) {
            if (strcmp(data->cause_name[k], endpoint->competing[i].code) == 0) {
                labels[k] = endpoint->competing_label[i];
            }
        }
    }
    return labels;
}

/* Groups that are choices are printed by their labels: "Negative", "Recurred: Yes". */
static const char *const *label_groups(const cbk_protocol *protocol,
                                       const cbk_groups *groups, cbk_arena *arena)
{
    const char **labels = CBK_NEW(arena, const char *, groups->n_groups + 1);
    for (size_t g = 0; labels != NULL && g < groups->n_groups; g++) {
        cbk_buffer label = {0};
        for (size_t i = 0; i < groups->n_by; i++) {
            const cbk_field *field = cbk_protocol_variable(protocol, groups->by[i]);
            const char *level = groups->level[g * groups->n_by + i];
            const char *text = NULL;
            if (field != NULL && field->type == CBK_FIELD_BOOLEAN) {
                text = cbk_text_format(arena, "%s: %s", field->label,
                                       strcmp(level, "0") == 0 ? "No" : "Yes");
            } else if (field != NULL && field->n_choices > 0) {
                text = cbk_code_label(field->choices, field->n_choices, level);
            }
            cbk_buffer_addf(&label, "%s%s", i > 0 ? ", " : "",
                            text != NULL ? text : level);
        }
        labels[g] = cbk_text_copy(arena, label.bytes != NULL ? label.bytes : "");
        cbk_buffer_free(&label);
    }
    return labels;
}

/* The codes of a choice, in the protocol's order; NULL: no memory. */
static const char *const *codes_of(const cbk_field *field, cbk_arena *arena)
{
    const char **codes = CBK_NEW(arena, const char *, field->n_choices + 1);
    for (size_t i = 0; codes != NULL && i < field->n_choices; i++) {
        codes[i] = field->choices[i].code;
    }
    return codes;
}

/* Columns under the names they were asked by, not as SQL had to quote them, those of a
 * choice with the order that the protocol gives it. */
static const cbk_column *name_columns(const cbk_protocol *protocol,
                                      const cbk_column *columns, const char *const *names,
                                      size_t n, cbk_arena *arena)
{
    cbk_column *named = CBK_NEW(arena, cbk_column, n + 1);
    for (size_t i = 0; named != NULL && i < n; i++) {
        const cbk_field *field = cbk_protocol_variable(protocol, names[i]);
        named[i] = columns[i];
        named[i].name = names[i];
        if (field != NULL && field->n_choices > 0 && columns[i].type == CBK_COLUMN_TEXT) {
            named[i].declared = codes_of(field, arena);
            named[i].n_declared = named[i].declared != NULL ? field->n_choices : 0;
        }
    }
    return named;
}

/* What the event is: the SQL condition, or the dates of which the earliest counts. */
static const char *event_words(const cbk_endpoint *endpoint, cbk_arena *arena)
{
    if (endpoint->event != NULL) {
        return endpoint->event;
    }
    const char *words = NULL;
    for (size_t i = 0; i < endpoint->n_event_on; i++) {
        words = i == 0 ? endpoint->event_on[0]
                       : cbk_text_format(arena, "%s or %s", words != NULL ? words : "",
                                         endpoint->event_on[i]);
    }
    return words;
}

/* Covariates, offset and cluster, from the column after the strata on.  A variable of
 * texts is one of categories. */
static cbk_status read_regression(const cbk_protocol *protocol,
                                  const cbk_followup_request *request,
                                  const cbk_column *column, cbk_arena *arena,
                                  cbk_followup_draft *draft, cbk_error *err)
{
    draft->on = name_columns(protocol, column, request->on, request->n_on, arena);
    if (draft->on == NULL) {
        return cbk_fail_memory(err);
    }
    column += request->n_on;
    if (request->offset != NULL) {
        draft->offset = column++;
        if (draft->offset->type != CBK_COLUMN_NUMBER) {
            return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                            "The offset `%s` is not a number.", request->offset);
        }
    }
    draft->cluster = request->cluster != NULL ? column : NULL;
    return CBK_OK;
}

cbk_status cbk_followup_of_study(cbk_study *study, const cbk_followup_request *request,
                                 cbk_arena *arena, const cbk_followup_data **out,
                                 cbk_error *err)
{
    *out = NULL;
    const cbk_endpoint *endpoint = NULL;
    const cbk_table *table = NULL;
    row_set *set = NULL;
    CBK_TRY(need_endpoint(study->protocol, request->endpoint, arena, &endpoint, err));
    CBK_TRY(select_columns(study, request, arena, &table, err));
    CBK_TRY(cbk_study_rows(study, NULL, request->where, &set, err));
    cbk_followup_draft draft = {.n_rows = table->n_rows};
    const cbk_column *column = table->columns;
    CBK_TRY(read_endpoint(study, endpoint, column++, set, arena, &draft, err));
    if (request->wants_causes) {
        CBK_TRY(declare_causes(endpoint, arena, &draft, err));
    } else if (endpoint->n_competing > 0) {
        CBK_TRY(mark_competing(arena, &draft, err));
    }
    if (request->weight != NULL) {
        CBK_TRY(read_weights(study, request->weight, column++, set, arena, &draft, err));
    }
    const cbk_protocol *protocol = study->protocol;
    draft.by = name_columns(protocol, column, request->by, request->n_by, arena);
    column += request->n_by;
    draft.strata =
        name_columns(protocol, column, request->strata, request->n_strata, arena);
    if (draft.strata == NULL) {
        return cbk_fail_memory(err);
    }
    column += request->n_strata;
    CBK_TRY(read_regression(protocol, request, column, arena, &draft, err));
    cbk_followup_data *data = CBK_NEW(arena, cbk_followup_data, 1);
    if (data == NULL) {
        return cbk_fail_memory(err);
    }
    *data = (cbk_followup_data){
        .request = request,
        .protocol = study->protocol,
        .source = {.name = study->folder, .sha256 = study->fingerprint},
        .endpoint = endpoint->name,
        .event = event_words(endpoint, arena),
        .label = endpoint->label,
        .unit = endpoint->unit};
    CBK_TRY(cbk_followup_finish(&draft, arena, data, err));
    data->by_label = label_groups(study->protocol, data->by, arena);
    data->strata_label = label_groups(study->protocol, data->strata, arena);
    if (request->wants_causes) {
        data->cause_label = label_causes(endpoint, data, arena);
    }
    *out = data;
    return cbk_arena_has_failed(arena) ? cbk_fail_memory(err) : CBK_OK;
}
