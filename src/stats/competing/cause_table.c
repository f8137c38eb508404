/* cause_table.c - rows to a risk table whose events are told apart.
 * Contract: casebook/cumulative_incidence.h.
 *
 * Months are counted by time and kind.  Other times are sorted with the kind in their
 * last bits, so that kinds stand in the order of exits beside the risk table.
 */
#include <casebook/cumulative_incidence.h>

#include "numeric/search.h"
#include "stats/competing/cause_jackknife.h"
#include "stats/risk/exit_times.h"
#include "stats/risk/risk_row.h"
#include "stats/risk/whole_times.h"

#include <assert.h>
#include <string.h>

/* Loops over so many bytes have a known length and become vector instructions. */
enum { BYTES = 128 };

typedef struct byte_check {
    uint8_t most;
    uint8_t is_wrong;
    size_t counts[256];
} byte_check;

/* Raises *most to the largest cause; 0 where those with one are those with an event. */
static inline uint8_t compare_kinds(const uint8_t *restrict cause,
                                    const bool *restrict is_event, size_t n,
                                    uint8_t *most)
{
    uint8_t is_wrong = 0;
    uint8_t largest = *most;
    for (size_t i = 0; i < n; i++) {
        largest = cause[i] > largest ? cause[i] : largest;
    }
    for (size_t i = 0; i < n; i++) {
        const uint8_t has_none = cause[i] == 0;
        is_wrong = (uint8_t)(is_wrong | (has_none == (uint8_t)is_event[i]));
    }
    *most = largest;
    return is_wrong;
}

static inline void check_bytes(const uint8_t *restrict cause,
                               const bool *restrict is_event, size_t n, size_t n_causes,
                               byte_check *out)
{
    out->is_wrong |= compare_kinds(cause, is_event, n, &out->most);
    for (size_t k = 1; k <= n_causes; k++) {
        const uint8_t wanted = (uint8_t)k;
        uint8_t count = 0; /* of a block a byte can count */
        for (size_t i = 0; i < n; i++) {
            count = (uint8_t)(count + (cause[i] == wanted ? 1 : 0));
        }
        out->counts[k] += count;
    }
}

static cbk_status check_causes(const cbk_cause_rows *rows, size_t *n_event,
                               cbk_error *err)
{
    const cbk_followup *followup = rows->followup;
    byte_check all = {0};
    size_t i = 0;
    for (; i + BYTES <= followup->n; i += BYTES) {
        check_bytes(rows->cause + i, followup->is_event + i, BYTES, rows->n_causes, &all);
    }
    if (i < followup->n) {
        check_bytes(rows->cause + i, followup->is_event + i, followup->n - i,
                    rows->n_causes, &all);
    }
    if (all.is_wrong != 0 || all.most > rows->n_causes) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "Each event needs one of the %zu kinds, and who is censored "
                        "none.",
                        rows->n_causes);
    }
    memcpy(n_event, all.counts + 1, rows->n_causes * sizeof *n_event);
    return CBK_OK;
}

/* ---- the events of each kind ------------------------------------------------------- */

/* counts[n_causes * n_event_rows] of rows whose kinds stand in the order of exits. */
static void count_sorted(const uint8_t *kind, const cbk_risk_table *risk,
                         uint32_t *counts)
{
    size_t rank = 0;
    for (size_t word = 0; word <= risk->n_rows / 64; word++) {
        for (uint64_t bits = risk->event_bit[word]; bits != 0; bits &= bits - 1) {
            const size_t j = word * 64 + cbk_lowest_bit(bits);
            for (uint32_t i = risk->n_exit_before[j]; i < risk->n_exit_before[j + 1];
                 i++) {
                if (kind[i] > 0) {
                    counts[(kind[i] - 1u) * risk->n_event_rows + rank]++;
                }
            }
            rank++;
        }
    }
}

/* The same, of rows in their own order.  Near-ties stand under the last time of the table
 * that is not after them. */
static void count_rows(const cbk_cause_rows *rows, const cbk_risk_table *risk,
                       uint32_t *counts)
{
    for (size_t i = 0; i < rows->followup->n; i++) {
        if (rows->cause[i] > 0) {
            const size_t n_until =
                cbk_count_until(risk->time, risk->n_rows, rows->followup->time[i]);
            const size_t rank = cbk_risk_event_rank(risk, n_until - 1) - 1;
            counts[(rows->cause[i] - 1u) * risk->n_event_rows + rank]++;
        }
    }
}

