/* summary_plan.c - the columns and rows of a summary table.  Contract:
 * report/table/summary.h.
 */
#include "report/table/summary.h"

#include "study/sql/sql_text.h"

#include <string.h>

enum { CATEGORIES_MAX = 20 }; /* values of a text that are listed one by one; groups */

/* ---- columns ---------------------------------------------------------------------- */

const cbk_field *cbk_summary_field(const cbk_summary *table, const char *name)
{
    const cbk_protocol *protocol = table->report->protocol;
    if (table->spec->from != NULL) {
        const cbk_form *form = cbk_protocol_form(protocol, table->spec->from);
        const cbk_field *field = form != NULL ? cbk_form_field(form, name) : NULL;
        if (field != NULL) {
            return field;
        }
    }
    return cbk_protocol_variable(protocol, name);
}

/* The values of one variable in the rows of the table, in groups. */
static cbk_status values_of(cbk_summary *table, const char *name,
                            const cbk_table **values, const cbk_groups **groups,
                            cbk_error *err)
{
    cbk_arena *arena = table->report->arena;
    const char *const expression[1] = {cbk_sql_name(arena, name)};
    CBK_TRY(cbk_report_done(table->report, err));
    CBK_TRY(cbk_study_select(table->report->study, expression, 1, table->spec->from,
                             table->spec->among, arena, values, err));
    const cbk_column *const by[1] = {&(*values)->columns[0]};
    return cbk_table_group(by, 1, (*values)->n_rows, arena, groups, err);
}

/* A level as it is printed: a choice's label, Yes, No. */
static const char *level_label(cbk_arena *arena, const cbk_field *field,
                               const char *level, bool is_number)
{
    cbk_value value = {.kind = CBK_VALUE_TEXT, .text = level};
    if (is_number && cbk_number_parse(level, false, &value.number)) {
        value.kind = CBK_VALUE_NUMBER;
    }
    const bool is_plain = field == NULL || (is_number && field->type == CBK_FIELD_TEXT);
    const char *label =
        is_plain ? NULL : cbk_recorded_print(field, &value, false, -1, arena);
    return label != NULL ? label : level;
}

static void add_column(cbk_summary *table, const char *name, const cbk_field *field,
                       const char *level, bool is_number)
{
    cbk_arena *arena = table->report->arena;
    const char *label = level_label(arena, field, level, is_number);
    table->columns[table->n_columns++] = (cbk_summary_column){
        .label = label,
        .heading =
            cbk_text_format(arena, "%s: %s", field != NULL ? field->label : name, label),
        .among = cbk_sql_and(arena, table->spec->among,
                             cbk_sql_equals(arena, name, level, is_number)),
    };
}

/* All, then the levels of `by` that occur: in the declared order, else ascending. */
static cbk_status make_columns(cbk_summary *table, cbk_error *err)
{
    cbk_report *report = table->report;
    const char *by = table->spec->by;
    const cbk_table *values = NULL;
    const cbk_groups *groups = NULL;
    if (by != NULL) {
        CBK_TRY(values_of(table, by, &values, &groups, err));
    }
    const size_t n_groups = groups != NULL ? groups->n_groups : 0;
    if (n_groups > CATEGORIES_MAX) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "\"%s\" has %zu values; a table by more than %d groups cannot be "
                        "read.",
                        by, n_groups, CATEGORIES_MAX);
    }
    table->columns = CBK_NEW(report->arena, cbk_summary_column, n_groups + 1);
    CBK_TRY(cbk_report_done(report, err));
    table->columns[table->n_columns++] = (cbk_summary_column){
        .label = "All", .heading = "All", .among = table->spec->among};
    if (by == NULL) {
        return CBK_OK;
    }
    const cbk_field *field = cbk_summary_field(table, by);
    const bool is_number = values->columns[0].type == CBK_COLUMN_NUMBER;
    const size_t n_choices = field != NULL ? field->n_choices : 0;
    for (size_t i = 0; i < n_choices; i++) {
        const char *code = field->choices[i].code;
        if (cbk_is_listed(groups->level, n_groups, code)) {
            add_column(table, by, field, code, is_number);
        }
    }
    for (size_t i = 0; i < n_groups; i++) {
        if (cbk_code_label(field != NULL ? field->choices : NULL, n_choices,
                           groups->level[i]) == NULL) {
            add_column(table, by, field, groups->level[i], is_number);
        }
    }
    return CBK_OK;
}

/* Whether the groups can be compared. */
static bool has_groups(const cbk_summary *table)
{
    const size_t n_groups = table->n_columns - 1; /* the first column is all */
    return n_groups >= 2;
}

/* ---- rows ------------------------------------------------------------------------- */

