/* cox_rows.c - the rows of a Cox regression, checked, in canonical order, centred and
 * scaled.  Contract: stats/cox_model.h. */
#include "numeric/sum.h"
#include "stats/cox_model.h"
#include "stats/cox_order.h"

#include <math.h>
#include <string.h>

static const double offset_spread_max = 500.0; /* e^500 is still a double */

/* ---- checks ----------------------------------------------------------------------- */

static cbk_status check_row(const cbk_cox_rows *rows, size_t i, cbk_error *err)
{
    const cbk_followup *followup = rows->followup;
    const double time = followup->time[i];
    if (!isfinite(time) || time < 0.0) {
        return cbk_fail(err, CBK_EDATA, i,
                        "The time %.15g is not a finite number of at least 0.", time);
    }
    if (followup->entry != NULL &&
        (!isfinite(followup->entry[i]) || followup->entry[i] >= time)) {
        return cbk_fail(
            err, CBK_EDATA, i,
            "The entry %.15g is not a finite number before the exit at %.15g.",
            followup->entry[i], time);
    }
    if (followup->weight != NULL &&
        !(isfinite(followup->weight[i]) && followup->weight[i] > 0.0)) {
        return cbk_fail(err, CBK_EDATA, i,
                        "The weight %.15g is not a finite number above 0.",
                        followup->weight[i]);
    }
    if (rows->offset != NULL && !isfinite(rows->offset[i])) {
        return cbk_fail(err, CBK_EDATA, i, "The offset is not a finite number.");
    }
    return CBK_OK;
}

static cbk_status check_rows(const cbk_cox_rows *rows, cbk_error *err)
{
    double least = (double)INFINITY;
    double most = -(double)INFINITY;
    if (rows->followup->n >= UINT32_MAX) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "There are too many rows.");
    }
    for (size_t i = 0; i < rows->followup->n; i++) {
        CBK_TRY(check_row(rows, i, err));
        least = rows->offset != NULL ? fmin(least, rows->offset[i]) : 0.0;
        most = rows->offset != NULL ? fmax(most, rows->offset[i]) : 0.0;
    }
    if (most - least > offset_spread_max) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                        "The offsets run from %.15g to %.15g; they are added to the "
                        "logarithm of the hazard, and may differ by at most %g.",
                        least, most, offset_spread_max);
    }
    for (size_t j = 0; j < rows->n_covariates; j++) {
        for (size_t i = 0; i < rows->followup->n; i++) {
            if (!isfinite(rows->covariate[j][i])) {
                return cbk_fail(err, CBK_EDATA, i, "A covariate is not a finite number.");
            }
        }
    }
    return CBK_OK;
}

/* ---- order ------------------------------------------------------------------------ */

static double *whole_numbers(const uint32_t *value, size_t n, cbk_arena *arena)
{
    double *out = CBK_NEW(arena, double, n + 1);
    for (size_t i = 0; out != NULL && i < n; i++) {
        out[i] = (double)value[i];
    }
    return out;
}

/* Stratum, time, events first, entry, covariates, weight, offset, cluster. */
static bool order_rows(const cbk_cox_rows *rows, cbk_arena *arena, uint32_t *order)
{
    const cbk_followup *followup = rows->followup;
    const size_t n = followup->n;
    const cbk_mark before = cbk_arena_mark(arena);
    const double **column = CBK_NEW(arena, const double *, rows->n_covariates + 8);
    double *is_censored = CBK_NEW(arena, double, n + 1);
    if (is_censored == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        is_censored[i] = followup->is_event[i] ? 0.0 : 1.0;
    }
    size_t k = 0;
    if (rows->stratum != NULL && rows->n_strata > 1) {
        column[k++] = whole_numbers(rows->stratum, n, arena);
    }
    column[k++] = followup->time;
    column[k++] = is_censored;
    if (followup->entry != NULL) {
        column[k++] = followup->entry;
    }
    for (size_t j = 0; j < rows->n_covariates; j++) {
        column[k++] = rows->covariate[j];
    }
    if (followup->weight != NULL) {
        column[k++] = followup->weight;
    }
    if (rows->offset != NULL) {
        column[k++] = rows->offset;
    }
    if (rows->cluster != NULL) {
        column[k++] = whole_numbers(rows->cluster, n, arena);
    }
    if (cbk_arena_has_failed(arena) || !cbk_order_rows(column, k, n, arena, order)) {
        return false;
    }
    cbk_arena_release(arena, before);
    return true;
}

/* ---- columns ---------------------------------------------------------------------- */

