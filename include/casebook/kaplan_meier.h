/* casebook/kaplan_meier.h - the product-limit estimate of the survival function.
 *
 * Pure functions: no globals, no I/O.  Threads may call them at the same time on
 * different arenas.
 */
#ifndef CASEBOOK_KAPLAN_MEIER_H
#define CASEBOOK_KAPLAN_MEIER_H

#include <casebook/beta_product.h>
#include <casebook/conventions.h>
#include <casebook/risk_table.h>

CBK_BEGIN_DECLS

/* The state of the curve from one observed time up to the next. */
typedef struct cbk_km_row {
    double time;      /* unit of the follow-up */
    double n_risk;    /* just before time */
    double n_event;   /* at time */
    double n_censor;  /* at time */
    double survival;  /* S(time), in [0, 1] */
    double std_error; /* of S(t), not of its log; NaN where S is 0 */
    double lower;     /* limits in [0, 1]; NaN where the interval is not defined */
    double upper;
} cbk_km_row;

/* A quantile of the curve.  NaN: not reached. */
typedef struct cbk_km_quantile {
    double estimate;
    double lower;
    double upper;
} cbk_km_quantile;

typedef struct cbk_km {
    size_t n;                   /* rows */
    size_t n_event;             /* rows with an event */
    size_t n_rows;              /* distinct observed times, >= 0 */
    const double *survival;     /* [risk->n_event_rows + 1]: 1, then S from each event
                                   time on; cbk_risk_event_rows_until() leads from a time
                                   to its place */
    const double *log_variance; /* likewise, of log S */
    double z;                   /* normal quantile of the level */
    const cbk_risk_table *risk;
    const cbk_beta_limits *beta; /* [n_rows + 1] of the interval bpcp; else NULL */
    cbk_km_quantile median;
    double follow_up_median; /* reverse Kaplan-Meier; NaN: not reached */
    cbk_conventions conventions;
    cbk_notes notes;
} cbk_km;

/* Estimates S(t) from a risk table.
 *
 *   Estimator  S(t)     = prod over t_j <= t of (1 - d_j / r_j)                  [KM58]
 *              Var S(t) = S(t)^2 * sum over t_j <= t of d_j / (r_j (r_j - d_j))  [Gr26]
 *              With weights that are not whole numbers: the infinitesimal jackknife,
 *              see casebook/risk_table.h.
 *   Interval   with z the normal quantile, s = se(log S):                        [KP02]
 *              log      S exp(-+ z s)
 *              log-log  S^exp(-+ z s / log S)
 *              plain    S -+ z se(S)
 *              logit, arcsin likewise on their scales; all are clipped to [0, 1].
 *              At S = 1: log and plain give 1 and 1, the others NaN.
 *              At S = 0: standard error and limits NaN.
 *              bpcp: casebook/beta_product.h; it has limits everywhere.
 *   Quantiles  conventions->survival_quantile, for the curve and for each limit's curve;
 *              S is compared with the level with a tolerance, so that a product of
 *              fractions that is 1/2 counts as 1/2.
 *   Late entry once S is 0 it stays 0 (CBK_NOTE_ZERO_BEFORE_ENTRIES).
 *   Estimate   fleming-harrington: S(t) = exp(-H(t)), variance of its log
 *              sum over t_j <= t of d_j / r_j^2 (R's stype = 2, ctype = 1); never 0.
 *   Degenerate no rows, one row, no events, all tied: a result with notes.
 *   Cost       O(n_rows).
 *   Errors     CBK_EINVAL (level not in (0, 1); bpcp with fleming-harrington, or with
 *              weights that are not whole numbers), CBK_ENOMEM.
 *   Checked    tests/golden: R 4.2.2, survival 3.5-3, relative error <= 1e-9.
 *
 * [KM58] Kaplan, Meier.  J Am Stat Assoc 53 (1958) 457-481.
 *        doi:10.1080/01621459.1958.10501452
 * [Gr26] Greenwood.  Reports on Public Health and Medical Subjects 33, HMSO 1926.
 * [KP02] Kalbfleisch, Prentice.  The Statistical Analysis of Failure Time Data, 2nd ed.,
 *        Wiley 2002, section 1.4.  doi:10.1002/9781118032985 */
CBK_API CBK_MUST_USE cbk_status cbk_km_fit(const cbk_risk_table *risk,
                                           const cbk_conventions *conventions,
                                           cbk_arena *arena, const cbk_km **out,
                                           cbk_error *err);

/* The row of the j-th time, j < n_rows: put together on demand, as a curve may have
 * millions of them.  O(1). */
CBK_API cbk_km_row cbk_km_row_at(const cbk_km *km, size_t j);

/* The curve at a time the user asks for. */
typedef struct cbk_km_at {
    double time;
    double n_risk;    /* just before time */
    double survival;  /* past the last observation: carried, and flagged */
    double std_error; /* NaN where S is 0 */
    double lower;     /* NaN where not defined */
    double upper;
    cbk_notes notes; /* CBK_NOTE_BEYOND_FOLLOW_UP: do not print */
} cbk_km_at;

/* S is right-continuous, 1 before the first observed time.  time finite, >= 0.  After the
 * last observed time the last values are carried with CBK_NOTE_BEYOND_FOLLOW_UP, unless S
 * is 0 there.  A table without rows gives S = 1 and CBK_NOTE_NO_ROWS.  O(log n_rows). */
CBK_API cbk_km_at cbk_km_at_time(const cbk_km *km, double time);

/* The time by which a fraction p of subjects has had the event (S = 1 - p), with limits
 * from the pointwise band.  p in (0, 1).  O(log n_rows), but for a few; O(n_rows) for
 * bpcp and the jackknife. */
CBK_API cbk_km_quantile cbk_km_quantile_of(const cbk_km *km, double p);

CBK_END_DECLS

#endif
