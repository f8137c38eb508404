/* paper_sample.c - percentages against their denominators, and the printed numbers of one
 * variable against each other.  Contract: paper_run.h. */
#include "claims/paper/paper_run.h"

#include <math.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* "the nearest that can be are 3.45 and 3.5" */
static const char *say_nearest(cbk_paper_run *r, double below, double above, int digits)
{
    if (isnan(below) && isnan(above)) {
        return "none is near";
    }
    if (isnan(below) || isnan(above)) {
        return cbk_text_format(r->arena, "the nearest that can be is %s",
                               cbk_paper_show(isnan(below) ? above : below, digits).text);
    }
    return cbk_text_format(r->arena, "the nearest that can be are %s and %s",
                           cbk_paper_show(below, digits).text,
                           cbk_paper_show(above, digits).text);
}

/* ---- shares -------------------------------------------------------------------- */

static const char *cut_or_raised(cbk_paper_run *r, cbk_printed printed, double value)
{
    const cbk_rounding ways[] = {CBK_ROUND_DOWN, CBK_ROUND_UP};
    for (size_t i = 0; i < N(ways); i++) {
        const double rounded = cbk_number_round(value, printed.digits, ways[i]);
        if (fabs(rounded - printed.value) < 0.25 * pow(10.0, -printed.digits)) {
            return cbk_text_format(r->arena, "%s%% is %s%% %s.",
                                   cbk_paper_show(printed.value, printed.digits).text,
                                   cbk_paper_show(value, printed.digits).text,
                                   i == 0 ? "cut off, not rounded" : "rounded up");
        }
    }
    return NULL;
}

static void check_percentage(cbk_paper_run *r)
{
    static const cbk_fact facts[] = {CBK_FACT_COUNT, CBK_FACT_N, CBK_FACT_PERCENT};
    const double count = cbk_paper_value(r->check, CBK_FACT_COUNT);
    const double n = cbk_paper_value(r->check, CBK_FACT_N);
    const cbk_printed percent = cbk_paper_printed(r->check, CBK_FACT_PERCENT);
    if (isnan(count) || isnan(n)) {
        return;
    }
    const char *stated = cbk_paper_say(r, facts, N(facts));
    if (count > n || n == 0.0) {
        cbk_paper_conclude(r, "percentage", stated,
                           n == 0.0 ? CBK_CANNOT_TELL : CBK_INCONSISTENT,
                           n == 0.0 ? "There is no percentage of none."
                                    : "The count is larger than what it is of.");
        return;
    }
    if (isnan(percent.value)) {
        return;
    }
    const double share = 100.0 * count / n;
    const bool is_right = cbk_printed_has(percent, share);
    const char *other = is_right ? NULL : cut_or_raised(r, percent, share);
    cbk_paper_conclude(r, "percentage", stated,
                       is_right || other != NULL ? CBK_CONSISTENT : CBK_INCONSISTENT,
                       other != NULL
                           ? other
                           : cbk_text_format(r->arena, "%.0f of %.0f is %s%%.", count, n,
                                             cbk_paper_show(share, percent.digits).text));
    if (!is_right) {
        cbk_paper_add_nearest(r, share);
    }
}

static void check_grim_percent(cbk_paper_run *r)
{
    static const cbk_fact facts[] = {CBK_FACT_PERCENT, CBK_FACT_N};
    if (cbk_paper_has(r->check, CBK_FACT_COUNT) || !cbk_paper_has(r->check, CBK_FACT_N) ||
        !cbk_paper_has(r->check, CBK_FACT_PERCENT)) {
        return;
    }
    const cbk_printed percent = cbk_paper_printed(r->check, CBK_FACT_PERCENT);
    const cbk_grim one = cbk_grim_of_percent(percent, cbk_paper_n(r->check));
    const char *stated = cbk_paper_say(r, facts, N(facts));
    const char *n = r->check->fact[CBK_FACT_N].text;
    if (one.verdict == CBK_CANNOT_TELL) {
        cbk_paper_conclude(r, "grim", stated, one.verdict,
                           cbk_text_format(r->arena,
                                           "Of %.20s every percentage printed so is "
                                           "possible.",
                                           n));
    } else if (one.verdict == CBK_CONSISTENT) {
        cbk_paper_conclude(
            r, "grim", stated, one.verdict,
            cbk_text_format(r->arena, "A count of %.20s can be this percentage.", n));
    } else {
        const char *other =
            isnan(one.above) ? NULL : cut_or_raised(r, percent, one.above);
        other = other == NULL && !isnan(one.below) ? cut_or_raised(r, percent, one.below)
                                                   : other;
        cbk_paper_conclude(
            r, "grim", stated, other != NULL ? CBK_CONSISTENT : CBK_INCONSISTENT,
            other != NULL ? other
                          : cbk_text_format(
                                r->arena, "No count of %.20s is this percentage; %s.", n,
                                say_nearest(r, one.below, one.above, percent.digits)));
        cbk_paper_add_nearest(r, one.below);
        cbk_paper_add_nearest(r, one.above);
    }
}

