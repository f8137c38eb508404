/* stats/cox/likelihood_ratio.h - two nested models compared by their likelihoods. */
#ifndef STATS_LIKELIHOOD_RATIO_H
#define STATS_LIKELIHOOD_RATIO_H

#include <casebook/cox.h>

/* That the larger model's further coefficients, df of them, are all 0: chisq is twice the
 * difference of the log-likelihoods, p its upper tail.  NaN where df is 0 or a
 * log-likelihood is not finite. */
cbk_cox_test cbk_likelihood_ratio_test(double loglik_smaller, double loglik_larger,
                                       size_t df);

#endif
