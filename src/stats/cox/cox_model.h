/* stats/cox/cox_model.h - the rows of a Cox regression in their canonical order, and its
 * likelihood: what the files of the estimator share. */
#ifndef STATS_COX_MODEL_H
#define STATS_COX_MODEL_H

#include <casebook/cox.h>

#include "numeric/sum.h"
#include "stats/cox/cox_tile.h"

/* Rows of one stratum that leave at one time: events first. */
typedef struct cbk_cox_run {
    uint32_t first;
    uint32_t n_event;
    uint32_t stratum_first; /* rows of its stratum; also of cbk_cox_model.enters */
    uint32_t stratum_end;
    double time;
} cbk_cox_run;

/* Of a run of a model. */
static inline uint32_t cbk_cox_run_end(const cbk_cox_run *run)
{
    return run[1].first;
}

static inline bool cbk_cox_run_is_first(const cbk_cox_run *run)
{
    return run->first == run->stratum_first;
}

/* A time with events: they are the first rows of its run. */
typedef struct cbk_cox_time {
    uint32_t first;
    uint32_t n_event;
    uint32_t run;
} cbk_cox_time;

typedef struct cbk_cox_model {
    size_t n;
    size_t p; /* covariates in the model: those that were not dropped */
    cbk_cox_ties ties;
    size_t n_event;
    const uint32_t *order; /* [n] which row of the data */
    double *tiles; /* covariates, centred and scaled, by tiles of 64 rows; in a tile
                      column by column, with 0 after the last row: cbk_cox_x() */
    const double *weights;   /* [n] with 0 to the end of a tile; NULL: all 1 */
    const double *offsets;   /* [n] centred, to the end of a tile; NULL: none */
    const double *entry;     /* [n], or NULL: from the origin */
    const uint32_t *cluster; /* [n], or NULL: each row its own */
    size_t n_clusters;
    bool is_weighted; /* not all weights are 1 */
    bool has_ties;    /* some events share a time */
    size_t n_strata;  /* that have rows */
    size_t *strata;   /* [n_strata + 1] the first row of each, and n */
    size_t n_runs;
    const cbk_cox_run *runs; /* [n_runs + 1] by stratum and time; the last has a first
                                row alone, n */
    size_t n_times;
    const cbk_cox_time *times; /* [n_times] the runs with events */
    const uint64_t *alone; /* [tiles] which rows of a tile are a time with one event */
    double *scale;         /* [p] a scaled coefficient divided by it is one of the data */
    double *range;         /* [p] of the scaled covariate */
    cbk_sum *event_sums;   /* [p] of weight times x over the events */
    double event_offset;   /* the same of the offset */
    double offset_range;
    /* Where entry is not NULL: */
    const uint32_t *enters;     /* [n] rows by stratum and entry */
    const uint32_t *entry_time; /* [n] times of its stratum until its entry: 0: none, else
                                   1 + the last */
    const uint32_t *late_from;  /* [n_times] of enters: who is not in before the time */
    double *late_tiles; /* covariates, weights and offsets in the order of enters, */
    const double *late_weights; /* as the others */
    const double *late_offsets;
    double *cumulative; /* [n_times + 1] room */
    /* Room of cbk_cox_evaluate(), which leaves behind: */
    double *risk;       /* [n] exp(x'b + offset) times weight, with 0 to the end of a
                           tile */
    double *step;       /* [n_times] hazard added at the time */
    double *step_event; /* [n_times] the same for those with the event; without ties it
                           is step */
    double *room;       /* [cbk_cox_room(p)] */
    const cbk_cox_kernels *kernels;
    struct cbk_cox_exact *exact; /* room of the exact ties; else NULL */
} cbk_cox_model;

/* The covariates of row i: covariate j is at [j * CBK_COX_TILE]. */
static inline double *cbk_cox_x(const cbk_cox_model *model, size_t i)
{
    return model->tiles + i / CBK_COX_TILE * CBK_COX_TILE * model->p + i % CBK_COX_TILE;
}

