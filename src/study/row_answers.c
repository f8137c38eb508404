/* row_answers.c - one question, answered for every row of a form.  Contract:
 * study/row_answers.h.
 */
#include "study/row_answers.h"

#include "base/text.h"
#include "study/internal.h"
#include "study/sql/sql_text.h"

#include <stdlib.h>
#include <string.h>

/* What is asked, and of which rows. */
typedef struct question {
    cbk_study *study;
    const cbk_placeholder *of;
    const char *expression;     /* its own, or its column in quotation marks: `order` */
    const cbk_records *records; /* the rows that it is answered for */
    const cbk_records *inner;   /* with `from`: the rows that it runs over */
    const char *only;           /* of the rows: a condition, or NULL */
    const cbk_conventions *conventions;
    cbk_arena *arena;
    cbk_row_answer *out; /* [records->n_rows] */
} question;

static const char *key_of(const question *q)
{
    return q->study->protocol->forms[0].key;
}

static cbk_status ask(const question *q, const char *expression, const char *from,
                      const char *among, const cbk_answer **out, cbk_error *err)
{
    q->study->conventions = *q->conventions;
    q->study->notes = 0;
    return expression == NULL
               ? cbk_fail_memory(err)
               : cbk_study_ask(q->study, &expression, 1, from, among, q->arena, out, err);
}

/* ---- quantities ------------------------------------------------------------------- */

/* "patient = '3'", in a repeating form "patient = '3' AND n = 2". */
static const char *row_condition(const question *q, const cbk_records *records,
                                 size_t row)
{
    const char *key =
        cbk_text_format(q->arena, "%s = %s", cbk_sql_name(q->arena, key_of(q)),
                        cbk_sql_text(q->arena, records->key[row]));
    return records->n == NULL
               ? key
               : cbk_text_format(q->arena, "%s AND n = %zu", key, records->n[row]);
}

/* The columns that a question read, by name. */
static const char *const *names_of(const question *q, const cbk_answer *answer)
{
    const char **names = CBK_NEW(q->arena, const char *, answer->n_reads + 1);
    for (size_t i = 0; names != NULL && i < answer->n_reads; i++) {
        names[i] = cbk_text_format(q->arena, "%s.%s", answer->reads[i].table,
                                   answer->reads[i].column);
    }
    return names;
}

static cbk_quantity quantity_of(const question *q, const cbk_answer *answer,
                                const char *const *fields, const cbk_value *value,
                                const cbk_records *records, const size_t *rows, size_t n)
{
    const char **names = CBK_NEW(q->arena, const char *, n + 1);
    for (size_t i = 0; names != NULL && i < n; i++) {
        names[i] = cbk_records_name(records, rows[i], q->arena);
    }
    return (cbk_quantity){.expression = q->expression,
                          .from = records->form->name,
                          .value = *value,
                          .conventions = *q->conventions,
                          .n_records = n,
                          .records = names,
                          .record_rows = rows,
                          .n_fields = answer->n_reads,
                          .fields = fields};
}

/* The quantities of single rows of `records`, one for each value; of an absent value
 * none is asked for. */
static cbk_quantity *row_quantities(const question *q, const cbk_answer *answer,
                                    const cbk_records *records)
{
    const size_t n = records->n_rows;
    const char *const *fields = names_of(q, answer);
    cbk_quantity *quantities = CBK_NEW(q->arena, cbk_quantity, n + 1);
    size_t *rows = CBK_NEW(q->arena, size_t, n + 1);
    for (size_t i = 0; quantities != NULL && rows != NULL && i < n; i++) {
        if (answer->values[i].kind == CBK_VALUE_ABSENT) {
            continue;
        }
        rows[i] = i;
        quantities[i] =
            quantity_of(q, answer, fields, &answer->values[i], records, &rows[i], 1);
        quantities[i].among = row_condition(q, records, i);
    }
    return cbk_arena_has_failed(q->arena) ? NULL : quantities;
}

/* ---- over the row itself ---------------------------------------------------------- */

/* One value a row of `only`, of which there are n. */
static cbk_status ask_rows(const question *q, size_t n, const cbk_answer **out,
                           cbk_error *err)
{
    CBK_TRY(ask(q, q->expression, q->records->form->name, q->only, out, err));
    return (*out)->n_rows == n
               ? CBK_OK
               : cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                          "It is one value of all rows together, and the sentence is "
                          "about one; name the form whose rows it runs over, as in "
                          "{{count(*) from visit}}.");
}

