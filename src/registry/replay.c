/* replay.c - tables built anew from the audit trail.  Contract: replay.h.
 *
 * The rows of one record that follow each other are gathered and written at once.
 */
#include "registry/replay.h"

#include "base/text.h"
#include "registry/cells.h"
#include "registry/schema.h"
#include "registry/trail_writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The record whose rows are being gathered. */
typedef struct gathered {
    cbk_cell_writer *writer; /* NULL: none */
    const char *record;
    bool is_new;
    cbk_stored *old;
    cbk_stored *now;
} gathered;

struct cbk_replay {
    cbk_casebook *target;
    sqlite3 *database;
    bool has_trail;
    cbk_cell_writer *tables; /* [target->layout.n_tables] */
    gathered at;
    cbk_arena *arena; /* of what is gathered */
    cbk_mark empty;   /* its start */
    bool is_layout_changed;
    sqlite3_stmt *audit;
    sqlite3_stmt *transaction;
    int64_t weight;
    char broken[256];
};

/* ---- the tables ----------------------------------------------------------------------
 */

static void finish_tables(cbk_replay *replay)
{
    for (size_t i = 0; replay->tables != NULL && i < replay->target->layout.n_tables;
         i++) {
        cbk_cells_finish(&replay->tables[i]);
    }
    free(replay->tables);
    replay->tables = NULL;
}

static int prepare_tables(cbk_replay *replay)
{
    replay->tables = calloc(replay->target->layout.n_tables + 1, sizeof *replay->tables);
    return replay->tables != NULL ? SQLITE_OK : SQLITE_NOMEM;
}

/* After changes of casebook_form and casebook_field: tables and columns as they now say.
 */
static int change_tables(cbk_replay *replay)
{
    replay->is_layout_changed = false;
    finish_tables(replay);
    int code = cbk_casebook_reload(replay->target);
    if (code == SQLITE_OK) {
        code = cbk_layout_sync(replay->database, &replay->target->layout);
    }
    return code == SQLITE_OK ? prepare_tables(replay) : code;
}

static int writer_of(cbk_replay *replay, const char *form, cbk_cell_writer **out)
{
    const cbk_layout *layout = &replay->target->layout;
    const cbk_file_table *table = cbk_layout_table(layout, form);
    *out = NULL;
    if (table == NULL) {
        return SQLITE_OK;
    }
    cbk_cell_writer *writer = &replay->tables[table - layout->tables];
    const int code = writer->database != NULL
                         ? SQLITE_OK
                         : cbk_cells_prepare(replay->database, table, writer);
    *out = code == SQLITE_OK ? writer : NULL;
    return code;
}

static int break_off(cbk_replay *replay, const cbk_audit_row *row, const char *why)
{
    (void)snprintf(replay->broken, sizeof replay->broken,
                   "row %lld of the audit trail %s (%.40s %.40s)", (long long)row->seq,
                   why, row->form, row->record);
    return SQLITE_MISMATCH;
}

/* ---- gathering -----------------------------------------------------------------------
 */

/* A field that got another name. */
typedef struct renamed {
    const char *form; /* NULL: none did */
    const char *from;
    const char *to;
} renamed;

static int find_renamed(cbk_replay *replay, const gathered *at, renamed *out)
{
    enum { FORM = 0, FIELD = 1 };
    const cbk_stored *from = &at->old[FIELD];
    const cbk_stored *to = &at->now[FIELD];
    *out = (renamed){.form = NULL};
    if (at->is_new || strcmp(at->writer->table->name, CBK_TABLE_FIELD) != 0 ||
        cbk_stored_is_equal(from, to) || from->type != 't' || to->type != 't') {
        return SQLITE_OK;
    }
    out->form =
        cbk_text_copy_bytes(replay->arena, at->now[FORM].text, at->now[FORM].size);
    out->from = cbk_text_copy_bytes(replay->arena, from->text, from->size);
    out->to = cbk_text_copy_bytes(replay->arena, to->text, to->size);
    return out->to != NULL ? SQLITE_OK : SQLITE_NOMEM;
}

/* Its column gets the name at once, for what follows uses it. */
static int rename_column(cbk_replay *replay, const renamed *which)
{
    finish_tables(replay);
    const int code =
        cbk_layout_rename(replay->database, which->form, which->from, which->to);
    return code == SQLITE_OK ? prepare_tables(replay) : code;
}

