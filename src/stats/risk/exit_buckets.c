/* exit_buckets.c - exits by one parting into buckets of ascending times, each of which is
 * sorted and counted while it is in the cache.  Contract: stats/risk/exit_times.h.
 *
 * A time that many rows share, as all who are censored when the study ends, would
 * overfill its bucket: such heavy times are found in a sample, counted on the way, and
 * never sorted.
 */
#include "stats/risk/exit_times.h"

#include "numeric/fetch.h"
#include "numeric/sort.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum {
    SAMPLE = 512,
    HEAVY_IN_SAMPLE = SAMPLE / 32, /* so many of the sample make a time heavy */
    HEAVY_MAX = 4,
    BUCKETS_MAX = 2048,
    BUCKET_KEYS = 1024, /* about so many keys go into one bucket */
    DUMP = BUCKETS_MAX, /* the bucket of heavy times: nobody reads it */
    BLOCK = 256,
    LINE = 8, /* keys that are gathered before they are written to their bucket */
    LINE_BYTES = 64
};

typedef struct heavy_time {
    double time;
    size_t bucket;                /* where it would have gone */
    uint32_t n_of[UINT8_MAX + 1]; /* of each kind */
} heavy_time;

typedef struct parting {
    const cbk_followup *followup;
    const cbk_exit_kinds *kinds;
    size_t n_buckets;
    double least;
    double scale; /* a time's bucket is (time - least) * scale, rounded down */
    size_t n_heavy;
    heavy_time heavy[HEAVY_MAX]; /* ascending */
    size_t n_room;               /* for keys, with gaps up to the next line */
    size_t first[BUCKETS_MAX];   /* where each bucket begins */
    uint32_t n_keys[BUCKETS_MAX];
    uint32_t fill[BUCKETS_MAX + 1]; /* keys that have come */
    alignas(LINE_BYTES) uint64_t line[BUCKETS_MAX + 1][LINE];
} parting;

static int by_number(const void *lhs, const void *rhs)
{
    const double a = *(const double *)lhs;
    const double b = *(const double *)rhs;
    return (a > b) - (a < b);
}

static void find_heavy(parting *part)
{
    double sample[SAMPLE];
    const size_t step = part->followup->n / SAMPLE;
    for (size_t i = 0; i < SAMPLE; i++) {
        sample[i] = part->followup->time[i * step] + 0.0;
    }
    qsort(sample, SAMPLE, sizeof sample[0], by_number);
    size_t start = 0;
    for (size_t i = 1; i <= SAMPLE; i++) {
        if (i < SAMPLE && sample[i] == sample[start]) {
            continue;
        }
        if (i - start >= HEAVY_IN_SAMPLE && part->n_heavy < HEAVY_MAX) {
            part->heavy[part->n_heavy++] = (heavy_time){.time = sample[start]};
        }
        start = i;
    }
}

/* False where there is nothing to part. */
static bool find_scale(parting *part, const cbk_time_range *range)
{
    part->least = range->least;
    part->scale = ((double)part->n_buckets - 0.5) / (range->most - range->least);
    return part->scale > 0.0 && part->scale < 1e300;
}

/* A block of the follow-up.  The last one is filled up, so that loops over a block have a
 * known length and become vector instructions. */
typedef struct block {
    const double *time;  /* [BLOCK] */
    const uint8_t *kind; /* [BLOCK] */
    size_t n;            /* that count */
    double last_time[BLOCK];
    uint8_t last_kind[BLOCK];
    uint16_t bucket[BLOCK];
} block;

/* Heavy times go to DUMP. */
static void find_places(const parting *part, const double *restrict time,
                        uint16_t *restrict bucket)
{
    double place[BLOCK];
    const double least = part->least;
    const double scale = part->scale;
    for (size_t i = 0; i < BLOCK; i += 8) {
        cbk_fetch_ahead(time + i, 2 * BLOCK * sizeof *time);
        for (size_t k = 0; k < 8; k++) {
            place[i + k] = (time[i + k] - least) * scale;
        }
    }
    for (size_t h = 0; h < part->n_heavy; h++) {
        const double heavy = part->heavy[h].time;
        for (size_t i = 0; i < BLOCK; i++) {
            place[i] = time[i] == heavy ? (double)DUMP : place[i];
        }
    }
    for (size_t i = 0; i < BLOCK; i++) {
        bucket[i] = (uint16_t)(int32_t)place[i];
    }
}

