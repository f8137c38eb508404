/* test_text.c - growing text, copies, UTF-8, numbers as text, spellings, problems, notes.
 */
#include "check.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static cbk_arena *arena;

/* ---- growing text and copies --------------------------------------------------------
 */

static void buffers_grow(void)
{
    cbk_buffer buffer = {0};
    cbk_buffer_add(&buffer, "");
    CHECK(buffer.bytes != NULL && buffer.size == 0 && buffer.bytes[0] == '\0');
    for (int i = 0; i < 1000; i++) {
        cbk_buffer_addf(&buffer, "%d,", i % 10);
    }
    cbk_buffer_add_bytes(&buffer, "a\0b", 3);
    CHECK(!buffer.is_failed && buffer.size == 2003);
    CHECK(memcmp(buffer.bytes, "0,1,2,", 6) == 0);
    CHECK(memcmp(buffer.bytes + 1998, "9,a\0b", 6) == 0); /* with the NUL */
    cbk_buffer_add_bytes(&buffer, "", SIZE_MAX - 1);      /* there is no such room */
    CHECK(buffer.is_failed);
    cbk_buffer_add(&buffer, "more");
    CHECK(buffer.is_failed && buffer.size == 2003);
    cbk_buffer_free(&buffer);
    CHECK(buffer.bytes == NULL && !buffer.is_failed);
}

static void copies_belong_to_the_arena(void)
{
    char text[] = "Größe";
    char *copy = cbk_text_copy(arena, text);
    text[0] = 'x';
    CHECK(cbk_text_is_equal(copy, "Größe"));
    CHECK(cbk_text_is_equal(cbk_text_copy_bytes(arena, "abc", 2), "ab"));
    CHECK(cbk_text_is_equal(cbk_text_format(arena, "%s-%d", "x", 7), "x-7"));
    CHECK(cbk_text_is_equal(NULL, NULL) && !cbk_text_is_equal(NULL, "") &&
          !cbk_text_is_equal("", NULL) && !cbk_text_is_equal("a", "b"));
    cbk_arena *tiny = cbk_arena_create(NULL, 16);
    CHECK(tiny != NULL);
    CHECK(cbk_text_copy(tiny, "a") == NULL);
    CHECK(cbk_text_format(tiny, "%d", 1) == NULL);
    cbk_arena_destroy(tiny);
}

/* ---- UTF-8 --------------------------------------------------------------------------
 */

static void utf8_is_checked(void)
{
    static const struct {
        const char *bytes;
        bool is_valid;
        size_t bad_at;
    } cases[] = {
        {"", true, 0},
        {"plain text, longer than eight bytes", true, 0},
        {"\xc3\xa9 \xe2\x89\xa4 \xf0\x9f\x98\x80 \xf4\x8f\xbf\xbf", true, 0},
        {"caf\xe9", false, 3},
        {"12345678\xff", false, 8},
        {"a\xc0\xaf", false, 1},         /* overlong */
        {"a\xe0\x80\xaf", false, 1},     /* overlong */
        {"a\xf0\x80\x80\xaf", false, 1}, /* overlong */
        {"ab\xed\xa0\x80", false, 2},    /* a surrogate */
        {"\xf4\x90\x80\x80", false, 0},  /* beyond U+10FFFF */
        {"\xf5\x80\x80\x80", false, 0},
        {"\x80", false, 0},
        {"a\xbf\xbf", false, 1},
        {"abc\xe2\x89", false, 3}, /* cut short */
        {"abc\xe2\x89x", false, 3},
    };
    for (size_t i = 0; i < N(cases); i++) {
        size_t bad_at = 99;
        const size_t size = strlen(cases[i].bytes);
        printf("# case %zu\n", i);
        CHECK(cbk_text_is_valid_utf8(cases[i].bytes, size, &bad_at) == cases[i].is_valid);
        CHECK(bad_at == (cases[i].is_valid ? 99 : cases[i].bad_at));
        CHECK(cbk_text_is_valid_utf8(cases[i].bytes, size, NULL) == cases[i].is_valid);
    }
    CHECK(cbk_text_length("") == 0 && cbk_text_length("abc") == 3);
    CHECK(cbk_text_length("\xe2\x89\xa4"
                          "5\xc3\xa9") == 3);
}

static size_t encode(uint32_t code, char out[4])
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    const size_t n = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (code & 0x3f));
        code >>= 6;
    }
    out[0] = (char)((0xf00 >> n & 0xf0) | code);
    return n;
}

