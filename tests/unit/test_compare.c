/* test_compare.c - tests of groups: by hand, against counting every table and every
 * labeling, and where there is nothing to compare. */
#include "check.h"
#include "faulty_heap.h"
#include "random_below.h"

#include <casebook/compare.h>

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static const double none = (double)NAN;
static cbk_arena *arena;

typedef cbk_status (*counts_test)(const uint32_t *, size_t, size_t, cbk_arena *,
                                  cbk_comparison *, cbk_error *);

static cbk_comparison counts(counts_test test, const uint32_t *count, size_t r, size_t c)
{
    cbk_comparison out;
    memset(&out, 0xff, sizeof out);
    const cbk_mark before = cbk_arena_mark(arena);
    const cbk_status status = test(count, r, c, arena, &out, NULL);
    const bool is_clean = is_same_mark(before, cbk_arena_mark(arena));
    return status == CBK_OK && is_clean ? out : (cbk_comparison){.p = -1.0};
}

static cbk_comparison ranks(const double *value, const uint32_t *group, size_t n,
                            size_t n_groups)
{
    cbk_comparison out;
    memset(&out, 0xff, sizeof out);
    const cbk_grouped_values values = {n, value, group, n_groups};
    const cbk_status status = cbk_compare_ranks(&values, arena, &out, NULL);
    return status == CBK_OK ? out : (cbk_comparison){.p = -1.0};
}

static cbk_comparison means(const double *value, const uint32_t *group, size_t n,
                            bool is_equal)
{
    cbk_comparison out;
    memset(&out, 0xff, sizeof out);
    const cbk_grouped_values values = {n, value, group, 2};
    const cbk_status status = cbk_compare_means(&values, is_equal, arena, &out, NULL);
    return status == CBK_OK ? out : (cbk_comparison){.p = -1.0};
}

/* ---- tables ----------------------------------------------------------------------- */

/* The lady who tasted eight cups of tea and named three of the four right: 1 + 16 of 70
 * tables are at least as far out on each side. */
static void tea(void)
{
    const uint32_t cups[] = {3, 1, 1, 3};
    const cbk_comparison out = counts(cbk_compare_fisher, cups, 2, 2);
    CHECK(out.test == CBK_TEST_FISHER && out.notes == 0);
    CHECK_NEAR(out.p, 17.0 / 35.0, 1e-13);
    CHECK(isnan(out.statistic) && isnan(out.df));
    const uint32_t all_right[] = {4, 0, 0, 4};
    CHECK_NEAR(counts(cbk_compare_fisher, all_right, 2, 2).p, 1.0 / 35.0, 1e-13);
    const uint32_t by_chance[] = {2, 2, 2, 2};
    CHECK_NEAR(counts(cbk_compare_fisher, by_chance, 2, 2).p, 1.0, 1e-13);
}

/* The six patients: 2 of 4 with a negative margin died, none of 2 with a positive one. Of
 * the 15 pairs that may have died 6 hold no positive one, 8 one, 1 both. */
static void six_patients(void)
{
    const uint32_t died[] = {2, 2, 0, 2};
    CHECK_NEAR(counts(cbk_compare_fisher, died, 2, 2).p, 7.0 / 15.0, 1e-13);
    const uint32_t both_positive[] = {0, 4, 2, 0};
    CHECK_NEAR(counts(cbk_compare_fisher, both_positive, 2, 2).p, 1.0 / 15.0, 1e-13);
    const uint32_t one_each[] = {1, 3, 1, 1};
    CHECK_NEAR(counts(cbk_compare_fisher, one_each, 2, 2).p, 1.0, 1e-13);
}

static void chi_squared_by_hand(void)
{
    /* expected 15, 15, 15, 15: four times 25 / 15 */
    const uint32_t count[] = {10, 20, 20, 10};
    const cbk_comparison out = counts(cbk_compare_chi_squared, count, 2, 2);
    CHECK(out.test == CBK_TEST_CHI_SQUARED && out.df == 1.0);
    CHECK_NEAR(out.statistic, 100.0 / 15.0, 1e-15);
    CHECK_NEAR(out.p, erfc(sqrt(out.statistic / 2.0)),
               1e-13); /* 1 df: a normal squared */
    const uint32_t three[] = {10, 20, 30, 30, 20, 10};
    const cbk_comparison of_three = counts(cbk_compare_chi_squared, three, 2, 3);
    CHECK_NEAR(of_three.statistic, 20.0, 1e-15); /* 4 cells of 100 / 20 */
    CHECK(of_three.df == 2.0);
    CHECK_NEAR(of_three.p, exp(-10.0), 1e-13); /* 2 df: exponential */
}

