/* test_cox_after.c - residuals and predicted curves of Cox's regression: fractions by
 * hand, what a row's weight does to the estimates, sums that are 0, the limit of a
 * monotone likelihood, degenerate data, row order, every error, and every allocation made
 * to fail.  Numbers of R: tests/golden/test_cox_golden.c. */
#include "cox_sample.h"
#include "faulty_heap.h"

#include <casebook/cox_curve.h>
#include <casebook/cox_residuals.h>

#include <string.h>

static const cbk_cox *keep(const sample *s, cbk_cox_ties ties)
{
    const cbk_cox_request request = {.ties = ties, .level = 0.95, .keeps_rows = true};
    return fit_in(s, &request, arena);
}

static const cbk_cox_residuals *residuals_of(const cbk_cox *fit, cbk_cox_residual kind)
{
    const cbk_cox_residuals_request request = {.kind = kind};
    const cbk_cox_residuals *out = NULL;
    return cbk_cox_residuals_make(fit, &request, arena, &out, NULL) == CBK_OK ? out
                                                                              : NULL;
}

static bool are_near(const cbk_cox_residuals *found, const double *want, size_t n,
                     double tolerance)
{
    if (found == NULL || found->n_rows * found->n_columns != n) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (!(fabs(found->value[i] - want[i]) < tolerance)) {
            printf("# %zu: %.17g, expected %.17g\n", i, found->value[i], want[i]);
            return false;
        }
    }
    return true;
}

/* ---- by hand ---------------------------------------------------------------------- */

/* Six subjects, from which everything follows with r the hazard ratio.  At risk (x = 1,
 * x = 0): at 1 (3, 3), at 6 (1, 3), at 9 (0, 1). */
static const double six_time[] = {1, 1, 6, 6, 8, 9};
static const bool six_event[] = {true, false, true, true, false, true};
static const double six_x[] = {1, 1, 1, 0, 0, 0};

static void six_martingale(void)
{
    const sample s = sample_of(6, six_time, six_event, six_x);
    for (int turn = 0; turn < 2; turn++) {
        const bool is_efron = turn == 1;
        const cbk_cox *fit = keep(&s, is_efron ? CBK_COX_EFRON : CBK_COX_BRESLOW);
        const double r = fit->coefficients[0].hazard_ratio;
        /* Breslow 2 / (r + 3); Efron 1 / (r + 3) + 1 / (r + 3 - (r + 1) / 2), and those
         * with the event half of the second */
        const double one = 1 / (3 * r + 3);
        const double others = is_efron ? 1 / (r + 3) + 2 / (r + 5) : 2 / (r + 3);
        const double tied = is_efron ? 1 / (r + 3) + 1 / (r + 5) : 2 / (r + 3);
        const double want[] = {1 - r * one,    -r * one,        1 - r * (one + tied),
                               1 - one - tied, -(one + others), -(one + others)};
        CHECK(are_near(residuals_of(fit, CBK_COX_MARTINGALE), want, 6, 1e-13));
        double deviance[6];
        for (size_t i = 0; i < 6; i++) {
            const double e = six_event[i] ? 1.0 : 0.0;
            const double half = -want[i] - (e > 0 ? log(1 - want[i]) : 0.0);
            deviance[i] = (want[i] < 0 ? -1 : 1) * sqrt(2 * half);
        }
        CHECK(are_near(residuals_of(fit, CBK_COX_DEVIANCE), deviance, 6, 1e-12));
    }
}

