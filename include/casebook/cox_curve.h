/* casebook/cox_curve.h - the cumulative hazard and the survival that a Cox regression
 * predicts for given covariates.
 *
 * Pure functions: no globals, no I/O.  Threads may call them at the same time on
 * different arenas.
 */
#ifndef CASEBOOK_COX_CURVE_H
#define CASEBOOK_COX_CURVE_H

#include <casebook/conventions.h>
#include <casebook/cox.h>

CBK_BEGIN_DECLS

/* For whom.  Borrowed. */
typedef struct cbk_cox_curve_request {
    size_t n_subjects;              /* 0: one, at the reference */
    const double *const *covariate; /* [n_covariates] of [n_subjects] finite numbers, in
                                       units of the data; not read where n_subjects is 0.
                                       All 0: the baseline hazard */
    const double *offset;           /* [n_subjects] finite; NULL: 0 */
    cbk_interval interval;          /* of S; not bpcp */
    double level;                   /* of confidence, in (0, 1) */
} cbk_cox_curve_request;

/* A subject's curve in a stratum.  Columns are shared by the curves of the stratum. */
typedef struct cbk_cox_curve {
    size_t subject;         /* which of the request */
    size_t stratum;         /* which of the data */
    size_t n_rows;          /* distinct exit times of the stratum */
    const double *time;     /* [n_rows] ascending */
    const double *n_risk;   /* [n_rows] sums of weights, just before time */
    const double *n_event;  /* [n_rows] at time */
    const double *n_censor; /* [n_rows] at time */
    const double *hazard;   /* [n_rows] cumulative, from 0 to infinity */
    const double *variance; /* [n_rows] of it */
    cbk_interval interval;
    double z; /* normal quantile of the level */
} cbk_cox_curve;

typedef struct cbk_cox_curves {
    size_t n_subjects;
    size_t n_strata; /* that have rows */
    size_t n_covariates;
    const double *reference;     /* [n_covariates] the mean of a covariate, weighted; 0 of
                                    one that has no values but -1, 0 and 1 (as R, which
                                    with late entry forgets the weights) */
    const cbk_cox_curve *curves; /* [n_subjects * n_strata] subject by subject */
    cbk_notes notes;             /* of the fit */
} cbk_cox_curves;

/* Predicts from a fit that kept its rows.
 *
 *   Hazard     H(t) = r sum of dH(u) over u <= t, r = exp(z'b + offset) of the subject;
 *              at a time with d events of weight W, S the sum of w r over those at risk
 *              and D over those with the event:
 *              dH = W / S              Breslow, and both exact ties (as R)      [Br74]
 *              dH = W/d sum over l < d of 1 / (S - l/d D)   Efron
 *   Variance   r^2 (sum of W / S^2 + q'V q), q = sum over u <= t of (z - m(u)) dH(u), m
 *              the mean of x at u; Efron: sums over l likewise.  V is the fit's, robust
 *              where that was asked for.  The second term is what not knowing b costs.
 *              [Ts81]
 *   Survival   S = exp(-H), its limits those of casebook/kaplan_meier.h, the variance of
 *              log S that of H.
 *   Offset     that of the request is added to z'b; the ones of the rows were in the fit.
 *   Late entry and weights as in the fit; the curve is from the origin.
 *   Degenerate no fit (no rows, no events, not converged): no curves and the fit's notes.
 *              Infinite coefficients: none either, as what they say of a subject is 0,
 *              finite or infinite.  Firth: as any other.  Dropped covariates do not
 * count. Cost       O(n (p^2 + subjects)). Errors     CBK_EINVAL (the fit did not keep
 * its rows, level, bpcp), CBK_EDATA (a covariate or offset is not finite, or so far out
 * that exp(z'b) is not; err->row the subject), CBK_ENOMEM. Checked    tests/golden:
 * R 4.2.2, survival 3.5-3 (survfit.coxph).
 *
 * [Br74] Breslow.  Biometrics 30 (1974) 89-99.  doi:10.2307/2529620
 * [Ts81] Tsiatis.  Ann Stat 9 (1981) 93-108.  doi:10.1214/aos/1176345335 */
CBK_API CBK_MUST_USE cbk_status cbk_cox_curves_make(const cbk_cox *fit,
                                                    const cbk_cox_curve_request *request,
                                                    cbk_arena *arena,
                                                    const cbk_cox_curves **out,
                                                    cbk_error *err);

/* From one observed time up to the next. */
typedef struct cbk_cox_curve_row {
    double time;
    double n_risk;
    double n_event;
    double n_censor;
    double hazard;
    double hazard_se;
    double survival;
    double std_error; /* of S */
    double lower;     /* of S, in [0, 1]; NaN where the interval is not defined */
    double upper;
} cbk_cox_curve_row;

/* The row of the j-th time, j < n_rows.  O(1). */
CBK_API cbk_cox_curve_row cbk_cox_curve_row_at(const cbk_cox_curve *curve, size_t j);

/* The curve at a time the user asks for: finite, >= 0.  Before the first observed time H
 * is 0; n_event and n_censor are 0 but at an observed time; n_risk is of the next
 * observed time, 0 past the last, where the rest is carried with
 * CBK_NOTE_BEYOND_FOLLOW_UP in *notes.  O(log n_rows). */
CBK_API cbk_cox_curve_row cbk_cox_curve_at_time(const cbk_cox_curve *curve, double time,
                                                cbk_notes *notes);

CBK_END_DECLS

#endif
