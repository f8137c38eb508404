/* cox_likelihood.c - the partial likelihood with its gradient and information.  Contract:
 * stats/cox_model.h.
 *
 * Of the sum over events of S2 / S0 each row at risk has a share: its weight times x x'
 * times the hazard summed over the times it is at risk.  So the information is one
 * weighted rank-k update over rows, less one over times with events, and Efron's ties
 * cost what Breslow's cost.
 *
 * Backward over the times to know who is at risk, forward to sum the hazard.  Sums are
 * plain within 256 rows and compensated from there on.
 */
#include "numeric/sum.h"
#include "stats/cox_model.h"

#include <math.h>
#include <string.h>

enum { BLOCK = 256 };
static const double spread_max = 600.0;

/* ---- sums over those at risk ------------------------------------------------------ */

/* As cbk_sum_add(), without its branch, which here would go either way. */
static inline void add_exactly(cbk_sum *sum, double term)
{
    const double total = sum->total + term;
    const double added = total - sum->total;
    sum->lost += (sum->total - (total - added)) + (term - added);
    sum->total = total;
}

/* S0 in [0], S1 from [1] on; with late entry what leaves cancels, so that is
 * compensated. */
static inline void add_at_risk(cbk_sum *sums, const double *x, double risk, size_t p,
                               bool is_late)
{
    if (is_late) {
        add_exactly(&sums[0], risk);
        for (size_t j = 0; j < p; j++) {
            add_exactly(&sums[j + 1], risk * x[j * CBK_COX_TILE]);
        }
        return;
    }
    sums[0].total += risk;
    for (size_t j = 0; j < p; j++) {
        sums[j + 1].total += risk * x[j * CBK_COX_TILE];
    }
}

/* risk[n]; false where the rows lie too far apart. */
static bool fill_risk(const cbk_cox_model *model, const double *beta)
{
    double least = (double)INFINITY;
    double most = -(double)INFINITY;
    for (size_t i = 0; i < model->n; i++) {
        const double eta = model->offset[i] + cbk_cox_along(model, i, beta);
        least = eta < least ? eta : least;
        most = eta > most ? eta : most;
        model->risk[i] = eta;
    }
    return most - least <= spread_max;
}

/* ---- one time with events --------------------------------------------------------- */

typedef struct tied {
    double hazard;       /* sum of W/d / denominator */
    double hazard_event; /* the same less l/d of it: of those with the event */
    double whole;        /* sums of W/d / denominator^2 times 1, l/d, (l/d)^2 */
    double once;
    double twice;
    double loglik; /* - sum of W/d log denominator */
} tied;

static inline tied tie_events(cbk_cox_ties ties, double at_risk, double of_events,
                              double weight, uint32_t d)
{
    if (d == 1 || ties == CBK_COX_BRESLOW) {
        const double hazard = weight / at_risk;
        return (tied){.hazard = hazard,
                      .hazard_event = hazard,
                      .whole = hazard / at_risk,
                      .loglik = -weight * log(at_risk)};
    }
    tied out = {0};
    const double each = weight / (double)d;
    for (uint32_t l = 0; l < d; l++) {
        const double share = (double)l / (double)d;
        const double denominator = at_risk - share * of_events;
        const double hazard = each / denominator;
        out.hazard += hazard;
        out.hazard_event += hazard * (1.0 - share);
        out.whole += hazard / denominator;
        out.once += share * hazard / denominator;
        out.twice += share * share * hazard / denominator;
        out.loglik -= each * log(denominator);
    }
    return out;
}

/* ---- sums by blocks --------------------------------------------------------------- */

typedef struct block_sums {
    double *part; /* [n] of the block */
    cbk_sum *sum; /* [n] of the blocks before */
    size_t n;
} block_sums;

static void close_block(const block_sums *sums)
{
    for (size_t i = 0; i < sums->n; i++) {
        cbk_sum_add(&sums->sum[i], sums->part[i]);
        sums->part[i] = 0.0;
    }
}

/* ---- the two passes --------------------------------------------------------------- */

