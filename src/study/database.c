/* database.c - the records into the registry: a table a form; that of the patients has
 * derived variables and endpoints as further columns.
 */
#include "study/internal.h"
#include "study/row_answers.h"

#include "base/date.h"
#include "base/text.h"
#include "study/cell.h"
#include "study/sql/sql_text.h"

#include <math.h>
#include <string.h>

/* A table being made of the records of a form. */
typedef struct storing {
    const cbk_study *study;
    const cbk_records *records;
    size_t n_keys; /* the key and, in a repeating form, the running number */
    size_t n_columns;
    cbk_storage_column *columns;
} storing;

static void name_columns(storing *to)
{
    const cbk_protocol *protocol = to->study->protocol;
    const cbk_form *form = to->records->form;
    to->columns[0] = (cbk_storage_column){
        .name = protocol->forms[0].key, .storage = CBK_STORAGE_TEXT, .is_key = true};
    if (to->n_keys == 2) {
        to->columns[1] = (cbk_storage_column){
            .name = "n", .storage = CBK_STORAGE_INTEGER, .is_key = true};
    }
    size_t at = to->n_keys;
    for (size_t i = 0; i < form->n_fields; i++) {
        to->columns[at++] =
            (cbk_storage_column){.name = form->fields[i].name,
                                 .storage = cbk_field_storage(form->fields[i].type)};
    }
    if (at == to->n_columns) {
        return;
    }
    for (size_t i = 0; i < protocol->n_derived; i++) {
        to->columns[at++] = (cbk_storage_column){.name = protocol->derived[i].name,
                                                 .storage = CBK_STORAGE_ANY};
    }
    for (size_t i = 0; i < protocol->n_endpoints; i++) {
        to->columns[at++] = (cbk_storage_column){.name = protocol->endpoints[i].name,
                                                 .storage = CBK_STORAGE_ANY};
    }
}

/* One form as a table: key, running number, fields, and n_further columns that are filled
 * later. */
static cbk_status store_form(cbk_study *study, const cbk_records *records,
                             const char *table, size_t n_further, cbk_error *err)
{
    const size_t n_fields = records->form->n_fields;
    storing to = {
        .study = study, .records = records, .n_keys = records->n != NULL ? 2 : 1};
    to.n_columns = to.n_keys + n_fields + n_further;
    to.columns = CBK_NEW(study->arena, cbk_storage_column, to.n_columns);
    cbk_value *values =
        CBK_NEW(study->arena, cbk_value, records->n_rows * to.n_columns + 1);
    if (values == NULL) {
        return cbk_fail_memory(err);
    }
    name_columns(&to);
    for (size_t row = 0; row < records->n_rows; row++) {
        cbk_value *at = &values[row * to.n_columns];
        at[0] = (cbk_value){.kind = CBK_VALUE_TEXT, .text = records->key[row]};
        if (to.n_keys == 2) {
            at[1] =
                (cbk_value){.kind = CBK_VALUE_NUMBER, .number = (double)records->n[row]};
        }
        for (size_t i = 0; i < n_fields; i++) {
            at[to.n_keys + i] = records->values[row * n_fields + i].value;
        }
    }
    CBK_TRY(
        cbk_registry_create_table(study->registry, table, to.columns, to.n_columns, err));
    return cbk_registry_insert(study->registry, table, to.n_columns, records->n_rows,
                               values, err);
}

/* Why a value is missing, for SQL: missing_values(form, record, field, kind). */
static cbk_status store_missing(cbk_study *study, cbk_error *err)
{
    static const cbk_storage_column columns[] = {
        {.name = "form"}, {.name = "record"}, {.name = "field"}, {.name = "kind"}};
    enum { N_COLUMNS = 4 };
    CBK_TRY(cbk_registry_create_table(study->registry, "missing_values", columns,
                                      N_COLUMNS, err));
    for (size_t f = 0; f < study->protocol->n_forms; f++) {
        const cbk_records *records = &study->records[f];
        const size_t n_cells = records->n_rows * records->form->n_fields;
        cbk_value *values = CBK_NEW(study->arena, cbk_value, n_cells * N_COLUMNS + 1);
        if (values == NULL) {
            return cbk_fail_memory(err);
        }
        size_t n = 0;
        for (size_t i = 0; i < n_cells; i++) {
            if (records->values[i].missing == NULL) {
                continue;
            }
            const char *const texts[N_COLUMNS] = {
                records->form->name,
                cbk_records_name(records, i / records->form->n_fields, study->arena),
                records->form->fields[i % records->form->n_fields].name,
                records->values[i].missing};
            for (size_t k = 0; k < N_COLUMNS; k++) {
                values[n * N_COLUMNS + k] =
                    (cbk_value){.kind = CBK_VALUE_TEXT, .text = texts[k]};
            }
            n++;
        }
        if (cbk_arena_has_failed(study->arena)) {
            return cbk_fail_memory(err);
        }
        CBK_TRY(cbk_registry_insert(study->registry, "missing_values", N_COLUMNS, n,
                                    values, err));
    }
    return CBK_OK;
}

