/* backup.c - casebook backup: a copy of a casebook file that others may be writing to. */
#include "cli/session.h"

#include <stdio.h>

static int back_up(cbk_session *session, const cbk_arguments *arguments)
{
    const char *path = arguments->operands[0];
    const char *copy = arguments->operands[1];
    cbk_head head;
    cbk_status status = cbk_session_open_casebook(session, path, CBK_CASEBOOK_READ);
    if (status == CBK_OK) {
        status = cbk_casebook_backup(session->casebook, copy, &session->error);
    }
    cbk_casebook_close(session->casebook);
    session->casebook = NULL;
    /* The copy is opened as a stranger's file is: what is printed is what it holds. */
    if (status == CBK_OK) {
        status = cbk_session_open_casebook(session, copy, CBK_CASEBOOK_READ);
    }
    if (status == CBK_OK) {
        status = cbk_casebook_head(session->casebook, &head, &session->error);
    }
    if (status != CBK_OK) {
        return cbk_session_fail(session, status);
    }
    printf("%s: transactions 1 to %lld\n%s\n", copy, (long long)head.n_transactions,
           head.hash);
    return CBK_EXIT_DONE;
}

static int run(const cbk_arguments *arguments)
{
    cbk_session session;
    if (!cbk_session_open(&session, arguments)) {
        return CBK_EXIT_ENVIRONMENT;
    }
    return cbk_session_close(&session, back_up(&session, arguments));
}

const cbk_command cbk_command_backup = {
    .name = "backup",
    .operands = "FILE COPY",
    .n_operands_min = 2,
    .n_operands_max = 2,
    .summary = "a copy of a casebook file, also while it is being written to",
    .details =
        "Copies the file through SQLite, so that the copy is whole even if somebody "
        "enters data at that moment. COPY must not be there. It is a casebook file "
        "with the same history; to restore it, put it in the place of the file.",
    .examples = "casebook backup ivc.casebook /media/usb/ivc-2026-11-23.casebook",
    .run = run,
};
