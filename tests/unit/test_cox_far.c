/* test_cox_far.c - Cox's regression where the likelihood is greatest far out, or where
 * rounding hides the way there: by hand. */
#include "cox_sample.h"
#include "faulty_heap.h"

/* Of those with x = 1 and 0 at 1, 2 and 3 the first two have the event; the last, of x
 * 100000, has no risk where the ratio r is below 1.  There the likelihood is that one of
 * x = 1 has the event among two of x = 1 and one of 0, then one of 0 among one of each.
 */
static const double far_time[] = {1.0, 2.0, 3.0, 4.0, 0.5};
static const bool far_event[] = {true, true, false, false, true};
static const double far_x[] = {1.0, 0.0, 1.0, 100000.0, 0.0};

/* r / (2 r + 1) / (1 + r), greatest at r^2 = 1/2. */
static double greatest_of_three(void)
{
    const double r = sqrt(0.5);
    return log(r) - log(2.0 * r + 1.0) - log1p(r);
}

static double error_of_three(void)
{
    const double r = sqrt(0.5);
    return 1.0 / sqrt(2.0 * r / ((2.0 * r + 1.0) * (2.0 * r + 1.0)) +
                      r / ((1.0 + r) * (1.0 + r)));
}

static void a_value_far_from_all_others(void)
{
    const sample s = sample_of(4, far_time, far_event, far_x);
    cbk_cox_request request = usual;
    request.wants_profile = true;
    request.keeps_rows = true;
    const cbk_cox *fit = fit_in(&s, &request, arena);
    CHECK(fit != NULL && fit->notes == 0 && fit->is_far && fit->kept == NULL);
    const cbk_cox_coefficient *of = &fit->coefficients[0];
    CHECK_NEAR(of->estimate, -0.5 * log(2.0), 1e-10);
    CHECK_NEAR(of->std_error, error_of_three(), 1e-9);
    CHECK_NEAR(fit->loglik, greatest_of_three(), 1e-12);
    /* above 1 the last row has all the risk, and below the likelihood is as above */
    const double r = of->profile.lower;
    CHECK_NEAR(log(r) - log(2.0 * r + 1.0) - log1p(r),
               fit->loglik - 0.5 * 3.841458820694124, 1e-9);
    CHECK(of->profile.upper > 0.999 && of->profile.upper < 1.001);
}

/* One at 0.5 who alone has y = 1: its ratio is infinite, and the rest is as before. */
static void the_limit_has_its_maximum_far_out(void)
{
    sample s = sample_of(5, far_time, far_event, far_x);
    s.p = 2;
    s.x[1][4] = 1.0;
    const cbk_cox *fit = fit_sample(&s, CBK_COX_EFRON, false);
    CHECK(fit != NULL && fit->is_far && fit->coefficients[1].fate == CBK_COX_RISING);
    CHECK_NEAR(fit->coefficients[0].estimate, -0.5 * log(2.0), 1e-10);
    CHECK_NEAR(fit->coefficients[0].std_error, error_of_three(), 1e-9);
    CHECK_NEAR(fit->loglik, greatest_of_three(), 1e-12);
}

/* Two tied events of weight 2 and 1000: the share of the second in the risk is that in
 * the weight, so that the risks are as the weights, and b is what the offsets differ by.
 * At 0 all the risk is the first one's, and the information is nothing. */
static void offsets_and_weights_that_hide_the_way(void)
{
    const double time[] = {3.0, 3.0};
    const bool is_event[] = {true, true};
    const double x[] = {0.0, 1.0};
    sample s = sample_of(2, time, is_event, x);
    s.is_weighted = s.has_offset = true;
    s.weight[0] = 2.0;
    s.weight[1] = 1000.0;
    s.offset[0] = 20.0;
    s.offset[1] = 6.0;
    const cbk_cox *fit = fit_sample(&s, CBK_COX_BRESLOW, false);
    CHECK(fit != NULL && fit->notes == 0 && !fit->is_far);
    CHECK_NEAR(fit->coefficients[0].estimate, 14.0, 1e-12);
    CHECK_NEAR(fit->coefficients[0].std_error, sqrt(1002.0 / 2000.0), 1e-10);
}

