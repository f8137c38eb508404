/* escape.c - escaping for each context.  Contract: render/escape.h. */
#include "render/escape.h"

#include "document/characters.h"

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* One character of a text, with its bytes. */
typedef struct character {
    uint32_t code;
    const char *bytes;
    size_t size;
} character;

static bool next_character(const char **cursor, character *out)
{
    const char *start = *cursor;
    const uint32_t code = cbk_character_next(cursor);
    if (code == 0) {
        return false;
    }
    *out = (character){.code = code, .bytes = start, .size = (size_t)(*cursor - start)};
    if (code == CBK_CHARACTER_REPLACEMENT || cbk_character_is_hidden(code)) {
        *out = (character){
            .code = CBK_CHARACTER_REPLACEMENT, .bytes = "\xEF\xBF\xBD", .size = 3};
    }
    return true;
}

/* "\r\n" and a "\r" alone are a newline everywhere. */
static bool next_with_newlines(const char **cursor, character *out)
{
    if (!next_character(cursor, out)) {
        return false;
    }
    if (out->code == '\r') {
        if (**cursor == '\n') {
            (*cursor)++;
        }
        *out = (character){.code = '\n', .bytes = "\n", .size = 1};
    }
    return true;
}

void cbk_escape_plain(cbk_buffer *out, const char *text)
{
    character c;
    while (next_with_newlines(&text, &c)) {
        if (c.code == '\t') {
            cbk_buffer_add(out, " ");
        } else {
            cbk_buffer_add_bytes(out, c.bytes, c.size);
        }
    }
}

static const char *xml_entity(uint32_t code)
{
    switch (code) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void cbk_escape_xml(cbk_buffer *out, const char *text)
{
    character c;
    while (next_with_newlines(&text, &c)) {
        const char *entity = xml_entity(c.code);
        if (entity != NULL) {
            cbk_buffer_add(out, entity);
        } else {
            cbk_buffer_add_bytes(out, c.bytes, c.size);
        }
    }
}

void cbk_escape_id(cbk_buffer *out, const char *id)
{
    character c;
    while (next_with_newlines(&id, &c)) {
        const bool is_plain = (c.code >= 'a' && c.code <= 'z') ||
                              (c.code >= 'A' && c.code <= 'Z') ||
                              (c.code >= '0' && c.code <= '9') || c.code == '_' ||
                              c.code == '.' || c.code > 0x7F;
        cbk_buffer_add_bytes(out, is_plain ? c.bytes : "-", is_plain ? c.size : 1);
    }
}

/* The digits of "1." or "1)" that would open a numbered list; 0: none. */
static size_t list_number_length(const char *text)
{
    const size_t n = strspn(text, "0123456789");
    const bool is_marked = n > 0 && (text[n] == '.' || text[n] == ')');
    return is_marked && (text[n + 1] == ' ' || text[n + 1] == '\0') ? n : 0;
}

void cbk_escape_markdown(cbk_buffer *out, const char *text, bool at_start)
{
    const size_t n_digits = at_start ? list_number_length(text) : 0;
    cbk_buffer_add_bytes(out, text, n_digits);
    if (n_digits > 0 || (at_start && *text != '\0' && strchr("#+-=:", *text) != NULL)) {
        cbk_buffer_add(out, "\\");
        cbk_buffer_add_bytes(out, text + n_digits, 1);
        text += n_digits + 1;
    }
    character c;
    while (next_with_newlines(&text, &c)) {
        if (c.code == '\n' || c.code == '\t') {
            cbk_buffer_add(out, " ");
            continue;
        }
        if (c.code < 0x80 && strchr("\\`*_[]<>|~&$", (int)c.code) != NULL) {
            cbk_buffer_add(out, "\\");
        }
        cbk_buffer_add_bytes(out, c.bytes, c.size);
    }
}

static size_t longest_run_of_backticks(const char *text)
{
    size_t longest = 0;
    while ((text = strchr(text, '`')) != NULL) {
        const size_t n = strspn(text, "`");
        longest = n > longest ? n : longest;
        text += n;
    }
    return longest;
}

static void add_times(cbk_buffer *out, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        cbk_buffer_add(out, text);
    }
}

void cbk_escape_markdown_code(cbk_buffer *out, const char *text, bool in_cell)
{
    if (*text == '\0') {
        return;
    }
    const size_t fence = longest_run_of_backticks(text) + 1;
    const char *gap = fence > 1 ? " " : "";
    add_times(out, "`", fence);
    cbk_buffer_add(out, gap);
    character c;
    while (next_with_newlines(&text, &c)) {
        if (c.code == '\n' || c.code == '\t') {
            cbk_buffer_add(out, " ");
        } else {
            cbk_buffer_add(out, in_cell && c.code == '|' ? "\\" : "");
            cbk_buffer_add_bytes(out, c.bytes, c.size);
        }
    }
    cbk_buffer_add(out, gap);
    add_times(out, "`", fence);
}

void cbk_escape_csv(cbk_buffer *out, const char *field)
{
    const bool guarded = cbk_text_is_formula(field);
    const size_t size = strlen(field);
    const bool padded = size > 0 && (field[0] == ' ' || field[size - 1] == ' ');
    const bool quoted = padded || strpbrk(field, ",;\t\"\r\n") != NULL;
    cbk_buffer_add(out, quoted ? "\"" : "");
    cbk_buffer_add(out, guarded ? "'" : "");
    character c;
    while (next_character(&field, &c)) {
        cbk_buffer_add(out, c.code == '"' ? "\"" : "");
        cbk_buffer_add_bytes(out, c.bytes, c.size);
    }
    cbk_buffer_add(out, quoted ? "\"" : "");
}

bool cbk_link_is_safe(const char *target)
{
    static const char *const schemes[] = {"#", "https://", "http://", "mailto:"};
    for (size_t i = 0; target != NULL && i < N(schemes); i++) {
        const size_t length = strlen(schemes[i]);
        if (strncmp(target, schemes[i], length) == 0 && target[length] != '\0') {
            return true;
        }
    }
    return false;
}
