/* cox_monotone.c - likelihoods that rise for ever in some direction.  Contract:
 * stats/cox/cox_monotone.h.
 *
 * Along d the likelihood never falls where at each time the rows with the event have the
 * largest x'd of all at risk; with exact ties, of those without the event.  So the
 * differences a = x - y, x of an event and y of one at risk with it, say what these d
 * are: a'd >= 0 for all a, a cone.  The nearest of them to a given g is found by taking
 * those a'd < 0 out of g one by one and as far as they must (Lawson, Hanson.  Solving
 * least squares problems.  1974.  Chapter 23; the nearest point is what is left over).
 * Where g is a sum of all a, each with a weight above 0, what is left is 0 if and only if
 * there is no d along which the likelihood rises.
 */
#include "stats/cox/cox_monotone.h"

#include <math.h>
#include <string.h>

static const double decrement_small = 1e-6;
static const double spread_long = 0.1;     /* of a step, in the logarithm of the hazard */
static const double part_small = 1e-9;     /* of the largest: 0 but for rounding */
static const double gap_tolerance = 1e-10; /* of the spread */
static const double rounding = 1e-12;      /* of what the columns give, each by itself */
static const double spread_far = 500.0;
double cbk_cox_spread(const cbk_cox_model *model, const double *step)
{
    double least = (double)INFINITY;
    double most = -(double)INFINITY;
    for (size_t i = 0; i < model->n; i++) {
        const double value = cbk_cox_along(model, i, step);
        least = fmin(least, value);
        most = fmax(most, value);
    }
    return most - least;
}

/* The spread that column j alone gives. */
static double spread_of_column(const cbk_cox_model *model, const double *step, size_t j)
{
    return fabs(step[j]) * model->range[j];
}

/* ---- events and those at risk with them ------------------------------------------- */

/* A row with the event and one at risk with it whose x'd is so much larger. */
typedef struct pair {
    double gap; /* -infinity: nobody is at risk with any event */
    size_t event;
    size_t other;
} pair;

/* Rows at risk, the one with the largest x'd on top: a heap.  One that enters at a time
 * or later is not at risk there, nor at any time before. */
typedef struct looking {
    const cbk_cox_model *model;
    double *value;  /* [n] x'd */
    uint32_t *heap; /* [n] */
    size_t n;
} looking;

static bool looking_make(const cbk_cox_model *model, cbk_arena *arena, looking *out)
{
    *out = (looking){.model = model,
                     .value = CBK_NEW(arena, double, model->n + 1),
                     .heap = CBK_NEW(arena, uint32_t, model->n + 1)};
    return out->heap != NULL;
}

static void include(looking *at, size_t first, size_t end)
{
    const double *value = at->value;
    for (size_t i = first; i < end; i++) {
        size_t k = at->n++;
        for (; k > 0 && value[i] > value[at->heap[(k - 1) / 2]]; k = (k - 1) / 2) {
            at->heap[k] = at->heap[(k - 1) / 2];
        }
        at->heap[k] = (uint32_t)i;
    }
}

static void drop_top(looking *at)
{
    const double *value = at->value;
    const uint32_t last = at->heap[--at->n];
    size_t k = 0;
    for (size_t below = 1; below < at->n; below = 2 * k + 1) {
        const bool is_second =
            below + 1 < at->n && value[at->heap[below + 1]] > value[at->heap[below]];
        below += is_second ? 1 : 0;
        if (!(value[at->heap[below]] > value[last])) {
            break;
        }
        at->heap[k] = at->heap[below];
        k = below;
    }
    at->heap[k] = last;
}

/* Of those at risk at the time the row with the largest value; SIZE_MAX: none. */
static size_t find_most(looking *at, const cbk_cox_run *run)
{
    const double *entry = at->model->entry;
    while (entry != NULL && at->n > 0 && entry[at->heap[0]] >= run->time) {
        drop_top(at);
    }
    return at->n > 0 ? at->heap[0] : SIZE_MAX;
}

static bool is_last_of_stratum(const cbk_cox_model *model, size_t k)
{
    return k + 1 == model->n_times || model->runs[model->times[k + 1].run].stratum_end !=
                                          model->runs[model->times[k].run].stratum_end;
}

