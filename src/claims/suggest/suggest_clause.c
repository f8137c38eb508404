/* suggest_clause.c - where the words about a number begin and end.  Contract:
 * suggest_clause.h.
 */
#include "claims/suggest/suggest_clause.h"

#include "claims/manuscript/number_scan.h"

#include <ctype.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* ---- brackets ------------------------------------------------------------------ */

/* The brackets that are open at a place, the outermost first. */
typedef struct open_brackets {
    size_t at[8]; /* deeper ones are not told apart */
    size_t n;
} open_brackets;

static void step(open_brackets *open, const char *text, size_t at)
{
    const char c = text[at];
    if ((c == '(' || c == '[') && open->n < sizeof open->at / sizeof open->at[0]) {
        open->at[open->n++] = at;
    } else if ((c == ')' || c == ']') && open->n > 0) {
        open->n--;
    }
}

static open_brackets brackets_at(const cbk_context *c, size_t at)
{
    open_brackets open = {.n = 0};
    for (size_t i = c->start; i < at; i++) {
        step(&open, c->text, i);
    }
    return open;
}

/* The bracket that is open at `at`; SIZE_MAX: none. */
static size_t open_bracket(const cbk_context *c, size_t at)
{
    const open_brackets open = brackets_at(c, at);
    return open.n > 0 ? open.at[open.n - 1] : SIZE_MAX;
}

/* Whether all that is open in `a` is open in `b`. */
static bool is_within(const open_brackets *a, const open_brackets *b)
{
    for (size_t i = 0; i < a->n; i++) {
        if (i >= b->n || a->at[i] != b->at[i]) {
            return false;
        }
    }
    return true;
}

/* The words of the sentence without those in brackets that the number is not in: "(5 men,
 * 3 women)" says nothing of what stands behind it. */
static cbk_words words_outside(const cbk_clause *clause, cbk_arena *arena)
{
    const cbk_context *c = clause->context;
    const open_brackets own = brackets_at(c, clause->number_start);
    cbk_word *kept = CBK_NEW(arena, cbk_word, c->words.n + 1);
    cbk_words out = {.word = kept};
    open_brackets open = {.n = 0};
    size_t at = c->start;
    for (size_t i = 0; kept != NULL && i < c->words.n; i++) {
        for (; at < c->words.word[i].start; at++) {
            step(&open, c->text, at);
        }
        if (is_within(&open, &own)) {
            kept[out.n++] = c->words.word[i];
        }
    }
    return out;
}

/* The bracket that is a sentence of its own to the number: the innermost one around it of
 * three words and more; false: none. */
static bool talking_bracket(const cbk_clause *clause, size_t *from, size_t *to)
{
    enum { WORDS_MIN = 3 };
    const cbk_context *c = clause->context;
    const open_brackets own = brackets_at(c, clause->number_start);
    for (size_t k = own.n; k-- > 0;) {
        size_t end = clause->number_end;
        open_brackets open = own;
        while (end < c->end && open.n > k) {
            step(&open, c->text, end++);
        }
        size_t n_words = 0;
        for (size_t i = 0; i < c->words.n; i++) {
            n_words += c->words.word[i].start > own.at[k] && c->words.word[i].end < end;
        }
        if (n_words >= WORDS_MIN) {
            *from = own.at[k] + 1;
            *to = end > clause->number_end ? end - 1 : end;
            return true;
        }
    }
    return false;
}

static bool has_any(const cbk_context *c, size_t start, size_t end,
                    const char *const *words, size_t n)
{
    for (size_t at = start; at < end; at++) {
        if ((at == start || !isalnum((unsigned char)c->text[at - 1])) &&
            cbk_word_of(c->text + at, words, n) > 0) {
            return true;
        }
    }
    return false;
}

