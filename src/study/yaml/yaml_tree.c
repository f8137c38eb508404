/* yaml_tree.c - YAML bytes into a tree with places, strictly.  Contract: yaml_tree.h.
 *
 * The tree is built from libyaml's events rather than from its document, because only
 * events tell anchors, aliases and tags, with their places, and because they let the
 * limit of depth act while reading.
 */
#include "study/yaml/yaml_tree.h"

#include "base/text.h"
#include "study/yaml/yaml_mend.h"
#include "study/yaml/yaml_syntax.h"

#include <assert.h>
#include <string.h>

/* What is being read, and the event that was read last. */
typedef struct reader {
    const char *file;
    const char *bytes;
    size_t size;
    cbk_arena *arena;
    cbk_problems *problems;
    yaml_parser_t parser;
    yaml_event_t event;
    bool has_event;
    bool is_out_of_memory; /* libyaml's */
    size_t seen_index;     /* a character and its byte, moved forward by byte_of() */
    size_t seen_byte;
} reader;

static cbk_place place_of(const reader *r, yaml_mark_t mark)
{
    return (cbk_place){.file = r->file, .line = mark.line + 1, .column = mark.column + 1};
}

/* The byte at which character `index` starts; libyaml counts characters.  Calls ask for
 * ever later characters, so all of them together read the file once. */
static size_t byte_of(reader *r, size_t index)
{
    if (index < r->seen_index) {
        r->seen_index = 0;
        r->seen_byte = 0;
    }
    while (r->seen_index < index && r->seen_byte < r->size) {
        r->seen_byte++;
        while (r->seen_byte < r->size &&
               ((unsigned char)r->bytes[r->seen_byte] >> 6) == 2) {
            r->seen_byte++;
        }
        r->seen_index++;
    }
    return r->seen_byte;
}

static void forget_event(reader *r)
{
    if (r->has_event) {
        yaml_event_delete(&r->event);
        r->has_event = false;
    }
}

/* Reads the next event; false after a syntax error, which is reported. */
static bool read_event(reader *r)
{
    forget_event(r);
    if (yaml_parser_parse(&r->parser, &r->event)) {
        r->has_event = true;
        return true;
    }
    if (r->parser.error == YAML_MEMORY_ERROR) {
        r->is_out_of_memory = true;
    } else {
        const size_t at = byte_of(r, r->parser.problem_mark.index);
        cbk_yaml_report_syntax(&r->parser, r->file, r->bytes, r->size, at, r->problems);
    }
    return false;
}

static cbk_yaml *new_node(reader *r, cbk_yaml_kind kind)
{
    cbk_yaml *node = CBK_NEW(r->arena, cbk_yaml, 1);
    if (node != NULL) {
        *node = (cbk_yaml){
            .kind = kind, .place = place_of(r, r->event.start_mark), .scalar = ""};
    }
    return node;
}

static void refuse_extras(reader *r, const yaml_char_t *anchor, const yaml_char_t *tag)
{
    const cbk_place place = place_of(r, r->event.start_mark);
    if (anchor != NULL) {
        cbk_problems_add(
            r->problems, place,
            "`&%s` is an anchor, which is not allowed here; text that starts "
            "with & needs quotes.",
            cbk_yaml_shown(r->problems, (const char *)anchor));
    }
    if (tag != NULL) {
        cbk_problems_add(
            r->problems, place,
            "`%s` is a tag, which is not allowed here; text that starts with "
            "! needs quotes.",
            cbk_yaml_shown(r->problems, (const char *)tag));
    }
}

/* Text is kept as a C string and printed: no NUL, no control character but line break and
 * tab. */
static bool has_control(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        const unsigned char c = (unsigned char)text[i];
        if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f) {
            return true;
        }
    }
    return false;
}

static cbk_yaml *read_scalar(reader *r)
{
    cbk_yaml *node = new_node(r, CBK_YAML_SCALAR);
    const char *text = (const char *)r->event.data.scalar.value;
    size_t size = r->event.data.scalar.length;
    refuse_extras(r, r->event.data.scalar.anchor, r->event.data.scalar.tag);
    if (has_control(text, size)) {
        cbk_problems_add(r->problems, place_of(r, r->event.start_mark),
                         "The text contains a control character, which is not allowed.");
        size = 0;
    }
    if (node != NULL) {
        node->scalar = cbk_text_copy_bytes(r->arena, text, size);
        node->is_quoted = r->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    }
    return node != NULL && node->scalar != NULL ? node : NULL;
}