/* ---- months: few whole numbers are counted ----------------------------------------- */

enum {
    COUNTED_CAUSES = 15,  /* cells of so many have numbers of 16 bits */
    SLICED_FROM = 1 << 15 /* rows from which more than one histogram pays */
};

/* A row's cell is its time times the number of kinds, who is censored being one of them,
 * plus its kind.  False where event and kind do not go together. */
static inline bool fill_cells(const uint16_t *restrict whole,
                              const uint8_t *restrict cause,
                              const bool *restrict is_event, size_t n, uint8_t n_causes,
                              uint16_t *restrict cell)
{
    uint8_t most = 0;
    const uint8_t is_wrong = compare_kinds(cause, is_event, n, &most);
    for (size_t i = 0; i < n; i++) {
        cell[i] = (uint16_t)(whole[i] * (n_causes + 1u) + cause[i]);
    }
    return is_wrong == 0 && most <= n_causes;
}

/* False where the rows are not of that kind. */
static bool count_cells(const cbk_cause_rows *rows, uint32_t *counts, size_t stride,
                        uint16_t *most)
{
    const cbk_followup *followup = rows->followup;
    const uint8_t n_causes = (uint8_t)rows->n_causes;
    uint16_t whole[CBK_WHOLE_BLOCK];
    uint16_t cell[CBK_WHOLE_BLOCK];
    for (size_t start = 0; start < followup->n; start += CBK_WHOLE_BLOCK) {
        const size_t left = followup->n - start;
        const size_t n = left < CBK_WHOLE_BLOCK ? left : CBK_WHOLE_BLOCK;
        const uint8_t *cause = rows->cause + start;
        const bool *is_event = followup->is_event + start;
        if (!cbk_whole_times_read(followup->time + start, n, whole, most) ||
            !(n == CBK_WHOLE_BLOCK
                  ? fill_cells(whole, cause, is_event, CBK_WHOLE_BLOCK, n_causes, cell)
                  : fill_cells(whole, cause, is_event, n, n_causes, cell))) {
            return false;
        }
        cbk_whole_count(cell, n, stride, counts);
    }
    cbk_whole_add_up(counts, ((size_t)*most + 1) * (n_causes + 1u), stride);
    return true;
}

/* Exits and events of each kind from the cells. */
static void sum_cells(const uint32_t *counts, size_t n_causes, size_t most,
                      cbk_exit_times *exits, size_t *n_event)
{
    uint32_t n_exits = 0;
    for (size_t whole = 0; whole <= most; whole++) {
        const uint32_t *of_time = counts + whole * (n_causes + 1);
        uint32_t n_event_here = 0;
        for (size_t k = 0; k < n_causes; k++) {
            n_event_here += of_time[k + 1];
            n_event[k] += of_time[k + 1];
        }
        if (of_time[0] + n_event_here > 0) {
            exits->time[exits->n_rows] = (double)whole;
            exits->n_event[exits->n_rows] = n_event_here;
            exits->n_exit_before[exits->n_rows++] = n_exits;
            n_exits += of_time[0] + n_event_here;
        }
    }
    exits->n_exit_before[exits->n_rows] = n_exits;
}

/* out[n_causes * n_event_rows] */
static void spread_cells(const uint32_t *counts, const cbk_risk_table *risk,
                         size_t n_causes, uint32_t *out)
{
    size_t rank = 0;
    for (size_t j = 0; j < risk->n_rows; j++) {
        const uint32_t *of_time = counts + (size_t)risk->time[j] * (n_causes + 1);
        for (size_t k = 0; cbk_risk_row_has_event(risk, j) && k < n_causes; k++) {
            out[k * risk->n_event_rows + rank] = of_time[k + 1];
        }
        rank += cbk_risk_row_has_event(risk, j);
    }
}

