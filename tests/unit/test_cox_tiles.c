/* test_cox_tiles.c - Cox's likelihood over many tiles: against its definition row by row,
 * in either version of the sums, whatever the order of the rows; the exponential against
 * the library's. */
#include "check.h"
#include "random_below.h"

#include "stats/cox/cox_model.h"

#include <float.h>
#include <string.h>

enum { ROWS_MAX = 3000, P = 3, N_KINDS = 64 };

static cbk_arena *arena;

typedef struct sample {
    size_t n, n_strata;
    bool is_late, is_weighted, has_offset, is_tied, has_codes;
    double time[ROWS_MAX], entry[ROWS_MAX], weight[ROWS_MAX], offset[ROWS_MAX];
    bool is_event[ROWS_MAX];
    uint32_t stratum[ROWS_MAX], cluster[ROWS_MAX];
    double x[P][ROWS_MAX];
} sample;

static double between(double low, double high)
{
    return low + (high - low) * (double)random_below(1000001) / 1e6;
}

static void draw(sample *s, size_t n, int kind)
{
    *s = (sample){.n = n,
                  .n_strata = (kind & 1) != 0 ? 5 : 1,
                  .is_late = (kind & 2) != 0,
                  .is_weighted = (kind & 4) != 0,
                  .has_offset = (kind & 8) != 0,
                  .is_tied = (kind & 16) != 0,
                  .has_codes = (kind & 32) != 0};
    for (size_t i = 0; i < n; i++) {
        s->entry[i] = s->is_tied ? (double)random_below(4) : between(0.0, 4.0);
        s->time[i] = s->entry[i] +
                     (s->is_tied ? 1.0 + (double)random_below(9) : between(0.01, 9.0));
        s->is_event[i] = random_below(10) < 6;
        s->weight[i] = between(0.5, 2.5);
        s->offset[i] = between(-1.0, 1.0);
        s->stratum[i] = random_below((uint32_t)s->n_strata);
        s->cluster[i] = random_below(40);
        for (size_t j = 0; j < P; j++) {
            s->x[j][i] = s->has_codes ? (double)random_below(2) : between(-2.0, 2.0);
        }
    }
}

typedef struct view {
    cbk_followup followup;
    const double *x[P];
    cbk_cox_rows rows;
} view;

static const cbk_cox_rows *see(const sample *s, view *out)
{
    out->followup = (cbk_followup){.n = s->n,
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
                               .stratum = s->n_strata > 1 ? s->stratum : NULL,
                               .n_strata = s->n_strata};
    return &out->rows;
}

/* ---- the definition ---------------------------------------------------------------- */

typedef struct sums {
    long double s0, s1[P], s2[P][P];
} sums;

typedef struct naive {
    long double loglik, gradient[P], info[P][P];
} naive;

static long double wide(double value)
{
    return (long double)value;
}

/* Covariate j of row i. */
static long double x_of(const cbk_cox_model *model, size_t i, size_t j)
{
    return wide(cbk_cox_x(model, i)[j * CBK_COX_TILE]);
}

static void add_row(sums *to, const cbk_cox_model *model, size_t i, const double *beta)
{
    long double eta = wide(cbk_cox_offset(model, i));
    for (size_t j = 0; j < P; j++) {
        eta += x_of(model, i, j) * wide(beta[j]);
    }
    const long double risk = wide(cbk_cox_weight(model, i)) * expl(eta);
    to->s0 += risk;
    for (size_t j = 0; j < P; j++) {
        to->s1[j] += risk * x_of(model, i, j);
        for (size_t k = 0; k < P; k++) {
            to->s2[j][k] += risk * x_of(model, i, j) * x_of(model, i, k);
        }
    }
}

static void take_part(naive *out, const sums *all, const sums *tied, long double share,
                      long double weight, long double factor)
{
    const long double s0 = all->s0 - share * tied->s0;
    out->loglik -= weight * logl(s0);
    for (size_t j = 0; j < P; j++) {
        const long double mean = (all->s1[j] - share * tied->s1[j]) / s0;
        out->gradient[j] -= factor * weight * mean;
        for (size_t k = 0; k < P; k++) {
            const long double other = (all->s1[k] - share * tied->s1[k]) / s0;
            out->info[j][k] +=
                factor * weight *
                ((all->s2[j][k] - share * tied->s2[j][k]) / s0 - mean * other);
        }
    }
}

