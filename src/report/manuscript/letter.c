/* letter.c - a letter to the authors or the editor that lists only what needs an answer:
 * each point with its place, what is printed, what the records give, what that is
 * consistent with, and what is asked.
 */
#include "report/manuscript/manuscript_parts.h"

#include <string.h>

typedef struct letter {
    cbk_report report;
    const cbk_audit *audit;
    const cbk_manuscript_audit *bound; /* or NULL */
    size_t n_points;                   /* so far */
} letter;

/* ---- which claims ------------------------------------------------------------------ */

/* The gravest first. */
static const cbk_verdict asked_about[] = {
    CBK_VERDICT_DOES_NOT_REPRODUCE, CBK_VERDICT_CONTRADICTED,
    CBK_VERDICT_OTHER_CONVENTION, CBK_VERDICT_NOT_COMPUTABLE};

/* A claim without a question is no business of a letter. */
static bool needs_answer(const cbk_claim_result *result)
{
    return result->verdict != CBK_VERDICT_REPRODUCES &&
           (result->verdict != CBK_VERDICT_NOT_COMPUTABLE || result->n_computed > 0);
}

static bool is_same_point(const cbk_claim_result *a, const cbk_claim_result *b)
{
    const cbk_claim *x = a->claim;
    const cbk_claim *y = b->claim;
    if (a->verdict != b->verdict || x->n_of != y->n_of || x->n_of == 0 ||
        strcmp(x->stated, y->stated) != 0 || !cbk_text_is_equal(x->from, y->from) ||
        !cbk_text_is_equal(x->among, y->among)) {
        return false;
    }
    for (size_t i = 0; i < x->n_of; i++) {
        if (strcmp(x->of[i], y->of[i]) != 0) {
            return false;
        }
    }
    return true;
}

static bool is_first_of_point(const cbk_audit *audit, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (is_same_point(&audit->results[k], &audit->results[i])) {
            return false;
        }
    }
    return true;
}

/* "Abstract; Results": where all claims of the point stand. */
static const char *places(const letter *l, size_t i)
{
    cbk_buffer text = {0};
    for (size_t k = i; k < l->audit->n; k++) {
        const char *place = l->audit->results[k].claim->place;
        if (place != NULL &&
            (k == i || is_same_point(&l->audit->results[i], &l->audit->results[k])) &&
            (text.bytes == NULL || strstr(text.bytes, place) == NULL)) {
            cbk_buffer_addf(&text, "%s%s", text.size > 0 ? "; " : "", place);
        }
    }
    return text.size > 0 ? cbk_words_take(&text, l->report.arena) : NULL;
}

/* ---- the parts of a point ---------------------------------------------------------- */

static void add_item(letter *l, const char *label, cbk_text_run *rest)
{
    cbk_text_run run = {0};
    cbk_run_span(&run, l->report.arena,
                 (cbk_span){.kind = CBK_SPAN_STRONG, .text = label});
    cbk_run_text(&run, l->report.arena, " ");
    cbk_run_append(&run, rest);
    cbk_document_item(l->report.document, run);
}

/* The first sentence of the manuscript that states the claim, as a quotation. */
static void add_quotation(letter *l, cbk_text_run *run, const cbk_claim_result *result)
{
    if (l->bound == NULL) {
        return;
    }
    const size_t wanted = (size_t)(result - l->audit->results);
    for (size_t i = 0; i < l->bound->manuscript->n_numbers; i++) {
        const cbk_standing *standing = &l->bound->standing[i];
        for (size_t k = 0; k < standing->n_covers; k++) {
            if (standing->covers[k].claim == wanted) {
                cbk_run_textf(run, l->report.arena, ": “%s”",
                              cbk_number_sentence(l->bound, i, l->report.arena));
                return;
            }
        }
    }
}

static void add_printed(letter *l, size_t i)
{
    const cbk_claim_result *result = &l->audit->results[i];
    cbk_text_run run = {0};
    const char *where = places(l, i);
    cbk_run_span(&run, l->report.arena,
                 (cbk_span){.kind = CBK_SPAN_STRONG, .text = result->claim->stated});
    if (where != NULL) {
        cbk_run_textf(&run, l->report.arena, " (%s)", where);
    }
    add_quotation(l, &run, result);
    add_item(l, "Printed:", &run);
}

