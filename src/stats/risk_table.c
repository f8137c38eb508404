/* risk_table.c - rows to risk table: the only reader of rows.  Contract:
 * casebook/risk_table.h.
 *
 * Times are >= 0, so the sign bit of a double is free: an exit becomes one whole number,
 * the bits of its time shifted up by one, plus 1 for an event.  Such keys order by time,
 * and sorting them moves nothing else.  Equal rows are equal keys, so the order of the
 * rows cannot show in the result.
 */
#include <casebook/risk_table.h>

#include "numeric/sort.h"
#include "numeric/sum.h"
#include "stats/risk_row.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* The square root of 2^-52, as R's timefix has it. */
static const double tie_tolerance = 0x1p-26;

/* Follow-up as sorted keys.  Entry times before the origin are the origin. */
typedef struct timeline {
    uint64_t *exits; /* [n_exits] */
    size_t n_exits;
    uint64_t *entries; /* [n_entries] like exits, lowest bit 0 */
    size_t n_entries;
} timeline;

/* Times that became one: all from first to last. */
typedef struct chain {
    double first;
    double last;
} chain;

static uint64_t key_of(double time, bool is_event)
{
    const double plain = time + 0.0; /* turns -0.0 into 0.0 */
    uint64_t bits = 0;
    memcpy(&bits, &plain, sizeof bits);
    return (bits << 1) | (is_event ? 1u : 0u);
}

static double time_of(uint64_t key)
{
    const uint64_t bits = key >> 1;
    double time = 0.0;
    memcpy(&time, &bits, sizeof time);
    return time;
}

static bool is_event_of(uint64_t key)
{
    return (key & 1u) != 0;
}

static cbk_status followup_check(const cbk_followup *followup, cbk_error *err)
{
    for (size_t i = 0; i < followup->n; i++) {
        const double time = followup->time[i];
        if (!isfinite(time) || time < 0.0) {
            return cbk_fail(err, CBK_EDATA, i,
                            "The time %.15g is not a finite number of at least 0.", time);
        }
        if (followup->entry == NULL) {
            continue;
        }
        const double entry = followup->entry[i];
        if (!isfinite(entry) || entry >= time) {
            return cbk_fail(err, CBK_EDATA, i,
                            "The entry %.15g is not a finite number before the exit at "
                            "%.15g.",
                            entry, time);
        }
    }
    return CBK_OK;
}

static void timeline_fill(timeline *line, const cbk_followup *followup, uint64_t *scratch)
{
    for (size_t i = 0; i < line->n_exits; i++) {
        line->exits[i] = key_of(followup->time[i], followup->is_event[i]);
    }
    cbk_sort_keys(line->exits, scratch, line->n_exits);
    for (size_t i = 0; i < line->n_entries; i++) {
        line->entries[i] = key_of(fmax(followup->entry[i], 0.0), false);
    }
    cbk_sort_keys(line->entries, scratch, line->n_entries);
}

/* The mean of the distinct times, entries and exits together. */
static double mean_distinct_time(const timeline *line)
{
    cbk_sum sum = {0};
    size_t n_distinct = 0;
    double previous = -1.0;
    for (size_t i = 0, j = 0; i < line->n_exits || j < line->n_entries;) {
        const bool is_exit = j == line->n_entries ||
                             (i < line->n_exits && line->exits[i] <= line->entries[j]);
        const double time = time_of(is_exit ? line->exits[i++] : line->entries[j++]);
        if (time > previous) {
            cbk_sum_add(&sum, time);
            n_distinct++;
        }
        previous = time;
    }
    return n_distinct > 0 ? cbk_sum_value(&sum) / (double)n_distinct : 0.0;
}

/* Gives every time the smallest time of its chain.  Writes the chains of more than one
 * time to chains, if not NULL, and returns how many there are. */
