/* cox_proportional.c - the test of proportional hazards.  Contract:
 * stats/cox_postestimation/cox_postestimation.h.
 *
 * The score test of x g(t) beside x.  The score and the information of both are those of
 * x with each time multiplied by a power of g.
 */
#include "numeric/cholesky.h"
#include "numeric/distribution.h"
#include "stats/cox_likelihood/cox_likelihood.h"
#include "stats/cox_likelihood/cox_model.h"
#include "stats/cox_likelihood/cox_solve.h"
#include "stats/cox_postestimation/cox_postestimation.h"

#include <math.h>
#include <string.h>

/* Of one stratum the runs are the rows of the table already. */
static void fill_from_runs(const cbk_cox_model *model, double *out)
{
    double survival = 1.0;
    size_t n_entered = 0;
    for (size_t r = 0; r < model->n_runs; r++) {
        const cbk_cox_run *run = &model->runs[r];
        while (model->entry != NULL && n_entered < model->n &&
               model->entry[model->enters[n_entered]] < run->time) {
            n_entered++;
        }
        const size_t n_in = model->entry != NULL ? n_entered : model->n;
        const double n_risk = (double)(n_in - run->first);
        out[r] = 1.0 - survival;
        survival *= (n_risk - (double)run->n_event) / n_risk;
    }
}

/* Of strata together: through a table of all rows.  False when out of memory. */
static bool fill_from_table(const cbk_cox_model *model, cbk_arena *arena, double *out)
{
    double *time = CBK_NEW(arena, double, model->n + 1);
    bool *is_event = CBK_NEW(arena, bool, model->n + 1);
    if (is_event == NULL) {
        return false;
    }
    for (size_t r = 0; r < model->n_runs; r++) {
        const cbk_cox_run *run = &model->runs[r];
        for (uint32_t i = run->first; i < cbk_cox_run_end(run); i++) {
            time[i] = run->time;
            is_event[i] = i < run->first + run->n_event;
        }
    }
    const cbk_followup followup = {
        .n = model->n, .time = time, .is_event = is_event, .entry = model->entry};
    const cbk_risk_table *table = NULL;
    if (cbk_risk_table_build(&followup, false, arena, &table, NULL) != CBK_OK) {
        return false;
    }
    double *before = CBK_NEW(arena, double, table->n_rows + 1);
    double survival = 1.0;
    for (size_t k = 0; before != NULL && k < table->n_rows; k++) {
        const cbk_risk_row row = cbk_risk_row_at(table, k);
        before[k] = 1.0 - survival;
        survival *= (row.n_risk - row.n_event) / row.n_risk;
    }
    size_t k = 0;
    for (size_t r = 0; before != NULL && r < model->n_runs; r++) {
        k = cbk_cox_run_is_first(&model->runs[r]) ? 0 : k;
        while (table->time[k] < model->runs[r].time) {
            k++;
        }
        out[r] = before[k];
    }
    return before != NULL;
}

/* Fills out[n_runs] with 1 - KM(t-) over all strata together.  False when out of memory.
 */
static bool fill_transform(const cbk_cox_model *model, cbk_arena *arena, double *out)
{
    if (model->n_strata > 1) {
        return fill_from_table(model, arena, out);
    }
    fill_from_runs(model, out);
    return true;
}

/* Centred at the mean over events, which changes nothing but the rounding. */
static void centre(const cbk_cox_model *model, double *g)
{
    double sum = 0.0;
    for (size_t r = 0; r < model->n_runs; r++) {
        sum += (double)model->runs[r].n_event * g[r];
    }
    for (size_t r = 0; r < model->n_runs; r++) {
        g[r] -= sum / (double)model->n_event;
    }
}

typedef struct extended {
    size_t p;
    const double *plain; /* [p * p] information of x */
    cbk_cox_value once;  /* times g */
    cbk_cox_value twice; /* times g^2 */
    double *rest;        /* [p * p] information of x g that x does not determine */
    double *room;        /* [p * p] */
    double *vector;      /* [p] */
} extended;

