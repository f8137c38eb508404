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
                        at->part + at->p * at->p * CBK_COX_LANES);
    if (++at->n_tiles == BLOCK) {
        cbk_fg_products_close(at);
    }
}

const double cbk_fg_ones[CBK_COX_TILE] = {
#define EIGHT 1, 1, 1, 1, 1, 1, 1, 1
    EIGHT, EIGHT, EIGHT, EIGHT, EIGHT,
    EIGHT, EIGHT, EIGHT
#undef EIGHT
};

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
static void weigh(const double *restrict risk, const double *restrict carried,
                  const double *restrict later, double *restrict weight)
{
    for (size_t k = 0; k < CBK_COX_TILE; k++) {
        weight[k] = risk[k] * weight[k] + carried[k] * later[k];
    }
}

/* Risk, carried, and the sums of carried before each tile; is_brief: without those of
 * carried x. */
static void fill_risk(cbk_fg_model *model, const double *beta, bool is_brief,
                      cbk_sum *sum)
{
    const cbk_cox_model *cox = &model->cox;
    const size_t p = cox->p;
    memset(sum, 0, (p + 1) * sizeof *sum);
    for (size_t i = 0; i < cox->n; i += CBK_COX_TILE) {
        const double *x = cox->tiles + i * p;
        double *before = model->before + i / CBK_COX_TILE * (p + 1);
        double eta[CBK_COX_TILE];
        cox->kernels->fill_risk(x, p, beta, cbk_cox_tile_offsets(cox, i),
                                cbk_cox_tile_weights(cox, i), eta, cox->risk + i);
        multiply(cox->risk + i, model->stays + i, model->carried + i);
        const double total = cox->kernels->sum_products(model->carried + i, cbk_fg_ones);
        before[0] = cbk_sum_value(&sum[0]);
        cbk_sum_add(&sum[0], total);
        for (size_t j = 0; !is_brief && j < p; j++) {
            before[j + 1] = cbk_sum_value(&sum[j + 1]);
            if (total > 0.0) {
                cbk_sum_add(&sum[j + 1], cox->kernels->sum_products(
                                             model->carried + i, x + j * CBK_COX_TILE));
            }
        }
    }
}

/* ---- back over the times ----------------------------------------------------------- */

typedef struct going_back {
    cbk_fg_model *model;
    size_t time;      /* times not seen yet */
    cbk_sum *at_risk; /* [p + 1] of the rows after the tile */
    cbk_sum *later;   /* [p + 1] of the times after the tile: see cbk_fg_model.after */
    cbk_sum loglik;
    double product; /* of factors in [1, 2) of numbers at risk not yet in loglik */
    int64_t power;  /* of 2, the rest of them */
    double *means;  /* [p * 64] column by column: of the tile's times */
    bool is_brief;  /* the information is not wanted */
    cbk_fg_products products;
} going_back;

static void fill_times(const cbk_fg_model *model, cbk_fg_times *out)
{
    out->free = model->free + out->first;
    for (size_t k = out->first; k < out->end; k++) {
        out->row[k - out->first] = (uint8_t)(model->cox.times[k].first - out->tile);
    }
}

void cbk_fg_find_times(const cbk_fg_model *model, size_t tile, size_t first,
                       cbk_fg_times *out)
{
    const cbk_cox_model *cox = &model->cox;
    out->tile = tile;
    out->first = out->end = first;
    while (out->end < cox->n_times && cox->times[out->end].first < tile + CBK_COX_TILE) {
        out->end++;
    }
    fill_times(model, out);
}

void cbk_fg_find_times_back(const cbk_fg_model *model, size_t tile, size_t end,
                            cbk_fg_times *out)
{
    out->tile = tile;
    out->first = out->end = end;
    while (out->first > 0 && model->cox.times[out->first - 1].first >= tile) {
        out->first--;
    }
    fill_times(model, out);
}

void cbk_fg_carry(const cbk_fg_model *model, size_t tile, size_t column,
                  double out[CBK_COX_TILE + 1])
{
    const cbk_cox_model *cox = &model->cox;
    const double *carried = model->carried + tile;
    double value[CBK_COX_TILE];
    if (column == 0) {
        memcpy(value, carried, sizeof value);
    } else {
        multiply(carried, cox->tiles + tile * cox->p + (column - 1) * CBK_COX_TILE,
                 value);
    }
    out[0] = model->before[tile / CBK_COX_TILE * (cox->p + 1) + column];
    (void)cox->kernels->sum_forth(value, out[0], out + 1);
}

