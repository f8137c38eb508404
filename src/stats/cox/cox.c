/* cox.c - Cox's regression: the fit and its tests.  Contract and sources: casebook/cox.h.
 */
#include "numeric/cholesky.h"
#include "numeric/distribution.h"
#include "stats/cox/cox_firth.h"
#include "stats/cox/cox_fitting.h"
#include "stats/cox/cox_limit.h"
#include "stats/cox/cox_monotone.h"
#include "stats/cox/cox_profile.h"
#include "stats/cox_likelihood/cox_model.h"
#include "stats/cox_likelihood/cox_solve.h"
#include "stats/cox_postestimation/cox_postestimation.h"

#include <math.h>
#include <string.h>

static const double none = (double)NAN;
/* Of the model-based error: below it a robust error is the rounding of 0. */
static const double rounding = 1e-10;

static cbk_cox_test test_of(double chisq, size_t df)
{
    const bool is_test = df > 0 && chisq >= 0.0;
    return (cbk_cox_test){.chisq = is_test ? chisq : none,
                          .df = df,
                          .p = is_test ? cbk_chi_squared_upper(chisq, (double)df) : none};
}

static const cbk_cox_test no_test = {.chisq = (double)NAN, .p = (double)NAN};

static const cbk_cox_profile no_profile = {
    .lower = (double)NAN,
    .upper = (double)NAN,
    .likelihood_ratio = {(double)NAN, 1, (double)NAN},
    .score = {(double)NAN, 1, (double)NAN}};

static double *numbers(cbk_arena *arena, size_t n)
{
    return CBK_NEW(arena, double, n + 1);
}

/* ---- which covariates are in the model -------------------------------------------- */

static bool is_constant(const double *value, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if (value[i] < value[0] || value[i] > value[0]) {
            return false;
        }
    }
    return true;
}

/* Whether a column has information of its own, with all digits where it is nearly a sum
 * of those before: what little is left of it may be all rounding. */
static bool look_again(cbk_cox_fitting *at)
{
    const size_t p = at->model.p;
    const cbk_mark before = cbk_arena_mark(at->arena);
    cbk_cox_basis basis;
    if (!cbk_cox_basis_make(&at->model, at->now.info, at->arena, &basis)) {
        return false;
    }
    cbk_cox_likelihood(&basis.model, at->beta, &at->next);
    for (size_t j = 0; j < p; j++) {
        const double scale = basis.factors[j * p + j];
        at->step[j] = at->reference[j] / (scale * scale);
    }
    memcpy(at->factors, at->next.info, p * p * sizeof *at->factors);
    cbk_arena_release(at->arena, before);
    return true;
}

/* Whatever does not vary within risk sets leaves rounding alone in its diagonal. */
static void drop_determined(cbk_cox_fitting *at)
{
    cbk_cox_model *model = &at->model;
    const size_t p = model->p;
    double weight = model->is_weighted ? 0.0 : (double)model->n_event;
    for (size_t k = 0; model->is_weighted && k < model->n_times; k++) {
        for (uint32_t i = 0; i < model->times[k].n_event; i++) {
            weight += cbk_cox_weight(model, model->times[k].first + i);
        }
    }
    for (size_t j = 0; j < p; j++) {
        at->reference[j] = weight;
    }
    memcpy(at->factors, at->now.info, p * p * sizeof *at->factors);
    (void)cbk_cholesky_factor(at->factors, at->reference, p);
    if (look_again(at)) {
        (void)cbk_cholesky_factor(at->factors, at->step, p);
    }
    size_t n_kept = 0;
    for (size_t j = 0; j < p; j++) {
        if (at->factors[j * p + j] > 0.0) {
            at->kept[n_kept++] = j;
        } else {
            at->coefficients[j].fate = is_constant(at->rows->covariate[j], model->n)
                                           ? CBK_COX_CONSTANT
                                           : CBK_COX_COLLINEAR;
            at->fit->notes |= CBK_NOTE_COVARIATE_DROPPED;
        }
    }
    cbk_cox_model_keep(model, at->kept, n_kept);
}

/* ---- what the fit says ------------------------------------------------------------ */