static cbk_yaml *read_alias(reader *r)
{
    cbk_problems_add(
        r->problems, place_of(r, r->event.start_mark),
        "`*%s` is an alias, which is not allowed here; %s",
        cbk_yaml_shown(r->problems, (const char *)r->event.data.alias.anchor),
        CBK_YAML_QUOTE_HINT);
    return new_node(r, CBK_YAML_SCALAR);
}

/* Adds a child; key NULL for a list. */
static bool add_child(reader *r, cbk_yaml_children *all, const cbk_yaml *key,
                      cbk_yaml *item)
{
    if (all->n == all->capacity) {
        const size_t capacity = all->capacity == 0 ? 8 : 2 * all->capacity;
        cbk_yaml_children grown = *all;
        grown.capacity = capacity;
        grown.item = CBK_NEW(r->arena, cbk_yaml *, capacity);
        grown.key = CBK_NEW(r->arena, const char *, capacity);
        grown.key_place = CBK_NEW(r->arena, cbk_place, capacity);
        if (grown.key_place == NULL) {
            return false;
        }
        for (size_t i = 0; i < all->n; i++) {
            grown.item[i] = all->item[i];
            grown.key[i] = all->key[i];
            grown.key_place[i] = all->key_place[i];
        }
        *all = grown;
    }
    all->item[all->n] = item;
    all->key[all->n] = key == NULL ? NULL : key->scalar;
    all->key_place[all->n] = item->place;
    if (key != NULL) {
        all->key_place[all->n] = key->place;
    }
    all->n++;
    return true;
}

/* Whether the value just read is only implied: there is no colon after the key. */
static bool is_value_implied(reader *r, yaml_mark_t key_end)
{
    if (r->event.type != YAML_SCALAR_EVENT || r->event.data.scalar.length != 0 ||
        r->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE) {
        return false;
    }
    const size_t from = byte_of(r, key_end.index);
    const size_t to = byte_of(r, r->event.start_mark.index);
    return memchr(r->bytes + from, ':', to - from) == NULL;
}

/* ---- nodes --------------------------------------------------------------------- */

static cbk_yaml *read_node(reader *r, int depth);

static cbk_yaml *read_list(reader *r, int depth)
{
    cbk_yaml *node = new_node(r, CBK_YAML_LIST);
    refuse_extras(r, r->event.data.sequence_start.anchor,
                  r->event.data.sequence_start.tag);
    const bool is_flow = r->event.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
    cbk_yaml_children all = {.arena = r->arena, .problems = r->problems};
    for (;;) {
        if (node == NULL || !read_event(r)) {
            return NULL;
        }
        if (r->event.type == YAML_SEQUENCE_END_EVENT) {
            break;
        }
        cbk_yaml *item = read_node(r, depth + 1);
        if (item == NULL || !add_child(r, &all, NULL, item)) {
            return NULL;
        }
    }
    if (is_flow) {
        cbk_yaml_mend_list(&all);
    }
    node->n = all.n;
    node->item = all.item;
    return node;
}

/* One key and its value; false: stop reading. */
static bool read_entry(reader *r, cbk_yaml_children *all, cbk_yaml_cut *found,
                       bool is_flow, int depth)
{
    const bool is_key_text =
        r->event.type == YAML_SCALAR_EVENT || r->event.type == YAML_ALIAS_EVENT;
    const yaml_mark_t key_end = r->event.end_mark;
    const cbk_yaml *key = read_node(r, depth + 1);
    if (key == NULL || !read_event(r)) {
        return false;
    }
    if (is_flow && is_key_text && is_value_implied(r, key_end)) {
        found->place = found->text == NULL ? key->place : found->place;
        found->text = found->text == NULL
                          ? key->scalar
                          : cbk_yaml_joined(r->arena, found->text, key->scalar);
        return true;
    }
    cbk_yaml_report_cut(all, found);
    cbk_yaml *value = read_node(r, depth + 1);
    if (value == NULL) {
        return false;
    }
    if (!is_key_text) {
        cbk_problems_add(r->problems, key->place,
                         "A key must be text, not a list or a map; %s",
                         CBK_YAML_QUOTE_HINT);
        return true;
    }
    return add_child(r, all, key, value);
}

static cbk_yaml *read_map(reader *r, int depth)
{
    cbk_yaml *node = new_node(r, CBK_YAML_MAP);
    refuse_extras(r, r->event.data.mapping_start.anchor, r->event.data.mapping_start.tag);
    const bool is_flow = r->event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;
    cbk_yaml_children all = {.arena = r->arena, .problems = r->problems};
    cbk_yaml_cut found = {0};
    for (;;) {
        if (node == NULL || !read_event(r)) {
            return NULL;
        }
        if (r->event.type == YAML_MAPPING_END_EVENT) {
            break;
        }
        if (!read_entry(r, &all, &found, is_flow, depth)) {
            return NULL;
        }
    }
    cbk_yaml_report_cut(&all, &found);
    cbk_yaml_drop_duplicates(&all);
    node->n = all.n;
    node->item = all.item;
    node->key = all.key;
    node->key_place = all.key_place;
    return node;
}

