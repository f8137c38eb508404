/* test_km_plus_golden.c - hazards, curves exp(-H), restricted means and comparisons
 * against R, line by line.
 *
 * Usage: test_km_plus_golden DIRECTORY
 * To add a case: its name in make_km_plus_golden.R. */
#include "check.h"
#include "golden.h"

#include <casebook/contrast.h>
#include <casebook/nelson_aalen.h>
#include <casebook/restricted_mean.h>

#include <string.h>

enum { MAX_ROWS = 3000 };
static const double tolerance = 1e-10;

static double entry_in[MAX_ROWS];
static double time_in[MAX_ROWS];
static bool is_event_in[MAX_ROWS];

typedef struct golden_line {
    char name[40];
    char kind[24];
    char interval[16];
    double x;
    double number[4];
} golden_line;

static bool read_line(FILE *file, golden_line *line)
{
    return fscanf(file, " %39[^,],%23[^,],%15[^,],%lf,%lf,%lf,%lf,%lf", line->name,
                  line->kind, line->interval, &line->x, &line->number[0],
                  &line->number[1], &line->number[2], &line->number[3]) == 8;
}

static const cbk_risk_table *read_risk(const char *directory, const char *name,
                                       cbk_arena *arena)
{
    char base[64];
    (void)snprintf(base, sizeof base, "km_%s", name);
    FILE *file = golden_open(directory, base, ".in.csv");
    size_t n = 0;
    int is_event = 0;
    while (n < MAX_ROWS &&
           fscanf(file, "%lf,%lf,%d", &entry_in[n], &time_in[n], &is_event) == 3) {
        is_event_in[n++] = is_event != 0;
    }
    (void)fclose(file);
    const bool is_late = n > 0 && !isnan(entry_in[0]);
    const cbk_followup followup = {.n = n,
                                   .time = time_in,
                                   .is_event = is_event_in,
                                   .entry = is_late ? entry_in : NULL};
    const cbk_risk_table *risk = NULL;
    cbk_error err;
    if (cbk_risk_table_build(&followup, true, arena, &risk, &err) != CBK_OK) {
        printf("Bail out! %s\n", err.message);
        exit(99);
    }
    return risk;
}

/* What the lines of one case are compared with. */
typedef struct fits {
    const cbk_risk_table *risk;
    const cbk_km *product;
    const cbk_km *exponential; /* of the interval of the last line */
    const cbk_nelson_aalen *hazard;
    size_t n_exponential; /* lines of the interval so far */
    char interval[16];
} fits;

static const cbk_km *fit(const cbk_risk_table *risk, cbk_survival_estimate estimate,
                         cbk_interval interval, cbk_arena *arena)
{
    cbk_conventions conventions = cbk_conventions_of(CBK_PROFILE_R);
    conventions.estimate = estimate;
    conventions.interval = interval;
    const cbk_km *km = NULL;
    return cbk_km_fit(risk, &conventions, arena, &km, NULL) == CBK_OK ? km : NULL;
}

static fits fit_case(const char *directory, const char *name, cbk_arena *arena)
{
    const cbk_conventions conventions = cbk_conventions_of(CBK_PROFILE_R);
    fits all = {.risk = read_risk(directory, name, arena)};
    all.product = fit(all.risk, CBK_SURVIVAL_KAPLAN_MEIER, CBK_INTERVAL_LOG, arena);
    if (all.product == NULL || cbk_nelson_aalen_fit(all.risk, &conventions, arena,
                                                    &all.hazard, NULL) != CBK_OK) {
        printf("Bail out! %s cannot be fitted\n", name);
        exit(99);
    }
    return all;
}

static void compare_exponential(const golden_line *want, fits *all, cbk_arena *arena)
{
    if (strcmp(want->interval, all->interval) != 0) {
        cbk_interval interval = CBK_INTERVAL_LOG;
        CHECK(cbk_interval_parse(want->interval, &interval));
        all->exponential =
            fit(all->risk, CBK_SURVIVAL_FLEMING_HARRINGTON, interval, arena);
        all->n_exponential = 0;
        memcpy(all->interval, want->interval, sizeof all->interval);
    }
    CHECK(all->exponential != NULL && all->n_exponential < all->exponential->n_rows);
    const cbk_km_row row = cbk_km_row_at(all->exponential, all->n_exponential++);
    CHECK(row.time == want->x);
    CHECK_NEAR(row.survival, want->number[0], tolerance);
    CHECK_NEAR(row.std_error, want->number[1], tolerance);
    CHECK_NEAR(row.lower, want->number[2], tolerance);
    CHECK_NEAR(row.upper, want->number[3], tolerance);
}

