/* docx_package.c - the parts of a Word document's package that a table or figure needs:
 * what is there stays, what is missing is added.  Contract: fill/docx_block.h.
 */
#include "fill/docx_block.h"

#include "package/xml_reader.h"

#include <string.h>
#include <strings.h>

#define OFFICE "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define PACKAGE "http://schemas.openxmlformats.org/package/2006/"
#define WORD "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define STYLES_TYPE                                                                      \
    "application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"

static const char content_types[] = "[Content_Types].xml";

/* ---- lists: relationships, content types, styles
 * --------------------------------------- */

/* A child of the part's root. */
typedef struct entry {
    range bytes;
    const char *id;     /* Id, Extension, PartName, styleId */
    const char *type;   /* Type, type */
    const char *target; /* Target; of a style its name */
    bool is_default;
} entry;

typedef struct list {
    cbk_arena *arena;
    cbk_xml_place place;
    size_t depth;
    cbk_growing entries;
    range root;     /* its opening tag ... */
    range root_end; /* ... and its closing one, the same where it is empty */
} list;

static const char *copy_of(const list *l, const char *const *attributes,
                           const char *const *names)
{
    for (; *names != NULL; names++) {
        const char *value = cbk_xml_attribute(attributes, *names);
        if (value != NULL) {
            return cbk_text_copy(l->arena, value);
        }
    }
    return "";
}

static void on_open(void *context, const char *space, const char *local,
                    const char *const *attributes)
{
    static const char *const ids[] = {"Id", "Extension", "PartName", "styleId", NULL};
    static const char *const types[] = {"Type", "type", NULL};
    static const char *const targets[] = {"Target", NULL};
    static const char *const values[] = {"val", NULL};
    list *l = context;
    (void)space;
    if (++l->depth == 1) {
        l->root = (range){l->place.start, l->place.end};
    } else if (l->depth == 2) {
        entry *added = cbk_growing_add(&l->entries, sizeof *added, l->arena);
        const char *is_default = cbk_xml_attribute(attributes, "default");
        if (added != NULL) {
            *added = (entry){.bytes = {l->place.start, l->place.end},
                             .id = copy_of(l, attributes, ids),
                             .type = copy_of(l, attributes, types),
                             .target = copy_of(l, attributes, targets),
                             .is_default = is_default != NULL && is_default[0] != '0' &&
                                           is_default[0] != 'f'};
        }
    } else if (l->depth == 3 && strcmp(local, "name") == 0 && l->entries.n > 0) {
        ((entry *)l->entries.items)[l->entries.n - 1].target =
            copy_of(l, attributes, values);
    }
}

static void on_close(void *context, const char *space, const char *local)
{
    list *l = context;
    (void)space;
    (void)local;
    if (l->depth == 2 && l->entries.n > 0) {
        ((entry *)l->entries.items)[l->entries.n - 1].bytes.end = l->place.end;
    } else if (l->depth == 1) {
        l->root_end = (range){l->place.start, l->place.end};
    }
    l->depth--;
}

static void on_text(void *context, const char *text, size_t size)
{
    (void)context;
    (void)text;
    (void)size;
}

static cbk_status read_list(cbk_fill *fill, const cbk_zip_part *of, list *out,
                            cbk_error *err)
{
    *out = (list){.arena = fill->arena};
    const cbk_xml_handler handler = {out, on_open, on_close, on_text};
    const char *name = cbk_text_format(fill->arena, "%s: %s", fill->file, of->name);
    if (name == NULL) {
        return cbk_fail_memory(err);
    }
    CBK_TRY(cbk_xml_read_placed(name, of->bytes, of->size, &handler, &out->place, err));
    return cbk_arena_has_failed(fill->arena) ? cbk_fail_memory(err) : CBK_OK;
}

static const entry *find_entry(const list *l, const char *id)
{
    const entry *entries = l->entries.items;
    for (size_t i = 0; i < l->entries.n; i++) {
        if (strcasecmp(entries[i].id, id) == 0) {
            return &entries[i];
        }
    }
    return NULL;
}

/* The part with its text[size] for bytes. */
static void set_bytes(cbk_fill *fill, cbk_zip_part *of, cbk_buffer *bytes)
{
    const char *copy = bytes->is_failed
                           ? NULL
                           : cbk_text_copy_bytes(fill->arena, bytes->bytes, bytes->size);
    if (bytes->is_failed) {
        (void)cbk_arena_alloc(fill->arena, SIZE_MAX, 2, 1);
    }
    if (copy != NULL) {
        of->bytes = copy;
        of->size = bytes->size;
    }
    cbk_buffer_free(bytes);
}

