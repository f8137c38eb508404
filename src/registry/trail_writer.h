/* registry/trail_writer.h - appends rows to the audit trail, each chained to the one
 * before.
 */
#ifndef REGISTRY_TRAIL_WRITER_H
#define REGISTRY_TRAIL_WRITER_H

#include "registry/casebook.h"
#include "registry/chain.h"

enum { CBK_SALT_POOL_SIZE = 64 * CBK_SALT_SIZE };

typedef struct cbk_trail_writer {
    const char *uuid;
    sqlite3_stmt *insert;
    sqlite3_stmt *seal;
    sqlite3_int64 txn;
    sqlite3_int64 first;               /* seq of the transaction's first row */
    sqlite3_int64 next;                /* seq of the next */
    unsigned char hash[CBK_HASH_SIZE]; /* of the row before */
    cbk_buffer scratch;
    unsigned char salts[CBK_SALT_POOL_SIZE];
    size_t n_salts_used; /* bytes */
} cbk_trail_writer;

/* Each returns SQLite's result code.  Begin inside a transaction: the next row follows
 * the last one there is. */
int cbk_trail_begin(cbk_trail_writer *out, sqlite3 *database, const char *uuid);
/* Takes form, record, field, action and values of the row; gives it number, salts,
 * commitments and hash. */
int cbk_trail_write(cbk_trail_writer *writer, const cbk_audit_row *row);
/* The transaction's own row, the last of it. */
int cbk_trail_seal(cbk_trail_writer *writer, const cbk_deed *deed);
void cbk_trail_end(cbk_trail_writer *writer);

/* The statements that append a row, their parameters, and running them. */
int cbk_trail_prepare(sqlite3 *database, sqlite3_stmt **change,
                      sqlite3_stmt **transaction);
int cbk_trail_bind(sqlite3_stmt *statement, const cbk_audit_row *row,
                   const unsigned char hash[CBK_HASH_SIZE]);
int cbk_transaction_bind(sqlite3_stmt *statement, const cbk_transaction_row *row,
                         const unsigned char hash[CBK_HASH_SIZE]);
int cbk_trail_run(sqlite3_stmt *statement);

#endif
