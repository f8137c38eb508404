/* test_risk_table.c - rows to risk table: counts by hand, ties and near-ties, late entry,
 * a slow twin, every error, and every allocation made to fail. */
#include "check.h"
#include "faulty_heap.h"
#include "random_below.h"

#include <casebook/risk_table.h>

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static const double nan_time = (double)NAN;
static const double inf_time = (double)INFINITY;

static cbk_arena *arena;

static const cbk_risk_table *build(size_t n, const double *entry, const double *time,
                                   const bool *is_event, bool time_fix)
{
    const cbk_followup followup = {
        .n = n, .time = time, .is_event = is_event, .entry = entry};
    const cbk_risk_table *table = NULL;
    cbk_error err;
    if (cbk_risk_table_build(&followup, time_fix, arena, &table, &err) != CBK_OK) {
        printf("# %s\n", err.message);
    }
    return table;
}

static bool is_row(const cbk_risk_table *table, size_t j, cbk_risk_row want)
{
    const cbk_risk_row got = cbk_risk_row_at(table, j);
    return got.time == want.time && got.n_risk == want.n_risk &&
           got.n_event == want.n_event && got.n_censor == want.n_censor;
}

/* Bit by bit, all but the entries. */
static bool is_same_table(const cbk_risk_table *a, const cbk_risk_table *b)
{
    bool is_same = a->n_rows == b->n_rows && a->n_event == b->n_event;
    for (size_t j = 0; is_same && j < a->n_rows; j++) {
        const cbk_risk_row left = cbk_risk_row_at(a, j);
        const cbk_risk_row right = cbk_risk_row_at(b, j);
        is_same = memcmp(&left, &right, sizeof left) == 0;
    }
    return is_same;
}

/* Overall survival of the worked example: 132+ 36 97 97+ 91+ 25+. */
static const double months[] = {132, 36, 97, 97, 91, 25};
static const bool died[] = {false, true, true, false, false, false};

static void six_patients_by_hand(void)
{
    const cbk_risk_table *table = build(6, NULL, months, died, true);
    CHECK(table != NULL && table->n == 6 && table->n_event == 2 && table->n_rows == 5);
    CHECK(is_row(table, 0, (cbk_risk_row){25, 6, 0, 1}));
    CHECK(is_row(table, 1, (cbk_risk_row){36, 5, 1, 0}));
    CHECK(is_row(table, 2, (cbk_risk_row){91, 4, 0, 1}));
    CHECK(is_row(table, 3, (cbk_risk_row){97, 3, 1, 1}));
    CHECK(is_row(table, 4, (cbk_risk_row){132, 1, 0, 1}));
    CHECK(table->n_entries == 0 && !table->is_zero_event);
    CHECK(cbk_risk_table_n_risk_at(table, 0.0) == 6.0);
    CHECK(cbk_risk_table_n_risk_at(table, 36.0) == 5.0);
    CHECK(cbk_risk_table_n_risk_at(table, 36.5) == 4.0);
    CHECK(cbk_risk_table_n_risk_at(table, 132.0) == 1.0);
    CHECK(cbk_risk_table_n_risk_at(table, 133.0) == 0.0);
}

static void nothing_and_one(void)
{
    const cbk_risk_table *empty = build(0, NULL, NULL, NULL, true);
    CHECK(empty != NULL && empty->n == 0 && empty->n_rows == 0 && empty->n_event == 0);
    CHECK(cbk_risk_table_n_risk_at(empty, 0.0) == 0.0);
    const double time[] = {3.5};
    const bool event[] = {true};
    const cbk_risk_table *one = build(1, NULL, time, event, true);
    CHECK(one != NULL && one->n_rows == 1);
    CHECK(is_row(one, 0, (cbk_risk_row){3.5, 1, 1, 0}));
}

static void event_at_zero(void)
{
    const double time[] = {0.0, -0.0, 2.0};
    const bool event[] = {true, false, true};
    const cbk_risk_table *table = build(3, NULL, time, event, true);
    CHECK(table != NULL && table->n_rows == 2 && table->is_zero_event);
    CHECK(is_row(table, 0, (cbk_risk_row){0.0, 3, 1, 1}));
    CHECK(!signbit(cbk_risk_row_at(table, 0).time));
    const bool censored[] = {false, false, true};
    CHECK(!build(3, NULL, time, censored, true)->is_zero_event);
}

