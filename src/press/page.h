/* press/page.h - a document being laid out on pages: what the files of the PDF writer
 * share.  Lengths are in mm; a page is filled from the top.
 *
 * The document is laid out twice: first to count the pages, then to draw them. */
#ifndef PRESS_PAGE_H
#define PRESS_PAGE_H

#include "press/paint.h"
#include "press/press.h"

#define CBK_TEXT_MM 3.4    /* the size of running text */
#define CBK_CAPTION_MM 3.0 /* of captions */
#define CBK_NOTE_MM 2.7    /* of what stands under tables and figures */

typedef struct cbk_pages {
    const cbk_document *document;
    cbk_arena *scratch;
    cairo_surface_t *surface;
    cairo_t *cairo;
    PangoLayout *layout;
    double width; /* of the paper as it lies */
    double height;
    double left; /* margins */
    double top;
    double bottom;
    double y;          /* where the next thing goes */
    size_t n;          /* pages begun */
    size_t n_total;    /* from the first pass; 0 in it */
    bool is_across;    /* the page that is being filled lies on its side */
    bool wants_across; /* so will the next one */
} cbk_pages;

double cbk_page_text_width(const cbk_pages *pages);
/* What is left of the page, and what an empty one holds. */
double cbk_page_left(const cbk_pages *pages);
double cbk_page_room(const cbk_pages *pages);
/* Ends the page (its footer is drawn) and begins another. */
void cbk_page_break(cbk_pages *pages);

/* From here on pages lie across or stand upright: a new page, unless this one is empty.
 */
void cbk_page_turn(cbk_pages *pages, bool is_across);
/* Begins another where less than `height` is left, unless the page is empty. */
void cbk_page_need(cbk_pages *pages, double height);
bool cbk_page_is_empty(const cbk_pages *pages);
/* The pass that only counts the pages: what is shown and tagged in it is not drawn. */
bool cbk_page_is_counted(const cbk_pages *pages);

/* Text on the pages. */
typedef struct cbk_text_style {
    double size;
    bool is_bold;
    cbk_ink ink;
    cbk_align align;
} cbk_text_style;

/* Sets the layout to the run, wrapped at width; returns its height. */
double cbk_page_set(cbk_pages *pages, const cbk_text_run *run, cbk_text_style style,
                    double width);
/* Draws the layout as it was set, with its top at y. */
void cbk_page_show(cbk_pages *pages, double x, double y, cbk_ink ink);
/* A paragraph of its own, over pages where it must be; `gap` below. */
void cbk_page_paragraph(cbk_pages *pages, const cbk_text_run *run, cbk_text_style style,
                        double indent, double gap);

/* The caption of a table or a figure: "Table 4. Title". */
cbk_text_run cbk_page_caption(cbk_pages *pages, const char *word, const char *number,
                              const char *title);
/* What must stand on one page of it: the caption and a short table, the start of a long
 * one, a figure. */
double cbk_page_table_need(cbk_pages *pages, const cbk_table_block *table);
double cbk_page_figure_need(const cbk_pages *pages, const cbk_figure_block *figure);
void cbk_page_table(cbk_pages *pages, const cbk_table_block *table);
void cbk_page_figure(cbk_pages *pages, const cbk_figure_block *figure);

/* Marks what follows for those who listen to the document: "H1", "P", "Table". */
void cbk_page_tag(cbk_pages *pages, const char *name);
void cbk_page_untag(cbk_pages *pages, const char *name);

#endif
