/* test_km_golden.c - every number of every curve against R.
 *
 * Usage: test_km_golden DIRECTORY NAME...
 * To add a case: one km() line in make_golden.R, its name in meson.build. */
#include "check.h"
#include "golden.h"

#include <casebook/kaplan_meier.h>

#include <string.h>

enum { MAX_ROWS = 3000, N_INTERVALS = 5 };
static const double tolerance = 1e-11;
static double count_tolerance; /* 0 unless weights are fractions */

static double entry_in[MAX_ROWS];
static double time_in[MAX_ROWS];
static bool is_event_in[MAX_ROWS];
static double weight_in[MAX_ROWS];

static const cbk_km *fitted[N_INTERVALS]; /* by cbk_interval */
static size_t n_curve_rows[N_INTERVALS];  /* compared so far */

/* One line of NAME.out.csv. */
typedef struct golden_line {
    char interval[16];
    char kind[16];
    double time;
    double n_risk;
    double n_event;
    double n_censor;
    double survival;
    double std_error;
    double lower;
    double upper;
} golden_line;

static bool read_line(FILE *file, golden_line *line)
{
    return fscanf(file, " %15[^,],%15[^,],%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lf",
                  line->interval, line->kind, &line->time, &line->n_risk, &line->n_event,
                  &line->n_censor, &line->survival, &line->std_error, &line->lower,
                  &line->upper) == 10;
}

static cbk_followup read_followup(const char *directory, const char *name)
{
    FILE *file = golden_open(directory, name, ".in.csv");
    char line[256];
    size_t n = 0;
    size_t n_weights = 0;
    int is_event = 0;
    while (n < MAX_ROWS && fgets(line, sizeof line, file) != NULL) {
        const int n_read = sscanf(line, "%lf,%lf,%d,%lf", &entry_in[n], &time_in[n],
                                  &is_event, &weight_in[n]);
        n_weights += n_read == 4;
        is_event_in[n++] = is_event != 0;
    }
    (void)fclose(file);
    return (cbk_followup){.n = n,
                          .time = time_in,
                          .is_event = is_event_in,
                          .entry = n > 0 && isnan(entry_in[0]) ? NULL : entry_in,
                          .weight = n_weights == n ? weight_in : NULL};
}

static void compare_curve(const golden_line *want, const cbk_km *km, size_t *n_compared)
{
    CHECK(*n_compared < km->n_rows);
    const cbk_km_row got = cbk_km_row_at(km, (*n_compared)++);
    CHECK(got.time == want->time);
    CHECK_NEAR(got.n_risk, want->n_risk, count_tolerance);
    CHECK_NEAR(got.n_event, want->n_event, count_tolerance);
    CHECK_NEAR(got.n_censor, want->n_censor, count_tolerance);
    CHECK_NEAR(got.survival, want->survival, tolerance);
    CHECK_NEAR(got.std_error, want->std_error, tolerance);
    CHECK_NEAR(got.lower, want->lower, tolerance);
    CHECK_NEAR(got.upper, want->upper, tolerance);
}

static void compare_at(const golden_line *want, const cbk_km *km)
{
    const cbk_km_at got = cbk_km_at_time(km, want->time);
    CHECK_NEAR(got.n_risk, want->n_risk, count_tolerance);
    CHECK_NEAR(got.survival, want->survival, tolerance);
    CHECK_NEAR(got.std_error, want->std_error, tolerance);
    CHECK_NEAR(got.lower, want->lower, tolerance);
    CHECK_NEAR(got.upper, want->upper, tolerance);
}

static void compare_quantile(const golden_line *want, const cbk_km *km)
{
    const cbk_km_quantile got = cbk_km_quantile_of(km, want->time);
    CHECK_NEAR(got.estimate, want->survival, tolerance);
    CHECK_NEAR(got.lower, want->lower, tolerance);
    CHECK_NEAR(got.upper, want->upper, tolerance);
}

static void compare_line(const golden_line *want)
{
    if (strcmp(want->kind, "reverse") == 0) {
        CHECK_NEAR(fitted[0]->follow_up_median, want->survival, tolerance);
        return;
    }
    cbk_interval interval = CBK_INTERVAL_LOG;
    CHECK(cbk_interval_parse(want->interval, &interval));
    if (strcmp(want->kind, "curve") == 0) {
        compare_curve(want, fitted[interval], &n_curve_rows[interval]);
    } else if (strcmp(want->kind, "at") == 0) {
        compare_at(want, fitted[interval]);
    } else {
        CHECK(strcmp(want->kind, "quantile") == 0);
        compare_quantile(want, fitted[interval]);
    }
}

static void fit_all(const cbk_followup *followup, cbk_arena *arena)
{
    const cbk_risk_table *risk = NULL;
    CHECK(cbk_risk_table_build(followup, true, arena, &risk, NULL) == CBK_OK);
    for (int i = 0; i < N_INTERVALS; i++) {
        cbk_conventions conventions = cbk_conventions_of(CBK_PROFILE_R);
        conventions.interval = (cbk_interval)i;
        CHECK(cbk_km_fit(risk, &conventions, arena, &fitted[i], NULL) == CBK_OK);
        n_curve_rows[i] = 0;
    }
}

static void compare_case(const char *directory, const char *name, cbk_arena *arena)
{
    const cbk_followup followup = read_followup(directory, name);
    count_tolerance = followup.weight != NULL ? 1e-13 : 0.0;
    fit_all(&followup, arena);
    FILE *file = golden_open(directory, name, ".out.csv");
    golden_line want;
    size_t n_lines = 0;
    while (!check_has_failed && read_line(file, &want)) {
        n_lines++;
        compare_line(&want);
        if (check_has_failed) {
            printf("# line %zu: %s %s %.17g\n", n_lines + 2, want.interval, want.kind,
                   want.time);
        }
    }
    const bool is_all_read = feof(file) != 0;
    (void)fclose(file);
    CHECK(!check_has_failed && is_all_read && n_lines > N_INTERVALS);
    for (int i = 0; i < N_INTERVALS; i++) {
        CHECK(n_curve_rows[i] == fitted[i]->n_rows);
    }
}

static bool is_good(const char *directory, const char *name, cbk_arena *arena)
{
    compare_case(directory, name, arena);
    return !check_has_failed;
}

int main(int argc, char **argv)
{
    return golden_main(argc, argv, is_good);
}
