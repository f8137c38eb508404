/* docx_edit.c - what is changed in a part of a Word document: runs and fields of ours
 * that are written, and the bytes they replace.  Contract: fill/docx_part.h.
 */
#include "fill/docx_part.h"

#include "render/escape.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void cbk_docx_replace(part *p, range bytes, const char *text)
{
    edit *added = cbk_growing_add(&p->edits, sizeof *added, p->fill->arena);
    if (added != NULL && text != NULL) {
        *added = (edit){bytes, text, p->edits.n};
    }
}

const char *cbk_docx_take(part *p, cbk_buffer *buffer)
{
    const char *bytes = buffer->bytes != NULL ? buffer->bytes : "";
    const char *copy = buffer->is_failed
                           ? NULL
                           : cbk_text_copy_bytes(p->fill->arena, bytes, buffer->size);
    if (buffer->is_failed) {
        (void)cbk_arena_alloc(p->fill->arena, SIZE_MAX, 2, 1);
    }
    cbk_buffer_free(buffer);
    return copy;
}

void cbk_docx_run_begin(part *p, range properties, cbk_buffer *out)
{
    cbk_buffer_addf(out, "<%sr>", p->prefix);
    cbk_buffer_add_bytes(out, p->bytes + properties.start,
                         properties.end - properties.start);
}

static void add_mark(part *p, range properties, const char *kind, cbk_buffer *out)
{
    cbk_docx_run_begin(p, properties, out);
    cbk_buffer_addf(out, "<%sfldChar %sfldCharType=\"%s\"/></%sr>", p->prefix, p->prefix,
                    kind, p->prefix);
}

static void add_run(part *p, range properties, const char *element, const char *before,
                    const char *text, const char *after, cbk_buffer *out)
{
    cbk_docx_run_begin(p, properties, out);
    cbk_buffer_addf(out, "<%s%s xml:space=\"preserve\">%s", p->prefix, element, before);
    cbk_escape_xml(out, text);
    cbk_buffer_addf(out, "%s</%s%s></%sr>", after, p->prefix, element, p->prefix);
}

void cbk_docx_text_run(part *p, range properties, const char *text, cbk_buffer *out)
{
    add_run(p, properties, "t", "", text, "", out);
}

void cbk_docx_field_begin(part *p, range properties, const char *source, cbk_buffer *out)
{
    add_mark(p, properties, "begin", out);
    add_run(p, properties, "instrText", " ADDIN casebook ", source, " ", out);
    add_mark(p, properties, "separate", out);
}

void cbk_docx_field_end(part *p, range properties, cbk_buffer *out)
{
    add_mark(p, properties, "end", out);
}

static int by_start(const void *lhs, const void *rhs)
{
    const edit *a = lhs;
    const edit *b = rhs;
    const int order =
        (a->replaced.start > b->replaced.start) - (a->replaced.start < b->replaced.start);
    return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

cbk_status cbk_docx_apply(part *p, size_t size, cbk_zip_part *out, cbk_error *err)
{
    edit *edits = p->edits.items;
    cbk_buffer written = {0};
    size_t at = 0;
    if (cbk_arena_has_failed(p->fill->arena)) {
        return cbk_fail_memory(err);
    }
    if (p->edits.n > 0) {
        qsort(edits, p->edits.n, sizeof *edits, by_start);
    }
    for (size_t i = 0; i < p->edits.n; i++) {
        assert(edits[i].replaced.start >= at);
        cbk_buffer_add_bytes(&written, p->bytes + at, edits[i].replaced.start - at);
        cbk_buffer_add(&written, edits[i].text);
        at = edits[i].replaced.end;
    }
    cbk_buffer_add_bytes(&written, p->bytes + at, size - at);
    out->size = written.size;
    out->bytes = cbk_docx_take(p, &written);
    return out->bytes != NULL ? CBK_OK : cbk_fail_memory(err);
}
