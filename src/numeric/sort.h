/* numeric/sort.h - sorting numbers as whole-number keys, several times faster than by
 * comparing. */
#ifndef NUMERIC_SORT_H
#define NUMERIC_SORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Keys order as the doubles they are made of: for all finite a < b,
 * cbk_key_of(a) < cbk_key_of(b).  -0.0 and 0.0 are one key. */
uint64_t cbk_key_of(double value);
double cbk_key_value(uint64_t key);

/* Sorts keys[n], ascending, n < 2^32.  scratch[n] is overwritten.  O(n). */
void cbk_sort_keys(uint64_t *keys, uint64_t *scratch, size_t n);

/* ---- times with a mark --------------------------------------------------------------
 *
 * A time is >= 0, so the sign bit of a double is free, and as many more of the exponent's
 * as the times are small: below 2^(2^(12 - m) - 1023) m of them, which is all times for 1
 * and those below 2 for 2.  A key is the bits of the time shifted up by m, plus the mark.
 * Such keys order by time, then mark; sorting them moves nothing else. */

static inline uint64_t cbk_time_key(double time, unsigned mark, int mark_bits)
{
    const double plain = time + 0.0; /* turns -0.0 into 0.0 */
    uint64_t bits = 0;
    memcpy(&bits, &plain, sizeof bits);
    return bits << mark_bits | mark;
}

static inline double cbk_time_key_time(uint64_t key, int mark_bits)
{
    const uint64_t bits = key >> mark_bits;
    double time = 0.0;
    memcpy(&time, &bits, sizeof time);
    return time;
}

static inline unsigned cbk_time_key_mark(uint64_t key, int mark_bits)
{
    return (unsigned)(key & ((UINT64_C(1) << mark_bits) - 1));
}

enum { CBK_SORT_TIMES_MAX = 1 << 16 };

/* Memory for sorting up to CBK_SORT_TIMES_MAX keys: slot and first are [n] and
 * [cbk_sort_times_slots(n) + 1]. */
typedef struct cbk_sort_times_room {
    uint32_t *slot;
    uint32_t *first;
} cbk_sort_times_room;

/* A power of 2 that is at least n. */
size_t cbk_sort_times_slots(size_t n);

/* Puts the n <= CBK_SORT_TIMES_MAX time keys into sorted[n], ascending; keys are
 * overwritten.  O(n), and fastest where the times are spread evenly. */
void cbk_sort_times(uint64_t *keys, uint64_t *sorted, size_t n, int mark_bits,
                    cbk_sort_times_room room);

#endif
