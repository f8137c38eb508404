/* fine_gray_likelihood.c - the pseudo-likelihood with its gradient and information.
 * Contract: stats/competing/fine_gray_model.h.
 *
 * Rows stand by time, so who is at risk at a time with wanted events are the rows from
 * there on and, weighted, the rows before it that had a competing event:
 *   S(t) = sum from t on of r + G(t) sum before t of r / G(T).
 * The sum of S2 / S0 over the times is one over rows: each has its r times the hazard of
 * the times until its own, and r / G(T) times that of the later times with weights G(t).
 */
#include "stats/competing/fine_gray_model.h"
#include "stats/cox/cox_evaluation.h"

#include <math.h>
#include <string.h>

enum { BLOCK = 16 };
static const double spread_max = 600.0;

/* ---- sums over tiles --------------------------------------------------------------- */

size_t cbk_fg_products_room(size_t p)
{
    return (p * p + p) * (CBK_COX_LANES + 2);
}

cbk_fg_products cbk_fg_products_start(const cbk_fg_model *model, double *room)
{
    const cbk_cox_model *cox = &model->cox;
    const size_t p = cox->p;
    memset(room, 0, cbk_fg_products_room(p) * sizeof *room);
    return (cbk_fg_products){.kernels = cox->kernels,
                             .p = p,
                             .part = room,
                             .sum =
                                 (cbk_sum *)(void *)(room + (p * p + p) * CBK_COX_LANES)};
}

void cbk_fg_products_close(cbk_fg_products *at)
{
    const size_t n = at->p * at->p + at->p;
    for (size_t k = 0; k < n; k++) {
        double *part = at->part + k * CBK_COX_LANES;
        cbk_sum_add(&at->sum[k], (part[0] + part[1]) + (part[2] + part[3]));
    }
    memset(at->part, 0, n * CBK_COX_LANES * sizeof *at->part);
    at->n_tiles = 0;
}

void cbk_fg_products_add(cbk_fg_products *at, const double *x, const double *weight,
                         size_t n)
{
    at->kernels->update(x, CBK_COX_TILE, at->p, weight, n, at->part,
                        at->part + at->p * at->p * CBK_COX_LANES, x);
    if (++at->n_tiles == BLOCK) {
        cbk_fg_products_close(at);
    }
}

/* ---- who is at risk ---------------------------------------------------------------- */

/* Whether exp() of all rows can be added up; the first bound is cheap, where it holds. */
static bool is_near(const cbk_cox_model *cox, const double *beta)
{
    double spread = 0.0;
    for (size_t j = 0; j < cox->p; j++) {
        spread += fabs(beta[j]) * cox->range[j];
    }
    if (spread <= spread_max) {
        return true;
    }
    double least = 0.0;
    double most = 0.0;
    for (size_t i = 0; i < cox->n; i++) {
        const double eta = cbk_cox_along(cox, i, beta);
        least = eta < least ? eta : least;
        most = eta > most ? eta : most;
    }
    return most - least <= spread_max;
}

/* Loops over a tile whose pointers are known to be apart become vector instructions. */
static void multiply(const double *restrict a, const double *restrict b,
                     double *restrict out)
{
    for (size_t k = 0; k < CBK_COX_TILE; k++) {
        out[k] = a[k] * b[k];
    }
}

/* Replaces the hazard until each row by the weight of its x x'. */
static void weigh(const double *restrict risk, const double *restrict stays,
                  const double *restrict later, double *restrict weight)
{
    for (size_t k = 0; k < CBK_COX_TILE; k++) {
        weight[k] = risk[k] * weight[k] + risk[k] * stays[k] * later[k];
    }
}

/* Column `column` of a tile; 0: as many 1. */
static const double *column_of(const cbk_cox_model *cox, size_t tile, size_t column)
{
    return column == 0 ? cbk_cox_ones_then_zeros
                       : cox->tiles + tile * cox->p + (column - 1) * CBK_COX_TILE;
}

/* Whether a time begins in the tile. */
static bool has_times(const cbk_fg_model *model, size_t tile)
{
    const uint32_t *from = model->time_from + tile / CBK_COX_TILE;
    return from[0] < from[1];
}

/* Risk, and the sums of carried before each tile.  Of a tile in which no time begins the
 * sums of risk are left behind, so that x need not be read again, going back.  is_brief:
 * without the sums of x. */
