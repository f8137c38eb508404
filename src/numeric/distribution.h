/* numeric/distribution.h - quantiles and tails of distributions. */
#ifndef NUMERIC_DISTRIBUTION_H
#define NUMERIC_DISTRIBUTION_H

/* The z that a standard normal variable exceeds with probability p; p in (0, 1). */
double cbk_normal_quantile_upper(double p);

#endif
