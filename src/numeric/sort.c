/* sort.c - sorts whole numbers by where they lie between the smallest and the largest.
 * Contract: numeric/sort.h.
 *
 * Many keys are first parted, by their leading bits, into parts that fit into the cache.
 * In a part each key goes straight to about its place, and neighbours are put right by
 * insertion.  Keys that crowd in one place are sorted by themselves in the same way, so
 * that each turn leaves fewer bits to tell them apart by.
 */
#include "numeric/sort.h"

#include <assert.h>
#include <string.h>

enum {
    PART_KEYS = 1 << 14, /* so many stay in the cache, with their places */
    PARTS_BITS = 11,
    PARTS = 1 << PARTS_BITS,
    PLACE_KEYS_MAX = 24 /* more are a crowd: insertion would take too long */
};

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

static void insert_in_order(uint64_t *keys, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const uint64_t key = keys[i];
        size_t at = i;
        for (; at > 0 && keys[at - 1] > key; at--) {
            keys[at] = keys[at - 1];
        }
        keys[at] = key;
    }
}

/* ---- places ------------------------------------------------------------------------ */

typedef struct range {
    uint64_t least, most;
} range;

static range range_of(const uint64_t *keys, size_t n)
{
    range a = {keys[0], keys[0]}; /* two, so that neither waits for the other */
    range b = a;
    for (size_t i = 0; i + 1 < n; i += 2) {
        a.least = keys[i] < a.least ? keys[i] : a.least;
        a.most = keys[i] > a.most ? keys[i] : a.most;
        b.least = keys[i + 1] < b.least ? keys[i + 1] : b.least;
        b.most = keys[i + 1] > b.most ? keys[i + 1] : b.most;
    }
    const uint64_t last = keys[n - 1];
    a.least = last < a.least ? last : a.least;
    a.most = last > a.most ? last : a.most;
    return (range){a.least < b.least ? a.least : b.least,
                   a.most > b.most ? a.most : b.most};
}

/* How far to shift what lies above the smallest so that it takes so many bits. */
static int shift_to(range of, int bits)
{
    int shift = 0;
    while ((of.most - of.least) >> shift >> bits != 0) {
        shift++;
    }
    return shift;
}

/* Counts into where each begins; returns the largest. */
static uint32_t start_places(uint32_t *counts, size_t n)
{
    uint32_t start = 0;
    uint32_t most = 0;
    for (size_t i = 0; i < n; i++) {
        const uint32_t count = counts[i];
        most = count > most ? count : most;
        counts[i] = start;
        start += count;
    }
    return most;
}

/* Keys are equal that share a place: writes each as often as it occurs. */
static void write_counts(const uint32_t *counts, range of, uint64_t *sorted)
{
    for (uint64_t key = of.least;; key++) {
        for (uint32_t left = counts[key - of.least]; left > 0; left--) {
            *sorted++ = key;
        }
        if (key == of.most) {
            return;
        }
    }
}

/* ---- parts ------------------------------------------------------------------------- */

/* Room that all parts share. */
typedef struct sorting {
    uint32_t next[PART_KEYS];
} sorting;

static void sort_into(sorting *room, uint64_t *keys, uint64_t *sorted, size_t n);

/* Sorts again what shares a place; keys are overwritten. */
static void sort_crowds(sorting *room, uint64_t *keys, range of, int shift,
                        uint64_t *sorted, size_t n)
{
    size_t start = 0;
    for (size_t i = 1; i <= n; i++) {
        if (i < n &&
            (sorted[i] - of.least) >> shift == (sorted[start] - of.least) >> shift) {
            continue;
        }
        if (i - start > PLACE_KEYS_MAX) {
            sort_into(room, sorted + start, keys + start, i - start);
            memcpy(sorted + start, keys + start, (i - start) * sizeof *sorted);
        }
        start = i;
    }
}

/* Sorts n <= PART_KEYS keys, or keys of so small a range, into sorted. */
static void sort_part(sorting *room, uint64_t *keys, range of, uint64_t *sorted, size_t n)
{
    uint32_t *next = room->next;
    int bits = 1;
    while ((size_t)1 << bits < n && (size_t)1 << bits < PART_KEYS) {
        bits++;
    }
    const int shift = shift_to(of, bits);
    const size_t n_places = (size_t)((of.most - of.least) >> shift) + 1;
    memset(next, 0, n_places * sizeof *next);
    for (size_t i = 0; i < n; i++) {
        next[(keys[i] - of.least) >> shift]++;
    }
    if (shift == 0) {
        write_counts(next, of, sorted);
        return;
    }
    const uint32_t most = start_places(next, n_places);
    for (size_t i = 0; i < n; i++) {
        sorted[next[(keys[i] - of.least) >> shift]++] = keys[i];
    }
    if (most > PLACE_KEYS_MAX) {
        sort_crowds(room, keys, of, shift, sorted, n);
    }
    insert_in_order(sorted, n);
}

/* Sorts more keys; scratch is overwritten. */
static void sort_by_parts(sorting *room, uint64_t *keys, range of, uint64_t *scratch,
                          size_t n)
{
    uint32_t next[PARTS] = {0};
    const int shift = shift_to(of, PARTS_BITS);
    for (size_t i = 0; i < n; i++) {
        next[(keys[i] - of.least) >> shift]++;
    }
    (void)start_places(next, PARTS);
    for (size_t i = 0; i < n; i++) {
        scratch[next[(keys[i] - of.least) >> shift]++] = keys[i];
    }
    uint32_t start = 0;
    for (size_t part = 0; part < PARTS; part++) {
        sort_into(room, scratch + start, keys + start, next[part] - start);
        start = next[part];
    }
}

/* keys are overwritten. */
static void sort_into(sorting *room, uint64_t *keys, uint64_t *sorted, size_t n)
{
    if (n == 0) {
        return;
    }
    const range of = range_of(keys, n);
    if (n <= PART_KEYS || of.most - of.least < PART_KEYS) {
        sort_part(room, keys, of, sorted, n);
    } else {
        sort_by_parts(room, keys, of, sorted, n);
        memcpy(sorted, keys, n * sizeof *sorted);
    }
}

void cbk_sort_keys(uint64_t *keys, uint64_t *scratch, size_t n)
{
    assert(n <= UINT32_MAX);
    sorting room;
    const range of = n > 0 ? range_of(keys, n) : (range){0, 0};
    if (n > PART_KEYS && of.most - of.least >= PART_KEYS) {
        sort_by_parts(&room, keys, of, scratch, n);
    } else if (n > 0) {
        sort_part(&room, keys, of, scratch, n);
        memcpy(keys, scratch, n * sizeof *keys);
    }
}
