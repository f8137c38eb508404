/* render/press_module.h - the press: outputs that need large libraries (PDF, PNG, XLSX,
 * DOCX), in a module of their own that is loaded when one of them is asked for.  A
 * command that prints six patients' survival does not wait for them. */
#ifndef RENDER_PRESS_MODULE_H
#define RENDER_PRESS_MODULE_H

#include <casebook/document.h>

#include "base/text.h"

/* ---- tables and figures in a Word document of somebody else's -------------------------
 */

/* The styles that they are written in. */
typedef enum cbk_docx_style {
    CBK_DOCX_CAPTION,
    CBK_DOCX_TABLE_TEXT,
    CBK_DOCX_TABLE_HEADER,
    CBK_DOCX_TABLE_NOTE,
    CBK_DOCX_FIGURE,
    CBK_DOCX_TABLE,
    CBK_DOCX_N_STYLES
} cbk_docx_style;

/* Where a table or a figure stands.  The prefix w: is the document's own. */
typedef struct cbk_docx_place {
    double width_mm;                       /* of the text around it, > 0 */
    const char *styles[CBK_DOCX_N_STYLES]; /* ids */
    const char *base;    /* id of the style that new ones rest on; "": none */
    const char *opening; /* XML at the beginning of its first paragraph */
    const char *closing; /* XML at the end of its last one */
    bool begins_page;
    size_t first_id;     /* of bookmarks and pictures, which count on from here */
    const char *picture; /* FIGURE: its relationships' ids are this and "_png", "_svg" */
} cbk_docx_place;

/* What stands there. */
typedef struct cbk_docx_block {
    cbk_buffer body; /* paragraphs, and a table between them */
    cbk_buffer png;  /* FIGURE: its two files */
    cbk_buffer svg;
    size_t n_ids; /* how many were used */
} cbk_docx_block;

/* What the module exports, under the name CBK_PRESS_SYMBOL.  Each appends bytes to out,
 * whose failure is sticky.  Errors: CBK_EIO (no font, a scratch file), CBK_ENOMEM. */
typedef struct cbk_press {
    const char *version; /* of casebook: module and program are of one build */
    cbk_status (*figure_pdf)(const cbk_drawing *drawing, cbk_buffer *out, cbk_error *err);
    cbk_status (*figure_png)(const cbk_drawing *drawing, double dots_per_inch,
                             cbk_buffer *out, cbk_error *err);
    cbk_status (*pdf)(const cbk_document *document, cbk_arena *scratch, cbk_buffer *out,
                      cbk_error *err);
    cbk_status (*docx)(const cbk_document *document, cbk_arena *scratch, cbk_buffer *out,
                       cbk_error *err);
    /* block: a table or a figure.  The caller frees the three buffers of out. */
    cbk_status (*docx_block)(const cbk_block *block, const cbk_docx_place *place,
                             cbk_arena *scratch, cbk_docx_block *out, cbk_error *err);
    const char *(*docx_style_name)(cbk_docx_style of); /* "Table Text" */
    /* Its definition, as an element of word/styles.xml. */
    void (*docx_style)(cbk_docx_style of, const cbk_docx_place *place, cbk_buffer *out);
    cbk_status (*workbook)(const cbk_document *document, cbk_arena *scratch,
                           cbk_buffer *out, cbk_error *err);
} cbk_press;

#define CBK_PRESS_FILE "casebook-press.so"
#define CBK_PRESS_SYMBOL "cbk_press_table"

/* Loads the module.  Errors: CBK_EIO (it is not there, or of another version). */
CBK_MUST_USE cbk_status cbk_press_load(const cbk_press **out, cbk_error *err);

#endif
