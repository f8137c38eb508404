/* design.c - covariates as columns of numbers.  Contract: study/analysis/design.h. */
#include "study/analysis/design.h"

#include "base/text.h"
#include "study/sql/sql_text.h"

#include <string.h>

/* The columns of one variable, before they are multiplied. */
typedef struct variable_columns {
    size_t n;
    cbk_design_column *columns; /* [n]; variable is not read */
    const double **value;       /* [n] */
} variable_columns;

typedef struct designing {
    const cbk_followup_data *data;
    const char *const *references;
    size_t n_references;
    cbk_arena *arena;
    cbk_design_variable *variables; /* [n_on] */
    variable_columns *parts;        /* [n_on] */
    cbk_design_column *columns;     /* [n] */
    const double **covariate;
    size_t *term;
    size_t n;
} designing;

static bool is_category(const cbk_followup_request *request, const cbk_column *column)
{
    for (size_t i = 0; i < request->n_categorical; i++) {
        if (strcmp(request->categorical[i], column->name) == 0) {
            return true;
        }
    }
    return column->type == CBK_COLUMN_TEXT;
}

/* The value after the equals sign where reference is one of the variable; else NULL. */
static const char *value_for(const char *reference, const char *variable)
{
    const size_t length = strlen(variable);
    return strncmp(reference, variable, length) == 0 && reference[length] == '='
               ? reference + length + 1
               : NULL;
}

static cbk_status check_categorical(const cbk_followup_request *request, cbk_error *err)
{
    char hint[CBK_HINT_SIZE];
    for (size_t i = 0; i < request->n_categorical; i++) {
        bool is_known = false;
        for (size_t k = 0; k < request->n_on; k++) {
            is_known = is_known || strcmp(request->on[k], request->categorical[i]) == 0;
        }
        if (!is_known) {
            return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                            "--categorical names \"%s\", which is no covariate of --on%s",
                            request->categorical[i],
                            cbk_spelling_hint(request->categorical[i], request->on,
                                              request->n_on, hint));
        }
    }
    return CBK_OK;
}

/* What is wrong with a reference that names no category. */
static cbk_status refuse_reference(const designing *at, const char *reference,
                                   cbk_error *err)
{
    const cbk_followup_request *request = at->data->request;
    const char *equals = strchr(reference, '=');
    const char *name = equals == NULL ? NULL
                                      : cbk_text_copy_bytes(at->arena, reference,
                                                            (size_t)(equals - reference));
    if (name == NULL) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "A reference is written VARIABLE=VALUE; not \"%s\".", reference);
    }
    for (size_t k = 0; k < request->n_on; k++) {
        if (strcmp(request->on[k], name) == 0) {
            return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                            "The reference \"%s\": %s is a number; name it in "
                            "--categorical if these are categories.",
                            reference, name);
        }
    }
    char hint[CBK_HINT_SIZE];
    return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                    "The reference \"%s\": \"%s\" is no covariate of the model%s",
                    reference, name,
                    cbk_spelling_hint(name, request->on, request->n_on, hint));
}

static cbk_status check_references(const designing *at, cbk_error *err)
{
    const cbk_followup_request *request = at->data->request;
    for (size_t i = 0; i < at->n_references; i++) {
        bool is_known = false;
        for (size_t k = 0; k < request->n_on; k++) {
            is_known =
                is_known || (value_for(at->references[i], request->on[k]) != NULL &&
                             is_category(request, &at->data->covariates[k]));
        }
        if (!is_known) {
            return refuse_reference(at, at->references[i], err);
        }
    }
    return CBK_OK;
}

/* ---- variables -------------------------------------------------------------------- */

/* Which level is the reference. */
static cbk_status find_reference(const designing *at, const cbk_field *field,
                                 cbk_design_variable *variable, cbk_error *err)
{
    char hint[CBK_HINT_SIZE];
    const size_t n_levels = variable->n_levels;
    for (size_t i = 0; n_levels > 0 && i < at->n_references; i++) {
        const char *wanted = value_for(at->references[i], variable->name);
        size_t k = 0;
        while (wanted != NULL && k < n_levels &&
               strcmp(variable->level[k], wanted) != 0) {
            k++;
        }
        const bool is_choice = wanted != NULL && field != NULL &&
                               cbk_code_label(field->choices, field->n_choices, wanted) !=
                                   NULL; /* rightly spelt */
        if (wanted != NULL && k == n_levels) {
            return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                            "The reference: no row that can be used has %s = \"%s\"%s",
                            variable->name, wanted,
                            cbk_spelling_hint(wanted, variable->level,
                                              is_choice ? 0 : n_levels, hint));
        }
        variable->reference = wanted != NULL ? k : variable->reference;
    }
    return CBK_OK;
}

