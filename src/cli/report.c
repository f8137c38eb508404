/* report.c - casebook report: the whole report of a study. */
#include "cli/options.h"
#include "cli/session.h"

#include "report/report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const cbk_option options[] = {
    {.name = "output",
     .letter = 'o',
     .argument = "DIR",
     .help = "write report.html into this folder; report when not given"},
    {.name = "claims",
     .argument = "FILE",
     .help = "the manuscript's claims; the study's claims.yaml when not given"},
    CBK_OPTION_CONF_TYPE,
    CBK_OPTION_LEVEL,
    CBK_OPTION_PROFILE,
};

static cbk_status build(cbk_session *session, const cbk_arguments *arguments,
                        const cbk_conventions *conventions, const char **bytes,
                        size_t *size)
{
    const cbk_audit *audited = NULL;
    const cbk_document *document = NULL;
    CBK_TRY(cbk_session_open_study(session, arguments->operands[0]));
    CBK_TRY(cbk_session_audit(session, cbk_argument(arguments, "claims"), &audited));
    CBK_TRY(cbk_report_build(session->study, audited, conventions, session->arena,
                             &document, &session->error));
    return cbk_render(document, CBK_FORMAT_HTML, 80, session->arena, bytes, size,
                      &session->error);
}

static int write_report(cbk_session *session, const char *folder, const char *bytes,
                        size_t size)
{
    if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
        (void)fprintf(stderr, "casebook report: cannot make the folder %s: %s\n", folder,
                      strerror(errno));
        return CBK_EXIT_ENVIRONMENT;
    }
    const char *path = cbk_text_format(session->arena, "%s/report.html", folder);
    if (path == NULL) {
        return cbk_session_fail(session, CBK_ENOMEM);
    }
    const int code = cbk_session_write(session, path, bytes, size);
    if (code != CBK_EXIT_DONE) {
        return code;
    }
    const char *line = cbk_text_format(session->arena, "%s\n", path);
    return line == NULL ? cbk_session_fail(session, CBK_ENOMEM)
                        : cbk_session_write(session, NULL, line, strlen(line));
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
    const char *bytes = NULL;
    size_t size = 0;
    const char *folder = cbk_argument(arguments, "output");
    const cbk_status status = build(&session, arguments, &conventions, &bytes, &size);
    const int code =
        status == CBK_OK
            ? write_report(&session, folder != NULL ? folder : "report", bytes, size)
            : cbk_session_fail(&session, status);
    return cbk_session_close(&session, code);
}

const cbk_command cbk_command_report = {
    .name = "report",
    .operands = "STUDY",
    .n_operands_min = 1,
    .n_operands_max = 1,
    .summary = "the whole report: tables, figures, audit, one HTML file",
    .details =
        "Writes one HTML file that needs nothing else: the cohort in words, the tables "
        "and "
        "figures of the protocol, the survival table, the convention panel, findings, "
        "conflicts between sources, the audit of the manuscript's claims and the "
        "methods. "
        "Every number in it says where it came from. Prints the file's path.",
    .examples = "casebook report studies/ivc-lms -o build/report",
    .n_options = CBK_COUNT_OF(options),
    .options = options,
    .run = run,
};
