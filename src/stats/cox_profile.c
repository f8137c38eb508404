/* cox_profile.c - the likelihood of one coefficient, the others being as likely as they
 * can be.  Contract: stats/cox_profile.h.
 *
 * At the top over the others the slope of the profile is the gradient of the coefficient
 * that is held, so a limit is found by Newton's method within a bracket.
 */
#include "stats/cox_profile.h"

#include "numeric/distribution.h"

#include <math.h>
#include <string.h>

enum { ITERATIONS_MAX = 500, HALVINGS_MAX = 40, SEARCH_MAX = 200 };
static const double limit_tolerance = 1e-13; /* of the limit and the width */
/* Below it a decrement may be the rounding of the derivatives and nothing else. */
static const double decrement_small = 1e-10;
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
                             .now = CBK_NEW(arena, double, p + 1),
                             .trial = CBK_NEW(arena, double, p + 1),
                             .step = CBK_NEW(arena, double, p + 1),
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
    (void)cbk_cox_factor(at->factors, NULL, p);
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

/* Goes along step, or a part of it, to where the likelihood is not less. */
static bool take_step(cbk_cox_climber *at)
{
    const double slack = 1e-14 * (fabs(at->value.loglik) + 1.0);
    double part = 1.0;
    for (int turn = 0; turn < HALVINGS_MAX; turn++, part /= 2.0) {
        for (size_t j = 0; j < at->p; j++) {
            at->trial[j] = at->now[j] + part * at->step[j];
        }
        at->evaluate(at->context, at->trial, &at->next);
        if (at->next.loglik >= at->value.loglik - slack) {
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

bool cbk_cox_climb(cbk_cox_climber *at, size_t held)
{
    at->evaluate(at->context, at->now, &at->value);
    double before = (double)INFINITY;
    for (int turn = 0; turn < ITERATIONS_MAX && isfinite(at->value.loglik); turn++) {
        const double decrement = find_step(at, held);
        const bool is_rounding = decrement < decrement_small && decrement > before / 2.0;
        if (decrement < at->decrement_last || is_rounding) {
            return true;
        }
        if (!take_step(at)) {
            return decrement < decrement_small;
        }
        before = decrement;
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

/* Between inside, where the profile is above target, and outside, where it is not. */
static double close_in(cbk_cox_climber *at, size_t j, double inside, double outside,
                       double width, double target)
{
    double here = outside;
    double above = at->value.loglik - target; /* at here */
    for (int turn = 0; turn < SEARCH_MAX; turn++) {
        const double next = here - above / at->value.gradient[j];
        inside = above > 0.0 ? here : inside;
        outside = above > 0.0 ? outside : here;
        const double middle = inside + 0.5 * (outside - inside);
        const double tolerance = limit_tolerance * (fabs(middle) + width);
        if (fabs(next - here) < tolerance || fabs(outside - inside) < tolerance) {
            return fabs(next - here) < tolerance ? next : here;
        }
        here = (next - inside) * (next - outside) < 0.0 ? next : middle;
        above = cbk_cox_profile_at(at, j, here) - target;
    }
    return here;
}

double cbk_cox_profile_limit(cbk_cox_climber *at, size_t j, double start, double width,
                             double sign, double target)
{
    double inside = start;
    for (int turn = 0; turn < SEARCH_MAX; turn++) {
        const double outside = inside + sign * ldexp(width, turn);
        const double loglik = cbk_cox_profile_at(at, j, outside);
        if (!isfinite(loglik)) {
            break; /* as far out as can be computed, and still above */
        }
        if (!(loglik > target)) {
            return close_in(at, j, inside, outside, width, target);
        }
        inside = outside;
    }
    return sign * (double)INFINITY;
}

/* ---- without a penalty ------------------------------------------------------------ */

static void evaluate_plain(void *context, const double *beta, cbk_cox_value *out)
{
    const cbk_cox_summit *of = context;
    cbk_cox_likelihood(of->model, beta, out);
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
    (void)cbk_cox_factor(at->factors, NULL, p);
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
    for (int turn = 0; turn < SEARCH_MAX; turn++) {
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
    out->score = test_score(at, j);
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
    for (size_t j = 0; j < at.p; j++) {
        if (of->wants_all || of->direction[j] != 0) {
            fill_profile(of, &at, j, 0.5 * z * z, &out[j]);
        }
    }
    return true;
}
