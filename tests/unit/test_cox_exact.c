/* test_cox_exact.c - the exact likelihoods of tied events and the profile of a
 * coefficient: fractions by hand, every set and every order written out, slow twins for
 * many ties, numerical derivatives, constrained fits, what stands in for an infinite
 * estimate, every error, and every allocation made to fail.  Numbers of R:
 * tests/golden/test_cox_golden.c. */
#include "cox_sample.h"
#include "faulty_heap.h"

#include <string.h>

static const cbk_cox_ties all_ties[] = {CBK_COX_EFRON, CBK_COX_BRESLOW, CBK_COX_EXACT,
                                        CBK_COX_EXACT_MARGINAL};

/* ---- every set, every order ------------------------------------------------------- */

typedef struct tied_time {
    size_t n, n_event;
    double r[ROWS_MAX]; /* events first */
} tied_time;

/* Those at risk when row i has the event; false where an earlier row was tied with it. */
static bool gather(const sample *s, size_t i, const double *beta, tied_time *out)
{
    out->n = 0;
    for (int turn = 0; turn < 2; turn++) {
        for (size_t k = 0; k < s->n; k++) {
            const bool is_tied =
                is_at_risk(s, k, i) && s->is_event[k] && s->time[k] <= s->time[i];
            if (is_tied && k < i) {
                return false;
            }
            if (is_at_risk(s, k, i) && is_tied == (turn == 0)) {
                out->r[out->n++] = exp(eta_of(s, k, beta));
            }
        }
        out->n_event = turn == 0 ? out->n : out->n_event;
    }
    return true;
}

/* Over all sets of n_left from r[first..n). */
static double sum_sets(const tied_time *at, size_t first, size_t n_left, double product)
{
    double sum = n_left == 0 ? product : 0.0;
    for (size_t i = first; n_left > 0 && i < at->n; i++) {
        sum += sum_sets(at, i + 1, n_left - 1, product * at->r[i]);
    }
    return sum;
}

/* Over all orders of the events that are not in `gone`. */
static double sum_orders(const tied_time *at, unsigned gone)
{
    double all = 0.0, sum = 0.0;
    bool is_any = false;
    for (size_t i = 0; i < at->n; i++) {
        all += i < at->n_event && (gone >> i & 1U) != 0 ? 0.0 : at->r[i];
    }
    for (size_t i = 0; i < at->n_event; i++) {
        if ((gone >> i & 1U) == 0) {
            sum += at->r[i] / all * sum_orders(at, gone | 1U << i);
            is_any = true;
        }
    }
    return is_any ? sum : 1.0;
}

static double loglik_of(const sample *s, cbk_cox_ties ties, const double *beta)
{
    double sum = 0.0;
    for (size_t i = 0; i < s->n; i++) {
        tied_time at;
        if (!s->is_event[i] || !gather(s, i, beta, &at)) {
            continue;
        }
        double product = 1.0;
        for (size_t k = 0; k < at.n_event; k++) {
            product *= at.r[k];
        }
        sum += ties == CBK_COX_EXACT ? log(product / sum_sets(&at, 0, at.n_event, 1.0))
                                     : log(sum_orders(&at, 0));
    }
    return sum;
}

/* Few times, so that up to six are tied. */
static sample draw_tied(size_t n, size_t p, int kind)
{
    sample s = draw(n, p, kind % 4 + (kind % 8 >= 4 ? 8 : 0));
    s.has_clusters = false;
    for (size_t i = 0; i < n; i++) {
        s.entry[i] = (double)random_below(2);
        s.time[i] = s.entry[i] + 1.0 + (double)random_below(4);
        s.is_event[i] = random_below(10) < 6;
    }
    return s;
}

static double evaluate(const sample *s, cbk_cox_ties ties, const double *beta,
                       double *gradient, double *info)
{
    view seen;
    cbk_cox_model model;
    double scaled[P_MAX];
    const bool is_made =
        (cbk_cox_model_make(see(s, &seen), ties, arena, &model, NULL) == CBK_OK &&
         cbk_cox_exact_make(&model, arena, NULL) == CBK_OK);
    if (!is_made) {
        return (double)NAN;
    }
    for (size_t j = 0; j < s->p; j++) {
        scaled[j] = beta[j] * model.scale[j];
    }
    cbk_cox_value value = {.gradient = gradient, .info = info};
    cbk_cox_likelihood(&model, scaled, &value);
    for (size_t j = 0; j < s->p; j++) {
        gradient[j] *= model.scale[j];
        for (size_t k = 0; k < s->p; k++) {
            info[j * s->p + k] *= model.scale[j] * model.scale[k];
        }
    }
    return value.loglik;
}

