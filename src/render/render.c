/* render.c - which writer does a format.  Contract: casebook/render.h. */
#include <casebook/render.h>

#include "render/outputs.h"
#include "render/press_module.h"
#include "render/svg.h"

#include <assert.h>

enum { COLUMNS_MIN = 40 };

/* Moves what was written into the arena, over the scratch that was used on the way. */
static cbk_status hand_over(cbk_buffer *written, cbk_arena *arena, cbk_mark before,
                            const char **out, size_t *size, cbk_error *err)
{
    const bool is_failed = written->is_failed || cbk_arena_has_failed(arena);
    cbk_arena_release(arena, before);
    const char *bytes = written->bytes != NULL ? written->bytes : "";
    const char *copy =
        is_failed ? NULL : cbk_text_copy_bytes(arena, bytes, written->size);
    const size_t n_bytes = written->size;
    cbk_buffer_free(written);
    if (copy == NULL) {
        cbk_arena_release(arena, before);
        return cbk_fail(err, CBK_ENOMEM, CBK_ROW_NONE,
                        "Out of memory while the document was written.");
    }
    *out = copy;
    *size = n_bytes;
    return CBK_OK;
}

/* What a writer of the press appended, or its failure with nothing left behind. */
static cbk_status finish(cbk_status status, cbk_buffer *written, cbk_arena *arena,
                         cbk_mark before, const char **out, size_t *size, cbk_error *err)
{
    if (status == CBK_OK) {
        return hand_over(written, arena, before, out, size, err);
    }
    cbk_buffer_free(written);
    cbk_arena_release(arena, before);
    return status;
}

static cbk_status from_press(const cbk_document *document, cbk_format format,
                             cbk_arena *scratch, cbk_buffer *out, cbk_error *err)
{
    const cbk_press *press = NULL;
    CBK_TRY(cbk_press_load(&press, err));
    return (format == CBK_FORMAT_XLSX  ? press->workbook
            : format == CBK_FORMAT_PDF ? press->pdf
                                       : press->docx)(document, scratch, out, err);
}

cbk_status cbk_render(const cbk_document *document, cbk_format format, size_t columns,
                      cbk_arena *arena, const char **out, size_t *size, cbk_error *err)
{
    assert(document != NULL && arena != NULL && out != NULL && size != NULL);
    *out = NULL;
    const cbk_mark before = cbk_arena_mark(arena);
    cbk_buffer written = {0};
    cbk_status status = CBK_OK;
    switch (format) {
    case CBK_FORMAT_HTML:
        cbk_output_html(document, &written);
        break;
    case CBK_FORMAT_TEXT:
        cbk_output_text(document, columns < COLUMNS_MIN ? COLUMNS_MIN : columns, arena,
                        &written);
        break;
    case CBK_FORMAT_MARKDOWN:
        cbk_output_markdown(document, &written);
        break;
    case CBK_FORMAT_CSV:
        cbk_output_csv(document, arena, &written);
        break;
    case CBK_FORMAT_LATEX:
        cbk_output_latex(document, &written);
        break;
    case CBK_FORMAT_XLSX:
    case CBK_FORMAT_DOCX:
    case CBK_FORMAT_PDF:
        status = from_press(document, format, arena, &written, err);
        break;
    case CBK_FORMAT_JSON:
    default:
        return cbk_fail(
            err, CBK_EINVAL, CBK_ROW_NONE,
            "A document cannot be rendered as JSON: analyses write their own.");
    }
    return finish(status, &written, arena, before, out, size, err);
}

cbk_status cbk_render_svg(const cbk_drawing *drawing, cbk_arena *arena, const char **out,
                          size_t *size, cbk_error *err)
{
    assert(drawing != NULL && arena != NULL && out != NULL && size != NULL);
    *out = NULL;
    const cbk_mark before = cbk_arena_mark(arena);
    cbk_buffer written = {0};
    cbk_svg_file(drawing, &written);
    return hand_over(&written, arena, before, out, size, err);
}

cbk_status cbk_render_data(const cbk_figure_data *data, cbk_arena *arena,
                           const char **out, size_t *size, cbk_error *err)
{
    assert(arena != NULL && out != NULL && size != NULL);
    *out = NULL;
    const cbk_mark before = cbk_arena_mark(arena);
    cbk_buffer written = {0};
    cbk_output_data(data, &written);
    return hand_over(&written, arena, before, out, size, err);
}

cbk_status cbk_render_pdf(const cbk_drawing *drawing, cbk_arena *arena, const char **out,
                          size_t *size, cbk_error *err)
{
    assert(drawing != NULL && arena != NULL && out != NULL && size != NULL);
    *out = NULL;
    const cbk_press *press = NULL;
    CBK_TRY(cbk_press_load(&press, err));
    const cbk_mark before = cbk_arena_mark(arena);
    cbk_buffer written = {0};
    const cbk_status status = press->figure_pdf(drawing, &written, err);
    return finish(status, &written, arena, before, out, size, err);
}

cbk_status cbk_render_png(const cbk_drawing *drawing, double dots_per_inch,
                          cbk_arena *arena, const char **out, size_t *size,
                          cbk_error *err)
{
    assert(drawing != NULL && arena != NULL && out != NULL && size != NULL);
    assert(dots_per_inch > 0.0);
    *out = NULL;
    const cbk_press *press = NULL;
    CBK_TRY(cbk_press_load(&press, err));
    const cbk_mark before = cbk_arena_mark(arena);
    cbk_buffer written = {0};
    const cbk_status status = press->figure_png(drawing, dots_per_inch, &written, err);
    return finish(status, &written, arena, before, out, size, err);
}
