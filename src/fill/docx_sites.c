/* docx_sites.c - where a part of a Word document is to be filled: fields of ours, and
 * placeholders, which Word may have parted over several runs.  Contract:
 * fill/docx_part.h.
 */
#include "fill/docx_part.h"

#include <stdlib.h>
#include <string.h>

static const char field_code[] = "ADDIN casebook ";

static bool is_word(const char *space)
{
    return strstr(space, "wordprocessingml") != NULL;
}

/* ---- reading ----------------------------------------------------------------------- */

/* "w:" of "<w:t>". */
static void note_prefix(part *p)
{
    const char *name = p->bytes + p->place.start + 1;
    const size_t size = strcspn(name, ": \t\r\n/>");
    if (name[size] == ':' && size + 1 < CBK_DOCX_PREFIX_MAX) {
        memcpy(p->prefix, name, size + 1);
        p->prefix[size + 1] = '\0';
    }
}

static void on_field_mark(part *p, const char *kind)
{
    if (strcmp(kind, "begin") == 0) {
        field *begun = CBK_NEW(p->fill->arena, field, 1);
        if (begun == NULL || p->n_fields_open > CBK_XML_DEPTH_MAX) {
            return;
        }
        *begun = (field){.paragraph = p->n_open > 0 ? p->paragraphs[p->n_open - 1] : 0,
                         .start = p->place.start};
        if (p->n_runs > 0) {
            begun->properties = p->runs[p->n_runs - 1].properties;
        }
        p->open[p->n_fields_open++] = begun;
        return;
    }
    field *top = p->n_fields_open > 0 ? p->open[p->n_fields_open - 1] : NULL;
    if (top == NULL) {
        return;
    }
    if (strcmp(kind, "separate") == 0) {
        top->is_in_result = true;
        top->first_piece = p->pieces.n;
    } else if (strcmp(kind, "end") == 0) {
        p->n_fields_open--;
        top->end = p->n_runs > 0 ? p->runs[p->n_runs - 1].start : p->place.start;
        top->end_piece = p->pieces.n;
        field **kept = cbk_growing_add(&p->fields, sizeof(field *), p->fill->arena);
        if (kept != NULL) {
            *kept = top;
        } else {
            cbk_buffer_free(&top->code);
        }
    }
}

static void on_text_open(part *p, const char *const *attributes)
{
    const run *of = &p->runs[p->n_runs - 1];
    const char *kept = cbk_xml_attribute(attributes, "space");
    p->is_in_text = p->bytes[p->place.end - 2] != '/';
    p->text = (piece){.content = {p->place.end, p->place.end},
                      .properties = of->properties,
                      .tag_end = p->place.end - 1,
                      .paragraph = p->n_open > 0 ? p->paragraphs[p->n_open - 1] : 0,
                      .is_kept = kept != NULL && strcmp(kept, "preserve") == 0};
}

static void on_open(void *context, const char *space, const char *local,
                    const char *const *attributes)
{
    part *p = context;
    p->depth++;
    if (p->skip_from > 0 || !is_word(space)) {
        return;
    }
    const bool is_in_run = p->n_runs > 0 && p->depth == p->runs[p->n_runs - 1].depth + 1;
    if (strcmp(local, "moveFrom") == 0) {
        p->skip_from = p->depth;
    } else if (strcmp(local, "p") == 0) {
        p->paragraphs[p->n_open++] = ++p->n_paragraphs;
    } else if (strcmp(local, "r") == 0) {
        p->runs[p->n_runs++] = (run){.depth = p->depth, .start = p->place.start};
        note_prefix(p);
    } else if (strcmp(local, "rPr") == 0 && is_in_run) {
        p->runs[p->n_runs - 1].properties = (range){p->place.start, p->place.end};
    } else if (strcmp(local, "t") == 0 && is_in_run) {
        on_text_open(p, attributes);
    } else if (strcmp(local, "instrText") == 0) {
        p->is_in_code = true;
    } else if (strcmp(local, "fldChar") == 0) {
        const char *kind = cbk_xml_attribute(attributes, "fldCharType");
        on_field_mark(p, kind != NULL ? kind : "");
    }
}

