/* table_regression.c - a regression in a table: a block of rows a covariate; each alone
 * and all together.  Contract: report/regression.h.
 */
#include "report/regression.h"

#include "study/sql/sql_text.h"

#include <math.h>

typedef struct regression_table {
    const cbk_regression *of;
    cbk_report *report; /* NULL: numbers without provenance */
    const cbk_style *style;
    cbk_arena *arena;
    cbk_table_builder *builder;
    const char *among; /* SQL: every covariate and the endpoint known */
    const char *const *fields;
    size_t n_fields;
} regression_table;

/* ---- numbers that know where they came from -----------------------------------------
 */

static void add_condition(regression_table *at, const char *name)
{
    at->among = cbk_sql_and(
        at->arena, at->among,
        cbk_text_format(at->arena, "%s IS NOT NULL", cbk_sql_name(at->arena, name)));
}

/* Which records: those that the fit used. */
static void find_records(regression_table *at)
{
    const cbk_followup_request *asked = at->of->data->request;
    const char *form = at->report->protocol->forms[0].name;
    const char **fields = CBK_NEW(at->arena, const char *, asked->n_on + 1);
    if (fields == NULL) {
        return;
    }
    at->among = asked->where;
    fields[at->n_fields++] = cbk_text_format(at->arena, "%s.%s", form, asked->endpoint);
    add_condition(at, asked->endpoint);
    for (size_t k = 0; k < asked->n_on; k++) {
        fields[at->n_fields++] = cbk_text_format(at->arena, "%s.%s", form, asked->on[k]);
        add_condition(at, asked->on[k]);
    }
    at->fields = fields;
}

/* "hr_lower(os, (stage = 'II'), (stage = 'III'))": the column first, the others of its
 * model after it. */
static const char *question(const regression_table *at, const char *what, size_t column,
                            size_t first, size_t n_columns)
{
    const cbk_design *design = at->of->design;
    cbk_buffer text = {0};
    cbk_buffer_addf(&text, "%s%s(%s, %s", at->of->fit->request.is_firth ? "firth_" : "",
                    what, cbk_sql_name(at->arena, at->of->data->request->endpoint),
                    design->columns[column].sql);
    for (size_t j = first; j < first + n_columns; j++) {
        if (j != column) {
            cbk_buffer_addf(&text, ", %s", design->columns[j].sql);
        }
    }
    cbk_buffer_add(&text, ")");
    return cbk_words_take(&text, at->arena);
}

static void add_quantity(const regression_table *at, cbk_text_run *run,
                         const char *printed, cbk_quantity quantity)
{
    if (at->report == NULL || !isfinite(quantity.value.number)) {
        cbk_run_text(run, at->arena, printed);
        return;
    }
    quantity.from = at->report->protocol->forms[0].name;
    quantity.value.kind = CBK_VALUE_NUMBER;
    quantity.conventions = at->report->conventions;
    quantity.n_fields = at->n_fields;
    quantity.fields = at->fields;
    cbk_run_number(run, at->arena, printed, cbk_report_provenance(at->report, &quantity));
}

static void add_number(const regression_table *at, cbk_text_run *run, const char *printed,
                       const char *expression, double value, cbk_notes notes)
{
    add_quantity(at, run, printed,
                 (cbk_quantity){.expression = expression,
                                .among = at->among,
                                .value = {.number = value},
                                .notes = notes,
                                .n_records = at->of->data->rows.n,
                                .records = at->of->data->name});
}

/* ---- cells ------------------------------------------------------------------------ */

static cbk_text_run *cell(const regression_table *at, size_t row, size_t column)
{
    return &cbk_table_builder_cell(at->builder, row, column)->run;
}

void cbk_regression_add_count(const cbk_regression *regression, cbk_report *report,
                              cbk_text_run *run)
{
    regression_table at = {.of = regression,
                           .report = report,
                           .style = report->style,
                           .arena = report->arena};
    const double n = (double)regression->data->rows.n;
    find_records(&at);
    add_number(&at, run, cbk_words_number(report->arena, report->style, n), "count(*)", n,
               0);
}

/* The records that have the level. */
static const char *const *records_of(const regression_table *at,
                                     const cbk_design_variable *variable, size_t level,
                                     size_t n)
{
    const cbk_followup_data *data = at->of->data;
    const char **names = CBK_NEW(at->arena, const char *, n + 1);
    size_t k = 0;
    for (size_t i = 0; names != NULL && i < data->rows.n; i++) {
        if (variable->level_of_row[i] == level) {
            names[k++] = data->name[i];
        }
    }
    return names;
}

