/* figure.c - a drawing as a PDF page of its size, or as PNG.  Contract:
 * render/press_module.h. */
#include "press/paint.h"
#include "press/pdf_surface.h"

#include <math.h>
#include <zlib.h>

#define POINTS_PER_MM (72.0 / 25.4)
#define SIDE_MAX_PIXELS 20000.0 /* cairo's own limit is 32767 a side */

/* Paints onto the surface; the caller closes it. */
static cairo_status_t paint(const cbk_drawing *drawing, cairo_surface_t *surface,
                            double scale, bool is_paper)
{
    cairo_t *cairo = cairo_create(surface);
    if (is_paper) {
        cairo_set_source_rgb(cairo, 1.0, 1.0, 1.0);
        cairo_paint(cairo);
    }
    cairo_scale(cairo, scale, scale);
    cbk_paint(drawing, cairo);
    const cairo_status_t painted = cairo_status(cairo);
    cairo_destroy(cairo);
    return painted;
}

cbk_status cbk_press_figure_pdf(const cbk_drawing *drawing, cbk_buffer *out,
                                cbk_error *err)
{
    if (!cbk_has_font()) {
        return cbk_fail_font(err);
    }
    cairo_surface_t *surface = cbk_pdf_surface_open(
        drawing->title, drawing->description, drawing->width_mm, drawing->height_mm, out);
    const cairo_status_t painted = paint(drawing, surface, POINTS_PER_MM, false);
    return cbk_pdf_surface_close(surface, painted, err);
}

static void big_endian(unsigned char out[4], uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        out[i] = (unsigned char)(value >> (24 - 8 * i) & 0xFFU);
    }
}

/* A PNG of cairo's says nothing of its resolution; journals read it from the chunk pHYs,
 * which comes after the header (PNG specification, section 11.3.5.3). */
static void add_with_resolution(cbk_buffer *out, const cbk_buffer *png,
                                double dots_per_inch)
{
    enum { SIGNATURE_AND_HEADER = 8 + 25 };
    unsigned char chunk[21] = {0, 0, 0, 9, 'p', 'H', 'Y', 's'};
    const uint32_t dots_per_metre = (uint32_t)lround(dots_per_inch / 0.0254);
    big_endian(chunk + 8, dots_per_metre);
    big_endian(chunk + 12, dots_per_metre);
    chunk[16] = 1; /* the unit is the metre */
    big_endian(chunk + 17, (uint32_t)crc32(0, chunk + 4, 13));
    cbk_buffer_add_bytes(out, png->bytes, SIGNATURE_AND_HEADER);
    cbk_buffer_add_bytes(out, (const char *)chunk, sizeof chunk);
    cbk_buffer_add_bytes(out, png->bytes + SIGNATURE_AND_HEADER,
                         png->size - SIGNATURE_AND_HEADER);
}

cbk_status cbk_press_figure_png(const cbk_drawing *drawing, double dots_per_inch,
                                cbk_buffer *out, cbk_error *err)
{
    const double scale = dots_per_inch / 25.4;
    const double width = ceil(drawing->width_mm * scale);
    const double height = ceil(drawing->height_mm * scale);
    if (!(width >= 1.0 && height >= 1.0 && width <= SIDE_MAX_PIXELS &&
          height <= SIDE_MAX_PIXELS)) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "At %g dots per inch the figure has %.0f by %.0f pixels; at most "
                        "%.0f a side are drawn",
                        dots_per_inch, width, height, SIDE_MAX_PIXELS);
    }
    if (!cbk_has_font()) {
        return cbk_fail_font(err);
    }
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)width, (int)height);
    cbk_buffer png = {0};
    cairo_status_t written = paint(drawing, surface, scale, true);
    if (written == CAIRO_STATUS_SUCCESS) {
        written = cairo_surface_write_to_png_stream(surface, cbk_stream_append, &png);
    }
    cairo_surface_destroy(surface);
    if (written == CAIRO_STATUS_SUCCESS) {
        add_with_resolution(out, &png, dots_per_inch);
    }
    cbk_buffer_free(&png);
    return written == CAIRO_STATUS_SUCCESS ? CBK_OK : cbk_fail_cairo(written, err);
}