static double *gather(const double *value, const uint32_t *order, size_t n, double absent,
                      cbk_arena *arena)
{
    double *out = CBK_NEW(arena, double, n + 1);
    for (size_t i = 0; out != NULL && i < n; i++) {
        out[i] = value != NULL ? value[order[i]] : absent;
    }
    return out;
}

enum { BLOCK = 256 };

/* The mean of value[n], taken in order: plain within blocks, compensated from there on.
 */
static double mean_of(const double *value, size_t n)
{
    cbk_sum sum = {0};
    for (size_t first = 0; first < n; first += BLOCK) {
        double part = 0.0;
        for (size_t i = first; i < n && i < first + BLOCK; i++) {
            part += value[i];
        }
        cbk_sum_add(&sum, part);
    }
    return cbk_sum_value(&sum) / (double)n;
}

/* The same of its squares. */
static double mean_square_of(const double *value, size_t n)
{
    cbk_sum sum = {0};
    for (size_t first = 0; first < n; first += BLOCK) {
        double part = 0.0;
        for (size_t i = first; i < n && i < first + BLOCK; i++) {
            part += value[i] * value[i];
        }
        cbk_sum_add(&sum, part);
    }
    return cbk_sum_value(&sum) / (double)n;
}

/* Column of the tiles: centred at the mean, in units of its standard deviation.  A power
 * of 2 first brings any size of numbers into the middle of what doubles hold.  Returns
 * the unit. */
static double fill_column(const double *value, const uint32_t *order, size_t n, size_t p,
                          double *tiles, double *room)
{
    double most = 0.0;
    for (size_t i = 0; i < n; i++) {
        most = fmax(most, fabs(value[i]));
    }
    int exponent = 0;
    (void)frexp(most, &exponent);
    const double half = ldexp(1.0, -(exponent / 2)); /* twice: neither overflows */
    const double rest = ldexp(1.0, -(exponent - exponent / 2));
    for (size_t i = 0; i < n; i++) {
        room[i] = value[order[i]] * half * rest;
    }
    const double mean = mean_of(room, n);
    const double first = room[0];
    size_t n_other = 0;
    for (size_t i = 0; i < n; i++) {
        n_other += room[i] < first || room[i] > first ? 1 : 0;
        room[i] -= mean;
    }
    const double sd = n_other > 0 ? sqrt(mean_square_of(room, n)) : 1.0;
    const double factor = n_other > 0 ? 1.0 / sd : 0.0; /* a constant one is 0 */
    for (size_t i = 0; i < n; i++) {
        tiles[i / CBK_COX_TILE * CBK_COX_TILE * p + i % CBK_COX_TILE] = room[i] * factor;
    }
    return sd / half / rest;
}

static bool fill_covariates(const cbk_cox_rows *rows, const uint32_t *order,
                            cbk_arena *arena, cbk_cox_model *model)
{
    const size_t p = rows->n_covariates;
    const size_t n_tiles = (model->n + CBK_COX_TILE - 1) / CBK_COX_TILE;
    model->tiles = CBK_NEW(arena, double, n_tiles *CBK_COX_TILE *p);
    model->scale = CBK_NEW(arena, double, p + 1);
    const cbk_mark before = cbk_arena_mark(arena);
    double *room = CBK_NEW(arena, double, model->n + 1);
    if (room == NULL) {
        return false;
    }
    for (size_t j = 0; j < p; j++) {
        model->scale[j] = fill_column(rows->covariate[j], order, model->n, p,
                                      model->tiles + j * CBK_COX_TILE, room);
    }
    cbk_arena_release(arena, before);
    return true;
}

static bool fill_offset(const cbk_cox_rows *rows, const uint32_t *order, cbk_arena *arena,
                        cbk_cox_model *model)
{
    double *offset = gather(rows->offset, order, model->n, 0.0, arena);
    if (offset == NULL) {
        return false;
    }
    const double mean = mean_of(offset, model->n);
    for (size_t i = 0; i < model->n; i++) {
        offset[i] -= mean;
    }
    model->offset = offset;
    return true;
}

/* ---- runs ------------------------------------------------------------------------- */

