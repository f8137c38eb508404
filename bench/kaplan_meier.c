/* kaplan_meier.c - times one workload of the library and prints one line.
 *
 *   bench_kaplan_meier WORKLOAD N FOLDER
 *
 * Line, by tabs: workload, N, milliseconds of processor time (the quietest run), peak
 * memory in MiB (columns included), a check value for the peers to meet.  FOLDER holds
 * the files; the workload `write` makes them: months and years as CSV of seven columns,
 * and as columns of doubles (time, then event) for the peers.
 */
#include <casebook/describe.h>
#include <casebook/kaplan_meier.h>

#include "exchange/csv_columns.h"
#include "series.h"
#include "study/analysis/curves.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { RUNS_MIN = 5, PATH_BYTES = 4096, N_BATCH = 1000, CURVES_IN_BATCH = 2000 };

typedef struct workload {
    size_t n;
    const char *folder;
    double *time; /* [n] */
    double *entry;
    bool *is_event;
    double check;
} workload;

/* ---- data ---------------------------------------------------------------------------
 */

static bool make_columns(workload *work, bool is_months)
{
    work->time = malloc((work->n + 1) * sizeof *work->time);
    work->is_event = malloc((work->n + 1) * sizeof *work->is_event);
    for (size_t i = 0; work->time != NULL && work->is_event != NULL && i < work->n; i++) {
        const series_row row = series_at(i);
        work->time[i] = is_months ? row.months : row.years;
        work->is_event[i] = row.is_event;
    }
    return work->time != NULL && work->is_event != NULL;
}

static void path_of(const workload *work, const char *name, char path[PATH_BYTES])
{
    (void)snprintf(path, PATH_BYTES, "%s/%s-%zu", work->folder, name, work->n);
}

static FILE *create(const workload *work, const char *name)
{
    char path[PATH_BYTES];
    path_of(work, name, path);
    return fopen(path, "wb");
}

static bool finish(FILE *file)
{
    const bool is_good = ferror(file) == 0;
    return fclose(file) == 0 && is_good;
}

static bool write_csv(const workload *work, const char *name, bool is_months)
{
    FILE *file = create(work, name);
    if (file == NULL) {
        return false;
    }
    (void)fputs("time,entry,event,cause,group,stratum,id\n", file);
    for (size_t i = 0; i < work->n; i++) {
        const series_row row = series_at(i);
        const int event = row.is_event ? 1 : 0;
        const int stratum = (int)(i % 10);
        if (is_months) {
            (void)fprintf(file, "%.0f,%.0f,%d,%d,%d,%d,%zu\n", row.months,
                          floor(row.entry * 12.0), event, event, row.group, stratum, i);
        } else {
            (void)fprintf(file, "%.9f,%.9f,%d,%d,%d,%d,%zu\n", row.years, row.entry,
                          event, event, row.group, stratum, i);
        }
    }
    return finish(file);
}

static bool write_binary(const workload *work, const char *name, bool is_months)
{
    FILE *file = create(work, name);
    if (file == NULL) {
        return false;
    }
    for (int column = 0; column < 2; column++) {
        for (size_t i = 0; i < work->n; i++) {
            const series_row row = series_at(i);
            const double time = is_months ? row.months : row.years;
            const double value = column == 0 ? time : row.is_event ? 1.0 : 0.0;
            (void)fwrite(&value, sizeof value, 1, file);
        }
    }
    return finish(file);
}

static bool write_all(const workload *work)
{
    return write_csv(work, "months.csv", true) && write_csv(work, "years.csv", false) &&
           write_binary(work, "months.bin", true) &&
           write_binary(work, "years.bin", false);
}

/* ---- workloads ----------------------------------------------------------------------
 */

static bool fit(workload *work, size_t n, const double *entry, double at)
{
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    const cbk_followup rows = {
        .n = n, .time = work->time, .is_event = work->is_event, .entry = entry};
    const cbk_conventions conventions = cbk_conventions_of(CBK_PROFILE_R);
    const cbk_risk_table *risk = NULL;
    const cbk_km *km = NULL;
    const bool is_fitted =
        arena != NULL &&
        cbk_risk_table_build(&rows, true, arena, &risk, NULL) == CBK_OK &&
        cbk_km_fit(risk, &conventions, arena, &km, NULL) == CBK_OK;
    if (is_fitted) {
        work->check = cbk_km_at_time(km, at).survival;
    }
    cbk_arena_destroy(arena);
    return is_fitted;
}

static bool km_months(workload *work)
{
    return fit(work, work->n, NULL, 60.0);
}

static bool km_years(workload *work)
{
    return fit(work, work->n, NULL, 5.0);
}

static bool km_late_entry(workload *work)
{
    return fit(work, work->n, work->entry, 5.0);
}

static bool km_batch(workload *work)
{
    for (int k = 0; k < CURVES_IN_BATCH; k++) {
        if (!fit(work, N_BATCH, NULL, 5.0)) {
            return false;
        }
    }
    return true;
}

static bool describe(workload *work)
{
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    cbk_description out;
    const bool is_done =
        arena != NULL && cbk_describe(work->time, work->n, CBK_SAMPLE_QUANTILE_7, arena,
                                      &out, NULL) == CBK_OK;
    work->check = is_done ? out.median : 0.0;
    cbk_arena_destroy(arena);
    return is_done;
}