static void every_code_point_decodes(void)
{
    for (uint32_t code = 1; code <= 0x10ffff; code++) {
        char bytes[4];
        uint32_t back = 0;
        const size_t n = encode(code, bytes);
        const bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
        CHECK(cbk_utf8_decode(bytes, n, &back) == (is_surrogate ? 0 : n));
        CHECK(is_surrogate || back == code);
        CHECK(cbk_utf8_decode(bytes, n - 1, &back) == 0);
    }
}

/* ---- numbers ------------------------------------------------------------------------
 */

static void shortest_numbers(void)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0.0, "0"},
        {-0.0, "0"},
        {1.0, "1"},
        {-1.5, "-1.5"},
        {0.1, "0.1"},
        {132.0, "132"},
        {100000.0, "100000"},
        {44.5, "44.5"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1.0 / 3.0, "0.3333333333333333"},
        {2.0 / 3.0, "0.6666666666666666"},
        {9.53, "9.53"},
        {0.0001, "0.0001"},
        {0.00001, "1e-05"},
        {1.25e-7, "1.25e-07"},
        {1e300, "1e+300"},
        {-1.7976931348623157e308, "-1.7976931348623157e+308"},
        {5e-324, "5e-324"},
        {2.2250738585072014e-308, "2.2250738585072014e-308"},
        {9007199254740993.0, "9007199254740992"},
        {12345678901234567.0, "12345678901234568"},
        {123456789012345678.0, "1.2345678901234568e+17"},
    };
    for (size_t i = 0; i < N(cases); i++) {
        char text[CBK_NUMBER_SIZE];
        cbk_number_shortest(cases[i].value, text);
        printf("# %s, expected %s\n", text, cases[i].text);
        CHECK(strcmp(text, cases[i].text) == 0);
    }
}

static void fixed_numbers(void)
{
    static const struct {
        double value;
        int digits;
        const char *text;
    } cases[] = {
        {44.5, 0, "45"},
        {45.5, 0, "46"},
        {-44.5, 0, "-45"},
        {0.5, 0, "1"},
        {0.49999999999999994, 0, "0"},
        {0.285, 2, "0.29"},
        {1.005, 2, "1.01"},
        {2.675, 2, "2.68"},
        {0.15, 1, "0.2"},
        {0.25, 1, "0.3"},
        {0.35, 1, "0.4"},
        {9.995, 2, "10.00"},
        {99.95, 1, "100.0"},
        {0.05, 1, "0.1"},
        {0.04999, 1, "0.0"},
        {0.006, 2, "0.01"},
        {0.0006, 2, "0.00"},
        {-0.0006, 2, "0.00"},
        {-0.4, 0, "0"},
        {0.0, 3, "0.000"},
        {-0.0, 0, "0"},
        {0.8, 3, "0.800"},
        {1000.0, 0, "1000"},
        {1e-300, 15, "0.000000000000000"},
        {123456.0, 2, "123456.00"},
        {999999999999999.9, 0, "1000000000000000"},
        {-999999999999999.9, 15, "-999999999999999.900000000000000"},
        {0.1 + 0.2, 15, "0.300000000000000"},
    };
    for (size_t i = 0; i < N(cases); i++) {
        char text[CBK_NUMBER_SIZE];
        cbk_number_fixed(cases[i].value, cases[i].digits, text);
        printf("# %s, expected %s\n", text, cases[i].text);
        CHECK(strcmp(text, cases[i].text) == 0);
    }
}

static void rounded_numbers(void)
{
    static const struct {
        double value;
        int digits;
        double half_away, down, up;
    } cases[] = {
        {44.5, 0, 45.0, 44.0, 45.0},     {-44.5, 0, -45.0, -44.0, -45.0},
        {0.285, 2, 0.29, 0.28, 0.29},    {0.2849, 2, 0.28, 0.28, 0.29},
        {0.29, 2, 0.29, 0.29, 0.29},     {0.001, 1, 0.0, 0.0, 0.1},
        {-0.001, 0, 0.0, 0.0, -1.0},     {9.96, 1, 10.0, 9.9, 10.0},
        {0.0, 0, 0.0, 0.0, 0.0},         {1234.0, -2, 1200.0, 1200.0, 1300.0},
        {4.0, -2, 0.0, 0.0, 100.0},      {0.0, -2, 0.0, 0.0, 0.0},
        {1e300, 3, 1e300, 1e300, 1e300},
    };
    for (size_t i = 0; i < N(cases); i++) {
        const double value = cases[i].value;
        const int digits = cases[i].digits;
        CHECK_NEAR(cbk_number_round(value, digits, CBK_ROUND_HALF_AWAY),
                   cases[i].half_away, 0.0);
        CHECK_NEAR(cbk_number_round(value, digits, CBK_ROUND_DOWN), cases[i].down, 0.0);
        CHECK_NEAR(cbk_number_round(value, digits, CBK_ROUND_UP), cases[i].up, 0.0);
    }
}