static size_t timeline_snap(timeline *line, chain *chains)
{
    const double mean = mean_distinct_time(line);
    const double before_all = -(double)INFINITY;
    chain current = {.first = before_all, .last = before_all};
    size_t n_chains = 0;
    for (size_t i = 0, j = 0; i < line->n_exits || j < line->n_entries;) {
        const bool is_exit = j == line->n_entries ||
                             (i < line->n_exits && line->exits[i] <= line->entries[j]);
        uint64_t *key = is_exit ? &line->exits[i++] : &line->entries[j++];
        const double time = time_of(*key);
        const double gap = time - current.last;
        const bool is_near = gap <= tie_tolerance || gap / mean <= tie_tolerance;
        if (!is_near) {
            current.first = time;
        } else if (gap > 0.0) {
            const bool is_new = current.last == current.first;
            n_chains += is_new ? 1 : 0;
            if (chains != NULL) {
                chains[n_chains - 1] = (chain){.first = current.first, .last = time};
            }
        }
        current.last = time;
        *key = key_of(current.first, is_event_of(*key));
    }
    return n_chains;
}

/* Whether one chain holds both times. */
static bool is_in_one_chain(const chain *chains, size_t n, double entry, double exit)
{
    size_t low = 0;
    size_t high = n; /* the first chain that ends at or after exit lies in [low, high] */
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (chains[middle].last < exit) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < n && chains[low].first <= entry;
}

static cbk_status intervals_check(const cbk_followup *followup, const chain *chains,
                                  size_t n_chains, cbk_error *err)
{
    for (size_t i = 0; i < followup->n; i++) {
        const double entry = followup->entry[i];
        const double exit = followup->time[i];
        if (is_in_one_chain(chains, n_chains, entry, exit)) {
            return cbk_fail(err, CBK_EDATA, i,
                            "The entry %.17g and the exit %.17g are so close that they "
                            "count as one time; an entry is before its exit.",
                            entry, exit);
        }
    }
    return CBK_OK;
}

/* Copies the entries after the origin to late[]; returns how many there are. */
static size_t late_entries(const timeline *line, double *late)
{
    size_t n_late = 0;
    for (size_t j = 0; j < line->n_entries; j++) {
        const double entry = time_of(line->entries[j]);
        if (entry > 0.0) {
            late[n_late++] = entry;
        }
    }
    return n_late;
}

/* One turn of the outer loop is one distinct exit time and writes one row. */
static void risk_sweep(const timeline *line, cbk_risk_row *rows, cbk_risk_table *table)
{
    size_t n_entered = table->n - table->n_entries; /* before the time of the turn */
    size_t n_late = 0;
    for (size_t first = 0, next = 0; first < line->n_exits; first = next) {
        const double time = time_of(line->exits[first]);
        size_t n_event = 0;
        for (; next < line->n_exits && time_of(line->exits[next]) == time; next++) {
            n_event += is_event_of(line->exits[next]) ? 1 : 0;
        }
        for (; n_late < table->n_entries && table->entry[n_late] < time; n_late++) {
            n_entered++;
        }
        rows[table->n_rows++] = (cbk_risk_row){
            .time = time,
            .n_risk = (double)(n_entered - first),
            .n_event = (double)n_event,
            .n_censor = (double)(next - first - n_event),
        };
        table->n_event += n_event;
    }
    table->is_zero_event =
        table->n_rows > 0 && rows[0].time == 0.0 && rows[0].n_event > 0;
}

/* What the builder asks the arena for: first the result, then scratch. */
typedef struct build_memory {
    cbk_risk_table *table;
    cbk_risk_row *rows;
    double *late;
    timeline line;
    uint64_t *scratch;
    chain *chains;   /* NULL without entries: only intervals need them */
    cbk_mark result; /* the end of the result */
} build_memory;

static bool build_allocate(const cbk_followup *followup, cbk_arena *arena,
                           build_memory *memory)
{
    const size_t n = followup->n;
    const size_t n_entries = followup->entry != NULL ? n : 0;
    memory->table = CBK_NEW(arena, cbk_risk_table, 1);
    memory->rows = CBK_NEW(arena, cbk_risk_row, n);
    memory->late = CBK_NEW(arena, double, n_entries);
    memory->result = cbk_arena_mark(arena);
    memory->line.exits = CBK_NEW(arena, uint64_t, n);
    memory->line.n_exits = n;
    memory->line.entries = CBK_NEW(arena, uint64_t, n_entries);
    memory->line.n_entries = n_entries;
    memory->chains = n_entries > 0 ? CBK_NEW(arena, chain, n) : NULL;
    memory->scratch = CBK_NEW(arena, uint64_t, n);
    return memory->scratch != NULL; /* failure is sticky: this stands for all */
}

