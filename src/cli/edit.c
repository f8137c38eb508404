/* edit.c - casebook edit: one record of a casebook file changed by hand. */
#include "cli/options.h"
#include "cli/session.h"

#include "study/casebook/casebook.h"

#include <stdio.h>
#include <string.h>

static const cbk_option options[] = {
    {.name = "reason",
     .argument = "TEXT",
     .help = "why, for the audit trail; cannot be left out for a record that is there"},
    {.name = "new", .help = "make the record"},
    {.name = "delete", .help = "delete the record; its history stays"},
};

/* What is wrong with the words of the command line, or NULL. */
static const char *wrong_words(const cbk_arguments *arguments)
{
    const bool is_new = cbk_argument(arguments, "new") != NULL;
    const bool is_deleted = cbk_argument(arguments, "delete") != NULL;
    const char *reason = cbk_argument(arguments, "reason");
    if (is_new && is_deleted) {
        return "--new and --delete do not go together";
    }
    if (!is_new && (reason == NULL || reason[strspn(reason, " \t")] == '\0')) {
        return "a change of a record needs its reason: --reason \"…\"";
    }
    if (is_deleted && arguments->n_operands > 3) {
        return "a record that is deleted gets no values";
    }
    if (is_new || is_deleted || arguments->n_operands > 3) {
        return NULL;
    }
    const bool has_value = strchr(arguments->operands[2], '=') != NULL;
    return has_value ? "say of which form and record: FILE FORM RECORD field=value"
                     : "say what to change: field=value";
}

static cbk_status read_change(cbk_session *session, const cbk_arguments *arguments,
                              cbk_change *out)
{
    const char *const *words = arguments->operands;
    cbk_study *study = NULL;
    CBK_TRY(cbk_study_forms_of_casebook(session->casebook, words[0], session->arena,
                                        &session->problems, &study, &session->error));
    CBK_TRY(cbk_edit_read(study, words[1], words[2], words + 3, arguments->n_operands - 3,
                          cbk_argument(arguments, "reason"), session->arena,
                          &session->problems, out, &session->error));
    out->kind = cbk_argument(arguments, "new") != NULL      ? CBK_CHANGE_CREATE
                : cbk_argument(arguments, "delete") != NULL ? CBK_CHANGE_DELETE
                                                            : CBK_CHANGE_UPDATE;
    return CBK_OK;
}

static int edit(cbk_session *session, const cbk_arguments *arguments)
{
    const char *const *words = arguments->operands;
    const cbk_deed deed = {.action = "edit", .reason = cbk_argument(arguments, "reason")};
    cbk_change change;
    cbk_status status = cbk_session_open_casebook(session, words[0], CBK_CASEBOOK_WRITE);
    if (status == CBK_OK) {
        status = read_change(session, arguments, &change);
    }
    if (status == CBK_OK) {
        status =
            cbk_casebook_commit(session->casebook, &deed, &change, 1, &session->error);
    }
    if (status != CBK_OK) {
        return cbk_session_fail(session, status);
    }
    int64_t n = 0;
    const int64_t transaction = cbk_casebook_committed(session->casebook, &n);
    if (transaction == 0) {
        printf("%s %s: nothing to change\n", words[1], words[2]);
        return CBK_EXIT_DONE;
    }
    cbk_session_warn_of_anchor(session);
    printf("%s %s: %lld change%s, transaction %lld\n", words[1], words[2], (long long)n,
           n == 1 ? "" : "s", (long long)transaction);
    return CBK_EXIT_DONE;
}

static int run(const cbk_arguments *arguments)
{
    cbk_session session;
    if (!cbk_session_open(&session, arguments)) {
        return CBK_EXIT_ENVIRONMENT;
    }
    const char *wrong = wrong_words(arguments);
    return cbk_session_close(&session, wrong != NULL
                                           ? cbk_session_refuse(&session, "%s", wrong)
                                           : edit(&session, arguments));
}

const cbk_command cbk_command_edit = {
    .name = "edit",
    .operands = "FILE FORM RECORD [FIELD=VALUE ...]",
    .n_operands_min = 3,
    .n_operands_max = 2000,
    .summary = "one record of a casebook file, changed by hand",
    .details =
        "Enters values into a record and says why; who, when, the old and the new value "
        "go into the audit trail with the reason, in the same transaction. A row of a "
        "repeating form is written as PATIENT/N. An empty value is \"not recorded\"; a "
        "code for a missing value keeps its kind. What was entered by hand is not "
        "overwritten by a later import.\n\n"
        "FORM sources resolves a conflict: RECORD is the number that casebook show FILE "
        "sources prints, the change is resolution=..., the reason is --reason.",
    .examples =
        "casebook edit ivc.casebook patient 3 age_years=63 --reason \"chart reread\"\n"
        "casebook edit ivc.casebook recurrence 3/4 month=20 site=lung --new\n"
        "casebook edit ivc.casebook sources 1 resolution=\"record kept\" --reason "
        "\"date of birth\"",
    .n_options = CBK_COUNT_OF(options),
    .options = options,
    .run = run,
};
