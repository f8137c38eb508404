/* casebook/mean_cumulative.h - events that come back: the mean number of them by each
 * time, with a variance that holds whatever the events of one subject have to do with
 * each other, and the comparison of groups.
 *
 * Pure functions: no globals, no I/O.  Threads may call them at the same time on
 * different arenas.
 */
#ifndef CASEBOOK_MEAN_CUMULATIVE_H
#define CASEBOOK_MEAN_CUMULATIVE_H

#include <casebook/contrast.h>
#include <casebook/risk_table.h>

CBK_BEGIN_DECLS

/* Rows of subjects.  A row is an event or the end of observation at time, the subject
 * having been under observation since entry.  Rows of a subject that begin together, or
 * follow each other without a gap, are one stretch of observation; two stretches may not
 * overlap.  Without entries a subject is under observation from the origin to the last of
 * its times.  Borrowed.  Near-ties should be one time already (cbk_followup_fix_ties()).
 */
typedef struct cbk_mcf_rows {
    const cbk_followup *followup; /* weights: one for all rows of a subject */
    const uint32_t *subject;      /* [n] < n_subjects; NULL: each row is one */
    size_t n_subjects;
    const uint32_t *group; /* [n] < n_groups, one for all rows of a subject; NULL: one */
    size_t n_groups;
} cbk_mcf_rows;

typedef struct cbk_mcf_request {
    cbk_interval interval; /* CBK_INTERVAL_LOG or CBK_INTERVAL_PLAIN */
    double level;          /* of confidence, in (0, 1) */
} cbk_mcf_request;

/* One distinct time of an event or of an end of observation.  Subjects and events count
 * by their weights. */
typedef struct cbk_mcf_row {
    double time;      /* unit of the follow-up */
    double n_risk;    /* subjects under observation just before time */
    double n_event;   /* events at time */
    double n_censor;  /* subjects whose observation ends at time */
    double mean;      /* events a subject by then, >= 0 */
    double std_error; /* of mean; NaN of a single subject */
    double lower;     /* of mean; NaN where the mean is 0 or the error 0 or NaN */
    double upper;
} cbk_mcf_row;

/* Subjects that come or go, by time. */
typedef struct cbk_mcf_flow {
    size_t n;
    const double *time;   /* [n] ascending */
    const double *before; /* [n + 1] weights of those before each, and of all */
} cbk_mcf_flow;

/* The curve of one group. */
typedef struct cbk_mcf {
    cbk_mcf_request request;
    size_t n_subjects;
    size_t n_event; /* not weighted */
    size_t n_rows;
    const cbk_mcf_row *rows; /* [n_rows] */
    cbk_mcf_flow entries;    /* n 0: all from the origin */
    cbk_mcf_flow exits;
    cbk_notes notes;
} cbk_mcf;

/* Observed and expected events of a group, had all groups the same mean. */
typedef struct cbk_mcf_group {
    double observed;
    double expected;
} cbk_mcf_group;

typedef struct cbk_mcf_test {
    double chisq; /* NaN where there is no test */
    size_t df;
    double p;                    /* NaN where df is 0 */
    const cbk_mcf_group *groups; /* [n_groups] of the analysis */
    cbk_notes notes;
} cbk_mcf_test;

typedef struct cbk_mcf_analysis {
    size_t n_groups;
    const cbk_mcf *curves; /* [n_groups] */
    cbk_mcf_test test;     /* where n_groups >= 2 */
    cbk_notes notes;       /* of all rows */
} cbk_mcf_analysis;

enum { CBK_MCF_GROUPS_MAX = 1000 };

/* Estimates the mean cumulative function of each group, and compares them.
 *
 *   Estimator  At each time with events, w_i the weights, Y_i whether subject i is under
 *              observation, dN_i its events, dN and Y the weighted sums of a group:
 *              mean(t) = sum over times u <= t of dN(u) / Y(u).             [Ne88]
 *   Variance   sum over subjects of (w_i sum over u <= t of
 *              (dN_i - Y_i dN / Y) / Y)^2: it holds without any assumption on how the
 *              events of a subject depend on each other.                     [LN95]
 *              It does not exist for a single subject.
 *   Interval   log: mean exp(-+ z error / mean); plain: mean -+ z error, not below 0.
 *   Test       U_g = sum over u of dN_g - Y_g dN / Y, all groups together in dN and Y:
 *              observed minus expected events, whose variance is the sum over subjects of
 *              the squares of their parts: U' V^- U.  Two groups: the log-rank type
 *              statistic of the weight Y_1 Y_2 / Y with the robust variance under the
 *              hypothesis.  It needs proportional means for its power, not for its
 *              validity.                                               [LN95, CLN96]
 *   df         The groups minus one; fewer where V leaves more undetermined, with
 *              CBK_NOTE_DF_REDUCED.
 *   Terminal   An end of observation says nothing about the events to come: where deaths
 *              end it, the mean is that of those who live on.
 *   Ties       Events come before ends of observation; who enters at t is under
 *              observation after t.
 *   Order      The result does not depend on the order of the rows, to the last bit.
 *   Cost       O(n log n), the test O(n groups).
 *   Errors     CBK_EINVAL (level, interval, more than CBK_MCF_GROUPS_MAX groups),
 *              CBK_EDATA (a time, entry or weight out of its range, rows of a subject
 *              that overlap or have two weights or groups; err->row), CBK_ENOMEM.
 *   Notes      CBK_NOTE_NO_ROWS, CBK_NOTE_NO_EVENTS, CBK_NOTE_ONE_SUBJECT,
 *              CBK_NOTE_EVENT_AT_ZERO, of the test CBK_NOTE_ZERO_VARIANCE,
 *              CBK_NOTE_DF_REDUCED.
 *   Checked    tests/golden: R 4.2.2, survival 3.5-3 (survfit with id, and coxph's robust
 *              score test with Breslow's ties); relative error <= 1e-9.
 *   From R     survfit() stops where two events of a subject are at one time.
 *
 * [Ne88]  Nelson.  J Qual Technol 20 (1988) 24-35.
 *         doi:10.1080/00224065.1988.11979080
 * [LN95]  Lawless, Nadeau.  Technometrics 37 (1995) 158-168.
 *         doi:10.1080/00401706.1995.10484300
 * [CLN96] Cook, Lawless, Nadeau.  Biometrics 52 (1996) 557-571.  doi:10.2307/2532895 */
CBK_API CBK_MUST_USE cbk_status cbk_mcf_fit(const cbk_mcf_rows *rows,
                                            const cbk_mcf_request *request,
                                            cbk_arena *arena,
                                            const cbk_mcf_analysis **out, cbk_error *err);

/* A curve at one time, carried on after the last observation. */
typedef struct cbk_mcf_at {
    double time;
    double n_risk; /* just before */
    double mean;
    double std_error;
    double lower;
    double upper;
    cbk_notes notes; /* CBK_NOTE_BEYOND_FOLLOW_UP: do not print */
} cbk_mcf_at;

/* time >= 0, finite.  O(log n). */
CBK_API cbk_mcf_at cbk_mcf_at_time(const cbk_mcf *mcf, double time);

/* group minus reference, standard error sqrt(s_a^2 + s_b^2), limits -+ z, z = difference
 * / error.  Notes as for cbk_survival_difference().  [LN95] */
CBK_API cbk_contrast cbk_mcf_difference(const cbk_mcf_at *reference,
                                        const cbk_mcf_at *group, double level);

CBK_END_DECLS

#endif
