/* inverse_question.c - the columns a question may be asked of: its own, other variables
 * of its unit, and each as another source has it.  Contract: inverse_question.h.
 */
#include "claims/inverse_question.h"

#include "base/date.h"
#include "base/text.h"
#include "study/sql_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A hostile file may list more; a manuscript has not so many. */
enum { SOURCES_MAX = 60, VARIABLES_MAX = 20, COLUMNS_A_SOURCE = 3 };

/* Statements that are taken over together, and how that is printed. */
typedef struct scenario {
    size_t n;
    const cbk_source_statement *statements[SOURCES_MAX];
    const char *words;
} scenario;

typedef struct loading {
    cbk_study *study;
    cbk_arena *arena;
    const cbk_asked *asked;
    cbk_inverse_question *question;
} loading;

/* The SQL behind one variable. */
typedef struct recipe {
    const char *name;
    const char *value;       /* of an endpoint its time, or the whole endpoint as text */
    const char *event;       /* or NULL */
    const char *event_print; /* as the protocol has it; NULL: from dates */
    bool is_text;            /* value is an endpoint as text */
    bool is_number;
    bool is_endpoint;
} recipe;

/* ---- what a source says, as SQL ------------------------------------------------ */

static const char *boolean_literal(const char *value)
{
    static const char *const yes[] = {"yes", "true", "1"};
    static const char *const no[] = {"no", "false", "0"};
    for (size_t i = 0; i < 3; i++) {
        if (strcasecmp(value, yes[i]) == 0 || strcasecmp(value, no[i]) == 0) {
            return strcasecmp(value, yes[i]) == 0 ? "1" : "0";
        }
    }
    return NULL;
}

/* NULL: the source's words are no value of the field. */
static const char *literal_of(const cbk_field *field, const char *value, cbk_arena *arena)
{
    double number = 0.0;
    int32_t day = 0;
    switch (field->type) {
    case CBK_FIELD_INTEGER:
    case CBK_FIELD_NUMBER:
        return cbk_number_parse(value, false, &number) ? value : NULL;
    case CBK_FIELD_BOOLEAN:
        return boolean_literal(value);
    case CBK_FIELD_DATE:
        return cbk_date_parse(value, &day) ? cbk_sql_text(arena, value) : NULL;
    case CBK_FIELD_CHOICE:
        return cbk_code_label(field->choices, field->n_choices, value) != NULL
                   ? cbk_sql_text(arena, value)
                   : NULL;
    default:
        return NULL;
    }
}

static const char *literal(const loading *at, const cbk_source_statement *statement)
{
    const cbk_field *field = cbk_form_field(at->question->form, statement->field);
    return field != NULL ? literal_of(field, statement->value, at->arena) : NULL;
}

/* "patient = '1' AND n = 2" */
static const char *row_condition(const loading *at, size_t row)
{
    const cbk_records *records = at->question->records;
    const cbk_form *form = at->question->form;
    const char *key =
        form->repeats == NULL ? form->key : cbk_study_protocol(at->study)->forms[0].key;
    const char *column = cbk_sql_name(at->arena, key);
    const char *text = cbk_sql_text(at->arena, records->key[row]);
    return records->n == NULL ? cbk_text_format(at->arena, "%s = %s", column, text)
                              : cbk_text_format(at->arena, "%s = %s AND n = %zu", column,
                                                text, records->n[row]);
}

/* The SQL as it reads when the statements of one field hold. */
static const char *with_field(const loading *at, const char *sql, const scenario *given,
                              const char *field)
{
    cbk_buffer by = {0};
    const char *column = cbk_sql_name(at->arena, field);
    cbk_buffer_add(&by, "(CASE");
    for (size_t i = 0; i < given->n; i++) {
        const cbk_source_statement *one = given->statements[i];
        if (strcmp(one->field, field) == 0) {
            const size_t row = cbk_records_find(at->question->records, one->record);
            cbk_buffer_addf(&by, " WHEN %s THEN %s", row_condition(at, row),
                            literal(at, one));
        }
    }
    cbk_buffer_addf(&by, " ELSE %s END)", column);
    const char *changed =
        by.is_failed ? NULL : cbk_sql_replace_word(sql, field, by.bytes, at->arena);
    cbk_buffer_free(&by);
    return changed;
}

