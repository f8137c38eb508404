/* cover.c - which numbers of a manuscript a claim states.  Contract: binding.h; the
 * rules: docs/formats/manuscript.md.
 *
 * A claim is brought to a sentence that prints all its numbers in their order, that
 * stands where the claim's `place` says, and that has words of its `says`.
 */
#include "claims/binding.h"

#include "study/records.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FOUND_WELL 0.6 /* of the words: enough where nothing else speaks for it */

enum { CANDIDATES_MAX = 500 }; /* of one claim; a manuscript does not say it so often */

/* One way to bring a claim to a sentence. */
typedef struct candidate {
    size_t claim;
    size_t sentence;
    double score;
    double found;          /* the share of its words that the sentence has */
    const size_t *numbers; /* [n of the claim] in the manuscript's numbers */
} candidate;

/* A claim as it is looked for. */
typedef struct wanted {
    const cbk_claim *claim;
    const cbk_found_number *numbers;
    size_t n;
    cbk_words says;
    const cbk_found_number *said; /* numbers in `says` */
    size_t n_said;
    const char *places[8]; /* parts of `place`, in lower case */
    size_t n_places;
    bool is_place_known; /* one of them is in the manuscript */
} wanted;

/* ---- places -------------------------------------------------------------------- */

static char *lower_copy(cbk_arena *arena, const char *text, size_t size)
{
    char *copy = cbk_text_copy_bytes(arena, text, size);
    for (size_t i = 0; copy != NULL && i < size; i++) {
        copy[i] = (char)tolower((unsigned char)copy[i]);
    }
    return copy;
}

/* "Results; Fig. 3" in parts. */
static void split_places(cbk_binding *b, wanted *w)
{
    const char *at = w->claim->place != NULL ? w->claim->place : "";
    while (*at != '\0' && w->n_places < sizeof w->places / sizeof w->places[0]) {
        at += strspn(at, "; ");
        size_t size = strcspn(at, ";");
        const char *next = at + size;
        while (size > 0 && at[size - 1] == ' ') {
            size--;
        }
        const char *part = size > 0 ? lower_copy(b->arena, at, size) : NULL;
        if (part != NULL) {
            w->places[w->n_places++] = part;
        }
        at = next;
    }
}

/* Whether one text holds the other, from four letters on. */
static bool holds(const char *heading, const char *place)
{
    char lower[128];
    size_t i = 0;
    for (; heading[i] != '\0' && i + 1 < sizeof lower; i++) {
        lower[i] = (char)tolower((unsigned char)heading[i]);
    }
    lower[i] = '\0';
    return (strlen(place) >= 4 && strstr(lower, place) != NULL) ||
           (i >= 4 && strstr(place, lower) != NULL);
}

static bool is_at(const cbk_passage *passage, const wanted *w)
{
    for (size_t i = 0; i < w->n_places; i++) {
        const bool is_title = strcmp(w->places[i], "title") == 0 &&
                              passage->kind == CBK_PASSAGE_HEADING && passage->level == 1;
        if (is_title || holds(passage->within, w->places[i]) ||
            holds(passage->place, w->places[i])) {
            return true;
        }
    }
    return false;
}

/* ---- numbers ------------------------------------------------------------------- */

/* The same date, however its month is written: "Aug 1998" and "August 1998". */
static bool are_same_dates(const char *a, const char *b)
{
    while (*a != '\0' && *b != '\0') {
        if (isalpha((unsigned char)*a) && isalpha((unsigned char)*b)) {
            for (int i = 0; i < 3; i++, a++, b++) {
                if (tolower((unsigned char)*a) != tolower((unsigned char)*b)) {
                    return false;
                }
            }
            a += strspn(a, "abcdefghijklmnopqrstuvwxyz.");
            b += strspn(b, "abcdefghijklmnopqrstuvwxyz.");
        } else if (*a++ != *b++) {
            return false;
        }
    }
    return *a == *b;
}

