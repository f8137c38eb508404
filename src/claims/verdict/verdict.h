/* claims/verdict/verdict.h - one computed value against what is stated of it. */
#ifndef CLAIMS_VERDICT_H
#define CLAIMS_VERDICT_H

#include <casebook/claims.h>

#include "claims/stated/stated.h"

/* One question to the records, asked once however many claims depend on it. */
typedef struct cbk_asked {
    const char *of;
    const char *from;        /* or NULL */
    const char *among;       /* or NULL */
    cbk_quantity quantity;   /* under the study's conventions */
    const cbk_value *others; /* [n_others] under the other conventions; NULL: not asked */
    size_t n_others;
    struct cbk_inverse_answered *answered;   /* what inverse.c has searched for already */
    const struct cbk_source_values *sources; /* what source_values.c has found already */
    bool has_uncensored;
    double uncensored; /* censoring ignored; NaN: no such question */
} cbk_asked;

typedef struct cbk_judgement {
    cbk_verdict verdict;     /* never CBK_VERDICT_CONTRADICTED */
    const char *explanation; /* a sentence; NULL where it reproduces */
    bool is_searchable;      /* a number the records do not give: inverse.h may ask why */
} cbk_judgement;

/* said: the number, or none; text: what a category is compared with, normalised.
 * Errors: CBK_ENOMEM. */
cbk_status cbk_claim_judge(cbk_study *study, cbk_asked *asked, const cbk_stated *said,
                           const char *text, cbk_arena *arena, cbk_judgement *out,
                           cbk_error *err);

#endif
