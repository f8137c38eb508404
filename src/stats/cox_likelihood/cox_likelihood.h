/* stats/cox_likelihood/cox_likelihood.h - the partial likelihood of a model with its
 * gradient and information, and what times and events give to it. */
#ifndef STATS_COX_LIKELIHOOD_H
#define STATS_COX_LIKELIHOOD_H

#include "stats/cox_likelihood/cox_model.h"

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

/* Whether the likelihood of a model with exact ties is from now on summed row by row at
 * each time, from logarithms of risks: then it holds however far out, and keeps its
 * digits there.  False where that would take too long. */
bool cbk_cox_exact_go_far(const cbk_cox_model *model, bool is_far);

/* The likelihood of any ties at beta[p].  Leaves risk behind. */
void cbk_cox_likelihood(const cbk_cox_model *model, const double *beta,
                        cbk_cox_value *out);

/* Numbers in cbk_cox_model.room. */
size_t cbk_cox_room(size_t p);

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

#endif
