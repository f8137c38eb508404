/* followup_file.c - follow-up from the columns of a data file.  Contract:
 * study/followup/followup.h.
 */
#include "base/file.h"
#include "base/text.h"
#include "study/followup/data_file.h"
#include "study/followup/followup_reading.h"
#include "study/internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef cbk_reading reading;

/* ---- rows
 * --------------------------------------------------------------------------------- */

/* A time that must be a number from 0; a mistake is told with its place. */
static bool read_time(const reading *at, size_t row, size_t column, double *out)
{
    const char *cell = cbk_csv_cell(at->csv, row, column);
    if (cbk_csv_number(at->csv, cell, out) && *out >= 0.0) {
        return true;
    }
    cbk_problems_add(at->problems, cbk_reading_line(at, row),
                     "column `%s`: found \"%.60s\", expected a number from 0",
                     at->csv->header[column], cell);
    *out = 0.0;
    return false;
}

/* Whether the row has a value in a column that the request names. */
static bool has_value(const reading *at, size_t row, size_t column)
{
    return column == SIZE_MAX ||
           !cbk_data_cell_is_missing(cbk_csv_cell(at->csv, row, column));
}

static void read_row(const reading *at, size_t row, size_t k, cbk_followup_draft *draft)
{
    draft->lack[k] = !has_value(at, row, at->time_column)     ? CBK_LACK_TIME
                     : !has_value(at, row, at->event_column)  ? CBK_LACK_EVENT
                     : !has_value(at, row, at->entry_column)  ? CBK_LACK_ENTRY
                     : !has_value(at, row, at->weight_column) ? CBK_LACK_WEIGHT
                                                              : CBK_LACK_NOTHING;
    if (draft->lack[k] != CBK_LACK_NOTHING) {
        return;
    }
    draft->is_event[k] =
        cbk_reading_is_event_cell(at, cbk_csv_cell(at->csv, row, at->event_column));
    const bool is_timed = read_time(at, row, at->time_column, &draft->time[k]);
    if (draft->entry != NULL && read_time(at, row, at->entry_column, &draft->entry[k]) &&
        is_timed && draft->entry[k] >= draft->time[k]) {
        cbk_problems_add(at->problems, cbk_reading_line(at, row),
                         "column `%s`: entry at %.15g is not before the end at %.15g",
                         at->request->entry, draft->entry[k], draft->time[k]);
    }
    if (draft->weight != NULL &&
        read_time(at, row, at->weight_column, &draft->weight[k]) &&
        draft->weight[k] == 0.0) {
        cbk_problems_add(at->problems, cbk_reading_line(at, row),
                         "column `%s`: a weight of 0; leave the row out with --where",
                         at->request->weight);
    }
}

/* Grouping columns of the kept rows, as texts. */
static cbk_status read_groups(const reading *at, const char *option,
                              const char *const *names, size_t n_names,
                              const size_t *kept, size_t n, const cbk_column **out,
                              cbk_error *err)
{
    cbk_column *columns = CBK_NEW(at->arena, cbk_column, n_names + 1);
    for (size_t i = 0; columns != NULL && i < n_names; i++) {
        size_t column = 0;
        CBK_TRY(cbk_reading_need_column(at, option, names[i], &column, err));
        const char **text = CBK_NEW(at->arena, const char *, n + 1);
        for (size_t k = 0; text != NULL && k < n; k++) {
            const char *cell = cbk_csv_cell(at->csv, kept[k], column);
            text[k] = cbk_data_cell_is_missing(cell) ? NULL : cell;
        }
        columns[i] =
            (cbk_column){.name = names[i], .type = CBK_COLUMN_TEXT, .text = text};
    }
    *out = columns;
    return cbk_arena_has_failed(at->arena) ? cbk_fail_memory(err) : CBK_OK;
}

