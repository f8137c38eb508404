/* table_summary.c - the cohort in a table: one block of rows a variable, one column for
 * all patients and one for each group. */
#include "report/table/summary.h"

#include "study/sql/sql_text.h"

/* ---- cells ------------------------------------------------------------------------ */

/* "median($)" of age_years: "median(age_years)". */
static const char *ask(const cbk_summary *table, const char *format, const char *name)
{
    cbk_buffer buffer = {0};
    for (const char *at = format; *at != '\0'; at++) {
        if (*at == '$') {
            cbk_buffer_add(&buffer, name);
        } else {
            cbk_buffer_add_bytes(&buffer, at, 1);
        }
    }
    return cbk_words_take(&buffer, table->report->arena);
}

/* "median(age_years)" evaluated in one column of the table. */
static cbk_status add_statistic(cbk_summary *table, const cbk_summary_column *column,
                                cbk_text_run *run, const char *format, const char *name,
                                int digits, cbk_error *err)
{
    return cbk_report_number(table->report, run, ask(table, format, name),
                             table->spec->from, column->among, digits, NULL, err);
}

/* How many of the column have a value of the variable; asked once a variable. */
static cbk_status find_denominator(cbk_summary *table, cbk_summary_column *column,
                                   const char *name, cbk_error *err)
{
    if (column->denominator_of == name) {
        return CBK_OK;
    }
    column->denominator_of = name;
    return cbk_report_count(
        table->report, cbk_text_format(table->report->arena, "count(%s)", name),
        table->spec->from, column->among, &column->denominator, &column->n, err);
}

/* "5/6 (83%)": of those with a value; "5 (83)" where the style leaves it to the column to
 * say of how many, and it does. */
static cbk_status add_count(cbk_summary *table, const cbk_summary_column *column,
                            cbk_text_run *run, const cbk_summary_row *row, cbk_error *err)
{
    cbk_report *report = table->report;
    const cbk_style *style = cbk_style_of(report->style);
    const int digits = cbk_print_percent_digits(style, column->n);
    const bool is_partial = column->n != column->n_all;
    CBK_TRY(add_statistic(table, column, run, "sum($)", row->condition, 0, err));
    if (style->has_total || is_partial) {
        cbk_run_text(run, report->arena, "/");
        cbk_report_quantity(report, run, &column->denominator, 0);
    }
    table->has_partial = table->has_partial || is_partial;
    cbk_run_text(run, report->arena, " (");
    CBK_TRY(add_statistic(table, column, run, "percent($)", row->condition, digits, err));
    cbk_run_text(run, report->arena, style->has_percent ? "%" : "");
    if (table->spec->interval != NULL) {
        cbk_run_text(run, report->arena, "; ");
        CBK_TRY(cbk_report_limits(report, run, CBK_PRINT_CELL,
                                  cbk_summary_limit_sql(table, row->condition, "lower"),
                                  cbk_summary_limit_sql(table, row->condition, "upper"),
                                  table->spec->from, column->among, digits, err));
    }
    cbk_run_text(run, report->arena, ")");
    return CBK_OK;
}

/* Two quantiles or the ends of a range: "31.5 to 56.5". */
static cbk_status add_range(cbk_summary *table, const cbk_summary_column *column,
                            cbk_text_run *run, const cbk_summary_row *row,
                            const char *lower, const char *upper, cbk_error *err)
{
    return cbk_report_limits(table->report, run, CBK_PRINT_CELL,
                             ask(table, lower, row->name), ask(table, upper, row->name),
                             table->spec->from, column->among, row->digits, err);
}

static cbk_status add_median(cbk_summary *table, const cbk_summary_column *column,
                             cbk_text_run *run, const cbk_summary_row *row,
                             cbk_error *err)
{
    cbk_arena *arena = table->report->arena;
    CBK_TRY(add_statistic(table, column, run, "median($)", row->name, row->digits, err));
    cbk_run_text(run, arena, " (");
    CBK_TRY(add_range(table, column, run, row, "quantile($, 0.25)", "quantile($, 0.75)",
                      err));
    cbk_run_text(run, arena, ")");
    return CBK_OK;
}

/* "44.5 (16.2)", "44.5±16.2". */
static cbk_status add_mean(cbk_summary *table, const cbk_summary_column *column,
                           cbk_text_run *run, const cbk_summary_row *row, cbk_error *err)
{
    cbk_arena *arena = table->report->arena;
    const cbk_style *style = cbk_style_of(table->report->style);
    CBK_TRY(add_statistic(table, column, run, "mean($)", row->name, row->digits, err));
    cbk_run_text(run, arena, style->sd[0]);
    CBK_TRY(add_statistic(table, column, run, "sd($)", row->name, row->digits, err));
    cbk_run_text(run, arena, style->sd[1]);
    return CBK_OK;
}

