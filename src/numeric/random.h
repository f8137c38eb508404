/* numeric/random.h - random numbers by counting: number k of stream s is a function of
 * (seed, s, k) alone, so that what one replicate draws does not depend on the others, on
 * their order or on who computes them.
 */
#ifndef NUMERIC_RANDOM_H
#define NUMERIC_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* Philox2x64-10: ten rounds that turn a counter of 128 bits into 128 random ones, with a
 * key of 64.
 * Salmon, Moraes, Dror, Shaw.  Parallel random numbers: as easy as 1, 2, 3.  Proc SC11
 * (2011) 16.  doi:10.1145/2063384.2063405 */
enum { CBK_RANDOM_WORDS = 8 }; /* made at a time: four blocks of two */

typedef struct cbk_random {
    uint64_t seed;
    uint64_t stream;
    uint64_t n_blocks; /* made so far */
    uint64_t word[CBK_RANDOM_WORDS];
    int n_left; /* words not yet used */
} cbk_random;

/* One block: the function itself. */
void cbk_philox(uint64_t key, const uint64_t counter[2], uint64_t out[2]);

cbk_random cbk_random_open(uint64_t seed, uint64_t stream);

/* 64 random bits. */
uint64_t cbk_random_next(cbk_random *random);

/* Moves a choice of m of value[n] to the front, each choice equally likely (and so each
 * order of it): the first m steps of a Fisher-Yates shuffle.  m <= n < 2^31.  Several
 * steps share one word of 64 bits, without bias.
 * Brackett-Rozinsky, Lemire.  Softw Pract Exp 55 (2025) 155-169.  doi:10.1002/spe.3369 */
void cbk_random_choose(cbk_random *random, int64_t *value, size_t n, size_t m);

/* The sum of a choice of m of value[n], the same one; value is overwritten. */
int64_t cbk_random_choose_sum(cbk_random *random, int64_t *value, size_t n, size_t m);

#endif
