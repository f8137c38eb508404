/* stats/recurrent/recurrent.h - rows of recurrent events as three lists: who comes under
 * observation, who has an event, who leaves. */
#ifndef STATS_RECURRENT_H
#define STATS_RECURRENT_H

#include <casebook/mean_cumulative.h>

/* Ascending by time, at one time by weight. */
typedef struct cbk_recurrent_list {
    size_t n;
    double *time;      /* [n] */
    uint32_t *subject; /* [n] */
} cbk_recurrent_list;

typedef struct cbk_recurrent {
    size_t n_subjects;     /* numbers of subjects, of which some may have no rows */
    const double *weight;  /* [n_subjects] */
    const uint32_t *group; /* [n_subjects] CBK_GROUP_NONE: no rows */
    bool is_from_origin;   /* all are under observation from the origin: no enters */
    cbk_recurrent_list enters;
    cbk_recurrent_list events;
    cbk_recurrent_list leaves;
} cbk_recurrent;

/* Checks the rows and makes the lists.  Errors: those of cbk_mcf_fit() about rows. */
cbk_status cbk_recurrent_make(const cbk_mcf_rows *rows, cbk_arena *arena,
                              cbk_recurrent *out, cbk_error *err);

/* The comparison of the groups; false when out of memory.  groups[n_groups] is filled. */
bool cbk_recurrent_test(const cbk_recurrent *model, size_t n_groups, cbk_arena *arena,
                        cbk_mcf_group *groups, cbk_mcf_test *out);

/* ---- walking over the lists -------------------------------------------------------- */

/* The next time at which somebody has an event or leaves. */
typedef struct cbk_recurrent_step {
    double time;
    size_t enter_first, enter_end; /* who has come since the step before */
    size_t event_first, event_end;
    size_t leave_first, leave_end;
} cbk_recurrent_step;

/* Start with {0}; false after the last. */
bool cbk_recurrent_next(const cbk_recurrent_list *enters,
                        const cbk_recurrent_list *events,
                        const cbk_recurrent_list *leaves, cbk_recurrent_step *step);

#endif
