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
    size_t time;      /* times with events before the tile */
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
static void fill_places(const parting *at, const cbk_fg_times *of, tile_sums *out)
{
    const cbk_cox_model *cox = &at->model->cox;
    size_t run = at->run;
    size_t k = of->first;
    uint8_t run_at = 0;
    uint8_t time_at = 0;
    for (size_t i = 0; i < CBK_COX_TILE; i++) {
        const size_t row = of->tile + i;
        const double n_risk = row < cox->n ? (double)(cox->n - row) : 1.0;
        const bool is_run = run < cox->n_runs && cox->runs[run].first == row;
        const bool is_time = k < of->end && cox->times[k].first == row;
        out->over_y[i] = 1.0 / n_risk;
        out->debt[i] = is_run ? (double)at->model->n_censored[run] / n_risk : 0.0;
        run_at = is_run ? (uint8_t)(i + 1) : run_at;
        time_at = is_time ? (uint8_t)(i + 1) : time_at;
        out->run_at[i] = run_at;
        out->time_at[i] = time_at;
        run += is_run ? 1 : 0;
        k += is_time ? 1 : 0;
    }
}

static void fill_tile(parting *at, const cbk_fg_times *of, tile_sums *out)
{
    const cbk_fg_model *model = at->model;
    const cbk_cox_model *cox = &model->cox;
    const double *later = model->later + of->tile;
    double step[CBK_COX_TILE] = {0.0};
    double hazard[CBK_COX_TILE];
    memcpy(out->from, later, sizeof out->from);
    for (size_t k = 0; k < of->end - of->first; k++) {
        step[of->row[k]] = cox->step[of->first + k];
        out->from[of->row[k]] += cox->step[of->first + k] * of->free[k];
    }
    cbk_sum_add(&at->hazard,
                cox->kernels->sum_forth(step, cbk_sum_value(&at->hazard), hazard));
    cbk_fg_carry(model, of->tile, 0, out->carried);
    fill_places(at, of, out);
    for (size_t i = 0; i < CBK_COX_TILE; i++) {
        const bool is_row = of->tile + i < cox->n;
        const uint32_t kind = is_row ? cox->cluster[of->tile + i] : CBK_FG_COMPETING;
        out->event[i] = kind == CBK_FG_EVENT ? 1.0 : 0.0;
        out->censored[i] = kind == CBK_FG_CENSORED ? 1.0 : 0.0;
        out->of_x[i] = out->event[i] - cox->risk[of->tile + i] * hazard[i] -
                       model->carried[of->tile + i] * later[i];
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

static void fill_moments(parting *at, const cbk_fg_times *of, size_t j, column_sums *out)
{
    const cbk_fg_model *model = at->model;
    const cbk_cox_model *cox = &model->cox;
    double at_risk[CBK_COX_TILE];
    double step[CBK_COX_TILE] = {0.0};
    double step_later[CBK_COX_TILE] = {0.0};
    out->mean[0] = at->mean[j];
    if (of->first == of->end) {
        cbk_fg_carry(model, of->tile, j + 1, out->carried);
    } else {
        (void)cbk_fg_sum_at_risk(model, of, j + 1, out->carried, at_risk);
    }
    for (size_t k = 0; k < of->end - of->first; k++) {
        const size_t row = of->row[k];
        const size_t time = of->first + k;
        const double mean =
            at_risk[k] * cox->step[time] / (double)cox->times[time].n_event;
        out->mean[row + 1] = mean;
        step[row] = cox->step[time] * mean;
        step_later[row] = step[row] * of->free[k];
        at->mean[j] = mean;
    }
    const double sum =
        cox->kernels->sum_forth(step, cbk_sum_value(&at->moment[j]), out->moment);
    cbk_sum_add(&at->moment[j], sum);
    const double after = model->after[of->tile / CBK_COX_TILE * (cox->p + 1) + j + 1];
    (void)cox->kernels->sum_back(step_later, cbk_fg_ones, after, out->later);
    out->later[CBK_COX_TILE] = after;
}

/* Loops over a tile whose pointers are known to be apart become vector instructions.
 * debt[64] of the rows, and q / Y from out->q_over_y[1] on. */
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
static void fill_parts(parting *at, const cbk_fg_times *of, const tile_sums *sums,
                       size_t j, size_t n)
{
    const cbk_fg_model *model = at->model;
    const cbk_cox_model *cox = &model->cox;
    const double *x = cox->tiles + of->tile * cox->p + j * CBK_COX_TILE;
    const double *risk = cox->risk + of->tile;
    const double *carried = model->carried + of->tile;
    double *part = at->part + j * CBK_COX_TILE;
    column_sums column;
    fill_moments(at, of, j, &column);
    fill_debts(at, sums, j, &column);
    add_sums(x, sums->of_x, risk, carried, &column, part);
    for (size_t i = 0; i < n; i++) { /* without a branch that nobody can guess */
        part[i] += sums->censored[i] * column.q_over_y[sums->run_at[i]] -
                   sums->event[i] * column.mean[sums->time_at[i]];
    }
    memset(part + n, 0, (CBK_COX_TILE - n) * sizeof *part);
}

static void take_tile(parting *at, size_t tile, cbk_fg_products *products)
{
    const cbk_fg_model *model = at->model;
    const cbk_cox_model *cox = &model->cox;
    const size_t n = cox->n - tile < CBK_COX_TILE ? cox->n - tile : CBK_COX_TILE;
    cbk_fg_times of;
    cbk_fg_find_times(model, tile, at->time, &of);
    tile_sums sums;
    fill_tile(at, &of, &sums);
    for (size_t j = 0; j < cox->p; j++) {
        fill_parts(at, &of, &sums, j, n);
    }
    while (at->run < cox->n_runs && cox->runs[at->run].first < tile + CBK_COX_TILE) {
        at->run++;
    }
    at->time = of.end;
    cbk_fg_products_add(products, at->part, cbk_fg_ones, CBK_COX_TILE);
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
