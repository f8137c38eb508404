/* section_cases.c - a history of every patient: the sentences of the protocol, or without
 * them every field in its order; below, what other sources say of the patient.
 */
#include "report/section/section_cases.h"

#include "study/analysis/recurrence.h"
#include "study/sql/sql_text.h"

#include <string.h>

/* ---- a history without sentences --------------------------------------------------- */

/* What the protocol's tables print of a patient, as "Age: 36 years; Sex: Female". */
typedef struct plain_cases {
    size_t n_forms;
    cbk_case_rows *rows; /* [n_forms] of the repeating forms, in the order of time */
} plain_cases;

/* "Age: 36 years"; the unit stays out of the link. */
static void add_cell(cbk_report *report, cbk_text_run *run, const cbk_records *records,
                     size_t row, size_t i)
{
    const cbk_field *field = &records->form->fields[i];
    const cbk_recorded *cell = &records->values[row * records->form->n_fields + i];
    const char *text = cbk_recorded_print(field, &cell->value, false, -1, report->arena);
    if (text == NULL) {
        return;
    }
    cbk_run_textf(run, report->arena, "%s%s: ", run->first != NULL ? "; " : "",
                  field->label);
    cbk_run_number(run, report->arena, text,
                   cbk_report_recorded(report, records, row, field->name, text));
    if (field->unit != NULL) {
        const bool is_one = cell->value.kind == CBK_VALUE_NUMBER &&
                            cell->value.number == 1.0 &&
                            cbk_days_per_unit(field->unit) > 0.0;
        cbk_run_textf(run, report->arena, " %.*s", /* "1 day" */
                      (int)strlen(field->unit) - (is_one ? 1 : 0), field->unit);
    }
}

/* Every field of the row that has a value. */
static void add_record(cbk_report *report, cbk_text_run *run, const cbk_records *records,
                       size_t row)
{
    for (size_t i = 0; i < records->form->n_fields; i++) {
        add_cell(report, run, records, row, i);
    }
    cbk_run_text(run, report->arena,
                 run->first != NULL ? "." : "Nothing but the key is recorded.");
}

/* What a figure takes as the time of a form's rows; NULL: none draws them. */
static const char *time_drawn(const cbk_protocol *protocol, const cbk_form *form)
{
    for (size_t i = 0; i < protocol->n_figures; i++) {
        for (size_t k = 0; k < protocol->figures[i].n_lanes; k++) {
            const cbk_lane_spec *lane = &protocol->figures[i].lanes[k];
            if (strcmp(lane->form, form->name) == 0) {
                return lane->at;
            }
        }
    }
    return NULL;
}

/* The first date of a form, or number in the unit of an endpoint; NULL: as in the file.
 */
static const char *time_guessed(const cbk_protocol *protocol, const cbk_form *form)
{
    for (size_t i = 0; i < form->n_fields; i++) {
        const cbk_field *field = &form->fields[i];
        if (field->type == CBK_FIELD_DATE || field->type == CBK_FIELD_DATETIME) {
            return field->name;
        }
        for (size_t k = 0; k < protocol->n_endpoints && field->unit != NULL; k++) {
            if (cbk_field_is_number(field) &&
                cbk_text_is_equal(field->unit, protocol->endpoints[k].unit)) {
                return field->name;
            }
        }
    }
    return NULL;
}

static const char *time_of(cbk_report *report, const cbk_form *form)
{
    const char *drawn = time_drawn(report->protocol, form);
    const char *time = drawn != NULL ? drawn : time_guessed(report->protocol, form);
    return time != NULL ? cbk_sql_name(report->arena, time) : NULL;
}

static cbk_status ask_plain(cbk_report *report, plain_cases *out, cbk_error *err)
{
    const cbk_protocol *protocol = report->protocol;
    out->n_forms = protocol->n_forms;
    out->rows = CBK_NEW(report->arena, cbk_case_rows, protocol->n_forms);
    CBK_TRY(cbk_report_done(report, err));
    for (size_t i = 1; i < protocol->n_forms; i++) {
        const cbk_form *form = &protocol->forms[i];
        CBK_TRY(cbk_case_rows_of(report, form->name, NULL, time_of(report, form),
                                 &out->rows[i], err));
    }
    return CBK_OK;
}