/* Writes what is gathered. */
static int flush(cbk_replay *replay)
{
    gathered *at = &replay->at;
    renamed which = {.form = NULL};
    if (at->writer == NULL) {
        return SQLITE_OK;
    }
    const char *name = at->writer->table->name;
    replay->is_layout_changed = replay->is_layout_changed ||
                                strcmp(name, CBK_TABLE_FIELD) == 0 ||
                                strcmp(name, CBK_TABLE_FORM) == 0;
    int code = at->is_new ? cbk_cells_insert(at->writer, at->record, at->now)
                          : cbk_cells_update(at->writer, at->record, at->old, at->now);
    if (code == SQLITE_OK) {
        code = find_renamed(replay, at, &which);
    }
    cbk_cells_reset(at->writer);
    *at = (gathered){.writer = NULL};
    if (code == SQLITE_OK && which.form != NULL) {
        code = rename_column(replay, &which);
    }
    cbk_arena_release(replay->arena, replay->empty);
    return code;
}

static int start(cbk_replay *replay, const cbk_audit_row *row, bool is_new)
{
    gathered *at = &replay->at;
    const bool is_own = strncmp(row->form, "casebook_", strlen("casebook_")) == 0;
    int code = replay->is_layout_changed && !is_own ? change_tables(replay) : SQLITE_OK;
    cbk_cell_writer *writer = NULL;
    if (code == SQLITE_OK) {
        code = writer_of(replay, row->form, &writer);
    }
    if (code != SQLITE_OK) {
        return code;
    }
    if (writer == NULL || !cbk_record_is_key(writer->table, row->record)) {
        return break_off(replay, row, "names no table and record");
    }
    const size_t n = writer->table->n_columns;
    *at = (gathered){.writer = writer,
                     .record = cbk_text_copy(replay->arena, row->record),
                     .is_new = is_new,
                     .old = CBK_NEW(replay->arena, cbk_stored, n + 1),
                     .now = CBK_NEW(replay->arena, cbk_stored, n + 1)};
    if (at->now == NULL) {
        return SQLITE_NOMEM;
    }
    cbk_cells_clear(at->old, n);
    bool is_there = is_new;
    code = is_new ? SQLITE_OK
                  : cbk_cells_read(writer, at->record, at->old, &is_there, replay->arena);
    memcpy(at->now, at->old, n * sizeof *at->now);
    return code == SQLITE_OK && !is_there
               ? break_off(replay, row, "changes a record that is not there")
               : code;
}

/* The value as the arena's own; the trail's is gone with the next row. */
static bool keep(cbk_replay *replay, const cbk_stored *value, cbk_stored *out)
{
    *out = *value;
    if (value->text != NULL) {
        out->text = cbk_text_copy_bytes(replay->arena, value->text, value->size);
    }
    return value->text == NULL || out->text != NULL;
}

static int set(cbk_replay *replay, const cbk_audit_row *row)
{
    gathered *at = &replay->at;
    int code = at->writer == NULL ? start(replay, row, false) : SQLITE_OK;
    if (code != SQLITE_OK) {
        return code;
    }
    const cbk_file_table *table = at->writer->table;
    const cbk_file_column *column =
        row->field != NULL ? cbk_file_column_of(table, row->field) : NULL;
    if (column == NULL) {
        return break_off(replay, row, "names no field");
    }
    cbk_stored *now = &at->now[column - table->columns];
    cbk_stored before = row->old_value;
    before.type = before.type == 0 ? 'n' : before.type;
    if (!cbk_stored_is_equal(now, &before)) {
        return break_off(replay, row, "starts from a value that was not there");
    }
    return keep(replay, &row->new_value, now) ? SQLITE_OK : SQLITE_NOMEM;
}

static int delete (cbk_replay *replay, const cbk_audit_row *row)
{
    int code = flush(replay);
    if (code == SQLITE_OK) {
        code = start(replay, row, false);
    }
    gathered *at = &replay->at;
    if (code != SQLITE_OK) {
        return code;
    }
    for (size_t i = 0; i < at->writer->table->n_columns; i++) {
        if (at->now[i].type != 'n') {
            return break_off(replay, row, "deletes a record that has values");
        }
    }
    code = cbk_cells_delete(at->writer, at->record, at->old);
    cbk_cells_reset(at->writer);
    *at = (gathered){.writer = NULL};
    cbk_arena_release(replay->arena, replay->empty);
    return code;
}

/* ---- the whole -----------------------------------------------------------------------
 */

