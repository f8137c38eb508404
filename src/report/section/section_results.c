/* section_results.c - the results in words: who, how long, how many events, what became
 * of them, what the protocol compares.  Every number is one of the document's.
 */
#include "report/section/section_results.h"

#include "study/sql/sql_text.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* ---- events -------------------------------------------------------------------------
 */

/* The endpoint's patients, events and competing events. */
typedef struct counted {
    const cbk_endpoint *endpoint;
    const char *name; /* safe in SQL */
    size_t n_patients, n, n_events, n_competing;
    cbk_quantity known, events;
} counted;

/* Who was ended by that competing event: "76+other_cause", "(12,76+other_cause]". */
static const char *competing_call(cbk_report *report, const counted *of, size_t i)
{
    const char *code = of->endpoint->competing[i].code;
    return cbk_text_format(report->arena, "sum(rtrim(%s, ']') GLOB '*+%s')", of->name,
                           code);
}

static cbk_status count(cbk_report *report, counted *of, cbk_error *err)
{
    cbk_arena *arena = report->arena;
    of->name = cbk_sql_name(arena, of->endpoint->name);
    CBK_TRY(cbk_report_count(report, cbk_text_format(arena, "count(%s)", of->name), NULL,
                             NULL, &of->known, &of->n, err));
    CBK_TRY(cbk_report_count(report, cbk_text_format(arena, "events(%s)", of->name), NULL,
                             NULL, &of->events, &of->n_events, err));
    for (size_t i = 0; i < of->endpoint->n_competing; i++) {
        cbk_quantity quantity;
        size_t n = 0;
        CBK_TRY(cbk_report_count(report, competing_call(report, of, i), NULL, NULL,
                                 &quantity, &n, err));
        of->n_competing += n;
    }
    return CBK_OK;
}

/* " (33%)". */
static cbk_status add_event_percent(cbk_report *report, cbk_text_run *run,
                                    const counted *of, cbk_error *err)
{
    cbk_run_text(run, report->arena, " (");
    CBK_TRY(cbk_report_number(
        report, run,
        cbk_text_format(report->arena, "100.0 * events(%s) / count(%s)", of->name,
                        of->name),
        NULL, NULL, cbk_print_percent_digits(report->style, of->n), NULL, err));
    cbk_run_text(run, report->arena, "%)");
    return CBK_OK;
}

/* "two of the six patients (33%)", "none of the six patients", "all six patients", "both
 * patients". */
static cbk_status add_who(cbk_report *report, cbk_text_run *run, const counted *of,
                          cbk_error *err)
{
    cbk_arena *arena = report->arena;
    const bool is_all = of->n_events == of->n;
    if (is_all && of->n == 2) {
        cbk_run_number(run, arena, "both", cbk_report_provenance(report, &of->events));
        cbk_run_text(run, arena, " patients");
        return CBK_OK;
    }
    if (is_all) {
        cbk_run_text(run, arena, "all ");
    } else if (of->n_events > 0) {
        cbk_results_count(report, run, &of->events, false);
        cbk_run_text(run, arena, " of the ");
    } else {
        cbk_run_number(run, arena, of->n == 2 ? "neither" : "none",
                       cbk_report_provenance(report, &of->events));
        cbk_run_text(run, arena, " of the ");
    }
    cbk_results_count(report, run, is_all ? &of->events : &of->known, false);
    cbk_run_text(run, arena, " patients");
    return is_all || of->n_events == 0 ? CBK_OK : add_event_percent(report, run, of, err);
}

/* ", one had the competing event other cause". */
static cbk_status add_competing(cbk_report *report, cbk_text_run *run, const counted *of,
                                cbk_error *err)
{
    for (size_t i = 0; i < of->endpoint->n_competing && of->n_events < of->n; i++) {
        cbk_run_text(run, report->arena, ", ");
        CBK_TRY(
            cbk_results_count_of(report, run, competing_call(report, of, i), NULL, err));
        cbk_run_textf(
            run, report->arena, " had the competing event %s",
            cbk_words_lower_first(report->arena, of->endpoint->competing_label[i]));
    }
    return CBK_OK;
}

/* " and four were censored". */
static cbk_status add_censored(cbk_report *report, cbk_text_run *run, const counted *of,
                               cbk_error *err)
{
    const size_t n = of->n - of->n_events - of->n_competing;
    if (of->n_events == of->n) {
        return CBK_OK;
    }
    cbk_buffer text = {0};
    cbk_buffer_addf(&text, "count(%s) - events(%s)", of->name, of->name);
    for (size_t i = 0; i < of->endpoint->n_competing; i++) {
        cbk_buffer_addf(&text, " - %s", competing_call(report, of, i));
    }
    const char *expression = cbk_words_take(&text, report->arena);
    cbk_run_text(run, report->arena, of->endpoint->n_competing > 0 ? ", and " : " and ");
    if (n == of->n) {
        cbk_run_text(run, report->arena, "all were censored");
        return CBK_OK;
    }
    CBK_TRY(cbk_results_count_of(report, run, expression, NULL, err));
    cbk_run_textf(run, report->arena, " %s censored", n == 1 ? "was" : "were");
    return CBK_OK;
}

