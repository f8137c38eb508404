/* rows.c - all records of a table of a casebook file.  Contract: casebook.h. */
#include "registry/cells.h"
#include "registry/file.h"

#include <stdlib.h>
#include <string.h>

static char *all_sql(const cbk_file_table *table)
{
    sqlite3_str *sql = sqlite3_str_new(NULL);
    sqlite3_str_appendf(sql, "SELECT \"%w\"", table->keys[0]);
    if (table->n_keys == 2) {
        sqlite3_str_appendall(sql, ", \"n\"");
    }
    for (size_t i = 0; i < table->n_columns; i++) {
        sqlite3_str_appendf(sql, ", \"%w\"", table->columns[i].name);
    }
    /* The order in which the records were made; a replay makes them in the same. */
    sqlite3_str_appendf(sql, " FROM \"%w\" ORDER BY _rowid_", table->name);
    return sqlite3_str_finish(sql);
}

static const char *record_name(sqlite3_stmt *statement, const cbk_file_table *table,
                               cbk_arena *arena)
{
    const char *key = cbk_column_text(statement, 0);
    return table->n_keys == 2
               ? cbk_text_format(arena, "%s/%lld", key != NULL ? key : "",
                                 (long long)sqlite3_column_int64(statement, 1))
               : cbk_text_copy(arena, key != NULL ? key : "");
}

/* Rows as they come. */
typedef struct gathering {
    const cbk_file_table *table;
    cbk_arena *arena;
    size_t n;
    size_t capacity;
    const char **record;
    cbk_file_cell *cells;
} gathering;

static bool grow(gathering *rows)
{
    if (rows->n < rows->capacity) {
        return true;
    }
    const size_t n_columns = rows->table->n_columns;
    rows->capacity = rows->capacity == 0 ? 16 : 4 * rows->capacity;
    const char **record = CBK_NEW(rows->arena, const char *, rows->capacity);
    cbk_file_cell *cells =
        CBK_NEW(rows->arena, cbk_file_cell, rows->capacity * n_columns + 1);
    if (cells == NULL) {
        return false;
    }
    if (rows->n > 0) {
        memcpy(record, rows->record, rows->n * sizeof *record);
        memcpy(cells, rows->cells, rows->n * n_columns * sizeof *cells);
    }
    rows->record = record;
    rows->cells = cells;
    return true;
}

static int fetch(sqlite3_stmt *statement, gathering *rows)
{
    const cbk_file_table *table = rows->table;
    int code = SQLITE_ROW;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        if (!grow(rows)) {
            return SQLITE_NOMEM;
        }
        rows->record[rows->n] = record_name(statement, table, rows->arena);
        cbk_file_cell *cells = &rows->cells[rows->n * table->n_columns];
        for (size_t i = 0; i < table->n_columns; i++) {
            cells[i].value = cbk_registry_value(
                sqlite3_column_value(statement, (int)(table->n_keys + i)), rows->arena);
        }
        rows->n++;
    }
    return cbk_arena_has_failed(rows->arena) ? SQLITE_NOMEM : code;
}

/* ---- kinds of missing values ---------------------------------------------------------
 */

typedef struct named_row {
    const char *record;
    size_t row;
} named_row;

static int by_name(const void *lhs, const void *rhs)
{
    return strcmp(((const named_row *)lhs)->record, ((const named_row *)rhs)->record);
}

static named_row *sorted_rows(const gathering *rows)
{
    named_row *all = CBK_NEW(rows->arena, named_row, rows->n + 1);
    for (size_t i = 0; all != NULL && i < rows->n; i++) {
        all[i] = (named_row){.record = rows->record[i], .row = i};
    }
    if (all != NULL) {
        qsort(all, rows->n, sizeof *all, by_name);
    }
    return all;
}

static int fetch_missing(sqlite3_stmt *statement, gathering *rows)
{
    const named_row *all = NULL;
    int code = SQLITE_ROW;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        if (all == NULL && (all = sorted_rows(rows)) == NULL) {
            return SQLITE_NOMEM;
        }
        const char *record = cbk_column_text(statement, 0);
        const char *field = cbk_column_text(statement, 1);
        const char *kind = cbk_column_text(statement, 2);
        if (record == NULL || field == NULL || kind == NULL) {
            return SQLITE_NOMEM;
        }
        const named_row wanted = {.record = record};
        const named_row *found = bsearch(&wanted, all, rows->n, sizeof *all, by_name);
        const cbk_file_column *column = cbk_file_column_of(rows->table, field);
        if (found != NULL && column != NULL) {
            cbk_file_cell *cell = &rows->cells[found->row * rows->table->n_columns +
                                               (size_t)(column - rows->table->columns)];
            cell->missing = cbk_text_copy(rows->arena, kind);
        }
    }
    return cbk_arena_has_failed(rows->arena) ? SQLITE_NOMEM : code;
}

static int read_missing(sqlite3 *database, gathering *rows)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(
        database, "SELECT record, field, code FROM casebook_missing WHERE form = ?", -1,
        &statement, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_bind_text(statement, 1, rows->table->name, -1, SQLITE_STATIC);
    }
    if (code == SQLITE_OK) {
        code = fetch_missing(statement, rows);
    }
    code = cbk_registry_finish(statement, code);
    return code;
}

cbk_status cbk_casebook_rows(cbk_casebook *casebook, const cbk_file_table *table,
                             cbk_arena *arena, cbk_file_rows *out, cbk_error *err)
{
    CBK_TRY(cbk_casebook_check_table(casebook, table->name, err));
    gathering rows = {.table = table, .arena = arena};
    sqlite3 *database = casebook->registry.database;
    char *sql = all_sql(table);
    sqlite3_stmt *statement = NULL;
    int code = sql == NULL ? SQLITE_NOMEM
                           : sqlite3_prepare_v2(database, sql, -1, &statement, NULL);
    if (code == SQLITE_OK) {
        code = fetch(statement, &rows);
    }
    code = cbk_registry_finish(statement, code);
    sqlite3_free(sql);
    if (code == SQLITE_DONE && table->is_form && rows.n > 0) {
        if (!casebook->is_missing_checked) {
            CBK_TRY(cbk_casebook_check_table(casebook, "casebook_missing", err));
            casebook->is_missing_checked = true;
        }
        code = read_missing(database, &rows);
    }
    if (code != SQLITE_DONE && code != SQLITE_OK) {
        return cbk_casebook_fail(casebook, code, "reading the records", err);
    }
    *out = (cbk_file_rows){
        .table = table, .n_rows = rows.n, .record = rows.record, .cells = rows.cells};
    return CBK_OK;
}
