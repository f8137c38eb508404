/* test_cox.c - Cox's regression: fractions by hand, the likelihood by its definition and
 * numerical derivatives, a slow twin for the concordance, monotone likelihood, degenerate
 * data, row order, every error, and every allocation made to fail.  Numbers of R:
 * tests/golden/test_cox_golden.c. */
#include "cox_sample.h"
#include "faulty_heap.h"

#include <string.h>

/* ---- the likelihood by its definition --------------------------------------------- */

static void the_definition_is_maximised(void)
{
    for (int turn = 0; turn < 64; turn++) {
        const sample s = draw(50, 3, turn % 16);
        const cbk_cox_ties ties = turn < 32 ? CBK_COX_EFRON : CBK_COX_BRESLOW;
        const cbk_cox *fit = fit_sample(&s, ties, false);
        double beta[P_MAX];
        const double zero[P_MAX] = {0.0};
        CHECK(fit != NULL && (fit->notes & CBK_NOTE_MONOTONE) == 0);
        estimates_of(fit, beta);
        const double best = definition_of(&s, ties, beta, NULL);
        CHECK_NEAR(fit->loglik, best, 1e-11);
        CHECK_NEAR(fit->loglik_null, definition_of(&s, ties, zero, NULL), 1e-11);
        CHECK(fit->gradient < 1e-9);
        for (size_t j = 0; j < s.p; j++) {
            const double step = 1e-3 * fit->coefficients[j].std_error;
            const double at = beta[j];
            beta[j] = at + step;
            const double above = definition_of(&s, ties, beta, NULL);
            beta[j] = at - step;
            const double below = definition_of(&s, ties, beta, NULL);
            beta[j] = at;
            CHECK(above < best && below < best);
            CHECK(fabs(above - below) < 1e-3 * (2.0 * best - above - below) + 1e-9);
        }
    }
}

/* ---- numerical differentiation ---------------------------------------------------- */

static cbk_cox_value value_in(cbk_arena *where)
{
    return (cbk_cox_value){.gradient = CBK_NEW(where, double, P_MAX),
                           .info = CBK_NEW(where, double, P_MAX *P_MAX)};
}

static void derivatives_agree(void)
{
    const double step = 1e-5;
    for (int turn = 0; turn < 32; turn++) {
        const sample s = draw(40, 3, turn % 16);
        view seen;
        cbk_cox_model model;
        CHECK(cbk_cox_model_make(see(&s, &seen),
                                 turn < 16 ? CBK_COX_EFRON : CBK_COX_BRESLOW, arena,
                                 &model, NULL) == CBK_OK);
        double *multiplier = CBK_NEW(arena, double, model.n_runs + 1);
        cbk_cox_value at = value_in(arena), above = value_in(arena);
        cbk_cox_value below = value_in(arena), plain = value_in(arena);
        double beta[P_MAX] = {between(-1.0, 1.0), between(-1.0, 1.0), between(-1.0, 1.0)};
        for (size_t r = 0; r < model.n_runs; r++) {
            multiplier[r] = between(-1.0, 1.0);
        }
        cbk_cox_evaluate(&model, beta, multiplier, &at);
        cbk_cox_evaluate(&model, beta, NULL, &plain);
        for (size_t j = 0; j < 3; j++) {
            const double centre = beta[j];
            beta[j] = centre + step;
            cbk_cox_evaluate(&model, beta, multiplier, &above);
            const double gradient_above = above.gradient[j];
            cbk_cox_value plain_above = above;
            cbk_cox_evaluate(&model, beta, NULL, &plain_above);
            const double loglik_above = plain_above.loglik;
            beta[j] = centre - step;
            cbk_cox_evaluate(&model, beta, multiplier, &below);
            const double gradient_below = below.gradient[j];
            cbk_cox_evaluate(&model, beta, NULL, &below);
            beta[j] = centre;
            CHECK(fabs((loglik_above - below.loglik) / (2.0 * step) - plain.gradient[j]) <
                  1e-6);
            CHECK(fabs(-(gradient_above - gradient_below) / (2.0 * step) -
                       at.info[j * 3 + j]) < 1e-6);
        }
    }
}

/* ---- by hand ---------------------------------------------------------------------- */

/* Six subjects, from which everything follows with r the hazard ratio. */
static const double six_time[] = {1, 1, 6, 6, 8, 9};
static const bool six_event[] = {true, false, true, true, false, true};
static const double six_x[] = {1, 1, 1, 0, 0, 0};

