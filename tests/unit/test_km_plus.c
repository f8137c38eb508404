/* test_km_plus.c - what is read off a curve beside survival: restricted means,
 * comparisons of two groups, the cumulative hazard, a landmark.  Worked by hand, against
 * slow twins, on degenerate data, with every allocation made to fail. */
#include "check.h"
#include "faulty_heap.h"
#include "random_below.h"

#include "study/followup/landmark.h"

#include <casebook/contrast.h>
#include <casebook/nelson_aalen.h>
#include <casebook/restricted_mean.h>

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static const double exact = 1e-13;

static cbk_arena *arena;

static const double os_months[] = {132, 36, 97, 97, 91, 25};
static const bool os_died[] = {false, true, true, false, false, false};

static const cbk_risk_table *risk_of(size_t n, const double *time, const bool *is_event)
{
    const cbk_followup followup = {.n = n, .time = time, .is_event = is_event};
    const cbk_risk_table *risk = NULL;
    cbk_error err;
    if (cbk_risk_table_build(&followup, true, arena, &risk, &err) != CBK_OK) {
        printf("Bail out! %s\n", err.message);
        exit(99);
    }
    return risk;
}

static const cbk_km *fit_as(size_t n, const double *time, const bool *is_event,
                            cbk_conventions conventions)
{
    const cbk_km *km = NULL;
    cbk_error err;
    if (cbk_km_fit(risk_of(n, time, is_event), &conventions, arena, &km, &err) !=
        CBK_OK) {
        printf("Bail out! %s\n", err.message);
        exit(99);
    }
    return km;
}

static const cbk_km *fit(size_t n, const double *time, const bool *is_event)
{
    return fit_as(n, time, is_event, cbk_conventions_of(CBK_PROFILE_R));
}

static cbk_conventions exponential(void)
{
    cbk_conventions conventions = cbk_conventions_of(CBK_PROFILE_R);
    conventions.estimate = CBK_SURVIVAL_FLEMING_HARRINGTON;
    return conventions;
}

/* ---- restricted mean -------------------------------------------------------------- */

static void mean_of_six(void)
{
    const cbk_km *km = fit(6, os_months, os_died);
    const cbk_restricted_mean five_years = cbk_restricted_mean_of(km, 60.0);
    CHECK_NEAR(five_years.estimate, 36.0 + 24.0 * 4.0 / 5.0, exact);
    CHECK_NEAR(five_years.std_error, 24.0 * 0.8 * sqrt(1.0 / 20.0), exact);
    CHECK_NEAR(five_years.lower, 55.2 - km->z * five_years.std_error, exact);
    CHECK(five_years.upper == 60.0 && five_years.notes == 0);
    const cbk_restricted_mean later = cbk_restricted_mean_of(km, 100.0);
    CHECK_NEAR(later.estimate, 36.0 + 61.0 * 4.0 / 5.0 + 3.0 * 8.0 / 15.0, exact);
    CHECK_NEAR(later.std_error, sqrt(50.4 * 50.4 / 20.0 + 1.6 * 1.6 / 6.0), exact);
}

static void mean_where_nobody_died(void)
{
    const cbk_km *km = fit(6, os_months, os_died);
    const cbk_restricted_mean early = cbk_restricted_mean_of(km, 30.0);
    CHECK(early.estimate == 30.0 && early.std_error == 0.0);
    CHECK(isnan(early.lower) && isnan(early.upper));
    CHECK(early.notes == CBK_NOTE_ERROR_ZERO);
    const cbk_restricted_mean at_event = cbk_restricted_mean_of(km, 36.0);
    CHECK(at_event.estimate == 36.0 && at_event.std_error == 0.0);
}

static void mean_beyond_follow_up(void)
{
    const cbk_km *km = fit(6, os_months, os_died);
    CHECK(cbk_restricted_mean_of(km, 132.0).notes == 0);
    const cbk_restricted_mean beyond = cbk_restricted_mean_of(km, 142.0);
    CHECK(cbk_notes_forbid_print(beyond.notes));
    CHECK_NEAR(beyond.estimate,
               cbk_restricted_mean_of(km, 132.0).estimate + 10.0 * 8.0 / 15.0, exact);
    const double time[] = {2, 4};
    const bool all[] = {true, true};
    const cbk_restricted_mean ended = cbk_restricted_mean_of(fit(2, time, all), 100.0);
    CHECK(ended.estimate == 3.0 && ended.notes == 0); /* the plain mean: all have died */
    CHECK_NEAR(ended.std_error, sqrt(0.5), exact);    /* 1 * sqrt(1 / (2 * 1)) */
}

