/* registry/anchor.h - the head of the audit trail, written down in a second place after
 * each commit, so that a trail that was cut or made anew can be told.
 */
#ifndef REGISTRY_ANCHOR_H
#define REGISTRY_ANCHOR_H

#include "registry/casebook.h"

/* One line of UUID.anchors. */
typedef struct cbk_anchor {
    int64_t txn;
    char hash[CBK_HASH_HEX_SIZE];
    bool is_here; /* written for the file at this path; a copy elsewhere may go its own
                     way */
} cbk_anchor;

/* Appends the head of the file to the log of its anchors; a failure is kept for
 * cbk_casebook_anchor_failure(), for the commit stands. */
void cbk_anchor_append(cbk_casebook *casebook);

/* All anchors of the file in `folder`, oldest first; a log that is not there has none.
 * *n_cut: lines that were cut short by a crash or a full disk and say nothing.
 * Errors: CBK_EIO, CBK_ENOMEM. */
cbk_status cbk_anchors_read(const cbk_casebook *casebook, const char *folder,
                            cbk_arena *arena, const cbk_anchor **out, size_t *n,
                            size_t *n_cut, cbk_error *err);

#endif
