/* stats/risk/exit_times.h - the exits of follow-up, sorted and counted. */
#ifndef STATS_EXIT_TIMES_H
#define STATS_EXIT_TIMES_H

#include <casebook/risk_table.h>

/* One entry a distinct exit time. */
typedef struct cbk_exit_times {
    size_t n_rows;
    double *time;            /* [n_rows] ascending */
    uint32_t *n_exit_before; /* [n_rows + 1] rows with an earlier exit */
    uint32_t *n_event;       /* [n_rows] */
    uint8_t *kind;           /* [n_exit_before[n_rows]] what the rows leave by, those of
                                one time in any order; NULL: not asked for */
} cbk_exit_times;

typedef struct cbk_time_range {
    bool is_good;          /* all are finite and >= 0; else the rest is not to be read */
    double least;          /* infinity where there are no times */
    double least_positive; /* infinity where there are none but 0 */
    double most;
} cbk_time_range;

cbk_time_range cbk_time_range_of(const double *time, size_t n);

/* What rows leave by, and how it travels with their times. */
typedef struct cbk_exit_kinds {
    const uint8_t *of; /* [n] 0: censored; else an event; below 2^bits */
    int bits;
    double scale; /* a power of 2: times scale, times leave so many bits free */
    bool is_kept; /* cbk_exit_times.kind is asked for */
} cbk_exit_kinds;

/* An event, or none: nothing to keep. */
cbk_exit_kinds cbk_exit_kinds_of_events(const bool *is_event);

/* Kinds of[n] from 0 to most, to be kept.  False where they and times of that range do
 * not go into one key: there are too many kinds for times of so many magnitudes. */
bool cbk_exit_kinds_of_causes(const uint8_t *of, size_t most, const cbk_time_range *range,
                              cbk_exit_kinds *out);

/* Equal doubles are one time (0 and -0 too), near-ties are not yet.  The follow-up has
 * been checked: times are finite and >= 0, n < UINT32_MAX.  False when out of memory.
 *
 * Three ways to one result: whole numbers below a few thousand are counted; many times
 * are parted into buckets of ascending times, each sorted while it is in the cache; few
 * times, or very uneven ones, are sorted at once. */
bool cbk_exit_times_make(const cbk_followup *followup, const cbk_exit_kinds *kinds,
                         const cbk_time_range *range, cbk_arena *arena,
                         cbk_exit_times *out);

/* ---- the ways, each on its own for the tests ----------------------------------------
 */

enum { CBK_EXIT_BUCKETS_FROM = 1 << 13 }; /* rows; fewer are sorted at once */

/* *done is false where the times are not what this way is for; nothing is left in the
 * arena then.  Counting takes times that were not checked: they are not its kind.  It
 * keeps no kinds. */
bool cbk_exit_times_by_count(const cbk_followup *followup, cbk_arena *arena,
                             cbk_exit_times *out, bool *done);
bool cbk_exit_times_by_buckets(const cbk_followup *followup, const cbk_exit_kinds *kinds,
                               const cbk_time_range *range, cbk_arena *arena,
                               cbk_exit_times *out, bool *done);
bool cbk_exit_times_by_sort(const cbk_followup *followup, const cbk_exit_kinds *kinds,
                            cbk_arena *arena, cbk_exit_times *out);

/* cbk_risk_table_build() that keeps the kinds rows leave by (risk_table.c): kind[n] in
 * the order of exits, for those of time j from n_exit_before[j] on.  *kind is NULL where
 * that is not possible: see cbk_exit_kinds_of_causes(). */
cbk_status cbk_risk_table_build_kinds(const cbk_followup *followup, const uint8_t *of,
                                      size_t most, bool time_fix, cbk_arena *arena,
                                      const cbk_risk_table **out, const uint8_t **kind,
                                      cbk_error *err);

/* The risk table of exits without near-ties, where nobody enters late and rows count 1;
 * it keeps their columns (risk_table.c).  False when out of memory. */
bool cbk_exit_times_to_table(const cbk_followup *followup, cbk_exit_times *exits,
                             cbk_arena *arena, cbk_risk_table *out);

/* ---- writing them down one by one (exit_buckets.c) -----------------------------------
 */

/* Room for that many rows, and the kinds of n exits where they are to be kept.  False
 * when out of memory. */
bool cbk_exit_times_room(const cbk_exit_kinds *kinds, size_t n_rows, size_t n,
                         cbk_arena *arena, cbk_exit_times *out);

/* Appends n sorted keys, marked by kinds, to what was written so far.  n_exits counts the
 * exits so far. */
void cbk_exit_times_add(cbk_exit_times *out, const cbk_exit_kinds *kinds,
                        const uint64_t *keys, size_t n, uint32_t *n_exits);

#endif
