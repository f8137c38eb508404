/* data_file.c - a data file as a study of one form.  Contract:
 * study/followup/data_file.h. */
#include "study/followup/data_file.h"

#include "base/text.h"
#include "study/internal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { CHOICES_MAX = 20 };

bool cbk_data_cell_is_missing(const char *cell)
{
    return cell[0] == '\0' || strcmp(cell, "NA") == 0;
}

static int by_text(const void *lhs, const void *rhs)
{
    return strcmp(((const cbk_code *)lhs)->code, ((const cbk_code *)rhs)->code);
}

/* The distinct values of a column as choices, ascending; more than CHOICES_MAX: none. */
static size_t distinct_values(const cbk_csv *csv, size_t column, cbk_arena *arena,
                              const cbk_code **out)
{
    cbk_code *codes = CBK_NEW(arena, cbk_code, CHOICES_MAX);
    size_t n = 0;
    for (size_t row = 0; codes != NULL && row < csv->n_rows; row++) {
        const char *cell = cbk_csv_cell(csv, row, column);
        bool is_known = cbk_data_cell_is_missing(cell);
        for (size_t i = 0; i < n && !is_known; i++) {
            is_known = strcmp(codes[i].code, cell) == 0;
        }
        if (!is_known && n == CHOICES_MAX) {
            return 0;
        }
        if (!is_known) {
            codes[n++] = (cbk_code){.code = cell, .label = cell};
        }
    }
    if (codes != NULL) {
        qsort(codes, n, sizeof *codes, by_text);
    }
    *out = codes;
    return n;
}

/* What the cells of a column all are. */
static void find_type(const cbk_csv *csv, size_t column, cbk_arena *arena, cbk_field *out)
{
    bool is_number = true;
    bool is_boolean = true;
    size_t n_values = 0;
    for (size_t row = 0; row < csv->n_rows && is_number; row++) {
        const char *cell = cbk_csv_cell(csv, row, column);
        double number = 0.0;
        if (cbk_data_cell_is_missing(cell)) {
            continue;
        }
        n_values++;
        is_number = cbk_csv_number(csv, cell, &number);
        is_boolean = is_boolean && (number == 0.0 || number == 1.0);
    }
    if (is_number && n_values > 0) {
        out->type = is_boolean ? CBK_FIELD_BOOLEAN : CBK_FIELD_NUMBER;
        return;
    }
    out->n_choices = distinct_values(csv, column, arena, &out->choices);
    out->type = out->n_choices > 0 ? CBK_FIELD_CHOICE : CBK_FIELD_TEXT;
}

static bool contains(const char *text, const char *name)
{
    const size_t size = strlen(name);
    for (; *text != '\0'; text++) {
        if (strncasecmp(text, name, size) == 0) { /* as SQL compares names */
            return true;
        }
    }
    return false;
}

/* A name that SQL writes otherwise than it is counts as mentioned. */
static bool is_mentioned(const char *name, const char *const *mentions, size_t n)
{
    bool is_found = mentions == NULL || strpbrk(name, "\"`[]") != NULL;
    for (size_t i = 0; i < n && !is_found; i++) {
        is_found = mentions[i] != NULL && contains(mentions[i], name);
    }
    return is_found;
}

/* is_wanted[n_columns] of the file. */
static const cbk_protocol *make_protocol(const cbk_csv *csv, const bool *is_wanted,
                                         cbk_arena *arena)
{
    cbk_protocol *protocol = CBK_NEW(arena, cbk_protocol, 1);
    cbk_form *form = CBK_NEW(arena, cbk_form, 1);
    cbk_field *fields = CBK_NEW(arena, cbk_field, csv->n_columns);
    if (fields == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < csv->n_columns; i++) {
        fields[i].name = csv->header[i];
        fields[i].label = csv->header[i];
        fields[i].place = (cbk_place){.file = csv->file, .line = 1};
        fields[i].type = CBK_FIELD_TEXT;
        if (is_wanted[i]) {
            find_type(csv, i, arena, &fields[i]);
        }
    }
    *form = (cbk_form){.name = "data",
                       .label = "Data",
                       .place = {.file = csv->file, .line = 1},
                       .key = "row",
                       .n_fields = csv->n_columns,
                       .fields = fields};
    *protocol = (cbk_protocol){.file = csv->file,
                               .id = csv->file,
                               .title = csv->file,
                               .n_forms = 1,
                               .forms = form};
    return protocol;
}

static bool fill_records(const cbk_csv *csv, const cbk_form *form, const bool *is_wanted,
                         cbk_arena *arena, cbk_records *out)
{
    const char **keys = CBK_NEW(arena, const char *, csv->n_rows + 1);
    cbk_recorded *values = CBK_NEW(arena, cbk_recorded, csv->n_rows * csv->n_columns + 1);
    if (values == NULL) {
        return false;
    }
    for (size_t row = 0; row < csv->n_rows; row++) {
        keys[row] = cbk_text_format(arena, "%zu", row + 1);
        for (size_t i = 0; i < csv->n_columns; i++) {
            cbk_recorded *value = &values[row * csv->n_columns + i];
            const char *cell = cbk_csv_cell(csv, row, i);
            const cbk_field_type type = form->fields[i].type;
            if (!is_wanted[i]) {
                continue;
            }
            if (cbk_data_cell_is_missing(cell)) {
                value->missing = "not recorded";
            } else if (type == CBK_FIELD_NUMBER || type == CBK_FIELD_BOOLEAN) {
                value->value.kind = CBK_VALUE_NUMBER;
                (void)cbk_csv_number(csv, cell, &value->value.number);
            } else {
                value->value = (cbk_value){.kind = CBK_VALUE_TEXT, .text = cell};
            }
        }
    }
    *out = (cbk_records){.form = form,
                         .file = csv->file,
                         .n_rows = csv->n_rows,
                         .key = keys,
                         .line = csv->line,
                         .values = values};
    return !cbk_arena_has_failed(arena);
}

cbk_status cbk_study_of_data_file(const cbk_csv *csv, const char *const *mentions,
                                  size_t n_mentions, cbk_arena *arena, cbk_study **out,
                                  cbk_error *err)
{
    *out = NULL;
    if (cbk_csv_column(csv, "row") != SIZE_MAX) {
        return cbk_fail(
            err, CBK_EINVAL, CBK_ROW_NONE,
            "%s has a column called \"row\", which is the name of the row numbers; "
            "rename it.",
            csv->file);
    }
    cbk_study *study = CBK_NEW(arena, cbk_study, 1);
    cbk_records *records = CBK_NEW(arena, cbk_records, 1);
    bool *is_wanted = CBK_NEW(arena, bool, csv->n_columns);
    for (size_t i = 0; is_wanted != NULL && i < csv->n_columns; i++) {
        is_wanted[i] = is_mentioned(csv->header[i], mentions, n_mentions);
    }
    const cbk_protocol *protocol =
        is_wanted != NULL ? make_protocol(csv, is_wanted, arena) : NULL;
    if (protocol == NULL ||
        !fill_records(csv, protocol->forms, is_wanted, arena, records)) {
        return cbk_fail_memory(err);
    }
    study->arena = arena;
    study->folder = csv->file;
    study->protocol = protocol;
    study->records = records;
    study->conventions = cbk_conventions_of(CBK_PROFILE_R);
    cbk_problems problems = {.arena = arena};
    cbk_status status = cbk_registry_open(&study->registry, err);
    if (status == CBK_OK) {
        status = cbk_study_load(study, &problems, err);
    }
    if (status != CBK_OK) {
        cbk_study_close(study);
        return status;
    }
    *out = study;
    return CBK_OK;
}
