/* test_speed.c - large series within ten times what they should take: something that has
 * become quadratic, or fallen back to the slow way, is found here and not by a user. */
#include "check.h"
#include "random_below.h"

#include <casebook/cox.h>
#include <casebook/cumulative_incidence.h>
#include <casebook/fine_gray.h>
#include <casebook/kaplan_meier.h>
#include <casebook/mean_cumulative.h>

#include "base/text.h"
#include "exchange/csv_columns.h"

#include <time.h>

enum { N_ROWS = 300000 };

/* Sanitizers and -O0 are slow, and not what is measured. */
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) &&                           \
    !defined(__SANITIZE_THREAD__)
static const double patience = 10.0;
#else
static const double patience = 200.0;
#endif

static double time_of[N_ROWS];
static bool is_event[N_ROWS];
static uint8_t cause_of[N_ROWS];
static uint32_t group_of[N_ROWS];

static double cpu_seconds(void)
{
    return (double)clock() / (double)CLOCKS_PER_SEC;
}

/* Seconds of the quietest of a few curves, or -1. */
static double seconds_of_curve(void)
{
    const cbk_followup rows = {.n = N_ROWS, .time = time_of, .is_event = is_event};
    const cbk_conventions conventions = cbk_conventions_of(CBK_PROFILE_R);
    double least = HUGE_VAL;
    for (int run = 0; run < 5; run++) {
        cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
        const cbk_risk_table *risk = NULL;
        const cbk_km *km = NULL;
        const double start = cpu_seconds();
        const bool is_fitted =
            arena != NULL &&
            cbk_risk_table_build(&rows, true, arena, &risk, NULL) == CBK_OK &&
            cbk_km_fit(risk, &conventions, arena, &km, NULL) == CBK_OK;
        least = fmin(least, cpu_seconds() - start);
        cbk_arena_destroy(arena);
        if (!is_fitted) {
            return -1.0;
        }
    }
    return least;
}

/* The goals are those of ten million rows, 20 ms and 150 ms, for so many. */
static void months(void)
{
    for (size_t i = 0; i < N_ROWS; i++) {
        time_of[i] = random_below(120);
        is_event[i] = random_below(3) == 0;
    }
    const double seconds = seconds_of_curve();
    CHECK(seconds >= 0.0 && seconds < patience * 0.020 * N_ROWS / 1e7);
}

static void continuous(void)
{
    for (size_t i = 0; i < N_ROWS; i++) {
        const bool is_at_end = random_below(3) == 0;
        time_of[i] = is_at_end ? 10.0 : random_below(1u << 30) / 1.1e8;
        is_event[i] = random_below(3) == 0;
    }
    const double seconds = seconds_of_curve();
    CHECK(seconds >= 0.0 && seconds < patience * 0.150 * N_ROWS / 1e7);
}

/* Seconds of the quietest of a few incidences, or tests of them; or -1. */
static double seconds_of_incidence(bool is_test)
{
    const cbk_followup rows = {.n = N_ROWS, .time = time_of, .is_event = is_event};
    const cbk_cause_rows causes = {.followup = &rows, .cause = cause_of, .n_causes = 2};
    const cbk_gray_rows groups = {.followup = &rows,
                                  .cause = cause_of,
                                  .n_causes = 2,
                                  .group = group_of,
                                  .n_groups = 2};
    const cbk_cuminc_request request = {.interval = CBK_INTERVAL_LOG_LOG, .level = 0.95};
    double least = HUGE_VAL;
    for (int run = 0; run < 5; run++) {
        cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
        const cbk_cause_table *table = NULL;
        const cbk_cuminc *fit = NULL;
        cbk_gray_test tests[2];
        const double start = cpu_seconds();
        const bool is_fitted =
            arena != NULL &&
            (is_test
                 ? cbk_gray_fit(&groups, arena, tests, NULL) == CBK_OK
                 : cbk_cause_table_build(&causes, true, arena, &table, NULL) == CBK_OK &&
                       cbk_cuminc_fit(table, &request, arena, &fit, NULL) == CBK_OK);
        least = fmin(least, cpu_seconds() - start);
        cbk_arena_destroy(arena);
        if (!is_fitted) {
            return -1.0;
        }
    }
    return least;
}

/* The goals are those of a million rows: 2 and 20 ms, of Gray's tests 4 and 30 ms. */
static void competing_events(void)
{
    for (int is_whole = 0; is_whole < 2; is_whole++) {
        for (size_t i = 0; i < N_ROWS; i++) {
            const bool is_at_end = random_below(3) == 0;
            time_of[i] = is_whole    ? random_below(120)
                         : is_at_end ? 10.0
                                     : random_below(1u << 30) / 1.1e8;
            cause_of[i] = (uint8_t)random_below(3);
            is_event[i] = cause_of[i] > 0;
            group_of[i] = random_below(2);
        }
        const double estimate = seconds_of_incidence(false);
        const double test = seconds_of_incidence(true);
        const double share = patience * N_ROWS / 1e6;
        CHECK(estimate >= 0.0 && estimate < share * (is_whole ? 0.002 : 0.020));
        CHECK(test >= 0.0 && test < share * (is_whole ? 0.004 : 0.030));
    }
}

