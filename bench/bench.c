/* bench.c - runs commands of the program many times and compares time and memory with the
 * goals.
 *
 *   bench CASEBOOK STUDY FOLDER    a missed goal is said; exit 1 where a command
 *                                  fails; data and reports go
 *                                  into FOLDER, where
 *                                  large_study.py has written `large`
 *
 * Processor time is that of the quietest run, memory that of the largest; both include
 * the start of the program.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ARGUMENTS_MAX = 12, PATH_BYTES = 4096 };

/* A goal of 0: none, the figure is there to be watched. */
typedef struct measure {
    const char *name;
    const char *arguments[ARGUMENTS_MAX]; /* "@study", "@large", "@six", "@many" and
                                             "@out" are replaced by paths */
    int n_runs;
    double goal_ms;
    double goal_mib;
} measure;

#define ALL_FORMATS "html,pdf,docx,xlsx,latex,md"

static const measure measures[] = {
    {"report of the worked example", {"report", "@study", "-o", "@out"}, 20, 150, 64},
    {"the same in all formats",
     {"report", "@study", "-o", "@out", "--format", ALL_FORMATS},
     10,
     1000,
     96},
    {"report of 2,000 patients",
     {"report", "@large", "-o", "@out", "--format", ALL_FORMATS},
     3,
     5000,
     256},
    {"audit of the worked example", {"audit", "@study"}, 20, 150, 64},
    {"km, six rows", {"km", "@six", "--time", "time", "--event", "dead"}, 100, 5, 0},
    {"km, a million rows, JSON",
     {"km", "@many", "--time", "time", "--event", "dead", "--format", "json"},
     3,
     0,
     0},
};
static const size_t n_measures = sizeof measures / sizeof measures[0];

typedef struct paths {
    const char *study;
    char large[PATH_BYTES];
    char six[PATH_BYTES];
    char many[PATH_BYTES];
    char out[PATH_BYTES];
} paths;

static const char *path_of(const paths *where, const char *argument)
{
    if (strcmp(argument, "@study") == 0) {
        return where->study;
    }
    if (strcmp(argument, "@large") == 0) {
        return where->large;
    }
    if (strcmp(argument, "@six") == 0) {
        return where->six;
    }
    if (strcmp(argument, "@many") == 0) {
        return where->many;
    }
    return strcmp(argument, "@out") == 0 ? where->out : argument;
}

/* Runs the program once with its output thrown away; false where it fails to do its work
 * (a finding, exit 1, is work done). */
static bool run_once(char *const *argv, double *cpu_ms, double *mib)
{
    extern char **environ;
    posix_spawn_file_actions_t actions;
    pid_t child = 0;
    if (posix_spawn_file_actions_init(&actions) != 0) {
        return false;
    }
    const bool is_started =
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY,
                                         0) == 0 &&
        posix_spawn(&child, argv[0], &actions, NULL, argv, environ) == 0;
    (void)posix_spawn_file_actions_destroy(&actions);
    int status = 0;
    struct rusage used;
    if (!is_started || wait4(child, &status, 0, &used) != child) {
        return false;
    }
    *cpu_ms = 1e3 * (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
              1e-3 * (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
    *mib = (double)used.ru_maxrss / 1024;
    return WIFEXITED(status) && WEXITSTATUS(status) <= 1;
}

/* Prints a line of the table; false where the command failed. */
static bool run_measure(const char *program, const measure *what, const paths *where)
{
    char text[ARGUMENTS_MAX + 2][PATH_BYTES];
    char *argv[ARGUMENTS_MAX + 2] = {NULL};
    size_t n = 0;
    (void)snprintf(text[n], PATH_BYTES, "%s", program);
    argv[n] = text[n];
    for (size_t i = 0; i < ARGUMENTS_MAX && what->arguments[i] != NULL; i++) {
        n++;
        (void)snprintf(text[n], PATH_BYTES, "%s", path_of(where, what->arguments[i]));
        argv[n] = text[n];
    }
    double least_ms = HUGE_VAL, most_mib = 0;
    for (int i = 0; i < what->n_runs; i++) {
        double cpu_ms = 0, mib = 0;
        if (!run_once(argv, &cpu_ms, &mib)) {
            printf("%-30s failed\n", what->name);
            return false;
        }
        least_ms = fmin(least_ms, cpu_ms);
        most_mib = fmax(most_mib, mib);
    }
    const bool is_slow = what->goal_ms > 0 && least_ms > what->goal_ms;
    const bool is_large = what->goal_mib > 0 && most_mib > what->goal_mib;
    char goal[64] = "";
    if (what->goal_mib > 0) {
        (void)snprintf(goal, sizeof goal, "%g ms, %g MiB", what->goal_ms, what->goal_mib);
    } else if (what->goal_ms > 0) {
        (void)snprintf(goal, sizeof goal, "%g ms", what->goal_ms);
    }
    printf("%-30s %10.1f %10.1f   %s%s\n", what->name, least_ms, most_mib, goal,
           is_slow || is_large ? ": missed" : "");
    return true;
}

/* A data file of n_rows patients: a quarter censored, times of months and a fraction.
 * The numbers come from a linear congruential generator, Knuth's MMIX constants. */
static bool write_data(const char *path, size_t n_rows)
{
    FILE *out = fopen(path, "w");
    if (out == NULL) {
        return false;
    }
    uint64_t state = 1;
    (void)fputs("time,dead\n", out);
    for (size_t i = 0; i < n_rows; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        const double uniform =
            ((double)(state >> 11) + 0.5) / 9007199254740992.0; /* 2^53 */
        (void)fprintf(out, "%.3f,%d\n", -60 * log(uniform), state >> 32 & 3 ? 1 : 0);
    }
    const bool is_written = ferror(out) == 0;
    return fclose(out) == 0 && is_written;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        (void)fprintf(stderr, "usage: bench CASEBOOK STUDY FOLDER\n");
        return 2;
    }
    paths where = {.study = argv[2]};
    (void)snprintf(where.large, PATH_BYTES, "%s/large", argv[3]);
    (void)snprintf(where.six, PATH_BYTES, "%s/six.csv", argv[3]);
    (void)snprintf(where.many, PATH_BYTES, "%s/many.csv", argv[3]);
    (void)snprintf(where.out, PATH_BYTES, "%s/report", argv[3]);
    if (!write_data(where.six, 6) || !write_data(where.many, 1000000)) {
        (void)fprintf(stderr, "bench: cannot write in %s: %s\n", argv[3],
                      strerror(errno));
        return 4;
    }
    bool is_good = true;
    printf("%-30s %10s %10s   goal\n", "", "CPU, ms", "peak, MiB");
    for (size_t i = 0; i < n_measures; i++) {
        is_good = run_measure(argv[1], &measures[i], &where) && is_good;
    }
    return is_good ? 0 : 1;
}
