/* section_audit.c - what the manuscript says beside what the records give. */
#include "report/builder.h"

/* How a verdict is printed, and how much it should worry. */
typedef struct verdict_words {
    const char *mark;
    const char *one;  /* "1 claim reproduces" */
    const char *many; /* "2 claims reproduce" */
    cbk_tone tone;
} verdict_words;

static const verdict_words verdicts[CBK_VERDICT_COUNT] = {
    [CBK_VERDICT_REPRODUCES] = {"reproduces", "reproduces", "reproduce", CBK_TONE_GOOD},
    [CBK_VERDICT_OTHER_CONVENTION] = {"other convention",
                                      "reproduces under another convention",
                                      "reproduce under another convention",
                                      CBK_TONE_WARN},
    [CBK_VERDICT_CONTRADICTED] = {"contradicted",
                                  "is contradicted elsewhere in the manuscript",
                                  "are contradicted elsewhere in the manuscript",
                                  CBK_TONE_WARN},
    [CBK_VERDICT_DOES_NOT_REPRODUCE] = {"does not reproduce", "does not reproduce",
                                        "do not reproduce", CBK_TONE_BAD},
    [CBK_VERDICT_NOT_COMPUTABLE] = {"not computable", "cannot be computed",
                                    "cannot be computed", CBK_TONE_PLAIN},
};

/* The gravest first. */
static const cbk_verdict by_gravity[CBK_VERDICT_COUNT] = {
    CBK_VERDICT_DOES_NOT_REPRODUCE, CBK_VERDICT_CONTRADICTED,
    CBK_VERDICT_OTHER_CONVENTION, CBK_VERDICT_NOT_COMPUTABLE, CBK_VERDICT_REPRODUCES};

/* ---- the sentences ---------------------------------------------------------------- */

/* A list in words: "a, b and c" of n parts, part k now. */
static const char *link_of(size_t k, size_t n)
{
    return k == 0 ? "" : k + 1 == n ? " and " : ", ";
}

/* "The manuscript was read as 204 claims: 37 do not reproduce, ...": the gravest first.
 */
static void add_claims_sentence(cbk_report *report, const cbk_audit *audit)
{
    cbk_arena *arena = report->arena;
    cbk_text_run run = {0};
    size_t n_kinds = 0;
    size_t n_said = 0;
    for (size_t i = 0; i < CBK_VERDICT_COUNT; i++) {
        n_kinds += audit->counts[i] > 0;
    }
    cbk_run_textf(&run, arena, "The manuscript was read as %s%s",
                  cbk_words_count(arena, audit->n, "claim", "claims"),
                  n_kinds > 0 ? ": " : "");
    for (size_t i = 0; i < CBK_VERDICT_COUNT; i++) {
        const size_t n = audit->counts[by_gravity[i]];
        if (n > 0) {
            const verdict_words *words = &verdicts[by_gravity[i]];
            cbk_run_textf(&run, arena, "%s%zu %s", link_of(n_said++, n_kinds), n,
                          n == 1 ? words->one : words->many);
        }
    }
    cbk_run_text(&run, arena, ".");
    cbk_document_paragraph(report->document, run);
}

static void add_checks_sentence(cbk_report *report, const cbk_audit *audit)
{
    static const char *const words[CBK_CONSISTENCY_COUNT][2] = {
        [CBK_CONSISTENT] = {"agrees", "agree"},
        [CBK_INCONSISTENT] = {"does not agree", "do not agree"},
        [CBK_CANNOT_TELL] = {"cannot tell", "cannot tell"},
    };
    static const cbk_consistency order[] = {CBK_INCONSISTENT, CBK_CANNOT_TELL,
                                            CBK_CONSISTENT};
    cbk_text_run run = {0};
    size_t n_kinds = 0;
    size_t n_said = 0;
    for (size_t i = 0; i < CBK_CONSISTENCY_COUNT; i++) {
        n_kinds += audit->check_counts[i] > 0;
    }
    cbk_run_textf(&run, report->arena, "Of %s of printed numbers against each other ",
                  cbk_words_count(report->arena, audit->n_checks, "check", "checks"));
    for (size_t i = 0; i < CBK_CONSISTENCY_COUNT; i++) {
        const size_t n = audit->check_counts[order[i]];
        if (n > 0) {
            cbk_run_textf(&run, report->arena, "%s%zu %s", link_of(n_said++, n_kinds), n,
                          words[order[i]][n != 1]);
        }
    }
    cbk_run_text(&run, report->arena, ".");
    cbk_document_paragraph(report->document, run);
}

