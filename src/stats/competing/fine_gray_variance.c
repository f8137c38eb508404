/* fine_gray_variance.c - each row's part of the score, and their products.  Contract:
 * stats/competing/fine_gray_model.h.
 *
 * With H and M the sums over times until the row's of hazard and of hazard times the mean
 * of x, L and N those over later times of the same times G, C_0 and C_x the sums of
 * carried and carried x before a time u:
 *   eta  = [event] (x - mean) - r (x H - M) - carried (x L - N)
 *   q(u) = C_x L(u) - C_0 N(u), L and N from u on
 *   psi  = [censored] q(T) / Y(T) - sum over u <= T of q(u) n(u) / Y(u)^2
 * One walk forward over the tiles, of which each knows the sums before and after it.
 */
#include "stats/competing/fine_gray_model.h"

#include <string.h>

typedef struct parting {
    const cbk_fg_model *model;
    size_t run;       /* that begins next */
    cbk_fg_times of;  /* the times with events of the tile */
    cbk_sum hazard;   /* H before the tile */
    cbk_sum *moment;  /* [p] M before the tile */
    cbk_sum *debt;    /* [p] sum of q n / Y^2 over the runs so far */
    double *q_over_y; /* [p] of the run that began last */
    double *mean;     /* [p] of x at the time with events that began last */
    double *part;     /* [p * 64] column by column */
} parting;

/* What the parts of a tile's rows are made of, whatever the column.  What was at a time
 * that began before the tile is looked up at 0, that of row i at i + 1. */
typedef struct tile_sums {
    double of_x[CBK_COX_TILE];     /* what x counts: [event] - r H - carried L */
    double event[CBK_COX_TILE];    /* 1: an event */
    double censored[CBK_COX_TILE]; /* 1: censored */
    double from[CBK_COX_TILE];     /* L, with the row's own time where it begins one */
    double carried[CBK_COX_TILE + 1];
    double over_y[CBK_COX_TILE];   /* 1 / Y */
    double debt[CBK_COX_TILE];     /* n / Y where the row begins a run, else 0 */
    uint8_t run_at[CBK_COX_TILE];  /* where the row's run began */
    uint8_t time_at[CBK_COX_TILE]; /* where the time with events that began last did */
} tile_sums;

/* Where the rows' runs and times began. */
static void fill_places(const parting *at, tile_sums *out)
{
    const cbk_cox_model *cox = &at->model->cox;
    const cbk_fg_times *of = &at->of;
    size_t run = at->run;
    uint8_t run_at = 0;
    uint8_t time_at = 0;
    for (size_t i = 0; i < CBK_COX_TILE; i++) {
        const size_t row = of->tile + i;
        const double n_risk = row < cox->n ? (double)(cox->n - row) : 1.0;
        const bool is_run = run < cox->n_runs && cox->runs[run].first == row;
        const bool is_time = of->step[i] > 0.0;
        out->over_y[i] = 1.0 / n_risk;
        out->debt[i] = is_run ? (double)at->model->n_censored[run] / n_risk : 0.0;
        run_at = is_run ? (uint8_t)(i + 1) : run_at;
        time_at = is_time ? (uint8_t)(i + 1) : time_at;
        out->run_at[i] = run_at;
        out->time_at[i] = time_at;
        run += is_run ? 1 : 0;
    }
}

/* The hazards of the tile's times, and what they were divided by. */
static void fill_steps(parting *at)
{
    const cbk_cox_model *cox = &at->model->cox;
    cbk_fg_times *of = &at->of;
    for (size_t k = of->first; k < of->end; k++) {
        const size_t row = of->row[k - of->first];
        of->step[row] = cox->step[k];
        of->inverse[row] = cox->step[k] / (double)cox->times[k].n_event;
    }
}

