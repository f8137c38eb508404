/* casebook/paper.h - the numbers of a paper held against each other, without its records.
 *
 * A printed number stands for every value that prints so.  Papers do not say how they
 * round, so a value half way between two numbers may have printed as the one away from
 * zero or as the even one: nothing is called inconsistent that either rule allows.
 */
#ifndef CASEBOOK_PAPER_H
#define CASEBOOK_PAPER_H

#include <casebook/base.h>

CBK_BEGIN_DECLS

typedef struct cbk_printed {
    double value; /* NaN: not printed */
    int digits;   /* after the point, 0 to 15 */
} cbk_printed;

/* The ends of the values that print so; NaN of what is not printed. */
CBK_API double cbk_printed_low(cbk_printed printed);
CBK_API double cbk_printed_high(cbk_printed printed);
/* Whether a value prints so under either rule. */
CBK_API bool cbk_printed_has(cbk_printed printed, double value);

typedef enum cbk_consistency {
    CBK_CONSISTENT,
    CBK_INCONSISTENT,
    CBK_CANNOT_TELL /* every number would have passed, or there is too little to go by */
} cbk_consistency;

enum { CBK_CONSISTENCY_COUNT = 3 };
CBK_API const char *cbk_consistency_name(cbk_consistency verdict); /* "cannot_tell" */

/* ---- whole numbers ------------------------------------------------------------------
 */

enum { CBK_GRIM_N_MAX = 1000000 };

typedef struct cbk_grim {
    cbk_consistency verdict;
    double below; /* INCONSISTENT: the nearest possible values on both sides; NaN: none */
    double above;
} cbk_grim;

/* GRIM: whether n whole numbers have this mean, or k of n is this percentage.     [BH17]
 *
 *   A sum s is a whole number, so the mean is one of the s / n; 100 k / n with 0 <= k <=
 *   n.
 *   Cannot tell  n is so large that every printed mean is possible (n 10^-digits >= 1, of
 *                percentages 100); n outside 1 .. CBK_GRIM_N_MAX; nothing printed.
 *   Cost         O(1).
 *   Checked      against all samples of whole numbers, n <= 8.
 *
 * [BH17] Brown, Heathers.  Soc Psychol Personal Sci 8 (2017) 363-369.
 *        doi:10.1177/1948550616673876 */
CBK_API cbk_grim cbk_grim_of_mean(cbk_printed mean, int64_t n);
CBK_API cbk_grim cbk_grim_of_percent(cbk_printed percent, int64_t n);

/* GRIMMER: whether n whole numbers with this mean have this standard deviation.  [An16]
 *
 *   The sum s and the sum of squares q are whole numbers, (n q - s^2) / (n d) is the
 *   variance (d = n - 1; d = n where is_population), q and s are both even or both odd
 *   [Al18], and q is at least that of the flattest sample.  For n >= 5 every such q is
 *   that of a sample; for n <= 4 it is looked for one.
 *   Cannot tell  every printed standard deviation is possible; no mean of whole numbers
 *                prints so (see GRIM); n outside 2 .. CBK_GRIM_N_MAX; n of 3 or 4 with a
 *                standard deviation above 150; nothing printed.
 *   Cost         O(1 + n 10^-digits of the mean).
 *   Checked      against all samples of whole numbers, n <= 6.
 *   Where it differs: [An16] and [Al18] give conditions that a possible pair meets; this
 *   is exact for n <= 4, too.
 *
 * [An16] Anaya.  PeerJ Preprints 4 (2016) e2400v1.  doi:10.7287/peerj.preprints.2400v1
 * [Al18] Allard.  Analytic-GRIMMER (2018), aurelienallard.netlify.app/post/
 *        anaytic-grimmer-possibility-standard-deviations/ */
CBK_API cbk_grim cbk_grimmer(cbk_printed mean, cbk_printed sd, int64_t n,
                             bool is_population);

/* ---- a sample in a few numbers ------------------------------------------------------
 */

/* What a paper prints of one variable; NaN and 0: not printed. */
typedef struct cbk_printed_sample {
    int64_t n;
    cbk_printed mean, sd, median, minimum, maximum;
} cbk_printed_sample;

typedef struct cbk_bounds {
    double low, high; /* NaN: nothing bounds it */
} cbk_bounds;

/* The means that a sample with this n, median, smallest and largest value can have.  Of
 * the values below the median all may be the smallest; those above it may be the median,
 * but for the largest; and the other way round. */
CBK_API cbk_bounds cbk_printed_sample_mean(const cbk_printed_sample *summary);

/* The standard deviations (n - 1 in the denominator) that it can have.  At least
 * range / sqrt(2 (n - 1)): the others lie in the middle; and |mean - median|
 * sqrt(n / (n - 1)).  At most that of half the values at each end, and
 * sqrt(n / (n - 1) (max - mean) (mean - min)) [BD00].  Without n: as for many.
 *
 * [BD00] Bhatia, Davis.  Am Math Mon 107 (2000) 353-357.
 *        doi:10.1080/00029890.2000.12005203 */
CBK_API cbk_bounds cbk_printed_sample_sd(const cbk_printed_sample *summary);

/* ---- p and intervals ----------------------------------------------------------------
 */

typedef enum cbk_paper_statistic {
    CBK_PAPER_CHI_SQUARED, /* df */
    CBK_PAPER_Z,
    CBK_PAPER_T, /* df */
    CBK_PAPER_F, /* df, df2 */
    CBK_PAPER_R  /* df = n - 2; in [-1, 1] */
} cbk_paper_statistic;

/* The p values that a printed statistic can have (the idea: [Nu16]).  sides 2 or, of
 * NORMAL, T and CORRELATION, 1.  NaN where it has none: degrees of freedom that are not
 * above 0, a negative chi-squared or F, a correlation beyond 1.
 *
 *   Checked  R 4.2.2: pchisq(), pnorm(), pt(), pf(); <= 1e-12.
 *
 * [Nu16] Nuijten, Hartgerink, van Assen, Epskamp, Wicherts.  Behav Res Methods 48 (2016)
 *        1205-1226.  doi:10.3758/s13428-015-0664-2 */
CBK_API cbk_bounds cbk_p_of_statistic(cbk_paper_statistic kind, cbk_printed statistic,
                                      double df, double df2, int sides);

/* What limits from a standard error say of their estimate: est -+ z se, of a ratio on the
 * scale of its logarithm [AB11].  estimate NaN: the middle stands for it.
 *
 *   Errors  none; NaN where a limit of a ratio is not above 0, upper <= lower, or level
 *           is not in (0, 1).
 *
 * [AB11] Altman, Bland.  BMJ 343 (2011) d2304.  doi:10.1136/bmj.d2304 */
typedef struct cbk_limits {
    cbk_bounds middle; /* where the estimate lies */
    cbk_bounds p;      /* of Wald's test against no difference, two-sided */
} cbk_limits;
CBK_API cbk_limits cbk_limits_imply(cbk_printed estimate, cbk_printed lower,
                                    cbk_printed upper, bool is_ratio, double level);

CBK_END_DECLS

#endif
