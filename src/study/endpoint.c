/* endpoint.c - the endpoints of the protocol as survival times, from durations or dates.
 */
#include "study/internal.h"

#include "base/date.h"
#include "base/text.h"
#include "study/sql/sql_text.h"

#include <math.h>
#include <string.h>

double cbk_days_per_unit(const char *unit)
{
    if (unit == NULL) {
        return 0.0;
    }
    return strcmp(unit, "days") == 0     ? 1.0
           : strcmp(unit, "weeks") == 0  ? 7.0
           : strcmp(unit, "months") == 0 ? CBK_DAYS_PER_MONTH
           : strcmp(unit, "years") == 0  ? CBK_DAYS_PER_YEAR
                                         : 0.0;
}

typedef struct making {
    const cbk_study *study;
    const cbk_endpoint *endpoint;
    const cbk_records *patients;
    cbk_problems *problems;
} making;

static cbk_place record_place(const making *at, size_t row)
{
    return (cbk_place){.file = at->patients->file, .line = at->patients->line[row]};
}

static bool is_condition(const cbk_value *value)
{
    return value->kind == CBK_VALUE_ABSENT ||
           (value->kind == CBK_VALUE_NUMBER &&
            (value->number == 0.0 || value->number == 1.0));
}

static const char *shown(const making *at, const cbk_value *value)
{
    char number[CBK_NUMBER_SIZE];
    if (value->kind == CBK_VALUE_NUMBER) {
        cbk_number_shortest(value->number, number);
        return cbk_text_copy(at->study->arena, number);
    }
    return cbk_text_format(at->study->arena, "\"%.40s\"", value->text);
}

/* One patient's time, event and entry as SQL gave them; false when they are no interval.
 */
static bool from_durations(const making *at, size_t row, const cbk_value *answer,
                           bool has_entry, cbk_survival_time *out)
{
    const cbk_value *time = &answer[0];
    const cbk_value *event = &answer[1];
    const cbk_value absent = {.kind = CBK_VALUE_ABSENT};
    const cbk_value *entry = has_entry ? &answer[2] : &absent;
    const char *name = at->endpoint->name;
    if (!is_condition(event)) {
        cbk_problems_add(at->problems, record_place(at, row),
                         "endpoint `%s`: the event is %s; it must be true or false", name,
                         shown(at, event));
        return false;
    }
    if (time->kind == CBK_VALUE_TEXT ||
        (time->kind == CBK_VALUE_NUMBER && time->number < 0.0)) {
        cbk_problems_add(at->problems, record_place(at, row),
                         "endpoint `%s`: the time is %s; it must be a number from 0",
                         name, shown(at, time));
        return false;
    }
    if (time->kind == CBK_VALUE_ABSENT || event->kind == CBK_VALUE_ABSENT ||
        (has_entry && entry->kind == CBK_VALUE_ABSENT)) {
        return false;
    }
    if (has_entry && (entry->kind == CBK_VALUE_TEXT || entry->number < 0.0 ||
                      entry->number >= time->number)) {
        cbk_problems_add(at->problems, record_place(at, row),
                         "endpoint `%s`: entry at %s is not before the end at %s", name,
                         shown(at, entry), shown(at, time));
        return false;
    }
    *out = (cbk_survival_time){.time = time->number,
                               .is_event = event->number == 1.0,
                               .entry = has_entry ? entry->number : 0.0};
    return true;
}

static cbk_status durations(const making *at, cbk_study *study, cbk_value *values,
                            cbk_error *err)
{
    const cbk_endpoint *endpoint = at->endpoint;
    const char *const expressions[] = {endpoint->time, endpoint->event, endpoint->entry};
    const bool has_entry = endpoint->entry != NULL;
    const size_t n = has_entry ? 3 : 2;
    const cbk_answer *answer = NULL;
    CBK_TRY(cbk_study_ask(study, expressions, n, NULL, NULL, study->arena, &answer, err));
    if (answer->n_rows != at->patients->n_rows) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "Time and event must be of one patient, not of all.");
    }
    for (size_t row = 0; row < answer->n_rows; row++) {
        cbk_survival_time time;
        if (from_durations(at, row, &answer->values[row * n], has_entry, &time)) {
            values[row] = (cbk_value){.kind = CBK_VALUE_TEXT,
                                      .text = cbk_survival_print(&time, study->arena)};
        }
    }
    return CBK_OK;
}

/* The dates of an endpoint, one row a patient: origin, events, last contact. */
typedef struct date_columns {
    const cbk_answer *answer;
    size_t censor; /* column of the last contact; SIZE_MAX: none */
} date_columns;

/* The day in a column; false when it is missing. */
static bool day_of(const date_columns *dates, size_t row, size_t column, int32_t *day)
{
    if (column == SIZE_MAX) {
        return false;
    }
    const cbk_value *value =
        &dates->answer->values[row * dates->answer->n_columns + column];
    return value->kind == CBK_VALUE_TEXT && cbk_date_parse(value->text, day);
}

