/* curves_file.c - curves of a data file.  Contract: study/curves.h. */
#include "base/file.h"
#include "base/text.h"
#include "study/data_file.h"
#include "study/followup.h"
#include "study/internal.h"

#include <stdlib.h>
#include <string.h>

/* A file being read for one analysis. */
typedef struct reading {
    const cbk_csv *csv;
    const cbk_file_columns *columns;
    size_t time_column, event_column, entry_column;
    const char *event_name;
    const char *event_value; /* of "status=2"; NULL: a column of 0 and 1 */
    cbk_arena *arena;
    cbk_problems *problems;
} reading;

static cbk_status no_memory(cbk_error *err)
{
    return cbk_fail(err, CBK_ENOMEM, CBK_ROW_NONE, "Out of memory.");
}

static cbk_status need_column(const reading *at, const char *option, const char *name,
                              size_t *out, cbk_error *err)
{
    *out = cbk_csv_column(at->csv, name);
    if (*out != SIZE_MAX) {
        return CBK_OK;
    }
    const char *nearest = cbk_nearest_spelling(name, at->csv->header, at->csv->n_columns);
    return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE, "%s has no column \"%s\" (%s)%s%s%s.",
                    at->csv->file, name, option,
                    nearest != NULL ? "; did you mean \"" : "",
                    nearest != NULL ? nearest : "", nearest != NULL ? "\"?" : "");
}

/* "status=2" names a column that is called "status", unless one is called "status=2". */
static cbk_status find_columns(reading *at, cbk_error *err)
{
    const char *event = at->columns->event;
    CBK_TRY(need_column(at, "--time", at->columns->time, &at->time_column, err));
    const char *equals = strchr(event, '=');
    at->event_name = event;
    if (equals != NULL && cbk_csv_column(at->csv, event) == SIZE_MAX) {
        at->event_name = cbk_text_copy_bytes(at->arena, event, (size_t)(equals - event));
        at->event_value = equals + 1;
        if (at->event_name == NULL) {
            return no_memory(err);
        }
    }
    CBK_TRY(need_column(at, "--event", at->event_name, &at->event_column, err));
    at->entry_column = SIZE_MAX;
    if (at->columns->entry != NULL) {
        CBK_TRY(need_column(at, "--entry", at->columns->entry, &at->entry_column, err));
    }
    return CBK_OK;
}

static cbk_place line_of(const reading *at, size_t row)
{
    return (cbk_place){.file = at->csv->file, .line = at->csv->line[row]};
}

/* ---- the event's coding
 * ------------------------------------------------------------------ */

/* The values a column holds, for the message that asks which one is the event. */
static const char *values_held(const reading *at, size_t column)
{
    enum { SHOWN = 8 };
    const char *seen[SHOWN];
    size_t n = 0;
    bool is_more = false;
    for (size_t row = 0; row < at->csv->n_rows; row++) {
        const char *cell = cbk_csv_cell(at->csv, row, column);
        bool is_known = cbk_data_cell_is_missing(cell);
        for (size_t i = 0; i < n && !is_known; i++) {
            is_known = strcmp(seen[i], cell) == 0;
        }
        is_more = is_more || (!is_known && n == SHOWN);
        if (!is_known && n < SHOWN) {
            seen[n++] = cell;
        }
    }
    cbk_buffer list = {0};
    for (size_t i = 0; i < n; i++) {
        cbk_buffer_addf(&list, "%s%.40s", i > 0 ? ", " : "", seen[i]);
    }
    cbk_buffer_add(&list, is_more ? ", ..." : "");
    const char *text = cbk_text_copy(at->arena, list.bytes != NULL ? list.bytes : "");
    cbk_buffer_free(&list);
    return text;
}

static bool is_zero_or_one(const reading *at, const char *cell, bool *is_event)
{
    double number = 0.0;
    if (!cbk_csv_number(at->csv, cell, &number) || (number != 0.0 && number != 1.0)) {
        return false;
    }
    *is_event = number == 1.0;
    return true;
}

