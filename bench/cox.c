/* cox.c - times Cox's regression alone, on rows made up here.
 *
 * Prints a line each: name, milliseconds of processor time (the quietest of a few runs),
 * goal; a missed goal is said.  Exit 1 where one cannot be measured.
 */
#include "line.h"

#include "stats/cox_likelihood/cox_likelihood.h"
#include "stats/cox_likelihood/cox_model.h"
#include "stats/cox_postestimation/cox_postestimation.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    N_ROWS = 1000000,
    N_RECURRENT = 100000,
    N_SAMPLE = 1000,
    N_SAMPLES = 200,
    P_MAX = 20,
    N_RUNS = 5
};

typedef struct series {
    size_t n;
    double *time, *months, *entry, *month_entry;
    bool *is_event;
    uint32_t *stratum, *cluster;
    double *x[P_MAX];
} series;

/* Uniform in (0, 1): a linear congruential generator, Knuth's MMIX constants. */
static double uniform(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return ((double)(*state >> 11) + 0.5) / 9007199254740992.0; /* 2^53 */
}

static bool series_start(series *out, size_t n, size_t p)
{
    double **const columns[] = {&out->time, &out->months, &out->entry, &out->month_entry};
    bool is_made = true;
    *out = (series){.n = n};
    for (size_t k = 0; k < sizeof columns / sizeof columns[0]; k++) {
        *columns[k] = malloc(n * sizeof(double));
        is_made = is_made && *columns[k] != NULL;
    }
    for (size_t j = 0; j < p; j++) {
        out->x[j] = malloc(n * sizeof(double));
        is_made = is_made && out->x[j] != NULL;
    }
    out->is_event = malloc(n * sizeof *out->is_event);
    out->stratum = malloc(n * sizeof *out->stratum);
    out->cluster = malloc(n * sizeof *out->cluster);
    return is_made && out->is_event != NULL && out->stratum != NULL &&
           out->cluster != NULL;
}

static void series_free(series *of)
{
    free(of->time);
    free(of->months);
    free(of->entry);
    free(of->month_entry);
    free(of->is_event);
    free(of->stratum);
    free(of->cluster);
    for (size_t j = 0; j < P_MAX; j++) {
        free(of->x[j]);
    }
}

/* Fills the row from its exit and entry. */
static void put_row(series *of, size_t i, double entry, double time, bool is_event)
{
    of->time[i] = time;
    of->entry[i] = entry;
    of->months[i] = ceil(time);
    of->month_entry[i] = fmin(floor(entry), of->months[i] - 1.0);
    of->is_event[i] = is_event;
}

static bool make_patients(series *out, size_t n)
{
    uint64_t state = 1;
    if (!series_start(out, n, P_MAX)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < P_MAX; j++) {
            out->x[j][i] = uniform(&state) + uniform(&state) - 1.0;
        }
        const double hazard = exp(0.5 * out->x[0][i] - 0.4 * out->x[1][i]) / 40.0;
        const double time = fmin(-log(uniform(&state)) / hazard, 120.0 * uniform(&state));
        const double entry = time * 0.5 * uniform(&state);
        put_row(out, i, entry, time, uniform(&state) < 0.6);
        out->stratum[i] = (uint32_t)(10.0 * uniform(&state));
        out->cluster[i] = (uint32_t)i;
    }
    return true;
}

/* Subjects one after the other, each with one row from event to event. */
static bool make_recurrent(series *out, size_t n)
{
    uint64_t state = 2;
    if (!series_start(out, n, 5)) {
        return false;
    }
    double entry = 0.0;
    double end = 0.0;
    double frailty = 1.0;
    uint32_t subject = 0;
    for (size_t i = 0; i < n; i++) {
        if (!(entry < end)) {
            subject += i > 0 ? 1 : 0;
            entry = 0.0;
            end = 60.0 + 60.0 * uniform(&state);
            frailty = -log(uniform(&state)) / 30.0;
        }
        const bool is_same = i > 0 && entry > 0.0;
        for (size_t j = 0; j < 5; j++) {
            out->x[j][i] =
                is_same ? out->x[j][i - 1] : uniform(&state) + uniform(&state) - 1.0;
        }
        const double hazard = frailty * exp(0.5 * out->x[0][i] - 0.4 * out->x[1][i]);
        const double event = entry - log(uniform(&state)) / hazard;
        put_row(out, i, entry, fmin(event, end), event < end);
        out->stratum[i] = 0;
        out->cluster[i] = subject;
        entry = fmin(event, end);
    }
    return true;
}