static void fill_coefficient(cbk_cox_fitting *at, size_t j, double z_of_level)
{
    cbk_cox_coefficient *out = &at->coefficients[at->kept[j]];
    const size_t p = at->model.p;
    const double scale = at->model.scale[j];
    const bool is_robust = at->fit->request.is_robust;
    if (at->direction[j] != 0) {
        out->fate = at->direction[j] > 0 ? CBK_COX_RISING : CBK_COX_FALLING;
        return;
    }
    if (at->is_undetermined[j]) {
        out->fate = CBK_COX_UNDETERMINED;
        return;
    }
    out->estimate = at->beta[j] / scale;
    out->hazard_ratio = exp(out->estimate);
    const double model_error = sqrt(at->inverse[j * p + j]) / scale;
    out->std_error = model_error > 0.0 ? model_error : none;
    const double robust_error = sqrt(at->variance[j * p + j]) / scale;
    out->robust_se =
        is_robust && robust_error > rounding * model_error ? robust_error : none;
    const double error = is_robust ? out->robust_se : out->std_error;
    out->z = out->estimate / error;
    out->p = isnan(out->z) ? none : 2.0 * cbk_normal_upper(fabs(out->z));
    out->lower = exp(out->estimate - z_of_level * error);
    out->upper = exp(out->estimate + z_of_level * error);
}

static void fill_variance(cbk_cox_fitting *at)
{
    const size_t p = at->model.p;
    const size_t n = at->fit->n_covariates;
    double *out = at->all_variance;
    for (size_t j = 0; j < p; j++) {
        for (size_t k = 0; k < p; k++) {
            const bool is_finite = at->direction[j] == 0 && at->direction[k] == 0 &&
                                   !at->is_undetermined[j] && !at->is_undetermined[k];
            out[at->kept[j] * n + at->kept[k]] =
                is_finite
                    ? at->variance[j * p + k] / at->model.scale[j] / at->model.scale[k]
                    : 0.0;
        }
    }
}

/* vector' A^- vector for symmetric A[p * p]. */
static double quadratic(const cbk_cox_fitting *at, const double *matrix,
                        const double *vector, size_t *rank)
{
    return cbk_cox_quadratic(matrix, NULL, vector, at->model.p, at->factors, at->step,
                             rank);
}

/* Wald's statistic, model-based. */
static double sum_of_squares(const cbk_cox_fitting *at)
{
    const size_t p = at->model.p;
    double form = 0.0;
    for (size_t j = 0; j < p; j++) {
        for (size_t k = 0; k < p; k++) {
            form += at->beta[j] * at->now.info[j * p + k] * at->beta[k];
        }
    }
    return form;
}

/* ---- robust ----------------------------------------------------------------------- */

/* Whether every variance is more than what rounding leaves of 0 beside the other's. */
static bool is_above_rounding(const double *variance, const double *other, size_t p)
{
    for (size_t j = 0; j < p; j++) {
        if (!(variance[j * p + j] > rounding * rounding * other[j * p + j])) {
            return false;
        }
    }
    return true;
}

/* The score test at 0 from the products of score residuals there; now is at 0. */
static bool test_robust_score(cbk_cox_fitting *at)
{
    const size_t p = at->model.p;
    double *products = numbers(at->arena, p * p);
    memset(at->trial, 0, p * sizeof *at->trial);
    if (products == NULL ||
        !cbk_cox_score_products(&at->model, at->trial, at->arena, products)) {
        return false;
    }
    size_t rank = 0;
    const double chisq = quadratic(at, products, at->now.gradient, &rank);
    const bool is_known = rank == p && is_above_rounding(products, at->now.info, p);
    at->fit->robust_score = test_of(is_known ? chisq : none, p);
    return true;
}

/* Of the covariates again; what the limit says nothing of must be seen among these. */
static void leave_basis(cbk_cox_fitting *at)
{
    const size_t p = at->model.p;
    const bool is_whole = cbk_cox_has_full_rank(at->factors, p);
    cbk_cox_basis_leave(&at->basis, at->beta);
    if (is_whole) {
        cbk_cox_basis_leave_variance(&at->basis, at->inverse, at->step);
    }
    cbk_cox_look(at, &at->model, at->beta, &at->now);
    if (!is_whole) {
        memcpy(at->factors, at->now.info, p * p * sizeof *at->factors);
        (void)cbk_cholesky_factor(at->factors, at->reference, p);
        cbk_cox_invert(at->factors, p, at->inverse, at->step);
    }
    at->has_basis = false;
}