void cbk_paper_check_shares(cbk_paper_run *r)
{
    check_percentage(r);
    check_grim_percent(r);
}

/* ---- whole numbers ------------------------------------------------------------- */

/* ---- whole numbers ------------------------------------------------------------- */

/* A result of GRIM or GRIMMER: what n whole numbers cannot have. */
static void conclude_grim(cbk_paper_run *r, const char *kind, const char *stated,
                          const char *what, int digits, const cbk_grim *one)
{
    const char *n = r->check->fact[CBK_FACT_N].text;
    if (one->verdict == CBK_CONSISTENT) {
        cbk_paper_conclude(
            r, kind, stated, one->verdict,
            cbk_text_format(r->arena, "%.20s whole numbers can have this %s.", n, what));
    } else if (one->verdict == CBK_CANNOT_TELL) {
        cbk_paper_conclude(
            r, kind, stated, one->verdict,
            cbk_text_format(r->arena,
                            "%.20s whole numbers can have every %s that is "
                            "printed with so few decimals.",
                            n, what));
    } else {
        cbk_paper_conclude(
            r, kind, stated, one->verdict,
            cbk_text_format(r->arena, "%.20s whole numbers cannot have this %s; %s.", n,
                            what, say_nearest(r, one->below, one->above, digits)));
        cbk_paper_add_nearest(r, one->below);
        cbk_paper_add_nearest(r, one->above);
    }
}

static cbk_consistency check_mean(cbk_paper_run *r)
{
    static const cbk_fact facts[] = {CBK_FACT_MEAN, CBK_FACT_N};
    const cbk_printed mean = cbk_paper_printed(r->check, CBK_FACT_MEAN);
    const cbk_grim one = cbk_grim_of_mean(mean, cbk_paper_n(r->check));
    conclude_grim(r, "grim", cbk_paper_say(r, facts, N(facts)), "mean", mean.digits,
                  &one);
    return one.verdict;
}

/* With n - 1 in the denominator or, which is said, with n. */
static void check_sd(cbk_paper_run *r, bool is_mean_possible)
{
    static const cbk_fact facts[] = {CBK_FACT_SD, CBK_FACT_MEAN, CBK_FACT_N};
    const cbk_printed mean = cbk_paper_printed(r->check, CBK_FACT_MEAN);
    const cbk_printed sd = cbk_paper_printed(r->check, CBK_FACT_SD);
    const char *stated = cbk_paper_say(r, facts, N(facts));
    const int64_t n = cbk_paper_n(r->check);
    if (!is_mean_possible) {
        cbk_paper_conclude(r, "grimmer", stated, CBK_CANNOT_TELL,
                           "The mean itself is impossible.");
        return;
    }
    const cbk_grim one = cbk_grimmer(mean, sd, n, false);
    if (one.verdict == CBK_INCONSISTENT &&
        cbk_grimmer(mean, sd, n, true).verdict == CBK_CONSISTENT) {
        cbk_paper_conclude(r, "grimmer", stated, CBK_CONSISTENT,
                           "Possible with n in the denominator of the variance; with "
                           "n - 1 it is not.");
        return;
    }
    conclude_grim(r, "grimmer", stated, "standard deviation with this mean", sd.digits,
                  &one);
}

/* The median of an odd number is one of them; else half the sum of two. */
static void check_median(cbk_paper_run *r)
{
    static const cbk_fact facts[] = {CBK_FACT_MEDIAN, CBK_FACT_N};
    const cbk_printed median = cbk_paper_printed(r->check, CBK_FACT_MEDIAN);
    const int64_t n = cbk_paper_n(r->check);
    const cbk_grim one = cbk_grim_of_mean(median, n % 2 == 1 ? 1 : 2);
    if (n > 0 && one.verdict != CBK_CANNOT_TELL) {
        conclude_grim(r, "median", cbk_paper_say(r, facts, N(facts)), "median",
                      median.digits, &one);
    }
}