static pair find_worst(looking *at)
{
    const cbk_cox_model *model = at->model;
    const bool is_exact = cbk_cox_ties_are_exact(model->ties);
    pair worst = {-(double)INFINITY, 0, 0};
    size_t from = 0; /* rows before it are not included */
    for (size_t k = model->n_times; k-- > 0;) {
        const cbk_cox_time *time = &model->times[k];
        const cbk_cox_run *run = &model->runs[time->run];
        const size_t end = (size_t)time->first + time->n_event;
        const size_t first = is_exact ? end : time->first;
        if (is_last_of_stratum(model, k)) {
            at->n = 0;
            from = run->stratum_end;
        }
        include(at, first, from);
        size_t lowest = time->first;
        for (size_t i = time->first; i < end; i++) {
            lowest = at->value[i] < at->value[lowest] ? i : lowest;
        }
        const size_t most = find_most(at, run);
        const double gap =
            most == SIZE_MAX ? -(double)INFINITY : at->value[most] - at->value[lowest];
        if (gap > worst.gap) {
            worst = (pair){gap, lowest, most};
        }
        include(at, time->first, first);
        from = time->first;
    }
    return worst;
}

static void fill_values(const cbk_cox_model *model, const double *step, double *value)
{
    for (size_t i = 0; i < model->n; i++) {
        value[i] = cbk_cox_along(model, i, step);
    }
}

double cbk_cox_gap_tolerance(const cbk_cox_model *model, const double *step)
{
    double of_columns = 0.0; /* where they cancel out rounding is left */
    for (size_t j = 0; j < model->p; j++) {
        of_columns += spread_of_column(model, step, j);
    }
    return fmax(gap_tolerance * cbk_cox_spread(model, step), rounding * of_columns);
}

bool cbk_cox_never_falls(const cbk_cox_model *model, const double *step, cbk_arena *arena)
{
    const cbk_mark before = cbk_arena_mark(arena);
    looking at;
    if (!looking_make(model, arena, &at)) {
        return false;
    }
    fill_values(model, step, at.value);
    const double gap = find_worst(&at).gap;
    cbk_arena_release(arena, before);
    return gap <= cbk_cox_gap_tolerance(model, step);
}

/* ---- a sum of all differences ------------------------------------------------------ */

/* Adds sign times row i to the sums of x. */
static void add_row(const cbk_cox_model *model, size_t i, double sign, double *sums)
{
    const double *x = cbk_cox_x(model, i);
    for (size_t j = 0; j < model->p; j++) {
        sums[j] += sign * x[j * CBK_COX_TILE];
    }
}

/* The sum over the times of the mean of x of the events less that of all at risk.
 * sums[p] is room. */
static void fill_lean(const cbk_cox_model *model, double *sums, double *lean)
{
    const size_t p = model->p;
    size_t from = 0;
    size_t late = 0;
    memset(lean, 0, p * sizeof *lean);
    for (size_t k = model->n_times; k-- > 0;) {
        const cbk_cox_time *time = &model->times[k];
        const cbk_cox_run *run = &model->runs[time->run];
        if (is_last_of_stratum(model, k)) {
            from = late = run->stratum_end;
            memset(sums, 0, p * sizeof *sums);
        }
        while (from > time->first) {
            add_row(model, --from, 1.0, sums);
        }
        while (model->entry != NULL && late > model->late_from[k]) {
            add_row(model, model->enters[--late], -1.0, sums);
        }
        const double n_risk = (double)(late - from); /* all from here, without the late */
        for (size_t i = 0; i < time->n_event; i++) {
            add_row(model, time->first + i, 1.0 / (double)time->n_event, lean);
        }
        for (size_t j = 0; j < p; j++) {
            lean[j] -= sums[j] / n_risk;
        }
    }
}

/* ---- the nearest direction --------------------------------------------------------- */

/* Some differences, each of length 1, and how much of each was taken out. */
typedef struct taking {
    size_t p;
    size_t n;         /* at most p */
    double *side;     /* [(p + 1) * p] the differences */
    double *axis;     /* [(p + 1) * p] the same, each less what the ones before hold */
    double *triangle; /* [(p + 1)^2] side k is the sum over l of [l][k] times axis l */
    double *taken;    /* [p + 1] above 0 */
    double *wanted;   /* [p + 1] */
} taking;