static void take_block(const parting *part, size_t start, block *out)
{
    const cbk_followup *rows = part->followup;
    out->time = rows->time + start;
    out->kind = part->kinds->of + start;
    out->n = BLOCK;
    if (rows->n - start < BLOCK) {
        out->n = rows->n - start;
        for (size_t i = 0; i < BLOCK; i++) {
            out->last_time[i] = i < out->n ? out->time[i] : part->least;
            out->last_kind[i] = i < out->n ? out->kind[i] : 0;
        }
        out->time = out->last_time;
        out->kind = out->last_kind;
    }
    find_places(part, out->time, out->bucket);
}

/* Counts the keys of each bucket and lays the buckets out one after the other, each from
 * the start of a line; returns the most that one has. */
static uint32_t count_buckets(parting *part, uint32_t *counts)
{
    block at;
    for (size_t start = 0; start < part->followup->n; start += BLOCK) {
        take_block(part, start, &at);
        for (size_t i = 0; i < at.n; i++) {
            counts[(i & 1) * (BUCKETS_MAX + 1) + at.bucket[i]]++;
        }
    }
    uint32_t most = 0;
    size_t total = 0;
    for (size_t b = 0; b < part->n_buckets; b++) {
        const uint32_t count = counts[b] + counts[BUCKETS_MAX + 1 + b];
        part->first[b] = total;
        part->n_keys[b] = count;
        total += (count + LINE - 1) / LINE * LINE;
        most = count > most ? count : most;
    }
    part->n_room = total;
    return most;
}

/* Counts a line of heavy times. */
static void count_heavy(parting *part, const uint64_t *line, size_t n)
{
    const cbk_exit_kinds *kinds = part->kinds;
    for (size_t i = 0; i < n; i++) {
        const double time = cbk_time_key_time(line[i], kinds->bits) / kinds->scale;
        const unsigned kind = cbk_time_key_mark(line[i], kinds->bits);
        for (size_t h = 0; h < part->n_heavy; h++) {
            part->heavy[h].n_of[kind] += time == part->heavy[h].time ? 1 : 0;
        }
    }
}

/* A whole line, past the cache: it is not read again soon. */
static inline void write_line(uint64_t *to, const uint64_t *line)
{
#if defined(__SSE2__)
    for (size_t i = 0; i < LINE; i += 2) {
        _mm_stream_si128((__m128i *)(void *)(to + i),
                         _mm_load_si128((const __m128i *)(const void *)(line + i)));
    }
#else
    memcpy(to, line, LINE * sizeof *line);
#endif
}

static void write_rest(parting *part, uint64_t *keys)
{
    for (size_t b = 0; b < part->n_buckets; b++) {
        const size_t n = part->n_keys[b] % LINE;
        memcpy(keys + part->first[b] + part->n_keys[b] - n, part->line[b],
               n * sizeof *keys);
    }
    count_heavy(part, part->line[DUMP], part->fill[DUMP] % LINE);
#if defined(__SSE2__)
    _mm_sfence();
#endif
}

/* Writes each key into its bucket, a line at a time. */
static void fill_buckets(parting *part, uint64_t *keys)
{
    block at;
    const int bits = part->kinds->bits;
    const double scale = part->kinds->scale;
    for (size_t start = 0; start < part->followup->n; start += BLOCK) {
        take_block(part, start, &at);
        for (size_t i = 0; i < at.n; i++) {
            const size_t b = at.bucket[i];
            const uint32_t n = part->fill[b]++;
            part->line[b][n % LINE] = cbk_time_key(at.time[i] * scale, at.kind[i], bits);
            if (n % LINE == LINE - 1) {
                if (b == DUMP) {
                    count_heavy(part, part->line[DUMP], LINE);
                } else {
                    write_line(keys + part->first[b] + n + 1 - LINE, part->line[b]);
                }
            }
        }
    }
    write_rest(part, keys);
}