static void fill_risk(cbk_fg_model *model, const double *beta, bool is_brief,
                      cbk_sum *sum)
{
    const cbk_cox_model *cox = &model->cox;
    const size_t p = cox->p;
    const size_t n_columns = is_brief ? 1 : p + 1;
    memset(sum, 0, (p + 1) * sizeof *sum);
    for (size_t i = 0; i < cox->n; i += CBK_COX_TILE) {
        const double *x = cox->tiles + i * p;
        const size_t place = i / CBK_COX_TILE * (p + 1);
        double eta[CBK_COX_TILE];
        double carried[CBK_COX_TILE];
        cox->kernels->fill_risk(x, p, beta, cbk_cox_tile_offsets(cox, i),
                                cbk_cox_tile_weights(cox, i), eta, cox->risk + i, x);
        multiply(cox->risk + i, model->stays + i, carried);
        for (size_t j = 0; j < n_columns; j++) {
            model->before[place + j] = cbk_sum_value(&sum[j]);
            cbk_sum_add(&sum[j],
                        cox->kernels->sum_products(carried, column_of(cox, i, j)));
        }
        for (size_t j = 0; !has_times(model, i) && j < n_columns; j++) {
            model->behind[place + j] =
                cox->kernels->sum_products(cox->risk + i, column_of(cox, i, j));
        }
    }
}

/* ---- back over the times ----------------------------------------------------------- */

typedef struct going_back {
    cbk_fg_model *model;
    cbk_fg_times of;  /* the times of the tile */
    cbk_sum *at_risk; /* [p + 1] of the rows after the tile */
    cbk_sum *later;   /* [p + 1] of the times after the tile: see cbk_fg_model.after */
    cbk_sum loglik;
    cbk_cox_product denominators; /* not yet in loglik */
    double *means;                /* [p * 64] column by column: of the tile's times */
    bool is_brief;                /* the information is not wanted */
    cbk_fg_products products;
} going_back;

static void clear_times(cbk_fg_times *of)
{
    for (size_t k = 0; k < of->end - of->first; k++) {
        of->free[of->row[k]] = of->inverse[of->row[k]] = of->step[of->row[k]] = 0.0;
    }
}

static void fill_times(const cbk_fg_model *model, cbk_fg_times *of)
{
    multiply(model->cox.risk + of->tile, model->stays + of->tile, of->carried);
    for (size_t k = of->first; k < of->end; k++) {
        const size_t row = model->cox.times[k].first - of->tile;
        of->row[k - of->first] = (uint8_t)row;
        of->free[row] = model->free[k];
    }
}

void cbk_fg_find_times(const cbk_fg_model *model, size_t tile, cbk_fg_times *out)
{
    clear_times(out);
    out->tile = tile;
    out->first = model->time_from[tile / CBK_COX_TILE];
    out->end = model->time_from[tile / CBK_COX_TILE + 1];
    fill_times(model, out);
}

double cbk_fg_sum_at_risk(const cbk_fg_model *model, const cbk_fg_times *of,
                          size_t column, const double *scale, double *until, double *out)
{
    const cbk_cox_model *cox = &model->cox;
    const size_t place = of->tile / CBK_COX_TILE * (cox->p + 1) + column;
    return cox->kernels->sum_both(column_of(cox, of->tile, column), cox->risk + of->tile,
                                  model->behind[place], of->carried, model->before[place],
                                  of->free, scale, until, out);
}

/* The hazard of each row's later times; of_times[64] is the tile's share of it. */
static void fill_later(going_back *at, double *of_times)
{
    const cbk_fg_model *model = at->model;
    double from[CBK_COX_TILE];
    const double base = cbk_sum_value(&at->later[0]);
    multiply(at->of.step, at->of.free, of_times);
    const double sum =
        model->cox.kernels->sum_back(of_times, cbk_cox_ones_then_zeros, base, from);
    double *later = model->later + at->of.tile;
    for (size_t i = 0; i + 1 < CBK_COX_TILE; i++) {
        later[i] = from[i + 1];
    }
    later[CBK_COX_TILE - 1] = base;
    cbk_sum_add(&at->later[0], sum);
}

