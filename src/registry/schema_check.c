/* schema_check.c - a file's schema against the one this program makes: the expected one
 * is made in memory by the same code, and the two are compared text by text.
 */
#include "registry/schema.h"

#include "base/text.h"

#include <string.h>

/* Everything in the schema, or what belongs to the file's own tables. */
#define OF_ALL "SELECT type, name, tbl_name, sql FROM sqlite_schema"
#define OF_OWN                                                                           \
    OF_ALL " WHERE name LIKE 'casebook\\_%' ESCAPE '\\' AND type <> 'trigger'"           \
           " OR tbl_name LIKE 'casebook\\_%' ESCAPE '\\'"
#define ORDERED " ORDER BY name, type, tbl_name, sql"

static int make_own(sqlite3 *memory)
{
    const int code = sqlite3_db_config(memory, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    return code == SQLITE_OK ? cbk_schema_create(memory) : code;
}

static bool is_same_text(sqlite3_stmt *a, sqlite3_stmt *b, int column)
{
    return cbk_text_is_equal((const char *)sqlite3_column_text(a, column),
                             (const char *)sqlite3_column_text(b, column));
}

/* How two rows differ, either of which may be past the end (NULL). */
static const char *tell(sqlite3_stmt *found, sqlite3_stmt *expected, cbk_arena *arena)
{
    const char *names[2] = {
        found != NULL ? (const char *)sqlite3_column_text(found, 1) : NULL,
        expected != NULL ? (const char *)sqlite3_column_text(expected, 1) : NULL};
    const int order = names[0] == NULL   ? 1
                      : names[1] == NULL ? -1
                                         : strcmp(names[0], names[1]);
    sqlite3_stmt *at = order > 0 ? expected : found;
    const char *how = order == 0 ? "another" : order > 0 ? "no" : "an unknown";
    char *text = cbk_text_format(arena, "there is %s %s `%.80s`", how,
                                 (const char *)sqlite3_column_text(at, 0),
                                 (const char *)sqlite3_column_text(at, 1));
    if (text != NULL) {
        cbk_text_make_printable(text); /* a stranger's file may say anything */
    }
    return text;
}

/* What the first row that is not the same in both is called; NULL: all are the same. */
static int compare(sqlite3_stmt *found, sqlite3_stmt *expected, cbk_arena *arena,
                   const char **difference)
{
    for (;;) {
        const int left = sqlite3_step(found);
        const int right = sqlite3_step(expected);
        if ((left != SQLITE_ROW && left != SQLITE_DONE) ||
            (right != SQLITE_ROW && right != SQLITE_DONE)) {
            return left != SQLITE_ROW && left != SQLITE_DONE ? left : right;
        }
        if (left == SQLITE_DONE && right == SQLITE_DONE) {
            return SQLITE_OK;
        }
        bool is_same = left == right;
        for (int i = 0; is_same && i < 4; i++) {
            is_same = is_same_text(found, expected, i);
        }
        if (!is_same) {
            *difference = tell(left == SQLITE_ROW ? found : NULL,
                               right == SQLITE_ROW ? expected : NULL, arena);
            return *difference != NULL ? SQLITE_OK : SQLITE_NOMEM;
        }
    }
}

int cbk_schema_check(sqlite3 *database, sqlite3 *memory, const cbk_layout *layout,
                     cbk_arena *arena, const char **difference)
{
    const char *sql = layout == NULL ? OF_OWN ORDERED : OF_ALL ORDERED;
    sqlite3_stmt *found = NULL;
    sqlite3_stmt *expected = NULL;
    *difference = NULL;
    int code = layout == NULL ? make_own(memory) : cbk_layout_sync(memory, layout);
    if (code == SQLITE_OK) {
        code = sqlite3_prepare_v2(database, sql, -1, &found, NULL);
    }
    if (code == SQLITE_OK) {
        code = sqlite3_prepare_v2(memory, sql, -1, &expected, NULL);
    }
    if (code == SQLITE_OK) {
        code = compare(found, expected, arena, difference);
    }
    (void)sqlite3_finalize(found);
    (void)sqlite3_finalize(expected);
    return code;
}
