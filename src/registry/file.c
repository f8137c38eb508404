/* file.c - opening and closing a casebook file.  Contract: casebook.h. */
#define _XOPEN_SOURCE 700 /* realpath() */

#include "registry/file.h"

#include "base/file.h"
#include "base/text.h"
#include "registry/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUSY_MS = 10000, HEADER_SIZE = 100 };

/* ---- failures --------------------------------------------------------------------- */

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

/* ---- is it one? ---------------------------------------------------------------------
 */

static uint32_t big_endian(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* What is wrong with the first bytes of a file, or NULL. */
static const char *wrong_header(const unsigned char header[HEADER_SIZE])
{
    enum { WRITE_VERSION = 18, READ_VERSION = 19, USER_VERSION = 60, APPLICATION = 68 };
    if (memcmp(header, "SQLite format 3", 16) != 0 ||
        big_endian(header + APPLICATION) != CBK_FILE_APPLICATION_ID) {
        return "it is no casebook file";
    }
    if (big_endian(header + USER_VERSION) != CBK_FILE_VERSION) {
        return "it is of another version of the format, which this program does not read";
    }
    /* Two connections in WAL mode can spoil a file in Debian's SQLite; casebook never
     * makes such a file. */
    return header[WRITE_VERSION] != 1 || header[READ_VERSION] != 1
               ? "another program has turned on SQLite's WAL mode"
               : NULL;
}

static bool has_journal(const char *path)
{
    struct stat status;
    char *name = sqlite3_mprintf("%s-journal", path);
    const bool is_there = name != NULL && stat(name, &status) == 0 && status.st_size > 0;
    sqlite3_free(name);
    return is_there;
}

/* Whether a journal ends as those of a transaction over several files do, which casebook
 * never makes.  SQLite would delete the file that such a journal names. */
static bool has_foreign_journal(const char *path)
{
    static const unsigned char mark[8] = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};
    unsigned char end[sizeof mark] = {0};
    char *name = sqlite3_mprintf("%s-journal", path);
    FILE *journal = name != NULL ? fopen(name, "rb") : NULL;
    sqlite3_free(name);
    if (journal == NULL) {
        return false;
    }
    const bool is_foreign = fseek(journal, -(long)sizeof end, SEEK_END) == 0 &&
                            fread(end, 1, sizeof end, journal) == sizeof end &&
                            memcmp(end, mark, sizeof mark) == 0;
    (void)fclose(journal);
    return is_foreign;
}

bool cbk_casebook_is_one(const char *path)
{
    unsigned char header[HEADER_SIZE];
    struct stat status;
    /* A pipe gives its bytes only once, and may never give any. */
    FILE *file =
        stat(path, &status) == 0 && S_ISREG(status.st_mode) ? fopen(path, "rb") : NULL;
    if (file == NULL) {
        return false;
    }
    const size_t n = fread(header, 1, sizeof header, file);
    (void)fclose(file);
    /* With a journal beside it the bytes are not what was committed. */
    return (n == sizeof header && wrong_header(header) == NULL) || has_journal(path);
}

/* Reads the header through SQLite's own handle: to open and close the file beside it
 * would drop SQLite's locks. */
static cbk_status check_header(cbk_casebook *casebook, cbk_error *err)
{
    unsigned char header[HEADER_SIZE];
    sqlite3_file *file = NULL;
    int code = sqlite3_file_control(casebook->registry.database, "main",
                                    SQLITE_FCNTL_FILE_POINTER, &file);
    if (code != SQLITE_OK || file == NULL || file->pMethods == NULL) {
        return cbk_casebook_fail(casebook, SQLITE_CANTOPEN, "opening the file", err);
    }
    code = file->pMethods->xRead(file, header, sizeof header, 0);
    const char *wrong = code == SQLITE_IOERR_SHORT_READ ? "it is no casebook file"
                        : code == SQLITE_OK             ? wrong_header(header)
                                                        : NULL;
    if (wrong != NULL) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "%s cannot be opened: %s.",
                        casebook->name, wrong);
    }
    return code == SQLITE_OK ? CBK_OK
                             : cbk_casebook_fail(casebook, code, "opening the file", err);
}

/* The answer of a statement that gives one row of one column. */
static int ask_text(sqlite3 *database, const char *sql, char *out, size_t size)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(database, sql, -1, &statement, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_step(statement);
        const char *text = code == SQLITE_ROW ? cbk_column_text(statement, 0) : NULL;
        sqlite3_snprintf((int)size, out, "%s", text != NULL ? text : "");
        code = code == SQLITE_ROW ? SQLITE_OK : code;
    }
    (void)sqlite3_finalize(statement);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