static void mean_without_rows(void)
{
    const cbk_restricted_mean none = cbk_restricted_mean_of(fit(0, NULL, NULL), 10.0);
    CHECK(isnan(none.estimate) && isnan(none.std_error) && isnan(none.lower));
    CHECK(none.notes == CBK_NOTE_NO_ROWS);
}

static size_t draw(double *time, bool *is_event, uint32_t n_max)
{
    const size_t n = 1 + random_below(n_max);
    for (size_t i = 0; i < n; i++) {
        time[i] = 1.0 + random_below(30);
        is_event[i] = random_below(2) > 0;
    }
    return n;
}

/* By strips of 1/16, on which times in whole numbers make S constant; the variance from
 * the strips right of each event. */
static void mean_equals_its_slow_twin(void)
{
    double time[40];
    bool died[40];
    for (int round = 0; round < 300; round++) {
        const size_t n = draw(time, died, 40);
        const cbk_km *km =
            round % 2 == 0 ? fit(n, time, died) : fit_as(n, time, died, exponential());
        const double tau = (1.0 + random_below(35 * 16)) / 16.0;
        double area = 0.0;
        for (double t = 0.0; t < tau; t += 0.0625) {
            area += 0.0625 * cbk_km_at_time(km, t).survival;
        }
        double variance = 0.0;
        for (size_t j = 0; j < km->n_rows; j++) {
            const cbk_risk_row row = cbk_risk_row_at(km->risk, j);
            double after = 0.0;
            for (double t = row.time; t < tau; t += 0.0625) {
                after += 0.0625 * cbk_km_at_time(km, t).survival;
            }
            const double left = round % 2 == 0 ? row.n_risk - row.n_event : row.n_risk;
            variance +=
                left > 0.0 ? after * after * row.n_event / (row.n_risk * left) : 0.0;
        }
        const cbk_restricted_mean mean = cbk_restricted_mean_of(km, tau);
        CHECK_NEAR(mean.estimate, area, 1e-12);
        CHECK_NEAR(mean.std_error, sqrt(variance), 1e-12);
    }
}

/* ---- comparisons ------------------------------------------------------------------ */

/* Negative margins 132+ 36 97 25+, positive 97+ 91+. */
static const double negative_months[] = {132, 36, 97, 25};
static const bool negative_died[] = {false, true, true, false};
static const double positive_months[] = {97, 91, 40};
static const bool positive_died[] = {false, false, true};

static void difference_by_hand(void)
{
    const cbk_km_at a = cbk_km_at_time(fit(4, negative_months, negative_died), 60.0);
    const cbk_km_at b = cbk_km_at_time(fit(3, positive_months, positive_died), 60.0);
    const cbk_contrast found = cbk_survival_difference(&a, &b, 0.95);
    CHECK(found.estimate == 0.0); /* 2/3 in both */
    CHECK_NEAR(found.std_error, sqrt(2.0 * 2.0 / 27.0), exact);
    CHECK(found.z == 0.0 && found.p == 1.0 && found.notes == 0);
    const cbk_km_at later = cbk_km_at_time(fit(4, negative_months, negative_died), 97.0);
    const cbk_contrast less = cbk_survival_difference(&b, &later, 0.95);
    CHECK_NEAR(less.estimate, -1.0 / 3.0, exact); /* the group minus the reference */
    CHECK_NEAR(less.z, less.estimate / less.std_error, exact);
    CHECK_NEAR(less.p, erfc(fabs(less.z) / sqrt(2.0)), 1e-12);
    CHECK(less.lower == -1.0); /* clipped */
    CHECK_NEAR(less.upper, less.estimate + 1.959963984540054 * less.std_error, exact);
}

