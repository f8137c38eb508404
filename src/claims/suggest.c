/* suggest.c - what a number might be, by the words around it.  Contract: binding.h; the
 * rules: docs/formats/manuscript.md.
 *
 * Words lead, never the value: a number that is wrong gets the question it answers
 * wrongly.  Only among questions that the words fit alike, one whose answer is what is
 * printed comes first.
 */
#include "claims/binding.h"
#include "claims/lexicon.h"
#include "claims/number_scan.h"
#include "claims/suggest_clause.h"
#include "study/records.h"
#include "study/sql_text.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

enum { OFFERS_MAX = 12 };

/* A question, and how well the words fit. */
typedef struct offer {
    const char *of;
    const char *from;
    const char *among;
    const char *words;
    double fit;
} offer;

typedef struct suggesting {
    cbk_binding *b;
    const cbk_lexicon *lexicon;
    const cbk_found_number *number;
    cbk_clause clause;
    bool is_percent;
    offer offers[OFFERS_MAX];
    size_t n_offers;
} suggesting;

static void add_offer(suggesting *s, offer one)
{
    if (one.of == NULL || one.words == NULL || s->n_offers == OFFERS_MAX) {
        return;
    }
    for (size_t i = 0; i < s->n_offers; i++) {
        if (strcmp(s->offers[i].of, one.of) == 0 &&
            cbk_text_is_equal(s->offers[i].from, one.from) &&
            cbk_text_is_equal(s->offers[i].among, one.among)) {
            return;
        }
    }
    s->offers[s->n_offers++] = one;
}

/* ---- words in the clause ---------------------------------------------------------- */

static const cbk_words *words(const suggesting *s)
{
    return &s->clause.context->words;
}

static bool has(const suggesting *s, const char *word)
{
    return cbk_words_have(words(s), word, s->clause.start, s->clause.end);
}

/* The share of a label's words that the clause has. */
static double share(const suggesting *s, const cbk_words *label)
{
    return label->n == 0 ? 0.0
                         : (double)cbk_words_shared(label, words(s), s->clause.start,
                                                    s->clause.end) /
                               (double)label->n;
}

/* How far from the number the nearest word of the label stands, in bytes. */
static double distance(const suggesting *s, const cbk_words *label)
{
    double nearest = 1e9;
    const cbk_words *in = words(s);
    for (size_t i = 0; i < in->n; i++) {
        const cbk_word *word = &in->word[i];
        if (word->start < s->clause.start || word->end > s->clause.end) {
            continue;
        }
        for (size_t k = 0; k < label->n; k++) {
            if (cbk_words_match(word->text, label->word[k].text)) {
                const double gap = word->start >= s->clause.number_end
                                       ? (double)(word->start - s->clause.number_end)
                                       : (double)(s->clause.number_start - word->end);
                nearest = fmin(nearest, gap);
            }
        }
    }
    return nearest;
}

/* The words of the clause that are words of the label, as they are written. */
static const char *label_text(const suggesting *s, const cbk_words *label)
{
    cbk_buffer text = {0};
    const cbk_words *in = words(s);
    for (size_t i = 0; i < in->n; i++) {
        const cbk_word *word = &in->word[i];
        if (word->start >= s->clause.start && word->end <= s->clause.end &&
            cbk_words_have(label, word->text, 0, SIZE_MAX)) {
            cbk_buffer_addf(&text, "%s%.*s", text.size > 0 ? " " : "",
                            (int)(word->end - word->start),
                            s->clause.context->text + word->start);
        }
    }
    const char *copy = cbk_text_copy(s->b->arena, text.bytes != NULL ? text.bytes : "");
    cbk_buffer_free(&text);
    return copy;
}

/* ---- categories -------------------------------------------------------------------- */

