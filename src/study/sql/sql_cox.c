/* sql_cox.c - hazard ratios as SQL functions; in words: docs/formats/functions.md.
 *
 * hr(endpoint, x, ...) is the ratio of x in a Cox regression on x and what follows it;
 * cox_p(endpoint, x, ...) the p of all values of x together.
 */
#include "study/internal.h"

#include "base/text.h"
#include "study/analysis/regression.h"

#include <math.h>
#include <stdio.h>

typedef enum part { PART_RATIO, PART_LOWER, PART_UPPER, PART_P, PART_TERM } part;

typedef struct binding {
    cbk_study *study;
    const char *name;
    part wanted;
    bool is_firth;
} binding;

/* Rows that have an endpoint and every covariate. */
typedef struct regressed {
    size_t n;
    double *time;
    double *entry;
    bool *is_event;
    bool is_late;
    size_t *row; /* [n] of the arguments */
} regressed;

static cbk_status read_rows(const binding *bound, const cbk_value *const *arguments,
                            size_t n_arguments, size_t n_rows, cbk_arena *arena,
                            regressed *out, cbk_error *err)
{
    *out = (regressed){.time = CBK_NEW(arena, double, n_rows + 1),
                       .entry = CBK_NEW(arena, double, n_rows + 1),
                       .is_event = CBK_NEW(arena, bool, n_rows + 1),
                       .row = CBK_NEW(arena, size_t, n_rows + 1)};
    if (out->row == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t i = 0; i < n_rows; i++) {
        bool is_known = true;
        for (size_t k = 0; k < n_arguments; k++) {
            is_known = is_known && arguments[k][i].kind != CBK_VALUE_ABSENT;
        }
        cbk_survival_time at;
        if (!is_known) {
            continue;
        }
        if (arguments[0][i].kind != CBK_VALUE_TEXT ||
            !cbk_survival_parse(arguments[0][i].text, &at)) {
            return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                            "%s() needs an endpoint, written like 36 or 132+, and one "
                            "covariate or more.",
                            bound->name);
        }
        out->time[out->n] = at.time;
        out->entry[out->n] = at.entry;
        out->is_event[out->n] = at.is_event;
        out->is_late = out->is_late || at.entry > 0.0;
        out->row[out->n++] = i;
    }
    return CBK_OK;
}

/* A covariate as a typed column: numbers if they all are. */
static cbk_status read_column(const cbk_value *values, const regressed *rows, size_t k,
                              cbk_arena *arena, cbk_column *out, cbk_error *err)
{
    double *number = CBK_NEW(arena, double, rows->n + 1);
    const char **text = CBK_NEW(arena, const char *, rows->n + 1);
    const char *name = cbk_text_format(arena, "x%zu", k);
    bool is_number = true;
    if (name == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t i = 0; i < rows->n; i++) {
        const cbk_value *value = &values[rows->row[i]];
        is_number = is_number && value->kind == CBK_VALUE_NUMBER;
        number[i] = value->number;
    }
    for (size_t i = 0; !is_number && i < rows->n; i++) {
        const cbk_value *value = &values[rows->row[i]];
        char shortest[CBK_NUMBER_SIZE];
        text[i] = value->text;
        if (value->kind == CBK_VALUE_NUMBER) {
            cbk_number_shortest(value->number, shortest);
            text[i] = cbk_text_copy(arena, shortest);
        }
    }
    *out = (cbk_column){.name = name,
                        .type = is_number ? CBK_COLUMN_NUMBER : CBK_COLUMN_TEXT,
                        .number = is_number ? number : NULL,
                        .text = is_number ? NULL : text};
    return cbk_arena_has_failed(arena) ? cbk_fail_memory(err) : CBK_OK;
}

/* Of more than two categories there is no one ratio. */
static cbk_status check_first(const binding *bound, const cbk_design *design,
                              cbk_error *err)
{
    const cbk_design_variable *first = &design->variables[0];
    if (!first->is_category || first->n_levels <= 2) {
        return CBK_OK;
    }
    return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                    "%s() compares two values, and its first covariate has %zu (%s, %s, "
                    "%s, ...); write a condition for each value but the reference, the "
                    "one asked for first, as in hr(os, stage = 'III', stage = 'II').",
                    bound->name, first->n_levels, first->level[0], first->level[1],
                    first->level[2]);
}