static void near_ties_are_one_time(void)
{
    const double time[] = {0.3, 0.1 + 0.2, 1.0};
    const bool event[] = {true, true, true};
    CHECK(time[0] != time[1]);
    const cbk_risk_table *table = build(3, NULL, time, event, true);
    CHECK(table != NULL && table->n_rows == 2);
    CHECK(is_row(table, 0, (cbk_risk_row){0.3, 3, 2, 0}));
    CHECK(build(3, NULL, time, event, false)->n_rows == 3);
}

static void near_ties_chain(void)
{
    /* Neighbours are 1e-8 apart, the ends 4e-8: one time, the smallest. */
    const double chained[] = {5.00000004, 5.0, 5.00000002, 5.00000001, 5.00000003};
    const bool event[] = {true, false, true, false, true};
    const cbk_risk_table *table = build(5, NULL, chained, event, true);
    CHECK(table != NULL && table->n_rows == 1);
    CHECK(is_row(table, 0, (cbk_risk_row){5.0, 5, 3, 2}));
    /* Relative to the mean of the distinct times, about 2 million: 0.03 is near. */
    const double large[] = {1e6, 1e6 + 0.01, 1e6 + 0.02, 3e6, 3e6 + 0.2};
    const cbk_risk_table *relative = build(5, NULL, large, event, true);
    CHECK(relative != NULL && relative->n_rows == 3);
    CHECK(cbk_risk_row_at(relative, 0).time == 1e6 &&
          cbk_risk_row_at(relative, 0).n_event == 2.0);
    /* Entries count among the distinct times, and a gap between exits may be bridged. */
    const double entry[] = {0.0, 1.00000001};
    const double exit[] = {1.0, 1.00000002 + 4.0};
    CHECK(build(2, entry, exit, event, true)->entry[0] == 1.0);
}

static void the_tolerance_is_that_of_r(void)
{
    /* R: sqrt(.Machine$double.eps) = 2^-26, at most. */
    const double tolerance = 0x1p-26;
    const bool event[] = {true, true};
    const double at[] = {0.5, 0.5 + tolerance};
    const double over[] = {0.5, 0.5 + tolerance * 1.0000001};
    CHECK(build(2, NULL, at, event, true)->n_rows == 1);
    CHECK(build(2, NULL, over, event, true)->n_rows == 2);
}

static void entry_at_t_is_at_risk_after(void)
{
    const double entry[] = {0.0, 5.0, 5.0, -1.0, 8.0};
    const double time[] = {5.0, 7.0, 6.0, 9.0, 9.0};
    const bool event[] = {true, true, false, true, false};
    const cbk_risk_table *table = build(5, entry, time, event, true);
    CHECK(table != NULL && table->n_rows == 4 && table->n_entries == 3);
    CHECK(!table->is_zero_event);
    CHECK(is_row(table, 0, (cbk_risk_row){5.0, 2, 1, 0}));
    CHECK(is_row(table, 1, (cbk_risk_row){6.0, 3, 0, 1}));
    CHECK(is_row(table, 2, (cbk_risk_row){7.0, 2, 1, 0}));
    CHECK(is_row(table, 3, (cbk_risk_row){9.0, 2, 1, 1}));
    CHECK(cbk_risk_table_n_risk_at(table, 0.0) == 2.0);
    CHECK(cbk_risk_table_n_risk_at(table, 5.5) == 3.0);
    CHECK(cbk_risk_table_n_risk_at(table, 8.0) == 1.0);
    CHECK(cbk_risk_table_n_risk_at(table, 8.5) == 2.0);
}

static void the_risk_set_may_empty(void)
{
    const double entry[] = {0.0, 10.0};
    const double time[] = {5.0, 12.0};
    const bool event[] = {true, true};
    const cbk_risk_table *table = build(2, entry, time, event, true);
    CHECK(table != NULL && table->n_rows == 2);
    CHECK(is_row(table, 0, (cbk_risk_row){5.0, 1, 1, 0}));
    CHECK(is_row(table, 1, (cbk_risk_row){12.0, 1, 1, 0}));
    CHECK(cbk_risk_table_n_risk_at(table, 7.0) == 0.0);
}

