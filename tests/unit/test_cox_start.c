/* test_cox_start.c - the start of Cox's regression with many rows: that it is near the
 * maximum, that what is found from there is the maximum and has the information of there,
 * and that it is not used where it would lead nowhere. */
#include "check.h"
#include "random_below.h"

#include "numeric/cholesky.h"
#include "stats/cox/cox_start.h"
#include "stats/cox_likelihood/cox_solve.h"

#include <math.h>
#include <string.h>

enum { N = CBK_COX_START_ROWS + 1000, P = CBK_COX_START_COVARIATES, N_KINDS = 4 };

static cbk_arena *arena;

typedef struct sample {
    bool is_late, is_weighted, has_offset, is_tied, is_stratified;
    double time[N], entry[N], weight[N], offset[N], x[P][N];
    bool is_event[N];
    uint32_t stratum[N];
} sample;

static double between(double low, double high)
{
    return low + (high - low) * (double)random_below(1000001) / 1e6;
}

static void draw(sample *s, int kind)
{
    s->is_late = kind == 1;
    s->is_weighted = kind == 2;
    s->has_offset = kind >= 2;
    s->is_tied = kind >= 2;
    s->is_stratified = kind == 3;
    for (size_t i = 0; i < N; i++) {
        double eta = 0.0;
        for (size_t j = 0; j < P; j++) {
            s->x[j][i] = j == 0 ? (double)random_below(2) : between(-2.0, 2.0);
            eta += (j % 2 == 0 ? 0.4 : -0.3) / (double)(j + 1) * s->x[j][i];
        }
        const double time = -10.0 * log(between(0.001, 1.0)) / exp(eta);
        s->time[i] = s->is_tied ? ceil(time) : time;
        s->entry[i] = between(-5.0, 0.5) * s->time[i];
        s->is_event[i] = random_below(10) < 6;
        s->weight[i] = between(0.5, 2.5);
        s->offset[i] = between(-0.5, 0.5);
        s->stratum[i] = random_below(3);
    }
}

typedef struct view {
    cbk_followup followup;
    const double *x[P];
    cbk_cox_rows rows;
} view;

static const cbk_cox_rows *see(const sample *s, view *out)
{
    out->followup = (cbk_followup){.n = N,
                                   .time = s->time,
                                   .is_event = s->is_event,
                                   .entry = s->is_late ? s->entry : NULL,
                                   .weight = s->is_weighted ? s->weight : NULL};
    for (size_t j = 0; j < P; j++) {
        out->x[j] = s->x[j];
    }
    out->rows = (cbk_cox_rows){.followup = &out->followup,
                               .n_covariates = P,
                               .covariate = out->x,
                               .offset = s->has_offset ? s->offset : NULL,
                               .stratum = s->is_stratified ? s->stratum : NULL,
                               .n_strata = s->is_stratified ? 3 : 1};
    return &out->rows;
}

static const cbk_cox *fit_of(const sample *s)
{
    const cbk_cox_request request = {.level = 0.95};
    const cbk_cox *fit = NULL;
    view seen;
    return cbk_cox_fit(see(s, &seen), &request, arena, &fit, NULL) == CBK_OK ? fit : NULL;
}

/* The likelihood, from 0 on. */
typedef struct likelihood {
    cbk_cox_model model;
    double gradient[P], info[P * P];
    cbk_cox_value value;
} likelihood;

static bool likelihood_of(const sample *s, likelihood *out)
{
    const double zero[P] = {0.0};
    view seen;
    out->value = (cbk_cox_value){.gradient = out->gradient, .info = out->info};
    if (cbk_cox_model_make(see(s, &seen), CBK_COX_EFRON, arena, &out->model, NULL) !=
        CBK_OK) {
        return false;
    }
    cbk_cox_evaluate(&out->model, zero, NULL, &out->value);
    return true;
}

/* By Newton's method from 0, with all information at each step. */
static void climb(likelihood *at, double *beta)
{
    double step[P], factors[P * P];
    memset(beta, 0, P * sizeof *beta);
    for (int turn = 0; turn < 6; turn++) {
        memcpy(factors, at->info, sizeof factors);
        memcpy(step, at->gradient, sizeof step);
        CHECK(cbk_cholesky_factor(factors, NULL, P) == P);
        cbk_cox_solve(factors, P, step);
        for (size_t j = 0; j < P; j++) {
            beta[j] += step[j];
        }
        cbk_cox_evaluate(&at->model, beta, NULL, &at->value);
    }
}

