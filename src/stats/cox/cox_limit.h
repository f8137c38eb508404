/* stats/cox/cox_limit.h - the likelihood infinitely far out in a direction. */
#ifndef STATS_COX_LIMIT_H
#define STATS_COX_LIMIT_H

#include "stats/cox_likelihood/cox_model.h"

/* The limit of the likelihood of model, made of rows with the columns kept[model->p], far
 * out along step[p], along which it never falls.  False when out of memory, or where the
 * step moves nothing apart. */
bool cbk_cox_limit_make(const cbk_cox_rows *rows, const cbk_cox_model *model,
                        const double *step, const size_t *kept, cbk_arena *arena,
                        cbk_cox_model *out);

/* Adds step[p], a direction of the limit along outward[p] (0: none yet), to it, which
 * goes out so much faster that the likelihood of model never falls along the sum. */
void cbk_cox_outward_add(const cbk_cox_model *model, const double *step, cbk_arena *arena,
                         double *outward);

/* Which coefficients[p] the likelihood with the information info[p * p], whose
 * generalized inverse is `inverse`, says nothing of. */
void cbk_cox_find_undetermined(const cbk_cox_model *model, const double *info,
                               const double *inverse, bool *is_undetermined);

#endif
