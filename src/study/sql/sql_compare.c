/* sql_compare.c - proportions, rates and tests of groups as SQL functions; in words:
 * docs/formats/functions.md.
 *
 * Each works under the conventions of the running evaluation and adds its notes to it.
 */
#include "study/internal.h"

#include "base/text.h"

#include <casebook/compare.h>
#include <casebook/describe.h>
#include <casebook/proportion.h>
#include <casebook/rate.h>

#include <math.h>
#include <string.h>

/* A function is a row of a table: what is computed, and which of its numbers is given. */
typedef enum part {
    PART_LOWER,
    PART_UPPER,
    PART_ESTIMATE,
    PART_P,
    PART_STATISTIC,
    PART_DF,
    PART_NAME
} part;

typedef struct binding {
    cbk_study *study;
    const char *name;
    cbk_proportion_interval interval;
    part wanted;
} binding;

static cbk_value number_or_absent(double number)
{
    return isfinite(number) ? (cbk_value){.kind = CBK_VALUE_NUMBER, .number = number}
                            : (cbk_value){.kind = CBK_VALUE_ABSENT};
}

/* ---- proportions --------------------------------------------------------------------
 */

static cbk_status proportion_limit(const cbk_value *const *arguments, size_t n_arguments,
                                   size_t n_rows, void *context, cbk_arena *arena,
                                   cbk_value *out, cbk_error *err)
{
    (void)n_arguments;
    (void)arena;
    const binding *bound = context;
    size_t n = 0;
    size_t n_true = 0;
    for (size_t i = 0; i < n_rows; i++) {
        const cbk_value *value = &arguments[0][i];
        if (value->kind == CBK_VALUE_ABSENT) {
            bound->study->notes |= CBK_NOTE_ROWS_LEFT_OUT;
            continue;
        }
        if (value->kind != CBK_VALUE_NUMBER ||
            (value->number != 0.0 && value->number != 1.0)) {
            return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                            "%s() needs a condition, true or false.", bound->name);
        }
        n++;
        n_true += value->number != 0.0;
    }
    cbk_proportion found;
    CBK_TRY(cbk_proportion_of(n_true, n, bound->interval, bound->study->conventions.level,
                              &found, err));
    bound->study->notes |= found.notes;
    *out = number_or_absent(100.0 *
                            (bound->wanted == PART_LOWER ? found.lower : found.upper));
    return CBK_OK;
}

/* ---- rates ------------------------------------------------------------------------ */

/* Events and time under observation of a column of endpoint texts. */
static cbk_status person_time_of(const binding *bound, const cbk_value *column,
                                 size_t n_rows, cbk_arena *arena, size_t *n_event,
                                 double *person_time, cbk_error *err)
{
    double *time = CBK_NEW(arena, double, n_rows + 1);
    if (time == NULL) {
        return cbk_fail_memory(err);
    }
    size_t n = 0;
    *n_event = 0;
    for (size_t i = 0; i < n_rows; i++) {
        cbk_survival_time at;
        if (column[i].kind == CBK_VALUE_ABSENT) {
            bound->study->notes |= CBK_NOTE_ROWS_LEFT_OUT;
        } else if (column[i].kind == CBK_VALUE_TEXT &&
                   cbk_survival_parse(column[i].text, &at)) {
            time[n++] = at.time - at.entry;
            *n_event += at.is_event;
        } else {
            return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                            "%s() needs an endpoint, written like 36 or 132+.",
                            bound->name);
        }
    }
    cbk_description all;
    CBK_TRY(cbk_describe(time, n, CBK_SAMPLE_QUANTILE_7, arena, &all, err));
    *person_time = n > 0 ? all.sum : 0.0;
    return CBK_OK;
}

static cbk_status rate_part(const cbk_value *const *arguments, size_t n_arguments,
                            size_t n_rows, void *context, cbk_arena *arena,
                            cbk_value *out, cbk_error *err)
{
    (void)n_arguments;
    const binding *bound = context;
    double per = 1.0;
    for (size_t i = 0; i < n_rows; i++) {
        const cbk_value *value = &arguments[1][i];
        per = value->number;
        if (value->kind != CBK_VALUE_NUMBER || !(per > 0.0) ||
            per != arguments[1][0].number) {
            return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                            "The second argument of %s() must be one number above 0, as "
                            "in %s(os, 100).",
                            bound->name, bound->name);
        }
    }
    size_t n_event = 0;
    double person_time = 0.0;
    CBK_TRY(
        person_time_of(bound, arguments[0], n_rows, arena, &n_event, &person_time, err));
    cbk_rate found;
    CBK_TRY(
        cbk_rate_of(n_event, person_time, bound->study->conventions.level, &found, err));
    bound->study->notes |= found.notes;
    const double value = bound->wanted == PART_LOWER   ? found.lower
                         : bound->wanted == PART_UPPER ? found.upper
                                                       : found.estimate;
    *out = number_or_absent(per * value);
    return CBK_OK;
}

