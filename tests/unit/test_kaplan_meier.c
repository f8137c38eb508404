/* test_kaplan_meier.c - curves worked by hand, the conventions where programs differ,
 * degenerate data, laws that hold for any data, and every allocation made to fail. */
#include "check.h"
#include "faulty_heap.h"
#include "random_below.h"

#include <casebook/kaplan_meier.h>

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static const double exact = 1e-15; /* a few roundings */

static cbk_arena *arena;

static const cbk_km *fit_with(size_t n, const double *entry, const double *time,
                              const bool *is_event, cbk_conventions conventions)
{
    const cbk_followup followup = {
        .n = n, .time = time, .is_event = is_event, .entry = entry};
    const cbk_risk_table *risk = NULL;
    const cbk_km *km = NULL;
    cbk_error err;
    if (cbk_risk_table_build(&followup, true, arena, &risk, &err) != CBK_OK ||
        cbk_km_fit(risk, &conventions, arena, &km, &err) != CBK_OK) {
        printf("Bail out! %s\n", err.message);
        exit(99);
    }
    return km;
}

static const cbk_km *fit(size_t n, const double *time, const bool *is_event)
{
    return fit_with(n, NULL, time, is_event, cbk_conventions_of(CBK_PROFILE_R));
}

static const cbk_km *fit_interval(size_t n, const double *time, const bool *is_event,
                                  cbk_interval interval)
{
    cbk_conventions conventions = cbk_conventions_of(CBK_PROFILE_R);
    conventions.interval = interval;
    return fit_with(n, NULL, time, is_event, conventions);
}

static const cbk_km *fit_rule(size_t n, const double *time, const bool *is_event,
                              cbk_survival_quantile rule)
{
    cbk_conventions conventions = cbk_conventions_of(CBK_PROFILE_R);
    conventions.survival_quantile = rule;
    return fit_with(n, NULL, time, is_event, conventions);
}

/* ---- worked by hand --------------------------------------------------------------- */

/* The worked example: 132+ 36 97 97+ 91+ 25+ months; recurrence at 67 18 47 91 5 3. */
static const double os_months[] = {132, 36, 97, 97, 91, 25};
static const bool os_died[] = {false, true, true, false, false, false};
static const double dfs_months[] = {67, 18, 47, 91, 5, 3};
static const bool all_six[] = {true, true, true, true, true, true};

static void overall_survival_of_six(void)
{
    const cbk_km *km = fit(6, os_months, os_died);
    CHECK(km->n == 6 && km->n_event == 2 && km->n_rows == 5);
    CHECK(cbk_km_row_at(km, 0).survival == 1.0 && cbk_km_row_at(km, 0).std_error == 0.0);
    CHECK(cbk_km_row_at(km, 0).lower == 1.0 && cbk_km_row_at(km, 0).upper == 1.0);
    const cbk_km_row at_36 = cbk_km_row_at(km, 1);
    CHECK(at_36.n_risk == 5.0 && at_36.n_event == 1.0 && at_36.n_censor == 0.0);
    CHECK_NEAR(at_36.survival, 4.0 / 5.0, exact);
    CHECK_NEAR(at_36.std_error, 0.8 * sqrt(1.0 / 20.0), exact);
    CHECK_NEAR(at_36.lower, 0.516125760342172, 1e-14);
    CHECK(at_36.upper == 1.0);
    const cbk_km_row at_97 = cbk_km_row_at(km, 3);
    CHECK_NEAR(at_97.survival, 8.0 / 15.0, exact);
    CHECK_NEAR(at_97.std_error, 8.0 / 15.0 * sqrt(1.0 / 20.0 + 1.0 / 6.0), exact);
    CHECK(isnan(km->median.estimate) && km->median.lower == 97.0);
    CHECK(isnan(km->median.upper));
    CHECK(km->notes == (CBK_NOTE_NOT_REACHED | CBK_NOTE_LIMIT_NOT_REACHED));
    CHECK(km->follow_up_median == 97.0);
}

static void lower_limit_of_the_median_is_97_by_log_alone(void)
{
    CHECK(fit_interval(6, os_months, os_died, CBK_INTERVAL_LOG)->median.lower == 97.0);
    for (int i = CBK_INTERVAL_LOG_LOG; i <= CBK_INTERVAL_ARCSIN; i++) {
        const cbk_km *km = fit_interval(6, os_months, os_died, (cbk_interval)i);
        CHECK(km->median.lower == 36.0 && isnan(km->median.estimate));
    }
}

