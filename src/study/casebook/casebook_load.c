/* casebook_load.c - a study from a casebook file.  Contract: casebook.h. */
#include "study/casebook/casebook_parts.h"
#include "study/cell.h"
#include "study/internal.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static cbk_status read_rows(cbk_casebook *casebook, const char *table, cbk_arena *arena,
                            cbk_file_rows *out, cbk_error *err)
{
    const cbk_file_table *found = cbk_layout_table(cbk_casebook_layout(casebook), table);
    return found != NULL ? cbk_casebook_rows(casebook, found, arena, out, err)
                         : cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "%s has no table `%s`.",
                                    cbk_casebook_name(casebook), table);
}

/* The protocol in force. */
static cbk_status load_protocol(cbk_study *study, cbk_casebook *casebook,
                                cbk_problems *problems, cbk_error *err)
{
    cbk_file_rows rows;
    CBK_TRY(read_rows(casebook, CBK_TABLE_PROTOCOL, study->arena, &rows, err));
    const cbk_value *text =
        rows.n_rows > 0 ? &rows.cells[(rows.n_rows - 1) * rows.table->n_columns].value
                        : NULL;
    if (text == NULL || text->kind != CBK_VALUE_TEXT) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "%s has no protocol.",
                        study->folder);
    }
    study->protocol_version = rows.n_rows;
    const char *name = cbk_text_format(study->arena, "%s:protocol.yaml", study->folder);
    return name == NULL
               ? cbk_fail_memory(err)
               : cbk_protocol_parse(name, text->text, strlen(text->text), study->arena,
                                    problems, &study->protocol, err);
}

/* A cell as a record has it: a missing value with its kind in words. */
static cbk_recorded recorded(const cbk_field *field, const cbk_file_cell *cell)
{
    cbk_recorded out = {.value = cell->value};
    if (cell->value.kind == CBK_VALUE_ABSENT) {
        const char *label =
            cell->missing != NULL
                ? cbk_code_label(field->missing, field->n_missing, cell->missing)
                : "not recorded";
        out.missing = label != NULL ? label : cell->missing;
    }
    return out;
}

static cbk_status fill_values(const cbk_file_rows *rows, const cbk_form *form,
                              cbk_recorded *values, cbk_error *err)
{
    for (size_t i = 0; i < form->n_fields; i++) {
        const cbk_field *field = &form->fields[i];
        const cbk_file_column *column = cbk_file_column_of(rows->table, field->name);
        if (column == NULL || column->storage != cbk_field_storage(field->type)) {
            return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                            "The file's protocol declares the field %s.%s, and its "
                            "tables have no such column of that type.",
                            form->name, field->name);
        }
        const size_t at = (size_t)(column - rows->table->columns);
        for (size_t row = 0; row < rows->n_rows; row++) {
            values[row * form->n_fields + i] =
                recorded(field, &rows->cells[row * rows->table->n_columns + at]);
        }
    }
    return CBK_OK;
}

/* "3/2" into key and running number. */
static void split_names(const cbk_file_rows *rows, const char **keys, size_t *n,
                        size_t *lines, cbk_arena *arena)
{
    for (size_t row = 0; row < rows->n_rows; row++) {
        const char *slash = n != NULL ? strrchr(rows->record[row], '/') : NULL;
        keys[row] = slash == NULL
                        ? rows->record[row]
                        : cbk_text_copy_bytes(arena, rows->record[row],
                                              (size_t)(slash - rows->record[row]));
        if (n != NULL) {
            n[row] = slash != NULL ? (size_t)strtoull(slash + 1, NULL, 10) : 0;
        }
        lines[row] = row + 1;
    }
}

static cbk_status load_form(cbk_study *study, cbk_casebook *casebook,
                            const cbk_form *form, cbk_records *out, cbk_error *err)
{
    cbk_arena *arena = study->arena;
    cbk_file_rows rows;
    CBK_TRY(read_rows(casebook, form->name, arena, &rows, err));
    const char **keys = CBK_NEW(arena, const char *, rows.n_rows + 1);
    size_t *lines = CBK_NEW(arena, size_t, rows.n_rows + 1);
    size_t *n = form->repeats != NULL ? CBK_NEW(arena, size_t, rows.n_rows + 1) : NULL;
    cbk_recorded *values = CBK_NEW(arena, cbk_recorded, rows.n_rows * form->n_fields + 1);
    if (values == NULL) {
        return cbk_fail_memory(err);
    }
    split_names(&rows, keys, n, lines, arena);
    *out =
        (cbk_records){.form = form,
                      .file = cbk_text_format(arena, "%s:%s", study->folder, form->name),
                      .n_rows = rows.n_rows,
                      .key = keys,
                      .n = n,
                      .line = lines,
                      .values = values};
    if (cbk_arena_has_failed(arena)) {
        return cbk_fail_memory(err);
    }
    cbk_records_sort(out, arena);
    return out->sorted == NULL ? cbk_fail_memory(err)
                               : fill_values(&rows, form, values, err);
}