static void difference_where_survival_is_one(void)
{
    const cbk_km *a = fit(4, negative_months, negative_died);
    const cbk_km *b = fit(3, positive_months, positive_died);
    const cbk_km_at one = cbk_km_at_time(b, 36.0);
    const cbk_km_at two_thirds = cbk_km_at_time(a, 36.0);
    const cbk_contrast narrow = cbk_survival_difference(&two_thirds, &one, 0.95);
    CHECK(narrow.notes == CBK_NOTE_ERROR_ZERO && isfinite(narrow.p));
    const cbk_km_at before = cbk_km_at_time(a, 30.0);
    const cbk_contrast nothing = cbk_survival_difference(&before, &one, 0.95);
    CHECK(nothing.estimate == 0.0 && nothing.notes == CBK_NOTE_ERROR_ZERO);
    CHECK(isnan(nothing.std_error) && isnan(nothing.lower) && isnan(nothing.p));
    const double time[] = {2, 4};
    const bool all[] = {true, true};
    const cbk_km_at zero = cbk_km_at_time(fit(2, time, all), 60.0);
    const cbk_contrast ended = cbk_survival_difference(&two_thirds, &zero, 0.95);
    CHECK_NEAR(ended.estimate, -2.0 / 3.0, exact);
    CHECK(isnan(ended.std_error) && isnan(ended.upper) && isnan(ended.p));
}

static void difference_beyond_follow_up(void)
{
    const cbk_km_at a = cbk_km_at_time(fit(4, negative_months, negative_died), 120.0);
    const cbk_km_at b = cbk_km_at_time(fit(3, positive_months, positive_died), 120.0);
    const cbk_contrast found = cbk_survival_difference(&a, &b, 0.95);
    CHECK(cbk_notes_forbid_print(found.notes));
    CHECK_NEAR(found.estimate, 1.0 / 3.0, exact); /* carried */
    CHECK(isnan(found.z) && isnan(found.p));
    const cbk_km_at none = cbk_km_at_time(fit(0, NULL, NULL), 120.0);
    const cbk_contrast empty = cbk_survival_difference(&none, &a, 0.95);
    CHECK(isnan(empty.estimate) && (empty.notes & CBK_NOTE_NO_ROWS) != 0);
}

static void means_compared(void)
{
    const cbk_restricted_mean a =
        cbk_restricted_mean_of(fit(4, negative_months, negative_died), 60.0);
    const cbk_restricted_mean b =
        cbk_restricted_mean_of(fit(3, positive_months, positive_died), 60.0);
    const double error_a = 24.0 * (2.0 / 3.0) * sqrt(1.0 / 6.0); /* 36 + 24 * 2/3 = 52 */
    const double error_b = 20.0 * (2.0 / 3.0) * sqrt(1.0 / 6.0);
    const double mean_b = 40.0 + 20.0 * 2.0 / 3.0;
    const cbk_contrast difference = cbk_restricted_mean_difference(&a, &b, 0.95);
    CHECK_NEAR(difference.estimate, mean_b - 52.0, exact);
    CHECK_NEAR(difference.std_error, hypot(error_a, error_b), exact);
    const cbk_contrast ratio = cbk_restricted_mean_ratio(&a, &b, 0.95);
    CHECK_NEAR(ratio.estimate, mean_b / 52.0, exact);
    CHECK_NEAR(ratio.std_error, hypot(error_a / 52.0, error_b / mean_b), exact);
    CHECK_NEAR(ratio.z, log(mean_b / 52.0) / ratio.std_error, exact);
    CHECK_NEAR(ratio.lower * ratio.upper, ratio.estimate * ratio.estimate, 1e-12);
    const cbk_contrast back = cbk_restricted_mean_ratio(&b, &a, 0.95);
    CHECK_NEAR(back.estimate * ratio.estimate, 1.0, exact);
    CHECK_NEAR(back.p, ratio.p, 1e-12);
}

/* Everybody dead at 0: a mean of 0 has no ratio. */
static void ratio_of_nothing(void)
{
    const double time[] = {0, 0};
    const bool all[] = {true, true};
    const cbk_restricted_mean zero = cbk_restricted_mean_of(fit(2, time, all), 10.0);
    CHECK(zero.estimate == 0.0 && zero.std_error == 0.0);
    const cbk_restricted_mean six =
        cbk_restricted_mean_of(fit(6, os_months, os_died), 60.0);
    const cbk_contrast ratio = cbk_restricted_mean_ratio(&zero, &six, 0.95);
    CHECK(isnan(ratio.estimate) && isnan(ratio.p) && ratio.notes == CBK_NOTE_ERROR_ZERO);
}

/* ---- quantiles under three profiles ------------------------------------------------ */

static cbk_km_quantile quantile_under(cbk_profile profile, cbk_interval interval,
                                      double p)
{
    const double time[] = {1, 2, 5, 7};
    const bool died[] = {true, true, false, false};
    cbk_conventions conventions = cbk_conventions_of(profile);
    conventions.interval = interval;
    return cbk_km_quantile_of(fit_as(4, time, died, conventions), p);
}

