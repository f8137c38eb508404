/* style.c - numbers as text by a journal's style.  Contract: base/style.h. */
#include "base/style.h"

#include "base/text.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

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

/* The figures before the point, in groups of three where there are at least five. */
static void add_whole(cbk_buffer *out, const char *figures, size_t n, const char *group)
{
    for (size_t i = 0; i < n; i++) {
        cbk_buffer_add(out, n >= 5 && i > 0 && (n - i) % 3 == 0 ? group : "");
        cbk_buffer_add_bytes(out, figures + i, 1);
    }
}

/* " × 10⁻⁴" of "-04". */
static void add_power(cbk_buffer *out, const char *exponent)
{
    static const char *const raised[] = {"⁰", "¹", "²", "³", "⁴",
                                         "⁵", "⁶", "⁷", "⁸", "⁹"};
    const char no_break[] = "\u00a0";
    cbk_buffer_addf(out, "%s×%s10%s", no_break, no_break, *exponent == '-' ? "⁻" : "");
    exponent += strcspn(exponent, "123456789");
    for (; *exponent != '\0'; exponent++) {
        cbk_buffer_add(out, raised[*exponent - '0']);
    }
}

/* A decimal number of C ("-1234.5", "7.56e-04") as the style writes it. */
static const char *dress(cbk_arena *arena, const cbk_style *style, const char *plain,
                         const char *group)
{
    const cbk_style *by = cbk_style_of(style);
    if (by == cbk_style_of(NULL)) {
        return cbk_text_copy(arena, plain); /* its rules are those of C */
    }
    cbk_buffer out = {0};
    const char *at = plain + (*plain == '-' ? 1 : 0);
    cbk_buffer_add(&out, *plain == '-' ? by->minus : "");
    const size_t n_whole = strspn(at, "0123456789");
    add_whole(&out, at, n_whole, group);
    at += n_whole;
    cbk_buffer_add(&out, *at == '.' ? by->point : "");
    at += *at == '.' ? 1 : 0;
    const size_t n_decimals = strspn(at, "0123456789");
    cbk_buffer_add_bytes(&out, at, n_decimals);
    at += n_decimals;
    if (*at == 'e' && by->has_powers) {
        add_power(&out, at + 1);
    } else {
        cbk_buffer_add(&out, at);
    }
    const char *text =
        out.is_failed
            ? NULL
            : cbk_text_copy_bytes(arena, out.bytes != NULL ? out.bytes : "", out.size);
    cbk_buffer_free(&out);
    return text;
}

static const char *dress_number(cbk_arena *arena, const cbk_style *style,
                                const char *plain)
{
    return dress(arena, style, plain, cbk_style_of(style)->group);
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
    return dress_number(arena, style, text);
}

const char *cbk_print_level(cbk_arena *arena, const cbk_style *style, double level)
{
    char text[CBK_NUMBER_SIZE];
    cbk_number_shortest(cbk_number_round(100.0 * level, 10, CBK_ROUND_HALF_AWAY), text);
    return dress_number(arena, style, text);
}

const char *cbk_print_short(cbk_arena *arena, const cbk_style *style, double value)
{
    assert(isfinite(value));
    const int significant = 6;
    char text[CBK_NUMBER_SIZE];
    const double size = fabs(value);
    if (size != 0.0 && (size >= 1e7 || size < 1e-4)) {
        (void)snprintf(text, sizeof text, "%.3g", value);
        return dress_number(arena, style, text);
    }
    const int whole_digits = size < 1.0 ? 0 : 1 + (int)floor(log10(size));
    const int decimals = whole_digits < significant ? significant - whole_digits : 0;
    cbk_number_shortest(cbk_number_round(value, decimals, CBK_ROUND_HALF_AWAY), text);
    return dress_number(arena, style, text);
}

