/* claims/claims_file.h - a claims file from its bytes, and its bytes from claims. */
#ifndef CLAIMS_CLAIMS_FILE_H
#define CLAIMS_CLAIMS_FILE_H

#include <casebook/manuscript.h>

#include "base/text.h"

/* As cbk_claims_read(), of bytes that have been read; `file` is the name for messages. */
cbk_status cbk_claims_parse(const char *file, const char *bytes, size_t size,
                            cbk_arena *arena, cbk_problems *problems,
                            const cbk_claims **out, cbk_error *err);

/* ---- writing (propose.c) --------------------------------------------------------- */

/* The inside of a scalar in double quotes: YAML's rules for them are JSON's. */
void cbk_claims_add_escaped(cbk_buffer *out, const char *text, size_t size);
/* A line `key: "text"` behind so many blanks. */
void cbk_claims_add_key(cbk_buffer *out, size_t indent, const char *key, const char *text,
                        size_t size);
/* Where the sentence stands, and as `says` the sentence; of a cell with the header of its
 * row. */
void cbk_claims_add_place(cbk_buffer *out, size_t indent, const cbk_manuscript *m,
                          const cbk_sentence *sentence);

#endif
