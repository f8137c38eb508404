/* page.c - pages, their footers, and running text on them.  Contract: press/page.h. */
#include "press/page.h"

#include "render/palette.h"
#include "render/print_table.h"

#include <cairo-pdf.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define POINTS_PER_MM (72.0 / 25.4)
#define LINE_SPACING 1.25F
#define FOOTER_MM 2.5

double cbk_page_text_width(const cbk_pages *pages)
{
    return pages->width - 2.0 * pages->left;
}

double cbk_page_left(const cbk_pages *pages)
{
    return pages->height - pages->bottom - pages->y;
}

double cbk_page_room(const cbk_pages *pages)
{
    return pages->height - pages->bottom - pages->top;
}

bool cbk_page_is_empty(const cbk_pages *pages)
{
    return pages->y <= pages->top;
}

bool cbk_page_is_counted(const cbk_pages *pages)
{
    return pages->n_total == 0;
}

void cbk_page_tag(cbk_pages *pages, const char *name)
{
    if (!cbk_page_is_counted(pages)) {
        cairo_tag_begin(pages->cairo, name, "");
    }
}

void cbk_page_untag(cbk_pages *pages, const char *name)
{
    if (!cbk_page_is_counted(pages)) {
        cairo_tag_end(pages->cairo, name);
    }
}

static void size_paper(cbk_pages *pages)
{
    const bool is_letter = pages->document->paper == CBK_PAPER_LETTER;
    const double narrow = is_letter ? 215.9 : 210.0;
    const double high = is_letter ? 279.4 : 297.0;
    pages->is_across = pages->wants_across;
    pages->width = pages->is_across ? high : narrow;
    pages->height = pages->is_across ? narrow : high;
    pages->left = (narrow - CBK_PRINT_PAGE_MM) / 2.0;
    pages->top = 20.0;
    pages->bottom = 20.0;
    pages->y = pages->top;
    cairo_pdf_surface_set_size(pages->surface, pages->width * POINTS_PER_MM,
                               pages->height * POINTS_PER_MM);
}

static void footer(cbk_pages *pages)
{
    char number[64];
    cbk_text_run run = {0};
    const cbk_text_style style = {FOOTER_MM, false, CBK_INK_MUTED, CBK_ALIGN_LEFT};
    const double y = pages->height - pages->bottom / 2.0;
    if (pages->document->footer != NULL) {
        cbk_run_text(&run, pages->scratch, pages->document->footer);
    }
    (void)cbk_page_set(pages, &run, style, cbk_page_text_width(pages) - 30.0);
    cbk_page_show(pages, pages->left, y, CBK_INK_MUTED);
    (void)snprintf(number, sizeof number, "%zu of %zu", pages->n, pages->n_total);
    run = (cbk_text_run){0};
    cbk_run_text(&run, pages->scratch, number);
    (void)cbk_page_set(pages, &run,
                       (cbk_text_style){FOOTER_MM, false, CBK_INK_MUTED, CBK_ALIGN_RIGHT},
                       30.0);
    cbk_page_show(pages, pages->width - pages->left - 30.0, y, CBK_INK_MUTED);
}

void cbk_page_break(cbk_pages *pages)
{
    if (pages->n > 0) {
        footer(pages);
        cairo_show_page(pages->cairo);
    }
    pages->n++;
    size_paper(pages);
}

void cbk_page_turn(cbk_pages *pages, bool is_across)
{
    pages->wants_across = is_across;
    if (pages->is_across == is_across) {
        return;
    }
    if (cbk_page_is_empty(pages)) {
        size_paper(pages);
    } else {
        cbk_page_break(pages);
    }
}

void cbk_page_need(cbk_pages *pages, double height)
{
    if (cbk_page_left(pages) < height && !cbk_page_is_empty(pages)) {
        cbk_page_break(pages);
    }
}

/* ---- text ------------------------------------------------------------------------- */

static void attribute(PangoAttrList *list, PangoAttribute *made, size_t from, size_t to)
{
    made->start_index = (guint)from;
    made->end_index = (guint)to;
    pango_attr_list_insert(list, made);
}

static PangoAttribute *colour_of(cbk_ink ink)
{
    PangoColor colour;
    (void)pango_color_parse(&colour, cbk_ink_colours_of(ink)->light);
    return pango_attr_foreground_new(colour.red, colour.green, colour.blue);
}

static void emphasise(PangoAttrList *list, const cbk_span *span, size_t from, size_t to)
{
    const bool is_mark = span->kind == CBK_SPAN_MARK || span->kind == CBK_SPAN_FLAG;
    if (span->kind == CBK_SPAN_STRONG || is_mark) {
        attribute(list, pango_attr_weight_new(PANGO_WEIGHT_BOLD), from, to);
    }
    if (is_mark) {
        attribute(list, colour_of(cbk_ink_of_tone(span->tone)), from, to);
    }
    if (span->kind == CBK_SPAN_EMPHASIS) {
        attribute(list, pango_attr_style_new(PANGO_STYLE_ITALIC), from, to);
    }
    if (span->kind == CBK_SPAN_CODE) {
        attribute(list, pango_attr_family_new("Liberation Mono, Courier New, monospace"),
                  from, to);
    }
}

