/* lock.c - casebook lock: a state of the data gets a name. */
#include "cli/listing.h"
#include "cli/options.h"

#include "study/casebook/casebook.h"

#include <stdio.h>
#include <string.h>

static const cbk_option options[] = {CBK_OPTION_REASON, CBK_OPTIONS_PRINTED};

static int list(cbk_session *session, const cbk_arguments *arguments)
{
    const cbk_answer *answer = NULL;
    const cbk_status status = cbk_casebook_query(
        session->casebook,
        "SELECT l.name, l.txn AS \"transaction\", "
        "strftime('%Y-%m-%dT%H:%M:%SZ', t.at_us / 1000000, 'unixepoch') AS at, l.hash "
        "FROM casebook_lock l JOIN casebook_transaction t ON t.number = l.txn "
        "ORDER BY l.txn, l.name",
        session->arena, &answer, &session->error);
    if (status != CBK_OK) {
        return cbk_session_fail(session, status);
    }
    const cbk_listing listing = {
        .analysis = "locks",
        .title = "Data locks",
        .sentence = cbk_text_format(session->arena, "%s: %zu data lock%s.",
                                    arguments->operands[0], answer->n_rows,
                                    answer->n_rows == 1 ? "" : "s"),
        .n_columns = answer->n_columns,
        .names = answer->names,
        .n_rows = answer->n_rows,
        .values = answer->values};
    return listing.sentence != NULL ? cbk_listing_write(session, arguments, &listing)
                                    : cbk_session_fail(session, CBK_ENOMEM);
}

static int lock(cbk_session *session, const cbk_arguments *arguments)
{
    static const char *const fields[] = {"txn", "hash"};
    const char *name = arguments->operands[1];
    cbk_head head;
    cbk_status status = cbk_casebook_head(session->casebook, &head, &session->error);
    if (status == CBK_OK) {
        const cbk_file_cell cells[] = {cbk_cell_number((double)head.n_transactions),
                                       cbk_cell_text(head.hash)};
        const cbk_change change = {.kind = CBK_CHANGE_CREATE,
                                   .table = CBK_TABLE_LOCK,
                                   .record = name,
                                   .n_fields = 2,
                                   .fields = fields,
                                   .cells = cells};
        const cbk_deed deed = {.action = "lock",
                               .reason = cbk_argument(arguments, "reason"),
                               .detail = name,
                               .after = head.n_transactions};
        status =
            cbk_casebook_commit(session->casebook, &deed, &change, 1, &session->error);
    }
    if (status != CBK_OK) {
        return cbk_session_fail(session, status);
    }
    cbk_session_warn_of_anchor(session);
    printf("%s: \"%s\" is the state after transaction %lld\n%s\n", arguments->operands[0],
           name, (long long)head.n_transactions, head.hash);
    return CBK_EXIT_DONE;
}

static int run(const cbk_arguments *arguments)
{
    cbk_session session;
    if (!cbk_session_open(&session, arguments)) {
        return CBK_EXIT_ENVIRONMENT;
    }
    const bool is_list = arguments->n_operands == 1;
    const char *name = is_list ? "" : arguments->operands[1];
    if (!is_list && (name[0] == '\0' || strspn(name, "0123456789") == strlen(name))) {
        return cbk_session_close(
            &session,
            cbk_session_refuse(&session, "a lock's name is more than a number"));
    }
    const cbk_status status =
        cbk_session_open_casebook(&session, arguments->operands[0],
                                  is_list ? CBK_CASEBOOK_READ : CBK_CASEBOOK_WRITE);
    const int code = status != CBK_OK ? cbk_session_fail(&session, status)
                     : is_list        ? list(&session, arguments)
                                      : lock(&session, arguments);
    return cbk_session_close(&session, code);
}

const cbk_command cbk_command_lock = {
    .name = "lock",
    .operands = "FILE [NAME]",
    .n_operands_min = 1,
    .n_operands_max = 2,
    .summary = "a name for the state of the data, as of a submission",
    .details =
        "The data as they are now get the name for ever; casebook diff compares two "
        "such states. Nothing is frozen by it. Without NAME the locks are listed.",
    .examples = "casebook lock ivc.casebook \"submission 1\"\n"
                "casebook lock ivc.casebook",
    .n_options = CBK_COUNT_OF(options),
    .options = options,
    .run = run,
};