static const char *level_label(const cbk_field *field, const char *level)
{
    if (field != NULL && field->type == CBK_FIELD_BOOLEAN) {
        return strcmp(level, "0") == 0 ? "no" : "yes";
    }
    const char *label = field != NULL && field->n_choices > 0
                            ? cbk_code_label(field->choices, field->n_choices, level)
                            : NULL;
    return label != NULL ? label : level;
}

/* A study's choices that no row has. */
static void find_empty(const designing *at, const cbk_field *field,
                       cbk_design_variable *variable)
{
    const char **empty = CBK_NEW(at->arena, const char *, field->n_choices + 1);
    for (size_t c = 0; empty != NULL && c < field->n_choices; c++) {
        bool is_held = false;
        for (size_t g = 0; g < variable->n_levels; g++) {
            is_held = is_held || strcmp(variable->level[g], field->choices[c].code) == 0;
        }
        if (!is_held) {
            empty[variable->n_empty++] = field->choices[c].label;
        }
    }
    variable->empty = empty;
}

/* The levels of a category, or of a study's yes and no. */
static cbk_status find_levels(designing *at, const cbk_field *field, size_t k,
                              cbk_error *err)
{
    cbk_design_variable *variable = &at->variables[k];
    const cbk_groups *groups = NULL;
    const cbk_column *const by[] = {&at->data->covariates[k]};
    CBK_TRY(cbk_table_group(by, 1, at->data->rows.n, at->arena, &groups, err));
    const char **labels = CBK_NEW(at->arena, const char *, groups->n_groups + 1);
    if (labels == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t g = 0; g < groups->n_groups; g++) {
        labels[g] = level_label(field, groups->level[g]);
    }
    variable->n_levels = groups->n_groups;
    variable->level = groups->level;
    variable->level_label = labels;
    variable->level_of_row = groups->of_row;
    if (field != NULL && field->type == CBK_FIELD_CHOICE) {
        find_empty(at, field, variable);
    }
    return variable->is_category ? find_reference(at, field, variable, err) : CBK_OK;
}

/* 1 in the rows of a level. */
static const double *indicator(const designing *at, const cbk_design_variable *variable,
                               size_t level)
{
    const size_t n = at->data->rows.n;
    double *value = CBK_NEW(at->arena, double, n + 1);
    for (size_t i = 0; value != NULL && i < n; i++) {
        value[i] = variable->level_of_row[i] == level ? 1.0 : 0.0;
    }
    return value;
}

/* "stage = 'II'" of a study; a missing value stays missing. */
static const char *level_sql(const designing *at, size_t k, size_t level)
{
    const cbk_column *column = &at->data->covariates[k];
    if (at->data->protocol == NULL) {
        return NULL;
    }
    const char *name = cbk_sql_name(at->arena, column->name);
    if (at->variables[k].n_levels == 0) {
        return name;
    }
    const char *text = at->variables[k].level[level];
    return cbk_text_format(
        at->arena, "(%s = %s)", name,
        column->type == CBK_COLUMN_NUMBER ? text : cbk_sql_text(at->arena, text));
}

