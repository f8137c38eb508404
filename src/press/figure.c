/* figure.c - a drawing as a PDF page of its size, or as PNG.  Contract:
 * render/press_module.h. */
#include "press/paint.h"
#include "press/press.h"

#include <cairo-pdf.h>
#include <math.h>
#include <zlib.h>

#define POINTS_PER_MM (72.0 / 25.4)
#define SIDE_MAX_PIXELS 20000.0 /* cairo's own limit is 32767 a side */

static cairo_status_t append(void *closure, const unsigned char *bytes, unsigned size)
{
    cbk_buffer *out = closure;
    cbk_buffer_add_bytes(out, (const char *)bytes, size);
    return out->is_failed ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

static cbk_status fail_font(cbk_error *err)
{
    return cbk_fail(err, CBK_EIO, CBK_ROW_NONE,
                    "No font is installed, and a figure has text: install one, as the "
                    "Debian package fonts-liberation");
}

static cbk_status fail_cairo(cairo_status_t status, cbk_error *err)
{
    return status == CAIRO_STATUS_NO_MEMORY || status == CAIRO_STATUS_WRITE_ERROR
               ? cbk_fail_memory(err)
               : cbk_fail(err, CBK_EIO, CBK_ROW_NONE, "The figure was not drawn: %s",
                          cairo_status_to_string(status));
}

/* Paints onto the surface, finishes it and gives it back. */
static cbk_status paint_and_close(const cbk_drawing *drawing, cairo_surface_t *surface,
                                  double scale, bool is_paper, cbk_error *err)
{
    cairo_t *cairo = cairo_create(surface);
    if (is_paper) {
        cairo_set_source_rgb(cairo, 1.0, 1.0, 1.0);
        cairo_paint(cairo);
    }
    cairo_scale(cairo, scale, scale);
    const bool is_painted = cbk_paint(drawing, cairo);
    const cairo_status_t painted = cairo_status(cairo);
    cairo_destroy(cairo);
    if (!is_painted) {
        return fail_font(err);
    }
    return painted == CAIRO_STATUS_SUCCESS ? CBK_OK : fail_cairo(painted, err);
}

cbk_status cbk_press_pdf(const cbk_drawing *drawing, cbk_buffer *out, cbk_error *err)
{
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(
        append, out, drawing->width_mm * POINTS_PER_MM,
        drawing->height_mm * POINTS_PER_MM);
    /* The same bytes from run to run: no time of day. */
    static const char epoch[] = "1970-01-01T00:00:00Z";
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, drawing->title);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_SUBJECT,
                                   drawing->description);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR,
                                   "casebook " CASEBOOK_VERSION);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, epoch);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_MOD_DATE, epoch);
    cbk_status status = paint_and_close(drawing, surface, POINTS_PER_MM, false, err);
    cairo_surface_finish(surface);
    const cairo_status_t finished = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    if (status == CBK_OK && finished != CAIRO_STATUS_SUCCESS) {
        status = fail_cairo(finished, err);
    }
    return status;
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

cbk_status cbk_press_png(const cbk_drawing *drawing, double dots_per_inch,
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
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)width, (int)height);
    cbk_buffer png = {0};
    cbk_status status = paint_and_close(drawing, surface, scale, true, err);
    if (status == CBK_OK) {
        const cairo_status_t written =
            cairo_surface_write_to_png_stream(surface, append, &png);
        status = written == CAIRO_STATUS_SUCCESS ? CBK_OK : fail_cairo(written, err);
    }
    cairo_surface_destroy(surface);
    if (status == CBK_OK) {
        add_with_resolution(out, &png, dots_per_inch);
    }
    cbk_buffer_free(&png);
    return status;
}
