/* cox_request.c - what may be asked of a Cox regression.  Contract: casebook/cox.h,
 * stats/cox/cox_fitting.h. */
#include "stats/cox/cox_fitting.h"

/* What the exact likelihoods exclude. */
static cbk_status check_exact(const cbk_cox_rows *rows, const cbk_cox_request *request,
                              cbk_error *err)
{
    const char *name = cbk_cox_ties_name(request->ties);
    if (request->is_robust || rows->cluster != NULL) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "With %s ties there is no robust variance; use efron.", name);
    }
    if (request->is_firth) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "Firth's penalty is not for %s ties; use efron.", name);
    }
    const double *weight = rows->followup->weight;
    for (size_t i = 0; weight != NULL && i < rows->followup->n; i++) {
        if (weight[i] < 1.0 || weight[i] > 1.0) {
            return cbk_fail(err, CBK_EINVAL, i,
                            "With %s ties each row is one subject, but this one has the "
                            "weight %.15g; use efron or breslow.",
                            name, weight[i]);
        }
    }
    return CBK_OK;
}

cbk_status cbk_cox_check_request(const cbk_cox_rows *rows, const cbk_cox_request *request,
                                 cbk_error *err)
{
    if (!(request->level > 0.0 && request->level < 1.0)) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "The level %.15g is not between 0 and 1.", request->level);
    }
    if (rows->n_covariates == 0 || rows->n_covariates > CBK_COX_COVARIATES_MAX) {
        return cbk_fail(
            err, CBK_EINVAL, CBK_ROW_NONE,
            "A model has from 1 to %d columns of covariates; this one has %zu.",
            (int)CBK_COX_COVARIATES_MAX, rows->n_covariates);
    }
    if (request->is_firth && (request->is_robust || rows->cluster != NULL)) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "Firth's penalty has no robust variance.");
    }
    return cbk_cox_ties_are_exact(request->ties) ? check_exact(rows, request, err)
                                                 : CBK_OK;
}
