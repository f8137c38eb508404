/* manuscript_html.c - a manuscript in HTML, read as a lenient reader does: tags are marks
 * in a text, not a tree.  Contract: manuscript_builder.h.
 */
#include "claims/manuscript/manuscript_builder.h"

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

enum { NAME_SIZE = 16 };

typedef struct html {
    cbk_manuscript_builder *b;
    const char *at;
    const char *end;
    cbk_passage_kind kind; /* of the passage being read */
    int level;
    cbk_script script;
    size_t n_deleted; /* open <del> */
    size_t n_tables;  /* open tables; what is in an inner one is text of its cell */
    bool is_in_cell;
} html;

typedef struct tag {
    char name[NAME_SIZE]; /* lower case; a longer one is cut and means nothing */
    bool is_end;
    bool is_closed; /* <br/> */
} tag;

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_letter(char c)
{
    return lower(c) >= 'a' && lower(c) <= 'z';
}

static bool is_one_of(const char *name, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* ---- tags ---------------------------------------------------------------------- */

/* Past the attributes to behind ">"; a quoted one may hold that character. */
static const char *end_of_tag(const html *h, const char *at, bool *is_closed)
{
    char quote = '\0';
    for (; at < h->end; at++) {
        if (quote != '\0') {
            quote = *at == quote ? '\0' : quote;
        } else if (*at == '"' || *at == '\'') {
            quote = *at;
        } else if (*at == '>') {
            *is_closed = at[-1] == '/';
            return at + 1;
        }
    }
    return h->end;
}

/* Reads the tag at h->at, a "<" before a letter or "/"; moves past it. */
static tag read_tag(html *h)
{
    tag read = {0};
    const char *at = h->at + 1;
    if (at < h->end && *at == '/') {
        read.is_end = true;
        at++;
    }
    size_t n = 0;
    for (; at < h->end && (is_letter(*at) || (*at >= '0' && *at <= '9')); at++) {
        if (n + 1 < NAME_SIZE) {
            read.name[n++] = lower(*at);
        }
    }
    h->at = end_of_tag(h, at, &read.is_closed);
    return read;
}

/* Past the end tag of an element whose contents are no text. */
static void skip_element(html *h, const char *name)
{
    const size_t size = strlen(name);
    for (; h->at < h->end; h->at++) {
        if (h->at[0] != '<' || (size_t)(h->end - h->at) < size + 2 || h->at[1] != '/') {
            continue;
        }
        size_t i = 0;
        while (i < size && lower(h->at[2 + i]) == name[i]) {
            i++;
        }
        if (i == size) {
            (void)read_tag(h);
            return;
        }
    }
}

/* ---- what tags mean ------------------------------------------------------------ */

static void end_passage(html *h)
{
    cbk_builder_end(h->b, h->kind, h->level);
    h->kind = CBK_PASSAGE_PARAGRAPH;
    h->level = 0;
}

static void end_cell(html *h)
{
    if (h->is_in_cell) {
        cbk_builder_cell(h->b);
        h->is_in_cell = false;
    }
}

/* Tables, rows, cells; an inner table is text of its cell. */
static void on_table(html *h, const tag *read)
{
    const bool is_table = strcmp(read->name, "table") == 0;
    if (is_table && read->is_end) {
        if (h->n_tables == 1) {
            end_cell(h);
            cbk_builder_table_end(h->b);
        }
        h->n_tables -= h->n_tables > 0;
    } else if (is_table) {
        if (++h->n_tables == 1) {
            end_passage(h);
            cbk_builder_table(h->b);
        }
    } else if (h->n_tables == 1) {
        end_cell(h);
        if (strcmp(read->name, "tr") == 0) {
            if (!read->is_end) {
                cbk_builder_row(h->b);
            }
        } else {
            h->is_in_cell = !read->is_end;
        }
    } else {
        cbk_builder_character(h->b, ' ', CBK_SCRIPT_NORMAL);
    }
}

/* A caption stands in its table, but is a paragraph before it. */
static void on_caption(html *h, const tag *read)
{
    if (h->n_tables != 1) {
        return;
    }
    if (read->is_end) {
        h->b->is_in_table = false;
        end_passage(h);
        h->b->is_in_table = true;
    } else {
        end_cell(h);
    }
}

static void on_tag(html *h, const tag *read)
{
    static const char *const hidden[] = {"script", "style",    "template", "svg",
                                         "title",  "noscript", "math"};
    static const char *const blocks[] = {
        "p",     "div",  "section", "article", "header",     "footer",    "main",
        "aside", "body", "ul",      "ol",      "blockquote", "pre",       "figure",
        "hr",    "dl",   "dt",      "dd",      "address",    "nav",       "form",
        "html",  "head", "thead",   "tbody",   "tfoot",      "figcaption"};
    static const char *const cells[] = {"table", "tr", "td", "th"};
    const char *name = read->name;
    if (is_one_of(name, hidden, N(hidden))) {
        if (!read->is_end && !read->is_closed) {
            skip_element(h, name);
        }
    } else if (is_one_of(name, cells, N(cells))) {
        on_table(h, read);
    } else if (strcmp(name, "caption") == 0) {
        on_caption(h, read);
    } else if (name[0] == 'h' && name[1] >= '1' && name[1] <= '6' && name[2] == '\0') {
        end_passage(h);
        h->kind = read->is_end ? CBK_PASSAGE_PARAGRAPH : CBK_PASSAGE_HEADING;
        h->level = read->is_end ? 0 : name[1] - '0';
    } else if (strcmp(name, "li") == 0) {
        end_passage(h);
        h->kind = read->is_end ? CBK_PASSAGE_PARAGRAPH : CBK_PASSAGE_ITEM;
    } else if (is_one_of(name, blocks, N(blocks))) {
        end_passage(h);
    } else if (strcmp(name, "br") == 0) {
        cbk_builder_character(h->b, ' ', CBK_SCRIPT_NORMAL);
    } else if (strcmp(name, "sup") == 0 || strcmp(name, "sub") == 0) {
        h->script = read->is_end     ? CBK_SCRIPT_NORMAL
                    : name[2] == 'p' ? CBK_SCRIPT_RAISED
                                     : CBK_SCRIPT_LOWERED;
    } else if (strcmp(name, "del") == 0) {
        h->n_deleted =
            read->is_end ? h->n_deleted - (h->n_deleted > 0) : h->n_deleted + 1;
    }
}

/* ---- text ---------------------------------------------------------------------- */

/* "&#177;", "&#xb1;", "&plusmn;"; anything else is the ampersand itself. */
static uint32_t read_reference(html *h)
{
    const char *at = h->at + 1;
    const bool is_number = at < h->end && *at == '#';
    const bool is_hex = is_number && at + 1 < h->end && lower(at[1]) == 'x';
    at += is_number + is_hex;
    const char *start = at;
    uint32_t value = 0;
    while (at < h->end && at - start < 10 && *at != ';' &&
           (is_letter(*at) || (*at >= '0' && *at <= '9'))) {
        const char c = lower(*at++);
        const uint32_t digit = c >= 'a' ? (uint32_t)(c - 'a') + 10 : (uint32_t)(c - '0');
        value = value > 0x10ffff ? value : value * (is_hex ? 16 : 10) + digit;
    }
    const bool has_end = at < h->end && *at == ';' && at > start;
    const uint32_t found = is_number ? value : cbk_entity(start, (size_t)(at - start));
    if (!has_end || found == 0) {
        h->at++;
        return '&';
    }
    h->at = at + 1;
    return found;
}

static void read_text(html *h)
{
    uint32_t code_point = 0;
    if (*h->at == '&') {
        code_point = read_reference(h);
    } else {
        const size_t n = cbk_utf8_decode(h->at, (size_t)(h->end - h->at), &code_point);
        h->at += n > 0 ? n : 1;
        code_point = n > 0 ? code_point : 0xfffd;
    }
    if (h->n_deleted == 0) {
        cbk_builder_character(h->b, code_point, h->script);
    }
}

static bool starts(const html *h, const char *with)
{
    const size_t size = strlen(with);
    return (size_t)(h->end - h->at) >= size && memcmp(h->at, with, size) == 0;
}

static void skip_past(html *h, const char *what)
{
    while (h->at < h->end && !starts(h, what)) {
        h->at++;
    }
    h->at = starts(h, what) ? h->at + strlen(what) : h->end;
}

void cbk_manuscript_html(cbk_manuscript_builder *b, const char *bytes, size_t size)
{
    html h = {.b = b, .at = bytes, .end = bytes + size, .kind = CBK_PASSAGE_PARAGRAPH};
    while (h.at < h.end && !b->is_too_large) {
        const char next = h.at + 1 < h.end ? h.at[1] : '\0';
        if (starts(&h, "<!--")) {
            skip_past(&h, "-->");
        } else if (*h.at == '<' && (next == '!' || next == '?')) {
            skip_past(&h, ">");
        } else if (*h.at == '<' && (is_letter(next) || next == '/')) {
            const tag read = read_tag(&h);
            on_tag(&h, &read);
        } else {
            read_text(&h);
        }
    }
    end_cell(&h);
    cbk_builder_table_end(b);
    end_passage(&h);
}
