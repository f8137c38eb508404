/* test_describe_golden.c - sums, spread and quantiles of samples against R.
 *
 * Usage: test_describe_golden DIRECTORY NAME...
 * To add a sample: one entry of `samples` in make_golden.R, its name in meson.build. */
#include "check.h"
#include "golden.h"

#include <casebook/describe.h>

#include <string.h>

enum { MAX_VALUES = 400, N_P = 5 };
static const double p[N_P] = {0.1, 0.25, 0.5, 0.75, 0.9};
static const double tolerance = 1e-13;

typedef struct golden_sample {
    char name[32];
    double n;
    double sum;
    double mean;
    double sd;
    double minimum;
    double maximum;
    double type_2[N_P];
    double type_7[N_P];
} golden_sample;

static bool read_sample(FILE *file, golden_sample *want)
{
    int n_read =
        fscanf(file, " %31[^,],%lf,%lf,%lf,%lf,%lf,%lf", want->name, &want->n, &want->sum,
               &want->mean, &want->sd, &want->minimum, &want->maximum);
    for (int i = 0; i < N_P; i++) {
        n_read += fscanf(file, ",%lf", &want->type_2[i]);
    }
    for (int i = 0; i < N_P; i++) {
        n_read += fscanf(file, ",%lf", &want->type_7[i]);
    }
    return n_read == 7 + 2 * N_P;
}

static golden_sample find_sample(const char *directory, const char *name)
{
    FILE *file = golden_open(directory, "describe", ".out.csv");
    golden_sample want = {.n = -1.0};
    while (read_sample(file, &want) && strcmp(want.name, name) != 0) {
    }
    (void)fclose(file);
    if (strcmp(want.name, name) != 0) {
        want.n = -1.0;
    }
    return want;
}

static size_t read_values(const char *directory, const char *name, double *value)
{
    FILE *file = golden_open(directory, "describe", ".in.csv");
    char sample[32];
    size_t n = 0;
    while (n < MAX_VALUES && fscanf(file, " %31[^,],%lf", sample, &value[n]) == 2) {
        n += strcmp(sample, name) == 0 ? 1 : 0;
    }
    (void)fclose(file);
    return n;
}

static int by_value(const void *lhs, const void *rhs)
{
    const double a = *(const double *)lhs;
    const double b = *(const double *)rhs;
    return (a > b) - (a < b);
}

static void compare(const golden_sample *want, double *value, size_t n, cbk_arena *arena)
{
    CHECK((double)n == want->n);
    cbk_description type_2;
    cbk_description type_7;
    CHECK(cbk_describe(value, n, CBK_SAMPLE_QUANTILE_2, arena, &type_2, NULL) == CBK_OK);
    CHECK(cbk_describe(value, n, CBK_SAMPLE_QUANTILE_7, arena, &type_7, NULL) == CBK_OK);
    CHECK(type_7.n == n && type_7.n_missing == 0);
    CHECK_NEAR(type_7.sum, want->sum, tolerance);
    CHECK_NEAR(type_7.mean, want->mean, tolerance);
    CHECK_NEAR(type_7.sd, want->sd, tolerance);
    CHECK(type_7.minimum == want->minimum && type_7.maximum == want->maximum);
    CHECK_NEAR(type_2.quartile_1, want->type_2[1], tolerance);
    CHECK_NEAR(type_2.median, want->type_2[2], tolerance);
    CHECK_NEAR(type_2.quartile_3, want->type_2[3], tolerance);
    CHECK_NEAR(type_7.quartile_1, want->type_7[1], tolerance);
    CHECK_NEAR(type_7.median, want->type_7[2], tolerance);
    CHECK_NEAR(type_7.quartile_3, want->type_7[3], tolerance);
    qsort(value, n, sizeof *value, by_value);
    for (int i = 0; i < N_P; i++) {
        CHECK_NEAR(cbk_quantile_of_sorted(value, n, p[i], CBK_SAMPLE_QUANTILE_2),
                   want->type_2[i], tolerance);
        CHECK_NEAR(cbk_quantile_of_sorted(value, n, p[i], CBK_SAMPLE_QUANTILE_7),
                   want->type_7[i], tolerance);
    }
}

static bool is_good(const char *directory, const char *name, cbk_arena *arena)
{
    static double value[MAX_VALUES];
    const golden_sample want = find_sample(directory, name);
    compare(&want, value, read_values(directory, name, value), arena);
    return !check_has_failed;
}

int main(int argc, char **argv)
{
    return golden_main(argc, argv, is_good);
}
