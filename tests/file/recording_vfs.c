/* recording_vfs.c - a file system that writes down what is done to it.  Contract:
 * recording_vfs.h.
 */
#include "recording_vfs.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SECTOR = 512 };

static disk_tape *now; /* of the file system that is registered */
static sqlite3_vfs ours;

/* A file of ours: SQLite's own behind it. */
typedef struct file {
    sqlite3_file base;
    int index; /* of tape->names; -1: not written down */
    sqlite3_file *real;
} file;

static sqlite3_vfs *real_vfs(void)
{
    return ours.pAppData;
}

/* ---- writing down
 * ---------------------------------------------------------------------- */

static int index_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    for (int i = 0; i < now->n_files; i++) {
        if (strcmp(now->names[i], name) == 0) {
            return i;
        }
    }
    if (now->n_files == RECORDED_FILES) {
        return -1;
    }
    (void)snprintf(now->names[now->n_files], RECORDED_NAME, "%s", name);
    return now->n_files++;
}

static void write_down(recorded what, const void *bytes)
{
    if (!now->is_on || what.file < 0) {
        return;
    }
    if (now->n == now->capacity) {
        now->capacity = now->capacity == 0 ? 256 : 2 * now->capacity;
        recorded *larger = realloc(now->all, now->capacity * sizeof *larger);
        if (larger == NULL) {
            abort();
        }
        now->all = larger;
    }
    if (what.kind == RECORDED_WRITE) {
        what.bytes = malloc(what.size);
        if (what.bytes == NULL) {
            abort();
        }
        memcpy(what.bytes, bytes, what.size);
    }
    now->all[now->n++] = what;
}

/* Whether this operation is the one that fails. */
static bool fails(void)
{
    const size_t number = ++now->n_operations;
    return now->fail_at != 0 &&
           (now->is_for_ever ? number >= now->fail_at : number == now->fail_at);
}

void recording_acknowledge(disk_tape *tape, int which)
{
    write_down((recorded){.kind = RECORDED_ACKNOWLEDGED, .file = which}, NULL);
    (void)tape;
}

/* A file that is there: made, written and synced at once. */
static bool take_file(const char *folder, const char *name)
{
    char path[2 * RECORDED_NAME];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *in = fopen(path, "rb");
    if (in == NULL || fseek(in, 0, SEEK_END) != 0) {
        return false;
    }
    const size_t size = (size_t)ftell(in);
    rewind(in);
    unsigned char *bytes = malloc(size + 1);
    const bool is_read = bytes != NULL && fread(bytes, 1, size, in) == size;
    (void)fclose(in);
    if (is_read) {
        const int index = index_of(name);
        write_down((recorded){.kind = RECORDED_CREATE, .file = index}, NULL);
        write_down((recorded){.kind = RECORDED_WRITE, .file = index, .size = size},
                   bytes);
        write_down((recorded){.kind = RECORDED_SYNC, .file = index}, NULL);
    }
    free(bytes);
    return is_read;
}

bool recording_take(disk_tape *tape, const char *folder)
{
    DIR *files = opendir(folder);
    bool is_fine = files != NULL;
    for (struct dirent *at = NULL; is_fine && (at = readdir(files)) != NULL;) {
        is_fine = at->d_name[0] == '.' || take_file(folder, at->d_name);
    }
    if (files != NULL) {
        (void)closedir(files);
    }
    tape->n_before = tape->n;
    return is_fine;
}

void recording_clear(disk_tape *tape)
{
    for (size_t i = 0; i < tape->n; i++) {
        free(tape->all[i].bytes);
    }
    free(tape->all);
    tape->all = NULL;
    tape->n = 0;
    tape->capacity = 0;
    tape->n_files = 0;
}

/* ---- files
 * ----------------------------------------------------------------------------- */

static sqlite3_file *behind(sqlite3_file *base)
{
    return ((file *)base)->real;
}

static int file_close(sqlite3_file *base)
{
    sqlite3_file *real = behind(base);
    const int code = real->pMethods != NULL ? real->pMethods->xClose(real) : SQLITE_OK;
    sqlite3_free(real);
    return code;
}

