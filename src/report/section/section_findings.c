/* section_findings.c - what `casebook check` finds: rules that are broken, endpoints that
 * cannot be, conflicts that nobody has decided. */
#include "report/builder.h"

static size_t count(const cbk_finding *findings, size_t n, cbk_finding_kind kind)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        found += findings[i].kind == kind;
    }
    return found;
}

static bool has_section(const cbk_protocol *protocol, cbk_section_kind kind)
{
    for (size_t i = 0; i < protocol->n_sections; i++) {
        if (protocol->sections[i].kind == kind) {
            return true;
        }
    }
    return false;
}

/* "51 conflicts between sources are open." with a link to them. */
static void add_conflicts(cbk_report *report, cbk_text_run *run, size_t n)
{
    cbk_arena *arena = report->arena;
    const char *words = cbk_words_count(arena, n, "conflict between sources",
                                        "conflicts between sources");
    cbk_run_text(run, arena, " ");
    if (has_section(report->protocol, CBK_SECTION_CONFLICTS)) {
        cbk_run_span(
            run, arena,
            (cbk_span){.kind = CBK_SPAN_LINK, .text = words, .target = "#conflicts"});
    } else {
        cbk_run_text(run, arena, words);
    }
    cbk_run_text(run, arena, n == 1 ? " is open." : " are open.");
}

/* "The checks found 2 broken rules and 1 endpoint that cannot be." */
static void add_sentence(cbk_report *report, size_t n_rules, size_t n_endpoints,
                         size_t n_conflicts)
{
    cbk_arena *arena = report->arena;
    cbk_text_run run = {0};
    if (n_rules + n_endpoints == 0) {
        cbk_run_text(
            &run, arena,
            "Every record satisfies the rules of the protocol, and every endpoint "
            "is possible.");
    } else {
        cbk_run_text(&run, arena, "The checks found ");
    }
    if (n_rules > 0) {
        cbk_run_text(&run, arena,
                     cbk_words_count(arena, n_rules, "broken rule", "broken rules"));
    }
    if (n_endpoints > 0) {
        cbk_run_textf(&run, arena, "%s%s that cannot be", n_rules > 0 ? " and " : "",
                      cbk_words_count(arena, n_endpoints, "endpoint", "endpoints"));
    }
    if (n_rules + n_endpoints > 0) {
        cbk_run_text(&run, arena, ".");
    }
    if (n_conflicts > 0) {
        add_conflicts(report, &run, n_conflicts);
    }
    cbk_document_paragraph(report->document, run);
}

static void fill_row(cbk_report *report, cbk_table_builder *builder, size_t row,
                     const cbk_finding *finding)
{
    cbk_arena *arena = report->arena;
    const bool is_patient =
        cbk_text_is_equal(finding->form, report->protocol->forms[0].name);
    cbk_table_text(
        report, builder, row, 0,
        is_patient ? finding->record
                   : cbk_text_format(arena, "%s (%s)", finding->record, finding->form));
    cbk_report_prose(report, &cbk_table_builder_cell(builder, row, 1)->run,
                     finding->says);
    cbk_run_span(&cbk_table_builder_cell(builder, row, 2)->run, arena,
                 (cbk_span){.kind = CBK_SPAN_CODE, .text = finding->id});
    if (finding->place.file != NULL) {
        cbk_table_text(report, builder, row, 3,
                       cbk_text_format(arena, "%s, line %zu",
                                       cbk_words_file_name(finding->place.file),
                                       finding->place.line));
    }
}

static void add_table(cbk_report *report, const cbk_finding *findings, size_t n,
                      size_t n_broken)
{
    static const char *const headers[] = {"Record", "Finding", "Check", "Place"};
    cbk_table_builder *builder = cbk_table_builder_create(report->arena, 4, n_broken);
    if (builder == NULL) {
        return;
    }
    cbk_table_headers(report, builder, headers);
    size_t row = 0;
    for (size_t i = 0; i < n; i++) {
        if (findings[i].kind != CBK_FINDING_CONFLICT) {
            fill_row(report, builder, row++, &findings[i]);
        }
    }
    builder->block.id = "finding-table";
    builder->block.title = "What the checks found";
    cbk_document_table(report->document, &builder->block);
}

cbk_status cbk_section_findings(cbk_report *report, cbk_error *err)
{
    const cbk_finding *findings = NULL;
    size_t n = 0;
    cbk_document_heading(report->document, 2, "findings", "Findings in the records");
    CBK_TRY(cbk_study_check(report->study, report->arena, &findings, &n, err));
    const size_t n_rules = count(findings, n, CBK_FINDING_RULE);
    const size_t n_endpoints = count(findings, n, CBK_FINDING_ENDPOINT);
    add_sentence(report, n_rules, n_endpoints, n - n_rules - n_endpoints);
    if (n_rules + n_endpoints > 0) {
        add_table(report, findings, n, n_rules + n_endpoints);
    }
    return cbk_report_done(report, err);
}
