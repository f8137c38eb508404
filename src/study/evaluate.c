/* evaluate.c - the one evaluator: a question to the records, answered with a value and
 * all that made it.  Contract: casebook/study.h.
 */
#include "study/internal.h"

#include "base/text.h"
#include "study/sql/sql_text.h"

#include <math.h>
#include <string.h>

static cbk_status check_form(const cbk_study *study, const char *from, cbk_error *err)
{
    if (from == NULL || cbk_protocol_form(study->protocol, from) != NULL) {
        return CBK_OK;
    }
    const char *names[64];
    size_t n = 0;
    for (; n < study->protocol->n_forms && n < 64; n++) {
        names[n] = study->protocol->forms[n].name;
    }
    char hint[CBK_HINT_SIZE];
    return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE, "There is no form \"%s\"%s", from,
                    cbk_spelling_hint(from, names, n, hint));
}

/* A form is the table of its name.  NOT INDEXED: rows come in the order of the file,
 * which an index over the keys would not give. */
static const char *source_of(const cbk_study *study, const char *from, cbk_arena *arena)
{
    const char *form = from != NULL ? from : study->protocol->forms[0].name;
    return cbk_text_format(arena, "%s NOT INDEXED", cbk_sql_name(arena, form));
}

/* The line breaks end a comment that somebody left at the end of an expression. */
static const char *select_text(const cbk_study *study, const char *const *expressions,
                               size_t n, const char *from, const char *among,
                               cbk_arena *arena)
{
    cbk_buffer sql = {0};
    cbk_buffer_add(&sql, "SELECT ");
    for (size_t i = 0; i < n; i++) {
        cbk_buffer_addf(&sql, "%s(\n%s\n)", i == 0 ? "" : ", ", expressions[i]);
    }
    const char *source = source_of(study, from, arena);
    cbk_buffer_addf(&sql, " FROM %s", source != NULL ? source : "");
    if (among != NULL) {
        cbk_buffer_addf(&sql, " WHERE (\n%s\n)", among);
    }
    const char *text =
        sql.is_failed || source == NULL ? NULL : cbk_text_copy(arena, sql.bytes);
    cbk_buffer_free(&sql);
    return text;
}

/* SQLite's sentence about an unknown name, with the nearest one that there is. */
static cbk_status fail_with_hint(const cbk_study *study, const char *from,
                                 cbk_arena *arena, cbk_status status,
                                 const cbk_error *failure, cbk_error *err)
{
    static const char column[] = "no such column: ";
    static const char function[] = "no such function: ";
    const bool is_column = strncmp(failure->message, column, sizeof column - 1) == 0;
    const bool is_function =
        strncmp(failure->message, function, sizeof function - 1) == 0;
    if (!is_column && !is_function) {
        return cbk_fail(err, status, CBK_ROW_NONE, "%s", failure->message);
    }
    const char *form = from != NULL ? from : study->protocol->forms[0].name;
    const char *word =
        failure->message + (is_column ? sizeof column : sizeof function) - 1;
    const char *point = strrchr(word, '.'); /* of a table's name before it */
    size_t n = 0;
    const char *const *names =
        cbk_registry_names(study->registry, is_column ? form : NULL, arena, &n);
    const char *nearest =
        cbk_nearest_spelling(point != NULL ? point + 1 : word, names, n);
    return cbk_fail(err, status, CBK_ROW_NONE, "%s%s%s%s", failure->message,
                    nearest != NULL ? "; did you mean \"" : "",
                    nearest != NULL ? nearest : "", nearest != NULL ? "\"?" : "");
}

cbk_status cbk_study_ask(cbk_study *study, const char *const *expressions, size_t n,
                         const char *from, const char *among, cbk_arena *arena,
                         const cbk_answer **out, cbk_error *err)
{
    *out = NULL;
    CBK_TRY(check_form(study, from, err));
    const char *sql = select_text(study, expressions, n, from, among, arena);
    if (sql == NULL) {
        return cbk_fail_memory(err);
    }
    const cbk_answer *answer = NULL;
    cbk_error failure = {.message = ""};
    const cbk_status status =
        cbk_registry_query(study->registry, sql, arena, &answer, &failure);
    /* SQLite's "row value" is what "(a, b)" is; nobody who wrote it would guess. */
    if ((status == CBK_OK && answer->n_columns != n) ||
        (status == CBK_EINVAL && strstr(failure.message, "row value") != NULL)) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "An expression must be one value; a comma makes it several.");
    }
    /* The bracket may be ours: the one that closes the expression. */
    if (strcmp(failure.message, "near \")\": syntax error") == 0) {
        return cbk_fail(
            err, status, CBK_ROW_NONE,
            "Something is missing before a closing bracket or before the end.");
    }
    if (status != CBK_OK) {
        return fail_with_hint(study, from, arena, status, &failure, err);
    }
    *out = answer;
    return CBK_OK;
}

