/* test_exit_times.c - the fast ways to sort and count exits against a slow one, bit by
 * bit: whole numbers, even and uneven times, heavy times, near-ties, zeros, extremes. */
#include "check.h"
#include "random_below.h"

#include "numeric/sort.h"
#include "stats/risk/near_ties.h"

#include <stdlib.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

enum { ROWS_MAX = 40000 };

static cbk_arena *arena;
static double time_of[ROWS_MAX];
static bool is_event[ROWS_MAX];

static double uniform(void)
{
    return (random_below(1u << 30) + 0.5) / (double)(1u << 30);
}

static double whole(void)
{
    return random_below(200);
}

static double whole_and_one_half(void)
{
    return random_below(5000) == 0 ? 0.5 : random_below(4000);
}

static double whole_but_large(void)
{
    return random_below(50) == 0 ? 4096.0 : random_below(4096);
}

static double even(void)
{
    return 10.0 * uniform();
}

static double with_heavy_times(void)
{
    static const double heavy[] = {0.0, -0.0, 10.0, 3.25, 5.0 + 1e-9};
    return random_below(2) == 0 ? heavy[random_below(5)] : 10.0 * uniform();
}

static double exponential(void)
{
    return -log(uniform());
}

static double over_many_magnitudes(void)
{
    return exp(200.0 * uniform() - 100.0);
}

static double with_one_far_away(void)
{
    return random_below(20000) == 0 ? 1e300 : uniform();
}

static double extreme(void)
{
    static const double value[] = {0.0,       -0.0, 0x1p-1074,
                                   0x1p-1022, 1.0,  0x1.fffffffffffffp1023};
    return value[random_below(6)];
}

static double near_each_other(void)
{
    return 7.0 + 0.7e-8 * random_below(100000);
}

static double fractions_of_months(void)
{
    return random_below(3652) / 30.4375;
}

static double all_the_same(void)
{
    return 12.5;
}

static double two_neighbours(void)
{
    return random_below(2) == 0 ? 12.5 : nextafter(12.5, 13.0);
}

static double (*const kinds[])(void) = {
    whole,
    whole_and_one_half,
    whole_but_large,
    even,
    with_heavy_times,
    exponential,
    over_many_magnitudes,
    with_one_far_away,
    extreme,
    near_each_other,
    fractions_of_months,
    all_the_same,
    two_neighbours,
};

static cbk_followup random_followup(size_t n, double (*draw)(void))
{
    const uint32_t one_in = 1 + random_below(4);
    for (size_t i = 0; i < n; i++) {
        time_of[i] = draw();
        is_event[i] = random_below(one_in) == 0;
    }
    return (cbk_followup){.n = n, .time = time_of, .is_event = is_event};
}

static int by_time(const void *lhs, const void *rhs)
{
    const double a = time_of[*(const uint32_t *)lhs];
    const double b = time_of[*(const uint32_t *)rhs];
    return (a > b) - (a < b);
}

/* Sorts places by comparing, counts one by one. */
static cbk_exit_times slowly(const cbk_followup *followup)
{
    const size_t n = followup->n;
    uint32_t *place = CBK_NEW(arena, uint32_t, n);
    cbk_exit_times out = {.time = CBK_NEW(arena, double, n),
                          .n_event = CBK_NEW(arena, uint32_t, n),
                          .n_exit_before = CBK_NEW(arena, uint32_t, n + 1)};
    for (size_t i = 0; i < n; i++) {
        place[i] = (uint32_t)i;
    }
    qsort(place, n, sizeof *place, by_time);
    for (size_t i = 0; i < n; i++) {
        const double time = followup->time[place[i]];
        if (i == 0 || out.time[out.n_rows - 1] != time) {
            out.n_exit_before[out.n_rows] = (uint32_t)i;
            out.time[out.n_rows++] = time + 0.0;
        }
        out.n_event[out.n_rows - 1] += followup->is_event[place[i]] ? 1 : 0;
    }
    out.n_exit_before[out.n_rows] = (uint32_t)n;
    return out;
}

static bool is_same(const cbk_exit_times *a, const cbk_exit_times *b)
{
    const size_t n = a->n_rows;
    return n == b->n_rows && memcmp(a->time, b->time, n * sizeof *a->time) == 0 &&
           memcmp(a->n_event, b->n_event, n * sizeof *a->n_event) == 0 &&
           memcmp(a->n_exit_before, b->n_exit_before,
                  (n + 1) * sizeof *a->n_exit_before) == 0;
}

