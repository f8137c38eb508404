/* section_cohort.c - the cohort in a few sentences, made from what the protocol declares
 * and from nothing else. */
#include "report/parts.h"

#include "study/sql_text.h"

#include <stdlib.h>
#include <string.h>

static const char *patient_word(size_t n)
{
    return n == 1 ? "patient" : "patients";
}

/* ---- design ----------------------------------------------------------------------- */

static const char *article(const char *noun)
{
    return strchr("aeiouAEIOU", noun[0]) != NULL ? "an" : "a";
}

/* " from one centre", " from 3 centres"; "" where it is not a number. */
static const char *centres_words(cbk_arena *arena, const char *centres)
{
    if (centres == NULL || cbk_block_number(centres) == NULL) {
        return "";
    }
    const unsigned long n = strtoul(centres, NULL, 10);
    return n == 1 ? " from one centre"
                  : cbk_text_format(arena, " from %s centres", centres);
}

/* "The study is a retrospective case series of 6 consecutive patients from one centre."
 */
static cbk_status add_design(cbk_report *report, cbk_text_run *run, size_t *n,
                             cbk_error *err)
{
    const cbk_protocol *protocol = report->protocol;
    cbk_arena *arena = report->arena;
    const char *direction = protocol->design_direction;
    const char *kind = protocol->design_kind != NULL ? protocol->design_kind : "series";
    const char *first = direction != NULL ? direction : kind;
    cbk_quantity patients;
    CBK_TRY(cbk_report_count(report, "count(*)", NULL, NULL, &patients, n, err));
    cbk_run_textf(run, arena, "The study is %s %s%s%s of ", article(first),
                  direction != NULL ? direction : "", direction != NULL ? " " : "", kind);
    cbk_report_quantity(report, run, &patients, 0);
    cbk_run_textf(run, arena, " %s%s%s.", protocol->is_consecutive ? "consecutive " : "",
                  patient_word(*n), centres_words(arena, protocol->design_centres));
    if (protocol->has_period) {
        cbk_run_textf(run, arena, " The study period is %s.",
                      cbk_words_period(arena, protocol->period_first_day,
                                       protocol->period_last_day));
    }
    return CBK_OK;
}

/* ---- sex and age ------------------------------------------------------------------ */

/* The patients of one choice: "5 female". */
typedef struct share {
    cbk_quantity quantity;
    size_t n;
    const char *label;
} share;

enum { SHARES_MAX = 8 };

/* "5 were female and 1 was male": only the choices that occur. */
static void add_shares(cbk_report *report, cbk_text_run *run, const share *shares,
                       size_t n_shares, size_t n_known)
{
    cbk_arena *arena = report->arena;
    if (n_shares == 1) {
        cbk_run_text(run, arena, n_known == 1 ? "The only one" : "All ");
        if (n_known > 1) {
            cbk_report_quantity(report, run, &shares[0].quantity, 0);
        }
    }
    for (size_t i = 0; i < n_shares; i++) {
        const bool is_last = i + 1 == n_shares;
        if (n_shares > 1) {
            cbk_run_text(run, arena, i == 0 ? "" : is_last ? " and " : ", ");
            cbk_report_quantity(report, run, &shares[i].quantity, 0);
        }
        cbk_run_textf(run, arena, " %s %s", shares[i].n == 1 ? "was" : "were",
                      cbk_words_lower_first(arena, shares[i].label));
    }
}

