/* cox_profile.c - the likelihood of one coefficient, the others being as likely as they
 * can be.  Contract: stats/cox/cox_profile.h.
 *
 * At the top over the others the slope of the profile is the gradient of the coefficient
 * that is held, so a limit is found by Newton's method within a bracket.
 */
#include "stats/cox/cox_profile.h"
#include "numeric/cholesky.h"
#include "stats/cox_likelihood/cox_solve.h"

#include "numeric/distribution.h"

#include <math.h>
#include <string.h>

enum {
    ITERATIONS_MAX = 100,
    LEARNING_MAX = 60, /* along a profile, which has many tops */
    LEARNING_MANY = 150,
    HALVINGS_MAX = 40,
    SEARCH_MAX = 200,
    SHORTER_MAX = 5,
    EVALUATIONS_MAX = 3000, /* for a limit or a test: a hundred are usual */
    DOUBLINGS_MAX = 40      /* of the distance in which there may be a limit */
};
static const double limit_tolerance = 1e-13; /* of the limit and the width */
/* How near to the end of what can be computed a limit is looked for: of the way there. */
static const double end_tolerance = 1e-3;
/* Below it a decrement may be the rounding of the derivatives and nothing else. */
static const double decrement_small = 1e-10;
/* Where the curvature is learned; a penalty of nearly lost information rounds more. */
static const double learned_small = 1e-7;
enum { STALE_MAX = 6 }; /* steps that halve no decrement */
/* Far out, where one row has all the risk, the likelihood is a plane. */
static const double slope_lost = 1e-6;
static const double step_lost = 8.0;
static const double none = (double)NAN;

bool cbk_cox_climber_make(size_t p, cbk_cox_evaluator *evaluate, void *context,
                          double decrement_last, cbk_arena *arena, cbk_cox_climber *out)
{
    *out = (cbk_cox_climber){.p = p,
                             .evaluate = evaluate,
                             .context = context,
                             .decrement_last = decrement_last,
                             .supremum = (double)INFINITY,
                             .evaluations_max = SIZE_MAX,
                             .now = CBK_NEW(arena, double, p + 1),
                             .trial = CBK_NEW(arena, double, p + 1),
                             .step = CBK_NEW(arena, double, p + 1),
                             .inside = CBK_NEW(arena, double, p + 1),
                             .outside = CBK_NEW(arena, double, p + 1),
                             .factors = CBK_NEW(arena, double, p *p + 1)};
    out->value.gradient = CBK_NEW(arena, double, p + 1);
    out->value.info = CBK_NEW(arena, double, p *p + 1);
    out->next.gradient = CBK_NEW(arena, double, p + 1);
    out->next.info = CBK_NEW(arena, double, p *p + 1);
    return !cbk_arena_has_failed(arena);
}

/* Solves I step = gradient with coefficient `held` not moving.  Returns the decrement. */
static double find_step(cbk_cox_climber *at, size_t held)
{
    const size_t p = at->p;
    memcpy(at->factors, at->value.info, p * p * sizeof *at->factors);
    memcpy(at->step, at->value.gradient, p * sizeof *at->step);
    if (held < p) {
        for (size_t j = 0; j < p; j++) {
            at->factors[j * p + held] = at->factors[held * p + j] = 0.0;
        }
        at->step[held] = 0.0;
    }
    (void)cbk_cholesky_factor(at->factors, NULL, p);
    cbk_cox_solve(at->factors, p, at->step);
    double decrement = 0.0;
    for (size_t j = 0; j < p; j++) {
        const double slope = j == held ? 0.0 : at->value.gradient[j];
        if (!(at->factors[j * p + j] > 0.0) && fabs(slope) > slope_lost) {
            at->step[j] =
                slope > 0.0 ? step_lost : -step_lost; /* a slope without an end */
        }
        decrement += at->step[j] * slope;
    }
    return decrement;
}

