/* manuscript_lines.c - a manuscript in Markdown or plain text, line by line.  Contract:
 * manuscript_builder.h.
 *
 * Of Markdown what bears on the text: headings, lists, tables, emphasis, links, escapes,
 * raised and lowered text, comments, code blocks (no text), front matter (no text).
 */
#include "claims/manuscript/manuscript_builder.h"

#include <ctype.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

typedef struct line {
    const char *start;
    size_t size;   /* without what ends it, blanks trimmed on both sides */
    size_t indent; /* blanks before start */
} line;

typedef struct lines {
    cbk_manuscript_builder *b;
    const char *at;
    const char *end;
    bool has_paragraph; /* its lines are in the builder */
    cbk_passage_kind kind;
    bool is_table;
} lines;

static bool next_line(lines *l, line *out)
{
    if (l->at >= l->end) {
        return false;
    }
    const char *start = l->at;
    while (l->at < l->end && *l->at != '\n' && *l->at != '\r') {
        l->at++;
    }
    const char *end = l->at;
    if (l->at < l->end) {
        l->at += *l->at == '\r' && l->at + 1 < l->end && l->at[1] == '\n' ? 2 : 1;
    }
    const char *text = start;
    while (text < end && (*text == ' ' || *text == '\t' || *text == '\f')) {
        text++;
    }
    while (end > text && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\f')) {
        end--;
    }
    *out = (line){
        .start = text, .size = (size_t)(end - text), .indent = (size_t)(text - start)};
    return true;
}

/* The line after this one, which stays unread. */
static bool peek_line(const lines *l, line *out)
{
    lines ahead = *l;
    return next_line(&ahead, out);
}

static bool line_starts(const line *l, const char *with)
{
    const size_t size = strlen(with);
    return l->size >= size && memcmp(l->start, with, size) == 0;
}

static void end_paragraph(lines *l)
{
    if (l->has_paragraph) {
        cbk_builder_end(l->b, l->kind, 0);
        l->has_paragraph = false;
    }
    if (l->is_table) {
        cbk_builder_table_end(l->b);
        l->is_table = false;
    }
    l->kind = CBK_PASSAGE_PARAGRAPH;
}

/* ---- Markdown inside a line ------------------------------------------------------ */

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* No link or tag is longer; a bound, so that a line of brackets is not read n times. */
enum { SPAN_BYTES_MAX = 2000, EMPHASIS_MAX = 4 };

/* Bytes from at to the first closing mark behind it; 0: none. */
static size_t span_to(const char *at, const char *end, char close)
{
    for (const char *c = at + 1; c < end && c - at < SPAN_BYTES_MAX; c++) {
        if (*c == close) {
            return (size_t)(c - at) + 1;
        }
    }
    return 0;
}

/* "<sup>", "</em>": bytes of the tag; raised and lowered text is noted. */
static size_t inline_tag(const char *at, const char *end, cbk_script *script)
{
    const bool is_end = at + 1 < end && at[1] == '/';
    const char *name = at + 1 + is_end;
    if (name >= end || !isalpha((unsigned char)*name)) {
        return 0;
    }
    const size_t size = span_to(at, end, '>');
    if (size > 4 && strncmp(name, "su", 2) == 0 && (name[2] == 'p' || name[2] == 'b')) {
        *script = is_end           ? CBK_SCRIPT_NORMAL
                  : name[2] == 'p' ? CBK_SCRIPT_RAISED
                                   : CBK_SCRIPT_LOWERED;
    }
    return size;
}

/* "&plusmn;": its bytes; 0: it is none. */
static size_t reference(const char *at, const char *end, uint32_t *code_point)
{
    const char *name = at + 1;
    const char *c = name;
    while (c < end && isalnum((unsigned char)*c) && c - name < 10) {
        c++;
    }
    *code_point = c < end && *c == ';' ? cbk_entity(name, (size_t)(c - name)) : 0;
    return *code_point != 0 ? (size_t)(c - at) + 1 : 0;
}

static void add_markdown(lines *l, const char *text, size_t size);

/* "[text](target)" gives its text, "![alt](file)" and "[^1]" nothing; 0: no link. */
static size_t link_at(lines *l, const char *at, const char *end)
{
    const bool is_image = *at == '!';
    const char *open = at + is_image;
    if (open >= end || *open != '[') {
        return 0;
    }
    const size_t text = span_to(open, end, ']');
    const char *after = open + text;
    if (text > 2 && open[1] == '^') {
        return (size_t)(after - at);
    }
    if (text == 0 || after >= end || *after != '(') {
        return 0;
    }
    const size_t target = span_to(after, end, ')');
    if (target > 0 && !is_image) {
        add_markdown(l, open + 1, text - 2);
    }
    return target > 0 ? (size_t)(after - at) + target : 0;
}