static cbk_status make_category(designing *at, size_t k, cbk_error *err)
{
    const cbk_design_variable *variable = &at->variables[k];
    variable_columns *out = &at->parts[k];
    const size_t n_most = variable->n_levels > 1 ? variable->n_levels - 1 : 1;
    out->columns = CBK_NEW(at->arena, cbk_design_column, n_most);
    out->value = CBK_NEW(at->arena, const double *, n_most);
    if (out->value == NULL) {
        return cbk_fail_memory(err);
    }
    if (variable->n_levels < 2) {
        out->columns[0] = (cbk_design_column){
            .name = variable->name, .label = variable->label, .sql = level_sql(at, k, 0)};
        out->value[out->n++] = CBK_NEW(at->arena, double, at->data->rows.n + 1);
    }
    for (size_t g = 0; variable->n_levels >= 2 && g < variable->n_levels; g++) {
        if (g == variable->reference) {
            continue;
        }
        const char *const *label = variable->level_label;
        out->columns[out->n] = (cbk_design_column){
            .name =
                cbk_text_format(at->arena, "%s=%s", variable->name, variable->level[g]),
            .label = cbk_text_format(at->arena, "%s: %s vs %s", variable->label, label[g],
                                     label[variable->reference]),
            .contrast = cbk_text_format(at->arena, "%s vs %s", label[g],
                                        label[variable->reference]),
            .level = variable->level[g],
            .reference = variable->level[variable->reference],
            .sql = level_sql(at, k, g)};
        out->value[out->n++] = indicator(at, variable, g);
    }
    return cbk_arena_has_failed(at->arena) ? cbk_fail_memory(err) : CBK_OK;
}

static cbk_status make_number(designing *at, size_t k, cbk_error *err)
{
    const cbk_design_variable *variable = &at->variables[k];
    variable_columns *out = &at->parts[k];
    out->columns = CBK_NEW(at->arena, cbk_design_column, 1);
    out->value = CBK_NEW(at->arena, const double *, 1);
    if (out->value == NULL) {
        return cbk_fail_memory(err);
    }
    const bool is_yes_or_no = variable->n_levels == 2;
    const char *label =
        is_yes_or_no ? cbk_text_format(at->arena, "%s: Yes vs No", variable->label)
        : variable->unit != NULL
            ? cbk_text_format(at->arena, "%s (%s)", variable->label, variable->unit)
            : variable->label;
    const char *sql =
        at->data->protocol != NULL ? cbk_sql_name(at->arena, variable->name) : NULL;
    out->columns[0] =
        (cbk_design_column){.name = variable->name, .label = label, .sql = sql};
    out->value[0] = at->data->covariates[k].number;
    out->n = 1;
    return label != NULL ? CBK_OK : cbk_fail_memory(err);
}

static cbk_status make_variable(designing *at, size_t k, cbk_error *err)
{
    const cbk_column *column = &at->data->covariates[k];
    const cbk_field *field = at->data->protocol != NULL
                                 ? cbk_protocol_variable(at->data->protocol, column->name)
                                 : NULL;
    cbk_design_variable *variable = &at->variables[k];
    *variable =
        (cbk_design_variable){.name = column->name,
                              .label = field != NULL ? field->label : column->name,
                              .unit = field != NULL ? field->unit : NULL,
                              .is_category = is_category(at->data->request, column)};
    if (variable->is_category || (field != NULL && field->type == CBK_FIELD_BOOLEAN)) {
        CBK_TRY(find_levels(at, field, k, err));
    }
    return variable->is_category ? make_category(at, k, err) : make_number(at, k, err);
}

/* ---- terms ------------------------------------------------------------------------ */

static const char *joined(const designing *at, const char *before, const char *between,
                          const char *text)
{
    if (before == NULL || text == NULL) {
        return before == NULL ? text : before;
    }
    return cbk_text_format(at->arena, "%s%s%s", before, between, text);
}

/* One column of a product: choice[i] is the column of part i. */
static cbk_status add_product(designing *at, const cbk_model_term *term, size_t place,
                              const size_t *choice, cbk_error *err)
{
    const size_t n = at->data->rows.n;
    cbk_design_column column = {0};
    const double *value = NULL;
    for (size_t i = 0; i < term->n_parts; i++) {
        const variable_columns *part = &at->parts[term->part[i]];
        const cbk_design_column *of = &part->columns[choice[i]];
        const double *factor = part->value[choice[i]];
        column.name = joined(at, column.name, ":", of->name);
        column.label = joined(at, column.label, " × ", of->label);
        column.contrast = joined(at, column.contrast, " × ", of->contrast);
        column.level = joined(at, column.level, ":", of->level);
        column.reference = joined(at, column.reference, ":", of->reference);
        column.sql = joined(at, column.sql, " * ", of->sql);
        if (value == NULL) {
            value = factor;
            continue;
        }
        double *product = CBK_NEW(at->arena, double, n + 1);
        for (size_t row = 0; product != NULL && row < n; row++) {
            product[row] = value[row] * factor[row];
        }
        value = product;
    }
    column.variable = term->name;
    at->columns[at->n] = column;
    at->covariate[at->n] = value;
    at->term[at->n++] = place;
    return cbk_arena_has_failed(at->arena) ? cbk_fail_memory(err) : CBK_OK;
}