static void keep_piece(part *p)
{
    piece *kept = cbk_growing_add(&p->pieces, sizeof *kept, p->fill->arena);
    if (kept != NULL) {
        p->text.content.end = p->place.start;
        p->text.index = p->pieces.n - 1;
        *kept = p->text;
    }
}

static void on_close(void *context, const char *space, const char *local)
{
    part *p = context;
    const bool was_skipped = p->skip_from > 0;
    if (p->skip_from == p->depth) {
        p->skip_from = 0;
    }
    p->depth--;
    if (was_skipped || !is_word(space)) {
        return;
    }
    run *top = p->n_runs > 0 ? &p->runs[p->n_runs - 1] : NULL;
    if (strcmp(local, "p") == 0 && p->n_open > 0) {
        p->n_open--;
    } else if (strcmp(local, "r") == 0 && top != NULL) {
        p->n_runs--;
    } else if (strcmp(local, "rPr") == 0 && top != NULL && p->depth == top->depth &&
               top->properties.end > 0) {
        top->properties.end = p->place.end;
    } else if (strcmp(local, "t") == 0 && p->is_in_text) {
        p->is_in_text = false;
        keep_piece(p);
    } else if (strcmp(local, "instrText") == 0) {
        p->is_in_code = false;
    }
}

static void on_text(void *context, const char *text, size_t size)
{
    const part *p = context;
    if (p->is_in_code && p->n_fields_open > 0 &&
        !p->open[p->n_fields_open - 1]->is_in_result) {
        cbk_buffer_add_bytes(&p->open[p->n_fields_open - 1]->code, text, size);
    }
}

/* ---- what is to be filled -----------------------------------------------------------
 */

/* The question of a field of ours; NULL: it is none. */
static const char *question_of(const field *of)
{
    const char *code = of->code.bytes != NULL ? of->code.bytes : "";
    code += strspn(code, " \t\r\n");
    const size_t size = sizeof field_code - 1;
    return of->is_in_result && strncmp(code, field_code, size) == 0 ? code + size : NULL;
}

static void find_fields(part *p)
{
    field *const *fields = p->fields.items;
    piece *pieces = p->pieces.items;
    for (size_t i = 0; i < p->fields.n; i++) {
        const char *question = question_of(fields[i]);
        site *found = question != NULL
                          ? cbk_growing_add(&p->sites, sizeof *found, p->fill->arena)
                          : NULL;
        if (found == NULL) {
            continue;
        }
        *found = (site){.at = fields[i]->start,
                        .field = fields[i],
                        .source = cbk_text_copy(p->fill->arena, question),
                        .paragraph = fields[i]->paragraph};
        for (size_t k = fields[i]->first_piece; k < fields[i]->end_piece; k++) {
            if (pieces[k].field == NULL) { /* a field inside another came first */
                pieces[k].field = fields[i];
            }
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

static void no_end(part *p, size_t paragraph)
{
    cbk_problems_add(
        p->fill->problems, (cbk_place){.file = p->name},
        "In paragraph %zu `{{` opens a placeholder that `}}` does not close in the same "
        "paragraph; write \\{{ for two braces.",
        paragraph);
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
    const cbk_xml_handler handler = {p, on_open, on_close, on_text};
    cbk_status status =
        cbk_xml_read_placed(p->name, p->bytes, size, &handler, &p->place, err);
    if (status == CBK_OK) {
        find_fields(p);
        find_placeholders(p);
        if (p->sites.n > 0) {
            qsort(p->sites.items, p->sites.n, sizeof(site), by_place);
        }
    }
    free_codes(p);
    if (status == CBK_OK && cbk_arena_has_failed(p->fill->arena)) {
        status = cbk_fail_memory(err);
    }
    return status;
}