/* The same of the row that is at place k of enters. */
static inline double *cbk_cox_late_x(const cbk_cox_model *model, size_t k)
{
    return model->late_tiles + k / CBK_COX_TILE * CBK_COX_TILE * model->p +
           k % CBK_COX_TILE;
}

/* Numbers in tiles and late_tiles. */
static inline size_t cbk_cox_tiles_size(size_t n, size_t p)
{
    return (n + CBK_COX_TILE - 1) / CBK_COX_TILE * CBK_COX_TILE * p;
}

static inline double cbk_cox_weight(const cbk_cox_model *model, size_t i)
{
    return model->weights != NULL ? model->weights[i] : 1.0;
}

static inline double cbk_cox_offset(const cbk_cox_model *model, size_t i)
{
    return model->offsets != NULL ? model->offsets[i] : 0.0;
}

/* Of the rows of the tile that begins with row first: [64]. */
static inline const double *cbk_cox_tile_weights(const cbk_cox_model *model, size_t first)
{
    return model->weights != NULL ? model->weights + first
                                  : cbk_cox_ones_until(model->n - first);
}

static inline const double *cbk_cox_tile_offsets(const cbk_cox_model *model, size_t first)
{
    return model->offsets != NULL ? model->offsets + first : cbk_cox_ones_until(0);
}

/* x'vector of row i. */
static inline double cbk_cox_along(const cbk_cox_model *model, size_t i,
                                   const double *vector)
{
    const double *x = cbk_cox_x(model, i);
    double sum = 0.0;
    for (size_t j = 0; j < model->p; j++) {
        sum += x[j * CBK_COX_TILE] * vector[j];
    }
    return sum;
}

/* Errors: CBK_EINVAL where rows and request do not go together. */
cbk_status cbk_cox_check_request(const cbk_cox_rows *rows, const cbk_cox_request *request,
                                 cbk_error *err);

/* cbk_cox_fit() without what stands instead of infinite estimates (cox.c). */
cbk_status cbk_cox_fit_alone(const cbk_cox_rows *rows, const cbk_cox_request *request,
                             cbk_arena *arena, cbk_cox **out, cbk_error *err);

/* Sorts, centres, scales.  n > 0.  Errors: those of cbk_cox_fit(). */
cbk_status cbk_cox_model_make(const cbk_cox_rows *rows, cbk_cox_ties ties,
                              cbk_arena *arena, cbk_cox_model *out, cbk_error *err);

/* Fills entry_time, late_from, late_weights and late_offsets from the rest.  False when
 * out of memory. */
bool cbk_cox_match_entries(cbk_cox_model *model, cbk_arena *arena);

/* Keeps the columns kept[n_kept], ascending, of the tiles and scale. */
void cbk_cox_model_keep(cbk_cox_model *model, const size_t *kept, size_t n_kept);

typedef struct cbk_cox_value {
    double loglik; /* -infinity where the coefficients are too far out to compute with */
    double *gradient; /* [p] */
    double *info;     /* [p * p] minus the second derivatives; NULL: not wanted, which is
                         faster, and not possible with exact ties */
} cbk_cox_value;

/* The likelihood at beta[p], without exact ties.  multiplier[n_runs] (or NULL: 1)
 * multiplies what each time adds.  Leaves risk behind. */
void cbk_cox_evaluate(const cbk_cox_model *model, const double *beta,
                      const double *multiplier, cbk_cox_value *out);

/* Gives a model with exact ties the room of its likelihood (cox_exact.c); others are left
 * as they are.  Errors: CBK_EINVAL (too many ties), CBK_ENOMEM. */
cbk_status cbk_cox_exact_make(cbk_cox_model *model, cbk_arena *arena, cbk_error *err);

/* The likelihood of any ties at beta[p].  Leaves risk behind. */
void cbk_cox_likelihood(const cbk_cox_model *model, const double *beta,
                        cbk_cox_value *out);

