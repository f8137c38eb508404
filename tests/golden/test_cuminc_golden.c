/* test_cuminc_golden.c - cumulative incidences and Gray's tests against R.
 *
 * Usage: test_cuminc_golden DIRECTORY NAME...
 * To add data: one call in make_cuminc_golden.R, its name in meson.build. */
#include "check.h"
#include "golden.h"

#include <casebook/cumulative_incidence.h>

#include <string.h>

enum { MAX_ROWS = 2000, MAX_CAUSES = 3 };
static const double tolerance = 1e-9;

typedef struct data {
    size_t n;
    size_t n_causes, n_groups, n_strata;
    bool is_late, is_weighted;
    double entry[MAX_ROWS], time[MAX_ROWS], weight[MAX_ROWS];
    bool is_event[MAX_ROWS];
    uint8_t cause[MAX_ROWS];
    uint32_t group[MAX_ROWS], stratum[MAX_ROWS];
} data;

static void add_row(data *out, double entry, double time, unsigned cause, unsigned group,
                    unsigned stratum, double weight)
{
    const size_t i = out->n++;
    out->entry[i] = entry;
    out->time[i] = time;
    out->weight[i] = weight;
    out->cause[i] = (uint8_t)cause;
    out->is_event[i] = cause > 0;
    out->group[i] = group;
    out->stratum[i] = stratum;
    out->is_late = !isnan(entry);
    out->is_weighted = !isnan(weight);
    out->n_causes = cause > out->n_causes ? cause : out->n_causes;
    out->n_groups = group >= out->n_groups ? group + 1 : out->n_groups;
    out->n_strata = stratum >= out->n_strata ? stratum + 1 : out->n_strata;
}

static void read_data(const char *directory, const char *name, data *out)
{
    FILE *file = golden_open(directory, name, ".in.csv");
    double entry = 0.0;
    double time = 0.0;
    double weight = 0.0;
    unsigned cause = 0;
    unsigned group = 0;
    unsigned stratum = 0;
    *out = (data){0};
    while (out->n < MAX_ROWS && fscanf(file, " %lf,%lf,%u,%u,%u,%lf", &entry, &time,
                                       &cause, &group, &stratum, &weight) == 6) {
        add_row(out, entry, time, cause, group, stratum, weight);
    }
    (void)fclose(file);
}

/* The rows of one group. */
static void take_group(const data *from, size_t group, data *out)
{
    *out = (data){0};
    for (size_t i = 0; i < from->n; i++) {
        if (from->group[i] == group) {
            add_row(out, from->entry[i], from->time[i], from->cause[i], 0, 0,
                    from->weight[i]);
        }
    }
    out->n_causes = from->n_causes;
}

static cbk_followup followup_of(const data *from)
{
    return (cbk_followup){.n = from->n,
                          .time = from->time,
                          .is_event = from->is_event,
                          .entry = from->is_late ? from->entry : NULL,
                          .weight = from->is_weighted ? from->weight : NULL};
}

static const cbk_cuminc *fit_group(const data *from, size_t group,
                                   cbk_incidence_variance variance, cbk_arena *arena)
{
    static data part;
    take_group(from, group, &part);
    const cbk_followup followup = followup_of(&part);
    const cbk_cause_rows rows = {
        .followup = &followup, .cause = part.cause, .n_causes = part.n_causes};
    const cbk_cuminc_request request = {
        .variance = variance, .interval = CBK_INTERVAL_LOG_LOG, .level = 0.95};
    const cbk_cause_table *table = NULL;
    const cbk_cuminc *fit = NULL;
    if (cbk_cause_table_build(&rows, true, arena, &table, NULL) != CBK_OK ||
        cbk_cuminc_fit(table, &request, arena, &fit, NULL) != CBK_OK) {
        return NULL;
    }
    return fit;
}

typedef struct line {
    char what[16];
    size_t group, cause;
    double time, a, b, c;
} line;

static bool read_line(FILE *file, line *want)
{
    return fscanf(file, " %15[^,],%zu,%zu,%lf,%lf,%lf,%lf", want->what, &want->group,
                  &want->cause, &want->time, &want->a, &want->b, &want->c) == 7;
}

static void compare_estimate(const data *from, const line *want, cbk_arena *arena)
{
    const cbk_cuminc *fit = fit_group(from, want->group, CBK_INCIDENCE_JACKKNIFE, arena);
    CHECK(fit != NULL);
    const cbk_cuminc_row row = cbk_cuminc_at_time(fit, want->cause - 1, want->time);
    CHECK_NEAR(row.incidence, want->a, tolerance);
    CHECK(fabs(row.std_error - want->b) <= tolerance * fmax(want->b, 1e-3));
    if (!isnan(want->c)) {
        fit = fit_group(from, want->group, CBK_INCIDENCE_AALEN, arena);
        CHECK(fit != NULL);
        CHECK_NEAR(cbk_cuminc_at_time(fit, want->cause - 1, want->time).std_error,
                   want->c, tolerance);
    }
}

static void compare_test(const data *from, const line *want, cbk_arena *arena)
{
    const cbk_followup followup = followup_of(from);
    const cbk_gray_rows rows = {.followup = &followup,
                                .cause = from->cause,
                                .n_causes = from->n_causes,
                                .group = from->group,
                                .n_groups = from->n_groups,
                                .stratum = from->stratum,
                                .n_strata = from->n_strata};
    cbk_gray_test test[MAX_CAUSES];
    CHECK(cbk_gray_fit(&rows, arena, test, NULL) == CBK_OK);
    CHECK_NEAR(test[want->cause - 1].chisq, want->a, tolerance);
    CHECK((double)test[want->cause - 1].df == want->b);
    CHECK_NEAR(test[want->cause - 1].p, want->c, tolerance);
}

static bool is_good(const char *directory, const char *name, cbk_arena *arena)
{
    static data from;
    line want;
    size_t n_estimates = 0;
    size_t n_tests = 0;
    read_data(directory, name, &from);
    FILE *file = golden_open(directory, name, ".out.csv");
    while (!check_has_failed && read_line(file, &want)) {
        const bool is_test = strcmp(want.what, "test") == 0;
        const cbk_mark before = cbk_arena_mark(arena);
        (is_test ? compare_test : compare_estimate)(&from, &want, arena);
        cbk_arena_release(arena, before);
        n_tests += is_test;
        n_estimates += !is_test;
    }
    (void)fclose(file);
    const bool has_tests = !from.is_late && !from.is_weighted && from.n_groups > 1;
    return n_tests == (has_tests ? from.n_causes : 0) &&
           n_estimates >= 10 * from.n_groups * from.n_causes / 2;
}

int main(int argc, char **argv)
{
    return golden_main(argc, argv, is_good);
}
