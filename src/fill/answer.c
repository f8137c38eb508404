/* answer.c - what stands in the place of a placeholder: through the one evaluator,
 * printed as the report prints.  Contract: fill/fill.h.
 */
#include "fill/fill.h"

#include "render/escape.h"
#include "render/outputs.h"
#include "report/parts.h"

#include <casebook/render.h>

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- numbers --------------------------------------------------------------------- */

static const char *refuse(cbk_arena *arena, const char **problem, const char *why)
{
    *problem = cbk_text_copy(arena, why);
    return NULL;
}

static const char *print_text(cbk_fill *fill, const cbk_placeholder *of,
                              const cbk_quantity *quantity, const char **problem)
{
    if (of->format != CBK_FILL_AS_IS && of->format != CBK_FILL_TEXT) {
        *problem = cbk_text_format(fill->arena,
                                   "It gives the text \"%.60s\", which only the format "
                                   "text prints.",
                                   quantity->value.text);
        return NULL;
    }
    return quantity->value.text[0] != '\0'
               ? quantity->value.text
               : refuse(fill->arena, problem, "It gives an empty text.");
}

/* "not reached" is an answer; that there is nothing is none. */
static const char *print_absence(cbk_fill *fill, const cbk_quantity *quantity,
                                 const char **problem)
{
    const char *words = cbk_print_quantity(fill->arena, NULL, quantity, -1);
    if (words == NULL || strcmp(words, CBK_DASH) != 0) {
        return words;
    }
    const char *notes = cbk_words_notes(fill->arena, quantity->notes);
    *problem = cbk_text_format(fill->arena, "The records give no value%s%s",
                               notes != NULL ? ": " : ".", notes != NULL ? notes : "");
    return NULL;
}

static const char *print_number(cbk_fill *fill, const cbk_placeholder *of, double value,
                                const char **problem)
{
    cbk_arena *arena = fill->arena;
    switch (of->format) {
    case CBK_FILL_AS_IS:
        return cbk_print_number(arena, NULL, value, -1);
    case CBK_FILL_DECIMALS:
        return cbk_print_number(arena, NULL, value, of->decimals);
    case CBK_FILL_PERCENT:
        if (of->is_scaled && fabs(value) > 100.0 * (1.0 + 1e-9)) {
            *problem = cbk_text_format(
                arena,
                "The format percent takes a share of 0 to 1, or an expression that "
                "begins with 100 * or is percent(...); this one gives %s.",
                cbk_print_number(arena, NULL, value / 100.0, -1));
            return NULL;
        }
        return cbk_text_format(arena, "%s%%",
                               cbk_print_number(arena, NULL, value, of->decimals));
    case CBK_FILL_P:
        if (value < 0.0 || value > 1.0) {
            *problem = cbk_text_format(
                arena, "The format p takes a number of 0 to 1; this is %s.",
                cbk_print_number(arena, NULL, value, -1));
            return NULL;
        }
        return value < 0.001 ? "<0.001" : cbk_print_p(arena, NULL, value);
    case CBK_FILL_TEXT:
        break;
    }
    *problem = cbk_text_format(arena, "It gives the number %s, and the format is text.",
                               cbk_print_number(arena, NULL, value, -1));
    return NULL;
}

static cbk_status answer_number(cbk_fill *fill, cbk_filled *filled, cbk_error *err)
{
    const cbk_placeholder *of = &filled->placeholder;
    cbk_quantity quantity;
    CBK_TRY(cbk_study_evaluate(fill->study, of->of, of->from, of->among,
                               &fill->conventions, fill->arena, &quantity, err));
    if (cbk_quantity_has_number(&quantity)) {
        filled->text = print_number(fill, of, quantity.value.number, &filled->problem);
    } else if (quantity.value.kind == CBK_VALUE_TEXT) {
        filled->text = print_text(fill, of, &quantity, &filled->problem);
    } else {
        filled->text = print_absence(fill, &quantity, &filled->problem);
    }
    return CBK_OK;
}

