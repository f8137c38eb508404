/* group_risk.c - rows to numbers at risk by group.  Contract: stats/risk/group_risk.h.
 *
 * An exit or entry becomes one whole number: stratum, time, group, kind, from the highest
 * bits to the lowest.  Times take as few bits as their range and their last digits leave
 * them, so that months need no sorting: there are so few numbers that they are counted.
 * Equal rows are equal numbers, and the order of rows cannot show.
 *
 * The numbers are then read from the last to the first: whoever leaves at t or later and
 * has not entered at t or later is at risk at t.
 */
#include "stats/risk/group_risk.h"

#include "numeric/sort.h"
#include "stats/risk/followup_check.h"
#include "stats/risk/whole_times.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { COUNTED_MIN = 1 << 16 }; /* numbers that are counted, however few the rows */

/* How times are written in few bits: 0 is 0, the others count up from 1. */
typedef struct time_code {
    uint64_t least; /* bits of the smallest time that is not 0 */
    uint64_t most;
    uint64_t digits;    /* all bits that any time uses */
    uint64_t *distinct; /* where the range is too wide: code k is distinct[k] */
    size_t n_distinct;
    int shift;     /* last bits that no time uses */
    bool is_whole; /* times are whole numbers, and their own code */
} time_code;

/* The kinds of a number: events of each cause, from 0; then censored; then entries. */
typedef struct layout {
    time_code code;
    const uint8_t *cause; /* [n]; NULL: one cause */
    size_t n_causes;      /* the kind of who is censored; one more: of an entry */
    int kind_bits, group_bits, time_bits, stratum_bits;
    bool is_late;
} layout;

static uint64_t bits_of(double time)
{
    const double plain = time + 0.0; /* turns -0.0 into 0.0 */
    uint64_t bits = 0;
    memcpy(&bits, &plain, sizeof bits);
    return bits;
}

static double time_of(uint64_t bits)
{
    double time = 0.0;
    memcpy(&time, &bits, sizeof time);
    return time;
}

/* Bits that numbers below n need. */
static int width_of(uint64_t n)
{
    int width = 0;
    while (width < 64 && n > (uint64_t)1 << width) {
        width++;
    }
    return width;
}

/* ---- checks and ranges ------------------------------------------------------------ */

static cbk_status report_time(const cbk_followup *followup, cbk_error *err)
{
    size_t row = 0;
    while (isfinite(followup->time[row]) && followup->time[row] >= 0.0) {
        row++;
    }
    return cbk_followup_check_row(followup, row, err);
}

/* Positive doubles order as their bits; a negative time has the highest bit, and what is
 * not finite the exponent of infinity. */
typedef struct range {
    uint64_t
        below_least; /* of those that are not 0, less 1: for 0 the largest there is */
    uint64_t most;
    uint64_t digits;
} range;

static inline void widen(range *known, double time)
{
    const uint64_t bits = bits_of(time);
    known->below_least = bits - 1 < known->below_least ? bits - 1 : known->below_least;
    known->most = bits > known->most ? bits : known->most;
    known->digits |= bits;
}

static cbk_status read_exits(const cbk_followup *followup, time_code *code,
                             cbk_error *err)
{
    const double *time = followup->time;
    const size_t n = followup->n;
    range a = {.below_least = UINT64_MAX}; /* two, so that neither waits for the other */
    range b = a;
    size_t i = 0;
    for (; i + 1 < n; i += 2) {
        widen(&a, time[i]);
        widen(&b, time[i + 1]);
    }
    if (i < n) {
        widen(&a, time[i]);
    }
    code->least = (a.below_least < b.below_least ? a.below_least : b.below_least) + 1;
    code->most = a.most > b.most ? a.most : b.most;
    code->digits = a.digits | b.digits;
    return code->most >= bits_of((double)INFINITY) ? report_time(followup, err) : CBK_OK;
}

static cbk_status read_entries(const cbk_followup *followup, layout *plan, cbk_error *err)
{
    time_code *code = &plan->code;
    for (size_t i = 0; followup->entry != NULL && i < followup->n; i++) {
        const double entry = followup->entry[i];
        if (!isfinite(entry) || entry >= followup->time[i]) {
            return cbk_followup_check_row(followup, i, err);
        }
        if (entry > 0.0) {
            const uint64_t bits = bits_of(entry);
            code->least = bits < code->least ? bits : code->least;
            code->digits |= bits;
            plan->is_late = true;
        }
    }
    return CBK_OK;
}