/* Without coefficient `held`; where the information is lost, that of one event. */
static void start_learning(cbk_cox_climber *at, size_t held)
{
    const size_t p = at->p;
    memcpy(at->factors, at->value.info, p * p * sizeof *at->factors);
    for (size_t j = 0; j < p && held < p; j++) {
        at->factors[j * p + held] = at->factors[held * p + j] = 0.0;
    }
    (void)cbk_cholesky_factor(at->factors, NULL, p);
    cbk_cox_invert(at->factors, p, at->learned, at->step);
    for (size_t j = 0; j < p; j++) {
        if (!(at->learned[j * p + j] > 0.0)) {
            at->learned[j * p + j] = j == held ? 0.0 : 1.0;
        }
    }
}

/* The update of Broyden, Fletcher, Goldfarb and Shanno after a step; next is where it
 * began.  With y the loss of gradient, H y is kept in factors. */
static void learn(cbk_cox_climber *at, size_t held)
{
    const size_t p = at->p;
    double *hy = at->factors;
    double *y = at->next.gradient;
    double sy = 0.0;
    double slope = 0.0; /* where the step began */
    double yhy = 0.0;
    for (size_t j = 0; j < p; j++) {
        slope += at->step[j] * y[j];
        y[j] = j == held ? 0.0 : y[j] - at->value.gradient[j];
        sy += at->step[j] * y[j];
    }
    for (size_t j = 0; j < p; j++) {
        hy[j] = 0.0;
        for (size_t k = 0; k < p; k++) {
            hy[j] += at->learned[j * p + k] * y[k];
        }
        yhy += y[j] * hy[j];
    }
    if (!(sy > 1e-9 * fabs(slope))) {
        return; /* not concave here, or all rounding: between its bends it is a plane */
    }
    if (!(sy > 1e-8 * yhy)) { /* a bend, after such a plane */
        const double share = sy / yhy;
        for (size_t j = 0; j < p * p; j++) {
            at->learned[j] *= share;
        }
        for (size_t j = 0; j < p; j++) {
            hy[j] *= share;
        }
        yhy = sy;
    }
    for (size_t j = 0; j < p; j++) {
        for (size_t k = 0; k < p; k++) {
            at->learned[j * p + k] += (1.0 + yhy / sy) * at->step[j] * at->step[k] / sy -
                                      (hy[j] * at->step[k] + at->step[j] * hy[k]) / sy;
        }
    }
}

/* As find_step(), by what was learned. */
static double find_learned_step(cbk_cox_climber *at, size_t held)
{
    double decrement = 0.0;
    for (size_t j = 0; j < at->p; j++) {
        at->step[j] = 0.0;
        for (size_t k = 0; k < at->p && j != held; k++) {
            at->step[j] +=
                k == held ? 0.0 : at->learned[j * at->p + k] * at->value.gradient[k];
        }
        decrement += j == held ? 0.0 : at->step[j] * at->value.gradient[j];
    }
    return decrement;
}

/* What is learned at one place of a likelihood that is not concave holds near it: by each
 * coefficient or, where one covariate is nearly a sum of others, by all together. */
static void shorten_step(cbk_cox_climber *at)
{
    double length = 0.0;
    double square = 0.0;
    for (size_t j = 0; j < at->p; j++) {
        length = fmax(length, fabs(at->step[j]) / at->width[j]);
        for (size_t k = 0; k < at->p; k++) {
            square += at->step[j] * at->metric[j * at->p + k] * at->step[k];
        }
    }
    length = fmin(length, 0.5 * sqrt(fmax(square, 0.0)));
    for (size_t j = 0; j < at->p && length > 1.0; j++) {
        at->step[j] /= length;
    }
}

/* Goes along step, or makes it a part of itself, to where the likelihood is not less, or
 * can be computed if that is_enough. */
static bool take_step(cbk_cox_climber *at, bool is_enough)
{
    const double slack = 1e-14 * (fabs(at->value.loglik) + 1.0);
    for (int turn = 0; turn < HALVINGS_MAX; turn++) {
        for (size_t j = 0; j < at->p; j++) {
            at->step[j] *= turn > 0 ? 0.5 : 1.0;
            at->trial[j] = at->now[j] + at->step[j];
        }
        at->evaluate(at->context, at->trial, &at->next);
        at->n_evaluations++;
        if (at->next.loglik >= at->value.loglik - slack ||
            (is_enough && isfinite(at->next.loglik))) {
            memcpy(at->now, at->trial, at->p * sizeof *at->now);
            const cbk_cox_value before = at->value;
            at->value = at->next;
            at->next = before;
            at->n_iterations++;
            return true;
        }
    }
    return false;
}

