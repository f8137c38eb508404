/* press/paint.h - a drawing on a surface of cairo. */
#ifndef PRESS_PAINT_H
#define PRESS_PAINT_H

#include <casebook/document.h>

#include <cairo.h>
#include <pango/pangocairo.h>

/* A layout whose letters stand by their true widths, the same on paper and on a screen.
 * The caller unrefs it. */
PangoLayout *cbk_layout_create(cairo_t *cairo);
/* The families of text, size_mm the height of the em.  The caller frees it. */
PangoFontDescription *cbk_font_of(double size_mm, bool is_bold);
bool cbk_has_font(void);
void cbk_set_ink(cairo_t *cairo, cbk_ink ink, double opacity);

/* Draws in units of mm; the caller has scaled the context, and knows that there is a
 * font. */
void cbk_paint(const cbk_drawing *drawing, cairo_t *cairo);

#endif
