/* stated.c - numbers and their precision out of what is printed.  Contract: stated.h. */
#include "claims/stated.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* ---- characters ---------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_letter(char c)
{
    return lower(c) >= 'a' && lower(c) <= 'z';
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t length_if_starts(const char *text, const char *start)
{
    const size_t size = strlen(start);
    return strncmp(text, start, size) == 0 ? size : 0;
}

/* Bytes of a hyphen, dash or minus at text; 0: it is none. */
static size_t dash_at(const char *text)
{
    static const char *const dashes[] = {"-", "‐", "‑", "‒", "–", "—", "−"};
    for (size_t i = 0; i < N(dashes); i++) {
        const size_t size = length_if_starts(text, dashes[i]);
        if (size > 0) {
            return size;
        }
    }
    return 0;
}

/* Bytes of white space at text, no-break and thin spaces among them. */
static size_t space_at(const char *text)
{
    static const char *const spaces[] = {"\u00a0", "\u2009", "\u202f"};
    if (is_space(*text)) {
        return 1;
    }
    for (size_t i = 0; i < N(spaces); i++) {
        const size_t size = length_if_starts(text, spaces[i]);
        if (size > 0) {
            return size;
        }
    }
    return 0;
}

const char *cbk_stated_normalise(const char *printed, cbk_arena *arena)
{
    char *text = CBK_NEW(arena, char, strlen(printed) + 1);
    size_t n = 0;
    while (text != NULL && *printed != '\0') {
        const size_t space = space_at(printed);
        const size_t dash = dash_at(printed);
        if (space > 0) {
            printed += space;
            if (n > 0 && text[n - 1] != ' ') {
                text[n++] = ' ';
            }
        } else if (dash > 0) {
            printed += dash;
            text[n++] = '-';
        } else {
            text[n++] = lower(*printed++);
        }
    }
    if (n > 0 && text[n - 1] == ' ') {
        text[n - 1] = '\0';
    }
    return text;
}

/* ---- words --------------------------------------------------------------------- */

/* Letters that start at text. */
static size_t word_length(const char *text)
{
    size_t n = 0;
    while (is_letter(text[n])) {
        n++;
    }
    return n;
}

static bool is_word(const char *text, size_t size, const char *word)
{
    return strlen(word) == size && strncmp(text, word, size) == 0;
}

static const char *const number_words[] = {"no",   "one",    "two",   "three", "four",
                                           "five", "six",    "seven", "eight", "nine",
                                           "ten",  "eleven", "twelve"};

/* The number a word means, or -1. */
static int number_of_word(const char *text, size_t size)
{
    if (is_word(text, size, "none") || is_word(text, size, "zero")) {
        return 0;
    }
    for (size_t i = 0; i < N(number_words); i++) {
        if (is_word(text, size, number_words[i])) {
            return (int)i;
        }
    }
    return -1;
}

/* A month's name, whole or in its three first letters (and "sept"). */
static bool is_month(const char *text, size_t size)
{
    static const char *const months[] = {"january",   "february", "march",    "april",
                                         "may",       "june",     "july",     "august",
                                         "september", "october",  "november", "december"};
    for (size_t i = 0; i < N(months); i++) {
        const bool is_short = size == 3 && strncmp(text, months[i], 3) == 0;
        if (is_short || is_word(text, size, months[i])) {
            return true;
        }
    }
    return is_word(text, size, "sept");
}

/* ---- dates --------------------------------------------------------------------- */

static bool are_digits(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!is_digit(text[i])) {
            return false;
        }
    }
    return true;
}

/* "1998-08", "1998-08-31" where text starts. */
static bool is_iso_date(const char *text)
{
    if (!are_digits(text, 4) || text[4] != '-' || !are_digits(text + 5, 2) ||
        is_digit(text[7])) {
        return false;
    }
    const int month = (text[5] - '0') * 10 + (text[6] - '0');
    return month >= 1 && month <= 12;
}

