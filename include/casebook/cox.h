/* casebook/cox.h - how covariates multiply the hazard: Cox's proportional hazards
 * regression, its tests, its concordance, and Firth's penalty for small series.
 *
 * Pure functions: no globals, no I/O.  Threads may call them at the same time on
 * different arenas.
 */
#ifndef CASEBOOK_COX_H
#define CASEBOOK_COX_H

#include <casebook/risk_table.h>

CBK_BEGIN_DECLS

/* How events at one time share their risk set.  The names are efron, breslow. */
typedef enum cbk_cox_ties {
    CBK_COX_EFRON,  /* [Ef77] */
    CBK_COX_BRESLOW /* [Br74] */
} cbk_cox_ties;

CBK_API const char *cbk_cox_ties_name(cbk_cox_ties ties);
CBK_API bool cbk_cox_ties_parse(const char *name, cbk_cox_ties *out);

/* Borrowed.  Near-ties should be one time already (cbk_followup_fix_ties()). */
typedef struct cbk_cox_rows {
    const cbk_followup *followup;
    size_t n_covariates;
    const double *const *covariate; /* [n_covariates] of [n] finite numbers */
    const size_t *term;      /* [n_covariates] ascending from 0 without gaps: the term of
                                each, for the test of proportional hazards; NULL: its own */
    const double *offset;    /* [n] finite, added to the log hazard; NULL: 0 */
    const uint32_t *stratum; /* [n] < n_strata; NULL: one stratum */
    size_t n_strata;
    const uint32_t *cluster; /* [n] < n_clusters; rows of one subject; NULL: none */
    size_t n_clusters;
} cbk_cox_rows;

typedef struct cbk_cox_request {
    cbk_cox_ties ties;
    bool is_robust; /* the variance that holds where the model does not; clusters imply it
                     */
    bool is_firth;  /* the penalised likelihood; not with robust or clusters */
    bool wants_concordance;
    bool wants_proportional; /* the test of proportional hazards */
    double level;            /* of confidence, in (0, 1) */
} cbk_cox_request;

/* What became of a covariate. */
typedef enum cbk_cox_fate {
    CBK_COX_ESTIMATED,
    CBK_COX_CONSTANT,  /* one value in all rows: dropped */
    CBK_COX_COLLINEAR, /* the covariates before it determine it in every risk set, or it
                          does not vary within any: dropped */
    CBK_COX_RISING,    /* monotone likelihood: it rises as the coefficient goes to +inf */
    CBK_COX_FALLING    /* ... to -inf */
} cbk_cox_fate;

/* NaN where a number does not exist: everything of a dropped or infinite one, and of all
 * with CBK_NOTE_NOT_CONVERGED (without Firth). */
typedef struct cbk_cox_coefficient {
    cbk_cox_fate fate;
    double estimate; /* log of the hazard ratio for one unit more */
    double hazard_ratio;
    double std_error; /* of the estimate, model-based */
    double robust_se; /* NaN without robust variance */
    double z;         /* estimate / error, robust where that is asked for; Firth: the
                         signed root of p's chi-squared */
    double p;         /* two-sided; Firth: of the penalised likelihood ratio */
    double lower;     /* of the hazard ratio; Firth: 0 and infinity where open */
    double upper;
} cbk_cox_coefficient;

typedef struct cbk_cox_test {
    double chisq; /* NaN where the test does not exist */
    size_t df;
    double p;
} cbk_cox_test;

typedef struct cbk_cox {
    cbk_cox_request request;
    size_t n;       /* rows */
    size_t n_event; /* rows with an event, not weighted */
    size_t n_covariates;
    const cbk_cox_coefficient *coefficients; /* [n_covariates] */
    const double *variance; /* [n_covariates^2] of the estimates, robust where asked for;
                               0 where dropped or infinite */
    double loglik_null;     /* all coefficients 0; Firth: penalised */
    double loglik;          /* at the estimates; monotone: the supremum */
    cbk_cox_test likelihood_ratio;
    cbk_cox_test wald;         /* robust where that is asked for */
    cbk_cox_test score;        /* Firth: none */
    cbk_cox_test robust_score; /* where robust */
    double concordance; /* Harrell's, where wanted; NaN where no pair can be compared */
    double concordance_se;
    size_t n_terms;            /* 0 where there is no test of proportional hazards */
    const cbk_cox_test *terms; /* [n_terms] proportional hazards, each term */
    cbk_cox_test global;       /* all terms together */
    size_t n_iterations;
    double gradient; /* the largest at the estimates, on standardised covariates */
    cbk_notes notes;
} cbk_cox;

