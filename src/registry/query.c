/* query.c - one question at a time, under a guard that lets it read and nothing else. */
#include "registry/internal.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS_BETWEEN_LOOKS = 10000, READS_MAX = 512 };

/* One question being asked. */
typedef struct question {
    cbk_arena *arena;
    uint64_t steps;
    bool is_refused; /* it wanted more than to read */
    char refused[80];
    size_t n_reads;
    cbk_read reads[READS_MAX];
} question;

static void note_read(question *asked, const char *table, const char *column)
{
    for (size_t i = 0; i < asked->n_reads; i++) {
        if (strcmp(asked->reads[i].table, table) == 0 &&
            strcmp(asked->reads[i].column, column) == 0) {
            return;
        }
    }
    const cbk_read fresh = {.table = cbk_text_copy(asked->arena, table),
                            .column = cbk_text_copy(asked->arena, column)};
    if (asked->n_reads < READS_MAX && !cbk_arena_has_failed(asked->arena)) {
        asked->reads[asked->n_reads++] = fresh;
    }
}

/* The same question must always have the same answer, so chance is not among the
 * functions.
 */
static bool is_function_allowed(const char *name)
{
    static const char *const refused[] = {"load_extension", "random",   "randomblob",
                                          "fts3_tokenizer", "readfile", "writefile"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        if (sqlite3_stricmp(name, refused[i]) == 0) {
            return false;
        }
    }
    return true;
}

static int authorize(void *context, int action, const char *first, const char *second,
                     const char *database, const char *inner)
{
    (void)database;
    (void)inner;
    question *asked = context;
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_RECURSIVE:
        return SQLITE_OK;
    case SQLITE_READ:
        if (sqlite3_strnicmp(first, "sqlite_", 7) == 0) {
            (void)snprintf(asked->refused, sizeof asked->refused, "the table %.60s",
                           first);
            break;
        }
        if (second != NULL && second[0] != '\0') {
            note_read(asked, first, second);
        }
        return SQLITE_OK;
    case SQLITE_FUNCTION:
        if (second != NULL && is_function_allowed(second)) {
            return SQLITE_OK;
        }
        (void)snprintf(asked->refused, sizeof asked->refused, "%s()",
                       second != NULL ? second : "a function");
        break;
    default:
        break;
    }
    asked->is_refused = true;
    return SQLITE_DENY;
}

static int count_steps(void *context)
{
    question *asked = context;
    asked->steps += STEPS_BETWEEN_LOOKS;
    return asked->steps > CBK_QUERY_STEPS_MAX;
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n;")] == '\0';
}

/* Copies the rows of a running statement into out->values. */
static int fetch(sqlite3_stmt *statement, cbk_arena *arena, cbk_answer *out)
{
    const size_t n_columns = out->n_columns;
    size_t capacity = 0;
    cbk_value *values = NULL;
    int code = SQLITE_ROW;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        if (out->n_rows == capacity) {
            capacity = capacity == 0 ? 1 : capacity * 4;
            cbk_value *larger = CBK_NEW(arena, cbk_value, capacity * n_columns);
            if (larger == NULL) {
                return SQLITE_NOMEM;
            }
            if (values != NULL) {
                memcpy(larger, values, out->n_rows * n_columns * sizeof *values);
            }
            values = larger;
        }
        for (size_t i = 0; i < n_columns; i++) {
            values[out->n_rows * n_columns + i] =
                cbk_registry_value(sqlite3_column_value(statement, (int)i), arena);
        }
        out->n_rows++;
    }
    out->values = values;
    return cbk_arena_has_failed(arena) ? SQLITE_NOMEM : code;
}

static cbk_status run_statement(cbk_registry *registry, sqlite3_stmt *statement,
                                question *asked, cbk_answer *out, cbk_error *err)
{
    cbk_arena *arena = asked->arena;
    out->n_columns = (size_t)sqlite3_column_count(statement);
    const char **names = CBK_NEW(arena, const char *, out->n_columns + 1);
    for (size_t i = 0; names != NULL && i < out->n_columns; i++) {
        names[i] = cbk_text_copy(arena, sqlite3_column_name(statement, (int)i));
    }
    out->names = names;
    const int code = fetch(statement, arena, out);
    if (code != SQLITE_DONE) {
        return cbk_registry_fail(registry, code, "asking the records", err);
    }
    cbk_read *reads = CBK_NEW(arena, cbk_read, asked->n_reads + 1);
    if (reads == NULL) {
        return cbk_fail_memory(err);
    }
    memcpy(reads, asked->reads, asked->n_reads * sizeof *reads);
    out->n_reads = asked->n_reads;
    out->reads = reads;
    return CBK_OK;
}

static cbk_status ask(cbk_registry *registry, const char *sql, question *asked,
                      cbk_answer *out, cbk_error *err)
{
    sqlite3_stmt *statement = NULL;
    const char *tail = "";
    const int code =
        sqlite3_prepare_v3(registry->database, sql, -1, 0, &statement, &tail);
    cbk_status status = CBK_OK;
    if (asked->is_refused) {
        status =
            cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                     "An expression may read the records and nothing else%s%s.",
                     asked->refused[0] != '\0' ? "; not allowed: " : "", asked->refused);
    } else if (code != SQLITE_OK) {
        status = cbk_registry_fail(registry, code, "reading an expression", err);
    } else if (statement == NULL || !is_blank(tail) ||
               !sqlite3_stmt_readonly(statement)) {
        status = cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                          "An expression is one value, not several statements.");
    } else {
        status = run_statement(registry, statement, asked, out, err);
    }
    const int ended = cbk_registry_finish(statement, SQLITE_OK);
    return status != CBK_OK || ended == SQLITE_OK
               ? status
               : cbk_registry_fail(registry, ended, "asking the records", err);
}

cbk_status cbk_registry_query(cbk_registry *registry, const char *sql, cbk_arena *arena,
                              const cbk_answer **out, cbk_error *err)
{
    *out = NULL;
    question *asked = malloc(sizeof *asked);
    cbk_answer *found = CBK_NEW(arena, cbk_answer, 1);
    if (asked == NULL || found == NULL) {
        free(asked);
        return cbk_fail_memory(err);
    }
    asked->arena = arena;
    asked->steps = 0;
    asked->is_refused = false;
    asked->refused[0] = '\0';
    asked->n_reads = 0;
    (void)sqlite3_set_authorizer(registry->database, authorize, asked);
    sqlite3_progress_handler(registry->database, STEPS_BETWEEN_LOOKS, count_steps, asked);
    const cbk_status status = ask(registry, sql, asked, found, err);
    sqlite3_progress_handler(registry->database, 0, NULL, NULL);
    (void)sqlite3_set_authorizer(registry->database, NULL, NULL);
    free(asked);
    if (status == CBK_OK) {
        *out = found;
    }
    return status;
}
