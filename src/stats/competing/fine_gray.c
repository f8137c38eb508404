/* fine_gray.c - the subdistribution hazards regression: the fit and what it says.
 * Contract and sources: casebook/fine_gray.h. */
#include "numeric/cholesky.h"
#include "numeric/distribution.h"
#include "stats/competing/fine_gray_model.h"
#include "stats/cox/cox_basis.h"
#include "stats/cox_likelihood/cox_likelihood.h"
#include "stats/cox_likelihood/cox_solve.h"
#include "stats/cox_postestimation/cox_postestimation.h"

#include <math.h>
#include <string.h>

enum { ITERATIONS_MAX = 100, HALVINGS_MAX = 40 };
static const double none = (double)NAN;
/* Of the model-based error: below it an error is the rounding of 0. */
static const double rounding = 1e-10;
/* Newton's decrement from which the next step ends below a double's last digit. */
static const double decrement_last = 1e-16;
/* The same per information of a standard deviation of a covariate: the step does not
 * change the information, or the variance, by more than a double's last digits. */
static const double decrement_tiny = 1e-22;

typedef struct fitting {
    const cbk_fine_gray_rows *rows;
    cbk_fg_model model;
    cbk_fine_gray *fit;
    cbk_cox_coefficient *coefficients; /* [n_covariates] */
    double *all_variance;              /* [n_covariates^2] */
    cbk_arena *arena;
    size_t p;          /* covariates in the model */
    size_t *kept;      /* [p] which covariate a column is */
    int *direction;    /* [p] 1 and -1: to infinity; 0: finite */
    double *beta;      /* [p] scaled */
    double *trial;     /* [p] */
    double *step;      /* [p] */
    double *reference; /* [p] diagonal of the information at 0 */
    double *factors;   /* [p * p] as the next */
    double *inverse;
    double *variance;
    cbk_cox_value now;
    cbk_cox_value next;
    cbk_cox_basis basis; /* where has_basis the model's columns are its own */
    bool has_basis;
    bool is_found; /* the maximum, or that of the limit */
    bool is_monotone;
    bool has_step_left; /* one that changes nothing but the last digits of beta */
} fitting;

/* ---- which covariates are in the model --------------------------------------------- */

/* Whatever does not vary within risk sets leaves rounding alone in its diagonal. */
static void drop_determined(fitting *at)
{
    cbk_cox_model *cox = &at->model.cox;
    const size_t p = cox->p;
    size_t n_kept = 0;
    for (size_t j = 0; j < p; j++) {
        at->reference[j] = (double)cox->n_event;
    }
    memcpy(at->factors, at->now.info, p * p * sizeof *at->factors);
    (void)cbk_cholesky_factor(at->factors, at->reference, p);
    for (size_t j = 0; j < p; j++) {
        if (at->factors[j * p + j] > 0.0) {
            at->kept[n_kept++] = j;
        } else {
            at->coefficients[j].fate =
                cox->range[j] > 0.0 ? CBK_COX_COLLINEAR : CBK_COX_CONSTANT;
            at->fit->notes |= CBK_NOTE_COVARIATE_DROPPED;
        }
    }
    cbk_cox_model_keep(cox, at->kept, n_kept);
    at->p = n_kept;
}

/* ---- Newton ------------------------------------------------------------------------ *
 *
 * Not the climb of cox_climb.c: there a likelihood without a maximum is left for its
 * limit, one of fewer rows, while here the coefficients go far out; here nothing begins
 * at a sample; and the last, tiny step comes after the variance, which needs what the
 * whole evaluation before it left behind. */

/* What is dropped of the information; NULL: by its diagonal alone. */
static const double *reference_of(const fitting *at)
{
    return at->is_monotone ? at->reference : NULL;
}

/* step = I^-1 U at now; returns the decrement U' I^-1 U. */
static double newton_step(fitting *at)
{
    return cbk_cox_quadratic(at->now.info, reference_of(at), at->now.gradient, at->p,
                             at->factors, at->step, NULL);
}

