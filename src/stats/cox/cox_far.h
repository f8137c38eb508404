/* stats/cox/cox_far.h - Firth's penalised likelihood where the information is nearly
 * lost. */
#ifndef STATS_COX_FAR_H
#define STATS_COX_FAR_H

#include "stats/cox_likelihood/cox_likelihood.h"
#include "stats/cox_likelihood/cox_model.h"

/* A cell is a row at risk at a time with events, once for each denominator. */
typedef struct cbk_cox_far {
    const cbk_cox_model *model;
    size_t n_cells;
    cbk_sum loglik; /* so far */
    /* Room: */
    double *eta;     /* [n] x'b + offset */
    double *part;    /* [n] */
    double *mean;    /* [p] */
    double *cell;    /* [n_cells * p] x less its mean */
    double *size;    /* [n_cells] the root of the share in the risk, times the weight */
    double *left;    /* [n_cells * p] what is left of size times cell, and reflections */
    double *axis;    /* [n_cells * p] an orthogonal basis of it */
    double *twice;   /* [p] of a reflection: 2 by the square of its vector */
    uint32_t *order; /* [n_cells] */
    size_t *column;  /* [p] */
} cbk_cox_far;

/* False where there are too many cells, or no memory, which the arena knows. */
bool cbk_cox_far_make(const cbk_cox_model *model, cbk_arena *arena, cbk_cox_far *out);

/* Log-likelihood, gradient and information at beta[p], the first two with the penalty. */
void cbk_cox_far_evaluate(cbk_cox_far *at, const double *beta, cbk_cox_value *out);

/* The same without the penalty: the information keeps its digits where it is nearly
 * lost, and nothing is too far out. */
void cbk_cox_far_plain(cbk_cox_far *at, const double *beta, cbk_cox_value *out);

#endif
