/* commit.c - the one way in which a casebook file changes: cells, their audit rows and
 * the transaction's seal, in one transaction.  Contract: casebook.h.
 */
#include "registry/file.h"

#include "registry/anchor.h"
#include "registry/cells.h"
#include "registry/schema.h"
#include "registry/trail_writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A column that gets another name when all cells are written. */
typedef struct renaming {
    const char *form;
    const char *from;
    const char *to;
    struct renaming *next;
} renaming;

/* A commit under way. */
typedef struct writing {
    cbk_casebook *casebook;
    sqlite3 *database;
    cbk_arena *arena;        /* of this commit */
    cbk_cell_writer *tables; /* [layout.n_tables] */
    cbk_trail_writer audit;
    bool is_layout_changed;
    bool is_protocol_changed;
    bool is_empty; /* changes that change nothing: no transaction */
    renaming *renamings;
} writing;

/* ---- messages ------------------------------------------------------------------------
 */

/* "lock" for casebook_lock. */
static const char *plain_name(const char *table)
{
    static const char prefix[] = "casebook_";
    return strncmp(table, prefix, sizeof prefix - 1) == 0 ? table + sizeof prefix - 1
                                                          : table;
}

static cbk_status fail_change(writing *at, const cbk_change *change, int code,
                              cbk_error *err)
{
    const char *said = sqlite3_errmsg(at->database);
    const char *name = plain_name(change->table);
    switch (code) {
    case SQLITE_CONSTRAINT_TRIGGER:
        return strcmp(said, "frozen") == 0
                   ? cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                              "%s %s is frozen and cannot be changed.", name,
                              change->record)
                   : cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "%s %s: %s.", name,
                              change->record, said);
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "%s %s is there already.", name,
                        change->record);
    case SQLITE_CONSTRAINT_FOREIGNKEY:
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                        change->kind == CBK_CHANGE_DELETE
                            ? "%s %s has rows in other forms; delete those first."
                            : "%s %s belongs to a patient that is not there.",
                        name, change->record);
    default:
        return cbk_casebook_fail(at->casebook, code, "writing", err);
    }
}

/* ---- one change ----------------------------------------------------------------------
 */

/* The cells a change asks for over those that are there. */
static cbk_status ask_cells(const cbk_file_table *table, const cbk_change *change,
                            cbk_stored *cells, cbk_error *err)
{
    for (size_t i = 0; i < change->n_fields; i++) {
        const cbk_file_column *column = cbk_file_column_of(table, change->fields[i]);
        if (column == NULL) {
            return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "%s has no field `%s`.",
                            table->name, change->fields[i]);
        }
        if (!cbk_cell_store(table, column, &change->cells[i],
                            &cells[column - table->columns])) {
            return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                            "%s %s: the column `%s` cannot hold the value.", table->name,
                            change->record, column->name);
        }
    }
    return CBK_OK;
}

/* What follows from a change of the file's own tables: forms and fields are tables and
 * columns. */
static int note_layout(writing *at, const cbk_cell_writer *writer, const cbk_stored *old,
                       const cbk_stored *now)
{
    enum { FORM = 0, FIELD = 1 }; /* columns of casebook_field after its key */
    const bool is_field = strcmp(writer->table->name, CBK_TABLE_FIELD) == 0;
    at->is_protocol_changed =
        at->is_protocol_changed || strcmp(writer->table->name, CBK_TABLE_PROTOCOL) == 0;
    at->is_layout_changed = at->is_layout_changed || is_field ||
                            strcmp(writer->table->name, CBK_TABLE_FORM) == 0;
    if (!is_field || old[FIELD].type != 't' || now[FIELD].type != 't' ||
        cbk_stored_is_equal(&old[FIELD], &now[FIELD])) {
        return SQLITE_OK;
    }
    renaming *fresh = CBK_NEW(at->arena, renaming, 1);
    char *from = cbk_text_copy_bytes(at->arena, old[FIELD].text, old[FIELD].size);
    char *form = cbk_text_copy_bytes(at->arena, old[FORM].text, old[FORM].size);
    if (form == NULL) {
        return SQLITE_NOMEM;
    }
    *fresh = (renaming){
        .form = form, .from = from, .to = now[FIELD].text, .next = at->renamings};
    at->renamings = fresh;
    return SQLITE_OK;
}

static int write_cells(writing *at, cbk_cell_writer *writer, const cbk_change *change,
                       const cbk_stored *old, const cbk_stored *now)
{
    int code = SQLITE_OK;
    switch (change->kind) {
    case CBK_CHANGE_CREATE:
        code = cbk_cells_insert(writer, change->record, now);
        break;
    case CBK_CHANGE_UPDATE:
        code = cbk_cells_update(writer, change->record, old, now);
        break;
    case CBK_CHANGE_DELETE:
        code = cbk_cells_delete(writer, change->record, old);
        break;
    }
    return code == SQLITE_OK ? note_layout(at, writer, old, now) : code;
}

