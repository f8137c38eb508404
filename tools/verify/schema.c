/* schema.c - whether a file's schema is the one that docs/file-format.md says, text by
 * text: the file's own by its hash, that of the forms as it follows from casebook_form
 * and casebook_field.
 */
#include "trail_state.h"

#include <stdio.h>
#include <string.h>

enum { TERMS_IN_ONE_BRACKET = 32, ROWS_OF_A_FORM = 5 };

/* Of format version 1. */
static const char own_hash[] =
    "ed0f4e981cf63928073d6b2e7e29c11e77b8eeb916d8df56bbfb836772309081";

typedef struct looking {
    sqlite3 *database;
    sqlite3_stmt *row;    /* how many rows of the schema are these four texts */
    sqlite3_stmt *fields; /* name and type of a form's fields */
    const char *patients; /* the first form, and its key */
    const char *patients_key;
    sqlite3_int64 n_found;
    char *wrong;
    size_t size;
} looking;

static bool say(looking *at, const char *what, const char *is_wrong)
{
    (void)snprintf(at->wrong, at->size, "%s %s", what, is_wrong);
    return false;
}

/* ---- the file's own ------------------------------------------------------------------
 */

/* What is neither NULL nor TEXT, though SQLite reads it as one, is hashed as no field is
 * written. */
static void hash_text(crypto_hash_sha256_state *hash, sqlite3_stmt *row, int column)
{
    enum { NO_FIELD = 2 };
    const int type = sqlite3_column_type(row, column);
    const unsigned char mark = type == SQLITE_NULL   ? 0
                               : type == SQLITE_TEXT ? 1
                                                     : NO_FIELD;
    const unsigned char *text = sqlite3_column_text(row, column);
    const size_t size = (size_t)sqlite3_column_bytes(row, column);
    const unsigned char head[5] = {mark, (unsigned char)(size >> 24),
                                   (unsigned char)(size >> 16),
                                   (unsigned char)(size >> 8), (unsigned char)size};
    (void)crypto_hash_sha256_update(hash, head, mark != 0 ? sizeof head : 1);
    (void)crypto_hash_sha256_update(hash, text, size);
}

static bool is_own_schema(looking *at)
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    char hex[2 * sizeof digest + 1];
    crypto_hash_sha256_state hash;
    sqlite3_stmt *row = NULL;
    int code = sqlite3_prepare_v2(at->database,
                                  "SELECT type, name, tbl_name, sql FROM sqlite_schema "
                                  "WHERE substr(tbl_name, 1, 9) = 'casebook_' "
                                  "ORDER BY type, name",
                                  -1, &row, NULL);
    (void)crypto_hash_sha256_init(&hash);
    while (code == SQLITE_OK && (code = sqlite3_step(row)) == SQLITE_ROW) {
        for (int i = 0; i < 4; i++) {
            hash_text(&hash, row, i);
        }
        at->n_found++;
        code = SQLITE_OK;
    }
    (void)sqlite3_finalize(row);
    (void)crypto_hash_sha256_final(&hash, digest);
    (void)sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
    return (code == SQLITE_DONE && strcmp(hex, own_hash) == 0) ||
           say(at, "the schema of the file's own tables", "is not that of version 1");
}

/* ---- the forms -----------------------------------------------------------------------
 */

/* Whether the schema has this row, once.  sql: freed here; NULL is that of an index. */
static bool has_row(looking *at, const char *type, char *name, const char *form,
                    char *sql, bool has_sql)
{
    bool is_fine = name != NULL && (sql != NULL || !has_sql);
    if (is_fine) {
        (void)sqlite3_bind_text(at->row, 1, type, -1, SQLITE_STATIC);
        (void)sqlite3_bind_text(at->row, 2, name, -1, SQLITE_STATIC);
        (void)sqlite3_bind_text(at->row, 3, form, -1, SQLITE_STATIC);
        (void)sqlite3_bind_text(at->row, 4, sql, -1, SQLITE_STATIC);
        is_fine =
            sqlite3_step(at->row) == SQLITE_ROW && sqlite3_column_int(at->row, 0) == 1;
        (void)sqlite3_reset(at->row);
        at->n_found++;
    }
    is_fine = is_fine || say(at, name != NULL ? name : form,
                             "is not what it should be in the schema");
    sqlite3_free(name);
    sqlite3_free(sql);
    return is_fine;
}

static bool next_field(looking *at)
{
    return sqlite3_step(at->fields) == SQLITE_ROW;
}

static const char *field_text(looking *at, int column)
{
    return (const char *)sqlite3_column_text(at->fields, column);
}

static bool is_table(looking *at, const char *form, const char *key, bool repeats)
{
    sqlite3_str *sql = sqlite3_str_new(NULL);
    sqlite3_str_appendf(sql, "CREATE TABLE \"%w\"(\"%w\" TEXT NOT NULL%s", form, key,
                        repeats ? ", \"n\" INTEGER NOT NULL" : "");
    while (next_field(at)) {
        sqlite3_str_appendf(sql, ", \"%w\" %s", field_text(at, 0), field_text(at, 1));
    }
    (void)sqlite3_reset(at->fields);
    sqlite3_str_appendf(sql, ", PRIMARY KEY(\"%w\"%s)", key, repeats ? ", \"n\"" : "");
    if (repeats) {
        sqlite3_str_appendf(sql, ", FOREIGN KEY(\"%w\") REFERENCES \"%w\"(\"%w\")", key,
                            at->patients, at->patients_key);
    }
    sqlite3_str_appendall(sql, ") STRICT");
    return has_row(at, "table", sqlite3_mprintf("%s", form), form,
                   sqlite3_str_finish(sql), true);
}

