/* cox_exact.c - the likelihoods that share no risk set among tied events: the discrete
 * and the marginal one.  Contract: stats/cox_likelihood/cox_likelihood.h.
 *
 * Discrete: of N at risk, d have the event; the likelihood is the product of their r by
 * the sum of such products over all sets of d.  For any odds o let everybody at risk have
 * the event with probability p = o r / (1 + o r), independently; given that d have it,
 * who has it is distributed as in the likelihood.  So the sum over sets is P(d have it) /
 * o^d * product of (1 + o r), and P comes from one recursion over those at risk, in which
 * nothing overflows; o is such that d are expected.  Beside P(k so far) it carries the
 * first and second moments of the sum of x, from which the derivatives follow.  Nobody
 * counts sets.
 *
 * Marginal: the integral over y = log(Q t) of exp(G),
 *     G(y) = y - e^y + sum over events of log(1 - exp(-a e^y)),  a = r / Q,
 * which is concave and analytic.  So equal steps in y (the trapezoidal rule on the whole
 * line) converge faster than any power; the steps are a part of the width at the top.
 * The derivatives of log L are means and covariances under exp(G).
 *
 * Far out no exp() holds all risks.  There both are computed from logarithms of risks,
 * less that of the greatest at that time: odds and a are numbers only where they are
 * neither 0 nor infinite to a double's last digit.  A time with one event is then a
 * discrete one, too, since sums over all times would lose their digits.
 */
#include "numeric/sum.h"
#include "stats/cox_likelihood/cox_likelihood.h"
#include "stats/cox_likelihood/cox_model.h"
#include "stats/cox_likelihood/cox_walk.h"

#include <math.h>
#include <string.h>

static const double spread_max = 600.0;
/* Where the logarithm of odds, or of a, is farther from 0, a chance is 0 or 1. */
static const double odds_most = 600.0;
static const double a_most = 300.0;
static const double cells_far = 1 << 20;     /* so many rows at risk, time by time */
static const double tail = 42.0;             /* e^-42 is below a double's last digit */
static const double step_of_width = 1.0 / 3; /* for a bell: exp(-2 pi^2 9) is left */
static const double step_most = 0.125; /* strip of pi / 2: exp(-pi^2 / 0.125) is left */

/* One time with tied events; members are those at risk, events first. */
typedef struct tied {
    const cbk_cox_model *model;
    const uint32_t *member; /* [n] */
    size_t n;
    size_t n_event;
    const double *log_risk; /* [n] far out: less the greatest; else NULL */
    double *centre;         /* [p] what is taken from x */
    double *gradient;       /* [p] of the time */
    double *info;           /* [p * p] lower triangle */
    double loglik;
} tied;

struct cbk_cox_exact {
    cbk_cox_walk walk;
    bool is_far;
    uint32_t *member; /* [n] */
    double *odds;     /* [n] */
    double *log_risk; /* [n] */
    double *cells;    /* [(most tied + 1) * (1 + p + p (p + 1) / 2)] */
    double *vector;   /* [4 * p + 3 * p * p] */
    cbk_sum *sums;    /* [1 + p + p * p] */
};

static double x_of(const tied *at, size_t member, size_t j)
{
    return cbk_cox_x(at->model, at->member[member])[j * CBK_COX_TILE] - at->centre[j];
}

/* ---- discrete --------------------------------------------------------------------- */

/* The odds of a member, o r, where o is odds = exp(log_odds). */
static double odds_of(const tied *at, size_t i, double log_odds, double odds)
{
    if (at->log_risk != NULL) {
        return exp(fmax(-odds_most, fmin(log_odds + at->log_risk[i], odds_most)));
    }
    return fmin(odds * at->model->risk[at->member[i]], 1e300);
}

/* The expected number of events at odds exp(log_odds). */
static double expect(const tied *at, double log_odds, double *slope)
{
    const double odds = exp(log_odds);
    double sum = 0.0;
    *slope = 0.0;
    for (size_t i = 0; i < at->n; i++) {
        const double ratio = odds_of(at, i, log_odds, odds);
        sum += ratio / (1.0 + ratio);
        *slope += ratio / (1.0 + ratio) / (1.0 + ratio);
    }
    return sum;
}

/* The logarithm of odds at which about n_event are expected, 0 < n_event < n.  Any odds
 * give the same likelihood; these keep its terms in the middle of what doubles hold. */