/* Whether a dash or "to" stands between this number and the one before or behind it. */
static bool is_joined(const cbk_context *c, size_t from, size_t to)
{
    const char *at = c->text + from;
    at += strspn(at, " ");
    while (isalpha((unsigned char)*at) && !cbk_word_is(at, "to")) { /* the unit */
        at++;
    }
    at += strspn(at, " ");
    const size_t dash = cbk_dash_length(at);
    const size_t joint = dash > 0 ? dash : cbk_word_is(at, "to") ? 2 : 0;
    at += joint;
    at += strspn(at, " ");
    return joint > 0 && (size_t)(at - c->text) == to;
}

static void read_bracket(const cbk_manuscript *m, size_t i, cbk_clause *out)
{
    static const char *const range[] = {"range", "ranges", "ranging", "min", "from"};
    static const char *const quartiles[] = {"iqr", "interquartile", "quartiles",
                                            "quartile"};
    static const char *const interval[] = {"ci", "confidence", "cis"};
    const cbk_context *c = out->context;
    const cbk_sentence *s = &m->sentences[m->numbers[i].sentence];
    const size_t shift = c->start - c->shift;
    const size_t first = s->first_number;
    const size_t last = first + s->n_numbers - 1;
    const size_t open = open_bracket(c, out->number_start);
    out->is_second =
        i > first && is_joined(c, m->numbers[i - 1].end + shift, out->number_start);
    const bool is_first =
        i < last && is_joined(c, out->number_end, m->numbers[i + 1].start + shift);
    if (!out->is_second && !is_first) {
        return;
    }
    const size_t from = open != SIZE_MAX ? open : out->start;
    const size_t to = out->number_end + strcspn(c->text + out->number_end, ")];");
    out->bracket_start = open != SIZE_MAX ? open : out->number_start;
    if (has_any(c, from, to, interval, N(interval))) {
        out->bracket = CBK_BRACKET_INTERVAL;
    } else if (has_any(c, from, to, quartiles, N(quartiles))) {
        out->bracket = CBK_BRACKET_QUARTILES;
    } else if (open != SIZE_MAX || has_any(c, from, to, range, N(range)) ||
               c->start > 0) {
        out->bracket = CBK_BRACKET_RANGE;
    }
}

/* ---- clauses ------------------------------------------------------------------- */

/* Whether what stands at `at` begins a number, or "one" and the like. */
static bool is_number_at(const char *at)
{
    static const char *const words[] = {"one", "two",   "three", "four", "five",
                                        "six", "seven", "eight", "nine", "ten"};
    return isdigit((unsigned char)*at) != 0 || cbk_word_of(at, words, N(words)) > 0;
}

/* Bytes of what parts two clauses at `at`; 0: nothing does. */
static size_t break_length(const char *text, size_t at, size_t start)
{
    static const char *const marks[] = {
        "; ",         " while ",      " whereas ", " but ",    ") and ",  "), and ",
        "), ",        ", and the ",   " and the ", ", the ",   ", mean ", ", median ",
        " and mean ", " and median ", ": ",        ", with a "};
    if (text[at] == '\0' || strchr(" ,;:)", text[at]) == NULL) {
        return 0;
    }
    for (size_t i = 0; i < N(marks); i++) {
        if (cbk_length_if_starts(text + at, marks[i]) > 0) {
            return strlen(marks[i]);
        }
    }
    static const char *const joints[] = {", and ", ", ", " and "};
    for (size_t i = 0; i < N(joints); i++) {
        const size_t size = cbk_length_if_starts(text + at, joints[i]);
        const bool is_behind_number = at > start && isdigit((unsigned char)text[at - 1]);
        if (size > 0 && is_number_at(text + at + size) && !is_behind_number) {
            return size;
        }
    }
    return 0;
}

static bool is_in_bracket(const char *text, size_t start, size_t at)
{
    int depth = 0;
    for (size_t i = start; i < at; i++) {
        depth += (text[i] == '(') - (text[i] == ')');
    }
    return depth > 0;
}

/* A sentence is looked at so far to both sides; none is about more. */
enum { REACH_BYTES = 300 };

/* An " and " with numbers on both sides of it parts what is said of them, unless it
 * joins them: "36 and 97 months". */
