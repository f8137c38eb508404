/* test_log_rank_golden.c - comparisons of groups against R.
 *
 * Usage: test_log_rank_golden DIRECTORY NAME...
 * To add data: one call in make_log_rank_golden.R, its name in meson.build. */
#include "check.h"
#include "golden.h"

#include <casebook/log_rank.h>

#include <string.h>

enum { MAX_ROWS = 2000 };
static const double tolerance = 1e-10;

typedef struct data {
    size_t n;
    size_t n_groups;
    size_t n_strata;
    bool is_late;
    double entry[MAX_ROWS];
    double time[MAX_ROWS];
    bool is_event[MAX_ROWS];
    uint32_t group[MAX_ROWS];
    uint32_t stratum[MAX_ROWS];
} data;

static void read_data(const char *directory, const char *name, data *out)
{
    FILE *file = golden_open(directory, name, ".in.csv");
    int event = 0;
    *out = (data){0};
    for (size_t i = 0;
         i < MAX_ROWS && fscanf(file, " %lf,%lf,%d,%u,%u", &out->entry[i], &out->time[i],
                                &event, &out->group[i], &out->stratum[i]) == 5;
         i++) {
        out->is_event[i] = event == 1;
        out->is_late = !isnan(out->entry[i]);
        out->n_groups =
            out->group[i] >= out->n_groups ? out->group[i] + 1 : out->n_groups;
        out->n_strata =
            out->stratum[i] >= out->n_strata ? out->stratum[i] + 1 : out->n_strata;
        out->n = i + 1;
    }
    (void)fclose(file);
}

typedef struct line {
    char method[32];
    double rho, gamma;
    size_t group;
    double observed, expected, chisq, df, p;
} line;

static bool read_line(FILE *file, line *want)
{
    return fscanf(file, " %31[^,],%lf,%lf,%zu,%lf,%lf,%lf,%lf,%lf", want->method,
                  &want->rho, &want->gamma, &want->group, &want->observed,
                  &want->expected, &want->chisq, &want->df, &want->p) == 9;
}

/* R sums without compensation: an expected count of 0 is exactly that. */
static void compare(const data *from, const line *want, cbk_arena *arena)
{
    const cbk_followup followup = {.n = from->n,
                                   .time = from->time,
                                   .is_event = from->is_event,
                                   .entry = from->is_late ? from->entry : NULL};
    const cbk_log_rank_rows rows = {.followup = &followup,
                                    .group = from->group,
                                    .n_groups = from->n_groups,
                                    .stratum = from->stratum,
                                    .n_strata = from->n_strata};
    cbk_log_rank_request request = {.rho = want->rho, .gamma = want->gamma};
    const cbk_log_rank *fit = NULL;
    CHECK(cbk_log_rank_method_parse(want->method, &request.method));
    CHECK(cbk_log_rank_fit(&rows, &request, arena, &fit, NULL) == CBK_OK);
    CHECK(want->group < fit->n_groups);
    CHECK_NEAR(fit->groups[want->group].observed, want->observed, tolerance);
    CHECK_NEAR(fit->groups[want->group].expected, want->expected, tolerance);
    CHECK_NEAR(fit->test.chisq, want->chisq, tolerance);
    CHECK((double)fit->test.df == want->df);
    CHECK_NEAR(fit->test.p, want->p, tolerance);
}

static bool is_good(const char *directory, const char *name, cbk_arena *arena)
{
    static data from;
    line want;
    size_t n_lines = 0;
    read_data(directory, name, &from);
    FILE *file = golden_open(directory, name, ".out.csv");
    while (!check_has_failed && read_line(file, &want)) {
        compare(&from, &want, arena);
        n_lines++;
    }
    (void)fclose(file);
    return n_lines == 7 * from.n_groups;
}

int main(int argc, char **argv)
{
    return golden_main(argc, argv, is_good);
}
