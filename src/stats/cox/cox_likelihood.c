/* cox_likelihood.c - the partial likelihood with its gradient and information.  Contract:
 * stats/cox/cox_model.h.
 *
 * Of the sum over events of S2 / S0 each row at risk has a share: its weight times x x'
 * times the hazard summed over the times it is at risk.  So the information is one
 * weighted rank-k update over rows, less one over times with events, and Efron's ties
 * cost what Breslow's cost.
 *
 * Backward over the tiles to know who is at risk, forward to sum the hazard.  Sums are
 * plain within a block of tiles and compensated from there on; those over who is at risk
 * are plain within a tile.  docs/decisions/0013-cox-in-tiles.md says why.
 */
#include "numeric/sum.h"
#include "stats/cox/cox_evaluation.h"

#include <math.h>
#include <string.h>

static const double spread_max = 600.0;

/* ---- backward --------------------------------------------------------------------- */

static void go_back_over(cbk_cox_evaluation *at, const cbk_cox_segment *of)
{
    const cbk_cox_model *model = at->model;
    const double *risk = model->risk + of->tile;
    double at_risk[CBK_COX_TILE];
    cbk_cox_segment_times seen;
    const size_t first = at->whole.n;
    const size_t first_tied = at->of_tied.n;
    const size_t last_time = at->time - 1;
    cbk_cox_sum_at_risk(at, of, at_risk);
    cbk_cox_see_times(at, of, at_risk, &seen);
    for (size_t j = 1; j <= model->p; j++) {
        const double *x = model->tiles + of->tile * model->p + (j - 1) * CBK_COX_TILE;
        double *whole = at->whole.x + (j - 1) * CBK_COX_VECTORS + first;
        if (of->tile >= CBK_COX_BLOCK * CBK_COX_TILE) { /* the next block goes first */
            cbk_cox_expect_column(x - CBK_COX_BLOCK * CBK_COX_TILE * model->p);
        }
        cbk_sum_add(&at->at_risk[j],
                    cbk_cox_sum_back(at, of, risk, x, cbk_sum_value(&at->at_risk[j]),
                                     seen.n_here > 0 ? at_risk : NULL));
        for (size_t k = 0; k < seen.n_here; k++) {
            whole[k] = at_risk[seen.row[k]];
        }
        cbk_cox_take_column(at, of, j, &seen, last_time, whole, first_tied);
    }
}

/* Forward over a block, as processors fetch ahead; then it is at hand. */
static void fill_risk(cbk_cox_evaluation *at, size_t first, size_t end)
{
    const cbk_cox_model *model = at->model;
    double eta[CBK_COX_TILE];
    for (size_t i = first; i < end; i += CBK_COX_TILE) {
        const double *weight = cbk_cox_tile_weights(model, i);
        if (at->is_at_0) {
            memcpy(model->risk + i, weight, CBK_COX_TILE * sizeof *weight);
            continue;
        }
        at->kernels->fill_risk(model->tiles + i * model->p, model->p, at->beta,
                               cbk_cox_tile_offsets(model, i), weight, eta,
                               model->risk + i, cbk_cox_tile_before(model, i));
    }
}

static void go_back(cbk_cox_evaluation *at)
{
    const cbk_cox_model *model = at->model;
    size_t stratum = model->n_strata;
    at->time = model->n_times;
    at->late_tile = model->n;
    for (size_t end = model->n; end > 0;) {
        const size_t tile = (end - 1) / CBK_COX_TILE * CBK_COX_TILE;
        if (end == model->n || end % (CBK_COX_BLOCK * CBK_COX_TILE) == 0) {
            fill_risk(at,
                      (end - 1) / (CBK_COX_BLOCK * CBK_COX_TILE) *
                          (CBK_COX_BLOCK * CBK_COX_TILE),
                      end);
        }
        if (end == model->strata[stratum]) {
            if (at->is_brief && model->entry == NULL) {
                cbk_cox_close_gradient(at);
            }
            memset(at->at_risk, 0, (model->p + 1) * sizeof *at->at_risk);
            stratum--;
        }
        const size_t first =
            model->strata[stratum] > tile ? model->strata[stratum] : tile;
        const cbk_cox_segment of = {
            .tile = tile, .first = first - tile, .end = end - tile};
        cbk_cox_make_room(at);
        if (at->time > 0 && model->entry != NULL) {
            cbk_cox_go_back_late(at, &of, model->strata[stratum + 1]);
        } else if (at->time > 0 && at->is_brief) {
            cbk_cox_take_gradient(at, &of);
            cbk_cox_count_tile(at);
        } else if (at->time > 0) {
            go_back_over(at, &of);
        }
        end = first;
    }
    cbk_cox_take_vectors(at, &at->whole);
    cbk_cox_take_vectors(at, &at->of_tied);
}