static int audit_cells(writing *at, const cbk_cell_writer *writer,
                       const cbk_change *change, const cbk_stored *old,
                       const cbk_stored *now)
{
    cbk_audit_row row = {.form = writer->table->name, .record = change->record};
    int code = SQLITE_OK;
    if (change->kind == CBK_CHANGE_CREATE) {
        row.action = "create";
        code = cbk_trail_write(&at->audit, &row);
    }
    for (size_t i = 0; i < writer->table->n_columns && code == SQLITE_OK; i++) {
        if (!cbk_stored_is_equal(&old[i], &now[i])) {
            row.action = "set";
            row.field = writer->table->columns[i].name;
            row.old_value = old[i];
            row.new_value = now[i];
            code = cbk_trail_write(&at->audit, &row);
        }
    }
    if (change->kind == CBK_CHANGE_DELETE && code == SQLITE_OK) {
        row = (cbk_audit_row){.form = row.form, .record = row.record, .action = "delete"};
        code = cbk_trail_write(&at->audit, &row);
    }
    return code;
}

static bool is_same(const cbk_stored *a, const cbk_stored *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!cbk_stored_is_equal(&a[i], &b[i])) {
            return false;
        }
    }
    return true;
}

static cbk_status write_in(writing *at, cbk_cell_writer *writer, const cbk_change *change,
                           cbk_error *err)
{
    const size_t n = writer->table->n_columns;
    cbk_stored *old = CBK_NEW(at->arena, cbk_stored, n + 1);
    cbk_stored *now = CBK_NEW(at->arena, cbk_stored, n + 1);
    if (now == NULL) {
        return cbk_fail_memory(err);
    }
    cbk_cells_clear(old, n);
    bool is_there = false;
    int code = change->kind == CBK_CHANGE_CREATE
                   ? SQLITE_OK
                   : cbk_cells_read(writer, change->record, old, &is_there, at->arena);
    if (code != SQLITE_OK) {
        return fail_change(at, change, code, err);
    }
    if (change->kind != CBK_CHANGE_CREATE && !is_there) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "There is no %s %s.",
                        plain_name(writer->table->name), change->record);
    }
    if (change->kind == CBK_CHANGE_UPDATE) {
        memcpy(now, old, n * sizeof *now);
    } else {
        cbk_cells_clear(now, n);
    }
    CBK_TRY(ask_cells(writer->table, change, now, err));
    if (change->kind == CBK_CHANGE_UPDATE && is_same(old, now, n)) {
        return CBK_OK;
    }
    code = write_cells(at, writer, change, old, now);
    if (code == SQLITE_OK) {
        code = audit_cells(at, writer, change, old, now);
    }
    return code == SQLITE_OK ? CBK_OK : fail_change(at, change, code, err);
}

static cbk_status write_change(writing *at, const cbk_change *change, cbk_error *err)
{
    const cbk_layout *layout = &at->casebook->layout;
    const cbk_file_table *table = cbk_layout_table(layout, change->table);
    if (table == NULL) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "The file has no form `%s`.",
                        change->table);
    }
    cbk_cell_writer *writer = &at->tables[table - layout->tables];
    int code = writer->database != NULL ? SQLITE_OK
                                        : cbk_cells_prepare(at->database, table, writer);
    if (code != SQLITE_OK) {
        return cbk_casebook_fail(at->casebook, code, "writing", err);
    }
    if (!cbk_record_is_key(table, change->record)) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "\"%s\" names no record of %s%s.",
                        change->record, table->name,
                        table->n_keys == 2 ? ", whose rows are written as patient/n"
                                           : "");
    }
    const cbk_mark before = cbk_arena_mark(at->arena);
    const cbk_status status = write_in(at, writer, change, err);
    cbk_cells_reset(writer);
    if (status == CBK_OK && at->renamings == NULL) {
        cbk_arena_release(at->arena, before); /* a large import keeps little */
    }
    return status;
}

/* ---- the whole -----------------------------------------------------------------------
 */

/* Tables and columns as the layout now has them. */
static int change_tables(writing *at)
{
    int code = SQLITE_OK;
    for (const renaming *r = at->renamings; r != NULL && code == SQLITE_OK; r = r->next) {
        code = cbk_layout_rename(at->database, r->form, r->from, r->to);
    }
    if (code == SQLITE_OK) {
        code = cbk_casebook_reload(at->casebook);
    }
    return code == SQLITE_OK ? cbk_layout_sync(at->database, &at->casebook->layout)
                             : code;
}