/* Every number k / 1000 rounds to two places as whole numbers say it must. */
static void rounding_agrees_with_whole_numbers(void)
{
    for (int k = -20000; k <= 20000; k++) {
        char text[CBK_NUMBER_SIZE];
        char expected[CBK_NUMBER_SIZE];
        const int size = k < 0 ? -k : k;
        const int hundredths = (size + 5) / 10;
        (void)snprintf(expected, sizeof expected, "%s%d.%02d",
                       k < 0 && hundredths > 0 ? "-" : "", hundredths / 100,
                       hundredths % 100);
        cbk_number_fixed(k / 1000.0, 2, text);
        if (strcmp(text, expected) != 0) {
            printf("# %d / 1000 gave %s, expected %s\n", k, text, expected);
        }
        CHECK(strcmp(text, expected) == 0);
        CHECK_NEAR(cbk_number_round(k / 1000.0, 2, CBK_ROUND_DOWN), k / 10 / 100.0, 0.0);
    }
}

static void numbers_parse(void)
{
    static const struct {
        const char *text;
        bool decimal_comma;
        bool is_number;
        double value;
    } cases[] = {
        {"0", false, true, 0.0},
        {"-0", false, true, 0.0},
        {"132", false, true, 132.0},
        {"+7", false, true, 7.0},
        {"-1.5", false, true, -1.5},
        {".5", false, true, 0.5},
        {"5.", false, true, 5.0},
        {"1e3", false, true, 1000.0},
        {"1.5E-3", false, true, 0.0015},
        {"1e+300", false, true, 1e300},
        {"9007199254740993", false, true, 9007199254740992.0},
        {"0.30000000000000004", false, true, 0.1 + 0.2},
        {"00000000000000000000000000000012.50", false, true, 12.5},
        {"0.000000000000000000000000000000125e30", false, true, 0.125},
        {"1e-400", false, true, 0.0},
        {"0e999999999999999999999", false, true, 0.0},
        {"1,5", true, true, 1.5},
        {"1.5", true, true, 1.5},
        {",5", true, true, 0.5},
        {"1,5", false, false, 0.0},
        {"1.234,5", true, false, 0.0},
        {"1,234,567", true, false, 0.0},
        {"", false, false, 0.0},
        {"-", false, false, 0.0},
        {".", false, false, 0.0},
        {",", true, false, 0.0},
        {"e5", false, false, 0.0},
        {"1e", false, false, 0.0},
        {"1e+", false, false, 0.0},
        {" 1", false, false, 0.0},
        {"1 ", false, false, 0.0},
        {"1 000", false, false, 0.0},
        {"--1", false, false, 0.0},
        {"+-1", false, false, 0.0},
        {"1.2.3", false, false, 0.0},
        {"0x10", false, false, 0.0},
        {"inf", false, false, 0.0},
        {"nan", false, false, 0.0},
        {"1e999", false, false, 0.0},
        {"1e999999999999999999999", false, false, 0.0},
        {"12a", false, false, 0.0},
    };
    for (size_t i = 0; i < N(cases); i++) {
        double value = 12345.0;
        printf("# \"%s\"\n", cases[i].text);
        CHECK(cbk_number_parse(cases[i].text, cases[i].decimal_comma, &value) ==
              cases[i].is_number);
        CHECK_NEAR(value, cases[i].is_number ? cases[i].value : 12345.0, 0.0);
        CHECK(!cases[i].is_number || value != 0.0 || !signbit(value));
    }
}

