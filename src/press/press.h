/* press/press.h - the writers of the press, one a file.  Contracts:
 * render/press_module.h. */
#ifndef PRESS_PRESS_H
#define PRESS_PRESS_H

#include "render/press_module.h"

cbk_status cbk_press_figure_pdf(const cbk_drawing *drawing, cbk_buffer *out,
                                cbk_error *err);
cbk_status cbk_press_figure_png(const cbk_drawing *drawing, double dots_per_inch,
                                cbk_buffer *out, cbk_error *err);
cbk_status cbk_press_pdf(const cbk_document *document, cbk_arena *scratch,
                         cbk_buffer *out, cbk_error *err);
cbk_status cbk_press_docx(const cbk_document *document, cbk_arena *scratch,
                          cbk_buffer *out, cbk_error *err);
cbk_status cbk_press_docx_block(const cbk_block *block, const cbk_docx_place *place,
                                cbk_arena *scratch, cbk_docx_block *out, cbk_error *err);
const char *cbk_press_docx_style_name(cbk_docx_style of);
void cbk_press_docx_style(cbk_docx_style of, const cbk_docx_place *place,
                          cbk_buffer *out);
cbk_status cbk_press_workbook(const cbk_document *document, cbk_arena *scratch,
                              cbk_buffer *out, cbk_error *err);

#endif
