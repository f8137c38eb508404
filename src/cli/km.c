/* km.c - casebook km: survival curves of a study or of a data file. */
#include "cli/options.h"
#include "cli/session.h"

#include "base/file.h"
#include "report/report.h"
#include "study/curves.h"

#include <string.h>

static const cbk_option options[] = {
    {.name = "endpoint",
     .argument = "NAME",
     .help = "of a study: which of its endpoints"},
    {.name = "time", .argument = "COLUMN", .help = "of a data file: follow-up time"},
    {.name = "event",
     .argument = "COLUMN",
     .help = "of a data file: event, a column of 0 and 1, or COLUMN=VALUE"},
    {.name = "entry", .argument = "COLUMN", .help = "of a data file: late entry"},
    CBK_OPTION_BY,
    CBK_OPTION_WHERE,
    {.name = "at", .argument = "T1,T2", .help = "S(t) at these times"},
    CBK_OPTION_CONF_TYPE,
    CBK_OPTION_LEVEL,
    CBK_OPTION_PROFILE,
    {.name = "no-timefix", .help = "of a data file: only times that are equal are tied"},
    {.name = "fingerprint", .help = "of a data file: print its SHA-256 in JSON"},
    CBK_OPTION_FORMAT,
};

/* The endpoint asked for, or the only one there is. */
static const char *choose_endpoint(cbk_session *session, const char *asked)
{
    const cbk_protocol *protocol = cbk_study_protocol(session->study);
    if (asked != NULL) {
        return asked;
    }
    if (protocol->n_endpoints == 1) {
        return protocol->endpoints[0].name;
    }
    cbk_buffer list = {0};
    for (size_t i = 0; i < protocol->n_endpoints; i++) {
        cbk_buffer_addf(&list, "%s%s", i > 0 ? ", " : "", protocol->endpoints[i].name);
    }
    (void)cbk_session_refuse(session,
                             "say which endpoint: --endpoint NAME; the study has %s",
                             list.bytes != NULL ? list.bytes : "none");
    cbk_buffer_free(&list);
    return NULL;
}

static int curves_of_study(cbk_session *session, const cbk_arguments *arguments,
                           const cbk_conventions *conventions, const cbk_curves **out)
{
    static const char *const of_files[] = {"time", "event", "entry", "no-timefix",
                                           "fingerprint"};
    for (size_t i = 0; i < CBK_COUNT_OF(of_files); i++) {
        if (cbk_argument(arguments, of_files[i]) != NULL) {
            return cbk_session_refuse(
                session, "--%s is for data files; a study has --endpoint", of_files[i]);
        }
    }
    cbk_status status = cbk_session_open_study(session, arguments->operands[0]);
    if (status != CBK_OK) {
        return cbk_session_fail(session, status);
    }
    const char *endpoint = choose_endpoint(session, cbk_argument(arguments, "endpoint"));
    if (endpoint == NULL) {
        return CBK_EXIT_USAGE;
    }
    size_t n_by = 0;
    const char *const *by =
        cbk_split_list(cbk_argument(arguments, "by"), session->arena, &n_by);
    status = cbk_curves_of_study(session->study, endpoint, by, n_by,
                                 cbk_argument(arguments, "where"), conventions,
                                 session->arena, out, &session->error);
    return status == CBK_OK ? CBK_EXIT_DONE : cbk_session_fail(session, status);
}

static int curves_of_file(cbk_session *session, const cbk_arguments *arguments,
                          const cbk_conventions *conventions, const cbk_curves **out)
{
    cbk_file_columns columns = {.time = cbk_argument(arguments, "time"),
                                .event = cbk_argument(arguments, "event"),
                                .entry = cbk_argument(arguments, "entry"),
                                .where = cbk_argument(arguments, "where")};
    if (cbk_argument(arguments, "endpoint") != NULL) {
        return cbk_session_refuse(session,
                                  "--endpoint is for studies; a data file has --time "
                                  "and --event");
    }
    if (columns.time == NULL || columns.event == NULL) {
        return cbk_session_refuse(session, "a data file needs --time COLUMN and --event "
                                           "COLUMN");
    }
    columns.by =
        cbk_split_list(cbk_argument(arguments, "by"), session->arena, &columns.n_by);
    const cbk_status status = cbk_curves_of_file(
        arguments->operands[0], &columns, cbk_argument(arguments, "no-timefix") == NULL,
        cbk_argument(arguments, "fingerprint") != NULL, conventions, session->arena,
        &session->problems, out, &session->error);
    return status == CBK_OK ? CBK_EXIT_DONE : cbk_session_fail(session, status);
}

static int print(cbk_session *session, const cbk_arguments *arguments,
                 const cbk_curves *curves, const double *at, size_t n_at)
{
    const cbk_format format = cbk_session_format(arguments);
    if (format == CBK_FORMAT_JSON) {
        cbk_buffer buffer = {0};
        cbk_json json = {.out = &buffer};
        cbk_analysis_km_json(curves, at, n_at, &json);
        return cbk_session_write_json(session, &buffer);
    }
    const cbk_document *document =
        cbk_analysis_km_document(curves, at, n_at, session->arena);
    return document == NULL ? cbk_session_fail(session, CBK_ENOMEM)
                            : cbk_session_write_document(session, document, format, NULL);
}

static int run(const cbk_arguments *arguments)
{
    cbk_session session;
    if (!cbk_session_open(&session, arguments)) {
        return CBK_EXIT_ENVIRONMENT;
    }
    cbk_conventions conventions;
    const double *at = NULL;
    size_t n_at = 0;
    if (!cbk_session_conventions(&session, arguments, &conventions) ||
        !cbk_numbers_of_list("km", "at", cbk_argument(arguments, "at"), session.arena,
                             &at, &n_at)) {
        return cbk_session_close(&session, CBK_EXIT_USAGE);
    }
    const cbk_curves *curves = NULL;
    int code = cbk_file_is_directory(arguments->operands[0])
                   ? curves_of_study(&session, arguments, &conventions, &curves)
                   : curves_of_file(&session, arguments, &conventions, &curves);
    if (code == CBK_EXIT_DONE) {
        code = print(&session, arguments, curves, at, n_at);
    }
    return cbk_session_close(&session, code);
}

const cbk_command cbk_command_km = {
    .name = "km",
    .operands = "STUDY|FILE",
    .n_operands_min = 1,
    .n_operands_max = 1,
    .summary = "Kaplan-Meier survival curves",
    .details =
        "Estimates survival by the product-limit method, with Greenwood's standard "
        "error, "
        "the median, survival at given times and the median follow-up by the reverse "
        "Kaplan-Meier method. STUDY is a study folder, whose endpoints are declared in "
        "its "
        "protocol; FILE is a data file, where --time and --event name the columns. Rows "
        "with a missing time, event or group are left out and counted.",
    .examples = "casebook km studies/ivc-lms --endpoint os --at 36,60\n"
                "casebook km data.csv --time months --event status=2 --by arm",
    .n_options = CBK_COUNT_OF(options),
    .options = options,
    .run = run,
};
