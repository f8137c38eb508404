/* manuscript_docx.c - a manuscript from Word: the paragraphs, tables and notes of a DOCX
 * file (ECMA-376, part 1, section 17).  Contract: manuscript_builder.h.
 *
 * Read: w:t, tabs, breaks, hyphens, formulas' text, the results of fields, insertions.
 * Not read: what is deleted or moved away, codes of fields, hidden text, comments, page
 * headers and footers, the second copy of what old versions of Word cannot show.
 */
#include "claims/manuscript/manuscript_builder.h"
#include "package/xml_reader.h"
#include "package/zip_reader.h"

#include <stdlib.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

enum { PART_BYTES_MAX = 64 << 20, STYLES_MAX = 2000 };

typedef struct style {
    const char *id;
    int level; /* of a heading; 0: none */
} style;

typedef struct word {
    cbk_manuscript_builder *b;
    cbk_growing styles;
    style *current; /* reading styles.xml */
    size_t depth;   /* of open elements */
    size_t
        skip_from; /* the depth of an element that is left out with all in it; 0: none */
    size_t n_tables;     /* open tables */
    size_t n_paragraphs; /* open paragraphs: a text box stands in one */
    bool is_in_text;
    bool is_hidden; /* of the run */
    cbk_script script;
    int level; /* of the paragraph, where it is a heading */
    bool is_item;
} word;

static bool is_word_space(const char *space)
{
    return strstr(space, "wordprocessingml") != NULL;
}

static bool is_math_space(const char *space)
{
    return strstr(space, "officeDocument") != NULL && strstr(space, "math") != NULL;
}

static bool is_on(const char *const *attributes)
{
    const char *value = cbk_xml_attribute(attributes, "val");
    return value == NULL || (strcmp(value, "0") != 0 && strcmp(value, "false") != 0);
}

/* ---- styles -------------------------------------------------------------------- */

/* "heading 2" is 2, "Title" 1. */
static int level_of_name(const char *name)
{
    if (strncmp(name, "heading ", 8) == 0 && name[8] >= '1' && name[8] <= '6') {
        return name[8] - '0';
    }
    return strcmp(name, "Title") == 0 ? 1 : 0;
}

static int level_of_style(const word *w, const char *id)
{
    const style *styles = w->styles.items;
    for (size_t i = 0; i < w->styles.n; i++) {
        if (strcmp(styles[i].id, id) == 0) {
            return styles[i].level;
        }
    }
    if (strncmp(id, "Heading", 7) == 0 && id[7] >= '1' && id[7] <= '6') {
        return id[7] - '0';
    }
    return strcmp(id, "Title") == 0 ? 1 : 0;
}

static void on_style_open(void *context, const char *space, const char *local,
                          const char *const *attributes)
{
    word *w = context;
    const char *value = cbk_xml_attribute(attributes, "val");
    if (!is_word_space(space)) {
        return;
    }
    if (strcmp(local, "style") == 0) {
        const char *id = cbk_xml_attribute(attributes, "styleId");
        w->current = id != NULL && w->styles.n < STYLES_MAX
                         ? cbk_growing_add(&w->styles, sizeof(style), w->b->arena)
                         : NULL;
        if (w->current != NULL) {
            const char *copy = cbk_text_copy(w->b->arena, id);
            *w->current = (style){.id = copy != NULL ? copy : ""};
        }
    } else if (w->current != NULL && value != NULL && w->current->level == 0) {
        if (strcmp(local, "name") == 0) {
            w->current->level = level_of_name(value);
        } else if (strcmp(local, "outlineLvl") == 0 && value[0] >= '0' &&
                   value[0] <= '5' && value[1] == '\0') {
            w->current->level = value[0] - '0' + 1;
        }
    }
}

static void on_nothing(void *context, const char *space, const char *local)
{
    (void)context;
    (void)space;
    (void)local;
}

static void on_no_text(void *context, const char *text, size_t size)
{
    (void)context;
    (void)text;
    (void)size;
}

/* ---- paragraphs ---------------------------------------------------------------- */

static void end_paragraph(word *w)
{
    const cbk_passage_kind kind = w->level > 0 ? CBK_PASSAGE_HEADING
                                  : w->is_item ? CBK_PASSAGE_ITEM
                                               : CBK_PASSAGE_PARAGRAPH;
    cbk_builder_end(w->b, kind, w->level);
    w->level = 0;
    w->is_item = false;
}

/* Characters of the font Symbol that papers set as w:sym. */
static uint32_t symbol(const char *code)
{
    static const struct {
        const char *code;
        uint32_t character;
    } known[] = {{"F0B1", 0xb1},   {"F0B3", 0x2265}, {"F0A3", 0x2264}, {"F0B4", 0xd7},
                 {"F02D", 0x2212}, {"F0B7", 0xb7},   {"F0B0", 0xb0},   {"F06D", 0x3bc}};
    for (size_t i = 0; code != NULL && i < N(known); i++) {
        if (strcmp(code, known[i].code) == 0) {
            return known[i].character;
        }
    }
    return 0xfffd;
}

