/* render/escape.h - text that comes from data, made harmless for each kind of output.
 *
 * In all of them bytes that are no UTF-8, and characters that no output may carry, come
 * out as U+FFFD, so that what is lost shows. */
#ifndef RENDER_ESCAPE_H
#define RENDER_ESCAPE_H

#include "base/text.h"

/* For a terminal: newlines stay, tabs become spaces. */
void cbk_escape_plain(cbk_buffer *out, const char *text);
/* For text and quoted attributes of HTML and XML alike. */
void cbk_escape_xml(cbk_buffer *out, const char *text);
/* As the inside of an id attribute or the part of a link after "#": no white space. */
void cbk_escape_id(cbk_buffer *out, const char *id);
/* Newlines become spaces; at_start: what opens a heading, list or rule at the start of a
 * line is escaped too. */
void cbk_escape_markdown(cbk_buffer *out, const char *text, bool at_start);
/* A code span with a fence that its text cannot close; in_cell: a table cell, where the
 * bar is escaped even inside code. */
void cbk_escape_markdown_code(cbk_buffer *out, const char *text, bool in_cell);
/* One field of RFC 4180, quoted where needed; what a spreadsheet would take for a formula
 * gets an apostrophe, except a plain number. */
void cbk_escape_csv(cbk_buffer *out, const char *field);

/* Whether a link may be followed: "#id", http, https or mailto. */
bool cbk_link_is_safe(const char *target);

#endif
