/* schema.c - the tables, triggers and views of a casebook file.  Contract: schema.h. */
#include "registry/schema.h"

#include "base/text.h"

#include <stdarg.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* ---- the list ------------------------------------------------------------------- */

static const cbk_schema_column file_columns[] = {
    {"id", "INTEGER PRIMARY KEY CHECK(id = 1)", "always 1"},
    {"uuid", "TEXT NOT NULL", "names the file for ever; a copy has the same"},
    {"changes", "INTEGER NOT NULL UNIQUE",
     "cells changed since the file was made, counted by triggers on the tables of cells"},
    {"audited",
     "INTEGER NOT NULL REFERENCES casebook_file(changes) DEFERRABLE INITIALLY DEFERRED",
     "the same, counted by a trigger on `casebook_audit`; a commit that leaves the two "
     "different is refused"},
};

static const cbk_schema_column transaction_columns[] = {
    {"number", "INTEGER PRIMARY KEY", "from 1, without gaps"},
    {"first_change", "INTEGER NOT NULL", "`seq` of its first row of `casebook_audit`"},
    {"n_changes", "INTEGER NOT NULL", "how many rows it has there; 0 is possible"},
    {"at_us", "INTEGER NOT NULL", "UTC, microseconds since 1970-01-01"},
    {"boot_id", "TEXT", "which start of the machine `monotonic_ns` counts from"},
    {"monotonic_ns", "INTEGER", "a clock that nobody can set, nanoseconds"},
    {"actor", "TEXT NOT NULL", "the account that did it"},
    {"actor_name", "TEXT", "the account's name as printed"},
    {"host", "TEXT", "on which machine"},
    {"origin", "TEXT NOT NULL", "through which door: `cli`"},
    {"program", "TEXT NOT NULL", "program and version"},
    {"action", "TEXT NOT NULL",
     "`new`, `import`, `edit`, `protocol`, `freeze`, `unfreeze`, `lock`, `export`"},
    {"reason", "TEXT", "why"},
    {"detail", "TEXT", "with what: a file and its SHA-256, a scope, a name"},
    {"hash", "BLOB NOT NULL", "seals the transaction; see the chain"},
};

static const cbk_schema_column audit_columns[] = {
    {"seq", "INTEGER PRIMARY KEY", "from 1, without gaps"},
    {"txn", "INTEGER NOT NULL", "`number` of its transaction"},
    {"action", "TEXT NOT NULL",
     "`create` and `delete` of a record (`field` is NULL), `set` of a cell"},
    {"form", "TEXT NOT NULL", "the table"},
    {"record", "TEXT NOT NULL", "the key, or key/n"},
    {"field", "TEXT", "the column, by the name it had then"},
    {"old", "ANY", "the value before; NULL: none, or missing"},
    {"old_missing", "TEXT", "the code of its kind where it was missing"},
    {"old_salt", "BLOB", "16 random bytes; NULL where there was no value"},
    {"old_commit", "BLOB", "SHA-256 of salt and value"},
    {"new", "ANY", "the value after"},
    {"new_missing", "TEXT", "as before"},
    {"new_salt", "BLOB", "as before"},
    {"new_commit", "BLOB", "as before"},
    {"hash", "BLOB NOT NULL", "see the chain"},
};

static const cbk_schema_column protocol_columns[] = {
    {"version", "INTEGER PRIMARY KEY", "from 1; the highest is in force"},
    {"text", "TEXT NOT NULL", "the protocol.yaml of that version, whole"},
};

static const cbk_schema_column form_columns[] = {
    {"id", "INTEGER PRIMARY KEY", "from 1; the first is the form of the patients"},
    {"form", "TEXT NOT NULL", "its name and that of its table"},
    {"key_column", "TEXT NOT NULL", "the column that identifies the patient"},
    {"repeats", "INTEGER NOT NULL", "1: many rows a patient, counted by the column `n`"},
    {"retired", "INTEGER NOT NULL", "1: no longer in the protocol; its rows stay"},
};

static const cbk_schema_column field_columns[] = {
    {"id", "INTEGER PRIMARY KEY", "from 1; the order of the columns in their tables"},
    {"form", "TEXT NOT NULL", "the table it is a column of"},
    {"field", "TEXT NOT NULL", "its name and that of its column"},
    {"storage", "TEXT NOT NULL", "`TEXT`, `INTEGER` or `REAL`, the column's type"},
    {"retired", "INTEGER NOT NULL", "1: no longer in the protocol; its values stay"},
};

static const cbk_schema_column missing_columns[] = {
    {"form", "TEXT NOT NULL", "the table"},
    {"record", "TEXT NOT NULL", "the record"},
    {"field", "TEXT NOT NULL", "the column, where the value is NULL"},
    {"code", "TEXT NOT NULL",
     "the protocol's code; a NULL that is not listed here was not recorded"},
};

static const cbk_schema_column source_columns[] = {
    {"id", "INTEGER PRIMARY KEY", "from 1"},
    {"form", "TEXT NOT NULL", "what it speaks of: the table,"},
    {"record", "TEXT NOT NULL", "the record"},
    {"field", "TEXT NOT NULL", "and the column"},
    {"value", "TEXT", "what the source says, as it says it; NULL: that nothing is there"},
    {"source", "TEXT NOT NULL", "who says so"},
    {"resolution", "TEXT", "what was decided; NULL: nothing yet"},
    {"reason", "TEXT", "why"},
};

static const cbk_schema_column freeze_columns[] = {
    {"scope", "TEXT PRIMARY KEY NOT NULL",
     "`database`, `form patient` or `record patient 3`: what cannot be changed"},
    {"form", "TEXT", "the form of the scope"},
    {"record", "TEXT", "the record of the scope"},
};

