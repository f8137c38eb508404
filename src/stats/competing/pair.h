/* stats/competing/pair.h - two numbers in one register: those of two kinds of events, or
 * of two groups, for which the same is computed. */
#ifndef STATS_PAIR_H
#define STATS_PAIR_H

#include <stdint.h>

typedef double cbk_pair __attribute__((vector_size(16)));
/* What a comparison of pairs gives: all bits of a number, or none. */
typedef int64_t cbk_pair_bits __attribute__((vector_size(16)));

static inline cbk_pair cbk_pair_of(double value)
{
    return (cbk_pair){value, value};
}

/* The first where the bits are set, else the other. */
static inline cbk_pair cbk_pair_if(cbk_pair_bits is_it, cbk_pair yes, cbk_pair no)
{
    return (cbk_pair)((is_it & (cbk_pair_bits)yes) | (~is_it & (cbk_pair_bits)no));
}

/* 0 where the bits are not set. */
static inline cbk_pair cbk_pair_where(cbk_pair_bits is_it, cbk_pair value)
{
    return (cbk_pair)(is_it & (cbk_pair_bits)value);
}

/* d tied events vary less than d untied ones among n at risk: what they count for. */
static inline cbk_pair cbk_pair_tied(cbk_pair d, cbk_pair n)
{
    if (d[0] <= 1.0 && d[1] <= 1.0) { /* nearly always, and quotients take long */
        return d;
    }
    const cbk_pair factor = 1.0 - (d - 1.0) / (n - 1.0);
    return d * cbk_pair_if(d > 1.0, factor, cbk_pair_of(1.0));
}

#endif
