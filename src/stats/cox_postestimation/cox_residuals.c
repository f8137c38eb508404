/* cox_residuals.c - what a Cox regression leaves over.  Contract:
 * casebook/cox_residuals.h. */
#include <casebook/cox_residuals.h>

#include "numeric/order.h"
#include "stats/cox_postestimation/cox_postestimation.h"
#include "stats/cox_postestimation/cox_steps.h"

#include <math.h>
#include <string.h>

static const double none = (double)NAN;

typedef struct making {
    const cbk_cox_kept *kept;
    const cbk_cox_residuals_request *request;
    cbk_arena *arena;
    cbk_cox_steps steps;
    double *hazard; /* [n] what the row was exposed to, times its r */
    double *score;  /* [n * p] score residuals on the model's scale */
    double *root;   /* [p] of the diagonal of V */
    cbk_cox_residuals *out;
    double *value; /* its columns */
    size_t *row;
} making;

/* ---- names ------------------------------------------------------------------------ */

typedef struct kind {
    const char *name;
    bool is_by_covariate;
    bool is_by_event;
} kind;

static const kind kinds[] = {
    [CBK_COX_MARTINGALE] = {"martingale", false, false},
    [CBK_COX_DEVIANCE] = {"deviance", false, false},
    [CBK_COX_SCORE] = {"score", true, false},
    [CBK_COX_SCHOENFELD] = {"schoenfeld", true, true},
    [CBK_COX_SCALED_SCHOENFELD] = {"scaled-schoenfeld", true, true},
    [CBK_COX_DFBETA] = {"dfbeta", true, false},
    [CBK_COX_DFBETAS] = {"dfbetas", true, false},
};

const char *cbk_cox_residual_name(cbk_cox_residual residual)
{
    return kinds[residual].name;
}

bool cbk_cox_residual_is_by_covariate(cbk_cox_residual residual)
{
    return kinds[residual].is_by_covariate;
}

bool cbk_cox_residual_is_by_event(cbk_cox_residual residual)
{
    return kinds[residual].is_by_event;
}

bool cbk_cox_residual_parse(const char *name, cbk_cox_residual *out)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(name, kinds[i].name) == 0) {
            *out = (cbk_cox_residual)i;
            return true;
        }
    }
    return false;
}

/* ---- what each row was exposed to ------------------------------------------------- */

static bool is_event(const cbk_cox_run *run, size_t i)
{
    return i < (size_t)run->first + run->n_event;
}

/* Sums up to a time: of the hazard, then of its moments. */
typedef struct exposure {
    cbk_sum *sum;  /* [1 + p] before the time */
    cbk_sum *base; /* [n * (1 + p)] before the entry of each row; NULL: 0.  Far out the
                      hazard before dwarfs what comes after, so nothing is rounded */
    size_t n_seen; /* of model->enters */
} exposure;

static double since(const cbk_sum *sum, const cbk_sum *base)
{
    return base == NULL ? cbk_sum_value(sum)
                        : (sum->total - base->total) + (sum->lost - base->lost);
}

static void take_row(const making *at, const exposure *sums, size_t r, size_t i)
{
    const cbk_cox_model *model = &at->kept->model;
    const cbk_cox_steps *steps = &at->steps;
    const size_t p = model->p;
    const bool has_event = is_event(&model->runs[r], i);
    const cbk_sum *base = sums->base != NULL ? sums->base + i * (p + 1) : NULL;
    const double *step = has_event ? steps->hazard_event : steps->hazard;
    const double *moment = has_event ? steps->moment_event : steps->moment;
    const double *x = cbk_cox_x(model, i);
    const double relative = steps->risk[i] / cbk_cox_weight(model, i);
    const double hazard = since(&sums->sum[0], base) + step[r];
    at->hazard[i] = relative * hazard;
    for (size_t j = 0; j < p; j++) {
        const double here = x[j * CBK_COX_TILE];
        const double of_mean =
            since(&sums->sum[1 + j], base != NULL ? base + 1 + j : NULL) +
            moment[r * p + j];
        at->score[i * p + j] = (has_event ? here - steps->mean[r * p + j] : 0.0) -
                               relative * (here * hazard - of_mean);
    }
}

