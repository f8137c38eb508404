/* test_cuminc.c - cumulative incidences and Gray's test: fractions by hand, slow twins
 * for the estimate and its jackknife, degenerate data, row order, every error, and every
 * allocation made to fail. */
#include "check.h"
#include "faulty_heap.h"
#include "random_below.h"

#include <casebook/cumulative_incidence.h>

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))
enum { ROWS_MAX = 64, CAUSES_MAX = 3 };

static cbk_arena *arena;

/* Rows, with everything that rows can have. */
typedef struct sample {
    size_t n, n_causes, n_clusters, n_groups, n_strata;
    bool is_late, is_weighted;
    double time[ROWS_MAX], entry[ROWS_MAX], weight[ROWS_MAX];
    bool is_event[ROWS_MAX];
    uint8_t cause[ROWS_MAX];
    uint32_t cluster[ROWS_MAX], group[ROWS_MAX], stratum[ROWS_MAX];
} sample;

static cbk_followup followup_of(const sample *s)
{
    return (cbk_followup){.n = s->n,
                          .time = s->time,
                          .is_event = s->is_event,
                          .entry = s->is_late ? s->entry : NULL,
                          .weight = s->is_weighted ? s->weight : NULL};
}

static cbk_status fit_status(const sample *s, const cbk_cuminc_request *request,
                             cbk_arena *into, const cbk_cuminc **out, cbk_error *err)
{
    const cbk_followup followup = followup_of(s);
    const cbk_cause_rows rows = {.followup = &followup,
                                 .cause = s->cause,
                                 .n_causes = s->n_causes,
                                 .cluster = s->n_clusters > 0 ? s->cluster : NULL,
                                 .n_clusters = s->n_clusters};
    const cbk_cause_table *table = NULL;
    const cbk_status status = cbk_cause_table_build(&rows, true, into, &table, err);
    return status != CBK_OK ? status : cbk_cuminc_fit(table, request, into, out, err);
}

static const cbk_cuminc *fit_with(const sample *s, cbk_incidence_variance variance,
                                  cbk_interval interval)
{
    const cbk_cuminc_request request = {
        .variance = variance, .interval = interval, .level = 0.95};
    const cbk_cuminc *fit = NULL;
    cbk_error err;
    if (fit_status(s, &request, arena, &fit, &err) != CBK_OK) {
        printf("# %s\n", err.message);
    }
    return fit;
}

static const cbk_cuminc *fit_of(const sample *s)
{
    return fit_with(s, CBK_INCIDENCE_JACKKNIFE, CBK_INTERVAL_LOG_LOG);
}

static cbk_status test_status(const sample *s, cbk_arena *into, cbk_gray_test *test,
                              cbk_error *err)
{
    const cbk_followup followup = followup_of(s);
    const cbk_gray_rows rows = {.followup = &followup,
                                .cause = s->cause,
                                .n_causes = s->n_causes,
                                .group = s->group,
                                .n_groups = s->n_groups,
                                .stratum = s->n_strata > 0 ? s->stratum : NULL,
                                .n_strata = s->n_strata};
    return cbk_gray_fit(&rows, into, test, err);
}

static sample sample_of(size_t n, const double *time, const uint8_t *cause,
                        size_t n_causes)
{
    sample s = {.n = n, .n_causes = n_causes};
    for (size_t i = 0; i < n; i++) {
        s.time[i] = time[i];
        s.cause[i] = cause[i];
        s.is_event[i] = cause[i] > 0;
    }
    return s;
}

/* ---- by hand ---------------------------------------------------------------------- */

/* Six subjects, one a month: event 1, event 2, censored, event 1, event 2, censored. */
static sample six(void)
{
    static const double time[] = {1, 2, 3, 4, 5, 6};
    static const uint8_t cause[] = {1, 2, 0, 1, 2, 0};
    return sample_of(6, time, cause, 2);
}

