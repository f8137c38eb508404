/* inverse_change.c - the smallest change of one record that would make a number right.
 * Contract: inverse_question.h.
 */
#include "claims/inverse/inverse_question.h"

#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* The claim's own rows, and a copy of their values that may be changed. */
typedef struct trial {
    const cbk_inverse_question *question;
    const cbk_stated_number *stated;
    cbk_arena *arena;
    cbk_inverse_values values; /* number and event are the copies */
    double *number;
    double *event;
    size_t n;    /* of the claim, with a value */
    size_t *row; /* [n] */
} trial;

static bool start(const cbk_inverse_question *question, const cbk_stated_number *stated,
                  cbk_arena *arena, trial *out)
{
    const cbk_inverse_values *own = &question->variables[0].values[0];
    const size_t n_max = question->n_rows + 1;
    *out = (trial){.question = question,
                   .stated = stated,
                   .arena = arena,
                   .values = *own,
                   .number = CBK_NEW(arena, double, n_max),
                   .event = CBK_NEW(arena, double, n_max),
                   .row = CBK_NEW(arena, size_t, n_max)};
    if (out->row == NULL) {
        return false;
    }
    for (size_t row = 0; row < question->n_rows; row++) {
        out->number[row] = own->number[row];
        out->event[row] = own->event != NULL ? own->event[row] : (double)NAN;
        if (cbk_inverse_is_in(&question->subsets[0], own, row) &&
            !isnan(own->number[row])) {
            out->row[out->n++] = row;
        }
    }
    out->values.number = out->number;
    out->values.event = own->event != NULL ? out->event : NULL;
    return out->n > 0;
}

/* Whether the number is right now. */
static bool is_right(const trial *t)
{
    const double value =
        cbk_inverse_value(t->question, t->question->expression.statistic, &t->values,
                          &t->question->subsets[0], t->arena);
    return !isnan(value) && cbk_stated_is_met(t->stated, value, CBK_ROUND_HALF_AWAY);
}

static bool is_right_with(trial *t, size_t row, double number, double event)
{
    const double number_before = t->number[row];
    const double event_before = t->event[row];
    t->number[row] = number;
    t->event[row] = event;
    const bool is_met = is_right(t);
    t->number[row] = number_before;
    t->event[row] = event_before;
    return is_met;
}

/* What is stated, before the factor: from below `low` up to `high`. */
static void stated_range(const trial *t, double *low, double *high)
{
    const double factor = t->question->expression.factor;
    const double half = 0.5 * pow(10.0, -t->stated->digits);
    const double a = (t->stated->value - half) / factor;
    const double b = (t->stated->value + half) / factor;
    *low = fmin(a, b);
    *high = fmax(a, b);
}

/* ---- words --------------------------------------------------------------------- */

static const char *shortest(const trial *t, double value)
{
    char text[CBK_NUMBER_SIZE];
    cbk_number_shortest(
        cbk_number_round(value, t->stated->digits + 2, CBK_ROUND_HALF_AWAY), text);
    return cbk_text_copy(t->arena, text);
}

/* "month 60" */
static const char *at_time(const trial *t, double time)
{
    const char *unit = t->question->unit != NULL ? t->question->unit : "time";
    size_t size = strlen(unit);
    size -= size > 1 && unit[size - 1] == 's';
    return cbk_text_format(t->arena, "%.*s %s", (int)size, unit, shortest(t, time));
}

static const char *count_words(const trial *t, size_t n)
{
    static const char *const words[] = {"none", "one", "two",   "three", "four",
                                        "five", "six", "seven", "eight", "nine"};
    return n < N(words) ? words[n] : cbk_text_format(t->arena, "%zu", n);
}

static const char *record_words(const trial *t, size_t row)
{
    return cbk_text_format(t->arena, "%s %s", t->question->form->name,
                           cbk_records_name(t->question->records, row, t->arena));
}

#define BEGINS "What would have to be true: "

/* ---- survival at a time -------------------------------------------------------- */

/* The last event time before `limit` (at it, where is_closed); -1: there is none. */
static double last_event(const trial *t, double limit, bool is_closed)
{
    double last = -1.0;
    for (size_t i = 0; i < t->n; i++) {
        const double time = t->number[t->row[i]];
        const bool is_before = time < limit || (is_closed && time <= limit);
        if (t->event[t->row[i]] == 1.0 && is_before && time > last) {
            last = time;
        }
    }
    return last;
}

/* One more event between the events at `after` and `until` (the time asked for, where
 * is_last); it must do for each of those at risk there. */
