/* section_cohort.c - the cohort in a few sentences, made from what the protocol declares
 * and from nothing else. */
#include "report/section/section_results.h"

#include "study/sql/sql_text.h"

#include <stdlib.h>
#include <string.h>

/* ---- who --------------------------------------------------------------------------- */

/* "Six consecutive patients were included from August 1999 to June 2010 at one centre."
 */
static cbk_status add_patients(cbk_report *report, cbk_text_run *run, size_t *n,
                               cbk_error *err)
{
    const cbk_protocol *protocol = report->protocol;
    cbk_arena *arena = report->arena;
    cbk_quantity patients;
    CBK_TRY(cbk_report_count(report, "count(*)", NULL, NULL, &patients, n, err));
    if (*n == 0) {
        cbk_run_text(run, arena, "The records hold no patient.");
        return CBK_OK;
    }
    cbk_run_text(run, arena, *n >= 10 ? "A total of " : ""); /* no digit begins it */
    cbk_results_count(report, run, &patients, true);
    cbk_run_textf(run, arena, " %spatient%s %s included%s%s.",
                  protocol->is_consecutive && *n > 1 ? "consecutive " : "",
                  *n == 1 ? "" : "s", *n == 1 ? "was" : "were",
                  cbk_words_in_period(arena, protocol),
                  cbk_words_centres(arena, report->style, protocol->design_centres));
    return CBK_OK;
}

/* ---- sex and age ------------------------------------------------------------------ */

/* The patients of one choice: "5 female". */
typedef struct share {
    cbk_quantity quantity;
    size_t n;
    const char *label;
    const char *condition;
} share;

enum { SHARES_MAX = 8 };

/* " (83%)" of those with a value. */
static cbk_status add_percent(cbk_report *report, cbk_text_run *run, const share *of,
                              size_t n_known, cbk_error *err)
{
    cbk_run_text(run, report->arena, " (");
    CBK_TRY(cbk_report_number(
        report, run, cbk_text_format(report->arena, "percent(%s)", of->condition), NULL,
        NULL, cbk_print_percent_digits(report->style, n_known), NULL, err));
    cbk_run_text(run, report->arena, "%)");
    return CBK_OK;
}

/* "five (83%) were female and one (17%) was male": only the choices that occur. */
static cbk_status add_shares(cbk_report *report, cbk_text_run *run, const share *shares,
                             size_t n_shares, size_t n_known, cbk_error *err)
{
    cbk_arena *arena = report->arena;
    if (n_shares == 1) {
        cbk_run_textf(run, arena, "%s %s", n_known == 1 ? "The patient was" : "All were",
                      cbk_words_lower_first(arena, shares[0].label));
        return CBK_OK;
    }
    for (size_t i = 0; i < n_shares; i++) {
        const bool is_last = i + 1 == n_shares;
        cbk_run_text(run, arena, i == 0 ? "Of them, " : is_last ? " and " : ", ");
        cbk_results_count(report, run, &shares[i].quantity, false);
        CBK_TRY(add_percent(report, run, &shares[i], n_known, err));
        cbk_run_textf(run, arena, " %s %s", shares[i].n == 1 ? "was" : "were",
                      cbk_words_lower_first(arena, shares[i].label));
    }
    return CBK_OK;
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
        found->condition =
            cbk_sql_equals(report->arena, "sex", field->choices[i].code, false);
        CBK_TRY(cbk_report_count(
            report, cbk_text_format(report->arena, "sum(%s)", found->condition), NULL,
            NULL, &found->quantity, &found->n, err));
        n_known += found->n;
        n_shares += found->n > 0;
    }
    if (n_known == 0) {
        return CBK_OK;
    }
    cbk_run_text(run, report->arena, " ");
    CBK_TRY(add_shares(report, run, shares, n_shares, n_known, err));
    if (n_known < n_patients) {
        cbk_run_text(run, report->arena, "; for ");
        CBK_TRY(cbk_results_count_of(report, run, "sum(sex IS NULL)", NULL, err));
        cbk_run_text(run, report->arena, " it is not known");
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

/* " (quartiles 31.5 to 56.5; range 25 to 64)", " (IQR, 31.5-56.5; range, 25-64)". */
static cbk_status add_spread(cbk_report *report, cbk_text_run *run, const char *name,
                             cbk_error *err)
{
    cbk_arena *arena = report->arena;
    const cbk_style *style = cbk_style_of(report->style);
    cbk_run_textf(run, arena, " (%s%s ", style->quartiles, style->comma);
    CBK_TRY(cbk_report_limits(report, run, CBK_PRINT_SENTENCE,
                              cbk_text_format(arena, "quantile(%s, 0.25)", name),
                              cbk_text_format(arena, "quantile(%s, 0.75)", name), NULL,
                              NULL, -1, err));
    cbk_run_textf(run, arena, "; range%s ", style->comma);
    CBK_TRY(cbk_report_limits(
        report, run, CBK_PRINT_SENTENCE, cbk_text_format(arena, "min(%s)", name),
        cbk_text_format(arena, "max(%s)", name), NULL, NULL, -1, err));
    cbk_run_text(run, arena, ")");
    return CBK_OK;
}

/* "The median age was 45.5 years (quartiles 31.5 to 56.5; range 25 to 64)." */
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
    cbk_run_textf(run, arena, " The %s%s was ", n_known == 1 ? "" : "median ",
                  cbk_words_lower_first(arena, field->label));
    CBK_TRY(cbk_report_number(report, run, cbk_text_format(arena, "median(%s)", name),
                              NULL, NULL, -1, NULL, err));
    cbk_run_textf(run, arena, "%s%s", field->unit != NULL ? " " : "",
                  field->unit != NULL ? field->unit : "");
    if (n_known > 1) {
        CBK_TRY(add_spread(report, run, name, err));
    }
    if (n_known < n_patients) {
        cbk_run_text(run, arena, " in the ");
        cbk_results_count(report, run, &known, false);
        cbk_run_text(run, arena, " for whom it is known");
    }
    cbk_run_text(run, arena, ".");
    return CBK_OK;
}

