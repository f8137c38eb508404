/* km.c - casebook km: survival curves of a study or of a data file. */
#include "cli/options.h"
#include "cli/session.h"

#include "cli/followup.h"
#include "report/report.h"
#include "study/analysis/curves.h"
#include "study/followup/landmark.h"

#include <string.h>

static const cbk_option options[] = {
    CBK_OPTIONS_FOLLOWUP,
    {.name = "weight", .argument = "COLUMN", .help = "each row counts so many times"},
    {.name = "at",
     .argument = "T1,T2",
     .help = "S(t) at these times; with --by, the differences"},
    {.name = "quantile",
     .argument = "P1,P2",
     .help = "times by which these shares have had the event"},
    {.name = "rmst",
     .argument = "TAU",
     .help = "mean time up to TAU; with --by, differences, ratios"},
    {.name = "landmark",
     .argument = "T",
     .help = "only those event-free at T; times count from there"},
    {.name = "estimate",
     .argument = "NAME",
     .help = "of survival; nelson-aalen adds the cumulative hazard",
     .values = "kaplan-meier nelson-aalen fleming-harrington"},
    CBK_OPTION_CONF_TYPE,
    {.name = "mid-p", .help = "of --conf-type bpcp: its mid-p variant"},
    CBK_OPTION_LEVEL,
    CBK_OPTION_PROFILE,
    CBK_OPTION_STYLE,
    CBK_OPTIONS_PRINTED,
};

/* Everything that was asked for on the command line. */
typedef struct km_asked {
    cbk_conventions conventions;
    cbk_km_request request;
    double landmark; /* 0: none */
    bool wants_hazard;
} km_asked;

/* A time above 0, or 0 where the option is not given. */
static bool read_time(cbk_session *session, const cbk_arguments *arguments,
                      const char *option, double *out)
{
    const char *text = cbk_argument(arguments, option);
    if (text != NULL && (!cbk_number_parse(text, false, out) || !(*out > 0.0))) {
        (void)cbk_session_refuse(session, "--%s is a time above 0, as in 36; not \"%s\"",
                                 option, text);
        return false;
    }
    return true;
}

static bool read_quantiles(cbk_session *session, const cbk_arguments *arguments,
                           cbk_km_request *request)
{
    const char *text = cbk_argument(arguments, "quantile");
    if (!cbk_session_numbers(session, arguments, "quantile", &request->quantile,
                             &request->n_quantiles)) {
        return false;
    }
    for (size_t i = 0; i < request->n_quantiles; i++) {
        if (!(request->quantile[i] > 0.0 && request->quantile[i] < 1.0)) {
            (void)cbk_session_refuse(session,
                                     "--quantile is a list of shares between 0 and 1, as "
                                     "in 0.25,0.5; not \"%s\"",
                                     text);
            return false;
        }
    }
    return true;
}

/* Which estimate and which variant of its interval; false after a message. */
static bool read_estimate(cbk_session *session, const cbk_arguments *arguments,
                          km_asked *asked)
{
    const char *name = cbk_argument(arguments, "estimate");
    asked->wants_hazard = name != NULL && strcmp(name, "nelson-aalen") == 0;
    if (name != NULL && strcmp(name, "fleming-harrington") == 0) {
        asked->conventions.estimate = CBK_SURVIVAL_FLEMING_HARRINGTON;
    }
    asked->conventions.is_mid_p = cbk_argument(arguments, "mid-p") != NULL;
    if (asked->conventions.is_mid_p && asked->conventions.interval != CBK_INTERVAL_BPCP) {
        (void)cbk_session_refuse(session, "--mid-p belongs to --conf-type bpcp");
        return false;
    }
    return true;
}

static bool read_asked(cbk_session *session, const cbk_arguments *arguments,
                       km_asked *asked)
{
    return cbk_session_conventions(session, arguments, &asked->conventions) &&
           cbk_session_numbers(session, arguments, "at", &asked->request.at,
                               &asked->request.n_at) &&
           read_quantiles(session, arguments, &asked->request) &&
           read_time(session, arguments, "rmst", &asked->request.tau) &&
           read_time(session, arguments, "landmark", &asked->landmark) &&
           read_estimate(session, arguments, asked);
}

static cbk_status fit_hazards(const cbk_curves *curves, cbk_arena *arena,
                              const cbk_nelson_aalen *const **out, cbk_error *err)
{
    const cbk_nelson_aalen **hazard =
        CBK_NEW(arena, const cbk_nelson_aalen *, curves->n_curves + 1);
    if (hazard == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t i = 0; i < curves->n_curves; i++) {
        CBK_TRY(cbk_nelson_aalen_fit(curves->curves[i].km->risk, &curves->conventions,
                                     arena, &hazard[i], err));
    }
    *out = hazard;
    return CBK_OK;
}

static cbk_status fit(const cbk_followup_data *data, km_asked *asked, cbk_arena *arena,
                      const cbk_curves **out, cbk_error *err)
{
    if (asked->landmark > 0.0) {
        CBK_TRY(cbk_followup_landmark(data, asked->landmark, arena, &data, err));
    }
    CBK_TRY(cbk_curves_fit(data, &asked->conventions, arena, out, err));
    return asked->wants_hazard ? fit_hazards(*out, arena, &asked->request.hazard, err)
                               : CBK_OK;
}

static int print(cbk_session *session, const cbk_arguments *arguments,
                 const cbk_curves *curves, const cbk_km_request *request)
{
    if (cbk_session_format(arguments) == CBK_FORMAT_JSON) {
        cbk_buffer buffer = {0};
        cbk_json json = {.out = &buffer};
        cbk_analysis_km_json(curves, request, &json);
        return cbk_session_write_json(session, cbk_argument(arguments, "output"),
                                      &buffer);
    }
    const cbk_style *style =
        cbk_session_style(session, arguments, cbk_session_format(arguments));
    return cbk_session_print(
        session, arguments,
        cbk_analysis_km_document(curves, request, style, session->arena));
}

static int run(const cbk_arguments *arguments)
{
    cbk_session session;
    if (!cbk_session_open(&session, arguments)) {
        return CBK_EXIT_ENVIRONMENT;
    }
    km_asked asked = {.request.n_curve_rows_max =
                          cbk_session_rows_max(arguments, CBK_READABLE_ROWS)};
    if (!read_asked(&session, arguments, &asked)) {
        return cbk_session_close(&session, CBK_EXIT_USAGE);
    }
    const cbk_followup_data *data = NULL;
    const cbk_curves *curves = NULL;
    int code = cbk_session_followup(&session, arguments, &data);
    if (code == CBK_EXIT_DONE) {
        const cbk_status status =
            fit(data, &asked, session.arena, &curves, &session.error);
        code = status == CBK_OK ? print(&session, arguments, curves, &asked.request)
                                : cbk_session_fail(&session, status);
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
        "Kaplan-Meier method; on request other quantiles, restricted means, comparisons "
        "of "
        "groups and the cumulative hazard. STUDY is a study folder, whose endpoints are "
        "declared in "
        "its "
        "protocol; FILE is a data file, where --time and --event name the columns. Rows "
        "with a missing time, event or group are left out and counted.",
    .examples = "casebook km studies/ivc-lms --endpoint os --at 36,60\n"
                "casebook km data.csv --time months --event status=2 --by arm\n"
                "casebook km studies/ivc-lms --endpoint os --conf-type bpcp --rmst 60",
    .n_options = CBK_COUNT_OF(options),
    .options = options,
    .run = run,
};