/* ---- forward ---------------------------------------------------------------------- */

/* Those with an event are not exposed to all of what ties add. */
static void take_back(const cbk_cox_evaluation *at, const cbk_cox_segment *of,
                      size_t first_time, double *hazard)
{
    const cbk_cox_model *model = at->model;
    const size_t end = of->tile + of->end;
    for (size_t k = first_time; k < at->time; k++) {
        const cbk_cox_time *time = &model->times[k];
        const size_t first = of->tile + of->first;
        const size_t to = (size_t)time->first + time->n_event;
        const double excess = model->step[k] - model->step_event[k];
        for (size_t i = time->first > first ? time->first : first; i < to && i < end;
             i++) {
            hazard[i - of->tile] -= excess;
        }
    }
}

/* The hazard that each row of a segment was exposed to since the origin. */
static void fill_hazard(cbk_cox_evaluation *at, const cbk_cox_segment *of, double *hazard)
{
    const cbk_cox_model *model = at->model;
    const size_t end = of->tile + of->end;
    const size_t first_time = at->time;
    size_t k = first_time;
    for (; k < model->n_times && model->times[k].first < end; k++) {
        at->steps[model->times[k].first - of->tile] = model->step[k];
    }
    at->time = k;
    const double base = cbk_sum_value(&at->hazard);
    double sum = 0.0;
    if (cbk_cox_is_whole(of)) {
        sum = at->kernels->sum_forth(at->steps, base, hazard);
    } else {
        for (size_t i = of->first; i < of->end; i++) {
            sum += at->steps[i];
            at->steps[i] = 0.0;
            hazard[i] = base + sum;
        }
    }
    cbk_sum_add(&at->hazard, sum);
    for (k = first_time; at->cumulative != NULL && k < at->time; k++) {
        at->cumulative[k + 1] = hazard[model->times[k].first - of->tile];
    }
    if (model->has_ties) {
        take_back(at, of, first_time > 0 ? first_time - 1 : 0, hazard);
    }
}

static void multiply(double *restrict value, const double *restrict by)
{
    for (size_t i = 0; i < CBK_COX_TILE; i++) {
        value[i] *= by[i];
    }
}

/* Less the hazard before the entry of each row of a tile. */
static void take_before_entry(const cbk_cox_evaluation *at, size_t tile, double *hazard)
{
    const cbk_cox_model *model = at->model;
    const size_t n = model->n - tile < CBK_COX_TILE ? model->n - tile : CBK_COX_TILE;
    const size_t ahead = tile + 2 * CBK_COX_TILE < model->n ? CBK_COX_TILE : 0;
    for (size_t i = 0; i < n; i++) {
        __builtin_prefetch(&at->cumulative[model->entry_time[tile + i + ahead]]);
        hazard[i] -= at->cumulative[model->entry_time[tile + i]];
    }
}

static void take_rows(cbk_cox_evaluation *at, size_t tile, double *hazard)
{
    const cbk_cox_model *model = at->model;
    if (at->cumulative != NULL) {
        take_before_entry(at, tile, hazard);
    }
    const size_t after = tile + 2 * CBK_COX_TILE < model->n ? 2 * CBK_COX_TILE : 0;
    const double *soon = model->tiles + (tile + after) * model->p;
    multiply(hazard, model->risk + tile);
    const double *x = model->tiles + tile * model->p;
    if (at->is_brief) {
        for (size_t j = 0; j < model->p; j++, x += CBK_COX_TILE) {
            cbk_sum_add(&at->gradient_sum[j], at->kernels->sum_products(x, hazard));
        }
    } else {
        at->kernels->update(x, CBK_COX_TILE, model->p, hazard, CBK_COX_TILE, at->info,
                            at->gradient, soon);
    }
    cbk_cox_count_tile(at);
}

static void go_forth(cbk_cox_evaluation *at)
{
    const cbk_cox_model *model = at->model;
    double hazard[CBK_COX_TILE] = {0.0};
    size_t stratum = 0;
    at->time = 0;
    for (size_t first = 0; first < model->n;) {
        const size_t tile = first / CBK_COX_TILE * CBK_COX_TILE;
        if (first == model->strata[stratum]) {
            at->hazard = (cbk_sum){0};
            stratum++;
        }
        const size_t end = model->strata[stratum] < tile + CBK_COX_TILE
                               ? model->strata[stratum]
                               : tile + CBK_COX_TILE;
        const cbk_cox_segment of = {
            .tile = tile, .first = first - tile, .end = end - tile};
        fill_hazard(at, &of, hazard);
        if (end == tile + CBK_COX_TILE || end == model->n) {
            take_rows(at, tile, hazard);
        }
        first = end;
    }
}

/* ---- risk ------------------------------------------------------------------------- */

