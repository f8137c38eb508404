/* inverse_source.c - a question's SQL as it reads when another source is believed.
 * Contract: inverse_load.h. */
#include "claims/inverse/inverse_load.h"

#include "base/date.h"
#include "base/text.h"
#include "study/sql/sql_text.h"

#include <string.h>
#include <strings.h>

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

static const char *literal(const cbk_loading *at, const cbk_source_statement *statement)
{
    const cbk_field *field = cbk_form_field(at->question->form, statement->field);
    return field != NULL ? literal_of(field, statement->value, at->arena) : NULL;
}

/* "patient = '1' AND n = 2" */
static const char *row_condition(const cbk_loading *at, size_t row)
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
static const char *with_field(const cbk_loading *at, const char *sql,
                              const cbk_scenario *given, const char *field)
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

const char *cbk_sql_with_sources(const cbk_loading *at, const char *sql,
                                 const cbk_scenario *given)
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

const char *cbk_sql_without_derived(const cbk_loading *at, const char *sql)
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

static bool is_about(const cbk_recipe *made, const char *field)
{
    return cbk_sql_has_word(made->value, field) ||
           (made->event != NULL && cbk_sql_has_word(made->event, field)) ||
           (made->among != NULL && cbk_sql_has_word(made->among, field));
}

static bool is_usable(const cbk_loading *at, const cbk_recipe *made,
                      const cbk_source_statement *statement)
{
    return statement->is_conflict &&
           strcmp(statement->form, at->question->form->name) == 0 &&
           is_about(made, statement->field) && literal(at, statement) != NULL &&
           cbk_records_find(at->question->records, statement->record) != SIZE_MAX;
}

static bool says_the_same(const cbk_source_statement *a, const cbk_source_statement *b)
{
    return strcmp(a->record, b->record) == 0 && strcmp(a->field, b->field) == 0 &&
           strcmp(a->value, b->value) == 0;
}

/* "with 144 for `os_months` of patient 1 (Results, Discussion)" */
static const char *single_words(const cbk_loading *at, const cbk_source_statement *one,
                                const char *sources)
{
    return cbk_text_format(at->arena, "with %s for `%s` of %s %s (%s)", one->value,
                           one->field, at->question->form->name, one->record, sources);
}

/* Each recorded alternative alone; the same value of two sources is one. */
static size_t add_singles(const cbk_loading *at,
                          const cbk_source_statement *const *usable, size_t n,
                          cbk_scenario *out)
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
        out[n_out++] = (cbk_scenario){
            .n = 1,
            .statements = &usable[i],
            .words = single_words(at, usable[i], sources != NULL ? sources : "")};
    }
    return n_out;
}

/* Each source that has several values, as a whole. */
static size_t add_wholes(const cbk_loading *at, const cbk_source_statement *const *usable,
                         size_t n, cbk_scenario *out)
{
    size_t n_out = 0;
    for (size_t i = 0; i < n; i++) {
        const cbk_source_statement **all =
            CBK_NEW(at->arena, const cbk_source_statement *, n);
        size_t n_of_source = 0;
        bool is_again = false;
        for (size_t k = 0; all != NULL && k < n; k++) {
            if (strcmp(usable[k]->source, usable[i]->source) == 0) {
                is_again = is_again || k < i;
                all[n_of_source++] = usable[k];
            }
        }
        if (!is_again && n_of_source > 1) {
            out[n_out++] = (cbk_scenario){
                .n = n_of_source,
                .statements = all,
                .words = cbk_text_format(at->arena, "with the %zu values of %s",
                                         n_of_source, usable[i]->source)};
        }
    }
    return n_out;
}

const cbk_scenario *cbk_scenarios_of(const cbk_loading *at, const cbk_recipe *made,
                                     size_t *n)
{
    size_t n_all = 0;
    size_t n_usable = 0;
    const cbk_source_statement *all = cbk_study_sources(at->study, &n_all);
    const cbk_source_statement **usable =
        CBK_NEW(at->arena, const cbk_source_statement *, CBK_SOURCES_MAX);
    for (size_t i = 0; usable != NULL && i < n_all && n_usable < CBK_SOURCES_MAX; i++) {
        if (is_usable(at, made, &all[i])) {
            usable[n_usable++] = &all[i];
        }
    }
    cbk_scenario *out = CBK_NEW(at->arena, cbk_scenario, 2 * n_usable + 1);
    if (out == NULL) {
        return NULL;
    }
    *n = 1;
    *n += add_singles(at, usable, n_usable, out + *n);
    *n += add_wholes(at, usable, n_usable, out + *n);
    return cbk_arena_has_failed(at->arena) ? NULL : out;
}
