/* pdf_surface.c - a PDF file of cairo's that is written into a buffer.  Contract:
 * press/pdf_surface.h. */
#include "press/pdf_surface.h"

#include <cairo-pdf.h>

#define POINTS_PER_MM (72.0 / 25.4)

cairo_status_t cbk_stream_append(void *closure, const unsigned char *bytes, unsigned size)
{
    cbk_buffer *out = closure;
    cbk_buffer_add_bytes(out, (const char *)bytes, size);
    return out->is_failed ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

cairo_surface_t *cbk_pdf_surface_open(const char *title, const char *subject,
                                      double width_mm, double height_mm, cbk_buffer *out)
{
    /* The same bytes from run to run: no time of day. */
    static const char epoch[] = "1970-01-01T00:00:00Z";
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(
        cbk_stream_append, out, width_mm * POINTS_PER_MM, height_mm * POINTS_PER_MM);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, title);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_SUBJECT, subject);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR,
                                   "casebook " CASEBOOK_VERSION);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, epoch);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_MOD_DATE, epoch);
    return surface;
}

cbk_status cbk_pdf_surface_close(cairo_surface_t *surface, cairo_status_t drawn,
                                 cbk_error *err)
{
    cairo_surface_finish(surface);
    const cairo_status_t finished = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    if (drawn != CAIRO_STATUS_SUCCESS) {
        return cbk_fail_cairo(drawn, err);
    }
    return finished == CAIRO_STATUS_SUCCESS ? CBK_OK : cbk_fail_cairo(finished, err);
}

cbk_status cbk_fail_font(cbk_error *err)
{
    return cbk_fail(err, CBK_EIO, CBK_ROW_NONE,
                    "No font is installed, and a figure has text: install one, as the "
                    "Debian package fonts-liberation");
}

cbk_status cbk_fail_cairo(cairo_status_t status, cbk_error *err)
{
    return status == CAIRO_STATUS_NO_MEMORY || status == CAIRO_STATUS_WRITE_ERROR
               ? cbk_fail_memory(err)
               : cbk_fail(err, CBK_EIO, CBK_ROW_NONE, "The picture was not drawn: %s",
                          cairo_status_to_string(status));
}
