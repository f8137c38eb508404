/* test_mean_cumulative.c - recurrent events: fractions by hand, a slow twin, what must
 * not matter, degenerate rows. */
#include "check.h"
#include "faulty_heap.h"
#include "random_below.h"

#include <casebook/mean_cumulative.h>

#include <string.h>

enum { ROWS_MAX = 400, SUBJECTS_MAX = 80, GROUPS_MAX = 4 };

typedef struct sample {
    size_t n, n_subjects, n_groups;
    bool is_late, is_weighted;
    double time[ROWS_MAX], entry[ROWS_MAX], weight[ROWS_MAX];
    bool is_event[ROWS_MAX];
    uint32_t subject[ROWS_MAX], group[ROWS_MAX];
} sample;

static const cbk_mcf_request by_log = {.interval = CBK_INTERVAL_LOG, .level = 0.95};

static cbk_mcf_rows rows_of(const sample *s, cbk_followup *followup)
{
    *followup = (cbk_followup){.n = s->n,
                               .time = s->time,
                               .is_event = s->is_event,
                               .entry = s->is_late ? s->entry : NULL,
                               .weight = s->is_weighted ? s->weight : NULL};
    return (cbk_mcf_rows){.followup = followup,
                          .subject = s->subject,
                          .n_subjects = s->n_subjects,
                          .group = s->n_groups > 0 ? s->group : NULL,
                          .n_groups = s->n_groups};
}

static const cbk_mcf_analysis *fit(const sample *s, cbk_arena *arena)
{
    cbk_followup followup;
    const cbk_mcf_rows rows = rows_of(s, &followup);
    const cbk_mcf_analysis *out = NULL;
    return cbk_mcf_fit(&rows, &by_log, arena, &out, NULL) == CBK_OK ? out : NULL;
}

static void add(sample *s, uint32_t subject, double time, bool is_event)
{
    s->subject[s->n] = subject;
    s->time[s->n] = time;
    s->weight[s->n] = 1.0;
    s->is_event[s->n++] = is_event;
    s->n_subjects = subject >= s->n_subjects ? subject + 1 : s->n_subjects;
}

/* ---- by hand ---------------------------------------------------------------------- */

/* The six patients of studies/ivc-lms: follow-up, recurrences. */
static sample worked(void)
{
    static const double end[] = {132, 36, 97, 97, 91, 25};
    static const struct {
        uint32_t patient;
        double month;
    } events[] = {{0, 67}, {0, 79}, {1, 18}, {1, 18}, {1, 18}, {2, 47}, {2, 50},
                  {3, 91}, {4, 5},  {4, 10}, {4, 59}, {4, 64}, {4, 64}, {5, 3}};
    sample s = {0};
    for (uint32_t i = 0; i < 6; i++) {
        add(&s, i, end[i], false);
    }
    for (size_t k = 0; k < sizeof events / sizeof *events; k++) {
        add(&s, events[k].patient, events[k].month, true);
    }
    return s;
}