static void see_run(const cbk_cox_model *model, const cbk_cox_run *run,
                    const double *beta, double factor, naive *out)
{
    sums all = {0}, tied = {0};
    long double weight = 0.0L;
    for (size_t i = run->first; i < run->stratum_end; i++) {
        if (model->entry == NULL || model->entry[i] < run->time) {
            add_row(&all, model, i, beta);
        }
    }
    for (size_t i = run->first; i < run->first + run->n_event; i++) {
        long double eta = wide(cbk_cox_offset(model, i));
        add_row(&tied, model, i, beta);
        weight += wide(cbk_cox_weight(model, i));
        for (size_t j = 0; j < P; j++) {
            eta += x_of(model, i, j) * wide(beta[j]);
            out->gradient[j] +=
                wide(factor * cbk_cox_weight(model, i)) * x_of(model, i, j);
        }
        out->loglik += wide(cbk_cox_weight(model, i)) * eta;
    }
    const size_t d = model->ties == CBK_COX_EFRON ? run->n_event : 1;
    for (size_t l = 0; l < d; l++) {
        take_part(out, &all, &tied, wide((double)l / (double)d), weight / (long double)d,
                  wide(factor));
    }
}

static naive by_definition(const cbk_cox_model *model, const double *beta,
                           const double *multiplier)
{
    naive out = {0};
    for (size_t r = 0; r < model->n_runs; r++) {
        if (model->runs[r].n_event > 0) {
            see_run(model, &model->runs[r], beta,
                    multiplier != NULL ? multiplier[r] : 1.0, &out);
        }
    }
    return out;
}

/* ---- tests ------------------------------------------------------------------------- */

typedef struct evaluated {
    double gradient[P], info[P * P];
    cbk_cox_value value;
} evaluated;

static void evaluate(const cbk_cox_model *model, const double *beta,
                     const double *multiplier, evaluated *out)
{
    out->value = (cbk_cox_value){.gradient = out->gradient, .info = out->info};
    cbk_cox_evaluate(model, beta, multiplier, &out->value);
}

static bool is_near(double actual, long double expected, double scale)
{
    return fabs(actual - (double)expected) < 1e-12 * scale;
}

static bool is_by_definition(const evaluated *got, const naive *want, double n)
{
    bool is_same = is_near(got->value.loglik, want->loglik, n);
    for (size_t j = 0; j < P; j++) {
        is_same = is_same && is_near(got->gradient[j], want->gradient[j], n);
        for (size_t k = 0; k < P; k++) {
            is_same = is_same && is_near(got->info[j * P + k], want->info[j][k], n);
        }
    }
    return is_same;
}

/* Ties, strata, late entry, weights and offsets, with and without multipliers; tiles are
 * whole, shared by strata, and not full. */