static bool is_at_supremum(const cbk_cox_climber *at)
{
    const double loglik = at->value.loglik;
    return loglik - at->supremum >= -1e-11 * (1.0 + fabs(loglik));
}

bool cbk_cox_climb(cbk_cox_climber *at, size_t held)
{
    const bool is_learning = at->learned != NULL;
    const int n_max = !is_learning   ? ITERATIONS_MAX
                      : held < at->p ? LEARNING_MAX + 2 * (int)at->p
                                     : LEARNING_MANY + 2 * (int)at->p;
    double least = (double)INFINITY; /* decrement */
    int n_stale = 0;
    bool is_new = true; /* nothing has been learned */
    at->evaluate(at->context, at->now, &at->value);
    at->n_evaluations++;
    for (int turn = 0; turn < n_max && isfinite(at->value.loglik) &&
                       at->n_evaluations < at->evaluations_max;
         turn++) {
        if (is_learning && is_new) {
            start_learning(at, held);
        }
        const double decrement =
            is_learning ? find_learned_step(at, held) : find_step(at, held);
        n_stale = decrement > least / 2.0 ? n_stale + 1 : 0;
        least = fmin(least, decrement);
        const bool is_small = decrement < (is_learning ? learned_small : decrement_small);
        const bool is_top = decrement < at->decrement_last || is_at_supremum(at) ||
                            (is_small && n_stale >= (is_learning ? STALE_MAX : 1));
        if (is_learning) {
            shorten_step(at);
        }
        /* a penalty's rounding is more than so small a step gains; its slope is exact */
        if (!is_top && take_step(at, is_learning && is_small)) {
            is_new = false;
            if (is_learning) {
                learn(at, held);
            }
        } else if (!is_learning || is_new) {
            return is_top || is_small;
        } else {
            is_new = true; /* where what was learned sees no way up */
        }
    }
    return false;
}

double cbk_cox_profile_at(cbk_cox_climber *at, size_t j, double value)
{
    if (at->is_cold) {
        memset(at->now, 0, at->p * sizeof *at->now);
    }
    at->now[j] = value;
    return cbk_cox_climb(at, j) ? at->value.loglik : none;
}

/* A value where the profile is above target, and where the others are there. */
static void stand_inside(cbk_cox_climber *at, double here, double *inside)
{
    *inside = here;
    memcpy(at->inside, at->now, at->p * sizeof *at->now);
}

static void stand_outside(cbk_cox_climber *at, double here, double *outside)
{
    *outside = here;
    memcpy(at->outside, at->now, at->p * sizeof *at->now);
}

/* The profile of coefficient j at a share of the way from inside to outside, from where
 * the others are between. */
static double look_between(cbk_cox_climber *at, size_t j, double here, double share)
{
    for (size_t k = 0; k < at->p; k++) {
        at->now[k] = at->inside[k] + share * (at->outside[k] - at->inside[k]);
    }
    return cbk_cox_profile_at(at, j, here);
}

/* cbk_cox_profile_from() with as many evaluations as it takes. */
static double go_from(cbk_cox_climber *at, size_t j, double start, double value)
{
    double here = start;
    double stride = value - start;
    stand_inside(at, start, &here);
    for (int turn = 0; turn < SEARCH_MAX; turn++) {
        const double left = value - here;
        const double next = fabs(stride) < fabs(left) ? here + stride : value;
        memcpy(at->now, at->inside, at->p * sizeof *at->now);
        const double loglik = cbk_cox_profile_at(at, j, next);
        if (isfinite(loglik) && !(fabs(next - value) > 0.0)) {
            return loglik;
        }
        if (isfinite(loglik)) {
            stand_inside(at, next, &here);
        }
        stride *= isfinite(loglik) ? 2.0 : 0.25;
        if (fabs(stride) < 1e-3 * fabs(value - start)) {
            return none;
        }
    }
    return none;
}

