/* test_cox_firth.c - Firth's penalised likelihood against its definition: what is
 * maximised, and the limits and p of its profile, of small and of separated series. */
#include "cox_sample.h"

#include "numeric/distribution.h"

static double penalised(const sample *s, cbk_cox_ties ties, double first, double second)
{
    const double beta[P_MAX] = {first, second};
    double info[P_MAX * P_MAX];
    const double loglik = definition_of(s, ties, beta, info);
    return loglik + 0.5 * log(info[0] * info[3] - info[1] * info[2]);
}

/* The greatest over coefficient `other` within +-half of *at, where it ends; the other
 * one is value. */
static double greatest(const sample *s, cbk_cox_ties ties, size_t other, double value,
                       double half, double *at)
{
    const double golden = 0.5 * (sqrt(5.0) - 1.0);
    double low = *at - half;
    double high = *at + half;
    double best = -(double)INFINITY;
    while (high - low > 1e-9) {
        const double at_low = high - golden * (high - low);
        const double at_high = low + golden * (high - low);
        const double of_low = other == 0 ? penalised(s, ties, at_low, value)
                                         : penalised(s, ties, value, at_low);
        const double of_high = other == 0 ? penalised(s, ties, at_high, value)
                                          : penalised(s, ties, value, at_high);
        best = fmax(of_low, of_high);
        low = of_low > of_high ? low : at_low;
        high = of_low > of_high ? at_high : high;
    }
    *at = 0.5 * (low + high);
    return best;
}

/* Twelve rows and two covariates; kind 1: all events have the larger x. */
static sample small(int kind)
{
    sample s = draw(12, 2, kind % 16);
    s.has_clusters = false;
    s.n_strata = 1;
    for (size_t i = 0; i < s.n; i++) {
        s.is_event[i] = i < 5;
        s.x[1][i] = kind % 3 == 1 ? (i < 7 ? 1.0 : 0.0) : s.x[1][i];
    }
    s.x[1][0] = 1.0;
    s.x[1][11] = 0.0;
    return s;
}

static void the_definition_is_maximised(void)
{
    for (int turn = 0; turn < 48; turn++) {
        const sample s = small(turn);
        const cbk_cox_ties ties = turn < 24 ? CBK_COX_EFRON : CBK_COX_BRESLOW;
        const cbk_cox *fit = fit_sample(&s, ties, true);
        double beta[P_MAX];
        CHECK(fit != NULL && (fit->notes & CBK_NOTE_NOT_CONVERGED) == 0);
        estimates_of(fit, beta);
        const double best = penalised(&s, ties, beta[0], beta[1]);
        CHECK_NEAR(fit->loglik - fit->loglik_null, best - penalised(&s, ties, 0.0, 0.0),
                   1e-10);
        for (int way = 0; way < 8; way++) {
            const double angle = 3.14159265358979 * way / 4.0;
            CHECK(penalised(&s, ties, beta[0] + 1e-4 * cos(angle),
                            beta[1] + 1e-4 * sin(angle)) < best);
        }
    }
}

static void the_profile_is_that_of_the_definition(void)
{
    const double z = cbk_normal_quantile_upper(0.025);
    for (int turn = 0; turn < 16; turn++) {
        const sample s = small(turn);
        const cbk_cox *fit = fit_sample(&s, CBK_COX_EFRON, true);
        double beta[P_MAX];
        CHECK(fit != NULL);
        estimates_of(fit, beta);
        const double best = penalised(&s, CBK_COX_EFRON, beta[0], beta[1]);
        for (size_t j = 0; j < 2; j++) {
            const cbk_cox_coefficient *of = &fit->coefficients[j];
            double other = beta[1 - j];
            CHECK(of->lower < of->hazard_ratio && of->hazard_ratio < of->upper);
            const double low =
                greatest(&s, CBK_COX_EFRON, 1 - j, log(of->lower), 20.0, &other);
            CHECK(fabs(best - low - 0.5 * z * z) < 1e-6);
            other = beta[1 - j];
            const double high =
                greatest(&s, CBK_COX_EFRON, 1 - j, log(of->upper), 20.0, &other);
            CHECK(fabs(best - high - 0.5 * z * z) < 1e-6);
            other = beta[1 - j];
            const double at_zero = greatest(&s, CBK_COX_EFRON, 1 - j, 0.0, 20.0, &other);
            CHECK(fabs(of->p - cbk_chi_squared_upper(2.0 * (best - at_zero), 1.0)) <
                  1e-6);
        }
    }
}

/* The penalty falls for ever on every side, so there always are limits; some of three
 * covariates in eight rows are so far out that rounding hides them. */
