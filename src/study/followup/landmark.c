/* landmark.c - follow-up from a landmark on.  Contract: study/followup/landmark.h. */
#include "study/followup/landmark.h"

#include "base/text.h"

#include <assert.h>
#include <math.h>
#include <string.h>

typedef enum standing {
    KEPT,
    HAD_EVENT,
    WAS_CENSORED,
    NOT_ENTERED,
    N_STANDINGS
} standing;

static const char *const reasons[N_STANDINGS] = {
    [HAD_EVENT] = "event by the landmark",
    [WAS_CENSORED] = "censored by the landmark",
    [NOT_ENTERED] = "entered after the landmark",
};

/* How far from the landmark a time still is the landmark: the tolerance of near-ties. */
static double tolerance_at(double landmark)
{
    return 0x1p-26 * fmax(1.0, landmark);
}

static standing standing_of(const cbk_followup *rows, size_t i, double landmark,
                            double tolerance)
{
    if (rows->time[i] <= landmark + tolerance) {
        return rows->is_event[i] ? HAD_EVENT : WAS_CENSORED;
    }
    const double entry = rows->entry != NULL ? rows->entry[i] : 0.0;
    return entry > landmark + tolerance ? NOT_ENTERED : KEPT;
}

/* The same groups of the rows that are kept. */
static const cbk_groups *groups_of_kept(const cbk_groups *groups, const size_t *kept,
                                        size_t n, cbk_arena *arena)
{
    cbk_groups *out = CBK_NEW(arena, cbk_groups, 1);
    uint32_t *of_row = CBK_NEW(arena, uint32_t, n + 1);
    if (of_row == NULL) {
        return NULL;
    }
    for (size_t k = 0; k < n; k++) {
        of_row[k] = groups->of_row[kept[k]];
    }
    *out = *groups;
    out->of_row = of_row;
    return out;
}

/* Times of the kept rows, counted from the landmark, where everybody is present. */
static bool rows_of_kept(const cbk_followup_data *data, double landmark,
                         const size_t *kept, size_t n, cbk_arena *arena,
                         cbk_followup_data *out)
{
    const cbk_followup *rows = &data->rows;
    double *time = CBK_NEW(arena, double, n + 1);
    bool *is_event = CBK_NEW(arena, bool, n + 1);
    bool *is_competing = data->is_competing != NULL ? CBK_NEW(arena, bool, n + 1) : NULL;
    double *weight = rows->weight != NULL ? CBK_NEW(arena, double, n + 1) : NULL;
    const char **name = data->name != NULL ? CBK_NEW(arena, const char *, n + 1) : NULL;
    if (cbk_arena_has_failed(arena)) {
        return false;
    }
    for (size_t k = 0; k < n; k++) {
        time[k] = rows->time[kept[k]] - landmark;
        is_event[k] = rows->is_event[kept[k]];
        if (is_competing != NULL) {
            is_competing[k] = data->is_competing[kept[k]];
        }
        if (weight != NULL) {
            weight[k] = rows->weight[kept[k]];
        }
        if (name != NULL) {
            name[k] = data->name[kept[k]];
        }
    }
    out->rows =
        (cbk_followup){.n = n, .time = time, .is_event = is_event, .weight = weight};
    out->is_competing = is_competing;
    out->name = name;
    return true;
}

/* What was left out before, and now. */
static bool count_omitted(const cbk_source *before, const size_t *counts,
                          cbk_arena *arena, cbk_source *out)
{
    cbk_omitted *omitted = CBK_NEW(arena, cbk_omitted, before->n_omitted + N_STANDINGS);
    if (omitted == NULL) {
        return false;
    }
    size_t n = 0;
    for (; n < before->n_omitted; n++) {
        omitted[n] = before->omitted[n];
    }
    for (int i = HAD_EVENT; i < N_STANDINGS; i++) {
        if (counts[i] > 0) {
            omitted[n++] = (cbk_omitted){.reason = reasons[i], .n = counts[i]};
        }
    }
    out->omitted = omitted;
    out->n_omitted = n;
    out->used = counts[KEPT];
    return true;
}

cbk_status cbk_followup_landmark(const cbk_followup_data *data, double landmark,
                                 cbk_arena *arena, const cbk_followup_data **out,
                                 cbk_error *err)
{
    assert(data != NULL && arena != NULL && out != NULL);
    assert(isfinite(landmark) && landmark > 0.0);
    *out = NULL;
    cbk_followup_data *later = CBK_NEW(arena, cbk_followup_data, 1);
    size_t *kept = CBK_NEW(arena, size_t, data->rows.n + 1);
    if (kept == NULL) {
        return cbk_fail_memory(err);
    }
    *later = *data;
    later->landmark = landmark;
    const double tolerance = data->request->is_time_exact ? 0.0 : tolerance_at(landmark);
    size_t counts[N_STANDINGS] = {0};
    for (size_t i = 0; i < data->rows.n; i++) {
        const standing now = standing_of(&data->rows, i, landmark, tolerance);
        if (now == KEPT) {
            kept[counts[KEPT]] = i;
        }
        counts[now]++;
    }
    const size_t n = counts[KEPT];
    later->by = groups_of_kept(data->by, kept, n, arena);
    later->strata = groups_of_kept(data->strata, kept, n, arena);
    if (!rows_of_kept(data, landmark, kept, n, arena, later) ||
        !count_omitted(&data->source, counts, arena, &later->source)) {
        return cbk_fail_memory(err);
    }
    *out = later;
    return CBK_OK;
}
