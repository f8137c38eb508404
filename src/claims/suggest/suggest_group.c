/* suggest_group.c - whom a count is of: "two of the four patients who received
 * interferon", "three men".  Contract: suggest.h.
 */
#include "claims/suggest/suggest.h"

#include "claims/manuscript/number_scan.h"

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* Bytes of the word or figure at text, with the spaces behind it. */
static size_t word_length(const char *text)
{
    const size_t size = strcspn(text, " ,;:.()");
    return size + strspn(text + size, " ");
}

/* Past " (33%)", " of the", and the number that stands there: "of the four patients". */
static size_t past_whole(const cbk_suggesting *s, bool *is_part)
{
    const char *text = s->clause.context->text;
    size_t at = s->clause.number_end;
    at += strspn(text + at, " ");
    if (text[at] == '(') {
        const size_t size = strcspn(text + at, ")");
        at += text[at + size] == ')' ? size + 1 : 0;
        at += strspn(text + at, " ");
    }
    at += strspn(text + at, " ");
    *is_part = cbk_word_is(text + at, "of");
    if (!*is_part) {
        return at;
    }
    at += word_length(text + at);
    at += cbk_word_is(text + at, "the") ? word_length(text + at) : 0;
    const cbk_manuscript *m = s->b->manuscript;
    const cbk_sentence *sentence = &m->sentences[s->number->sentence];
    const cbk_found_number *next = s->number + 1;
    const size_t shift = s->clause.context->start - s->clause.context->shift;
    if (next < &m->numbers[sentence->first_number + sentence->n_numbers] &&
        next->start + shift == at) {
        at = next->end + shift;
    }
    return at + strspn(text + at, " ");
}

/* The category of the patients of which a word stands from `at` to `end`; NULL: none. */
static const cbk_category *category_at(const cbk_suggesting *s, size_t at, size_t end)
{
    cbk_suggesting part = *s;
    double fit = 0.0;
    part.clause.start = at;
    part.clause.end = end < s->clause.end ? end : s->clause.end;
    return cbk_clause_category(&part, true, NULL, &fit);
}

/* A verb that says something of those before it. */
static bool is_verb(const char *text)
{
    static const char *const verbs[] = {
        "had",      "have",      "has",        "did",         "died",
        "received", "underwent", "developed",  "presented",   "showed",
        "required", "suffered",  "complained", "experienced", "remained",
        "lived",    "survived",  "responded",  "relapsed",    "recurred"};
    return cbk_word_of(text, verbs, N(verbs)) > 0;
}

cbk_group cbk_clause_group(const cbk_suggesting *s)
{
    static const char *const relatives[] = {"who",  "whose",     "with", "without",
                                            "that", "receiving", "in"};
    enum { NOUN_WITHIN = 2, SAID_WITHIN = 4 };
    const char *text = s->clause.context->text;
    cbk_group group = {0};
    const size_t start = past_whole(s, &group.is_part);
    size_t at = start;
    for (int i = 0; i < NOUN_WITHIN && !is_verb(text + at); i++) { /* "three older men" */
        const bool is_patients = cbk_patients_length(text + at) > 0;
        at += word_length(text + at);
        group.of = category_at(s, start, at);
        if (group.of != NULL || is_patients) {
            break;
        }
    }
    group.has_verb = is_verb(text + at);
    const bool is_narrowed = cbk_word_of(text + at, relatives, N(relatives)) > 0;
    if (group.of == NULL && is_narrowed && at < s->clause.end) {
        size_t end = at;
        for (int k = 0; k < SAID_WITHIN; k++) {
            end += word_length(text + end);
        }
        group.is_narrowed = true;
        group.of = category_at(s, at, end);
    }
    return group;
}
