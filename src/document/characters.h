/* document/characters.h - one character of UTF-8 at a time, and how much room it takes.
 */
#ifndef DOCUMENT_CHARACTERS_H
#define DOCUMENT_CHARACTERS_H

#include <casebook/base.h>

enum { CBK_CHARACTER_REPLACEMENT = 0xFFFD };

/* Reads the character at *cursor and moves past it; 0 at the end of the text, where the
 * cursor stays.  A byte that is no UTF-8 is read as CBK_CHARACTER_REPLACEMENT. */
uint32_t cbk_character_next(const char **cursor);

/* What no output can show and no output may carry: controls other than newline and tab,
 * codes that are no characters, and the controls that turn the direction of what follows
 * (they would let a cell rearrange the text around it). */
bool cbk_character_is_hidden(uint32_t character);

/* Columns of a terminal: 0 for combining marks, 2 for East Asian wide forms, else 1. */
size_t cbk_character_columns(uint32_t character);
size_t cbk_text_columns(const char *text, size_t size_bytes);

#endif