static void recurrence_of_six(void)
{
    const cbk_km *km = fit(6, dfs_months, all_six);
    for (size_t j = 0; j < 6; j++) {
        CHECK_NEAR(cbk_km_row_at(km, j).survival, (5.0 - (double)j) / 6.0, exact);
    }
    CHECK(isnan(cbk_km_row_at(km, 5).std_error) && isnan(cbk_km_row_at(km, 5).lower));
    CHECK(km->median.estimate == 32.5); /* one half from 18 to 47 */
    CHECK(km->median.lower == 5.0 && isnan(km->median.upper));
    CHECK_NEAR(cbk_km_at_time(km, 36).survival, 1.0 / 2.0, exact);
    CHECK_NEAR(cbk_km_at_time(km, 60).survival, 1.0 / 3.0, exact);
    CHECK(isnan(km->follow_up_median)); /* nobody was censored */
}

/* Remission in weeks under 6-mercaptopurine: Freireich et al., Blood 21 (1963)
 * 699-716. */
static const double weeks[] = {6,  6,  6,  6,  7,  9,  10, 10, 11, 13, 16,
                               17, 19, 20, 22, 23, 25, 32, 32, 34, 35};
static const bool relapse[] = {1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1,
                               0, 0, 0, 1, 1, 0, 0, 0, 0, 0};

static void remission_under_mercaptopurine(void)
{
    const cbk_km *km = fit(N(weeks), weeks, relapse);
    CHECK(km->n == 21 && km->n_event == 9 && km->n_rows == 16);
    CHECK_NEAR(cbk_km_at_time(km, 6).survival, 18.0 / 21.0, exact);
    CHECK_NEAR(cbk_km_at_time(km, 7).survival, 96.0 / 119.0, exact);
    CHECK_NEAR(cbk_km_at_time(km, 10).survival, 64.0 / 85.0, exact);
    CHECK_NEAR(cbk_km_at_time(km, 13).survival, 176.0 / 255.0, exact);
    CHECK_NEAR(cbk_km_at_time(km, 16).survival, 32.0 / 51.0, exact);
    CHECK_NEAR(cbk_km_at_time(km, 22).survival, 64.0 / 119.0, exact);
    CHECK_NEAR(cbk_km_at_time(km, 23).survival, 160.0 / 357.0, exact);
    CHECK_NEAR(cbk_km_row_at(km, 0).std_error, 18.0 / 21.0 * sqrt(3.0 / (21.0 * 18.0)),
               exact);
    CHECK(cbk_km_row_at(km, 0).n_risk == 21.0 && cbk_km_row_at(km, 0).n_event == 3.0);
    CHECK(cbk_km_row_at(km, 0).n_censor == 1.0);
    CHECK(km->median.estimate == 23.0 && km->median.lower == 16.0);
    CHECK(isnan(km->median.upper));
}

/* ---- intervals -------------------------------------------------------------------- */

/* S = 4/5 with standard error of log S 1/sqrt(20), by the formulas of the header. */
static void each_interval_by_its_formula(void)
{
    const double z = 1.9599639845400545;
    const double s = 1.0 / sqrt(20.0);
    const double survival = 4.0 / 5.0;
    const double half = 0.5 * z * s * sqrt(survival / (1.0 - survival));
    const double angle = asin(sqrt(survival));
    const double logit = log(4.0);
    const struct {
        cbk_interval interval;
        double lower;
        double upper;
    } want[] = {
        {CBK_INTERVAL_LOG, survival * exp(-z * s), 1.0},
        {CBK_INTERVAL_LOG_LOG, pow(survival, exp(-z * s / log(survival))),
         pow(survival, exp(z * s / log(survival)))},
        {CBK_INTERVAL_PLAIN, survival - z * survival * s, 1.0},
        {CBK_INTERVAL_LOGIT, 1.0 - 1.0 / (1.0 + exp(logit - z * s / (1.0 - survival))),
         1.0 - 1.0 / (1.0 + exp(logit + z * s / (1.0 - survival)))},
        {CBK_INTERVAL_ARCSIN, pow(sin(angle - half), 2.0), pow(sin(angle + half), 2.0)},
    };
    for (size_t i = 0; i < N(want); i++) {
        const cbk_km *km = fit_interval(6, os_months, os_died, want[i].interval);
        CHECK_NEAR(cbk_km_row_at(km, 1).lower, want[i].lower, 1e-14);
        CHECK_NEAR(cbk_km_row_at(km, 1).upper, want[i].upper, 1e-14);
    }
    const cbk_km *log_log = fit_interval(6, os_months, os_died, CBK_INTERVAL_LOG_LOG);
    CHECK(fabs(cbk_km_row_at(log_log, 1).lower - 0.204) < 0.0005);
    CHECK(fabs(cbk_km_row_at(log_log, 1).upper - 0.969) < 0.0005);
}

