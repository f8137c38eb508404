/* numeric/search.h - where a number stands among ascending ones. */
#ifndef NUMERIC_SEARCH_H
#define NUMERIC_SEARCH_H

#include <stddef.h>

/* How many of sorted[n], ascending, are at most value. */
static inline size_t cbk_count_until(const double *sorted, size_t n, double value)
{
    size_t low = 0;
    size_t high = n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (sorted[middle] <= value) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* How many of sorted[n], ascending, are below value. */
static inline size_t cbk_count_below(const double *sorted, size_t n, double value)
{
    size_t low = 0;
    size_t high = n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (sorted[middle] < value) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

#endif