static void bad_rows_are_refused_and_located(void)
{
    const bool event[] = {true, true};
    const double bad[] = {nan_time, inf_time, -inf_time, -1.0};
    cbk_error err;
    const cbk_risk_table *table = NULL;
    for (size_t i = 0; i < N(bad); i++) {
        const double time[] = {1.0, bad[i]};
        const cbk_followup followup = {.n = 2, .time = time, .is_event = event};
        CHECK(cbk_risk_table_build(&followup, true, arena, &table, &err) == CBK_EDATA);
        CHECK(table == NULL && err.row == 1 && strstr(err.message, "finite") != NULL);
        CHECK(cbk_risk_table_build(&followup, true, arena, &table, NULL) == CBK_EDATA);
    }
    const double bad_entry[] = {nan_time, inf_time, -inf_time, 1.0, 2.0};
    for (size_t i = 0; i < N(bad_entry); i++) {
        const double entry[] = {bad_entry[i], 0.0};
        const double time[] = {1.0, 1.0};
        const cbk_followup followup = {
            .n = 2, .time = time, .is_event = event, .entry = entry};
        CHECK(cbk_risk_table_build(&followup, true, arena, &table, &err) == CBK_EDATA);
        CHECK(table == NULL && err.row == 0 && strstr(err.message, "entry") != NULL);
    }
}

static void an_interval_may_not_vanish(void)
{
    /* Entry and exit chain to one time through the exit of another row. */
    const double entry[] = {0.0, 2.0, 3.0, 1.00000001};
    const double time[] = {1.00000002, 3.0, 3.5, 1.00000003};
    const bool event[] = {true, true, true, true};
    const cbk_followup followup = {
        .n = 4, .time = time, .is_event = event, .entry = entry};
    const cbk_risk_table *table = NULL;
    cbk_error err;
    CHECK(cbk_risk_table_build(&followup, true, arena, &table, &err) == CBK_EDATA);
    CHECK(table == NULL && err.row == 3 && strstr(err.message, "one time") != NULL);
    CHECK(cbk_risk_table_build(&followup, false, arena, &table, &err) == CBK_OK);
}

static void reverse_lets_deaths_leave_first(void)
{
    const cbk_risk_table *table = build(6, NULL, months, died, true);
    const cbk_risk_table *reverse = NULL;
    CHECK(cbk_risk_table_reverse(table, arena, &reverse, NULL) == CBK_OK);
    CHECK(reverse->n == 6 && reverse->n_event == 4 && reverse->n_rows == 5);
    CHECK(!reverse->is_zero_event);
    CHECK(is_row(reverse, 0, (cbk_risk_row){25, 6, 1, 0}));
    CHECK(is_row(reverse, 1, (cbk_risk_row){36, 4, 0, 1}));
    CHECK(
        is_row(reverse, 3, (cbk_risk_row){97, 2, 1, 1})); /* 3 without the death at 97 */
    CHECK(is_row(reverse, 4, (cbk_risk_row){132, 1, 1, 0}));
}

enum { MAX_N = 40 };

/* Follow-up on a coarse grid, so that times tie; some of it with late entry. */
static size_t random_followup(double *entry, double *time, bool *is_event)
{
    const size_t n = 1 + random_below(MAX_N);
    const uint32_t grid = 2 + random_below(40);
    for (size_t i = 0; i < n; i++) {
        const double first = random_below(2) == 0 ? 0.0 : random_below(grid) * 0.25;
        entry[i] = first;
        time[i] = first + 0.25 * (1 + random_below(grid));
        is_event[i] = random_below(3) > 0;
    }
    return n;
}

static void counts_equal_their_slow_twin(void)
{
    double entry[MAX_N];
    double time[MAX_N];
    bool is_event[MAX_N];
    for (int round = 0; round < 2000; round++) {
        const cbk_mark mark = cbk_arena_mark(arena);
        const size_t n = random_followup(entry, time, is_event);
        const cbk_risk_table *table = build(n, entry, time, is_event, round % 2 == 0);
        CHECK(table != NULL);
        double n_left = 0.0;
        for (size_t j = 0; j < table->n_rows; j++) {
            const double t = cbk_risk_row_at(table, j).time;
            cbk_risk_row want = {.time = t};
            for (size_t i = 0; i < n; i++) {
                want.n_risk += entry[i] < t && t <= time[i] ? 1.0 : 0.0;
                want.n_event += time[i] == t && is_event[i] ? 1.0 : 0.0;
                want.n_censor += time[i] == t && !is_event[i] ? 1.0 : 0.0;
            }
            CHECK(is_row(table, j, want));
            CHECK(j == 0 || cbk_risk_row_at(table, j - 1).time < t);
            n_left += want.n_event + want.n_censor;
        }
        CHECK(n_left == (double)n); /* so no time is missing */
        for (double t = 0.125; t < 25.0; t += 0.125) {
            double want = 0.0;
            for (size_t i = 0; i < n; i++) {
                want += entry[i] < t && t <= time[i] ? 1.0 : 0.0;
            }
            CHECK(cbk_risk_table_n_risk_at(table, t) == want);
        }
        cbk_arena_release(arena, mark);
    }
}

