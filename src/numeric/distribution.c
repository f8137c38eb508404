/* distribution.c - distributions by R's own mathematics library, libRmath. */
#include "numeric/distribution.h"

#include <assert.h>

#define MATHLIB_STANDALONE
#include <Rmath.h>

double cbk_normal_quantile_upper(double p)
{
    assert(p > 0.0 && p < 1.0);
    const int is_lower_tail = 0;
    const int is_log = 0;
    return qnorm5(p, 0.0, 1.0, is_lower_tail, is_log);
}

double cbk_normal_upper(double z)
{
    return pnorm5(z, 0.0, 1.0, 0, 0);
}

double cbk_chi_squared_upper(double x, double df)
{
    assert(df > 0.0);
    return pchisq(x, df, 0, 0);
}

double cbk_chi_squared_upper_log(double x, double df)
{
    assert(df > 0.0);
    return pchisq(x, df, 0, 1);
}

double cbk_t_upper(double t, double df)
{
    assert(df > 0.0);
    return pt(t, df, 0, 0);
}

double cbk_beta_quantile(double p, double a, double b)
{
    assert(p >= 0.0 && p <= 1.0 && a > 0.0 && b > 0.0);
    return qbeta(p, a, b, 1, 0);
}

double cbk_beta_quantile_upper(double p, double a, double b)
{
    assert(p >= 0.0 && p <= 1.0 && a > 0.0 && b > 0.0);
    return qbeta(p, a, b, 0, 0);
}

double cbk_beta_lower(double x, double a, double b)
{
    assert(a > 0.0 && b > 0.0);
    return pbeta(x, a, b, 1, 0);
}

double cbk_beta_upper(double x, double a, double b)
{
    assert(a > 0.0 && b > 0.0);
    return pbeta(x, a, b, 0, 0);
}

double cbk_gamma_quantile(double p, double shape)
{
    assert(p >= 0.0 && p <= 1.0 && shape > 0.0);
    return qgamma(p, shape, 1.0, 1, 0);
}

double cbk_gamma_quantile_upper(double p, double shape)
{
    assert(p >= 0.0 && p <= 1.0 && shape > 0.0);
    return qgamma(p, shape, 1.0, 0, 0);
}
