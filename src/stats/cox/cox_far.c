/* cox_far.c - Firth's penalised likelihood where the information is nearly lost.
 * Contract: stats/cox/cox_far.h.
 *
 * Far out one row has nearly all the risk at a time, and the information, a difference of
 * two numbers of which each is that row's, falls off as exp(-x'b) while its rounding does
 * not.  So it is never written down.  With p the share of a row in the risk and m the
 * mean of x at a time, it is the sum of p (x - m)(x - m)', and x - m is taken from the
 * row with the most risk.  Its determinant is that of the triangle of a QR decomposition
 * of the rows sqrt(p) (x - m), with the longest column and in it the largest row first,
 * so that small rows keep their digits (Cox, Higham.  Stability of Householder QR
 * factorization for weighted least squares problems.  1998).  The penalty's
 * derivative is half the sum of h (x - m), h the squared length of a row of Q.
 */
#include "stats/cox/cox_far.h"

#include <math.h>
#include <string.h>

static const size_t cells_most = 1 << 20;

static size_t parts_of(const cbk_cox_model *model, const cbk_cox_time *time)
{
    return model->ties == CBK_COX_EFRON ? time->n_event : 1;
}

static bool is_at_risk(const cbk_cox_model *model, size_t i, const cbk_cox_run *run)
{
    return model->entry == NULL || model->entry[i] < run->time;
}

bool cbk_cox_far_make(const cbk_cox_model *model, cbk_arena *arena, cbk_cox_far *out)
{
    const size_t p = model->p;
    *out = (cbk_cox_far){.model = model};
    for (size_t k = 0; k < model->n_times && out->n_cells <= cells_most; k++) {
        const cbk_cox_time *time = &model->times[k];
        const cbk_cox_run *run = &model->runs[time->run];
        size_t n_risk = 0;
        for (size_t i = time->first; i < run->stratum_end; i++) {
            n_risk += is_at_risk(model, i, run) ? 1 : 0;
        }
        out->n_cells += n_risk * parts_of(model, time);
    }
    if (out->n_cells > cells_most) {
        return false;
    }
    out->eta = CBK_NEW(arena, double, model->n + 1);
    out->part = CBK_NEW(arena, double, model->n + 1);
    out->mean = CBK_NEW(arena, double, p + 1);
    out->cell = CBK_NEW(arena, double, out->n_cells *p + 1);
    out->size = CBK_NEW(arena, double, out->n_cells + 1);
    out->left = CBK_NEW(arena, double, out->n_cells *p + 1);
    out->axis = CBK_NEW(arena, double, out->n_cells *p + 1);
    out->twice = CBK_NEW(arena, double, p + 1);
    out->order = CBK_NEW(arena, uint32_t, out->n_cells + 1);
    out->column = CBK_NEW(arena, size_t, p + 1);
    return !cbk_arena_has_failed(arena);
}

/* ---- a time ----------------------------------------------------------------------- */

/* The logarithm of what a row counts in a denominator of the time, but for its risk. */
static double log_weight(const cbk_cox_far *at, size_t i, const cbk_cox_time *time,
                         double share)
{
    const bool is_event = i < (size_t)time->first + time->n_event;
    return log(cbk_cox_weight(at->model, i) * (is_event ? 1.0 - share : 1.0));
}

/* x'b + offset of row i less that of row top: where rows are far out and near to each
 * other that has more digits than each. */
static double eta_from(const cbk_cox_far *at, size_t i, size_t top, const double *beta)
{
    const double *x = cbk_cox_x(at->model, i);
    const double *of_top = cbk_cox_x(at->model, top);
    double sum = cbk_cox_offset(at->model, i) - cbk_cox_offset(at->model, top);
    for (size_t j = 0; j < at->model->p; j++) {
        sum += (x[j * CBK_COX_TILE] - of_top[j * CBK_COX_TILE]) * beta[j];
    }
    return sum;
}

/* The row that counts most; fills part, from what it counts. */
static size_t fill_parts(cbk_cox_far *at, const cbk_cox_time *time, double share,
                         const double *beta)
{
    const cbk_cox_model *model = at->model;
    const cbk_cox_run *run = &model->runs[time->run];
    size_t top = time->first;
    for (size_t i = time->first; i < run->stratum_end; i++) {
        at->part[i] = is_at_risk(model, i, run)
                          ? at->eta[i] + log_weight(at, i, time, share)
                          : -(double)INFINITY;
        top = at->part[i] > at->part[top] ? i : top;
    }
    const double of_top = log_weight(at, top, time, share);
    for (size_t i = time->first; i < run->stratum_end; i++) {
        if (isfinite(at->part[i])) {
            at->part[i] =
                eta_from(at, i, top, beta) + (log_weight(at, i, time, share) - of_top);
        }
    }
    return top;
}