/* What R's timefix does, written as it is defined: sort the distinct times, chain those
 * whose neighbour is near, and send each time to the smallest of its chain. */
static void snap_slowly(double *x, size_t n)
{
    double distinct[MAX_N];
    size_t m = 0;
    for (size_t i = 0; i < n; i++) { /* insert in order, once */
        size_t k = m;
        while (k > 0 && distinct[k - 1] > x[i]) {
            k--;
        }
        if (k > 0 && distinct[k - 1] == x[i]) {
            continue;
        }
        memmove(&distinct[k + 1], &distinct[k], (m - k) * sizeof distinct[0]);
        distinct[k] = x[i];
        m++;
    }
    double mean = 0.0;
    for (size_t k = 0; k < m; k++) {
        mean += distinct[k] / (double)m;
    }
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (distinct[k] != x[i]) {
            k++;
        }
        while (k > 0 && (distinct[k] - distinct[k - 1] <= 0x1p-26 ||
                         (distinct[k] - distinct[k - 1]) / mean <= 0x1p-26)) {
            k--;
        }
        x[i] = distinct[k];
    }
}

static void near_ties_equal_their_slow_twin(void)
{
    double time[MAX_N];
    double snapped[MAX_N];
    bool is_event[MAX_N];
    for (int round = 0; round < 2000; round++) {
        const cbk_mark mark = cbk_arena_mark(arena);
        const size_t n = 1 + random_below(MAX_N);
        const double scale = random_below(2) == 0 ? 1.0 : 1000.0;
        for (size_t i = 0; i < n; i++) {
            time[i] = scale * (random_below(5) + 0.6e-8 * random_below(12));
            snapped[i] = time[i];
            is_event[i] = random_below(2) == 0;
        }
        snap_slowly(snapped, n);
        const cbk_risk_table *fixed = build(n, NULL, time, is_event, true);
        const cbk_risk_table *slow = build(n, NULL, snapped, is_event, false);
        CHECK(fixed != NULL && slow != NULL && fixed->n_rows == slow->n_rows);
        for (size_t j = 0; j < slow->n_rows; j++) {
            CHECK(is_row(fixed, j, cbk_risk_row_at(slow, j)));
        }
        cbk_arena_release(arena, mark);
    }
}

static void ties_are_fixed_over_all_rows(void)
{
    /* 1 and 1 + 2e-8 are near only through the row between them. */
    const double time[] = {1.0, 1.00000001, 1.00000002, 5.0};
    const double entry[] = {0.0, 0.0, -1.0, 1.000000005};
    const bool event[] = {true, false, true, true};
    const cbk_followup rows = {.n = 4, .time = time, .is_event = event, .entry = entry};
    cbk_followup fixed = {0};
    CHECK(cbk_followup_fix_ties(&rows, arena, &fixed, NULL) == CBK_OK);
    CHECK(fixed.n == 4 && fixed.is_event == event && fixed.weight == NULL);
    CHECK(fixed.time[0] == 1.0 && fixed.time[1] == 1.0 && fixed.time[2] == 1.0);
    CHECK(fixed.time[3] == 5.0 && fixed.entry[2] == -1.0 && fixed.entry[3] == 1.0);
    CHECK(time[1] == 1.00000001);
    const cbk_followup apart = {.n = 2, .time = time + 2, .is_event = event};
    CHECK(cbk_followup_fix_ties(&apart, arena, &fixed, NULL) == CBK_OK);
    CHECK(fixed.time == apart.time);
    cbk_error err;
    const double late[] = {0.0, 0.0, 1.000000015, 0.0};
    const cbk_followup vanishing = {
        .n = 4, .time = time, .is_event = event, .entry = late};
    CHECK(cbk_followup_fix_ties(&vanishing, arena, &fixed, &err) == CBK_EDATA);
    CHECK(err.row == 2 && strstr(err.message, "one time") != NULL);
    const double negative[] = {1.0, -1.0};
    const cbk_followup bad = {.n = 2, .time = negative, .is_event = event};
    CHECK(cbk_followup_fix_ties(&bad, arena, &fixed, &err) == CBK_EDATA && err.row == 1);
}

