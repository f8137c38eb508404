/* cox_careful.c - the way to the maximum once more, where Newton's lost it.  Contract:
 * stats/cox/cox_fitting.h.
 *
 * One value far from all others (a missing one that was written as 9999) puts the rest
 * so near to each other that the information, a difference of sums, is rounding where
 * the likelihood is not greatest, and so far from it that no exp() holds all risks.  So
 * likelihood and information are those of cox_far.c, time by time, from what x differs at
 * that time.  Between its bends the likelihood is a plane there: a step of Newton's goes
 * any way.  So the information has something added, more after a step that led down, less
 * after one that led up (Levenberg.  A method for the solution of certain non-linear
 * problems in least squares.  Q Appl Math 2 (1944) 164-168.  doi:10.1090/qam/10666).
 */
#include "numeric/cholesky.h"
#include "stats/cox/cox_fitting.h"
#include "stats/cox_likelihood/cox_likelihood.h"
#include "stats/cox_likelihood/cox_solve.h"

#include <math.h>
#include <string.h>

enum { STEPS_MAX = 500, STALE_MAX = 3 };
static const double damping_first = 1e-3; /* columns have a standard deviation of 1 */
static const double damping_none = 1e-300;
static const double less = 0.125;
static const double more = 6.0;
/* From which on the rest of the way is below a double's last digit, and what it may be
 * where rounding hides the end. */
static const double decrement_last = 1e-22;
static const double decrement_small = 1e-10;

void cbk_cox_look(cbk_cox_fitting *at, const cbk_cox_model *model, const double *beta,
                  cbk_cox_value *out)
{
    if (model->exact != NULL) {
        (void)cbk_cox_exact_go_far(model, at->is_far);
        cbk_cox_likelihood(model, beta, out);
    } else if (at->is_far) {
        at->far.model = model;
        cbk_cox_far_plain(&at->far, beta, out);
    } else {
        cbk_cox_likelihood(model, beta, out);
    }
}

/* step = (I + damping)^-1 U; returns U'step; NaN where that cannot be computed.  A limit
 * may say nothing of a coefficient, which then stays. */
static double find_step(cbk_cox_fitting *at, double damping)
{
    const size_t p = at->model.p;
    memcpy(at->factors, at->now.info, p * p * sizeof *at->factors);
    for (size_t j = 0; j < p; j++) {
        at->factors[j * p + j] += damping;
    }
    if (cbk_cholesky_factor(at->factors, NULL, p) < p && !at->is_monotone) {
        return (double)NAN;
    }
    memcpy(at->step, at->now.gradient, p * sizeof *at->step);
    cbk_cox_solve(at->factors, p, at->step);
    double decrement = 0.0;
    for (size_t j = 0; j < p; j++) {
        decrement += at->step[j] * at->now.gradient[j];
    }
    return decrement;
}

/* Goes along step where that leads up; then gained is what it gained. */
static bool take_step(cbk_cox_fitting *at, const cbk_cox_model *model, double *gained)
{
    const size_t p = at->model.p;
    for (size_t j = 0; j < p; j++) {
        at->trial[j] = at->beta[j] + at->step[j];
    }
    cbk_cox_look(at, model, at->trial, &at->next);
    *gained = at->next.loglik - at->now.loglik;
    if (!(*gained >= -1e-14 * (1.0 + fabs(at->now.loglik)))) {
        return false;
    }
    memcpy(at->beta, at->trial, p * sizeof *at->beta);
    const cbk_cox_value before = at->now;
    at->now = at->next;
    at->next = before;
    at->fit->n_iterations++;
    return true;
}

bool cbk_cox_climb_carefully(cbk_cox_fitting *at)
{
    const cbk_cox_model *model = at->has_basis ? &at->basis.model : &at->model;
    if (model->exact != NULL ? !cbk_cox_exact_go_far(model, true)
                             : !cbk_cox_far_make(model, at->arena, &at->far)) {
        return false;
    }
    at->is_far = true;
    memset(at->beta, 0, model->p * sizeof *at->beta);
    cbk_cox_look(at, model, at->beta, &at->now);
    double damping = damping_first;
    int n_stale = 0; /* steps in a row that gained nothing */
    for (int turn = 0; turn < STEPS_MAX && n_stale < STALE_MAX; turn++) {
        double gained = 0.0;
        const double decrement = find_step(at, damping);
        const bool is_up = !isnan(decrement) && take_step(at, model, &gained);
        n_stale = is_up && !(gained > 0.0) && damping < 1.0 ? n_stale + 1 : 0;
        damping = is_up ? fmax(damping * less, damping_none) : damping * more;
        if (is_up && find_step(at, 0.0) < decrement_last) {
            break;
        }
    }
    const bool is_top = find_step(at, 0.0) < decrement_small;
    memset(at->reference, 0, model->p * sizeof *at->reference); /* nothing is rounding */
    /* where all risks are numbers everything else goes on as it does elsewhere */
    at->is_far = false;
    cbk_cox_look(at, model, at->beta, &at->next);
    at->is_far = isinf(at->next.loglik);
    return is_top;
}
