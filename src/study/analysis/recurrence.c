/* recurrence.c - rows of recurrent events, from a file or from a study's repeating forms.
 * Contract: study/analysis/recurrence.h. */
#include "study/analysis/recurrence.h"

#include "base/date.h"
#include "base/text.h"
#include "study/internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- of a file -------------------------------------------------------------------- */

static const uint32_t *groups_of(const cbk_followup_data *data, const uint32_t *of_row)
{
    return data->request->n_by > 0 ? of_row : NULL;
}

cbk_status cbk_recurrence_of_rows(const cbk_followup_data *data, cbk_arena *arena,
                                  const cbk_recurrence_data **out, cbk_error *err)
{
    *out = NULL;
    cbk_recurrence_data *rows = CBK_NEW(arena, cbk_recurrence_data, 1);
    if (rows == NULL) {
        return cbk_fail_memory(err);
    }
    *rows =
        (cbk_recurrence_data){.data = data, .label = data->event, .followup = data->rows};
    if (cbk_followup_has_near_ties(data)) {
        CBK_TRY(cbk_followup_fix_ties(&data->rows, arena, &rows->followup, err));
    }
    rows->rows = (cbk_mcf_rows){.followup = &rows->followup,
                                .group = groups_of(data, data->by->of_row),
                                .n_groups = data->by->n_groups};
    if (data->cluster != NULL) {
        rows->rows.subject = data->cluster->of_row;
        rows->rows.n_subjects = data->cluster->n_groups;
    }
    *out = rows;
    return CBK_OK;
}

/* ---- of a study ------------------------------------------------------------------- */

enum { EVENT_UNTIMED, EVENT_EARLY, EVENT_LATE, N_REASONS };
static const char *const reasons[N_REASONS] = {
    [EVENT_UNTIMED] = "without a time",
    [EVENT_EARLY] = "before observation begins",
    [EVENT_LATE] = "after observation ends",
};
static const double near = 1.49e-8; /* near-ties: casebook/risk_table.h */

typedef struct patient_key {
    const char *key;
    size_t row;
} patient_key;

typedef struct gathering {
    cbk_study *study;
    const cbk_endpoint *endpoint;
    const cbk_followup_data *data;
    const patient_key *keys; /* [n patients] ascending */
    const size_t *place;     /* [n patients] row of data; SIZE_MAX: not among them */
    const cbk_records *patients;
    size_t n;     /* rows so far */
    double *time; /* [all] */
    uint32_t *subject;
    bool *is_event;
    size_t n_omitted[N_REASONS];
} gathering;

static int by_key(const void *lhs, const void *rhs)
{
    return strcmp(((const patient_key *)lhs)->key, ((const patient_key *)rhs)->key);
}

/* Patients by key, and which rows of data they are: data keeps the order of the file. */
static bool index_patients(gathering *at, cbk_arena *arena)
{
    const cbk_records *patients = at->patients;
    patient_key *keys = CBK_NEW(arena, patient_key, patients->n_rows + 1);
    size_t *place = CBK_NEW(arena, size_t, patients->n_rows + 1);
    size_t k = 0;
    for (size_t row = 0; place != NULL && row < patients->n_rows; row++) {
        keys[row] = (patient_key){patients->key[row], row};
        const bool is_used =
            k < at->data->rows.n && strcmp(at->data->name[k], patients->key[row]) == 0;
        place[row] = is_used ? k++ : SIZE_MAX;
    }
    if (place != NULL && patients->n_rows > 0) {
        qsort(keys, patients->n_rows, sizeof *keys, by_key);
    }
    at->keys = keys;
    at->place = place;
    return place != NULL;
}

/* The patient's row; SIZE_MAX: none. */
static size_t patient_of(const gathering *at, const char *key)
{
    const patient_key wanted = {.key = key};
    const patient_key *found =
        at->patients->n_rows == 0
            ? NULL
            : bsearch(&wanted, at->keys, at->patients->n_rows, sizeof wanted, by_key);
    return found != NULL ? found->row : SIZE_MAX;
}