/* ---- what is measured -------------------------------------------------------------- */

typedef enum part { FIT, PROPORTIONAL, CONCORDANCE } part;

typedef struct measure {
    const char *name;
    part part;
    size_t p;
    bool is_late, is_stratified, is_clustered;
    double goal;
} measure;

static const measure measures[] = {
    {"Cox, 1 covariate, a million rows", FIT, 1, false, false, false, 60.0},
    {"Cox, 5 covariates", FIT, 5, false, false, false, 90.0},
    {"Cox, 20 covariates", FIT, 20, false, false, false, 260.0},
    {"Cox, 5 covariates, late entry", FIT, 5, true, false, false, 180.0},
    {"Cox, 5 covariates, 10 strata", FIT, 5, false, true, false, 100.0},
    {"proportional hazards alone, 5 covariates", PROPORTIONAL, 5, false, false, false,
     40.0},
    {"concordance alone, 5 covariates", CONCORDANCE, 5, false, false, false, 100.0},
};

static const measure recurrent = {
    "Andersen-Gill, 100000 rows, clusters", FIT, 5, true, false, true, 20.0};

typedef struct view {
    cbk_followup followup;
    cbk_cox_rows rows;
} view;

static void see(const series *of, const measure *what, bool is_months, view *out)
{
    out->followup = (cbk_followup){
        .n = of->n, .time = is_months ? of->months : of->time, .is_event = of->is_event};
    if (what->is_late) {
        out->followup.entry = is_months ? of->month_entry : of->entry;
    }
    out->rows = (cbk_cox_rows){.followup = &out->followup,
                               .n_covariates = what->p,
                               .covariate = (const double *const *)of->x,
                               .stratum = what->is_stratified ? of->stratum : NULL,
                               .n_strata = what->is_stratified ? 10 : 1,
                               .cluster = what->is_clustered ? of->cluster : NULL,
                               .n_clusters = what->is_clustered ? of->n : 0};
}

static double milliseconds(void)
{
    return 1e3 * (double)clock() / (double)CLOCKS_PER_SEC;
}

static const cbk_cox_request usual = {.level = 0.95};

static double time_fit(const cbk_cox_rows *rows, cbk_arena *arena)
{
    const cbk_cox *fit = NULL;
    const double start = milliseconds();
    const bool is_done = cbk_cox_fit(rows, &usual, arena, &fit, NULL) == CBK_OK &&
                         (fit->notes & CBK_NOTE_NOT_CONVERGED) == 0;
    return is_done ? milliseconds() - start : -1.0;
}

/* What follows a fit, on its rows and at its estimates. */
static double time_part(const cbk_cox_rows *rows, part which, cbk_arena *arena)
{
    const size_t p = rows->n_covariates;
    const cbk_cox *fit = NULL;
    cbk_cox_model model;
    double beta[P_MAX], gradient[P_MAX], info[P_MAX * P_MAX];
    double estimate = 0.0, std_error = 0.0;
    size_t term[P_MAX];
    cbk_cox_test tests[P_MAX], global;
    if (cbk_cox_fit(rows, &usual, arena, &fit, NULL) != CBK_OK ||
        cbk_cox_model_make(rows, CBK_COX_EFRON, arena, &model, NULL) != CBK_OK) {
        return -1.0;
    }
    for (size_t j = 0; j < p; j++) {
        beta[j] = fit->coefficients[j].estimate * model.scale[j];
        term[j] = j;
    }
    cbk_cox_value value = {.gradient = gradient, .info = info};
    cbk_cox_evaluate(&model, beta, NULL, &value);
    const double start = milliseconds();
    const bool is_done =
        which == PROPORTIONAL
            ? cbk_cox_proportional(&model, beta, info, term, p, arena, tests, &global)
            : cbk_cox_concordance(&model, beta, arena, &estimate, &std_error);
    return is_done ? milliseconds() - start : -1.0;
}

static double least_of(const series *of, const measure *what, bool is_months)
{
    view seen;
    see(of, what, is_months, &seen);
    double least = -1.0;
    for (int run = 0; run < N_RUNS; run++) {
        cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
        const double taken = arena == NULL ? -1.0
                             : what->part == FIT
                                 ? time_fit(&seen.rows, arena)
                                 : time_part(&seen.rows, what->part, arena);
        cbk_arena_destroy(arena);
        if (taken < 0.0) {
            return -1.0;
        }
        least = run == 0 ? taken : fmin(least, taken);
    }
    return least;
}