static const char *with_sources(const loading *at, const char *sql, const scenario *given)
{
    for (size_t i = 0; sql != NULL && i < given->n; i++) {
        bool is_done = false;
        for (size_t k = 0; k < i; k++) {
            is_done = is_done || strcmp(given->statements[k]->field,
                                        given->statements[i]->field) == 0;
        }
        sql = is_done ? sql : with_field(at, sql, given, given->statements[i]->field);
    }
    return sql;
}

/* Derived variables replaced by their SQL, so that sources reach the fields in it; one
 * that asks another form stays. */
static const char *without_derived(const loading *at, const char *sql)
{
    const cbk_protocol *protocol = cbk_study_protocol(at->study);
    for (int level = 0; sql != NULL && level < 2 && at->question->form->repeats == NULL;
         level++) {
        for (size_t i = 0; sql != NULL && i < protocol->n_derived; i++) {
            const cbk_field *derived = &protocol->derived[i];
            if (strstr(derived->sql, "SELECT") != NULL ||
                strstr(derived->sql, "select") != NULL ||
                !cbk_sql_has_word(sql, derived->name)) {
                continue;
            }
            const char *by = cbk_text_format(at->arena, "(%s)", derived->sql);
            sql = by == NULL ? NULL
                             : cbk_sql_replace_word(sql, derived->name, by, at->arena);
        }
    }
    return sql;
}

/* ---- scenarios ----------------------------------------------------------------- */

static bool is_about(const recipe *made, const char *among, const char *field)
{
    return cbk_sql_has_word(made->value, field) ||
           (made->event != NULL && cbk_sql_has_word(made->event, field)) ||
           (among != NULL && cbk_sql_has_word(among, field));
}

static bool is_usable(const loading *at, const recipe *made, const char *among,
                      const cbk_source_statement *statement)
{
    return statement->is_conflict &&
           strcmp(statement->form, at->question->form->name) == 0 &&
           is_about(made, among, statement->field) && literal(at, statement) != NULL &&
           cbk_records_find(at->question->records, statement->record) != SIZE_MAX;
}

static bool says_the_same(const cbk_source_statement *a, const cbk_source_statement *b)
{
    return strcmp(a->record, b->record) == 0 && strcmp(a->field, b->field) == 0 &&
           strcmp(a->value, b->value) == 0;
}

/* "with 144 for `os_months` of patient 1 (Results, Discussion)" */
static const char *single_words(const loading *at, const cbk_source_statement *one,
                                const char *sources)
{
    return cbk_text_format(at->arena, "with %s for `%s` of %s %s (%s)", one->value,
                           one->field, at->question->form->name, one->record, sources);
}

/* Each recorded alternative alone; the same value of two sources is one. */
static size_t add_singles(const loading *at, const cbk_source_statement *const *usable,
                          size_t n, scenario *out)
{
    size_t n_out = 0;
    for (size_t i = 0; i < n; i++) {
        bool is_again = false;
        for (size_t k = 0; k < i; k++) {
            is_again = is_again || says_the_same(usable[k], usable[i]);
        }
        if (is_again) {
            continue;
        }
        const char *sources = usable[i]->source;
        for (size_t k = i + 1; k < n && sources != NULL; k++) {
            if (says_the_same(usable[k], usable[i])) {
                sources =
                    cbk_text_format(at->arena, "%s, %s", sources, usable[k]->source);
            }
        }
        out[n_out++] = (scenario){.n = 1,
                                  .statements = {usable[i]},
                                  .words = single_words(at, usable[i], sources)};
    }
    return n_out;
}

/* Each source that has several values, as a whole. */
static size_t add_wholes(const loading *at, const cbk_source_statement *const *usable,
                         size_t n, scenario *out)
{
    size_t n_out = 0;
    for (size_t i = 0; i < n; i++) {
        scenario whole = {0};
        bool is_again = false;
        for (size_t k = 0; k < n; k++) {
            if (strcmp(usable[k]->source, usable[i]->source) == 0) {
                is_again = is_again || k < i;
                whole.statements[whole.n++] = usable[k];
            }
        }
        if (!is_again && whole.n > 1) {
            whole.words = cbk_text_format(at->arena, "with the %zu values of %s", whole.n,
                                          usable[i]->source);
            out[n_out++] = whole;
        }
    }
    return n_out;
}