static void add_row(gathering *at, double time, size_t subject, bool is_event)
{
    at->time[at->n] = time;
    at->subject[at->n] = (uint32_t)subject;
    at->is_event[at->n++] = is_event;
}

static void add_event(gathering *at, double time, size_t subject)
{
    const double end = at->data->rows.time[subject];
    const double slack = near * fmax(1.0, fabs(end));
    const double begin =
        at->data->rows.entry != NULL ? at->data->rows.entry[subject] : 0.0;
    const bool is_entry = begin > 0.0; /* who enters late is observed after it */
    if (!isfinite(time)) {
        at->n_omitted[EVENT_UNTIMED]++;
    } else if (time < begin || (is_entry && time <= begin + slack)) {
        at->n_omitted[EVENT_EARLY]++;
    } else if (time > end + slack) {
        at->n_omitted[EVENT_LATE]++;
    } else {
        add_row(at, fmin(time, end), subject, true);
    }
}

static void add_lane(gathering *at, const cbk_lane_spec *lane)
{
    const cbk_records *events = cbk_study_records(at->study, lane->form);
    const cbk_field *field = cbk_form_field(events->form, lane->at);
    for (size_t row = 0; row < events->n_rows; row++) {
        const size_t patient = patient_of(at, events->key[row]);
        if (patient != SIZE_MAX && at->place[patient] != SIZE_MAX) {
            add_event(at,
                      cbk_lane_time(at->study, at->endpoint, events, row, field, patient),
                      at->place[patient]);
        }
    }
}

/* "Recurrence", "Recurrence, relapse". */
static const char *label_lanes(const cbk_protocol *protocol, const cbk_lane_spec *lanes,
                               size_t n, cbk_arena *arena)
{
    const char *label = "";
    for (size_t i = 0; label != NULL && i < n; i++) {
        const char *form = cbk_protocol_form(protocol, lanes[i].form)->label;
        label = i == 0 ? form : cbk_text_format(arena, "%s, %s", label, form);
    }
    return label;
}

static bool make_room(gathering *at, const cbk_lane_spec *lanes, size_t n_lanes,
                      cbk_arena *arena)
{
    size_t n = at->data->rows.n;
    for (size_t i = 0; i < n_lanes; i++) {
        n += cbk_study_records(at->study, lanes[i].form)->n_rows;
    }
    at->time = CBK_NEW(arena, double, n + 1);
    at->subject = CBK_NEW(arena, uint32_t, n + 1);
    at->is_event = CBK_NEW(arena, bool, n + 1);
    return at->is_event != NULL;
}

/* What a patient has, for each of its rows. */
static double *spread(const gathering *at, const double *of_patient, cbk_arena *arena)
{
    double *out = of_patient != NULL ? CBK_NEW(arena, double, at->n + 1) : NULL;
    for (size_t i = 0; out != NULL && i < at->n; i++) {
        out[i] = of_patient[at->subject[i]];
    }
    return out;
}

static const uint32_t *spread_groups(const gathering *at, cbk_arena *arena)
{
    uint32_t *out = CBK_NEW(arena, uint32_t, at->n + 1);
    for (size_t i = 0; out != NULL && i < at->n; i++) {
        out[i] = at->data->by->of_row[at->subject[i]];
    }
    return out;
}

static void list_omitted(const gathering *at, cbk_omitted *omitted,
                         cbk_recurrence_data *out)
{
    for (size_t i = 0; i < N_REASONS; i++) {
        if (at->n_omitted[i] > 0) {
            omitted[out->n_omitted++] =
                (cbk_omitted){.reason = reasons[i], .n = at->n_omitted[i]};
        }
    }
    out->omitted = omitted;
}

