/* describe.c - casebook describe: the variables of a study or of a data file in numbers.
 */
#include "cli/options.h"
#include "cli/session.h"

#include "base/file.h"
#include "report/report.h"
#include "study/followup/data_file.h"

static const cbk_option options[] = {
    {.name = "on", .argument = "A,B", .help = "these variables; all when not given"},
    {.name = "by", .argument = "A", .help = "a column for each value of this variable"},
    CBK_OPTION_WHERE,
    {.name = "test", .help = "with --by: compare the groups, a test for each variable"},
    {.name = "mean",
     .help = "with --test: compare means (Welch's t test) of two groups, not ranks"},
    {.name = "interval",
     .argument = "NAME",
     .help = "an interval of each proportion",
     .values = "wilson clopper-pearson"},
    CBK_OPTION_CONF_TYPE,
    CBK_OPTION_LEVEL,
    CBK_OPTION_PROFILE,
    CBK_OPTION_STYLE,
    CBK_OPTIONS_PRINTED,
};

static cbk_status open_source(cbk_session *session, const char *path,
                              const cbk_description_request *request)
{
    if (cbk_session_is_study(path)) {
        return cbk_session_open_study(session, path);
    }
    const cbk_csv *csv = NULL;
    CBK_TRY(
        cbk_csv_read(path, session->arena, &session->problems, &csv, &session->error));
    const size_t n = request->n_variables;
    const char **mentions = CBK_NEW(session->arena, const char *, n + 2);
    if (mentions == NULL) {
        return cbk_fail_memory(&session->error);
    }
    for (size_t i = 0; i < n; i++) {
        mentions[i] = request->variables[i];
    }
    mentions[n] = request->by;
    mentions[n + 1] = request->among;
    return cbk_study_of_data_file(csv, request->variables != NULL ? mentions : NULL,
                                  n + 2, session->arena, &session->study,
                                  &session->error);
}

/* False after a message. */
static bool read_request(cbk_session *session, const cbk_arguments *arguments,
                         cbk_description_request *out)
{
    const bool is_tested = cbk_argument(arguments, "test") != NULL;
    const bool is_by_means = cbk_argument(arguments, "mean") != NULL;
    *out = (cbk_description_request){.by = cbk_argument(arguments, "by"),
                                     .among = cbk_argument(arguments, "where"),
                                     .interval = cbk_argument(arguments, "interval")};
    out->variables =
        cbk_split_list(cbk_argument(arguments, "on"), session->arena, &out->n_variables);
    if (is_by_means && !is_tested) {
        (void)cbk_session_refuse(session, "--mean says how to --test; give both");
        return false;
    }
    if (is_tested && out->by == NULL) {
        (void)cbk_session_refuse(session,
                                 "--test compares groups; say which with --by VARIABLE");
        return false;
    }
    out->test = !is_tested    ? CBK_SUMMARY_UNTESTED
                : is_by_means ? CBK_SUMMARY_BY_MEANS
                              : CBK_SUMMARY_BY_RANKS;
    return true;
}

static int run(const cbk_arguments *arguments)
{
    cbk_session session;
    if (!cbk_session_open(&session, arguments)) {
        return CBK_EXIT_ENVIRONMENT;
    }
    cbk_description_request request;
    cbk_conventions conventions;
    if (!read_request(&session, arguments, &request) ||
        !cbk_session_conventions(&session, arguments, &conventions)) {
        return cbk_session_close(&session, CBK_EXIT_USAGE);
    }
    cbk_status status = open_source(&session, arguments->operands[0], &request);
    int code = CBK_EXIT_DONE;
    if (status == CBK_OK) {
        cbk_study_set_style(
            session.study,
            cbk_session_style(&session, arguments, cbk_session_format(arguments)));
    }
    if (status == CBK_OK && cbk_session_format(arguments) == CBK_FORMAT_JSON) {
        cbk_buffer buffer = {0};
        cbk_json json = {.out = &buffer};
        status = cbk_analysis_describe_json(session.study, &request, &conventions,
                                            session.arena, &json, &session.error);
        if (status == CBK_OK) {
            code = cbk_session_write_json(&session, cbk_argument(arguments, "output"),
                                          &buffer);
        } else {
            cbk_buffer_free(&buffer);
        }
    } else if (status == CBK_OK) {
        const cbk_document *document = NULL;
        status = cbk_analysis_describe_document(session.study, &request, &conventions,
                                                session.arena, &document, &session.error);
        if (status == CBK_OK) {
            code = cbk_session_print(&session, arguments, document);
        }
    }
    return cbk_session_close(
        &session, status == CBK_OK ? code : cbk_session_fail(&session, status));
}

const cbk_command cbk_command_describe = {
    .name = "describe",
    .operands = "STUDY|FILE",
    .n_operands_min = 1,
    .n_operands_max = 1,
    .summary = "the variables in numbers: median, quartiles, counts, missing",
    .details =
        "Numbers are described by median, quartiles, mean, standard deviation and range, "
        "categories by counts and percentages of those where the value is known; missing "
        "values have a row of their own. In a data file a column whose cells are all "
        "numbers is a number, any other a category; an empty cell and NA are missing. An "
        "endpoint named in --on gives events, person-time and their rate with its exact "
        "Poisson interval.\n\n"
        "--test compares the groups of --by: numbers by ranks (Mann-Whitney, exact in "
        "small groups without ties; Kruskal-Wallis for more than two groups), categories "
        "by Fisher's exact test where an expected count is below 5, else by the "
        "chi-squared test without continuity correction. Letters name the test that ran.",
    .examples = "casebook describe studies/ivc-lms --by margin --test\n"
                "casebook describe studies/ivc-lms --on sex,os --interval wilson\n"
                "casebook describe data.csv --on age,stage",
    .n_options = CBK_COUNT_OF(options),
    .options = options,
    .run = run,
};
