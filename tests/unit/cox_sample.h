/* cox_sample.h - small data for the tests of Cox's regression: by hand or drawn, and what
 * is at risk in them, by definition.  The including file has `static cbk_arena *arena`
 * made by its main(). */
#ifndef COX_SAMPLE_H
#define COX_SAMPLE_H

#include "check.h"
#include "random_below.h"

#include "stats/cox_likelihood/cox_likelihood.h"

#include <math.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))
enum { ROWS_MAX = 60, P_MAX = 3 };

static cbk_arena *arena;

typedef struct sample {
    size_t n, p, n_strata, n_clusters;
    bool is_late, is_weighted, has_offset, has_clusters;
    double time[ROWS_MAX], entry[ROWS_MAX], weight[ROWS_MAX], offset[ROWS_MAX];
    bool is_event[ROWS_MAX];
    uint32_t stratum[ROWS_MAX], cluster[ROWS_MAX];
    double x[P_MAX][ROWS_MAX];
} sample;

/* Which rows of a sample, as the estimator takes them. */
typedef struct view {
    cbk_followup followup;
    const double *x[P_MAX];
    cbk_cox_rows rows;
} view;

static inline const cbk_cox_rows *see(const sample *s, view *out)
{
    out->followup = (cbk_followup){.n = s->n,
                                   .time = s->time,
                                   .is_event = s->is_event,
                                   .entry = s->is_late ? s->entry : NULL,
                                   .weight = s->is_weighted ? s->weight : NULL};
    for (size_t j = 0; j < P_MAX; j++) {
        out->x[j] = s->x[j];
    }
    out->rows = (cbk_cox_rows){.followup = &out->followup,
                               .n_covariates = s->p,
                               .covariate = out->x,
                               .offset = s->has_offset ? s->offset : NULL,
                               .stratum = s->n_strata > 1 ? s->stratum : NULL,
                               .n_strata = s->n_strata,
                               .cluster = s->has_clusters ? s->cluster : NULL,
                               .n_clusters = s->n_clusters};
    return &out->rows;
}

static const cbk_cox_request usual = {
    .level = 0.95, .wants_concordance = true, .wants_proportional = true};

static inline const cbk_cox *fit_in(const sample *s, const cbk_cox_request *request,
                                    cbk_arena *where)
{
    view seen;
    const cbk_cox *fit = NULL;
    cbk_error err = {.message = ""};
    if (cbk_cox_fit(see(s, &seen), request, where, &fit, &err) != CBK_OK) {
        printf("# %s\n", err.message);
    }
    return fit;
}

static inline const cbk_cox *fit_sample(const sample *s, cbk_cox_ties ties, bool is_firth)
{
    cbk_cox_request request = usual;
    request.ties = ties;
    request.is_firth = is_firth;
    return fit_in(s, &request, arena);
}

static inline sample sample_of(size_t n, const double *time, const bool *is_event,
                               const double *x)
{
    sample s = {.n = n, .p = 1, .n_strata = 1};
    for (size_t i = 0; i < n; i++) {
        s.time[i] = time[i];
        s.is_event[i] = is_event[i];
        s.x[0][i] = x[i];
        s.weight[i] = 1.0;
    }
    return s;
}

static inline double between(double low, double high)
{
    return low + (high - low) * (double)random_below(1000001) / 1e6;
}

static inline sample draw(size_t n, size_t p, int kind)
{
    sample s = {.n = n,
                .p = p,
                .n_strata = kind % 2 == 0 ? 1 : 3,
                .is_late = kind / 2 % 2 == 1,
                .is_weighted = kind / 4 % 2 == 1,
                .has_offset = kind / 8 % 2 == 1,
                .has_clusters = kind / 8 % 2 == 1,
                .n_clusters = 12};
    for (size_t i = 0; i < n; i++) {
        s.entry[i] = (double)random_below(3);
        s.time[i] = s.entry[i] + 1.0 + (double)random_below(kind % 3 == 0 ? 1000 : 6);
        s.is_event[i] = random_below(10) < 7;
        s.weight[i] = between(0.5, 2.5);
        s.offset[i] = between(-1.0, 1.0);
        s.stratum[i] = random_below((uint32_t)s.n_strata);
        s.cluster[i] = random_below(12);
        s.x[0][i] = between(-1.0, 1.0);
        s.x[1][i] = (double)random_below(2);
        s.x[2][i] = between(100.0, 104.0);
    }
    return s;
}

