/* render/html.h - the parts of an HTML page. */
#ifndef RENDER_HTML_H
#define RENDER_HTML_H

#include <casebook/document.h>

#include "base/text.h"

/* The style sheet, without <style>; paper: the sheets it is printed on. */
void cbk_html_style(cbk_buffer *out, cbk_paper paper);

void cbk_html_run(cbk_buffer *out, const cbk_text_run *run);
void cbk_html_table(cbk_buffer *out, const cbk_table_block *table);
/* drawing_id: unique in the page. */
void cbk_html_figure(cbk_buffer *out, const cbk_figure_block *figure,
                     const char *drawing_id);
/* level: of a heading, 0: none. */
void cbk_html_noted(cbk_buffer *out, const cbk_noted_block *noted, int level);
/* The section "Where the numbers come from"; nothing when there are no numbers. */
void cbk_html_sources(cbk_buffer *out, const cbk_document *document);

#define CBK_HTML_SOURCES_ID "where-the-numbers-come-from"
#define CBK_HTML_SOURCES_TITLE "Where the numbers come from"

#endif