/* S is 3/4 from 1 to 2 and 1/2 from 2 on, and no drop ends that. */
static void quantiles_by_profile(void)
{
    const cbk_interval any = CBK_INTERVAL_LOG;
    CHECK(quantile_under(CBK_PROFILE_R, any, 0.25).estimate == 1.5);
    CHECK(quantile_under(CBK_PROFILE_SAS, any, 0.25).estimate == 1.5);
    CHECK(quantile_under(CBK_PROFILE_SPSS, any, 0.25).estimate == 1.0);
    CHECK(quantile_under(CBK_PROFILE_R, any, 0.5).estimate == 4.5);
    CHECK(isnan(quantile_under(CBK_PROFILE_SAS, any, 0.5).estimate));
    CHECK(quantile_under(CBK_PROFILE_SPSS, any, 0.5).estimate == 2.0);
    CHECK(quantile_under(CBK_PROFILE_SPSS, any, 0.4).estimate == 2.0);
    CHECK(isnan(quantile_under(CBK_PROFILE_SPSS, any, 0.75).estimate));
}

/* The limits of a quantile are read off the band of bpcp by the same rule: the lower
 * limit of S is 0.398 at first, 0.194 from 1 on; the upper 0.994 from 1 and 0.932 from 2
 * on. */
static void quantiles_by_the_beta_product(void)
{
    const cbk_km_quantile third = quantile_under(CBK_PROFILE_R, CBK_INTERVAL_BPCP, 0.25);
    CHECK(third.estimate == 1.5 && third.lower == 1.0 && isnan(third.upper));
    const cbk_km_quantile early = quantile_under(CBK_PROFILE_R, CBK_INTERVAL_BPCP, 0.05);
    CHECK(early.estimate == 1.0 && early.lower == 1.0 && early.upper == 2.0);
}

/* ---- cumulative hazard ------------------------------------------------------------ */

static const cbk_nelson_aalen *hazard_of(const cbk_risk_table *risk,
                                         cbk_interval interval)
{
    cbk_conventions conventions = cbk_conventions_of(CBK_PROFILE_R);
    conventions.interval = interval;
    const cbk_nelson_aalen *out = NULL;
    cbk_error err;
    if (cbk_nelson_aalen_fit(risk, &conventions, arena, &out, &err) != CBK_OK) {
        printf("Bail out! %s\n", err.message);
        exit(99);
    }
    return out;
}

static void hazard_of_six(void)
{
    const double z = 1.959963984540054;
    const cbk_risk_table *risk = risk_of(6, os_months, os_died);
    const cbk_nelson_aalen *fitted = hazard_of(risk, CBK_INTERVAL_LOG);
    CHECK(fitted->n_rows == 5 && fitted->n == 6 && fitted->n_event == 2);
    CHECK(fitted->rows[0].hazard == 0.0 && fitted->rows[0].upper == 0.0);
    CHECK_NEAR(fitted->rows[1].hazard, 1.0 / 5.0, exact);
    CHECK_NEAR(fitted->rows[1].std_error, 1.0 / 5.0, exact);
    CHECK_NEAR(fitted->rows[3].hazard, 1.0 / 5.0 + 1.0 / 3.0, exact);
    CHECK_NEAR(fitted->rows[3].std_error, sqrt(34.0 / 225.0), exact);
    CHECK_NEAR(fitted->rows[3].upper, 8.0 / 15.0 + z * sqrt(34.0 / 225.0), exact);
    CHECK(fitted->rows[3].lower == 0.0); /* clipped */
    const cbk_nelson_aalen *log_log = hazard_of(risk, CBK_INTERVAL_LOG_LOG);
    CHECK_NEAR(log_log->rows[1].lower, 0.2 * exp(-z), 1e-12);
    CHECK_NEAR(log_log->rows[1].upper, 0.2 * exp(z), 1e-12);
    CHECK(isnan(log_log->rows[0].lower));
    CHECK((log_log->notes & CBK_NOTE_INTERVAL_UNDEFINED) != 0);
    const cbk_nelson_aalen *plain = hazard_of(risk, CBK_INTERVAL_PLAIN);
    CHECK_NEAR(plain->rows[1].upper, -log(exp(-0.2) * (1.0 - z / 5.0)), 1e-12);
    const double time[] = {1, 2};
    const bool all[] = {true, true};
    const cbk_nelson_aalen *open = hazard_of(risk_of(2, time, all), CBK_INTERVAL_PLAIN);
    CHECK(isnan(open->rows[1].upper)); /* S may be 0, H has no bound */
}

