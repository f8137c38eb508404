/* dictionary.c - the data dictionary: every variable of the study, what it is, what it
 * may hold, and what those that are computed are made of. */
#include "report/builder.h"

#include <string.h>

enum {
    COLUMN_FORM,
    COLUMN_NAME,
    COLUMN_LABEL,
    COLUMN_TYPE,
    COLUMN_UNIT,
    COLUMN_VALUES,
    COLUMN_MISSING,
    COLUMN_DEFINITION,
    N_COLUMNS
};

typedef struct dictionary {
    cbk_report *report;
    cbk_table_builder *builder;
    size_t row;
} dictionary;

static void set(dictionary *of, int column, const char *text)
{
    cbk_table_text(of->report, of->builder, of->row, (size_t)column,
                   text != NULL ? text : "");
}

/* "f, Female; m, Male", each with its definition. */
static void add_codes(cbk_buffer *buffer, const cbk_code *codes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const bool is_said = strcmp(codes[i].code, codes[i].label) == 0;
        cbk_buffer_addf(buffer, "%s%s%s%s", i > 0 ? "; " : "", codes[i].code,
                        is_said ? "" : ", ", is_said ? "" : codes[i].label);
        if (codes[i].definition != NULL) {
            cbk_buffer_addf(buffer, " (%s)", codes[i].definition);
        }
    }
}

static void add_limit(cbk_buffer *buffer, const char *words, double value)
{
    char text[CBK_NUMBER_SIZE];
    cbk_number_shortest(value, text);
    cbk_buffer_addf(buffer, "%s%s", words, text);
}

/* What the variable may hold; its choices, or its limits. */
static const char *values_of(const cbk_field *field, cbk_arena *arena)
{
    cbk_buffer buffer = {0};
    add_codes(&buffer, field->choices, field->n_choices);
    if (field->has_minimum) {
        add_limit(&buffer, field->has_maximum ? "" : "from ", field->minimum);
    }
    if (field->has_maximum) {
        add_limit(&buffer, field->has_minimum ? " to " : "up to ", field->maximum);
    }
    return cbk_words_take(&buffer, arena);
}

static const char *missing_of(const cbk_field *field, cbk_arena *arena)
{
    cbk_buffer buffer = {0};
    if (field->is_required) {
        cbk_buffer_add(&buffer, "never missing");
    }
    add_codes(&buffer, field->missing, field->is_required ? 0 : field->n_missing);
    return cbk_words_take(&buffer, arena);
}

/* A definition in words, and of what it is computed. */
static const char *definition_of(const cbk_field *field, cbk_arena *arena)
{
    const char *words = field->definition != NULL ? field->definition : "";
    return field->sql == NULL ? words
                              : cbk_text_format(arena, "%s%s%s", words,
                                                *words != '\0' ? " " : "", field->sql);
}

static void add_field(dictionary *of, const char *form, const cbk_field *field)
{
    cbk_arena *arena = of->report->arena;
    set(of, COLUMN_FORM, form);
    set(of, COLUMN_NAME, field->name);
    set(of, COLUMN_LABEL, field->label);
    set(of, COLUMN_TYPE, cbk_field_type_name(field->type));
    set(of, COLUMN_UNIT, field->unit);
    set(of, COLUMN_VALUES, values_of(field, arena));
    set(of, COLUMN_MISSING, missing_of(field, arena));
    set(of, COLUMN_DEFINITION, definition_of(field, arena));
    of->row++;
}

/* The columns that a form has beside its fields. */
static void add_key(dictionary *of, const char *form, const char *name, const char *label,
                    const char *type)
{
    set(of, COLUMN_FORM, form);
    set(of, COLUMN_NAME, name);
    set(of, COLUMN_LABEL, label);
    set(of, COLUMN_TYPE, type);
    set(of, COLUMN_MISSING, "never missing");
    of->row++;
}

static void add_form(dictionary *of, const cbk_form *form)
{
    const cbk_form *patients = &of->report->protocol->forms[0];
    add_key(of, form->name, patients->key, "Which patient", "text");
    if (form->repeats != NULL) {
        add_key(of, form->name, "n", "Which of the patient's", "integer");
    }
    for (size_t i = 0; i < form->n_fields; i++) {
        add_field(of, form->name, &form->fields[i]);
    }
}

static void add_endpoint(dictionary *of, const cbk_endpoint *endpoint)
{
    cbk_buffer buffer = {0};
    cbk_words_endpoint(endpoint, &buffer);
    set(of, COLUMN_FORM, "endpoint");
    set(of, COLUMN_NAME, endpoint->name);
    set(of, COLUMN_LABEL, endpoint->label);
    set(of, COLUMN_TYPE, "time to event");
    set(of, COLUMN_UNIT, endpoint->unit);
    set(of, COLUMN_DEFINITION, cbk_words_take(&buffer, of->report->arena));
    of->row++;
}

static size_t count_rows(const cbk_protocol *protocol)
{
    size_t n = protocol->n_derived + protocol->n_endpoints;
    for (size_t i = 0; i < protocol->n_forms; i++) {
        n += protocol->forms[i].n_fields + (protocol->forms[i].repeats != NULL ? 2 : 1);
    }
    return n;
}

const cbk_table_block *cbk_report_dictionary(cbk_report *report)
{
    static const char *const headers[N_COLUMNS] = {
        "Form", "Variable", "Label", "Type", "Unit", "Values", "Missing", "Definition"};
    const cbk_protocol *protocol = report->protocol;
    dictionary of = {.report = report,
                     .builder = cbk_table_builder_create(report->arena, N_COLUMNS,
                                                         count_rows(protocol))};
    if (of.builder == NULL) {
        return NULL; /* sticky in the arena */
    }
    cbk_table_headers(report, of.builder, headers);
    for (size_t i = 0; i < protocol->n_forms; i++) {
        add_form(&of, &protocol->forms[i]);
    }
    for (size_t i = 0; i < protocol->n_derived; i++) {
        add_field(&of, "derived", &protocol->derived[i]);
    }
    for (size_t i = 0; i < protocol->n_endpoints; i++) {
        add_endpoint(&of, &protocol->endpoints[i]);
    }
    of.builder->block.title = "Data dictionary";
    return &of.builder->block;
}
