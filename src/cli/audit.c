/* audit.c - casebook audit: what a manuscript says against the records. */
#include "cli/options.h"
#include "cli/session.h"

#include "report/report.h"

static const cbk_option options[] = {
    {.name = "claims",
     .argument = "FILE",
     .help = "the manuscript's claims; the study's claims.yaml when not given"},
    CBK_OPTION_FORMAT,
};

static int print(cbk_session *session, const cbk_arguments *arguments,
                 const cbk_audit *audited)
{
    const cbk_format format = cbk_session_format(arguments);
    if (format == CBK_FORMAT_JSON) {
        cbk_buffer buffer = {0};
        cbk_json json = {.out = &buffer};
        cbk_analysis_audit_json(session->study, audited, &json);
        return cbk_session_write_json(session, &buffer);
    }
    const cbk_document *document = NULL;
    const cbk_status status = cbk_analysis_audit_document(
        session->study, audited, session->arena, &document, &session->error);
    return status == CBK_OK ? cbk_session_write_document(session, document, format, NULL)
                            : cbk_session_fail(session, status);
}

static int run(const cbk_arguments *arguments)
{
    cbk_session session;
    if (!cbk_session_open(&session, arguments)) {
        return CBK_EXIT_ENVIRONMENT;
    }
    const cbk_audit *audited = NULL;
    cbk_status status = cbk_session_open_study(&session, arguments->operands[0]);
    if (status == CBK_OK) {
        status = cbk_session_audit(&session, cbk_argument(arguments, "claims"), &audited);
    }
    if (status != CBK_OK) {
        return cbk_session_close(&session, cbk_session_fail(&session, status));
    }
    if (audited == NULL) {
        const int code = cbk_session_refuse(
            &session, "%s has no claims.yaml; name the claims with --claims FILE",
            arguments->operands[0]);
        return cbk_session_close(&session, code);
    }
    const int code = print(&session, arguments, audited);
    const bool is_finding = audited->counts[CBK_VERDICT_CONTRADICTED] > 0 ||
                            audited->counts[CBK_VERDICT_DOES_NOT_REPRODUCE] > 0;
    return cbk_session_close(
        &session, code == CBK_EXIT_DONE && is_finding ? CBK_EXIT_FINDING : code);
}

const cbk_command cbk_command_audit = {
    .name = "audit",
    .operands = "STUDY",
    .n_operands_min = 1,
    .n_operands_max = 1,
    .summary = "what a manuscript says, compared with the records",
    .details =
        "Computes every claim from the records and compares it with what is stated, at "
        "the "
        "precision that is stated. Verdicts: reproduces; other_convention (equal when "
        "truncated, or under another named rule); contradicted (the manuscript states it "
        "differently elsewhere); does_not_reproduce; not_computable. A number that does "
        "not "
        "follow is explained where a small change of the question gives it and chance "
        "hardly would; else the smallest change of a record that would make it right is "
        "named. Exit code 1 when a "
        "claim is contradicted or does not reproduce.",
    .examples = "casebook audit studies/ivc-lms\n"
                "casebook audit studies/ivc-lms --claims revised.yaml --format json",
    .n_options = CBK_COUNT_OF(options),
    .options = options,
    .run = run,
};
