/* file_failure.c - what SQLite's failures mean for the person at the keyboard.  Contract:
 * file.h.
 */
#include "registry/file.h"

#include <string.h>

static cbk_status fail_environment(cbk_casebook *casebook, int code, cbk_error *err)
{
    const int reason = sqlite3_system_errno(casebook->registry.database);
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return cbk_fail(err, CBK_EIO, CBK_ROW_NONE,
                        "Another program is using %s; nothing was done. Try again.",
                        casebook->name);
    case SQLITE_FULL:
        return cbk_fail(err, CBK_EIO, CBK_ROW_NONE,
                        "The disk of %s is full; nothing was done.", casebook->name);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return cbk_fail(err, CBK_EIO, CBK_ROW_NONE, "%s cannot be written to.",
                        casebook->name);
    default:
        return cbk_fail(err, CBK_EIO, CBK_ROW_NONE, "%s cannot be %s: %s.",
                        casebook->name,
                        (code & 0xff) == SQLITE_CANTOPEN ? "opened" : "read or written",
                        reason != 0 ? strerror(reason) : sqlite3_errstr(code));
    }
}

int cbk_casebook_code(cbk_casebook *casebook, int code)
{
    sqlite3_file *file = NULL;
    sqlite3_int64 size = 0;
    unsigned char bytes[4096];
    if ((code & 0xff) != SQLITE_CORRUPT ||
        sqlite3_file_control(casebook->registry.database, "main",
                             SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK ||
        file == NULL || file->pMethods == NULL ||
        file->pMethods->xFileSize(file, &size) != SQLITE_OK) {
        return code;
    }
    for (sqlite3_int64 at = 0; at < size; at += (sqlite3_int64)sizeof bytes) {
        const int found = file->pMethods->xRead(file, bytes, sizeof bytes, at);
        if (found != SQLITE_OK && found != SQLITE_IOERR_SHORT_READ) {
            return SQLITE_IOERR_READ;
        }
    }
    return code;
}

cbk_status cbk_casebook_fail(cbk_casebook *casebook, int code, const char *doing,
                             cbk_error *err)
{
    sqlite3 *database = casebook->registry.database;
    code = cbk_casebook_code(casebook, code);
    switch (code & 0xff) {
    case SQLITE_NOMEM:
        return cbk_fail(err, CBK_ENOMEM, CBK_ROW_NONE, "Out of memory while %s.", doing);
    case SQLITE_NOTADB:
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "%s is no casebook file.",
                        casebook->name);
    case SQLITE_CORRUPT:
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "%s is damaged (%s).",
                        casebook->name, sqlite3_errmsg(database));
    case SQLITE_IOERR:
        casebook->is_poisoned = true;
        return fail_environment(casebook, code, err);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
        return fail_environment(casebook, code, err);
    default:
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "%s: while %s: %s.", casebook->name,
                        doing, sqlite3_errmsg(database));
    }
}