static const char *one_more_between(trial *t, double after, double until, bool is_last)
{
    const double place = is_last ? until : fmax(after, 0.0) / 2.0 + until / 2.0;
    size_t n_at_risk = 0;
    for (size_t i = 0; i < t->n; i++) {
        const double time = t->number[t->row[i]];
        if (time <= after || isnan(t->event[t->row[i]])) {
            continue;
        }
        n_at_risk++;
        if (!is_right_with(t, t->row[i], fmin(time, place), 1.0)) {
            return NULL;
        }
    }
    if (n_at_risk == 0) {
        return NULL;
    }
    const char *among =
        after < 0.0 ? cbk_text_format(t->arena, "the %s", count_words(t, n_at_risk))
                    : cbk_text_format(t->arena, "the %s still at risk after %s",
                                      count_words(t, n_at_risk), at_time(t, after));
    return cbk_text_format(t->arena, BEGINS "one more %s %s %s among %s.",
                           t->question->event_word, is_last ? "by" : "before",
                           at_time(t, until), among);
}

static const char *one_more_event(trial *t)
{
    const double asked = t->question->expression.at;
    double until = asked;
    for (double after = last_event(t, asked, true);;
         after = last_event(t, after, false)) {
        const char *words = one_more_between(t, after, until, until >= asked);
        if (words != NULL || after < 0.0) {
            return words;
        }
        until = after;
    }
}

static const char *one_event_fewer(trial *t)
{
    const double asked = t->question->expression.at;
    for (size_t i = 0; i < t->n; i++) {
        const size_t row = t->row[i];
        if (t->event[row] == 1.0 && t->number[row] <= asked &&
            is_right_with(t, row, t->number[row], 0.0)) {
            return cbk_text_format(t->arena, BEGINS "no %s of %s, censored at %s.",
                                   t->question->event_word, record_words(t, row),
                                   at_time(t, t->number[row]));
        }
        if (t->event[row] == 1.0 && t->number[row] <= asked &&
            is_right_with(t, row, asked + 1.0, 1.0)) {
            return cbk_text_format(t->arena, BEGINS "no %s of %s by %s.",
                                   t->question->event_word, record_words(t, row),
                                   at_time(t, asked));
        }
    }
    return NULL;
}

static const char *change_survival(trial *t)
{
    if (t->values.event == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < t->n && t->values.entry != NULL; i++) {
        if (t->values.entry[t->row[i]] > 0.0) {
            return NULL; /* who is at risk is then no matter of counting */
        }
    }
    const char *words = one_more_event(t);
    return words != NULL ? words : one_event_fewer(t);
}

/* ---- means and medians --------------------------------------------------------- */

static bool are_whole(const trial *t)
{
    for (size_t i = 0; i < t->n; i++) {
        if (t->number[t->row[i]] != floor(t->number[t->row[i]])) {
            return false;
        }
    }
    return true;
}

static const char *change_mean(trial *t)
{
    double low = 0.0;
    double high = 0.0;
    double sum = 0.0;
    double largest = t->number[t->row[0]];
    double smallest = largest;
    stated_range(t, &low, &high);
    for (size_t i = 0; i < t->n; i++) {
        const double value = t->number[t->row[i]];
        sum += value;
        largest = fmax(largest, value);
        smallest = fmin(smallest, value);
    }
    const double a = low * (double)t->n - sum;
    const double b = high * (double)t->n - sum;
    const bool is_more = a > 0.0;
    double least = is_more ? a : -b;
    double most = is_more ? b : -a;
    if (are_whole(t)) {
        least = ceil(least);
        most = floor(most);
    }
    if (least <= 0.0 || most < least ||
        (!is_more && smallest >= 0.0 && least > largest)) {
        return NULL;
    }
    const char *range = least == most
                            ? shortest(t, least)
                            : cbk_text_format(t->arena, "%s to %s", shortest(t, least),
                                              shortest(t, most));
    return cbk_text_format(t->arena, BEGINS "one of the %s values %s by %s.",
                           count_words(t, t->n), is_more ? "larger" : "smaller", range);
}

static int by_number(const void *lhs, const void *rhs)
{
    const double a = *(const double *)lhs;
    const double b = *(const double *)rhs;
    return (a > b) - (a < b);
}

/* The value of row[i] nearest to its own that puts the median into [low, high); NaN:
 * there is none.  others: room for n values. */
