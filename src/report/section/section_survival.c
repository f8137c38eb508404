/* section_survival.c - every endpoint in one table: events, survival at the marks, where
 * events compete the incidence there, median, follow-up. */
#include "report/builder.h"

#include "study/sql/sql_text.h"

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
    size_t
        n_incidences; /* rows of them: n_marks where some endpoint has competing events */
    bool has_certain; /* a survival of 1, whose interval says nothing */
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

static bool has_competing(const cbk_protocol *protocol)
{
    for (size_t i = 0; i < protocol->n_endpoints; i++) {
        if (protocol->endpoints[i].n_competing > 0) {
            return true;
        }
    }
    return false;
}

/* The first row below those of the marks. */
static size_t row_below(const survival_table *table)
{
    return ROWS_ABOVE + table->n_marks + table->n_incidences;
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
    table->n_incidences = has_competing(protocol) ? table->n_marks : 0;
    return CBK_OK;
}

/* ---- cells ------------------------------------------------------------------------ */

/* The functions that give a row of marks. */
typedef struct mark_functions {
    const char *value, *lower, *upper;
} mark_functions;

static const mark_functions survival = {"km_survival", "km_lower", "km_upper"};
static const mark_functions incidence = {"cuminc", "cuminc_lower", "cuminc_upper"};

static const char *call(cbk_arena *arena, const char *function, const char *name,
                        const char *at)
{
    return cbk_text_format(arena, "%s(%s, %s)", function, name, at);
}

/* "0.800 (0.516 to 1.000)"; nothing after "not estimable". */
static cbk_status add_value(survival_table *table, cbk_text_run *run,
                            const mark_functions *functions, const char *name,
                            double time, cbk_error *err)
{
    cbk_report *report = table->report;
    cbk_arena *arena = report->arena;
    char at[CBK_NUMBER_SIZE];
    cbk_number_shortest(time, at);
    cbk_quantity value;
    CBK_TRY(cbk_report_number(report, run, call(arena, functions->value, name, at), NULL,
                              NULL, 3, &value, err));
    if (!cbk_quantity_has_number(&value)) {
        return CBK_OK;
    }
    table->has_certain =
        table->has_certain || (functions == &survival && value.value.number >= 1.0 &&
                               report->conventions.interval != CBK_INTERVAL_BPCP);
    cbk_run_text(run, arena, " (");
    CBK_TRY(cbk_report_limits(
        report, run, CBK_PRINT_CELL, call(arena, functions->lower, name, at),
        call(arena, functions->upper, name, at), NULL, NULL, 3, err));
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

/* Survival at the marks, or the incidence there of an endpoint with competing events. */
static cbk_status fill_marks(survival_table *table, size_t column, bool is_incidence,
                             const cbk_endpoint *endpoint, const char *name,
                             cbk_error *err)
{
    const size_t first = ROWS_ABOVE + (is_incidence ? table->n_marks : 0);
    const size_t n_rows = is_incidence ? table->n_incidences : table->n_marks;
    for (size_t i = 0; i < n_rows; i++) {
        cbk_text_run *run =
            &cbk_table_builder_cell(table->builder, first + i, column)->run;
        if (!cbk_text_is_equal(table->marks[i].unit, endpoint->unit) ||
            (is_incidence && endpoint->n_competing == 0)) {
            cbk_run_text(run, table->report->arena, CBK_DASH);
            continue;
        }
        CBK_TRY(add_value(table, run, is_incidence ? &incidence : &survival, name,
                          table->marks[i].time, err));
    }
    return CBK_OK;
}

static cbk_status fill_endpoint(survival_table *table, size_t column,
                                const cbk_endpoint *endpoint, cbk_error *err)
{
    cbk_report *report = table->report;
    cbk_arena *arena = report->arena;
    const char *name = cbk_sql_name(arena, endpoint->name);
    const size_t below = row_below(table);
    cbk_quantity known;
    size_t n = 0;
    CBK_TRY(cbk_report_count(report, cbk_text_format(arena, "count(%s)", name), NULL,
                             NULL, &known, &n, err));
    cbk_report_quantity(
        report, &cbk_table_builder_cell(table->builder, ROW_PATIENTS, column)->run,
        &known, 0);
    CBK_TRY(add_function(table, ROW_EVENTS, column, "events", name, 0, err));
    CBK_TRY(fill_marks(table, column, false, endpoint, name, err));
    CBK_TRY(fill_marks(table, column, true, endpoint, name, err));
    CBK_TRY(add_function(table, below + ROW_MEDIAN, column, "km_median", name, -1, err));
    CBK_TRY(cbk_report_limits(
        report,
        &cbk_table_builder_cell(table->builder, below + ROW_INTERVAL, column)->run,
        CBK_PRINT_CELL, cbk_text_format(arena, "km_median_lower(%s)", name),
        cbk_text_format(arena, "km_median_upper(%s)", name), NULL, NULL, -1, err));
    return add_function(table, below + ROW_FOLLOW_UP, column, "followup_median", name, -1,
                        err);
}

static void fill_labels(survival_table *table)
{
    cbk_report *report = table->report;
    cbk_arena *arena = report->arena;
    const char *level = cbk_print_level(arena, report->style, report->conventions.level);
    const size_t below = row_below(table);
    cbk_table_builder *builder = table->builder;
    cbk_table_text(report, builder, ROW_PATIENTS, 0, "Patients");
    cbk_table_text(report, builder, ROW_EVENTS, 0, "Events");
    for (size_t i = 0; i < table->n_marks; i++) {
        cbk_table_text(
            report, builder, ROWS_ABOVE + i, 0,
            cbk_text_format(arena, "Survival at %s (%s%% interval)",
                            cbk_words_duration(arena, report->style, table->marks[i].time,
                                               table->marks[i].unit),
                            level));
    }
    for (size_t i = 0; i < table->n_incidences; i++) {
        cbk_table_text(
            report, builder, ROWS_ABOVE + table->n_marks + i, 0,
            cbk_text_format(arena, "Cumulative incidence at %s (%s%% interval)",
                            cbk_words_duration(arena, report->style, table->marks[i].time,
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
                                             row_below(&table) + ROWS_BELOW);
    if (table.builder == NULL) {
        return cbk_report_done(report, err);
    }
    fill_headers(&table, headers);
    fill_labels(&table);
    for (size_t i = 0; i < protocol->n_endpoints; i++) {
        CBK_TRY(fill_endpoint(&table, i + 1, &protocol->endpoints[i], err));
    }
    cbk_text_run note = {0};
    cbk_run_textf(
        &note, report->arena, "%s",
        cbk_conventions_line(&report->conventions, report->style, report->arena));
    cbk_table_builder_note(table.builder, note);
    if (table.has_certain) {
        cbk_text_run certain = {0};
        cbk_run_text(
            &certain, report->arena,
            "Where survival is 1, the interval says nothing of how sure that is; "
            "the exact lower limit does, which the results in words print.");
        cbk_table_builder_note(table.builder, certain);
    }
    if (table.n_incidences > 0) {
        cbk_text_run competing = {0};
        cbk_run_text(&competing, report->arena,
                     "Where events compete, survival counts a competing event as "
                     "censored, so that one minus survival overstates how many have the "
                     "event; the cumulative incidence is that share. Aalen-Johansen "
                     "estimate; variance by the infinitesimal jackknife; interval by "
                     "log-log of one minus the incidence.");
        cbk_table_builder_note(table.builder, competing);
    }
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