/* ---- tables and figures ---------------------------------------------------------- */

static cbk_status answer_table(cbk_fill *fill, cbk_filled *filled, cbk_buffer *block,
                               cbk_error *err)
{
    const cbk_document *document = NULL;
    CBK_TRY(cbk_report_one_table(fill->study, filled->placeholder.id, &fill->conventions,
                                 fill->arena, &document, err));
    cbk_output_markdown_blocks(document, block);
    filled->text = "";
    return CBK_OK;
}

/* A name that every file system and every link takes. */
static const char *picture_name(cbk_fill *fill, const char *id)
{
    char *name = cbk_text_format(fill->arena, "%s-figure-%s.svg", fill->stem, id);
    for (char *c = name; c != NULL && *c != '\0'; c++) {
        if (!isalnum((unsigned char)*c) && strchr("-_.", *c) == NULL) {
            *c = '_';
        }
    }
    return name;
}

static cbk_status answer_figure(cbk_fill *fill, cbk_filled *filled, cbk_buffer *block,
                                cbk_error *err)
{
    const cbk_drawing *drawing = NULL;
    if (fill->stem == NULL) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "A figure is a file beside the filled manuscript; say with -o "
                        "where that is.");
    }
    CBK_TRY(cbk_report_one_figure(fill->study, filled->placeholder.id, &fill->conventions,
                                  fill->arena, &drawing, err));
    cbk_fill_picture *picture =
        cbk_growing_add(&fill->pictures, sizeof *picture, fill->arena);
    if (picture == NULL) {
        return cbk_fail_memory(err);
    }
    *picture = (cbk_fill_picture){.name = picture_name(fill, filled->placeholder.id)};
    CBK_TRY(cbk_render_svg(drawing, fill->arena, &picture->bytes, &picture->size, err));
    cbk_buffer_add(block, "![");
    cbk_escape_markdown(block, drawing->title, false);
    cbk_buffer_addf(block, "](%s)", picture->name != NULL ? picture->name : "");
    filled->text = "";
    return CBK_OK;
}

/* ---- either ---------------------------------------------------------------------- */

static cbk_status answer(cbk_fill *fill, cbk_filled *filled, bool is_alone,
                         cbk_buffer *block, cbk_error *err)
{
    const cbk_placeholder *of = &filled->placeholder;
    if (of->kind == CBK_PLACEHOLDER_NUMBER) {
        return answer_number(fill, filled, err);
    }
    const char *what = of->kind == CBK_PLACEHOLDER_TABLE ? "table" : "figure";
    if (block == NULL) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "A %s cannot be filled into a Word document; `casebook %s STUDY "
                        "%s` writes it alone.",
                        what, what, of->id);
    }
    if (!is_alone) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "A %s needs a line of its own; other text stands beside this "
                        "placeholder.",
                        what);
    }
    return of->kind == CBK_PLACEHOLDER_TABLE ? answer_table(fill, filled, block, err)
                                             : answer_figure(fill, filled, block, err);
}

/* A character for private use for each number, by which a reader finds it again. */
static const char *probe(cbk_fill *fill)
{
    char bytes[CBK_PROBE_SIZE + 1];
    cbk_fill_probe(fill->filled.n - 1, bytes);
    return cbk_text_copy(fill->arena, bytes);
}

cbk_status cbk_fill_answer(cbk_fill *fill, const char *text, size_t size, size_t line,
                           bool is_alone, cbk_buffer *block, const cbk_filled **out,
                           cbk_error *err)
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
        status = answer(fill, filled, is_alone, block, &why);
    }
    if (status == CBK_EINVAL || status == CBK_EDATA) {
        filled->text = NULL;
        filled->problem = cbk_text_copy(fill->arena, why.message);
        status = CBK_OK;
    }
    if (cbk_arena_has_failed(fill->arena) || (block != NULL && block->is_failed)) {
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