/* "no", "not", "without" just before a word of the label. */
static bool is_denied(const suggesting *s, const cbk_category *category)
{
    static const char *const denials[] = {"no ", "not ", "without "};
    const cbk_words *in = words(s);
    for (size_t i = 0; i < in->n; i++) {
        const cbk_word *word = &in->word[i];
        if (word->start < s->clause.start || word->end > s->clause.end ||
            category->label.n == 0 ||
            !cbk_words_match(word->text, category->label.word[0].text)) {
            continue;
        }
        for (size_t k = 0; k < N(denials); k++) {
            const size_t size = strlen(denials[k]);
            const char *at = s->clause.context->text + word->start;
            if (word->start >= size && strncmp(at - size, denials[k], size) == 0) {
                return true;
            }
        }
    }
    return false;
}

/* How well the clause speaks of a category; 0: it does not. */
static double category_fit(const suggesting *s, const cbk_category *category)
{
    const double own = share(s, &category->label);
    const bool is_boolean = category->field->type == CBK_FIELD_BOOLEAN;
    const double field =
        is_boolean ? 0.0 : fmax(share(s, &category->of), share(s, &category->name));
    if (own < 0.99 || (category->needs_field && field < 0.49) || is_denied(s, category)) {
        return 0.0;
    }
    const double near = distance(s, &category->label);
    return 2.0 + field + 0.1 * (double)category->label.n - fmin(near, 200.0) / 200.0;
}

/* The category that the clause speaks of best; NULL: of none. */
static const cbk_category *best_category(const suggesting *s, bool is_of_patients,
                                         double *fit)
{
    const cbk_category *best = NULL;
    *fit = 0.0;
    for (size_t i = 0; i < s->lexicon->n_categories; i++) {
        const cbk_category *category = &s->lexicon->categories[i];
        if (is_of_patients && category->form != NULL) {
            continue;
        }
        const double found = category_fit(s, category);
        if (found > *fit) {
            *fit = found;
            best = category;
        }
    }
    return best;
}

/* ---- survival -----------------------------------------------------------------------
 */

