/* base/text.h - growing text, numbers as people and programs write them, spellings. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <casebook/base.h>

#include <stdarg.h>

/* Growing text on malloc; failure is sticky and shows in is_failed.  Start with {0}, end
 * with cbk_buffer_free(). */
typedef struct cbk_buffer {
    char *bytes; /* NUL-terminated once anything was appended; NULL before */
    size_t size; /* without the NUL */
    size_t capacity;
    bool is_failed;
} cbk_buffer;

void cbk_buffer_free(cbk_buffer *buffer);
void cbk_buffer_add(cbk_buffer *buffer, const char *text);
void cbk_buffer_add_bytes(cbk_buffer *buffer, const char *bytes, size_t size);
void cbk_buffer_addf(cbk_buffer *buffer, const char *format, ...) CBK_PRINTF(2, 3);

/* Copies into an arena; NULL when the arena has failed. */
char *cbk_text_copy(cbk_arena *arena, const char *text);
char *cbk_text_copy_bytes(cbk_arena *arena, const char *bytes, size_t size);
char *cbk_text_format(cbk_arena *arena, const char *format, ...) CBK_PRINTF(2, 3);
char *cbk_text_vformat(cbk_arena *arena, const char *format, va_list args)
    CBK_PRINTF(2, 0);

bool cbk_text_is_equal(const char *a, const char *b); /* NULL equals only NULL */
bool cbk_text_is_valid_utf8(const char *bytes, size_t size, size_t *bad_at);
size_t cbk_text_length(const char *text); /* in code points */

/* Puts a question mark for each byte that is not UTF-8 or would command a terminal. */
void cbk_text_make_printable(char *text);

/* The code point that bytes[size] starts with and how many bytes it takes; 0 when they
 * are not UTF-8 (cut short, overlong, a surrogate, beyond U+10FFFF). */
size_t cbk_utf8_decode(const char *bytes, size_t size, uint32_t *code_point);

enum { CBK_NUMBER_SIZE = 40 };

/* Shortest decimal text that reads back as the same double: "0.1", "132", "1e+300";
 * never "-0".  value finite. */
void cbk_number_shortest(double value, char out[CBK_NUMBER_SIZE]);

/* `digits` decimals, rounded half away from zero on the shortest decimal value, so that
 * 44.5 -> "45" and 0.285 -> "0.29"; never "-0".  value finite, |value| < 1e15,
 * digits 0..15. */
void cbk_number_fixed(double value, int digits, char out[CBK_NUMBER_SIZE]);

/* The same three ways of rounding, as a number: used where a printed number is compared.
 */
typedef enum cbk_rounding {
    CBK_ROUND_HALF_AWAY,
    CBK_ROUND_DOWN,
    CBK_ROUND_UP
} cbk_rounding;
/* DOWN is toward zero (truncated), UP away from zero. */
double cbk_number_round(double value, int digits, cbk_rounding rounding);

/* Strict decimal number: optional sign, digits, optional point (or comma where
 * decimal_comma), optional exponent; nothing before or after.  No hex, no inf, no nan. */
bool cbk_number_parse(const char *text, bool decimal_comma, double *out);

/* Whether a spreadsheet may take a field of a CSV file for a formula: it begins, spaces
 * aside, with = + - @ (also those of full width), a tab or a line's end, and is no
 * number. */
bool cbk_text_is_formula(const char *field);

/* Of n candidates the one nearest to word (optimal string alignment distance, case
 * folded) if near enough to be a slip of the pen (distance <= 1 + length / 4, and less
 * than the shorter of the two), else NULL.  Words over 64 code points get none. */
const char *cbk_nearest_spelling(const char *word, const char *const *candidates,
                                 size_t n);

enum { CBK_HINT_SIZE = 160 };

/* How a sentence about an unknown word ends: "; did you mean \"age\"?", or "." where no
 * candidate is near.  Returns out. */
const char *cbk_spelling_hint(const char *word, const char *const *candidates, size_t n,
                              char out[CBK_HINT_SIZE]);

#endif