int cbk_replay_begin(cbk_casebook *target, const char *uuid, bool has_trail,
                     cbk_replay **out)
{
    *out = NULL;
    cbk_replay *replay = calloc(1, sizeof *replay);
    if (replay == NULL) {
        return SQLITE_NOMEM;
    }
    replay->target = target;
    replay->database = target->registry.database;
    replay->has_trail = has_trail;
    replay->arena = cbk_arena_create(NULL, SIZE_MAX);
    int code = replay->arena != NULL
                   ? sqlite3_exec(replay->database, "BEGIN IMMEDIATE", NULL, NULL, NULL)
                   : SQLITE_NOMEM;
    if (code == SQLITE_OK) {
        replay->empty = cbk_arena_mark(replay->arena);
        code = cbk_schema_make_file(replay->database, uuid);
    }
    if (code == SQLITE_OK) {
        code = cbk_casebook_reload(target);
    }
    if (code == SQLITE_OK) {
        code = prepare_tables(replay);
    }
    if (code == SQLITE_OK && has_trail) {
        code = cbk_trail_prepare(replay->database, &replay->audit, &replay->transaction);
    }
    if (code != SQLITE_OK) {
        cbk_replay_free(replay);
        return code;
    }
    (void)sqlite3_snprintf(sizeof target->uuid, target->uuid, "%s", uuid);
    *out = replay;
    return SQLITE_OK;
}

/* What casebook_file counts for a change of a cell: its value, and its kind where
 * missing. */
static int weight_of(const cbk_audit_row *row)
{
    const cbk_stored *old = &row->old_value;
    const cbk_stored *now = &row->new_value;
    const cbk_stored nothing = {.type = 'n'};
    const cbk_stored *const values[] = {
        old->type == 'm' || old->type == 0 ? &nothing : old,
        now->type == 'm' || now->type == 0 ? &nothing : now};
    const bool is_value_changed = !cbk_stored_is_equal(values[0], values[1]);
    const bool is_kind_changed =
        (old->type == 'm' || now->type == 'm') && !cbk_stored_is_equal(old, now);
    return is_value_changed + is_kind_changed;
}

int cbk_replay_change(cbk_replay *replay, const cbk_audit_row *row,
                      const unsigned char hash[CBK_HASH_SIZE])
{
    const gathered *at = &replay->at;
    const bool is_create = strcmp(row->action, "create") == 0;
    const bool is_delete = strcmp(row->action, "delete") == 0;
    int code = SQLITE_OK;
    if (at->writer != NULL &&
        (is_create || strcmp(at->writer->table->name, row->form) != 0 ||
         strcmp(at->record, row->record) != 0)) {
        code = flush(replay);
    }
    replay->weight += is_create || is_delete ? 1 : weight_of(row);
    if (code == SQLITE_OK) {
        code = is_create   ? start(replay, row, true)
               : is_delete ? delete (replay, row)
               : strcmp(row->action, "set") == 0
                   ? set(replay, row)
                   : break_off(replay, row, "is of no known kind");
    }
    if (code == SQLITE_OK && replay->has_trail) {
        code = cbk_trail_bind(replay->audit, row, hash);
        code = code == SQLITE_OK ? cbk_trail_run(replay->audit) : code;
    }
    return code;
}

int cbk_replay_transaction(cbk_replay *replay, const cbk_transaction_row *row,
                           const unsigned char hash[CBK_HASH_SIZE])
{
    int code = flush(replay);
    if (code == SQLITE_OK && replay->is_layout_changed) {
        code = change_tables(replay);
    }
    if (code == SQLITE_OK && replay->has_trail) {
        code = cbk_transaction_bind(replay->transaction, row, hash);
        code = code == SQLITE_OK ? cbk_trail_run(replay->transaction) : code;
    }
    return code;
}

static void end_statements(cbk_replay *replay)
{
    finish_tables(replay);
    (void)sqlite3_finalize(replay->audit);
    (void)sqlite3_finalize(replay->transaction);
    replay->audit = NULL;
    replay->transaction = NULL;
}

int cbk_replay_end(cbk_replay *replay)
{
    end_statements(replay);
    /* Without the trail nothing was counted as audited. */
    int code =
        replay->has_trail
            ? SQLITE_OK
            : sqlite3_exec(replay->database, "UPDATE casebook_file SET audited = changes",
                           NULL, NULL, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_exec(replay->database, "COMMIT", NULL, NULL, NULL);
    }
    replay->target->is_new = replay->target->is_new && code != SQLITE_OK;
    return code;
}

const char *cbk_replay_broken(const cbk_replay *replay)
{
    return replay->broken[0] != '\0' ? replay->broken : NULL;
}

int64_t cbk_replay_weight(const cbk_replay *replay)
{
    return replay->weight;
}

void cbk_replay_free(cbk_replay *replay)
{
    if (replay != NULL) {
        end_statements(replay);
        (void)cbk_registry_end(replay->database, false);
        cbk_arena_destroy(replay->arena);
        free(replay);
    }
}
