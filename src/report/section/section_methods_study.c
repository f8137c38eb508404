/* section_methods_study.c - design and endpoints of a protocol in words.  Contract:
 * report/section/section_methods.h.
 */
#include "report/section/section_methods.h"

#include "base/date.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- design ----------------------------------------------------------------------- */

/* "This is a retrospective case series." */
static void add_kind(cbk_report *report, cbk_text_run *run)
{
    const char *direction = report->protocol->design_direction;
    const char *kind = report->protocol->design_kind;
    if (kind == NULL && direction == NULL) {
        return;
    }
    cbk_run_textf(run, report->arena, "This is %s %s%s%s.",
                  cbk_words_article(direction != NULL ? direction : kind),
                  direction != NULL ? direction : "", direction != NULL ? " " : "",
                  kind != NULL ? kind : "study");
}

/* " Consecutive patients from August 1999 to June 2010 at one centre were included." */
static void add_inclusion(cbk_report *report, cbk_text_run *run)
{
    const cbk_protocol *protocol = report->protocol;
    const char *centres =
        cbk_words_centres(report->arena, report->style, protocol->design_centres);
    const char *period = cbk_words_in_period(report->arena, protocol);
    if (!protocol->is_consecutive && *period == '\0' && *centres == '\0') {
        return;
    }
    cbk_run_textf(
        run, report->arena, "%s%s were included%s%s.", run->first != NULL ? " " : "",
        protocol->is_consecutive ? "Consecutive patients" : "Patients", period, centres);
}

/* "June 2010" of its last day; else the day. */
static const char *until_words(cbk_arena *arena, int32_t last_day)
{
    char day[11];
    char after[11];
    int32_t first_day = last_day;
    cbk_date_format(last_day, day);
    cbk_date_format(last_day + 1, after);
    if (strcmp(after + 8, "01") != 0) {
        return cbk_text_copy(arena, day);
    }
    memcpy(day + 8, "01", 2);
    (void)cbk_date_parse(day, &first_day);
    return cbk_words_period(arena, first_day, last_day);
}

void cbk_methods_design(cbk_report *report, cbk_text_run *run)
{
    const cbk_protocol *protocol = report->protocol;
    add_kind(report, run);
    add_inclusion(report, run);
    if (protocol->has_period &&
        protocol->follow_up_last_day != protocol->period_last_day) {
        cbk_run_textf(run, report->arena, " Follow-up went on until %s.",
                      until_words(report->arena, protocol->follow_up_last_day));
    }
}

/* ---- conditions in words -------------------------------------------------------------
 */

static const char *skip_blanks(const char *at)
{
    return at + strspn(at, " \t\n");
}

/* Reads a name; its length, 0 where there is none. */
static size_t name_length(const char *at)
{
    size_t n = 0;
    while (isalnum((unsigned char)at[n]) || at[n] == '_' ||
           (unsigned char)at[n] >= 0x80) {
        n++;
    }
    return isdigit((unsigned char)at[0]) ? 0 : n;
}

/* The value behind "=": 'dead' or 1; *end behind it.  NULL: something else. */
static const char *read_value(cbk_arena *arena, const char *at, const char **end)
{
    if (*at == '\'') {
        const char *close = strchr(at + 1, '\'');
        *end = close != NULL ? close + 1 : at;
        return close == NULL
                   ? NULL
                   : cbk_text_copy_bytes(arena, at + 1, (size_t)(close - at) - 1);
    }
    const size_t n = strspn(at, "0123456789.");
    *end = at + n;
    return n == 0 ? NULL : cbk_text_copy_bytes(arena, at, n);
}

/* "dead" of the code, "yes" of 1. */
static const char *value_words(cbk_arena *arena, const cbk_field *field,
                               const char *value)
{
    if (field->type == CBK_FIELD_BOOLEAN) {
        return strcmp(value, "1") == 0 ? "yes" : "no";
    }
    const char *label = cbk_code_label(field->choices, field->n_choices, value);
    return label != NULL ? cbk_words_lower_first(arena, label) : value;
}

/* Adds "“status: dead”" of `status = 'dead'`, "“dead: yes”" of `dead`; the rest of the
 * text, NULL where it is written otherwise. */
static const char *add_equality(cbk_report *report, cbk_buffer *out, const char *at)
{
    cbk_arena *arena = report->arena;
    at = skip_blanks(at);
    const bool is_not = strncasecmp(at, "not ", 4) == 0;
    at = skip_blanks(is_not ? at + 4 : at);
    const size_t n = name_length(at);
    const char *name = cbk_text_copy_bytes(arena, at, n);
    const cbk_field *field =
        n > 0 && name != NULL ? cbk_protocol_variable(report->protocol, name) : NULL;
    const char *end = skip_blanks(at + n);
    const char *value = NULL;
    if (field != NULL && *end == '=' && !is_not) {
        value = read_value(arena, skip_blanks(end + strspn(end, "=")), &end);
    } else if (field != NULL && *end != '=' && field->type == CBK_FIELD_BOOLEAN) {
        value = is_not ? "0" : "1";
    }
    if (value == NULL) {
        return NULL;
    }
    cbk_buffer_addf(out, "%s“%s: %s”", out->size > 0 ? " and " : "",
                    cbk_words_lower_first(arena, field->label),
                    value_words(arena, field, value));
    return skip_blanks(end);
}

/* "“status: dead” and “cause of death: tumour”", of conditions that are equalities; NULL
 * of others. */
static const char *condition_words(cbk_report *report, const char *sql)
{
    cbk_buffer out = {0};
    const char *at = sql;
    while (at != NULL && *at != '\0') {
        at = add_equality(report, &out, at);
        if (at != NULL && *at != '\0') {
            at = strncasecmp(at, "and ", 4) == 0 ? at + 4 : NULL;
        }
    }
    if (at == NULL) {
        cbk_buffer_free(&out);
        return NULL;
    }
    return cbk_words_take(&out, report->arena);
}

