/* stated.c - numbers and their precision out of what is printed.  Contract: stated.h. */
#include "claims/stated/stated_scan.h"

#include "base/date.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* ---- characters ---------------------------------------------------------------- */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Bytes of a hyphen, dash or minus at text; 0: it is none. */
static size_t dash_at(const char *text)
{
    static const char *const dashes[] = {"-", "‐", "‑", "‒", "–", "—", "−"};
    for (size_t i = 0; i < N(dashes); i++) {
        const size_t size = cbk_length_if_starts(text, dashes[i]);
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
        const size_t size = cbk_length_if_starts(text, spaces[i]);
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

/* ---- items ---------------------------------------------------------------------- */

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
    return !(cbk_is_digit(c) || c == '%' || c == '-' || c == '/' || c == '+' ||
             (cbk_is_letter(c) && !has_blank));
}

/* Whether the last byte before `at` ends a Greek letter: "χ2". */
static bool is_behind_greek(const char *text, const char *at)
{
    const unsigned char lead = at - text >= 2 ? (unsigned char)at[-2] : 0;
    return lead == 0xce || lead == 0xcf;
}

/* Digits right behind a letter, or behind a letter and a hyphen, are part of a name. */
static bool is_in_name(const char *text, const char *at)
{
    if (at > text && at[-1] == '-') {
        at--;
    }
    return at > text && (cbk_is_letter(at[-1]) || (unsigned char)at[-1] >= 0xc0 ||
                         is_behind_greek(text, at));
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

/* "% ci" behind a number: it is the level of an interval. */
static bool is_level(const char *after)
{
    static const char *const intervals[] = {"ci", "c.i.", "confidence", "credible",
                                            "cri"};
    after += *after == ' ';
    if (*after != '%') {
        return false;
    }
    after++;
    after += *after == ' ' || *after == '-';
    for (size_t i = 0; i < N(intervals); i++) {
        const size_t size = cbk_length_if_starts(after, intervals[i]);
        if (size > 0 && !cbk_is_letter(after[size])) {
            return true;
        }
    }
    return false;
}

/* "not reached", "nr": bytes, 0: none. */
static size_t not_reached_at(const char *text)
{
    static const char *const words[] = {
        "not reached", "not yet reached", "not estimable", "nr", "ne", "∞"};
    for (size_t i = 0; i < N(words); i++) {
        const size_t size = cbk_length_if_starts(text, words[i]);
        if (size > 0 && !cbk_is_letter(text[size]) && !cbk_is_digit(text[size])) {
            return size;
        }
    }
    return 0;
}

/* What stands at a place where a word or a number may start; returns its bytes.  Behind a
 * slash is the rest of a date that was not understood. */
static size_t word_at(const char *text, bool is_behind_slash, cbk_stated_number *out)
{
    *out = (cbk_stated_number){0};
    size_t size = is_behind_slash ? 0 : cbk_date_at(text, out);
    if (size == 0) {
        *out = (cbk_stated_number){0};
        size = cbk_number_word_at(text, &out->value);
    }
    if (size == 0) {
        size = not_reached_at(text);
        out->kind = CBK_STATED_NOT_REACHED;
    }
    return size;
}

static void add_item(number_list *list, const char *text, const char *at, size_t size,
                     cbk_stated_number item)
{
    item.at = (size_t)(at - text);
    item.end = item.at + size;
    add_number(list, item);
}

/* Adds what is stated at `at`, if anything is; returns what follows. */
static const char *read_item(const char *text, const char *at, number_list *list)
{
    const bool is_start = at == text || !(cbk_is_digit(at[-1]) || cbk_is_letter(at[-1]) ||
                                          (unsigned char)at[-1] >= 0x80);
    cbk_stated_number item;
    size_t size = is_start ? word_at(at, at > text && at[-1] == '/', &item) : 0;
    if (size > 0) {
        if (item.kind != CBK_STATED_DATE || item.first_day <= item.last_day) {
            add_item(list, text, at, size, item);
        }
        return at + size;
    }
    size = cbk_number_at(at, &item);
    if (size == 0) {
        const size_t letters = cbk_word_length(at);
        return at + (letters > 0 ? letters : 1);
    }
    if (!is_in_name(text, at) && !is_level(at + size)) {
        const bool is_minus = is_minus_before(text, at);
        item.comparator = comparator_before(text, is_minus ? at - 1 : at);
        item.value = is_minus ? -item.value : item.value;
        add_item(list, text, at, size, item);
    }
    return at + size;
}

/* A word that says all when no number is beside it. */
static bool says_all(const char *text)
{
    for (const char *at = text; *at != '\0';) {
        const size_t size = cbk_word_length(at);
        if ((size == 3 && strncmp(at, "all", 3) == 0) ||
            (size == 5 && strncmp(at, "every", 5) == 0)) {
            return at < text + 4 || strncmp(at - 4, "not ", 4) != 0;
        }
        at += size > 0 ? size : 1;
    }
    return false;
}

static void scan_numbers(const char *text, number_list *list)
{
    for (const char *at = text; *at != '\0';) {
        at = read_item(text, at, list);
    }
    if (list->n == 0 && strcmp(text, "yes") == 0) {
        add_number(list, (cbk_stated_number){.value = 1.0, .end = 3});
    } else if (list->n == 0 && says_all(text)) {
        add_number(list, (cbk_stated_number){.kind = CBK_STATED_ALL});
    }
}

bool cbk_stated_read(const char *printed, cbk_arena *arena, cbk_stated *out)
{
    *out = (cbk_stated){.text = cbk_stated_normalise(printed, arena)};
    if (out->text == NULL) {
        return false;
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
        const size_t whole = cbk_whole_length(at);
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

static bool is_within(double a, double b, double tolerance)
{
    return tolerance > 0.0 && without_noise(fabs(a - b)) <= tolerance;
}

bool cbk_stated_is_met(const cbk_stated_number *stated, double value,
                       cbk_rounding rounding)
{
    const double clean = without_noise(value);
    if (stated->kind != CBK_STATED_NUMBER) {
        return false;
    }
    switch (stated->comparator) {
    case CBK_COMPARATOR_LESS:
        return clean < stated->value + stated->tolerance;
    case CBK_COMPARATOR_AT_MOST:
        return clean <= stated->value + stated->tolerance;
    case CBK_COMPARATOR_GREATER:
        return clean > stated->value - stated->tolerance;
    case CBK_COMPARATOR_AT_LEAST:
        return clean >= stated->value - stated->tolerance;
    case CBK_COMPARATOR_NONE:
        break;
    }
    return is_equal_at(cbk_number_round(clean, stated->digits, rounding), stated->value,
                       stated->digits) ||
           is_within(clean, stated->value, stated->tolerance);
}

/* ---- dates --------------------------------------------------------------------- */

/* The days that a date, or a number read as a year, stands for. */
static bool days_of(const cbk_stated_number *stated, double *first, double *last)
{
    int32_t days[2] = {stated->first_day, stated->last_day};
    char year[CBK_NUMBER_SIZE];
    if (stated->kind != CBK_STATED_DATE) {
        if (stated->kind != CBK_STATED_NUMBER || stated->digits != 0 ||
            stated->comparator != CBK_COMPARATOR_NONE || stated->value < 1000.0 ||
            stated->value > 9999.0) {
            return false;
        }
        cbk_number_fixed(stated->value, 0, year);
        if (!cbk_period_parse(year, &days[0], &days[1])) {
            return false;
        }
    }
    *first = days[0] - stated->tolerance;
    *last = days[1] + stated->tolerance;
    return true;
}

bool cbk_stated_has_days(const cbk_stated_number *stated)
{
    double first = 0.0;
    double last = 0.0;
    return days_of(stated, &first, &last);
}

bool cbk_stated_is_day(const cbk_stated_number *stated, int32_t day)
{
    double first = 0.0;
    double last = 0.0;
    return days_of(stated, &first, &last) && day >= first && day <= last;
}

/* ---- two statements ------------------------------------------------------------ */

static bool is_upper_bound(cbk_comparator comparator)
{
    return comparator == CBK_COMPARATOR_LESS || comparator == CBK_COMPARATOR_AT_MOST;
}

static bool do_bounds_differ(const cbk_stated_number *a, const cbk_stated_number *b)
{
    if (is_upper_bound(a->comparator) == is_upper_bound(b->comparator)) {
        return false; /* some number meets both */
    }
    const cbk_stated_number *upper = is_upper_bound(a->comparator) ? a : b;
    const cbk_stated_number *least = upper == a ? b : a;
    const bool is_closed = upper->comparator == CBK_COMPARATOR_AT_MOST &&
                           least->comparator == CBK_COMPARATOR_AT_LEAST;
    return is_closed ? upper->value < least->value : upper->value <= least->value;
}

/* Two dates; a number beside one is a year. */
static bool do_dates_differ(const cbk_stated_number *a, const cbk_stated_number *b)
{
    double first[2] = {0.0};
    double last[2] = {0.0};
    return days_of(a, &first[0], &last[0]) && days_of(b, &first[1], &last[1]) &&
           (first[0] > last[1] || first[1] > last[0]);
}

bool cbk_stated_numbers_differ(const cbk_stated_number *a, const cbk_stated_number *b)
{
    if (a->kind == CBK_STATED_DATE || b->kind == CBK_STATED_DATE) {
        return do_dates_differ(a, b);
    }
    if (a->kind != CBK_STATED_NUMBER || b->kind != CBK_STATED_NUMBER) {
        return a->kind != b->kind && a->kind != CBK_STATED_ALL &&
               b->kind != CBK_STATED_ALL; /* how many all are is not stated */
    }
    if (is_within(a->value, b->value, fmax(a->tolerance, b->tolerance))) {
        return false;
    }
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
    return do_bounds_differ(a, b);
}
