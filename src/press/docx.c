/* docx.c - a document as DOCX.  Contract: render/press_module.h. */
#include "press/docx.h"

#include "press/docx_parts.h"
#include "render/escape.h"
#include "render/print_table.h"

#include <stdio.h>
#include <string.h>

enum { PARTS_A_PICTURE = 2, OTHER_PARTS = 5 };

static const char *heading_style(int level)
{
    static const char *const headings[] = {"Heading1", "Heading2", "Heading3"};
    return headings[level < 2 ? 0 : level > 4 ? 2 : level - 2];
}

static const char *style_of(const cbk_block *block)
{
    if (block->kind == CBK_BLOCK_HEADING) {
        return heading_style(block->level);
    }
    return block->kind == CBK_BLOCK_ITEM ? "ListBullet" : "Normal";
}

/* Its notes are paragraphs behind it. */
static void noted_write(cbk_docx *docx, const cbk_noted_block *noted)
{
    if (noted->table != NULL) {
        cbk_docx_table(docx, noted->table);
    } else {
        cbk_docx_open(docx,
                      noted->level > 0 ? heading_style(noted->level)
                      : noted->is_item ? "ListBullet"
                                       : "Normal",
                      false);
        cbk_docx_run(docx, &noted->run);
        cbk_docx_close(docx);
    }
    for (size_t i = 0; i < noted->n_notes; i++) {
        cbk_docx_open(docx, "ListBullet", false);
        cbk_docx_run(docx, &noted->notes[i].run);
        cbk_docx_close(docx);
    }
}

/* A picture's file, and the relationship that leads to it. */
static void add_file(cbk_docx *docx, const char *ending, const cbk_buffer *bytes)
{
    const char *name = cbk_text_format(docx->scratch, "word/media/figure%zu.%s",
                                       docx->n_pictures, ending);
    const char *copy = cbk_text_copy_bytes(
        docx->scratch, bytes->bytes != NULL ? bytes->bytes : "", bytes->size);
    if (name == NULL || copy == NULL) {
        return; /* sticky in the arena */
    }
    docx->parts[docx->n_parts++] = (cbk_zip_part){name, copy, bytes->size};
    cbk_buffer_addf(&docx->relations,
                    "<Relationship Id=\"figure%zu_%s\" Type=\"" CBK_DOCX_OFFICE
                    "/image\" "
                    "Target=\"media/figure%zu.%s\"/>\n",
                    docx->n_pictures, ending, docx->n_pictures, ending);
}

static cbk_status figure_write(cbk_docx *docx, const cbk_figure_block *figure,
                               cbk_error *err)
{
    cbk_buffer png = {0};
    cbk_buffer svg = {0};
    const cbk_status status = cbk_docx_picture_files(figure->drawing, &png, &svg, err);
    if (status == CBK_OK) {
        docx->n_pictures++;
        add_file(docx, "png", &png);
        add_file(docx, "svg", &svg);
        const char *relation =
            cbk_text_format(docx->scratch, "figure%zu", docx->n_pictures);
        cbk_docx_figure(docx, figure, docx->n_pictures, relation != NULL ? relation : "");
    }
    cbk_buffer_free(&png);
    cbk_buffer_free(&svg);
    return status;
}

/* A heading stands on the page of its table, also where that lies across. */
static void turn_for_table(cbk_docx *docx, const cbk_block *next)
{
    while (next != NULL && next->kind == CBK_BLOCK_HEADING) {
        next = next->next;
    }
    if (!docx->is_turned && next != NULL && next->kind == CBK_BLOCK_TABLE &&
        cbk_print_is_across(next->table)) {
        cbk_docx_end_section(docx, false);
        docx->is_turned = true;
    }
}

static cbk_status block_write(cbk_docx *docx, const cbk_block *block, cbk_error *err)
{
    switch (block->kind) {
    case CBK_BLOCK_HEADING:
        turn_for_table(docx, block->next);
        /* fall through */
    case CBK_BLOCK_PARAGRAPH:
    case CBK_BLOCK_ITEM:
        cbk_docx_open(docx, style_of(block), false);
        if (block->kind == CBK_BLOCK_HEADING && block->id != NULL) {
            cbk_docx_bookmark(docx, block->id);
        }
        cbk_docx_run(docx, &block->run);
        cbk_docx_close(docx);
        break;
    case CBK_BLOCK_TABLE:
        cbk_docx_table(docx, block->table);
        break;
    case CBK_BLOCK_NOTED:
        noted_write(docx, block->noted);
        break;
    case CBK_BLOCK_FIGURE:
        return figure_write(docx, block->figure, err);
    }
    return CBK_OK;
}

