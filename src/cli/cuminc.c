/* cuminc.c - casebook cuminc: cumulative incidences where events of several kinds
 * compete. */
#include "cli/options.h"
#include "cli/session.h"

#include "cli/followup.h"
#include "report/report.h"

static const cbk_option options[] = {
    CBK_OPTIONS_ROWS,
    CBK_OPTIONS_CAUSES,
    CBK_OPTION_BY,
    CBK_OPTIONS_READING,
    {.name = "at", .argument = "T1,T2", .help = "the incidences at these times"},
    {.name = "strata",
     .argument = "A,B",
     .help = "of Gray's test: compare within the strata of these"},
    {.name = "variance",
     .argument = "NAME",
     .help = "jackknife as R's survfit, aalen as R's cmprsk; jackknife when not given",
     .values = "jackknife aalen"},
    {.name = "weight", .argument = "COLUMN", .help = "each row counts so many times"},
    {.name = "cluster",
     .argument = "COLUMN",
     .help = "rows with one value are not independent"},
    {.name = "conf-type",
     .argument = "NAME",
     .help = "interval of the incidence; log-log when not given",
     .values = "log log-log plain logit arcsin"},
    CBK_OPTION_LEVEL,
    CBK_OPTION_STYLE,
    CBK_OPTIONS_PRINTED,
};

static bool read_request(cbk_session *session, const cbk_arguments *arguments,
                         cbk_cuminc_request *request, cbk_cuminc_asked *asked)
{
    const char *variance = cbk_argument(arguments, "variance");
    *request = (cbk_cuminc_request){.interval = CBK_INTERVAL_LOG_LOG};
    *asked = (cbk_cuminc_asked){.n_curve_rows_max =
                                    cbk_session_rows_max(arguments, CBK_READABLE_ROWS)};
    if (variance != NULL) { /* one of the option's words */
        (void)cbk_incidence_variance_parse(variance, &request->variance);
    }
    cbk_session_interval(arguments, &request->interval);
    if (cbk_argument(arguments, "strata") != NULL &&
        cbk_argument(arguments, "by") == NULL) {
        (void)cbk_session_refuse(session, "--strata belongs to Gray's test: say which "
                                          "groups to compare, --by A,B");
        return false;
    }
    return cbk_session_level(session, arguments, &request->level) &&
           cbk_session_numbers(session, arguments, "at", &asked->at, &asked->n_at);
}

static int print(cbk_session *session, const cbk_arguments *arguments,
                 const cbk_incidences *all, const cbk_cuminc_asked *asked)
{
    if (cbk_session_format(arguments) == CBK_FORMAT_JSON) {
        cbk_buffer buffer = {0};
        cbk_json json = {.out = &buffer};
        cbk_analysis_cuminc_json(all, asked, &json);
        return cbk_session_write_json(session, cbk_argument(arguments, "output"),
                                      &buffer);
    }
    const cbk_style *style =
        cbk_session_style(session, arguments, cbk_session_format(arguments));
    return cbk_session_print(
        session, arguments,
        cbk_analysis_cuminc_document(all, asked, style, session->arena));
}

static int run(const cbk_arguments *arguments)
{
    cbk_session session;
    if (!cbk_session_open(&session, arguments)) {
        return CBK_EXIT_ENVIRONMENT;
    }
    cbk_cuminc_request request;
    cbk_cuminc_asked asked;
    if (!read_request(&session, arguments, &request, &asked)) {
        return cbk_session_close(&session, CBK_EXIT_USAGE);
    }
    const cbk_followup_data *data = NULL;
    const cbk_incidences *all = NULL;
    int code = cbk_session_followup(&session, arguments, &data);
    if (code == CBK_EXIT_DONE) {
        const cbk_status status =
            cbk_incidences_fit(data, &request, session.arena, &all, &session.error);
        code = status == CBK_OK ? print(&session, arguments, all, &asked)
                                : cbk_session_fail(&session, status);
    }
    return cbk_session_close(&session, code);
}

const cbk_command cbk_command_cuminc = {
    .name = "cuminc",
    .operands = "STUDY|FILE",
    .n_operands_min = 1,
    .n_operands_max = 1,
    .summary = "cumulative incidence where events compete, Gray's test",
    .details =
        "Estimates for each kind of event the share of subjects who have had it, where "
        "an event of another kind may come first, by the method of Aalen and Johansen; "
        "with --by the groups are compared by Gray's test. STUDY is a study folder: an "
        "endpoint's own event and the competing events that its protocol declares are "
        "the kinds. FILE is a data file: --time and --event name the columns, --censor "
        "the value of the event's column that says censored, and every other value is "
        "a kind of its own. Rows with a missing time, event or group are left out and "
        "counted.",
    .examples = "casebook cuminc data.csv --time months --event cause --censor 0 "
                "--by arm --at 12,60\n"
                "casebook cuminc studies/ivc-lms --endpoint dss --at 60",
    .n_options = CBK_COUNT_OF(options),
    .options = options,
    .run = run,
};
