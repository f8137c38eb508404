/* cox_curve.c - the curves that a Cox regression predicts.  Contract:
 * casebook/cox_curve.h. */
#include <casebook/cox_curve.h>

#include "numeric/cholesky.h"
#include "numeric/distribution.h"
#include "stats/cox_postestimation/cox_postestimation.h"
#include "stats/cox_postestimation/cox_steps.h"
#include "stats/curve/km_interval.h"

#include <math.h>
#include <string.h>

static const double log_most = 700.0; /* exp(700) is still a double */

/* Of all strata, one after the other. */
typedef struct columns {
    double *time, *n_risk, *n_event, *n_censor; /* [n_runs] */
    double *hazard, *variance;                  /* [subjects * n_runs] */
} columns;

typedef struct making {
    const cbk_cox_kept *kept;
    const cbk_cox_curve_request *request;
    cbk_arena *arena;
    cbk_cox_steps steps;
    columns columns;
    double *root; /* [p * p] upper triangle L', the variance being L L' */
    double *x;    /* [p] of the subject, on the model's scale */
    cbk_sum *sum; /* [2 + p] of the hazard, its variance, and its moments */
    double *q;    /* [p] */
    /* Of the block's times at which curves change: */
    size_t n_changes;
    uint32_t *change; /* [steps.size] which run of the block */
    double *hazard;   /* [steps.size + 1] of a subject; [0] before the block */
    double *variance; /* likewise */
} making;

/* ---- the subject ------------------------------------------------------------------ */

static double value_of(const making *at, size_t subject, size_t covariate)
{
    return at->request->n_subjects == 0 ? at->kept->reference[covariate]
                                        : at->request->covariate[covariate][subject];
}

/* Fills x; returns the logarithm of r on the model's scale. */
static double place_subject(const making *at, size_t subject)
{
    const cbk_cox_kept *kept = at->kept;
    const cbk_cox_model *model = &kept->model;
    const double *first = cbk_cox_x(model, 0);
    const double offset = at->request->n_subjects > 0 && at->request->offset != NULL
                              ? at->request->offset[subject]
                              : 0.0;
    double eta = offset - kept->first_offset + cbk_cox_offset(model, 0);
    for (size_t j = 0; j < model->p; j++) {
        const size_t covariate = kept->covariate[j];
        at->x[j] = (value_of(at, subject, covariate) - kept->first[covariate]) /
                       model->scale[j] +
                   first[j * CBK_COX_TILE];
        eta += at->x[j] * kept->beta[j];
    }
    return eta;
}

static cbk_status check_subjects(const making *at, cbk_error *err)
{
    const cbk_cox_curve_request *request = at->request;
    for (size_t i = 0; i < request->n_subjects; i++) {
        for (size_t j = 0; j < at->kept->n_covariates; j++) {
            if (!isfinite(request->covariate[j][i])) {
                return cbk_fail(err, CBK_EDATA, i, "A covariate is not a finite number.");
            }
        }
        if (request->offset != NULL && !isfinite(request->offset[i])) {
            return cbk_fail(err, CBK_EDATA, i, "The offset is not a finite number.");
        }
        if (!(fabs(place_subject(at, i)) < log_most)) {
            return cbk_fail(err, CBK_EDATA, i,
                            "These covariates are so far from those of the data that "
                            "their hazard ratio is not a number that can be computed.");
        }
    }
    return CBK_OK;
}

/* ---- curves ----------------------------------------------------------------------- */

/* Curves change where there are events, and begin with a stratum.  Who has an event
 * nobody can guess, so that no branch asks for it. */
static inline size_t is_change(const cbk_cox_run *run)
{
    return (size_t)(run->n_event > 0) | (size_t)cbk_cox_run_is_first(run);
}

static void list_changes(making *at)
{
    const cbk_cox_run *runs = at->steps.model->runs + at->steps.first;
    size_t n = 0;
    for (size_t k = 0; k < at->steps.n; k++) {
        at->change[n] = (uint32_t)k;
        n += is_change(&runs[k]);
    }
    at->n_changes = n;
}