/* Fixed first and built without, or built with. */
static void ties_fixed_before_or_on_the_way(void)
{
    double entry[MAX_N];
    double time[MAX_N];
    bool is_event[MAX_N];
    int n_good = 0;
    for (int round = 0; round < 2000; round++) {
        const cbk_mark mark = cbk_arena_mark(arena);
        const size_t n = random_followup(entry, time, is_event);
        for (size_t i = 0; i < n; i++) {
            time[i] += 0.6e-8 * random_below(8);
            entry[i] += entry[i] > 0.0 ? 0.6e-8 * random_below(8) : 0.0;
        }
        const cbk_followup rows = {
            .n = n, .time = time, .is_event = is_event, .entry = entry};
        cbk_followup fixed;
        const cbk_risk_table *before = NULL;
        const cbk_risk_table *on_the_way = NULL;
        const cbk_status status = cbk_followup_fix_ties(&rows, arena, &fixed, NULL);
        CHECK(cbk_risk_table_build(&rows, true, arena, &on_the_way, NULL) == status);
        if (status == CBK_OK) {
            n_good++;
            CHECK(cbk_risk_table_build(&fixed, false, arena, &before, NULL) == CBK_OK);
            CHECK(is_same_table(before, on_the_way));
            CHECK(memcmp(before->entry, on_the_way->entry,
                         before->n_entries * sizeof *before->entry) == 0);
        }
        cbk_arena_release(arena, mark);
    }
    CHECK(n_good > 1000);
}

/* ---- weights ------------------------------------------------------------------------
 */

static const cbk_risk_table *build_weighted(size_t n, const double *entry,
                                            const double *time, const bool *is_event,
                                            const double *weight)
{
    const cbk_followup followup = {
        .n = n, .time = time, .is_event = is_event, .entry = entry, .weight = weight};
    const cbk_risk_table *table = NULL;
    return cbk_risk_table_build(&followup, true, arena, &table, NULL) == CBK_OK ? table
                                                                                : NULL;
}

/* A row of weight 3 is three rows. */
static void whole_weights_are_repeated_rows(void)
{
    double entry[3 * MAX_N];
    double time[3 * MAX_N];
    bool is_event[3 * MAX_N];
    double weight[3 * MAX_N];
    for (int round = 0; round < 1000; round++) {
        const cbk_mark mark = cbk_arena_mark(arena);
        const size_t n = random_followup(entry, time, is_event);
        size_t n_all = n;
        for (size_t i = 0; i < n; i++) {
            weight[i] = 1.0 + random_below(3);
            for (double k = 1.0; k < weight[i]; k++, n_all++) {
                entry[n_all] = entry[i];
                time[n_all] = time[i];
                is_event[n_all] = is_event[i];
            }
        }
        const cbk_risk_table *weighted = build_weighted(n, entry, time, is_event, weight);
        const cbk_risk_table *repeated = build(n_all, entry, time, is_event, true);
        CHECK(weighted != NULL && weighted->jackknife == NULL && weighted->n == n);
        CHECK(weighted->n_rows == repeated->n_rows);
        for (size_t j = 0; j < repeated->n_rows; j++) {
            CHECK(is_row(weighted, j, cbk_risk_row_at(repeated, j)));
        }
        for (double t = 0.0; t < 25.0; t += 0.125) {
            CHECK(cbk_risk_table_n_risk_at(weighted, t) ==
                  cbk_risk_table_n_risk_at(repeated, t));
        }
        cbk_arena_release(arena, mark);
    }
}

/* The jackknife as it is defined: the sum over the rows of squared influences. */
static double jackknife_slowly(const cbk_risk_table *table, const cbk_followup *rows,
                               double t)
{
    double sum = 0.0;
    for (size_t i = 0; i < rows->n; i++) {
        double influence = 0.0;
        for (size_t j = 0; j < table->n_rows && table->time[j] <= t; j++) {
            const cbk_risk_row at = cbk_risk_row_at(table, j);
            const bool is_at_risk = rows->entry[i] < at.time && at.time <= rows->time[i];
            const bool is_here = rows->time[i] == at.time && rows->is_event[i];
            influence +=
                is_at_risk ? at.n_event / (at.n_risk * (at.n_risk - at.n_event)) : 0.0;
            influence -= is_here ? 1.0 / (at.n_risk - at.n_event) : 0.0;
        }
        sum += rows->weight[i] * rows->weight[i] * influence * influence;
    }
    return sum;
}

