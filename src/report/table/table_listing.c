/* table_listing.c - a table with one row a record, in the order of the file. */
#include "report/builder.h"

#include "study/sql/sql_text.h"

#include <string.h>

enum {
    MISSING_KINDS_MAX = 8, /* beyond these a kind is printed in the cell */
    LINKED_ROWS_MAX = 200  /* of a longer listing a note says where its numbers stand */
};

/* The values that are not cells of the form's file: the condition's rows, derived
 * variables, endpoints, values of repeating forms. */
typedef struct listing {
    cbk_report *report;
    const cbk_table_spec *spec;
    const cbk_records *records;
    size_t n_rows;
    const size_t *rows; /* [n_rows] rows of the file that pass `among` */
    size_t n_kinds;     /* kinds of missing value met, other than "not recorded" */
    const char *kinds[MISSING_KINDS_MAX];
    bool has_dash; /* a value that was not recorded */
} listing;

static const char *const missing_mark[MISSING_KINDS_MAX] = {"ᵃ", "ᵇ", "ᶜ", "ᵈ",
                                                            "ᵉ", "ᶠ", "ᵍ", "ʰ"};

/* ---- which rows ------------------------------------------------------------------- */

static const char *key_name(const listing *list)
{
    return list->report->protocol->forms[0].key;
}

static bool is_key(const listing *list, const char *name)
{
    return strcmp(name, key_name(list)) == 0;
}

static bool is_running_number(const listing *list, const char *name)
{
    return list->records->n != NULL && strcmp(name, "n") == 0;
}

/* The names of the selected rows, walked beside the records: both are in file order. */
static cbk_status find_rows(listing *list, cbk_error *err)
{
    cbk_report *report = list->report;
    const cbk_records *records = list->records;
    const char *const expression[2] = {cbk_sql_name(report->arena, key_name(list)), "n"};
    const cbk_table *selected = NULL;
    CBK_TRY(cbk_report_done(report, err));
    CBK_TRY(cbk_study_select(report->study, expression, records->n != NULL ? 2 : 1,
                             list->spec->from, list->spec->among, report->arena,
                             &selected, err));
    size_t *rows = CBK_NEW(report->arena, size_t, selected->n_rows + 1);
    for (size_t i = 0, row = 0; rows != NULL && i < selected->n_rows; i++) {
        const char *key = cbk_print_cell(report->arena, &selected->columns[0], i);
        for (; key != NULL && row < records->n_rows; row++) {
            const bool is_same =
                strcmp(records->key[row], key) == 0 &&
                (records->n == NULL ||
                 (double)records->n[row] == selected->columns[1].number[i]);
            if (is_same) {
                rows[list->n_rows++] = row++;
                break;
            }
        }
    }
    list->rows = rows;
    return cbk_report_done(report, err);
}

/* ---- cells ------------------------------------------------------------------------ */

/* A dash for a value that was not recorded, with a letter for any other kind. */
static const char *missing_text(listing *list, const char *kind)
{
    if (kind == NULL || strcmp(kind, "not recorded") == 0) {
        list->has_dash = true;
        return CBK_DASH;
    }
    size_t i = 0;
    while (i < list->n_kinds && strcmp(list->kinds[i], kind) != 0) {
        i++;
    }
    if (i == list->n_kinds && list->n_kinds == MISSING_KINDS_MAX) {
        return kind;
    }
    if (i == list->n_kinds) {
        list->kinds[list->n_kinds++] = kind;
    }
    return cbk_text_format(list->report->arena, "%s%s", CBK_DASH, missing_mark[i]);
}

/* NULL where the form has no such field in its file. */
static const cbk_recorded *recorded_at(const listing *list, size_t row, const char *name,
                                       const cbk_field **field)
{
    const cbk_form *form = list->records->form;
    for (size_t i = 0; i < form->n_fields; i++) {
        if (strcmp(form->fields[i].name, name) == 0) {
            *field = &form->fields[i];
            return &list->records->values[row * form->n_fields + i];
        }
    }
    return NULL;
}

