/* sort.c - radix sort of 64-bit keys, least significant digit first.
 *
 * A digit that all keys share moves nothing and is skipped; whole months share most.
 */
#include "numeric/sort.h"

#include <string.h>

enum { DIGIT_BITS = 8, N_DIGITS = 64 / DIGIT_BITS, N_VALUES = 1 << DIGIT_BITS };

static const uint64_t sign_bit = (uint64_t)1 << 63;

uint64_t cbk_key_of(double value)
{
    const double plain = value + 0.0; /* turns -0.0 into 0.0 */
    uint64_t bits = 0;
    memcpy(&bits, &plain, sizeof bits);
    return (bits & sign_bit) != 0 ? ~bits : bits | sign_bit;
}

double cbk_key_value(uint64_t key)
{
    const uint64_t bits = (key & sign_bit) != 0 ? key & ~sign_bit : ~key;
    double value = 0.0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static size_t digit_of(uint64_t key, int place)
{
    return (size_t)(key >> (place * DIGIT_BITS)) & (N_VALUES - 1);
}

void cbk_sort_keys(uint64_t *keys, uint64_t *scratch, size_t n)
{
    size_t counts[N_DIGITS][N_VALUES] = {{0}};
    for (size_t i = 0; i < n; i++) {
        for (int place = 0; place < N_DIGITS; place++) {
            counts[place][digit_of(keys[i], place)]++;
        }
    }
    uint64_t *from = keys;
    uint64_t *to = scratch;
    for (int place = 0; place < N_DIGITS; place++) {
        if (n == 0 || counts[place][digit_of(keys[0], place)] == n) {
            continue;
        }
        size_t *next = counts[place]; /* from here on: where the next of a value goes */
        size_t start = 0;
        for (size_t value = 0; value < N_VALUES; value++) {
            const size_t count = next[value];
            next[value] = start;
            start += count;
        }
        for (size_t i = 0; i < n; i++) {
            to[next[digit_of(from[i], place)]++] = from[i];
        }
        uint64_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != keys) {
        memcpy(keys, from, n * sizeof *keys);
    }
}
