/* stats/cox_likelihood/cox_model.h - the rows of a Cox regression in their canonical
 * order, and its room of its likelihood. */
#ifndef STATS_COX_MODEL_H
#define STATS_COX_MODEL_H

#include <casebook/cox.h>

#include "numeric/sum.h"
#include "stats/cox_likelihood/cox_tile.h"

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
    const uint64_t *moves;      /* [n / 32 + 1] bits, from the last time back: 0: the row
                                   before      comes in, 1: the one before of enters goes out */
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

/* Sorts, centres, scales.  n > 0.  Errors: those of cbk_cox_fit(). */
cbk_status cbk_cox_model_make(const cbk_cox_rows *rows, cbk_cox_ties ties,
                              cbk_arena *arena, cbk_cox_model *out, cbk_error *err);

/* Rows that enter at entry[n] of the data; NULL: none does.  False when out of memory. */
bool cbk_cox_enter(cbk_cox_model *model, const double *entry, cbk_arena *arena);
/* Fills entry_time, late_from, moves, late_weights and late_offsets from the rest.  False
 * when out of memory. */
bool cbk_cox_match_entries(cbk_cox_model *model, cbk_arena *arena);

/* Keeps the columns kept[n_kept], ascending, of the tiles and scale. */
void cbk_cox_model_keep(cbk_cox_model *model, const size_t *kept, size_t n_kept);

/* The sum of the logarithms of the standard deviations of the columns, which are near 1.
 */
double cbk_cox_log_spread(const cbk_cox_model *model);

#endif
