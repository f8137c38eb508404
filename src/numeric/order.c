/* order.c - rows put into the order of their columns.  Contract:
 * numeric/order.h.
 *
 * A long run is sorted by the place of its values between the smallest and the largest,
 * in 32 bits, as whole numbers; what ends up in one place is sorted again in the same
 * way, by the next column where all values are equal.  Rows equal in what leads are
 * sorted by a hash of the rest: one sort instead of one for each column that may have two
 * values.  Short runs are sorted by comparison.
 */
#include "numeric/order.h"
#include "numeric/sort.h"

#include <math.h>
#include <string.h>

enum {
    SHORT_RUN = 24,
    LONG_RUN = 4096,
    FEW_BITS = 16,
    PLACE_BITS = 32,
    HASHED_AT_ONCE = 512
};

typedef struct sorting {
    const cbk_order_by *by;
    size_t n;
    uint64_t *packed; /* [n] place in the upper half, row in the lower */
    uint64_t *scratch;
    uint64_t *hash; /* [n] of the rest, or NULL as long as it was not needed */
    cbk_arena *arena;
} sorting;

/* ---- short runs ------------------------------------------------------------------- */

static bool is_before(const sorting *work, size_t from_column, uint32_t a, uint32_t b)
{
    const cbk_order_by *by = work->by;
    for (size_t c = from_column; c < by->n_columns; c++) {
        const double *value = by->column[c];
        if (c == by->n_leading && by->comes_first != NULL &&
            by->comes_first[a] != by->comes_first[b]) {
            return by->comes_first[a];
        }
        if (value[a] < value[b] || value[b] < value[a]) {
            return value[a] < value[b];
        }
    }
    return by->n_columns == by->n_leading && by->comes_first != NULL &&
           by->comes_first[a] && !by->comes_first[b];
}

static void sort_short(const sorting *work, size_t first, size_t end, size_t column)
{
    uint64_t *packed = work->packed;
    for (size_t i = first + 1; i < end; i++) {
        const uint64_t row = packed[i];
        size_t k = i;
        while (k > first &&
               is_before(work, column, (uint32_t)row, (uint32_t)packed[k - 1])) {
            packed[k] = packed[k - 1];
            k--;
        }
        packed[k] = row;
    }
}

/* ---- long runs -------------------------------------------------------------------- */

static int bits_of(uint64_t number)
{
    int bits = 0;
    for (; number > 0; number >>= 1) {
        bits++;
    }
    return bits;
}

/* How a run was packed: no bits where all values are equal, or too close to tell their
 * places apart. */
typedef struct packing {
    int n_bits;
    bool is_exact; /* one place is one value */
} packing;

/* Puts the place of a row after what was packed before. */
static inline uint64_t after(const packing *before, uint64_t packed, uint64_t place,
                             int n_bits)
{
    const uint64_t first = before->n_bits > 0 ? packed >> 32 : 0;
    return (first << n_bits | place) << 32 | (uint32_t)packed;
}

static bool are_whole(const sorting *work, size_t first, size_t end, const double *value,
                      double least)
{
    for (size_t i = first; i < end; i++) {
        const double place = value[(uint32_t)work->packed[i]] - least;
        if ((double)(uint64_t)place != place) {
            return false;
        }
    }
    return true;
}

static packing pack_whole(const sorting *work, size_t first, size_t end,
                          const double *value, double least, double range, packing before)
{
    const int n_bits = bits_of((uint64_t)range);
    for (size_t i = first; i < end; i++) {
        const double place = value[(uint32_t)work->packed[i]] - least;
        work->packed[i] = after(&before, work->packed[i], (uint64_t)place, n_bits);
    }
    return (packing){.n_bits = before.n_bits + n_bits, .is_exact = true};
}

