/* test_fine_gray.c - the subdistribution hazards regression: fractions by hand, a slow
 * twin, derivatives, what must not matter, degenerate rows. */
#include "check.h"
#include "faulty_heap.h"
#include "random_below.h"

#include <casebook/fine_gray.h>

#include "stats/competing/fine_gray_model.h"
#include "stats/cox_likelihood/cox_likelihood.h"

#include <string.h>

enum { ROWS_MAX = 700, P_MAX = 4 };

typedef struct sample {
    size_t n, p;
    double time[ROWS_MAX];
    uint8_t cause[ROWS_MAX];
    double x[P_MAX][ROWS_MAX];
} sample;

static cbk_status make_model(const sample *s, cbk_arena *arena, cbk_fg_model *out)
{
    const cbk_followup followup = {.n = s->n, .time = s->time};
    const double *const x[P_MAX] = {s->x[0], s->x[1], s->x[2], s->x[3]};
    const cbk_fine_gray_rows rows = {.followup = &followup,
                                     .cause = s->cause,
                                     .wanted = 1,
                                     .n_covariates = s->p,
                                     .covariate = x};
    return cbk_fg_model_make(&rows, arena, out, NULL);
}

static const cbk_fine_gray *fit(const sample *s, cbk_arena *arena)
{
    const cbk_followup followup = {.n = s->n, .time = s->time};
    const double *x[P_MAX];
    for (size_t j = 0; j < P_MAX; j++) {
        x[j] = s->x[j];
    }
    const cbk_fine_gray_rows rows = {.followup = &followup,
                                     .cause = s->cause,
                                     .wanted = 1,
                                     .n_covariates = s->p,
                                     .covariate = x};
    const cbk_fine_gray *out = NULL;
    return cbk_fine_gray_fit(&rows, 0.95, arena, &out, NULL) == CBK_OK ? out : NULL;
}

/* Times 1 to n_times, three kinds; months that many share. */
static sample random_sample(size_t n, size_t p, uint32_t n_times)
{
    sample s = {.n = n, .p = p};
    for (size_t i = 0; i < n; i++) {
        s.time[i] = 1 + random_below(n_times);
        s.cause[i] = (uint8_t)random_below(4);
        for (size_t j = 0; j < p; j++) {
            s.x[j][i] = j == 1 ? random_below(2) : random_below(2000) / 500.0 - 2.0;
        }
        s.cause[i] = s.cause[i] == 3 ? 1 : s.cause[i];
    }
    return s;
}

/* ---- the twin --------------------------------------------------------------------- */

/* Everything by its definition, at b of the unscaled covariates. */
typedef struct twin {
    const sample *s;
    double free[ROWS_MAX]; /* G just before the row's time */
    double loglik;
    double score[P_MAX];
    double info[P_MAX][P_MAX];
    double variance[P_MAX][P_MAX]; /* the sum of products, not yet between inverses */
} twin;

static double free_before(const sample *s, double time)
{
    double free = 1.0;
    for (double t = 0.0; t < time; t += 1.0) {
        double n_risk = 0.0, n_censored = 0.0;
        for (size_t i = 0; i < s->n; i++) {
            n_risk += s->time[i] >= t;
            n_censored += s->time[i] == t && s->cause[i] == 0;
        }
        free *= n_risk > 0.0 ? 1.0 - n_censored / n_risk : 1.0;
    }
    return free;
}

static double weight_at(const twin *w, size_t i, double time, double free)
{
    const sample *s = w->s;
    return s->time[i] >= time ? 1.0 : s->cause[i] == 2 ? free / w->free[i] : 0.0;
}

static double risk_of(const sample *s, size_t i, const double *b)
{
    double eta = 0.0;
    for (size_t j = 0; j < s->p; j++) {
        eta += b[j] * s->x[j][i];
    }
    return exp(eta);
}

/* One time with d events: S_0 and the mean of x. */
static double mean_at(const twin *w, const double *b, double time, double free,
                      double *mean)
{
    const sample *s = w->s;
    double sum = 0.0;
    memset(mean, 0, P_MAX * sizeof *mean);
    for (size_t i = 0; i < s->n; i++) {
        const double r = weight_at(w, i, time, free) * risk_of(s, i, b);
        sum += r;
        for (size_t j = 0; j < s->p; j++) {
            mean[j] += r * s->x[j][i];
        }
    }
    for (size_t j = 0; j < s->p; j++) {
        mean[j] /= sum;
    }
    return sum;
}