static double value_for_median(const trial *t, size_t i, double low, double high,
                               bool is_whole, double *others)
{
    size_t n = 0;
    for (size_t k = 0; k < t->n; k++) {
        if (k != i) {
            others[n++] = t->number[t->row[k]];
        }
    }
    qsort(others, n, sizeof *others, by_number);
    const size_t middle = n / 2;
    double below = middle > 0 ? others[middle - 1] : (double)-INFINITY;
    double above = middle < n ? others[middle] : (double)INFINITY;
    if (n % 2 == 1) { /* the median is half way between the value and others[middle] */
        above = middle + 1 < n ? others[middle + 1] : (double)INFINITY;
        low = 2.0 * low - others[middle];
        high = 2.0 * high - others[middle];
    }
    if (high <= below || low > above) {
        return (double)NAN;
    }
    const double own = t->number[t->row[i]];
    const double least = is_whole ? ceil(fmax(low, below)) : fmax(low, below);
    double most = fmin(high, above);
    if (is_whole) {
        most = most < high ? floor(most) : ceil(most) - 1.0;
    }
    return least > most ? (double)NAN : fmin(fmax(own, least), most);
}

static const char *change_median(trial *t)
{
    double low = 0.0;
    double high = 0.0;
    double *others = CBK_NEW(t->arena, double, t->n + 1);
    const bool is_whole = are_whole(t);
    size_t best = SIZE_MAX;
    double best_value = 0.0;
    stated_range(t, &low, &high);
    for (size_t i = 0; others != NULL && t->n <= 1000 && i < t->n; i++) {
        const size_t row = t->row[i];
        const double value = value_for_median(t, i, low, high, is_whole, others);
        const bool is_nearer = best == SIZE_MAX || fabs(value - t->number[row]) <
                                                       fabs(best_value - t->number[best]);
        if (!isnan(value) && is_nearer && is_right_with(t, row, value, t->event[row])) {
            best = row;
            best_value = value;
        }
    }
    return best == SIZE_MAX
               ? NULL
               : cbk_text_format(t->arena, BEGINS "%s instead of %s for %s.",
                                 shortest(t, best_value), shortest(t, t->number[best]),
                                 record_words(t, best));
}

/* ---- counts -------------------------------------------------------------------- */

/* One record that counts more, or one fewer. */
static const char *change_count(trial *t)
{
    const cbk_expression *expression = &t->question->expression;
    const double value = cbk_inverse_value(t->question, expression->statistic, &t->values,
                                           &t->question->subsets[0], t->arena);
    const double step = expression->statistic == CBK_STATISTIC_PERCENT
                            ? 100.0 * expression->factor / (double)t->n
                            : expression->factor;
    for (int more = 1; more >= -1; more -= 2) {
        const double changed = value + more * step;
        if (changed < 0.0 ||
            !cbk_stated_is_met(t->stated, changed, CBK_ROUND_HALF_AWAY)) {
            continue;
        }
        const char *what = more > 0 ? "one more" : "one fewer";
        if (expression->statistic == CBK_STATISTIC_EVENTS) {
            return cbk_text_format(t->arena, BEGINS "%s %s.", what,
                                   t->question->event_word);
        }
        const char *among = t->question->among;
        const char *form = t->question->form->name;
        const char *condition =
            expression->statistic == CBK_STATISTIC_COUNT ? NULL : expression->argument;
        return cbk_text_format(
            t->arena, BEGINS "%s %s%s%s%s%s%s%s.", what, form,
            condition != NULL ? " with `" : "", condition != NULL ? condition : "",
            condition != NULL ? "`" : "", among != NULL ? " among `" : "",
            among != NULL ? among : "", among != NULL ? "`" : "");
    }
    return NULL;
}

const char *cbk_inverse_change(const cbk_inverse_question *question,
                               const cbk_stated_number *stated, cbk_arena *arena)
{
    trial t;
    const cbk_statistic statistic = question->expression.statistic;
    const bool is_count_of_true =
        statistic == CBK_STATISTIC_SUM && !question->variables[0].is_number;
    if (!start(question, stated, arena, &t)) {
        return NULL;
    }
    switch (statistic) {
    case CBK_STATISTIC_KM_SURVIVAL:
        return change_survival(&t);
    case CBK_STATISTIC_MEAN:
        return change_mean(&t);
    case CBK_STATISTIC_MEDIAN:
        return change_median(&t);
    case CBK_STATISTIC_COUNT:
    case CBK_STATISTIC_EVENTS:
    case CBK_STATISTIC_PERCENT:
        return change_count(&t);
    default:
        return is_count_of_true ? change_count(&t) : NULL;
    }
}
