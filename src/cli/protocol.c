/* protocol.c - casebook protocol: the protocol of a casebook file, printed or replaced.
 */
#include "cli/options.h"
#include "cli/session.h"

#include "study/casebook/casebook.h"

#include <stdio.h>
#include <string.h>

static const cbk_option options[] = {
    {.name = "rename",
     .argument = "FORM.OLD=NEW,...",
     .help = "fields that get another name and keep their values"},
    {.name = "retire",
     .argument = "FORM.FIELD,...",
     .help = "fields, or forms, that leave the study; their values stay in the file"},
    CBK_OPTION_REASON,
    {.name = "dry-run", .help = "only show what would change"},
    {.name = "yes", .help = "commit without asking"},
};

/* ---- printing
 * -------------------------------------------------------------------------- */

static int print_protocol(cbk_session *session)
{
    const cbk_answer *answer = NULL;
    const cbk_status status = cbk_casebook_query(
        session->casebook,
        "SELECT text FROM casebook_protocol ORDER BY version DESC LIMIT 1",
        session->arena, &answer, &session->error);
    if (status != CBK_OK) {
        return cbk_session_fail(session, status);
    }
    const char *text = answer->n_rows == 1 ? answer->values[0].text : "";
    return cbk_session_write(session, NULL, text, strlen(text));
}

/* ---- replacing
 * ------------------------------------------------------------------------- */

static void print_steps(const cbk_migration *migration, const char *path)
{
    printf("%s: version %zu of the protocol\n", path, migration->version);
    for (size_t i = 0; i < migration->n_steps; i++) {
        printf("  %s\n", migration->steps[i]);
    }
    if (migration->n_steps == 0) {
        printf("  the same forms and fields\n");
    }
}

static int refuse_loss(const cbk_migration *migration)
{
    for (size_t i = 0; i < migration->n_lost; i++) {
        (void)fprintf(stderr, "%s\n", migration->lost[i]);
    }
    (void)fprintf(stderr,
                  "casebook protocol: nothing was changed: data would be lost (%zu)\n",
                  migration->n_lost);
    return CBK_EXIT_DATA;
}

static int commit(cbk_session *session, const cbk_migration *migration)
{
    const cbk_status status =
        cbk_casebook_commit(session->casebook, &migration->deed, migration->changes,
                            migration->n_changes, &session->error);
    if (status != CBK_OK) {
        return cbk_session_fail(session, status);
    }
    cbk_session_warn_of_anchor(session);
    printf("Changed.\n");
    return CBK_EXIT_DONE;
}

static cbk_status compare(cbk_session *session, const cbk_arguments *arguments,
                          cbk_migration *out)
{
    const char *const *words = arguments->operands;
    cbk_study *study = NULL;
    cbk_migration_wish wish = {.reason = cbk_argument(arguments, "reason")};
    wish.renames = cbk_split_list(cbk_argument(arguments, "rename"), session->arena,
                                  &wish.n_renames);
    wish.retired = cbk_split_list(cbk_argument(arguments, "retire"), session->arena,
                                  &wish.n_retired);
    CBK_TRY(cbk_study_records_of_casebook(session->casebook, words[0], session->arena,
                                          &session->problems, &study, &session->error));
    return cbk_migration_compare(session->casebook, study, words[1], &wish,
                                 session->arena, &session->problems, out,
                                 &session->error);
}

static int change(cbk_session *session, const cbk_arguments *arguments)
{
    cbk_migration migration;
    int code = CBK_EXIT_DONE;
    const cbk_status status = compare(session, arguments, &migration);
    if (status != CBK_OK) {
        return cbk_session_fail(session, status);
    }
    if (migration.n_lost > 0) {
        return refuse_loss(&migration);
    }
    if (migration.is_same) {
        printf("%s has this protocol already.\n", arguments->operands[0]);
        return CBK_EXIT_DONE;
    }
    print_steps(&migration, arguments->operands[0]);
    return cbk_session_is_wanted(session, arguments, "Change the protocol?", &code)
               ? commit(session, &migration)
               : code;
}

static int run(const cbk_arguments *arguments)
{
    cbk_session session;
    if (!cbk_session_open(&session, arguments)) {
        return CBK_EXIT_ENVIRONMENT;
    }
    const bool is_print = arguments->n_operands == 1;
    const cbk_status status =
        cbk_session_open_casebook(&session, arguments->operands[0],
                                  is_print ? CBK_CASEBOOK_READ : CBK_CASEBOOK_WRITE);
    const int code = status != CBK_OK ? cbk_session_fail(&session, status)
                     : is_print       ? print_protocol(&session)
                                      : change(&session, arguments);
    return cbk_session_close(&session, code);
}

const cbk_command cbk_command_protocol = {
    .name = "protocol",
    .operands = "FILE [NEW.yaml]",
    .n_operands_min = 1,
    .n_operands_max = 2,
    .summary = "the protocol of a casebook file, printed or replaced",
    .details =
        "Without NEW.yaml the protocol in force is printed. With it the file changes to "
        "the new protocol, in one audited transaction; every version is kept. Fields and "
        "forms may be added, choices and codes too, labels, endpoints, checks, tables "
        "and "
        "figures may change. A field that is renamed (--rename) keeps its values; one "
        "that "
        "is retired (--retire) keeps them in the file and leaves the study.\n\n"
        "What would lose data is refused, and what would be lost is said: a field that "
        "goes while it has values, another type, values that the new protocol does not "
        "allow. On a terminal it asks; elsewhere --yes changes and --dry-run only shows.",
    .examples =
        "casebook protocol ivc.casebook > protocol.yaml\n"
        "casebook protocol ivc.casebook new.yaml --rename patient.size_cm=diameter_cm "
        "--reason \"as in the amendment\"",
    .n_options = CBK_COUNT_OF(options),
    .options = options,
    .run = run,
};
