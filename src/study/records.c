/* records.c - the study's data files into records, every mistake named. */
#include "study/internal.h"

#include "base/file.h"
#include "base/text.h"
#include "exchange/csv.h"
#include "study/cell.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A form's file being read. */
typedef struct reading {
    const cbk_protocol *protocol;
    const cbk_form *form;
    const cbk_csv *csv;
    const char *key_name;
    size_t key_column;
    size_t n_column;            /* of the running number; SIZE_MAX: given in file order */
    const size_t *field_column; /* [form->n_fields]; SIZE_MAX: not in the file */
    bool is_partial;            /* columns may be left out */
    cbk_arena *arena;
    cbk_problems *problems;
} reading;

static cbk_place line_of(const reading *at, size_t row)
{
    return (cbk_place){.file = at->csv->file, .line = at->csv->line[row]};
}

/* ---- the header
 * ------------------------------------------------------------------------ */

static bool is_known_column(const reading *at, const char *name)
{
    return strcmp(name, at->key_name) == 0 ||
           (at->form->repeats != NULL && strcmp(name, "n") == 0) ||
           cbk_form_field(at->form, name) != NULL;
}

static void refuse_unknown_columns(const reading *at)
{
    const size_t n_names = at->form->n_fields + 1;
    const char **names = CBK_NEW(at->arena, const char *, n_names);
    if (names == NULL) {
        return;
    }
    names[0] = at->key_name;
    for (size_t i = 0; i < at->form->n_fields; i++) {
        names[i + 1] = at->form->fields[i].name;
    }
    for (size_t i = 0; i < at->csv->n_columns; i++) {
        const char *name = at->csv->header[i];
        if (is_known_column(at, name)) {
            continue;
        }
        const char *nearest = cbk_nearest_spelling(name, names, n_names);
        cbk_problems_add(
            at->problems, (cbk_place){.file = at->csv->file, .line = 1},
            "column `%s` is not declared in %s under forms: %s: fields%s%s%s", name,
            at->protocol->file, at->form->name, nearest != NULL ? "; did you mean `" : "",
            nearest != NULL ? nearest : "", nearest != NULL ? "`?" : "");
    }
}

static size_t need_column(const reading *at, const char *name, cbk_place declared)
{
    const size_t column = cbk_csv_column(at->csv, name);
    if (column == SIZE_MAX) {
        cbk_problems_add(at->problems, (cbk_place){.file = at->csv->file, .line = 1},
                         "no column `%s`, which %s declares on line %zu", name,
                         declared.file, declared.line);
    }
    return column;
}

static bool read_header(reading *at)
{
    const size_t before = at->problems->n_found;
    size_t *columns = CBK_NEW(at->arena, size_t, at->form->n_fields + 1);
    if (columns == NULL) {
        return false;
    }
    refuse_unknown_columns(at);
    at->key_column = need_column(at, at->key_name, at->form->place);
    at->n_column = at->form->repeats != NULL ? cbk_csv_column(at->csv, "n") : SIZE_MAX;
    for (size_t i = 0; i < at->form->n_fields; i++) {
        const cbk_field *field = &at->form->fields[i];
        columns[i] = at->is_partial ? cbk_csv_column(at->csv, field->name)
                                    : need_column(at, field->name, field->place);
    }
    at->field_column = columns;
    return at->problems->n_found == before;
}

/* ---- keys
 * ------------------------------------------------------------------------------ */

static int by_identity(const void *lhs, const void *rhs)
{
    const cbk_identity *a = lhs;
    const cbk_identity *b = rhs;
    const int order = strcmp(a->key, b->key);
    if (order != 0) {
        return order;
    }
    if (a->n != b->n) {
        return a->n < b->n ? -1 : 1;
    }
    return (a->row > b->row) - (a->row < b->row);
}

void cbk_records_sort(cbk_records *records, cbk_arena *arena)
{
    cbk_identity *all = CBK_NEW(arena, cbk_identity, records->n_rows + 1);
    for (size_t i = 0; all != NULL && i < records->n_rows; i++) {
        all[i] = (cbk_identity){.key = records->key[i],
                                .n = records->n != NULL ? records->n[i] : 0,
                                .row = i};
    }
    if (all != NULL) {
        qsort(all, records->n_rows, sizeof *all, by_identity);
    }
    records->sorted = all;
}

static void refuse_twice(const reading *at, const cbk_records *records)
{
    const cbk_identity *all = records->sorted;
    for (size_t i = 1; all != NULL && i < records->n_rows; i++) {
        if (strcmp(all[i].key, all[i - 1].key) == 0 && all[i].n == all[i - 1].n &&
            all[i].key[0] != '\0') {
            cbk_problems_add(at->problems, line_of(at, all[i].row),
                             "column `%s`: %s \"%s\" stands already on line %zu",
                             records->n != NULL ? "n" : at->key_name,
                             records->n != NULL ? "this row of" : "the key", all[i].key,
                             records->line[all[i - 1].row]);
        }
    }
}