static void hazard_at_times(void)
{
    const cbk_nelson_aalen *fitted =
        hazard_of(risk_of(6, os_months, os_died), CBK_INTERVAL_LOG);
    CHECK(cbk_hazard_at_time(fitted, 24.0).hazard == 0.0);
    CHECK(cbk_hazard_at_time(fitted, 36.0).hazard == fitted->rows[1].hazard);
    CHECK(cbk_hazard_at_time(fitted, 96.0).hazard == fitted->rows[2].hazard);
    CHECK(cbk_hazard_at_time(fitted, 132.0).notes == 0);
    const cbk_hazard_at beyond = cbk_hazard_at_time(fitted, 132.5);
    CHECK(beyond.hazard == fitted->rows[4].hazard);
    CHECK(cbk_notes_forbid_print(beyond.notes));
    const cbk_nelson_aalen *none = hazard_of(risk_of(0, NULL, NULL), CBK_INTERVAL_LOG);
    CHECK(none->notes == CBK_NOTE_NO_ROWS);
    CHECK(cbk_hazard_at_time(none, 1.0).notes == CBK_NOTE_NO_ROWS);
}

static void hazard_has_no_beta_product(void)
{
    cbk_conventions conventions = cbk_conventions_of(CBK_PROFILE_R);
    conventions.interval = CBK_INTERVAL_BPCP;
    const cbk_risk_table *risk = risk_of(6, os_months, os_died);
    const cbk_nelson_aalen *out = NULL;
    cbk_error err;
    CHECK(cbk_nelson_aalen_fit(risk, &conventions, arena, &out, &err) == CBK_EINVAL);
    CHECK(out == NULL && strstr(err.message, "bpcp") != NULL);
    conventions.estimate = CBK_SURVIVAL_FLEMING_HARRINGTON;
    const cbk_km *km = NULL;
    CHECK(cbk_km_fit(risk, &conventions, arena, &km, &err) == CBK_EINVAL && km == NULL);
}

static void exponential_curve_is_that_of_the_hazard(void)
{
    double time[60];
    bool died[60];
    for (int round = 0; round < 200; round++) {
        const size_t n = draw(time, died, 60);
        const cbk_km *km = fit_as(n, time, died, exponential());
        const cbk_km *product = fit(n, time, died);
        const cbk_nelson_aalen *hazard = hazard_of(km->risk, CBK_INTERVAL_LOG);
        for (size_t j = 0; j < km->n_rows; j++) {
            const cbk_km_row row = cbk_km_row_at(km, j);
            CHECK_NEAR(row.survival, exp(-hazard->rows[j].hazard), 1e-12);
            CHECK_NEAR(row.std_error, row.survival * hazard->rows[j].std_error, 1e-12);
            CHECK_NEAR(row.lower, exp(-hazard->rows[j].upper), 1e-12);
            CHECK(row.survival >= cbk_km_row_at(product, j).survival);
            CHECK(row.survival > 0.0);
        }
    }
}

/* ---- landmark --------------------------------------------------------------------- */

static const char *const no_level[] = {"a", "b"};

static cbk_followup_data data_of(const cbk_followup_request *request,
                                 const cbk_groups *groups, const cbk_followup *rows)
{
    return (cbk_followup_data){.request = request,
                               .source = {.rows = rows->n, .used = rows->n},
                               .rows = *rows,
                               .by = groups,
                               .strata = groups};
}

