/* claims/manuscript/statements.h - claims taken apart into statements, and those of one
 * thing brought together.  For audit.c.
 */
#ifndef CLAIMS_STATEMENTS_H
#define CLAIMS_STATEMENTS_H

#include "claims/verdict/verdict.h"

/* What one claim says of one thing. */
typedef struct cbk_statement {
    const char *key; /* what it is said of: equal keys, equal things */
    const char *of;  /* SQL; NULL: a named quantity */
    size_t claim;
    cbk_stated said;             /* the number; or all of them (quantity); or none */
    const char *text;            /* what a category is compared with, normalised */
    const char *id;              /* equal for statements that say the same */
    cbk_asked *asked;            /* `of` only */
    const size_t *contradicting; /* claims, shared by statements that say the same */
    size_t n_contradicting;
} cbk_statement;

typedef struct cbk_audit_work {
    cbk_study *study;
    cbk_arena *arena;
    cbk_problems *problems;
    const cbk_claim *claims;
    size_t n_claims;
    cbk_statement *statements; /* claim after claim */
    size_t *first;             /* [n_claims + 1] of each claim */
    cbk_statement **sorted;    /* by key, by id, by claim */
    size_t n;
} cbk_audit_work;

/* Fills statements, first and sorted of an audit that has its claims.
 * Errors: CBK_ENOMEM. */
cbk_status cbk_audit_make_statements(cbk_audit_work *a, cbk_error *err);

#endif
