/* render/outputs.h - one writer a format.  Each appends to out; failure is sticky in out
 * and in the scratch arena, and the dispatcher (render.c) looks at both. */
#ifndef RENDER_OUTPUTS_H
#define RENDER_OUTPUTS_H

#include <casebook/document.h>

#include "base/text.h"

void cbk_output_html(const cbk_document *document, cbk_buffer *out);
void cbk_output_text(const cbk_document *document, size_t columns, cbk_arena *scratch,
                     cbk_buffer *out);
void cbk_output_text_table(const cbk_table_block *table, size_t columns,
                           cbk_arena *scratch, cbk_buffer *out);
void cbk_output_markdown(const cbk_document *document, cbk_buffer *out);
/* Its blocks alone, each behind an empty line. */
void cbk_output_markdown_blocks(const cbk_document *document, cbk_buffer *out);
void cbk_output_latex(const cbk_document *document, cbk_buffer *out);
void cbk_output_csv(const cbk_document *document, cbk_arena *scratch, cbk_buffer *out);

void cbk_output_data(const cbk_figure_data *data, cbk_buffer *out); /* NULL: nothing */

/* "Table 4. Title" or "Figure 3. Title", what there is of it: escaped by `escape`. */
void cbk_output_caption(cbk_buffer *out, const char *word, const char *number,
                        const char *title, void (*escape)(cbk_buffer *, const char *));

#endif