static void long_numbers_parse(void)
{
    static char text[3000];
    double value = 0.0;
    memset(text, '1', 2000);
    (void)snprintf(text + 2000, sizeof text - 2000, "e-1999");
    CHECK(cbk_number_parse(text, false, &value));
    CHECK_NEAR(value, 10.0 / 9.0, 0.0);
    /* Half way between 1 and the next double, and a hair above it. */
    (void)snprintf(text, sizeof text,
                   "1.00000000000000011102230246251565404236316680908203125");
    CHECK(cbk_number_parse(text, false, &value));
    CHECK_NEAR(value, 1.0, 0.0);
    memset(text + strlen(text), '0', 1500);
    text[1600] = '1'; /* after at least 1500 zeros, the terminator overwritten */
    memset(text + 55, '0', 1545);
    text[1601] = '\0';
    CHECK(cbk_number_parse(text, false, &value));
    CHECK(value > 1.0);
}

static uint64_t random_state = 20240229;

static uint64_t random_bits(void) /* Marsaglia's xorshift64 */
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static void any_double_reads_back(void)
{
    for (int i = 0; i < 200000; i++) {
        const uint64_t bits = random_bits();
        double value = 0.0;
        memcpy(&value, &bits, sizeof value);
        if (i % 2 == 0) {
            value = (double)(int64_t)(bits % 2000000) / 1000.0; /* as data have them */
        }
        if (!isfinite(value)) {
            continue;
        }
        char text[CBK_NUMBER_SIZE];
        double back = 0.0;
        cbk_number_shortest(value, text);
        CHECK(strlen(text) < CBK_NUMBER_SIZE);
        CHECK(strtod(text, NULL) == value);
        CHECK(cbk_number_parse(text, false, &back) && back == value);
    }
}

static void decimals_parse_as_the_library_does(void)
{
    for (int i = 0; i < 200000; i++) {
        char text[64];
        const uint64_t bits = random_bits();
        const int exponent = (int)(random_bits() % 60) - 30;
        (void)snprintf(text, sizeof text, "%llu.%llue%d",
                       (unsigned long long)(bits >> (bits & 63)),
                       (unsigned long long)(random_bits() >> 40), exponent);
        double value = 0.0;
        CHECK(cbk_number_parse(text, false, &value));
        CHECK(value == strtod(text, NULL));
    }
}

/* ---- spellings, problems, notes -----------------------------------------------------
 */

static void slips_of_the_pen_are_found(void)
{
    static const char *const names[] = {"age_years", "sex",   "segment", "size_cm",
                                        "os_months", "Größe", "of"};
    static const struct {
        const char *word;
        const char *nearest;
    } cases[] = {
        {"age_year", "age_years"},
        {"aeg_years", "age_years"},
        {"AGE_YEARS", "age_years"},
        {"sxe", "sex"},
        {"segmnet", "segment"},
        {"osmonths", "os_months"},
        {"grösse", "Größe"},
        {"GRÖßE", "Größe"},
        {"status", NULL},
        {"", NULL},
        {"x", NULL},
        {"fo", "of"},
        {"xy", NULL},
        {"caf\xe9", NULL},
    };
    for (size_t i = 0; i < N(cases); i++) {
        const char *nearest = cbk_nearest_spelling(cases[i].word, names, N(names));
        printf("# %s: %s\n", cases[i].word, nearest != NULL ? nearest : "none");
        CHECK(cbk_text_is_equal(nearest, cases[i].nearest));
    }
    const char *const short_names[] = {"a", "no"};
    CHECK(cbk_nearest_spelling("b", short_names, 2) == NULL); /* nothing in common */
    CHECK(cbk_nearest_spelling("A", short_names, 2) == short_names[0]);
    CHECK(cbk_nearest_spelling("n", short_names, 2) == NULL);
    CHECK(cbk_nearest_spelling("nos", short_names, 2) == short_names[1]);
    const char *const equally_near[] = {"abce", "abdc"};
    CHECK(cbk_nearest_spelling("abcd", equally_near, 2) == equally_near[0]);
    char longest[200];
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    const char *const itself[] = {longest};
    CHECK(cbk_nearest_spelling(longest, itself, 1) == NULL);
    CHECK(cbk_nearest_spelling("sex", NULL, 0) == NULL);
}

