/* placeholder.c - {{expression from form among condition | format}}.  Contract:
 * study/placeholder.h. */
#include "study/placeholder.h"

#include "base/text.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* ---- what a word processor made of it ---------------------------------------------- */

/* What the character was typed as; 0: itself.  Dashes and spaces inside quotation marks
 * are the data's. */
static char typed_as(uint32_t c, bool is_quoted)
{
    if (c == 0x2018 || c == 0x2019 || c == 0x201a) {
        return '\'';
    }
    if (c == 0x201c || c == 0x201d || c == 0x201e) {
        return '"';
    }
    if (is_quoted) {
        return 0;
    }
    return c == 0xa0 || c == 0x202f ? ' ' : c == 0x2013 || c == 0x2212 ? '-' : (char)0;
}

typedef struct straightening {
    cbk_buffer out;
    char quote;     /* that is open: ' or " */
    bool is_curly;  /* it was opened by a curly mark, so one closes it */
    bool was_blank; /* the last character written */
} straightening;

static void add_straight(straightening *s, const char *bytes, size_t size, uint32_t c)
{
    const char typed = typed_as(c, s->quote != '\0');
    const char plain = typed != 0 ? typed : c < 0x80 ? (char)c : (char)0;
    if (s->quote == '\0' && (plain == '\'' || plain == '"')) {
        s->quote = plain;
        s->is_curly = typed != 0;
    } else if (plain == s->quote && plain != 0 && (s->is_curly || typed == 0)) {
        s->quote = '\0';
    } else if (s->quote != '\0' && typed != 0) { /* an apostrophe inside a text */
        cbk_buffer_add_bytes(&s->out, bytes, size);
        return;
    }
    const bool is_blank = plain != 0 && isspace((unsigned char)plain);
    if (is_blank && s->quote == '\0' && (s->was_blank || s->out.size == 0)) {
        return;
    }
    s->was_blank = is_blank;
    if (is_blank) {
        cbk_buffer_add(&s->out, " ");
    } else if (plain != 0) {
        cbk_buffer_add_bytes(&s->out, &plain, 1);
    } else {
        cbk_buffer_add_bytes(&s->out, bytes, size);
    }
}

/* In one line, without blanks at its ends; "\|", as a row of a Markdown table needs it,
 * is the bar. */
static const char *straight(const char *text, size_t size, cbk_arena *arena)
{
    straightening s = {.quote = '\0'};
    for (size_t at = 0; at < size;) {
        uint32_t c = 0;
        size_t n = cbk_utf8_decode(text + at, size - at, &c);
        if (n == 0) {
            n = 1;
            c = 0xfffd;
        }
        const bool is_bar = c == '\\' && at + 1 < size && text[at + 1] == '|';
        if (!is_bar) {
            add_straight(&s, text + at, n, c);
        }
        at += n;
    }
    size_t length = s.out.size;
    while (length > 0 && s.out.bytes[length - 1] == ' ') {
        length--;
    }
    const char *copy =
        s.out.is_failed
            ? NULL
            : cbk_text_copy_bytes(arena, s.out.bytes != NULL ? s.out.bytes : "", length);
    cbk_buffer_free(&s.out);
    return copy;
}

/* ---- its parts ------------------------------------------------------------------ */

/* Where the parts begin, outside brackets and quotation marks; NULL: there is none. */
typedef struct parts {
    const char *from;
    const char *among;
    const char *bar; /* the last one; "||" joins texts */
} parts;

