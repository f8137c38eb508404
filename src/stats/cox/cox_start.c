/* cox_start.c - a start from a sample.  Contract: stats/cox/cox_start.h.
 *
 * Of many rows one tile in 16 has an estimate about four standard errors from that of
 * all, for a sixteenth of the work.  From there the gradient of all rows is followed,
 * which costs a fraction of the information.  The information is that of all rows at 0
 * and what the sample says it has changed by since: the error of the sample is in a small
 * difference, so that each step leaves about a hundredth of a percent of the way.
 * (A surrogate likelihood: Jordan, Lee, Yang.  J Am Stat Assoc 114 (2019) 668-681.
 * doi:10.1080/01621459.2018.1429274)
 *
 * The tiles are those of the canonical order, so the start depends on what rows hold and
 * on nothing else. */
#include "stats/cox/cox_start.h"
#include "numeric/cholesky.h"
#include "stats/cox_likelihood/cox_likelihood.h"
#include "stats/cox_likelihood/cox_solve.h"

#include <math.h>
#include <string.h>

enum {
    STRIDE = 16, /* one tile in so many */
    OFFSET = 8,  /* the first of them */
    STEPS_MAX = 10
};
static const double decrement_of_sample = 0.1; /* far below its sampling error */
/* Of the distance of the next step, squared, in standard deviations of the covariates. */
static const double near_enough = 1e-22;
static const double progress_least = 1.0 / 16.0; /* what a step may leave, squared */

/* ---- a sample --------------------------------------------------------------------- */

/* How many of the first n rows are in the sample. */
static size_t sampled(size_t n)
{
    const size_t tile = n / CBK_COX_TILE;
    const size_t n_tiles = (tile + STRIDE - 1 - OFFSET) / STRIDE;
    const bool is_in = tile % STRIDE == OFFSET;
    return n_tiles * CBK_COX_TILE + (is_in ? n % CBK_COX_TILE : 0);
}

static bool is_sampled(size_t row)
{
    return row / CBK_COX_TILE % STRIDE == OFFSET;
}

/* Of value[n * width]: the tiles of the sample, to the end of the last. */
static double *pick(const double *value, size_t width, const cbk_cox_model *from,
                    cbk_arena *arena)
{
    const size_t tile = width * CBK_COX_TILE;
    double *out = CBK_NEW(arena, double, (sampled(from->n) + CBK_COX_TILE) * width);
    if (out == NULL) {
        return NULL;
    }
    double *to = out;
    for (size_t t = OFFSET; t * CBK_COX_TILE < from->n; t += STRIDE, to += tile) {
        memcpy(to, value + t * tile, tile * sizeof *to);
    }
    return out;
}

static bool pick_times(const cbk_cox_model *from, cbk_arena *arena, cbk_cox_model *out)
{
    cbk_cox_time *times = CBK_NEW(arena, cbk_cox_time, out->n + 1);
    uint64_t *alone = CBK_NEW(arena, uint64_t, out->n / CBK_COX_TILE + 1);
    size_t *strata = CBK_NEW(arena, size_t, from->n_strata + 1);
    if (strata == NULL) {
        return false;
    }
    for (size_t k = 0; k < from->n_times; k++) {
        const cbk_cox_time *time = &from->times[k];
        const size_t first = sampled(time->first);
        const size_t n_event = sampled((size_t)time->first + time->n_event) - first;
        if (n_event > 0) {
            times[out->n_times++] = (cbk_cox_time){
                .first = (uint32_t)first, .n_event = (uint32_t)n_event, .run = time->run};
            alone[first / CBK_COX_TILE] |= (uint64_t)(n_event == 1)
                                           << first % CBK_COX_TILE;
            out->n_event += n_event;
            out->has_ties = out->has_ties || n_event > 1;
        }
    }
    for (size_t s = 0; s < from->n_strata; s++) {
        if (sampled(from->strata[s]) < sampled(from->strata[s + 1])) {
            strata[out->n_strata++] = sampled(from->strata[s]);
        }
    }
    strata[out->n_strata] = out->n;
    out->times = times;
    out->alone = alone;
    out->strata = strata;
    return true;
}