static void add_computed(letter *l, const cbk_claim_result *result)
{
    cbk_text_run run = {0};
    cbk_arena *arena = l->report.arena;
    for (size_t i = 0; i < result->n_computed; i++) {
        cbk_run_text(&run, arena, i > 0 ? "; " : "");
        cbk_report_computed(&l->report, &run, &result->computed[i], result->digits[i]);
        cbk_run_text(&run, arena, " (");
        cbk_run_span(&run, arena,
                     (cbk_span){.kind = CBK_SPAN_CODE, .text = result->claim->of[i]});
        cbk_run_text(&run, arena, ")");
    }
    if (result->n_computed > 0) {
        if (result->claim->among != NULL) {
            cbk_run_text(&run, arena, ", among ");
            cbk_run_span(&run, arena,
                         (cbk_span){.kind = CBK_SPAN_CODE, .text = result->claim->among});
        }
        add_item(l, "The records give:", &run);
    }
}

/* "Printed elsewhere: 144 (Results); 144 (Discussion)". */
static void add_contradicting(letter *l, const cbk_claim_result *result)
{
    enum { SHOWN_MAX = 5 };
    cbk_text_run run = {0};
    for (size_t i = 0; i < result->n_contradicting && i < SHOWN_MAX; i++) {
        const cbk_claim *other = result->contradicting[i];
        cbk_run_textf(&run, l->report.arena, "%s%s", i > 0 ? "; " : "", other->stated);
        if (other->place != NULL) {
            cbk_run_textf(&run, l->report.arena, " (%s)", other->place);
        }
    }
    if (result->n_contradicting > 0) {
        add_item(l, "Printed elsewhere:", &run);
    }
}

/* True where one of the explanations says where the number may come from. */
static bool add_explanations(letter *l, const cbk_claim_result *result)
{
    bool is_explained = false;
    for (size_t i = 0; i < result->n_explanations; i++) {
        const char *telling = cbk_telling_part(result->explanations[i]);
        if (telling == NULL || strncmp(telling, "Stated otherwise", 16) == 0) {
            continue;
        }
        cbk_text_run run = {0};
        cbk_report_prose(&l->report, &run, telling);
        is_explained = is_explained || strncmp(telling, "Consistent", 10) == 0;
        cbk_document_item(l->report.document, run);
    }
    return is_explained;
}

static const char *question(const cbk_claim_result *result, bool is_explained)
{
    switch (result->verdict) {
    case CBK_VERDICT_DOES_NOT_REPRODUCE:
        return is_explained
                   ? "Please tell us whether this is how the number was made, and "
                     "correct the number or what it is called."
                   : "Please correct the number, or tell us how it was made.";
    case CBK_VERDICT_CONTRADICTED:
        return "Please tell us which of the statements holds, and change the others.";
    case CBK_VERDICT_OTHER_CONVENTION:
        return "Please name the rule that was used, or print the number as the rule of "
               "the "
               "other numbers gives it.";
    case CBK_VERDICT_NOT_COMPUTABLE:
        return "Please tell us what this rests on: the records do not give it.";
    case CBK_VERDICT_REPRODUCES:
        break;
    }
    return "";
}

/* A sentence of the manuscript stays as it is. */
static const char *point_title(cbk_arena *arena, const char *says)
{
    const size_t n = strlen(says);
    return n > 0 && says[n - 1] == '.' ? says : cbk_words_lower_first(arena, says);
}

static void add_point(letter *l, size_t i)
{
    const cbk_claim_result *result = &l->audit->results[i];
    cbk_arena *arena = l->report.arena;
    const char *says =
        result->claim->says != NULL ? result->claim->says : result->claim->id;
    const char *title = point_title(arena, says);
    cbk_document_heading(l->report.document, 3, NULL,
                         cbk_text_format(arena, "Point %zu: %s", ++l->n_points,
                                         title != NULL ? title : ""));
    add_printed(l, i);
    add_computed(l, result);
    add_contradicting(l, result);
    const bool is_explained = add_explanations(l, result);
    cbk_text_run asked = {0};
    cbk_run_text(&asked, arena, question(result, is_explained));
    add_item(l, "We ask:", &asked);
}

/* ---- groups ------------------------------------------------------------------------ */

static void add_group(letter *l, cbk_verdict verdict)
{
    static const char *const titles[CBK_VERDICT_COUNT] = {
        [CBK_VERDICT_DOES_NOT_REPRODUCE] = "Numbers that do not follow from the records",
        [CBK_VERDICT_CONTRADICTED] = "Numbers that the manuscript states in two ways",
        [CBK_VERDICT_OTHER_CONVENTION] = "Numbers that follow under another rule",
        [CBK_VERDICT_NOT_COMPUTABLE] = "Numbers that the records do not give"};
    bool has_heading = false;
    for (size_t i = 0; i < l->audit->n; i++) {
        const cbk_claim_result *result = &l->audit->results[i];
        if (result->verdict != verdict || !needs_answer(result) ||
            !is_first_of_point(l->audit, i)) {
            continue;
        }
        if (!has_heading) {
            cbk_document_heading(l->report.document, 2, cbk_verdict_name(verdict),
                                 titles[verdict]);
            has_heading = true;
        }
        add_point(l, i);
    }
}

