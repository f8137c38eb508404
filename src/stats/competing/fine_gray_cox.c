/* fine_gray_cox.c - a small Fine-Gray regression as a Cox regression.  Contract:
 * stats/competing/fine_gray_model.h.
 *
 * Who had a competing event is at risk at each later time t with weight G(t) / G(T). With
 * a row of that weight for each of these times, at risk then and at no other, the
 * likelihood is Cox's with Breslow's ties.  So what is decided there exactly, whether
 * there is a maximum and in which direction there is none, is decided here, too.  Times
 * are ranks: those between do not matter.
 */
#include "stats/competing/fine_gray_model.h"

enum { ROWS_MOST = 1 << 13 };

/* Columns of the rows. */
typedef struct expanding {
    const cbk_fg_model *model;
    const cbk_fine_gray_rows *rows;
    const size_t *kept;
    size_t n;
    double *time, *entry, *weight;
    bool *is_event;
    double **x; /* [p] of [n] */
} expanding;

/* Of each row one, and of one with a competing event one for each later time. */
static size_t count_rows(const cbk_cox_model *cox)
{
    size_t n = cox->n;
    size_t k = 0;
    for (size_t i = 0; i < cox->n; i++) {
        while (k < cox->n_times && cox->times[k].first + cox->times[k].n_event <= i) {
            k++;
        }
        n += cox->cluster[i] == CBK_FG_COMPETING ? cox->n_times - k : 0;
    }
    return n;
}

static void add_row(expanding *at, size_t i, size_t entry, size_t time, double weight)
{
    const cbk_cox_model *cox = &at->model->cox;
    const size_t row = cox->order[i];
    at->entry[at->n] = (double)entry;
    at->time[at->n] = (double)time;
    at->weight[at->n] = weight;
    at->is_event[at->n] = false;
    for (size_t j = 0; j < cox->p; j++) {
        at->x[j][at->n] = at->rows->covariate[at->kept[j]][row];
    }
    at->n++;
}

static void expand(expanding *at)
{
    const cbk_cox_model *cox = &at->model->cox;
    size_t k = 0; /* the next time with events */
    for (size_t r = 0; r < cox->n_runs; r++) {
        const cbk_cox_run *run = &cox->runs[r];
        k += k < cox->n_times && cox->times[k].run == r ? 1 : 0;
        for (size_t i = run->first; i < cbk_cox_run_end(run); i++) {
            add_row(at, i, 0, r + 1, 1.0);
            at->is_event[at->n - 1] = i < (size_t)run->first + run->n_event;
            for (size_t l = k; l < cox->n_times && at->model->stays[i] > 0.0; l++) {
                const double weight = at->model->free[l] * at->model->stays[i];
                if (weight > 0.0) {
                    add_row(at, i, cox->times[l].run, cox->times[l].run + 1u, weight);
                }
            }
        }
    }
}

static bool make_room(size_t n, cbk_arena *arena, expanding *out)
{
    const size_t p = out->model->cox.p;
    double *numbers = CBK_NEW(arena, double, (3 + p) * n);
    out->is_event = CBK_NEW(arena, bool, n);
    out->x = CBK_NEW(arena, double *, p);
    if (cbk_arena_has_failed(arena)) {
        return false;
    }
    out->time = numbers;
    out->entry = numbers + n;
    out->weight = numbers + 2 * n;
    for (size_t j = 0; j < p; j++) {
        out->x[j] = numbers + (3 + j) * n;
    }
    return true;
}

cbk_status cbk_fg_fit_as_cox(const cbk_fg_model *model, const cbk_fine_gray_rows *rows,
                             const size_t *kept, double level, cbk_arena *arena,
                             cbk_cox **out, cbk_error *err)
{
    const size_t n = count_rows(&model->cox);
    expanding at = {.model = model, .rows = rows, .kept = kept};
    *out = NULL;
    if (n > ROWS_MOST) {
        return CBK_OK;
    }
    if (!make_room(n, arena, &at)) {
        return cbk_fail_memory(err);
    }
    expand(&at);
    const cbk_followup followup = {.n = at.n,
                                   .time = at.time,
                                   .is_event = at.is_event,
                                   .entry = at.entry,
                                   .weight = at.weight};
    const cbk_cox_rows as_cox = {.followup = &followup,
                                 .n_covariates = model->cox.p,
                                 .covariate = (const double *const *)at.x};
    const cbk_cox_request request = {
        .ties = CBK_COX_BRESLOW, .level = level, .keeps_rows = true};
    return cbk_cox_fit_alone(&as_cox, &request, arena, out, err);
}