static size_t count(const sample *s, double time, uint8_t cause)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        n += s->time[i] == time && s->cause[i] == cause;
    }
    return n;
}

static double last_time(const sample *s)
{
    double last = 0.0;
    for (size_t i = 0; i < s->n; i++) {
        last = fmax(last, s->time[i]);
    }
    return last;
}

static void add_time(twin *w, const double *b, double time, double (*eta)[P_MAX],
                     double (*later)[ROWS_MAX][P_MAX])
{
    const sample *s = w->s;
    const double free = free_before(s, time);
    const double d = (double)count(s, time, 1);
    double mean[P_MAX];
    const double sum = mean_at(w, b, time, free, mean);
    w->loglik -= d * log(sum);
    for (size_t i = 0; i < s->n; i++) {
        const double r = weight_at(w, i, time, free) * risk_of(s, i, b);
        const bool is_event = s->time[i] == time && s->cause[i] == 1;
        w->loglik += is_event ? log(risk_of(s, i, b)) : 0.0;
        for (size_t j = 0; j < s->p; j++) {
            const double gap = s->x[j][i] - mean[j];
            w->score[j] += is_event ? gap : 0.0;
            eta[i][j] += (is_event ? gap : 0.0) - d * r / sum * gap;
            for (size_t k = 0; k < s->p; k++) {
                w->info[j][k] += d * r / sum * gap * (s->x[k][i] - mean[k]);
            }
            /* what censorings until this time stand for */
            for (size_t u = 1; u <= (size_t)time && s->time[i] < time; u++) {
                if (s->cause[i] == 2 && s->time[i] < (double)u) {
                    (*later)[u][j] += d * r / sum * gap;
                }
            }
        }
    }
}

static void twin_evaluate(twin *w, const sample *s, const double *b)
{
    static double eta[ROWS_MAX][P_MAX];
    static double q[ROWS_MAX][P_MAX];
    memset(eta, 0, sizeof eta);
    memset(q, 0, sizeof q);
    *w = (twin){.s = s};
    for (size_t i = 0; i < s->n; i++) {
        w->free[i] = free_before(s, s->time[i]);
    }
    for (double t = 0.0; t <= last_time(s); t += 1.0) {
        if (count(s, t, 1) > 0) {
            add_time(w, b, t, eta, &q);
        }
    }
    for (double u = 1.0; u <= last_time(s); u += 1.0) {
        double n_risk = 0.0;
        for (size_t i = 0; i < s->n; i++) {
            n_risk += s->time[i] >= u;
        }
        for (size_t i = 0; i < s->n; i++) {
            const bool is_own = s->time[i] == u && s->cause[i] == 0;
            const double share =
                (is_own ? 1.0 / n_risk : 0.0) -
                (s->time[i] >= u ? (double)count(s, u, 0) : 0.0) / n_risk / n_risk;
            for (size_t j = 0; j < s->p && n_risk > 0.0; j++) {
                eta[i][j] += q[(size_t)u][j] * share;
            }
        }
    }
    for (size_t i = 0; i < s->n; i++) {
        for (size_t j = 0; j < s->p; j++) {
            for (size_t k = 0; k < s->p; k++) {
                w->variance[j][k] += eta[i][j] * eta[i][k];
            }
        }
    }
}

/* By Gauss-Jordan: p is at most 4. */
static void invert(size_t p, const double (*of)[P_MAX], double (*out)[P_MAX])
{
    double work[P_MAX][P_MAX];
    memcpy(work, of, sizeof work);
    for (size_t j = 0; j < p; j++) {
        for (size_t k = 0; k < p; k++) {
            out[j][k] = j == k ? 1.0 : 0.0;
        }
    }
    for (size_t c = 0; c < p; c++) {
        const double pivot = work[c][c];
        for (size_t k = 0; k < p; k++) {
            work[c][k] /= pivot;
            out[c][k] /= pivot;
        }
        for (size_t j = 0; j < p; j++) {
            const double factor = j == c ? 0.0 : work[j][c];
            for (size_t k = 0; k < p; k++) {
                work[j][k] -= factor * work[c][k];
                out[j][k] -= factor * out[c][k];
            }
        }
    }
}