static void six_score_breslow(void)
{
    const sample s = sample_of(6, six_time, six_event, six_x);
    const cbk_cox *fit = keep(&s, CBK_COX_BRESLOW);
    const double r = fit->coefficients[0].hazard_ratio;
    /* means of x: r / (r + 1), r / (r + 3), 0; hazards as above.  Sum of
     * (x - mean) (event - r^x hazard) */
    const double up = 1 / (r + 1), down = -r / (r + 1);
    const double up_6 = 3 / (r + 3), down_6 = -r / (r + 3);
    const double one = 1 / (3 * r + 3), six = 2 / (r + 3);
    const double want[] = {up * (1 - r * one),
                           -up * r * one,
                           -up * r * one + up_6 * (1 - r * six),
                           -down * one + down_6 * (1 - six),
                           -down * one - down_6 * six,
                           -down * one - down_6 * six};
    CHECK(are_near(residuals_of(fit, CBK_COX_SCORE), want, 6, 1e-13));
    const double info = r / pow(r + 1, 2) + 6 * r / pow(r + 3, 2);
    double moved[6], in_errors[6];
    for (size_t i = 0; i < 6; i++) {
        moved[i] = want[i] / info;
        in_errors[i] = want[i] / sqrt(info);
    }
    CHECK(are_near(residuals_of(fit, CBK_COX_DFBETA), moved, 6, 1e-13));
    CHECK(are_near(residuals_of(fit, CBK_COX_DFBETAS), in_errors, 6, 1e-13));
    const double event[] = {up, up_6, down_6, 0.0}; /* rows 0, 2, 3, 5 */
    double scaled[4];
    for (size_t i = 0; i < 4; i++) {
        scaled[i] = log(r) + 4 * event[i] / info;
    }
    const cbk_cox_residuals *found = residuals_of(fit, CBK_COX_SCHOENFELD);
    CHECK(are_near(found, event, 4, 1e-13));
    CHECK(found->row[0] == 0 && found->row[1] == 2 && found->row[2] == 3);
    CHECK(found->row[3] == 5);
    CHECK(are_near(residuals_of(fit, CBK_COX_SCALED_SCHOENFELD), scaled, 4, 1e-12));
}

/* Efron's two denominators at 6: means r / (r + 3) and r / (r + 5), hazards 1 / (r + 3)
 * and 2 / (r + 5), of which those with the event have the second by half. */
static void six_score_efron(void)
{
    const sample s = sample_of(6, six_time, six_event, six_x);
    const cbk_cox *fit = keep(&s, CBK_COX_EFRON);
    const double r = fit->coefficients[0].hazard_ratio;
    const double one = 1 / (3 * r + 3), mean = r / (r + 1);
    const double a = r / (r + 3), b = r / (r + 5), half = (a + b) / 2;
    const double h = 1 / (r + 3), k = 2 / (r + 5);
    const double want[] = {(1 - mean) * (1 - r * one),
                           -(1 - mean) * r * one,
                           -(1 - mean) * r * one + (1 - half) -
                               r * ((1 - a) * h + (1 - b) * k / 2),
                           mean * one - half + a * h + b * k / 2,
                           mean * one + a * h + b * k,
                           mean * one + a * h + b * k};
    CHECK(are_near(residuals_of(fit, CBK_COX_SCORE), want, 6, 1e-13));
    const double event[] = {1 - mean, 1 - half, -half, 0.0};
    CHECK(are_near(residuals_of(fit, CBK_COX_SCHOENFELD), event, 4, 1e-13));
}

/* The fifth counts twice: hazards 1 / (3 r + 4), 2 / (r + 4), 1. */
static void six_with_a_weight(void)
{
    sample s = sample_of(6, six_time, six_event, six_x);
    s.is_weighted = true;
    s.weight[4] = 2.0;
    const cbk_cox *fit = keep(&s, CBK_COX_BRESLOW);
    const double r = fit->coefficients[0].hazard_ratio;
    const double one = 1 / (3 * r + 4), six = 2 / (r + 4);
    double want[] = {1 - r * one,   -r * one,     1 - r * (one + six),
                     1 - one - six, -(one + six), -(one + six)};
    CHECK(are_near(residuals_of(fit, CBK_COX_MARTINGALE), want, 6, 1e-13));
    const cbk_cox_residuals_request request = {.kind = CBK_COX_MARTINGALE,
                                               .is_weighted = true};
    const cbk_cox_residuals *found = NULL;
    CHECK(cbk_cox_residuals_make(fit, &request, arena, &found, NULL) == CBK_OK);
    want[4] *= 2.0;
    CHECK(are_near(found, want, 6, 1e-13));
}

/* Ten rows of a counting process, entry to exit.  At risk (x = 1, x = 0): at 2 (1, 1),
 * 3 (1, 2), 6 (3, 2), 7 (3, 1), 8 (3, 1), and two events at 9 among (3, 2). */
