/* figure.c - casebook figure: one figure of the protocol, as SVG. */
#include "cli/options.h"
#include "cli/session.h"

#include "report/report.h"

static const cbk_option options[] = {
    CBK_OPTION_CONF_TYPE,
    CBK_OPTION_LEVEL,
    CBK_OPTION_PROFILE,
    CBK_OPTION_OUTPUT,
};

static int run(const cbk_arguments *arguments)
{
    cbk_session session;
    cbk_conventions conventions;
    if (!cbk_session_open(&session, arguments)) {
        return CBK_EXIT_ENVIRONMENT;
    }
    if (!cbk_session_conventions(&session, arguments, &conventions)) {
        return cbk_session_close(&session, CBK_EXIT_USAGE);
    }
    const cbk_drawing *drawing = NULL;
    const char *bytes = NULL;
    size_t size = 0;
    cbk_status status = cbk_session_open_study(&session, arguments->operands[0]);
    if (status == CBK_OK) {
        status =
            cbk_report_one_figure(session.study, arguments->operands[1], &conventions,
                                  session.arena, &drawing, &session.error);
    }
    if (status == CBK_OK) {
        status = cbk_render_svg(drawing, session.arena, &bytes, &size, &session.error);
    }
    const int code =
        status == CBK_OK
            ? cbk_session_write(&session, cbk_argument(arguments, "output"), bytes, size)
            : cbk_session_fail(&session, status);
    return cbk_session_close(&session, code);
}

const cbk_command cbk_command_figure = {
    .name = "figure",
    .operands = "STUDY FIGURE",
    .n_operands_min = 2,
    .n_operands_max = 2,
    .summary = "one figure of the protocol, as SVG",
    .details = "FIGURE is the id that the protocol gives the figure. The file holds real "
               "text, a title and a description.",
    .examples = "casebook figure studies/ivc-lms 3 -o fig3.svg",
    .n_options = CBK_COUNT_OF(options),
    .options = options,
    .run = run,
};
