/* claims/stated/stated.h - what a manuscript prints, as numbers with their precision, or
 * as text.
 *
 *   60%  9.3  1,234  −0.5  9·3    numbers; the digits after the point are the precision
 *   25–64  44 (25–64)  5 of 6     several numbers; a dash after a number is no minus
 *   1.2e-5  1.2 × 10⁻⁵            a number with its power of ten
 *   <0.001  ≥70%                  a number with its comparator
 *   none  no  one ... ninety-nine 0, 1 ... 99; `yes` alone is 1
 *   80% (95% CI 52–99)            the level of an interval is no number that is stated
 *   G2  IL-6                      no numbers: digits that belong to a word
 *   August 1998  31 August 1998   dates, to the month and to the day; also 1998-08-31,
 *                                 31.08.1998, August 31, 1998, August to October 1998
 *   not reached  NR               a median or a limit that does not exist
 *   all                           alone: as many as there are
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

typedef enum cbk_stated_kind {
    CBK_STATED_NUMBER,
    CBK_STATED_DATE,        /* digits: 0 to the year, 1 to the month, 2 to the day */
    CBK_STATED_ALL,         /* as many as there are */
    CBK_STATED_NOT_REACHED, /* that there is no number */
} cbk_stated_kind;

/* A number, or what stands in the place of one. */
typedef struct cbk_stated_number {
    double value;
    int digits; /* after the point, at most CBK_STATED_DIGITS_MAX */
    cbk_comparator comparator;
    cbk_stated_kind kind;
    double
        tolerance; /* how far off counts as equal, in the printed unit; of dates days */
    int32_t first_day; /* DATE: since 1970-01-01, of the month or year that is stated */
    int32_t last_day;
    size_t at, end; /* where it stands in the normalised text, without its comparator */
} cbk_stated_number;

typedef struct cbk_stated {
    const char *text; /* normalised by cbk_stated_normalise() */
    size_t n;
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

/* Whether value is what is stated: equal at its precision under the rounding or within
 * its tolerance, or on the right side of the comparator.  Noise beyond 12 significant
 * digits does not count. */
bool cbk_stated_is_met(const cbk_stated_number *stated, double value,
                       cbk_rounding rounding);

/* Whether a day, since 1970-01-01, is what is stated: it lies in the month or year,
 * within the tolerance.  A number without decimals is a year. */
bool cbk_stated_is_day(const cbk_stated_number *stated, int32_t day);
bool cbk_stated_has_days(const cbk_stated_number *stated); /* a date or a year */

/* Whether two statements of one quantity exclude each other, at the coarser precision and
 * within the larger tolerance. */
bool cbk_stated_numbers_differ(const cbk_stated_number *a, const cbk_stated_number *b);

#endif