/* Fields or derived variables alike. */
static cbk_status ask_dates(const making *at, cbk_study *study, date_columns *out,
                            cbk_error *err)
{
    const cbk_endpoint *endpoint = at->endpoint;
    const char **names = CBK_NEW(study->arena, const char *, endpoint->n_event_on + 2);
    if (names == NULL) {
        return cbk_fail_memory(err);
    }
    size_t n = 0;
    names[n++] = cbk_sql_name(study->arena, endpoint->from);
    for (size_t i = 0; i < endpoint->n_event_on; i++) {
        names[n++] = cbk_sql_name(study->arena, endpoint->event_on[i]);
    }
    out->censor = endpoint->censor_on != NULL ? n : SIZE_MAX;
    if (endpoint->censor_on != NULL) {
        names[n++] = cbk_sql_name(study->arena, endpoint->censor_on);
    }
    if (cbk_arena_has_failed(study->arena)) {
        return cbk_fail_memory(err);
    }
    return cbk_study_ask(study, names, n, NULL, NULL, study->arena, &out->answer, err);
}

/* The earliest event, or the last contact. */
static bool from_dates(const making *at, const date_columns *dates, size_t row,
                       cbk_survival_time *out)
{
    const cbk_endpoint *endpoint = at->endpoint;
    int32_t origin = 0;
    int32_t end = 0;
    bool is_event = false;
    if (!day_of(dates, row, 0, &origin)) {
        return false;
    }
    for (size_t i = 0; i < endpoint->n_event_on; i++) {
        int32_t day = 0;
        if (day_of(dates, row, i + 1, &day) && (!is_event || day < end)) {
            end = day;
            is_event = true;
        }
    }
    if (!is_event && !day_of(dates, row, dates->censor, &end)) {
        return false;
    }
    if (end < origin) {
        char first[11];
        char last[11];
        cbk_date_format(origin, first);
        cbk_date_format(end, last);
        cbk_problems_add(at->problems, record_place(at, row),
                         "endpoint `%s`: ends on %s, before it begins on %s (`%s`)",
                         endpoint->name, last, first, endpoint->from);
        return false;
    }
    *out = (cbk_survival_time){.time = ((double)end - (double)origin) /
                                       cbk_days_per_unit(endpoint->unit),
                               .is_event = is_event};
    return true;
}

static cbk_status dates(const making *at, cbk_study *study, cbk_value *values,
                        cbk_error *err)
{
    date_columns columns = {0};
    CBK_TRY(ask_dates(at, study, &columns, err));
    for (size_t row = 0; row < at->patients->n_rows; row++) {
        cbk_survival_time time;
        if (from_dates(at, &columns, row, &time)) {
            values[row] = (cbk_value){.kind = CBK_VALUE_TEXT,
                                      .text = cbk_survival_print(&time, study->arena)};
        }
    }
    return CBK_OK;
}

/* A patient whose end was a competing event did not have the event: censored there. */
static void censor(const making *at, const char *competing, cbk_value *value)
{
    cbk_survival_time time;
    if (value->kind == CBK_VALUE_TEXT && cbk_survival_parse(value->text, &time)) {
        time.is_event = false;
        time.competing = competing;
        time.n_competing = strlen(competing);
        value->text = cbk_survival_print(&time, at->study->arena);
    }
}

/* Asks who had each competing event; nobody can have had two. */
static cbk_status apply_competing(const making *at, cbk_study *study, cbk_value *values,
                                  cbk_error *err)
{
    const char **had =
        CBK_NEW(study->arena, const char *, at->patients->n_rows + 1); /* which one */
    if (had == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t i = 0; i < at->endpoint->n_competing; i++) {
        const cbk_code *competing = &at->endpoint->competing[i];
        const cbk_answer *answer = NULL;
        CBK_TRY(cbk_study_ask(study, &competing->label, 1, NULL, NULL, study->arena,
                              &answer, err));
        if (answer->n_rows != at->patients->n_rows) {
            return cbk_fail(
                err, CBK_EINVAL, CBK_ROW_NONE,
                "The competing event `%s` must be of one patient, not of all.",
                competing->code);
        }
        for (size_t row = 0; row < answer->n_rows; row++) {
            const cbk_value *is_true = &answer->values[row];
            if (!is_condition(is_true)) {
                cbk_problems_add(at->problems, record_place(at, row),
                                 "endpoint `%s`: competing event `%s` is %s; it must be "
                                 "true or false",
                                 at->endpoint->name, competing->code, shown(at, is_true));
            } else if (is_true->kind == CBK_VALUE_NUMBER && is_true->number == 1.0) {
                if (had[row] != NULL) {
                    cbk_problems_add(at->problems, record_place(at, row),
                                     "endpoint `%s`: both competing events `%s` and `%s`",
                                     at->endpoint->name, had[row], competing->code);
                }
                had[row] = competing->code;
                censor(at, competing->code, &values[row]);
            }
        }
    }
    return CBK_OK;
}

cbk_status cbk_endpoint_values(cbk_study *study, const cbk_endpoint *endpoint,
                               cbk_problems *problems, cbk_value *values, cbk_error *err)
{
    const making at = {.study = study,
                       .endpoint = endpoint,
                       .patients = &study->records[0],
                       .problems = problems};
    CBK_TRY(endpoint->from == NULL ? durations(&at, study, values, err)
                                   : dates(&at, study, values, err));
    if (cbk_arena_has_failed(study->arena)) {
        return cbk_fail_memory(err);
    }
    CBK_TRY(apply_competing(&at, study, values, err));
    return cbk_arena_has_failed(study->arena) ? cbk_fail_memory(err) : CBK_OK;
}
