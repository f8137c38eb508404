/* text.c - growing text, copies, UTF-8, spellings.  Contract: base/text.h. */
#include "base/text.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- growing text ------------------------------------------------------------------ */

void cbk_buffer_free(cbk_buffer *buffer)
{
    free(buffer->bytes);
    *buffer = (cbk_buffer){0};
}

/* Makes room for extra bytes and the NUL. */
static bool buffer_reserve(cbk_buffer *buffer, size_t extra)
{
    if (buffer->is_failed || extra >= SIZE_MAX / 2 - buffer->size) {
        buffer->is_failed = true;
        return false;
    }
    const size_t need = buffer->size + extra + 1;
    if (need <= buffer->capacity) {
        return true;
    }
    const size_t twice = buffer->capacity * 2;
    const size_t capacity = need > twice ? (need < 256 ? 256 : need) : twice;
    char *bytes = realloc(buffer->bytes, capacity);
    if (bytes == NULL) {
        buffer->is_failed = true;
        return false;
    }
    buffer->bytes = bytes;
    buffer->capacity = capacity;
    return true;
}

void cbk_buffer_add_bytes(cbk_buffer *buffer, const char *bytes, size_t size)
{
    if (!buffer_reserve(buffer, size)) {
        return;
    }
    if (size > 0) {
        memcpy(buffer->bytes + buffer->size, bytes, size);
    }
    buffer->size += size;
    buffer->bytes[buffer->size] = '\0';
}

void cbk_buffer_add(cbk_buffer *buffer, const char *text)
{
    cbk_buffer_add_bytes(buffer, text, strlen(text));
}

void cbk_buffer_addf(cbk_buffer *buffer, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    const int size = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (size < 0) {
        buffer->is_failed = true;
    } else if (buffer_reserve(buffer, (size_t)size)) {
        char *end = buffer->bytes + buffer->size;
        (void)vsnprintf(end, (size_t)size + 1, format, again);
        buffer->size += (size_t)size;
    }
    va_end(again);
}

/* ---- copies ------------------------------------------------------------------------ */

char *cbk_text_copy_bytes(cbk_arena *arena, const char *bytes, size_t size)
{
    char *copy = CBK_NEW(arena, char, size + 1); /* zeroed: the NUL is there */
    if (copy != NULL && size > 0) {
        memcpy(copy, bytes, size);
    }
    return copy;
}

char *cbk_text_copy(cbk_arena *arena, const char *text)
{
    return cbk_text_copy_bytes(arena, text, strlen(text));
}

char *cbk_text_vformat(cbk_arena *arena, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    const int size = vsnprintf(NULL, 0, format, args);
    char *text = NULL;
    if (size >= 0) {
        text = CBK_NEW(arena, char, (size_t)size + 1);
    }
    if (text != NULL) {
        (void)vsnprintf(text, (size_t)size + 1, format, again);
    }
    va_end(again);
    return text;
}

char *cbk_text_format(cbk_arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = cbk_text_vformat(arena, format, args);
    va_end(args);
    return text;
}

bool cbk_text_is_equal(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* ---- UTF-8 ------------------------------------------------------------------------- */

/* The smallest code point that needs as many bytes: anything below is overlong. */
static const uint32_t smallest_of_size[] = {0, 0, 0x80, 0x800, 0x10000};

size_t cbk_utf8_decode(const char *bytes, size_t size, uint32_t *code_point)
{
    if (size == 0) {
        return 0;
    }
    const unsigned char first = (unsigned char)bytes[0];
    if (first < 0x80) {
        *code_point = first;
        return 1;
    }
    const size_t n = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || n > size) {
        return 0;
    }
    uint32_t code = first & (0xffU >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        const unsigned char next = (unsigned char)bytes[i];
        if ((next & 0xc0) != 0x80) {
            return 0;
        }
        code = code << 6 | (next & 0x3fU);
    }
    const bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
    if (code < smallest_of_size[n] || code > 0x10ffff || is_surrogate) {
        return 0;
    }
    *code_point = code;
    return n;
}

/* Whether the next eight bytes are all ASCII: most of what is read. */
static bool are_eight_ascii(const char *bytes)
{
    uint64_t word = 0;
    memcpy(&word, bytes, sizeof word);
    return (word & UINT64_C(0x8080808080808080)) == 0;
}

