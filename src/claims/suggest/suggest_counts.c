/* suggest_counts.c - how many: patients, those of a category, rows of a repeating form.
 * Contract: suggest.h.
 */
#include "claims/suggest/suggest.h"

#include "base/text.h"
#include "claims/manuscript/number_scan.h"
#include "study/sql/sql_text.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

size_t cbk_patients_length(const char *text)
{
    static const char *const nouns[] = {"patient", "patients", "case",
                                        "cases",   "subjects", "women",
                                        "men",     "children", "participants"};
    return cbk_word_of(text, nouns, N(nouns));
}

/* Whether the word behind the number, past a percentage, is one of the patients'. */
bool cbk_clause_is_of_patients(const cbk_suggesting *s)
{
    const char *after = s->clause.context->text + s->clause.number_end;
    after += strspn(after, " ");
    for (int i = 0; i < 3; i++) { /* "six consecutive patients" */
        if (cbk_patients_length(after) > 0) {
            return true;
        }
        after += cbk_word_length(after);
        after += *after == ' ';
    }
    return false;
}

/* "(n = 6)": a size, of all or of what the clause speaks of. */
bool cbk_clause_is_size(const cbk_suggesting *s)
{
    static const char *const signs[] = {"n = ", "n=", "N = ", "N="};
    const char *text = s->clause.context->text;
    const size_t at = s->clause.number_start;
    for (size_t i = 0; i < N(signs); i++) {
        const size_t size = strlen(signs[i]);
        if (at >= size && strncmp(text + at - size, signs[i], size) == 0) {
            return true;
        }
    }
    return false;
}