static bool is_word_character(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static void note_word(parts *found, const char *word, size_t size)
{
    if (size == 4 && strncasecmp(word, "from", 4) == 0 && found->from == NULL &&
        found->among == NULL) {
        found->from = word;
    } else if (size == 5 && strncasecmp(word, "among", 5) == 0 && found->among == NULL) {
        found->among = word;
    }
}

static parts find_parts(const char *text)
{
    parts found = {0};
    int depth = 0;
    for (const char *c = text; *c != '\0';) {
        size_t n = 1;
        if (*c == '\'' || *c == '"') {
            const char *end = strchr(c + 1, *c);
            n = end != NULL ? (size_t)(end - c) + 1 : strlen(c);
        } else if (is_word_character(*c)) {
            while (is_word_character(c[n])) {
                n++;
            }
            if (depth == 0) {
                note_word(&found, c, n);
            }
        } else if (c[0] == '|' && c[1] == '|') {
            n = 2;
        } else if (*c == '|' && depth == 0) {
            found.bar = c;
        } else if (*c == '(' || *c == ')') {
            depth += *c == '(' ? 1 : -1;
        }
        c += n;
    }
    return found;
}

/* The text between, without blanks at its ends. */
static const char *between(const char *start, const char *end, cbk_arena *arena)
{
    while (start < end && *start == ' ') {
        start++;
    }
    while (end > start && end[-1] == ' ') {
        end--;
    }
    return cbk_text_copy_bytes(arena, start, (size_t)(end - start));
}

/* ---- the format ------------------------------------------------------------------ */

static bool read_decimals(const char *text, int *out)
{
    const size_t n = strspn(text, "0123456789");
    if (n == 0 || n > 2 || text[n] != '\0') {
        return false;
    }
    *out = n == 1 ? text[0] - '0' : 10 * (text[0] - '0') + (text[1] - '0');
    return *out <= 15;
}

/* "cycle, cycles", or with "words " before it; false: no comma. */
static bool read_noun(const char *text, cbk_arena *arena, cbk_placeholder *out)
{
    const char *comma = strchr(text, ',');
    if (comma == NULL) {
        return false;
    }
    out->is_in_words = strncmp(text, "words ", 6) == 0;
    out->noun[0] = between(text + (out->is_in_words ? 6 : 0), comma, arena);
    out->noun[1] = between(comma + 1, comma + strlen(comma), arena);
    out->format = CBK_PLACEHOLDER_NOUN;
    return true;
}

static cbk_status read_format(const char *text, cbk_arena *arena, cbk_placeholder *out,
                              cbk_error *err)
{
    static const char *const names[] = {"percent", "p", "text", "code", "lower", "words"};
    static const cbk_placeholder_format formats[] = {
        CBK_PLACEHOLDER_PERCENT, CBK_PLACEHOLDER_P,     CBK_PLACEHOLDER_TEXT,
        CBK_PLACEHOLDER_CODE,    CBK_PLACEHOLDER_LOWER, CBK_PLACEHOLDER_WORDS};
    if (read_decimals(text, &out->decimals)) {
        out->format = CBK_PLACEHOLDER_DECIMALS;
        return CBK_OK;
    }
    if (strncmp(text, "percent ", 8) == 0 && read_decimals(text + 8, &out->decimals)) {
        out->format = CBK_PLACEHOLDER_PERCENT;
        return CBK_OK;
    }
    if (read_noun(text, arena, out)) {
        return CBK_OK;
    }
    for (size_t i = 0; i < N(names); i++) {
        if (strcmp(text, names[i]) == 0) {
            out->format = formats[i];
            return CBK_OK;
        }
    }
    char hint[CBK_HINT_SIZE];
    return cbk_fail(
        err, CBK_EINVAL, CBK_ROW_NONE,
        "There is no format \"%.40s\"%s A format is a number of decimals "
        "(0 to 15), percent, percent 1, p, text, code, lower, words, or what is "
        "counted, as in `cycle, cycles`.",
        text, cbk_spelling_hint(text, names, N(names), hint));
}

/* Questions that give 0 to 100 already. */
static bool gives_percentage(const char *of)
{
    static const char *const calls[] = {"percent(", "wilson_lower(", "wilson_upper(",
                                        "exact_lower(", "exact_upper("};
    if (strncmp(of, "100", 3) == 0) {
        const char *after = of + 3 + (strncmp(of + 3, ".0", 2) == 0 ? 2 : 0);
        return after[strspn(after, " ")] == '*';
    }
    for (size_t i = 0; i < N(calls); i++) {
        if (strncasecmp(of, calls[i], strlen(calls[i])) == 0) {
            return true;
        }
    }
    return false;
}

/* ---- the whole ------------------------------------------------------------------- */

static cbk_status need(const char *text, const char *what, cbk_error *err)
{
    if (text == NULL) {
        return cbk_fail_memory(err);
    }
    return *text != '\0' ? CBK_OK
                         : cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                                    "%s is missing; a placeholder is {{expression}}, "
                                    "{{expression from form among condition | format}}, "
                                    "{{table:ID}} or {{figure:ID}}.",
                                    what);
}