static int file_read(sqlite3_file *base, void *bytes, int size, sqlite3_int64 offset)
{
    if (fails()) {
        return now->fail_code == SQLITE_FULL ? SQLITE_IOERR_READ : now->fail_code;
    }
    return behind(base)->pMethods->xRead(behind(base), bytes, size, offset);
}

static int file_write(sqlite3_file *base, const void *bytes, int size,
                      sqlite3_int64 offset)
{
    if (fails()) {
        return now->fail_code;
    }
    write_down((recorded){.kind = RECORDED_WRITE,
                          .file = ((file *)base)->index,
                          .offset = offset,
                          .size = (size_t)size},
               bytes);
    return behind(base)->pMethods->xWrite(behind(base), bytes, size, offset);
}

static int file_truncate(sqlite3_file *base, sqlite3_int64 size)
{
    if (fails()) {
        return SQLITE_IOERR_TRUNCATE;
    }
    write_down((recorded){.kind = RECORDED_TRUNCATE,
                          .file = ((file *)base)->index,
                          .offset = size},
               NULL);
    return behind(base)->pMethods->xTruncate(behind(base), size);
}

static int file_sync(sqlite3_file *base, int flags)
{
    if (fails() || ++now->n_syncs == now->fail_sync_at) {
        return SQLITE_IOERR_FSYNC;
    }
    if (!now->is_sync_ignored) {
        write_down((recorded){.kind = RECORDED_SYNC, .file = ((file *)base)->index},
                   NULL);
    }
    (void)flags; /* the real disk need not be waited for: the power does not go */
    return SQLITE_OK;
}

static int file_size(sqlite3_file *base, sqlite3_int64 *size)
{
    return behind(base)->pMethods->xFileSize(behind(base), size);
}

static int file_lock(sqlite3_file *base, int kind)
{
    return behind(base)->pMethods->xLock(behind(base), kind);
}

static int file_unlock(sqlite3_file *base, int kind)
{
    return behind(base)->pMethods->xUnlock(behind(base), kind);
}

static int file_is_reserved(sqlite3_file *base, int *out)
{
    return behind(base)->pMethods->xCheckReservedLock(behind(base), out);
}

static int file_control(sqlite3_file *base, int what, void *argument)
{
    return behind(base)->pMethods->xFileControl(behind(base), what, argument);
}

static int file_sector_size(sqlite3_file *base)
{
    (void)base;
    return SECTOR;
}

static int file_characteristics(sqlite3_file *base)
{
    (void)base;
    return 0; /* a disk that promises nothing */
}

static const sqlite3_io_methods methods = {
    .iVersion = 1,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_is_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_characteristics,
};

/* ---- the file system
 * ------------------------------------------------------------------- */

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags,
                    int *out_flags)
{
    (void)vfs;
    file *opened = (file *)base;
    *opened = (file){.index = -1};
    int is_there = 0;
    if (name != NULL) {
        (void)real_vfs()->xAccess(real_vfs(), name, SQLITE_ACCESS_READWRITE, &is_there);
    }
    if (name != NULL && !is_there && fails()) {
        return SQLITE_CANTOPEN;
    }
    opened->real = sqlite3_malloc(real_vfs()->szOsFile);
    if (opened->real == NULL) {
        return SQLITE_NOMEM;
    }
    memset(opened->real, 0, (size_t)real_vfs()->szOsFile);
    const int code = real_vfs()->xOpen(real_vfs(), name, opened->real, flags, out_flags);
    if (code != SQLITE_OK) {
        sqlite3_free(opened->real);
        return code;
    }
    opened->base.pMethods = &methods;
    opened->index = name != NULL ? index_of(name) : -1;
    if (!is_there) {
        write_down((recorded){.kind = RECORDED_CREATE, .file = opened->index}, NULL);
    }
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int is_durable)
{
    (void)vfs;
    if (fails()) {
        return SQLITE_IOERR_DELETE;
    }
    write_down((recorded){.kind = RECORDED_DELETE,
                          .file = index_of(name),
                          .is_durable = is_durable && !now->is_sync_ignored},
               NULL);
    return real_vfs()->xDelete(real_vfs(), name, 0);
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int what, int *out)
{
    (void)vfs;
    return real_vfs()->xAccess(real_vfs(), name, what, out);
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *name, int size, char *out)
{
    (void)vfs;
    return real_vfs()->xFullPathname(real_vfs(), name, size, out);
}