static bool csv_to_km(workload *work, const char *name, double at)
{
    char path[PATH_BYTES];
    path_of(work, name, path);
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    cbk_problems problems = {.arena = arena};
    const cbk_followup_request request = {.time = "time", .event = "event"};
    const cbk_conventions conventions = cbk_conventions_of(CBK_PROFILE_R);
    const cbk_followup_data *data = NULL;
    const cbk_curves *curves = NULL;
    const bool is_fitted =
        arena != NULL &&
        cbk_followup_of_file(path, &request, arena, &problems, &data, NULL) == CBK_OK &&
        cbk_curves_fit(data, &conventions, arena, &curves, NULL) == CBK_OK;
    if (is_fitted) {
        work->check = cbk_km_at_time(curves->curves[0].km, at).survival;
    }
    cbk_arena_destroy(arena);
    return is_fitted;
}

static bool csv_to_km_months(workload *work)
{
    return csv_to_km(work, "months.csv", 60.0);
}

static bool csv_to_km_years(workload *work)
{
    return csv_to_km(work, "years.csv", 5.0);
}

/* All seven columns. */
static bool read_csv(workload *work, const char *name)
{
    static const cbk_csv_want wants[] = {{0, CBK_CSV_NUMBER}, {1, CBK_CSV_NUMBER},
                                         {2, CBK_CSV_NUMBER}, {3, CBK_CSV_NUMBER},
                                         {4, CBK_CSV_NUMBER}, {5, CBK_CSV_NUMBER},
                                         {6, CBK_CSV_NUMBER}};
    enum { N_WANTS = sizeof wants / sizeof wants[0] };
    char path[PATH_BYTES];
    path_of(work, name, path);
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    cbk_csv_scan *scan = NULL;
    cbk_csv_values values[N_WANTS];
    size_t n_rows = 0;
    const bool is_read = arena != NULL && cbk_csv_scan_open(path, arena, &scan) &&
                         cbk_csv_scan_read(scan, wants, N_WANTS, "NA", values, &n_rows);
    work->check = (double)n_rows;
    cbk_csv_scan_close(scan);
    cbk_arena_destroy(arena);
    return is_read;
}

static bool read_csv_months(workload *work)
{
    return read_csv(work, "months.csv");
}

static bool read_csv_years(workload *work)
{
    return read_csv(work, "years.csv");
}

typedef enum data_kind { DATA_IN_FILES, DATA_MONTHS, DATA_YEARS } data_kind;

static const struct {
    const char *name;
    bool (*run)(workload *work);
    data_kind data;
    double per; /* the time printed is divided by it */
} workloads[] = {
    {"km-months", km_months, DATA_MONTHS, 1},
    {"km-years", km_years, DATA_YEARS, 1},
    {"km-late-entry", km_late_entry, DATA_YEARS, 1},
    {"km-batch", km_batch, DATA_YEARS, CURVES_IN_BATCH},
    {"describe", describe, DATA_YEARS, 1},
    {"csv-km-months", csv_to_km_months, DATA_IN_FILES, 1},
    {"csv-km-years", csv_to_km_years, DATA_IN_FILES, 1},
    {"csv-read-months", read_csv_months, DATA_IN_FILES, 1},
    {"csv-read-years", read_csv_years, DATA_IN_FILES, 1},
};

/* ---- timing -------------------------------------------------------------------------
 */

static double cpu_seconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Seconds of the quietest of RUNS_MIN runs or more; negative: a run failed. */
static double seconds_of(bool (*run)(workload *work), workload *work)
{
    double least = HUGE_VAL;
    double total = 0.0;
    for (int k = 0; k < RUNS_MIN || (total < 0.5 && k < 100 * RUNS_MIN); k++) {
        const double start = cpu_seconds();
        if (!run(work)) {
            return -1.0;
        }
        const double seconds = cpu_seconds() - start;
        least = fmin(least, seconds);
        total += seconds;
    }
    return least;
}

static bool make_entries(workload *work)
{
    work->entry = malloc((work->n + 1) * sizeof *work->entry);
    for (size_t i = 0; work->entry != NULL && i < work->n; i++) {
        const series_row row = series_at(i);
        work->entry[i] = row.entry < row.years ? row.entry : 0.0;
    }
    return work->entry != NULL;
}

static bool measure(size_t which, workload *work)
{
    const data_kind data = workloads[which].data;
    if ((data != DATA_IN_FILES && !make_columns(work, data == DATA_MONTHS)) ||
        (workloads[which].run == km_late_entry && !make_entries(work))) {
        return false;
    }
    const double seconds = seconds_of(workloads[which].run, work);
    struct rusage used;
    (void)getrusage(RUSAGE_SELF, &used);
    printf("%s\t%zu\t%.6f\t%.1f\t%.12g\n", workloads[which].name, work->n,
           1e3 * seconds / workloads[which].per, (double)used.ru_maxrss / 1024,
           work->check);
    return seconds >= 0.0;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        (void)fprintf(stderr, "usage: bench_kaplan_meier WORKLOAD N FOLDER\n");
        return 2;
    }
    workload work = {.n = (size_t)strtoull(argv[2], NULL, 10), .folder = argv[3]};
    bool is_known = strcmp(argv[1], "write") == 0;
    bool is_good = is_known && write_all(&work);
    for (size_t i = 0; i < sizeof workloads / sizeof workloads[0]; i++) {
        if (strcmp(workloads[i].name, argv[1]) == 0) {
            is_known = true;
            is_good = measure(i, &work);
        }
    }
    free(work.time);
    free(work.entry);
    free(work.is_event);
    if (!is_known) {
        (void)fprintf(stderr, "bench_kaplan_meier: no workload \"%s\"\n", argv[1]);
        return 2;
    }
    return is_good ? 0 : 1;
}
