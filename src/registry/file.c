/* file.c - opening, closing and copying a casebook file.  Contract: casebook.h. */
#define _XOPEN_SOURCE 700 /* realpath() */

#include "registry/file.h"

#include "base/file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUSY_MS = 10000 };

/* ---- opening ----------------------------------------------------------------------- */

static int set_pragmas(cbk_casebook *casebook)
{
    sqlite3 *database = casebook->registry.database;
    (void)sqlite3_busy_timeout(database, BUSY_MS);
    return sqlite3_exec(database,
                        "PRAGMA synchronous = EXTRA; PRAGMA foreign_keys = ON;"
                        "PRAGMA secure_delete = ON; PRAGMA cell_size_check = ON;"
                        "PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;",
                        NULL, NULL, NULL);
}

/* The journal is cut, not unlinked, so that a commit needs no sync of the folder. */
static int set_journal(cbk_casebook *casebook)
{
    char mode[16] = "";
    const int code = cbk_ask_text(casebook->registry.database,
                                  "PRAGMA journal_mode = TRUNCATE", mode, sizeof mode);
    return code != SQLITE_OK || strcmp(mode, "truncate") == 0 ? code : SQLITE_ERROR;
}

/* A new file is one that is not there or is empty (what a crash left of an earlier try).
 */
static cbk_status check_empty(cbk_casebook *casebook, cbk_error *err)
{
    char pages[32] = "";
    const int code = cbk_ask_text(casebook->registry.database, "PRAGMA page_count", pages,
                                  sizeof pages);
    if (code == SQLITE_OK && strcmp(pages, "0") == 0) {
        casebook->is_new = true;
        return CBK_OK;
    }
    return code == SQLITE_OK || (code & 0xff) == SQLITE_NOTADB
               ? cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE, "%s is there already.",
                          casebook->path)
               : cbk_casebook_fail(casebook, code, "making the file", err);
}

static cbk_status open_database(cbk_casebook *casebook, cbk_casebook_mode mode,
                                cbk_error *err)
{
    /* To read, too, it is opened for writing: a journal left by a crash must be rolled
     * back first.  Where that is not allowed, SQLite opens it for reading. */
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    flags |= mode == CBK_CASEBOOK_MEMORY   ? SQLITE_OPEN_MEMORY
             : mode == CBK_CASEBOOK_CREATE ? SQLITE_OPEN_CREATE
                                           : SQLITE_OPEN_NOFOLLOW;
    int code = sqlite3_open_v2(casebook->path, &casebook->registry.database, flags, NULL);
    if (casebook->registry.database == NULL) {
        return cbk_fail_memory(err);
    }
    if (code == SQLITE_OK) {
        cbk_registry_set_limits(casebook->registry.database);
        code = set_pragmas(casebook);
    }
    if (code != SQLITE_OK) {
        return cbk_casebook_fail(casebook, code, "opening the file", err);
    }
    if (mode == CBK_CASEBOOK_MEMORY) {
        return CBK_OK;
    }
    if (mode == CBK_CASEBOOK_CREATE) {
        CBK_TRY(check_empty(casebook, err));
    } else {
        CBK_TRY(cbk_casebook_check(casebook, err));
    }
    code = mode == CBK_CASEBOOK_READ
               ? sqlite3_exec(casebook->registry.database, "PRAGMA query_only = ON", NULL,
                              NULL, NULL)
               : set_journal(casebook);
    return code == SQLITE_OK ? CBK_OK
                             : cbk_casebook_fail(casebook, code, "opening the file", err);
}