/* ---- numbers ---------------------------------------------------------------------- */

/* The place of bits among the distinct times. */
static uint64_t place_of(const time_code *code, uint64_t bits)
{
    size_t low = 0;
    size_t high = code->n_distinct; /* bits are at or after low, before high */
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (code->distinct[middle] <= bits) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

static inline uint64_t code_of(const time_code *code, uint64_t bits)
{
    if (code->distinct != NULL) {
        return place_of(code, bits);
    }
    return bits == 0 ? 0 : ((bits - code->least) >> code->shift) + 1;
}

static double time_of_code(const time_code *code, uint64_t number)
{
    if (code->distinct != NULL) {
        return time_of(code->distinct[number]);
    }
    if (code->is_whole) {
        return (double)number;
    }
    return number == 0 ? 0.0 : time_of(((number - 1) << code->shift) + code->least);
}

static int total_bits(const layout *plan)
{
    return plan->stratum_bits + plan->time_bits + plan->group_bits + plan->kind_bits;
}

/* The range of times is too wide: number the distinct ones. */
static bool number_times(const cbk_followup *followup, time_code *code, cbk_arena *arena)
{
    const size_t n = followup->n * (followup->entry != NULL ? 2 : 1);
    uint64_t *times = CBK_NEW(arena, uint64_t, n);
    uint64_t *scratch = CBK_NEW(arena, uint64_t, n);
    if (scratch == NULL) {
        return false;
    }
    for (size_t i = 0; i < followup->n; i++) {
        times[i] = bits_of(followup->time[i]);
    }
    for (size_t i = followup->n; i < n; i++) {
        times[i] = bits_of(fmax(followup->entry[i - followup->n], 0.0));
    }
    cbk_sort_keys(times, scratch, n);
    size_t n_distinct = 0;
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || times[i] != times[i - 1]) {
            times[n_distinct++] = times[i];
        }
    }
    code->distinct = times;
    code->n_distinct = n_distinct;
    return true;
}

static cbk_status plan_numbers(const cbk_log_rank_rows *rows, cbk_arena *arena,
                               layout *plan, cbk_error *err)
{
    time_code *code = &plan->code;
    CBK_TRY(read_exits(rows->followup, code, err));
    CBK_TRY(read_entries(rows->followup, plan, err));
    while (code->digits != 0 && (code->digits >> code->shift & 1) == 0) {
        code->shift++;
    }
    const uint64_t n_codes_less_1 =
        code->most == 0 ? 0 : ((code->most - code->least) >> code->shift) + 1;
    plan->kind_bits = width_of(plan->n_causes + (plan->is_late ? 2 : 1));
    plan->group_bits = width_of(rows->n_groups);
    plan->stratum_bits = rows->stratum != NULL ? width_of(rows->n_strata) : 0;
    plan->time_bits = width_of(n_codes_less_1 + 1);
    if (total_bits(plan) <= 64) {
        return CBK_OK;
    }
    if (!number_times(rows->followup, code, arena)) {
        return cbk_fail_memory(err);
    }
    plan->time_bits = width_of(code->n_distinct);
    return total_bits(plan) <= 64
               ? CBK_OK
               : cbk_fail(
                     err, CBK_EINVAL, CBK_ROW_NONE,
                     "There are too many groups and strata: %zu and %zu for %zu rows.",
                     rows->n_groups, rows->n_strata, rows->followup->n);
}

/* Of the exit of a row. */
static inline uint64_t kind_of(const layout *plan, size_t row, bool is_event)
{
    /* Without a branch: who has an event next cannot be guessed. */
    const uint64_t if_event = 0 - (uint64_t)is_event;
    const uint64_t of_event = plan->cause != NULL ? plan->cause[row] - 1u : 0;
    return (if_event & of_event) | (~if_event & plan->n_causes);
}