static size_t find_scenarios(const loading *at, const recipe *made, const char *among,
                             scenario *out)
{
    const cbk_source_statement *usable[SOURCES_MAX];
    size_t n_all = 0;
    size_t n = 0;
    const cbk_source_statement *all = cbk_study_sources(at->study, &n_all);
    for (size_t i = 0; i < n_all && n < SOURCES_MAX; i++) {
        if (is_usable(at, made, among, &all[i])) {
            usable[n++] = &all[i];
        }
    }
    const size_t n_singles = add_singles(at, usable, n, out);
    return n_singles + add_wholes(at, usable, n, out + n_singles);
}

/* ---- columns ------------------------------------------------------------------- */

/* A column as numbers: texts are numbered by what they say. */
static const double *numbers_of(const loading *at, const cbk_table *table, size_t i)
{
    const cbk_column *column = &table->columns[i];
    if (column->type == CBK_COLUMN_NUMBER) {
        return column->number;
    }
    const cbk_groups *groups = NULL;
    cbk_error ignored = {.message = ""};
    double *number = CBK_NEW(at->arena, double, table->n_rows + 1);
    if (number == NULL || cbk_table_group(&column, 1, table->n_rows, at->arena, &groups,
                                          &ignored) != CBK_OK) {
        return NULL;
    }
    for (size_t row = 0; row < table->n_rows; row++) {
        number[row] =
            groups->of_row[row] == CBK_GROUP_NONE ? (double)NAN : groups->of_row[row];
    }
    return number;
}

/* An endpoint's text taken apart. */
static bool read_endpoint(const loading *at, const cbk_column *column, size_t n_rows,
                          cbk_inverse_values *out)
{
    double *number = CBK_NEW(at->arena, double, n_rows + 1);
    double *event = CBK_NEW(at->arena, double, n_rows + 1);
    double *entry = CBK_NEW(at->arena, double, n_rows + 1);
    if (entry == NULL) {
        return false;
    }
    for (size_t row = 0; row < n_rows; row++) {
        char shortest[CBK_NUMBER_SIZE] = "";
        const char *text = NULL;
        if (column->type == CBK_COLUMN_TEXT) {
            text = column->text[row];
        } else if (!isnan(column->number[row])) {
            cbk_number_shortest(column->number[row], shortest);
            text = shortest;
        }
        cbk_survival_time time;
        const bool is_known = text != NULL && cbk_survival_parse(text, &time);
        number[row] = is_known ? time.time : (double)NAN;
        event[row] = is_known ? (time.is_event ? 1.0 : 0.0) : (double)NAN;
        entry[row] = is_known ? time.entry : 0.0;
    }
    *out = (cbk_inverse_values){.number = number, .event = event, .entry = entry};
    return true;
}

/* What SQL is asked for one scenario; returns how many columns. */
static size_t columns_of(const loading *at, const recipe *made, const char *among,
                         const scenario *given, const char **out)
{
    size_t n = 0;
    out[n++] = with_sources(at, made->value, given);
    if (made->event != NULL) {
        out[n++] = with_sources(at, made->event, given);
    }
    if (among != NULL) {
        const char *condition = with_sources(at, among, given);
        out[n++] =
            condition == NULL
                ? NULL
                : cbk_text_format(at->arena, "((\n%s\n) IS TRUE) - ((\n%s\n) IS FALSE)",
                                  condition, condition);
    }
    return n;
}

static bool take_values(const loading *at, const recipe *made, bool has_among,
                        const cbk_table *table, size_t first, const char *words,
                        cbk_inverse_values *out)
{
    size_t column = first;
    *out = (cbk_inverse_values){0};
    if (made->is_text) {
        if (!read_endpoint(at, &table->columns[column++], table->n_rows, out)) {
            return false;
        }
    } else {
        out->number = numbers_of(at, table, column++);
        out->event = made->event != NULL ? numbers_of(at, table, column++) : NULL;
    }
    out->in = has_among ? numbers_of(at, table, column) : NULL;
    out->source = words;
    return out->number != NULL && !cbk_arena_has_failed(at->arena);
}

static bool are_same(const double *a, const double *b, size_t n)
{
    for (size_t i = 0; a != NULL && b != NULL && i < n; i++) {
        if (a[i] != b[i] && !(isnan(a[i]) && isnan(b[i]))) {
            return false;
        }
    }
    return (a == NULL) == (b == NULL);
}

