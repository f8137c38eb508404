/* followup_columns.c - follow-up from the wanted columns of a plain data file: less than
 * a tenth of the time and memory of reading its cells.  Contract:
 * study/followup/followup_reading.h.
 *
 * It never complains.  What is not plainly right is declined, and is then read, and
 * complained of, cell by cell.
 */
#include "base/text.h"
#include "exchange/csv_columns.h"
#include "study/followup/data_file.h"
#include "study/followup/followup_reading.h"

#include <math.h>

enum { N_SINGLE = 6 }; /* time, event, entry, weight, offset, cluster */

/* What was read: time, event, then what the request names of the others. */
typedef struct values {
    const cbk_csv_values *time;
    const cbk_csv_values *event;
    const cbk_csv_values *entry;   /* NULL: none */
    const cbk_csv_values *weight;  /* NULL: none */
    const cbk_csv_values *offset;  /* NULL: none */
    const cbk_csv_values *cluster; /* NULL: none */
    const cbk_csv_values *by;      /* [n_by], then strata */
    const cbk_csv_values *on;      /* [n_on] */
} values;

/* ---- columns ------------------------------------------------------------------------
 */

/* False: there is no such column, or it is wanted already. */
static bool add_want(cbk_csv_want *wants, size_t *n, size_t column, cbk_csv_kind kind)
{
    if (column == SIZE_MAX) {
        return false;
    }
    for (size_t i = 0; i < *n; i++) {
        if (wants[i].column == column) {
            return false;
        }
    }
    wants[(*n)++] = (cbk_csv_want){.column = column, .kind = kind};
    return true;
}

static bool add_levels(const cbk_reading *at, const char *const *names, size_t n_names,
                       cbk_csv_want *wants, size_t *n)
{
    for (size_t i = 0; i < n_names; i++) {
        if (!add_want(wants, n, cbk_csv_column(at->csv, names[i]), CBK_CSV_LEVEL)) {
            return false;
        }
    }
    return true;
}

static bool add_covariates(const cbk_reading *at, cbk_csv_want *wants, size_t *n)
{
    const cbk_followup_request *request = at->request;
    for (size_t i = 0; i < request->n_on; i++) {
        const bool is_level = cbk_reading_is_categorical(request, request->on[i]);
        if (!add_want(wants, n, cbk_csv_column(at->csv, request->on[i]),
                      is_level ? CBK_CSV_LEVEL : CBK_CSV_NUMBER)) {
            return false;
        }
    }
    return true;
}

/* A column that need not be named; *out stays NULL where it is not. */
static bool add_named(const cbk_reading *at, const char *name, cbk_csv_kind kind,
                      cbk_csv_want *wants, size_t *n, const cbk_csv_values *read,
                      const cbk_csv_values **out)
{
    if (name == NULL) {
        return true;
    }
    *out = &read[*n];
    return add_want(wants, n, cbk_csv_column(at->csv, name), kind);
}

static bool read_values(cbk_reading *at, cbk_csv_scan *scan, values *out, size_t *n_rows)
{
    const cbk_followup_request *request = at->request;
    const size_t n_most = N_SINGLE + request->n_by + request->n_strata + request->n_on;
    cbk_csv_want *wants = CBK_NEW(at->arena, cbk_csv_want, n_most);
    cbk_csv_values *read = CBK_NEW(at->arena, cbk_csv_values, n_most);
    size_t n = 0;
    if (read == NULL || !add_want(wants, &n, at->time_column, CBK_CSV_NUMBER) ||
        !add_want(wants, &n, at->event_column, CBK_CSV_LEVEL)) {
        return false;
    }
    *out = (values){.time = &read[0], .event = &read[1]};
    if (!add_named(at, request->entry, CBK_CSV_NUMBER, wants, &n, read, &out->entry) ||
        !add_named(at, request->weight, CBK_CSV_NUMBER, wants, &n, read, &out->weight) ||
        !add_named(at, request->offset, CBK_CSV_NUMBER, wants, &n, read, &out->offset) ||
        !add_named(at, request->cluster, CBK_CSV_TEXT, wants, &n, read, &out->cluster)) {
        return false;
    }
    out->by = &read[n];
    if (!add_levels(at, request->by, request->n_by, wants, &n) ||
        !add_levels(at, request->strata, request->n_strata, wants, &n)) {
        return false;
    }
    out->on = &read[n];
    return add_covariates(at, wants, &n) &&
           cbk_csv_scan_read(scan, wants, n, "NA", read, n_rows);
}

/* ---- the event ----------------------------------------------------------------------
 */

