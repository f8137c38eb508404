/* registry/internal.h - what the files of this room share. */
#ifndef REGISTRY_INTERNAL_H
#define REGISTRY_INTERNAL_H

#include "registry/registry.h"

#include <sqlite3.h>

struct cbk_registry {
    sqlite3 *database;
};

/* Limits that an expression from a stranger's file cannot pass. */
void cbk_registry_set_limits(sqlite3 *database);

/* Finalizes a statement, and gives how it went so far.  For want of memory a text of a
 * row is NULL as if nothing were there; SQLite says so only now, and has then ended the
 * transaction, too. */
int cbk_registry_finish(sqlite3_stmt *statement, int code);

/* Ends a transaction, by COMMIT or by ROLLBACK, so that there is none afterwards; the
 * result code of the COMMIT. */
int cbk_registry_end(sqlite3 *database, bool is_kept);

/* SQLite's sentence as a failure; code is what SQLite returned. */
cbk_status cbk_registry_fail(const cbk_registry *registry, int code, const char *doing,
                             cbk_error *err);

/* The value of a column or of a function's argument; text is copied into the arena. */
cbk_value cbk_registry_value(sqlite3_value *value, cbk_arena *arena);

#endif