/* Leaves the basis. */
static bool make_variances(cbk_cox_fitting *at)
{
    const size_t p = at->model.p;
    memcpy(at->factors, at->now.info, p * p * sizeof *at->factors);
    (void)cbk_cholesky_factor(at->factors, at->is_monotone ? at->reference : NULL, p);
    cbk_cox_invert(at->factors, p, at->inverse, at->step);
    if (at->has_basis) {
        leave_basis(at);
    }
    memcpy(at->variance, at->inverse, p * p * sizeof *at->variance);
    if (!at->fit->request.is_robust) {
        return true;
    }
    double *products = numbers(at->arena, p * p); /* 0 where they cannot be computed */
    if (products == NULL ||
        (!at->is_far &&
         !cbk_cox_score_products(&at->model, at->beta, at->arena, products))) {
        return false;
    }
    cbk_cox_sandwich(at->inverse, products, p, at->factors, at->variance);
    return true;
}

/* ---- profiles ---------------------------------------------------------------------- */

/* Whether the likelihood never falls along coefficient j alone, on the side of sign. */
static bool rises_alone(cbk_cox_fitting *at, size_t j, int sign)
{
    memset(at->step, 0, at->model.p * sizeof *at->step);
    at->step[j] = sign;
    return cbk_cox_never_falls(&at->model, at->step, at->arena);
}

/* Whether the others, far enough out, make every value of coefficient j as likely. */
static bool is_any_as_likely(cbk_cox_fitting *at, const cbk_cox_profile *of, size_t j)
{
    return at->direction[j] != 0 && !isfinite(of->lower) && !isfinite(of->upper) &&
           of->likelihood_ratio.chisq < 1e-6 && !rises_alone(at, j, at->direction[j]);
}

/* By the profile: of all coefficients where that is wanted, else of the infinite ones
 * alone. */
static bool fill_profiles(cbk_cox_fitting *at)
{
    cbk_cox *fit = at->fit;
    const size_t p = at->model.p;
    if (!fit->request.wants_profile && !(fit->request.wants_instead && at->is_monotone)) {
        return true;
    }
    cbk_cox_profile *profile = CBK_NEW(at->arena, cbk_cox_profile, p + 1);
    double *std_error = numbers(at->arena, p);
    if (std_error == NULL) {
        return false;
    }
    for (size_t j = 0; j < p; j++) {
        profile[j] = no_profile;
        std_error[j] = sqrt(at->inverse[j * p + j]);
    }
    const bool is_exact = at->model.exact != NULL;
    if (at->is_far && (is_exact ? !cbk_cox_exact_go_far(&at->model, true)
                                : !cbk_cox_far_make(&at->model, at->arena, &at->far))) {
        return !cbk_arena_has_failed(at->arena);
    }
    cbk_cox_summit summit = {.model = &at->model,
                             .far = at->is_far && !is_exact ? &at->far : NULL,
                             .beta = at->beta,
                             .std_error = std_error,
                             .direction = at->direction,
                             .loglik = fit->loglik,
                             .is_monotone = at->is_monotone,
                             .wants_all = fit->request.wants_profile};
    if (!cbk_cox_profiles(&summit, fit->request.level, at->arena, profile)) {
        return false;
    }
    for (size_t j = 0; j < p; j++) {
        cbk_cox_profile *out = &at->coefficients[at->kept[j]].profile;
        if (is_any_as_likely(at, &profile[j], j)) {
            at->coefficients[at->kept[j]].fate = CBK_COX_UNDETERMINED;
        }
        *out = profile[j];
        out->lower = exp(profile[j].lower / at->model.scale[j]);
        out->upper = exp(profile[j].upper / at->model.scale[j]);
    }
    return true;
}

/* Of some coefficients the limit may say nothing.  Each that rises for ever by itself is
 * infinite, too; of others there is no estimate. */
