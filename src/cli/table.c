/* table.c - casebook table: a table of the protocol, or all of them. */
#include "cli/options.h"
#include "cli/session.h"

#include "report/report.h"

static const cbk_option options[] = {
    CBK_OPTION_PROFILE,
    CBK_OPTION_STYLE,
    CBK_OPTION_OUTPUT,
    {.name = "format",
     .argument = "FORMAT",
     .help = "how to print it; the ending of --output when not given, else text",
     .values = "text csv md html latex xlsx docx pdf"},
    CBK_OPTION_PAPER,
};

static cbk_status build(cbk_session *session, const cbk_arguments *arguments,
                        cbk_format format, const cbk_document **out)
{
    cbk_profile profile = CBK_PROFILE_R;
    if (cbk_argument(arguments, "profile") != NULL) {
        (void)cbk_profile_parse(cbk_argument(arguments, "profile"), &profile);
    }
    const cbk_conventions conventions = cbk_conventions_of(profile);
    const cbk_document *document = NULL;
    CBK_TRY(cbk_session_open_styled(session, arguments, format));
    CBK_TRY(arguments->n_operands > 1
                ? cbk_report_one_table(session->study, arguments->operands[1],
                                       &conventions, session->arena, &document,
                                       &session->error)
                : cbk_report_all_tables(session->study, &conventions, session->arena,
                                        &document, &session->error));
    return cbk_session_on_paper(session, arguments, document, out);
}

static int run(const cbk_arguments *arguments)
{
    cbk_session session;
    if (!cbk_session_open(&session, arguments)) {
        return CBK_EXIT_ENVIRONMENT;
    }
    const cbk_document *document = NULL;
    const cbk_status status =
        build(&session, arguments, cbk_session_format(arguments), &document);
    const int code = status == CBK_OK ? cbk_session_print(&session, arguments, document)
                                      : cbk_session_fail(&session, status);
    return cbk_session_close(&session, code);
}

const cbk_command cbk_command_table = {
    .name = "table",
    .operands = "STUDY [TABLE]",
    .n_operands_min = 1,
    .n_operands_max = 2,
    .summary = "a table of the protocol, or all of them",
    .details = "TABLE is the id that the protocol gives the table; without it all tables "
               "are written, in the protocol's order.",
    .examples = "casebook table studies/ivc-lms 4\n"
                "casebook table studies/ivc-lms summary --format md\n"
                "casebook table studies/ivc-lms 4 -o table-4.xlsx\n"
                "casebook table studies/ivc-lms -o tables.docx --paper letter",
    .n_options = CBK_COUNT_OF(options),
    .options = options,
    .run = run,
};