bool cbk_exit_times_room(const cbk_exit_kinds *kinds, size_t n_rows, size_t n,
                         cbk_arena *arena, cbk_exit_times *out)
{
    *out = (cbk_exit_times){.time = CBK_NEW(arena, double, n_rows),
                            .n_event = CBK_NEW(arena, uint32_t, n_rows),
                            .n_exit_before = CBK_NEW(arena, uint32_t, n_rows + 1)};
    out->kind = kinds->is_kept ? CBK_NEW(arena, uint8_t, n) : NULL;
    return !cbk_arena_has_failed(arena);
}

/* Told what is known of the keys, so that the usual ones have a loop of their own. */
static inline __attribute__((always_inline)) void add_keys(cbk_exit_times *out, int bits,
                                                           double per_scale, bool is_kept,
                                                           const uint64_t *keys, size_t n,
                                                           uint32_t *n_exits)
{
    size_t row = out->n_rows;
    uint32_t n_before = *n_exits;
    double last = row > 0 ? out->time[row - 1] : -1.0;
    for (size_t i = 0; i < n; i++, n_before++) {
        const uint64_t key = keys[i];
        const double time = cbk_time_key_time(key, bits) * per_scale;
        const unsigned kind = cbk_time_key_mark(key, bits);
        if (time != last) {
            out->time[row] = time;
            out->n_event[row] = 0;
            out->n_exit_before[row] = n_before;
            row++;
            last = time;
        }
        out->n_event[row - 1] += kind > 0 ? 1 : 0;
        if (is_kept) {
            out->kind[n_before] = (uint8_t)kind;
        }
    }
    out->n_rows = row;
    *n_exits = n_before;
}

void cbk_exit_times_add(cbk_exit_times *out, const cbk_exit_kinds *kinds,
                        const uint64_t *keys, size_t n, uint32_t *n_exits)
{
    if (kinds->is_kept) {
        add_keys(out, kinds->bits, 1.0 / kinds->scale, true, keys, n, n_exits);
    } else {
        add_keys(out, 1, 1.0, false, keys, n, n_exits);
    }
}

static void add_heavy(const heavy_time *heavy, cbk_exit_times *out, uint32_t *n_exits)
{
    out->time[out->n_rows] = heavy->time;
    out->n_exit_before[out->n_rows] = *n_exits;
    out->n_event[out->n_rows] = 0;
    for (size_t kind = 0; kind <= UINT8_MAX; kind++) {
        const uint32_t n = heavy->n_of[kind];
        out->n_event[out->n_rows] += kind > 0 ? n : 0;
        if (out->kind != NULL) {
            memset(out->kind + *n_exits, (int)kind, n);
        }
        *n_exits += n;
    }
    out->n_rows++;
}

/* Appends a bucket's sorted keys and the heavy times that lie among them. */
static void add_bucket(const parting *part, size_t bucket, const uint64_t *sorted,
                       size_t n, cbk_exit_times *out, uint32_t *n_exits)
{
    size_t done = 0;
    for (size_t h = 0; h < part->n_heavy; h++) {
        const heavy_time *heavy = &part->heavy[h];
        if (heavy->bucket != bucket) {
            continue;
        }
        size_t before = done;
        const double time = heavy->time * part->kinds->scale;
        while (before < n &&
               cbk_time_key_time(sorted[before], part->kinds->bits) < time) {
            before++;
        }
        cbk_exit_times_add(out, part->kinds, sorted + done, before - done, n_exits);
        done = before;
        add_heavy(heavy, out, n_exits);
    }
    cbk_exit_times_add(out, part->kinds, sorted + done, n - done, n_exits);
}

/* Memory for one bucket on its way. */
typedef struct sorting {
    uint64_t *sorted;
    cbk_sort_times_room room;
} sorting;