static void six_subjects_by_hand(void)
{
    const sample s = six();
    const cbk_cuminc *fit = fit_of(&s);
    CHECK(fit != NULL && fit->notes == 0);
    /* S before 1, 2, 4, 5 is 1, 5/6, 2/3, 4/9 of 6, 5, 3, 2 at risk. */
    static const double first[] = {1.0 / 6,  1.0 / 6,  1.0 / 6,
                                   7.0 / 18, 7.0 / 18, 7.0 / 18};
    static const double second[] = {0.0, 1.0 / 6, 1.0 / 6, 1.0 / 6, 7.0 / 18, 7.0 / 18};
    for (size_t j = 0; j < 6; j++) {
        const cbk_cuminc_row one = cbk_cuminc_row_at(fit, 0, j);
        const cbk_cuminc_row two = cbk_cuminc_row_at(fit, 1, j);
        CHECK_NEAR(one.incidence, first[j], 1e-15);
        CHECK_NEAR(two.incidence, second[j], 1e-15);
        CHECK(one.n_event == (s.cause[j] == 1) && one.n_other == (s.cause[j] == 2));
        CHECK(one.n_censor == (s.cause[j] == 0) && one.n_risk == 6.0 - (double)j);
    }
    /* Influences on F1 at 4, times 108: 11, -7, -1, 15, -9, -9. */
    CHECK_NEAR(cbk_cuminc_row_at(fit, 0, 0).std_error, sqrt(5.0 / 216), 1e-14);
    CHECK_NEAR(cbk_cuminc_row_at(fit, 0, 3).std_error, sqrt(558.0) / 108, 1e-14);
    /* (1/6 - (2/9)/5)^2 + ((2/9)/4)^2 + (2/9)^2 */
    fit = fit_with(&s, CBK_INCIDENCE_AALEN, CBK_INTERVAL_LOG_LOG);
    CHECK(fit != NULL);
    CHECK_NEAR(cbk_cuminc_row_at(fit, 0, 3).std_error, sqrt(91.0 / 1350), 1e-14);
}

static void intervals_by_hand(void)
{
    const sample s = six();
    const double f = 7.0 / 18;
    const double se = sqrt(558.0) / 108;
    const double z = 1.959963984540054;
    const double a = z * se / ((1 - f) * log(1 - f)); /* of log(-log(1 - F)) */
    const struct {
        cbk_interval interval;
        double lower, upper;
    } cases[] = {
        {CBK_INTERVAL_LOG_LOG, 1 - pow(1 - f, exp(a)), 1 - pow(1 - f, exp(-a))},
        {CBK_INTERVAL_LOG, f * exp(-z * se / f), fmin(f * exp(z * se / f), 1)},
        {CBK_INTERVAL_PLAIN, fmax(f - z * se, 0), f + z * se},
        {CBK_INTERVAL_LOGIT, 1 / (1 + exp(log((1 - f) / f) + z * se / (f * (1 - f)))),
         1 / (1 + exp(log((1 - f) / f) - z * se / (f * (1 - f))))},
        {CBK_INTERVAL_ARCSIN,
         pow(sin(fmax(asin(sqrt(f)) - z * se / 2 / sqrt(f * (1 - f)), 0)), 2),
         pow(sin(asin(sqrt(f)) + z * se / 2 / sqrt(f * (1 - f))), 2)},
    };
    for (size_t i = 0; i < N(cases); i++) {
        const cbk_cuminc *fit = fit_with(&s, CBK_INCIDENCE_JACKKNIFE, cases[i].interval);
        CHECK(fit != NULL);
        const cbk_cuminc_row row = cbk_cuminc_at_time(fit, 0, 4.5);
        CHECK_NEAR(row.lower, cases[i].lower, 1e-12);
        CHECK_NEAR(row.upper, cases[i].upper, 1e-12);
        const cbk_cuminc_row before = cbk_cuminc_at_time(fit, 0, 0.5);
        CHECK(before.incidence == 0.0 && before.std_error == 0.0);
        CHECK(cases[i].interval == CBK_INTERVAL_PLAIN
                  ? before.lower == 0.0 && before.upper == 0.0
                  : isnan(before.lower) && isnan(before.upper));
    }
}

static void times_asked_for(void)
{
    sample s = six();
    const cbk_cuminc *fit = fit_of(&s);
    CHECK(fit != NULL);
    CHECK(cbk_cuminc_at_time(fit, 0, 4.0).n_risk == 3.0);
    CHECK(cbk_cuminc_at_time(fit, 0, 6.0).notes == 0);
    const cbk_cuminc_row later = cbk_cuminc_at_time(fit, 0, 7.0);
    CHECK(later.notes == CBK_NOTE_BEYOND_FOLLOW_UP);
    CHECK_NEAR(later.incidence, 7.0 / 18, 1e-15);
    s.cause[5] = 1; /* the last one has an event: nothing can change any more */
    s.is_event[5] = true;
    fit = fit_of(&s);
    CHECK(fit != NULL && cbk_cuminc_at_time(fit, 0, 7.0).notes == 0);
    CHECK_NEAR(cbk_cuminc_at_time(fit, 0, 7.0).incidence, 7.0 / 18 + 2.0 / 9, 1e-15);
}

/* Three in group 1, four in group 0; the first to leave is in group 1. */
static sample seven(uint8_t first, uint8_t second, bool is_second_in_one)
{
    static const double time[] = {1, 2, 5, 5, 5, 5, 5};
    const uint8_t cause[] = {first, second, 0, 0, 0, 0, 0};
    sample s = sample_of(7, time, cause, 2);
    s.n_groups = 2;
    s.group[0] = s.group[2] = 1;
    s.group[is_second_in_one ? 1 : 3] = 1;
    return s;
}

