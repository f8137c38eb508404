/* log_rank.c - times comparisons of groups alone, on rows made up here.
 *
 * Prints a line each: name, milliseconds of processor time (the quietest of a few runs),
 * goal.  A missed goal is said; exit 1 where one cannot be measured.
 */
#include "line.h"

#include <casebook/log_rank.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { N_ROWS = 1000000 };

typedef struct workload {
    double *months;     /* whole: about 120 distinct times */
    double *continuous; /* no ties to speak of */
    bool *is_event;
    uint32_t *group;
} workload;

/* Uniform in (0, 1): a linear congruential generator, Knuth's MMIX constants. */
static double uniform(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return ((double)(*state >> 11) + 0.5) / 9007199254740992.0; /* 2^53 */
}

static bool workload_make(workload *work)
{
    work->months = malloc(N_ROWS * sizeof *work->months);
    work->continuous = malloc(N_ROWS * sizeof *work->continuous);
    work->is_event = malloc(N_ROWS * sizeof *work->is_event);
    work->group = malloc(N_ROWS * sizeof *work->group);
    if (work->months == NULL || work->continuous == NULL || work->is_event == NULL ||
        work->group == NULL) {
        return false;
    }
    uint64_t state = 1;
    for (size_t i = 0; i < N_ROWS; i++) {
        const double time = fmin(-40.0 * log(uniform(&state)), 120.0 * uniform(&state));
        work->continuous[i] = time;
        work->months[i] = ceil(time);
        work->is_event[i] = uniform(&state) < 0.6;
        work->group[i] = uniform(&state) < 0.5 ? 1 : 0;
    }
    return true;
}

static void workload_free(workload *work)
{
    free(work->months);
    free(work->continuous);
    free(work->is_event);
    free(work->group);
}

typedef struct measure {
    const char *name;
    size_t n;
    size_t n_second; /* 0: the groups as they are; else so many rows in the second */
    bool is_months;
    uint64_t n_permutations; /* 0: no permutation test */
    double goal_ms;
} measure;

static const measure measures[] = {
    {"log-rank, a million continuous times", N_ROWS, 0, false, 0, 20.0},
    {"log-rank, a million rows of months", N_ROWS, 0, true, 0, 2.0},
    {"permutations, 1000 rows, 1000 drawn", 1000, 500, false, 1000, 1.5},
    {"exact, 24 rows, 12 to a group", 24, 12, false, 1, 0.3},
    {"exact, 30 rows, 7 in one group", 30, 7, false, 1, 0.3},
    {"exact, 40 rows of months, 5 in one group", 40, 5, true, 1, 0.3},
};

static cbk_status run_once(const measure *what, const workload *work, uint32_t *group,
                           cbk_arena *arena)
{
    const cbk_followup followup = {.n = what->n,
                                   .time =
                                       what->is_months ? work->months : work->continuous,
                                   .is_event = work->is_event};
    const cbk_log_rank_rows rows = {.followup = &followup, .group = group, .n_groups = 2};
    const cbk_log_rank_request request = {.wants_exact = what->n_permutations > 0,
                                          .n_permutations = what->n_permutations};
    const cbk_log_rank *fit = NULL;
    return cbk_log_rank_fit(&rows, &request, arena, &fit, NULL);
}

/* Milliseconds of the quietest run, or a negative number when one failed. */
static double milliseconds_of(const measure *what, const workload *work)
{
    const int n_runs = what->n > 100000 ? 7 : 200;
    uint32_t *group = malloc(what->n * sizeof *group);
    double least = -1.0;
    for (size_t i = 0; group != NULL && i < what->n; i++) {
        group[i] =
            what->n_second == 0
                ? work->group[i]
                : (i * what->n_second / what->n != (i + 1) * what->n_second / what->n);
    }
    for (int run = 0; group != NULL && run < n_runs; run++) {
        cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
        if (arena == NULL) {
            break;
        }
        const clock_t start = clock();
        const cbk_status status = run_once(what, work, group, arena);
        const double taken = 1e3 * (double)(clock() - start) / (double)CLOCKS_PER_SEC;
        cbk_arena_destroy(arena);
        if (status != CBK_OK) {
            least = -1.0;
            break;
        }
        least = run == 0 ? taken : fmin(least, taken);
    }
    free(group);
    return least;
}

int main(void)
{
    workload work = {0};
    const bool is_made = workload_make(&work);
    bool is_good = is_made;
    bench_print_header();
    for (size_t i = 0; is_made && i < sizeof measures / sizeof measures[0]; i++) {
        const double taken = milliseconds_of(&measures[i], &work);
        is_good =
            bench_print_line(measures[i].name, taken, measures[i].goal_ms) && is_good;
    }
    workload_free(&work);
    return is_good ? 0 : 1;
}