/* ---- tests ------------------------------------------------------------------------ */

/* Values as a typed column: numbers if they all are. */
static cbk_status column_of(const cbk_value *values, size_t n, cbk_arena *arena,
                            cbk_column *out, cbk_error *err)
{
    double *number = CBK_NEW(arena, double, n + 1);
    const char **text = CBK_NEW(arena, const char *, n + 1);
    bool is_number = true;
    for (size_t i = 0; text != NULL && i < n; i++) {
        is_number = is_number && values[i].kind != CBK_VALUE_TEXT;
        number[i] = values[i].kind == CBK_VALUE_NUMBER ? values[i].number : (double)NAN;
    }
    for (size_t i = 0; text != NULL && !is_number && i < n; i++) {
        char shortest[CBK_NUMBER_SIZE];
        text[i] = values[i].kind == CBK_VALUE_TEXT ? values[i].text : NULL;
        if (values[i].kind == CBK_VALUE_NUMBER) {
            cbk_number_shortest(values[i].number, shortest);
            text[i] = cbk_text_copy(arena, shortest);
        }
    }
    *out = (cbk_column){.name = "",
                        .type = is_number ? CBK_COLUMN_NUMBER : CBK_COLUMN_TEXT,
                        .number = is_number ? number : NULL,
                        .text = is_number ? NULL : text};
    return cbk_arena_has_failed(arena) ? cbk_fail_memory(err) : CBK_OK;
}

static cbk_status groups_of(const cbk_value *values, size_t n, cbk_arena *arena,
                            const cbk_groups **out, cbk_error *err)
{
    cbk_column column;
    CBK_TRY(column_of(values, n, arena, &column, err));
    const cbk_column *const by[1] = {&column};
    return cbk_table_group(by, 1, n, arena, out, err);
}

/* The categories of x against the groups, where both are known. */
static cbk_status compare_counts(const cbk_value *x, const cbk_groups *groups,
                                 size_t n_rows, cbk_arena *arena, cbk_comparison *out,
                                 cbk_error *err)
{
    enum { CELLS_MAX = 1000000 };
    const cbk_groups *categories = NULL;
    CBK_TRY(groups_of(x, n_rows, arena, &categories, err));
    const size_t n_columns = groups->n_groups;
    if (n_columns > 0 && categories->n_groups > CELLS_MAX / n_columns) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "There are %zu categories in %zu groups, too many to test.",
                        categories->n_groups, n_columns);
    }
    uint32_t *count = CBK_NEW(arena, uint32_t, categories->n_groups * n_columns + 1);
    if (count == NULL) {
        return cbk_fail_memory(err);
    }
    cbk_notes notes = 0;
    for (size_t i = 0; i < n_rows; i++) {
        if (categories->of_row[i] == CBK_GROUP_NONE ||
            groups->of_row[i] == CBK_GROUP_NONE) {
            notes |= CBK_NOTE_ROWS_LEFT_OUT;
        } else {
            count[categories->of_row[i] * n_columns + groups->of_row[i]]++;
        }
    }
    CBK_TRY(cbk_compare_counts(count, categories->n_groups, n_columns, arena, out, err));
    out->notes |= notes;
    return CBK_OK;
}

static cbk_status compare_values(const binding *bound, const cbk_value *x,
                                 const cbk_groups *groups, size_t n_rows, bool is_means,
                                 cbk_arena *arena, cbk_comparison *out, cbk_error *err)
{
    cbk_column column;
    CBK_TRY(column_of(x, n_rows, arena, &column, err));
    if (column.type != CBK_COLUMN_NUMBER) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "%s() compares the %s of numbers; for categories write 'counts'.",
                        bound->name, is_means ? "means" : "ranks");
    }
    const cbk_grouped_values values = {.n = n_rows,
                                       .value = column.number,
                                       .group = groups->of_row,
                                       .n_groups = groups->n_groups};
    if (is_means) { /* of more than two groups there is no t test */
        const cbk_status status = cbk_compare_means(&values, false, arena, out, err);
        if (status != CBK_EINVAL) {
            return status;
        }
    }
    return cbk_compare_ranks(&values, arena, out, err);
}