static void ten_of_a_counting_process(void)
{
    static const double entry[] = {1, 2, 5, 2, 1, 7, 3, 4, 8, 8};
    static const double time[] = {2, 3, 6, 7, 8, 9, 9, 9, 14, 17};
    static const bool is_event[] = {true, true, true,  true,  true,
                                    true, true, false, false, false};
    static const double x[] = {1, 0, 0, 1, 0, 1, 1, 1, 0, 0};
    sample s = sample_of(10, time, is_event, x);
    s.is_late = true;
    memcpy(s.entry, entry, sizeof entry);
    for (int turn = 0; turn < 2; turn++) {
        const cbk_cox *fit = keep(&s, turn == 0 ? CBK_COX_BRESLOW : CBK_COX_EFRON);
        const double r = fit->coefficients[0].hazard_ratio;
        const double h2 = 1 / (r + 1), h3 = 1 / (r + 2), h6 = 1 / (3 * r + 2);
        const double h7 = 1 / (3 * r + 1), h8 = h7;
        const double all = turn == 0 ? 2 * h6 : h6 + 1 / (2 * r + 2);
        const double tied = turn == 0 ? 2 * h6 : h6 + 0.5 / (2 * r + 2);
        const double want[] = {1 - r * h2,
                               1 - h3,
                               1 - h6,
                               1 - r * (h3 + h6 + h7),
                               1 - (h2 + h3 + h6 + h7 + h8),
                               1 - r * (h8 + tied),
                               1 - r * (h6 + h7 + h8 + tied),
                               -r * (h6 + h7 + h8 + all),
                               -all,
                               -all};
        CHECK(are_near(residuals_of(fit, CBK_COX_MARTINGALE), want, 10, 1e-13));
    }
}

static const cbk_cox_curves *curves_at(const cbk_cox *fit, size_t n, const double *x,
                                       cbk_interval interval)
{
    const double *const covariate[] = {x, x, x};
    const cbk_cox_curve_request request = {
        .n_subjects = n, .covariate = covariate, .interval = interval, .level = 0.95};
    const cbk_cox_curves *out = NULL;
    return cbk_cox_curves_make(fit, &request, arena, &out, NULL) == CBK_OK ? out : NULL;
}

static void six_curves(void)
{
    static const double x[] = {0.0, 1.0};
    const sample s = sample_of(6, six_time, six_event, six_x);
    for (int turn = 0; turn < 2; turn++) {
        const bool is_efron = turn == 1;
        const cbk_cox *fit = keep(&s, is_efron ? CBK_COX_EFRON : CBK_COX_BRESLOW);
        const cbk_cox_curves *curves = curves_at(fit, 2, x, CBK_INTERVAL_LOG);
        CHECK(curves != NULL && curves->n_subjects == 2 && curves->n_strata == 1);
        const double r = fit->coefficients[0].hazard_ratio;
        const double v = pow(fit->coefficients[0].std_error, 2);
        const double h = 1 / (r + 3), k = is_efron ? 2 / (r + 5) : 1 / (r + 3);
        const double a = r / (r + 3), b = is_efron ? r / (r + 5) : a;
        const double one = 1 / (3 * r + 3), mean = r / (r + 1);
        for (size_t subject = 0; subject < 2; subject++) {
            const double z = x[subject], ratio = subject == 0 ? 1.0 : r;
            const double hazard[] = {one, one + h + k, one + h + k, one + h + k + 1};
            const double q = (z - mean) * one + (z - a) * h + (z - b) * k;
            const double first = one * one + pow((z - mean) * one, 2) * v;
            const double second = one * one + h * h + k * k + q * q * v;
            const double third = one * one + h * h + k * k + 1 + pow(q + z, 2) * v;
            const double variance[] = {first, second, second, third};
            const cbk_cox_curve *curve = &curves->curves[subject];
            CHECK(curve->n_rows == 4 && curve->subject == subject);
            for (size_t j = 0; j < 4; j++) {
                const cbk_cox_curve_row row = cbk_cox_curve_row_at(curve, j);
                CHECK_NEAR(row.hazard, ratio * hazard[j], 1e-13);
                CHECK_NEAR(row.hazard_se, ratio * sqrt(variance[j]), 1e-12);
                CHECK_NEAR(row.survival, exp(-row.hazard), 1e-15);
                CHECK_NEAR(row.std_error, row.survival * row.hazard_se, 1e-14);
                CHECK_NEAR(row.lower,
                           exp(-row.hazard - 1.959963984540054 * row.hazard_se), 1e-12);
            }
        }
        const cbk_cox_curve_row row = cbk_cox_curve_row_at(&curves->curves[0], 1);
        CHECK(row.time == 6 && row.n_risk == 4 && row.n_event == 2 && row.n_censor == 0);
    }
}