static void landmark_keeps_those_who_got_there(void)
{
    const double time[] = {10, 12, 12, 20, 30, 12.5};
    const bool died[] = {true, true, false, true, false, true};
    const double entry[] = {0, 0, 0, 12, 13, 0};
    const double weight[] = {1, 2, 3, 4, 5, 6};
    const uint32_t of_row[] = {0, 0, 1, 0, 1, 0};
    const cbk_groups groups = {
        .n_by = 1, .n_groups = 2, .level = no_level, .of_row = of_row};
    const cbk_followup rows = {
        .n = 6, .time = time, .is_event = died, .entry = entry, .weight = weight};
    const cbk_followup_request request = {.time = "t"};
    const cbk_followup_data data = data_of(&request, &groups, &rows);
    const cbk_followup_data *later = NULL;
    CHECK(cbk_followup_landmark(&data, 12.0, arena, &later, NULL) == CBK_OK);
    CHECK(later->rows.n == 2 && later->source.used == 2 && later->landmark == 12.0);
    CHECK(later->rows.time[0] == 8.0 && later->rows.time[1] == 0.5);
    CHECK(later->rows.weight[0] == 4.0 && later->rows.weight[1] == 6.0);
    CHECK(later->rows.entry == NULL);
    CHECK(later->by->n_groups == 2 && later->by->of_row[1] == 0);
    CHECK(later->source.n_omitted == 3);
    CHECK(strcmp(later->source.omitted[0].reason, "event by the landmark") == 0 &&
          later->source.omitted[0].n == 2);
    CHECK(strcmp(later->source.omitted[1].reason, "censored by the landmark") == 0 &&
          later->source.omitted[1].n == 1);
    CHECK(strcmp(later->source.omitted[2].reason, "entered after the landmark") == 0 &&
          later->source.omitted[2].n == 1);
}

static void landmark_met_but_for_rounding(void)
{
    const double time[] = {0.1 + 0.2, 5};
    const bool died[] = {true, true};
    const uint32_t of_row[] = {0, 0};
    const cbk_groups groups = {.n_groups = 1, .of_row = of_row};
    const cbk_followup rows = {.n = 2, .time = time, .is_event = died};
    cbk_followup_request request = {.time = "t"};
    const cbk_followup_data data = data_of(&request, &groups, &rows);
    const cbk_followup_data *later = NULL;
    CHECK(cbk_followup_landmark(&data, 0.3, arena, &later, NULL) == CBK_OK);
    CHECK(later->rows.n == 1);
    request.is_time_exact = true;
    CHECK(cbk_followup_landmark(&data, 0.3, arena, &later, NULL) == CBK_OK);
    CHECK(later->rows.n == 2);
    CHECK(cbk_followup_landmark(&data, 99.0, arena, &later, NULL) == CBK_OK);
    CHECK(later->rows.n == 0 && later->by->n_groups == 1);
}

/* Conditional survival: the curve from the landmark on, divided by its height there. */
static void landmark_is_conditional_survival(void)
{
    double time[40];
    bool died[40];
    const uint32_t of_row[40] = {0};
    const cbk_groups groups = {.n_groups = 1, .of_row = of_row};
    const cbk_followup_request request = {.time = "t"};
    for (int round = 0; round < 100; round++) {
        const size_t n = draw(time, died, 40);
        const cbk_followup rows = {.n = n, .time = time, .is_event = died};
        const cbk_followup_data data = data_of(&request, &groups, &rows);
        const cbk_followup_data *later = NULL;
        CHECK(cbk_followup_landmark(&data, 10.0, arena, &later, NULL) == CBK_OK);
        const cbk_km *whole = fit(n, time, died);
        const cbk_km *rest = fit(later->rows.n, later->rows.time, later->rows.is_event);
        const double height = cbk_km_at_time(whole, 10.0).survival;
        for (size_t j = 0; j < rest->n_rows; j++) {
            const cbk_km_row row = cbk_km_row_at(rest, j);
            const cbk_km_at at = cbk_km_at_time(whole, row.time + 10.0);
            CHECK_NEAR(row.survival, at.survival / height, 1e-12);
            CHECK(row.n_risk == at.n_risk);
        }
    }
}

/* ---- row order, faults ------------------------------------------------------------ */

static void row_order_does_not_show(void)
{
    double time[30];
    bool died[30];
    for (int round = 0; round < 50; round++) {
        const size_t n = draw(time, died, 30);
        const double mean = cbk_restricted_mean_of(fit(n, time, died), 17.0).estimate;
        const double error = cbk_restricted_mean_of(fit(n, time, died), 17.0).std_error;
        const cbk_nelson_aalen *hazard =
            hazard_of(risk_of(n, time, died), CBK_INTERVAL_LOG);
        for (size_t i = n - 1; i > 0; i--) {
            const size_t k = random_below((uint32_t)i + 1);
            const double t = time[i];
            const bool d = died[i];
            time[i] = time[k];
            died[i] = died[k];
            time[k] = t;
            died[k] = d;
        }
        CHECK(cbk_restricted_mean_of(fit(n, time, died), 17.0).estimate == mean);
        CHECK(cbk_restricted_mean_of(fit(n, time, died), 17.0).std_error == error);
        const cbk_nelson_aalen *again =
            hazard_of(risk_of(n, time, died), CBK_INTERVAL_LOG);
        CHECK(memcmp(hazard->rows, again->rows, again->n_rows * sizeof *again->rows) ==
              0);
    }
}