static void sandwich(const twin *w, double (*out)[P_MAX])
{
    const size_t p = w->s->p;
    double inverse[P_MAX][P_MAX];
    invert(p, w->info, inverse);
    for (size_t j = 0; j < p; j++) {
        for (size_t k = 0; k < p; k++) {
            out[j][k] = 0.0;
            for (size_t l = 0; l < p; l++) {
                for (size_t m = 0; m < p; m++) {
                    out[j][k] += inverse[j][l] * w->variance[l][m] * inverse[m][k];
                }
            }
        }
    }
}

/* The estimates, their variance and the likelihoods of one sample. */
static bool agrees(const sample *s)
{
    static twin w;
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    const cbk_fine_gray *got = fit(s, arena);
    if (got == NULL || got->notes != 0) {
        printf("# no estimate: notes %x\n", got != NULL ? (unsigned)got->notes : 0u);
        cbk_arena_destroy(arena);
        return false;
    }
    double b[P_MAX] = {0.0};
    double variance[P_MAX][P_MAX];
    bool is_good = true;
    twin_evaluate(&w, s, b);
    is_good = is_good && check_is_near(got->loglik_null, w.loglik, 1e-12);
    for (size_t j = 0; j < s->p; j++) {
        b[j] = got->coefficients[j].estimate;
    }
    twin_evaluate(&w, s, b);
    sandwich(&w, variance);
    is_good = is_good && check_is_near(got->loglik, w.loglik, 1e-12);
    for (size_t j = 0; j < s->p; j++) {
        is_good =
            is_good && fabs(w.score[j]) < 1e-8 &&
            check_is_near(got->coefficients[j].std_error, sqrt(variance[j][j]), 1e-9);
        for (size_t k = 0; k < s->p; k++) {
            const double scale = sqrt(variance[j][j] * variance[k][k]);
            is_good = is_good &&
                      fabs(got->variance[j * s->p + k] - variance[j][k]) < 1e-9 * scale;
        }
    }
    if (!is_good) {
        printf("# n %zu p %zu: loglik %.17g, expected %.17g; b %.17g, score %g; error "
               "%.17g, expected %.17g\n",
               s->n, s->p, got->loglik, w.loglik, b[0], w.score[0],
               got->coefficients[0].std_error, sqrt(variance[0][0]));
    }
    cbk_arena_destroy(arena);
    return is_good;
}

static void fits_agree_with_the_twin(void)
{
    for (int turn = 0; turn < 60; turn++) {
        const sample s = random_sample(40 + random_below(160), 1 + (size_t)turn % 3,
                                       turn % 3 == 0   ? 4
                                       : turn % 3 == 1 ? 20
                                                       : 90);
        CHECK(agrees(&s));
    }
}

/* Runs of one time over several tiles; tiles with and without events. */
static void many_ties_agree_with_the_twin(void)
{
    for (int turn = 0; turn < 4; turn++) {
        sample s = random_sample(ROWS_MAX, 2, turn % 2 == 0 ? 3 : 12);
        for (size_t i = 0; i < s.n; i++) {
            s.cause[i] = turn >= 2 && s.time[i] > 2 && s.cause[i] == 1 ? 2 : s.cause[i];
        }
        CHECK(agrees(&s));
    }
}

/* The twin's own derivatives: differences of its log-likelihood. */
static void derivatives_are_those_of_the_likelihood(void)
{
    static twin w, up, down;
    const sample s = random_sample(80, 3, 15);
    const double b[P_MAX] = {0.3, -0.2, 0.1};
    const double h = 1e-5;
    twin_evaluate(&w, &s, b);
    for (size_t j = 0; j < 3; j++) {
        double b_up[P_MAX], b_down[P_MAX];
        memcpy(b_up, b, sizeof b);
        memcpy(b_down, b, sizeof b);
        b_up[j] += h;
        b_down[j] -= h;
        twin_evaluate(&up, &s, b_up);
        twin_evaluate(&down, &s, b_down);
        CHECK(fabs((up.loglik - down.loglik) / (2 * h) - w.score[j]) < 1e-6);
        for (size_t k = 0; k < 3; k++) {
            CHECK(fabs((down.score[k] - up.score[k]) / (2 * h) - w.info[j][k]) < 1e-6);
        }
    }
}

