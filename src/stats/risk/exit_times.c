/* exit_times.c - exits by counting, by one sort, and the choice of the way.
 * Contract: stats/risk/exit_times.h. */
#include "stats/risk/exit_times.h"

#include "numeric/fetch.h"
#include "numeric/sort.h"
#include "stats/risk/whole_times.h"

#include <math.h>

enum {
    SLICE = 2 * CBK_WHOLE_MAX + 80, /* the 80 keep slices out of each other's lines */
    SLICED_FROM = 1 << 15           /* rows from which more than one histogram pays */
};

/* ---- whole numbers ------------------------------------------------------------------
 */

/* A time's cell is twice the time, plus 1 for an event. */
static inline void fill_cells(const bool *restrict is_event, size_t n,
                              uint16_t *restrict cell)
{
    for (size_t i = 0; i < n; i++) {
        cell[i] = (uint16_t)(2 * cell[i] + (uint8_t)is_event[i]);
    }
}

/* False where a time is not whole. */
static bool count_cells(const cbk_followup *followup, uint32_t *counts, size_t stride,
                        uint16_t *most)
{
    uint16_t cell[CBK_WHOLE_BLOCK];
    for (size_t start = 0; start < followup->n; start += CBK_WHOLE_BLOCK) {
        const size_t left = followup->n - start;
        const size_t n = left < CBK_WHOLE_BLOCK ? left : CBK_WHOLE_BLOCK;
        const bool *is_event = followup->is_event + start;
        if (!cbk_whole_times_read(followup->time + start, n, cell, most)) {
            return false;
        }
        if (n == CBK_WHOLE_BLOCK) {
            fill_cells(is_event, CBK_WHOLE_BLOCK, cell);
        } else {
            fill_cells(is_event, n, cell);
        }
        cbk_whole_count(cell, n, stride, counts);
    }
    cbk_whole_add_up(counts, 2 * ((size_t)*most + 1), stride);
    return true;
}

static bool make_room(cbk_exit_times *out, size_t n_rows, cbk_arena *arena)
{
    *out = (cbk_exit_times){.time = CBK_NEW(arena, double, n_rows),
                            .n_event = CBK_NEW(arena, uint32_t, n_rows),
                            .n_exit_before = CBK_NEW(arena, uint32_t, n_rows + 1)};
    return out->n_exit_before != NULL;
}

static void write_counts(const uint32_t *counts, size_t most, cbk_exit_times *out)
{
    uint32_t n_exits = 0;
    for (size_t whole = 0; whole <= most; whole++) {
        const uint32_t n_censor = counts[2 * whole];
        const uint32_t n_event = counts[2 * whole + 1];
        if (n_censor + n_event > 0) {
            out->time[out->n_rows] = (double)whole;
            out->n_event[out->n_rows] = n_event;
            out->n_exit_before[out->n_rows] = n_exits;
            out->n_rows++;
            n_exits += n_censor + n_event;
        }
    }
    out->n_exit_before[out->n_rows] = n_exits;
}

bool cbk_exit_times_by_count(const cbk_followup *followup, cbk_arena *arena,
                             cbk_exit_times *out, bool *done)
{
    *done = cbk_whole_times_begin(followup->time, followup->n);
    if (!*done) {
        return true;
    }
    const cbk_mark before = cbk_arena_mark(arena);
    const size_t n_most = followup->n < CBK_WHOLE_MAX ? followup->n : CBK_WHOLE_MAX;
    const bool has_room = make_room(out, n_most, arena);
    const cbk_mark result = cbk_arena_mark(arena);
    const size_t stride = followup->n < SLICED_FROM ? 0 : SLICE;
    uint32_t *counts = CBK_NEW(arena, uint32_t, SLICE + (CBK_WHOLE_SLICES - 1) * stride);
    uint16_t most = 0;
    if (!has_room || counts == NULL) {
        cbk_arena_release(arena, before);
        return false;
    }
    *done = count_cells(followup, counts, stride, &most);
    if (*done) {
        write_counts(counts, most, out);
    }
    cbk_arena_release(arena, *done ? result : before);
    return true;
}

/* ---- any times ----------------------------------------------------------------------
 */

/* Sorts keys; returns where they lie sorted, or NULL when out of memory. */
static const uint64_t *sort_keys(uint64_t *keys, size_t n, cbk_arena *arena)
{
    uint64_t *sorted = CBK_NEW(arena, uint64_t, n);
    if (n > CBK_SORT_TIMES_MAX) {
        if (sorted != NULL) {
            cbk_sort_keys(keys, sorted, n);
        }
        return sorted != NULL ? keys : NULL;
    }
    const cbk_sort_times_room room = {
        .slot = CBK_NEW(arena, uint32_t, n),
        .first = CBK_NEW(arena, uint32_t, cbk_sort_times_slots(n) + 1)};
    if (room.first == NULL) {
        return NULL;
    }
    cbk_sort_times(keys, sorted, n, room);
    return sorted;
}

bool cbk_exit_times_by_sort(const cbk_followup *followup, cbk_arena *arena,
                            cbk_exit_times *out)
{
    const size_t n = followup->n;
    const cbk_mark before = cbk_arena_mark(arena);
    const bool has_room = make_room(out, n, arena);
    const cbk_mark result = cbk_arena_mark(arena);
    uint64_t *keys = CBK_NEW(arena, uint64_t, n);
    for (size_t i = 0; keys != NULL && i < n; i++) {
        keys[i] = cbk_time_key(followup->time[i], followup->is_event[i]);
    }
    const uint64_t *sorted = sort_keys(keys, n, arena);
    if (!has_room || sorted == NULL) {
        cbk_arena_release(arena, before);
        return false;
    }
    uint32_t n_exits = 0;
    cbk_exit_times_add(out, sorted, n, &n_exits);
    out->n_exit_before[out->n_rows] = n_exits;
    cbk_arena_release(arena, result);
    return true;
}

cbk_time_range cbk_time_range_of(const double *time, size_t n)
{
    enum { LANES = 8 };
    double least[LANES];
    double most[LANES];
    double not_finite[LANES]; /* 0 times infinity, or NaN, is NaN: it stays */
    for (size_t k = 0; k < LANES; k++) {
        least[k] = (double)INFINITY;
        most[k] = 0.0;
        not_finite[k] = 0.0;
    }
    for (size_t i = 0; i < n; i += i + LANES <= n ? LANES : 1) {
        const size_t n_now = i + LANES <= n ? LANES : 1;
        cbk_fetch_ahead(time + i, 4096);
        for (size_t k = 0; k < n_now; k++) {
            const double t = time[i + k];
            least[k] = t < least[k] ? t : least[k];
            most[k] = t > most[k] ? t : most[k];
            not_finite[k] += t * 0.0;
        }
    }
    cbk_time_range range = {.is_good = true, .least = least[0], .most = most[0]};
    for (size_t k = 0; k < LANES; k++) {
        range.least = fmin(range.least, least[k]);
        range.most = fmax(range.most, most[k]);
        range.is_good = range.is_good && not_finite[k] == 0.0 && least[k] >= 0.0;
    }
    return range;
}

bool cbk_exit_times_make(const cbk_followup *followup, const cbk_time_range *range,
                         cbk_arena *arena, cbk_exit_times *out)
{
    bool done = false;
    if (!cbk_exit_times_by_count(followup, arena, out, &done)) {
        return false;
    }
    if (!done && !cbk_exit_times_by_buckets(followup, range, arena, out, &done)) {
        return false;
    }
    return done || cbk_exit_times_by_sort(followup, arena, out);
}
