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
} cbk_followup;

/* One distinct exit time. */
typedef struct cbk_risk_row {
    double time;    /* unit of the follow-up */
    double n_risk;  /* under observation just before time: entry < time <= exit */
    double n_event; /* events at time */
    double n_censor; /* censored at time; they are at risk at time, too */
} cbk_risk_row;

typedef struct cbk_risk_table {
    size_t n;              /* rows of the follow-up */
    size_t n_event;        /* rows with an event */
    size_t n_rows;         /* distinct exit times, >= 0 */
    const cbk_risk_row *rows; /* [n_rows] ascending by time */
    size_t n_entries;         /* entries after the origin; 0 when nobody enters late */
    const double *entry;      /* [n_entries] ascending, near-ties made one */
    bool is_zero_event;       /* an event at time 0 */
} cbk_risk_table;

/* Reduces follow-up to a risk table.
 *
 *   Ties     Near-ties are one time: consecutive distinct times (entry and exit together)
 *            that differ by at most 1.49e-8, absolutely or relative to their mean, chain
 *            to the smallest (R's timefix; its sqrt(.Machine$double.eps)).
 *            time_fix false: only equal doubles are tied.
 *            At one time events come before censorings; who enters at t is at risk after.
 *   Order    The result does not depend on the order of the rows, to the last bit.
 *   Cost     O(n log n) time, O(n) arena bytes.
 *   Errors   CBK_EDATA (a time is negative or not finite, an entry is not before its
 *            exit; err->row says which), CBK_ENOMEM. */
CBK_API CBK_MUST_USE cbk_status cbk_risk_table_build(const cbk_followup *followup,
                                                     bool time_fix, cbk_arena *arena,
                                                     const cbk_risk_table **out,
                                                     cbk_error *err);

/* The risk table of the censoring distribution (reverse Kaplan-Meier): censorings become
 * events, and somebody who has the event at t leaves the risk set before a censoring at t:
 * n_risk no longer counts them, n_censor says how many they were.
 * (Flipping the event indicator alone gets that tie wrong.)
 * [SS96] Schemper, Smith.  Control Clin Trials 17 (1996) 343-346.
 *        doi:10.1016/0197-2456(96)00075-X
 * Errors: CBK_ENOMEM. */
CBK_API CBK_MUST_USE cbk_status cbk_risk_table_reverse(const cbk_risk_table *table,
                                                       cbk_arena *arena,
                                                       const cbk_risk_table **out,
                                                       cbk_error *err);

/* Number at risk just before t: entry < t <= exit.  O(log n_rows + log n_entries). */
CBK_API double cbk_risk_table_n_risk_at(const cbk_risk_table *table, double t);

CBK_END_DECLS

#endif