static void the_definition_over_many_tiles(void)
{
    static sample s;
    static double multiplier[ROWS_MAX];
    for (int kind = 0; kind < 2 * N_KINDS; kind++) {
        const cbk_mark before = cbk_arena_mark(arena);
        const cbk_cox_ties ties = kind < N_KINDS ? CBK_COX_EFRON : CBK_COX_BRESLOW;
        const double beta[P] = {between(-1.0, 1.0), between(-1.0, 1.0), 0.3};
        view seen;
        cbk_cox_model model;
        evaluated got, plain;
        draw(&s, 300 + random_below(100), kind % N_KINDS);
        CHECK(cbk_cox_model_make(see(&s, &seen), ties, arena, &model, NULL) == CBK_OK);
        for (size_t r = 0; r < model.n_runs; r++) {
            multiplier[r] = between(-1.0, 1.0);
        }
        const double *used = kind % 2 == 0 ? NULL : multiplier;
        evaluate(&model, beta, used, &got);
        naive want = by_definition(&model, beta, used);
        if (used != NULL) { /* the log-likelihood is without them */
            want.loglik = by_definition(&model, beta, NULL).loglik;
        }
        CHECK(is_by_definition(&got, &want, (double)s.n));
        evaluated brief = got; /* the information is not wanted */
        brief.value = (cbk_cox_value){.gradient = brief.gradient};
        cbk_cox_evaluate(&model, beta, used, &brief.value);
        CHECK(is_by_definition(&brief, &want, (double)s.n));
        model.kernels = &cbk_cox_kernels_plain;
        evaluate(&model, beta, used, &plain);
        CHECK(memcmp(&got.value.loglik, &plain.value.loglik, sizeof(double)) == 0);
        CHECK(memcmp(got.gradient, plain.gradient, sizeof got.gradient) == 0);
        CHECK(memcmp(got.info, plain.info, sizeof got.info) == 0);
        cbk_arena_release(arena, before);
    }
}

/* A stratum of one event and nobody else, between others. */
static void strata_of_one(void)
{
    static sample s;
    draw(&s, 200, 1);
    for (size_t i = 0; i < s.n; i++) {
        s.stratum[i] = (uint32_t)(i % 150);
    }
    s.n_strata = 150;
    view seen;
    cbk_cox_model model;
    evaluated got;
    const double beta[P] = {0.5, -0.5, 0.1};
    CHECK(cbk_cox_model_make(see(&s, &seen), CBK_COX_EFRON, arena, &model, NULL) ==
          CBK_OK);
    evaluate(&model, beta, NULL, &got);
    const naive want = by_definition(&model, beta, NULL);
    CHECK(model.n_strata == 150 && is_by_definition(&got, &want, (double)s.n));
}

static void shuffle(sample *s, sample *out)
{
    static uint32_t order[ROWS_MAX];
    for (uint32_t i = 0; i < s->n; i++) {
        order[i] = i;
    }
    for (uint32_t i = (uint32_t)s->n; i-- > 1;) {
        const uint32_t k = random_below(i + 1);
        const uint32_t kept = order[i];
        order[i] = order[k];
        order[k] = kept;
    }
    *out = *s;
    for (size_t i = 0; i < s->n; i++) {
        const size_t from = order[i];
        out->time[i] = s->time[from];
        out->entry[i] = s->entry[from];
        out->weight[i] = s->weight[from];
        out->offset[i] = s->offset[from];
        out->is_event[i] = s->is_event[from];
        out->stratum[i] = s->stratum[from];
        out->cluster[i] = s->cluster[from];
        for (size_t j = 0; j < P; j++) {
            out->x[j][i] = s->x[j][from];
        }
    }
}

static const cbk_cox *fit_of(const sample *s, bool has_clusters)
{
    const cbk_cox_request request = {
        .level = 0.95, .wants_concordance = true, .wants_proportional = true};
    const cbk_cox *fit = NULL;
    view seen;
    (void)see(s, &seen);
    seen.rows.cluster = has_clusters ? s->cluster : NULL;
    seen.rows.n_clusters = 40;
    return cbk_cox_fit(&seen.rows, &request, arena, &fit, NULL) == CBK_OK ? fit : NULL;
}

static bool is_same_fit(const cbk_cox *a, const cbk_cox *b)
{
    const double *const of_a[] = {&a->loglik_null,
                                  &a->loglik,
                                  &a->wald.chisq,
                                  &a->score.chisq,
                                  &a->robust_score.chisq,
                                  &a->concordance,
                                  &a->concordance_se,
                                  &a->global.chisq,
                                  &a->gradient};
    const double *const of_b[] = {&b->loglik_null,
                                  &b->loglik,
                                  &b->wald.chisq,
                                  &b->score.chisq,
                                  &b->robust_score.chisq,
                                  &b->concordance,
                                  &b->concordance_se,
                                  &b->global.chisq,
                                  &b->gradient};
    for (size_t k = 0; k < sizeof of_a / sizeof of_a[0]; k++) {
        if (memcmp(of_a[k], of_b[k], sizeof(double)) != 0) {
            return false;
        }
    }
    return memcmp(a->variance, b->variance, P * P * sizeof(double)) == 0 &&
           memcmp(&a->coefficients[0].estimate, &b->coefficients[0].estimate,
                  sizeof(double)) == 0;
}

