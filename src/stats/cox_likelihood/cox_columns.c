/* cox_columns.c - covariates measured as they come and laid into tiles.  Contract:
 * stats/cox_likelihood/cox_columns.h.
 *
 * The mean and the standard deviation need not be exact, since they cancel out again, but
 * they must not depend on the order of the rows: the sums are of numbers rounded to a
 * grid of 2^-30 of half the range, so that every partial sum is exact.  A standard
 * deviation is at least the n^-1/2 of half the range, so the mean is near enough.
 */
#include "stats/cox_likelihood/cox_columns.h"

#include <math.h>
#include <string.h>

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
    out->range = most * out->scale - least * out->scale;
    out->middle = least * out->scale + 0.5 * out->range;
    return true;
}

double *cbk_cox_gather(const double *value, const uint32_t *order, size_t n,
                       cbk_arena *arena)
{
    enum { AHEAD = 24 /* rows, in which a number comes from memory */ };
    double *out = CBK_NEW(arena, double, n + CBK_COX_TILE);
    for (size_t i = 0; out != NULL && i < n; i++) {
        __builtin_prefetch(&value[order[i + AHEAD < n ? i + AHEAD : i]]);
        out[i] = value[order[i]];
    }
    return out;
}

/* ---- rows -------------------------------------------------------------------------- */

static int64_t on_grid(const double *four)
{
    return (int64_t)(((four[0] + four[1]) + (four[2] + four[3])) * 0x1p30);
}

/* y of rows first..first+n of one column, n <= CBK_COX_LAID; adds to its sums. */
static void bring(cbk_cox_column *of, size_t first, size_t n, double *out)
{
    const cbk_cox_kernels *kernels = cbk_cox_kernels_here();
    double sums[CBK_COX_LANES] = {0.0};
    double squares[CBK_COX_LANES] = {0.0};
    const size_t n_whole = n - n % CBK_COX_LANES;
    kernels->bring(of->value + first, n_whole, of->scale, of->middle, out, sums, squares);
    of->sum += on_grid(sums);
    of->squares += on_grid(squares);
    for (size_t i = n_whole; i < n; i++) {
        const double one[CBK_COX_LANES] = {of->value[first + i]};
        double y[CBK_COX_LANES];
        double sum[CBK_COX_LANES] = {0.0};
        double square[CBK_COX_LANES] = {0.0};
        kernels->bring(one, CBK_COX_LANES, of->scale, of->middle, y, sum, square);
        out[i] = y[0];
        of->sum += (int64_t)(sum[0] * 0x1p30);
        of->squares += (int64_t)(square[0] * 0x1p30);
    }
}

/* From all rows. */
static void complete(cbk_cox_column *of, size_t n)
{
    if (of->scale == 0.0) {
        return; /* all are equal */
    }
    of->mean = (double)of->sum * 0x1p-30 / (double)n;
    const double square = (double)of->squares * 0x1p-30 / (double)n;
    const double variance = square - of->mean * of->mean;
    const double sd = variance > 0.0 ? sqrt(variance) : of->range;
    of->factor = 1.0 / sd;
    of->unit = sd / of->scale;
    of->range /= sd;
}

/* Asks for a row that is written soon. */
static inline void expect_row(const double *row, size_t p)
{
    enum { LINE = 8 }; /* numbers of a cache line */
    for (size_t j = 0; j < p; j += LINE) {
        __builtin_prefetch(row + j, 1);
    }
    __builtin_prefetch(row + p - 1, 1);
}

void cbk_cox_lay_rows(cbk_cox_column *columns, size_t p, size_t n, const uint32_t *place,
                      double *room, double *rows)
{
    enum { AHEAD = 16 /* rows, in which a line comes from memory */ };
    for (size_t first = 0; first < n; first += CBK_COX_LAID) {
        const size_t n_rows = n - first < CBK_COX_LAID ? n - first : CBK_COX_LAID;
        for (size_t j = 0; j < p; j++) {
            bring(&columns[j], first, n_rows, room + j * CBK_COX_LAID_STRIDE);
        }
        for (size_t i = 0; i < n_rows; i++) {
            const size_t soon = first + i + AHEAD < n ? first + i + AHEAD : first + i;
            double *to = rows + place[first + i] * p;
            expect_row(rows + place[soon] * p, p);
            for (size_t j = 0; j < p; j++) {
                to[j] = room[j * CBK_COX_LAID_STRIDE + i];
            }
        }
    }
    for (size_t j = 0; j < p; j++) {
        complete(&columns[j], n);
    }
}

void cbk_cox_turn_tile(const cbk_cox_column *columns, size_t p, double *rows,
                       double *room)
{
    memcpy(room, rows, CBK_COX_TILE * p * sizeof *room);
    for (size_t j = 0; j < p; j++) {
        const double mean = columns[j].mean;
        const double factor = columns[j].factor;
        for (size_t i = 0; i < CBK_COX_TILE; i++) {
            rows[j * CBK_COX_TILE + i] = (room[i * p + j] - mean) * factor;
        }
    }
}
