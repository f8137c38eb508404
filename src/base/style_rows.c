/* style_rows.c - the journals' styles, a row each.  Contract: base/style.h; the source of
 * every rule: docs/formats/styles.md, which a test compares with these rows.
 *
 * [AMA]    AMA Manual of Style, 11th edition (2020), 17.4.3 number spacing, 18.7.1
 *          leading zeros, 19.5 P value.  doi:10.1093/jama/9780190246556.001.0001
 * [NEJM]   New England Journal of Medicine, statistical reporting guidelines (2019).
 * [LANCET] The Lancet, formatting guidelines for electronic submission of manuscripts,
 *          and information for authors.
 */
#include "base/style.h"

#include <math.h>
#include <string.h>

#define MINUS "−"           /* U+2212 */
#define THIN_SPACE "\u202f" /* thin, and no line ends there */

/* A journal that follows the AMA's manual is these rules and its name. */
#define AMA_RULES                                                                        \
    .point = ".", .group = THIN_SPACE, .minus = MINUS, .has_powers = true, .p = "P",     \
    .p_heading = "P value", .is_p_italic = true, .p_level = 0.05, .p_most = ">.99",      \
    .p_bands = {{0.001, 0, "<.001"}, {0.01, 3, NULL}, {(double)INFINITY, 2, NULL}},      \
    .equals = " = ", .less = " < ", .greater = " > ", .comma = ",",                      \
    .between = {"-", "-", "-"}, .between_signed = " to ",                                \
    .is_percent_repeated = {true, true, true}, .n = "n", .quartiles = "IQR",             \
    .mean = "Mean (SD)", .sd = {" (", ")"}, .counts = "No. (%)",                         \
    .percent_decimal_from = 100

static const cbk_style rows[] = {
    {
        .name = "casebook",
        .of = "the program's own",
        .point = ".",
        .group = "",
        .minus = "-",
        .p = "p",
        .p_heading = "p",
        .has_p_zero = true,
        /* No p below 1e-16 is meant to be read as exact. */
        .p_bands = {{1e-16, 0, "< 1e-16"},
                    {0.001, 0, "<0.001"},
                    {0.1, 3, NULL},
                    {(double)INFINITY, 2, NULL}},
        .equals = " = ",
        .less = " <",
        .greater = " >",
        .comma = "",
        .between = {" to ", " to ", "–"},
        .between_signed = " to ",
        .is_percent_repeated = {true, true, false},
        .n = "n",
        .quartiles = "quartiles",
        .mean = "Mean (SD)",
        .sd = {" (", ")"},
        .counts = "n/N (%)",
        .has_total = true,
        .has_percent = true,
        .percent_decimal_from = 100,
    },
    {.name = "ama", .of = "the AMA Manual of Style", AMA_RULES},
    {.name = "jama", .of = "JAMA and the journals of its network", AMA_RULES},
    {
        .name = "lancet",
        .of = "The Lancet and its family",
        .point = "·",
        .group = THIN_SPACE,
        .minus = MINUS,
        .has_powers = true,
        .p = "p",
        .p_heading = "p value",
        .has_p_zero = true,
        .p_most = ">0·99",
        .p_bands = {{0.0001, 0, "<0·0001"},
                    {0.01, 4, NULL},
                    {0.1, 3, NULL},
                    {(double)INFINITY, 2, NULL}},
        .equals = "=",
        .less = "<",
        .greater = ">",
        .comma = "",
        .between = {"–", "–", "–"},
        .between_signed = " to ",
        .n = "n",
        .quartiles = "IQR",
        .mean = "Mean (SD)",
        .sd = {" (", ")"},
        .counts = "n (%)",
        .has_percent = true,
        .percent_decimal_from = 10000,
    },
    {
        .name = "nejm",
        .of = "The New England Journal of Medicine",
        .point = ".",
        .group = ",",
        .minus = MINUS,
        .has_powers = true,
        .p = "P",
        .p_heading = "P value",
        .has_p_zero = true,
        .p_most = ">0.99",
        .p_bands = {{0.001, 0, "<0.001"}, {0.01, 3, NULL}, {(double)INFINITY, 2, NULL}},
        .equals = "=",
        .less = "<",
        .greater = ">",
        .comma = ",",
        .between = {" to ", "–", "–"},
        .between_signed = " to ",
        .n = "N",
        .quartiles = "IQR",
        .mean = "Mean ±SD",
        .sd = {"±", ""},
        .counts = "no. (%)",
        .percent_decimal_from = 100,
    },
};

const cbk_style *const cbk_styles = rows;
const size_t cbk_n_styles = sizeof rows / sizeof rows[0];

const cbk_style *cbk_style_find(const char *name)
{
    for (size_t i = 0; i < cbk_n_styles; i++) {
        if (strcmp(rows[i].name, name) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

const cbk_style *cbk_style_of(const cbk_style *style)
{
    return style != NULL ? style : &rows[0];
}
