/* cox_columns.c - covariates measured as they come and laid into tiles.  Contract:
 * stats/cox/cox_columns.h.
 *
 * The mean and the standard deviation need not be exact, since they cancel out again, but
 * they must not depend on the order of the rows: the sums are of numbers rounded to a
 * grid of 2^-30 of half the range, so that every partial sum is exact.  A standard
 * deviation is at least the n^-1/2 of half the range, so the mean is near enough.
 */
#include "stats/cox/cox_columns.h"

#include <math.h>
#include <string.h>

enum { EXACT_MAX = 1 << 20 /* rows whose sum on the grid is exact */ };

static double least_of(const double *four)
{
    return fmin(fmin(four[0], four[1]), fmin(four[2], four[3]));
}

/* False where some are not finite. */
static bool find_range(const double *value, size_t n, double *least, double *most)
{
    const cbk_cox_kernels *kernels = cbk_cox_kernels_here();
    double low[CBK_COX_LANES], high[CBK_COX_LANES], strange[CBK_COX_LANES] = {0.0};
    double rest[CBK_COX_LANES];
    const size_t n_whole = n - n % CBK_COX_LANES;
    for (size_t k = 0; k < CBK_COX_LANES; k++) {
        low[k] = high[k] = value[0];
        rest[k] = n_whole + k < n ? value[n_whole + k] : value[0];
    }
    kernels->extend(value, n_whole, low, high, strange);
    kernels->extend(rest, CBK_COX_LANES, low, high, strange);
    *least = least_of(low);
    *most = fmax(fmax(high[0], high[1]), fmax(high[2], high[3]));
    return strange[0] + strange[1] + strange[2] + strange[3] == 0.0;
}

static double total_of(const double *four)
{
    return (four[0] + four[1]) + (four[2] + four[3]);
}

/* Adds value * unit - middle and its square, in units of 2^-30. */
static void sum_column(const cbk_cox_column *of, size_t n, double middle, int64_t *sum,
                       int64_t *squares)
{
    const cbk_cox_kernels *kernels = cbk_cox_kernels_here();
    for (size_t from = 0; from < n; from += EXACT_MAX) {
        double sums[CBK_COX_LANES] = {0.0};
        double of_squares[CBK_COX_LANES] = {0.0};
        const size_t n_here = n - from < EXACT_MAX ? n - from : EXACT_MAX;
        const size_t n_whole = n_here - n_here % CBK_COX_LANES;
        kernels->add_on_grid(of->value + from, n_whole, of->scale, middle, sums,
                             of_squares);
        for (size_t i = n_whole; i < n_here; i++) {
            double one[CBK_COX_LANES] = {of->value[from + i]};
            double of_one[CBK_COX_LANES] = {0.0};
            double square[CBK_COX_LANES] = {0.0};
            kernels->add_on_grid(one, CBK_COX_LANES, of->scale, middle, of_one, square);
            sums[0] += of_one[0];
            of_squares[0] += square[0];
        }
        *sum += (int64_t)(total_of(sums) * 0x1p30);
        *squares += (int64_t)(total_of(of_squares) * 0x1p30);
    }
}

static void centre(cbk_cox_column *of, double least, double most, size_t n)
{
    const double low = least * of->scale;
    const double high = most * of->scale;
    const double middle = low + 0.5 * (high - low);
    int64_t sum = 0;
    int64_t squares = 0;
    sum_column(of, n, middle, &sum, &squares);
    const double mean = (double)sum * 0x1p-30 / (double)n;
    const double square = (double)squares * 0x1p-30 / (double)n;
    const double variance = square - mean * mean;
    const double sd = variance > 0.0 ? sqrt(variance) : high - low;
    of->centre = middle + mean;
    of->factor = 1.0 / sd;
    of->unit = sd / of->scale;
    of->range = (high - low) / sd;
}

bool cbk_cox_measure(const double *value, size_t n, cbk_cox_column *out)
{
    enum { LEAST_EXPONENT = -1000 }; /* 2 to minus it is still a number */
    double least = 0.0;
    double most = 0.0;
    *out = (cbk_cox_column){.value = value, .unit = 1.0};
    if (!find_range(value, n, &least, &most)) {
        return false;
    }
    if (!(most > least)) {
        return true;
    }
    int exponent = 0;
    (void)frexp(most / 2 - least / 2, &exponent);
    exponent = exponent > LEAST_EXPONENT ? exponent : LEAST_EXPONENT;
    out->scale = ldexp(1.0, -exponent);
    centre(out, least, most, n);
    return true;
}

/* ---- tiles ------------------------------------------------------------------------ */

/* Standardizes 64 rows. */
static void fill_column(const double *restrict value, const cbk_cox_column *of,
                        double *restrict out)
{
    const double scale = of->scale;
    const double middle = of->centre;
    const double factor = of->factor;
    for (size_t i = 0; i < CBK_COX_TILE; i++) {
        out[i] = (value[i] * scale - middle) * factor;
    }
}

/* Rows first..first+n of the data, n <= 64, as a tile. */
static void fill_tile(const cbk_cox_column *columns, size_t p, size_t first, size_t n,
                      double *out)
{
    for (size_t j = 0; j < p; j++, out += CBK_COX_TILE) {
        if (n == CBK_COX_TILE) {
            fill_column(columns[j].value + first, &columns[j], out);
            continue;
        }
        double some[CBK_COX_TILE] = {0.0};
        memcpy(some, columns[j].value + first, n * sizeof *some);
        fill_column(some, &columns[j], out);
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
        fill_tile(columns, p, first, n_rows, room);
        for (size_t i = 0; i < n_rows; i++) {
            double *to = rows + place[first + i] * p;
            for (size_t j = 0; j < p; j++) {
                to[j] = room[j * CBK_COX_TILE + i];
            }
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