/* ---- what residuals and curves start from (cox_kept.c) ----------------------------- */

struct cbk_cox_kept {
    cbk_cox_model model;
    size_t n_covariates;
    size_t *covariate; /* [model.p] which one a column is */
    double *first;     /* [n_covariates] the first row of the model, as in the data */
    double first_offset;
    double *reference; /* [n_covariates] see casebook/cox_curve.h */
    size_t n_strata;   /* that have rows */
    uint32_t *stratum; /* [n_strata] of the data */
    double *beta;      /* [model.p] scaled; far out where infinite */
    bool *is_infinite; /* [model.p] */
    double *inverse;   /* [model.p^2] of the information: the model-based variance */
    double *variance;  /* [model.p^2] robust where the fit is */
};

/* Sums over the denominators at_risk - l / d of_events of a time, 0 <= l < d: of their
 * inverses and of the squares of these, and of both with l / d and its square. */
typedef struct cbk_cox_denominators {
    double inverse;
    double shared;
    double squared;
    double shared_squared;
    double twice_shared_squared;
    double logarithm; /* of their product, but for the next and powers of 2 */
    double product;   /* from 1 to 2^448 */
    int64_t power;
} cbk_cox_denominators;

void cbk_cox_divide(const cbk_cox_kernels *kernels, double at_risk, double of_events,
                    size_t d, cbk_cox_denominators *out);

/* What a time with events gives: vectors S1 - part D1 and D1 with these weights, of whose
 * squares the information is less.  D1: of the events where Efron's ties share them. */
typedef struct cbk_cox_seen {
    double part;
    double weight;
    double tied_weight;
} cbk_cox_seen;

/* S1 and D1 at each time. */
typedef struct cbk_cox_trace {
    cbk_cox_seen *seen; /* [n_times] */
    double *s1;         /* [n_times * p] */
    double *d1;         /* [n_times * p] where there are ties; to be 0 before */
} cbk_cox_trace;

/* Fills out at beta[p].  Leaves risk and steps behind. */
void cbk_cox_trace_at(const cbk_cox_model *model, const double *beta,
                      const cbk_cox_trace *out);

/* ---- sums over the events (cox_events.c) ------------------------------------------- */

/* An event: its row and its time; the end where time is n_times. */
typedef struct cbk_cox_place {
    size_t time, row;
} cbk_cox_place;

cbk_cox_place cbk_cox_first_event(const cbk_cox_model *model);
/* Adds weight (times multiplier) times x of the events from *at on to out[p], as long as
 * they are before row end, where a tile ends. */
void cbk_cox_add_events(const cbk_cox_model *model, const double *multiplier, size_t end,
                        cbk_cox_place *at, cbk_sum *out);

/* Of all events: out[p]. */
void cbk_cox_sum_events(const cbk_cox_model *model, const double *multiplier,
                        cbk_sum *out);

/* The same of weight times the offset. */
double cbk_cox_sum_event_offsets(const cbk_cox_model *model);

/* The sum of the logarithms of the standard deviations of the columns, which are near 1.
 */
double cbk_cox_log_spread(const cbk_cox_model *model);

/* Numbers in cbk_cox_model.room. */
size_t cbk_cox_room(size_t p);

/* Room for all of it, from the arena; NULL when out of memory. */
cbk_cox_kept *cbk_cox_kept_start(const cbk_cox_rows *rows, const cbk_cox_model *model,
                                 cbk_arena *arena);
/* After the fit: all but the numbers that were estimated. */
void cbk_cox_kept_fill(cbk_cox_kept *kept, const cbk_cox_model *model,
                       const size_t *covariate, const int *direction);

/* ---- sums over those at risk, time by time (cox_walk.c) ---------------------------- */

/* What a row counts with: feature[n_features], of which the first p + 1 are 1 and x. */
typedef void cbk_cox_features(const void *context, const cbk_cox_model *model, uint32_t i,
                              double *feature);

