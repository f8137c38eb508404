/* cox_late.c - backward over rows of which some enter late.  Contract:
 * stats/cox_likelihood/cox_evaluation.h.
 *
 * What leaves the sums as one goes back can be nearly all of them, so that each addition
 * is compensated.  The rows of a tile are turned to lie one behind the other, weighted,
 * those of the tiles by entry with the sign reversed; they are listed in the order in
 * which they come in and go out, which is that of cbk_cox_model.moves, and then they are
 * added up in one go, column beside column. */
#include "stats/cox_likelihood/cox_evaluation.h"

#include <string.h>

enum { LISTED_MAX = 2 * CBK_COX_TILE /* a tile, and one by entry */ };

/* Rows of cbk_cox_row_width(p) numbers: S1 and S0, and what rounding took from them; the
 * tile; the one by entry; S1 and S0 before and after each row of a list. */
typedef struct rows {
    size_t p, width;
    double *total, *lost;
    double *in, *out;
    double *added;
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
                  .added = room + (2 + 2 * CBK_COX_TILE) * width};
}

size_t cbk_cox_late_room(size_t p)
{
    return (3 + 2 * CBK_COX_TILE + LISTED_MAX) * cbk_cox_row_width(p);
}

/* The times of a segment, the latest first, and how many moves are before each. */
typedef struct segment_times {
    size_t n;
    size_t before[CBK_COX_TILE];
    double s0[CBK_COX_TILE];
    size_t n_moves; /* of the segment */
} segment_times;

static void find_times(const cbk_cox_evaluation *at, size_t first, size_t end,
                       segment_times *out)
{
    const cbk_cox_model *model = at->model;
    size_t k = at->time;
    out->n = 0;
    for (; k > 0 && model->times[k - 1].first >= first; k--) {
        out->before[out->n++] =
            end - model->times[k - 1].first + (at->late_end - model->late_from[k - 1]);
    }
    out->n_moves = end - first + (out->n > 0 ? at->late_end - model->late_from[k] : 0);
}

/* Rows to be added: moves from `first` on of the segment. */
typedef struct list {
    size_t first, n;
    size_t n_seen; /* times that are summed already */
    const double *row[LISTED_MAX];
} list;

/* S1 of the times among them becomes vectors. */
static void add_up(cbk_cox_evaluation *at, const rows *of, list *listed,
                   segment_times *times)
{
    at->kernels->add_rows(listed->row, listed->n, of->width, of->total, of->lost,
                          of->added);
    const size_t end = listed->first + listed->n;
    for (; listed->n_seen < times->n && times->before[listed->n_seen] <= end;
         listed->n_seen++) {
        const double *now =
            of->added + (times->before[listed->n_seen] - listed->first) * of->width;
        double *whole = at->whole.x + at->whole.n + listed->n_seen;
        for (size_t j = 0; j < of->p; j++) {
            whole[j * CBK_COX_VECTORS] = now[j];
        }
        times->s0[listed->n_seen] = now[of->p];
    }
    listed->first = end;
    listed->n = 0;
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

/* Turns the tile in which place is. */
static void enter_tile(cbk_cox_evaluation *at, const rows *of, size_t place)
{
    at->late_tile = place / CBK_COX_TILE * CBK_COX_TILE;
    turn_out(at, of, at->late_tile);
}

/* All that happens to the sums of a segment that ends with row end.  Which moves follow
 * each other nobody can guess, so there is no branch on them. */
static void move_rows(cbk_cox_evaluation *at, const rows *of, size_t end,
                      segment_times *times)
{
    const uint64_t *moves = at->model->moves;
    const size_t width = of->width;
    const double *in = of->in + (end - 1) % CBK_COX_TILE * width;
    size_t late_end = at->late_end;
    size_t left = late_end - at->late_tile; /* of the tile that is turned; 1 to 64 */
    size_t move = at->move;
    list listed;
    listed.first = listed.n = listed.n_seen = 0;
    for (const size_t last = move + times->n_moves; move < last; move++) {
        const size_t is_out = moves[move / 64] >> move % 64 & 1;
        if (is_out & (left - 1 >= CBK_COX_TILE)) {
            add_up(at, of, &listed, times);
            enter_tile(at, of, late_end - 1);
            left = late_end - at->late_tile;
        }
        const double *out = of->out + (left - 1) % CBK_COX_TILE * width;
        listed.row[listed.n++] = is_out ? out : in;
        late_end -= is_out;
        left -= is_out;
        in = is_out ? in : in - width;
    }
    at->late_end = late_end;
    at->move = move;
    add_up(at, of, &listed, times);
}

void cbk_cox_go_back_late(cbk_cox_evaluation *at, const cbk_cox_segment *of,
                          size_t stratum_end)
{
    const cbk_cox_model *model = at->model;
    const rows sums = rows_of(at);
    const size_t end = of->tile + of->end;
    double at_risk[CBK_COX_TILE];
    segment_times times;
    cbk_cox_segment_times seen;
    if (end == stratum_end) {
        at->late_end = end;
        memset(sums.total, 0, 2 * sums.width * sizeof *sums.total);
    }
    at->kernels->turn_rows(model->tiles + of->tile * model->p, sums.p,
                           model->risk + of->tile, sums.in);
    find_times(at, of->tile + of->first, end, &times);
    move_rows(at, &sums, end, &times);
    memcpy(at_risk, cbk_cox_ones_then_zeros, sizeof at_risk);
    for (size_t k = 0; k < times.n; k++) {
        at_risk[model->times[at->time - 1 - k].first - of->tile] = times.s0[k];
    }
    const size_t last_time = at->time - 1;
    const size_t first = at->whole.n;
    const size_t first_tied = at->of_tied.n;
    cbk_cox_see_times(at, of, at_risk, &seen);
    for (size_t j = 0; j < sums.p; j++) {
        cbk_cox_take_column(at, of, j + 1, &seen, last_time,
                            at->whole.x + j * CBK_COX_VECTORS + first, first_tied);
    }
}
