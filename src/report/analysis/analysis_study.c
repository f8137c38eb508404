/* analysis_study.c - `casebook check`, `table` and `figure`: parts of the report on their
 * own, and the findings as JSON.
 */
#include "report/builder.h"

static cbk_status start(cbk_study *study, const char *title,
                        const cbk_conventions *conventions, cbk_arena *arena,
                        cbk_report *out, cbk_error *err)
{
    *out = (cbk_report){.study = study,
                        .protocol = cbk_study_protocol(study),
                        .document = cbk_document_create(arena, title),
                        .arena = arena,
                        .conventions = *conventions,
                        .style = cbk_study_style(study)};
    return cbk_report_done(out, err);
}

void cbk_analysis_json_head(const cbk_study *study, const char *analysis, cbk_json *json)
{
    const cbk_form *patients = &cbk_study_protocol(study)->forms[0];
    const char *fingerprint = cbk_study_fingerprint(study);
    const size_t rows = cbk_study_records(study, patients->name)->n_rows;
    cbk_json_key_text(json, "casebook", CASEBOOK_VERSION);
    cbk_json_key_text(json, "analysis", analysis);
    cbk_json_key(json, "source");
    cbk_json_open_object(json);
    cbk_json_key_text(json, "name", cbk_study_folder(study));
    cbk_json_key_text(json, "sha256", fingerprint[0] != '\0' ? fingerprint : NULL);
    cbk_json_key_integer(json, "rows", (int64_t)rows);
    cbk_json_close_object(json);
}

/* ---- check ----------------------------------------------------------------------------
 */

static const char *const finding_kinds[] = {
    [CBK_FINDING_RULE] = "rule",
    [CBK_FINDING_ENDPOINT] = "endpoint",
    [CBK_FINDING_CONFLICT] = "conflict",
};

static void fill_finding(cbk_report *report, cbk_table_builder *builder, size_t row,
                         const cbk_finding *finding)
{
    cbk_arena *arena = report->arena;
    const bool is_patient =
        cbk_text_is_equal(finding->form, report->protocol->forms[0].name);
    const char *field = finding->field != NULL ? finding->field : "";
    cbk_table_text(report, builder, row, 0,
                   cbk_text_format(arena, "%s:%zu",
                                   cbk_words_file_name(finding->place.file),
                                   finding->place.line));
    cbk_table_text(report, builder, row, 1,
                   is_patient
                       ? finding->record
                       : cbk_text_format(arena, "%s %s", finding->form, finding->record));
    cbk_table_text(report, builder, row, 2,
                   cbk_text_format(arena, "%s%s%s [%s]", field,
                                   field[0] != '\0' ? ": " : "", finding->says,
                                   finding->id));
}

const cbk_document *cbk_analysis_check_document(cbk_study *study,
                                                const cbk_finding *findings, size_t n,
                                                cbk_arena *arena)
{
    static const char *const headers[] = {"Place", "Record", "Finding"};
    const cbk_conventions conventions = cbk_conventions_of(CBK_PROFILE_R);
    cbk_report report;
    if (start(study, "Check", &conventions, arena, &report, NULL) != CBK_OK) {
        return NULL;
    }
    cbk_text_run sentence = {0};
    cbk_run_textf(&sentence, arena, "%s: %s.", cbk_study_folder(study),
                  cbk_words_count(arena, n, "finding", "findings"));
    cbk_document_paragraph(report.document, sentence);
    cbk_table_builder *builder = n > 0 ? cbk_table_builder_create(arena, 3, n) : NULL;
    if (builder != NULL) {
        cbk_table_headers(&report, builder, headers);
        for (size_t i = 0; i < n; i++) {
            fill_finding(&report, builder, i, &findings[i]);
        }
        builder->block.id = "findings";
        builder->block.title = "Findings";
        cbk_document_table(report.document, &builder->block);
    }
    return cbk_arena_has_failed(arena) ? NULL : report.document;
}

void cbk_analysis_check_json(cbk_study *study, const cbk_finding *findings, size_t n,
                             cbk_json *json)
{
    cbk_json_open_object(json);
    cbk_analysis_json_head(study, "check", json);
    cbk_json_key(json, "results");
    cbk_json_open_object(json);
    cbk_json_key(json, "findings");
    cbk_json_open_array(json);
    for (size_t i = 0; i < n; i++) {
        const cbk_finding *finding = &findings[i];
        cbk_json_open_object(json);
        cbk_json_key_text(json, "kind", finding_kinds[finding->kind]);
        cbk_json_key_text(json, "id", finding->id);
        cbk_json_key_text(json, "form", finding->form);
        cbk_json_key_text(json, "record", finding->record);
        cbk_json_key_text(json, "field", finding->field);
        cbk_json_key_text(json, "says", finding->says);
        cbk_json_key_text(json, "file", finding->place.file);
        cbk_json_key_integer(json, "line", (int64_t)finding->place.line);
        cbk_json_close_object(json);
    }
    cbk_json_close_array(json);
    cbk_json_close_object(json);
    cbk_json_close_object(json);
}

