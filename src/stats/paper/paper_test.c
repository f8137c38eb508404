/* paper_test.c - the p that a printed statistic or interval can have.  Contract and
 * sources: casebook/paper.h. */
#include <casebook/paper.h>

#include "numeric/distribution.h"

#include <math.h>

/* ---- statistics ---------------------------------------------------------------- */

static double f_upper(double f, double df, double df2)
{
    return cbk_beta_lower(df2 / (df2 + df * f), df2 / 2.0, df / 2.0);
}

/* The tail beyond a statistic that is not negative. */
static double tail(cbk_paper_statistic kind, double x, double df, double df2)
{
    switch (kind) {
    case CBK_PAPER_CHI_SQUARED:
        return cbk_chi_squared_upper(x, df);
    case CBK_PAPER_F:
        return f_upper(x, df, df2);
    case CBK_PAPER_Z:
        return cbk_normal_upper(x);
    case CBK_PAPER_T:
        return cbk_t_upper(x, df);
    case CBK_PAPER_R:
        return x >= 1.0 ? 0.0 : cbk_t_upper(x * sqrt(df / (1.0 - x * x)), df);
    }
    return (double)NAN;
}

static bool is_one_tailed(cbk_paper_statistic kind)
{
    return kind == CBK_PAPER_CHI_SQUARED || kind == CBK_PAPER_F;
}

cbk_bounds cbk_p_of_statistic(cbk_paper_statistic kind, cbk_printed statistic, double df,
                              double df2, int sides)
{
    const cbk_bounds none = {(double)NAN, (double)NAN};
    const double size = is_one_tailed(kind) ? statistic.value : fabs(statistic.value);
    const double half = 0.5 * pow(10.0, -statistic.digits);
    const bool has_df =
        kind == CBK_PAPER_Z || (df > 0.0 && (kind != CBK_PAPER_F || df2 > 0.0));
    if (isnan(size) || size < 0.0 || !has_df || (kind == CBK_PAPER_R && size > 1.0)) {
        return none;
    }
    const double times = is_one_tailed(kind) ? 1.0 : (double)sides;
    return (cbk_bounds){.low = times * tail(kind, size + half, df, df2),
                        .high = times * tail(kind, fmax(0.0, size - half), df, df2)};
}

/* ---- intervals ----------------------------------------------------------------- */

static double on_scale(double value, bool is_ratio)
{
    return is_ratio ? log(fmax(value, 0.0)) : value;
}

static double off_scale(double value, bool is_ratio)
{
    return is_ratio ? exp(value) : value;
}

/* The least size of a number between low and high. */
static double least_size(double low, double high)
{
    return low <= 0.0 && high >= 0.0 ? 0.0 : fmin(fabs(low), fabs(high));
}

cbk_limits cbk_limits_imply(cbk_printed estimate, cbk_printed lower, cbk_printed upper,
                            bool is_ratio, double level)
{
    const cbk_limits none = {{(double)NAN, (double)NAN}, {(double)NAN, (double)NAN}};
    if (!(level > 0.0 && level < 1.0) || !(upper.value > lower.value) ||
        (is_ratio && !(lower.value > 0.0))) {
        return none;
    }
    const double low[2] = {on_scale(cbk_printed_low(lower), is_ratio),
                           on_scale(cbk_printed_high(lower), is_ratio)};
    const double high[2] = {on_scale(cbk_printed_low(upper), is_ratio),
                            on_scale(cbk_printed_high(upper), is_ratio)};
    const cbk_bounds middle = {.low = (low[0] + high[0]) / 2.0,
                               .high = (low[1] + high[1]) / 2.0};
    const bool has_estimate = !isnan(estimate.value);
    const double from =
        has_estimate ? on_scale(cbk_printed_low(estimate), is_ratio) : middle.low;
    const double to =
        has_estimate ? on_scale(cbk_printed_high(estimate), is_ratio) : middle.high;
    const double z = cbk_normal_quantile_upper((1.0 - level) / 2.0);
    const double error_most = (high[1] - low[0]) / (2.0 * z);
    const double error_least = fmax((high[0] - low[1]) / (2.0 * z), 1e-300);
    const double z_least = least_size(from, to) / error_most;
    const double z_most = fmax(fabs(from), fabs(to)) / error_least;
    return (cbk_limits){.middle = {.low = off_scale(middle.low, is_ratio),
                                   .high = off_scale(middle.high, is_ratio)},
                        .p = {.low = 2.0 * cbk_normal_upper(z_most),
                              .high = 2.0 * cbk_normal_upper(z_least)}};
}
