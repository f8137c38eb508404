/* recurrent_test.c - whether groups differ in their recurrent events.  Contract and
 * source: casebook/mean_cumulative.h.
 *
 * What a subject of group g adds to U_h, the sum over its time under observation of
 * ([g = h] - Y_h / Y) (dN_i - dN / Y), is a difference of sums over times between its
 * entry and its leaving, and what its own events add.
 */
#include "numeric/cholesky.h"
#include "numeric/distribution.h"
#include "numeric/sum.h"
#include "stats/recurrent/recurrent.h"

#include <math.h>
#include <string.h>

static const double none = (double)NAN;
static const double rounding = 1e-14; /* of the events a group has */

typedef struct testing {
    const cbk_recurrent *model;
    size_t n_groups;
    cbk_sum *n_risk;   /* [n_groups] */
    cbk_sum *share;    /* [n_groups] sum of Y_h dN / Y^2 */
    cbk_sum *expected; /* [n_groups] */
    cbk_sum hazard;    /* sum of dN / Y */
    double *residual;  /* [n_subjects * n_groups] */
    double *variance;  /* [n_groups * n_groups] */
    double *score;     /* [n_groups] */
    cbk_mcf_group *groups;
} testing;

/* Comes (sign 1) or leaves (-1). */
static void enter(testing *at, uint32_t subject, double sign)
{
    const uint32_t group = at->model->group[subject];
    double *residual = at->residual + subject * at->n_groups;
    for (size_t h = 0; h < at->n_groups; h++) {
        residual[h] -= sign * cbk_sum_value(&at->share[h]);
    }
    residual[group] += sign * cbk_sum_value(&at->hazard);
    cbk_sum_add(&at->n_risk[group], sign * at->model->weight[subject]);
}

static void see_events(testing *at, const uint32_t *subject, size_t n)
{
    double n_event = 0.0;
    double n_risk = 0.0;
    for (size_t k = 0; k < n; k++) {
        n_event += at->model->weight[subject[k]];
        at->groups[at->model->group[subject[k]]].observed +=
            at->model->weight[subject[k]];
    }
    for (size_t h = 0; h < at->n_groups; h++) {
        n_risk += cbk_sum_value(&at->n_risk[h]);
    }
    for (size_t h = 0; h < at->n_groups; h++) {
        const double share = cbk_sum_value(&at->n_risk[h]) / n_risk;
        cbk_sum_add(&at->share[h], share * n_event / n_risk);
        cbk_sum_add(&at->expected[h], share * n_event);
        for (size_t k = 0; k < n; k++) {
            at->residual[subject[k] * at->n_groups + h] -= share;
        }
    }
    for (size_t k = 0; k < n; k++) {
        at->residual[subject[k] * at->n_groups + at->model->group[subject[k]]] += 1.0;
    }
    cbk_sum_add(&at->hazard, n_event / n_risk);
}

static void walk(testing *at)
{
    const cbk_recurrent *model = at->model;
    cbk_recurrent_step step = {0};
    for (size_t k = 0; model->is_from_origin && k < model->leaves.n; k++) {
        enter(at, model->leaves.subject[k], 1.0);
    }
    while (cbk_recurrent_next(&model->enters, &model->events, &model->leaves, &step)) {
        for (size_t k = step.enter_first; k < step.enter_end; k++) {
            enter(at, model->enters.subject[k], 1.0);
        }
        if (step.event_end > step.event_first) {
            see_events(at, model->events.subject + step.event_first,
                       step.event_end - step.event_first);
        }
        for (size_t k = step.leave_first; k < step.leave_end; k++) {
            enter(at, model->leaves.subject[k], -1.0);
        }
    }
}

/* In the order of leaving, which does not depend on that of the rows.  A subject that
 * leaves more than once counts when it does first. */
static void sum_products(testing *at)
{
    const size_t n = at->n_groups;
    for (size_t k = 0; k < at->model->leaves.n; k++) {
        const uint32_t subject = at->model->leaves.subject[k];
        const double weight = at->model->weight[subject];
        double *residual = at->residual + subject * n;
        for (size_t h = 0; h < n; h++) {
            for (size_t j = 0; j < n; j++) {
                at->variance[h * n + j] += weight * weight * residual[h] * residual[j];
            }
        }
        memset(residual, 0, n * sizeof *residual);
    }
    for (size_t h = 0; h < n; h++) {
        at->groups[h].expected = cbk_sum_value(&at->expected[h]);
        at->score[h] =
            at->groups[h].observed - at->expected[h].total - at->expected[h].lost;
    }
}

/* A group whose variance is what rounding left has none. */
static void clear_rounding(testing *at)
{
    const size_t n = at->n_groups;
    for (size_t h = 0; h < n; h++) {
        const double size = at->groups[h].observed + at->groups[h].expected;
        if (!(at->variance[h * n + h] > rounding * size * size)) {
            for (size_t j = 0; j < n; j++) {
                at->variance[h * n + j] = at->variance[j * n + h] = 0.0;
            }
        }
    }
}

bool cbk_recurrent_test(const cbk_recurrent *model, size_t n_groups, cbk_arena *arena,
                        cbk_mcf_group *groups, cbk_mcf_test *out)
{
    const cbk_mark before = cbk_arena_mark(arena);
    testing at = {.model = model,
                  .n_groups = n_groups,
                  .n_risk = CBK_NEW(arena, cbk_sum, n_groups),
                  .share = CBK_NEW(arena, cbk_sum, n_groups),
                  .expected = CBK_NEW(arena, cbk_sum, n_groups),
                  .residual = CBK_NEW(arena, double, model->n_subjects *n_groups + 1),
                  .variance = CBK_NEW(arena, double, n_groups *n_groups),
                  .score = CBK_NEW(arena, double, n_groups),
                  .groups = groups};
    if (cbk_arena_has_failed(arena)) {
        return false;
    }
    walk(&at);
    sum_products(&at);
    clear_rounding(&at);
    const size_t df = cbk_cholesky_factor(at.variance, NULL, n_groups);
    const double chisq = cbk_cholesky_quadratic(at.variance, n_groups, at.score);
    *out = (cbk_mcf_test){.chisq = df > 0 ? chisq : none,
                          .df = df,
                          .p = df > 0 ? cbk_chi_squared_upper(chisq, (double)df) : none,
                          .groups = groups};
    out->notes = model->events.n == 0 ? CBK_NOTE_NO_EVENTS
                 : df == 0            ? CBK_NOTE_ZERO_VARIANCE
                 : df + 1 < n_groups  ? CBK_NOTE_DF_REDUCED
                                      : 0u;
    cbk_arena_release(arena, before);
    return true;
}