/* ---- by hand ---------------------------------------------------------------------- */

/* Four patients at times 1 to 4: event (x = 1), competing (1), censored (0), event (0).
 * With r = e^b the score is 1 / (1 + r) - r / (2 + r), 0 at r = root 2: at 1 the mean of
 * x is r / (1 + r); at 4 the second patient still counts, by G(4) / G(2) = 1/2, so it is
 * (r/2) / (1 + r/2).  With k = (1 + r)^2 the information is 2 r / k; the parts of the
 * score, in units of 1 / (4 k), are 4 + 2 r, -6 r, 3 r and r - 4, of which r and -r of
 * the last two are what they tell about censoring; so the variance is (33 + 2 root 2)
 * / 32. */
/* Where the information is not wanted the gradient is summed in another way. */
static void gradient_without_information_is_the_same(void)
{
    for (int round = 0; round < 40; round++) {
        const uint32_t n_times = round % 2 == 0 ? 8 : 2000;
        const sample s = random_sample(1 + random_below(ROWS_MAX), 3, n_times);
        cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
        cbk_fg_model model;
        CHECK(make_model(&s, arena, &model) == CBK_OK);
        const double beta[3] = {0.4, -0.3, round / 20.0};
        double gradient[2][3], info[9];
        cbk_cox_value whole = {.gradient = gradient[0], .info = info};
        cbk_cox_value brief = {.gradient = gradient[1]};
        cbk_fg_evaluate(&model, beta, &whole);
        cbk_fg_evaluate(&model, beta, &brief);
        CHECK(brief.loglik == whole.loglik);
        for (size_t j = 0; j < 3; j++) {
            CHECK(fabs(gradient[0][j] - gradient[1][j]) < 1e-11);
        }
        cbk_arena_destroy(arena);
    }
}

/* What an evaluation and the variance give with these sums over tiles. */
typedef struct evaluated {
    double loglik;
    double gradient[P_MAX];
    double info[P_MAX * P_MAX];
    double products[P_MAX * P_MAX];
} evaluated;

static bool evaluate_with(const cbk_cox_kernels *kernels, const sample *s,
                          cbk_arena *arena, evaluated *out)
{
    static const double beta[P_MAX] = {0.3, -0.2, 0.1, -0.4};
    cbk_fg_model model;
    *out = (evaluated){0};
    if (make_model(s, arena, &model) != CBK_OK) {
        return false;
    }
    model.cox.kernels = kernels;
    cbk_cox_value value = {.gradient = out->gradient, .info = out->info};
    cbk_fg_evaluate(&model, beta, &value);
    out->loglik = value.loglik;
    return cbk_fg_score_products(&model, arena, out->products);
}

static void every_machine_gives_the_same_bits(void)
{
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    for (unsigned round = 0; round < 20; round++) {
        static sample s;
        static evaluated plain;
        static evaluated here;
        s = random_sample(1 + random_below(ROWS_MAX), 1 + round % P_MAX,
                          round < 10 ? 20 : 5000);
        CHECK(evaluate_with(&cbk_cox_kernels_plain, &s, arena, &plain));
        CHECK(evaluate_with(cbk_cox_kernels_here(), &s, arena, &here));
        CHECK(memcmp(&plain, &here, sizeof plain) == 0);
    }
    cbk_arena_destroy(arena);
}

static void four_patients_by_hand(void)
{
    const sample s = {
        .n = 4, .p = 1, .time = {1, 2, 3, 4}, .cause = {1, 2, 0, 1}, .x = {{1, 1, 0, 0}}};
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    const cbk_fine_gray *got = fit(&s, arena);
    const double r = sqrt(2.0);
    CHECK(got != NULL && got->notes == 0);
    CHECK(got->n_event == 2 && got->n_competing == 1 && got->n_censored == 1);
    const cbk_cox_coefficient *of = &got->coefficients[0];
    CHECK_NEAR(of->estimate, log(2.0) / 2.0, 1e-13);
    CHECK_NEAR(of->hazard_ratio, r, 1e-13);
    CHECK_NEAR(of->std_error, sqrt((33.0 + 2.0 * r) / 32.0), 1e-13);
    CHECK_NEAR(of->z, of->estimate / of->std_error, 1e-15);
    CHECK_NEAR(got->wald.chisq, of->z * of->z, 1e-13);
    CHECK_NEAR(got->wald.p, of->p, 1e-12);
    CHECK_NEAR(got->loglik_null, -log(4.0) - log(1.5), 1e-14);
    CHECK_NEAR(got->loglik, log(r) - log(2.0 * r + 2.0) - log(1.0 + r / 2.0), 1e-14);
    CHECK(got->gradient < 1e-14);
    cbk_arena_destroy(arena);
}