static void csv_of_seven_columns(void)
{
    cbk_buffer text = {0};
    cbk_buffer_add(&text, "time,entry,event,cause,group,stratum,id\n");
    for (size_t i = 0; i < N_ROWS; i++) {
        cbk_buffer_addf(&text, "%u,%u,%u,0,1,7,%zu\n", random_below(120), random_below(9),
                        random_below(2), i);
    }
    static const cbk_csv_want wants[] = {{0, CBK_CSV_NUMBER}, {2, CBK_CSV_LEVEL}};
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    cbk_csv_scan *scan = NULL;
    cbk_csv_values values[2];
    size_t n_rows = 0;
    const double start = cpu_seconds();
    const bool is_read = arena != NULL &&
                         cbk_csv_scan_open_bytes(text.bytes, text.size, arena, &scan) &&
                         cbk_csv_scan_read(scan, wants, 2, "NA", values, &n_rows);
    const double seconds = cpu_seconds() - start;
    cbk_csv_scan_close(scan);
    cbk_arena_destroy(arena);
    cbk_buffer_free(&text);
    CHECK(is_read && n_rows == N_ROWS && seconds < patience * 0.300 * N_ROWS / 1e7);
}

/* The goals are those of a million rows; fits from columns in memory. */
static double seconds_of_cox(const cbk_followup *rows, size_t n_covariates)
{
    enum { P_MAX = 5 };
    static double x[P_MAX][N_ROWS];
    const double *column[P_MAX];
    for (size_t j = 0; j < n_covariates; j++) {
        for (size_t i = 0; i < N_ROWS; i++) {
            x[j][i] = random_below(1u << 20) / 1e6;
        }
        column[j] = x[j];
    }
    const cbk_cox_rows of = {.followup = rows,
                             .n_covariates = n_covariates,
                             .covariate = column,
                             .n_strata = 1};
    const cbk_cox_request request = {.level = 0.95};
    const cbk_cox *fit = NULL;
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    const double start = cpu_seconds();
    const bool is_fitted =
        arena != NULL && cbk_cox_fit(&of, &request, arena, &fit, NULL) == CBK_OK;
    const double seconds = cpu_seconds() - start;
    cbk_arena_destroy(arena);
    return is_fitted ? seconds : -1.0;
}

static void cox_of_five_covariates(void)
{
    static double entry[N_ROWS];
    for (size_t i = 0; i < N_ROWS; i++) {
        time_of[i] = random_below(1u << 30) / 1e8 + 0.001;
        entry[i] = 0.5 * time_of[i];
        is_event[i] = random_below(3) == 0;
    }
    cbk_followup rows = {.n = N_ROWS, .time = time_of, .is_event = is_event};
    const double seconds = seconds_of_cox(&rows, 5);
    CHECK(seconds >= 0.0 && seconds < patience * 0.090 * N_ROWS / 1e6);
    rows.entry = entry;
    const double late = seconds_of_cox(&rows, 5);
    CHECK(late >= 0.0 && late < patience * 0.180 * N_ROWS / 1e6);
    rows.entry = NULL;
    for (size_t i = 0; i < N_ROWS; i++) {
        time_of[i] = ceil(12.0 * time_of[i]);
    }
    const double months = seconds_of_cox(&rows, 5);
    CHECK(months >= 0.0 && months < patience * 0.090 * N_ROWS / 1e6);
}

/* The goals of bench/fine_gray.c and bench/mean_cumulative.c; the second for a tenth. */
static void competing_and_recurrent(void)
{
    enum { N = 10000, P = 5 };
    static double x[P][N], times[N];
    static uint8_t cause[N];
    static uint32_t subject[N];
    static bool is_again[N];
    const double *columns[P];
    for (size_t i = 0; i < N; i++) {
        times[i] = random_below(1u << 30) / 1e7;
        cause[i] = (uint8_t)random_below(3);
        subject[i] = (uint32_t)(i / 5);
        is_again[i] = i % 5 < 4;
        for (size_t j = 0; j < P; j++) {
            columns[j] = x[j];
            x[j][i] = random_below(1000) / 500.0 - 1.0;
        }
    }
    const cbk_followup rows = {.n = N, .time = times, .is_event = is_again};
    const cbk_fine_gray_rows competing = {.followup = &rows,
                                          .cause = cause,
                                          .wanted = 1,
                                          .n_covariates = P,
                                          .covariate = columns};
    const cbk_mcf_rows recurrent = {
        .followup = &rows, .subject = subject, .n_subjects = N / 5};
    const cbk_mcf_request request = {.interval = CBK_INTERVAL_LOG, .level = 0.95};
    const cbk_fine_gray *fit = NULL;
    const cbk_mcf_analysis *means = NULL;
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    const double start = cpu_seconds();
    const bool is_fitted =
        cbk_fine_gray_fit(&competing, 0.95, arena, &fit, NULL) == CBK_OK;
    const double middle = cpu_seconds();
    const bool is_counted =
        cbk_mcf_fit(&recurrent, &request, arena, &means, NULL) == CBK_OK;
    const double end = cpu_seconds();
    cbk_arena_destroy(arena);
    CHECK(is_fitted && middle - start < patience * 0.002);
    CHECK(is_counted && end - middle < patience * 0.001);
}

int main(void)
{
    static const check_test tests[] = {
        {"months", months},
        {"continuous times", continuous},
        {"competing events", competing_events},
        {"a CSV file of seven columns", csv_of_seven_columns},
        {"Cox's regression", cox_of_five_covariates},
        {"competing and recurrent events", competing_and_recurrent},
    };
    return check_main(tests, sizeof tests / sizeof tests[0]);
}
