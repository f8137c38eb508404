/* markdown.c - a manuscript in Markdown, filled.  Contract: fill/fill.h.
 *
 * A filled number is <span data-casebook="median(age_years)">45.5</span>, a table or
 * figure a <div> around it.  A comment would be shorter, but a line that begins with one
 * is, to Markdown, no text, and a sentence may begin with a number.
 */
#include "fill/fill.h"

#include "render/escape.h"
#include "render/outputs.h"

#include <casebook/render.h>

#include <ctype.h>
#include <string.h>

typedef struct markdown {
    cbk_fill *fill;
    const char *start; /* of the file */
    const char *end;
    const char *at;
    size_t line; /* of `at` */
    cbk_buffer *out;
} markdown;

/* The way a placeholder begins and ends; behind `mid` stands what was filled in. */
typedef struct form {
    const char *open;
    const char *mid; /* NULL: not filled yet */
    const char *close;
} form;

static const form forms[] = {
    {"{{", NULL, "}}"},
    {"<span data-casebook=\"", "\">", "</span>"},
    {"<div data-casebook=\"", "\">", "</div>"},
};

enum { BLOCK_BYTES_MAX = 16 << 20 };

/* Copies what is no placeholder, up to `to`. */
static void copy_to(markdown *m, const char *to)
{
    cbk_buffer_add_bytes(m->out, m->at, (size_t)(to - m->at));
}

static void go_to(markdown *m, const char *to)
{
    for (; m->at < to; m->at++) {
        m->line += *m->at == '\n' ? 1 : 0;
    }
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Whether nothing else stands in the lines of [from, to). */
static bool is_alone(const markdown *m, const char *from, const char *to)
{
    while (from > m->start && is_blank(from[-1])) {
        from--;
    }
    while (to < m->end && is_blank(*to)) {
        to++;
    }
    return (from == m->start || from[-1] == '\n') && (to == m->end || *to == '\n');
}

/* As the inside of an attribute in double quotes, also in a row of a table, where a bar
 * would part it; apostrophes stay, for those who read the file. */
static void add_attribute(cbk_buffer *out, const char *text, cbk_arena *arena)
{
    while (*text != '\0') {
        const size_t n = strcspn(text, "|'");
        const char *piece = cbk_text_copy_bytes(arena, text, n);
        cbk_escape_xml(out, piece != NULL ? piece : "");
        text += n;
        if (*text != '\0') {
            cbk_buffer_add(out, *text++ == '|' ? "&#124;" : "'");
        }
    }
}

/* A name that every file system and every link takes. */
static const char *picture_name(cbk_fill *fill, const char *id)
{
    char *name = cbk_text_format(fill->arena, "%s-figure-%s.svg", fill->stem, id);
    for (char *c = name; c != NULL && *c != '\0'; c++) {
        if (!isalnum((unsigned char)*c) && strchr("-_.", *c) == NULL) {
            *c = '_';
        }
    }
    return name;
}

/* A figure is a link to a file of its own. */
static cbk_status write_figure(markdown *m, const cbk_filled *filled, cbk_error *err)
{
    cbk_fill *fill = m->fill;
    const cbk_drawing *drawing = filled->document->last->figure->drawing;
    cbk_fill_picture *picture =
        cbk_growing_add(&fill->pictures, sizeof *picture, fill->arena);
    if (picture == NULL) {
        return cbk_fail_memory(err);
    }
    *picture = (cbk_fill_picture){.name = picture_name(fill, filled->placeholder.id)};
    CBK_TRY(cbk_render_svg(drawing, fill->arena, &picture->bytes, &picture->size, err));
    cbk_buffer_add(m->out, "\n![");
    cbk_escape_markdown(m->out, drawing->title, false);
    cbk_buffer_addf(m->out, "](%s)\n", picture->name != NULL ? picture->name : "");
    return CBK_OK;
}

static cbk_status write(markdown *m, const cbk_filled *filled, bool stands_alone,
                        cbk_error *err)
{
    const bool is_div =
        stands_alone && filled->placeholder.kind != CBK_PLACEHOLDER_NUMBER;
    cbk_buffer_add(m->out, is_div ? forms[2].open : forms[1].open);
    add_attribute(m->out, filled->placeholder.source, m->fill->arena);
    cbk_buffer_add(m->out, is_div ? "\">\n" : "\">");
    if (filled->text == NULL) {
        cbk_buffer_add(m->out, is_div ? "\n**\\[not computed: " : "**\\[not computed: ");
        cbk_escape_markdown(m->out, filled->placeholder.source, false);
        cbk_buffer_add(m->out, is_div ? "\\]**\n" : "\\]**");
    } else if (filled->document != NULL &&
               filled->placeholder.kind == CBK_PLACEHOLDER_FIGURE) {
        CBK_TRY(write_figure(m, filled, err));
    } else if (filled->document != NULL) {
        cbk_output_markdown_blocks(filled->document, m->out);
    } else {
        cbk_escape_markdown(m->out, filled->text, false);
    }
    cbk_buffer_add(m->out, is_div ? "\n</div>" : "</span>");
    return CBK_OK;
}

/* A mistake of the file: where the placeholder ends cannot be known. */
static void no_end(markdown *m, const form *of)
{
    cbk_problems_add(
        m->fill->problems, (cbk_place){.file = m->fill->file, .line = m->line},
        "`%s` opens a placeholder that `%s` does not close%s.", of->open, of->close,
        of->mid == NULL ? " in the same paragraph; write \\{{ for two braces" : "");
}

/* The end of what a placeholder says: in one paragraph, and before the next one.  Where
 * it is filled, characters may be written as six. */
static const char *end_of_source(const markdown *m, const form *of, const char *from)
{
    const char *until = of->mid != NULL ? of->mid : of->close;
    const size_t most = (of->mid != NULL ? 6 : 1) * (size_t)CBK_PLACEHOLDER_BYTES_MAX;
    size_t size = (size_t)(m->end - from);
    size = size < most ? size : most;
    const char *found = cbk_fill_find(from, size, until);
    if (found == NULL || cbk_fill_find(from, (size_t)(found - from), "{{") != NULL ||
        cbk_fill_find(from, (size_t)(found - from), "\n\n") != NULL ||
        cbk_fill_find(from, (size_t)(found - from), "\n\r\n") != NULL) {
        return NULL;
    }
    return found;
}

/* Where the whole of it ends; NULL: nowhere. */
static const char *end_of_form(const markdown *m, const form *of, const char *source_end)
{
    if (of->mid == NULL) {
        return source_end + strlen(of->close);
    }
    const char *inside = source_end + strlen(of->mid);
    size_t size = (size_t)(m->end - inside);
    size = size < BLOCK_BYTES_MAX ? size : BLOCK_BYTES_MAX;
    const char *close = cbk_fill_find(inside, size, of->close);
    for (size_t i = 1; close != NULL && i < sizeof forms / sizeof forms[0]; i++) {
        if (cbk_fill_find(inside, (size_t)(close - inside), forms[i].open) != NULL) {
            return NULL;
        }
    }
    return close != NULL ? close + strlen(of->close) : NULL;
}

static cbk_status fill_one(markdown *m, const form *of, cbk_error *err)
{
    const char *from = m->at + strlen(of->open);
    const char *source_end = end_of_source(m, of, from);
    const char *end = source_end != NULL ? end_of_form(m, of, source_end) : NULL;
    if (end == NULL) {
        no_end(m, of);
        go_to(m, from);
        return CBK_OK;
    }
    cbk_arena *arena = m->fill->arena;
    const size_t size = (size_t)(source_end - from);
    const char *source = of->mid != NULL ? cbk_fill_unescape(arena, from, size)
                                         : cbk_text_copy_bytes(arena, from, size);
    if (source == NULL) {
        return cbk_fail_memory(err);
    }
    const bool stands_alone = is_alone(m, m->at, end);
    const cbk_filled *filled = NULL;
    CBK_TRY(cbk_fill_answer(m->fill, source, strlen(source), m->line, stands_alone,
                            &filled, err));
    CBK_TRY(write(m, filled, stands_alone, err));
    go_to(m, end);
    return CBK_OK;
}

/* The form that begins at `at`; NULL: none. */
static const form *form_at(const char *at, const char *end)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        const size_t size = strlen(forms[i].open);
        if ((size_t)(end - at) >= size && memcmp(at, forms[i].open, size) == 0) {
            return &forms[i];
        }
    }
    return NULL;
}

