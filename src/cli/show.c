/* show.c - casebook show: what a casebook file holds. */
#include "cli/listing.h"
#include "cli/options.h"

#include "study/casebook/casebook.h"

#include <stdio.h>
#include <string.h>

static const cbk_option options[] = {CBK_OPTIONS_PRINTED};

static cbk_value text(const char *value)
{
    return value != NULL ? (cbk_value){.kind = CBK_VALUE_TEXT, .text = value}
                         : (cbk_value){.kind = CBK_VALUE_ABSENT};
}

/* ---- the file
 * -------------------------------------------------------------------------- */

static int count(cbk_session *session, const char *sql, cbk_value *out)
{
    const cbk_answer *answer = NULL;
    const cbk_status status = cbk_casebook_query(session->casebook, sql, session->arena,
                                                 &answer, &session->error);
    if (status == CBK_OK && answer->n_rows == 1) {
        *out = answer->values[0];
    }
    return status == CBK_OK ? CBK_EXIT_DONE : cbk_session_fail(session, status);
}

/* A row: what, how much, more about it. */
typedef struct overview {
    cbk_session *session;
    size_t n;
    cbk_value *values; /* three a row */
    int code;
} overview;

static void add_count(overview *to, const char *what, const char *sql, const char *more)
{
    cbk_value *row = &to->values[3 * to->n++];
    row[0] = text(what);
    row[2] = text(more);
    if (to->code == CBK_EXIT_DONE) {
        to->code = sql != NULL ? count(to->session, sql, &row[1]) : CBK_EXIT_DONE;
    }
}

static void add_table(overview *to, const cbk_file_table *table)
{
    cbk_arena *arena = to->session->arena;
    size_t n_retired = 0;
    for (size_t i = 0; i < table->n_columns; i++) {
        n_retired += table->columns[i].is_retired;
    }
    const char *retired =
        n_retired > 0 ? cbk_text_format(arena, ", %zu retired", n_retired) : "";
    add_count(to, cbk_text_format(arena, "records of %s", table->name),
              cbk_text_format(arena, "SELECT count(*) FROM \"%s\"", table->name),
              cbk_text_format(arena, "%zu fields%s%s", table->n_columns - n_retired,
                              retired, table->is_retired ? "; the form is retired" : ""));
}

static int show_file(cbk_session *session, const cbk_arguments *arguments)
{
    static const char *const names[] = {"what", "number", "more"};
    const cbk_layout *layout = cbk_casebook_layout(session->casebook);
    cbk_arena *arena = session->arena;
    cbk_head head;
    const cbk_status status =
        cbk_casebook_head(session->casebook, &head, &session->error);
    overview to = {.session = session,
                   .values = CBK_NEW(arena, cbk_value, 3 * (layout->n_tables + 8))};
    if (status != CBK_OK || to.values == NULL) {
        return cbk_session_fail(session, status != CBK_OK ? status : CBK_ENOMEM);
    }
    for (size_t i = 0; i < layout->n_tables; i++) {
        if (layout->tables[i].is_form) {
            add_table(&to, &layout->tables[i]);
        }
    }
    add_count(&to, "statements of sources", "SELECT count(*) FROM casebook_source",
              "casebook show FILE sources");
    add_count(&to, "versions of the protocol", "SELECT count(*) FROM casebook_protocol",
              NULL);
    add_count(&to, "scopes that are frozen", "SELECT count(*) FROM casebook_freeze",
              NULL);
    add_count(&to, "data locks", "SELECT count(*) FROM casebook_lock", NULL);
    add_count(&to, "transactions", "SELECT count(*) FROM casebook_transaction",
              head.hash);
    if (to.code != CBK_EXIT_DONE) {
        return to.code;
    }
    const cbk_listing listing = {
        .analysis = "show",
        .title = "Casebook file",
        .sentence = cbk_text_format(arena, "%s: file %s.", arguments->operands[0],
                                    cbk_casebook_uuid(session->casebook)),
        .n_columns = 3,
        .names = names,
        .n_rows = to.n,
        .values = to.values};
    return cbk_listing_write(session, arguments, &listing);
}

