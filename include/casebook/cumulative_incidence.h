/* casebook/cumulative_incidence.h - the share of subjects who have had an event of one
 * kind where others can happen first: the Aalen-Johansen estimate, with two variances,
 * and Gray's test of groups.
 *
 * Pure functions: no globals, no I/O.  Threads may call them at the same time on
 * different arenas.
 */
#ifndef CASEBOOK_CUMULATIVE_INCIDENCE_H
#define CASEBOOK_CUMULATIVE_INCIDENCE_H

#include <casebook/conventions.h>
#include <casebook/risk_table.h>

CBK_BEGIN_DECLS

/* Follow-up that can end by an event of one of several kinds.  Borrowed. */
typedef struct cbk_cause_rows {
    const cbk_followup *followup; /* is_event: an event of any kind */
    const uint8_t *cause;         /* [n] 0: censored; k from 1 to n_causes: its kind.
                                     is_event[i] == (cause[i] != 0) */
    size_t n_causes;              /* <= 255 */
    const uint32_t *cluster;      /* [n] < n_clusters; rows of a cluster are not
                                     independent.  NULL: each row is its own */
    size_t n_clusters;
} cbk_cause_rows;

/* ---- rows to a risk table ----------------------------------------------------------
 */

/* A risk table whose events are told apart. */
typedef struct cbk_cause_table {
    const cbk_risk_table *risk; /* its events: of any kind */
    size_t n_causes;
    const size_t *n_event;      /* [n_causes] rows with that event, not weighted */
    const uint32_t *n_event_of; /* [n_causes * risk->n_event_rows] follow-up rows with
                                   the event at each time of an event, by cause */
    const double *weight_of;    /* likewise the sums of their weights; NULL: 1 each */
    const double *jackknife;    /* [n_causes * (risk->n_event_rows + 1)] Var F, before
                                   the first and from each time of an event on, where
                                   counts do not tell it: weights, late entry, clusters;
                                   else NULL */
    bool is_clustered;
} cbk_cause_table;

/* Ties, weights, late entry and errors as in cbk_risk_table_build().
 *
 *   Variance   of F_k(t) by the infinitesimal jackknife: the sum over clusters of the
 *              square of sum w_i dF_k(t) / dw_i.
 *   Cost       O(n causes) time; O(n log n) with weights, late entry or clusters.
 *   Order      The result does not depend on the order of the rows, to the last bit. */
CBK_API CBK_MUST_USE cbk_status cbk_cause_table_build(const cbk_cause_rows *rows,
                                                      bool time_fix, cbk_arena *arena,
                                                      const cbk_cause_table **out,
                                                      cbk_error *err);

/* ---- the estimate ------------------------------------------------------------------
 */

/* The names on the command line and in JSON are jackknife, aalen. */
typedef enum cbk_incidence_variance {
    CBK_INCIDENCE_JACKKNIFE, /* as R's survfit() */
    CBK_INCIDENCE_AALEN      /* as R's cmprsk::cuminc() */
} cbk_incidence_variance;

CBK_API const char *cbk_incidence_variance_name(cbk_incidence_variance variance);
CBK_API bool cbk_incidence_variance_parse(const char *name, cbk_incidence_variance *out);

typedef struct cbk_cuminc_request {
    cbk_incidence_variance variance;
    cbk_interval interval; /* log-log is usual; not bpcp */
    double level;          /* of confidence, in (0, 1) */
} cbk_cuminc_request;

typedef struct cbk_cuminc {
    cbk_cuminc_request request;
    const cbk_cause_table *table;
    const double *incidence; /* [n_causes * (n_event_rows + 1)]: 0, then F_k from each
                                time of an event on; those of cause k start at
                                k * (n_event_rows + 1), k from 0 */
    const double *variance;  /* likewise */
    double z;                /* normal quantile of the level */
    cbk_notes notes;
} cbk_cuminc;

/* Estimates F_k(t), the probability of an event of kind k by t.
 *
 *   Estimator  F_k(t) = sum over t_j <= t of S(t_j-) d_kj / r_j                 [AJ78]
 *              with S the product-limit curve of events of any kind; the F_k and S add
 *              up to 1.  (1 - Kaplan-Meier with other kinds censored is larger: it is
 *              the share in a world without them.)
 *   Variance   jackknife: casebook/risk_table.h and cbk_cause_table_build(); with counts
 *              alone it is a function of the table.
 *              aalen: at each time, r at risk, d = sum of d_k, f = F_k(t) - F_k(t_j):
 *              sum (S-/r - f/(r - d))^2 d_k c_k + (f/(r - d))^2 d_o c_o,  d_o = d - d_k,
 *              c = 1 - (d - 1) / (r - 1) of the respective d                    [Aa78]
 *              The terms with r - d are 0 where nobody is left.
 *   Interval   of conventions' names: log-log, logit, arcsin and plain are those of the
 *              curve 1 - F (casebook/kaplan_meier.h); log is F exp(-+ z se / F).
 *              At F = 0 plain gives 0 and 0, the others NaN; at F = 1 log-log, logit and
 *              arcsin give NaN.
 *   Late entry once S is 0 nothing more can happen (CBK_NOTE_ZERO_BEFORE_ENTRIES).
 *   Degenerate no rows, one row, a kind without events, all tied: a result with notes.
 *   Cost       O(n_rows causes).
 *   Errors     CBK_EINVAL (level not in (0, 1); bpcp; aalen with weights or clusters),
 *              CBK_ENOMEM.
 *   Checked    tests/golden: R 4.2.2, survival 3.5-3 and cmprsk 2.2-11, relative error
 *              <= 1e-9; late entry, weights and clusters: each dF/dw by differences.
 *   From R     survfit() takes log of F as its interval; cmprsk has none.
 *
 * [AJ78] Aalen, Johansen.  Scand J Stat 5 (1978) 141-150.
 * [Aa78] Aalen.  Ann Stat 6 (1978) 534-545.  doi:10.1214/aos/1176344198 */