/* Adds a number with its line in the file. */
static void add_linked(listing *list, cbk_text_run *run, size_t row, const char *name,
                       const char *text)
{
    cbk_report *report = list->report;
    const char *printed = cbk_print_recorded(report->arena, report->style, text);
    if (list->n_rows > LINKED_ROWS_MAX) {
        cbk_run_text(run, report->arena, printed);
    } else {
        cbk_run_number(run, report->arena, printed,
                       cbk_report_recorded(report, list->records, row, name, text));
    }
}

/* Adds one recorded value. */
static void add_recorded(listing *list, cbk_text_run *run, size_t row,
                         const cbk_field *field, const cbk_recorded *recorded,
                         const cbk_table_column_spec *spec, bool is_part)
{
    cbk_arena *arena = list->report->arena;
    const bool is_code = spec->is_code;
    const char *text =
        cbk_recorded_print(field, &recorded->value, is_code, spec->digits, arena);
    if (text == NULL) {
        const bool is_plain =
            recorded->missing == NULL || strcmp(recorded->missing, "not recorded") == 0;
        const bool is_empty = is_plain && spec->empty != NULL && !is_part;
        cbk_run_text(run, arena,
                     is_empty ? spec->empty : missing_text(list, recorded->missing));
        return;
    }
    if (field->type == CBK_FIELD_INTEGER || field->type == CBK_FIELD_NUMBER) {
        add_linked(list, run, row, field->name, text);
    } else {
        cbk_run_text(run, arena, text);
    }
}

/* An endpoint rounded for print: "48.03+" for 48.0328542094456+. */
static const char *print_time(const char *text, int digits, const cbk_style *style,
                              cbk_arena *arena)
{
    cbk_survival_time at;
    if (!cbk_survival_parse(text, &at)) {
        return text;
    }
    const char *time = cbk_print_number(arena, style, at.time, digits);
    const char *plus = at.is_event ? "" : "+";
    return at.entry > 0.0
               ? cbk_text_format(arena, "(%s,%s%s]",
                                 cbk_print_number(arena, style, at.entry, digits), time,
                                 plus)
               : cbk_text_format(arena, "%s%s", time, plus);
}

/* Adds a derived variable or an endpoint, from a column selected in the order of rows. */
static void add_selected(listing *list, cbk_text_run *run, size_t i, const char *name,
                         const cbk_column *column, const cbk_table_column_spec *spec)
{
    cbk_report *report = list->report;
    cbk_arena *arena = report->arena;
    const cbk_field *field = cbk_protocol_variable(report->protocol, name);
    if (cbk_column_is_missing(column, i)) {
        cbk_run_text(run, arena,
                     spec->empty != NULL ? spec->empty : missing_text(list, NULL));
        return;
    }
    cbk_value value = {.kind = CBK_VALUE_TEXT};
    if (column->type == CBK_COLUMN_NUMBER) {
        value = (cbk_value){.kind = CBK_VALUE_NUMBER, .number = column->number[i]};
    } else {
        value.text = column->text[i];
    }
    const char *text = cbk_print_cell(arena, column, i);
    const bool is_plain = field == NULL || field->type == CBK_FIELD_TEXT ||
                          (spec->digits < 0 && cbk_field_is_number(field) &&
                           field->type != CBK_FIELD_BOOLEAN);
    if (column->type == CBK_COLUMN_NUMBER && is_plain) { /* computed: never 17 digits */
        text = cbk_print_number(arena, report->style, value.number, spec->digits);
    } else if (cbk_protocol_endpoint(report->protocol, name) != NULL) {
        text = print_time(value.text, spec->digits, report->style, arena);
    } else if (field != NULL) {
        text = cbk_recorded_print(field, &value, spec->is_code, spec->digits, arena);
    }
    const bool is_time = cbk_protocol_endpoint(report->protocol, name) != NULL;
    if (is_time || column->type == CBK_COLUMN_NUMBER) {
        add_linked(list, run, list->rows[i], name, text);
    } else {
        cbk_run_text(run, arena, text);
    }
}

