/* stats/risk/group_risk.h - rows reduced to how many of each group are at risk and have
 * the event at each distinct time of an event: what comparisons of groups read.
 */
#ifndef STATS_GROUP_RISK_H
#define STATS_GROUP_RISK_H

#include <casebook/log_rank.h>

/* The times of a stratum are a run of the times of all. */
typedef struct cbk_group_risk {
    size_t n; /* rows */
    size_t n_groups;
    size_t n_strata;
    size_t n_times;           /* distinct times of events, summed over strata */
    const size_t *first;      /* [n_strata + 1] the first time of each stratum */
    const double *time;       /* [n_times] ascending within a stratum */
    const uint32_t *at_risk;  /* [n_times * n_groups] entry < time <= exit */
    size_t n_causes;          /* 1 where events are of one kind */
    const uint32_t *events;   /* [n_times * n_groups * n_causes] */
    const size_t *n_of;       /* [n_groups] rows */
    const size_t *n_event_of; /* [n_groups * n_causes] rows with an event */
    bool is_late;             /* somebody enters after the origin */
} cbk_group_risk;

/* Only equal times are tied.  The result does not depend on the order of the rows.
 * O(n log n), O(n) where times are few (months).  What it worked on stays in the arena
 * until the caller releases it with the table.  n > 0, n_groups > 0.
 * Errors: CBK_EDATA (a time is negative or not finite, an entry is not before its exit),
 * CBK_EINVAL (more groups, strata and times than 64 bits number), CBK_ENOMEM. */
cbk_status cbk_group_risk_build(const cbk_log_rank_rows *rows, cbk_arena *arena,
                                const cbk_group_risk **out, cbk_error *err);

/* The same with events of several kinds: cause[n] is 1 to n_causes where there is an
 * event; elsewhere it is not read. */
cbk_status cbk_group_risk_build_causes(const cbk_log_rank_rows *rows,
                                       const uint8_t *cause, size_t n_causes,
                                       cbk_arena *arena, const cbk_group_risk **out,
                                       cbk_error *err);

#endif
