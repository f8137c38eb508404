/* test_log_rank.c - comparisons of groups: fractions by hand, published tests, slow twins
 * for the scores, degenerate data, row order, every error, and every allocation made to
 * fail.  The permutation distribution: test_log_rank_exact.c. */
#include "check.h"
#include "faulty_heap.h"
#include "log_rank_sample.h"

/* ---- by hand ---------------------------------------------------------------------- */

static void six_patients_by_hand(void)
{
    const cbk_log_rank *fit = fit_two(6, months, died, margin, (cbk_log_rank_request){0});
    CHECK(fit != NULL && fit->n_groups == 2 && fit->notes == 0 && !fit->is_late);
    CHECK(fit->groups[0].n == 4 && fit->groups[0].n_event == 2);
    CHECK(fit->groups[0].observed == 2.0 && fit->groups[1].observed == 0.0);
    /* at 36 three of five are negative, at 97 two of three */
    CHECK_NEAR(fit->groups[0].expected, 3.0 / 5 + 2.0 / 3, 1e-15);
    CHECK_NEAR(fit->groups[1].expected, 2.0 / 5 + 1.0 / 3, 1e-15);
    CHECK_NEAR(fit->score[0], 11.0 / 15, 1e-15);
    CHECK_NEAR(fit->score[1], -11.0 / 15, 1e-15);
    CHECK_NEAR(fit->variance[0], 6.0 / 25 + 2.0 / 9, 1e-15);
    CHECK_NEAR(fit->variance[1], -104.0 / 225, 1e-15);
    CHECK_NEAR(fit->variance[3], 104.0 / 225, 1e-15);
    CHECK_NEAR(fit->test.chisq, 121.0 / 104, 1e-14);
    CHECK(fit->test.df == 1 && fit->exact == NULL && fit->n_pairs == 0);
    CHECK_NEAR(fit->test.p, erfc(sqrt(121.0 / 104 / 2)), 1e-13);
    CHECK_NEAR(fit->test.log_p, log(fit->test.p), 1e-13);
}

/* Remission under 6-mercaptopurine and placebo: Freireich et al., Blood 21 (1963)
 * 699-716, doi:10.1182/blood.V21.6.699.699 */
static const double mp_time[] = {6,  6,  6,  6,  7,  9,  10, 10, 11, 13, 16, 17, 19, 20,
                                 22, 23, 25, 32, 32, 34, 35, 1,  1,  2,  2,  3,  4,  4,
                                 5,  5,  8,  8,  8,  8,  11, 11, 12, 12, 15, 17, 22, 23};