/* Fills the table, and *done.  False when out of memory. */
static bool build_whole(const cbk_cause_rows *rows, cbk_arena *arena, bool *done,
                        cbk_cause_table *table, size_t *n_event)
{
    const cbk_followup *followup = rows->followup;
    const size_t n_causes = rows->n_causes;
    *done = followup->entry == NULL && followup->weight == NULL &&
            n_causes <= COUNTED_CAUSES && followup->n < UINT32_MAX &&
            cbk_whole_times_begin(followup->time, followup->n);
    if (!*done) {
        return true;
    }
    const cbk_mark before = cbk_arena_mark(arena);
    const size_t n_cells = CBK_WHOLE_MAX * (n_causes + 1);
    const size_t stride = followup->n < SLICED_FROM ? 0 : n_cells;
    uint32_t *counts =
        CBK_NEW(arena, uint32_t, n_cells + (CBK_WHOLE_SLICES - 1) * stride);
    uint16_t most = 0;
    if (counts == NULL) {
        return false;
    }
    *done = count_cells(rows, counts, stride, &most);
    if (!*done) {
        cbk_arena_release(arena, before);
        return true;
    }
    const size_t n_times = (size_t)most + 1;
    cbk_exit_times exits = {.time = CBK_NEW(arena, double, n_times),
                            .n_event = CBK_NEW(arena, uint32_t, n_times),
                            .n_exit_before = CBK_NEW(arena, uint32_t, n_times + 1)};
    cbk_risk_table *risk = CBK_NEW(arena, cbk_risk_table, 1);
    uint32_t *n_event_of = CBK_NEW(arena, uint32_t, n_causes * n_times + 1);
    if (n_event_of == NULL) {
        return false;
    }
    sum_cells(counts, n_causes, most, &exits, n_event);
    if (!cbk_exit_times_to_table(followup, &exits, arena, risk)) {
        return false;
    }
    spread_cells(counts, risk, n_causes, n_event_of);
    table->risk = risk;
    table->n_event_of = n_event_of;
    return true;
}

/* ---- the whole --------------------------------------------------------------------- */

static cbk_status build_any(const cbk_cause_rows *rows, bool time_fix, cbk_arena *arena,
                            cbk_cause_table *table, size_t *n_event, cbk_error *err)
{
    const uint8_t *kind = NULL;
    CBK_TRY(check_causes(rows, n_event, err));
    CBK_TRY(cbk_risk_table_build_kinds(rows->followup, rows->cause, rows->n_causes,
                                       time_fix, arena, &table->risk, &kind, err));
    uint32_t *counts =
        CBK_NEW(arena, uint32_t, rows->n_causes * table->risk->n_event_rows + 1);
    if (counts == NULL) {
        return cbk_fail_memory(err);
    }
    if (kind != NULL) {
        count_sorted(kind, table->risk, counts);
    } else {
        count_rows(rows, table->risk, counts);
    }
    table->n_event_of = counts;
    return CBK_OK;
}

static cbk_status build(const cbk_cause_rows *rows, bool time_fix, cbk_arena *arena,
                        const cbk_cause_table **out, cbk_error *err)
{
    cbk_cause_table *table = CBK_NEW(arena, cbk_cause_table, 1);
    size_t *n_event = CBK_NEW(arena, size_t, rows->n_causes + 1);
    if (n_event == NULL) {
        return cbk_fail_memory(err);
    }
    *table = (cbk_cause_table){.n_causes = rows->n_causes,
                               .n_event = n_event,
                               .is_clustered = rows->cluster != NULL};
    bool is_done = false;
    if (!build_whole(rows, arena, &is_done, table, n_event)) {
        return cbk_fail_memory(err);
    }
    if (!is_done) {
        CBK_TRY(build_any(rows, time_fix, arena, table, n_event, err));
    }
    const bool needs_rows = rows->followup->weight != NULL || rows->cluster != NULL ||
                            table->risk->n_entries > 0;
    if (needs_rows && !cbk_cause_table_weigh(rows, arena, table)) {
        return cbk_fail_memory(err);
    }
    *out = table;
    return CBK_OK;
}

cbk_status cbk_cause_table_build(const cbk_cause_rows *rows, bool time_fix,
                                 cbk_arena *arena, const cbk_cause_table **out,
                                 cbk_error *err)
{
    assert(rows != NULL && rows->followup != NULL);
    assert(rows->n_causes <= 255);
    assert(arena != NULL && out != NULL);
    *out = NULL;
    const cbk_mark before = cbk_arena_mark(arena);
    const cbk_status status = build(rows, time_fix, arena, out, err);
    if (status != CBK_OK) {
        cbk_arena_release(arena, before);
    }
    return status;
}
