/* table.c - casebook table: one table of the protocol. */
#include "cli/options.h"
#include "cli/session.h"

#include "report/report.h"

static const cbk_option options[] = {
    CBK_OPTION_PROFILE,
    CBK_OPTION_STYLE,
    CBK_OPTION_OUTPUT,
    {.name = "format",
     .argument = "FORMAT",
     .help = "how to print the table; text when not given",
     .values = "text csv md html latex xlsx docx pdf"},
};

static int run(const cbk_arguments *arguments)
{
    cbk_session session;
    if (!cbk_session_open(&session, arguments)) {
        return CBK_EXIT_ENVIRONMENT;
    }
    cbk_profile profile = CBK_PROFILE_R;
    if (cbk_argument(arguments, "profile") != NULL) {
        (void)cbk_profile_parse(cbk_argument(arguments, "profile"), &profile);
    }
    const cbk_conventions conventions = cbk_conventions_of(profile);
    const cbk_document *document = NULL;
    cbk_status status =
        cbk_session_open_styled(&session, arguments, cbk_session_format(arguments));
    if (status == CBK_OK) {
        status = cbk_report_one_table(session.study, arguments->operands[1], &conventions,
                                      session.arena, &document, &session.error);
    }
    const int code = status == CBK_OK
                         ? cbk_session_write_document(&session, document,
                                                      cbk_session_format(arguments),
                                                      cbk_argument(arguments, "output"))
                         : cbk_session_fail(&session, status);
    return cbk_session_close(&session, code);
}

const cbk_command cbk_command_table = {
    .name = "table",
    .operands = "STUDY TABLE",
    .n_operands_min = 2,
    .n_operands_max = 2,
    .summary = "one table of the protocol",
    .details = "TABLE is the id that the protocol gives the table.",
    .examples = "casebook table studies/ivc-lms 4\n"
                "casebook table studies/ivc-lms summary --format md\n"
                "casebook table studies/ivc-lms 4 --format xlsx -o table-4.xlsx",
    .n_options = CBK_COUNT_OF(options),
    .options = options,
    .run = run,
};
