/* risk_table.c - rows to risk table: the only reader of rows.  Contract:
 * casebook/risk_table.h. */
#include <casebook/risk_table.h>

#include "numeric/search.h"
#include "numeric/sort.h"
#include "stats/risk/followup_check.h"
#include "stats/risk/near_ties.h"
#include "stats/risk/risk_row.h"
#include "stats/risk/risk_weights.h"

#include <assert.h>
#include <math.h>

static cbk_status no_memory(size_t n, cbk_error *err)
{
    return cbk_fail(err, CBK_ENOMEM, CBK_ROW_NONE, "Out of memory for %zu rows.", n);
}

/* ---- what may go in -----------------------------------------------------------------
 */

static cbk_status check(const cbk_followup *followup, const cbk_time_range *range,
                        cbk_error *err)
{
    if (range->is_good && followup->entry == NULL && followup->weight == NULL) {
        return CBK_OK;
    }
    for (size_t i = 0; i < followup->n; i++) {
        CBK_TRY(cbk_followup_check_row(followup, i, err));
    }
    return CBK_OK;
}

/* An interval may not become empty. */
static cbk_status check_intervals(const cbk_followup *followup, const cbk_chains *chains,
                                  cbk_error *err)
{
    for (size_t i = 0; followup->entry != NULL && i < followup->n; i++) {
        const double entry = followup->entry[i];
        const double exit = followup->time[i];
        if (cbk_chains_hold(chains, entry, exit)) {
            return cbk_fail(err, CBK_EDATA, i,
                            "The entry %.17g and the exit %.17g are so close that they "
                            "count as one time; an entry is before its exit.",
                            entry, exit);
        }
    }
    return CBK_OK;
}

/* ---- times --------------------------------------------------------------------------
 */

/* The times of a follow-up, near-ties made one. */
typedef struct timeline {
    cbk_exit_times exits;
    size_t n_entries; /* all of them, at the origin too; 0 without an entry column */
    double *entries;  /* ascending; those before the origin are at the origin */
    cbk_chains chains;
} timeline;

static bool sort_entries(const cbk_followup *followup, timeline *line, cbk_arena *arena)
{
    line->n_entries = followup->entry != NULL ? followup->n : 0;
    line->entries = CBK_NEW(arena, double, line->n_entries);
    const cbk_mark result = cbk_arena_mark(arena);
    uint64_t *keys = CBK_NEW(arena, uint64_t, line->n_entries);
    uint64_t *scratch = CBK_NEW(arena, uint64_t, line->n_entries);
    if (scratch == NULL) {
        return false;
    }
    for (size_t i = 0; i < line->n_entries; i++) {
        keys[i] = cbk_time_key(fmax(followup->entry[i], 0.0), 0, 1);
    }
    cbk_sort_keys(keys, scratch, line->n_entries);
    for (size_t i = 0; i < line->n_entries; i++) {
        line->entries[i] = cbk_time_key_time(keys[i], 1);
    }
    cbk_arena_release(arena, result);
    return true;
}

/* Kinds of exits that are to be kept: of[n] from 0 to most; of NULL: none are. */
typedef struct causes {
    const uint8_t *of;
    size_t most;
} causes;

/* Checks the follow-up and sorts its exits; their kinds are kept where that is possible.
 */
static cbk_status make_exits(const cbk_followup *followup, causes keep, cbk_arena *arena,
                             cbk_exit_times *exits, cbk_error *err)
{
    if (followup->n >= UINT32_MAX) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "%zu rows are too many.",
                        followup->n);
    }
    /* Counting looks at every time on its way. */
    const bool is_plain =
        followup->entry == NULL && followup->weight == NULL && keep.of == NULL;
    bool is_done = false;
    if (is_plain && !cbk_exit_times_by_count(followup, arena, exits, &is_done)) {
        return no_memory(followup->n, err);
    }
    if (is_done) {
        return CBK_OK;
    }
    const cbk_time_range range = cbk_time_range_of(followup->time, followup->n);
    CBK_TRY(check(followup, &range, err));
    cbk_exit_kinds kinds;
    if (keep.of == NULL ||
        !cbk_exit_kinds_of_causes(keep.of, keep.most, &range, &kinds)) {
        kinds = cbk_exit_kinds_of_events(followup->is_event);
    }
    return cbk_exit_times_make(followup, &kinds, &range, arena, exits)
               ? CBK_OK
               : no_memory(followup->n, err);
}

/* The exits come first in the arena, the chains last. */
static cbk_status make_timeline(const cbk_followup *followup, causes keep, bool time_fix,
                                cbk_arena *arena, timeline *line, cbk_error *err)
{
    *line = (timeline){0};
    CBK_TRY(make_exits(followup, keep, arena, &line->exits, err));
    if (!sort_entries(followup, line, arena) ||
        (time_fix && !cbk_chains_find(&line->exits, line->entries, line->n_entries, arena,
                                      &line->chains))) {
        return no_memory(followup->n, err);
    }
    return check_intervals(followup, &line->chains, err);
}