static inline uint64_t number_of(const cbk_log_rank_rows *rows, const layout *plan,
                                 size_t row, double time, uint64_t kind)
{
    uint64_t place = code_of(&plan->code, bits_of(time));
    if (rows->stratum != NULL) {
        place |= (uint64_t)rows->stratum[row] << plan->time_bits;
    }
    const uint64_t mark = (uint64_t)rows->group[row] << plan->kind_bits | kind;
    return place << (plan->group_bits + plan->kind_bits) | mark;
}

/* ---- reading them back ------------------------------------------------------------ */

/* The numbers sorted, or how often each occurs. */
typedef struct numbers {
    size_t n;         /* sorted: how many; counted: how many there can be */
    uint64_t *sorted; /* [n], or NULL */
    uint32_t *counts; /* [n], or NULL */
    size_t n_event;   /* rows with an event */
} numbers;

static bool read_sorted(const cbk_log_rank_rows *rows, const layout *plan,
                        cbk_arena *arena, numbers *out)
{
    const cbk_followup *followup = rows->followup;
    const size_t n_max = followup->n * (plan->is_late ? 2 : 1);
    uint64_t *sorted = CBK_NEW(arena, uint64_t, n_max);
    uint64_t *scratch = CBK_NEW(arena, uint64_t, n_max);
    if (scratch == NULL) {
        return false;
    }
    size_t n = 0;
    size_t n_event = 0;
    const layout local = *plan; /* which no store below can change */
    for (size_t i = 0; i < followup->n; i++) {
        const bool is_event = followup->is_event[i];
        n_event += is_event ? 1 : 0;
        sorted[n++] =
            number_of(rows, &local, i, followup->time[i], kind_of(&local, i, is_event));
    }
    for (size_t i = 0; plan->is_late && i < followup->n; i++) {
        if (followup->entry[i] > 0.0) {
            sorted[n++] =
                number_of(rows, &local, i, followup->entry[i], local.n_causes + 1);
        }
    }
    cbk_sort_keys(sorted, scratch, n);
    *out = (numbers){.n = n, .sorted = sorted, .n_event = n_event};
    return true;
}

static bool read_counted(const cbk_log_rank_rows *rows, const layout *plan,
                         cbk_arena *arena, numbers *out)
{
    const cbk_followup *followup = rows->followup;
    const size_t n = (size_t)1 << total_bits(plan);
    uint32_t *counts = CBK_NEW(arena, uint32_t, n);
    if (counts == NULL) {
        return false;
    }
    size_t n_event = 0;
    const layout local = *plan; /* which no store below can change */
    for (size_t i = 0; i < followup->n; i++) {
        const bool is_event = followup->is_event[i];
        n_event += is_event ? 1 : 0;
        counts[number_of(rows, &local, i, followup->time[i],
                         kind_of(&local, i, is_event))]++;
    }
    for (size_t i = 0; plan->is_late && i < followup->n; i++) {
        if (followup->entry[i] > 0.0) {
            counts[number_of(rows, &local, i, followup->entry[i], local.n_causes + 1)]++;
        }
    }
    *out = (numbers){.n = n, .counts = counts, .n_event = n_event};
    return true;
}

static bool read_numbers(const cbk_log_rank_rows *rows, const layout *plan,
                         cbk_arena *arena, numbers *out)
{
    const int bits = total_bits(plan);
    const bool is_few = bits <= 30 && ((size_t)1 << bits <= COUNTED_MIN ||
                                       (size_t)1 << bits <= rows->followup->n / 4);
    return is_few ? read_counted(rows, plan, arena, out)
                  : read_sorted(rows, plan, arena, out);
}

/* ---- months and days -------------------------------------------------------------- */

enum {
    WHOLE_FROM = 1 << 15, /* rows; fewer are not worth it */
    WHOLE_BITS_MAX = 16   /* of the numbers that are counted */
};

/* The kinds of n rows, as kind_of() has them. */
static inline void fill_kinds(const bool *restrict is_event,
                              const uint8_t *restrict cause, uint8_t n_causes, size_t n,
                              uint8_t *restrict kind)
{
    for (size_t i = 0; cause == NULL && i < n; i++) {
        kind[i] = is_event[i] ? 0 : 1;
    }
    for (size_t i = 0; cause != NULL && i < n; i++) {
        const uint8_t if_event = (uint8_t)(0 - (unsigned)is_event[i]);
        const uint8_t of_event = (uint8_t)(cause[i] - 1);
        kind[i] = (uint8_t)((if_event & of_event) | (~if_event & n_causes));
    }
}