/* Without competing events it is Cox's model with Breslow's ties. */
static void without_competition_it_is_cox(void)
{
    sample s = random_sample(200, 3, 30);
    bool is_event[ROWS_MAX];
    for (size_t i = 0; i < s.n; i++) {
        s.cause[i] = s.cause[i] == 2 ? 1 : s.cause[i];
        is_event[i] = s.cause[i] == 1;
    }
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    const cbk_followup followup = {.n = s.n, .time = s.time, .is_event = is_event};
    const double *x[] = {s.x[0], s.x[1], s.x[2]};
    const cbk_cox_rows rows = {.followup = &followup, .n_covariates = 3, .covariate = x};
    const cbk_cox_request request = {
        .ties = CBK_COX_BRESLOW, .level = 0.95, .is_robust = true};
    const cbk_cox *cox = NULL;
    const cbk_fine_gray *got = fit(&s, arena);
    CHECK(got != NULL && cbk_cox_fit(&rows, &request, arena, &cox, NULL) == CBK_OK);
    CHECK_NEAR(got->loglik, cox->loglik, 1e-13);
    for (size_t j = 0; j < 3; j++) {
        CHECK_NEAR(got->coefficients[j].estimate, cox->coefficients[j].estimate, 1e-11);
        CHECK_NEAR(got->coefficients[j].std_error, cox->coefficients[j].robust_se, 1e-11);
    }
    cbk_arena_destroy(arena);
}

/* ---- what must not matter ---------------------------------------------------------- */

static void order_and_scale_do_not_matter(void)
{
    for (int turn = 0; turn < 20; turn++) {
        const sample s = random_sample(50 + random_below(300), 2, turn % 2 == 0 ? 9 : 80);
        sample other = s;
        for (size_t i = other.n; i > 1; i--) {
            const size_t k = random_below((uint32_t)i);
            const double time = other.time[i - 1], a = other.x[0][i - 1],
                         b = other.x[1][i - 1];
            const uint8_t cause = other.cause[i - 1];
            other.time[i - 1] = other.time[k];
            other.cause[i - 1] = other.cause[k];
            other.x[0][i - 1] = other.x[0][k];
            other.x[1][i - 1] = other.x[1][k];
            other.time[k] = time;
            other.cause[k] = cause;
            other.x[0][k] = a;
            other.x[1][k] = b;
        }
        sample scaled = s;
        for (size_t i = 0; i < s.n; i++) {
            scaled.x[0][i] = 1e9 + 1e-3 * s.x[0][i];
        }
        cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
        const cbk_fine_gray *a = fit(&s, arena);
        const cbk_fine_gray *b = fit(&other, arena);
        const cbk_fine_gray *c = fit(&scaled, arena);
        CHECK(a != NULL && b != NULL && c != NULL);
        CHECK(memcmp(a->coefficients, b->coefficients, 2 * sizeof *a->coefficients) == 0);
        CHECK(memcmp(a->variance, b->variance, 4 * sizeof *a->variance) == 0);
        CHECK(a->loglik == b->loglik && a->wald.chisq == b->wald.chisq);
        /* 1e9 leaves 1e-3 times x some four digits */
        CHECK(fabs(c->coefficients[0].estimate / 1e3 - a->coefficients[0].estimate) <
              1e-2);
        CHECK(fabs(c->coefficients[1].estimate - a->coefficients[1].estimate) < 1e-2);
        cbk_arena_destroy(arena);
    }
}

/* ---- degenerate -------------------------------------------------------------------- */