typedef struct event_coding {
    bool is_missing[CBK_CSV_LEVELS_MAX];
    bool is_event[CBK_CSV_LEVELS_MAX];
    bool has_missing;
} event_coding;

/* False where the coding is not said. */
static bool find_coding(const cbk_reading *at, const cbk_csv_values *event,
                        event_coding *out)
{
    *out = (event_coding){0};
    bool has_event = false;
    bool has_censored = false;
    bool has_word = false;
    for (size_t i = 0; i < event->n_levels; i++) {
        const char *level = event->level[i];
        bool is_one = false;
        double number = 0.0;
        out->is_missing[i] = cbk_data_cell_is_missing(level);
        out->has_missing = out->has_missing || out->is_missing[i];
        if (out->is_missing[i]) {
            continue;
        }
        if (at->event_value == NULL && !cbk_reading_is_zero_or_one(at, level, &is_one)) {
            return false;
        }
        out->is_event[i] = cbk_reading_is_event_cell(at, level);
        has_event = has_event || out->is_event[i];
        has_censored = has_censored || !out->is_event[i];
        has_word = has_word || !cbk_number_parse(level, true, &number);
    }
    /* A word that never occurs is a slip of the pen. */
    return !has_word || (at->is_value_censored ? has_censored : has_event);
}

/* ---- rows ---------------------------------------------------------------------------
 */

/* Whether all numbers are at least `least`, or missing. */
static bool are_at_least(const double *number, size_t n, double least, bool *has_missing)
{
    unsigned n_low = 0;
    unsigned n_missing = 0;
    for (size_t i = 0; i < n; i++) {
        n_low += number[i] < least;
        n_missing += isnan(number[i]) ? 1u : 0u;
    }
    *has_missing = *has_missing || n_missing > 0;
    return n_low == 0;
}

static bool are_entries_before(const double *entry, const double *time, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (entry[i] >= time[i]) {
            return false;
        }
    }
    return true;
}

static cbk_lack lack_of(const values *read, const event_coding *coding, size_t i)
{
    return isnan(read->time->number[i])                     ? CBK_LACK_TIME
           : coding->is_missing[read->event->code[i]]       ? CBK_LACK_EVENT
           : read->entry && isnan(read->entry->number[i])   ? CBK_LACK_ENTRY
           : read->weight && isnan(read->weight->number[i]) ? CBK_LACK_WEIGHT
                                                            : CBK_LACK_NOTHING;
}

/* Levels as texts, for grouping. */
static const cbk_column *text_columns(const cbk_csv_values *read,
                                      const char *const *names, size_t n_names,
                                      size_t n_rows, cbk_arena *arena)
{
    cbk_column *columns = CBK_NEW(arena, cbk_column, n_names + 1);
    for (size_t c = 0; columns != NULL && c < n_names; c++) {
        const char **text = CBK_NEW(arena, const char *, n_rows + 1);
        const char *of_code[CBK_CSV_LEVELS_MAX];
        for (size_t i = 0; i < read[c].n_levels; i++) {
            const char *level = read[c].level[i];
            of_code[i] = cbk_data_cell_is_missing(level) ? NULL : level;
        }
        for (size_t row = 0; text != NULL && row < n_rows; row++) {
            text[row] = of_code[read[c].code[row]];
        }
        columns[c] =
            (cbk_column){.name = names[c], .type = CBK_COLUMN_TEXT, .text = text};
    }
    return columns;
}

/* Whether every number is finite, or missing. */
static bool are_finite(const double *number, size_t n)
{
    unsigned n_infinite = 0;
    for (size_t i = 0; i < n; i++) {
        n_infinite += isinf(number[i]) ? 1u : 0u;
    }
    return n_infinite == 0;
}

static bool add_number(const cbk_csv_values *read, const char *name, size_t n_rows,
                       cbk_column *out)
{
    *out = (cbk_column){.name = name, .type = CBK_COLUMN_NUMBER, .number = read->number};
    return are_finite(read->number, n_rows);
}