CBK_API CBK_MUST_USE cbk_status cbk_cuminc_fit(const cbk_cause_table *table,
                                               const cbk_cuminc_request *request,
                                               cbk_arena *arena, const cbk_cuminc **out,
                                               cbk_error *err);

/* The state of one curve at a time. */
typedef struct cbk_cuminc_row {
    double time;      /* unit of the follow-up */
    double n_risk;    /* just before time */
    double n_event;   /* of this kind, at time */
    double n_other;   /* of other kinds, at time */
    double n_censor;  /* at time */
    double incidence; /* F(time), in [0, 1] */
    double std_error; /* of F */
    double lower;     /* limits in [0, 1]; NaN where the interval is not defined, or all
                         influences cancel out, as in a single cluster */
    double upper;
    cbk_notes notes; /* of cbk_cuminc_at_time() */
} cbk_cuminc_row;

/* The j-th distinct exit time, j < risk->n_rows.  cause from 0.  O(1). */
CBK_API cbk_cuminc_row cbk_cuminc_row_at(const cbk_cuminc *fit, size_t cause, size_t j);

/* F is right-continuous, 0 before the first time of an event.  After the last exit the
 * last values are carried with CBK_NOTE_BEYOND_FOLLOW_UP, unless nobody is left there
 * without an event.  n_event, n_other and n_censor are 0.  A table without rows gives
 * CBK_NOTE_NO_ROWS.  time finite, >= 0.  O(log n_rows). */
CBK_API cbk_cuminc_row cbk_cuminc_at_time(const cbk_cuminc *fit, size_t cause,
                                          double time);

/* ---- Gray's test -------------------------------------------------------------------
 */

/* What is compared.  Near-ties should be one time already (cbk_followup_fix_ties()). */
typedef struct cbk_gray_rows {
    const cbk_followup *followup; /* weights are not supported */
    const uint8_t *cause;         /* as in cbk_cause_rows */
    size_t n_causes;
    const uint32_t *group; /* [n] < n_groups */
    size_t n_groups;
    const uint32_t *stratum; /* [n] < n_strata; NULL: one stratum */
    size_t n_strata;
} cbk_gray_rows;

typedef struct cbk_gray_test {
    double chisq;
    size_t df;
    double p; /* upper tail of chi-squared; NaN where df is 0 */
    cbk_notes notes;
} cbk_gray_test;

/* Does the incidence of each kind differ between groups?  test[n_causes] is filled.
 *
 *   Score      z_g = sum over times of d_g - R_g d / R,  R_g = Y_g (1 - F_g(t-)) /
 *              S_g(t-), R and d sums over groups: a log-rank test of the hazards of the
 *              subdistributions (rho = 0).                                      [Gr88]
 *   Variance   with h_g = Y_g / S_g(t-), F the pooled incidence, dF = d / h,
 *              K_gr = h_g ([g = r] - h_r / h), c(t) the sum of K dF / (1 - F(t-)),
 *              q_r = (1 - F(t)) / S_r(t): the sum over times and groups r of
 *              a a' dF / h_r  and  b b' d_r of other kinds / h_r^2,
 *              a = K_.r + (1 - q_r) (c(end) - c(t))_.r,  b = q_r (c(end) - c(t))_.r;
 *              d tied events of the kind times 1 - (d - 1) / (h S_r(t-) - 1), of other
 *              kinds in group r times 1 - (d - 1) / (Y_r - 1).
 *   Strata     scores and variances are summed.
 *   df         groups - 1; fewer where the variance leaves more undetermined, with
 *              CBK_NOTE_DF_REDUCED.
 *   Degenerate no event of the kind, one group alone at risk, a variance below 0 (more
 *              tied events than h S_r): chisq 0 on df 0, p NaN, with notes.
 *   Order      The result does not depend on the order of the rows, to the last bit.
 *   Cost       O(n log n + times groups^3), O(n) in place of n log n where times are few.
 *   Errors     CBK_EINVAL (fewer than two groups, weights, too many groups or strata),
 *              CBK_EDATA (as cbk_risk_table_build()), CBK_ENOMEM.
 *   Checked    tests/golden: cmprsk 2.2-11, relative error <= 1e-9.
 *   From R     cmprsk stops where the variance is singular, and has no late entry.
 *
 * [Gr88] Gray.  Ann Stat 16 (1988) 1141-1154.  doi:10.1214/aos/1176350951 */
CBK_API CBK_MUST_USE cbk_status cbk_gray_fit(const cbk_gray_rows *rows, cbk_arena *arena,
                                             cbk_gray_test *test, cbk_error *err);

CBK_END_DECLS

#endif