static void six_by_hand_breslow(void)
{
    const sample s = sample_of(6, six_time, six_event, six_x);
    const cbk_cox *fit = fit_sample(&s, CBK_COX_BRESLOW, false);
    CHECK(fit != NULL && fit->n == 6 && fit->n_event == 4 && fit->notes == 0);
    /* 2 b - log(3 r + 3) - 2 log(r + 3): greatest where r^2 - 3 r - 6 = 0 */
    const double r = (3.0 + sqrt(33.0)) / 2.0;
    const double info = r / ((r + 1) * (r + 1)) + 6 * r / ((r + 3) * (r + 3));
    CHECK_NEAR(fit->coefficients[0].hazard_ratio, r, 1e-13);
    CHECK_NEAR(fit->coefficients[0].std_error, 1.0 / sqrt(info), 1e-13);
    CHECK_NEAR(fit->loglik_null, -log(6.0) - 2.0 * log(4.0), 1e-14);
    CHECK_NEAR(fit->loglik, 2 * log(r) - log(3 * r + 3) - 2 * log(r + 3), 1e-14);
    /* U(0) = 2 - 1/2 - 2/4 = 1, I(0) = 1/4 + 6/16 = 5/8 */
    CHECK_NEAR(fit->score.chisq, 8.0 / 5.0, 1e-13);
    CHECK_NEAR(fit->wald.chisq, log(r) * log(r) * info, 1e-13);
    CHECK(fit->score.df == 1);
}

static void six_by_hand_efron(void)
{
    const sample s = sample_of(6, six_time, six_event, six_x);
    const cbk_cox *fit = fit_sample(&s, CBK_COX_EFRON, false);
    CHECK(fit != NULL);
    /* 2 b - log(3 r + 3) - log(r + 3) - log(r / 2 + 5/2) */
    const double r = fit->coefficients[0].hazard_ratio;
    CHECK(fabs(2 - r / (r + 1) - r / (r + 3) - r / (r + 5)) < 1e-14);
    CHECK_NEAR(fit->coefficients[0].estimate, 1.676857, 1e-6);
    const double info = r / ((r + 1) * (r + 1)) + 3 * r / ((r + 3) * (r + 3)) +
                        5 * r / ((r + 5) * (r + 5));
    CHECK_NEAR(fit->coefficients[0].std_error, 1.0 / sqrt(info), 1e-13);
    CHECK_NEAR(fit->loglik_null, -log(6.0) - log(4.0) - log(3.0), 1e-14);
    /* U(0) = 2 - 1/2 - 1/4 - 1/6 = 13/12, I(0) = 1/4 + 3/16 + 5/36 = 83/144 */
    CHECK_NEAR(fit->score.chisq, 169.0 / 83.0, 1e-13);
}

/* A subject of weight 2 is two subjects, with Breslow's ties. */
static void weights_by_hand(void)
{
    sample s = sample_of(6, six_time, six_event, six_x);
    s.is_weighted = true;
    s.weight[4] = 2.0;
    const cbk_cox *fit = fit_sample(&s, CBK_COX_BRESLOW, false);
    CHECK(fit != NULL);
    /* U = 2 - 3 r / (3 r + 4) - 2 r / (r + 4) */
    const double r = fit->coefficients[0].hazard_ratio;
    CHECK(fabs(2 - 3 * r / (3 * r + 4) - 2 * r / (r + 4)) < 1e-14);
    CHECK_NEAR(fit->loglik_null, -log(7.0) - 2 * log(5.0), 1e-14);
    CHECK(fit->n == 6 && fit->n_event == 4);
}

/* Who enters at 6 is not at risk at 6. */
static void late_entry_by_hand(void)
{
    sample s = sample_of(6, six_time, six_event, six_x);
    s.is_late = true;
    s.entry[4] = 6.0;
    const cbk_cox *fit = fit_sample(&s, CBK_COX_BRESLOW, false);
    CHECK(fit != NULL);
    const double r =
        fit->coefficients[0].hazard_ratio; /* 3 r / (3 r + 2), 2 r / (r + 2) */
    CHECK(fabs(2 - 3 * r / (3 * r + 2) - 2 * r / (r + 2)) < 1e-14);
    CHECK_NEAR(fit->loglik_null, -log(5.0) - 2 * log(3.0), 1e-14);
}

/* ---- concordance ------------------------------------------------------------------ */

typedef struct naive {
    double agreeing, pairs;
    double of_row[ROWS_MAX][2];
} naive;

