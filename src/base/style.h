/* base/style.h - how a journal prints its numbers: a row of data a journal, and the one
 * place that makes text of a number by it.
 *
 * The rows stand in style_rows.c.  What each rule is, and where it comes from:
 * docs/formats/styles.md; how a journal is added: docs/adding/journal-style.md.
 *
 * Printed for people only: JSON, CSV and SQL have numbers as they are (base/text.h).
 * Where a style is asked for, NULL is the program's own.
 */
#ifndef BASE_STYLE_H
#define BASE_STYLE_H

#include <casebook/base.h>

#define CBK_DASH "–" /* stands where there is nothing to print */

/* The names of all styles, for the command line (cbk_style_find() knows them). */
#define CBK_STYLE_NAMES "casebook ama jama lancet nejm"

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
    int decimals;
    const char *text; /* "<0.001"; NULL: decimals */
} cbk_p_band;

typedef struct cbk_style {
    const char *name; /* "jama" */
    const char *of;   /* "JAMA" */

    /* any number */
    const char *point; /* before the decimals */
    const char *group; /* between thousands, from five figures on; "": nothing */
    const char *minus;
    bool has_powers; /* 7.56 × 10⁻⁴; else 7.56e-04 */

    /* p */
    const char *p;         /* its letter in a sentence */
    const char *p_heading; /* of a column */
    bool is_p_italic;      /* in the heading of a table, and in sentences */
    bool has_p_zero;       /* 0.03; else .03 */
    double p_level;        /* no p below it is rounded up to it; 0: there is none */
    const char *p_most;    /* what would be rounded to 1; NULL: as it is rounded */
    cbk_p_band p_bands[CBK_P_BANDS_MAX]; /* ascending; the last is below INFINITY */

    /* signs */
    const char *equals;  /* between p and its number, n and its count */
    const char *less;    /* between p and "<0.001", whose sign it replaces */
    const char *greater; /* the same of ">0.99" */
    const char *comma;   /* behind a word that tells what numbers follow: "95% CI," */

    /* two numbers */
    const char *between[CBK_PRINT_PLACES];
    const char *between_signed;                 /* where one of them is negative */
    bool is_percent_repeated[CBK_PRINT_PLACES]; /* 52% to 100%; else 52 to 100 */

    /* tables */
    const char *n;               /* before the number of a column's patients */
    const char *quartiles;       /* what the two are called: "Median (IQR)" */
    const char *mean;            /* with its standard deviation */
    const char *sd[2];           /* around it */
    const char *counts;          /* what stands in a cell of counts, for the note */
    bool has_total;              /* 5/6; else 5, where the column says of how many */
    bool has_percent;            /* (83%); else (83) */
    size_t percent_decimal_from; /* patients: one decimal; below none */
} cbk_style;

/* ---- the styles (style_rows.c) ------------------------------------------------------
 */

extern const cbk_style *const cbk_styles;
extern const size_t cbk_n_styles;

/* NULL: there is none of that name. */
const cbk_style *cbk_style_find(const char *name);

/* The style, or the program's own of NULL. */
const cbk_style *cbk_style_of(const cbk_style *style);

/* ---- one number (style.c) -----------------------------------------------------------
 * Each copies into the arena; NULL when the arena failed. */

/* A finite number with `digits` decimals; -1: as it is, with at most three significant
 * digits and at least one decimal kept. */
const char *cbk_print_number(cbk_arena *arena, const cbk_style *style, double value,
                             int digits);
/* "95" of a confidence level of 0.95, "99.99" of 0.9999: it is never rounded. */
const char *cbk_print_level(cbk_arena *arena, const cbk_style *style, double level);

/* At most six significant digits: a time on an axis. */
const char *cbk_print_short(cbk_arena *arena, const cbk_style *style, double value);

/* A number as it was recorded ("7.3"): with the style's point and minus, but in no
 * groups, since it may be the name of something.  What is no number stays. */
const char *cbk_print_recorded(cbk_arena *arena, const cbk_style *style,
                               const char *text);

/* p in [0, 1] as it stands in a column; NaN prints the dash. */
const char *cbk_print_p(cbk_arena *arena, const cbk_style *style, double p);

/* The same with its letter, for a sentence: "p = 0.04", "p <0.001"; of NaN "p does not
 * exist". */
const char *cbk_print_p_equation(cbk_arena *arena, const cbk_style *style, double p);

/* That of a p that cbk_print_p() has printed. */
const char *cbk_print_p_relation(cbk_arena *arena, const cbk_style *style,
                                 const char *printed);

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

/* What stands between two numbers: " to ", "–"; is_signed: one of them has a minus, or is
 * a date or a word, which a dash would run into. */
const char *cbk_print_between(const cbk_style *style, cbk_print_place place,
                              bool is_signed);

/* "52% to 100%" of two numbers that are printed; sign: "%" or "". */
const char *cbk_print_range(cbk_arena *arena, const cbk_style *style,
                            cbk_print_place place, const char *lower, const char *upper,
                            const char *sign);

/* "95% CI 52% to 100%", of a level in (0, 1). */
const char *cbk_print_interval(cbk_arena *arena, const cbk_style *style,
                               cbk_print_place place, double level, const char *lower,
                               const char *upper, const char *sign);

#endif