static void add_code(cbk_report *report, cbk_text_run *run, const char *code)
{
    cbk_run_span(run, report->arena, (cbk_span){.kind = CBK_SPAN_CODE, .text = code});
}

void cbk_methods_condition(cbk_report *report, cbk_text_run *run, const char *sql)
{
    const char *words = condition_words(report, sql);
    if (words != NULL) {
        cbk_run_text(run, report->arena, words);
    } else {
        add_code(report, run, sql);
    }
}

/* A field by its label with what defines it, an expression as it is written. */
static void add_variable(cbk_report *report, cbk_text_run *run, const char *sql)
{
    const cbk_field *field = cbk_protocol_variable(report->protocol, sql);
    if (field == NULL) {
        add_code(report, run, sql);
        return;
    }
    cbk_run_textf(run, report->arena, "“%s”",
                  cbk_words_lower_first(report->arena, field->label));
}

/* " (from the operation to death or the last contact)". */
static void add_definition(cbk_report *report, cbk_text_run *run, const char *sql)
{
    const cbk_field *field = cbk_protocol_variable(report->protocol, sql);
    if (field == NULL || field->definition == NULL) {
        return;
    }
    const size_t n = strlen(field->definition);
    cbk_run_textf(run, report->arena, " (%.*s)",
                  (int)(n - (field->definition[n - 1] == '.' ? 1 : 0)),
                  cbk_words_lower_first(report->arena, field->definition));
}

/* ---- endpoints -------------------------------------------------------------------- */

/* "Overall survival was counted in months as “follow-up” (…); the event was recorded as
 * “status: dead”" */
static void add_durations(cbk_report *report, cbk_text_run *run,
                          const cbk_endpoint *endpoint)
{
    cbk_arena *arena = report->arena;
    cbk_run_textf(run, arena, "%s was counted", endpoint->label);
    if (endpoint->unit != NULL) {
        cbk_run_textf(run, arena, " in %s", endpoint->unit);
    }
    cbk_run_text(run, arena, " as ");
    add_variable(report, run, endpoint->time);
    add_definition(report, run, endpoint->time);
    cbk_run_text(run, arena, "; the event was ");
    if (endpoint->event_label != NULL) {
        cbk_run_textf(run, arena, "%s (",
                      cbk_words_lower_first(arena, endpoint->event_label));
    }
    cbk_run_text(run, arena, "recorded as ");
    cbk_methods_condition(report, run, endpoint->event);
    cbk_run_text(run, arena, endpoint->event_label != NULL ? ")" : "");
}

static void add_dates(cbk_report *report, cbk_text_run *run, const cbk_endpoint *endpoint)
{
    cbk_arena *arena = report->arena;
    cbk_run_textf(run, arena, "%s was counted", endpoint->label);
    if (endpoint->unit != NULL) {
        cbk_run_textf(run, arena, " in %s", endpoint->unit);
    }
    cbk_run_text(run, arena, " from ");
    add_variable(report, run, endpoint->from);
    cbk_run_text(run, arena, endpoint->n_event_on > 1 ? " to the earliest of " : " to ");
    for (size_t i = 0; i < endpoint->n_event_on; i++) {
        const char *before = i == 0 ? "" : i + 1 == endpoint->n_event_on ? " and " : ", ";
        cbk_run_text(run, arena, before);
        add_variable(report, run, endpoint->event_on[i]);
    }
    if (endpoint->event_label != NULL) {
        cbk_run_textf(run, arena, " (%s)",
                      cbk_words_lower_first(arena, endpoint->event_label));
    }
    cbk_run_text(run, arena, ", else to ");
    add_variable(report, run, endpoint->censor_on);
    cbk_run_text(run, arena, ", where the patient was censored");
}

/* "; other cause (…) competes with it". */
static void add_competing(cbk_report *report, cbk_text_run *run,
                          const cbk_endpoint *endpoint)
{
    for (size_t i = 0; i < endpoint->n_competing; i++) {
        cbk_run_textf(run, report->arena, "; %s (recorded as ",
                      cbk_words_lower_first(report->arena, endpoint->competing_label[i]));
        cbk_methods_condition(report, run, endpoint->competing[i].label);
        cbk_run_text(run, report->arena,
                     ") was a competing event, at which a Kaplan-Meier estimate censors");
    }
}

void cbk_methods_endpoints(cbk_report *report, cbk_text_run *run)
{
    const cbk_protocol *protocol = report->protocol;
    bool has_dates = false;
    for (size_t i = 0; i < protocol->n_endpoints; i++) {
        const cbk_endpoint *endpoint = &protocol->endpoints[i];
        cbk_run_text(run, report->arena, i > 0 ? " " : "");
        if (endpoint->time != NULL) {
            add_durations(report, run, endpoint);
        } else {
            has_dates = true;
            add_dates(report, run, endpoint);
        }
        if (endpoint->entry != NULL) {
            cbk_run_text(run, report->arena, "; observation began at ");
            add_variable(report, run, endpoint->entry);
        }
        add_competing(report, run, endpoint);
        cbk_run_text(run, report->arena, ".");
    }
    if (has_dates) {
        cbk_run_textf(
            run, report->arena,
            " Times between dates are whole days; a month is %g days and a year %g.",
            CBK_DAYS_PER_MONTH, CBK_DAYS_PER_YEAR);
    }
    if (protocol->n_endpoints > 0) {
        cbk_run_text(
            run, report->arena,
            " Patients without the event were censored at the end of their time.");
    }
}
