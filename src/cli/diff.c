/* diff.c - casebook diff: two states of a casebook file, in records and in what is
 * printed from them.
 */
#include "cli/listing.h"
#include "cli/options.h"

#include "base/text.h"
#include "report/report.h"
#include "study/casebook/casebook.h"

#include <stdlib.h>
#include <string.h>

static const cbk_option options[] = {
    {.name = "claims",
     .argument = "FILE",
     .help = "a manuscript's claims: which of them fare differently"},
    CBK_OPTIONS_PRINTED,
};

enum { N_COLUMNS = 4 };

/* The two states being compared. */
typedef struct comparing {
    cbk_session *session;
    cbk_study *studies[2];
    cbk_audit const *audits[2];
    size_t n;
    size_t capacity;
    cbk_value *values; /* N_COLUMNS a row */
} comparing;

static void add(comparing *at, const char *kind, const char *what, const char *before,
                const char *after)
{
    if (at->n == at->capacity) {
        at->capacity = at->capacity == 0 ? 64 : 2 * at->capacity;
        cbk_value *larger =
            CBK_NEW(at->session->arena, cbk_value, N_COLUMNS * at->capacity);
        if (larger == NULL) {
            at->capacity = at->n;
            return; /* the arena remembers */
        }
        if (at->n > 0) {
            memcpy(larger, at->values, N_COLUMNS * at->n * sizeof *larger);
        }
        at->values = larger;
    }
    const char *const texts[N_COLUMNS] = {kind, what, before, after};
    for (size_t i = 0; i < N_COLUMNS; i++) {
        at->values[N_COLUMNS * at->n + i] =
            texts[i] != NULL ? (cbk_value){.kind = CBK_VALUE_TEXT, .text = texts[i]}
                             : (cbk_value){.kind = CBK_VALUE_ABSENT};
    }
    at->n++;
}

/* ---- records
 * --------------------------------------------------------------------------- */

static void compare_cells(comparing *at, const cbk_records *const records[2],
                          const char *name, const size_t rows[2])
{
    cbk_arena *arena = at->session->arena;
    const cbk_form *form = records[1]->form;
    for (size_t i = 0; i < form->n_fields; i++) {
        const char *field = form->fields[i].name;
        const cbk_field *old = cbk_form_field(records[0]->form, field);
        if (old == NULL) {
            continue; /* the protocol changed; that is said once */
        }
        const char *before =
            cbk_recorded_words(old, cbk_records_value(records[0], rows[0], field), arena);
        const char *after = cbk_recorded_words(
            &form->fields[i], cbk_records_value(records[1], rows[1], field), arena);
        if (!cbk_text_is_equal(before, after)) {
            add(at, "record", cbk_text_format(arena, "%s %s %s", form->name, name, field),
                before, after);
        }
    }
}

/* Two lists in the order of their names, walked together. */
static void compare_records(comparing *at, const cbk_records *const records[2])
{
    cbk_arena *arena = at->session->arena;
    const char *form = records[1]->form->name;
    const cbk_named_row *rows[2] = {cbk_records_sorted(records[0], arena),
                                    cbk_records_sorted(records[1], arena)};
    size_t next[2] = {0, 0};
    while (rows[0] != NULL && rows[1] != NULL &&
           (next[0] < records[0]->n_rows || next[1] < records[1]->n_rows)) {
        const cbk_named_row *left =
            next[0] < records[0]->n_rows ? &rows[0][next[0]] : NULL;
        const cbk_named_row *right =
            next[1] < records[1]->n_rows ? &rows[1][next[1]] : NULL;
        const int order = left == NULL    ? 1
                          : right == NULL ? -1
                                          : strcmp(left->name, right->name);
        if (order == 0) {
            compare_cells(at, records, left->name, (size_t[]){left->row, right->row});
        } else {
            add(at, "record",
                cbk_text_format(arena, "%s %s", form,
                                order < 0 ? left->name : right->name),
                order < 0 ? "there" : NULL, order < 0 ? NULL : "there");
        }
        next[0] += order <= 0;
        next[1] += order >= 0;
    }
}

static void compare_forms(comparing *at)
{
    const cbk_protocol *now = cbk_study_protocol(at->studies[1]);
    const cbk_protocol *old = cbk_study_protocol(at->studies[0]);
    for (size_t i = 0; i < now->n_forms; i++) {
        const char *name = now->forms[i].name;
        const cbk_records *const records[2] = {cbk_study_records(at->studies[0], name),
                                               cbk_study_records(at->studies[1], name)};
        if (records[0] == NULL) {
            add(at, "form", name, NULL, "there");
        } else {
            compare_records(at, records);
        }
    }
    for (size_t i = 0; i < old->n_forms; i++) {
        if (cbk_protocol_form(now, old->forms[i].name) == NULL) {
            add(at, "form", old->forms[i].name, "there", NULL);
        }
    }
}