static void every_set_and_every_order(void)
{
    for (int turn = 0; turn < 64; turn++) {
        const sample s = draw_tied(14, 3, turn);
        const cbk_cox_ties ties = turn % 2 == 0 ? CBK_COX_EXACT : CBK_COX_EXACT_MARGINAL;
        const double beta[P_MAX] = {between(-2, 2), between(-2, 2), between(-1, 1)};
        double gradient[P_MAX], info[P_MAX * P_MAX];
        const double seen = evaluate(&s, ties, beta, gradient, info);
        CHECK_NEAR(seen, loglik_of(&s, ties, beta), 1e-12);
    }
}

/* ---- numerical differentiation ---------------------------------------------------- */

static void derivatives_agree(void)
{
    const double step = 1e-5;
    for (int turn = 0; turn < 64; turn++) {
        const sample s = draw_tied(30, 3, turn / 4);
        const cbk_cox_ties ties = all_ties[turn % 4];
        double beta[P_MAX] = {between(-1, 1), between(-1, 1), between(-1, 1)};
        double gradient[P_MAX], info[P_MAX * P_MAX];
        double above[P_MAX], below[P_MAX], room[P_MAX * P_MAX];
        (void)evaluate(&s, ties, beta, gradient, info);
        for (size_t j = 0; j < s.p; j++) {
            const double centre = beta[j];
            beta[j] = centre + step;
            const double high = evaluate(&s, ties, beta, above, room);
            beta[j] = centre - step;
            const double low = evaluate(&s, ties, beta, below, room);
            beta[j] = centre;
            CHECK(fabs((high - low) / (2.0 * step) - gradient[j]) < 1e-6);
            for (size_t k = 0; k < s.p; k++) {
                const double slope = -(above[k] - below[k]) / (2.0 * step);
                CHECK(fabs(slope - info[j * s.p + k]) < 1e-6);
            }
        }
    }
}

/* ---- many ties -------------------------------------------------------------------- */

enum { MANY = 60 };

/* All have the event at 1 or leave at 2; x is 0 or 1. */
static sample many_tied(size_t n, size_t n_event, double share)
{
    sample s = {.n = n, .p = 1, .n_strata = 1};
    for (size_t i = 0; i < n; i++) {
        s.is_event[i] = i < n_event;
        s.time[i] = s.is_event[i] ? 1.0 : 2.0;
        s.weight[i] = 1.0;
        s.x[0][i] = between(0, 1) < share ? 1.0 : 0.0;
    }
    return s;
}

static void count_kinds(const sample *s, size_t *n, size_t *n_event)
{
    for (size_t i = 0; i < s->n; i++) {
        n[s->x[0][i] > 0.5 ? 1 : 0]++;
        n_event[s->x[0][i] > 0.5 ? 1 : 0] += s->is_event[i] ? 1 : 0;
    }
}

static double log_choose(size_t n, size_t k)
{
    return lgamma((double)n + 1) - lgamma((double)k + 1) - lgamma((double)(n - k) + 1);
}

/* Sets by how many of each kind they have. */
static double discrete_twin(const sample *s, double b)
{
    size_t n[2] = {0, 0}, d[2] = {0, 0};
    count_kinds(s, n, d);
    const size_t all = d[0] + d[1];
    double most = -(double)INFINITY, sum = 0.0;
    for (int turn = 0; turn < 2; turn++) {
        for (size_t k = 0; k <= all && k <= n[1]; k++) {
            if (all - k > n[0]) {
                continue;
            }
            const double term =
                log_choose(n[1], k) + log_choose(n[0], all - k) + b * (double)k;
            most = turn == 0 ? fmax(most, term) : most;
            sum += turn == 0 ? 0.0 : exp(term - most);
        }
    }
    return b * (double)d[1] - most - log(sum);
}

/* Orders by how many of each kind are left. */
static double marginal_twin(const sample *s, double b)
{
    static double left[MANY + 1][MANY + 1];
    size_t n[2] = {0, 0}, d[2] = {0, 0};
    count_kinds(s, n, d);
    const double r = exp(b);
    const double rest = (double)(n[0] - d[0]) + r * (double)(n[1] - d[1]);
    left[0][0] = 1.0;
    for (size_t i = 0; i <= d[0]; i++) {
        for (size_t j = 0; j <= d[1]; j++) {
            const double all = rest + (double)i + r * (double)j;
            const double first = i > 0 ? (double)i * left[i - 1][j] : 0.0;
            const double second = j > 0 ? r * (double)j * left[i][j - 1] : 0.0;
            left[i][j] = i + j > 0 ? (first + second) / all : 1.0;
        }
    }
    return log(left[d[0]][d[1]]);
}

