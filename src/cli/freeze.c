/* freeze.c - casebook freeze and unfreeze: what of a casebook file cannot be changed. */
#include "cli/options.h"
#include "cli/session.h"

#include "study/casebook/casebook.h"

#include <stdio.h>
#include <string.h>

static const cbk_option options[] = {
    {.name = "form",
     .argument = "NAME",
     .help = "this form; the database when not given"},
    {.name = "record", .argument = "RECORD", .help = "this record of the form"},
    CBK_OPTION_REASON,
};

static cbk_status commit(cbk_session *session, const cbk_arguments *arguments,
                         bool is_freeze, const char *scope)
{
    static const char *const fields[] = {"form", "record"};
    const char *form = cbk_argument(arguments, "form");
    const char *record = cbk_argument(arguments, "record");
    const cbk_file_cell cells[] = {cbk_cell_text(form), cbk_cell_text(record)};
    const cbk_change change = {.kind = is_freeze ? CBK_CHANGE_CREATE : CBK_CHANGE_DELETE,
                               .table = CBK_TABLE_FREEZE,
                               .record = scope,
                               .n_fields = is_freeze ? 2 : 0,
                               .fields = fields,
                               .cells = cells};
    const cbk_deed deed = {.action = is_freeze ? "freeze" : "unfreeze",
                           .reason = cbk_argument(arguments, "reason"),
                           .detail = scope};
    return cbk_casebook_commit(session->casebook, &deed, &change, 1, &session->error);
}

/* The form and the record of the command line must be there. */
static cbk_status check_scope(cbk_session *session, const cbk_arguments *arguments)
{
    const char *name = cbk_argument(arguments, "form");
    const char *record = cbk_argument(arguments, "record");
    cbk_study *study = NULL;
    const cbk_form *form = NULL;
    if (name == NULL) {
        return CBK_OK;
    }
    CBK_TRY(cbk_study_records_of_casebook(session->casebook, arguments->operands[0],
                                          session->arena, &session->problems, &study,
                                          &session->error));
    CBK_TRY(cbk_casebook_form(study, name, session->arena, &form, &session->error));
    return record == NULL ||
                   cbk_records_find(cbk_study_records(study, name), record) != SIZE_MAX
               ? CBK_OK
               : cbk_fail(&session->error, CBK_EINVAL, CBK_ROW_NONE,
                          "%s has no record \"%s\"", name, record);
}

static int change_scope(cbk_session *session, const cbk_arguments *arguments,
                        bool is_freeze)
{
    const char *form = cbk_argument(arguments, "form");
    const char *record = cbk_argument(arguments, "record");
    const char *scope =
        form == NULL     ? "database"
        : record == NULL ? cbk_text_format(session->arena, "form %s", form)
                         : cbk_text_format(session->arena, "record %s %s", form, record);
    cbk_status status =
        cbk_session_open_casebook(session, arguments->operands[0], CBK_CASEBOOK_WRITE);
    if (status == CBK_OK) {
        status = scope != NULL ? check_scope(session, arguments) : CBK_ENOMEM;
    }
    if (status == CBK_OK) {
        status = commit(session, arguments, is_freeze, scope);
    }
    if (status != CBK_OK) {
        return cbk_session_fail(session, status);
    }
    cbk_session_warn_of_anchor(session);
    printf("%s: %s is %s\n", arguments->operands[0], scope,
           is_freeze ? "frozen" : "no longer frozen");
    return CBK_EXIT_DONE;
}

static int run(const cbk_arguments *arguments, bool is_freeze)
{
    cbk_session session;
    if (!cbk_session_open(&session, arguments)) {
        return CBK_EXIT_ENVIRONMENT;
    }
    const char *reason = cbk_argument(arguments, "reason");
    int code = CBK_EXIT_DONE;
    if (cbk_argument(arguments, "record") != NULL &&
        cbk_argument(arguments, "form") == NULL) {
        code = cbk_session_refuse(&session, "--record needs its --form");
    } else if (reason == NULL || reason[strspn(reason, " \t")] == '\0') {
        code = cbk_session_refuse(&session, "say why: --reason \"…\"");
    } else {
        code = change_scope(&session, arguments, is_freeze);
    }
    return cbk_session_close(&session, code);
}

static int run_freeze(const cbk_arguments *arguments)
{
    return run(arguments, true);
}

static int run_unfreeze(const cbk_arguments *arguments)
{
    return run(arguments, false);
}

const cbk_command cbk_command_freeze = {
    .name = "freeze",
    .operands = "FILE",
    .n_operands_min = 1,
    .n_operands_max = 1,
    .summary = "a record, a form or a whole casebook file that cannot be changed",
    .details =
        "From then on no edit and no import changes what is frozen, through whatever "
        "door: the rule is in the file. A patient's record that is frozen takes the "
        "patient's rows in all forms with it, and no row can be added. casebook unfreeze "
        "lifts it; both are in the audit trail with their reason.",
    .examples = "casebook freeze ivc.casebook --reason \"follow-up closed\"\n"
                "casebook freeze ivc.casebook --form patient --record 3 --reason "
                "\"monitored\"",
    .n_options = CBK_COUNT_OF(options),
    .options = options,
    .run = run_freeze,
};

const cbk_command cbk_command_unfreeze = {
    .name = "unfreeze",
    .operands = "FILE",
    .n_operands_min = 1,
    .n_operands_max = 1,
    .summary = "what was frozen can be changed again",
    .details = "Lifts exactly the scope that casebook freeze was given.",
    .examples = "casebook unfreeze ivc.casebook --form patient --record 3 --reason "
                "\"date of death came in\"",
    .n_options = CBK_COUNT_OF(options),
    .options = options,
    .run = run_unfreeze,
};
