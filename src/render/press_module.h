/* render/press_module.h - the press: outputs that need large libraries (PDF, PNG, XLSX,
 * DOCX), in a module of their own that is loaded when one of them is asked for.  A
 * command that prints six patients' survival does not wait for them. */
#ifndef RENDER_PRESS_MODULE_H
#define RENDER_PRESS_MODULE_H

#include <casebook/document.h>

#include "base/text.h"

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
    cbk_status (*workbook)(const cbk_document *document, cbk_arena *scratch,
                           cbk_buffer *out, cbk_error *err);
} cbk_press;

#define CBK_PRESS_FILE "casebook-press.so"
#define CBK_PRESS_SYMBOL "cbk_press_table"

/* Loads the module.  Errors: CBK_EIO (it is not there, or of another version). */
CBK_MUST_USE cbk_status cbk_press_load(const cbk_press **out, cbk_error *err);

#endif
