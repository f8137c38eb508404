/* schema_make.c - the tables, triggers and views of a casebook file, as SQL.  Contract:
 * schema.h.
 */
#include "registry/schema.h"

#include <stdarg.h>
#include <string.h>

/* What does not follow from the list. */
static const char *const further[] = {
    "CREATE TRIGGER casebook_audit_insert AFTER INSERT ON casebook_audit BEGIN"
    " UPDATE casebook_file SET audited = audited + CASE NEW.action WHEN 'set'"
    " THEN (NEW.old IS NOT NEW.new) + (NEW.old_missing IS NOT NEW.new_missing)"
    " ELSE 1 END; END",
    "CREATE TRIGGER casebook_audit_update BEFORE UPDATE ON casebook_audit BEGIN"
    " SELECT RAISE(ABORT, 'the audit trail cannot be changed'); END",
    "CREATE TRIGGER casebook_audit_delete BEFORE DELETE ON casebook_audit BEGIN"
    " SELECT RAISE(ABORT, 'the audit trail cannot be changed'); END",
    "CREATE TRIGGER casebook_transaction_update BEFORE UPDATE ON casebook_transaction"
    " BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be changed'); END",
    "CREATE TRIGGER casebook_transaction_delete BEFORE DELETE ON casebook_transaction"
    " BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be changed'); END",
    "CREATE TRIGGER casebook_missing_insert AFTER INSERT ON casebook_missing BEGIN"
    " SELECT RAISE(ABORT, 'frozen') FROM casebook_freeze WHERE scope IN ('database',"
    " 'form ' || NEW.form, 'record ' || NEW.form || ' ' || NEW.record);"
    " UPDATE casebook_file SET changes = changes + 1; END",
    "CREATE TRIGGER casebook_missing_update AFTER UPDATE ON casebook_missing BEGIN"
    " SELECT RAISE(ABORT, 'frozen') FROM casebook_freeze WHERE scope IN ('database',"
    " 'form ' || NEW.form, 'record ' || NEW.form || ' ' || NEW.record);"
    " UPDATE casebook_file SET changes = changes + (OLD.code IS NOT NEW.code); END",
    "CREATE TRIGGER casebook_missing_delete AFTER DELETE ON casebook_missing BEGIN"
    " SELECT RAISE(ABORT, 'frozen') FROM casebook_freeze WHERE scope IN ('database',"
    " 'form ' || OLD.form, 'record ' || OLD.form || ' ' || OLD.record);"
    " UPDATE casebook_file SET changes = changes + 1; END",
    "CREATE VIEW casebook_log AS SELECT a.seq, t.number AS txn,"
    " strftime('%Y-%m-%dT%H:%M:%SZ', t.at_us / 1000000, 'unixepoch') AS at, t.actor,"
    " t.action AS deed, a.action, a.form, a.record, a.field,"
    " coalesce(a.old, a.old_missing) AS old, coalesce(a.new, a.new_missing) AS new,"
    " t.reason, t.detail FROM casebook_transaction t LEFT JOIN casebook_audit a"
    " ON a.seq >= t.first_change AND a.seq < t.first_change + t.n_changes",
};

/* ---- statements -------------------------------------------------------------------- */

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

static int run_text(sqlite3 *database, sqlite3_str *sql)
{
    char *text = sqlite3_str_finish(sql);
    if (text == NULL) {
        return SQLITE_NOMEM;
    }
    const int code = sqlite3_exec(database, text, NULL, NULL, NULL);
    sqlite3_free(text);
    return code;
}

/* How many of the columns satisfy a test, as SQL: "1 + (NEW.a IS NOT NULL) + ...", in
 * brackets of a few, because SQLite limits how deep a sum may nest. */