static void jackknife_equals_its_slow_twin(void)
{
    double entry[MAX_N];
    double time[MAX_N];
    bool is_event[MAX_N];
    double weight[MAX_N];
    int n_compared = 0;
    for (int round = 0; round < 1000; round++) {
        const cbk_mark mark = cbk_arena_mark(arena);
        const size_t n = random_followup(entry, time, is_event);
        for (size_t i = 0; i < n; i++) {
            weight[i] = 0.25 + 0.1 * random_below(40);
        }
        const cbk_followup rows = {
            .n = n, .time = time, .is_event = is_event, .entry = entry, .weight = weight};
        const cbk_risk_table *table = build_weighted(n, entry, time, is_event, weight);
        CHECK(table != NULL && table->jackknife != NULL);
        CHECK(table->jackknife[0] == 0.0);
        bool is_zero = false;
        for (size_t j = 0; j < table->n_rows; j++) {
            const cbk_risk_row at = cbk_risk_row_at(table, j);
            is_zero = is_zero || at.n_event >= at.n_risk;
            if (!is_zero) {
                const double want = jackknife_slowly(table, &rows, at.time);
                const double got = table->jackknife[cbk_risk_event_rows_until(table, j)];
                CHECK(fabs(got - want) <= 1e-11 * want + 1e-14);
                n_compared += want > 0.0;
            }
        }
        cbk_arena_release(arena, mark);
    }
    CHECK(n_compared > 5000);
}

static void bad_weights_are_refused(void)
{
    const double time[] = {1.0, 2.0};
    const bool event[] = {true, true};
    const double bad[] = {0.0, -1.0, nan_time, inf_time};
    for (size_t i = 0; i < N(bad); i++) {
        const double weight[] = {1.5, bad[i]};
        const cbk_followup rows = {
            .n = 2, .time = time, .is_event = event, .weight = weight};
        const cbk_risk_table *table = NULL;
        cbk_error err;
        CHECK(cbk_risk_table_build(&rows, true, arena, &table, &err) == CBK_EDATA);
        CHECK(err.row == 1 && strstr(err.message, "weight") != NULL);
    }
}

static void order_does_not_show_in_weights(void)
{
    double entry[MAX_N];
    double time[MAX_N];
    bool is_event[MAX_N];
    double weight[MAX_N];
    double turned[3][MAX_N];
    bool turned_event[MAX_N];
    for (int round = 0; round < 500; round++) {
        const cbk_mark mark = cbk_arena_mark(arena);
        const size_t n = random_followup(entry, time, is_event);
        for (size_t i = 0; i < n; i++) {
            weight[i] = 0.1 + 0.1 * random_below(7);
        }
        for (size_t i = 0; i < n; i++) { /* a turn and a swap reach every order in time */
            const size_t from = (i + 1 + (size_t)round) % n;
            turned[0][i] = entry[from];
            turned[1][i] = time[from];
            turned[2][i] = weight[from];
            turned_event[i] = is_event[from];
        }
        const cbk_risk_table *a = build_weighted(n, entry, time, is_event, weight);
        const cbk_risk_table *b =
            build_weighted(n, turned[0], turned[1], turned_event, turned[2]);
        CHECK(a != NULL && b != NULL && is_same_table(a, b));
        CHECK(memcmp(a->jackknife, b->jackknife,
                     (a->n_event_rows + 1) * sizeof(double)) == 0);
        CHECK(memcmp(a->entry_weight, b->entry_weight,
                     (a->n_entries + 1) * sizeof(double)) == 0);
        cbk_arena_release(arena, mark);
    }
}