/* The time that the clause asks for, in days: "5-year", "at 60 months"; NAN: none. */
static double time_in_clause(const suggesting *s)
{
    static const struct {
        const char *word;
        const char *unit;
    } units[] = {
        {"year", "years"}, {"month", "months"}, {"week", "weeks"}, {"day", "days"}};
    const char *text = s->clause.context->text;
    double found = (double)NAN;
    double nearest = 1e9;
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
        after += strspn(after, " -");
        after += cbk_length_if_starts(after, "‑");
        for (size_t i = 0; i < N(units); i++) {
            const bool is_unit =
                strncmp(after, units[i].word, strlen(units[i].word)) == 0;
            if (is_unit && at != s->clause.number_start && (double)gap < nearest) {
                nearest = (double)gap;
                found = number.value * cbk_days_per_unit(units[i].unit);
            }
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
static double endpoint_fit(const suggesting *s, size_t i)
{
    const cbk_words *label = &s->lexicon->endpoints[i];
    const double fit = share(s, label);
    return label->n > 0 && fit > 0.0 && (fit > 0.99 || has(s, "survival")) ? fit : 0.0;
}

/* The question, and the question among a category that the clause names with words that
 * are not those of the question itself. */
static void offer_both(suggesting *s, const cbk_words *label, offer one)
{
    double fit = 0.0;
    const cbk_category *category = best_category(s, true, &fit);
    if (category != NULL && cbk_words_shared(&category->label, label, 0, SIZE_MAX) == 0) {
        offer narrowed = one;
        narrowed.among = category->sql;
        narrowed.fit += 0.5;
        add_offer(s, narrowed);
    }
    add_offer(s, one);
}

static void offer_survival(suggesting *s)
{
    const cbk_protocol *protocol = s->lexicon->protocol;
    const double days = time_in_clause(s);
    const char *function = s->clause.bracket != CBK_BRACKET_INTERVAL ? "km_survival"
                           : s->clause.is_second                     ? "km_upper"
                                                                     : "km_lower";
    if (!s->is_percent && s->clause.bracket != CBK_BRACKET_INTERVAL) {
        return;
    }
    for (size_t i = 0; i < protocol->n_endpoints && !isnan(days); i++) {
        const cbk_endpoint *endpoint = &protocol->endpoints[i];
        const double fit = endpoint_fit(s, i);
        const double unit_days = cbk_days_per_unit(endpoint->unit);
        if (fit <= 0.0 || !(unit_days > 0.0)) {
            continue;
        }
        char time[CBK_NUMBER_SIZE];
        cbk_number_shortest(round_near(days / unit_days), time);
        offer_both(s, &s->lexicon->endpoints[i],
                   (offer){.of = cbk_text_format(
                               s->b->arena, "100 * %s(%s, %s)", function,
                               cbk_sql_name(s->b->arena, endpoint->name), time),
                           .words = label_text(s, &s->lexicon->endpoints[i]),
                           .fit = 3.0 + fit});
    }
}

/* ---- statistics of a measure ----------------------------------------------------------
 */

typedef struct statistic {
    const char *word; /* canonical */
    const char *function;
} statistic;

static const statistic statistics[] = {
    {"median", "median"}, {"mean", "mean"},  {"youngest", "min"}, {"smallest", "min"},
    {"shortest", "min"},  {"lowest", "min"}, {"oldest", "max"},   {"largest", "max"},
    {"longest", "max"},   {"highest", "max"}};

/* The statistic that the clause names nearest to the number; NULL: none. */
static const statistic *statistic_in_clause(const suggesting *s)
{
    const statistic *best = NULL;
    double nearest = 1e9;
    for (size_t i = 0; i < N(statistics); i++) {
        const cbk_word word = {.text = statistics[i].word};
        const cbk_words one = {.n = 1, .word = &word};
        const double gap = distance(s, &one);
        if (gap < nearest) {
            nearest = gap;
            best = &statistics[i];
        }
    }
    return best;
}

/* The unit's word behind the number or anywhere in a cell's row header. */
static bool has_other_unit(const suggesting *s, const char *unit)
{
    static const char *const known[] = {"year", "month", "week", "day", "cm", "mm", "kg"};
    const char *after = s->clause.context->text + s->clause.number_end;
    after += strspn(after, " -");
    for (size_t i = 0; i < N(known); i++) {
        const size_t size = strlen(known[i]);
        if (strncmp(after, known[i], size) == 0) {
            return unit == NULL || strncmp(unit, known[i], size) != 0;
        }
    }
    return false;
}

/* How well the clause speaks of a measure; 0: it does not. */
static double measure_fit(const suggesting *s, const cbk_measure *measure)
{
    const cbk_words *label = &measure->label;
    if (label->n == 0 || has_other_unit(s, measure->field->unit)) {
        return 0.0;
    }
    const double fit = fmax(share(s, label), 0.9 * share(s, &measure->name));
    const bool has_head = has(s, label->word[label->n - 1].text);
    if (fit < 0.49 || (fit < 0.89 && !has_head)) {
        return 0.0;
    }
    return fit - fmin(distance(s, label), 200.0) / 400.0;
}

/* The function for a number that a bracket or "±" gives its part. */
static const char *function_of(const suggesting *s, const statistic *named,
                               const char *sql)
{
    cbk_arena *arena = s->b->arena;
    if (s->clause.is_after_plus_minus) {
        return cbk_text_format(arena, "sd(%s)", sql);
    }
    if (s->clause.bracket == CBK_BRACKET_RANGE) {
        return cbk_text_format(arena, "%s(%s)", s->clause.is_second ? "max" : "min", sql);
    }
    if (s->clause.bracket == CBK_BRACKET_QUARTILES) {
        return cbk_text_format(arena, "quantile(%s, %s)", sql,
                               s->clause.is_second ? "0.75" : "0.25");
    }
    return named != NULL && s->clause.bracket == CBK_BRACKET_NONE
               ? cbk_text_format(arena, "%s(%s)", named->function, sql)
               : NULL;
}

static void offer_measures(suggesting *s)
{
    const statistic *named = statistic_in_clause(s);
    for (size_t i = 0; i < s->lexicon->n_measures && !s->is_percent; i++) {
        const cbk_measure *measure = &s->lexicon->measures[i];
        const double fit = measure_fit(s, measure);
        const char *of = fit > 0.0 ? function_of(s, named, measure->sql) : NULL;
        if (of != NULL) {
            offer_both(s, &measure->label,
                       (offer){.of = of,
                               .words = cbk_text_format(s->b->arena, "%s%s%s",
                                                        named != NULL ? named->word : "",
                                                        named != NULL ? ", " : "",
                                                        label_text(s, &measure->label)),
                               .fit = 2.5 + fit});
        }
    }
}

/* "median survival", "the longest survival". */
static const char *survival_question(const suggesting *s, const statistic *named,
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

static void offer_times(suggesting *s)
{
    const cbk_protocol *protocol = s->lexicon->protocol;
    const statistic *named = statistic_in_clause(s);
    if (s->is_percent || s->clause.bracket != CBK_BRACKET_NONE || named == NULL ||
        s->clause.is_after_plus_minus) {
        return;
    }
    for (size_t i = 0; i < protocol->n_endpoints; i++) {
        const cbk_endpoint *endpoint = &protocol->endpoints[i];
        const cbk_words *label = &s->lexicon->endpoints[i];
        const double fit = endpoint_fit(s, i);
        if (fit > 0.0 && !has_other_unit(s, endpoint->unit)) {
            offer_both(
                s, label,
                (offer){.of = survival_question(s, named, endpoint),
                        .words = cbk_text_format(s->b->arena, "%s, %s", named->word,
                                                 label_text(s, label)),
                        .fit = 3.0 + fit});
        }
        const char *name = cbk_sql_name(s->b->arena, endpoint->name);
        if (i == 0 && has(s, "follow") && strcmp(named->function, "median") == 0 &&
            name != NULL) {
            add_offer(s, (offer){.of = cbk_text_format(s->b->arena, "followup_median(%s)",
                                                       name),
                                 .words = "median, follow-up",
                                 .fit = 2.6});
        }
    }
}

/* ---- counts
 * ---------------------------------------------------------------------------- */

/* Whether the word behind the number, past a percentage, is one of the patients'. */
static bool is_of_patients(const suggesting *s)
{
    static const char *const nouns[] = {"patient", "patients", "case",
                                        "cases",   "subjects", "women",
                                        "men",     "children", "participants"};
    const char *after = s->clause.context->text + s->clause.number_end;
    after += strspn(after, " ");
    for (int i = 0; i < 3; i++) { /* "six consecutive patients" */
        if (cbk_word_of(after, nouns, N(nouns)) > 0) {
            return true;
        }
        after += cbk_word_length(after);
        after += *after == ' ';
    }
    return false;
}

/* The "6" of "5 of 6", "5/6", "(n = 6)". */
static bool is_denominator(const suggesting *s)
{
    static const char *const joints[] = {" of the ", " of ", "/"};
    static const char *const sizes[] = {"n = ", "n=", "N = ", "N="};
    const char *text = s->clause.context->text;
    const size_t at = s->clause.number_start;
    for (size_t i = 0; i < N(sizes); i++) {
        const size_t size = strlen(sizes[i]);
        if (at >= size && strncmp(text + at - size, sizes[i], size) == 0) {
            return true;
        }
    }
    const cbk_sentence *sentence = &s->b->manuscript->sentences[s->number->sentence];
    const size_t first = sentence->first_number;
    const cbk_found_number *before = s->number - 1;
    if (s->number == &s->b->manuscript->numbers[first]) {
        return false;
    }
    const cbk_context *context = s->clause.context;
    const size_t end = before->end - context->shift + context->start;
    for (size_t i = 0; i < N(joints); i++) {
        const size_t size = strlen(joints[i]);
        if (end + size == at && strncmp(text + end, joints[i], size) == 0) {
            return true;
        }
    }
    return false;
}

/* "36 months", "5 cm": something is measured, not counted. */
static bool has_unit(const suggesting *s)
{
    static const char *const units[] = {"year",  "years", "month", "months", "week",
                                        "weeks", "day",   "days",  "cm",     "mm",
                                        "kg",    "hours", "ml",    "gy",     "cgy"};
    const char *after = s->clause.context->text + s->clause.number_end;
    after += strspn(after, " -");
    if (cbk_word_is(after, "and")) { /* "36 and 97 months" */
        after += 3 + strspn(after + 3, " ");
        after += strspn(after, "0123456789.");
        after += strspn(after, " ");
    }
    return cbk_word_of(after, units, N(units)) > 0;
}

/* A repeating form whose name the clause has; 0: none. */
static size_t form_in_clause(const suggesting *s)
{
    for (size_t i = 1; i < s->lexicon->protocol->n_forms; i++) {
        if (share(s, &s->lexicon->forms[i]) > 0.99) {
            return i;
        }
    }
    return 0;
}

/* Rows of a repeating form, or the patients that have them. */
static void offer_rows(suggesting *s, size_t form, const cbk_category *category)
{
    const cbk_protocol *protocol = s->lexicon->protocol;
    const char *key = cbk_sql_name(s->b->arena, protocol->forms[0].key);
    const bool is_people = is_of_patients(s);
    const cbk_category *of_form =
        category != NULL && cbk_text_is_equal(category->form, protocol->forms[form].name)
            ? category
            : NULL;
    add_offer(s,
              (offer){.of = is_people
                                ? cbk_text_format(s->b->arena, "count(DISTINCT %s)", key)
                                : "count(*)",
                      .from = protocol->forms[form].name,
                      .among = of_form != NULL ? of_form->sql : NULL,
                      .words = of_form != NULL ? label_text(s, &of_form->label)
                                               : label_text(s, &s->lexicon->forms[form]),
                      .fit = of_form != NULL ? 3.0 : 2.0});
}

static size_t form_index(const suggesting *s, const char *name)
{
    for (size_t i = 0; i < s->lexicon->protocol->n_forms; i++) {
        if (strcmp(s->lexicon->protocol->forms[i].name, name) == 0) {
            return i;
        }
    }
    return 0;
}

static void offer_counts(suggesting *s)
{
    double fit = 0.0;
    const bool is_count = s->number->digits == 0 && s->clause.bracket == CBK_BRACKET_NONE;
    if ((!is_count && !s->is_percent) || has_unit(s)) {
        return;
    }
    if (is_denominator(s) && !s->is_percent) {
        add_offer(s, (offer){.of = "count(*)", .words = "of all", .fit = 3.5});
        return;
    }
    const cbk_category *any = best_category(s, false, &fit);
    const cbk_category *own = best_category(s, true, &fit);
    if (own != NULL) {
        add_offer(s, (offer){.of = cbk_text_format(
                                 s->b->arena, s->is_percent ? "percent(%s)" : "sum(%s)",
                                 own->sql),
                             .words = label_text(s, &own->label),
                             .fit = fit});
    }
    if (s->is_percent) {
        return;
    }
    const size_t form =
        any != NULL && any->form != NULL ? form_index(s, any->form) : form_in_clause(s);
    if (form > 0) {
        offer_rows(s, form, any);
    }
    if (is_of_patients(s)) {
        add_offer(s, (offer){.of = "count(*)", .words = "patients", .fit = 1.0});
    }
}

/* ---- answers
 * ---------------------------------------------------------------------------- */

static int by_fit(const void *lhs, const void *rhs)
{
    const offer *a = lhs;
    const offer *b = rhs;
    if (a->fit > b->fit || a->fit < b->fit) {
        return a->fit > b->fit ? -1 : 1;
    }
    return strcmp(a->of, b->of);
}

/* Asks the question; *is_asked false: the study cannot answer it. */
static cbk_status answer(suggesting *s, const offer *one, cbk_suggestion *out,
                         bool *is_asked, cbk_error *err)
{
    const cbk_stated_number stated = {.value = s->number->value,
                                      .digits = s->number->digits,
                                      .comparator =
                                          (cbk_comparator)s->number->comparator};
    cbk_error why = {0};
    *out = (cbk_suggestion){
        .of = one->of, .from = one->from, .among = one->among, .words = one->words};
    const cbk_status status =
        cbk_study_evaluate(s->b->study, one->of, one->from, one->among, NULL, s->b->arena,
                           &out->quantity, &why);
    *is_asked = status == CBK_OK;
    if (status == CBK_ENOMEM || status == CBK_EDATA) {
        return cbk_fail(err, status, CBK_ROW_NONE, "%s", why.message);
    }
    out->is_met =
        status == CBK_OK && out->quantity.value.kind == CBK_VALUE_NUMBER &&
        !cbk_notes_forbid_print(out->quantity.notes) &&
        cbk_stated_is_met(&stated, out->quantity.value.number, CBK_ROUND_HALF_AWAY);
    return CBK_OK;
}

/* The best offers with their answers; among those that fit alike, one that is met comes
 * first. */
static cbk_status answer_all(suggesting *s, cbk_standing *out, cbk_error *err)
{
    cbk_suggestion *kept = CBK_NEW(s->b->arena, cbk_suggestion, CBK_SUGGESTIONS_MAX);
    if (kept == NULL) {
        return cbk_fail_memory(err);
    }
    qsort(s->offers, s->n_offers, sizeof s->offers[0], by_fit);
    double fit_of_last = 0.0;
    for (size_t i = 0; i < s->n_offers && out->n_suggestions < CBK_SUGGESTIONS_MAX; i++) {
        cbk_suggestion one;
        bool is_asked = false;
        CBK_TRY(answer(s, &s->offers[i], &one, &is_asked, err));
        if (!is_asked) {
            continue;
        }
        size_t at = out->n_suggestions++;
        if (at > 0 && one.is_met && !kept[at - 1].is_met &&
            fit_of_last - s->offers[i].fit < 0.05) {
            kept[at] = kept[at - 1];
            at--;
        }
        kept[at] = one;
        fit_of_last = s->offers[i].fit;
    }
    out->suggestions = kept;
    return CBK_OK;
}

static void offer_all(suggesting *s)
{
    const bool is_count = is_of_patients(s) && s->clause.bracket == CBK_BRACKET_NONE;
    offer_survival(s);
    if (!is_count) {
        offer_times(s);
        offer_measures(s);
    }
    if (s->n_offers == 0) {
        offer_counts(s);
    }
}

cbk_status cbk_binding_suggest(cbk_binding *b, const cbk_lexicon *lexicon, size_t i,
                               cbk_standing *out, cbk_error *err)
{
    const cbk_found_number *number = &b->manuscript->numbers[i];
    const cbk_context *context = &b->contexts[number->sentence];
    suggesting s = {.b = b,
                    .lexicon = lexicon,
                    .number = number,
                    .clause = cbk_clause_of(b->manuscript, context, i),
                    .is_percent = strchr(number->text, '%') != NULL};
    if (number->kind == CBK_FOUND_DATE) {
        return CBK_OK;
    }
    offer_all(&s);
    const bool is_whole = s.clause.start <= context->start;
    if (s.n_offers == 0 && !is_whole && context->start < s.clause.start) {
        /* "80% at 3 years and 60% at 5 years": what the clauses share stands before. */
        const size_t start = s.clause.start;
        s.clause.start = context->start;
        offer_survival(&s);
        s.clause.start = s.n_offers == 0 ? start : s.clause.start;
    }
    return answer_all(&s, out, err);
}