static void limits_where_survival_is_one_or_zero(void)
{
    const double time[] = {1, 2, 3};
    const bool event[] = {false, true, true};
    for (int i = CBK_INTERVAL_LOG; i <= CBK_INTERVAL_ARCSIN; i++) {
        const bool has_limits = i == CBK_INTERVAL_LOG || i == CBK_INTERVAL_PLAIN;
        const double at_one = has_limits ? 1.0 : (double)NAN;
        const cbk_km *km = fit_interval(3, time, event, (cbk_interval)i);
        CHECK_NEAR(cbk_km_row_at(km, 0).lower, at_one, 0.0);
        CHECK_NEAR(cbk_km_row_at(km, 0).upper, at_one, 0.0);
        const cbk_km_at before = cbk_km_at_time(km, 0.5);
        CHECK(before.survival == 1.0 && before.std_error == 0.0 && before.n_risk == 3.0);
        CHECK_NEAR(before.lower, at_one, 0.0);
        CHECK_NEAR(before.upper, at_one, 0.0);
        CHECK(before.notes == (has_limits ? 0u : CBK_NOTE_INTERVAL_UNDEFINED));
        CHECK(cbk_km_row_at(km, 2).survival == 0.0 &&
              isnan(cbk_km_row_at(km, 2).std_error));
        CHECK(isnan(cbk_km_row_at(km, 2).lower) && isnan(cbk_km_row_at(km, 2).upper));
        CHECK((km->notes & CBK_NOTE_INTERVAL_UNDEFINED) != 0);
    }
}

static void a_wider_level_gives_wider_limits(void)
{
    cbk_conventions conventions = cbk_conventions_of(CBK_PROFILE_R);
    conventions.level = 0.99;
    const cbk_km *km = fit_with(6, NULL, os_months, os_died, conventions);
    CHECK_NEAR(cbk_km_row_at(km, 1).lower, 0.8 * exp(-2.5758293035489004 / sqrt(20.0)),
               1e-14);
    CHECK(km->conventions.level == 0.99);
    /* On the arcsin scale 0.8 and its margin now reach past the right angle. */
    conventions.interval = CBK_INTERVAL_ARCSIN;
    CHECK(cbk_km_row_at(fit_with(6, NULL, os_months, os_died, conventions), 1).upper ==
          1.0);
}

static void the_level_lies_between_0_and_1(void)
{
    const double bad[] = {0.0, 1.0, -0.5, 95.0, (double)NAN};
    const cbk_risk_table none = {.n = 0};
    for (size_t i = 0; i < N(bad); i++) {
        cbk_conventions conventions = cbk_conventions_of(CBK_PROFILE_R);
        conventions.level = bad[i];
        const cbk_km *km = (const cbk_km *)&none; /* any non-NULL value */
        cbk_error err;
        CHECK(cbk_km_fit(&none, &conventions, arena, &km, &err) == CBK_EINVAL);
        CHECK(km == NULL && strstr(err.message, "level") != NULL);
        CHECK(cbk_km_fit(&none, &conventions, arena, &km, NULL) == CBK_EINVAL);
    }
}

/* ---- quantiles -------------------------------------------------------------------- */

typedef struct quantile_case {
    const char *name;
    size_t n;
    double time[8];
    bool is_event[8];
    double midpoint;
    double midpoint_event;
    double first;
} quantile_case;

static void three_rules_for_the_median(void)
{
    const double none = (double)NAN;
    const quantile_case cases[] = {
        {"half, then a drop", 4, {1, 2, 3, 4}, {1, 1, 0, 1}, 3.0, 3.0, 2.0},
        {"half, never a drop", 4, {1, 2, 3, 7}, {1, 1, 0, 0}, 4.5, none, 2.0},
        {"half at the last time", 2, {1, 1}, {1, 0}, 1.0, none, 1.0},
        {"past half at once", 3, {1, 2, 3}, {1, 1, 0}, 2.0, 2.0, 2.0},
        {"not reached", 3, {1, 2, 3}, {1, 0, 0}, none, none, none},
        {"half at time 0", 2, {0, 1}, {1, 1}, 0.5, 0.5, 0.0},
    };
    for (size_t i = 0; i < N(cases); i++) {
        const quantile_case *c = &cases[i];
        const double got[] = {
            fit_rule(c->n, c->time, c->is_event, CBK_SURVIVAL_QUANTILE_MIDPOINT)
                ->median.estimate,
            fit_rule(c->n, c->time, c->is_event, CBK_SURVIVAL_QUANTILE_MIDPOINT_EVENT)
                ->median.estimate,
            fit_rule(c->n, c->time, c->is_event, CBK_SURVIVAL_QUANTILE_FIRST)
                ->median.estimate,
        };
        printf("# %s\n", c->name);
        CHECK_NEAR(got[0], c->midpoint, 0.0);
        CHECK_NEAR(got[1], c->midpoint_event, 0.0);
        CHECK_NEAR(got[2], c->first, 0.0);
    }
}