static void six_patients_by_hand(void)
{
    static const struct {
        double time, n_risk, n_event, mean, variance;
    } expected[] = {
        {3, 6, 1, 1.0 / 6, 5.0 / 216},    {5, 6, 1, 1.0 / 3, 1.0 / 27},
        {10, 6, 1, 1.0 / 2, 7.0 / 72},    {18, 6, 3, 1.0, 2.0 / 9},
        {25, 6, 0, 1.0, 2.0 / 9},         {36, 5, 0, 1.0, 2.0 / 9},
        {47, 4, 1, 5.0 / 4, 131.0 / 576}, {50, 4, 1, 3.0 / 2, 47.0 / 144},
        {59, 4, 1, 7.0 / 4, 251.0 / 576}, {64, 4, 2, 9.0 / 4, 539.0 / 576},
        {67, 4, 1, 5.0 / 2, 113.0 / 144}, {79, 4, 1, 11.0 / 4, 419.0 / 576},
        {91, 4, 1, 3.0, 37.0 / 72},       {97, 3, 0, 3.0, 37.0 / 72},
        {132, 1, 0, 3.0, 37.0 / 72},
    };
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    const sample s = worked();
    const cbk_mcf_analysis *analysis = fit(&s, arena);
    CHECK(analysis != NULL && analysis->n_groups == 1);
    const cbk_mcf *mcf = &analysis->curves[0];
    CHECK(mcf->n_subjects == 6 && mcf->n_event == 14 && mcf->notes == 0);
    CHECK(mcf->n_rows == sizeof expected / sizeof *expected);
    for (size_t i = 0; i < mcf->n_rows; i++) {
        const cbk_mcf_row *row = &mcf->rows[i];
        CHECK_NEAR(row->time, expected[i].time, 0);
        CHECK_NEAR(row->n_risk, expected[i].n_risk, 0);
        CHECK_NEAR(row->n_event, expected[i].n_event, 0);
        CHECK_NEAR(row->mean, expected[i].mean, 1e-15);
        CHECK_NEAR(row->std_error, sqrt(expected[i].variance), 1e-14);
        const double margin =
            1.9599639845400545 * row->std_error / row->mean; /* qnorm(0.975) */
        CHECK_NEAR(row->lower, row->mean * exp(-margin), 1e-14);
        CHECK_NEAR(row->upper, row->mean * exp(margin), 1e-14);
    }
    CHECK_NEAR(mcf->rows[4].n_censor, 1, 0);
    CHECK_NEAR(mcf->rows[13].n_censor, 2, 0);
    cbk_arena_destroy(arena);
}

/* Two groups of two, all under observation to 4; events at 1 (of the first subject of
 * group 0), at 2 (of both of group 1) and at 3 (of the first of group 1).  Half of those
 * at risk are of group 0 at each, so U_0 = 1 - (1 + 2 + 1) / 2 = -1.  A subject's part is
 * +-1/2, by its group, times its events less the sum of dN / Y = 1/4 + 2/4 + 1/4 = 1:
 * 1/2 (1 - 1), 1/2 (0 - 1), -1/2 (2 - 1), -1/2 (1 - 1). */
static void test_by_hand(void)
{
    sample s = {.n_groups = 2};
    for (uint32_t i = 0; i < 4; i++) {
        add(&s, i, 4, false);
    }
    add(&s, 0, 1, true);
    add(&s, 2, 2, true);
    add(&s, 3, 2, true);
    add(&s, 2, 3, true);
    for (size_t i = 0; i < s.n; i++) {
        s.group[i] = s.subject[i] / 2;
    }
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    const cbk_mcf_analysis *analysis = fit(&s, arena);
    CHECK(analysis != NULL && analysis->n_groups == 2);
    CHECK_NEAR(analysis->test.groups[0].observed, 1, 0);
    CHECK_NEAR(analysis->test.groups[0].expected, 2, 1e-15);
    CHECK_NEAR(analysis->test.chisq, 1.0 / (0.25 + 0.25), 1e-14);
    CHECK(analysis->test.df == 1 && analysis->test.notes == 0);
    cbk_arena_destroy(arena);
}

static void observe(sample *s, uint32_t subject, uint32_t group, double weight,
                    double entry, double time, bool is_event)
{
    s->entry[s->n] = entry;
    s->group[s->n] = group;
    add(s, subject, time, is_event);
    s->weight[s->n - 1] = weight;
}

/* Three groups with weights, a gap and late entry:
 *
 *     subject   group  weight  under observation   events
 *     0         a      1       (0, 4]              1, 2, 2
 *     1         a      2       (0, 2]
 *     2         b      1       (0, 1], (2, 4]      1, 3
 *     3         b      1       (0, 3]              3, at its end
 *     4         c      3       (1, 4]              2
 *
 * At 1, 2 and 3 the weights at risk are 3 + 2 + 0, 3 + 1 + 3 and 1 + 2 + 3, and those
 * of the events 1 + 1, 2 + 0 + 3 and 2.  So 3 (2/5) + 3 (5/7) + 1 (2/6) = 386/105 events
 * are expected in a, 229/105 in b, 22/7 in c, and the mean of all is 152/105.  The
 * variances and chi-squared are those of the formula in fractions. */
