/* findings.c - what `casebook check` tells: rules that records break, endpoints that
 * cannot be, conflicts that nobody has decided.
 */
#include "study/internal.h"

#include "base/date.h"
#include "base/text.h"
#include "study/sql/sql_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct collecting {
    cbk_study *study;
    cbk_arena *arena;
    size_t n;
    size_t capacity;
    cbk_finding *findings;
} collecting;

static void add(collecting *to, cbk_finding finding)
{
    if (to->n == to->capacity) {
        const size_t capacity = to->capacity == 0 ? 16 : to->capacity * 2;
        cbk_finding *larger = CBK_NEW(to->arena, cbk_finding, capacity);
        if (larger == NULL) {
            return; /* sticky: cbk_study_check() looks at its end */
        }
        if (to->n > 0) {
            memcpy(larger, to->findings, to->n * sizeof *larger);
        }
        to->findings = larger;
        to->capacity = capacity;
    }
    to->findings[to->n++] = finding;
}

static cbk_place place_of(const cbk_records *records, size_t row)
{
    return (cbk_place){.file = records->file, .line = records->line[row]};
}

/* ---- declared rules
 * --------------------------------------------------------------------- */

/* "dfs_months 67, os_months 60": the fields a rule read, with this record's values. */
static const char *values_read(const collecting *to, const cbk_records *records,
                               size_t row, const cbk_answer *answer)
{
    cbk_buffer out = {0};
    for (size_t i = 0; i < answer->n_reads; i++) {
        const cbk_field *field = cbk_form_field(records->form, answer->reads[i].column);
        const cbk_recorded *cell =
            field != NULL ? cbk_records_value(records, row, field->name) : NULL;
        if (cell == NULL) {
            continue;
        }
        const char *printed =
            cbk_recorded_print(field, &cell->value, true, -1, to->arena);
        cbk_buffer_addf(&out, "%s%s %s", out.size > 0 ? ", " : "", field->name,
                        printed != NULL ? printed : cell->missing);
    }
    const char *text = cbk_text_copy(to->arena, out.bytes != NULL ? out.bytes : "");
    cbk_buffer_free(&out);
    return text;
}

static cbk_status run_rule(collecting *to, const cbk_check *check, cbk_error *err)
{
    const char *form =
        check->from != NULL ? check->from : to->study->protocol->forms[0].name;
    const cbk_records *records = cbk_study_records(to->study, form);
    const char *broken = cbk_text_format(to->arena, "NOT (\n%s\n)", check->rule);
    const char *const expression[] = {"_rowid_"};
    const cbk_answer *answer = NULL;
    if (broken == NULL) {
        return cbk_fail_memory(err);
    }
    CBK_TRY(cbk_study_ask(to->study, expression, 1, check->from, broken, to->arena,
                          &answer, err));
    for (size_t i = 0; i < answer->n_rows; i++) {
        const size_t row = (size_t)answer->values[i].number - 1;
        const char *values = values_read(to, records, row, answer);
        add(to, (cbk_finding){.kind = CBK_FINDING_RULE,
                              .id = check->id,
                              .form = records->form->name,
                              .record = cbk_records_name(records, row, to->arena),
                              .says = cbk_text_format(
                                  to->arena, "%s%s%s%s",
                                  check->says != NULL ? check->says : check->rule,
                                  values != NULL && values[0] != '\0' ? " (" : "",
                                  values != NULL ? values : "",
                                  values != NULL && values[0] != '\0' ? ")" : ""),
                              .place = place_of(records, row)});
    }
    return CBK_OK;
}

/* ---- endpoints
 * --------------------------------------------------------------------------- */

/* The endpoint of every patient as text, in file order. */
static cbk_status endpoint_column(collecting *to, const char *endpoint,
                                  const cbk_answer **out, cbk_error *err)
{
    const char *name = cbk_sql_name(to->arena, endpoint);
    if (name == NULL) {
        return cbk_fail_memory(err);
    }
    return cbk_study_ask(to->study, &name, 1, NULL, NULL, to->arena, out, err);
}