static const bool mp_event[] = {1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0,
                                1, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1,
                                1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
static const uint32_t mp_group[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                    0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1,
                                    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};

static void published_leukaemia_trial(void)
{
    static const struct {
        cbk_log_rank_request request;
        double chisq; /* as printed */
    } cases[] = {
        {{.method = CBK_LOG_RANK}, 16.793},       /* R, SAS, Stata */
        {{.method = CBK_LOG_RANK_GEHAN}, 13.458}, /* SAS "Wilcoxon" */
        {{.method = CBK_LOG_RANK_TARONE_WARE}, 15.124},
        {{.method = CBK_LOG_RANK_PETO}, 14.457}, /* R, rho = 1 */
        {{.method = CBK_LOG_RANK_FLEMING_HARRINGTON, .rho = 1.0}, 14.457},
        {{.method = CBK_LOG_RANK_FLEMING_HARRINGTON}, 16.793},
    };
    for (size_t i = 0; i < N(cases); i++) {
        const cbk_log_rank *fit =
            fit_two(N(mp_time), mp_time, mp_event, mp_group, cases[i].request);
        CHECK(fit != NULL && fit->test.df == 1);
        CHECK(fabs(fit->test.chisq - cases[i].chisq) <= 0.0005);
    }
    const cbk_log_rank *fit =
        fit_two(N(mp_time), mp_time, mp_event, mp_group, (cbk_log_rank_request){0});
    CHECK(fit->groups[0].observed == 9.0 && fit->groups[1].observed == 21.0);
    CHECK(fabs(fit->groups[0].expected - 19.251) <= 0.0005);
}

/* ---- slow twins ------------------------------------------------------------------- */

static void check_against_definition(const sample *s, cbk_log_rank_request request)
{
    const cbk_log_rank *fit = fit_sample(s, request);
    CHECK(fit != NULL);
    const naive want = by_definition(s, &request);
    double scale = 1.0;
    for (size_t g = 0; g < s->n_groups; g++) {
        scale = fmax(scale, want.variance[g][g]);
    }
    for (size_t g = 0; g < s->n_groups; g++) {
        CHECK(fabs(fit->score[g] - want.score[g]) <= 1e-12 * scale);
        for (size_t h = 0; h < s->n_groups; h++) {
            CHECK(fabs(fit->variance[g * s->n_groups + h] - want.variance[g][h]) <=
                  1e-12 * scale);
        }
    }
    if (s->n_groups == 2 && fit->test.df == 1) {
        const double chisq = want.score[0] * want.score[0] / want.variance[0][0];
        CHECK(fabs(fit->test.chisq - chisq) <= 1e-10 * fmax(1.0, chisq));
    }
}

static void same_as_the_definition(void)
{
    for (int turn = 0; turn < 160; turn++) {
        const sample s = draw_sample(5 + random_below(40), 2 + random_below(3),
                                     1 + random_below(3), turn % 2 == 0, turn % 4 < 2);
        for (size_t i = 0; i < N(all_weights) && !check_has_failed; i++) {
            check_against_definition(&s, all_weights[i]);
        }
    }
}

/* Times from 1e-300 to 1e300, which take more bits than there are: they are numbered. */
static void times_of_any_size(void)
{
    sample s = draw_sample(40, 4, 3, true, true);
    sample wide = s;
    for (size_t i = 0; i < s.n; i++) {
        wide.time[i] = s.time[i] * pow(10.0, 40.0 * s.time[i] - 200.0);
        wide.entry[i] =
            s.entry[i] > 0.0 ? s.entry[i] * pow(10.0, 40.0 * s.entry[i] - 200.0) : -3.0;
    }
    wide.time[0] = 1e-300;
    wide.entry[0] = -1.0;
    s.time[0] = 0.5;
    s.entry[0] = -1.0;
    const cbk_log_rank *plain = fit_sample(&s, (cbk_log_rank_request){0});
    const cbk_log_rank *far = fit_sample(&wide, (cbk_log_rank_request){0});
    CHECK(plain != NULL && far != NULL && plain->test.df == 3);
    CHECK(memcmp(plain->score, far->score, 4 * sizeof(double)) == 0);
    CHECK(memcmp(plain->variance, far->variance, 16 * sizeof(double)) == 0);
}

/* Times alike in all but their last bits, from the last to the first: sorting by the
 * first bits leaves everything to do. */
static void times_alike_in_their_first_bits(void)
{
    static double near[3000];
    static double far[3000];
    static bool is_event[3000];
    static uint32_t group[3000];
    for (size_t i = 0; i < N(near); i++) {
        const double k = (double)(N(near) - i);
        near[i] = i == 7 ? 1e-200 : 1.0 + k * 0x1p-48;
        far[i] = i == 7 ? 0.25 : 1.0 + k * 0x1p-12;
        is_event[i] = random_below(3) > 0;
        group[i] = random_below(2);
    }
    const cbk_log_rank *a =
        fit_two(N(near), near, is_event, group, (cbk_log_rank_request){0});
    const cbk_log_rank *b =
        fit_two(N(far), far, is_event, group, (cbk_log_rank_request){0});
    CHECK(a != NULL && b != NULL && a->test.df == 1);
    CHECK(memcmp(&a->test, &b->test, sizeof a->test) == 0);
    CHECK(memcmp(a->score, b->score, 2 * sizeof(double)) == 0);
}

/* More rows than numbers, a step apart: counted as months or days, or sorted. */
static void many_rows_of_few_times(void)
{
    enum { COPIES = 6000 };
    static const double steps[] = {1.0, 100.0, 1000.0};
    static double time[8 * COPIES];
    static double odd[8 * COPIES];
    static bool is_event[8 * COPIES];
    static uint32_t group[8 * COPIES];
    for (size_t i = 0; i < N(time); i++) {
        odd[i] = sqrt((double)(i % 8) + 0.1); /* irrational: too many digits to count */
        is_event[i] = i % 3 > 0;
        group[i] = i % 5 < 2 ? 1 : 0;
    }
    const cbk_log_rank *sorted =
        fit_two(N(time), odd, is_event, group, (cbk_log_rank_request){0});
    for (size_t k = 0; k < N(steps); k++) {
        for (size_t i = 0; i < N(time); i++) {
            time[i] = steps[k] * (double)(i % 8);
        }
        const cbk_log_rank *whole =
            fit_two(N(time), time, is_event, group, (cbk_log_rank_request){0});
        CHECK(whole != NULL && sorted != NULL);
        CHECK(whole->groups[1].n_event == sorted->groups[1].n_event);
        CHECK(memcmp(whole->score, sorted->score, 2 * sizeof(double)) == 0);
        CHECK(memcmp(&whole->test, &sorted->test, sizeof whole->test) == 0);
    }
}

/* ---- trend, pairs ----------------------------------------------------------------- */

static void trend_of_two_groups_is_the_test(void)
{
    const double far[] = {1e6, 1e6 + 3};
    const cbk_log_rank *fit =
        fit_two(N(mp_time), mp_time, mp_event, mp_group,
                (cbk_log_rank_request){.wants_trend = true, .scores = far});
    CHECK(fit != NULL && fit->trend.df == 1);
    CHECK_NEAR(fit->trend.chisq, fit->test.chisq, 1e-12);
    CHECK(fit->request.scores[1] == 1e6 + 3);
}

static void trend_by_its_formula(void)
{
    const double scores[] = {0, 1, 3, 4};
    for (int turn = 0; turn < 20; turn++) {
        const sample s = draw_sample(40, 4, 2, false, true);
        const cbk_log_rank *fit =
            fit_sample(&s, (cbk_log_rank_request){.wants_trend = true, .scores = scores});
        CHECK(fit != NULL);
        const naive want = by_definition(&s, &(cbk_log_rank_request){0});
        double u = 0.0;
        double v = 0.0;
        for (size_t g = 0; g < 4; g++) {
            u += scores[g] * want.score[g];
            for (size_t h = 0; h < 4; h++) {
                v += scores[g] * scores[h] * want.variance[g][h];
            }
        }
        CHECK(fabs(fit->trend.chisq - u * u / v) <= 1e-10 * fmax(1.0, u * u / v));
        const cbk_log_rank *plain =
            fit_sample(&s, (cbk_log_rank_request){.wants_trend = true});
        CHECK(plain->request.scores[3] == 3.0);
    }
    const sample s = draw_sample(40, 4, 1, false, true);
    const double same[] = {2, 2, 2, 2};
    const cbk_log_rank *fit =
        fit_sample(&s, (cbk_log_rank_request){.wants_trend = true, .scores = same});
    CHECK(fit != NULL && fit->trend.df == 0 && isnan(fit->trend.p));
}

static sample only_groups(const sample *s, uint32_t a, uint32_t b)
{
    sample two = *s;
    two.n = 0;
    two.n_groups = 2;
    for (size_t i = 0; i < s->n; i++) {
        if (s->group[i] == a || s->group[i] == b) {
            two.time[two.n] = s->time[i];
            two.entry[two.n] = s->entry[i];
            two.is_event[two.n] = s->is_event[i];
            two.stratum[two.n] = s->stratum[i];
            two.group[two.n++] = s->group[i] == b ? 1 : 0;
        }
    }
    return two;
}

static void pairs_are_tests_of_two_groups(void)
{
    for (int turn = 0; turn < 20; turn++) {
        const sample s = draw_sample(50, 3, 2, turn % 2 == 0, true);
        cbk_log_rank_request request = all_weights[turn % (int)N(all_weights)];
        request.wants_pairs = true;
        const cbk_log_rank *fit = fit_sample(&s, request);
        CHECK(fit != NULL && fit->n_pairs == 3);
        for (size_t k = 0; k < 3; k++) {
            const cbk_log_rank_pair *pair = &fit->pairs[k];
            CHECK(pair->first < pair->second);
            const sample two =
                only_groups(&s, (uint32_t)pair->first, (uint32_t)pair->second);
            request.wants_pairs = false;
            const cbk_log_rank *alone = fit_sample(&two, request);
            CHECK(alone != NULL);
            CHECK(memcmp(&alone->test, &pair->test, sizeof pair->test) == 0);
        }
    }
}

/* Holm by its definition: the largest of (m - rank) p over all that are not larger. */
static void holm_by_its_definition(void)
{
    const sample s = draw_sample(60, 4, 1, false, false);
    const cbk_log_rank *fit = fit_sample(&s, (cbk_log_rank_request){.wants_pairs = true});
    CHECK(fit != NULL && fit->n_pairs == 6);
    for (size_t k = 0; k < 6; k++) {
        double want = 0.0;
        for (size_t i = 0; i < 6; i++) {
            size_t n_smaller = 0;
            for (size_t j = 0; j < 6; j++) {
                n_smaller += fit->pairs[j].test.p < fit->pairs[i].test.p ? 1 : 0;
            }
            if (fit->pairs[i].test.p <= fit->pairs[k].test.p) {
                want = fmax(want, (double)(6 - n_smaller) * fit->pairs[i].test.p);
            }
        }
        CHECK_NEAR(fit->pairs[k].p_holm, fmin(want, 1.0), 1e-15);
    }
}

/* ---- degenerate ------------------------------------------------------------------- */

static bool is_undecided(const cbk_log_rank_test *test, cbk_notes notes)
{
    return test->chisq == 0.0 && test->df == 0 && isnan(test->p) && isnan(test->log_p) &&
           test->notes == notes;
}

static void no_events(void)
{
    const bool none[6] = {false};
    const cbk_log_rank *fit = fit_two(6, months, none, margin,
                                      (cbk_log_rank_request){.wants_exact = true,
                                                             .n_permutations = 1,
                                                             .wants_trend = true,
                                                             .wants_pairs = true});
    CHECK(fit != NULL && fit->notes == CBK_NOTE_NO_EVENTS);
    CHECK(is_undecided(&fit->test, CBK_NOTE_NO_EVENTS));
    CHECK(is_undecided(&fit->trend, CBK_NOTE_NO_EVENTS));
    CHECK(is_undecided(&fit->pairs[0].test, CBK_NOTE_NO_EVENTS));
    CHECK(isnan(fit->pairs[0].p_holm));
    CHECK(fit->exact->p == 1.0 && fit->exact->n_permutations == 15);
    CHECK(fit->groups[0].expected == 0.0);
}

static void all_tied(void)
{
    const double same[] = {5, 5, 5, 5, 5, 5};
    const bool all[] = {true, true, true, true, true, true};
    const cbk_log_rank *fit =
        fit_two(6, same, all, margin,
                (cbk_log_rank_request){.wants_exact = true, .n_permutations = 1});
    CHECK(fit != NULL && is_undecided(&fit->test, CBK_NOTE_ZERO_VARIANCE));
    CHECK(fit->groups[0].observed == 4.0 && fit->groups[0].expected == 4.0);
    CHECK(fit->exact->p == 1.0);
}

static void one_group_gone_before_the_first_event(void)
{
    const double time[] = {1, 2, 3, 4};
    const bool is_event[] = {false, false, true, true};
    const uint32_t group[] = {0, 0, 1, 1};
    const cbk_log_rank *fit =
        fit_two(4, time, is_event, group, (cbk_log_rank_request){0});
    CHECK(fit != NULL && is_undecided(&fit->test, CBK_NOTE_ZERO_VARIANCE));
    CHECK(fit->groups[0].expected == 0.0 && fit->groups[1].expected == 2.0);
}

/* Three groups, the third without anybody at risk at an event: df 1, as of the other two.
 */
static void a_group_that_cannot_be_compared(void)
{
    const double time[] = {3, 4, 5, 6, 7, 8, 1};
    const bool is_event[] = {true, true, false, true, true, true, false};
    const uint32_t group[] = {0, 1, 0, 1, 0, 1, 2};
    const cbk_followup followup = {.n = 7, .time = time, .is_event = is_event};
    const cbk_log_rank_rows rows = {.followup = &followup, .group = group, .n_groups = 3};
    const cbk_log_rank *three = fit_rows(&rows, &(cbk_log_rank_request){0});
    const cbk_log_rank *two =
        fit_two(6, time, is_event, group, (cbk_log_rank_request){0});
    CHECK(three != NULL && two != NULL && three->test.df == 1 && two->test.df == 1);
    CHECK(three->test.notes == CBK_NOTE_DF_REDUCED && two->test.notes == 0);
    CHECK_NEAR(three->test.chisq, two->test.chisq, 1e-14);
    CHECK(three->groups[2].expected == 0.0);
}

/* Groups 0 and 1 in one stratum, 2 and 3 in the other: two tests, df 2. */
static void groups_that_never_meet(void)
{
    const double time[] = {1, 2, 3, 4, 5, 1, 2, 3, 4, 5};
    const bool is_event[] = {true, true, false, true,  true,
                             true, true, true,  false, true};
    const uint32_t group[] = {0, 1, 0, 1, 0, 3, 2, 2, 3, 2};
    const uint32_t stratum[] = {0, 0, 0, 0, 0, 1, 1, 1, 1, 1};
    const uint32_t low[] = {0, 1, 0, 1, 0};
    const uint32_t high[] = {1, 0, 0, 1, 0};
    const cbk_followup followup = {.n = 10, .time = time, .is_event = is_event};
    const cbk_log_rank_rows rows = {.followup = &followup,
                                    .group = group,
                                    .n_groups = 4,
                                    .stratum = stratum,
                                    .n_strata = 2};
    const cbk_log_rank *all = fit_rows(&rows, &(cbk_log_rank_request){0});
    const cbk_log_rank *a = fit_two(5, time, is_event, low, (cbk_log_rank_request){0});
    const cbk_log_rank *b =
        fit_two(5, time + 5, is_event + 5, high, (cbk_log_rank_request){0});
    CHECK(all != NULL && a != NULL && b != NULL);
    CHECK(all->test.df == 2 && all->test.notes == CBK_NOTE_DF_REDUCED);
    CHECK_NEAR(all->test.chisq, a->test.chisq + b->test.chisq, 1e-13);
}

static void no_rows(void)
{
    const cbk_followup followup = {0};
    const cbk_log_rank_rows rows = {.followup = &followup};
    const cbk_log_rank *fit = fit_rows(
        &rows, &(cbk_log_rank_request){
                   .wants_pairs = true, .wants_exact = true, .n_permutations = 1});
    CHECK(fit != NULL && fit->n_groups == 0 && fit->n_pairs == 0 && fit->exact == NULL);
    CHECK(is_undecided(&fit->test, CBK_NOTE_NO_ROWS));
}

static void a_p_too_small_for_doubles(void)
{
    enum { MANY = 20000 };
    static double time[MANY];
    static bool is_event[MANY];
    static uint32_t group[MANY];
    for (size_t i = 0; i < MANY; i++) {
        time[i] = (double)i;
        is_event[i] = true;
        group[i] = i < MANY / 2 ? 0 : 1;
    }
    const cbk_log_rank *fit =
        fit_two(MANY, time, is_event, group, (cbk_log_rank_request){0});
    CHECK(fit != NULL && fit->test.p == 0.0);
    CHECK(isfinite(fit->test.log_p) && fit->test.log_p < -745.0);
    /* the normal tail: log of sqrt(2 / (pi x)) exp(-x / 2) */
    const double x = fit->test.chisq;
    CHECK(fabs(fit->test.log_p - (-x / 2 - 0.5 * log(x * acos(-1.0) / 2))) <= 1e-3);
}

/* ---- order, errors, memory -------------------------------------------------------- */

static void rows_in_any_order(void)
{
    for (int turn = 0; turn < 40; turn++) {
        sample s = draw_sample(60, 2 + (size_t)turn % 2, 2, turn % 3 == 0, turn % 4 < 2);
        cbk_log_rank_request request = all_weights[turn % (int)N(all_weights)];
        request.wants_exact = true;
        request.n_permutations = 200;
        const cbk_log_rank *before = fit_sample(&s, request);
        shuffle(&s);
        const cbk_log_rank *after = fit_sample(&s, request);
        CHECK(before != NULL && after != NULL);
        CHECK(memcmp(before->score, after->score, s.n_groups * sizeof(double)) == 0);
        CHECK(memcmp(before->variance, after->variance,
                     s.n_groups * s.n_groups * sizeof(double)) == 0);
        CHECK(memcmp(&before->test, &after->test, sizeof before->test) == 0);
        CHECK(memcmp(before->exact, after->exact, sizeof *before->exact) == 0);
    }
}

static cbk_status refusal(const cbk_log_rank_rows *rows, cbk_log_rank_request request,
                          cbk_error *err)
{
    const cbk_log_rank *fit = (const cbk_log_rank *)&request; /* is it set to NULL? */
    const cbk_mark before = cbk_arena_mark(arena);
    const cbk_status status = cbk_log_rank_fit(rows, &request, arena, &fit, err);
    const bool is_clean = fit == NULL && is_same_mark(before, cbk_arena_mark(arena));
    return is_clean ? status : CBK_OK;
}

static void wrong_requests(void)
{
    const cbk_followup followup = {.n = 6, .time = months, .is_event = died};
    const uint32_t one[6] = {0};
    cbk_log_rank_rows rows = {.followup = &followup, .group = one, .n_groups = 1};
    cbk_error err;
    CHECK(refusal(&rows, (cbk_log_rank_request){0}, &err) == CBK_EINVAL);
    CHECK(strstr(err.message, "two groups") != NULL);
    rows = (cbk_log_rank_rows){
        .followup = &followup, .group = margin, .n_groups = CBK_LOG_RANK_GROUPS_MAX + 1};
    CHECK(refusal(&rows, (cbk_log_rank_request){0}, &err) == CBK_EINVAL);
    CHECK(strstr(err.message, "1001 groups") != NULL);
    rows = (cbk_log_rank_rows){.followup = &followup, .group = margin, .n_groups = 2};
    const cbk_log_rank_method fh = CBK_LOG_RANK_FLEMING_HARRINGTON;
    CHECK(refusal(&rows, (cbk_log_rank_request){.method = fh, .rho = -1.0}, &err) ==
          CBK_EINVAL);
    CHECK(refusal(&rows, (cbk_log_rank_request){.method = fh, .gamma = (double)NAN},
                  &err) == CBK_EINVAL);
    const double infinite[] = {0.0, (double)INFINITY};
    CHECK(refusal(&rows, (cbk_log_rank_request){.scores = infinite}, &err) == CBK_EINVAL);
    CHECK(refusal(&rows, (cbk_log_rank_request){.wants_exact = true}, &err) ==
          CBK_EINVAL);
    const double weight[6] = {1, 1, 1, 1, 1, 1};
    const cbk_followup weighted = {
        .n = 6, .time = months, .is_event = died, .weight = weight};
    rows.followup = &weighted;
    CHECK(refusal(&rows, (cbk_log_rank_request){0}, &err) == CBK_EINVAL);
}

static void wrong_rows(void)
{
    const double bad[][3] = {{1, -2, 3}, {1, (double)NAN, 3}, {1, (double)INFINITY, 3}};
    const bool is_event[] = {true, true, true};
    const uint32_t group[] = {0, 1, 0};
    cbk_followup followup = {.n = 3, .is_event = is_event};
    const cbk_log_rank_rows rows = {.followup = &followup, .group = group, .n_groups = 2};
    cbk_error err;
    for (size_t i = 0; i < N(bad); i++) {
        followup.time = bad[i];
        CHECK(refusal(&rows, (cbk_log_rank_request){0}, &err) == CBK_EDATA);
        CHECK(err.row == 1);
    }
    const double good[] = {1, 2, 3};
    const double entry[] = {0, 1, 3};
    followup.time = good;
    followup.entry = entry;
    CHECK(refusal(&rows, (cbk_log_rank_request){0}, &err) == CBK_EDATA && err.row == 2);
}

static cbk_status compare_on(const void *rows, cbk_arena *faulty, const void **out)
{
    const cbk_log_rank_request request = {
        .wants_exact = true, .n_permutations = 3, .wants_pairs = true};
    const cbk_log_rank *fit = NULL;
    const cbk_status status = cbk_log_rank_fit(rows, &request, faulty, &fit, NULL);
    *out = fit;
    return status;
}

/* Follow-up long enough to need many blocks of memory, each refused once. */
static void memory_runs_out(void)
{
    static double time[3000];
    static bool is_event[3000];
    static uint32_t group[3000];
    for (size_t i = 0; i < N(time); i++) {
        time[i] = 0.001 + random_below(1000000) / 1e4;
        is_event[i] = random_below(3) > 0;
        group[i] = i < 20 ? (uint32_t)i % 3 : random_below(3);
    }
    for (int which = 0; which < 3; which++) { /* 3 groups, 2 drawn, 2 counted */
        const cbk_followup followup = {
            .n = which < 2 ? N(time) : 20, .time = time, .is_event = is_event};
        for (size_t i = 0; which > 0 && i < N(time); i++) {
            group[i] %= 2;
        }
        const cbk_log_rank_rows rows = {
            .followup = &followup, .group = group, .n_groups = which == 0 ? 3 : 2};
        CHECK(faulty_heaps(compare_on, &rows) >= (which < 2 ? 5 : 2));
    }
}

static void names_read_back(void)
{
    cbk_log_rank_method method = CBK_LOG_RANK;
    CHECK(cbk_log_rank_method_parse("tarone-ware", &method));
    CHECK(method == CBK_LOG_RANK_TARONE_WARE);
    CHECK(strcmp(cbk_log_rank_method_name(method), "tarone-ware") == 0);
    CHECK(!cbk_log_rank_method_parse("wilcoxon", &method));
}

static const check_test tests[] = {
    {"six patients by hand", six_patients_by_hand},
    {"a published trial", published_leukaemia_trial},
    {"the definition, one event after the other", same_as_the_definition},
    {"times of any size", times_of_any_size},
    {"times alike in their first bits", times_alike_in_their_first_bits},
    {"many rows of few times", many_rows_of_few_times},
    {"the trend of two groups is the test", trend_of_two_groups_is_the_test},
    {"the trend by its formula", trend_by_its_formula},
    {"pairs are tests of two groups", pairs_are_tests_of_two_groups},
    {"Holm by its definition", holm_by_its_definition},
    {"no events", no_events},
    {"all tied", all_tied},
    {"one group gone before the first event", one_group_gone_before_the_first_event},
    {"a group that cannot be compared", a_group_that_cannot_be_compared},
    {"groups that never meet", groups_that_never_meet},
    {"no rows", no_rows},
    {"a p too small for doubles", a_p_too_small_for_doubles},
    {"rows in any order", rows_in_any_order},
    {"wrong requests", wrong_requests},
    {"wrong rows", wrong_rows},
    {"memory runs out", memory_runs_out},
    {"names", names_read_back},
};

int main(void)
{
    arena = cbk_arena_create(NULL, SIZE_MAX);
    const int code = arena == NULL ? 99 : check_main(tests, N(tests));
    cbk_arena_destroy(arena);
    return code;
}
