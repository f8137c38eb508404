/* cox.c - casebook cox: Cox's proportional hazards regression. */
#include "cli/options.h"
#include "cli/session.h"

#include "cli/cox_residuals.h"
#include "cli/followup.h"
#include "report/regression.h"
#include "report/report.h"
#include "study/analysis/prediction.h"

#include <string.h>

static const cbk_option options[] = {
    CBK_OPTIONS_ROWS,
    CBK_OPTIONS_COVARIATES,
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
     .help = "draw a forest plot of the hazard ratios in this file: .svg, .pdf or .png"},
    {.name = "residuals",
     .argument = "KIND",
     .help = "write these instead, a data file of one line a row or an event",
     .values = CBK_COX_RESIDUAL_NAMES},
    {.name = "predict",
     .argument = "A=X,B=Y;...",
     .help = "survival of these people, or of those in the CSV file of that name"},
    {.name = "baseline",
     .help = "survival and hazard with numbers 0, categories at their reference"},
    {.name = "at",
     .argument = "T1,T2",
     .help = "of --predict and --baseline: at these times"},
    {.name = "conf-type",
     .argument = "NAME",
     .help = "of predicted survival; the profile's when not given",
     .values = "log log-log plain logit arcsin"},
    {.name = "firth", .help = "Firth's penalised likelihood, for small series"},
    CBK_OPTION_LEVEL,
    {.name = "profile",
     .argument = "NAME",
     .help = "conventions of another program: r has ties efron, sas and spss breslow; r "
             "when not given",
     .values = "r sas spss"},
    CBK_OPTIONS_READING,
    CBK_OPTION_STYLE,
    CBK_OPTIONS_PRINTED,
};

enum { READABLE_ROWS = 200 }; /* of a predicted curve; csv and json have all */

static bool is_given(const cbk_arguments *arguments, const char *option)
{
    return cbk_argument(arguments, option) != NULL;
}

static bool has_prediction(const cbk_arguments *arguments)
{
    return is_given(arguments, "predict") || is_given(arguments, "baseline");
}

/* What options say together, or alone where they need another. */
static const char *why_not(const cbk_arguments *arguments)
{
    const bool has_residuals = is_given(arguments, "residuals");
    const char *format = cbk_argument(arguments, "format");
    if (!has_prediction(arguments) && is_given(arguments, "at")) {
        return "--at belongs to --predict and --baseline";
    }
    if (!has_prediction(arguments) && is_given(arguments, "conf-type")) {
        return "--conf-type is of predicted survival; it belongs to --predict and "
               "--baseline";
    }
    if (has_residuals &&
        (has_prediction(arguments) || is_given(arguments, "univariable"))) {
        return "--residuals is printed instead of the result; ask for it alone";
    }
    if (has_residuals && format != NULL && strcmp(format, "csv") != 0) {
        return "--residuals is a data file: csv";
    }
    return NULL;
}