static bool is_same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Row numbers of all rows, or of those for which the condition holds. */
static cbk_status find_rows(cbk_study *study, const cbk_records *records, row_set *set,
                            cbk_error *err)
{
    size_t *rows = CBK_NEW(study->arena, size_t, records->n_rows + 1);
    if (rows == NULL) {
        return cbk_fail_memory(err);
    }
    set->rows = rows;
    if (set->among == NULL) {
        for (size_t i = 0; i < records->n_rows; i++) {
            rows[i] = i;
        }
        set->n = records->n_rows;
        return CBK_OK;
    }
    static const char *const expression[] = {"_rowid_"};
    const cbk_answer *answer = NULL;
    CBK_TRY(cbk_study_ask(study, expression, 1, set->form, set->among, study->arena,
                          &answer, err));
    for (size_t i = 0; i < answer->n_rows; i++) {
        rows[i] = (size_t)answer->values[i].number - 1;
    }
    set->n = answer->n_rows;
    return CBK_OK;
}

cbk_status cbk_study_rows(cbk_study *study, const char *from, const char *among,
                          row_set **out, cbk_error *err)
{
    CBK_TRY(check_form(study, from, err));
    const char *form = from != NULL ? from : study->protocol->forms[0].name;
    for (row_set *set = study->row_sets; set != NULL; set = set->next) {
        if (is_same_text(set->form, form) && is_same_text(set->among, among)) {
            *out = set;
            return CBK_OK;
        }
    }
    row_set *set = CBK_NEW(study->arena, row_set, 1);
    if (set == NULL) {
        return cbk_fail_memory(err);
    }
    set->form = cbk_text_copy(study->arena, form);
    set->among = among != NULL ? cbk_text_copy(study->arena, among) : NULL;
    CBK_TRY(find_rows(study, cbk_study_records(study, form), set, err));
    set->next = study->row_sets;
    study->row_sets = set;
    *out = set;
    return CBK_OK;
}

/* "patient.age_years" for each column the question read. */
static cbk_status name_fields(const cbk_answer *answer, cbk_arena *arena,
                              cbk_quantity *out, cbk_error *err)
{
    const char **fields = CBK_NEW(arena, const char *, answer->n_reads + 1);
    for (size_t i = 0; fields != NULL && i < answer->n_reads; i++) {
        fields[i] = cbk_text_format(arena, "%s.%s", answer->reads[i].table,
                                    answer->reads[i].column);
    }
    out->fields = fields;
    out->n_fields = answer->n_reads;
    return cbk_arena_has_failed(arena) ? cbk_fail_memory(err) : CBK_OK;
}

/* The names are kept with the rows, as many numbers are of the same. */
static cbk_status name_records(cbk_study *study, row_set *set, cbk_quantity *out,
                               cbk_error *err)
{
    if (set->names == NULL) {
        const cbk_records *records = cbk_study_records(study, set->form);
        const char **names = CBK_NEW(study->arena, const char *, set->n + 1);
        for (size_t i = 0; names != NULL && i < set->n; i++) {
            names[i] = cbk_records_name(records, set->rows[i], study->arena);
        }
        if (cbk_arena_has_failed(study->arena)) {
            return cbk_fail_memory(err);
        }
        set->names = names;
    }
    out->n_records = set->n;
    out->records = set->names;
    out->record_rows = set->rows;
    return CBK_OK;
}

/* An expression that needs no row, like (SELECT ...) or a constant, is one value however
 * many rows there are.  It is what compiles without a table. */
static bool ask_without_rows(cbk_study *study, const char *expression, cbk_arena *arena,
                             const cbk_answer **answer)
{
    const char *sql = cbk_text_format(arena, "SELECT (\n%s\n)", expression);
    const cbk_answer *found = NULL;
    if (sql == NULL ||
        cbk_registry_query(study->registry, sql, arena, &found, NULL) != CBK_OK ||
        found->n_rows != 1 || found->n_columns != 1) {
        return false;
    }
    *answer = found;
    return true;
}

