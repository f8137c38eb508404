/* claims/inverse/inverse_load.h - what inverse_question.c and inverse_source.c share
 * while the columns of a question are put together.
 */
#ifndef CLAIMS_INVERSE_LOAD_H
#define CLAIMS_INVERSE_LOAD_H

#include "claims/inverse/inverse_question.h"

/* A hostile file may list more; a manuscript has not so many. */
enum { CBK_SOURCES_MAX = 60 };

/* Statements that are taken over together, and how that is printed. */
typedef struct cbk_scenario {
    size_t n; /* 0: the records */
    const cbk_source_statement *const *statements;
    const char *words;
} cbk_scenario;

typedef struct cbk_loading {
    cbk_study *study;
    cbk_arena *arena;
    const cbk_asked *asked;
    cbk_inverse_question *question;
} cbk_loading;

/* The SQL behind one variable. */
typedef struct cbk_recipe {
    const char *name;
    const char *value;       /* of an endpoint its time, or the whole endpoint as text */
    const char *event;       /* or NULL */
    const char *event_print; /* as the protocol has it; NULL: from dates */
    const char *among;       /* the claim's; or NULL */
    bool is_text;            /* value is an endpoint as text */
    bool is_number;
    bool is_endpoint;
} cbk_recipe;

/* Derived variables replaced by their SQL, so that sources reach the fields in it; one
 * that asks another form stays.  NULL stays NULL, or means no memory. */
const char *cbk_sql_without_derived(const cbk_loading *at, const char *sql);

/* Endpoints replaced by the SQL that makes them; one with late entry stays. */
const char *cbk_sql_without_endpoints(const cbk_loading *at, const char *sql);

/* The SQL as it reads when the scenario's statements hold.  NULL: no memory. */
const char *cbk_sql_with_sources(const cbk_loading *at, const char *sql,
                                 const cbk_scenario *given);

/* The records, each value that a source has for a field in the SQL, and each source that
 * has several as a whole.  NULL: no memory. */
const cbk_scenario *cbk_scenarios_of(const cbk_loading *at, const cbk_recipe *made,
                                     size_t *n);

#endif
