/* table.c - a table of the protocol, by its kind. */
#include "report/builder.h"

cbk_status cbk_report_table(cbk_report *report, const cbk_table_spec *spec,
                            cbk_error *err)
{
    switch (spec->kind) {
    case CBK_TABLE_LISTING:
        return cbk_report_listing(report, spec, err);
    case CBK_TABLE_SUMMARY:
        return cbk_report_summary(report, spec, err);
    case CBK_TABLE_REGRESSION:
        return cbk_report_regression(report, spec, err);
    }
    return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE, "Table %s is of no known kind.",
                    spec->id);
}
