/* stats/cox_likelihood/cox_walk.h - sums over those at risk, time by time, of whatever a
 * row counts with. */
#ifndef STATS_COX_WALK_H
#define STATS_COX_WALK_H

#include "stats/cox_likelihood/cox_model.h"

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

#endif
