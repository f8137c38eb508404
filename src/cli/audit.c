/* audit.c - casebook audit: what a manuscript says against the records. */
#include "cli/options.h"
#include "cli/session.h"

#include "base/file.h"
#include "report/report.h"
#include "study/records.h"

#include <stdio.h>
#include <string.h>

static const cbk_option options[] = {
    {.name = "claims",
     .argument = "FILE",
     .help = "the manuscript's claims; the study's claims.yaml when not given"},
    {.name = "manuscript",
     .argument = "FILE",
     .help = "a manuscript (.md .txt .html .docx) whose every number is looked up"},
    {.name = "propose",
     .argument = "FILE",
     .help = "with --manuscript: write the claims, and one for each number of none"},
    {.name = "letter",
     .argument = "FILE",
     .help = "write a letter of what needs an answer, as .md, .html or .docx"},
    {.name = "strict",
     .help = "exit code 1 for everything that is not known to reproduce"},
    CBK_OPTIONS_PRINTED,
};

/* What one run has made. */
typedef struct auditing {
    cbk_session *session;
    const cbk_arguments *arguments;
    const cbk_audit *audited;          /* of no claims where there are none */
    const cbk_manuscript_audit *bound; /* NULL without --manuscript */
} auditing;

/* ---- files ------------------------------------------------------------------------ */

static bool has_ending(const char *path, const char *ending)
{
    const size_t size = strlen(ending);
    const size_t length = strlen(path);
    return length > size && strcmp(path + length - size, ending) == 0;
}

/* What the ending of a letter's name says; otherwise where it says nothing. */
static cbk_format format_of_letter(const char *path, cbk_format otherwise)
{
    return has_ending(path, ".html")   ? CBK_FORMAT_HTML
           : has_ending(path, ".md")   ? CBK_FORMAT_MARKDOWN
           : has_ending(path, ".docx") ? CBK_FORMAT_DOCX
                                       : otherwise;
}

/* The claims file that was read; NULL: there is none. */
static const char *claims_file(const auditing *a)
{
    const char *path = cbk_argument(a->arguments, "claims");
    if (path == NULL && a->session->study != NULL) {
        path = cbk_text_format(a->session->arena, "%s/claims.yaml",
                               cbk_study_folder(a->session->study));
    }
    return path != NULL && cbk_file_exists(path) ? path : NULL;
}

static int propose(const auditing *a, const char *path)
{
    const char *text = NULL;
    bool is_alone = false;
    const cbk_status status =
        cbk_manuscript_propose(a->bound, claims_file(a), a->session->arena, &text,
                               &is_alone, &a->session->error);
    const int code = status == CBK_OK
                         ? cbk_session_write(a->session, path, text, strlen(text))
                         : cbk_session_fail(a->session, status);
    if (code == CBK_EXIT_DONE) {
        const size_t n = a->bound->n_suggested + a->bound->n_unbound;
        (void)fprintf(stderr, "casebook audit: %s has %zu new claim%s%s\n", path, n,
                      n == 1 ? "" : "s",
                      is_alone && a->audited->n > 0
                          ? ", without those of the claims file, which cannot be added to"
                          : "");
    }
    return code;
}

static int write_letter(const auditing *a, const char *path)
{
    const cbk_document *document = NULL;
    const cbk_status status =
        cbk_letter_document(a->session->study, a->audited, a->bound, a->session->arena,
                            &document, &a->session->error);
    const cbk_format format = format_of_letter(path, CBK_FORMAT_MARKDOWN);
    return status == CBK_OK
               ? cbk_session_write_document(a->session, document, format, path)
               : cbk_session_fail(a->session, status);
}

/* ---- output ------------------------------------------------------------------------ */

static int print_json(const auditing *a)
{
    cbk_buffer buffer = {0};
    cbk_json json = {.out = &buffer};
    const char *claims = cbk_argument(a->arguments, "claims");
    cbk_analysis_audit_json(a->session->study,
                            claims != NULL ? claims
                                           : cbk_argument(a->arguments, "manuscript"),
                            a->audited, a->bound, a->session->arena, &json);
    return cbk_session_write_json(a->session, cbk_argument(a->arguments, "output"),
                                  &buffer);
}

static int print(const auditing *a)
{
    cbk_session *session = a->session;
    const cbk_format format = cbk_session_format(a->arguments);
    if (format == CBK_FORMAT_JSON) {
        return print_json(a);
    }
    const bool is_table = format != CBK_FORMAT_TEXT && format != CBK_FORMAT_MARKDOWN;
    const cbk_document *document = NULL;
    cbk_status status = CBK_OK;
    if (a->bound == NULL) {
        status = cbk_analysis_audit_document(session->study, a->audited, is_table,
                                             session->arena, &document, &session->error);
    } else if (format == CBK_FORMAT_HTML || format == CBK_FORMAT_DOCX) {
        status = cbk_manuscript_page(session->study, a->bound, session->arena, &document,
                                     &session->error);
    } else {
        status = cbk_manuscript_summary(session->study, a->bound, session->arena,
                                        &document, &session->error);
    }
    return status == CBK_OK ? cbk_session_print(session, a->arguments, document)
                            : cbk_session_fail(session, status);
}