/* Rows of a repeating form belong to a patient that is there. */
static void refuse_orphans(const reading *at, const cbk_records *records,
                           const cbk_records *patients)
{
    for (size_t i = 0; i < records->n_rows; i++) {
        const char *key = records->key[i];
        if (key[0] != '\0' && cbk_records_find(patients, key) == SIZE_MAX) {
            cbk_problems_add(at->problems, line_of(at, i),
                             "column `%s`: \"%s\" is not in %s", at->key_name, key,
                             patients->file);
        }
    }
}

static void read_keys(const reading *at, const char **keys)
{
    for (size_t i = 0; i < at->csv->n_rows; i++) {
        keys[i] = cbk_csv_cell(at->csv, i, at->key_column);
        if (keys[i][0] == '\0') {
            cbk_problems_add(at->problems, line_of(at, i),
                             "column `%s`: empty, but every row needs its key",
                             at->key_name);
        } else if (strlen(keys[i]) > CBK_CELL_BYTES_MAX) {
            cbk_problems_add(at->problems, line_of(at, i),
                             "column `%s`: found a key of %zu bytes, expected at most %d",
                             at->key_name, strlen(keys[i]), CBK_CELL_BYTES_MAX);
        }
    }
}

typedef struct count_entry {
    const char *key;
    size_t n;
} count_entry;

/* Running numbers in file order, where the file gives none: a small open hash of keys. */
static bool count_in_file_order(const reading *at, const char *const *keys, size_t *n)
{
    size_t capacity = 16;
    while (capacity < 2 * at->csv->n_rows) {
        capacity *= 2;
    }
    count_entry *seen = CBK_NEW(at->arena, count_entry, capacity);
    if (seen == NULL) {
        return false;
    }
    for (size_t i = 0; i < at->csv->n_rows; i++) {
        uint64_t hash = 1469598103934665603U; /* FNV-1a */
        for (const char *c = keys[i]; *c != '\0'; c++) {
            hash = (hash ^ (unsigned char)*c) * 1099511628211U;
        }
        size_t slot = (size_t)hash & (capacity - 1);
        while (seen[slot].key != NULL && strcmp(seen[slot].key, keys[i]) != 0) {
            slot = (slot + 1) & (capacity - 1);
        }
        seen[slot].key = keys[i];
        n[i] = ++seen[slot].n;
    }
    return true;
}

static void read_running_numbers(const reading *at, size_t *n)
{
    for (size_t i = 0; i < at->csv->n_rows; i++) {
        const char *cell = cbk_csv_cell(at->csv, i, at->n_column);
        double number = 0.0;
        if (cbk_csv_number(at->csv, cell, &number) && number >= 1.0 && number < 1e9 &&
            number == floor(number)) {
            n[i] = (size_t)number;
        } else {
            n[i] = SIZE_MAX - i; /* no two alike: one mistake is told once */
            cbk_problems_add(
                at->problems, line_of(at, i),
                "column `n`: found \"%.40s\", expected a whole number from 1", cell);
        }
    }
}

/* ---- one form
 * -------------------------------------------------------------------------- */

static void read_cells(const reading *at, cbk_recorded *values)
{
    const size_t n_fields = at->form->n_fields;
    for (size_t row = 0; row < at->csv->n_rows; row++) {
        for (size_t i = 0; i < n_fields; i++) {
            if (at->field_column[i] != SIZE_MAX) {
                cbk_cell_read(at->csv, &at->form->fields[i],
                              cbk_csv_cell(at->csv, row, at->field_column[i]),
                              line_of(at, row), at->arena, at->problems,
                              &values[row * n_fields + i]);
            }
        }
    }
}

