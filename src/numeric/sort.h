/* numeric/sort.h - sorting numbers as whole-number keys, several times faster than by
 * comparing. */
#ifndef NUMERIC_SORT_H
#define NUMERIC_SORT_H

#include <stddef.h>
#include <stdint.h>

/* Keys order as the doubles they are made of: for all finite a < b,
 * cbk_key_of(a) < cbk_key_of(b).  -0.0 and 0.0 are one key. */
uint64_t cbk_key_of(double value);
double cbk_key_value(uint64_t key);

/* Sorts keys[n], ascending.  scratch[n] is overwritten.  O(n). */
void cbk_sort_keys(uint64_t *keys, uint64_t *scratch, size_t n);

#endif