/* Makes the columns of the block sums from the first time of the stratum on. */
static void sum_up(const making *at)
{
    const cbk_cox_steps *steps = &at->steps;
    const size_t p = at->kept->model.p;
    for (size_t c = 0; c < at->n_changes; c++) {
        const size_t k = at->change[c];
        if (cbk_cox_run_is_first(&steps->model->runs[steps->first + k])) {
            memset(at->sum, 0, (p + 2) * sizeof *at->sum);
        }
        cbk_sum_add(&at->sum[0], steps->hazard[k]);
        cbk_sum_add(&at->sum[1], steps->variance[k]);
        steps->hazard[k] = at->sum[0].total + at->sum[0].lost;
        steps->variance[k] = at->sum[1].total + at->sum[1].lost;
        for (size_t j = 0; j < p; j++) {
            cbk_sum_add(&at->sum[2 + j], steps->moment[k * p + j]);
            steps->moment[k * p + j] = at->sum[2 + j].total + at->sum[2 + j].lost;
        }
    }
}

/* q' V q with q the hazard-weighted distance of the subject from those at risk. */
static double quadratic(const making *at, size_t k)
{
    const size_t p = at->kept->model.p;
    const double *moment = at->steps.moment + k * p;
    double sum = 0.0;
    for (size_t j = 0; j < p; j++) {
        at->q[j] = at->x[j] * at->steps.hazard[k] - moment[j];
    }
    for (size_t j = 0; j < p; j++) {
        double along = 0.0;
        for (size_t l = j; l < p; l++) {
            along += at->root[j * p + l] * at->q[l];
        }
        sum += along * along;
    }
    return sum;
}

/* The block's part of the curve of the subject at x. */
static void fill_curve(const making *at, double ratio, double *hazard, double *variance)
{
    const cbk_cox_steps *steps = &at->steps;
    const cbk_cox_run *runs = steps->model->runs + steps->first;
    at->hazard[0] = steps->first > 0 ? hazard[steps->first - 1] : 0.0;
    at->variance[0] = steps->first > 0 ? variance[steps->first - 1] : 0.0;
    for (size_t c = 0; c < at->n_changes; c++) {
        const size_t k = at->change[c];
        at->hazard[c + 1] = ratio * steps->hazard[k];
        at->variance[c + 1] = ratio * ratio * (steps->variance[k] + quadratic(at, k));
    }
    size_t c = 0;
    for (size_t k = 0; k < steps->n; k++) {
        c += is_change(&runs[k]);
        hazard[steps->first + k] = at->hazard[c];
        variance[steps->first + k] = at->variance[c];
    }
}

static double sum_weights(const cbk_cox_model *model, uint32_t first, uint32_t end)
{
    if (!model->is_weighted) {
        return (double)(end - first);
    }
    double sum = 0.0;
    for (uint32_t i = first; i < end; i++) {
        sum += cbk_cox_weight(model, i);
    }
    return sum;
}

/* Time and counts of the block. */
static void fill_counts(const making *at)
{
    const cbk_cox_model *model = &at->kept->model;
    const columns *out = &at->columns;
    for (size_t k = 0; k < at->steps.n; k++) {
        const size_t r = at->steps.first + k;
        const cbk_cox_run *run = &model->runs[r];
        const uint32_t events_end = run->first + run->n_event;
        out->time[r] = run->time;
        out->n_risk[r] = at->steps.n_risk[k];
        out->n_event[r] = sum_weights(model, run->first, events_end);
        out->n_censor[r] = sum_weights(model, events_end, cbk_cox_run_end(run));
    }
}

/* ---- together --------------------------------------------------------------------- */