static void add_row(cbk_summary *table, cbk_summary_row row)
{
    if (table->n_rows == table->n_room) {
        const size_t n_room = table->n_room > 0 ? 2 * table->n_room : 64;
        cbk_summary_row *rows = CBK_NEW(table->report->arena, cbk_summary_row, n_room);
        if (rows == NULL) {
            return;
        }
        if (table->n_rows > 0) {
            memcpy(rows, table->rows, table->n_rows * sizeof *rows);
        }
        table->rows = rows;
        table->n_room = n_room;
    }
    table->rows[table->n_rows++] = row;
}

static void add_numeric_rows(cbk_summary *table, const char *name,
                             const cbk_table *values, int digits)
{
    const int recorded = cbk_report_decimals(&values->columns[0], values->n_rows);
    const int mean_digits = digits >= 0 ? digits : cbk_report_mean_digits(recorded);
    const int range_digits = digits >= 0 ? digits : recorded;
    const cbk_style *style = cbk_style_of(table->report->style);
    table->has_quartiles = true;
    add_row(table,
            (cbk_summary_row){.kind = CBK_SUMMARY_MEDIAN,
                              .label = cbk_text_format(table->report->arena,
                                                       "Median (%s)", style->quartiles),
                              .name = name,
                              .digits = mean_digits});
    add_row(table, (cbk_summary_row){.kind = CBK_SUMMARY_MEAN,
                                     .label = style->mean,
                                     .name = name,
                                     .digits = mean_digits});
    add_row(table, (cbk_summary_row){.kind = CBK_SUMMARY_RANGE,
                                     .label = "Range",
                                     .name = name,
                                     .digits = range_digits});
}

static void add_category(cbk_summary *table, const char *name, const char *label,
                         const char *condition)
{
    table->has_counts = true;
    add_row(table, (cbk_summary_row){.kind = CBK_SUMMARY_CATEGORY,
                                     .label = label,
                                     .name = name,
                                     .condition = condition});
}

/* Answers of which several may be given overlap, so each is compared by itself. */
static void test_each_answer(cbk_summary *table, size_t first)
{
    for (size_t i = first; i < table->n_rows; i++) {
        table->rows[i].tested = table->rows[i].condition;
        table->rows[i].test = "counts";
    }
}

/* Every declared choice, in the declared order, whether it occurs or not. */
static void add_choices(cbk_summary *table, const char *name, const cbk_field *field,
                        bool is_code)
{
    cbk_arena *arena = table->report->arena;
    const size_t first = table->n_rows;
    for (size_t i = 0; i < field->n_choices; i++) {
        const cbk_code *choice = &field->choices[i];
        const char *condition =
            field->type == CBK_FIELD_CHOICES
                ? cbk_text_format(arena, "has(%s, %s)", name,
                                  cbk_sql_text(arena, choice->code))
                : cbk_sql_equals(arena, field->name, choice->code, false);
        add_category(table, name, is_code ? choice->code : choice->label, condition);
    }
    if (field->type == CBK_FIELD_CHOICES) {
        table->has_several = true;
        test_each_answer(table, first);
    }
}

static void add_levels(cbk_summary *table, const char *name, const cbk_field *field,
                       const cbk_table *values, const cbk_groups *groups)
{
    cbk_arena *arena = table->report->arena;
    const bool is_number = values->columns[0].type == CBK_COLUMN_NUMBER;
    if (groups->n_groups > CATEGORIES_MAX) {
        add_row(table, (cbk_summary_row){.kind = CBK_SUMMARY_DISTINCT,
                                         .label = "Different values",
                                         .name = name});
        return;
    }
    for (size_t i = 0; i < groups->n_groups; i++) {
        const char *level = groups->level[i];
        if (cbk_code_label(field->choices, field->n_choices, level) == NULL) {
            add_category(table, name, level_label(arena, field, level, is_number),
                         cbk_sql_equals(arena, field->name, level, is_number));
        }
    }
}

/* One row "Missing" where anybody's value is. */
static void add_missing_row(cbk_summary *table, const char *name, const cbk_table *values)
{
    for (size_t i = 0; i < values->n_rows; i++) {
        if (cbk_column_is_missing(&values->columns[0], i)) {
            add_row(table, (cbk_summary_row){.kind = CBK_SUMMARY_MISSING,
                                             .label = "Missing",
                                             .name = name});
            return;
        }
    }
}

static bool is_measured(const cbk_field *field, const cbk_table *values)
{
    const bool is_measure =
        field->type == CBK_FIELD_INTEGER || field->type == CBK_FIELD_NUMBER;
    return is_measure && values->columns[0].type == CBK_COLUMN_NUMBER;
}

/* What the groups are compared by; NULL: not at all.  A variable that makes the groups is
 * not compared between them. */
static const char *test_of(const cbk_summary *table, const cbk_field *field,
                           bool is_number, bool is_date, const cbk_groups *groups)
{
    const bool is_group =
        table->spec->by != NULL && strcmp(table->spec->by, field->name) == 0;
    if (is_group || is_date || field->type == CBK_FIELD_CHOICES) {
        return NULL;
    }
    if (is_number) {
        return table->spec->test == CBK_SUMMARY_BY_MEANS ? "means" : "ranks";
    }
    return groups->n_groups <= CATEGORIES_MAX ? "counts" : NULL;
}

