/* casebook/fine_gray.h - how covariates move the cumulative incidence of one of several
 * kinds of event: the subdistribution hazards regression of Fine and Gray.
 *
 * Pure functions: no globals, no I/O.  Threads may call them at the same time on
 * different arenas.
 */
#ifndef CASEBOOK_FINE_GRAY_H
#define CASEBOOK_FINE_GRAY_H

#include <casebook/cox.h>

CBK_BEGIN_DECLS

/* Borrowed.  Near-ties should be one time already (cbk_followup_fix_ties()). */
typedef struct cbk_fine_gray_rows {
    const cbk_followup *followup; /* time alone: is_event is not read, entry and weight
                                     are NULL */
    const uint8_t *cause;         /* [n] 0: censored; else the kind of the event */
    uint8_t wanted;               /* the kind the model is of, > 0; others compete */
    size_t n_covariates;
    const double *const *covariate; /* [n_covariates] of [n] finite numbers */
} cbk_fine_gray_rows;

typedef struct cbk_fine_gray {
    double level; /* of confidence */
    size_t n;
    size_t n_event;     /* of the wanted kind */
    size_t n_competing; /* of the others */
    size_t n_censored;
    size_t n_covariates;
    const cbk_cox_coefficient *coefficients; /* [n_covariates] hazard_ratio is that of the
                               subdistribution, std_error the robust one; robust_se NaN */
    const double *variance; /* [n_covariates^2] of the estimates; 0 where dropped or
                               infinite */
    double loglik_null;     /* log pseudo-likelihood with all coefficients 0 */
    double loglik;          /* at the estimates; monotone: the supremum */
    cbk_cox_test wald;      /* of all coefficients, with that variance */
    /* Of a small series: the maximum is so far out that no number holds the risks of all
     * rows, and variance and errors are missing. */
    bool is_far;
    size_t n_iterations;
    double gradient; /* the largest at the estimates, on standardised covariates */
    cbk_notes notes;
} cbk_fine_gray;

/* Fits the model.
 *
 *   Model      subdistribution hazard at t = h(t) exp(x'b): the incidence of the wanted
 *              kind is F(t | x) = 1 - exp(-exp(x'b) H(t)), so b moves the incidence up
 *              or down for all t.                                             [FG99]
 *   Likelihood G(t) is the Kaplan-Meier estimate of not being censored, by flipping the
 *              event (at one time who has an event is at risk of censoring, too), read
 *              just before t.  At each time with d wanted events, over who has not left
 *              with weight 1 and over who had a competing event at T < t with weight
 *              G(t) / G(T), S_0 and S_1 the sums of w r and w r x, r = exp(x'b):
 *              log L = sum over wanted events of x'b - d log S_0           Breslow ties
 *              Maximised by Newton's method with step halving on centred and scaled
 *              covariates, until a step changes nothing that a double can tell.
 *   Variance   V P V with V the inverse of the information and P the sum over rows of
 *              the products of eta + psi: eta is the row's score residual,
 *              psi = [censored at T] q(T) / Y(T) - sum over censorings u <= T of
 *                    q(u) n(u) / Y(u)^2
 *              what G owes to the row: Y at risk, n censored, q(u) the sum of the score
 *              residuals from u on of who had a competing event before u.     [FG99]
 *   Limits     Wald.  log L is not the logarithm of a probability, so there is no
 *              likelihood-ratio test.
 *   Monotone   and dropped covariates: as cbk_cox_fit().
 *   Order      The result does not depend on the order of the rows, to the last bit.
 *   Cost       O(n (log n + iterations p^2)): sums over who had a competing event run
 *              forward, those over who is at risk backward.                   [KSS20]
 *   Errors     CBK_EINVAL (level, more than CBK_COX_COVARIATES_MAX covariates, none,
 *              late entry, weights, wanted 0), CBK_EDATA (a time or covariate out of its
 *              range; err->row), CBK_ENOMEM.
 *   Notes      CBK_NOTE_NO_ROWS, CBK_NOTE_NO_EVENTS, CBK_NOTE_ONE_SUBJECT,
 *              CBK_NOTE_MONOTONE, CBK_NOTE_COVARIATE_DROPPED, CBK_NOTE_FEW_EVENTS,
 *              CBK_NOTE_NOT_CONVERGED.
 *   Checked    tests/golden: R 4.2.2, cmprsk 2.2-11 (crr with gtol = 1e-12), many ties;
 *              relative error <= 1e-8.
 *   From R     crr() by default stops when the gradient is below 1e-6.  With ties
 *              finegray() followed by coxph(), and mets, give other numbers: they read G
 *              elsewhere, or take Efron's ties.
 *
 * [FG99]  Fine, Gray.  J Am Stat Assoc 94 (1999) 496-509.
 *         doi:10.1080/01621459.1999.10474144
 * [KSS20] Kawaguchi, Shen, Suchard, Li.  arXiv:1905.07438 */
CBK_API CBK_MUST_USE cbk_status cbk_fine_gray_fit(const cbk_fine_gray_rows *rows,
                                                  double level, cbk_arena *arena,
                                                  const cbk_fine_gray **out,
                                                  cbk_error *err);

CBK_END_DECLS

#endif
