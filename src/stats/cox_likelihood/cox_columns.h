/* stats/cox_likelihood/cox_columns.h - covariates measured as they come and laid into
 * tiles in the order of the rows. */
#ifndef STATS_COX_COLUMNS_H
#define STATS_COX_COLUMNS_H

#include "stats/cox_likelihood/cox_model.h"

enum {
    CBK_COX_LAID = 256, /* rows, at most, that are laid in one go */
    CBK_COX_LAID_STRIDE =
        264 /* so far apart, columns do not share a place in the cache */
};

/* How a column is centred near its mean and measured in units near its standard
 * deviation: x = (y - mean) * factor, where y = value * scale - middle. */
typedef struct cbk_cox_column {
    const double *value; /* [n] */
    double scale;        /* a power of 2 that brings half the range to about 1 */
    double middle;       /* of the range, times scale */
    int64_t sum;         /* of y, in units of 2^-30, so far */
    int64_t squares;     /* of its square */
    double mean;         /* of y */
    double factor;       /* 0: all are equal */
    double unit;         /* of x, in that of the values */
    double range;        /* of y, then of x */
} cbk_cox_column;

/* Finds the range.  Does not depend on the order of value[n], to the last bit; nor does
 * what the next finds.  False where one is not finite. */
bool cbk_cox_measure(const double *value, size_t n, cbk_cox_column *out);

/* value[order[i]] of n rows, from the arena, with 0 to the end of the last tile.  NULL
 * when out of memory. */
double *cbk_cox_gather(const double *value, const uint32_t *order, size_t n,
                       cbk_arena *arena);

/* Fills rows[n * p], row by row, with y: row i of the data becomes row place[i].  Then
 * the columns are complete.  room[264 * p]. */
void cbk_cox_lay_rows(cbk_cox_column *columns, size_t p, size_t n, const uint32_t *place,
                      double *room, double *rows);

/* Turns 64 rows of y into a tile of x.  room[64 * p]. */
void cbk_cox_turn_tile(const cbk_cox_column *columns, size_t p, double *rows,
                       double *room);

static inline double cbk_cox_standardized(const cbk_cox_column *of, double y)
{
    return (y - of->mean) * of->factor;
}

#endif