typedef struct evaluation {
    const cbk_cox_model *model;
    const double *multiplier;
    cbk_sum *at_risk;    /* [1 + p] */
    double *of_events;   /* [p] S1 of those with the event */
    double *s1;          /* [p] */
    block_sums info;     /* [p * p] lower triangle */
    block_sums gradient; /* [p] */
    cbk_sum loglik;
} evaluation;

static inline __attribute__((always_inline)) void
take_outer(const evaluation *at, const tied *tie, double factor, size_t p)
{
    double *part = at->info.part;
    const double *s = at->s1;
    const double *e = at->of_events;
    for (size_t j = 0; j < p; j++) {
        const double scaled = factor * tie->whole * s[j];
        double *restrict row = part + j * p;
        for (size_t k = 0; k <= j; k++) {
            row[k] -= scaled * s[k];
        }
    }
    for (size_t j = 0; tie->once > 0.0 && j < p; j++) {
        for (size_t k = 0; k <= j; k++) {
            part[j * p + k] += factor * (tie->once * (s[j] * e[k] + e[j] * s[k]) -
                                         tie->twice * e[j] * e[k]);
        }
    }
}

static inline __attribute__((always_inline)) void see_events(evaluation *at, size_t r,
                                                             size_t p)
{
    const cbk_cox_model *model = at->model;
    const cbk_cox_run *run = &model->runs[r];
    double weight = 0.0;
    double of_events = 0.0;
    for (size_t j = 0; j < p; j++) {
        at->s1[j] = at->at_risk[j + 1].total + at->at_risk[j + 1].lost;
        at->of_events[j] = 0.0;
    }
    for (uint32_t i = run->first; i < run->first + run->n_event; i++) {
        weight += model->weight[i];
        of_events += model->risk[i];
        const double *x = cbk_cox_x(model, i);
        for (size_t j = 0; j < p; j++) {
            at->of_events[j] += model->risk[i] * x[j * CBK_COX_TILE];
        }
    }
    const double factor = at->multiplier != NULL ? at->multiplier[r] : 1.0;
    const tied tie = tie_events(model->ties, at->at_risk[0].total + at->at_risk[0].lost,
                                of_events, weight, run->n_event);
    model->step[r] = factor * tie.hazard;
    model->step_event[r] = factor * tie.hazard_event;
    cbk_sum_add(&at->loglik, tie.loglik);
    take_outer(at, &tie, factor, p);
}

static inline __attribute__((always_inline)) void go_back(evaluation *at, size_t p)
{
    const cbk_cox_model *model = at->model;
    const bool is_late = model->entry != NULL;
    size_t n_late = model->n; /* of enters: the ones after have been taken out */
    size_t n_seen = 0;
    for (size_t r = model->n_runs; r-- > 0;) {
        const cbk_cox_run *run = &model->runs[r];
        if (r + 1 == model->n_runs || model->runs[r + 1].is_first) {
            memset(at->at_risk, 0, (p + 1) * sizeof *at->at_risk);
            n_late = run->stratum_end;
        }
        for (uint32_t i = run->end; i-- > run->first;) {
            add_at_risk(at->at_risk, cbk_cox_x(model, i), model->risk[i], p, is_late);
        }
        while (is_late && run->n_event > 0 && n_late > run->stratum_first &&
               model->entry[model->enters[n_late - 1]] >= run->time) {
            const uint32_t i = model->enters[--n_late];
            add_at_risk(at->at_risk, cbk_cox_x(model, i), -model->risk[i], p, true);
        }
        model->step[r] = model->step_event[r] = 0.0;
        if (run->n_event > 0) {
            see_events(at, r, p);
            if (++n_seen % BLOCK == 0) {
                close_block(&at->info);
            }
        }
    }
    close_block(&at->info);
}

static inline __attribute__((always_inline)) void
add_row(const evaluation *at, uint32_t i, double hazard, double of_event, size_t p)
{
    const double *x = cbk_cox_x(at->model, i);
    const double v = at->model->risk[i] * hazard;
    const double residual = of_event - v;
    double *info = at->info.part;
    double *gradient = at->gradient.part;
    for (size_t j = 0; j < p; j++) {
        const double vx = v * x[j * CBK_COX_TILE];
        double *restrict row = info + j * p;
        gradient[j] += residual * x[j * CBK_COX_TILE];
        for (size_t k = 0; k <= j; k++) {
            row[k] += vx * x[k * CBK_COX_TILE];
        }
    }
    if (i % BLOCK == BLOCK - 1) {
        close_block(&at->info);
        close_block(&at->gradient);
    }
}

