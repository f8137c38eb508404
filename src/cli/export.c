/* export.c - casebook export: the records of a form, for somebody else. */
#include "cli/options.h"
#include "cli/session.h"

#include "base/file.h"
#include "study/casebook/casebook.h"

#include <stdio.h>
#include <string.h>

static const cbk_option options[] = {
    {.name = "form",
     .argument = "NAME",
     .help = "which form; the patients when not given"},
    CBK_OPTION_OUTPUT,
    {.name = "index",
     .argument = "FIELD",
     .help = "the patient's date that days are counted from; the start of the first "
             "endpoint when not given"},
    {.name = "dates", .help = "keep dates as they are"},
    {.name = "ages", .help = "keep ages over 89 as they are"},
    {.name = "text", .help = "keep free text"},
    {.name = "known",
     .argument = "A,B",
     .help =
         "what somebody may know of a patient, for the warning; the ages and the first "
         "two choices when not given"},
    CBK_OPTION_REASON,
};

static void warn(const cbk_export *made)
{
    if (made->n_known == 0 || made->n_rare == 0) {
        return;
    }
    (void)fprintf(stderr, "warning: whoever knows ");
    for (size_t i = 0; i < made->n_known; i++) {
        (void)fprintf(stderr, "%s%s", i > 0 ? ", " : "", made->known[i]);
    }
    (void)fprintf(stderr,
                  " of a patient finds the record: %zu of %zu are alone with theirs, "
                  "%zu share it with fewer than %d\n",
                  made->n_alone, made->n_rows, made->n_rare, CBK_EXPORT_RARE);
}

static void say_what_left(const cbk_export *made)
{
    if (made->n_dates > 0) {
        (void)fprintf(stderr, "%zu date field%s as days (--dates keeps dates)\n",
                      made->n_dates, made->n_dates == 1 ? "" : "s");
    }
    if (made->n_ages > 0) {
        (void)fprintf(stderr, "%zu age%s over 89 as 90+ (--ages keeps them)\n",
                      made->n_ages, made->n_ages == 1 ? "" : "s");
    }
    if (made->n_implied > 0) {
        (void)fprintf(stderr,
                      "warning: of %zu record%s age and days add up to an age over 89\n",
                      made->n_implied, made->n_implied == 1 ? "" : "s");
    }
    if (made->n_left_out > 0) {
        (void)fprintf(stderr, "%zu field%s of free text left out (--text keeps them)\n",
                      made->n_left_out, made->n_left_out == 1 ? "" : "s");
    }
}

/* That something left is part of the history. */
static cbk_status note(cbk_session *session, const cbk_arguments *arguments,
                       const cbk_export_wish *wish, const cbk_export *made)
{
    char hash[CBK_HASH_HEX_SIZE];
    cbk_sha256_hex(made->bytes, made->size, hash);
    const cbk_deed deed = {
        .action = "export",
        .reason = cbk_argument(arguments, "reason"),
        .detail = cbk_text_format(session->arena, "%s sha256 %s%s%s%s", wish->form, hash,
                                  wish->has_dates ? " with dates" : "",
                                  wish->has_ages ? " with ages" : "",
                                  wish->has_text ? " with free text" : "")};
    return deed.detail != NULL
               ? cbk_casebook_commit(session->casebook, &deed, NULL, 0, &session->error)
               : CBK_ENOMEM;
}

static cbk_status make(cbk_session *session, const cbk_arguments *arguments,
                       cbk_export_wish *wish, cbk_export *made)
{
    const char *path = arguments->operands[0];
    cbk_study *study = NULL;
    CBK_TRY(cbk_session_open_casebook(session, path, CBK_CASEBOOK_WRITE));
    CBK_TRY(cbk_study_records_of_casebook(session->casebook, path, session->arena,
                                          &session->problems, &study, &session->error));
    if (wish->form == NULL) {
        wish->form = cbk_study_protocol(study)->forms[0].name;
    }
    wish->known =
        cbk_split_list(cbk_argument(arguments, "known"), session->arena, &wish->n_known);
    CBK_TRY(cbk_export_make(study, wish, session->arena, made, &session->error));
    warn(made);
    return note(session, arguments, wish, made);
}

static int run(const cbk_arguments *arguments)
{
    cbk_session session;
    if (!cbk_session_open(&session, arguments)) {
        return CBK_EXIT_ENVIRONMENT;
    }
    cbk_export_wish wish = {.form = cbk_argument(arguments, "form"),
                            .index = cbk_argument(arguments, "index"),
                            .has_dates = cbk_argument(arguments, "dates") != NULL,
                            .has_ages = cbk_argument(arguments, "ages") != NULL,
                            .has_text = cbk_argument(arguments, "text") != NULL};
    cbk_export made;
    const cbk_status status = make(&session, arguments, &wish, &made);
    if (status != CBK_OK) {
        return cbk_session_close(&session, cbk_session_fail(&session, status));
    }
    cbk_session_warn_of_anchor(&session);
    say_what_left(&made);
    return cbk_session_close(
        &session, cbk_session_write(&session, cbk_argument(arguments, "output"),
                                    made.bytes, made.size));
}

const cbk_command cbk_command_export = {
    .name = "export",
    .operands = "FILE",
    .n_operands_min = 1,
    .n_operands_max = 1,
    .summary = "the records of a form as CSV, for somebody else",
    .details =
        "What leaves says less than the file: a date leaves as days from one date of the "
        "patient, and that date as its year; ages over 89, and days that tell them, "
        "leave "
        "as 90+; free text stays. "
        "Options keep each of them. Before anything is written a warning says how many "
        "records are alone, or nearly, with what somebody may know of a patient (ages in "
        "bands of five years). A cell that a spreadsheet would take for a formula gets "
        "an "
        "apostrophe. That an export was made, of what, and the hash of it, goes into the "
        "audit trail.\n\n"
        "This makes records harder to recognise, not anonymous. Keys are exported as "
        "they "
        "are: use numbers that mean nothing.",
    .examples = "casebook export ivc.casebook -o patients.csv\n"
                "casebook export ivc.casebook --form recurrence --known site,month",
    .n_options = CBK_COUNT_OF(options),
    .options = options,
    .run = run,
};
