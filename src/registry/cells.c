/* cells.c - the cells of one record of one table.  Contract: cells.h. */
#include "registry/cells.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- values --------------------------------------------------------------------------
 */

void cbk_cells_clear(cbk_stored *cells, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        cells[i] = (cbk_stored){.type = 'n'};
    }
}

cbk_stored cbk_stored_column(sqlite3_stmt *statement, int column)
{
    cbk_stored value = {.type = 'n'};
    switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
        value.type = 'i';
        value.integer = sqlite3_column_int64(statement, column);
        break;
    case SQLITE_FLOAT:
        value.type = 'r';
        value.real = sqlite3_column_double(statement, column);
        break;
    case SQLITE_TEXT:
        value.type = 't';
        value.text = (const char *)sqlite3_column_text(statement, column);
        value.size = (size_t)sqlite3_column_bytes(statement, column);
        break;
    default:
        break;
    }
    return value;
}

int cbk_stored_bind(sqlite3_stmt *statement, int at, const cbk_stored *value)
{
    switch (value->type) {
    case 'i':
        return sqlite3_bind_int64(statement, at, value->integer);
    case 'r':
        return sqlite3_bind_double(statement, at, value->real);
    case 't':
        return sqlite3_bind_text64(statement, at, value->text, value->size, SQLITE_STATIC,
                                   SQLITE_UTF8);
    default:
        return sqlite3_bind_null(statement, at);
    }
}

static bool store_number(double number, cbk_storage storage, cbk_stored *out)
{
    if (storage == CBK_STORAGE_REAL) {
        *out = (cbk_stored){.type = 'r', .real = number == 0.0 ? 0.0 : number};
        return isfinite(number);
    }
    *out = (cbk_stored){.type = 'i', .integer = (sqlite3_int64)number};
    return storage == CBK_STORAGE_INTEGER && number == floor(number) &&
           fabs(number) <= 9007199254740992.0; /* 2^53 */
}

bool cbk_cell_store(const cbk_file_table *table, const cbk_file_column *column,
                    const cbk_file_cell *cell, cbk_stored *out)
{
    *out = (cbk_stored){.type = 'n'};
    switch (cell->value.kind) {
    case CBK_VALUE_NUMBER:
        return store_number(cell->value.number, column->storage, out);
    case CBK_VALUE_TEXT:
        *out = (cbk_stored){
            .type = 't', .text = cell->value.text, .size = strlen(cell->value.text)};
        return column->storage == CBK_STORAGE_TEXT;
    case CBK_VALUE_ABSENT:
        break;
    }
    if (cell->missing != NULL && table->is_form) {
        *out = (cbk_stored){
            .type = 'm', .text = cell->missing, .size = strlen(cell->missing)};
    }
    return true;
}

/* ---- keys ----------------------------------------------------------------------------
 */

static bool is_whole_number(const char *text)
{
    const size_t n = strspn(text, "0123456789");
    return n > 0 && n < 16 && text[n] == '\0' && (text[0] != '0' || n == 1);
}

bool cbk_record_is_key(const cbk_file_table *table, const char *record)
{
    if (table->n_keys == 2) {
        const char *slash = strrchr(record, '/');
        return slash != NULL && slash > record && is_whole_number(slash + 1);
    }
    return table->key_storage[0] == CBK_STORAGE_INTEGER ? is_whole_number(record)
                                                        : record[0] != '\0';
}

/* Binds the parts of a record's name from parameter `at` on. */
static int bind_key(sqlite3_stmt *statement, int at, const cbk_file_table *table,
                    const char *record)
{
    if (table->key_storage[0] == CBK_STORAGE_INTEGER) {
        return sqlite3_bind_int64(statement, at, strtoll(record, NULL, 10));
    }
    const char *slash = table->n_keys == 2 ? strrchr(record, '/') : NULL;
    const size_t size = slash != NULL ? (size_t)(slash - record) : strlen(record);
    const int code =
        sqlite3_bind_text64(statement, at, record, size, SQLITE_STATIC, SQLITE_UTF8);
    return code == SQLITE_OK && slash != NULL
               ? sqlite3_bind_int64(statement, at + 1, strtoll(slash + 1, NULL, 10))
               : code;
}

/* ---- statements ----------------------------------------------------------------------
 */

static void add_where(sqlite3_str *sql, const cbk_file_table *table)
{
    for (size_t i = 0; i < table->n_keys; i++) {
        sqlite3_str_appendf(sql, "%s\"%w\" = ?", i == 0 ? " WHERE " : " AND ",
                            table->keys[i]);
    }
}

static void add_names(sqlite3_str *sql, const cbk_file_table *table, const char *after)
{
    for (size_t i = 0; i < table->n_columns; i++) {
        sqlite3_str_appendf(sql, "%s\"%w\"%s", i == 0 ? "" : ", ", table->columns[i].name,
                            after);
    }
}

