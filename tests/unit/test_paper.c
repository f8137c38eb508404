/* test_paper.c - the checks of printed numbers, each beside its slow twin: all samples of
 * whole numbers, written out. */
#include "check.h"

#include <casebook/paper.h>

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static cbk_printed printed(double value, int digits)
{
    return (cbk_printed){value, digits};
}

static const cbk_printed none = {(double)NAN, 0};

static void printed_numbers_stand_for_ranges(void)
{
    static const struct {
        double value;
        int digits;
        double real;
        bool has;
    } rows[] = {
        {44, 0, 44.4, true},   {44, 0, 43.5, true},        {44, 0, 44.5, true}, /* even */
        {45, 0, 44.5, true},   {45, 0, 45.5, false},       {45, 0, 44.49, false},
        {0.3, 1, 0.25, true},  {0.2, 1, 0.25, true},       {0.3, 1, 0.35, false},
        {-44, 0, -44.5, true}, {-45, 0, -45.5, false},     {-45, 0, -44.5, true},
        {0, 0, 0.5, true},     {0, 0, -0.5, true},         {1, 0, 0.5, true},
        {1, 0, -0.5, false},   {16.7, 1, 100.0 / 6, true}, {16.6, 1, 100.0 / 6, false},
    };
    for (size_t i = 0; i < N(rows); i++) {
        const bool has =
            cbk_printed_has(printed(rows[i].value, rows[i].digits), rows[i].real);
        if (has != rows[i].has) {
            printf("# %g for %g\n", rows[i].value, rows[i].real);
        }
        CHECK(has == rows[i].has);
    }
    CHECK(!cbk_printed_has(none, 1.0) && isnan(cbk_printed_low(none)));
    CHECK(strcmp(cbk_consistency_name(CBK_CANNOT_TELL), "cannot_tell") == 0);
}

/* ---- GRIM ---------------------------------------------------------------------- */

/* Every sum, both ways of rounding, in whole numbers: 2 |sum 10^d - mean n| <= n. */
static bool is_mean_possible(int64_t scaled, int64_t scale, int64_t n)
{
    for (int64_t sum = -3 * n; sum <= 13 * n; sum++) {
        const int64_t off = 2 * (sum * scale - scaled * n);
        if ((off < n && off > -n) || (off == -n && scaled > 0) ||
            (off == n && (scaled < 0 || scaled % 2 == 0)) ||
            (off == -n && scaled % 2 == 0)) {
            return true;
        }
    }
    return false;
}

static void means_as_by_enumeration(void)
{
    size_t n_impossible = 0;
    for (int64_t n = 1; n <= 120; n++) {
        for (int64_t scaled = -250; scaled <= 1050; scaled += 1) {
            const cbk_grim one = cbk_grim_of_mean(printed((double)scaled / 100.0, 2), n);
            const bool is_possible = is_mean_possible(scaled, 100, n);
            const cbk_consistency expected = n >= 100      ? CBK_CANNOT_TELL
                                             : is_possible ? CBK_CONSISTENT
                                                           : CBK_INCONSISTENT;
            if (one.verdict != expected) {
                printf("# mean %g of %d\n", (double)scaled / 100.0, (int)n);
            }
            CHECK(one.verdict == expected);
            n_impossible += !is_possible;
            if (one.verdict == CBK_INCONSISTENT) {
                CHECK(one.below * 100.0 < (double)scaled);
                CHECK(one.above * 100.0 > (double)scaled);
                CHECK_NEAR(one.above - one.below, 1.0 / (double)n, 1e-12);
            }
        }
    }
    CHECK(n_impossible > 10000);
}

static void examples_of_grim(void)
{
    /* the classic one: 3.45 and 3.50 are means of 20, 3.46 is none */
    const cbk_grim one = cbk_grim_of_mean(printed(3.46, 2), 20);
    CHECK(one.verdict == CBK_INCONSISTENT);
    CHECK_NEAR(one.below, 3.45, 1e-12);
    CHECK_NEAR(one.above, 3.50, 1e-12);
    CHECK(cbk_grim_of_percent(printed(83, 0), 6).verdict == CBK_CONSISTENT);
    CHECK(cbk_grim_of_percent(printed(66, 0), 6).verdict == CBK_INCONSISTENT);
    CHECK(cbk_grim_of_percent(printed(66, 0), 100).verdict == CBK_CANNOT_TELL);
    const cbk_grim over = cbk_grim_of_percent(printed(103, 0), 6);
    CHECK(over.verdict == CBK_INCONSISTENT && isnan(over.above));
    CHECK_NEAR(over.below, 100.0, 1e-12);
    CHECK(cbk_grim_of_mean(none, 20).verdict == CBK_CANNOT_TELL);
    CHECK(cbk_grim_of_mean(printed(1, 0), 0).verdict == CBK_CANNOT_TELL);
    CHECK(cbk_grim_of_mean(printed(1.5, 1), -4).verdict == CBK_CANNOT_TELL);
    CHECK(cbk_grim_of_mean(printed(1e300, 1), 4).verdict == CBK_CANNOT_TELL);
}