static void three_groups_by_hand(void)
{
    sample s = {.n_groups = 3, .is_late = true, .is_weighted = true};
    observe(&s, 0, 0, 1, 0, 1, true);
    observe(&s, 0, 0, 1, 1, 2, true);
    observe(&s, 0, 0, 1, 1, 2, true);
    observe(&s, 0, 0, 1, 2, 4, false);
    observe(&s, 1, 0, 2, 0, 2, false);
    observe(&s, 2, 1, 1, 0, 1, true);
    observe(&s, 2, 1, 1, 2, 3, true);
    observe(&s, 2, 1, 1, 3, 4, false);
    observe(&s, 3, 1, 1, 0, 3, true);
    observe(&s, 4, 2, 3, 1, 2, true);
    observe(&s, 4, 2, 3, 2, 4, false);
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    const cbk_mcf_analysis *of = fit(&s, arena);
    CHECK(of != NULL && of->n_groups == 3);
    const double expected[] = {386.0 / 105, 229.0 / 105, 22.0 / 7};
    for (size_t g = 0; g < 3; g++) {
        CHECK_NEAR(of->test.groups[g].observed, 3, 1e-14);
        CHECK_NEAR(of->test.groups[g].expected, expected[g], 1e-14);
    }
    CHECK_NEAR(of->test.chisq, 11752724088.0 / 17810381291.0, 1e-13);
    CHECK(of->test.df == 2 && of->test.notes == 0);
    s.n_groups = 0;
    of = fit(&s, arena);
    CHECK(of != NULL && of->n_groups == 1);
    const cbk_mcf_at last = cbk_mcf_at_time(&of->curves[0], 3.0);
    CHECK_NEAR(last.mean, 152.0 / 105, 1e-14);
    CHECK_NEAR(last.std_error * last.std_error, 2291603.0 / 9003750, 1e-14);
    cbk_arena_destroy(arena);
}

/* ---- the twin --------------------------------------------------------------------- */

/* Stretches with gaps, events at ties, weights of subjects. */
static sample random_sample(bool is_late, bool is_weighted, size_t n_groups)
{
    sample s = {.is_late = is_late, .is_weighted = is_weighted, .n_groups = n_groups};
    const size_t n_subjects = 2 + random_below(30);
    for (uint32_t i = 0; i < n_subjects; i++) {
        const uint32_t group = n_groups == 0  ? 0
                               : i < n_groups ? i
                                              : random_below((uint32_t)n_groups);
        const double weight = 0.5 + random_below(5) / 2.0;
        double from = is_late ? random_below(4) : 0.0;
        double reach = 0.0;
        const size_t n = 1 + random_below(6);
        for (size_t k = 0; k < n; k++) {
            const double time = from + (is_late ? 1.0 : 0.0) + random_below(6);
            s.entry[s.n] = from;
            s.group[s.n] = group;
            add(&s, i, time, k + 1 < n || random_below(3) == 0);
            s.weight[s.n - 1] = weight;
            reach = fmax(reach, time);
            /* the next together with this one, after it, or after a gap */
            from = random_below(4) == 0 ? from : reach + (random_below(4) == 0);
        }
    }
    return s;
}

static bool is_observed(const sample *s, size_t subject, double time)
{
    for (size_t i = 0; i < s->n; i++) {
        if (s->subject[i] == subject && time <= s->time[i] &&
            (!s->is_late || s->entry[i] < time)) {
            return true;
        }
    }
    return false;
}

static double events_at(const sample *s, size_t subject, double time)
{
    double n = 0.0;
    for (size_t i = 0; i < s->n; i++) {
        n += s->subject[i] == subject && s->is_event[i] && s->time[i] == time;
    }
    return n;
}