static int vfs_random(sqlite3_vfs *vfs, int size, char *out)
{
    (void)vfs;
    return real_vfs()->xRandomness(real_vfs(), size, out);
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds)
{
    (void)vfs;
    return real_vfs()->xSleep(real_vfs(), microseconds);
}

static int vfs_time(sqlite3_vfs *vfs, double *out)
{
    (void)vfs;
    return real_vfs()->xCurrentTime(real_vfs(), out);
}

static int vfs_error(sqlite3_vfs *vfs, int size, char *out)
{
    (void)vfs;
    return real_vfs()->xGetLastError(real_vfs(), size, out);
}

bool recording_start(disk_tape *tape)
{
    sqlite3_vfs *real = sqlite3_vfs_find(NULL);
    if (real == NULL) {
        return false;
    }
    now = tape;
    ours = (sqlite3_vfs){.iVersion = 1,
                         .szOsFile = (int)sizeof(file),
                         .mxPathname = real->mxPathname,
                         .zName = "recording",
                         .pAppData = real,
                         .xOpen = vfs_open,
                         .xDelete = vfs_delete,
                         .xAccess = vfs_access,
                         .xFullPathname = vfs_full_path,
                         .xRandomness = vfs_random,
                         .xSleep = vfs_sleep,
                         .xCurrentTime = vfs_time,
                         .xGetLastError = vfs_error};
    return sqlite3_vfs_register(&ours, 1) == SQLITE_OK;
}

void recording_stop(void)
{
    sqlite3_vfs *real = ours.pAppData;
    (void)sqlite3_vfs_unregister(&ours);
    (void)sqlite3_vfs_register(real, 1);
}

/* ---- after the power went
 * -------------------------------------------------------------- */

/* A file as the disk would have it. */
typedef struct image {
    bool is_there;
    unsigned char *bytes;
    size_t size;
    size_t capacity;
} image;

