/* docx_block.c - a table or figure in the place of a paragraph of a Word document: one
 * field of ours around all of it, from the caption to the last note.  Contract:
 * fill/docx_block.h.
 */
#include "fill/docx_block.h"

#include <ctype.h>
#include <string.h>

#define WIDTH_MM 160.0   /* of a text whose section says nothing */
#define WIDTH_LEAST 20.0 /* mm; a narrower place is taken as this wide */

enum { FIRST_ID = 1270000000 }; /* above those that Word and LibreOffice count from 0 */

/* What is replaced, and what beside it stays: as its own paragraphs. */
typedef struct block {
    part *p;
    const paragraph *first, *last;
    range
        before;  /* in the first paragraph, before the field; empty: nothing to be seen */
    range after; /* in the last one, behind it */
    bool is_open; /* the paragraph of `before` was begun behind the block before this */
} block;

/* Where the paragraph's closing tag begins. */
static size_t content_end(const part *p, const paragraph *of)
{
    size_t at = of->end;
    while (at > of->inside && p->bytes[at - 1] != '<') {
        at--;
    }
    return at > of->inside ? at - 1 : of->inside;
}

static range kept_range(const part *p, size_t start, size_t end)
{
    const range bytes = {start, end > start ? end : start};
    return cbk_docx_has_content(p, bytes) ? bytes : (range){start, start};
}

static bool is_empty(range of)
{
    return of.end == of.start;
}

/* False: text beside it cannot be parted from it. */
static bool find_block(part *p, const site *of, block *out)
{
    *out = (block){.p = p, .first = cbk_docx_paragraph(p, of->paragraph)};
    out->last = out->first;
    const field *in = of->field;
    if (in == NULL) {
        return true;
    }
    out->last = cbk_docx_paragraph(p, in->last_paragraph);
    out->is_open = out->first->start < p->replaced_to;
    out->before = out->is_open ? (range){p->replaced_to, in->run}
                               : kept_range(p, out->first->inside, in->run);
    out->after = kept_range(p, in->after, content_end(p, out->last));
    return (is_empty(out->before) && is_empty(out->after)) || in->is_direct;
}

static bool is_inside(range of, range bytes)
{
    return of.start >= bytes.start && of.end <= bytes.end;
}

/* Whether anchor i marks a number of ours: as its end does, whose beginning stands a
 * little before. */
static bool is_ours(const anchor *anchors, size_t i)
{
    const char *id = anchors[i].id;
    if (anchors[i].is_bookmark && !anchors[i].is_start) {
        while (i > 0 && !(anchors[i].is_bookmark && anchors[i].is_start &&
                          cbk_text_is_equal(anchors[i].id, id))) {
            i--;
        }
    }
    return anchors[i].is_ours;
}

/* Bookmarks and comments of the author's stand before the field from now on. */
static void add_anchors(const block *b, cbk_buffer *out)
{
    const part *p = b->p;
    const anchor *anchors = p->anchors.items;
    const range all = {b->first->start, b->last->end};
    for (size_t i = 0; i < p->anchors.n; i++) {
        const anchor *of = &anchors[i];
        if (is_inside(of->bytes, all) && !is_inside(of->bytes, b->before) &&
            !is_inside(of->bytes, b->after) && !is_ours(anchors, i)) {
            cbk_buffer_add_bytes(out, p->bytes + of->bytes.start,
                                 of->bytes.end - of->bytes.start);
        }
    }
}

/* What stands before it is left where it is, in a paragraph that ends here. */
static void end_before(const block *b, cbk_buffer *out)
{
    if (!is_empty(b->before) || b->is_open) {
        cbk_buffer_add(out, "</w:p>");
        if (!b->is_open) {
            cbk_docx_replace(b->p, (range){b->first->start, b->before.start}, "<w:p>");
        }
    }
}

/* The ends of sections that were here; and a paragraph is begun for what stands behind
 * it. */
static void begin_after(const block *b, cbk_buffer *out)
{
    for (const paragraph *of = b->first; of <= b->last; of++) {
        const bool has_text = of == b->last && !is_empty(b->after);
        if (!is_empty(of->section) || has_text) {
            cbk_buffer_add(out, "<w:p>");
            if (!is_empty(of->section)) {
                cbk_buffer_add(out, "<w:pPr>");
                cbk_buffer_add_bytes(out, b->p->bytes + of->section.start,
                                     of->section.end - of->section.start);
                cbk_buffer_add(out, "</w:pPr>");
            }
            cbk_buffer_add(out, has_text ? "" : "</w:p>");
        }
    }
}

