/* figure.c - a drawing as a PDF page of its size, or as PNG.  Contract:
 * render/press_module.h. */
#include "press/paint.h"
#include "press/pdf_surface.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
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
    return cbk_pdf_surface_close(surface, painted, out, err);
}

static void big_endian(unsigned char out[4], uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        out[i] = (unsigned char)(value >> (24 - 8 * i) & 0xFFU);
    }
}

static void add_chunk(cbk_buffer *out, const char *kind, const unsigned char *bytes,
                      size_t size)
{
    unsigned char length[4];
    unsigned char sum[4];
    big_endian(length, (uint32_t)size);
    const uLong of_kind = crc32(0, (const Bytef *)kind, 4);
    big_endian(sum, (uint32_t)crc32_z(of_kind, bytes, size));
    cbk_buffer_add_bytes(out, (const char *)length, sizeof length);
    cbk_buffer_add_bytes(out, kind, 4);
    cbk_buffer_add_bytes(out, (const char *)bytes, size);
    cbk_buffer_add_bytes(out, (const char *)sum, sizeof sum);
}

/* The image's rows, each after the number of its filter: none.  Drawings are lines on
 * white, which deflate packs best, and in half the time, as they are. */
static cbk_status pack_rows(cairo_surface_t *image, cbk_buffer *out, cbk_error *err)
{
    const size_t width = (size_t)cairo_image_surface_get_width(image);
    const size_t height = (size_t)cairo_image_surface_get_height(image);
    const size_t stride = (size_t)cairo_image_surface_get_stride(image);
    const unsigned char *pixels = cairo_image_surface_get_data(image);
    const size_t row_size = 1 + 3 * width;
    unsigned char *rows = malloc(height * row_size);
    uLongf size = compressBound((uLong)(height * row_size));
    unsigned char *packed = malloc(size);
    for (size_t y = 0; rows != NULL && y < height; y++) {
        unsigned char *to = rows + y * row_size;
        *to++ = 0;
        for (size_t x = 0; x < width; x++) {
            uint32_t pixel;
            memcpy(&pixel, pixels + y * stride + 4 * x, sizeof pixel);
            *to++ = (unsigned char)(pixel >> 16);
            *to++ = (unsigned char)(pixel >> 8);
            *to++ = (unsigned char)pixel;
        }
    }
    const bool is_packed =
        rows != NULL && packed != NULL &&
        compress2(packed, &size, rows, (uLong)(height * row_size), 6) == Z_OK;
    if (is_packed) {
        add_chunk(out, "IDAT", packed, size);
    }
    free(rows);
    free(packed);
    return is_packed ? CBK_OK : cbk_fail_memory(err);
}

/* PNG specification, sections 5 and 11.  Journals read the resolution from pHYs. */
static cbk_status write_png(cairo_surface_t *image, double dots_per_inch, cbk_buffer *out,
                            cbk_error *err)
{
    static const char signature[] = "\x89PNG\r\n\x1a\n";
    unsigned char header[13] = {0, 0, 0, 0, 0, 0, 0, 0, 8, 2}; /* 8 bits, RGB */
    unsigned char resolution[9] = {0, 0, 0, 0, 0, 0, 0, 0, 1}; /* a metre */
    const uint32_t dots_per_metre = (uint32_t)lround(dots_per_inch / 0.0254);
    big_endian(header, (uint32_t)cairo_image_surface_get_width(image));
    big_endian(header + 4, (uint32_t)cairo_image_surface_get_height(image));
    big_endian(resolution, dots_per_metre);
    big_endian(resolution + 4, dots_per_metre);
    cbk_buffer_add_bytes(out, signature, sizeof signature - 1);
    add_chunk(out, "IHDR", header, sizeof header);
    add_chunk(out, "pHYs", resolution, sizeof resolution);
    CBK_TRY(pack_rows(image, out, err));
    add_chunk(out, "IEND", header, 0);
    return CBK_OK;
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
    const cairo_status_t painted = paint(drawing, surface, scale, true);
    cairo_surface_flush(surface);
    const cbk_status status = painted == CAIRO_STATUS_SUCCESS
                                  ? write_png(surface, dots_per_inch, out, err)
                                  : cbk_fail_cairo(painted, err);
    cairo_surface_destroy(surface);
    return status;
}