/* A mistake in the protocol's SQL is a problem of the file, told with all the others. */
static cbk_status as_problem(cbk_status status, cbk_place place, const char *what,
                             const char *name, const cbk_error *failure,
                             cbk_problems *problems, cbk_error *err)
{
    if (status == CBK_EINVAL || status == CBK_EDATA) {
        cbk_problems_add(problems, place, "%s `%s`: %s", what, name, failure->message);
        return CBK_OK;
    }
    return cbk_fail(err, status, CBK_ROW_NONE, "%s", failure->message);
}

/* What is wrong with a derived value, or NULL. */
static const char *wrong_value(const cbk_field *field, const cbk_value *value)
{
    const bool is_number = value->kind == CBK_VALUE_NUMBER;
    int32_t day = 0;
    switch (field->type) {
    case CBK_FIELD_INTEGER:
        return is_number && value->number == floor(value->number) ? NULL
                                                                  : "a whole number";
    case CBK_FIELD_NUMBER:
        return is_number ? NULL : "a number";
    case CBK_FIELD_BOOLEAN:
        return is_number && (value->number == 0.0 || value->number == 1.0)
                   ? NULL
                   : "true or false (1 or 0)";
    case CBK_FIELD_DATE:
        return !is_number && cbk_date_parse(value->text, &day) ? NULL
                                                               : "a day as YYYY-MM-DD";
    case CBK_FIELD_CHOICE:
        return !is_number && cbk_code_label(field->choices, field->n_choices,
                                            value->text) != NULL
                   ? NULL
                   : "one of its choices";
    default:
        return NULL;
    }
}

/* A derived value must be what the variable is declared to be. */
static void check_values(const cbk_study *study, const cbk_field *field,
                         const cbk_value *values, cbk_problems *problems)
{
    for (size_t row = 0; row < study->records[0].n_rows; row++) {
        const cbk_value *value = &values[row];
        const char *expected =
            value->kind != CBK_VALUE_ABSENT ? wrong_value(field, value) : NULL;
        if (expected == NULL) {
            continue;
        }
        char number[CBK_NUMBER_SIZE] = "";
        if (value->kind == CBK_VALUE_NUMBER) {
            cbk_number_shortest(value->number, number);
        }
        cbk_problems_add(
            problems, field->place,
            "derived variable `%s`: gives \"%.60s\" for %s %s, which is not %s",
            field->name, value->kind == CBK_VALUE_NUMBER ? number : value->text,
            study->protocol->forms[0].name, study->records[0].key[row], expected);
        return; /* one is enough to find the mistake */
    }
}

/* The name of a derived variable or endpoint among the columns read that has no values
 * yet: derived variables are made in the order of the protocol, endpoints after them. */
static const char *read_too_early(const cbk_study *study, const cbk_field *derived,
                                  const cbk_answer *answer)
{
    const cbk_protocol *protocol = study->protocol;
    for (size_t i = 0; i < answer->n_reads; i++) {
        const char *column = answer->reads[i].column;
        if (strcmp(answer->reads[i].table, protocol->forms[0].name) != 0) {
            continue;
        }
        for (size_t k = (size_t)(derived - protocol->derived); k < protocol->n_derived;
             k++) {
            if (strcmp(protocol->derived[k].name, column) == 0) {
                return column;
            }
        }
        if (cbk_protocol_endpoint(protocol, column) != NULL) {
            return column;
        }
    }
    return NULL;
}

static cbk_status derive(cbk_study *study, const cbk_field *field, cbk_problems *problems,
                         cbk_error *err)
{
    const cbk_answer *answer = NULL;
    cbk_error failure = {.message = ""};
    const cbk_status status =
        cbk_study_ask(study, &field->sql, 1, NULL, NULL, study->arena, &answer, &failure);
    if (status != CBK_OK) {
        return as_problem(status, field->place, "derived variable", field->name, &failure,
                          problems, err);
    }
    const char *early = read_too_early(study, field, answer);
    if (early != NULL) {
        cbk_problems_add(problems, field->place,
                         "derived variable `%s`: uses `%s`, which is made after it%s",
                         field->name, early,
                         cbk_protocol_endpoint(study->protocol, early) != NULL
                             ? "; endpoints cannot be used in derived variables"
                             : "; declare it before");
        return CBK_OK;
    }
    if (answer->n_rows != study->records[0].n_rows) {
        cbk_problems_add(
            problems, field->place,
            "derived variable `%s`: gives one value for all patients, not one a "
            "patient; put an aggregate into its own (SELECT ...)",
            field->name);
        return CBK_OK;
    }
    check_values(study, field, answer->values, problems);
    return cbk_registry_set_column(study->registry, study->protocol->forms[0].name,
                                   field->name, answer->n_rows, answer->values, err);
}