static void gray_by_hand(void)
{
    cbk_gray_test test[2];
    /* Two events of the kind.  At 1 three and four at risk: K = 12/7.  At 2 h is still 3
     * and 4, R is 4 and 2 or 3 and 4.  V = 12/49 + ((80/49)^2/3 + (86/49)^2/4)/7. */
    sample s = seven(1, 1, false);
    CHECK(test_status(&s, arena, test, NULL) == CBK_OK);
    const double score = -(1.0 - 3.0 / 7 - 2.0 / 6);
    CHECK_NEAR(test[0].chisq, score * score / (24295.0 / 50421), 1e-13);
    CHECK(test[0].df == 1);
    CHECK_NEAR(test[0].p, erfc(sqrt(test[0].chisq / 2)), 1e-13);
    CHECK(test[1].df == 0 && isnan(test[1].p) && test[1].notes == CBK_NOTE_ZERO_VARIANCE);
    /* The other kind first: V = 12/49 + (12/49)^2 (3/2)^2/9, score 4/7. */
    s = seven(2, 1, true);
    CHECK(test_status(&s, arena, test, NULL) == CBK_OK);
    CHECK_NEAR(test[0].chisq, 49.0 / 39, 1e-13);
}

/* Everybody has the event, and one group after the other is gone: what is left of h makes
 * the steps of the pooled incidence larger, 2/7 + 1/5 + 1/4 + 1/3 after the fifth of
 * seven events, and 1 - F is below 0.  The formula goes on, as in R (cmprsk 2.2-11). */
static void gray_after_groups_are_gone(void)
{
    static const double time[] = {1, 2, 3, 4, 5, 6, 7};
    static const uint8_t cause[] = {1, 1, 1, 1, 1, 1, 1};
    static const uint32_t group[] = {1, 1, 0, 3, 2, 4, 2};
    sample s = sample_of(7, time, cause, 1);
    cbk_gray_test test[1];
    s.n_groups = 5;
    memcpy(s.group, group, sizeof group);
    CHECK(test_status(&s, arena, test, NULL) == CBK_OK);
    CHECK_NEAR(test[0].chisq, 8.639242643623625, 1e-13);
    CHECK(test[0].df == 4);
}

/* One of group 1 has the event at 1; at 2 one of each of three groups.  There h is 4 and
 * S_1 1/2, so that three tied events of group 1 count 1 - (3 - 1) / (4/2 - 1) = -1 times:
 * the variances are 161/512, -3/128 and 161/512, which are none. */
static void gray_with_a_negative_variance(void)
{
    static const double time[] = {1, 2, 2, 2};
    static const uint8_t cause[] = {1, 1, 1, 1};
    static const uint32_t group[] = {1, 0, 1, 2};
    sample s = sample_of(4, time, cause, 1);
    cbk_gray_test test[1];
    s.n_groups = 3;
    memcpy(s.group, group, sizeof group);
    CHECK(test_status(&s, arena, test, NULL) == CBK_OK);
    CHECK(test[0].notes == CBK_NOTE_NEGATIVE_VARIANCE && test[0].df == 0);
    CHECK(isnan(test[0].p));
}

/* ---- slow twins ------------------------------------------------------------------- */

/* F of one cause at t by its definition, with weights of one's own. */
static double by_definition(const sample *s, const double *weight, size_t cause, double t)
{
    double survival = 1.0;
    double incidence = 0.0;
    double last = -1.0;
    for (;;) {
        double now = HUGE_VAL;
        for (size_t i = 0; i < s->n; i++) {
            const bool is_next = s->is_event[i] && s->time[i] > last;
            now = is_next ? fmin(now, s->time[i]) : now;
        }
        if (now > t || now == HUGE_VAL) {
            return incidence;
        }
        double n = 0.0;
        double d = 0.0;
        double d_cause = 0.0;
        for (size_t i = 0; i < s->n; i++) {
            const bool is_in = s->time[i] >= now && !(s->is_late && s->entry[i] >= now);
            n += is_in ? weight[i] : 0.0;
            d += s->time[i] == now && s->cause[i] > 0 ? weight[i] : 0.0;
            d_cause += s->time[i] == now && s->cause[i] == cause ? weight[i] : 0.0;
        }
        incidence += survival * d_cause / n;
        survival *= (n - d) / n;
        last = now;
    }
}

