/* characters.c - UTF-8 read one character at a time.  Contract: document/characters.h. */
#include "document/characters.h"

#include <assert.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

typedef struct range {
    uint32_t first;
    uint32_t last;
} range;

/* How many continuation bytes follow a lead byte, and the least code they may spell. */
static int lead_length(unsigned char lead, uint32_t *bits, uint32_t *least)
{
    if ((lead & 0xE0) == 0xC0) {
        *bits = lead & 0x1F;
        *least = 0x80;
        return 1;
    }
    if ((lead & 0xF0) == 0xE0) {
        *bits = lead & 0x0F;
        *least = 0x800;
        return 2;
    }
    if ((lead & 0xF8) == 0xF0) {
        *bits = lead & 0x07;
        *least = 0x10000;
        return 3;
    }
    return 0;
}

uint32_t cbk_character_next(const char **cursor)
{
    assert(cursor != NULL && *cursor != NULL);
    const unsigned char *at = (const unsigned char *)*cursor;
    if (*at == 0) {
        return 0;
    }
    (*cursor)++;
    if (*at < 0x80) {
        return *at;
    }
    uint32_t code = 0;
    uint32_t least = 0;
    const int n_more = lead_length(*at, &code, &least);
    for (int i = 1; i <= n_more; i++) {
        if ((at[i] & 0xC0) != 0x80) { /* also stops at the NUL */
            return CBK_CHARACTER_REPLACEMENT;
        }
        code = code << 6 | (at[i] & 0x3F);
    }
    const bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
    if (n_more == 0 || code < least || code > 0x10FFFF || is_surrogate) {
        return CBK_CHARACTER_REPLACEMENT;
    }
    *cursor += n_more;
    return code;
}

static bool is_in(const range *ranges, size_t n, uint32_t character)
{
    for (size_t i = 0; i < n; i++) {
        if (character >= ranges[i].first && character <= ranges[i].last) {
            return true;
        }
    }
    return false;
}

bool cbk_character_is_hidden(uint32_t character)
{
    static const range hidden[] = {
        {0x00, 0x08},     {0x0B, 0x0C},     {0x0E, 0x1F},
        {0x7F, 0x9F},     {0x2028, 0x202E}, /* and line separators */
        {0x2066, 0x2069}, {0xFDD0, 0xFDEF}, {0xFEFF, 0xFEFF},
    };
    return (character & 0xFFFE) == 0xFFFE || is_in(hidden, N(hidden), character);
}

size_t cbk_character_columns(uint32_t character)
{
    static const range none[] = {
        {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x05BF, 0x05C7},
        {0x0610, 0x061A}, {0x064B, 0x065F}, {0x0670, 0x0670}, {0x06D6, 0x06DC},
        {0x0900, 0x0902}, {0x093C, 0x093C}, {0x0E31, 0x0E31}, {0x0E34, 0x0E3A},
        {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200F}, {0x2060, 0x2064},
        {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xE0100, 0xE01EF},
    };
    static const range wide[] = {
        {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0x33FF}, {0x3400, 0x4DBF},
        {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},   {0xAC00, 0xD7A3}, {0xF900, 0xFAFF},
        {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F},
        {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
    };
    if (character < 0x300) {
        return character < 0x20 ? 0 : 1;
    }
    if (is_in(none, N(none), character)) {
        return 0;
    }
    return is_in(wide, N(wide), character) ? 2 : 1;
}

size_t cbk_text_columns(const char *text, size_t size_bytes)
{
    size_t columns = 0;
    for (const char *cursor = text; cursor < text + size_bytes && *cursor != '\0';) {
        columns += cbk_character_columns(cbk_character_next(&cursor));
    }
    return columns;
}
