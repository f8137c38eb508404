/* cox_firth.c - Firth's penalised likelihood and its profile.  Contract:
 * stats/cox/cox_firth.h.
 *
 * The penalty's derivative is half the trace of I^-1 dI/db.  With e and C the mean and
 * covariance of x at a time, A = I^-1 and q = x'Ax, that is half the sum over times of
 *     E[x q] - e E[q] - 2 C A e,
 * so third moments are never written down.
 */
#include "stats/cox/cox_firth.h"
#include "numeric/cholesky.h"
#include "numeric/distribution.h"
#include "stats/cox/cox_far.h"
#include "stats/cox/cox_profile.h"
#include "stats/cox_likelihood/cox_model.h"
#include "stats/cox_likelihood/cox_solve.h"
#include "stats/cox_likelihood/cox_walk.h"

#include <math.h>
#include <string.h>

/* The top is a fixed point; a profile near one is off by half its decrement. */
static const double decrement_top = 1e-28;
static const double decrement_profile = 1e-20;

/* Of the information that events of so much weight have in all: it is known to 10^-16 of
 * that. */
static const double share_lost = 1e-5;

typedef struct penalised {
    const cbk_cox_model *model;
    cbk_cox_walk walk;
    double *inverse; /* [p * p] of the information */
    double *factors; /* [p * p] */
    double *vector;  /* [p] room */
    double lost;     /* of a pivot: below it digits of the information are lost */
    cbk_cox_far far; /* for there, where has_far */
    bool has_far;
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

/* Factors the information; false where it has lost digits. */
static bool factor(penalised *at, const double *info)
{
    const size_t p = at->model->p;
    double least = (double)INFINITY;
    memcpy(at->factors, info, p * p * sizeof *at->factors);
    const size_t rank = cbk_cholesky_factor(at->factors, NULL, p);
    for (size_t j = 0; j < p; j++) {
        least = fmin(least, at->factors[j * p + j]);
    }
    return rank == p && (!at->has_far || least > at->lost);
}

/* loglik and gradient with the penalty; loglik is -infinity where there is none. */
static void evaluate(void *context, const double *beta, cbk_cox_value *out)
{
    penalised *at = context;
    const cbk_cox_model *model = at->model;
    const size_t p = model->p;
    cbk_cox_evaluate(model, beta, NULL, out);
    if (isinf(out->loglik) || !factor(at, out->info)) {
        out->loglik = -(double)INFINITY;
        if (at->has_far) {
            cbk_cox_far_evaluate(&at->far, beta, out);
        }
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

static bool make_room(const cbk_cox_model *model, cbk_arena *arena, penalised *out)
{
    const size_t p = model->p;
    *out = (penalised){.model = model};
    out->inverse = CBK_NEW(arena, double, p *p + 1);
    out->factors = CBK_NEW(arena, double, p *p + 1);
    out->vector = CBK_NEW(arena, double, p + 1);
    double weight = 0.0;
    for (size_t k = 0; k < model->n_times; k++) {
        for (uint32_t i = 0; i < model->times[k].n_event; i++) {
            weight += cbk_cox_weight(model, model->times[k].first + i);
        }
    }
    out->lost = share_lost * weight;
    out->has_far = cbk_cox_far_make(model, arena, &out->far);
    return !cbk_arena_has_failed(arena) &&
           cbk_cox_walk_start(&out->walk, model, 2 + 2 * p + p * p, fill_features,
                              out->inverse, arena);
}

bool cbk_cox_firth_fit(const cbk_cox_model *model, double level, cbk_arena *arena,
                       double *beta, double *info, cbk_cox_firth *out)
{
    const size_t p = model->p;
    const double z = cbk_normal_quantile_upper((1.0 - level) / 2.0);
    penalised of;
    cbk_cox_climber at;
    *out = (cbk_cox_firth){.lower = CBK_NEW(arena, double, p + 1),
                           .upper = CBK_NEW(arena, double, p + 1),
                           .chisq = CBK_NEW(arena, double, p + 1)};
    double *inverse = CBK_NEW(arena, double, p *p + 1);
    if (!make_room(model, arena, &of) ||
        !cbk_cox_climber_make(p, evaluate, &of, decrement_top, arena, &at)) {
        return false;
    }
    at.learned = CBK_NEW(arena, double, p *p + 1);
    at.width = CBK_NEW(arena, double, p + 1);
    at.metric = CBK_NEW(arena, double, p *p + 1);
    if (at.metric == NULL) {
        return false;
    }
    evaluate(&of, at.now, &at.value);
    memcpy(at.metric, at.value.info, p * p * sizeof *at.metric);
    for (size_t j = 0; j < p; j++) { /* of a standard deviation; of little information */
        at.width[j] = 2.0 * fmax(1.0, 1.0 / sqrt(at.value.info[j * p + j]));
    }
    out->loglik_null = at.value.loglik;
    out->is_converged = cbk_cox_climb(&at, p);
    at.decrement_last = decrement_profile;
    out->loglik = at.value.loglik;
    out->n_iterations = at.n_iterations;
    memcpy(beta, at.now, p * sizeof *beta);
    memcpy(info, at.value.info, p * p * sizeof *info);
    memcpy(at.factors, info, p * p * sizeof *info);
    (void)cbk_cholesky_factor(at.factors, NULL, p);
    cbk_cox_invert(at.factors, p, inverse, of.vector);
    for (size_t j = 0; j < p; j++) {
        out->gradient = fmax(out->gradient, fabs(at.value.gradient[j]));
    }
    for (size_t j = 0; j < p && out->is_converged; j++) {
        const double width = 2.0 * sqrt(inverse[j * p + j]);
        const double target = out->loglik - 0.5 * z * z;
        for (int side = -1; side <= 1; side += 2) {
            memcpy(at.now, beta, p * sizeof *at.now);
            *(side < 0 ? &out->lower[j] : &out->upper[j]) =
                cbk_cox_profile_limit(&at, j, beta[j], width, side, target);
        }
        memcpy(at.now, beta, p * sizeof *at.now);
        const double chisq =
            2.0 * (out->loglik - cbk_cox_profile_from(&at, j, beta[j], 0.0));
        out->chisq[j] = chisq < 0.0 ? 0.0 : chisq;
    }
    return true;
}
