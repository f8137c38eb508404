/* series.h - made-up follow-up: the same on every machine, any row on its own.
 *
 * Row i, draw k is a function of both alone (splitmix64's finalizer on a counter).
 * Constants: Steele, Lea, Flood.  OOPSLA 2014.  doi:10.1145/2660193.2660195
 */
#ifndef BENCH_SERIES_H
#define BENCH_SERIES_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

/* Uniform in (0, 1). */
static inline double series_uniform(uint64_t row, uint64_t draw)
{
    uint64_t x = (row * 16 + draw + 1) * UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    x ^= x >> 31;
    return ((double)(x >> 11) + 0.5) * 0x1p-53;
}

typedef struct series_row {
    double years;  /* nine decimals: hardly a tie, but for the end of the study */
    double months; /* whole */
    double entry;  /* in years; 0 for most */
    bool is_event;
    int group;
} series_row;

/* Accrual over five years, an end of study for all, drop-outs, and two competing
 * exponential times of which the first is the event. */
static inline series_row series_at(uint64_t i)
{
    const double of_study = fmin(10.0, 5.0 + 10.0 * series_uniform(i, 0));
    const double dropped = -log(series_uniform(i, 1)) / 0.03;
    const double died = -log(series_uniform(i, 2)) / 0.07;
    const double other = -log(series_uniform(i, 3)) / 0.03;
    const double last = fmin(fmin(of_study, dropped), other);
    const double years = fmax(1e-9, round(fmin(died, last) * 1e9) / 1e9);
    const bool is_late = series_uniform(i, 4) < 0.3;
    return (series_row){
        .years = years,
        .months = fmax(1.0, ceil(years * 12.0)),
        .entry = is_late ? floor(years * series_uniform(i, 5) * 5e8) / 1e9 : 0.0,
        .is_event = died < last,
        .group = series_uniform(i, 6) < 0.5 ? 1 : 0,
    };
}

#endif