/* The numbers of n rows, as number_of() has them. */
static inline void fill_numbers(const cbk_log_rank_rows *rows, const layout *plan,
                                size_t start, size_t n, const uint16_t *restrict whole,
                                uint16_t *restrict number)
{
    const int kind_bits = plan->kind_bits;
    const int below_time = plan->group_bits + kind_bits;
    const uint32_t *restrict group = rows->group + start;
    uint8_t kind[CBK_WHOLE_BLOCK];
    fill_kinds(rows->followup->is_event + start,
               plan->cause != NULL ? plan->cause + start : NULL, (uint8_t)plan->n_causes,
               n, kind);
    for (size_t i = 0; i < n; i++) {
        number[i] = (uint16_t)((uint32_t)whole[i] << below_time | group[i] << kind_bits |
                               (uint32_t)kind[i]);
    }
    for (size_t i = 0; rows->stratum != NULL && i < n; i++) {
        const uint32_t stratum = rows->stratum[start + i];
        number[i] |= (uint16_t)(stratum << (below_time + plan->time_bits));
    }
}

/* False where a time is not whole, or too long for the plan's bits. */
static bool count_rows(const cbk_log_rank_rows *rows, const layout *plan,
                       uint32_t *counts, size_t n_numbers)
{
    const size_t n_rows = rows->followup->n;
    uint16_t whole[CBK_WHOLE_BLOCK];
    uint16_t number[CBK_WHOLE_BLOCK];
    uint16_t most = 0;
    for (size_t start = 0; start < n_rows; start += CBK_WHOLE_BLOCK) {
        const size_t left = n_rows - start;
        const size_t n = left < CBK_WHOLE_BLOCK ? left : CBK_WHOLE_BLOCK;
        if (!cbk_whole_times_read(rows->followup->time + start, n, whole, &most) ||
            most >> plan->time_bits != 0) {
            return false;
        }
        if (n == CBK_WHOLE_BLOCK) {
            fill_numbers(rows, plan, start, CBK_WHOLE_BLOCK, whole, number);
        } else {
            fill_numbers(rows, plan, start, n, whole, number);
        }
        cbk_whole_count(number, n, n_numbers, counts);
    }
    cbk_whole_add_up(counts, n_numbers, n_numbers);
    return true;
}

/* With so many bits for times.  *done is false where the rows are not of this kind; they
 * have not been checked then.  False when out of memory. */
static bool read_whole_of(const cbk_log_rank_rows *rows, int time_bits, layout *plan,
                          cbk_arena *arena, numbers *out, bool *done)
{
    layout of_whole = {.code.is_whole = true,
                       .cause = plan->cause,
                       .n_causes = plan->n_causes,
                       .kind_bits = width_of(plan->n_causes + 1),
                       .group_bits = width_of(rows->n_groups),
                       .stratum_bits =
                           rows->stratum != NULL ? width_of(rows->n_strata) : 0,
                       .time_bits = time_bits};
    *done = total_bits(&of_whole) <= WHOLE_BITS_MAX;
    if (!*done) {
        return true;
    }
    const size_t n = (size_t)1 << total_bits(&of_whole);
    const cbk_mark before = cbk_arena_mark(arena);
    uint32_t *counts = CBK_NEW(arena, uint32_t, CBK_WHOLE_SLICES * n);
    if (counts == NULL) {
        return false;
    }
    *done = count_rows(rows, &of_whole, counts, n);
    if (*done) {
        *plan = of_whole;
        *out = (numbers){.n = n, .counts = counts, .n_event = rows->followup->n};
    } else {
        cbk_arena_release(arena, before);
    }
    return true;
}

/* Months need less memory than days, and leave more bits to strata and groups. */
static bool read_whole(const cbk_log_rank_rows *rows, layout *plan, cbk_arena *arena,
                       numbers *out, bool *done)
{
    enum { MONTH_BITS = 9 };
    const cbk_followup *followup = rows->followup;
    *done = false;
    if (followup->entry != NULL || followup->n < WHOLE_FROM ||
        !cbk_whole_times_begin(followup->time, followup->n)) {
        return true;
    }
    if (!read_whole_of(rows, MONTH_BITS, plan, arena, out, done)) {
        return false;
    }
    return *done || read_whole_of(rows, CBK_WHOLE_BITS, plan, arena, out, done);
}

