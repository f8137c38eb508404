/* stats/cox/cox_tile.h - sums over the 64 rows of a tile, four at a time.
 *
 * What is added to what is written down in the code, so that every version of it, and
 * every machine, gives the same bits. */
#ifndef STATS_COX_TILE_H
#define STATS_COX_TILE_H

#include <stddef.h>
#include <stdint.h>

enum {
    CBK_COX_TILE = 64,    /* rows */
    CBK_COX_LANES = 4,    /* rows that are added apart */
    CBK_COX_LINE = 8,     /* numbers that come from memory together */
    CBK_COX_VECTORS = 128 /* at most that many rows in one update */
};

/* Arrays are [64] where nothing else is said; x is [p * 64], column by column.  soon is a
 * tile like x that is asked for from memory on the way, or x itself: fill_risk asks for
 * its even columns, take for the others, update for all. */
typedef struct cbk_cox_kernels {
    /* eta = offset + x'beta, risk = weight exp(eta); eta within 700 of 0, exp to the last
     * digit but one */
    void (*fill_risk)(const double *x, size_t p, const double *beta, const double *offset,
                      const double *weight, double *eta, double *risk,
                      const double *soon);
    /* out[i] = base + sum of a b from i on; returns the sum of all, without base */
    double (*sum_back)(const double *a, const double *b, double base, double *out);
    /* out[i] = base + sum of a until i; returns the sum of all, without base.  a is 0
     * from then on. */
    double (*sum_forth)(double *a, double base, double *out);
    double (*sum_products)(const double *a, const double *b);
    /* until[65]: until[i] = before + sum of carried x of the rows before i;
     * out[i] = (behind + sum of risk x from i on + free until[i]) scale.  Returns the sum
     * of all risk x, without behind. */
    double (*sum_both)(const double *x, const double *risk, double behind,
                       const double *carried, double before, const double *free,
                       const double *scale, double *until, double *out);
    /* Adds weight x x' of the first n rows, n <= 128 a multiple of 4, to the lower
     * triangle of info[p * p * 4], four rows apart, and weight x to gradient[p * 4] (or
     * NULL).  x is [p * stride], column by column. */
    void (*update)(const double *x, size_t stride, size_t p, const double *weight,
                   size_t n, double *info, double *gradient, const double *soon);
    /* Adds hazard times after[p * 4] and then exposed times x (unless NULL) to
     * gradient[p * 4], and risk times x to after, four rows apart. */
    void (*take)(const double *x, size_t p, const double *risk, const double *exposed,
                 double hazard, double *after, double *gradient, const double *soon);
    /* rows[64 * width], row by row: risk times x, then risk, then 0; width is
     * cbk_cox_row_width(p). */
    void (*turn_rows)(const double *x, size_t p, const double *risk, double *rows);
    /* Adds row[i][width] of n such rows to total[width], and what rounding takes from it
     * to lost[width].  out[(n + 1) * width]: the two together before each row, and after
     * the last. */
    void (*add_rows)(const double *const *row, size_t n, size_t width, double *total,
                     double *lost, double *out);
    /* out[i] = 1 / a[i] where the bit is set, else 0 */
    void (*invert)(const double *a, uint64_t which, double *out);
    /* The product of those of a[64] whose bits are set, all above 2^-1022, without their
     * powers of 2, whose sum is *power. */
    double (*multiply)(const double *a, uint64_t which, int64_t *power);
    /* Of the denominators at_risk - l / d of_events, first <= l < end, at most 256 of
     * them: their product, as of multiply, and with share = l / d in sums[5] the sums of
     * 1 / denominator, share / denominator, and of 1, share and its square over the
     * denominator's square. */
    double (*divide)(double at_risk, double of_events, size_t d, size_t first, size_t end,
                     double *sums, int64_t *power);
    /* Of a column of n numbers, n a multiple of 4, every fourth apart: extends least[4]
     * and most[4]; strange[4] becomes NaN where one is not finite. */
    void (*extend)(const double *value, size_t n, double *least, double *most,
                   double *strange);
    /* out[i] = value[i] * unit - middle, within 2 of 0, n a multiple of 4.  Adds it to
     * sums[4], and its square to squares[4], each rounded to a multiple of 2^-30. */
    void (*bring)(const double *value, size_t n, double unit, double middle, double *out,
                  double *sums, double *squares);
} cbk_cox_kernels;

/* Of a row that holds p numbers and one more: a multiple of 4. */
static inline size_t cbk_cox_row_width(size_t p)
{
    return (p + CBK_COX_LANES) / CBK_COX_LANES * CBK_COX_LANES;
}

/* As many times 1 as there are rows in a tile, then 0. */
extern const double cbk_cox_ones_then_zeros[2 * CBK_COX_TILE];

/* n times 1 or all of them, then 0: [64]. */
static inline const double *cbk_cox_ones_until(size_t n)
{
    return cbk_cox_ones_then_zeros + (n < CBK_COX_TILE ? CBK_COX_TILE - n : 0);
}

/* For any machine. */
extern const cbk_cox_kernels cbk_cox_kernels_plain;
/* For this one. */
const cbk_cox_kernels *cbk_cox_kernels_here(void);

#endif
