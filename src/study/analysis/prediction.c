/* prediction.c - who a curve is predicted for, and the curves.  Contract:
 * study/analysis/prediction.h.
 */
#include "study/analysis/prediction.h"

#include "base/text.h"
#include "exchange/csv.h"
#include "study/followup/data_file.h"

#include <string.h>

enum { PERSONS_MAX = 10000 };

typedef struct reading {
    const cbk_design *design;
    cbk_arena *arena;
    cbk_person *persons;
    size_t n;
} reading;

static const char *label_of(const reading *at, const char *const *values)
{
    cbk_buffer text = {0};
    for (size_t k = 0; k < at->design->n_variables; k++) {
        cbk_buffer_addf(&text, "%s%s %s", k > 0 ? ", " : "",
                        at->design->variables[k].name, values[k]);
    }
    const char *label = text.bytes != NULL ? cbk_text_copy(at->arena, text.bytes) : NULL;
    cbk_buffer_free(&text);
    return label;
}

/* Whether every covariate has a value that the model knows. */
static cbk_status add_person(reading *at, const char **values, cbk_error *err)
{
    double *columns = CBK_NEW(at->arena, double, at->design->n_columns + 1);
    if (columns == NULL) {
        return cbk_fail_memory(err);
    }
    CBK_TRY(cbk_design_encode(at->design, values, columns, err));
    const char *label = label_of(at, values);
    at->persons[at->n++] = (cbk_person){.label = label, .values = values};
    return label != NULL ? CBK_OK : cbk_fail_memory(err);
}

static cbk_status check_count(size_t n, cbk_error *err)
{
    return n <= PERSONS_MAX ? CBK_OK
                            : cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                                       "Curves are predicted for at most %d; there are "
                                       "%zu.",
                                       PERSONS_MAX, n);
}

/* ---- on the command line ---------------------------------------------------------- */

/* "age=60": the value goes to its variable. */
static cbk_status read_pair(const reading *at, const char *pair, size_t size,
                            const char **values, cbk_error *err)
{
    const cbk_design *design = at->design;
    const char *text = cbk_text_copy_bytes(at->arena, pair, size);
    const char **names = CBK_NEW(at->arena, const char *, design->n_variables + 1);
    if (names == NULL || text == NULL) {
        return cbk_fail_memory(err);
    }
    const char *equals = strchr(text, '=');
    for (size_t k = 0; equals != NULL && k < design->n_variables; k++) {
        const size_t length = (size_t)(equals - text);
        names[k] = design->variables[k].name;
        if (strncmp(names[k], text, length) == 0 && names[k][length] == '\0') {
            if (values[k] != NULL) {
                return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                                "--predict has two values of \"%s\".", names[k]);
            }
            values[k] = equals + 1;
            return CBK_OK;
        }
    }
    if (equals == NULL) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "--predict is COVARIATE=VALUE for each covariate, with commas "
                        "between; not \"%s\".",
                        text);
    }
    char hint[CBK_HINT_SIZE];
    const char *name = cbk_text_copy_bytes(at->arena, text, (size_t)(equals - text));
    return cbk_fail(
        err, CBK_EINVAL, CBK_ROW_NONE, "--predict: \"%s\" is no covariate of the model%s",
        name != NULL ? name : "",
        cbk_spelling_hint(name != NULL ? name : "", names, design->n_variables, hint));
}

static cbk_status read_person(reading *at, const char *text, size_t size, cbk_error *err)
{
    const size_t n = at->design->n_variables;
    const char **values = CBK_NEW(at->arena, const char *, n + 1);
    if (values == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t from = 0; from <= size;) {
        const char *comma = memchr(text + from, ',', size - from);
        const size_t end = comma != NULL ? (size_t)(comma - text) : size;
        while (from < end && text[from] == ' ') {
            from++;
        }
        CBK_TRY(read_pair(at, text + from, end - from, values, err));
        from = end + 1;
    }
    for (size_t k = 0; k < n; k++) {
        if (values[k] == NULL) {
            return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                            "--predict \"%.*s\" has no value of \"%s\"; the model needs "
                            "all its covariates.",
                            (int)size, text, at->design->variables[k].name);
        }
    }
    return add_person(at, values, err);
}

static cbk_status read_list(reading *at, const char *text, cbk_error *err)
{
    for (const char *from = text; from != NULL;) {
        const size_t size = strcspn(from, ";");
        CBK_TRY(read_person(at, from, size, err));
        from = from[size] == ';' ? from + size + 1 : NULL;
    }
    return CBK_OK;
}

static size_t count_list(const char *text)
{
    size_t n = 1;
    for (; *text != '\0'; text++) {
        n += *text == ';';
    }
    return n;
}

/* ---- in a file -------------------------------------------------------------------- */

