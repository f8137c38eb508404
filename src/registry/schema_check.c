/* schema_check.c - a file's schema against the one this program makes: the two are
 * compared text by text.
 */
#include "registry/schema.h"

#include "base/text.h"
#include "registry/internal.h"

#include <stdlib.h>
#include <string.h>

/* Everything in the schema, or what belongs to the file's own tables. */
#define OF_ALL "SELECT type, name, tbl_name, sql FROM sqlite_schema"
#define OF_OWN                                                                           \
    OF_ALL " WHERE name LIKE 'casebook\\_%' ESCAPE '\\' AND type <> 'trigger'"           \
           " OR tbl_name LIKE 'casebook\\_%' ESCAPE '\\'"
#define ORDERED " ORDER BY name"

static int by_name(const void *a, const void *b)
{
    return strcmp(((const cbk_schema_object *)a)->name,
                  ((const cbk_schema_object *)b)->name);
}

/* What should be there, by name. */
static int list_expected(const cbk_layout *layout, cbk_schema_objects *out)
{
    int code = cbk_schema_own_objects(out);
    for (size_t i = 0; layout != NULL && i < layout->n_tables && code == SQLITE_OK; i++) {
        const cbk_file_table *form = &layout->tables[i];
        const cbk_file_table *patients = cbk_layout_patients(layout);
        if (form->is_form) {
            code = cbk_schema_form_objects(form, patients, out);
        }
        if (form->is_form && code == SQLITE_OK) {
            code = cbk_schema_trigger_objects(form, patients->name, out);
        }
    }
    if (code == SQLITE_OK) {
        qsort(out->all, out->n, sizeof *out->all, by_name);
    }
    return code;
}

static const char *text_of(sqlite3_stmt *found, int column)
{
    return (const char *)sqlite3_column_text(found, column);
}

/* SQLite itself would read a BLOB as the text that it looks like. */
static bool is_text(sqlite3_stmt *found, int column, const char *expected)
{
    const int type = sqlite3_column_type(found, column);
    return expected == NULL ? type == SQLITE_NULL
                            : type == SQLITE_TEXT &&
                                  cbk_text_is_equal(text_of(found, column), expected);
}

static bool is_same(sqlite3_stmt *found, const cbk_schema_object *expected)
{
    return is_text(found, 0, expected->type) && is_text(found, 1, expected->name) &&
           is_text(found, 2, expected->table) && is_text(found, 3, expected->sql);
}

/* How a row and what should be there differ, either of which may be missing (NULL). */
static const char *tell(sqlite3_stmt *found, const cbk_schema_object *expected,
                        cbk_arena *arena)
{
    const char *type = found != NULL ? text_of(found, 0) : NULL;
    const char *name = found != NULL ? text_of(found, 1) : NULL;
    const int order = expected == NULL ? -1
                      : name == NULL   ? 1
                                       : strcmp(name, expected->name);
    const char *how = order == 0 ? "another" : order > 0 ? "no" : "an unknown";
    if (order > 0) {
        type = expected->type;
        name = expected->name;
    }
    char *text = cbk_text_format(arena, "there is %s %s `%.80s`", how,
                                 type != NULL ? type : "", name != NULL ? name : "");
    if (text != NULL) {
        cbk_text_make_printable(text); /* a stranger's file may say anything */
    }
    return text;
}

/* What the first that is not the same in both is called; NULL: all are the same. */
static int compare(sqlite3_stmt *found, const cbk_schema_objects *expected,
                   cbk_arena *arena, const char **difference)
{
    for (size_t i = 0;; i++) {
        const int code = sqlite3_step(found);
        if (code != SQLITE_ROW && code != SQLITE_DONE) {
            return code;
        }
        const cbk_schema_object *at = i < expected->n ? &expected->all[i] : NULL;
        if (code == SQLITE_DONE && at == NULL) {
            return SQLITE_OK;
        }
        if (code == SQLITE_DONE || at == NULL || !is_same(found, at)) {
            if (sqlite3_errcode(sqlite3_db_handle(found)) == SQLITE_NOMEM) {
                return SQLITE_NOMEM; /* for a text */
            }
            *difference = tell(code == SQLITE_ROW ? found : NULL, at, arena);
            return *difference != NULL ? SQLITE_OK : SQLITE_NOMEM;
        }
    }
}

int cbk_schema_check(sqlite3 *database, const cbk_layout *layout, cbk_arena *arena,
                     const char **difference)
{
    cbk_schema_objects expected = {.arena = cbk_arena_create(NULL, SIZE_MAX)};
    sqlite3_stmt *found = NULL;
    *difference = NULL;
    int code = expected.arena != NULL ? list_expected(layout, &expected) : SQLITE_NOMEM;
    if (code == SQLITE_OK) {
        code = sqlite3_prepare_v2(
            database, layout == NULL ? OF_OWN ORDERED : OF_ALL ORDERED, -1, &found, NULL);
    }
    if (code == SQLITE_OK) {
        code = compare(found, &expected, arena, difference);
    }
    code = cbk_registry_finish(found, code);
    cbk_arena_destroy(expected.arena);
    return code;
}