/* The sum over clusters of (sum of w dF/dw)^2, each by a small change of the weight. */
static double jackknife_by_definition(const sample *s, const double *weight, size_t cause,
                                      double t)
{
    double of_cluster[ROWS_MAX] = {0};
    for (size_t i = 0; i < s->n; i++) {
        const double h = 1e-5 * weight[i];
        double up[ROWS_MAX];
        double down[ROWS_MAX];
        memcpy(up, weight, sizeof up);
        memcpy(down, weight, sizeof down);
        up[i] += h;
        down[i] -= h;
        const double slope =
            (by_definition(s, up, cause, t) - by_definition(s, down, cause, t)) / (2 * h);
        of_cluster[s->n_clusters > 0 ? s->cluster[i] : i] += weight[i] * slope;
    }
    double sum = 0.0;
    for (size_t c = 0; c < ROWS_MAX; c++) {
        sum += of_cluster[c] * of_cluster[c];
    }
    return sum;
}

typedef enum traits {
    LATE = 1,
    WEIGHTED = 2,
    CLUSTERED = 4,
    TIED = 8,
    N_TRAITS = 16
} traits;

static sample draw_sample(size_t n, unsigned has)
{
    sample s = {.n = n,
                .n_causes = 1 + random_below(CAUSES_MAX),
                .is_late = (has & LATE) != 0,
                .is_weighted = (has & WEIGHTED) != 0,
                .n_clusters = (has & CLUSTERED) != 0 ? 5 : 0,
                .n_groups = 3,
                .n_strata = 2};
    for (size_t i = 0; i < n; i++) {
        s.time[i] =
            (has & TIED) != 0 ? 2 + random_below(7) : 0.001 + random_below(1000000) / 1e4;
        const double entry = s.time[i] * (random_below(8) / 8.0);
        s.entry[i] = (has & TIED) != 0 ? floor(entry) : entry;
        s.cause[i] = (uint8_t)random_below((uint32_t)s.n_causes + 1);
        s.is_event[i] = s.cause[i] > 0;
        s.weight[i] = (has & WEIGHTED) != 0 ? 0.25 + random_below(1000) / 250.0 : 1.0;
        s.cluster[i] = random_below(5);
        s.group[i] = i < 3 ? (uint32_t)i : random_below(3);
        s.stratum[i] = random_below(2);
    }
    return s;
}

/* Whether the last at risk all had an event while others were still to enter. */
static bool is_zero_early(const cbk_cuminc *fit)
{
    return (fit->notes & (cbk_notes)CBK_NOTE_ZERO_BEFORE_ENTRIES) != 0;
}

static void agrees_with_slow_twin(void)
{
    for (unsigned round = 0; round < 20 * N_TRAITS; round++) {
        const sample s = draw_sample(1 + random_below(30), round % N_TRAITS);
        const cbk_cuminc *fit = fit_of(&s);
        CHECK(fit != NULL);
        for (size_t k = 0; k < s.n_causes && !is_zero_early(fit); k++) {
            for (size_t j = 0; j < fit->table->risk->n_rows; j++) {
                const cbk_cuminc_row row = cbk_cuminc_row_at(fit, k, j);
                const double slow = by_definition(&s, s.weight, k + 1, row.time);
                const double square =
                    jackknife_by_definition(&s, s.weight, k + 1, row.time);
                CHECK(fabs(row.incidence - slow) <= 1e-13);
                CHECK(fabs(row.std_error * row.std_error - square) <= 1e-9);
            }
        }
        cbk_arena_release(arena, (cbk_mark){0});
    }
}

/* Whole numbers are counted, others sorted; entries from the origin on are none. */
/* The table of the same rows at times of such magnitudes that kinds do not travel with
 * them. */
static const cbk_cause_table *far_apart(const sample *whole)
{
    sample far = *whole;
    for (size_t i = 0; i < far.n; i++) {
        far.time[i] = ldexp(1.0, 300 * ((int)whole->time[i] - 5));
    }
    const cbk_followup followup = followup_of(&far);
    const cbk_cause_rows rows = {
        .followup = &followup, .cause = far.cause, .n_causes = far.n_causes};
    const cbk_cause_table *table = NULL;
    const cbk_status status = cbk_cause_table_build(&rows, false, arena, &table, NULL);
    return status == CBK_OK ? table : NULL;
}

static void ways_agree(void)
{
    for (int round = 0; round < 100; round++) {
        const sample whole = draw_sample(1 + random_below(60), TIED);
        sample third = whole;
        sample clustered = whole;
        clustered.n_clusters = ROWS_MAX;
        for (size_t i = 0; i < whole.n; i++) {
            third.time[i] = whole.time[i] / 3.0;
            clustered.cluster[i] = (uint32_t)i;
        }
        const cbk_cuminc *fits[] = {fit_of(&whole), fit_of(&third), fit_of(&clustered)};
        CHECK(fits[0] != NULL && fits[1] != NULL && fits[2] != NULL);
        CHECK(fits[0]->table->jackknife == NULL && fits[2]->table->jackknife != NULL);
        const size_t n = whole.n_causes * (fits[0]->table->risk->n_event_rows + 1);
        for (size_t i = 0; i < n; i++) {
            CHECK(fits[0]->incidence[i] == fits[1]->incidence[i]);
            CHECK(fits[0]->variance[i] == fits[1]->variance[i]);
            CHECK(fits[0]->incidence[i] == fits[2]->incidence[i]);
            CHECK(fabs(fits[0]->variance[i] - fits[2]->variance[i]) <= 1e-15);
        }
        const cbk_cause_table *table = fits[0]->table;
        const cbk_cause_table *far = far_apart(&whole);
        CHECK(far != NULL);
        CHECK(memcmp(table->n_event_of, far->n_event_of,
                     whole.n_causes * table->risk->n_event_rows * sizeof(uint32_t)) == 0);
    }
}