double cbk_fg_sum_at_risk(const cbk_fg_model *model, const cbk_fg_times *of,
                          size_t column, double *carried, double *out)
{
    const cbk_cox_model *cox = &model->cox;
    const double *risk = cox->risk + of->tile;
    const double *x = column == 0
                          ? cbk_fg_ones
                          : cox->tiles + of->tile * cox->p + (column - 1) * CBK_COX_TILE;
    if (of->first == of->end) {
        return cox->kernels->sum_products(risk, x);
    }
    double from[CBK_COX_TILE];
    const double base = model->behind[of->tile / CBK_COX_TILE * (cox->p + 1) + column];
    const double sum = cox->kernels->sum_back(risk, x, base, from);
    cbk_fg_carry(model, of->tile, column, carried);
    for (size_t k = 0; k < of->end - of->first; k++) {
        out[k] = from[of->row[k]] + of->free[k] * carried[of->row[k]];
    }
    return sum;
}

/* The hazard of each row's later times; of_times[k - first] is the tile's share of it. */
static void fill_later(going_back *at, const cbk_fg_times *of, double *of_times)
{
    const cbk_fg_model *model = at->model;
    const cbk_cox_model *cox = &model->cox;
    const double base = cbk_sum_value(&at->later[0]);
    double step[CBK_COX_TILE] = {0.0};
    double from[CBK_COX_TILE];
    for (size_t k = 0; k < of->end - of->first; k++) {
        of_times[k] = cox->step[of->first + k] * of->free[k];
        step[of->row[k]] = of_times[k];
    }
    const double sum = cox->kernels->sum_back(step, cbk_fg_ones, base, from);
    memcpy(model->later + of->tile, from + 1, (CBK_COX_TILE - 1) * sizeof *from);
    model->later[of->tile + CBK_COX_TILE - 1] = base;
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
    uint64_t bits = 0;
    if (d > 1.0 || !(value >= 0x1p-1022)) {
        cbk_sum_add(&at->loglik, -d * log(value));
        return;
    }
    memcpy(&bits, &value, sizeof bits);
    at->power += (int64_t)(bits >> 52) - 1023;
    bits = (bits & UINT64_C(0xfffffffffffff)) | UINT64_C(0x3ff0000000000000);
    memcpy(&value, &bits, sizeof bits);
    at->product *= value;
    if (at->product > 0x1p1000) {
        cbk_sum_add(&at->loglik, -log(at->product));
        at->product = 1.0;
    }
}

/* Hazards and log-likelihood of the tile's times; 1 / n_risk. */
static void see_times(going_back *at, const cbk_fg_times *of, double *inverse,
                      double *weight)
{
    const cbk_fg_model *model = at->model;
    const cbk_cox_model *cox = &model->cox;
    double carried[CBK_COX_TILE + 1];
    double n_risk[CBK_COX_TILE];
    cbk_sum_add(&at->at_risk[0], cbk_fg_sum_at_risk(model, of, 0, carried, n_risk));
    for (size_t k = of->first; k < of->end; k++) {
        const double d = (double)cox->times[k].n_event;
        inverse[k - of->first] = 1.0 / n_risk[k - of->first];
        weight[k - of->first] = -d;
        cox->step[k] = d * inverse[k - of->first];
        take_logarithm(at, d, n_risk[k - of->first]);
    }
}

static void see_tile(going_back *at, size_t tile)
{
    const cbk_fg_model *model = at->model;
    const cbk_cox_model *cox = &model->cox;
    const size_t p = cox->p;
    cbk_fg_times of;
    cbk_fg_find_times_back(model, tile, at->time, &of);
    const size_t n = of.end - of.first;
    double carried[CBK_COX_TILE + 1];
    double at_risk[CBK_COX_TILE] = {0.0};
    double inverse[CBK_COX_TILE] = {0.0}; /* these stay 0 from n on */
    double later[CBK_COX_TILE] = {0.0};
    double weight[CBK_COX_TILE] = {0.0};
    keep_sums(at, tile);
    see_times(at, &of, inverse, weight);
    fill_later(at, &of, later);
    for (size_t j = 0; !at->is_brief && j < p; j++) {
        cbk_sum_add(&at->at_risk[j + 1],
                    cbk_fg_sum_at_risk(model, &of, j + 1, carried, at_risk));
        if (n > 0) {
            double *means = at->means + j * CBK_COX_TILE;
            multiply(at_risk, inverse, means);
            cbk_sum_add(&at->later[j + 1], cox->kernels->sum_products(later, means));
        }
    }
    if (n > 0 && !at->is_brief) {
        cbk_fg_products_add(&at->products, at->means, weight,
                            (n + CBK_COX_LANES - 1) / CBK_COX_LANES * CBK_COX_LANES);
    }
    at->time = of.first;
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
        weigh(cox->risk + tile, model->carried + tile, model->later + tile, weight);
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
    cbk_sum_add(&loglik, -log(at->product));
    cbk_sum_add(&loglik, -(double)at->power * log(2.0));
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
                     .time = cox->n_times,
                     .at_risk = sums + p + 1,
                     .later = sums + 2 * (p + 1),
                     .product = 1.0,
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
