/* stated_number.c - one number as papers print it, in figures or in words.  Contract:
 * stated_scan.h. */
#include "claims/stated/stated_scan.h"

#include <math.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

size_t cbk_length_if_starts(const char *text, const char *start)
{
    const size_t size = strlen(start);
    return strncmp(text, start, size) == 0 ? size : 0;
}

static bool are_digits(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!cbk_is_digit(text[i])) {
            return false;
        }
    }
    return true;
}

/* ---- numbers ------------------------------------------------------------------- */

/* Bytes of what may stand between groups of three digits: a comma or a space. */
static size_t group_mark_length(const char *text)
{
    static const char *const marks[] = {",", " ", "\u00a0", "\u2009", "\u202f"};
    for (size_t i = 0; i < N(marks); i++) {
        const size_t size = cbk_length_if_starts(text, marks[i]);
        if (size > 0 && are_digits(text + size, 3)) {
            return size;
        }
    }
    return 0;
}

/* Bytes of digits, in groups of three or not: "1,234", "1 234", but not "12,13". */
size_t cbk_whole_length(const char *text)
{
    size_t n = 0;
    while (cbk_is_digit(text[n])) {
        n++;
    }
    if (n == 0 || n > 3) {
        return n;
    }
    size_t end = n;
    for (size_t mark = group_mark_length(text + end); mark > 0;
         mark = group_mark_length(text + end)) {
        end += mark + 3;
    }
    return cbk_is_digit(text[end]) ? n : end;
}

/* Bytes of a decimal point that has digits behind it; "·" is one, too, and a comma before
 * one or two digits: three would be a group. */
static size_t point_length(const char *text)
{
    if (text[0] == ',' && cbk_is_digit(text[1]) &&
        (!cbk_is_digit(text[2]) || (!cbk_is_digit(text[3]) && !(text[3] == ',')))) {
        return 1;
    }
    static const char *const points[] = {".", "·"};
    for (size_t i = 0; i < N(points); i++) {
        const size_t size = cbk_length_if_starts(text, points[i]);
        if (size > 0 && cbk_is_digit(text[size])) {
            return size;
        }
    }
    return 0;
}

/* ---- powers of ten ------------------------------------------------------------- */

/* Figures of an exponent, plain or raised, with their sign; returns the bytes, 0: none.
 */
static size_t exponent_at(const char *text, int *out)
{
    static const char *const raised[] = {"⁰", "¹", "²", "³", "⁴",
                                         "⁵", "⁶", "⁷", "⁸", "⁹"};
    const size_t raised_minus = cbk_length_if_starts(text, "⁻");
    const bool is_minus = text[0] == '-' || raised_minus > 0;
    size_t end = raised_minus > 0 ? raised_minus : is_minus || text[0] == '+';
    size_t n = 0;
    for (int value = 0; n <= 3; n++) {
        size_t size = cbk_is_digit(text[end]) ? 1 : 0;
        int figure = size > 0 ? text[end] - '0' : 0;
        for (int i = 0; size == 0 && i < 10; i++) {
            size = cbk_length_if_starts(text + end, raised[i]);
            figure = i;
        }
        if (size == 0) {
            break;
        }
        value = 10 * value + figure;
        *out = is_minus ? -value : value;
        end += size;
    }
    return n == 0 ? 0 : end;
}

/* What raises ten to a power behind a number: "e" of "1.2e-5", " × 10" of "1.2 × 10⁻⁵";
 * a plain "10" needs a sign behind it, or it is a number of its own. */
static size_t times_ten_at(const char *text)
{
    static const char *const marks[] = {" × 10", "×10", " x 10", "x10", " · 10", "·10"};
    if (text[0] == 'e' || text[0] == 'E') {
        return 1;
    }
    for (size_t i = 0; i < N(marks); i++) {
        const size_t size = cbk_length_if_starts(text, marks[i]);
        if (size > 0 && text[size] == '^') {
            return size + 1;
        }
        if (size > 0 && (text[size] == '-' || (unsigned char)text[size] >= 0xc0)) {
            return size;
        }
    }
    return 0;
}