static void go_forth(const making *at, exposure *sums)
{
    const cbk_cox_model *model = &at->kept->model;
    const size_t p = model->p;
    for (size_t r = 0; r < model->n_runs; r++) {
        const cbk_cox_run *run = &model->runs[r];
        if (cbk_cox_run_is_first(run)) {
            memset(sums->sum, 0, (p + 1) * sizeof *sums->sum);
            sums->n_seen = run->stratum_first;
        }
        while (sums->base != NULL && sums->n_seen < run->stratum_end &&
               model->entry[model->enters[sums->n_seen]] < run->time) {
            memcpy(sums->base + model->enters[sums->n_seen++] * (p + 1), sums->sum,
                   (p + 1) * sizeof *sums->sum);
        }
        for (size_t i = run->first; i < cbk_cox_run_end(run); i++) {
            take_row(at, sums, r, i);
        }
        cbk_sum_add(&sums->sum[0], at->steps.hazard[r]);
        for (size_t j = 0; j < p; j++) {
            cbk_sum_add(&sums->sum[1 + j], at->steps.moment[r * p + j]);
        }
    }
}

static bool see_rows(making *at)
{
    const cbk_cox_model *model = &at->kept->model;
    const size_t p = model->p;
    exposure sums = {.sum = CBK_NEW(at->arena, cbk_sum, p + 1)};
    at->hazard = CBK_NEW(at->arena, double, model->n);
    at->score = CBK_NEW(at->arena, double, model->n *p + 1);
    if (model->entry != NULL) {
        sums.base = CBK_NEW(at->arena, cbk_sum, model->n * (p + 1));
    }
    if (cbk_arena_has_failed(at->arena)) {
        return false;
    }
    go_forth(at, &sums);
    return true;
}

/* ---- by row ----------------------------------------------------------------------- */

/* Those of row i for each column of the result, not weighted. */
static void fill_score(const making *at, size_t i, double *out)
{
    const cbk_cox_kept *kept = at->kept;
    const size_t p = kept->model.p;
    const double *score = at->score + i * p;
    const cbk_cox_residual residual = at->request->kind;
    for (size_t j = 0; j < p; j++) {
        const double scale = kept->model.scale[j];
        double moved = 0.0;
        for (size_t k = 0; k < p; k++) {
            moved += score[k] * kept->inverse[k * p + j];
        }
        const double value = residual == CBK_COX_SCORE    ? score[j] * scale
                             : residual == CBK_COX_DFBETA ? moved / scale
                                                          : moved / at->root[j];
        out[kept->covariate[j]] = kept->is_infinite[j] ? none : value;
    }
}

/* Events less expected ones in value: sqrt of twice the distance of the likelihoods. */
static void make_deviance(double *value, const double *n_event, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const double e = n_event[i];
        const double m = value[i];
        const double half = -m - (e > 0.0 ? e * log((e - m) / e) : 0.0);
        value[i] = copysign(sqrt(2.0 * fmax(0.0, half)), m);
    }
}

/* n_event[n_rows]: NULL but for deviance. */
static void fill_by_row(const making *at, double *row_value, double *n_event)
{
    const cbk_cox_model *model = &at->kept->model;
    const size_t width = at->out->n_columns;
    for (size_t r = 0; r < model->n_runs; r++) {
        for (size_t i = model->runs[r].first; i < cbk_cox_run_end(&model->runs[r]); i++) {
            const size_t row =
                at->request->collapses ? model->cluster[i] : model->order[i];
            const double weight =
                at->request->is_weighted ? cbk_cox_weight(model, i) : 1.0;
            const double event = is_event(&model->runs[r], i) ? 1.0 : 0.0;
            if (kinds[at->request->kind].is_by_covariate) {
                fill_score(at, i, row_value);
            } else {
                row_value[0] = event - at->hazard[i];
            }
            for (size_t k = 0; k < width; k++) {
                at->value[row * width + k] += weight * row_value[k];
            }
            if (n_event != NULL) {
                n_event[row] += weight * event;
            }
        }
    }
}