static uint64_t next_chance(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static void resize(image *of, size_t size)
{
    if (size > of->capacity) {
        const size_t capacity = size < 1 << 16 ? 1 << 16 : 2 * size;
        unsigned char *larger = realloc(of->bytes, capacity);
        if (larger == NULL) {
            abort();
        }
        of->bytes = larger;
        of->capacity = capacity;
    }
    if (size > of->size) {
        memset(of->bytes + of->size, 0, size - of->size);
    }
    of->size = size;
}

static void put(image *of, const recorded *write, size_t from, size_t size)
{
    const size_t end = (size_t)write->offset + from + size;
    if (end > of->size) {
        resize(of, end);
    }
    memcpy(of->bytes + write->offset + from, write->bytes + from, size);
}

/* A write of which chance decides what arrives, sector by sector. */
static void put_some(image *of, const recorded *write, bool is_garbage, uint64_t *seed)
{
    for (size_t from = 0; from < write->size; from += SECTOR) {
        const size_t size = write->size - from < SECTOR ? write->size - from : SECTOR;
        const bool arrives = next_chance(seed) & 1;
        if (arrives) {
            put(of, write, from, size);
        } else if (is_garbage && (next_chance(seed) & 3) == 0) {
            put(of, write, from, size);
            for (size_t i = 0; i < size; i++) {
                of->bytes[(size_t)write->offset + from + i] =
                    (unsigned char)next_chance(seed);
            }
        }
    }
}

static void apply_lost(image *of, const recorded *what, damage_kind damage, bool is_last,
                       uint64_t *seed)
{
    if (what->kind == RECORDED_TRUNCATE) {
        if (damage != DAMAGE_NOTHING_ARRIVES &&
            (damage == DAMAGE_ALL_ARRIVES || damage == DAMAGE_ONLY_SIZES ||
             (next_chance(seed) & 1))) {
            resize(of, (size_t)what->offset);
        }
        return;
    }
    switch (damage) {
    case DAMAGE_ALL_ARRIVES:
        put(of, what, 0, what->size);
        break;
    case DAMAGE_LAST_IS_TORN:
        put(of, what, 0, is_last ? what->size / 2 : what->size);
        break;
    case DAMAGE_SOME_SECTORS:
    case DAMAGE_GARBAGE:
        put_some(of, what, damage == DAMAGE_GARBAGE, seed);
        break;
    case DAMAGE_ONLY_SIZES:
        if ((size_t)what->offset + what->size > of->size) {
            resize(of, (size_t)what->offset + what->size);
        }
        break;
    default:
        break;
    }
}

/* Which of the first n records a later sync among them made durable. */
static bool *find_synced(const disk_tape *tape, size_t n)
{
    bool *is_synced = calloc(n + 1, sizeof *is_synced);
    bool is_later[RECORDED_FILES] = {false};
    if (is_synced == NULL) {
        abort();
    }
    for (size_t i = n; i-- > 0;) {
        const recorded *at = &tape->all[i];
        if (at->kind == RECORDED_ACKNOWLEDGED) {
            continue;
        }
        is_synced[i] = is_later[at->file];
        is_later[at->file] = is_later[at->file] || at->kind == RECORDED_SYNC;
    }
    return is_synced;
}

static void apply(const recorded *what, bool arrives, bool is_last, damage_kind damage,
                  uint64_t *seed, image *images)
{
    image *of = &images[what->file];
    switch (what->kind) {
    case RECORDED_CREATE:
        /* A name that was never synced may be gone. */
        of->is_there = arrives || damage != DAMAGE_NOTHING_ARRIVES;
        break;
    case RECORDED_WRITE:
        if (arrives) {
            put(of, what, 0, what->size);
        } else {
            apply_lost(of, what, damage, is_last, seed);
        }
        break;
    case RECORDED_TRUNCATE:
        if (arrives) {
            resize(of, (size_t)what->offset);
        } else {
            apply_lost(of, what, damage, false, seed);
        }
        break;
    case RECORDED_DELETE:
        if (what->is_durable || damage == DAMAGE_ALL_ARRIVES ||
            (damage != DAMAGE_NOTHING_ARRIVES && (next_chance(seed) & 1))) {
            of->is_there = false;
            of->size = 0;
        }
        break;
    default:
        break;
    }
}

static bool write_image(const char *folder, const char *name, const image *of)
{
    char path[2 * RECORDED_NAME];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    (void)unlink(path);
    if (!of->is_there) {
        return true;
    }
    FILE *out = fopen(path, "wb");
    if (out == NULL) {
        return false;
    }
    const bool is_written =
        of->size == 0 || fwrite(of->bytes, 1, of->size, out) == of->size;
    return fclose(out) == 0 && is_written;
}

struct disk_state {
    const disk_tape *tape;
    image images[RECORDED_FILES];
};

disk_state *recording_state(const disk_tape *tape, size_t n, damage_kind damage,
                            uint64_t seed)
{
    disk_state *state = calloc(1, sizeof *state);
    if (state == NULL) {
        abort();
    }
    state->tape = tape;
    uint64_t chance = seed * 2654435761U + 88172645463325252U;
    bool *is_synced = find_synced(tape, n);
    for (size_t i = 0; i < n; i++) {
        if (tape->all[i].kind != RECORDED_ACKNOWLEDGED) {
            apply(&tape->all[i], is_synced[i], i + 1 == n, damage, &chance,
                  state->images);
        }
    }
    free(is_synced);
    return state;
}

void recording_state_free(disk_state *state)
{
    for (int i = 0; i < RECORDED_FILES; i++) {
        free(state->images[i].bytes);
    }
    free(state);
}

uint64_t recording_state_hash(const disk_state *state)
{
    uint64_t hash = 14695981039346656037U; /* FNV-1a, eight bytes at a time */
    for (int i = 0; i < RECORDED_FILES; i++) {
        const image *of = &state->images[i];
        const uint64_t head = of->is_there ? of->size + 1 : 0;
        hash = (hash ^ head) * 1099511628211U;
        for (size_t at = 0; of->is_there && at < of->size; at += sizeof hash) {
            uint64_t word = 0;
            const size_t rest = of->size - at;
            memcpy(&word, of->bytes + at, rest < sizeof word ? rest : sizeof word);
            hash = (hash ^ word) * 1099511628211U;
            hash ^= hash >> 29;
        }
    }
    return hash;
}

bool recording_state_write(const disk_state *state, const char *folder)
{
    bool is_written = true;
    for (int i = 0; i < state->tape->n_files; i++) {
        is_written =
            write_image(folder, state->tape->names[i], &state->images[i]) && is_written;
    }
    return is_written;
}