/* Nobody can be followed for longer than from the first to the last day of the study. */
static cbk_status check_period(collecting *to, const cbk_endpoint *endpoint,
                               cbk_error *err)
{
    const cbk_protocol *protocol = to->study->protocol;
    const cbk_records *patients = &to->study->records[0];
    const double days = (double)protocol->follow_up_last_day - protocol->period_first_day;
    const double longest = days / cbk_days_per_unit(endpoint->unit);
    char first[11];
    char last[11];
    char limit[CBK_NUMBER_SIZE];
    cbk_date_format(protocol->period_first_day, first);
    cbk_date_format(protocol->follow_up_last_day, last);
    cbk_number_fixed(longest, 1, limit);
    const cbk_answer *answer = NULL;
    CBK_TRY(endpoint_column(to, endpoint->name, &answer, err));
    for (size_t row = 0; row < answer->n_rows; row++) {
        cbk_survival_time at;
        if (answer->values[row].kind != CBK_VALUE_TEXT ||
            !cbk_survival_parse(answer->values[row].text, &at) || at.time <= longest) {
            continue;
        }
        char time[CBK_NUMBER_SIZE];
        cbk_number_shortest(at.time, time);
        add(to,
            (cbk_finding){
                .kind = CBK_FINDING_ENDPOINT,
                .id = "follow-up-within-period",
                .form = patients->form->name,
                .record = patients->key[row],
                .says = cbk_text_format(
                    to->arena,
                    "%s of %s %s is longer than the study, which lasted %s %s from %s to "
                    "%s",
                    endpoint->label, time, endpoint->unit, limit, endpoint->unit, first,
                    last),
                .place = place_of(patients, row)});
    }
    return CBK_OK;
}

/* An endpoint from dates: no day after the end of follow-up, no event after last contact.
 */
static void check_dates(collecting *to, const cbk_endpoint *endpoint)
{
    const cbk_records *patients = &to->study->records[0];
    for (size_t row = 0; row < patients->n_rows; row++) {
        const cbk_recorded *last =
            endpoint->censor_on != NULL
                ? cbk_records_value(patients, row, endpoint->censor_on)
                : NULL;
        for (size_t i = 0; i < endpoint->n_event_on; i++) {
            const cbk_recorded *event =
                cbk_records_value(patients, row, endpoint->event_on[i]);
            if (event == NULL || last == NULL || event->value.kind != CBK_VALUE_TEXT ||
                last->value.kind != CBK_VALUE_TEXT ||
                strcmp(event->value.text, last->value.text) <= 0) {
                continue;
            }
            add(to,
                (cbk_finding){
                    .kind = CBK_FINDING_ENDPOINT,
                    .id = "event-within-follow-up",
                    .form = patients->form->name,
                    .record = patients->key[row],
                    .says = cbk_text_format(
                        to->arena, "%s: %s on %s is after the last contact (%s) on %s",
                        endpoint->label, endpoint->event_on[i], event->value.text,
                        endpoint->censor_on, last->value.text),
                    .place = place_of(patients, row)});
        }
    }
}

/* The field with an event before the last contact; NULL: none. */
static const char *event_before_end(const cbk_records *patients, size_t row,
                                    const cbk_endpoint *endpoint)
{
    const cbk_recorded *last = cbk_records_value(patients, row, endpoint->censor_on);
    for (size_t i = 0; i < endpoint->n_event_on; i++) {
        const cbk_recorded *event =
            cbk_records_value(patients, row, endpoint->event_on[i]);
        if (event != NULL && last != NULL && event->value.kind == CBK_VALUE_TEXT &&
            last->value.kind == CBK_VALUE_TEXT &&
            strcmp(event->value.text, last->value.text) < 0) {
            return endpoint->event_on[i];
        }
    }
    return NULL;
}

