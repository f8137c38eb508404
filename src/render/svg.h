/* render/svg.h - drawings as SVG. */
#ifndef RENDER_SVG_H
#define RENDER_SVG_H

#include <casebook/document.h>

#include "base/text.h"

/* A file of its own: background, style, XML declaration. */
void cbk_svg_file(const cbk_drawing *drawing, cbk_buffer *out);

/* The same without background and style, for programs that know little of CSS. */
void cbk_svg_picture(const cbk_drawing *drawing, cbk_buffer *out);

/* An element inside a page that carries cbk_svg_style(); id makes its ids unique. */
void cbk_svg_inline(const cbk_drawing *drawing, const char *id, cbk_buffer *out);

/* The inks as CSS: a variable each ("--series-1"), light and dark, and the classes that
 * shapes carry.  The page's own text uses the same variables. */
void cbk_svg_style(cbk_buffer *out);

#endif
