/* casebook/log_rank.h - do two or more groups differ in their survival?  The log-rank
 * test and its weighted relatives, stratified, with a trend, in pairs, and exactly.
 *
 * Pure functions: no globals, no I/O.  Threads may call them at the same time on
 * different arenas.
 */
#ifndef CASEBOOK_LOG_RANK_H
#define CASEBOOK_LOG_RANK_H

#include <casebook/risk_table.h>

CBK_BEGIN_DECLS

/* What a time of an event counts for, n being at risk there and S the Kaplan-Meier curve
 * of all groups together, both within the stratum, S just before the time.  The names on
 * the command line and in JSON are logrank, gehan, tarone-ware, peto,
 * fleming-harrington. */
typedef enum cbk_log_rank_method {
    CBK_LOG_RANK,                   /* 1                            [Ma66] */
    CBK_LOG_RANK_GEHAN,             /* n                            [Ge65] */
    CBK_LOG_RANK_TARONE_WARE,       /* sqrt(n)                      [TW77] */
    CBK_LOG_RANK_PETO,              /* S, as R's survdiff(rho = 1)  [PP72] */
    CBK_LOG_RANK_FLEMING_HARRINGTON /* S^rho (1 - S)^gamma          [FH91] */
} cbk_log_rank_method;

CBK_API const char *cbk_log_rank_method_name(cbk_log_rank_method method);
CBK_API bool cbk_log_rank_method_parse(const char *name, cbk_log_rank_method *out);

/* What is compared.  Borrowed.  Near-ties should be one time already
 * (cbk_followup_fix_ties()): here only equal times are tied. */
typedef struct cbk_log_rank_rows {
    const cbk_followup *followup; /* weights are not supported */
    const uint32_t *group;        /* [n] < n_groups */
    size_t n_groups;
    const uint32_t *stratum; /* [n] < n_strata; NULL: one stratum */
    size_t n_strata;
} cbk_log_rank_rows;

typedef struct cbk_log_rank_request {
    cbk_log_rank_method method;
    double rho;   /* >= 0; FLEMING_HARRINGTON only */
    double gamma; /* >= 0 */
    bool wants_trend;
    const double *scores; /* [n_groups] finite; NULL: 0, 1, 2, ... */
    bool wants_pairs;
    bool wants_exact;
    uint64_t n_permutations; /* drawn where not every labeling is counted; >= 1 */
    uint64_t seed;
} cbk_log_rank_request;

typedef struct cbk_log_rank_test {
    double chisq;
    size_t df;
    double p;     /* upper tail of chi-squared; NaN where df is 0 */
    double log_p; /* its natural logarithm: finite where p runs out at 0 */
    cbk_notes notes;
} cbk_log_rank_test;

typedef struct cbk_log_rank_group {
    size_t n;        /* rows */
    size_t n_event;  /* rows with an event */
    double observed; /* events; PETO and FLEMING_HARRINGTON: their weighted sum */
    double expected; /* had all groups the same hazard; weighted likewise */
} cbk_log_rank_group;

/* Two groups alone. */
typedef struct cbk_log_rank_pair {
    size_t first; /* groups, first < second */
    size_t second;
    cbk_log_rank_test test;
    double p_holm; /* NaN where p is */
} cbk_log_rank_pair;

/* The permutation distribution of the score. */
typedef struct cbk_log_rank_exact {
    bool is_complete;        /* every labeling was counted; else drawn at random */
    double n_labelings;      /* there are; infinite where beyond doubles */
    uint64_t n_permutations; /* labelings counted or drawn */
    uint64_t n_extreme;      /* of these, at least as far out as the observed one */
    double p;
    double std_error; /* of p; NaN where is_complete */
} cbk_log_rank_exact;

typedef struct cbk_log_rank {
    cbk_log_rank_request request; /* as given; scores point to the ones used */
    size_t n_groups;
    const cbk_log_rank_group *groups; /* [n_groups] */
    const double *score;    /* [n_groups] weighted observed minus expected; sum 0 */
    const double *variance; /* [n_groups * n_groups] of score */
    cbk_log_rank_test test;
    cbk_log_rank_test trend; /* where wants_trend */
    size_t n_pairs;          /* n_groups (n_groups - 1) / 2 where wants_pairs, else 0 */
    const cbk_log_rank_pair *pairs;
    const cbk_log_rank_exact *exact; /* where wants_exact, else NULL */
    bool is_late;                    /* somebody enters after the origin */
    cbk_notes notes;                 /* of all rows; each test has its own besides */
} cbk_log_rank;

enum {
    CBK_LOG_RANK_GROUPS_MAX = 1000,
    CBK_LOG_RANK_LABELINGS_MAX = 5000000 /* up to here every labeling is counted */
};