static bool pick_entries(const cbk_cox_model *from, cbk_arena *arena, cbk_cox_model *out)
{
    if (from->entry == NULL) {
        return true;
    }
    const size_t p = from->p;
    uint32_t *enters = CBK_NEW(arena, uint32_t, out->n + 1);
    out->entry = pick(from->entry, 1, from, arena);
    out->late_tiles = CBK_NEW(arena, double, cbk_cox_tiles_size(out->n, p));
    if (out->late_tiles == NULL) {
        return false;
    }
    size_t n = 0;
    for (size_t k = 0; k < from->n; k++) {
        if (is_sampled(from->enters[k])) {
            const double *x = cbk_cox_late_x(from, k);
            double *to = cbk_cox_late_x(out, n);
            for (size_t j = 0; j < p; j++) {
                to[j * CBK_COX_TILE] = x[j * CBK_COX_TILE];
            }
            enters[n++] = (uint32_t)sampled(from->enters[k]);
        }
    }
    out->enters = enters;
    return cbk_cox_match_entries(out, arena);
}

/* The likelihood of a sample of the rows.  Its runs are those of all. */
static bool make_sample(const cbk_cox_model *from, cbk_arena *arena, cbk_cox_model *out)
{
    const size_t p = from->p;
    *out = *from;
    out->n = sampled(from->n);
    out->n_event = out->n_times = out->n_strata = 0;
    out->has_ties = false;
    out->tiles = pick(from->tiles, p, from, arena);
    out->weights = from->weights == NULL ? NULL : pick(from->weights, 1, from, arena);
    out->offsets = from->offsets == NULL ? NULL : pick(from->offsets, 1, from, arena);
    if (!pick_times(from, arena, out) || !pick_entries(from, arena, out)) {
        return false;
    }
    out->risk = CBK_NEW(arena, double, out->n + CBK_COX_TILE);
    out->step = CBK_NEW(arena, double, out->n_times + 1);
    out->step_event = CBK_NEW(arena, double, out->n_times + 1);
    out->event_sums = CBK_NEW(arena, cbk_sum, p + 1);
    if (cbk_arena_has_failed(arena)) {
        return false;
    }
    cbk_cox_sum_events(out, NULL, out->event_sums);
    out->event_offset = cbk_cox_sum_event_offsets(out);
    return out->n_event > 0;
}

/* ---- on the way ------------------------------------------------------------------- */

typedef struct starting {
    const cbk_cox_model *model;
    cbk_cox_model sample;
    const cbk_cox_value *at_0;
    double *sample_at_0;     /* [p * p] information */
    cbk_cox_value of_sample; /* the last one */
    cbk_cox_value now;       /* without information */
    double *beta;            /* [p] */
    double *step;            /* [p] */
    double *guess;           /* [p * p] of the information of all rows */
    double *factors;         /* [p * p] */
    double *before;          /* [p] gradient before the step */
    double *along;           /* [p] guess times the step */
} starting;

static bool make_room(starting *at, cbk_arena *arena)
{
    const size_t p = at->model->p;
    at->beta = CBK_NEW(arena, double, p);
    at->step = CBK_NEW(arena, double, p);
    at->factors = CBK_NEW(arena, double, p *p);
    at->guess = CBK_NEW(arena, double, p *p);
    at->before = CBK_NEW(arena, double, p);
    at->along = CBK_NEW(arena, double, p);
    at->sample_at_0 = CBK_NEW(arena, double, p *p);
    at->of_sample.gradient = CBK_NEW(arena, double, p);
    at->of_sample.info = CBK_NEW(arena, double, p *p);
    at->now.gradient = CBK_NEW(arena, double, p);
    return !cbk_arena_has_failed(arena);
}

/* Goes on from beta by the inverse of factors, which become their own, times the
 * gradient. Returns the gain to expect, twice; NaN where some directions have no
 * information. */
static double go_on(starting *at, const double *gradient)
{
    const size_t p = at->model->p;
    double decrement = 0.0;
    if (cbk_cholesky_factor(at->factors, NULL, p) < p) {
        return (double)NAN;
    }
    memcpy(at->step, gradient, p * sizeof *at->step);
    cbk_cox_solve(at->factors, p, at->step);
    for (size_t j = 0; j < p; j++) {
        decrement += at->step[j] * gradient[j];
        at->beta[j] += at->step[j];
    }
    return decrement;
}