/* Bytes that are no UTF-8 would stop the layout: they show as what is lost. */
static void add_text(cbk_buffer *out, const char *text)
{
    char *valid = g_utf8_make_valid(text, -1);
    cbk_buffer_add(out, valid);
    g_free(valid);
}

/* Short words with a slash, as units are, stay in one piece, for Pango would break "mg/L"
 * behind its slash; and so does what stands around "=". */
static void keep_together(PangoAttrList *list, const cbk_buffer *text)
{
    enum { UNIT_BYTES_MAX = 16 };
    for (size_t at = 0; at < text->size;) {
        const char *word = text->bytes + at;
        const size_t size = strcspn(word, " \n");
        if (size <= UNIT_BYTES_MAX && memchr(word, '/', size) != NULL) {
            attribute(list, pango_attr_allow_breaks_new(FALSE), at, at + size);
        } else if (size == 1 && *word == '=' && at > 0 && at + 2 < text->size) {
            attribute(list, pango_attr_allow_breaks_new(FALSE), at - 1, at + 3);
        }
        at += size + 1;
    }
}

double cbk_page_set(cbk_pages *pages, const cbk_text_run *run, cbk_text_style style,
                    double width)
{
    static const PangoAlignment sides[] = {[CBK_ALIGN_LEFT] = PANGO_ALIGN_LEFT,
                                           [CBK_ALIGN_RIGHT] = PANGO_ALIGN_RIGHT,
                                           [CBK_ALIGN_CENTRE] = PANGO_ALIGN_CENTER};
    cbk_buffer text = {0};
    PangoAttrList *list = pango_attr_list_new();
    for (const cbk_span *span = run->first; span != NULL; span = span->next) {
        const size_t from = text.size;
        add_text(&text, span->kind == CBK_SPAN_BREAK ? "\n" : span->text);
        if (span->kind == CBK_SPAN_FLAG && span->sign != NULL) {
            const size_t at = text.size;
            add_text(&text, span->sign);
            attribute(list, pango_attr_rise_new((int)(style.size * 0.3 * PANGO_SCALE)),
                      at, text.size);
            attribute(list, pango_attr_scale_new(0.7), at, text.size);
        }
        emphasise(list, span, from, text.size);
    }
    keep_together(list, &text);
    PangoFontDescription *font = cbk_font_of(style.size, style.is_bold);
    pango_layout_set_font_description(pages->layout, font);
    pango_font_description_free(font);
    pango_layout_set_width(pages->layout, (int)(width * PANGO_SCALE));
    pango_layout_set_wrap(pages->layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_alignment(pages->layout, sides[style.align]);
    pango_layout_set_line_spacing(pages->layout, LINE_SPACING);
    pango_layout_set_text(pages->layout, text.bytes != NULL ? text.bytes : "", -1);
    pango_layout_set_attributes(pages->layout, list);
    pango_attr_list_unref(list);
    cbk_buffer_free(&text);
    PangoRectangle extents;
    pango_layout_get_extents(pages->layout, NULL, &extents);
    return (double)extents.height / PANGO_SCALE;
}

void cbk_page_show(cbk_pages *pages, double x, double y, cbk_ink ink)
{
    if (cbk_page_is_counted(pages)) {
        return;
    }
    cbk_set_ink(pages->cairo, ink, 1.0);
    cairo_move_to(pages->cairo, x, y);
    pango_cairo_show_layout(pages->cairo, pages->layout);
}

/* Line by line, so that it may go on on the next page; no line stands alone. */
static void show_lines(cbk_pages *pages, const cbk_text_run *run, cbk_text_style style,
                       double x, double width)
{
    const int n_lines = pango_layout_get_line_count(pages->layout);
    for (int i = 0; i < n_lines; i++) {
        PangoLayoutIter *iterator = pango_layout_get_iter(pages->layout);
        for (int k = 0; k < i; k++) {
            (void)pango_layout_iter_next_line(iterator);
        }
        PangoRectangle logical;
        pango_layout_iter_get_line_extents(iterator, NULL, &logical);
        const double height = (double)logical.height / PANGO_SCALE;
        const double baseline =
            (double)(pango_layout_iter_get_baseline(iterator) - logical.y) / PANGO_SCALE;
        const double shift = (double)logical.x / PANGO_SCALE;
        const size_t n_before = pages->n;
        const bool is_widow = i == n_lines - 2;
        cbk_page_need(pages, is_widow ? 2.0 * height : height);
        if (pages->n != n_before) { /* the footer was set in the same layout */
            pango_layout_iter_free(iterator);
            (void)cbk_page_set(pages, run, style, width);
            i--;
            continue;
        }
        if (!cbk_page_is_counted(pages)) {
            cbk_set_ink(pages->cairo, style.ink, 1.0);
            cairo_move_to(pages->cairo, x + shift, pages->y + baseline);
            pango_cairo_show_layout_line(pages->cairo,
                                         pango_layout_iter_get_line_readonly(iterator));
        }
        pango_layout_iter_free(iterator);
        pages->y += height;
    }
}

void cbk_page_paragraph(cbk_pages *pages, const cbk_text_run *run, cbk_text_style style,
                        double indent, double gap)
{
    const double width = cbk_page_text_width(pages) - indent;
    (void)cbk_page_set(pages, run, style, width);
    show_lines(pages, run, style, pages->left + indent, width);
    pages->y += gap;
}
