/* claims/binding.h - claims brought to the numbers of a manuscript that they state, and
 * questions suggested for the rest.  For manuscript_bind.c and suggest*.c.
 */
#ifndef CLAIMS_BINDING_H
#define CLAIMS_BINDING_H

#include "claims/manuscript/context.h"
#include "claims/manuscript/manuscript_builder.h"
#include "claims/stated/stated.h"
#include "study/protocol/protocol.h"

typedef struct cbk_binding {
    cbk_study *study;
    const cbk_protocol *protocol;
    const cbk_audit *audit; /* or NULL */
    const cbk_manuscript *manuscript;
    const cbk_context *contexts; /* [n_sentences] */
    cbk_arena *arena;
    cbk_growing *covers; /* [n_numbers] of cbk_cover */
    size_t *n_places;    /* [audit->n] sentences in which the claim was found */
    cbk_growing asked;   /* questions of suggestions, each asked once */
} cbk_binding;

/* Fills covers and n_places.  Errors: CBK_ENOMEM. */
cbk_status cbk_binding_cover(cbk_binding *b, cbk_error *err);

/* Suggestions for number i, best first; none where the words lead nowhere.
 * Errors: CBK_ENOMEM, CBK_EDATA (stopped at a limit). */
struct cbk_lexicon;
cbk_status cbk_binding_suggest(cbk_binding *b, const struct cbk_lexicon *lexicon,
                               size_t i, cbk_standing *out, cbk_error *err);

#endif