static void add_field_rows(cbk_summary *table, const cbk_field *field, const char *name,
                           const cbk_table *values, const cbk_groups *groups,
                           const cbk_table_column_spec *spec)
{
    cbk_arena *arena = table->report->arena;
    const bool is_number = is_measured(field, values);
    const bool is_date =
        field->type == CBK_FIELD_DATE || field->type == CBK_FIELD_DATETIME;
    const char *test = test_of(table, field, is_number, is_date, groups);
    add_row(table, (cbk_summary_row){.kind = CBK_SUMMARY_VARIABLE,
                                     .label = spec->label != NULL
                                                  ? spec->label
                                                  : cbk_words_label_unit(
                                                        arena, field->label, field->unit),
                                     .tested = test != NULL ? name : NULL,
                                     .test = test});
    if (is_number) {
        add_numeric_rows(table, name, values, spec->digits);
    } else if (is_date) {
        add_row(table, (cbk_summary_row){
                           .kind = CBK_SUMMARY_RANGE, .label = "Range", .name = name});
    } else if (field->type == CBK_FIELD_BOOLEAN) {
        add_category(table, name, "Yes", cbk_sql_equals(arena, field->name, "1", true));
        add_category(table, name, "No", cbk_sql_equals(arena, field->name, "0", true));
    } else {
        add_choices(table, name, field, spec->is_code);
        if (field->type != CBK_FIELD_CHOICES) {
            add_levels(table, name, field, values, groups);
        }
    }
    add_missing_row(table, name, values);
}

/* Person-time in which a rate is given: of 100 person-years, where the unit is known. */
static double person_time_of_rate(const char *unit, const char **words)
{
    static const struct {
        const char *unit;
        double per_year;
    } units[] = {
        {"years", 1.0}, {"months", 12.0}, {"weeks", 365.25 / 7.0}, {"days", 365.25}};
    *words = "100 person-years";
    for (size_t i = 0; unit != NULL && i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(unit, units[i].unit) == 0) {
            return 100.0 * units[i].per_year;
        }
    }
    *words = "100 units of time";
    return 100.0;
}

static void add_rate_rows(cbk_summary *table, const cbk_endpoint *endpoint,
                          const char *name)
{
    cbk_arena *arena = table->report->arena;
    const char *words = NULL;
    const double per = person_time_of_rate(endpoint->unit, &words);
    table->has_rates = true;
    add_row(table, (cbk_summary_row){.kind = CBK_SUMMARY_PERSON_TIME,
                                     .label = cbk_words_label_unit(arena, "Person-time",
                                                                   endpoint->unit),
                                     .name = name,
                                     .digits = -1});
    add_row(table, (cbk_summary_row){
                       .kind = CBK_SUMMARY_RATE,
                       .label = cbk_text_format(arena, "Rate per %s (interval)", words),
                       .name = name,
                       .per = per,
                       .digits = -1});
}

static void add_endpoint_rows(cbk_summary *table, const cbk_endpoint *endpoint,
                              const char *name, const cbk_table *values)
{
    const char *label =
        cbk_words_label_unit(table->report->arena, endpoint->label, endpoint->unit);
    table->has_survival = true;
    add_row(table, (cbk_summary_row){.kind = CBK_SUMMARY_VARIABLE, .label = label});
    add_row(table, (cbk_summary_row){
                       .kind = CBK_SUMMARY_EVENTS, .label = "Events/n", .name = name});
    add_rate_rows(table, endpoint, name);
    add_row(table, (cbk_summary_row){.kind = CBK_SUMMARY_SURVIVAL,
                                     .label = "Median (interval)",
                                     .name = name});
    add_missing_row(table, name, values);
}

static cbk_status make_rows(cbk_summary *table, cbk_error *err)
{
    cbk_report *report = table->report;
    for (size_t i = 0; i < table->spec->n_columns; i++) {
        const cbk_table_column_spec *spec = &table->spec->columns[i];
        const char *name = cbk_sql_name(report->arena, spec->fields[0]);
        const cbk_field *field = cbk_summary_field(table, spec->fields[0]);
        const cbk_endpoint *endpoint =
            cbk_protocol_endpoint(report->protocol, spec->fields[0]);
        const cbk_table *values = NULL;
        const cbk_groups *groups = NULL;
        CBK_TRY(values_of(table, spec->fields[0], &values, &groups, err));
        if (field != NULL) {
            add_field_rows(table, field, name, values, groups, spec);
        } else if (endpoint != NULL) {
            add_endpoint_rows(table, endpoint, name, values);
        }
    }
    return cbk_report_done(report, err);
}

cbk_status cbk_summary_plan(cbk_summary *table, cbk_error *err)
{
    CBK_TRY(make_columns(table, err));
    table->is_tested = table->spec->test != CBK_SUMMARY_UNTESTED && has_groups(table);
    return make_rows(table, err);
}