static const char *text_of(const cbk_file_rows *rows, size_t row, const char *column)
{
    const cbk_file_column *found = cbk_file_column_of(rows->table, column);
    const cbk_value *value = &rows->cells[row * rows->table->n_columns +
                                          (size_t)(found - rows->table->columns)]
                                  .value;
    return value->kind == CBK_VALUE_TEXT ? value->text : "";
}

/* Statements about fields and forms that are retired stay in the file. */
static bool is_of_protocol(const cbk_study *study, const cbk_file_rows *rows, size_t row)
{
    const cbk_form *form = cbk_protocol_form(study->protocol, text_of(rows, row, "form"));
    return form != NULL && cbk_form_field(form, text_of(rows, row, "field")) != NULL;
}

static cbk_status load_sources(cbk_study *study, cbk_casebook *casebook,
                               cbk_problems *problems, cbk_error *err)
{
    cbk_file_rows rows;
    CBK_TRY(read_rows(casebook, CBK_TABLE_SOURCE, study->arena, &rows, err));
    study->sources = CBK_NEW(study->arena, cbk_source_statement, rows.n_rows + 1);
    const char *file = cbk_text_format(study->arena, "%s:sources", study->folder);
    if (study->sources == NULL || file == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t row = 0; row < rows.n_rows; row++) {
        if (!is_of_protocol(study, &rows, row)) {
            continue;
        }
        const cbk_source_text said = {.form = text_of(&rows, row, "form"),
                                      .record = text_of(&rows, row, "record"),
                                      .field = text_of(&rows, row, "field"),
                                      .value = text_of(&rows, row, "value"),
                                      .source = text_of(&rows, row, "source"),
                                      .resolution = text_of(&rows, row, "resolution"),
                                      .reason = text_of(&rows, row, "reason")};
        cbk_source_statement *statement = &study->sources[study->n_sources++];
        cbk_source_take(study, &said, NULL, (cbk_place){.file = file, .line = row + 1},
                        problems, statement);
        statement->id = (size_t)strtoull(rows.record[row], NULL, 10);
    }
    return problems->n_found == 0 ? CBK_OK
                                  : cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                                             "%s has mistakes.", study->folder);
}

static cbk_status load(cbk_study *study, cbk_casebook *casebook, bool has_records,
                       cbk_problems *problems, cbk_error *err)
{
    cbk_head head;
    CBK_TRY(load_protocol(study, casebook, problems, err));
    study->records = CBK_NEW(study->arena, cbk_records, study->protocol->n_forms);
    if (study->records == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t i = 0; i < study->protocol->n_forms; i++) {
        const cbk_form *form = &study->protocol->forms[i];
        study->records[i] = (cbk_records){.form = form};
        if (has_records) {
            CBK_TRY(load_form(study, casebook, form, &study->records[i], err));
        }
    }
    if (has_records) {
        CBK_TRY(load_sources(study, casebook, problems, err));
    }
    CBK_TRY(cbk_casebook_head(casebook, &head, err));
    memcpy(study->fingerprint, head.hash, sizeof study->fingerprint);
    study->transaction = head.n_transactions;
    return CBK_OK;
}

/* One state of the file, whatever others write meanwhile. */
static cbk_status load_held(cbk_casebook *casebook, const char *name, bool has_records,
                            cbk_arena *arena, cbk_problems *problems, cbk_study **out,
                            cbk_error *err)
{
    *out = NULL;
    cbk_study *study = CBK_NEW(arena, cbk_study, 1);
    if (study == NULL) {
        return cbk_fail_memory(err);
    }
    study->arena = arena;
    study->folder = name;
    study->conventions = cbk_conventions_of(CBK_PROFILE_R);
    CBK_TRY(cbk_casebook_hold(casebook, err));
    const cbk_status status = load(study, casebook, has_records, problems, err);
    cbk_casebook_release(casebook);
    *out = status == CBK_OK ? study : NULL;
    return status;
}

cbk_status cbk_study_records_of_casebook(cbk_casebook *casebook, const char *name,
                                         cbk_arena *arena, cbk_problems *problems,
                                         cbk_study **out, cbk_error *err)
{
    return load_held(casebook, name, true, arena, problems, out, err);
}

cbk_status cbk_study_forms_of_casebook(cbk_casebook *casebook, const char *name,
                                       cbk_arena *arena, cbk_problems *problems,
                                       cbk_study **out, cbk_error *err)
{
    return load_held(casebook, name, false, arena, problems, out, err);
}

cbk_status cbk_study_of_casebook(cbk_casebook *casebook, const char *name,
                                 cbk_arena *arena, cbk_problems *problems,
                                 cbk_study **out, cbk_error *err)
{
    cbk_study *study = NULL;
    *out = NULL;
    CBK_TRY(cbk_study_records_of_casebook(casebook, name, arena, problems, &study, err));
    CBK_TRY(cbk_registry_open(&study->registry, err));
    const cbk_status status = cbk_study_load(study, problems, err);
    if (status != CBK_OK) {
        cbk_study_close(study);
        return status;
    }
    *out = study;
    return CBK_OK;
}