static void tail_is_not_one_minus(void)
{
    const uint32_t count[] = {500, 0, 0, 500};
    const cbk_comparison out = counts(cbk_compare_chi_squared, count, 2, 2);
    CHECK_NEAR(out.statistic, 1000.0, 1e-15);
    CHECK(out.p > 0.0 && out.p < 1e-200);
    const cbk_comparison exact = counts(cbk_compare_fisher, count, 2, 2);
    CHECK(exact.p > 0.0 && exact.p < 1e-290);
}

/* ---- every table ------------------------------------------------------------------ */

static double log_factorial(uint32_t k)
{
    return lgamma((double)k + 1.0);
}

typedef struct census {
    size_t n_rows;
    size_t n_columns;
    uint32_t left_row[8];
    uint32_t left_column[8];
    double observed;
    double all;
    double as_extreme;
} census;

/* Fills cell after cell; the last row and column are what is left. */
static void count_tables(census *at, size_t cell, double log_p)
{
    const size_t row = cell / at->n_columns;
    const size_t column = cell % at->n_columns;
    if (row == at->n_rows) {
        at->all += exp(log_p);
        at->as_extreme += log_p <= at->observed + 1e-7 ? exp(log_p) : 0.0;
        return;
    }
    const uint32_t in_row = at->left_row[row];
    const uint32_t in_column = at->left_column[column];
    const uint32_t most = in_row < in_column ? in_row : in_column;
    for (uint32_t k = 0; k <= most; k++) {
        if ((column + 1 == at->n_columns && k != in_row) ||
            (row + 1 == at->n_rows && k != in_column)) {
            continue;
        }
        at->left_row[row] -= k;
        at->left_column[column] -= k;
        count_tables(at, cell + 1, log_p - log_factorial(k));
        at->left_row[row] += k;
        at->left_column[column] += k;
    }
}

static double p_of_every_table(const uint32_t *count, size_t r, size_t c)
{
    census at = {.n_rows = r, .n_columns = c};
    for (size_t k = 0; k < r * c; k++) {
        at.left_row[k / c] += count[k];
        at.left_column[k % c] += count[k];
        at.observed -= log_factorial(count[k]);
    }
    count_tables(&at, 0, 0.0);
    return at.as_extreme / at.all;
}

static void fisher_counts_every_table(void)
{
    for (int round = 0; round < 3000; round++) {
        const size_t r = 2 + random_below(3);
        const size_t c = 2 + random_below(r == 4 ? 2 : 3);
        uint32_t count[16] = {0};
        const uint32_t n = 2 + random_below(r * c > 9 ? 12 : 22);
        for (uint32_t i = 0; i < n; i++) {
            count[random_below((uint32_t)(r * c))]++;
        }
        const cbk_comparison out = counts(cbk_compare_fisher, count, r, c);
        if (out.test == CBK_TEST_NONE) {
            CHECK(isnan(out.p) && out.notes != 0);
            continue;
        }
        CHECK_NEAR(out.p, p_of_every_table(count, r, c), 1e-11);
        uint32_t turned[16];
        for (size_t k = 0; k < r * c; k++) {
            turned[k % c * r + k / c] = count[k];
        }
        CHECK_NEAR(counts(cbk_compare_fisher, turned, c, r).p, out.p, 1e-11);
    }
}

static void fisher_of_larger_tables(void)
{
    const uint32_t wide[] = {12, 3, 7, 9, 4, 15, 2, 8, 5, 13, 6, 4, 14, 3, 9, 1};
    const cbk_comparison two_rows = counts(cbk_compare_fisher, wide, 2, 8);
    CHECK(two_rows.test == CBK_TEST_FISHER && two_rows.p > 0.0 && two_rows.p < 1e-4);
    uint32_t huge[36];
    for (size_t k = 0; k < N(huge); k++) {
        huge[k] = 40 + random_below(5);
    }
    const cbk_comparison out = counts(cbk_compare_fisher, huge, 6, 6);
    CHECK(out.test == CBK_TEST_CHI_SQUARED && out.df == 25.0);
    CHECK(out.notes == CBK_NOTE_TOO_LARGE_FOR_EXACT && out.p > 0.0);
}

