/* docx_sites.c - where a part of a Word document is to be filled: fields of ours, and
 * placeholders, which Word may have parted over several runs.  Contract:
 * fill/docx_part.h.
 */
#include "fill/docx_part.h"

#include <stdlib.h>
#include <string.h>

static const char field_code[] = "ADDIN casebook ";

/* The question of a field of ours; NULL: it is none. */
static const char *question_of(const field *of)
{
    const char *code = of->code.bytes != NULL ? of->code.bytes : "";
    code += strspn(code, " \t\r\n");
    const size_t size = sizeof field_code - 1;
    return of->is_in_result && strncmp(code, field_code, size) == 0 ? code + size : NULL;
}

static void lost_end(part *p, size_t number, const char *question)
{
    cbk_problems_add(p->fill->problems, (cbk_place){.file = p->name},
                     "What was filled in for {{%.80s}} begins in paragraph %zu and does "
                     "not end there; delete it and write the placeholder again.",
                     question, number);
}

/* A field may go on over paragraphs and tables of the text that it began in. */
static bool ends_where_it_began(const part *p, const field *of)
{
    const paragraph *first = cbk_docx_paragraph(p, of->paragraph);
    const paragraph *last = cbk_docx_paragraph(p, of->last_paragraph);
    return of->paragraph == of->last_paragraph ||
           (first != NULL && last != NULL && first->parent == last->parent);
}

static bool stands_alone(const part *p, const field *of)
{
    const paragraph *in = cbk_docx_paragraph(p, of->paragraph);
    return in != NULL && !cbk_docx_has_content(p, (range){in->start, of->run}) &&
           !cbk_docx_has_content(p, (range){of->after, in->end});
}

static void add_field(part *p, const field *of, const char *question)
{
    piece *pieces = p->pieces.items;
    site *found = cbk_growing_add(&p->sites, sizeof *found, p->fill->arena);
    if (found == NULL) {
        return;
    }
    *found = (site){.at = of->start,
                    .field = of,
                    .source = cbk_text_copy(p->fill->arena, question),
                    .paragraph = of->paragraph,
                    .is_alone = stands_alone(p, of)};
    for (size_t k = of->first_piece; k < of->end_piece; k++) {
        if (pieces[k].field == NULL) { /* a field inside another came first */
            pieces[k].field = of;
        }
    }
}

static void find_fields(part *p)
{
    field *const *fields = p->fields.items;
    for (size_t i = 0; i < p->fields.n; i++) {
        const char *question = question_of(fields[i]);
        if (question == NULL) {
            continue;
        }
        if (ends_where_it_began(p, fields[i])) {
            add_field(p, fields[i], question);
        } else {
            lost_end(p, fields[i]->paragraph, question);
        }
    }
    for (size_t i = 0; i < p->n_fields_open; i++) {
        const char *question = question_of(p->open[i]);
        if (question != NULL) {
            lost_end(p, p->open[i]->paragraph, question);
        }
    }
}

