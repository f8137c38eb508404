/* numeric/distribution.h - quantiles and tails of distributions. */
#ifndef NUMERIC_DISTRIBUTION_H
#define NUMERIC_DISTRIBUTION_H

/* The z that a standard normal variable exceeds with probability p; p in (0, 1). */
double cbk_normal_quantile_upper(double p);

/* The probability that a standard normal variable exceeds z, computed as such. */
double cbk_normal_upper(double z);

/* The probability that a chi-squared variable on df > 0 degrees of freedom exceeds x. */
double cbk_chi_squared_upper(double x, double df);
/* Its natural logarithm, which does not run out where the probability is below 1e-308. */
double cbk_chi_squared_upper_log(double x, double df);

/* The same of Student's t on df > 0 degrees of freedom. */
double cbk_t_upper(double t, double df);

/* The x below which a beta variable (a, b > 0) lies with probability p in [0, 1]; the
 * second: above which. */
double cbk_beta_quantile(double p, double a, double b);
double cbk_beta_quantile_upper(double p, double a, double b);

/* The probability that a beta variable (a, b > 0) is at most x; the second: above x. */
double cbk_beta_lower(double x, double a, double b);
double cbk_beta_upper(double x, double a, double b);

/* cbk_beta_quantile() and its upper twin, of a gamma variable of that shape > 0 and
 * scale 1. */
double cbk_gamma_quantile(double p, double shape);
double cbk_gamma_quantile_upper(double p, double shape);

#endif
