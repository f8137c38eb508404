/* test_stated.c - numbers, their precision and comparators, out of printed text. */
#include "check.h"

#include "claims/stated/stated.h"

#include "base/date.h"

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* Numbers as read: "value/digits", with the comparator's sign before, blanks between. */
typedef struct reading {
    const char *printed;
    const char *numbers;
} reading;

static const reading readings[] = {
    {"44", "44/0"},
    {"9.3", "9.3/1"},
    {"60%", "60/0"},
    {"10.5 %", "10.5/1"},
    {"80.0", "80/1"},
    {"1,234", "1234/0"},
    {"1,234,567.25", "1234567.25/2"},
    {"12,13", "12.13/2"},
    {"9,3 cm", "9.3/1"},
    {"36, 97", "36/0 97/0"},
    {"1 234", "1234/0"},
    {"1\u00a0234,5", "1234.5/1"},
    {"1.2e-5", "1.2e-05/6"},
    {"2e3", "2000/0"},
    {"1,2345", "1/0 2345/0"},
    {"1234,567", "1234/0 567/0"},
    {"−0.5", "-0.5/1"},
    {"-0.5", "-0.5/1"},
    {"–0.5", "-0.5/1"},
    {"(−2 to -1)", "-2/0 -1/0"},
    {"25–64", "25/0 64/0"},
    {"50-59", "50/0 59/0"},
    {"25 – 64", "25/0 64/0"},
    {"25 -64", "25/0 64/0"},
    {"33%-68%", "33/0 68/0"},
    {"44 (25–64)", "44/0 25/0 64/0"},
    {"0.80 (0.52 to 1)", "0.8/2 0.52/2 1/0"},
    {"44.5 ± 12.3", "44.5/1 12.3/1"},
    {"5 (83%)", "5/0 83/0"},
    {"5 of 6", "5/0 6/0"},
    {"5 of six", "5/0 6/0"},
    {"2/3", "2/0 3/0"},
    {"<0.001", "<0.001/3"},
    {"p < 0.05", "<0.05/2"},
    {"P=0.03", "0.03/2"},
    {"<300", "<300/0"},
    {">70%", ">70/0"},
    {"≥ 5", "g5/0"},
    {">=5", "g5/0"},
    {"≤20", "l20/0"},
    {"<= 20", "l20/0"},
    {"< -1.5", "<-1.5/1"},
    {".03", "0.03/2"},
    {"9·3", "9.3/1"},
    {"44.", "44/0"},
    {"0.1234567890123456789", "0.123456789012345/15"},
    {"none", "0/0"},
    {"No", "0/0"},
    {"zero", "0/0"},
    {"Six patients", "6/0"},
    {"twelve", "12/0"},
    {"yes", "1/0"},
    {"RT yes", ""},
    {"5 F, 1 M", "5/0 1/0"},
    {"5F", "5/0"},
    {"5-year", "5/0"},
    {"2; 36 and 97", "2/0 36/0 97/0"},
    {"twenty-five of Ninety", "25/0 90/0"},
    {"twenty - five", "20/0 5/0"},
    {"both", "2/0"},
    {"44.5 +/- 12.3", "44.5/1 12.3/1"},
    {"44.5 (±12.3)", "44.5/1 12.3/1"},
    {"1.2 × 10⁻⁵", "1.2e-05/6"},
    {"1.2 x 10-5", "1.2e-05/6"},
    {"3×10^4", "30000/0"},
    {"3 x 10 cm", "3/0 10/0"},
    {"80% (95% CI 52–99)", "80/0 52/0 99/0"},
    {"80% (95%-CI 52–99%)", "80/0 52/0 99/0"},
    {"0.62 (90 % confidence interval, 0.41 to 0.94; P = .02)",
     "0.62/2 0.41/2 0.94/2 0.02/2"},
    {"95% CIA", "95/0"},
    {"44 (IQR 30 to 57)", "44/0 30/0 57/0"},
    {"not reached", "~"},
    {"36 (12–NR)", "36/0 12/0 ~"},
    {"all", "*"},
    {"All patients", "*"},
    {"all six", "6/0"},
    {"not all", ""},
    {"overall", ""},
    /* no numbers */
    {"", ""},
    {"alive", ""},
    {"normal", ""},
    {"someone", ""},
    {"G2", ""},
    {"IL-6", ""},
    {"T1 or G2", ""},
    {"12 May", ""},
    /* dates */
    {"August 1998", "[1998-08-01 1998-08-31]"},
    {"Aug 1998 to Jun 2010", "[1998-08-01 1998-08-31] [2010-06-01 2010-06-30]"},
    {"August to October 1998", "[1998-08-01 1998-08-31] [1998-10-01 1998-10-31]"},
    {"Aug-Oct 1998", "[1998-08-01 1998-08-31] [1998-10-01 1998-10-31]"},
    {"1 May to 3 June 1998", "[1998-05-01 1998-05-01] [1998-06-03 1998-06-03]"},
    {"12 May 1998", "[1998-05-12 1998-05-12]"},
    {"31st of August, 1998", "[1998-08-31 1998-08-31]"},
    {"August 31, 1998", "[1998-08-31 1998-08-31]"},
    {"31-Aug-1998", "[1998-08-31 1998-08-31]"},
    {"Sept. 2001", "[2001-09-01 2001-09-30]"},
    {"February 2000", "[2000-02-01 2000-02-29]"},
    {"1998-08", "[1998-08-01 1998-08-31]"},
    {"on 1998-08-31", "[1998-08-31 1998-08-31]"},
    {"31.8.1998", "[1998-08-31 1998-08-31]"},
    {"31/08/1998", "[1998-08-31 1998-08-31]"},
    {"08/31/1998", "[1998-08-31 1998-08-31]"},
    {"08/1998", "[1998-08-01 1998-08-31]"},
    {"5 of 6 since May 2001", "5/0 6/0 [2001-05-01 2001-05-31]"},
    /* but these are no dates */
    {"07/08/1998", "7/0 8/0 1998/0"},
    {"10/2000", "10/0 2000/0"},
    {"may recur in 5", "5/0"},
    {"1999-2010", "1999/0 2010/0"},
    {"1998-99", "1998/0 99/0"},
    {"marching 5", "5/0"},
};