/* The "6" of "5 of 6", "5/6". */
static bool is_denominator(const cbk_suggesting *s)
{
    static const char *const joints[] = {" of the ", " of ", "/"};
    const char *text = s->clause.context->text;
    const size_t at = s->clause.number_start;
    const cbk_sentence *sentence = &s->b->manuscript->sentences[s->number->sentence];
    const size_t first = sentence->first_number;
    const cbk_found_number *before = s->number - 1;
    if (at >= strlen(joints[0]) &&
        strncmp(text + at - strlen(joints[0]), joints[0], strlen(joints[0])) == 0) {
        return true; /* "one of the six", where "one" is no number */
    }
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
static bool has_unit(const cbk_suggesting *s)
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
static size_t form_in_clause(const cbk_suggesting *s)
{
    for (size_t i = 1; i < s->lexicon->protocol->n_forms; i++) {
        if (cbk_clause_share(s, &s->lexicon->forms[i]) > 0.99) {
            return i;
        }
    }
    return 0;
}

/* Rows of a repeating form, or the patients that have them. */
static void offer_rows(cbk_suggesting *s, size_t form, const cbk_category *category)
{
    const cbk_protocol *protocol = s->lexicon->protocol;
    const char *key = cbk_sql_name(s->b->arena, protocol->forms[0].key);
    const bool is_people = cbk_clause_is_of_patients(s);
    const cbk_category *of_form =
        category != NULL && cbk_text_is_equal(category->form, protocol->forms[form].name)
            ? category
            : NULL;
    cbk_offer_add(
        s, (cbk_offer){
               .of = is_people ? cbk_text_format(s->b->arena, "count(DISTINCT %s)", key)
                               : "count(*)",
               .from = protocol->forms[form].name,
               .among = of_form != NULL ? of_form->sql : NULL,
               .words = of_form != NULL ? cbk_clause_label(s, &of_form->label)
                                        : cbk_clause_label(s, &s->lexicon->forms[form]),
               .fit = of_form != NULL ? 3.0 : 2.0});
}

static size_t form_index(const cbk_suggesting *s, const char *name)
{
    for (size_t i = 0; i < s->lexicon->protocol->n_forms; i++) {
        if (strcmp(s->lexicon->protocol->forms[i].name, name) == 0) {
            return i;
        }
    }
    return 0;
}

/* ---- what is counted ----------------------------------------------------------- */

/* Something that patients are or had, as a number and as a percentage of them. */
typedef struct counted {
    const char *n;
    const char *percent;
    const char *words;
    double fit;
} counted;

/* Whether " of" or " from" follows the label's word: "died of pneumonia". */
static bool is_said_more_of(const cbk_suggesting *s, const cbk_words *label)
{
    static const char *const joints[] = {"of", "from", "due"};
    const cbk_words *in = &s->clause.words;
    for (size_t i = 0; i < in->n; i++) {
        const cbk_word *word = &in->word[i];
        if (word->start >= s->clause.start && word->end < s->clause.end &&
            cbk_words_have(label, word->text, 0, SIZE_MAX) &&
            cbk_word_of(s->clause.context->text + word->end + 1, joints, N(joints)) > 0) {
            return true;
        }
    }
    return false;
}

static counted counted_category(const cbk_suggesting *s, const cbk_category *one,
                                double fit)
{
    cbk_arena *arena = s->b->arena;
    return one == NULL
               ? (counted){0}
               : (counted){.n = cbk_text_format(arena, "sum(%s)", one->sql),
                           .percent = cbk_text_format(arena, "percent(%s)", one->sql),
                           .words = cbk_clause_label(s, &one->label),
                           .fit = fit};
}

/* "died": the event of overall survival, or of an endpoint that calls its event so; not
 * "died of pneumonia", which says more. */
static counted counted_event(const cbk_suggesting *s, const cbk_category *but)
{
    cbk_arena *arena = s->b->arena;
    const cbk_protocol *protocol = s->lexicon->protocol;
    for (size_t i = 0; i < protocol->n_endpoints; i++) {
        const cbk_endpoint *endpoint = &protocol->endpoints[i];
        const bool is_overall = strcasecmp(endpoint->label, "overall survival") == 0;
        const char *label = endpoint->event_label != NULL ? endpoint->event_label
                            : is_overall                  ? "death"
                                                          : "";
        const cbk_words words = cbk_words_of(label, 0, strlen(label), arena);
        const bool is_group =
            but != NULL && cbk_words_shared(&but->label, &words, 0, SIZE_MAX) > 0;
        if (words.n > 0 && !is_group && cbk_clause_share(s, &words) > 0.99 &&
            (words.n > 1 || !is_said_more_of(s, &words))) {
            const char *name = cbk_sql_name(arena, endpoint->name);
            return (counted){
                .n = cbk_text_format(arena, "events(%s)", name),
                .percent = cbk_text_format(arena, "100.0 * events(%s) / count(*)", name),
                .words = cbk_clause_label(s, &words),
                .fit = 2.0};
        }
    }
    return (counted){0};
}

/* What the clause says of the group, or of all. */
static counted counted_in_clause(const cbk_suggesting *s, const cbk_group *group)
{
    double fit = 0.0;
    const cbk_category *one = cbk_clause_category(s, true, group->of, &fit);
    return one != NULL ? counted_category(s, one, fit) : counted_event(s, group->of);
}

static void offer_patients(cbk_suggesting *s, const cbk_group *group)
{
    counted what = counted_in_clause(s, group);
    const char *among = group->of != NULL ? group->of->sql : NULL;
    if (what.n == NULL && among != NULL && !s->is_percent && !group->has_verb) {
        double fit = 0.0;
        (void)cbk_clause_category(s, true, NULL, &fit);
        what = counted_category(s, group->of, fit);
        among = NULL;
    }
    if (what.n != NULL && (among != NULL || !group->is_narrowed)) {
        cbk_offer_add(s, (cbk_offer){.of = s->is_percent ? what.percent : what.n,
                                     .among = among,
                                     .words = what.words,
                                     .fit = what.fit});
    }
}

/* The "6" of "5 of 6": a group that is named, or else all, or all with a value of what
 * the clause speaks of. */
static void offer_denominator(cbk_suggesting *s, const cbk_group *group)
{
    if (group->of != NULL) {
        const counted what = counted_category(s, group->of, 3.5);
        cbk_offer_add(s, (cbk_offer){.of = what.n, .words = what.words, .fit = what.fit});
    }
    if (group->of != NULL || group->is_narrowed) {
        return;
    }
    double fit = 0.0;
    const cbk_category *of = cbk_clause_category(s, true, NULL, &fit);
    cbk_offer_add(s, (cbk_offer){.of = "count(*)", .words = "of all", .fit = 3.5});
    if (of != NULL) {
        const char *field = cbk_sql_name(s->b->arena, of->field->name);
        cbk_offer_add(s,
                      (cbk_offer){.of = cbk_text_format(s->b->arena, "count(%s)", field),
                                  .words = cbk_clause_label(s, &of->label),
                                  .fit = 3.48});
    }
}

/* Whether the number stands behind "of" or "all", as the whole does: "of nine patients".
 */
static bool is_called_whole(const cbk_suggesting *s)
{
    static const char *const words[] = {"of ", "all "};
    const char *text = s->clause.context->text;
    const size_t at = s->clause.number_start;
    bool is_called = false;
    for (size_t i = 0; i < N(words); i++) {
        const size_t size = strlen(words[i]);
        is_called = is_called ||
                    (at >= size && strncasecmp(text + at - size, words[i], size) == 0 &&
                     (at == size || strchr(" (", text[at - size - 1]) != NULL));
    }
    return is_called;
}

/* Whether the clause says no more of the patients than that they are those of the study:
 * "nine patients were included", "we report nine patients". */
static bool is_of_all(const cbk_suggesting *s)
{
    static const char *const belonging[] = {
        "include",    "enroll",   "enrol",      "enrolment",    "enrollment",  "identify",
        "identified", "analyse",  "analyze",    "study",        "studied",     "review",
        "series",     "cohort",   "total",      "eligible",     "consecutive", "recruit",
        "register",   "operated", "population", "retrospective"};
    const char *text = s->clause.context->text;
    for (size_t i = 0; i < N(belonging); i++) {
        if (cbk_clause_has(s, belonging[i])) {
            return true;
        }
    }
    for (size_t at = s->clause.start; at < s->clause.number_start; at++) {
        if ((at == 0 || text[at - 1] == ' ') && cbk_word_is(text + at, "we")) {
            return true;
        }
    }
    return is_called_whole(s);
}

void cbk_offer_counts(cbk_suggesting *s)
{
    double fit = 0.0;
    const bool is_count = s->number->digits == 0 && s->clause.bracket == CBK_BRACKET_NONE;
    if ((!is_count && !s->is_percent) || has_unit(s)) {
        return;
    }
    const cbk_group group = cbk_clause_group(s);
    if (is_denominator(s) && !s->is_percent) {
        offer_denominator(s, &group);
        return;
    }
    offer_patients(s, &group);
    if (s->is_percent) {
        return;
    }
    const cbk_category *any = cbk_clause_category(s, false, NULL, &fit);
    const size_t form =
        any != NULL && any->form != NULL ? form_index(s, any->form) : form_in_clause(s);
    if (form > 0 && !(group.is_part && group.is_narrowed)) {
        offer_rows(s, form, any);
    }
    const bool is_all =
        s->number->value > 0.0 && cbk_clause_is_of_patients(s) && is_of_all(s);
    if (is_all || cbk_clause_is_size(s)) {
        cbk_offer_add(s, (cbk_offer){.of = "count(*)",
                                     .words = cbk_clause_is_size(s) ? "n" : "patients",
                                     .fit = 1.0});
    }
}