static void send_rest_out(cbk_cox_fitting *at)
{
    for (size_t j = 0; j < at->model.p; j++) {
        for (int sign = -1; sign <= 1 && at->is_undetermined[j]; sign += 2) {
            if (at->direction[j] == 0 && rises_alone(at, j, sign)) {
                at->direction[j] = sign;
            }
        }
    }
}

/* ---- the two fits ----------------------------------------------------------------- */

static bool fit_plain(cbk_cox_fitting *at, double z)
{
    cbk_cox *fit = at->fit;
    const size_t p = at->model.p;
    size_t rank = 0;
    fit->loglik_null = at->now.loglik;
    if (fit->request.is_robust && !test_robust_score(at)) {
        return false;
    }
    cbk_cox_enter_basis(at);
    fit->score = test_of(quadratic(at, at->now.info, at->now.gradient, &rank), p);
    const bool is_found = cbk_cox_fit_climb(at);
    if (!is_found) { /* whatever it reached means nothing */
        fit->notes |= CBK_NOTE_NOT_CONVERGED;
        fit->likelihood_ratio = fit->wald = test_of(none, p);
        return true;
    }
    fit->notes |= at->is_monotone ? CBK_NOTE_MONOTONE : 0;
    fit->is_far = at->is_far;
    fit->loglik = at->now.loglik;
    fit->likelihood_ratio = test_of(fmax(0.0, 2.0 * (fit->loglik - fit->loglik_null)), p);
    const double wald = at->is_monotone ? none : sum_of_squares(at);
    if (!make_variances(at)) {
        return false;
    }
    if (at->is_monotone) {
        cbk_cox_find_undetermined(&at->model, at->now.info, at->inverse,
                                  at->is_undetermined);
        cbk_cox_come_back(at);
        send_rest_out(at);
        fit->wald = test_of(none, p);
    } else {
        const double robust = quadratic(at, at->variance, at->beta, &rank);
        const bool is_known =
            rank == p && is_above_rounding(at->variance, at->inverse, p);
        fit->wald = test_of(!fit->request.is_robust ? wald : is_known ? robust : none, p);
    }
    for (size_t j = 0; j < p; j++) {
        fill_coefficient(at, j, z);
        fit->gradient = fmax(fit->gradient, fabs(at->now.gradient[j]));
    }
    return fill_profiles(at);
}

static void fill_penalised(cbk_cox_fitting *at, size_t j, const cbk_cox_firth *firth)
{
    cbk_cox_coefficient *out = &at->coefficients[at->kept[j]];
    const size_t p = at->model.p;
    const double scale = at->model.scale[j];
    out->estimate = at->beta[j] / scale;
    out->hazard_ratio = exp(out->estimate);
    out->std_error = sqrt(at->inverse[j * p + j]) / scale;
    out->z = copysign(sqrt(firth->chisq[j]), out->estimate);
    out->profile.likelihood_ratio = test_of(firth->chisq[j], 1);
    out->p = out->profile.likelihood_ratio.p;
    out->lower = exp(firth->lower[j] / scale);
    out->upper = exp(firth->upper[j] / scale);
    out->profile.lower = out->lower;
    out->profile.upper = out->upper;
}

static bool fit_firth(cbk_cox_fitting *at)
{
    cbk_cox *fit = at->fit;
    const size_t p = at->model.p;
    cbk_cox_firth firth;
    if (!cbk_cox_firth_fit(&at->model, fit->request.level, at->arena, at->beta,
                           at->now.info, &firth)) {
        return false;
    }
    /* the penalty is that of covariates whose standard deviation is 1 */
    const double spread = cbk_cox_log_spread(&at->model);
    fit->loglik_null = firth.loglik_null - spread;
    fit->loglik = firth.loglik - spread;
    fit->gradient = firth.gradient;
    fit->n_iterations = firth.n_iterations;
    if (!firth.is_converged) { /* whatever it reached means nothing */
        fit->notes |= CBK_NOTE_NOT_CONVERGED;
        fit->loglik = none;
        fit->likelihood_ratio = fit->wald = test_of(none, p);
        return true;
    }
    fit->likelihood_ratio = test_of(fmax(0.0, 2.0 * (fit->loglik - fit->loglik_null)), p);
    size_t rank = 0;
    double *information = at->now.info;
    memcpy(at->factors, information, p * p * sizeof *at->factors);
    (void)cbk_cholesky_factor(at->factors, NULL, p);
    cbk_cox_invert(at->factors, p, at->inverse, at->step);
    memcpy(at->variance, at->inverse, p * p * sizeof *at->variance);
    const double wald = quadratic(at, at->inverse, at->beta, &rank);
    fit->wald = test_of(rank == p ? wald : none, p);
    for (size_t j = 0; j < p; j++) {
        fill_penalised(at, j, &firth);
    }
    return true;
}