/* False where the sample has no maximum, or not one near enough. */
static bool climb_sample(starting *at)
{
    const size_t p = at->model->p;
    const size_t size = p * p * sizeof *at->factors;
    double loglik = -(double)INFINITY;
    for (int turn = 0; turn < STEPS_MAX; turn++) {
        cbk_cox_evaluate(&at->sample, at->beta, NULL, &at->of_sample);
        if (!(at->of_sample.loglik > loglik)) {
            return false;
        }
        loglik = at->of_sample.loglik;
        if (turn == 0) {
            memcpy(at->sample_at_0, at->of_sample.info, size);
        }
        memcpy(at->factors, at->of_sample.info, size);
        const double decrement = go_on(at, at->of_sample.gradient);
        if (!(decrement >= decrement_of_sample)) {
            return decrement >= 0.0;
        }
    }
    return false;
}

/* From the sample. */
static void guess_information(starting *at)
{
    const size_t p = at->model->p;
    const double scale = (double)at->model->n_event / (double)at->sample.n_event;
    for (size_t k = 0; k < p * p; k++) {
        at->guess[k] =
            at->at_0->info[k] + scale * (at->of_sample.info[k] - at->sample_at_0[k]);
    }
}

/* From what the last step has changed the gradient by: the least change that agrees with
 * it (Broyden, Fletcher, Goldfarb, Shanno). */
static void correct_guess(starting *at)
{
    const size_t p = at->model->p;
    double expected = 0.0;
    double found = 0.0;
    for (size_t j = 0; j < p; j++) {
        at->along[j] = 0.0;
        for (size_t k = 0; k < p; k++) {
            at->along[j] += at->guess[j * p + k] * at->step[k];
        }
        at->before[j] -= at->now.gradient[j];
        expected += at->along[j] * at->step[j];
        found += at->before[j] * at->step[j];
    }
    for (size_t j = 0; found > 0.0 && j < p; j++) {
        for (size_t k = 0; k < p; k++) {
            at->guess[j * p + k] += at->before[j] * at->before[k] / found -
                                    at->along[j] * at->along[k] / expected;
        }
    }
}

/* Of the guess: what a standard deviation of a covariate has. */
static double information_of_one(const starting *at)
{
    const size_t p = at->model->p;
    double trace = 0.0;
    for (size_t j = 0; j < p; j++) {
        trace += at->guess[j * p + j];
    }
    return trace / (double)p;
}

/* Returns the number of steps; 0 where they lead nowhere. */
static size_t follow_gradient(starting *at)
{
    const size_t size = at->model->p * at->model->p * sizeof *at->guess;
    double before = (double)INFINITY;
    for (size_t n = 1; n <= STEPS_MAX; n++) {
        cbk_cox_evaluate(at->model, at->beta, NULL, &at->now);
        if (n <= 2) {
            guess_information(at);
        }
        if (n >= 2) {
            correct_guess(at);
        }
        memcpy(at->factors, at->guess, size);
        memcpy(at->before, at->now.gradient, at->model->p * sizeof *at->before);
        const double distance = /* squared */
            go_on(at, at->now.gradient) / information_of_one(at);
        if (!(distance >= 0.0 && distance <= progress_least * before)) {
            return 0;
        }
        if (n == 1) {
            cbk_cox_evaluate(&at->sample, at->beta, NULL, &at->of_sample);
        } else if (distance * (distance / before) < near_enough) {
            return n;
        }
        before = distance;
    }
    return 0;
}

bool cbk_cox_start_near(const cbk_cox_model *model, const cbk_cox_value *at_0,
                        cbk_arena *arena, double *beta, size_t *n_steps)
{
    if (model->n < CBK_COX_START_ROWS || model->p < CBK_COX_START_COVARIATES ||
        cbk_cox_ties_are_exact(model->ties)) {
        return false;
    }
    const cbk_mark before = cbk_arena_mark(arena);
    starting at = {.model = model, .at_0 = at_0};
    size_t n = 0;
    if (make_room(&at, arena) && make_sample(model, arena, &at.sample) &&
        climb_sample(&at)) {
        n = follow_gradient(&at);
    }
    if (n > 0) {
        memcpy(beta, at.beta, model->p * sizeof *beta);
        *n_steps = n;
    }
    cbk_arena_release(arena, before);
    return n > 0;
}
