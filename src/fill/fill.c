/* fill.c - a manuscript of either kind, filled.  Contract: fill/fill.h. */
#include "fill/fill.h"

cbk_status cbk_fill_manuscript(cbk_fill *fill, cbk_manuscript_kind kind,
                               const char *bytes, size_t size, cbk_buffer *out,
                               cbk_error *err)
{
    return kind == CBK_MANUSCRIPT_DOCX ? cbk_fill_docx(fill, bytes, size, out, err)
                                       : cbk_fill_markdown(fill, bytes, size, out, err);
}