static cbk_status finish(const gathering *at, cbk_arena *arena, cbk_recurrence_data *out,
                         cbk_error *err)
{
    const cbk_followup as_read = {.n = at->n,
                                  .time = at->time,
                                  .is_event = at->is_event,
                                  .entry = spread(at, at->data->rows.entry, arena),
                                  .weight = spread(at, at->data->rows.weight, arena)};
    cbk_omitted *omitted = CBK_NEW(arena, cbk_omitted, N_REASONS);
    out->rows = (cbk_mcf_rows){.followup = &out->followup,
                               .subject = at->subject,
                               .n_subjects = at->data->rows.n,
                               .group = groups_of(at->data, spread_groups(at, arena)),
                               .n_groups = at->data->by->n_groups};
    if (omitted == NULL || cbk_arena_has_failed(arena)) {
        return cbk_fail_memory(err);
    }
    list_omitted(at, omitted, out);
    out->followup = as_read;
    return at->data->request->is_time_exact
               ? CBK_OK
               : cbk_followup_fix_ties(&as_read, arena, &out->followup, err);
}

cbk_status cbk_recurrence_of_study(cbk_study *study, const cbk_followup_data *data,
                                   const cbk_lane_spec *lanes, size_t n, cbk_arena *arena,
                                   const cbk_recurrence_data **out, cbk_error *err)
{
    *out = NULL;
    gathering at = {.study = study,
                    .endpoint = cbk_protocol_endpoint(study->protocol, data->endpoint),
                    .data = data,
                    .patients = &study->records[0]};
    cbk_recurrence_data *rows = CBK_NEW(arena, cbk_recurrence_data, 1);
    if (rows == NULL || !index_patients(&at, arena) || !make_room(&at, lanes, n, arena)) {
        return cbk_fail_memory(err);
    }
    *rows = (cbk_recurrence_data){.data = data,
                                  .label = label_lanes(study->protocol, lanes, n, arena),
                                  .n_lanes = n,
                                  .lanes = lanes};
    for (size_t i = 0; i < n; i++) {
        add_lane(&at, &lanes[i]);
    }
    for (size_t k = 0; k < data->rows.n; k++) {
        add_row(&at, data->rows.time[k], k, false);
    }
    CBK_TRY(finish(&at, arena, rows, err));
    *out = rows;
    return CBK_OK;
}

/* ---- the estimate ----------------------------------------------------------------- */

cbk_status cbk_recurrence_fit(const cbk_recurrence_data *of,
                              const cbk_mcf_request *request, cbk_arena *arena,
                              const cbk_mcf_analysis **out, cbk_error *err)
{
    cbk_error found = {.row = CBK_ROW_NONE, .message = ""};
    const cbk_status status = cbk_mcf_fit(&of->rows, request, arena, out, &found);
    if (status == CBK_OK) {
        return CBK_OK;
    }
    const cbk_followup_data *data = of->data;
    if (found.row < of->followup.n && of->n_lanes == 0 && data->cluster != NULL) {
        return cbk_fail(err, status, found.row, "%s, %s %s: %s", data->source.name,
                        data->request->cluster,
                        data->cluster->level[data->cluster->of_row[found.row]],
                        found.message);
    }
    return cbk_fail(err, status, found.row, "%s", found.message);
}

/* ---- where events stand ----------------------------------------------------------- */

static bool is_time(const cbk_field *field)
{
    return field->type == CBK_FIELD_NUMBER || field->type == CBK_FIELD_INTEGER ||
           field->type == CBK_FIELD_DATE;
}

static cbk_status find_form(const cbk_protocol *protocol, const char *name,
                            cbk_arena *arena, const cbk_form **out, cbk_error *err)
{
    *out = cbk_protocol_form(protocol, name);
    if (*out != NULL && (*out)->repeats != NULL) {
        return CBK_OK;
    }
    const char **names = CBK_NEW(arena, const char *, protocol->n_forms + 1);
    size_t n = 0;
    for (size_t i = 0; names != NULL && i < protocol->n_forms; i++) {
        if (protocol->forms[i].repeats != NULL) {
            names[n++] = protocol->forms[i].name;
        }
    }
    char hint[CBK_HINT_SIZE];
    return names == NULL ? cbk_fail_memory(err)
                         : cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                                    "The study has no repeating form \"%s\"%s", name,
                                    cbk_spelling_hint(name, names, n, hint));
}