/* Compares the groups.
 *
 *   Score      At each distinct time with D > 0 events among n at risk, d_j and y_j of
 *              them in group j, w the weight of the time:                   [Ma66, FH91]
 *              U_j  = sum of w (d_j - D y_j / n)
 *              V_jk = sum of w^2 D (n - D) / (n - 1) y_j / n ([j = k] - y_k / n)
 *              over all times of all strata; chisq = U' V^- U.
 *   df         The groups with a positive expected count minus one; fewer where V leaves
 *              more undetermined (groups that are never at risk together), with
 *              CBK_NOTE_DF_REDUCED.
 *   Trend      chisq = (s'U)^2 / s'Vs with scores s, df 1.                  [Ta75]
 *   Pairs      each on the rows of its two groups alone; p adjusted by Holm. [Ho79]
 *   Exact      The score is a sum over the rows of a group of w [event] - sum of w D / n
 *              over times in (entry, exit], which labels do not change.  All labelings
 *              that keep the size of each group in each stratum are equally likely where
 *              neither censoring nor entry depends on the group.  p is the share of them
 *              whose score is at least as far from its mean 0 as the observed one (more
 *              than two groups: U' C^- U with C the covariance over labelings).
 *              Two groups and at most CBK_LOG_RANK_LABELINGS_MAX labelings: all are
 *              counted.  Else n_permutations are drawn: p = (b + 1) / (B + 1), with its
 *              binomial standard error.                                     [DH97]
 *              Ties of two scores are decided on whole numbers: scores times the least
 *              common multiple of the numbers at risk (logrank; gehan's are whole) where
 *              that fits in 124 bits, for drawn labelings 61; beyond, and for the other
 *              weights, on scores rounded to as many bits, with a slack above the
 *              rounding, which takes scores within 1e-12 of the sum of their sizes for
 *              equal.
 *   Degenerate Two groups or more but no events, all tied, all in one group while the
 *              others have left: chisq 0 on df 0, p NaN, with notes.  No rows, and no
 *              groups: such a result without groups.
 *   Order      The result does not depend on the order of the rows, to the last bit, nor
 *              do drawn labelings: replicate i uses stream i of the seed.
 *   Cost       O(n log n + times groups^2); exact: at most a few steps a labeling, mostly
 *              far fewer (two halves of the rows are met in the middle); drawn: O(n)
 * each. Errors     CBK_EINVAL (one group, more than CBK_LOG_RANK_GROUPS_MAX, weights,
 * rho, gamma, scores or n_permutations out of range, too many groups or strata),
 * CBK_EDATA (time negative or not finite, entry not before exit; err->row), CBK_ENOMEM.
 * Notes      CBK_NOTE_NO_ROWS, CBK_NOTE_NO_EVENTS, CBK_NOTE_ZERO_VARIANCE,
 * CBK_NOTE_DF_REDUCED, CBK_NOTE_ZERO_BEFORE_ENTRIES (weights by S). Checked tests/golden:
 * R 4.2.2, survival 3.5-3 (rho = 0 and 1, strata), the other weights and late entry
 * written out in R; relative error <= 1e-9. Exact: every labeling written out, on random
 * small data. From R     survdiff() has no late entry and stops where V is singular.
 * SAS's PETO weighs by another estimate of S.
 *
 * [Ma66] Mantel.  Cancer Chemother Rep 50 (1966) 163-170.
 * [Ge65] Gehan.  Biometrika 52 (1965) 203-223.  doi:10.1093/biomet/52.1-2.203
 * [TW77] Tarone, Ware.  Biometrika 64 (1977) 156-160.  doi:10.1093/biomet/64.1.156
 * [PP72] Peto, Peto.  J R Stat Soc A 135 (1972) 185-207.  doi:10.2307/2344317
 * [FH91] Fleming, Harrington.  Counting Processes and Survival Analysis, Wiley 1991,
 *        chapter 7.  doi:10.1002/9781118150672
 * [Ta75] Tarone.  Biometrika 62 (1975) 679-682.  doi:10.1093/biomet/62.3.679
 * [Ho79] Holm.  Scand J Stat 6 (1979) 65-70.
 * [DH97] Davison, Hinkley.  Bootstrap Methods and their Application, Cambridge 1997,
 *        section 4.3.  doi:10.1017/CBO9780511802843 */
CBK_API CBK_MUST_USE cbk_status cbk_log_rank_fit(const cbk_log_rank_rows *rows,
                                                 const cbk_log_rank_request *request,
                                                 cbk_arena *arena,
                                                 const cbk_log_rank **out,
                                                 cbk_error *err);

CBK_END_DECLS

#endif
