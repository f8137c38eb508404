/* casebook/render.h - documents as HTML, text, Markdown, LaTeX, CSV, XLSX, DOCX and PDF;
 * drawings as SVG, PDF and PNG.  Output is the same, byte for byte, from run to run.
 */
#ifndef CASEBOOK_RENDER_H
#define CASEBOOK_RENDER_H

#include <casebook/document.h>

CBK_BEGIN_DECLS

typedef enum cbk_format {
    CBK_FORMAT_TEXT,
    CBK_FORMAT_MARKDOWN,
    CBK_FORMAT_HTML,
    CBK_FORMAT_CSV,   /* the tables only, one after the other with a blank line between */
    CBK_FORMAT_LATEX, /* a part for LaTeX's input command; booktabs */
    CBK_FORMAT_JSON,  /* not rendered from documents: analyses write their own */
    CBK_FORMAT_XLSX,  /* the tables only, a sheet each; bytes, not text */
    CBK_FORMAT_DOCX,  /* for Word; bytes */
    CBK_FORMAT_PDF    /* pages; bytes */
} cbk_format;

/* Renders document into *out, NUL-terminated, in the arena.
 *
 *   HTML  one file that needs nothing else: styles and figures inside; a contents list;
 *         every number a link to its entry in "Where the numbers come from".
 *
 *   TEXT  for a terminal of `columns` characters (>= 40); tables with aligned columns.
 *
 *   CSV   cells that a spreadsheet would take for a formula get an apostrophe.
 *
 *   XLSX  a cell that is a number is a number; no cell is a formula; the last sheet says
 *         where the numbers come from.
 *
 *   DOCX  table headers that repeat, captions with fields, figures as vectors with dots
 *         beside them, their descriptions as alternative text; wide tables lie on their
 *         side; a number has a hidden bookmark named after its provenance.
 *
 *   PDF   pages with embedded fonts, bookmarks and tags; table headers repeat; wide
 *         tables lie on their side.
 *
 * Errors: CBK_EINVAL (JSON; XLSX without a table), CBK_EIO (XLSX, DOCX, PDF: their
 * module, a scratch file or a font is not to be had), CBK_ENOMEM. */
CBK_API CBK_MUST_USE cbk_status cbk_render(const cbk_document *document,
                                           cbk_format format, size_t columns,
                                           cbk_arena *arena, const char **out,
                                           size_t *size, cbk_error *err);

/* A drawing as a stand-alone SVG file with <title>, <desc> and real text; light palette
 * that turns dark with the reader's preference.  Errors: CBK_ENOMEM. */
CBK_API CBK_MUST_USE cbk_status cbk_render_svg(const cbk_drawing *drawing,
                                               cbk_arena *arena, const char **out,
                                               size_t *size, cbk_error *err);

/* What a drawing shows as CSV (RFC 4180): a row of names, then every point at full
 * precision.  data may be NULL: nothing is written.  Errors: CBK_ENOMEM. */
CBK_API CBK_MUST_USE cbk_status cbk_render_data(const cbk_figure_data *data,
                                                cbk_arena *arena, const char **out,
                                                size_t *size, cbk_error *err);

/* A drawing as one page of PDF of its size, with embedded fonts; as PNG on white paper,
 * dots_per_inch > 0 of them, which the file names.  Light palette.
 * Errors: CBK_EINVAL (too many pixels), CBK_EIO (their module cannot be loaded; no font
 * is installed), CBK_ENOMEM. */
CBK_API CBK_MUST_USE cbk_status cbk_render_pdf(const cbk_drawing *drawing,
                                               cbk_arena *arena, const char **out,
                                               size_t *size, cbk_error *err);
CBK_API CBK_MUST_USE cbk_status cbk_render_png(const cbk_drawing *drawing,
                                               double dots_per_inch, cbk_arena *arena,
                                               const char **out, size_t *size,
                                               cbk_error *err);

CBK_END_DECLS

#endif
