/* csv_cells.c - finding cells and reading numbers, many bytes at a time.
 * Contract: exchange/csv_cells.h. */
#include "exchange/csv_cells.h"

#include "base/text.h"

#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum { WORD = 64 };
static const uint64_t top_bit = (uint64_t)1 << 63;

/* ---- places -------------------------------------------------------------------------
 */

typedef struct marks {
    uint64_t cell_end; /* separators and line ends among 64 bytes */
    uint64_t line_end;
} marks;

#if defined(__SSE2__)
static inline marks marks_of(const char *bytes, char separator)
{
    const __m128i of_separator = _mm_set1_epi8(separator);
    const __m128i of_line = _mm_set1_epi8('\n');
    marks found = {0};
    for (unsigned i = 0; i < WORD; i += 16) {
        const __m128i part = _mm_loadu_si128((const __m128i *)(const void *)(bytes + i));
        const __m128i line = _mm_cmpeq_epi8(part, of_line);
        const __m128i cell = _mm_or_si128(line, _mm_cmpeq_epi8(part, of_separator));
        found.line_end |= (uint64_t)(uint32_t)_mm_movemask_epi8(line) << i;
        found.cell_end |= (uint64_t)(uint32_t)_mm_movemask_epi8(cell) << i;
    }
    return found;
}
#else
static inline marks marks_of(const char *bytes, char separator)
{
    marks found = {0};
    for (unsigned i = 0; i < WORD; i++) {
        const bool is_line = bytes[i] == '\n';
        found.line_end |= (uint64_t)is_line << i;
        found.cell_end |= (uint64_t)(is_line || bytes[i] == separator) << i;
    }
    return found;
}
#endif

