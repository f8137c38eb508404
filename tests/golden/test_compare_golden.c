/* test_compare_golden.c - tests of groups and intervals of proportions and rates against
 * R.
 *
 * Usage: test_compare_golden DIRECTORY counts|values|proportions...
 * To add a table or sample: one entry in make_compare_golden.R. */
#include "check.h"
#include "golden.h"

#include <casebook/compare.h>
#include <casebook/proportion.h>
#include <casebook/rate.h>

#include <string.h>

enum { MAX_CELLS = 64, MAX_VALUES = 400, NAME_SIZE = 32 };

static const char *directory;
static cbk_arena *arena;

/* ---- tables ----------------------------------------------------------------------- */

static bool read_table(const char *name, uint32_t *count, size_t *n_rows,
                       size_t *n_columns)
{
    FILE *file = golden_open(directory, "compare_counts", ".in.csv");
    uint32_t cell[MAX_CELLS][3];
    char found[NAME_SIZE];
    size_t n = 0;
    *n_rows = *n_columns = 0;
    while (n < MAX_CELLS && fscanf(file, " %31[^,],%u,%u,%u", found, &cell[n][0],
                                   &cell[n][1], &cell[n][2]) == 4) {
        if (strcmp(found, name) == 0) {
            *n_rows = cell[n][0] + 1 > *n_rows ? cell[n][0] + 1 : *n_rows;
            *n_columns = cell[n][1] + 1 > *n_columns ? cell[n][1] + 1 : *n_columns;
            n++;
        }
    }
    (void)fclose(file);
    for (size_t i = 0; i < n; i++) {
        count[cell[i][0] * *n_columns + cell[i][1]] = cell[i][2];
    }
    return n > 0 && n == *n_rows * *n_columns;
}

static void compare_counts(void)
{
    FILE *file = golden_open(directory, "compare_counts", ".out.csv");
    char name[NAME_SIZE];
    double fisher;
    double chisq;
    double df;
    double p;
    int n_tables = 0;
    while (fscanf(file, " %31[^,],%lf,%lf,%lf,%lf", name, &fisher, &chisq, &df, &p) ==
           5) {
        uint32_t count[MAX_CELLS];
        size_t n_rows = 0;
        size_t n_columns = 0;
        cbk_comparison out;
        printf("# %s\n", name);
        CHECK(read_table(name, count, &n_rows, &n_columns));
        CHECK(cbk_compare_fisher(count, n_rows, n_columns, arena, &out, NULL) == CBK_OK);
        CHECK(out.test == CBK_TEST_FISHER);
        CHECK_NEAR(out.p, fisher, 1e-9);
        CHECK(cbk_compare_chi_squared(count, n_rows, n_columns, arena, &out, NULL) ==
              CBK_OK);
        CHECK_NEAR(out.statistic, chisq, 1e-12);
        CHECK(out.df == df);
        CHECK_NEAR(out.p, p, 1e-12);
        n_tables++;
    }
    (void)fclose(file);
    CHECK(n_tables == 10);
}

/* ---- values ----------------------------------------------------------------------- */

static size_t read_values(const char *name, double *value, uint32_t *group)
{
    FILE *file = golden_open(directory, "compare_values", ".in.csv");
    char found[NAME_SIZE];
    size_t n = 0;
    while (n < MAX_VALUES &&
           fscanf(file, " %31[^,],%lf,%u", found, &value[n], &group[n]) == 3) {
        n += strcmp(found, name) == 0;
    }
    (void)fclose(file);
    return n;
}

enum {
    N_GROUPS,
    W,
    W_P,
    WELCH_T,
    WELCH_DF,
    WELCH_P,
    STUDENT_T,
    STUDENT_DF,
    STUDENT_P,
    KRUSKAL,
    KRUSKAL_DF,
    KRUSKAL_P,
    N_NUMBERS
};

