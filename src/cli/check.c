/* check.c - casebook check: what in the records cannot be, and what nobody has decided.
 */
#include "cli/options.h"
#include "cli/session.h"

#include "report/report.h"

static const cbk_option options[] = {CBK_OPTIONS_PRINTED};

static int print(cbk_session *session, const cbk_arguments *arguments,
                 const cbk_finding *findings, size_t n)
{
    if (cbk_session_format(arguments) == CBK_FORMAT_JSON) {
        cbk_buffer buffer = {0};
        cbk_json json = {.out = &buffer};
        cbk_analysis_check_json(session->study, findings, n, &json);
        return cbk_session_write_json(session, cbk_argument(arguments, "output"),
                                      &buffer);
    }
    return cbk_session_print(
        session, arguments,
        cbk_analysis_check_document(session->study, findings, n, session->arena));
}

static int run(const cbk_arguments *arguments)
{
    cbk_session session;
    if (!cbk_session_open(&session, arguments)) {
        return CBK_EXIT_ENVIRONMENT;
    }
    const cbk_finding *findings = NULL;
    size_t n = 0;
    cbk_status status = cbk_session_open_study(&session, arguments->operands[0]);
    if (status == CBK_OK) {
        status =
            cbk_study_check(session.study, session.arena, &findings, &n, &session.error);
    }
    if (status != CBK_OK) {
        return cbk_session_close(&session, cbk_session_fail(&session, status));
    }
    const int code = print(&session, arguments, findings, n);
    return cbk_session_close(&session,
                             code == CBK_EXIT_DONE && n > 0 ? CBK_EXIT_FINDING : code);
}

const cbk_command cbk_command_check = {
    .name = "check",
    .operands = "STUDY",
    .n_operands_min = 1,
    .n_operands_max = 1,
    .summary = "mistakes, broken rules and open conflicts of a study",
    .details =
        "Reads the whole study. A cell that its field cannot hold, or a mistake in the "
        "protocol, ends with exit code 3 and a list of all mistakes with file and line. "
        "Otherwise the findings are printed: records that break a rule of the protocol, "
        "endpoints that cannot be, and conflicts between sources that nobody has "
        "resolved. "
        "Nothing is changed. Exit code 1 when there is a finding.",
    .examples = "casebook check studies/ivc-lms",
    .n_options = CBK_COUNT_OF(options),
    .options = options,
    .run = run,
};
