/* docx.c - a manuscript from Word, filled.  Contract: fill/fill.h.
 *
 * A filled number is a field with the code ADDIN casebook and the question (ECMA-376,
 * part 1, section 17.16): Word and LibreOffice keep such a field with its code, show its
 * result, and never compute it.  The parts are changed at the bytes of the placeholders;
 * whatever stands around them is copied.
 */
#include "fill/docx_block.h"
#include "fill/docx_part.h"

#include "package/zip_reader.h"
#include "render/escape.h"

#include <string.h>

enum { PART_BYTES_MAX = 64 << 20, ALL_BYTES_MAX = 512 << 20 };

/* ---- a number -------------------------------------------------------------------- */

static void replace(part *p, size_t start, size_t end, const char *text)
{
    cbk_docx_replace(p, (range){start, end}, text);
}

/* Blanks at the ends of a text are kept only where its tag says so. */
static void keep_blanks(part *p, const piece *of)
{
    piece *changed = &((piece *)p->pieces.items)[of->index];
    if (!changed->is_kept) {
        changed->is_kept = true;
        replace(p, of->tag_end, of->tag_end, " xml:space=\"preserve\"");
    }
}

/* The run is parted, and a field stands between its parts. */
static void insert_field(part *p, const site *of, const char *source, const char *text)
{
    const piece *first = of->first;
    const range properties = first->properties;
    cbk_buffer out = {0};
    cbk_buffer_addf(&out, "</%st></%sr>", p->prefix, p->prefix);
    cbk_docx_field_begin(p, properties, source, &out);
    cbk_docx_text_run(p, properties, text, &out);
    cbk_docx_field_end(p, properties, &out);
    cbk_docx_run_begin(p, properties, &out);
    cbk_buffer_addf(&out, "<%st xml:space=\"preserve\">", p->prefix);
    keep_blanks(p, first);
    const size_t start = first->content.start + of->from;
    replace(p, start,
            first == of->last ? first->content.start + of->to : first->content.end,
            cbk_docx_take(p, &out));
    const piece *pieces = p->pieces.items;
    for (size_t i = first->index + 1; i < of->last->index; i++) {
        if (pieces[i].paragraph == first->paragraph) {
            replace(p, pieces[i].content.start, pieces[i].content.end, "");
        }
    }
    if (of->last != first) {
        keep_blanks(p, of->last);
        replace(p, of->last->content.start, of->last->content.start + of->to, "");
    }
}

/* Writes what differs, so that equal text stays byte for byte. */
static void update_piece(part *p, const piece *of, const char *wanted)
{
    const range in = of->content;
    const char *now =
        cbk_fill_unescape(p->fill->arena, p->bytes + in.start, in.end - in.start);
    if (now != NULL && strcmp(now, wanted) != 0) {
        cbk_buffer out = {0};
        cbk_escape_xml(&out, wanted);
        replace(p, in.start, in.end, out.bytes != NULL ? cbk_docx_take(p, &out) : "");
        keep_blanks(p, of);
    }
}

/* The first text of the result becomes the new one, others empty. */
static void update_field(part *p, const field *of, const char *text)
{
    const piece *pieces = p->pieces.items;
    bool is_written = false;
    for (size_t i = of->first_piece; i < of->end_piece; i++) {
        if (pieces[i].field == of) {
            update_piece(p, &pieces[i], is_written ? "" : text);
            is_written = true;
        }
    }
    if (!is_written) {
        cbk_buffer out = {0};
        cbk_docx_text_run(p, of->properties, text, &out);
        replace(p, of->end, of->end, cbk_docx_take(p, &out));
    }
}

/* A copy for old programs is filled, too, and counts no second time. */
static cbk_status answer(part *p, const site *of, bool is_alone, cbk_filled *out,
                         cbk_error *err)
{
    cbk_fill *fill = p->fill;
    const paragraph *in = cbk_docx_paragraph(p, of->paragraph);
    const size_t n = fill->filled.n;
    const size_t n_failed = fill->n_failed;
    const cbk_filled *filled = NULL;
    CBK_TRY(cbk_fill_answer(fill, of->source, strlen(of->source), of->paragraph, is_alone,
                            &filled, err));
    *out = *filled;
    if (in != NULL && in->is_copy) {
        fill->filled.n = n;
        fill->n_failed = n_failed;
    }
    return CBK_OK;
}

static cbk_status fill_site(part *p, cbk_docx_package *package, const site *of,
                            cbk_error *err)
{
    cbk_filled filled;
    const bool spans =
        of->field != NULL && of->field->paragraph != of->field->last_paragraph;
    if (of->source == NULL) {
        return cbk_fail_memory(err);
    }
    CBK_TRY(answer(p, of, of->is_alone || spans, &filled, err));
    const char *source = filled.placeholder.source;
    const char *text =
        filled.text != NULL
            ? filled.text
            : cbk_text_format(p->fill->arena, "[not computed: %s]", source);
    if (text == NULL) {
        return cbk_fail_memory(err);
    }
    if (filled.document != NULL || spans) {
        return cbk_docx_fill_block(p, package, of, &filled, text, err);
    }
    if (of->field != NULL) {
        update_field(p, of->field, text);
    } else {
        insert_field(p, of, source, text);
    }
    return CBK_OK;
}

/* ---- a part, and all of them ---------------------------------------------------------
 */