/* Goes along step, or a part of it, to where the likelihood is not less. */
static bool take_step(fitting *at)
{
    const double slack = 1e-13 * (fabs(at->now.loglik) + 1.0);
    double part = 1.0;
    for (int turn = 0; turn < HALVINGS_MAX; turn++, part /= 2.0) {
        for (size_t j = 0; j < at->p; j++) {
            at->trial[j] = at->beta[j] + part * at->step[j];
        }
        cbk_fg_evaluate(&at->model, at->trial, &at->next);
        if (at->next.loglik >= at->now.loglik - slack) {
            memcpy(at->beta, at->trial, at->p * sizeof *at->beta);
            const cbk_cox_value before = at->now;
            at->now = at->next;
            at->next = before;
            return true;
        }
    }
    return false;
}

/* Whether the last step, or all the way so far, is a direction without an end; then goes
 * to it. */
static bool go_out(fitting *at, double decrement)
{
    if (at->is_monotone) {
        return false;
    }
    bool is_found = cbk_fg_is_monotone(&at->model, at->step, decrement, at->direction);
    if (!is_found && !(decrement > 0.0)) {
        memcpy(at->step, at->beta, at->p * sizeof *at->step);
        is_found = cbk_fg_is_monotone(&at->model, at->step, 0.0, at->direction);
    }
    if (is_found) {
        at->is_monotone = true;
        cbk_fg_go_out(&at->model, at->step, at->direction, at->beta, &at->now);
    }
    return is_found;
}

/* Whether a step with this decrement leaves the information as it is.  0 is no step:
 * go_out() looks along the whole way then, and nothing is as cbk_fg_evaluate() left it.
 */
static bool is_tiny(const fitting *at, double decrement)
{
    double trace = 0.0;
    for (size_t j = 0; j < at->p; j++) {
        trace += at->now.info[j * at->p + j];
    }
    return decrement > 0.0 && decrement < decrement_tiny * trace / (double)at->p;
}

/* True at the maximum, or a tiny step before it. */
static bool climb(fitting *at)
{
    for (int turn = 0; turn < ITERATIONS_MAX; turn++) {
        const double decrement = newton_step(at);
        const bool is_lame = /* a direction that rounding hides */
            !cbk_cox_has_full_rank(at->factors, at->p);
        if (turn >= 3 && go_out(at, is_lame ? 0.0 : decrement)) {
            continue;
        }
        (void)newton_step(at); /* go_out() may have looked elsewhere */
        at->fit->n_iterations++;
        if (!is_lame && !at->is_monotone && is_tiny(at, decrement)) {
            at->has_step_left = true;
            return true;
        }
        if (!take_step(at)) {
            if (go_out(at, 0.0)) {
                continue;
            }
            return at->is_monotone && decrement < 1e-10;
        }
        if (decrement < decrement_last) {
            return at->is_monotone || !is_lame;
        }
    }
    return false;
}

/* ---- what the fit says ------------------------------------------------------------- */

static bool make_variance(fitting *at)
{
    double *products = CBK_NEW(at->arena, double, at->p * at->p + 1);
    memcpy(at->factors, at->now.info, at->p * at->p * sizeof *at->factors);
    (void)cbk_cholesky_factor(at->factors, reference_of(at), at->p);
    cbk_cox_invert(at->factors, at->p, at->inverse, at->step);
    if (at->is_monotone) { /* the last step that was tried may have been refused */
        cbk_fg_evaluate(&at->model, at->beta, &at->now);
    }
    if (products == NULL || !cbk_fg_score_products(&at->model, at->arena, products)) {
        return false;
    }
    cbk_cox_sandwich(at->inverse, products, at->p, at->factors, at->variance);
    return true;
}

/* The tiny step, after the variance was taken: without the information, which is known.
 */
static void take_last_step(fitting *at)
{
    double *info = at->next.info;
    at->next.info = NULL;
    (void)newton_step(at);
    if (take_step(at)) {
        at->now.info = at->next.info;
    }
    at->next.info = info;
}