/* One field of a record, wherever it is kept. */
static void add_field(listing *list, cbk_text_run *run, size_t i, const char *name,
                      const cbk_column *selected, const cbk_table_column_spec *spec,
                      bool is_part)
{
    cbk_report *report = list->report;
    const size_t row = list->rows[i];
    const cbk_field *field = NULL;
    const cbk_recorded *recorded = recorded_at(list, row, name, &field);
    if (recorded != NULL) {
        add_recorded(list, run, row, field, recorded, spec, is_part);
    } else if (is_key(list, name)) {
        cbk_run_text(run, report->arena, list->records->key[row]);
    } else if (is_running_number(list, name)) {
        cbk_run_textf(run, report->arena, "%zu", list->records->n[row]);
    } else if (selected != NULL) {
        add_selected(list, run, i, name, selected, spec);
    }
}

/* The column of a name that is not a cell of the file; NULL for one that is. */
static cbk_status select_column(listing *list, const char *name, const cbk_column **out,
                                cbk_error *err)
{
    const cbk_field *field = NULL;
    *out = NULL;
    if (is_key(list, name) || is_running_number(list, name) || list->n_rows == 0 ||
        recorded_at(list, 0, name, &field) != NULL) {
        return CBK_OK;
    }
    const char *const expression[1] = {cbk_sql_name(list->report->arena, name)};
    const cbk_table *table = NULL;
    CBK_TRY(cbk_report_done(list->report, err));
    CBK_TRY(cbk_study_select(list->report->study, expression, 1, list->spec->from,
                             list->spec->among, list->report->arena, &table, err));
    *out = &table->columns[0];
    return CBK_OK;
}

static cbk_status fill_fields(listing *list, cbk_table_builder *builder, size_t column,
                              const cbk_table_column_spec *spec, cbk_error *err)
{
    for (size_t part = 0; part < spec->n_fields; part++) {
        const cbk_column *selected = NULL;
        CBK_TRY(select_column(list, spec->fields[part], &selected, err));
        for (size_t i = 0; i < list->n_rows; i++) {
            cbk_text_run *run = &cbk_table_builder_cell(builder, i, column)->run;
            if (part > 0) {
                cbk_run_text(run, list->report->arena,
                             spec->with != NULL ? spec->with : "/");
            }
            add_field(list, run, i, spec->fields[part], selected, spec,
                      spec->n_fields > 1);
        }
    }
    return CBK_OK;
}

/* ---- lists of a repeating form ---------------------------------------------------- */

/* The rows of a repeating form, each patient's in a list of its own. */
typedef struct owned_rows {
    const cbk_table *values; /* columns: the patient's key, the value */
    size_t *first;           /* [records->n_rows] of values' rows; SIZE_MAX: none */
    size_t *next;            /* [values->n_rows] */
} owned_rows;

/* Backwards, so that each list is in the order of the file.  False: out of memory. */
static bool find_owned(const listing *list, owned_rows *owned)
{
    cbk_arena *arena = list->report->arena;
    const cbk_records *patients = list->records;
    owned->first = CBK_NEW(arena, size_t, patients->n_rows + 1);
    owned->next = CBK_NEW(arena, size_t, owned->values->n_rows + 1);
    if (owned->next == NULL) {
        return false;
    }
    for (size_t i = 0; i < patients->n_rows; i++) {
        owned->first[i] = SIZE_MAX;
    }
    for (size_t i = owned->values->n_rows; i-- > 0;) {
        const char *key = cbk_print_cell(arena, &owned->values->columns[0], i);
        const size_t patient = key != NULL ? cbk_records_find(patients, key) : SIZE_MAX;
        if (patient != SIZE_MAX &&
            !cbk_column_is_missing(&owned->values->columns[1], i)) {
            owned->next[i] = owned->first[patient];
            owned->first[patient] = i;
        }
    }
    return true;
}

