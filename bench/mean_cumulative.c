/* mean_cumulative.c - times the mean cumulative function alone, on rows made up here.
 *
 * Prints a line each: name, milliseconds of processor time (the quietest of a few runs),
 * goal; a missed goal is said.  Exit 1 where one cannot be measured.
 */
#include "line.h"

#include <casebook/mean_cumulative.h>

#include <math.h>
#include <stdlib.h>
#include <time.h>

enum { N_ROWS = 100000, ROWS_OF_ONE = 5, N_RUNS = 3 };

typedef struct workload {
    double *entry, *time;
    bool *is_event;
    uint32_t *subject, *group;
} workload;

/* Uniform in (0, 1): a linear congruential generator, Knuth's MMIX constants. */
static double uniform(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return ((double)(*state >> 11) + 0.5) / 9007199254740992.0; /* 2^53 */
}

static bool workload_make(workload *work)
{
    work->entry = malloc(N_ROWS * sizeof *work->entry);
    work->time = malloc(N_ROWS * sizeof *work->time);
    work->is_event = malloc(N_ROWS * sizeof *work->is_event);
    work->subject = malloc(N_ROWS * sizeof *work->subject);
    work->group = malloc(N_ROWS * sizeof *work->group);
    const bool is_made = work->entry != NULL && work->time != NULL &&
                         work->is_event != NULL && work->subject != NULL &&
                         work->group != NULL;
    uint64_t state = 1;
    for (size_t i = 0; is_made && i < N_ROWS; i++) {
        const bool is_first = i % ROWS_OF_ONE == 0;
        work->entry[i] = is_first ? 0.0 : work->time[i - 1];
        work->time[i] = work->entry[i] - 12.0 * log(uniform(&state));
        work->is_event[i] = i % ROWS_OF_ONE < ROWS_OF_ONE - 1;
        work->subject[i] = (uint32_t)(i / ROWS_OF_ONE);
        work->group[i] = work->subject[i] % 2;
    }
    return is_made;
}

static void workload_free(workload *work)
{
    free(work->entry);
    free(work->time);
    free(work->is_event);
    free(work->subject);
    free(work->group);
}

static double milliseconds_of(const workload *work, bool is_compared)
{
    const cbk_followup followup = {.n = N_ROWS,
                                   .time = work->time,
                                   .is_event = work->is_event,
                                   .entry = work->entry};
    const cbk_mcf_rows rows = {.followup = &followup,
                               .subject = work->subject,
                               .n_subjects = N_ROWS / ROWS_OF_ONE,
                               .group = is_compared ? work->group : NULL,
                               .n_groups = 2};
    const cbk_mcf_request request = {.interval = CBK_INTERVAL_LOG, .level = 0.95};
    double least = -1.0;
    for (int run = 0; run < N_RUNS; run++) {
        const cbk_mcf_analysis *fit = NULL;
        cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
        const clock_t start = clock();
        const bool is_done =
            arena != NULL && cbk_mcf_fit(&rows, &request, arena, &fit, NULL) == CBK_OK;
        const double taken = 1e3 * (double)(clock() - start) / (double)CLOCKS_PER_SEC;
        cbk_arena_destroy(arena);
        if (!is_done) {
            return -1.0;
        }
        least = run == 0 ? taken : fmin(least, taken);
    }
    return least;
}

int main(void)
{
    static const struct {
        const char *name;
        bool is_compared;
        double goal_ms;
    } measures[] = {
        {"Mean cumulative function, 100,000 rows", false, 10.0},
        {"Mean cumulative function, two groups, test", true, 20.0},
    };
    workload work = {0};
    const bool is_made = workload_make(&work);
    bool is_good = is_made;
    bench_print_header();
    for (size_t i = 0; is_made && i < sizeof measures / sizeof *measures; i++) {
        const double taken = milliseconds_of(&work, measures[i].is_compared);
        is_good =
            bench_print_line(measures[i].name, taken, measures[i].goal_ms) && is_good;
    }
    workload_free(&work);
    return is_good ? 0 : 1;
}
