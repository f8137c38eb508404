/* cox.c - casebook cox: Cox's proportional hazards regression. */
#include "cli/options.h"
#include "cli/session.h"

#include "base/text.h"
#include "cli/followup.h"
#include "report/regression.h"
#include "report/report.h"

#include <string.h>

static const cbk_option options[] = {
    CBK_OPTIONS_ROWS,
    {.name = "on", .argument = "A,B", .help = "the covariates"},
    {.name = "categorical",
     .argument = "A,B",
     .help = "of these, the ones whose values are categories"},
    {.name = "reference",
     .argument = "A=X,B=Y",
     .help = "what the other categories are compared with; the first when not given"},
    {.name = "ties",
     .argument = "NAME",
     .help = "events at one time; the profile's when not given",
     .values = "efron breslow exact exact-marginal"},
    {.name = "intervals",
     .argument = "NAME",
     .help = "of the hazard ratios, and their p: wald when not given",
     .values = "wald profile"},
    {.name = "strata",
     .argument = "A,B",
     .help = "a baseline hazard for each stratum of these"},
    {.name = "weight", .argument = "COLUMN", .help = "a row counts so often"},
    {.name = "offset",
     .argument = "COLUMN",
     .help = "a covariate whose coefficient is 1"},
    {.name = "cluster",
     .argument = "COLUMN",
     .help = "rows with one value are of one subject: robust variance"},
    {.name = "robust", .help = "the variance that holds where the model does not"},
    {.name = "univariable",
     .help = "a table of each covariate alone beside all of them together"},
    {.name = "forest",
     .argument = "FILE",
     .help = "write a forest plot of the hazard ratios to this file, as SVG"},
    {.name = "firth", .help = "Firth's penalised likelihood, for small series"},
    CBK_OPTION_LEVEL,
    {.name = "profile",
     .argument = "NAME",
     .help = "conventions of another program: r has ties efron, sas and spss breslow; r "
             "when not given",
     .values = "r sas spss"},
    CBK_OPTIONS_READING,
    CBK_OPTION_FORMAT,
};

static bool is_given(const cbk_arguments *arguments, const char *option)
{
    return cbk_argument(arguments, option) != NULL;
}

static bool read_level(cbk_session *session, const cbk_arguments *arguments, double *out)
{
    const char *text = cbk_argument(arguments, "level");
    *out = 0.95;
    if (text == NULL ||
        (cbk_number_parse(text, false, out) && *out > 0.0 && *out < 1.0)) {
        return true;
    }
    (void)cbk_session_refuse(session, "--level is between 0 and 1; not \"%s\"", text);
    return false;
}

/* Which options exclude each other. */
static bool can_combine(cbk_session *session, const cbk_arguments *arguments,
                        const cbk_cox_request *request)
{
    const bool is_exact = cbk_cox_ties_are_exact(request->ties);
    const char *sentence = NULL;
    if (request->is_firth && request->is_robust) {
        sentence = "--firth has no robust variance; leave out --robust and --cluster";
    } else if (request->wants_profile && request->is_robust) {
        sentence = "--intervals profile has no robust variance; leave out --robust and "
                   "--cluster";
    } else if (is_exact && request->is_robust) {
        sentence = "exact ties have no robust variance; leave out --robust and "
                   "--cluster, or take --ties efron";
    } else if (is_exact && request->is_firth) {
        sentence = "exact ties have no Firth penalty; take --ties efron";
    } else if (is_exact && is_given(arguments, "weight")) {
        sentence = "exact ties have no weights; take --ties efron";
    }
    if (sentence != NULL) {
        (void)cbk_session_refuse(session, "%s", sentence);
    }
    return sentence == NULL;
}

static bool read_request(cbk_session *session, const cbk_arguments *arguments,
                         cbk_cox_request *out)
{
    const char *profile = cbk_argument(arguments, "profile");
    const char *ties = cbk_argument(arguments, "ties");
    const char *intervals = cbk_argument(arguments, "intervals");
    const bool is_robust =
        is_given(arguments, "robust") || is_given(arguments, "cluster");
    *out = (cbk_cox_request){
        .ties = profile == NULL || strcmp(profile, "r") == 0 ? CBK_COX_EFRON
                                                             : CBK_COX_BRESLOW,
        .is_robust = is_robust,
        .is_firth = is_given(arguments, "firth"),
        .wants_concordance = true,
        .wants_instead = true,
        .wants_profile = intervals != NULL && strcmp(intervals, "profile") == 0};
    if (ties != NULL) {
        (void)cbk_cox_ties_parse(ties, &out->ties); /* one of the option's words */
    }
    out->wants_proportional = !cbk_cox_ties_are_exact(out->ties);
    if (!is_given(arguments, "on")) {
        (void)cbk_session_refuse(session, "say which covariates: --on A,B");
        return false;
    }
    return can_combine(session, arguments, out) &&
           read_level(session, arguments, &out->level);
}

