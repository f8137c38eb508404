/* suggest_times.c - survival at a time, its interval, and statistics of times to an
 * event. Contract: suggest.h.
 */
#include "claims/suggest/suggest.h"

#include "base/text.h"
#include "claims/manuscript/number_scan.h"
#include "study/records.h"
#include "study/sql/sql_text.h"

#include <math.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* ---- times in the clause --------------------------------------------------------------
 */

/* The unit of time at text, in days; 0: none. */
static double unit_days_at(const char *text)
{
    static const char *const units[][2] = {
        {"year", "years"}, {"month", "months"}, {"week", "weeks"}, {"day", "days"}};
    for (size_t i = 0; i < N(units); i++) {
        if (strncmp(text, units[i][0], strlen(units[i][0])) == 0) {
            return cbk_days_per_unit(units[i][1]);
        }
    }
    return 0.0;
}

/* Bytes of a hyphen at text. */
static size_t hyphen_length(const char *text)
{
    return *text == '-' ? 1 : cbk_length_if_starts(text, "‑");
}

enum { TIMES_MAX = 6 };

/* "1-, 3- and 5-year" at text: the times in days; 0: no such list.  *size: its bytes. */
static size_t list_of_times(const char *text, double days[TIMES_MAX], size_t *size)
{
    const char *at = text;
    for (size_t n = 0; n < TIMES_MAX;) {
        cbk_stated_number number = {0};
        const size_t digits = cbk_number_at(at, &number);
        const size_t hyphen = digits > 0 ? hyphen_length(at + digits) : 0;
        if (hyphen == 0) {
            return 0;
        }
        at += digits + hyphen;
        days[n++] = number.value;
        const double unit = unit_days_at(at);
        if (unit > 0.0) {
            for (size_t i = 0; i < n; i++) {
                days[i] *= unit;
            }
            *size = (size_t)(at - text);
            return n;
        }
        at += strspn(at, ", ");
        at += cbk_length_if_starts(at, "and ") + cbk_length_if_starts(at, "or ");
    }
    return 0;
}

/* "3- and 5-year survival was 80% and 60%": the time that the order gives the number, in
 * days; NAN: there are not as many percentages as times. */
static double time_by_order(const cbk_suggesting *s)
{
    const cbk_context *c = s->clause.context;
    const cbk_sentence *sentence = &s->b->manuscript->sentences[s->number->sentence];
    double days[TIMES_MAX];
    size_t size = 0;
    size_t n_times = 0;
    size_t at = c->start;
    for (; at < s->clause.number_start && n_times < 2; at++) {
        n_times = list_of_times(c->text + at, days, &size);
    }
    size_t n = 0;
    size_t own = SIZE_MAX;
    for (size_t i = 0; n_times >= 2 && i < sentence->n_numbers; i++) {
        const cbk_found_number *number =
            &s->b->manuscript->numbers[sentence->first_number + i];
        if (number->start - c->shift + c->start >= at + size &&
            strchr(number->text, '%') != NULL) {
            own = number == s->number ? n : own;
            n++;
        }
    }
    return own != SIZE_MAX && n == n_times ? days[own] : (double)NAN;
}

/* The time that the clause asks for, in days: "5-year", "at 60 months"; NAN: none. */
static double time_in_clause(const cbk_suggesting *s)
{
    const char *text = s->clause.context->text;
    double found = time_by_order(s);
    double nearest = isnan(found) ? 1e9 : 0.0;
    for (size_t at = s->clause.start; at < s->clause.end;) {
        cbk_stated_number number = {0};
        const size_t size = cbk_number_at(text + at, &number);
        if (size == 0) {
            at++;
            continue;
        }
        const size_t gap = at >= s->clause.number_end ? at - s->clause.number_end
                                                      : s->clause.number_start - at;
        const char *after = text + at + size;
        after += strspn(after, " ");
        after += hyphen_length(after);
        const double unit = unit_days_at(after);
        if (unit > 0.0 && at != s->clause.number_start && (double)gap < nearest) {
            nearest = (double)gap;
            found = number.value * unit;
        }
        at += size;
    }
    return found;
}

static double round_near(double value)
{
    return fabs(value - round(value)) < 0.02 * fmax(1.0, value) ? round(value) : value;
}

/* How well the clause speaks of an endpoint; 0: it does not. */
static double endpoint_fit(const cbk_suggesting *s, size_t i)
{
    const cbk_words *label = &s->lexicon->endpoints[i];
    const double fit = cbk_clause_share(s, label);
    if (cbk_clause_share(s, &s->lexicon->names[i]) > 0.99) {
        return 1.0; /* "OS" */
    }
    return label->n > 0 && fit > 0.0 && (fit > 0.99 || cbk_clause_has(s, "survival"))
               ? fit
               : 0.0;
}

/* Whether the clause has the whole label of some other endpoint: of "progression-free
 * survival" overall survival "among progressed" is no reading. */
