/* anchor.c - the head of the audit trail in a second place.  Contract: anchor.h.
 *
 * A line is "casebook/anchor/1 UUID TRANSACTION HASH TIME_US PATH".
 */
#define _XOPEN_SOURCE 700 /* realpath() */

#include "registry/anchor.h"

#include "base/file.h"
#include "base/text.h"
#include "registry/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARK "casebook/anchor/1"

/* Makes a folder and those above it. */
static bool make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        const bool is_made = mkdir(path, 0777) == 0 || errno == EEXIST;
        *slash = '/';
        if (!is_made) {
            return false;
        }
    }
    return mkdir(path, 0700) == 0 || errno == EEXIST;
}

/* Whether the log ends in the middle of a line, as a crash or a full disk leaves it. */
static bool is_cut_short(int fd)
{
    char last = '\n';
    const off_t size = lseek(fd, 0, SEEK_END);
    return size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}

/* The name of a new log must be on the disk, too. */
static bool sync_folder(const char *folder)
{
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    const bool is_synced = fsync(fd) == 0;
    return close(fd) == 0 && is_synced;
}

/* line: it begins with the end of a line, which is written only where one is open. */
static bool append_line(const char *folder, const char *path, const cbk_buffer *line)
{
    const bool is_new = !cbk_file_exists(path);
    const int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        return false;
    }
    /* One write, so that two programs do not mix their lines. */
    const size_t from = is_cut_short(fd) ? 0 : 1;
    const size_t size = line->size - from;
    const bool is_written =
        write(fd, line->bytes + from, size) == (ssize_t)size && fsync(fd) == 0;
    return close(fd) == 0 && is_written && (!is_new || sync_folder(folder));
}

static bool append(cbk_casebook *casebook, const cbk_head *head, const char *real,
                   cbk_buffer *name, cbk_buffer *line)
{
    cbk_buffer_addf(name, "%s/anchors", casebook->home);
    cbk_buffer_addf(line, "\n" MARK " %s %" PRId64 " %s %" PRId64 " %s\n", casebook->uuid,
                    head->n_transactions, head->hash, head->at_us, real);
    if (name->is_failed || line->is_failed || !make_folders(name->bytes)) {
        return false;
    }
    char *folder = strdup(name->bytes);
    cbk_buffer_addf(name, "/%s", casebook->uuid);
    const bool is_done =
        folder != NULL && !name->is_failed && append_line(folder, name->bytes, line);
    free(folder);
    return is_done;
}

void cbk_anchor_append(cbk_casebook *casebook)
{
    if (casebook->home == NULL) {
        return;
    }
    cbk_buffer name = {0};
    cbk_buffer line = {0};
    cbk_head head;
    char *real = realpath(casebook->path, NULL);
    errno = 0;
    casebook->has_anchor_failed = real == NULL || strchr(real, '\n') != NULL ||
                                  cbk_casebook_head(casebook, &head, NULL) != CBK_OK ||
                                  !append(casebook, &head, real, &name, &line);
    free(real);
    cbk_buffer_free(&name);
    cbk_buffer_free(&line);
}

/* ---- reading -------------------------------------------------------------------------
 */

static bool read_line(const char *line, const cbk_casebook *casebook, cbk_anchor *out)
{
    char uuid[40];
    int path_at = 0;
    const int n = sscanf(line, MARK " %39s %" SCNd64 " %64[0-9a-f] %*d %n", uuid,
                         &out->txn, out->hash, &path_at);
    if (n != 3 || path_at == 0 || strcmp(uuid, casebook->uuid) != 0 ||
        strlen(out->hash) != CBK_HASH_HEX_SIZE - 1) {
        return false;
    }
    out->is_here = strcmp(line + path_at, casebook->path) == 0;
    return true;
}

/* Lines that are no whole anchor were cut short; how many. */
static size_t read_lines(const cbk_casebook *casebook, char *text, cbk_anchor *anchors,
                         size_t *n)
{
    size_t n_cut = 0;
    while (*text != '\0') {
        char *end = strchr(text, '\n');
        if (end == NULL) {
            return n_cut + 1;
        }
        *end = '\0';
        const bool is_anchor = read_line(text, casebook, &anchors[*n]);
        *n += is_anchor;
        n_cut += !is_anchor;
        text = end + 1;
    }
    return n_cut;
}

cbk_status cbk_anchors_read(const cbk_casebook *casebook, const char *folder,
                            cbk_arena *arena, const cbk_anchor **out, size_t *n,
                            size_t *n_cut, cbk_error *err)
{
    *out = NULL;
    *n = 0;
    *n_cut = 0;
    const char *path = cbk_text_format(arena, "%s/%s", folder, casebook->uuid);
    if (path == NULL) {
        return cbk_fail_memory(err);
    }
    if (!cbk_file_exists(path)) {
        return CBK_OK;
    }
    const char *bytes = NULL;
    size_t size = 0;
    CBK_TRY(cbk_file_read(path, SIZE_MAX / 2, arena, &bytes, &size, err));
    char *text = cbk_text_copy_bytes(arena, bytes, size);
    size_t n_lines = 1;
    for (const char *at = bytes; (at = strchr(at, '\n')) != NULL; at++) {
        n_lines++;
    }
    cbk_anchor *anchors = CBK_NEW(arena, cbk_anchor, n_lines);
    if (anchors == NULL) {
        return cbk_fail_memory(err);
    }
    *out = anchors;
    *n_cut = read_lines(casebook, text, anchors, n);
    return CBK_OK;
}