static inline __attribute__((always_inline)) void go_forth(evaluation *at, size_t p)
{
    const cbk_cox_model *model = at->model;
    cbk_sum hazard = {0};
    size_t n_entered = 0;
    for (size_t r = 0; r < model->n_runs; r++) {
        const cbk_cox_run *run = &model->runs[r];
        hazard = run->is_first ? (cbk_sum){0} : hazard;
        n_entered = run->is_first ? run->first : n_entered;
        while (model->entry != NULL && n_entered < run->stratum_end &&
               model->entry[model->enters[n_entered]] < run->time) {
            model->base[model->enters[n_entered++]] = hazard.total + hazard.lost;
        }
        const double before = hazard.total + hazard.lost;
        cbk_sum_add(&hazard, model->step[r]);
        const double after = hazard.total + hazard.lost;
        const double factor = at->multiplier != NULL ? at->multiplier[r] : 1.0;
        const uint32_t end_events = run->first + run->n_event;
        for (uint32_t i = run->first; i < run->end; i++) {
            const bool is_event = i < end_events;
            const double base = model->entry != NULL ? model->base[i] : 0.0;
            add_row(at, i, (is_event ? before + model->step_event[r] : after) - base,
                    is_event ? factor * model->weight[i] : 0.0, p);
        }
    }
    close_block(&at->info);
    close_block(&at->gradient);
}

/* Expanded for few covariates, so that their loops are straight code. */
static void pass(evaluation *at)
{
    switch (at->model->p) {
#define EXPAND(p)                                                                        \
    case p:                                                                              \
        go_back(at, p);                                                                  \
        go_forth(at, p);                                                                 \
        return;
        EXPAND(1)
        EXPAND(2)
        EXPAND(3)
        EXPAND(4)
        EXPAND(5)
        EXPAND(6)
#undef EXPAND
    default:
        go_back(at, at->model->p);
        go_forth(at, at->model->p);
    }
}

/* ---- together --------------------------------------------------------------------- */

static void fill_weights(const cbk_cox_model *model, cbk_sum *loglik)
{
    for (size_t r = 0; r < model->n_runs; r++) {
        const cbk_cox_run *run = &model->runs[r];
        for (uint32_t i = run->first; i < run->end; i++) {
            const double eta = model->risk[i];
            if (i < run->first + run->n_event) {
                cbk_sum_add(loglik, model->weight[i] * eta);
            }
            model->risk[i] = model->weight[i] * exp(eta);
        }
    }
}

void cbk_cox_evaluate(const cbk_cox_model *model, const double *beta,
                      const double *multiplier, cbk_cox_value *out)
{
    const size_t p = model->p;
    double *room = model->room;
    evaluation at = {.model = model, .multiplier = multiplier};
    memset(room, 0, (8 * p + 3 * p * p) * sizeof *room);
    memset(out->gradient, 0, p * sizeof *out->gradient);
    memset(out->info, 0, p * p * sizeof *out->info);
    if (!fill_risk(model, beta)) {
        out->loglik = -(double)INFINITY;
        return;
    }
    fill_weights(model, &at.loglik);
    cbk_sum at_risk[1 + CBK_COX_COVARIATES_MAX];
    cbk_sum gradient[1 + CBK_COX_COVARIATES_MAX] = {{0}};
    at.at_risk = at_risk;
    at.of_events = room;
    at.s1 = room + p;
    at.gradient = (block_sums){.part = room + 2 * p, .sum = gradient, .n = p};
    at.info = (block_sums){.part = room + 8 * p,
                           .sum = (cbk_sum *)(void *)(room + 8 * p + p * p),
                           .n = p * p};
    pass(&at);
    for (size_t j = 0; j < p; j++) {
        out->gradient[j] = cbk_sum_value(&gradient[j]);
        for (size_t k = 0; k <= j; k++) {
            out->info[j * p + k] = out->info[k * p + j] =
                cbk_sum_value(&at.info.sum[j * p + k]);
        }
    }
    out->loglik = cbk_sum_value(&at.loglik);
}