static inline bool is_at_risk(const sample *s, size_t row, size_t i)
{
    return (s->n_strata == 1 || s->stratum[row] == s->stratum[i]) &&
           s->time[row] >= s->time[i] && (!s->is_late || s->entry[row] < s->time[i]);
}

static inline double eta_of(const sample *s, size_t row, const double *beta)
{
    double eta = s->has_offset ? s->offset[row] : 0.0;
    for (size_t j = 0; j < s->p; j++) {
        eta += beta[j] * s->x[j][row];
    }
    return eta;
}

static inline double weight_of(const sample *s, size_t row)
{
    return s->is_weighted ? s->weight[row] : 1.0;
}

/* The log-likelihood by its definition, by Efron or Breslow, event by event: the l-th of
 * d tied ones takes l / d of the tied from the risk set, and counts with their mean
 * weight. info[p * p] (or NULL): its information, the covariances of x in those risk
 * sets. */
static inline double definition_of(const sample *s, cbk_cox_ties ties, const double *beta,
                                   double *info)
{
    double loglik = 0.0;
    for (size_t k = 0; info != NULL && k < s->p * s->p; k++) {
        info[k] = 0.0;
    }
    for (size_t i = 0; i < s->n; i++) {
        double part[ROWS_MAX] = {0.0};
        double mean[P_MAX] = {0.0};
        double all = 0.0, tied_weight = 0.0, n_tied = 0.0, n_before = 0.0;
        for (size_t k = 0; s->is_event[i] && k < s->n; k++) {
            if (is_at_risk(s, k, i) && s->is_event[k] && s->time[k] <= s->time[i]) {
                tied_weight += weight_of(s, k);
                n_tied += 1.0;
                n_before += k < i ? 1.0 : 0.0;
            }
        }
        for (size_t k = 0; s->is_event[i] && k < s->n; k++) {
            const bool is_tied = s->is_event[k] && s->time[k] <= s->time[i];
            const double left =
                is_tied && ties == CBK_COX_EFRON ? 1.0 - n_before / n_tied : 1.0;
            part[k] = is_at_risk(s, k, i)
                          ? left * weight_of(s, k) * exp(eta_of(s, k, beta))
                          : 0.0;
            all += part[k];
            for (size_t j = 0; j < s->p; j++) {
                mean[j] += part[k] * s->x[j][k];
            }
        }
        if (!s->is_event[i]) {
            continue;
        }
        loglik += weight_of(s, i) * eta_of(s, i, beta) - tied_weight / n_tied * log(all);
        for (size_t j = 0; info != NULL && j < s->p; j++) {
            for (size_t l = 0; l < s->p; l++) {
                for (size_t k = 0; k < s->n; k++) {
                    info[j * s->p + l] += tied_weight / n_tied * part[k] / all *
                                          (s->x[j][k] - mean[j] / all) *
                                          (s->x[l][k] - mean[l] / all);
                }
            }
        }
    }
    return loglik;
}

static inline void estimates_of(const cbk_cox *fit, double *beta)
{
    for (size_t j = 0; j < fit->n_covariates; j++) {
        beta[j] = fit->coefficients[j].estimate;
    }
}

/* For faulty_heaps(): of is cox_asked. */
typedef struct cox_asked {
    const cbk_cox_rows *rows;
    const cbk_cox_request *request;
} cox_asked;

static inline cbk_status fit_on(const void *of, cbk_arena *where, const void **out)
{
    const cox_asked *asked = of;
    const cbk_cox *fit = NULL;
    const cbk_status status = cbk_cox_fit(asked->rows, asked->request, where, &fit, NULL);
    *out = fit;
    return status;
}

#endif
