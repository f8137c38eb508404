/* cli/cox_residuals.h - the residuals of a Cox regression as a data file. */
#ifndef CLI_COX_RESIDUALS_H
#define CLI_COX_RESIDUALS_H

#include "cli/session.h"
#include "study/analysis/regression.h"

/* The words of --residuals. */
#define CBK_COX_RESIDUAL_NAMES                                                           \
    "martingale deviance score schoenfeld scaled-schoenfeld dfbeta dfbetas"

/* Writes CSV to path, or to standard output where that is NULL: the record or the row,
 * time, event, and the residual, or one for each covariate.  Schoenfeld's are of the
 * events alone.  The fit kept its rows; one that has none (no rows, no events) gives the
 * header alone.  Returns an exit code. */
int cbk_cox_write_residuals(cbk_session *session, const cbk_regression *analysis,
                            const char *name, const char *path);

#endif
