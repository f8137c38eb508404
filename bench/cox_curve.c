/* cox_curve.c - times the curve that a Cox regression predicts, beyond the fit, on rows
 * made up here.
 *
 * Prints a line each: name, milliseconds of processor time (the quietest of a few runs),
 * goal; a missed goal is said.  Exit 1 where one cannot be measured.
 */
#include "line.h"

#include <casebook/cox_curve.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { N_ROWS = 1000000, N_COVARIATES = 5, N_RUNS = 5 };

typedef struct workload {
    double *time, *months;
    bool *is_event;
    double *x[N_COVARIATES];
} workload;

/* Uniform in (0, 1): a linear congruential generator, Knuth's MMIX constants. */
static double uniform(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return ((double)(*state >> 11) + 0.5) / 9007199254740992.0; /* 2^53 */
}

static bool workload_make(cbk_arena *arena, workload *work)
{
    work->time = CBK_NEW(arena, double, N_ROWS);
    work->months = CBK_NEW(arena, double, N_ROWS);
    work->is_event = CBK_NEW(arena, bool, N_ROWS);
    for (size_t j = 0; j < N_COVARIATES; j++) {
        work->x[j] = CBK_NEW(arena, double, N_ROWS);
    }
    uint64_t state = 1;
    for (size_t i = 0; !cbk_arena_has_failed(arena) && i < N_ROWS; i++) {
        for (size_t j = 0; j < N_COVARIATES; j++) {
            work->x[j][i] = uniform(&state) + uniform(&state) - 1.0;
        }
        const double hazard = exp(0.5 * work->x[0][i] - 0.4 * work->x[1][i]) / 40.0;
        work->time[i] = fmin(-log(uniform(&state)) / hazard, 120.0 * uniform(&state));
        work->months[i] = ceil(work->time[i]);
        work->is_event[i] = uniform(&state) < 0.6;
    }
    return !cbk_arena_has_failed(arena);
}

/* -1: it cannot be measured. */
static double milliseconds_of(const workload *work, const double *time, cbk_arena *arena)
{
    const cbk_followup followup = {.n = N_ROWS, .time = time, .is_event = work->is_event};
    const double *const x[] = {work->x[0], work->x[1], work->x[2], work->x[3],
                               work->x[4]};
    const cbk_cox_rows rows = {.followup = &followup,
                               .n_covariates = N_COVARIATES,
                               .covariate = x,
                               .n_strata = 1};
    const cbk_cox_request request = {.level = 0.95, .keeps_rows = true};
    const cbk_cox_curve_request at_reference = {.level = 0.95};
    const cbk_cox *fit = NULL;
    if (cbk_cox_fit(&rows, &request, arena, &fit, NULL) != CBK_OK) {
        return -1.0;
    }
    double least = -1.0;
    for (int run = 0; run < N_RUNS; run++) {
        const cbk_mark before = cbk_arena_mark(arena);
        const cbk_cox_curves *curves = NULL;
        const clock_t start = clock();
        if (cbk_cox_curves_make(fit, &at_reference, arena, &curves, NULL) != CBK_OK) {
            return -1.0;
        }
        const double taken = 1e3 * (double)(clock() - start) / (double)CLOCKS_PER_SEC;
        least = run == 0 ? taken : fmin(least, taken);
        cbk_arena_release(arena, before);
    }
    return least;
}

int main(void)
{
    workload work = {0};
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    if (arena == NULL || !workload_make(arena, &work)) {
        return 1;
    }
    bench_print_header();
    bool is_good = bench_print_line("curve of a Cox regression, a million rows",
                                    milliseconds_of(&work, work.time, arena), 40.0);
    is_good = bench_print_line("the same, months",
                               milliseconds_of(&work, work.months, arena), 15.0) &&
              is_good;
    cbk_arena_destroy(arena);
    return is_good ? 0 : 1;
}
