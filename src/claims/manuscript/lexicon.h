/* claims/manuscript/lexicon.h - the words of a protocol, and what they stand for in SQL.
 * For suggest.c.
 */
#ifndef CLAIMS_LEXICON_H
#define CLAIMS_LEXICON_H

#include "claims/manuscript/words.h"
#include "study/protocol/protocol.h"

/* A number of each record. */
typedef struct cbk_measure {
    const cbk_field *field;
    cbk_words label; /* of its label, or of its name */
    cbk_words name;
    const char *sql;
} cbk_measure;

/* A category, or a yes: something that a record is or is not. */
typedef struct cbk_category {
    const cbk_field *field;
    const char *form; /* NULL: the patients */
    const char *sql;  /* "sex = 'F'" */
    cbk_words label;  /* of the choice; of the field for a boolean */
    cbk_words of;     /* of the field, for a choice: its label, its name */
    cbk_words name;
    bool is_denial;   /* its label denies something: "No evidence of disease" */
    bool needs_field; /* its label alone means nothing: "negative", "high", "left" */
} cbk_category;

/* Bytes of a word at text that denies what comes: "no", "without"; 0: none. */
size_t cbk_denial_length(const char *text);

typedef struct cbk_lexicon {
    const cbk_protocol *protocol;
    size_t n_measures;
    const cbk_measure *measures;
    size_t n_categories;
    const cbk_category *categories;
    cbk_words *endpoints; /* [protocol->n_endpoints] of their labels */
    cbk_words *names;     /* [protocol->n_endpoints] of their names: "os" */
    cbk_words *forms;     /* [protocol->n_forms] of their names and labels */
} cbk_lexicon;

/* NULL: no memory. */
const cbk_lexicon *cbk_lexicon_of(const cbk_protocol *protocol, cbk_arena *arena);

#endif
