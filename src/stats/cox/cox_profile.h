/* stats/cox/cox_profile.h - the likelihood of one coefficient, the others being as likely
 * as they can be. */
#ifndef STATS_COX_PROFILE_H
#define STATS_COX_PROFILE_H

#include "stats/cox/cox_far.h"
#include "stats/cox_likelihood/cox_likelihood.h"
#include "stats/cox_likelihood/cox_model.h"

/* The log-likelihood to climb: -infinity where it cannot be computed. */
typedef void cbk_cox_evaluator(void *context, const double *beta, cbk_cox_value *out);

typedef struct cbk_cox_climber {
    size_t p;
    cbk_cox_evaluator *evaluate;
    void *context;
    double decrement_last; /* Newton's, from which on the top is reached */
    double supremum;       /* of the likelihood; near it is the top, too */
    bool is_cold;          /* climbs start at 0, not where the last one ended */
    /* [p * p] the inverse of the curvature, learned on the way from how the gradient
     * changes; NULL: the information is the curvature */
    double *learned;
    double *width;       /* [p] how far a step may lead, where learned is, */
    double *metric;      /* [p * p] or, where that is more, twice by this length of it */
    double *now;         /* [p] */
    cbk_cox_value value; /* there */
    size_t n_iterations; /* so far, as the next */
    size_t n_evaluations;
    size_t evaluations_max; /* a climb ends there, below the top */
    double *trial;          /* [p] room, as the next */
    double *step;           /* [p] */
    double *inside;         /* [p] where a limit is looked for: the last above it, */
    double *outside;        /* [p] and the last below */
    double *factors;        /* [p * p] */
    cbk_cox_value next;
} cbk_cox_climber;

/* At 0.  False when out of memory. */
bool cbk_cox_climber_make(size_t p, cbk_cox_evaluator *evaluate, void *context,
                          double decrement_last, cbk_arena *arena, cbk_cox_climber *out);

/* Climbs from now with coefficient `held` where it is; p: with none.  True at the top. */
bool cbk_cox_climb(cbk_cox_climber *at, size_t held);

/* The profile of coefficient j at value; NaN where it cannot be computed. */
double cbk_cox_profile_at(cbk_cox_climber *at, size_t j, double value);

/* The same, on a way from start, which is where the climber is, in as many steps as it
 * takes; NaN, too, where that is some thousand evaluations. */
double cbk_cox_profile_from(cbk_cox_climber *at, size_t j, double start, double value);

/* Where the profile of coefficient j crosses target, from start, which is above it, on
 * the side of sign; infinite where it never does,
 * NaN where it cannot be computed there, or not in some thousand evaluations.  width: how
 * far to look first. */
double cbk_cox_profile_limit(cbk_cox_climber *at, size_t j, double start, double width,
                             double sign, double target);

/* What is known of a fit. */
typedef struct cbk_cox_summit {
    const cbk_cox_model *model;
    cbk_cox_far *far;        /* of the model, where its maximum is far out; else NULL */
    const double *beta;      /* [p] scaled; not read where infinite */
    const double *std_error; /* [p] likewise */
    const int *direction;    /* [p] 1 and -1: to infinity; 0: finite */
    double loglik;
    bool is_monotone;
    bool wants_all; /* else the infinite ones alone */
} cbk_cox_summit;

/* Fills out[p] with limits of the scaled coefficients (not of hazard ratios) and tests;
 * untouched where not wanted.  False when out of memory. */
bool cbk_cox_profiles(cbk_cox_summit *of, double level, cbk_arena *arena,
                      cbk_cox_profile *out);

#endif
