/* test_describe.c - a sample in a few numbers, from no value at all upwards. */
#include "check.h"
#include "faulty_heap.h"
#include "random_below.h"

#include <casebook/describe.h>

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static const double none = (double)NAN;
static cbk_arena *arena;

static cbk_description describe(const double *value, size_t n, cbk_sample_quantile rule)
{
    cbk_description out;
    memset(&out, 0xff, sizeof out); /* every field has to be written */
    return cbk_describe(value, n, rule, arena, &out, NULL) == CBK_OK
               ? out
               : (cbk_description){.n = SIZE_MAX};
}

/* The ages of the worked example, and a patient whose age is not recorded. */
static void worked_by_hand(void)
{
    const double value[] = {55, 25, 64, 57, none, 36, 30};
    const cbk_description seven = describe(value, N(value), CBK_SAMPLE_QUANTILE_7);
    CHECK(seven.n == 6 && seven.n_missing == 1 && seven.notes == 0);
    CHECK(seven.sum == 267.0 && seven.mean == 44.5 && seven.median == 45.5);
    CHECK(seven.minimum == 25.0 && seven.maximum == 64.0);
    CHECK(seven.quartile_1 == 31.5); /* 30 + 1/4 of (36 - 30) */
    CHECK(seven.quartile_3 == 56.5); /* 55 + 3/4 of (57 - 55) */
    /* squares: 110.25 + 380.25 + 380.25 + 156.25 + 72.25 + 210.25 = 1309.5 */
    CHECK_NEAR(seven.sd, sqrt(1309.5 / 5.0), 1e-15);
    const cbk_description two = describe(value, N(value), CBK_SAMPLE_QUANTILE_2);
    CHECK(two.quartile_1 == 30.0 && two.median == 45.5 && two.quartile_3 == 57.0);
    double quantile = 0.0;
    CHECK(cbk_quantile(value, 4, 0.25, CBK_SAMPLE_QUANTILE_7, arena, &quantile, NULL) ==
          CBK_OK);
    CHECK(quantile == 47.5); /* 25 55 57 64: 25 + 3/4 of 30 */
    const cbk_description four = describe(value, 4, CBK_SAMPLE_QUANTILE_2);
    CHECK(four.quartile_1 == 40.0 && four.quartile_3 == 60.5); /* 4/4 is whole */
}

static void no_values(void)
{
    const double missing[] = {none, none};
    const cbk_description all_missing = describe(missing, 2, CBK_SAMPLE_QUANTILE_7);
    CHECK(all_missing.n == 0 && all_missing.n_missing == 2);
    const cbk_description out = describe(NULL, 0, CBK_SAMPLE_QUANTILE_7);
    CHECK(out.n == 0 && out.n_missing == 0 && out.notes == CBK_NOTE_NO_ROWS);
    CHECK(isnan(out.sum) && isnan(out.mean) && isnan(out.sd) && isnan(out.minimum));
    CHECK(isnan(out.quartile_1) && isnan(out.median) && isnan(out.quartile_3));
    CHECK(isnan(out.maximum));
}

static void one_and_two_values(void)
{
    const double value[] = {3.5, -1.5};
    const cbk_description one = describe(value, 1, CBK_SAMPLE_QUANTILE_2);
    CHECK(one.n == 1 && one.mean == 3.5 && isnan(one.sd));
    CHECK(one.notes == CBK_NOTE_SD_UNDEFINED);
    CHECK(one.quartile_1 == 3.5 && one.median == 3.5 && one.quartile_3 == 3.5);
    const cbk_description two = describe(value, 2, CBK_SAMPLE_QUANTILE_7);
    CHECK(two.median == 1.0 && two.mean == 1.0 && two.notes == 0);
    CHECK_NEAR(two.sd, 5.0 / sqrt(2.0), 1e-15);
    CHECK(two.quartile_1 == -0.25 && two.quartile_3 == 2.25);
}