static void every_way_gives_the_same(void)
{
    static const size_t sizes[] = {0,   1,   2,    3,    17,    511,
                                   512, 513, 8191, 8192, 12345, ROWS_MAX};
    size_t n_counted = 0;
    size_t n_in_buckets = 0;
    for (size_t k = 0; k < N(kinds) * N(sizes); k++) {
        const cbk_mark mark = cbk_arena_mark(arena);
        const cbk_followup followup =
            random_followup(sizes[k / N(kinds)], kinds[k % N(kinds)]);
        const cbk_exit_times want = slowly(&followup);
        const cbk_time_range range = cbk_time_range_of(time_of, followup.n);
        CHECK(range.is_good);
        const cbk_exit_kinds events = cbk_exit_kinds_of_events(is_event);
        cbk_exit_times got;
        CHECK(cbk_exit_times_by_sort(&followup, &events, arena, &got) &&
              is_same(&got, &want));
        bool is_done = false;
        CHECK(cbk_exit_times_by_count(&followup, arena, &got, &is_done));
        CHECK(!is_done || is_same(&got, &want));
        n_counted += is_done;
        CHECK(
            cbk_exit_times_by_buckets(&followup, &events, &range, arena, &got, &is_done));
        CHECK(!is_done || is_same(&got, &want));
        n_in_buckets += is_done;
        CHECK(cbk_exit_times_make(&followup, &events, &range, arena, &got) &&
              is_same(&got, &want));
        cbk_arena_release(arena, mark);
    }
    CHECK(n_counted >= N(sizes) && n_in_buckets >= 12); /* they had their turn */
}