static cbk_status find_field(const cbk_form *form, const char *name, cbk_arena *arena,
                             const cbk_field **out, cbk_error *err)
{
    const char **names = CBK_NEW(arena, const char *, form->n_fields + 1);
    size_t n = 0;
    *out = NULL;
    for (size_t i = 0; names != NULL && i < form->n_fields; i++) {
        const cbk_field *field = &form->fields[i];
        const bool is_wanted = name == NULL || strcmp(field->name, name) == 0;
        *out = *out == NULL && is_time(field) && is_wanted ? field : *out;
        if (is_time(field)) {
            names[n++] = field->name;
        }
    }
    char hint[CBK_HINT_SIZE];
    if (names == NULL) {
        return cbk_fail_memory(err);
    }
    if (*out != NULL) {
        return CBK_OK;
    }
    return name == NULL
               ? cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                          "The form `%s` has no number and no date that tells when its "
                          "events were.",
                          form->name)
               : cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                          "The form `%s` has no number or date \"%s\"%s", form->name,
                          name, cbk_spelling_hint(name, names, n, hint));
}

cbk_status cbk_lane_parse(const cbk_protocol *protocol, const cbk_endpoint *endpoint,
                          const char *text, cbk_arena *arena, cbk_lane_spec *out,
                          cbk_error *err)
{
    const char *point = strchr(text, '.');
    const size_t size = point != NULL ? (size_t)(point - text) : strlen(text);
    const char *name = cbk_text_copy_bytes(arena, text, size);
    const cbk_form *form = NULL;
    const cbk_field *field = NULL;
    if (name == NULL) {
        return cbk_fail_memory(err);
    }
    CBK_TRY(find_form(protocol, name, arena, &form, err));
    CBK_TRY(find_field(form, point != NULL ? point + 1 : NULL, arena, &field, err));
    if (field->type == CBK_FIELD_DATE && endpoint->from == NULL) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "`%s` of `%s` is a date, but the endpoint `%s` has no date "
                        "`from` which to count.",
                        field->name, form->name, endpoint->name);
    }
    if (field->type != CBK_FIELD_DATE && field->unit != NULL && endpoint->unit != NULL &&
        strcmp(field->unit, endpoint->unit) != 0) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "`%s` of `%s` is in %s, but the endpoint `%s` is in %s.",
                        field->name, form->name, field->unit, endpoint->name,
                        endpoint->unit);
    }
    *out = (cbk_lane_spec){.form = form->name, .at = field->name};
    return CBK_OK;
}

/* A date as time since the endpoint's start in this patient. */
static double time_since_start(const cbk_study *study, const cbk_endpoint *endpoint,
                               const char *date, size_t patient)
{
    int32_t day = 0;
    int32_t start = 0;
    if (endpoint->from == NULL || !cbk_date_parse(date, &day)) {
        return (double)NAN;
    }
    const cbk_recorded *from =
        cbk_records_value(&study->records[0], patient, endpoint->from);
    const double days_per_unit = cbk_days_per_unit(endpoint->unit);
    if (from == NULL || from->value.kind != CBK_VALUE_TEXT ||
        !cbk_date_parse(from->value.text, &start) || !(days_per_unit > 0.0)) {
        return (double)NAN;
    }
    return ((double)day - (double)start) / days_per_unit;
}

double cbk_lane_time(const cbk_study *study, const cbk_endpoint *endpoint,
                     const cbk_records *events, size_t row, const cbk_field *at,
                     size_t patient)
{
    const size_t field = (size_t)(at - events->form->fields);
    const cbk_value value = events->values[row * events->form->n_fields + field].value;
    if (value.kind == CBK_VALUE_NUMBER) {
        return value.number;
    }
    return value.kind == CBK_VALUE_TEXT
               ? time_since_start(study, endpoint, value.text, patient)
               : (double)NAN;
}
