/* curves.c - a curve for each group of rows.  Contract: study/curves.h. */
#include "study/curves.h"

/* The rows of one group as follow-up of its own; names of its records in *curve. */
static cbk_status take_group(const cbk_followup_data *data, uint32_t group, size_t n,
                             cbk_arena *arena, cbk_followup *out, cbk_curve *curve,
                             cbk_error *err)
{
    const cbk_followup *all = &data->rows;
    double *time = CBK_NEW(arena, double, n + 1);
    bool *is_event = CBK_NEW(arena, bool, n + 1);
    double *entry = all->entry != NULL ? CBK_NEW(arena, double, n + 1) : NULL;
    double *weight = all->weight != NULL ? CBK_NEW(arena, double, n + 1) : NULL;
    const char **names = data->name != NULL ? CBK_NEW(arena, const char *, n + 1) : NULL;
    if (cbk_arena_has_failed(arena)) {
        return cbk_fail_memory(err);
    }
    size_t k = 0;
    for (size_t row = 0; row < all->n; row++) {
        if (data->by->of_row[row] != group) {
            continue;
        }
        time[k] = all->time[row];
        is_event[k] = all->is_event[row];
        if (entry != NULL) {
            entry[k] = all->entry[row];
        }
        if (weight != NULL) {
            weight[k] = all->weight[row];
        }
        if (names != NULL) {
            names[k] = data->name[row];
        }
        k++;
    }
    *out = (cbk_followup){
        .n = k, .time = time, .is_event = is_event, .entry = entry, .weight = weight};
    curve->records = names;
    curve->n_records = names != NULL ? k : 0;
    return CBK_OK;
}

static cbk_status fit_group(const cbk_followup_data *data, uint32_t group, size_t n,
                            const cbk_conventions *conventions, cbk_arena *arena,
                            cbk_curve *curve, cbk_error *err)
{
    cbk_followup followup = data->rows;
    if (data->by->n_by > 0) {
        CBK_TRY(take_group(data, group, n, arena, &followup, curve, err));
    } else {
        curve->records = data->name;
        curve->n_records = data->name != NULL ? followup.n : 0;
    }
    const cbk_risk_table *risk = NULL;
    CBK_TRY(cbk_risk_table_build(&followup, cbk_followup_has_near_ties(data), arena,
                                 &risk, err));
    return cbk_km_fit(risk, conventions, arena, &curve->km, err);
}

cbk_status cbk_curves_fit(const cbk_followup_data *data,
                          const cbk_conventions *conventions, cbk_arena *arena,
                          const cbk_curves **out, cbk_error *err)
{
    *out = NULL;
    const cbk_groups *groups = data->by;
    size_t *sizes = CBK_NEW(arena, size_t, groups->n_groups + 1);
    cbk_curve *curves = CBK_NEW(arena, cbk_curve, groups->n_groups + 1);
    cbk_curves *all = CBK_NEW(arena, cbk_curves, 1);
    if (all == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t row = 0; groups->n_by > 0 && row < data->rows.n; row++) {
        sizes[groups->of_row[row]]++;
    }
    for (size_t g = 0; g < groups->n_groups; g++) {
        curves[g].level = groups->n_by > 0 ? groups->level + g * groups->n_by : NULL;
        curves[g].label = data->by_label[g];
        CBK_TRY(
            fit_group(data, (uint32_t)g, sizes[g], conventions, arena, &curves[g], err));
    }
    *all = (cbk_curves){.source = data->source,
                        .endpoint = data->endpoint,
                        .event = data->event,
                        .label = data->label,
                        .unit = data->unit,
                        .where = data->request->where,
                        .entry = data->request->entry,
                        .weight = data->request->weight,
                        .is_time_exact = data->request->is_time_exact,
                        .n_by = data->request->n_by,
                        .by = data->request->by,
                        .n_curves = groups->n_groups,
                        .curves = curves,
                        .conventions = *conventions,
                        .landmark = data->landmark,
                        .notes = data->notes};
    *out = all;
    return CBK_OK;
}

cbk_status cbk_curves_of_study(cbk_study *study, const char *endpoint,
                               const char *const *by, size_t n_by, const char *among,
                               const cbk_conventions *conventions, cbk_arena *arena,
                               const cbk_curves **out, cbk_error *err)
{
    *out = NULL;
    cbk_followup_request *request = CBK_NEW(arena, cbk_followup_request, 1);
    if (request == NULL) {
        return cbk_fail_memory(err);
    }
    *request = (cbk_followup_request){
        .endpoint = endpoint, .by = by, .n_by = n_by, .where = among};
    const cbk_followup_data *data = NULL;
    CBK_TRY(cbk_followup_of_study(study, request, arena, &data, err));
    return cbk_curves_fit(data, conventions, arena, out, err);
}
