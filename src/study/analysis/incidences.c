/* incidences.c - cumulative incidences of each group of rows.  Contract:
 * study/analysis/incidences.h. */
#include "study/analysis/incidences.h"

static cbk_status fit_group(const cbk_followup_data *data, uint32_t group,
                            const cbk_cuminc_request *request, cbk_arena *arena,
                            cbk_incidence *out, cbk_error *err)
{
    cbk_followup_part part;
    CBK_TRY(cbk_followup_take_group(data, group, arena, &part, err));
    const cbk_cause_rows rows = {.followup = &part.rows,
                                 .cause = part.cause,
                                 .n_causes = data->n_causes,
                                 .cluster = part.cluster,
                                 .n_clusters =
                                     data->cluster != NULL ? data->cluster->n_groups : 0};
    const cbk_cause_table *table = NULL;
    out->level = data->by->n_by > 0 ? data->by->level + group * data->by->n_by : NULL;
    out->label = data->by_label[group];
    out->records = part.name;
    out->n_records = part.name != NULL ? part.rows.n : 0;
    CBK_TRY(cbk_cause_table_build(&rows, false, arena, &table, err));
    return cbk_cuminc_fit(table, request, arena, &out->fit, err);
}

/* NULL: the groups can be compared. */
static const char *why_not_compared(const cbk_followup_data *data)
{
    return data->by->n_groups < 2 ? "Gray's test needs at least two groups."
           : data->rows.weight != NULL
               ? "Gray's test takes rows that count 1 each: with weights there is none."
           : data->cluster != NULL
               ? "Gray's test takes independent rows: with clusters there is none."
               : NULL;
}

static cbk_status compare(const cbk_followup_data *data, cbk_arena *arena,
                          cbk_incidences *out, cbk_error *err)
{
    if (data->by->n_by == 0) {
        return CBK_OK;
    }
    out->why_no_tests = why_not_compared(data);
    if (out->why_no_tests != NULL) {
        return CBK_OK;
    }
    cbk_gray_test *tests = CBK_NEW(arena, cbk_gray_test, data->n_causes + 1);
    if (tests == NULL) {
        return cbk_fail_memory(err);
    }
    const cbk_gray_rows rows = {
        .followup = &data->rows,
        .cause = data->cause,
        .n_causes = data->n_causes,
        .group = data->by->of_row,
        .n_groups = data->by->n_groups,
        .stratum = data->request->n_strata > 0 ? data->strata->of_row : NULL,
        .n_strata = data->strata->n_groups};
    out->tests = tests;
    return cbk_gray_fit(&rows, arena, tests, err);
}

cbk_status cbk_incidences_fit(const cbk_followup_data *data,
                              const cbk_cuminc_request *request, cbk_arena *arena,
                              const cbk_incidences **out, cbk_error *err)
{
    *out = NULL;
    cbk_incidences *all = CBK_NEW(arena, cbk_incidences, 1);
    cbk_incidence *groups = CBK_NEW(arena, cbk_incidence, data->by->n_groups + 1);
    if (groups == NULL) {
        return cbk_fail_memory(err);
    }
    *all = (cbk_incidences){.data = data,
                            .request = *request,
                            .n_groups = data->by->n_groups,
                            .groups = groups,
                            .notes = data->notes};
    for (size_t g = 0; g < all->n_groups; g++) {
        CBK_TRY(fit_group(data, (uint32_t)g, request, arena, &groups[g], err));
        all->notes |= groups[g].fit->notes;
    }
    all->notes |= data->rows.n == 0 ? CBK_NOTE_NO_ROWS : 0u;
    CBK_TRY(compare(data, arena, all, err));
    *out = all;
    return CBK_OK;
}

cbk_status cbk_incidences_of_study(cbk_study *study, const char *endpoint, const char *by,
                                   const char *among, const cbk_cuminc_request *request,
                                   cbk_arena *arena, const cbk_incidences **out,
                                   cbk_error *err)
{
    *out = NULL;
    cbk_followup_request *asked = CBK_NEW(arena, cbk_followup_request, 1);
    const char **name = CBK_NEW(arena, const char *, 1);
    if (name == NULL) {
        return cbk_fail_memory(err);
    }
    name[0] = by;
    *asked = (cbk_followup_request){.endpoint = endpoint,
                                    .by = name,
                                    .n_by = by != NULL ? 1 : 0,
                                    .where = among,
                                    .wants_causes = true};
    const cbk_followup_data *data = NULL;
    CBK_TRY(cbk_followup_of_study(study, asked, arena, &data, err));
    return cbk_incidences_fit(data, request, arena, out, err);
}