static double find_odds(const tied *at)
{
    const double d = (double)at->n_event;
    const double even = log(d / ((double)at->n - d));
    double least = (double)INFINITY;
    double most = -(double)INFINITY;
    const double *log_risk = at->log_risk;
    for (size_t i = 0; i < at->n; i++) {
        const double risk =
            log_risk != NULL ? log_risk[i] : at->model->risk[at->member[i]];
        least = fmin(least, risk);
        most = fmax(most, risk);
    }
    double low = even - (log_risk != NULL ? most : log(most));
    double high = even - (log_risk != NULL ? least : log(least));
    double log_odds = 0.5 * (low + high);
    for (int turn = 0; turn < 100; turn++) {
        double slope = 0.0;
        const double excess = expect(at, log_odds, &slope) - d;
        if (fabs(excess) < 0.1 || !(high > low)) {
            break;
        }
        low = excess < 0.0 ? log_odds : low;
        high = excess > 0.0 ? log_odds : high;
        const double next = log_odds - excess / slope;
        log_odds = next > low && next < high ? next : 0.5 * (low + high);
    }
    return log_odds;
}

/* A cell: P, then p first moments, then the lower triangle of the second ones. */
static void take_member(const double *x, size_t p, double chance, double rest,
                        const double *less, double *cell)
{
    double *second = cell + 1 + p;
    const double *second_less = less + 1 + p;
    for (size_t j = 0; j < p; j++) {
        for (size_t k = 0; k <= j; k++, second++, second_less++) {
            *second =
                rest * *second + chance * (*second_less + x[j] * less[1 + k] +
                                           x[k] * less[1 + j] + x[j] * x[k] * less[0]);
        }
    }
    for (size_t j = 0; j < p; j++) {
        cell[1 + j] = rest * cell[1 + j] + chance * (less[1 + j] + x[j] * less[0]);
    }
    cell[0] = rest * cell[0] + chance * less[0];
}

/* The cell of n_event after all members. */
static const double *run_members(const tied *at, const double *odds, double *x,
                                 double *cells)
{
    const size_t p = at->model->p;
    const size_t width = 1 + p + p * (p + 1) / 2;
    const size_t d = at->n_event;
    memset(cells, 0, (d + 1) * width * sizeof *cells);
    cells[0] = 1.0;
    for (size_t i = 0; i < at->n; i++) {
        const size_t left = at->n - 1 - i;
        const size_t most = i + 1 < d ? i + 1 : d;
        const size_t fewest = d > left ? d - left : 0;
        const double chance = odds[i] / (1.0 + odds[i]);
        const double rest = 1.0 / (1.0 + odds[i]);
        for (size_t j = 0; j < p; j++) {
            x[j] = x_of(at, i, j);
        }
        for (size_t k = most; k > 0 && k >= fewest; k--) {
            take_member(x, p, chance, rest, cells + (k - 1) * width, cells + k * width);
        }
        cells[0] *= rest;
    }
    return cells + d * width;
}

static void see_discrete(tied *at, struct cbk_cox_exact *room)
{
    const size_t p = at->model->p;
    const double log_odds = find_odds(at);
    const double odds = exp(log_odds);
    double expected = 0.0;
    for (size_t i = 0; i < at->n; i++) {
        const double ratio = odds_of(at, i, log_odds, odds);
        room->odds[i] = ratio;
        at->loglik -= log1p(ratio);
        if (at->log_risk != NULL) {
            at->loglik -= fmax(0.0, log_odds + at->log_risk[i] - odds_most);
        }
        expected += ratio / (1.0 + ratio);
        const double *x = cbk_cox_x(at->model, at->member[i]);
        for (size_t j = 0; j < p; j++) {
            at->centre[j] += ratio / (1.0 + ratio) * x[j * CBK_COX_TILE];
        }
    }
    for (size_t j = 0; j < p; j++) {
        at->centre[j] /= expected;
    }
    const double *cell = run_members(at, room->odds, room->vector + 4 * p, room->cells);
    at->loglik -= log(cell[0]);
    for (size_t i = 0; i < at->n_event; i++) {
        at->loglik +=
            at->log_risk != NULL ? log_odds + at->log_risk[i] : log(room->odds[i]);
        for (size_t j = 0; j < p; j++) {
            at->gradient[j] += x_of(at, i, j);
        }
    }
    const double *second = cell + 1 + p;
    for (size_t j = 0; j < p; j++) {
        at->gradient[j] -= cell[1 + j] / cell[0];
        for (size_t k = 0; k <= j; k++, second++) {
            at->info[j * p + k] =
                *second / cell[0] - cell[1 + j] / cell[0] * (cell[1 + k] / cell[0]);
        }
    }
}