/* From dates: a patient with the event and then a competing one, a death after a relapse,
 * counts for the latter where its condition does not ask which came first. An event of
 * the day of the last contact is no finding: `died_on` may be of all deaths, and the
 * condition says which of them compete. */
static cbk_status check_competing(collecting *to, const cbk_endpoint *endpoint,
                                  cbk_error *err)
{
    const cbk_records *patients = &to->study->records[0];
    const cbk_answer *answer = NULL;
    CBK_TRY(endpoint_column(to, endpoint->name, &answer, err));
    for (size_t row = 0; row < answer->n_rows; row++) {
        const cbk_value *value = &answer->values[row];
        const char *field = event_before_end(patients, row, endpoint);
        cbk_survival_time at;
        if (field == NULL || value->kind != CBK_VALUE_TEXT ||
            !cbk_survival_parse(value->text, &at) || at.competing == NULL) {
            continue;
        }
        add(to,
            (cbk_finding){
                .kind = CBK_FINDING_ENDPOINT,
                .id = "event-before-competing",
                .form = patients->form->name,
                .record = patients->key[row],
                .says = cbk_text_format(
                    to->arena,
                    "%s: %s on %s is before the last contact (%s) on %s, and yet counts "
                    "as the competing event %.*s; the condition of %.*s must leave out "
                    "who had the event first",
                    endpoint->label, field,
                    cbk_records_value(patients, row, field)->value.text,
                    endpoint->censor_on,
                    cbk_records_value(patients, row, endpoint->censor_on)->value.text,
                    (int)at.n_competing, at.competing, (int)at.n_competing, at.competing),
                .place = place_of(patients, row)});
    }
    return CBK_OK;
}

/* A day of the endpoint that lies outside the study. */
static void check_day(collecting *to, const cbk_endpoint *endpoint, size_t row,
                      const char *field)
{
    const cbk_protocol *protocol = to->study->protocol;
    const cbk_records *patients = &to->study->records[0];
    const cbk_recorded *cell =
        field != NULL ? cbk_records_value(patients, row, field) : NULL;
    int32_t day = 0;
    if (cell == NULL || cell->value.kind != CBK_VALUE_TEXT ||
        !cbk_date_parse(cell->value.text, &day) || day <= protocol->follow_up_last_day) {
        return;
    }
    char last[11];
    cbk_date_format(protocol->follow_up_last_day, last);
    add(to,
        (cbk_finding){.kind = CBK_FINDING_ENDPOINT,
                      .id = "date-within-period",
                      .form = patients->form->name,
                      .record = patients->key[row],
                      .says = cbk_text_format(
                          to->arena, "%s: %s on %s is after the end of the study on %s",
                          endpoint->label, field, cell->value.text, last),
                      .place = place_of(patients, row)});
}

static void check_days(collecting *to, const cbk_endpoint *endpoint)
{
    for (size_t row = 0; row < to->study->records[0].n_rows; row++) {
        check_day(to, endpoint, row, endpoint->from);
        for (size_t i = 0; i < endpoint->n_event_on; i++) {
            check_day(to, endpoint, row, endpoint->event_on[i]);
        }
        check_day(to, endpoint, row, endpoint->censor_on);
    }
}

/* Events of a repeating form that a figure draws on an endpoint's line: none can come
 * after the line's end. */