/* Puts the XML behind the last child of the root. */
static void append(cbk_fill *fill, cbk_zip_part *of, const list *l, const char *xml)
{
    cbk_buffer out = {0};
    const range root = l->root;
    if (of->bytes[root.end - 2] == '/') { /* <Relationships/> */
        const char *name = of->bytes + root.start + 1;
        cbk_buffer_add_bytes(&out, of->bytes, root.end - 2);
        cbk_buffer_addf(&out, ">%s</%.*s>", xml, (int)strcspn(name, " \t\r\n/>"), name);
        cbk_buffer_add_bytes(&out, of->bytes + root.end, of->size - root.end);
    } else {
        cbk_buffer_add_bytes(&out, of->bytes, l->root_end.start);
        cbk_buffer_add(&out, xml);
        cbk_buffer_add_bytes(&out, of->bytes + l->root_end.start,
                             of->size - l->root_end.start);
    }
    set_bytes(fill, of, &out);
}

/* ---- parts
 * ------------------------------------------------------------------------------ */

static cbk_zip_part *find_part(const cbk_docx_package *package, const char *name)
{
    cbk_zip_part *parts = package->parts.items;
    for (size_t i = 0; i < package->parts.n; i++) {
        if (strcmp(parts[i].name, name) == 0) {
            return &parts[i];
        }
    }
    return NULL;
}

/* The part of that name, made with the text where there is none; NULL: no memory. */
static cbk_zip_part *need_part(cbk_docx_package *package, const char *name,
                               const char *text)
{
    cbk_zip_part *found = find_part(package, name);
    if (found == NULL) {
        found = cbk_growing_add(&package->parts, sizeof *found, package->fill->arena);
        if (found != NULL) {
            *found = (cbk_zip_part){name, text, strlen(text)};
        }
    }
    return found;
}

/* Adds the XML to the part unless it has an entry with that id. */
static cbk_status need_entry(cbk_docx_package *package, cbk_zip_part *of, const char *id,
                             const char *xml, cbk_error *err)
{
    list l;
    if (of == NULL || xml == NULL || id == NULL) {
        return cbk_fail_memory(err);
    }
    CBK_TRY(read_list(package->fill, of, &l, err));
    if (find_entry(&l, id) == NULL) {
        append(package->fill, of, &l, xml);
    }
    return cbk_arena_has_failed(package->fill->arena) ? cbk_fail_memory(err) : CBK_OK;
}

/* "word/_rels/document.xml.rels" of "word/document.xml". */
static const char *relations_name(cbk_fill *fill, const char *part_name)
{
    const char *slash = strrchr(part_name, '/');
    const char *base = slash != NULL ? slash + 1 : part_name;
    return cbk_text_format(fill->arena, "%.*s_rels/%s.rels", (int)(base - part_name),
                           part_name, base);
}

static cbk_status relate(cbk_docx_package *package, const char *part_name, const char *id,
                         const char *type, const char *target, cbk_error *err)
{
    cbk_fill *fill = package->fill;
    const char *name = relations_name(fill, part_name);
    const char *xml = cbk_text_format(
        fill->arena, "<Relationship Id=\"%s\" Type=\"" OFFICE "/%s\" Target=\"%s\"/>", id,
        type, target);
    if (name == NULL) {
        return cbk_fail_memory(err);
    }
    cbk_zip_part *of = need_part(
        package, name, HEAD "<Relationships xmlns=\"" PACKAGE "relationships\"/>");
    return need_entry(package, of, id, xml, err);
}

static cbk_status need_type(cbk_docx_package *package, const char *id, const char *xml,
                            cbk_error *err)
{
    cbk_zip_part *of = need_part(package, content_types,
                                 HEAD "<Types xmlns=\"" PACKAGE "content-types\"/>");
    return need_entry(package, of, id, xml, err);
}

/* ---- opening: what an earlier run left is taken away
 * -------------------------------------- */

static bool is_picture(const char *name)
{
    static const char ours[] = "word/media/" CBK_DOCX_PICTURE;
    return strncmp(name, ours, sizeof ours - 1) == 0;
}

static cbk_status strip_relations(cbk_docx_package *package, cbk_zip_part *of,
                                  cbk_error *err)
{
    list l;
    if (cbk_fill_find(of->bytes, of->size, CBK_DOCX_PICTURE) == NULL) {
        return CBK_OK;
    }
    CBK_TRY(read_list(package->fill, of, &l, err));
    const entry *entries = l.entries.items;
    cbk_buffer out = {0};
    size_t at = 0;
    for (size_t i = 0; i < l.entries.n; i++) {
        if (strncmp(entries[i].id, CBK_DOCX_PICTURE, sizeof CBK_DOCX_PICTURE - 1) == 0) {
            cbk_buffer_add_bytes(&out, of->bytes + at, entries[i].bytes.start - at);
            at = entries[i].bytes.end;
        }
    }
    cbk_buffer_add_bytes(&out, of->bytes + at, of->size - at);
    set_bytes(package->fill, of, &out);
    return CBK_OK;
}

