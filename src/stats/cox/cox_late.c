/* cox_late.c - backward over rows of which some enter late.  Contract:
 * stats/cox/cox_evaluation.h.
 *
 * What leaves the sums as one goes back can be nearly all of them, so that each addition
 * is compensated.  The rows of a tile are turned to lie one behind the other, weighted,
 * those of the tiles by entry with the sign reversed; it is listed which of them come in
 * and go out between the times of a tile, and then they are added up in one go, column
 * beside column. */
#include "stats/cox/cox_evaluation.h"

#include <string.h>

enum { LISTED_MAX = 2 * CBK_COX_TILE /* a tile, and one by entry */ };

/* Rows to be added, and how many of them before a time. */
typedef struct list {
    size_t n;
    const double *row[LISTED_MAX];
    size_t n_times;
    size_t before[CBK_COX_TILE];
    double *seen; /* of the next time */
} list;

/* Rows of cbk_cox_row_width(p) numbers: S1 and S0, and what rounding took from them; the
 * tile; the one by entry; S1 and S0 before and after each row of a list, and at each time
 * of the tile. */
typedef struct rows {
    size_t p, width;
    double *total, *lost;
    double *in, *out;
    double *added;
    double *seen;
} rows;

static rows rows_of(const cbk_cox_evaluation *at)
{
    const size_t p = at->is_brief ? 0 : at->model->p;
    const size_t width = cbk_cox_row_width(p);
    double *room = at->late;
    return (rows){.p = p,
                  .width = width,
                  .total = room,
                  .lost = room + width,
                  .in = room + 2 * width,
                  .out = room + (2 + CBK_COX_TILE) * width,
                  .added = room + (2 + 2 * CBK_COX_TILE) * width,
                  .seen = room + (3 + 2 * CBK_COX_TILE + LISTED_MAX) * width};
}

size_t cbk_cox_late_room(size_t p)
{
    return (3 + 3 * CBK_COX_TILE + LISTED_MAX) * cbk_cox_row_width(p);
}

static void add_up(const cbk_cox_evaluation *at, const rows *of, list *listed)
{
    const size_t width = of->width;
    at->kernels->add_rows(listed->row, listed->n, width, of->total, of->lost, of->added);
    for (size_t k = 0; k < listed->n_times; k++, listed->seen += width) {
        const double *now = of->added + listed->before[k] * width;
        for (size_t j = 0; j < width; j++) {
            listed->seen[j] = now[j];
        }
    }
    listed->n = listed->n_times = 0;
}

/* The rows from..to of the tile come in. */
static void let_in(const rows *of, list *listed, size_t from, size_t to)
{
    for (size_t i = to; i-- > from;) {
        listed->row[listed->n++] = of->in + i % CBK_COX_TILE * of->width;
    }
}

/* Rows first..first+64 of those by entry, to go out. */
static void turn_out(const cbk_cox_evaluation *at, const rows *of, size_t first)
{
    enum { AHEAD = 4 /* tiles, in which one comes from memory */ };
    const cbk_cox_model *model = at->model;
    const size_t p = model->p;
    const double *x = model->late_tiles + first * p;
    const double *weight = model->late_weights != NULL
                               ? model->late_weights + first
                               : cbk_cox_ones_until(model->n - first);
    const double *offset =
        model->late_offsets != NULL ? model->late_offsets + first : cbk_cox_ones_until(0);
    double eta[CBK_COX_TILE];
    double risk[CBK_COX_TILE];
    for (size_t j = 0; j < p && first >= AHEAD * CBK_COX_TILE; j++) {
        cbk_cox_expect_column(x + j * CBK_COX_TILE - AHEAD * CBK_COX_TILE * p);
    }
    if (at->is_at_0) {
        memcpy(risk, weight, sizeof risk);
    } else {
        at->kernels->fill_risk(x, p, at->beta, offset, weight, eta, risk, x);
    }
    for (size_t i = 0; i < CBK_COX_TILE; i++) {
        risk[i] = -risk[i];
    }
    at->kernels->turn_rows(x, of->p, risk, of->out);
}

/* Who has not entered before time k goes out. */
static void take_out(cbk_cox_evaluation *at, const rows *of, list *listed, size_t k)
{
    while (at->late_end > at->model->late_from[k]) {
        const size_t place = --at->late_end;
        if (place < at->late_tile || place >= at->late_tile + CBK_COX_TILE) {
            add_up(at, of, listed);
            at->late_tile = place / CBK_COX_TILE * CBK_COX_TILE;
            turn_out(at, of, at->late_tile);
        }
        listed->row[listed->n++] = of->out + place % CBK_COX_TILE * of->width;
    }
}

/* All that happens to the sums, from row end of a tile back to row first. */
static void sum_tile(cbk_cox_evaluation *at, const rows *of, size_t first, size_t end)
{
    const cbk_cox_model *model = at->model;
    list listed;
    listed.n = listed.n_times = 0;
    listed.seen = of->seen;
    for (size_t k = at->time; k > 0 && model->times[k - 1].first >= first; k--) {
        let_in(of, &listed, model->times[k - 1].first, end);
        take_out(at, of, &listed, k - 1);
        listed.before[listed.n_times++] = listed.n;
        end = model->times[k - 1].first;
    }
    let_in(of, &listed, first, end);
    add_up(at, of, &listed);
}

/* S1 at the times of a segment, and what they are of the information. */
static void take_columns(cbk_cox_evaluation *at, const cbk_cox_segment *of,
                         const rows *sums, const cbk_cox_segment_times *seen,
                         size_t first, size_t first_tied)
{
    const size_t last_time = at->time + seen->n_here - 1;
    for (size_t j = 0; j < sums->p; j++) {
        double *whole = at->whole.x + j * CBK_COX_VECTORS + first;
        for (size_t k = 0; k < seen->n_here; k++) {
            whole[k] = sums->seen[k * sums->width + j];
        }
        cbk_cox_take_column(at, of, j + 1, seen, last_time, whole, first_tied);
    }
}

void cbk_cox_go_back_late(cbk_cox_evaluation *at, const cbk_cox_segment *of,
                          size_t stratum_end)
{
    const cbk_cox_model *model = at->model;
    const rows sums = rows_of(at);
    const size_t first = of->tile + of->first;
    const size_t end = of->tile + of->end;
    double at_risk[CBK_COX_TILE];
    cbk_cox_segment_times seen;
    if (end == stratum_end) {
        at->late_end = end;
        memset(sums.total, 0, 2 * sums.width * sizeof *sums.total);
    }
    at->kernels->turn_rows(model->tiles + of->tile * model->p, sums.p,
                           model->risk + of->tile, sums.in);
    sum_tile(at, &sums, first, end);
    memcpy(at_risk, cbk_cox_ones_then_zeros, sizeof at_risk);
    const double *s0 = sums.seen + sums.p;
    for (size_t k = at->time; k > 0 && model->times[k - 1].first >= first; k--) {
        at_risk[model->times[k - 1].first - of->tile] = *s0;
        s0 += sums.width;
    }
    const size_t first_vector = at->whole.n;
    const size_t first_tied = at->of_tied.n;
    cbk_cox_see_times(at, of, at_risk, &seen);
    take_columns(at, of, &sums, &seen, first_vector, first_tied);
}