static cbk_status find_file(cbk_casebook *casebook, const char *path,
                            cbk_casebook_mode mode, cbk_error *err)
{
    if (mode == CBK_CASEBOOK_MEMORY) {
        casebook->path = strdup(path);
    } else if (mode == CBK_CASEBOOK_CREATE) {
        struct stat status;
        if (stat(path, &status) == 0 &&
            (!S_ISREG(status.st_mode) ||
             (status.st_size > 0 && !cbk_casebook_has_journal(path)))) {
            return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE, "%s is there already.", path);
        }
        casebook->path = strdup(path);
    } else {
        casebook->path = realpath(path, NULL);
        if (!cbk_file_exists(path)) {
            return cbk_fail(err, CBK_EIO, CBK_ROW_NONE, "%s: no such file.", path);
        }
        struct stat status;
        if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
            return cbk_fail(err, CBK_EIO, CBK_ROW_NONE, "%s is not an ordinary file.",
                            path);
        }
    }
    if (casebook->path == NULL) {
        return cbk_fail_memory(err);
    }
    return !cbk_casebook_has_foreign_journal(casebook->path)
               ? CBK_OK
               : cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                          "%s cannot be opened: the journal beside it is not one that "
                          "casebook makes.",
                          casebook->name);
}

cbk_status cbk_casebook_open(const char *path, cbk_casebook_mode mode, cbk_casebook **out,
                             cbk_error *err)
{
    *out = NULL;
    cbk_casebook *casebook = calloc(1, sizeof *casebook);
    if (casebook == NULL) {
        return cbk_fail_memory(err);
    }
    casebook->name = strdup(path);
    casebook->is_writable = mode == CBK_CASEBOOK_WRITE || mode == CBK_CASEBOOK_CREATE;
    casebook->arena = cbk_arena_create(NULL, SIZE_MAX);
    cbk_status status = casebook->arena != NULL && casebook->name != NULL
                            ? find_file(casebook, path, mode, err)
                            : cbk_fail_memory(err);
    if (status == CBK_OK) {
        status = open_database(casebook, mode, err);
    }
    if (status != CBK_OK) {
        cbk_casebook_close(casebook);
        return status;
    }
    *out = casebook;
    return CBK_OK;
}

/* ---- closing ----------------------------------------------------------------------- */

/* What a `new` that came to nothing leaves behind. */
static void remove_if_empty(const char *path)
{
    struct stat status;
    if (stat(path, &status) == 0 && status.st_size == 0) {
        (void)unlink(path);
    }
}

void cbk_casebook_close(cbk_casebook *casebook)
{
    if (casebook == NULL) {
        return;
    }
    sqlite3 *database = casebook->registry.database;
    if (casebook->is_writable && !casebook->is_poisoned && database != NULL) {
        /* So that at rest there is one file. */
        (void)sqlite3_exec(database, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    }
    (void)sqlite3_close_v2(database);
    if (casebook->is_new) {
        remove_if_empty(casebook->path);
    }
    cbk_arena_destroy(casebook->arena);
    free(casebook->name);
    free(casebook->path);
    free(casebook->home);
    free(casebook);
}

/* ---- and what belongs to it -------------------------------------------------------- */

cbk_status cbk_casebook_keep_anchors(cbk_casebook *casebook, const char *folder,
                                     cbk_error *err)
{
    char *home = strdup(folder);
    if (home == NULL) {
        return cbk_fail_memory(err);
    }
    free(casebook->home);
    casebook->home = home;
    return CBK_OK;
}

cbk_status cbk_casebook_backup(cbk_casebook *casebook, const char *path, cbk_error *err)
{
    cbk_casebook *copy = NULL;
    CBK_TRY(cbk_casebook_open(path, CBK_CASEBOOK_CREATE, &copy, err));
    sqlite3_backup *backup = sqlite3_backup_init(copy->registry.database, "main",
                                                 casebook->registry.database, "main");
    int code = sqlite3_errcode(copy->registry.database);
    if (backup != NULL) {
        (void)sqlite3_backup_step(backup, -1);
        code = sqlite3_backup_finish(backup);
    }
    const cbk_status status =
        code == SQLITE_OK ? CBK_OK : cbk_casebook_fail(copy, code, "copying", err);
    copy->is_new = status != CBK_OK;
    cbk_casebook_close(copy);
    return status;
}
