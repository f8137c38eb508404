/* base/style.h - how a journal prints its numbers: a row of data a journal, and the one
 * place that makes text of a number by it.
 *
 * The rows stand in style.c.  What each rule is, and where it comes from:
 * docs/formats/styles.md; how a journal is added: docs/adding/journal-style.md.
 *
 * Printed for people only: JSON, CSV and SQL have numbers as they are (base/text.h).
 * Where a style is asked for, NULL is the program's own.
 */
#ifndef BASE_STYLE_H
#define BASE_STYLE_H

#include <casebook/base.h>

#define CBK_DASH "–" /* stands where there is nothing to print */

/* Where two numbers stand beside each other: what separates them depends on it. */
typedef enum cbk_print_place {
    CBK_PRINT_SENTENCE, /* with room: text, notes */
    CBK_PRINT_CELL,     /* of a table that describes */
    CBK_PRINT_NARROW    /* a ratio with its limits; labels of a figure */
} cbk_print_place;

enum { CBK_PRINT_PLACES = CBK_PRINT_NARROW + 1, CBK_P_BANDS_MAX = 5 };

/* How p is printed below a bound: with so many decimals, or as a text. */
typedef struct cbk_p_band {
    double below;
    const char *text; /* "<0.001"; NULL: decimals */
    int decimals;
} cbk_p_band;

typedef struct cbk_style {
    const char *name;  /* "jama" */
    const char *title; /* what it is of: "JAMA" */
    /* p */
    const char *p;                       /* its letter */
    const char *p_heading;               /* of a column */
    cbk_p_band p_bands[CBK_P_BANDS_MAX]; /* ascending; the last is INFINITY */
    /* signs */
    const char *equals; /* between p and its number, n and its count */
    const char *less;   /* between p and "<0.001", whose sign it replaces */
    /* two numbers */
    const char *between[CBK_PRINT_PLACES];
    /* percentages */
    size_t percent_decimal_from; /* patients: one decimal; below none */
} cbk_style;

/* The program's own. */
const cbk_style *cbk_style_default(void);

/* ---- one number ---------------------------------------------------------------------
 * Each copies into the arena; NULL when the arena failed. */

/* A finite number with `digits` decimals; -1: as it is, with at most three significant
 * digits and at least one decimal kept. */
const char *cbk_print_number(cbk_arena *arena, const cbk_style *style, double value,
                             int digits);

/* At most six significant digits: a time on an axis, the level of an interval. */
const char *cbk_print_short(cbk_arena *arena, const cbk_style *style, double value);

/* p in [0, 1] as it stands in a column; NaN prints the dash. */
const char *cbk_print_p(cbk_arena *arena, const cbk_style *style, double p);

/* The same with its letter, for a sentence: "p = 0.04", "p <0.001"; of NaN "p does not
 * exist". */
const char *cbk_print_p_equation(cbk_arena *arena, const cbk_style *style, double p);

/* Decimals of a percentage of n patients. */
int cbk_print_percent_digits(const cbk_style *style, size_t n);

/* A finite number with a power of ten, `decimals` before it: "7.56e-04". */
const char *cbk_print_power(cbk_arena *arena, const cbk_style *style, double value,
                            int decimals);

/* A statistic with `digits` decimals, or with a power of ten where these would not show
 * it; what is not finite prints the dash. */
const char *cbk_print_statistic(cbk_arena *arena, const cbk_style *style, double value,
                                int digits);

/* A hazard ratio or a limit of one, in [0, infinity]: "0.0025", "1.05", "12.3", "340",
 * three significant digits or so, never more than two decimals from 0.1 on.  NaN: the
 * dash; infinity: "∞". */
const char *cbk_print_ratio(cbk_arena *arena, const cbk_style *style, double value);

/* ---- two numbers --------------------------------------------------------------------
 */

/* What stands between two numbers: " to ", "–". */
const char *cbk_print_between(const cbk_style *style, cbk_print_place place);

/* "52% to 100%" of two numbers that are printed; sign: "%" or "". */
const char *cbk_print_range(cbk_arena *arena, const cbk_style *style,
                            cbk_print_place place, const char *lower, const char *upper,
                            const char *sign);

/* "95% CI 52% to 100%", of a level in (0, 1). */
const char *cbk_print_interval(cbk_arena *arena, const cbk_style *style,
                               cbk_print_place place, double level, const char *lower,
                               const char *upper, const char *sign);

#endif
