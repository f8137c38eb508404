/* cox_rows.c - the rows of a Cox regression, checked, in canonical order, centred and
 * scaled.  Contract: stats/cox_likelihood/cox_model.h. */
#include "numeric/order.h"
#include "numeric/sum.h"
#include "stats/cox_likelihood/cox_columns.h"
#include "stats/cox_likelihood/cox_likelihood.h"
#include "stats/risk/followup_check.h"

#include <float.h>
#include <math.h>
#include <string.h>

static const double offset_spread_max = 500.0; /* e^500 is still a double */
enum { AHEAD = 24 /* rows, in which a number comes from memory */ };

/* ---- checks ----------------------------------------------------------------------- */

static cbk_status check_row(const cbk_cox_rows *rows, size_t i, cbk_error *err)
{
    CBK_TRY(cbk_followup_check_row(rows->followup, i, err));
    if (rows->offset != NULL && !isfinite(rows->offset[i])) {
        return cbk_fail(err, CBK_EDATA, i, "The offset is not a finite number.");
    }
    return CBK_OK;
}

/* What check_row() asks for, without a branch. */
static bool is_row_good(const cbk_followup *followup, const double *offset, size_t i)
{
    const double time = followup->time[i];
    const double entry = followup->entry != NULL ? followup->entry[i] : -1.0;
    const double weight = followup->weight != NULL ? followup->weight[i] : 1.0;
    const double added = offset != NULL ? offset[i] : 0.0;
    return (time >= 0.0) & (time <= DBL_MAX) & (entry < time) & (entry >= -DBL_MAX) &
           (weight > 0.0) & (weight <= DBL_MAX) & (fabs(added) <= DBL_MAX);
}

static cbk_status check_offsets(const double *offset, size_t n, cbk_error *err)
{
    double least = (double)INFINITY;
    double most = -(double)INFINITY;
    for (size_t i = 0; offset != NULL && i < n; i++) {
        least = offset[i] < least ? offset[i] : least;
        most = offset[i] > most ? offset[i] : most;
    }
    if (most - least > offset_spread_max) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                        "The offsets run from %.15g to %.15g; they are added to the "
                        "logarithm of the hazard, and may differ by at most %g.",
                        least, most, offset_spread_max);
    }
    return CBK_OK;
}