static int by_paragraph(const void *lhs, const void *rhs)
{
    const piece *a = *(const piece *const *)lhs;
    const piece *b = *(const piece *const *)rhs;
    const int order = (a->paragraph > b->paragraph) - (a->paragraph < b->paragraph);
    return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

/* A paragraph's text as one, and how far its placeholders have been looked up. */
typedef struct paragraph_walk {
    const piece *const *pieces;
    size_t n;
    size_t i;      /* the piece looked at last ... */
    size_t passed; /* ... and the bytes before it */
} paragraph_walk;

/* The piece in which byte `at` of the paragraph stands, and where in it; `at` never falls
 * from call to call. */
static const piece *piece_at(paragraph_walk *in, size_t at, size_t *offset)
{
    for (; in->i < in->n; in->i++) {
        const piece *of = in->pieces[in->i];
        const size_t size = of->field != NULL ? 1 : of->content.end - of->content.start;
        if (at - in->passed < size) {
            *offset = at - in->passed;
            return of;
        }
        in->passed += size;
    }
    return NULL;
}

static void no_end(part *p, size_t number)
{
    cbk_problems_add(
        p->fill->problems, (cbk_place){.file = p->name},
        "In paragraph %zu `{{` opens a placeholder that `}}` does not close in the same "
        "paragraph; write \\{{ for two braces.",
        number);
}

/* The placeholder of text[from, to), braces and all. */
static void add_site(part *p, paragraph_walk *in, const char *text, size_t from,
                     size_t to)
{
    site *found = cbk_growing_add(&p->sites, sizeof *found, p->fill->arena);
    if (found == NULL) {
        return;
    }
    *found = (site){.paragraph = in->pieces[0]->paragraph};
    found->source = cbk_fill_unescape(p->fill->arena, text + from + 2, to - from - 4);
    found->first = piece_at(in, from, &found->from);
    found->last = piece_at(in, to - 1, &found->to);
    found->to++;
    found->at = found->first->content.start + found->from;
    const char *after = text + to;
    const paragraph *of = cbk_docx_paragraph(p, found->paragraph);
    found->is_alone = strspn(text, " \t\r\n") == from &&
                      after[strspn(after, " \t\r\n")] == '\0' && of != NULL &&
                      !cbk_docx_has_others(p, (range){of->start, of->end});
}

/* One paragraph: its text as one, with a character between that no placeholder crosses
 * where a field of ours stands. */
static void scan_paragraph(part *p, const piece *const *pieces, size_t n)
{
    cbk_buffer text = {0};
    for (size_t i = 0; i < n; i++) {
        const range of = pieces[i]->content;
        if (pieces[i]->field != NULL) {
            cbk_buffer_add(&text, "\x01");
        } else {
            cbk_buffer_add_bytes(&text, p->bytes + of.start, of.end - of.start);
        }
    }
    paragraph_walk in = {.pieces = pieces, .n = n};
    const char *bytes = text.bytes != NULL ? text.bytes : "";
    for (const char *at = bytes; (at = strstr(at, "{{")) != NULL &&
                                 p->fill->problems->n_found < CBK_PROBLEMS_MAX;) {
        const char *end = strstr(at + 2, "}}");
        const size_t size = end != NULL ? (size_t)(end - at) : 0;
        if (at > bytes && at[-1] == '\\') {
            at += 2;
        } else if (end == NULL || size > CBK_PLACEHOLDER_BYTES_MAX ||
                   cbk_fill_find(at + 2, size - 2, "{{") != NULL ||
                   memchr(at, '\x01', size) != NULL) {
            no_end(p, pieces[0]->paragraph);
            at += 2;
        } else {
            add_site(p, &in, bytes, (size_t)(at - bytes), (size_t)(end - bytes) + 2);
            at = end + 2;
        }
    }
    if (text.is_failed) { /* as if the arena had: one test at the end */
        (void)cbk_arena_alloc(p->fill->arena, SIZE_MAX, 2, 1);
    }
    cbk_buffer_free(&text);
}

static void find_placeholders(part *p)
{
    const piece *all = p->pieces.items;
    const size_t n = p->pieces.n;
    const piece **sorted = CBK_NEW(p->fill->arena, const piece *, n + 1);
    if (sorted == NULL || n == 0) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        sorted[i] = &all[i];
    }
    qsort(sorted, n, sizeof *sorted, by_paragraph);
    for (size_t from = 0, to = 0; from < n; from = to) {
        while (to < n && sorted[to]->paragraph == sorted[from]->paragraph) {
            to++;
        }
        scan_paragraph(p, sorted + from, to - from);
    }
}

/* ---- all of it ---- */

static int by_place(const void *lhs, const void *rhs)
{
    const site *a = lhs;
    const site *b = rhs;
    return (a->at > b->at) - (a->at < b->at);
}

static void free_codes(part *p)
{
    field *const *fields = p->fields.items;
    for (size_t i = 0; i < p->fields.n; i++) {
        cbk_buffer_free(&fields[i]->code);
    }
    for (size_t i = 0; i < p->n_fields_open; i++) {
        cbk_buffer_free(&p->open[i]->code);
    }
}

cbk_status cbk_docx_find_sites(part *p, size_t size, cbk_error *err)
{
    const cbk_status status = cbk_docx_read_part(p, size, err);
    if (status == CBK_OK) {
        find_fields(p);
        find_placeholders(p);
        if (p->sites.n > 0) {
            qsort(p->sites.items, p->sites.n, sizeof(site), by_place);
        }
    }
    free_codes(p);
    return status == CBK_OK && cbk_arena_has_failed(p->fill->arena) ? cbk_fail_memory(err)
                                                                    : status;
}
