/* date.c - days of the proleptic Gregorian calendar.  Contract: base/date.h. */
#include "base/date.h"

#include <assert.h>
#include <string.h>

enum {
    DAYS_0001_TO_1970 = 719162, /* from 0001-01-01 to 1970-01-01 */
    DAYS_IN_400_YEARS = 146097,
    DAYS_IN_100_YEARS = 36524,
    DAYS_IN_4_YEARS = 1461,
    YEAR_MAX = 9999
};

/* Days before the first of each month of a year without a leap day. */
static const int32_t days_before_month[] = {0,   31,  59,  90,  120, 151, 181,
                                            212, 243, 273, 304, 334, 365};

static bool is_leap_year(int32_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int32_t days_in_month(int32_t year, int32_t month)
{
    const bool is_leap_month = month == 2 && is_leap_year(year);
    return days_before_month[month] - days_before_month[month - 1] + is_leap_month;
}

static int32_t days_of(int32_t year, int32_t month, int32_t day)
{
    const int32_t past = year - 1;
    const int32_t leap_day = month > 2 && is_leap_year(year);
    return past * 365 + past / 4 - past / 100 + past / 400 +
           days_before_month[month - 1] + leap_day + day - 1 - DAYS_0001_TO_1970;
}

/* Exactly n digits; -1 when they are not. */
static int32_t read_digits(const char *at, size_t n)
{
    int32_t value = 0;
    for (size_t i = 0; i < n; i++) {
        if (at[i] < '0' || at[i] > '9') {
            return -1;
        }
        value = value * 10 + (at[i] - '0');
    }
    return value;
}

bool cbk_period_parse(const char *text, int32_t *first_day, int32_t *last_day)
{
    const size_t size = strlen(text);
    const bool has_month = size == 7 || size == 10;
    const bool has_day = size == 10;
    if ((size != 4 && !has_month) || (has_month && text[4] != '-') ||
        (has_day && text[7] != '-')) {
        return false;
    }
    const int32_t year = read_digits(text, 4);
    const int32_t month = has_month ? read_digits(text + 5, 2) : 1;
    if (year < 1 || month < 1 || month > 12) {
        return false;
    }
    const int32_t day = has_day ? read_digits(text + 8, 2) : 1;
    if (day < 1 || day > days_in_month(year, month)) {
        return false;
    }
    const int32_t last_month = has_month ? month : 12;
    const int32_t last = has_day ? day : days_in_month(year, last_month);
    *first_day = days_of(year, month, day);
    *last_day = days_of(year, last_month, last);
    return true;
}

bool cbk_date_parse(const char *text, int32_t *days)
{
    int32_t last = 0;
    return strlen(text) == 10 && cbk_period_parse(text, days, &last);
}

static int32_t least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* The year, and in *day the day of it from 0. */
static int32_t year_of(int32_t days, int32_t *day)
{
    int32_t left = days + DAYS_0001_TO_1970;
    const int32_t n400 = left / DAYS_IN_400_YEARS;
    left %= DAYS_IN_400_YEARS;
    /* The last century and the last year of a round are a day longer than the others. */
    const int32_t n100 = least(left / DAYS_IN_100_YEARS, 3);
    left -= n100 * DAYS_IN_100_YEARS;
    const int32_t n4 = left / DAYS_IN_4_YEARS;
    left %= DAYS_IN_4_YEARS;
    const int32_t n1 = least(left / 365, 3);
    *day = left - n1 * 365;
    return n400 * 400 + n100 * 100 + n4 * 4 + n1 + 1;
}

static void write_digits(int32_t value, size_t n, char *out)
{
    for (size_t i = n; i > 0; i--) {
        out[i - 1] = (char)('0' + value % 10);
        value /= 10;
    }
}

void cbk_date_format(int32_t days, char out[11])
{
    assert(days >= -DAYS_0001_TO_1970 && days <= days_of(YEAR_MAX, 12, 31));
    int32_t day = 0;
    const int32_t year = year_of(days, &day);
    int32_t month = 1;
    while (day >= days_in_month(year, month)) {
        day -= days_in_month(year, month);
        month++;
    }
    write_digits(year, 4, out);
    out[4] = '-';
    write_digits(month, 2, out + 5);
    out[7] = '-';
    write_digits(day + 1, 2, out + 8);
    out[10] = '\0';
}