/* What the events add, less what they would if each were row top. */
static void add_events(cbk_cox_far *at, const cbk_cox_time *time, size_t top, double part,
                       const double *beta, cbk_cox_value *out)
{
    const cbk_cox_model *model = at->model;
    const double *of_top = cbk_cox_x(model, top);
    for (size_t i = time->first; i < (size_t)time->first + time->n_event; i++) {
        const double *x = cbk_cox_x(model, i);
        const double weight = part * cbk_cox_weight(model, i);
        cbk_sum_add(&at->loglik, weight * eta_from(at, i, top, beta));
        for (size_t j = 0; j < model->p; j++) {
            out->gradient[j] += weight * (x[j * CBK_COX_TILE] - of_top[j * CBK_COX_TILE]);
        }
    }
}

/* One denominator: adds to loglik and gradient, and its cells from `cell` on.  Returns
 * the next cell. */
static size_t add_part(cbk_cox_far *at, const cbk_cox_time *time, double share,
                       double weight, const double *beta, size_t cell, cbk_cox_value *out)
{
    const cbk_cox_model *model = at->model;
    const cbk_cox_run *run = &model->runs[time->run];
    const size_t p = model->p;
    const size_t top = fill_parts(at, time, share, beta);
    const double *of_top = cbk_cox_x(model, top);
    double sum = 0.0;
    memset(at->mean, 0, p * sizeof *at->mean);
    for (size_t i = time->first; i < run->stratum_end; i++) {
        const double risk = exp(at->part[i]);
        const double *x = cbk_cox_x(model, i);
        sum += risk;
        for (size_t j = 0; j < p; j++) {
            at->mean[j] += risk * (x[j * CBK_COX_TILE] - of_top[j * CBK_COX_TILE]);
        }
    }
    add_events(at, time, top, 1.0 / (double)parts_of(model, time), beta, out);
    cbk_sum_add(&at->loglik, -weight * (log_weight(at, top, time, share) + log(sum)));
    for (size_t j = 0; j < p; j++) {
        at->mean[j] /= sum;
        out->gradient[j] -= weight * at->mean[j];
    }
    for (size_t i = time->first; i < run->stratum_end; i++) {
        if (!is_at_risk(model, i, run)) {
            continue;
        }
        const double *x = cbk_cox_x(model, i);
        at->size[cell] = sqrt(weight / sum) * exp(0.5 * at->part[i]);
        for (size_t j = 0; j < p; j++) {
            at->cell[cell * p + j] =
                x[j * CBK_COX_TILE] - of_top[j * CBK_COX_TILE] - at->mean[j];
        }
        cell++;
    }
    return cell;
}

static void add_times(cbk_cox_far *at, const double *beta, cbk_cox_value *out)
{
    const cbk_cox_model *model = at->model;
    size_t cell = 0;
    at->loglik = (cbk_sum){0};
    memset(out->gradient, 0, model->p * sizeof *out->gradient);
    for (size_t k = 0; k < model->n_times; k++) {
        const cbk_cox_time *time = &model->times[k];
        const size_t n_parts = parts_of(model, time);
        double weight = 0.0;
        for (size_t i = time->first; i < (size_t)time->first + time->n_event; i++) {
            weight += cbk_cox_weight(model, i);
        }
        for (size_t l = 0; l < n_parts; l++) {
            cell = add_part(at, time, (double)l / (double)n_parts,
                            weight / (double)n_parts, beta, cell, out);
        }
    }
    out->loglik = cbk_sum_value(&at->loglik);
}

/* ---- the triangle ------------------------------------------------------------------ */

/* Of what is left of a column from row k on. */
static double length_of(const cbk_cox_far *at, size_t k, size_t column)
{
    double sum = 0.0;
    for (size_t i = k; i < at->n_cells; i++) {
        const double value = at->left[at->order[i] * at->model->p + column];
        sum += value * value;
    }
    return sqrt(sum);
}