/* After what was packed before, exactly, in the bits that are left. */
static packing pack(const sorting *work, size_t first, size_t end, const double *value,
                    packing before)
{
    const int n_bits = PLACE_BITS - before.n_bits;
    const double most_places = (double)((UINT64_C(1) << n_bits) - 1);
    double least = (double)INFINITY;
    double most = -(double)INFINITY;
    for (size_t i = first; i < end; i++) {
        const double of_row = value[(uint32_t)work->packed[i]];
        least = of_row < least ? of_row : least;
        most = of_row > most ? of_row : most;
    }
    const double unit = isfinite(most - least) ? 1.0 : 0.25;
    const double range = most * unit - least * unit;
    if (!(range > 0.0)) {
        return before;
    }
    if (range <= most_places && unit == 1.0 &&
        are_whole(work, first, end, value, least)) {
        return pack_whole(work, first, end, value, least, range, before);
    }
    const double factor = most_places / range;
    for (size_t i = first; i < end; i++) {
        const double above = value[(uint32_t)work->packed[i]] * unit - least * unit;
        const double place =
            isfinite(factor) ? above * factor
                             : above / range * most_places; /* too close, but not equal */
        work->packed[i] = after(&before, work->packed[i], (uint64_t)place, n_bits);
    }
    return (packing){.n_bits = PLACE_BITS};
}

/* ---- the rest --------------------------------------------------------------------- */

/* Adds the rows first..first+n to hash[n].  Constants: Steele, Lea, Flood.  OOPSLA 2014.
 * doi:10.1145/2660193.2660195 */
static void hash_rows(const cbk_order_by *by, size_t first, size_t n, uint64_t *hash)
{
    uint64_t odd = 1;
    for (size_t c = by->n_leading; c < by->n_columns; c++) {
        const double *value = by->column[c] + first;
        odd += UINT64_C(0x9e3779b97f4a7c15) * 2;
        for (size_t i = 0; i < n; i++) {
            const double plain = value[i] + 0.0; /* turns -0.0 into 0.0 */
            uint64_t bits = 0;
            memcpy(&bits, &plain, sizeof bits);
            hash[i] += (bits ^ bits >> 29) * odd;
        }
    }
    for (size_t i = 0; i < n; i++) {
        uint64_t x = hash[i];
        x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
        hash[i] = x ^ x >> 31;
    }
}

/* Fills hash[n] from the columns that do not lead. */
static bool fill_hash(sorting *work)
{
    const cbk_order_by *by = work->by;
    uint64_t *hash = CBK_NEW(work->arena, uint64_t, work->n);
    if (hash == NULL) {
        return false;
    }
    for (size_t first = 0; first < work->n; first += HASHED_AT_ONCE) {
        const size_t n =
            work->n - first < HASHED_AT_ONCE ? work->n - first : HASHED_AT_ONCE;
        hash_rows(by, first, n, hash + first);
    }
    work->hash = hash;
    return true;
}

/* What comes first and then the hash, in as many bits as the run has use for. */
static packing pack_rest(const sorting *work, size_t first, size_t end)
{
    const bool *comes_first = work->by->comes_first;
    const int wanted = 2 * bits_of(end - first);
    const int n_bits = wanted < PLACE_BITS ? wanted : PLACE_BITS;
    for (size_t i = first; i < end; i++) {
        const uint32_t row = (uint32_t)work->packed[i];
        const uint64_t last = comes_first != NULL && !comes_first[row] ? 1 : 0;
        const uint64_t place =
            last << (n_bits - 1) | work->hash[row] >> (64 - (n_bits - 1));
        work->packed[i] = place << 32 | row;
    }
    return (packing){.n_bits = n_bits};
}

/* Adds the same to places of so few bits that one sort does for both.  False when out of
 * memory. */
static bool add_rest(sorting *work, size_t first, size_t end, packing *packed)
{
    const bool *comes_first = work->by->comes_first;
    if (work->hash == NULL && !fill_hash(work)) {
        return false;
    }
    const int n_rest = PLACE_BITS - packed->n_bits;
    for (size_t i = first; i < end; i++) {
        const uint32_t row = (uint32_t)work->packed[i];
        const uint64_t place = work->packed[i] >> 32;
        const uint64_t last = comes_first != NULL && !comes_first[row] ? 1 : 0;
        const uint64_t rest =
            last << (n_rest - 1) | work->hash[row] >> (64 - (n_rest - 1));
        work->packed[i] = (place << n_rest | rest) << 32 | row;
    }
    packed->n_bits = PLACE_BITS;
    return true;
}

/* ---- runs ------------------------------------------------------------------------- */

/* One run on the way: its columns before `column` are equal. */
typedef struct task {
    size_t first, end, column;
    bool is_hashed; /* its hash is equal, too, as far as it was looked at */
} task;

