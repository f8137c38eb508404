/* schema_objects.c - what a casebook file's schema consists of, text by text.  Contract:
 * schema.h.
 */
#include "registry/schema.h"

#include "base/text.h"

#include <string.h>

/* What does not follow from the list of tables. */
static const cbk_schema_object further[] = {
    {"trigger", "casebook_audit_insert", "casebook_audit",
     "CREATE TRIGGER casebook_audit_insert AFTER INSERT ON casebook_audit BEGIN"
     " UPDATE casebook_file SET audited = audited + CASE NEW.action WHEN 'set'"
     " THEN (NEW.old IS NOT NEW.new) + (NEW.old_missing IS NOT NEW.new_missing)"
     " ELSE 1 END; END"},
    {"trigger", "casebook_audit_update", "casebook_audit",
     "CREATE TRIGGER casebook_audit_update BEFORE UPDATE ON casebook_audit BEGIN"
     " SELECT RAISE(ABORT, 'the audit trail cannot be changed'); END"},
    {"trigger", "casebook_audit_delete", "casebook_audit",
     "CREATE TRIGGER casebook_audit_delete BEFORE DELETE ON casebook_audit BEGIN"
     " SELECT RAISE(ABORT, 'the audit trail cannot be changed'); END"},
    {"trigger", "casebook_transaction_update", "casebook_transaction",
     "CREATE TRIGGER casebook_transaction_update BEFORE UPDATE ON casebook_transaction"
     " BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be changed'); END"},
    {"trigger", "casebook_transaction_delete", "casebook_transaction",
     "CREATE TRIGGER casebook_transaction_delete BEFORE DELETE ON casebook_transaction"
     " BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be changed'); END"},
    {"trigger", "casebook_missing_insert", "casebook_missing",
     "CREATE TRIGGER casebook_missing_insert AFTER INSERT ON casebook_missing BEGIN"
     " SELECT RAISE(ABORT, 'frozen') FROM casebook_freeze WHERE scope IN ('database',"
     " 'form ' || NEW.form, 'record ' || NEW.form || ' ' || NEW.record);"
     " UPDATE casebook_file SET changes = changes + 1; END"},
    {"trigger", "casebook_missing_update", "casebook_missing",
     "CREATE TRIGGER casebook_missing_update AFTER UPDATE ON casebook_missing BEGIN"
     " SELECT RAISE(ABORT, 'frozen') FROM casebook_freeze WHERE scope IN ('database',"
     " 'form ' || NEW.form, 'record ' || NEW.form || ' ' || NEW.record);"
     " UPDATE casebook_file SET changes = changes + (OLD.code IS NOT NEW.code); END"},
    {"trigger", "casebook_missing_delete", "casebook_missing",
     "CREATE TRIGGER casebook_missing_delete AFTER DELETE ON casebook_missing BEGIN"
     " SELECT RAISE(ABORT, 'frozen') FROM casebook_freeze WHERE scope IN ('database',"
     " 'form ' || OLD.form, 'record ' || OLD.form || ' ' || OLD.record);"
     " UPDATE casebook_file SET changes = changes + 1; END"},
    {"view", "casebook_log", "casebook_log",
     "CREATE VIEW casebook_log AS SELECT a.seq, t.number AS txn,"
     " strftime('%Y-%m-%dT%H:%M:%SZ', t.at_us / 1000000, 'unixepoch') AS at, t.actor,"
     " t.action AS deed, a.action, a.form, a.record, a.field,"
     " coalesce(a.old, a.old_missing) AS old, coalesce(a.new, a.new_missing) AS new,"
     " t.reason, t.detail FROM casebook_transaction t LEFT JOIN casebook_audit a"
     " ON a.seq >= t.first_change AND a.seq < t.first_change + t.n_changes"},
    {"index", "sqlite_autoindex_casebook_file_1", "casebook_file", NULL},
    {"index", "sqlite_autoindex_casebook_freeze_1", "casebook_freeze", NULL},
    {"index", "sqlite_autoindex_casebook_lock_1", "casebook_lock", NULL},
};

/* ---- texts --------------------------------------------------------------------------
 */