static bool are_same_values(const cbk_inverse_values *a, const cbk_inverse_values *b,
                            size_t n)
{
    return are_same(a->number, b->number, n) && are_same(a->event, b->event, n) &&
           are_same(a->in, b->in, n);
}

/* A variable as the records have it, and as each source does. */
static cbk_status load_variable(const loading *at, const recipe *written,
                                cbk_inverse_variable *out, bool *is_loaded,
                                cbk_error *err)
{
    *is_loaded = false;
    recipe made = *written;
    const char *among = at->asked->among;
    scenario *scenarios = CBK_NEW(at->arena, scenario, 2 * SOURCES_MAX + 1);
    const char **sql =
        CBK_NEW(at->arena, const char *, COLUMNS_A_SOURCE *(2 * SOURCES_MAX + 1));
    if (sql == NULL) {
        return cbk_fail_memory(err);
    }
    if (!made.is_text) {
        made.value = without_derived(at, made.value);
        made.event = made.event != NULL ? without_derived(at, made.event) : NULL;
    }
    among = among != NULL ? without_derived(at, among) : NULL;
    if (cbk_arena_has_failed(at->arena)) {
        return cbk_fail_memory(err);
    }
    const size_t n = 1 + find_scenarios(at, &made, among, scenarios + 1);
    size_t n_columns = 0;
    for (size_t i = 0; i < n; i++) {
        n_columns += columns_of(at, &made, among, &scenarios[i], sql + n_columns);
    }
    if (cbk_arena_has_failed(at->arena)) {
        return cbk_fail_memory(err);
    }
    const cbk_table *table = NULL;
    cbk_error ignored = {.message = ""};
    const cbk_status status =
        cbk_study_select(at->study, sql, n_columns, at->question->form->name, NULL,
                         at->arena, &table, &ignored);
    if (status == CBK_ENOMEM) {
        return cbk_fail_memory(err);
    }
    if (status != CBK_OK || table->n_rows != at->question->n_rows) {
        return CBK_OK; /* such as an aggregate inside an aggregate: nothing to search */
    }
    cbk_inverse_values *values = CBK_NEW(at->arena, cbk_inverse_values, n);
    size_t n_values = 0;
    for (size_t i = 0; values != NULL && i < n; i++) {
        if (!take_values(at, &made, among != NULL, table, i * (n_columns / n),
                         scenarios[i].words, &values[n_values])) {
            break;
        }
        bool is_again = false;
        for (size_t k = 0; k < n_values; k++) {
            is_again =
                is_again || are_same_values(&values[k], &values[n_values], table->n_rows);
        }
        n_values += !is_again;
    }
    *out = (cbk_inverse_variable){.name = made.name,
                                  .is_number = made.is_number,
                                  .is_endpoint = made.is_endpoint,
                                  .n_values = n_values,
                                  .values = values};
    *is_loaded = n_values > 0;
    return cbk_arena_has_failed(at->arena) ? cbk_fail_memory(err) : CBK_OK;
}

/* ---- variables ----------------------------------------------------------------- */

static bool is_measured(const cbk_field *field)
{
    return field != NULL &&
           (field->type == CBK_FIELD_INTEGER || field->type == CBK_FIELD_NUMBER);
}

/* An endpoint's event as SQL: the condition, or that one of its dates is there; and no
 * competing event. */
static const char *event_sql(const loading *at, const cbk_endpoint *endpoint)
{
    cbk_buffer sql = {0};
    cbk_buffer_add(&sql, "CASE");
    for (size_t i = 0; i < endpoint->n_competing; i++) {
        cbk_buffer_addf(&sql, " WHEN (\n%s\n) THEN 0", endpoint->competing[i].label);
    }
    for (size_t i = 0; i < endpoint->n_event_on; i++) {
        cbk_buffer_addf(&sql, " WHEN %s IS NOT NULL THEN 1",
                        cbk_sql_name(at->arena, endpoint->event_on[i]));
    }
    const char *otherwise = endpoint->event != NULL ? endpoint->event : "0";
    if (sql.size == strlen("CASE")) {
        cbk_buffer_free(&sql);
        return otherwise;
    }
    cbk_buffer_addf(&sql, " ELSE (\n%s\n) END", otherwise);
    const char *copy = sql.is_failed ? NULL : cbk_text_copy(at->arena, sql.bytes);
    cbk_buffer_free(&sql);
    return copy;
}