static void test_all(fitting *at)
{
    const size_t p = at->p;
    size_t rank = 0;
    const double chisq =
        cbk_cox_quadratic(at->variance, NULL, at->beta, p, at->factors, at->step, &rank);
    at->fit->wald.df = p;
    if (rank == p && !at->is_monotone) {
        at->fit->wald.chisq = chisq;
        at->fit->wald.p = cbk_chi_squared_upper(chisq, (double)p);
    }
}

static void fill_coefficient(const fitting *at, size_t j, double z_of_level)
{
    cbk_cox_coefficient *out = &at->coefficients[at->kept[j]];
    if (at->direction[j] != 0) {
        out->fate = at->direction[j] > 0 ? CBK_COX_RISING : CBK_COX_FALLING;
    }
    if (out->fate != CBK_COX_ESTIMATED) {
        return;
    }
    const double scale = at->model.cox.scale[j];
    const double error = sqrt(at->variance[j * at->p + j]) / scale;
    out->estimate = at->beta[j] / scale;
    out->hazard_ratio = exp(out->estimate);
    const double of_model = sqrt(at->inverse[j * at->p + j]) / scale;
    out->std_error = error > rounding * of_model ? error : none;
    out->z = out->estimate / out->std_error;
    out->p = isnan(out->z) ? none : 2.0 * cbk_normal_upper(fabs(out->z));
    out->lower = exp(out->estimate - z_of_level * out->std_error);
    out->upper = exp(out->estimate + z_of_level * out->std_error);
}

static void fill_variance(const fitting *at)
{
    const size_t n = at->fit->n_covariates;
    const double *scale = at->model.cox.scale;
    for (size_t j = 0; j < at->p; j++) {
        for (size_t k = 0; k < at->p; k++) {
            const bool is_finite =
                at->coefficients[at->kept[j]].fate == CBK_COX_ESTIMATED &&
                at->coefficients[at->kept[k]].fate == CBK_COX_ESTIMATED;
            at->all_variance[at->kept[j] * n + at->kept[k]] =
                is_finite ? at->variance[j * at->p + k] / scale[j] / scale[k] : 0.0;
        }
    }
}

/* ---- together ---------------------------------------------------------------------- */

static bool make_room(fitting *at, size_t p)
{
    cbk_arena *arena = at->arena;
    at->kept = CBK_NEW(arena, size_t, p);
    at->direction = CBK_NEW(arena, int, p);
    double *numbers = CBK_NEW(arena, double, 6 * p + 5 * p * p);
    if (numbers == NULL) {
        return false;
    }
    at->beta = numbers;
    at->trial = numbers + p;
    at->step = numbers + 2 * p;
    at->reference = numbers + 3 * p;
    at->now.gradient = numbers + 4 * p;
    at->next.gradient = numbers + 5 * p;
    at->factors = numbers + 6 * p;
    at->inverse = at->factors + p * p;
    at->variance = at->inverse + p * p;
    at->now.info = at->variance + p * p;
    at->next.info = at->now.info + p * p;
    return true;
}

/* The coefficients of a Cox regression, for the variance here.  False where they are so
 * far out that nothing can be evaluated. */
static bool go_to(fitting *at, const cbk_cox_kept *kept)
{
    memset(at->beta, 0, at->p * sizeof *at->beta);
    for (size_t k = 0; kept != NULL && k < kept->model.p; k++) {
        const size_t j = kept->covariate[k];
        at->beta[j] = kept->beta[k] / kept->model.scale[k] * at->model.cox.scale[j];
    }
    cbk_fg_evaluate(&at->model, at->beta, &at->now);
    return kept != NULL && isfinite(at->now.loglik);
}