static bool make_value(cbk_cox_value *value, size_t p, cbk_arena *arena)
{
    value->gradient = CBK_NEW(arena, double, p + 1);
    value->info = CBK_NEW(arena, double, p *p + 1);
    return value->info != NULL;
}

/* rest = twice - once plain^-1 once. */
static void fill_rest(extended *at)
{
    const size_t p = at->p;
    memcpy(at->room, at->plain, p * p * sizeof *at->room);
    (void)cbk_cholesky_factor(at->room, NULL, p);
    for (size_t k = 0; k < p; k++) {
        for (size_t j = 0; j < p; j++) {
            at->vector[j] = at->once.info[j * p + k];
        }
        cbk_cox_solve(at->room, p, at->vector);
        for (size_t j = 0; j < p; j++) {
            double sum = at->twice.info[j * p + k];
            for (size_t l = 0; l < p; l++) {
                sum -= at->once.info[j * p + l] * at->vector[l];
            }
            at->rest[j * p + k] = sum;
        }
    }
}

/* The score test of the columns of one term; term NULL: of all. */
static cbk_cox_test test_columns(extended *at, const size_t *term, size_t which)
{
    const size_t p = at->p;
    size_t n = 0;
    double *reference = at->room + p * p;
    for (size_t j = 0; j < p; j++) {
        if (term != NULL && term[j] != which) {
            continue;
        }
        size_t m = 0;
        for (size_t k = 0; k <= j; k++) {
            if (term == NULL || term[k] == which) {
                at->room[n * p + m++] = at->rest[j * p + k];
            }
        }
        reference[n] = at->twice.info[j * p + j];
        at->vector[n++] = at->once.gradient[j];
    }
    for (size_t j = 0; j < n; j++) { /* from rows of p to rows of n */
        memmove(at->room + j * n, at->room + j * p, (j + 1) * sizeof *at->room);
    }
    const size_t rank = cbk_cholesky_factor(at->room, reference, n);
    double chisq = rank > 0 && rank == n ? 0.0 : (double)NAN;
    double *solved = reference + p;
    memcpy(solved, at->vector, n * sizeof *solved);
    cbk_cox_solve(at->room, n, solved);
    for (size_t j = 0; j < n; j++) {
        chisq += solved[j] * at->vector[j];
    }
    return (cbk_cox_test){.chisq = chisq,
                          .df = n,
                          .p = isnan(chisq)
                                   ? (double)NAN
                                   : cbk_chi_squared_upper(fmax(chisq, 0.0), (double)n)};
}

bool cbk_cox_proportional(const cbk_cox_model *model, const double *beta,
                          const double *info, const size_t *term, size_t n_terms,
                          cbk_arena *arena, cbk_cox_test *terms, cbk_cox_test *global)
{
    const size_t p = model->p;
    const cbk_mark before = cbk_arena_mark(arena);
    extended at = {.p = p, .plain = info};
    double *g = CBK_NEW(arena, double, model->n_runs + 1);
    at.rest = CBK_NEW(arena, double, p *p + 1);
    at.room = CBK_NEW(arena, double, p *p + 2 * p + 1);
    at.vector = CBK_NEW(arena, double, p + 1);
    if (!make_value(&at.once, p, arena) || !make_value(&at.twice, p, arena) ||
        !fill_transform(model, arena, g)) {
        return false;
    }
    centre(model, g);
    cbk_cox_evaluate(model, beta, g, &at.once);
    for (size_t r = 0; r < model->n_runs; r++) {
        g[r] *= g[r];
    }
    cbk_cox_evaluate(model, beta, g, &at.twice);
    fill_rest(&at);
    for (size_t t = 0; t < n_terms; t++) {
        terms[t] = test_columns(&at, term, t);
    }
    *global = test_columns(&at, NULL, 0);
    cbk_arena_release(arena, before);
    return true;
}
