/* manuscript_builder.c - passages out of what the readers of the formats say.  Contract:
 * manuscript_builder.h.
 */
#include "claims/manuscript/manuscript_builder.h"

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

void *cbk_growing_add(cbk_growing *list, size_t item_size, cbk_arena *arena)
{
    if (list->n == list->room) {
        const size_t room = list->room == 0 ? 32 : 2 * list->room;
        void *more = cbk_arena_alloc(arena, room, item_size, _Alignof(max_align_t));
        if (more == NULL) {
            return NULL;
        }
        if (list->n > 0) {
            memcpy(more, list->items, list->n * item_size);
        }
        list->items = more;
        list->room = room;
    }
    return (char *)list->items + item_size * list->n++;
}

size_t cbk_cut_length(const char *text, size_t n_max)
{
    size_t size = strlen(text);
    if (size <= n_max) {
        return size;
    }
    size = n_max;
    while (size > 0 && ((unsigned char)text[size] & 0xc0) == 0x80) {
        size--;
    }
    return size;
}

/* ---- text ---------------------------------------------------------------------- */

static bool is_blank(uint32_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v' ||
           c == 0x2028 || c == 0x2029;
}

/* Characters that are there for the layout only. */
static bool is_invisible(uint32_t c)
{
    return c < 0x20 || c == 0x7f || c == 0xad || c == 0x200b || c == 0x2060 ||
           c == 0xfeff;
}

/* Raised and lowered digits and signs have characters of their own; the rest stays. */
static uint32_t in_script(uint32_t c, cbk_script script)
{
    static const uint32_t raised[] = {0x2070, 0xb9,   0xb2,   0xb3,   0x2074,
                                      0x2075, 0x2076, 0x2077, 0x2078, 0x2079};
    if (script == CBK_SCRIPT_NORMAL) {
        return c;
    }
    const bool is_raised = script == CBK_SCRIPT_RAISED;
    if (c >= '0' && c <= '9') {
        return is_raised ? raised[c - '0'] : 0x2080 + (c - '0');
    }
    if (c == '-' || c == 0x2212 || c == 0x2013) {
        return is_raised && c != 0x2013 ? 0x207b : c;
    }
    return c;
}

static size_t encode(uint32_t c, char out[4])
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    const size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n; i-- > 1; c >>= 6) {
        out[i] = (char)(0x80 | (c & 0x3f));
    }
    out[0] = (char)((n == 2 ? 0xc0u : n == 3 ? 0xe0u : 0xf0u) | c);
    return n;
}

void cbk_builder_character(cbk_manuscript_builder *b, uint32_t code_point,
                           cbk_script script)
{
    char bytes[4];
    cbk_buffer *text = &b->text;
    if (is_blank(code_point)) {
        if (text->size > 0 && text->bytes[text->size - 1] != ' ') {
            cbk_buffer_add(text, " ");
        }
        return;
    }
    const bool is_none =
        code_point > 0x10ffff || (code_point >= 0xd800 && code_point <= 0xdfff);
    if (is_invisible(code_point)) {
        return;
    }
    const size_t n = encode(is_none ? 0xfffd : in_script(code_point, script), bytes);
    b->n_bytes += n;
    b->is_too_large = b->is_too_large || b->n_bytes > CBK_MANUSCRIPT_TEXT_BYTES_MAX;
    if (!b->is_too_large) {
        cbk_buffer_add_bytes(text, bytes, n);
    }
}

void cbk_builder_text(cbk_manuscript_builder *b, const char *bytes, size_t size,
                      cbk_script script)
{
    for (size_t at = 0; at < size;) {
        uint32_t code_point = 0;
        const size_t n = cbk_utf8_decode(bytes + at, size - at, &code_point);
        cbk_builder_character(b, n > 0 ? code_point : 0xfffd, script);
        at += n > 0 ? n : 1;
    }
}

/* ---- passages ------------------------------------------------------------------ */

/* What was read, and an empty buffer for the next. */
static const char *take_text(cbk_manuscript_builder *b)
{
    cbk_buffer *text = &b->text;
    if (text->size > 0 && text->bytes[text->size - 1] == ' ') {
        text->size--;
    }
    const char *bytes = text->bytes != NULL ? text->bytes : "";
    const char *copy = cbk_text_copy_bytes(b->arena, bytes, text->size);
    text->size = 0;
    return copy;
}

static void add_passage(cbk_manuscript_builder *b, cbk_passage passage)
{
    if (b->passages.n >= CBK_MANUSCRIPT_PASSAGES_MAX) {
        b->is_too_large = true;
        return;
    }
    cbk_passage *added = cbk_growing_add(&b->passages, sizeof passage, b->arena);
    if (added != NULL) {
        *added = passage;
    }
}

void cbk_builder_end(cbk_manuscript_builder *b, cbk_passage_kind kind, int level)
{
    if (b->is_in_table) { /* a paragraph of a cell */
        cbk_builder_character(b, ' ', CBK_SCRIPT_NORMAL);
        return;
    }
    const char *text = take_text(b);
    if (text != NULL && *text != '\0') {
        add_passage(b, (cbk_passage){.kind = kind, .level = level, .text = text});
    }
}

/* ---- tables -------------------------------------------------------------------- */

void cbk_builder_table(cbk_manuscript_builder *b)
{
    cbk_builder_end(b, CBK_PASSAGE_PARAGRAPH, 0);
    b->is_in_table = true;
    b->n_tables++;
    b->row = SIZE_MAX;
    b->column = 0;
}

void cbk_builder_row(cbk_manuscript_builder *b)
{
    b->row++;
    b->column = 0;
}

void cbk_builder_cell(cbk_manuscript_builder *b)
{
    const char *text = take_text(b);
    if (!b->is_in_table || text == NULL) {
        return;
    }
    if (b->row == SIZE_MAX) { /* a cell outside of every row */
        b->row = 0;
    }
    add_passage(b, (cbk_passage){.kind = CBK_PASSAGE_CELL,
                                 .text = text,
                                 .table = b->n_tables - 1,
                                 .row = b->row,
                                 .column = b->column++});
}

void cbk_builder_table_end(cbk_manuscript_builder *b)
{
    if (b->is_in_table) {
        b->is_in_table = false;
        cbk_builder_end(b, CBK_PASSAGE_PARAGRAPH, 0);
    }
}