/* ---- GRIMMER ------------------------------------------------------------------- */

enum { SCALED_MAX = 200 };

/* Which standard deviations, in hundredths, samples of n numbers from -most to most with
 * a mean that prints as `mean` have: every sample in ascending order. */
typedef struct samples {
    int n, most;
    bool is_population;
    cbk_printed mean;
    int digits;
    int scale;
    bool *has; /* [SCALED_MAX + 1] */
} samples;

static void walk(const samples *all, int n_left, int least, double sum, double squares)
{
    if (n_left > 0) {
        for (int value = least; value <= all->most; value++) {
            walk(all, n_left - 1, value, sum + value, squares + (double)value * value);
        }
        return;
    }
    const double n = all->n;
    if (!cbk_printed_has(all->mean, sum / n)) {
        return;
    }
    const double divisor = all->is_population ? n : n - 1.0;
    const double sd = sqrt((n * squares - sum * sum) / (n * divisor));
    const int near = (int)(sd * all->scale);
    for (int scaled = near; scaled <= near + 1 && scaled <= SCALED_MAX; scaled++) {
        if (cbk_printed_has(printed((double)scaled / all->scale, all->digits), sd)) {
            all->has[scaled] = true;
        }
    }
}

/* Standard deviations up to 2: no value of a sample with a mean from 0 to 1 lies farther
 * out than its root of n - 1 times that. */
static void spreads_as_by_enumeration(void)
{
    static const struct {
        double mean;
        int digits;
    } means[] = {{0, 1}, {0.2, 1}, {0.3, 1}, {0.5, 1}, {0.33, 2}, {0.5, 0}, {1, 0}};
    size_t n_possible = 0;
    size_t n_impossible = 0;
    for (int n = 2; n <= 6; n++) {
        for (size_t i = 0; i < N(means); i++) {
            for (int is_population = 0; is_population <= 1; is_population++) {
                for (int digits = 1; digits <= 2; digits++) {
                    const int scale = digits == 1 ? 10 : 100;
                    const int most_scaled = digits == 1 ? 20 : SCALED_MAX;
                    bool has[SCALED_MAX + 1] = {false};
                    const samples all = {.n = n,
                                         .most = 7,
                                         .is_population = is_population,
                                         .mean = printed(means[i].mean, means[i].digits),
                                         .digits = digits,
                                         .scale = scale,
                                         .has = has};
                    walk(&all, n, -7, 0.0, 0.0);
                    for (int scaled = 0; scaled <= most_scaled; scaled++) {
                        const cbk_printed sd = printed((double)scaled / scale, digits);
                        const cbk_grim one = cbk_grimmer(all.mean, sd, n, is_population);
                        const bool has_mean =
                            cbk_grim_of_mean(all.mean, n).verdict != CBK_INCONSISTENT;
                        const bool is_good =
                            one.verdict == CBK_CANNOT_TELL
                                ? !has_mean ||
                                      (n > 4 &&
                                       sd.value * (n - 1 + is_population) * 1.001 >=
                                           scale)
                                : (one.verdict == CBK_CONSISTENT) == has[scaled];
                        if (!is_good) {
                            printf("# n %d mean %g sd %g: %s\n", n, means[i].mean,
                                   sd.value, cbk_consistency_name(one.verdict));
                        }
                        CHECK(is_good);
                        n_possible += one.verdict == CBK_CONSISTENT;
                        n_impossible += one.verdict == CBK_INCONSISTENT;
                        if (one.verdict == CBK_INCONSISTENT) {
                            CHECK(isnan(one.below) || one.below < sd.value);
                            CHECK(isnan(one.above) || one.above > sd.value);
                        }
                    }
                }
            }
        }
    }
    printf("# %zu possible, %zu impossible\n", n_possible, n_impossible);
    CHECK(n_possible > 500 && n_impossible > 2000);
}

/* For n >= 5 every sum of squares of the right parity is that of a sample: the squares of
 * 5 numbers up to 24 reach all up to 500. */