static void nothing_gives_an_answer(void)
{
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    sample s = {.p = 1};
    const cbk_fine_gray *got = fit(&s, arena);
    CHECK(got != NULL && got->notes == CBK_NOTE_NO_ROWS);
    CHECK(isnan(got->coefficients[0].estimate) && isnan(got->wald.p));
    s = (sample){.n = 3, .p = 1, .time = {1, 2, 3}, .cause = {2, 0, 2}, .x = {{1, 2, 3}}};
    got = fit(&s, arena);
    CHECK(got != NULL && got->notes == CBK_NOTE_NO_EVENTS && got->n_competing == 2);
    CHECK(isnan(got->loglik) && isnan(got->coefficients[0].std_error));
    s = (sample){.n = 1, .p = 1, .time = {1}, .cause = {1}, .x = {{5}}};
    got = fit(&s, arena);
    CHECK(got != NULL && got->coefficients[0].fate == CBK_COX_CONSTANT);
    CHECK(got->notes == (CBK_NOTE_ONE_SUBJECT | CBK_NOTE_COVARIATE_DROPPED));
    s = (sample){.n = 3, .p = 1, .time = {0, 0, 0}, .cause = {1, 2, 0}, .x = {{1, 2, 4}}};
    got = fit(&s, arena); /* all at one time */
    CHECK(got != NULL && (got->notes & CBK_NOTE_MONOTONE) != 0);
    CHECK(got->coefficients[0].fate == CBK_COX_FALLING);
    CHECK(isnan(got->coefficients[0].estimate) && isnan(got->wald.p) &&
          got->wald.df == 1);
    cbk_arena_destroy(arena);
}

static void determined_covariates_are_dropped(void)
{
    sample s = random_sample(100, 4, 20);
    for (size_t i = 0; i < s.n; i++) {
        s.x[2][i] = 7.0;
        s.x[3][i] = 3.0 - 2.0 * s.x[0][i];
    }
    sample kept = s;
    kept.p = 2;
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    const cbk_fine_gray *got = fit(&s, arena);
    const cbk_fine_gray *two = fit(&kept, arena);
    CHECK(got != NULL && two != NULL && got->notes == CBK_NOTE_COVARIATE_DROPPED);
    CHECK(got->coefficients[2].fate == CBK_COX_CONSTANT);
    CHECK(got->coefficients[3].fate == CBK_COX_COLLINEAR);
    CHECK(got->wald.df == 2 && got->variance[15] == 0.0 && got->variance[10] == 0.0);
    for (size_t j = 0; j < 2; j++) {
        CHECK_NEAR(got->coefficients[j].estimate, two->coefficients[j].estimate, 1e-12);
        CHECK_NEAR(got->coefficients[j].std_error, two->coefficients[j].std_error, 1e-12);
    }
    cbk_arena_destroy(arena);
}

/* Nobody with x[1] = 0 has the wanted event, but some have a competing one: the ratio of
 * x[1] is infinite, and x[0] is estimated as if those were not there. */
static void monotone_likelihood_is_found(void)
{
    sample s = random_sample(150, 2, 25);
    for (size_t i = 0; i < s.n; i++) {
        s.cause[i] = s.x[1][i] < 1.0 && s.cause[i] == 1 ? 2 : s.cause[i];
    }
    sample ones = {.p = 1};
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    const cbk_fine_gray *got = fit(&s, arena);
    CHECK(got != NULL && got->notes == CBK_NOTE_MONOTONE);
    CHECK(got->coefficients[1].fate == CBK_COX_RISING);
    CHECK(isnan(got->coefficients[1].estimate) && isnan(got->coefficients[1].p));
    CHECK(got->coefficients[0].fate == CBK_COX_ESTIMATED);
    CHECK(got->coefficients[0].std_error > 0.0 && got->coefficients[0].lower > 0.0);
    /* The limit: who has no risk left is not there; censoring stays that of all, so the
     * estimate is compared where nobody is censored. */
    for (size_t i = 0; i < s.n; i++) {
        s.cause[i] = s.cause[i] == 0 ? 2 : s.cause[i];
        if (s.x[1][i] > 0.0) {
            ones.time[ones.n] = s.time[i];
            ones.cause[ones.n] = s.cause[i];
            ones.x[0][ones.n++] = s.x[0][i];
        }
    }
    got = fit(&s, arena);
    const cbk_fine_gray *limit = fit(&ones, arena);
    CHECK(got != NULL && limit != NULL && limit->notes == 0);
    CHECK(got->coefficients[1].fate == CBK_COX_RISING);
    CHECK_NEAR(got->coefficients[0].estimate, limit->coefficients[0].estimate, 1e-7);
    CHECK_NEAR(got->loglik, limit->loglik, 1e-10);
    CHECK_NEAR(got->coefficients[0].std_error, limit->coefficients[0].std_error, 1e-7);
    cbk_arena_destroy(arena);
}

