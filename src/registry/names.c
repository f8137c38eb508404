/* names.c - what can be asked for by name, for those who mistyped it. */
#include "registry/internal.h"

#include "base/text.h"

/* Every first column of a query's rows, or only how many there are (names NULL). */
static size_t take_names(sqlite3_stmt *query, cbk_arena *arena, const char **names)
{
    size_t n = 0;
    (void)sqlite3_reset(query);
    while (sqlite3_step(query) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(query, 0);
        if (names != NULL) {
            names[n] = cbk_text_copy(arena, name != NULL ? name : "");
        }
        n++;
    }
    return n;
}

const char *const *cbk_registry_names(const cbk_registry *registry, const char *table,
                                      cbk_arena *arena, size_t *n)
{
    static const char columns[] = "SELECT name FROM pragma_table_info(?1)";
    static const char functions[] = "SELECT DISTINCT name FROM pragma_function_list";
    sqlite3_stmt *query = NULL;
    *n = 0;
    if (sqlite3_prepare_v2(registry->database, table != NULL ? columns : functions, -1,
                           &query, NULL) != SQLITE_OK) {
        return NULL;
    }
    if (table != NULL) {
        (void)sqlite3_bind_text(query, 1, table, -1, SQLITE_STATIC);
    }
    const size_t n_found = take_names(query, arena, NULL);
    const char **names = CBK_NEW(arena, const char *, n_found);
    if (names != NULL && take_names(query, arena, names) == n_found &&
        !cbk_arena_has_failed(arena)) {
        *n = n_found;
    }
    (void)sqlite3_finalize(query);
    return names;
}