static void half_by_a_product_of_fractions_is_half(void)
{
    /* (n - 1)/n * (n - 2)/(n - 1) * ... down to 1/2, each step rounded. */
    enum { MAX_N = 60 };
    double time[MAX_N];
    bool is_event[MAX_N];
    int n_inexact = 0;
    for (size_t n = 4; n <= MAX_N; n += 2) {
        for (size_t i = 0; i < n; i++) {
            time[i] = 1.0 + (double)i;
            is_event[i] = true;
        }
        const cbk_km *km = fit(n, time, is_event);
        const double half = (double)n / 2.0;
        n_inexact += cbk_km_row_at(km, n / 2 - 1).survival != 0.5 ? 1 : 0;
        CHECK(km->median.estimate == half + 0.5);
        CHECK(fit_rule(n, time, is_event, CBK_SURVIVAL_QUANTILE_FIRST)->median.estimate ==
              half);
    }
    CHECK(n_inexact > 0); /* or the tolerance was not needed */
}

static void any_quantile_with_limits(void)
{
    const cbk_km *km = fit(N(weeks), weeks, relapse);
    const cbk_km_quantile quarter = cbk_km_quantile_of(km, 0.25);
    CHECK(quarter.estimate == 13.0); /* 176/255 is the first S below 3/4 */
    CHECK(cbk_km_quantile_of(km, 0.5).estimate == km->median.estimate);
    CHECK(isnan(cbk_km_quantile_of(km, 0.75).estimate));
    CHECK(cbk_km_quantile_of(km, 0.001).estimate == 6.0);
}

/* A limit that is null at S = 0 does not count as having crossed. */
static void a_null_band_never_crosses(void)
{
    const double time[] = {4, 4, 4};
    const bool event[] = {true, true, true};
    const cbk_km *km = fit(3, time, event);
    CHECK(km->median.estimate == 4.0);
    CHECK(isnan(km->median.lower) && isnan(km->median.upper));
    CHECK((km->notes & CBK_NOTE_LIMIT_NOT_REACHED) != 0);
}

static void follow_up_without_a_later_drop_is_the_first_time(void)
{
    const double time[] = {1, 2, 3, 9};
    const bool event[] = {false, false, true, true}; /* reverse: 1/2 from 2 on */
    for (int rule = 0; rule < 3; rule++) {
        const cbk_km *km = fit_rule(4, time, event, (cbk_survival_quantile)rule);
        CHECK(km->follow_up_median == 2.0);
    }
    const bool with_drop[] = {false, false, true, false};
    CHECK(fit(4, time, with_drop)->follow_up_median == 5.5); /* 1/2 from 2 to 9 */
    CHECK(fit_rule(4, time, with_drop, CBK_SURVIVAL_QUANTILE_FIRST)->follow_up_median ==
          2.0);
}

/* ---- the curve at a time ---------------------------------------------------------- */

static void past_the_last_observation(void)
{
    const cbk_km *km = fit(6, os_months, os_died);
    const cbk_km_at last = cbk_km_at_time(km, 132);
    CHECK(last.notes == 0 && last.n_risk == 1.0);
    const cbk_km_at beyond = cbk_km_at_time(km, 132.5);
    CHECK(beyond.notes == CBK_NOTE_BEYOND_FOLLOW_UP && beyond.n_risk == 0.0);
    CHECK(beyond.survival == last.survival && beyond.std_error == last.std_error);
    CHECK(beyond.lower == last.lower && beyond.upper == last.upper);
    const cbk_km_at after_zero = cbk_km_at_time(fit(6, dfs_months, all_six), 100);
    CHECK(after_zero.survival == 0.0 && isnan(after_zero.std_error));
    CHECK((after_zero.notes & CBK_NOTE_BEYOND_FOLLOW_UP) == 0);
}