static void many_ties(void)
{
    for (int turn = 0; turn < 200; turn++) {
        const size_t n = 4 + random_below(MANY - 4);
        const size_t n_event = 2 + random_below((uint32_t)n - 2);
        const sample s = many_tied(n, n_event, between(0.1, 0.9));
        const double b = between(-1, 1) * (turn % 4 == 0 ? 30.0 : 3.0);
        double gradient[P_MAX], info[P_MAX * P_MAX];
        size_t kinds[2] = {0, 0}, events[2] = {0, 0};
        count_kinds(&s, kinds, events);
        if (kinds[0] == 0 || kinds[1] == 0) {
            continue;
        }
        CHECK_NEAR(evaluate(&s, CBK_COX_EXACT, &b, gradient, info), discrete_twin(&s, b),
                   1e-11);
        CHECK_NEAR(evaluate(&s, CBK_COX_EXACT_MARGINAL, &b, gradient, info),
                   marginal_twin(&s, b), 1e-11);
    }
}

/* ---- by hand ---------------------------------------------------------------------- */

/* Ten rows of a counting process, entry to exit, from which everything follows with r the
 * hazard ratio.  Who is at risk (x = 1, x = 0) and who has the event:
 *     2: (1, 1), 1     3: (1, 2), 0     6: (3, 2), 0     7: (3, 1), 1
 *     8: (3, 1), 0     9: (3, 2), two of x = 1 */
static const double ten_entry[] = {1, 2, 5, 2, 1, 7, 3, 4, 8, 8};
static const double ten_time[] = {2, 3, 6, 7, 8, 9, 9, 9, 14, 17};
static const bool ten_event[] = {true, true, true,  true,  true,
                                 true, true, false, false, false};
static const double ten_x[] = {1, 0, 0, 1, 0, 1, 1, 1, 0, 0};

static sample ten(void)
{
    sample s = sample_of(10, ten_time, ten_event, ten_x);
    s.is_late = true;
    memcpy(s.entry, ten_entry, sizeof ten_entry);
    return s;
}

/* The times before 9: log L = 2 b - log(r + 1) - log(r + 2) - log(3 r + 2)
 * - 2 log(3 r + 1); its first derivative, and minus the second. */
static double ten_loglik(double r)
{
    return 2 * log(r) - log(r + 1) - log(r + 2) - log(3 * r + 2) - 2 * log(3 * r + 1);
}

static double ten_score(double r)
{
    return 2 - r / (r + 1) - r / (r + 2) - 3 * r / (3 * r + 2) - 6 * r / (3 * r + 1);
}

static double ten_info(double r)
{
    return r / pow(r + 1, 2) + 2 * r / pow(r + 2, 2) + 6 * r / pow(3 * r + 2, 2) +
           6 * r / pow(3 * r + 1, 2);
}

static void ten_by_hand(void)
{
    const sample s = ten();
    for (size_t k = 0; k < N(all_ties); k++) {
        const cbk_cox *fit = fit_sample(&s, all_ties[k], false);
        CHECK(fit != NULL && fit->notes == 0);
        const double r = fit->coefficients[0].hazard_ratio;
        double loglik = 0.0, score = 0.0, info = 0.0, null = 0.0, start = 0.0;
        switch (all_ties[k]) {
        case CBK_COX_BRESLOW: /* r^2 / (3 r + 2)^2 */
            loglik = 2 * log(r) - 2 * log(3 * r + 2);
            score = 2 - 6 * r / (3 * r + 2);
            info = 12 * r / pow(3 * r + 2, 2);
            null = -2 * log(5.0);
            start = 2 - 6.0 / 5;
            break;
        case CBK_COX_EFRON:          /* r^2 / ((3 r + 2) (2 r + 2)) */
        case CBK_COX_EXACT_MARGINAL: /* the same twice: the events have the same r */
            loglik = 2 * log(r) - log(3 * r + 2) - log(2 * r + 2);
            score = 2 - 3 * r / (3 * r + 2) - r / (r + 1);
            info = 6 * r / pow(3 * r + 2, 2) + r / pow(r + 1, 2);
            null = -log(5.0) - log(4.0);
            start = 2 - 3.0 / 5 - 1.0 / 2;
            if (all_ties[k] == CBK_COX_EXACT_MARGINAL) {
                loglik += log(2.0);
                null += log(2.0);
            }
            break;
        case CBK_COX_EXACT: { /* r^2 / (3 r^2 + 6 r + 1) */
            const double sets = 3 * r * r + 6 * r + 1;
            loglik = 2 * log(r) - log(sets);
            score = 2 - (6 * r * r + 6 * r) / sets;
            info = r * (12 * r + 6) / sets - pow((6 * r * r + 6 * r) / sets, 2);
            null = -log(10.0);
            start = 2 - 12.0 / 10;
            break;
        }
        }
        CHECK(fabs(score + ten_score(r)) < 1e-13);
        CHECK_NEAR(fit->loglik, loglik + ten_loglik(r), 1e-13);
        CHECK_NEAR(fit->loglik_null, null + ten_loglik(1.0), 1e-13);
        CHECK_NEAR(fit->coefficients[0].std_error, 1 / sqrt(info + ten_info(r)), 1e-11);
        /* at 0: 2 - 1/2 - 1/3 - 3/5 - 6/4 = -14/15, and 1/4 + 2/9 + 6/25 + 6/16 */
        double gradient[P_MAX], at_zero[P_MAX * P_MAX];
        const double zero = 0.0;
        (void)evaluate(&s, all_ties[k], &zero, gradient, at_zero);
        CHECK_NEAR(gradient[0], start - 14.0 / 15, 1e-12);
        CHECK_NEAR(fit->score.chisq, gradient[0] * gradient[0] / at_zero[0], 1e-11);
    }
}