static cbk_status add_rate(cbk_summary *table, const cbk_summary_column *column,
                           cbk_text_run *run, const cbk_summary_row *row, cbk_error *err)
{
    cbk_report *report = table->report;
    const char *sql[3];
    static const char *const names[3] = {"rate", "rate_lower", "rate_upper"};
    char per[CBK_NUMBER_SIZE];
    cbk_number_shortest(row->per, per);
    for (size_t i = 0; i < 3; i++) {
        sql[i] = cbk_text_format(report->arena, "%s(%s, %s)", names[i], row->name, per);
    }
    CBK_TRY(cbk_report_number(report, run, sql[0], table->spec->from, column->among, -1,
                              NULL, err));
    cbk_run_text(run, report->arena, " (");
    CBK_TRY(cbk_report_limits(report, run, CBK_PRINT_CELL, sql[1], sql[2],
                              table->spec->from, column->among, -1, err));
    cbk_run_text(run, report->arena, ")");
    return CBK_OK;
}

static cbk_status add_survival(cbk_summary *table, const cbk_summary_column *column,
                               cbk_text_run *run, const cbk_summary_row *row,
                               cbk_error *err)
{
    cbk_report *report = table->report;
    const char *lower = cbk_text_format(report->arena, "km_median_lower(%s)", row->name);
    const char *upper = cbk_text_format(report->arena, "km_median_upper(%s)", row->name);
    CBK_TRY(add_statistic(table, column, run, "km_median($)", row->name, -1, err));
    cbk_run_text(run, report->arena, " (");
    CBK_TRY(cbk_report_limits(report, run, CBK_PRINT_CELL, lower, upper,
                              table->spec->from, column->among, -1, err));
    cbk_run_text(run, report->arena, ")");
    return CBK_OK;
}

static cbk_status fill_cell(cbk_summary *table, cbk_summary_column *column,
                            cbk_text_run *run, const cbk_summary_row *row, cbk_error *err)
{
    if (row->kind == CBK_SUMMARY_VARIABLE) {
        return CBK_OK;
    }
    if (row->kind == CBK_SUMMARY_MISSING) {
        return add_statistic(table, column, run, "sum($ IS NULL)", row->name, 0, err);
    }
    CBK_TRY(find_denominator(table, column, row->name, err));
    if (column->n == 0) {
        cbk_run_text(run, table->report->arena, CBK_DASH);
        return CBK_OK;
    }
    switch (row->kind) {
    case CBK_SUMMARY_MEDIAN:
        return add_median(table, column, run, row, err);
    case CBK_SUMMARY_MEAN:
        return add_mean(table, column, run, row, err);
    case CBK_SUMMARY_RANGE:
        return add_range(table, column, run, row, "min($)", "max($)", err);
    case CBK_SUMMARY_CATEGORY:
        return add_count(table, column, run, row, err);
    case CBK_SUMMARY_DISTINCT:
        return add_statistic(table, column, run, "count(DISTINCT $)", row->name, 0, err);
    case CBK_SUMMARY_EVENTS:
        CBK_TRY(add_statistic(table, column, run, "events($)", row->name, 0, err));
        cbk_run_text(run, table->report->arena, "/");
        cbk_report_quantity(table->report, run, &column->denominator, 0);
        return CBK_OK;
    case CBK_SUMMARY_PERSON_TIME:
        return add_statistic(table, column, run, "person_time($)", row->name, row->digits,
                             err);
    case CBK_SUMMARY_RATE:
        return add_rate(table, column, run, row, err);
    case CBK_SUMMARY_SURVIVAL:
        return add_survival(table, column, run, row, err);
    case CBK_SUMMARY_VARIABLE:
    case CBK_SUMMARY_MISSING:
        break;
    }
    return CBK_OK;
}

/* ---- the table -------------------------------------------------------------------- */

static cbk_status fill_headers(cbk_summary *table, cbk_table_builder *builder,
                               cbk_error *err)
{
    cbk_arena *arena = table->report->arena;
    const cbk_style *style = cbk_style_of(table->report->style);
    cbk_run_text(&builder->header[0].run, arena, "Variable");
    for (size_t i = 0; i < table->n_columns; i++) {
        cbk_text_run *run = &builder->header[i + 1].run;
        builder->align[i + 1] = CBK_ALIGN_RIGHT;
        cbk_quantity all;
        cbk_run_textf(run, arena, "%s (%s%s", table->columns[i].heading, style->n,
                      style->equals);
        CBK_TRY(cbk_report_number(table->report, run, "count(*)", table->spec->from,
                                  table->columns[i].among, 0, &all, err));
        table->columns[i].n_all = (size_t)all.value.number;
        cbk_run_text(run, arena, ")");
    }
    if (table->is_tested) {
        cbk_run_p_heading(&builder->header[table->n_columns + 1].run, arena, style);
        builder->align[table->n_columns + 1] = CBK_ALIGN_RIGHT;
    }
    return CBK_OK;
}