static int print(cbk_session *session, const cbk_arguments *arguments,
                 const cbk_regression *analysis)
{
    const cbk_format format = cbk_session_format(arguments);
    if (format == CBK_FORMAT_JSON) {
        cbk_buffer buffer = {0};
        cbk_json json = {.out = &buffer};
        cbk_analysis_cox_json(analysis, session->arena, &json);
        return cbk_session_write_json(session, &buffer);
    }
    const cbk_document *document = cbk_analysis_cox_document(analysis, session->arena);
    return document == NULL ? cbk_session_fail(session, CBK_ENOMEM)
                            : cbk_session_write_document(session, document, format, NULL);
}

/* The picture in the file of --forest; then the result as without it. */
static int write_forest(cbk_session *session, const cbk_arguments *arguments,
                        const cbk_regression *analysis)
{
    const char *bytes = NULL;
    size_t size = 0;
    const cbk_drawing *drawing =
        cbk_regression_forest(analysis, false, analysis->data->label, session->arena);
    const cbk_status status =
        drawing == NULL
            ? CBK_ENOMEM
            : cbk_render_svg(drawing, session->arena, &bytes, &size, &session->error);
    if (status != CBK_OK) {
        return cbk_session_fail(session, status);
    }
    const int code =
        cbk_session_write(session, cbk_argument(arguments, "forest"), bytes, size);
    return code == CBK_EXIT_DONE ? print(session, arguments, analysis) : code;
}

static int fit(cbk_session *session, const cbk_arguments *arguments,
               const cbk_followup_data *data, const cbk_cox_request *request)
{
    size_t n = 0;
    const char *const *references =
        cbk_split_list(cbk_argument(arguments, "reference"), session->arena, &n);
    const cbk_regression *analysis = NULL;
    cbk_status status = cbk_regression_fit(data, references, n, request,
                                           is_given(arguments, "univariable"),
                                           session->arena, &analysis, &session->error);
    if (status == CBK_OK && is_given(arguments, "forest")) {
        return write_forest(session, arguments, analysis);
    }
    return status == CBK_OK ? print(session, arguments, analysis)
                            : cbk_session_fail(session, status);
}

static int run(const cbk_arguments *arguments)
{
    cbk_session session;
    if (!cbk_session_open(&session, arguments)) {
        return CBK_EXIT_ENVIRONMENT;
    }
    cbk_cox_request request;
    if (!read_request(&session, arguments, &request)) {
        return cbk_session_close(&session, CBK_EXIT_USAGE);
    }
    const cbk_followup_data *data = NULL;
    int code = cbk_session_followup(&session, arguments, &data);
    if (code == CBK_EXIT_DONE) {
        code = fit(&session, arguments, data, &request);
    }
    return cbk_session_close(&session, code);
}

const cbk_command cbk_command_cox = {
    .name = "cox",
    .operands = "STUDY|FILE",
    .n_operands_min = 1,
    .n_operands_max = 1,
    .summary = "Cox regression: how covariates multiply the hazard",
    .details =
        "Fits Cox's proportional hazards model. STUDY is a study folder, whose endpoints "
        "are declared in its protocol; FILE is a data file, where --time and --event "
        "name "
        "the columns. Rows with a missing time, event or covariate are left out and "
        "counted. A covariate is a number unless --categorical names it, or a study "
        "declares it a choice or a text.\n\n"
        "An interaction is written with a colon, as in --on age,sex,age:sex.\n\n"
        "Where the likelihood has no maximum, because a covariate separates those with "
        "the event from the others at risk, no Wald test is printed, but the bound and p "
        "of the profile likelihood, the score and exact tests and Firth's estimate.",
    .examples = "casebook cox data.csv --time months --event status=2 --on age,stage "
                "--categorical stage --reference stage=I\n"
                "casebook cox studies/ivc-lms --endpoint os --on margin --firth\n"
                "casebook cox data.csv --time months --event dead --on age,sex,age:sex "
                "--univariable --forest forest.svg",
    .n_options = CBK_COUNT_OF(options),
    .options = options,
    .run = run,
};