static size_t group_of(const sample *s, size_t subject)
{
    for (size_t i = 0; i < s->n; i++) {
        if (s->subject[i] == subject) {
            return s->n_groups > 0 ? s->group[i] : 0;
        }
    }
    return 0;
}

static double weight_of(const sample *s, size_t subject)
{
    for (size_t i = 0; i < s->n; i++) {
        if (s->subject[i] == subject) {
            return s->is_weighted ? s->weight[i] : 1.0;
        }
    }
    return 0.0;
}

/* Weighted sums over the subjects of a group (GROUPS_MAX: all) at a time. */
static void sums_at(const sample *s, size_t group, double time, double *n_risk,
                    double *n_event)
{
    *n_risk = *n_event = 0.0;
    for (size_t i = 0; i < s->n_subjects; i++) {
        if (group == GROUPS_MAX || group_of(s, i) == group) {
            *n_risk += is_observed(s, i, time) ? weight_of(s, i) : 0.0;
            *n_event += weight_of(s, i) * events_at(s, i, time);
        }
    }
}

static bool twin_agrees(const sample *s, size_t group, const cbk_mcf *mcf)
{
    double influence[SUBJECTS_MAX] = {0};
    double mean = 0.0;
    for (size_t r = 0; r < mcf->n_rows; r++) {
        const cbk_mcf_row *row = &mcf->rows[r];
        double n_risk, n_event, variance = 0.0;
        sums_at(s, group, row->time, &n_risk, &n_event);
        mean += n_event / n_risk;
        for (size_t i = 0; i < s->n_subjects; i++) {
            if (group_of(s, i) == group) {
                const double expected =
                    is_observed(s, i, row->time) ? n_event / n_risk : 0.0;
                influence[i] += (events_at(s, i, row->time) - expected) / n_risk;
                variance += pow(weight_of(s, i) * influence[i], 2.0);
            }
        }
        const double size = fmax(mean * mean, variance);
        if (!check_is_near(row->n_risk, n_risk, 1e-13) || row->n_event != n_event ||
            !check_is_near(row->mean, mean, 1e-13) ||
            (mcf->n_subjects > 1 &&
             fabs(row->std_error * row->std_error - variance) > 1e-12 * size)) {
            printf("# at %g: %.17g %.17g %.17g, expected %.17g %.17g %.17g\n", row->time,
                   row->n_risk, row->mean, row->std_error, n_risk, mean, sqrt(variance));
            return false;
        }
    }
    return true;
}

static double last_time(const sample *s)
{
    double last = 0.0;
    for (size_t i = 0; i < s->n; i++) {
        last = fmax(last, s->time[i]);
    }
    return last;
}

static void curves_agree_with_the_twin(void)
{
    for (int turn = 0; turn < 400; turn++) {
        const sample s = random_sample(turn % 2 == 0, turn % 4 < 2,
                                       turn % 3 == 0 ? 0 : (size_t)turn % 3 + 1);
        cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
        const cbk_mcf_analysis *analysis = fit(&s, arena);
        CHECK(analysis != NULL);
        for (size_t g = 0; g < analysis->n_groups; g++) {
            CHECK(twin_agrees(&s, g, &analysis->curves[g]));
        }
        for (double t = 0.0; t <= last_time(&s); t += 0.5) {
            double n_risk, n_event;
            sums_at(&s, 0, t, &n_risk, &n_event);
            CHECK_NEAR(cbk_mcf_at_time(&analysis->curves[0], t).n_risk, n_risk, 1e-13);
        }
        cbk_arena_destroy(arena);
    }
}