enum { EXPONENT_MAX = 100 }; /* nothing that is measured has a larger one */

/* Shifts a number, and its precision; returns the bytes of the power, 0: none. */
static size_t read_power(const char *text, cbk_stated_number *number)
{
    int exponent = 0;
    const size_t times = times_ten_at(text);
    const size_t size = times > 0 ? exponent_at(text + times, &exponent) : 0;
    if (size == 0 || exponent < -EXPONENT_MAX || exponent > EXPONENT_MAX) {
        return 0;
    }
    number->value *= pow(10.0, exponent);
    const int digits = number->digits - exponent;
    number->digits = digits < 0                       ? 0
                     : digits > CBK_STATED_DIGITS_MAX ? CBK_STATED_DIGITS_MAX
                                                      : digits;
    return times + size;
}

size_t cbk_number_at(const char *text, cbk_stated_number *out)
{
    char plain[64];
    size_t n = 0;
    const size_t whole = cbk_whole_length(text);
    const size_t point = point_length(text + whole);
    if (whole == 0 && point == 0) {
        return 0;
    }
    size_t end = whole;
    plain[n++] = '0'; /* for ".5" */
    for (size_t i = 0; i < whole && n < sizeof plain - 24; i++) {
        if (cbk_is_digit(text[i])) {
            plain[n++] = text[i];
        }
    }
    *out = (cbk_stated_number){0};
    if (point > 0) {
        end += point;
        plain[n++] = '.';
        for (; cbk_is_digit(text[end]); end++) {
            if (out->digits < CBK_STATED_DIGITS_MAX) {
                plain[n++] = text[end];
                out->digits++;
            }
        }
    }
    plain[n] = '\0';
    (void)cbk_number_parse(plain, false, &out->value);
    return end + read_power(text + end, out);
}

/* ---- words --------------------------------------------------------------------- */

size_t cbk_word_length(const char *text)
{
    size_t n = 0;
    while (cbk_is_letter(text[n])) {
        n++;
    }
    return n;
}

typedef struct number_word {
    const char *word;
    int value;
} number_word;

static const number_word number_words[] = {
    {"no", 0},        {"none", 0},     {"zero", 0},       {"neither", 0},
    {"nobody", 0},    {"one", 1},      {"two", 2},        {"both", 2},
    {"three", 3},     {"four", 4},     {"five", 5},       {"six", 6},
    {"seven", 7},     {"eight", 8},    {"nine", 9},       {"ten", 10},
    {"eleven", 11},   {"twelve", 12},  {"thirteen", 13},  {"fourteen", 14},
    {"fifteen", 15},  {"sixteen", 16}, {"seventeen", 17}, {"eighteen", 18},
    {"nineteen", 19}, {"twenty", 20},  {"thirty", 30},    {"forty", 40},
    {"fifty", 50},    {"sixty", 60},   {"seventy", 70},   {"eighty", 80},
    {"ninety", 90},
};

/* The number a word means, or -1. */
static int number_of_word(const char *text, size_t size)
{
    for (size_t i = 0; i < N(number_words); i++) {
        const char *word = number_words[i].word;
        if (strlen(word) == size && strncmp(text, word, size) == 0) {
            return number_words[i].value;
        }
    }
    return -1;
}

size_t cbk_number_word_at(const char *text, double *out)
{
    const size_t size = cbk_word_length(text);
    const int value = number_of_word(text, size);
    if (value < 0) {
        return 0;
    }
    *out = value;
    if (value >= 20 && text[size] == '-') { /* "twenty-five" */
        const size_t more = cbk_word_length(text + size + 1);
        const int unit = number_of_word(text + size + 1, more);
        if (unit >= 1 && unit <= 9) {
            *out += unit;
            return size + 1 + more;
        }
    }
    return size;
}
