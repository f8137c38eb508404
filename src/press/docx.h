/* press/docx.h - a Word document being written: what the files of the writer share.
 * Format: ECMA-376, part 1 (WordprocessingML). */
#ifndef PRESS_DOCX_H
#define PRESS_DOCX_H

#include "package/zip_writer.h"
#include "press/press.h"

#define CBK_TWIPS_PER_MM (1440.0 / 25.4)
#define CBK_EMU_PER_MM 36000.0

typedef struct cbk_docx {
    const cbk_document *document;
    const cbk_docx_place *place; /* of a block in somebody else's document, or NULL */
    cbk_arena *scratch;
    cbk_buffer body;      /* word/document.xml, the inside */
    cbk_buffer relations; /* word/_rels/document.xml.rels, the inside */
    bool is_turned; /* a heading has begun the section of the table across below it */
    size_t section_start; /* in body */
    size_t section_end;   /* where the paragraph that ended the section before begins */
    size_t n_bookmarks;   /* ids handed out */
    size_t n_pictures;
    cbk_zip_part *parts; /* [n_parts] the pictures' files */
    size_t n_parts;
} cbk_docx;

/* The size of the paper, upright, and the margin that leaves CBK_PRINT_PAGE_MM. */
typedef struct cbk_docx_page {
    double width_mm;
    double height_mm;
    double margin_mm; /* left and right */
} cbk_docx_page;
cbk_docx_page cbk_docx_page_of(const cbk_document *document);

/* A section's properties; across: the paper lies on its side. */
void cbk_docx_section(cbk_docx *docx, bool is_across);
/* An empty paragraph that ends the section before it; nothing where an upright one has
 * nothing in it yet. */
void cbk_docx_end_section(cbk_docx *docx, bool is_across);

/* What a paragraph begins with: <w:p> and its style; is_kept: on one page with the
 * next. */
void cbk_docx_open(cbk_docx *docx, const char *style, bool is_kept);
void cbk_docx_close(cbk_docx *docx);
/* One run of text; properties: XML of <w:rPr>, "" for none. */
void cbk_docx_text(cbk_docx *docx, const char *properties, const char *text);
void cbk_docx_run(cbk_docx *docx, const cbk_text_run *run);
/* A place that links and fields refer to: around nothing. */
void cbk_docx_bookmark(cbk_docx *docx, const char *name);
/* "Table 4. Title" as a paragraph: the number is a field that Word can list and refer
 * to. */
void cbk_docx_caption(cbk_docx *docx, const char *word, const char *id,
                      const char *number, const char *title, bool is_kept);

void cbk_docx_table(cbk_docx *docx, const cbk_table_block *table);
/* id: of the picture in the document; its files are the targets of the relationships
 * with the ids `relation` and "_png", "_svg". */
void cbk_docx_figure(cbk_docx *docx, const cbk_figure_block *figure, size_t id,
                     const char *relation);
/* Errors: those of cbk_press_figure_png. */
cbk_status cbk_docx_picture_files(const cbk_drawing *drawing, cbk_buffer *png,
                                  cbk_buffer *svg, cbk_error *err);

#endif