static bool print_both(const series *of, const measure *what)
{
    char name[80];
    (void)snprintf(name, sizeof name, "%s, months", what->name);
    const bool is_good =
        bench_print_line(what->name, least_of(of, what, false), what->goal);
    return bench_print_line(name, least_of(of, what, true), what->goal) && is_good;
}

/* ---- the bootstrap ----------------------------------------------------------------- */

/* All samples of one run, drawing included; -1 where a fit fails. */
static double time_samples(const series *from, series *sample, bool is_months)
{
    static const measure small = {.p = 5};
    uint64_t state = 3;
    view seen;
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    see(sample, &small, is_months, &seen);
    const double start = milliseconds();
    bool is_good = arena != NULL;
    for (int b = 0; is_good && b < N_SAMPLES; b++) {
        const cbk_mark before = cbk_arena_mark(arena);
        for (size_t i = 0; i < sample->n; i++) {
            const size_t row = (size_t)((double)sample->n * uniform(&state));
            sample->time[i] = from->time[row];
            sample->months[i] = from->months[row];
            sample->is_event[i] = from->is_event[row];
            for (size_t j = 0; j < small.p; j++) {
                sample->x[j][i] = from->x[j][row];
            }
        }
        const cbk_cox *fit = NULL;
        is_good = cbk_cox_fit(&seen.rows, &usual, arena, &fit, NULL) == CBK_OK;
        cbk_arena_release(arena, before);
    }
    const double taken = milliseconds() - start;
    cbk_arena_destroy(arena);
    return is_good ? taken : -1.0;
}

static bool print_bootstrap(const series *from)
{
    series sample = {0};
    bool is_good = series_start(&sample, N_SAMPLE, 5);
    for (int months = 0; is_good && months <= 1; months++) {
        double least = -1.0;
        for (int run = 0; run < N_RUNS; run++) {
            const double taken = time_samples(from, &sample, months == 1);
            is_good = is_good && taken >= 0.0;
            least = run == 0 ? taken : fmin(least, taken);
        }
        is_good = bench_print_line(months == 1 ? "bootstrap, 200 of 1000 rows, months"
                                               : "bootstrap, 200 of 1000 rows",
                                   least, 18.0) &&
                  is_good;
    }
    series_free(&sample);
    return is_good;
}

/* ---- memory ------------------------------------------------------------------------ */

typedef struct meter {
    size_t held, most;
} meter;

static void *metered_allocate(size_t size, void *context)
{
    meter *of = context;
    size_t *block = malloc(size + 2 * sizeof *block);
    if (block == NULL) {
        return NULL;
    }
    of->held += *block = size;
    of->most = of->held > of->most ? of->held : of->most;
    return block + 2;
}

static void metered_free(void *block, void *context)
{
    meter *of = context;
    size_t *start = (size_t *)block - 2;
    of->held -= *start;
    free(start);
}

/* The columns and what the fit takes at its most. */
static bool print_memory(const series *of)
{
    static const measure large = {.p = 20};
    meter used = {0};
    const cbk_allocator allocator = {metered_allocate, metered_free, &used};
    view seen;
    see(of, &large, false, &seen);
    cbk_arena *arena = cbk_arena_create(&allocator, SIZE_MAX);
    const bool is_good = arena != NULL && time_fit(&seen.rows, arena) >= 0.0;
    cbk_arena_destroy(arena);
    const size_t columns = of->n * ((large.p + 1) * sizeof(double) + sizeof(bool));
    const double megabytes = (double)(used.most + columns) / 1e6;
    printf("\n%-42s %10s   %s\n", "", "MB", "goal");
    return bench_print_line("Cox, 20 covariates, with its columns",
                            is_good ? megabytes : -1.0, 400.0);
}

int main(void)
{
    series patients = {0}, events = {0};
    bool is_good =
        make_patients(&patients, N_ROWS) && make_recurrent(&events, N_RECURRENT);
    const bool is_made = is_good;
    bench_print_header();
    for (size_t i = 0; is_made && i < sizeof measures / sizeof measures[0]; i++) {
        is_good = print_both(&patients, &measures[i]) && is_good;
    }
    if (is_made) {
        is_good = print_both(&events, &recurrent) && is_good;
        is_good = print_bootstrap(&patients) && is_good;
        is_good = print_memory(&patients) && is_good;
    }
    series_free(&patients);
    series_free(&events);
    return is_good ? 0 : 1;
}