/* ---- the sweep --------------------------------------------------------------------- */

/* Takes the highest number left and how often it occurs; false at the end. */
static inline bool take_last(numbers *left, uint64_t *number, uint32_t *count)
{
    if (left->sorted != NULL) {
        if (left->n == 0) {
            return false;
        }
        *number = left->sorted[--left->n];
        *count = 1;
        return true;
    }
    while (left->n > 0) {
        left->n--;
        if (left->counts[left->n] > 0) {
            *number = left->n;
            *count = left->counts[left->n];
            return true;
        }
    }
    return false;
}

/* The table being filled, from the end. */
typedef struct sweep {
    const layout *plan;
    size_t n_groups;
    size_t n_causes;
    size_t n_left;      /* rows not yet filled */
    size_t *n_times;    /* [n_strata] */
    uint32_t *at_risk;  /* [n_groups] at or after the place, this stratum */
    size_t *n_of;       /* [n_groups] */
    size_t *n_event_of; /* [n_groups * n_causes] */
    double *time;       /* the columns, with a row to spare at their start */
    uint32_t *at_risk_out;
    uint32_t *events_out;
} sweep;

enum { CELLS_WRITTEN_ANYWAY = 4 };

/* The functions below are told the numbers of groups and causes, so that the loops over
 * few have a known length. */
#define INLINED static inline __attribute__((always_inline))

/* Writes the row of a time.  One without events stays where the next is written over it:
 * in a continuum of times that is quicker than to ask. */
INLINED void close_place(sweep *at, const layout *plan, uint64_t place, bool has_event,
                         size_t n_groups, size_t n_cells)
{
    if (!has_event && n_cells > CELLS_WRITTEN_ANYWAY) {
        return;
    }
    const size_t row = at->n_left;
    at->time[row] =
        time_of_code(&plan->code, place & (((uint64_t)1 << plan->time_bits) - 1));
    for (size_t g = 0; g < n_groups; g++) {
        at->at_risk_out[row * n_groups + g] = at->at_risk[g];
    }
    at->n_times[place >> plan->time_bits] += has_event ? 1 : 0;
    at->n_left -= has_event ? 1 : 0;
}

INLINED void sweep_all(sweep *whole, numbers left, size_t n_groups, size_t n_causes)
{
    const layout plan = *whole->plan; /* which no store below can change */
    sweep now = *whole;
    sweep *at = &now;
    const uint64_t kind_mask = ((uint64_t)1 << plan.kind_bits) - 1;
    const uint64_t group_mask = ((uint64_t)1 << plan.group_bits) - 1;
    const int below_time = plan.kind_bits + plan.group_bits;
    const size_t n_cells = n_groups * n_causes;
    uint64_t number = 0;
    uint64_t place = 0;
    uint32_t count = 0;
    bool has_event = false;
    for (bool is_first = true; take_last(&left, &number, &count); is_first = false) {
        const uint64_t next = number >> below_time;
        if (next != place && !is_first) {
            close_place(at, &plan, place, has_event, n_groups, n_cells);
            has_event = false;
            if (next >> plan.time_bits != place >> plan.time_bits) {
                memset(at->at_risk, 0, n_groups * sizeof *at->at_risk);
            }
        }
        place = next;
        const uint64_t kind = number & kind_mask;
        const size_t group = (size_t)(number >> plan.kind_bits & group_mask);
        /* Without a branch: what leaves next cannot be guessed. */
        const uint32_t if_event = 0 - (uint32_t)(kind < n_causes);
        const uint32_t if_entry = 0 - (uint32_t)(kind > n_causes);
        const size_t cell = group * n_causes + (kind & if_event);
        has_event = has_event | (kind < n_causes);
        at->at_risk[group] += count - 2 * (count & if_entry);
        at->n_of[group] += count & ~if_entry;
        at->n_event_of[cell] += count & if_event;
        at->events_out[at->n_left * n_cells + cell] += count & if_event;
    }
    close_place(at, &plan, place, has_event, n_groups, n_cells);
    whole->n_left = at->n_left;
}

