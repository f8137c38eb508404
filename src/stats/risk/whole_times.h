/* stats/risk/whole_times.h - times that are few whole numbers, as months and days are:
 * they are counted, not sorted. */
#ifndef STATS_WHOLE_TIMES_H
#define STATS_WHOLE_TIMES_H

#include <casebook/base.h>

enum {
    CBK_WHOLE_BITS = 12,
    CBK_WHOLE_MAX = 1 << CBK_WHOLE_BITS, /* times are below: days of eleven years */
    CBK_WHOLE_BLOCK = 512,               /* times that are read in one go */
    CBK_WHOLE_SLICES = 4                 /* histograms of many rows, so that a cell does
                                            not wait for its like */
};

/* Fills whole[n], n <= CBK_WHOLE_BLOCK, and raises *most to the largest.  False where a
 * time is no whole number from 0 to below CBK_WHOLE_MAX, or no number at all; whole is
 * below CBK_WHOLE_MAX then, too. */
bool cbk_whole_times_read(const double *time, size_t n, uint16_t *whole, uint16_t *most);

/* Whether the first few times are whole: others are mostly found out by so few. */
bool cbk_whole_times_begin(const double *time, size_t n);

/* Counts cell[n] into CBK_WHOLE_SLICES histograms that begin `stride` apart; 0: into one.
 */
static inline void cbk_whole_count(const uint16_t *cell, size_t n, size_t stride,
                                   uint32_t *counts)
{
    size_t i = 0;
    for (; i + CBK_WHOLE_SLICES <= n; i += CBK_WHOLE_SLICES) {
        counts[cell[i]]++;
        counts[stride + cell[i + 1]]++;
        counts[2 * stride + cell[i + 2]]++;
        counts[3 * stride + cell[i + 3]]++;
    }
    for (; i < n; i++) {
        counts[cell[i]]++;
    }
}

/* Adds the first n cells of the other histograms to those of the first. */
static inline void cbk_whole_add_up(uint32_t *counts, size_t n, size_t stride)
{
    for (size_t slice = 1; stride > 0 && slice < CBK_WHOLE_SLICES; slice++) {
        for (size_t i = 0; i < n; i++) {
            counts[i] += counts[slice * stride + i];
        }
    }
}

#endif
