/* describe.c - casebook describe: the variables of a study or of a data file in numbers.
 */
#include "cli/options.h"
#include "cli/session.h"

#include "base/file.h"
#include "report/report.h"
#include "study/data_file.h"

static const cbk_option options[] = {
    {.name = "on", .argument = "A,B", .help = "these variables; all when not given"},
    {.name = "by", .argument = "A", .help = "a column for each value of this variable"},
    CBK_OPTION_WHERE,
    CBK_OPTION_PROFILE,
    CBK_OPTION_FORMAT,
};

static cbk_status open_source(cbk_session *session, const char *path)
{
    if (cbk_file_is_directory(path)) {
        return cbk_session_open_study(session, path);
    }
    const cbk_csv *csv = NULL;
    CBK_TRY(
        cbk_csv_read(path, session->arena, &session->problems, &csv, &session->error));
    return cbk_study_of_data_file(csv, session->arena, &session->study, &session->error);
}

static int run(const cbk_arguments *arguments)
{
    cbk_session session;
    if (!cbk_session_open(&session, arguments)) {
        return CBK_EXIT_ENVIRONMENT;
    }
    cbk_description_request request = {.by = cbk_argument(arguments, "by"),
                                       .among = cbk_argument(arguments, "where")};
    request.variables = cbk_split_list(cbk_argument(arguments, "on"), session.arena,
                                       &request.n_variables);
    cbk_profile profile = CBK_PROFILE_R;
    if (cbk_argument(arguments, "profile") != NULL) {
        (void)cbk_profile_parse(cbk_argument(arguments, "profile"), &profile);
    }
    const cbk_conventions conventions = cbk_conventions_of(profile);
    cbk_status status = open_source(&session, arguments->operands[0]);
    int code = CBK_EXIT_DONE;
    if (status == CBK_OK && cbk_session_format(arguments) == CBK_FORMAT_JSON) {
        cbk_buffer buffer = {0};
        cbk_json json = {.out = &buffer};
        status = cbk_analysis_describe_json(session.study, &request, &conventions,
                                            session.arena, &json, &session.error);
        if (status == CBK_OK) {
            code = cbk_session_write_json(&session, &buffer);
        } else {
            cbk_buffer_free(&buffer);
        }
    } else if (status == CBK_OK) {
        const cbk_document *document = NULL;
        status = cbk_analysis_describe_document(session.study, &request, &conventions,
                                                session.arena, &document, &session.error);
        if (status == CBK_OK) {
            code = cbk_session_write_document(&session, document,
                                              cbk_session_format(arguments), NULL);
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
        "numbers is a number, any other a category; an empty cell and NA are missing.",
    .examples = "casebook describe studies/ivc-lms --by margin\n"
                "casebook describe data.csv --on age,stage",
    .n_options = CBK_COUNT_OF(options),
    .options = options,
    .run = run,
};