double cbk_cox_profile_from(cbk_cox_climber *at, size_t j, double start, double value)
{
    at->evaluations_max = at->n_evaluations + EVALUATIONS_MAX;
    const double loglik = go_from(at, j, start, value);
    at->evaluations_max = SIZE_MAX;
    return loglik;
}

/* Between inside, where the profile is above target, and outside, where the climber is
 * and it is not.  NaN where it cannot be computed near the limit. */
static double close_in(cbk_cox_climber *at, size_t j, double inside, double outside,
                       double width, double target)
{
    double here = outside;
    double above = at->value.loglik - target; /* at here */
    bool is_seen = true;                      /* the profile at outside */
    for (int turn = 0; turn < SEARCH_MAX; turn++) {
        const double next = here - above / at->value.gradient[j];
        if (above > 0.0) {
            stand_inside(at, here, &inside);
        } else if (isfinite(above)) {
            stand_outside(at, here, &outside);
            is_seen = true;
        } else {
            outside = here;
            is_seen = false;
            memcpy(at->outside, at->inside, at->p * sizeof *at->outside);
        }
        const double middle = inside + 0.5 * (outside - inside);
        const double tolerance = limit_tolerance * (fabs(middle) + width);
        if (fabs(next - here) < tolerance) {
            return next;
        }
        if (fabs(outside - inside) < tolerance) {
            return is_seen ? here : none;
        }
        here = (next - inside) * (next - outside) < 0.0 ? next : middle;
        above = look_between(at, j, here, (here - inside) / (outside - inside)) - target;
    }
    return is_seen ? here : none;
}

/* From the value before to the one inside the others moved; as far again for a stride
 * that is share of that. */
static void look_ahead(cbk_cox_climber *at, double share)
{
    for (size_t k = 0; k < at->p; k++) {
        at->now[k] = at->inside[k] + share * (at->inside[k] - at->outside[k]);
    }
}

/* cbk_cox_profile_limit() with as many evaluations as it takes. */
static double find_limit(cbk_cox_climber *at, size_t j, double start, double width,
                         double sign, double target)
{
    const double farthest = ldexp(fmax(width, 1.0), DOUBLINGS_MAX);
    double inside = start;
    double before = start; /* the last inside, where the others are in outside */
    double stride = width;
    int n_shorter = 0;        /* in a row */
    bool looks_ahead = false; /* as a climb from where the others are has failed */
    stand_inside(at, start, &inside);
    memcpy(at->outside, at->inside, at->p * sizeof *at->outside);
    for (int turn = 0; turn < SEARCH_MAX; turn++) {
        const double outside = inside + sign * stride;
        const double moved = fabs(inside - before);
        look_ahead(at, looks_ahead ? stride / moved : 0.0);
        const double loglik = cbk_cox_profile_at(at, j, outside);
        if (isfinite(loglik) && !(loglik > target)) {
            return close_in(at, j, inside, outside, width, target);
        }
        if (isfinite(loglik)) {
            before = inside;
            memcpy(at->outside, at->inside, at->p * sizeof *at->outside);
            stand_inside(at, outside, &inside);
            stride *= 2.0;
            n_shorter = 0;
        } else if (!looks_ahead && moved > 0.0 && !at->is_cold) {
            looks_ahead = true;
            continue;
        } else {
            looks_ahead = false;
            stride /= 4.0;
            n_shorter++;
        }
        if (n_shorter >= SHORTER_MAX || fabs(inside - start) >= farthest ||
            4.0 * stride < end_tolerance * fabs(inside - start)) {
            return sign * (double)INFINITY; /* as far as can be, and still above */
        }
    }
    return none;
}

