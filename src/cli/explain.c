/* explain.c - casebook explain: what is behind one number of the report. */
#include "cli/options.h"
#include "cli/session.h"

#include "report/report.h"

static const cbk_option options[] = {
    CBK_OPTION_CONF_TYPE,
    CBK_OPTION_LEVEL,
    CBK_OPTION_PROFILE,
    CBK_OPTION_FORMAT,
};

/* The report is built anew: a number's id says where it stands in it. */
static cbk_status find(cbk_session *session, const cbk_arguments *arguments,
                       const cbk_conventions *conventions, const cbk_provenance **out)
{
    const cbk_audit *audited = NULL;
    const cbk_document *report = NULL;
    CBK_TRY(cbk_session_open_study(session, arguments->operands[0]));
    CBK_TRY(cbk_session_audit(session, NULL, &audited));
    CBK_TRY(cbk_report_build(session->study, audited, conventions, NULL, session->arena,
                             &report, &session->error));
    return cbk_report_find_number(report, arguments->operands[1], out, &session->error);
}

static int print(cbk_session *session, const cbk_arguments *arguments,
                 const cbk_provenance *number)
{
    if (cbk_session_format(arguments) == CBK_FORMAT_JSON) {
        cbk_buffer buffer = {0};
        cbk_json json = {.out = &buffer};
        cbk_analysis_explain_json(session->study, number, &json);
        return cbk_session_write_json(session, &buffer);
    }
    return cbk_session_print(
        session, arguments,
        cbk_analysis_explain_document(session->study, number, session->arena));
}

static int run(const cbk_arguments *arguments)
{
    cbk_session session;
    cbk_conventions conventions;
    if (!cbk_session_open(&session, arguments)) {
        return CBK_EXIT_ENVIRONMENT;
    }
    if (!cbk_session_conventions(&session, arguments, &conventions)) {
        return cbk_session_close(&session, CBK_EXIT_USAGE);
    }
    const cbk_provenance *number = NULL;
    const cbk_status status = find(&session, arguments, &conventions, &number);
    const int code = status == CBK_OK ? print(&session, arguments, number)
                                      : cbk_session_fail(&session, status);
    return cbk_session_close(&session, code);
}

const cbk_command cbk_command_explain = {
    .name = "explain",
    .operands = "STUDY NUMBER",
    .n_operands_min = 2,
    .n_operands_max = 2,
    .summary = "one number of the report: its expression, conventions, records, sources",
    .details = "NUMBER is the id that the report gives a number, as n17: in HTML the "
               "target of its link, in a workbook a row of the last sheet, in Word a "
               "hidden bookmark (_n17_...). The report is computed anew from the study, "
               "so the answer is that of the records as they are now; their SHA-256 says "
               "which those are.",
    .examples = "casebook explain studies/ivc-lms n1",
    .n_options = CBK_COUNT_OF(options),
    .options = options,
    .run = run,
};
