/* docx_table.c - tables and figures of a Word document.  Contract: press/docx.h. */
#include "press/docx.h"
#include "press/docx_parts.h"
#include "render/escape.h"
#include "render/print_table.h"
#include "render/svg.h"

#include <math.h>

#define PICTURE_DPI 220.0 /* what Word itself keeps of a picture */
#define PICTURES "http://schemas.openxmlformats.org/drawingml/2006/picture"

enum { SHORT_TABLE_ROWS = 12 }; /* not broken over two pages */

static void cell(cbk_docx *docx, const cbk_cell *of, cbk_align align, double width_mm,
                 bool is_header, bool is_kept)
{
    static const char *const sides[] = {[CBK_ALIGN_LEFT] = "left",
                                        [CBK_ALIGN_RIGHT] = "right",
                                        [CBK_ALIGN_CENTRE] = "center"};
    cbk_buffer_addf(&docx->body, "<w:tc><w:tcPr><w:tcW w:w=\"%.0f\" w:type=\"dxa\"/>",
                    width_mm * CBK_TWIPS_PER_MM);
    cbk_buffer_add(&docx->body,
                   is_header ? "<w:tcBorders><w:bottom w:val=\"single\" w:sz=\"4\" "
                               "w:space=\"0\" w:color=\"1b1f24\"/></w:tcBorders>"
                               "<w:vAlign w:val=\"bottom\"/>"
                             : "");
    cbk_buffer_addf(
        &docx->body,
        "</w:tcPr><w:p><w:pPr><w:pStyle w:val=\"%s\"/>%s%s"
        "<w:jc w:val=\"%s\"/></w:pPr>",
        cbk_docx_style_id(docx->place, is_header ? "TableHeader" : "TableText"),
        is_kept ? "<w:keepNext/>" : "", of->indent > 0 ? "<w:ind w:left=\"200\"/>" : "",
        sides[align]);
    cbk_docx_run(docx, &of->run);
    cbk_buffer_add(&docx->body, "</w:p></w:tc>");
}

static void rows(cbk_docx *docx, const cbk_table_block *table, const double *width_mm)
{
    for (size_t row = 0; row <= table->n_rows; row++) {
        const bool is_header = row == 0;
        /* Short tables stay whole; of others the last row stays with the notes. */
        const bool is_kept = is_header || table->n_rows <= SHORT_TABLE_ROWS;
        const bool is_last = row == table->n_rows;
        const bool has_notes = table->n_notes > 0 || table->abbreviations != NULL;
        const cbk_cell *cells =
            is_header ? table->header : &table->cells[(row - 1) * table->n_columns];
        cbk_buffer_addf(&docx->body, "<w:tr><w:trPr><w:cantSplit/>%s</w:trPr>",
                        is_header ? "<w:tblHeader/>" : "");
        for (size_t i = 0; i < table->n_columns; i++) {
            cell(docx, &cells[i], table->align[i], width_mm[i], is_header,
                 is_last ? has_notes : is_kept);
        }
        cbk_buffer_add(&docx->body, "</w:tr>\n");
    }
}

static void note(cbk_docx *docx, const cbk_text_run *run)
{
    cbk_docx_open(docx, "TableNote", false);
    cbk_docx_run(docx, run);
    cbk_docx_close(docx);
}

static void notes(cbk_docx *docx, const cbk_text_run *notes_of, size_t n,
                  const char *abbreviations)
{
    for (size_t i = 0; i < n; i++) {
        note(docx, &notes_of[i]);
    }
    if (abbreviations != NULL) {
        cbk_docx_open(docx, "TableNote", false);
        cbk_docx_text(docx, "", abbreviations);
        cbk_docx_close(docx);
    }
    if (n == 0 && abbreviations == NULL) { /* two tables in a row would become one */
        cbk_docx_open(docx, "TableNote", false);
        cbk_docx_close(docx);
    }
}

void cbk_docx_end_section(cbk_docx *docx, bool is_across)
{
    if (!is_across && docx->body.size == docx->section_start) {
        return;
    }
    docx->section_end = docx->body.size;
    cbk_buffer_add(&docx->body, "<w:p><w:pPr><w:pStyle w:val=\"TableNote\"/>");
    cbk_docx_section(docx, is_across);
    cbk_buffer_add(&docx->body, "</w:pPr></w:p>\n");
    docx->section_start = docx->body.size;
}

static double text_width(const cbk_docx *docx, bool is_across)
{
    if (docx->place != NULL) {
        return docx->place->width_mm;
    }
    const cbk_docx_page page = cbk_docx_page_of(docx->document);
    const double margins_mm = page.width_mm - CBK_PRINT_PAGE_MM;
    return is_across ? page.height_mm - margins_mm : CBK_PRINT_PAGE_MM;
}

