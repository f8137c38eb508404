/* likelihood_ratio.c - nested models.  Contract: stats/cox/likelihood_ratio.h. */
#include "stats/cox/likelihood_ratio.h"

#include "numeric/distribution.h"

#include <math.h>

cbk_cox_test cbk_likelihood_ratio_test(double loglik_smaller, double loglik_larger,
                                       size_t df)
{
    const double chisq = fmax(0.0, 2.0 * (loglik_larger - loglik_smaller));
    const bool is_test = df > 0 && isfinite(loglik_smaller) && isfinite(loglik_larger);
    return (cbk_cox_test){.chisq = is_test ? chisq : (double)NAN,
                          .df = df,
                          .p = is_test ? cbk_chi_squared_upper(chisq, (double)df)
                                       : (double)NAN};
}
