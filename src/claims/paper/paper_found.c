/* paper_found.c - checks that a claim's own words allow.  Contract: paper_check.h.
 *
 * What is found is certain in its meaning: "5/6 (83%)" can be nothing else.  Where the
 * words leave a doubt nothing is checked.
 */
#include "claims/paper/paper_check.h"

#include "base/text.h"
#include "claims/stated/stated_scan.h"

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

typedef struct finder {
    const char *text; /* normalised */
    const cbk_stated_number *items;
    size_t n;
    cbk_arena *arena;
    bool is_sentence;      /* not what one claim states */
    cbk_paper_check check; /* the one that is being found */
} finder;

/* ---- what stands around a number ------------------------------------------------ */

static bool is_plain(const finder *f, size_t i)
{
    return i < f->n && f->items[i].kind == CBK_STATED_NUMBER &&
           f->items[i].comparator == CBK_COMPARATOR_NONE;
}

static bool is_count(const finder *f, size_t i)
{
    return is_plain(f, i) && f->items[i].digits == 0 && f->items[i].value >= 0.0;
}

/* Bytes of a per cent sign behind item i; 0: none. */
static size_t percent_sign(const finder *f, size_t i)
{
    const char *after = f->text + f->items[i].end;
    return *after == '%' ? 1 : *after == ' ' && after[1] == '%' ? 2 : 0;
}

/* Whether exactly one of the texts stands between items i and i + 1, behind a per cent
 * sign of the first. */
static bool is_between(const finder *f, size_t i, const char *const *texts, size_t n)
{
    const char *from = f->text + f->items[i].end + percent_sign(f, i);
    for (size_t k = 0; k < n; k++) {
        const size_t size = cbk_length_if_starts(from, texts[k]);
        if (size > 0 && from + size == f->text + f->items[i + 1].at) {
            return true;
        }
    }
    return false;
}

/* The end of the words before a place: blanks and signs are skipped. */
static size_t before_signs(const finder *f, size_t at)
{
    for (;;) {
        const bool is_wide = at >= 3 && (strncmp(f->text + at - 3, "≤", 3) == 0 ||
                                         strncmp(f->text + at - 3, "≥", 3) == 0);
        if (!is_wide && (at == 0 || strchr(" =:,<>(", f->text[at - 1]) == NULL)) {
            return at;
        }
        at -= is_wide ? 3 : 1;
    }
}

/* Whether the words right before a place are this label: "hr", "p". */
static bool is_labelled(const finder *f, size_t at, const char *label)
{
    const size_t size = strlen(label);
    at = before_signs(f, at);
    if (at < size || strncmp(f->text + at - size, label, size) != 0) {
        return false;
    }
    const char *before = f->text + at - size;
    return before == f->text || strchr(" (,;[", before[-1]) != NULL;
}

/* "was", "of" and "is" may stand between a label in words and its number. */
static size_t before_verb(const finder *f, size_t at)
{
    static const char *const verbs[] = {" was", " of", " is"};
    const size_t end = before_signs(f, at);
    for (size_t i = 0; i < N(verbs); i++) {
        const size_t size = strlen(verbs[i]);
        if (end > size && strncmp(f->text + end - size, verbs[i], size) == 0) {
            return end - size;
        }
    }
    return at;
}

/* "or" is a word, too: it is a label where it begins something. */
static bool is_ratio_labelled(const finder *f, size_t i, const char *label)
{
    const size_t at = before_verb(f, f->items[i].at);
    if (at == 0 || f->text[at - 1] == '(' || !is_labelled(f, at, label)) {
        return false;
    }
    if (strcmp(label, "or") != 0) {
        return true;
    }
    const size_t start = before_signs(f, at) - strlen(label);
    const size_t adjusted = strlen("adjusted ");
    return start == 0 || f->text[start - 1] == '(' ||
           (start >= 2 && strchr(",;", f->text[start - 2]) != NULL) ||
           (start >= adjusted &&
            strncmp(f->text + start - adjusted, "adjusted ", adjusted) == 0);
}

static void take(finder *f, cbk_fact fact, size_t i)
{
    const cbk_stated_number *item = &f->items[i];
    const size_t sign = fact == CBK_FACT_PERCENT ? percent_sign(f, i) : 0;
    static const char *const comparators[] = {"", "<", "≤", ">", "≥"};
    const int size = (int)(item->end + sign - item->at);
    f->check.fact[fact] = (cbk_fact_value){
        .text = cbk_text_format(f->arena, "%s%s%.*s", comparators[item->comparator],
                                item->value < 0.0 ? "-" : "", size, f->text + item->at),
        .number = *item};
}

static bool has_label(const finder *f, size_t i, const char *const *labels, size_t n)
{
    for (size_t k = 0; i < f->n && k < n; k++) {
        if (f->items[i].kind == CBK_STATED_NUMBER &&
            is_labelled(f, f->items[i].at, labels[k])) {
            return true;
        }
    }
    return false;
}