/* Adds to run the distinct values of one patient; seen[values->n_rows] is scratch. */
static void add_values(listing *list, cbk_text_run *run, size_t patient,
                       const owned_rows *owned, const cbk_field *field,
                       const cbk_table_column_spec *spec, const char **seen)
{
    cbk_arena *arena = list->report->arena;
    const cbk_column *column = &owned->values->columns[1];
    size_t n_seen = 0;
    for (size_t i = owned->first[patient]; i != SIZE_MAX; i = owned->next[i]) {
        cbk_value value = {.kind = CBK_VALUE_NUMBER};
        if (column->type == CBK_COLUMN_NUMBER) {
            value.number = column->number[i];
        } else {
            value = (cbk_value){.kind = CBK_VALUE_TEXT, .text = column->text[i]};
        }
        const char *text =
            cbk_recorded_print(field, &value, spec->is_code, spec->digits, arena);
        if (text != NULL && !cbk_is_listed(seen, n_seen, text)) {
            const char *with = spec->with != NULL ? spec->with : ", ";
            cbk_run_textf(run, arena, "%s%s", n_seen > 0 ? with : "", text);
            seen[n_seen++] = text;
        }
    }
    if (n_seen == 0) {
        cbk_run_text(run, arena, spec->empty != NULL ? spec->empty : CBK_DASH);
    }
}

static cbk_status fill_list(listing *list, cbk_table_builder *builder, size_t column,
                            const cbk_table_column_spec *spec, cbk_error *err)
{
    cbk_report *report = list->report;
    const cbk_form *form = cbk_protocol_form(report->protocol, spec->from);
    const cbk_field *field = form != NULL ? cbk_form_field(form, spec->fields[0]) : NULL;
    if (field == NULL) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE, "The form %s has no field %s.",
                        spec->from, spec->fields[0]);
    }
    const char *const expression[2] = {cbk_sql_name(report->arena, key_name(list)),
                                       cbk_sql_name(report->arena, field->name)};
    owned_rows owned = {0};
    CBK_TRY(cbk_report_done(report, err));
    CBK_TRY(cbk_study_select(report->study, expression, 2, spec->from, spec->among,
                             report->arena, &owned.values, err));
    const char **seen = CBK_NEW(report->arena, const char *, owned.values->n_rows + 1);
    if (seen == NULL || !find_owned(list, &owned)) {
        return cbk_fail_memory(err);
    }
    for (size_t i = 0; i < list->n_rows; i++) {
        add_values(list, &cbk_table_builder_cell(builder, i, column)->run, list->rows[i],
                   &owned, field, spec, seen);
    }
    return CBK_OK;
}

/* ---- headers and notes ------------------------------------------------------------ */

/* A field's label and unit: "Tumour size, cm"; in a join "Age (years)". */
static const char *field_header(const listing *list, const char *name, bool is_part)
{
    cbk_arena *arena = list->report->arena;
    if (is_key(list, name)) {
        return cbk_words_upper_first(arena, cbk_words_spaced(arena, name));
    }
    if (is_running_number(list, name)) {
        return "No.";
    }
    const cbk_field *field = cbk_form_field(list->records->form, name);
    field = field != NULL ? field : cbk_protocol_variable(list->report->protocol, name);
    const cbk_endpoint *endpoint = cbk_protocol_endpoint(list->report->protocol, name);
    const char *label = field != NULL      ? field->label
                        : endpoint != NULL ? endpoint->label
                                           : name;
    const char *unit = field != NULL      ? field->unit
                       : endpoint != NULL ? endpoint->unit
                                          : NULL;
    if (is_part && unit != NULL && strstr(label, unit) == NULL) {
        return cbk_text_format(arena, "%s (%s)", label, unit);
    }
    return cbk_words_label_unit(arena, label, unit);
}

static const char *column_header(const listing *list, const cbk_table_column_spec *spec)
{
    if (spec->label != NULL) {
        return spec->label;
    }
    if (spec->kind == CBK_TABLE_COLUMN_LIST) {
        const cbk_form *form = cbk_protocol_form(list->report->protocol, spec->from);
        const cbk_field *field =
            form != NULL ? cbk_form_field(form, spec->fields[0]) : NULL;
        return field != NULL
                   ? cbk_words_label_unit(list->report->arena, field->label, field->unit)
                   : spec->fields[0];
    }
    cbk_buffer buffer = {0};
    for (size_t i = 0; i < spec->n_fields; i++) {
        const char *with = spec->with != NULL ? spec->with : "/";
        const char *header = field_header(list, spec->fields[i], spec->n_fields > 1);
        cbk_buffer_addf(&buffer, "%s%s", i > 0 ? with : "", header != NULL ? header : "");
    }
    return cbk_words_take(&buffer, list->report->arena);
}