/* Information at 0 of the time 9, less what its own derivative says: Breslow
 * 2 (6/25), Efron 6/25 + 1/4, discrete 2 (3/10 + ...): by the variance of the sum of two
 * drawn from 3 ones and 2 zeros, 2 (3/5) (2/5) (3/4) = 9/25. */
static void ten_information_at_zero(void)
{
    static const double want[] = {6.0 / 25 + 1.0 / 4, 12.0 / 25, 9.0 / 25,
                                  6.0 / 25 + 1.0 / 4};
    const sample s = ten();
    for (size_t k = 0; k < N(all_ties); k++) {
        const double zero = 0.0;
        double gradient[P_MAX], info[P_MAX * P_MAX];
        (void)evaluate(&s, all_ties[k], &zero, gradient, info);
        CHECK_NEAR(info[0], want[k] + ten_info(1.0), 1e-12);
    }
}

/* Six subjects: at 1, r / (3 r + 3); at 6 the events have x 1 and 0, among one 1 and
 * three 0.  The discrete likelihood is r^2 / (3 r + 3)^2, the marginal one
 * r / (3 r + 3) (r / (r + 3) 1/3 + 1 / (r + 3) r / (r + 2)): both rise up to 1/9. */
static void six_rise_for_ever(void)
{
    static const double time[] = {1, 1, 6, 6, 8, 9};
    static const bool is_event[] = {true, false, true, true, false, true};
    static const double x[] = {1, 1, 1, 0, 0, 0};
    const sample s = sample_of(6, time, is_event, x);
    for (size_t k = 2; k < N(all_ties); k++) {
        const cbk_cox *fit = fit_sample(&s, all_ties[k], false);
        CHECK(fit != NULL && (fit->notes & CBK_NOTE_MONOTONE) != 0);
        CHECK(fit->coefficients[0].fate == CBK_COX_RISING);
        CHECK_NEAR(fit->loglik, -log(9.0), 1e-13);
        /* at r = 1: 1/36, and 1/6 (1/12 + 1/12) = 1/36, too */
        CHECK_NEAR(fit->loglik_null, -log(36.0), 1e-13);
        const double b = log(2.5);
        double gradient[P_MAX], info[P_MAX * P_MAX];
        const double want = k == 2 ? 2 * log(2.5 / 10.5)
                                   : log(2.5 / 10.5 * 2.5 / 5.5 * (1.0 / 3 + 1 / 4.5));
        CHECK_NEAR(evaluate(&s, all_ties[k], &b, gradient, info), want, 1e-13);
    }
}

/* ---- profile ---------------------------------------------------------------------- */

/* The supremum with coefficient j held at value: the others fitted with an offset. */
static double held_loglik(const sample *s, cbk_cox_ties ties, size_t j, double value)
{
    sample held = *s;
    held.p = s->p - 1;
    held.has_offset = true;
    for (size_t i = 0; i < s->n; i++) {
        held.offset[i] = (s->has_offset ? s->offset[i] : 0.0) + value * s->x[j][i];
        for (size_t k = j; k + 1 < s->p; k++) {
            held.x[k][i] = s->x[k + 1][i];
        }
    }
    const cbk_cox *fit = fit_sample(&held, ties, false);
    return fit != NULL ? fit->loglik : (double)NAN;
}

