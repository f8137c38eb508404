/* section_results.c - the results in words. */
#include "report/parts.h"
cbk_status cbk_section_results(cbk_report *report, cbk_error *err)
{
    return cbk_report_done(report, err);
}