/* The time of an endpoint from dates: to the earliest event, or to the last contact. */
static const char *dates_sql(const loading *at, const cbk_endpoint *endpoint)
{
    cbk_buffer earliest = {0};
    cbk_buffer_add(&earliest, "min('9999-12-31'");
    for (size_t i = 0; i < endpoint->n_event_on; i++) {
        cbk_buffer_addf(&earliest, ", coalesce(%s, '9999-12-31')",
                        cbk_sql_name(at->arena, endpoint->event_on[i]));
    }
    cbk_buffer_add(&earliest, ")");
    const char *last = cbk_sql_name(at->arena, endpoint->censor_on);
    const char *sql =
        earliest.is_failed
            ? NULL
            : cbk_text_format(at->arena,
                              "(julianday(coalesce(nullif(%s, '9999-12-31'), %s)) - "
                              "julianday(%s)) / %.17g",
                              earliest.bytes, last,
                              cbk_sql_name(at->arena, endpoint->from),
                              cbk_days_per_unit(endpoint->unit));
    cbk_buffer_free(&earliest);
    return sql;
}

/* With late entry only the endpoint as a whole can be asked. */
static recipe endpoint_recipe(const loading *at, const cbk_endpoint *endpoint)
{
    const bool is_simple = endpoint->entry == NULL;
    const bool has_dates = endpoint->from != NULL && endpoint->censor_on != NULL;
    recipe made = {.name = endpoint->name,
                   .value = endpoint->name,
                   .event_print = endpoint->event,
                   .is_text = true,
                   .is_number = true,
                   .is_endpoint = true};
    if (is_simple && (endpoint->time != NULL || has_dates)) {
        made.is_text = false;
        made.value = endpoint->time != NULL ? endpoint->time : dates_sql(at, endpoint);
        made.event = event_sql(at, endpoint);
    }
    return made;
}

static recipe field_recipe(const loading *at, const char *name, bool is_number)
{
    const cbk_protocol *protocol = cbk_study_protocol(at->study);
    recipe made = {.name = name, .value = name, .is_number = is_number};
    if (at->question->form->repeats != NULL) {
        return made;
    }
    for (size_t i = 0; i < protocol->n_endpoints && made.event == NULL; i++) {
        const cbk_endpoint *endpoint = &protocol->endpoints[i];
        if (endpoint->time != NULL && endpoint->entry == NULL &&
            strcmp(endpoint->time, name) == 0) {
            made.event = event_sql(at, endpoint);
            made.event_print = endpoint->event;
        }
    }
    return made;
}

/* The other variables of the unit, in the protocol's order; returns how many. */
static size_t other_recipes(const loading *at, bool is_endpoint, recipe *out)
{
    const cbk_protocol *protocol = cbk_study_protocol(at->study);
    const cbk_form *form = at->question->form;
    const char *unit = at->question->unit;
    size_t n = 0;
    for (size_t i = 0; is_endpoint && i < protocol->n_endpoints && n < VARIABLES_MAX;
         i++) {
        if (cbk_text_is_equal(protocol->endpoints[i].unit, unit)) {
            out[n++] = endpoint_recipe(at, &protocol->endpoints[i]);
        }
    }
    if (is_endpoint || unit == NULL) {
        return n;
    }
    const size_t n_derived = form->repeats == NULL ? protocol->n_derived : 0;
    for (size_t i = 0; i < form->n_fields + n_derived && n < VARIABLES_MAX; i++) {
        const cbk_field *field = i < form->n_fields
                                     ? &form->fields[i]
                                     : &protocol->derived[i - form->n_fields];
        if (is_measured(field) && cbk_text_is_equal(field->unit, unit)) {
            out[n++] = field_recipe(at, field->name, true);
        }
    }
    return n;
}

static bool are_near(const double *a, const double *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!(fabs(a[i] - b[i]) <= 1e-9 * (1.0 + fabs(b[i]))) &&
            !(isnan(a[i]) && isnan(b[i]))) {
            return false;
        }
    }
    return true;
}

/* An endpoint's SQL must give what the endpoint gives; where it does not, the endpoint
 * itself is asked, which sources do not reach. */
