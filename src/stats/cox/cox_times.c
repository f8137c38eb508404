/* cox_times.c - what the times with events of a tile give, and sums by blocks of tiles.
 * Contract: stats/cox/cox_evaluation.h.
 *
 * Sums are plain within a block of tiles and compensated from there on; those over who is
 * at risk are plain within a tile. */
#include "stats/cox/cox_evaluation.h"

#include <math.h>
#include <string.h>

/* ---- one time with events --------------------------------------------------------- */

void cbk_cox_take_product(cbk_cox_evaluation *at)
{
    cbk_sum_add(&at->loglik, -log(at->denominators.product));
    at->denominators.product = 1.0;
    at->denominators.n = 0;
}

static double weight_of_events(const cbk_cox_model *model, const cbk_cox_time *time)
{
    double weight = model->is_weighted ? 0.0 : (double)time->n_event;
    for (uint32_t i = time->first; model->is_weighted && i < time->first + time->n_event;
         i++) {
        weight += cbk_cox_weight(model, i);
    }
    return weight;
}

static void take_factor(cbk_cox_evaluation *at, double value)
{
    cbk_cox_multiply(&at->denominators, value);
    if (at->denominators.n >= CBK_COX_FACTORS) {
        cbk_cox_take_product(at);
    }
}

static void take_logarithm(cbk_cox_evaluation *at, double weight, double value)
{
    if (weight != 1.0 || at->model->is_weighted) {
        cbk_sum_add(&at->loglik, -weight * log(value));
    } else {
        take_factor(at, value);
    }
}

/* As the kernel, of the few events of one day. */
static void divide_few(double at_risk, double of_events, size_t d,
                       cbk_cox_denominators *out)
{
    const double unit = 1.0 / (double)d;
    cbk_cox_product product = {.product = 1.0};
    for (size_t l = 0; l < d; l++) {
        const double share = (double)l * unit;
        const double denominator = at_risk - share * of_events;
        const double inverse = 1.0 / denominator;
        const double shared = share * inverse;
        out->inverse += inverse;
        out->shared += shared;
        out->squared += inverse * inverse;
        out->shared_squared += shared * inverse;
        out->twice_shared_squared += shared * shared;
        cbk_cox_multiply(&product, denominator);
    }
    out->product = product.product;
    out->power = product.power;
}

void cbk_cox_divide(const cbk_cox_kernels *kernels, double at_risk, double of_events,
                    size_t d, cbk_cox_denominators *out)
{
    enum { AT_ONCE = 256 };
    cbk_cox_product product = {.product = 1.0};
    double sums[5] = {0.0};
    *out = (cbk_cox_denominators){0};
    if (d < CBK_COX_LANES) {
        divide_few(at_risk, of_events, d, out);
        return;
    }
    for (size_t l = 0; l < d; l += AT_ONCE) {
        double more[5];
        int64_t power = 0;
        cbk_cox_multiply(&product, kernels->divide(at_risk, of_events, d, l,
                                                   l + AT_ONCE < d ? l + AT_ONCE : d,
                                                   more, &power));
        product.power += power;
        for (int s = 0; s < 5; s++) {
            sums[s] += more[s];
        }
        if (product.n == CBK_COX_FACTORS) {
            out->logarithm += log(product.product);
            product.product = 1.0;
            product.n = 0;
        }
    }
    out->inverse = sums[0];
    out->shared = sums[1];
    out->squared = sums[2];
    out->shared_squared = sums[3];
    out->twice_shared_squared = sums[4];
    out->product = product.product;
    out->power = product.power;
}