/* With one cause F is 1 - S, and its standard error that of S by the jackknife. */
static void incidences_add_up(void)
{
    for (int round = 0; round < 100; round++) {
        const sample s = draw_sample(30, round % 2 ? TIED : 0);
        const cbk_cuminc *fit = fit_of(&s);
        CHECK(fit != NULL);
        const cbk_risk_table *risk = fit->table->risk;
        double survival = 1.0;
        for (size_t j = 0; j < risk->n_rows; j++) {
            const cbk_risk_row row = cbk_risk_row_at(risk, j);
            survival *= (row.n_risk - row.n_event) / row.n_risk;
            double sum = survival;
            for (size_t k = 0; k < s.n_causes; k++) {
                sum += cbk_cuminc_row_at(fit, k, j).incidence;
            }
            CHECK_NEAR(sum, 1.0, 1e-14);
        }
    }
}

/* When all have had the event F is 1, and would be without any of them. */
static void everybody_leaves_no_error(void)
{
    for (int round = 0; round < 100; round++) {
        sample s = draw_sample(30, round % 2 ? TIED : 0);
        for (size_t i = 0; i < s.n; i++) {
            s.is_event[i] = true;
            s.cause[i] = 1;
        }
        const cbk_cuminc *fit = fit_of(&s);
        CHECK(fit != NULL);
        const cbk_cuminc_row last =
            cbk_cuminc_row_at(fit, 0, fit->table->risk->n_rows - 1);
        CHECK(last.incidence >= 1.0 && last.incidence <= 1.0);
        CHECK(last.std_error >= 0.0 && last.std_error <= 0.0);
    }
}

/* ---- order ------------------------------------------------------------------------ */

/* Rows of one cluster are left out together or not at all: the error is 0, and not what
 * rounding leaves of it, and there are no limits. */
static void one_cluster_has_no_limits(void)
{
    for (int turn = 0; turn < 20; turn++) {
        sample s = {.n = 9, .n_causes = 2, .n_clusters = 1, .is_weighted = true};
        for (size_t i = 0; i < s.n; i++) {
            s.time[i] = 1.0 + (double)random_below(5);
            s.cause[i] = (uint8_t)(i < 2 ? i : random_below(3));
            s.is_event[i] = s.cause[i] > 0;
            s.weight[i] = 0.5 * (double)(1 + random_below(4));
        }
        const cbk_cuminc *fit = fit_of(&s);
        CHECK(fit != NULL);
        for (size_t j = 0; j < fit->table->risk->n_rows; j++) {
            const cbk_cuminc_row row = cbk_cuminc_row_at(fit, 0, j);
            CHECK(!(row.std_error > 0.0));
            CHECK(!(row.incidence > 0.0 && row.incidence < 1.0) ||
                  (isnan(row.lower) && isnan(row.upper)));
        }
    }
}

static void swap_rows(sample *s, size_t i, size_t k)
{
    const sample was = *s;
    s->time[i] = was.time[k], s->time[k] = was.time[i];
    s->entry[i] = was.entry[k], s->entry[k] = was.entry[i];
    s->weight[i] = was.weight[k], s->weight[k] = was.weight[i];
    s->is_event[i] = was.is_event[k], s->is_event[k] = was.is_event[i];
    s->cause[i] = was.cause[k], s->cause[k] = was.cause[i];
    s->cluster[i] = was.cluster[k], s->cluster[k] = was.cluster[i];
    s->group[i] = was.group[k], s->group[k] = was.group[i];
    s->stratum[i] = was.stratum[k], s->stratum[k] = was.stratum[i];
}