static double dot(const double *a, const double *b, size_t p)
{
    double sum = 0.0;
    for (size_t j = 0; j < p; j++) {
        sum += a[j] * b[j];
    }
    return sum;
}

/* Fills axis and triangle; false where the last side is a combination of the others. */
static bool orthogonalise(taking *at)
{
    const size_t p = at->p;
    const size_t width = p + 1;
    for (size_t k = 0; k < at->n; k++) {
        double *axis = at->axis + k * p;
        memcpy(axis, at->side + k * p, p * sizeof *axis);
        for (size_t l = 0; l < k; l++) {
            at->triangle[l * width + k] = 0.0;
        }
        for (size_t pass = 0; pass < 2; pass++) {
            for (size_t l = 0; l < k; l++) {
                const double part = dot(axis, at->axis + l * p, p);
                at->triangle[l * width + k] += part;
                for (size_t j = 0; j < p; j++) {
                    axis[j] -= part * at->axis[l * p + j];
                }
            }
        }
        const double length = sqrt(dot(axis, axis, p));
        at->triangle[k * width + k] = length;
        if (!(length > 1e-12)) {
            return false;
        }
        for (size_t j = 0; j < p; j++) {
            axis[j] /= length;
        }
    }
    return true;
}

/* How much of each side must be taken out of g so that nothing is left along any. */
static void solve_wanted(const taking *at, const double *g)
{
    const size_t width = at->p + 1;
    for (size_t k = at->n; k-- > 0;) {
        double value = -dot(at->axis + k * at->p, g, at->p);
        for (size_t l = k + 1; l < at->n; l++) {
            value -= at->triangle[k * width + l] * at->wanted[l];
        }
        at->wanted[k] = value / at->triangle[k * width + k];
    }
}

static void drop_side(taking *at, size_t k)
{
    at->n--;
    memmove(at->side + k * at->p, at->side + (k + 1) * at->p,
            (at->n - k) * at->p * sizeof *at->side);
    memmove(at->taken + k, at->taken + k + 1, (at->n - k) * sizeof *at->taken);
}

/* Takes the sides out of g as far as none is taken less than 0 times; false where that
 * cannot be computed. */
static bool take_out(taking *at, const double *g)
{
    while (at->n > 0) {
        size_t first = SIZE_MAX; /* whose share falls to 0 first */
        double share = 1.0;
        if (at->n > at->p || !orthogonalise(at)) {
            return false;
        }
        solve_wanted(at, g);
        for (size_t k = 0; k < at->n; k++) {
            const double part = at->taken[k] / (at->taken[k] - at->wanted[k]);
            if (!(at->wanted[k] > 0.0) && (first == SIZE_MAX || part < share)) {
                first = k;
                share = part;
            }
        }
        for (size_t k = 0; k < at->n; k++) {
            at->taken[k] += share * (at->wanted[k] - at->taken[k]);
        }
        if (first == SIZE_MAX) {
            return true;
        }
        drop_side(at, first);
    }
    return true;
}

/* Adds the difference of a pair; false where there is none. */
static bool add_side(taking *at, const cbk_cox_model *model, const pair *of)
{
    const size_t p = at->p;
    const double *event = cbk_cox_x(model, of->event);
    const double *other = cbk_cox_x(model, of->other);
    double *side = at->side + at->n * p;
    for (size_t j = 0; j < p; j++) {
        side[j] = event[j * CBK_COX_TILE] - other[j * CBK_COX_TILE];
    }
    const double length = sqrt(dot(side, side, p));
    for (size_t j = 0; j < p; j++) {
        side[j] /= length;
    }
    at->taken[at->n++] = 0.0;
    return length > 0.0;
}

/* What is left of g when the sides are taken out. */
static void fill_left(const taking *at, const double *g, double *left)
{
    memcpy(left, g, at->p * sizeof *left);
    for (size_t pass = 0; pass < 2; pass++) {
        for (size_t k = 0; k < at->n; k++) {
            const double *axis = at->axis + k * at->p;
            const double part = dot(axis, left, at->p);
            for (size_t j = 0; j < at->p; j++) {
                left[j] -= part * axis[j];
            }
        }
    }
}