/* Goes back over the times with events.  Sums are weighted by risk. */
typedef struct cbk_cox_walk {
    const cbk_cox_model *model;
    size_t n_features;
    cbk_cox_features *fill;
    const void *context;
    double *feature;   /* [n_features] room */
    double *sums;      /* [2 * n_features] room: compensated */
    double *at_risk;   /* [n_features] at the time */
    double *of_events; /* [n_features] of those with the event */
    double weight;     /* of those with the event */
    size_t run;        /* the time */
    size_t n_late;
} cbk_cox_walk;

/* False when out of memory. */
bool cbk_cox_walk_start(cbk_cox_walk *walk, const cbk_cox_model *model, size_t n_features,
                        cbk_cox_features *fill, const void *context, cbk_arena *arena);
/* The time before; false when there is none. */
bool cbk_cox_walk_back(cbk_cox_walk *walk);
/* 1 and x. */
void cbk_cox_feature_x(const void *context, const cbk_cox_model *model, uint32_t i,
                       double *feature);
/* How many denominators a time has: its events with Efron's ties, else 1. */
size_t cbk_cox_walk_parts(const cbk_cox_walk *walk);

/* ---- small matrices (cox_solve.c) -------------------------------------------------- */

/* As cbk_cholesky_factor(), but a pivot is dropped where it is at most 2^-39 of reference
 * [n], too (NULL: of the diagonal alone).  Returns the rank. */
size_t cbk_cox_factor(double *matrix, const double *reference, size_t n);
/* Solves in place; 0 where dropped. */
void cbk_cox_solve(const double *factors, size_t n, double *vector);
/* The generalized inverse: 0 in dropped rows and columns.  room[n]. */
void cbk_cox_invert(const double *factors, size_t n, double *inverse, double *room);
/* Whether nothing was dropped. */
bool cbk_cox_has_full_rank(const double *factors, size_t n);
/* vector' A^- vector of matrix A[n * n]; reference and rank (or NULL) as of
 * cbk_cox_factor().  Leaves the
 * factors of A in factors[n * n], and A^- vector in solution[n]: Newton's step, where A
 * is the information and vector the gradient. */
double cbk_cox_quadratic(const double *matrix, const double *reference,
                         const double *vector, size_t n, double *factors,
                         double *solution, size_t *rank);
/* inverse products inverse, of [n * n] each; room[n * n]. */
void cbk_cox_sandwich(const double *inverse, const double *products, size_t n,
                      double *room, double *out);

/* ---- after the fit ----------------------------------------------------------------- */

/* out[p * p]: the sum over clusters of the outer products of their score residuals at
 * beta. */
bool cbk_cox_score_products(const cbk_cox_model *model, const double *beta,
                            cbk_arena *arena, double *out);

/* Harrell's concordance of x'b; NaN where there is no pair.  Reads risk for ties.
 * False when out of memory. */
bool cbk_cox_concordance(const cbk_cox_model *model, const double *beta, cbk_arena *arena,
                         double *estimate, double *std_error);

/* The test of proportional hazards: info[p * p] at beta, term[p] of each column, n_terms
 * of them (those without a column get NaN).  False when out of memory. */
bool cbk_cox_proportional(const cbk_cox_model *model, const double *beta,
                          const double *info, const size_t *term, size_t n_terms,
                          cbk_arena *arena, cbk_cox_test *terms, cbk_cox_test *global);

/* Firth's estimate, profile limits and p of each column.  beta[p] is filled. */
typedef struct cbk_cox_firth {
    double loglik_null;
    double loglik;
    double gradient;
    size_t n_iterations;
    bool is_converged;
    double *lower; /* [p] of the scaled coefficient; infinite where open */
    double *upper;
    double *chisq; /* [p] of the coefficient against 0; NaN where it
                      cannot be computed */
} cbk_cox_firth;
bool cbk_cox_firth_fit(const cbk_cox_model *model, double level, cbk_arena *arena,
                       double *beta, double *info, cbk_cox_firth *out);

#endif
