/* summary_test.c - what compares the groups of a summary table, and the intervals of its
 * proportions.  Contract: report/table/summary.h.
 */
#include "report/table/summary.h"

#include "study/sql/sql_text.h"

#include <string.h>

/* ---- SQL -------------------------------------------------------------------------- */

const char *cbk_summary_test_sql(const cbk_summary *table, const cbk_summary_row *row,
                                 const char *part)
{
    cbk_arena *arena = table->report->arena;
    return cbk_text_format(arena, "test_%s(%s, %s, '%s')", part, row->tested,
                           cbk_sql_name(arena, table->spec->by), row->test);
}

const char *cbk_summary_limit_sql(const cbk_summary *table, const char *condition,
                                  const char *limit)
{
    const bool is_wilson = strcmp(table->spec->interval, "wilson") == 0;
    return cbk_text_format(table->report->arena, "%s_%s(%s)",
                           is_wilson ? "wilson" : "exact", limit, condition);
}

/* ---- cells ------------------------------------------------------------------------ */

static const char *const letters[CBK_SUMMARY_TESTS_MAX] = {"ᵃ", "ᵇ", "ᶜ", "ᵈ",
                                                           "ᵉ", "ᶠ", "ᵍ"};

/* The letter of a test; a new one where it is the first of its kind. */
static const char *letter_of(cbk_summary *table, const char *name)
{
    size_t i = 0;
    while (i < table->n_tests && strcmp(table->tests[i], name) != 0) {
        i++;
    }
    if (i == table->n_tests && i < CBK_SUMMARY_TESTS_MAX) {
        table->tests[table->n_tests++] = name;
    }
    return i < CBK_SUMMARY_TESTS_MAX ? letters[i] : "";
}

cbk_status cbk_summary_add_p(cbk_summary *table, const cbk_summary_row *row,
                             cbk_text_run *run, cbk_error *err)
{
    cbk_report *report = table->report;
    const char *among = table->spec->among;
    cbk_quantity p;
    cbk_quantity name;
    CBK_TRY(cbk_report_evaluate(report, cbk_summary_test_sql(table, row, "p"),
                                table->spec->from, among, &p, err));
    CBK_TRY(cbk_report_evaluate(report, cbk_summary_test_sql(table, row, "name"),
                                table->spec->from, among, &name, err));
    const cbk_provenance *provenance = cbk_report_provenance(report, &p);
    if (!cbk_quantity_has_number(&p)) {
        cbk_run_number(run, report->arena, CBK_DASH, provenance);
        table->test_notes |=
            p.notes & (CBK_NOTE_NO_SPREAD | CBK_NOTE_NO_GROUPS | CBK_NOTE_SD_UNDEFINED);
        return CBK_OK;
    }
    cbk_run_number(run, report->arena,
                   cbk_print_p(report->arena, report->style, p.value.number), provenance);
    table->test_notes |= p.notes & (cbk_notes)CBK_NOTE_TOO_LARGE_FOR_EXACT;
    if (name.value.kind == CBK_VALUE_TEXT) {
        cbk_run_text(run, report->arena, letter_of(table, name.value.text));
    }
    return CBK_OK;
}

/* ---- notes ------------------------------------------------------------------------ */

static void add_note(const cbk_summary *table, cbk_table_builder *builder,
                     const char *text)
{
    cbk_text_run note = {0};
    cbk_run_text(&note, table->report->arena, text);
    cbk_table_builder_note(builder, note);
}

void cbk_summary_add_test_notes(cbk_summary *table, cbk_table_builder *builder)
{
    cbk_arena *arena = table->report->arena;
    const char *p = cbk_style_of(table->report->style)->p;
    if (table->spec->test == CBK_SUMMARY_UNTESTED) {
        return;
    }
    if (!table->is_tested) {
        add_note(
            table, builder,
            cbk_text_format(arena,
                            "No test: a comparison needs at least two groups, and %s "
                            "has %zu.",
                            table->spec->by, table->n_columns - 1));
        return;
    }
    for (size_t i = 0; i < table->n_tests; i++) {
        add_note(table, builder,
                 cbk_text_format(arena, "%s %s.", letters[i], table->tests[i]));
    }
    add_note(table, builder,
             cbk_text_format(
                 arena, "Every %s is two-sided; missing values are not tested%s.", p,
                 table->has_survival ? ", and endpoints are not tested here" : ""));
    if (table->spec->from != NULL &&
        strcmp(table->spec->from, table->report->protocol->forms[0].name) != 0) {
        add_note(table, builder,
                 "The tests take the records of one patient as if they were of several.");
    }
    if ((table->test_notes & (cbk_notes)CBK_NOTE_TOO_LARGE_FOR_EXACT) != 0) {
        add_note(table, builder, cbk_note_sentence(CBK_NOTE_TOO_LARGE_FOR_EXACT));
    }
    const cbk_notes untested =
        table->test_notes & ~(cbk_notes)CBK_NOTE_TOO_LARGE_FOR_EXACT;
    if (untested != 0) {
        add_note(table, builder,
                 cbk_text_format(arena, "No %s (%s): %s", p, CBK_DASH,
                                 cbk_words_notes(arena, untested)));
    }
}
