/* casebook_file.c - times the casebook file: edits that are on the disk when they return,
 * a file of a million changes verified, edited and checked by the program of its own.
 *
 *   bench_casebook_file FOLDER CASEBOOK-VERIFY     FOLDER: on the disk that is meant
 *
 * Prints a line each: name, time, goal.  An edit waits for the disk, so its time is that
 * of the clock, the median of many; else it is processor time.  A missed goal is said;
 * exit 1 where one cannot be measured.
 */
#include "registry/casebook.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    FIELDS = 9, /* a record is 10 changes: itself and its cells */
    RECORDS = 100000,
    AT_ONCE = 10000,
    EDITS = 300,
    PATH_SIZE = 4096
};

static const char *const field_names[FIELDS] = {"a", "b", "c", "d", "e",
                                                "f", "g", "h", "i"};

static double seconds(clockid_t clock)
{
    struct timespec now;
    return clock_gettime(clock, &now) == 0
               ? (double)now.tv_sec + 1e-9 * (double)now.tv_nsec
               : 0.0;
}

static bool print_line(const char *name, const char *of, double taken_ms, double goal_ms)
{
    char goal[32] = "";
    if (goal_ms > 0.0) {
        (void)snprintf(goal, sizeof goal, "%.4g%s", goal_ms,
                       taken_ms > goal_ms ? ": missed" : "");
    }
    printf("%-42s %10.3f   %s%s%s\n", name, taken_ms, goal, goal[0] != '\0' ? ", " : "",
           of);
    return taken_ms >= 0.0;
}

static cbk_file_cell text(const char *value)
{
    return (cbk_file_cell){.value = {.kind = CBK_VALUE_TEXT, .text = value}};
}

static cbk_file_cell number(double value)
{
    return (cbk_file_cell){.value = {.kind = CBK_VALUE_NUMBER, .number = value}};
}

/* ---- the file ------------------------------------------------------------------------
 */

static bool commit(cbk_casebook *casebook, const char *action, const cbk_change *changes,
                   size_t n)
{
    const cbk_deed deed = {.action = action, .reason = "to be timed"};
    cbk_error err;
    const bool is_done = cbk_casebook_commit(casebook, &deed, changes, n, &err) == CBK_OK;
    if (!is_done) {
        (void)fprintf(stderr, "bench: %s\n", err.message);
    }
    return is_done;
}

/* A form with FIELDS fields of whole numbers. */
static bool make_form(cbk_casebook *casebook)
{
    static const char *const of_form[] = {"form", "key_column", "repeats", "retired"};
    static const char *const of_field[] = {"form", "field", "storage", "retired"};
    const cbk_file_cell form[] = {text("patient"), text("id"), number(0), number(0)};
    cbk_file_cell fields[FIELDS][4];
    char ids[FIELDS][4];
    cbk_change changes[FIELDS + 1] = {{.kind = CBK_CHANGE_CREATE,
                                       .table = CBK_TABLE_FORM,
                                       .record = "1",
                                       .n_fields = 4,
                                       .fields = of_form,
                                       .cells = form}};
    for (size_t i = 0; i < FIELDS; i++) {
        const cbk_file_cell cells[] = {text("patient"), text(field_names[i]),
                                       text("INTEGER"), number(0)};
        memcpy(fields[i], cells, sizeof cells);
        (void)snprintf(ids[i], sizeof ids[i], "%zu", i + 1);
        changes[i + 1] = (cbk_change){.kind = CBK_CHANGE_CREATE,
                                      .table = CBK_TABLE_FIELD,
                                      .record = ids[i],
                                      .n_fields = 4,
                                      .fields = of_field,
                                      .cells = fields[i]};
    }
    return commit(casebook, "new", changes, FIELDS + 1);
}

/* Records from the first-th on. */
static bool import(cbk_casebook *casebook, size_t first)
{
    static cbk_change changes[AT_ONCE];
    static cbk_file_cell cells[AT_ONCE][FIELDS];
    static char names[AT_ONCE][16];
    for (size_t i = 0; i < AT_ONCE; i++) {
        for (size_t j = 0; j < FIELDS; j++) {
            cells[i][j] = number((double)((first + i) * (j + 1) % 997));
        }
        (void)snprintf(names[i], sizeof names[i], "P%zu", first + i);
        changes[i] = (cbk_change){.kind = CBK_CHANGE_CREATE,
                                  .table = "patient",
                                  .record = names[i],
                                  .n_fields = FIELDS,
                                  .fields = field_names,
                                  .cells = cells[i]};
    }
    return commit(casebook, "import", changes, AT_ONCE);
}

static bool edit(cbk_casebook *casebook, size_t which)
{
    const cbk_file_cell cell = number(1000.0 + (double)which);
    const cbk_change change = {.kind = CBK_CHANGE_UPDATE,
                               .table = "patient",
                               .record = "P7",
                               .n_fields = 1,
                               .fields = field_names,
                               .cells = &cell};
    return commit(casebook, "edit", &change, 1);
}

static cbk_casebook *open_file(const char *path, cbk_casebook_mode mode)
{
    cbk_casebook *casebook = NULL;
    cbk_error err;
    if (cbk_casebook_open(path, mode, &casebook, &err) != CBK_OK) {
        (void)fprintf(stderr, "bench: %s\n", err.message);
    }
    return casebook;
}

