/* stated_date.c - dates as papers print them.  Contract: stated_scan.h. */
#include "claims/stated/stated_scan.h"

#include "base/date.h"

#include <stdio.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* 0: not stated. */
typedef struct date_parts {
    int year, month, day;
} date_parts;

/* Whether it is in the calendar; without its year it is none that can be compared. */
static bool to_days(const date_parts *date, cbk_stated_number *out)
{
    const int form = date->month == 0 ? 0 : date->day == 0 ? 1 : 2;
    *out = (cbk_stated_number){
        .kind = CBK_STATED_DATE, .digits = form, .first_day = 1, .last_day = 0};
    if (date->year == 0) {
        return true;
    }
    char text[40];
    (void)snprintf(text, sizeof text, "%04d-%02d-%02d", date->year, date->month,
                   date->day);
    text[form == 0 ? 4 : form == 1 ? 7 : 10] = '\0';
    return cbk_period_parse(text, &out->first_day, &out->last_day);
}

/* A number of n_min to n_max digits; returns its bytes, 0: there is none. */
static size_t whole_at(const char *text, size_t n_min, size_t n_max, int *out)
{
    size_t n = 0;
    *out = 0;
    while (n < n_max && cbk_is_digit(text[n])) {
        *out = 10 * *out + (text[n++] - '0');
    }
    return n >= n_min && !cbk_is_digit(text[n]) ? n : 0;
}

static size_t year_at(const char *text, int *out)
{
    const size_t n = whole_at(text, 4, 4, out);
    return n > 0 && *out >= 1000 && *out < 3000 ? n : 0;
}

/* A month's name, whole or in its three first letters (and "sept"), with its point. */
static size_t month_at(const char *text, int *out)
{
    static const char *const months[] = {"january",   "february", "march",    "april",
                                         "may",       "june",     "july",     "august",
                                         "september", "october",  "november", "december"};
    const size_t size = cbk_word_length(text);
    for (size_t i = 0; i < N(months); i++) {
        const bool is_short =
            (size == 3 || (size == 4 && i == 8)) && strncmp(text, months[i], size) == 0;
        if (is_short || (strlen(months[i]) == size && !strncmp(text, months[i], size))) {
            *out = (int)i + 1;
            return size + (text[size] == '.');
        }
    }
    return 0;
}

/* "31", "31st", "1st". */
static size_t day_at(const char *text, int *out)
{
    static const char *const ends[] = {"st", "nd", "rd", "th"};
    size_t n = whole_at(text, 1, 2, out);
    for (size_t i = 0; n > 0 && i < N(ends); i++) {
        const size_t size = cbk_length_if_starts(text + n, ends[i]);
        if (size > 0 && cbk_word_length(text + n) == size) {
            return n + size;
        }
    }
    return n;
}

/* Bytes between the parts of a date in words. */
static size_t gap_at(const char *text)
{
    static const char *const gaps[] = {" of ", ", ", " ", "-", ","};
    for (size_t i = 0; i < N(gaps); i++) {
        const size_t size = cbk_length_if_starts(text, gaps[i]);
        if (size > 0) {
            return size;
        }
    }
    return 0;
}

/* A part behind a gap; 0: it does not follow. */
static size_t after_gap(const char *text, size_t (*part_at)(const char *, int *),
                        int *out)
{
    const size_t gap = gap_at(text);
    const size_t part = part_at(text + gap, out);
    return part > 0 ? gap + part : 0;
}

/* "august 1998", "31 august 1998", "31st of aug. 1998", "august 31, 1998", "31-aug-1998";
 * "12 may" has no year.  A month's name alone is no date: it may be a verb. */