/* 'ranks', 'means' or 'counts': a constant, so the first row's is that of all. */
static cbk_status kind_of(const binding *bound, const cbk_value *column, size_t n_rows,
                          const char **out, cbk_error *err)
{
    static const char *const kinds[] = {"ranks", "means", "counts"};
    *out = kinds[0];
    const char *word =
        n_rows > 0 && column[0].kind == CBK_VALUE_TEXT ? column[0].text : NULL;
    for (size_t i = 0; word != NULL && i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(word, kinds[i]) == 0) {
            *out = kinds[i];
            return CBK_OK;
        }
    }
    return n_rows == 0
               ? CBK_OK
               : cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                          "The third argument of %s() is 'ranks', 'means' or 'counts'.",
                          bound->name);
}

static cbk_value part_of(const cbk_comparison *found, part wanted)
{
    switch (wanted) {
    case PART_NAME:
        if (found->test == CBK_TEST_NONE) {
            return (cbk_value){.kind = CBK_VALUE_ABSENT};
        }
        return (cbk_value){.kind = CBK_VALUE_TEXT, .text = cbk_test_name(found->test)};
    case PART_STATISTIC:
        return number_or_absent(found->statistic);
    case PART_DF:
        return number_or_absent(found->df);
    default:
        return number_or_absent(found->p);
    }
}

static cbk_status test_part(const cbk_value *const *arguments, size_t n_arguments,
                            size_t n_rows, void *context, cbk_arena *arena,
                            cbk_value *out, cbk_error *err)
{
    (void)n_arguments;
    const binding *bound = context;
    const char *kind = NULL;
    const cbk_groups *groups = NULL;
    cbk_comparison found;
    CBK_TRY(kind_of(bound, arguments[2], n_rows, &kind, err));
    CBK_TRY(groups_of(arguments[1], n_rows, arena, &groups, err));
    if (strcmp(kind, "counts") == 0) {
        CBK_TRY(compare_counts(arguments[0], groups, n_rows, arena, &found, err));
    } else {
        const bool is_means = strcmp(kind, "means") == 0;
        CBK_TRY(compare_values(bound, arguments[0], groups, n_rows, is_means, arena,
                               &found, err));
    }
    bound->study->notes |= found.notes;
    *out = part_of(&found, bound->wanted);
    return CBK_OK;
}

/* ---- the table -------------------------------------------------------------------- */

typedef struct function {
    int n_arguments;
    cbk_aggregate_fn run;
    binding bound; /* study is filled in */
} function;

static const function functions[] = {
    {1, proportion_limit, {NULL, "wilson_lower", CBK_PROPORTION_WILSON, PART_LOWER}},
    {1, proportion_limit, {NULL, "wilson_upper", CBK_PROPORTION_WILSON, PART_UPPER}},
    {1,
     proportion_limit,
     {NULL, "exact_lower", CBK_PROPORTION_CLOPPER_PEARSON, PART_LOWER}},
    {1,
     proportion_limit,
     {NULL, "exact_upper", CBK_PROPORTION_CLOPPER_PEARSON, PART_UPPER}},
    {2, rate_part, {.name = "rate", .wanted = PART_ESTIMATE}},
    {2, rate_part, {.name = "rate_lower", .wanted = PART_LOWER}},
    {2, rate_part, {.name = "rate_upper", .wanted = PART_UPPER}},
    {3, test_part, {.name = "test_p", .wanted = PART_P}},
    {3, test_part, {.name = "test_statistic", .wanted = PART_STATISTIC}},
    {3, test_part, {.name = "test_df", .wanted = PART_DF}},
    {3, test_part, {.name = "test_name", .wanted = PART_NAME}},
};

enum { N_FUNCTIONS = sizeof functions / sizeof functions[0] };

cbk_status cbk_study_add_comparisons(cbk_study *study, cbk_error *err)
{
    binding *bound = CBK_NEW(study->arena, binding, N_FUNCTIONS);
    if (bound == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t i = 0; i < N_FUNCTIONS; i++) {
        bound[i] = functions[i].bound;
        bound[i].study = study;
        CBK_TRY(cbk_registry_add_aggregate(study->registry, bound[i].name,
                                           functions[i].n_arguments, functions[i].run,
                                           &bound[i], err));
    }
    return CBK_OK;
}
