/* figure.c - casebook figure: one figure of the protocol, as SVG, PDF or PNG, or what it
 * shows as CSV. */
#include "cli/options.h"
#include "cli/session.h"

#include "base/text.h"
#include "report/report.h"

#include <string.h>

static const cbk_option options[] = {
    CBK_OPTION_CONF_TYPE,
    CBK_OPTION_LEVEL,
    CBK_OPTION_PROFILE,
    CBK_OPTION_STYLE,
    CBK_OPTION_OUTPUT,
    {.name = "format",
     .argument = "FORMAT",
     .help = "what to write; the ending of --output when not given, else svg",
     .values = "svg pdf png csv"},
    {.name = "dpi",
     .argument = "N",
     .help = "of a PNG: dots per inch, 36 to 2400; 300 when not given"},
};

#define DPI_DEFAULT 300.0
#define DPI_MIN 36.0
#define DPI_MAX 2400.0

static bool read_dpi(cbk_session *session, const cbk_arguments *arguments, double *out)
{
    const char *text = cbk_argument(arguments, "dpi");
    *out = DPI_DEFAULT;
    if (text == NULL ||
        (cbk_number_parse(text, false, out) && *out >= DPI_MIN && *out <= DPI_MAX)) {
        return true;
    }
    (void)cbk_session_refuse(session, "--dpi is a number from 36 to 2400; not \"%s\"",
                             text);
    return false;
}

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
    double dpi = DPI_DEFAULT;
    const char *asked = cbk_argument(arguments, "format");
    const char *format = asked != NULL ? asked : "svg";
    if (!read_dpi(&session, arguments, &dpi)) {
        return cbk_session_close(&session, CBK_EXIT_USAGE);
    }
    const cbk_document *figure = NULL;
    const char *bytes = NULL;
    size_t size = 0;
    cbk_status status = cbk_session_open_styled(&session, arguments, CBK_FORMAT_TEXT);
    if (status == CBK_OK) {
        status =
            cbk_report_one_figure(session.study, arguments->operands[1], &conventions,
                                  session.arena, &figure, &session.error);
    }
    if (status == CBK_OK) {
        status = cbk_session_render_drawing(&session, figure->last->figure->drawing,
                                            format, dpi, &bytes, &size);
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
    .summary = "one figure of the protocol, as SVG, PDF, PNG or its data as CSV",
    .details = "FIGURE is the id that the protocol gives the figure. SVG and PDF hold "
               "real text, a title and a description; a PNG is drawn on white at "
               "the given resolution, which it names. CSV holds every point that is "
               "drawn: of curves group, time, value, limits and who was at risk; of a "
               "swimmer plot lines and events; of a forest plot its rows.",
    .examples = "casebook figure studies/ivc-lms 3 -o fig3.svg\n"
                "casebook figure studies/ivc-lms 3 -o fig3.png --dpi 600\n"
                "casebook figure studies/ivc-lms 3 -o fig3.csv",
    .n_options = CBK_COUNT_OF(options),
    .options = options,
    .run = run,
};