/* ---- marginal --------------------------------------------------------------------- */

/* u / (e^u - 1): 1 at 0. */
static double bernoulli(double u)
{
    return u > 0.0 ? u / expm1(u) : 1.0;
}

/* u times its derivative, h = bernoulli(u). */
static double bernoulli_bend(double u, double h)
{
    const double v = u * u;
    return u < 0.25
               ? -u / 2.0 +
                     v * (1.0 / 6.0 -
                          v * (1.0 / 180.0 -
                               v * (1.0 / 5040.0 - v * (1.0 / 151200.0 - v / 4790016.0))))
               : h * (1.0 - u - h);
}

/* log(1 - e^-u), u > 0. */
static double log_chance(double u)
{
    return u > 0.7 ? log1p(-exp(-u)) : log(-expm1(-u));
}

static double log_integrand(const tied *at, const double *a, double y)
{
    const double s = exp(y);
    double sum = y - s;
    for (size_t i = 0; i < at->n_event; i++) {
        sum += log_chance(a[i] * s);
    }
    return sum;
}

/* Where the integrand is greatest, 0 <= y <= log(d + 1), and how fast it bends there. */
static double find_top(const tied *at, const double *a, double *bend)
{
    double low = 0.0;
    double high = log((double)at->n_event + 1.0);
    double y = high;
    for (int turn = 0; turn < 100; turn++) {
        const double s = exp(y);
        double slope = 1.0 - s;
        *bend = s;
        for (size_t i = 0; i < at->n_event; i++) {
            const double h = bernoulli(a[i] * s);
            slope += h;
            *bend -= bernoulli_bend(a[i] * s, h);
        }
        if (fabs(slope) < 1e-6 || !(high - low > 1e-9)) {
            break;
        }
        low = slope > 0.0 ? y : low;
        high = slope < 0.0 ? y : high;
        const double next = y + slope / *bend;
        y = next > low && next < high ? next : 0.5 * (low + high);
    }
    return y;
}

/* Sums over the points of the rule: of 1, of the derivative g less the one at the top, of
 * its products, and of second derivatives. */
typedef struct points {
    double *top;    /* [p] g at the top */
    double *here;   /* [p] */
    double *first;  /* [p] */
    double *second; /* [p * p] lower triangle: g g' plus the second derivative */
    double *rest;   /* [p * p] covariance of x of those without the event */
    double whole;
} points;

/* g at y; returns the sum of h. */
static double slope_at(const tied *at, const double *a, double s, double *g)
{
    const size_t p = at->model->p;
    double sum = 0.0;
    memset(g, 0, p * sizeof *g);
    for (size_t i = 0; i < at->n_event; i++) {
        const double h = bernoulli(a[i] * s);
        for (size_t j = 0; j < p; j++) {
            g[j] += h * x_of(at, i, j);
        }
        sum += h;
    }
    return sum;
}

/* The integral of the derivative of exp(G) is 0, so that e^y - 1 is on the whole the sum
 * of h, which has all its digits where it is small. */
static void see_point(const tied *at, const double *a, double s, double weight,
                      points *out)
{
    const size_t p = at->model->p;
    double *g = out->here;
    const double sum = slope_at(at, a, s, g);
    for (size_t j = 0; j < p; j++) {
        g[j] -= out->top[j];
        out->first[j] += weight * g[j];
        for (size_t k = 0; k <= j; k++) {
            out->second[j * p + k] += weight * (g[j] * g[k] - out->rest[j * p + k] * sum);
        }
    }
    for (size_t i = 0; i < at->n_event; i++) {
        const double h = bernoulli(a[i] * s);
        const double bend = weight * bernoulli_bend(a[i] * s, h);
        for (size_t j = 0; j < p; j++) {
            const double scaled = bend * x_of(at, i, j);
            for (size_t k = 0; k <= j; k++) {
                out->second[j * p + k] += scaled * x_of(at, i, k);
            }
        }
    }
    out->whole += weight;
}

/* The risk of a member; far out by the greatest of those without the event. */
static double risk_of(const tied *at, size_t i, double most)
{
    return at->log_risk != NULL ? exp(at->log_risk[i] - most)
                                : at->model->risk[at->member[i]];
}

