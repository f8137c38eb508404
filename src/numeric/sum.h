/* numeric/sum.h - sums that keep what rounding would lose. */
#ifndef NUMERIC_SUM_H
#define NUMERIC_SUM_H

#include <math.h>

/* Neumaier's compensated sum: the error does not grow with the number of terms.
 * Start with {0}.
 * Neumaier.  Z Angew Math Mech 54 (1974) 39-51.  doi:10.1002/zamm.19740540106 */
typedef struct cbk_sum {
    double total;
    double lost; /* what rounding took from total so far */
} cbk_sum;

/* Inline: it stands in the innermost loops. */
static inline void cbk_sum_add(cbk_sum *sum, double term)
{
    const double total = sum->total + term;
    if (fabs(sum->total) >= fabs(term)) {
        sum->lost += (sum->total - total) + term;
    } else {
        sum->lost += (term - total) + sum->total;
    }
    sum->total = total;
}

static inline double cbk_sum_value(const cbk_sum *sum)
{
    return sum->total + sum->lost;
}

#endif