const char *cbk_print_recorded(cbk_arena *arena, const cbk_style *style, const char *text)
{
    double value = 0.0;
    return cbk_style_of(style) != cbk_style_of(NULL) &&
                   cbk_number_parse(text, false, &value)
               ? dress(arena, style, text, "")
               : text;
}

const char *cbk_print_power(cbk_arena *arena, const cbk_style *style, double value,
                            int decimals)
{
    char text[CBK_NUMBER_SIZE];
    (void)snprintf(text, sizeof text, "%.*e", decimals, value);
    return dress_number(arena, style, text);
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
    return n < cbk_style_of(style)->percent_decimal_from ? 0 : 1;
}

/* ---- p ------------------------------------------------------------------------------
 */

/* With one decimal more, and more, where it would be rounded up to the level. */
static int decimals_below_level(double p, int decimals, double level)
{
    const int most = 6;
    while (decimals < most && p < level &&
           cbk_number_round(p, decimals, CBK_ROUND_HALF_AWAY) >= level) {
        decimals++;
    }
    return decimals;
}

const char *cbk_print_p(cbk_arena *arena, const cbk_style *style, double p)
{
    const cbk_style *by = cbk_style_of(style);
    if (isnan(p)) {
        return CBK_DASH;
    }
    const cbk_p_band *band = by->p_bands;
    while (p >= band->below) {
        band++;
    }
    if (band->text != NULL) {
        return band->text;
    }
    const int decimals = decimals_below_level(p, band->decimals, by->p_level);
    if (by->p_most != NULL && cbk_number_round(p, decimals, CBK_ROUND_HALF_AWAY) >= 1.0) {
        return by->p_most;
    }
    char text[CBK_NUMBER_SIZE];
    cbk_number_fixed(p, decimals, text);
    return dress_number(arena, style, text + (!by->has_p_zero && *text == '0' ? 1 : 0));
}

const char *cbk_print_p_relation(cbk_arena *arena, const cbk_style *style,
                                 const char *printed)
{
    const cbk_style *by = cbk_style_of(style);
    if (printed == NULL) {
        return NULL;
    }
    const char *sign = *printed == '<'   ? by->less
                       : *printed == '>' ? by->greater
                                         : by->equals;
    return cbk_text_format(arena, "%s%s%s", by->p, sign,
                           printed + (sign != by->equals ? 1 : 0));
}

const char *cbk_print_p_equation(cbk_arena *arena, const cbk_style *style, double p)
{
    return isnan(p) ? cbk_text_format(arena, "%s does not exist", cbk_style_of(style)->p)
                    : cbk_print_p_relation(arena, style, cbk_print_p(arena, style, p));
}

/* ---- two numbers --------------------------------------------------------------------
 */

const char *cbk_print_between(const cbk_style *style, cbk_print_place place,
                              bool is_signed)
{
    const cbk_style *by = cbk_style_of(style);
    return is_signed ? by->between_signed : by->between[place];
}

static bool is_negative(const cbk_style *style, const char *text)
{
    const char *minus = cbk_style_of(style)->minus;
    return strncmp(text, minus, strlen(minus)) == 0;
}

const char *cbk_print_range(cbk_arena *arena, const cbk_style *style,
                            cbk_print_place place, const char *lower, const char *upper,
                            const char *sign)
{
    if (lower == NULL || upper == NULL) {
        return NULL;
    }
    const bool is_signed = is_negative(style, lower) || is_negative(style, upper);
    const char *first = cbk_style_of(style)->is_percent_repeated[place] ? sign : "";
    return cbk_text_format(arena, "%s%s%s%s%s", lower, first,
                           cbk_print_between(style, place, is_signed), upper, first);
}

const char *cbk_print_interval(cbk_arena *arena, const cbk_style *style,
                               cbk_print_place place, double level, const char *lower,
                               const char *upper, const char *sign)
{
    return cbk_text_format(arena, "%s%% CI%s %s", cbk_print_level(arena, style, level),
                           cbk_style_of(style)->comma,
                           cbk_print_range(arena, style, place, lower, upper, sign));
}
