/* inverse_question.c - the columns a question may be asked of: its own, other variables
 * of its unit, and each as another source has it.  Contract: inverse_question.h.
 */
#include "claims/inverse/inverse_load.h"

#include "base/text.h"
#include "study/sql/sql_text.h"

#include <math.h>
#include <string.h>
#include <strings.h>

enum { VARIABLES_MAX = 20, COLUMNS_A_SOURCE = 3 };

/* ---- columns ------------------------------------------------------------------- */

/* A column as numbers: texts are numbered by what they say. */
static const double *numbers_of(const cbk_loading *at, const cbk_table *table, size_t i)
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
static bool read_endpoint(const cbk_loading *at, const cbk_column *column, size_t n_rows,
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
static size_t columns_of(const cbk_loading *at, const cbk_recipe *made,
                         const cbk_scenario *given, const char **out)
{
    size_t n = 0;
    out[n++] = cbk_sql_with_sources(at, made->value, given);
    if (made->event != NULL) {
        out[n++] = cbk_sql_with_sources(at, made->event, given);
    }
    if (made->among != NULL) {
        const char *condition = cbk_sql_with_sources(at, made->among, given);
        out[n++] =
            condition == NULL
                ? NULL
                : cbk_text_format(at->arena, "((\n%s\n) IS TRUE) - ((\n%s\n) IS FALSE)",
                                  condition, condition);
    }
    return n;
}

static bool take_values(const cbk_loading *at, const cbk_recipe *made,
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
    out->in = made->among != NULL ? numbers_of(at, table, column) : NULL;
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

/* The columns of all scenarios; *out NULL: SQL does not answer, so nothing is searched
 * (such as an aggregate inside an aggregate). */
static cbk_status select_all(const cbk_loading *at, const cbk_recipe *made,
                             const cbk_scenario *scenarios, size_t n,
                             const cbk_table **out, cbk_error *err)
{
    *out = NULL;
    const char **sql = CBK_NEW(at->arena, const char *, COLUMNS_A_SOURCE *n);
    size_t n_columns = 0;
    for (size_t i = 0; sql != NULL && i < n; i++) {
        n_columns += columns_of(at, made, &scenarios[i], sql + n_columns);
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
    if (status == CBK_OK && table->n_rows == at->question->n_rows) {
        *out = table;
    }
    return CBK_OK;
}

/* The values of each scenario that are not those of one before; returns how many. */
static size_t take_all(const cbk_loading *at, const cbk_recipe *made,
                       const cbk_scenario *scenarios, size_t n, const cbk_table *table,
                       cbk_inverse_values *values)
{
    size_t n_values = 0;
    for (size_t i = 0; i < n; i++) {
        cbk_inverse_values *one = &values[n_values];
        bool is_again = !take_values(at, made, table, i * (table->n_columns / n),
                                     scenarios[i].words, one);
        for (size_t k = 0; !is_again && k < n_values; k++) {
            is_again = are_same_values(&values[k], one, table->n_rows);
        }
        n_values += !is_again;
    }
    return n_values;
}

/* A variable as the records have it, and as each source does. */
static cbk_status load_variable(const cbk_loading *at, const cbk_recipe *written,
                                cbk_inverse_variable *out, bool *is_loaded,
                                cbk_error *err)
{
    *is_loaded = false;
    cbk_recipe made = *written;
    if (!made.is_text) {
        made.value = cbk_sql_without_derived(at, made.value);
        made.event = cbk_sql_without_derived(at, made.event);
    }
    made.among = cbk_sql_without_derived(at, at->asked->among);
    if (cbk_arena_has_failed(at->arena)) {
        return cbk_fail_memory(err);
    }
    size_t n = 0;
    const cbk_scenario *scenarios = cbk_scenarios_of(at, &made, &n);
    cbk_inverse_values *values = CBK_NEW(at->arena, cbk_inverse_values, n);
    if (scenarios == NULL || values == NULL) {
        return cbk_fail_memory(err);
    }
    const cbk_table *table = NULL;
    CBK_TRY(select_all(at, &made, scenarios, n, &table, err));
    if (table == NULL) {
        return CBK_OK;
    }
    *out = (cbk_inverse_variable){.name = made.name,
                                  .is_number = made.is_number,
                                  .is_endpoint = made.is_endpoint,
                                  .values = values};
    out->n_values = take_all(at, &made, scenarios, n, table, values);
    *is_loaded = out->n_values > 0;
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
static const char *event_sql(const cbk_loading *at, const cbk_endpoint *endpoint)
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
static const char *dates_sql(const cbk_loading *at, const cbk_endpoint *endpoint)
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
static cbk_recipe endpoint_recipe(const cbk_loading *at, const cbk_endpoint *endpoint)
{
    const bool is_simple = endpoint->entry == NULL;
    const bool has_dates = endpoint->from != NULL && endpoint->censor_on != NULL;
    cbk_recipe made = {.name = endpoint->name,
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

const char *cbk_sql_without_endpoints(const cbk_loading *at, const char *sql)
{
    const cbk_protocol *protocol = cbk_study_protocol(at->study);
    const bool is_patients = at->question->form->repeats == NULL;
    for (size_t i = 0; sql != NULL && is_patients && i < protocol->n_endpoints; i++) {
        const cbk_endpoint *endpoint = &protocol->endpoints[i];
        if (!cbk_sql_has_word(sql, endpoint->name)) {
            continue;
        }
        const cbk_recipe made = endpoint_recipe(at, endpoint);
        if (made.is_text) {
            continue;
        }
        const char *by =
            cbk_text_format(at->arena, "surv((%s), (%s))", made.value, made.event);
        sql =
            by == NULL ? NULL : cbk_sql_replace_word(sql, endpoint->name, by, at->arena);
    }
    return sql;
}

static cbk_recipe field_recipe(const cbk_loading *at, const char *name, bool is_number)
{
    const cbk_protocol *protocol = cbk_study_protocol(at->study);
    cbk_recipe made = {.name = name, .value = name, .is_number = is_number};
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
static size_t other_recipes(const cbk_loading *at, bool is_endpoint, cbk_recipe *out)
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
static cbk_status load_checked(const cbk_loading *at, const cbk_recipe *made,
                               cbk_inverse_variable *out, bool *is_loaded, cbk_error *err)
{
    CBK_TRY(load_variable(at, made, out, is_loaded, err));
    if (!made->is_endpoint || made->is_text) {
        return CBK_OK;
    }
    cbk_recipe whole = *made;
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
static cbk_status load_variables(const cbk_loading *at, const cbk_recipe *own,
                                 cbk_error *err)
{
    cbk_inverse_question *question = at->question;
    cbk_recipe recipes[VARIABLES_MAX + 1] = {*own};
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
static cbk_recipe own_recipe(const cbk_loading *at)
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
        return (cbk_recipe){.name = "*", .value = "1"};
    }
    return field_recipe(at, argument, is_measured(field));
}

cbk_status cbk_inverse_load(cbk_study *study, const cbk_asked *asked, cbk_arena *arena,
                            const cbk_inverse_question **out, cbk_error *err)
{
    *out = NULL;
    const cbk_protocol *protocol = cbk_study_protocol(study);
    cbk_inverse_question *question = CBK_NEW(arena, cbk_inverse_question, 1);
    if (question == NULL) {
        return cbk_fail_memory(err);
    }
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
    const cbk_loading at = {study, arena, asked, question};
    const cbk_recipe own = own_recipe(&at);
    question->event = own.event_print;
    CBK_TRY(load_variables(&at, &own, err));
    question->is_searchable = question->n_variables > 0;
    return question->is_searchable
               ? cbk_inverse_load_subsets(study, asked, question, arena, err)
               : CBK_OK;
}
