/* log.c - casebook log: the audit trail of a casebook file. */
#include "cli/listing.h"
#include "cli/options.h"

#include "base/date.h"

#include <stdio.h>
#include <string.h>

static const cbk_option options[] = {
    {.name = "record",
     .argument = "RECORD",
     .help = "only changes of this record, 3 or 3/2, in all forms"},
    {.name = "since",
     .argument = "TIME",
     .help = "only from this time on: YYYY-MM-DD or YYYY-MM-DDTHH:MM:SS, UTC"},
    {.name = "changes", .help = "a row for each cell, not for each transaction"},
    CBK_OPTIONS_PRINTED,
};

static bool is_time(const char *text)
{
    char day[11] = "";
    int32_t days = 0;
    (void)snprintf(day, sizeof day, "%s", text);
    return cbk_date_parse(day, &days) &&
           (strlen(text) == 10 || (text[10] == 'T' && strlen(text) <= 20));
}

/* "patient.csv into patient", for people: the hash is in JSON and in the file. */
#define SHORT_DETAIL                                                                     \
    "CASE WHEN instr(detail, ' sha256 ') > 0 THEN substr(detail, 1, instr(detail, "      \
    "' sha256 ') - 1) || substr(detail, instr(detail, ' sha256 ') + 72) "                \
    "ELSE detail END AS detail"

/* Adds a text as SQL has it. */
static void add_quoted(cbk_buffer *out, const char *text)
{
    cbk_buffer_add(out, "'");
    for (const char *at = text; *at != '\0'; at++) {
        cbk_buffer_add(out, *at == '\'' ? "'" : "");
        cbk_buffer_add_bytes(out, at, 1);
    }
    cbk_buffer_add(out, "'");
}

static const char *sql_of(const cbk_arguments *arguments, cbk_arena *arena)
{
    const char *record = cbk_argument(arguments, "record");
    const char *since = cbk_argument(arguments, "since");
    const bool is_by_cell = record != NULL || cbk_argument(arguments, "changes") != NULL;
    cbk_buffer sql = {0};
    cbk_buffer_add(&sql, is_by_cell
                             ? "SELECT txn, at, actor, form, record, coalesce(field, '(' "
                               "|| action || ')') AS field, old, new, reason FROM "
                               "casebook_log WHERE seq IS NOT NULL"
                             : "SELECT txn, at, actor, deed, count(seq) AS changes, "
                               "reason, ");
    if (!is_by_cell) {
        cbk_buffer_add(&sql, cbk_session_format(arguments) == CBK_FORMAT_JSON
                                 ? "detail FROM casebook_log WHERE 1"
                                 : SHORT_DETAIL " FROM casebook_log WHERE 1");
    }
    if (record != NULL) {
        cbk_buffer_add(&sql, " AND form NOT LIKE 'casebook%' AND record = ");
        add_quoted(&sql, record);
    }
    if (since != NULL) {
        cbk_buffer_add(&sql, " AND at >= ");
        add_quoted(&sql, since);
    }
    cbk_buffer_add(&sql, is_by_cell ? " ORDER BY seq" : " GROUP BY txn ORDER BY txn");
    const char *text = sql.is_failed ? NULL : cbk_text_copy(arena, sql.bytes);
    cbk_buffer_free(&sql);
    return text;
}

static int print_log(cbk_session *session, const cbk_arguments *arguments)
{
    const char *path = arguments->operands[0];
    const cbk_answer *answer = NULL;
    cbk_status status = cbk_session_open_casebook(session, path, CBK_CASEBOOK_READ);
    const char *sql = sql_of(arguments, session->arena);
    if (status == CBK_OK) {
        status = sql == NULL ? CBK_ENOMEM
                             : cbk_casebook_query(session->casebook, sql, session->arena,
                                                  &answer, &session->error);
    }
    if (status != CBK_OK) {
        return cbk_session_fail(session, status);
    }
    const cbk_listing listing = {
        .analysis = "log",
        .title = "Audit trail",
        .sentence = cbk_text_format(session->arena, "%s: %zu row%s.", path,
                                    answer->n_rows, answer->n_rows == 1 ? "" : "s"),
        .n_columns = answer->n_columns,
        .names = answer->names,
        .n_rows = answer->n_rows,
        .values = answer->values};
    return listing.sentence != NULL ? cbk_listing_write(session, arguments, &listing)
                                    : cbk_session_fail(session, CBK_ENOMEM);
}

static int run(const cbk_arguments *arguments)
{
    cbk_session session;
    if (!cbk_session_open(&session, arguments)) {
        return CBK_EXIT_ENVIRONMENT;
    }
    const char *since = cbk_argument(arguments, "since");
    const int code = since == NULL || is_time(since)
                         ? print_log(&session, arguments)
                         : cbk_session_refuse(&session,
                                              "--since is a time as YYYY-MM-DD or "
                                              "YYYY-MM-DDTHH:MM:SS, not \"%s\"",
                                              since);
    return cbk_session_close(&session, code);
}

const cbk_command cbk_command_log = {
    .name = "log",
    .operands = "FILE",
    .n_operands_min = 1,
    .n_operands_max = 1,
    .summary = "what was done to a casebook file, by whom, when and why",
    .details =
        "Prints a row for each transaction: its number, time (UTC), account, what was "
        "done, how many cells changed, and why. With --changes or --record a row for "
        "each "
        "cell: its old and its new value. The table is the view casebook_log of the "
        "file, "
        "which any program that reads SQLite can read as well.",
    .examples = "casebook log ivc.casebook\n"
                "casebook log ivc.casebook --record 3 --since 2026-01-01",
    .n_options = CBK_COUNT_OF(options),
    .options = options,
    .run = run,
};