enum { N_LARGE = 9000 }; /* more than one block of an arena */

static cbk_status hazard_on(const void *risk, cbk_arena *small, const void **out)
{
    const cbk_conventions conventions = cbk_conventions_of(CBK_PROFILE_R);
    const cbk_nelson_aalen *fit = NULL;
    const cbk_status status = cbk_nelson_aalen_fit(risk, &conventions, small, &fit, NULL);
    *out = fit;
    return status;
}

static void hazard_survives_every_failed_allocation(void)
{
    double *time = calloc(N_LARGE, sizeof *time);
    bool *died = calloc(N_LARGE, sizeof *died);
    CHECK(time != NULL && died != NULL);
    for (size_t i = 0; i < N_LARGE; i++) {
        time[i] = (double)i;
    }
    const cbk_risk_table *risk = risk_of(N_LARGE, time, died);
    CHECK(faulty_heaps(hazard_on, risk) >= 2);
    free(died);
    free(time);
}

static void landmark_survives_every_failed_allocation(void)
{
    double *time = calloc(N_LARGE, sizeof *time);
    bool *died = calloc(N_LARGE, sizeof *died);
    uint32_t *of_row = calloc(N_LARGE, sizeof *of_row);
    CHECK(time != NULL && died != NULL && of_row != NULL);
    for (size_t i = 0; i < N_LARGE; i++) {
        time[i] = (double)i;
    }
    const cbk_groups groups = {.n_groups = 1, .of_row = of_row};
    const cbk_followup rows = {.n = N_LARGE, .time = time, .is_event = died};
    const cbk_followup_request request = {.time = "t"};
    const cbk_followup_data data = data_of(&request, &groups, &rows);
    int n_failures = 0;
    for (bool is_done = false; !is_done; n_failures++) {
        faulty_heap heap;
        cbk_arena *small = faulty_arena(&heap, n_failures);
        if (small != NULL) {
            const cbk_followup_data *later = NULL;
            const cbk_status status =
                cbk_followup_landmark(&data, 10.0, small, &later, NULL);
            is_done = status == CBK_OK;
            CHECK(is_done || (status == CBK_ENOMEM && later == NULL));
        }
        cbk_arena_destroy(small);
        CHECK(heap.n_live == 0);
    }
    CHECK(n_failures >= 4);
    free(of_row);
    free(died);
    free(time);
}

int main(void)
{
    static const check_test tests[] = {
        {"restricted mean of six", mean_of_six},
        {"restricted mean where nobody died", mean_where_nobody_died},
        {"restricted mean beyond follow-up", mean_beyond_follow_up},
        {"restricted mean without rows", mean_without_rows},
        {"restricted mean equals its slow twin", mean_equals_its_slow_twin},
        {"difference by hand", difference_by_hand},
        {"difference where survival is 1 or 0", difference_where_survival_is_one},
        {"difference beyond follow-up", difference_beyond_follow_up},
        {"restricted means compared", means_compared},
        {"ratio of nothing", ratio_of_nothing},
        {"quantiles by profile", quantiles_by_profile},
        {"quantiles by the beta product", quantiles_by_the_beta_product},
        {"hazard of six", hazard_of_six},
        {"hazard at times", hazard_at_times},
        {"no beta product of a hazard", hazard_has_no_beta_product},
        {"exp(-H) is the curve of the hazard", exponential_curve_is_that_of_the_hazard},
        {"landmark keeps those who got there", landmark_keeps_those_who_got_there},
        {"landmark met but for rounding", landmark_met_but_for_rounding},
        {"landmark is conditional survival", landmark_is_conditional_survival},
        {"row order does not show", row_order_does_not_show},
        {"hazard: every failed allocation", hazard_survives_every_failed_allocation},
        {"landmark: every failed allocation", landmark_survives_every_failed_allocation},
    };
    arena = cbk_arena_create(NULL, SIZE_MAX);
    if (arena == NULL) {
        return 99;
    }
    const int exit_code = check_main(tests, N(tests));
    cbk_arena_destroy(arena);
    return exit_code;
}