/* The parts of a time whose d events have as many denominators. */
static cbk_cox_seen see_tied(cbk_cox_evaluation *at, size_t k, double weight,
                             double factor, double at_risk, double of_events)
{
    const size_t d = at->model->times[k].n_event;
    const double each = weight / (double)d;
    cbk_cox_denominators of;
    cbk_cox_divide(at->kernels, at_risk, of_events, d, &of);
    if (at->model->is_weighted) {
        const double logarithm = of.logarithm + log(of.product);
        cbk_sum_add(&at->loglik, -each * (logarithm + (double)of.power * log(2.0)));
    } else {
        cbk_sum_add(&at->loglik, -of.logarithm);
        at->denominators.power += of.power;
        take_factor(at, of.product);
    }
    at->model->step[k] = factor * each * of.inverse;
    at->model->step_event[k] = factor * each * (of.inverse - of.shared);
    const double part = of.shared_squared / of.squared;
    const double rest = of.twice_shared_squared - of.shared_squared * part;
    return (cbk_cox_seen){.part = part,
                          .weight = factor * each * of.squared,
                          .tied_weight = factor * each * fmax(rest, 0.0)};
}

cbk_cox_seen cbk_cox_see_time(cbk_cox_evaluation *at, size_t k, double at_risk,
                              double of_events)
{
    const cbk_cox_model *model = at->model;
    const cbk_cox_time *time = &model->times[k];
    const double factor = at->multiplier != NULL ? at->multiplier[time->run] : 1.0;
    const double weight = weight_of_events(model, time);
    if (cbk_cox_is_tied(model, time)) {
        return see_tied(at, k, weight, factor, at_risk, of_events);
    }
    const double hazard = factor * (weight / at_risk);
    model->step[k] = model->step_event[k] = hazard;
    take_logarithm(at, weight, at_risk);
    return (cbk_cox_seen){.weight = hazard / at_risk};
}

/* ---- sums by blocks --------------------------------------------------------------- */

void cbk_cox_close_gradient(cbk_cox_evaluation *at)
{
    double *after = at->info; /* where no information is */
    for (size_t j = 0; j < at->model->p; j++, after += CBK_COX_LANES) {
        cbk_sum *sum = &at->at_risk[1 + j];
        cbk_sum_add(&at->gradient_sum[j], at->block_hazard * cbk_sum_value(sum));
        cbk_sum_add(sum, (after[0] + after[1]) + (after[2] + after[3]));
        memset(after, 0, CBK_COX_LANES * sizeof *after);
    }
    at->block_hazard = 0.0;
}

void cbk_cox_close_block(cbk_cox_evaluation *at)
{
    const size_t p = at->model->p;
    if (at->is_brief && at->model->entry == NULL) {
        cbk_cox_close_gradient(at);
    }
    for (size_t j = 0; j < p; j++) {
        for (size_t k = 0; !at->is_brief && k <= j; k++) {
            double *part = at->info + (j * p + k) * CBK_COX_LANES;
            cbk_sum_add(&at->info_sum[j * p + k],
                        (part[0] + part[1]) + (part[2] + part[3]));
            memset(part, 0, CBK_COX_LANES * sizeof *part);
        }
        double *part = at->gradient + j * CBK_COX_LANES;
        cbk_sum_add(&at->gradient_sum[j], (part[0] + part[1]) + (part[2] + part[3]));
        memset(part, 0, CBK_COX_LANES * sizeof *part);
    }
}

void cbk_cox_count_tile(cbk_cox_evaluation *at)
{
    if (++at->n_tiles == CBK_COX_BLOCK) {
        cbk_cox_close_block(at);
        at->n_tiles = 0;
    }
}

void cbk_cox_take_vectors(cbk_cox_evaluation *at, cbk_cox_vectors *of)
{
    if (at->trace != NULL || at->is_brief) {
        of->n = 0;
        return;
    }
    while (of->n % CBK_COX_LANES != 0) {
        of->weight[of->n++] = 0.0;
    }
    at->kernels->update(of->x, CBK_COX_VECTORS, at->model->p, of->weight, of->n, at->info,
                        NULL, of->x);
    of->n = 0;
    cbk_cox_count_tile(at);
}

/* ---- the times of a tile ----------------------------------------------------------- */

