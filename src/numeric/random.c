/* random.c - counter-based random numbers.  Contract: numeric/random.h. */
#include "numeric/random.h"

#include <assert.h>

__extension__ typedef unsigned __int128 wide;

/* The constants of Philox2x64 in the paper's reference code: a multiplier found by
 * search, and the golden ratio, 2^64 (sqrt(5) - 1) / 2. */
static const uint64_t multiplier = 0xD2B74407B1CE6E93u;
static const uint64_t golden = 0x9E3779B97F4A7C15u;
enum { N_ROUNDS = 10, STEPS_MAX = 8, PRODUCT_BITS = 56 };

static inline void turn_round(uint64_t *low, uint64_t *high, uint64_t key)
{
    const wide product = (wide)multiplier * *low;
    *low = (uint64_t)(product >> 64) ^ key ^ *high;
    *high = (uint64_t)product;
}

void cbk_philox(uint64_t key, const uint64_t counter[2], uint64_t out[2])
{
    out[0] = counter[0];
    out[1] = counter[1];
    for (int i = 0; i < N_ROUNDS; i++) {
        turn_round(&out[0], &out[1], key);
        key += golden;
    }
}

cbk_random cbk_random_open(uint64_t seed, uint64_t stream)
{
    return (cbk_random){.seed = seed, .stream = stream};
}

/* Several blocks side by side: each waits for its multiplications, the others do not. */
static void make_words(cbk_random *random)
{
    enum { N_BLOCKS = CBK_RANDOM_WORDS / 2 };
    uint64_t low[N_BLOCKS];
    uint64_t high[N_BLOCKS];
    uint64_t key = random->seed;
    for (int b = 0; b < N_BLOCKS; b++) {
        low[b] = random->n_blocks++;
        high[b] = random->stream;
    }
    for (int i = 0; i < N_ROUNDS; i++) {
        for (int b = 0; b < N_BLOCKS; b++) {
            turn_round(&low[b], &high[b], key);
        }
        key += golden;
    }
    for (int b = 0; b < N_BLOCKS; b++) {
        random->word[2 * b] = low[b];
        random->word[2 * b + 1] = high[b];
    }
    random->n_left = CBK_RANDOM_WORDS;
}

uint64_t cbk_random_next(cbk_random *random)
{
    if (random->n_left == 0) {
        make_words(random);
    }
    return random->word[CBK_RANDOM_WORDS - random->n_left--];
}

/* Indexes below[i] each uniform in [0, n - i) for i < n_steps, from one word: the word is
 * a fraction of 2^64, whose product with a bound has the index above and a new fraction
 * below.  What is left at the end says whether the word is one of the few that would make
 * some indexes more likely than others: it never is where that exceeds all the bounds'
 * product. */
static inline void draw_indexes(cbk_random *random, uint64_t n, int n_steps,
                                uint64_t *below)
{
    for (;;) {
        uint64_t fraction = cbk_random_next(random);
        for (int i = 0; i < n_steps; i++) {
            const wide scaled = (wide)fraction * (n - (uint64_t)i);
            below[i] = (uint64_t)(scaled >> 64);
            fraction = (uint64_t)scaled;
        }
        if (fraction >> PRODUCT_BITS != 0) {
            return;
        }
        uint64_t product = 1;
        for (int i = 0; i < n_steps; i++) {
            product *= n - (uint64_t)i;
        }
        if (fraction >= (0 - product) % product) {
            return;
        }
    }
}

/* How many steps may share a word: the product of their bounds is at most 2^PRODUCT_BITS,
 * so that a word is looked at twice at most once in 256 times. */
static int steps_per_word(uint64_t n)
{
    int width = 1;
    while (n > (uint64_t)1 << width) {
        width++;
    }
    return PRODUCT_BITS / width < STEPS_MAX ? PRODUCT_BITS / width : STEPS_MAX;
}

void cbk_random_choose(cbk_random *random, int64_t *value, size_t n, size_t m)
{
    assert(m <= n && n < (size_t)1 << 31);
    const int n_steps = steps_per_word(n);
    uint64_t below[STEPS_MAX];
    for (size_t first = 0; first < m; first += (size_t)n_steps) {
        const size_t left = m - first;
        const int n_now = left < (size_t)n_steps ? (int)left : n_steps;
        draw_indexes(random, n - first, n_now, below);
        for (int i = 0; i < n_now; i++) {
            const size_t here = first + (size_t)i;
            const size_t there = here + below[i];
            const int64_t swap = value[here];
            value[here] = value[there];
            value[there] = swap;
        }
    }
}

int64_t cbk_random_choose_sum(cbk_random *random, int64_t *value, size_t n, size_t m)
{
    assert(m <= n && n < (size_t)1 << 31);
    const int n_steps = steps_per_word(n);
    uint64_t below[STEPS_MAX];
    int64_t sum = 0;
    for (size_t first = 0; first < m; first += (size_t)n_steps) {
        const size_t left = m - first;
        const int n_now = left < (size_t)n_steps ? (int)left : n_steps;
        draw_indexes(random, n - first, n_now, below);
        for (int i = 0; i < n_now; i++) {
            const size_t here = first + (size_t)i;
            const size_t there = here + below[i];
            sum += value[there];
            value[there] = value[here]; /* what stands here is not met again */
        }
    }
    return sum;
}
