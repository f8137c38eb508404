/* stats/cox_postestimation/cox_steps.h - what each time with events adds to the sums from
 * which residuals and curves are read, a block of times after the other. */
#ifndef STATS_COX_STEPS_H
#define STATS_COX_STEPS_H

#include "numeric/sum.h"
#include "stats/cox_likelihood/cox_model.h"
#include "stats/cox_postestimation/cox_postestimation.h"

/* With the ties of the fit; exact ones: Breslow's.  Columns are of the runs of the block,
 * [0] of its first. */
typedef struct cbk_cox_steps {
    const cbk_cox_model *model;
    double *risk; /* [model->n] weight times exp(x'b + offset), of the model's scale */
    size_t size;  /* runs in a block; the last may have fewer */
    size_t n_blocks;
    size_t first;     /* run of the block */
    size_t n;         /* runs in it */
    double *hazard;   /* [size] of those at risk */
    double *variance; /* [size] of hazard */
    double *n_risk;   /* [size] weights of those at risk, also at times without events */
    double *moment;   /* [size * p] hazard times the mean of x */
    /* For rows, else NULL: */
    double *hazard_event; /* [size] of those with the event */
    double *moment_event; /* [size * p] likewise */
    double *mean;         /* [size * p] of x, over the denominators of the time */
    double *after;  /* [n_blocks * 3 * (p + 2)] sums of the times after each block */
    size_t *n_late; /* [n_blocks] of model->enters, that have not been taken out */
    double *room;   /* [5 * (p + 2)] */
} cbk_cox_steps;

/* With columns for rows there is one block of all times.  False when out of memory. */
bool cbk_cox_steps_start(const cbk_cox_kept *kept, bool is_for_rows, cbk_arena *arena,
                         cbk_cox_steps *out);

/* Fills the columns with block b. */
void cbk_cox_steps_read(cbk_cox_steps *steps, size_t b);

#endif
