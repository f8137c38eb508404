/* file_check.c - what must hold of a stranger's file before anything in it is used.
 * Contract: file.h.
 */
#include "registry/file.h"

#include "base/text.h"
#include "registry/schema.h"

#include <stdlib.h>
#include <string.h>

static cbk_status check_schema(cbk_casebook *casebook, const cbk_layout *layout,
                               cbk_error *err)
{
    const char *difference = NULL;
    const int code = cbk_schema_check(casebook->registry.database, layout,
                                      casebook->arena, &difference);
    if (code != SQLITE_OK) {
        return cbk_casebook_fail(casebook, code, "reading the schema", err);
    }
    return difference == NULL
               ? CBK_OK
               : cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                          "%s cannot be opened: its schema is not the one that casebook "
                          "makes; %s.",
                          casebook->name, difference);
}

/* The name of a file becomes the name of the log of its anchors, so it must be one. */
static bool is_uuid(const char *text)
{
    for (size_t i = 0; i < 36; i++) {
        const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (is_dash ? text[i] != '-'
                    : text[i] == '\0' || strchr("0123456789abcdef", text[i]) == NULL) {
            return false;
        }
    }
    return text[36] == '\0';
}

/* Whether the pages of a table and its indexes are sound. */
static int check_pages(sqlite3 *database, const char *table, char *answer, size_t size)
{
    char *sql = sqlite3_mprintf("PRAGMA quick_check(%Q)", table);
    const int code =
        sql != NULL ? cbk_ask_text(database, sql, answer, size) : SQLITE_NOMEM;
    sqlite3_free(sql);
    return code;
}

int cbk_casebook_checked(const char *said)
{
    static const char code[] = "error code=";
    const char *found = strstr(said, code);
    const long reason =
        found != NULL ? strtol(found + strlen(code), NULL, 10) & 0xff : SQLITE_OK;
    if (strcmp(said, "ok") == 0) {
        return SQLITE_OK;
    }
    if (reason == SQLITE_NOMEM) {
        return SQLITE_NOMEM;
    }
    return reason == SQLITE_IOERR || strstr(said, "failed to get page") != NULL
               ? SQLITE_IOERR
               : SQLITE_CORRUPT;
}

cbk_status cbk_casebook_check_table(cbk_casebook *casebook, const char *table,
                                    cbk_error *err)
{
    char answer[128] = "";
    int code = check_pages(casebook->registry.database, table, answer, sizeof answer);
    code = code == SQLITE_OK ? cbk_casebook_checked(answer) : code;
    if (code == SQLITE_OK) {
        return CBK_OK;
    }
    if (code != SQLITE_CORRUPT || answer[0] == '\0') {
        return cbk_casebook_fail(casebook, code, "reading the file", err);
    }
    cbk_text_make_printable(answer); /* a stranger's file may say anything */
    return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "%s is damaged (%s).", casebook->name,
                    answer);
}

/* Before anything of a stranger's file is used: header, the file's own schema, the pages
 * of the tables that are read here, the layout, the schema of the forms.  The tables of
 * records are checked when they are read, the whole by cbk_casebook_verify(): see
 * docs/decisions/0019. */
static cbk_status check_file(cbk_casebook *casebook, cbk_error *err)
{
    static const char *const read_here[] = {"casebook_file", CBK_TABLE_FORM,
                                            CBK_TABLE_FIELD};
    sqlite3 *database = casebook->registry.database;
    char answer[32] = "";
    int code = cbk_ask_text(database, "PRAGMA schema_version", answer, sizeof answer);
    if (code != SQLITE_OK) {
        return cbk_casebook_fail(casebook, code, "opening the file", err);
    }
    CBK_TRY(cbk_casebook_check_header(casebook, err));
    CBK_TRY(check_schema(casebook, NULL, err));
    for (size_t i = 0; i < sizeof read_here / sizeof read_here[0]; i++) {
        CBK_TRY(cbk_casebook_check_table(casebook, read_here[i], err));
    }
    code = cbk_casebook_reload(casebook);
    if (code == SQLITE_OK) {
        code = cbk_ask_text(database, "SELECT uuid FROM casebook_file", casebook->uuid,
                            sizeof casebook->uuid);
    }
    if (code != SQLITE_OK) {
        return cbk_casebook_fail(casebook, code, "reading its forms", err);
    }
    return is_uuid(casebook->uuid)
               ? check_schema(casebook, &casebook->layout, err)
               : cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                          "%s cannot be opened: it has no name of its own "
                          "(casebook_file).",
                          casebook->name);
}

/* The same in one state of the file, whatever others write meanwhile. */
cbk_status cbk_casebook_check(cbk_casebook *casebook, cbk_error *err)
{
    /* A journal left by a crash is rolled back by the first reading; only then are the
     * file's bytes what was committed. */
    if (!cbk_casebook_has_journal(casebook->path)) {
        CBK_TRY(cbk_casebook_check_header(casebook, err));
    }
    CBK_TRY(cbk_casebook_hold(casebook, err));
    const cbk_status status = check_file(casebook, err);
    cbk_casebook_release(casebook);
    return status;
}