/* ---- what is printed
 * ------------------------------------------------------------------- */

/* The table as text; NULL: it cannot be made (the reason is in the session's error). */
static const char *table_text(comparing *at, int which, const char *id)
{
    const cbk_conventions conventions = cbk_conventions_of(CBK_PROFILE_R);
    const cbk_document *document = NULL;
    const char *bytes = NULL;
    size_t size = 0;
    cbk_error err;
    cbk_arena *arena = at->session->arena;
    return cbk_report_one_table(at->studies[which], id, &conventions, arena, &document,
                                &err) == CBK_OK &&
                   cbk_render(document, CBK_FORMAT_CSV, 80, arena, &bytes, &size, &err) ==
                       CBK_OK
               ? bytes
               : NULL;
}

static const char *figure_text(comparing *at, int which, const char *id)
{
    const cbk_conventions conventions = cbk_conventions_of(CBK_PROFILE_R);
    const cbk_document *document = NULL;
    const char *bytes = NULL;
    size_t size = 0;
    cbk_error err;
    cbk_arena *arena = at->session->arena;
    return cbk_report_one_figure(at->studies[which], id, &conventions, arena, &document,
                                 &err) == CBK_OK &&
                   cbk_render_svg(document->last->figure->drawing, arena, &bytes, &size,
                                  &err) == CBK_OK
               ? bytes
               : NULL;
}

static void compare_print(comparing *at, const char *kind, const char *id,
                          const char *(*text)(comparing *, int, const char *),
                          bool is_in_both)
{
    if (!is_in_both) {
        add(at, kind, id, NULL, "there");
    } else if (!cbk_text_is_equal(text(at, 0, id), text(at, 1, id))) {
        add(at, kind, id, NULL, "prints something else");
    }
}

static void compare_prints(comparing *at)
{
    const cbk_protocol *now = cbk_study_protocol(at->studies[1]);
    const cbk_protocol *old = cbk_study_protocol(at->studies[0]);
    for (size_t i = 0; i < now->n_tables; i++) {
        const char *id = now->tables[i].id;
        compare_print(at, "table", id, table_text, cbk_protocol_table(old, id) != NULL);
    }
    for (size_t i = 0; i < now->n_figures; i++) {
        const char *id = now->figures[i].id;
        compare_print(at, "figure", id, figure_text,
                      cbk_protocol_figure(old, id) != NULL);
    }
}

/* "44.33, 63: does_not_reproduce" */
static const char *claim_text(const cbk_claim_result *result, cbk_arena *arena)
{
    cbk_buffer out = {0};
    char number[CBK_NUMBER_SIZE];
    for (size_t i = 0; i < result->n_computed; i++) {
        const cbk_value *value = &result->computed[i].value;
        cbk_number_shortest(value->kind == CBK_VALUE_NUMBER ? value->number : 0.0,
                            number);
        cbk_buffer_addf(&out, "%s%s", i > 0 ? ", " : "",
                        value->kind == CBK_VALUE_NUMBER ? number
                        : value->kind == CBK_VALUE_TEXT ? value->text
                                                        : "absent");
    }
    cbk_buffer_addf(&out, "%s%s", result->n_computed > 0 ? ": " : "",
                    cbk_verdict_name(result->verdict));
    const char *text = out.is_failed ? NULL : cbk_text_copy(arena, out.bytes);
    cbk_buffer_free(&out);
    return text;
}

static cbk_status compare_claims(comparing *at, const char *path)
{
    cbk_session *session = at->session;
    const cbk_claims *claims = NULL;
    if (path == NULL) {
        return CBK_OK;
    }
    CBK_TRY(cbk_claims_read(path, session->arena, &session->problems, &claims,
                            &session->error));
    for (int i = 0; i < 2; i++) {
        CBK_TRY(cbk_audit_run(at->studies[i], claims, session->arena, &session->problems,
                              &at->audits[i], &session->error));
    }
    for (size_t i = 0; i < at->audits[1]->n; i++) {
        const char *before = claim_text(&at->audits[0]->results[i], session->arena);
        const char *after = claim_text(&at->audits[1]->results[i], session->arena);
        if (!cbk_text_is_equal(before, after)) {
            add(at, "claim", at->audits[1]->results[i].claim->id, before, after);
        }
    }
    return CBK_OK;
}

/* ---- the states
 * ------------------------------------------------------------------------ */

