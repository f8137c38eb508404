/* press/pdf_surface.h - a PDF file of cairo's that is written into a buffer. */
#ifndef PRESS_PDF_SURFACE_H
#define PRESS_PDF_SURFACE_H

#include "press/press.h"

#include <cairo.h>

/* For cairo's streams; closure is a cbk_buffer. */
cairo_status_t cbk_stream_append(void *closure, const unsigned char *bytes,
                                 unsigned size);

/* With title and subject, and without a time of day.  Sizes in mm. */
cairo_surface_t *cbk_pdf_surface_open(const char *title, const char *subject,
                                      double width_mm, double height_mm, cbk_buffer *out);
/* Writes what is left into out, the buffer that was opened with, and says in it that it
 * is in English; drawn is the status of the context that drew on it. */
cbk_status cbk_pdf_surface_close(cairo_surface_t *surface, cairo_status_t drawn,
                                 cbk_buffer *out, cbk_error *err);

cbk_status cbk_fail_font(cbk_error *err);
cbk_status cbk_fail_cairo(cairo_status_t status, cbk_error *err);

#endif