static void which_test_a_table_gets(void)
{
    const uint32_t expected_5[] = {5, 5, 5, 5};
    const uint32_t expected_4_5[] = {5, 5, 4, 4};
    const uint32_t gaps[] = {5, 0, 5, 0, 0, 0, 5, 0, 5};
    CHECK(counts(cbk_compare_counts, expected_5, 2, 2).test == CBK_TEST_CHI_SQUARED);
    CHECK(counts(cbk_compare_counts, expected_4_5, 2, 2).test == CBK_TEST_FISHER);
    const cbk_comparison out = counts(cbk_compare_counts, gaps, 3, 3);
    CHECK(out.test == CBK_TEST_CHI_SQUARED && out.df == 1.0 && out.statistic == 0.0);
    CHECK(out.p == 1.0);
}

static void nothing_in_a_table(void)
{
    const counts_test tests[] = {cbk_compare_fisher, cbk_compare_chi_squared,
                                 cbk_compare_counts};
    const uint32_t zero[] = {0, 0, 0, 0};
    const uint32_t one_row[] = {3, 5, 0, 0};
    const uint32_t one_column[] = {3, 0, 5, 0};
    const uint32_t one_subject[] = {0, 0, 0, 1};
    for (size_t i = 0; i < N(tests); i++) {
        cbk_comparison out = counts(tests[i], zero, 2, 2);
        CHECK(out.test == CBK_TEST_NONE && isnan(out.p) && isnan(out.statistic));
        CHECK(out.notes == CBK_NOTE_NO_GROUPS);
        CHECK(counts(tests[i], NULL, 0, 0).notes == CBK_NOTE_NO_GROUPS);
        CHECK(counts(tests[i], one_subject, 2, 2).notes == CBK_NOTE_NO_GROUPS);
        out = counts(tests[i], one_row, 2, 2);
        CHECK(out.test == CBK_TEST_NONE && out.notes == CBK_NOTE_NO_SPREAD);
        out = counts(tests[i], one_column, 2, 2);
        CHECK(out.test == CBK_TEST_NONE && out.notes == CBK_NOTE_NO_GROUPS);
    }
}

/* ---- ranks ------------------------------------------------------------------------ */

static void mann_whitney_by_hand(void)
{
    const double value[] = {1, 2, 3, 4, 5, 6};
    const uint32_t apart[] = {0, 0, 0, 1, 1, 1};
    cbk_comparison out = ranks(value, apart, 6, 2);
    CHECK(out.test == CBK_TEST_MANN_WHITNEY_EXACT && out.statistic == 0.0);
    CHECK_NEAR(out.p, 2.0 / 20.0, 1e-15); /* one of 20 labelings on either side */
    CHECK(isnan(out.df));
    const uint32_t mixed[] = {0, 1, 0, 1, 0, 1};
    out = ranks(value, mixed, 6, 2);
    CHECK(out.statistic == 3.0);                /* 3 > 2, 5 > 2, 5 > 4 */
    CHECK_NEAR(out.p, 2.0 * 7.0 / 20.0, 1e-15); /* W <= 3: 1 + 1 + 2 + 3 */
    const uint32_t single[] = {0, 1};
    out = ranks(value, single, 2, 2);
    CHECK(out.test == CBK_TEST_MANN_WHITNEY_EXACT && out.p == 1.0);
}

/* 1, 2, 2 against 2, 3: W = 1, its mean 3; variance 6/12 (6 - 24/20) = 2.4. */
static void ties_by_hand(void)
{
    const double value[] = {1, 2, 2, 2, 3};
    const uint32_t group[] = {0, 0, 0, 1, 1};
    const cbk_comparison out = ranks(value, group, 5, 2);
    CHECK(out.test == CBK_TEST_MANN_WHITNEY_NORMAL && out.statistic == 1.0);
    CHECK_NEAR(out.p, erfc(1.5 / sqrt(2.4) / sqrt(2.0)), 1e-13);
    const uint32_t even[] = {0, 1, 0, 1, 0}; /* 1, 2, 3 against 2, 2: W is its mean */
    CHECK(ranks(value, even, 5, 2).p == 1.0);
}

