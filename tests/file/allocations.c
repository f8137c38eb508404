/* allocations.c - what becomes of a casebook file when an allocation fails, once or from
 * then on, at any moment of any way in which a file is written.
 *
 *   allocations [STEP]     each STEP-th allocation (101 when not given; 1: each)
 *
 * Linked with --wrap for malloc and its kin; SQLite's own are taken from it by its
 * configuration.
 */
#include "check.h"
#include "file/ways.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static size_t n_allocations;
static size_t fail_at; /* 0: none */
static bool is_for_ever;
static size_t step = 101;
static char folder[64];

static bool fails(void)
{
    n_allocations++;
    return fail_at != 0 &&
           (is_for_ever ? n_allocations >= fail_at : n_allocations == fail_at);
}

/* ---- ours
 * ------------------------------------------------------------------------------- */

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
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *block, size_t size)
{
    return fails() ? NULL : __real_realloc(block, size);
}

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}

/* ---- SQLite's
 * --------------------------------------------------------------------------- */

static sqlite3_mem_methods of_sqlite;

static void *sqlite_malloc(int size)
{
    return fails() ? NULL : of_sqlite.xMalloc(size);
}

static void *sqlite_realloc(void *block, int size)
{
    return fails() ? NULL : of_sqlite.xRealloc(block, size);
}

static bool take_sqlite_s(void)
{
    if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &of_sqlite) != SQLITE_OK) {
        return false;
    }
    sqlite3_mem_methods ours = of_sqlite;
    ours.xMalloc = sqlite_malloc;
    ours.xRealloc = sqlite_realloc;
    return sqlite3_config(SQLITE_CONFIG_MALLOC, &ours) == SQLITE_OK;
}

/* ---- tests
 * ------------------------------------------------------------------------------ */

static void acknowledge(way_file which)
{
    (void)which;
}

static void check_one(size_t at, bool *was_reached)
{
    char why[600] = "";
    way_acks acks;
    n_allocations = 0;
    fail_at = at;
    (void)go_all_ways(folder, acknowledge, &acks);
    *was_reached = n_allocations >= at;
    fail_at = 0;
    const bool is_fine = are_sound(folder, &acks, false, why, sizeof why);
    if (!is_fine) {
        printf("# allocation %zu%s: %s\n", at, is_for_ever ? " and all after it" : "",
               why);
    }
    remove_ways(folder);
    CHECK(is_fine);
}

static void check_all(void)
{
    bool was_reached = true;
    size_t n = 0;
    for (size_t at = 1; was_reached && !check_has_failed; at += step) {
        check_one(at, &was_reached);
        n++;
    }
    printf("# %zu of %zu allocations\n", n, n_allocations);
    CHECK(n > 10);
}

static void each_fails_once(void)
{
    is_for_ever = false;
    check_all();
}

static void all_fail_from_then_on(void)
{
    is_for_ever = true;
    check_all();
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"an allocation fails", each_fails_once},
        {"all allocations fail from one on", all_fail_from_then_on},
    };
    if (argc > 1) {
        step = (size_t)strtoull(argv[1], NULL, 10);
    }
    (void)snprintf(folder, sizeof folder, "%s/casebook-memory-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (step == 0 || mkdtemp(folder) == NULL || !take_sqlite_s()) {
        return 1;
    }
    const int code = check_main(tests, sizeof tests / sizeof tests[0]);
    (void)rmdir(folder);
    return code;
}
