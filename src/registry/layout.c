/* layout.c - which tables of cells a file has, by its own tables of forms and fields.
 * Contract: schema.h, casebook.h.
 */
#include "registry/schema.h"

#include "base/text.h"
#include "registry/internal.h"

#include <string.h>

static cbk_storage storage_of(const cbk_schema_column *column)
{
    return strncmp(column->definition, "INTEGER", strlen("INTEGER")) == 0
               ? CBK_STORAGE_INTEGER
               : CBK_STORAGE_TEXT;
}

cbk_file_table cbk_layout_own_table(const cbk_schema_table *table,
                                    cbk_file_column *columns)
{
    for (size_t i = 1; i < table->n_columns; i++) {
        columns[i - 1] = (cbk_file_column){.name = table->columns[i].name,
                                           .storage = storage_of(&table->columns[i])};
    }
    return (cbk_file_table){.name = table->name,
                            .n_keys = 1,
                            .keys = {table->columns[0].name},
                            .key_storage = {storage_of(&table->columns[0])},
                            .n_columns = table->n_columns - 1,
                            .columns = columns};
}

static const char *text_of(sqlite3_stmt *statement, int column, cbk_arena *arena)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    return cbk_text_copy(arena, text != NULL ? text : "");
}

static int count_rows(sqlite3 *database, const char *sql, size_t *out)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(database, sql, -1, &statement, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_step(statement);
        *out = code == SQLITE_ROW ? (size_t)sqlite3_column_int64(statement, 0) : 0;
        code = code == SQLITE_ROW ? SQLITE_OK : code;
    }
    code = cbk_registry_finish(statement, code);
    return code;
}

static int read_forms(sqlite3 *database, cbk_arena *arena, cbk_file_table *forms,
                      size_t n)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(database,
                                  "SELECT id, form, key_column, repeats, retired "
                                  "FROM casebook_form ORDER BY id",
                                  -1, &statement, NULL);
    for (size_t i = 0; i < n && code == SQLITE_OK; i++) {
        code = sqlite3_step(statement);
        if (code != SQLITE_ROW) {
            break;
        }
        const bool repeats = sqlite3_column_int64(statement, 3) != 0;
        forms[i] =
            (cbk_file_table){.id = sqlite3_column_int64(statement, 0),
                             .name = text_of(statement, 1, arena),
                             .is_form = true,
                             .is_retired = sqlite3_column_int64(statement, 4) != 0,
                             .n_keys = repeats ? 2 : 1,
                             .keys = {text_of(statement, 2, arena), "n"},
                             .key_storage = {CBK_STORAGE_TEXT, CBK_STORAGE_INTEGER}};
        code = cbk_arena_has_failed(arena) ? SQLITE_NOMEM : SQLITE_OK;
    }
    code = cbk_registry_finish(statement, code);
    return code;
}

/* The fields of all forms; each form's are counted first, then filled in. */
static int read_fields(sqlite3 *database, cbk_arena *arena, cbk_file_table *forms,
                       size_t n_forms)
{
    sqlite3_stmt *statement = NULL;
    int code =
        sqlite3_prepare_v2(database,
                           "SELECT id, field, storage, retired FROM casebook_field "
                           "WHERE form = ? ORDER BY id",
                           -1, &statement, NULL);
    for (size_t f = 0; f < n_forms && code == SQLITE_OK; f++) {
        size_t capacity = 0;
        cbk_file_column *columns = NULL;
        code = sqlite3_bind_text(statement, 1, forms[f].name, -1, SQLITE_STATIC);
        int stepped = SQLITE_DONE;
        while (code == SQLITE_OK && (stepped = sqlite3_step(statement)) == SQLITE_ROW) {
            if (forms[f].n_columns == capacity) {
                capacity = capacity == 0 ? 32 : 2 * capacity;
                cbk_file_column *larger = CBK_NEW(arena, cbk_file_column, capacity);
                if (larger == NULL) {
                    code = SQLITE_NOMEM;
                    break;
                }
                if (columns != NULL) {
                    memcpy(larger, columns, forms[f].n_columns * sizeof *columns);
                }
                columns = larger;
            }
            cbk_file_column *column = &columns[forms[f].n_columns++];
            column->id = sqlite3_column_int64(statement, 0);
            column->name = text_of(statement, 1, arena);
            column->is_retired = sqlite3_column_int64(statement, 3) != 0;
            const char *storage = (const char *)sqlite3_column_text(statement, 2);
            if (storage == NULL || !cbk_storage_parse(storage, &column->storage)) {
                code = storage == NULL ? SQLITE_NOMEM : SQLITE_CORRUPT;
            }
        }
        forms[f].columns = columns;
        if (code == SQLITE_OK) {
            code = stepped == SQLITE_DONE ? sqlite3_reset(statement) : stepped;
        }
    }
    code = cbk_registry_finish(statement, code);
    return cbk_arena_has_failed(arena) ? SQLITE_NOMEM : code;
}

int cbk_layout_read(sqlite3 *database, cbk_arena *arena, cbk_layout *out)
{
    size_t n_forms = 0;
    int code = count_rows(database, "SELECT count(*) FROM casebook_form", &n_forms);
    if (code != SQLITE_OK) {
        return code;
    }
    size_t n_own = 0;
    const cbk_schema_table *own = cbk_schema_tables(&n_own);
    cbk_file_table *all = CBK_NEW(arena, cbk_file_table, n_own + n_forms);
    if (all == NULL) {
        return SQLITE_NOMEM;
    }
    size_t n = 0;
    for (size_t i = 0; i < n_own; i++) {
        if (own[i].is_data) {
            cbk_file_column *columns =
                CBK_NEW(arena, cbk_file_column, CBK_OWN_COLUMNS_MAX);
            if (columns == NULL) {
                return SQLITE_NOMEM;
            }
            all[n++] = cbk_layout_own_table(&own[i], columns);
        }
    }
    code = read_forms(database, arena, all + n, n_forms);
    if (code == SQLITE_OK) {
        code = read_fields(database, arena, all + n, n_forms);
    }
    *out = (cbk_layout){.n_tables = n + n_forms, .tables = all};
    return code;
}

const cbk_file_table *cbk_layout_table(const cbk_layout *layout, const char *name)
{
    for (size_t i = 0; i < layout->n_tables; i++) {
        if (strcmp(layout->tables[i].name, name) == 0) {
            return &layout->tables[i];
        }
    }
    return NULL;
}

const cbk_file_column *cbk_file_column_of(const cbk_file_table *table, const char *name)
{
    for (size_t i = 0; i < table->n_columns; i++) {
        if (strcmp(table->columns[i].name, name) == 0) {
            return &table->columns[i];
        }
    }
    return NULL;
}

const cbk_file_table *cbk_layout_patients(const cbk_layout *layout)
{
    for (size_t i = 0; i < layout->n_tables; i++) {
        if (layout->tables[i].is_form) {
            return &layout->tables[i];
        }
    }
    return NULL;
}
