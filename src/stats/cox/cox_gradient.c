/* cox_gradient.c - the gradient without the information, in one pass back.  Contract:
 * stats/cox/cox_evaluation.h.
 *
 * What hazard takes from the gradient is the sum over rows of x times risk times the
 * hazard the row was exposed to.  Of a row that hazard is from the times of its own tile
 * and from those of tiles before, which are not known yet as one goes back.  So each tile
 * takes what its times do to its own rows, and to the sums of all rows after it: four
 * rows apart those of its block, compensated those of the blocks after. */
#include "stats/cox/cox_evaluation.h"

/* Weights of the rows of a tile, 0 outside of the segment. */
typedef struct weights {
    double risk[CBK_COX_TILE];
    double exposed[CBK_COX_TILE]; /* risk times hazard since the segment began */
    double hazard;                /* of the segment */
    bool has_times;               /* else hazard and exposed are 0 */
} weights;

/* Whether all times in the segment have one event of weight 1, and which rows these are.
 */
static bool are_alone(const cbk_cox_evaluation *at, const cbk_cox_segment *of,
                      uint64_t *rows)
{
    const cbk_cox_model *model = at->model;
    *rows = model->alone[of->tile / CBK_COX_TILE];
    const size_t n = (size_t)__builtin_popcountll(*rows);
    if (of->end - of->first < CBK_COX_TILE || model->is_weighted ||
        at->multiplier != NULL || n > at->time) {
        return false;
    }
    const cbk_cox_time *before = &model->times[at->time - n];
    return n == at->time || (size_t)before[-1].first + before[-1].n_event <= of->tile;
}

/* Fills at->steps where they are. */
static void see_alone(cbk_cox_evaluation *at, const cbk_cox_segment *of, uint64_t rows)
{
    const double *risk = at->model->risk + of->tile;
    const size_t n = (size_t)__builtin_popcountll(rows);
    double at_risk[CBK_COX_TILE];
    if (n == 0) {
        cbk_sum_add(&at->at_risk[0],
                    at->kernels->sum_products(risk, cbk_cox_ones_then_zeros));
        return;
    }
    const double after = cbk_sum_value(&at->at_risk[0]);
    cbk_sum_add(&at->at_risk[0],
                at->kernels->sum_back(risk, cbk_cox_ones_then_zeros, after, at_risk));
    at->kernels->invert(at_risk, rows, at->steps);
    cbk_cox_multiply_all(at, at_risk, rows, n);
    at->time -= n;
}

static void weigh(cbk_cox_evaluation *at, const cbk_cox_segment *of, weights *out)
{
    const size_t n = of->end - of->first;
    const double *risk = at->model->risk + of->tile;
    if (n < CBK_COX_TILE) {
        memset(out->risk, 0, sizeof out->risk);
    }
    memcpy(out->risk + of->first, risk + of->first, n * sizeof *risk);
    out->hazard = 0.0;
    if (out->has_times) {
        out->hazard = at->kernels->sum_forth(at->steps, 0.0, out->exposed);
        for (size_t i = 0; i < CBK_COX_TILE; i++) {
            out->exposed[i] *= out->risk[i];
        }
    }
}

/* The sums of those with the event at a tied time that goes on in the tile before: risk
 * times x, four rows apart, where no vectors are. */
static double *sums_of_tied(const cbk_cox_evaluation *at)
{
    return at->of_tied.x;
}

/* Those with the event are not exposed to all of what ties add. */
static void give_back(cbk_cox_evaluation *at, const cbk_cox_tied *tied, weights *here)
{
    const cbk_cox_model *model = at->model;
    const double excess = model->step[tied->time] - model->step_event[tied->time];
    for (size_t i = tied->first; i < tied->end; i++) {
        here->exposed[i] -= excess * here->risk[i];
    }
    double *after = sums_of_tied(at); /* in tiles after */
    for (size_t j = 0; at->is_tied_open && j < model->p; j++, after += CBK_COX_LANES) {
        cbk_sum_add(&at->gradient_sum[j],
                    -excess * ((after[0] + after[1]) + (after[2] + after[3])));
        memset(after, 0, CBK_COX_LANES * sizeof *after);
    }
    at->is_tied_open = false;
}

/* Adds the events of a time that goes on in the tile before, and risk to the sums of all.
 */
static void take_open(cbk_cox_evaluation *at, const cbk_cox_tied *tied, const double *x,
                      const weights *here, const double *risk)
{
    double weight[CBK_COX_TILE] = {0.0};
    memcpy(weight + tied->first, here->risk + tied->first,
           (tied->end - tied->first) * sizeof *weight);
    at->is_tied_open = true;
    at->kernels->take(x, at->model->p, risk, weight, 0.0, at->info, sums_of_tied(at), x);
}

void cbk_cox_take_gradient(cbk_cox_evaluation *at, const cbk_cox_segment *of)
{
    const cbk_cox_model *model = at->model;
    cbk_cox_segment_times seen;
    seen.n_tied = seen.n_here = 0;
    weights here;
    uint64_t rows = 0;
    if (are_alone(at, of, &rows)) {
        see_alone(at, of, rows);
        here.has_times = rows != 0;
    } else {
        const size_t last_time = at->time - 1;
        double at_risk[CBK_COX_TILE];
        cbk_cox_sum_at_risk(at, of, at_risk);
        cbk_cox_see_times(at, of, at_risk, &seen);
        at->whole.n = at->of_tied.n = 0; /* no information */
        for (size_t k = 0; k < seen.n_here; k++) {
            at->steps[seen.row[k]] = model->step[last_time - k];
        }
        here.has_times = seen.n_here > 0;
    }
    weigh(at, of, &here);
    const cbk_cox_tied *open = NULL;
    for (size_t k = 0; k < seen.n_tied; k++) {
        if (seen.tied[k].is_here) {
            give_back(at, &seen.tied[k], &here);
        } else {
            open = &seen.tied[k];
        }
    }
    at->block_hazard += here.hazard;
    const double *x = model->tiles + of->tile * model->p;
    if (open != NULL && !here.has_times) {
        take_open(at, open, x, &here, here.risk);
        return;
    }
    at->kernels->take(x, model->p, here.risk, here.has_times ? here.exposed : NULL,
                      here.hazard, at->info, at->gradient,
                      cbk_cox_tile_before(model, of->tile));
    if (open != NULL) {
        take_open(at, open, x, &here, cbk_cox_ones_then_zeros + CBK_COX_TILE);
    }
}