static cbk_status add_sex(cbk_report *report, cbk_text_run *run, size_t n_patients,
                          cbk_error *err)
{
    const cbk_field *field = cbk_protocol_variable(report->protocol, "sex");
    if (field == NULL || field->type != CBK_FIELD_CHOICE || n_patients == 0) {
        return CBK_OK;
    }
    share shares[SHARES_MAX];
    size_t n_shares = 0;
    size_t n_known = 0;
    for (size_t i = 0; i < field->n_choices && n_shares < SHARES_MAX; i++) {
        share *found = &shares[n_shares];
        found->label = field->choices[i].label;
        const char *condition =
            cbk_sql_equals(report->arena, "sex", field->choices[i].code, false);
        CBK_TRY(cbk_report_count(report,
                                 cbk_text_format(report->arena, "sum(%s)", condition),
                                 NULL, NULL, &found->quantity, &found->n, err));
        n_known += found->n;
        n_shares += found->n > 0;
    }
    if (n_known == 0) {
        return CBK_OK;
    }
    cbk_run_text(run, report->arena, " ");
    add_shares(report, run, shares, n_shares, n_known);
    if (n_known < n_patients) {
        cbk_run_text(run, report->arena, "; sex is not known for ");
        CBK_TRY(
            cbk_report_number(report, run, "sum(sex IS NULL)", NULL, NULL, 0, NULL, err));
    }
    cbk_run_text(run, report->arena, ".");
    return CBK_OK;
}

/* The patient form's first number whose name is or begins with "age". */
static const cbk_field *age_field(const cbk_protocol *protocol)
{
    const cbk_form *form = &protocol->forms[0];
    for (size_t i = 0; i < form->n_fields; i++) {
        const cbk_field *field = &form->fields[i];
        const bool is_age =
            strcmp(field->name, "age") == 0 || strncmp(field->name, "age_", 4) == 0;
        if (is_age &&
            (field->type == CBK_FIELD_INTEGER || field->type == CBK_FIELD_NUMBER)) {
            return field;
        }
    }
    return NULL;
}

static cbk_status add_function(cbk_report *report, cbk_text_run *run,
                               const char *function, const char *name, int digits,
                               cbk_error *err)
{
    return cbk_report_number(report, run,
                             cbk_text_format(report->arena, "%s(%s)", function, name),
                             NULL, NULL, digits, NULL, err);
}

/* "The median age was 45.5 years (range 25 to 64)." */
static cbk_status add_age(cbk_report *report, cbk_text_run *run, size_t n_patients,
                          cbk_error *err)
{
    const cbk_field *field = age_field(report->protocol);
    if (field == NULL) {
        return CBK_OK;
    }
    cbk_arena *arena = report->arena;
    const char *name = cbk_sql_name(arena, field->name);
    cbk_quantity known;
    size_t n_known = 0;
    CBK_TRY(cbk_report_count(report, cbk_text_format(arena, "count(%s)", name), NULL,
                             NULL, &known, &n_known, err));
    if (n_known == 0) {
        return CBK_OK;
    }
    cbk_run_textf(run, arena, " The median %s was ",
                  cbk_words_lower_first(arena, field->label));
    CBK_TRY(add_function(report, run, "median", name, -1, err));
    cbk_run_textf(run, arena, "%s%s (range ", field->unit != NULL ? " " : "",
                  field->unit != NULL ? field->unit : "");
    CBK_TRY(add_function(report, run, "min", name, -1, err));
    cbk_run_text(run, arena, cbk_print_between(report->style, CBK_PRINT_SENTENCE));
    CBK_TRY(add_function(report, run, "max", name, -1, err));
    if (n_known < n_patients) {
        cbk_run_text(run, arena, "; known for ");
        cbk_report_quantity(report, run, &known, 0);
    }
    cbk_run_text(run, arena, ").");
    return CBK_OK;
}

/* ---- endpoints -------------------------------------------------------------------- */

/* "; the median follow-up, by reverse Kaplan-Meier, was 97 months." */
static cbk_status add_follow_up(cbk_report *report, cbk_text_run *run,
                                const cbk_endpoint *endpoint, const char *name,
                                cbk_error *err)
{
    cbk_arena *arena = report->arena;
    const char *expression = cbk_text_format(arena, "followup_median(%s)", name);
    cbk_quantity quantity;
    CBK_TRY(cbk_report_evaluate(report, expression, NULL, NULL, &quantity, err));
    cbk_run_text(run, arena, "; the median follow-up (reverse Kaplan-Meier) was ");
    cbk_report_quantity(report, run, &quantity, -1);
    if (cbk_quantity_has_number(&quantity) && endpoint->unit != NULL) {
        cbk_run_textf(run, arena, " %s", endpoint->unit);
    }
    return CBK_OK;
}

