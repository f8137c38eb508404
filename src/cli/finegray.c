/* finegray.c - casebook finegray: regression where events of several kinds compete. */
#include "cli/options.h"
#include "cli/session.h"

#include "cli/followup.h"
#include "report/report.h"

static const cbk_option options[] = {
    CBK_OPTION_ENDPOINT,
    CBK_OPTION_TIME,
    {.name = "event",
     .argument = "COLUMN",
     .help = "of a data file: which kind of event, if any"},
    CBK_OPTIONS_CAUSES,
    CBK_OPTIONS_COVARIATES,
    CBK_OPTION_LEVEL,
    CBK_OPTIONS_READING,
    CBK_OPTION_STYLE,
    CBK_OPTIONS_PRINTED,
};

static int print(cbk_session *session, const cbk_arguments *arguments,
                 const cbk_competing *both)
{
    if (cbk_session_format(arguments) == CBK_FORMAT_JSON) {
        cbk_buffer buffer = {0};
        cbk_json json = {.out = &buffer};
        cbk_analysis_finegray_json(both, session->arena, &json);
        return cbk_session_write_json(session, cbk_argument(arguments, "output"),
                                      &buffer);
    }
    const cbk_style *style =
        cbk_session_style(session, arguments, cbk_session_format(arguments));
    return cbk_session_print(session, arguments,
                             cbk_analysis_finegray_document(both, style, session->arena));
}

static int fit(cbk_session *session, const cbk_arguments *arguments,
               const cbk_followup_data *data, double level)
{
    size_t n = 0;
    const char *const *references =
        cbk_split_list(cbk_argument(arguments, "reference"), session->arena, &n);
    const cbk_competing *both = NULL;
    const cbk_status status = cbk_competing_fit(data, references, n, level,
                                                session->arena, &both, &session->error);
    return status == CBK_OK ? print(session, arguments, both)
                            : cbk_session_fail(session, status);
}

static int run(const cbk_arguments *arguments)
{
    cbk_session session;
    if (!cbk_session_open(&session, arguments)) {
        return CBK_EXIT_ENVIRONMENT;
    }
    double level = 0.0;
    if (!cbk_session_has_covariates(&session, arguments) ||
        !cbk_session_level(&session, arguments, &level)) {
        return cbk_session_close(&session, CBK_EXIT_USAGE);
    }
    const cbk_followup_data *data = NULL;
    int code = cbk_session_followup(&session, arguments, &data);
    if (code == CBK_EXIT_DONE) {
        code = fit(&session, arguments, data, level);
    }
    return cbk_session_close(&session, code);
}

const cbk_command cbk_command_finegray = {
    .name = "finegray",
    .operands = "STUDY|FILE",
    .n_operands_min = 1,
    .n_operands_max = 1,
    .summary = "Fine-Gray regression: how covariates move an incidence where events "
               "compete",
    .details =
        "Fits the subdistribution hazards model of Fine and Gray for one kind of event, "
        "and beside it Cox's model of the cause-specific hazard, since neither tells the "
        "whole. STUDY is a study folder: the kind is the endpoint's own event unless "
        "--cause names one of the competing events that its protocol declares. FILE is a "
        "data file: --time and --event name the columns, --censor the value of the "
        "event's column that says censored, --cause the kind that is asked for. Rows "
        "with a missing time, event or covariate are left out and counted.\n\n"
        "The numbers are those of R's cmprsk::crr. Where times are tied, other programs "
        "that fit the same model give other numbers.",
    .examples = "casebook finegray data.csv --time months --event cause --censor 0 "
                "--cause relapse --on age,stage --categorical stage\n"
                "casebook finegray studies/ivc-lms --endpoint dss --on size_cm",
    .n_options = CBK_COUNT_OF(options),
    .options = options,
    .run = run,
};