double cbk_cox_profile_limit(cbk_cox_climber *at, size_t j, double start, double width,
                             double sign, double target)
{
    at->evaluations_max = at->n_evaluations + EVALUATIONS_MAX;
    const double limit = find_limit(at, j, start, width, sign, target);
    const bool is_over = at->n_evaluations >= at->evaluations_max;
    at->evaluations_max = SIZE_MAX;
    return is_over ? none : limit;
}

/* ---- without a penalty ------------------------------------------------------------ */

static void evaluate_plain(void *context, const double *beta, cbk_cox_value *out)
{
    const cbk_cox_summit *of = context;
    if (of->far != NULL) {
        cbk_cox_far_plain(of->far, beta, out);
    } else {
        cbk_cox_likelihood(of->model, beta, out);
    }
}

static cbk_cox_test test_of(double chisq)
{
    const double known = isnan(chisq) ? none : fmax(0.0, chisq);
    return (cbk_cox_test){.chisq = known,
                          .df = 1,
                          .p = isnan(known) ? none : cbk_chi_squared_upper(known, 1.0)};
}

/* At the top with coefficient j at 0. */
static cbk_cox_test test_score(cbk_cox_climber *at, size_t j)
{
    const size_t p = at->p;
    memcpy(at->factors, at->value.info, p * p * sizeof *at->factors);
    (void)cbk_cholesky_factor(at->factors, NULL, p);
    memset(at->step, 0, p * sizeof *at->step);
    at->step[j] = 1.0;
    cbk_cox_solve(at->factors, p, at->step);
    const double gradient = at->value.gradient[j];
    return at->step[j] > 0.0 ? test_of(gradient * gradient * at->step[j])
                             : (cbk_cox_test){.chisq = none, .df = 1, .p = none};
}

/* A value of the infinite coefficient j at which the profile is above target. */
static double find_inside(cbk_cox_climber *at, size_t j, double sign, double target)
{
    double value = 0.0;
    for (int turn = 0; turn <= DOUBLINGS_MAX; turn++) {
        const double loglik = cbk_cox_profile_at(at, j, value);
        if (loglik > target) {
            return value;
        }
        value = sign * ldexp(1.0, turn);
    }
    return none;
}

static void fill_profile(const cbk_cox_summit *of, cbk_cox_climber *at, size_t j,
                         double depth, cbk_cox_profile *out)
{
    const double target = of->loglik - depth;
    const int direction = of->direction[j];
    memcpy(at->now, of->beta, at->p * sizeof *at->now);
    const double chisq = 2.0 * (of->loglik - cbk_cox_profile_at(at, j, 0.0));
    out->likelihood_ratio = test_of(chisq);
    out->score = isnan(chisq) ? test_of(none) : test_score(at, j);
    if (direction != 0) {
        const double start = find_inside(at, j, direction, target);
        const double limit =
            isnan(start) ? none
                         : cbk_cox_profile_limit(at, j, start, 1.0, -direction, target);
        out->lower = direction > 0 ? limit : -(double)INFINITY;
        out->upper = direction > 0 ? (double)INFINITY : limit;
        return;
    }
    const double width = sqrt(2.0 * depth) * of->std_error[j];
    out->lower = cbk_cox_profile_limit(at, j, of->beta[j], width, -1.0, target);
    memcpy(at->now, of->beta, at->p * sizeof *at->now);
    out->upper = cbk_cox_profile_limit(at, j, of->beta[j], width, 1.0, target);
}

bool cbk_cox_profiles(cbk_cox_summit *of, double level, cbk_arena *arena,
                      cbk_cox_profile *out)
{
    const double z = cbk_normal_quantile_upper((1.0 - level) / 2.0);
    cbk_cox_climber at;
    if (!cbk_cox_climber_make(of->model->p, evaluate_plain, of, 1e-16, arena, &at)) {
        return false;
    }
    at.is_cold = of->is_monotone; /* as the others may go to infinity, too */
    at.supremum = of->is_monotone ? of->loglik : (double)INFINITY;
    for (size_t j = 0; j < at.p; j++) {
        if (of->wants_all || of->direction[j] != 0) {
            fill_profile(of, &at, j, 0.5 * z * z, &out[j]);
        }
    }
    return true;
}
