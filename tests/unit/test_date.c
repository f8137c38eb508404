/* test_date.c - days of the calendar: every day of 9999 years against a slow count. */
#include "check.h"

#include "base/date.h"

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static int slow_days_in_month(int year, int month)
{
    switch (month) {
    case 4:
    case 6:
    case 9:
    case 11:
        return 30;
    case 2:
        if (year % 400 == 0) {
            return 29;
        }
        return year % 4 == 0 && year % 100 != 0 ? 29 : 28;
    default:
        return 31;
    }
}

static void every_day_there_and_back(void)
{
    int32_t expected = 0;
    CHECK(cbk_date_parse("0001-01-01", &expected));
    CHECK(expected == -719162);
    for (int year = 1; year <= 9999; year++) {
        for (int month = 1; month <= 12; month++) {
            for (int day = 1; day <= slow_days_in_month(year, month); day++) {
                char text[40];
                char back[11];
                int32_t days = 0;
                (void)snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
                CHECK(cbk_date_parse(text, &days) && days == expected);
                cbk_date_format(days, back);
                CHECK(strcmp(back, text) == 0);
                expected++;
            }
        }
    }
    CHECK(expected == 2932897); /* one past 9999-12-31 */
}

static void known_days(void)
{
    static const struct {
        const char *text;
        int32_t days;
    } cases[] = {
        {"1970-01-01", 0},     {"1969-12-31", -1},    {"2000-01-01", 10957},
        {"2000-02-29", 11016}, {"2010-06-30", 14790}, {"2038-01-19", 24855},
    };
    for (size_t i = 0; i < N(cases); i++) {
        int32_t days = 0;
        CHECK(cbk_date_parse(cases[i].text, &days));
        CHECK(days == cases[i].days);
    }
}

static void what_is_no_day(void)
{
    static const char *const cases[] = {
        "",           "2010",        "2010-06",     "2010-6-30",  "10-06-30",
        "2010/06/30", "2010-06-31",  "2010-02-29",  "1900-02-29", "2010-13-01",
        "2010-00-01", "2010-01-00",  "0000-01-01",  "2010-06-3x", " 2010-06-30",
        "20100630",   "2010-06-30 ", "2010-06-301", "+010-06-30", "2010-06--1",
        "30.06.2010", "-010-06-30",
    };
    for (size_t i = 0; i < N(cases); i++) {
        int32_t days = 77;
        printf("# \"%s\"\n", cases[i]);
        CHECK(!cbk_date_parse(cases[i], &days));
    }
}

static void periods_have_both_ends(void)
{
    static const struct {
        const char *text;
        const char *first;
        const char *last;
    } cases[] = {
        {"2010", "2010-01-01", "2010-12-31"},
        {"2010-06", "2010-06-01", "2010-06-30"},
        {"2000-02", "2000-02-01", "2000-02-29"},
        {"1900-02", "1900-02-01", "1900-02-28"},
        {"1999-08-17", "1999-08-17", "1999-08-17"},
        {"0001", "0001-01-01", "0001-12-31"},
        {"9999-12", "9999-12-01", "9999-12-31"},
    };
    for (size_t i = 0; i < N(cases); i++) {
        int32_t first = 0;
        int32_t last = 0;
        char text[11];
        CHECK(cbk_period_parse(cases[i].text, &first, &last));
        cbk_date_format(first, text);
        CHECK(strcmp(text, cases[i].first) == 0);
        cbk_date_format(last, text);
        CHECK(strcmp(text, cases[i].last) == 0);
    }
    static const char *const bad[] = {"",         "201",       "20100",   "2010-",
                                      "2010-13",  "2010-6",    "2010.06", "0000",
                                      "2010-06-", "2010-06-31"};
    for (size_t i = 0; i < N(bad); i++) {
        int32_t first = 0;
        int32_t last = 0;
        printf("# \"%s\"\n", bad[i]);
        CHECK(!cbk_period_parse(bad[i], &first, &last));
    }
}

int main(void)
{
    static const check_test tests[] = {
        {"every day of 9999 years, there and back", every_day_there_and_back},
        {"days known from elsewhere", known_days},
        {"what is no day", what_is_no_day},
        {"periods have both ends", periods_have_both_ends},
    };
    return check_main(tests, N(tests));
}
