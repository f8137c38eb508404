/* faults.c - operations of the system that fail when they are told to.  Contract:
 * faults.h.
 *
 * The functions here stand before those of the C library, in the program and in the
 * libraries it has loaded.  Under AddressSanitizer, which does that itself, the linker
 * (--wrap) and SQLite's configuration bring in those of memory.
 */
#define _GNU_SOURCE /* RTLD_NEXT, open64() */

#include "faults.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
#define IS_SANITIZED /* by gcc */
#elif defined __has_feature
#if __has_feature(address_sanitizer)
#define IS_SANITIZED /* by clang */
#endif
#endif

static fault_kind kind_now;
static size_t n_operations;
static size_t fail_at;
static bool is_for_ever_now;
static long n_live;
static unsigned char *path_marks; /* NULL: paths are not looked at */
static size_t n_path_marks;

void faults_begin(fault_kind kind, size_t at, bool is_for_ever)
{
    n_operations = 0;
    fail_at = at;
    is_for_ever_now = is_for_ever;
    kind_now = kind;
}

size_t faults_end(void)
{
    kind_now = FAULT_NONE;
    path_marks = NULL;
    return n_operations;
}

long faults_live_blocks(void)
{
    return n_live;
}

/* ---- walking -------------------------------------------------------------------------
 */

static faults_walker walker; /* marks NULL: nobody walks */
static faults_point here;

void faults_walk(const faults_walker *wanted)
{
    walker = *wanted;
    here = (faults_point){.is_fork = false};
    faults_begin(walker.kind, 0, false);
}

const faults_point *faults_here(void)
{
    return &here;
}

/* A fork shares the position in a file with those from which it came: not in what it
 * reads from now on. */
static void reopen(int fd)
{
    struct stat status;
    char path[32];
    const off_t at = lseek(fd, 0, SEEK_CUR);
    if (at <= 0 || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        return;
    }
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    const int own = open(path, O_RDONLY);
    if (own < 0 || lseek(own, at, SEEK_SET) != at || dup2(own, fd) != fd ||
        close(own) != 0) {
        abort();
    }
}

/* True in the fork. */
static bool fork_here(bool is_for_ever)
{
    enum { FILES_MAX = 64 };
    int status = 0;
    const pid_t child = fork();
    here = (faults_point){
        .is_fork = child == 0, .at = n_operations, .is_for_ever = is_for_ever};
    if (child != 0) {
        while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
        }
        if (child < 0 || status != 0) {
            walker.when_died(child < 0 ? -1 : status);
        }
        return false;
    }
    for (int fd = STDERR_FILENO + 1; fd < FILES_MAX; fd++) {
        reopen(fd);
    }
    /* What it says is its own. */
    return ftruncate(STDERR_FILENO, 0) == 0 && lseek(STDERR_FILENO, 0, SEEK_SET) == 0;
}

/* Whether this is a fork that was made for this operation. */
static bool is_forked_here(void)
{
    if (walker.marks == NULL || here.is_fork || n_operations >= walker.n_marks ||
        walker.marks[n_operations] == 0) {
        return false;
    }
    const fault_kind kind = kind_now;
    kind_now = FAULT_NONE;
    const bool is_fork = fork_here(false) || fork_here(true);
    kind_now = kind;
    if (is_fork) {
        fail_at = n_operations;
        is_for_ever_now = here.is_for_ever;
    }
    return is_fork;
}

/* Before a file is changed. */
static void changes(void)
{
    if (walker.marks != NULL && kind_now != FAULT_NONE) {
        kind_now = FAULT_NONE;
        walker.at_change();
    }
}

/* ---- paths ---------------------------------------------------------------------------
 */

/* A path that was taken, by the addresses to which its calls return. */
typedef struct taken_path {
    uint64_t hash; /* 0: none */
    unsigned n_times;
} taken_path;

static uint64_t hash_path(void)
{
    enum { DEPTH_MAX = 64 };
    void *calls[DEPTH_MAX];
    uint64_t hash = 14695981039346656037U;
    const int depth = backtrace(calls, DEPTH_MAX);
    for (int i = 0; i < depth; i++) {
        hash = (hash ^ (uint64_t)(uintptr_t)calls[i]) * 1099511628211U;
    }
    return hash | 1;
}

void faults_mark_paths(unsigned char *marks, size_t n)
{
    (void)hash_path(); /* the first asks for memory itself */
    path_marks = marks;
    n_path_marks = n;
}

static void mark_path(void)
{
    enum { PATHS_MAX = 1 << 16 };
    static taken_path paths[PATHS_MAX];
    const fault_kind kind = kind_now;
    kind_now = FAULT_NONE;
    const uint64_t hash = hash_path();
    size_t at = (size_t)(hash >> 20) % PATHS_MAX;
    while (paths[at].hash != 0 && paths[at].hash != hash) {
        at = (at + 1) % PATHS_MAX;
    }
    paths[at].hash = hash;
    if (n_operations < n_path_marks && paths[at].n_times++ < FAULTS_PATH_TIMES) {
        path_marks[n_operations] = 1;
    }
    kind_now = kind;
}

static bool is_hit(void)
{
    n_operations++;
    if (path_marks != NULL) {
        mark_path();
    }
    if (is_forked_here()) {
        return true;
    }
    return fail_at != 0 &&
           (is_for_ever_now ? n_operations >= fail_at : n_operations == fail_at);
}

