/* stats/cox/cox_columns.h - covariates measured as they come and laid into tiles in the
 * order of the rows. */
#ifndef STATS_COX_COLUMNS_H
#define STATS_COX_COLUMNS_H

#include "stats/cox/cox_model.h"

/* How a column is centred near its mean and measured in units near its standard
 * deviation: x = (value * scale - centre) * factor. */
typedef struct cbk_cox_column {
    const double *value; /* [n] */
    double scale;        /* a power of 2 that brings half the range to about 1 */
    double centre;
    double factor; /* 0: all are equal */
    double unit;   /* of x, in that of the values */
    double range;  /* of x */
} cbk_cox_column;

/* Does not depend on the order of value[n], to the last bit.  False where one is not
 * finite. */
bool cbk_cox_measure(const double *value, size_t n, cbk_cox_column *out);

/* Fills rows[n * p], row by row: row i of the data becomes row place[i]. */
void cbk_cox_lay_rows(const cbk_cox_column *columns, size_t p, size_t n,
                      const uint32_t *place, double *room, double *rows);

/* Turns rows that lie row by row into tiles.  room[64 * p]. */
void cbk_cox_turn_rows(double *rows, size_t n, size_t p, double *room);

#endif
