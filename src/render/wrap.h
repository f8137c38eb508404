/* render/wrap.h - text broken into lines of a terminal. */
#ifndef RENDER_WRAP_H
#define RENDER_WRAP_H

#include "base/text.h"

/* One line of a text, which it points into. */
typedef struct cbk_line {
    const char *start;
    size_t size;    /* bytes */
    size_t columns; /* of the terminal */
} cbk_line;

/* Takes the next line of at most `width` columns (>= 2) from *rest and moves *rest past
 * it: NULL after the last line.  Breaks at spaces, beside "=" only where there is no
 * other; a word longer than a line is cut. False when *rest is NULL.  An empty text has
 * one empty line. */
bool cbk_wrap_next(const char **rest, size_t width, cbk_line *line);

/* Columns of the longest line as it stands, and of the longest word. */
void cbk_wrap_measure(const char *text, size_t *longest_line, size_t *longest_word);

#endif
