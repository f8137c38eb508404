/* followup_group.c - the rows of one group as follow-up of their own.  Contract:
 * study/followup/followup.h.
 */
#include "study/followup/followup.h"

/* Memory for what the rows have. */
static bool open_part(const cbk_followup_data *data, size_t n, cbk_arena *arena,
                      cbk_followup_part *out)
{
    *out = (cbk_followup_part){
        .time = CBK_NEW(arena, double, n + 1),
        .is_event = CBK_NEW(arena, bool, n + 1),
        .is_competing = data->is_competing != NULL ? CBK_NEW(arena, bool, n + 1) : NULL,
        .entry = data->rows.entry != NULL ? CBK_NEW(arena, double, n + 1) : NULL,
        .weight = data->rows.weight != NULL ? CBK_NEW(arena, double, n + 1) : NULL,
        .cause = data->cause != NULL ? CBK_NEW(arena, uint8_t, n + 1) : NULL,
        .cluster = data->cluster != NULL ? CBK_NEW(arena, uint32_t, n + 1) : NULL,
        .name = data->name != NULL ? CBK_NEW(arena, const char *, n + 1) : NULL};
    return !cbk_arena_has_failed(arena);
}

static void take_row(const cbk_followup_data *data, size_t row, cbk_followup_part *out,
                     size_t k)
{
    const cbk_followup *all = &data->rows;
    out->time[k] = all->time[row];
    out->is_event[k] = all->is_event[row];
    if (out->is_competing != NULL) {
        out->is_competing[k] = data->is_competing[row];
    }
    if (out->entry != NULL) {
        out->entry[k] = all->entry[row];
    }
    if (out->weight != NULL) {
        out->weight[k] = all->weight[row];
    }
    if (out->cause != NULL) {
        out->cause[k] = data->cause[row];
    }
    if (out->cluster != NULL) {
        out->cluster[k] = data->cluster->of_row[row];
    }
    if (out->name != NULL) {
        out->name[k] = data->name[row];
    }
}

cbk_status cbk_followup_take_group(const cbk_followup_data *data, uint32_t group,
                                   cbk_arena *arena, cbk_followup_part *out,
                                   cbk_error *err)
{
    size_t n = 0;
    for (size_t row = 0; row < data->rows.n; row++) {
        n += data->by->of_row[row] == group;
    }
    if (!open_part(data, n, arena, out)) {
        return cbk_fail_memory(err);
    }
    size_t k = 0;
    for (size_t row = 0; row < data->rows.n; row++) {
        if (data->by->of_row[row] == group) {
            take_row(data, row, out, k++);
        }
    }
    out->rows = (cbk_followup){.n = n,
                               .time = out->time,
                               .is_event = out->is_event,
                               .entry = out->entry,
                               .weight = out->weight};
    return CBK_OK;
}
