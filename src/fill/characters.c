/* characters.c - bytes of a manuscript: what is looked for in them, characters written as
 * references, and the marks that stand for numbers while a file is probed.  Contract:
 * fill/fill.h.
 */
#include "fill/fill.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

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

/* ---- references ------------------------------------------------------------------ */

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

/* ---- marks ----------------------------------------------------------------------- */

void cbk_fill_probe(size_t index, char out[CBK_PROBE_SIZE + 1])
{
    out[0] = (char)0xf3;
    out[1] = (char)(0xb0 | (index >> 12));
    out[2] = (char)(0x80 | ((index >> 6) & 0x3f));
    out[3] = (char)(0x80 | (index & 0x3f));
    out[4] = '\0';
}

size_t cbk_fill_probe_at(const char *at, size_t n)
{
    const unsigned char *c = (const unsigned char *)at;
    if (c[0] != 0xf3 || (c[1] & 0xf0) != 0xb0 || (c[2] & 0xc0) != 0x80 ||
        (c[3] & 0xc0) != 0x80) {
        return n;
    }
    const size_t index =
        (size_t)(c[1] & 0x0f) << 12 | (size_t)(c[2] & 0x3f) << 6 | (c[3] & 0x3f);
    return index < n ? index : n;
}
