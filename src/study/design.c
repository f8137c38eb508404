/* design.c - covariates as columns of numbers.  Contract: study/design.h. */
#include "study/design.h"

#include "base/text.h"

#include <string.h>

typedef struct designing {
    const cbk_followup_data *data;
    const char *const *references;
    size_t n_references;
    cbk_arena *arena;
    size_t n_most;
    cbk_design_column *columns;
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

static cbk_status check_variables(const cbk_followup_request *request, cbk_error *err)
{
    char hint[CBK_HINT_SIZE];
    for (size_t i = 0; i < request->n_on; i++) {
        for (size_t k = 0; k < i; k++) {
            if (strcmp(request->on[i], request->on[k]) == 0) {
                return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                                "The covariate \"%s\" is named twice.", request->on[i]);
            }
        }
    }
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
            return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                            "--reference \"%s\" is not VARIABLE=VALUE of a categorical "
                            "covariate.",
                            at->references[i]);
        }
    }
    return CBK_OK;
}

/* Room for one more column; false when out of memory. */
static bool add_column(designing *at, size_t term, cbk_design_column column,
                       const double *value)
{
    if (at->n == at->n_most) {
        const size_t n_most = 2 * at->n_most + 8;
        cbk_design_column *columns = CBK_NEW(at->arena, cbk_design_column, n_most);
        const double **covariate = CBK_NEW(at->arena, const double *, n_most);
        size_t *terms = CBK_NEW(at->arena, size_t, n_most);
        if (terms == NULL) {
            return false;
        }
        for (size_t j = 0; j < at->n; j++) {
            columns[j] = at->columns[j];
            covariate[j] = at->covariate[j];
            terms[j] = at->term[j];
        }
        at->columns = columns;
        at->covariate = covariate;
        at->term = terms;
        at->n_most = n_most;
    }
    at->columns[at->n] = column;
    at->covariate[at->n] = value;
    at->term[at->n++] = term;
    return column.name != NULL && value != NULL;
}

/* Which level is the reference. */
static cbk_status find_reference(const designing *at, const char *variable,
                                 const char *const *level, size_t n_levels, size_t *out,
                                 cbk_error *err)
{
    char hint[CBK_HINT_SIZE];
    *out = 0;
    for (size_t i = 0; i < at->n_references; i++) {
        const char *wanted = value_for(at->references[i], variable);
        size_t k = 0;
        while (wanted != NULL && k < n_levels && strcmp(level[k], wanted) != 0) {
            k++;
        }
        if (wanted != NULL && n_levels > 0 && k == n_levels) {
            return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                            "--reference: no row that can be used has %s = \"%s\"%s",
                            variable, wanted,
                            cbk_spelling_hint(wanted, level, n_levels, hint));
        }
        *out = wanted != NULL && n_levels > 0 ? k : *out;
    }
    return CBK_OK;
}

static cbk_status add_category(designing *at, size_t term, cbk_error *err)
{
    const cbk_column *column = &at->data->covariates[term];
    const size_t n = at->data->rows.n;
    const cbk_groups *groups = NULL;
    const cbk_column *const by[] = {column};
    size_t reference = 0;
    CBK_TRY(cbk_table_group(by, 1, n, at->arena, &groups, err));
    CBK_TRY(find_reference(at, column->name, groups->level, groups->n_groups, &reference,
                           err));
    if (groups->n_groups < 2) {
        const cbk_design_column alone = {.name = column->name, .variable = column->name};
        return add_column(at, term, alone, CBK_NEW(at->arena, double, n + 1))
                   ? CBK_OK
                   : cbk_fail_memory(err);
    }
    for (size_t g = 0; g < groups->n_groups; g++) {
        if (g == reference) {
            continue;
        }
        double *value = CBK_NEW(at->arena, double, n + 1);
        for (size_t i = 0; value != NULL && i < n; i++) {
            value[i] = groups->of_row[i] == g ? 1.0 : 0.0;
        }
        const cbk_design_column one = {
            .name = cbk_text_format(at->arena, "%s=%s", column->name, groups->level[g]),
            .variable = column->name,
            .level = groups->level[g],
            .reference = groups->level[reference]};
        if (!add_column(at, term, one, value)) {
            return cbk_fail_memory(err);
        }
    }
    return CBK_OK;
}

cbk_status cbk_design_make(const cbk_followup_data *data, const char *const *references,
                           size_t n, cbk_arena *arena, const cbk_design **out,
                           cbk_error *err)
{
    designing at = {
        .data = data, .references = references, .n_references = n, .arena = arena};
    *out = NULL;
    CBK_TRY(check_variables(data->request, err));
    CBK_TRY(check_references(&at, err));
    for (size_t k = 0; k < data->request->n_on; k++) {
        const cbk_column *column = &data->covariates[k];
        const cbk_design_column plain = {.name = column->name, .variable = column->name};
        if (is_category(data->request, column)) {
            CBK_TRY(add_category(&at, k, err));
        } else if (!add_column(&at, k, plain, column->number)) {
            return cbk_fail_memory(err);
        }
    }
    cbk_design *design = CBK_NEW(arena, cbk_design, 1);
    if (design == NULL) {
        return cbk_fail_memory(err);
    }
    *design = (cbk_design){.n_columns = at.n,
                           .columns = at.columns,
                           .covariate = at.covariate,
                           .term = at.term};
    *out = design;
    return CBK_OK;
}