static naive count_pairs(const sample *s, const double *beta)
{
    naive out = {0};
    for (size_t i = 0; i < s->n; i++) {
        for (size_t k = 0; s->is_event[i] && k < s->n; k++) {
            const bool outlasts =
                s->time[k] > s->time[i] || (s->time[k] >= s->time[i] && !s->is_event[k]);
            if (k == i || !outlasts || !is_at_risk(s, k, i)) {
                continue;
            }
            const double a = eta_of(s, i, beta), b = eta_of(s, k, beta);
            const double score = fabs(a - b) < 1e-11 ? 0.5 : a > b ? 1.0 : 0.0;
            out.agreeing += weight_of(s, i) * weight_of(s, k) * score;
            out.pairs += weight_of(s, i) * weight_of(s, k);
            out.of_row[i][0] += weight_of(s, k) * score;
            out.of_row[i][1] += weight_of(s, k);
            out.of_row[k][0] += weight_of(s, i) * score;
            out.of_row[k][1] += weight_of(s, i);
        }
    }
    return out;
}

static void concordance_pair_by_pair(void)
{
    for (int turn = 0; turn < 48; turn++) {
        sample s = draw(50, 2, turn % 16);
        for (size_t i = 0; i < s.n; i++) {
            s.x[0][i] = round(2.0 * s.x[0][i]); /* so that x'b ties */
        }
        s.has_offset = false;
        const cbk_cox *fit = fit_sample(&s, CBK_COX_EFRON, false);
        double beta[P_MAX];
        double influence[ROWS_MAX] = {0.0};
        double squares = 0.0;
        CHECK(fit != NULL);
        estimates_of(fit, beta);
        const naive want = count_pairs(&s, beta);
        CHECK_NEAR(fit->concordance, want.agreeing / want.pairs, 1e-12);
        for (size_t i = 0; i < s.n; i++) {
            influence[s.has_clusters ? s.cluster[i] : i] +=
                weight_of(&s, i) *
                (want.of_row[i][0] - fit->concordance * want.of_row[i][1]) / want.pairs;
        }
        for (size_t i = 0; i < s.n; i++) {
            squares += influence[i] * influence[i];
        }
        CHECK_NEAR(fit->concordance_se, sqrt(squares), 1e-10);
    }
}

/* One event of each value, among three of each and among
 * one of each: the estimate is 0, of which the
 * machine leaves some 1e-17, and every pair is equal. */
static void concordance_of_equal_risks(void)
{
    const double time[] = {1, 1.5, 1.5, 1.5, 2, 3};
    const bool is_event[] = {true, false, false, false, true, false};
    const double x[] = {0.1, 0.7, 0.7, 0.1, 0.7, 0.1};
    for (int turn = 0; turn < 32; turn++) {
        sample s = sample_of(N(time), time, is_event, x);
        const double shift = between(-1.0, 1.0);
        for (size_t i = 0; i < s.n; i++) {
            s.x[0][i] += shift;
        }
        const cbk_cox *fit = fit_sample(&s, CBK_COX_EFRON, false);
        CHECK(fit != NULL && fabs(fit->coefficients[0].estimate) < 1e-12);
        CHECK_NEAR(fit->concordance, 0.5, 1e-15);
    }
}

/* ---- monotone likelihood ---------------------------------------------------------- */

static const double months[] = {132, 36, 97, 97, 91, 25};
static const bool died[] = {false, true, true, false, false, false};
static const double positive[] = {0, 0, 0, 1, 1, 0};

static void worked_example_is_monotone(void)
{
    const sample s = sample_of(6, months, died, positive);
    const cbk_cox *fit = fit_sample(&s, CBK_COX_EFRON, false);
    CHECK(fit != NULL && (fit->notes & CBK_NOTE_MONOTONE) != 0);
    CHECK(fit->coefficients[0].fate == CBK_COX_FALLING);
    CHECK(isnan(fit->coefficients[0].estimate) && isnan(fit->coefficients[0].std_error));
    CHECK(isnan(fit->coefficients[0].p) && isnan(fit->coefficients[0].upper));
    CHECK(isnan(fit->wald.p) && fit->wald.df == 1 && fit->n_terms == 0);
    /* in the limit the deaths are among 3 and 2 with negative margins */
    CHECK_NEAR(fit->loglik, -log(6.0), 1e-14);
    CHECK_NEAR(fit->loglik_null, -log(15.0), 1e-14);
    CHECK_NEAR(fit->likelihood_ratio.chisq, 2 * log(2.5), 1e-13);
    CHECK_NEAR(fit->score.chisq, 121.0 / 104, 1e-13);
    CHECK_NEAR(fit->concordance, 0.75, 1e-15);
    const cbk_cox *firth = fit_sample(&s, CBK_COX_EFRON, true);
    CHECK(firth != NULL && firth->notes == 0);
    CHECK(fabs(firth->coefficients[0].hazard_ratio - 0.3425) < 0.00005);
    CHECK(fabs(firth->coefficients[0].lower - 0.00248) < 0.000005);
    CHECK(fabs(firth->coefficients[0].upper - 4.248) < 0.0005);
}

