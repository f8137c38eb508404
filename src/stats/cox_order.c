/* cox_order.c - rows put in the order of their columns.  Contract: stats/cox_order.h.
 *
 * A long run is sorted by the place of its values between the smallest and the largest,
 * in 32 bits, as whole numbers; what ends up in one place is sorted again in the same
 * way, by the next column where all values are equal.  Short runs are sorted by
 * comparison.
 */
#include "stats/cox_order.h"

#include <math.h>
#include <string.h>

enum { SHORT_RUN = 24, DIGIT_BITS = 11, N_VALUES = 1 << DIGIT_BITS, N_PASSES = 3 };

typedef struct sorting {
    const double *const *column;
    size_t n_columns;
    uint32_t *order;
    uint64_t *packed; /* [n] place in the upper half, row in the lower */
    uint64_t *scratch;
} sorting;

static bool is_before(const sorting *work, size_t from_column, uint32_t a, uint32_t b)
{
    for (size_t c = from_column; c < work->n_columns; c++) {
        const double *value = work->column[c];
        if (value[a] < value[b] || value[b] < value[a]) {
            return value[a] < value[b];
        }
    }
    return false;
}

static void sort_short(const sorting *work, size_t first, size_t end, size_t column)
{
    uint32_t *order = work->order;
    for (size_t i = first + 1; i < end; i++) {
        const uint32_t row = order[i];
        size_t k = i;
        while (k > first && is_before(work, column, row, order[k - 1])) {
            order[k] = order[k - 1];
            k--;
        }
        order[k] = row;
    }
}

/* Stable, by the upper halves. */
static void sort_packed(uint64_t *packed, uint64_t *scratch, size_t n)
{
    static const int shift_of[N_PASSES] = {32, 32 + DIGIT_BITS, 32 + 2 * DIGIT_BITS};
    uint64_t *from = packed;
    uint64_t *to = scratch;
    for (int pass = 0; pass < N_PASSES; pass++) {
        uint32_t next[N_VALUES] = {0};
        for (size_t i = 0; i < n; i++) {
            next[from[i] >> shift_of[pass] & (N_VALUES - 1)]++;
        }
        uint32_t start = 0;
        for (size_t v = 0; v < N_VALUES; v++) {
            const uint32_t count = next[v];
            next[v] = start;
            start += count;
        }
        for (size_t i = 0; i < n; i++) {
            to[next[from[i] >> shift_of[pass] & (N_VALUES - 1)]++] = from[i];
        }
        uint64_t *swap = from;
        from = to;
        to = swap;
    }
    memcpy(packed, from, n * sizeof *packed);
}

/* False where all values are equal, or too close to tell their places apart. */
static bool pack(const sorting *work, size_t first, size_t end, const double *value)
{
    double least = (double)INFINITY;
    double most = -(double)INFINITY;
    for (size_t i = first; i < end; i++) {
        least = fmin(least, value[work->order[i]]);
        most = fmax(most, value[work->order[i]]);
    }
    const double unit = isfinite(most - least) ? 1.0 : 0.25;
    const double range = most * unit - least * unit;
    if (!(range > 0.0)) {
        return false;
    }
    for (size_t i = first; i < end; i++) {
        const uint32_t row = work->order[i];
        const double place = (value[row] * unit - least * unit) / range * 4294967295.0;
        work->packed[i] = (uint64_t)place << 32 | row;
    }
    return true;
}

/* One run on the way: its columns before `column` are equal. */
typedef struct task {
    size_t first, end, column;
} task;

static size_t split(const sorting *work, const task *run, task *tasks, size_t n_tasks)
{
    size_t first = run->first;
    for (size_t i = run->first; i < run->end; i++) {
        work->order[i] = (uint32_t)work->packed[i];
        const bool is_last =
            i + 1 == run->end || work->packed[i] >> 32 != work->packed[i + 1] >> 32;
        if (is_last && i + 1 - first > SHORT_RUN) {
            tasks[n_tasks++] = (task){first, i + 1, run->column};
        } else if (is_last) {
            sort_short(work, first, i + 1, run->column);
        }
        first = is_last ? i + 1 : first;
    }
    return n_tasks;
}

bool cbk_order_rows(const double *const *column, size_t n_columns, size_t n,
                    cbk_arena *arena, uint32_t *order)
{
    const cbk_mark before = cbk_arena_mark(arena);
    sorting work = {.column = column, .n_columns = n_columns, .order = order};
    work.packed = CBK_NEW(arena, uint64_t, n + 1);
    work.scratch = CBK_NEW(arena, uint64_t, n + 1);
    task *tasks =
        CBK_NEW(arena, task, n / SHORT_RUN + 2); /* disjoint runs of > SHORT_RUN */
    if (tasks == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        order[i] = (uint32_t)i;
    }
    size_t n_tasks = 0;
    tasks[n_tasks++] = (task){0, n, 0};
    while (n_tasks > 0) {
        task run = tasks[--n_tasks];
        if (run.end - run.first <= SHORT_RUN) {
            sort_short(&work, run.first, run.end, run.column);
        } else if (pack(&work, run.first, run.end, column[run.column])) {
            sort_packed(work.packed + run.first, work.scratch, run.end - run.first);
            n_tasks = split(&work, &run, tasks, n_tasks);
        } else if (run.column + 1 < n_columns) {
            run.column++;
            tasks[n_tasks++] = run;
        }
    }
    cbk_arena_release(arena, before);
    return true;
}