static void exact_up_to_49(void)
{
    double value[100];
    uint32_t group[100];
    for (size_t i = 0; i < 100; i++) {
        value[i] = (double)(i * 37 % 101);
        group[i] = i < 50 ? 0 : 1;
    }
    CHECK(ranks(value, group, 100, 2).test == CBK_TEST_MANN_WHITNEY_NORMAL);
    CHECK(ranks(value + 1, group + 1, 98, 2).test == CBK_TEST_MANN_WHITNEY_EXACT);
    for (size_t i = 0; i < 98; i++) {
        value[i] = (double)i;
        group[i] = i < 49 ? 0 : 1;
    }
    /* 2 of the 98 over 49 labelings */
    const double log_all = lgamma(99.0) - 2.0 * lgamma(50.0);
    CHECK_NEAR(ranks(value, group, 98, 2).p, 2.0 * exp(-log_all), 1e-12);
}

/* Every way to choose the first group: its statistic is at least as far from the mean. */
static double p_of_every_labeling(const double *value, const uint32_t *group, size_t n)
{
    size_t n_first = 0;
    double observed = 0.0;
    for (size_t i = 0; i < n; i++) {
        n_first += group[i] == 0;
        for (size_t k = 0; k < n; k++) {
            observed += group[i] == 0 && group[k] == 1 && value[i] > value[k];
        }
    }
    const double mean = (double)n_first * (double)(n - n_first) / 2.0;
    double n_all = 0.0;
    double n_far = 0.0;
    for (uint32_t chosen = 0; chosen < 1u << n; chosen++) {
        size_t n_chosen = 0;
        double w = 0.0;
        for (size_t i = 0; i < n; i++) {
            n_chosen += chosen >> i & 1;
            for (size_t k = 0; k < n; k++) {
                w += (chosen >> i & 1) && !(chosen >> k & 1) && value[i] > value[k];
            }
        }
        if (n_chosen == n_first) {
            n_all += 1.0;
            n_far += fabs(w - mean) >= fabs(observed - mean) ? 1.0 : 0.0;
        }
    }
    return n_far / n_all;
}

static void mann_whitney_counts_every_labeling(void)
{
    for (int round = 0; round < 60; round++) {
        const size_t n = 2 + random_below(9);
        double value[12];
        uint32_t group[12];
        for (size_t i = 0; i < n; i++) {
            value[i] = (double)i / 3.0 - 1.0;
            group[i] = i < 2 ? (uint32_t)i : random_below(2);
        }
        for (size_t i = n - 1; i > 0; i--) {
            const size_t k = random_below((uint32_t)i + 1);
            const double swap = value[i];
            value[i] = value[k];
            value[k] = swap;
        }
        const cbk_comparison out = ranks(value, group, n, 2);
        CHECK(out.test == CBK_TEST_MANN_WHITNEY_EXACT);
        CHECK_NEAR(out.p, p_of_every_labeling(value, group, n), 1e-14);
    }
}