/* Without a value the column must be 0 and 1: the coding is never guessed. */
static bool is_coding_clear(const reading *at)
{
    for (size_t row = 0; at->event_value == NULL && row < at->csv->n_rows; row++) {
        const char *cell = cbk_csv_cell(at->csv, row, at->event_column);
        bool is_event = false;
        if (!cbk_data_cell_is_missing(cell) && !is_zero_or_one(at, cell, &is_event)) {
            cbk_problems_add(
                at->problems, line_of(at, row),
                "column `%s`: found \"%.60s\", and it is not said which value is "
                "the event; the column holds %s: write --event %s=VALUE",
                at->event_name, cell, values_held(at, at->event_column), at->event_name);
            return false;
        }
    }
    return true;
}

static bool is_event_cell(const reading *at, const char *cell)
{
    bool is_event = false;
    if (at->event_value == NULL) {
        (void)is_zero_or_one(at, cell, &is_event);
        return is_event;
    }
    double number = 0.0;
    double wanted = 0.0;
    return strcmp(cell, at->event_value) == 0 ||
           (cbk_csv_number(at->csv, cell, &number) &&
            cbk_number_parse(at->event_value, false, &wanted) && number == wanted);
}

/* ---- rows
 * --------------------------------------------------------------------------------- */

/* A time that must be a number from 0; a mistake is told with its place. */
static bool read_time(const reading *at, size_t row, size_t column, double *out)
{
    const char *cell = cbk_csv_cell(at->csv, row, column);
    if (cbk_csv_number(at->csv, cell, out) && *out >= 0.0) {
        return true;
    }
    cbk_problems_add(at->problems, line_of(at, row),
                     "column `%s`: found \"%.60s\", expected a number from 0",
                     at->csv->header[column], cell);
    *out = 0.0;
    return false;
}

static cbk_lack read_row(const reading *at, size_t row, double *time, bool *is_event,
                         double *entry)
{
    if (cbk_data_cell_is_missing(cbk_csv_cell(at->csv, row, at->time_column))) {
        return CBK_LACK_TIME;
    }
    const char *event = cbk_csv_cell(at->csv, row, at->event_column);
    if (cbk_data_cell_is_missing(event)) {
        return CBK_LACK_EVENT;
    }
    const bool is_entry = at->entry_column != SIZE_MAX;
    if (is_entry &&
        cbk_data_cell_is_missing(cbk_csv_cell(at->csv, row, at->entry_column))) {
        return CBK_LACK_ENTRY;
    }
    *is_event = is_event_cell(at, event);
    const bool is_fine = read_time(at, row, at->time_column, time) &&
                         (!is_entry || read_time(at, row, at->entry_column, entry));
    if (is_fine && is_entry && *entry >= *time) {
        cbk_problems_add(at->problems, line_of(at, row),
                         "column `%s`: entry at %g is not before the end at %g",
                         at->columns->entry, *entry, *time);
    }
    return CBK_LACK_NOTHING;
}

/* Grouping columns of the kept rows, as texts. */
static cbk_status read_groups(const reading *at, const size_t *kept, size_t n,
                              cbk_column **out, cbk_error *err)
{
    const size_t n_by = at->columns->n_by;
    cbk_column *by = CBK_NEW(at->arena, cbk_column, n_by + 1);
    for (size_t i = 0; by != NULL && i < n_by; i++) {
        size_t column = 0;
        CBK_TRY(need_column(at, "--by", at->columns->by[i], &column, err));
        const char **text = CBK_NEW(at->arena, const char *, n + 1);
        for (size_t k = 0; text != NULL && k < n; k++) {
            const char *cell = cbk_csv_cell(at->csv, kept[k], column);
            text[k] = cbk_data_cell_is_missing(cell) ? NULL : cell;
        }
        by[i] = (cbk_column){
            .name = at->columns->by[i], .type = CBK_COLUMN_TEXT, .text = text};
    }
    *out = by;
    return cbk_arena_has_failed(at->arena) ? no_memory(err) : CBK_OK;
}

