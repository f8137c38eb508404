/* docx_read.c - a part of a Word document, read: its texts, paragraphs and fields, and
 * what else must be known of a place to put a table there.  Contract: fill/docx_part.h.
 */
#include "fill/docx_part.h"

#include <stdlib.h>
#include <string.h>

#define TWIPS_PER_MM (1440.0 / 25.4)
#define EMU_PER_MM 36000.0
#define CELL_MARGINS_MM (2 * 108 / TWIPS_PER_MM) /* Word's own */
#define BOX_MARGINS_MM (2 * 91440 / EMU_PER_MM)
#define BOX_MM 60.0 /* a text box of unknown width */

static bool is_word(const char *space)
{
    return strstr(space, "wordprocessingml") != NULL;
}

static bool is_one_of(const char *name, const char *const *names)
{
    while (*names != NULL && strcmp(name, *names) != 0) {
        names++;
    }
    return *names != NULL;
}

static double number_of(const char *const *attributes, const char *local,
                        double otherwise)
{
    const char *text = cbk_xml_attribute(attributes, local);
    char *end = NULL;
    const double value = text != NULL ? strtod(text, &end) : 0.0;
    return text != NULL && end != text && value >= 0.0 && value < 1e9 ? value : otherwise;
}

static paragraph *this_paragraph(const part *p)
{
    paragraph *all = p->paragraphs.items;
    const size_t number = p->n_open > 0 ? p->open_paragraphs[p->n_open - 1] : 0;
    return number > 0 && number <= p->paragraphs.n ? &all[number - 1] : NULL;
}

static run *this_run(part *p)
{
    return p->n_runs > 0 ? &p->runs[p->n_runs - 1] : NULL;
}

static void note_other(part *p)
{
    size_t *at = cbk_growing_add(&p->others, sizeof *at, p->fill->arena);
    if (at != NULL) {
        *at = p->place.start;
    }
}

/* ---- fields and texts ---------------------------------------------------------------
 */

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

static bool is_direct(part *p)
{
    const run *of = this_run(p);
    const paragraph *in = this_paragraph(p);
    return of != NULL && in != NULL && of->depth == in->depth + 1;
}

static void on_field_begin(part *p)
{
    field *begun = CBK_NEW(p->fill->arena, field, 1);
    if (begun == NULL || p->n_fields_open > CBK_XML_DEPTH_MAX) {
        return;
    }
    const run *of = this_run(p);
    *begun = (field){.paragraph = p->n_open > 0 ? p->open_paragraphs[p->n_open - 1] : 0,
                     .start = p->place.start,
                     .run = of != NULL ? of->start : p->place.start,
                     .is_direct = is_direct(p)};
    if (of != NULL) {
        begun->properties = of->properties;
    }
    p->open[p->n_fields_open++] = begun;
}

static void on_field_end(part *p, field *of)
{
    run *in = this_run(p);
    p->n_fields_open--;
    of->end = in != NULL ? in->start : p->place.start;
    of->after = p->place.end;
    of->end_piece = p->pieces.n;
    of->last_paragraph = p->n_open > 0 ? p->open_paragraphs[p->n_open - 1] : 0;
    of->is_direct = of->is_direct && is_direct(p);
    if (in != NULL) {
        in->ends = of;
    }
    field **kept = cbk_growing_add(&p->fields, sizeof(field *), p->fill->arena);
    if (kept != NULL) {
        *kept = of;
    } else {
        cbk_buffer_free(&of->code);
    }
}