static int prepare(sqlite3 *database, sqlite3_str *sql, sqlite3_stmt **out)
{
    char *text = sqlite3_str_finish(sql);
    if (text == NULL) {
        return SQLITE_NOMEM;
    }
    const int code =
        sqlite3_prepare_v3(database, text, -1, SQLITE_PREPARE_PERSISTENT, out, NULL);
    sqlite3_free(text);
    return code;
}

static int prepare_reading(cbk_cell_writer *writer)
{
    sqlite3_str *sql = sqlite3_str_new(writer->database);
    sqlite3_str_appendall(sql, "SELECT ");
    add_names(sql, writer->table, "");
    sqlite3_str_appendf(sql, " FROM \"%w\"", writer->table->name);
    add_where(sql, writer->table);
    return prepare(writer->database, sql, &writer->select);
}

static int prepare_insert(cbk_cell_writer *writer)
{
    const cbk_file_table *table = writer->table;
    sqlite3_str *sql = sqlite3_str_new(writer->database);
    sqlite3_str_appendf(sql, "INSERT INTO \"%w\" VALUES(?", table->name);
    for (size_t i = 1; i < table->n_keys + table->n_columns; i++) {
        sqlite3_str_appendall(sql, ", ?");
    }
    sqlite3_str_appendall(sql, ")");
    return prepare(writer->database, sql, &writer->insert);
}

static int prepare_update(cbk_cell_writer *writer)
{
    sqlite3_str *sql = sqlite3_str_new(writer->database);
    sqlite3_str_appendf(sql, "UPDATE \"%w\" SET ", writer->table->name);
    add_names(sql, writer->table, " = ?");
    add_where(sql, writer->table);
    return prepare(writer->database, sql, &writer->update);
}

static int prepare_remove(cbk_cell_writer *writer)
{
    sqlite3_str *sql = sqlite3_str_new(writer->database);
    sqlite3_str_appendf(sql, "DELETE FROM \"%w\"", writer->table->name);
    add_where(sql, writer->table);
    return prepare(writer->database, sql, &writer->remove);
}

static int prepare_missing(cbk_cell_writer *writer)
{
    const struct {
        const char *sql;
        sqlite3_stmt **statement;
    } all[] = {
        {"SELECT field, code FROM casebook_missing WHERE form = ? AND record = ?",
         &writer->missing_of},
        {"INSERT INTO casebook_missing VALUES(?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
         "code = excluded.code",
         &writer->missing_set},
        {"DELETE FROM casebook_missing WHERE form = ? AND record = ? AND field = ?",
         &writer->missing_remove},
    };
    int code = SQLITE_OK;
    for (size_t i = 0; i < sizeof all / sizeof all[0] && code == SQLITE_OK; i++) {
        code = sqlite3_prepare_v3(writer->database, all[i].sql, -1,
                                  SQLITE_PREPARE_PERSISTENT, all[i].statement, NULL);
    }
    return code;
}

int cbk_cells_prepare(sqlite3 *database, const cbk_file_table *table,
                      cbk_cell_writer *out)
{
    *out = (cbk_cell_writer){.database = database, .table = table};
    int (*const steps[])(cbk_cell_writer *) = {
        prepare_reading, prepare_insert, prepare_update, prepare_remove, prepare_missing};
    int code = SQLITE_OK;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0] && code == SQLITE_OK; i++) {
        code = steps[i](out);
    }
    if (code != SQLITE_OK) {
        cbk_cells_finish(out);
    }
    return code;
}

static void each_statement(cbk_cell_writer *writer, int (*act)(sqlite3_stmt *))
{
    sqlite3_stmt *const all[] = {
        writer->select,     writer->insert,      writer->update,        writer->remove,
        writer->missing_of, writer->missing_set, writer->missing_remove};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        (void)act(all[i]);
    }
}

void cbk_cells_reset(cbk_cell_writer *writer)
{
    each_statement(writer, sqlite3_reset);
}

void cbk_cells_finish(cbk_cell_writer *writer)
{
    each_statement(writer, sqlite3_finalize);
    *writer = (cbk_cell_writer){.database = NULL};
}

/* ---- reading and writing -------------------------------------------------------------
 */

