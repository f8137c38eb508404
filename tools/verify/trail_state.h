/* trail_state.h - the parts of casebook-verify: the schema, the cells that a trail gives,
 * and the anchors of the file.
 */
#ifndef TRAIL_STATE_H
#define TRAIL_STATE_H

#include <sodium.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A value of a cell; letter 0: no value that a cell can have. */
typedef struct value {
    char letter;       /* 'n' none, 'i', 'r', 't', 'm' */
    uint64_t number;   /* 'i', 'r': its 64 bits */
    const void *bytes; /* 't', 'm' */
    size_t size;       /* of bytes; 8 for numbers */
} value;

/* From a column and the column of its kind (-1: none). */
value value_of(sqlite3_stmt *row, int column, int kind_column);

/* Whether everything in the schema is what it should be, and nothing else is there; what
 * is wrong goes to `wrong`. */
bool schema_compare(sqlite3 *database, char *wrong, size_t size);

/* ---- cells ---------------------------------------------------------------------------
 */

typedef struct trail_state trail_state;

trail_state *state_create(void); /* NULL: out of memory */
void state_destroy(trail_state *state);
/* Applies a row of casebook_audit; what is wrong with it, or NULL. */
const char *state_apply(trail_state *state, sqlite3_stmt *row);
/* What casebook_file counts. */
sqlite3_int64 state_count(const trail_state *state);
/* Whether the tables hold these cells, no more and no less, in this order. */
bool state_compare(trail_state *state, sqlite3 *database, char *wrong, size_t size);

/* ---- anchors -------------------------------------------------------------------------
 */

typedef struct anchor {
    sqlite3_int64 number;
    char hash[65];
    bool is_here; /* written for the file at this path */
} anchor;

typedef struct anchor_log {
    size_t n;
    anchor *all; /* [n] in the order of their numbers */
    size_t next;
    sqlite3_int64 last_here;
    sqlite3_int64 confirmed;
} anchor_log;

/* False: there is a log that cannot be read. */
bool anchors_read(anchor_log *out, const char *folder, const char *uuid,
                  const char *path);
void anchors_free(anchor_log *anchors);
/* False when an anchor of this file tells another hash for the transaction. */
bool anchors_compare(anchor_log *anchors, sqlite3_int64 number, const char *hash);

#endif