static cbk_status answer_rows(question *q, cbk_error *err)
{
    const cbk_answer *answer = NULL;
    const cbk_records *records = q->records;
    CBK_TRY(ask_rows(q, records->n_rows, &answer, err));
    const cbk_quantity *quantities = row_quantities(q, answer, records);
    if (quantities == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t i = 0; i < records->n_rows; i++) {
        q->out[i] =
            (cbk_row_answer){.n = answer->values[i].kind != CBK_VALUE_ABSENT ? 1 : 0,
                             .values = &quantities[i]};
    }
    return CBK_OK;
}

/* ---- over the rows of another form ------------------------------------------------- */

/* FROM and WHERE of the inner rows of one outer row.  Where both are of one form, its
 * name stays the outer row's. */
static const char *inner_rows(const question *q)
{
    cbk_arena *arena = q->arena;
    const bool is_same = q->inner == q->records;
    const char *table = cbk_sql_name(arena, q->inner->form->name);
    const char *alias = is_same ? "casebook_rows" : table;
    const char *key = cbk_sql_name(arena, key_of(q));
    const char *outer = cbk_sql_name(arena, q->records->form->name);
    return cbk_text_format(arena, " FROM %s%s WHERE %s.%s = %s.%s%s%s%s", table,
                           is_same ? " AS casebook_rows" : "", alias, key, outer, key,
                           q->of->among != NULL ? " AND (\n" : "",
                           q->of->among != NULL ? q->of->among : "",
                           q->of->among != NULL ? "\n)" : "");
}

/* A mistake as the inner form's rows would report it, whose names are the ones meant. */
static cbk_status ask_inner(const question *q, const char *expression,
                            const cbk_answer **out, cbk_error *err)
{
    cbk_error why = {.message = ""};
    const cbk_status status =
        ask(q, expression, q->records->form->name, q->only, out, &why);
    if (status != CBK_EINVAL) {
        return status == CBK_OK ? status
                                : cbk_fail(err, status, CBK_ROW_NONE, "%s", why.message);
    }
    const cbk_answer *ignored = NULL;
    CBK_TRY(ask(q, q->expression, q->inner->form->name, q->of->among, &ignored, err));
    return cbk_fail(err, status, CBK_ROW_NONE, "%s", why.message);
}

static int by_size(const void *a, const void *b)
{
    const size_t x = *(const size_t *)a;
    const size_t y = *(const size_t *)b;
    return (x > y) - (x < y);
}

/* The inner rows of one outer row, from "4,5,7"; *n of them. */
static const size_t *read_rows(const question *q, const cbk_value *value, size_t *n)
{
    const char *text = value->kind == CBK_VALUE_TEXT ? value->text : "";
    size_t n_most = 1;
    for (const char *c = text; *c != '\0'; c++) {
        n_most += *c == ',';
    }
    size_t *rows = CBK_NEW(q->arena, size_t, n_most);
    *n = 0;
    for (const char *at = text; rows != NULL && *at != '\0';) {
        char *end = NULL;
        rows[(*n)++] = (size_t)strtoull(at, &end, 10) - 1;
        at = *end == ',' ? end + 1 : end;
    }
    if (*n > 1) {
        qsort(rows, *n, sizeof *rows, by_size);
    }
    return rows;
}

/* The condition that gives these rows again, in words where they stand alone. */
static const char *inner_condition(const question *q, size_t row, const size_t *rows,
                                   size_t n, bool is_standing_alone)
{
    cbk_arena *arena = q->arena;
    const char *key = cbk_text_format(arena, "%s = %s", cbk_sql_name(arena, key_of(q)),
                                      cbk_sql_text(arena, q->records->key[row]));
    if (is_standing_alone || q->inner->n == NULL) {
        return q->of->among == NULL
                   ? key
                   : cbk_text_format(arena, "%s AND (%s)", key, q->of->among);
    }
    cbk_buffer list = {0};
    for (size_t i = 0; i < n; i++) {
        cbk_buffer_addf(&list, "%s%zu", i > 0 ? ", " : "", q->inner->n[rows[i]]);
    }
    const char *text = cbk_text_format(arena, "%s AND n IN (%s)", key,
                                       list.bytes != NULL ? list.bytes : "");
    cbk_buffer_free(&list);
    return text;
}

