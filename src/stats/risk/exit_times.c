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

/* ---- kinds of exits -----------------------------------------------------------------
 */

cbk_exit_kinds cbk_exit_kinds_of_events(const bool *is_event)
{
    return (cbk_exit_kinds){
        .of = (const uint8_t *)(const void *)is_event, .bits = 1, .scale = 1.0};
}

bool cbk_exit_kinds_of_causes(const uint8_t *of, size_t most, const cbk_time_range *range,
                              cbk_exit_kinds *out)
{
    int bits = 1;
    while (most >> bits != 0) {
        bits++;
    }
    /* All are below 2^of_most, none but 0 below 2^of_least. */
    int of_most = -1023;
    int of_least = 0;
    if (range->most > 0.0) {
        (void)frexp(range->most, &of_most);
        (void)frexp(range->least_positive, &of_least);
        of_least--;
    }
    const int too_much = of_most + 1023 - (1 << (12 - bits));
    const int less = too_much > 0 ? too_much : 0;
    *out = (cbk_exit_kinds){
        .of = of, .bits = bits, .scale = ldexp(1.0, -less), .is_kept = true};
    return less == 0 || (less <= 1022 && of_least - less >= -1022); /* normal numbers */
}

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
    const cbk_exit_kinds events = cbk_exit_kinds_of_events(followup->is_event);
    const bool has_room = cbk_exit_times_room(&events, n_most, followup->n, arena, out);
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
static const uint64_t *sort_keys(uint64_t *keys, size_t n, int mark_bits,
                                 cbk_arena *arena)
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
    cbk_sort_times(keys, sorted, n, mark_bits, room);
    return sorted;
}

bool cbk_exit_times_by_sort(const cbk_followup *followup, const cbk_exit_kinds *kinds,
                            cbk_arena *arena, cbk_exit_times *out)
{
    const size_t n = followup->n;
    const cbk_mark before = cbk_arena_mark(arena);
    const bool has_room = cbk_exit_times_room(kinds, n, n, arena, out);
    const cbk_mark result = cbk_arena_mark(arena);
    uint64_t *keys = CBK_NEW(arena, uint64_t, n);
    for (size_t i = 0; keys != NULL && i < n; i++) {
        keys[i] =
            cbk_time_key(followup->time[i] * kinds->scale, kinds->of[i], kinds->bits);
    }
    const uint64_t *sorted = sort_keys(keys, n, kinds->bits, arena);
    if (!has_room || sorted == NULL) {
        cbk_arena_release(arena, before);
        return false;
    }
    uint32_t n_exits = 0;
    cbk_exit_times_add(out, kinds, sorted, n, &n_exits);
    out->n_exit_before[out->n_rows] = n_exits;
    cbk_arena_release(arena, result);
    return true;
}

enum { LANES = 8 };

/* Of every eighth time, which do not wait for each other. */
typedef struct range_lanes {
    double least[LANES];
    double least_positive[LANES];
    double most[LANES];
    double not_finite[LANES]; /* 0 times infinity, or NaN, is NaN: it stays */
} range_lanes;

/* n is a constant where it is called, so that LANES become vector instructions. */
static inline __attribute__((always_inline)) void
extend(range_lanes *restrict of, const double *restrict time, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        const double positive = time[k] > 0.0 ? time[k] : (double)INFINITY;
        of->least[k] = time[k] < of->least[k] ? time[k] : of->least[k];
        of->least_positive[k] =
            positive < of->least_positive[k] ? positive : of->least_positive[k];
        of->most[k] = time[k] > of->most[k] ? time[k] : of->most[k];
        of->not_finite[k] += time[k] * 0.0;
    }
}

cbk_time_range cbk_time_range_of(const double *time, size_t n)
{
    range_lanes of;
    for (size_t k = 0; k < LANES; k++) {
        of.least[k] = of.least_positive[k] = (double)INFINITY;
        of.most[k] = 0.0;
        of.not_finite[k] = 0.0;
    }
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        cbk_fetch_ahead(time + i, 4096);
        extend(&of, time + i, LANES);
    }
    for (; i < n; i++) {
        extend(&of, time + i, 1);
    }
    cbk_time_range range = {.is_good = true,
                            .least = of.least[0],
                            .least_positive = of.least_positive[0],
                            .most = of.most[0]};
    for (size_t k = 0; k < LANES; k++) {
        range.least = fmin(range.least, of.least[k]);
        range.least_positive = fmin(range.least_positive, of.least_positive[k]);
        range.most = fmax(range.most, of.most[k]);
        range.is_good = range.is_good && of.not_finite[k] == 0.0 && of.least[k] >= 0.0;
    }
    return range;
}

bool cbk_exit_times_make(const cbk_followup *followup, const cbk_exit_kinds *kinds,
                         const cbk_time_range *range, cbk_arena *arena,
                         cbk_exit_times *out)
{
    bool done = false;
    if (!kinds->is_kept && !cbk_exit_times_by_count(followup, arena, out, &done)) {
        return false;
    }
    if (!done && !cbk_exit_times_by_buckets(followup, kinds, range, arena, out, &done)) {
        return false;
    }
    return done || cbk_exit_times_by_sort(followup, kinds, arena, out);
}
