/* report.c - the whole report, section by section in the order of the protocol. */
#include "report/builder.h"

#include <string.h>

static cbk_status add_declared_table(cbk_report *report, const cbk_section *section,
                                     cbk_error *err)
{
    const cbk_table_spec *spec = cbk_protocol_table(report->protocol, section->id);
    if (spec == NULL) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE, "The protocol has no table %s.",
                        section->id);
    }
    return cbk_report_table(report, spec, err);
}

static cbk_status add_declared_figure(cbk_report *report, const cbk_section *section,
                                      cbk_error *err)
{
    const cbk_figure_spec *spec = cbk_protocol_figure(report->protocol, section->id);
    if (spec == NULL) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE, "The protocol has no figure %s.",
                        section->id);
    }
    return cbk_report_figure(report, spec, err);
}

static cbk_status add_section(cbk_report *report, const cbk_section *section,
                              const cbk_audit *audit, cbk_error *err)
{
    switch (section->kind) {
    case CBK_SECTION_COHORT:
        return cbk_section_cohort(report, err);
    case CBK_SECTION_RESULTS:
        return cbk_section_results(report, err);
    case CBK_SECTION_CASES:
        return cbk_section_cases(report, err);
    case CBK_SECTION_TABLE:
        return add_declared_table(report, section, err);
    case CBK_SECTION_FIGURE:
        return add_declared_figure(report, section, err);
    case CBK_SECTION_SURVIVAL:
        return cbk_section_survival(report, err);
    case CBK_SECTION_CONVENTIONS:
        return cbk_section_conventions(report, err);
    case CBK_SECTION_FINDINGS:
        return cbk_section_findings(report, err);
    case CBK_SECTION_CONFLICTS:
        return cbk_section_conflicts(report, err);
    case CBK_SECTION_AUDIT:
        return cbk_section_audit(report, audit, err);
    case CBK_SECTION_METHODS:
        break; /* add_methods() */
    }
    return CBK_OK;
}

static void tell(const cbk_report *report, const cbk_section *section,
                 const cbk_watcher *watcher)
{
    static const char *const names[] = {[CBK_SECTION_COHORT] = "the cohort",
                                        [CBK_SECTION_RESULTS] = "results",
                                        [CBK_SECTION_CASES] = "case histories",
                                        [CBK_SECTION_TABLE] = "table",
                                        [CBK_SECTION_FIGURE] = "figure",
                                        [CBK_SECTION_SURVIVAL] = "the survival table",
                                        [CBK_SECTION_CONVENTIONS] = "conventions",
                                        [CBK_SECTION_FINDINGS] = "findings",
                                        [CBK_SECTION_CONFLICTS] = "conflicts",
                                        [CBK_SECTION_AUDIT] = "the audit",
                                        [CBK_SECTION_METHODS] = "methods"};
    const char *what = names[section->kind];
    if (section->id != NULL) {
        what = cbk_text_format(report->arena, "%s %s", what, section->id);
    }
    if (watcher != NULL && what != NULL) {
        watcher->say(watcher->context, what);
    }
}

/* Tables and figures that follow each other stand under one heading. */
static void add_heading(cbk_report *report, size_t i, size_t *n_runs)
{
    const cbk_section *section = &report->protocol->sections[i];
    const bool is_table = section->kind == CBK_SECTION_TABLE;
    const bool goes_on = i > 0 && report->protocol->sections[i - 1].kind == section->kind;
    if ((!is_table && section->kind != CBK_SECTION_FIGURE) || goes_on) {
        return;
    }
    const char *stem = is_table ? "tables" : "figures";
    (*n_runs)++;
    cbk_document_heading(report->document, 2,
                         cbk_text_format(report->arena, "%s-%zu", stem, *n_runs),
                         is_table ? "Tables" : "Figures");
}

/* The methods are those of the numbers in the report, so they are written last and put
 * where they belong: behind `before`. */
static cbk_status add_methods(cbk_report *report, cbk_block *before, cbk_error *err)
{
    cbk_document *document = report->document;
    cbk_block *rest = before != NULL ? before->next : document->first;
    cbk_block *last = document->last;
    if (rest == NULL) {
        return cbk_section_methods(report, err);
    }
    *(before != NULL ? &before->next : &document->first) = NULL;
    document->last = before;
    CBK_TRY(cbk_section_methods(report, err));
    document->last->next = rest;
    document->last = last;
    return CBK_OK;
}

/* Every section in its place. */
static cbk_status add_sections(cbk_report *report, const cbk_audit *audit,
                               const cbk_watcher *watcher, cbk_error *err)
{
    const cbk_protocol *protocol = report->protocol;
    cbk_block *before_methods = NULL;
    bool has_methods = false;
    size_t n_runs = 0;
    for (size_t i = 0; i < protocol->n_sections; i++) {
        tell(report, &protocol->sections[i], watcher);
        if (protocol->sections[i].kind == CBK_SECTION_METHODS) {
            has_methods = true;
            before_methods = report->document->last;
            continue;
        }
        add_heading(report, i, &n_runs);
        CBK_TRY(add_section(report, &protocol->sections[i], audit, err));
    }
    return has_methods ? add_methods(report, before_methods, err) : CBK_OK;
}

/* The last part of the folder's name, without slashes at its end. */
static const char *folder_name(cbk_arena *arena, const char *folder)
{
    size_t length = strlen(folder);
    while (length > 1 && folder[length - 1] == '/') {
        length--;
    }
    const char *trimmed = cbk_text_copy_bytes(arena, folder, length);
    return trimmed != NULL ? cbk_words_file_name(trimmed) : NULL;
}

cbk_status cbk_report_build(cbk_study *study, const cbk_audit *audit,
                            const cbk_conventions *conventions,
                            const cbk_watcher *watcher, cbk_arena *arena,
                            const cbk_document **out, cbk_error *err)
{
    const cbk_protocol *protocol = cbk_study_protocol(study);
    cbk_report report = {
        .study = study,
        .protocol = protocol,
        .document = cbk_document_create(arena, protocol->title),
        .arena = arena,
        .conventions =
            conventions != NULL ? *conventions : cbk_conventions_of(CBK_PROFILE_R),
        .style = cbk_study_style(study),
    };
    CBK_TRY(cbk_report_done(&report, err));
    report.document->dictionary = cbk_report_dictionary(&report);
    report.document->subtitle = protocol->citation;
    const char *name = folder_name(arena, cbk_study_folder(study));
    report.document->footer =
        cbk_text_format(arena, "casebook %s, study %s", CASEBOOK_VERSION, name);
    CBK_TRY(add_sections(&report, audit, watcher, err));
    CBK_TRY(cbk_report_done(&report, err));
    *out = report.document;
    return CBK_OK;
}