/* The expression over the inner rows of each outer row. */
static cbk_status ask_one(const question *q, const cbk_answer **out, cbk_error *err)
{
    return ask_inner(
        q, cbk_text_format(q->arena, "(SELECT (\n%s\n)%s)", q->expression, inner_rows(q)),
        out, err);
}

/* One value for each outer row. */
static cbk_status answer_aggregate(question *q, const cbk_answer *matched, cbk_error *err)
{
    const cbk_answer *answer = NULL;
    const cbk_answer *ignored = NULL;
    CBK_TRY(ask_one(q, &answer, err));
    const bool is_standing_alone =
        q->of->among == NULL ||
        ask(q, "1", q->inner->form->name, q->of->among, &ignored, NULL) == CBK_OK;
    const char *const *fields = names_of(q, answer);
    cbk_quantity *quantities = CBK_NEW(q->arena, cbk_quantity, q->records->n_rows + 1);
    for (size_t i = 0; quantities != NULL && i < q->records->n_rows; i++) {
        if (answer->values[i].kind == CBK_VALUE_ABSENT) {
            continue;
        }
        size_t n = 0;
        const size_t *rows = read_rows(q, &matched->values[i], &n);
        quantities[i] = quantity_of(q, answer, fields, &answer->values[i], q->inner, rows,
                                    rows != NULL ? n : 0);
        quantities[i].among = inner_condition(q, i, rows, n, is_standing_alone);
        q->out[i] = (cbk_row_answer){.n = 1, .values = &quantities[i]};
    }
    return cbk_arena_has_failed(q->arena) ? cbk_fail_memory(err) : CBK_OK;
}

/* The values of the inner rows, for each outer row. */
static cbk_status answer_list(question *q, const cbk_answer *matched, cbk_error *err)
{
    const cbk_answer *answer = NULL;
    CBK_TRY(ask(q, q->expression, q->inner->form->name, NULL, &answer, err));
    const cbk_quantity *all = row_quantities(q, answer, q->inner);
    for (size_t i = 0; all != NULL && i < q->records->n_rows; i++) {
        size_t n = 0;
        const size_t *rows = read_rows(q, &matched->values[i], &n);
        cbk_quantity *values = CBK_NEW(q->arena, cbk_quantity, n + 1);
        size_t n_values = 0;
        for (size_t k = 0; values != NULL && k < n; k++) {
            if (answer->values[rows[k]].kind != CBK_VALUE_ABSENT) {
                values[n_values++] = all[rows[k]];
            }
        }
        q->out[i] = (cbk_row_answer){.n = n_values, .values = values};
    }
    return cbk_arena_has_failed(q->arena) ? cbk_fail_memory(err) : CBK_OK;
}

/* An aggregate answers even where there are no rows. */
static cbk_status is_aggregate(const question *q, bool *out, cbk_error *err)
{
    const cbk_answer *answer = NULL;
    CBK_TRY(ask(q, q->expression, q->inner->form->name, "_rowid_ < 0", &answer, err));
    *out = answer->n_rows == 1;
    return CBK_OK;
}

static cbk_status answer_inner(question *q, cbk_error *err)
{
    const cbk_answer *matched = NULL;
    bool is_one = false;
    const bool is_same = q->inner == q->records;
    const char *rowid =
        is_same ? "casebook_rows._rowid_"
                : cbk_text_format(q->arena, "%s._rowid_",
                                  cbk_sql_name(q->arena, q->inner->form->name));
    CBK_TRY(is_aggregate(q, &is_one, err));
    CBK_TRY(ask_inner(
        q, cbk_text_format(q->arena, "(SELECT group_concat(%s)%s)", rowid, inner_rows(q)),
        &matched, err));
    return is_one ? answer_aggregate(q, matched, err) : answer_list(q, matched, err);
}

/* Whether the text is the name of a column of the form's file or of the patients. */
static bool is_column(const cbk_protocol *protocol, const cbk_form *form,
                      const char *text)
{
    const bool is_of_patients = form == &protocol->forms[0];
    return cbk_form_field(form, text) != NULL ||
           strcmp(text, protocol->forms[0].key) == 0 ||
           (is_of_patients && (cbk_protocol_variable(protocol, text) != NULL ||
                               cbk_protocol_endpoint(protocol, text) != NULL));
}