static void order_does_not_matter(void)
{
    for (unsigned round = 0; round < 10 * N_TRAITS; round++) {
        sample s = draw_sample(50, round % N_TRAITS);
        const cbk_cuminc *before = fit_of(&s);
        cbk_gray_test tests[2][CAUSES_MAX] = {{{0}}};
        const bool has_test = !s.is_weighted;
        CHECK(!has_test || test_status(&s, arena, tests[0], NULL) == CBK_OK);
        for (size_t i = s.n; i > 1; i--) {
            swap_rows(&s, i - 1, random_below((uint32_t)i));
        }
        const cbk_cuminc *after = fit_of(&s);
        CHECK(before != NULL && after != NULL);
        const size_t n = s.n_causes * (before->table->risk->n_event_rows + 1);
        CHECK(memcmp(before->incidence, after->incidence, n * sizeof(double)) == 0);
        CHECK(memcmp(before->variance, after->variance, n * sizeof(double)) == 0);
        CHECK(!has_test || test_status(&s, arena, tests[1], NULL) == CBK_OK);
        for (size_t k = 0; has_test && k < s.n_causes; k++) {
            CHECK(memcmp(&tests[0][k].chisq, &tests[1][k].chisq, sizeof(double)) == 0);
        }
    }
}

/* A large series takes the way through buckets. */
static void large_series(void)
{
    enum { LARGE = 20000 };
    static double time[LARGE];
    static bool is_event[LARGE];
    static uint8_t cause[LARGE];
    double survival = 1.0;
    double incidence[2] = {0.0, 0.0};
    for (size_t i = 0; i < LARGE; i++) { /* each time once, in a scattered order */
        const size_t place = (i * 7919) % LARGE;
        time[i] = 0.5 + (double)place;
        cause[i] = (uint8_t)(place % 3);
        is_event[i] = cause[i] > 0;
    }
    for (size_t place = 0; place < LARGE; place++) {
        const double n = (double)(LARGE - place);
        if (place % 3 > 0) {
            incidence[place % 3 - 1] += survival / n;
            survival *= (n - 1.0) / n;
        }
    }
    const cbk_followup followup = {.n = LARGE, .time = time, .is_event = is_event};
    const cbk_cause_rows rows = {.followup = &followup, .cause = cause, .n_causes = 2};
    const cbk_cuminc_request request = {.interval = CBK_INTERVAL_LOG_LOG, .level = 0.95};
    const cbk_cause_table *table = NULL;
    const cbk_cuminc *fit = NULL;
    CHECK(cbk_cause_table_build(&rows, true, arena, &table, NULL) == CBK_OK);
    CHECK(cbk_cuminc_fit(table, &request, arena, &fit, NULL) == CBK_OK);
    CHECK(table->risk->n_rows == LARGE);
    for (size_t k = 0; k < 2; k++) {
        CHECK_NEAR(cbk_cuminc_row_at(fit, k, LARGE - 1).incidence, incidence[k], 1e-12);
    }
}

/* A large study that ends for most at one time: sorted, and as whole numbers counted;
 * three groups, then two in two strata. */
static void large_tests(void)
{
    enum { LARGE = 40001 };
    static double time[2][LARGE];
    static bool is_event[LARGE];
    static uint8_t cause[LARGE];
    static uint32_t group[LARGE];
    static uint32_t half[LARGE];
    static uint32_t stratum[LARGE];
    for (size_t i = 0; i < LARGE; i++) {
        time[1][i] = random_below(2) == 0 ? 900 : 1 + random_below(899);
        time[0][i] = sqrt(time[1][i]) / 3.0;
        cause[i] = (uint8_t)random_below(3);
        is_event[i] = cause[i] > 0;
        group[i] = random_below(3);
        half[i] = group[i] % 2;
        stratum[i] = random_below(2);
    }
    cbk_gray_test tests[4][2];
    const cbk_cuminc *fit[2];
    for (size_t way = 0; way < 4; way++) {
        const cbk_followup followup = {
            .n = LARGE, .time = time[way % 2], .is_event = is_event};
        const cbk_gray_rows rows = {.followup = &followup,
                                    .cause = cause,
                                    .n_causes = 2,
                                    .group = way < 2 ? group : half,
                                    .n_groups = way < 2 ? 3 : 2,
                                    .stratum = way < 2 ? NULL : stratum,
                                    .n_strata = 2};
        CHECK(cbk_gray_fit(&rows, arena, tests[way], NULL) == CBK_OK);
        const cbk_cause_rows all = {.followup = &followup, .cause = cause, .n_causes = 2};
        const cbk_cause_table *table = NULL;
        const cbk_cuminc_request request = {.interval = CBK_INTERVAL_LOG, .level = 0.95};
        CHECK(cbk_cause_table_build(&all, true, arena, &table, NULL) == CBK_OK);
        CHECK(cbk_cuminc_fit(table, &request, arena, &fit[way % 2], NULL) == CBK_OK);
    }
    for (size_t k = 0; k < 2; k++) {
        CHECK(tests[0][k].df == 2 && tests[2][k].df == 1);
        CHECK(tests[0][k].chisq == tests[1][k].chisq);
        CHECK(tests[2][k].chisq == tests[3][k].chisq);
        CHECK(tests[0][k].chisq != tests[2][k].chisq);
        CHECK(fit[0]->table->n_event[k] == fit[1]->table->n_event[k]);
    }
    const size_t n = 2 * (fit[0]->table->risk->n_event_rows + 1);
    CHECK(n == 2 * (fit[1]->table->risk->n_event_rows + 1));
    CHECK(memcmp(fit[0]->incidence, fit[1]->incidence, n * sizeof(double)) == 0);
    CHECK(memcmp(fit[0]->variance, fit[1]->variance, n * sizeof(double)) == 0);
}