/* What a small series says as a Cox regression. */
static void take_from_cox(fitting *at, const cbk_cox *cox)
{
    at->is_found = (cox->notes & (cbk_notes)CBK_NOTE_NOT_CONVERGED) == 0;
    if (!at->is_found) {
        return;
    }
    for (size_t j = 0; j < at->p; j++) {
        const cbk_cox_coefficient *from = &cox->coefficients[j];
        cbk_cox_coefficient *out = &at->coefficients[at->kept[j]];
        out->fate = from->fate;
        out->estimate = from->estimate;
        out->hazard_ratio = from->hazard_ratio;
        at->direction[j] = from->fate == CBK_COX_RISING    ? 1
                           : from->fate == CBK_COX_FALLING ? -1
                                                           : 0;
    }
    at->fit->notes |= cox->notes & (cbk_notes)CBK_NOTE_COVARIATE_DROPPED;
    at->is_monotone = (cox->notes & (cbk_notes)CBK_NOTE_MONOTONE) != 0;
    at->has_step_left = false;
    at->fit->loglik = cox->loglik;
    at->fit->is_far = !go_to(at, cox->kept) || fabs(at->now.loglik - cox->loglik) >
                                                   1e-6 * (1.0 + fabs(cox->loglik));
}

/* Where Newton's way did not arrive, or seems to have no end; of a larger series what it
 * found stands.  False when out of memory. */
static bool ask_cox(fitting *at)
{
    const cbk_mark before = cbk_arena_mark(at->arena);
    cbk_cox *cox = NULL;
    cbk_error err;
    if (cbk_fg_fit_as_cox(&at->model, at->rows, at->kept, at->fit->level, at->arena, &cox,
                          &err) != CBK_OK) {
        return false;
    }
    if (cox != NULL) {
        take_from_cox(at, cox);
    }
    cbk_arena_release(at->arena, before);
    return true;
}

/* Where one covariate is nearly a sum of others the columns are taken apart, as in Cox's
 * regression; a likelihood without a maximum is looked at as it is.  False when out of
 * memory. */
static bool find_maximum(fitting *at)
{
    const cbk_cox_model whole = at->model.cox;
    at->has_basis = cbk_cox_basis_make(&whole, at->now.info, at->arena, &at->basis);
    if (at->has_basis) {
        at->model.cox = at->basis.model;
        cbk_fg_evaluate(&at->model, at->beta, &at->now);
    }
    at->is_found = climb(at);
    if (at->has_basis && (!at->is_found || at->is_monotone)) {
        at->has_basis = at->is_monotone = false;
        at->model.cox = whole;
        memset(at->beta, 0, at->p * sizeof *at->beta);
        memset(at->direction, 0, at->p * sizeof *at->direction);
        cbk_fg_evaluate(&at->model, at->beta, &at->now);
        at->is_found = climb(at);
    }
    at->fit->loglik = at->now.loglik;
    return (at->is_found && !at->is_monotone) || ask_cox(at);
}

static bool fit_model(fitting *at)
{
    cbk_fine_gray *fit = at->fit;
    cbk_fg_evaluate(&at->model, at->beta, &at->now);
    drop_determined(at);
    if (at->p < fit->n_covariates) {
        cbk_fg_evaluate(&at->model, at->beta, &at->now);
    }
    fit->loglik_null = fit->loglik = at->now.loglik;
    fit->notes |= fit->n_event < at->p ? CBK_NOTE_FEW_EVENTS : 0u;
    if (at->p == 0) {
        return true;
    }
    for (size_t j = 0; j < at->p; j++) {
        at->reference[j] = at->now.info[j * at->p + j];
    }
    if (!find_maximum(at)) {
        return false;
    }
    if (!at->is_found) { /* whatever it reached means nothing */
        fit->loglik = none;
        fit->notes |= CBK_NOTE_NOT_CONVERGED;
        return true;
    }
    fit->notes |= at->is_monotone ? CBK_NOTE_MONOTONE : 0u;
    if (fit->is_far) {
        fit->wald.df = at->p;
        return true;
    }
    if (!make_variance(at)) {
        return false;
    }
    if (at->has_step_left) {
        take_last_step(at);
        fit->loglik = at->now.loglik;
    }
    test_all(at);
    if (at->has_basis) {
        cbk_cox_basis_leave(&at->basis, at->beta);
        cbk_cox_basis_leave_variance(&at->basis, at->variance, at->step);
        cbk_cox_basis_leave_variance(&at->basis, at->inverse, at->step);
    }
    fill_variance(at);
    const double z = cbk_normal_quantile_upper((1.0 - fit->level) / 2.0);
    for (size_t j = 0; j < at->p; j++) {
        fill_coefficient(at, j, z);
        fit->gradient = fmax(fit->gradient, fabs(at->now.gradient[j]));
    }
    return true;
}