/* Which row of the exits a time is. */
static size_t row_of(const cbk_exit_times *exits, double time)
{
    size_t low = 0;
    for (size_t high = exits->n_rows; high - low > 1;) {
        const size_t middle = low + (high - low) / 2;
        if (exits->time[middle] <= time) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Whether as many rows of each time leave by each kind, of those from 0 to most, as there
 * are in kind_of. */
static bool has_kinds(const cbk_exit_times *exits, const cbk_followup *followup,
                      const uint8_t *kind_of, size_t most)
{
    int32_t *more = CBK_NEW(arena, int32_t, exits->n_rows * (most + 1) + 1);
    bool is_good = true;
    for (size_t i = 0; i < followup->n; i++) {
        more[row_of(exits, followup->time[i]) * (most + 1) + kind_of[i]]++;
    }
    for (size_t j = 0; j < exits->n_rows; j++) {
        for (uint32_t i = exits->n_exit_before[j]; i < exits->n_exit_before[j + 1]; i++) {
            is_good = is_good && exits->kind[i] <= most;
            more[j * (most + 1) + (is_good ? exits->kind[i] : 0)]--;
        }
    }
    for (size_t i = 0; i < exits->n_rows * (most + 1); i++) {
        is_good = is_good && more[i] == 0;
    }
    return is_good;
}

static void kinds_travel_with_their_times(void)
{
    static const size_t most_of[] = {1, 2, 3, 4, 15, 100, 255};
    static const size_t sizes[] = {1, 40, 9000};
    static uint8_t kind_of[ROWS_MAX];
    size_t n_packed[N(most_of)] = {0};
    size_t n_in_buckets = 0;
    for (size_t k = 0; k < N(kinds) * N(sizes) * N(most_of); k++) {
        const cbk_mark mark = cbk_arena_mark(arena);
        const size_t which = k % N(most_of);
        const size_t most = most_of[which];
        const cbk_followup followup = random_followup(sizes[k / N(most_of) / N(kinds)],
                                                      kinds[k / N(most_of) % N(kinds)]);
        for (size_t i = 0; i < followup.n; i++) {
            kind_of[i] = (uint8_t)random_below((uint32_t)most + 1);
            is_event[i] = kind_of[i] > 0;
        }
        const cbk_exit_times want = slowly(&followup);
        const cbk_time_range range = cbk_time_range_of(time_of, followup.n);
        cbk_exit_kinds causes;
        if (cbk_exit_kinds_of_causes(kind_of, most, &range, &causes)) {
            cbk_exit_times got;
            bool is_done = false;
            n_packed[which]++;
            CHECK(cbk_exit_times_by_sort(&followup, &causes, arena, &got));
            CHECK(is_same(&got, &want) && has_kinds(&got, &followup, kind_of, most));
            CHECK(cbk_exit_times_by_buckets(&followup, &causes, &range, arena, &got,
                                            &is_done));
            CHECK(!is_done ||
                  (is_same(&got, &want) && has_kinds(&got, &followup, kind_of, most)));
            n_in_buckets += is_done;
        }
        cbk_arena_release(arena, mark);
    }
    /* All go with one kind; extremes never go with more, and of so many kinds only times
     * of few magnitudes. */
    CHECK(n_packed[0] == N(kinds) * N(sizes) && n_in_buckets >= 12);
    for (size_t which = 1; which < N(most_of); which++) {
        CHECK(n_packed[which] < n_packed[0] && n_packed[which] > N(sizes));
    }
}

static void ranges_see_what_is_no_time(void)
{
    static const double bad[] = {-1.0, -0x1p-1074, (double)INFINITY, -(double)INFINITY,
                                 (double)NAN};
    for (size_t n = 1; n < 40; n++) {
        for (size_t i = 0; i < n; i++) {
            for (size_t k = 0; k < N(bad); k++) {
                (void)random_followup(n, even);
                CHECK(cbk_time_range_of(time_of, n).is_good);
                time_of[i] = bad[k];
                CHECK(!cbk_time_range_of(time_of, n).is_good);
                const cbk_followup followup = {
                    .n = n, .time = time_of, .is_event = is_event};
                bool is_done = true;
                cbk_exit_times exits;
                CHECK(cbk_exit_times_by_count(&followup, arena, &exits, &is_done));
                CHECK(!is_done);
            }
        }
    }
    (void)random_followup(33, even);
    time_of[32] = -0.0;
    time_of[7] = 11.0;
    const cbk_time_range range = cbk_time_range_of(time_of, 33);
    CHECK(range.is_good && range.least == 0.0 && range.most == 11.0);
    double least_positive = 11.0;
    for (size_t i = 0; i < 32; i++) {
        least_positive = fmin(least_positive, time_of[i]);
    }
    CHECK(range.least_positive == least_positive);
}

/* Without a list and with one. */
static void near_ties_are_tied_the_same(void)
{
    for (size_t k = 0; k < 4 * N(kinds); k++) {
        const cbk_mark mark = cbk_arena_mark(arena);
        const cbk_followup followup = random_followup(3000, kinds[k % N(kinds)]);
        cbk_exit_times one = slowly(&followup);
        cbk_exit_times other = slowly(&followup);
        cbk_chains chains;
        CHECK(cbk_chains_find(&one, NULL, 0, arena, &chains));
        CHECK(kinds[k % N(kinds)] != near_each_other || chains.n > 100);
        cbk_chains_tie_exits(&chains, &one);
        cbk_exit_times_fix_ties(&other);
        CHECK(is_same(&one, &other));
        cbk_arena_release(arena, mark);
    }
}

static void keys_are_sorted(void)
{
    static uint64_t keys[ROWS_MAX];
    static uint64_t other[ROWS_MAX];
    static uint64_t sorted[ROWS_MAX];
    static uint32_t slot[ROWS_MAX];
    static uint32_t first[2 * ROWS_MAX + 1];
    for (size_t k = 0; k < 4 * N(kinds); k++) {
        const size_t n = random_below(3000);
        const cbk_followup followup = random_followup(n, kinds[k % N(kinds)]);
        for (size_t i = 0; i < n; i++) {
            keys[i] = other[i] = cbk_time_key(followup.time[i], is_event[i], 1);
            CHECK(cbk_time_key_time(keys[i], 1) == followup.time[i]);
            CHECK(cbk_time_key_mark(keys[i], 1) == is_event[i]);
        }
        cbk_sort_times(keys, sorted, n, 1, (cbk_sort_times_room){slot, first});
        cbk_sort_keys(other, keys, n);
        CHECK(memcmp(sorted, other, n * sizeof *sorted) == 0);
        for (size_t i = 1; i < n; i++) {
            CHECK(sorted[i - 1] <= sorted[i]);
        }
    }
}

int main(void)
{
    static const check_test tests[] = {
        {"every way gives the same", every_way_gives_the_same},
        {"kinds travel with their times", kinds_travel_with_their_times},
        {"ranges see what is no time", ranges_see_what_is_no_time},
        {"near-ties are tied the same", near_ties_are_tied_the_same},
        {"keys are sorted", keys_are_sorted},
    };
    arena = cbk_arena_create(NULL, SIZE_MAX);
    if (arena == NULL) {
        return 99;
    }
    const int exit_code = check_main(tests, N(tests));
    cbk_arena_destroy(arena);
    return exit_code;
}