/* The other coefficient is the one of the limit: of those who are left. */
static void others_of_a_monotone_fit(void)
{
    for (int turn = 0; turn < 24; turn++) {
        sample s = draw(40, 2, turn % 4);
        s.is_late = false;
        bool is_high = false;
        for (size_t i = 0; i < s.n; i++) {
            s.x[1][i] = !s.is_event[i] && random_below(2) == 0 ? 1.0 : 0.0; /* all live */
            is_high = is_high || s.x[1][i] > 0.0;
        }
        sample left = s;
        left.n = 0;
        left.p = 1;
        for (size_t i = 0; i < s.n; i++) {
            if (s.x[1][i] <= 0.0) {
                left.time[left.n] = s.time[i];
                left.is_event[left.n] = s.is_event[i];
                left.stratum[left.n] = s.stratum[i];
                left.x[0][left.n++] = s.x[0][i];
            }
        }
        const cbk_cox *fit = fit_sample(&s, CBK_COX_EFRON, false);
        const cbk_cox *want = fit_sample(&left, CBK_COX_EFRON, false);
        CHECK(is_high && fit != NULL && want != NULL);
        CHECK(fit->coefficients[1].fate == CBK_COX_FALLING);
        CHECK(fit->coefficients[0].fate == CBK_COX_ESTIMATED);
        CHECK_NEAR(fit->coefficients[0].estimate, want->coefficients[0].estimate, 1e-9);
        CHECK_NEAR(fit->coefficients[0].std_error, want->coefficients[0].std_error, 1e-9);
        CHECK_NEAR(fit->loglik, want->loglik, 1e-13);
    }
}

static void monotone_in_two_at_once(void)
{
    /* the event comes in order of x1 + x2; neither alone says so */
    const double time[] = {1, 2, 3, 4, 5, 6};
    const bool is_event[] = {true, true, true, true, true, false};
    const double a[] = {3, 1, 4, 0, 2, -1};
    sample s = sample_of(6, time, is_event, a);
    s.p = 2;
    for (size_t i = 0; i < 6; i++) {
        s.x[1][i] = 6.0 - (double)i - a[i];
    }
    const cbk_cox *fit = fit_sample(&s, CBK_COX_EFRON, false);
    CHECK(fit != NULL && fit->coefficients[0].fate == CBK_COX_RISING);
    CHECK(fit->coefficients[1].fate == CBK_COX_RISING);
    CHECK(fabs(fit->loglik) < 1e-12);
    const cbk_cox *firth = fit_sample(&s, CBK_COX_BRESLOW, true);
    CHECK(firth != NULL && isfinite(firth->coefficients[0].estimate));
    CHECK(firth->coefficients[0].fate == CBK_COX_ESTIMATED);
}

/* By definition: whether nobody at risk (with exact ties: without the event) has a larger
 * x'd than somebody with the event. */
static bool never_falls_along(const sample *s, bool is_exact, const double *d)
{
    for (size_t i = 0; i < s->n; i++) {
        for (size_t k = 0; s->is_event[i] && k < s->n; k++) {
            const bool is_tied = s->is_event[k] && s->time[k] <= s->time[i];
            if (is_at_risk(s, k, i) && !(is_exact && is_tied) &&
                eta_of(s, k, d) > eta_of(s, i, d)) {
                return false;
            }
        }
    }
    return true;
}

/* Into sum the middle of all directions along which the likelihood never falls. */
static void sum_directions(const sample *s, bool is_exact, double *sum)
{
    sum[0] = sum[1] = 0.0;
    for (int a = -4; a <= 4; a++) {
        for (int b = -4; b <= 4; b++) {
            const double d[P_MAX] = {a, b};
            if (never_falls_along(s, is_exact, d)) {
                sum[0] += a;
                sum[1] += b;
            }
        }
    }
}

/* Small whole numbers, so that all directions that matter are small whole numbers, too.
 * In some of these data a second direction is seen only far out along a first one. */