/* Centres x at the mean of those without the event, the greatest risk of whom is most;
 * returns the sum of their risks. */
static double see_rest(tied *at, double most, double *covariance)
{
    const cbk_cox_model *model = at->model;
    const size_t p = model->p;
    double whole = 0.0;
    for (size_t i = at->n_event; i < at->n; i++) {
        const double *x = cbk_cox_x(model, at->member[i]);
        const double risk = risk_of(at, i, most);
        whole += risk;
        for (size_t j = 0; j < p; j++) {
            at->centre[j] += risk * x[j * CBK_COX_TILE];
        }
    }
    for (size_t j = 0; j < p; j++) {
        at->centre[j] /= whole;
    }
    for (size_t i = at->n_event; i < at->n; i++) {
        const double share = risk_of(at, i, most) / whole;
        for (size_t j = 0; j < p; j++) {
            const double scaled = share * x_of(at, i, j);
            for (size_t k = 0; k <= j; k++) {
                covariance[j * p + k] += scaled * x_of(at, i, k);
            }
        }
    }
    return whole;
}

/* a of the events.  Where it is so small that 1 - exp(-a e^y) is a e^y, the rest of its
 * logarithm goes to loglik. */
static void fill_rates(tied *at, double most, double whole, double *a)
{
    for (size_t i = 0; i < at->n_event; i++) {
        if (at->log_risk == NULL) {
            a[i] = at->model->risk[at->member[i]] / whole;
            continue;
        }
        const double log_a = at->log_risk[i] - most - log(whole);
        a[i] = exp(fmax(-a_most, fmin(log_a, a_most)));
        at->loglik += fmin(0.0, log_a + a_most);
    }
}

static void see_marginal(tied *at, struct cbk_cox_exact *room)
{
    const size_t p = at->model->p;
    double *vector = room->vector + 4 * p;
    points sums = {.top = room->vector + p,
                   .here = room->vector + 2 * p,
                   .first = room->vector + 3 * p,
                   .second = vector + p * p,
                   .rest = vector};
    memset(sums.first, 0, (p + 2 * p * p) * sizeof *sums.first);
    double most = -(double)INFINITY;
    for (size_t i = at->n_event; i < at->n && at->log_risk != NULL; i++) {
        most = fmax(most, at->log_risk[i]);
    }
    const double whole = see_rest(at, most, sums.rest);
    double *a = room->odds;
    fill_rates(at, most, whole, a);
    double bend = 1.0;
    const double top = find_top(at, a, &bend);
    const double highest = log_integrand(at, a, top);
    const double step = fmin(step_of_width / sqrt(bend), step_most);
    (void)slope_at(at, a, exp(top), sums.top);
    see_point(at, a, exp(top), 1.0, &sums);
    for (int side = -1; side <= 1; side += 2) {
        for (int k = 1;; k++) {
            const double y = top + side * k * step;
            const double lower = log_integrand(at, a, y) - highest;
            if (!(lower > -tail)) {
                break;
            }
            see_point(at, a, exp(y), exp(lower), &sums);
        }
    }
    at->loglik += highest + log(step * sums.whole);
    for (size_t j = 0; j < p; j++) {
        const double mean = sums.first[j] / sums.whole;
        at->gradient[j] = sums.top[j] + mean;
        for (size_t k = 0; k <= j; k++) {
            at->info[j * p + k] =
                mean * (sums.first[k] / sums.whole) - sums.second[j * p + k] / sums.whole;
        }
    }
}

/* ---- together --------------------------------------------------------------------- */

/* 1, x, and the lower triangle of x x'. */
static void fill_squares(const void *context, const cbk_cox_model *model, uint32_t i,
                         double *feature)
{
    const size_t p = model->p;
    double *square = feature + 1 + p;
    cbk_cox_feature_x(context, model, i, feature);
    for (size_t j = 0; j < p; j++) {
        for (size_t k = 0; k <= j; k++) {
            *square++ = feature[1 + j] * feature[1 + k];
        }
    }
}

