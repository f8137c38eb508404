/* stats/log_rank/log_rank_parts.h - what the log-rank test and its permutation
 * distribution share.
 */
#ifndef STATS_LOG_RANK_PARTS_H
#define STATS_LOG_RANK_PARTS_H

#include "stats/risk/group_risk.h"

#include <math.h>

/* The Kaplan-Meier curve of all groups of a stratum, just before the time of the turn. */
typedef struct cbk_pooled_curve {
    double survival;
    bool is_zero_early; /* it fell to 0 and others came to be at risk */
} cbk_pooled_curve;

/* What a time counts for, n being at risk there; the curve is then carried past its
 * n_event events. */
static inline double cbk_log_rank_weigh(const cbk_log_rank_request *request, double n,
                                        double n_event, cbk_pooled_curve *curve)
{
    const double survival = curve->survival;
    switch (request->method) {
    case CBK_LOG_RANK:
        return 1.0;
    case CBK_LOG_RANK_GEHAN:
        return n;
    case CBK_LOG_RANK_TARONE_WARE:
        return sqrt(n);
    case CBK_LOG_RANK_PETO:
    case CBK_LOG_RANK_FLEMING_HARRINGTON:
        break;
    }
    curve->is_zero_early = curve->is_zero_early || survival <= 0.0;
    curve->survival *= (n - n_event) / n;
    return request->method == CBK_LOG_RANK_PETO
               ? survival
               : pow(survival, request->rho) * pow(1.0 - survival, request->gamma);
}

/* The permutation distribution of the score (log_rank_exact.c).  Scratch stays in the
 * arena until the caller releases it.  Errors: CBK_ENOMEM. */
cbk_status cbk_log_rank_permute(const cbk_log_rank_rows *rows,
                                const cbk_group_risk *table,
                                const cbk_log_rank_request *request, cbk_arena *arena,
                                cbk_log_rank_exact *out, cbk_error *err);

#endif