/* "^2^" and "~2~" of Pandoc: at most eight characters without a blank. */
static size_t script_at(lines *l, const char *at, const char *end)
{
    const size_t size = span_to(at, end, *at);
    if (size < 3 || size > 10 || memchr(at, ' ', size) != NULL) {
        return 0;
    }
    cbk_builder_text(l->b, at + 1, size - 2,
                     *at == '^' ? CBK_SCRIPT_RAISED : CBK_SCRIPT_LOWERED);
    return size;
}

/* Asterisks and underscores that emphasise: those beside a word on one side only. */
static bool is_emphasis(const char *text, const char *at, const char *end)
{
    const char *before = at;
    while (before > text && before[-1] == *at && at - before < EMPHASIS_MAX) {
        before--;
    }
    const char *after = at;
    while (after < end && *after == *at && after - at < EMPHASIS_MAX) {
        after++;
    }
    const bool has_before = before > text && before[-1] != ' ';
    const bool has_after = after < end && *after != ' ';
    const bool is_inside = *at == '_' && before > text && is_word(before[-1]) &&
                           after < end && is_word(*after);
    return (has_before || has_after) && !is_inside;
}

/* What the mark at `at` is; bytes of it, 0: an ordinary character. */
static size_t mark_at(lines *l, const char *text, const char *at, const char *end,
                      cbk_script *script)
{
    uint32_t code_point = 0;
    size_t size = 0;
    switch (*at) {
    case '\\':
        if (at + 1 < end && ispunct((unsigned char)at[1])) {
            cbk_builder_text(l->b, at + 1, 1, *script);
            return 2;
        }
        return 0;
    case '*':
    case '_':
        return is_emphasis(text, at, end) ? 1 : 0;
    case '`':
        return 1;
    case '<':
        return inline_tag(at, end, script);
    case '!':
    case '[':
        return link_at(l, at, end);
    case '^':
    case '~':
        return script_at(l, at, end);
    case '&':
        size = reference(at, end, &code_point);
        if (size > 0) {
            cbk_builder_character(l->b, code_point, *script);
        }
        return size;
    default:
        return 0;
    }
}

static void add_markdown(lines *l, const char *text, size_t size)
{
    const char *end = text + size;
    cbk_script script = CBK_SCRIPT_NORMAL;
    for (const char *at = text; at < end;) {
        const size_t mark = mark_at(l, text, at, end, &script);
        if (mark > 0) {
            at += mark;
            continue;
        }
        uint32_t ignored = 0;
        const size_t n = cbk_utf8_decode(at, (size_t)(end - at), &ignored);
        cbk_builder_text(l->b, at, n > 0 ? n : 1, script);
        at += n > 0 ? n : 1;
    }
}

/* ---- Markdown line by line ------------------------------------------------------- */

/* Past a fenced block; its text is no text of the paper. */
static void skip_fence(lines *l, const line *fence)
{
    char mark[4] = {fence->start[0], fence->start[0], fence->start[0], '\0'};
    line next;
    while (next_line(l, &next) && !line_starts(&next, mark)) {
    }
}

static void skip_to(lines *l, const char *mark)
{
    line next;
    while (next_line(l, &next) &&
           !(next.size == strlen(mark) && line_starts(&next, mark))) {
    }
}

/* "## Results": its level, and the text in *text; 0: no heading. */
static int heading_level(const line *one, line *text)
{
    size_t level = 0;
    while (level < one->size && one->start[level] == '#') {
        level++;
    }
    if (level == 0 || level > 6 || (level < one->size && one->start[level] != ' ')) {
        return 0;
    }
    *text = (line){.start = one->start + level, .size = one->size - level};
    while (text->size > 0 && text->start[text->size - 1] == '#') {
        text->size--;
    }
    return (int)level;
}