static cbk_status read_rows(reading *at, const cbk_records *patients, cbk_records *out,
                            cbk_error *err)
{
    const size_t n_rows = at->csv->n_rows;
    const char **keys = CBK_NEW(at->arena, const char *, n_rows + 1);
    size_t *n = at->form->repeats != NULL ? CBK_NEW(at->arena, size_t, n_rows + 1) : NULL;
    cbk_recorded *values =
        CBK_NEW(at->arena, cbk_recorded, n_rows * at->form->n_fields + 1);
    if (values == NULL) {
        return cbk_fail(err, CBK_ENOMEM, CBK_ROW_NONE, "Out of memory for %s.",
                        at->csv->file);
    }
    read_keys(at, keys);
    if (n != NULL && at->n_column != SIZE_MAX) {
        read_running_numbers(at, n);
    } else if (n != NULL && !count_in_file_order(at, keys, n)) {
        return cbk_fail(err, CBK_ENOMEM, CBK_ROW_NONE, "Out of memory for %s.",
                        at->csv->file);
    }
    read_cells(at, values);
    *out = (cbk_records){.form = at->form,
                         .file = at->csv->file,
                         .n_rows = n_rows,
                         .key = keys,
                         .n = n,
                         .line = at->csv->line,
                         .values = values};
    cbk_records_sort(out, at->arena);
    if (out->sorted == NULL) {
        return cbk_fail_memory(err);
    }
    refuse_twice(at, out);
    if (at->form->repeats != NULL && patients->key != NULL) { /* NULL: not read */
        refuse_orphans(at, out, patients);
    }
    return CBK_OK;
}

/* The cells alone: keys cannot be matched while some rows are missing. */
static cbk_status check_cells(const reading *at, cbk_error *err)
{
    cbk_recorded *values =
        CBK_NEW(at->arena, cbk_recorded, at->csv->n_rows * at->form->n_fields + 1);
    if (values == NULL) {
        return cbk_fail_memory(err);
    }
    read_cells(at, values);
    return CBK_OK;
}

static cbk_status read_form(const char *path, const cbk_protocol *protocol,
                            const cbk_form *form, const cbk_records *patients,
                            cbk_arena *arena, cbk_problems *problems, cbk_records *out,
                            cbk_error *err)
{
    if (!cbk_file_exists(path)) {
        cbk_problems_add(
            problems, form->place,
            "the form `%s` needs its file %s; with no rows yet, the file is its "
            "header alone",
            form->name, path);
        return CBK_OK;
    }
    reading at = {.protocol = protocol,
                  .form = form,
                  .key_name = protocol->forms[0].key,
                  .arena = arena,
                  .problems = problems};
    const cbk_status status = cbk_csv_read(path, arena, problems, &at.csv, err);
    if (status != CBK_OK && (status != CBK_EDATA || problems->n_found == 0)) {
        return status;
    }
    /* Mistakes are collected: the whole rows of a file with broken ones are looked at,
     * too, and so are the other files. */
    if (at.csv == NULL || !read_header(&at)) {
        return CBK_OK;
    }
    return status == CBK_OK ? read_rows(&at, patients, out, err) : check_cells(&at, err);
}

cbk_status cbk_records_read_part(const char *path, const cbk_protocol *protocol,
                                 const cbk_form *form, const cbk_records *patients,
                                 cbk_arena *arena, cbk_problems *problems,
                                 cbk_records *out, const bool **has_field, cbk_error *err)
{
    reading at = {.protocol = protocol,
                  .form = form,
                  .key_name = protocol->forms[0].key,
                  .is_partial = true,
                  .arena = arena,
                  .problems = problems};
    *out = (cbk_records){.form = form, .file = path};
    CBK_TRY(cbk_csv_read(path, arena, problems, &at.csv, err));
    bool *is_there = CBK_NEW(arena, bool, form->n_fields + 1);
    if (is_there == NULL) {
        return cbk_fail_memory(err);
    }
    if (read_header(&at)) {
        CBK_TRY(read_rows(&at, patients, out, err));
        for (size_t i = 0; i < form->n_fields; i++) {
            is_there[i] = at.field_column[i] != SIZE_MAX;
        }
    }
    *has_field = is_there;
    return problems->n_found == 0
               ? CBK_OK
               : cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "%s has mistakes.", path);
}

cbk_status cbk_records_read(const char *folder, const cbk_protocol *protocol,
                            cbk_arena *arena, cbk_problems *problems,
                            cbk_records *records, cbk_error *err)
{
    for (size_t i = 0; i < protocol->n_forms; i++) {
        const cbk_form *form = &protocol->forms[i];
        const char *path = cbk_text_format(arena, "%s/%s.csv", folder, form->name);
        if (path == NULL) {
            return cbk_fail_memory(err);
        }
        records[i] = (cbk_records){.form = form, .file = path};
        CBK_TRY(read_form(path, protocol, form, &records[0], arena, problems, &records[i],
                          err));
    }
    if (problems->n_found > 0) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "The data files have mistakes.");
    }
    return CBK_OK;
}

/* ---- looking things up
 * ----------------------------------------------------------------- */

const cbk_recorded *cbk_records_value(const cbk_records *records, size_t row,
                                      const char *field)
{
    for (size_t i = 0; i < records->form->n_fields; i++) {
        if (strcmp(records->form->fields[i].name, field) == 0) {
            return &records->values[row * records->form->n_fields + i];
        }
    }
    return NULL;
}

