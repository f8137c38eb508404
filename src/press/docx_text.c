/* docx_text.c - paragraphs and runs of a Word document.  Contract: press/docx.h. */
#include "press/docx.h"
#include "press/docx_parts.h"
#include "render/escape.h"
#include "render/palette.h"
#include "render/print_table.h"

#include <ctype.h>
#include <string.h>

enum { BOOKMARK_NAME_MAX = 40 }; /* characters that Word allows */

cbk_docx_page cbk_docx_page_of(const cbk_document *document)
{
    const bool is_letter = document->paper == CBK_PAPER_LETTER;
    cbk_docx_page page = {is_letter ? 215.9 : 210.0, is_letter ? 279.4 : 297.0, 0.0};
    page.margin_mm = (page.width_mm - CBK_PRINT_PAGE_MM) / 2.0;
    return page;
}

static int twips(double mm)
{
    return (int)(mm * CBK_TWIPS_PER_MM + 0.5);
}

void cbk_docx_section(cbk_docx *docx, bool is_across)
{
    const cbk_docx_page page = cbk_docx_page_of(docx->document);
    const int narrow = twips(page.width_mm);
    const int high = twips(page.height_mm);
    cbk_buffer_addf(
        &docx->body,
        "<w:sectPr><w:footerReference w:type=\"default\" r:id=\"rIdFooter\"/>"
        "<w:pgSz w:w=\"%d\" w:h=\"%d\"%s/>"
        "<w:pgMar w:top=\"1134\" w:right=\"%d\" w:bottom=\"1134\" w:left=\"%d\" "
        "w:header=\"567\" w:footer=\"567\" w:gutter=\"0\"/></w:sectPr>",
        is_across ? high : narrow, is_across ? narrow : high,
        is_across ? " w:orient=\"landscape\"" : "", twips(page.margin_mm),
        twips(page.margin_mm));
}

/* The first paragraph of a block takes up what stands around it. */
void cbk_docx_open(cbk_docx *docx, const char *style, bool is_kept)
{
    const bool is_first = docx->place != NULL && docx->body.size == 0;
    cbk_buffer_addf(&docx->body, "<w:p><w:pPr><w:pStyle w:val=\"%s\"/>%s%s</w:pPr>%s",
                    cbk_docx_style_id(docx->place, style), is_kept ? "<w:keepNext/>" : "",
                    is_first && docx->place->begins_page ? "<w:pageBreakBefore/>" : "",
                    is_first ? docx->place->opening : "");
}

void cbk_docx_close(cbk_docx *docx)
{
    cbk_buffer_add(&docx->body, "</w:p>\n");
}

void cbk_docx_text(cbk_docx *docx, const char *properties, const char *text)
{
    if (*text == '\0') {
        return;
    }
    cbk_buffer_add(&docx->body, "<w:r>");
    if (*properties != '\0') {
        cbk_buffer_addf(&docx->body, "<w:rPr>%s</w:rPr>", properties);
    }
    cbk_buffer_add(&docx->body, "<w:t xml:space=\"preserve\">");
    cbk_escape_xml(&docx->body, text);
    cbk_buffer_add(&docx->body, "</w:t></w:r>");
}

/* Word takes letters, digits and underscores; a name that begins with an underscore does
 * not show in its lists. */
static void bookmark_name(const char *id, char out[BOOKMARK_NAME_MAX + 1])
{
    size_t size = 0;
    out[size++] = '_';
    for (const char *c = id; *c != '\0' && size < BOOKMARK_NAME_MAX; c++) {
        out[size++] = (char)(isalnum((unsigned char)*c) ? *c : '_');
    }
    out[size] = '\0';
}

static size_t open_bookmark(cbk_docx *docx, const char *name)
{
    cbk_buffer_addf(&docx->body, "<w:bookmarkStart w:id=\"%zu\" w:name=\"%s\"/>",
                    docx->n_bookmarks, name);
    return docx->n_bookmarks++;
}

static void close_bookmark(cbk_docx *docx, size_t id)
{
    cbk_buffer_addf(&docx->body, "<w:bookmarkEnd w:id=\"%zu\"/>", id);
}

void cbk_docx_bookmark(cbk_docx *docx, const char *name)
{
    char plain[BOOKMARK_NAME_MAX + 1];
    bookmark_name(name, plain);
    close_bookmark(docx, open_bookmark(docx, plain));
}

