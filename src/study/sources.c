/* sources.c - sources.csv: what another source says of a field, beside what was adopted.
 */
#include "study/internal.h"

#include "base/text.h"
#include "exchange/csv.h"

#include <string.h>
#include <strings.h>

enum {
    FORM,
    RECORD,
    FIELD,
    VALUE,
    SOURCE,
    N_NEEDED,
    RESOLUTION = N_NEEDED,
    REASON,
    N_ALL
};

static const char *const column_names[N_ALL] = {"form",   "record",     "field", "value",
                                                "source", "resolution", "reason"};

typedef struct reading {
    cbk_study *study;
    const cbk_csv *csv;
    size_t column[N_ALL];
    cbk_problems *problems;
} reading;

static const char *cell(const reading *at, size_t row, int which)
{
    return at->column[which] == SIZE_MAX ? ""
                                         : cbk_csv_cell(at->csv, row, at->column[which]);
}

static bool read_header(reading *at)
{
    const cbk_place header = {.file = at->csv->file, .line = 1};
    const size_t before = at->problems->n_found;
    for (int i = 0; i < N_ALL; i++) {
        at->column[i] = cbk_csv_column(at->csv, column_names[i]);
        if (i < N_NEEDED && at->column[i] == SIZE_MAX) {
            cbk_problems_add(
                at->problems, header,
                "no column `%s`; the columns are form, record, field, value, "
                "source and, where decided, resolution and reason",
                column_names[i]);
        }
    }
    for (size_t i = 0; i < at->csv->n_columns; i++) {
        bool is_known = false;
        for (int k = 0; k < N_ALL; k++) {
            is_known = is_known || at->column[k] == i;
        }
        if (!is_known) {
            const char *nearest =
                cbk_nearest_spelling(at->csv->header[i], column_names, N_ALL);
            cbk_problems_add(at->problems, header,
                             "column `%s` is not one of form, record, "
                             "field, value, source, resolution, reason%s%s%s",
                             at->csv->header[i],
                             nearest != NULL ? "; did you mean `" : "",
                             nearest != NULL ? nearest : "", nearest != NULL ? "`?" : "");
        }
    }
    return at->problems->n_found == before;
}

/* Whether the source says what the record says: the same code, label or number. */
static bool agrees(const cbk_csv *csv, const cbk_field *field, const cbk_value *adopted,
                   const char *printed, const char *said)
{
    double number = 0.0;
    if (adopted->kind == CBK_VALUE_NUMBER &&
        (csv != NULL ? cbk_csv_number(csv, said, &number)
                     : cbk_number_parse(said, false, &number))) {
        return number == adopted->number;
    }
    if (adopted->kind == CBK_VALUE_TEXT && strcmp(adopted->text, said) == 0) {
        return true;
    }
    if (field->type == CBK_FIELD_BOOLEAN && adopted->kind == CBK_VALUE_NUMBER &&
        (strcasecmp(said, "true") == 0 || strcasecmp(said, "false") == 0)) {
        return (strcasecmp(said, "true") == 0) == (adopted->number != 0.0);
    }
    return strcasecmp(printed, said) == 0;
}

/* The names of the protocol's forms. */
static const char *const *form_names(const cbk_study *study)
{
    const cbk_protocol *protocol = study->protocol;
    const char **names = CBK_NEW(study->arena, const char *, protocol->n_forms);
    for (size_t i = 0; names != NULL && i < protocol->n_forms; i++) {
        names[i] = protocol->forms[i].name;
    }
    return names;
}

static const char *const *field_names(const cbk_study *study, const cbk_form *form)
{
    const char **names = CBK_NEW(study->arena, const char *, form->n_fields);
    for (size_t i = 0; names != NULL && i < form->n_fields; i++) {
        names[i] = form->fields[i].name;
    }
    return names;
}

enum { HINT_ROWS_MAX = 1000 }; /* of more rows no name is looked for */

/* "3/2": as a source names a row; NULL: there are too many. */
static const char *const *record_names(const cbk_study *study, const cbk_records *records)
{
    if (records->n_rows > HINT_ROWS_MAX) {
        return NULL;
    }
    const char **names = CBK_NEW(study->arena, const char *, records->n_rows);
    for (size_t i = 0; names != NULL && i < records->n_rows; i++) {
        names[i] = cbk_records_name(records, i, study->arena);
    }
    return names;
}

/* How a sentence about an unknown name ends. */
static const char *hint(const cbk_study *study, const char *word,
                        const char *const *names, size_t n)
{
    const char *nearest = names != NULL ? cbk_nearest_spelling(word, names, n) : NULL;
    const char *text =
        nearest != NULL ? cbk_text_format(study->arena, "; did you mean `%s`?", nearest)
                        : "";
    return text != NULL ? text : "";
}