static void there_always_are_limits(void)
{
    for (int turn = 0; turn < 300; turn++) {
        sample s = draw(10 + (size_t)random_below(8), 3, turn % 16);
        s.has_clusters = false;
        for (size_t i = 0; i < s.n && turn % 2 == 0; i++) {
            s.x[2][i] = random_below(4) == 0 ? 1.0 : 0.0;
        }
        const cbk_cox *fit = fit_sample(&s, CBK_COX_EFRON, true);
        CHECK(fit != NULL && (fit->notes & CBK_NOTE_NOT_CONVERGED) == 0);
        for (size_t j = 0; j < 3; j++) {
            const cbk_cox_coefficient *of = &fit->coefficients[j];
            CHECK(of->fate != CBK_COX_ESTIMATED ||
                  (of->lower > 0.0 && of->lower < of->hazard_ratio &&
                   of->hazard_ratio < of->upper && isfinite(of->upper) && of->p >= 0.0 &&
                   of->p <= 1.0));
        }
    }
}

/* Of two at risk, the one with x = 0 has the event, with the hazard ratio r of the other
 * 1/(1 + r), and the information is r/(1 + r)^2: the penalised likelihood of b = log r is
 * b/2 - 2 log(1 + r), greatest at r = 1/3. */
static double of_two(double b)
{
    return 0.5 * b - 2.0 * log1p(exp(b));
}

/* Where it is half of 3.8415 below that. */
static double limit_of_two(double outside)
{
    double inside = log(1.0 / 3.0);
    const double target = of_two(inside) - 0.5 * 3.841458820694124;
    for (int turn = 0; turn < 200; turn++) {
        const double middle = 0.5 * (inside + outside);
        *(of_two(middle) < target ? &outside : &inside) = middle;
    }
    return inside;
}

/* They are so near to each other beside one who has left before that the limits are
 * hundreds of standard deviations out. */
static void limits_far_out(void)
{
    const double gap = 0.02;
    sample s = {.n = 3, .p = 1, .n_strata = 1};
    for (size_t i = 0; i < 3; i++) {
        s.time[i] = i == 2 ? 1.0 : 2.0 + (double)i;
        s.is_event[i] = i == 0;
        s.weight[i] = 1.0;
        s.x[0][i] = i == 2 ? 1.0 : gap * (double)i;
    }
    const cbk_cox *fit = fit_sample(&s, CBK_COX_EFRON, true);
    CHECK(fit != NULL && fit->coefficients[0].fate == CBK_COX_ESTIMATED);
    const cbk_cox_coefficient *of = &fit->coefficients[0];
    CHECK_NEAR(of->estimate * gap, log(1.0 / 3.0), 1e-10);
    CHECK_NEAR(log(of->lower) * gap, limit_of_two(-20.0), 1e-10);
    CHECK_NEAR(log(of->upper) * gap, limit_of_two(20.0), 1e-10);
}

/* With an offset of 9 of the one without the event the information at b = 0 is nearly
 * nothing: with p its share of the risk in the event, p^1.5 (1 - p)^0.5 is greatest at
 * 3/4. */
static void an_offset_far_out(void)
{
    for (int turn = 0; turn < 3; turn++) {
        const double time[] = {1.0, 2.0};
        const bool is_event[] = {true, false};
        const double x[] = {1.0, 0.0};
        sample s = sample_of(2, time, is_event, x);
        s.has_offset = true;
        s.offset[1] = 9.0 + 6.0 * turn;
        const cbk_cox *fit = fit_sample(&s, CBK_COX_EFRON, true);
        CHECK(fit != NULL && fit->notes == 0);
        CHECK_NEAR(fit->coefficients[0].estimate, s.offset[1] + log(3.0), 1e-10);
    }
}

/* The first of three has the event.  Two covariates give them any shares p, q and r of
 * the risk, so p^1.5 q^0.5 r^0.5 is greatest at 3/5, 1/5, 1/5: the others' x'b is log 3
 * below.  One covariate is nearly the other, which takes coefficients of 10^5. */
static void covariates_that_are_nearly_one(void)
{
    const double gap = ldexp(1.0, -17);
    const double time[] = {1.0, 2.0, 3.0};
    const bool is_event[] = {true, false, false};
    const double x[] = {0.0, 1.0, 2.0};
    sample s = sample_of(3, time, is_event, x);
    s.p = 2;
    s.x[1][1] = 1.0;
    s.x[1][2] = 2.0 + gap;
    const cbk_cox *fit = fit_sample(&s, CBK_COX_EFRON, true);
    CHECK(fit != NULL && fit->notes == CBK_NOTE_FEW_EVENTS);
    const double second = log(3.0) / gap;
    CHECK_NEAR(fit->coefficients[1].estimate / second, 1.0, 1e-9);
    CHECK_NEAR((fit->coefficients[0].estimate + log(3.0)) / second, -1.0, 1e-9);
}

int main(void)
{
    const check_test tests[] = {
        {"the definition is maximised", the_definition_is_maximised},
        {"the profile is that of the definition", the_profile_is_that_of_the_definition},
        {"there always are limits", there_always_are_limits},
        {"limits far out", limits_far_out},
        {"an offset far out", an_offset_far_out},
        {"covariates that are nearly one", covariates_that_are_nearly_one},
    };
    arena = cbk_arena_create(NULL, SIZE_MAX);
    if (arena == NULL) {
        return 99;
    }
    const int code = check_main(tests, N(tests));
    cbk_arena_destroy(arena);
    return code;
}