/* "Overall survival: 2 of 6 patients had an event; ..." */
static cbk_status add_endpoint(cbk_report *report, const cbk_endpoint *endpoint,
                               size_t n_patients, cbk_error *err)
{
    cbk_arena *arena = report->arena;
    const char *name = cbk_sql_name(arena, endpoint->name);
    cbk_quantity known;
    cbk_quantity events;
    size_t n = 0;
    size_t n_events = 0;
    cbk_text_run run = {0};
    CBK_TRY(cbk_report_count(report, cbk_text_format(arena, "count(%s)", name), NULL,
                             NULL, &known, &n, err));
    CBK_TRY(cbk_report_count(report, cbk_text_format(arena, "events(%s)", name), NULL,
                             NULL, &events, &n_events, err));
    cbk_run_span(&run, arena,
                 (cbk_span){.kind = CBK_SPAN_STRONG, .text = endpoint->label});
    if (n == 0) {
        cbk_run_text(&run, arena, ": not known for any patient.");
        cbk_document_item(report->document, run);
        return CBK_OK;
    }
    cbk_run_text(&run, arena, ": ");
    cbk_report_quantity(report, &run, &events, 0);
    cbk_run_text(&run, arena, " of ");
    cbk_report_quantity(report, &run, &known, 0);
    cbk_run_textf(&run, arena, " %s had an event", patient_word(n));
    if (n_events == n) {
        cbk_run_text(&run, arena, "; nobody was censored");
    } else {
        CBK_TRY(add_follow_up(report, &run, endpoint, name, err));
    }
    if (n < n_patients) {
        cbk_run_textf(&run, arena, "; not known for %zu", n_patients - n);
    }
    cbk_run_text(&run, arena, ".");
    cbk_document_item(report->document, run);
    return CBK_OK;
}

/* ---- repeating forms -------------------------------------------------------------- */

/* "The records also hold 15 recurrence and 20 treatment records." */
static cbk_status add_forms(cbk_report *report, cbk_text_run *run, cbk_error *err)
{
    cbk_arena *arena = report->arena;
    const cbk_protocol *protocol = report->protocol;
    size_t n_last = 0;
    for (size_t i = 1; i < protocol->n_forms; i++) {
        const cbk_form *form = &protocol->forms[i];
        const char *label = form->name; /* a label may be a plural */
        cbk_quantity rows;
        size_t n = 0;
        CBK_TRY(cbk_report_count(report, "count(*)", form->name, NULL, &rows, &n, err));
        const bool is_last = i + 1 == protocol->n_forms;
        cbk_run_text(run, arena,
                     i == 1    ? " The records also hold "
                     : is_last ? " and "
                               : ", ");
        cbk_report_quantity(report, run, &rows, 0);
        cbk_run_textf(run, arena, " %s", cbk_words_lower_first(arena, label));
        n_last = n;
    }
    if (protocol->n_forms > 1) {
        cbk_run_text(run, arena, n_last == 1 ? " record." : " records.");
    }
    return CBK_OK;
}

cbk_status cbk_section_cohort(cbk_report *report, cbk_error *err)
{
    cbk_text_run run = {0};
    size_t n = 0;
    cbk_document_heading(report->document, 2, "cohort", "The cohort");
    CBK_TRY(add_design(report, &run, &n, err));
    CBK_TRY(add_sex(report, &run, n, err));
    CBK_TRY(add_age(report, &run, n, err));
    CBK_TRY(add_forms(report, &run, err));
    cbk_document_paragraph(report->document, run);
    for (size_t i = 0; i < report->protocol->n_endpoints; i++) {
        CBK_TRY(add_endpoint(report, &report->protocol->endpoints[i], n, err));
    }
    return cbk_report_done(report, err);
}
