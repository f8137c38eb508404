/* sql_log_rank.c - the log-rank test as a SQL function; in words:
 * docs/formats/functions.md.
 */
#include "study/internal.h"

#include "base/text.h"

#include <casebook/log_rank.h>

#include <math.h>

/* Rows with both an endpoint and a group. */
typedef struct compared {
    size_t n;
    double *time;
    double *entry;
    bool *is_event;
    bool is_late;
    const char **group;
} compared;

const char *cbk_sql_group_text(const cbk_value *value, cbk_arena *arena)
{
    char number[CBK_NUMBER_SIZE];
    if (value->kind == CBK_VALUE_TEXT) {
        return value->text;
    }
    cbk_number_shortest(value->number, number);
    return cbk_text_copy(arena, number);
}

static cbk_status read_rows(const cbk_value *endpoint, const cbk_value *group,
                            size_t n_rows, cbk_arena *arena, compared *out,
                            cbk_error *err)
{
    *out = (compared){.time = CBK_NEW(arena, double, n_rows),
                      .entry = CBK_NEW(arena, double, n_rows),
                      .is_event = CBK_NEW(arena, bool, n_rows),
                      .group = CBK_NEW(arena, const char *, n_rows)};
    for (size_t i = 0; !cbk_arena_has_failed(arena) && i < n_rows; i++) {
        cbk_survival_time at;
        if (endpoint[i].kind == CBK_VALUE_ABSENT || group[i].kind == CBK_VALUE_ABSENT) {
            continue;
        }
        if (endpoint[i].kind != CBK_VALUE_TEXT ||
            !cbk_survival_parse(endpoint[i].text, &at)) {
            return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                            "logrank_p() needs an endpoint, written like 36 or 132+, and "
                            "a group.");
        }
        out->time[out->n] = at.time;
        out->entry[out->n] = at.entry;
        out->is_event[out->n] = at.is_event;
        out->is_late = out->is_late || at.entry > 0.0;
        out->group[out->n++] = cbk_sql_group_text(&group[i], arena);
    }
    return cbk_arena_has_failed(arena) ? cbk_fail_memory(err) : CBK_OK;
}

static cbk_status test_rows(const compared *from, cbk_study *study, cbk_arena *arena,
                            cbk_value *out, cbk_error *err)
{
    const cbk_column column = {
        .name = "group", .type = CBK_COLUMN_TEXT, .text = from->group};
    const cbk_column *by[] = {&column};
    const cbk_groups *groups = NULL;
    CBK_TRY(cbk_table_group(by, 1, from->n, arena, &groups, err));
    if (groups->n_groups < 2) {
        study->notes |= from->n == 0 ? CBK_NOTE_NO_ROWS : CBK_NOTE_NO_GROUPS;
        return CBK_OK;
    }
    const cbk_followup as_read = {.n = from->n,
                                  .time = from->time,
                                  .is_event = from->is_event,
                                  .entry = from->is_late ? from->entry : NULL};
    cbk_followup followup;
    CBK_TRY(cbk_followup_fix_ties(&as_read, arena, &followup, err));
    const cbk_log_rank_rows rows = {
        .followup = &followup, .group = groups->of_row, .n_groups = groups->n_groups};
    const cbk_log_rank *fit = NULL;
    CBK_TRY(cbk_log_rank_fit(&rows, &(cbk_log_rank_request){0}, arena, &fit, err));
    study->notes |= fit->notes | fit->test.notes;
    if (!isnan(fit->test.p)) {
        *out = (cbk_value){.kind = CBK_VALUE_NUMBER, .number = fit->test.p};
    }
    return CBK_OK;
}

/* logrank_p(s, group) */
static cbk_status logrank_p(const cbk_value *const *arguments, size_t n_arguments,
                            size_t n_rows, void *context, cbk_arena *arena,
                            cbk_value *out, cbk_error *err)
{
    (void)n_arguments;
    cbk_study *study = context;
    compared rows;
    *out = (cbk_value){.kind = CBK_VALUE_ABSENT};
    CBK_TRY(read_rows(arguments[0], arguments[1], n_rows, arena, &rows, err));
    study->notes |= rows.n < n_rows ? CBK_NOTE_ROWS_LEFT_OUT : 0;
    return test_rows(&rows, study, arena, out, err);
}

cbk_status cbk_study_add_log_rank(cbk_study *study, cbk_error *err)
{
    return cbk_registry_add_aggregate(study->registry, "logrank_p", 2, logrank_p, study,
                                      err);
}