/* The number's id and a running number: the same number may be printed twice. */
static void number(cbk_docx *docx, const cbk_span *span)
{
    char name[BOOKMARK_NAME_MAX + 1];
    const char *id = span->provenance != NULL ? span->provenance->id : "n";
    const char *numbered =
        cbk_text_format(docx->scratch, "%s_%zu", id, docx->n_bookmarks);
    bookmark_name(numbered != NULL ? numbered : "n", name);
    const size_t bookmark = open_bookmark(docx, name);
    cbk_docx_text(docx, "", span->text);
    close_bookmark(docx, bookmark);
}

static void link_write(cbk_docx *docx, const cbk_span *span)
{
    if (span->target[0] != '#' || docx->place != NULL) {
        /* On paper the address is what helps; and ours leads nowhere elsewhere. */
        cbk_docx_text(docx, "", span->text);
        return;
    }
    char name[BOOKMARK_NAME_MAX + 1];
    bookmark_name(span->target + 1, name);
    cbk_buffer_addf(&docx->body, "<w:hyperlink w:anchor=\"%s\">", name);
    cbk_docx_text(docx, "<w:rStyle w:val=\"Hyperlink\"/>", span->text);
    cbk_buffer_add(&docx->body, "</w:hyperlink>");
}

static void mark(cbk_docx *docx, const cbk_span *span)
{
    const char *colour = cbk_ink_colours_of(cbk_ink_of_tone(span->tone))->light;
    const bool is_flag = span->kind == CBK_SPAN_FLAG;
    const char *properties =
        cbk_text_format(docx->scratch, "<w:b/><w:color w:val=\"%s\"/>%s", colour + 1,
                        is_flag ? "<w:vertAlign w:val=\"superscript\"/>" : "");
    const char *text = is_flag ? span->sign : span->text;
    cbk_docx_text(docx, properties != NULL ? properties : "", text != NULL ? text : "");
}

void cbk_docx_run(cbk_docx *docx, const cbk_text_run *run)
{
    for (const cbk_span *span = run->first; span != NULL; span = span->next) {
        switch (span->kind) {
        case CBK_SPAN_TEXT:
            cbk_docx_text(docx, "", span->text);
            break;
        case CBK_SPAN_STRONG:
            cbk_docx_text(docx, "<w:b/>", span->text);
            break;
        case CBK_SPAN_EMPHASIS:
            cbk_docx_text(docx, "<w:i/>", span->text);
            break;
        case CBK_SPAN_CODE:
            cbk_docx_text(docx, docx->place == NULL ? "<w:rStyle w:val=\"Code\"/>" : "",
                          span->text);
            break;
        case CBK_SPAN_NUMBER:
            number(docx, span);
            break;
        case CBK_SPAN_LINK:
            link_write(docx, span);
            break;
        case CBK_SPAN_MARK:
            mark(docx, span);
            break;
        case CBK_SPAN_FLAG:
            cbk_docx_text(docx, "", span->text);
            mark(docx, span);
            break;
        case CBK_SPAN_BREAK:
            cbk_buffer_add(&docx->body, "<w:r><w:br/></w:r>");
            break;
        }
    }
}

/* Word counts its captions; ours keep the number that the protocol gives them. */
static void caption_number(cbk_docx *docx, const char *word, const char *number_text)
{
    cbk_docx_text(docx, "<w:b/>", " ");
    if (number_text[strspn(number_text, "0123456789")] == '\0') {
        cbk_buffer_addf(&docx->body,
                        "<w:fldSimple w:instr=\" SEQ %s \\* ARABIC \\r %s \">", word,
                        number_text);
        cbk_docx_text(docx, "<w:b/>", number_text);
        cbk_buffer_add(&docx->body, "</w:fldSimple>");
    } else {
        cbk_docx_text(docx, "<w:b/>", number_text);
    }
}

void cbk_docx_caption(cbk_docx *docx, const char *word, const char *id,
                      const char *number_text, const char *title, bool is_kept)
{
    if (number_text == NULL && (title == NULL || title[0] == '\0') &&
        docx->place == NULL) {
        return;
    }
    cbk_docx_open(docx, "Caption", is_kept);
    if (id != NULL && docx->place == NULL) {
        cbk_docx_bookmark(docx, id);
    }
    if (number_text != NULL) {
        cbk_docx_text(docx, "<w:b/>", word);
        caption_number(docx, word, number_text);
        cbk_docx_text(docx, "<w:b/>", ". ");
    }
    cbk_docx_text(docx, "", title != NULL ? title : "");
    cbk_docx_close(docx);
}