/* Measures the columns on the way. */
static cbk_status check_rows(const cbk_cox_rows *rows, cbk_cox_column *columns,
                             cbk_error *err)
{
    const size_t n = rows->followup->n;
    if (n >= UINT32_MAX) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "There are too many rows.");
    }
    size_t n_bad = 0;
    for (size_t i = 0; i < n; i++) {
        n_bad += is_row_good(rows->followup, rows->offset, i) ? 0 : 1;
    }
    for (size_t i = 0; n_bad > 0 && i < n; i++) {
        CBK_TRY(check_row(rows, i, err));
    }
    CBK_TRY(check_offsets(rows->offset, n, err));
    for (size_t j = 0; j < rows->n_covariates; j++) {
        const double *value = rows->covariate[j];
        if (!cbk_cox_measure(value, rows->followup->n, &columns[j])) {
            size_t i = 0;
            while (isfinite(value[i])) {
                i++;
            }
            return cbk_fail(err, CBK_EDATA, i, "A covariate is not a finite number.");
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

/* Where each row of the data is in the order. */
static void invert(const uint32_t *order, size_t n, uint32_t *place)
{
    for (size_t i = 0; i < n; i++) {
        __builtin_prefetch(&place[order[i + AHEAD < n ? i + AHEAD : i]], 1);
        place[order[i]] = (uint32_t)i;
    }
}

/* Stratum, time, events first; the rest decides among those. */
static bool order_rows(const cbk_cox_rows *rows, const cbk_cox_model *model,
                       cbk_arena *arena, uint32_t *order)
{
    const cbk_followup *followup = rows->followup;
    const size_t n = followup->n;
    const cbk_mark before = cbk_arena_mark(arena);
    const double **column = CBK_NEW(arena, const double *, rows->n_covariates + 6);
    if (column == NULL) {
        return false;
    }
    cbk_order_by by = {.column = column,
                       .comes_first = followup->is_event,
                       .room = {(uint64_t *)(void *)model->risk, /* filled later */
                                (uint64_t *)(void *)model->tiles}};
    if (rows->stratum != NULL && rows->n_strata > 1) {
        column[by.n_leading++] = whole_numbers(rows->stratum, n, arena);
    }
    column[by.n_leading++] = followup->time;
    by.n_columns = by.n_leading;
    if (followup->entry != NULL) {
        column[by.n_columns++] = followup->entry;
    }
    for (size_t j = 0; j < rows->n_covariates; j++) {
        column[by.n_columns++] = rows->covariate[j];
    }
    if (followup->weight != NULL) {
        column[by.n_columns++] = followup->weight;
    }
    if (rows->offset != NULL) {
        column[by.n_columns++] = rows->offset;
    }
    if (rows->cluster != NULL) {
        column[by.n_columns++] = whole_numbers(rows->cluster, n, arena);
    }
    if (cbk_arena_has_failed(arena) || !cbk_order_rows_by(&by, n, arena, order)) {
        return false;
    }
    cbk_arena_release(arena, before);
    return true;
}

/* ---- columns ---------------------------------------------------------------------- */

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

/* From row by row, before the tiles are made of them. */
static void fill_late(const cbk_cox_model *model, const cbk_cox_column *columns)
{
    const size_t p = model->p;
    for (size_t k = 0; model->entry != NULL && k < model->n; k++) {
        const double *from = model->tiles + model->enters[k] * p;
        const double *soon =
            model->tiles + model->enters[k + AHEAD < model->n ? k + AHEAD : k] * p;
        double *to = cbk_cox_late_x(model, k);
        __builtin_prefetch(soon);
        __builtin_prefetch(soon + p - 1);
        for (size_t j = 0; j < p; j++) {
            to[j * CBK_COX_TILE] = cbk_cox_standardized(&columns[j], from[j]);
        }
    }
}

/* Sums those of the events on the way, while a tile is at hand. */
static bool fill_covariates(cbk_cox_column *columns, const uint32_t *place,
                            cbk_arena *arena, cbk_cox_model *model)
{
    const size_t n = model->n;
    const size_t p = model->p;
    model->scale = CBK_NEW(arena, double, p + 1);
    model->range = CBK_NEW(arena, double, p + 1);
    model->event_sums = CBK_NEW(arena, cbk_sum, p + 1);
    const cbk_mark before = cbk_arena_mark(arena);
    double *room = CBK_NEW(arena, double, CBK_COX_LAID_STRIDE *p);
    if (room == NULL) {
        return false;
    }
    cbk_cox_lay_rows(columns, p, n, place, room, model->tiles);
    const size_t n_last = n % CBK_COX_TILE;
    memset(model->tiles + n * p, 0,
           n_last > 0 ? (CBK_COX_TILE - n_last) * p * sizeof *room : 0);
    fill_late(model, columns);
    cbk_cox_place event = cbk_cox_first_event(model);
    for (size_t first = 0; first < n; first += CBK_COX_TILE) {
        cbk_cox_turn_tile(columns, p, model->tiles + first * p, room);
        cbk_cox_add_events(model, NULL, first + CBK_COX_TILE, &event, model->event_sums);
    }
    for (size_t j = 0; j < p; j++) {
        model->scale[j] = columns[j].unit;
        model->range[j] = columns[j].range;
        for (size_t i = n; i % CBK_COX_TILE != 0; i++) {
            cbk_cox_x(model, i)[j * CBK_COX_TILE] = 0.0;
        }
    }
    cbk_arena_release(arena, before);
    return true;
}

static bool is_all_one(const double *weight, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (weight[i] != 1.0) {
            return false;
        }
    }
    return true;
}

static bool fill_weights(const double *weight, cbk_arena *arena, cbk_cox_model *model)
{
    if (weight == NULL || is_all_one(weight, model->n)) {
        return true;
    }
    model->is_weighted = true;
    model->weights = cbk_cox_gather(weight, model->order, model->n, arena);
    return model->weights != NULL;
}

static bool fill_offset(const double *value, cbk_arena *arena, cbk_cox_model *model)
{
    if (value == NULL) {
        return true;
    }
    double *offset = cbk_cox_gather(value, model->order, model->n, arena);
    model->offsets = offset;
    if (offset == NULL) {
        return false;
    }
    const double mean = mean_of(offset, model->n);
    double least = offset[0];
    double most = offset[0];
    for (size_t i = 0; i < model->n; i++) {
        least = fmin(least, offset[i]);
        most = fmax(most, offset[i]);
        offset[i] -= mean;
    }
    model->offset_range = most - least;
    return true;
}

/* ---- runs ------------------------------------------------------------------------- */

/* Runs, times with events and strata as they come. */
typedef struct building {
    cbk_cox_model *model;
    cbk_cox_run *runs;
    cbk_cox_time *times;
    uint64_t *alone;
    size_t *strata;
} building;

static bool start_runs(size_t n_strata, size_t n_event, cbk_arena *arena, building *out)
{
    cbk_cox_model *model = out->model;
    model->n_event = n_event;
    model->runs = out->runs = CBK_NEW(arena, cbk_cox_run, model->n + 1);
    model->times = out->times = CBK_NEW(arena, cbk_cox_time, n_event + 1);
    model->alone = out->alone = CBK_NEW(arena, uint64_t, model->n / CBK_COX_TILE + 1);
    model->strata = out->strata =
        CBK_NEW(arena, size_t, (n_strata < model->n ? n_strata : model->n) + 1);
    return out->strata != NULL;
}

/* Without a branch on the events, which would go either way. */
static void add_run(building *at, cbk_cox_run run)
{
    cbk_cox_model *model = at->model;
    at->times[model->n_times] = (cbk_cox_time){
        .first = run.first, .n_event = run.n_event, .run = (uint32_t)model->n_runs};
    at->alone[run.first / CBK_COX_TILE] |= (uint64_t)(run.n_event == 1)
                                           << run.first % CBK_COX_TILE;
    model->n_times += run.n_event > 0 ? 1 : 0;
    model->has_ties = model->has_ties | (run.n_event > 1);
    at->runs[model->n_runs++] = run;
}

/* What a row has to do with its run, in canonical order. */
typedef struct sorted {
    double *time;
    bool *is_event;
    size_t n_event;
} sorted;

/* Writes anywhere, but reads one row after the other. */
static void put_in_order(const cbk_followup *followup, const uint32_t *place, sorted *out)
{
    const size_t n = followup->n;
    out->n_event = 0;
    for (size_t i = 0; i < n; i++) {
        const uint32_t soon = place[i + AHEAD < n ? i + AHEAD : i];
        __builtin_prefetch(&out->time[soon], 1);
        __builtin_prefetch(&out->is_event[soon], 1);
        out->time[place[i]] = followup->time[i];
        out->is_event[place[i]] = followup->is_event[i];
        out->n_event += followup->is_event[i] ? 1 : 0;
    }
}

/* The rows first..end. */
static void add_stratum(building *at, const sorted *of, size_t first, size_t end)
{
    at->strata[at->model->n_strata++] = first;
    for (size_t i = first; i < end;) {
        cbk_cox_run run = {.first = (uint32_t)i,
                           .stratum_first = (uint32_t)first,
                           .stratum_end = (uint32_t)end,
                           .time = of->time[i]};
        for (; i < end && !(of->time[i] > run.time); i++) {
            run.n_event += of->is_event[i] ? 1 : 0;
        }
        add_run(at, run);
    }
}

/* How many rows each stratum has: [n_strata]. */
static uint32_t *count_rows(const cbk_cox_rows *rows, size_t n_strata, cbk_arena *arena)
{
    uint32_t *n_rows = CBK_NEW(arena, uint32_t, n_strata);
    for (size_t i = 0; n_rows != NULL && i < rows->followup->n; i++) {
        n_rows[rows->stratum != NULL ? rows->stratum[i] : 0]++;
    }
    return n_rows;
}

static bool fill_runs(const cbk_cox_rows *rows, const sorted *of, cbk_arena *arena,
                      cbk_cox_model *model)
{
    const size_t n_strata = rows->stratum != NULL ? rows->n_strata : 1;
    building at = {.model = model};
    if (!start_runs(n_strata, of->n_event, arena, &at)) {
        return false;
    }
    const cbk_mark before = cbk_arena_mark(arena);
    const uint32_t *n_rows = count_rows(rows, n_strata, arena);
    if (n_rows == NULL) {
        return false;
    }
    size_t first = 0;
    for (size_t s = 0; s < n_strata; first += n_rows[s++]) {
        if (n_rows[s] > 0) {
            add_stratum(&at, of, first, first + n_rows[s]);
        }
    }
    const uint32_t n = (uint32_t)model->n;
    at.strata[model->n_strata] = n;
    at.runs[model->n_runs] = (cbk_cox_run){.first = n, .stratum_first = n};
    cbk_arena_release(arena, before);
    return true;
}

/* ---- together --------------------------------------------------------------------- */

static bool fill_room(cbk_cox_model *model, cbk_arena *arena)
{
    const size_t p = model->p;
    memset(model->risk + model->n, 0, CBK_COX_TILE * sizeof *model->risk);
    model->step = CBK_NEW(arena, double, model->n_times + 1);
    model->step_event =
        model->has_ties ? CBK_NEW(arena, double, model->n_times + 1) : model->step;
    model->room = CBK_NEW(arena, double, cbk_cox_room(p));
    if (model->room == NULL) {
        return false;
    }
    model->event_offset = cbk_cox_sum_event_offsets(model);
    return true;
}

static bool fill_clusters(const cbk_cox_rows *rows, cbk_arena *arena,
                          cbk_cox_model *model)
{
    if (rows->cluster == NULL) {
        return true;
    }
    uint32_t *cluster = CBK_NEW(arena, uint32_t, model->n + 1);
    for (size_t i = 0; cluster != NULL && i < model->n; i++) {
        cluster[i] = rows->cluster[model->order[i]];
    }
    model->cluster = cluster;
    model->n_clusters = rows->n_clusters;
    return cluster != NULL;
}

cbk_status cbk_cox_model_make(const cbk_cox_rows *rows, cbk_cox_ties ties,
                              cbk_arena *arena, cbk_cox_model *out, cbk_error *err)
{
    const cbk_followup *followup = rows->followup;
    const size_t n = followup->n;
    *out = (cbk_cox_model){
        .n = n, .p = rows->n_covariates, .ties = ties, .kernels = cbk_cox_kernels_here()};
    uint32_t *order = CBK_NEW(arena, uint32_t, n + 1);
    cbk_cox_column *columns = CBK_NEW(arena, cbk_cox_column, out->p);
    out->risk = CBK_NEW(arena, double, n + CBK_COX_TILE);
    out->tiles = CBK_NEW(arena, double, cbk_cox_tiles_size(n, out->p));
    if (out->tiles == NULL) {
        return cbk_fail_memory(err);
    }
    CBK_TRY(check_rows(rows, columns, err));
    out->order = order;
    /* in what is filled later */
    uint32_t *place = (uint32_t *)(void *)out->risk;
    sorted in_order = {.time = out->tiles, .is_event = (bool *)(void *)(place + n)};
    if (!order_rows(rows, out, arena, order)) {
        return cbk_fail_memory(err);
    }
    invert(order, n, place);
    put_in_order(followup, place, &in_order);
    if (!fill_runs(rows, &in_order, arena, out) ||
        !fill_weights(followup->weight, arena, out) ||
        !fill_offset(rows->offset, arena, out) ||
        !cbk_cox_enter(out, followup->entry, arena) ||
        !fill_covariates(columns, place, arena, out) ||
        !fill_clusters(rows, arena, out)) {
        return cbk_fail_memory(err);
    }
    return fill_room(out, arena) ? CBK_OK : cbk_fail_memory(err);
}

static void keep_columns(double *tiles, size_t n, size_t p, const size_t *kept,
                         size_t n_kept)
{
    double *to = tiles;
    for (size_t i = 0; n_kept < p && i < n; i += CBK_COX_TILE) {
        const double *from = tiles + i * p;
        for (size_t j = 0; j < n_kept; j++, to += CBK_COX_TILE) {
            memmove(to, from + kept[j] * CBK_COX_TILE, CBK_COX_TILE * sizeof *to);
        }
    }
}

void cbk_cox_model_keep(cbk_cox_model *model, const size_t *kept, size_t n_kept)
{
    const size_t p = model->p;
    keep_columns(model->tiles, model->n, p, kept, n_kept);
    if (model->entry != NULL) {
        keep_columns(model->late_tiles, model->n, p, kept, n_kept);
    }
    for (size_t j = 0; j < n_kept; j++) {
        model->scale[j] = model->scale[kept[j]];
        model->range[j] = model->range[kept[j]];
        model->event_sums[j] = model->event_sums[kept[j]];
    }
    model->p = n_kept;
}

double cbk_cox_log_spread(const cbk_cox_model *model)
{
    double sum_of_logs = 0.0;
    for (size_t j = 0; j < model->p; j++) {
        cbk_sum sum = {0};
        cbk_sum squares = {0};
        for (size_t i = 0; i < model->n; i++) {
            const double x = cbk_cox_x(model, i)[j * CBK_COX_TILE];
            cbk_sum_add(&sum, x);
            cbk_sum_add(&squares, x * x);
        }
        const double mean = cbk_sum_value(&sum) / (double)model->n;
        const double square = cbk_sum_value(&squares) / (double)model->n;
        sum_of_logs += 0.5 * log(square - mean * mean);
    }
    return sum_of_logs;
}