/* Brings the longest column, and in it the largest row, to k.  Returns its length. */
static double choose_pivot(cbk_cox_far *at, size_t k)
{
    const size_t p = at->model->p;
    size_t best = k;
    double length = -1.0;
    for (size_t c = k; c < p; c++) {
        const double here = length_of(at, k, at->column[c]);
        best = here > length ? c : best;
        length = fmax(length, here);
    }
    const size_t column = at->column[best];
    at->column[best] = at->column[k];
    at->column[k] = column;
    size_t row = k;
    for (size_t i = k; i < at->n_cells; i++) {
        row = fabs(at->left[at->order[i] * p + column]) >
                      fabs(at->left[at->order[row] * p + column])
                  ? i
                  : row;
    }
    const uint32_t cell = at->order[row];
    at->order[row] = at->order[k];
    at->order[k] = cell;
    return length;
}

/* Reflects column c of rows (a matrix like left) by the vector in column k of left. */
static void reflect(const cbk_cox_far *at, size_t k, double *rows, size_t c)
{
    const size_t p = at->model->p;
    const size_t pivot = at->column[k];
    double along = 0.0;
    for (size_t i = k; i < at->n_cells; i++) {
        const size_t cell = at->order[i] * p;
        along += at->left[cell + pivot] * rows[cell + c];
    }
    along *= at->twice[k];
    for (size_t i = k; i < at->n_cells; i++) {
        const size_t cell = at->order[i] * p;
        rows[cell + c] -= along * at->left[cell + pivot];
    }
}

/* Returns the logarithm of the determinant of the information; -infinity where some
 * direction has none. */
static double decompose(cbk_cox_far *at)
{
    const size_t p = at->model->p;
    double logarithm = 0.0;
    for (size_t i = 0; i < at->n_cells; i++) {
        at->order[i] = (uint32_t)i;
        for (size_t j = 0; j < p; j++) {
            at->left[i * p + j] = at->size[i] * at->cell[i * p + j];
        }
    }
    for (size_t k = 0; k < p; k++) {
        at->column[k] = k;
    }
    for (size_t k = 0; k < p; k++) {
        const double length = choose_pivot(at, k);
        if (!(length > 0.0)) {
            return -(double)INFINITY;
        }
        double *head = &at->left[at->order[k] * p + at->column[k]];
        at->twice[k] = 1.0 / (length * (length + fabs(*head)));
        *head += *head > 0.0 ? length : -length;
        for (size_t c = k + 1; c < p; c++) {
            reflect(at, k, at->left, at->column[c]);
        }
        logarithm += 2.0 * log(length);
    }
    return logarithm;
}

/* ---- the penalty ------------------------------------------------------------------- */

/* Adds half the sum of h (x - m). */
static void add_penalty(cbk_cox_far *at, double *gradient)
{
    const size_t p = at->model->p;
    memset(at->axis, 0, at->n_cells * p * sizeof *at->axis);
    for (size_t c = 0; c < p; c++) {
        at->axis[at->order[c] * p + c] = 1.0;
        for (size_t k = c + 1; k-- > 0;) {
            reflect(at, k, at->axis, c);
        }
    }
    for (size_t i = 0; i < at->n_cells; i++) {
        double lever = 0.0;
        for (size_t c = 0; c < p; c++) {
            lever += at->axis[i * p + c] * at->axis[i * p + c];
        }
        for (size_t j = 0; j < p; j++) {
            gradient[j] += 0.5 * lever * at->cell[i * p + j];
        }
    }
}

static void fill_information(const cbk_cox_far *at, double *info)
{
    const size_t p = at->model->p;
    memset(info, 0, p * p * sizeof *info);
    for (size_t i = 0; i < at->n_cells; i++) {
        const double *x = at->cell + i * p;
        const double part = at->size[i] * at->size[i];
        for (size_t j = 0; j < p; j++) {
            for (size_t k = 0; k < p; k++) {
                info[j * p + k] += part * x[j] * x[k];
            }
        }
    }
}

void cbk_cox_far_plain(cbk_cox_far *at, const double *beta, cbk_cox_value *out)
{
    const cbk_cox_model *model = at->model;
    for (size_t i = 0; i < model->n; i++) {
        at->eta[i] = cbk_cox_offset(model, i) + cbk_cox_along(model, i, beta);
    }
    add_times(at, beta, out);
    fill_information(at, out->info);
}

void cbk_cox_far_evaluate(cbk_cox_far *at, const double *beta, cbk_cox_value *out)
{
    cbk_cox_far_plain(at, beta, out);
    const double logarithm = decompose(at);
    out->loglik += 0.5 * logarithm;
    if (isfinite(logarithm)) {
        add_penalty(at, out->gradient);
    }
}