/* "; for one patient it is not known". */
static cbk_status add_unknown(cbk_report *report, cbk_text_run *run, const counted *of,
                              cbk_error *err)
{
    const size_t n = of->n_patients - of->n;
    if (n == 0) {
        return CBK_OK;
    }
    cbk_run_text(run, report->arena, "; for ");
    CBK_TRY(cbk_results_count_of(
        report, run, cbk_text_format(report->arena, "sum(%s IS NULL)", of->name), NULL,
        err));
    cbk_run_textf(run, report->arena, " %s time or event is not known",
                  n == 1 ? "patient" : "patients");
    return CBK_OK;
}

/* " (death from any cause)". */
static void add_event_label(cbk_report *report, cbk_text_run *run, const counted *of)
{
    const char *event = of->endpoint->event_label;
    if (event != NULL) {
        cbk_run_textf(run, report->arena, " (%s)",
                      cbk_words_lower_first(report->arena, event));
    }
}

/* "the only patient had the event", "… had the competing event other cause", "… was
 * censored". */
static cbk_status add_only(cbk_report *report, cbk_text_run *run, const counted *of,
                           cbk_error *err)
{
    cbk_run_number(run, report->arena, "the only patient",
                   cbk_report_provenance(report, &of->known));
    cbk_run_text(run, report->arena, " ");
    for (size_t i = 0; i < of->endpoint->n_competing; i++) {
        cbk_quantity quantity;
        size_t n = 0;
        CBK_TRY(cbk_report_count(report, competing_call(report, of, i), NULL, NULL,
                                 &quantity, &n, err));
        if (n > 0) {
            cbk_run_number(run, report->arena, "had the competing event",
                           cbk_report_provenance(report, &quantity));
            cbk_run_textf(
                run, report->arena, " %s",
                cbk_words_lower_first(report->arena, of->endpoint->competing_label[i]));
            return CBK_OK;
        }
    }
    cbk_run_number(run, report->arena,
                   of->n_events > 0 ? "had the event" : "was censored",
                   cbk_report_provenance(report, &of->events));
    if (of->n_events > 0) {
        add_event_label(report, run, of);
    }
    return CBK_OK;
}

/* "For overall survival, two of the six patients (33%) had the event and four were
 * censored." */
static cbk_status add_events(cbk_report *report, cbk_text_run *run, const counted *of,
                             cbk_error *err)
{
    cbk_arena *arena = report->arena;
    cbk_run_textf(run, arena, "For %s, ",
                  cbk_words_lower_first(arena, of->endpoint->label));
    if (of->n == 1) {
        CBK_TRY(add_only(report, run, of, err));
    } else {
        CBK_TRY(add_who(report, run, of, err));
        cbk_run_text(run, arena, " had the event");
        add_event_label(report, run, of);
        CBK_TRY(add_competing(report, run, of, err));
        CBK_TRY(add_censored(report, run, of, err));
    }
    CBK_TRY(add_unknown(report, run, of, err));
    cbk_run_text(run, arena, ".");
    return CBK_OK;
}

/* ---- what became of them ------------------------------------------------------------
 */

/* " Overall survival was 80% (…) at 36 months and 80% (…) at 60 months." */
static cbk_status add_marks(cbk_report *report, cbk_text_run *run, const char *subject,
                            const cbk_results_share *of, cbk_error *err)
{
    double marks[CBK_MARKS_MAX];
    size_t n = 0;
    CBK_TRY(cbk_report_marks(report, of->endpoint, marks, &n, err));
    for (size_t i = 0; i < n; i++) {
        const char *before = i == 0 ? " was " : i + 1 == n ? " and " : ", ";
        cbk_run_textf(run, report->arena, "%s%s%s", i == 0 ? " " : "",
                      i == 0 ? cbk_words_upper_first(report->arena, subject) : "",
                      before);
        CBK_TRY(cbk_results_at(report, run, of, marks[i], err));
        cbk_run_textf(run, report->arena, " at %s",
                      cbk_words_duration(report->arena, report->style, marks[i],
                                         of->endpoint->unit));
    }
    cbk_run_text(run, report->arena, n > 0 ? "." : "");
    return CBK_OK;
}

/* " The cumulative incidence of relapse was 20% (…) at 60 months." of each event that
 * occurs. */
static cbk_status add_incidences(cbk_report *report, cbk_text_run *run, const counted *of,
                                 cbk_error *err)
{
    const cbk_endpoint *endpoint = of->endpoint;
    cbk_results_share share = {.endpoint = endpoint, .n = of->n, .is_incidence = true};
    CBK_TRY(add_marks(report, run,
                      cbk_text_format(report->arena, "the cumulative incidence of %s",
                                      cbk_results_event_words(report, endpoint)),
                      &share, err));
    for (size_t i = 0; i < endpoint->n_competing && of->n_competing > 0; i++) {
        share.cause = endpoint->competing[i].code;
        CBK_TRY(
            add_marks(report, run,
                      cbk_text_format(report->arena, "that of %s",
                                      cbk_words_lower_first(
                                          report->arena, endpoint->competing_label[i])),
                      &share, err));
    }
    return CBK_OK;
}

