/* figure.c - the figures of a protocol, a row a kind.  Contract: report/report.h. */
#include "report/figure/figure_block.h"

static cbk_status (*const kinds[])(cbk_report *, const cbk_figure_spec *, cbk_error *) = {
    [CBK_FIGURE_KM] = cbk_figure_km,
    [CBK_FIGURE_SWIMMER] = cbk_figure_swimmer,
    [CBK_FIGURE_FOREST] = cbk_report_forest,
    [CBK_FIGURE_CUMINC] = cbk_figure_cuminc,
    [CBK_FIGURE_MCF] = cbk_figure_mcf};

cbk_status cbk_report_figure(cbk_report *report, const cbk_figure_spec *spec,
                             cbk_error *err)
{
    cbk_figure_spec styled = *spec;
    styled.look.style = report->style;
    return kinds[spec->kind](report, &styled, err);
}