static cbk_status fill(cbk_summary *table, cbk_table_builder *builder, cbk_error *err)
{
    CBK_TRY(fill_headers(table, builder, err));
    for (size_t i = 0; i < table->n_rows; i++) {
        const cbk_summary_row *row = &table->rows[i];
        cbk_cell *head = cbk_table_builder_cell(builder, i, 0);
        const bool is_variable = row->kind == CBK_SUMMARY_VARIABLE;
        cbk_run_span(&head->run, table->report->arena,
                     (cbk_span){.kind = is_variable ? CBK_SPAN_STRONG : CBK_SPAN_TEXT,
                                .text = row->label});
        head->is_row_header = true;
        head->indent = is_variable ? 0 : 1;
        for (size_t k = 0; k < table->n_columns; k++) {
            CBK_TRY(fill_cell(table, &table->columns[k],
                              &cbk_table_builder_cell(builder, i, k + 1)->run, row, err));
        }
        if (table->is_tested && row->tested != NULL) {
            cbk_cell *cell = cbk_table_builder_cell(builder, i, table->n_columns + 1);
            CBK_TRY(cbk_summary_add_p(table, row, &cell->run, err));
        }
    }
    return CBK_OK;
}

static void add_note(cbk_summary *table, cbk_table_builder *builder, const char *text)
{
    cbk_text_run note = {0};
    cbk_run_text(&note, table->report->arena, text);
    cbk_table_builder_note(builder, note);
}

/* Who is in no column of a group. */
static cbk_status add_ungrouped_note(cbk_summary *table, cbk_table_builder *builder,
                                     cbk_error *err)
{
    cbk_report *report = table->report;
    const cbk_field *field = cbk_summary_field(table, table->spec->by);
    const char *among =
        cbk_sql_and(report->arena, table->spec->among,
                    cbk_text_format(report->arena, "%s IS NULL",
                                    cbk_sql_name(report->arena, table->spec->by)));
    cbk_quantity quantity;
    size_t n = 0;
    CBK_TRY(cbk_report_count(report, "count(*)", table->spec->from, among, &quantity, &n,
                             err));
    if (n > 0) {
        cbk_text_run note = {0};
        cbk_report_quantity(report, &note, &quantity, 0);
        cbk_run_textf(
            &note, report->arena, " without a value of %s %s in the first column only.",
            field != NULL ? field->label : table->spec->by, n == 1 ? "is" : "are");
        cbk_table_builder_note(builder, note);
    }
    return CBK_OK;
}

/* What stands in a cell of counts. */
static void add_counts_note(cbk_summary *table, cbk_table_builder *builder)
{
    const cbk_style *style = cbk_style_of(table->report->style);
    add_note(
        table, builder,
        style->has_total
            ? cbk_text_format(table->report->arena,
                              "Counts are %s, N being those with a value.", style->counts)
            : cbk_text_format(table->report->arena, "Counts are %s%s.", style->counts,
                              table->has_partial ? ", or n/N where only N have a value"
                                                 : ""));
}

static cbk_status add_notes(cbk_summary *table, cbk_table_builder *builder,
                            cbk_error *err)
{
    cbk_arena *arena = table->report->arena;
    const cbk_conventions *used = &table->report->conventions;
    if (table->has_counts) {
        add_counts_note(table, builder);
    }
    if (table->has_counts && table->spec->interval != NULL) {
        add_note(
            table, builder,
            cbk_text_format(arena, "After the percentage its %s%% interval (%s).",
                            cbk_print_level(arena, table->report->style, used->level),
                            table->spec->interval));
    }
    if (table->has_several) {
        add_note(table, builder,
                 "Where several answers are possible, percentages may add up to more "
                 "than 100.");
    }
    if (table->has_quartiles) {
        add_note(table, builder,
                 cbk_text_format(arena, "Quartiles are of type %d.",
                                 (int)used->sample_quantile));
    }
    if (table->has_survival) {
        add_note(table, builder,
                 cbk_text_format(
                     arena, "Survival: Kaplan-Meier median with %s%% interval (%s).",
                     cbk_print_level(arena, table->report->style, used->level),
                     cbk_interval_name(used->interval)));
    }
    if (table->has_rates) {
        add_note(
            table, builder,
            cbk_text_format(arena,
                            "Rates: events per person-time with exact %s%% Poisson "
                            "interval.",
                            cbk_print_level(arena, table->report->style, used->level)));
    }
    cbk_summary_add_test_notes(table, builder);
    return table->spec->by != NULL ? add_ungrouped_note(table, builder, err) : CBK_OK;
}

cbk_status cbk_report_summary(cbk_report *report, const cbk_table_spec *spec,
                              cbk_error *err)
{
    cbk_summary table = {.report = report, .spec = spec};
    CBK_TRY(cbk_summary_plan(&table, err));
    cbk_table_builder *builder = cbk_table_builder_create(
        report->arena, table.n_columns + (table.is_tested ? 2 : 1), table.n_rows);
    if (builder == NULL) {
        return cbk_report_done(report, err);
    }
    CBK_TRY(fill(&table, builder, err));
    CBK_TRY(add_notes(&table, builder, err));
    cbk_table_finish(report, builder, spec);
    return cbk_report_done(report, err);
}
