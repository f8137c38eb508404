/* inverse_subset.c - the patients a question may be asked of instead, and which rows
 * belong to them.  Contract: inverse_question.h.
 */
#include "claims/inverse/inverse_question.h"

#include "base/text.h"
#include "study/sql/sql_text.h"

#include <math.h>
#include <string.h>

/* Leaving one of many patients out changes nothing that is printed. */
enum { LEFT_OUT_MAX = 200, COST_NEAR = 1, COST_FAR = 3 };

typedef struct list {
    cbk_arena *arena;
    const cbk_inverse_question *question;
    cbk_inverse_subset *items;
    size_t n;
    size_t n_max;
} list;

bool cbk_inverse_is_in(const cbk_inverse_subset *subset, const cbk_inverse_values *values,
                       size_t row)
{
    const bool is_own = values->in == NULL || values->in[row] > 0.0;
    switch (subset->kind) {
    case CBK_SUBSET_OWN:
        return is_own;
    case CBK_SUBSET_ALL:
        return true;
    case CBK_SUBSET_COMPLEMENT:
        return values->in != NULL && values->in[row] < 0.0;
    case CBK_SUBSET_EVENT:
        return values->event != NULL && values->event[row] == 1.0;
    case CBK_SUBSET_NO_EVENT:
        return values->event != NULL && values->event[row] == 0.0;
    case CBK_SUBSET_CATEGORY:
        return subset->has[row];
    case CBK_SUBSET_WITHOUT:
        return is_own && subset->has[row];
    }
    return false;
}

/* Whether two subsets are the same rows of the claim's own variable. */
static bool are_same(const list *subsets, const cbk_inverse_subset *a,
                     const cbk_inverse_subset *b)
{
    const cbk_inverse_values *values = &subsets->question->variables[0].values[0];
    for (size_t row = 0; row < subsets->question->n_rows; row++) {
        if (cbk_inverse_is_in(a, values, row) != cbk_inverse_is_in(b, values, row)) {
            return false;
        }
    }
    return true;
}

static bool is_empty(const list *subsets, const cbk_inverse_subset *one)
{
    const cbk_inverse_values *values = &subsets->question->variables[0].values[0];
    for (size_t row = 0; row < subsets->question->n_rows; row++) {
        if (cbk_inverse_is_in(one, values, row)) {
            return false;
        }
    }
    return true;
}

/* Adds what is neither empty nor the same rows as one before. */
static void add(list *subsets, cbk_inverse_subset one)
{
    if (subsets->n == subsets->n_max || is_empty(subsets, &one)) {
        return;
    }
    for (size_t i = 0; i < subsets->n; i++) {
        if (are_same(subsets, &subsets->items[i], &one)) {
            return;
        }
    }
    subsets->items[subsets->n++] = one;
}

/* ---- categories ---------------------------------------------------------------- */

static bool has_categories(const cbk_field *field)
{
    return field->type == CBK_FIELD_CHOICE || field->type == CBK_FIELD_BOOLEAN;
}

/* One field's categories as conditions, with what they are printed as. */
static void add_conditions(const cbk_field *field, cbk_arena *arena, const char **out,
                           size_t *n)
{
    const char *name = cbk_sql_name(arena, field->name);
    if (field->type == CBK_FIELD_BOOLEAN) {
        out[(*n)++] = cbk_text_format(arena, "%s = 1", name);
        out[(*n)++] = cbk_text_format(arena, "%s = 0", name);
        return;
    }
    for (size_t i = 0; i < field->n_choices; i++) {
        const char *code = cbk_sql_text(arena, field->choices[i].code);
        out[(*n)++] = cbk_text_format(arena, "%s = %s", name, code);
    }
}

enum { CONDITIONS_MAX = 600 };

/* Every category of the form's fields, those that are near the claim first. */
static size_t list_conditions(const cbk_study *study, const cbk_form *form,
                              const char *among, bool is_near, cbk_arena *arena,
                              const char **out)
{
    const cbk_protocol *protocol = cbk_study_protocol(study);
    const size_t n_derived = form->repeats == NULL ? protocol->n_derived : 0;
    size_t n = 0;
    for (size_t i = 0; i < form->n_fields + n_derived; i++) {
        const cbk_field *field = i < form->n_fields
                                     ? &form->fields[i]
                                     : &protocol->derived[i - form->n_fields];
        const size_t n_more = field->n_choices > 2 ? field->n_choices : 2;
        if (has_categories(field) && n + n_more <= CONDITIONS_MAX &&
            (among != NULL && cbk_sql_has_word(among, field->name)) == is_near) {
            add_conditions(field, arena, out, &n);
        }
    }
    return n;
}