static int add(cbk_schema_objects *to, cbk_schema_object one)
{
    if (to->n == to->capacity) {
        to->capacity = to->capacity == 0 ? 64 : 2 * to->capacity;
        cbk_schema_object *larger = CBK_NEW(to->arena, cbk_schema_object, to->capacity);
        if (larger == NULL) {
            return SQLITE_NOMEM;
        }
        if (to->n > 0) {
            memcpy(larger, to->all, to->n * sizeof *larger);
        }
        to->all = larger;
    }
    to->all[to->n++] = one;
    return SQLITE_OK;
}

/* The same, its text being finished here and its name put together. */
static int add_text(cbk_schema_objects *to, const char *type, const char *name,
                    const char *table, sqlite3_str *sql)
{
    char *text = sqlite3_str_finish(sql);
    const cbk_schema_object one = {
        .type = type,
        .name = name,
        .table = table,
        .sql = cbk_text_copy(to->arena, text != NULL ? text : "")};
    const bool is_made = text != NULL && name != NULL && one.sql != NULL;
    sqlite3_free(text);
    return is_made ? add(to, one) : SQLITE_NOMEM;
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
static int add_trigger(cbk_schema_objects *to, const cbk_file_table *table,
                       const char *patients, const char *event, const char *row,
                       const char *each)
{
    const bool is_update = strcmp(event, "update") == 0;
    sqlite3_str *sql = sqlite3_str_new(NULL);
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
    return add_text(to, "trigger",
                    cbk_text_format(to->arena, "casebook_%s_%s", event, table->name),
                    table->name, sql);
}

int cbk_schema_trigger_objects(const cbk_file_table *table, const char *patients,
                               cbk_schema_objects *to)
{
    int code =
        add_trigger(to, table, patients, "insert", "NEW", "(NEW.\"%w\" IS NOT NULL)");
    if (code == SQLITE_OK) {
        code = add_trigger(to, table, patients, "update", "NEW",
                           "(OLD.\"%w\" IS NOT NEW.\"%w\")");
    }
    return code != SQLITE_OK ? code
                             : add_trigger(to, table, patients, "delete", "OLD",
                                           "(OLD.\"%w\" IS NOT NULL)");
}

/* ---- the file's own ---------------------------------------------------------------- */

static int add_own(cbk_schema_objects *to, const cbk_schema_table *table)
{
    sqlite3_str *sql = sqlite3_str_new(NULL);
    sqlite3_str_appendf(sql, "CREATE TABLE %s(", table->name);
    for (size_t i = 0; i < table->n_columns; i++) {
        sqlite3_str_appendf(sql, "%s%s %s", i == 0 ? "" : ", ", table->columns[i].name,
                            table->columns[i].definition);
    }
    sqlite3_str_appendall(sql, table->tail);
    return add_text(to, "table", table->name, table->name, sql);
}

int cbk_schema_own_objects(cbk_schema_objects *to)
{
    int code = SQLITE_OK;
    size_t n = 0;
    const cbk_schema_table *tables = cbk_schema_tables(&n);
    for (size_t i = 0; i < n && code == SQLITE_OK; i++) {
        code = add_own(to, &tables[i]);
    }
    for (size_t i = 0; i < n && code == SQLITE_OK; i++) {
        if (tables[i].is_data) {
            cbk_file_column columns[CBK_OWN_COLUMNS_MAX];
            const cbk_file_table table = cbk_layout_own_table(&tables[i], columns);
            code = cbk_schema_trigger_objects(&table, "", to);
        }
    }
    for (size_t i = 0; i < sizeof further / sizeof further[0] && code == SQLITE_OK; i++) {
        code = add(to, further[i]);
    }
    return code;
}

/* ---- the forms' -------------------------------------------------------------------- */

int cbk_schema_form_objects(const cbk_file_table *form, const cbk_file_table *patients,
                            cbk_schema_objects *to)
{
    sqlite3_str *sql = sqlite3_str_new(NULL);
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
    const cbk_schema_object index = {
        .type = "index",
        .name = cbk_text_format(to->arena, "sqlite_autoindex_%s_1", form->name),
        .table = form->name};
    const int code = add_text(to, "table", form->name, form->name, sql);
    return code != SQLITE_OK ? code : index.name == NULL ? SQLITE_NOMEM : add(to, index);
}