static void fill_count(const regression_table *at, size_t row,
                       const cbk_regression_row *of)
{
    if (of->count == NULL) {
        return;
    }
    const char *const printed[] = {cbk_text_format(at->arena, "%zu", of->count->n),
                                   cbk_text_format(at->arena, "%zu", of->count->n_event)};
    cbk_quantity quantity = {
        .among = at->among, .n_records = of->count->n, .records = at->of->data->name};
    const cbk_design_variable *variable = &at->of->design->variables[of->variable];
    if (at->report != NULL && variable->n_levels > 0) {
        const cbk_field *field =
            cbk_protocol_variable(at->report->protocol, variable->name);
        quantity.records = records_of(at, variable, of->level, of->count->n);
        quantity.among = cbk_sql_and(
            at->arena, at->among,
            cbk_sql_equals(at->arena, variable->name, variable->level[of->level],
                           field != NULL && cbk_field_is_number(field)));
    }
    quantity.expression = "count(*)";
    quantity.value.number = (double)of->count->n;
    add_quantity(at, cell(at, row, 1), printed[0], quantity);
    quantity.expression = cbk_text_format(
        at->arena, "events(%s)",
        at->report == NULL ? ""
                           : cbk_sql_name(at->arena, at->of->data->request->endpoint));
    quantity.value.number = (double)of->count->n_event;
    add_quantity(at, cell(at, row, 2), printed[1], quantity);
}

/* A coefficient in the model of the columns first .. */
typedef struct coefficient_of {
    const cbk_cox *fit;
    const cbk_cox_coefficient *coefficient;
    size_t column, first, n_columns;
} coefficient_of;

static coefficient_of alone_of(const cbk_regression *regression, size_t column)
{
    const cbk_design *design = regression->design;
    const cbk_design_term *term = &design->terms[design->term[column]];
    return (coefficient_of){regression->alone[term->part[0]],
                            cbk_regression_alone(regression, column), column, term->first,
                            term->n_columns};
}

static coefficient_of together_of(const cbk_regression *regression, size_t column)
{
    return (coefficient_of){regression->fit, &regression->fit->coefficients[column],
                            column, 0, regression->design->n_columns};
}

/* Ratio with limits, and p. */
static void add_ratio(const regression_table *at, coefficient_of of, cbk_text_run *ratio,
                      cbk_text_run *p)
{
    cbk_arena *arena = at->arena;
    const cbk_shown_ratio shown = cbk_regression_shown(of.fit, of.coefficient);
    const cbk_notes notes = of.fit->notes & (cbk_notes)CBK_NOTE_FEW_EVENTS;
    if (!shown.is_estimated || at->report == NULL) {
        cbk_run_text(ratio, arena, cbk_print_shown_ratio(arena, at->style, &shown));
        cbk_run_text(p, arena, cbk_print_p(arena, at->style, shown.p));
        return;
    }
    const char *const what[] = {"hr", "hr_lower", "hr_upper"};
    const char *const before[] = {"", " (",
                                  cbk_print_between(at->style, CBK_PRINT_NARROW, false)};
    const double value[] = {shown.ratio, shown.lower, shown.upper};
    for (size_t i = 0; i < 3; i++) {
        cbk_run_text(ratio, arena, before[i]);
        add_number(at, ratio, cbk_print_ratio(arena, at->style, value[i]),
                   question(at, what[i], of.column, of.first, of.n_columns), value[i],
                   notes);
    }
    cbk_run_text(ratio, arena, ")");
    add_number(at, p, cbk_print_p(arena, at->style, shown.p),
               question(at, "hr_p", of.column, of.first, of.n_columns), shown.p, notes);
}

void cbk_regression_add_ratio(const cbk_regression *regression, cbk_report *report,
                              size_t column, bool is_alone, cbk_text_run *ratio,
                              cbk_text_run *p)
{
    regression_table at = {.of = regression,
                           .report = report,
                           .style = report->style,
                           .arena = report->arena};
    find_records(&at);
    add_ratio(&at,
              is_alone ? alone_of(regression, column) : together_of(regression, column),
              ratio, p);
}

/* "cox_p(os, stage, age)" of a covariate of several values; NULL: a product, of which
 * there is no such question. */
static const char *term_question(const regression_table *at, const cbk_design_term *term,
                                 bool is_alone)
{
    const cbk_design *design = at->of->design;
    if (at->report == NULL || term->n_parts > 1) {
        return NULL;
    }
    cbk_buffer text = {0};
    cbk_buffer_addf(&text, "cox_p(%s, %s",
                    cbk_sql_name(at->arena, at->of->data->request->endpoint),
                    cbk_sql_name(at->arena, term->name));
    for (size_t j = 0; !is_alone && j < design->n_columns; j++) {
        if (j < term->first || j >= term->first + term->n_columns) {
            cbk_buffer_addf(&text, ", %s", design->columns[j].sql);
        }
    }
    cbk_buffer_add(&text, ")");
    return cbk_words_take(&text, at->arena);
}