static cbk_status fix_ties(const cbk_followup *followup, double *time, double *entry,
                           cbk_arena *scratch, bool *is_any, cbk_error *err)
{
    timeline line;
    CBK_TRY(make_timeline(followup, (causes){0}, true, scratch, &line, err));
    *is_any = line.chains.n > 0;
    for (size_t i = 0; *is_any && i < followup->n; i++) {
        time[i] = cbk_chains_first(&line.chains, followup->time[i]);
        if (entry != NULL) {
            entry[i] = cbk_chains_first(&line.chains, followup->entry[i]);
        }
    }
    return CBK_OK;
}

cbk_status cbk_followup_fix_ties(const cbk_followup *followup, cbk_arena *arena,
                                 cbk_followup *out, cbk_error *err)
{
    assert(followup != NULL);
    assert(arena != NULL);
    assert(out != NULL);
    const cbk_mark before = cbk_arena_mark(arena);
    const size_t n = followup->n;
    double *time = CBK_NEW(arena, double, n);
    double *entry = followup->entry != NULL ? CBK_NEW(arena, double, n) : NULL;
    const cbk_mark result = cbk_arena_mark(arena);
    bool is_any = false;
    const cbk_status status = cbk_arena_has_failed(arena)
                                  ? no_memory(n, err)
                                  : fix_ties(followup, time, entry, arena, &is_any, err);
    cbk_arena_release(arena, status == CBK_OK && is_any ? result : before);
    if (status == CBK_OK) {
        *out = *followup;
        out->time = is_any ? time : followup->time;
        out->entry = is_any ? entry : followup->entry;
    }
    return status;
}

/* ---- the table ----------------------------------------------------------------------
 */

/* Leaves only the entries after the origin; returns how many there are. */
static size_t keep_late(double *entries, size_t n)
{
    size_t n_early = 0;
    while (n_early < n && entries[n_early] <= 0.0) {
        n_early++;
    }
    for (size_t i = n_early; i < n; i++) {
        entries[i - n_early] = entries[i];
    }
    return n - n_early;
}

/* How many entries are at or after each exit time. */
static bool count_later_entries(cbk_risk_table *table, cbk_arena *arena)
{
    if (table->n_entries == 0) {
        return true;
    }
    uint32_t *n_from = CBK_NEW(arena, uint32_t, table->n_rows);
    size_t n_before = 0;
    for (size_t j = 0; n_from != NULL && j < table->n_rows; j++) {
        for (; n_before < table->n_entries && table->entry[n_before] < table->time[j];
             n_before++) {
        }
        n_from[j] = (uint32_t)(table->n_entries - n_before);
    }
    table->n_entry_from = n_from;
    return n_from != NULL;
}

/* Marks the times with an event and moves their counts to the front. */
static bool mark_events(cbk_exit_times *exits, cbk_arena *arena, cbk_risk_table *table)
{
    const size_t n_words = exits->n_rows / 64 + 1;
    uint64_t *bit = CBK_NEW(arena, uint64_t, n_words);
    uint32_t *before = CBK_NEW(arena, uint32_t, n_words);
    if (before == NULL) {
        return false;
    }
    size_t n_marked = 0;
    for (size_t word = 0; word < n_words; word++) {
        const size_t first = word * 64;
        const size_t end = first + 64 < exits->n_rows ? first + 64 : exits->n_rows;
        uint64_t bits = 0;
        before[word] = (uint32_t)n_marked;
        for (size_t j = first; j < end; j++) {
            const uint32_t n_event = exits->n_event[j];
            exits->n_event[n_marked] = n_event;
            n_marked += n_event > 0;
            bits |= (uint64_t)(n_event > 0) << (j - first);
            table->n_event += n_event;
        }
        bit[word] = bits;
    }
    table->event_bit = bit;
    table->n_event_rows_before = before;
    table->n_event_rows = n_marked;
    table->n_event_of = exits->n_event;
    return true;
}

/* Only now, with the chains behind everything that stays: what follows stays, too. */
static bool fill_table(const cbk_followup *followup, timeline *line, cbk_arena *arena,
                       cbk_risk_table *table)
{
    cbk_chains_tie_exits(&line->chains, &line->exits);
    cbk_chains_tie_entries(&line->chains, line->entries, line->n_entries);
    cbk_exit_times *exits = &line->exits;
    *table = (cbk_risk_table){
        .n = followup->n,
        .n_rows = exits->n_rows,
        .time = exits->time,
        .n_exit_before = exits->n_exit_before,
        .n_entries = keep_late(line->entries, line->n_entries),
        .entry = line->entries,
        .is_zero_event =
            exits->n_rows > 0 && exits->time[0] == 0.0 && exits->n_event[0] > 0,
    };
    return mark_events(exits, arena, table) && count_later_entries(table, arena) &&
           (followup->weight == NULL ||
            cbk_risk_table_weigh(followup, &line->chains, arena, table));
}