void cbk_audit_add_sentences(cbk_report *report, const cbk_audit *audit)
{
    if (audit->n > 0 || audit->n_checks == 0) {
        add_claims_sentence(report, audit);
    }
    if (audit->n_checks > 0) {
        add_checks_sentence(report, audit);
    }
}

/* ---- tables ----------------------------------------------------------------------- */

enum {
    COLUMN_SAYS, /* first: a table too wide for a terminal repeats it */
    COLUMN_WHERE,
    COLUMN_STATED,
    COLUMN_COMPUTED,
    COLUMN_VERDICT,
    COLUMN_EXPLANATION,
    N_COLUMNS
};

void cbk_report_computed(cbk_report *report, cbk_text_run *run,
                         const cbk_quantity *quantity, int digits)
{
    if (!cbk_quantity_has_number(quantity)) {
        cbk_report_quantity(report, run, quantity, -1);
        return;
    }
    char text[CBK_NUMBER_SIZE];
    cbk_number_shortest(
        cbk_number_round(quantity->value.number, digits, CBK_ROUND_HALF_AWAY), text);
    cbk_run_number(run, report->arena, cbk_text_copy(report->arena, text),
                   cbk_report_provenance(report, quantity));
}

static void add_computed(cbk_report *report, cbk_text_run *run,
                         const cbk_claim_result *result)
{
    for (size_t i = 0; i < result->n_computed; i++) {
        if (i > 0) {
            cbk_run_text(run, report->arena, "; ");
        }
        cbk_report_computed(report, run, &result->computed[i], result->digits[i]);
    }
    if (result->n_computed == 0) {
        cbk_run_text(run, report->arena, CBK_DASH);
    }
}

static void add_explanations(cbk_report *report, cbk_text_run *run,
                             const cbk_claim_result *result)
{
    for (size_t i = 0; i < result->n_explanations; i++) {
        if (i > 0) {
            cbk_run_span(run, report->arena, (cbk_span){.kind = CBK_SPAN_BREAK});
        }
        cbk_report_prose(report, run, result->explanations[i]);
    }
}

static void fill_row(cbk_report *report, cbk_table_builder *builder, size_t row,
                     const cbk_claim_result *result)
{
    const cbk_claim *claim = result->claim;
    const size_t n_columns = builder->block.n_columns;
    cbk_table_text(report, builder, row, COLUMN_WHERE,
                   claim->place != NULL ? claim->place : CBK_DASH);
    cbk_table_text(report, builder, row, COLUMN_SAYS,
                   claim->says != NULL ? claim->says : claim->id);
    cbk_table_text(report, builder, row, COLUMN_STATED, claim->stated);
    if (n_columns > COLUMN_COMPUTED) {
        add_computed(report, &cbk_table_builder_cell(builder, row, COLUMN_COMPUTED)->run,
                     result);
    }
    if (n_columns > COLUMN_EXPLANATION) {
        const verdict_words *words = &verdicts[result->verdict];
        cbk_run_span(
            &cbk_table_builder_cell(builder, row, COLUMN_VERDICT)->run, report->arena,
            (cbk_span){.kind = CBK_SPAN_MARK, .text = words->mark, .tone = words->tone});
        add_explanations(report,
                         &cbk_table_builder_cell(builder, row, COLUMN_EXPLANATION)->run,
                         result);
    }
}

/* The claims of one table, and how it looks. */
typedef struct claim_table {
    const char *id;
    const char *title;
    size_t n_columns; /* of the columns above, from the left */
    bool (*holds)(const cbk_claim_result *result);
} claim_table;

/* A claim without `of` that nothing contradicts asks for no attention but the author's.
 */
static bool is_unbound(const cbk_claim_result *result)
{
    return result->verdict == CBK_VERDICT_NOT_COMPUTABLE && result->n_computed == 0;
}

static bool needs_attention(const cbk_claim_result *result)
{
    return result->verdict != CBK_VERDICT_REPRODUCES && !is_unbound(result);
}

static bool reproduces(const cbk_claim_result *result)
{
    return result->verdict == CBK_VERDICT_REPRODUCES && result->n_explanations == 0;
}

/* Another source says otherwise, it is only within a tolerance, a number is not asked
 * for.
 */
static bool has_remark(const cbk_claim_result *result)
{
    return result->verdict == CBK_VERDICT_REPRODUCES && result->n_explanations > 0;
}

