/* claims/suggest/suggest_clause.h - the clause of a number: how far the words around it
 * speak of it.  For suggest.c.
 */
#ifndef CLAIMS_SUGGEST_CLAUSE_H
#define CLAIMS_SUGGEST_CLAUSE_H

#include "claims/manuscript/context.h"

/* What the bracket that a number stands in says it is. */
typedef enum cbk_bracket {
    CBK_BRACKET_NONE,
    CBK_BRACKET_RANGE,     /* "(25–64)", "(range, 25 to 64)" */
    CBK_BRACKET_QUARTILES, /* "(IQR 31–56)" */
    CBK_BRACKET_INTERVAL   /* "(95% CI 52–99)" */
} cbk_bracket;

typedef struct cbk_clause {
    const cbk_context *context;
    size_t number_start; /* bytes of the context's text */
    size_t number_end;
    size_t start; /* the clause */
    size_t end;
    cbk_words
        words; /* of the sentence, but those in brackets that the number is not in */
    cbk_bracket bracket;
    size_t bracket_start; /* where a bracket opens, else number_start */
    bool is_second;       /* of the two numbers of a bracket or range */
    bool is_after_plus_minus;
} cbk_clause;

/* The clause of number i of the manuscript. */
cbk_clause cbk_clause_of(const cbk_manuscript *manuscript, const cbk_context *context,
                         size_t i, cbk_arena *arena);

#endif