static void row_order_does_not_show(void)
{
    double entry[MAX_N];
    double time[MAX_N];
    bool is_event[MAX_N];
    for (int round = 0; round < 500; round++) {
        const cbk_mark mark = cbk_arena_mark(arena);
        const size_t n = random_followup(entry, time, is_event);
        const cbk_risk_table *first = build(n, entry, time, is_event, true);
        for (size_t i = n - 1; i > 0; i--) {
            const size_t k = random_below((uint32_t)i + 1);
            const double swap_entry = entry[i];
            const double swap_time = time[i];
            const bool swap_event = is_event[i];
            entry[i] = entry[k];
            time[i] = time[k];
            is_event[i] = is_event[k];
            entry[k] = swap_entry;
            time[k] = swap_time;
            is_event[k] = swap_event;
        }
        const cbk_risk_table *second = build(n, entry, time, is_event, true);
        CHECK(first != NULL && second != NULL && first->n_rows == second->n_rows);
        CHECK(is_same_table(first, second));
        CHECK(first->n_entries == second->n_entries);
        CHECK(memcmp(first->entry, second->entry, first->n_entries * sizeof(double)) ==
              0);
        cbk_arena_release(arena, mark);
    }
}

static void survives_every_failed_allocation(void)
{
    enum { BIG = 20000 }; /* large enough that each array needs its own block */
    double *entry = calloc(BIG, sizeof *entry);
    double *time = calloc(BIG, sizeof *time);
    bool *is_event = calloc(BIG, sizeof *is_event);
    CHECK(entry != NULL && time != NULL && is_event != NULL);
    for (size_t i = 0; i < BIG; i++) {
        time[i] = 1.0 + (double)i;
    }
    const cbk_followup followup = {
        .n = BIG, .time = time, .is_event = is_event, .entry = entry};
    int n_failures = 0;
    for (bool is_done = false; !is_done; n_failures++) {
        faulty_heap heap;
        cbk_arena *small = faulty_arena(&heap, n_failures);
        if (small != NULL) {
            const cbk_mark before = cbk_arena_mark(small);
            const cbk_risk_table *table = NULL;
            const cbk_risk_table *reverse = NULL;
            cbk_status status =
                cbk_risk_table_build(&followup, true, small, &table, NULL);
            CHECK(status == CBK_OK || (status == CBK_ENOMEM && table == NULL &&
                                       is_same_mark(before, cbk_arena_mark(small))));
            if (status == CBK_OK) {
                const cbk_mark built = cbk_arena_mark(small);
                status = cbk_risk_table_reverse(table, small, &reverse, NULL);
                is_done = status == CBK_OK;
                CHECK(is_done || (status == CBK_ENOMEM && reverse == NULL &&
                                  is_same_mark(built, cbk_arena_mark(small))));
            }
        }
        cbk_arena_destroy(small);
        CHECK(heap.n_live == 0);
    }
    CHECK(n_failures >= 9); /* the arena and eight blocks had their turn */
    free(is_event);
    free(time);
    free(entry);
}

int main(void)
{
    static const check_test tests[] = {
        {"six patients by hand", six_patients_by_hand},
        {"no subject and one", nothing_and_one},
        {"an event at time 0", event_at_zero},
        {"near-ties are one time", near_ties_are_one_time},
        {"near-ties chain", near_ties_chain},
        {"the tolerance is that of R", the_tolerance_is_that_of_r},
        {"who enters at t is at risk after t", entry_at_t_is_at_risk_after},
        {"the risk set may empty", the_risk_set_may_empty},
        {"bad rows are refused and located", bad_rows_are_refused_and_located},
        {"an interval may not vanish", an_interval_may_not_vanish},
        {"in reverse, deaths leave first", reverse_lets_deaths_leave_first},
        {"counts equal their slow twin", counts_equal_their_slow_twin},
        {"near-ties equal their slow twin", near_ties_equal_their_slow_twin},
        {"ties are fixed over all rows", ties_are_fixed_over_all_rows},
        {"ties fixed before or on the way", ties_fixed_before_or_on_the_way},
        {"whole weights are repeated rows", whole_weights_are_repeated_rows},
        {"the jackknife equals its slow twin", jackknife_equals_its_slow_twin},
        {"bad weights are refused", bad_weights_are_refused},
        {"order does not show in weights", order_does_not_show_in_weights},
        {"row order does not show", row_order_does_not_show},
        {"every failed allocation", survives_every_failed_allocation},
    };
    arena = cbk_arena_create(NULL, SIZE_MAX);
    if (arena == NULL) {
        return 99;
    }
    const int exit_code = check_main(tests, N(tests));
    cbk_arena_destroy(arena);
    return exit_code;
}