static inline unsigned count_bits(uint64_t word)
{
    word -= word >> 1 & UINT64_C(0x5555555555555555);
    word = (word & UINT64_C(0x3333333333333333)) +
           (word >> 2 & UINT64_C(0x3333333333333333));
    word = (word + (word >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return (unsigned)(word * UINT64_C(0x0101010101010101) >> 56);
}

static inline unsigned lowest_bit(uint64_t word)
{
#if defined(__GNUC__)
    return (unsigned)__builtin_ctzll(word);
#else
    return count_bits(~word & (word - 1));
#endif
}

size_t cbk_cells_find(const char *bytes, size_t size, char separator, uint32_t *place,
                      size_t *n_line_ends)
{
    size_t n = 0;
    size_t n_lines = 0;
    for (size_t start = 0; start < size; start += WORD) {
        char last[WORD] = {0};
        const char *from = bytes + start;
        if (size - start < WORD) {
            memcpy(last, from, size - start);
            from = last;
        }
        const marks found = marks_of(from, separator);
        n_lines += count_bits(found.line_end);
        const size_t end = n + count_bits(found.cell_end);
        uint64_t bits = found.cell_end;
        for (size_t at = n; at < end; at += CBK_CELLS_SPARE) { /* without guessing */
            for (size_t k = 0; k < CBK_CELLS_SPARE; k++) {
                place[at + k] = (uint32_t)start + lowest_bit(bits | top_bit);
                bits &= bits - 1;
            }
        }
        n = end;
    }
    *n_line_ends = n_lines;
    return n;
}

/* ---- plain text ---------------------------------------------------------------------
 */

static bool are_returns_before_line_ends(const char *bytes, size_t size)
{
    const char *end = bytes + size;
    for (const char *at = bytes; (at = memchr(at, '\r', (size_t)(end - at))) != NULL;
         at++) {
        if (at + 1 == end || at[1] != '\n') {
            return false;
        }
    }
    return true;
}

bool cbk_cells_are_plain(const char *bytes, size_t size)
{
    unsigned char any_quote = 0;
    unsigned char any_nul = 0;
    unsigned char any_return = 0;
    unsigned char all = 0;
    size_t i = 0;
    for (; i + WORD <= size; i += WORD) {
        for (size_t k = 0; k < WORD; k++) {
            const unsigned char c = (unsigned char)bytes[i + k];
            any_quote |= (unsigned char)(c == '"');
            any_nul |= (unsigned char)(c == '\0');
            any_return |= (unsigned char)(c == '\r');
            all |= c;
        }
    }
    for (; i < size; i++) {
        const unsigned char c = (unsigned char)bytes[i];
        any_quote |= (unsigned char)(c == '"');
        any_nul |= (unsigned char)(c == '\0');
        any_return |= (unsigned char)(c == '\r');
        all |= c;
    }
    size_t bad_at = 0;
    return !any_quote && !any_nul &&
           (!any_return || are_returns_before_line_ends(bytes, size)) &&
           (all < 0x80 || cbk_text_is_valid_utf8(bytes, size, &bad_at));
}

/* ---- numbers ------------------------------------------------------------------------
 */

/* The last `size` of the eight bytes before end, as digits 0 to 9 with zeros before them,
 * the first in the lowest byte; other bytes give values over 9. */
static inline uint64_t digits_before(const char *end, size_t size)
{
    uint64_t word = 0;
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    memcpy(&word, end - 8, sizeof word);
#else
    for (int i = 0; i < 8; i++) {
        word |= (uint64_t)(unsigned char)end[i - 8] << (8 * i);
    }
#endif
    word ^= UINT64_C(0x3030303030303030);
    return size == 8 ? word : word >> (8 * (8 - size)) << (8 * (8 - size));
}

static inline bool are_digits(uint64_t digits)
{
    return ((digits + UINT64_C(0x7676767676767676)) & UINT64_C(0x8080808080808080)) ==
               0 &&
           (digits & UINT64_C(0x8080808080808080)) == 0;
}

/* Eight digits to a number: pairs, then fours, then all. */
static inline uint64_t value_of(uint64_t digits)
{
    digits = digits * 10 + (digits >> 8);
    digits &= UINT64_C(0x00ff00ff00ff00ff);
    digits = digits * 100 + (digits >> 16);
    digits &= UINT64_C(0x0000ffff0000ffff);
    return (digits * 10000 + (digits >> 32)) & UINT64_C(0xffffffff);
}

/* Exact powers, so that one division rounds once. */
static const double powers_of_ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,
                                       1e7,  1e8,  1e9,  1e10, 1e11, 1e12, 1e13,
                                       1e14, 1e15, 1e16, 1e17, 1e18};

/* Digits with one point among them, at most 18 bytes. */
static inline bool decimal_number(const char *cell, size_t size, double *out)
{
    uint64_t whole = 0;
    size_t i = 0;
    for (; i < size; i++) {
        const unsigned digit = (unsigned)(unsigned char)cell[i] - '0';
        if (digit > 9) {
            break;
        }
        whole = whole * 10 + digit;
    }
    const size_t point = i;
    if (point == 0 || point + 1 >= size || cell[point] != '.') {
        *out = (double)whole;
        return point == size && size > 0 && whole < UINT64_C(1) << 53;
    }
    const size_t n_decimals = size - point - 1;
    i++;
    if (n_decimals >= 8) { /* the first eight at once */
        const uint64_t digits = digits_before(cell + i + 8, 8);
        if (!are_digits(digits)) {
            return false;
        }
        whole = whole * 100000000 + value_of(digits);
        i += 8;
    }
    for (; i < size; i++) {
        const unsigned digit = (unsigned)(unsigned char)cell[i] - '0';
        if (digit > 9) {
            return false;
        }
        whole = whole * 10 + digit;
    }
    *out = (double)whole / powers_of_ten[n_decimals];
    return whole < UINT64_C(1) << 53;
}

static inline bool plain_number(const char *cell, size_t size, double *out)
{
    if (size == 1 && (unsigned char)(*cell - '0') <= 9) { /* a code, as most are */
        *out = (double)(*cell - '0');
        return true;
    }
    if (size - 1 < 8) { /* 1 to 8 */
        const uint64_t digits = digits_before(cell + size, size);
        if (are_digits(digits)) {
            *out = (double)(int32_t)value_of(digits);
            return true;
        }
    }
    return size <= 18 && decimal_number(cell, size, out);
}

size_t cbk_cells_numbers(const cbk_cell_column *column, size_t i, size_t n, double *out)
{
    for (; i < n; i++) {
        size_t size = 0;
        const char *cell = cbk_cell_at(column, i, &size);
        if (!plain_number(cell, size, &out[i])) {
            break;
        }
    }
    return i;
}
