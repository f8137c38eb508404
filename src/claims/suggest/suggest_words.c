/* suggest_words.c - what the words of a clause speak of: categories, statistics, units.
 * Contract: suggest.h.
 */
#include "claims/suggest/suggest.h"

#include "base/text.h"
#include "claims/manuscript/number_scan.h"

#include <math.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

void cbk_offer_add(cbk_suggesting *s, cbk_offer one)
{
    if (one.of == NULL || one.words == NULL || s->n_offers == CBK_OFFERS_MAX) {
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

/* The words of the clause: of those of the sentence, which are in order, a part. */
static cbk_words words(const cbk_suggesting *s)
{
    const cbk_words *all = &s->clause.words;
    size_t low = 0;
    size_t high = all->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (all->word[middle].start < s->clause.start) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    size_t n = 0;
    while (low + n < all->n && all->word[low + n].end <= s->clause.end) {
        n++;
    }
    return (cbk_words){.n = n, .word = n > 0 ? &all->word[low] : NULL};
}

bool cbk_clause_has(const cbk_suggesting *s, const char *word)
{
    const cbk_words in = words(s);
    return cbk_words_have(&in, word, 0, SIZE_MAX);
}

/* The share of a label's words that the clause has. */
double cbk_clause_share(const cbk_suggesting *s, const cbk_words *label)
{
    const cbk_words in = words(s);
    return label->n == 0
               ? 0.0
               : (double)cbk_words_shared(label, &in, 0, SIZE_MAX) / (double)label->n;
}

/* How far from the number the nearest word of the label stands, in bytes. */
double cbk_clause_distance(const cbk_suggesting *s, const cbk_words *label)
{
    double nearest = 1e9;
    const cbk_words in = words(s);
    for (size_t i = 0; i < in.n; i++) {
        const cbk_word *word = &in.word[i];
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
const char *cbk_clause_label(const cbk_suggesting *s, const cbk_words *label)
{
    cbk_buffer text = {0};
    const cbk_words in = words(s);
    for (size_t i = 0; i < in.n; i++) {
        const cbk_word *word = &in.word[i];
        if (cbk_words_have(label, word->text, 0, SIZE_MAX)) {
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

/* Whether "not" or "without" stands in the few words before text[at]: "did not receive
 * interferon".  The number itself ("no deaths") denies nothing. */
static bool is_behind_denial(const cbk_suggesting *s, size_t at)
{
    enum { WORDS_BETWEEN_MAX = 4 };
    static const char *const joints[] = {"and", "or", "but", "with"};
    const char *text = s->clause.context->text;
    for (int i = 0; i < WORDS_BETWEEN_MAX && at > s->clause.start + 1; i++) {
        at--;
        if (text[at] != ' ' || at == s->clause.number_end) {
            return false;
        }
        while (at > s->clause.start && strchr(" ,;:()", text[at - 1]) == NULL) {
            at--;
        }
        if (cbk_word_of(text + at, joints, N(joints)) > 0) {
            return false;
        }
        if (cbk_denial_length(text + at) > 0) {
            return true;
        }
    }
    return false;
}

/* Whether the clause denies a word of the label where the label does not, or the other
 * way: "without recurrence". */
static bool is_denied(const cbk_suggesting *s, const cbk_category *category)
{
    const cbk_words in = words(s);
    bool is_behind = false;
    for (size_t i = 0; i < in.n; i++) {
        const cbk_word *word = &in.word[i];
        if (cbk_words_have(&category->label, word->text, 0, SIZE_MAX)) {
            is_behind = is_behind || is_behind_denial(s, word->start);
        }
    }
    return is_behind != category->is_denial;
}

/* How well the clause speaks of a category; 0: it does not. */
static double category_fit(const cbk_suggesting *s, const cbk_category *category)
{
    const double own = cbk_clause_share(s, &category->label);
    const bool is_boolean = category->field->type == CBK_FIELD_BOOLEAN;
    const double field = is_boolean ? 0.0
                                    : fmax(cbk_clause_share(s, &category->of),
                                           cbk_clause_share(s, &category->name));
    if (own < 0.99 || (category->needs_field && field < 0.49) || is_denied(s, category)) {
        return 0.0;
    }
    const double near = cbk_clause_distance(s, &category->label);
    return 2.0 + field + 0.1 * (double)category->label.n - fmin(near, 200.0) / 200.0;
}

/* The category that the clause speaks of best; NULL: of none. */
const cbk_category *cbk_clause_category(const cbk_suggesting *s, bool is_of_patients,
                                        const cbk_category *but, double *fit)
{
    const cbk_category *best = NULL;
    *fit = 0.0;
    for (size_t i = 0; i < s->lexicon->n_categories; i++) {
        const cbk_category *category = &s->lexicon->categories[i];
        if ((is_of_patients && category->form != NULL) ||
            (but != NULL &&
             (category->field == but->field ||
              cbk_words_shared(&category->label, &but->label, 0, SIZE_MAX) > 0))) {
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

/* The question, and the question among a category that the clause names with words that
 * are not those of the question itself. */
void cbk_offer_both(cbk_suggesting *s, const cbk_words *label, cbk_offer one)
{
    double fit = 0.0;
    const cbk_category *category = cbk_clause_category(s, true, NULL, &fit);
    if (category != NULL && cbk_words_shared(&category->label, label, 0, SIZE_MAX) == 0) {
        cbk_offer narrowed = one;
        narrowed.among = category->sql;
        narrowed.fit += 0.5;
        cbk_offer_add(s, narrowed);
    }
    cbk_offer_add(s, one);
}

/* ---- statistics ---------------------------------------------------------------------
 */

static const cbk_statistic statistics[] = {
    {"median", "median"}, {"mean", "mean"},  {"youngest", "min"}, {"smallest", "min"},
    {"shortest", "min"},  {"lowest", "min"}, {"oldest", "max"},   {"largest", "max"},
    {"longest", "max"},   {"highest", "max"}};

/* The statistic that the clause names nearest to the number; NULL: none. */
const cbk_statistic *cbk_clause_statistic(const cbk_suggesting *s)
{
    const cbk_statistic *best = NULL;
    double nearest = 1e9;
    for (size_t i = 0; i < N(statistics); i++) {
        const cbk_word word = {.text = statistics[i].word};
        const cbk_words one = {.n = 1, .word = &word};
        const double gap = cbk_clause_distance(s, &one);
        if (gap < nearest) {
            nearest = gap;
            best = &statistics[i];
        }
    }
    return best;
}

/* The unit's word behind the number or anywhere in a cell's row header. */
bool cbk_clause_has_other_unit(const cbk_suggesting *s, const char *unit)
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

size_t cbk_patients_length(const char *text)
{
    static const char *const nouns[] = {"patient", "patients", "case",
                                        "cases",   "subjects", "women",
                                        "men",     "children", "participants"};
    return cbk_word_of(text, nouns, N(nouns));
}