const char *cbk_records_name(const cbk_records *records, size_t row, cbk_arena *arena)
{
    return records->n == NULL
               ? records->key[row]
               : cbk_text_format(arena, "%s/%zu", records->key[row], records->n[row]);
}

/* How the name key[size], n stands to a record's. */
static int compare_found(const char *key, size_t size, size_t n, const char *other,
                         size_t other_n)
{
    const int order = strncmp(key, other, size);
    if (order != 0 || other[size] != '\0') {
        return order != 0 ? order : -1;
    }
    return (n > other_n) - (n < other_n);
}

size_t cbk_records_find(const cbk_records *records, const char *name)
{
    const char *slash = records->n != NULL ? strrchr(name, '/') : NULL;
    const size_t size = slash != NULL ? (size_t)(slash - name) : strlen(name);
    double n = 0.0;
    if (records->n != NULL && (slash == NULL || !cbk_number_parse(slash + 1, false, &n) ||
                               n < 0.0 || n != floor(n) || n > 1e15)) {
        return SIZE_MAX;
    }
    assert(records->sorted != NULL || records->n_rows == 0);
    size_t first = 0;
    size_t end = records->n_rows;
    while (first < end) {
        const size_t middle = first + (end - first) / 2;
        const cbk_identity *found = &records->sorted[middle];
        const bool is_after =
            compare_found(name, size, (size_t)n, found->key, found->n) > 0;
        first = is_after ? middle + 1 : first;
        end = is_after ? end : middle;
    }
    const bool is_there = first < records->n_rows &&
                          compare_found(name, size, (size_t)n, records->sorted[first].key,
                                        records->sorted[first].n) == 0;
    return is_there ? records->sorted[first].row : SIZE_MAX;
}

static int by_name(const void *lhs, const void *rhs)
{
    return strcmp(((const cbk_named_row *)lhs)->name, ((const cbk_named_row *)rhs)->name);
}

const cbk_named_row *cbk_records_sorted(const cbk_records *records, cbk_arena *arena)
{
    cbk_named_row *all = CBK_NEW(arena, cbk_named_row, records->n_rows + 1);
    for (size_t i = 0; all != NULL && i < records->n_rows; i++) {
        all[i] = (cbk_named_row){.name = cbk_records_name(records, i, arena), .row = i};
    }
    if (all == NULL || cbk_arena_has_failed(arena)) {
        return NULL;
    }
    qsort(all, records->n_rows, sizeof *all, by_name);
    return all;
}

const cbk_named_row *cbk_named_row_find(const cbk_named_row *rows, size_t n,
                                        const char *name)
{
    const cbk_named_row wanted = {.name = name};
    return n == 0 ? NULL : bsearch(&wanted, rows, n, sizeof *rows, by_name);
}

static const char *print_text(const cbk_field *field, const char *text, bool is_code,
                              cbk_arena *arena)
{
    if (is_code || (field->type != CBK_FIELD_CHOICE && field->type != CBK_FIELD_CHOICES &&
                    field->n_choices == 0)) {
        return text;
    }
    cbk_buffer out = {0};
    for (const char *at = text; at != NULL;) {
        const size_t length =
            field->type == CBK_FIELD_CHOICES ? strcspn(at, "|") : strlen(at);
        const char *code = cbk_text_copy_bytes(arena, at, length);
        const char *label =
            code != NULL ? cbk_code_label(field->choices, field->n_choices, code) : NULL;
        cbk_buffer_addf(&out, "%s%s", at == text ? "" : ", ",
                        label != NULL ? label : (code != NULL ? code : ""));
        at = at[length] == '|' ? at + length + 1 : NULL;
    }
    const char *printed = cbk_text_copy(arena, out.bytes != NULL ? out.bytes : "");
    cbk_buffer_free(&out);
    return printed;
}

const char *cbk_recorded_print(const cbk_field *field, const cbk_value *value,
                               bool is_code, int digits, cbk_arena *arena)
{
    char number[CBK_NUMBER_SIZE];
    switch (value->kind) {
    case CBK_VALUE_TEXT:
        return print_text(field, value->text, is_code, arena);
    case CBK_VALUE_NUMBER:
        if (field->type == CBK_FIELD_BOOLEAN) {
            return value->number != 0.0 ? "Yes" : "No";
        }
        if (digits >= 0) {
            cbk_number_fixed(value->number, digits, number);
        } else {
            cbk_number_shortest(value->number, number);
        }
        return cbk_text_copy(arena, number);
    case CBK_VALUE_ABSENT:
        break;
    }
    return NULL;
}
