/* suggest.c - what a number might be, by the words around it.  Contract: binding.h; the
 * rules: docs/formats/manuscript.md.
 *
 * Words lead, never the value: a number that is wrong gets the question it answers
 * wrongly.  Only among questions that the words fit alike, one whose answer is what is
 * printed comes first.
 */
#include "claims/suggest/suggest.h"

#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- statistics of a measure ----------------------------------------------------------
 */

/* How well the clause speaks of a measure; 0: it does not. */
static double measure_fit(const cbk_suggesting *s, const cbk_measure *measure)
{
    const cbk_words *label = &measure->label;
    if (label->n == 0 || cbk_clause_has_other_unit(s, measure->field->unit)) {
        return 0.0;
    }
    const double fit =
        fmax(cbk_clause_share(s, label), 0.9 * cbk_clause_share(s, &measure->name));
    const bool has_head = cbk_clause_has(s, label->word[label->n - 1].text);
    if (fit < 0.49 || (fit < 0.89 && !has_head)) {
        return 0.0;
    }
    return fit - fmin(cbk_clause_distance(s, label), 200.0) / 400.0;
}

/* The function for a number that a bracket or "±" gives its part. */
static const char *function_of(const cbk_suggesting *s, const cbk_statistic *named,
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

static void offer_measures(cbk_suggesting *s)
{
    const cbk_statistic *named = cbk_clause_statistic(s);
    for (size_t i = 0; i < s->lexicon->n_measures && !s->is_percent; i++) {
        const cbk_measure *measure = &s->lexicon->measures[i];
        const double fit = measure_fit(s, measure);
        const char *of = fit > 0.0 ? function_of(s, named, measure->sql) : NULL;
        if (of != NULL) {
            cbk_offer_both(
                s, &measure->label,
                (cbk_offer){.of = of,
                            .words = cbk_text_format(
                                s->b->arena, "%s%s%s", named != NULL ? named->word : "",
                                named != NULL ? ", " : "",
                                cbk_clause_label(s, &measure->label)),
                            .fit = 2.5 + fit});
        }
    }
}

/* ---- answers
 * ---------------------------------------------------------------------------- */

static int by_fit(const void *lhs, const void *rhs)
{
    const cbk_offer *a = lhs;
    const cbk_offer *b = rhs;
    if (a->fit > b->fit || a->fit < b->fit) {
        return a->fit > b->fit ? -1 : 1;
    }
    return strcmp(a->of, b->of);
}

/* A question that was asked; quantity of one that the study cannot answer is empty. */
typedef struct asked {
    const char *of;
    const char *from;
    const char *among;
    bool is_answered;
    cbk_quantity quantity;
} asked;

static const asked *known_answer(const cbk_binding *b, const cbk_offer *one)
{
    const asked *all = b->asked.items;
    for (size_t i = 0; i < b->asked.n; i++) {
        if (strcmp(all[i].of, one->of) == 0 &&
            cbk_text_is_equal(all[i].from, one->from) &&
            cbk_text_is_equal(all[i].among, one->among)) {
            return &all[i];
        }
    }
    return NULL;
}

/* Asks the question, once however many numbers lead to it. */
static cbk_status ask(cbk_binding *b, const cbk_offer *one, const asked **out,
                      cbk_error *err)
{
    cbk_error why = {0};
    *out = known_answer(b, one);
    if (*out != NULL) {
        return CBK_OK;
    }
    asked *added = cbk_growing_add(&b->asked, sizeof *added, b->arena);
    if (added == NULL) {
        return cbk_fail_memory(err);
    }
    *added = (asked){.of = one->of, .from = one->from, .among = one->among};
    const cbk_status status = cbk_study_evaluate(b->study, one->of, one->from, one->among,
                                                 NULL, b->arena, &added->quantity, &why);
    added->is_answered = status == CBK_OK;
    *out = added;
    return status == CBK_ENOMEM || status == CBK_EDATA
               ? cbk_fail(err, status, CBK_ROW_NONE, "%s", why.message)
               : CBK_OK;
}

/* *is_asked false: the study cannot answer it. */
static cbk_status answer(cbk_suggesting *s, const cbk_offer *one, cbk_suggestion *out,
                         bool *is_asked, cbk_error *err)
{
    const cbk_stated_number stated = {.value = s->number->value,
                                      .digits = s->number->digits,
                                      .comparator =
                                          (cbk_comparator)s->number->comparator};
    const asked *answered = NULL;
    CBK_TRY(ask(s->b, one, &answered, err));
    *is_asked = answered->is_answered;
    *out = (cbk_suggestion){.of = one->of,
                            .from = one->from,
                            .among = one->among,
                            .words = one->words,
                            .quantity = answered->quantity};
    out->is_met =
        answered->is_answered && out->quantity.value.kind == CBK_VALUE_NUMBER &&
        !cbk_notes_forbid_print(out->quantity.notes) &&
        cbk_stated_is_met(&stated, out->quantity.value.number, CBK_ROUND_HALF_AWAY);
    return CBK_OK;
}

static bool has_same_answer(const cbk_suggestion *a, const cbk_suggestion *b)
{
    const cbk_value *x = &a->quantity.value;
    const cbk_value *y = &b->quantity.value;
    return x->kind == CBK_VALUE_NUMBER && y->kind == CBK_VALUE_NUMBER &&
           !(x->number < y->number) && !(x->number > y->number);
}

/* The best offers with their answers; of those that fit alike each answer once, and one
 * that is met first. */
static cbk_status answer_all(cbk_suggesting *s, cbk_standing *out, cbk_error *err)
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
        size_t at = out->n_suggestions;
        const bool is_alike = at > 0 && fit_of_last - s->offers[i].fit < 0.05;
        if (!is_asked || (is_alike && has_same_answer(&one, &kept[at - 1]))) {
            continue;
        }
        out->n_suggestions++;
        if (is_alike && one.is_met && !kept[at - 1].is_met) {
            kept[at] = kept[at - 1];
            at--;
        }
        kept[at] = one;
        fit_of_last = s->offers[i].fit;
    }
    out->suggestions = kept;
    return CBK_OK;
}