/* What is given back; everything after it is room. */
static bool start_fit(fitting *at, double level)
{
    const cbk_fine_gray_rows *rows = at->rows;
    const size_t p = rows->n_covariates;
    at->fit = CBK_NEW(at->arena, cbk_fine_gray, 1);
    at->coefficients = CBK_NEW(at->arena, cbk_cox_coefficient, p);
    at->all_variance = CBK_NEW(at->arena, double, p *p);
    if (at->all_variance == NULL) {
        return false;
    }
    const cbk_cox_test no_test = {.chisq = none, .p = none};
    *at->fit = (cbk_fine_gray){.level = level,
                               .n = rows->followup->n,
                               .n_covariates = p,
                               .coefficients = at->coefficients,
                               .variance = at->all_variance,
                               .loglik_null = none,
                               .loglik = none,
                               .wald = no_test};
    for (size_t j = 0; j < p; j++) {
        at->coefficients[j] = (cbk_cox_coefficient){.estimate = none,
                                                    .hazard_ratio = none,
                                                    .std_error = none,
                                                    .robust_se = none,
                                                    .z = none,
                                                    .p = none,
                                                    .lower = none,
                                                    .upper = none};
    }
    for (size_t i = 0; i < at->fit->n; i++) {
        at->fit->n_event += rows->cause[i] == rows->wanted ? 1 : 0;
        at->fit->n_censored += rows->cause[i] == 0 ? 1 : 0;
    }
    at->fit->n_competing = at->fit->n - at->fit->n_event - at->fit->n_censored;
    return true;
}

static cbk_status fit_rows(fitting *at, cbk_error *err)
{
    cbk_fine_gray *fit = at->fit;
    if (fit->n == 0) {
        fit->notes = CBK_NOTE_NO_ROWS;
        return CBK_OK;
    }
    CBK_TRY(cbk_fg_model_make(at->rows, at->arena, &at->model, err));
    fit->notes |= fit->n == 1 ? CBK_NOTE_ONE_SUBJECT : 0u;
    if (fit->n_event == 0) {
        fit->notes |= CBK_NOTE_NO_EVENTS;
        return CBK_OK;
    }
    return make_room(at, fit->n_covariates) && fit_model(at) &&
                   !cbk_arena_has_failed(at->arena)
               ? CBK_OK
               : cbk_fail_memory(err);
}

static cbk_status check_request(const cbk_fine_gray_rows *rows, double level,
                                cbk_error *err)
{
    if (!(level > 0.0 && level < 1.0)) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "The level %.15g is not between 0 and 1.", level);
    }
    if (rows->n_covariates == 0 || rows->n_covariates > CBK_COX_COVARIATES_MAX) {
        return cbk_fail(
            err, CBK_EINVAL, CBK_ROW_NONE,
            "A model has from 1 to %d columns of covariates; this one has %zu.",
            (int)CBK_COX_COVARIATES_MAX, rows->n_covariates);
    }
    if (rows->wanted == 0) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "Censored is no kind of event that a model could be of.");
    }
    if (rows->followup->entry != NULL || rows->followup->weight != NULL) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "Fine-Gray regression has neither late entry nor weights.");
    }
    return CBK_OK;
}

cbk_status cbk_fine_gray_fit(const cbk_fine_gray_rows *rows, double level,
                             cbk_arena *arena, const cbk_fine_gray **out, cbk_error *err)
{
    *out = NULL;
    CBK_TRY(check_request(rows, level, err));
    const cbk_mark before = cbk_arena_mark(arena);
    fitting at = {.rows = rows, .arena = arena};
    if (!start_fit(&at, level)) {
        cbk_arena_release(arena, before);
        return cbk_fail_memory(err);
    }
    const cbk_mark after = cbk_arena_mark(arena);
    const cbk_status status = fit_rows(&at, err);
    cbk_arena_release(arena, status == CBK_OK ? after : before);
    *out = status == CBK_OK ? at.fit : NULL;
    return status;
}
