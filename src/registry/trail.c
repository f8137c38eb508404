/* trail.c - the audit trail read back and checked.  Contract: trail.h. */
#include "registry/trail.h"

#include "base/text.h"
#include "registry/cells.h"
#include "registry/internal.h"

#include <string.h>

/* A reading under way. */
typedef struct reading {
    const char *uuid;
    const cbk_trail_reader *reader;
    sqlite3_stmt *changes;
    sqlite3_stmt *transactions;
    sqlite3_int64 next;                /* seq of the next change */
    unsigned char hash[CBK_HASH_SIZE]; /* of the row before */
    cbk_buffer scratch;
    cbk_arena *arena;
    const char *broken;
} reading;

static int say(reading *at, const char *what, sqlite3_int64 number, const char *why)
{
    at->broken = cbk_text_format(at->arena, "%s %lld %s", what, (long long)number, why);
    return at->broken != NULL ? SQLITE_OK : SQLITE_NOMEM;
}

/* Bytes of a column when they are so many, else NULL. */
static const unsigned char *bytes_of(sqlite3_stmt *statement, int column, int size)
{
    const unsigned char *bytes = sqlite3_column_blob(statement, column);
    return bytes != NULL && sqlite3_column_bytes(statement, column) == size ? bytes
                                                                            : NULL;
}

/* ---- changes -------------------------------------------------------------------------
 */

/* The text of a column; NULL for NULL.  Anything that is no text, or has a NUL in it, was
 * not written by this program, and only looks like what was. */
static const char *text_of(sqlite3_stmt *statement, int column, bool *is_wrong)
{
    const char *text = cbk_column_text(statement, column);
    const int type = sqlite3_column_type(statement, column);
    *is_wrong =
        *is_wrong || (type != SQLITE_NULL &&
                      (type != SQLITE_TEXT || text == NULL ||
                       strlen(text) != (size_t)sqlite3_column_bytes(statement, column)));
    return text;
}

/* Value and kind of one side, in two columns from `column`. */
static cbk_stored side_of(sqlite3_stmt *statement, int column, bool *is_wrong)
{
    const cbk_stored value = cbk_stored_column(statement, column);
    const char *kind = text_of(statement, column + 1, is_wrong);
    if (kind == NULL) {
        return value;
    }
    *is_wrong = *is_wrong || sqlite3_column_type(statement, column) != SQLITE_NULL;
    return (cbk_stored){.type = 'm', .text = kind, .size = strlen(kind)};
}

/* False when it is no row that this program writes. */
static bool read_change(sqlite3_stmt *from, cbk_audit_row *row)
{
    bool is_wrong = false;
    *row = (cbk_audit_row){.seq = sqlite3_column_int64(from, 0),
                           .txn = sqlite3_column_int64(from, 1),
                           .action = text_of(from, 2, &is_wrong),
                           .form = text_of(from, 3, &is_wrong),
                           .record = text_of(from, 4, &is_wrong),
                           .field = text_of(from, 5, &is_wrong),
                           .old_value = side_of(from, 6, &is_wrong),
                           .old_salt = bytes_of(from, 8, CBK_SALT_SIZE),
                           .old_commit = bytes_of(from, 9, CBK_HASH_SIZE),
                           .new_value = side_of(from, 10, &is_wrong),
                           .new_salt = bytes_of(from, 12, CBK_SALT_SIZE),
                           .new_commit = bytes_of(from, 13, CBK_HASH_SIZE)};
    return !is_wrong && row->action != NULL && row->form != NULL && row->record != NULL;
}

/* Whether a value is the one that was committed to. */
static bool is_committed(reading *at, const cbk_stored *value, const unsigned char *salt,
                         const unsigned char *commit)
{
    unsigned char found[CBK_HASH_SIZE];
    if (!cbk_stored_is_value(value)) {
        return salt == NULL && commit == NULL;
    }
    if (salt == NULL || commit == NULL) {
        return false;
    }
    cbk_chain_commit(salt, value, &at->scratch, found);
    return !at->scratch.is_failed && memcmp(found, commit, CBK_HASH_SIZE) == 0;
}

static int take_change(reading *at, sqlite3_int64 txn)
{
    cbk_audit_row row;
    const bool is_fine = read_change(at->changes, &row);
    const unsigned char *hash = bytes_of(at->changes, 14, CBK_HASH_SIZE);
    if (!is_fine || row.seq != at->next || row.txn != txn) {
        return say(at, "row", at->next, "of the audit trail is missing or out of place");
    }
    if (!cbk_chain_audit(&row, at->hash, &at->scratch, at->hash)) {
        return SQLITE_NOMEM;
    }
    if (hash == NULL || memcmp(hash, at->hash, CBK_HASH_SIZE) != 0) {
        return say(at, "row", row.seq,
                   "of the audit trail is not the one that was written");
    }
    if (!is_committed(at, &row.old_value, row.old_salt, row.old_commit) ||
        !is_committed(at, &row.new_value, row.new_salt, row.new_commit)) {
        return at->scratch.is_failed
                   ? SQLITE_NOMEM
                   : say(at, "row", row.seq,
                         "of the audit trail has a value that is not the one written");
    }
    at->next++;
    return at->reader->change != NULL
               ? at->reader->change(&row, at->hash, at->reader->context)
               : SQLITE_OK;
}

