/* stats/cox/cox_fitting.h - a fit on its way: what cox.c, cox_climb.c and cox_careful.c
 * share. */
#ifndef STATS_COX_FITTING_H
#define STATS_COX_FITTING_H

#include "stats/cox/cox_basis.h"
#include "stats/cox/cox_far.h"
#include "stats/cox_likelihood/cox_model.h"
#include "stats/cox_postestimation/cox_postestimation.h"

typedef struct cbk_cox_fitting {
    const cbk_cox_rows *rows;
    cbk_cox_model model; /* or its limit, where is_monotone */
    cbk_cox_model whole; /* the model, while `model` is the limit */
    cbk_cox_basis
        basis; /* of model, where has_basis: there beta, step, now and next are */
    bool has_basis;
    cbk_cox *fit;
    cbk_cox_coefficient *coefficients; /* [n_covariates] */
    cbk_arena *arena;
    size_t *kept;      /* [model.p] which covariate a column is */
    double *beta;      /* [p] scaled */
    double *trial;     /* [p] */
    double *step;      /* [p] */
    double *reference; /* [p] diagonal of the information at 0 */
    double *factors;   /* [p * p] */
    double *inverse;   /* [p * p] */
    double *variance;  /* [p * p] robust where asked for, else inverse */
    int *direction;    /* [p] 1 and -1: to infinity; 0: finite */
    double *outward;   /* [p] along which the likelihood never falls, where is_monotone */
    bool *is_undetermined; /* [p] any value is as likely, where is_monotone */
    cbk_cox_value now;
    cbk_cox_value next;
    bool is_monotone;
    bool has_start;       /* from a sample */
    bool is_far;          /* the maximum is where no exp() holds all risks */
    cbk_cox_far far;      /* for there */
    double *all_variance; /* [n_covariates^2] the fit's, as the next */
    cbk_cox_test *terms;
    cbk_cox_kept *kept_rows; /* where wanted */
    cbk_mark after;          /* everything after it is room */
} cbk_cox_fitting;

/* Measures the covariates anew where that is needed, at coefficients of 0, where now is.
 */
void cbk_cox_enter_basis(cbk_cox_fitting *at);

/* True at the maximum, or at that of the limit. */
bool cbk_cox_fit_climb(cbk_cox_fitting *at);

/* The same once more from 0, slowly, by sums that lose no digits; sets is_far.  Not for
 * many rows. */
bool cbk_cox_climb_carefully(cbk_cox_fitting *at);

/* The likelihood of the model or its basis, by these sums where is_far. */
void cbk_cox_look(cbk_cox_fitting *at, const cbk_cox_model *model, const double *beta,
                  cbk_cox_value *out);

/* From the limit back to the likelihood of all rows, so far out that they are the same to
 * a double's last digits. */
void cbk_cox_come_back(cbk_cox_fitting *at);

/* Errors: CBK_EINVAL where rows and request do not go together. */
cbk_status cbk_cox_check_request(const cbk_cox_rows *rows, const cbk_cox_request *request,
                                 cbk_error *err);

/* cbk_cox_fit() without what stands instead of infinite estimates (cox.c). */
cbk_status cbk_cox_fit_alone(const cbk_cox_rows *rows, const cbk_cox_request *request,
                             cbk_arena *arena, cbk_cox **out, cbk_error *err);

#endif