static cbk_status check_lane(collecting *to, const cbk_figure_spec *figure,
                             const cbk_lane_spec *lane, cbk_error *err)
{
    const cbk_records *events = cbk_study_records(to->study, lane->form);
    const cbk_records *patients = &to->study->records[0];
    const cbk_field *field = cbk_form_field(events->form, lane->at);
    const cbk_endpoint *endpoint =
        cbk_protocol_endpoint(to->study->protocol, figure->endpoint);
    const cbk_answer *answer = NULL;
    if (field == NULL || field->type == CBK_FIELD_DATE || field->unit == NULL ||
        !cbk_text_is_equal(field->unit, endpoint->unit)) {
        return CBK_OK;
    }
    CBK_TRY(endpoint_column(to, figure->endpoint, &answer, err));
    for (size_t row = 0; row < events->n_rows; row++) {
        const cbk_value at = cbk_records_value(events, row, lane->at)->value;
        const size_t patient = cbk_records_find(patients, events->key[row]);
        cbk_survival_time end;
        if (at.kind != CBK_VALUE_NUMBER || patient == SIZE_MAX ||
            answer->values[patient].kind != CBK_VALUE_TEXT ||
            !cbk_survival_parse(answer->values[patient].text, &end) ||
            at.number <= end.time) {
            continue;
        }
        char time[CBK_NUMBER_SIZE];
        cbk_number_shortest(at.number, time);
        add(to, (cbk_finding){.kind = CBK_FINDING_ENDPOINT,
                              .id = "event-within-follow-up",
                              .form = lane->form,
                              .record = cbk_records_name(events, row, to->arena),
                              .says = cbk_text_format(
                                  to->arena,
                                  "%s at %s %s is after the end of follow-up (%s %s)",
                                  events->form->label, time, endpoint->unit,
                                  endpoint->label, answer->values[patient].text),
                              .place = place_of(events, row)});
    }
    return CBK_OK;
}

static cbk_status check_endpoints(collecting *to, cbk_error *err)
{
    const cbk_protocol *protocol = to->study->protocol;
    for (size_t i = 0; i < protocol->n_endpoints; i++) {
        const cbk_endpoint *endpoint = &protocol->endpoints[i];
        if (protocol->has_period && cbk_days_per_unit(endpoint->unit) > 0.0) {
            CBK_TRY(check_period(to, endpoint, err));
        }
        if (endpoint->from != NULL) {
            check_dates(to, endpoint);
        }
        if (endpoint->censor_on != NULL && endpoint->n_competing > 0) {
            CBK_TRY(check_competing(to, endpoint, err));
        }
        if (endpoint->from != NULL && protocol->has_period) {
            check_days(to, endpoint);
        }
    }
    for (size_t i = 0; i < protocol->n_figures; i++) {
        const cbk_figure_spec *figure = &protocol->figures[i];
        for (size_t k = 0; k < figure->n_lanes; k++) {
            CBK_TRY(check_lane(to, figure, &figure->lanes[k], err));
        }
    }
    return CBK_OK;
}

/* ---- conflicts
 * --------------------------------------------------------------------------- */

static void check_sources(collecting *to)
{
    for (size_t i = 0; i < to->study->n_sources; i++) {
        const cbk_source_statement *said = &to->study->sources[i];
        if (!said->is_conflict || said->is_resolved) {
            continue;
        }
        const cbk_records *records = cbk_study_records(to->study, said->form);
        const size_t row = cbk_records_find(records, said->record);
        add(to, (cbk_finding){.kind = CBK_FINDING_CONFLICT,
                              .id = "conflict",
                              .form = said->form,
                              .record = said->record,
                              .field = said->field,
                              .says = cbk_text_format(
                                  to->arena, "the record says \"%s\", %s says \"%s\"",
                                  said->adopted, said->source, said->value),
                              .place = place_of(records, row)});
    }
}

cbk_status cbk_study_check(cbk_study *study, cbk_arena *arena,
                           const cbk_finding **findings, size_t *n, cbk_error *err)
{
    collecting to = {.study = study, .arena = arena};
    for (size_t i = 0; i < study->protocol->n_checks; i++) {
        CBK_TRY(run_rule(&to, &study->protocol->checks[i], err));
    }
    CBK_TRY(check_endpoints(&to, err));
    check_sources(&to);
    if (cbk_arena_has_failed(arena)) {
        return cbk_fail_memory(err);
    }
    *findings = to.findings;
    *n = to.n;
    return CBK_OK;
}
