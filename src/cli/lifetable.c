/* lifetable.c - casebook lifetable: the actuarial life table of a study or of a data
 * file. */
#include "cli/options.h"
#include "cli/session.h"

#include "cli/followup.h"
#include "report/report.h"
#include "study/analysis/curves.h"

static const cbk_option options[] = {
    CBK_OPTIONS_FOLLOWUP,
    {.name = "breaks",
     .argument = "T0,T1,T2",
     .help = "where the intervals begin and end, ascending, as in 0,12,24"},
    CBK_OPTION_STYLE,
    CBK_OPTIONS_PRINTED,
};

static int print(cbk_session *session, const cbk_arguments *arguments,
                 const cbk_life_tables *tables)
{
    if (cbk_session_format(arguments) == CBK_FORMAT_JSON) {
        cbk_buffer buffer = {0};
        cbk_json json = {.out = &buffer};
        cbk_analysis_lifetable_json(tables, &json);
        return cbk_session_write_json(session, cbk_argument(arguments, "output"),
                                      &buffer);
    }
    const cbk_style *style =
        cbk_session_style(session, arguments, cbk_session_format(arguments));
    return cbk_session_print(
        session, arguments,
        cbk_analysis_lifetable_document(tables, style, session->arena));
}

/* From the rows to the print. */
static int analyse(cbk_session *session, const cbk_arguments *arguments,
                   const double *breaks, size_t n_breaks)
{
    const cbk_conventions conventions = cbk_conventions_of(CBK_PROFILE_R);
    const cbk_followup_data *data = NULL;
    const int code = cbk_session_followup(session, arguments, &data);
    if (code != CBK_EXIT_DONE) {
        return code;
    }
    const cbk_curves *curves = NULL;
    cbk_life_tables tables;
    cbk_status status =
        cbk_curves_fit(data, &conventions, session->arena, &curves, &session->error);
    if (status == CBK_OK) {
        status = cbk_life_tables_fit(curves, breaks, n_breaks,
                                     cbk_argument(arguments, "no-timefix") == NULL,
                                     session->arena, &tables, &session->error);
    }
    return status == CBK_OK ? print(session, arguments, &tables)
                            : cbk_session_fail(session, status);
}

static int run(const cbk_arguments *arguments)
{
    cbk_session session;
    if (!cbk_session_open(&session, arguments)) {
        return CBK_EXIT_ENVIRONMENT;
    }
    const char *list = cbk_argument(arguments, "breaks");
    const double *breaks = NULL;
    size_t n_breaks = 0;
    int code = CBK_EXIT_USAGE;
    if (list == NULL) {
        code = cbk_session_refuse(&session, "say where the intervals begin and end: "
                                            "--breaks 0,12,24");
    } else if (cbk_session_numbers(&session, arguments, "breaks", &breaks, &n_breaks)) {
        code = analyse(&session, arguments, breaks, n_breaks);
    }
    return cbk_session_close(&session, code);
}

const cbk_command cbk_command_lifetable = {
    .name = "lifetable",
    .operands = "STUDY|FILE",
    .n_operands_min = 1,
    .n_operands_max = 1,
    .summary = "actuarial life table on given intervals",
    .details =
        "Counts who enters each interval, has the event or is withdrawn in it, and "
        "estimates survival to its end by the actuarial method, where a withdrawal "
        "counts half; with standard error, density and hazard in JSON. An interval "
        "holds its start and not its end; who is observed at or after the last break "
        "makes an open row. For exact times casebook km says more. STUDY is a study "
        "folder, FILE a data file, as for casebook km.",
    .examples = "casebook lifetable studies/ivc-lms --endpoint os --breaks "
                "0,24,48,72,96,120,144\n"
                "casebook lifetable data.csv --time months --event status=2 --breaks "
                "0,12,24",
    .n_options = CBK_COUNT_OF(options),
    .options = options,
    .run = run,
};
