/* test_stated.c - numbers, their precision and comparators, out of printed text. */
#include "check.h"

#include "claims/stated.h"

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
    /* no numbers */
    {"", ""},
    {"alive", ""},
    {"normal", ""},
    {"someone", ""},
    {"G2", ""},
    {"IL-6", ""},
    {"T1 or G2", ""},
    {"all", ""},
    {"August 1998", ""},
    {"Aug 1998 to Jun 2010", ""},
    {"12 May 1998", ""},
    {"Sept. 2001", ""},
    {"1998-08", ""},
    {"on 1998-08-31", ""},
    /* but these are no dates */
    {"may recur in 5", "5/0"},
    {"1999-2010", "1999/0 2010/0"},
    {"1998-99", "1998/0 99/0"},
    {"marching 5", "5/0"},
};

static void numbers_are_read(void)
{
    static const char signs[] = {' ', '<', 'l', '>', 'g'};
    bool is_all_good = true;
    for (size_t i = 0; i < N(readings); i++) {
        cbk_arena *arena = cbk_arena_create(NULL, (size_t)1 << 20);
        cbk_stated stated;
        CHECK(cbk_stated_read(readings[i].printed, arena, &stated));
        char found[200] = "";
        size_t n = 0;
        for (size_t k = 0; k < stated.n; k++) {
            const cbk_stated_number *number = &stated.numbers[k];
            const char sign = signs[number->comparator];
            n += (size_t)snprintf(found + n, sizeof found - n, "%s%s%.15g/%d",
                                  k == 0 ? "" : " ", sign == ' ' ? "" : (char[]){sign, 0},
                                  number->value, number->digits);
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

static const meeting meetings[] = {
    {{44, 0, 0}, 43.5, true, false, true},
    {{44, 0, 0}, 44.5, false, true, false},
    {{45, 0, 0}, 44.5, true, false, true},
    {{83, 0, 0}, 500.0 / 6, true, true, false},
    {{84, 0, 0}, 500.0 / 6, false, false, true},
    {{16, 0, 0}, 100.0 / 6, false, true, false},
    {{80, 0, 0}, 80.00000000000001, true, true, true}, /* noise is no fraction */
    {{80, 0, 0}, 79.99999999999999, true, true, true},
    {{0.29, 2, 0}, 0.285, true, false, true},
    {{29, 0, 0}, 100 * 0.285, true, false, true},
    {{-0.5, 1, 0}, -0.45, true, false, true},
    {{-0.5, 1, 0}, -0.55, false, true, false},
    {{0, 0, 0}, 0.0, true, true, true},
    {{0, 0, 0}, 1e-320, true, true, true},
    {{1e20, 0, 0}, 1e20, true, true, true},
    {{300, 0, CBK_COMPARATOR_LESS}, 299.9, true, true, true},
    {{300, 0, CBK_COMPARATOR_LESS}, 300, false, false, false},
    {{300, 0, CBK_COMPARATOR_AT_MOST}, 300, true, true, true},
    {{70, 0, CBK_COMPARATOR_GREATER}, 70, false, false, false},
    {{70, 0, CBK_COMPARATOR_AT_LEAST}, 70, true, true, true},
    {{70, 0, CBK_COMPARATOR_AT_LEAST}, 69.9, false, false, false},
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
    {{44, 0, 0}, {44, 0, 0}, false},
    {{44, 0, 0}, {43.6, 1, 0}, false}, /* at the coarser precision */
    {{44, 0, 0}, {44.5, 1, 0}, true},
    {{60, 0, 0}, {80, 0, 0}, true},
    {{3, 0, CBK_COMPARATOR_LESS}, {2, 0, 0}, false},
    {{3, 0, CBK_COMPARATOR_LESS}, {3, 0, 0}, true},
    {{3, 0, CBK_COMPARATOR_LESS}, {5, 0, CBK_COMPARATOR_LESS}, false},
    {{3, 0, CBK_COMPARATOR_LESS}, {3, 0, CBK_COMPARATOR_GREATER}, true},
    {{3, 0, CBK_COMPARATOR_AT_MOST}, {3, 0, CBK_COMPARATOR_AT_LEAST}, false},
    {{3, 0, CBK_COMPARATOR_AT_MOST}, {3, 0, CBK_COMPARATOR_GREATER}, true},
    {{5, 0, CBK_COMPARATOR_LESS}, {3, 0, CBK_COMPARATOR_GREATER}, false},
};

static void statements_are_compared(void)
{
    for (size_t i = 0; i < N(pairs); i++) {
        CHECK(cbk_stated_numbers_differ(&pairs[i].a, &pairs[i].b) == pairs[i].do_differ);
        CHECK(cbk_stated_numbers_differ(&pairs[i].b, &pairs[i].a) == pairs[i].do_differ);
    }
}

int main(void)
{
    static const check_test tests[] = {
        {"numbers out of what is printed", numbers_are_read},
        {"text is normalised", text_is_normalised},
        {"parts between commas", parts_are_found},
        {"a computed number against a stated one", numbers_are_compared},
        {"two statements of one quantity", statements_are_compared},
    };
    return check_main(tests, N(tests));
}
