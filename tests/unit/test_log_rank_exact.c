/* test_log_rank_exact.c - the permutation distribution of the log-rank score: by hand,
 * every labeling written out, labelings drawn at random. */
#include "check.h"
#include "log_rank_sample.h"

/* Scores in fifteenths: 25+ 0, 36 12, 91+ -3, 97 7, 97+ -8, 132+ -8.  The positive
 * margins have -11; of the 15 pairs 19, 12, -11, -11 and -16 are as far out. */
static void six_patients_exactly(void)
{
    const cbk_log_rank *fit =
        fit_two(6, months, died, margin,
                (cbk_log_rank_request){.wants_exact = true, .n_permutations = 10});
    CHECK(fit != NULL && fit->exact != NULL && fit->exact->is_complete);
    CHECK(fit->exact->n_permutations == 15 && fit->exact->n_labelings == 15.0);
    CHECK(fit->exact->n_extreme == 5);
    CHECK(fit->exact->p == 1.0 / 3);
    CHECK(isnan(fit->exact->std_error));
}

/* ---- every labeling --------------------------------------------------------------- */

/* Whether the labeling `bits` gives each stratum as many of group 1 as `s` does. */
static bool keeps_sizes(const sample *s, uint32_t bits)
{
    int surplus[ROWS_MAX] = {0};
    for (size_t i = 0; i < s->n; i++) {
        surplus[s->stratum[i]] += (int)(bits >> i & 1) - (int)s->group[i];
    }
    for (size_t k = 0; k < s->n_strata; k++) {
        if (surplus[k] != 0) {
            return false;
        }
    }
    return true;
}

/* Relabels and scores from scratch: knows nothing of rows adding up. */
static void count_by_definition(const sample *s, const cbk_log_rank_request *request,
                                uint64_t *n_all, uint64_t *n_extreme)
{
    const double observed = fabs(by_definition(s, request).score[0]);
    sample other = *s;
    *n_all = 0;
    *n_extreme = 0;
    for (uint32_t bits = 0; bits < (uint32_t)1 << s->n; bits++) {
        if (!keeps_sizes(s, bits)) {
            continue;
        }
        for (size_t i = 0; i < s->n; i++) {
            other.group[i] = bits >> i & 1;
        }
        const double score = fabs(by_definition(&other, request).score[0]);
        *n_all += 1;
        *n_extreme += score >= observed - 1e-9 ? 1 : 0;
    }
}

static void every_labeling(void)
{
    for (int turn = 0; turn < 60; turn++) {
        const sample s = draw_sample(4 + random_below(5), 2, 1 + random_below(3),
                                     turn % 3 == 0, turn % 4 < 3);
        cbk_log_rank_request request = all_weights[turn % (int)N(all_weights)];
        request.wants_exact = true;
        request.n_permutations = 1;
        uint64_t n_all = 0;
        uint64_t n_extreme = 0;
        count_by_definition(&s, &request, &n_all, &n_extreme);
        const cbk_log_rank *fit = fit_sample(&s, request);
        CHECK(fit != NULL && fit->exact->is_complete);
        CHECK(fit->exact->n_permutations == n_all);
        CHECK(fit->exact->n_extreme == n_extreme);
        CHECK(fit->exact->p == (double)n_extreme / (double)n_all);
    }
}

/* A sum of scores for each of C(n, m) choices, walked through with the next choice of the
 * same size (Gosper): many more labelings, and lists that are merged. */
static void many_labelings(void)
{
    for (int turn = 0; turn < 6; turn++) {
        sample s = draw_sample(16, 2, 1, false, turn % 2 == 0);
        for (size_t i = 0; i < s.n; i++) {
            s.group[i] = i < (turn < 4 ? 8 : 3) ? 1 : 0; /* the lists, or one by one */
        }
        double score[ROWS_MAX] = {0};
        for (size_t i = 0; i < s.n; i++) {
            sample alone = s;
            for (size_t k = 0; k < s.n; k++) {
                alone.group[k] = k == i ? 1 : 0;
            }
            score[i] = by_definition(&alone, &all_weights[0]).score[1];
        }
        const double observed = fabs(by_definition(&s, &all_weights[0]).score[1]);
        uint64_t n_all = 0;
        uint64_t n_extreme = 0;
        for (uint32_t bits = 0; bits < (uint32_t)1 << s.n; bits++) {
            double sum = 0.0;
            for (size_t i = 0; i < s.n; i++) {
                sum += bits >> i & 1 ? score[i] : 0.0;
            }
            if (keeps_sizes(&s, bits)) {
                n_all++;
                n_extreme += fabs(sum) >= observed - 1e-9 ? 1 : 0;
            }
        }
        const cbk_log_rank *fit = fit_sample(
            &s, (cbk_log_rank_request){.wants_exact = true, .n_permutations = 1});
        CHECK(fit != NULL && fit->exact->n_permutations == n_all);
        CHECK(fit->exact->n_extreme == n_extreme);
    }
}