/* Row numbers for which --where is true. */
static cbk_status keep_rows(const reading *at, const size_t **kept, size_t *n,
                            cbk_error *err)
{
    size_t *rows = CBK_NEW(at->arena, size_t, at->csv->n_rows + 1);
    if (rows == NULL) {
        return no_memory(err);
    }
    *kept = rows;
    *n = 0;
    if (at->columns->where == NULL) {
        for (size_t row = 0; row < at->csv->n_rows; row++) {
            rows[(*n)++] = row;
        }
        return CBK_OK;
    }
    cbk_study *study = NULL;
    CBK_TRY(cbk_study_of_data_file(at->csv, at->arena, &study, err));
    const row_set *set = NULL;
    const cbk_status status = cbk_study_rows(study, NULL, at->columns->where, &set, err);
    if (status == CBK_OK) {
        memcpy(rows, set->rows, set->n * sizeof *rows);
        *n = set->n;
    }
    cbk_study_close(study);
    return status;
}

static cbk_status read_rows(const reading *at, cbk_followup_rows *out, cbk_error *err)
{
    const size_t *kept = NULL;
    size_t n = 0;
    CBK_TRY(keep_rows(at, &kept, &n, err));
    double *time = CBK_NEW(at->arena, double, n + 1);
    double *entry = CBK_NEW(at->arena, double, n + 1);
    bool *is_event = CBK_NEW(at->arena, bool, n + 1);
    cbk_lack *lack = CBK_NEW(at->arena, cbk_lack, n + 1);
    cbk_column *by = NULL;
    if (lack == NULL) {
        return no_memory(err);
    }
    CBK_TRY(read_groups(at, kept, n, &by, err));
    const bool is_clear = is_coding_clear(at);
    for (size_t k = 0; is_clear && k < n; k++) {
        lack[k] = read_row(at, kept[k], &time[k], &is_event[k], &entry[k]);
    }
    *out = (cbk_followup_rows){.n_rows = n,
                               .time = time,
                               .is_event = is_event,
                               .entry = at->entry_column != SIZE_MAX ? entry : NULL,
                               .lack = lack,
                               .by = by,
                               .n_by = at->columns->n_by};
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
        return no_memory(err);
    }
    CBK_TRY(cbk_file_read(path, SIZE_MAX / 2, arena, &bytes, &size, err));
    cbk_sha256_hex(bytes, size, hash);
    *out = hash;
    return CBK_OK;
}

cbk_status cbk_curves_of_file(const char *path, const cbk_file_columns *columns,
                              bool time_fix, bool fingerprint,
                              const cbk_conventions *conventions, cbk_arena *arena,
                              cbk_problems *problems, const cbk_curves **out,
                              cbk_error *err)
{
    *out = NULL;
    reading at = {.columns = columns, .arena = arena, .problems = problems};
    CBK_TRY(cbk_csv_read(path, arena, problems, &at.csv, err));
    CBK_TRY(find_columns(&at, err));
    cbk_followup_rows rows;
    CBK_TRY(read_rows(&at, &rows, err));
    cbk_curves *curves = CBK_NEW(arena, cbk_curves, 1);
    if (curves == NULL) {
        return no_memory(err);
    }
    *curves = (cbk_curves){.source = {.name = path},
                           .endpoint = columns->time,
                           .event = columns->event,
                           .label = columns->time,
                           .where = columns->where,
                           .n_by = columns->n_by,
                           .by = columns->by,
                           .conventions = *conventions};
    if (fingerprint) {
        CBK_TRY(fingerprint_of(path, arena, &curves->source.sha256, err));
    }
    CBK_TRY(cbk_curves_build(&rows, time_fix, arena, curves, err));
    *out = curves;
    return CBK_OK;
}
