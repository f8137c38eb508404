/* file_header.c - the first bytes of a casebook file, and the journal beside it.
 * Contract: file.h, casebook.h.
 */
#include "registry/file.h"

#include "registry/schema.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { HEADER_SIZE = 100 };

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

bool cbk_casebook_has_journal(const char *path)
{
    struct stat status;
    char *name = sqlite3_mprintf("%s-journal", path);
    const bool is_there = name != NULL && stat(name, &status) == 0 && status.st_size > 0;
    sqlite3_free(name);
    return is_there;
}

bool cbk_casebook_has_foreign_journal(const char *path)
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
    return (n == sizeof header && wrong_header(header) == NULL) ||
           cbk_casebook_has_journal(path);
}

/* Reads the header through SQLite's own handle: to open and close the file beside it
 * would drop SQLite's locks. */
cbk_status cbk_casebook_check_header(cbk_casebook *casebook, cbk_error *err)
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
