/* cox_late.c - backward over rows of which some enter late.  Contract:
 * stats/cox/cox_evaluation.h.
 *
 * What leaves the sums as one goes back can be nearly all of them, so that each addition
 * is compensated. */
#include "stats/cox/cox_evaluation.h"

/* As cbk_sum_add(), without its branch, which here would go either way. */
static inline void add_exactly(cbk_sum *sum, double term)
{
    const double total = sum->total + term;
    const double added = total - sum->total;
    sum->lost += (sum->total - (total - added)) + (term - added);
    sum->total = total;
}

/* Rows from..to come in, those before tied_end with the event. */
static inline __attribute__((always_inline)) void
add_rows(cbk_cox_evaluation *at, size_t from, size_t to, size_t tied_end, size_t p)
{
    for (size_t i = to; i-- > from;) {
        const double *x = cbk_cox_x(at->model, i);
        const double risk = at->model->risk[i];
        add_exactly(&at->at_risk[0], risk);
        for (size_t j = 0; j < p; j++) {
            add_exactly(&at->at_risk[j + 1], risk * x[j * CBK_COX_TILE]);
        }
        if (i < tied_end) {
            at->tied[0] += risk;
            for (size_t j = 0; j < p; j++) {
                at->tied[j + 1] += risk * x[j * CBK_COX_TILE];
            }
        }
    }
}

enum { AHEAD = 32 /* rows, in which a number comes from memory */ };

/* Who has not entered before time k goes out. */
static inline __attribute__((always_inline)) void take_out(cbk_cox_evaluation *at,
                                                           size_t k, size_t p)
{
    const cbk_cox_model *model = at->model;
    while (at->late_end > model->late_from[k]) {
        const size_t place = --at->late_end;
        const size_t soon = place > AHEAD ? place - AHEAD : 0;
        __builtin_prefetch(&model->risk[model->enters[soon]]);
        __builtin_prefetch(model->late_x + soon * p);
        const double *x = model->late_x + place * p;
        const double risk = model->risk[model->enters[place]];
        add_exactly(&at->at_risk[0], -risk);
        for (size_t j = 0; j < p; j++) {
            add_exactly(&at->at_risk[j + 1], -(risk * x[j]));
        }
    }
}

static double *next_vector(cbk_cox_evaluation *at, cbk_cox_vectors *of, double weight)
{
    if (of->n == CBK_COX_VECTORS) {
        cbk_cox_take_vectors(at, of);
    }
    of->weight[of->n] = -weight;
    return of->x + of->n++;
}

static void take_time(cbk_cox_evaluation *at, size_t k)
{
    const size_t p = at->model->p;
    const cbk_cox_seen seen =
        cbk_cox_see_time(at, k, cbk_sum_value(&at->at_risk[0]), at->tied[0]);
    const bool is_tied = cbk_cox_is_tied(at->model, &at->model->times[k]);
    const cbk_cox_trace *trace = at->trace;
    if (trace != NULL) {
        trace->seen[k] = seen;
    }
    if (at->is_brief) {
        at->tied[0] = 0.0;
        return;
    }
    double *whole = next_vector(at, &at->whole, seen.weight);
    double *tied = is_tied ? next_vector(at, &at->of_tied, seen.tied_weight) : NULL;
    for (size_t j = 0; j < p; j++) {
        whole[j * CBK_COX_VECTORS] = cbk_sum_value(&at->at_risk[j + 1]);
        if (trace != NULL) {
            trace->s1[k * p + j] = whole[j * CBK_COX_VECTORS];
            trace->d1[k * p + j] = is_tied ? at->tied[j + 1] : 0.0;
        }
        if (is_tied) {
            whole[j * CBK_COX_VECTORS] -= seen.part * at->tied[j + 1];
            tied[j * CBK_COX_VECTORS] = at->tied[j + 1];
            at->tied[j + 1] = 0.0;
        }
    }
    at->tied[0] = 0.0;
}

static inline __attribute__((always_inline)) void
go_back(cbk_cox_evaluation *at, size_t first, size_t end, size_t p)
{
    const cbk_cox_model *model = at->model;
    size_t row = end;
    size_t tied_end = 0;
    for (; at->time > 0; at->time--) {
        const cbk_cox_time *time = &model->times[at->time - 1];
        const bool is_tied = cbk_cox_is_tied(model, time);
        tied_end = is_tied ? (size_t)time->first + time->n_event : 0;
        if (time->first < first) {
            break;
        }
        add_rows(at, time->first, row, tied_end, p);
        row = time->first;
        take_out(at, at->time - 1, p);
        take_time(at, at->time - 1);
        tied_end = 0;
    }
    add_rows(at, first, row, tied_end, p);
}

void cbk_cox_go_back_late(cbk_cox_evaluation *at, size_t first, size_t end,
                          size_t stratum_end)
{
    at->late_end = end == stratum_end ? end : at->late_end;
    switch (at->is_brief ? 0 : at->model->p) { /* few covariates: straight code */
#define EXPAND(p)                                                                        \
    case p:                                                                              \
        go_back(at, first, end, p);                                                      \
        break;
        EXPAND(0)
        EXPAND(1)
        EXPAND(2)
        EXPAND(3)
        EXPAND(4)
        EXPAND(5)
        EXPAND(6)
#undef EXPAND
    default:
        go_back(at, first, end, at->model->p);
    }
}