/* event: "insert", "update", "delete"; row: whose key and, but for an update, whose
 * values it looks at. */
static bool is_trigger(looking *at, const char *form, const char *key, bool repeats,
                       const char *event, const char *row)
{
    const bool is_update = strcmp(event, "update") == 0;
    sqlite3_str *sql = sqlite3_str_new(NULL);
    sqlite3_str_appendf(
        sql,
        "CREATE TRIGGER \"casebook_%s_%w\" AFTER %s ON \"%w\" BEGIN SELECT RAISE(ABORT, "
        "'frozen') FROM casebook_freeze WHERE scope IN ('database', 'form %q', 'record "
        "%q ' || %s.\"%w\"",
        event, form, event, form, form, form, row, key);
    if (repeats) {
        sqlite3_str_appendf(sql, " || '/' || %s.n, 'record %q ' || %s.\"%w\"", row,
                            at->patients, row, key);
    }
    sqlite3_str_appendall(sql, ");");
    const char *const keys[] = {key, "n"};
    for (int i = 0; is_update && i < 1 + (int)repeats; i++) {
        sqlite3_str_appendf(sql,
                            " SELECT RAISE(ABORT, 'a key cannot be changed') WHERE "
                            "OLD.\"%w\" IS NOT NEW.\"%w\";",
                            keys[i], keys[i]);
    }
    sqlite3_str_appendf(sql, " UPDATE casebook_file SET changes = changes + %d",
                        is_update ? 0 : 1);
    int n = 0;
    for (; next_field(at); n++) {
        const char *name = field_text(at, 0);
        const bool is_first = n % TERMS_IN_ONE_BRACKET == 0;
        sqlite3_str_appendf(sql, "%s + %s(", is_first && n > 0 ? ")" : "",
                            is_first ? "(" : "");
        if (is_update) {
            sqlite3_str_appendf(sql, "OLD.\"%w\" IS NOT NEW.\"%w\")", name, name);
        } else {
            sqlite3_str_appendf(sql, "%s.\"%w\" IS NOT NULL)", row, name);
        }
    }
    (void)sqlite3_reset(at->fields);
    sqlite3_str_appendall(sql, n > 0 ? "); END" : "; END");
    return has_row(at, "trigger", sqlite3_mprintf("casebook_%s_%s", event, form), form,
                   sqlite3_str_finish(sql), true);
}

static bool is_form(looking *at, const char *form, const char *key, bool repeats)
{
    (void)sqlite3_bind_text(at->fields, 1, form, -1, SQLITE_STATIC);
    return is_table(at, form, key, repeats) &&
           has_row(at, "index", sqlite3_mprintf("sqlite_autoindex_%s_1", form), form,
                   NULL, false) &&
           is_trigger(at, form, key, repeats, "insert", "NEW") &&
           is_trigger(at, form, key, repeats, "update", "NEW") &&
           is_trigger(at, form, key, repeats, "delete", "OLD");
}

static bool are_forms(looking *at, sqlite3_stmt *forms)
{
    char *first[2] = {NULL, NULL};
    bool is_fine = true;
    int code = SQLITE_DONE;
    while (is_fine && (code = sqlite3_step(forms)) == SQLITE_ROW) {
        const char *form = (const char *)sqlite3_column_text(forms, 0);
        const char *key = (const char *)sqlite3_column_text(forms, 1);
        if (form == NULL || key == NULL) {
            is_fine = say(at, "casebook_form", "cannot be read");
            break;
        }
        if (first[0] == NULL) {
            first[0] = sqlite3_mprintf("%s", form);
            first[1] = sqlite3_mprintf("%s", key);
            at->patients = first[0];
            at->patients_key = first[1];
        }
        is_fine = is_form(at, form, key, sqlite3_column_int(forms, 2) != 0);
    }
    sqlite3_free(first[0]);
    sqlite3_free(first[1]);
    return is_fine && (code == SQLITE_DONE || say(at, "the schema", "cannot be read"));
}

static bool are_all(looking *at)
{
    sqlite3_stmt *count = NULL;
    const bool is_fine =
        sqlite3_prepare_v2(at->database, "SELECT count(*) FROM sqlite_schema", -1, &count,
                           NULL) == SQLITE_OK &&
        sqlite3_step(count) == SQLITE_ROW &&
        sqlite3_column_int64(count, 0) == at->n_found;
    (void)sqlite3_finalize(count);
    return is_fine || say(at, "the schema", "has what no casebook file has");
}

bool schema_compare(sqlite3 *database, char *wrong, size_t size)
{
    looking at = {.database = database, .wrong = wrong, .size = size};
    sqlite3_stmt *forms = NULL;
    if (!is_own_schema(&at)) {
        return false;
    }
    bool is_fine =
        sqlite3_prepare_v2(database,
                           "SELECT form, key_column, repeats FROM casebook_form "
                           "ORDER BY id",
                           -1, &forms, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(database,
                           "SELECT field, storage FROM casebook_field WHERE form = ? "
                           "ORDER BY id",
                           -1, &at.fields, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(database,
                           "SELECT count(*) FROM sqlite_schema WHERE type = ? AND name = "
                           "? AND tbl_name = ? AND sql IS ?",
                           -1, &at.row, NULL) == SQLITE_OK;
    is_fine = is_fine ? are_forms(&at, forms) && are_all(&at)
                      : say(&at, "the schema", "cannot be read");
    (void)sqlite3_finalize(forms);
    (void)sqlite3_finalize(at.fields);
    (void)sqlite3_finalize(at.row);
    return is_fine;
}
