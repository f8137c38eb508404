/* numeric/order.h - rows put into an order that their columns alone decide. */
#ifndef NUMERIC_ORDER_H
#define NUMERIC_ORDER_H

#include <casebook/base.h>

/* Numbers are finite.  Rows ascend by the leading columns, one after the other; among
 * equal ones those that come first, if any do, stand before the others; among these the
 * rest decides by itself, in whatever way.  Rows equal in all stay in their order. */
typedef struct cbk_order_by {
    const double *const *column; /* [n_columns], leading ones first */
    size_t n_leading;
    size_t n_columns;
    const bool *comes_first; /* [n], or NULL */
    uint64_t *room[2];       /* [n] each, for the sort; NULL: from the arena */
} cbk_order_by;

/* Fills order[n], n < 2^32.  False when out of memory. */
bool cbk_order_rows_by(const cbk_order_by *by, size_t n, cbk_arena *arena,
                       uint32_t *order);

/* The same where all columns lead. */
bool cbk_order_rows(const double *const *column, size_t n_columns, size_t n,
                    cbk_arena *arena, uint32_t *order);

#endif