/* As the kernel, of a part of a tile; out may be NULL. */
double cbk_cox_sum_back(const cbk_cox_evaluation *at, const cbk_cox_segment *of,
                        const double *a, const double *b, double base, double *out)
{
    if (cbk_cox_is_whole(of)) {
        return out != NULL ? at->kernels->sum_back(a, b, base, out)
                           : at->kernels->sum_products(a, b);
    }
    double sum = 0.0;
    for (size_t i = of->end; i-- > of->first;) {
        sum += a[i] * b[i];
        if (out != NULL) {
            out[i] = base + sum;
        }
    }
    return sum;
}

double cbk_cox_sum_some(const cbk_cox_evaluation *at, const double *a, const double *b,
                        size_t first, size_t end)
{
    if (first == 0 && end == CBK_COX_TILE) {
        return at->kernels->sum_products(a, b);
    }
    double sum = 0.0;
    for (size_t i = first; i < end; i++) {
        sum += a[i] * b[i];
    }
    return sum;
}

void cbk_cox_multiply_all(cbk_cox_evaluation *at, const double *at_risk, uint64_t rows,
                          size_t n)
{
    int64_t power = 0;
    at->denominators.product *= at->kernels->multiply(at_risk, rows, &power);
    at->denominators.power += power;
    at->denominators.n += n;
    if (at->denominators.n >= CBK_COX_FACTORS) {
        cbk_cox_take_product(at);
    }
}

/* Times with one denominator, of which at->time is the last.  inverse is that of at_risk.
 * Returns the rows whose denominators are still to be taken. */
static uint64_t see_singles(cbk_cox_evaluation *at, const cbk_cox_segment *of,
                            const double *at_risk, const double *inverse,
                            cbk_cox_segment_times *seen)
{
    const cbk_cox_model *model = at->model;
    const size_t first = of->tile + of->first;
    uint64_t rows = 0;
    double *weight = at->whole.weight + at->whole.n;
    size_t n = 0;
    size_t k = at->time;
    for (; k > 0; k--, n++) {
        const cbk_cox_time *time = &model->times[k - 1];
        if (time->n_event > 1 || time->first < first) {
            break;
        }
        const size_t row = time->first - of->tile;
        const double factor = at->multiplier != NULL ? at->multiplier[time->run] : 1.0;
        const double hazard =
            factor * (cbk_cox_weight(model, time->first) * inverse[row]);
        model->step[k - 1] = model->step_event[k - 1] = hazard;
        if (at->trace != NULL) {
            at->trace->seen[k - 1] = (cbk_cox_seen){.weight = hazard * inverse[row]};
        }
        weight[n] = -(hazard * inverse[row]);
        seen->row[seen->n_here + n] = (uint8_t)row;
        rows |= UINT64_C(1) << row;
        if (model->is_weighted) {
            take_logarithm(at, cbk_cox_weight(model, time->first), at_risk[row]);
        }
    }
    seen->n_here += n;
    at->whole.n += n;
    at->time = k;
    return model->is_weighted ? 0 : rows;
}

/* The time at->time with more events; false where it does not reach into the segment. */
static bool see_many(cbk_cox_evaluation *at, const cbk_cox_segment *of,
                     const double *at_risk, cbk_cox_segment_times *seen)
{
    const cbk_cox_model *model = at->model;
    const cbk_cox_time *time = &model->times[at->time - 1];
    const size_t first = of->tile + of->first;
    const bool is_here = time->first >= first;
    const bool is_tied = cbk_cox_is_tied(model, time);
    cbk_cox_tied *tied = &seen->tied[seen->n_tied];
    if (is_tied ? time->first + time->n_event <= first : !is_here) {
        return false;
    }
    if (is_tied) {
        const size_t end = (size_t)time->first + time->n_event - of->tile;
        *tied = (cbk_cox_tied){.is_here = is_here,
                               .first = is_here ? time->first - of->tile : of->first,
                               .end = end < of->end ? end : of->end,
                               .time = at->time - 1,
                               .place = at->whole.n};
        at->tied[0] += cbk_cox_sum_some(at, model->risk + of->tile,
                                        cbk_cox_ones_then_zeros, tied->first, tied->end);
        seen->n_tied++;
    }
    if (!is_here) {
        return false;
    }
    const size_t row = time->first - of->tile;
    const cbk_cox_seen gives =
        cbk_cox_see_time(at, at->time - 1, at_risk[row], at->tied[0]);
    if (at->trace != NULL) {
        at->trace->seen[at->time - 1] = gives;
    }
    at->whole.weight[at->whole.n++] = -gives.weight;
    if (is_tied) {
        tied->part = gives.part;
        at->of_tied.weight[at->of_tied.n++] = -gives.tied_weight;
        at->tied[0] = 0.0;
    }
    seen->row[seen->n_here++] = (uint8_t)row;
    at->time--;
    return true;
}