/* ---- together --------------------------------------------------------------------- */

static bool make_room(cbk_cox_fitting *at, size_t p)
{
    cbk_arena *arena = at->arena;
    at->kept = CBK_NEW(arena, size_t, p + 1);
    at->direction = CBK_NEW(arena, int, p + 1);
    at->outward = numbers(arena, p);
    at->is_undetermined = CBK_NEW(arena, bool, p + 1);
    at->beta = numbers(arena, p);
    at->trial = numbers(arena, p);
    at->step = numbers(arena, p);
    at->reference = numbers(arena, p);
    at->factors = numbers(arena, p * p);
    at->inverse = numbers(arena, p * p);
    at->variance = numbers(arena, p * p);
    at->now =
        (cbk_cox_value){.gradient = numbers(arena, p), .info = numbers(arena, p * p)};
    at->next = at->now;
    at->next.gradient = numbers(arena, p);
    at->next.info = numbers(arena, p * p);
    return !cbk_arena_has_failed(arena);
}

static bool test_proportional(cbk_cox_fitting *at)
{
    cbk_cox *fit = at->fit;
    const size_t p = at->model.p;
    const size_t n_all = fit->n_covariates;
    if (!fit->request.wants_proportional || at->is_monotone || at->is_far ||
        fit->request.is_firth || cbk_cox_ties_are_exact(fit->request.ties)) {
        return true;
    }
    const size_t *term = at->rows->term;
    const size_t n_terms = term != NULL ? term[n_all - 1] + 1 : n_all;
    size_t *of_column = CBK_NEW(at->arena, size_t, p + 1);
    if (of_column == NULL) {
        return false;
    }
    for (size_t j = 0; j < p; j++) {
        of_column[j] = term != NULL ? term[at->kept[j]] : at->kept[j];
    }
    fit->n_terms = n_terms;
    fit->terms = at->terms;
    return cbk_cox_proportional(&at->model, at->beta, at->now.info, of_column, n_terms,
                                at->arena, at->terms, &fit->global);
}

static bool take_concordance(cbk_cox_fitting *at)
{
    cbk_cox *fit = at->fit;
    return !fit->request.wants_concordance ||
           cbk_cox_concordance(&at->model, at->beta, at->arena, &fit->concordance,
                               &fit->concordance_se);
}

static bool fit_model(cbk_cox_fitting *at)
{
    cbk_cox *fit = at->fit;
    const double z = cbk_normal_quantile_upper((1.0 - fit->request.level) / 2.0);
    cbk_cox_likelihood(&at->model, at->beta, &at->now);
    drop_determined(at);
    const size_t p = at->model.p;
    if (p < fit->n_covariates) {
        cbk_cox_likelihood(&at->model, at->beta, &at->now);
    }
    for (size_t j = 0; j < p; j++) {
        at->reference[j] = at->now.info[j * p + j];
    }
    fit->notes |= fit->n_event < p ? CBK_NOTE_FEW_EVENTS : 0;
    if (p == 0) { /* everybody is predicted the same, but for offsets */
        fit->loglik_null = fit->loglik = at->now.loglik;
        return take_concordance(at);
    }
    const bool is_done = fit->request.is_firth ? fit_firth(at) : fit_plain(at, z);
    if (is_done && (fit->notes & CBK_NOTE_NOT_CONVERGED) != 0) {
        return true;
    }
    if (!is_done || !test_proportional(at)) {
        return false;
    }
    fill_variance(at);
    return take_concordance(at);
}