/* Row numbers for which --where is true. */
static cbk_status keep_rows(const reading *at, const size_t **kept, size_t *n,
                            cbk_error *err)
{
    size_t *rows = CBK_NEW(at->arena, size_t, at->csv->n_rows + 1);
    if (rows == NULL) {
        return cbk_fail_memory(err);
    }
    *kept = rows;
    *n = 0;
    if (at->request->where == NULL) {
        for (size_t row = 0; row < at->csv->n_rows; row++) {
            rows[(*n)++] = row;
        }
        return CBK_OK;
    }
    cbk_study *study = NULL;
    CBK_TRY(
        cbk_study_of_data_file(at->csv, &at->request->where, 1, at->arena, &study, err));
    row_set *set = NULL;
    const cbk_status status = cbk_study_rows(study, NULL, at->request->where, &set, err);
    if (status == CBK_OK) {
        memcpy(rows, set->rows, set->n * sizeof *rows);
        *n = set->n;
    }
    cbk_study_close(study);
    return status;
}

/* ---- what a regression reads
 * ----------------------------------------------------------------- */

/* A column of numbers of the kept rows. */
static cbk_status read_numbers(const reading *at, const char *option, const char *name,
                               const char *hint, const size_t *kept, size_t n,
                               cbk_column *out, cbk_error *err)
{
    size_t column = 0;
    CBK_TRY(cbk_reading_need_column(at, option, name, &column, err));
    double *number = CBK_NEW(at->arena, double, n + 1);
    if (number == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t k = 0; k < n; k++) {
        const char *cell = cbk_csv_cell(at->csv, kept[k], column);
        if (cbk_data_cell_is_missing(cell)) {
            number[k] = (double)NAN;
        } else if (!cbk_csv_number(at->csv, cell, &number[k]) || !isfinite(number[k])) {
            number[k] = 0.0;
            cbk_problems_add(at->problems, cbk_reading_line(at, kept[k]),
                             "column `%s`: found \"%.60s\", expected a number%s", name,
                             cell, hint);
        }
    }
    *out = (cbk_column){.name = name, .type = CBK_COLUMN_NUMBER, .number = number};
    return CBK_OK;
}

static cbk_status read_regression(const reading *at, const size_t *kept, size_t n,
                                  cbk_followup_draft *draft, cbk_error *err)
{
    const cbk_followup_request *request = at->request;
    cbk_column *on = CBK_NEW(at->arena, cbk_column, request->n_on + 1);
    cbk_column *offset = CBK_NEW(at->arena, cbk_column, 1);
    if (offset == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t i = 0; i < request->n_on; i++) {
        if (cbk_reading_is_categorical(request, request->on[i])) {
            const cbk_column *texts = NULL;
            CBK_TRY(read_groups(at, "--on", &request->on[i], 1, kept, n, &texts, err));
            on[i] = texts[0];
        } else {
            CBK_TRY(read_numbers(at, "--on", request->on[i],
                                 "; if these are categories, name it in --categorical",
                                 kept, n, &on[i], err));
        }
    }
    draft->on = on;
    if (request->offset != NULL) {
        CBK_TRY(read_numbers(at, "--offset", request->offset, "", kept, n, offset, err));
        draft->offset = offset;
    }
    return request->cluster == NULL ? CBK_OK
                                    : read_groups(at, "--cluster", &request->cluster, 1,
                                                  kept, n, &draft->cluster, err);
}

/* What the event was, of the rows that have one. */
static cbk_status read_causes(const reading *at, const size_t *kept,
                              cbk_followup_draft *draft, cbk_error *err)
{
    cbk_column *column = CBK_NEW(at->arena, cbk_column, 1);
    const char **text = CBK_NEW(at->arena, const char *, draft->n_rows + 1);
    if (text == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t k = 0; k < draft->n_rows; k++) {
        const char *cell = cbk_csv_cell(at->csv, kept[k], at->event_column);
        const bool is_event = draft->lack[k] == CBK_LACK_NOTHING && draft->is_event[k];
        text[k] = is_event ? cell : NULL;
    }
    *column = (cbk_column){.name = at->event_name, .type = CBK_COLUMN_TEXT, .text = text};
    draft->cause = column;
    return CBK_OK;
}