static void profile_against_held_fits(void)
{
    cbk_cox_request request = {.level = 0.9, .wants_profile = true};
    for (int turn = 0; turn < 48; turn++) {
        sample s = turn % 4 < 2 ? draw(40, 3, turn / 4) : draw_tied(30, 3, turn / 4);
        request.ties = all_ties[turn % 4];
        const cbk_cox *fit = fit_in(&s, &request, arena);
        CHECK(fit != NULL);
        for (size_t j = 0; j < s.p && (fit->notes & CBK_NOTE_MONOTONE) == 0; j++) {
            const cbk_cox_profile *profile = &fit->coefficients[j].profile;
            const double target = fit->loglik - 0.5 * 2.7055434540954142;
            CHECK(profile->lower < fit->coefficients[j].hazard_ratio);
            CHECK(profile->upper > fit->coefficients[j].hazard_ratio);
            CHECK_NEAR(held_loglik(&s, request.ties, j, log(profile->lower)), target,
                       1e-10);
            CHECK_NEAR(held_loglik(&s, request.ties, j, log(profile->upper)), target,
                       1e-10);
            const double chisq =
                2 * (fit->loglik - held_loglik(&s, request.ties, j, 0.0));
            CHECK(fabs(profile->likelihood_ratio.chisq - chisq) < 1e-10);
            CHECK(profile->likelihood_ratio.df == 1 && profile->score.df == 1);
            CHECK(profile->score.chisq >= 0.0 && profile->score.p <= 1.0);
        }
    }
}

/* With one covariate the score test of its profile is that of the fit. */
static void profile_of_one(void)
{
    cbk_cox_request request = {.level = 0.95, .wants_profile = true};
    const sample s = ten();
    for (size_t k = 0; k < N(all_ties); k++) {
        request.ties = all_ties[k];
        const cbk_cox *fit = fit_in(&s, &request, arena);
        CHECK(fit != NULL);
        const cbk_cox_profile *profile = &fit->coefficients[0].profile;
        CHECK_NEAR(profile->score.chisq, fit->score.chisq, 1e-12);
        CHECK_NEAR(profile->likelihood_ratio.chisq, fit->likelihood_ratio.chisq, 1e-11);
    }
    request.wants_profile = false;
    const cbk_cox *fit = fit_in(&s, &request, arena);
    CHECK(fit != NULL && isnan(fit->coefficients[0].profile.upper));
    CHECK(isnan(fit->coefficients[0].profile.score.p));
}

/* ---- where the estimate is infinite ----------------------------------------------- */

static const double months[] = {132, 36, 97, 97, 91, 25};
static const bool died[] = {false, true, true, false, false, false};
static const double positive[] = {0, 0, 0, 1, 1, 0};

static void worked_example(void)
{
    const sample s = sample_of(6, months, died, positive);
    const cbk_cox_request request = {.level = 0.95, .wants_instead = true};
    const cbk_cox *fit = fit_in(&s, &request, arena);
    CHECK(fit != NULL && fit->instead != NULL);
    const cbk_cox_profile *profile = &fit->coefficients[0].profile;
    /* 1 / ((3 + 2 r) (2 + r)) is exp(-z^2 / 2) / 6: 2 r^2 + 7 r + 6 (1 - exp(z^2 / 2)) */
    const double rise = exp(0.5 * 3.8414588206941254);
    const double r = (-7 + sqrt(49 - 48 * (1 - rise))) / 4;
    CHECK(profile->lower == 0.0);
    CHECK_NEAR(profile->upper, r, 1e-11);
    CHECK_NEAR(profile->likelihood_ratio.chisq, 2 * log(2.5), 1e-12);
    CHECK(fabs(profile->likelihood_ratio.p - 0.176) < 0.0005);
    CHECK_NEAR(profile->score.chisq, 121.0 / 104, 1e-12);
    CHECK(fabs(profile->score.p - 0.281) < 0.0005);
    CHECK(fit->instead->no_exact == CBK_COX_HAS_EXACT);
    CHECK_NEAR(fit->instead->exact->p, 1.0 / 3, 1e-15);
    CHECK(fit->instead->exact->is_complete);
    const cbk_cox_coefficient *firth = &fit->instead->firth->coefficients[0];
    CHECK(fabs(firth->hazard_ratio - 0.3425) < 0.00005);
    CHECK(fabs(firth->profile.lower - 0.00248) < 0.000005);
    CHECK(fabs(firth->profile.upper - 4.248) < 0.0005);
    CHECK(isnan(fit->coefficients[0].estimate) && isnan(fit->coefficients[0].upper));
}