/* Which options exclude each other. */
static bool can_combine(cbk_session *session, const cbk_arguments *arguments,
                        const cbk_cox_request *request)
{
    const bool is_exact = cbk_cox_ties_are_exact(request->ties);
    const char *sentence = why_not(arguments);
    if (sentence != NULL) {
        /* said below */
    } else if (request->is_firth && request->is_robust) {
        sentence = "--firth has no robust variance; leave out --robust and --cluster";
    } else if (request->is_firth && is_given(arguments, "intervals") &&
               !request->wants_profile) {
        sentence = "--firth has limits of its profile, not Wald's; leave out --intervals";
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
                         cbk_conventions *conventions, cbk_cox_request *out)
{
    const char *ties = cbk_argument(arguments, "ties");
    const char *intervals = cbk_argument(arguments, "intervals");
    const bool is_robust =
        is_given(arguments, "robust") || is_given(arguments, "cluster");
    if (!cbk_session_conventions(session, arguments, conventions)) {
        return false;
    }
    *out = (cbk_cox_request){.ties = cbk_cox_ties_of(conventions->profile),
                             .is_robust = is_robust,
                             .is_firth = is_given(arguments, "firth"),
                             .wants_concordance = true,
                             .wants_instead = true,
                             .level = conventions->level,
                             .wants_profile =
                                 intervals != NULL && strcmp(intervals, "profile") == 0};
    if (ties != NULL) {
        (void)cbk_cox_ties_parse(ties, &out->ties); /* one of the option's words */
    }
    out->wants_proportional = !cbk_cox_ties_are_exact(out->ties);
    if (!cbk_session_has_covariates(session, arguments)) {
        return false;
    }
    out->keeps_rows = has_prediction(arguments) || is_given(arguments, "residuals");
    return can_combine(session, arguments, out);
}

static int print(cbk_session *session, const cbk_arguments *arguments,
                 const cbk_regression *analysis)
{
    if (cbk_session_format(arguments) == CBK_FORMAT_JSON) {
        cbk_buffer buffer = {0};
        cbk_json json = {.out = &buffer};
        cbk_analysis_cox_json(analysis, session->arena, &json);
        return cbk_session_write_json(session, cbk_argument(arguments, "output"),
                                      &buffer);
    }
    const cbk_style *style =
        cbk_session_style(session, arguments, cbk_session_format(arguments));
    return cbk_session_print(session, arguments,
                             cbk_analysis_cox_document(analysis, style, session->arena));
}

/* The picture in the file of --forest. */
static int write_forest(cbk_session *session, const cbk_arguments *arguments,
                        const cbk_regression *analysis)
{
    const char *bytes = NULL;
    size_t size = 0;
    const cbk_drawing *drawing = cbk_regression_forest(
        analysis, false, analysis->data->label,
        cbk_session_style(session, arguments, CBK_FORMAT_TEXT), session->arena);
    if (drawing == NULL) {
        return cbk_session_fail(session, CBK_ENOMEM);
    }
    const char *path = cbk_argument(arguments, "forest");
    const char *ending = strrchr(path, '.');
    const cbk_status status = cbk_session_render_drawing(
        session, drawing, ending != NULL ? ending + 1 : "svg", 300.0, &bytes, &size);
    return status == CBK_OK ? cbk_session_write(session, path, bytes, size)
                            : cbk_session_fail(session, status);
}

/* The curves of --predict and --baseline; false after a message and *code. */
static bool predict(cbk_session *session, const cbk_arguments *arguments,
                    const cbk_conventions *conventions, cbk_regression *analysis,
                    int *code)
{
    cbk_predictions *out = CBK_NEW(session->arena, cbk_predictions, 1);
    if (out == NULL) {
        *code = cbk_session_fail(session, CBK_ENOMEM);
        return false;
    }
    out->n_rows_max = cbk_session_rows_max(arguments, READABLE_ROWS);
    if (!cbk_session_numbers(session, arguments, "at", &out->at, &out->n_at)) {
        *code = CBK_EXIT_USAGE;
        return false;
    }
    cbk_status status = cbk_persons_read(
        cbk_argument(arguments, "predict"), is_given(arguments, "baseline"),
        analysis->design, session->arena, &session->problems, &out->persons,
        &out->n_persons, &session->error);
    if (status == CBK_OK && analysis->fit->kept != NULL) {
        status = cbk_predictions_make(analysis, conventions, session->arena, out,
                                      &session->error);
    }
    analysis->predictions = out;
    *code = status == CBK_OK ? CBK_EXIT_DONE : cbk_session_fail(session, status);
    return status == CBK_OK;
}

static int fit(cbk_session *session, const cbk_arguments *arguments,
               const cbk_followup_data *data, const cbk_cox_request *request,
               const cbk_conventions *conventions)
{
    size_t n = 0;
    const char *const *references =
        cbk_split_list(cbk_argument(arguments, "reference"), session->arena, &n);
    const cbk_regression *made = NULL;
    const cbk_status status = cbk_regression_fit(data, references, n, request,
                                                 is_given(arguments, "univariable"),
                                                 session->arena, &made, &session->error);
    if (status != CBK_OK) {
        return cbk_session_fail(session, status);
    }
    cbk_regression analysis = *made;
    if ((is_given(arguments, "univariable") || is_given(arguments, "forest")) &&
        cbk_regression_test_terms(made, session->arena, &analysis.terms,
                                  &session->error) != CBK_OK) {
        return cbk_session_fail(session, session->error.status);
    }
    int code = CBK_EXIT_DONE;
    if (has_prediction(arguments) &&
        !predict(session, arguments, conventions, &analysis, &code)) {
        return code;
    }
    if (is_given(arguments, "forest")) {
        code = write_forest(session, arguments, &analysis);
    }
    if (code == CBK_EXIT_DONE && is_given(arguments, "residuals")) {
        return cbk_cox_write_residuals(session, &analysis,
                                       cbk_argument(arguments, "residuals"),
                                       cbk_argument(arguments, "output"));
    }
    return code == CBK_EXIT_DONE ? print(session, arguments, &analysis) : code;
}

static int run(const cbk_arguments *arguments)
{
    cbk_session session;
    if (!cbk_session_open(&session, arguments)) {
        return CBK_EXIT_ENVIRONMENT;
    }
    cbk_cox_request request;
    cbk_conventions conventions;
    if (!read_request(&session, arguments, &conventions, &request)) {
        return cbk_session_close(&session, CBK_EXIT_USAGE);
    }
    const cbk_followup_data *data = NULL;
    int code = cbk_session_followup(&session, arguments, &data);
    if (code == CBK_EXIT_DONE) {
        code = fit(&session, arguments, data, &request, &conventions);
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
                "--univariable --forest forest.svg\n"
                "casebook cox data.csv --time months --event dead --on age,sex "
                "--categorical sex --predict \"age=60,sex=F;age=60,sex=M\" --at 12,60\n"
                "casebook cox data.csv --time months --event dead --on age --residuals "
                "deviance -o residuals.csv",
    .n_options = CBK_COUNT_OF(options),
    .options = options,
    .run = run,
};