static void compare_contrast(const golden_line *want, const cbk_contrast *got)
{
    CHECK_NEAR(got->estimate, want->number[0], tolerance);
    CHECK_NEAR(got->std_error, want->number[1], tolerance);
    CHECK_NEAR(got->z, want->number[2], tolerance);
    CHECK_NEAR(got->p, want->number[3], tolerance);
}

static void compare_comparison(const golden_line *want, const cbk_km *reference,
                               const cbk_km *group)
{
    if (strcmp(want->kind, "difference") == 0) {
        const cbk_km_at a = cbk_km_at_time(reference, want->x);
        const cbk_km_at b = cbk_km_at_time(group, want->x);
        const cbk_contrast found = cbk_survival_difference(&a, &b, 0.95);
        compare_contrast(want, &found);
        return;
    }
    const cbk_restricted_mean a = cbk_restricted_mean_of(reference, want->x);
    const cbk_restricted_mean b = cbk_restricted_mean_of(group, want->x);
    const cbk_contrast found = strcmp(want->kind, "rmst_ratio") == 0
                                   ? cbk_restricted_mean_ratio(&a, &b, 0.95)
                                   : cbk_restricted_mean_difference(&a, &b, 0.95);
    compare_contrast(want, &found);
}

static void compare_line(const golden_line *want, fits *all, const cbk_km *reference,
                         cbk_arena *arena)
{
    if (strcmp(want->kind, "hazard") == 0) {
        const cbk_hazard_at at = cbk_hazard_at_time(all->hazard, want->x);
        CHECK_NEAR(at.hazard, want->number[0], tolerance);
        CHECK_NEAR(at.std_error, want->number[1], tolerance);
    } else if (strcmp(want->kind, "exponential") == 0) {
        compare_exponential(want, all, arena);
    } else if (strcmp(want->kind, "rmst") == 0) {
        const cbk_restricted_mean mean = cbk_restricted_mean_of(all->product, want->x);
        CHECK_NEAR(mean.estimate, want->number[0], tolerance);
        CHECK_NEAR(mean.std_error, want->number[1], tolerance);
    } else {
        compare_comparison(want, reference, all->product);
    }
}

/* Every line of the file, case by case; a failed one is shown. */
static void compare_file(const char *directory, cbk_arena *arena, size_t *n_lines)
{
    const fits reference = fit_case(directory, "aml", arena);
    FILE *file = golden_open(directory, "km_plus", ".out.csv");
    golden_line want;
    char name[40] = "";
    fits all = {0};
    while (!check_has_failed && read_line(file, &want)) {
        if (strcmp(name, want.name) != 0) {
            memcpy(name, want.name, sizeof name);
            all = fit_case(directory, name, arena);
        }
        (*n_lines)++;
        compare_line(&want, &all, reference.product, arena);
        if (check_has_failed) {
            printf("# line %zu: %s %s %s %.17g\n", *n_lines + 2, want.name, want.kind,
                   want.interval, want.x);
        }
    }
    const bool is_all_read = feof(file) != 0;
    (void)fclose(file);
    CHECK(!check_has_failed && is_all_read);
}

int main(int argc, char **argv)
{
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    if (argc < 2 || arena == NULL) {
        return 99;
    }
    size_t n_lines = 0;
    printf("1..2\n");
    compare_file(argv[1], arena, &n_lines);
    printf("%s 1 - every line of km_plus.out.csv\n", check_has_failed ? "not ok" : "ok");
    printf("%s 2 - there are thousands\n", n_lines > 2000 ? "ok" : "not ok");
    cbk_arena_destroy(arena);
    return check_has_failed || n_lines <= 2000 ? 1 : 0;
}