static void at_any_time_equals_a_slow_search(void)
{
    const cbk_km *km = fit(N(weeks), weeks, relapse);
    for (double t = 0.0; t < 40.0; t += 0.5) {
        double survival = 1.0;
        double std_error = 0.0;
        for (size_t j = 0; j < km->n_rows && cbk_km_row_at(km, j).time <= t; j++) {
            survival = cbk_km_row_at(km, j).survival;
            std_error = cbk_km_row_at(km, j).std_error;
        }
        const cbk_km_at at = cbk_km_at_time(km, t);
        CHECK(at.time == t && at.survival == survival && at.std_error == std_error);
        CHECK((at.notes == CBK_NOTE_BEYOND_FOLLOW_UP) == (t > 35.0));
    }
}

/* ---- degenerate data -------------------------------------------------------------- */

static void no_rows(void)
{
    const cbk_km *km = fit(0, NULL, NULL);
    CHECK(km->n == 0 && km->n_rows == 0 && km->notes == CBK_NOTE_NO_ROWS);
    CHECK(isnan(km->median.estimate) && isnan(km->follow_up_median));
    const cbk_km_at at = cbk_km_at_time(km, 12.0);
    CHECK(at.survival == 1.0 && at.n_risk == 0.0 && at.notes == CBK_NOTE_NO_ROWS);
    CHECK(isnan(at.std_error) && isnan(at.lower) && isnan(at.upper));
}

static void one_subject(void)
{
    const double time[] = {3.5};
    const bool event[] = {true};
    const bool censored[] = {false};
    const cbk_km *died = fit(1, time, event);
    CHECK(cbk_km_row_at(died, 0).survival == 0.0 &&
          isnan(cbk_km_row_at(died, 0).std_error));
    CHECK(died->median.estimate == 3.5 && isnan(died->median.lower));
    CHECK((died->notes & CBK_NOTE_ONE_SUBJECT) != 0);
    const cbk_km *alive = fit(1, time, censored);
    CHECK(cbk_km_row_at(alive, 0).survival == 1.0 &&
          cbk_km_row_at(alive, 0).lower == 1.0);
    CHECK(alive->notes ==
          (CBK_NOTE_ONE_SUBJECT | CBK_NOTE_NO_EVENTS | CBK_NOTE_NOT_REACHED));
    CHECK(alive->follow_up_median == 3.5);
}

static void all_censored(void)
{
    const double time[] = {1, 2, 2, 8};
    const bool event[] = {false, false, false, false};
    const cbk_km *km = fit(4, time, event);
    CHECK(km->n_rows == 3 && km->n_event == 0);
    for (size_t j = 0; j < 3; j++) {
        CHECK(cbk_km_row_at(km, j).survival == 1.0 &&
              cbk_km_row_at(km, j).std_error == 0.0);
        CHECK(cbk_km_row_at(km, j).lower == 1.0 && cbk_km_row_at(km, j).upper == 1.0);
    }
    CHECK(km->notes == (CBK_NOTE_NO_EVENTS | CBK_NOTE_NOT_REACHED));
    CHECK(km->follow_up_median == 2.0);
}

static void all_tied(void)
{
    const double time[] = {4, 4, 4};
    const bool event[] = {true, true, false};
    const cbk_km *km = fit(3, time, event);
    CHECK(km->n_rows == 1);
    CHECK_NEAR(cbk_km_row_at(km, 0).survival, 1.0 / 3.0, exact);
    CHECK(km->median.estimate == 4.0);
    CHECK(km->follow_up_median == 4.0);
}

static void event_at_time_zero(void)
{
    const double time[] = {0, 0, 2, 3};
    const bool event[] = {true, false, true, false};
    const cbk_km *km = fit(4, time, event);
    CHECK_NEAR(cbk_km_row_at(km, 0).survival, 3.0 / 4.0, exact);
    CHECK((km->notes & CBK_NOTE_EVENT_AT_ZERO) != 0);
    CHECK_NEAR(cbk_km_at_time(km, 0.0).survival, 3.0 / 4.0, exact);
    CHECK(cbk_km_at_time(km, 0.0).n_risk == 4.0);
}

static void near_ties_are_one_time(void)
{
    const double time[] = {0.3, 0.1 + 0.2, 1.0};
    const bool event[] = {true, true, false};
    const cbk_km *km = fit(3, time, event);
    CHECK(km->n_rows == 2);
    CHECK_NEAR(cbk_km_row_at(km, 0).survival, 1.0 / 3.0, exact);
    CHECK(km->median.estimate == 0.3);
}