/* Bytes of "- ", "* ", "12. " at the start of an item; 0: no item. */
static size_t bullet_length(const line *one)
{
    size_t n = 0;
    while (n < one->size && n < 4 && isdigit((unsigned char)one->start[n])) {
        n++;
    }
    const bool is_numbered =
        n > 0 && n < one->size && (one->start[n] == '.' || one->start[n] == ')');
    const bool is_bullet =
        n == 0 && one->size > 0 && strchr("-*+", one->start[0]) != NULL;
    if (!is_numbered && !is_bullet) {
        return 0;
    }
    return n + 1 < one->size && one->start[n + 1] == ' ' ? n + 2 : 0;
}

/* "|---|:--:|" */
static bool is_table_rule(const line *one)
{
    size_t n_dashes = 0;
    for (size_t i = 0; i < one->size; i++) {
        if (strchr("|-: ", one->start[i]) == NULL) {
            return false;
        }
        n_dashes += one->start[i] == '-';
    }
    return n_dashes > 0 && memchr(one->start, '|', one->size) != NULL;
}

static void add_row(lines *l, const line *one)
{
    const char *at = one->start + (one->start[0] == '|');
    const char *end = one->start + one->size;
    cbk_builder_row(l->b);
    while (at < end) {
        const char *bar = at;
        while (bar < end && !(*bar == '|' && bar[-1] != '\\')) {
            bar++;
        }
        add_markdown(l, at, (size_t)(bar - at));
        cbk_builder_cell(l->b);
        at = bar + 1;
    }
}

/* A line underlined with === or ---; the line of marks is taken. */
static int underlined_level(lines *l)
{
    line next;
    if (!peek_line(l, &next) || next.size < 3 ||
        (next.start[0] != '=' && next.start[0] != '-')) {
        return 0;
    }
    for (size_t i = 1; i < next.size; i++) {
        if (next.start[i] != next.start[0]) {
            return 0;
        }
    }
    (void)next_line(l, &next);
    return next.start[0] == '=' ? 1 : 2;
}

static void add_to_paragraph(lines *l, const line *one)
{
    add_markdown(l, one->start, one->size);
    cbk_builder_text(l->b, " ", 1, CBK_SCRIPT_NORMAL);
    l->has_paragraph = true;
}

static void add_heading(lines *l, const line *text, int level)
{
    end_paragraph(l);
    add_markdown(l, text->start, text->size);
    cbk_builder_end(l->b, CBK_PASSAGE_HEADING, level);
}

/* A table begins at a line with bars that a rule follows. */
static bool begin_table(lines *l, const line *one)
{
    line next;
    if (memchr(one->start, '|', one->size) == NULL || !peek_line(l, &next) ||
        !is_table_rule(&next)) {
        return false;
    }
    end_paragraph(l);
    cbk_builder_table(l->b);
    l->is_table = true;
    add_row(l, one);
    (void)next_line(l, &next);
    return true;
}

static void text_line(lines *l, line one)
{
    line text = {0};
    const int level = heading_level(&one, &text);
    const size_t bullet = bullet_length(&one);
    if (level > 0) {
        add_heading(l, &text, level);
        return;
    }
    if (bullet > 0 && (!l->has_paragraph || l->kind == CBK_PASSAGE_ITEM ||
                       !isdigit((unsigned char)one.start[0]))) {
        end_paragraph(l);
        l->kind = CBK_PASSAGE_ITEM;
        one.start += bullet;
        one.size -= bullet;
    } else if (!l->has_paragraph && begin_table(l, &one)) {
        return;
    }
    const int under = l->has_paragraph || bullet > 0 ? 0 : underlined_level(l);
    if (under > 0) {
        add_heading(l, &one, under);
    } else {
        add_to_paragraph(l, &one);
    }
}

void cbk_manuscript_markdown(cbk_manuscript_builder *b, const char *bytes, size_t size)
{
    lines l = {.b = b, .at = bytes, .end = bytes + size, .kind = CBK_PASSAGE_PARAGRAPH};
    line one;
    if (peek_line(&l, &one) && one.size == 3 && line_starts(&one, "---")) {
        (void)next_line(&l, &one);
        skip_to(&l, "---"); /* front matter */
    }
    while (!b->is_too_large && next_line(&l, &one)) {
        while (one.size > 0 && one.start[0] == '>') { /* a quotation */
            one.start++;
            one.size--;
            while (one.size > 0 && one.start[0] == ' ') {
                one.start++;
                one.size--;
            }
        }
        if (one.size == 0) {
            end_paragraph(&l);
        } else if (line_starts(&one, "```") || line_starts(&one, "~~~")) {
            end_paragraph(&l);
            skip_fence(&l, &one);
        } else if (line_starts(&one, "<!--")) {
            while (memchr(one.start, '>', one.size) == NULL && next_line(&l, &one)) {
            }
        } else if (l.is_table && memchr(one.start, '|', one.size) != NULL) {
            add_row(&l, &one);
        } else {
            if (l.is_table) {
                end_paragraph(&l);
            }
            text_line(&l, one);
        }
    }
    end_paragraph(&l);
}