/* " The median follow-up was 97 months (reverse Kaplan-Meier)." of the first endpoint
 * that somebody has. */
static cbk_status add_follow_up(cbk_report *report, cbk_text_run *run, cbk_error *err)
{
    const cbk_protocol *protocol = report->protocol;
    cbk_arena *arena = report->arena;
    if (protocol->n_endpoints == 0) {
        return CBK_OK;
    }
    const cbk_endpoint *endpoint = &protocol->endpoints[0];
    cbk_quantity quantity;
    CBK_TRY(cbk_report_evaluate(report,
                                cbk_text_format(arena, "followup_median(%s)",
                                                cbk_sql_name(arena, endpoint->name)),
                                NULL, NULL, &quantity, err));
    if (!cbk_quantity_has_number(&quantity)) {
        return CBK_OK;
    }
    cbk_run_text(run, arena, " The median follow-up was ");
    cbk_results_duration(report, run, &quantity, endpoint->unit);
    cbk_run_text(run, arena, " (reverse Kaplan-Meier");
    cbk_run_textf(run, arena, protocol->n_endpoints > 1 ? " of %s)." : ").",
                  cbk_words_lower_first(arena, endpoint->label));
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
        const bool is_last = i + 1 == protocol->n_forms;
        cbk_run_text(run, arena,
                     i == 1    ? " The records also hold "
                     : is_last ? " and "
                               : ", ");
        CBK_TRY(cbk_results_count_rows(report, run, form->name, &n_last, err));
        /* the name: a label may be a plural */
        cbk_run_textf(run, arena, " %s", cbk_words_lower_first(arena, form->name));
    }
    if (protocol->n_forms > 1) {
        cbk_run_text(run, arena, n_last == 1 ? " record." : " records.");
    }
    return CBK_OK;
}

static cbk_status add_cohort(cbk_report *report, cbk_text_run *run, size_t *n,
                             cbk_error *err)
{
    CBK_TRY(add_patients(report, run, n, err));
    CBK_TRY(add_sex(report, run, *n, err));
    CBK_TRY(add_age(report, run, *n, err));
    return *n > 0 ? add_follow_up(report, run, err) : CBK_OK;
}

cbk_status cbk_results_cohort(cbk_report *report, size_t *n, cbk_error *err)
{
    cbk_text_run run = {0};
    CBK_TRY(add_cohort(report, &run, n, err));
    cbk_document_paragraph(report->document, run);
    return cbk_report_done(report, err);
}

cbk_status cbk_section_cohort(cbk_report *report, cbk_error *err)
{
    size_t n = 0;
    cbk_text_run run = {0};
    cbk_document_heading(report->document, 2, "cohort", "The cohort");
    CBK_TRY(add_cohort(report, &run, &n, err));
    if (n > 0) {
        CBK_TRY(add_forms(report, &run, err));
    }
    cbk_document_paragraph(report->document, run);
    return cbk_report_done(report, err);
}
