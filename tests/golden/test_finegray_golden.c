/* test_finegray_golden.c - Fine-Gray regression against R.
 *
 * Usage: test_finegray_golden DIRECTORY NAME...
 * To add data: one call in make_finegray_golden.R, its name in meson.build. */
#include "check.h"
#include "golden.h"

#include <casebook/fine_gray.h>

#include <string.h>

enum { MAX_ROWS = 1500, P = 3, N_LINES = P + P * P + 2 };
static const double tolerance = 1e-8;

typedef struct data {
    size_t n;
    double time[MAX_ROWS];
    uint8_t cause[MAX_ROWS];
    double x[P][MAX_ROWS];
} data;

static void read_data(const char *directory, const char *name, data *out)
{
    FILE *file = golden_open(directory, name, ".in.csv");
    unsigned cause = 0;
    *out = (data){0};
    for (size_t i = 0; i < MAX_ROWS; i++) {
        if (fscanf(file, " %lf,%u,%lf,%lf,%lf", &out->time[i], &cause, &out->x[0][i],
                   &out->x[1][i], &out->x[2][i]) != 5) {
            break;
        }
        out->cause[i] = (uint8_t)cause;
        out->n = i + 1;
    }
    (void)fclose(file);
}

static const cbk_fine_gray *fit(const data *from, cbk_arena *arena)
{
    const cbk_followup followup = {.n = from->n, .time = from->time};
    const double *const x[] = {from->x[0], from->x[1], from->x[2]};
    const cbk_fine_gray_rows rows = {.followup = &followup,
                                     .cause = from->cause,
                                     .wanted = 1,
                                     .n_covariates = P,
                                     .covariate = x};
    const cbk_fine_gray *out = NULL;
    return cbk_fine_gray_fit(&rows, 0.95, arena, &out, NULL) == CBK_OK ? out : NULL;
}

/* NaN for a name that is not known. */
static double number_of(const cbk_fine_gray *of, const char *quantity, size_t which)
{
    return strcmp(quantity, "estimate") == 0   ? of->coefficients[which % P].estimate
           : strcmp(quantity, "variance") == 0 ? of->variance[which % (P * P)]
           : strcmp(quantity, "loglik") == 0 ? (which == 0 ? of->loglik_null : of->loglik)
                                             : (double)NAN;
}

/* A covariance is compared on the scale of its variances. */
static double scale_of(const cbk_fine_gray *of, const char *quantity, size_t which,
                       double value)
{
    const size_t j = which % P;
    const size_t k = which / P % P;
    return strcmp(quantity, "variance") == 0
               ? sqrt(of->variance[j * P + j] * of->variance[k * P + k])
               : fabs(value);
}

static size_t compare(const cbk_fine_gray *of, FILE *file)
{
    char quantity[16];
    size_t which = 0;
    size_t n_lines = 0;
    double value = 0.0;
    while (fscanf(file, " %15[^,],%zu,%lf", quantity, &which, &value) == 3) {
        const double ours = number_of(of, quantity, which);
        if (!(fabs(ours - value) <= tolerance * scale_of(of, quantity, which, value))) {
            printf("# %s %zu: %.17g, expected %.17g\n", quantity, which, ours, value);
            check_has_failed = true;
        }
        n_lines++;
    }
    return n_lines;
}

static bool is_good(const char *directory, const char *name, cbk_arena *arena)
{
    static data from;
    read_data(directory, name, &from);
    const cbk_fine_gray *of = fit(&from, arena);
    FILE *file = golden_open(directory, name, ".out.csv");
    const bool has_all = of != NULL && compare(of, file) == N_LINES;
    (void)fclose(file);
    return has_all;
}

int main(int argc, char **argv)
{
    return golden_main(argc, argv, is_good);
}