/* " (95% CI 36 to 97)", " (lower 95% limit 97 months)". */
static cbk_status add_median_limits(cbk_report *report, cbk_text_run *run,
                                    const counted *of, bool is_reached, cbk_error *err)
{
    cbk_arena *arena = report->arena;
    cbk_quantity limit[2];
    CBK_TRY(cbk_report_evaluate(report,
                                cbk_text_format(arena, "km_median_lower(%s)", of->name),
                                NULL, NULL, &limit[0], err));
    CBK_TRY(cbk_report_evaluate(report,
                                cbk_text_format(arena, "km_median_upper(%s)", of->name),
                                NULL, NULL, &limit[1], err));
    const bool has_lower = cbk_quantity_has_number(&limit[0]);
    if (is_reached && (has_lower || cbk_quantity_has_number(&limit[1]))) {
        cbk_run_textf(run, arena, " (%s%% CI%s ",
                      cbk_print_level(arena, report->style, report->conventions.level),
                      cbk_style_of(report->style)->comma);
        cbk_report_quantity(report, run, &limit[0], -1);
        cbk_run_text(run, arena, cbk_report_between(report, CBK_PRINT_SENTENCE, limit));
        cbk_report_quantity(report, run, &limit[1], -1);
        cbk_run_text(run, arena, ")");
    } else if (has_lower) {
        cbk_run_textf(run, arena, " (lower %s%% limit ",
                      cbk_print_level(arena, report->style, report->conventions.level));
        cbk_results_duration(report, run, &limit[0], of->endpoint->unit);
        cbk_run_text(run, arena, ")");
    }
    return CBK_OK;
}

/* What a reader must know beside the number; what the sentence says itself is left out.
 */
static void add_caveats(cbk_report *report, cbk_text_run *run, cbk_notes notes)
{
    const cbk_notes said = CBK_NOTE_NOT_REACHED | CBK_NOTE_LIMIT_NOT_REACHED |
                           CBK_NOTE_NO_EVENTS | CBK_NOTE_ONE_SUBJECT |
                           CBK_NOTE_ROWS_LEFT_OUT | CBK_NOTE_ERROR_ZERO |
                           CBK_NOTE_BEYOND_FOLLOW_UP | CBK_NOTE_INTERVAL_UNDEFINED;
    const char *sentences = cbk_words_notes(report->arena, notes & ~said);
    if (sentences != NULL) {
        cbk_run_textf(run, report->arena, " %s", sentences);
    }
}

/* " The median was 97 months (95% CI 36 to not reached)." */
static cbk_status add_median(cbk_report *report, cbk_text_run *run, const counted *of,
                             cbk_error *err)
{
    cbk_quantity median;
    CBK_TRY(cbk_report_evaluate(report,
                                cbk_text_format(report->arena, "km_median(%s)", of->name),
                                NULL, NULL, &median, err));
    const bool is_reached = cbk_quantity_has_number(&median);
    cbk_run_text(run, report->arena, " The median was ");
    cbk_results_duration(report, run, &median, of->endpoint->unit);
    CBK_TRY(add_median_limits(report, run, of, is_reached, err));
    cbk_run_text(run, report->arena, ".");
    add_caveats(report, run, median.notes);
    return CBK_OK;
}

static cbk_status add_endpoint(cbk_report *report, const cbk_endpoint *endpoint,
                               size_t n_patients, cbk_error *err)
{
    counted of = {.endpoint = endpoint, .n_patients = n_patients};
    cbk_text_run run = {0};
    CBK_TRY(count(report, &of, err));
    if (of.n == 0) {
        cbk_run_textf(&run, report->arena, "%s is not known for any patient.",
                      endpoint->label);
        cbk_document_paragraph(report->document, run);
        return CBK_OK;
    }
    CBK_TRY(add_events(report, &run, &of, err));
    if (endpoint->n_competing > 0) {
        CBK_TRY(add_incidences(report, &run, &of, err));
    } else {
        const cbk_results_share share = {.endpoint = endpoint, .n = of.n};
        CBK_TRY(add_marks(report, &run, cbk_results_curve_words(report, endpoint), &share,
                          err));
        CBK_TRY(add_median(report, &run, &of, err));
    }
    cbk_document_paragraph(report->document, run);
    return CBK_OK;
}

cbk_status cbk_section_results(cbk_report *report, cbk_error *err)
{
    size_t n = 0;
    cbk_document_heading(report->document, 2, "results", "Results");
    CBK_TRY(cbk_results_cohort(report, &n, err));
    if (n == 0) {
        return cbk_report_done(report, err);
    }
    for (size_t i = 0; i < report->protocol->n_endpoints; i++) {
        CBK_TRY(add_endpoint(report, &report->protocol->endpoints[i], n, err));
    }
    CBK_TRY(cbk_results_compared(report, err));
    return cbk_report_done(report, err);
}