/* Whether exp() of all rows can be added up. */
static bool is_near(const cbk_cox_model *model, const double *beta)
{
    double spread = model->offset_range;
    for (size_t j = 0; j < model->p; j++) {
        spread += fabs(beta[j]) * model->range[j];
    }
    if (spread <= spread_max) {
        return true;
    }
    double least = (double)INFINITY;
    double most = -(double)INFINITY;
    for (size_t i = 0; i < model->n; i++) {
        const double eta = cbk_cox_offset(model, i) + cbk_cox_along(model, i, beta);
        least = eta < least ? eta : least;
        most = eta > most ? eta : most;
    }
    return most - least <= spread_max;
}

/* Whether x'b + offset is 0 of all rows. */
static bool is_at_0(const cbk_cox_model *model, const double *beta)
{
    bool is_0 = model->offset_range == 0.0 && cbk_cox_offset(model, 0) == 0.0;
    for (size_t j = 0; j < model->p; j++) {
        is_0 = is_0 && beta[j] == 0.0;
    }
    return is_0;
}

/* ---- together --------------------------------------------------------------------- */

static cbk_cox_evaluation start(const cbk_cox_model *model, const double *beta,
                                const double *multiplier)
{
    const size_t p = model->p;
    double *room = model->room;
    cbk_cox_evaluation at = {.model = model,
                             .kernels = model->kernels,
                             .beta = beta,
                             .multiplier = multiplier,
                             .is_at_0 = is_at_0(model, beta),
                             .denominators.product = 1.0,
                             .cumulative = model->cumulative};
    at.info = room;
    at.gradient = at.info + p * p * CBK_COX_LANES;
    at.info_sum = (cbk_sum *)(void *)(at.gradient + p * CBK_COX_LANES);
    at.gradient_sum = at.info_sum + p * p;
    at.at_risk = at.gradient_sum + p;
    at.tied = (double *)(void *)(at.at_risk + p + 1);
    at.whole.x = at.tied + p + 1;
    at.of_tied.x = at.whole.x + p * CBK_COX_VECTORS;
    at.late = at.of_tied.x + p * CBK_COX_VECTORS;
    memset(room, 0, (size_t)(at.whole.x - room) * sizeof *room);
    memset(at.of_tied.x, 0, p * CBK_COX_LANES * sizeof *room); /* cox_gradient.c */
    return at;
}

size_t cbk_cox_room(size_t p)
{
    return p * p * (CBK_COX_LANES + 2) + p * (CBK_COX_LANES + 2) + 3 * (p + 1) +
           2 * p * CBK_COX_VECTORS + cbk_cox_late_room(p);
}

static void fill_value(cbk_cox_evaluation *at, cbk_cox_value *out)
{
    const cbk_cox_model *model = at->model;
    const size_t p = model->p;
    const cbk_sum *events = model->event_sums;
    cbk_cox_take_product(at);
    cbk_sum_add(&at->loglik, -(double)at->denominators.power * log(2.0));
    cbk_sum_add(&at->loglik, model->event_offset);
    for (size_t j = 0; j < p; j++) {
        cbk_sum_add(&at->loglik, at->beta[j] * events[j].total);
        cbk_sum_add(&at->loglik, at->beta[j] * events[j].lost);
    }
    out->loglik = cbk_sum_value(&at->loglik);
    if (at->multiplier != NULL) {
        cbk_cox_sum_events(model, at->multiplier, at->at_risk);
        events = at->at_risk;
    }
    for (size_t j = 0; j < p; j++) {
        out->gradient[j] = (events[j].total - at->gradient_sum[j].total) +
                           (events[j].lost - at->gradient_sum[j].lost);
        for (size_t k = 0; !at->is_brief && k <= j; k++) {
            out->info[j * p + k] = out->info[k * p + j] =
                cbk_sum_value(&at->info_sum[j * p + k]);
        }
    }
}

void cbk_cox_evaluate(const cbk_cox_model *model, const double *beta,
                      const double *multiplier, cbk_cox_value *out)
{
    const size_t p = model->p;
    if (!is_near(model, beta)) {
        memset(out->gradient, 0, p * sizeof *out->gradient);
        if (out->info != NULL) {
            memset(out->info, 0, p * p * sizeof *out->info);
        }
        out->loglik = -(double)INFINITY;
        return;
    }
    cbk_cox_evaluation at = start(model, beta, multiplier);
    at.is_brief = out->info == NULL;
    go_back(&at);
    if (!at.is_brief || model->entry != NULL) {
        go_forth(&at);
    }
    cbk_cox_close_block(&at);
    fill_value(&at, out);
}

void cbk_cox_trace_at(const cbk_cox_model *model, const double *beta,
                      const cbk_cox_trace *out)
{
    cbk_cox_evaluation at = start(model, beta, NULL);
    at.trace = out;
    go_back(&at);
}