static bool make_sorting(sorting *out, size_t n_most, cbk_arena *arena)
{
    out->sorted = CBK_NEW(arena, uint64_t, n_most);
    out->room.slot = CBK_NEW(arena, uint32_t, n_most);
    out->room.first = CBK_NEW(arena, uint32_t, cbk_sort_times_slots(n_most) + 1);
    return out->room.first != NULL;
}

/* Sorts and counts bucket after bucket.  The times are written over keys that were read
 * before: keys lie n_heavy behind the start of out->time. */
static void sort_buckets(const parting *part, uint64_t *keys, sorting *room,
                         cbk_exit_times *out)
{
    uint32_t n_exits = 0;
    for (size_t b = 0; b < part->n_buckets; b++) {
        const size_t n = part->n_keys[b];
        cbk_sort_times(keys + part->first[b], room->sorted, n, part->kinds->bits,
                       room->room);
        add_bucket(part, b, room->sorted, n, out, &n_exits);
    }
    out->n_exit_before[out->n_rows] = n_exits;
}

/* Finds what goes where.  False where the times are too uneven. */
static bool plan(parting *part, const cbk_time_range *range, uint32_t *counts,
                 size_t *n_most)
{
    find_heavy(part);
    if (!find_scale(part, range)) {
        return false;
    }
    for (size_t h = 0; h < part->n_heavy; h++) {
        heavy_time *heavy = &part->heavy[h];
        heavy->bucket = (size_t)((heavy->time - part->least) * part->scale);
    }
    *n_most = count_buckets(part, counts);
    return *n_most <= CBK_SORT_TIMES_MAX;
}

static size_t buckets_for(size_t n)
{
    const size_t wanted = n / BUCKET_KEYS;
    return wanted < BUCKETS_MAX ? wanted : BUCKETS_MAX;
}

/* From the first line's start that leaves room for n_heavy times before it. */
static uint64_t *keys_behind(double *time, size_t n_heavy)
{
    const uintptr_t from = (uintptr_t)(time + n_heavy);
    const size_t skipped = (LINE_BYTES - from % LINE_BYTES) % LINE_BYTES;
    return (uint64_t *)(void *)(time + n_heavy + skipped / sizeof *time);
}

/* The result comes first in the arena, so that the rest can be given back. */
static bool run(parting *part, size_t n_most, cbk_arena *arena, cbk_exit_times *out)
{
    const size_t n_rows = part->n_room + part->n_heavy;
    const bool has_room =
        cbk_exit_times_room(part->kinds, n_rows + LINE, part->followup->n, arena, out);
    const cbk_mark result = cbk_arena_mark(arena);
    sorting room = {0};
    if (!has_room || !make_sorting(&room, n_most, arena)) {
        return false;
    }
    uint64_t *keys = keys_behind(out->time, part->n_heavy);
    fill_buckets(part, keys);
    sort_buckets(part, keys, &room, out);
    cbk_arena_release(arena, result);
    return true;
}

bool cbk_exit_times_by_buckets(const cbk_followup *followup, const cbk_exit_kinds *kinds,
                               const cbk_time_range *range, cbk_arena *arena,
                               cbk_exit_times *out, bool *done)
{
    *done = false;
    if (followup->n < CBK_EXIT_BUCKETS_FROM) {
        return true;
    }
    const cbk_mark before = cbk_arena_mark(arena);
    parting *part = aligned_alloc(LINE_BYTES, sizeof *part);
    uint32_t *counts = calloc(2 * (BUCKETS_MAX + 1), sizeof *counts);
    bool has_memory = part != NULL && counts != NULL;
    size_t n_most = 0;
    if (has_memory) {
        *part = (parting){
            .followup = followup, .kinds = kinds, .n_buckets = buckets_for(followup->n)};
        *done = plan(part, range, counts, &n_most);
        has_memory = !*done || run(part, n_most, arena, out);
    }
    free(counts);
    free(part);
    if (!has_memory) {
        cbk_arena_release(arena, before);
    }
    return has_memory;
}
