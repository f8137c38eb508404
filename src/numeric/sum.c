/* sum.c - Neumaier's compensated sum. */
#include "numeric/sum.h"

double cbk_sum_value(const cbk_sum *sum)
{
    return sum->total + sum->lost;
}
