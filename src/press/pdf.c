/* pdf.c - a document as PDF: pages, bookmarks, tags.  Contract: render/press_module.h. */
#include "press/page.h"
#include "press/pdf_surface.h"

#include "render/print_table.h"

#include <cairo-pdf.h>
#include <math.h>

#define POINTS_PER_MM (72.0 / 25.4)
#define HEADING_MM 12.0 /* a heading and its gaps */
#define BULLET_MM 5.0
#define LINES_MM 12.0 /* two lines that a heading has below it on its page */

/* What must follow a heading on its page. */
static double need_of(cbk_pages *pages, const cbk_block *block)
{
    if (block == NULL) {
        return 0.0;
    }
    switch (block->kind) {
    case CBK_BLOCK_TABLE:
        return cbk_page_table_need(pages, block->table);
    case CBK_BLOCK_FIGURE:
        return cbk_page_figure_need(pages, block->figure);
    case CBK_BLOCK_HEADING: /* two in a row stay together */
        return HEADING_MM + need_of(pages, block->next);
    case CBK_BLOCK_PARAGRAPH:
    case CBK_BLOCK_ITEM:
    case CBK_BLOCK_NOTED:
        break;
    }
    return LINES_MM;
}

/* A heading stands on the page of its table, also where that lies across. */
static bool is_of_table_across(const cbk_block *next)
{
    while (next != NULL && next->kind == CBK_BLOCK_HEADING) {
        next = next->next;
    }
    return next != NULL && next->kind == CBK_BLOCK_TABLE &&
           cbk_print_is_across(next->table);
}

static void heading(cbk_pages *pages, int level, const cbk_text_run *run,
                    const cbk_block *next, int *parents)
{
    static const double sizes[] = {5.0, 4.2, 3.6};
    static const char *const tags[] = {"H2", "H3", "H4"}; /* H1 is the title */
    const int depth = level < 2 ? 0 : level > 4 ? 2 : level - 2;
    const cbk_text_style style = {sizes[depth], true, CBK_INK_FOREGROUND, CBK_ALIGN_LEFT};
    if (is_of_table_across(next)) {
        cbk_page_turn(pages, true);
    }
    pages->y += cbk_page_is_empty(pages) ? 0.0 : 4.0;
    cbk_page_need(pages, fmin(HEADING_MM + need_of(pages, next), cbk_page_room(pages)));
    const char *text = cbk_run_plain(run, pages->scratch);
    const char *place =
        cbk_text_format(pages->scratch, "page=%zu pos=[%.1f %.1f]", pages->n,
                        pages->left * POINTS_PER_MM, pages->y * POINTS_PER_MM);
    if (text != NULL && place != NULL) {
        parents[depth + 1] =
            cairo_pdf_surface_add_outline(pages->surface, parents[depth], text, place, 0);
        for (int i = depth + 2; i < 4; i++) {
            parents[i] = parents[depth + 1];
        }
    }
    cbk_page_tag(pages, tags[depth]);
    cbk_page_paragraph(pages, run, style, 0.0, 2.0);
    cbk_page_untag(pages, tags[depth]);
}

static const cbk_text_style text_style = {CBK_TEXT_MM, false, CBK_INK_FOREGROUND,
                                          CBK_ALIGN_LEFT};

static void paragraph(cbk_pages *pages, const cbk_text_run *run)
{
    cbk_page_tag(pages, "P");
    cbk_page_paragraph(pages, run, text_style, 0.0, 2.5);
    cbk_page_untag(pages, "P");
}

static void item(cbk_pages *pages, const cbk_text_run *run)
{
    cbk_text_run bullet = {0};
    cbk_run_text(&bullet, pages->scratch, "\xe2\x80\xa2");
    cbk_page_need(pages, fmin(cbk_page_set(pages, run, text_style,
                                           cbk_page_text_width(pages) - BULLET_MM),
                              cbk_page_room(pages)));
    (void)cbk_page_set(pages, &bullet, text_style, BULLET_MM);
    cbk_page_tag(pages, "P");
    cbk_page_show(pages, pages->left + 1.0, pages->y, CBK_INK_FOREGROUND);
    cbk_page_paragraph(pages, run, text_style, BULLET_MM, 1.0);
    cbk_page_untag(pages, "P");
}

