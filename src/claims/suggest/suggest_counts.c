/* suggest_counts.c - how many: patients, those of a category, rows of a repeating form.
 * Contract: suggest.h.
 */
#include "claims/suggest/suggest.h"

#include "base/text.h"
#include "claims/manuscript/number_scan.h"
#include "study/sql/sql_text.h"

#include <ctype.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* Whether the word behind the number, past a percentage, is one of the patients'. */
bool cbk_clause_is_of_patients(const cbk_suggesting *s)
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

void cbk_offer_counts(cbk_suggesting *s)
{
    double fit = 0.0;
    const bool is_count = s->number->digits == 0 && s->clause.bracket == CBK_BRACKET_NONE;
    if ((!is_count && !s->is_percent) || has_unit(s)) {
        return;
    }
    if (is_denominator(s) && !s->is_percent) {
        cbk_offer_add(s, (cbk_offer){.of = "count(*)", .words = "of all", .fit = 3.5});
        return;
    }
    const cbk_category *any = cbk_clause_category(s, false, &fit);
    const cbk_category *own = cbk_clause_category(s, true, &fit);
    if (own != NULL) {
        cbk_offer_add(s, (cbk_offer){.of = cbk_text_format(s->b->arena,
                                                           s->is_percent ? "percent(%s)"
                                                                         : "sum(%s)",
                                                           own->sql),
                                     .words = cbk_clause_label(s, &own->label),
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
    if (cbk_clause_is_of_patients(s) || cbk_clause_is_size(s)) {
        cbk_offer_add(s, (cbk_offer){.of = "count(*)",
                                     .words = cbk_clause_is_size(s) ? "n" : "patients",
                                     .fit = 1.0});
    }
}