/* One of many, and two of many: lists would be longer than the labelings. */
static void few_drawn_of_many(void)
{
    enum { MANY = 400 };
    static double time[MANY];
    static bool is_event[MANY];
    static uint32_t group[MANY];
    for (size_t i = 0; i < MANY; i++) {
        time[i] = (double)(i + 1);
        is_event[i] = true;
        group[i] = 0;
    }
    group[0] = 1; /* the first death: score 1 - 1/400, from far below all others */
    cbk_log_rank_request request = {.wants_exact = true, .n_permutations = 1};
    const cbk_log_rank *fit = fit_two(MANY, time, is_event, group, request);
    CHECK(fit != NULL && fit->exact->is_complete && fit->exact->n_permutations == MANY);
    uint64_t n_extreme = 0;
    double hazard = 0.0;
    for (size_t i = 0; i < MANY; i++) {
        hazard += 1.0 / (double)(MANY - i);
        n_extreme += fabs(1.0 - hazard) >= 1.0 - 1.0 / MANY ? 1 : 0;
    }
    CHECK(fit->exact->n_extreme == n_extreme);
    group[1] = 1;
    fit = fit_two(MANY, time, is_event, group, request);
    CHECK(fit != NULL && fit->exact->is_complete);
    CHECK(fit->exact->n_permutations == MANY * (MANY - 1) / 2);
    n_extreme = 0;
    double score[MANY];
    hazard = 0.0;
    for (size_t i = 0; i < MANY; i++) {
        hazard += 1.0 / (double)(MANY - i);
        score[i] = 1.0 - hazard;
    }
    for (size_t i = 0; i < MANY; i++) {
        for (size_t k = 0; k < i; k++) {
            n_extreme += fabs(score[i] + score[k]) >= score[0] + score[1] - 1e-9 ? 1 : 0;
        }
    }
    CHECK(fit->exact->n_extreme == n_extreme);
}

/* ---- drawn at random -------------------------------------------------------------- */

/* 22 against 22: beyond counting, but symmetrical, so that p is known: every pair of
 * patients with the same time has one in each group, and the score is 0. */
static void drawn_where_all_are_extreme(void)
{
    sample s = {.n = 44, .n_groups = 2, .n_strata = 1};
    for (size_t i = 0; i < s.n; i++) {
        s.time[i] = (double)(i / 2);
        s.is_event[i] = true;
        s.group[i] = i % 2;
    }
    const cbk_log_rank *fit = fit_sample(
        &s, (cbk_log_rank_request){.wants_exact = true, .n_permutations = 500});
    CHECK(fit != NULL && !fit->exact->is_complete && fit->exact->n_permutations == 500);
    CHECK(fit->exact->p == 1.0 && fit->exact->std_error == 0.0);
    CHECK_NEAR(fit->exact->n_labelings, 2104098963720.0, 1e-14);
}

/* Near what counting gives: three groups of which one is tiny has no counting, so the
 * third is a stratum of its own, where nothing can be permuted. */
static void drawn_near_counted(void)
{
    sample s = draw_sample(22, 2, 1, false, true);
    const cbk_log_rank_request request = {
        .wants_exact = true, .n_permutations = 40000, .seed = 7};
    const cbk_log_rank *counted = fit_sample(&s, request);
    CHECK(counted != NULL && counted->exact->is_complete);
    sample three = s;
    three.n_groups = 3;
    three.n_strata = 2;
    three.n = s.n + 1;
    three.group[s.n] = 2;
    three.stratum[s.n] = 1;
    three.time[s.n] = 1.0;
    const cbk_log_rank *drawn = fit_sample(&three, request);
    CHECK(drawn != NULL && !drawn->exact->is_complete);
    CHECK(drawn->exact->n_labelings == counted->exact->n_labelings);
    const double p = counted->exact->p;
    CHECK(fabs(drawn->exact->p - p) <= 5.0 * sqrt(p * (1.0 - p) / 40000.0) + 1e-4);
    CHECK(drawn->exact->p == ((double)drawn->exact->n_extreme + 1.0) / (40000.0 + 1.0));
}

static void the_seed_decides(void)
{
    const sample s = draw_sample(60, 2, 2, true, false);
    cbk_log_rank_request request = {
        .wants_exact = true, .n_permutations = 3000, .seed = 1};
    const cbk_log_rank *one = fit_sample(&s, request);
    const cbk_log_rank *again = fit_sample(&s, request);
    request.seed = 2;
    const cbk_log_rank *other = fit_sample(&s, request);
    CHECK(one != NULL && again != NULL && other != NULL && !one->exact->is_complete);
    CHECK(memcmp(one->exact, again->exact, sizeof *one->exact) == 0);
    CHECK(one->exact->n_extreme != other->exact->n_extreme);
    CHECK(fabs(one->exact->p - other->exact->p) <=
          5.0 * (one->exact->std_error + other->exact->std_error));
}

static const check_test tests[] = {
    {"six patients, every labeling", six_patients_exactly},
    {"every labeling, scored from scratch", every_labeling},
    {"many labelings", many_labelings},
    {"few drawn of many", few_drawn_of_many},
    {"drawn: all as far out", drawn_where_all_are_extreme},
    {"drawn: near what is counted", drawn_near_counted},
    {"drawn: the seed decides", the_seed_decides},
};

int main(void)
{
    arena = cbk_arena_create(NULL, SIZE_MAX);
    const int code = arena == NULL ? 99 : check_main(tests, N(tests));
    cbk_arena_destroy(arena);
    return code;
}