/* A month's name beside a number, or an ISO date.  text is normalised. */
static bool has_date(const char *text)
{
    bool was_number = false; /* the last word was digits */
    for (const char *at = text; *at != '\0';) {
        const size_t letters = word_length(at);
        const bool is_start = at == text || !(is_digit(at[-1]) || is_letter(at[-1]));
        if (is_start && is_iso_date(at)) {
            return true;
        }
        if (letters > 0) {
            const char *after = at + letters;
            after += *after == '.' || *after == ',';
            after += *after == ' ';
            if (is_month(at, letters) && is_start && (was_number || is_digit(*after))) {
                return true;
            }
            was_number = false;
            at += letters;
        } else {
            was_number = is_digit(*at) || (was_number && (*at == ' ' || *at == '.'));
            at++;
        }
    }
    return false;
}

/* ---- numbers ------------------------------------------------------------------- */

/* Bytes of what may stand between groups of three digits: a comma or a space. */
static size_t group_mark_length(const char *text)
{
    static const char *const marks[] = {",", " ", "\u00a0", "\u2009", "\u202f"};
    for (size_t i = 0; i < N(marks); i++) {
        const size_t size = length_if_starts(text, marks[i]);
        if (size > 0 && are_digits(text + size, 3)) {
            return size;
        }
    }
    return 0;
}

