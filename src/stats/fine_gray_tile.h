/* stats/fine_gray_tile.h - sums over the 64 rows of a tile. */
#ifndef STATS_FINE_GRAY_TILE_H
#define STATS_FINE_GRAY_TILE_H

#include <stddef.h>

enum { CBK_FG_LANES = 4 /* rows that are added apart */ };

/* Arrays are [64] where nothing else is said; x is [p * 64], column by column. */
typedef struct cbk_fg_kernels {
    /* eta += x'beta */
    void (*add_along)(const double *x, size_t p, const double *beta, double *eta);
    /* risk = weight exp(eta) */
    void (*fill_risk)(const double *eta, const double *weight, double *risk);
    /* out[i] = base + sum of a b from i on; returns the sum of all, without base */
    double (*sum_back)(const double *a, const double *b, double base, double *out);
    /* out[i] = base + sum of a until i; returns the sum of all, without base */
    double (*sum_forth)(const double *a, double base, double *out);
    double (*sum_products)(const double *a, const double *b);
    /* Adds weight x x' of the first n rows, n a multiple of 4, to the lower triangle of
     * info[p * p * 4], four rows apart, and weight x to gradient[p * 4]. */
    void (*update)(const double *x, size_t p, const double *weight, size_t n,
                   double *info, double *gradient);
} cbk_fg_kernels;

extern const cbk_fg_kernels cbk_fg_kernels_here;

#endif
