/* logrank.c - casebook logrank: comparisons of the survival of groups. */
#include "cli/options.h"
#include "cli/session.h"

#include "base/text.h"
#include "cli/followup.h"
#include "report/report.h"

#include <math.h>

static const double permutations_max = 1e9;
static const double seed_max = 9007199254740992.0; /* 2^53: read exactly */

static const cbk_option options[] = {
    CBK_OPTIONS_FOLLOWUP,
    {.name = "strata", .argument = "A,B", .help = "compare within the strata of these"},
    {.name = "test",
     .argument = "NAME",
     .help = "how times are weighted; logrank when not given",
     .values = "logrank gehan tarone-ware peto fleming-harrington"},
    {.name = "rho",
     .argument = "R",
     .help = "of fleming-harrington: power of S; 0 when not given"},
    {.name = "gamma",
     .argument = "G",
     .help = "of fleming-harrington: power of 1 - S; 0 when not given"},
    {.name = "trend", .help = "also a test for trend over the groups in their order"},
    {.name = "scores",
     .argument = "S1,S2",
     .help = "a trend with these scores of the groups; 0,1,2 and so on when not given"},
    {.name = "pairwise", .help = "also each pair of groups, p adjusted by Holm"},
    {.name = "exact", .help = "also the permutation test of the score"},
    {.name = "permutations",
     .argument = "B",
     .help = "of --exact: labelings drawn where there are over 5 million; 10000 when not "
             "given"},
    {.name = "seed",
     .argument = "N",
     .help = "of --exact: start of the random numbers; 1 when not given"},
    CBK_OPTION_STYLE,
    CBK_OPTIONS_PRINTED,
};

static bool is_given(const cbk_arguments *arguments, const char *option)
{
    return cbk_argument(arguments, option) != NULL;
}

/* A number of at least 0; `fallback` where the option is not given. */
static bool read_number(cbk_session *session, const cbk_arguments *arguments,
                        const char *option, double fallback, double *out)
{
    const char *text = cbk_argument(arguments, option);
    *out = fallback;
    if (text == NULL || (cbk_number_parse(text, false, out) && *out >= 0.0)) {
        return true;
    }
    (void)cbk_session_refuse(session, "--%s is a number of at least 0; not \"%s\"",
                             option, text);
    return false;
}

static bool read_count(cbk_session *session, const cbk_arguments *arguments,
                       const char *option, double least, double most, uint64_t fallback,
                       uint64_t *out)
{
    const char *text = cbk_argument(arguments, option);
    double value = (double)fallback;
    if (text != NULL && (!cbk_number_parse(text, false, &value) || value < least ||
                         value > most || value != floor(value))) {
        (void)cbk_session_refuse(session,
                                 "--%s is a whole number from %.0f to %.0f; not \"%s\"",
                                 option, least, most, text);
        return false;
    }
    *out = (uint64_t)value;
    return true;
}

/* An option that does nothing without another is a mistake. */
static bool check_company(cbk_session *session, const cbk_arguments *arguments,
                          cbk_log_rank_method method)
{
    const bool has_powers = is_given(arguments, "rho") || is_given(arguments, "gamma");
    if (has_powers && method != CBK_LOG_RANK_FLEMING_HARRINGTON) {
        (void)cbk_session_refuse(session, "--rho and --gamma belong to --test "
                                          "fleming-harrington");
        return false;
    }
    if ((is_given(arguments, "permutations") || is_given(arguments, "seed")) &&
        !is_given(arguments, "exact")) {
        (void)cbk_session_refuse(session, "--permutations and --seed belong to --exact");
        return false;
    }
    if (!is_given(arguments, "by")) {
        (void)cbk_session_refuse(session, "say which groups to compare: --by A,B");
        return false;
    }
    return true;
}