static void see_single(tied *at, const cbk_cox_walk *walk)
{
    const size_t p = at->model->p;
    const double whole = walk->at_risk[0];
    const double *square = walk->at_risk + 1 + p;
    at->loglik = log(walk->of_events[0] / whole);
    for (size_t j = 0; j < p; j++) {
        const double mean = walk->at_risk[1 + j] / whole;
        at->gradient[j] = walk->of_events[1 + j] / walk->of_events[0] - mean;
        for (size_t k = 0; k <= j; k++) {
            at->info[j * p + k] = *square++ / whole - mean * walk->at_risk[1 + k] / whole;
        }
    }
}

static size_t list_members(const cbk_cox_model *model, size_t r, uint32_t *member)
{
    const cbk_cox_run *run = &model->runs[r];
    size_t n = 0;
    for (uint32_t i = run->first; i < run->stratum_end; i++) {
        if (model->entry == NULL || model->entry[i] < run->time) {
            member[n++] = i;
        }
    }
    return n;
}

/* Of the members, less that of the greatest, from the differences of x: where rows are
 * far out and near to each other these have more digits. */
static void fill_log_risk(const tied *at, const double *beta, double *log_risk)
{
    const cbk_cox_model *model = at->model;
    size_t top = 0;
    for (size_t i = 0; i < at->n; i++) {
        log_risk[i] = cbk_cox_offset(model, at->member[i]) +
                      cbk_cox_along(model, at->member[i], beta);
        top = log_risk[i] > log_risk[top] ? i : top;
    }
    const double *of_top = cbk_cox_x(model, at->member[top]);
    for (size_t i = 0; i < at->n; i++) {
        const double *x = cbk_cox_x(model, at->member[i]);
        log_risk[i] =
            cbk_cox_offset(model, at->member[i]) - cbk_cox_offset(model, at->member[top]);
        for (size_t j = 0; j < model->p; j++) {
            log_risk[i] += (x[j * CBK_COX_TILE] - of_top[j * CBK_COX_TILE]) * beta[j];
        }
    }
}

static void see_time(struct cbk_cox_exact *room, const double *beta, tied *at)
{
    const size_t p = at->model->p;
    memset(room->vector, 0, p * sizeof *room->vector);
    memset(at->gradient, 0, p * sizeof *at->gradient);
    memset(at->info, 0, p * p * sizeof *at->info);
    at->loglik = 0.0;
    at->centre = room->vector;
    at->n_event = at->model->runs[room->walk.run].n_event;
    if (at->n_event == 1 && !room->is_far) {
        see_single(at, &room->walk);
        return;
    }
    at->n = list_members(at->model, room->walk.run, room->member);
    at->member = room->member;
    if (at->n == at->n_event) {
        return; /* all at risk have the event, whoever they are */
    }
    at->log_risk = room->is_far ? room->log_risk : NULL;
    if (room->is_far) {
        fill_log_risk(at, beta, room->log_risk);
    }
    if (at->model->ties == CBK_COX_EXACT || at->n_event == 1) {
        see_discrete(at, room);
    } else {
        see_marginal(at, room);
    }
}

/* The time before; far out without sums over those at risk. */
static bool walk_back(struct cbk_cox_exact *room)
{
    if (!room->is_far) {
        return cbk_cox_walk_back(&room->walk);
    }
    while (room->walk.run-- > 0) {
        if (room->walk.model->runs[room->walk.run].n_event > 0) {
            return true;
        }
    }
    return false;
}

/* risk[n]; false where the rows lie too far apart. */
static bool fill_risk(const cbk_cox_model *model, const double *beta)
{
    double least = (double)INFINITY;
    double most = -(double)INFINITY;
    for (size_t i = 0; i < model->n; i++) {
        const double eta = cbk_cox_offset(model, i) + cbk_cox_along(model, i, beta);
        least = fmin(least, eta);
        most = fmax(most, eta);
        model->risk[i] = exp(eta);
    }
    return most - least <= spread_max;
}