/* Bytes of digits, in groups of three or not: "1,234", "1 234", but not "12,13". */
static size_t whole_length(const char *text)
{
    size_t n = 0;
    while (is_digit(text[n])) {
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
    return is_digit(text[end]) ? n : end;
}

/* Bytes of a decimal point that has digits behind it; "·" is one, too, and a comma before
 * one or two digits: three would be a group. */
static size_t point_length(const char *text)
{
    if (text[0] == ',' && is_digit(text[1]) &&
        (!is_digit(text[2]) || (!is_digit(text[3]) && !(text[3] == ',')))) {
        return 1;
    }
    static const char *const points[] = {".", "·"};
    for (size_t i = 0; i < N(points); i++) {
        const size_t size = length_if_starts(text, points[i]);
        if (size > 0 && is_digit(text[size])) {
            return size;
        }
    }
    return 0;
}

/* "e-5" behind a number: shifts it, and its precision; returns the bytes, 0: none. */
static size_t read_exponent(const char *text, cbk_stated_number *number)
{
    const bool is_signed = text[0] != '\0' && (text[1] == '-' || text[1] == '+');
    const size_t first = is_signed ? 2 : 1;
    size_t end = first;
    int exponent = 0;
    if ((text[0] != 'e' && text[0] != 'E') || !is_digit(text[first])) {
        return 0;
    }
    for (; is_digit(text[end]) && end < first + 3; end++) {
        exponent = 10 * exponent + (text[end] - '0');
    }
    exponent = text[1] == '-' ? -exponent : exponent;
    number->value *= pow(10.0, exponent);
    const int digits = number->digits - exponent;
    number->digits = digits < 0                       ? 0
                     : digits > CBK_STATED_DIGITS_MAX ? CBK_STATED_DIGITS_MAX
                                                      : digits;
    return end;
}

/* The number that starts at text; returns its bytes, 0: there is none. */
static size_t number_at(const char *text, cbk_stated_number *out)
{
    char plain[64];
    size_t n = 0;
    const size_t whole = whole_length(text);
    const size_t point = point_length(text + whole);
    if (whole == 0 && point == 0) {
        return 0;
    }
    size_t end = whole;
    plain[n++] = '0'; /* for ".5" */
    for (size_t i = 0; i < whole && n < sizeof plain - 24; i++) {
        if (is_digit(text[i])) {
            plain[n++] = text[i];
        }
    }
    *out = (cbk_stated_number){0};
    if (point > 0) {
        end += point;
        plain[n++] = '.';
        for (; is_digit(text[end]); end++) {
            if (out->digits < CBK_STATED_DIGITS_MAX) {
                plain[n++] = text[end];
                out->digits++;
            }
        }
    }
    plain[n] = '\0';
    (void)cbk_number_parse(plain, false, &out->value);
    return end + read_exponent(text + end, out);
}

/* The comparator that ends just before `at`, past one blank. */
static cbk_comparator comparator_before(const char *text, const char *at)
{
    static const struct {
        const char *sign;
        cbk_comparator comparator;
    } signs[] = {
        {"<=", CBK_COMPARATOR_AT_MOST},  {"≤", CBK_COMPARATOR_AT_MOST},
        {">=", CBK_COMPARATOR_AT_LEAST}, {"≥", CBK_COMPARATOR_AT_LEAST},
        {"<", CBK_COMPARATOR_LESS},      {">", CBK_COMPARATOR_GREATER},
    };
    if (at > text && at[-1] == ' ') {
        at--;
    }
    for (size_t i = 0; i < N(signs); i++) {
        const size_t size = strlen(signs[i].sign);
        if ((size_t)(at - text) >= size && strncmp(at - size, signs[i].sign, size) == 0) {
            return signs[i].comparator;
        }
    }
    return CBK_COMPARATOR_NONE;
}

/* Whether the dash just before `at` makes a number negative: it does not follow a number,
 * as in a range, nor a word. */
static bool is_minus_before(const char *text, const char *at)
{
    if (at == text || at[-1] != '-') {
        return false;
    }
    const char *before = at - 1;
    const bool has_blank = before > text && before[-1] == ' ';
    before -= has_blank;
    if (before == text) {
        return true;
    }
    const char c = before[-1];
    return !(is_digit(c) || c == '%' || c == '-' || (is_letter(c) && !has_blank));
}

/* Digits right behind a letter, or behind a letter and a hyphen, are part of a name. */
static bool is_in_name(const char *text, const char *at)
{
    if (at > text && at[-1] == '-') {
        at--;
    }
    return at > text && (is_letter(at[-1]) || (unsigned char)at[-1] >= 0xc0);
}

typedef struct number_list {
    cbk_stated_number *items; /* NULL: only count */
    size_t n;
} number_list;

static void add_number(number_list *list, cbk_stated_number number)
{
    if (list->items != NULL) {
        list->items[list->n] = number;
    }
    list->n++;
}

/* Adds the number that stands or is spelled at `at`, if there is one; returns what
 * follows. */
static const char *read_number_or_word(const char *text, const char *at,
                                       number_list *list)
{
    cbk_stated_number number = {0};
    const size_t size = number_at(at, &number);
    if (size > 0) {
        if (!is_in_name(text, at)) {
            const bool is_minus = is_minus_before(text, at);
            number.comparator = comparator_before(text, is_minus ? at - 1 : at);
            number.value = is_minus ? -number.value : number.value;
            add_number(list, number);
        }
        return at + size;
    }
    const size_t letters = word_length(at);
    if (letters == 0) {
        return at + 1;
    }
    const bool is_whole =
        at == text || !(is_digit(at[-1]) || (unsigned char)at[-1] >= 0x80);
    const int value = is_whole ? number_of_word(at, letters) : -1;
    if (value >= 0) {
        add_number(list, (cbk_stated_number){.value = value});
    }
    return at + letters;
}

static void scan_numbers(const char *text, number_list *list)
{
    for (const char *at = text; *at != '\0';) {
        at = read_number_or_word(text, at, list);
    }
    if (list->n == 0 && strcmp(text, "yes") == 0) {
        add_number(list, (cbk_stated_number){.value = 1.0});
    }
}

bool cbk_stated_read(const char *printed, cbk_arena *arena, cbk_stated *out)
{
    *out = (cbk_stated){.text = cbk_stated_normalise(printed, arena)};
    if (out->text == NULL) {
        return false;
    }
    if (has_date(out->text)) {
        return true;
    }
    number_list counted = {0};
    scan_numbers(out->text, &counted);
    number_list list = {.items = CBK_NEW(arena, cbk_stated_number, counted.n)};
    if (list.items == NULL) {
        return false;
    }
    scan_numbers(out->text, &list);
    out->numbers = list.items;
    out->n = list.n;
    return true;
}

/* ---- parts --------------------------------------------------------------------- */

/* A comma between groups of digits belongs to its number. */
static const char *end_of_part(const char *at)
{
    while (*at != '\0' && *at != ',' && *at != ';') {
        const size_t whole = whole_length(at);
        at += whole > 0 ? whole : 1;
    }
    return at;
}

const char *const *cbk_stated_parts(const char *printed, cbk_arena *arena, size_t *n)
{
    size_t n_max = 1;
    for (const char *at = printed; *at != '\0'; at++) {
        n_max += *at == ',' || *at == ';';
    }
    const char **parts = CBK_NEW(arena, const char *, n_max);
    *n = 0;
    for (const char *at = printed; parts != NULL; at++) {
        const char *end = end_of_part(at);
        parts[*n] = cbk_text_copy_bytes(arena, at, (size_t)(end - at));
        if (parts[(*n)++] == NULL) {
            return NULL;
        }
        at = end;
        if (*at == '\0') {
            break;
        }
    }
    return parts;
}

/* ---- comparisons --------------------------------------------------------------- */

/* A quarter of the last place: what is rounded to it differs by whole steps or not. */
static bool is_equal_at(double a, double b, int digits)
{
    return fabs(a - b) <= 0.25 * pow(10.0, -digits);
}

/* Without the noise of arithmetic: 12 significant digits. */
static double without_noise(double value)
{
    if (value == 0.0 || fabs(value) >= 1e12) {
        return value;
    }
    const int places = 11 - (int)floor(log10(fabs(value)));
    return places > 300 ? 0.0 : cbk_number_round(value, places, CBK_ROUND_HALF_AWAY);
}

bool cbk_stated_is_met(const cbk_stated_number *stated, double value,
                       cbk_rounding rounding)
{
    const double clean = without_noise(value);
    switch (stated->comparator) {
    case CBK_COMPARATOR_LESS:
        return clean < stated->value;
    case CBK_COMPARATOR_AT_MOST:
        return clean <= stated->value;
    case CBK_COMPARATOR_GREATER:
        return clean > stated->value;
    case CBK_COMPARATOR_AT_LEAST:
        return clean >= stated->value;
    case CBK_COMPARATOR_NONE:
        break;
    }
    return is_equal_at(cbk_number_round(clean, stated->digits, rounding), stated->value,
                       stated->digits);
}

static bool is_upper_bound(cbk_comparator comparator)
{
    return comparator == CBK_COMPARATOR_LESS || comparator == CBK_COMPARATOR_AT_MOST;
}

bool cbk_stated_numbers_differ(const cbk_stated_number *a, const cbk_stated_number *b)
{
    if (a->comparator == CBK_COMPARATOR_NONE && b->comparator == CBK_COMPARATOR_NONE) {
        const int digits = a->digits < b->digits ? a->digits : b->digits;
        return !is_equal_at(cbk_number_round(a->value, digits, CBK_ROUND_HALF_AWAY),
                            cbk_number_round(b->value, digits, CBK_ROUND_HALF_AWAY),
                            digits);
    }
    if (a->comparator == CBK_COMPARATOR_NONE || b->comparator == CBK_COMPARATOR_NONE) {
        const bool is_a_bound = a->comparator != CBK_COMPARATOR_NONE;
        return !cbk_stated_is_met(is_a_bound ? a : b, is_a_bound ? b->value : a->value,
                                  CBK_ROUND_HALF_AWAY);
    }
    if (is_upper_bound(a->comparator) == is_upper_bound(b->comparator)) {
        return false; /* some number meets both */
    }
    const cbk_stated_number *upper = is_upper_bound(a->comparator) ? a : b;
    const cbk_stated_number *least = upper == a ? b : a;
    const bool is_closed = upper->comparator == CBK_COMPARATOR_AT_MOST &&
                           least->comparator == CBK_COMPARATOR_AT_LEAST;
    return is_closed ? upper->value < least->value : upper->value <= least->value;
}