static void add_sum(sqlite3_str *sql, const cbk_file_table *table, const char *format)
{
    enum { IN_ONE_BRACKET = 32 };
    for (size_t i = 0; i < table->n_columns; i++) {
        sqlite3_str_appendall(sql, i % IN_ONE_BRACKET == 0 ? " + (" : " + ");
        const char *name = table->columns[i].name;
        sqlite3_str_appendf(sql, format, name, name);
        if (i % IN_ONE_BRACKET == IN_ONE_BRACKET - 1 || i + 1 == table->n_columns) {
            sqlite3_str_appendall(sql, ")");
        }
    }
}

/* Refuses what is frozen; which row: OLD or NEW.  A patient's rows are frozen with the
 * patient. */
static void add_freeze(sqlite3_str *sql, const cbk_file_table *table,
                       const char *patients, const char *row)
{
    sqlite3_str_appendall(sql,
                          " SELECT RAISE(ABORT, 'frozen') FROM casebook_freeze WHERE "
                          "scope IN ('database'");
    if (table->is_form) {
        sqlite3_str_appendf(sql, ", 'form %q', 'record %q ' || %s.\"%w\"", table->name,
                            table->name, row, table->keys[0]);
        if (table->n_keys == 2) {
            sqlite3_str_appendf(sql, " || '/' || %s.n, 'record %q ' || %s.\"%w\"", row,
                                patients, row, table->keys[0]);
        }
    }
    sqlite3_str_appendall(sql, ");");
}

static bool is_sealed(const cbk_file_table *table)
{
    size_t n = 0;
    const cbk_schema_table *tables = cbk_schema_tables(&n);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(tables[i].name, table->name) == 0) {
            return tables[i].is_sealed;
        }
    }
    return true;
}

/* What a row of a table counts for, and that it is not frozen. */
static int create_trigger(sqlite3 *database, const cbk_file_table *table,
                          const char *patients, const char *event, const char *row,
                          const char *each)
{
    const bool is_update = strcmp(event, "update") == 0;
    sqlite3_str *sql = sqlite3_str_new(database);
    sqlite3_str_appendf(sql, "CREATE TRIGGER \"casebook_%s_%w\" AFTER %s ON \"%w\" BEGIN",
                        event, table->name, event, table->name);
    if (is_sealed(table)) {
        add_freeze(sql, table, patients, row);
    }
    for (size_t i = 0; is_update && i < table->n_keys; i++) {
        sqlite3_str_appendf(sql,
                            " SELECT RAISE(ABORT, 'a key cannot be changed') WHERE "
                            "OLD.\"%w\" IS NOT NEW.\"%w\";",
                            table->keys[i], table->keys[i]);
    }
    sqlite3_str_appendf(sql, " UPDATE casebook_file SET changes = changes + %s",
                        is_update ? "0" : "1");
    add_sum(sql, table, each);
    sqlite3_str_appendall(sql, "; END");
    return run_text(database, sql);
}

/* patients: the form that repeating ones hang on. */
static int create_triggers(sqlite3 *database, const cbk_file_table *table,
                           const char *patients)
{
    int code = create_trigger(database, table, patients, "insert", "NEW",
                              "(NEW.\"%w\" IS NOT NULL)");
    if (code == SQLITE_OK) {
        code = create_trigger(database, table, patients, "update", "NEW",
                              "(OLD.\"%w\" IS NOT NEW.\"%w\")");
    }
    return code != SQLITE_OK ? code
                             : create_trigger(database, table, patients, "delete", "OLD",
                                              "(OLD.\"%w\" IS NOT NULL)");
}

static int drop_triggers(sqlite3 *database, const char *table)
{
    return cbk_schema_run(database,
                          "DROP TRIGGER IF EXISTS \"casebook_insert_%w\";"
                          "DROP TRIGGER IF EXISTS \"casebook_update_%w\";"
                          "DROP TRIGGER IF EXISTS \"casebook_delete_%w\"",
                          table, table, table);
}

/* ---- the file's own ---------------------------------------------------------------- */

