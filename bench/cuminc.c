/* cuminc.c - times cumulative incidences and Gray's test alone, on rows made up here.
 *
 * Prints a line each: name, milliseconds of processor time (the quietest of a few runs),
 * goal.  A missed goal is said; exit 1 where one cannot be measured.
 */
#include "line.h"
#include "series.h"

#include <casebook/cumulative_incidence.h>

#include <stdlib.h>
#include <time.h>

enum { N_ROWS = 1000000, N_RUNS = 7 };

typedef struct workload {
    double *years;  /* no ties to speak of */
    double *months; /* whole: about 120 distinct times */
    bool *is_event; /* of any kind */
    uint8_t *cause; /* of two kinds */
    uint32_t *group;
} workload;

static bool workload_make(workload *work)
{
    work->years = malloc(N_ROWS * sizeof *work->years);
    work->months = malloc(N_ROWS * sizeof *work->months);
    work->is_event = malloc(N_ROWS * sizeof *work->is_event);
    work->cause = malloc(N_ROWS * sizeof *work->cause);
    work->group = malloc(N_ROWS * sizeof *work->group);
    if (work->years == NULL || work->months == NULL || work->is_event == NULL ||
        work->cause == NULL || work->group == NULL) {
        return false;
    }
    for (size_t i = 0; i < N_ROWS; i++) {
        const series_row row = series_at(i);
        const bool is_other = !row.is_event && series_uniform(i, 7) < 0.4;
        work->years[i] = row.years;
        work->months[i] = row.months;
        work->cause[i] = row.is_event ? 1 : is_other ? 2 : 0;
        work->is_event[i] = work->cause[i] > 0;
        work->group[i] = (uint32_t)row.group;
    }
    return true;
}

static void workload_free(workload *work)
{
    free(work->years);
    free(work->months);
    free(work->is_event);
    free(work->cause);
    free(work->group);
}

typedef struct measure {
    const char *name;
    bool is_months;
    bool is_test;
    cbk_incidence_variance variance;
    double goal_ms;
} measure;

static const measure measures[] = {
    {"incidence, a million continuous times", false, false, CBK_INCIDENCE_JACKKNIFE,
     20.0},
    {"incidence, Aalen's variance", false, false, CBK_INCIDENCE_AALEN, 20.0},
    {"incidence, a million rows of months", true, false, CBK_INCIDENCE_JACKKNIFE, 2.0},
    {"Gray's tests, a million continuous times", false, true, CBK_INCIDENCE_JACKKNIFE,
     30.0},
    {"Gray's tests, a million rows of months", true, true, CBK_INCIDENCE_JACKKNIFE, 4.0},
};

static cbk_status estimate(const measure *what, const workload *work,
                           const cbk_followup *followup, cbk_arena *arena)
{
    const cbk_cause_rows rows = {
        .followup = followup, .cause = work->cause, .n_causes = 2};
    const cbk_cuminc_request request = {
        .variance = what->variance, .interval = CBK_INTERVAL_LOG_LOG, .level = 0.95};
    const cbk_cause_table *table = NULL;
    const cbk_cuminc *fit = NULL;
    CBK_TRY(cbk_cause_table_build(&rows, true, arena, &table, NULL));
    return cbk_cuminc_fit(table, &request, arena, &fit, NULL);
}

static cbk_status run_once(const measure *what, const workload *work, cbk_arena *arena)
{
    const cbk_followup followup = {.n = N_ROWS,
                                   .time = what->is_months ? work->months : work->years,
                                   .is_event = work->is_event};
    const cbk_gray_rows rows = {.followup = &followup,
                                .cause = work->cause,
                                .n_causes = 2,
                                .group = work->group,
                                .n_groups = 2};
    cbk_gray_test tests[2];
    return what->is_test ? cbk_gray_fit(&rows, arena, tests, NULL)
                         : estimate(what, work, &followup, arena);
}

/* Milliseconds of the quietest run, or a negative number when one failed. */
static double milliseconds_of(const measure *what, const workload *work)
{
    double least = -1.0;
    for (int run = 0; run < N_RUNS; run++) {
        cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
        if (arena == NULL) {
            return -1.0;
        }
        const clock_t start = clock();
        const cbk_status status = run_once(what, work, arena);
        const double taken = 1e3 * (double)(clock() - start) / (double)CLOCKS_PER_SEC;
        cbk_arena_destroy(arena);
        if (status != CBK_OK) {
            return -1.0;
        }
        least = run == 0 ? taken : fmin(least, taken);
    }
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
