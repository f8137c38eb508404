/* stats/competing/fine_gray_model.h - the rows of a Fine-Gray regression and their
 * likelihood: what the files of the estimator share. */
#ifndef STATS_FINE_GRAY_MODEL_H
#define STATS_FINE_GRAY_MODEL_H

#include <casebook/fine_gray.h>

#include "stats/cox/cox_model.h"

enum { CBK_FG_CENSORED = 0, CBK_FG_EVENT = 1, CBK_FG_COMPETING = 2 };

typedef struct cbk_fg_model {
    cbk_cox_model cox;  /* events of the cause; cluster says which kind a row is */
    const double *free; /* [cox.n_times] G just before the time: not censored yet */
    const uint32_t *n_censored; /* [cox.n_runs] */
    const double *stays; /* [n] 1 / G before the competing event, 0 for the others; 0 to
                            the end of a tile, as the next two */
    /* Left behind by cbk_fg_evaluate(): */
    double *carried; /* [n] risk times stays: the weight of who had a competing event,
                        over G */
    double *later;   /* [n] hazard times G over the times after the row's */
    double *before;  /* [n_tiles * (p + 1)] sums of carried and carried x before a tile */
    double *after;   /* [n_tiles * (p + 1)] sums of hazard times G, and times the mean of
                        x, over the times after a tile's */
    double *behind;  /* [n_tiles * (p + 1)] sums of risk and risk x after a tile */
    double *room;    /* [cbk_fg_room(p)] */
} cbk_fg_model;

size_t cbk_fg_room(size_t p);

/* Sorts, centres, scales, estimates the distribution of censoring.  n > 0.  Errors: those
 * of cbk_fine_gray_fit(). */
cbk_status cbk_fg_model_make(const cbk_fine_gray_rows *rows, cbk_arena *arena,
                             cbk_fg_model *out, cbk_error *err);

/* The log pseudo-likelihood at beta[p]; gradient and info as in cbk_cox_value. */
void cbk_fg_evaluate(cbk_fg_model *model, const double *beta, cbk_cox_value *out);

/* out[p * p]: the sum over rows of the products of their parts of the score, what they
 * tell about censoring included, where cbk_fg_evaluate() was last.  False when out of
 * memory. */
bool cbk_fg_score_products(const cbk_fg_model *model, cbk_arena *arena, double *out);

extern const double cbk_fg_ones[CBK_COX_TILE];

/* ---- sums over tiles --------------------------------------------------------------- */

/* Weighted sums of x x' and of x: plain within 16 tiles, compensated from there on. */
typedef struct cbk_fg_products {
    const cbk_cox_kernels *kernels;
    size_t p;
    size_t n_tiles;
    double *part; /* [p * p * 4 + p * 4] */
    cbk_sum *sum; /* [p * p + p] */
} cbk_fg_products;

/* How many doubles of room they need. */
size_t cbk_fg_products_room(size_t p);
cbk_fg_products cbk_fg_products_start(const cbk_fg_model *model, double *room);
/* x[p * 64] column by column; weight[n], n <= 64 a multiple of 4. */
void cbk_fg_products_add(cbk_fg_products *at, const double *x, const double *weight,
                         size_t n);
void cbk_fg_products_close(cbk_fg_products *at);

/* The times with wanted events of one tile, from first to end. */
typedef struct cbk_fg_times {
    size_t tile; /* its first row */
    size_t first;
    size_t end;
    uint8_t
        row[CBK_COX_TILE]; /* [end - first] where each begins, from the tile's first */
    const double *free;    /* [end - first] G before it */
} cbk_fg_times;

/* Those from first on: forth; or before end: back. */
void cbk_fg_find_times(const cbk_fg_model *model, size_t tile, size_t first,
                       cbk_fg_times *out);
void cbk_fg_find_times_back(const cbk_fg_model *model, size_t tile, size_t end,
                            cbk_fg_times *out);

/* Column `column` (0: without x) of what is at risk: out[end - first] at the times,
 * carried[65] as by cbk_fg_carry(), both only where there are times.  Returns the sum of
 * risk over the tile. */
double cbk_fg_sum_at_risk(const cbk_fg_model *model, const cbk_fg_times *of,
                          size_t column, double *carried, double *out);

/* Column `column` (0: without x) of carried, summed until just before each row of a tile.
 * out[64] is for the row after it.  Needs cbk_fg_evaluate(). */
void cbk_fg_carry(const cbk_fg_model *model, size_t tile, size_t column,
                  double out[CBK_COX_TILE + 1]);

/* ---- likelihoods without a maximum (fine_gray_monotone.c) ---------------------------
 */

/* As cbk_cox_is_monotone() and cbk_cox_go_out(). */
bool cbk_fg_is_monotone(cbk_fg_model *model, double *step, double decrement,
                        int *direction);
void cbk_fg_go_out(cbk_fg_model *model, const double *step, const int *direction,
                   double *beta, cbk_cox_value *value);

#endif