enum { CBK_COX_COVARIATES_MAX = 1000 };

/* Fits the model.
 *
 *   Model      hazard at t of a row with covariates x in stratum s:
 *              h_s(t) exp(x'b + offset).                                       [Co72]
 *   Likelihood At each time with events, d of them with weights of sum W, S_k the sums
 *              of w r, w r x, w r x x' over rows at risk (r = exp(x'b + offset)), D_k
 * over the events among them: log L = sum of w (x'b + offset) over events
 *                      - W log S_0                             Breslow        [Br74]
 *                      - W/d sum over l < d of log(S_0 - l/d D_0)  Efron       [Ef77]
 *              Maximised by Newton's method with step halving on centred and scaled
 *              covariates, until a step changes nothing that a double can tell.
 *   Tests      Likelihood ratio, Wald b'V^-b, score at 0.  df: covariates not dropped.
 *   Robust     V sum of L_c L_c' V with L_c the weighted score residuals of a cluster (a
 *              row); the robust score test likewise.  No small-sample factor.  [LW89]
 *   Monotone   Where some direction of coefficients never lets an event have less risk
 *              than anyone at risk with it, the likelihood has no maximum: CBK_COX_RISING
 *              or FALLING, the supremum in loglik, no Wald test, CBK_NOTE_MONOTONE.
 *              The other coefficients are those of the limit.
 *   Firth      log L + 1/2 log det I is maximised instead, which always has a maximum.
 *              Limits and p by its profile; the penalty is that of all covariates also
 *              where one is held.                                          [Fi93, HS01]
 *   Concordance Share of the pairs in which the one who has the event first has the
 * higher x'b: ties of x'b count one half, pairs of events at one time are left out, pairs
 * are within strata.  Its error is the infinitesimal jackknife. Proportional hazards  The
 * score test for x g(t) beside x, g(t) = 1 - KM(t-) over all strata together and without
 * weights.  None with Firth or infinite estimates. [GT94] Order      The result does not
 * depend on the order of the rows, to the last bit. Cost       O(n (log n + iterations
 * p^2)); Firth: more, it is for small series. Errors     CBK_EINVAL (level, more than
 * CBK_COX_COVARIATES_MAX, Firth with robust variance), CBK_EDATA (a time, entry, weight,
 * covariate or offset out of its range, offsets that differ by more than 500; err->row),
 * CBK_ENOMEM. Notes      CBK_NOTE_NO_ROWS, CBK_NOTE_NO_EVENTS, CBK_NOTE_ONE_SUBJECT,
 *              CBK_NOTE_MONOTONE, CBK_NOTE_COVARIATE_DROPPED, CBK_NOTE_FEW_EVENTS,
 *              CBK_NOTE_NOT_CONVERGED.
 *   Checked    tests/golden: R 4.2.2, survival 3.5-3 (coxph, cox.zph).
 *   From R     coxph() gives a number and a warning where the likelihood is monotone;
 * with an offset it takes the residuals of the robust score test without it.
 *
 * [Co72] Cox.  J R Stat Soc B 34 (1972) 187-220.
 * [Br74] Breslow.  Biometrics 30 (1974) 89-99.  doi:10.2307/2529620
 * [Ef77] Efron.  J Am Stat Assoc 72 (1977) 557-565.  doi:10.1080/01621459.1977.10480613
 * [LW89] Lin, Wei.  J Am Stat Assoc 84 (1989) 1074-1078.
 *        doi:10.1080/01621459.1989.10478874
 * [Fi93] Firth.  Biometrika 80 (1993) 27-38.  doi:10.1093/biomet/80.1.27
 * [HS01] Heinze, Schemper.  Biometrics 57 (2001) 114-119.
 *        doi:10.1111/j.0006-341X.2001.00114.x
 * [GT94] Grambsch, Therneau.  Biometrika 81 (1994) 515-526.  doi:10.1093/biomet/81.3.515
 */
CBK_API CBK_MUST_USE cbk_status cbk_cox_fit(const cbk_cox_rows *rows,
                                            const cbk_cox_request *request,
                                            cbk_arena *arena, const cbk_cox **out,
                                            cbk_error *err);

CBK_END_DECLS

#endif