/* Words that say what a comparator says: "fewer than 300". */
static bool has_comparing_word(const cbk_context *context, size_t at)
{
    static const char *const words[] = {"than ",  "least ", "most ", "over ",
                                        "under ", "above ", "below "};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const size_t size = strlen(words[i]);
        if (at >= size && strncmp(context->text + at - size, words[i], size) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_printed(const cbk_context *context, const cbk_found_number *printed,
                       const cbk_found_number *stated)
{
    if (printed->kind != stated->kind) {
        return false;
    }
    if (stated->kind == CBK_FOUND_DATE) {
        return are_same_dates(printed->text, stated->text);
    }
    const size_t at = printed->start - context->shift + context->start;
    return printed->value == stated->value && printed->digits == stated->digits &&
           (printed->comparator == stated->comparator ||
            (printed->comparator == 0 && has_comparing_word(context, at)));
}

/* What a claim states as numbers to look for: as a paper would print them, or else as
 * the claim's own reader has them ("no", "one"). */
static cbk_status numbers_wanted(cbk_binding *b, wanted *w, cbk_error *err)
{
    cbk_stated stated = {0};
    CBK_TRY(cbk_numbers_of(w->claim->stated, b->arena, &w->numbers, &w->n, err));
    if (!cbk_stated_read(w->claim->stated, b->arena, &stated)) {
        return cbk_fail_memory(err);
    }
    bool has_date = false;
    for (size_t i = 0; i < w->n; i++) {
        has_date = has_date || w->numbers[i].kind == CBK_FOUND_DATE;
    }
    if (has_date || stated.n == w->n) {
        return CBK_OK;
    }
    cbk_found_number *own = CBK_NEW(b->arena, cbk_found_number, stated.n);
    size_t n = 0;
    if (own == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t i = 0; i < stated.n; i++) {
        if (stated.numbers[i].kind == CBK_STATED_NUMBER) {
            own[n++] =
                (cbk_found_number){.value = stated.numbers[i].value,
                                   .digits = stated.numbers[i].digits,
                                   .comparator = (int)stated.numbers[i].comparator};
        }
    }
    w->numbers = own;
    w->n = n;
    return CBK_OK;
}

/* ---- candidates ---------------------------------------------------------------- */

/* The numbers of the sentence from `from` on that are those of the claim in their order;
 * false: not all are there. */
static bool match_from(const cbk_binding *b, const wanted *w, size_t sentence,
                       size_t from, size_t *numbers)
{
    const cbk_sentence *s = &b->manuscript->sentences[sentence];
    const size_t end = s->first_number + s->n_numbers;
    size_t n = 0;
    for (size_t i = from; i < end && n < w->n; i++) {
        if (is_printed(&b->contexts[sentence], &b->manuscript->numbers[i],
                       &w->numbers[n])) {
            numbers[n++] = i;
        } else if (n == 0) {
            return false;
        }
    }
    return n == w->n;
}

/* How well the words of the claim fit those around the numbers; < 0: they do not. */
static double word_score(const wanted *w, const cbk_context *context, size_t first,
                         size_t last, double *share)
{
    enum { NEAR_BEFORE = 70, NEAR_BEHIND = 50 };
    const size_t n = cbk_words_shared(&w->says, &w->says, 0, SIZE_MAX); /* distinct */
    const size_t found = cbk_words_shared(&w->says, &context->words, 0, SIZE_MAX);
    const size_t above = cbk_words_shared(&w->says, &context->heading, 0, SIZE_MAX);
    const size_t near = cbk_words_shared(&w->says, &context->words,
                                         first > NEAR_BEFORE ? first - NEAR_BEFORE : 0,
                                         last + NEAR_BEHIND);
    *share = n > 0 ? (double)found / (double)n : 0.0;
    if (n == 0) {
        return 0.0;
    }
    const bool is_enough = 10 * (found > 0 ? found + above : 0) >= 3 * n;
    return is_enough ? (3.0 * (double)found + 2.0 * (double)near) / (double)n : -1.0;
}

static cbk_status add_candidate(cbk_binding *b, const wanted *w, size_t claim,
                                size_t sentence, const size_t *numbers,
                                cbk_growing *candidates)
{
    const cbk_context *context = &b->contexts[sentence];
    const cbk_passage *passage =
        &b->manuscript->passages[b->manuscript->sentences[sentence].passage];
    const cbk_found_number *first = &b->manuscript->numbers[numbers[0]];
    const cbk_found_number *last = &b->manuscript->numbers[numbers[w->n - 1]];
    const size_t shift = context->start - context->shift; /* may wrap, and wraps back */
    const bool is_here = is_at(passage, w);
    double share = 0.0;
    const double words =
        word_score(w, context, first->start + shift, last->end + shift, &share);
    const bool has_nothing = !is_here && (w->says.n == 0 || share < FOUND_WELL);
    if (words < 0.0 || has_nothing || (w->is_place_known && !is_here)) {
        return CBK_OK;
    }
    const size_t gaps = numbers[w->n - 1] - numbers[0] - (w->n - 1);
    candidate *added = cbk_growing_add(candidates, sizeof *added, b->arena);
    size_t *copy = CBK_NEW(b->arena, size_t, w->n);
    if (added == NULL || copy == NULL) {
        return CBK_ENOMEM;
    }
    memcpy(copy, numbers, w->n * sizeof *copy);
    *added = (candidate){.claim = claim,
                         .sentence = sentence,
                         .score = words + (is_here ? 3.0 : 0.0) - 0.2 * (double)gaps,
                         .found = share,
                         .numbers = copy};
    return CBK_OK;
}

static cbk_status find_candidates(cbk_binding *b, const wanted *w, size_t claim,
                                  cbk_growing *candidates)
{
    size_t *numbers = CBK_NEW(b->arena, size_t, w->n + 1);
    if (numbers == NULL) {
        return CBK_ENOMEM;
    }
    const size_t n_before = candidates->n;
    for (size_t i = 0; w->n > 0 && i < b->manuscript->n_sentences &&
                       candidates->n - n_before < CANDIDATES_MAX;
         i++) {
        const cbk_sentence *s = &b->manuscript->sentences[i];
        for (size_t k = 0; k + w->n <= s->n_numbers; k++) {
            if (match_from(b, w, i, s->first_number + k, numbers)) {
                CBK_TRY(add_candidate(b, w, claim, i, numbers, candidates));
            }
        }
    }
    return CBK_OK;
}

static int by_score(const void *lhs, const void *rhs)
{
    const candidate *a = lhs;
    const candidate *b = rhs;
    if (a->score > b->score || a->score < b->score) {
        return a->score > b->score ? -1 : 1;
    }
    if (a->claim != b->claim) {
        return a->claim < b->claim ? -1 : 1;
    }
    return (a->numbers[0] > b->numbers[0]) - (a->numbers[0] < b->numbers[0]);
}

/* ---- covering ------------------------------------------------------------------- */

static bool covers_already(const cbk_binding *b, size_t number, size_t claim)
{
    const cbk_cover *covers = b->covers[number].items;
    for (size_t i = 0; i < b->covers[number].n; i++) {
        if (covers[i].claim == claim) {
            return true;
        }
    }
    return false;
}

static bool add_cover(cbk_binding *b, size_t number, size_t claim, size_t part)
{
    if (covers_already(b, number, claim)) {
        return true;
    }
    cbk_cover *added = cbk_growing_add(&b->covers[number], sizeof *added, b->arena);
    if (added != NULL) {
        *added = (cbk_cover){.claim = claim, .part = part};
    }
    return added != NULL;
}

/* The second argument of km_survival(os, 60), and the endpoint's unit in days; NaN: the
 * expression asks for no time. */
static double time_asked(const cbk_binding *b, const char *of, double *unit_days)
{
    const char *at = strstr(of, "km_");
    const char *open = at != NULL ? strchr(at, '(') : NULL;
    const char *comma = open != NULL ? strchr(open, ',') : NULL;
    if (comma == NULL || b->protocol == NULL) {
        return (double)NAN;
    }
    const char *name =
        cbk_text_copy_bytes(b->arena, open + 1, (size_t)(comma - open - 1));
    const cbk_endpoint *endpoint =
        name != NULL ? cbk_protocol_endpoint(b->protocol, name) : NULL;
    *unit_days = endpoint != NULL ? cbk_days_per_unit(endpoint->unit) : 0.0;
    return *unit_days > 0.0 ? strtod(comma + 1, NULL) : (double)NAN;
}

/* "at 5 years" beside the survival at 60 months: the number that says what is asked. */
static bool says_time(const cbk_binding *b, size_t sentence, size_t number, double time,
                      double unit_days)
{
    static const struct {
        const char *word;
        const char *unit;
    } units[] = {
        {"year", "years"}, {"month", "months"}, {"week", "weeks"}, {"day", "days"}};
    const cbk_context *context = &b->contexts[sentence];
    const cbk_found_number *printed = &b->manuscript->numbers[number];
    const char *after = context->text + (printed->end - context->shift + context->start);
    after += strspn(after, " -");
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strncmp(after, units[i].word, strlen(units[i].word)) == 0) {
            const double days = printed->value * cbk_days_per_unit(units[i].unit);
            return fabs(days - time * unit_days) < 0.5 * unit_days;
        }
    }
    return false;
}

