/* explain.c - casebook explain: what is behind one number, of the report or asked for. */
#include "cli/options.h"
#include "cli/session.h"

#include "report/report.h"
#include "study/placeholder.h"

#include <string.h>

static const cbk_option options[] = {
    CBK_OPTION_CONF_TYPE,
    CBK_OPTION_LEVEL,
    CBK_OPTION_PROFILE,
    CBK_OPTIONS_PRINTED,
};

/* "n" and the digits of an id, as far as they were written. */
static bool is_id(const char *text)
{
    return text[0] == 'n' && strlen(text) > 6 &&
           text[1 + strspn(text + 1, "0123456789abcdefx")] == '\0';
}

/* A question as it stands between the braces of a manuscript. */
static cbk_status answer(cbk_session *session, const char *text,
                         const cbk_conventions *conventions, const cbk_provenance **out)
{
    cbk_placeholder asked;
    CBK_TRY(cbk_placeholder_read(text, strlen(text), session->arena, &asked,
                                 &session->error));
    if (asked.kind != CBK_PLACEHOLDER_NUMBER) {
        return cbk_fail(&session->error, CBK_EINVAL, CBK_ROW_NONE,
                        "\"%.80s\" is no number; those in a table or figure have ids.",
                        text);
    }
    return cbk_report_one_number(session->study, asked.of, asked.from, asked.among,
                                 conventions, session->arena, out, &session->error);
}

/* The report is built anew, and the number looked for in it. */
static cbk_status find(cbk_session *session, const char *id,
                       const cbk_conventions *conventions, const cbk_provenance **out)
{
    const cbk_audit *audited = NULL;
    const cbk_document *report = NULL;
    CBK_TRY(cbk_session_audit(session, NULL, &audited));
    CBK_TRY(cbk_report_build(session->study, audited, conventions, NULL, session->arena,
                             &report, &session->error));
    return cbk_report_find_number(session->study, report, id, conventions, session->arena,
                                  out, &session->error);
}

static cbk_status explain(cbk_session *session, const cbk_arguments *arguments,
                          const cbk_conventions *conventions, const cbk_provenance **out)
{
    const char *text = arguments->operands[1];
    CBK_TRY(cbk_session_open_study(session, arguments->operands[0]));
    return (is_id(text) ? find : answer)(session, text, conventions, out);
}

static int print(cbk_session *session, const cbk_arguments *arguments,
                 const cbk_provenance *number)
{
    if (cbk_session_format(arguments) == CBK_FORMAT_JSON) {
        cbk_buffer buffer = {0};
        cbk_json json = {.out = &buffer};
        cbk_analysis_explain_json(session->study, number, session->arena, &json);
        return cbk_session_write_json(session, cbk_argument(arguments, "output"),
                                      &buffer);
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
    const cbk_status status = explain(&session, arguments, &conventions, &number);
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
    .details =
        "NUMBER is the id that a number has in the report and in each table and figure, "
        "as n55eeb0b4d2: in HTML the target of its link, in a workbook a row of the last "
        "sheet, in Word a hidden bookmark (_n55eeb0b4d2_...), in the JSON of casebook "
        "audit among `numbers`. Or it is a question as casebook fill takes it, which is "
        "what a number that was filled into a manuscript keeps.\n\n"
        "An id is made of the question and its conventions; it stays the same from run "
        "to run. The answer is that of the records as they are now; their SHA-256, or "
        "that of the file's last transaction with the version of its protocol, says "
        "which "
        "those are.",
    .examples = "casebook explain studies/ivc-lms n55eeb0b4d2\n"
                "casebook explain studies/ivc-lms \"median(age_years) among margin = "
                "'positive'\"",
    .n_options = CBK_COUNT_OF(options),
    .options = options,
    .run = run,
};