static cbk_status load_checked(const loading *at, const recipe *made,
                               cbk_inverse_variable *out, bool *is_loaded, cbk_error *err)
{
    CBK_TRY(load_variable(at, made, out, is_loaded, err));
    if (!made->is_endpoint || made->is_text) {
        return CBK_OK;
    }
    recipe whole = *made;
    whole.is_text = true;
    whole.value = made->name;
    whole.event = NULL;
    cbk_inverse_variable endpoint;
    bool is_whole_loaded = false;
    CBK_TRY(load_variable(at, &whole, &endpoint, &is_whole_loaded, err));
    const size_t n = at->question->n_rows;
    if (is_whole_loaded &&
        (!*is_loaded || !are_near(out->values[0].number, endpoint.values[0].number, n))) {
        *out = endpoint;
        *is_loaded = true;
    }
    return CBK_OK;
}

/* Variables with other values than those before them: the claim's own, then the others.
 */
static cbk_status load_variables(const loading *at, const recipe *own, cbk_error *err)
{
    cbk_inverse_question *question = at->question;
    recipe recipes[VARIABLES_MAX + 1] = {*own};
    const size_t n =
        1 + (own->is_number ? other_recipes(at, own->is_endpoint, recipes + 1) : 0);
    cbk_inverse_variable *variables = CBK_NEW(at->arena, cbk_inverse_variable, n);
    if (variables == NULL) {
        return cbk_fail_memory(err);
    }
    question->variables = variables;
    for (size_t i = 0; i < n; i++) {
        cbk_inverse_variable *one = &variables[question->n_variables];
        bool is_loaded = false;
        CBK_TRY(load_checked(at, &recipes[i], one, &is_loaded, err));
        if (!is_loaded && i == 0) {
            return CBK_OK;
        }
        bool is_again = false;
        for (size_t k = 0; is_loaded && k < question->n_variables; k++) {
            is_again = is_again || are_same_values(&variables[k].values[0],
                                                   &one->values[0], question->n_rows);
        }
        question->n_variables += is_loaded && !is_again;
    }
    return CBK_OK;
}

/* The claim's own variable, and its unit. */
static recipe own_recipe(const loading *at)
{
    const cbk_protocol *protocol = cbk_study_protocol(at->study);
    const cbk_form *form = at->question->form;
    const char *argument = at->question->expression.argument;
    const cbk_endpoint *endpoint =
        form->repeats == NULL ? cbk_protocol_endpoint(protocol, argument) : NULL;
    if (endpoint != NULL) {
        at->question->unit = endpoint->unit;
        if (strcasecmp(endpoint->label, "overall survival") == 0) {
            at->question->event_word = "death";
        }
        return endpoint_recipe(at, endpoint);
    }
    const cbk_field *field = form->repeats == NULL
                                 ? cbk_protocol_variable(protocol, argument)
                                 : cbk_form_field(form, argument);
    at->question->unit = field != NULL ? field->unit : NULL;
    if (strcmp(argument, "*") == 0) {
        return (recipe){.name = "*", .value = "1"};
    }
    return field_recipe(at, argument, is_measured(field));
}

cbk_status cbk_inverse_load(cbk_study *study, cbk_asked *asked, cbk_arena *arena,
                            const cbk_inverse_question **out, cbk_error *err)
{
    *out = asked->inverse;
    if (asked->inverse != NULL) {
        return CBK_OK;
    }
    const cbk_protocol *protocol = cbk_study_protocol(study);
    cbk_inverse_question *question = CBK_NEW(arena, cbk_inverse_question, 1);
    if (question == NULL) {
        return cbk_fail_memory(err);
    }
    asked->inverse = question;
    *out = question;
    question->among = asked->among;
    question->event_word = "event";
    question->conventions = asked->quantity.conventions;
    question->form = asked->from == NULL ? &protocol->forms[0]
                                         : cbk_protocol_form(protocol, asked->from);
    question->records = cbk_study_records(study, question->form->name);
    question->n_rows = question->records->n_rows;
    const bool is_of_the_form =
        cbk_expression_parse(asked->of, arena, &question->expression);
    if (cbk_arena_has_failed(arena)) {
        return cbk_fail_memory(err);
    }
    if (!is_of_the_form) {
        return CBK_OK;
    }
    const loading at = {study, arena, asked, question};
    const recipe own = own_recipe(&at);
    question->event = own.event_print;
    CBK_TRY(load_variables(&at, &own, err));
    question->is_searchable = question->n_variables > 0;
    return question->is_searchable
               ? cbk_inverse_load_subsets(study, asked, question, arena, err)
               : CBK_OK;
}