/* "<0.001/3"; a date by its first and last day; ~ not reached, * all. */
static int print_item(const cbk_stated_number *item, char *out, size_t size)
{
    static const char *const signs[] = {"", "<", "l", ">", "g"};
    if (item->kind == CBK_STATED_DATE) {
        char first[11];
        char last[11];
        cbk_date_format(item->first_day, first);
        cbk_date_format(item->last_day, last);
        return snprintf(out, size, "[%s %s]", first, last);
    }
    if (item->kind != CBK_STATED_NUMBER) {
        return snprintf(out, size, "%s", item->kind == CBK_STATED_ALL ? "*" : "~");
    }
    return snprintf(out, size, "%s%.15g/%d", signs[item->comparator], item->value,
                    item->digits);
}

static void numbers_are_read(void)
{
    bool is_all_good = true;
    for (size_t i = 0; i < N(readings); i++) {
        cbk_arena *arena = cbk_arena_create(NULL, (size_t)1 << 20);
        cbk_stated stated;
        CHECK(cbk_stated_read(readings[i].printed, arena, &stated));
        char found[200] = "";
        size_t n = 0;
        for (size_t k = 0; k < stated.n; k++) {
            const cbk_stated_number *item = &stated.numbers[k];
            CHECK(item->at <= item->end && item->end <= strlen(stated.text));
            n += (size_t)snprintf(found + n, sizeof found - n, "%s", k == 0 ? "" : " ");
            n += (size_t)print_item(item, found + n, sizeof found - n);
        }
        if (strcmp(found, readings[i].numbers) != 0) {
            printf("# %s: read %s, expected %s\n", readings[i].printed, found,
                   readings[i].numbers);
            is_all_good = false;
        }
        cbk_arena_destroy(arena);
    }
    CHECK(is_all_good);
}

static void text_is_normalised(void)
{
    cbk_arena *arena = cbk_arena_create(NULL, (size_t)1 << 20);
    CHECK(strcmp(cbk_stated_normalise("  Lower \t Third\n", arena), "lower third") == 0);
    CHECK(strcmp(cbk_stated_normalise("6–20\u00a0mm", arena), "6-20 mm") == 0);
    CHECK(strcmp(cbk_stated_normalise(" ", arena), "") == 0);
    CHECK(strcmp(cbk_stated_normalise("≤5 É", arena), "≤5 É") == 0);
    cbk_arena_destroy(arena);
}