void cbk_cox_make_room(cbk_cox_evaluation *at)
{
    if (at->whole.n > CBK_COX_VECTORS - CBK_COX_TILE) {
        cbk_cox_take_vectors(at, &at->whole);
    }
    if (at->of_tied.n > CBK_COX_VECTORS - CBK_COX_TILE) {
        cbk_cox_take_vectors(at, &at->of_tied);
    }
}

void cbk_cox_sum_at_risk(cbk_cox_evaluation *at, const cbk_cox_segment *of,
                         double *at_risk)
{
    const double *risk = at->model->risk + of->tile;
    const bool has_times = at->model->times[at->time - 1].first >= of->tile + of->first;
    if (!has_times || !cbk_cox_is_whole(of)) {
        memcpy(at_risk, cbk_cox_ones_then_zeros, CBK_COX_TILE * sizeof *at_risk);
    }
    cbk_sum_add(&at->at_risk[0], cbk_cox_sum_back(at, of, risk, cbk_cox_ones_then_zeros,
                                                  cbk_sum_value(&at->at_risk[0]),
                                                  has_times ? at_risk : NULL));
}

void cbk_cox_see_times(cbk_cox_evaluation *at, const cbk_cox_segment *of,
                       const double *at_risk, cbk_cox_segment_times *seen)
{
    double inverse[CBK_COX_TILE];
    seen->n_here = seen->n_tied = 0;
    if (at->model->times[at->time - 1].first >= of->tile + of->first) {
        at->kernels->invert(at_risk, UINT64_MAX, inverse);
    }
    uint64_t rows = 0;
    do {
        rows |= see_singles(at, of, at_risk, inverse, seen);
    } while (at->time > 0 && see_many(at, of, at_risk, seen));
    if (rows != 0) {
        cbk_cox_multiply_all(at, at_risk, rows, (size_t)__builtin_popcountll(rows));
    }
}

/* The vectors of tied times come from D1, too. */
static void take_tied(cbk_cox_evaluation *at, const cbk_cox_segment *of, size_t j,
                      const cbk_cox_segment_times *seen, size_t first_tied)
{
    const double *risk = at->model->risk + of->tile;
    const double *x = at->model->tiles + of->tile * at->model->p + (j - 1) * CBK_COX_TILE;
    double *whole = at->whole.x + (j - 1) * CBK_COX_VECTORS;
    double *tied = at->of_tied.x + (j - 1) * CBK_COX_VECTORS + first_tied;
    for (size_t k = 0; k < seen->n_tied; k++) {
        const cbk_cox_tied *time = &seen->tied[k];
        at->tied[j] += cbk_cox_sum_some(at, risk, x, time->first, time->end);
        if (time->is_here) {
            whole[time->place] -= time->part * at->tied[j];
            *tied++ = at->tied[j];
            if (at->trace != NULL) {
                at->trace->d1[time->time * at->model->p + j - 1] = at->tied[j];
            }
            at->tied[j] = 0.0;
        }
    }
}

void cbk_cox_take_column(cbk_cox_evaluation *at, const cbk_cox_segment *of, size_t j,
                         const cbk_cox_segment_times *seen, size_t last_time, double *s1,
                         size_t first_tied)
{
    for (size_t k = 0; at->trace != NULL && k < seen->n_here; k++) {
        at->trace->s1[(last_time - k) * at->model->p + j - 1] = s1[k];
    }
    if (seen->n_tied > 0) {
        take_tied(at, of, j, seen, first_tied);
    }
}