/* p of a covariate of several values, beside its name. */
static void fill_term(const regression_table *at, size_t row, size_t column, size_t term,
                      bool is_alone)
{
    const double p = cbk_regression_term_p(at->of, term, is_alone);
    const char *question = term_question(at, &at->of->design->terms[term], is_alone);
    if (isnan(p)) {
        return;
    }
    const char *printed = cbk_print_p(at->arena, at->style, p);
    if (question == NULL) {
        cbk_run_text(cell(at, row, column), at->arena, printed);
    } else {
        add_number(at, cell(at, row, column), printed, question, p, 0);
    }
}

static void fill_row(const regression_table *at, size_t row, const cbk_regression_row *of)
{
    const bool has_alone = at->of->alone != NULL;
    const size_t all = has_alone ? 5 : 3;
    cbk_cell *head = cbk_table_builder_cell(at->builder, row, 0);
    head->is_row_header = true;
    head->indent = of->is_indented ? 1 : 0;
    cbk_run_span(&head->run, at->arena,
                 (cbk_span){.kind = of->kind == CBK_REGRESSION_HEADER ? CBK_SPAN_STRONG
                                                                      : CBK_SPAN_TEXT,
                            .text = of->label});
    fill_count(at, row, of);
    if (of->kind == CBK_REGRESSION_REFERENCE) {
        for (size_t column = 3; column <= all; column += 2) {
            cbk_run_text(cell(at, row, column), at->arena, "1 (reference)");
        }
    }
    if (of->kind == CBK_REGRESSION_HEADER && of->is_several) {
        fill_term(at, row, all + 1, of->term, false);
        if (has_alone) {
            fill_term(at, row, 4, of->term, true);
        }
    }
    if (of->kind != CBK_REGRESSION_ESTIMATE) {
        return;
    }
    if (has_alone && of->is_product) {
        cbk_run_text(cell(at, row, 3), at->arena, CBK_DASH);
        cbk_run_text(cell(at, row, 4), at->arena, CBK_DASH);
    } else if (has_alone) {
        add_ratio(at, alone_of(at->of, of->column), cell(at, row, 3), cell(at, row, 4));
    }
    add_ratio(at, together_of(at->of, of->column), cell(at, row, all),
              cell(at, row, all + 1));
}

static void fill_headers(const regression_table *at)
{
    cbk_arena *arena = at->arena;
    const char *level = cbk_print_level(arena, at->style, at->of->fit->request.level);
    const bool has_alone = at->of->alone != NULL;
    const char *const headers[] = {
        "Covariate",
        "n",
        "Events",
        cbk_text_format(arena, "%sHR (%s%% CI)", has_alone ? "Univariable " : "", level),
        NULL, /* p */
        cbk_text_format(arena, "Multivariable HR (%s%% CI)", level),
        NULL};
    for (size_t i = 0; i < at->builder->block.n_columns; i++) {
        if (headers[i] == NULL) {
            cbk_run_p_heading(&at->builder->header[i].run, arena, at->style);
        } else {
            cbk_run_text(&at->builder->header[i].run, arena, headers[i]);
        }
        at->builder->align[i] = i == 0 ? CBK_ALIGN_LEFT : CBK_ALIGN_RIGHT;
    }
}

cbk_table_builder *cbk_regression_table(const cbk_regression *regression,
                                        cbk_report *report, const cbk_style *style,
                                        cbk_arena *arena)
{
    size_t n = 0;
    const cbk_regression_row *rows = cbk_regression_rows(regression, arena, &n);
    regression_table at = {
        .of = regression, .report = report, .style = style, .arena = arena};
    at.builder = cbk_table_builder_create(arena, regression->alone != NULL ? 7 : 5, n);
    if (at.builder == NULL) {
        return NULL;
    }
    if (report != NULL) {
        find_records(&at);
    }
    fill_headers(&at);
    for (size_t i = 0; i < n; i++) {
        fill_row(&at, i, &rows[i]);
    }
    const char *notes[CBK_REGRESSION_NOTES_MAX];
    const size_t n_notes =
        cbk_regression_notes(regression, regression->alone != NULL, true, style, arena,
                             notes, CBK_REGRESSION_NOTES_MAX);
    for (size_t i = 0; i < n_notes; i++) {
        cbk_text_run note = {0};
        cbk_run_text(&note, arena, notes[i]);
        cbk_table_builder_note(at.builder, note);
    }
    return cbk_arena_has_failed(arena) ? NULL : at.builder;
}

cbk_status cbk_report_regression(cbk_report *report, const cbk_table_spec *spec,
                                 cbk_error *err)
{
    const cbk_regression *regression = NULL;
    CBK_TRY(cbk_regression_of_study(report->study, &spec->regression, spec->among,
                                    &report->conventions, report->arena, &regression,
                                    err));
    cbk_table_builder *builder =
        cbk_regression_table(regression, report, report->style, report->arena);
    if (builder != NULL) {
        cbk_table_finish(report, builder, spec);
    }
    return cbk_report_done(report, err);
}