/* is_quiet: neither places nor sums from row to row are asked for. */
static void fill_tile(parting *at, bool is_quiet, tile_sums *out)
{
    static const double is_event[] = {[CBK_FG_EVENT] = 1.0, [CBK_FG_COMPETING] = 0.0};
    static const double is_censored[] = {
        [CBK_FG_CENSORED] = 1.0, [CBK_FG_COMPETING] = 0.0};
    const cbk_fg_model *model = at->model;
    const cbk_cox_model *cox = &model->cox;
    const cbk_fg_times *of = &at->of;
    const double *later = model->later + of->tile;
    double step[CBK_COX_TILE];
    double hazard[CBK_COX_TILE];
    double at_risk[CBK_COX_TILE];
    for (size_t i = 0; i < CBK_COX_TILE; i++) {
        step[i] = of->step[i];
        out->from[i] = later[i] + of->step[i] * of->free[i];
    }
    cbk_sum_add(&at->hazard,
                cox->kernels->sum_forth(step, cbk_sum_value(&at->hazard), hazard));
    if (!is_quiet) {
        (void)cbk_fg_sum_at_risk(model, of, 0, cbk_cox_ones_then_zeros, out->carried,
                                 at_risk);
        fill_places(at, out);
    }
    for (size_t i = 0; i < CBK_COX_TILE; i++) {
        const bool is_row = of->tile + i < cox->n;
        const uint32_t kind = is_row ? cox->cluster[of->tile + i] : CBK_FG_COMPETING;
        out->event[i] = is_event[kind]; /* without a branch that nobody can guess */
        out->censored[i] = is_censored[kind];
        out->of_x[i] = out->event[i] - cox->risk[of->tile + i] * hazard[i] -
                       of->carried[i] * later[i];
    }
}

/* Of one column; places as in tile_sums. */
typedef struct column_sums {
    double moment[CBK_COX_TILE];    /* M */
    double later[CBK_COX_TILE + 1]; /* N from the row on; N of row i at i + 1 */
    double carried[CBK_COX_TILE + 1];
    double mean[CBK_COX_TILE + 1];     /* of x, where a time began */
    double q_over_y[CBK_COX_TILE + 1]; /* where a run began */
    double debt[CBK_COX_TILE];         /* sum of q n / Y^2 until the row */
} column_sums;

/* Loops over a tile whose pointers are known to be apart become vector instructions. */
static void weigh_means(const cbk_fg_times *restrict of, const double *restrict mean,
                        double *restrict step, double *restrict step_later)
{
    for (size_t i = 0; i < CBK_COX_TILE; i++) {
        step[i] = of->step[i] * mean[i];
        step_later[i] = step[i] * of->free[i];
    }
}

static void fill_moments(parting *at, size_t j, column_sums *out)
{
    const cbk_fg_model *model = at->model;
    const cbk_cox_model *cox = &model->cox;
    const cbk_fg_times *of = &at->of;
    double step[CBK_COX_TILE];
    double step_later[CBK_COX_TILE];
    out->mean[0] = at->mean[j];
    (void)cbk_fg_sum_at_risk(model, of, j + 1, of->inverse, out->carried, out->mean + 1);
    weigh_means(of, out->mean + 1, step, step_later);
    if (of->first < of->end) {
        at->mean[j] = out->mean[of->row[of->end - of->first - 1] + 1];
    }
    const double sum =
        cox->kernels->sum_forth(step, cbk_sum_value(&at->moment[j]), out->moment);
    cbk_sum_add(&at->moment[j], sum);
    const double after = model->after[of->tile / CBK_COX_TILE * (cox->p + 1) + j + 1];
    (void)cox->kernels->sum_back(step_later, cbk_cox_ones_then_zeros, after, out->later);
    out->later[CBK_COX_TILE] = after;
}

/* debt[64] of the rows, and q / Y from out->q_over_y[1] on. */
static void find_debts(const tile_sums *restrict sums, column_sums *restrict out,
                       double *restrict debt)
{
    for (size_t i = 0; i < CBK_COX_TILE; i++) {
        const double q =
            out->carried[i] * sums->from[i] - sums->carried[i] * out->later[i];
        out->q_over_y[i + 1] = q * sums->over_y[i];
        debt[i] = out->q_over_y[i + 1] * sums->debt[i];
    }
}

static void fill_debts(parting *at, const tile_sums *sums, size_t j, column_sums *out)
{
    double debt[CBK_COX_TILE];
    out->q_over_y[0] = at->q_over_y[j];
    find_debts(sums, out, debt);
    const double sum =
        at->model->cox.kernels->sum_forth(debt, cbk_sum_value(&at->debt[j]), out->debt);
    cbk_sum_add(&at->debt[j], sum);
    at->q_over_y[j] = out->q_over_y[sums->run_at[CBK_COX_TILE - 1]];
}

/* What the sums of a column make of its rows' parts. */
static void add_sums(const double *restrict x, const double *restrict of_x,
                     const double *restrict risk, const double *restrict carried,
                     const column_sums *restrict column, double *restrict part)
{
    for (size_t i = 0; i < CBK_COX_TILE; i++) {
        part[i] = x[i] * of_x[i] + risk[i] * column->moment[i] +
                  carried[i] * column->later[i + 1] - column->debt[i];
    }
}

