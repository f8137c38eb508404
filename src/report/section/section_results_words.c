/* section_results_words.c - what the results say in the same words wherever they say it:
 * counts, durations, endpoints, a share at a time.  Contract:
 * report/section/section_results.h.
 */
#include "report/section/section_results.h"

#include "study/sql/sql_text.h"

#include <string.h>
#include <strings.h>

/* ---- words ------------------------------------------------------------------------ */

void cbk_results_count(cbk_report *report, cbk_text_run *run,
                       const cbk_quantity *quantity, bool is_first)
{
    const char *words =
        cbk_words_number(report->arena, report->style, quantity->value.number);
    cbk_run_number(run, report->arena,
                   is_first && words != NULL ? cbk_words_upper_first(report->arena, words)
                                             : words,
                   cbk_report_provenance(report, quantity));
}

static cbk_status count_or(cbk_report *report, cbk_text_run *run, const char *expression,
                           const char *from, const char *among, const char *zero,
                           size_t *n, cbk_error *err)
{
    cbk_quantity quantity;
    CBK_TRY(cbk_report_count(report, expression, from, among, &quantity, n, err));
    if (*n > 0) {
        cbk_results_count(report, run, &quantity, false);
    } else {
        cbk_run_number(run, report->arena, zero,
                       cbk_report_provenance(report, &quantity));
    }
    return CBK_OK;
}

cbk_status cbk_results_count_of(cbk_report *report, cbk_text_run *run,
                                const char *expression, const char *among, cbk_error *err)
{
    size_t n = 0;
    return count_or(report, run, expression, NULL, among, "none", &n, err);
}

cbk_status cbk_results_count_rows(cbk_report *report, cbk_text_run *run, const char *form,
                                  size_t *n, cbk_error *err)
{
    return count_or(report, run, "count(*)", form, NULL, "no", n, err);
}

void cbk_results_duration(cbk_report *report, cbk_text_run *run,
                          const cbk_quantity *quantity, const char *unit)
{
    const char *text = cbk_print_quantity(report->arena, report->style, quantity, -1);
    cbk_report_quantity(report, run, quantity, -1);
    if (cbk_quantity_has_number(quantity) && unit != NULL && text != NULL) {
        const bool is_one = strcmp(text, "1") == 0;
        const int length = (int)strlen(unit) - (is_one ? 1 : 0); /* "month" */
        cbk_run_textf(run, report->arena, " %.*s", length, unit);
    }
}

static bool has_word(const char *text, const char *word)
{
    const size_t n = strlen(word);
    for (; *text != '\0'; text++) {
        if (strncasecmp(text, word, n) == 0) {
            return true;
        }
    }
    return false;
}

const char *cbk_results_curve_words(cbk_report *report, const cbk_endpoint *endpoint)
{
    const bool is_named =
        has_word(endpoint->label, "survival") || has_word(endpoint->label, "freedom");
    return is_named ? cbk_words_lower_first(report->arena, endpoint->label)
                    : "the proportion without the event";
}

const char *cbk_results_event_words(cbk_report *report, const cbk_endpoint *endpoint)
{
    const char *event = endpoint->event_label != NULL           ? endpoint->event_label
                        : has_word(endpoint->label, "survival") ? NULL
                                                                : endpoint->label;
    return event != NULL ? cbk_words_lower_first(report->arena, event) : "the event";
}

/* ---- a share at a time --------------------------------------------------------------
 */

static const char *share_call(cbk_report *report, const cbk_results_share *of,
                              const char *what, double time)
{
    static const char *const survival[] = {"km_survival", "km_lower", "km_upper"};
    static const char *const incidence[] = {"cuminc", "cuminc_lower", "cuminc_upper"};
    const size_t i = strcmp(what, "value") == 0 ? 0 : strcmp(what, "lower") == 0 ? 1 : 2;
    cbk_arena *arena = report->arena;
    char at[CBK_NUMBER_SIZE];
    cbk_number_shortest(time, at);
    return cbk_text_format(
        arena, "100 * %s(%s, %s%s%s)", of->is_incidence ? incidence[i] : survival[i],
        cbk_sql_name(arena, of->endpoint->name), at, of->cause != NULL ? ", " : "",
        of->cause != NULL ? cbk_sql_text(arena, of->cause) : "");
}