/* Its notes are items behind it: paper has no wide margin. */
static void noted(cbk_pages *pages, const cbk_block *block, int *parents)
{
    const cbk_noted_block *of = block->noted;
    if (of->table != NULL) {
        cbk_page_table(pages, of->table);
    } else if (of->level > 0) {
        heading(pages, of->level, &of->run, block->next, parents);
    } else if (of->is_item) {
        item(pages, &of->run);
    } else {
        paragraph(pages, &of->run);
    }
    for (size_t i = 0; i < of->n_notes; i++) {
        item(pages, &of->notes[i].run);
    }
}

static void block_show(cbk_pages *pages, const cbk_block *block, int *parents)
{
    switch (block->kind) {
    case CBK_BLOCK_HEADING:
        heading(pages, block->level, &block->run, block->next, parents);
        break;
    case CBK_BLOCK_PARAGRAPH:
        paragraph(pages, &block->run);
        break;
    case CBK_BLOCK_ITEM:
        item(pages, &block->run);
        break;
    case CBK_BLOCK_TABLE:
        cbk_page_table(pages, block->table);
        break;
    case CBK_BLOCK_NOTED:
        noted(pages, block, parents);
        break;
    case CBK_BLOCK_FIGURE:
        cbk_page_figure(pages, block->figure);
        break;
    }
}

static void title(cbk_pages *pages)
{
    const cbk_document *document = pages->document;
    cbk_text_run run = {0};
    cbk_run_text(&run, pages->scratch, document->title);
    cbk_page_tag(pages, "H1");
    cbk_page_paragraph(pages, &run,
                       (cbk_text_style){6.4, true, CBK_INK_FOREGROUND, CBK_ALIGN_LEFT},
                       0.0, 2.0);
    cbk_page_untag(pages, "H1");
    if (document->subtitle != NULL) {
        run = (cbk_text_run){0};
        cbk_run_text(&run, pages->scratch, document->subtitle);
        cbk_page_tag(pages, "P");
        cbk_page_paragraph(
            pages, &run,
            (cbk_text_style){CBK_TEXT_MM, false, CBK_INK_MUTED, CBK_ALIGN_LEFT}, 0.0,
            3.0);
        cbk_page_untag(pages, "P");
    }
}

/* One pass over the document; returns how many pages it has.  n_total 0: only to know. */
static cbk_status lay_out(const cbk_document *document, size_t n_total,
                          cbk_arena *scratch, cbk_buffer *out, size_t *n_pages,
                          cbk_error *err)
{
    int parents[4] = {CAIRO_PDF_OUTLINE_ROOT, CAIRO_PDF_OUTLINE_ROOT,
                      CAIRO_PDF_OUTLINE_ROOT, CAIRO_PDF_OUTLINE_ROOT};
    cbk_pages pages = {.document = document, .scratch = scratch, .n_total = n_total};
    pages.surface = cbk_pdf_surface_open(document->title, "", 1.0, 1.0, out);
    pages.cairo = cairo_create(pages.surface);
    cairo_scale(pages.cairo, POINTS_PER_MM, POINTS_PER_MM);
    pages.layout = cbk_layout_create(pages.cairo);
    pages.wants_across = is_of_table_across(document->first);
    cbk_page_break(&pages);
    cbk_page_tag(&pages, "Document");
    title(&pages);
    for (const cbk_block *block = document->first; block != NULL; block = block->next) {
        block_show(&pages, block, parents);
    }
    cbk_page_untag(&pages, "Document");
    if (pages.n == 1 || !cbk_page_is_empty(&pages)) { /* else it only was turned to */
        cbk_page_break(&pages);                       /* the last footer */
    }
    *n_pages = pages.n - 1;
    const cairo_status_t drawn = cairo_status(pages.cairo);
    g_object_unref(pages.layout);
    cairo_destroy(pages.cairo);
    return cbk_pdf_surface_close(pages.surface, drawn, out, err);
}

cbk_status cbk_press_pdf(const cbk_document *document, cbk_arena *scratch,
                         cbk_buffer *out, cbk_error *err)
{
    if (!cbk_has_font()) {
        return cbk_fail_font(err);
    }
    size_t n_pages = 0;
    cbk_buffer counted = {0};
    const cbk_mark before = cbk_arena_mark(scratch);
    cbk_status status = lay_out(document, 0, scratch, &counted, &n_pages, err);
    cbk_buffer_free(&counted);
    cbk_arena_release(scratch, before);
    if (status == CBK_OK) {
        status = lay_out(document, n_pages, scratch, out, &n_pages, err);
    }
    return status;
}
