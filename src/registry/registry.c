/* registry.c - opening the study's database and putting records into it. */
#include "registry/internal.h"

#include "base/text.h"
#include "registry/schema.h"

#include <math.h>
#include <string.h>

cbk_status cbk_registry_fail(const cbk_registry *registry, int code, const char *doing,
                             cbk_error *err)
{
    const int primary = code & 0xff;
    if (primary == SQLITE_NOMEM) {
        return cbk_fail(err, CBK_ENOMEM, CBK_ROW_NONE, "Out of memory while %s.", doing);
    }
    if (primary == SQLITE_INTERRUPT) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                        "Stopped while %s: it took too many steps.", doing);
    }
    return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE, "%s",
                    sqlite3_errmsg(registry->database));
}

void cbk_registry_set_limits(sqlite3 *database)
{
    (void)sqlite3_limit(database, SQLITE_LIMIT_LENGTH, CBK_VALUE_BYTES_MAX);
    (void)sqlite3_limit(database, SQLITE_LIMIT_ATTACHED, 0);
    (void)sqlite3_limit(database, SQLITE_LIMIT_WORKER_THREADS, 0);
    (void)sqlite3_limit(database, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000);
    (void)sqlite3_limit(database, SQLITE_LIMIT_EXPR_DEPTH, 200);
    (void)sqlite3_hard_heap_limit64(CBK_QUERY_HEAP_BYTES);
    (void)sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    (void)sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    /* A misspelt name in double quotes must be an error, not a text. */
    (void)sqlite3_db_config(database, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    (void)sqlite3_db_config(database, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    (void)sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
}

cbk_status cbk_registry_open(cbk_registry **out, cbk_error *err)
{
    *out = NULL;
    cbk_registry *registry = sqlite3_malloc64(sizeof *registry);
    if (registry == NULL) {
        return cbk_fail_memory(err);
    }
    registry->database = NULL;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX |
                      SQLITE_OPEN_EXRESCODE;
    if (sqlite3_open_v2(":memory:", &registry->database, flags, NULL) != SQLITE_OK) {
        cbk_registry_close(registry);
        return cbk_fail(err, CBK_ENOMEM, CBK_ROW_NONE,
                        "Cannot open a database in memory.");
    }
    cbk_registry_set_limits(registry->database);
    *out = registry;
    return CBK_OK;
}

void cbk_registry_close(cbk_registry *registry)
{
    if (registry != NULL) {
        (void)sqlite3_close_v2(registry->database);
        sqlite3_free(registry);
    }
}

bool cbk_registry_is_keyword(const char *word)
{
    return sqlite3_keyword_check(word, (int)strlen(word)) != 0;
}

int cbk_registry_finish(sqlite3_stmt *statement, int code)
{
    const int ended = sqlite3_finalize(statement);
    const bool is_fine = code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE;
    return is_fine && (ended & 0xff) == SQLITE_NOMEM ? ended : code;
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
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (strcmp(cbk_storage_name(all[i]), name) == 0) {
            *out = all[i];
            return true;
        }
    }
    return false;
}

int cbk_registry_end(sqlite3 *database, bool is_kept)
{
    const int code =
        is_kept ? sqlite3_exec(database, "COMMIT", NULL, NULL, NULL) : SQLITE_OK;
    /* For lack of memory this, too, may fail, but hardly again and again. */
    for (int i = 0; i < 3 && !sqlite3_get_autocommit(database); i++) {
        (void)sqlite3_exec(database, "ROLLBACK", NULL, NULL, NULL);
    }
    return code;
}

static cbk_status run(cbk_registry *registry, const char *sql, const char *doing,
                      cbk_error *err)
{
    const int code = sqlite3_exec(registry->database, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? CBK_OK : cbk_registry_fail(registry, code, doing, err);
}

cbk_status cbk_registry_create_table(cbk_registry *registry, const char *name,
                                     const cbk_storage_column *columns, size_t n_columns,
                                     cbk_error *err)
{
    sqlite3_str *sql = sqlite3_str_new(registry->database);
    sqlite3_str_appendf(sql, "CREATE TABLE \"%w\"(", name);
    const char *comma = "";
    for (size_t i = 0; i < n_columns; i++) {
        sqlite3_str_appendf(sql, "%s\"%w\" %s%s", comma, columns[i].name,
                            cbk_storage_name(columns[i].storage),
                            columns[i].is_key ? " NOT NULL" : "");
        comma = ", ";
    }
    const char *keyword = ", PRIMARY KEY(";
    bool has_key = false;
    for (size_t i = 0; i < n_columns; i++) {
        if (columns[i].is_key) {
            sqlite3_str_appendf(sql, "%s\"%w\"", has_key ? ", " : keyword,
                                columns[i].name);
            has_key = true;
        }
    }
    sqlite3_str_appendall(sql, has_key ? ")) STRICT" : ") STRICT");
    char *text = sqlite3_str_finish(sql);
    if (text == NULL) {
        return cbk_fail_memory(err);
    }
    const cbk_status status = run(registry, text, "making a table", err);
    sqlite3_free(text);
    return status;
}

/* Whole numbers go in as integers, so that STRICT takes them and 7 prints as 7. */
static int bind(sqlite3_stmt *statement, int at, const cbk_value *value)
{
    switch (value->kind) {
    case CBK_VALUE_NUMBER:
        if (value->number == floor(value->number) && fabs(value->number) < 9e15) {
            return sqlite3_bind_int64(statement, at, (sqlite3_int64)value->number);
        }
        return sqlite3_bind_double(statement, at, value->number);
    case CBK_VALUE_TEXT:
        return sqlite3_bind_text64(statement, at, value->text, strlen(value->text),
                                   SQLITE_TRANSIENT, SQLITE_UTF8);
    case CBK_VALUE_ABSENT:
        break;
    }
    return sqlite3_bind_null(statement, at);
}

/* Ends a statement and its transaction; code: how it went so far. */
static cbk_status end(cbk_registry *registry, sqlite3_stmt *statement, int code,
                      const char *doing, cbk_error *err)
{
    cbk_status status =
        code == SQLITE_OK ? CBK_OK : cbk_registry_fail(registry, code, doing, err);
    (void)sqlite3_finalize(statement);
    code = cbk_registry_end(registry->database, status == CBK_OK);
    return code == SQLITE_OK ? status : cbk_registry_fail(registry, code, doing, err);
}

/* Steps a prepared statement once for each row of values. */
static int step_rows(sqlite3_stmt *statement, size_t n_columns, size_t n_rows,
                     const cbk_value *values)
{
    int code = SQLITE_OK;
    for (size_t row = 0; row < n_rows && code == SQLITE_OK; row++) {
        for (size_t i = 0; i < n_columns && code == SQLITE_OK; i++) {
            code = bind(statement, (int)i + 1, &values[row * n_columns + i]);
        }
        if (code == SQLITE_OK) {
            const int stepped = sqlite3_step(statement);
            code = stepped == SQLITE_DONE ? sqlite3_reset(statement) : stepped;
        }
    }
    return code;
}

cbk_status cbk_registry_insert(cbk_registry *registry, const char *table,
                               size_t n_columns, size_t n_rows, const cbk_value *values,
                               cbk_error *err)
{
    sqlite3_str *sql = sqlite3_str_new(registry->database);
    sqlite3_str_appendf(sql, "INSERT INTO \"%w\" VALUES(", table);
    for (size_t i = 0; i < n_columns; i++) {
        sqlite3_str_appendall(sql, i == 0 ? "?" : ",?");
    }
    sqlite3_str_appendall(sql, ")");
    char *text = sqlite3_str_finish(sql);
    if (text == NULL) {
        return cbk_fail_memory(err);
    }
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_exec(registry->database, "BEGIN", NULL, NULL, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_prepare_v2(registry->database, text, -1, &statement, NULL);
    }
    sqlite3_free(text);
    if (code == SQLITE_OK) {
        code = step_rows(statement, n_columns, n_rows, values);
    }
    return end(registry, statement, code, "storing rows", err);
}

/* Sets the new column row by row; rowids count from 1 in the order of insertion. */
static int fill_column(sqlite3_stmt *statement, size_t n_rows, const cbk_value *values)
{
    int code = SQLITE_OK;
    for (size_t row = 0; row < n_rows && code == SQLITE_OK; row++) {
        code = bind(statement, 1, &values[row]);
        if (code == SQLITE_OK) {
            code = sqlite3_bind_int64(statement, 2, (sqlite3_int64)row + 1);
        }
        if (code == SQLITE_OK) {
            const int stepped = sqlite3_step(statement);
            code = stepped == SQLITE_DONE ? sqlite3_reset(statement) : stepped;
        }
    }
    return code;
}

cbk_status cbk_registry_set_column(cbk_registry *registry, const char *table,
                                   const char *name, size_t n_rows,
                                   const cbk_value *values, cbk_error *err)
{
    char *update =
        sqlite3_mprintf("UPDATE \"%w\" SET \"%w\" = ? WHERE rowid = ?", table, name);
    sqlite3_stmt *statement = NULL;
    int code = update == NULL
                   ? SQLITE_NOMEM
                   : sqlite3_exec(registry->database, "BEGIN", NULL, NULL, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_prepare_v2(registry->database, update, -1, &statement, NULL);
    }
    if (code == SQLITE_OK) {
        code = fill_column(statement, n_rows, values);
    }
    sqlite3_free(update);
    return end(registry, statement, code, "setting a column", err);
}