static void zero_stays_zero_under_late_entry(void)
{
    const double entry[] = {0, 0, 10, 10};
    const double time[] = {5, 3, 12, 13};
    const bool event[] = {true, true, true, false};
    const cbk_km *km = fit_with(4, entry, time, event, cbk_conventions_of(CBK_PROFILE_R));
    CHECK(km->n_rows == 4 && (km->notes & CBK_NOTE_ZERO_BEFORE_ENTRIES) != 0);
    CHECK_NEAR(cbk_km_row_at(km, 0).survival, 1.0 / 2.0, exact);
    for (size_t j = 1; j < 4; j++) {
        CHECK(cbk_km_row_at(km, j).survival == 0.0 &&
              isnan(cbk_km_row_at(km, j).std_error));
        CHECK(isnan(cbk_km_row_at(km, j).lower) && isnan(cbk_km_row_at(km, j).upper));
    }
    CHECK(cbk_km_row_at(km, 2).n_risk == 2.0 && cbk_km_row_at(km, 2).n_event == 1.0);
    CHECK((fit(6, dfs_months, all_six)->notes & CBK_NOTE_ZERO_BEFORE_ENTRIES) == 0);
}

static void an_empty_risk_set_in_between_is_no_event(void)
{
    const double entry[] = {0, 0, 10, 10};
    const double time[] = {3, 5, 12, 13};
    const bool event[] = {true, false, true, false};
    const cbk_km *km = fit_with(4, entry, time, event, cbk_conventions_of(CBK_PROFILE_R));
    CHECK_NEAR(cbk_km_row_at(km, 2).survival, 1.0 / 4.0, exact);
    CHECK((km->notes & CBK_NOTE_ZERO_BEFORE_ENTRIES) == 0);
    CHECK(cbk_km_at_time(km, 7.0).n_risk == 0.0);
    CHECK(cbk_km_at_time(km, 7.0).notes == 0);
}

/* ---- laws ------------------------------------------------------------------------- */

enum { MAX_N = 60 };

static size_t random_followup(double *time, bool *is_event)
{
    const size_t n = 1 + random_below(MAX_N);
    const uint32_t grid = 1 + random_below(40); /* a coarse grid makes ties */
    for (size_t i = 0; i < n; i++) {
        time[i] = (double)random_below(grid) * 0.25;
        is_event[i] = random_below(3) > 0;
    }
    return n;
}

/* Counts add up; the curve starts at 1, never rises; limits lie around it in [0, 1]. */
static void curves_are_curves(void)
{
    double time[MAX_N];
    bool is_event[MAX_N];
    for (int round = 0; round < 2000; round++) {
        const cbk_mark mark = cbk_arena_mark(arena);
        const size_t n = random_followup(time, is_event);
        const cbk_km *km = fit_interval(n, time, is_event, (cbk_interval)(round % 5));
        double n_left = (double)n;
        double above = 1.0;
        for (size_t j = 0; j < km->n_rows; j++) {
            const cbk_km_row row = cbk_km_row_at(km, j);
            CHECK(row.n_risk == n_left && row.n_event + row.n_censor > 0.0);
            CHECK(row.survival <= above && row.survival >= 0.0);
            CHECK(j == 0 || row.time > cbk_km_row_at(km, j - 1).time);
            CHECK(isnan(row.lower) == isnan(row.upper));
            CHECK(isnan(row.lower) || (row.lower >= 0.0 && row.upper <= 1.0));
            CHECK(isnan(row.lower) || row.lower <= row.survival * (1.0 + 1e-14));
            CHECK(isnan(row.upper) || row.upper >= row.survival * (1.0 - 1e-14));
            n_left -= row.n_event + row.n_censor;
            above = row.survival;
        }
        CHECK(n_left == 0.0);
        cbk_arena_release(arena, mark);
    }
}

/* S(t) times the curve of censoring is the share of subjects still observed after t: true
 * only if deaths come before censorings in one and leave first in the other. */
static void survival_and_censoring_multiply(void)
{
    double time[MAX_N];
    bool is_event[MAX_N];
    for (int round = 0; round < 2000; round++) {
        const cbk_mark mark = cbk_arena_mark(arena);
        const size_t n = random_followup(time, is_event);
        const cbk_conventions conventions = cbk_conventions_of(CBK_PROFILE_R);
        const cbk_km *km = fit(n, time, is_event);
        const cbk_risk_table *reverse = NULL;
        const cbk_km *censoring = NULL;
        CHECK(cbk_risk_table_reverse(km->risk, arena, &reverse, NULL) == CBK_OK);
        CHECK(cbk_km_fit(reverse, &conventions, arena, &censoring, NULL) == CBK_OK);
        double n_after = (double)n;
        for (size_t j = 0; j < km->n_rows; j++) {
            n_after -= cbk_km_row_at(km, j).n_event + cbk_km_row_at(km, j).n_censor;
            CHECK_NEAR(cbk_km_row_at(km, j).survival *
                           cbk_km_row_at(censoring, j).survival,
                       n_after / (double)n, 1e-13);
        }
        cbk_arena_release(arena, mark);
    }
}