static void on_field_mark(part *p, const char *kind)
{
    if (strcmp(kind, "begin") == 0) {
        on_field_begin(p);
        return;
    }
    field *top = p->n_fields_open > 0 ? p->open[p->n_fields_open - 1] : NULL;
    if (top != NULL && strcmp(kind, "separate") == 0) {
        top->is_in_result = true;
        top->first_piece = p->pieces.n;
    } else if (top != NULL && strcmp(kind, "end") == 0) {
        on_field_end(p, top);
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
                      .paragraph = p->n_open > 0 ? p->open_paragraphs[p->n_open - 1] : 0,
                      .is_kept = kept != NULL && strcmp(kept, "preserve") == 0};
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

/* A child of a run. */
static void on_run_child(part *p, const char *local, const char *const *attributes)
{
    static const char *const unseen[] = {"delText", "instrText", "delInstrText",
                                         "lastRenderedPageBreak", NULL};
    const char *type = cbk_xml_attribute(attributes, "type");
    paragraph *in = this_paragraph(p);
    if (strcmp(local, "rPr") == 0) {
        p->runs[p->n_runs - 1].properties = (range){p->place.start, p->place.end};
    } else if (strcmp(local, "t") == 0) {
        on_text_open(p, attributes);
    } else if (strcmp(local, "commentReference") == 0) {
        p->runs[p->n_runs - 1].is_comment = true;
    } else if (strcmp(local, "br") == 0 && type != NULL && strcmp(type, "page") == 0 &&
               in != NULL) {
        in->begins_page = true;
    } else if (!is_one_of(local, unseen)) {
        note_other(p);
    }
}

/* ---- where text stands ---------------------------------------------------------------
 */

static void push_box(part *p, double width_mm, double share)
{
    p->boxes[p->n_boxes++] = (box){p->depth, width_mm, share};
}

static box box_around(const part *p)
{
    return p->n_boxes > 0 ? p->boxes[p->n_boxes - 1] : (box){.share = 1.0};
}

/* The width of a cell, w:tcW, as far as the cell says it. */
static void on_cell_width(part *p, const char *const *attributes)
{
    const char *type = cbk_xml_attribute(attributes, "type");
    const char *text = cbk_xml_attribute(attributes, "w");
    const double width = number_of(attributes, "w", 0.0) *
                         (text != NULL && strchr(text, '%') != NULL ? 50.0 : 1.0);
    box *of = &p->boxes[p->n_boxes - 1];
    const box outer = p->n_boxes > 1 ? p->boxes[p->n_boxes - 2] : (box){.share = 1.0};
    if (type != NULL && strcmp(type, "pct") == 0 && width > 0.0) {
        of->width_mm = outer.width_mm * width / 5000.0;
        of->share = outer.share * width / 5000.0;
    } else if ((type == NULL || strcmp(type, "dxa") == 0) && width > 0.0) {
        of->width_mm = width / TWIPS_PER_MM - CELL_MARGINS_MM;
    }
}

static void on_paragraph_open(part *p)
{
    paragraph *added = cbk_growing_add(&p->paragraphs, sizeof *added, p->fill->arena);
    if (added == NULL) {
        return;
    }
    const box around = box_around(p);
    *added = (paragraph){.start = p->place.start,
                         .end = p->place.end,
                         .inside = p->place.end,
                         .parent = p->starts[p->depth - 1],
                         .depth = p->depth,
                         .width_mm = around.width_mm,
                         .share = around.share,
                         .is_copy = p->copy_from > 0};
    p->open_paragraphs[p->n_open++] = p->paragraphs.n;
}

/* A paragraph's properties, or what stands in them. */
static void on_paragraph_property(part *p, paragraph *in, const char *local,
                                  const char *const *attributes)
{
    const char *value = cbk_xml_attribute(attributes, "val");
    if (p->depth == in->depth + 1 && strcmp(local, "pPr") == 0) {
        in->inside = p->place.end;
    } else if (p->depth == in->depth + 2 && strcmp(local, "pageBreakBefore") == 0) {
        in->begins_page = value == NULL || (value[0] != '0' && value[0] != 'f');
    }
}

/* A4 with margins of one inch, where nothing is said. */
static void on_section_open(part *p)
{
    p->section_depth = p->depth;
    p->page =
        (page){.width = 11906, .left = 1440, .right = 1440, .n_columns = 1, .gap = 720};
}

static void on_section_property(part *p, const char *local, const char *const *attributes)
{
    if (strcmp(local, "pgSz") == 0) {
        p->page.width = number_of(attributes, "w", p->page.width);
    } else if (strcmp(local, "pgMar") == 0) {
        p->page.left = number_of(attributes, "left", p->page.left);
        p->page.right = number_of(attributes, "right", p->page.right);
        p->page.gutter = number_of(attributes, "gutter", 0.0);
    } else if (strcmp(local, "cols") == 0) {
        p->page.n_columns = number_of(attributes, "num", 1.0);
        p->page.gap = number_of(attributes, "space", p->page.gap);
    }
}

static void on_section_close(part *p)
{
    section *added = cbk_growing_add(&p->sections, sizeof *added, p->fill->arena);
    paragraph *in = this_paragraph(p);
    const page *of = &p->page;
    const double n = of->n_columns > 1.0 ? of->n_columns : 1.0;
    if (added != NULL) {
        added->at = p->starts[p->section_depth];
        added->width_mm =
            (of->width - of->left - of->right - of->gutter - (n - 1.0) * of->gap) / n /
            TWIPS_PER_MM;
    }
    if (in != NULL) {
        in->section = (range){p->starts[p->section_depth], p->place.end};
    }
    p->section_depth = 0;
}

/* "_n3fa91c02b7_12": a number of ours. */
static bool is_our_bookmark(const char *name)
{
    if (name == NULL || name[0] != '_' || name[1] != 'n') {
        return false;
    }
    const size_t id = strspn(name + 2, "0123456789abcdef");
    const char *rest = name + 2 + id;
    return id > 0 && rest[0] == '_' && rest[1] != '\0' &&
           rest[1 + strspn(rest + 1, "0123456789")] == '\0';
}

static void on_anchor(part *p, const char *local, const char *const *attributes)
{
    anchor *added = cbk_growing_add(&p->anchors, sizeof *added, p->fill->arena);
    const char *id = cbk_xml_attribute(attributes, "id");
    if (added != NULL) {
        *added =
            (anchor){.bytes = {p->place.start, p->place.end},
                     .id = cbk_text_copy(p->fill->arena, id != NULL ? id : ""),
                     .is_bookmark = local[0] == 'b',
                     .is_start = strstr(local, "Start") != NULL,
                     .is_ours = is_our_bookmark(cbk_xml_attribute(attributes, "name"))};
    }
}

static const char *const anchors[] = {"bookmarkStart", "bookmarkEnd", "commentRangeStart",
                                      "commentRangeEnd", NULL};

/* ---- the elements ---------------------------------------------------------------------
 */

/* Of another name space: a drawing, a formula, a copy for old programs. */
static void on_foreign_open(part *p, const char *local, const char *const *attributes)
{
    const run *of = this_run(p);
    const paragraph *in = this_paragraph(p);
    if (strcmp(local, "Fallback") == 0 && p->copy_from == 0) {
        p->copy_from = p->depth;
    } else if (strcmp(local, "extent") == 0) {
        p->drawing_mm = number_of(attributes, "cx", 0.0) / EMU_PER_MM;
    }
    if ((of != NULL && p->depth == of->depth + 1) ||
        (in != NULL && p->depth == in->depth + 1)) {
        note_other(p);
    }
}

static void on_structure(part *p, const char *local, const char *const *attributes)
{
    paragraph *in = this_paragraph(p);
    const bool is_in_run = p->n_runs > 0 && p->depth == p->runs[p->n_runs - 1].depth + 1;
    if (strcmp(local, "p") == 0) {
        on_paragraph_open(p);
    } else if (strcmp(local, "r") == 0) {
        p->runs[p->n_runs++] = (run){.depth = p->depth, .start = p->place.start};
        note_prefix(p);
    } else if (is_in_run) {
        on_run_child(p, local, attributes);
    } else if (strcmp(local, "tc") == 0) {
        const box around = box_around(p);
        push_box(p, around.width_mm / 2.0, around.share / 2.0);
    } else if (strcmp(local, "txbxContent") == 0) {
        push_box(p,
                 p->drawing_mm > 2.0 * BOX_MARGINS_MM ? p->drawing_mm - BOX_MARGINS_MM
                                                      : BOX_MM,
                 0.0);
    } else if (strcmp(local, "tcW") == 0 && p->n_boxes > 0 &&
               p->depth == p->boxes[p->n_boxes - 1].depth + 2) {
        on_cell_width(p, attributes);
    } else if (is_one_of(local, anchors)) {
        on_anchor(p, local, attributes);
    } else if (strcmp(local, "sectPr") == 0 && p->section_depth == 0) {
        on_section_open(p);
    } else if (p->section_depth > 0 && p->depth == p->section_depth + 1) {
        on_section_property(p, local, attributes);
    } else if (in != NULL) {
        on_paragraph_property(p, in, local, attributes);
    }
}

static void on_open(void *context, const char *space, const char *local,
                    const char *const *attributes)
{
    part *p = context;
    p->starts[++p->depth] = p->place.start;
    p->is_in_text = false; /* a text with elements in it is none of Word's */
    if (p->skip_from > 0) {
        return;
    }
    if (!is_word(space)) {
        on_foreign_open(p, local, attributes);
        return;
    }
    p->is_strict = p->is_strict || strstr(space, "purl.oclc.org") != NULL;
    if (strcmp(local, "moveFrom") == 0 || strcmp(local, "del") == 0) {
        p->skip_from = p->depth;
        return;
    }
    on_structure(p, local, attributes);
    if (strcmp(local, "instrText") == 0) {
        p->is_in_code = true;
    } else if (strcmp(local, "fldChar") == 0) {
        const char *kind = cbk_xml_attribute(attributes, "fldCharType");
        on_field_mark(p, kind != NULL ? kind : "");
    }
}

static void on_run_close(part *p, const run *top)
{
    if (top->ends != NULL) {
        top->ends->after = p->place.end;
    }
    if (top->is_comment) {
        anchor *added = cbk_growing_add(&p->anchors, sizeof *added, p->fill->arena);
        if (added != NULL) {
            *added = (anchor){.bytes = {top->start, p->place.end}, .id = ""};
        }
    }
    p->n_runs--;
}

/* Of the paragraph that ends with it, or of its properties. */
static void on_paragraph_close(part *p, const char *local)
{
    paragraph *in = this_paragraph(p);
    if (in != NULL && strcmp(local, "p") == 0) {
        in->end = p->place.end;
        p->n_open--;
    } else if (in != NULL && strcmp(local, "pPr") == 0 && p->depth == in->depth) {
        in->inside = p->place.end;
    }
}

static void on_close(void *context, const char *space, const char *local)
{
    part *p = context;
    const bool was_skipped = p->skip_from > 0;
    p->skip_from = p->skip_from == p->depth ? 0 : p->skip_from;
    p->copy_from = p->copy_from == p->depth ? 0 : p->copy_from;
    p->depth--;
    if (was_skipped || !is_word(space)) {
        return;
    }
    run *top = this_run(p);
    anchor *last =
        p->anchors.n > 0 ? (anchor *)p->anchors.items + p->anchors.n - 1 : NULL;
    if (strcmp(local, "r") == 0 && top != NULL) {
        on_run_close(p, top);
    } else if (strcmp(local, "rPr") == 0 && top != NULL && p->depth == top->depth &&
               top->properties.end > 0) {
        top->properties.end = p->place.end;
    } else if (strcmp(local, "t") == 0 && p->is_in_text) {
        p->is_in_text = false;
        keep_piece(p);
    } else if (strcmp(local, "instrText") == 0) {
        p->is_in_code = false;
    } else if (strcmp(local, "sectPr") == 0 && p->section_depth == p->depth + 1) {
        on_section_close(p);
    } else if (last != NULL && last->bytes.start == p->starts[p->depth + 1]) {
        last->bytes.end = p->place.end;
    } else if (p->n_boxes > 0 && p->boxes[p->n_boxes - 1].depth == p->depth + 1) {
        p->n_boxes--;
    }
    on_paragraph_close(p, local);
}

static void on_text(void *context, const char *text, size_t size)
{
    const part *p = context;
    if (p->is_in_code && p->n_fields_open > 0 &&
        !p->open[p->n_fields_open - 1]->is_in_result) {
        cbk_buffer_add_bytes(&p->open[p->n_fields_open - 1]->code, text, size);
    }
}

/* ---- answers
 * ---------------------------------------------------------------------------- */

const paragraph *cbk_docx_paragraph(const part *p, size_t number)
{
    return number > 0 && number <= p->paragraphs.n
               ? (const paragraph *)p->paragraphs.items + number - 1
               : NULL;
}

/* The first of n items that does not begin before `at`; they stand in the order of the
 * file, and each begins with its size_t `start`. */
static size_t first_from(const char *items, size_t item_size, size_t n, size_t at)
{
    size_t low = 0;
    while (low < n) {
        const size_t middle = low + (n - low) / 2;
        size_t start = 0;
        memcpy(&start, items + middle * item_size, sizeof start);
        if (start < at) {
            low = middle + 1;
        } else {
            n = middle;
        }
    }
    return low;
}

bool cbk_docx_has_others(const part *p, range bytes)
{
    const size_t *others = p->others.items;
    const size_t i =
        first_from(p->others.items, sizeof *others, p->others.n, bytes.start);
    return i < p->others.n && others[i] < bytes.end;
}

bool cbk_docx_has_content(const part *p, range bytes)
{
    const piece *pieces = p->pieces.items;
    const size_t n = p->pieces.n;
    for (size_t i = first_from(p->pieces.items, sizeof *pieces, n, bytes.start);
         i < n && pieces[i].content.end <= bytes.end; i++) {
        const range of = pieces[i].content;
        if (strspn(p->bytes + of.start, " \t\r\n") < of.end - of.start) {
            return true;
        }
    }
    return cbk_docx_has_others(p, bytes);
}

cbk_status cbk_docx_read_part(part *p, size_t size, cbk_error *err)
{
    const cbk_xml_handler handler = {p, on_open, on_close, on_text};
    CBK_TRY(cbk_xml_read_placed(p->name, p->bytes, size, &handler, &p->place, err));
    return cbk_arena_has_failed(p->fill->arena) ? cbk_fail_memory(err) : CBK_OK;
}
