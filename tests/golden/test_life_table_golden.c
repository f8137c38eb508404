/* test_life_table_golden.c - actuarial life tables against the formulas written out in R.
 *
 * Usage: test_life_table_golden DIRECTORY NAME...
 * To add a case: one entry of `cases` in make_life_table_golden.R, its name in
 * meson.build. */
#include "check.h"
#include "golden.h"

#include <casebook/life_table.h>

#include <string.h>

enum { MAX_SUBJECTS = 400, MAX_ROWS = 40, N_NUMBERS = 14 };
static const double tolerance = 1e-12;

static size_t read_followup(const char *directory, const char *name, double *time,
                            bool *is_event)
{
    FILE *file = golden_open(directory, "life_table", ".in.csv");
    char found[32];
    int event = 0;
    size_t n = 0;
    while (n < MAX_SUBJECTS &&
           fscanf(file, " %31[^,],%lf,%d", found, &time[n], &event) == 3) {
        is_event[n] = event == 1;
        n += strcmp(found, name) == 0;
    }
    (void)fclose(file);
    return n;
}

static size_t read_rows(const char *directory, const char *name,
                        double want[MAX_ROWS][N_NUMBERS])
{
    FILE *file = golden_open(directory, "life_table", ".out.csv");
    char found[32];
    size_t n = 0;
    while (n < MAX_ROWS && fscanf(file, " %31[^,]", found) == 1) {
        for (int i = 0; i < N_NUMBERS; i++) {
            if (fscanf(file, ",%lf", &want[n][i]) != 1) {
                return 0;
            }
        }
        n += strcmp(found, name) == 0;
    }
    (void)fclose(file);
    return n;
}

static void compare(const char *directory, const char *name, cbk_arena *arena)
{
    static double time[MAX_SUBJECTS];
    static bool is_event[MAX_SUBJECTS];
    static double want[MAX_ROWS][N_NUMBERS];
    double breaks[MAX_ROWS + 1];
    const cbk_followup followup = {.n = read_followup(directory, name, time, is_event),
                                   .time = time,
                                   .is_event = is_event};
    const size_t n = read_rows(directory, name, want);
    CHECK(followup.n > 0 && n > 0);
    size_t n_breaks = 0;
    for (size_t i = 0; i < n; i++) {
        breaks[n_breaks++] = want[i][0];
    }
    if (!isnan(want[n - 1][1])) { /* else the last row is the open one */
        breaks[n_breaks++] = want[n - 1][1];
    }
    const cbk_risk_table *risk = NULL;
    const cbk_life_table *table = NULL;
    CHECK(cbk_risk_table_build(&followup, true, arena, &risk, NULL) == CBK_OK);
    CHECK(cbk_life_table_fit(risk, breaks, n_breaks, true, arena, &table, NULL) ==
          CBK_OK);
    CHECK(table->n_rows == n);
    for (size_t i = 0; i < n; i++) {
        const cbk_life_table_row *row = &table->rows[i];
        const double got[N_NUMBERS] = {row->start,      row->end,
                                       row->n_entering, row->n_withdrawn,
                                       row->n_exposed,  row->n_event,
                                       row->q,          row->p,
                                       row->survival,   row->std_error,
                                       row->density,    row->density_std_error,
                                       row->hazard,     row->hazard_std_error};
        for (int k = 0; k < N_NUMBERS; k++) {
            CHECK_NEAR(got[k], want[i][k], tolerance);
        }
    }
}

static bool is_good(const char *directory, const char *name, cbk_arena *arena)
{
    compare(directory, name, arena);
    return !check_has_failed;
}

int main(int argc, char **argv)
{
    return golden_main(argc, argv, is_good);
}