/* Of two groups: U_0 and its variance written out. */
static double twin_chisq(const sample *s)
{
    double part[SUBJECTS_MAX] = {0};
    double score = 0.0;
    double variance = 0.0;
    for (double t = 0.0; t <= last_time(s); t += 1.0) {
        double y, d, y_0, d_0;
        sums_at(s, GROUPS_MAX, t, &y, &d);
        sums_at(s, 0, t, &y_0, &d_0);
        for (size_t i = 0; i < s->n_subjects && y > 0.0; i++) {
            const double own = (group_of(s, i) == 0 ? 1.0 : 0.0) - y_0 / y;
            part[i] += own * (events_at(s, i, t) - (is_observed(s, i, t) ? d / y : 0.0));
        }
    }
    for (size_t i = 0; i < s->n_subjects; i++) {
        score += weight_of(s, i) * part[i];
        variance += pow(weight_of(s, i) * part[i], 2.0);
    }
    return score * score / variance;
}

static void tests_agree_with_the_twin(void)
{
    size_t n_compared = 0;
    for (int turn = 0; turn < 300; turn++) {
        const sample s = random_sample(turn % 2 == 0, turn % 4 < 2, 2);
        cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
        const cbk_mcf_analysis *analysis = fit(&s, arena);
        CHECK(analysis != NULL);
        if (analysis->test.df > 0) {
            CHECK_NEAR(analysis->test.chisq, twin_chisq(&s), 1e-9);
            n_compared++;
        }
        cbk_arena_destroy(arena);
    }
    CHECK(n_compared > 250);
}

/* ---- what must not matter --------------------------------------------------------- */

static sample shuffled(const sample *s)
{
    sample out = *s;
    for (size_t i = out.n; i > 1; i--) {
        const size_t k = random_below((uint32_t)i);
#define SWAP(type, field)                                                                \
    do {                                                                                 \
        const type kept = out.field[i - 1];                                              \
        out.field[i - 1] = out.field[k];                                                 \
        out.field[k] = kept;                                                             \
    } while (0)
        SWAP(double, time);
        SWAP(double, entry);
        SWAP(double, weight);
        SWAP(bool, is_event);
        SWAP(uint32_t, subject);
        SWAP(uint32_t, group);
#undef SWAP
    }
    return out;
}

static void order_of_rows_does_not_matter(void)
{
    for (int turn = 0; turn < 100; turn++) {
        const sample s = random_sample(turn % 2 == 0, turn % 4 < 2, 3);
        const sample other = shuffled(&s);
        cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
        const cbk_mcf_analysis *a = fit(&s, arena);
        const cbk_mcf_analysis *b = fit(&other, arena);
        CHECK(a != NULL && b != NULL);
        for (size_t g = 0; g < 3; g++) {
            CHECK(a->curves[g].n_rows == b->curves[g].n_rows);
            CHECK(memcmp(a->curves[g].rows, b->curves[g].rows,
                         a->curves[g].n_rows * sizeof *a->curves[g].rows) == 0);
        }
        CHECK(memcmp(&a->test.chisq, &b->test.chisq, sizeof a->test.chisq) == 0);
        cbk_arena_destroy(arena);
    }
}

/* Chained rows and rows that begin together say the same. */
static void the_way_of_writing_does_not_matter(void)
{
    sample chained = {.is_late = true};
    sample together = {.is_late = true};
    static const double times[] = {2, 5, 5, 9};
    for (uint32_t i = 0; i < 3; i++) {
        for (size_t k = 0; k < 4; k++) {
            const double time = times[k] + i;
            chained.entry[chained.n] = k == 0 ? i : times[k == 2 ? 0 : k - 1] + i;
            add(&chained, i, time, k < 3);
            together.entry[together.n] = i;
            add(&together, i, time, k < 3);
        }
    }
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    const cbk_mcf_analysis *a = fit(&chained, arena);
    const cbk_mcf_analysis *b = fit(&together, arena);
    CHECK(a != NULL && b != NULL && a->curves[0].n_rows == b->curves[0].n_rows);
    CHECK(a->curves[0].n_rows == 9 && a->curves[0].n_event == 9);
    CHECK(memcmp(a->curves[0].rows, b->curves[0].rows,
                 a->curves[0].n_rows * sizeof *a->curves[0].rows) == 0);
    cbk_arena_destroy(arena);
}

/* ---- degenerate ------------------------------------------------------------------- */

