/* curves.c - a curve for each group of rows.  Contract: study/analysis/curves.h. */
#include "study/analysis/curves.h"

/* The follow-up where events compete.  Who had a competing event was followed until then
 * and would have been further, as with the event itself: both are censored in the reverse
 * curve, whose events are the losses. */
static cbk_status follow_to_any_end(const cbk_followup *rows, const bool *is_competing,
                                    bool fix_ties, cbk_arena *arena, cbk_curve *curve,
                                    cbk_error *err)
{
    cbk_km *km = CBK_NEW(arena, cbk_km, 1);
    bool *is_end = CBK_NEW(arena, bool, rows->n + 1);
    if (is_end == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t i = 0; i < rows->n; i++) {
        is_end[i] = rows->is_event[i] || is_competing[i];
    }
    cbk_followup to_any_end = *rows;
    to_any_end.is_event = is_end;
    const cbk_risk_table *risk = NULL;
    const cbk_km *ends = NULL;
    CBK_TRY(cbk_risk_table_build(&to_any_end, fix_ties, arena, &risk, err));
    CBK_TRY(cbk_km_fit(risk, &curve->km->conventions, arena, &ends, err));
    *km = *curve->km;
    km->follow_up_median = ends->follow_up_median;
    curve->km = km;
    return CBK_OK;
}

static cbk_status fit_group(const cbk_followup_data *data, uint32_t group,
                            const cbk_conventions *conventions, cbk_arena *arena,
                            cbk_curve *curve, cbk_error *err)
{
    cbk_followup followup = data->rows;
    const bool *is_competing = data->is_competing;
    curve->records = data->name;
    if (data->by->n_by > 0) {
        cbk_followup_part part;
        CBK_TRY(cbk_followup_take_group(data, group, arena, &part, err));
        followup = part.rows;
        is_competing = part.is_competing;
        curve->records = part.name;
    }
    curve->n_records = curve->records != NULL ? followup.n : 0;
    const cbk_risk_table *risk = NULL;
    const bool fix_ties = cbk_followup_has_near_ties(data);
    CBK_TRY(cbk_risk_table_build(&followup, fix_ties, arena, &risk, err));
    CBK_TRY(cbk_km_fit(risk, conventions, arena, &curve->km, err));
    return is_competing == NULL
               ? CBK_OK
               : follow_to_any_end(&followup, is_competing, fix_ties, arena, curve, err);
}

cbk_status cbk_curves_fit(const cbk_followup_data *data,
                          const cbk_conventions *conventions, cbk_arena *arena,
                          const cbk_curves **out, cbk_error *err)
{
    *out = NULL;
    const cbk_groups *groups = data->by;
    cbk_curve *curves = CBK_NEW(arena, cbk_curve, groups->n_groups + 1);
    cbk_curves *all = CBK_NEW(arena, cbk_curves, 1);
    if (all == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t g = 0; g < groups->n_groups; g++) {
        curves[g].level = groups->n_by > 0 ? groups->level + g * groups->n_by : NULL;
        curves[g].label = data->by_label[g];
        CBK_TRY(fit_group(data, (uint32_t)g, conventions, arena, &curves[g], err));
    }
    *all = (cbk_curves){.protocol = data->protocol,
                        .source = data->source,
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