/* Ties in long runs, rows that are equal in all, whole and other times. */
static void order_of_many_rows_does_not_show(void)
{
    static sample s, other;
    for (int kind = 0; kind < N_KINDS; kind++) {
        const cbk_mark before = cbk_arena_mark(arena);
        draw(&s, ROWS_MAX - random_below(64), kind);
        shuffle(&s, &other);
        const cbk_cox *first = fit_of(&s, kind % 3 == 0);
        const cbk_cox *second = fit_of(&other, kind % 3 == 0);
        CHECK(first != NULL && second != NULL && is_same_fit(first, second));
        cbk_arena_release(arena, before);
    }
}

/* Far from 0 and hardly varying, beside one that varies much; far outliers. */
static void ill_scaled_columns(void)
{
    static sample s, other;
    draw(&s, 500, 0);
    s.x[2][7] = 2e4;
    other = s;
    for (size_t i = 0; i < s.n; i++) {
        other.x[0][i] = 1e9 + floor(s.x[0][i] * 64.0) / 64.0;
        s.x[0][i] = floor(s.x[0][i] * 64.0) / 64.0;
        other.x[1][i] = s.x[1][i] * 0x1p-300;
    }
    const cbk_cox *want = fit_of(&s, false);
    const cbk_cox *fit = fit_of(&other, false);
    CHECK(want != NULL && fit != NULL && fit->notes == want->notes);
    CHECK_NEAR(fit->coefficients[0].estimate, want->coefficients[0].estimate, 1e-9);
    CHECK_NEAR(fit->coefficients[1].z, want->coefficients[1].z, 1e-9);
    CHECK_NEAR(fit->coefficients[2].z, want->coefficients[2].z, 1e-9);
    CHECK_NEAR(fit->loglik, want->loglik, 1e-13);
}

static void exponential_to_the_last_digit_but_one(void)
{
    const cbk_cox_kernels *kernels[] = {&cbk_cox_kernels_plain, cbk_cox_kernels_here()};
    double x[CBK_COX_TILE], eta[CBK_COX_TILE], weight[CBK_COX_TILE];
    double got[2][CBK_COX_TILE];
    const double beta[] = {1.0};
    const double zero[CBK_COX_TILE] = {0.0};
    for (int turn = 0; turn < 2000; turn++) {
        const double width = turn % 2 == 0 ? 2.0 : 690.0;
        for (size_t i = 0; i < CBK_COX_TILE; i++) {
            x[i] = between(-width, width);
            weight[i] = 1.0;
        }
        for (size_t k = 0; k < 2; k++) {
            kernels[k]->fill_risk(x, 1, beta, zero, weight, eta, got[k], x);
        }
        CHECK(memcmp(got[0], got[1], sizeof got[0]) == 0);
        for (size_t i = 0; i < CBK_COX_TILE; i++) {
            const double want = exp(x[i]);
            CHECK(fabs(got[0][i] - want) <= 2.0 * DBL_EPSILON * want);
        }
    }
}

/* What a column is measured by. */
static void columns_in_both_versions(void)
{
    const cbk_cox_kernels *kernels[] = {&cbk_cox_kernels_plain, cbk_cox_kernels_here()};
    double value[40], four[2][4][4], y[2][36];
    for (int turn = 0; turn < 200; turn++) {
        for (size_t i = 0; i < 40; i++) {
            value[i] = turn == 0 && i == 17 ? (double)INFINITY : between(-1.0, 1.0);
        }
        memset(four, 0, sizeof four);
        for (size_t k = 0; k < 2; k++) {
            double strange[4] = {0.0};
            kernels[k]->extend(value, 40, four[k][0], four[k][1], strange);
            kernels[k]->bring(value, 36, 0.5, 0.25, y[k], four[k][2], four[k][3]);
            CHECK(isnan(strange[1]) == (turn == 0));
        }
        CHECK(turn == 0 || memcmp(four[0], four[1], sizeof four[0]) == 0);
        CHECK(turn == 0 || memcmp(y[0], y[1], sizeof y[0]) == 0);
    }
}