static void five_numbers_have_every_sum_of_squares(void)
{
    enum { MOST = 24, SQUARES = 500 };
    static bool has[5][SQUARES + 1];
    for (int a = -MOST; a <= MOST; a++) {
        for (int b = a; b <= MOST; b++) {
            for (int c = b; c <= MOST; c++) {
                for (int d = c; d <= MOST; d++) {
                    const int four = a * a + b * b + c * c + d * d;
                    for (int sum = 0; sum < 5 && four <= SQUARES; sum++) {
                        const int e = sum - a - b - c - d;
                        if (four + e * e <= SQUARES) {
                            has[sum][four + e * e] = true;
                        }
                    }
                }
            }
        }
    }
    for (int sum = 0; sum < 5; sum++) {
        for (int squares = sum; squares <= SQUARES; squares += 2) {
            CHECK(has[sum][squares]);
        }
    }
}

static void examples_of_grimmer(void)
{
    /* the six ages of the worked example: mean 44.5, SD 16.18 */
    CHECK(cbk_grimmer(printed(44.5, 1), printed(16.18, 2), 6, false).verdict ==
          CBK_CONSISTENT);
    CHECK(cbk_grimmer(printed(44.5, 1), printed(14.77, 2), 6, true).verdict ==
          CBK_CONSISTENT);
    const cbk_grim one = cbk_grimmer(printed(44.5, 1), printed(16.19, 2), 6, false);
    CHECK(one.verdict == CBK_INCONSISTENT);
    CHECK_NEAR(one.below, 16.1833, 1e-4);
    CHECK_NEAR(one.above, 16.1957, 1e-4);
    CHECK(cbk_grimmer(printed(44.5, 1), printed(15.7, 1), 60, false).verdict ==
          CBK_CANNOT_TELL);
    CHECK(cbk_grimmer(printed(44.4, 1), printed(15.7, 1), 6, false).verdict ==
          CBK_CANNOT_TELL); /* no such mean */
    CHECK(cbk_grimmer(printed(3, 0), printed(0, 0), 1, false).verdict == CBK_CANNOT_TELL);
    CHECK(cbk_grimmer(printed(3, 0), none, 9, false).verdict == CBK_CANNOT_TELL);
    CHECK(cbk_grimmer(printed(3, 0), printed(-1, 0), 9, false).verdict ==
          CBK_CANNOT_TELL);
}

/* ---- a sample in a few numbers ------------------------------------------------- */

/* The extremes of mean and SD over all samples of n numbers from 0 to 6 with these
 * order statistics. */
static void bounds_hold_for_all_samples(void)
{
    size_t n_tight = 0;
    for (int n = 2; n <= 5; n++) {
        int value[5] = {0};
        for (int code = 0; code < (n == 2   ? 49
                                   : n == 3 ? 343
                                   : n == 4 ? 2401
                                            : 16807);
             code++) {
            bool is_ascending = true;
            double sum = 0.0;
            double squares = 0.0;
            for (int i = 0, rest = code; i < n; i++, rest /= 7) {
                value[i] = rest % 7;
                is_ascending = is_ascending && (i == 0 || value[i - 1] <= value[i]);
                sum += value[i];
                squares += (double)value[i] * value[i];
            }
            if (!is_ascending) {
                continue;
            }
            const double mean = sum / n;
            const double sd = sqrt((squares - sum * mean) / (n - 1));
            const double median = (value[(n - 1) / 2] + value[n / 2]) / 2.0;
            const cbk_printed_sample exact = {.n = n,
                                              .mean = printed(mean, 12),
                                              .sd = none,
                                              .median = printed(median, 12),
                                              .minimum = printed(value[0], 12),
                                              .maximum = printed(value[n - 1], 12)};
            for (int known = 0; known < 8; known++) {
                cbk_printed_sample some = exact;
                some.n = known & 1 ? n : 0;
                some.median = known & 2 ? some.median : none;
                some.mean = known & 4 ? some.mean : none;
                const cbk_bounds means = cbk_printed_sample_mean(&some);
                const cbk_bounds spreads = cbk_printed_sample_sd(&some);
                CHECK(means.low <= mean + 1e-9 && mean <= means.high + 1e-9);
                CHECK(!(spreads.low > sd + 1e-9));
                /* without n the bound is that of many: less by the correction */
                CHECK(!(spreads.high * (known & 1 ? 1.0 : sqrt(n / (n - 1.0))) <
                        sd - 1e-9));
                n_tight += fabs(means.low - mean) < 1e-9 && (known & 3) == 3;
            }
        }
    }
    CHECK(n_tight > 100);
}