/* The section of the last page.  Behind a wide table, whose section has just ended, there
 * would be nothing in it but an empty page: that section is the last one then. */
static void last_section(cbk_docx *docx)
{
    static const char end[] = "</w:p>\n";
    const size_t size = sizeof end - 1;
    cbk_buffer *body = &docx->body;
    const bool is_across = docx->section_start > 0 && body->size == docx->section_start;
    if (is_across && !body->is_failed) {
        body->size = docx->section_end;
        if (body->size < size ||
            memcmp(body->bytes + body->size - size, end, size) != 0) {
            cbk_docx_open(docx, "TableNote", false); /* Word wants one behind a table */
            cbk_docx_close(docx);
        }
    }
    cbk_docx_section(docx, is_across);
}

static cbk_status body_write(cbk_docx *docx, cbk_error *err)
{
    const cbk_document *document = docx->document;
    turn_for_table(docx, document->first);
    cbk_docx_open(docx, "Title", true);
    cbk_docx_text(docx, "", document->title);
    cbk_docx_close(docx);
    if (document->subtitle != NULL) {
        cbk_docx_open(docx, "Subtitle", false);
        cbk_docx_text(docx, "", document->subtitle);
        cbk_docx_close(docx);
    }
    for (const cbk_block *block = document->first; block != NULL; block = block->next) {
        CBK_TRY(block_write(docx, block, err));
    }
    last_section(docx);
    return CBK_OK;
}

/* The inside of a part between its head and its end, as a part of the container. */
static void part_make(cbk_docx *docx, cbk_zip_part *out, const char *name,
                      const char *head, const cbk_buffer *inside, const char *end)
{
    cbk_buffer whole = {0};
    cbk_buffer_add(&whole, CBK_XML_HEAD);
    cbk_buffer_add(&whole, head);
    cbk_buffer_add(&whole, inside->bytes != NULL ? inside->bytes : "");
    cbk_buffer_add(&whole, end);
    const char *copy = whole.is_failed || inside->is_failed
                           ? NULL
                           : cbk_text_copy_bytes(docx->scratch, whole.bytes, whole.size);
    *out = (cbk_zip_part){name, copy, whole.size};
    cbk_buffer_free(&whole);
}

static void footer_write(const cbk_document *document, cbk_buffer *out)
{
    cbk_buffer_add(out, "<w:p><w:pPr><w:pStyle w:val=\"Footer\"/></w:pPr><w:r>"
                        "<w:t xml:space=\"preserve\">");
    cbk_escape_xml(out, document->footer != NULL ? document->footer : "");
    cbk_buffer_add(out, "</w:t></w:r><w:r><w:tab/></w:r>"
                        "<w:fldSimple w:instr=\" PAGE \"><w:r><w:t>1</w:t></w:r>"
                        "</w:fldSimple></w:p>");
}

static void relations_write(cbk_buffer *out)
{
    static const char *const others[] = {"styles", "numbering", "settings"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        cbk_buffer_addf(out,
                        "<Relationship Id=\"rId%s\" Type=\"" CBK_DOCX_OFFICE "/%s\" "
                        "Target=\"%s.xml\"/>\n",
                        others[i], others[i], others[i]);
    }
    cbk_buffer_add(out,
                   "<Relationship Id=\"rIdFooter\" Type=\"" CBK_DOCX_OFFICE "/footer\" "
                   "Target=\"footer1.xml\"/>\n");
}

static size_t count_figures(const cbk_document *document)
{
    size_t n = 0;
    for (const cbk_block *block = document->first; block != NULL; block = block->next) {
        n += block->kind == CBK_BLOCK_FIGURE ? 1 : 0;
    }
    return n;
}

