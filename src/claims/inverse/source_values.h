/* claims/inverse/source_values.h - a claim beside what another source says of its values.
 */
#ifndef CLAIMS_SOURCE_VALUES_H
#define CLAIMS_SOURCE_VALUES_H

#include "claims/manuscript/statements.h"

enum { CBK_SOURCE_VALUES_SHOWN = 3 }; /* of one number */

/* What the numbers of one claim would be with a source's value; start with {0}. */
typedef struct cbk_sources_said {
    struct cbk_source_said *items; /* [n] */
    size_t n;
} cbk_sources_said;

/* Adds what number k of a claim would be with each value of another source that nobody
 * has decided about: where that is not what is stated, of a number that reproduces; where
 * it is, of a date or a category that does not (numbers have their search).  Nothing
 * where SQL asks another form within itself.  Errors: CBK_ENOMEM. */
cbk_status cbk_sources_ask(cbk_audit_work *a, const cbk_statement *one, size_t k,
                           const cbk_judgement *judgement, cbk_sources_said *out,
                           cbk_error *err);

/* A sentence for each value of a source; returns how many, at most
 * CBK_SOURCE_VALUES_SHOWN for each number. */
size_t cbk_sources_explain(cbk_audit_work *a, const cbk_claim *claim,
                           const cbk_sources_said *said, const char **sentences);

#endif