/* Rows that come in and go out again leave what a longer number has, in either version:
 * whatever the number of columns, and though next to nothing is left. */
static void rows_in_and_out(void)
{
    enum { N = 89, HALF = 41, P_MOST = 18, WIDTH_MOST = P_MOST + 2 };
    static double data[CBK_COX_TILE * P_MOST], rows[2][2][CBK_COX_TILE * WIDTH_MOST];
    double risk[2][CBK_COX_TILE], left[2][2][WIDTH_MOST];
    static double out[2][(N + 1) * WIDTH_MOST];
    const cbk_cox_kernels *kernels[] = {&cbk_cox_kernels_plain, cbk_cox_kernels_here()};
    for (size_t i = 0; i < CBK_COX_TILE * P_MOST; i++) {
        data[i] = between(-2.0, 2.0);
    }
    for (size_t i = 0; i < CBK_COX_TILE; i++) {
        risk[0][i] = i == 0 ? 1e-3 : between(1e-9, 1e9);
        risk[1][i] = -risk[0][i];
    }
    for (size_t p = 0; p <= P_MOST; p++) {
        const size_t width = cbk_cox_row_width(p);
        CHECK(width > p && width <= p + 4 && width % 4 == 0);
        memset(left, 0, sizeof left);
        memset(out, 0, sizeof out);
        for (size_t k = 0; k < 2; k++) {
            const double *row[N]; /* the first one stays */
            for (size_t sign = 0; sign < 2; sign++) {
                kernels[k]->turn_rows(data, p, risk[sign], rows[k][sign]);
            }
            for (size_t i = 0; i < N; i++) {
                row[i] =
                    i <= N / 2 ? rows[k][0] + i * width : rows[k][1] + (N - i) * width;
            }
            kernels[k]->add_rows(row, N, width, left[k][0], left[k][1], out[k]);
            CHECK(memcmp(rows[k], rows[0], sizeof rows[0]) == 0);
        }
        CHECK(memcmp(left[0], left[1], sizeof left[0]) == 0);
        CHECK(memcmp(out[0], out[1], sizeof out[0]) == 0);
        for (size_t j = 0; j < width; j++) {
            long double first = 0.0L;
            long double half = 0.0L;
            for (size_t i = 0; i < HALF; i++) {
                const double x = j < p ? data[j * CBK_COX_TILE + i] : j == p ? 1.0 : 0.0;
                CHECK(rows[0][0][i * width + j] == risk[0][i] * x);
                half += wide(risk[0][i] * x);
                first += i == 0 ? wide(risk[0][i] * x) : 0.0L;
            }
            CHECK_NEAR(left[0][0][j] + left[0][1][j], (double)first, 1e-15);
            CHECK_NEAR(out[0][HALF * width + j], (double)half, 1e-15);
            CHECK(out[0][N * width + j] == left[0][0][j] + left[0][1][j]);
            CHECK(out[0][j] == 0.0);
        }
    }
}

int main(void)
{
    static const check_test tests[] = {
        {"the definition over many tiles", the_definition_over_many_tiles},
        {"strata of one", strata_of_one},
        {"the order of many rows does not show", order_of_many_rows_does_not_show},
        {"ill-scaled columns", ill_scaled_columns},
        {"the exponential", exponential_to_the_last_digit_but_one},
        {"columns in both versions", columns_in_both_versions},
        {"rows in and out", rows_in_and_out},
    };
    arena = cbk_arena_create(NULL, SIZE_MAX);
    if (arena == NULL) {
        return 99;
    }
    const int code = check_main(tests, sizeof tests / sizeof tests[0]);
    cbk_arena_destroy(arena);
    return code;
}
