/* paper_inference.c - p values against their statistics, intervals against their
 * estimates, rows of numbers at risk, totals.  Contract: paper_run.h. */
#include "claims/paper/paper_run.h"

#include <math.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* ---- p ------------------------------------------------------------------------- */

/* Whether the printed p, or its bound, is among the p values that can be. */
static bool is_p_possible(const cbk_stated_number *p, cbk_bounds can_be)
{
    const cbk_printed printed = {p->value, p->digits};
    switch (p->comparator) {
    case CBK_COMPARATOR_LESS:
    case CBK_COMPARATOR_AT_MOST:
        return can_be.low <= p->value;
    case CBK_COMPARATOR_GREATER:
    case CBK_COMPARATOR_AT_LEAST:
        return can_be.high >= p->value;
    case CBK_COMPARATOR_NONE:
        break;
    }
    return cbk_printed_low(printed) <= can_be.high &&
           can_be.low <= cbk_printed_high(printed);
}

/* Which side of 5% a paper's p is on: -1 below, 1 above, 0 not clear. */
static int side_of_p(const cbk_stated_number *p)
{
    const cbk_printed printed = {p->value, p->digits};
    const bool is_upper =
        p->comparator == CBK_COMPARATOR_LESS || p->comparator == CBK_COMPARATOR_AT_MOST;
    if (p->comparator != CBK_COMPARATOR_NONE) {
        return is_upper ? (p->value <= 0.05 ? -1 : 0) : (p->value >= 0.05 ? 1 : 0);
    }
    return cbk_printed_high(printed) < 0.05  ? -1
           : cbk_printed_low(printed) > 0.05 ? 1
                                             : 0;
}

/* ", which is on the other side of 0.05" where it is. */
static const char *say_side(const cbk_stated_number *p, cbk_bounds can_be)
{
    const int side = side_of_p(p);
    const bool is_other =
        (side < 0 && can_be.low > 0.05) || (side > 0 && can_be.high < 0.05);
    return is_other ? ", on the other side of 0.05" : "";
}

static const char *say_p(cbk_paper_run *r, const char *what, cbk_bounds can_be,
                         const char *side)
{
    const cbk_paper_text low = cbk_paper_show_p(can_be.low);
    const cbk_paper_text high = cbk_paper_show_p(can_be.high);
    return cbk_text_format(r->arena, "%s p from %s to %s%s.", what, low.text, high.text,
                           side);
}

typedef struct statistic {
    cbk_fact fact;
    cbk_paper_statistic kind;
    bool may_be_one_sided;
} statistic;

static const statistic statistics[] = {
    {CBK_FACT_CHISQ, CBK_PAPER_CHI_SQUARED, false},
    {CBK_FACT_T, CBK_PAPER_T, true},
    {CBK_FACT_Z, CBK_PAPER_Z, true},
    {CBK_FACT_F, CBK_PAPER_F, false},
    {CBK_FACT_R, CBK_PAPER_R, true},
};

/* The degrees of freedom; those of a correlation follow from n. */
static double degrees(const cbk_paper_check *check, const statistic *one)
{
    const double df = cbk_paper_value(check, CBK_FACT_DF);
    return isnan(df) && one->kind == CBK_PAPER_R
               ? cbk_paper_value(check, CBK_FACT_N) - 2.0
               : df;
}

static void check_statistic(cbk_paper_run *r, const statistic *one)
{
    const cbk_fact facts[] = {one->fact,  CBK_FACT_DF,    CBK_FACT_DF2,
                              CBK_FACT_N, CBK_FACT_SIDES, CBK_FACT_P};
    const cbk_stated_number *p = &r->check->fact[CBK_FACT_P].number;
    const cbk_printed value = cbk_paper_printed(r->check, one->fact);
    const double df = degrees(r->check, one);
    const double df2 = cbk_paper_value(r->check, CBK_FACT_DF2);
    const bool is_declared = cbk_paper_has(r->check, CBK_FACT_SIDES);
    const int sides = is_declared ? (int)cbk_paper_value(r->check, CBK_FACT_SIDES) : 2;
    const cbk_bounds can_be = cbk_p_of_statistic(one->kind, value, df, df2, sides);
    const char *stated = cbk_paper_say(r, facts, N(facts));
    if (isnan(can_be.low)) {
        cbk_paper_conclude(r, "p", stated, CBK_CANNOT_TELL,
                           "The statistic has no p without its degrees of freedom, or it "
                           "cannot be.");
        return;
    }
    const bool is_possible = is_p_possible(p, can_be);
    const char *sentence =
        say_p(r, "The statistic gives", can_be, is_possible ? "" : say_side(p, can_be));
    if (!is_possible && !is_declared && one->may_be_one_sided &&
        is_p_possible(p, cbk_p_of_statistic(one->kind, value, df, df2, 1))) {
        sentence = cbk_text_format(
            r->arena, "%s The p is that of a one-sided test (sides: 1).", sentence);
    }
    cbk_paper_conclude(r, "p", stated, is_possible ? CBK_CONSISTENT : CBK_INCONSISTENT,
                       sentence);
}