static void compare_sample(const cbk_grouped_values *values, const double *want)
{
    cbk_comparison out;
    CHECK(cbk_compare_ranks(values, arena, &out, NULL) == CBK_OK);
    if (want[N_GROUPS] > 2.0) {
        CHECK(out.test == CBK_TEST_KRUSKAL_WALLIS);
        CHECK_NEAR(out.statistic, want[KRUSKAL], 1e-12);
        CHECK_NEAR(out.df, want[KRUSKAL_DF], 0.0);
        CHECK_NEAR(out.p, want[KRUSKAL_P], 1e-11);
        return;
    }
    CHECK_NEAR(out.statistic, want[W], 1e-12);
    CHECK_NEAR(out.p, want[W_P], 1e-12);
    CHECK(cbk_compare_means(values, false, arena, &out, NULL) == CBK_OK);
    CHECK_NEAR(out.statistic, want[WELCH_T], 1e-11);
    CHECK_NEAR(out.df, want[WELCH_DF], 1e-11);
    CHECK_NEAR(out.p, want[WELCH_P], 1e-11);
    CHECK(cbk_compare_means(values, true, arena, &out, NULL) == CBK_OK);
    CHECK_NEAR(out.statistic, want[STUDENT_T], 1e-11);
    CHECK_NEAR(out.df, want[STUDENT_DF], 0.0);
    CHECK_NEAR(out.p, want[STUDENT_P], 1e-11);
}

static void compare_values(void)
{
    FILE *file = golden_open(directory, "compare_values", ".out.csv");
    char name[NAME_SIZE];
    int n_samples = 0;
    while (fscanf(file, " %31[^,]", name) == 1) {
        static double value[MAX_VALUES];
        static uint32_t group[MAX_VALUES];
        double want[N_NUMBERS];
        for (int i = 0; i < N_NUMBERS; i++) {
            CHECK(fscanf(file, ",%lf", &want[i]) == 1);
        }
        printf("# %s\n", name);
        const size_t n = read_values(name, value, group);
        CHECK(n > 0);
        compare_sample(&(cbk_grouped_values){n, value, group, (size_t)want[N_GROUPS]},
                       want);
        n_samples++;
    }
    (void)fclose(file);
    CHECK(n_samples == 9);
}

/* ---- proportions and rates -------------------------------------------------------- */

static void compare_proportions(void)
{
    FILE *file = golden_open(directory, "proportion", ".out.csv");
    double x[10];
    int n_rows = 0;
    while (fscanf(file, "%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lf", &x[0], &x[1], &x[2],
                  &x[3], &x[4], &x[5], &x[6], &x[7], &x[8], &x[9]) == 10) {
        const size_t k = (size_t)x[0];
        const size_t n = (size_t)x[1];
        cbk_proportion out;
        cbk_rate rate;
        CHECK(cbk_proportion_of(k, n, CBK_PROPORTION_WILSON, x[2], &out, NULL) == CBK_OK);
        CHECK_NEAR(out.lower, x[3], 1e-10);
        CHECK_NEAR(out.upper, x[4], 1e-10);
        CHECK(cbk_proportion_of(k, n, CBK_PROPORTION_CLOPPER_PEARSON, x[2], &out, NULL) ==
              CBK_OK);
        CHECK_NEAR(out.lower, x[5], 1e-12);
        CHECK_NEAR(out.upper, x[6], 1e-12);
        CHECK(cbk_rate_of(k, x[1], x[2], &rate, NULL) == CBK_OK);
        CHECK_NEAR(rate.estimate, x[7], 1e-14);
        CHECK_NEAR(rate.lower, x[8], 1e-12);
        CHECK_NEAR(rate.upper, x[9], 1e-12);
        n_rows++;
    }
    (void)fclose(file);
    CHECK(n_rows == 14);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"counts", compare_counts},
        {"values", compare_values},
        {"proportions", compare_proportions},
    };
    arena = cbk_arena_create(NULL, SIZE_MAX);
    if (argc < 2 || arena == NULL) {
        return 99;
    }
    directory = argv[1];
    const int exit_code = check_main(tests, sizeof tests / sizeof tests[0]);
    cbk_arena_destroy(arena);
    return exit_code;
}