void cbk_paper_check_whole_numbers(cbk_paper_run *r)
{
    const cbk_paper_check *check = r->check;
    if (!check->is_whole || !cbk_paper_has(check, CBK_FACT_N)) {
        return;
    }
    if (cbk_paper_has(check, CBK_FACT_MEAN)) {
        const bool is_possible = check_mean(r) != CBK_INCONSISTENT;
        if (cbk_paper_has(check, CBK_FACT_SD)) {
            check_sd(r, is_possible);
        }
    }
    if (cbk_paper_has(check, CBK_FACT_MEDIAN)) {
        check_median(r);
    }
}

/* ---- order and spread ---------------------------------------------------------- */

/* Larger however the two were rounded, by one rule. */
static bool is_surely_larger(cbk_printed a, cbk_printed b)
{
    return a.value > b.value &&
           cbk_printed_low(a) >= cbk_printed_high(b) - 1e-9 * fabs(b.value);
}

/* Smallest, quartiles and largest in their order, as far as they are stated. */
static void check_order_of_quantiles(cbk_paper_run *r)
{
    static const cbk_fact order[] = {CBK_FACT_MIN, CBK_FACT_Q1, CBK_FACT_MEDIAN,
                                     CBK_FACT_Q3, CBK_FACT_MAX};
    const char *wrong = NULL;
    size_t n = 0;
    cbk_fact before = CBK_FACT_MIN;
    for (size_t i = 0; i < N(order); i++) {
        if (!cbk_paper_has(r->check, order[i])) {
            continue;
        }
        if (n++ > 0 && wrong == NULL &&
            is_surely_larger(cbk_paper_printed(r->check, before),
                             cbk_paper_printed(r->check, order[i]))) {
            wrong =
                cbk_text_format(r->arena, "%s %.60s is larger than %s %.60s.",
                                cbk_fact_name(before), r->check->fact[before].text,
                                cbk_fact_name(order[i]), r->check->fact[order[i]].text);
        }
        before = order[i];
    }
    if (n > 1) {
        cbk_paper_conclude(r, "order", cbk_paper_say(r, order, N(order)),
                           wrong == NULL ? CBK_CONSISTENT : CBK_INCONSISTENT,
                           wrong == NULL ? "They are in their order." : wrong);
    }
}

/* A printed number against what the others allow it to be.  Ends that only touch would
 * have been rounded by two rules. */
static void check_within(cbk_paper_run *r, const char *kind, const char *what,
                         cbk_printed printed, cbk_bounds bounds, const char *stated)
{
    const bool is_low = cbk_printed_high(printed) <= bounds.low + 1e-9;
    const bool is_high = cbk_printed_low(printed) >= bounds.high - 1e-9;
    const double limit = is_low ? bounds.low : bounds.high;
    if (isnan(printed.value) || (isnan(bounds.low) && isnan(bounds.high))) {
        return;
    }
    const char *sentence =
        is_low || is_high ? cbk_text_format(r->arena, "The others allow a %s of %s %s.",
                                            what, is_low ? "no less than" : "at most",
                                            cbk_paper_show(limit, printed.digits).text)
                          : cbk_text_format(r->arena, "The others allow this %s.", what);
    cbk_paper_conclude(r, kind, stated,
                       is_low || is_high ? CBK_INCONSISTENT : CBK_CONSISTENT, sentence);
    if (is_low || is_high) {
        cbk_paper_add_nearest(r, limit);
    }
}

void cbk_paper_check_order(cbk_paper_run *r)
{
    static const cbk_fact of_mean[] = {CBK_FACT_MEAN, CBK_FACT_N, CBK_FACT_MEDIAN,
                                       CBK_FACT_MIN, CBK_FACT_MAX};
    static const cbk_fact of_sd[] = {CBK_FACT_SD,     CBK_FACT_MEAN, CBK_FACT_N,
                                     CBK_FACT_MEDIAN, CBK_FACT_MIN,  CBK_FACT_MAX};
    const cbk_printed_sample summary = {
        .n = cbk_paper_n(r->check),
        .mean = cbk_paper_printed(r->check, CBK_FACT_MEAN),
        .sd = cbk_paper_printed(r->check, CBK_FACT_SD),
        .median = cbk_paper_printed(r->check, CBK_FACT_MEDIAN),
        .minimum = cbk_paper_printed(r->check, CBK_FACT_MIN),
        .maximum = cbk_paper_printed(r->check, CBK_FACT_MAX)};
    check_order_of_quantiles(r);
    check_within(r, "mean", "mean", summary.mean, cbk_printed_sample_mean(&summary),
                 cbk_paper_say(r, of_mean, N(of_mean)));
    check_within(r, "sd", "standard deviation", summary.sd,
                 cbk_printed_sample_sd(&summary), cbk_paper_say(r, of_sd, N(of_sd)));
}