/* A competing event before keeps the likelihood from being monotone: who had it is still
 * at risk. */
static void who_had_a_competing_event_counts(void)
{
    sample s = {
        .n = 4, .p = 1, .time = {1, 2, 3, 4}, .cause = {2, 1, 1, 0}, .x = {{2, 1, 1, 0}}};
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    const cbk_fine_gray *got = fit(&s, arena);
    CHECK(got != NULL && got->coefficients[0].fate == CBK_COX_ESTIMATED);
    s.cause[0] = 0;
    got = fit(&s, arena);
    CHECK(got != NULL && got->coefficients[0].fate == CBK_COX_RISING);
    cbk_arena_destroy(arena);
}

/* With a + 300000 for a, and so a product that is nearly 300000 times its other factor,
 * the model is the same. */
static void product_of_a_number_far_from_0(void)
{
    sample near = random_sample(60, 3, 12);
    for (size_t i = 0; i < near.n; i++) {
        near.x[0][i] = ldexp(floor(ldexp(near.x[0][i], 10)), -10); /* exact below */
        near.x[2][i] = near.x[0][i] * near.x[1][i];
    }
    sample moved = near;
    for (size_t i = 0; i < near.n; i++) {
        moved.x[0][i] += 3e5;
        moved.x[2][i] = moved.x[0][i] * moved.x[1][i];
    }
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    const cbk_fine_gray *got = fit(&moved, arena);
    const cbk_fine_gray *want = fit(&near, arena);
    CHECK(got != NULL && want != NULL && got->notes == 0 && want->notes == 0);
    for (size_t j = 0; j < 3; j += 2) {
        CHECK_NEAR(got->coefficients[j].estimate, want->coefficients[j].estimate, 1e-8);
        CHECK_NEAR(got->coefficients[j].std_error, want->coefficients[j].std_error, 1e-8);
    }
    CHECK_NEAR(got->wald.chisq, want->wald.chisq, 1e-7);
    cbk_arena_destroy(arena);
}

/* Eight rows or so and three covariates, two of two values: each such series has an
 * answer, and nowhere is the likelihood greater than what is said of it. */
static void small_series_have_their_supremum(void)
{
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    for (int turn = 0; turn < 400; turn++) {
        sample s = random_sample(4 + random_below(8), 3, 6);
        s.cause[0] = 1;
        for (size_t i = 0; i < s.n; i++) {
            s.x[0][i] = random_below(2);
        }
        const cbk_fine_gray *got = fit(&s, arena);
        CHECK(got != NULL && (got->notes & CBK_NOTE_NOT_CONVERGED) == 0);
        for (int way = 0; way < 40; way++) {
            twin w;
            double b[P_MAX] = {0.0};
            for (size_t j = 0; j < s.p; j++) {
                const cbk_cox_coefficient *of = &got->coefficients[j];
                const double far = of->fate == CBK_COX_RISING    ? 8.0
                                   : of->fate == CBK_COX_FALLING ? -8.0
                                                                 : 0.0;
                b[j] = isnan(of->estimate) ? far : of->estimate;
                b[j] += (random_below(2001) / 1000.0 - 1.0) * (way % 4 == 0 ? 2.0 : 0.1);
            }
            twin_evaluate(&w, &s, b);
            CHECK(!isfinite(w.loglik) || w.loglik <= got->loglik + 1e-8);
        }
    }
    cbk_arena_destroy(arena);
}

/* By hand in test_cox_far.c: without competing events it is the same. */
static void a_value_far_from_all_others(void)
{
    sample s = {.n = 4,
                .p = 1,
                .time = {1, 2, 3, 4},
                .cause = {1, 1, 0, 0},
                .x = {{1, 0, 1, 100000}}};
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    const cbk_fine_gray *got = fit(&s, arena);
    CHECK(got != NULL && got->notes == 0 && got->is_far);
    CHECK_NEAR(got->coefficients[0].estimate, -0.5 * log(2.0), 1e-10);
    CHECK(isnan(got->coefficients[0].std_error) && isnan(got->wald.p));
    cbk_arena_destroy(arena);
}