bool cbk_text_is_valid_utf8(const char *bytes, size_t size, size_t *bad_at)
{
    size_t at = 0;
    while (at < size) {
        if (size - at >= 8 && are_eight_ascii(bytes + at)) {
            at += 8;
            continue;
        }
        uint32_t code_point = 0;
        const size_t n = cbk_utf8_decode(bytes + at, size - at, &code_point);
        if (n == 0) {
            if (bad_at != NULL) {
                *bad_at = at;
            }
            return false;
        }
        at += n;
    }
    return true;
}

size_t cbk_text_length(const char *text)
{
    size_t n = 0;
    for (; *text != '\0'; text++) {
        n += ((unsigned char)*text & 0xc0) != 0x80; /* not a continuation byte */
    }
    return n;
}

/* ---- spellings --------------------------------------------------------------------- */

enum { WORD_MAX = 64 }; /* longer words get no suggestion */

typedef struct word {
    size_t size;
    uint32_t letter[WORD_MAX];
} word;

/* Lower case for ASCII and Latin-1, which is what keys and column names are made of. */
static uint32_t fold(uint32_t code)
{
    const bool is_upper =
        (code >= 'A' && code <= 'Z') || (code >= 0xc0 && code <= 0xde && code != 0xd7);
    return is_upper ? code + 32 : code;
}

static bool word_read(const char *text, word *out)
{
    size_t left = strlen(text);
    for (out->size = 0; left > 0; out->size++) {
        uint32_t code = 0;
        const size_t n = cbk_utf8_decode(text, left, &code);
        if (n == 0 || out->size == WORD_MAX) {
            return false;
        }
        out->letter[out->size] = fold(code);
        text += n;
        left -= n;
    }
    return true;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment: insert, delete, replace, swap two neighbours, each cost 1.
 * Three rows of the usual table are enough. */
static size_t word_distance(const word *a, const word *b)
{
    size_t rows[3][WORD_MAX + 1];
    size_t *before = rows[0];
    size_t *last = rows[1];
    size_t *now = rows[2];
    for (size_t j = 0; j <= b->size; j++) {
        last[j] = j;
        before[j] = 0;
    }
    for (size_t i = 1; i <= a->size; i++) {
        now[0] = i;
        for (size_t j = 1; j <= b->size; j++) {
            const uint32_t x = a->letter[i - 1];
            const uint32_t y = b->letter[j - 1];
            now[j] = least(least(last[j], now[j - 1]) + 1, last[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == b->letter[j - 2] && y == a->letter[i - 2]) {
                now[j] = least(now[j], before[j - 2] + 1);
            }
        }
        size_t *spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[b->size];
}

const char *cbk_nearest_spelling(const char *text, const char *const *candidates,
                                 size_t n)
{
    word wanted;
    if (!word_read(text, &wanted)) {
        return NULL;
    }
    const char *nearest = NULL;
    size_t nearest_distance = 1 + wanted.size / 4 + 1;
    for (size_t i = 0; i < n; i++) {
        word other;
        if (!word_read(candidates[i], &other)) {
            continue;
        }
        const size_t distance = word_distance(&wanted, &other);
        const bool has_common = distance < least(wanted.size, other.size);
        if (distance < nearest_distance && has_common) {
            nearest = candidates[i];
            nearest_distance = distance;
        }
    }
    return nearest;
}

const char *cbk_spelling_hint(const char *unknown, const char *const *candidates,
                              size_t n, char out[CBK_HINT_SIZE])
{
    const char *nearest = n > 0 ? cbk_nearest_spelling(unknown, candidates, n) : NULL;
    (void)snprintf(out, CBK_HINT_SIZE,
                   nearest != NULL ? "; did you mean \"%.100s\"?" : ".%s",
                   nearest != NULL ? nearest : "");
    return out;
}

void cbk_text_make_printable(char *text)
{
    size_t size = strlen(text);
    while (size > 0) {
        uint32_t code_point = 0;
        const size_t found = cbk_utf8_decode(text, size, &code_point);
        const size_t n = found > 0 ? found : 1;
        if (found == 0 || code_point < 0x20 ||
            (code_point >= 0x7f && code_point < 0xa0)) {
            memset(text, '?', n);
        }
        text += n;
        size -= n;
    }
}

bool cbk_text_is_formula(const char *field)
{
    static const char *const wide[] = {"\uff1d", "\uff0b", "\uff0d", "\uff20"};
    double number = 0.0;
    field += strspn(field, " ");
    bool begins = *field != '\0' && strchr("=+-@\t\r\n", *field) != NULL;
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++) {
        begins = begins || strncmp(field, wide[i], strlen(wide[i])) == 0;
    }
    return begins && !cbk_number_parse(field, false, &number);
}
