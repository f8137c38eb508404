/* base/file.h - whole files in and out, and their fingerprint. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <casebook/base.h>

/* Reads a regular file of at most limit_bytes; bytes are NUL-terminated past size.
 * Errors: CBK_EIO (names the file and the reason), CBK_EDATA (larger than the limit),
 * CBK_ENOMEM. */
cbk_status cbk_file_read(const char *path, size_t limit_bytes, cbk_arena *arena,
                         const char **bytes, size_t *size, cbk_error *err);

/* Writes beside the target and renames over it, so that no half-written file is ever
 * seen; a failure (full disk) leaves the old file and removes the new one.
 * Permissions stay; where path is a link, the file it leads to is replaced; a pipe or a
 * device (/dev/stdout) is written to in place.
 * Errors: CBK_EIO. */
cbk_status cbk_file_write(const char *path, const char *bytes, size_t size,
                          cbk_error *err);

bool cbk_file_exists(const char *path);
/* Whether nothing has that name; false also where that cannot be told, since a folder may
 * not be searched. */
bool cbk_file_is_absent(const char *path);
/* Whether a file or folder can be opened for reading.  Errors: CBK_EIO, with the reason.
 */
cbk_status cbk_file_try(const char *path, cbk_error *err);
bool cbk_file_is_directory(const char *path);

/* SHA-256 as 64 lower-case hex digits and a NUL. */
void cbk_sha256_hex(const char *bytes, size_t size, char out[65]);

#endif