/* The node that starts with the event read last; NULL: stop reading (a problem has been
 * reported, or memory is out). */
static cbk_yaml *read_node(reader *r, int depth)
{
    const bool is_collection = r->event.type == YAML_SEQUENCE_START_EVENT ||
                               r->event.type == YAML_MAPPING_START_EVENT;
    if (is_collection && depth > CBK_YAML_DEPTH_MAX) {
        cbk_problems_add(r->problems, place_of(r, r->event.start_mark),
                         "Lists and maps are nested deeper than %d.", CBK_YAML_DEPTH_MAX);
        return NULL;
    }
    switch (r->event.type) {
    case YAML_SCALAR_EVENT:
        return read_scalar(r);
    case YAML_ALIAS_EVENT:
        return read_alias(r);
    case YAML_SEQUENCE_START_EVENT:
        return read_list(r, depth);
    default:
        assert(r->event.type == YAML_MAPPING_START_EVENT);
        return read_map(r, depth);
    }
}

/* The only document of the stream; NULL after a reported problem. */
static cbk_yaml *read_stream(reader *r)
{
    if (!read_event(r) || !read_event(r)) { /* the start of the stream, of the document */
        return NULL;
    }
    if (r->event.type == YAML_STREAM_END_EVENT) {
        cbk_problems_add(r->problems,
                         (cbk_place){.file = r->file, .line = 1, .column = 1},
                         "The file is empty.");
        return NULL;
    }
    if (!read_event(r)) {
        return NULL;
    }
    cbk_yaml *root = read_node(r, 1);
    if (root == NULL || !read_event(r) || !read_event(r)) { /* ends of document, stream */
        return NULL;
    }
    if (r->event.type != YAML_STREAM_END_EVENT) {
        cbk_problems_add(r->problems, place_of(r, r->event.start_mark),
                         "A second document starts here; the file must be one.");
    }
    if (root->kind != CBK_YAML_MAP) {
        cbk_problems_add(r->problems, root->place,
                         "The file must be a map, keys with their values, not %s.",
                         cbk_yaml_kind_name(root->kind));
        return NULL;
    }
    return root;
}

/* Size and encoding, before libyaml sees a byte. */
static bool are_bytes_fit(const char *file, const char *bytes, size_t size,
                          cbk_problems *problems)
{
    if (size > CBK_YAML_BYTES_MAX) {
        cbk_problems_add(problems, (cbk_place){.file = file},
                         "The file has %zu bytes; at most %d are read.", size,
                         CBK_YAML_BYTES_MAX);
        return false;
    }
    size_t bad_at = 0;
    if (!cbk_text_is_valid_utf8(bytes, size, &bad_at)) {
        cbk_problems_add(problems, cbk_yaml_place_of_byte(file, bytes, bad_at),
                         "Byte 0x%02X is not UTF-8; save the file as UTF-8.",
                         (unsigned)(unsigned char)bytes[bad_at]);
        return false;
    }
    return true;
}

cbk_status cbk_yaml_parse(const char *file, const char *bytes, size_t size,
                          cbk_arena *arena, cbk_problems *problems, cbk_yaml **out,
                          cbk_error *err)
{
    assert(arena != NULL && problems != NULL && out != NULL);
    *out = NULL;
    if (size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) { /* byte order mark */
        bytes += 3;
        size -= 3;
    }
    cbk_yaml *root = NULL;
    bool is_out_of_memory = false;
    if (are_bytes_fit(file, bytes, size, problems)) {
        reader r = {.file = file,
                    .bytes = bytes,
                    .size = size,
                    .arena = arena,
                    .problems = problems};
        if (!yaml_parser_initialize(&r.parser)) {
            return cbk_fail(err, CBK_ENOMEM, CBK_ROW_NONE, "Out of memory reading %s.",
                            file);
        }
        yaml_parser_set_input_string(&r.parser, (const unsigned char *)bytes, size);
        yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
        root = read_stream(&r);
        is_out_of_memory = r.is_out_of_memory || cbk_arena_has_failed(arena);
        forget_event(&r);
        yaml_parser_delete(&r.parser);
    }
    if (is_out_of_memory) {
        return cbk_fail(err, CBK_ENOMEM, CBK_ROW_NONE, "Out of memory reading %s.", file);
    }
    if (root == NULL) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "%s cannot be read.", file);
    }
    *out = root;
    return CBK_OK;
}