static void on_run_property(word *w, const char *local, const char *const *attributes)
{
    const char *value = cbk_xml_attribute(attributes, "val");
    if (strcmp(local, "vertAlign") == 0 && value != NULL) {
        w->script = strcmp(value, "superscript") == 0 ? CBK_SCRIPT_RAISED
                    : strcmp(value, "subscript") == 0 ? CBK_SCRIPT_LOWERED
                                                      : CBK_SCRIPT_NORMAL;
    } else if (strcmp(local, "vanish") == 0) {
        w->is_hidden = is_on(attributes);
    }
}

static void on_character(word *w, const char *local, const char *const *attributes)
{
    static const struct {
        const char *local;
        uint32_t character;
    } known[] = {{"tab", ' '}, {"br", ' '}, {"cr", ' '}, {"noBreakHyphen", 0x2011}};
    if (w->is_hidden) {
        return;
    }
    if (strcmp(local, "sym") == 0) {
        const char *code = cbk_xml_attribute(attributes, "char");
        cbk_builder_character(w->b, symbol(code), CBK_SCRIPT_NORMAL);
    }
    for (size_t i = 0; i < N(known); i++) {
        if (strcmp(local, known[i].local) == 0) {
            cbk_builder_character(w->b, known[i].character, w->script);
        }
    }
}

/* Tables, rows, and the properties of paragraphs. */
static void on_structure(word *w, const char *local, const char *const *attributes)
{
    const char *value = cbk_xml_attribute(attributes, "val");
    if (strcmp(local, "p") == 0) {
        if (++w->n_paragraphs == 1) {
            w->level = 0;
            w->is_item = false;
        } else { /* a text box: its words stand apart */
            cbk_builder_character(w->b, ' ', CBK_SCRIPT_NORMAL);
        }
    } else if (strcmp(local, "tbl") == 0) {
        if (++w->n_tables == 1 && w->n_paragraphs == 0) {
            cbk_builder_table(w->b);
        }
    } else if (strcmp(local, "tr") == 0 && w->n_tables == 1) {
        cbk_builder_row(w->b);
    } else if (strcmp(local, "pStyle") == 0 && value != NULL && w->n_paragraphs == 1) {
        w->level = level_of_style(w, value);
    } else if (strcmp(local, "outlineLvl") == 0 && value != NULL && value[0] >= '0' &&
               value[0] <= '5' && w->n_paragraphs == 1) {
        w->level = value[0] - '0' + 1;
    } else if (strcmp(local, "numPr") == 0) {
        w->is_item = true;
    } else if (strcmp(local, "r") == 0) {
        w->script = CBK_SCRIPT_NORMAL;
        w->is_hidden = false;
    }
}

/* What is left out with everything in it. */
static bool is_left_out(const char *space, const char *local,
                        const char *const *attributes)
{
    static const char *const words[] = {"del", "moveFrom", "pPrChange", "rPrChange",
                                        "sectPr"};
    if (strcmp(local, "Fallback") == 0) {
        return true;
    }
    for (size_t i = 0; i < N(words); i++) {
        if (is_word_space(space) && strcmp(local, words[i]) == 0) {
            return true;
        }
    }
    const bool is_note = strcmp(local, "footnote") == 0 || strcmp(local, "endnote") == 0;
    return is_note &&
           cbk_xml_attribute(attributes, "type") != NULL; /* a separator line */
}

static void on_open(void *context, const char *space, const char *local,
                    const char *const *attributes)
{
    word *w = context;
    w->depth++;
    if (w->skip_from > 0) {
        return;
    }
    if (is_left_out(space, local, attributes)) {
        w->skip_from = w->depth;
    } else if (is_math_space(space)) {
        w->is_in_text = strcmp(local, "t") == 0;
        w->is_hidden = false;
        w->script = CBK_SCRIPT_NORMAL;
    } else if (is_word_space(space)) {
        w->is_in_text = strcmp(local, "t") == 0;
        on_structure(w, local, attributes);
        on_run_property(w, local, attributes);
        on_character(w, local, attributes);
    }
}

static void on_close(void *context, const char *space, const char *local)
{
    word *w = context;
    const bool was_skipped = w->skip_from > 0;
    if (w->skip_from == w->depth) {
        w->skip_from = 0;
    }
    w->depth--;
    if (was_skipped) {
        return;
    }
    w->is_in_text = false;
    if (!is_word_space(space)) {
        return;
    }
    if (strcmp(local, "p") == 0 && w->n_paragraphs > 0) {
        if (--w->n_paragraphs == 0) {
            end_paragraph(w);
        } else {
            cbk_builder_character(w->b, ' ', CBK_SCRIPT_NORMAL);
        }
    } else if (strcmp(local, "tc") == 0 && w->n_tables == 1) {
        cbk_builder_cell(w->b);
    } else if (strcmp(local, "tbl") == 0 && w->n_tables > 0) {
        if (--w->n_tables == 0 && w->n_paragraphs == 0) {
            cbk_builder_table_end(w->b);
        }
    }
}