static cbk_status add_categories(cbk_study *study, const cbk_asked *asked, bool is_near,
                                 list *subsets, cbk_error *err)
{
    const char **sql = CBK_NEW(subsets->arena, const char *, CONDITIONS_MAX);
    if (sql == NULL) {
        return cbk_fail_memory(err);
    }
    const size_t n_rows = subsets->question->n_rows;
    const size_t n = list_conditions(study, subsets->question->form, asked->among,
                                     is_near, subsets->arena, sql);
    if (n == 0) {
        return CBK_OK;
    }
    if (cbk_arena_has_failed(subsets->arena)) {
        return cbk_fail_memory(err);
    }
    const cbk_table *table = NULL;
    CBK_TRY(cbk_study_select(study, sql, n, subsets->question->form->name, NULL,
                             subsets->arena, &table, err));
    for (size_t i = 0; i < n; i++) {
        bool *has = CBK_NEW(subsets->arena, bool, n_rows + 1);
        const cbk_column *column = &table->columns[i];
        if (has == NULL) {
            return cbk_fail_memory(err);
        }
        for (size_t row = 0; row < n_rows && column->type == CBK_COLUMN_NUMBER; row++) {
            has[row] = column->number[row] == 1.0;
        }
        add(subsets, (cbk_inverse_subset){
                         .kind = CBK_SUBSET_CATEGORY,
                         .cost = is_near ? COST_NEAR : COST_FAR,
                         .words = cbk_text_format(subsets->arena, "among `%s`", sql[i]),
                         .has = has});
    }
    return CBK_OK;
}

/* ---- one patient left out ------------------------------------------------------ */

static cbk_status add_left_out(list *subsets, cbk_error *err)
{
    const cbk_records *records = subsets->question->records;
    const size_t n_rows = subsets->question->n_rows;
    for (size_t i = 0; i < n_rows && n_rows <= LEFT_OUT_MAX; i++) {
        bool *has = CBK_NEW(subsets->arena, bool, n_rows + 1);
        if (has == NULL) {
            return cbk_fail_memory(err);
        }
        for (size_t row = 0; row < n_rows; row++) {
            has[row] = strcmp(records->key[row], records->key[i]) != 0;
        }
        add(subsets, (cbk_inverse_subset){.kind = CBK_SUBSET_WITHOUT,
                                          .cost = COST_FAR,
                                          .words = cbk_text_format(subsets->arena,
                                                                   "without patient %s",
                                                                   records->key[i]),
                                          .has = has});
    }
    return CBK_OK;
}

/* "among those without the event `status = 'dead'`" */
static const char *event_words(const cbk_inverse_question *question, const char *with,
                               cbk_arena *arena)
{
    return question->event != NULL
               ? cbk_text_format(arena, "among those %s the event `%s`", with,
                                 question->event)
               : cbk_text_format(arena, "among those %s the event", with);
}

/* ---- all ----------------------------------------------------------------------- */

cbk_status cbk_inverse_load_subsets(cbk_study *study, const cbk_asked *asked,
                                    cbk_inverse_question *question, cbk_arena *arena,
                                    cbk_error *err)
{
    const size_t n_left_out = question->n_rows <= LEFT_OUT_MAX ? question->n_rows : 0;
    list subsets = {.arena = arena,
                    .question = question,
                    .n_max = 5 + 2 * CONDITIONS_MAX + n_left_out};
    subsets.items = CBK_NEW(arena, cbk_inverse_subset, subsets.n_max);
    if (subsets.items == NULL) {
        return cbk_fail_memory(err);
    }
    const bool has_among = asked->among != NULL;
    const int near = has_among ? COST_NEAR : COST_FAR;
    subsets.items[subsets.n++] = (cbk_inverse_subset){.kind = CBK_SUBSET_OWN};
    question->subsets = subsets.items;
    question->n_subsets = 1;
    if (question->expression.statistic == CBK_STATISTIC_VALUE) {
        return CBK_OK; /* a record's own value is nobody else's */
    }
    if (has_among) {
        add(&subsets, (cbk_inverse_subset){
                          .kind = CBK_SUBSET_ALL, .cost = near, .words = "among all"});
        add(&subsets, (cbk_inverse_subset){.kind = CBK_SUBSET_COMPLEMENT,
                                           .cost = near,
                                           .words = cbk_text_format(
                                               arena, "among `NOT (%s)`", asked->among)});
        CBK_TRY(add_categories(study, asked, true, &subsets, err));
    }
    add(&subsets, (cbk_inverse_subset){.kind = CBK_SUBSET_NO_EVENT,
                                       .cost = near,
                                       .words = event_words(question, "without", arena)});
    add(&subsets, (cbk_inverse_subset){.kind = CBK_SUBSET_EVENT,
                                       .cost = near,
                                       .words = event_words(question, "with", arena)});
    CBK_TRY(add_categories(study, asked, false, &subsets, err));
    CBK_TRY(add_left_out(&subsets, err));
    question->n_subsets = subsets.n;
    return cbk_arena_has_failed(arena) ? cbk_fail_memory(err) : CBK_OK;
}