static bool make_by_row(making *at)
{
    const cbk_cox_model *model = &at->kept->model;
    cbk_cox_residuals *out = at->out;
    double *row_value = CBK_NEW(at->arena, double, out->n_columns);
    double *n_event = at->request->kind == CBK_COX_DEVIANCE
                          ? CBK_NEW(at->arena, double, out->n_rows)
                          : NULL;
    at->root = CBK_NEW(at->arena, double, model->p + 1);
    if (cbk_arena_has_failed(at->arena) || !see_rows(at)) {
        return false;
    }
    for (size_t k = 0; k < out->n_columns; k++) {
        row_value[k] = kinds[at->request->kind].is_by_covariate ? none : 0.0;
    }
    for (size_t j = 0; j < model->p; j++) {
        at->root[j] = sqrt(at->kept->inverse[j * model->p + j]);
    }
    fill_by_row(at, row_value, n_event);
    if (n_event != NULL) {
        make_deviance(at->value, n_event, out->n_rows);
    }
    return true;
}

/* ---- by event --------------------------------------------------------------------- */

/* Schoenfeld residuals of row i at run r; on the model's scale first. */
static void fill_event(const making *at, size_t r, size_t i, double *room, double *out)
{
    const cbk_cox_kept *kept = at->kept;
    const size_t p = kept->model.p;
    const double *x = cbk_cox_x(&kept->model, i);
    const double weight =
        at->request->is_weighted ? cbk_cox_weight(&kept->model, i) : 1.0;
    for (size_t j = 0; j < p; j++) {
        room[j] = weight * (x[j * CBK_COX_TILE] - at->steps.mean[r * p + j]);
    }
    for (size_t j = 0; j < p; j++) {
        const double scale = kept->model.scale[j];
        double scaled = 0.0;
        for (size_t k = 0; k < p; k++) {
            scaled += room[k] * kept->inverse[k * p + j];
        }
        const double value =
            at->request->kind == CBK_COX_SCHOENFELD
                ? room[j] * scale
                : (kept->beta[j] + (double)kept->model.n_event * scaled) / scale;
        out[kept->covariate[j]] = kept->is_infinite[j] ? none : value;
    }
}

/* The events of the model by stratum, time and row of the data: place[n_event] of each in
 * the model, run[n_event]. */
static bool list_events(const making *at, uint32_t *place, uint32_t *run)
{
    const cbk_cox_model *model = &at->kept->model;
    const size_t n = model->n_event;
    double *time = CBK_NEW(at->arena, double, n);
    double *row = CBK_NEW(at->arena, double, n);
    uint32_t *order = CBK_NEW(at->arena, uint32_t, n);
    uint32_t *listed = CBK_NEW(at->arena, uint32_t, n);
    if (listed == NULL) {
        return false;
    }
    size_t k = 0;
    for (size_t r = 0; r < model->n_runs; r++) {
        for (uint32_t i = 0; i < model->runs[r].n_event; i++, k++) {
            listed[k] = model->runs[r].first + i;
            time[k] = (double)r;
            row[k] = (double)model->order[listed[k]];
        }
    }
    const double *const column[] = {time, row};
    if (!cbk_order_rows(column, 2, n, at->arena, order)) {
        return false;
    }
    for (k = 0; k < n; k++) {
        place[k] = listed[order[k]];
        run[k] = (uint32_t)time[order[k]];
    }
    return true;
}