/* Without n_subjects: at the reference, which is 0 for a covariate of zeros and ones. */
static void curves_at_the_reference(void)
{
    static const double x[] = {0.0};
    const sample s = sample_of(6, six_time, six_event, six_x);
    const cbk_cox *fit = keep(&s, CBK_COX_EFRON);
    const cbk_cox_curves *reference = curves_at(fit, 0, NULL, CBK_INTERVAL_PLAIN);
    const cbk_cox_curves *zero = curves_at(fit, 1, x, CBK_INTERVAL_PLAIN);
    CHECK(reference != NULL && zero != NULL && reference->n_subjects == 1);
    CHECK(reference->reference[0] == 0.0);
    CHECK(reference->curves[0].hazard[3] == zero->curves[0].hazard[3]);
    sample other = s;
    other.x[0][0] = 3.0;
    other.is_weighted = true;
    other.weight[0] = 2.0;
    reference = curves_at(keep(&other, CBK_COX_EFRON), 0, NULL, CBK_INTERVAL_PLAIN);
    CHECK(reference != NULL);
    CHECK_NEAR(reference->reference[0], 8.0 / 7, 1e-15);
}

static void curves_at_times(void)
{
    static const double x[] = {1.0};
    const sample s = sample_of(6, six_time, six_event, six_x);
    const cbk_cox_curves *curves =
        curves_at(keep(&s, CBK_COX_EFRON), 1, x, CBK_INTERVAL_LOG_LOG);
    CHECK(curves != NULL);
    const cbk_cox_curve *curve = &curves->curves[0];
    cbk_notes notes = 0;
    cbk_cox_curve_row row = cbk_cox_curve_at_time(curve, 0.5, &notes);
    CHECK(row.hazard == 0.0 && row.survival == 1.0 && row.n_risk == 6 && notes == 0);
    CHECK(row.time == 0.5 && row.n_event == 0 && isnan(row.lower));
    row = cbk_cox_curve_at_time(curve, 6, &notes);
    CHECK(row.hazard == curve->hazard[1] && row.n_event == 2 && notes == 0);
    row = cbk_cox_curve_at_time(curve, 7, &notes);
    CHECK(row.hazard == curve->hazard[1] && row.n_event == 0 && row.n_risk == 2);
    row = cbk_cox_curve_at_time(curve, 10, &notes);
    CHECK(notes == CBK_NOTE_BEYOND_FOLLOW_UP && row.n_risk == 0);
    CHECK(row.hazard == curve->hazard[3]);
}

/* ---- properties ------------------------------------------------------------------- */

/* dfbeta is what a little more weight does to the estimates. */
static void dfbeta_is_a_derivative(void)
{
    const double step = 1e-5;
    for (int turn = 0; turn < 32; turn++) {
        sample s = draw(40, 3, turn % 16);
        const cbk_cox_ties ties = turn < 16 ? CBK_COX_EFRON : CBK_COX_BRESLOW;
        for (size_t i = 0; i < s.n && !s.is_weighted; i++) {
            s.weight[i] = 1.0;
        }
        s.is_weighted = true;
        const cbk_cox_residuals *moved = residuals_of(keep(&s, ties), CBK_COX_DFBETA);
        CHECK(moved != NULL && moved->n_rows == s.n && moved->n_columns == s.p);
        const size_t i = random_below((uint32_t)s.n);
        const double weight = s.weight[i];
        s.weight[i] = weight + step;
        const cbk_cox *above = fit_sample(&s, ties, false);
        s.weight[i] = weight - step;
        const cbk_cox *below = fit_sample(&s, ties, false);
        for (size_t j = 0; j < s.p; j++) {
            const double slope =
                (above->coefficients[j].estimate - below->coefficients[j].estimate) /
                (2.0 * step);
            CHECK(fabs(moved->value[i * s.p + j] - slope) < 1e-7);
        }
    }
}

/* Weighted martingale, score and Schoenfeld residuals sum to 0 at the estimates, rows of
 * a cluster are summed, and the robust variance is made of dfbeta. */