static void supremum_by_definition(void)
{
    static const cbk_cox_ties all_ties[] = {CBK_COX_EFRON, CBK_COX_BRESLOW, CBK_COX_EXACT,
                                            CBK_COX_EXACT_MARGINAL};
    size_t n_monotone = 0;
    for (int turn = 0; turn < 2000; turn++) {
        const cbk_mark before = cbk_arena_mark(arena);
        sample s = draw(5 + random_below(5), 2, 0);
        for (size_t i = 0; i < s.n; i++) {
            s.time[i] = 1.0 + (double)random_below(5);
            s.x[0][i] = (double)random_below(3);
            s.x[1][i] = (double)random_below(3);
        }
        double sum[P_MAX] = {0.0};
        const cbk_cox_ties ties = all_ties[turn % 4];
        sum_directions(&s, cbk_cox_ties_are_exact(ties), sum);
        sample by_level = s;
        by_level.n_strata = 64;
        for (size_t i = 0; i < s.n; i++) {
            const double level = eta_of(&s, i, sum);
            by_level.stratum[i] = 0;
            for (size_t k = 0; k < s.n; k++) {
                by_level.stratum[i] += eta_of(&s, k, sum) < level ? 1 : 0;
            }
        }
        const cbk_cox *fit = fit_sample(&s, ties, false);
        const cbk_cox *want = fit_sample(&by_level, ties, false);
        CHECK(fit != NULL && want != NULL);
        if (fit->n_event == 0) {
            cbk_arena_release(arena, before);
            continue;
        }
        CHECK((fit->notes & CBK_NOTE_NOT_CONVERGED) == 0);
        CHECK((want->notes & (CBK_NOTE_MONOTONE | CBK_NOTE_NOT_CONVERGED)) == 0);
        CHECK_NEAR(fit->loglik, want->loglik, 1e-10);
        n_monotone += (fit->notes & CBK_NOTE_MONOTONE) != 0 ? 1 : 0;
        for (size_t j = 0; j < 2; j++) {
            const cbk_cox_fate fate = fit->coefficients[j].fate;
            CHECK(fate != CBK_COX_ESTIMATED || fabs(sum[j]) < 0.5);
        }
        cbk_arena_release(arena, before);
    }
    CHECK(n_monotone > 400);
}

/* The one with the event is just below all others at risk: a gap of 0.07 beside a range
 * of 2.4, which no spread that can be computed with would open. */
static void monotone_by_a_narrow_gap(void)
{
    const double time[] = {5, 5, 5, 5};
    const bool is_event[] = {false, false, false, true};
    for (int digits = 0; digits < 4; digits++) {
        const double gap = pow(10.0, -digits);
        const double x[] = {1.7163, 0.4, 0.3, 0.3 - 0.09 * gap};
        const sample s = sample_of(4, time, is_event, x);
        const cbk_cox *fit = fit_sample(&s, CBK_COX_EFRON, false);
        CHECK(fit != NULL && fit->notes == CBK_NOTE_MONOTONE);
        CHECK(fit->coefficients[0].fate == CBK_COX_FALLING);
        CHECK(fit->loglik == 0.0 && isnan(fit->coefficients[0].hazard_ratio));
        CHECK_NEAR(fit->likelihood_ratio.chisq, 2.0 * log(4.0), 1e-13);
    }
}

/* Clusters whose residuals cancel: a robust variance of 0, of which rounding leaves 1e-32
 * of the other, is none. */
static void no_robust_error_from_rounding(void)
{
    sample s = sample_of(6, six_time, six_event, six_x);
    s.has_clusters = true;
    s.n_clusters = 1;
    memset(s.cluster, 0, sizeof s.cluster);
    const cbk_cox *fit = fit_sample(&s, CBK_COX_EFRON, false);
    CHECK(fit != NULL && isfinite(fit->coefficients[0].std_error));
    CHECK(isnan(fit->coefficients[0].robust_se) && isnan(fit->coefficients[0].p));
    CHECK(isnan(fit->coefficients[0].lower) && isnan(fit->wald.chisq));
}

/* ---- degenerate data -------------------------------------------------------------- */