/* Whether the claim's `says` has the number: "at most 5 mitoses". */
static bool is_said(const wanted *w, const cbk_found_number *printed)
{
    for (size_t i = 0; i < w->n_said; i++) {
        if (w->said[i].kind == CBK_FOUND_NUMBER && printed->kind == CBK_FOUND_NUMBER &&
            w->said[i].value == printed->value && w->said[i].digits == printed->digits) {
            return true;
        }
    }
    return false;
}

/* The numbers of the sentence that say what the claim asks: times and what `says` has. */
static bool cover_question(cbk_binding *b, const candidate *c, const wanted *w)
{
    double unit_days = 0.0;
    const double time =
        w->claim->n_of > 0 ? time_asked(b, w->claim->of[0], &unit_days) : (double)NAN;
    const cbk_sentence *s = &b->manuscript->sentences[c->sentence];
    for (size_t i = s->first_number; i < s->first_number + s->n_numbers; i++) {
        const bool is_time =
            !isnan(time) && says_time(b, c->sentence, i, time, unit_days);
        if (b->covers[i].n == 0 && (is_time || is_said(w, &b->manuscript->numbers[i])) &&
            !add_cover(b, i, c->claim, CBK_COVER_QUESTION)) {
            return false;
        }
    }
    return true;
}

