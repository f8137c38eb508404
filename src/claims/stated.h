/* claims/stated.h - what a manuscript prints, as numbers with their precision, or as
 * text.
 *
 *   60%  9.3  1,234  −0.5  9·3    numbers; the digits after the point are the precision
 *   25–64  44 (25–64)  5 of 6     several numbers; a dash after a number is no minus
 *   <0.001  ≥70%                  a number with its comparator
 *   none  no  one ... twelve      0, 1 ... 12; `yes` alone is 1
 *   G2  IL-6                      no numbers: digits that belong to a word
 *   August 1998  1998-08-31       dates: text
 */
#ifndef CLAIMS_STATED_H
#define CLAIMS_STATED_H

#include "base/text.h"

typedef enum cbk_comparator {
    CBK_COMPARATOR_NONE,
    CBK_COMPARATOR_LESS,
    CBK_COMPARATOR_AT_MOST,
    CBK_COMPARATOR_GREATER,
    CBK_COMPARATOR_AT_LEAST
} cbk_comparator;

enum { CBK_STATED_DIGITS_MAX = 15 }; /* more decimals than any double holds */

typedef struct cbk_stated_number {
    double value;
    int digits; /* after the point, at most CBK_STATED_DIGITS_MAX */
    cbk_comparator comparator;
} cbk_stated_number;

typedef struct cbk_stated {
    const char *text; /* normalised by cbk_stated_normalise() */
    size_t n;         /* numbers; 0 for a date */
    const cbk_stated_number *numbers;
} cbk_stated;

/* False: out of memory. */
bool cbk_stated_read(const char *printed, cbk_arena *arena, cbk_stated *out);

/* Lower case (ASCII), white space as single blanks, none at the ends, every dash as "-".
 * NULL: out of memory. */
const char *cbk_stated_normalise(const char *printed, cbk_arena *arena);

/* The parts of a text between commas and semicolons that stand in no number, in order:
 * "36, male" has two.  NULL: out of memory. */
const char *const *cbk_stated_parts(const char *printed, cbk_arena *arena, size_t *n);

/* Whether value is what is stated: equal at its precision under the rounding, or on the
 * right side of the comparator.  Noise beyond 12 significant digits does not count. */
bool cbk_stated_is_met(const cbk_stated_number *stated, double value,
                       cbk_rounding rounding);

/* Whether two statements of one quantity exclude each other, at the coarser precision. */
bool cbk_stated_numbers_differ(const cbk_stated_number *a, const cbk_stated_number *b);

#endif