/* ---- plain text ------------------------------------------------------------------ */

/* Whether the words of a line are those of a heading that papers have. */
static bool is_known_heading(const line *one)
{
    static const char *const known[] = {"abstract",
                                        "summary",
                                        "introduction",
                                        "background",
                                        "methods",
                                        "method",
                                        "patients and methods",
                                        "materials and methods",
                                        "material and methods",
                                        "results",
                                        "discussion",
                                        "conclusion",
                                        "conclusions",
                                        "references",
                                        "bibliography",
                                        "literature",
                                        "tables",
                                        "figures",
                                        "figure legends",
                                        "legends",
                                        "acknowledgements",
                                        "acknowledgments",
                                        "statistical analysis",
                                        "case presentation",
                                        "case report",
                                        "funding"};
    const char *at = one->start;
    const char *end = at + one->size;
    while (at < end && (isdigit((unsigned char)*at) || *at == '.' || *at == ' ')) {
        at++;
    }
    while (end > at && (end[-1] == ':' || end[-1] == '.')) {
        end--;
    }
    for (size_t i = 0; i < N(known); i++) {
        const size_t size = strlen(known[i]);
        size_t k = 0;
        while (k < size && at + k < end &&
               tolower((unsigned char)at[k]) == (unsigned char)known[i][k]) {
            k++;
        }
        if (k == size && at + k == end) {
            return true;
        }
    }
    return false;
}

/* A short line between empty ones that is all capitals. */
static bool is_capital_heading(const line *one)
{
    size_t n_capitals = 0;
    for (size_t i = 0; i < one->size; i++) {
        if (islower((unsigned char)one->start[i])) {
            return false;
        }
        n_capitals += isupper((unsigned char)one->start[i]) != 0;
    }
    return n_capitals >= 4 && one->size <= 60;
}

static void plain_row(lines *l, const line *one)
{
    if (!l->is_table) {
        end_paragraph(l);
        cbk_builder_table(l->b);
        l->is_table = true;
    }
    cbk_builder_row(l->b);
    const char *end = one->start + one->size;
    for (const char *at = one->start; at <= end;) {
        const char *tab = at;
        while (tab < end && *tab != '\t') {
            tab++;
        }
        cbk_builder_text(l->b, at, (size_t)(tab - at), CBK_SCRIPT_NORMAL);
        cbk_builder_cell(l->b);
        at = tab + 1;
    }
}

static void plain_line(lines *l, const line *one, bool is_first)
{
    line next = {0};
    const bool is_alone = !l->has_paragraph && (!peek_line(l, &next) || next.size == 0);
    const bool is_title =
        is_first && is_alone && one->size <= 200 && one->start[one->size - 1] != '.';
    if ((!l->has_paragraph && is_known_heading(one)) ||
        (is_alone && is_capital_heading(one)) || is_title) {
        end_paragraph(l);
        cbk_builder_text(l->b, one->start, one->size, CBK_SCRIPT_NORMAL);
        cbk_builder_end(l->b, CBK_PASSAGE_HEADING,
                        is_title && !is_known_heading(one) ? 1 : 2);
        return;
    }
    cbk_builder_text(l->b, one->start, one->size, CBK_SCRIPT_NORMAL);
    cbk_builder_text(l->b, " ", 1, CBK_SCRIPT_NORMAL);
    l->has_paragraph = true;
}

void cbk_manuscript_plain(cbk_manuscript_builder *b, const char *bytes, size_t size)
{
    lines l = {.b = b, .at = bytes, .end = bytes + size, .kind = CBK_PASSAGE_PARAGRAPH};
    line one;
    bool is_first = true;
    while (!b->is_too_large && next_line(&l, &one)) {
        if (one.size == 0) {
            end_paragraph(&l);
            continue;
        }
        if (memchr(one.start, '\t', one.size) != NULL) {
            plain_row(&l, &one);
        } else {
            if (l.is_table) {
                end_paragraph(&l);
            }
            plain_line(&l, &one, is_first);
        }
        is_first = false;
    }
    end_paragraph(&l);
}
