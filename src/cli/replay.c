/* replay.c - casebook replay: the tables of a casebook file from its audit trail alone.
 */
#include "cli/options.h"
#include "cli/session.h"

#include "base/date.h"

#include <stdio.h>
#include <string.h>

static const cbk_option options[] = {
    {.name = "at",
     .argument = "TIME",
     .help = "as it was at this time: YYYY-MM-DD (its end), YYYY-MM-DDTHH:MM:SS, UTC, or "
             "the number of a transaction"},
    CBK_OPTION_OUTPUT,
};

/* Microseconds since 1970 of the end of a day or of a second; false: no such time. */
static bool read_time(const char *text, int64_t *at_us)
{
    char day[11];
    int32_t days = 0;
    int hour = 23;
    int minute = 59;
    int second = 59;
    int end = 0;
    (void)snprintf(day, sizeof day, "%s", text);
    if (!cbk_date_parse(day, &days)) {
        return false;
    }
    if (strlen(text) > 10) {
        const int n = sscanf(text + 10, "T%2d:%2d:%2d%n", &hour, &minute, &second, &end);
        const char *rest = text + 10 + end;
        if (n != 3 || (strcmp(rest, "") != 0 && strcmp(rest, "Z") != 0) || hour < 0 ||
            hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) {
            return false;
        }
    }
    *at_us = (((int64_t)days * 24 + hour) * 60 + minute) * 60 + second;
    *at_us = (*at_us + 1) * 1000000 - 1;
    return true;
}

static cbk_status read_number(cbk_session *session, const char *at, int64_t *until)
{
    cbk_head head;
    CBK_TRY(cbk_casebook_head(session->casebook, &head, &session->error));
    for (const char *digit = at; *digit != '\0'; digit++) {
        *until = *until * 10 + (*digit - '0');
    }
    return *until >= 1 && *until <= head.n_transactions
               ? CBK_OK
               : cbk_fail(&session->error, CBK_EINVAL, CBK_ROW_NONE,
                          "there is no transaction %s; the last one is %lld", at,
                          (long long)head.n_transactions);
}

/* The last transaction that is wanted; 0 with CBK_OK: all. */
static cbk_status find_until(cbk_session *session, const char *at, int64_t *until)
{
    int64_t at_us = 0;
    *until = 0;
    if (at == NULL) {
        return CBK_OK;
    }
    if (strspn(at, "0123456789") == strlen(at) && at[0] != '\0' && strlen(at) < 16) {
        return read_number(session, at, until);
    }
    if (!read_time(at, &at_us)) {
        return cbk_fail(&session->error, CBK_EINVAL, CBK_ROW_NONE,
                        "--at is a time as YYYY-MM-DD or YYYY-MM-DDTHH:MM:SS, or the "
                        "number of a transaction, not \"%s\"",
                        at);
    }
    CBK_TRY(
        cbk_casebook_transaction_at(session->casebook, at_us, until, &session->error));
    return *until > 0 ? CBK_OK
                      : cbk_fail(&session->error, CBK_EINVAL, CBK_ROW_NONE,
                                 "the file was not there yet at %s", at);
}

static int compare(cbk_session *session, const char *path)
{
    cbk_verification found;
    const cbk_status status = cbk_casebook_verify(session->casebook, NULL, session->arena,
                                                  &found, &session->error);
    if (status != CBK_OK) {
        return cbk_session_fail(session, status);
    }
    for (size_t i = 0; i < found.n_broken && i < CBK_BROKEN_MAX; i++) {
        printf("Broken: %s.\n", found.broken[i]);
    }
    if (found.n_broken > 0) {
        return CBK_EXIT_FINDING;
    }
    printf("%s: %lld changes of %lld transactions replayed; %zu tables are the same.\n",
           path, (long long)found.head.n_changes, (long long)found.head.n_transactions,
           found.n_tables);
    return CBK_EXIT_DONE;
}

static int replay(cbk_session *session, const cbk_arguments *arguments)
{
    const char *path = arguments->operands[0];
    const char *output = cbk_argument(arguments, "output");
    int64_t until = 0;
    cbk_casebook *made = NULL;
    cbk_head head;
    cbk_status status = cbk_session_open_casebook(session, path, CBK_CASEBOOK_READ);
    if (status == CBK_OK) {
        status = find_until(session, cbk_argument(arguments, "at"), &until);
    }
    if (status == CBK_OK && output == NULL) {
        return compare(session, path);
    }
    if (status == CBK_OK) {
        status =
            cbk_casebook_replay(session->casebook, until, output, &made, &session->error);
    }
    if (status == CBK_OK) {
        status = cbk_casebook_head(made, &head, &session->error);
    }
    cbk_casebook_close(made);
    if (status != CBK_OK) {
        return cbk_session_fail(session, status);
    }
    printf("%s: transactions 1 to %lld\n", output, (long long)head.n_transactions);
    return CBK_EXIT_DONE;
}

static int run(const cbk_arguments *arguments)
{
    cbk_session session;
    if (!cbk_session_open(&session, arguments)) {
        return CBK_EXIT_ENVIRONMENT;
    }
    const bool is_whole = cbk_argument(arguments, "at") == NULL ||
                          cbk_argument(arguments, "output") != NULL;
    const int code =
        is_whole ? replay(&session, arguments)
                 : cbk_session_refuse(&session, "--at needs a file to write: -o FILE");
    return cbk_session_close(&session, code);
}

const cbk_command cbk_command_replay = {
    .name = "replay",
    .operands = "FILE",
    .n_operands_min = 1,
    .n_operands_max = 1,
    .summary = "a casebook file's tables from its audit trail alone",
    .details =
        "Builds all tables anew from the audit trail and compares them with those of the "
        "file. Exit code 1 when they differ. With -o the tables are written as a "
        "casebook "
        "file instead, with --at as the file was at a time, history and all.",
    .examples = "casebook replay ivc.casebook\n"
                "casebook replay ivc.casebook --at 2026-06-30 -o ivc-june.casebook",
    .n_options = CBK_COUNT_OF(options),
    .options = options,
    .run = run,
};