static bool make_file(const char *path, size_t n_records)
{
    cbk_casebook *casebook = open_file(path, CBK_CASEBOOK_CREATE);
    bool is_made = casebook != NULL && make_form(casebook);
    for (size_t i = 0; is_made && i < n_records; i += AT_ONCE) {
        is_made = import(casebook, i);
    }
    cbk_casebook_close(casebook);
    return is_made;
}

/* ---- times ---------------------------------------------------------------------------
 */

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Edits one after the other in one process, with an anchor each. */
static bool time_edits(const char *path, const char *folder)
{
    double taken[EDITS];
    char rate[64];
    cbk_error err;
    cbk_casebook *casebook = open_file(path, CBK_CASEBOOK_WRITE);
    bool is_fine =
        casebook != NULL && cbk_casebook_keep_anchors(casebook, folder, &err) == CBK_OK;
    const double start = seconds(CLOCK_MONOTONIC);
    for (size_t i = 0; is_fine && i < EDITS; i++) {
        const double before = seconds(CLOCK_MONOTONIC);
        is_fine = edit(casebook, i);
        taken[i] = seconds(CLOCK_MONOTONIC) - before;
    }
    const double all = seconds(CLOCK_MONOTONIC) - start;
    cbk_casebook_close(casebook);
    if (!is_fine) {
        return false;
    }
    qsort(taken, EDITS, sizeof *taken, by_size);
    (void)snprintf(rate, sizeof rate, "%.0f a second", EDITS / all);
    return print_line("durable edit, by the clock", rate, 1e3 * taken[EDITS / 2],
                      1e3 / 150);
}

/* Processor time of opening the file, one edit and closing it. */
static bool time_one_edit(const char *path)
{
    enum { RUNS = 5 };
    double least = 1e9;
    for (size_t i = 0; i < RUNS; i++) {
        const double before = seconds(CLOCK_PROCESS_CPUTIME_ID);
        cbk_casebook *casebook = open_file(path, CBK_CASEBOOK_WRITE);
        const bool is_done = casebook != NULL && edit(casebook, EDITS + i);
        cbk_casebook_close(casebook);
        const double taken = seconds(CLOCK_PROCESS_CPUTIME_ID) - before;
        least = taken < least ? taken : least;
        if (!is_done) {
            return false;
        }
    }
    return print_line("one edit of a million changes", "", 1e3 * least, 0.0);
}

static bool time_verify(const char *path)
{
    cbk_verification found;
    cbk_error err;
    char of[64];
    const double before = seconds(CLOCK_PROCESS_CPUTIME_ID);
    cbk_casebook *casebook = open_file(path, CBK_CASEBOOK_READ);
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    const bool is_whole =
        casebook != NULL && arena != NULL &&
        cbk_casebook_verify(casebook, NULL, arena, &found, &err) == CBK_OK &&
        found.n_broken == 0;
    cbk_arena_destroy(arena);
    cbk_casebook_close(casebook);
    const double taken = seconds(CLOCK_PROCESS_CPUTIME_ID) - before;
    if (!is_whole) {
        (void)fprintf(stderr, "bench: the file is not whole\n");
        return false;
    }
    (void)snprintf(of, sizeof of, "%lld changes", (long long)found.head.n_changes);
    return print_line("verify, a million changes", of, 1e3 * taken, 5000.0);
}

/* The same by the program that shares no code with the writer. */
static bool time_stand_alone(const char *program, const char *path)
{
    extern char **environ;
    char words[2][PATH_SIZE];
    char *argv[] = {words[0], words[1], NULL};
    struct rusage used;
    pid_t child = 0;
    int status = 0;
    (void)snprintf(words[0], PATH_SIZE, "%s", program);
    (void)snprintf(words[1], PATH_SIZE, "%s", path);
    posix_spawn_file_actions_t actions;
    if (posix_spawn_file_actions_init(&actions) != 0 ||
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY,
                                         0) != 0 ||
        posix_spawn(&child, program, &actions, NULL, argv, environ) != 0 ||
        waitpid(child, &status, 0) != child || status != 0 ||
        getrusage(RUSAGE_CHILDREN, &used) != 0) {
        return false;
    }
    const double taken = 1e3 * (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                         1e-3 * (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
    return print_line("casebook-verify, a million changes", "", taken, 5000.0);
}

int main(int argc, char **argv)
{
    char small[PATH_SIZE];
    char large[PATH_SIZE];
    if (argc != 3) {
        (void)fprintf(stderr, "usage: bench_casebook_file FOLDER CASEBOOK-VERIFY\n");
        return 2;
    }
    (void)snprintf(small, sizeof small, "%s/small.casebook", argv[1]);
    (void)snprintf(large, sizeof large, "%s/large.casebook", argv[1]);
    (void)unlink(small);
    (void)unlink(large);
    printf("%-42s %10s   goal\n", "casebook file", "ms");
    const bool is_good = make_file(small, AT_ONCE) && time_edits(small, argv[1]) &&
                         make_file(large, RECORDS) && time_verify(large) &&
                         time_stand_alone(argv[2], large) && time_one_edit(large);
    (void)unlink(small);
    (void)unlink(large);
    return is_good ? 0 : 1;
}
