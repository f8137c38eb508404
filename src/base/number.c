/* number.c - numbers as decimal text and back, rounding on decimal digits.
 * Contract: base/text.h.
 *
 * Everything goes through a number's decimal digits without a point, so that the locale's
 * decimal separator never matters.
 */
#include "base/text.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DIGITS_MAX = 17,   /* always enough to tell two doubles apart */
    DIGITS_SAFE = 15,  /* decimals of at most as many digits survive a round trip */
    MANTISSA_MAX = 800 /* no midpoint between two doubles has more digits */
};

/* |value| = d.ddd * 10^exponent; no trailing zeros; n_digits 0 is zero. */
typedef struct decimal {
    bool is_negative;
    int n_digits;
    int exponent;
    char digit[DIGITS_MAX]; /* '0' to '9' */
} decimal;

/* The n_digits significant digits nearest to value; true when they read back as value. */
static bool decimal_try(double value, int n_digits, decimal *out)
{
    char text[DIGITS_MAX + 16];
    (void)snprintf(text, sizeof text, "%.*e", n_digits - 1, value);
    out->n_digits = 0;
    const char *at = text;
    for (; *at != '\0' && *at != 'e'; at++) {
        if (*at >= '0' && *at <= '9' && out->n_digits < DIGITS_MAX) {
            out->digit[out->n_digits++] = *at;
        }
    }
    out->exponent = *at == 'e' ? (int)strtol(at + 1, NULL, 10) : 0;
    return strtod(text, NULL) == value;
}

static void decimal_trim(decimal *number)
{
    while (number->n_digits > 0 && number->digit[number->n_digits - 1] == '0') {
        number->n_digits--;
    }
    if (number->n_digits == 0) {
        number->exponent = 0;
        number->is_negative = false;
    }
}

static decimal decimal_shortest(double value)
{
    assert(isfinite(value));
    const double size = fabs(value);
    decimal number = {.is_negative = value < 0.0};
    /* Below DBL_MIN doubles lie so far apart that fewer digits may do. */
    int n_digits = size < DBL_MIN ? 1 : DIGITS_SAFE;
    while (!decimal_try(size, n_digits, &number) && n_digits < DIGITS_MAX) {
        n_digits++;
    }
    decimal_trim(&number);
    return number;
}

/* Whether dropping all but the first n_kept digits moves the last kept one up. */
static bool decimal_rounds_up(const decimal *number, int n_kept, cbk_rounding rounding)
{
    switch (rounding) {
    case CBK_ROUND_DOWN:
        return false;
    case CBK_ROUND_UP:
        return true; /* something is dropped, and there are no trailing zeros */
    case CBK_ROUND_HALF_AWAY:
        break;
    }
    return n_kept >= 0 && number->digit[n_kept] >= '5';
}

/* Rounds to n_decimals places after the point. */
static void decimal_round(decimal *number, int n_decimals, cbk_rounding rounding)
{
    int n_kept = number->exponent + 1 + n_decimals;
    if (number->n_digits == 0 || n_kept >= number->n_digits) {
        return;
    }
    const bool is_up = decimal_rounds_up(number, n_kept, rounding);
    n_kept = n_kept > 0 ? n_kept : 0;
    number->n_digits = n_kept;
    if (is_up) {
        while (n_kept > 0 && number->digit[n_kept - 1] == '9') {
            n_kept--;
        }
        if (n_kept > 0) {
            number->digit[n_kept - 1]++;
            number->n_digits = n_kept;
        } else { /* 9.99 -> 10.0; 0.006 -> 0.01 */
            const int carried = number->exponent + 1;
            number->exponent = number->n_digits > 0 ? carried : -n_decimals;
            number->digit[0] = '1';
            number->n_digits = 1;
        }
    }
    decimal_trim(number);
}

static double decimal_value(const decimal *number)
{
    char text[DIGITS_MAX + 16];
    (void)snprintf(text, sizeof text, "%s%.*s0e%d", number->is_negative ? "-" : "",
                   number->n_digits, number->digit, number->exponent - number->n_digits);
    return strtod(text, NULL);
}

/* Writes without exponent, with at least n_decimals places. */
static void decimal_write_plain(const decimal *number, int n_decimals, char *out)
{
    size_t n = 0;
    if (number->is_negative) {
        out[n++] = '-';
    }
    const int shown = number->n_digits - 1 - number->exponent; /* places needed */
    const int last = shown > n_decimals ? shown : n_decimals;
    const int first = number->exponent > 0 ? -number->exponent : 0;
    for (int place = first; place <= last; place++) { /* 0: units, 1: tenths */
        const int i = number->exponent + place;
        if (place == 1) {
            out[n++] = '.';
        }
        out[n++] = i >= 0 && i < number->n_digits ? number->digit[i] : '0';
    }
    out[n] = '\0';
}

static void decimal_write_scientific(const decimal *number, char *out)
{
    (void)snprintf(
        out, CBK_NUMBER_SIZE, "%s%c%s%.*se%c%02d", number->is_negative ? "-" : "",
        number->digit[0], number->n_digits > 1 ? "." : "", number->n_digits - 1,
        number->digit + 1, number->exponent < 0 ? '-' : '+', abs(number->exponent));
}

