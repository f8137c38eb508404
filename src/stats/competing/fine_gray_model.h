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
    const uint32_t *time_from;  /* [n_tiles + 1] times that begin before each tile */
    const uint32_t *n_censored; /* [cox.n_runs] */
    const double *stays; /* [n] 1 / G before the competing event, 0 for the others; 0 to
                            the end of a tile, as the next */
    /* Left behind by cbk_fg_evaluate(): */
    double *later;  /* [n] hazard times G over the times after the row's */
    double *before; /* [n_tiles * (p + 1)] sums of carried and carried x before a tile */
    double *after;  /* [n_tiles * (p + 1)] sums of hazard times G, and times the mean of
                       x, over the times after a tile's */
    double *behind; /* [n_tiles * (p + 1)] sums of risk and risk x after a tile */
    double *room;   /* [cbk_fg_room(p)] */
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

/* The times with wanted events of one tile, from first to end; free, inverse and step are
 * 0 where no such time begins.  Start with {0}.  Needs risk. */
typedef struct cbk_fg_times {
    size_t tile; /* its first row */
    size_t first;
    size_t end;
    uint8_t row[CBK_COX_TILE];    /* [end - first] where each begins */
    double carried[CBK_COX_TILE]; /* of the rows: risk times stays, the weight of who had
                                     a competing event, over G */
    double free[CBK_COX_TILE];    /* G before the time */
    double inverse[CBK_COX_TILE]; /* 1 / S */
    double step[CBK_COX_TILE];    /* the hazard that is added */
} cbk_fg_times;

/* inverse and step are left 0. */
void cbk_fg_find_times(const cbk_fg_model *model, size_t tile, cbk_fg_times *out);

/* Column `column` (0: without x) of what is at risk: out[64] at the times that begin with
 * rows, times scale[64]; until[65] of carried before each row and after the last. Returns
 * the sum of risk over the tile. */
double cbk_fg_sum_at_risk(const cbk_fg_model *model, const cbk_fg_times *of,
                          size_t column, const double *scale, double *until, double *out);

/* ---- as a Cox regression (fine_gray_cox.c) ----------------------------------------- */

/* The fit of the columns kept[model->cox.p] of rows; NULL where that would take too many
 * rows.  Errors: CBK_ENOMEM. */
cbk_status cbk_fg_fit_as_cox(const cbk_fg_model *model, const cbk_fine_gray_rows *rows,
                             const size_t *kept, double level, cbk_arena *arena,
                             cbk_cox **out, cbk_error *err);

/* ---- likelihoods without a maximum (fine_gray_monotone.c) ---------------------------
 */

/* As cbk_cox_is_monotone() and cbk_cox_go_out(). */
bool cbk_fg_is_monotone(cbk_fg_model *model, double *step, double decrement,
                        int *direction);
void cbk_fg_go_out(cbk_fg_model *model, const double *step, const int *direction,
                   double *beta, cbk_cox_value *value);

#endif