/* ---- memory --------------------------------------------------------------------------
 */

static bool is_memory_out(void)
{
    return kind_now == FAULT_MEMORY && is_hit();
}

#ifdef IS_SANITIZED

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *block, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *block, size_t size);
char *__wrap_strdup(const char *text);

void *__wrap_malloc(size_t size)
{
    return is_memory_out() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return is_memory_out() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *block, size_t size)
{
    return is_memory_out() ? NULL : __real_realloc(block, size);
}

char *__wrap_strdup(const char *text)
{
    return is_memory_out() ? NULL : __real_strdup(text);
}

static sqlite3_mem_methods of_sqlite;

static void *sqlite_malloc(int size)
{
    return is_memory_out() ? NULL : of_sqlite.xMalloc(size);
}

static void *sqlite_realloc(void *block, int size)
{
    return is_memory_out() ? NULL : of_sqlite.xRealloc(block, size);
}

__attribute__((constructor)) static void take_sqlite_s(void)
{
    if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &of_sqlite) == SQLITE_OK) {
        sqlite3_mem_methods ours = of_sqlite;
        ours.xMalloc = sqlite_malloc;
        ours.xRealloc = sqlite_realloc;
        (void)sqlite3_config(SQLITE_CONFIG_MALLOC, &ours);
    }
}

#else

/* The C library's own, under the names by which it offers them to such as us. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *block, size_t size);
void __libc_free(void *block);

static void *counted(void *block)
{
    n_live += block != NULL;
    return block;
}

static void *out_of_memory(void)
{
    errno = ENOMEM;
    return NULL;
}

void *malloc(size_t size)
{
    return is_memory_out() ? out_of_memory() : counted(__libc_malloc(size));
}

void *calloc(size_t n, size_t size)
{
    return is_memory_out() ? out_of_memory() : counted(__libc_calloc(n, size));
}

void *realloc(void *block, size_t size)
{
    if (is_memory_out()) {
        return out_of_memory();
    }
    void *larger = __libc_realloc(block, size);
    n_live += (block == NULL && larger != NULL) - (block != NULL && size == 0);
    return larger;
}

void free(void *block)
{
    n_live -= block != NULL;
    __libc_free(block);
}

#endif

/* ---- files ---------------------------------------------------------------------------
 */

/* The function that ours stands before. */
#define REAL(name)                                                                       \
    static __typeof__(&(name)) real;                                                     \
    if (real == NULL) {                                                                  \
        void *found = dlsym(RTLD_NEXT, #name);                                           \
        memcpy(&real, &found, sizeof real);                                              \
    }

/* Whether this operation fails; sets errno. */
static bool is_io_hit(bool is_writing)
{
    const bool is_concerned =
        kind_now == FAULT_EIO || (kind_now == FAULT_ENOSPC && is_writing);
    if (!is_concerned || !is_hit()) {
        return false;
    }
    errno = kind_now == FAULT_EIO ? EIO : ENOSPC;
    return true;
}

/* How much of a write is done. */
static size_t shortened(size_t size)
{
    return kind_now == FAULT_SHORT && size > 1 && is_hit() ? size / 2 : size;
}

/* Standard output and error are the tester's. */
static bool is_standard(int fd)
{
    return fd <= STDERR_FILENO;
}

static void changes_file(int fd)
{
    if (!is_standard(fd)) {
        changes();
    }
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    REAL(write)
    changes_file(fd);
    return !is_standard(fd) && is_io_hit(true)
               ? -1
               : real(fd, bytes, is_standard(fd) ? size : shortened(size));
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t offset)
{
    REAL(pwrite64)
    changes_file(fd);
    return is_io_hit(true) ? -1 : real(fd, bytes, shortened(size), offset);
}

ssize_t read(int fd, void *bytes, size_t size)
{
    REAL(read)
    return !is_standard(fd) && is_io_hit(false) ? -1 : real(fd, bytes, size);
}

ssize_t pread64(int fd, void *bytes, size_t size, off64_t offset)
{
    REAL(pread64)
    return is_io_hit(false) ? -1 : real(fd, bytes, size, offset);
}

int ftruncate64(int fd, off64_t size)
{
    REAL(ftruncate64)
    changes_file(fd);
    return is_io_hit(true) ? -1 : real(fd, size);
}

int fsync(int fd)
{
    REAL(fsync)
    return is_io_hit(true) ? -1 : real(fd);
}

int fdatasync(int fd)
{
    REAL(fdatasync)
    return is_io_hit(true) ? -1 : real(fd);
}

int unlink(const char *path)
{
    REAL(unlink)
    changes();
    return is_io_hit(false) ? -1 : real(path);
}

int rename(const char *from, const char *to)
{
    REAL(rename)
    changes();
    return is_io_hit(true) ? -1 : real(from, to);
}

int mkdir(const char *path, mode_t mode)
{
    REAL(mkdir)
    changes();
    return is_io_hit(true) ? -1 : real(path, mode);
}

int open64(const char *path, int flags, ...)
{
    REAL(open64)
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    if ((flags & (O_CREAT | O_TRUNC)) != 0) {
        changes();
    }
    return is_io_hit((flags & O_CREAT) != 0) ? -1 : real(path, flags, mode);
}
