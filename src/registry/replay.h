/* registry/replay.h - tables built anew from the audit trail. */
#ifndef REGISTRY_REPLAY_H
#define REGISTRY_REPLAY_H

#include "registry/trail.h"

/* A replay under way: rows of the trail are given one by one, in order. */
typedef struct cbk_replay cbk_replay;

/* target: an open database, empty; has_trail: the trail is copied into it as well. */
int cbk_replay_begin(cbk_casebook *target, const char *uuid, bool has_trail,
                     cbk_replay **out);
/* Each returns SQLite's result code.  Where a row cannot follow from those before it, it
 * is SQLITE_MISMATCH, and cbk_replay_broken() says why. */
int cbk_replay_change(cbk_replay *replay, const cbk_audit_row *row,
                      const unsigned char hash[CBK_HASH_SIZE]);
int cbk_replay_transaction(cbk_replay *replay, const cbk_transaction_row *row,
                           const unsigned char hash[CBK_HASH_SIZE]);
/* Commits; the target's layout is then that of the end. */
int cbk_replay_end(cbk_replay *replay);
const char *cbk_replay_broken(const cbk_replay *replay);
int64_t cbk_replay_weight(const cbk_replay *replay); /* what casebook_file counts */
void cbk_replay_free(cbk_replay *replay);            /* NULL is allowed */

#endif