static bool taking_make(size_t p, cbk_arena *arena, taking *out)
{
    *out = (taking){.p = p,
                    .side = CBK_NEW(arena, double, (p + 1) * p),
                    .axis = CBK_NEW(arena, double, (p + 1) * p),
                    .triangle = CBK_NEW(arena, double, (p + 1) * (p + 1)),
                    .taken = CBK_NEW(arena, double, p + 1),
                    .wanted = CBK_NEW(arena, double, p + 1)};
    return !cbk_arena_has_failed(arena);
}

/* Makes step the nearest direction along which the likelihood never falls; false where
 * that is none, or was not found. */
static bool go_to_nearest(const cbk_cox_model *model, double *step, cbk_arena *arena)
{
    const size_t p = model->p;
    const size_t n_turns = 20 + 10 * p;
    double *g = CBK_NEW(arena, double, p + 1);
    looking at;
    taking taken;
    if (!looking_make(model, arena, &at) || !taking_make(p, arena, &taken)) {
        return false;
    }
    memcpy(g, step, p * sizeof *g);
    for (size_t turn = 0; turn < n_turns; turn++) {
        fill_values(model, step, at.value);
        const pair worst = find_worst(&at);
        if (worst.gap <= 0.1 * cbk_cox_gap_tolerance(model, step)) {
            return true;
        }
        if (!add_side(&taken, model, &worst) || !take_out(&taken, g)) {
            return false;
        }
        fill_left(&taken, g, step);
        if (!(dot(step, step, p) > 1e-14 * dot(g, g, p))) {
            return false;
        }
    }
    return false;
}

/* Makes components 0 that are 0 but for rounding.  False where step moves nobody with an
 * event away from those at risk. */
static bool trim(const cbk_cox_model *model, const double *lean, double *step,
                 cbk_arena *arena)
{
    double largest = 0.0;
    for (size_t j = 0; j < model->p; j++) {
        largest = fmax(largest, spread_of_column(model, step, j));
    }
    for (size_t j = 0; j < model->p; j++) {
        const bool is_going = spread_of_column(model, step, j) > part_small * largest;
        step[j] = is_going ? step[j] : 0.0;
    }
    return dot(lean, step, model->p) > cbk_cox_gap_tolerance(model, step) &&
           cbk_cox_never_falls(model, step, arena);
}

bool cbk_cox_is_monotone(const cbk_cox_model *model, double *step, bool is_any,
                         cbk_arena *arena)
{
    const size_t p = model->p;
    const cbk_mark before = cbk_arena_mark(arena);
    double *lean = CBK_NEW(arena, double, p + 1);
    double *sums = CBK_NEW(arena, double, p + 1);
    if (sums == NULL) {
        return false;
    }
    fill_lean(model, sums, lean);
    if (is_any) {
        memcpy(step, lean, p * sizeof *step);
    }
    const bool is_found =
        go_to_nearest(model, step, arena) && trim(model, lean, step, arena);
    if (cbk_arena_has_failed(arena)) { /* which a release would hide */
        return false;
    }
    cbk_arena_release(arena, before);
    return is_found;
}

bool cbk_cox_may_be_monotone(const cbk_cox_model *model, const double *step,
                             double decrement)
{
    return decrement < decrement_small && cbk_cox_spread(model, step) >= spread_long;
}

void cbk_cox_go_out(const cbk_cox_model *model, const double *step, const int *direction,
                    double *beta, cbk_cox_value *value)
{
    const size_t p = model->p;
    const double stride = 20.0 / cbk_cox_spread(model, step);
    double gain = 1.0;
    while (gain > 0.0 && cbk_cox_spread(model, beta) < spread_far) {
        const double before = value->loglik;
        for (size_t j = 0; j < p; j++) {
            beta[j] += direction[j] != 0 ? stride * step[j] : 0.0;
        }
        cbk_cox_likelihood(model, beta, value);
        gain = value->loglik - before;
    }
    if (isinf(value->loglik)) { /* with offsets that are far apart: one step too far */
        for (size_t j = 0; j < p; j++) {
            beta[j] -= direction[j] != 0 ? stride * step[j] : 0.0;
        }
        cbk_cox_likelihood(model, beta, value);
    }
}
