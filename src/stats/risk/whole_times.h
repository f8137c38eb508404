/* stats/risk/whole_times.h - times that are few whole numbers, as months and days are:
 * they are counted, not sorted. */
#ifndef STATS_WHOLE_TIMES_H
#define STATS_WHOLE_TIMES_H

#include <casebook/base.h>

enum {
    CBK_WHOLE_BITS = 12,
    CBK_WHOLE_MAX = 1 << CBK_WHOLE_BITS, /* times are below: days of eleven years */
    CBK_WHOLE_BLOCK = 512                /* times that are read in one go */
};

/* Fills whole[n], n <= CBK_WHOLE_BLOCK, and raises *most to the largest.  False where a
 * time is no whole number from 0 to below CBK_WHOLE_MAX, or no number at all; whole is
 * below CBK_WHOLE_MAX then, too. */
bool cbk_whole_times_read(const double *time, size_t n, uint16_t *whole, uint16_t *most);

/* Whether the first few times are whole: others are mostly found out by so few. */
bool cbk_whole_times_begin(const double *time, size_t n);

#endif