static bool is_number_column(const listing *list, const cbk_table_column_spec *spec)
{
    if (spec->kind != CBK_TABLE_COLUMN_FIELD) {
        return false;
    }
    const char *name = spec->fields[0];
    const cbk_field *field = cbk_form_field(list->records->form, name);
    field = field != NULL ? field : cbk_protocol_variable(list->report->protocol, name);
    if (field == NULL) {
        return cbk_protocol_endpoint(list->report->protocol, name) != NULL;
    }
    return field->type == CBK_FIELD_INTEGER || field->type == CBK_FIELD_NUMBER;
}

/* The column that names its row: the key, or the first. */
static size_t row_header_column(const listing *list)
{
    for (size_t i = 0; i < list->spec->n_columns; i++) {
        const cbk_table_column_spec *spec = &list->spec->columns[i];
        if (spec->kind == CBK_TABLE_COLUMN_FIELD && is_key(list, spec->fields[0])) {
            return i;
        }
    }
    return 0;
}

/* Says what the marks of missing values mean, where there is more than one meaning. */
static void add_missing_notes(const listing *list, cbk_table_builder *builder)
{
    if (list->n_kinds == 0) {
        return;
    }
    cbk_arena *arena = list->report->arena;
    cbk_text_run note = {0};
    if (list->has_dash) {
        cbk_run_text(&note, arena, CBK_DASH " not recorded");
    }
    for (size_t i = 0; i < list->n_kinds; i++) {
        cbk_run_textf(&note, arena, "%s%s %s", list->has_dash || i > 0 ? "; " : "",
                      missing_mark[i], list->kinds[i]);
    }
    cbk_run_text(&note, arena, ".");
    cbk_table_builder_note(builder, note);
}

/* Thousands of entries, one a cell, would bury those of the other numbers. */
static void add_file_note(const listing *list, cbk_table_builder *builder)
{
    if (list->n_rows > LINKED_ROWS_MAX) {
        cbk_text_run note = {0};
        cbk_run_textf(&note, list->report->arena,
                      "%zu rows, each a line of %s, in its order.", list->n_rows,
                      cbk_words_file_name(list->records->file));
        cbk_table_builder_note(builder, note);
    }
}

/* ---- the table -------------------------------------------------------------------- */

static cbk_status fill(listing *list, cbk_table_builder *builder, cbk_error *err)
{
    const size_t row_header = row_header_column(list);
    for (size_t column = 0; column < list->spec->n_columns; column++) {
        const cbk_table_column_spec *spec = &list->spec->columns[column];
        cbk_run_text(&builder->header[column].run, list->report->arena,
                     column_header(list, spec));
        builder->align[column] =
            is_number_column(list, spec) ? CBK_ALIGN_RIGHT : CBK_ALIGN_LEFT;
        if (spec->kind == CBK_TABLE_COLUMN_LIST) {
            CBK_TRY(fill_list(list, builder, column, spec, err));
        } else {
            CBK_TRY(fill_fields(list, builder, column, spec, err));
        }
    }
    for (size_t i = 0; i < list->n_rows; i++) {
        cbk_table_builder_cell(builder, i, row_header)->is_row_header = true;
    }
    return CBK_OK;
}

cbk_status cbk_report_listing(cbk_report *report, const cbk_table_spec *spec,
                              cbk_error *err)
{
    const char *form = spec->from != NULL ? spec->from : report->protocol->forms[0].name;
    listing list = {.report = report, .spec = spec};
    list.records = cbk_study_records(report->study, form);
    if (list.records == NULL) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE, "There is no form %s.", form);
    }
    CBK_TRY(find_rows(&list, err));
    cbk_table_builder *builder =
        cbk_table_builder_create(report->arena, spec->n_columns, list.n_rows);
    if (builder == NULL) {
        return cbk_report_done(report, err);
    }
    CBK_TRY(fill(&list, builder, err));
    add_missing_notes(&list, builder);
    add_file_note(&list, builder);
    cbk_table_finish(report, builder, spec);
    return cbk_report_done(report, err);
}