/* Two that go to infinity, and one that does not: limits lie where held fits say. */
static void profile_of_infinite(void)
{
    const cbk_cox_request request = {.level = 0.95, .wants_profile = true};
    for (int turn = 0; turn < 16; turn++) {
        sample s = draw(40, 3, turn % 4);
        s.is_late = false;
        for (size_t i = 0; i < s.n; i++) {
            s.x[1][i] = !s.is_event[i] && random_below(2) == 0 ? 1.0 : 0.0;
            s.x[2][i] = !s.is_event[i] && random_below(3) == 0 ? -1.0 : 0.0;
        }
        const cbk_cox *fit = fit_in(&s, &request, arena);
        CHECK(fit != NULL && fit->coefficients[1].fate == CBK_COX_FALLING);
        CHECK(fit->coefficients[2].fate == CBK_COX_RISING);
        const double target = fit->loglik - 0.5 * 3.8414588206941254;
        const cbk_cox_profile *falling = &fit->coefficients[1].profile;
        const cbk_cox_profile *rising = &fit->coefficients[2].profile;
        const cbk_cox_profile *finite = &fit->coefficients[0].profile;
        CHECK(falling->lower == 0.0 && isinf(rising->upper));
        CHECK_NEAR(held_loglik(&s, CBK_COX_EFRON, 1, log(falling->upper)), target, 1e-9);
        /* where the other infinite one makes up for it, it is open on both sides */
        const bool is_open = rising->lower <= 0.0;
        const double held =
            held_loglik(&s, CBK_COX_EFRON, 2, is_open ? -9.0 : log(rising->lower));
        CHECK_NEAR(held, is_open ? fit->loglik : target, 1e-9);
        CHECK_NEAR(held_loglik(&s, CBK_COX_EFRON, 0, log(finite->lower)), target, 1e-9);
        CHECK_NEAR(held_loglik(&s, CBK_COX_EFRON, 0, log(finite->upper)), target, 1e-9);
    }
}

/* Whether sign times x of those with the event is never less than that of anyone at risk
 * with them; with exact ties, of anyone without the event. */
static bool rises_for_ever(const sample *s, cbk_cox_ties ties, double sign)
{
    for (size_t i = 0; i < s->n; i++) {
        for (size_t k = 0; s->is_event[i] && k < s->n; k++) {
            const bool is_tied = s->is_event[k] && s->time[k] <= s->time[i];
            if (is_at_risk(s, k, i) && !(is_tied && cbk_cox_ties_are_exact(ties)) &&
                sign * s->x[0][k] > sign * s->x[0][i]) {
                return false;
            }
        }
    }
    return true;
}

static void infinite_by_definition(void)
{
    size_t n_seen[3] = {0, 0, 0};
    for (int turn = 0; turn < 800; turn++) {
        sample s = draw(5 + (size_t)random_below(5), 1, turn / 4 % 4);
        for (size_t i = 0; i < s.n; i++) {
            s.entry[i] = (double)random_below(2);
            s.time[i] = s.entry[i] + 1.0 + (double)random_below(4);
            s.is_event[i] = random_below(2) == 0;
            s.x[0][i] = (double)random_below(3);
        }
        const cbk_cox_ties ties = all_ties[turn % 4];
        const cbk_cox *fit = fit_sample(&s, ties, false);
        CHECK(fit != NULL && (fit->notes & CBK_NOTE_NOT_CONVERGED) == 0);
        const cbk_cox_fate fate = fit->coefficients[0].fate;
        if ((fit->notes & (CBK_NOTE_COVARIATE_DROPPED | CBK_NOTE_NO_EVENTS)) != 0) {
            continue;
        }
        const cbk_cox_fate want = rises_for_ever(&s, ties, 1.0)    ? CBK_COX_RISING
                                  : rises_for_ever(&s, ties, -1.0) ? CBK_COX_FALLING
                                                                   : CBK_COX_ESTIMATED;
        CHECK(fate == want);
        n_seen[want == CBK_COX_RISING ? 0 : want == CBK_COX_FALLING ? 1 : 2]++;
    }
    CHECK(n_seen[0] > 50 && n_seen[1] > 50 && n_seen[2] > 50);
}

static const cbk_cox_instead *instead_of(const sample *s, cbk_cox_ties ties)
{
    const cbk_cox_request request = {.level = 0.95, .ties = ties, .wants_instead = true};
    const cbk_cox *fit = fit_in(s, &request, arena);
    return fit != NULL ? fit->instead : NULL;
}