static void on_text(void *context, const char *text, size_t size)
{
    word *w = context;
    if (w->is_in_text && w->skip_from == 0 && !w->is_hidden) {
        cbk_builder_text(w->b, text, size, w->script);
    }
}

/* ---- the file ------------------------------------------------------------------ */

static cbk_status read_part(word *w, cbk_zip *zip, const char *file, const char *part,
                            const cbk_xml_handler *handler, cbk_error *err)
{
    const char *bytes = NULL;
    size_t size = 0;
    const char *name = cbk_text_format(w->b->arena, "%s: its part %s", file, part);
    if (name == NULL) {
        return cbk_fail_memory(err);
    }
    CBK_TRY(cbk_zip_read(zip, part, PART_BYTES_MAX, w->b->arena, &bytes, &size, err));
    return cbk_xml_read(name, bytes, size, handler, err);
}

typedef struct relation {
    cbk_arena *arena;
    const char *target;
} relation;

/* The part that the package calls its document. */
static void on_relation(void *context, const char *space, const char *local,
                        const char *const *attributes)
{
    static const char wanted[] = "/officeDocument";
    relation *found = context;
    const char *type = cbk_xml_attribute(attributes, "Type");
    const char *target = cbk_xml_attribute(attributes, "Target");
    (void)space;
    if (strcmp(local, "Relationship") != 0 || type == NULL || target == NULL ||
        strlen(type) < sizeof wanted ||
        strcmp(type + strlen(type) - (sizeof wanted - 1), wanted) != 0) {
        return;
    }
    found->target = cbk_text_copy(found->arena, target[0] == '/' ? target + 1 : target);
}

/* "word/document.xml" in nearly every file. */
static cbk_status find_document(word *w, cbk_zip *zip, const char *file,
                                const char **part, cbk_error *err)
{
    relation found = {.arena = w->b->arena};
    const cbk_xml_handler handler = {&found, on_relation, on_nothing, on_no_text};
    if (cbk_zip_has(zip, "_rels/.rels")) {
        CBK_TRY(read_part(w, zip, file, "_rels/.rels", &handler, err));
    }
    *part = found.target != NULL ? found.target : "word/document.xml";
    if (!cbk_zip_has(zip, *part)) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                        "%s is a zip file without a part %.80s, so no Word document.",
                        file, *part);
    }
    return CBK_OK;
}

static cbk_status read_parts(word *w, cbk_zip *zip, const char *file, cbk_error *err)
{
    static const char *const notes[][2] = {{"word/footnotes.xml", "Footnotes"},
                                           {"word/endnotes.xml", "Endnotes"}};
    const cbk_xml_handler styles = {w, on_style_open, on_nothing, on_no_text};
    const cbk_xml_handler text = {w, on_open, on_close, on_text};
    const char *document = NULL;
    CBK_TRY(find_document(w, zip, file, &document, err));
    if (cbk_zip_has(zip, "word/styles.xml")) {
        CBK_TRY(read_part(w, zip, file, "word/styles.xml", &styles, err));
    }
    CBK_TRY(read_part(w, zip, file, document, &text, err));
    for (size_t i = 0; i < N(notes); i++) {
        if (cbk_zip_has(zip, notes[i][0])) {
            cbk_builder_text(w->b, notes[i][1], strlen(notes[i][1]), CBK_SCRIPT_NORMAL);
            cbk_builder_end(w->b, CBK_PASSAGE_HEADING, 2);
            CBK_TRY(read_part(w, zip, file, notes[i][0], &text, err));
        }
    }
    return CBK_OK;
}

cbk_status cbk_docx_refuse_compound(const char *file, const char *bytes, size_t size,
                                    cbk_error *err)
{
    static const char magic[] = "\xd0\xcf\x11\xe0";
    return size >= 4 && memcmp(bytes, magic, 4) == 0
               ? cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                          "%s is encrypted, or of an old version of Word; save it as "
                          ".docx without a password.",
                          file)
               : CBK_OK;
}

cbk_status cbk_manuscript_docx(cbk_manuscript_builder *b, const char *file,
                               const char *bytes, size_t size, cbk_error *err)
{
    CBK_TRY(cbk_docx_refuse_compound(file, bytes, size, err));
    cbk_zip *zip = NULL;
    CBK_TRY(cbk_zip_open(file, bytes, size, &zip, err));
    word w = {.b = b};
    const cbk_status status = read_parts(&w, zip, file, err);
    cbk_zip_close(zip);
    return status;
}