static size_t columns_of(const designing *at, const cbk_model_term *term)
{
    size_t n = 1;
    for (size_t i = 0; i < term->n_parts; i++) {
        n *= at->parts[term->part[i]].n;
    }
    return n;
}

/* The products of all columns of the parts, the first part's changing fastest. */
static cbk_status add_term(designing *at, const cbk_model_term *term, size_t place,
                           cbk_design_term *out, cbk_error *err)
{
    size_t *choice = CBK_NEW(at->arena, size_t, term->n_parts);
    if (choice == NULL) {
        return cbk_fail_memory(err);
    }
    *out = (cbk_design_term){.name = term->name,
                             .n_parts = term->n_parts,
                             .part = term->part,
                             .first = at->n,
                             .n_columns = columns_of(at, term)};
    for (size_t i = 0; i < term->n_parts; i++) {
        out->label = joined(at, out->label, " × ", at->variables[term->part[i]].label);
    }
    for (size_t c = 0; c < out->n_columns; c++) {
        CBK_TRY(add_product(at, term, place, choice, err));
        for (size_t i = 0; i < term->n_parts; i++) {
            if (++choice[i] < at->parts[term->part[i]].n) {
                break;
            }
            choice[i] = 0;
        }
    }
    return CBK_OK;
}

/* The terms asked for, or each covariate as one. */
static const cbk_model_term *terms_of(const designing *at, size_t *n)
{
    const cbk_followup_request *request = at->data->request;
    *n = request->n_terms;
    if (request->n_terms > 0) {
        return request->terms;
    }
    cbk_model_term *terms = CBK_NEW(at->arena, cbk_model_term, request->n_on + 1);
    size_t *part = CBK_NEW(at->arena, size_t, request->n_on + 1);
    for (size_t k = 0; part != NULL && k < request->n_on; k++) {
        part[k] = k;
        terms[k] =
            (cbk_model_term){.name = request->on[k], .n_parts = 1, .part = &part[k]};
    }
    *n = request->n_on;
    return part != NULL ? terms : NULL;
}

static bool make_room(designing *at, const cbk_model_term *terms, size_t n_terms)
{
    size_t n = 1;
    for (size_t t = 0; t < n_terms; t++) {
        n += columns_of(at, &terms[t]);
    }
    at->columns = CBK_NEW(at->arena, cbk_design_column, n);
    at->covariate = CBK_NEW(at->arena, const double *, n);
    at->term = CBK_NEW(at->arena, size_t, n);
    return at->term != NULL;
}

cbk_status cbk_design_make(const cbk_followup_data *data, const char *const *references,
                           size_t n, cbk_arena *arena, const cbk_design **out,
                           cbk_error *err)
{
    const size_t n_on = data->request->n_on;
    designing at = {.data = data,
                    .references = references,
                    .n_references = n,
                    .arena = arena,
                    .variables = CBK_NEW(arena, cbk_design_variable, n_on + 1),
                    .parts = CBK_NEW(arena, variable_columns, n_on + 1)};
    size_t n_terms = 0;
    *out = NULL;
    const cbk_model_term *terms = terms_of(&at, &n_terms);
    cbk_design_term *made = CBK_NEW(arena, cbk_design_term, n_terms + 1);
    cbk_design *design = CBK_NEW(arena, cbk_design, 1);
    if (design == NULL) {
        return cbk_fail_memory(err);
    }
    CBK_TRY(check_categorical(data->request, err));
    CBK_TRY(check_references(&at, err));
    for (size_t k = 0; k < n_on; k++) {
        CBK_TRY(make_variable(&at, k, err));
    }
    if (!make_room(&at, terms, n_terms)) {
        return cbk_fail_memory(err);
    }
    for (size_t t = 0; t < n_terms; t++) {
        CBK_TRY(add_term(&at, &terms[t], t, &made[t], err));
    }
    *design = (cbk_design){.n_variables = n_on,
                           .variables = at.variables,
                           .n_terms = n_terms,
                           .terms = made,
                           .n_columns = at.n,
                           .columns = at.columns,
                           .covariate = at.covariate,
                           .term = at.term};
    *out = design;
    return CBK_OK;
}