/* ---- degenerate ------------------------------------------------------------------- */

static void degenerate_series(void)
{
    static const double tied[] = {3, 3, 3};
    static const uint8_t none[] = {0, 0, 0};
    static const uint8_t both[] = {1, 2, 0};
    static const uint8_t all[] = {1, 1, 1};
    sample s = sample_of(0, tied, none, 2);
    const cbk_cuminc *fit = fit_of(&s);
    CHECK(fit != NULL && fit->notes == CBK_NOTE_NO_ROWS);
    CHECK(cbk_cuminc_at_time(fit, 1, 1.0).notes == CBK_NOTE_NO_ROWS);
    s = sample_of(3, tied, none, 2);
    fit = fit_of(&s);
    CHECK(fit != NULL && fit->notes == CBK_NOTE_NO_EVENTS);
    CHECK(cbk_cuminc_at_time(fit, 0, 3.0).incidence == 0.0);
    s = sample_of(3, tied, none, 0); /* no kind at all */
    CHECK(fit_of(&s) != NULL);
    s = sample_of(3, tied, both, 2);
    fit = fit_of(&s);
    CHECK(fit != NULL);
    CHECK_NEAR(cbk_cuminc_at_time(fit, 1, 3.0).incidence, 1.0 / 3, 1e-15);
    s = sample_of(3, tied, all, 1);
    fit = fit_of(&s);
    CHECK(fit != NULL && cbk_cuminc_at_time(fit, 0, 9.0).notes ==
                             (cbk_notes)CBK_NOTE_INTERVAL_UNDEFINED);
    CHECK(cbk_cuminc_at_time(fit, 0, 3.0).incidence == 1.0);
    CHECK(cbk_cuminc_at_time(fit, 0, 3.0).std_error == 0.0);
    s = sample_of(1, tied, both, 1);
    fit = fit_of(&s);
    CHECK(fit != NULL && fit->notes == CBK_NOTE_ONE_SUBJECT);
    static const double zero[] = {0, 0, 3};
    s = sample_of(3, zero, both, 2);
    fit = fit_of(&s);
    CHECK(fit != NULL && fit->notes == CBK_NOTE_EVENT_AT_ZERO);
    CHECK_NEAR(cbk_cuminc_at_time(fit, 0, 0.0).incidence, 1.0 / 3, 1e-15);
}

static void zero_before_entries(void)
{
    static const double time[] = {1, 5, 6};
    static const uint8_t cause[] = {1, 1, 2};
    sample s = sample_of(3, time, cause, 2);
    s.is_late = true;
    s.entry[1] = s.entry[2] = 2.0;
    const cbk_cuminc *fit = fit_of(&s);
    CHECK(fit != NULL && fit->notes == CBK_NOTE_ZERO_BEFORE_ENTRIES);
    CHECK(cbk_cuminc_at_time(fit, 0, 6.0).incidence == 1.0);
    CHECK(cbk_cuminc_at_time(fit, 1, 6.0).incidence == 0.0);
}

static void degenerate_tests(void)
{
    static const double time[] = {1, 2, 3, 4};
    static const uint8_t none[] = {0, 0, 0, 0};
    static const uint8_t some[] = {1, 0, 0, 0};
    cbk_gray_test test[2];
    sample s = sample_of(4, time, none, 2);
    s.n_groups = 2;
    s.group[1] = s.group[3] = 1;
    CHECK(test_status(&s, arena, test, NULL) == CBK_OK);
    CHECK(test[0].df == 0 && isnan(test[0].p) && test[0].notes == CBK_NOTE_NO_EVENTS);
    s = sample_of(0, time, none, 2);
    s.n_groups = 2;
    CHECK(test_status(&s, arena, test, NULL) == CBK_OK);
    CHECK(test[1].notes == CBK_NOTE_NO_ROWS);
    s = sample_of(4, time, some, 1); /* only group 0 is there when it happens */
    s.n_groups = 2;
    s.is_late = true;
    s.group[1] = s.group[2] = s.group[3] = 1;
    s.entry[1] = s.entry[2] = s.entry[3] = 1.5;
    CHECK(test_status(&s, arena, test, NULL) == CBK_OK);
    CHECK(test[0].df == 0 && test[0].notes == CBK_NOTE_ZERO_VARIANCE);
    s = sample_of(4, time, some, 1); /* an empty third group */
    s.n_groups = 3;
    s.group[1] = s.group[3] = 1;
    CHECK(test_status(&s, arena, test, NULL) == CBK_OK);
    CHECK(test[0].df == 1 && test[0].notes == CBK_NOTE_DF_REDUCED);
}