/* Whether the likelihood never falls along column j alone. */
static bool rises_alone(const sample *s, size_t j, double sign)
{
    sample alone = *s;
    memcpy(alone.x[0], s->x[j], sizeof alone.x[0]);
    return rises_for_ever(&alone, CBK_COX_EFRON, sign);
}

/* Newton's way to infinity may be along a coefficient, too, of which any value is as
 * likely: one that is infinite rises by itself, or has a bound. */
static void infinite_ones_have_a_reason(void)
{
    cbk_cox_request request = usual;
    request.wants_instead = true;
    size_t n_infinite = 0;
    for (int turn = 0; turn < 150; turn++) {
        sample s = draw(8, 3, turn % 2);
        for (size_t i = 0; i < s.n; i++) {
            s.is_event[i] = i < 3;
            s.x[2][i] = between(-1.0, 1.0);
        }
        const cbk_cox *fit = fit_in(&s, &request, arena);
        CHECK(fit != NULL);
        for (size_t j = 0; j < 3; j++) {
            const cbk_cox_coefficient *of = &fit->coefficients[j];
            const bool is_rising = of->fate == CBK_COX_RISING;
            if (!is_rising && of->fate != CBK_COX_FALLING) {
                continue;
            }
            n_infinite++;
            CHECK((is_rising ? of->profile.lower > 0.0 : isfinite(of->profile.upper)) ||
                  !(of->profile.likelihood_ratio.chisq < 1e-6) ||
                  rises_alone(&s, j, is_rising ? 1.0 : -1.0));
        }
    }
    CHECK(n_infinite > 40);
}

static void reasons_for_no_exact_p(void)
{
    const sample good = sample_of(6, months, died, positive);
    sample s = good;
    CHECK(instead_of(&s, CBK_COX_EXACT) != NULL);
    CHECK(instead_of(&s, CBK_COX_EXACT)->firth == NULL);
    s.p = 2;
    s.x[1][0] = 1.0;
    CHECK(instead_of(&s, CBK_COX_EFRON)->no_exact == CBK_COX_NO_EXACT_COVARIATES);
    CHECK(instead_of(&s, CBK_COX_EFRON)->exact == NULL);
    s = good;
    s.x[0][3] = 2.0;
    CHECK(instead_of(&s, CBK_COX_EFRON)->no_exact == CBK_COX_NO_EXACT_VALUES);
    s = good;
    s.is_weighted = true;
    s.weight[0] = 2.0;
    CHECK(instead_of(&s, CBK_COX_EFRON)->no_exact == CBK_COX_NO_EXACT_WEIGHTS);
    s = good;
    s.has_offset = true;
    s.offset[2] = 0.5;
    CHECK(instead_of(&s, CBK_COX_EFRON)->no_exact == CBK_COX_NO_EXACT_OFFSET);
    s = good;
    s.has_clusters = true;
    s.n_clusters = 6;
    for (uint32_t i = 0; i < 6; i++) {
        s.cluster[i] = i;
    }
    CHECK(instead_of(&s, CBK_COX_EFRON)->no_exact == CBK_COX_NO_EXACT_CLUSTERS);
    CHECK(instead_of(&s, CBK_COX_EFRON)->firth != NULL);
    s = ten(); /* has a maximum */
    CHECK(instead_of(&s, CBK_COX_EFRON) == NULL);
}

/* ---- degenerate data, errors, memory ---------------------------------------------- */

static void typed_answers(void)
{
    for (size_t k = 2; k < N(all_ties); k++) {
        sample s = sample_of(0, months, died, positive);
        const cbk_cox *fit = fit_sample(&s, all_ties[k], false);
        CHECK(fit != NULL && fit->notes == CBK_NOTE_NO_ROWS);
        s = sample_of(6, months, died, positive);
        memset(s.is_event, 0, sizeof s.is_event);
        fit = fit_sample(&s, all_ties[k], false);
        CHECK(fit != NULL && fit->notes == CBK_NOTE_NO_EVENTS);
        s = sample_of(6, months, died, positive);
        for (size_t i = 0; i < 6;
             i++) { /* all have the event at once: nothing to learn */
            s.is_event[i] = true;
            s.time[i] = 3.0;
        }
        fit = fit_sample(&s, all_ties[k], false);
        CHECK(fit != NULL && fit->coefficients[0].fate == CBK_COX_COLLINEAR);
        CHECK(fit->loglik == 0.0);
    }
}