/* The transaction of a lock's name, or of a number. */
static cbk_status find_state(cbk_session *session, const char *name, int64_t *out)
{
    const cbk_answer *answer = NULL;
    cbk_head head;
    CBK_TRY(cbk_casebook_head(session->casebook, &head, &session->error));
    CBK_TRY(cbk_casebook_query(session->casebook,
                               "SELECT name, txn FROM casebook_lock ORDER BY name",
                               session->arena, &answer, &session->error));
    const char **names = CBK_NEW(session->arena, const char *, answer->n_rows + 1);
    if (names == NULL) {
        return CBK_ENOMEM;
    }
    for (size_t i = 0; i < answer->n_rows; i++) {
        names[i] = answer->values[2 * i].text;
        if (strcmp(names[i], name) == 0) {
            *out = (int64_t)answer->values[2 * i + 1].number;
            return CBK_OK;
        }
    }
    double number = 0.0;
    if (cbk_number_parse(name, false, &number) && number >= 1.0 &&
        number <= (double)head.n_transactions) {
        *out = (int64_t)number;
        return CBK_OK;
    }
    char hint[CBK_HINT_SIZE];
    return cbk_fail(&session->error, CBK_EINVAL, CBK_ROW_NONE,
                    "there is no data lock \"%s\"%s", name,
                    cbk_spelling_hint(name, names, answer->n_rows, hint));
}

/* The study as it was; the state is built from the audit trail. */
static cbk_status open_state(cbk_session *session, int64_t until, const char *name,
                             cbk_study **out)
{
    cbk_casebook *replayed = NULL;
    CBK_TRY(
        cbk_casebook_replay(session->casebook, until, NULL, &replayed, &session->error));
    const cbk_status status = cbk_study_of_casebook(
        replayed, name, session->arena, &session->problems, out, &session->error);
    cbk_casebook_close(replayed);
    return status;
}

static cbk_status compare(comparing *at, const cbk_arguments *arguments)
{
    cbk_session *session = at->session;
    const char *const *words = arguments->operands;
    int64_t until[2] = {0, 0};
    CBK_TRY(cbk_session_open_casebook(session, words[0], CBK_CASEBOOK_READ));
    CBK_TRY(find_state(session, words[1], &until[0]));
    if (arguments->n_operands == 3) {
        CBK_TRY(find_state(session, words[2], &until[1]));
    }
    for (int i = 0; i < 2; i++) {
        CBK_TRY(open_state(session, until[i], words[0], &at->studies[i]));
    }
    compare_forms(at);
    compare_prints(at);
    CBK_TRY(compare_claims(at, cbk_argument(arguments, "claims")));
    return cbk_arena_has_failed(session->arena) ? CBK_ENOMEM : CBK_OK;
}

static int print(comparing *at, const cbk_arguments *arguments)
{
    static const char *const names[] = {"what", "which", "before", "after"};
    const char *const *words = arguments->operands;
    const char *second = arguments->n_operands == 3 ? words[2] : "now";
    const cbk_listing listing = {
        .analysis = "diff",
        .title = "What changed",
        .sentence =
            cbk_text_format(at->session->arena, "%s: from %s to %s, %zu change%s.",
                            words[0], words[1], second, at->n, at->n == 1 ? "" : "s"),
        .n_columns = N_COLUMNS,
        .names = names,
        .n_rows = at->n,
        .values = at->values};
    return listing.sentence != NULL ? cbk_listing_write(at->session, arguments, &listing)
                                    : cbk_session_fail(at->session, CBK_ENOMEM);
}

static int run(const cbk_arguments *arguments)
{
    cbk_session session;
    if (!cbk_session_open(&session, arguments)) {
        return CBK_EXIT_ENVIRONMENT;
    }
    comparing at = {.session = &session};
    const cbk_status status = compare(&at, arguments);
    const int code =
        status == CBK_OK ? print(&at, arguments) : cbk_session_fail(&session, status);
    cbk_study_close(at.studies[0]);
    cbk_study_close(at.studies[1]);
    return cbk_session_close(&session, code);
}

const cbk_command cbk_command_diff = {
    .name = "diff",
    .operands = "FILE LOCK1 [LOCK2]",
    .n_operands_min = 2,
    .n_operands_max = 3,
    .summary = "what changed between two data locks, down to tables and claims",
    .details =
        "Builds both states from the audit trail and compares them: each record and cell "
        "that changed, each table and figure of the protocol that prints something else, "
        "and with --claims each claim of the manuscript that fares differently. LOCK is "
        "the name of a data lock or the number of a transaction; without LOCK2 the "
        "second "
        "state is the file as it is now.",
    .examples = "casebook diff ivc.casebook \"submission 1\" \"submission 2\" --claims "
                "claims.yaml",
    .n_options = CBK_COUNT_OF(options),
    .options = options,
    .run = run,
};
