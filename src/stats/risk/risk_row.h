/* stats/risk/risk_row.h - rows of a risk table without a call; for the estimators' loops.
 */
#ifndef STATS_RISK_ROW_H
#define STATS_RISK_ROW_H

#include <casebook/risk_table.h>

/* The same time in the risk table of the censoring distribution: see
 * cbk_risk_table_reverse(). */
static inline cbk_risk_row cbk_risk_row_reverse(cbk_risk_row row)
{
    return (cbk_risk_row){.time = row.time,
                          .n_risk = row.n_risk - row.n_event,
                          .n_event = row.n_censor,
                          .n_censor = row.n_event};
}

static inline bool cbk_risk_row_has_event(const cbk_risk_table *table, size_t j)
{
    return (table->event_bit[j / 64] >> (j % 64) & 1u) != 0;
}

static inline unsigned cbk_count_bits(uint64_t word)
{
#if defined(__GNUC__)
    return (unsigned)__builtin_popcountll(word);
#else
    unsigned n = 0;
    for (; word != 0; word &= word - 1) {
        n++;
    }
    return n;
#endif
}

/* Where the lowest bit is; word is not 0. */
static inline unsigned cbk_lowest_bit(uint64_t word)
{
#if defined(__GNUC__)
    return (unsigned)__builtin_ctzll(word);
#else
    return cbk_count_bits(~word & (word - 1));
#endif
}

/* cbk_risk_event_rows_until(). */
static inline size_t cbk_risk_event_rank(const cbk_risk_table *table, size_t j)
{
    const uint64_t until = ~UINT64_C(0) >> (63 - j % 64);
    return table->n_event_rows_before[j / 64] +
           cbk_count_bits(table->event_bit[j / 64] & until);
}

/* Each row of the follow-up counts 1. */
static inline cbk_risk_row cbk_risk_row_plain(const cbk_risk_table *table, size_t j)
{
    const uint32_t n_before = table->n_exit_before[j];
    const uint32_t n_exit = table->n_exit_before[j + 1] - n_before;
    const uint32_t n_event = cbk_risk_row_has_event(table, j)
                                 ? table->n_event_of[cbk_risk_event_rank(table, j) - 1]
                                 : 0;
    const uint32_t n_later = table->n_entry_from != NULL ? table->n_entry_from[j] : 0;
    return (cbk_risk_row){
        .time = table->time[j],
        .n_risk = (double)((uint32_t)table->n - n_before - n_later),
        .n_event = (double)n_event,
        .n_censor = (double)(n_exit - n_event),
    };
}

/* cbk_risk_row_at() of a time with an event, of which rank times with an event are
 * before. */
static inline cbk_risk_row cbk_risk_row_of_rank(const cbk_risk_table *table, size_t j,
                                                size_t rank)
{
    if (table->rows != NULL) {
        return table->rows[j];
    }
    const uint32_t n_before = table->n_exit_before[j];
    const uint32_t n_event = table->n_event_of[rank];
    const uint32_t n_later = table->n_entry_from != NULL ? table->n_entry_from[j] : 0;
    return (cbk_risk_row){
        .time = table->time[j],
        .n_risk = (double)((uint32_t)table->n - n_before - n_later),
        .n_event = (double)n_event,
        .n_censor = (double)(table->n_exit_before[j + 1] - n_before - n_event),
    };
}

/* cbk_risk_row_at(). */
static inline cbk_risk_row cbk_risk_row_get(const cbk_risk_table *table, size_t j)
{
    return table->rows != NULL ? table->rows[j] : cbk_risk_row_plain(table, j);
}

#endif
