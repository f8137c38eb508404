/* test_mcf_golden.c - the mean cumulative function against R.
 *
 * Usage: test_mcf_golden DIRECTORY NAME...
 * To add data: one call in make_mcf_golden.R, its name in meson.build. */
#include "check.h"
#include "golden.h"

#include <casebook/mean_cumulative.h>

#include <string.h>

enum { MAX_ROWS = 500, LINES_MIN = 40 };
static const double tolerance = 1e-9;

typedef struct data {
    size_t n, n_subjects, n_groups;
    double entry[MAX_ROWS], time[MAX_ROWS], weight[MAX_ROWS];
    bool is_event[MAX_ROWS];
    uint32_t subject[MAX_ROWS], group[MAX_ROWS];
} data;

static void read_data(const char *directory, const char *name, data *out)
{
    FILE *file = golden_open(directory, name, ".in.csv");
    int event = 0;
    *out = (data){0};
    for (size_t i = 0; i < MAX_ROWS; i++) {
        if (fscanf(file, " %lf,%lf,%d,%lf,%u,%u", &out->entry[i], &out->time[i], &event,
                   &out->weight[i], &out->subject[i], &out->group[i]) != 6) {
            break;
        }
        out->is_event[i] = event == 1;
        out->n_subjects =
            out->subject[i] >= out->n_subjects ? out->subject[i] + 1 : out->n_subjects;
        out->n_groups =
            out->group[i] >= out->n_groups ? out->group[i] + 1 : out->n_groups;
        out->n = i + 1;
    }
    (void)fclose(file);
}

static const cbk_mcf_analysis *fit(const data *from, cbk_arena *arena)
{
    const cbk_followup as_read = {.n = from->n,
                                  .time = from->time,
                                  .is_event = from->is_event,
                                  .entry = from->entry,
                                  .weight = from->weight};
    cbk_followup followup;
    const cbk_mcf_rows rows = {.followup = &followup,
                               .subject = from->subject,
                               .n_subjects = from->n_subjects,
                               .group = from->group,
                               .n_groups = from->n_groups};
    const cbk_mcf_request request = {.interval = CBK_INTERVAL_LOG, .level = 0.95};
    const cbk_mcf_analysis *out = NULL;
    return cbk_followup_fix_ties(&as_read, arena, &followup, NULL) == CBK_OK &&
                   cbk_mcf_fit(&rows, &request, arena, &out, NULL) == CBK_OK
               ? out
               : NULL;
}

/* NaN for a name that is not known. */
static double number_of(const cbk_mcf_analysis *analysis, int group, const char *quantity,
                        double time)
{
    if (group < 0) {
        return strcmp(quantity, "chisq") == 0 ? analysis->test.chisq : (double)NAN;
    }
    const cbk_mcf_at at = cbk_mcf_at_time(&analysis->curves[group], time);
    return strcmp(quantity, "n_risk") == 0      ? at.n_risk
           : strcmp(quantity, "mean") == 0      ? at.mean
           : strcmp(quantity, "std_error") == 0 ? at.std_error
                                                : (double)NAN;
}

static size_t compare(const cbk_mcf_analysis *analysis, FILE *file)
{
    int group = 0;
    char quantity[16];
    double time = 0.0;
    double value = 0.0;
    size_t n_lines = 0;
    while (fscanf(file, " %d,%15[^,],%lf,%lf", &group, quantity, &time, &value) == 4) {
        const double ours = number_of(analysis, group, quantity, time);
        if (!check_is_near(ours, value, tolerance)) {
            printf("# group %d, %s at %g: %.17g, expected %.17g\n", group, quantity, time,
                   ours, value);
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
    const cbk_mcf_analysis *analysis = fit(&from, arena);
    FILE *file = golden_open(directory, name, ".out.csv");
    const bool has_all = analysis != NULL && compare(analysis, file) > LINES_MIN;
    (void)fclose(file);
    return has_all;
}

int main(int argc, char **argv)
{
    return golden_main(argc, argv, is_good);
}
