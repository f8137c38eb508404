/* section_survival.c - every endpoint in one table: events, survival at the marks,
 * median, follow-up. */
#include "report/parts.h"

#include "study/sql_text.h"

/* A time at which some endpoint of that unit is reported. */
typedef struct mark {
    double time;
    const char *unit;
} mark;

typedef struct survival_table {
    cbk_report *report;
    cbk_table_builder *builder;
    size_t n_marks;
    mark *marks;
} survival_table;

/* Rows above and below those of the marks. */
enum { ROW_PATIENTS, ROW_EVENTS, ROWS_ABOVE };
enum { ROW_MEDIAN, ROW_INTERVAL, ROW_FOLLOW_UP, ROWS_BELOW };

/* ---- marks ------------------------------------------------------------------------ */

static void add_mark(survival_table *table, double time, const char *unit)
{
    size_t at = table->n_marks;
    for (size_t i = 0; i < table->n_marks; i++) {
        if (cbk_text_is_equal(table->marks[i].unit, unit)) {
            if (table->marks[i].time == time) {
                return;
            }
            at = table->marks[i].time < time ? i + 1 : i < at ? i : at;
        }
    }
    for (size_t i = table->n_marks; i > at; i--) {
        table->marks[i] = table->marks[i - 1];
    }
    table->marks[at] = (mark){.time = time, .unit = unit};
    table->n_marks++;
}

static cbk_status find_marks(survival_table *table, cbk_error *err)
{
    cbk_report *report = table->report;
    const cbk_protocol *protocol = report->protocol;
    table->marks = CBK_NEW(report->arena, mark, protocol->n_endpoints * CBK_MARKS_MAX);
    CBK_TRY(cbk_report_done(report, err));
    for (size_t i = 0; i < protocol->n_endpoints; i++) {
        double times[CBK_MARKS_MAX];
        size_t n = 0;
        CBK_TRY(cbk_report_marks(report, &protocol->endpoints[i], times, &n, err));
        for (size_t k = 0; k < n; k++) {
            add_mark(table, times[k], protocol->endpoints[i].unit);
        }
    }
    return CBK_OK;
}

/* ---- cells ------------------------------------------------------------------------ */

/* "0.800 (0.516 to 1.000)"; nothing after "not estimable". */
static cbk_status add_survival(cbk_report *report, cbk_text_run *run, const char *name,
                               double time, cbk_error *err)
{
    cbk_arena *arena = report->arena;
    char at[CBK_NUMBER_SIZE];
    cbk_number_shortest(time, at);
    cbk_quantity survival;
    CBK_TRY(cbk_report_number(report, run,
                              cbk_text_format(arena, "km_survival(%s, %s)", name, at),
                              NULL, NULL, 3, &survival, err));
    if (!cbk_quantity_has_number(&survival)) {
        return CBK_OK;
    }
    cbk_run_text(run, arena, " (");
    CBK_TRY(cbk_report_limits(
        report, run, cbk_text_format(arena, "km_lower(%s, %s)", name, at),
        cbk_text_format(arena, "km_upper(%s, %s)", name, at), NULL, NULL, 3, err));
    cbk_run_text(run, arena, ")");
    return CBK_OK;
}

static cbk_status add_function(survival_table *table, size_t row, size_t column,
                               const char *function, const char *name, int digits,
                               cbk_error *err)
{
    cbk_report *report = table->report;
    return cbk_report_number(report,
                             &cbk_table_builder_cell(table->builder, row, column)->run,
                             cbk_text_format(report->arena, "%s(%s)", function, name),
                             NULL, NULL, digits, NULL, err);
}

static cbk_status fill_marks(survival_table *table, size_t column,
                             const cbk_endpoint *endpoint, const char *name,
                             cbk_error *err)
{
    for (size_t i = 0; i < table->n_marks; i++) {
        const size_t row = ROWS_ABOVE + i;
        cbk_text_run *run = &cbk_table_builder_cell(table->builder, row, column)->run;
        if (!cbk_text_is_equal(table->marks[i].unit, endpoint->unit)) {
            cbk_run_text(run, table->report->arena, CBK_DASH);
            continue;
        }
        CBK_TRY(add_survival(table->report, run, name, table->marks[i].time, err));
    }
    return CBK_OK;
}

