/* casebook/risk_table.h - rows reduced to what every estimator of this field reads: how
 * many are at risk, have the event and are censored at each distinct time.
 *
 * Only the builder sees rows.  An estimate is a function of the risk table alone, so the
 * counts may as well come from a database or from several centres.
 */
#ifndef CASEBOOK_RISK_TABLE_H
#define CASEBOOK_RISK_TABLE_H

#include <casebook/base.h>

CBK_BEGIN_DECLS

/* Right-censored, possibly left-truncated follow-up, one entry per row.  A subject is at
 * risk on (entry, time].  Borrowed, never modified. */
typedef struct cbk_followup {
    size_t n;             /* rows, >= 0 */
    const double *time;   /* [n] from the origin, any one unit; finite and >= 0 */
    const bool *is_event; /* [n] true: event at time[i]; false: censored there */
    const double *entry;  /* [n] finite and < time[i]; at or before 0, or NULL: under
                             observation from the origin */
    const double *weight; /* [n] finite and > 0, or NULL: 1 each */
} cbk_followup;

/* Makes near-ties one time, over all rows together: for analyses that go on to split the
 * rows into groups, where both groups must agree on which times are tied.  The rule is
 * the one of cbk_risk_table_build(); out borrows what did not change from followup.
 * Errors: CBK_EDATA (an entry and its exit become one time; err->row), CBK_ENOMEM. */
CBK_API CBK_MUST_USE cbk_status cbk_followup_fix_ties(const cbk_followup *followup,
                                                      cbk_arena *arena, cbk_followup *out,
                                                      cbk_error *err);

/* One distinct exit time.  Rows count by their weights. */
typedef struct cbk_risk_row {
    double time;     /* unit of the follow-up */
    double n_risk;   /* under observation just before time: entry < time <= exit */
    double n_event;  /* events at time */
    double n_censor; /* censored at time; they are at risk at time, too */
} cbk_risk_row;

/* The columns behind the rows are held as narrow as they can be; cbk_risk_row_at() puts a
 * row together. */
typedef struct cbk_risk_table {
    size_t n;                      /* rows of the follow-up, not weighted */
    size_t n_event;                /* rows with an event, not weighted */
    size_t n_rows;                 /* distinct exit times, >= 0 */
    const double *time;            /* [n_rows] ascending */
    const uint32_t *n_exit_before; /* [n_rows + 1] follow-up rows with an earlier exit */
    const uint32_t *n_entry_from;  /* [n_rows] entries at or after time; NULL: none */
    size_t n_event_rows;           /* times with an event */
    const uint64_t *event_bit; /* [n_rows / 64 + 1] bit j % 64 of word j / 64: there is an
                                  event at time[j] */
    const uint32_t *n_event_rows_before; /* [n_rows / 64 + 1] times with an event before
                                            those of each word */
    const uint32_t *n_event_of; /* [n_event_rows] follow-up rows with the event */
    const cbk_risk_row *rows;   /* [n_rows] where counts of rows do not tell: weights, or
                                   made by cbk_risk_table_reverse(); else NULL */
    const double *jackknife;    /* [n_event_rows + 1] where weights are not whole numbers:
                                   Var(log S) before the first and from each event time on,
                                   by the infinitesimal jackknife; else NULL */
    size_t n_entries;           /* entries after the origin; 0 when nobody enters late */
    const double *entry;        /* [n_entries] ascending, near-ties made one */
    const double *entry_weight; /* [n_entries + 1] of the entries before; NULL: 1 each */
    bool is_zero_event;         /* an event at time 0 */
} cbk_risk_table;

/* How many times up to the j-th, itself included, have an event.  j < n_rows.  O(1). */
CBK_API size_t cbk_risk_event_rows_until(const cbk_risk_table *table, size_t j);

/* j < n_rows.  O(1). */
CBK_API cbk_risk_row cbk_risk_row_at(const cbk_risk_table *table, size_t j);

/* Reduces follow-up to a risk table.
 *
 *   Ties     Near-ties are one time: consecutive distinct times (entry and exit together)
 *            that differ by at most 1.49e-8, absolutely or relative to their mean, chain
 *            to the smallest (R's timefix; its sqrt(.Machine$double.eps)).
 *            time_fix false: only equal doubles are tied.
 *            At one time events come before censorings; who enters at t is at risk after.
 *   Weights  n_risk, n_event and n_censor of a row are sums of weights.  Where weights
 * are not all whole numbers the variance of log S(t) is the infinitesimal jackknife, the
 * sum of the rows' squared influences: sum_i w_i^2 U_i(t)^2,  G(t) = sum over t_j <= t of
 * d_j / (n_j (n_j - d_j)), U_i(t) = G(min(t, t_i)) - G(entry_i) - [event at t_i <= t] /
 * (n_i - d_i) (as R's survfit with robust = TRUE). Order    The result does not depend on
 * the order of the rows, to the last bit. Cost     O(n) time and arena bytes; O(n log n)
 * time with weights. Errors   CBK_EDATA (a time is negative or not finite, an entry is
 * not before its exit, a weight is not finite and above 0; err->row says which; 2^32 - 1
 * rows or more), CBK_ENOMEM. */
CBK_API CBK_MUST_USE cbk_status cbk_risk_table_build(const cbk_followup *followup,
                                                     bool time_fix, cbk_arena *arena,
                                                     const cbk_risk_table **out,
                                                     cbk_error *err);

/* The risk table of the censoring distribution (reverse Kaplan-Meier): censorings become
 * events, and somebody who has the event at t leaves the risk set before a censoring at
 * t: n_risk no longer counts them, n_censor says how many they were. (Flipping the event
 * indicator alone gets that tie wrong.)  It borrows from table, and has no jackknife.
 * [SS96] Schemper, Smith.  Control Clin Trials 17 (1996) 343-346.
 *        doi:10.1016/0197-2456(96)00075-X
 * Errors: CBK_ENOMEM. */
CBK_API CBK_MUST_USE cbk_status cbk_risk_table_reverse(const cbk_risk_table *table,
                                                       cbk_arena *arena,
                                                       const cbk_risk_table **out,
                                                       cbk_error *err);

/* Number (sum of weights) at risk just before t: entry < t <= exit.  O(log n_rows + log
 * n_entries). */
CBK_API double cbk_risk_table_n_risk_at(const cbk_risk_table *table, double t);

CBK_END_DECLS

#endif