/* What the tile begins with, going back. */
static void keep_sums(const going_back *at, size_t tile)
{
    const size_t p = at->model->cox.p;
    double *after = at->model->after + tile / CBK_COX_TILE * (p + 1);
    double *behind = at->model->behind + tile / CBK_COX_TILE * (p + 1);
    for (size_t j = 0; j <= (at->is_brief ? 0 : p); j++) {
        after[j] = cbk_sum_value(&at->later[j]);
        behind[j] = cbk_sum_value(&at->at_risk[j]);
    }
}

/* Takes d log(value) from the log-likelihood; of single events as the product of many. */
static void take_logarithm(going_back *at, double d, double value)
{
    if (d > 1.0 || !(value >= 0x1p-1022)) {
        cbk_sum_add(&at->loglik, -d * log(value));
        return;
    }
    cbk_cox_multiply(&at->denominators, value);
    if (at->denominators.product > 0x1p1000) {
        cbk_sum_add(&at->loglik, -log(at->denominators.product));
        at->denominators.product = 1.0;
    }
}

/* Hazards and log-likelihood of the tile's times; weight[64] is what the squares of their
 * means count. */
static void see_times(going_back *at, double *weight)
{
    const cbk_fg_model *model = at->model;
    const cbk_cox_model *cox = &model->cox;
    cbk_fg_times *of = &at->of;
    double until[CBK_COX_TILE + 1];
    double n_risk[CBK_COX_TILE];
    cbk_sum_add(&at->at_risk[0],
                cbk_fg_sum_at_risk(model, of, 0, cbk_cox_ones_then_zeros, until, n_risk));
    for (size_t k = of->first; k < of->end; k++) {
        const size_t row = of->row[k - of->first];
        const double d = (double)cox->times[k].n_event;
        of->inverse[row] = 1.0 / n_risk[row];
        of->step[row] = cox->step[k] = d * of->inverse[row];
        weight[row] = -d;
        take_logarithm(at, d, n_risk[row]);
    }
}

/* A tile in which no time begins: fill_risk() left its sums. */
static void pass_tile(going_back *at, size_t tile)
{
    const cbk_fg_model *model = at->model;
    const size_t p = model->cox.p;
    double *after = model->after + tile / CBK_COX_TILE * (p + 1);
    double *behind = model->behind + tile / CBK_COX_TILE * (p + 1);
    for (size_t j = 0; j <= (at->is_brief ? 0 : p); j++) {
        const double sum = behind[j];
        after[j] = cbk_sum_value(&at->later[j]);
        behind[j] = cbk_sum_value(&at->at_risk[j]);
        cbk_sum_add(&at->at_risk[j], sum);
    }
    for (size_t i = 0; i < CBK_COX_TILE; i++) {
        model->later[tile + i] = after[0];
    }
}

/* Asks for what the tiles before are made of: by itself a processor looks ahead, not
 * back.
 */
static void expect_tiles_before(const going_back *at, size_t tile)
{
    enum { AHEAD = 2 * CBK_COX_TILE };
    const cbk_cox_model *cox = &at->model->cox;
    if (tile < AHEAD || !has_times(at->model, tile - AHEAD)) {
        return; /* see fill_risk() */
    }
    const size_t before = tile - AHEAD;
    cbk_cox_expect_column(cox->risk + before);
    cbk_cox_expect_column(at->model->stays + before);
    cbk_cox_expect_column(at->model->later + before);
    for (size_t j = 0; !at->is_brief && j < cox->p; j++) {
        cbk_cox_expect_column(column_of(cox, before, j + 1));
    }
}

static void see_tile(going_back *at, size_t tile)
{
    const cbk_fg_model *model = at->model;
    const cbk_cox_model *cox = &model->cox;
    cbk_fg_times *of = &at->of;
    expect_tiles_before(at, tile);
    cbk_fg_find_times(model, tile, of);
    if (!has_times(model, tile)) {
        pass_tile(at, tile);
        return;
    }
    keep_sums(at, tile);
    double weight[CBK_COX_TILE] = {0.0};
    double later[CBK_COX_TILE];
    double until[CBK_COX_TILE + 1];
    see_times(at, weight);
    fill_later(at, later);
    for (size_t j = 0; !at->is_brief && j < cox->p; j++) {
        double *means = at->means + j * CBK_COX_TILE;
        cbk_sum_add(&at->at_risk[j + 1],
                    cbk_fg_sum_at_risk(model, of, j + 1, of->inverse, until, means));
        cbk_sum_add(&at->later[j + 1], cox->kernels->sum_products(later, means));
    }
    if (!at->is_brief) {
        cbk_fg_products_add(&at->products, at->means, weight, CBK_COX_TILE);
    }
}