static const cbk_schema_column lock_columns[] = {
    {"name", "TEXT PRIMARY KEY NOT NULL", "\"submission 1\""},
    {"txn", "INTEGER NOT NULL", "the last transaction that belongs to it"},
    {"hash", "TEXT NOT NULL", "that transaction's hash, hexadecimal"},
};

#define COLUMNS(array) .n_columns = N(array), .columns = (array)

static const cbk_schema_table tables[] = {
    {.name = "casebook_file",
     .says = "one row: the file itself",
     .tail = ") STRICT",
     COLUMNS(file_columns)},
    {.name = "casebook_transaction",
     .says = "one row for each thing that was done: who, when, why; in the order of time",
     .tail = ") STRICT",
     COLUMNS(transaction_columns)},
    {.name = "casebook_audit",
     .says = "one row for each cell that changed: old and new",
     .tail = ") STRICT",
     COLUMNS(audit_columns)},
    {.name = CBK_TABLE_FORM,
     .says = "the forms",
     .is_data = true,
     .is_sealed = true,
     .tail = ") STRICT",
     COLUMNS(form_columns)},
    {.name = CBK_TABLE_FIELD,
     .says = "the fields of the forms",
     .is_data = true,
     .is_sealed = true,
     .tail = ") STRICT",
     COLUMNS(field_columns)},
    {.name = CBK_TABLE_PROTOCOL,
     .says = "every protocol the study has had",
     .is_data = true,
     .is_sealed = true,
     .tail = ") STRICT",
     COLUMNS(protocol_columns)},
    {.name = "casebook_missing",
     .says = "why a value is missing, where the record says so",
     .tail = ", PRIMARY KEY(form, record, field)) STRICT, WITHOUT ROWID",
     COLUMNS(missing_columns)},
    {.name = CBK_TABLE_SOURCE,
     .says = "what another source says of a cell, and how a conflict was resolved",
     .is_data = true,
     .is_sealed = true,
     .tail = ") STRICT",
     COLUMNS(source_columns)},
    {.name = CBK_TABLE_FREEZE,
     .says = "what is frozen",
     .is_data = true,
     .tail = ") STRICT",
     COLUMNS(freeze_columns)},
    {.name = CBK_TABLE_LOCK,
     .says = "states of the data that have a name",
     .is_data = true,
     .tail = ") STRICT",
     COLUMNS(lock_columns)},
};

const cbk_schema_table *cbk_schema_tables(size_t *n)
{
    *n = N(tables);
    return tables;
}

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

/* ---- making it ------------------------------------------------------------------- */

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

const char *cbk_storage_name(cbk_storage storage)
{
    switch (storage) {
    case CBK_STORAGE_INTEGER:
        return "INTEGER";
    case CBK_STORAGE_REAL:
        return "REAL";
    case CBK_STORAGE_ANY:
        return "ANY";
    case CBK_STORAGE_TEXT:
        break;
    }
    return "TEXT";
}

bool cbk_storage_parse(const char *name, cbk_storage *out)
{
    static const cbk_storage all[] = {CBK_STORAGE_TEXT, CBK_STORAGE_INTEGER,
                                      CBK_STORAGE_REAL};
    for (size_t i = 0; i < N(all); i++) {
        if (strcmp(cbk_storage_name(all[i]), name) == 0) {
            *out = all[i];
            return true;
        }
    }
    return false;
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
    for (size_t i = 0; i < N(tables); i++) {
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

static cbk_storage storage_of(const cbk_schema_column *column)
{
    return strncmp(column->definition, "INTEGER", strlen("INTEGER")) == 0
               ? CBK_STORAGE_INTEGER
               : CBK_STORAGE_TEXT;
}

/* A table of the list as one of the layout; columns [MAX]. */
enum { OWN_COLUMNS_MAX = 8 };

static cbk_file_table own_table(const cbk_schema_table *table, cbk_file_column *columns)
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

int cbk_schema_create(sqlite3 *database)
{
    int code = SQLITE_OK;
    for (size_t i = 0; i < N(tables) && code == SQLITE_OK; i++) {
        code = create_own(database, &tables[i]);
    }
    for (size_t i = 0; i < N(tables) && code == SQLITE_OK; i++) {
        if (tables[i].is_data) {
            cbk_file_column columns[OWN_COLUMNS_MAX];
            const cbk_file_table table = own_table(&tables[i], columns);
            code = create_triggers(database, &table, "");
        }
    }
    for (size_t i = 0; i < N(further) && code == SQLITE_OK; i++) {
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

/* ---- the layout -------------------------------------------------------------------- */

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
    (void)sqlite3_finalize(statement);
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
    (void)sqlite3_finalize(statement);
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
    (void)sqlite3_finalize(statement);
    return cbk_arena_has_failed(arena) ? SQLITE_NOMEM : code;
}

int cbk_layout_read(sqlite3 *database, cbk_arena *arena, cbk_layout *out)
{
    size_t n_forms = 0;
    int code = count_rows(database, "SELECT count(*) FROM casebook_form", &n_forms);
    if (code != SQLITE_OK) {
        return code;
    }
    cbk_file_table *all = CBK_NEW(arena, cbk_file_table, N(tables) + n_forms);
    if (all == NULL) {
        return SQLITE_NOMEM;
    }
    size_t n = 0;
    for (size_t i = 0; i < N(tables); i++) {
        if (tables[i].is_data) {
            cbk_file_column *columns = CBK_NEW(arena, cbk_file_column, OWN_COLUMNS_MAX);
            if (columns == NULL) {
                return SQLITE_NOMEM;
            }
            all[n++] = own_table(&tables[i], columns);
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
