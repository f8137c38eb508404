/* fine_gray.c - times the subdistribution hazards regression alone, on rows made up here.
 *
 * Prints a line each: name, milliseconds of processor time (the quietest of a few runs),
 * goal; a missed goal is said.  Exit 1 where one cannot be measured.
 */
#include "line.h"

#include <casebook/fine_gray.h>

#include <math.h>
#include <stdlib.h>
#include <time.h>

enum { N_ROWS = 1000000, P = 5, N_RUNS = 3 };

typedef struct workload {
    double *time, *months;
    uint8_t *cause;
    double *x[P];
} workload;

/* Uniform in (0, 1): a linear congruential generator, Knuth's MMIX constants. */
static double uniform(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return ((double)(*state >> 11) + 0.5) / 9007199254740992.0; /* 2^53 */
}

static bool workload_make(workload *work)
{
    work->time = malloc(N_ROWS * sizeof *work->time);
    work->months = malloc(N_ROWS * sizeof *work->months);
    work->cause = malloc(N_ROWS * sizeof *work->cause);
    bool is_made = work->time != NULL && work->months != NULL && work->cause != NULL;
    for (size_t j = 0; j < P; j++) {
        work->x[j] = malloc(N_ROWS * sizeof(double));
        is_made = is_made && work->x[j] != NULL;
    }
    uint64_t state = 1;
    for (size_t i = 0; is_made && i < N_ROWS; i++) {
        for (size_t j = 0; j < P; j++) {
            work->x[j][i] = uniform(&state) + uniform(&state) - 1.0;
        }
        const double hazard = exp(0.5 * work->x[0][i] - 0.4 * work->x[1][i]) / 40.0;
        const double event = -log(uniform(&state)) / hazard;
        const double other = -log(uniform(&state)) * 60.0;
        const double end = 120.0 * uniform(&state);
        work->time[i] = fmin(fmin(event, other), end);
        work->months[i] = ceil(work->time[i]);
        work->cause[i] = end < event && end < other ? 0 : event < other ? 1 : 2;
    }
    return is_made;
}

static void workload_free(workload *work)
{
    free(work->time);
    free(work->months);
    free(work->cause);
    for (size_t j = 0; j < P; j++) {
        free(work->x[j]);
    }
}

static double milliseconds_of(const workload *work, bool is_months, size_t n)
{
    const cbk_followup followup = {.n = n, .time = is_months ? work->months : work->time};
    const double *x[P];
    for (size_t j = 0; j < P; j++) {
        x[j] = work->x[j];
    }
    const cbk_fine_gray_rows rows = {.followup = &followup,
                                     .cause = work->cause,
                                     .wanted = 1,
                                     .n_covariates = P,
                                     .covariate = x};
    double least = -1.0;
    for (int run = 0; run < N_RUNS * (n < N_ROWS ? 10 : 1); run++) {
        const cbk_fine_gray *fit = NULL;
        cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
        const clock_t start = clock();
        const bool is_done =
            arena != NULL && cbk_fine_gray_fit(&rows, 0.95, arena, &fit, NULL) == CBK_OK;
        const double taken = 1e3 * (double)(clock() - start) / (double)CLOCKS_PER_SEC;
        if (!is_done || !(fit->gradient < 1e-3)) {
            least = -1.0;
            cbk_arena_destroy(arena);
            break;
        }
        least = least < 0.0 || taken < least ? taken : least;
        cbk_arena_destroy(arena);
    }
    return least;
}

int main(void)
{
    static workload work;
    bool is_measured = workload_make(&work);
    bench_print_header();
    is_measured =
        is_measured &
        bench_print_line("Fine-Gray, 5 covariates, a million rows",
                         is_measured ? milliseconds_of(&work, false, N_ROWS) : -1.0,
                         220.0) &
        bench_print_line("Fine-Gray, 5 covariates, months",
                         is_measured ? milliseconds_of(&work, true, N_ROWS) : -1.0,
                         220.0) &
        bench_print_line("Fine-Gray, 5 covariates, 10,000 rows",
                         is_measured ? milliseconds_of(&work, false, 10000) : -1.0, 2.0);
    workload_free(&work);
    return is_measured ? 0 : 1;
}