static void sums(void)
{
    static const cbk_cox_residual kinds[] = {CBK_COX_MARTINGALE, CBK_COX_SCORE,
                                             CBK_COX_SCHOENFELD, CBK_COX_DFBETA};
    for (int turn = 0; turn < 64; turn++) {
        const sample s = draw(50, 3, turn / 4);
        const cbk_cox *fit = keep(&s, turn % 2 == 0 ? CBK_COX_EFRON : CBK_COX_BRESLOW);
        for (size_t k = 0; k < N(kinds); k++) {
            cbk_cox_residuals_request request = {.kind = kinds[k], .is_weighted = true};
            const cbk_cox_residuals *rows = NULL, *summed = NULL;
            CHECK(cbk_cox_residuals_make(fit, &request, arena, &rows, NULL) == CBK_OK);
            double total[P_MAX] = {0.0};
            for (size_t i = 0; i < rows->n_rows * rows->n_columns; i++) {
                total[i % rows->n_columns] += rows->value[i];
            }
            for (size_t j = 0; j < rows->n_columns; j++) {
                CHECK(fabs(total[j]) < 1e-9);
            }
            request.collapses = true;
            const bool can_sum = s.has_clusters && kinds[k] != CBK_COX_SCHOENFELD;
            CHECK((cbk_cox_residuals_make(fit, &request, arena, &summed, NULL) ==
                   CBK_OK) == can_sum);
            double squares[P_MAX] = {0.0};
            for (size_t c = 0; can_sum && c < s.n_clusters; c++) {
                for (size_t j = 0; j < rows->n_columns; j++) {
                    double sum = 0.0;
                    for (size_t i = 0; i < s.n; i++) {
                        sum +=
                            s.cluster[i] == c ? rows->value[i * rows->n_columns + j] : 0;
                    }
                    const double found = summed->value[c * rows->n_columns + j];
                    CHECK(fabs(sum - found) < 1e-12);
                    squares[j] += found * found;
                }
            }
            for (size_t j = 0; can_sum && kinds[k] == CBK_COX_DFBETA && j < s.p; j++) {
                CHECK_NEAR(sqrt(squares[j]), fit->coefficients[j].robust_se, 1e-10);
            }
        }
    }
}

/* What is read off rows in another order is the same to the last bit. */
static void order_of_rows_does_not_show(void)
{
    for (int turn = 0; turn < 16; turn++) {
        const sample s = draw(50, 3, turn);
        sample other = s;
        for (size_t i = 0; i < s.n; i++) { /* back to front */
            const size_t k = s.n - 1 - i;
            other.time[k] = s.time[i];
            other.entry[k] = s.entry[i];
            other.weight[k] = s.weight[i];
            other.offset[k] = s.offset[i];
            other.is_event[k] = s.is_event[i];
            other.stratum[k] = s.stratum[i];
            other.cluster[k] = s.cluster[i];
            for (size_t j = 0; j < P_MAX; j++) {
                other.x[j][k] = s.x[j][i];
            }
        }
        const cbk_cox *a = keep(&s, CBK_COX_EFRON), *b = keep(&other, CBK_COX_EFRON);
        const cbk_cox_residuals *first = residuals_of(a, CBK_COX_DFBETA);
        const cbk_cox_residuals *second = residuals_of(b, CBK_COX_DFBETA);
        for (size_t i = 0; i < s.n; i++) {
            CHECK(memcmp(first->value + i * s.p, second->value + (s.n - 1 - i) * s.p,
                         s.p * sizeof(double)) == 0);
        }
        const double x[] = {0.5};
        const cbk_cox_curves *c = curves_at(a, 1, x, CBK_INTERVAL_LOG);
        const cbk_cox_curves *d = curves_at(b, 1, x, CBK_INTERVAL_LOG);
        CHECK(c->n_strata == d->n_strata);
        for (size_t k = 0; k < c->n_strata; k++) {
            const size_t n = c->curves[k].n_rows * sizeof(double);
            CHECK(memcmp(c->curves[k].hazard, d->curves[k].hazard, n) == 0);
            CHECK(memcmp(c->curves[k].variance, d->curves[k].variance, n) == 0);
        }
    }
}

/* ---- degenerate data -------------------------------------------------------------- */

