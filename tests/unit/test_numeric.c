/* test_numeric.c - compensated sums, sorted keys, the normal quantile. */
#include "check.h"
#include "random_below.h"

#include "numeric/distribution.h"
#include "numeric/sort.h"
#include "numeric/sum.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static double sum_of(const double *terms, size_t n)
{
    cbk_sum sum = {0};
    for (size_t i = 0; i < n; i++) {
        cbk_sum_add(&sum, terms[i]);
    }
    return cbk_sum_value(&sum);
}

static void sums_keep_what_rounding_loses(void)
{
    const double cancelling[] = {1.0, 1e100, 1.0, -1e100}; /* Neumaier's own example */
    CHECK(sum_of(cancelling, N(cancelling)) == 2.0);
    CHECK(sum_of(NULL, 0) == 0.0);
    cbk_sum tenths = {0};
    for (int i = 0; i < 1000000; i++) {
        cbk_sum_add(&tenths, 0.1);
    }
    CHECK(cbk_sum_value(&tenths) == 100000.0); /* a plain loop gives 100000.00000133288 */
}

static void keys_order_as_doubles(void)
{
    const double ascending[] = {-DBL_MAX, -2.5, -1.0, -DBL_TRUE_MIN, 0.0,    DBL_TRUE_MIN,
                                0.1,      0.3,  1.0,  1e9,           DBL_MAX};
    for (size_t i = 0; i < N(ascending); i++) {
        CHECK(cbk_key_value(cbk_key_of(ascending[i])) == ascending[i]);
        CHECK(i == 0 || cbk_key_of(ascending[i - 1]) < cbk_key_of(ascending[i]));
    }
    CHECK(cbk_key_of(-0.0) == cbk_key_of(0.0));
}

static void insertion_sort(uint64_t *keys, size_t n) /* slow and obvious */
{
    for (size_t i = 1; i < n; i++) {
        for (size_t j = i; j > 0 && keys[j] < keys[j - 1]; j--) {
            const uint64_t swap = keys[j];
            keys[j] = keys[j - 1];
            keys[j - 1] = swap;
        }
    }
}

static void sorting_equals_its_slow_twin(void)
{
    enum { MAX_N = 300 };
    uint64_t keys[MAX_N];
    uint64_t slow[MAX_N];
    uint64_t scratch[MAX_N];
    for (int round = 0; round < 500; round++) {
        const size_t n = random_below(MAX_N);
        const int n_bits = 1 + (int)random_below(64); /* few bits: many equal keys */
        for (size_t i = 0; i < n; i++) {
            const uint64_t high = (uint64_t)random_below(UINT32_MAX) << 32;
            keys[i] = (high | random_below(UINT32_MAX)) >> (64 - n_bits);
            slow[i] = keys[i];
        }
        cbk_sort_keys(keys, scratch, n);
        insertion_sort(slow, n);
        CHECK(memcmp(keys, slow, n * sizeof keys[0]) == 0);
    }
}

static int by_size(const void *lhs, const void *rhs)
{
    const uint64_t a = *(const uint64_t *)lhs;
    const uint64_t b = *(const uint64_t *)rhs;
    return (a > b) - (a < b);
}

/* So many that they are parted first: evenly spread, crowded at either end, in few
 * values, close to a power of 2, in magnitudes that halve. */
static void many_keys_are_sorted(void)
{
    enum { MAX_N = 70000, KINDS = 6 };
    static uint64_t keys[MAX_N];
    static uint64_t slow[MAX_N];
    static uint64_t scratch[MAX_N];
    for (int round = 0; round < 2 * KINDS; round++) {
        const size_t n = 16000 + random_below(MAX_N - 16000);
        for (size_t i = 0; i < n; i++) {
            const uint64_t high = (uint64_t)random_below(UINT32_MAX) << 32;
            const uint64_t any = high | random_below(UINT32_MAX);
            const uint64_t kind[KINDS] = {
                any,
                any % 3 == 0 ? UINT64_MAX - any % 17 : any >> 20,
                any % 5 << 40 | (any % 7 == 0 ? any >> 30 : 0),
                ((uint64_t)1 << 63) + (any >> 44) - (any >> 45 & 1) * ((uint64_t)1 << 20),
                (any | 1) >> (any % 64),
                any % 2 == 0 ? 12345
                             : cbk_time_key(-log((double)(any >> 1) * 0x1p-63), 1, 1),
            };
            keys[i] = slow[i] = kind[round % KINDS];
        }
        cbk_sort_keys(keys, scratch, n);
        qsort(slow, n, sizeof slow[0], by_size);
        CHECK(memcmp(keys, slow, n * sizeof keys[0]) == 0);
    }
}

static void normal_quantiles_are_the_known_ones(void)
{
    CHECK_NEAR(cbk_normal_quantile_upper(0.025), 1.9599639845400545, 1e-15);
    CHECK_NEAR(cbk_normal_quantile_upper(0.005), 2.5758293035489004, 1e-15);
    CHECK_NEAR(cbk_normal_quantile_upper(0.5), 0.0, 1e-300);
    CHECK_NEAR(cbk_normal_quantile_upper(0.975), -1.9599639845400545, 1e-15);
    CHECK_NEAR(cbk_normal_quantile_upper(1e-20), 9.2623400897985, 1e-13); /* far tail */
}

int main(void)
{
    static const check_test tests[] = {
        {"sums keep what rounding loses", sums_keep_what_rounding_loses},
        {"keys order as doubles", keys_order_as_doubles},
        {"sorting equals its slow twin", sorting_equals_its_slow_twin},
        {"many keys are sorted", many_keys_are_sorted},
        {"normal quantiles", normal_quantiles_are_the_known_ones},
    };
    return check_main(tests, N(tests));
}
