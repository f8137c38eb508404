/* sum.c - Neumaier's compensated sum. */
#include "numeric/sum.h"

#include <math.h>

void cbk_sum_add(cbk_sum *sum, double term)
{
    const double total = sum->total + term;
    if (fabs(sum->total) >= fabs(term)) {
        sum->lost += (sum->total - total) + term;
    } else {
        sum->lost += (term - total) + sum->total;
    }
    sum->total = total;
}

double cbk_sum_value(const cbk_sum *sum)
{
    return sum->total + sum->lost;
}