/* The explanation without the key of a claims file that would silence the check. */
static const char *explanation_for_authors(const letter *l, const cbk_check_result *check)
{
    static const char key[] = " (wald: false)";
    const char *at = strstr(check->explanation, key);
    return at == NULL ? check->explanation
                      : cbk_text_format(l->report.arena, "%.*s%s",
                                        (int)(at - check->explanation),
                                        check->explanation, at + strlen(key));
}

/* Printed numbers that cannot all be right, whatever the records are. */
static void add_inconsistent(letter *l)
{
    cbk_arena *arena = l->report.arena;
    bool has_heading = false;
    for (size_t i = 0; i < l->audit->n_checks; i++) {
        const cbk_check_result *check = &l->audit->checks[i];
        if (check->verdict != CBK_INCONSISTENT) {
            continue;
        }
        if (!has_heading) {
            cbk_document_heading(l->report.document, 2, "inconsistent",
                                 "Printed numbers that do not agree");
            has_heading = true;
        }
        const char *says = check->says != NULL ? check->says : check->id;
        cbk_document_heading(l->report.document, 3, NULL,
                             cbk_text_format(arena, "Point %zu: %s", ++l->n_points,
                                             point_title(arena, says)));
        cbk_text_run printed = {0};
        cbk_run_text(&printed, arena, cbk_words_spaced(arena, check->stated));
        if (check->place != NULL) {
            cbk_run_textf(&printed, arena, " (%s)", check->place);
        }
        add_item(l, "Printed:", &printed);
        cbk_text_run why = {0};
        cbk_report_prose(&l->report, &why, explanation_for_authors(l, check));
        cbk_document_item(l->report.document, why);
        cbk_text_run asked = {0};
        cbk_run_text(&asked, arena, "Please tell us which of these numbers is right.");
        add_item(l, "We ask:", &asked);
    }
}

/* Rules that records break and endpoints that cannot be. */
static void add_findings(letter *l, const cbk_finding *findings, size_t n)
{
    bool has_heading = false;
    for (size_t i = 0; i < n; i++) {
        const cbk_finding *finding = &findings[i];
        if (finding->kind == CBK_FINDING_CONFLICT) {
            continue;
        }
        if (!has_heading) {
            cbk_text_run asked = {0};
            cbk_document_heading(l->report.document, 2, "findings",
                                 "Records that break a rule");
            cbk_run_text(&asked, l->report.arena,
                         "Please check these records against the charts.");
            cbk_document_paragraph(l->report.document, asked);
            has_heading = true;
        }
        cbk_text_run run = {0};
        cbk_run_textf(&run, l->report.arena, "%s %s: %s", finding->form, finding->record,
                      finding->says);
        cbk_document_item(l->report.document, run);
    }
}

/* Open conflicts between sources, as a table: they are many and alike. */
static void add_conflicts(letter *l)
{
    static const char *const headers[] = {"Record", "Value of", "The records",
                                          "Another source", "Which source"};
    size_t n = 0;
    size_t n_open = 0;
    const cbk_source_statement *all = cbk_study_sources(l->report.study, &n);
    for (size_t i = 0; i < n; i++) {
        n_open += all[i].is_conflict && !all[i].is_resolved;
    }
    cbk_table_builder *builder =
        n_open > 0 ? cbk_table_builder_create(l->report.arena, 5, n_open) : NULL;
    if (builder == NULL) {
        return;
    }
    cbk_text_run asked = {0};
    cbk_document_heading(l->report.document, 2, "conflicts", "Sources that disagree");
    cbk_run_text(
        &asked, l->report.arena,
        "Please tell us which value holds, and correct the other. The numbers above "
        "were computed with the first.");
    cbk_document_paragraph(l->report.document, asked);
    cbk_table_headers(&l->report, builder, headers);
    size_t row = 0;
    for (size_t i = 0; i < n; i++) {
        if (!all[i].is_conflict || all[i].is_resolved) {
            continue;
        }
        cbk_table_text(
            &l->report, builder, row, 0,
            cbk_text_format(l->report.arena, "%s %s", all[i].form, all[i].record));
        cbk_table_text(&l->report, builder, row, 1,
                       cbk_conflict_label(&l->report, &all[i]));
        cbk_table_text(&l->report, builder, row, 2, all[i].adopted);
        cbk_table_text(&l->report, builder, row, 3,
                       cbk_conflict_value(&l->report, &all[i]));
        cbk_table_text(&l->report, builder, row++, 4, all[i].source);
    }
    builder->block.title = "Values on which two sources disagree";
    cbk_document_table(l->report.document, &builder->block);
}

