/* casebook/cox.h - how covariates multiply the hazard: Cox's proportional hazards
 * regression, its tests, its concordance, and Firth's penalty for small series.  What is
 * left over and what is predicted: casebook/cox_residuals.h, casebook/cox_curve.h.
 *
 * Pure functions: no globals, no I/O.  Threads may call them at the same time on
 * different arenas.
 */
#ifndef CASEBOOK_COX_H
#define CASEBOOK_COX_H

#include <casebook/log_rank.h>
#include <casebook/risk_table.h>

CBK_BEGIN_DECLS

/* How events at one time share their risk set.  The names are efron, breslow, exact,
 * exact-marginal. */
typedef enum cbk_cox_ties {
    CBK_COX_EFRON,         /* [Ef77] */
    CBK_COX_BRESLOW,       /* [Br74] */
    CBK_COX_EXACT,         /* time is discrete: conditional logistic, R's exact [GLR81] */
    CBK_COX_EXACT_MARGINAL /* time is continuous and was rounded: all orders of the tied
                              events, SAS's EXACT [DGS94] */
} cbk_cox_ties;

/* Whether ties are one of the two exact methods. */
CBK_API bool cbk_cox_ties_are_exact(cbk_cox_ties ties);
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
    bool wants_profile;      /* cbk_cox_coefficient.profile of all coefficients */
    bool wants_instead;      /* cbk_cox.instead where the likelihood is monotone, and the
                                profile of the infinite coefficients */
    bool keeps_rows;         /* cbk_cox.kept, which residuals and curves start from */
    double level;            /* of confidence, in (0, 1) */
} cbk_cox_request;

/* What became of a covariate. */
typedef enum cbk_cox_fate {
    CBK_COX_ESTIMATED,
    CBK_COX_CONSTANT,  /* one value in all rows: dropped */
    CBK_COX_COLLINEAR, /* the covariates before it determine it in every risk set, or it
                          does not vary within any: dropped */
    CBK_COX_RISING,    /* monotone likelihood: it rises as the coefficient goes to +inf */
    CBK_COX_FALLING,   /* ... to -inf */
    CBK_COX_UNDETERMINED /* with others at infinity any value is as likely */
} cbk_cox_fate;

typedef struct cbk_cox_test {
    double chisq; /* NaN where the test does not exist */
    size_t df;
    double p;
} cbk_cox_test;

/* What the likelihood says of a coefficient when the others are as likely as they can be
 * for each of its values.  NaN where it was not asked for or does not exist. */
typedef struct cbk_cox_profile {
    double lower; /* of the hazard ratio: 0 and infinity where the profile never falls */
    double upper; /* far enough */
    cbk_cox_test likelihood_ratio; /* that the coefficient is 0; df 1 */
    cbk_cox_test score;            /* the same; Firth: none */
} cbk_cox_profile;

/* NaN where a number does not exist: everything but the profile of a dropped or infinite
 * one, and of all with CBK_NOTE_NOT_CONVERGED. */
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
    cbk_cox_profile profile; /* where asked for, and always with Firth */
} cbk_cox_coefficient;

/* Why there is no exact p. */
typedef enum cbk_cox_no_exact {
    CBK_COX_HAS_EXACT,
    CBK_COX_NO_EXACT_COVARIATES, /* there is more than one covariate */
    CBK_COX_NO_EXACT_VALUES,     /* it has more than two values */
    CBK_COX_NO_EXACT_WEIGHTS,    /* a weighted row is not one subject */
    CBK_COX_NO_EXACT_OFFSET,     /* rows with different offsets are not exchangeable */
    CBK_COX_NO_EXACT_CLUSTERS,   /* nor are rows of clusters */
    CBK_COX_NO_EXACT_ROWS        /* more than CBK_COX_EXACT_ROWS_MAX */
} cbk_cox_no_exact;

/* What can be said where the likelihood is monotone, beside the profile. */
typedef struct cbk_cox_instead {
    /* The same rows with Firth's penalty, without clusters or robust variance; NULL with
     * exact ties, and with more than CBK_COX_FIRTH_ROWS_MAX rows. */
    const struct cbk_cox *firth;
    /* The permutation test of the log-rank score; NULL where no_exact says why. */
    const cbk_log_rank_exact *exact;
    cbk_cox_no_exact no_exact;
} cbk_cox_instead;

/* The rows in the order of the estimator. */
typedef struct cbk_cox_kept cbk_cox_kept;

typedef struct cbk_cox {
    cbk_cox_request request;
    size_t n;       /* rows */
    size_t n_event; /* rows with an event, not weighted */
    size_t n_covariates;
    const cbk_cox_coefficient *coefficients; /* [n_covariates] */
    /* The maximum is where no number holds the risks of all rows (x'b differs by more
     * than 600): robust errors, residuals, curves and the test of proportional hazards
     * are missing. */
    bool is_far;
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
    const cbk_cox_instead *instead; /* where wanted and CBK_NOTE_MONOTONE; else NULL */
    const cbk_cox_kept *kept;       /* where wanted and there is a fit; else NULL */
    cbk_notes notes;
} cbk_cox;

