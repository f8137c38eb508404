/* press/paint.h - a drawing on a surface of cairo. */
#ifndef PRESS_PAINT_H
#define PRESS_PAINT_H

#include <casebook/document.h>

#include <cairo.h>

/* Draws in units of mm; the caller has scaled the context.  False when no font is there
 * to draw a text with. */
bool cbk_paint(const cbk_drawing *drawing, cairo_t *cairo);

#endif