/* The p right behind item i, or behind the degrees of freedom that follow it. */
static void take_p(finder *f, size_t i)
{
    static const char *const degrees[] = {"df", "d.f."};
    static const char *const labels[] = {"p", "p value", "p-value"};
    size_t next = i + 1;
    next += has_label(f, next, degrees, N(degrees));
    if (has_label(f, next, labels, N(labels))) {
        take(f, CBK_FACT_P, next);
    }
}

/* ---- "5/6 (83%)" and "83% (5/6)" ------------------------------------------------- */

static bool is_fraction(const finder *f, size_t i)
{
    static const char *const texts[] = {"/", " / ", " of ", " out of ", " of the "};
    return is_count(f, i) && is_count(f, i + 1) && percent_sign(f, i) == 0 &&
           percent_sign(f, i + 1) == 0 && is_between(f, i, texts, N(texts));
}

/* Whether item i is in brackets or behind a comma, with nothing behind its sign. */
static bool is_aside(const finder *f, size_t i)
{
    const char *before = f->text + f->items[i].at - 1;
    before -= *before == ' ';
    const char after = f->text[f->items[i].end + percent_sign(f, i)];
    return *before != '\0' && strchr(f->is_sentence ? "([" : "([,;=", *before) != NULL &&
           strchr(")],;.", after) != NULL;
}

static bool find_percentage(finder *f, size_t i)
{
    static const char *const brackets[] = {" (", " [", "("};
    size_t percent = SIZE_MAX;
    if (!is_fraction(f, i)) {
        return false;
    }
    if (is_plain(f, i + 2) && percent_sign(f, i + 2) > 0 && is_aside(f, i + 2)) {
        percent = i + 2;
    } else if (i > 0 && is_plain(f, i - 1) && percent_sign(f, i - 1) > 0 &&
               is_between(f, i - 1, brackets, N(brackets))) {
        percent = i - 1;
    }
    if (percent == SIZE_MAX) {
        return false;
    }
    take(f, CBK_FACT_COUNT, i);
    take(f, CBK_FACT_N, i + 1);
    take(f, CBK_FACT_PERCENT, percent);
    return true;
}

/* ---- "t(28) = 2.2, p = 0.04" ----------------------------------------------------- */

typedef struct sign {
    const char *label;
    cbk_fact fact;
} sign;

static const sign signs[] = {
    {"t", CBK_FACT_T},      {"f", CBK_FACT_F},
    {"r", CBK_FACT_R},      {"χ²", CBK_FACT_CHISQ},
    {"χ2", CBK_FACT_CHISQ}, {"chi2", CBK_FACT_CHISQ},
    {"z", CBK_FACT_Z},      {"chi-squared", CBK_FACT_CHISQ},
};

/* The statistic that a label before a place names; CBK_FACTS: none. */
static cbk_fact statistic_before(const finder *f, size_t at)
{
    for (size_t k = 0; k < N(signs); k++) {
        if (is_labelled(f, at, signs[k].label)) {
            return signs[k].fact;
        }
    }
    return CBK_FACTS;
}

/* Item i in the brackets of the degrees of freedom, and the statistic behind them. */
static bool find_with_degrees(finder *f, size_t i)
{
    static const char *const commas[] = {", ", ",", "; "};
    static const char *const equals[] = {") = ", ")=", ") =", ")= "};
    const cbk_fact fact = f->items[i].at > 0 && f->text[f->items[i].at - 1] == '('
                              ? statistic_before(f, f->items[i].at)
                              : CBK_FACTS;
    const bool is_pair =
        fact == CBK_FACT_F && is_plain(f, i + 1) && is_between(f, i, commas, N(commas));
    const size_t last = is_pair ? i + 1 : i;
    if (fact == CBK_FACTS || fact == CBK_FACT_Z || (fact == CBK_FACT_F && !is_pair) ||
        !is_plain(f, last + 1) || !is_between(f, last, equals, N(equals))) {
        return false;
    }
    take(f, CBK_FACT_DF, i);
    if (is_pair) {
        take(f, CBK_FACT_DF2, i + 1);
    }
    take(f, fact, last + 1);
    take_p(f, last + 1);
    return f->check.fact[CBK_FACT_P].text != NULL;
}

/* "z = 2.1, p = ..."; "χ² = 4.1, df = 1, p = ..." */
static bool find_with_equals(finder *f, size_t i)
{
    const size_t at = f->items[i].at;
    const bool has_sign = at > 1 && (f->text[at - 1] == '=' ||
                                     (f->text[at - 1] == ' ' && f->text[at - 2] == '='));
    const cbk_fact fact = has_sign ? statistic_before(f, at) : CBK_FACTS;
    if (fact != CBK_FACT_Z && fact != CBK_FACT_CHISQ) {
        return false;
    }
    take(f, fact, i);
    for (size_t k = i + 1; fact == CBK_FACT_CHISQ && k < f->n; k++) {
        if (is_plain(f, k) && is_labelled(f, f->items[k].at, "df")) {
            take(f, CBK_FACT_DF, k);
        }
    }
    take_p(f, i);
    return f->check.fact[CBK_FACT_P].text != NULL &&
           (fact == CBK_FACT_Z || f->check.fact[CBK_FACT_DF].text != NULL);
}

