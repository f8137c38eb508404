/* random_below.h - the same random numbers in every run. */
#ifndef RANDOM_BELOW_H
#define RANDOM_BELOW_H

#include <stdint.h>

static uint32_t random_state = 20240229;

static inline uint32_t random_below(uint32_t bound) /* Marsaglia's xorshift32 */
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state % bound;
}

#endif