static bool make_by_event(making *at)
{
    const cbk_cox_model *model = &at->kept->model;
    const size_t width = at->out->n_columns;
    uint32_t *place = CBK_NEW(at->arena, uint32_t, model->n_event);
    uint32_t *run = CBK_NEW(at->arena, uint32_t, model->n_event);
    double *room = CBK_NEW(at->arena, double, model->p + 1);
    if (room == NULL || !list_events(at, place, run)) {
        return false;
    }
    for (size_t k = 0; k < model->n_event; k++) {
        double *value = at->value + k * width;
        for (size_t j = 0; j < width; j++) {
            value[j] = none;
        }
        fill_event(at, run[k], place[k], room, value);
        at->row[k] = model->order[place[k]];
    }
    return true;
}

/* ---- together --------------------------------------------------------------------- */

static cbk_status check(const cbk_cox *fit, const cbk_cox_residuals_request *request,
                        cbk_error *err)
{
    const char *name = cbk_cox_residual_name(request->kind);
    if (!fit->request.keeps_rows) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "The fit did not keep its rows, which residuals start from.");
    }
    if (cbk_cox_ties_are_exact(fit->request.ties) &&
        kinds[request->kind].is_by_covariate) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "There are no %s residuals with %s ties; use efron.", name,
                        cbk_cox_ties_name(fit->request.ties));
    }
    if (request->collapses && kinds[request->kind].is_by_event) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "%s residuals belong to events, and are not summed by cluster.",
                        name);
    }
    if (request->collapses && fit->kept != NULL && fit->kept->model.cluster == NULL) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "There are no clusters by which to sum %s residuals.", name);
    }
    return CBK_OK;
}

/* What is given back; everything after it is room. */
static bool start(making *at)
{
    const cbk_cox_model *model = &at->kept->model;
    cbk_cox_residuals *out = at->out;
    const kind *of = &kinds[at->request->kind];
    out->n_columns = of->is_by_covariate ? at->kept->n_covariates : 1;
    out->n_rows = of->is_by_event          ? model->n_event
                  : at->request->collapses ? model->n_clusters
                                           : model->n;
    at->value = CBK_NEW(at->arena, double, out->n_rows * out->n_columns);
    at->row = at->request->collapses ? NULL : CBK_NEW(at->arena, size_t, out->n_rows);
    if (cbk_arena_has_failed(at->arena)) {
        return false;
    }
    for (size_t i = 0; at->row != NULL && i < out->n_rows; i++) {
        at->row[i] = i;
    }
    out->value = at->value;
    out->row = at->row;
    return true;
}

static bool make(making *at)
{
    if (!start(at)) {
        return false;
    }
    const cbk_mark before = cbk_arena_mark(at->arena);
    if (!cbk_cox_steps_start(at->kept, true, at->arena, &at->steps)) {
        return false;
    }
    cbk_cox_steps_read(&at->steps, 0);
    if (!(kinds[at->request->kind].is_by_event ? make_by_event(at) : make_by_row(at))) {
        return false;
    }
    cbk_arena_release(at->arena, before);
    return true;
}

cbk_status cbk_cox_residuals_make(const cbk_cox *fit,
                                  const cbk_cox_residuals_request *request,
                                  cbk_arena *arena, const cbk_cox_residuals **out,
                                  cbk_error *err)
{
    *out = NULL;
    CBK_TRY(check(fit, request, err));
    const cbk_mark before = cbk_arena_mark(arena);
    making at = {.kept = fit->kept, .request = request, .arena = arena};
    at.out = CBK_NEW(arena, cbk_cox_residuals, 1);
    if (at.out != NULL) {
        *at.out = (cbk_cox_residuals){.request = *request, .notes = fit->notes};
    }
    if (at.out == NULL || (fit->kept != NULL && !make(&at))) {
        cbk_arena_release(arena, before);
        return cbk_fail_memory(err);
    }
    *out = at.out;
    return CBK_OK;
}
