/* stats/log_rank/log_rank_score.h - what each row adds to the score of its group, as
 * whole numbers, so that sums are exact and ties of sums are decided.
 */
#ifndef STATS_LOG_RANK_SCORE_H
#define STATS_LOG_RANK_SCORE_H

#include "stats/log_rank/log_rank_parts.h"

__extension__ typedef __int128 cbk_whole;

/* A row adds w [event] - sum of w D / n over the times in (entry, exit], times a unit
 * that makes it whole, or else is large.  Every sum of values is below 2^125 in size,
 * every sum of narrow ones below 2^62. */
typedef struct cbk_row_scores {
    size_t n_strata;
    size_t n_groups;
    const size_t *first;    /* [n_strata + 1] the first row of each stratum */
    const size_t *size;     /* [n_strata * n_groups] rows */
    const uint32_t *group;  /* [n] of each row, stratum after stratum */
    const cbk_whole *value; /* [n] in the same order */
    const int64_t *narrow;  /* [n] value, rounded to fewer bits where it must be */
    cbk_whole slack; /* what rounding can make of two equal sums; 0: they are exact */
    int64_t narrow_slack;
    bool is_narrow_exact; /* narrow is value, and both are exact */
} cbk_row_scores;

/* Scratch stays in the arena.  Errors: CBK_ENOMEM. */
cbk_status cbk_row_scores_make(const cbk_log_rank_rows *rows, const cbk_group_risk *table,
                               const cbk_log_rank_request *request, cbk_arena *arena,
                               cbk_row_scores *out, cbk_error *err);

/* More than two groups, drawn at random: log_rank_many.c.  Errors: CBK_ENOMEM. */
cbk_status cbk_log_rank_draw_many(const cbk_row_scores *scores,
                                  const cbk_log_rank_request *request, cbk_arena *arena,
                                  cbk_log_rank_exact *out, cbk_error *err);

/* Sorts value[n] ascending, so that what is drawn does not depend on the order of rows.
 * scratch[n] is overwritten. */
void cbk_narrow_sort(int64_t *value, uint64_t *scratch, size_t n);

/* p and its error from what was drawn. */
void cbk_log_rank_finish_drawn(cbk_log_rank_exact *out, uint64_t n_drawn,
                               uint64_t n_extreme);

#endif