/* ---- p and intervals ----------------------------------------------------------- */

/* R 4.2.2: pchisq(4.05, 1, lower = FALSE) and so on. */
static void p_as_in_r(void)
{
    cbk_bounds p = cbk_p_of_statistic(CBK_PAPER_CHI_SQUARED, printed(4.1, 1), 1, 0, 2);
    CHECK_NEAR(p.high, 0.04417134490844245, 1e-12);
    CHECK_NEAR(p.low, 0.0416345238773112, 1e-12);
    p = cbk_p_of_statistic(CBK_PAPER_Z, printed(-2.3, 1), 0, 0, 2);
    CHECK_NEAR(p.high, 0.02444894531008941, 1e-12);
    p = cbk_p_of_statistic(CBK_PAPER_T, printed(2.2, 2), 28, 0, 2);
    CHECK_NEAR(p.high, 0.03661911547262334, 1e-12);
    CHECK_NEAR(p.low, 0.03583565920356629, 1e-12);
    CHECK_NEAR(cbk_p_of_statistic(CBK_PAPER_T, printed(2.2, 2), 28, 0, 1).high,
               p.high / 2.0, 1e-15);
    p = cbk_p_of_statistic(CBK_PAPER_F, printed(3.2, 1), 2, 57, 2);
    CHECK_NEAR(p.high, 0.05039966516421528, 1e-12);
    CHECK_NEAR(p.low, 0.04606618165585677, 1e-12);
    p = cbk_p_of_statistic(CBK_PAPER_R, printed(0.45, 2), 28, 0, 2);
    CHECK_NEAR(p.high, 0.01373670834765021, 1e-12);
    CHECK(isnan(cbk_p_of_statistic(CBK_PAPER_T, printed(2.2, 2), 0, 0, 2).low));
    CHECK(isnan(cbk_p_of_statistic(CBK_PAPER_R, printed(1.2, 1), 9, 0, 2).low));
    CHECK(isnan(cbk_p_of_statistic(CBK_PAPER_CHI_SQUARED, printed(-1, 0), 9, 0, 2).low));
    CHECK(cbk_p_of_statistic(CBK_PAPER_R, printed(1.0, 1), 9, 0, 2).low == 0.0);
}

static void limits_imply_their_middle_and_p(void)
{
    /* exp((log 0.41 + log 0.94) / 2) = 0.6208 */
    const cbk_limits ratio = cbk_limits_imply(printed(0.62, 2), printed(0.41, 2),
                                              printed(0.94, 2), true, 0.95);
    CHECK(ratio.middle.low < 0.6208 && ratio.middle.high > 0.6208);
    CHECK_NEAR(ratio.middle.low, sqrt(0.405 * 0.935), 1e-12);
    CHECK(ratio.p.low < 0.024 && ratio.p.high > 0.024);
    CHECK_NEAR(ratio.p.high, 0.02967369967841714, 1e-9); /* by R from .625, .405, .945 */
    const cbk_limits middle =
        cbk_limits_imply(none, printed(0.41, 2), printed(0.94, 2), true, 0.95);
    CHECK(middle.p.low < 0.024 && middle.p.high > 0.024);
    const cbk_limits across =
        cbk_limits_imply(printed(0.0, 1), printed(-1, 0), printed(1, 0), false, 0.95);
    CHECK(across.p.high == 1.0);
    CHECK(isnan(
        cbk_limits_imply(none, printed(0, 0), printed(2, 0), true, 0.95).middle.low));
    CHECK(isnan(cbk_limits_imply(none, printed(2, 0), printed(1, 0), false, 0.95).p.low));
    CHECK(isnan(cbk_limits_imply(none, printed(1, 0), printed(2, 0), false, 95).p.low));
}

int main(void)
{
    static const check_test tests[] = {
        {"printed numbers stand for ranges", printed_numbers_stand_for_ranges},
        {"GRIM as by enumeration", means_as_by_enumeration},
        {"GRIM, examples", examples_of_grim},
        {"GRIMMER as by enumeration", spreads_as_by_enumeration},
        {"five numbers have every sum of squares",
         five_numbers_have_every_sum_of_squares},
        {"GRIMMER, examples", examples_of_grimmer},
        {"bounds of mean and SD hold for all samples", bounds_hold_for_all_samples},
        {"p of a printed statistic", p_as_in_r},
        {"limits imply their middle and p", limits_imply_their_middle_and_p},
    };
    return check_main(tests, N(tests));
}
