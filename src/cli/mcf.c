/* mcf.c - casebook mcf: the mean number of recurrent events. */
#include "cli/options.h"
#include "cli/session.h"

#include "cli/followup.h"
#include "report/report.h"

#include <string.h>

static const cbk_option options[] = {
    CBK_OPTIONS_ROWS,
    {.name = "events",
     .argument = "FORM.FIELD",
     .help = "of a study: the repeating form of the events and the field of their time"},
    {.name = "cluster",
     .argument = "COLUMN",
     .help = "of a data file: rows with one value are of one subject"},
    {.name = "weight", .argument = "COLUMN", .help = "each subject counts so many times"},
    CBK_OPTION_BY,
    {.name = "at",
     .argument = "T1,T2",
     .help = "the mean at these times; with --by, the differences"},
    {.name = "conf-type",
     .argument = "NAME",
     .help = "interval of the mean; log when not given",
     .values = "log plain"},
    CBK_OPTION_LEVEL,
    CBK_OPTIONS_READING,
    CBK_OPTION_STYLE,
    CBK_OPTIONS_PRINTED,
};

static bool read_request(cbk_session *session, const cbk_arguments *arguments,
                         cbk_mcf_result *out)
{
    out->request = (cbk_mcf_request){.interval = CBK_INTERVAL_LOG};
    cbk_session_interval(arguments, &out->request.interval);
    return cbk_session_level(session, arguments, &out->request.level) &&
           cbk_session_numbers(session, arguments, "at", &out->at, &out->n_at);
}

/* Which options go with a study, and which with a file. */
static bool check_source(cbk_session *session, const cbk_arguments *arguments,
                         bool is_study)
{
    if (is_study && cbk_argument(arguments, "cluster") != NULL) {
        (void)cbk_session_refuse(session, "--cluster is for data files; the subjects of "
                                          "a study are its patients");
        return false;
    }
    if (is_study && cbk_argument(arguments, "events") == NULL) {
        (void)cbk_session_refuse(session, "say which form holds the events: --events "
                                          "FORM.FIELD, as in recurrence.month");
        return false;
    }
    if (!is_study && cbk_argument(arguments, "events") != NULL) {
        (void)cbk_session_refuse(session, "--events is for studies; a data file has "
                                          "--time, --event and --cluster");
        return false;
    }
    return true;
}

static cbk_status read_events(cbk_session *session, const cbk_arguments *arguments,
                              const cbk_followup_data *data,
                              const cbk_recurrence_data **out)
{
    if (session->study == NULL) {
        return cbk_recurrence_of_rows(data, session->arena, out, &session->error);
    }
    const cbk_protocol *protocol = cbk_study_protocol(session->study);
    const cbk_endpoint *endpoint = cbk_protocol_endpoint(protocol, data->endpoint);
    size_t n = 0;
    const char *const *names =
        cbk_split_list(cbk_argument(arguments, "events"), session->arena, &n);
    cbk_lane_spec *lanes = CBK_NEW(session->arena, cbk_lane_spec, n + 1);
    if (names == NULL || lanes == NULL) {
        return cbk_fail_memory(&session->error);
    }
    for (size_t i = 0; i < n; i++) {
        CBK_TRY(cbk_lane_parse(protocol, endpoint, names[i], session->arena, &lanes[i],
                               &session->error));
    }
    return cbk_recurrence_of_study(session->study, data, lanes, n, session->arena, out,
                                   &session->error);
}

static int print(cbk_session *session, const cbk_arguments *arguments,
                 const cbk_mcf_result *result)
{
    if (cbk_session_format(arguments) == CBK_FORMAT_JSON) {
        cbk_buffer buffer = {0};
        cbk_json json = {.out = &buffer};
        cbk_analysis_mcf_json(result, session->arena, &json);
        return cbk_session_write_json(session, cbk_argument(arguments, "output"),
                                      &buffer);
    }
    const cbk_style *style =
        cbk_session_style(session, arguments, cbk_session_format(arguments));
    return cbk_session_print(session, arguments,
                             cbk_analysis_mcf_document(result, style, session->arena));
}

static int fit(cbk_session *session, const cbk_arguments *arguments,
               const cbk_followup_data *data, cbk_mcf_result *result)
{
    cbk_status status = read_events(session, arguments, data, &result->of);
    if (status == CBK_OK) {
        status = cbk_recurrence_fit(result->of, &result->request, session->arena,
                                    &result->fit, &session->error);
    }
    return status == CBK_OK ? print(session, arguments, result)
                            : cbk_session_fail(session, status);
}

static int run(const cbk_arguments *arguments)
{
    cbk_session session;
    if (!cbk_session_open(&session, arguments)) {
        return CBK_EXIT_ENVIRONMENT;
    }
    cbk_mcf_result result = {.n_curve_rows_max =
                                 cbk_session_rows_max(arguments, CBK_READABLE_ROWS)};
    if (!read_request(&session, arguments, &result) ||
        !check_source(&session, arguments,
                      cbk_session_is_study(arguments->operands[0]))) {
        return cbk_session_close(&session, CBK_EXIT_USAGE);
    }
    const cbk_followup_data *data = NULL;
    int code = cbk_session_followup(&session, arguments, &data);
    if (code == CBK_EXIT_DONE) {
        code = fit(&session, arguments, data, &result);
    }
    return cbk_session_close(&session, code);
}

const cbk_command cbk_command_mcf = {
    .name = "mcf",
    .operands = "STUDY|FILE",
    .n_operands_min = 1,
    .n_operands_max = 1,
    .summary = "mean cumulative function: how many recurrences a patient has had",
    .details =
        "Estimates the mean number of events a subject has had by each time, where an "
        "event can happen to one subject many times, with the robust variance of Lawless "
        "and Nadeau; with --by the groups are compared.\n\n"
        "STUDY is a study folder: --endpoint names the follow-up, --events the repeating "
        "form whose rows are the events and the field that tells when they were (its "
        "first number or date when only the form is named). FILE is a data file with a "
        "row for each event and one for the end of follow-up; --cluster names the column "
        "of the subject. Without --entry a subject is under observation from 0 to its "
        "last row; with --entry a row is observed from there to its time.\n\n"
        "An end of follow-up says nothing about the events to come: where deaths end it, "
        "the mean is that of those who live on.",
    .examples = "casebook mcf studies/ivc-lms --endpoint os --events recurrence.month "
                "--at 36,60\n"
                "casebook mcf bladder.csv --cluster id --entry start --time stop --event "
                "event --by rx",
    .n_options = CBK_COUNT_OF(options),
    .options = options,
    .run = run,
};
