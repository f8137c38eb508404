/* report_state.c - what the builders ask of the report itself: whether its memory has
 * failed, which sections it has.  Contract: report/builder.h.
 */
#include "report/builder.h"

cbk_status cbk_report_done(const cbk_report *report, cbk_error *err)
{
    if (cbk_arena_has_failed(report->arena)) {
        return cbk_fail(err, CBK_ENOMEM, CBK_ROW_NONE, "Out of memory for the report.");
    }
    return CBK_OK;
}

bool cbk_report_prints(const cbk_report *report, cbk_section_kind kind, const char *id)
{
    const cbk_protocol *protocol = report->protocol;
    for (size_t i = 0; i < protocol->n_sections; i++) {
        if (protocol->sections[i].kind == kind &&
            (id == NULL || cbk_text_is_equal(protocol->sections[i].id, id))) {
            return true;
        }
    }
    return false;
}