/* What the command line asks for; n_scores is 0 without --scores. */
static bool read_request(cbk_session *session, const cbk_arguments *arguments,
                         cbk_log_rank_request *request, size_t *n_scores)
{
    const char *test = cbk_argument(arguments, "test");
    *request = (cbk_log_rank_request){.wants_trend = is_given(arguments, "trend") ||
                                                     is_given(arguments, "scores"),
                                      .wants_pairs = is_given(arguments, "pairwise"),
                                      .wants_exact = is_given(arguments, "exact")};
    if (test != NULL) {
        (void)cbk_log_rank_method_parse(test, &request->method); /* one of the values */
    }
    return check_company(session, arguments, request->method) &&
           read_number(session, arguments, "rho", 0.0, &request->rho) &&
           read_number(session, arguments, "gamma", 0.0, &request->gamma) &&
           read_count(session, arguments, "permutations", 1.0, permutations_max, 10000,
                      &request->n_permutations) &&
           read_count(session, arguments, "seed", 0.0, seed_max, 1, &request->seed) &&
           cbk_session_numbers(session, arguments, "scores", &request->scores, n_scores);
}

static int print(cbk_session *session, const cbk_arguments *arguments,
                 const cbk_followup_data *data, const cbk_log_rank *fit)
{
    if (cbk_session_format(arguments) == CBK_FORMAT_JSON) {
        cbk_buffer buffer = {0};
        cbk_json json = {.out = &buffer};
        cbk_analysis_logrank_json(data, fit, &json);
        return cbk_session_write_json(session, cbk_argument(arguments, "output"),
                                      &buffer);
    }
    const cbk_style *style =
        cbk_session_style(session, arguments, cbk_session_format(arguments));
    return cbk_session_print(
        session, arguments,
        cbk_analysis_logrank_document(data, fit, style, session->arena));
}

static int compare(cbk_session *session, const cbk_arguments *arguments,
                   const cbk_followup_data *data, const cbk_log_rank_request *request,
                   size_t n_scores)
{
    const size_t n_groups = data->by->n_groups;
    if (n_groups == 1) {
        return cbk_session_refuse(session,
                                  "a comparison needs at least two groups; the %zu rows "
                                  "that can be used are all \"%s\"",
                                  data->rows.n, data->by_label[0]);
    }
    if (n_scores > 0 && n_scores != n_groups && n_groups > 0) {
        return cbk_session_refuse(session, "--scores gives %zu for %zu groups", n_scores,
                                  n_groups);
    }
    const cbk_log_rank_rows rows = {
        .followup = &data->rows,
        .group = data->by->of_row,
        .n_groups = n_groups,
        .stratum = data->request->n_strata > 0 ? data->strata->of_row : NULL,
        .n_strata = data->strata->n_groups};
    const cbk_log_rank *fit = NULL;
    const cbk_status status =
        cbk_log_rank_fit(&rows, request, session->arena, &fit, &session->error);
    return status == CBK_OK ? print(session, arguments, data, fit)
                            : cbk_session_fail(session, status);
}

static int run(const cbk_arguments *arguments)
{
    cbk_session session;
    if (!cbk_session_open(&session, arguments)) {
        return CBK_EXIT_ENVIRONMENT;
    }
    cbk_log_rank_request request;
    size_t n_scores = 0;
    if (!read_request(&session, arguments, &request, &n_scores)) {
        return cbk_session_close(&session, CBK_EXIT_USAGE);
    }
    request.scores = n_scores > 0 ? request.scores : NULL;
    const cbk_followup_data *data = NULL;
    int code = cbk_session_followup(&session, arguments, &data);
    if (code == CBK_EXIT_DONE) {
        code = compare(&session, arguments, data, &request, n_scores);
    }
    return cbk_session_close(&session, code);
}

const cbk_command cbk_command_logrank = {
    .name = "logrank",
    .operands = "STUDY|FILE",
    .n_operands_min = 1,
    .n_operands_max = 1,
    .summary = "log-rank test and its relatives",
    .details =
        "Compares the survival of two or more groups by the log-rank test or a weighted "
        "one, within strata where --strata is given. STUDY is a study folder, whose "
        "endpoints are declared in its protocol; FILE is a data file, where --time and "
        "--event name the columns. Rows with a missing time, event, group or stratum are "
        "left out and counted.\n\n"
        "With --exact the labels of the groups are permuted. For two groups every "
        "labeling "
        "is counted where there are at most 5 million; else labelings are drawn at "
        "random. "
        "That test is valid where censoring does not depend on the group.",
    .examples = "casebook logrank studies/ivc-lms --endpoint os --by margin --exact\n"
                "casebook logrank data.csv --time months --event status=2 --by arm "
                "--strata centre",
    .n_options = CBK_COUNT_OF(options),
    .options = options,
    .run = run,
};