/* ---- one table, one number, one figure
 * -------------------------------------------------------------- */

/* "There is no table 9; the study has 1, 2, 3". */
static cbk_status no_such(const char *what, const char *id, const char *const *ids,
                          size_t n, cbk_error *err)
{
    cbk_buffer list = {0};
    for (size_t i = 0; i < n; i++) {
        cbk_buffer_addf(&list, "%s%s", i > 0 ? ", " : "", ids[i]);
    }
    const cbk_status status = cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                                       "There is no %s \"%s\"; the study has %s.", what,
                                       id, list.bytes != NULL ? list.bytes : "none");
    cbk_buffer_free(&list);
    return status;
}

cbk_status cbk_report_one_table(cbk_study *study, const char *id,
                                const cbk_conventions *conventions, cbk_arena *arena,
                                const cbk_document **out, cbk_error *err)
{
    const cbk_protocol *protocol = cbk_study_protocol(study);
    const cbk_table_spec *spec = cbk_protocol_table(protocol, id);
    cbk_report report;
    CBK_TRY(
        start(study, spec != NULL ? spec->title : id, conventions, arena, &report, err));
    if (spec == NULL) {
        const char **ids = CBK_NEW(arena, const char *, protocol->n_tables + 1);
        for (size_t i = 0; ids != NULL && i < protocol->n_tables; i++) {
            ids[i] = protocol->tables[i].id;
        }
        CBK_TRY(cbk_report_done(&report, err));
        return no_such("table", id, ids, protocol->n_tables, err);
    }
    CBK_TRY(cbk_report_table(&report, spec, err));
    *out = report.document;
    return CBK_OK;
}

cbk_status cbk_report_one_number(cbk_study *study, const char *of, const char *from,
                                 const char *among, const cbk_conventions *conventions,
                                 cbk_arena *arena, const cbk_provenance **out,
                                 cbk_error *err)
{
    cbk_report report;
    cbk_quantity quantity;
    CBK_TRY(start(study, of, conventions, arena, &report, err));
    CBK_TRY(
        cbk_study_evaluate(study, of, from, among, conventions, arena, &quantity, err));
    *out = cbk_report_provenance(&report, &quantity);
    return cbk_report_done(&report, err);
}

cbk_status cbk_report_all_tables(cbk_study *study, const cbk_conventions *conventions,
                                 cbk_arena *arena, const cbk_document **out,
                                 cbk_error *err)
{
    const cbk_protocol *protocol = cbk_study_protocol(study);
    cbk_report report;
    CBK_TRY(start(study, protocol->title, conventions, arena, &report, err));
    for (size_t i = 0; i < protocol->n_tables; i++) {
        CBK_TRY(cbk_report_table(&report, &protocol->tables[i], err));
    }
    if (protocol->n_tables == 0) {
        cbk_analysis_paragraph(report.document, "The protocol declares no table.");
    }
    *out = report.document;
    return cbk_report_done(&report, err);
}

cbk_status cbk_report_one_figure(cbk_study *study, const char *id,
                                 const cbk_conventions *conventions, cbk_arena *arena,
                                 const cbk_document **out, cbk_error *err)
{
    const cbk_protocol *protocol = cbk_study_protocol(study);
    const cbk_figure_spec *spec = cbk_protocol_figure(protocol, id);
    cbk_report report;
    CBK_TRY(
        start(study, spec != NULL ? spec->title : id, conventions, arena, &report, err));
    if (spec == NULL) {
        const char **ids = CBK_NEW(arena, const char *, protocol->n_figures + 1);
        for (size_t i = 0; ids != NULL && i < protocol->n_figures; i++) {
            ids[i] = protocol->figures[i].id;
        }
        CBK_TRY(cbk_report_done(&report, err));
        return no_such("figure", id, ids, protocol->n_figures, err);
    }
    CBK_TRY(cbk_report_figure(&report, spec, err));
    *out = report.document;
    return CBK_OK;
}
