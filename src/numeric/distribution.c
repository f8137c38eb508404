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