/* ---- transactions --------------------------------------------------------------------
 */

static bool read_transaction(sqlite3_stmt *from, cbk_transaction_row *row)
{
    bool is_wrong = false;
    *row = (cbk_transaction_row){.number = sqlite3_column_int64(from, 0),
                                 .first_change = sqlite3_column_int64(from, 1),
                                 .n_changes = sqlite3_column_int64(from, 2),
                                 .at_us = sqlite3_column_int64(from, 3),
                                 .boot_id = text_of(from, 4, &is_wrong),
                                 .monotonic_ns = sqlite3_column_int64(from, 5),
                                 .actor = text_of(from, 6, &is_wrong),
                                 .actor_name = text_of(from, 7, &is_wrong),
                                 .host = text_of(from, 8, &is_wrong),
                                 .origin = text_of(from, 9, &is_wrong),
                                 .program = text_of(from, 10, &is_wrong),
                                 .action = text_of(from, 11, &is_wrong),
                                 .reason = text_of(from, 12, &is_wrong),
                                 .detail = text_of(from, 13, &is_wrong)};
    return !is_wrong;
}

static int take_changes(reading *at, const cbk_transaction_row *row)
{
    if (row->first_change != at->next || row->n_changes < 0) {
        return say(at, "transaction", row->number, "does not follow the one before it");
    }
    const sqlite3_int64 end = row->first_change + row->n_changes;
    int code = SQLITE_OK;
    while (code == SQLITE_OK && at->broken == NULL && at->next < end) {
        code = sqlite3_step(at->changes);
        code = code == SQLITE_ROW ? take_change(at, row->number)
               : code == SQLITE_DONE
                   ? say(at, "row", at->next, "of the audit trail is missing")
                   : code;
    }
    return code;
}

static int take_transaction(reading *at, sqlite3_int64 expected)
{
    cbk_transaction_row row;
    if (!read_transaction(at->transactions, &row) || row.number != expected) {
        return say(at, "transaction", expected, "is missing or out of place");
    }
    const int code = take_changes(at, &row);
    if (code != SQLITE_OK || at->broken != NULL) {
        return code;
    }
    const unsigned char *hash = bytes_of(at->transactions, 14, CBK_HASH_SIZE);
    if (!cbk_chain_transaction(at->uuid, &row, at->hash, &at->scratch, at->hash)) {
        return SQLITE_NOMEM;
    }
    if (hash == NULL || memcmp(hash, at->hash, CBK_HASH_SIZE) != 0) {
        return say(at, "transaction", row.number, "is not the one that was written");
    }
    return at->reader->transaction != NULL
               ? at->reader->transaction(&row, at->hash, at->reader->context)
               : SQLITE_OK;
}

static int read_all(reading *at)
{
    sqlite3_int64 expected = 1;
    const sqlite3_int64 until = at->reader->until;
    int code = SQLITE_OK;
    while (code == SQLITE_OK && at->broken == NULL && (until == 0 || expected <= until)) {
        code = sqlite3_step(at->transactions);
        if (code == SQLITE_ROW) {
            code = take_transaction(at, expected++);
        }
    }
    if (code != SQLITE_DONE) {
        return code;
    }
    code = sqlite3_step(at->changes);
    return code == SQLITE_ROW    ? say(at, "row", sqlite3_column_int64(at->changes, 0),
                                       "of the audit trail belongs to no transaction")
           : code == SQLITE_DONE ? SQLITE_OK
                                 : code;
}

int cbk_trail_read(cbk_casebook *casebook, const cbk_trail_reader *reader,
                   cbk_arena *arena, const char **broken)
{
    sqlite3 *database = casebook->registry.database;
    reading at = {.uuid = casebook->uuid, .reader = reader, .next = 1, .arena = arena};
    int code = sqlite3_prepare_v2(database, "SELECT * FROM casebook_audit ORDER BY seq",
                                  -1, &at.changes, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_prepare_v2(database,
                                  "SELECT * FROM casebook_transaction ORDER BY number",
                                  -1, &at.transactions, NULL);
    }
    if (code == SQLITE_OK) {
        code = read_all(&at);
    }
    code = cbk_registry_finish(at.changes, code);
    code = cbk_registry_finish(at.transactions, code);
    cbk_buffer_free(&at.scratch);
    *broken = at.broken;
    return code;
}
