/* log_rank_sample.h - random follow-up for comparisons of groups, and the log-rank score
 * by its definition, which knows nothing of tables and sorting. */
#ifndef LOG_RANK_SAMPLE_H
#define LOG_RANK_SAMPLE_H

#include "random_below.h"

#include <casebook/log_rank.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))
enum { ROWS_MAX = 64, GROUPS_MAX = 4 };

static cbk_arena *arena;

static inline const cbk_log_rank *fit_rows(const cbk_log_rank_rows *rows,
                                           const cbk_log_rank_request *request)
{
    const cbk_log_rank *fit = NULL;
    cbk_error err;
    if (cbk_log_rank_fit(rows, request, arena, &fit, &err) != CBK_OK) {
        printf("# %s\n", err.message);
    }
    return fit;
}

static inline const cbk_log_rank *fit_two(size_t n, const double *time,
                                          const bool *is_event, const uint32_t *group,
                                          cbk_log_rank_request request)
{
    const cbk_followup followup = {.n = n, .time = time, .is_event = is_event};
    const cbk_log_rank_rows rows = {.followup = &followup, .group = group, .n_groups = 2};
    return fit_rows(&rows, &request);
}

/* Overall survival of the worked example by margin: 132+ 36 97 25+ and 97+ 91+. */
static const double months[] = {132, 36, 97, 97, 91, 25};
static const bool died[] = {false, true, true, false, false, false};
static const uint32_t margin[] = {0, 0, 0, 1, 1, 0};

typedef struct sample {
    size_t n;
    size_t n_groups;
    size_t n_strata;
    double time[ROWS_MAX];
    bool is_event[ROWS_MAX];
    double entry[ROWS_MAX];
    bool is_late;
    uint32_t group[ROWS_MAX];
    uint32_t stratum[ROWS_MAX];
} sample;

/* Times of a grid of 8, so that there are ties, or of a continuum. */
static inline sample draw_sample(size_t n, size_t n_groups, size_t n_strata, bool is_late,
                                 bool is_tied)
{
    sample s = {.n = n, .n_groups = n_groups, .n_strata = n_strata, .is_late = is_late};
    for (size_t i = 0; i < n; i++) {
        s.time[i] = is_tied ? 1 + random_below(8) : 0.001 + random_below(1000000) / 1e4;
        s.is_event[i] = random_below(3) > 0;
        const double entry = s.time[i] * (random_below(8) / 8.0);
        s.entry[i] = is_tied ? floor(entry) : entry;
        s.group[i] = i < n_groups ? (uint32_t)i : random_below((uint32_t)n_groups);
        s.stratum[i] = random_below((uint32_t)n_strata);
    }
    return s;
}

static inline const cbk_log_rank *fit_sample(const sample *s,
                                             cbk_log_rank_request request)
{
    const cbk_followup followup = {.n = s->n,
                                   .time = s->time,
                                   .is_event = s->is_event,
                                   .entry = s->is_late ? s->entry : NULL};
    const cbk_log_rank_rows rows = {.followup = &followup,
                                    .group = s->group,
                                    .n_groups = s->n_groups,
                                    .stratum = s->n_strata > 1 ? s->stratum : NULL,
                                    .n_strata = s->n_strata};
    return fit_rows(&rows, &request);
}

static inline bool is_at_risk(const sample *s, size_t i, size_t stratum, double t)
{
    return s->stratum[i] == stratum && s->time[i] >= t &&
           !(s->is_late && s->entry[i] >= t);
}

