/* stats/cox_evaluation.h - one evaluation of Cox's likelihood on its way: what its two
 * files share. */
#ifndef STATS_COX_EVALUATION_H
#define STATS_COX_EVALUATION_H

#include "numeric/sum.h"
#include "stats/cox_model.h"

/* Vectors whose weighted squares are the information: what times with events take from
 * it.  As many as rows in a tile, and laid out like one. */
typedef struct cbk_cox_vectors {
    double *x; /* [p * 64] */
    double weight[CBK_COX_TILE];
    size_t n;
} cbk_cox_vectors;

typedef struct cbk_cox_evaluation {
    const cbk_cox_model *model;
    const cbk_cox_kernels *kernels;
    const double *multiplier;
    size_t time;      /* backward: after the next time; forward: the next */
    size_t late_end;  /* of enters: those after have been taken out */
    cbk_sum *at_risk; /* [1 + p] S0 and S1 */
    double *tied;     /* [1 + p] the same of those with the event at a time */
    cbk_cox_vectors whole;
    cbk_cox_vectors of_tied; /* the second one that Efron's ties have */
    double *info;            /* [p * p * 4] lower triangle, of the tiles of this block */
    double *gradient;        /* [p * 4] what hazard takes from it */
    cbk_sum *info_sum;       /* [p * p] of the blocks before */
    cbk_sum *gradient_sum;   /* [p] */
    size_t n_tiles;          /* of this block */
    cbk_sum loglik;          /* less the next three */
    double product;          /* of n_factors denominators, each without its power of 2 */
    size_t n_factors;
    int64_t power;      /* sum of their powers */
    cbk_sum hazard;     /* so far */
    double *cumulative; /* [1 + n_times] hazard until a time, where some enter late */
} cbk_cox_evaluation;

/* A time with events in a tile. */
typedef struct cbk_cox_seen {
    bool is_here; /* it begins here; else only its tied rows first..end do */
    bool is_tied;
    size_t first;
    size_t end;
    double part; /* the vectors are S1 - part D1 and D1 */
    double weight;
    double tied_weight;
} cbk_cox_seen;

/* Whether the events of a time share it, as Efron has it. */
static inline bool cbk_cox_is_tied(const cbk_cox_model *model, const cbk_cox_time *time)
{
    return time->n_event > 1 && model->ties == CBK_COX_EFRON;
}

/* Fills part and the weights from S0 and, where tied, its share of those with the event;
 * takes the logarithm, leaves the hazard. */
void cbk_cox_see_time(cbk_cox_evaluation *at, size_t k, double at_risk, double of_events,
                      cbk_cox_seen *out);

/* Takes the vectors collected so far. */
void cbk_cox_take_vectors(cbk_cox_evaluation *at, cbk_cox_vectors *of);

/* Goes back over the rows first..end of one tile and stratum where some enter late. */
void cbk_cox_go_back_late(cbk_cox_evaluation *at, size_t first, size_t end,
                          size_t stratum_end);

#endif