/* ---- the letter -------------------------------------------------------------------- */

static size_t count_points(const cbk_audit *audit)
{
    size_t n = 0;
    for (size_t i = 0; i < audit->n; i++) {
        n += needs_answer(&audit->results[i]) && is_first_of_point(audit, i);
    }
    return n;
}

static void add_paragraph(letter *l, const char *text)
{
    cbk_text_run run = {0};
    cbk_run_text(&run, l->report.arena, text);
    cbk_document_paragraph(l->report.document, run);
}

/* "the records of the study, 6 patients. Of 204 statements 123 follow ..." */
static void add_what_was_done(letter *l)
{
    cbk_arena *arena = l->report.arena;
    const size_t n_good = l->audit->counts[CBK_VERDICT_REPRODUCES];
    if (l->report.study == NULL) {
        add_paragraph(l,
                      "Thank you for the manuscript. We had no records, and held what it "
                      "states against itself.");
        return;
    }
    const cbk_form *patients = &l->report.protocol->forms[0];
    const size_t n_patients = cbk_study_records(l->report.study, patients->name)->n_rows;
    if (l->audit->n == 0) {
        add_paragraph(
            l, cbk_text_format(
                   arena,
                   "Thank you for the manuscript. We have the records of the study, %s, "
                   "but no claim says yet what its numbers are of.",
                   cbk_words_count(arena, n_patients, "patient", "patients")));
        return;
    }
    add_paragraph(
        l, cbk_text_format(arena,
                           "Thank you for the manuscript. We compared what it states "
                           "with the records of "
                           "the study, %s. Of %s %zu %s from the records as printed.",
                           cbk_words_count(arena, n_patients, "patient", "patients"),
                           cbk_words_count(arena, l->audit->n, "statement", "statements"),
                           n_good, n_good == 1 ? "follows" : "follow"));
}

static void add_opening(letter *l, size_t n_findings)
{
    cbk_arena *arena = l->report.arena;
    const size_t n_points =
        count_points(l->audit) + l->audit->check_counts[CBK_INCONSISTENT];
    add_paragraph(l, "Dear colleagues,");
    add_what_was_done(l);
    if (l->bound != NULL && l->bound->n_covered < l->bound->manuscript->n_numbers) {
        add_paragraph(
            l, cbk_text_format(arena,
                               "The text prints %zu numbers; %zu of them were not "
                               "checked.",
                               l->bound->manuscript->n_numbers,
                               l->bound->manuscript->n_numbers - l->bound->n_covered));
    }
    if (n_points + n_findings == 0) {
        add_paragraph(l, l->report.study != NULL && l->audit->n == 0
                             ? "Nothing needs an answer so far."
                             : "Nothing needs an answer.");
        return;
    }
    add_paragraph(l,
                  cbk_text_format(
                      arena,
                      "%s below, each with what is printed, what the records give, and "
                      "what we ask. "
                      "Where we write “consistent with”, we say that a small change of "
                      "the question "
                      "gives the printed number, not that this is what was done.",
                      n_points == 0 ? "What needs an answer stands"
                      : n_points == 1
                          ? "One point needs an answer and stands"
                          : cbk_text_format(arena, "%zu points need an answer and stand",
                                            n_points)));
}

cbk_status cbk_letter_document(cbk_study *study, const cbk_audit *audit,
                               const cbk_manuscript_audit *bound, cbk_arena *arena,
                               const cbk_document **out, cbk_error *err)
{
    letter l = {.audit = audit, .bound = bound};
    const cbk_finding *findings = NULL;
    size_t n_findings = 0;
    CBK_TRY(cbk_manuscript_start(study, "Questions about the numbers", arena, &l.report,
                                 err));
    if (study != NULL) {
        CBK_TRY(cbk_study_check(study, arena, &findings, &n_findings, err));
        l.report.document->subtitle = l.report.protocol->title;
    }
    l.report.document->footer = cbk_text_format(
        arena,
        "Computed with casebook %s; another person can repeat it from the same files.",
        CASEBOOK_VERSION);
    add_opening(&l, n_findings);
    for (size_t i = 0; i < sizeof asked_about / sizeof asked_about[0]; i++) {
        add_group(&l, asked_about[i]);
        if (i == 0) {
            add_inconsistent(&l);
        }
    }
    add_findings(&l, findings, n_findings);
    if (study != NULL) {
        add_conflicts(&l);
    }
    cbk_document_heading(l.report.document, 2, "close", "In closing");
    add_paragraph(
        &l, "Our records may differ from yours; where they do, please tell us, and we "
            "shall look again. With kind regards.");
    CBK_TRY(cbk_report_done(&l.report, err));
    *out = l.report.document;
    return CBK_OK;
}