static size_t and_between(const char *text, size_t at, size_t start)
{
    const size_t size = cbk_length_if_starts(text + at, " and ");
    return size > 0 && !isdigit((unsigned char)text[at > start ? at - 1 : at]) ? size : 0;
}

/* The other number next to this one, in bytes of the text; `none`: there is none. */
static size_t neighbour(const cbk_manuscript *m, const cbk_clause *clause, size_t i,
                        bool is_next, size_t none)
{
    const cbk_context *c = clause->context;
    const cbk_sentence *s = &m->sentences[m->numbers[i].sentence];
    const size_t shift = c->start - c->shift;
    if (is_next) {
        return i + 1 < s->first_number + s->n_numbers ? m->numbers[i + 1].start + shift
                                                      : none;
    }
    return i > s->first_number ? m->numbers[i - 1].end + shift : none;
}

static void find_start(const cbk_manuscript *m, size_t i, cbk_clause *out)
{
    const cbk_context *c = out->context;
    const size_t least = out->number_start > c->start + REACH_BYTES
                             ? out->number_start - REACH_BYTES
                             : c->start;
    const size_t before = neighbour(m, out, i, false, SIZE_MAX);
    out->start = least;
    for (size_t at = least; at < out->number_start; at++) {
        size_t size = break_length(c->text, at, least);
        size = size == 0 && at >= before ? and_between(c->text, at, least) : size;
        if (size > 0 && at + size <= out->number_start &&
            !is_in_bracket(c->text, least, at)) {
            out->start = at + size;
            at += size - 1;
        }
    }
}

static void find_end(const cbk_manuscript *m, size_t i, cbk_clause *out)
{
    const cbk_context *c = out->context;
    const size_t after = neighbour(m, out, i, true, 0);
    size_t most = out->number_end + REACH_BYTES;
    most = most < c->end ? most : c->end;
    out->end = most;
    for (size_t at = out->number_end; at < most; at++) {
        const bool is_break = break_length(c->text, at, c->start) > 0 ||
                              (at < after && and_between(c->text, at, c->start) > 0);
        if (is_break && !is_in_bracket(c->text, out->start, at)) {
            out->end = at;
            break;
        }
    }
}

static void find_clause(const cbk_manuscript *m, size_t i, cbk_clause *out)
{
    const cbk_context *c = out->context;
    const size_t passage = m->sentences[m->numbers[i].sentence].passage;
    const bool is_short = c->end - c->start <= REACH_BYTES;
    if (m->passages[passage].kind == CBK_PASSAGE_CELL && is_short) {
        out->start = 0;
        out->end = strlen(c->text);
        return;
    }
    cbk_context inside = *c;
    if (talking_bracket(out, &inside.start, &inside.end)) {
        inside.shift +=
            inside.start - c->start; /* the passage's bytes stay where they are */
        out->context = &inside;
    }
    find_start(m, i, out);
    find_end(m, i, out);
    out->context = c;
}

cbk_clause cbk_clause_of(const cbk_manuscript *manuscript, const cbk_context *context,
                         size_t i, cbk_arena *arena)
{
    static const char plus_minus[] = "±";
    const cbk_found_number *number = &manuscript->numbers[i];
    const size_t shift = context->start - context->shift; /* may wrap, and wraps back */
    cbk_clause clause = {.context = context,
                         .number_start = number->start + shift,
                         .number_end = number->end + shift};
    clause.bracket_start = clause.number_start;
    find_clause(manuscript, i, &clause);
    const bool is_cell =
        clause.start == 0 && context->start > 0 && clause.end == strlen(context->text);
    clause.words = is_cell ? context->words : words_outside(&clause, arena);
    size_t before = clause.number_start;
    while (before > context->start && context->text[before - 1] == ' ') {
        before--;
    }
    clause.is_after_plus_minus = before >= context->start + 2 &&
                                 strncmp(context->text + before - 2, plus_minus, 2) == 0;
    read_bracket(manuscript, i, &clause);
    return clause;
}