static size_t worded_at(const char *text, cbk_stated_number *out)
{
    date_parts date = {0, 0, 0};
    int day = 0;
    int year = 0;
    size_t n = day_at(text, &date.day);
    const size_t month =
        n > 0 ? after_gap(text + n, month_at, &date.month) : month_at(text, &date.month);
    if (month == 0) {
        return 0;
    }
    n += month;
    size_t more = after_gap(text + n, year_at, &date.year);
    if (more == 0 && date.day == 0) {
        more = after_gap(text + n, day_at, &day);
        const size_t last = more > 0 ? after_gap(text + n + more, year_at, &year) : 0;
        if (more == 0) {
            return 0;
        }
        date.day = day;
        date.year = last > 0 ? year : 0;
        more += last;
    }
    return to_days(&date, out) ? n + more : 0;
}

/* "1998-08-31", "1998-08". */
static size_t iso_at(const char *text, cbk_stated_number *out)
{
    date_parts date = {0, 0, 0};
    size_t n = year_at(text, &date.year);
    if (n == 0 || text[n] != '-' || whole_at(text + n + 1, 2, 2, &date.month) == 0 ||
        date.month < 1 || date.month > 12) {
        return 0;
    }
    n += 3;
    if (text[n] == '-' && whole_at(text + n + 1, 2, 2, &date.day) > 0) {
        n += 3;
    }
    return to_days(&date, out) ? n : 0;
}

/* "31.08.1998"; "31/08/1998" and "08/31/1998" where only one reading is in the calendar;
 * "08/1998", but not 10/1998, which may be a fraction. */
static size_t in_figures_at(const char *text, cbk_stated_number *out)
{
    int first = 0;
    int second = 0;
    int year = 0;
    const size_t n = whole_at(text, 1, 2, &first);
    const char mark = text[n];
    if (n == 0 || (mark != '.' && mark != '/')) {
        return 0;
    }
    const size_t month_and_year = year_at(text + n + 1, &year);
    if (mark == '/' && n == 2 && text[0] == '0' && month_and_year > 0) {
        return first > 0 && to_days(&(date_parts){year, first, 0}, out)
                   ? n + 1 + month_and_year
                   : 0;
    }
    const size_t n_second = whole_at(text + n + 1, 1, 2, &second);
    const size_t n_both = n + 1 + n_second;
    if (n_second == 0 || text[n_both] != mark || year_at(text + n_both + 1, &year) == 0 ||
        first == 0 || second == 0) {
        return 0;
    }
    cbk_stated_number other;
    const bool is_day_first = to_days(&(date_parts){year, second, first}, out);
    const bool is_month_first =
        mark == '/' && to_days(&(date_parts){year, first, second}, &other);
    if (is_day_first && is_month_first && first != second) {
        return 0;
    }
    if (!is_day_first && is_month_first) {
        *out = other;
    }
    return is_day_first || is_month_first ? n_both + 5 : 0;
}

/* "august" of "august to december 1998" has the year of the date behind it. */
static size_t first_of_range_at(const char *text, cbk_stated_number *out)
{
    static const char *const links[] = {" to ",      "-",     " - ",
                                        " through ", " and ", " until "};
    date_parts date = {0, 0, 0};
    int day = 0;
    size_t n = day_at(text, &day);
    n += n > 0 ? after_gap(text + n, month_at, &date.month) : month_at(text, &date.month);
    for (size_t i = 0; date.month > 0 && i < N(links); i++) {
        const size_t link = cbk_length_if_starts(text + n, links[i]);
        cbk_stated_number last;
        if (link == 0 || worded_at(text + n + link, &last) == 0 ||
            last.first_day > last.last_day) {
            continue;
        }
        char iso[11];
        cbk_date_format(last.first_day, iso);
        (void)whole_at(iso, 4, 4, &date.year);
        date.day = day;
        return to_days(&date, out) ? n : 0;
    }
    return 0;
}

size_t cbk_date_at(const char *text, cbk_stated_number *out)
{
    static size_t (*const readers[])(const char *, cbk_stated_number *) = {
        iso_at, in_figures_at, first_of_range_at, worded_at};
    for (size_t i = 0; i < N(readers); i++) {
        const size_t size = readers[i](text, out);
        const char after = text[size];
        if (size > 0 && !cbk_is_digit(after) && !cbk_is_letter(after)) {
            return size;
        }
    }
    return 0;
}