static void sweep_numbers(sweep *at, numbers left)
{
    if (at->n_groups == 2 && at->n_causes == 1) {
        sweep_all(at, left, 2, 1);
    } else if (at->n_groups == 2 && at->n_causes == 2) {
        sweep_all(at, left, 2, 2);
    } else {
        sweep_all(at, left, at->n_groups, at->n_causes);
    }
}

/* ---- the table -------------------------------------------------------------------- */

/* The columns of the table, and what the sweep that fills them needs. */
static bool allocate(cbk_group_risk *table, sweep *at, cbk_arena *arena)
{
    const size_t n_groups = table->n_groups;
    const size_t n_cells = n_groups * table->n_causes;
    const size_t n_rows = at->n_left + 1;
    if (n_rows > SIZE_MAX / n_cells) {
        return false;
    }
    size_t *first = CBK_NEW(arena, size_t, table->n_strata + 1);
    at->time = CBK_NEW(arena, double, n_rows);
    at->at_risk_out = CBK_NEW(arena, uint32_t, n_rows * n_groups);
    at->events_out = CBK_NEW(arena, uint32_t, n_rows * n_cells);
    at->at_risk = CBK_NEW(arena, uint32_t, n_groups);
    at->n_of = CBK_NEW(arena, size_t, n_groups);
    at->n_event_of = CBK_NEW(arena, size_t, n_cells);
    at->n_times = first != NULL ? first + 1 : NULL;
    table->first = first;
    table->n_of = at->n_of;
    table->n_event_of = at->n_event_of;
    return table->n_event_of != NULL; /* failure is sticky: this stands for all */
}

/* The most times of events there can be: fewer than events where times are few. */
static size_t n_times_most(const layout *plan, size_t n_event)
{
    const int bits = plan->time_bits + plan->stratum_bits;
    const size_t n_places = bits < 32 ? (size_t)1 << bits : SIZE_MAX;
    return n_places < n_event ? n_places : n_event;
}

cbk_status cbk_group_risk_build(const cbk_log_rank_rows *rows, cbk_arena *arena,
                                const cbk_group_risk **out, cbk_error *err)
{
    return cbk_group_risk_build_causes(rows, NULL, 1, arena, out, err);
}

cbk_status cbk_group_risk_build_causes(const cbk_log_rank_rows *rows,
                                       const uint8_t *cause, size_t n_causes,
                                       cbk_arena *arena, const cbk_group_risk **out,
                                       cbk_error *err)
{
    assert(rows->followup->n > 0 && rows->followup->n <= UINT32_MAX);
    assert(rows->n_groups > 0 && n_causes > 0);
    *out = NULL;
    layout plan = {.cause = cause, .n_causes = n_causes};
    numbers all = {0};
    cbk_group_risk *table = CBK_NEW(arena, cbk_group_risk, 1);
    bool is_read = false;
    if (!read_whole(rows, &plan, arena, &all, &is_read)) {
        return cbk_fail_memory(err);
    }
    if (!is_read) {
        CBK_TRY(plan_numbers(rows, arena, &plan, err));
        is_read = read_numbers(rows, &plan, arena, &all);
    }
    if (table == NULL || !is_read) {
        return cbk_fail_memory(err);
    }
    const size_t most = n_times_most(&plan, all.n_event);
    *table = (cbk_group_risk){.n = rows->followup->n,
                              .n_groups = rows->n_groups,
                              .n_causes = n_causes,
                              .n_strata = rows->stratum != NULL ? rows->n_strata : 1,
                              .is_late = plan.is_late};
    sweep at = {
        .plan = &plan, .n_groups = table->n_groups, .n_causes = n_causes, .n_left = most};
    if (!allocate(table, &at, arena)) {
        return cbk_fail_memory(err);
    }
    sweep_numbers(&at, all);
    for (size_t s = 0; s < table->n_strata; s++) {
        at.n_times[s] += table->first[s];
    }
    const size_t start = at.n_left + 1;
    table->n_times = most - at.n_left;
    table->time = at.time + start;
    table->at_risk = at.at_risk_out + start * table->n_groups;
    table->events = at.events_out + start * table->n_groups * n_causes;
    *out = table;
    return CBK_OK;
}