/* How wide text may be where the paragraph stands. */
static double width_of(const part *p, const paragraph *of)
{
    const section *sections = p->sections.items;
    double width = of->width_mm;
    if (width <= 0.0) {
        width = WIDTH_MM;
        for (size_t i = p->sections.n; i-- > 0;) { /* it ends behind its text */
            if (sections[i].at >= of->start || i == p->sections.n - 1) {
                width = sections[i].width_mm;
            }
        }
        width *= of->share;
    }
    return width > WIDTH_LEAST ? width : WIDTH_LEAST;
}

/* "casebook_figure_3": a name for files and relationships. */
static const char *picture_name(cbk_fill *fill, const char *id)
{
    char *name = cbk_text_format(fill->arena, CBK_DOCX_PICTURE "%s", id);
    for (char *c = name; c != NULL && *c != '\0'; c++) {
        if (!isalnum((unsigned char)*c)) {
            *c = '_';
        }
    }
    return name;
}

static cbk_status write_document(const block *b, cbk_docx_package *package,
                                 const cbk_filled *filled, cbk_buffer *out,
                                 cbk_error *err)
{
    part *p = b->p;
    const bool is_figure = filled->placeholder.kind == CBK_PLACEHOLDER_FIGURE;
    cbk_buffer opening = {0};
    cbk_buffer closing = {0};
    CBK_TRY(cbk_docx_package_prepare(package, err));
    add_anchors(b, &opening);
    cbk_docx_field_begin(p, (range){0, 0}, filled->placeholder.source, &opening);
    cbk_docx_field_end(p, (range){0, 0}, &closing);
    cbk_docx_place place = {
        .width_mm = width_of(p, b->first),
        .base = package->base,
        .opening = cbk_docx_take(p, &opening),
        .closing = cbk_docx_take(p, &closing),
        .begins_page = b->first->begins_page && is_empty(b->before) && !b->is_open,
        .first_id = FIRST_ID + package->n_ids,
        .picture = is_figure ? picture_name(p->fill, filled->placeholder.id) : ""};
    memcpy(place.styles, package->styles, sizeof place.styles);
    if (cbk_arena_has_failed(p->fill->arena)) {
        return cbk_fail_memory(err);
    }
    cbk_docx_block written = {.n_ids = 0};
    cbk_status status = package->press->docx_block(filled->document->last, &place,
                                                   p->fill->arena, &written, err);
    if (status == CBK_OK && is_figure) {
        status =
            cbk_docx_package_picture(package, p->part_name, place.picture, &written, err);
    }
    if (status == CBK_OK) {
        cbk_buffer_add_bytes(out, written.body.bytes, written.body.size);
        package->n_ids += written.n_ids;
    }
    cbk_buffer_free(&written.body);
    cbk_buffer_free(&written.png);
    cbk_buffer_free(&written.svg);
    return status;
}

/* A paragraph with the text: what stood here is a table or figure no longer. */
static void write_text(const block *b, const cbk_filled *filled, const char *text,
                       cbk_buffer *out)
{
    part *p = b->p;
    const range properties = {0, 0};
    cbk_buffer_addf(out, "<%sp>", p->prefix);
    add_anchors(b, out);
    cbk_docx_field_begin(p, properties, filled->placeholder.source, out);
    cbk_docx_text_run(p, properties, text, out);
    cbk_docx_field_end(p, properties, out);
    cbk_buffer_addf(out, "</%sp>", p->prefix);
}

cbk_status cbk_docx_fill_block(part *p, cbk_docx_package *package, const site *of,
                               const cbk_filled *filled, const char *text, cbk_error *err)
{
    block b;
    cbk_buffer out = {0};
    cbk_status status = CBK_OK;
    if (!find_block(p, of, &b)) {
        cbk_problems_add(
            p->fill->problems, (cbk_place){.file = p->name},
            "In paragraph %zu something stands beside what was filled in for "
            "{{%.80s}}; give it a paragraph of its own.",
            of->paragraph, of->source);
        return CBK_OK;
    }
    end_before(&b, &out);
    if (filled->document != NULL) {
        status = write_document(&b, package, filled, &out, err);
    } else {
        write_text(&b, filled, text, &out);
    }
    begin_after(&b, &out);
    const range replaced = {is_empty(b.before) && !b.is_open ? b.first->start
                                                             : b.before.end,
                            is_empty(b.after) ? b.last->end : b.after.start};
    cbk_docx_replace(p, replaced, cbk_docx_take(p, &out));
    p->replaced_to = replaced.end;
    return status;
}