/* Without censoring S is one minus the share who had the event; Greenwood's error is the
 * binomial one. */
static void without_censoring_it_counts(void)
{
    double time[MAX_N];
    bool is_event[MAX_N];
    for (int round = 0; round < 500; round++) {
        const cbk_mark mark = cbk_arena_mark(arena);
        const size_t n = random_followup(time, is_event);
        for (size_t i = 0; i < n; i++) {
            is_event[i] = true;
        }
        const cbk_km *km = fit(n, time, is_event);
        for (size_t j = 0; j < km->n_rows; j++) {
            const cbk_km_row row = cbk_km_row_at(km, j);
            const double share = (row.n_risk - row.n_event) / (double)n;
            CHECK_NEAR(row.survival, share, 1e-13);
            if (share > 0.0) {
                CHECK_NEAR(row.std_error, sqrt(share * (1.0 - share) / (double)n), 1e-11);
            }
        }
        cbk_arena_release(arena, mark);
    }
}

static void everybody_twice_and_time_scaled(void)
{
    double time[2 * MAX_N];
    bool is_event[2 * MAX_N];
    for (int round = 0; round < 500; round++) {
        const cbk_mark mark = cbk_arena_mark(arena);
        const size_t n = random_followup(time, is_event);
        for (size_t i = 0; i < n; i++) {
            time[n + i] = time[i];
            is_event[n + i] = is_event[i];
        }
        const cbk_km *once = fit(n, time, is_event);
        const cbk_km *twice = fit(2 * n, time, is_event);
        for (size_t i = 0; i < n; i++) {
            time[i] *= 8.0;
        }
        const cbk_km *scaled = fit(n, time, is_event);
        CHECK(twice->n_rows == once->n_rows && scaled->n_rows == once->n_rows);
        for (size_t j = 0; j < once->n_rows; j++) {
            CHECK_NEAR(cbk_km_row_at(twice, j).survival, cbk_km_row_at(once, j).survival,
                       1e-13);
            CHECK_NEAR(cbk_km_row_at(twice, j).std_error * sqrt(2.0),
                       cbk_km_row_at(once, j).std_error, 1e-11);
            CHECK(cbk_km_row_at(scaled, j).time == 8.0 * cbk_km_row_at(once, j).time);
            CHECK(cbk_km_row_at(scaled, j).survival == cbk_km_row_at(once, j).survival);
        }
        CHECK_NEAR(scaled->median.estimate, 8.0 * once->median.estimate, 0.0);
        CHECK_NEAR(scaled->follow_up_median, 8.0 * once->follow_up_median, 0.0);
        cbk_arena_release(arena, mark);
    }
}

/* The median as it is defined: halfway between the first time at or below one half and
 * the first below it. */
static void medians_equal_their_slow_twin(void)
{
    double time[MAX_N];
    bool is_event[MAX_N];
    for (int round = 0; round < 2000; round++) {
        const cbk_mark mark = cbk_arena_mark(arena);
        const size_t n = random_followup(time, is_event);
        const cbk_km *km = fit(n, time, is_event);
        double at = (double)NAN;
        double below = cbk_km_row_at(km, km->n_rows - 1).time;
        for (size_t j = km->n_rows; j-- > 0;) { /* backwards, so the first one stays */
            at = cbk_km_row_at(km, j).survival < 0.5 + 1e-9 ? cbk_km_row_at(km, j).time
                                                            : at;
            below = cbk_km_row_at(km, j).survival < 0.5 - 1e-9 ? cbk_km_row_at(km, j).time
                                                               : below;
        }
        CHECK_NEAR(km->median.estimate, (at + below) / 2.0, 0.0);
        const cbk_km *first = fit_rule(n, time, is_event, CBK_SURVIVAL_QUANTILE_FIRST);
        CHECK_NEAR(first->median.estimate, at, 0.0);
        cbk_arena_release(arena, mark);
    }
}