static void parts_are_found(void)
{
    cbk_arena *arena = cbk_arena_create(NULL, (size_t)1 << 20);
    size_t n = 0;
    const char *const *parts = cbk_stated_parts("36, male; 1,234", arena, &n);
    CHECK(n == 3 && strcmp(parts[0], "36") == 0 && strcmp(parts[1], " male") == 0);
    CHECK(strcmp(parts[2], " 1,234") == 0);
    parts = cbk_stated_parts("alone", arena, &n);
    CHECK(n == 1 && strcmp(parts[0], "alone") == 0);
    parts = cbk_stated_parts("a,", arena, &n);
    CHECK(n == 2 && strcmp(parts[1], "") == 0);
    cbk_arena_destroy(arena);
}

typedef struct meeting {
    cbk_stated_number stated;
    double value;
    bool is_met, is_met_truncated, is_met_up;
} meeting;

#define NUMBER(number, places, sign)                                                     \
    {                                                                                    \
        .value = (number), .digits = (places), .comparator = CBK_COMPARATOR_##sign       \
    }
#define WITHIN(number, places, off)                                                      \
    {                                                                                    \
        .value = (number), .digits = (places), .tolerance = (off)                        \
    }

static const meeting meetings[] = {
    {NUMBER(44, 0, NONE), 43.5, true, false, true},
    {NUMBER(44, 0, NONE), 44.5, false, true, false},
    {NUMBER(45, 0, NONE), 44.5, true, false, true},
    {NUMBER(83, 0, NONE), 500.0 / 6, true, true, false},
    {NUMBER(84, 0, NONE), 500.0 / 6, false, false, true},
    {NUMBER(16, 0, NONE), 100.0 / 6, false, true, false},
    {NUMBER(80, 0, NONE), 80.00000000000001, true, true, true}, /* noise is no fraction */
    {NUMBER(80, 0, NONE), 79.99999999999999, true, true, true},
    {NUMBER(0.29, 2, NONE), 0.285, true, false, true},
    {NUMBER(29, 0, NONE), 100 * 0.285, true, false, true},
    {NUMBER(-0.5, 1, NONE), -0.45, true, false, true},
    {NUMBER(-0.5, 1, NONE), -0.55, false, true, false},
    {NUMBER(0, 0, NONE), 0.0, true, true, true},
    {NUMBER(0, 0, NONE), 1e-320, true, true, true},
    {NUMBER(1e20, 0, NONE), 1e20, true, true, true},
    {NUMBER(300, 0, LESS), 299.9, true, true, true},
    {NUMBER(300, 0, LESS), 300, false, false, false},
    {NUMBER(300, 0, AT_MOST), 300, true, true, true},
    {NUMBER(70, 0, GREATER), 70, false, false, false},
    {NUMBER(70, 0, AT_LEAST), 70, true, true, true},
    {NUMBER(70, 0, AT_LEAST), 69.9, false, false, false},
    {WITHIN(44, 0, 1), 45.0, true, true, true},
    {WITHIN(44, 0, 1), 42.9, false, false, false},
    {WITHIN(44, 0, 1), 43.0, true, true, true},
    {WITHIN(0.3, 1, 0.1), 0.4, true, true, true}, /* 0.4 - 0.3 is not 0.1 in a computer */
    {WITHIN(44, 0, 0.1), 44.4, true, true, false}, /* never narrower than the digits */
};

static void numbers_are_compared(void)
{
    for (size_t i = 0; i < N(meetings); i++) {
        const meeting *row = &meetings[i];
        const bool is_good =
            cbk_stated_is_met(&row->stated, row->value, CBK_ROUND_HALF_AWAY) ==
                row->is_met &&
            cbk_stated_is_met(&row->stated, row->value, CBK_ROUND_DOWN) ==
                row->is_met_truncated &&
            cbk_stated_is_met(&row->stated, row->value, CBK_ROUND_UP) == row->is_met_up;
        if (!is_good) {
            printf("# row %zu: %g against %g\n", i, row->stated.value, row->value);
        }
        CHECK(is_good);
    }
}

typedef struct pair {
    cbk_stated_number a, b;
    bool do_differ;
} pair;

