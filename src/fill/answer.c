/* answer.c - what stands in the place of a placeholder: through the one evaluator,
 * printed as the report prints.  Contract: fill/fill.h.
 */
#include "fill/fill.h"

#include "report/parts.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- numbers --------------------------------------------------------------------- */

static cbk_status answer_number(cbk_fill *fill, cbk_filled *filled, cbk_error *err)
{
    const cbk_placeholder *of = &filled->placeholder;
    cbk_quantity quantity;
    CBK_TRY(cbk_study_evaluate(fill->study, of->of, of->from, of->among,
                               &fill->conventions, fill->arena, &quantity, err));
    filled->text = cbk_print_answer(
        fill->arena, cbk_study_style(fill->study), of,
        cbk_placeholder_field(cbk_study_protocol(fill->study), of, of->from), &quantity,
        &filled->problem);
    return CBK_OK;
}

/* ---- tables and figures ---------------------------------------------------------- */

static cbk_status answer_block(cbk_fill *fill, cbk_filled *filled, bool is_alone,
                               cbk_error *err)
{
    const bool is_table = filled->placeholder.kind == CBK_PLACEHOLDER_TABLE;
    const char *id = filled->placeholder.id;
    if (fill->no_blocks != NULL) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE, "%s", fill->no_blocks);
    }
    if (!is_alone) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "A %s needs a paragraph of its own; something else stands beside "
                        "this placeholder.",
                        is_table ? "table" : "figure");
    }
    if (!is_table && fill->stem == NULL) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "A figure is a file beside the filled manuscript; say with -o "
                        "where that is.");
    }
    CBK_TRY((is_table ? cbk_report_one_table : cbk_report_one_figure)(
        fill->study, id, &fill->conventions, fill->arena, &filled->document, err));
    filled->text = "";
    return CBK_OK;
}

/* ---- either ---------------------------------------------------------------------- */

/* A character for private use for each number, by which a reader finds it again. */
static const char *probe(cbk_fill *fill)
{
    char bytes[CBK_PROBE_SIZE + 1];
    cbk_fill_probe(fill->filled.n - 1, bytes);
    return cbk_text_copy(fill->arena, bytes);
}

cbk_status cbk_fill_answer(cbk_fill *fill, const char *text, size_t size, size_t line,
                           bool is_alone, const cbk_filled **out, cbk_error *err)
{
    cbk_error why = {.message = ""};
    cbk_filled *filled = cbk_growing_add(&fill->filled, sizeof *filled, fill->arena);
    if (filled == NULL) {
        return cbk_fail_memory(err);
    }
    *filled = (cbk_filled){.file = fill->file, .line = line};
    cbk_status status =
        cbk_placeholder_read(text, size, fill->arena, &filled->placeholder, &why);
    if (fill->is_probe) {
        filled->text = probe(fill);
        status = CBK_OK;
    } else if (status == CBK_OK) {
        status = filled->placeholder.kind == CBK_PLACEHOLDER_NUMBER
                     ? answer_number(fill, filled, &why)
                     : answer_block(fill, filled, is_alone, &why);
    }
    if (status == CBK_EINVAL || status == CBK_EDATA) {
        filled->text = NULL;
        filled->problem = cbk_text_copy(fill->arena, why.message);
        status = CBK_OK;
    }
    if (cbk_arena_has_failed(fill->arena)) {
        return cbk_fail_memory(err);
    }
    if (status != CBK_OK) {
        return cbk_fail(err, status, CBK_ROW_NONE, "%s", why.message);
    }
    fill->n_failed += filled->text == NULL ? 1 : 0;
    *out = filled;
    return CBK_OK;
}

cbk_status cbk_fill_manuscript(cbk_fill *fill, cbk_manuscript_kind kind,
                               const char *bytes, size_t size, cbk_buffer *out,
                               cbk_error *err)
{
    return kind == CBK_MANUSCRIPT_DOCX ? cbk_fill_docx(fill, bytes, size, out, err)
                                       : cbk_fill_markdown(fill, bytes, size, out, err);
}

/* ---- small things ---------------------------------------------------------------- */

const char *cbk_fill_find(const char *bytes, size_t size, const char *needle)
{
    const size_t length = strlen(needle);
    for (const char *at = bytes; size >= length;) {
        const char *found = memchr(at, needle[0], size - length + 1);
        if (found == NULL) {
            return NULL;
        }
        if (memcmp(found, needle, length) == 0) {
            return found;
        }
        size -= (size_t)(found - at) + 1;
        at = found + 1;
    }
    return NULL;
}

static void add_utf8(cbk_buffer *out, unsigned long c)
{
    char bytes[4] = {(char)c};
    size_t n = 1;
    if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000) || c == 0) {
        c = 0xfffd;
    }
    if (c >= 0x80) {
        n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        for (size_t i = n; i-- > 1;) {
            bytes[i] = (char)(0x80 | (c & 0x3f));
            c >>= 6;
        }
        bytes[0] = (char)((0xf00 >> n & 0xff) | c);
    }
    cbk_buffer_add_bytes(out, bytes, n);
}

/* Bytes of the reference at `at`; 0: it is none. */
static size_t add_reference(cbk_buffer *out, const char *at, size_t size)
{
    static const char *const names[][2] = {
        {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&apos;", "'"}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const size_t n = strlen(names[i][0]);
        if (size >= n && memcmp(at, names[i][0], n) == 0) {
            cbk_buffer_add(out, names[i][1]);
            return n;
        }
    }
    char digits[12] = "";
    const char *end = memchr(at, ';', size < sizeof digits ? size : sizeof digits);
    if (size < 4 || at[1] != '#' || end == NULL) {
        return 0;
    }
    memcpy(digits, at + 2, (size_t)(end - at) - 2);
    const bool is_hex = digits[0] == 'x';
    char *rest = NULL;
    const unsigned long c = strtoul(digits + is_hex, &rest, is_hex ? 16 : 10);
    if (!isxdigit((unsigned char)digits[is_hex]) || *rest != '\0') {
        return 0;
    }
    add_utf8(out, c);
    return (size_t)(end - at) + 1;
}

const char *cbk_fill_unescape(cbk_arena *arena, const char *bytes, size_t size)
{
    cbk_buffer out = {0};
    for (size_t at = 0; at < size;) {
        const size_t n =
            bytes[at] == '&' ? add_reference(&out, bytes + at, size - at) : 0;
        if (n == 0) {
            cbk_buffer_add_bytes(&out, bytes + at, 1);
        }
        at += n > 0 ? n : 1;
    }
    const char *copy =
        out.is_failed
            ? NULL
            : cbk_text_copy_bytes(arena, out.bytes != NULL ? out.bytes : "", out.size);
    cbk_buffer_free(&out);
    return copy;
}
