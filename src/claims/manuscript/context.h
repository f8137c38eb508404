/* claims/manuscript/context.h - what stands around a number: its sentence, and of a cell
 * the header of its row before it and that of its column behind it.
 */
#ifndef CLAIMS_CONTEXT_H
#define CLAIMS_CONTEXT_H

#include <casebook/manuscript.h>

#include "claims/manuscript/words.h"

/* One for each sentence that has numbers. */
typedef struct cbk_context {
    const char *text; /* "Age, median, years | 25–64 | Range" of a cell */
    size_t start;     /* of the sentence in it */
    size_t end;
    size_t shift; /* a byte i of the passage is byte i - shift + start of text */
    cbk_words words;
    cbk_words heading; /* those of the heading above */
} cbk_context;

/* [manuscript->n_sentences]; the text of one without numbers is NULL.  NULL: no memory.
 */
const cbk_context *cbk_contexts_of(const cbk_manuscript *manuscript, cbk_arena *arena);

#endif
