/* json.c - a JSON writer.  Contract: base/json.h. */
#include "base/json.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { DEPTH_MAX = 64 };

static void json_new_line(cbk_json *json)
{
    cbk_buffer_add(json->out, "\n");
    for (int i = 0; i < json->depth; i++) {
        cbk_buffer_add(json->out, "  ");
    }
}

/* What stands before a key or an array's item: a comma, and a line of its own. */
static void json_begin_item(cbk_json *json)
{
    if (json->is_after_key) {
        json->is_after_key = false;
        return;
    }
    if (json->depth == 0) {
        return;
    }
    const uint64_t bit = UINT64_C(1) << (json->depth - 1);
    if ((json->has_items & bit) != 0) {
        cbk_buffer_add(json->out, ",");
    }
    json->has_items |= bit;
    json_new_line(json);
}

static void json_open(cbk_json *json, const char *bracket)
{
    assert(json->depth < DEPTH_MAX);
    json_begin_item(json);
    cbk_buffer_add(json->out, bracket);
    json->has_items &= ~(UINT64_C(1) << json->depth);
    json->depth++;
}

static void json_close(cbk_json *json, const char *bracket)
{
    assert(json->depth > 0 && !json->is_after_key);
    json->depth--;
    if ((json->has_items & UINT64_C(1) << json->depth) != 0) {
        json_new_line(json);
    }
    cbk_buffer_add(json->out, bracket);
}

void cbk_json_open_object(cbk_json *json)
{
    json_open(json, "{");
}

void cbk_json_close_object(cbk_json *json)
{
    json_close(json, "}");
}

void cbk_json_open_array(cbk_json *json)
{
    json_open(json, "[");
}

void cbk_json_close_array(cbk_json *json)
{
    json_close(json, "]");
}

/* One character of a string; bytes that are not UTF-8 become U+FFFD. */
static size_t json_add_character(cbk_buffer *out, const char *at, size_t left)
{
    uint32_t code = 0;
    const size_t n = cbk_utf8_decode(at, left, &code);
    if (n == 0) {
        cbk_buffer_add(out, "\\ufffd");
        return 1;
    }
    if (code == '"' || code == '\\') {
        cbk_buffer_add(out, "\\");
    }
    if (code == '\n') {
        cbk_buffer_add(out, "\\n");
    } else if (code == '\t') {
        cbk_buffer_add(out, "\\t");
    } else if (code < 0x20) {
        cbk_buffer_addf(out, "\\u%04x", (unsigned)code);
    } else {
        cbk_buffer_add_bytes(out, at, n);
    }
    return n;
}

static void json_add_string(cbk_buffer *out, const char *text)
{
    cbk_buffer_add(out, "\"");
    for (size_t left = strlen(text); left > 0;) {
        const size_t n = json_add_character(out, text, left);
        text += n;
        left -= n;
    }
    cbk_buffer_add(out, "\"");
}

void cbk_json_key(cbk_json *json, const char *key)
{
    assert(json->depth > 0 && !json->is_after_key);
    json_begin_item(json);
    json_add_string(json->out, key);
    cbk_buffer_add(json->out, ": ");
    json->is_after_key = true;
}

void cbk_json_text(cbk_json *json, const char *text)
{
    json_begin_item(json);
    if (text == NULL) {
        cbk_buffer_add(json->out, "null");
    } else {
        json_add_string(json->out, text);
    }
}

void cbk_json_number(cbk_json *json, double value)
{
    json_begin_item(json);
    if (isfinite(value)) {
        char text[CBK_NUMBER_SIZE];
        cbk_number_shortest(value, text);
        cbk_buffer_add(json->out, text);
    } else {
        cbk_buffer_add(json->out, "null");
    }
}

void cbk_json_integer(cbk_json *json, int64_t value)
{
    json_begin_item(json);
    cbk_buffer_addf(json->out, "%" PRId64, value);
}

void cbk_json_boolean(cbk_json *json, bool value)
{
    json_begin_item(json);
    cbk_buffer_add(json->out, value ? "true" : "false");
}

void cbk_json_null(cbk_json *json)
{
    cbk_json_text(json, NULL);
}

void cbk_json_key_text(cbk_json *json, const char *key, const char *text)
{
    cbk_json_key(json, key);
    cbk_json_text(json, text);
}

void cbk_json_key_number(cbk_json *json, const char *key, double value)
{
    cbk_json_key(json, key);
    cbk_json_number(json, value);
}

void cbk_json_key_integer(cbk_json *json, const char *key, int64_t value)
{
    cbk_json_key(json, key);
    cbk_json_integer(json, value);
}

void cbk_json_key_boolean(cbk_json *json, const char *key, bool value)
{
    cbk_json_key(json, key);
    cbk_json_boolean(json, value);
}

void cbk_json_key_texts(cbk_json *json, const char *key, const char *const *text,
                        size_t n)
{
    cbk_json_key(json, key);
    cbk_json_open_array(json);
    for (size_t i = 0; i < n; i++) {
        cbk_json_text(json, text[i]);
    }
    cbk_json_close_array(json);
}

void cbk_json_key_notes(cbk_json *json, const char *key, cbk_notes notes)
{
    cbk_json_key(json, key);
    cbk_json_open_array(json);
    for (int i = 0; i < CBK_NOTE_COUNT; i++) {
        const cbk_notes note = UINT32_C(1) << i;
        if ((notes & note) != 0) {
            cbk_json_text(json, cbk_note_name((cbk_note)note));
        }
    }
    cbk_json_close_array(json);
}