void cbk_paper_check_p(cbk_paper_run *r)
{
    for (size_t i = 0; cbk_paper_has(r->check, CBK_FACT_P) && i < N(statistics); i++) {
        if (cbk_paper_has(r->check, statistics[i].fact)) {
            check_statistic(r, &statistics[i]);
            return;
        }
    }
}

/* ---- intervals ----------------------------------------------------------------- */

static const cbk_fact estimates[] = {CBK_FACT_HAZARD_RATIO, CBK_FACT_ODDS_RATIO,
                                     CBK_FACT_RISK_RATIO, CBK_FACT_DIFFERENCE,
                                     CBK_FACT_ESTIMATE};

static bool is_ratio(cbk_fact fact)
{
    return fact == CBK_FACT_HAZARD_RATIO || fact == CBK_FACT_ODDS_RATIO ||
           fact == CBK_FACT_RISK_RATIO;
}

static double level_of(const cbk_paper_check *check)
{
    return cbk_paper_has(check, CBK_FACT_LEVEL) ? cbk_paper_value(check, CBK_FACT_LEVEL)
                                                : 0.95;
}

/* The estimate lies within its limits and, where they come from a standard error, in
 * their middle. */
static void check_limits(cbk_paper_run *r, cbk_fact fact, const cbk_limits *limits)
{
    const cbk_fact facts[] = {fact, CBK_FACT_LOWER, CBK_FACT_UPPER};
    const cbk_printed value = cbk_paper_printed(r->check, fact);
    const char *stated = cbk_paper_say(r, facts, N(facts));
    const double low = cbk_printed_low(value);
    const double high = cbk_printed_high(value);
    if (high < cbk_printed_low(cbk_paper_printed(r->check, CBK_FACT_LOWER)) ||
        low > cbk_printed_high(cbk_paper_printed(r->check, CBK_FACT_UPPER))) {
        cbk_paper_conclude(r, "interval", stated, CBK_INCONSISTENT,
                           "The estimate lies outside its interval.");
        return;
    }
    if (limits == NULL || isnan(limits->middle.low)) {
        cbk_paper_conclude(r, "interval", stated, CBK_CONSISTENT,
                           "The estimate lies within its interval.");
        return;
    }
    const bool is_middle = low <= limits->middle.high && limits->middle.low <= high;
    const cbk_paper_text from = cbk_paper_show(limits->middle.low, value.digits);
    const cbk_paper_text to = cbk_paper_show(limits->middle.high, value.digits);
    cbk_paper_conclude(
        r, "interval", stated, is_middle ? CBK_CONSISTENT : CBK_INCONSISTENT,
        cbk_text_format(r->arena, "The middle of the limits%s lies between %s and %s%s.",
                        is_ratio(fact) ? ", on the scale of the logarithm," : "",
                        from.text, to.text,
                        is_middle ? ""
                                  : "; exact and profile limits need not lie even "
                                    "(wald: false)"));
}

static void check_p_of_limits(cbk_paper_run *r, cbk_fact fact, const cbk_limits *limits)
{
    const cbk_fact facts[] = {fact, CBK_FACT_LOWER, CBK_FACT_UPPER, CBK_FACT_P};
    const cbk_stated_number *p = &r->check->fact[CBK_FACT_P].number;
    const bool is_possible = is_p_possible(p, limits->p);
    cbk_paper_conclude(
        r, "interval-p", cbk_paper_say(r, facts, N(facts)),
        is_possible ? CBK_CONSISTENT : CBK_INCONSISTENT,
        say_p(r, "The limits give, by Wald's test,", limits->p,
              is_possible ? ""
                          : cbk_text_format(r->arena,
                                            "%s; p of another test may differ (wald: "
                                            "false)",
                                            say_side(p, limits->p))));
}

void cbk_paper_check_interval(cbk_paper_run *r)
{
    const cbk_paper_check *check = r->check;
    size_t i = 0;
    while (i < N(estimates) && !cbk_paper_has(check, estimates[i])) {
        i++;
    }
    if (i == N(estimates) || !cbk_paper_has(check, CBK_FACT_LOWER) ||
        !cbk_paper_has(check, CBK_FACT_UPPER)) {
        return;
    }
    const cbk_fact fact = estimates[i];
    const bool has_scale = fact != CBK_FACT_ESTIMATE && !check->is_not_wald;
    const cbk_limits limits = cbk_limits_imply(
        cbk_paper_printed(check, fact), cbk_paper_printed(check, CBK_FACT_LOWER),
        cbk_paper_printed(check, CBK_FACT_UPPER), is_ratio(fact), level_of(check));
    check_limits(r, fact, has_scale ? &limits : NULL);
    if (has_scale && cbk_paper_has(check, CBK_FACT_P) && !isnan(limits.p.low)) {
        check_p_of_limits(r, fact, &limits);
    }
}

