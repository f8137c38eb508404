/* registry/chain.h - the hashes of the audit trail, as docs/file-format.md defines them.
 */
#ifndef REGISTRY_CHAIN_H
#define REGISTRY_CHAIN_H

#include "base/hash.h"
#include "base/text.h"

#include <sqlite3.h>

enum { CBK_SALT_SIZE = 16 };

/* A value of a cell as it is stored. */
typedef struct cbk_stored {
    char type; /* 0 or 'n': nothing; 'i', 'r', 't'; 'm': missing, `text` says why */
    sqlite3_int64 integer;
    double real;
    const char *text; /* 't', 'm' */
    size_t size;
} cbk_stored;

bool cbk_stored_is_value(const cbk_stored *value); /* 'm' is one, too */
bool cbk_stored_is_equal(const cbk_stored *a, const cbk_stored *b);

/* A row of casebook_audit. */
typedef struct cbk_audit_row {
    sqlite3_int64 seq;
    sqlite3_int64 txn;
    const char *action;
    const char *form;
    const char *record;
    const char *field; /* NULL: create, delete */
    cbk_stored old_value, new_value;
    const unsigned char *old_salt, *new_salt;     /* [CBK_SALT_SIZE]; NULL: no value */
    const unsigned char *old_commit, *new_commit; /* [CBK_HASH_SIZE]; NULL: no value */
} cbk_audit_row;

/* A row of casebook_transaction. */
typedef struct cbk_transaction_row {
    sqlite3_int64 number, first_change, n_changes, at_us, monotonic_ns;
    const char *boot_id, *actor, *actor_name, *host, *origin, *program;
    const char *action, *reason, *detail;
} cbk_transaction_row;

/* SHA-256 of salt and value. */
void cbk_chain_commit(const unsigned char *salt, const cbk_stored *value,
                      cbk_buffer *scratch, unsigned char out[CBK_HASH_SIZE]);

/* The hash of a row that follows a row whose hash is `previous`; false: out of memory. */
bool cbk_chain_audit(const cbk_audit_row *row,
                     const unsigned char previous[CBK_HASH_SIZE], cbk_buffer *scratch,
                     unsigned char out[CBK_HASH_SIZE]);
bool cbk_chain_transaction(const char *uuid, const cbk_transaction_row *row,
                           const unsigned char previous[CBK_HASH_SIZE],
                           cbk_buffer *scratch, unsigned char out[CBK_HASH_SIZE]);

#endif
