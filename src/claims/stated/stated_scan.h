/* claims/stated/stated_scan.h - what stands at a place of a printed text.  For stated*.c;
 * texts are normalised by cbk_stated_normalise() unless said otherwise.
 */
#ifndef CLAIMS_STATED_SCAN_H
#define CLAIMS_STATED_SCAN_H

#include "claims/stated/stated.h"

static inline bool cbk_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool cbk_is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* ---- stated_number.c ----------------------------------------------------------- */

/* Bytes of start, if text starts with it; else 0. */
size_t cbk_length_if_starts(const char *text, const char *start);
/* Letters that start at text. */
size_t cbk_word_length(const char *text);
/* Bytes of digits, in groups of three or not: "1,234", "1 234", but not "12,13". */
size_t cbk_whole_length(const char *text);
/* The number that starts at text, with its exponent; returns its bytes, 0: there is none.
 */
size_t cbk_number_at(const char *text, cbk_stated_number *out);
/* A number in words: "none", "six", "twenty-five"; returns its bytes, 0: there is none.
 */
size_t cbk_number_word_at(const char *text, double *out);

/* ---- stated_date.c ------------------------------------------------------------- */

/* The date that starts at text; returns its bytes, 0: there is none.  A date without its
 * year has first_day > last_day. */
size_t cbk_date_at(const char *text, cbk_stated_number *out);

#endif