static cbk_status evaluate(cbk_study *study, cbk_arena *arena, cbk_quantity *out,
                           cbk_error *err)
{
    row_set *set = NULL;
    CBK_TRY(cbk_study_rows(study, out->from, out->among, &set, err));
    study->conventions = out->conventions;
    study->notes = 0;
    const cbk_answer *answer = NULL;
    CBK_TRY(cbk_study_ask(study, &out->expression, 1, out->from, out->among, arena,
                          &answer, err));
    const size_t n_values = answer->n_rows;
    if (n_values > 1 && !ask_without_rows(study, out->expression, arena, &answer)) {
        return cbk_fail(
            err, CBK_EINVAL, CBK_ROW_NONE,
            "\"%.160s\" gives %zu values, one a record; use a function over all "
            "of them (count, mean, median, ...) or name one record.",
            out->expression, answer->n_rows);
    }
    out->value =
        answer->n_rows == 1 ? answer->values[0] : (cbk_value){.kind = CBK_VALUE_ABSENT};
    out->notes = study->notes;
    if (out->value.kind == CBK_VALUE_ABSENT && set->n == 0) {
        out->notes |= CBK_NOTE_NO_ROWS;
    }
    CBK_TRY(name_fields(answer, arena, out, err));
    return name_records(study, set, out, err);
}

cbk_status cbk_study_evaluate(cbk_study *study, const char *expression, const char *from,
                              const char *among, const cbk_conventions *conventions,
                              cbk_arena *arena, cbk_quantity *out, cbk_error *err)
{
    cbk_quantity quantity = {
        .expression = cbk_text_copy(arena, expression),
        .from =
            cbk_text_copy(arena, from != NULL ? from : study->protocol->forms[0].name),
        .among = among != NULL ? cbk_text_copy(arena, among) : NULL,
        .conventions =
            conventions != NULL ? *conventions : cbk_conventions_of(CBK_PROFILE_R)};
    if (cbk_arena_has_failed(arena)) {
        return cbk_fail_memory(err);
    }
    CBK_TRY(evaluate(study, arena, &quantity, err));
    *out = quantity;
    return CBK_OK;
}

/* One column of an answer, as numbers if they all are. */
static void fill_column(const cbk_answer *answer, size_t i, cbk_arena *arena,
                        cbk_column *out)
{
    const size_t n = answer->n_columns;
    bool is_number = true;
    for (size_t row = 0; row < answer->n_rows; row++) {
        is_number = is_number && answer->values[row * n + i].kind != CBK_VALUE_TEXT;
    }
    double *number = is_number ? CBK_NEW(arena, double, answer->n_rows + 1) : NULL;
    const char **text =
        is_number ? NULL : CBK_NEW(arena, const char *, answer->n_rows + 1);
    for (size_t row = 0; row < answer->n_rows; row++) {
        const cbk_value *value = &answer->values[row * n + i];
        if (number != NULL) {
            number[row] = value->kind == CBK_VALUE_NUMBER ? value->number : (double)NAN;
        } else if (text != NULL && value->kind == CBK_VALUE_NUMBER) {
            char shortest[CBK_NUMBER_SIZE];
            cbk_number_shortest(value->number, shortest);
            text[row] = cbk_text_copy(arena, shortest);
        } else if (text != NULL) {
            text[row] = value->kind == CBK_VALUE_TEXT ? value->text : NULL;
        }
    }
    out->type = is_number ? CBK_COLUMN_NUMBER : CBK_COLUMN_TEXT;
    out->number = number;
    out->text = text;
}

cbk_status cbk_study_select(cbk_study *study, const char *const *expressions, size_t n,
                            const char *from, const char *among, cbk_arena *arena,
                            const cbk_table **out, cbk_error *err)
{
    *out = NULL;
    const cbk_answer *answer = NULL;
    CBK_TRY(cbk_study_ask(study, expressions, n, from, among, arena, &answer, err));
    cbk_table *table = CBK_NEW(arena, cbk_table, 1);
    cbk_column *columns = CBK_NEW(arena, cbk_column, n);
    if (columns == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        const cbk_field *field =
            from == NULL ? cbk_protocol_variable(study->protocol, expressions[i]) : NULL;
        columns[i].name = expressions[i];
        columns[i].label = field != NULL ? field->label : NULL;
        columns[i].unit = field != NULL ? field->unit : NULL;
        fill_column(answer, i, arena, &columns[i]);
    }
    *table = (cbk_table){.n_rows = answer->n_rows, .n_columns = n, .columns = columns};
    *out = table;
    return cbk_arena_has_failed(arena) ? cbk_fail_memory(err) : CBK_OK;
}