/* 1 to 9 in three groups as they come: mean ranks 2, 5, 8; H = 12/90 (3 * 9 + 3 * 9). */
static void kruskal_wallis_by_hand(void)
{
    const double value[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    const uint32_t group[] = {4, 4, 4, 0, 0, 0, 2, 2, 2}; /* 1 and 3 are empty */
    const cbk_comparison out = ranks(value, group, 9, 5);
    CHECK(out.test == CBK_TEST_KRUSKAL_WALLIS && out.df == 2.0 && out.notes == 0);
    CHECK_NEAR(out.statistic, 7.2, 1e-15);
    CHECK_NEAR(out.p, exp(-3.6), 1e-14);
    const double tied[] = {1, 1, 2, 2};
    const uint32_t three[] = {0, 1, 2, 2};
    /* ranks 1.5, 1.5, 3.5, 3.5: 12/20 (1 + 1 + 2) over 1 - 12/60 is 3 */
    CHECK_NEAR(ranks(tied, three, 4, 3).statistic, 3.0, 1e-15);
}

/* ---- means ------------------------------------------------------------------------ */

static void t_by_hand(void)
{
    const double value[] = {1, 2, 3, 4, 6, 8};
    const uint32_t group[] = {0, 0, 0, 1, 1, 1};
    /* means 2 and 6, variances 1 and 4: error sqrt(5/3), df (5/3)^2 / (1/18 + 16/18) */
    const cbk_comparison welch = means(value, group, 6, false);
    CHECK(welch.test == CBK_TEST_WELCH_T);
    CHECK_NEAR(welch.statistic, -4.0 / sqrt(5.0 / 3.0), 1e-15);
    CHECK_NEAR(welch.df, 50.0 / 17.0, 1e-14);
    const cbk_comparison student = means(value, group, 6, true);
    CHECK(student.test == CBK_TEST_STUDENT_T && student.df == 4.0);
    CHECK_NEAR(student.statistic, -4.0 / sqrt(5.0 / 3.0), 1e-15);
    /* 4 df: p = 1 - x (1.5 - x^2 / 2) with x = t / sqrt(4 + t^2); t^2 = 9.6 */
    const double x = sqrt(9.6 / 13.6);
    CHECK_NEAR(student.p, 1.0 - x * (1.5 - x * x / 2.0), 1e-13);
    const uint32_t one_and_five[] = {0, 1, 1, 1, 1, 1};
    CHECK(means(value, one_and_five, 6, true).test == CBK_TEST_STUDENT_T);
    CHECK(means(value, one_and_five, 6, false).notes == CBK_NOTE_SD_UNDEFINED);
}

static void t_far_from_zero(void)
{
    const double value[] = {1e9 + 1, 1e9 + 2, 1e9 + 3, 1e9 + 4, 1e9 + 6, 1e9 + 8};
    const uint32_t group[] = {0, 0, 0, 1, 1, 1};
    CHECK_NEAR(means(value, group, 6, false).statistic, -4.0 / sqrt(5.0 / 3.0), 1e-14);
}

/* ---- nothing to compare ----------------------------------------------------------- */

static void nothing_in_values(void)
{
    const double value[] = {3, 3, 3, 3, none};
    const uint32_t group[] = {0, 1, 0, 1, 1};
    const uint32_t one[] = {1, 1, 1, 1, 0};
    const uint32_t three[] = {0, 1, 2, 1, 0};
    cbk_comparison out = ranks(value, group, 5, 2);
    CHECK(out.test == CBK_TEST_NONE && isnan(out.p) && isnan(out.statistic));
    CHECK(out.notes == (CBK_NOTE_NO_SPREAD | CBK_NOTE_ROWS_LEFT_OUT));
    out = ranks(value, three, 4, 3);
    CHECK(out.notes == CBK_NOTE_NO_SPREAD && isnan(out.p));
    out = means(value, group, 4, false);
    CHECK(out.notes == CBK_NOTE_NO_SPREAD && isnan(out.p));
    CHECK(means(value, group, 4, true).notes == CBK_NOTE_NO_SPREAD);
    out = ranks(value, one, 5, 2); /* the other group has no value */
    CHECK(out.notes == (CBK_NOTE_NO_GROUPS | CBK_NOTE_ROWS_LEFT_OUT) && isnan(out.p));
    CHECK((means(value, one, 5, false).notes & CBK_NOTE_NO_GROUPS) != 0);
    CHECK(ranks(NULL, NULL, 0, 0).notes == CBK_NOTE_NO_GROUPS);
    CHECK(ranks(value, group, 1, 2).notes == CBK_NOTE_NO_GROUPS);
    CHECK(means(NULL, NULL, 0, true).notes == CBK_NOTE_NO_GROUPS);
    CHECK(means(value, group, 2, true).notes == CBK_NOTE_SD_UNDEFINED);
}

static void refused(void)
{
    const double value[] = {1, 2, (double)INFINITY};
    const uint32_t group[] = {0, 1, 2};
    cbk_error err;
    cbk_comparison out = {.p = 77.0};
    cbk_grouped_values values = {3, value, group, 3};
    CHECK(cbk_compare_ranks(&values, arena, &out, &err) == CBK_EDATA && err.row == 2);
    const double finite[] = {1, 2, 3};
    values.value = finite;
    CHECK(cbk_compare_means(&values, false, arena, &out, &err) == CBK_EINVAL);
    CHECK(strstr(err.message, "there are 3") != NULL && out.p == 77.0);
}

static bool is_same(const cbk_comparison *a, const cbk_comparison *b)
{
    return memcmp(&a->p, &b->p, sizeof a->p) == 0 && a->test == b->test &&
           memcmp(&a->statistic, &b->statistic, sizeof a->p) == 0;
}

static void row_order_does_not_show(void)
{
    enum { N_VALUES = 60 };
    double value[N_VALUES];
    uint32_t group[N_VALUES];
    for (size_t i = 0; i < N_VALUES; i++) {
        value[i] = ((double)random_below(50) - 25.0) / 7.0;
        group[i] = random_below(3);
    }
    for (int round = 0; round < 200; round++) {
        const cbk_comparison rank_before = ranks(value, group, N_VALUES, 3);
        const cbk_comparison two_before = ranks(value, group, N_VALUES, 2);
        const cbk_comparison mean_before = means(value, group, N_VALUES, false);
        for (size_t i = N_VALUES - 1; i > 0; i--) {
            const size_t k = random_below((uint32_t)i + 1);
            const double value_swap = value[i];
            const uint32_t group_swap = group[i];
            value[i] = value[k];
            group[i] = group[k];
            value[k] = value_swap;
            group[k] = group_swap;
        }
        const cbk_comparison rank_after = ranks(value, group, N_VALUES, 3);
        const cbk_comparison two_after = ranks(value, group, N_VALUES, 2);
        const cbk_comparison mean_after = means(value, group, N_VALUES, false);
        CHECK(is_same(&rank_before, &rank_after));
        CHECK(is_same(&two_before, &two_after));
        CHECK(is_same(&mean_before, &mean_after));
    }
}

/* ---- memory ----------------------------------------------------------------------- */

/* One of the tests on data large enough that each array needs a block of its own. */
static cbk_status run_large(int which, cbk_arena *small, cbk_comparison *out)
{
    enum { BIG = 20000 };
    static double value[BIG];
    static uint32_t group[BIG];
    static const uint32_t count[] = {900, 901, 3, 10, 950, 870, 2, 11};
    for (size_t i = 0; i < BIG; i++) {
        value[i] = (double)i;
        group[i] = (uint32_t)(i % 2);
    }
    const cbk_grouped_values values = {which == 3 ? 98 : BIG, value, group, 2};
    switch (which) {
    case 0:
        return cbk_compare_fisher(count, 2, 4, small, out, NULL);
    case 1:
        return cbk_compare_means(&values, false, small, out, NULL);
    default:
        return cbk_compare_ranks(&values, small, out, NULL);
    }
}

static void survives_every_failed_allocation(void)
{
    for (int which = 0; which < 4; which++) {
        int n_failures = 0;
        for (bool is_done = false; !is_done; n_failures++) {
            faulty_heap heap;
            cbk_arena *small = faulty_arena(&heap, n_failures);
            if (small != NULL) {
                const cbk_mark before = cbk_arena_mark(small);
                cbk_comparison out = {.p = 77.0};
                const cbk_status status = run_large(which, small, &out);
                is_done = status == CBK_OK;
                CHECK(is_done ? out.p <= 1.0 : status == CBK_ENOMEM);
                CHECK(is_same_mark(before, cbk_arena_mark(small)));
            }
            cbk_arena_destroy(small);
            CHECK(heap.n_live == 0);
            CHECK(n_failures < 50);
        }
        CHECK(n_failures > 2);
    }
}

int main(void)
{
    static const check_test tests[] = {
        {"the lady tasting tea", tea},
        {"six patients", six_patients},
        {"chi-squared by hand", chi_squared_by_hand},
        {"the tail is not one minus", tail_is_not_one_minus},
        {"Fisher counts every table", fisher_counts_every_table},
        {"Fisher of larger tables", fisher_of_larger_tables},
        {"which test a table gets", which_test_a_table_gets},
        {"nothing in a table", nothing_in_a_table},
        {"Mann-Whitney by hand", mann_whitney_by_hand},
        {"ties by hand", ties_by_hand},
        {"exact up to 49", exact_up_to_49},
        {"Mann-Whitney counts every labeling", mann_whitney_counts_every_labeling},
        {"Kruskal-Wallis by hand", kruskal_wallis_by_hand},
        {"t by hand", t_by_hand},
        {"t far from zero", t_far_from_zero},
        {"nothing in values", nothing_in_values},
        {"refused", refused},
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