static void add_plain(cbk_report *report, const plain_cases *plain,
                      const cbk_records *patients, size_t patient)
{
    cbk_text_run run = {0};
    add_record(report, &run, patients, patient);
    cbk_document_paragraph(report->document, run);
    for (size_t i = 1; i < plain->n_forms; i++) {
        const cbk_case_rows *rows = &plain->rows[i];
        for (size_t k = rows->start[patient]; k < rows->start[patient + 1]; k++) {
            cbk_text_run item = {0};
            cbk_text_run cells = {0};
            cbk_run_span(&item, report->arena,
                         (cbk_span){.kind = CBK_SPAN_STRONG,
                                    .text = report->protocol->forms[i].label});
            cbk_run_text(&item, report->arena, ". ");
            add_record(report, &cells, rows->records, rows->row[k]);
            cbk_run_append(&item, &cells);
            cbk_document_item(report->document, item);
        }
    }
}

/* ---- what sources disagree on ------------------------------------------------------ */

/* The statements of one patient that nobody has decided on. */
typedef struct differing {
    const cbk_source_statement *all;
    size_t n;
    const size_t *of; /* [n] of `all`, in the order of the protocol and the file */
} differing;

static bool is_of_patient(const cbk_source_statement *statement, const char *key)
{
    const size_t n = strlen(key);
    return statement->is_conflict && !statement->is_resolved &&
           strncmp(statement->record, key, n) == 0 &&
           (statement->record[n] == '\0' || statement->record[n] == '/');
}

/* Whether a printed value or a condition read the cell. */
static bool is_read(const cbk_quantity *used, const cbk_source_statement *statement)
{
    bool is_row = false;
    for (size_t i = 0; i < used->n_records && !is_row; i++) {
        is_row = strcmp(used->records[i], statement->record) == 0;
    }
    const size_t n = strlen(statement->form);
    for (size_t i = 0; i < used->n_fields && is_row; i++) {
        if (strncmp(used->fields[i], statement->form, n) == 0 &&
            used->fields[i][n] == '.' &&
            strcmp(used->fields[i] + n + 1, statement->field) == 0) {
            return true;
        }
    }
    return false;
}

/* text NULL: every field is printed. */
static bool is_used(const cbk_case_text *text, const cbk_source_statement *statement)
{
    const cbk_quantity *const *used = text != NULL ? text->used.items : NULL;
    for (size_t i = 0; text != NULL && i < text->used.n; i++) {
        if (is_read(used[i], statement)) {
            return true;
        }
    }
    return text == NULL;
}

/* Form by form in the order of the protocol, each in the order of the file. */
static differing find_differing(cbk_report *report, const char *key,
                                const cbk_case_text *text)
{
    size_t n = 0;
    differing found = {.all = cbk_study_sources(report->study, &n)};
    size_t *of = CBK_NEW(report->arena, size_t, n + 1);
    for (size_t f = 0; of != NULL && f < report->protocol->n_forms; f++) {
        for (size_t i = 0; i < n; i++) {
            if (cbk_text_is_equal(found.all[i].form, report->protocol->forms[f].name) &&
                is_of_patient(&found.all[i], key) && is_used(text, &found.all[i])) {
                of[found.n++] = i;
            }
        }
    }
    found.of = of;
    return found;
}

static bool is_of_cell(const cbk_source_statement *a, const cbk_source_statement *b)
{
    return cbk_text_is_equal(a->form, b->form) &&
           cbk_text_is_equal(a->record, b->record) &&
           cbk_text_is_equal(a->field, b->field);
}

/* Whether an earlier statement is of the same cell, and has the same value unless any
 * will do. */
static bool was_said(const differing *among, size_t i, bool is_any_value)
{
    const cbk_source_statement *said = &among->all[among->of[i]];
    for (size_t k = 0; k < i; k++) {
        const cbk_source_statement *before = &among->all[among->of[k]];
        if (is_of_cell(before, said) &&
            (is_any_value || cbk_text_is_equal(before->value, said->value))) {
            return true;
        }
    }
    return false;
}

/* "Recurrence 2, month": which cell of the patient. */
static const char *cell_label(cbk_report *report, const cbk_source_statement *statement)
{
    const cbk_form *form = cbk_protocol_form(report->protocol, statement->form);
    const char *label = cbk_conflict_label(report, statement);
    const char *slash = strchr(statement->record, '/');
    return slash == NULL || form == NULL
               ? label
               : cbk_text_format(report->arena, "%s %s, %s", form->label, slash + 1,
                                 cbk_words_lower_first(report->arena, label));
}

static void add_adopted(cbk_report *report, cbk_text_run *run,
                        const cbk_source_statement *statement)
{
    const cbk_records *records = cbk_study_records(report->study, statement->form);
    const size_t row = cbk_records_find(records, statement->record);
    const cbk_recorded *cell =
        row == SIZE_MAX ? NULL : cbk_records_value(records, row, statement->field);
    if (cell == NULL || cell->value.kind == CBK_VALUE_ABSENT) {
        cbk_run_text(run, report->arena, statement->adopted);
    } else {
        cbk_run_number(run, report->arena, statement->adopted,
                       cbk_report_recorded(report, records, row, statement->field,
                                           statement->adopted));
    }
}