static bool fill_runs(const cbk_cox_rows *rows, const uint32_t *order, cbk_arena *arena,
                      cbk_cox_model *model)
{
    const cbk_followup *followup = rows->followup;
    cbk_cox_run *runs = CBK_NEW(arena, cbk_cox_run, model->n + 1);
    if (runs == NULL) {
        return false;
    }
    size_t k = 0;
    for (size_t i = 0; i < model->n; i++) {
        const uint32_t row = order[i];
        const bool is_stratum =
            i == 0 ||
            (rows->stratum != NULL && rows->stratum[row] != rows->stratum[order[i - 1]]);
        if (is_stratum || followup->time[row] > runs[k - 1].time) {
            runs[k++] = (cbk_cox_run){.first = (uint32_t)i,
                                      .is_first = is_stratum,
                                      .time = followup->time[row]};
        }
        runs[k - 1].end = (uint32_t)i + 1;
        runs[k - 1].n_event += followup->is_event[row] ? 1 : 0;
        model->n_event += followup->is_event[row] ? 1 : 0;
    }
    for (size_t r = k; r-- > 0;) {
        const bool is_last = r + 1 == k || runs[r + 1].is_first;
        runs[r].stratum_end = is_last ? runs[r].end : runs[r + 1].stratum_end;
    }
    for (size_t r = 0; r < k; r++) {
        runs[r].stratum_first =
            runs[r].is_first ? runs[r].first : runs[r - 1].stratum_first;
    }
    model->runs = runs;
    model->n_runs = k;
    return true;
}

/* Who enters late: rows by stratum and entry. */
static bool fill_entries(const cbk_cox_rows *rows, const uint32_t *order,
                         cbk_arena *arena, cbk_cox_model *model)
{
    const double *entry = rows->followup->entry;
    if (entry == NULL) {
        return true;
    }
    double *stratum = CBK_NEW(arena, double, model->n + 1);
    uint32_t *enters = CBK_NEW(arena, uint32_t, model->n + 1);
    double *late = gather(entry, order, model->n, 0.0, arena);
    if (late == NULL) {
        return false;
    }
    for (size_t i = 0; i < model->n; i++) {
        stratum[i] = rows->stratum != NULL ? (double)rows->stratum[order[i]] : 0.0;
    }
    double *place = CBK_NEW(arena, double, model->n + 1);
    for (size_t i = 0; place != NULL && i < model->n; i++) {
        place[i] = (double)i;
    }
    const double *column[] = {stratum, late, place};
    model->entry = late;
    model->enters = enters;
    return place != NULL && cbk_order_rows(column, 3, model->n, arena, enters);
}

static bool fill_room(cbk_cox_model *model, size_t p, cbk_arena *arena)
{
    model->risk = CBK_NEW(arena, double, model->n + 1);
    model->base = CBK_NEW(arena, double, model->entry != NULL ? model->n + 1 : 1);
    model->step = CBK_NEW(arena, double, model->n_runs + 1);
    model->step_event = CBK_NEW(arena, double, model->n_runs + 1);
    model->room = CBK_NEW(arena, double, 8 * p + 3 * p * p + 1);
    return model->room != NULL;
}

cbk_status cbk_cox_model_make(const cbk_cox_rows *rows, cbk_cox_ties ties,
                              cbk_arena *arena, cbk_cox_model *out, cbk_error *err)
{
    CBK_TRY(check_rows(rows, err));
    *out = (cbk_cox_model){.n = rows->followup->n, .p = rows->n_covariates, .ties = ties};
    uint32_t *order = CBK_NEW(arena, uint32_t, out->n + 1);
    if (order == NULL || !order_rows(rows, arena, order) ||
        !fill_covariates(rows, order, arena, out) ||
        !fill_offset(rows, order, arena, out) || !fill_runs(rows, order, arena, out) ||
        !fill_entries(rows, order, arena, out) || !fill_room(out, out->p, arena)) {
        return cbk_fail_memory(err);
    }
    out->order = order;
    out->weight = gather(rows->followup->weight, order, out->n, 1.0, arena);
    if (rows->cluster != NULL) {
        uint32_t *cluster = CBK_NEW(arena, uint32_t, out->n + 1);
        for (size_t i = 0; cluster != NULL && i < out->n; i++) {
            cluster[i] = rows->cluster[order[i]];
        }
        out->cluster = cluster;
        out->n_clusters = rows->n_clusters;
    }
    return cbk_arena_has_failed(arena) ? cbk_fail_memory(err) : CBK_OK;
}

void cbk_cox_model_keep(cbk_cox_model *model, const size_t *kept, size_t n_kept)
{
    const size_t p = model->p;
    double *to = model->tiles;
    for (size_t i = 0; n_kept < p && i < model->n; i += CBK_COX_TILE) {
        const double *from = model->tiles + i * p;
        for (size_t j = 0; j < n_kept; j++, to += CBK_COX_TILE) {
            memmove(to, from + kept[j] * CBK_COX_TILE, CBK_COX_TILE * sizeof *to);
        }
    }
    for (size_t j = 0; j < n_kept; j++) {
        model->scale[j] = model->scale[kept[j]];
    }
    model->p = n_kept;
}
