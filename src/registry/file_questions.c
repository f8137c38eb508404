/* file_questions.c - what is asked of an open casebook file.  Contract: casebook.h
 * and file.h.
 */
#include "registry/file.h"

#include "base/hash.h"
#include "registry/schema.h"

#include <stdlib.h>

cbk_status cbk_casebook_hold(cbk_casebook *casebook, cbk_error *err)
{
    const int code = sqlite3_exec(casebook->registry.database, "BEGIN", NULL, NULL, NULL);
    return code == SQLITE_OK ? CBK_OK
                             : cbk_casebook_fail(casebook, code, "reading the file", err);
}

void cbk_casebook_release(cbk_casebook *casebook)
{
    (void)cbk_registry_end(casebook->registry.database, false);
}

int cbk_ask_text(sqlite3 *database, const char *sql, char *out, size_t size)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(database, sql, -1, &statement, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_step(statement);
        const char *text = code == SQLITE_ROW ? cbk_column_text(statement, 0) : NULL;
        sqlite3_snprintf((int)size, out, "%s", text != NULL ? text : "");
        code = code == SQLITE_ROW ? SQLITE_OK : code;
    }
    code = cbk_registry_finish(statement, code);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

const char *cbk_column_text(sqlite3_stmt *statement, int column)
{
    return (const char *)sqlite3_column_text(statement, column);
}

const char *cbk_casebook_name(const cbk_casebook *casebook)
{
    return casebook->name;
}

const char *cbk_casebook_uuid(const cbk_casebook *casebook)
{
    return casebook->uuid;
}

const cbk_layout *cbk_casebook_layout(const cbk_casebook *casebook)
{
    return &casebook->layout;
}

int64_t cbk_casebook_committed(const cbk_casebook *casebook, int64_t *n_changes)
{
    *n_changes = casebook->n_committed;
    return casebook->committed;
}

bool cbk_casebook_has_anchor_failed(const cbk_casebook *casebook)
{
    return casebook->has_anchor_failed;
}

int cbk_casebook_reload(cbk_casebook *casebook)
{
    cbk_arena *fresh = cbk_arena_create(NULL, SIZE_MAX);
    if (fresh == NULL) {
        return SQLITE_NOMEM;
    }
    cbk_arena_destroy(casebook->arena);
    casebook->arena = fresh;
    casebook->layout = (cbk_layout){.n_tables = 0};
    const int code =
        cbk_layout_read(casebook->registry.database, fresh, &casebook->layout);
    return code == SQLITE_OK
               ? cbk_casebook_edition(casebook->registry.database, &casebook->edition)
               : code;
}

int cbk_casebook_edition(sqlite3 *database, int64_t *out)
{
    char text[48] = "";
    const int code = cbk_ask_text(database,
                                  "SELECT (SELECT count(*) FROM casebook_protocol) + "
                                  "(schema_version << 24) FROM pragma_schema_version",
                                  text, sizeof text);
    *out = strtoll(text, NULL, 10);
    return code;
}

cbk_status cbk_casebook_query(cbk_casebook *casebook, const char *sql, cbk_arena *arena,
                              const cbk_answer **out, cbk_error *err)
{
    const cbk_status status =
        cbk_registry_query(&casebook->registry, sql, arena, out, err);
    /* A mistake in SQL of our own there is none; the file may be what fails. */
    return status == CBK_EINVAL
               ? cbk_casebook_fail(casebook, sqlite3_errcode(casebook->registry.database),
                                   "reading the file", err)
               : status;
}

static void hex_of(sqlite3_stmt *statement, int column, char out[CBK_HASH_HEX_SIZE])
{
    const void *bytes = sqlite3_column_blob(statement, column);
    out[0] = '\0';
    if (bytes != NULL && sqlite3_column_bytes(statement, column) == CBK_HASH_SIZE) {
        cbk_hex(bytes, CBK_HASH_SIZE, out);
    }
}

cbk_status cbk_casebook_transaction_at(cbk_casebook *casebook, int64_t at_us,
                                       int64_t *out, cbk_error *err)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(
        casebook->registry.database,
        "SELECT coalesce((SELECT min(number) - 1 FROM casebook_transaction WHERE at_us > "
        "?1), (SELECT max(number) FROM casebook_transaction))",
        -1, &statement, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_bind_int64(statement, 1, at_us);
    }
    if (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        *out = sqlite3_column_int64(statement, 0);
        code = SQLITE_OK;
    }
    code = cbk_registry_finish(statement, code);
    return code == SQLITE_OK
               ? CBK_OK
               : cbk_casebook_fail(casebook, code, "reading the audit trail", err);
}

cbk_status cbk_casebook_head(cbk_casebook *casebook, cbk_head *out, cbk_error *err)
{
    *out = (cbk_head){.n_transactions = 0};
    sqlite3_stmt *statement = NULL;
    int code =
        sqlite3_prepare_v2(casebook->registry.database,
                           "SELECT number, first_change + n_changes - 1, at_us, hash "
                           "FROM casebook_transaction ORDER BY number DESC LIMIT 1",
                           -1, &statement, NULL);
    if (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        out->n_transactions = sqlite3_column_int64(statement, 0);
        out->n_changes = sqlite3_column_int64(statement, 1);
        out->at_us = sqlite3_column_int64(statement, 2);
        hex_of(statement, 3, out->hash);
        code = SQLITE_OK;
    }
    code = cbk_registry_finish(statement, code);
    return code == SQLITE_OK || code == SQLITE_DONE
               ? CBK_OK
               : cbk_casebook_fail(casebook, code, "reading the audit trail", err);
}
