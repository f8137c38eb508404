/* manuscript.c - a manuscript from its file: kind, encoding, places.  Contract:
 * casebook/manuscript.h.
 */
#include <casebook/manuscript.h>

#include "base/file.h"
#include "claims/manuscript/manuscript_builder.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

const char *cbk_manuscript_kind_name(cbk_manuscript_kind kind)
{
    static const char *const names[CBK_MANUSCRIPT_KIND_COUNT] = {"markdown", "text",
                                                                 "html", "docx"};
    return names[kind];
}

const char *cbk_left_out_name(cbk_left_out_reason reason)
{
    static const char *const names[CBK_LEFT_OUT_COUNT] = {
        "citation",       "reference list",    "label",
        "part of a name", "raised or lowered", "address",
        "ordinal",        "quantity name",     "page number"};
    return names[reason];
}

/* ---- kind and encoding --------------------------------------------------------- */

static bool has_ending(const char *path, const char *ending)
{
    const size_t size = strlen(ending);
    const size_t length = strlen(path);
    if (length <= size) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        if (tolower((unsigned char)path[length - size + i]) != ending[i]) {
            return false;
        }
    }
    return true;
}

static bool kind_of(const char *path, cbk_manuscript_kind *out)
{
    static const struct {
        const char *ending;
        cbk_manuscript_kind kind;
    } endings[] = {
        {".md", CBK_MANUSCRIPT_MARKDOWN}, {".markdown", CBK_MANUSCRIPT_MARKDOWN},
        {".txt", CBK_MANUSCRIPT_TEXT},    {".html", CBK_MANUSCRIPT_HTML},
        {".htm", CBK_MANUSCRIPT_HTML},    {".docx", CBK_MANUSCRIPT_DOCX}};
    for (size_t i = 0; i < N(endings); i++) {
        if (has_ending(path, endings[i].ending)) {
            *out = endings[i].kind;
            return true;
        }
    }
    return false;
}

/* UTF-16 with its byte order mark as UTF-8. */
static cbk_status from_utf16(const char *file, const char *bytes, size_t size,
                             cbk_arena *arena, const char **text, size_t *text_size,
                             cbk_error *err)
{
    const bool is_big = (unsigned char)bytes[0] == 0xfe;
    cbk_manuscript_builder b = {.arena = arena};
    char *out = CBK_NEW(arena, char, 3 * (size / 2) + 1);
    if (out == NULL) {
        return cbk_fail_memory(err);
    }
    size_t n = 0;
    for (size_t at = 2; at + 1 < size; at += 2) {
        const unsigned first = (unsigned char)bytes[at];
        const unsigned second = (unsigned char)bytes[at + 1];
        uint32_t c = is_big ? first << 8 | second : second << 8 | first;
        if (c >= 0xd800 && c < 0xdc00 && at + 3 < size) {
            const unsigned third = (unsigned char)bytes[at + 2];
            const unsigned fourth = (unsigned char)bytes[at + 3];
            const uint32_t low = is_big ? third << 8 | fourth : fourth << 8 | third;
            c = 0x10000 + ((c - 0xd800) << 10) + ((low - 0xdc00) & 0x3ff);
            at += 2;
        }
        b.text.size = 0;
        if (c == '\n' || c == '\r' || c == '\t' || c == ' ') {
            out[n++] = (char)c;
            continue;
        }
        cbk_builder_character(&b, c, CBK_SCRIPT_NORMAL);
        memcpy(out + n, b.text.bytes != NULL ? b.text.bytes : "", b.text.size);
        n += b.text.size;
    }
    const bool is_failed = b.text.is_failed || b.is_too_large;
    cbk_buffer_free(&b.text);
    *text = out;
    *text_size = n;
    return is_failed ? cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "%s is too large.", file)
                     : CBK_OK;
}

/* The text of the file as UTF-8. */
static cbk_status decode(const char *file, const char *bytes, size_t size,
                         cbk_arena *arena, const char **text, size_t *text_size,
                         cbk_error *err)
{
    const unsigned char *mark = (const unsigned char *)bytes;
    size_t bad_at = 0;
    if (size >= 2 &&
        ((mark[0] == 0xff && mark[1] == 0xfe) || (mark[0] == 0xfe && mark[1] == 0xff))) {
        return from_utf16(file, bytes, size, arena, text, text_size, err);
    }
    const bool has_mark = size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0;
    *text = has_mark ? bytes + 3 : bytes;
    *text_size = has_mark ? size - 3 : size;
    if (!cbk_text_is_valid_utf8(*text, *text_size, &bad_at)) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                        "%s is not UTF-8 text (byte %zu); save it as UTF-8, or as .docx.",
                        file, bad_at + 1);
    }
    if (memchr(*text, '\0', *text_size) != NULL) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "%s holds zero bytes, so no text.",
                        file);
    }
    return CBK_OK;
}

/* ---- places -------------------------------------------------------------------- */

/* "Table 2" at the start of its legend: "Table 2. Patients"; NULL: no legend. */
static const char *legend_name(const char *text, cbk_arena *arena)
{
    static const char *const words[] = {"Table", "TABLE",  "Fig.",  "FIG.",
                                        "Fig",   "FIGURE", "Figure"};
    for (size_t i = 0; i < N(words); i++) {
        const size_t size = strlen(words[i]);
        const char *at = text + size;
        if (strncmp(text, words[i], size) != 0 || *at != ' ') {
            continue;
        }
        const size_t digits = strspn(at + 1, "0123456789");
        const char after = at[1 + digits];
        if (digits > 0 &&
            (after == '.' || after == ':' || after == ' ' || after == '\0')) {
            return cbk_text_copy_bytes(arena, text, size + 1 + digits);
        }
    }
    return NULL;
}

