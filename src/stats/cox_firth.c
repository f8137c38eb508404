/* cox_firth.c - Firth's penalised likelihood and its profile.  Contract:
 * stats/cox_model.h.
 *
 * The penalty's derivative is half the trace of I^-1 dI/db.  With e and C the mean and
 * covariance of x at a time, A = I^-1 and q = x'Ax, that is half the sum over times of
 *     E[x q] - e E[q] - 2 C A e,
 * so third moments are never written down.
 */
#include "numeric/distribution.h"
#include "stats/cox_model.h"

#include <math.h>
#include <string.h>

enum { ITERATIONS_MAX = 500, HALVINGS_MAX = 30, SEARCH_MAX = 200 };
static const double decrement_last = 1e-20;

typedef struct penalised {
    const cbk_cox_model *model;
    cbk_cox_walk walk;
    double *inverse; /* [p * p] of the information */
    double *factors; /* [p * p] */
    double *vector;  /* [2 * p] room */
    double *now;     /* [p] coefficients being fitted */
    double *trial;   /* [p] */
    cbk_cox_value value;
    cbk_cox_value next;
    size_t n_iterations;
} penalised;

/* 1, x, x x', q, x q. */
static void fill_features(const void *context, const cbk_cox_model *model, uint32_t i,
                          double *feature)
{
    const double *inverse = context;
    const size_t p = model->p;
    const double *x = feature + 1;
    double *square = feature + 1 + p;
    double q = 0.0;
    cbk_cox_feature_x(NULL, model, i, feature);
    for (size_t j = 0; j < p; j++) {
        for (size_t k = 0; k < p; k++) {
            square[j * p + k] = x[j] * x[k];
            q += x[j] * inverse[j * p + k] * x[k];
        }
    }
    square[p * p] = q;
    for (size_t j = 0; j < p; j++) {
        square[p * p + 1 + j] = q * x[j];
    }
}

/* What one denominator of a time adds to the gradient of the penalty. */
static void add_part(const penalised *at, double share, double weight, double *gradient)
{
    const cbk_cox_walk *walk = &at->walk;
    const size_t p = at->model->p;
    const size_t of_q = 1 + p + p * p;
    const double at_risk = walk->at_risk[0] - share * walk->of_events[0];
#define MEAN(k) ((walk->at_risk[k] - share * walk->of_events[k]) / at_risk)
    double *ae = at->vector;
    double eae = 0.0;
    for (size_t j = 0; j < p; j++) {
        ae[j] = 0.0;
        for (size_t k = 0; k < p; k++) {
            ae[j] += at->inverse[j * p + k] * MEAN(1 + k);
        }
        eae += ae[j] * MEAN(1 + j);
    }
    for (size_t j = 0; j < p; j++) {
        double cae = -MEAN(1 + j) * eae;
        for (size_t k = 0; k < p; k++) {
            cae += MEAN(1 + p + j * p + k) * ae[k];
        }
        gradient[j] +=
            0.5 * weight * (MEAN(of_q + 1 + j) - MEAN(1 + j) * MEAN(of_q) - 2.0 * cae);
    }
#undef MEAN
}

/* loglik and gradient with the penalty; loglik is -infinity where there is none. */
static void evaluate(penalised *at, const double *beta, cbk_cox_value *out)
{
    const cbk_cox_model *model = at->model;
    const size_t p = model->p;
    cbk_cox_evaluate(model, beta, NULL, out);
    if (isinf(out->loglik)) {
        return;
    }
    memcpy(at->factors, out->info, p * p * sizeof *at->factors);
    if (cbk_cox_factor(at->factors, NULL, p) < p) {
        out->loglik = -(double)INFINITY;
        return;
    }
    for (size_t j = 0; j < p; j++) {
        out->loglik += 0.5 * log(at->factors[j * p + j]);
    }
    cbk_cox_invert(at->factors, p, at->inverse, at->vector);
    at->walk.run = model->n_runs;
    while (cbk_cox_walk_back(&at->walk)) {
        const size_t d = cbk_cox_walk_parts(&at->walk);
        for (size_t l = 0; l < d; l++) {
            add_part(at, (double)l / (double)d, at->walk.weight / (double)d,
                     out->gradient);
        }
    }
}

/* Solves I step = gradient with coefficient `held` not moving; held p: all move.  Returns
 * the decrement. */
static double find_step(const penalised *at, size_t held, double *step)
{
    const size_t p = at->model->p;
    memcpy(at->factors, at->value.info, p * p * sizeof *at->factors);
    memcpy(step, at->value.gradient, p * sizeof *step);
    if (held < p) {
        for (size_t j = 0; j < p; j++) {
            at->factors[j * p + held] = at->factors[held * p + j] = 0.0;
        }
        step[held] = 0.0;
    }
    (void)cbk_cox_factor(at->factors, NULL, p);
    cbk_cox_solve(at->factors, p, step);
    double decrement = 0.0;
    for (size_t j = 0; j < p; j++) {
        decrement += step[j] * (j == held ? 0.0 : at->value.gradient[j]);
    }
    return decrement;
}