/* Finds the form, record and field a statement speaks of; a mistake names what there is.
 */
static bool find_field(cbk_study *study, const cbk_source_text *said, cbk_place place,
                       cbk_problems *problems, const cbk_records **records,
                       const cbk_field **field, size_t *record)
{
    *records = cbk_study_records(study, said->form);
    if (*records == NULL) {
        cbk_problems_add(
            problems, place, "column `form`: \"%s\" is no form of %s%s", said->form,
            study->protocol->file,
            hint(study, said->form, form_names(study), study->protocol->n_forms));
        return false;
    }
    const cbk_form *form = (*records)->form;
    *field = cbk_form_field(form, said->field);
    if (*field == NULL) {
        cbk_problems_add(
            problems, place, "column `field`: the form `%s` has no field \"%s\"%s",
            form->name, said->field,
            hint(study, said->field, field_names(study, form), form->n_fields));
        return false;
    }
    *record = cbk_records_find(*records, said->record);
    if (*record == SIZE_MAX) {
        cbk_problems_add(
            problems, place, "column `record`: no record \"%s\" in %s%s%s", said->record,
            (*records)->file,
            (*records)->n != NULL ? "; a row of a repeating form is written "
                                    "as patient/n"
                                  : "",
            hint(study, said->record, record_names(study, *records), (*records)->n_rows));
        return false;
    }
    return true;
}

void cbk_source_take(cbk_study *study, const cbk_source_text *said, const cbk_csv *csv,
                     cbk_place place, cbk_problems *problems, cbk_source_statement *out)
{
    const cbk_records *records = NULL;
    const cbk_field *field = NULL;
    size_t record = 0;
    if (!find_field(study, said, place, problems, &records, &field, &record)) {
        return;
    }
    if (said->source[0] == '\0') {
        cbk_problems_add(problems, place, "column `source`: empty; who says so?");
    }
    const cbk_recorded *adopted = cbk_records_value(records, record, field->name);
    const char *printed =
        cbk_recorded_print(field, &adopted->value, false, -1, study->arena);
    const bool is_resolved = said->resolution[0] != '\0';
    if (is_resolved != (said->reason[0] != '\0')) {
        cbk_problems_add(problems, place,
                         "a resolution needs its reason, and a reason its resolution");
    }
    const bool is_missing = adopted->value.kind == CBK_VALUE_ABSENT;
    const char *shown = printed != NULL ? printed : adopted->missing;
    *out = (cbk_source_statement){
        .form = records->form->name,
        .record = said->record,
        .field = field->name,
        .value = said->value,
        .source = said->source,
        .adopted = shown,
        .is_conflict = is_missing
                           ? said->value[0] != '\0' && strcasecmp(said->value, shown) != 0
                           : !agrees(csv, field, &adopted->value, shown, said->value),
        .is_resolved = is_resolved && said->reason[0] != '\0',
        .resolution = is_resolved ? said->resolution : NULL,
        .reason = said->reason[0] != '\0' ? said->reason : NULL,
        .place = place};
}

static void read_row(const reading *at, size_t row, cbk_source_statement *out)
{
    const cbk_source_text said = {.form = cell(at, row, FORM),
                                  .record = cell(at, row, RECORD),
                                  .field = cell(at, row, FIELD),
                                  .value = cell(at, row, VALUE),
                                  .source = cell(at, row, SOURCE),
                                  .resolution = cell(at, row, RESOLUTION),
                                  .reason = cell(at, row, REASON)};
    cbk_source_take(at->study, &said, at->csv,
                    (cbk_place){.file = at->csv->file, .line = at->csv->line[row]},
                    at->problems, out);
}

cbk_status cbk_sources_read(const char *path, cbk_study *study, cbk_problems *problems,
                            cbk_error *err)
{
    reading at = {.study = study, .problems = problems};
    const cbk_status status = cbk_csv_read(path, study->arena, problems, &at.csv, err);
    if (status != CBK_OK) {
        return status;
    }
    cbk_source_statement *statements =
        CBK_NEW(study->arena, cbk_source_statement, at.csv->n_rows + 1);
    if (statements == NULL) {
        return cbk_fail_memory(err);
    }
    if (read_header(&at)) {
        for (size_t row = 0; row < at.csv->n_rows; row++) {
            read_row(&at, row, &statements[row]);
        }
    }
    study->sources = statements;
    study->n_sources = at.csv->n_rows;
    return problems->n_found == 0
               ? CBK_OK
               : cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "%s has mistakes.", path);
}
