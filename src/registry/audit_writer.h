/* registry/audit_writer.h - appends rows to the audit trail, each chained to the one
 * before.
 */
#ifndef REGISTRY_AUDIT_WRITER_H
#define REGISTRY_AUDIT_WRITER_H

#include "registry/casebook.h"
#include "registry/chain.h"

enum { CBK_SALT_POOL_SIZE = 64 * CBK_SALT_SIZE };

typedef struct cbk_audit_writer {
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
} cbk_audit_writer;

/* Each returns SQLite's result code.  Begin inside a transaction: the next row follows
 * the last one there is. */
int cbk_audit_begin(cbk_audit_writer *out, sqlite3 *database, const char *uuid);
/* Takes form, record, field, action and values of the row; gives it number, salts,
 * commitments and hash. */
int cbk_audit_write(cbk_audit_writer *writer, const cbk_audit_row *row);
/* The transaction's own row, the last of it. */
int cbk_audit_seal(cbk_audit_writer *writer, const cbk_deed *deed);
void cbk_audit_end(cbk_audit_writer *writer);

#endif