/* " 144 (Results, Discussion)": one value that the record does not have. */
static void add_other(cbk_report *report, cbk_text_run *run, const differing *among,
                      size_t i)
{
    const cbk_source_statement *said = &among->all[among->of[i]];
    size_t n = 0;
    cbk_run_textf(run, report->arena, " %s (", cbk_conflict_value(report, said));
    for (size_t k = i; k < among->n; k++) {
        const cbk_source_statement *other = &among->all[among->of[k]];
        if (is_of_cell(other, said) && cbk_text_is_equal(other->value, said->value)) {
            cbk_run_textf(run, report->arena, "%s%s", n++ > 0 ? ", " : "", other->source);
        }
    }
    cbk_run_text(run, report->arena, ")");
}

/* "Follow-up, months: 132 in the record, but 144 (Results), 118 (Abstract)." */
static void add_cell_conflict(cbk_report *report, const differing *among, size_t i)
{
    const cbk_source_statement *said = &among->all[among->of[i]];
    cbk_text_run run = {0};
    size_t n = 0;
    cbk_run_textf(&run, report->arena, "%s: ", cell_label(report, said));
    add_adopted(report, &run, said);
    cbk_run_text(&run, report->arena, " in the record, but");
    for (size_t k = i; k < among->n; k++) {
        if (is_of_cell(&among->all[among->of[k]], said) && !was_said(among, k, false)) {
            cbk_run_text(&run, report->arena, n++ > 0 ? "," : "");
            add_other(report, &run, among, k);
        }
    }
    cbk_run_text(&run, report->arena, ".");
    cbk_document_item(report->document, run);
}

/* text NULL: every field is printed. */
static void add_conflicts(cbk_report *report, const char *key, const cbk_case_text *text)
{
    const differing among = find_differing(report, key, text);
    if (among.n > 0) {
        cbk_text_run run = {0};
        cbk_run_text(&run, report->arena,
                     "Other sources differ on what is said here; the history keeps to "
                     "the record:");
        cbk_document_paragraph(report->document, run);
    }
    for (size_t i = 0; i < among.n; i++) {
        if (!was_said(&among, i, true)) {
            add_cell_conflict(report, &among, i);
        }
    }
}

/* ---- the section ------------------------------------------------------------------ */

static const char *title_of(cbk_report *report, const cbk_told_cases *told,
                            const cbk_records *patients, size_t patient)
{
    const char *title = told != NULL ? cbk_told_case_title(report, told, patient) : NULL;
    return title != NULL
               ? title
               : cbk_text_format(report->arena, "Case %s", patients->key[patient]);
}

static cbk_status add_case(cbk_report *report, const cbk_told_cases *told,
                           const plain_cases *plain, const cbk_records *patients,
                           size_t patient, cbk_error *err)
{
    cbk_document_heading(report->document, 3,
                         cbk_text_format(report->arena, "case-%zu", patient + 1),
                         title_of(report, told, patients, patient));
    cbk_case_text text = {0};
    if (told != NULL) {
        CBK_TRY(cbk_told_case_write(report, told, patient, &text, err));
        if (text.run.first == NULL) {
            cbk_run_text(
                &text.run, report->arena,
                "No sentence of the protocol has all its values for this patient.");
        }
        cbk_document_paragraph(report->document, text.run);
    } else {
        add_plain(report, plain, patients, patient);
    }
    add_conflicts(report, patients->key[patient], told != NULL ? &text : NULL);
    return cbk_report_done(report, err);
}

cbk_status cbk_section_cases(cbk_report *report, cbk_error *err)
{
    const cbk_records *patients =
        cbk_study_records(report->study, report->protocol->forms[0].name);
    const cbk_told_cases *told = NULL;
    plain_cases plain = {0};
    cbk_document_heading(report->document, 2, "cases", "Case histories");
    if (report->protocol->cases.n_sentences > 0) {
        CBK_TRY(cbk_told_cases_ask(report, &told, err));
    } else {
        CBK_TRY(ask_plain(report, &plain, err));
    }
    for (size_t i = 0; i < patients->n_rows; i++) {
        CBK_TRY(add_case(report, told, &plain, patients, i, err));
    }
    if (patients->n_rows == 0) {
        cbk_text_run run = {0};
        cbk_run_text(&run, report->arena, "The records hold no patient.");
        cbk_document_paragraph(report->document, run);
    }
    return cbk_report_done(report, err);
}