static cbk_status find_columns(const reading *at, const cbk_csv *csv, size_t *column,
                               cbk_error *err)
{
    char hint[CBK_HINT_SIZE];
    for (size_t k = 0; k < at->design->n_variables; k++) {
        const char *name = at->design->variables[k].name;
        column[k] = cbk_csv_column(csv, name);
        if (column[k] == SIZE_MAX) {
            return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                            "%s has no column \"%s\" (--predict)%s", csv->file, name,
                            cbk_spelling_hint(name, csv->header, csv->n_columns, hint));
        }
    }
    return CBK_OK;
}

/* A number of a file with a decimal comma, as it is written elsewhere. */
static const char *value_of(const reading *at, const cbk_csv *csv, const char *cell,
                            size_t k)
{
    double number = 0.0;
    char text[CBK_NUMBER_SIZE];
    if (at->design->variables[k].is_category || !cbk_csv_number(csv, cell, &number)) {
        return cell;
    }
    cbk_number_shortest(number, text);
    return cbk_text_copy(at->arena, text);
}

static cbk_status read_file_row(reading *at, const cbk_csv *csv, size_t row,
                                const size_t *column, cbk_problems *problems,
                                cbk_error *err)
{
    const cbk_place place = {.file = csv->file, .line = csv->line[row]};
    const size_t n = at->design->n_variables;
    const char **values = CBK_NEW(at->arena, const char *, n + 1);
    for (size_t k = 0; values != NULL && k < n; k++) {
        const char *cell = cbk_csv_cell(csv, row, column[k]);
        if (cbk_data_cell_is_missing(cell)) {
            cbk_problems_add(problems, place,
                             "column `%s`: nothing is there; a prediction needs a value.",
                             at->design->variables[k].name);
            return CBK_OK;
        }
        values[k] = value_of(at, csv, cell, k);
    }
    if (cbk_arena_has_failed(at->arena)) {
        return cbk_fail_memory(err);
    }
    cbk_error mistake = {.message = ""};
    const cbk_status status = add_person(at, values, &mistake);
    if (status == CBK_EINVAL) {
        cbk_problems_add(problems, place, "%s", mistake.message);
        return CBK_OK;
    }
    return status == CBK_OK ? CBK_OK : cbk_fail_memory(err);
}

static cbk_status read_file(reading *at, const cbk_csv *csv, cbk_problems *problems,
                            cbk_error *err)
{
    size_t *column = CBK_NEW(at->arena, size_t, at->design->n_variables + 1);
    if (column == NULL) {
        return cbk_fail_memory(err);
    }
    CBK_TRY(find_columns(at, csv, column, err));
    for (size_t row = 0; row < csv->n_rows; row++) {
        CBK_TRY(read_file_row(at, csv, row, column, problems, err));
    }
    return problems->n_found == 0
               ? CBK_OK
               : cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "%s has mistakes.", csv->file);
}

/* ---- together --------------------------------------------------------------------- */

cbk_status cbk_persons_read(const char *text, bool has_baseline, const cbk_design *design,
                            cbk_arena *arena, cbk_problems *problems,
                            const cbk_person **out, size_t *n, cbk_error *err)
{
    reading at = {.design = design, .arena = arena};
    const cbk_csv *csv = NULL;
    const bool is_file = text != NULL && strchr(text, '=') == NULL;
    if (is_file) {
        CBK_TRY(cbk_csv_read(text, arena, problems, &csv, err));
    }
    const size_t n_asked = is_file ? csv->n_rows : text != NULL ? count_list(text) : 0;
    CBK_TRY(check_count(n_asked, err));
    at.persons = CBK_NEW(arena, cbk_person, n_asked + 1);
    if (at.persons == NULL) {
        return cbk_fail_memory(err);
    }
    if (has_baseline) {
        at.persons[at.n++] = (cbk_person){.label = "baseline"};
    }
    if (text != NULL) {
        CBK_TRY(is_file ? read_file(&at, csv, problems, err) : read_list(&at, text, err));
    }
    *out = at.persons;
    *n = at.n;
    return CBK_OK;
}

cbk_status cbk_predictions_make(const cbk_regression *regression,
                                const cbk_conventions *conventions, cbk_arena *arena,
                                cbk_predictions *out, cbk_error *err)
{
    const cbk_design *design = regression->design;
    const size_t p = design->n_columns;
    double *values = CBK_NEW(arena, double, p * out->n_persons + 1);
    double *one = CBK_NEW(arena, double, p + 1);
    const double **covariate = CBK_NEW(arena, const double *, p + 1);
    if (covariate == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t j = 0; j < p; j++) {
        covariate[j] = values + j * out->n_persons;
    }
    for (size_t i = 0; i < out->n_persons; i++) {
        if (out->persons[i].values == NULL) {
            continue; /* the baseline */
        }
        CBK_TRY(cbk_design_encode(design, out->persons[i].values, one, err));
        for (size_t j = 0; j < p; j++) {
            values[j * out->n_persons + i] = one[j];
        }
    }
    const cbk_cox_curve_request request = {.n_subjects = out->n_persons,
                                           .covariate = covariate,
                                           .interval = conventions->interval,
                                           .level = conventions->level};
    out->interval = conventions->interval;
    return cbk_cox_curves_make(regression->fit, &request, arena, &out->curves, err);
}
