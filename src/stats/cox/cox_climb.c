/* cox_climb.c - Newton's way to the maximum of Cox's likelihood, or to that of its limit.
 * Contract: stats/cox/cox_fitting.h. */
#include "stats/cox/cox_fitting.h"
#include "stats/cox/cox_limit.h"
#include "stats/cox/cox_monotone.h"
#include "stats/cox/cox_start.h"
#include "stats/cox_likelihood/cox_solve.h"

#include <math.h>
#include <string.h>

enum {
    ITERATIONS_MAX = 100,
    ITERATIONS_MANY = 20,
    HALVINGS_MAX = 40,
    CERTAIN_ROWS = 250 /* so few that a direction without an end is looked for first */
};
/* Newton's decrement from which the next step ends below a double's last digit. */
static const double decrement_last = 1e-16;
/* The same per information of a standard deviation of a covariate: the step is so short
 * that the information is as before, to thirteen digits; with many rows, to eleven. */
static const double decrement_tiny = 1e-25;
static const double decrement_tiny_of_many = 1e-21;
/* A step, in standard deviations of the covariates, that is less than the rounding of the
 * gradient makes of it. */
static const double step_none = 0x1p-54;

void cbk_cox_enter_basis(cbk_cox_fitting *at)
{
    at->has_basis = cbk_cox_basis_make(&at->model, at->now.info, at->arena, &at->basis);
    if (at->has_basis) {
        cbk_cox_likelihood(&at->basis.model, at->beta, &at->now);
    }
}

static const cbk_cox_model *climbed(const cbk_cox_fitting *at)
{
    return at->has_basis ? &at->basis.model : &at->model;
}

/* step = I^-1 U at now; returns the decrement U' I^-1 U. */
static double newton_step(cbk_cox_fitting *at)
{
    return cbk_cox_quadratic(at->now.info, at->is_monotone ? at->reference : NULL,
                             at->now.gradient, at->model.p, at->factors, at->step, NULL);
}

/* Whether a step with this decrement leaves the information as it is. */
static bool is_tiny(const cbk_cox_fitting *at, double decrement)
{
    const size_t p = at->model.p;
    double trace = 0.0;
    for (size_t j = 0; j < p; j++) {
        trace += at->now.info[j * p + j];
    }
    const double tiny = at->has_start ? decrement_tiny_of_many : decrement_tiny;
    return decrement < tiny * trace / (double)p &&
           !cbk_cox_ties_are_exact(at->model.ties);
}

/* Whether no step is left. */
static bool has_arrived(const cbk_cox_fitting *at)
{
    double longest = 0.0;
    for (size_t j = 0; j < at->model.p; j++) {
        longest = fmax(longest, fabs(at->step[j]));
    }
    return longest < step_none;
}

/* Goes along step, or a part of it, to where the likelihood is not less. */
static bool take_step(cbk_cox_fitting *at, double decrement)
{
    const size_t p = at->model.p;
    cbk_cox_value after = at->next;
    after.info = is_tiny(at, decrement) ? NULL : after.info;
    const double slack = 1e-13 * (fabs(at->now.loglik) + 1.0);
    double part = 1.0;
    for (int turn = 0; turn < HALVINGS_MAX; turn++, part /= 2.0) {
        for (size_t j = 0; j < p; j++) {
            at->trial[j] = at->beta[j] + part * at->step[j];
        }
        cbk_cox_likelihood(climbed(at), at->trial, &after);
        if (after.loglik >= at->now.loglik - slack) {
            memcpy(at->beta, at->trial, p * sizeof *at->beta);
            if (after.info == NULL) {
                memcpy(at->next.info, at->now.info, p * p * sizeof *after.info);
            }
            at->next.loglik = after.loglik;
            const cbk_cox_value before = at->now;
            at->now = at->next;
            at->next = before;
            return true;
        }
    }
    return false;
}

/* Whether there is a direction without an end, near the last step or (is_any) anywhere;
 * then goes to the likelihood at that end, and starts again there. */
static bool go_out(cbk_cox_fitting *at, bool is_any)
{
    const size_t p = at->model.p;
    cbk_cox_model limit;
    if (at->has_basis) {
        cbk_cox_basis_leave(&at->basis, at->step);
    }
    if (!cbk_cox_is_monotone(&at->model, at->step, is_any, at->arena) ||
        !cbk_cox_limit_make(at->rows, &at->model, at->step, at->kept, at->arena,
                            &limit)) {
        return false;
    }
    cbk_cox_outward_add(&at->whole, at->step, at->arena, at->outward);
    at->is_monotone = true;
    at->model = limit;
    memset(at->beta, 0, p * sizeof *at->beta);
    cbk_cox_likelihood(&at->model, at->beta, &at->now);
    cbk_cox_enter_basis(at);
    return true;
}

void cbk_cox_come_back(cbk_cox_fitting *at)
{
    for (size_t j = 0; j < at->model.p; j++) {
        at->direction[j] = at->outward[j] > 0.0 ? 1 : at->outward[j] < 0.0 ? -1 : 0;
    }
    at->model = at->whole;
    if (at->is_far) { /* so that the order of x'b is that of the limit */
        const double by = 1e6 * cbk_cox_spread(&at->model, at->beta) /
                          cbk_cox_spread(&at->model, at->outward);
        for (size_t j = 0; j < at->model.p; j++) {
            at->beta[j] += by * at->outward[j];
        }
        return;
    }
    cbk_cox_likelihood(&at->model, at->beta, &at->next);
    cbk_cox_go_out(&at->model, at->outward, at->direction, at->beta, &at->next);
}

static bool climb_by_newton(cbk_cox_fitting *at)
{
    at->has_start = cbk_cox_start_near(climbed(at), &at->now, at->arena, at->beta,
                                       &at->fit->n_iterations);
    if (at->has_start) {
        cbk_cox_likelihood(climbed(at), at->beta, &at->now);
    }
    bool is_known = at->model.n > CERTAIN_ROWS; /* too many to look at before */
    for (int turn = 0; turn < ITERATIONS_MAX; turn++) {
        if (!is_known && go_out(at, true)) {
            continue;
        }
        is_known = true;
        const double decrement = newton_step(at);
        const bool is_lame = /* a direction that rounding hides */
            !cbk_cox_has_full_rank(at->factors, at->model.p);
        const bool is_slow = turn >= ITERATIONS_MANY; /* where rounding hides the end */
        if (turn >= 3 &&
            (is_lame || is_slow ||
             cbk_cox_may_be_monotone(&at->model, at->step, decrement)) &&
            go_out(at, is_lame || is_slow)) {
            continue;
        }
        (void)newton_step(at); /* go_out() may have looked elsewhere */
        at->fit->n_iterations++;
        if (!is_lame && has_arrived(at)) {
            return true;
        }
        const bool is_up = take_step(at, decrement);
        if (is_up && decrement >= decrement_last) {
            continue;
        }
        if ((!is_up || is_lame) && go_out(at, true)) {
            continue;
        }
        return is_up ? at->is_monotone || !is_lame : at->is_monotone && decrement < 1e-10;
    }
    return false;
}

bool cbk_cox_fit_climb(cbk_cox_fitting *at)
{
    at->whole = at->model;
    return climb_by_newton(at) || cbk_cox_climb_carefully(at);
}