cbk_status cbk_risk_table_build(const cbk_followup *followup, bool time_fix,
                                cbk_arena *arena, const cbk_risk_table **out,
                                cbk_error *err)
{
    assert(followup != NULL);
    assert(arena != NULL);
    assert(out != NULL);
    *out = NULL;
    CBK_TRY(followup_check(followup, err));

    const cbk_mark before = cbk_arena_mark(arena);
    build_memory memory;
    if (!build_allocate(followup, arena, &memory)) {
        cbk_arena_release(arena, before);
        return cbk_fail(err, CBK_ENOMEM, CBK_ROW_NONE, "Out of memory for %zu rows.",
                        followup->n);
    }
    timeline_fill(&memory.line, followup, memory.scratch);
    const size_t n_chains = time_fix ? timeline_snap(&memory.line, memory.chains) : 0;
    if (memory.chains != NULL) {
        const cbk_status status = intervals_check(followup, memory.chains, n_chains, err);
        if (status != CBK_OK) {
            cbk_arena_release(arena, before);
            return status;
        }
    }
    *memory.table = (cbk_risk_table){
        .n = followup->n,
        .rows = memory.rows,
        .n_entries = late_entries(&memory.line, memory.late),
        .entry = memory.late,
    };
    risk_sweep(&memory.line, memory.rows, memory.table);
    cbk_arena_release(arena, memory.result);
    *out = memory.table;
    return CBK_OK;
}

cbk_status cbk_risk_table_reverse(const cbk_risk_table *table, cbk_arena *arena,
                                  const cbk_risk_table **out, cbk_error *err)
{
    assert(table != NULL);
    assert(arena != NULL);
    assert(out != NULL);
    *out = NULL;
    const cbk_mark before = cbk_arena_mark(arena);
    cbk_risk_table *reverse = CBK_NEW(arena, cbk_risk_table, 1);
    cbk_risk_row *rows = CBK_NEW(arena, cbk_risk_row, table->n_rows);
    if (rows == NULL) { /* failure is sticky: this stands for both */
        cbk_arena_release(arena, before);
        return cbk_fail(err, CBK_ENOMEM, CBK_ROW_NONE, "Out of memory for %zu times.",
                        table->n_rows);
    }
    for (size_t j = 0; j < table->n_rows; j++) {
        rows[j] = cbk_risk_row_reverse(table->rows[j]);
    }
    *reverse = *table;
    reverse->n_event = table->n - table->n_event;
    reverse->rows = rows;
    reverse->is_zero_event =
        table->n_rows > 0 && rows[0].time == 0.0 && rows[0].n_event > 0;
    *out = reverse;
    return CBK_OK;
}

/* The first index of rows whose time is at or after t, or n_rows. */
static size_t first_row_from(const cbk_risk_table *table, double t)
{
    size_t low = 0;
    size_t high = table->n_rows;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (table->rows[middle].time < t) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* How many late entries are before t. */
static size_t n_entries_before(const cbk_risk_table *table, double t)
{
    size_t low = 0;
    size_t high = table->n_entries;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (table->entry[middle] < t) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

double cbk_risk_table_n_risk_at(const cbk_risk_table *table, double t)
{
    assert(table != NULL);
    const size_t next = first_row_from(table, t);
    if (next == table->n_rows) {
        return 0.0;
    }
    /* Nobody leaves between t and the next exit; those who enter there are not yet in. */
    const cbk_risk_row row = table->rows[next];
    const size_t n_later = n_entries_before(table, row.time) - n_entries_before(table, t);
    return row.n_risk - (double)n_later;
}