static question question_of(cbk_study *study, const cbk_placeholder *of, const char *form,
                            const cbk_conventions *conventions, cbk_arena *arena)
{
    const cbk_protocol *protocol = study->protocol;
    const char *runs_over = of->from != NULL ? of->from
                            : form != NULL   ? form
                                             : protocol->forms[0].name;
    return (question){
        .study = study,
        .of = of,
        .expression = is_column(protocol, cbk_protocol_form(protocol, runs_over), of->of)
                          ? cbk_sql_name(arena, of->of)
                          : of->of,
        .records = cbk_study_records(
            study, form != NULL ? form : study->protocol->forms[0].name),
        .inner = of->from != NULL ? cbk_study_records(study, of->from) : NULL,
        .conventions = conventions,
        .arena = arena};
}

cbk_status cbk_study_row_answers(cbk_study *study, const cbk_placeholder *of,
                                 const char *form, const cbk_conventions *conventions,
                                 cbk_arena *arena, const cbk_row_answer **out,
                                 cbk_error *err)
{
    question q = question_of(study, of, form, conventions, arena);
    q.out = CBK_NEW(arena, cbk_row_answer, q.records->n_rows + 1);
    if (q.out == NULL) {
        return cbk_fail_memory(err);
    }
    CBK_TRY(of->from != NULL ? answer_inner(&q, err) : answer_rows(&q, err));
    *out = q.out;
    return CBK_OK;
}

/* ---- mistakes before anything is written ------------------------------------------ */

typedef struct compiling {
    cbk_study *study;
    cbk_problems *problems;
    cbk_conventions conventions;
} compiling;

/* A mistake of the protocol is a problem; anything else is a failure. */
static cbk_status note(const compiling *c, cbk_status status, cbk_place place,
                       const char *before, const char *text, const char *after,
                       const cbk_error *why, cbk_error *err)
{
    if (status == CBK_EINVAL || status == CBK_EDATA) {
        cbk_problems_add(c->problems, place, "%s%s%s: %s", before, text, after,
                         why->message);
        return CBK_OK;
    }
    return status == CBK_OK ? CBK_OK
                            : cbk_fail(err, status, CBK_ROW_NONE, "%s", why->message);
}

static cbk_status compile_sql(const compiling *c, const char *key, const char *sql,
                              const char *form, cbk_place place, cbk_error *err)
{
    const cbk_answer *ignored = NULL;
    cbk_error why = {.message = ""};
    if (sql == NULL) {
        return CBK_OK;
    }
    return note(c,
                cbk_study_ask(c->study, &sql, 1, form, "_rowid_ < 0", c->study->arena,
                              &ignored, &why),
                place, "`", key, "`", &why, err);
}

static cbk_status compile_template(const compiling *c, const cbk_template *text,
                                   const char *form, cbk_error *err)
{
    for (size_t i = 0; i < text->n; i++) {
        const cbk_placeholder *of = text->parts[i].placeholder;
        if (of == NULL) {
            continue;
        }
        const cbk_answer *ignored = NULL;
        cbk_error why = {.message = ""};
        question q = question_of(c->study, of, form, &c->conventions, c->study->arena);
        q.only = "_rowid_ < 0";
        const cbk_status status = of->from != NULL ? ask_one(&q, &ignored, &why)
                                                   : ask_rows(&q, 0, &ignored, &why);
        CBK_TRY(note(c, status, text->place, "{{", of->source, "}}", &why, err));
    }
    return CBK_OK;
}

cbk_status cbk_study_compile_cases(cbk_study *study, cbk_problems *problems,
                                   cbk_error *err)
{
    const cbk_cases_spec *cases = &study->protocol->cases;
    const compiling c = {study, problems, cbk_conventions_of(CBK_PROFILE_R)};
    CBK_TRY(compile_template(&c, &cases->title, NULL, err));
    for (size_t i = 0; i < cases->n_sentences; i++) {
        const cbk_case_sentence *of = &cases->sentences[i];
        CBK_TRY(compile_sql(&c, "when", of->when, NULL, of->place, err));
        CBK_TRY(compile_sql(&c, "among", of->among, of->form, of->place, err));
        CBK_TRY(compile_sql(&c, "order", of->order, of->form, of->place, err));
        CBK_TRY(compile_template(&c, &of->says, of->form, err));
        CBK_TRY(compile_template(&c, &of->missing, of->form, err));
        CBK_TRY(compile_template(&c, &of->none, NULL, err));
    }
    return CBK_OK;
}