static cbk_status read_rows(const reading *at, const size_t *kept, size_t n,
                            cbk_followup_draft *draft, cbk_error *err)
{
    const cbk_followup_request *request = at->request;
    *draft = (cbk_followup_draft){
        .n_rows = n,
        .time = CBK_NEW(at->arena, double, n + 1),
        .is_event = CBK_NEW(at->arena, bool, n + 1),
        .entry = request->entry != NULL ? CBK_NEW(at->arena, double, n + 1) : NULL,
        .weight = request->weight != NULL ? CBK_NEW(at->arena, double, n + 1) : NULL,
        .row = request->n_on > 0 ? CBK_NEW(at->arena, size_t, n + 1) : NULL,
        .lack = CBK_NEW(at->arena, cbk_lack, n + 1)};
    if (cbk_arena_has_failed(at->arena)) {
        return cbk_fail_memory(err);
    }
    CBK_TRY(
        read_groups(at, "--by", request->by, request->n_by, kept, n, &draft->by, err));
    CBK_TRY(read_groups(at, "--strata", request->strata, request->n_strata, kept, n,
                        &draft->strata, err));
    CBK_TRY(read_regression(at, kept, n, draft, err));
    for (size_t k = 0; draft->row != NULL && k < n; k++) {
        draft->row[k] = kept[k] + 1;
    }
    const bool is_clear = cbk_reading_is_coding_clear(at);
    for (size_t k = 0; is_clear && k < n; k++) {
        read_row(at, kept[k], k, draft);
    }
    if (request->wants_causes) {
        CBK_TRY(read_causes(at, kept, draft, err));
    }
    return at->problems->n_found == 0 ? CBK_OK
                                      : cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                                                 "%s has mistakes.", at->csv->file);
}

static cbk_status fingerprint_of(const char *path, cbk_arena *arena, const char **out,
                                 cbk_error *err)
{
    const char *bytes = NULL;
    size_t size = 0;
    char *hash = CBK_NEW(arena, char, 65);
    if (hash == NULL) {
        return cbk_fail_memory(err);
    }
    CBK_TRY(cbk_file_read(path, SIZE_MAX / 2, arena, &bytes, &size, err));
    cbk_sha256_hex(bytes, size, hash);
    *out = hash;
    return CBK_OK;
}

static cbk_status finish(const reading *at, const size_t *kept,
                         const cbk_followup_draft *draft, cbk_followup_data *data,
                         cbk_error *err)
{
    cbk_error failure = {.row = CBK_ROW_NONE, .message = ""};
    const cbk_status status = cbk_followup_finish(draft, at->arena, data, &failure);
    if (status == CBK_EDATA && failure.row < draft->n_rows) {
        cbk_problems_add(at->problems, cbk_reading_line(at, kept[failure.row]), "%s",
                         failure.message);
    }
    return status == CBK_OK ? CBK_OK
                            : cbk_fail(err, status, CBK_ROW_NONE, "%s", failure.message);
}

static cbk_status read_cells(const char *path, const cbk_followup_request *request,
                             cbk_arena *arena, cbk_problems *problems,
                             cbk_followup_data *data, cbk_error *err)
{
    reading at = {.request = request, .arena = arena, .problems = problems};
    CBK_TRY(cbk_csv_read(path, arena, problems, &at.csv, err));
    CBK_TRY(cbk_reading_find_columns(&at, err));
    const size_t *kept = NULL;
    size_t n = 0;
    cbk_followup_draft draft;
    CBK_TRY(keep_rows(&at, &kept, &n, err));
    CBK_TRY(read_rows(&at, kept, n, &draft, err));
    return finish(&at, kept, &draft, data, err);
}

cbk_status cbk_followup_of_file(const char *path, const cbk_followup_request *request,
                                cbk_arena *arena, cbk_problems *problems,
                                const cbk_followup_data **out, cbk_error *err)
{
    *out = NULL;
    cbk_followup_data *data = CBK_NEW(arena, cbk_followup_data, 1);
    if (data == NULL) {
        return cbk_fail_memory(err);
    }
    const cbk_followup_data start = {.request = request,
                                     .source = {.name = path},
                                     .endpoint = request->time,
                                     .event = request->event,
                                     .label = request->time};
    *data = start;
    const cbk_mark before = cbk_arena_mark(arena);
    if (request->where != NULL || !cbk_followup_of_columns(path, arena, data)) {
        cbk_arena_release(arena, before);
        *data = start;
        CBK_TRY(read_cells(path, request, arena, problems, data, err));
    }
    if (request->wants_fingerprint) {
        CBK_TRY(fingerprint_of(path, arena, &data->source.sha256, err));
    }
    *out = data;
    return CBK_OK;
}