/* What is given back; everything after it is room. */
static bool start_fit(const cbk_cox_request *request, cbk_cox_fitting *at)
{
    const cbk_cox_rows *rows = at->rows;
    const size_t p = rows->n_covariates;
    cbk_cox *fit = CBK_NEW(at->arena, cbk_cox, 1);
    at->coefficients = CBK_NEW(at->arena, cbk_cox_coefficient, p + 1);
    at->all_variance = numbers(at->arena, p * p);
    at->terms =
        CBK_NEW(at->arena, cbk_cox_test, rows->term != NULL ? rows->term[p - 1] + 1 : p);
    if (at->terms == NULL) {
        return false;
    }
    for (size_t j = 0; j < p; j++) {
        at->coefficients[j] = (cbk_cox_coefficient){.estimate = none,
                                                    .hazard_ratio = none,
                                                    .std_error = none,
                                                    .robust_se = none,
                                                    .z = none,
                                                    .p = none,
                                                    .lower = none,
                                                    .upper = none,
                                                    .profile = no_profile};
    }
    *fit = (cbk_cox){.request = *request,
                     .n = rows->followup->n,
                     .n_covariates = p,
                     .coefficients = at->coefficients,
                     .variance = at->all_variance,
                     .loglik_null = none,
                     .loglik = none,
                     .likelihood_ratio = no_test,
                     .wald = no_test,
                     .score = no_test,
                     .robust_score = no_test,
                     .global = no_test,
                     .concordance = none,
                     .concordance_se = none};
    fit->request.is_robust = request->is_robust || rows->cluster != NULL;
    at->fit = fit;
    return true;
}

static cbk_status fit_rows(cbk_cox_fitting *at, cbk_error *err)
{
    cbk_cox *fit = at->fit;
    if (fit->n == 0) {
        fit->notes = CBK_NOTE_NO_ROWS;
        return CBK_OK;
    }
    CBK_TRY(cbk_cox_model_make(at->rows, fit->request.ties, at->arena, &at->model, err));
    if (fit->request.keeps_rows) {
        at->kept_rows = cbk_cox_kept_start(at->rows, &at->model, at->arena);
        at->after = cbk_arena_mark(at->arena);
    }
    CBK_TRY(cbk_cox_exact_make(&at->model, at->arena, err));
    fit->n_event = at->model.n_event;
    fit->notes |= fit->n == 1 ? CBK_NOTE_ONE_SUBJECT : 0;
    if (fit->n_event == 0) {
        fit->notes |= CBK_NOTE_NO_EVENTS;
        return CBK_OK;
    }
    if (!make_room(at, fit->n_covariates) || !fit_model(at) ||
        cbk_arena_has_failed(at->arena)) {
        return cbk_fail_memory(err);
    }
    if (at->kept_rows != NULL && (fit->notes & CBK_NOTE_NOT_CONVERGED) == 0 &&
        !at->is_far) {
        cbk_cox_kept_fill(at->kept_rows, &at->model, at->kept, at->direction);
        memcpy(at->kept_rows->beta, at->beta, at->model.p * sizeof *at->beta);
        memcpy(at->kept_rows->inverse, at->inverse,
               at->model.p * at->model.p * sizeof *at->inverse);
        memcpy(at->kept_rows->variance, at->variance,
               at->model.p * at->model.p * sizeof *at->variance);
        fit->kept = at->kept_rows;
    }
    return CBK_OK;
}

cbk_status cbk_cox_fit_alone(const cbk_cox_rows *rows, const cbk_cox_request *request,
                             cbk_arena *arena, cbk_cox **out, cbk_error *err)
{
    *out = NULL;
    CBK_TRY(cbk_cox_check_request(rows, request, err));
    const cbk_mark before = cbk_arena_mark(arena);
    cbk_cox_fitting at = {.rows = rows, .arena = arena};
    if (!start_fit(request, &at)) {
        cbk_arena_release(arena, before);
        return cbk_fail_memory(err);
    }
    at.after = cbk_arena_mark(arena);
    const cbk_status status = fit_rows(&at, err);
    cbk_arena_release(arena, status == CBK_OK ? at.after : before);
    *out = status == CBK_OK ? at.fit : NULL;
    return status;
}