static void offer_all(cbk_suggesting *s)
{
    const bool is_count = (cbk_clause_is_of_patients(s) || cbk_clause_is_size(s)) &&
                          s->clause.bracket == CBK_BRACKET_NONE;
    cbk_offer_survival(s);
    if (!is_count) {
        cbk_offer_times(s);
        offer_measures(s);
    }
    if (s->n_offers == 0) {
        cbk_offer_counts(s);
    }
}

/* "P = .04", "p < 0.001": of a test, which no question of this kind asks. */
static bool is_p_value(const cbk_clause *clause)
{
    const char *text = clause->context->text;
    size_t at = clause->number_start;
    while (at > 0 && strchr(" =<>", text[at - 1]) != NULL) {
        at--;
    }
    return at > 0 && at < clause->number_start &&
           (text[at - 1] == 'p' || text[at - 1] == 'P') &&
           (at == 1 || strchr(" (,;", text[at - 2]) != NULL);
}

cbk_status cbk_binding_suggest(cbk_binding *b, const cbk_lexicon *lexicon, size_t i,
                               cbk_standing *out, cbk_error *err)
{
    const cbk_found_number *number = &b->manuscript->numbers[i];
    const cbk_context *context = &b->contexts[number->sentence];
    cbk_suggesting s = {.b = b,
                        .lexicon = lexicon,
                        .number = number,
                        .clause = cbk_clause_of(b->manuscript, context, i, b->arena),
                        .is_percent = strchr(number->text, '%') != NULL};
    if (number->kind == CBK_FOUND_DATE || is_p_value(&s.clause)) {
        return CBK_OK;
    }
    offer_all(&s);
    const bool is_whole = s.clause.start <= context->start;
    if (s.n_offers == 0 && !is_whole && context->start < s.clause.start) {
        /* "80% at 3 years and 60% at 5 years": what the clauses share stands before. */
        const size_t start = s.clause.start;
        s.clause.start = context->start;
        cbk_offer_survival(&s);
        s.clause.start = s.n_offers == 0 ? start : s.clause.start;
    }
    return answer_all(&s, out, err);
}