/* ---- rows and totals ----------------------------------------------------------- */

static const char *say_list(cbk_paper_run *r, const char *name,
                            const cbk_fact_value *values, size_t n, cbk_fact last)
{
    cbk_buffer text = {0};
    cbk_buffer_add(&text, name);
    for (size_t i = 0; i < n && i < 50; i++) {
        cbk_buffer_addf(&text, "%s%.20s", i > 0 ? ", " : " ", values[i].text);
    }
    if (cbk_paper_has(r->check, last)) {
        cbk_buffer_addf(&text, "; %s %.60s", cbk_fact_name(last),
                        r->check->fact[last].text);
    }
    const char *copy = text.is_failed ? NULL : cbk_text_copy(r->arena, text.bytes);
    cbk_buffer_free(&text);
    return copy;
}

/* Nobody comes back: a number at risk falls, unless patients enter late. */
static void check_at_risk(cbk_paper_run *r)
{
    const cbk_paper_check *check = r->check;
    const double n = cbk_paper_value(check, CBK_FACT_N);
    const char *wrong = "";
    if (!isnan(n) && check->at_risk[0].number.value > n) {
        wrong =
            cbk_text_format(r->arena, "%.20s at risk are more than the %.20s there are.",
                            check->at_risk[0].text, check->fact[CBK_FACT_N].text);
    }
    size_t i = 1;
    while (i < check->n_at_risk &&
           check->at_risk[i].number.value <= check->at_risk[i - 1].number.value) {
        i++;
    }
    if (i < check->n_at_risk && wrong != NULL) {
        wrong =
            cbk_text_format(r->arena,
                            "%s%s%.20s at risk after %.20s: the number rises only with "
                            "late entry.",
                            wrong, *wrong != '\0' ? " " : "", check->at_risk[i].text,
                            check->at_risk[i - 1].text);
    }
    const bool is_wrong = wrong == NULL || *wrong != '\0';
    cbk_paper_conclude(
        r, "at-risk",
        say_list(r, "at_risk", check->at_risk, check->n_at_risk, CBK_FACT_N),
        is_wrong ? CBK_INCONSISTENT : CBK_CONSISTENT,
        is_wrong ? wrong : "The numbers never rise.");
}

/* A count is exact; a percentage or a number with decimals is rounded. */
static bool is_rounded(const cbk_fact_value *value)
{
    const char *at = value->text;
    while (*at != '\0' && *at != '%') {
        at++;
    }
    return *at == '%' || value->number.digits > 0;
}

static void add_range(const cbk_fact_value *value, cbk_bounds *sum)
{
    const cbk_printed printed = cbk_paper_printed_of(value);
    const bool rounded = is_rounded(value);
    sum->low += rounded ? cbk_printed_low(printed) : printed.value;
    sum->high += rounded ? cbk_printed_high(printed) : printed.value;
}

static void check_total(cbk_paper_run *r)
{
    const cbk_paper_check *check = r->check;
    const cbk_fact_value *total = &check->fact[CBK_FACT_TOTAL];
    cbk_bounds sum = {0.0, 0.0};
    cbk_bounds whole = {0.0, 0.0};
    double printed_sum = 0.0;
    int digits = 0;
    add_range(total, &whole);
    for (size_t i = 0; i < check->n_parts; i++) {
        add_range(&check->parts[i], &sum);
        printed_sum += check->parts[i].number.value;
        digits = check->parts[i].number.digits > digits ? check->parts[i].number.digits
                                                        : digits;
    }
    const bool is_right = sum.low <= whole.high + 1e-9 && whole.low <= sum.high + 1e-9;
    cbk_paper_conclude(r, "total",
                       say_list(r, "parts", check->parts, check->n_parts, CBK_FACT_TOTAL),
                       is_right ? CBK_CONSISTENT : CBK_INCONSISTENT,
                       cbk_text_format(r->arena, "The parts add up to %s%s.",
                                       cbk_paper_show(printed_sum, digits).text,
                                       is_right && printed_sum != total->number.value
                                           ? ", which rounding allows"
                                           : ""));
    if (!is_right) {
        cbk_paper_add_nearest(
            r, cbk_number_round(printed_sum, digits + 2, CBK_ROUND_HALF_AWAY));
    }
}

void cbk_paper_check_rows(cbk_paper_run *r)
{
    const cbk_paper_check *check = r->check;
    const bool has_row = check->n_at_risk > 1 ||
                         (check->n_at_risk == 1 && cbk_paper_has(check, CBK_FACT_N));
    if (has_row) {
        check_at_risk(r);
    }
    if (check->n_parts > 0 && cbk_paper_has(check, CBK_FACT_TOTAL)) {
        check_total(r);
    }
}
