/* casebook/cox_residuals.h - what a Cox regression leaves over, row by row.
 *
 * Pure functions: no globals, no I/O.  Threads may call them at the same time on
 * different arenas.
 */
#ifndef CASEBOOK_COX_RESIDUALS_H
#define CASEBOOK_COX_RESIDUALS_H

#include <casebook/cox.h>

CBK_BEGIN_DECLS

/* The names are martingale, deviance, score, schoenfeld, scaled-schoenfeld, dfbeta,
 * dfbetas. */
typedef enum cbk_cox_residual {
    CBK_COX_MARTINGALE,        /* events seen less events expected          [BP88] */
    CBK_COX_DEVIANCE,          /* the same, made more symmetric             [TGF90] */
    CBK_COX_SCORE,             /* what the row adds to the score            [TGF90] */
    CBK_COX_SCHOENFELD,        /* covariates of an event less those expected [Sch82] */
    CBK_COX_SCALED_SCHOENFELD, /* the same as a coefficient at that time    [GT94] */
    CBK_COX_DFBETA,            /* by how much the row moves the estimates, about */
    CBK_COX_DFBETAS            /* the same in standard errors */
} cbk_cox_residual;

CBK_API const char *cbk_cox_residual_name(cbk_cox_residual kind);
CBK_API bool cbk_cox_residual_parse(const char *name, cbk_cox_residual *out);
/* Whether there is one of the kind for each covariate (else one). */
CBK_API bool cbk_cox_residual_is_by_covariate(cbk_cox_residual kind);
/* Whether there is one of the kind for each event (else for each row). */
CBK_API bool cbk_cox_residual_is_by_event(cbk_cox_residual kind);

typedef struct cbk_cox_residuals_request {
    cbk_cox_residual kind;
    bool is_weighted; /* times the weight of the row (R: on for dfbeta and dfbetas, off
                         for the others) */
    bool collapses;   /* sums of the rows of a cluster; not for the kinds by event.
                         Deviance is made from the sums. */
} cbk_cox_residuals_request;

typedef struct cbk_cox_residuals {
    cbk_cox_residuals_request request;
    size_t n_rows;    /* rows of the data; events of them; clusters */
    size_t n_columns; /* covariates, or 1; 0 where there is no fit */
    const double
        *value;        /* [n_rows * n_columns] row by row, in units of the data; NaN where
                          the covariate was dropped or its coefficient is infinite */
    const size_t *row; /* [n_rows] which row of the data: ascending; by event: by stratum,
                          then time, then row.  NULL where collapsed */
    cbk_notes notes;   /* of the fit */
} cbk_cox_residuals;

/* Reads off the residuals of a fit that kept its rows.
 *
 *   With w the weight, r = exp(x'b + offset), dH the steps of the baseline hazard and m
 *   the mean of x at them (both with the ties of the fit: Efron's lower for those with
 *   the event), over the times at which the row is at risk:
 *   martingale         M = [event] - sum of r dH
 *   deviance           sign(M) sqrt(-2 (M + e log((e - M) / e))), e the events of the row
 *   score              [event] (x - m) - sum of r dH (x - m)
 *   schoenfeld         x - m of an event, m the plain mean over Efron's denominators
 *   scaled-schoenfeld  b + (events) schoenfeld V
 *   dfbeta             score V, dfbetas: by the square roots of V's diagonal,
 *                      V the model-based variance also where the fit is robust
 *   Exact ties: martingale and deviance alone, with Breslow's hazard (as R; the others
 *   are CBK_EINVAL).  Monotone: in the limit.
 *   Degenerate no fit (no rows, no events, not converged): n_rows 0 and the fit's notes.
 *   Cost       O(n p).
 *   Errors     CBK_EINVAL (the fit did not keep its rows; exact ties; collapses without
 *              clusters or by event), CBK_ENOMEM.
 *   Checked    tests/golden: R 4.2.2, survival 3.5-3 (residuals.coxph).
 *
 * [BP88] Barlow, Prentice.  Biometrika 75 (1988) 65-74.  doi:10.1093/biomet/75.1.65
 * [TGF90] Therneau, Grambsch, Fleming.  Biometrika 77 (1990) 147-160.
 *        doi:10.1093/biomet/77.1.147
 * [Sch82] Schoenfeld.  Biometrika 69 (1982) 239-241.  doi:10.1093/biomet/69.1.239
 * [GT94] Grambsch, Therneau.  Biometrika 81 (1994) 515-526.  doi:10.1093/biomet/81.3.515
 */
CBK_API CBK_MUST_USE cbk_status
cbk_cox_residuals_make(const cbk_cox *fit, const cbk_cox_residuals_request *request,
                       cbk_arena *arena, const cbk_cox_residuals **out, cbk_error *err);

CBK_END_DECLS

#endif
