/* test_cox_golden.c - Cox's regression against R.
 *
 * Usage: test_cox_golden DIRECTORY NAME...
 * To add data: one call in make_cox_golden.R, its name in meson.build. */
#include "check.h"
#include "golden.h"

#include <casebook/cox.h>

#include <string.h>

enum { MAX_ROWS = 500, MAX_COVARIATES = 3, N_FITS = 4 };
static const double tolerance = 1e-8;

typedef struct data {
    size_t n, n_covariates, n_strata, n_clusters;
    bool is_late;
    double entry[MAX_ROWS], time[MAX_ROWS], weight[MAX_ROWS], offset[MAX_ROWS];
    bool is_event[MAX_ROWS];
    uint32_t stratum[MAX_ROWS], cluster[MAX_ROWS];
    double x[MAX_COVARIATES][MAX_ROWS];
} data;

static void read_data(const char *directory, const char *name, data *out)
{
    FILE *file = golden_open(directory, name, ".in.csv");
    int event = 0;
    *out = (data){.n_covariates = MAX_COVARIATES};
    for (size_t i = 0; i < MAX_ROWS; i++) {
        if (fscanf(file, " %lf,%lf,%d,%lf,%lf,%u,%u,%lf,%lf,%lf", &out->entry[i],
                   &out->time[i], &event, &out->weight[i], &out->offset[i],
                   &out->stratum[i], &out->cluster[i], &out->x[0][i], &out->x[1][i],
                   &out->x[2][i]) != 10) {
            break;
        }
        out->is_event[i] = event == 1;
        out->is_late = !isnan(out->entry[i]);
        out->n_covariates = isnan(out->x[2][i]) ? 2 : 3;
        out->n_strata =
            out->stratum[i] >= out->n_strata ? out->stratum[i] + 1 : out->n_strata;
        out->n_clusters =
            out->cluster[i] >= out->n_clusters ? out->cluster[i] + 1 : out->n_clusters;
        out->n = i + 1;
    }
    (void)fclose(file);
}

static const cbk_cox *fit_data(const data *from, const char *ties, bool is_robust,
                               cbk_arena *arena)
{
    const cbk_followup followup = {.n = from->n,
                                   .time = from->time,
                                   .is_event = from->is_event,
                                   .entry = from->is_late ? from->entry : NULL,
                                   .weight = from->weight};
    const double *const x[] = {from->x[0], from->x[1], from->x[2]};
    const cbk_cox_rows rows = {.followup = &followup,
                               .n_covariates = from->n_covariates,
                               .covariate = x,
                               .offset = from->offset,
                               .stratum = from->stratum,
                               .n_strata = from->n_strata,
                               .cluster = is_robust ? from->cluster : NULL,
                               .n_clusters = from->n_clusters};
    cbk_cox_request request = {
        .level = 0.95, .wants_concordance = true, .wants_proportional = true};
    const cbk_cox *fit = NULL;
    return cbk_cox_ties_parse(ties, &request.ties) &&
                   cbk_cox_fit(&rows, &request, arena, &fit, NULL) == CBK_OK
               ? fit
               : NULL;
}

/* The number of the fit; NaN for a name that is not known. */
static double number_of(const cbk_cox *fit, const char *quantity, size_t which)
{
    const cbk_cox_coefficient *of =
        &fit->coefficients[which < fit->n_covariates ? which : 0];
#define IS(name) (strcmp(quantity, name) == 0)
    return IS("estimate")       ? of->estimate
           : IS("std_error")    ? of->std_error
           : IS("robust_se")    ? of->robust_se
           : IS("lower")        ? of->lower
           : IS("upper")        ? of->upper
           : IS("loglik")       ? (which == 0 ? fit->loglik_null : fit->loglik)
           : IS("score")        ? fit->score.chisq
           : IS("robust_score") ? fit->robust_score.chisq
           : IS("wald")         ? fit->wald.chisq
           : IS("concordance")  ? (which == 0 ? fit->concordance : fit->concordance_se)
           : IS("zph") ? (which < fit->n_terms ? fit->terms[which] : fit->global).chisq
                       : (double)NAN;
#undef IS
}

static size_t compare(const data *from, FILE *file, cbk_arena *arena)
{
    char ties[16], quantity[32];
    int robust = 0;
    size_t which = 0;
    size_t n_lines = 0;
    double value = 0.0;
    while (!check_has_failed && fscanf(file, " %15[^,],%d,%31[^,],%zu,%lf", ties, &robust,
                                       quantity, &which, &value) == 5) {
        const cbk_cox *fit = fit_data(from, ties, robust == 1, arena);
        if (fit == NULL ||
            !check_is_near(number_of(fit, quantity, which), value, tolerance)) {
            printf("# %s, robust %d, %s %zu: %.17g, expected %.17g\n", ties, robust,
                   quantity, which,
                   fit != NULL ? number_of(fit, quantity, which) : (double)NAN, value);
            check_has_failed = true;
        }
        n_lines++;
    }
    return n_lines;
}

int main(int argc, char **argv)
{
    static data from;
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    if (argc < 3 || arena == NULL) {
        return 99;
    }
    bool is_any_failed = false;
    printf("1..%d\n", argc - 2);
    for (int i = 2; i < argc; i++) {
        check_has_failed = false;
        read_data(argv[1], argv[i], &from);
        FILE *file = golden_open(argv[1], argv[i], ".out.csv");
        const size_t n_lines = compare(&from, file, arena);
        (void)fclose(file);
        const bool is_good = !check_has_failed && n_lines > 20 * N_FITS / 2;
        printf("%s %d - %s\n", is_good ? "ok" : "not ok", i - 1, argv[i]);
        is_any_failed = is_any_failed || !is_good;
    }
    cbk_arena_destroy(arena);
    return is_any_failed ? 1 : 0;
}