/* One column of the parts of a tile's n rows. */
static void fill_parts(parting *at, const tile_sums *sums, size_t j, size_t n)
{
    const cbk_fg_model *model = at->model;
    const cbk_cox_model *cox = &model->cox;
    const size_t tile = at->of.tile;
    const double *x = cox->tiles + tile * cox->p + j * CBK_COX_TILE;
    const double *risk = cox->risk + tile;
    double *part = at->part + j * CBK_COX_TILE;
    column_sums column;
    fill_moments(at, j, &column);
    fill_debts(at, sums, j, &column);
    add_sums(x, sums->of_x, risk, at->of.carried, &column, part);
    for (size_t i = 0; i < n; i++) { /* without a branch that nobody can guess */
        part[i] += sums->censored[i] * column.q_over_y[sums->run_at[i]] -
                   sums->event[i] * column.mean[sums->time_at[i]];
    }
    memset(part + n, 0, (CBK_COX_TILE - n) * sizeof *part);
}

/* The same of a whole tile in which nobody's time begins: the sums are those before it.
 */
static void fill_quiet_parts(const parting *at, const tile_sums *sums, size_t j)
{
    const cbk_cox_model *cox = &at->model->cox;
    const size_t tile = at->of.tile;
    const double *x = cox->tiles + tile * cox->p + j * CBK_COX_TILE;
    const double *risk = cox->risk + tile;
    const double moment = cbk_sum_value(&at->moment[j]);
    const double later = at->model->after[tile / CBK_COX_TILE * (cox->p + 1) + j + 1];
    const double debt = cbk_sum_value(&at->debt[j]);
    double *restrict part = at->part + j * CBK_COX_TILE;
    for (size_t i = 0; i < CBK_COX_TILE; i++) {
        part[i] = x[i] * sums->of_x[i] + risk[i] * moment + at->of.carried[i] * later -
                  debt +
                  (sums->censored[i] * at->q_over_y[j] - sums->event[i] * at->mean[j]);
    }
}

static void take_tile(parting *at, size_t tile, cbk_fg_products *products)
{
    const cbk_fg_model *model = at->model;
    const cbk_cox_model *cox = &model->cox;
    const size_t n = cox->n - tile < CBK_COX_TILE ? cox->n - tile : CBK_COX_TILE;
    cbk_fg_find_times(model, tile, &at->of);
    fill_steps(at);
    const bool is_quiet = /* as nearly all are in months */
        n == CBK_COX_TILE && cox->runs[at->run].first >= tile + CBK_COX_TILE;
    tile_sums sums;
    fill_tile(at, is_quiet, &sums);
    for (size_t j = 0; j < cox->p; j++) {
        if (is_quiet) {
            fill_quiet_parts(at, &sums, j);
        } else {
            fill_parts(at, &sums, j, n);
        }
    }
    while (at->run < cox->n_runs && cox->runs[at->run].first < tile + CBK_COX_TILE) {
        at->run++;
    }
    cbk_fg_products_add(products, at->part, cbk_cox_ones_then_zeros, CBK_COX_TILE);
}

bool cbk_fg_score_products(const cbk_fg_model *model, cbk_arena *arena, double *out)
{
    const cbk_cox_model *cox = &model->cox;
    const size_t p = cox->p;
    const cbk_mark before = cbk_arena_mark(arena);
    parting at = {.model = model,
                  .moment = CBK_NEW(arena, cbk_sum, p + 1),
                  .debt = CBK_NEW(arena, cbk_sum, p + 1),
                  .q_over_y = CBK_NEW(arena, double, p + 1),
                  .mean = CBK_NEW(arena, double, p + 1),
                  .part = CBK_NEW(arena, double, p *CBK_COX_TILE + 1)};
    if (at.part == NULL) {
        return false;
    }
    cbk_fg_products products = cbk_fg_products_start(model, model->room);
    for (size_t tile = 0; tile < cox->n; tile += CBK_COX_TILE) {
        take_tile(&at, tile, &products);
    }
    cbk_fg_products_close(&products);
    for (size_t j = 0; j < p; j++) {
        for (size_t k = 0; k <= j; k++) {
            out[j * p + k] = out[k * p + j] = cbk_sum_value(&products.sum[j * p + k]);
        }
    }
    cbk_arena_release(arena, before);
    return true;
}