static void typed_answers(void)
{
    sample s = sample_of(0, six_time, six_event, six_x);
    const cbk_cox *fit = fit_sample(&s, CBK_COX_EFRON, false);
    CHECK(fit != NULL && fit->notes == CBK_NOTE_NO_ROWS && isnan(fit->loglik));
    s = sample_of(1, six_time, six_event, six_x);
    fit = fit_sample(&s, CBK_COX_EFRON, false);
    CHECK(fit != NULL && (fit->notes & CBK_NOTE_ONE_SUBJECT) != 0);
    CHECK(fit->coefficients[0].fate == CBK_COX_CONSTANT && fit->loglik == 0.0);
    s = sample_of(6, six_time, six_event, six_x);
    memset(s.is_event, 0, sizeof s.is_event);
    fit = fit_sample(&s, CBK_COX_EFRON, false);
    CHECK(fit != NULL && fit->notes == CBK_NOTE_NO_EVENTS);
    CHECK(isnan(fit->coefficients[0].estimate) && isnan(fit->concordance));
    const double two[] = {1, 2};
    const bool both[] = {true, true};
    const double x[] = {1, 0};
    s = sample_of(2, two, both, x);
    fit = fit_sample(&s, CBK_COX_EFRON, false);
    CHECK(fit != NULL && fit->coefficients[0].fate == CBK_COX_RISING);
    CHECK(fabs(fit->loglik) < 1e-15 && fit->n_terms == 0);
    s = sample_of(6, six_time, six_event, six_x); /* all tied */
    for (size_t i = 0; i < 6; i++) {
        s.time[i] = 3.0;
    }
    fit = fit_sample(&s, CBK_COX_EFRON, false);
    CHECK(fit != NULL);
    CHECK(isfinite(fit->loglik));
}

static void dropped_covariates(void)
{
    sample s = draw(40, 3, 0);
    const sample first = s;
    for (size_t i = 0; i < s.n; i++) {
        s.x[1][i] = 3.0 * s.x[0][i] - 7.0 + 1e-7 * s.x[2][i];
        s.x[2][i] = 5.0;
    }
    const cbk_cox *fit = fit_sample(&s, CBK_COX_EFRON, false);
    sample alone = first;
    alone.p = 1;
    const cbk_cox *want = fit_sample(&alone, CBK_COX_EFRON, false);
    CHECK(fit != NULL && want != NULL && (fit->notes & CBK_NOTE_COVARIATE_DROPPED) != 0);
    CHECK(fit->coefficients[0].fate == CBK_COX_ESTIMATED);
    CHECK(fit->coefficients[1].fate == CBK_COX_COLLINEAR);
    CHECK(fit->coefficients[2].fate == CBK_COX_CONSTANT);
    CHECK(fit->likelihood_ratio.df == 1 && fit->global.df == 1);
    CHECK_NEAR(fit->coefficients[0].estimate, want->coefficients[0].estimate, 1e-12);
    s = draw(40, 2, 1); /* does not vary within strata */
    for (size_t i = 0; i < s.n; i++) {
        s.x[1][i] = 0.1 * (double)s.stratum[i];
    }
    fit = fit_sample(&s, CBK_COX_EFRON, false);
    CHECK(fit != NULL && fit->coefficients[1].fate == CBK_COX_COLLINEAR);
}

static void any_scale_and_place(void)
{
    static const double units[] = {1e300, 1e-300, 1e6};
    const sample s = draw(50, 2, 0);
    const cbk_cox *want = fit_sample(&s, CBK_COX_EFRON, false);
    CHECK(want != NULL);
    for (size_t k = 0; k < N(units); k++) {
        sample other = s;
        for (size_t i = 0; i < s.n; i++) {
            other.x[0][i] = s.x[0][i] * units[k];
            other.x[1][i] = s.x[1][i] + 1e6;
        }
        const cbk_cox *fit = fit_sample(&other, CBK_COX_EFRON, false);
        CHECK(fit != NULL);
        CHECK_NEAR(fit->coefficients[0].z, want->coefficients[0].z, 1e-11);
        CHECK_NEAR(fit->coefficients[1].estimate, want->coefficients[1].estimate, 1e-11);
        CHECK_NEAR(fit->loglik, want->loglik, 1e-13);
        CHECK_NEAR(fit->global.chisq, want->global.chisq, 1e-9);
    }
}

static void fewer_events_than_coefficients(void)
{
    sample s = draw(8, 3, 0);
    for (size_t i = 0; i < s.n; i++) {
        s.is_event[i] = i < 2;
    }
    const cbk_cox *fit = fit_sample(&s, CBK_COX_EFRON, false);
    CHECK(fit != NULL && (fit->notes & CBK_NOTE_FEW_EVENTS) != 0);
}

/* ---- row order -------------------------------------------------------------------- */

