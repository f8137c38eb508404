/* pdf_surface.c - a PDF file of cairo's that is written into a buffer.  Contract:
 * press/pdf_surface.h. */
#include "press/pdf_surface.h"

#include <cairo-pdf.h>
#include <stdlib.h>
#include <string.h>

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

/* The last place of `wanted` at or before `end`; NULL: none. */
static const char *find_back(const char *bytes, const char *end, const char *wanted)
{
    const size_t size = strlen(wanted);
    for (const char *at = end; at >= bytes; at--) {
        if (memcmp(at, wanted, size) == 0) {
            return at;
        }
    }
    return NULL;
}

/* A reader that speaks needs the language, and a window shows the title rather than the
 * file's name (ISO 32000-1, 7.7.2 and 12.2); cairo writes neither.  Its catalog is the
 * last object before the table of offsets, so that only that table moves.  A file that is
 * not so stays as it is. */
static void complete_catalog(cbk_buffer *pdf)
{
    static const char added[] = "   /Lang (en)\n"
                                "   /ViewerPreferences << /DisplayDocTitle true >>\n";
    static const char object_end[] = ">>\nendobj\n";
    static const char offset_word[] = "startxref\n";
    const size_t end_size = sizeof object_end - 1;
    if (pdf->is_failed || pdf->size < 200) {
        return;
    }
    const char *word =
        find_back(pdf->bytes, pdf->bytes + pdf->size - sizeof offset_word, offset_word);
    const size_t table =
        word != NULL ? (size_t)strtoul(word + sizeof offset_word - 1, NULL, 10) : 0;
    if (table < 200 || table >= pdf->size ||
        memcmp(pdf->bytes + table - end_size, object_end, end_size) != 0 ||
        find_back(pdf->bytes + table - 200, pdf->bytes + table - end_size,
                  "/Type /Catalog") == NULL) {
        return;
    }
    cbk_buffer whole = {0};
    const size_t place = table - end_size;
    cbk_buffer_add_bytes(&whole, pdf->bytes, place);
    cbk_buffer_add(&whole, added);
    cbk_buffer_add_bytes(&whole, pdf->bytes + place, (size_t)(word - pdf->bytes) - place);
    cbk_buffer_addf(&whole, "%s%zu\n%%%%EOF\n", offset_word, table + sizeof added - 1);
    cbk_buffer_free(pdf);
    *pdf = whole;
}

cbk_status cbk_pdf_surface_close(cairo_surface_t *surface, cairo_status_t drawn,
                                 cbk_buffer *out, cbk_error *err)
{
    cairo_surface_finish(surface);
    const cairo_status_t finished = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    if (drawn != CAIRO_STATUS_SUCCESS) {
        return cbk_fail_cairo(drawn, err);
    }
    if (finished != CAIRO_STATUS_SUCCESS) {
        return cbk_fail_cairo(finished, err);
    }
    complete_catalog(out);
    return out->is_failed ? cbk_fail_memory(err) : CBK_OK;
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