bool cbk_exit_times_to_table(const cbk_followup *followup, cbk_exit_times *exits,
                             cbk_arena *arena, cbk_risk_table *out)
{
    timeline line = {.exits = *exits};
    return fill_table(followup, &line, arena, out);
}

static cbk_status build(const cbk_followup *followup, causes keep, bool time_fix,
                        cbk_arena *arena, const cbk_risk_table **out,
                        const uint8_t **kind, cbk_error *err)
{
    assert(followup != NULL);
    assert(arena != NULL);
    assert(out != NULL);
    *out = NULL;
    const cbk_mark before = cbk_arena_mark(arena);
    cbk_risk_table *table = CBK_NEW(arena, cbk_risk_table, 1);
    timeline line;
    /* Chains are for entries to be tied by, and for rows to be found by. */
    const bool is_alone = followup->entry == NULL;
    cbk_status status =
        table == NULL
            ? no_memory(followup->n, err)
            : make_timeline(followup, keep, time_fix && !is_alone, arena, &line, err);
    if (status == CBK_OK && time_fix && is_alone) {
        cbk_exit_times_fix_ties(&line.exits);
    }
    if (status == CBK_OK && !fill_table(followup, &line, arena, table)) {
        status = no_memory(followup->n, err);
    }
    if (status != CBK_OK) {
        cbk_arena_release(arena, before);
        return status;
    }
    *out = table;
    *kind = line.exits.kind;
    return CBK_OK;
}

cbk_status cbk_risk_table_build(const cbk_followup *followup, bool time_fix,
                                cbk_arena *arena, const cbk_risk_table **out,
                                cbk_error *err)
{
    const uint8_t *none = NULL;
    return build(followup, (causes){0}, time_fix, arena, out, &none, err);
}

cbk_status cbk_risk_table_build_kinds(const cbk_followup *followup, const uint8_t *of,
                                      size_t most, bool time_fix, cbk_arena *arena,
                                      const cbk_risk_table **out, const uint8_t **kind,
                                      cbk_error *err)
{
    return build(followup, (causes){of, most}, time_fix, arena, out, kind, err);
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
    const size_t n_words = table->n_rows / 64 + 1;
    uint64_t *bit = CBK_NEW(arena, uint64_t, n_words);
    uint32_t *n_before_word = CBK_NEW(arena, uint32_t, n_words);
    if (n_before_word == NULL) { /* failure is sticky: this stands for all */
        cbk_arena_release(arena, before);
        return no_memory(table->n, err);
    }
    *reverse = *table;
    reverse->n_event = table->n - table->n_event;
    reverse->n_event_rows = 0;
    for (size_t j = 0; j < table->n_rows; j++) {
        rows[j] = cbk_risk_row_reverse(cbk_risk_row_get(table, j));
        n_before_word[j / 64] =
            j % 64 == 0 ? (uint32_t)reverse->n_event_rows : n_before_word[j / 64];
        bit[j / 64] |= (uint64_t)(rows[j].n_event > 0.0) << (j % 64);
        reverse->n_event_rows += rows[j].n_event > 0.0;
    }
    reverse->rows = rows;
    reverse->event_bit = bit;
    reverse->n_event_rows_before = n_before_word;
    reverse->n_event_of = NULL;
    reverse->jackknife = NULL;
    reverse->is_zero_event =
        table->n_rows > 0 && table->time[0] == 0.0 && rows[0].n_event > 0.0;
    *out = reverse;
    return CBK_OK;
}

/* ---- questions ----------------------------------------------------------------------
 */

size_t cbk_risk_event_rows_until(const cbk_risk_table *table, size_t j)
{
    assert(table != NULL);
    assert(j < table->n_rows);
    return cbk_risk_event_rank(table, j);
}

cbk_risk_row cbk_risk_row_at(const cbk_risk_table *table, size_t j)
{
    assert(table != NULL);
    assert(j < table->n_rows);
    return cbk_risk_row_get(table, j);
}

double cbk_risk_table_n_risk_at(const cbk_risk_table *table, double t)
{
    assert(table != NULL);
    const size_t next = cbk_count_below(table->time, table->n_rows, t);
    if (next == table->n_rows) {
        return 0.0;
    }
    /* Nobody leaves between t and the next exit; those who enter there are not yet in. */
    const cbk_risk_row row = cbk_risk_row_get(table, next);
    const size_t from = cbk_count_below(table->entry, table->n_entries, t);
    const size_t to = cbk_count_below(table->entry, table->n_entries, row.time);
    const double *weight = table->entry_weight;
    return row.n_risk -
           (weight != NULL ? weight[to] - weight[from] : (double)(to - from));
}