static const char *styles_part(const cbk_docx_package *package, const list *relations)
{
    static const char ending[] = "/styles";
    const entry *entries = relations->entries.items;
    for (size_t i = 0; i < relations->entries.n; i++) {
        const size_t size = strlen(entries[i].type);
        if (size >= sizeof ending &&
            strcmp(entries[i].type + size - (sizeof ending - 1), ending) == 0) {
            const char *target = entries[i].target;
            return target[0] == '/'
                       ? target + 1
                       : cbk_text_format(package->fill->arena, "word/%s", target);
        }
    }
    return "word/styles.xml";
}

/* Whether its styles, if it has any, are written as <w:style>. */
static cbk_status look_at_styles(cbk_docx_package *package, cbk_error *err)
{
    list l = {.depth = 0};
    const char *name = relations_name(package->fill, package->document);
    const cbk_zip_part *relations = name != NULL ? find_part(package, name) : NULL;
    if (relations != NULL) {
        CBK_TRY(read_list(package->fill, relations, &l, err));
    }
    package->styles_part = styles_part(package, &l);
    const cbk_zip_part *of =
        package->styles_part != NULL ? find_part(package, package->styles_part) : NULL;
    package->takes_styles = true;
    if (of != NULL) {
        CBK_TRY(read_list(package->fill, of, &l, err));
        package->takes_styles = strncmp(of->bytes + l.root.start, "<w:", 3) == 0;
    }
    return CBK_OK;
}

cbk_status cbk_docx_package_open(cbk_docx_package *package, const cbk_zip_part *parts,
                                 size_t n, cbk_error *err)
{
    for (size_t i = 0; i < n; i++) {
        if (is_picture(parts[i].name)) {
            continue;
        }
        cbk_zip_part *added =
            cbk_growing_add(&package->parts, sizeof *added, package->fill->arena);
        if (added == NULL) {
            return cbk_fail_memory(err);
        }
        *added = parts[i];
        const size_t size = strlen(added->name);
        if (strncmp(added->name, "word/_rels/", 11) == 0 && size > 5 &&
            strcmp(added->name + size - 5, ".rels") == 0) {
            CBK_TRY(strip_relations(package, added, err));
        } else if (strncmp(added->name, "word/document", 13) == 0) {
            package->document = added->name;
        }
    }
    return look_at_styles(package, err);
}

/* ---- styles
 * ----------------------------------------------------------------------------- */

/* The style of that name in the document; NULL: it has none. */
static const char *style_named(const list *l, const char *name, bool is_table)
{
    const entry *entries = l->entries.items;
    for (size_t i = 0; i < l->entries.n; i++) {
        if (strcasecmp(entries[i].target, name) == 0 &&
            strcmp(entries[i].type, is_table ? "table" : "paragraph") == 0) {
            return entries[i].id;
        }
    }
    return NULL;
}

/* What text has that says nothing of its style. */
static const char *default_style(const list *l)
{
    const entry *entries = l->entries.items;
    for (size_t i = 0; i < l->entries.n; i++) {
        if (entries[i].is_default && strcmp(entries[i].type, "paragraph") == 0) {
            return entries[i].id;
        }
    }
    return "";
}

/* "CasebookTableText": an id that no document has. */
static const char *new_id(cbk_fill *fill, const char *name)
{
    char *id = cbk_text_format(fill->arena, "Casebook%s", name);
    size_t n = 0;
    for (size_t i = 0; id != NULL && id[i] != '\0'; i++) {
        if (id[i] != ' ') {
            id[n++] = id[i];
        }
    }
    if (id != NULL) {
        id[n] = '\0';
    }
    return id;
}

static cbk_status find_styles(cbk_docx_package *package, const list *l, cbk_buffer *added,
                              cbk_error *err)
{
    cbk_docx_place place = {.base = default_style(l)};
    package->base = place.base;
    for (cbk_docx_style i = 0; i < CBK_DOCX_N_STYLES; i++) {
        const char *name = package->press->docx_style_name(i);
        const char *known = style_named(l, name, i == CBK_DOCX_TABLE);
        place.styles[i] = known != NULL ? known : new_id(package->fill, name);
        if (place.styles[i] == NULL) {
            return cbk_fail_memory(err);
        }
        if (known == NULL && find_entry(l, place.styles[i]) == NULL) {
            package->press->docx_style(i, &place, added);
        }
    }
    memcpy(package->styles, place.styles, sizeof place.styles);
    return CBK_OK;
}