static void add_table(cbk_report *report, const cbk_audit *audit,
                      const claim_table *table)
{
    static const char *const headers[N_COLUMNS] = {"What is said", "Where",   "Stated",
                                                   "Computed",     "Verdict", "Why"};
    size_t n_rows = 0;
    for (size_t i = 0; i < audit->n; i++) {
        n_rows += table->holds(&audit->results[i]);
    }
    cbk_table_builder *builder =
        n_rows > 0 ? cbk_table_builder_create(report->arena, table->n_columns, n_rows)
                   : NULL;
    if (builder == NULL) {
        return;
    }
    cbk_table_headers(report, builder, headers);
    size_t row = 0;
    for (size_t k = 0; k < CBK_VERDICT_COUNT; k++) {
        for (size_t i = 0; i < audit->n; i++) {
            const cbk_claim_result *result = &audit->results[i];
            if (result->verdict == by_gravity[k] && table->holds(result)) {
                fill_row(report, builder, row++, result);
            }
        }
    }
    builder->block.id = table->id;
    builder->block.title = table->title;
    cbk_document_table(report->document, &builder->block);
}

static const claim_table attention = {"audit-attention", "Claims that need attention",
                                      N_COLUMNS, needs_attention};
static const claim_table remarks = {
    "audit-remarks", "Claims that reproduce, with a remark", N_COLUMNS, has_remark};
static const claim_table good = {"audit-reproduces", "Claims that reproduce",
                                 COLUMN_COMPUTED + 1, reproduces};
static const claim_table unbound = {"audit-unbound",
                                    "Claims that are not bound to the records",
                                    COLUMN_STATED + 1, is_unbound};

void cbk_audit_add_table_of_good(cbk_report *report, const cbk_audit *audit)
{
    add_table(report, audit, &good);
}

/* ---- checks ----------------------------------------------------------------------- */

static void fill_check(cbk_report *report, cbk_table_builder *builder, size_t row,
                       const cbk_check_result *check)
{
    static const char *const marks[CBK_CONSISTENCY_COUNT] = {"agrees", "does not agree",
                                                             "cannot tell"};
    static const cbk_tone tones[CBK_CONSISTENCY_COUNT] = {CBK_TONE_GOOD, CBK_TONE_BAD,
                                                          CBK_TONE_PLAIN};
    cbk_table_text(report, builder, row, 0,
                   check->says != NULL ? check->says : check->id);
    cbk_table_text(report, builder, row, 1,
                   check->place != NULL ? check->place : CBK_DASH);
    cbk_table_text(report, builder, row, 2,
                   cbk_words_spaced(report->arena, check->stated));
    cbk_run_span(&cbk_table_builder_cell(builder, row, 3)->run, report->arena,
                 (cbk_span){.kind = CBK_SPAN_MARK,
                            .text = marks[check->verdict],
                            .tone = tones[check->verdict]});
    cbk_table_text(report, builder, row, 4, check->explanation);
}

void cbk_audit_add_checks(cbk_report *report, const cbk_audit *audit,
                          bool has_inconsistent)
{
    static const char *const headers[] = {"What is said", "Where", "Stated", "Result",
                                          "Why"};
    static const cbk_consistency order[] = {CBK_INCONSISTENT, CBK_CANNOT_TELL,
                                            CBK_CONSISTENT};
    const size_t n_inconsistent = audit->check_counts[CBK_INCONSISTENT];
    const size_t n =
        has_inconsistent ? audit->n_checks : audit->n_checks - n_inconsistent;
    cbk_table_builder *builder =
        n > 0 ? cbk_table_builder_create(report->arena, 5, n) : NULL;
    if (builder == NULL) {
        return;
    }
    cbk_table_headers(report, builder, headers);
    size_t row = 0;
    for (size_t k = has_inconsistent ? 0 : 1; k < CBK_CONSISTENCY_COUNT; k++) {
        for (size_t i = 0; i < audit->n_checks; i++) {
            if (audit->checks[i].verdict == order[k]) {
                fill_check(report, builder, row++, &audit->checks[i]);
            }
        }
    }
    builder->block.id = "audit-checks";
    builder->block.title = has_inconsistent ? "Printed numbers against each other"
                                            : "Printed numbers that agree or cannot tell";
    cbk_document_table(report->document, &builder->block);
}

/* ---- the section ------------------------------------------------------------------ */

cbk_status cbk_section_audit(cbk_report *report, const cbk_audit *audit, cbk_error *err)
{
    cbk_document_heading(report->document, 2, "audit", "Audit of the manuscript");
    if (audit == NULL) {
        cbk_text_run run = {0};
        cbk_run_text(&run, report->arena,
                     "The study has no claims.yaml, so no manuscript was checked.");
        cbk_document_paragraph(report->document, run);
        return cbk_report_done(report, err);
    }
    cbk_audit_add_sentences(report, audit);
    add_table(report, audit, &attention);
    add_table(report, audit, &remarks);
    add_table(report, audit, &good);
    add_table(report, audit, &unbound);
    cbk_audit_add_checks(report, audit, true);
    return cbk_report_done(report, err);
}