/* Covariates, offset, cluster, and the numbers of the rows. */
static bool add_regression(const cbk_reading *at, const values *read, size_t n_rows,
                           cbk_followup_draft *draft)
{
    const cbk_followup_request *request = at->request;
    cbk_column *on = CBK_NEW(at->arena, cbk_column, request->n_on + 1);
    cbk_column *others = CBK_NEW(at->arena, cbk_column, 2);
    if (others == NULL) {
        return false;
    }
    for (size_t i = 0; i < request->n_on; i++) {
        if (read->on[i].number == NULL) {
            const cbk_column *texts =
                text_columns(&read->on[i], &request->on[i], 1, n_rows, at->arena);
            if (texts == NULL) {
                return false;
            }
            on[i] = texts[0];
        } else if (!add_number(&read->on[i], request->on[i], n_rows, &on[i])) {
            return false;
        }
    }
    draft->on = on;
    if (read->offset != NULL) {
        draft->offset = &others[0];
        if (!add_number(read->offset, request->offset, n_rows, &others[0])) {
            return false;
        }
    }
    if (read->cluster != NULL) {
        const char **text = read->cluster->text;
        for (size_t row = 0; row < n_rows; row++) {
            text[row] = cbk_data_cell_is_missing(text[row]) ? NULL : text[row];
        }
        others[1] =
            (cbk_column){.name = request->cluster, .type = CBK_COLUMN_TEXT, .text = text};
        draft->cluster = &others[1];
    }
    draft->row = request->n_on > 0 ? CBK_NEW(at->arena, size_t, n_rows + 1) : NULL;
    for (size_t row = 0; draft->row != NULL && row < n_rows; row++) {
        draft->row[row] = row + 1;
    }
    return !cbk_arena_has_failed(at->arena);
}

/* The levels that are events, as texts. */
static const cbk_column *cause_column(const cbk_reading *at, const cbk_csv_values *event,
                                      const event_coding *coding, size_t n_rows)
{
    cbk_column *column = CBK_NEW(at->arena, cbk_column, 1);
    const char **text = CBK_NEW(at->arena, const char *, n_rows + 1);
    for (size_t row = 0; text != NULL && row < n_rows; row++) {
        const uint8_t code = event->code[row];
        text[row] = coding->is_event[code] ? event->level[code] : NULL;
    }
    if (text != NULL) {
        *column =
            (cbk_column){.name = at->event_name, .type = CBK_COLUMN_TEXT, .text = text};
    }
    return column;
}

static bool make_draft(const cbk_reading *at, const values *read, size_t n,
                       cbk_followup_draft *draft)
{
    const cbk_followup_request *request = at->request;
    event_coding coding;
    bool has_missing = false;
    const double above_zero = 0x1p-1074;
    if (!find_coding(at, read->event, &coding) ||
        !are_at_least(read->time->number, n, 0.0, &has_missing) ||
        (read->entry &&
         (!are_at_least(read->entry->number, n, 0.0, &has_missing) ||
          !are_entries_before(read->entry->number, read->time->number, n))) ||
        (read->weight &&
         !are_at_least(read->weight->number, n, above_zero, &has_missing))) {
        return false;
    }
    *draft = (cbk_followup_draft){
        .n_rows = n,
        .time = read->time->number,
        .is_event = CBK_NEW(at->arena, bool, n + 1),
        .entry = read->entry ? read->entry->number : NULL,
        .weight = read->weight ? read->weight->number : NULL,
        .by = text_columns(read->by, request->by, request->n_by, n, at->arena),
        .strata = text_columns(read->by + request->n_by, request->strata,
                               request->n_strata, n, at->arena)};
    if (request->wants_causes) {
        draft->cause = cause_column(at, read->event, &coding, n);
    }
    if (!add_regression(at, read, n, draft)) {
        return false;
    }
    if (has_missing || coding.has_missing) {
        draft->lack = CBK_NEW(at->arena, cbk_lack, n + 1);
    }
    if (cbk_arena_has_failed(at->arena)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        draft->is_event[i] = coding.is_event[read->event->code[i]];
    }
    for (size_t i = 0; draft->lack != NULL && i < n; i++) {
        draft->lack[i] = lack_of(read, &coding, i);
    }
    return true;
}

static bool read_columns(cbk_reading *at, cbk_csv_scan *scan, cbk_followup_data *data)
{
    values read;
    size_t n_rows = 0;
    cbk_followup_draft draft;
    at->csv = cbk_csv_scan_header(scan);
    return cbk_reading_find_columns(at, NULL) == CBK_OK &&
           read_values(at, scan, &read, &n_rows) &&
           make_draft(at, &read, n_rows, &draft) &&
           cbk_followup_finish(&draft, at->arena, data, NULL) == CBK_OK;
}

bool cbk_followup_of_columns(const char *path, cbk_arena *arena, cbk_followup_data *data)
{
    cbk_reading at = {.request = data->request, .arena = arena};
    cbk_csv_scan *scan = NULL;
    const bool is_read =
        cbk_csv_scan_open(path, arena, &scan) && read_columns(&at, scan, data);
    cbk_csv_scan_close(scan);
    return is_read;
}
