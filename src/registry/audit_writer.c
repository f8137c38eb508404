/* audit_writer.c - appends rows to the audit trail.  Contract: audit_writer.h. */
#include "registry/audit_writer.h"

#include "registry/cells.h"
#include "registry/file.h"

#include <string.h>

static int read_end(cbk_audit_writer *writer, sqlite3 *database)
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
    (void)sqlite3_finalize(statement);
    writer->first = writer->next;
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

int cbk_audit_begin(cbk_audit_writer *out, sqlite3 *database, const char *uuid)
{
    *out = (cbk_audit_writer){.uuid = uuid, .n_salts_used = CBK_SALT_POOL_SIZE};
    int code = read_end(out, database);
    if (code == SQLITE_OK) {
        code = sqlite3_prepare_v2(database,
                                  "INSERT INTO casebook_audit VALUES(?1, ?2, ?3, ?4, ?5, "
                                  "?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
                                  -1, &out->insert, NULL);
    }
    return code == SQLITE_OK
               ? sqlite3_prepare_v2(database,
                                    "INSERT INTO casebook_transaction VALUES(?1, ?2, ?3, "
                                    "?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, "
                                    "?15)",
                                    -1, &out->seal, NULL)
               : code;
}

void cbk_audit_end(cbk_audit_writer *writer)
{
    (void)sqlite3_finalize(writer->insert);
    (void)sqlite3_finalize(writer->seal);
    cbk_buffer_free(&writer->scratch);
    *writer = (cbk_audit_writer){.txn = 0};
}

static int run(sqlite3_stmt *statement)
{
    const int code = sqlite3_step(statement);
    (void)sqlite3_reset(statement);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int bind_text(sqlite3_stmt *statement, int at, const char *text)
{
    return sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC);
}

/* ---- a change ------------------------------------------------------------------------
 */

/* Sixteen bytes nobody can guess; NULL when the system has none. */
static const unsigned char *fresh_salt(cbk_audit_writer *writer)
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

/* One side of a change: value, kind, salt, commitment, in four columns from `at`. */
static int bind_side(cbk_audit_writer *writer, int at, const cbk_stored *value,
                     unsigned char salt[CBK_SALT_SIZE],
                     unsigned char commit[CBK_HASH_SIZE])
{
    sqlite3_stmt *statement = writer->insert;
    if (!cbk_stored_is_value(value)) {
        for (int i = 0; i < 4; i++) {
            (void)sqlite3_bind_null(statement, at + i);
        }
        return SQLITE_OK;
    }
    const unsigned char *fresh = fresh_salt(writer);
    if (fresh == NULL) {
        return SQLITE_ERROR;
    }
    memcpy(salt, fresh, CBK_SALT_SIZE);
    cbk_chain_commit(salt, value, &writer->scratch, commit);
    int code = cbk_stored_bind(statement, at, value);
    if (code == SQLITE_OK) {
        code = value->type == 'm'
                   ? sqlite3_bind_text64(statement, at + 1, value->text, value->size,
                                         SQLITE_STATIC, SQLITE_UTF8)
                   : sqlite3_bind_null(statement, at + 1);
    }
    if (code == SQLITE_OK) {
        code = sqlite3_bind_blob(statement, at + 2, salt, CBK_SALT_SIZE, SQLITE_STATIC);
    }
    return code == SQLITE_OK ? sqlite3_bind_blob(statement, at + 3, commit, CBK_HASH_SIZE,
                                                 SQLITE_STATIC)
                             : code;
}

int cbk_audit_write(cbk_audit_writer *writer, const cbk_audit_row *row)
{
    enum { OLD = 7, NEW = 11, HASH = 15 };
    unsigned char salts[2][CBK_SALT_SIZE];
    unsigned char commits[2][CBK_HASH_SIZE];
    cbk_audit_row whole = *row;
    whole.seq = writer->next;
    whole.txn = writer->txn;
    int code = bind_side(writer, OLD, &row->old_value, salts[0], commits[0]);
    if (code == SQLITE_OK) {
        code = bind_side(writer, NEW, &row->new_value, salts[1], commits[1]);
    }
    if (code != SQLITE_OK) {
        return code;
    }
    whole.old_commit = cbk_stored_is_value(&row->old_value) ? commits[0] : NULL;
    whole.new_commit = cbk_stored_is_value(&row->new_value) ? commits[1] : NULL;
    if (!cbk_chain_audit(&whole, writer->hash, &writer->scratch, writer->hash)) {
        return SQLITE_NOMEM;
    }
    sqlite3_stmt *statement = writer->insert;
    (void)sqlite3_bind_int64(statement, 1, whole.seq);
    (void)sqlite3_bind_int64(statement, 2, whole.txn);
    (void)bind_text(statement, 3, row->action);
    (void)bind_text(statement, 4, row->form);
    (void)bind_text(statement, 5, row->record);
    (void)bind_text(statement, 6, row->field);
    code = sqlite3_bind_blob(statement, HASH, writer->hash, CBK_HASH_SIZE, SQLITE_STATIC);
    if (code == SQLITE_OK) {
        code = run(statement);
    }
    writer->next++;
    return code;
}

/* ---- the seal ------------------------------------------------------------------------
 */

/* NULL where nothing is known. */
static const char *known(const char *text)
{
    return text[0] != '\0' ? text : NULL;
}

int cbk_audit_seal(cbk_audit_writer *writer, const cbk_deed *deed)
{
    cbk_actor actor;
    cbk_actor_now(&actor);
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
    sqlite3_stmt *statement = writer->seal;
    (void)sqlite3_bind_int64(statement, 1, row.number);
    (void)sqlite3_bind_int64(statement, 2, row.first_change);
    (void)sqlite3_bind_int64(statement, 3, row.n_changes);
    (void)sqlite3_bind_int64(statement, 4, row.at_us);
    (void)bind_text(statement, 5, row.boot_id);
    (void)sqlite3_bind_int64(statement, 6, row.monotonic_ns);
    const char *const texts[] = {row.actor,   row.actor_name, row.host,   row.origin,
                                 row.program, row.action,     row.reason, row.detail};
    int code = SQLITE_OK;
    for (int i = 0; i < 8 && code == SQLITE_OK; i++) {
        code = bind_text(statement, 7 + i, texts[i]);
    }
    if (code == SQLITE_OK) {
        code =
            sqlite3_bind_blob(statement, 15, writer->hash, CBK_HASH_SIZE, SQLITE_STATIC);
    }
    return code == SQLITE_OK ? run(statement) : code;
}
