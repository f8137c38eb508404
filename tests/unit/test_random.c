/* test_random.c - random numbers by counting: known answers, choices equally likely,
 * streams that do not know of each other; and factors of small matrices. */
#include "check.h"

#include "numeric/cholesky.h"
#include "numeric/random.h"

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* The answers that come with the reference code of the paper. */
static void philox_known_answers(void)
{
    static const struct {
        uint64_t counter[2], key, out[2];
    } known[] = {
        {{0, 0}, 0, {0xca00a0459843d731u, 0x66c24222c9a845b5u}},
        {{UINT64_MAX, UINT64_MAX},
         UINT64_MAX,
         {0x65b021d60cd8310fu, 0x4d02f3222f86df20u}},
        {{0x243f6a8885a308d3u, 0x13198a2e03707344u},
         0xa4093822299f31d0u,
         {0x0a5e742c2997341cu, 0xb0f883d38000de5du}},
    };
    for (size_t i = 0; i < N(known); i++) {
        uint64_t out[2];
        cbk_philox(known[i].key, known[i].counter, out);
        CHECK(out[0] == known[i].out[0] && out[1] == known[i].out[1]);
    }
}

/* Word k of a stream is half k % 2 of block k / 2. */
static void words_are_counted(void)
{
    cbk_random random = cbk_random_open(77, 5);
    for (uint64_t k = 0; k < 3 * CBK_RANDOM_WORDS; k++) {
        const uint64_t counter[2] = {k / 2, 5};
        uint64_t out[2];
        cbk_philox(77, counter, out);
        CHECK(cbk_random_next(&random) == out[k % 2]);
    }
}

/* All 4 * 3 * 2 ordered choices of 3 of 4, and of 9 of 9 each value in each place. */
static void choices_are_equally_likely(void)
{
    enum { TURNS = 48000 };
    size_t counts[4][4][4] = {{{0}}};
    size_t places[9][9] = {{0}};
    for (uint64_t turn = 0; turn < TURNS; turn++) {
        int64_t value[9] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
        cbk_random random = cbk_random_open(1, turn);
        cbk_random_choose(&random, value, 4, 3);
        counts[value[0]][value[1]][value[2]]++;
        int64_t all[9] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
        cbk_random_choose(&random, all, 9, 9);
        for (size_t i = 0; i < 9; i++) {
            places[i][all[i]]++;
        }
    }
    const double want = TURNS / 24.0; /* 5 standard deviations of a binomial */
    for (size_t i = 0; i < 64; i++) {
        const size_t a = i / 16;
        const size_t b = i / 4 % 4;
        const size_t c = i % 4;
        const bool can_be = a != b && b != c && a != c;
        CHECK(fabs((double)counts[a][b][c] - (can_be ? want : 0.0)) <=
              (can_be ? 5.0 * sqrt(want) : 0.0));
    }
    for (size_t i = 0; i < 81; i++) {
        CHECK(fabs((double)places[i / 9][i % 9] - TURNS / 9.0) <=
              5.0 * sqrt(TURNS / 9.0));
    }
}

/* Every number of bounds: nothing is lost or doubled, and the rest stays in place. */
static void choices_only_move(void)
{
    static int64_t value[70000];
    static bool is_seen[N(value)];
    const size_t sizes[] = {1, 2, 3, 8, 9, 255, 256, 257, 1000, 20000, N(value)};
    for (size_t s = 0; s < N(sizes); s++) {
        memset(is_seen, 0, sizeof is_seen);
        for (size_t i = 0; i < sizes[s]; i++) {
            value[i] = (int64_t)i;
        }
        cbk_random random = cbk_random_open(3, s);
        cbk_random_choose(&random, value, sizes[s], sizes[s] - sizes[s] / 3);
        for (size_t i = 0; i < sizes[s]; i++) {
            CHECK(value[i] >= 0 && (size_t)value[i] < sizes[s] && !is_seen[value[i]]);
            is_seen[value[i]] = true;
        }
    }
}

static void sums_are_those_of_the_choice(void)
{
    for (uint64_t turn = 0; turn < 200; turn++) {
        int64_t value[300];
        int64_t other[300];
        const size_t n = 1 + (size_t)(turn * 37 % 300);
        const size_t m = (size_t)(turn * 11) % (n + 1);
        for (size_t i = 0; i < n; i++) {
            value[i] = other[i] = (int64_t)(i * i * i);
        }
        cbk_random a = cbk_random_open(9, turn);
        cbk_random b = cbk_random_open(9, turn);
        cbk_random_choose(&a, value, n, m);
        int64_t sum = 0;
        for (size_t i = 0; i < m; i++) {
            sum += value[i];
        }
        CHECK(cbk_random_choose_sum(&b, other, n, m) == sum);
        CHECK(cbk_random_next(&a) == cbk_random_next(&b));
    }
}

static void a_quadratic_form(void)
{
    /* A = L L' with L = {2}, {1, 3}, {-1, 2, 1} */
    double matrix[] = {4, 0, 0, 2, 10, 0, -2, 5, 6};
    double vector[] = {2, 7, 2};
    CHECK(cbk_cholesky_factor(matrix, NULL, 3) == 3);
    CHECK(matrix[0] == 4.0 && matrix[4] == 9.0 && matrix[8] == 1.0);
    /* L z = v: z = 1, 2, -1 */
    CHECK(cbk_cholesky_quadratic(matrix, 3, vector) == 6.0);
}

static void determined_columns_are_dropped(void)
{
    /* the third is the sum of the first two, the fourth is zero */
    double matrix[] = {2, 0, 0, 0, 1, 2, 0, 0, 3, 3, 6, 0, 0, 0, 0, 0};
    double vector[] = {1, 2, 3, 0};
    CHECK(cbk_cholesky_factor(matrix, NULL, 4) == 2);
    CHECK_NEAR(cbk_cholesky_quadratic(matrix, 4, vector), 2.0, 1e-15);
}

static const check_test tests[] = {
    {"Philox: known answers", philox_known_answers},
    {"words of a stream are counted", words_are_counted},
    {"choices are equally likely", choices_are_equally_likely},
    {"choices only move", choices_only_move},
    {"sums are those of the choice", sums_are_those_of_the_choice},
    {"a quadratic form", a_quadratic_form},
    {"determined columns are dropped", determined_columns_are_dropped},
};

int main(void)
{
    return check_main(tests, N(tests));
}