/* Climbs from now with coefficient `held` where it is.  True at the maximum. */
static bool climb(penalised *at, size_t held)
{
    const size_t p = at->model->p;
    double *step = at->vector + p;
    evaluate(at, at->now, &at->value);
    for (int turn = 0; turn < ITERATIONS_MAX && isfinite(at->value.loglik); turn++) {
        const double decrement = find_step(at, held, step);
        const double slack = 1e-14 * (fabs(at->value.loglik) + 1.0);
        if (decrement < decrement_last) {
            return true;
        }
        double part = 1.0;
        int halving = 0;
        do {
            for (size_t j = 0; j < p; j++) {
                at->trial[j] = at->now[j] + part * step[j];
            }
            evaluate(at, at->trial, &at->next);
            part /= 2.0;
        } while (!(at->next.loglik >= at->value.loglik - slack) &&
                 ++halving < HALVINGS_MAX);
        if (halving == HALVINGS_MAX) {
            return decrement < 1e-10;
        }
        memcpy(at->now, at->trial, p * sizeof *at->now);
        const cbk_cox_value before = at->value;
        at->value = at->next;
        at->next = before;
        at->n_iterations++;
    }
    return false;
}

/* The profile of coefficient j at value; now is where the others are, and stays there
 * where the likelihood cannot be computed. */
static double profile(penalised *at, size_t j, double value)
{
    at->now[j] = value;
    (void)climb(at, j);
    return at->value.loglik;
}

/* Where the profile of coefficient j falls to target, beyond best on the side of sign. */
static double find_limit(penalised *at, size_t j, const double *best, double std_error,
                         double sign, double target)
{
    const size_t p = at->model->p;
    double inside = best[j];
    double outside = best[j];
    double width = 2.0 * std_error;
    memcpy(at->now, best, p * sizeof *at->now);
    for (int turn = 0; turn < SEARCH_MAX; turn++, width *= 2.0) {
        inside = outside;
        outside = outside + sign * width;
        if (!(profile(at, j, outside) > target)) {
            break;
        }
        if (turn + 1 == SEARCH_MAX) {
            return sign * (double)INFINITY;
        }
    }
    memcpy(at->now, best, p * sizeof *at->now);
    for (int turn = 0; turn < SEARCH_MAX; turn++) {
        const double middle = inside + 0.5 * (outside - inside);
        if (!(fabs(outside - inside) > 1e-13 * (fabs(middle) + std_error))) {
            break;
        }
        if (profile(at, j, middle) > target) {
            inside = middle;
        } else {
            outside = middle;
        }
    }
    return inside + 0.5 * (outside - inside);
}

static bool make_room(const cbk_cox_model *model, cbk_arena *arena, penalised *out)
{
    const size_t p = model->p;
    *out = (penalised){.model = model};
    out->inverse = CBK_NEW(arena, double, p *p + 1);
    out->factors = CBK_NEW(arena, double, p *p + 1);
    out->vector = CBK_NEW(arena, double, 2 * p + 1);
    out->now = CBK_NEW(arena, double, p + 1);
    out->trial = CBK_NEW(arena, double, p + 1);
    out->value.gradient = CBK_NEW(arena, double, p + 1);
    out->value.info = CBK_NEW(arena, double, p *p + 1);
    out->next.gradient = CBK_NEW(arena, double, p + 1);
    out->next.info = CBK_NEW(arena, double, p *p + 1);
    return !cbk_arena_has_failed(arena) &&
           cbk_cox_walk_start(&out->walk, model, 2 + 2 * p + p * p, fill_features,
                              out->inverse, arena);
}

bool cbk_cox_firth_fit(const cbk_cox_model *model, double level, cbk_arena *arena,
                       double *beta, double *info, cbk_cox_firth *out)
{
    const size_t p = model->p;
    const double z = cbk_normal_quantile_upper((1.0 - level) / 2.0);
    penalised at;
    *out = (cbk_cox_firth){.lower = CBK_NEW(arena, double, p + 1),
                           .upper = CBK_NEW(arena, double, p + 1),
                           .chisq = CBK_NEW(arena, double, p + 1)};
    if (!make_room(model, arena, &at)) {
        return false;
    }
    evaluate(&at, at.now, &at.value);
    out->loglik_null = at.value.loglik;
    out->is_converged = climb(&at, p);
    out->loglik = at.value.loglik;
    out->n_iterations = at.n_iterations;
    memcpy(beta, at.now, p * sizeof *beta);
    memcpy(info, at.value.info, p * p * sizeof *info);
    memcpy(at.factors, info, p * p * sizeof *info);
    double *inverse = CBK_NEW(arena, double, p *p + 1);
    if (inverse == NULL) {
        return false;
    }
    (void)cbk_cox_factor(at.factors, NULL, p);
    cbk_cox_invert(at.factors, p, inverse, at.vector);
    for (size_t j = 0; j < p; j++) {
        out->gradient = fmax(out->gradient, fabs(at.value.gradient[j]));
    }
    for (size_t j = 0; j < p; j++) {
        const double std_error = sqrt(inverse[j * p + j]);
        const double target = out->loglik - 0.5 * z * z;
        out->lower[j] = find_limit(&at, j, beta, std_error, -1.0, target);
        out->upper[j] = find_limit(&at, j, beta, std_error, 1.0, target);
        memcpy(at.now, beta, p * sizeof *beta);
        out->chisq[j] = fmax(0.0, 2.0 * (out->loglik - profile(&at, j, 0.0)));
    }
    return true;
}