/* ---- forth over the rows ----------------------------------------------------------- */

static void take_rows(going_back *at)
{
    const cbk_fg_model *model = at->model;
    const cbk_cox_model *cox = &model->cox;
    cbk_sum hazard = {0};
    size_t k = 0;
    for (size_t tile = 0; tile < cox->n; tile += CBK_COX_TILE) {
        double step[CBK_COX_TILE] = {0.0};
        double weight[CBK_COX_TILE];
        for (; k < cox->n_times && cox->times[k].first < tile + CBK_COX_TILE; k++) {
            step[cox->times[k].first - tile] = cox->step[k];
        }
        const double sum = cox->kernels->sum_forth(step, cbk_sum_value(&hazard), weight);
        cbk_sum_add(&hazard, sum);
        weigh(cox->risk + tile, model->stays + tile, model->later + tile, weight);
        const double *x = cox->tiles + tile * cox->p;
        if (!at->is_brief) {
            cbk_fg_products_add(&at->products, x, weight, CBK_COX_TILE);
        }
        for (size_t j = 0; at->is_brief && j < cox->p; j++) {
            cbk_sum_add(&at->products.sum[cox->p * cox->p + j],
                        cox->kernels->sum_products(weight, x + j * CBK_COX_TILE));
        }
    }
}

/* ---- together ---------------------------------------------------------------------- */

static void fill_value(const going_back *at, const double *beta, cbk_cox_value *out)
{
    const cbk_cox_model *cox = &at->model->cox;
    const size_t p = cox->p;
    cbk_sum loglik = at->loglik;
    cbk_sum_add(&loglik, -log(at->denominators.product));
    cbk_sum_add(&loglik, -(double)at->denominators.power * log(2.0));
    for (size_t j = 0; j < p; j++) {
        const cbk_sum *events = &cox->event_sums[j];
        const cbk_sum *all = &at->products.sum[p * p + j];
        cbk_sum_add(&loglik, beta[j] * cbk_sum_value(events));
        out->gradient[j] = (events->total - all->total) + (events->lost - all->lost);
        for (size_t k = 0; out->info != NULL && k <= j; k++) {
            out->info[j * p + k] = out->info[k * p + j] =
                cbk_sum_value(&at->products.sum[j * p + k]);
        }
    }
    out->loglik = cbk_sum_value(&loglik);
}

void cbk_fg_evaluate(cbk_fg_model *model, const double *beta, cbk_cox_value *out)
{
    const cbk_cox_model *cox = &model->cox;
    const size_t p = cox->p;
    if (!is_near(cox, beta)) {
        memset(out->gradient, 0, p * sizeof *out->gradient);
        if (out->info != NULL) {
            memset(out->info, 0, p * p * sizeof *out->info);
        }
        out->loglik = -(double)INFINITY;
        return;
    }
    cbk_sum *sums = (cbk_sum *)(void *)model->room;
    memset(sums, 0, 3 * (p + 1) * sizeof *sums);
    double *means = (double *)(void *)(sums + 3 * (p + 1));
    going_back at = {.model = model,
                     .at_risk = sums + p + 1,
                     .later = sums + 2 * (p + 1),
                     .denominators = {.product = 1.0},
                     .means = means,
                     .is_brief = out->info == NULL};
    at.products = cbk_fg_products_start(model, means + p * CBK_COX_TILE);
    fill_risk(model, beta, at.is_brief, sums);
    for (size_t tile = (cox->n - 1) / CBK_COX_TILE * CBK_COX_TILE + CBK_COX_TILE;
         tile > 0; tile -= CBK_COX_TILE) {
        see_tile(&at, tile - CBK_COX_TILE);
    }
    cbk_fg_products_close(&at.products);
    memset(at.products.sum + p * p, 0, p * sizeof *at.products.sum); /* of rows alone */
    take_rows(&at);
    cbk_fg_products_close(&at.products);
    fill_value(&at, beta, out);
}

size_t cbk_fg_room(size_t p)
{
    return 6 * (p + 1) + p * CBK_COX_TILE + cbk_fg_products_room(p);
}
