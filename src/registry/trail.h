/* registry/trail.h - the audit trail read back, row by row, each checked against the row
 * before it.
 */
#ifndef REGISTRY_TRAIL_H
#define REGISTRY_TRAIL_H

#include "registry/chain.h"
#include "registry/file.h"

/* What is told of each row; a function that is NULL is not called.  Each returns SQLite's
 * result code; anything but SQLITE_OK ends the reading. */
typedef struct cbk_trail_reader {
    int (*change)(const cbk_audit_row *row, const unsigned char hash[CBK_HASH_SIZE],
                  void *context);
    int (*transaction)(const cbk_transaction_row *row,
                       const unsigned char hash[CBK_HASH_SIZE], void *context);
    void *context;
    sqlite3_int64 until; /* the last transaction to be read; 0: all */
} cbk_trail_reader;

/* Reads every transaction in order, its changes first.  *broken (of the arena) says where
 * the first row is that is not what its hash, its commitments or its number say, in a
 * sentence; NULL: none.  After a broken row nothing more is read. */
int cbk_trail_read(cbk_casebook *casebook, const cbk_trail_reader *reader,
                   cbk_arena *arena, const char **broken);

#endif
