/* followup_coding.c - which columns of a data file a request names, and which of the
 * event's values is the event.  Contract: followup_reading.h.
 */
#include "study/followup/followup_reading.h"

#include "base/text.h"
#include "study/followup/data_file.h"

#include <string.h>

typedef cbk_reading reading;

cbk_status cbk_reading_need_column(const reading *at, const char *option,
                                   const char *name, size_t *out, cbk_error *err)
{
    *out = cbk_csv_column(at->csv, name);
    if (*out != SIZE_MAX) {
        return CBK_OK;
    }
    char hint[CBK_HINT_SIZE];
    return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE, "%s has no column \"%s\" (%s)%s",
                    at->csv->file, name, option,
                    cbk_spelling_hint(name, at->csv->header, at->csv->n_columns, hint));
}

/* "status=2" names a column that is called "status", unless one is called "status=2".
 * With causes the value that is told is the one of who is censored. */
static cbk_status find_event(reading *at, cbk_error *err)
{
    const char *event = at->request->event;
    const char *equals = strchr(event, '=');
    at->event_name = event;
    at->event_value = at->request->censor;
    at->is_value_censored = at->request->censor != NULL;
    if (equals != NULL && cbk_csv_column(at->csv, event) == SIZE_MAX) {
        at->event_name = cbk_text_copy_bytes(at->arena, event, (size_t)(equals - event));
        if (at->event_name == NULL) {
            return cbk_fail_memory(err);
        }
        if (at->request->wants_causes) {
            return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                            "With several kinds of event --event names the column alone: "
                            "write --event %s, and --censor VALUE for the value that "
                            "says censored.",
                            at->event_name);
        }
        at->event_value = equals + 1;
    }
    return cbk_reading_need_column(at, "--event", at->event_name, &at->event_column, err);
}

cbk_status cbk_reading_find_columns(reading *at, cbk_error *err)
{
    CBK_TRY(
        cbk_reading_need_column(at, "--time", at->request->time, &at->time_column, err));
    CBK_TRY(find_event(at, err));
    at->entry_column = SIZE_MAX;
    at->weight_column = SIZE_MAX;
    if (at->request->entry != NULL) {
        CBK_TRY(cbk_reading_need_column(at, "--entry", at->request->entry,
                                        &at->entry_column, err));
    }
    if (at->request->weight != NULL) {
        CBK_TRY(cbk_reading_need_column(at, "--weight", at->request->weight,
                                        &at->weight_column, err));
    }
    return CBK_OK;
}

cbk_place cbk_reading_line(const reading *at, size_t row)
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

bool cbk_reading_is_categorical(const cbk_followup_request *request, const char *name)
{
    for (size_t i = 0; i < request->n_categorical; i++) {
        if (strcmp(request->categorical[i], name) == 0) {
            return true;
        }
    }
    return false;
}

bool cbk_reading_is_zero_or_one(const reading *at, const char *cell, bool *is_event)
{
    double number = 0.0;
    if (!cbk_csv_number(at->csv, cell, &number) || (number != 0.0 && number != 1.0)) {
        return false;
    }
    *is_event = number == 1.0;
    return true;
}

static bool is_value(const reading *at, const char *cell)
{
    double number = 0.0;
    double wanted = 0.0;
    return strcmp(cell, at->event_value) == 0 ||
           (cbk_csv_number(at->csv, cell, &number) &&
            cbk_number_parse(at->event_value, false, &wanted) && number == wanted);
}

/* Words that hold no such value are a slip of the pen; numbers may just have no events.
 */
static bool is_value_found(const reading *at)
{
    const char *word = NULL;
    size_t word_row = 0;
    const char **held = CBK_NEW(at->arena, const char *, at->csv->n_rows + 1);
    size_t n_held = 0;
    for (size_t row = 0; row < at->csv->n_rows; row++) {
        const char *cell = cbk_csv_cell(at->csv, row, at->event_column);
        double number = 0.0;
        if (cbk_data_cell_is_missing(cell)) {
            continue;
        }
        if (is_value(at, cell)) {
            return true;
        }
        if (word == NULL && !cbk_csv_number(at->csv, cell, &number)) {
            word = cell;
            word_row = row;
        }
        if (held != NULL) {
            held[n_held++] = cell;
        }
    }
    if (word == NULL) {
        return true;
    }
    char hint[CBK_HINT_SIZE];
    cbk_problems_add(at->problems, cbk_reading_line(at, word_row),
                     "column `%s`: no cell is \"%.60s\"; the column holds %s%s",
                     at->event_name, at->event_value, values_held(at, at->event_column),
                     cbk_spelling_hint(at->event_value, held, n_held, hint));
    return false;
}

bool cbk_reading_is_coding_clear(const reading *at)
{
    if (at->event_value != NULL) {
        return is_value_found(at);
    }
    for (size_t row = 0; row < at->csv->n_rows; row++) {
        const char *cell = cbk_csv_cell(at->csv, row, at->event_column);
        bool is_event = false;
        if (!cbk_data_cell_is_missing(cell) &&
            !cbk_reading_is_zero_or_one(at, cell, &is_event)) {
            const char *how =
                at->request->wants_causes
                    ? "--censor VALUE"
                    : cbk_text_format(at->arena, "--event %s=VALUE", at->event_name);
            cbk_problems_add(at->problems, cbk_reading_line(at, row),
                             "column `%s`: found \"%.60s\", and it is not said which "
                             "value is %s; the column holds %s: write %s",
                             at->event_name, cell,
                             at->request->wants_causes ? "censored" : "the event",
                             values_held(at, at->event_column), how != NULL ? how : "it");
            return false;
        }
    }
    return true;
}

bool cbk_reading_is_event_cell(const reading *at, const char *cell)
{
    bool is_event = false;
    if (at->event_value == NULL) {
        (void)cbk_reading_is_zero_or_one(at, cell, &is_event);
        return is_event;
    }
    return is_value(at, cell) != at->is_value_censored;
}