static bool is_same_bits(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

static void row_order_does_not_show(void)
{
    double time[MAX_N];
    bool is_event[MAX_N];
    for (int round = 0; round < 500; round++) {
        const cbk_mark mark = cbk_arena_mark(arena);
        const size_t n = random_followup(time, is_event);
        const cbk_interval interval = (cbk_interval)(round % 5);
        const cbk_km *first = fit_interval(n, time, is_event, interval);
        for (size_t i = n - 1; i > 0; i--) {
            const size_t k = random_below((uint32_t)i + 1);
            const double swap_time = time[i];
            const bool swap_event = is_event[i];
            time[i] = time[k];
            is_event[i] = is_event[k];
            time[k] = swap_time;
            is_event[k] = swap_event;
        }
        const cbk_km *second = fit_interval(n, time, is_event, interval);
        CHECK(first->n_rows == second->n_rows && first->notes == second->notes);
        for (size_t j = 0; j < first->n_rows; j++) {
            const cbk_km_row a = cbk_km_row_at(first, j);
            const cbk_km_row b = cbk_km_row_at(second, j);
            CHECK(is_same_bits(a.survival, b.survival) && a.time == b.time);
            CHECK(is_same_bits(a.std_error, b.std_error));
            CHECK(is_same_bits(a.lower, b.lower) && is_same_bits(a.upper, b.upper));
        }
        CHECK(is_same_bits(first->median.estimate, second->median.estimate));
        CHECK(is_same_bits(first->follow_up_median, second->follow_up_median));
        cbk_arena_release(arena, mark);
    }
}

/* ---- faults ----------------------------------------------------------------------- */

static cbk_status fit_on(const void *risk, cbk_arena *small, const void **out)
{
    const cbk_conventions conventions = cbk_conventions_of(CBK_PROFILE_R);
    const cbk_km *km = NULL;
    cbk_error err;
    const cbk_status status = cbk_km_fit(risk, &conventions, small, &km, &err);
    *out = km;
    return status;
}

static void survives_every_failed_allocation(void)
{
    enum { BIG = 20000 }; /* large enough that each array needs its own block */
    double *time = calloc(BIG, sizeof *time);
    bool *is_event = calloc(BIG, sizeof *is_event);
    CHECK(time != NULL && is_event != NULL);
    for (size_t i = 0; i < BIG; i++) {
        time[i] = (double)i;
        is_event[i] = true;
    }
    const cbk_followup followup = {.n = BIG, .time = time, .is_event = is_event};
    const cbk_risk_table *risk = NULL;
    CHECK(cbk_risk_table_build(&followup, true, arena, &risk, NULL) == CBK_OK);
    CHECK(faulty_heaps(fit_on, risk) ==
          5); /* the arena and three blocks had their turn */
    free(is_event);
    free(time);
}

int main(void)
{
    static const check_test tests[] = {
        {"overall survival of six", overall_survival_of_six},
        {"its lower limit of the median is 97 by log alone",
         lower_limit_of_the_median_is_97_by_log_alone},
        {"recurrence of six", recurrence_of_six},
        {"remission under 6-mercaptopurine", remission_under_mercaptopurine},
        {"each interval by its formula", each_interval_by_its_formula},
        {"limits where S is 1 or 0", limits_where_survival_is_one_or_zero},
        {"a wider level gives wider limits", a_wider_level_gives_wider_limits},
        {"the level lies between 0 and 1", the_level_lies_between_0_and_1},
        {"three rules for the median", three_rules_for_the_median},
        {"a product of fractions that is half", half_by_a_product_of_fractions_is_half},
        {"any quantile with limits", any_quantile_with_limits},
        {"a null band never crosses", a_null_band_never_crosses},
        {"follow-up without a later drop",
         follow_up_without_a_later_drop_is_the_first_time},
        {"past the last observation", past_the_last_observation},
        {"at any time equals a slow search", at_any_time_equals_a_slow_search},
        {"no rows", no_rows},
        {"one subject", one_subject},
        {"all censored", all_censored},
        {"all tied", all_tied},
        {"an event at time 0", event_at_time_zero},
        {"near-ties are one time", near_ties_are_one_time},
        {"zero stays zero under late entry", zero_stays_zero_under_late_entry},
        {"an empty risk set in between", an_empty_risk_set_in_between_is_no_event},
        {"curves are curves", curves_are_curves},
        {"survival and censoring multiply", survival_and_censoring_multiply},
        {"without censoring it counts", without_censoring_it_counts},
        {"everybody twice, and time scaled", everybody_twice_and_time_scaled},
        {"medians equal their slow twin", medians_equal_their_slow_twin},
        {"row order does not show", row_order_does_not_show},
        {"every failed allocation", survives_every_failed_allocation},
    };
    arena = cbk_arena_create(NULL, SIZE_MAX);
    if (arena == NULL) {
        return 99;
    }
    const int exit_code = check_main(tests, N(tests));
    cbk_arena_destroy(arena);
    return exit_code;
}