/* The parts that differ from document to document; NULL bytes: out of memory. */
static void own_parts(cbk_docx *docx, cbk_zip_part out[OTHER_PARTS])
{
    cbk_buffer footer = {0};
    cbk_buffer title = {0};
    cbk_buffer styles = {0};
    char head[1024];
    (void)snprintf(head, sizeof head, "<w:document %s><w:body>", cbk_docx_spaces);
    part_make(docx, &out[0], "word/document.xml", head, &docx->body,
              "</w:body></w:document>");
    part_make(docx, &out[1], "word/_rels/document.xml.rels",
              "<Relationships "
              "xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">",
              &docx->relations, "</Relationships>");
    footer_write(docx->document, &footer);
    (void)snprintf(head, sizeof head, "<w:ftr %s>", cbk_docx_spaces);
    part_make(docx, &out[2], "word/footer1.xml", head, &footer, "</w:ftr>");
    cbk_escape_xml(&title, docx->document->title);
    part_make(docx, &out[3], "docProps/core.xml",
              "<cp:coreProperties "
              "xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/"
              "core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">"
              "<dc:creator>casebook " CASEBOOK_VERSION "</dc:creator><dc:title>",
              &title, "</dc:title></cp:coreProperties>");
    cbk_docx_styles(&styles);
    part_make(docx, &out[4], "word/styles.xml", "", &styles, "");
    cbk_buffer_free(&footer);
    cbk_buffer_free(&title);
    cbk_buffer_free(&styles);
}

static cbk_status container_write(cbk_docx *docx, cbk_buffer *out, cbk_error *err)
{
    const size_t n = CBK_N_DOCX_FIXED_PARTS + OTHER_PARTS + docx->n_parts;
    cbk_zip_part *parts = CBK_NEW(docx->scratch, cbk_zip_part, n);
    if (parts == NULL) {
        return cbk_fail_memory(err);
    }
    cbk_docx_fixed_parts(parts);
    own_parts(docx, parts + CBK_N_DOCX_FIXED_PARTS);
    for (size_t i = 0; i < docx->n_parts; i++) {
        parts[CBK_N_DOCX_FIXED_PARTS + OTHER_PARTS + i] = docx->parts[i];
    }
    if (cbk_arena_has_failed(docx->scratch) || docx->body.is_failed ||
        docx->relations.is_failed) {
        return cbk_fail_memory(err);
    }
    return cbk_zip_write(parts, n, out, err);
}

cbk_status cbk_press_docx(const cbk_document *document, cbk_arena *scratch,
                          cbk_buffer *out, cbk_error *err)
{
    cbk_docx docx = {.document = document, .scratch = scratch};
    docx.parts =
        CBK_NEW(scratch, cbk_zip_part, PARTS_A_PICTURE * count_figures(document) + 1);
    if (docx.parts == NULL) {
        return cbk_fail_memory(err);
    }
    relations_write(&docx.relations);
    cbk_status status = body_write(&docx, err);
    if (status == CBK_OK) {
        status = container_write(&docx, out, err);
    }
    cbk_buffer_free(&docx.body);
    cbk_buffer_free(&docx.relations);
    return status;
}

/* ---- a block for somebody else's document --------------------------------------------
 */

/* The closing goes before the end of the last paragraph. */
static void add_closing(cbk_buffer *body, const char *closing)
{
    static const char end[] = "</w:p>\n";
    if (!body->is_failed) {
        body->size -= sizeof end - 1; /* a block ends with a paragraph */
        cbk_buffer_add(body, closing);
        cbk_buffer_add(body, "</w:p>");
    }
}

cbk_status cbk_press_docx_block(const cbk_block *block, const cbk_docx_place *place,
                                cbk_arena *scratch, cbk_docx_block *out, cbk_error *err)
{
    cbk_docx docx = {.place = place, .scratch = scratch, .n_bookmarks = place->first_id};
    if (block->kind == CBK_BLOCK_FIGURE) {
        CBK_TRY(
            cbk_docx_picture_files(block->figure->drawing, &out->png, &out->svg, err));
        cbk_docx_figure(&docx, block->figure, docx.n_bookmarks++, place->picture);
    } else {
        cbk_docx_table(&docx, block->table);
    }
    add_closing(&docx.body, place->closing);
    out->body = docx.body;
    out->n_ids = docx.n_bookmarks - place->first_id;
    return docx.body.is_failed || cbk_arena_has_failed(scratch) ? cbk_fail_memory(err)
                                                                : CBK_OK;
}
