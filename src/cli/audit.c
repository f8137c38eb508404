/* audit.c - casebook audit: what a manuscript says against the records. */
#include "cli/options.h"
#include "cli/session.h"

#include "report/report.h"

static const cbk_option options[] = {
    {.name = "claims",
     .argument = "FILE",
     .help = "the manuscript's claims; the study's claims.yaml when not given"},
    {.name = "strict",
     .help = "exit code 1 for everything that is not known to reproduce"},
    CBK_OPTION_FORMAT,
};

static int print(cbk_session *session, const cbk_arguments *arguments,
                 const cbk_audit *audited)
{
    const cbk_format format = cbk_session_format(arguments);
    if (format == CBK_FORMAT_JSON) {
        cbk_buffer buffer = {0};
        cbk_json json = {.out = &buffer};
        cbk_analysis_audit_json(session->study, cbk_argument(arguments, "claims"),
                                audited, &json);
        return cbk_session_write_json(session, &buffer);
    }
    const bool is_table = format != CBK_FORMAT_TEXT && format != CBK_FORMAT_MARKDOWN;
    const cbk_document *document = NULL;
    const cbk_status status = cbk_analysis_audit_document(
        session->study, audited, is_table, session->arena, &document, &session->error);
    return status == CBK_OK ? cbk_session_write_document(session, document, format, NULL)
                            : cbk_session_fail(session, status);
}

/* Whether something needs an answer; strict: whether anything is not known to be right.
 */
static bool has_finding(const cbk_audit *audited, bool is_strict)
{
    if (audited->counts[CBK_VERDICT_CONTRADICTED] > 0 ||
        audited->counts[CBK_VERDICT_DOES_NOT_REPRODUCE] > 0 ||
        audited->check_counts[CBK_INCONSISTENT] > 0) {
        return true;
    }
    size_t n_unchecked = 0;
    for (size_t i = 0; i < audited->n; i++) {
        n_unchecked += audited->results[i].n_unchecked;
    }
    return is_strict &&
           (audited->counts[CBK_VERDICT_REPRODUCES] < audited->n || n_unchecked > 0);
}

static int answer(cbk_session *session, const cbk_arguments *arguments)
{
    const char *claims = cbk_argument(arguments, "claims");
    const cbk_audit *audited = NULL;
    cbk_status status = CBK_OK;
    if (arguments->n_operands == 0 && claims == NULL) {
        return cbk_session_refuse(session,
                                  "name a study folder, or the claims of a paper "
                                  "without records with --claims FILE");
    }
    if (arguments->n_operands > 0) {
        status = cbk_session_open_study(session, arguments->operands[0]);
    }
    if (status == CBK_OK) {
        status = cbk_session_audit(session, claims, &audited);
    }
    if (status != CBK_OK) {
        return cbk_session_fail(session, status);
    }
    if (audited == NULL) {
        return cbk_session_refuse(
            session, "%s has no claims.yaml; name the claims with --claims FILE",
            arguments->operands[0]);
    }
    const int code = print(session, arguments, audited);
    const bool is_strict = cbk_argument(arguments, "strict") != NULL;
    return code == CBK_EXIT_DONE && has_finding(audited, is_strict) ? CBK_EXIT_FINDING
                                                                    : code;
}

static int run(const cbk_arguments *arguments)
{
    cbk_session session;
    if (!cbk_session_open(&session, arguments)) {
        return CBK_EXIT_ENVIRONMENT;
    }
    return cbk_session_close(&session, answer(&session, arguments));
}

const cbk_command cbk_command_audit = {
    .name = "audit",
    .operands = "[STUDY]",
    .n_operands_min = 0,
    .n_operands_max = 1,
    .summary = "what a manuscript says, compared with the records",
    .details =
        "Computes every claim from the records and compares it with what is stated, at "
        "the precision that is stated. Verdicts: reproduces; other_convention (equal "
        "when truncated, or under another named rule); contradicted (the manuscript "
        "states it differently elsewhere); does_not_reproduce; not_computable. A number "
        "that does not follow is explained where a small change of the question gives it "
        "and chance hardly would; else the smallest change of a record that would make "
        "it right is named.\n"
        "\n"
        "Printed numbers are also held against each other, which needs no records: "
        "percentages against counts, means and standard deviations of whole numbers, "
        "ranges, p values, intervals, numbers at risk, totals. Without STUDY that, and "
        "what the claims say of each other, is all that is done.\n"
        "\n"
        "Exit code 1 when a claim is contradicted or does not reproduce, or printed "
        "numbers do not agree. With --strict also when a claim reproduces only under "
        "another convention or cannot be computed, or states a number that no `of` asks "
        "for: exit code 0 then says that every number was checked and follows.",
    .examples = "casebook audit studies/ivc-lms\n"
                "casebook audit studies/ivc-lms --claims revised.yaml --strict\n"
                "casebook audit --claims paper.yaml --format json",
    .n_options = CBK_COUNT_OF(options),
    .options = options,
    .run = run,
};
