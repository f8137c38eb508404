/* followup.c - from rows as read to rows that can be used.  Contract:
 * study/followup/followup.h.
 */
#include "study/followup/followup.h"

#include "base/text.h"

static const char *const reasons[] = {
    [CBK_LACK_NOTHING] = NULL,
    [CBK_LACK_TIME] = "time missing",
    [CBK_LACK_EVENT] = "event missing",
    [CBK_LACK_ENTRY] = "entry missing",
    [CBK_LACK_WEIGHT] = "weight missing",
    [CBK_LACK_GROUP] = "group missing",
    [CBK_LACK_STRATUM] = "stratum missing",
    [CBK_LACK_COVARIATE] = "covariate missing",
    [CBK_LACK_OFFSET] = "offset missing",
    [CBK_LACK_CLUSTER] = "cluster missing",
};
enum { N_REASONS = sizeof reasons / sizeof reasons[0] };

static bool is_any_missing(const cbk_column *columns, size_t n, size_t row)
{
    for (size_t i = 0; i < n; i++) {
        if (cbk_column_is_missing(&columns[i], row)) {
            return true;
        }
    }
    return false;
}

static cbk_lack lack_of(const cbk_followup_draft *draft,
                        const cbk_followup_request *request, size_t row)
{
    if (draft->lack != NULL && draft->lack[row] != CBK_LACK_NOTHING) {
        return draft->lack[row];
    }
    if (is_any_missing(draft->by, request->n_by, row)) {
        return CBK_LACK_GROUP;
    }
    if (is_any_missing(draft->strata, request->n_strata, row)) {
        return CBK_LACK_STRATUM;
    }
    if (is_any_missing(draft->on, request->n_on, row)) {
        return CBK_LACK_COVARIATE;
    }
    if (is_any_missing(draft->offset, draft->offset != NULL ? 1 : 0, row)) {
        return CBK_LACK_OFFSET;
    }
    return is_any_missing(draft->cluster, draft->cluster != NULL ? 1 : 0, row)
               ? CBK_LACK_CLUSTER
               : CBK_LACK_NOTHING;
}

/* Which covariates the rows that lack one do lack; nothing to add where there is one. */
static cbk_status count_covariates(const cbk_followup_draft *draft,
                                   const cbk_followup_request *request, cbk_arena *arena,
                                   cbk_omitted *out, cbk_error *err)
{
    if (request->n_on < 2) {
        return CBK_OK;
    }
    cbk_omitted *parts = CBK_NEW(arena, cbk_omitted, request->n_on);
    if (parts == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t i = 0; i < request->n_on; i++) {
        cbk_omitted part = {.reason = request->on[i]};
        for (size_t row = 0; row < draft->n_rows; row++) {
            part.n += cbk_column_is_missing(&draft->on[i], row) &&
                      lack_of(draft, request, row) == CBK_LACK_COVARIATE;
        }
        if (part.n > 0) {
            parts[out->n_parts++] = part;
        }
    }
    out->parts = parts;
    return CBK_OK;
}

/* Counts what is left out, by reason, and lists what is kept; NULL: all of many rows. */
static cbk_status choose_rows(const cbk_followup_draft *draft, cbk_arena *arena,
                              cbk_followup_data *out, size_t **kept, cbk_error *err)
{
    size_t counts[N_REASONS] = {0};
    *kept = NULL;
    if (draft->lack == NULL && draft->offset == NULL && draft->cluster == NULL &&
        !out->request->wants_causes &&
        out->request->n_by + out->request->n_strata + out->request->n_on == 0) {
        out->source.rows = out->source.used = draft->n_rows;
        return CBK_OK;
    }
    size_t *rows = CBK_NEW(arena, size_t, draft->n_rows + 1);
    cbk_omitted *omitted = CBK_NEW(arena, cbk_omitted, N_REASONS);
    if (omitted == NULL) {
        return cbk_fail_memory(err);
    }
    size_t n = 0;
    for (size_t row = 0; row < draft->n_rows; row++) {
        const cbk_lack lack = lack_of(draft, out->request, row);
        counts[lack]++;
        if (lack == CBK_LACK_NOTHING) {
            rows[n++] = row;
        }
    }
    out->source.rows = draft->n_rows;
    out->source.used = n;
    out->source.omitted = omitted;
    out->source.n_omitted = 0;
    for (size_t i = 1; i < N_REASONS; i++) {
        if (counts[i] > 0) {
            omitted[out->source.n_omitted++] =
                (cbk_omitted){.reason = reasons[i], .n = counts[i]};
        }
    }
    for (size_t i = 0; i < out->source.n_omitted; i++) {
        if (omitted[i].reason == reasons[CBK_LACK_COVARIATE]) {
            CBK_TRY(count_covariates(draft, out->request, arena, &omitted[i], err));
        }
    }
    out->notes |= out->source.n_omitted > 0 ? CBK_NOTE_ROWS_LEFT_OUT : 0;
    *kept = rows;
    return CBK_OK;
}