static cbk_status fill_sites(part *p, cbk_docx_package *package, cbk_error *err)
{
    const site *sites = p->sites.items;
    if (p->sites.n > 0 && p->prefix[0] == '\0') {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                        "%s names its elements in a way that cannot be filled; save it "
                        "with Word or LibreOffice.",
                        p->name);
    }
    p->fill->no_blocks =
        p->is_strict || strcmp(p->prefix, "w:") != 0 || !package->takes_styles
            ? "Tables and figures are filled into documents as Word and "
              "LibreOffice save them by default; save it so (.docx, not "
              "Strict Open XML)."
            : NULL;
    for (size_t i = 0; i < p->sites.n; i++) {
        if (sites[i].at >= p->replaced_to) { /* not inside a table just written */
            CBK_TRY(fill_site(p, package, &sites[i], err));
        }
    }
    return CBK_OK;
}

static cbk_status fill_part(cbk_fill *fill, cbk_docx_package *package, cbk_zip_part *of,
                            cbk_error *err)
{
    part *p = CBK_NEW(fill->arena, part, 1);
    size_t bad_at = 0;
    if (p == NULL) {
        return cbk_fail_memory(err);
    }
    *p = (part){
        .fill = fill, .name = fill->file, .part_name = of->name, .bytes = of->bytes};
    if (!cbk_text_is_valid_utf8(of->bytes, of->size, &bad_at)) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "%s is not in UTF-8.", fill->file);
    }
    CBK_TRY(cbk_docx_find_sites(p, of->size, err));
    CBK_TRY(fill_sites(p, package, err));
    return p->edits.n > 0 ? cbk_docx_apply(p, of->size, of, err) : CBK_OK;
}

/* The parts that a reader reads: "word/document.xml", also "word/document2.xml". */
static bool has_text(const char *name)
{
    static const char *const stems[] = {"document", "footnotes", "endnotes",
                                        "comments", "header",    "footer"};
    if (strncmp(name, "word/", 5) != 0) {
        return false;
    }
    for (size_t i = 0; i < sizeof stems / sizeof stems[0]; i++) {
        const size_t size = strlen(stems[i]);
        if (strncmp(name + 5, stems[i], size) == 0) {
            const char *rest = name + 5 + size;
            return strcmp(rest + strspn(rest, "0123456789"), ".xml") == 0;
        }
    }
    return false;
}

static cbk_status read_parts(cbk_fill *fill, cbk_zip *zip, cbk_zip_part **out, size_t *n,
                             cbk_error *err)
{
    const char *const *names = NULL;
    size_t n_names = 0;
    size_t n_bytes = 0;
    bool is_document = false;
    CBK_TRY(cbk_zip_list(zip, fill->arena, &names, &n_names, err));
    cbk_zip_part *parts = CBK_NEW(fill->arena, cbk_zip_part, n_names + 1);
    if (parts == NULL) {
        return cbk_fail_memory(err);
    }
    *n = 0;
    for (size_t i = 0; i < n_names; i++) {
        cbk_zip_part *of = &parts[*n];
        const size_t size = strlen(names[i]);
        if (size == 0 || names[i][size - 1] == '/') {
            continue; /* a folder */
        }
        of->name = names[i];
        CBK_TRY(cbk_zip_read(zip, names[i], PART_BYTES_MAX, fill->arena, &of->bytes,
                             &of->size, err));
        n_bytes += of->size;
        if (n_bytes > ALL_BYTES_MAX) {
            return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                            "%s inflates to more than %d MB, the most that is read.",
                            fill->file, ALL_BYTES_MAX >> 20);
        }
        is_document = is_document || strncmp(names[i], "word/document", 13) == 0;
        (*n)++;
    }
    *out = parts;
    return is_document ? CBK_OK
                       : cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                                  "%s is a zip file without a part word/document.xml, so "
                                  "no Word document.",
                                  fill->file);
}

static cbk_status fill_texts(cbk_fill *fill, cbk_docx_package *package, cbk_error *err)
{
    const char *file = fill->file;
    for (size_t i = 0; i < package->parts.n; i++) {
        cbk_zip_part of = ((cbk_zip_part *)package->parts.items)[i];
        if (!has_text(of.name)) {
            continue;
        }
        if (strncmp(of.name, "word/document", 13) != 0) {
            fill->file = cbk_text_format(fill->arena, "%s: %s", file, of.name);
        }
        const cbk_status status = fill_part(fill, package, &of, err);
        fill->file = file;
        CBK_TRY(status);
        ((cbk_zip_part *)package->parts.items)[i] = of; /* there may be more parts now */
    }
    return CBK_OK;
}

static cbk_status fill_parts(cbk_fill *fill, cbk_zip *zip, cbk_buffer *out,
                             cbk_error *err)
{
    cbk_zip_part *parts = NULL;
    size_t n = 0;
    cbk_docx_package package = {.fill = fill};
    CBK_TRY(read_parts(fill, zip, &parts, &n, err));
    CBK_TRY(cbk_docx_package_open(&package, parts, n, err));
    CBK_TRY(fill_texts(fill, &package, err));
    if (fill->problems->n_found > 0) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "%s has %zu mistakes.", fill->file,
                        fill->problems->n_found);
    }
    return cbk_docx_package_write(&package, out, err);
}

cbk_status cbk_fill_docx(cbk_fill *fill, const char *bytes, size_t size, cbk_buffer *out,
                         cbk_error *err)
{
    cbk_zip *zip = NULL;
    CBK_TRY(cbk_docx_refuse_compound(fill->file, bytes, size, err));
    CBK_TRY(cbk_zip_open(fill->file, bytes, size, &zip, err));
    const cbk_status status = fill_parts(fill, zip, out, err);
    cbk_zip_close(zip);
    return status;
}