/* Counts and whole months are most of what is printed, and need no search. */
static void write_whole(int64_t value, char out[CBK_NUMBER_SIZE])
{
    char digits[24];
    size_t n = 0;
    for (uint64_t left = (uint64_t)(value < 0 ? -value : value); left > 0 || n == 0;
         left /= 10) {
        digits[n++] = (char)('0' + left % 10);
    }
    size_t at = 0;
    if (value < 0) {
        out[at++] = '-';
    }
    while (n > 0) {
        out[at++] = digits[--n];
    }
    out[at] = '\0';
}

void cbk_number_shortest(double value, char out[CBK_NUMBER_SIZE])
{
    if (fabs(value) < 1e15 && value == (double)(int64_t)value) {
        write_whole((int64_t)value, out);
        return;
    }
    const decimal number = decimal_shortest(value);
    if (number.exponent >= -4 && number.exponent < DIGITS_MAX) {
        decimal_write_plain(&number, 0, out);
    } else {
        decimal_write_scientific(&number, out);
    }
}

void cbk_number_fixed(double value, int digits, char out[CBK_NUMBER_SIZE])
{
    assert(digits >= 0 && digits <= 15);
    if (fabs(value) >= 1e15) { /* outside the contract, and out[] is too small */
        cbk_number_shortest(value, out);
        return;
    }
    decimal number = decimal_shortest(value);
    decimal_round(&number, digits, CBK_ROUND_HALF_AWAY);
    decimal_write_plain(&number, digits, out);
}

double cbk_number_round(double value, int digits, cbk_rounding rounding)
{
    decimal number = decimal_shortest(value);
    decimal_round(&number, digits, rounding);
    return decimal_value(&number);
}

/* ---- reading ----------------------------------------------------------------------- */

/* What cbk_number_parse() has read so far: digits * 10^exponent. */
typedef struct numeral {
    bool is_negative;
    bool has_digit;
    bool has_more;   /* nonzero digits beyond MANTISSA_MAX */
    size_t n_digits; /* without leading zeros */
    long exponent;
    char digit[MANTISSA_MAX + 32]; /* room for a last digit and the exponent */
} numeral;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *numeral_read_digits(const char *at, bool is_fraction, numeral *out)
{
    for (; is_digit(*at); at++) {
        out->has_digit = true;
        const bool is_kept = out->n_digits < MANTISSA_MAX;
        if (is_kept && (out->n_digits > 0 || *at != '0')) {
            out->digit[out->n_digits++] = *at;
        }
        out->has_more = out->has_more || (!is_kept && *at != '0');
        out->exponent += !is_kept - is_fraction;
    }
    return at;
}

/* NULL when an `e` has no digits after it. */
static const char *numeral_read_exponent(const char *at, numeral *out)
{
    if (*at != 'e' && *at != 'E') {
        return at;
    }
    at++;
    const bool is_negative = *at == '-';
    at += *at == '-' || *at == '+';
    if (!is_digit(*at)) {
        return NULL;
    }
    long exponent = 0;
    for (; is_digit(*at); at++) {
        if (exponent < 1000000) { /* far beyond any double; keeps the sum in range */
            exponent = exponent * 10 + (*at - '0');
        }
    }
    out->exponent += is_negative ? -exponent : exponent;
    return at;
}

/* Up to 15 digits and a power of ten up to 22 are exact doubles, so one operation on them
 * rounds correctly (Clinger 1990, doi:10.1145/93542.93557). */
static bool numeral_is_small(const numeral *number)
{
    return number->n_digits <= DIGITS_SAFE && number->exponent >= -22 &&
           number->exponent <= 22;
}

static double numeral_small_value(const numeral *number)
{
    static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    int64_t whole = 0;
    for (size_t i = 0; i < number->n_digits; i++) {
        whole = whole * 10 + (number->digit[i] - '0');
    }
    const double value = (double)whole;
    return number->exponent < 0 ? value / power[-number->exponent]
                                : value * power[number->exponent];
}

static double numeral_value(numeral *number)
{
    if (numeral_is_small(number)) {
        return numeral_small_value(number);
    }
    if (number->has_more) { /* anything nonzero settles which side of a midpoint it is */
        number->digit[number->n_digits++] = '1';
        number->exponent--;
    }
    char *end = number->digit + number->n_digits;
    const size_t room = sizeof number->digit - number->n_digits;
    (void)snprintf(end, room, "e%ld", number->exponent);
    return strtod(number->digit, NULL);
}

bool cbk_number_parse(const char *text, bool decimal_comma, double *out)
{
    numeral number;
    number.is_negative = *text == '-';
    number.has_digit = false;
    number.has_more = false;
    number.n_digits = 0;
    number.exponent = 0;
    const char *at = text + (*text == '-' || *text == '+');
    at = numeral_read_digits(at, false, &number);
    if (*at == '.' || (decimal_comma && *at == ',')) {
        at = numeral_read_digits(at + 1, true, &number);
    }
    if (!number.has_digit) {
        return false;
    }
    at = numeral_read_exponent(at, &number);
    if (at == NULL || *at != '\0') {
        return false;
    }
    const double size = number.n_digits == 0 ? 0.0 : numeral_value(&number);
    if (!isfinite(size)) {
        return false;
    }
    *out = number.is_negative && size > 0.0 ? -size : size;
    return true;
}
