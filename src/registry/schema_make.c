/* schema_make.c - making the tables, triggers and views of a casebook file.  Contract:
 * schema.h.
 */
#include "registry/schema.h"

#include "registry/internal.h"

#include <stdarg.h>

int cbk_schema_run(sqlite3 *database, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *sql = sqlite3_vmprintf(format, arguments);
    va_end(arguments);
    if (sql == NULL) {
        return SQLITE_NOMEM;
    }
    const int code = sqlite3_exec(database, sql, NULL, NULL, NULL);
    sqlite3_free(sql);
    return code;
}

/* Makes them one after the other. */
static int run_objects(sqlite3 *database, const cbk_schema_objects *objects)
{
    int code = SQLITE_OK;
    for (size_t i = 0; i < objects->n && code == SQLITE_OK; i++) {
        if (objects->all[i].sql != NULL) {
            code = sqlite3_exec(database, objects->all[i].sql, NULL, NULL, NULL);
        }
    }
    return code;
}

int cbk_schema_create(sqlite3 *database)
{
    cbk_schema_objects objects = {.arena = cbk_arena_create(NULL, SIZE_MAX)};
    int code = objects.arena != NULL ? cbk_schema_own_objects(&objects) : SQLITE_NOMEM;
    if (code == SQLITE_OK) {
        code = run_objects(database, &objects);
    }
    cbk_arena_destroy(objects.arena);
    return code;
}

int cbk_schema_make_file(sqlite3 *database, const char *uuid)
{
    const int code = cbk_schema_create(database);
    return code != SQLITE_OK
               ? code
               : cbk_schema_run(database,
                                "PRAGMA application_id = %d; PRAGMA user_version = %d;"
                                "INSERT INTO casebook_file VALUES(1, %Q, 0, 0)",
                                CBK_FILE_APPLICATION_ID, CBK_FILE_VERSION, uuid);
}

/* ---- the forms' -------------------------------------------------------------------- */

/* How many columns a table has in the database; 0: there is no such table. */
static int count_columns(sqlite3 *database, const char *table, size_t *out)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(database, "SELECT count(*) FROM pragma_table_info(?)",
                                  -1, &statement, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_bind_text(statement, 1, table, -1, SQLITE_STATIC);
    }
    if (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        *out = (size_t)sqlite3_column_int64(statement, 0);
        code = SQLITE_OK;
    }
    code = cbk_registry_finish(statement, code);
    return code;
}

static int drop_triggers(sqlite3 *database, const char *table)
{
    return cbk_schema_run(database,
                          "DROP TRIGGER IF EXISTS \"casebook_insert_%w\";"
                          "DROP TRIGGER IF EXISTS \"casebook_update_%w\";"
                          "DROP TRIGGER IF EXISTS \"casebook_delete_%w\"",
                          table, table, table);
}

int cbk_layout_rename(sqlite3 *database, const char *form, const char *from,
                      const char *to)
{
    const int code = drop_triggers(database, form);
    return code != SQLITE_OK
               ? code
               : cbk_schema_run(database,
                                "ALTER TABLE \"%w\" RENAME COLUMN \"%w\" TO \"%w\";"
                                "UPDATE casebook_missing SET field = %Q"
                                " WHERE form = %Q AND field = %Q",
                                form, from, to, to, form, from);
}

/* Makes the form's table, or its columns that are not there, and its triggers anew. */
static int sync_form(sqlite3 *database, const cbk_file_table *patients,
                     const cbk_file_table *form, cbk_arena *arena)
{
    cbk_schema_objects objects = {.arena = arena};
    size_t n = 0;
    int code = count_columns(database, form->name, &n);
    if (code == SQLITE_OK) {
        code = drop_triggers(database, form->name);
    }
    if (code == SQLITE_OK && n == 0) {
        code = cbk_schema_form_objects(form, patients, &objects);
        n = form->n_keys + form->n_columns;
    }
    for (size_t i = n - form->n_keys; i < form->n_columns && code == SQLITE_OK; i++) {
        code = cbk_schema_run(database, "ALTER TABLE \"%w\" ADD COLUMN \"%w\" %s",
                              form->name, form->columns[i].name,
                              cbk_storage_name(form->columns[i].storage));
    }
    if (code == SQLITE_OK) {
        code = cbk_schema_trigger_objects(form, patients->name, &objects);
    }
    return code == SQLITE_OK ? run_objects(database, &objects) : code;
}

int cbk_layout_sync(sqlite3 *database, const cbk_layout *layout)
{
    const cbk_file_table *patients = cbk_layout_patients(layout);
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    int code = arena != NULL ? SQLITE_OK : SQLITE_NOMEM;
    for (size_t i = 0; i < layout->n_tables && code == SQLITE_OK; i++) {
        if (layout->tables[i].is_form) {
            code = sync_form(database, patients, &layout->tables[i], arena);
        }
    }
    cbk_arena_destroy(arena);
    return code;
}