static void nothing_gives_an_answer(void)
{
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    sample s = {0};
    const cbk_mcf_analysis *none = fit(&s, arena);
    CHECK(none != NULL && none->curves[0].n_rows == 0);
    CHECK(none->curves[0].notes == CBK_NOTE_NO_ROWS && none->notes == CBK_NOTE_NO_ROWS);
    const cbk_mcf_at at = cbk_mcf_at_time(&none->curves[0], 5);
    CHECK(isnan(at.mean) && at.notes == CBK_NOTE_NO_ROWS && !(at.n_risk > 0.0));

    add(&s, 0, 5, false);
    const cbk_mcf_analysis *one = fit(&s, arena);
    CHECK(one != NULL && one->curves[0].n_rows == 1);
    CHECK(one->curves[0].notes == (CBK_NOTE_ONE_SUBJECT | CBK_NOTE_NO_EVENTS));
    CHECK(one->curves[0].rows[0].mean == 0.0 && isnan(one->curves[0].rows[0].std_error));

    s.n_groups = 3; /* of which one has rows */
    const cbk_mcf_analysis *empty = fit(&s, arena);
    CHECK(empty != NULL && empty->curves[2].notes == CBK_NOTE_NO_ROWS);
    CHECK(empty->test.df == 0 && isnan(empty->test.p) && isnan(empty->test.chisq));
    CHECK(empty->test.notes == CBK_NOTE_NO_EVENTS);
    cbk_arena_destroy(arena);
}

/* All subjects alike: the variance is 0, not what rounding leaves of it. */
static void no_spread_has_no_limits(void)
{
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    sample s = {.n_groups = 2};
    for (uint32_t i = 0; i < 7; i++) {
        add(&s, i, 0, true);
        add(&s, i, 3, true);
        add(&s, i, 7, true);
    }
    for (size_t i = 0; i < s.n; i++) {
        s.group[i] = s.subject[i] % 2;
    }
    const cbk_mcf_analysis *analysis = fit(&s, arena);
    CHECK(analysis != NULL && analysis->notes == CBK_NOTE_EVENT_AT_ZERO);
    const cbk_mcf_row *row = &analysis->curves[0].rows[2];
    CHECK_NEAR(row->mean, 3, 1e-15);
    CHECK(row->std_error == 0.0 && isnan(row->lower) && isnan(row->upper));
    CHECK(analysis->test.df == 0 && isnan(analysis->test.p));
    CHECK(analysis->test.notes == CBK_NOTE_ZERO_VARIANCE);
    const cbk_mcf_at a = cbk_mcf_at_time(&analysis->curves[0], 3);
    const cbk_mcf_at b = cbk_mcf_at_time(&analysis->curves[1], 3);
    const cbk_contrast same = cbk_mcf_difference(&a, &b, 0.95);
    CHECK(isnan(same.p) && isnan(same.lower) && same.notes == CBK_NOTE_ERROR_ZERO);
    cbk_arena_destroy(arena);
}

static void beyond_follow_up_is_marked(void)
{
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    const sample s = worked();
    const cbk_mcf_analysis *analysis = fit(&s, arena);
    CHECK(analysis != NULL);
    const cbk_mcf *mcf = &analysis->curves[0];
    const cbk_mcf_at before = cbk_mcf_at_time(mcf, 1);
    CHECK(before.mean == 0.0 && before.std_error == 0.0 && isnan(before.lower));
    CHECK(before.n_risk == 6.0 && before.notes == 0);
    const cbk_mcf_at last = cbk_mcf_at_time(mcf, 132);
    CHECK(last.n_risk == 1.0 && last.notes == 0);
    const cbk_mcf_at beyond = cbk_mcf_at_time(mcf, 133);
    CHECK(beyond.notes == CBK_NOTE_BEYOND_FOLLOW_UP && beyond.n_risk == 0.0);
    CHECK_NEAR(beyond.mean, 3, 1e-15);
    const cbk_contrast difference = cbk_mcf_difference(&last, &beyond, 0.95);
    CHECK(difference.notes == CBK_NOTE_BEYOND_FOLLOW_UP && isnan(difference.p));
    cbk_arena_destroy(arena);
}