/* The pooled curve just before t, by its definition. */
static inline double survival_before(const sample *s, size_t stratum, double t)
{
    double survival = 1.0;
    for (size_t i = 0; i < s->n; i++) {
        bool is_first = s->stratum[i] == stratum && s->is_event[i] && s->time[i] < t;
        for (size_t k = 0; k < i; k++) {
            is_first = is_first && !(s->stratum[k] == stratum && s->is_event[k] &&
                                     s->time[k] == s->time[i]);
        }
        double n = 0.0;
        double d = 0.0;
        for (size_t k = 0; k < s->n; k++) {
            n += is_at_risk(s, k, stratum, s->time[i]) ? 1 : 0;
            d += s->stratum[k] == stratum && s->is_event[k] && s->time[k] == s->time[i];
        }
        survival *= is_first ? (n - d) / n : 1.0;
    }
    return survival;
}

static inline double weight_by_definition(const sample *s,
                                          const cbk_log_rank_request *request,
                                          size_t stratum, double t, double n)
{
    const double survival = survival_before(s, stratum, t);
    switch (request->method) {
    case CBK_LOG_RANK:
        break;
    case CBK_LOG_RANK_GEHAN:
        return n;
    case CBK_LOG_RANK_TARONE_WARE:
        return sqrt(n);
    case CBK_LOG_RANK_PETO:
        return survival;
    case CBK_LOG_RANK_FLEMING_HARRINGTON:
        return pow(survival, request->rho) * pow(1.0 - survival, request->gamma);
    }
    return 1.0;
}

typedef struct naive {
    double score[GROUPS_MAX];
    double variance[GROUPS_MAX][GROUPS_MAX];
} naive;

/* One event after the other: an event of D at its time stands for 1 / D of the time. */
static inline naive by_definition(const sample *s, const cbk_log_rank_request *request)
{
    naive sum = {0};
    for (size_t e = 0; e < s->n; e++) {
        if (!s->is_event[e]) {
            continue;
        }
        double y[GROUPS_MAX] = {0};
        double n = 0.0;
        double d = 0.0;
        for (size_t i = 0; i < s->n; i++) {
            const bool is_in = is_at_risk(s, i, s->stratum[e], s->time[e]);
            y[s->group[i]] += is_in ? 1 : 0;
            n += is_in ? 1 : 0;
            d += is_in && s->is_event[i] && s->time[i] == s->time[e] ? 1 : 0;
        }
        const double w = weight_by_definition(s, request, s->stratum[e], s->time[e], n);
        for (size_t g = 0; g < s->n_groups; g++) {
            sum.score[g] += w * ((g == s->group[e] ? 1 : 0) - y[g] / n);
            for (size_t h = 0; h < s->n_groups && n > 1; h++) {
                sum.variance[g][h] +=
                    w * w * (n - d) / (n - 1) * y[g] / n * ((g == h ? 1 : 0) - y[h] / n);
            }
        }
    }
    return sum;
}

static const cbk_log_rank_request all_weights[] = {
    {.method = CBK_LOG_RANK},
    {.method = CBK_LOG_RANK_GEHAN},
    {.method = CBK_LOG_RANK_TARONE_WARE},
    {.method = CBK_LOG_RANK_PETO},
    {.method = CBK_LOG_RANK_FLEMING_HARRINGTON, .rho = 1.0, .gamma = 1.0},
    {.method = CBK_LOG_RANK_FLEMING_HARRINGTON, .rho = 0.5, .gamma = 0.0},
    {.method = CBK_LOG_RANK_FLEMING_HARRINGTON, .rho = 0.0, .gamma = 2.0},
};

static inline void shuffle(sample *s)
{
    for (size_t i = s->n; i > 1; i--) {
        const size_t k = random_below((uint32_t)i);
        const sample was = *s;
        s->time[i - 1] = was.time[k], s->time[k] = was.time[i - 1];
        s->entry[i - 1] = was.entry[k], s->entry[k] = was.entry[i - 1];
        s->is_event[i - 1] = was.is_event[k], s->is_event[k] = was.is_event[i - 1];
        s->group[i - 1] = was.group[k], s->group[k] = was.group[i - 1];
        s->stratum[i - 1] = was.stratum[k], s->stratum[k] = was.stratum[i - 1];
    }
}

#endif
