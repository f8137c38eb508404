/* trail_writer.c - appends rows to the audit trail.  Contract: trail_writer.h. */
#include "registry/trail_writer.h"

#include "registry/cells.h"
#include "registry/file.h"

#include <string.h>

static int read_end(cbk_trail_writer *writer, sqlite3 *database)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(database,
                                  "SELECT number, first_change + n_changes, hash FROM "
                                  "casebook_transaction ORDER BY number DESC LIMIT 1",
                                  -1, &statement, NULL);
    writer->txn = 1;
    writer->next = 1;
    if (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        writer->txn = sqlite3_column_int64(statement, 0) + 1;
        writer->next = sqlite3_column_int64(statement, 1);
        const void *hash = sqlite3_column_blob(statement, 2);
        const bool is_hash =
            hash != NULL && sqlite3_column_bytes(statement, 2) == CBK_HASH_SIZE;
        if (is_hash) {
            memcpy(writer->hash, hash, CBK_HASH_SIZE);
        }
        code = is_hash ? SQLITE_OK : SQLITE_CORRUPT;
    }
    code = cbk_registry_finish(statement, code);
    writer->first = writer->next;
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

int cbk_trail_prepare(sqlite3 *database, sqlite3_stmt **change,
                      sqlite3_stmt **transaction)
{
    const int code = sqlite3_prepare_v2(
        database,
        "INSERT INTO casebook_audit VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
        "?12, ?13, ?14, ?15)",
        -1, change, NULL);
    return code != SQLITE_OK
               ? code
               : sqlite3_prepare_v2(database,
                                    "INSERT INTO casebook_transaction VALUES(?1, ?2, ?3, "
                                    "?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, "
                                    "?15)",
                                    -1, transaction, NULL);
}