/* Moves the kept rows to the front; kept ascends, so nothing is overwritten too early. */
static void keep_rows(const cbk_followup_draft *draft, const size_t *kept,
                      cbk_followup_data *out)
{
    const size_t n = out->source.used;
    for (size_t k = 0; kept != NULL && k < n; k++) {
        draft->time[k] = draft->time[kept[k]];
        draft->is_event[k] = draft->is_event[kept[k]];
        if (draft->is_competing != NULL) {
            draft->is_competing[k] = draft->is_competing[kept[k]];
        }
        if (draft->entry != NULL) {
            draft->entry[k] = draft->entry[kept[k]];
        }
        if (draft->weight != NULL) {
            draft->weight[k] = draft->weight[kept[k]];
        }
        if (draft->name != NULL) {
            draft->name[k] = draft->name[kept[k]];
        }
        if (draft->row != NULL) {
            draft->row[k] = draft->row[kept[k]];
        }
    }
    out->rows = (cbk_followup){.n = n,
                               .time = draft->time,
                               .is_event = draft->is_event,
                               .entry = draft->entry,
                               .weight = draft->weight};
    out->is_competing = draft->is_competing;
    out->name = draft->name;
    out->row = draft->row;
}

/* The kept rows of grouping columns. */
static cbk_column *keep_columns(const cbk_column *columns, size_t n_columns,
                                const size_t *kept, size_t n, cbk_arena *arena)
{
    cbk_column *out = CBK_NEW(arena, cbk_column, n_columns + 1);
    for (size_t i = 0; out != NULL && i < n_columns; i++) {
        out[i] = columns[i];
        double *number = columns[i].number != NULL ? CBK_NEW(arena, double, n + 1) : NULL;
        const char **text =
            columns[i].text != NULL ? CBK_NEW(arena, const char *, n + 1) : NULL;
        for (size_t k = 0; k < n; k++) {
            if (number != NULL) {
                number[k] = columns[i].number[kept[k]];
            }
            if (text != NULL) {
                text[k] = columns[i].text[kept[k]];
            }
        }
        out[i].number = number;
        out[i].text = text;
    }
    return out;
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

static cbk_status make_groups(const cbk_column *columns, size_t n_columns,
                              const size_t *kept, size_t n, cbk_arena *arena,
                              const cbk_groups **out, const char *const **labels,
                              cbk_error *err)
{
    cbk_column *used = keep_columns(columns, n_columns, kept, n, arena);
    const cbk_column **by = CBK_NEW(arena, const cbk_column *, n_columns + 1);
    if (by == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t i = 0; i < n_columns; i++) {
        by[i] = &used[i];
    }
    CBK_TRY(cbk_table_group(by, n_columns, n, arena, out, err));
    const char **names = CBK_NEW(arena, const char *, (*out)->n_groups + 1);
    for (size_t g = 0; names != NULL && g < (*out)->n_groups; g++) {
        /* Without columns there are no levels: NULL, which nothing may be added to. */
        const char *const *level = n_columns > 0 ? (*out)->level + g * n_columns : NULL;
        names[g] = join_level(level, n_columns, arena);
    }
    *labels = names;
    return cbk_arena_has_failed(arena) ? cbk_fail_memory(err) : CBK_OK;
}

/* The kept rows of what a regression reads beside the follow-up. */
static cbk_status keep_regression(const cbk_followup_draft *draft, const size_t *kept,
                                  cbk_arena *arena, cbk_followup_data *out,
                                  cbk_error *err)
{
    const size_t n = out->source.used;
    if (out->request->n_on > 0) {
        out->covariates = keep_columns(draft->on, out->request->n_on, kept, n, arena);
    }
    if (draft->offset != NULL) {
        const cbk_column *offset = keep_columns(draft->offset, 1, kept, n, arena);
        out->offset = offset != NULL ? offset->number : NULL;
    }
    if (draft->cluster != NULL) {
        const char *const *labels = NULL;
        CBK_TRY(
            make_groups(draft->cluster, 1, kept, n, arena, &out->cluster, &labels, err));
    }
    return cbk_arena_has_failed(arena) ? cbk_fail_memory(err) : CBK_OK;
}

cbk_status cbk_followup_finish(const cbk_followup_draft *draft, cbk_arena *arena,
                               cbk_followup_data *out, cbk_error *err)
{
    const cbk_followup_request *request = out->request;
    size_t *kept = NULL;
    CBK_TRY(choose_rows(draft, arena, out, &kept, err));
    const size_t n = out->source.used;
    CBK_TRY(make_groups(draft->by, request->n_by, kept, n, arena, &out->by,
                        &out->by_label, err));
    CBK_TRY(make_groups(draft->strata, request->n_strata, kept, n, arena, &out->strata,
                        &out->strata_label, err));
    CBK_TRY(keep_regression(draft, kept, arena, out, err));
    if (request->wants_causes) {
        CBK_TRY(cbk_followup_number_causes(draft, kept, arena, out, err));
    }
    keep_rows(draft, kept, out);
    if (request->is_time_exact || cbk_followup_has_near_ties(out)) {
        return CBK_OK;
    }
    const cbk_followup as_read = out->rows;
    const cbk_status status = cbk_followup_fix_ties(&as_read, arena, &out->rows, err);
    if (status == CBK_EDATA && err != NULL && err->row < n && kept != NULL) {
        err->row = kept[err->row];
    }
    return status;
}