/* The transpose of L, V = L L'; rows of 0 where V has none. */
static void fill_root(const cbk_cox_kept *kept, double *factors, double *root)
{
    const size_t p = kept->model.p;
    memcpy(factors, kept->variance, p * p * sizeof *factors);
    (void)cbk_cholesky_factor(factors, NULL, p);
    for (size_t j = 0; j < p; j++) {
        const double pivot = sqrt(factors[j * p + j]);
        root[j * p + j] = pivot;
        for (size_t l = j + 1; l < p; l++) {
            root[j * p + l] = factors[l * p + j] * pivot;
        }
    }
}

/* The columns of all strata, one after the other, and the curves as parts of them. */
static bool start(making *at, cbk_cox_curves *out)
{
    const cbk_cox_model *model = &at->kept->model;
    cbk_arena *arena = at->arena;
    const size_t n = model->n_runs;
    const double z = cbk_normal_quantile_upper((1.0 - at->request->level) / 2.0);
    at->columns = (columns){.time = CBK_NEW(arena, double, n),
                            .n_risk = CBK_NEW(arena, double, n),
                            .n_event = CBK_NEW(arena, double, n),
                            .n_censor = CBK_NEW(arena, double, n),
                            .hazard = CBK_NEW(arena, double, out->n_subjects *n),
                            .variance = CBK_NEW(arena, double, out->n_subjects *n)};
    cbk_cox_curve *curves =
        CBK_NEW(arena, cbk_cox_curve, out->n_subjects * out->n_strata);
    if (curves == NULL) {
        return false;
    }
    size_t stratum = 0;
    for (size_t r = 0, end = 0; r < n; r = end, stratum++) {
        for (end = r + 1; end < n && !cbk_cox_run_is_first(&model->runs[end]);) {
            end++;
        }
        for (size_t i = 0; i < out->n_subjects; i++) {
            curves[i * out->n_strata + stratum] =
                (cbk_cox_curve){.subject = i,
                                .stratum = at->kept->stratum[stratum],
                                .n_rows = end - r,
                                .time = at->columns.time + r,
                                .n_risk = at->columns.n_risk + r,
                                .n_event = at->columns.n_event + r,
                                .n_censor = at->columns.n_censor + r,
                                .hazard = at->columns.hazard + i * n + r,
                                .variance = at->columns.variance + i * n + r,
                                .interval = at->request->interval,
                                .z = z};
        }
    }
    out->curves = curves;
    return true;
}

static bool make_room(making *at)
{
    const size_t p = at->kept->model.p;
    double *factors = CBK_NEW(at->arena, double, p *p + 1);
    at->root = CBK_NEW(at->arena, double, p *p + 1);
    at->x = CBK_NEW(at->arena, double, p + 1);
    at->q = CBK_NEW(at->arena, double, p + 1);
    at->sum = CBK_NEW(at->arena, cbk_sum, p + 2);
    if (cbk_arena_has_failed(at->arena)) {
        return false;
    }
    fill_root(at->kept, factors, at->root);
    if (!cbk_cox_steps_start(at->kept, false, at->arena, &at->steps)) {
        return false;
    }
    at->change = CBK_NEW(at->arena, uint32_t, at->steps.size);
    at->hazard = CBK_NEW(at->arena, double, at->steps.size + 1);
    at->variance = CBK_NEW(at->arena, double, at->steps.size + 1);
    return at->variance != NULL;
}

static cbk_status make(making *at, cbk_cox_curves *out, cbk_error *err)
{
    const size_t n_covariates = at->kept->n_covariates;
    const size_t n = at->kept->model.n_runs;
    out->n_subjects = at->request->n_subjects > 0 ? at->request->n_subjects : 1;
    out->n_strata = at->kept->n_strata;
    double *reference = CBK_NEW(at->arena, double, n_covariates);
    if (reference == NULL || !start(at, out)) {
        return cbk_fail_memory(err);
    }
    memcpy(reference, at->kept->reference, n_covariates * sizeof *reference);
    out->reference = reference;
    const cbk_mark after = cbk_arena_mark(at->arena);
    if (!make_room(at)) {
        return cbk_fail_memory(err);
    }
    CBK_TRY(check_subjects(at, err));
    for (size_t b = 0; b < at->steps.n_blocks; b++) {
        cbk_cox_steps_read(&at->steps, b);
        list_changes(at);
        sum_up(at);
        fill_counts(at);
        for (size_t i = 0; i < out->n_subjects; i++) {
            const double ratio = exp(place_subject(at, i));
            fill_curve(at, ratio, at->columns.hazard + i * n,
                       at->columns.variance + i * n);
        }
    }
    cbk_arena_release(at->arena, after);
    return CBK_OK;
}