/* ---- a form
 * ---------------------------------------------------------------------------- */

static const cbk_value *form_cells(const cbk_records *records, cbk_arena *arena)
{
    const size_t n_fields = records->form->n_fields;
    cbk_value *values = CBK_NEW(arena, cbk_value, records->n_rows * (n_fields + 1) + 1);
    for (size_t row = 0; values != NULL && row < records->n_rows; row++) {
        cbk_value *at = &values[row * (n_fields + 1)];
        at[0] = text(cbk_records_name(records, row, arena));
        for (size_t i = 0; i < n_fields; i++) {
            const cbk_recorded *cell = &records->values[row * n_fields + i];
            at[i + 1] = cell->value;
            /* What was not recorded stays empty; another kind is a word. */
            if (cell->missing != NULL && strcmp(cell->missing, "not recorded") != 0) {
                at[i + 1] = text(cell->missing);
            }
        }
    }
    return values;
}

static int show_form(cbk_session *session, const cbk_arguments *arguments,
                     const cbk_records *records)
{
    cbk_arena *arena = session->arena;
    const cbk_form *form = records->form;
    const char **names = CBK_NEW(arena, const char *, form->n_fields + 1);
    const cbk_value *values = form_cells(records, arena);
    const char *sentence =
        cbk_text_format(arena, "%s: %zu record%s of the form %s.", arguments->operands[0],
                        records->n_rows, records->n_rows == 1 ? "" : "s", form->name);
    if (names == NULL || values == NULL || sentence == NULL) {
        return cbk_session_fail(session, CBK_ENOMEM);
    }
    names[0] = "record";
    for (size_t i = 0; i < form->n_fields; i++) {
        names[i + 1] = form->fields[i].name;
    }
    const cbk_listing listing = {.analysis = "show",
                                 .title = form->label,
                                 .sentence = sentence,
                                 .n_columns = form->n_fields + 1,
                                 .names = names,
                                 .n_rows = records->n_rows,
                                 .values = values};
    return cbk_listing_write(session, arguments, &listing);
}

/* ---- a record
 * -------------------------------------------------------------------------- */

static int show_record(cbk_session *session, const cbk_arguments *arguments,
                       const cbk_records *records, size_t row)
{
    static const char *const names[] = {"field", "label", "value", "unit"};
    enum { N = 4 };
    cbk_arena *arena = session->arena;
    const cbk_form *form = records->form;
    cbk_value *values = CBK_NEW(arena, cbk_value, N * form->n_fields + 1);
    const char *title =
        cbk_text_format(arena, "%s %s", form->label, arguments->operands[2]);
    if (values == NULL || title == NULL) {
        return cbk_session_fail(session, CBK_ENOMEM);
    }
    for (size_t i = 0; i < form->n_fields; i++) {
        const cbk_field *field = &form->fields[i];
        const cbk_recorded *cell = &records->values[row * form->n_fields + i];
        const char *shown = cbk_recorded_print(field, &cell->value, false, -1, arena);
        values[N * i] = text(field->name);
        values[N * i + 1] = text(field->label);
        values[N * i + 2] = text(shown != NULL ? shown : cell->missing);
        values[N * i + 3] = text(shown != NULL ? field->unit : NULL);
    }
    const cbk_listing listing = {
        .analysis = "show",
        .title = title,
        .sentence = "casebook log FILE --record RECORD prints its history.",
        .n_columns = N,
        .names = names,
        .n_rows = form->n_fields,
        .values = values};
    return cbk_arena_has_failed(arena) ? cbk_session_fail(session, CBK_ENOMEM)
                                       : cbk_listing_write(session, arguments, &listing);
}

/* ---- what sources say
 * ------------------------------------------------------------------- */