static cbk_status status_of(const sample *s, cbk_cox_request request, size_t *row)
{
    view seen;
    cbk_error err = {.row = CBK_ROW_NONE};
    const cbk_cox *fit = NULL;
    const cbk_status status = cbk_cox_fit(see(s, &seen), &request, arena, &fit, &err);
    *row = err.row;
    return fit == NULL ? status : CBK_OK;
}

static void every_error(void)
{
    size_t row = 0;
    for (size_t k = 2; k < N(all_ties); k++) {
        sample s = ten();
        cbk_cox_request request = {.level = 0.95, .ties = all_ties[k]};
        s.is_weighted = true;
        CHECK(status_of(&s, request, &row) == CBK_OK);
        s.weight[4] = 2.0;
        CHECK(status_of(&s, request, &row) == CBK_EINVAL && row == 4);
        s.is_weighted = false;
        s.has_clusters = true;
        CHECK(status_of(&s, request, &row) == CBK_EINVAL);
        s.has_clusters = false;
        request.is_robust = true;
        CHECK(status_of(&s, request, &row) == CBK_EINVAL);
        request.is_robust = false;
        request.is_firth = true;
        CHECK(status_of(&s, request, &row) == CBK_EINVAL);
    }
}

static void too_many_ties(void)
{
    enum { ROWS = 20000 };
    static double time[ROWS], x[ROWS];
    static bool is_event[ROWS];
    for (size_t i = 0; i < ROWS; i++) {
        time[i] = i % 2 == 0 ? 1.0 : 2.0;
        is_event[i] = i % 2 == 0;
        x[i] = (double)(i % 7);
    }
    const cbk_followup followup = {.n = ROWS, .time = time, .is_event = is_event};
    const double *const covariate[] = {x};
    const cbk_cox_rows rows = {
        .followup = &followup, .n_covariates = 1, .covariate = covariate, .n_strata = 1};
    cbk_cox_request request = {.level = 0.95, .ties = CBK_COX_EXACT};
    const cbk_cox *fit = NULL;
    cbk_error err = {.message = ""};
    CHECK(cbk_cox_fit(&rows, &request, arena, &fit, &err) == CBK_EINVAL && fit == NULL);
    CHECK(strstr(err.message, "10000 events among 20000") != NULL);
    request.ties = CBK_COX_EXACT_MARGINAL;
    CHECK(cbk_cox_fit(&rows, &request, arena, &fit, &err) == CBK_OK && fit != NULL);
}

static void every_allocation_fails(void)
{
    for (size_t kind = 0; kind < 4; kind++) {
        const sample s = kind == 3 ? sample_of(6, months, died, positive) : ten();
        view seen;
        const cbk_cox_request request = {.level = 0.95,
                                         .ties = kind == 3 ? CBK_COX_EFRON
                                                           : all_ties[kind + 1],
                                         .keeps_rows = true,
                                         .wants_profile = true,
                                         .wants_instead = true};
        const cox_asked asked = {see(&s, &seen), &request};
        CHECK(faulty_rooms(fit_on, &asked) > 1);
    }
}

static void names(void)
{
    for (size_t k = 0; k < N(all_ties); k++) {
        cbk_cox_ties ties = CBK_COX_EFRON;
        CHECK(cbk_cox_ties_parse(cbk_cox_ties_name(all_ties[k]), &ties));
        CHECK(ties == all_ties[k] && cbk_cox_ties_are_exact(ties) == (k >= 2));
    }
}

int main(void)
{
    static const check_test tests[] = {
        {"every set and every order", every_set_and_every_order},
        {"derivatives agree", derivatives_agree},
        {"many ties", many_ties},
        {"ten by hand", ten_by_hand},
        {"ten: the information at 0", ten_information_at_zero},
        {"six rise for ever", six_rise_for_ever},
        {"profiles against held fits", profile_against_held_fits},
        {"the profile of one", profile_of_one},
        {"the worked example", worked_example},
        {"profiles of infinite coefficients", profile_of_infinite},
        {"infinite by definition", infinite_by_definition},
        {"infinite ones have a reason", infinite_ones_have_a_reason},
        {"reasons for no exact p", reasons_for_no_exact_p},
        {"typed answers", typed_answers},
        {"every error", every_error},
        {"too many ties", too_many_ties},
        {"every allocation fails", every_allocation_fails},
        {"names", names},
    };
    arena = cbk_arena_create(NULL, SIZE_MAX);
    if (arena == NULL) {
        return 99;
    }
    const int code = check_main(tests, N(tests));
    cbk_arena_destroy(arena);
    return code;
}
