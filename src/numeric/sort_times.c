/* sort_times.c - sorts times by where they lie between the smallest and the largest: each
 * goes straight to about its place, and neighbours are put right by insertion.
 * Contract: numeric/sort.h.
 *
 * A place is a falling difference times a factor, rounded down; each step keeps the order
 * of two times or makes them equal, so that only times of one slot can be out of order.
 */
#include "numeric/sort.h"

#include <assert.h>

/* More keys than that in one slot are a crowd: insertion would take too long. */
enum { SLOT_KEYS_MAX = 24 };

size_t cbk_sort_times_slots(size_t n)
{
    size_t slots = 1;
    while (slots < n) {
        slots *= 2;
    }
    return slots;
}

static void find_range(const uint64_t *keys, size_t n, uint64_t *least, uint64_t *most)
{
    uint64_t low = keys[0];
    uint64_t high = keys[0];
    for (size_t i = 1; i < n; i++) {
        low = keys[i] < low ? keys[i] : low;
        high = keys[i] > high ? keys[i] : high;
    }
    *least = low;
    *most = high;
}

/* Counts the keys of each slot in first[slot + 1]; returns the most that one slot has. */
static uint32_t count_slots(const uint64_t *keys, size_t n, int mark_bits, double low,
                            double scale, cbk_sort_times_room room)
{
    for (size_t i = 0; i < n; i++) {
        room.slot[i] =
            (uint32_t)(int32_t)((cbk_time_key_time(keys[i], mark_bits) - low) * scale);
    }
    uint32_t most = 0;
    for (size_t i = 0; i < n; i++) {
        const uint32_t count = ++room.first[room.slot[i] + 1];
        most = count > most ? count : most;
    }
    return most;
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

/* first[slot + 1] is where the slot ends.  keys are overwritten. */
static void sort_crowds(uint64_t *keys, uint64_t *sorted, size_t n_slots,
                        const uint32_t *first)
{
    uint32_t start = 0;
    for (size_t i = 1; i <= n_slots; i++) {
        if (first[i] - start > SLOT_KEYS_MAX) {
            cbk_sort_keys(sorted + start, keys, first[i] - start);
        }
        start = first[i];
    }
}

/* False where there is nothing to go by. */
static bool sort_by_slots(uint64_t *keys, uint64_t *sorted, size_t n, int mark_bits,
                          cbk_sort_times_room room)
{
    uint64_t least = 0;
    uint64_t most = 0;
    find_range(keys, n, &least, &most);
    const double low = cbk_time_key_time(least, mark_bits);
    const double width = cbk_time_key_time(most, mark_bits) - low;
    const size_t n_slots = cbk_sort_times_slots(n);
    const double scale = ((double)n_slots - 0.5) / width;
    if (!(scale > 0.0) || scale > 1e300) {
        return false; /* all times equal, or as good as */
    }
    memset(room.first, 0, (n_slots + 1) * sizeof *room.first);
    const uint32_t n_most = count_slots(keys, n, mark_bits, low, scale, room);
    uint32_t start = 0;
    for (size_t i = 1; i <= n_slots; i++) {
        const uint32_t count = room.first[i];
        room.first[i] = start;
        start += count;
    }
    for (size_t i = 0; i < n; i++) {
        sorted[room.first[room.slot[i] + 1]++] = keys[i];
    }
    if (n_most > SLOT_KEYS_MAX) {
        sort_crowds(keys, sorted, n_slots, room.first);
    }
    insert_in_order(sorted, n);
    return true;
}

void cbk_sort_times(uint64_t *keys, uint64_t *sorted, size_t n, int mark_bits,
                    cbk_sort_times_room room)
{
    assert(n <= CBK_SORT_TIMES_MAX);
    if (n > 1 && sort_by_slots(keys, sorted, n, mark_bits, room)) {
        return;
    }
    cbk_sort_keys(keys, sorted, n);
    memcpy(sorted, keys, n * sizeof *keys);
}