static cbk_status add_endpoint(cbk_study *study, const cbk_endpoint *endpoint,
                               cbk_problems *problems, cbk_error *err)
{
    const size_t n_rows = study->records[0].n_rows;
    cbk_value *values = CBK_NEW(study->arena, cbk_value, n_rows + 1);
    if (values == NULL) {
        return cbk_fail_memory(err);
    }
    cbk_error failure = {.message = ""};
    const cbk_status status =
        cbk_endpoint_values(study, endpoint, problems, values, &failure);
    if (status != CBK_OK) {
        return as_problem(status, endpoint->place, "endpoint", endpoint->name, &failure,
                          problems, err);
    }
    return cbk_registry_set_column(study->registry, study->protocol->forms[0].name,
                                   endpoint->name, n_rows, values, err);
}

/* Compiles a condition by asking it of no rows. */
static cbk_status compile(cbk_study *study, const char *expression, const char *from,
                          const char *among, cbk_place place, const char *what,
                          const char *name, cbk_problems *problems, cbk_error *err)
{
    const cbk_answer *answer = NULL;
    cbk_error failure = {.message = ""};
    /* Not "0 AND ...": SQLite would drop what follows without a look. */
    const char *condition =
        among != NULL ? cbk_text_format(study->arena, "(\n%s\n) AND _rowid_ < 0", among)
                      : "_rowid_ < 0";
    const cbk_status status = cbk_study_ask(study, &expression, 1, from, condition,
                                            study->arena, &answer, &failure);
    return status == CBK_OK
               ? CBK_OK
               : as_problem(status, place, what, name, &failure, problems, err);
}

/* The SQL of checks, tables and figures, so that a mistake shows at once and not when its
 * table is printed. */
static cbk_status compile_all(cbk_study *study, cbk_problems *problems, cbk_error *err)
{
    const cbk_protocol *protocol = study->protocol;
    for (size_t i = 0; i < protocol->n_checks; i++) {
        const cbk_check *check = &protocol->checks[i];
        CBK_TRY(compile(study, "1", check->from, check->rule, check->place, "check",
                        check->id, problems, err));
    }
    for (size_t i = 0; i < protocol->n_tables; i++) {
        const cbk_table_spec *table = &protocol->tables[i];
        CBK_TRY(compile(study, "1", table->from, table->among, table->place, "table",
                        table->id, problems, err));
        for (size_t k = 0; k < table->n_columns; k++) {
            const cbk_table_column_spec *column = &table->columns[k];
            if (column->kind == CBK_TABLE_COLUMN_LIST) {
                CBK_TRY(compile(study, "1", column->from, column->among, column->place,
                                "table", table->id, problems, err));
            }
        }
    }
    for (size_t i = 0; i < protocol->n_figures; i++) {
        const cbk_figure_spec *figure = &protocol->figures[i];
        CBK_TRY(compile(study, "1", NULL, figure->among, figure->place, "figure",
                        figure->id, problems, err));
    }
    return cbk_study_compile_cases(study, problems, err);
}

cbk_status cbk_study_load(cbk_study *study, cbk_problems *problems, cbk_error *err)
{
    const cbk_protocol *protocol = study->protocol;
    CBK_TRY(cbk_study_add_functions(study, err));
    /* The patients' table has derived variables and endpoints as further columns. */
    const size_t n_further = protocol->n_derived + protocol->n_endpoints;
    for (size_t i = 0; i < protocol->n_forms; i++) {
        CBK_TRY(store_form(study, &study->records[i], protocol->forms[i].name,
                           i == 0 ? n_further : 0, err));
    }
    CBK_TRY(store_missing(study, err));
    for (size_t i = 0; i < protocol->n_derived; i++) {
        CBK_TRY(derive(study, &protocol->derived[i], problems, err));
    }
    for (size_t i = 0; i < protocol->n_endpoints; i++) {
        CBK_TRY(add_endpoint(study, &protocol->endpoints[i], problems, err));
    }
    if (problems->n_found == 0) {
        CBK_TRY(compile_all(study, problems, err));
    }
    return problems->n_found == 0 ? CBK_OK
                                  : cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                                             "%s has mistakes.", protocol->file);
}
