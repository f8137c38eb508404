/* style.c - the journals' styles, and numbers as text by them.  Contract: base/style.h.
 */
#include "base/style.h"

#include "base/text.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- the styles ---------------------------------------------------------------------
 */

static const cbk_style styles[] = {
    {
        .name = "casebook",
        .title = "the program's own",
        .p = "p",
        .p_heading = "p",
        /* No p below 1e-16 is meant to be read as exact. */
        .p_bands = {{1e-16, "< 1e-16", 0},
                    {0.001, "<0.001", 0},
                    {0.1, NULL, 3},
                    {INFINITY, NULL, 2}},
        .equals = " = ",
        .less = " <",
        .between = {" to ", " to ", "–"},
        .percent_decimal_from = 100,
    },
};

const cbk_style *cbk_style_default(void)
{
    return &styles[0];
}

static const cbk_style *or_default(const cbk_style *style)
{
    return style != NULL ? style : cbk_style_default();
}

/* ---- one number ---------------------------------------------------------------------
 */

/* Decimals of a plain decimal number; -1 for one with an exponent. */
static int decimals_of(const char *shortest)
{
    if (strpbrk(shortest, "eE") != NULL) {
        return -1;
    }
    const char *point = strchr(shortest, '.');
    return point != NULL ? (int)strlen(point + 1) : 0;
}

static void strip_zeros(char *text)
{
    if (strchr(text, '.') == NULL) {
        return;
    }
    size_t length = strlen(text);
    while (text[length - 1] == '0') {
        text[--length] = '\0';
    }
    if (text[length - 1] == '.') {
        text[length - 1] = '\0';
    }
}

/* As it is, where that is short; else three significant digits, but never fewer than one
 * decimal, so that a median of 132.5 is not printed as 133. */
static void print_as_is(double value, char out[CBK_NUMBER_SIZE])
{
    cbk_number_shortest(value, out);
    const int decimals = decimals_of(out);
    if (decimals < 0 || fabs(value) >= 1e15) {
        (void)snprintf(out, CBK_NUMBER_SIZE, "%.3g", value);
        return;
    }
    if (decimals <= 1) {
        return;
    }
    const int magnitude = (int)floor(log10(fabs(value)));
    const int wanted = magnitude >= 1 ? 1 : magnitude < -13 ? 15 : 2 - magnitude;
    if (decimals <= wanted) {
        return;
    }
    cbk_number_fixed(value, wanted, out);
    const double rounded = cbk_number_round(value, wanted, CBK_ROUND_HALF_AWAY);
    if (fabs(rounded - value) <= 1e-9 * fabs(value)) {
        strip_zeros(out); /* only noise was dropped: 80, but 12.0 for 12.02 */
    }
}

/* As the style writes a plain decimal number. */
static const char *dress(cbk_arena *arena, const cbk_style *style, const char *plain)
{
    (void)style;
    return cbk_text_copy(arena, plain);
}

const char *cbk_print_number(cbk_arena *arena, const cbk_style *style, double value,
                             int digits)
{
    char text[CBK_NUMBER_SIZE];
    if (digits < 0 || fabs(value) >= 1e15) {
        print_as_is(value, text);
    } else {
        cbk_number_fixed(value, digits > 15 ? 15 : digits, text);
    }
    return dress(arena, style, text);
}

const char *cbk_print_short(cbk_arena *arena, const cbk_style *style, double value)
{
    assert(isfinite(value));
    const int significant = 6;
    char text[CBK_NUMBER_SIZE];
    const double size = fabs(value);
    if (size != 0.0 && (size >= 1e7 || size < 1e-4)) {
        (void)snprintf(text, sizeof text, "%.3g", value);
        return dress(arena, style, text);
    }
    const int whole_digits = size < 1.0 ? 0 : 1 + (int)floor(log10(size));
    const int decimals = whole_digits < significant ? significant - whole_digits : 0;
    cbk_number_shortest(cbk_number_round(value, decimals, CBK_ROUND_HALF_AWAY), text);
    return dress(arena, style, text);
}

const char *cbk_print_power(cbk_arena *arena, const cbk_style *style, double value,
                            int decimals)
{
    char text[CBK_NUMBER_SIZE];
    (void)snprintf(text, sizeof text, "%.*e", decimals, value);
    return dress(arena, style, text);
}

const char *cbk_print_statistic(cbk_arena *arena, const cbk_style *style, double value,
                                int digits)
{
    if (!isfinite(value)) {
        return CBK_DASH;
    }
    return value != 0.0 && (fabs(value) < 0.0005 || fabs(value) >= 1e6)
               ? cbk_print_power(arena, style, value, 2)
               : cbk_print_number(arena, style, value, digits);
}

const char *cbk_print_ratio(cbk_arena *arena, const cbk_style *style, double value)
{
    if (isnan(value)) {
        return CBK_DASH;
    }
    if (isinf(value)) {
        return "∞";
    }
    if (value != 0.0 && (value < 1e-4 || value >= 1e5)) {
        return cbk_print_power(arena, style, value, 1);
    }
    return cbk_print_number(arena, style, value,
                            value == 0.0    ? 0
                            : value < 0.001 ? 5
                            : value < 0.01  ? 4
                            : value < 0.1   ? 3
                            : value < 10.0  ? 2
                            : value < 100.0 ? 1
                                            : 0);
}

int cbk_print_percent_digits(const cbk_style *style, size_t n)
{
    return n < or_default(style)->percent_decimal_from ? 0 : 1;
}

/* ---- p ------------------------------------------------------------------------------
 */

const char *cbk_print_p(cbk_arena *arena, const cbk_style *style, double p)
{
    if (isnan(p)) {
        return CBK_DASH;
    }
    const cbk_p_band *band = or_default(style)->p_bands;
    while (p >= band->below) {
        band++;
    }
    return band->text != NULL ? band->text
                              : cbk_print_number(arena, style, p, band->decimals);
}

const char *cbk_print_p_equation(cbk_arena *arena, const cbk_style *style, double p)
{
    const cbk_style *by = or_default(style);
    if (isnan(p)) {
        return cbk_text_format(arena, "%s does not exist", by->p);
    }
    const char *printed = cbk_print_p(arena, style, p);
    if (printed == NULL) {
        return NULL;
    }
    const bool is_less = *printed == '<';
    return cbk_text_format(arena, "%s%s%s", by->p, is_less ? by->less : by->equals,
                           printed + (is_less ? 1 : 0));
}

/* ---- two numbers --------------------------------------------------------------------
 */

const char *cbk_print_between(const cbk_style *style, cbk_print_place place)
{
    return or_default(style)->between[place];
}

const char *cbk_print_range(cbk_arena *arena, const cbk_style *style,
                            cbk_print_place place, const char *lower, const char *upper,
                            const char *sign)
{
    const char *said = place == CBK_PRINT_NARROW ? "" : sign;
    return cbk_text_format(arena, "%s%s%s%s%s", lower, said,
                           cbk_print_between(style, place), upper, said);
}

const char *cbk_print_interval(cbk_arena *arena, const cbk_style *style,
                               cbk_print_place place, double level, const char *lower,
                               const char *upper, const char *sign)
{
    return cbk_text_format(arena, "%s%% CI %s",
                           cbk_print_short(arena, style, 100.0 * level),
                           cbk_print_range(arena, style, place, lower, upper, sign));
}