/* ---- mistakes --------------------------------------------------------------------- */

static bool is_refused(const sample *s, size_t row, const char *words)
{
    cbk_followup followup;
    const cbk_mcf_rows rows = rows_of(s, &followup);
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    const cbk_mark before = cbk_arena_mark(arena);
    const cbk_mcf_analysis *out = NULL;
    cbk_error err;
    const bool is_right = cbk_mcf_fit(&rows, &by_log, arena, &out, &err) == CBK_EDATA &&
                          out == NULL && err.row == row &&
                          strstr(err.message, words) != NULL &&
                          is_same_mark(before, cbk_arena_mark(arena));
    if (!is_right) {
        printf("# row %zu: %s\n", err.row, err.message);
    }
    cbk_arena_destroy(arena);
    return is_right;
}

static void mistakes_are_told(void)
{
    sample s = {.is_late = true};
    add(&s, 0, 5, true);
    s.entry[1] = 4;
    add(&s, 0, 8, false);
    CHECK(is_refused(&s, 1, "(4, 8] overlaps another of its subject, (0, 5]"));
    s.entry[1] = 9;
    CHECK(is_refused(&s, 1, "The entry 9"));
    s.entry[1] = 5;
    s.time[0] = -1;
    CHECK(is_refused(&s, 0, "The time -1"));
    s.time[0] = 5;
    s.is_weighted = true;
    s.weight[1] = 2;
    CHECK(is_refused(&s, 1, "weights 1 and 2"));
    s.weight[1] = 0;
    CHECK(is_refused(&s, 1, "The weight 0"));
    s.weight[1] = 1;
    s.n_groups = 2;
    s.group[1] = 1;
    CHECK(is_refused(&s, 1, "two groups"));
    const cbk_mcf_request wrong[] = {{.interval = CBK_INTERVAL_LOGIT, .level = 0.95},
                                     {.interval = CBK_INTERVAL_LOG, .level = 1.0}};
    cbk_followup followup;
    const cbk_mcf_rows rows = rows_of(&s, &followup);
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    const cbk_mcf_analysis *out = NULL;
    for (size_t i = 0; i < 2; i++) {
        CHECK(cbk_mcf_fit(&rows, &wrong[i], arena, &out, NULL) == CBK_EINVAL);
    }
    cbk_arena_destroy(arena);
}

static cbk_status fit_on(const void *rows, cbk_arena *arena, const void **out)
{
    const cbk_mcf_analysis *fit = NULL;
    const cbk_status status = cbk_mcf_fit(rows, &by_log, arena, &fit, NULL);
    *out = fit;
    return status;
}

static void failed_allocations_are_returned(void)
{
    sample s = random_sample(true, true, 3);
    while (s.n < 100) {
        s = random_sample(true, true, 3);
    }
    cbk_followup followup;
    const cbk_mcf_rows rows = rows_of(&s, &followup);
    CHECK(faulty_heaps(fit_on, &rows) > 1);
}

int main(void)
{
    static const check_test tests[] = {
        {"six patients by hand", six_patients_by_hand},
        {"a test by hand", test_by_hand},
        {"three groups by hand", three_groups_by_hand},
        {"curves agree with the twin", curves_agree_with_the_twin},
        {"tests agree with the twin", tests_agree_with_the_twin},
        {"the order of rows does not matter", order_of_rows_does_not_matter},
        {"the way of writing does not matter", the_way_of_writing_does_not_matter},
        {"nothing gives an answer", nothing_gives_an_answer},
        {"no spread has no limits", no_spread_has_no_limits},
        {"beyond follow-up is marked", beyond_follow_up_is_marked},
        {"mistakes are told", mistakes_are_told},
        {"failed allocations are returned", failed_allocations_are_returned},
    };
    return check_main(tests, sizeof tests / sizeof *tests);
}