int cbk_trail_run(sqlite3_stmt *statement)
{
    const int code = sqlite3_step(statement);
    (void)sqlite3_reset(statement);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int bind_side(sqlite3_stmt *statement, int at, const cbk_stored *value,
                     const unsigned char *salt, const unsigned char *commit)
{
    int code = cbk_stored_bind(statement, at, value);
    if (code == SQLITE_OK) {
        code = value->type == 'm'
                   ? sqlite3_bind_text64(statement, at + 1, value->text, value->size,
                                         SQLITE_STATIC, SQLITE_UTF8)
                   : sqlite3_bind_null(statement, at + 1);
    }
    if (code == SQLITE_OK) { /* a NULL pointer binds NULL */
        code = sqlite3_bind_blob(statement, at + 2, salt, CBK_SALT_SIZE, SQLITE_STATIC);
    }
    return code == SQLITE_OK ? sqlite3_bind_blob(statement, at + 3, commit, CBK_HASH_SIZE,
                                                 SQLITE_STATIC)
                             : code;
}

int cbk_trail_bind(sqlite3_stmt *statement, const cbk_audit_row *row,
                   const unsigned char hash[CBK_HASH_SIZE])
{
    const char *const texts[] = {row->action, row->form, row->record, row->field};
    int code = sqlite3_bind_int64(statement, 1, row->seq);
    if (code == SQLITE_OK) {
        code = sqlite3_bind_int64(statement, 2, row->txn);
    }
    for (int i = 0; i < 4 && code == SQLITE_OK; i++) {
        code = sqlite3_bind_text(statement, 3 + i, texts[i], -1, SQLITE_STATIC);
    }
    if (code == SQLITE_OK) {
        code = bind_side(statement, 7, &row->old_value, row->old_salt, row->old_commit);
    }
    if (code == SQLITE_OK) {
        code = bind_side(statement, 11, &row->new_value, row->new_salt, row->new_commit);
    }
    return code == SQLITE_OK
               ? sqlite3_bind_blob(statement, 15, hash, CBK_HASH_SIZE, SQLITE_STATIC)
               : code;
}

int cbk_transaction_bind(sqlite3_stmt *statement, const cbk_transaction_row *row,
                         const unsigned char hash[CBK_HASH_SIZE])
{
    const sqlite3_int64 numbers[] = {row->number, row->first_change, row->n_changes,
                                     row->at_us, row->monotonic_ns};
    const char *const texts[] = {row->actor,   row->actor_name, row->host,   row->origin,
                                 row->program, row->action,     row->reason, row->detail};
    int code = sqlite3_bind_text(statement, 5, row->boot_id, -1, SQLITE_STATIC);
    for (int i = 0; i < 5 && code == SQLITE_OK; i++) {
        code = sqlite3_bind_int64(statement, i < 4 ? 1 + i : 6, numbers[i]);
    }
    for (int i = 0; i < 8 && code == SQLITE_OK; i++) {
        code = sqlite3_bind_text(statement, 7 + i, texts[i], -1, SQLITE_STATIC);
    }
    return code == SQLITE_OK
               ? sqlite3_bind_blob(statement, 15, hash, CBK_HASH_SIZE, SQLITE_STATIC)
               : code;
}

int cbk_trail_begin(cbk_trail_writer *out, sqlite3 *database, const char *uuid)
{
    *out = (cbk_trail_writer){.uuid = uuid, .n_salts_used = CBK_SALT_POOL_SIZE};
    const int code = read_end(out, database);
    return code == SQLITE_OK ? cbk_trail_prepare(database, &out->insert, &out->seal)
                             : code;
}

void cbk_trail_end(cbk_trail_writer *writer)
{
    (void)sqlite3_finalize(writer->insert);
    (void)sqlite3_finalize(writer->seal);
    cbk_buffer_free(&writer->scratch);
    *writer = (cbk_trail_writer){.txn = 0};
}

/* ---- a change ------------------------------------------------------------------------
 */

/* Sixteen bytes nobody can guess; NULL when the system has none. */
static const unsigned char *fresh_salt(cbk_trail_writer *writer)
{
    if (writer->n_salts_used == CBK_SALT_POOL_SIZE) {
        if (!cbk_random_bytes(writer->salts, CBK_SALT_POOL_SIZE)) {
            return NULL;
        }
        writer->n_salts_used = 0;
    }
    const unsigned char *salt = writer->salts + writer->n_salts_used;
    writer->n_salts_used += CBK_SALT_SIZE;
    return salt;
}

/* Commits to one side of a change; NULL salt and commitment where there is no value. */
static bool commit_to(cbk_trail_writer *writer, const cbk_stored *value,
                      unsigned char bytes[CBK_SALT_SIZE + CBK_HASH_SIZE],
                      const unsigned char **salt, const unsigned char **commit)
{
    *salt = NULL;
    *commit = NULL;
    if (!cbk_stored_is_value(value)) {
        return true;
    }
    const unsigned char *fresh = fresh_salt(writer);
    if (fresh == NULL) {
        return false;
    }
    memcpy(bytes, fresh, CBK_SALT_SIZE);
    cbk_chain_commit(bytes, value, &writer->scratch, bytes + CBK_SALT_SIZE);
    *salt = bytes;
    *commit = bytes + CBK_SALT_SIZE;
    return !writer->scratch.is_failed;
}

int cbk_trail_write(cbk_trail_writer *writer, const cbk_audit_row *row)
{
    unsigned char bytes[2][CBK_SALT_SIZE + CBK_HASH_SIZE];
    cbk_audit_row whole = *row;
    whole.seq = writer->next++;
    whole.txn = writer->txn;
    if (!commit_to(writer, &row->old_value, bytes[0], &whole.old_salt,
                   &whole.old_commit) ||
        !commit_to(writer, &row->new_value, bytes[1], &whole.new_salt,
                   &whole.new_commit)) {
        return writer->scratch.is_failed ? SQLITE_NOMEM : SQLITE_ERROR;
    }
    if (!cbk_chain_audit(&whole, writer->hash, &writer->scratch, writer->hash)) {
        return SQLITE_NOMEM;
    }
    const int code = cbk_trail_bind(writer->insert, &whole, writer->hash);
    return code == SQLITE_OK ? cbk_trail_run(writer->insert) : code;
}

/* ---- the seal ------------------------------------------------------------------------
 */

/* NULL where nothing is known. */
static const char *known(const char *text)
{
    return text[0] != '\0' ? text : NULL;
}

int cbk_trail_seal(cbk_trail_writer *writer, const cbk_deed *deed)
{
    cbk_actor actor;
    if (!cbk_actor_now(&actor)) {
        return SQLITE_NOMEM;
    }
    const cbk_transaction_row row = {.number = writer->txn,
                                     .first_change = writer->first,
                                     .n_changes = writer->next - writer->first,
                                     .at_us = actor.at_us,
                                     .boot_id = known(actor.boot_id),
                                     .monotonic_ns = actor.monotonic_ns,
                                     .actor = actor.account,
                                     .actor_name = known(actor.name),
                                     .host = known(actor.host),
                                     .origin = "cli",
                                     .program = "casebook " CASEBOOK_VERSION,
                                     .action = deed->action,
                                     .reason = deed->reason,
                                     .detail = deed->detail};
    if (!cbk_chain_transaction(writer->uuid, &row, writer->hash, &writer->scratch,
                               writer->hash)) {
        return SQLITE_NOMEM;
    }
    const int code = cbk_transaction_bind(writer->seal, &row, writer->hash);
    return code == SQLITE_OK ? cbk_trail_run(writer->seal) : code;
}