/* ---- "HR 0.62 (95% CI 0.41–0.94; p = 0.02)" --------------------------------------- */

/* Whether items i + 1 and i + 2 are limits of item i, in brackets or behind a comma. */
static bool has_limits(const finder *f, size_t i)
{
    static const char *const links[] = {"-", " - ", " to ", ", ", "; "};
    if (!is_plain(f, i) || !is_plain(f, i + 1) || !is_plain(f, i + 2) ||
        !is_between(f, i + 1, links, N(links))) {
        return false;
    }
    const char *from = f->text + f->items[i].end + percent_sign(f, i);
    from += *from == ' ';
    return *from == '(' || *from == '[' || *from == ',';
}

static bool find_ratio(finder *f, size_t i)
{
    static const sign ratios[] = {
        {"hr", CBK_FACT_HAZARD_RATIO},  {"hazard ratio", CBK_FACT_HAZARD_RATIO},
        {"ahr", CBK_FACT_HAZARD_RATIO}, {"or", CBK_FACT_ODDS_RATIO},
        {"aor", CBK_FACT_ODDS_RATIO},   {"odds ratio", CBK_FACT_ODDS_RATIO},
        {"rr", CBK_FACT_RISK_RATIO},    {"risk ratio", CBK_FACT_RISK_RATIO},
    };
    for (size_t k = 0; has_limits(f, i) && k < N(ratios); k++) {
        if (is_ratio_labelled(f, i, ratios[k].label)) {
            take(f, ratios[k].fact, i);
            take(f, CBK_FACT_LOWER, i + 1);
            take(f, CBK_FACT_UPPER, i + 2);
            take_p(f, i + 2);
            return true;
        }
    }
    return false;
}

/* ---- "44 (25–64)" ---------------------------------------------------------------- */

static bool says(const char *text, const char *word)
{
    return text != NULL && strstr(text, word) != NULL;
}

/* The first number with a range or an interval right behind it; quartiles are about a
 * median. */
static bool find_range(finder *f, size_t i)
{
    static const char *const links[] = {"-", " - ", " to "};
    if (i != 0 || f->is_sentence || !has_limits(f, i) ||
        !is_between(f, 1, links, N(links))) {
        return false;
    }
    const char *from = f->text + f->items[0].end + percent_sign(f, 0);
    const bool is_of_quartiles = says(from, "iqr") || says(from, "quartile");
    const char after = f->text[f->items[2].end + percent_sign(f, 2)];
    if (from[0] != ' ' || from[1] != '(' || (after != ')' && after != ';') ||
        (is_of_quartiles && !says(f->text, "median") && !says(f->check.says, "median"))) {
        return false;
    }
    take(f, CBK_FACT_ESTIMATE, 0);
    take(f, CBK_FACT_LOWER, 1);
    take(f, CBK_FACT_UPPER, 2);
    return true;
}

/* ---- all claims ------------------------------------------------------------------ */

/* Finds from item i on; true where there is a check. */
static bool find_at(finder *f, size_t i)
{
    static bool (*const patterns[])(finder *, size_t) = {
        find_percentage, find_with_degrees, find_with_equals, find_ratio, find_range};
    const cbk_paper_check empty = f->check;
    for (size_t k = 0; k < N(patterns); k++) {
        if (patterns[k](f, i)) {
            return true;
        }
        f->check = empty;
    }
    return false;
}

/* The checks of one claim or sentence; out NULL: only counts them. */
static bool find_in(const cbk_claim *claim, bool is_sentence, cbk_arena *arena,
                    cbk_paper_check *out, size_t *n)
{
    cbk_stated stated;
    if (!cbk_stated_read(claim->stated, arena, &stated)) {
        return false;
    }
    for (size_t i = 0; i < stated.n; i++) {
        finder f = {
            .text = stated.text, .items = stated.numbers, .n = stated.n, .arena = arena};
        f.is_sentence = is_sentence;
        f.check = (cbk_paper_check){
            .id = claim->id, .place = claim->place, .says = claim->says};
        if (!find_at(&f, i)) {
            continue;
        }
        if (out != NULL) {
            out[*n] = f.check;
        }
        (*n)++;
    }
    return !cbk_arena_has_failed(arena);
}

bool cbk_paper_checks_find(const cbk_claim *claims, size_t n, cbk_arena *arena,
                           const cbk_paper_check **out, size_t *n_out)
{
    size_t n_found = 0;
    *n_out = 0;
    for (size_t i = 0; i < n; i++) {
        if (!find_in(&claims[i], false, arena, NULL, &n_found)) {
            return false;
        }
    }
    cbk_paper_check *found = CBK_NEW(arena, cbk_paper_check, n_found);
    for (size_t i = 0; found != NULL && i < n; i++) {
        if (!find_in(&claims[i], false, arena, found, n_out)) {
            return false;
        }
    }
    *out = found;
    return found != NULL;
}

bool cbk_paper_checks_find_in_sentence(const cbk_claim *sentence, cbk_arena *arena,
                                       cbk_paper_check *out, size_t *n)
{
    return find_in(sentence, true, arena, out, n);
}