static void swap_rows(sample *s, size_t a, size_t b)
{
#define SWAP(type, array)                                                                \
    do {                                                                                 \
        const type kept = (array)[a];                                                    \
        (array)[a] = (array)[b];                                                         \
        (array)[b] = kept;                                                               \
    } while (0)
    SWAP(double, s->time);
    SWAP(double, s->entry);
    SWAP(double, s->weight);
    SWAP(double, s->offset);
    SWAP(bool, s->is_event);
    SWAP(uint32_t, s->stratum);
    SWAP(uint32_t, s->cluster);
    for (size_t j = 0; j < P_MAX; j++) {
        SWAP(double, s->x[j]);
    }
#undef SWAP
}

static bool is_same_fit(const cbk_cox *a, const cbk_cox *b)
{
    const size_t p = a->n_covariates;
    for (size_t j = 0; j < p; j++) {
        const cbk_cox_coefficient *c = &a->coefficients[j], *d = &b->coefficients[j];
        if (memcmp(&c->estimate, &d->estimate, 8 * sizeof(double)) != 0) {
            return false;
        }
    }
    return memcmp(a->variance, b->variance, p * p * sizeof(double)) == 0 &&
           memcmp(&a->loglik, &b->loglik, sizeof(double)) == 0 &&
           memcmp(&a->score.chisq, &b->score.chisq, sizeof(double)) == 0 &&
           memcmp(&a->global.chisq, &b->global.chisq, sizeof(double)) == 0 &&
           memcmp(&a->concordance_se, &b->concordance_se, sizeof(double)) == 0;
}

static void order_of_rows_does_not_show(void)
{
    for (int turn = 0; turn < 64; turn++) {
        sample s = draw(50, 3, turn % 16);
        cbk_cox_request request = usual;
        request.is_robust = turn % 3 == 0;
        request.is_firth = turn % 5 == 1 && !request.is_robust && !s.has_clusters;
        const cbk_cox *first = fit_in(&s, &request, arena);
        for (uint32_t i = (uint32_t)s.n; i-- > 1;) {
            swap_rows(&s, i, random_below(i + 1));
        }
        const cbk_cox *second = fit_in(&s, &request, arena);
        CHECK(first != NULL && second != NULL && is_same_fit(first, second));
    }
}

/* ---- errors and memory ------------------------------------------------------------ */

static cbk_status status_of(const sample *s, const cbk_cox_request *request, size_t *row)
{
    view seen;
    cbk_error err = {.row = CBK_ROW_NONE};
    const cbk_cox *fit = NULL;
    const cbk_status status = cbk_cox_fit(see(s, &seen), request, arena, &fit, &err);
    *row = err.row;
    return fit == NULL ? status : CBK_OK;
}

/* A product with a number far from 0 is nearly its other factor.  With a + c for a the
 * model is the same, and so are the coefficients of a and of the product; that of b is
 * less by c times the product's. */
static void product_of_a_number_far_from_0(void)
{
    const double far = 3e5;
    sample near = draw(60, 3, 0);
    for (size_t i = 0; i < near.n; i++) {
        near.x[0][i] = ldexp(floor(ldexp(near.x[0][i], 10)), -10); /* exact below */
        near.x[1][i] = random_below(2) == 0 ? 1.0 : 0.0;
        near.x[2][i] = near.x[0][i] * near.x[1][i];
    }
    sample moved = near;
    for (size_t i = 0; i < near.n; i++) {
        moved.x[0][i] += far;
        moved.x[2][i] = moved.x[0][i] * moved.x[1][i];
    }
    const cbk_cox *fit = fit_sample(&moved, CBK_COX_EFRON, false);
    const cbk_cox *want = fit_sample(&near, CBK_COX_EFRON, false);
    CHECK(fit != NULL && want != NULL && fit->notes == want->notes);
    for (size_t j = 0; j < 3; j += 2) {
        CHECK_NEAR(fit->coefficients[j].estimate, want->coefficients[j].estimate, 1e-9);
        CHECK_NEAR(fit->coefficients[j].std_error, want->coefficients[j].std_error, 1e-9);
    }
    CHECK_NEAR((fit->coefficients[1].estimate - want->coefficients[1].estimate) / far,
               -want->coefficients[2].estimate, 1e-9);
    CHECK_NEAR(fit->score.chisq, want->score.chisq, 1e-8);
    CHECK_NEAR(fit->wald.chisq, want->wald.chisq, 1e-8);
}

/* Weights that differ by 10^6 bring Newton's method to the end of a likelihood without
 * one in two steps.  At the end the event at 0.25 has all the risk there, that at 1.3 is
 * alone. */