/* As above, with ties: of x = 1, 0, 0, 1 one of each has the event at 1, then one of 0
 * beside one of 1; and x = 100000 at the end. */
static sample tied_and_far(void)
{
    const double time[] = {1.0, 1.0, 2.0, 3.0, 4.0};
    const bool is_event[] = {true, true, true, false, false};
    const double x[] = {1.0, 0.0, 0.0, 1.0, 100000.0};
    return sample_of(5, time, is_event, x);
}

/* With ratio r that is r of the sum r^2 + 4 r + 1 over pairs, then 1 of 1 + r:
 * log r - log(r^2 + 4 r + 1) - log(1 + r). */
static void tied_and_far_with_discrete_time(void)
{
    const sample s = tied_and_far();
    cbk_cox_request request = {
        .level = 0.95, .ties = CBK_COX_EXACT, .wants_profile = true};
    const cbk_cox *fit = fit_in(&s, &request, arena);
    CHECK(fit != NULL && fit->notes == 0 && fit->is_far);
    const double r = fit->coefficients[0].hazard_ratio;
    /* the slope over log r is 0 */
    CHECK_NEAR((2.0 * r * r + 4.0 * r) / (r * r + 4.0 * r + 1.0) + r / (1.0 + r), 1.0,
               1e-10);
    CHECK_NEAR(fit->loglik, log(r) - log(r * r + 4.0 * r + 1.0) - log1p(r), 1e-12);
    const double low = fit->coefficients[0].profile.lower;
    CHECK_NEAR(log(low) - log(low * low + 4.0 * low + 1.0) - log1p(low),
               fit->loglik - 0.5 * 3.841458820694124, 1e-9);
}

/* In both orders: r / (2 r + 2) / (r + 2) + 1 / (2 r + 2) / (2 r + 1), times 1 / (1 + r).
 */
static double of_both_orders(double r)
{
    return log(r / (r + 2.0) + r / (2.0 * r + 1.0)) - log(2.0 * r + 2.0) - log1p(r);
}

static void tied_and_far_with_rounded_time(void)
{
    const sample s = tied_and_far();
    cbk_cox_request request = {.level = 0.95, .ties = CBK_COX_EXACT_MARGINAL};
    const cbk_cox *fit = fit_in(&s, &request, arena);
    CHECK(fit != NULL && fit->notes == 0 && fit->is_far);
    const double r = fit->coefficients[0].hazard_ratio;
    CHECK_NEAR(fit->loglik, of_both_orders(r), 1e-12);
    CHECK(of_both_orders(r) >= of_both_orders(r * 1.001));
    CHECK(of_both_orders(r) >= of_both_orders(r / 1.001));
}

static void every_allocation_fails(void)
{
    for (int kind = 0; kind < 4; kind++) {
        sample s = kind < 2 ? sample_of(5, far_time, far_event, far_x) : tied_and_far();
        s.n = kind == 0 ? 4 : 5;
        s.p = kind == 1 ? 2 : 1;
        s.x[1][4] = 1.0; /* whose ratio is infinite */
        view seen;
        cbk_cox_request request = {.level = 0.95,
                                   .ties = kind < 2    ? CBK_COX_EFRON
                                           : kind == 2 ? CBK_COX_EXACT
                                                       : CBK_COX_EXACT_MARGINAL,
                                   .keeps_rows = true,
                                   .wants_profile = true,
                                   .wants_instead = true};
        const cox_asked asked = {see(&s, &seen), &request};
        CHECK(faulty_rooms(fit_on, &asked) > 1);
    }
}

int main(void)
{
    const check_test tests[] = {
        {"a value far from all others", a_value_far_from_all_others},
        {"the limit has its maximum far out", the_limit_has_its_maximum_far_out},
        {"offsets and weights that hide the way", offsets_and_weights_that_hide_the_way},
        {"tied and far, time is discrete", tied_and_far_with_discrete_time},
        {"tied and far, time was rounded", tied_and_far_with_rounded_time},
        {"every allocation fails", every_allocation_fails},
    };
    arena = cbk_arena_create(NULL, SIZE_MAX);
    if (arena == NULL) {
        return 99;
    }
    const int code = check_main(tests, N(tests));
    cbk_arena_destroy(arena);
    return code;
}