static const pair pairs[] = {
    {NUMBER(44, 0, NONE), NUMBER(44, 0, NONE), false},
    {NUMBER(44, 0, NONE), NUMBER(43.6, 1, NONE), false}, /* at the coarser precision */
    {NUMBER(44, 0, NONE), NUMBER(44.5, 1, NONE), true},
    {NUMBER(60, 0, NONE), NUMBER(80, 0, NONE), true},
    {NUMBER(3, 0, LESS), NUMBER(2, 0, NONE), false},
    {NUMBER(3, 0, LESS), NUMBER(3, 0, NONE), true},
    {NUMBER(3, 0, LESS), NUMBER(5, 0, LESS), false},
    {NUMBER(3, 0, LESS), NUMBER(3, 0, GREATER), true},
    {NUMBER(3, 0, AT_MOST), NUMBER(3, 0, AT_LEAST), false},
    {NUMBER(3, 0, AT_MOST), NUMBER(3, 0, GREATER), true},
    {NUMBER(5, 0, LESS), NUMBER(3, 0, GREATER), false},
    {WITHIN(60, 0, 2), NUMBER(62, 0, NONE), false},
    {WITHIN(60, 0, 2), NUMBER(63, 0, NONE), true},
};

static void statements_are_compared(void)
{
    for (size_t i = 0; i < N(pairs); i++) {
        CHECK(cbk_stated_numbers_differ(&pairs[i].a, &pairs[i].b) == pairs[i].do_differ);
        CHECK(cbk_stated_numbers_differ(&pairs[i].b, &pairs[i].a) == pairs[i].do_differ);
    }
}

static void dates_and_words_are_compared(void)
{
    static const struct {
        const char *a, *b;
        bool do_differ;
    } rows[] = {
        {"August 1998", "1998-08-31", false},
        {"August 1998", "1998", false},
        {"August 1998", "1999-08-31", true},
        {"August 1998", "1999", true},
        {"1998-08-30", "31.08.1998", true},
        {"August 1998", "5", false},
        {"not reached", "94", true},
        {"not reached", "NR", false},
        {"all", "6", false},
        {"all", "not reached", false},
    };
    cbk_arena *arena = cbk_arena_create(NULL, (size_t)1 << 20);
    for (size_t i = 0; i < N(rows); i++) {
        cbk_stated a;
        cbk_stated b;
        CHECK(cbk_stated_read(rows[i].a, arena, &a) && a.n == 1);
        CHECK(cbk_stated_read(rows[i].b, arena, &b) && b.n == 1);
        CHECK(cbk_stated_numbers_differ(a.numbers, b.numbers) == rows[i].do_differ);
        CHECK(cbk_stated_numbers_differ(b.numbers, a.numbers) == rows[i].do_differ);
    }
    cbk_stated month;
    int32_t first = 0;
    CHECK(cbk_date_parse("1998-08-01", &first));
    CHECK(cbk_stated_read("August 1998", arena, &month));
    CHECK(cbk_stated_is_day(month.numbers, first));
    CHECK(cbk_stated_is_day(month.numbers, first + 30));
    CHECK(!cbk_stated_is_day(month.numbers, first - 1));
    CHECK(!cbk_stated_is_day(month.numbers, first + 31));
    cbk_stated_number near = month.numbers[0];
    near.tolerance = 3.0;
    CHECK(cbk_stated_is_day(&near, first + 33) && !cbk_stated_is_day(&near, first + 34));
    CHECK(cbk_stated_read("1998", arena, &month));
    CHECK(cbk_stated_is_day(month.numbers, first));
    CHECK(!cbk_stated_is_day(month.numbers, first + 365));
    CHECK(cbk_stated_read("19", arena, &month));
    CHECK(!cbk_stated_is_day(month.numbers, first));
    cbk_arena_destroy(arena);
}

int main(void)
{
    static const check_test tests[] = {
        {"numbers out of what is printed", numbers_are_read},
        {"text is normalised", text_is_normalised},
        {"parts between commas", parts_are_found},
        {"a computed number against a stated one", numbers_are_compared},
        {"two statements of one quantity", statements_are_compared},
        {"dates and words", dates_and_words_are_compared},
    };
    return check_main(tests, N(tests));
}