static cbk_status fill_endpoint(survival_table *table, size_t column,
                                const cbk_endpoint *endpoint, cbk_error *err)
{
    cbk_report *report = table->report;
    cbk_arena *arena = report->arena;
    const char *name = cbk_sql_name(arena, endpoint->name);
    const size_t below = ROWS_ABOVE + table->n_marks;
    cbk_quantity known;
    size_t n = 0;
    CBK_TRY(cbk_report_count(report, cbk_text_format(arena, "count(%s)", name), NULL,
                             NULL, &known, &n, err));
    cbk_report_quantity(
        report, &cbk_table_builder_cell(table->builder, ROW_PATIENTS, column)->run,
        &known, 0);
    CBK_TRY(add_function(table, ROW_EVENTS, column, "events", name, 0, err));
    CBK_TRY(fill_marks(table, column, endpoint, name, err));
    CBK_TRY(add_function(table, below + ROW_MEDIAN, column, "km_median", name, -1, err));
    CBK_TRY(cbk_report_limits(
        report,
        &cbk_table_builder_cell(table->builder, below + ROW_INTERVAL, column)->run,
        cbk_text_format(arena, "km_median_lower(%s)", name),
        cbk_text_format(arena, "km_median_upper(%s)", name), NULL, NULL, -1, err));
    return add_function(table, below + ROW_FOLLOW_UP, column, "followup_median", name, -1,
                        err);
}

static void fill_labels(survival_table *table)
{
    cbk_report *report = table->report;
    cbk_arena *arena = report->arena;
    const char *level = cbk_print_number(arena, 100.0 * report->conventions.level, -1);
    const size_t below = ROWS_ABOVE + table->n_marks;
    cbk_table_builder *builder = table->builder;
    cbk_table_text(report, builder, ROW_PATIENTS, 0, "Patients");
    cbk_table_text(report, builder, ROW_EVENTS, 0, "Events");
    for (size_t i = 0; i < table->n_marks; i++) {
        cbk_table_text(report, builder, ROWS_ABOVE + i, 0,
                       cbk_text_format(arena, "Survival at %s (%s%% interval)",
                                       cbk_words_duration(arena, table->marks[i].time,
                                                          table->marks[i].unit),
                                       level));
    }
    cbk_table_text(report, builder, below + ROW_MEDIAN, 0, "Median");
    cbk_table_text(report, builder, below + ROW_INTERVAL, 0,
                   cbk_text_format(arena, "%s%% interval of the median", level));
    cbk_table_text(report, builder, below + ROW_FOLLOW_UP, 0, "Median follow-up");
}

static void fill_headers(survival_table *table, const char **text)
{
    const cbk_protocol *protocol = table->report->protocol;
    text[0] = "Quantity";
    for (size_t i = 0; i < protocol->n_endpoints; i++) {
        text[i + 1] =
            cbk_words_label_unit(table->report->arena, protocol->endpoints[i].label,
                                 protocol->endpoints[i].unit);
        table->builder->align[i + 1] = CBK_ALIGN_RIGHT;
    }
    cbk_table_headers(table->report, table->builder, text);
}

/* ---- the section ------------------------------------------------------------------ */

static cbk_status add_table(cbk_report *report, cbk_error *err)
{
    const cbk_protocol *protocol = report->protocol;
    survival_table table = {.report = report};
    CBK_TRY(find_marks(&table, err));
    const size_t n_columns = protocol->n_endpoints + 1;
    const char **headers = CBK_NEW(report->arena, const char *, n_columns);
    table.builder = cbk_table_builder_create(report->arena, n_columns,
                                             ROWS_ABOVE + table.n_marks + ROWS_BELOW);
    if (table.builder == NULL) {
        return cbk_report_done(report, err);
    }
    fill_headers(&table, headers);
    fill_labels(&table);
    for (size_t i = 0; i < protocol->n_endpoints; i++) {
        CBK_TRY(fill_endpoint(&table, i + 1, &protocol->endpoints[i], err));
    }
    cbk_text_run note = {0};
    cbk_run_textf(&note, report->arena, "%s",
                  cbk_conventions_line(&report->conventions, report->arena));
    cbk_table_builder_note(table.builder, note);
    table.builder->block.id = "survival-table";
    table.builder->block.title = "Survival by endpoint";
    cbk_document_table(report->document, &table.builder->block);
    return CBK_OK;
}

cbk_status cbk_section_survival(cbk_report *report, cbk_error *err)
{
    cbk_document_heading(report->document, 2, "survival", "Survival");
    if (report->protocol->n_endpoints == 0) {
        cbk_text_run run = {0};
        cbk_run_text(&run, report->arena, "The protocol declares no endpoint.");
        cbk_document_paragraph(report->document, run);
        return cbk_report_done(report, err);
    }
    CBK_TRY(add_table(report, err));
    return cbk_report_done(report, err);
}
