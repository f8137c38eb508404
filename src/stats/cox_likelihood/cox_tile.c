/* cox_tile.c - the sums over a tile for any machine and for those that add four numbers
 * at once.  Contract: stats/cox_likelihood/cox_tile.h. */
#include "stats/cox_likelihood/cox_tile.h"

#include <stdbool.h>
#include <stdint.h>

/* Vectors stay within this file. */
#pragma GCC diagnostic ignored "-Wpsabi"

#ifdef __clang__
#define UNROLLED _Pragma("clang loop unroll(full)")
#else
#define UNROLLED _Pragma("GCC unroll 16")
#endif

/* 1 / n! */
static const double over_factorial[] = {1.0,
                                        1.0,
                                        1.0 / 2,
                                        1.0 / 6,
                                        1.0 / 24,
                                        1.0 / 120,
                                        1.0 / 720,
                                        1.0 / 5040,
                                        1.0 / 40320,
                                        1.0 / 362880,
                                        1.0 / 3628800,
                                        1.0 / 39916800,
                                        1.0 / 479001600,
                                        1.0 / 6227020800};
/* log 2 in two parts, of which the first times a whole number below 2^11 is exact */
static const double log_2_first = 0x1.62e42fefa38p-1;
static const double log_2_rest = 0x1.ef35793c7673p-45;
static const double per_log_2 = 0x1.71547652b82fep0; /* 1 / log 2 */
/* Added and taken away: rounds to a whole number, which is in the low bits between. */
static const double rounder = 0x1.8p52;
static const double grid_rounder = 0x1.8p22; /* to a multiple of 2^-30 */
/* Of a double's bits: what is below its power of 2, and the power of 1. */
static const uint64_t below_1 = UINT64_C(0xfffffffffffff);
static const uint64_t exponent_of_1 = UINT64_C(0x3ff0000000000000);

enum {
    MOST_PARTS = 4, /* registers for 8 columns of a row, or fewer */
    BLOCK = 3,      /* columns: 9 sums stay in 16 registers */
    N_EXP = 4       /* so many exp() at once */
};

#define TARGET
#define NAMED(name) name##_plain
#define WIDTH 2
#include "stats/cox_likelihood/cox_tile_body.h"
#undef TARGET
#undef NAMED
#undef WIDTH

#if defined(__x86_64__) && !defined(__AVX2__)
#define HAS_AVX2 1
#define TARGET __attribute__((target("avx2")))
#define NAMED(name) name##_avx2
#define WIDTH 4
#include "stats/cox_likelihood/cox_tile_body.h"
#endif

const double cbk_cox_ones_then_zeros[2 * CBK_COX_TILE] = {
#define EIGHT 1, 1, 1, 1, 1, 1, 1, 1
    EIGHT, EIGHT, EIGHT, EIGHT, EIGHT, EIGHT, EIGHT, EIGHT,
#undef EIGHT
};

const cbk_cox_kernels *cbk_cox_kernels_here(void)
{
#ifdef HAS_AVX2
    if (__builtin_cpu_supports("avx2")) {
        return &kernels_avx2;
    }
#endif
    return &cbk_cox_kernels_plain;
}

const cbk_cox_kernels cbk_cox_kernels_plain = {.fill_risk = fill_risk_plain,
                                               .sum_back = sum_back_plain,
                                               .sum_forth = sum_forth_plain,
                                               .sum_products = sum_products_plain,
                                               .sum_both = sum_both_plain,
                                               .update = update_plain,
                                               .take = take_plain,
                                               .turn_rows = turn_rows_plain,
                                               .add_rows = add_rows_plain,
                                               .invert = invert_plain,
                                               .multiply = multiply_plain,
                                               .divide = divide_plain,
                                               .extend = extend_plain,
                                               .bring = bring_plain};