/* A document without styles gets a part for them. */
static cbk_status need_styles_part(cbk_docx_package *package, cbk_zip_part **out,
                                   cbk_error *err)
{
    static const char empty[] = HEAD "<w:styles xmlns:w=\"" WORD "\"></w:styles>";
    if (find_part(package, package->styles_part) == NULL) {
        CBK_TRY(relate(package, package->document, "casebook_styles", "styles",
                       "styles.xml", err));
        CBK_TRY(need_type(package, "/word/styles.xml",
                          "<Override PartName=\"/word/styles.xml\" "
                          "ContentType=\"" STYLES_TYPE "\"/>",
                          err));
    }
    *out = need_part(package, package->styles_part, empty);
    return *out != NULL ? CBK_OK : cbk_fail_memory(err);
}

cbk_status cbk_docx_package_prepare(cbk_docx_package *package, cbk_error *err)
{
    if (package->press != NULL) {
        return CBK_OK;
    }
    list l;
    cbk_zip_part *of = NULL;
    cbk_buffer added = {0};
    CBK_TRY(cbk_press_load(&package->press, err));
    CBK_TRY(need_styles_part(package, &of, err));
    CBK_TRY(read_list(package->fill, of, &l, err));
    const cbk_status status = find_styles(package, &l, &added, err);
    if (status == CBK_OK && added.size > 0) {
        append(package->fill, of, &l, added.bytes);
    }
    const bool is_failed = added.is_failed;
    cbk_buffer_free(&added);
    return status == CBK_OK && is_failed ? cbk_fail_memory(err) : status;
}

/* ---- pictures
 * --------------------------------------------------------------------------- */

static cbk_status add_picture(cbk_docx_package *package, const char *part_name,
                              const char *name, const char *ending, const char *type,
                              const cbk_buffer *bytes, cbk_error *err)
{
    cbk_arena *arena = package->fill->arena;
    const char *file = cbk_text_format(arena, "word/media/%s.%s", name, ending);
    const char *id = cbk_text_format(arena, "%s_%s", name, ending);
    const char *target = cbk_text_format(arena, "media/%s.%s", name, ending);
    const char *xml = cbk_text_format(
        arena, "<Default Extension=\"%s\" ContentType=\"%s\"/>", ending, type);
    const cbk_zip_part *known = package->pictures.items;
    for (size_t i = 0; file != NULL && i < package->pictures.n; i++) {
        if (strcmp(known[i].name, file) == 0) { /* the figure stands elsewhere, too */
            return relate(package, part_name, id, "image", target, err);
        }
    }
    cbk_zip_part *added = cbk_growing_add(&package->pictures, sizeof *added, arena);
    const char *copy = cbk_text_copy_bytes(arena, bytes->bytes, bytes->size);
    if (added == NULL || copy == NULL || cbk_arena_has_failed(arena)) {
        return cbk_fail_memory(err);
    }
    *added = (cbk_zip_part){file, copy, bytes->size};
    CBK_TRY(need_type(package, ending, xml, err));
    return relate(package, part_name, id, "image", target, err);
}

cbk_status cbk_docx_package_picture(cbk_docx_package *package, const char *part_name,
                                    const char *name, const cbk_docx_block *block,
                                    cbk_error *err)
{
    CBK_TRY(add_picture(package, part_name, name, "png", "image/png", &block->png, err));
    return add_picture(package, part_name, name, "svg", "image/svg+xml", &block->svg,
                       err);
}

/* ---- writing
 * ---------------------------------------------------------------------------- */

cbk_status cbk_docx_package_write(const cbk_docx_package *package, cbk_buffer *out,
                                  cbk_error *err)
{
    const size_t n = package->parts.n + package->pictures.n;
    cbk_zip_part *all = CBK_NEW(package->fill->arena, cbk_zip_part, n + 1);
    if (all == NULL || cbk_arena_has_failed(package->fill->arena)) {
        return cbk_fail_memory(err);
    }
    const cbk_zip_part *parts = package->parts.items;
    const cbk_zip_part *pictures = package->pictures.items;
    for (size_t i = 0; i < n; i++) {
        all[i] = i < package->parts.n ? parts[i] : pictures[i - package->parts.n];
    }
    return cbk_zip_write(all, n, out, err);
}
