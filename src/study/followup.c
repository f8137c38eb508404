/* followup.c - rows into groups, groups into risk tables, risk tables into curves. */
#include "study/followup.h"

#include "base/text.h"

#include <string.h>

static const char *const reasons[] = {NULL, "time missing", "event missing",
                                      "entry missing", "group missing"};
enum { N_REASONS = sizeof reasons / sizeof reasons[0] };

static cbk_status no_memory(cbk_error *err)
{
    return cbk_fail(err, CBK_ENOMEM, CBK_ROW_NONE, "Out of memory.");
}

static cbk_lack lack_of(const cbk_followup_rows *rows, const cbk_groups *groups,
                        size_t row)
{
    if (rows->lack[row] != CBK_LACK_NOTHING) {
        return rows->lack[row];
    }
    return groups->of_row[row] == CBK_GROUP_NONE ? CBK_LACK_GROUP : CBK_LACK_NOTHING;
}

/* Counts what was left out, by reason. */
static cbk_status count_omitted(const cbk_followup_rows *rows, const cbk_groups *groups,
                                cbk_arena *arena, cbk_curves *out, cbk_error *err)
{
    size_t counts[N_REASONS] = {0};
    for (size_t row = 0; row < rows->n_rows; row++) {
        counts[lack_of(rows, groups, row)]++;
    }
    cbk_omitted *omitted = CBK_NEW(arena, cbk_omitted, N_REASONS);
    if (omitted == NULL) {
        return no_memory(err);
    }
    out->source.rows = rows->n_rows;
    out->source.used = counts[CBK_LACK_NOTHING];
    out->source.omitted = omitted;
    out->source.n_omitted = 0;
    for (size_t i = 1; i < N_REASONS; i++) {
        if (counts[i] > 0) {
            omitted[out->source.n_omitted++] =
                (cbk_omitted){.reason = reasons[i], .n = counts[i]};
        }
    }
    out->notes |= out->source.n_omitted > 0 ? CBK_NOTE_ROWS_LEFT_OUT : 0;
    return CBK_OK;
}

static const char *join_level(const char *const *level, size_t n, cbk_arena *arena)
{
    cbk_buffer text = {0};
    for (size_t i = 0; i < n; i++) {
        cbk_buffer_addf(&text, "%s%s", i > 0 ? ", " : "", level[i]);
    }
    const char *copy = cbk_text_copy(arena, text.bytes != NULL ? text.bytes : "");
    cbk_buffer_free(&text);
    return copy;
}

/* The rows of one group as follow-up; names of its records in curve. */
static cbk_status fit_group(const cbk_followup_rows *rows, const cbk_groups *groups,
                            uint32_t group, size_t n, bool time_fix,
                            const cbk_conventions *conventions, cbk_arena *arena,
                            cbk_curve *curve, cbk_error *err)
{
    double *time = CBK_NEW(arena, double, n + 1);
    double *entry = rows->entry != NULL ? CBK_NEW(arena, double, n + 1) : NULL;
    bool *is_event = CBK_NEW(arena, bool, n + 1);
    const char **names = rows->name != NULL ? CBK_NEW(arena, const char *, n + 1) : NULL;
    if (cbk_arena_has_failed(arena)) {
        return no_memory(err);
    }
    size_t k = 0;
    for (size_t row = 0; row < rows->n_rows; row++) {
        if (groups->of_row[row] != group || rows->lack[row] != CBK_LACK_NOTHING) {
            continue;
        }
        time[k] = rows->time[row];
        is_event[k] = rows->is_event[row];
        if (entry != NULL) {
            entry[k] = rows->entry[row];
        }
        if (names != NULL) {
            names[k] = rows->name[row];
        }
        k++;
    }
    const cbk_followup followup = {
        .n = k, .time = time, .is_event = is_event, .entry = entry};
    const cbk_risk_table *risk = NULL;
    CBK_TRY(cbk_risk_table_build(&followup, time_fix, arena, &risk, err));
    CBK_TRY(cbk_km_fit(risk, conventions, arena, &curve->km, err));
    curve->records = names;
    curve->n_records = names != NULL ? k : 0;
    return CBK_OK;
}

cbk_status cbk_curves_build(const cbk_followup_rows *rows, bool time_fix,
                            cbk_arena *arena, cbk_curves *out, cbk_error *err)
{
    const cbk_column **by = CBK_NEW(arena, const cbk_column *, rows->n_by + 1);
    if (by == NULL) {
        return no_memory(err);
    }
    for (size_t i = 0; i < rows->n_by; i++) {
        by[i] = &rows->by[i];
    }
    const cbk_groups *groups = NULL;
    CBK_TRY(cbk_table_group(by, rows->n_by, rows->n_rows, arena, &groups, err));
    CBK_TRY(count_omitted(rows, groups, arena, out, err));
    size_t *sizes = CBK_NEW(arena, size_t, groups->n_groups + 1);
    cbk_curve *curves = CBK_NEW(arena, cbk_curve, groups->n_groups + 1);
    if (curves == NULL) {
        return no_memory(err);
    }
    for (size_t row = 0; row < rows->n_rows; row++) {
        if (lack_of(rows, groups, row) == CBK_LACK_NOTHING) {
            sizes[groups->of_row[row]]++;
        }
    }
    for (size_t g = 0; g < groups->n_groups; g++) {
        curves[g].level = groups->level + g * rows->n_by;
        curves[g].label = join_level(curves[g].level, rows->n_by, arena);
        CBK_TRY(fit_group(rows, groups, (uint32_t)g, sizes[g], time_fix,
                          &out->conventions, arena, &curves[g], err));
    }
    out->n_curves = groups->n_groups;
    out->curves = curves;
    return cbk_arena_has_failed(arena) ? no_memory(err) : CBK_OK;
}