static cbk_status check(const cbk_cox *fit, const cbk_cox_curve_request *request,
                        cbk_error *err)
{
    if (!fit->request.keeps_rows) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "The fit did not keep its rows, which curves start from.");
    }
    if (!(request->level > 0.0 && request->level < 1.0)) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "The level %.15g is not between 0 and 1.", request->level);
    }
    if (request->interval == CBK_INTERVAL_BPCP) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "The interval bpcp is one of the Kaplan-Meier estimate, not of a "
                        "curve that a regression predicts.");
    }
    return CBK_OK;
}

cbk_status cbk_cox_curves_make(const cbk_cox *fit, const cbk_cox_curve_request *request,
                               cbk_arena *arena, const cbk_cox_curves **out,
                               cbk_error *err)
{
    *out = NULL;
    CBK_TRY(check(fit, request, err));
    const cbk_mark before = cbk_arena_mark(arena);
    making at = {.kept = fit->kept, .request = request, .arena = arena};
    cbk_cox_curves *curves = CBK_NEW(arena, cbk_cox_curves, 1);
    cbk_status status = curves != NULL ? CBK_OK : cbk_fail_memory(err);
    if (curves != NULL) {
        *curves =
            (cbk_cox_curves){.n_covariates = fit->n_covariates, .notes = fit->notes};
    }
    if (curves != NULL && fit->kept != NULL && (fit->notes & CBK_NOTE_MONOTONE) == 0) {
        status = make(&at, curves, err);
    }
    if (status != CBK_OK) {
        cbk_arena_release(arena, before);
        return status;
    }
    *out = curves;
    return CBK_OK;
}

/* ---- reading ---------------------------------------------------------------------- */

static cbk_cox_curve_row row_of(const cbk_cox_curve *curve, double time, double hazard,
                                double variance)
{
    const double survival = exp(-hazard);
    const double hazard_se = sqrt(variance);
    const cbk_limits limits =
        cbk_km_limits(curve->interval, survival, hazard_se, curve->z);
    return (cbk_cox_curve_row){.time = time,
                               .hazard = hazard,
                               .hazard_se = hazard_se,
                               .survival = survival,
                               .std_error = survival * hazard_se,
                               .lower = limits.lower,
                               .upper = limits.upper};
}

cbk_cox_curve_row cbk_cox_curve_row_at(const cbk_cox_curve *curve, size_t j)
{
    cbk_cox_curve_row row =
        row_of(curve, curve->time[j], curve->hazard[j], curve->variance[j]);
    row.n_risk = curve->n_risk[j];
    row.n_event = curve->n_event[j];
    row.n_censor = curve->n_censor[j];
    return row;
}

cbk_cox_curve_row cbk_cox_curve_at_time(const cbk_cox_curve *curve, double time,
                                        cbk_notes *notes)
{
    size_t low = 0; /* times up to `time` */
    size_t high = curve->n_rows;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (curve->time[middle] <= time) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *notes = low == curve->n_rows && time > curve->time[low - 1]
                 ? CBK_NOTE_BEYOND_FOLLOW_UP
                 : 0;
    if (low > 0 && curve->time[low - 1] >= time) {
        return cbk_cox_curve_row_at(curve, low - 1);
    }
    cbk_cox_curve_row row = row_of(curve, time, low > 0 ? curve->hazard[low - 1] : 0.0,
                                   low > 0 ? curve->variance[low - 1] : 0.0);
    row.n_risk = low < curve->n_rows ? curve->n_risk[low] : 0.0;
    return row;
}