static void problems_are_counted_and_kept(void)
{
    cbk_problems problems = {.arena = arena};
    char file[] = "a.csv";
    for (size_t i = 1; i <= CBK_PROBLEMS_MAX + 7; i++) {
        const cbk_place place = {.file = file, .line = i, .column = 2};
        cbk_problems_add(&problems, place, "mistake %zu", i);
    }
    file[0] = 'x'; /* the names are copies */
    CHECK(problems.n_found == CBK_PROBLEMS_MAX + 7);
    const cbk_problem *last = &problems.kept[CBK_PROBLEMS_MAX - 1];
    CHECK(cbk_text_is_equal(last->message, "mistake 50") && last->place.line == 50);
    CHECK(cbk_text_is_equal(last->place.file, "a.csv") && last->place.column == 2);

    cbk_arena *tiny = cbk_arena_create(NULL, 16);
    CHECK(tiny != NULL);
    cbk_problems lost = {.arena = tiny};
    cbk_problems_add(&lost, (cbk_place){0}, "mistake");
    CHECK(lost.n_found == 1 && lost.kept[0].message[0] != '\0');
    cbk_arena_destroy(tiny);
}

static void notes_have_names_and_sentences(void)
{
    for (int i = 0; i < CBK_NOTE_COUNT; i++) {
        const cbk_note note = (cbk_note)(1U << i);
        const char *name = cbk_note_name(note);
        const char *sentence = cbk_note_sentence(note);
        CHECK(name[strspn(name, "abcdefghijklmnopqrstuvwxyz-")] == '\0' &&
              name[0] != '\0');
        CHECK(sentence[strlen(sentence) - 1] == '.');
        for (int k = 0; k < i; k++) {
            CHECK(strcmp(name, cbk_note_name((cbk_note)(1U << k))) != 0);
        }
        const bool is_forbidden =
            note == CBK_NOTE_BEYOND_FOLLOW_UP || note == CBK_NOTE_NO_ROWS;
        CHECK(cbk_notes_forbid_print((cbk_notes)note) == is_forbidden);
    }
    CHECK(cbk_text_is_equal(cbk_note_name(CBK_NOTE_NOT_REACHED), "not-reached"));
    CHECK(cbk_text_is_equal(cbk_note_name(CBK_NOTE_NO_GROUPS), "no-groups"));
    CHECK(!cbk_notes_forbid_print(0));
    CHECK(cbk_notes_forbid_print(CBK_NOTE_NO_EVENTS | CBK_NOTE_NO_ROWS));
}

static void failures_fill_the_error(void)
{
    cbk_error err;
    CHECK(cbk_fail(&err, CBK_EDATA, 7, "bad %s", "cell") == CBK_EDATA);
    CHECK(err.status == CBK_EDATA && err.row == 7 &&
          strcmp(err.message, "bad cell") == 0);
    CHECK(cbk_fail(NULL, CBK_EIO, CBK_ROW_NONE, "nobody listens") == CBK_EIO);
    CHECK(cbk_fail(&err, CBK_EINVAL, CBK_ROW_NONE, "%0*d", 2000, 1) == CBK_EINVAL);
    CHECK(strlen(err.message) == sizeof err.message - 1);
}

static void texts_are_made_printable(void)
{
    char text[] = "a\033[31m\xc3\xa4\xe2\x82\xc2\x9b\x7f.";
    cbk_text_make_printable(text);
    CHECK(strcmp(text, "a?[31m\xc3\xa4\?\?\?\?\?.") == 0);
}

int main(void)
{
    static const check_test tests[] = {
        {"buffers grow, and fail for good", buffers_grow},
        {"copies belong to the arena", copies_belong_to_the_arena},
        {"UTF-8 is checked strictly", utf8_is_checked},
        {"every code point decodes", every_code_point_decodes},
        {"texts are made printable", texts_are_made_printable},
        {"shortest numbers", shortest_numbers},
        {"fixed decimals, half away from zero", fixed_numbers},
        {"three ways of rounding", rounded_numbers},
        {"rounding against whole numbers", rounding_agrees_with_whole_numbers},
        {"numbers parse strictly", numbers_parse},
        {"numbers of thousands of digits", long_numbers_parse},
        {"any double reads back", any_double_reads_back},
        {"decimals parse as strtod does", decimals_parse_as_the_library_does},
        {"slips of the pen", slips_of_the_pen_are_found},
        {"problems are counted and kept", problems_are_counted_and_kept},
        {"notes have names and sentences", notes_have_names_and_sentences},
        {"failures fill the error", failures_fill_the_error},
    };
    arena = cbk_arena_create(NULL, SIZE_MAX);
    if (arena == NULL) {
        return 99; /* TAP: the harness itself broke */
    }
    const int exit_code = check_main(tests, N(tests));
    cbk_arena_destroy(arena);
    return exit_code;
}
