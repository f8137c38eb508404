/* new.c - casebook new: an empty casebook file for a protocol. */
#include "cli/options.h"
#include "cli/session.h"

#include "study/casebook/casebook.h"

#include <stdio.h>

static const cbk_option options[] = {
    {.name = "protocol",
     .argument = "FILE",
     .help = "the study's protocol.yaml; cannot be left out"},
};

static int run(const cbk_arguments *arguments)
{
    cbk_session session;
    if (!cbk_session_open(&session, arguments)) {
        return CBK_EXIT_ENVIRONMENT;
    }
    const char *path = arguments->operands[0];
    const char *protocol = cbk_argument(arguments, "protocol");
    if (protocol == NULL) {
        return cbk_session_close(
            &session,
            cbk_session_refuse(&session, "name the protocol with --protocol FILE"));
    }
    cbk_status status = cbk_session_open_casebook(&session, path, CBK_CASEBOOK_CREATE);
    if (status == CBK_OK) {
        status = cbk_casebook_start(session.casebook, protocol, session.arena,
                                    &session.problems, &session.error);
    }
    if (status != CBK_OK) {
        return cbk_session_close(&session, cbk_session_fail(&session, status));
    }
    cbk_session_warn_of_anchor(&session);
    const cbk_layout *layout = cbk_casebook_layout(session.casebook);
    for (size_t i = 0; i < layout->n_tables; i++) {
        if (layout->tables[i].is_form) {
            printf("%s: form %s, %zu fields\n", path, layout->tables[i].name,
                   layout->tables[i].n_columns);
        }
    }
    return cbk_session_close(&session, CBK_EXIT_DONE);
}

const cbk_command cbk_command_new = {
    .name = "new",
    .operands = "FILE",
    .n_operands_min = 1,
    .n_operands_max = 1,
    .summary = "an empty casebook file for a protocol",
    .details =
        "Makes FILE, one SQLite database with a table for each form of the protocol and "
        "an audit trail of everything that will be done to it. Data come in with "
        "casebook import; every command that takes a study folder takes the file as "
        "well. "
        "A file that is there already is left alone. After each change the state of the "
        "trail is also written down in the folder $CASEBOOK_HOME, "
        "~/.local/share/casebook "
        "when not set, against which casebook verify compares.",
    .examples = "casebook new ivc.casebook --protocol studies/ivc-lms/protocol.yaml",
    .n_options = CBK_COUNT_OF(options),
    .options = options,
    .run = run,
};