static void the_maximum_is_found(void)
{
    static sample s;
    for (int kind = 0; kind < N_KINDS; kind++) {
        const cbk_mark before = cbk_arena_mark(arena);
        likelihood at;
        double near[P], beta[P], inverse[P * P], factors[P * P], room[P];
        size_t n_steps = 0;
        draw(&s, kind);
        CHECK(likelihood_of(&s, &at));
        CHECK(cbk_cox_start_near(&at.model, &at.value, arena, near, &n_steps));
        CHECK(n_steps >= 2);
        climb(&at, beta);
        const cbk_cox *fit = fit_of(&s);
        CHECK(fit != NULL && fit->gradient < 1e-9);
        memcpy(factors, at.info, sizeof factors);
        (void)cbk_cholesky_factor(factors, NULL, P);
        cbk_cox_invert(factors, P, inverse, room);
        CHECK_NEAR(fit->loglik, at.value.loglik, 1e-14);
        for (size_t j = 0; j < P; j++) {
            const double scale = at.model.scale[j];
            CHECK(fabs(near[j] - beta[j]) < 1e-11);
            CHECK_NEAR(fit->coefficients[j].estimate, beta[j] / scale, 1e-13);
            CHECK_NEAR(fit->coefficients[j].std_error, sqrt(inverse[j * P + j]) / scale,
                       1e-12);
        }
        cbk_arena_release(arena, before);
    }
}

static void reverse(const sample *s, sample *out)
{
    *out = *s;
    for (size_t i = 0; i < N; i++) {
        const size_t from = N - 1 - i;
        out->time[i] = s->time[from];
        out->entry[i] = s->entry[from];
        out->weight[i] = s->weight[from];
        out->offset[i] = s->offset[from];
        out->is_event[i] = s->is_event[from];
        out->stratum[i] = s->stratum[from];
        for (size_t j = 0; j < P; j++) {
            out->x[j][i] = s->x[j][from];
        }
    }
}

static void order_does_not_show(void)
{
    static sample s, other;
    for (int kind = 1; kind < N_KINDS; kind += 2) {
        const cbk_mark before = cbk_arena_mark(arena);
        draw(&s, kind);
        reverse(&s, &other);
        const cbk_cox *a = fit_of(&s);
        const cbk_cox *b = fit_of(&other);
        CHECK(a != NULL && b != NULL);
        CHECK(memcmp(&a->loglik, &b->loglik, sizeof a->loglik) == 0);
        CHECK(memcmp(&a->gradient, &b->gradient, sizeof a->gradient) == 0);
        CHECK(memcmp(a->variance, b->variance, P * P * sizeof *a->variance) == 0);
        for (size_t j = 0; j < P; j++) {
            CHECK(memcmp(&a->coefficients[j].estimate, &b->coefficients[j].estimate,
                         sizeof(double)) == 0);
        }
        cbk_arena_release(arena, before);
    }
}

/* Without the information, and in the plain version. */
static void gradient_alone(void)
{
    static sample s;
    const double beta[P] = {0.2, -0.1, 0.4, 0.0, 0.1};
    for (int kind = 0; kind < N_KINDS; kind++) {
        const cbk_mark before = cbk_arena_mark(arena);
        likelihood at;
        double alone[2][P];
        cbk_cox_value brief[2] = {{.gradient = alone[0]}, {.gradient = alone[1]}};
        draw(&s, kind);
        CHECK(likelihood_of(&s, &at));
        cbk_cox_evaluate(&at.model, beta, NULL, &at.value);
        cbk_cox_evaluate(&at.model, beta, NULL, &brief[0]);
        at.model.kernels = &cbk_cox_kernels_plain;
        cbk_cox_evaluate(&at.model, beta, NULL, &brief[1]);
        CHECK_NEAR(brief[0].loglik, at.value.loglik, 1e-14);
        CHECK(memcmp(&brief[0].loglik, &brief[1].loglik, sizeof brief[0].loglik) == 0);
        CHECK(memcmp(alone[0], alone[1], sizeof alone[0]) == 0);
        for (size_t j = 0; j < P; j++) {
            CHECK(fabs(alone[0][j] - at.gradient[j]) < 1e-14 * (double)N);
        }
        cbk_arena_release(arena, before);
    }
}

/* All events at one value of the first covariate: the likelihood rises for ever. */
static void a_monotone_likelihood_is_left_alone(void)
{
    static sample s;
    likelihood at;
    double near[P] = {7.0, 7.0, 7.0};
    size_t n_steps = 7;
    draw(&s, 0);
    for (size_t i = 0; i < N; i++) {
        s.is_event[i] = s.is_event[i] && s.x[0][i] > 0.0;
    }
    CHECK(likelihood_of(&s, &at));
    CHECK(!cbk_cox_start_near(&at.model, &at.value, arena, near, &n_steps));
    CHECK(n_steps == 7 && near[0] == 7.0 && near[2] == 7.0);
    const cbk_cox *fit = fit_of(&s);
    CHECK(fit != NULL && fit->coefficients[0].fate == CBK_COX_RISING);
}

int main(void)
{
    static const check_test tests[] = {
        {"the maximum is found", the_maximum_is_found},
        {"the order of rows does not show", order_does_not_show},
        {"the gradient alone", gradient_alone},
        {"a monotone likelihood", a_monotone_likelihood_is_left_alone},
    };
    arena = cbk_arena_create(NULL, SIZE_MAX);
    if (arena == NULL) {
        return 99;
    }
    const int code = check_main(tests, sizeof tests / sizeof tests[0]);
    cbk_arena_destroy(arena);
    return code;
}