void cbk_docx_table(cbk_docx *docx, const cbk_table_block *table)
{
    cbk_column_need *needs = CBK_NEW(docx->scratch, cbk_column_need, table->n_columns);
    double *width_mm = CBK_NEW(docx->scratch, double, table->n_columns);
    if (needs == NULL || width_mm == NULL) {
        return; /* sticky in the arena */
    }
    const bool is_across = docx->place == NULL && cbk_print_is_across(table);
    if (is_across && !docx->is_turned) {
        cbk_docx_end_section(docx, false);
    }
    docx->is_turned = false;
    cbk_print_columns(table, text_width(docx, is_across), needs, width_mm);
    cbk_docx_caption(docx, "Table", table->id, table->number, table->title, true);
    cbk_buffer_add(&docx->body, "<w:tbl><w:tblPr><w:tblStyle w:val=\"");
    cbk_buffer_add(&docx->body, cbk_docx_style_id(docx->place, "TableOfResults"));
    cbk_buffer_add(
        &docx->body,
        "\"/><w:tblW w:w=\"0\" w:type=\"auto\"/><w:tblLayout w:type=\"fixed\"/>"
        "<w:tblCaption w:val=\"");
    cbk_escape_xml(&docx->body, table->title != NULL ? table->title : "Table");
    cbk_buffer_add(&docx->body, "\"/></w:tblPr><w:tblGrid>");
    for (size_t i = 0; i < table->n_columns; i++) {
        cbk_buffer_addf(&docx->body, "<w:gridCol w:w=\"%.0f\"/>",
                        width_mm[i] * CBK_TWIPS_PER_MM);
    }
    cbk_buffer_add(&docx->body, "</w:tblGrid>\n");
    rows(docx, table, width_mm);
    cbk_buffer_add(&docx->body, "</w:tbl>\n");
    notes(docx, table->notes, table->n_notes, table->abbreviations);
    if (is_across) {
        cbk_docx_end_section(docx, true);
    }
}

/* ---- figures ---------------------------------------------------------------------- */

static void picture(cbk_docx *docx, const cbk_drawing *drawing, size_t id,
                    const char *relation)
{
    const double scale = fmin(1.0, text_width(docx, false) / drawing->width_mm);
    const double width = drawing->width_mm * scale * CBK_EMU_PER_MM;
    const double height = drawing->height_mm * scale * CBK_EMU_PER_MM;
    cbk_buffer *body = &docx->body;
    cbk_buffer_addf(body,
                    "<w:r><w:drawing><wp:inline "
                    "xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/"
                    "wordprocessingDrawing\" distT=\"0\" distB=\"0\" distL=\"0\" "
                    "distR=\"0\"><wp:extent cx=\"%.0f\" cy=\"%.0f\"/>"
                    "<wp:docPr id=\"%zu\" name=\"Figure %zu\" title=\"",
                    width, height, id, id);
    cbk_escape_xml(body, drawing->title);
    cbk_buffer_add(body, "\" descr=\"");
    cbk_escape_xml(body, drawing->description);
    cbk_buffer_addf(
        body,
        "\"/><a:graphic "
        "xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\">"
        "<a:graphicData uri=\"" PICTURES "\"><pic:pic xmlns:pic=\"" PICTURES "\" "
        "xmlns:r=\"" CBK_DOCX_OFFICE "\">"
        "<pic:nvPicPr><pic:cNvPr id=\"%zu\" name=\"figure%zu.png\"/><pic:cNvPicPr/>"
        "</pic:nvPicPr><pic:blipFill><a:blip r:embed=\"%s_png\"><a:extLst>"
        "<a:ext uri=\"{96DAC541-7B7A-43D3-8B79-37D633B846F1}\"><asvg:svgBlip "
        "xmlns:asvg=\"http://schemas.microsoft.com/office/drawing/2016/SVG/main\" "
        "r:embed=\"%s_svg\"/></a:ext></a:extLst></a:blip><a:stretch><a:fillRect/>"
        "</a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/>"
        "<a:ext cx=\"%.0f\" cy=\"%.0f\"/></a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/>"
        "</a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline>"
        "</w:drawing></w:r>",
        id, id, relation, relation, width, height);
}

/* A vector picture for programs that draw it, and the same as dots for those that do
 * not. */
cbk_status cbk_docx_picture_files(const cbk_drawing *drawing, cbk_buffer *png,
                                  cbk_buffer *svg, cbk_error *err)
{
    CBK_TRY(cbk_press_figure_png(drawing, PICTURE_DPI, png, err));
    cbk_svg_picture(drawing, svg);
    return png->is_failed || svg->is_failed ? cbk_fail_memory(err) : CBK_OK;
}

void cbk_docx_figure(cbk_docx *docx, const cbk_figure_block *figure, size_t id,
                     const char *relation)
{
    cbk_docx_open(docx, "Figure", true);
    picture(docx, figure->drawing, id, relation);
    cbk_docx_close(docx);
    cbk_docx_caption(docx, "Figure", figure->id, figure->number,
                     figure->title != NULL ? figure->title : figure->drawing->title,
                     figure->n_notes > 0);
    for (size_t i = 0; i < figure->n_notes; i++) {
        note(docx, &figure->notes[i]);
    }
}