cbk_status cbk_fill_markdown(cbk_fill *fill, const char *bytes, size_t size,
                             cbk_buffer *out, cbk_error *err)
{
    markdown m = {.fill = fill,
                  .start = bytes,
                  .end = bytes + size,
                  .at = bytes,
                  .line = 1,
                  .out = out};
    size_t bad_at = 0;
    if (!cbk_text_is_valid_utf8(bytes, size, &bad_at)) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                        "%s is not UTF-8 text (byte %zu); save it as UTF-8.", fill->file,
                        bad_at + 1);
    }
    while (m.at < m.end && fill->problems->n_found < CBK_PROBLEMS_MAX) {
        const char *next = m.at;
        while (next < m.end && *next != '{' && *next != '<' && *next != '\\') {
            next++;
        }
        copy_to(&m, next);
        go_to(&m, next);
        const form *of = form_at(m.at, m.end);
        if (of != NULL) {
            CBK_TRY(fill_one(&m, of, err));
        } else if (m.at < m.end) { /* "\{{" is two braces */
            const size_t left = (size_t)(m.end - m.at);
            const size_t n = left >= 3 && memcmp(m.at, "\\{{", 3) == 0 ? 3 : 1;
            copy_to(&m, m.at + n);
            go_to(&m, m.at + n);
        }
    }
    if (fill->problems->n_found > 0) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "%s has %zu mistakes.", fill->file,
                        fill->problems->n_found);
    }
    return out->is_failed || cbk_arena_has_failed(fill->arena) ? cbk_fail_memory(err)
                                                               : CBK_OK;
}
