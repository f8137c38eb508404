/* stats/cox_order.h - rows put in the order of their columns. */
#ifndef STATS_COX_ORDER_H
#define STATS_COX_ORDER_H

#include <casebook/base.h>

/* Fills order[n] with the rows 0..n-1 ascending by column[0], then column[1], ...; equal
 * rows in any order.  Numbers are finite, n < 2^32.  False when out of memory. */
bool cbk_order_rows(const double *const *column, size_t n_columns, size_t n,
                    cbk_arena *arena, uint32_t *order);

#endif
