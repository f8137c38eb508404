/* stats/cox_steps.h - what each time with events adds to the sums from which residuals
 * and curves are read. */
#ifndef STATS_COX_STEPS_H
#define STATS_COX_STEPS_H

#include "numeric/sum.h"
#include "stats/cox_model.h"

/* With the ties of the fit; exact ones: Breslow's. */
typedef struct cbk_cox_steps {
    const cbk_cox_model *model;
    double *risk;     /* [n] weight times exp(x'b + offset), of the model's scale */
    double *hazard;   /* [n_runs] of those at risk */
    double *variance; /* [n_runs] of hazard */
    double *n_risk; /* [n_runs] weights of those at risk, also at times without events */
    double *moment; /* [n_runs * p] hazard times the mean of x */
    /* For rows: */
    double *hazard_event; /* [n_runs] of those with the event */
    double *moment_event; /* [n_runs * p] likewise */
    double *mean;         /* [n_runs * p] of x, over the denominators of the time */
} cbk_cox_steps;

/* Columns for rows are NULL where they are not wanted.  False when out of memory. */
bool cbk_cox_steps_make(const cbk_cox_kept *kept, bool is_for_rows, cbk_arena *arena,
                        cbk_cox_steps *out);

#endif