/* ---- mistakes ---------------------------------------------------------------------- */

static void mistakes_are_told(void)
{
    const double time[] = {1, 2, -3}, entry[] = {0, 0, 0};
    const double x[] = {1, 2, 3}, broken[] = {1, (double)NAN, 3};
    const uint8_t cause[] = {1, 0, 2};
    const double *const good[] = {x}, *const bad[] = {broken};
    const cbk_followup followup = {.n = 3, .time = time};
    const cbk_followup late = {.n = 2, .time = time, .entry = entry};
    const cbk_followup two = {.n = 2, .time = time};
    cbk_fine_gray_rows rows = {.followup = &followup,
                               .cause = cause,
                               .wanted = 1,
                               .n_covariates = 1,
                               .covariate = good};
    const cbk_fine_gray *out = NULL;
    cbk_error err;
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    CHECK(cbk_fine_gray_fit(&rows, 0.95, arena, &out, &err) == CBK_EDATA && err.row == 2);
    rows.followup = &two;
    rows.covariate = bad;
    CHECK(cbk_fine_gray_fit(&rows, 0.95, arena, &out, &err) == CBK_EDATA && err.row == 1);
    rows.covariate = good;
    CHECK(cbk_fine_gray_fit(&rows, 1.0, arena, &out, &err) == CBK_EINVAL && out == NULL);
    rows.wanted = 0;
    CHECK(cbk_fine_gray_fit(&rows, 0.95, arena, &out, &err) == CBK_EINVAL);
    rows.wanted = 1;
    rows.n_covariates = 0;
    CHECK(cbk_fine_gray_fit(&rows, 0.95, arena, &out, &err) == CBK_EINVAL);
    rows.n_covariates = 1;
    rows.followup = &late;
    CHECK(cbk_fine_gray_fit(&rows, 0.95, arena, &out, &err) == CBK_EINVAL);
    CHECK(strstr(err.message, "late entry") != NULL);
    cbk_arena_destroy(arena);
}

static cbk_status fit_on(const void *s, cbk_arena *arena, const void **out)
{
    *out = fit(s, arena);
    return *out != NULL ? CBK_OK : CBK_ENOMEM;
}

static void failed_allocations_are_returned(void)
{
    const sample s = random_sample(300, 2, 40);
    CHECK(faulty_heaps(fit_on, &s) > 1);
    /* two that become Cox's regression: a monotone likelihood, a maximum far out */
    const sample as_cox[] = {
        {.n = 5,
         .p = 1,
         .time = {1, 2, 3, 4, 5},
         .cause = {1, 2, 1, 0, 0},
         .x = {{1, 0, 1, 0, 0}}},
        {.n = 5,
         .p = 1,
         .time = {1, 2, 3, 4, 5},
         .cause = {1, 1, 2, 0, 0},
         .x = {{1, 0, 0, 1, 100000}}},
    };
    for (size_t k = 0; k < 2; k++) {
        CHECK(faulty_rooms(fit_on, &as_cox[k]) > 1);
    }
}

int main(void)
{
    static const check_test tests[] = {
        {"every machine gives the same bits", every_machine_gives_the_same_bits},
        {"four patients by hand", four_patients_by_hand},
        {"derivatives are those of the likelihood",
         derivatives_are_those_of_the_likelihood},
        {"gradient without information", gradient_without_information_is_the_same},
        {"fits agree with the twin", fits_agree_with_the_twin},
        {"many ties agree with the twin", many_ties_agree_with_the_twin},
        {"without competition it is Cox's model", without_competition_it_is_cox},
        {"order and scale do not matter", order_and_scale_do_not_matter},
        {"nothing gives an answer", nothing_gives_an_answer},
        {"determined covariates are dropped", determined_covariates_are_dropped},
        {"monotone likelihood is found", monotone_likelihood_is_found},
        {"who had a competing event counts", who_had_a_competing_event_counts},
        {"a product of a number far from 0", product_of_a_number_far_from_0},
        {"small series have their supremum", small_series_have_their_supremum},
        {"a value far from all others", a_value_far_from_all_others},
        {"mistakes are told", mistakes_are_told},
        {"failed allocations are returned", failed_allocations_are_returned},
    };
    return check_main(tests, sizeof tests / sizeof *tests);
}