static void ends_of_the_probability(void)
{
    const double sorted[] = {1, 2, 3, 4, 5, 6, 7};
    const cbk_sample_quantile rules[] = {CBK_SAMPLE_QUANTILE_2, CBK_SAMPLE_QUANTILE_7};
    for (size_t i = 0; i < N(rules); i++) {
        for (size_t n = 1; n <= N(sorted); n++) {
            CHECK(cbk_quantile_of_sorted(sorted, n, 0.0, rules[i]) == 1.0);
            CHECK(cbk_quantile_of_sorted(sorted, n, 1.0, rules[i]) == (double)n);
        }
    }
    double ninety[90];
    for (int i = 0; i < 90; i++) {
        ninety[i] = i + 1.0;
    }
    CHECK(90 * 0.7 < 63.0); /* in doubles; 63 in arithmetic */
    CHECK(cbk_quantile_of_sorted(ninety, 90, 0.7, CBK_SAMPLE_QUANTILE_2) == 63.5);
}

static void sums_do_not_cancel(void)
{
    const double value[] = {1e15 + 0.25, 1e15 + 0.5, 1e15 + 0.75, 1e15 + 1.0};
    const cbk_description out = describe(value, 4, CBK_SAMPLE_QUANTILE_7);
    CHECK_NEAR(out.sd, 0.25 * sqrt(5.0 / 3.0), 1e-15);
    const double constant[] = {0.1, 0.1, 0.1};
    CHECK_NEAR(describe(constant, 3, CBK_SAMPLE_QUANTILE_7).sd, 0.0, 1e-17);
}

static void infinity_is_refused(void)
{
    const double value[] = {1.0, none, -(double)INFINITY};
    cbk_error err;
    cbk_description out = {.n = 77};
    CHECK(cbk_describe(value, 3, CBK_SAMPLE_QUANTILE_7, arena, &out, &err) == CBK_EDATA);
    CHECK(err.status == CBK_EDATA && err.row == 2 && out.n == 77);
    CHECK(strstr(err.message, "infinite") != NULL);
}

static bool is_same(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static void row_order_does_not_show(void)
{
    enum { MAX_N = 40 };
    double value[MAX_N];
    for (int round = 0; round < 1000; round++) {
        const size_t n = 2 + random_below(MAX_N - 2);
        for (size_t i = 0; i < n; i++) {
            value[i] = ((double)random_below(2000) - 1000.0) / 7.0 *
                       (random_below(5) == 0 ? 1e9 : 1.0);
        }
        const cbk_description first = describe(value, n, CBK_SAMPLE_QUANTILE_7);
        for (size_t i = n - 1; i > 0; i--) {
            const size_t k = random_below((uint32_t)i + 1);
            const double swap = value[i];
            value[i] = value[k];
            value[k] = swap;
        }
        const cbk_description second = describe(value, n, CBK_SAMPLE_QUANTILE_7);
        CHECK(is_same(first.sum, second.sum) && is_same(first.mean, second.mean));
        CHECK(is_same(first.sd, second.sd) && is_same(first.median, second.median));
        CHECK(is_same(first.quartile_1, second.quartile_1));
        CHECK(is_same(first.quartile_3, second.quartile_3));
        CHECK(first.minimum <= first.quartile_1 && first.quartile_1 <= first.median);
        CHECK(first.median <= first.quartile_3 && first.quartile_3 <= first.maximum);
    }
}

static void survives_every_failed_allocation(void)
{
    enum { BIG = 20000 }; /* each array needs a block of its own */
    double *value = calloc(BIG, sizeof *value);
    CHECK(value != NULL);
    int n_failures = 0;
    for (bool is_done = false; !is_done; n_failures++) {
        faulty_heap heap;
        cbk_arena *small = faulty_arena(&heap, n_failures);
        if (small != NULL) {
            const cbk_mark before = cbk_arena_mark(small);
            cbk_description out = {.n = 77};
            const cbk_status status =
                cbk_describe(value, BIG, CBK_SAMPLE_QUANTILE_7, small, &out, NULL);
            is_done = status == CBK_OK;
            CHECK(is_done ? out.n == BIG : status == CBK_ENOMEM && out.n == 77);
            CHECK(is_same_mark(before, cbk_arena_mark(small)));
        }
        cbk_arena_destroy(small);
        CHECK(heap.n_live == 0);
    }
    CHECK(n_failures == 5); /* the arena and three blocks had their turn */
    free(value);
}

int main(void)
{
    static const check_test tests[] = {
        {"six patients by hand", worked_by_hand},
        {"no values", no_values},
        {"one and two values", one_and_two_values},
        {"ends of the probability", ends_of_the_probability},
        {"sums do not cancel", sums_do_not_cancel},
        {"infinity is refused", infinity_is_refused},
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
