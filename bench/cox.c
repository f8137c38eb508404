/* cox.c - times Cox's regression alone, on rows made up here.
 *
 * Prints a line each: name, milliseconds of processor time (the quietest of a few runs),
 * goal; a missed goal is said.  Exit 1 where one cannot be measured.
 */
#include "line.h"

#include <casebook/cox.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { N_ROWS = 1000000, P_MAX = 20, N_RUNS = 3 };

typedef struct workload {
    double *time, *months, *entry;
    bool *is_event;
    uint32_t *stratum;
    double *x[P_MAX];
} workload;

/* Uniform in (0, 1): a linear congruential generator, Knuth's MMIX constants. */
static double uniform(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return ((double)(*state >> 11) + 0.5) / 9007199254740992.0; /* 2^53 */
}

static bool workload_make(workload *work)
{
    bool is_made = true;
    double **const columns[] = {&work->time, &work->months, &work->entry};
    for (size_t k = 0; k < 3; k++) {
        *columns[k] = malloc(N_ROWS * sizeof(double));
        is_made = is_made && *columns[k] != NULL;
    }
    for (size_t j = 0; j < P_MAX; j++) {
        work->x[j] = malloc(N_ROWS * sizeof(double));
        is_made = is_made && work->x[j] != NULL;
    }
    work->is_event = malloc(N_ROWS * sizeof *work->is_event);
    work->stratum = malloc(N_ROWS * sizeof *work->stratum);
    uint64_t state = 1;
    for (size_t i = 0; is_made && work->is_event && work->stratum && i < N_ROWS; i++) {
        for (size_t j = 0; j < P_MAX; j++) {
            work->x[j][i] = uniform(&state) + uniform(&state) - 1.0;
        }
        const double hazard = exp(0.5 * work->x[0][i] - 0.4 * work->x[1][i]) / 40.0;
        work->time[i] = fmin(-log(uniform(&state)) / hazard, 120.0 * uniform(&state));
        work->months[i] = ceil(work->time[i]);
        work->entry[i] = work->time[i] * 0.5 * uniform(&state);
        work->is_event[i] = uniform(&state) < 0.6;
        work->stratum[i] = (uint32_t)(10.0 * uniform(&state));
    }
    return is_made && work->is_event != NULL && work->stratum != NULL;
}

static void workload_free(workload *work)
{
    free(work->time);
    free(work->months);
    free(work->entry);
    free(work->is_event);
    free(work->stratum);
    for (size_t j = 0; j < P_MAX; j++) {
        free(work->x[j]);
    }
}

typedef struct measure {
    const char *name;
    size_t p;
    bool is_months, is_late, is_stratified, wants_concordance, wants_proportional;
    double goal_ms;
} measure;

static const measure measures[] = {
    {"Cox, 1 covariate, a million rows", 1, false, false, false, false, false, 60.0},
    {"Cox, 5 covariates", 5, false, false, false, false, false, 90.0},
    {"Cox, 5 covariates, months", 5, true, false, false, false, false, 90.0},
    {"Cox, 20 covariates", 20, false, false, false, false, false, 260.0},
    {"Cox, 5 covariates, late entry", 5, false, true, false, false, false, 180.0},
    {"Cox, 5 covariates, 10 strata", 5, false, false, true, false, false, 100.0},
    {"Cox, 5, with proportional hazards", 5, false, false, false, false, true, 130.0},
    {"Cox, 5, with concordance", 5, false, false, false, true, false, 190.0},
};

static double milliseconds_of(const measure *what, const workload *work)
{
    const cbk_followup followup = {.n = N_ROWS,
                                   .time = what->is_months ? work->months : work->time,
                                   .is_event = work->is_event,
                                   .entry = what->is_late ? work->entry : NULL};
    const double *x[P_MAX];
    for (size_t j = 0; j < P_MAX; j++) {
        x[j] = work->x[j];
    }
    const cbk_cox_rows rows = {.followup = &followup,
                               .n_covariates = what->p,
                               .covariate = x,
                               .stratum = what->is_stratified ? work->stratum : NULL,
                               .n_strata = what->is_stratified ? 10 : 1};
    const cbk_cox_request request = {.level = 0.95,
                                     .wants_concordance = what->wants_concordance,
                                     .wants_proportional = what->wants_proportional};
    double least = -1.0;
    for (int run = 0; run < N_RUNS; run++) {
        const cbk_cox *fit = NULL;
        cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
        const clock_t start = clock();
        const bool is_done =
            arena != NULL && cbk_cox_fit(&rows, &request, arena, &fit, NULL) == CBK_OK;
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
