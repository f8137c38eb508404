/* cox_columns.c - covariates measured as they come and laid into tiles.  Contract:
 * stats/cox_columns.h.
 *
 * The mean and the standard deviation need not be exact, since they cancel out again, but
 * they must not depend on the order of the rows: the sums are of numbers rounded to a
 * grid of 2^-30 of half the range, so that every partial sum is exact.  A standard
 * deviation is at least the n^-1/2 of half the range, so the mean is near enough.
 */
#include "stats/cox_columns.h"

#include <math.h>
#include <string.h>

enum { LANES = 4, EXACT_MAX = 1 << 20 /* rows whose sum on the grid is exact */ };

typedef struct extent {
    double least[LANES];
    double most[LANES];
    double strange[LANES]; /* NaN where one is not finite, else 0 */
} extent;

static inline void extend(extent *of, size_t lane, double value)
{
    of->least[lane] = value < of->least[lane] ? value : of->least[lane];
    of->most[lane] = value > of->most[lane] ? value : of->most[lane];
    of->strange[lane] += value - value;
}

static bool find_range(const double *value, size_t n, double *least, double *most)
{
    extent of = {.strange = {0.0}};
    for (size_t lane = 0; lane < LANES; lane++) {
        of.least[lane] = of.most[lane] = value[0];
    }
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        for (size_t lane = 0; lane < LANES; lane++) {
            extend(&of, lane, value[i + lane]);
        }
    }
    for (; i < n; i++) {
        extend(&of, 0, value[i]);
    }
    *least = fmin(fmin(of.least[0], of.least[1]), fmin(of.least[2], of.least[3]));
    *most = fmax(fmax(of.most[0], of.most[1]), fmax(of.most[2], of.most[3]));
    return of.strange[0] + of.strange[1] + of.strange[2] + of.strange[3] == 0.0;
}

/* A multiple of 2^-30, for |value| up to 2. */
static inline double on_grid(double value)
{
    const double rounder = 0x1.8p22;
    return (value + rounder) - rounder;
}

/* Sums of value * first * second - middle and of its square over n <= EXACT_MAX rows. */
static void sum_part(const cbk_cox_column *of, double middle, size_t from, size_t n,
                     double *sum, double *squares)
{
    double sums[LANES] = {0.0};
    double of_squares[LANES] = {0.0};
    const double *value = of->value + from;
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        for (size_t lane = 0; lane < LANES; lane++) {
            const double centred = value[i + lane] * of->first * of->second - middle;
            sums[lane] += on_grid(centred);
            of_squares[lane] += on_grid(centred * centred);
        }
    }
    for (; i < n; i++) {
        const double centred = value[i] * of->first * of->second - middle;
        sums[0] += on_grid(centred);
        of_squares[0] += on_grid(centred * centred);
    }
    *sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    *squares = (of_squares[0] + of_squares[1]) + (of_squares[2] + of_squares[3]);
}

static void centre(cbk_cox_column *of, double least, double most, size_t n)
{
    const double low = least * of->first * of->second;
    const double high = most * of->first * of->second;
    const double middle = low + 0.5 * (high - low);
    int64_t sum = 0;
    int64_t squares = 0;
    for (size_t from = 0; from < n; from += EXACT_MAX) {
        double part = 0.0;
        double of_squares = 0.0;
        sum_part(of, middle, from, n - from < EXACT_MAX ? n - from : EXACT_MAX, &part,
                 &of_squares);
        sum += (int64_t)(part * 0x1p30);
        squares += (int64_t)(of_squares * 0x1p30);
    }
    const double mean = (double)sum * 0x1p-30 / (double)n;
    const double square = (double)squares * 0x1p-30 / (double)n;
    const double variance = square - mean * mean;
    const double sd = variance > 0.0 ? sqrt(variance) : high - low;
    of->centre = middle + mean;
    of->factor = 1.0 / sd;
    of->unit = sd / of->first / of->second;
    of->range = (high - low) / sd;
}

bool cbk_cox_measure(const double *value, size_t n, cbk_cox_column *out)
{
    double least = 0.0;
    double most = 0.0;
    *out = (cbk_cox_column){.value = value, .unit = 1.0};
    if (!find_range(value, n, &least, &most)) {
        return false;
    }
    if (!(most > least)) {
        return true;
    }
    /* half the range, or as near to it as the numbers themselves allow */
    const double half = most / 2 - least / 2;
    int exponent = 0;
    (void)frexp(half, &exponent);
    out->first = ldexp(1.0, -(exponent / 2)); /* twice: neither overflows */
    out->second = ldexp(1.0, -(exponent - exponent / 2));
    centre(out, least, most, n);
    return true;
}

/* ---- tiles ------------------------------------------------------------------------ */

/* Rows first..first+n of the data, n <= 64, row by row. */
static void fill_some(const cbk_cox_column *columns, size_t p, size_t first, size_t n,
                      double *out)
{
    for (size_t j = 0; j < p; j++) {
        const cbk_cox_column of = columns[j];
        for (size_t i = 0; i < n; i++) {
            out[i * p + j] =
                (of.value[first + i] * of.first * of.second - of.centre) * of.factor;
        }
    }
}

void cbk_cox_lay_rows(const cbk_cox_column *columns, size_t p, size_t n,
                      const uint32_t *place, double *room, double *rows)
{
    enum { LINE = 8 }; /* numbers of a cache line */
    for (size_t first = 0; first < n; first += CBK_COX_TILE) {
        const size_t n_rows = n - first < CBK_COX_TILE ? n - first : CBK_COX_TILE;
        for (size_t i = 0; i < n_rows; i++) {
            for (size_t j = 0; j < p; j += LINE) {
                __builtin_prefetch(rows + place[first + i] * p + j, 1);
            }
            __builtin_prefetch(rows + place[first + i] * p + p - 1, 1);
        }
        fill_some(columns, p, first, n_rows, room);
        for (size_t i = 0; i < n_rows; i++) {
            memcpy(rows + place[first + i] * p, room + i * p, p * sizeof *rows);
        }
    }
}

void cbk_cox_turn_rows(double *rows, size_t n, size_t p, double *room)
{
    for (size_t first = 0; first < n; first += CBK_COX_TILE) {
        double *tile = rows + first * p;
        memcpy(room, tile, CBK_COX_TILE * p * sizeof *room);
        for (size_t j = 0; j < p; j++) {
            for (size_t i = 0; i < CBK_COX_TILE; i++) {
                tile[j * CBK_COX_TILE + i] = room[i * p + j];
            }
        }
    }
}
