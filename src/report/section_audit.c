/* section_audit.c - what the manuscript says beside what the records give. */
#include "report/parts.h"

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

/* ---- the sentence ----------------------------------------------------------------- */

/* "Of 204 claims 60 reproduce, 20 do not reproduce and 1 is contradicted ..." */
static void add_sentence(cbk_report *report, const cbk_audit *audit)
{
    cbk_arena *arena = report->arena;
    cbk_text_run run = {0};
    size_t n_kinds = 0;
    for (size_t i = 0; i < CBK_VERDICT_COUNT; i++) {
        n_kinds += audit->counts[i] > 0;
    }
    cbk_run_textf(&run, arena, "The manuscript was read as %s",
                  cbk_words_count(arena, audit->n, "claim", "claims"));
    for (size_t i = 0, n_said = 0; i < CBK_VERDICT_COUNT; i++) {
        const cbk_verdict verdict = i == 0 ? CBK_VERDICT_REPRODUCES : by_gravity[i - 1];
        const size_t n = audit->counts[verdict];
        if (n == 0) {
            continue;
        }
        const bool is_last = n_said + 1 == n_kinds;
        const char *before = n_said == 0 ? ": " : is_last ? " and " : ", ";
        cbk_run_textf(&run, arena, "%s%zu %s", before, n,
                      n == 1 ? verdicts[verdict].one : verdicts[verdict].many);
        n_said++;
    }
    cbk_run_text(&run, arena, ".");
    cbk_document_paragraph(report->document, run);
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

static void add_computed(cbk_report *report, cbk_text_run *run,
                         const cbk_claim_result *result)
{
    for (size_t i = 0; i < result->n_computed; i++) {
        if (i > 0) {
            cbk_run_text(run, report->arena, "; ");
        }
        cbk_report_quantity(report, run, &result->computed[i], -1);
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
    return result->verdict == CBK_VERDICT_REPRODUCES;
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

cbk_status cbk_section_audit(cbk_report *report, const cbk_audit *audit, cbk_error *err)
{
    static const claim_table tables[] = {
        {"audit-attention", "Claims that need attention", N_COLUMNS, needs_attention},
        {"audit-reproduces", "Claims that reproduce", COLUMN_COMPUTED + 1, reproduces},
        {"audit-unbound", "Claims that are not bound to the records", COLUMN_STATED + 1,
         is_unbound},
    };
    cbk_document_heading(report->document, 2, "audit", "Audit of the manuscript");
    if (audit == NULL) {
        cbk_text_run run = {0};
        cbk_run_text(&run, report->arena,
                     "The study has no claims.yaml, so no manuscript was checked.");
        cbk_document_paragraph(report->document, run);
        return cbk_report_done(report, err);
    }
    add_sentence(report, audit);
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        add_table(report, audit, &tables[i]);
    }
    return cbk_report_done(report, err);
}