static double part_of(const cbk_cox_coefficient *found, part wanted)
{
    switch (wanted) {
    case PART_RATIO:
        return found->hazard_ratio;
    case PART_LOWER:
        return found->lower;
    case PART_UPPER:
        return found->upper;
    case PART_P:
    case PART_TERM:
        break;
    }
    return found->p;
}

static cbk_status fit_rows(const binding *bound, cbk_followup_data *data,
                           cbk_arena *arena, cbk_value *out, cbk_error *err)
{
    const cbk_conventions *used = &bound->study->conventions;
    const cbk_cox_request request = {.ties = cbk_cox_ties_of(used->profile),
                                     .is_firth = bound->is_firth,
                                     .level = used->level};
    const cbk_regression *regression = NULL;
    CBK_TRY(cbk_regression_fit(data, NULL, 0, &request, false, arena, &regression, err));
    bound->study->notes |= regression->fit->notes;
    double number = (double)NAN;
    if (bound->wanted == PART_TERM) {
        const cbk_cox_test *terms = NULL;
        CBK_TRY(cbk_regression_test_terms(regression, arena, &terms, err));
        number = terms[0].p;
    } else {
        CBK_TRY(check_first(bound, regression->design, err));
        number = part_of(&regression->fit->coefficients[0], bound->wanted);
    }
    if (isfinite(number)) {
        *out = (cbk_value){.kind = CBK_VALUE_NUMBER, .number = number};
    }
    return CBK_OK;
}

static cbk_status hazard_ratio(const cbk_value *const *arguments, size_t n_arguments,
                               size_t n_rows, void *context, cbk_arena *arena,
                               cbk_value *out, cbk_error *err)
{
    const binding *bound = context;
    const size_t n_on = n_arguments - 1;
    regressed rows;
    *out = (cbk_value){.kind = CBK_VALUE_ABSENT};
    CBK_TRY(read_rows(bound, arguments, n_arguments, n_rows, arena, &rows, err));
    cbk_column *columns = CBK_NEW(arena, cbk_column, n_on);
    const char **names = CBK_NEW(arena, const char *, n_on);
    if (names == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t k = 0; k < n_on; k++) {
        CBK_TRY(read_column(arguments[k + 1], &rows, k, arena, &columns[k], err));
        names[k] = columns[k].name;
    }
    bound->study->notes |= rows.n < n_rows ? CBK_NOTE_ROWS_LEFT_OUT : 0;
    const cbk_followup as_read = {.n = rows.n,
                                  .time = rows.time,
                                  .is_event = rows.is_event,
                                  .entry = rows.is_late ? rows.entry : NULL};
    const cbk_followup_request request = {.n_on = n_on, .on = names};
    static const cbk_groups no_strata;
    cbk_followup_data data = {
        .request = &request, .covariates = columns, .strata = &no_strata};
    CBK_TRY(cbk_followup_fix_ties(&as_read, arena, &data.rows, err));
    return fit_rows(bound, &data, arena, out, err);
}

static const binding functions[] = {
    {NULL, "hr", PART_RATIO, false},
    {NULL, "hr_lower", PART_LOWER, false},
    {NULL, "hr_upper", PART_UPPER, false},
    {NULL, "hr_p", PART_P, false},
    {NULL, "cox_p", PART_TERM, false},
    {NULL, "firth_hr", PART_RATIO, true},
    {NULL, "firth_hr_lower", PART_LOWER, true},
    {NULL, "firth_hr_upper", PART_UPPER, true},
    {NULL, "firth_hr_p", PART_P, true},
};

enum { N_FUNCTIONS = sizeof functions / sizeof functions[0] };

cbk_status cbk_study_add_cox(cbk_study *study, cbk_error *err)
{
    binding *bound = CBK_NEW(study->arena, binding, N_FUNCTIONS);
    if (bound == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t i = 0; i < N_FUNCTIONS; i++) {
        bound[i] = functions[i];
        bound[i].study = study;
        for (int n = 2; n <= CBK_ARGUMENTS_MAX; n++) {
            CBK_TRY(cbk_registry_add_aggregate(study->registry, bound[i].name, n,
                                               hazard_ratio, &bound[i], err));
        }
    }
    return CBK_OK;
}
