/* casebook/compare.h - tests of whether groups differ: in categories, in values.
 *
 * Every p is two-sided.  A test that has nothing to compare (fewer than two groups with a
 * value, all values equal) gives p NaN with a note, never an error.
 */
#ifndef CASEBOOK_COMPARE_H
#define CASEBOOK_COMPARE_H

#include <casebook/base.h>

CBK_BEGIN_DECLS

typedef enum cbk_test {
    CBK_TEST_NONE, /* there was nothing to compare: the notes say why */
    CBK_TEST_FISHER,
    CBK_TEST_CHI_SQUARED,
    CBK_TEST_MANN_WHITNEY_EXACT,
    CBK_TEST_MANN_WHITNEY_NORMAL,
    CBK_TEST_KRUSKAL_WALLIS,
    CBK_TEST_WELCH_T,
    CBK_TEST_STUDENT_T
} cbk_test;

/* "Fisher's exact test", "Mann-Whitney test (normal approximation)": the test that ran.
 */
CBK_API const char *cbk_test_name(cbk_test test);

typedef struct cbk_comparison {
    cbk_test test;
    double statistic; /* NaN where the test has none */
    double df;        /* NaN where the test has none */
    double p;         /* in [0, 1]; NaN: not computed, the notes say why */
    cbk_notes notes;
} cbk_comparison;

/* ---- categories -------------------------------------------------------------------- */

/* All take counts count[n_rows * n_columns], row after row; rows and columns without a
 * count are left out.  Their errors: CBK_ENOMEM.
 *
 * cbk_compare_fisher(): the exact test of r x c tables.                    [Fi35] [FH51]
 *   p         the sum of the probabilities, given both margins, of all tables that are no
 *             more probable than the one observed (within a relative 1e-7, as in R).
 *   Method    the network of [MP83], one column after another, with the exact bounds of
 *             what is left; equal partial sums are joined.
 *   Bound     at most 2^19 nodes of one column and 2e8 steps: enough for any table of two
 *             rows with a few hundred patients and for 4 x 4 with about a hundred. Beyond
 *             it the chi-squared test is given, under its own name, with
 *             CBK_NOTE_TOO_LARGE_FOR_EXACT.
 *   Checked   R 4.2.2 fisher.test(), relative <= 1e-9; enumeration of all tables.
 *
 * cbk_compare_chi_squared(): Pearson's, without continuity correction.            [Pe00]
 *   df        (rows - 1) (columns - 1), of those that have a count.
 *   Checked   R 4.2.2 chisq.test(correct = FALSE), relative <= 1e-12.
 *
 * cbk_compare_counts(): Fisher's where any expected count is below 5, else chi-squared.
 *
 * [Fi35] Fisher.  J R Stat Soc 98 (1935) 39-82.  doi:10.2307/2342435
 * [FH51] Freeman, Halton.  Biometrika 38 (1951) 141-149.  doi:10.1093/biomet/38.1-2.141
 * [MP83] Mehta, Patel.  J Am Stat Assoc 78 (1983) 427-434.
 *        doi:10.1080/01621459.1983.10477989
 * [Pe00] Pearson.  Phil Mag 50 (1900) 157-175.  doi:10.1080/14786440009463897 */
CBK_API CBK_MUST_USE cbk_status cbk_compare_fisher(const uint32_t *count, size_t n_rows,
                                                   size_t n_columns, cbk_arena *arena,
                                                   cbk_comparison *out, cbk_error *err);
CBK_API CBK_MUST_USE cbk_status cbk_compare_chi_squared(const uint32_t *count,
                                                        size_t n_rows, size_t n_columns,
                                                        cbk_arena *arena,
                                                        cbk_comparison *out,
                                                        cbk_error *err);
CBK_API CBK_MUST_USE cbk_status cbk_compare_counts(const uint32_t *count, size_t n_rows,
                                                   size_t n_columns, cbk_arena *arena,
                                                   cbk_comparison *out, cbk_error *err);

/* ---- measured values ------------------------------------------------------------------
 */

/* Values of n subjects and the group of each, 0 to n_groups - 1.  A NaN value or a group
 * of n_groups or more is missing and left out (CBK_NOTE_ROWS_LEFT_OUT); groups without
 * values do not count. */
typedef struct cbk_grouped_values {
    size_t n;
    const double *value;   /* [n] finite or NaN */
    const uint32_t *group; /* [n] */
    size_t n_groups;
} cbk_grouped_values;

/* By ranks: Mann-Whitney for two groups, Kruskal-Wallis for more.
 *
 *   Mann-Whitney    statistic W: the pairs in which the value of the first group is the
 *                   larger, ties one half each.                          [MW47] [Wi45]
 *                   Exact, by counting all labelings, where no two values are equal and
 *                   both groups have fewer than 50; else the normal approximation with
 *                   continuity and tie correction.  As R's wilcox.test().
 *   Kruskal-Wallis  statistic H with tie correction, chi-squared with one degree of
 *                   freedom less than there are groups.                          [KW52]
 *   Cost            O(n log n); exact O(n1^2 n2^2).
 *   Errors          CBK_EDATA (an infinite value; err->row), CBK_ENOMEM.
 *   Checked         R 4.2.2 wilcox.test(), kruskal.test(), relative <= 1e-11; all
 *                   labelings.
 *
 * [MW47] Mann, Whitney.  Ann Math Stat 18 (1947) 50-60.  doi:10.1214/aoms/1177730491
 * [Wi45] Wilcoxon.  Biometrics Bull 1 (1945) 80-83.  doi:10.2307/3001968
 * [KW52] Kruskal, Wallis.  J Am Stat Assoc 47 (1952) 583-621.
 *        doi:10.1080/01621459.1952.10483441 */
CBK_API CBK_MUST_USE cbk_status cbk_compare_ranks(const cbk_grouped_values *values,
                                                  cbk_arena *arena, cbk_comparison *out,
                                                  cbk_error *err);

/* By means, of exactly two groups with values: Welch's t [We47], or Student's where the
 * variances are taken as equal.  statistic is t, positive where the first mean is larger.
 *
 *   Degenerate  one value in a group (Welch), both (Student): CBK_NOTE_SD_UNDEFINED; no
 *               spread: CBK_NOTE_NO_SPREAD (R: "data are essentially constant").
 *   Errors      CBK_EINVAL (more than two groups), CBK_EDATA (an infinite value;
 *               err->row), CBK_ENOMEM.
 *   Checked     R 4.2.2 t.test(), relative <= 1e-11.
 *
 * [We47] Welch.  Biometrika 34 (1947) 28-35.  doi:10.1093/biomet/34.1-2.28 */
CBK_API CBK_MUST_USE cbk_status cbk_compare_means(const cbk_grouped_values *values,
                                                  bool is_variance_equal,
                                                  cbk_arena *arena, cbk_comparison *out,
                                                  cbk_error *err);

CBK_END_DECLS

#endif