const char *cbk_column_text(sqlite3_stmt *statement, int column)
{
    return (const char *)sqlite3_column_text(statement, column);
}

/* ---- opening ------------------------------------------------------------------------
 */

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
    const int code = ask_text(casebook->registry.database,
                              "PRAGMA journal_mode = TRUNCATE", mode, sizeof mode);
    return code != SQLITE_OK || strcmp(mode, "truncate") == 0 ? code : SQLITE_ERROR;
}

static cbk_status check_schema(cbk_casebook *casebook, sqlite3 *memory,
                               const cbk_layout *layout, cbk_error *err)
{
    const char *difference = NULL;
    const int code = cbk_schema_check(casebook->registry.database, memory, layout,
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

int cbk_casebook_reload(cbk_casebook *casebook)
{
    cbk_arena *fresh = cbk_arena_create(NULL, SIZE_MAX);
    if (fresh == NULL) {
        return SQLITE_NOMEM;
    }
    cbk_arena_destroy(casebook->arena);
    casebook->arena = fresh;
    casebook->layout = (cbk_layout){.n_tables = 0};
    const int code =
        cbk_layout_read(casebook->registry.database, fresh, &casebook->layout);
    return code == SQLITE_OK
               ? cbk_casebook_edition(casebook->registry.database, &casebook->edition)
               : code;
}

int cbk_casebook_edition(sqlite3 *database, int64_t *out)
{
    char text[48] = "";
    const int code = ask_text(database,
                              "SELECT (SELECT count(*) FROM casebook_protocol) + "
                              "(schema_version << 24) FROM pragma_schema_version",
                              text, sizeof text);
    *out = strtoll(text, NULL, 10);
    return code;
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
    const int code = sql != NULL ? ask_text(database, sql, answer, size) : SQLITE_NOMEM;
    sqlite3_free(sql);
    return code;
}

int cbk_casebook_checked(const char *said)
{
    static const char code[] = "error code=";
    const char *found = strstr(said, code);
    const bool is_unread = strstr(said, "failed to get page") != NULL ||
                           (found != NULL && (strtol(found + strlen(code), NULL, 10) &
                                              0xff) == SQLITE_IOERR);
    return strcmp(said, "ok") == 0 ? SQLITE_OK
           : is_unread             ? SQLITE_IOERR
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
static cbk_status check_file(cbk_casebook *casebook, sqlite3 *memory, cbk_error *err)
{
    static const char *const read_here[] = {"casebook_file", CBK_TABLE_FORM,
                                            CBK_TABLE_FIELD};
    sqlite3 *database = casebook->registry.database;
    char answer[32] = "";
    int code = ask_text(database, "PRAGMA schema_version", answer, sizeof answer);
    if (code != SQLITE_OK) {
        return cbk_casebook_fail(casebook, code, "opening the file", err);
    }
    CBK_TRY(check_header(casebook, err));
    CBK_TRY(check_schema(casebook, memory, NULL, err));
    for (size_t i = 0; i < sizeof read_here / sizeof read_here[0]; i++) {
        CBK_TRY(cbk_casebook_check_table(casebook, read_here[i], err));
    }
    code = cbk_casebook_reload(casebook);
    if (code == SQLITE_OK) {
        code = ask_text(database, "SELECT uuid FROM casebook_file", casebook->uuid,
                        sizeof casebook->uuid);
    }
    if (code != SQLITE_OK) {
        return cbk_casebook_fail(casebook, code, "reading its forms", err);
    }
    return is_uuid(casebook->uuid)
               ? check_schema(casebook, memory, &casebook->layout, err)
               : cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                          "%s cannot be opened: it has no name of its own "
                          "(casebook_file).",
                          casebook->name);
}

/* The same in one state of the file, whatever others write meanwhile. */
static cbk_status check_one_state(cbk_casebook *casebook, cbk_error *err)
{
    /* A journal left by a crash is rolled back by the first reading; only then are the
     * file's bytes what was committed. */
    if (!has_journal(casebook->path)) {
        CBK_TRY(check_header(casebook, err));
    }
    CBK_TRY(cbk_casebook_hold(casebook, err));
    sqlite3 *memory = NULL;
    const int code = sqlite3_open(":memory:", &memory);
    const cbk_status status =
        code == SQLITE_OK ? check_file(casebook, memory, err)
                          : cbk_casebook_fail(casebook, code, "opening the file", err);
    (void)sqlite3_close_v2(memory);
    cbk_casebook_release(casebook);
    return status;
}

cbk_status cbk_casebook_hold(cbk_casebook *casebook, cbk_error *err)
{
    const int code = sqlite3_exec(casebook->registry.database, "BEGIN", NULL, NULL, NULL);
    return code == SQLITE_OK ? CBK_OK
                             : cbk_casebook_fail(casebook, code, "reading the file", err);
}

void cbk_casebook_release(cbk_casebook *casebook)
{
    (void)cbk_registry_end(casebook->registry.database, false);
}

/* A new file is one that is not there or is empty (what a crash left of an earlier try).
 */
static cbk_status check_empty(cbk_casebook *casebook, cbk_error *err)
{
    char pages[32] = "";
    const int code =
        ask_text(casebook->registry.database, "PRAGMA page_count", pages, sizeof pages);
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
        CBK_TRY(check_one_state(casebook, err));
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
            (!S_ISREG(status.st_mode) || (status.st_size > 0 && !has_journal(path)))) {
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
    return !has_foreign_journal(casebook->path)
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

int64_t cbk_casebook_committed(const cbk_casebook *casebook, int64_t *n_changes)
{
    *n_changes = casebook->n_committed;
    return casebook->committed;
}

bool cbk_casebook_has_anchor_failed(const cbk_casebook *casebook)
{
    return casebook->has_anchor_failed;
}

/* ---- questions ----------------------------------------------------------------------
 */

const char *cbk_casebook_name(const cbk_casebook *casebook)
{
    return casebook->name;
}

const char *cbk_casebook_uuid(const cbk_casebook *casebook)
{
    return casebook->uuid;
}

const cbk_layout *cbk_casebook_layout(const cbk_casebook *casebook)
{
    return &casebook->layout;
}

cbk_status cbk_casebook_query(cbk_casebook *casebook, const char *sql, cbk_arena *arena,
                              const cbk_answer **out, cbk_error *err)
{
    const cbk_status status =
        cbk_registry_query(&casebook->registry, sql, arena, out, err);
    /* A mistake in SQL of our own there is none; the file may be what fails. */
    return status == CBK_EINVAL
               ? cbk_casebook_fail(casebook, sqlite3_errcode(casebook->registry.database),
                                   "reading the file", err)
               : status;
}

static void hex_of(sqlite3_stmt *statement, int column, char out[CBK_HASH_HEX_SIZE])
{
    const void *bytes = sqlite3_column_blob(statement, column);
    out[0] = '\0';
    if (bytes != NULL && sqlite3_column_bytes(statement, column) == CBK_HASH_SIZE) {
        cbk_hex(bytes, CBK_HASH_SIZE, out);
    }
}

cbk_status cbk_casebook_transaction_at(cbk_casebook *casebook, int64_t at_us,
                                       int64_t *out, cbk_error *err)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(
        casebook->registry.database,
        "SELECT coalesce((SELECT min(number) - 1 FROM casebook_transaction WHERE at_us > "
        "?1), (SELECT max(number) FROM casebook_transaction))",
        -1, &statement, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_bind_int64(statement, 1, at_us);
    }
    if (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        *out = sqlite3_column_int64(statement, 0);
        code = SQLITE_OK;
    }
    (void)sqlite3_finalize(statement);
    return code == SQLITE_OK
               ? CBK_OK
               : cbk_casebook_fail(casebook, code, "reading the audit trail", err);
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

cbk_status cbk_casebook_head(cbk_casebook *casebook, cbk_head *out, cbk_error *err)
{
    *out = (cbk_head){.n_transactions = 0};
    sqlite3_stmt *statement = NULL;
    int code =
        sqlite3_prepare_v2(casebook->registry.database,
                           "SELECT number, first_change + n_changes - 1, at_us, hash "
                           "FROM casebook_transaction ORDER BY number DESC LIMIT 1",
                           -1, &statement, NULL);
    if (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        out->n_transactions = sqlite3_column_int64(statement, 0);
        out->n_changes = sqlite3_column_int64(statement, 1);
        out->at_us = sqlite3_column_int64(statement, 2);
        hex_of(statement, 3, out->hash);
        code = SQLITE_OK;
    }
    (void)sqlite3_finalize(statement);
    return code == SQLITE_OK || code == SQLITE_DONE
               ? CBK_OK
               : cbk_casebook_fail(casebook, code, "reading the audit trail", err);
}