static int write_all(const auditing *a)
{
    const char *proposal = cbk_argument(a->arguments, "propose");
    const char *letter = cbk_argument(a->arguments, "letter");
    int code = proposal != NULL ? propose(a, proposal) : CBK_EXIT_DONE;
    if (code == CBK_EXIT_DONE && letter != NULL) {
        code = write_letter(a, letter);
    }
    return code == CBK_EXIT_DONE ? print(a) : code;
}

/* ---- the command ------------------------------------------------------------------- */

/* Whether something needs an answer; strict: whether anything is not known to be right.
 */
static bool has_finding(const auditing *a, bool is_strict)
{
    const cbk_audit *audited = a->audited;
    if (audited->counts[CBK_VERDICT_CONTRADICTED] > 0 ||
        audited->counts[CBK_VERDICT_DOES_NOT_REPRODUCE] > 0 ||
        audited->check_counts[CBK_INCONSISTENT] > 0) {
        return true;
    }
    size_t n_unchecked = 0;
    for (size_t i = 0; i < audited->n; i++) {
        n_unchecked += audited->results[i].n_unchecked;
    }
    if (a->bound != NULL) {
        n_unchecked += a->bound->n_suggested + a->bound->n_unbound;
    }
    return is_strict &&
           (audited->counts[CBK_VERDICT_REPRODUCES] < audited->n || n_unchecked > 0);
}

/* CBK_EXIT_USAGE after a message where the words of the command line do not go together.
 */
static int check_arguments(cbk_session *session, const cbk_arguments *arguments)
{
    const char *letter = cbk_argument(arguments, "letter");
    const bool has_manuscript = cbk_argument(arguments, "manuscript") != NULL;
    if (arguments->n_operands == 0 && cbk_argument(arguments, "claims") == NULL &&
        !has_manuscript) {
        return cbk_session_refuse(session,
                                  "name a study folder, or the claims of a paper "
                                  "without records with --claims FILE");
    }
    if (cbk_argument(arguments, "propose") != NULL && !has_manuscript) {
        return cbk_session_refuse(session,
                                  "--propose needs --manuscript FILE, whose numbers it "
                                  "proposes claims for");
    }
    const cbk_format format =
        letter != NULL ? format_of_letter(letter, CBK_FORMAT_TEXT) : CBK_FORMAT_HTML;
    if (format != CBK_FORMAT_HTML && format != CBK_FORMAT_MARKDOWN &&
        format != CBK_FORMAT_DOCX) {
        return cbk_session_refuse(
            session, "a letter is written as .md, .html or .docx, not to \"%s\"", letter);
    }
    return CBK_EXIT_DONE;
}

static cbk_status read_all(auditing *a)
{
    static const cbk_audit no_claims = {0};
    cbk_session *session = a->session;
    const char *claims = cbk_argument(a->arguments, "claims");
    const char *manuscript_file = cbk_argument(a->arguments, "manuscript");
    const cbk_manuscript *manuscript = NULL;
    if (a->arguments->n_operands > 0) {
        CBK_TRY(cbk_session_open_study(session, a->arguments->operands[0]));
    }
    if (session->study != NULL || claims != NULL) {
        CBK_TRY(cbk_session_audit(session, claims, &a->audited));
    }
    if (manuscript_file == NULL) {
        return CBK_OK;
    }
    a->audited = a->audited != NULL ? a->audited : &no_claims;
    CBK_TRY(cbk_manuscript_read(manuscript_file, session->arena, &manuscript,
                                &session->error));
    CBK_TRY(cbk_manuscript_check(manuscript, a->audited, session->arena, &a->audited,
                                 &session->error));
    return cbk_manuscript_bind(session->study, a->audited, manuscript, session->arena,
                               &a->bound, &session->error);
}

static int answer(cbk_session *session, const cbk_arguments *arguments)
{
    auditing a = {.session = session, .arguments = arguments};
    const int usage = check_arguments(session, arguments);
    if (usage != CBK_EXIT_DONE) {
        return usage;
    }
    const cbk_status status = read_all(&a);
    if (status != CBK_OK) {
        return cbk_session_fail(session, status);
    }
    if (a.audited == NULL) {
        return cbk_session_refuse(
            session, "%s has no claims.yaml; name the claims with --claims FILE",
            arguments->operands[0]);
    }
    const int code = write_all(&a);
    const bool is_strict = cbk_argument(arguments, "strict") != NULL;
    return code == CBK_EXIT_DONE && has_finding(&a, is_strict) ? CBK_EXIT_FINDING : code;
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
        "for: exit code 0 then says that every number was checked and follows."
        "\n"
        "\n"
        "With --manuscript every number of the text is found and counted: covered by "
        "claims, with a suggestion that somebody has to confirm, or bound to nothing. As "
        "HTML it is the text itself with every number marked and explained beside it. "
        "Printed numbers are held against each other in its sentences as well. "
        "--propose writes the claims file with a claim for each number that had none: "
        "take the # away where a suggestion asks what the sentence says, and give the "
        "file to --claims. --strict counts a number of no claim as a finding.",
    .examples =
        "casebook audit studies/ivc-lms\n"
        "casebook audit studies/ivc-lms --claims revised.yaml --strict\n"
        "casebook audit --claims paper.yaml --format json\n"
        "casebook audit studies/ivc-lms --manuscript paper.docx -o checked.html\n"
        "casebook audit studies/ivc-lms --manuscript paper.docx --propose all.yaml\n"
        "casebook audit studies/ivc-lms --letter questions.md",
    .n_options = CBK_COUNT_OF(options),
    .options = options,
    .run = run,
};