/* ---- errors ----------------------------------------------------------------------- */

static void refuses_what_it_cannot_do(void)
{
    sample s = six();
    const cbk_cuminc *fit = NULL;
    cbk_error err;
    const cbk_cuminc_request wrong[] = {
        {.interval = CBK_INTERVAL_LOG_LOG, .level = 1.0},
        {.interval = CBK_INTERVAL_LOG_LOG, .level = (double)NAN},
        {.interval = CBK_INTERVAL_BPCP, .level = 0.95}};
    for (size_t i = 0; i < N(wrong); i++) {
        CHECK(fit_status(&s, &wrong[i], arena, &fit, &err) == CBK_EINVAL && fit == NULL);
    }
    const cbk_cuminc_request aalen = {
        .variance = CBK_INCIDENCE_AALEN, .interval = CBK_INTERVAL_LOG, .level = 0.95};
    s.n_clusters = 1;
    CHECK(fit_status(&s, &aalen, arena, &fit, &err) == CBK_EINVAL);
    s.n_clusters = 0;
    s.is_weighted = true;
    for (size_t i = 0; i < s.n; i++) {
        s.weight[i] = 2.0;
    }
    CHECK(fit_status(&s, &aalen, arena, &fit, &err) == CBK_EINVAL);
    cbk_gray_test test[2];
    s.n_groups = 2;
    CHECK(test_status(&s, arena, test, &err) == CBK_EINVAL);
    s.is_weighted = false;
    s.n_groups = 1;
    CHECK(test_status(&s, arena, test, &err) == CBK_EINVAL);
    s.cause[2] = 2; /* censored, and with a cause */
    CHECK(fit_status(&s, &aalen, arena, &fit, &err) == CBK_EINVAL);
    s = six();
    s.n_causes = 1;
    CHECK(fit_status(&s, &aalen, arena, &fit, &err) == CBK_EINVAL);
    s = six();
    s.time[3] = -1.0;
    CHECK(fit_status(&s, &aalen, arena, &fit, &err) == CBK_EDATA && err.row == 3);
}

static void every_allocation_may_fail(void)
{
    for (unsigned has = 0; has < N_TRAITS; has++) {
        const sample s = draw_sample(20, has);
        const cbk_cuminc_request request = {.interval = CBK_INTERVAL_LOG, .level = 0.95};
        bool is_done = false;
        for (int n = 1; !is_done; n++) {
            faulty_heap heap;
            cbk_arena *faulty = faulty_arena(&heap, n);
            CHECK(faulty != NULL && n < 200);
            const cbk_cuminc *fit = NULL;
            cbk_gray_test test[CAUSES_MAX];
            cbk_status status = fit_status(&s, &request, faulty, &fit, NULL);
            if (status == CBK_OK && !s.is_weighted) {
                status = test_status(&s, faulty, test, NULL);
            }
            CHECK(status == CBK_OK || status == CBK_ENOMEM);
            is_done = status == CBK_OK;
            cbk_arena_destroy(faulty);
            CHECK(heap.n_live == 0);
        }
    }
}

int main(void)
{
    static const check_test tests[] = {
        {"six subjects by hand", six_subjects_by_hand},
        {"intervals by hand", intervals_by_hand},
        {"times asked for, also after the last", times_asked_for},
        {"Gray's test by hand", gray_by_hand},
        {"Gray's test after groups are gone", gray_after_groups_are_gone},
        {"Gray's test with a negative variance", gray_with_a_negative_variance},
        {"estimate and jackknife agree with their definitions", agrees_with_slow_twin},
        {"the ways to count agree", ways_agree},
        {"incidences and survival add up to 1", incidences_add_up},
        {"everybody leaves no error", everybody_leaves_no_error},
        {"one cluster has no limits", one_cluster_has_no_limits},
        {"the order of rows does not matter", order_does_not_matter},
        {"a large series", large_series},
        {"tests of a large series", large_tests},
        {"degenerate series", degenerate_series},
        {"nobody left before others enter", zero_before_entries},
        {"degenerate tests", degenerate_tests},
        {"errors", refuses_what_it_cannot_do},
        {"every allocation may fail", every_allocation_may_fail},
    };
    arena = cbk_arena_create(NULL, SIZE_MAX);
    if (arena == NULL) {
        return 1;
    }
    const int failed = check_main(tests, N(tests));
    cbk_arena_destroy(arena);
    return failed;
}