/* " (exact lower 95% limit 48%)": where survival is 1 or 0 the other interval says
 * nothing.  An incidence of 0 is at most what survival of 1 leaves; competing events can
 * only lower it. */
static cbk_status add_exact(cbk_report *report, cbk_text_run *run,
                            const cbk_results_share *of, double time, bool is_lower,
                            cbk_error *err)
{
    cbk_quantity limit;
    cbk_conventions exact = report->conventions;
    exact.interval = CBK_INTERVAL_BPCP;
    cbk_results_share survival = *of;
    survival.is_incidence = false;
    const bool is_of_survival = is_lower != of->is_incidence;
    const char *call =
        share_call(report, &survival, is_of_survival ? "lower" : "upper", time);
    CBK_TRY(cbk_report_done(report, err));
    CBK_TRY(cbk_study_evaluate(
        report->study,
        of->is_incidence ? cbk_text_format(report->arena, "100 - %s", call) : call, NULL,
        of->among, &exact, report->arena, &limit, err));
    if (!cbk_quantity_has_number(&limit)) {
        return CBK_OK;
    }
    cbk_run_textf(
        run, report->arena, " (exact %s %s%% limit ", is_lower ? "lower" : "upper",
        cbk_print_level(report->arena, report->style, report->conventions.level));
    cbk_report_quantity(report, run, &limit,
                        cbk_print_percent_digits(report->style, of->n));
    cbk_run_text(run, report->arena, "%)");
    return CBK_OK;
}

static cbk_status add_interval(cbk_report *report, cbk_text_run *run,
                               const cbk_results_share *of, double time, cbk_error *err)
{
    cbk_quantity limit[2];
    CBK_TRY(cbk_report_evaluate(report, share_call(report, of, "lower", time), NULL,
                                of->among, &limit[0], err));
    CBK_TRY(cbk_report_evaluate(report, share_call(report, of, "upper", time), NULL,
                                of->among, &limit[1], err));
    if (!cbk_quantity_has_number(&limit[0]) || !cbk_quantity_has_number(&limit[1])) {
        return CBK_OK;
    }
    const int digits = cbk_print_percent_digits(report->style, of->n);
    const cbk_style *style = cbk_style_of(report->style);
    const char *sign = style->is_percent_repeated[CBK_PRINT_SENTENCE] ? "%" : "";
    cbk_run_textf(
        run, report->arena, " (%s%% CI%s ",
        cbk_print_level(report->arena, report->style, report->conventions.level),
        style->comma);
    cbk_report_quantity(report, run, &limit[0], digits);
    cbk_run_textf(run, report->arena, "%s%s", sign,
                  cbk_report_between(report, CBK_PRINT_SENTENCE, limit));
    cbk_report_quantity(report, run, &limit[1], digits);
    cbk_run_textf(run, report->arena, "%s)", sign);
    return CBK_OK;
}

cbk_status cbk_results_at(cbk_report *report, cbk_text_run *run,
                          const cbk_results_share *of, double time, cbk_error *err)
{
    cbk_quantity value;
    CBK_TRY(cbk_report_number(report, run, share_call(report, of, "value", time), NULL,
                              of->among, cbk_print_percent_digits(report->style, of->n),
                              &value, err));
    if (!cbk_quantity_has_number(&value)) {
        return CBK_OK;
    }
    cbk_run_text(run, report->arena, "%");
    const double percent = value.value.number;
    const bool is_exact = of->is_incidence ? percent <= 0.0 && of->cause == NULL
                                           : percent <= 0.0 || percent >= 100.0;
    if (is_exact) {
        return add_exact(report, run, of, time, percent >= 100.0, err);
    }
    return add_interval(report, run, of, time, err);
}