static int make_file(writing *at)
{
    unsigned char bytes[16];
    char hex[33];
    if (!cbk_random_bytes(bytes, sizeof bytes)) {
        return SQLITE_ERROR;
    }
    bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40); /* a random UUID: version 4, */
    bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80); /* variant 1 */
    cbk_hex(bytes, sizeof bytes, hex);
    char *uuid = at->casebook->uuid;
    (void)snprintf(uuid, sizeof at->casebook->uuid, "%.8s-%.4s-%.4s-%.4s-%s", hex,
                   hex + 8, hex + 12, hex + 16, hex + 20);
    const int code = cbk_schema_make_file(at->database, uuid);
    return code == SQLITE_OK ? cbk_casebook_reload(at->casebook) : code;
}

/* Everything between BEGIN and COMMIT. */
static cbk_status write_all(writing *at, const cbk_deed *deed, const cbk_change *changes,
                            size_t n, cbk_error *err)
{
    int64_t edition = 0;
    int code = at->casebook->is_new ? make_file(at) : SQLITE_OK;
    if (code == SQLITE_OK) {
        code = cbk_casebook_edition(at->database, &edition);
    }
    if (code == SQLITE_OK) {
        code = cbk_trail_begin(&at->audit, at->database, at->casebook->uuid);
    }
    if (code != SQLITE_OK) {
        return cbk_casebook_fail(at->casebook, code, "writing", err);
    }
    /* Also the forms must be those that the changes were made for. */
    if ((deed->after != 0 && deed->after != at->audit.txn - 1) ||
        edition != at->casebook->edition) {
        return cbk_fail(err, CBK_EIO, CBK_ROW_NONE,
                        "%s was changed meanwhile; nothing was done. Try again.",
                        at->casebook->name);
    }
    at->tables = CBK_NEW(at->arena, cbk_cell_writer, at->casebook->layout.n_tables);
    if (at->tables == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        CBK_TRY(write_change(at, &changes[i], err));
    }
    at->is_empty = n > 0 && at->audit.next == at->audit.first;
    at->casebook->committed = at->is_empty ? 0 : at->audit.txn;
    at->casebook->n_committed = at->audit.next - at->audit.first;
    code = cbk_trail_seal(&at->audit, deed);
    return code == SQLITE_OK ? CBK_OK
                             : cbk_casebook_fail(at->casebook, code, "writing", err);
}

/* Ends every statement, without which tables cannot be altered nor the transaction end.
 */
static void end_statements(writing *at)
{
    for (size_t i = 0; at->tables != NULL && i < at->casebook->layout.n_tables; i++) {
        cbk_cells_finish(&at->tables[i]);
    }
    at->tables = NULL;
    cbk_trail_end(&at->audit);
}

static cbk_status finish(writing *at, cbk_status status, cbk_error *err)
{
    end_statements(at);
    if (status == CBK_OK && at->is_empty) {
        (void)cbk_registry_end(at->database, false);
        return CBK_OK;
    }
    int code = SQLITE_OK;
    if (status == CBK_OK && at->is_layout_changed) {
        code = change_tables(at);
    }
    if (status == CBK_OK && code == SQLITE_OK) {
        code = sqlite3_exec(at->database, "COMMIT", NULL, NULL, NULL);
    }
    if (status == CBK_OK && code == SQLITE_CONSTRAINT_FOREIGNKEY) {
        status = cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                          "%s: the audit trail would not account for every change; "
                          "nothing was committed.",
                          at->casebook->name);
    } else if (status == CBK_OK && code != SQLITE_OK) {
        status = cbk_casebook_fail(at->casebook, code, "committing", err);
    }
    if (status == CBK_OK) {
        at->casebook->is_new = false;
        if (at->is_layout_changed || at->is_protocol_changed) {
            (void)cbk_casebook_edition(at->database, &at->casebook->edition);
        }
        cbk_anchor_append(at->casebook);
        return CBK_OK;
    }
    (void)cbk_registry_end(at->database, false);
    if (at->is_layout_changed && !at->casebook->is_new) {
        (void)cbk_casebook_reload(at->casebook);
    }
    return status;
}

cbk_status cbk_casebook_commit(cbk_casebook *casebook, const cbk_deed *deed,
                               const cbk_change *changes, size_t n, cbk_error *err)
{
    if (!casebook->is_writable || casebook->is_poisoned) {
        return cbk_fail(err, casebook->is_poisoned ? CBK_EIO : CBK_EINVAL, CBK_ROW_NONE,
                        casebook->is_poisoned
                            ? "%s: the disk failed; the file must be opened anew."
                            : "%s is open for reading only.",
                        casebook->name);
    }
    writing at = {.casebook = casebook, .database = casebook->registry.database};
    at.arena = cbk_arena_create(NULL, SIZE_MAX);
    if (at.arena == NULL) {
        return cbk_fail_memory(err);
    }
    const int code = sqlite3_exec(at.database, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    const cbk_status status =
        code == SQLITE_OK ? finish(&at, write_all(&at, deed, changes, n, err), err)
                          : cbk_casebook_fail(casebook, code, "writing", err);
    cbk_arena_destroy(at.arena);
    return status;
}