static bool cover(cbk_binding *b, const candidate *c, const wanted *w)
{
    for (size_t i = 0; i < w->n; i++) {
        if (!add_cover(b, c->numbers[i], c->claim, i)) {
            return false;
        }
    }
    b->n_places[c->claim]++;
    return true;
}

static bool is_free(const cbk_binding *b, const candidate *c, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (b->covers[c->numbers[i]].n > 0) {
            return false;
        }
    }
    return true;
}

/* Numbers that only say what is asked come last: they may be stated by another claim. */
static bool cover_questions(cbk_binding *b, const candidate *candidates, size_t n,
                            const wanted *all)
{
    for (size_t i = 0; i < n; i++) {
        const candidate *c = &candidates[i];
        if (covers_already(b, c->numbers[0], c->claim) &&
            !cover_question(b, c, &all[c->claim])) {
            return false;
        }
    }
    return true;
}

/* First every claim to numbers of its own, the best fit first; then claims that are left
 * to numbers that others state too; then claims of no one place to all that say it. */
static bool cover_all(cbk_binding *b, const candidate *candidates, size_t n,
                      const wanted *all)
{
    for (int pass = 0; pass < 3; pass++) {
        for (size_t i = 0; i < n; i++) {
            const candidate *c = &candidates[i];
            const wanted *w = &all[c->claim];
            const bool is_found = b->n_places[c->claim] > 0;
            const bool is_elsewhere = w->n_places > 0 && !w->is_place_known;
            const bool is_taken =
                pass == 0   ? !is_found && is_free(b, c, w->n)
                : pass == 1 ? !is_found && !is_elsewhere && c->found >= FOUND_WELL
                            : w->n_places != 1 && c->found > 0.99 && is_free(b, c, w->n);
            if (is_taken && !cover(b, c, w)) {
                return false;
            }
        }
    }
    return true;
}