static bool is_less_fitting(const cbk_suggesting *s, double fit)
{
    bool is_less = false;
    for (size_t i = 0; i < s->lexicon->protocol->n_endpoints; i++) {
        is_less = is_less || endpoint_fit(s, i) > fit;
    }
    return is_less;
}

/* The question, and with it that of a category the clause names. */
static void offer_of_endpoint(cbk_suggesting *s, size_t i, double fit, cbk_offer one)
{
    if (is_less_fitting(s, fit)) {
        cbk_offer_add(s, one);
    } else {
        cbk_offer_both(s, &s->lexicon->endpoints[i], one);
    }
}

/* ---- questions ------------------------------------------------------------------------
 */

/* Whether an interval is that of a percentage: "60% (95% CI 33–80)". */
static bool is_of_percentage(const cbk_suggesting *s)
{
    const cbk_manuscript *m = s->b->manuscript;
    const size_t i = (size_t)(s->number - m->numbers);
    const size_t back = s->clause.is_second ? 2 : 1;
    return i >= m->sentences[s->number->sentence].first_number + back &&
           strchr(m->numbers[i - back].text, '%') != NULL;
}

/* The function of a share at a time: an incidence where events compete, else survival. */
static const char *share_function(const cbk_suggesting *s, const cbk_endpoint *endpoint)
{
    static const char *const survival[] = {"km_survival", "km_lower", "km_upper"};
    static const char *const incidence[] = {"cuminc", "cuminc_lower", "cuminc_upper"};
    const size_t part = s->clause.bracket != CBK_BRACKET_INTERVAL ? 0
                        : s->clause.is_second                     ? 2
                                                                  : 1;
    return endpoint->n_competing > 0 && cbk_clause_has(s, "incidence") ? incidence[part]
                                                                       : survival[part];
}

void cbk_offer_survival(cbk_suggesting *s)
{
    const cbk_protocol *protocol = s->lexicon->protocol;
    if (!(s->clause.bracket == CBK_BRACKET_INTERVAL ? is_of_percentage(s)
                                                    : s->is_percent)) {
        return;
    }
    const double days =
        time_in_clause(s); /* a walk through the clause: not for every number */
    for (size_t i = 0; i < protocol->n_endpoints && !isnan(days); i++) {
        const cbk_endpoint *endpoint = &protocol->endpoints[i];
        const double fit = endpoint_fit(s, i);
        const double unit_days = cbk_days_per_unit(endpoint->unit);
        if (fit <= 0.0 || !(unit_days > 0.0)) {
            continue;
        }
        char time[CBK_NUMBER_SIZE];
        cbk_number_shortest(round_near(days / unit_days), time);
        offer_of_endpoint(
            s, i, fit,
            (cbk_offer){.of = cbk_text_format(s->b->arena, "100 * %s(%s, %s)",
                                              share_function(s, endpoint),
                                              cbk_sql_name(s->b->arena, endpoint->name),
                                              time),
                        .words = cbk_clause_label(s, &s->lexicon->endpoints[i]),
                        .fit = 3.0 + fit});
    }
}

/* "median survival", "the longest survival". */
static const char *survival_question(const cbk_suggesting *s, const cbk_statistic *named,
                                     const cbk_endpoint *endpoint)
{
    if (strcmp(named->function, "median") == 0) {
        const char *name = cbk_sql_name(s->b->arena, endpoint->name);
        return name != NULL ? cbk_text_format(s->b->arena, "km_median(%s)", name) : NULL;
    }
    return endpoint->time != NULL
               ? cbk_text_format(s->b->arena, "%s(%s)", named->function, endpoint->time)
               : NULL;
}

void cbk_offer_times(cbk_suggesting *s)
{
    const cbk_protocol *protocol = s->lexicon->protocol;
    const cbk_statistic *named = cbk_clause_statistic(s);
    if (s->is_percent || s->clause.bracket != CBK_BRACKET_NONE || named == NULL ||
        s->clause.is_after_plus_minus) {
        return;
    }
    for (size_t i = 0; i < protocol->n_endpoints; i++) {
        const cbk_endpoint *endpoint = &protocol->endpoints[i];
        const cbk_words *label = &s->lexicon->endpoints[i];
        const double fit = endpoint_fit(s, i);
        if (fit > 0.0 && !cbk_clause_has_other_unit(s, endpoint->unit)) {
            offer_of_endpoint(
                s, i, fit,
                (cbk_offer){.of = survival_question(s, named, endpoint),
                            .words = cbk_text_format(s->b->arena, "%s, %s", named->word,
                                                     cbk_clause_label(s, label)),
                            .fit = 3.0 + fit});
        }
        const char *name = cbk_sql_name(s->b->arena, endpoint->name);
        if (i == 0 && cbk_clause_has(s, "follow") &&
            strcmp(named->function, "median") == 0 && name != NULL) {
            cbk_offer_add(s, (cbk_offer){.of = cbk_text_format(
                                             s->b->arena, "followup_median(%s)", name),
                                         .words = "median, follow-up",
                                         .fit = 2.6});
        }
    }
}