enum {
    CBK_COX_COVARIATES_MAX = 1000,
    CBK_COX_EXACT_ROWS_MAX = 2000,       /* for the exact p */
    CBK_COX_FIRTH_ROWS_MAX = 20000,      /* for Firth's fit that nobody asked for */
    CBK_COX_EXACT_PERMUTATIONS = 100000, /* where not every labeling is counted; seed 1 */
    /* With exact ties: the sum over tied times of events times rows at risk;
     * exact-marginal: of rows at risk. */
    CBK_COX_EXACT_CELLS_MAX = 100 * 1000000
};

/* Fits the model.
 *
 *   Model      hazard at t of a row with covariates x in stratum s:
 *              h_s(t) exp(x'b + offset).                                       [Co72]
 *   Likelihood At each time with events, d of them with weights of sum W, S_k the sums
 *              of w r, w r x, w r x x' over rows at risk (r = exp(x'b + offset)), D_k
 *              over the events among them:
 *              log L = sum of w (x'b + offset) over events
 *                      - W log S_0                             Breslow        [Br74]
 *                      - W/d sum over l < d of log(S_0 - l/d D_0)  Efron       [Ef77]
 *              exact: the probability that, of all sets of d at risk, these have the
 *              event: product of r over the set by its sum over all sets.      [GLR81]
 *              exact-marginal: the probability that those with the event had it before
 *              all others at risk (of sum of r Q), in whatever order:          [DGS94]
 *                      integral over t of prod (1 - exp(-r t)) Q exp(-Q t).
 *              Both without weights, robust variance, the test of proportional hazards
 *              and Firth's penalty.
 *              Maximised by Newton's method with step halving on centred and scaled
 *              covariates, until a step changes nothing that a double can tell.
 *   Tests      Likelihood ratio, Wald b'V^-b, score at 0.  df: covariates not dropped.
 *   Robust     V sum of L_c L_c' V with L_c the weighted score residuals of a cluster (a
 *              row); the robust score test likewise.  No small-sample factor.  [LW89]
 *   Monotone   Where some direction of coefficients never lets an event have less risk
 *              than anyone at risk with it (exact ties: anyone without the event), the
 *              likelihood has no maximum: CBK_COX_RISING or FALLING, the supremum in
 *              loglik, no Wald test, CBK_NOTE_MONOTONE.  The other coefficients are those
 *              of the limit.
 *   Profile    The log-likelihood at the values of a coefficient, maximised over the
 *              others: limits where it is half of chi-squared's quantile below its
 *              supremum, also where that is at infinity.  Model-based with robust
 *              variance, too.                                                  [VM88]
 *   Firth      log L + 1/2 log det I is maximised instead, which always has a maximum.
 *              Limits and p by its profile; the penalty is that of all covariates also
 *              where one is held.                                        [Fi93, HS01]
 *   Concordance
 *              Share of the pairs in which the one who has the event first has the
 *              higher x'b: ties of x'b count one half, pairs of events at one time are
 *              left out, pairs are within strata.  Its error is the infinitesimal
 *              jackknife.
 *   Proportional hazards
 *              The score test for x g(t) beside x, g(t) = 1 - KM(t-) over all strata
 *              together and without weights.  None with Firth, exact ties or infinite
 *              estimates.                                                      [GT94]
 *   Order      The result does not depend on the order of the rows, nor on the machine's
 *              vector instructions, to the last bit.
 *   Cost       O(n (log n + p^2)) for each of some five evaluations, memory 8 (p + 10) n
 *              bytes, with late entry twice p.  Firth: more, it is for small series;
 * exact ties: p^2 a cell and iteration, CBK_COX_EXACT_CELLS_MAX at most. Errors
 * CBK_EINVAL (level, more than CBK_COX_COVARIATES_MAX, Firth with robust variance, exact
 * ties with what they exclude or beyond their cells), CBK_EDATA (a time, entry, weight,
 * covariate or offset out of its range, offsets that differ by more than 500; err->row),
 * CBK_ENOMEM. Notes      CBK_NOTE_NO_ROWS, CBK_NOTE_NO_EVENTS, CBK_NOTE_ONE_SUBJECT,
 *              CBK_NOTE_MONOTONE, CBK_NOTE_COVARIATE_DROPPED, CBK_NOTE_FEW_EVENTS,
 *              CBK_NOTE_NOT_CONVERGED.
 *   Checked    tests/golden: R 4.2.2, survival 3.5-3 (coxph, cox.zph, profiles by
 *              uniroot); exact ties against every set and every order written out.
 *   From R     coxph() gives a number and a warning where the likelihood is monotone;
 *              with an offset it takes the residuals of the robust score test without it.
 *
 * [Co72] Cox.  J R Stat Soc B 34 (1972) 187-220.
 * [Br74] Breslow.  Biometrics 30 (1974) 89-99.  doi:10.2307/2529620
 * [Ef77] Efron.  J Am Stat Assoc 72 (1977) 557-565.  doi:10.1080/01621459.1977.10480613
 * [GLR81] Gail, Lubin, Rubinstein.  Biometrika 68 (1981) 703-707.
 *        doi:10.1093/biomet/68.3.703
 * [DGS94] DeLong, Guirguis, So.  Biometrika 81 (1994) 607-611.
 *        doi:10.1093/biomet/81.3.607
 * [VM88] Venzon, Moolgavkar.  Appl Stat 37 (1988) 87-94.  doi:10.2307/2347496
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
