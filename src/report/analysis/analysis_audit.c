/* analysis_audit.c - `casebook audit`: what needs an answer first, as a document to read
 * from above.
 */
#include "report/builder.h"

#include <string.h>

typedef struct verdict_group {
    cbk_verdict verdict;
    const char *heading;
} verdict_group;

/* What needs an answer first; what reproduces is a table at the end. */
static const verdict_group groups[] = {
    {CBK_VERDICT_DOES_NOT_REPRODUCE, "Does not reproduce"},
    {CBK_VERDICT_CONTRADICTED, "Contradicted elsewhere in the manuscript"},
    {CBK_VERDICT_OTHER_CONVENTION, "Reproduces under another convention"},
    {CBK_VERDICT_REPRODUCES, "Reproduces, with a remark"},
    {CBK_VERDICT_NOT_COMPUTABLE, "Cannot be computed"},
};

enum { ALIKE_LOOKED_AT = 100 }; /* claims before this one that may say the same */

static bool is_same(const char *a, const char *b)
{
    return a == b || cbk_text_is_equal(a, b);
}

/* Whether two claims say the same of the same, and are answered alike. */
static bool are_alike(const cbk_claim_result *a, const cbk_claim_result *b)
{
    bool is_alike = a->verdict == b->verdict && a->n_explanations == b->n_explanations &&
                    is_same(a->claim->stated, b->claim->stated) &&
                    is_same(a->claim->says, b->claim->says) && a->claim->says != NULL &&
                    a->claim->n_of == b->claim->n_of;
    for (size_t i = 0; is_alike && i < a->n_explanations; i++) {
        is_alike = is_same(a->explanations[i], b->explanations[i]);
    }
    return is_alike;
}

/* Whether an earlier claim is alike, and has said it. */
static bool is_said(const cbk_audit *audit, size_t i)
{
    const size_t from = i > ALIKE_LOOKED_AT ? i - ALIKE_LOOKED_AT : 0;
    for (size_t k = from; k < i; k++) {
        if (are_alike(&audit->results[k], &audit->results[i])) {
            return true;
        }
    }
    return false;
}

/* "Abstract, CL005" */
static void add_place(cbk_report *report, cbk_text_run *run, const char *before,
                      const char *place, const char *id)
{
    cbk_run_textf(run, report->arena, "%s%s%s%s", before, place != NULL ? place : "",
                  place != NULL ? ", " : "", id);
}

static void add_lines(cbk_report *report, cbk_text_run *run, const char *text)
{
    cbk_run_span(run, report->arena, (cbk_span){.kind = CBK_SPAN_BREAK});
    cbk_report_prose(report, run, text);
}

/* "median age in years: 44 (Abstract, CL005; Results, CL009)", and why. */
static void add_claim(cbk_report *report, const cbk_audit *audit, size_t i)
{
    const cbk_claim_result *result = &audit->results[i];
    cbk_text_run run = {0};
    if (result->claim->says != NULL) {
        cbk_run_textf(&run, report->arena, "%s: ", result->claim->says);
    }
    cbk_run_span(&run, report->arena,
                 (cbk_span){.kind = CBK_SPAN_STRONG, .text = result->claim->stated});
    add_place(report, &run, " (", result->claim->place, result->claim->id);
    for (size_t k = i + 1; k < audit->n && k <= i + ALIKE_LOOKED_AT; k++) {
        if (are_alike(result, &audit->results[k])) {
            add_place(report, &run, "; ", audit->results[k].claim->place,
                      audit->results[k].claim->id);
        }
    }
    cbk_run_text(&run, report->arena, ")");
    const bool is_only_unbound =
        result->verdict == CBK_VERDICT_NOT_COMPUTABLE && result->n_computed == 0;
    for (size_t k = 0; k < result->n_explanations && !is_only_unbound; k++) {
        add_lines(report, &run, result->explanations[k]);
    }
    cbk_document_item(report->document, run);
}

/* What reproduces is listed only where there is something to say of it. */
static bool is_listed(const cbk_claim_result *result, cbk_verdict verdict)
{
    return result->verdict == verdict &&
           (verdict != CBK_VERDICT_REPRODUCES || result->n_explanations > 0);
}

static void add_group(cbk_report *report, const cbk_audit *audit,
                      const verdict_group *group)
{
    size_t n = 0;
    for (size_t i = 0; i < audit->n; i++) {
        n += is_listed(&audit->results[i], group->verdict);
    }
    if (n == 0) {
        return;
    }
    cbk_document_heading(report->document, 2, cbk_verdict_name(group->verdict),
                         cbk_text_format(report->arena, "%s (%zu)", group->heading, n));
    for (size_t i = 0; i < audit->n; i++) {
        if (is_listed(&audit->results[i], group->verdict) && !is_said(audit, i)) {
            add_claim(report, audit, i);
        }
    }
}

static bool ends_with_stop(const char *text)
{
    const size_t size = strlen(text);
    return size > 0 && text[size - 1] == '.';
}

void cbk_audit_add_inconsistent(cbk_report *report, const cbk_audit *audit)
{
    const size_t n = audit->check_counts[CBK_INCONSISTENT];
    if (n == 0) {
        return;
    }
    cbk_document_heading(
        report->document, 2, "inconsistent",
        cbk_text_format(report->arena, "Printed numbers that do not agree (%zu)", n));
    for (size_t i = 0; i < audit->n_checks; i++) {
        const cbk_check_result *check = &audit->checks[i];
        if (check->verdict != CBK_INCONSISTENT) {
            continue;
        }
        cbk_text_run run = {0};
        const bool is_sentence = check->says != NULL && ends_with_stop(check->says);
        if (check->says != NULL && !is_sentence) {
            cbk_run_textf(&run, report->arena, "%s: ", check->says);
        }
        cbk_run_span(&run, report->arena,
                     (cbk_span){.kind = CBK_SPAN_STRONG,
                                .text = cbk_words_spaced(report->arena, check->stated)});
        add_place(report, &run, " (", check->place, check->id);
        cbk_run_text(&run, report->arena, ")");
        if (is_sentence) {
            cbk_run_span(&run, report->arena, (cbk_span){.kind = CBK_SPAN_BREAK});
            cbk_run_textf(&run, report->arena, "“%s”", check->says);
        }
        add_lines(report, &run, check->explanation);
        cbk_document_item(report->document, run);
    }
}

cbk_status cbk_analysis_audit_document(cbk_study *study, const cbk_audit *audit,
                                       bool is_table, cbk_arena *arena,
                                       const cbk_document **out, cbk_error *err)
{
    cbk_report report = {.study = study,
                         .protocol = study != NULL ? cbk_study_protocol(study) : NULL,
                         .document = cbk_document_create(
                             arena, is_table ? "Audit" : "Audit of the manuscript"),
                         .arena = arena,
                         .conventions = cbk_conventions_of(CBK_PROFILE_R)};
    *out = NULL;
    CBK_TRY(cbk_report_done(&report, err));
    if (is_table) {
        CBK_TRY(cbk_section_audit(&report, audit, err));
    } else {
        cbk_audit_add_sentences(&report, audit);
        for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
            add_group(&report, audit, &groups[i]);
            if (i == 0) {
                cbk_audit_add_inconsistent(&report, audit);
            }
        }
        cbk_audit_add_table_of_good(&report, audit);
        cbk_audit_add_checks(&report, audit, false);
    }
    CBK_TRY(cbk_report_done(&report, err));
    *out = report.document;
    return CBK_OK;
}