static int show_sources(cbk_session *session, const cbk_arguments *arguments,
                        const cbk_study *study)
{
    static const char *const names[] = {"number", "form", "record", "field", "adopted",
                                        "source", "says", "state",  "reason"};
    enum { N = 9 };
    cbk_arena *arena = session->arena;
    size_t n = 0;
    const cbk_source_statement *said = cbk_study_sources(study, &n);
    cbk_value *values = CBK_NEW(arena, cbk_value, N * n + 1);
    const char *sentence = cbk_text_format(arena, "%s: %zu statement%s.",
                                           arguments->operands[0], n, n == 1 ? "" : "s");
    if (values == NULL || sentence == NULL) {
        return cbk_session_fail(session, CBK_ENOMEM);
    }
    for (size_t i = 0; i < n; i++) {
        cbk_value *at = &values[N * i];
        at[0] = (cbk_value){.kind = CBK_VALUE_NUMBER, .number = (double)said[i].id};
        at[1] = text(said[i].form);
        at[2] = text(said[i].record);
        at[3] = text(said[i].field);
        at[4] = text(said[i].adopted);
        at[5] = text(said[i].source);
        at[6] = text(said[i].value);
        at[7] = text(said[i].is_resolved   ? said[i].resolution
                     : said[i].is_conflict ? "open conflict"
                                           : "agrees");
        at[8] = text(said[i].reason);
    }
    const cbk_listing listing = {.analysis = "show",
                                 .title = "Sources",
                                 .sentence = sentence,
                                 .n_columns = N,
                                 .names = names,
                                 .n_rows = n,
                                 .values = values};
    return cbk_listing_write(session, arguments, &listing);
}

/* ---- the command
 * ------------------------------------------------------------------------ */

static int show_part(cbk_session *session, const cbk_arguments *arguments)
{
    const char *const *words = arguments->operands;
    cbk_study *study = NULL;
    const cbk_form *form = NULL;
    cbk_status status =
        cbk_study_records_of_casebook(session->casebook, words[0], session->arena,
                                      &session->problems, &study, &session->error);
    if (status == CBK_OK && strcmp(words[1], "sources") == 0) {
        return show_sources(session, arguments, study);
    }
    if (status == CBK_OK) {
        status =
            cbk_casebook_form(study, words[1], session->arena, &form, &session->error);
    }
    if (status != CBK_OK) {
        return cbk_session_fail(session, status);
    }
    const cbk_records *records = cbk_study_records(study, form->name);
    if (arguments->n_operands == 2) {
        return show_form(session, arguments, records);
    }
    const size_t row = cbk_records_find(records, words[2]);
    return row != SIZE_MAX
               ? show_record(session, arguments, records, row)
               : cbk_session_refuse(
                     session, "%s has no record \"%s\"%s", form->name, words[2],
                     records->n != NULL
                         ? "; a row of a repeating form is written PATIENT/N"
                         : "");
}

static int run(const cbk_arguments *arguments)
{
    cbk_session session;
    if (!cbk_session_open(&session, arguments)) {
        return CBK_EXIT_ENVIRONMENT;
    }
    const cbk_status status =
        cbk_session_open_casebook(&session, arguments->operands[0], CBK_CASEBOOK_READ);
    const int code = status != CBK_OK             ? cbk_session_fail(&session, status)
                     : arguments->n_operands == 1 ? show_file(&session, arguments)
                                                  : show_part(&session, arguments);
    return cbk_session_close(&session, code);
}

const cbk_command cbk_command_show = {
    .name = "show",
    .operands = "FILE [FORM [RECORD]]",
    .n_operands_min = 1,
    .n_operands_max = 3,
    .summary = "what a casebook file holds",
    .details =
        "FILE alone: its forms, how much is in them, where its audit trail stands. "
        "With FORM all its records, with RECORD one of them, field by field. FORM "
        "sources prints what other sources say, with the numbers that casebook edit "
        "uses to resolve a conflict.",
    .examples = "casebook show ivc.casebook\n"
                "casebook show ivc.casebook patient 3\n"
                "casebook show ivc.casebook sources",
    .n_options = CBK_COUNT_OF(options),
    .options = options,
    .run = run,
};