static void monotone_beside_great_weights(void)
{
    const double time[] = {0.25, 1.3, 1.1, 0.02};
    const bool is_event[] = {true, true, false, false};
    const double x[] = {-1.5, 0.5, 0.75, 0.0};
    sample s = sample_of(4, time, is_event, x);
    s.is_weighted = true;
    const double weight[] = {20.0, 0.001, 900.0, 20.0};
    for (size_t i = 0; i < s.n; i++) {
        s.weight[i] = weight[i];
    }
    const cbk_cox *fit = fit_sample(&s, CBK_COX_BRESLOW, false);
    CHECK(fit != NULL && fit->coefficients[0].fate == CBK_COX_FALLING);
    CHECK_NEAR(fit->loglik, -20.0 * log(20.0) - 0.001 * log(0.001), 1e-12);
}

static void every_error(void)
{
    size_t row = 0;
    const sample good = draw(20, 2, 14);
    sample s = good;
    s.x[1][7] = (double)INFINITY;
    CHECK(status_of(&s, &usual, &row) == CBK_EDATA && row == 7);
    s = good;
    s.time[3] = -1.0;
    CHECK(status_of(&s, &usual, &row) == CBK_EDATA && row == 3);
    s = good;
    s.entry[4] = s.time[4];
    CHECK(status_of(&s, &usual, &row) == CBK_EDATA && row == 4);
    s = good;
    s.weight[5] = 0.0;
    CHECK(status_of(&s, &usual, &row) == CBK_EDATA && row == 5);
    s = good;
    s.offset[6] = (double)NAN;
    CHECK(status_of(&s, &usual, &row) == CBK_EDATA && row == 6);
    s.offset[6] = 700.0;
    CHECK(status_of(&s, &usual, &row) == CBK_EDATA && row == CBK_ROW_NONE);
    s = good;
    s.p = 0;
    CHECK(status_of(&s, &usual, &row) == CBK_EINVAL);
    cbk_cox_request request = usual;
    request.level = 1.0;
    CHECK(status_of(&good, &request, &row) == CBK_EINVAL);
    request = usual;
    request.is_firth = true; /* with clusters */
    CHECK(status_of(&good, &request, &row) == CBK_EINVAL);
}

static void every_allocation_fails(void)
{
    for (int kind = 0; kind < 3; kind++) {
        const sample s = draw(30, 3, kind == 2 ? 2 : 14);
        view seen;
        cbk_cox_request request = usual;
        request.is_firth = kind == 2;
        const cox_asked asked = {see(&s, &seen), &request};
        CHECK(faulty_heaps(fit_on, &asked) > 0);
    }
}

static void names(void)
{
    cbk_cox_ties ties = CBK_COX_EFRON;
    CHECK(cbk_cox_ties_parse("breslow", &ties) && ties == CBK_COX_BRESLOW);
    CHECK(!cbk_cox_ties_parse("Efron", &ties));
    CHECK(strcmp(cbk_cox_ties_name(CBK_COX_EFRON), "efron") == 0);
}

int main(void)
{
    static const check_test tests[] = {
        {"six by hand, Breslow", six_by_hand_breslow},
        {"six by hand, Efron", six_by_hand_efron},
        {"weights by hand", weights_by_hand},
        {"late entry by hand", late_entry_by_hand},
        {"the definition is maximised", the_definition_is_maximised},
        {"derivatives agree", derivatives_agree},
        {"concordance, pair by pair", concordance_pair_by_pair},
        {"concordance of equal risks", concordance_of_equal_risks},
        {"the worked example is monotone", worked_example_is_monotone},
        {"the others of a monotone fit", others_of_a_monotone_fit},
        {"monotone in two at once", monotone_in_two_at_once},
        {"monotone by a narrow gap", monotone_by_a_narrow_gap},
        {"no robust error from rounding", no_robust_error_from_rounding},
        {"typed answers", typed_answers},
        {"dropped covariates", dropped_covariates},
        {"any scale and place", any_scale_and_place},
        {"fewer events than coefficients", fewer_events_than_coefficients},
        {"the order of rows does not show", order_of_rows_does_not_show},
        {"a product of a number far from 0", product_of_a_number_far_from_0},
        {"monotone beside great weights", monotone_beside_great_weights},
        {"every error", every_error},
        {"every allocation fails", every_allocation_fails},
        {"names", names},
        {"the supremum by definition", supremum_by_definition},
    };
    arena = cbk_arena_create(NULL, SIZE_MAX);
    if (arena == NULL) {
        return 99;
    }
    const int code = check_main(tests, N(tests));
    cbk_arena_destroy(arena);
    return code;
}