/* A statement that gives no rows. */
static int run(sqlite3_stmt *statement)
{
    const int code = sqlite3_step(statement);
    (void)sqlite3_reset(statement);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int bind_place(sqlite3_stmt *statement, const cbk_cell_writer *writer,
                      const char *record)
{
    const int code =
        sqlite3_bind_text(statement, 1, writer->table->name, -1, SQLITE_STATIC);
    return code == SQLITE_OK ? sqlite3_bind_text(statement, 2, record, -1, SQLITE_STATIC)
                             : code;
}

/* Which of the NULLs of a record have a kind. */
static int read_missing(cbk_cell_writer *writer, const char *record, cbk_stored *out,
                        cbk_arena *arena)
{
    sqlite3_stmt *statement = writer->missing_of;
    int code = bind_place(statement, writer, record);
    while (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        const char *field = (const char *)sqlite3_column_text(statement, 0);
        const char *kind = (const char *)sqlite3_column_text(statement, 1);
        const cbk_file_column *column =
            field != NULL ? cbk_file_column_of(writer->table, field) : NULL;
        const char *kept = kind != NULL ? cbk_text_copy(arena, kind) : NULL;
        if (kept == NULL) {
            return SQLITE_NOMEM;
        }
        if (column != NULL) {
            out[column - writer->table->columns] =
                (cbk_stored){.type = 'm', .text = kept, .size = strlen(kept)};
        }
        code = SQLITE_OK;
    }
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

int cbk_cells_read(cbk_cell_writer *writer, const char *record, cbk_stored *out,
                   bool *is_there, cbk_arena *arena)
{
    *is_there = false;
    int code = bind_key(writer->select, 1, writer->table, record);
    if (code != SQLITE_OK || (code = sqlite3_step(writer->select)) != SQLITE_ROW) {
        return code == SQLITE_DONE ? SQLITE_OK : code;
    }
    *is_there = true;
    bool is_any_null = false;
    for (size_t i = 0; i < writer->table->n_columns; i++) {
        out[i] = cbk_stored_column(writer->select, (int)i);
        if (out[i].type == 't' && out[i].text == NULL) {
            return SQLITE_NOMEM;
        }
        is_any_null = is_any_null || out[i].type == 'n';
    }
    return is_any_null && writer->table->is_form
               ? read_missing(writer, record, out, arena)
               : SQLITE_OK;
}

/* The kind of a cell's missingness, where it changes. */
static int write_missing(cbk_cell_writer *writer, const char *record, size_t column,
                         const cbk_stored *old, const cbk_stored *now)
{
    if (old->type != 'm' && now->type != 'm') {
        return SQLITE_OK;
    }
    sqlite3_stmt *statement =
        now->type == 'm' ? writer->missing_set : writer->missing_remove;
    int code = bind_place(statement, writer, record);
    if (code == SQLITE_OK) {
        code = sqlite3_bind_text(statement, 3, writer->table->columns[column].name, -1,
                                 SQLITE_STATIC);
    }
    if (code == SQLITE_OK && now->type == 'm') {
        code = sqlite3_bind_text64(statement, 4, now->text, now->size, SQLITE_STATIC,
                                   SQLITE_UTF8);
    }
    return code == SQLITE_OK ? run(statement) : code;
}

static int write_all_missing(cbk_cell_writer *writer, const char *record,
                             const cbk_stored *old, const cbk_stored *now)
{
    static const cbk_stored nothing = {.type = 'n'};
    int code = SQLITE_OK;
    for (size_t i = 0; i < writer->table->n_columns && code == SQLITE_OK; i++) {
        const cbk_stored *before = old != NULL ? &old[i] : &nothing;
        const cbk_stored *after = now != NULL ? &now[i] : &nothing;
        if (!cbk_stored_is_equal(before, after)) {
            code = write_missing(writer, record, i, before, after);
        }
    }
    return code;
}

int cbk_cells_insert(cbk_cell_writer *writer, const char *record, const cbk_stored *now)
{
    const int n_keys = (int)writer->table->n_keys;
    int code = bind_key(writer->insert, 1, writer->table, record);
    for (size_t i = 0; i < writer->table->n_columns && code == SQLITE_OK; i++) {
        code = cbk_stored_bind(writer->insert, n_keys + 1 + (int)i, &now[i]);
    }
    if (code == SQLITE_OK) {
        code = run(writer->insert);
    }
    return code == SQLITE_OK ? write_all_missing(writer, record, NULL, now) : code;
}

int cbk_cells_update(cbk_cell_writer *writer, const char *record, const cbk_stored *old,
                     const cbk_stored *now)
{
    int code = SQLITE_OK;
    for (size_t i = 0; i < writer->table->n_columns && code == SQLITE_OK; i++) {
        code = cbk_stored_bind(writer->update, 1 + (int)i, &now[i]);
    }
    if (code == SQLITE_OK) {
        code = bind_key(writer->update, 1 + (int)writer->table->n_columns, writer->table,
                        record);
    }
    if (code == SQLITE_OK) {
        code = run(writer->update);
    }
    return code == SQLITE_OK ? write_all_missing(writer, record, old, now) : code;
}

int cbk_cells_delete(cbk_cell_writer *writer, const char *record, const cbk_stored *old)
{
    int code = write_all_missing(writer, record, old, NULL);
    if (code == SQLITE_OK) {
        code = bind_key(writer->remove, 1, writer->table, record);
    }
    return code == SQLITE_OK ? run(writer->remove) : code;
}
