/* cox_curve.c - the curves that a Cox regression predicts.  Contract:
 * casebook/cox_curve.h. */
#include <casebook/cox_curve.h>

#include "numeric/distribution.h"
#include "stats/cox_steps.h"
#include "stats/km_interval.h"

#include <math.h>
#include <string.h>

static const double log_most = 700.0; /* exp(700) is still a double */

typedef struct making {
    const cbk_cox_kept *kept;
    const cbk_cox_curve_request *request;
    cbk_arena *arena;
    cbk_cox_steps steps;
    double *root;    /* [p * p] lower triangle L of the variance L L' */
    double *x;       /* [p] of the subject, on the model's scale */
    cbk_sum *sum;    /* [2 + p] of the hazard, its variance, and its moments */
    double *q;       /* [p] */
    double **hazard; /* [subjects * strata] columns: hazard, then its variance */
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
    double eta = offset - kept->first_offset + model->offset[0];
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

/* q' V q with q the hazard-weighted distance of the subject from those at risk. */
static double quadratic(const making *at, double hazard)
{
    const size_t p = at->kept->model.p;
    double sum = 0.0;
    for (size_t j = 0; j < p; j++) {
        at->q[j] = at->x[j] * hazard - cbk_sum_value(&at->sum[2 + j]);
    }
    for (size_t k = 0; k < p; k++) {
        double along = 0.0;
        for (size_t j = k; j < p; j++) {
            along += at->root[j * p + k] * at->q[j];
        }
        sum += along * along;
    }
    return sum;
}

/* The curve of the subject at x over the runs from first on. */
static void fill_curve(const making *at, size_t first, double ratio, double *hazard,
                       double *variance, size_t n)
{
    const cbk_cox_steps *steps = &at->steps;
    const size_t p = at->kept->model.p;
    memset(at->sum, 0, (p + 2) * sizeof *at->sum);
    for (size_t k = 0; k < n; k++) {
        const size_t r = first + k;
        if (steps->model->runs[r].n_event > 0) {
            cbk_sum_add(&at->sum[0], steps->hazard[r]);
            cbk_sum_add(&at->sum[1], steps->variance[r]);
            for (size_t j = 0; j < p; j++) {
                cbk_sum_add(&at->sum[2 + j], steps->moment[r * p + j]);
            }
            const double here = cbk_sum_value(&at->sum[0]);
            hazard[k] = ratio * here;
            variance[k] =
                ratio * ratio * (cbk_sum_value(&at->sum[1]) + quadratic(at, here));
        } else if (k > 0) {
            hazard[k] = hazard[k - 1];
            variance[k] = variance[k - 1];
        }
    }
}

/* The columns that the curves of a stratum share; n_risk waits for the steps. */
static bool fill_counts(const making *at, size_t first, double *n_risk,
                        cbk_cox_curve *out)
{
    const cbk_cox_model *model = &at->kept->model;
    double *time = CBK_NEW(at->arena, double, out->n_rows);
    double *n_event = CBK_NEW(at->arena, double, out->n_rows);
    double *n_censor = CBK_NEW(at->arena, double, out->n_rows);
    if (n_censor == NULL) {
        return false;
    }
    for (size_t k = 0; k < out->n_rows; k++) {
        const cbk_cox_run *run = &model->runs[first + k];
        const uint32_t events_end = run->first + run->n_event;
        time[k] = run->time;
        for (uint32_t i = run->first; i < run->end; i++) {
            *(i < events_end ? &n_event[k] : &n_censor[k]) += model->weight[i];
        }
    }
    out->time = time;
    out->n_risk = n_risk;
    out->n_event = n_event;
    out->n_censor = n_censor;
    return true;
}

/* ---- together --------------------------------------------------------------------- */

/* The lower triangle L of V = L L'; columns of 0 where V has none. */
static void fill_root(const cbk_cox_kept *kept, double *root)
{
    const size_t p = kept->model.p;
    memcpy(root, kept->variance, p * p * sizeof *root);
    (void)cbk_cox_factor(root, NULL, p);
    for (size_t k = 0; k < p; k++) {
        const double pivot = sqrt(root[k * p + k]);
        root[k * p + k] = pivot;
        for (size_t j = k + 1; j < p; j++) {
            root[j * p + k] *= pivot;
        }
    }
}

/* What is given back: the columns of all curves, the counts filled. */
static bool start(const making *at, double *n_risk, cbk_cox_curves *out,
                  cbk_cox_curve *curves)
{
    const cbk_cox_model *model = &at->kept->model;
    const double level = at->request->level;
    const double z = cbk_normal_quantile_upper((1.0 - level) / 2.0);
    size_t stratum = 0;
    for (size_t r = 0; r < model->n_runs; stratum++) {
        cbk_cox_curve curve = {.stratum = at->kept->stratum[stratum],
                               .interval = at->request->interval,
                               .z = z};
        size_t end = r + 1;
        while (end < model->n_runs && !model->runs[end].is_first) {
            end++;
        }
        curve.n_rows = end - r;
        if (!fill_counts(at, r, n_risk + r, &curve)) {
            return false;
        }
        for (size_t i = 0; i < out->n_subjects; i++) {
            curve.subject = i;
            double *hazard = CBK_NEW(at->arena, double, 2 * curve.n_rows);
            if (hazard == NULL) {
                return false;
            }
            at->hazard[i * out->n_strata + stratum] = hazard;
            curve.hazard = hazard;
            curve.variance = hazard + curve.n_rows;
            curves[i * out->n_strata + stratum] = curve;
        }
        r = end;
    }
    return !cbk_arena_has_failed(at->arena);
}

static bool make_room(making *at)
{
    const size_t p = at->kept->model.p;
    at->root = CBK_NEW(at->arena, double, p *p + 1);
    at->x = CBK_NEW(at->arena, double, p + 1);
    at->q = CBK_NEW(at->arena, double, p + 1);
    at->sum = CBK_NEW(at->arena, cbk_sum, p + 2);
    return !cbk_arena_has_failed(at->arena);
}

static cbk_status make(making *at, cbk_cox_curves *out, cbk_error *err)
{
    const cbk_cox_model *model = &at->kept->model;
    out->n_subjects = at->request->n_subjects > 0 ? at->request->n_subjects : 1;
    out->n_strata = at->kept->n_strata;
    const size_t n_curves = out->n_subjects * out->n_strata;
    double *reference = CBK_NEW(at->arena, double, at->kept->n_covariates);
    cbk_cox_curve *curves = CBK_NEW(at->arena, cbk_cox_curve, n_curves);
    double *n_risk = CBK_NEW(at->arena, double, model->n_runs);
    at->hazard = CBK_NEW(at->arena, double *, n_curves);
    if (at->hazard == NULL || !start(at, n_risk, out, curves)) {
        return cbk_fail_memory(err);
    }
    memcpy(reference, at->kept->reference, at->kept->n_covariates * sizeof *reference);
    out->reference = reference;
    out->curves = curves;
    const cbk_mark after = cbk_arena_mark(at->arena);
    if (!make_room(at) || !cbk_cox_steps_make(at->kept, false, at->arena, &at->steps)) {
        return cbk_fail_memory(err);
    }
    CBK_TRY(check_subjects(at, err));
    memcpy(n_risk, at->steps.n_risk, model->n_runs * sizeof *n_risk);
    fill_root(at->kept, at->root);
    for (size_t i = 0; i < out->n_subjects; i++) {
        const double ratio = exp(place_subject(at, i));
        size_t first = 0;
        for (size_t s = 0; s < out->n_strata; s++) {
            const size_t n = curves[i * out->n_strata + s].n_rows;
            double *hazard = at->hazard[i * out->n_strata + s];
            fill_curve(at, first, ratio, hazard, hazard + n, n);
            first += n;
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