enum { LEVELS = 7 };

/* A heading in a path: no longer than a line. */
static const char *short_heading(const char *text, cbk_arena *arena)
{
    enum { HEADING_BYTES = 80 };
    const size_t size = cbk_cut_length(text, HEADING_BYTES);
    if (text[size] == '\0') {
        return text;
    }
    return cbk_text_format(arena, "%.*s…", (int)size, text);
}

/* "Results / Survival"; the title alone above the first section. */
static const char *path_of(const char *const headings[LEVELS], cbk_arena *arena)
{
    const char *path = NULL;
    for (int i = 2; i < LEVELS; i++) {
        if (headings[i] != NULL) {
            path = path == NULL ? headings[i]
                                : cbk_text_format(arena, "%s / %s", path, headings[i]);
        }
    }
    path = path != NULL ? path : headings[1];
    return path != NULL ? path : "";
}

/* The legend of the table that begins at passage i: the paragraph before or behind it. */
static const char *table_legend(const cbk_passage *passages, size_t n, size_t i,
                                cbk_arena *arena)
{
    const char *name = i > 0 ? legend_name(passages[i - 1].text, arena) : NULL;
    size_t end = i;
    while (end < n && passages[end].kind == CBK_PASSAGE_CELL &&
           passages[end].table == passages[i].table) {
        end++;
    }
    return name == NULL && end < n ? legend_name(passages[end].text, arena) : name;
}

static void name_places(cbk_passage *passages, size_t n, cbk_arena *arena)
{
    const char *headings[LEVELS] = {NULL};
    const char *nearest = "";
    const char *path = "";
    const char *legend = NULL;
    for (size_t i = 0; i < n; i++) {
        cbk_passage *passage = &passages[i];
        if (passage->kind == CBK_PASSAGE_HEADING) {
            for (int k = passage->level; k < LEVELS; k++) {
                headings[k] = NULL;
            }
            nearest = short_heading(passage->text, arena);
            nearest = nearest != NULL ? nearest : "";
            headings[passage->level] = nearest;
            path = path_of(headings, arena);
        }
        passage->place = nearest;
        passage->within = path;
        if (passage->kind == CBK_PASSAGE_CELL) {
            const bool is_first = i == 0 || passages[i - 1].kind != CBK_PASSAGE_CELL ||
                                  passages[i - 1].table != passage->table;
            legend = is_first ? table_legend(passages, n, i, arena) : legend;
            passage->place = legend != NULL ? legend : nearest;
        } else if (passage->kind == CBK_PASSAGE_PARAGRAPH) {
            const char *own = legend_name(passage->text, arena);
            passage->place = own != NULL ? own : nearest;
        }
    }
}

/* ---- the whole ----------------------------------------------------------------- */

static cbk_status read_passages(cbk_manuscript_builder *b, const char *file,
                                cbk_manuscript_kind kind, const char *bytes, size_t size,
                                cbk_error *err)
{
    if (kind == CBK_MANUSCRIPT_DOCX) {
        return cbk_manuscript_docx(b, file, bytes, size, err);
    }
    const char *text = NULL;
    size_t text_size = 0;
    CBK_TRY(decode(file, bytes, size, b->arena, &text, &text_size, err));
    if (kind == CBK_MANUSCRIPT_MARKDOWN) {
        cbk_manuscript_markdown(b, text, text_size);
    } else if (kind == CBK_MANUSCRIPT_HTML) {
        cbk_manuscript_html(b, text, text_size);
    } else {
        cbk_manuscript_plain(b, text, text_size);
    }
    return CBK_OK;
}

cbk_status cbk_manuscript_parse(const char *file, cbk_manuscript_kind kind,
                                const char *bytes, size_t size, cbk_arena *arena,
                                const cbk_manuscript **out, cbk_error *err)
{
    *out = NULL;
    cbk_manuscript_builder b = {.arena = arena};
    const cbk_status status = read_passages(&b, file, kind, bytes, size, err);
    const bool is_failed = b.text.is_failed || cbk_arena_has_failed(arena);
    cbk_buffer_free(&b.text);
    CBK_TRY(status);
    cbk_manuscript *manuscript = CBK_NEW(arena, cbk_manuscript, 1);
    if (is_failed || manuscript == NULL) {
        return cbk_fail_memory(err);
    }
    if (b.is_too_large) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                        "%s holds more text than any manuscript (%d MB, %d paragraphs).",
                        file, CBK_MANUSCRIPT_TEXT_BYTES_MAX >> 20,
                        (int)CBK_MANUSCRIPT_PASSAGES_MAX);
    }
    name_places(b.passages.items, b.passages.n, arena);
    *manuscript = (cbk_manuscript){.file = cbk_text_copy(arena, file),
                                   .kind = kind,
                                   .n_passages = b.passages.n,
                                   .passages = b.passages.items};
    CBK_TRY(cbk_manuscript_find(manuscript, arena, err));
    *out = manuscript;
    return CBK_OK;
}

cbk_status cbk_manuscript_read(const char *path, cbk_arena *arena,
                               const cbk_manuscript **out, cbk_error *err)
{
    assert(path != NULL && arena != NULL && out != NULL);
    *out = NULL;
    cbk_manuscript_kind kind = CBK_MANUSCRIPT_TEXT;
    if (!kind_of(path, &kind)) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "%s: a manuscript is read from .md, .txt, .html or .docx.", path);
    }
    const char *bytes = NULL;
    size_t size = 0;
    CBK_TRY(cbk_file_read(path, CBK_MANUSCRIPT_BYTES_MAX, arena, &bytes, &size, err));
    return cbk_manuscript_parse(path, kind, bytes, size, arena, out, err);
}