static void evaluate(const cbk_cox_model *model, const double *beta, cbk_cox_value *out)
{
    struct cbk_cox_exact *room = model->exact;
    const size_t p = model->p;
    memset(room->sums, 0, (1 + p + p * p) * sizeof *room->sums);
    memset(out->gradient, 0, p * sizeof *out->gradient);
    memset(out->info, 0, p * p * sizeof *out->info);
    out->loglik = -(double)INFINITY;
    if (!fill_risk(model, beta) && !room->is_far) {
        return;
    }
    tied at = {.model = model, .gradient = out->gradient, .info = out->info};
    room->walk.model = model; /* a model may have been copied */
    room->walk.run = model->n_runs;
    while (walk_back(room)) {
        see_time(room, beta, &at);
        cbk_sum_add(&room->sums[0], at.loglik);
        for (size_t j = 0; j < p; j++) {
            cbk_sum_add(&room->sums[1 + j], at.gradient[j]);
            for (size_t k = 0; k <= j; k++) {
                cbk_sum_add(&room->sums[1 + p + j * p + k], at.info[j * p + k]);
            }
        }
    }
    out->loglik = cbk_sum_value(&room->sums[0]);
    for (size_t j = 0; j < p; j++) {
        out->gradient[j] = cbk_sum_value(&room->sums[1 + j]);
        for (size_t k = 0; k <= j; k++) {
            out->info[j * p + k] = out->info[k * p + j] =
                cbk_sum_value(&room->sums[1 + p + j * p + k]);
        }
    }
}

void cbk_cox_likelihood(const cbk_cox_model *model, const double *beta,
                        cbk_cox_value *out)
{
    if (model->exact != NULL) {
        evaluate(model, beta, out);
    } else {
        cbk_cox_evaluate(model, beta, NULL, out);
    }
}

bool cbk_cox_exact_go_far(const cbk_cox_model *model, bool is_far)
{
    double n_risk = 0.0;
    for (size_t r = 0; r < model->n_runs && is_far; r++) {
        const cbk_cox_run *run = &model->runs[r];
        n_risk += run->n_event > 0
                      ? (double)(run->stratum_end - run->first) * (double)run->n_event
                      : 0.0;
    }
    model->exact->is_far = is_far && n_risk <= cells_far;
    return model->exact->is_far == is_far;
}

/* ---- room ------------------------------------------------------------------------- */

/* What the tied times cost; the dearest in *dearest. */
static double count_cells(const cbk_cox_model *model, size_t *dearest)
{
    double sum = 0.0;
    double most = 0.0;
    for (size_t r = 0; r < model->n_runs; r++) {
        const cbk_cox_run *run = &model->runs[r];
        const double n = (double)(run->stratum_end - run->first);
        const double cells = run->n_event < 2               ? 0.0
                             : model->ties == CBK_COX_EXACT ? n * (double)run->n_event
                                                            : n;
        if (cells > most) {
            most = cells;
            *dearest = r;
        }
        sum += cells;
    }
    return sum;
}

static cbk_status check_cost(const cbk_cox_model *model, cbk_error *err)
{
    size_t r = 0;
    if (!(count_cells(model, &r) > CBK_COX_EXACT_CELLS_MAX)) {
        return CBK_OK;
    }
    const cbk_cox_run *run = &model->runs[r];
    return cbk_fail(
        err, CBK_EINVAL, CBK_ROW_NONE,
        "Ties are too many for the %s method (at %.15g, %u events among %u at "
        "risk); use efron.",
        cbk_cox_ties_name(model->ties), run->time, run->n_event,
        run->stratum_end - run->first);
}

cbk_status cbk_cox_exact_make(cbk_cox_model *model, cbk_arena *arena, cbk_error *err)
{
    const size_t p = model->p;
    const size_t width = 1 + p + p * (p + 1) / 2;
    if (!cbk_cox_ties_are_exact(model->ties)) {
        return CBK_OK;
    }
    CBK_TRY(check_cost(model, err));
    size_t most = 0;
    for (size_t r = 0; r < model->n_runs; r++) {
        most = model->runs[r].n_event > most ? model->runs[r].n_event : most;
    }
    const bool is_discrete = model->ties == CBK_COX_EXACT;
    struct cbk_cox_exact *out = CBK_NEW(arena, struct cbk_cox_exact, 1);
    if (out == NULL) {
        return cbk_fail_memory(err);
    }
    out->member = CBK_NEW(arena, uint32_t, model->n + 1);
    out->odds = CBK_NEW(arena, double, model->n + 1);
    out->log_risk = CBK_NEW(arena, double, model->n + 1);
    out->cells = CBK_NEW(arena, double, ((is_discrete ? most : 1) + 1) * width);
    out->vector = CBK_NEW(arena, double, 4 * p + 3 * p * p + 1);
    out->sums = CBK_NEW(arena, cbk_sum, width + p * p);
    model->exact = out;
    return !cbk_arena_has_failed(arena) &&
                   cbk_cox_walk_start(&out->walk, model, width, fill_squares, NULL, arena)
               ? CBK_OK
               : cbk_fail_memory(err);
}