/* In the limit those with positive margins are not at risk. */
static void monotone(void)
{
    static const double months[] = {132, 36, 97, 97, 91, 25};
    static const bool died[] = {false, true, true, false, false, false};
    static const double positive[] = {0, 0, 0, 1, 1, 0};
    const sample s = sample_of(6, months, died, positive);
    const cbk_cox *fit = keep(&s, CBK_COX_EFRON);
    const double want[] = {-5.0 / 6, 2.0 / 3, 1.0 / 6, 0, 0, 0};
    CHECK(are_near(residuals_of(fit, CBK_COX_MARTINGALE), want, 6, 1e-13));
    const cbk_cox_residuals *moved = residuals_of(fit, CBK_COX_DFBETA);
    CHECK(moved != NULL && isnan(moved->value[0]) && moved->notes == fit->notes);
    const cbk_cox_curves *curves = curves_at(fit, 0, NULL, CBK_INTERVAL_LOG);
    CHECK(curves != NULL && curves->curves == NULL && curves->n_strata == 0);
    CHECK((curves->notes & CBK_NOTE_MONOTONE) != 0);
}

static void typed_answers(void)
{
    sample s = sample_of(0, six_time, six_event, six_x);
    const cbk_cox_residuals *found = residuals_of(keep(&s, CBK_COX_EFRON), CBK_COX_SCORE);
    CHECK(found != NULL && found->n_rows == 0 && found->notes == CBK_NOTE_NO_ROWS);
    s = sample_of(6, six_time, six_event, six_x);
    memset(s.is_event, 0, sizeof s.is_event);
    found = residuals_of(keep(&s, CBK_COX_EFRON), CBK_COX_DFBETA);
    CHECK(found != NULL && found->n_rows == 0 && found->notes == CBK_NOTE_NO_EVENTS);
    const cbk_cox_curves *curves =
        curves_at(keep(&s, CBK_COX_EFRON), 0, NULL, CBK_INTERVAL_LOG);
    CHECK(curves != NULL && curves->n_strata == 0 && curves->notes == CBK_NOTE_NO_EVENTS);
    s = sample_of(6, six_time, six_event, six_x); /* dropped: Nelson-Aalen is left */
    for (size_t i = 0; i < 6; i++) {
        s.x[0][i] = 7.0;
    }
    const cbk_cox *fit = keep(&s, CBK_COX_BRESLOW);
    found = residuals_of(fit, CBK_COX_SCORE);
    CHECK(found != NULL && found->n_columns == 1 && isnan(found->value[0]));
    curves = curves_at(fit, 0, NULL, CBK_INTERVAL_LOG);
    CHECK(curves != NULL);
    CHECK_NEAR(curves->curves[0].hazard[3], 1.0 / 6 + 2.0 / 4 + 1, 1e-15);
    CHECK_NEAR(curves->curves[0].variance[3], 1.0 / 36 + 2.0 / 16 + 1, 1e-15);
}

/* With exact ties the hazard is Breslow's. */
static void exact_ties(void)
{
    sample s = sample_of(6, six_time, six_event, six_x);
    s.x[0][4] = 1.0; /* so that there is a maximum */
    for (int turn = 0; turn < 2; turn++) {
        const cbk_cox *fit = keep(&s, turn == 0 ? CBK_COX_EXACT : CBK_COX_EXACT_MARGINAL);
        CHECK(fit != NULL && fit->notes == 0);
        const double r = fit->coefficients[0].hazard_ratio;
        const double one = 1 / (4 * r + 2), six = 2 / (2 * r + 2);
        const double want[] = {1 - r * one,   -r * one,         1 - r * (one + six),
                               1 - one - six, -r * (one + six), -(one + six)};
        CHECK(are_near(residuals_of(fit, CBK_COX_MARTINGALE), want, 6, 1e-13));
        CHECK(residuals_of(fit, CBK_COX_SCORE) == NULL);
        CHECK(residuals_of(fit, CBK_COX_SCALED_SCHOENFELD) == NULL);
        const cbk_cox_curves *curves = curves_at(fit, 0, NULL, CBK_INTERVAL_LOG);
        CHECK(curves != NULL);
        CHECK_NEAR(curves->curves[0].hazard[1], one + six, 1e-13);
    }
}