static cbk_status read_question(const char *text, cbk_arena *arena, cbk_placeholder *out,
                                cbk_error *err)
{
    const parts found = find_parts(text);
    const char *end = found.bar != NULL ? found.bar : text + strlen(text);
    const char *of_end = found.from != NULL ? found.from : end;
    if (found.among != NULL) {
        out->among = between(found.among + 5, end, arena);
        of_end = found.from != NULL ? of_end : found.among;
        CBK_TRY(need(out->among, "The condition behind `among`", err));
    }
    if (found.from != NULL) {
        out->from =
            between(found.from + 4, found.among != NULL ? found.among : end, arena);
        CBK_TRY(need(out->from, "The name of a form behind `from`", err));
    }
    out->of = between(text, of_end, arena);
    CBK_TRY(need(out->of, "The expression", err));
    if (found.bar != NULL) {
        const char *format = between(found.bar + 1, found.bar + strlen(found.bar), arena);
        CBK_TRY(need(format, "The format behind the bar", err));
        CBK_TRY(read_format(format, arena, out, err));
    }
    if (out->format == CBK_PLACEHOLDER_PERCENT && !gives_percentage(out->of)) {
        out->is_scaled = true;
        out->of = cbk_text_format(arena, "100 * (%s)", out->of);
    }
    return out->of != NULL ? CBK_OK : cbk_fail_memory(err);
}

/* "table:4": a word, a colon, an id. */
static cbk_status read_block(const char *text, size_t word, cbk_arena *arena,
                             cbk_placeholder *out, cbk_error *err)
{
    static const char *const names[] = {"table", "figure"};
    const char *kind = cbk_text_copy_bytes(arena, text, word);
    const char *colon = strchr(text, ':');
    if (kind == NULL) {
        return cbk_fail_memory(err);
    }
    if (strcasecmp(kind, names[0]) != 0 && strcasecmp(kind, names[1]) != 0) {
        char hint[CBK_HINT_SIZE];
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "Before a colon stands table or figure, not \"%.40s\"%s", kind,
                        cbk_spelling_hint(kind, names, N(names), hint));
    }
    out->kind =
        strcasecmp(kind, names[0]) == 0 ? CBK_PLACEHOLDER_TABLE : CBK_PLACEHOLDER_FIGURE;
    out->id = between(colon + 1, colon + strlen(colon), arena);
    return need(out->id, "The id behind the colon", err);
}

cbk_status cbk_placeholder_read(const char *text, size_t size, cbk_arena *arena,
                                cbk_placeholder *out, cbk_error *err)
{
    *out = (cbk_placeholder){.source = straight(text, size, arena)};
    CBK_TRY(need(out->source, "The expression", err));
    size_t word = 0;
    while (isalpha((unsigned char)out->source[word])) {
        word++;
    }
    const bool is_block =
        word > 0 && out->source[word + strspn(out->source + word, " ")] == ':';
    return is_block ? read_block(out->source, word, arena, out, err)
                    : read_question(out->source, arena, out, err);
}