/* Columns of what is in one place from `run->column` on. */
static size_t split(const sorting *work, const task *run, task *tasks, size_t n_tasks)
{
    size_t first = run->first;
    for (size_t i = run->first; i < run->end; i++) {
        const bool is_last =
            i + 1 == run->end || work->packed[i] >> 32 != work->packed[i + 1] >> 32;
        if (is_last && i + 1 - first > SHORT_RUN) {
            tasks[n_tasks++] = (task){first, i + 1, run->column, run->is_hashed};
        } else if (is_last && i > first) {
            sort_short(work, first, i + 1, run->column);
        }
        first = is_last ? i + 1 : first;
    }
    return n_tasks;
}

/* From run->column on, which is moved on: those that lead, as long as each is told apart
 * in few bits, so that one sort does for all. */
static packing pack_columns(const sorting *work, task *run)
{
    const cbk_order_by *by = work->by;
    packing packed = {0};
    do {
        packed = pack(work, run->first, run->end, by->column[run->column], packed);
        run->column += packed.n_bits == 0 || packed.is_exact ? 1 : 0;
    } while (packed.is_exact && packed.n_bits <= FEW_BITS && run->column < by->n_leading);
    return packed;
}

/* Sorts one run as far as it goes; appends what is left to do to tasks.  False when out
 * of memory. */
static bool sort_run(sorting *work, task run, task *tasks, size_t *n_tasks)
{
    const cbk_order_by *by = work->by;
    if (run.end - run.first <= SHORT_RUN) {
        sort_short(work, run.first, run.end, run.column);
        return true;
    }
    packing packed = {0};
    const bool has_rest = by->n_columns > by->n_leading || by->comes_first != NULL;
    if (run.column == by->n_leading && !run.is_hashed && has_rest) {
        if (work->hash == NULL && !fill_hash(work)) {
            return false;
        }
        packed = pack_rest(work, run.first, run.end);
        run.is_hashed = true;
    } else if (run.column < by->n_columns) {
        packed = pack_columns(work, &run);
        const bool has_room = packed.n_bits > 0 && packed.n_bits <= FEW_BITS;
        if (has_room && packed.is_exact && run.column == by->n_leading && has_rest &&
            run.end - run.first >= LONG_RUN) {
            if (!add_rest(work, run.first, run.end, &packed)) {
                return false;
            }
            run.is_hashed = true;
        }
    } else {
        return true;
    }
    if (packed.n_bits == 0) {
        tasks[(*n_tasks)++] = run;
        return true;
    }
    cbk_sort_keys(work->packed + run.first, work->scratch + run.first,
                  run.end - run.first);
    *n_tasks = split(work, &run, tasks, *n_tasks);
    return true;
}

bool cbk_order_rows_by(const cbk_order_by *by, size_t n, cbk_arena *arena,
                       uint32_t *order)
{
    const cbk_mark before = cbk_arena_mark(arena);
    sorting work = {.by = by, .n = n, .arena = arena};
    work.packed = by->room[0] != NULL ? by->room[0] : CBK_NEW(arena, uint64_t, n + 1);
    work.scratch = by->room[1] != NULL ? by->room[1] : CBK_NEW(arena, uint64_t, n + 1);
    task *tasks =
        CBK_NEW(arena, task, n / SHORT_RUN + 2); /* disjoint runs of > SHORT_RUN */
    if (tasks == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        work.packed[i] = i;
    }
    size_t n_tasks = 0;
    tasks[n_tasks++] = (task){.end = n};
    while (n_tasks > 0) {
        const task run = tasks[--n_tasks];
        if (!sort_run(&work, run, tasks, &n_tasks)) {
            return false;
        }
    }
    for (size_t i = 0; i < n; i++) {
        order[i] = (uint32_t)work.packed[i];
    }
    cbk_arena_release(arena, before);
    return true;
}

bool cbk_order_rows(const double *const *column, size_t n_columns, size_t n,
                    cbk_arena *arena, uint32_t *order)
{
    const cbk_order_by by = {
        .column = column, .n_leading = n_columns, .n_columns = n_columns};
    return cbk_order_rows_by(&by, n, arena, order);
}