static void every_error(void)
{
    const sample s = draw(30, 2, 1);
    const cbk_cox *fit = keep(&s, CBK_COX_EFRON);
    const cbk_cox *bare = fit_sample(&s, CBK_COX_EFRON, false);
    CHECK(residuals_of(bare, CBK_COX_SCORE) == NULL);
    CHECK(curves_at(bare, 0, NULL, CBK_INTERVAL_LOG) == NULL);
    CHECK(curves_at(fit, 0, NULL, CBK_INTERVAL_BPCP) == NULL);
    double x[] = {0.0, 1.0};
    const double *const covariate[] = {x, x};
    double offset[] = {0.0, 0.0};
    cbk_cox_curve_request request = {
        .n_subjects = 2, .covariate = covariate, .offset = offset, .level = 1.0};
    cbk_error err = {.row = CBK_ROW_NONE};
    const cbk_cox_curves *out = NULL;
    CHECK(cbk_cox_curves_make(fit, &request, arena, &out, &err) == CBK_EINVAL);
    request.level = 0.9;
    CHECK(cbk_cox_curves_make(fit, &request, arena, &out, &err) == CBK_OK);
    offset[1] = (double)INFINITY;
    CHECK(cbk_cox_curves_make(fit, &request, arena, &out, &err) == CBK_EDATA);
    CHECK(err.row == 1 && out == NULL);
    offset[1] = 5000.0;
    CHECK(cbk_cox_curves_make(fit, &request, arena, &out, &err) == CBK_EDATA);
    offset[1] = 0.0;
    x[0] = (double)NAN;
    CHECK(cbk_cox_curves_make(fit, &request, arena, &out, &err) == CBK_EDATA);
    CHECK(err.row == 0);
}

static cbk_status residuals_on(const void *fit, cbk_arena *where, const void **out)
{
    const cbk_cox_residuals_request request = {.kind = CBK_COX_DEVIANCE};
    const cbk_cox_residuals *made = NULL;
    const cbk_status status = cbk_cox_residuals_make(fit, &request, where, &made, NULL);
    *out = made;
    return status;
}

static cbk_status scaled_on(const void *fit, cbk_arena *where, const void **out)
{
    const cbk_cox_residuals_request request = {.kind = CBK_COX_SCALED_SCHOENFELD};
    const cbk_cox_residuals *made = NULL;
    const cbk_status status = cbk_cox_residuals_make(fit, &request, where, &made, NULL);
    *out = made;
    return status;
}

static cbk_status curves_on(const void *fit, cbk_arena *where, const void **out)
{
    const cbk_cox_curve_request request = {.level = 0.95};
    const cbk_cox_curves *made = NULL;
    const cbk_status status = cbk_cox_curves_make(fit, &request, where, &made, NULL);
    *out = made;
    return status;
}

static void every_allocation_fails(void)
{
    const sample s = draw(30, 3, 15);
    const cbk_cox *fit = keep(&s, CBK_COX_EFRON);
    CHECK(faulty_heaps(residuals_on, fit) > 0);
    CHECK(faulty_heaps(scaled_on, fit) > 0);
    CHECK(faulty_heaps(curves_on, fit) > 0);
}

static void names(void)
{
    cbk_cox_residual kind = CBK_COX_MARTINGALE;
    CHECK(cbk_cox_residual_parse("scaled-schoenfeld", &kind));
    CHECK(kind == CBK_COX_SCALED_SCHOENFELD && cbk_cox_residual_is_by_event(kind));
    CHECK(cbk_cox_residual_is_by_covariate(CBK_COX_DFBETA));
    CHECK(!cbk_cox_residual_is_by_covariate(CBK_COX_DEVIANCE));
    CHECK(!cbk_cox_residual_parse("Deviance", &kind));
    CHECK(strcmp(cbk_cox_residual_name(CBK_COX_DFBETAS), "dfbetas") == 0);
}

int main(void)
{
    static const check_test tests[] = {
        {"six: martingale and deviance", six_martingale},
        {"six: score, Breslow", six_score_breslow},
        {"six: score, Efron", six_score_efron},
        {"six with a weight", six_with_a_weight},
        {"ten of a counting process", ten_of_a_counting_process},
        {"six: curves", six_curves},
        {"curves at the reference", curves_at_the_reference},
        {"curves at times", curves_at_times},
        {"dfbeta is a derivative", dfbeta_is_a_derivative},
        {"sums", sums},
        {"the order of rows does not show", order_of_rows_does_not_show},
        {"monotone", monotone},
        {"typed answers", typed_answers},
        {"exact ties", exact_ties},
        {"every error", every_error},
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