/* Without the words that every sentence of a series has, unless there are no others. */
static cbk_words telling_words(cbk_words says, cbk_arena *arena)
{
    static const char *const common[] = {
        "patient",  "tumor",   "year",   "month",    "day",    "week",     "cm",
        "mm",       "series",  "number", "youngest", "oldest", "smallest", "largest",
        "shortest", "longest", "one",    "two",      "three",  "article",  "time"};
    cbk_growing kept = {0};
    for (size_t i = 0; i < says.n; i++) {
        bool is_common = false;
        for (size_t k = 0; k < sizeof common / sizeof common[0]; k++) {
            is_common = is_common || strcmp(says.word[i].text, common[k]) == 0;
        }
        cbk_word *added =
            is_common ? NULL : cbk_growing_add(&kept, sizeof(cbk_word), arena);
        if (added != NULL) {
            *added = says.word[i];
        }
    }
    return kept.n > 0 ? (cbk_words){.n = kept.n, .word = kept.items} : says;
}

static cbk_status want(cbk_binding *b, const cbk_claim *claim, wanted *out,
                       cbk_error *err)
{
    *out = (wanted){.claim = claim};
    CBK_TRY(numbers_wanted(b, out, err));
    const char *says = claim->says != NULL ? claim->says : claim->id;
    out->says = telling_words(cbk_words_of(says, 0, strlen(says), b->arena), b->arena);
    CBK_TRY(cbk_numbers_of(says, b->arena, &out->said, &out->n_said, err));
    for (size_t i = 0; i < out->n; i++) {
        if (is_said(out, &out->numbers[i])) { /* a quotation: it has numbers of others */
            out->n_said = 0;
        }
    }
    split_places(b, out);
    for (size_t i = 0; i < b->manuscript->n_passages && !out->is_place_known; i++) {
        out->is_place_known = is_at(&b->manuscript->passages[i], out);
    }
    return CBK_OK;
}

cbk_status cbk_binding_cover(cbk_binding *b, cbk_error *err)
{
    const size_t n_claims = b->audit != NULL ? b->audit->n : 0;
    wanted *all = CBK_NEW(b->arena, wanted, n_claims + 1);
    b->covers = CBK_NEW(b->arena, cbk_growing, b->manuscript->n_numbers + 1);
    b->n_places = CBK_NEW(b->arena, size_t, n_claims + 1);
    if (b->n_places == NULL) {
        return cbk_fail_memory(err);
    }
    cbk_growing candidates = {0};
    for (size_t i = 0; i < n_claims; i++) {
        CBK_TRY(want(b, b->audit->results[i].claim, &all[i], err));
        if (find_candidates(b, &all[i], i, &candidates) != CBK_OK) {
            return cbk_fail_memory(err);
        }
    }
    if (candidates.n > 0) {
        qsort(candidates.items, candidates.n, sizeof(candidate), by_score);
    }
    return cover_all(b, candidates.items, candidates.n, all) &&
                   cover_questions(b, candidates.items, candidates.n, all)
               ? CBK_OK
               : cbk_fail_memory(err);
}
