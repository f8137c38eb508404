/* report.c - casebook report: the whole report of a study, in one format or several. */
#include "cli/options.h"
#include "cli/session.h"

#include "base/text.h"
#include "report/report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const cbk_option options[] = {
    {.name = "output",
     .letter = 'o',
     .argument = "DIR",
     .help = "write the report into this folder; report when not given"},
    {.name = "format",
     .argument = "A,B",
     .help = "html, pdf, docx, md, latex, xlsx (the tables), claims (the numbers of the "
             "sentences), several with commas; html when not given"},
    {.name = "claims",
     .argument = "FILE",
     .help = "the manuscript's claims; the study's claims.yaml when not given"},
    CBK_OPTION_PAPER,
    CBK_OPTION_CONF_TYPE,
    CBK_OPTION_LEVEL,
    CBK_OPTION_PROFILE,
    CBK_OPTION_STYLE,
};

typedef struct report_format {
    const char *name;
    const char *file;
    int format; /* cbk_format, or FORMAT_CLAIMS */
} report_format;

/* What no renderer writes. */
enum { FORMAT_CLAIMS = -1 };

static const report_format formats[] = {
    {"html", "report.html", CBK_FORMAT_HTML},
    {"md", "report.md", CBK_FORMAT_MARKDOWN},
    {"latex", "report.tex", CBK_FORMAT_LATEX},
    {"xlsx", "report.xlsx", CBK_FORMAT_XLSX},
    {"docx", "report.docx", CBK_FORMAT_DOCX},
    {"pdf", "report.pdf", CBK_FORMAT_PDF},
    {"claims", "report-claims.yaml", FORMAT_CLAIMS},
};

/* Sets asked[i] where --format names formats[i]; false after a message. */
static bool read_formats(cbk_session *session, const cbk_arguments *arguments,
                         bool asked[CBK_COUNT_OF(formats)])
{
    const char *list = cbk_argument(arguments, "format");
    size_t n = 0;
    const char *const *names =
        cbk_split_list(list != NULL ? list : formats[0].name, session->arena, &n);
    for (size_t i = 0; names != NULL && i < n; i++) {
        bool is_known = false;
        for (size_t k = 0; k < CBK_COUNT_OF(formats); k++) {
            const bool is_this = strcmp(names[i], formats[k].name) == 0;
            asked[k] = asked[k] || is_this;
            is_known = is_known || is_this;
        }
        if (!is_known) {
            (void)cbk_session_refuse(
                session,
                "--format is html, pdf, docx, md, latex, xlsx or claims, or several of "
                "them; not "
                "\"%s\"",
                names[i]);
            return false;
        }
    }
    return names != NULL;
}

static cbk_status build(cbk_session *session, const cbk_arguments *arguments,
                        const cbk_conventions *conventions, const cbk_document **out)
{
    const cbk_audit *audited = NULL;
    const cbk_watcher watcher = {.say = cbk_session_tell, .context = session};
    CBK_TRY(cbk_session_open_styled(session, arguments, CBK_FORMAT_TEXT));
    cbk_session_tell(session, "the manuscript's claims");
    CBK_TRY(cbk_session_audit(session, cbk_argument(arguments, "claims"), &audited));
    const cbk_document *built = NULL;
    CBK_TRY(cbk_report_build(session->study, audited, conventions, &watcher,
                             session->arena, &built, &session->error));
    return cbk_session_on_paper(session, arguments, built, out);
}

static int write_claims(cbk_session *session, const cbk_document *document,
                        const char *path)
{
    const char *claims = NULL;
    const cbk_status status = cbk_report_claims_write(
        session->study, document, session->arena, &claims, &session->error);
    return status == CBK_OK ? cbk_session_write(session, path, claims, strlen(claims))
                            : cbk_session_fail(session, status);
}

static int write_one(cbk_session *session, const cbk_document *document,
                     const char *folder, const report_format *wanted)
{
    const char *path = cbk_text_format(session->arena, "%s/%s", folder, wanted->file);
    if (path == NULL) {
        return cbk_session_fail(session, CBK_ENOMEM);
    }
    cbk_session_tell(session, wanted->file);
    const int code = wanted->format == FORMAT_CLAIMS
                         ? write_claims(session, document, path)
                         : cbk_session_write_document(session, document,
                                                      (cbk_format)wanted->format, path);
    if (code != CBK_EXIT_DONE) {
        return code;
    }
    const char *line = cbk_text_format(session->arena, "%s\n", path);
    return line == NULL ? cbk_session_fail(session, CBK_ENOMEM)
                        : cbk_session_write(session, NULL, line, strlen(line));
}

static int write_report(cbk_session *session, const cbk_document *document,
                        const char *folder, const bool asked[CBK_COUNT_OF(formats)])
{
    if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
        (void)cbk_session_refuse(session, "cannot make the folder %s: %s", folder,
                                 strerror(errno));
        return CBK_EXIT_ENVIRONMENT;
    }
    int code = CBK_EXIT_DONE;
    for (size_t i = 0; i < CBK_COUNT_OF(formats) && code == CBK_EXIT_DONE; i++) {
        code = asked[i] ? write_one(session, document, folder, &formats[i]) : code;
    }
    return code;
}

static int run(const cbk_arguments *arguments)
{
    cbk_session session;
    cbk_conventions conventions;
    bool asked[CBK_COUNT_OF(formats)] = {false};
    if (!cbk_session_open(&session, arguments)) {
        return CBK_EXIT_ENVIRONMENT;
    }
    if (!cbk_session_conventions(&session, arguments, &conventions) ||
        !read_formats(&session, arguments, asked)) {
        return cbk_session_close(&session, CBK_EXIT_USAGE);
    }
    const cbk_document *document = NULL;
    const char *folder = cbk_argument(arguments, "output");
    const cbk_status status = build(&session, arguments, &conventions, &document);
    const int code =
        status == CBK_OK
            ? write_report(&session, document, folder != NULL ? folder : "report", asked)
            : cbk_session_fail(&session, status);
    return cbk_session_close(&session, code);
}

const cbk_command cbk_command_report = {
    .name = "report",
    .operands = "STUDY",
    .n_operands_min = 1,
    .n_operands_max = 1,
    .summary = "the whole report: tables, figures, audit",
    .details =
        "Writes one HTML file that needs nothing else: the results in words, the tables "
        "and "
        "figures of the protocol, the survival table, case histories where the protocol "
        "tells them, the convention panel, findings, "
        "conflicts between sources, the audit of the manuscript's claims and the "
        "methods. "
        "Every number in it says where it came from. The "
        "other formats carry the same: xlsx the tables only, latex the text and tables, "
        "for figures that \"casebook figure\" draws as PDF, claims a claims file for the "
        "numbers of the sentences, by which \"casebook audit\" checks them wherever they "
        "were copied to. Prints the path of each file.",
    .examples = "casebook report studies/ivc-lms -o build/report\n"
                "casebook report studies/ivc-lms -o build/report --format html,xlsx",
    .n_options = CBK_COUNT_OF(options),
    .options = options,
    .run = run,
};
