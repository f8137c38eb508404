/* file.c - whole files in and out, and their fingerprint.  Contract: base/file.h. */
#define _XOPEN_SOURCE 700 /* realpath() */

#include "base/file.h"

#include "base/hash.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- reading ----------------------------------------------------------------------- */

static cbk_status fail_io(cbk_error *err, const char *path, const char *what, int reason)
{
    return cbk_fail(err, CBK_EIO, CBK_ROW_NONE, "%s cannot be %s: %s.", path, what,
                    strerror(reason));
}

static cbk_status check_readable(const char *path, const struct stat *status,
                                 size_t limit_bytes, cbk_error *err)
{
    if (S_ISDIR(status->st_mode)) {
        return cbk_fail(err, CBK_EIO, CBK_ROW_NONE,
                        "%s is a folder; a file is needed here.", path);
    }
    if (!S_ISREG(status->st_mode)) {
        return cbk_fail(err, CBK_EIO, CBK_ROW_NONE,
                        "%s is not an ordinary file (it is a pipe or a device).", path);
    }
    if ((uintmax_t)status->st_size > limit_bytes) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                        "%s has %jd bytes; at most %zu are read.", path,
                        (intmax_t)status->st_size, limit_bytes);
    }
    return CBK_OK;
}

/* Reads up to size bytes and returns how many there were, or -1. */
static ssize_t read_all(int fd, char *bytes, size_t size)
{
    size_t n = 0;
    while (n < size) {
        const ssize_t got = read(fd, bytes + n, size - n);
        if (got < 0 && errno != EINTR) {
            return -1;
        }
        if (got == 0) {
            break;
        }
        n += got > 0 ? (size_t)got : 0;
    }
    return (ssize_t)n;
}

static cbk_status read_open_file(const char *path, int fd, size_t limit_bytes,
                                 cbk_arena *arena, const char **bytes, size_t *size,
                                 cbk_error *err)
{
    struct stat status;
    if (fstat(fd, &status) != 0) {
        return fail_io(err, path, "read", errno);
    }
    CBK_TRY(check_readable(path, &status, limit_bytes, err));
    const cbk_mark before = cbk_arena_mark(arena);
    const size_t expected = (size_t)status.st_size;
    /* One byte more than expected: the NUL's place, and it shows that the file grew. */
    char *content = CBK_NEW(arena, char, expected + 1);
    if (content == NULL) {
        cbk_arena_release(arena, before);
        return cbk_fail(err, CBK_ENOMEM, CBK_ROW_NONE,
                        "Out of memory for the %zu bytes of %s.", expected, path);
    }
    const ssize_t n = read_all(fd, content, expected + 1);
    if (n < 0 || (size_t)n != expected) {
        const int reason = errno;
        cbk_arena_release(arena, before);
        return n < 0 ? fail_io(err, path, "read", reason)
                     : cbk_fail(err, CBK_EIO, CBK_ROW_NONE,
                                "%s changed while it was being read.", path);
    }
    *bytes = content;
    *size = expected;
    return CBK_OK;
}

cbk_status cbk_file_read(const char *path, size_t limit_bytes, cbk_arena *arena,
                         const char **bytes, size_t *size, cbk_error *err)
{
    *bytes = NULL;
    *size = 0;
    /* Not blocking: a pipe nobody writes to must be refused, not waited for. */
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        return fail_io(err, path, "opened", errno);
    }
    const cbk_status result =
        read_open_file(path, fd, limit_bytes, arena, bytes, size, err);
    (void)close(fd);
    return result;
}

/* ---- writing ----------------------------------------------------------------------- */

static bool write_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        const ssize_t done = write(fd, bytes, size);
        if (done < 0 && errno != EINTR) {
            return false;
        }
        bytes += done > 0 ? done : 0;
        size -= done > 0 ? (size_t)done : 0;
    }
    return true;
}

/* Writes, and closes fd whatever happens; false leaves the reason in errno. */
static bool write_and_close(int fd, const char *bytes, size_t size, bool is_synced)
{
    bool is_done = write_all(fd, bytes, size) && (!is_synced || fsync(fd) == 0);
    const int reason = errno;
    if (close(fd) != 0) {
        return false;
    }
    errno = reason;
    return is_done;
}

/* A device or a pipe (/dev/stdout) cannot be replaced, only written to. */
static cbk_status write_in_place(const char *path, const char *bytes, size_t size,
                                 cbk_error *err)
{
    const int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 || !write_and_close(fd, bytes, size, false)) {
        return fail_io(err, path, "written", errno);
    }
    return CBK_OK;
}

/* Creates a new file beside target and puts its name into name; -1 on failure. */
static int open_beside(const char *target, mode_t mode, cbk_buffer *name)
{
    enum { TRIES_MAX = 100 };
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
    for (int i = 0; i < TRIES_MAX; i++) {
        name->size = 0;
        cbk_buffer_addf(name, "%s.%ld-%d.part", target, (long)getpid(), i);
        if (name->is_failed) {
            errno = ENOMEM;
            return -1;
        }
        const int fd = open(name->bytes, flags, mode);
        if (fd >= 0 || errno != EEXIST) {
            return fd;
        }
    }
    return -1;
}

/* old: the file to be replaced, whose permissions stay, or NULL. */
static cbk_status write_and_rename(const char *target, const struct stat *old,
                                   const char *bytes, size_t size, cbk_error *err)
{
    cbk_buffer name = {0};
    const int fd = open_beside(target, 0666, &name);
    if (fd < 0) {
        const int reason = errno;
        cbk_buffer_free(&name);
        return fail_io(err, target, "written", reason);
    }
    const bool has_mode = old == NULL || fchmod(fd, old->st_mode & 0777) == 0;
    bool is_done = write_and_close(fd, bytes, size, true) && has_mode;
    is_done = is_done && rename(name.bytes, target) == 0;
    const int reason = errno;
    if (!is_done) {
        (void)unlink(name.bytes);
    }
    cbk_buffer_free(&name);
    return is_done ? CBK_OK : fail_io(err, target, "written", reason);
}

cbk_status cbk_file_write(const char *path, const char *bytes, size_t size,
                          cbk_error *err)
{
    struct stat old;
    if (stat(path, &old) != 0) {
        return write_and_rename(path, NULL, bytes, size, err);
    }
    if (S_ISDIR(old.st_mode)) {
        return cbk_fail(err, CBK_EIO, CBK_ROW_NONE,
                        "%s is a folder; a file cannot take its place.", path);
    }
    if (!S_ISREG(old.st_mode)) {
        return write_in_place(path, bytes, size, err);
    }
    /* A link stays a link: the file it leads to is replaced. */
    char *target = realpath(path, NULL);
    if (target == NULL) {
        return fail_io(err, path, "written", errno);
    }
    const cbk_status result = write_and_rename(target, &old, bytes, size, err);
    free(target);
    return result;
}

/* ---- questions --------------------------------------------------------------------- */

bool cbk_file_exists(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0;
}

bool cbk_file_is_absent(const char *path)
{
    struct stat status;
    return stat(path, &status) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

cbk_status cbk_file_try(const char *path, cbk_error *err)
{
    const int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (file < 0) {
        return fail_io(err, path, "opened", errno);
    }
    (void)close(file);
    return CBK_OK;
}

bool cbk_file_is_directory(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

void cbk_sha256_hex(const char *bytes, size_t size, char out[65])
{
    unsigned char digest[CBK_HASH_SIZE];
    cbk_sha256(bytes, size, digest);
    cbk_hex(digest, sizeof digest, out);
}
