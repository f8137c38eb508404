/* section_conflicts.c - where two sources disagree: the value that stands in the record
 * beside the value that another source has. */
#include "report/builder.h"

/* Where the adopted value stands: "patient.csv, line 4"; NULL where it is not found. */
static const char *adopted_place(cbk_report *report,
                                 const cbk_source_statement *statement)
{
    const cbk_records *records = cbk_study_records(report->study, statement->form);
    const size_t row =
        records != NULL ? cbk_records_find(records, statement->record) : SIZE_MAX;
    if (row == SIZE_MAX) {
        return NULL;
    }
    return cbk_text_format(report->arena, "%s, line %zu",
                           cbk_words_file_name(records->file), records->line[row]);
}

static const cbk_field *field_of(cbk_report *report,
                                 const cbk_source_statement *statement)
{
    const cbk_form *form = cbk_protocol_form(report->protocol, statement->form);
    return form != NULL ? cbk_form_field(form, statement->field) : NULL;
}

const char *cbk_conflict_label(cbk_report *report, const cbk_source_statement *statement)
{
    const cbk_field *field = field_of(report, statement);
    return field == NULL ? statement->field
                         : cbk_words_label_unit(report->arena, field->label, field->unit);
}

const char *cbk_conflict_value(cbk_report *report, const cbk_source_statement *statement)
{
    const cbk_field *field = field_of(report, statement);
    if (field == NULL || field->n_choices == 0) {
        return statement->value;
    }
    const cbk_value value = {.kind = CBK_VALUE_TEXT, .text = statement->value};
    const char *text = cbk_recorded_print(field, &value, false, -1, report->arena);
    return text != NULL ? text : statement->value;
}

/* "3/2 (recurrence)"; a patient's record is its key. */
static const char *record_label(cbk_report *report, const cbk_source_statement *statement)
{
    if (cbk_text_is_equal(statement->form, report->protocol->forms[0].name)) {
        return statement->record;
    }
    return cbk_text_format(report->arena, "%s (%s)", statement->record, statement->form);
}

static void fill_row(cbk_report *report, cbk_table_builder *builder, size_t row,
                     const cbk_source_statement *statement)
{
    cbk_arena *arena = report->arena;
    const char *place = adopted_place(report, statement);
    cbk_table_text(report, builder, row, 0, record_label(report, statement));
    cbk_table_text(report, builder, row, 1, cbk_conflict_label(report, statement));
    cbk_text_run *adopted = &cbk_table_builder_cell(builder, row, 2)->run;
    cbk_run_text(adopted, arena, statement->adopted);
    if (place != NULL) {
        cbk_run_span(adopted, arena, (cbk_span){.kind = CBK_SPAN_BREAK});
        cbk_run_text(adopted, arena, place);
    }
    cbk_table_text(report, builder, row, 3, cbk_conflict_value(report, statement));
    cbk_table_text(report, builder, row, 4, statement->source);
    cbk_text_run *state = &cbk_table_builder_cell(builder, row, 5)->run;
    const bool is_open = !statement->is_resolved;
    cbk_run_span(state, arena,
                 (cbk_span){.kind = CBK_SPAN_MARK,
                            .text = is_open ? "open" : "resolved",
                            .tone = is_open ? CBK_TONE_WARN : CBK_TONE_GOOD});
    if (!is_open) {
        cbk_run_textf(state, arena, " as %s (%s)", statement->resolution,
                      statement->reason);
    }
}

typedef struct tally {
    size_t n_open;
    size_t n_resolved;
    size_t n_confirming;
} tally;

static tally count(const cbk_source_statement *statements, size_t n)
{
    tally found = {0};
    for (size_t i = 0; i < n; i++) {
        if (!statements[i].is_conflict) {
            found.n_confirming++;
        } else if (statements[i].is_resolved) {
            found.n_resolved++;
        } else {
            found.n_open++;
        }
    }
    return found;
}

static void add_sentence(cbk_report *report, tally found)
{
    cbk_arena *arena = report->arena;
    cbk_text_run run = {0};
    const size_t n = found.n_open + found.n_resolved;
    if (n == 0) {
        cbk_run_text(&run, arena, "No other source disagrees with the records.");
    } else if (found.n_resolved == 0) {
        cbk_run_textf(
            &run, arena,
            "Another source disagrees with the records in %s; %s. The value of the "
            "record is used everywhere in this report.",
            cbk_words_count(arena, n, "place", "places"),
            n == 1 ? "it is open" : "all are open");
    } else {
        cbk_run_textf(
            &run, arena,
            "Another source disagrees with the records in %s: %zu open, %zu "
            "resolved. The value of the record is used everywhere in this report.",
            cbk_words_count(arena, n, "place", "places"), found.n_open, found.n_resolved);
    }
    if (found.n_confirming > 0) {
        cbk_run_textf(&run, arena, " %s %s a record.",
                      cbk_words_count(arena, found.n_confirming, "other statement",
                                      "other statements"),
                      found.n_confirming == 1 ? "confirms" : "confirm");
    }
    cbk_document_paragraph(report->document, run);
}

/* The open conflicts, then the resolved ones, each in the order of the file. */
static void add_table(cbk_report *report, const cbk_source_statement *statements,
                      size_t n, size_t n_conflicts)
{
    static const char *const headers[] = {"Record",        "Field",  "Adopted value",
                                          "Another value", "Source", "State"};
    cbk_table_builder *builder = cbk_table_builder_create(report->arena, 6, n_conflicts);
    if (builder == NULL) {
        return;
    }
    cbk_table_headers(report, builder, headers);
    size_t row = 0;
    for (int is_resolved = 0; is_resolved <= 1; is_resolved++) {
        for (size_t i = 0; i < n; i++) {
            if (statements[i].is_conflict &&
                statements[i].is_resolved == (is_resolved == 1)) {
                fill_row(report, builder, row++, &statements[i]);
            }
        }
    }
    builder->block.id = "conflict-table";
    builder->block.title = "Adopted values and what another source has";
    cbk_document_table(report->document, &builder->block);
}

cbk_status cbk_section_conflicts(cbk_report *report, cbk_error *err)
{
    size_t n = 0;
    const cbk_source_statement *statements = cbk_study_sources(report->study, &n);
    const tally found = count(statements, n);
    cbk_document_heading(report->document, 2, "conflicts", "Conflicts between sources");
    add_sentence(report, found);
    if (found.n_open + found.n_resolved > 0) {
        add_table(report, statements, n, found.n_open + found.n_resolved);
    }
    return cbk_report_done(report, err);
}