static int create_own(sqlite3 *database, const cbk_schema_table *table)
{
    sqlite3_str *sql = sqlite3_str_new(database);
    sqlite3_str_appendf(sql, "CREATE TABLE %s(", table->name);
    for (size_t i = 0; i < table->n_columns; i++) {
        sqlite3_str_appendf(sql, "%s%s %s", i == 0 ? "" : ", ", table->columns[i].name,
                            table->columns[i].definition);
    }
    sqlite3_str_appendall(sql, table->tail);
    return run_text(database, sql);
}

int cbk_schema_create(sqlite3 *database)
{
    int code = SQLITE_OK;
    size_t n = 0;
    const cbk_schema_table *tables = cbk_schema_tables(&n);
    for (size_t i = 0; i < n && code == SQLITE_OK; i++) {
        code = create_own(database, &tables[i]);
    }
    for (size_t i = 0; i < n && code == SQLITE_OK; i++) {
        if (tables[i].is_data) {
            cbk_file_column columns[CBK_OWN_COLUMNS_MAX];
            const cbk_file_table table = cbk_layout_own_table(&tables[i], columns);
            code = create_triggers(database, &table, "");
        }
    }
    for (size_t i = 0; i < sizeof further / sizeof further[0] && code == SQLITE_OK; i++) {
        code = sqlite3_exec(database, further[i], NULL, NULL, NULL);
    }
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

/* The first form, that of the patients. */
static const cbk_file_table *patients_of(const cbk_layout *layout)
{
    for (size_t i = 0; i < layout->n_tables; i++) {
        if (layout->tables[i].is_form) {
            return &layout->tables[i];
        }
    }
    return NULL;
}

static int create_form(sqlite3 *database, const cbk_file_table *patients,
                       const cbk_file_table *form)
{
    sqlite3_str *sql = sqlite3_str_new(database);
    sqlite3_str_appendf(sql, "CREATE TABLE \"%w\"(\"%w\" TEXT NOT NULL", form->name,
                        form->keys[0]);
    if (form->n_keys == 2) {
        sqlite3_str_appendall(sql, ", \"n\" INTEGER NOT NULL");
    }
    for (size_t i = 0; i < form->n_columns; i++) {
        sqlite3_str_appendf(sql, ", \"%w\" %s", form->columns[i].name,
                            cbk_storage_name(form->columns[i].storage));
    }
    sqlite3_str_appendf(sql, ", PRIMARY KEY(\"%w\"%s)", form->keys[0],
                        form->n_keys == 2 ? ", \"n\"" : "");
    if (form->n_keys == 2) {
        sqlite3_str_appendf(sql, ", FOREIGN KEY(\"%w\") REFERENCES \"%w\"(\"%w\")",
                            form->keys[0], patients->name, patients->keys[0]);
    }
    sqlite3_str_appendall(sql, ") STRICT");
    return run_text(database, sql);
}

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
    (void)sqlite3_finalize(statement);
    return code;
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

static int sync_form(sqlite3 *database, const cbk_file_table *patients,
                     const cbk_file_table *form)
{
    size_t n = 0;
    int code = count_columns(database, form->name, &n);
    if (code == SQLITE_OK) {
        code = drop_triggers(database, form->name);
    }
    if (code == SQLITE_OK && n == 0) {
        code = create_form(database, patients, form);
        n = form->n_keys + form->n_columns;
    }
    for (size_t i = n - form->n_keys; i < form->n_columns && code == SQLITE_OK; i++) {
        code = cbk_schema_run(database, "ALTER TABLE \"%w\" ADD COLUMN \"%w\" %s",
                              form->name, form->columns[i].name,
                              cbk_storage_name(form->columns[i].storage));
    }
    return code == SQLITE_OK ? create_triggers(database, form, patients->name) : code;
}

int cbk_layout_sync(sqlite3 *database, const cbk_layout *layout)
{
    int code = SQLITE_OK;
    for (size_t i = 0; i < layout->n_tables && code == SQLITE_OK; i++) {
        if (layout->tables[i].is_form) {
            code = sync_form(database, patients_of(layout), &layout->tables[i]);
        }
    }
    return code;
}
