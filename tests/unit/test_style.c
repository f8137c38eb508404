/* test_style.c - numbers as journals print them; what is printed is read again by the
 * audit; and the table of docs/formats/styles.md, given as the first argument.
 */
#include "check.h"

#include "base/file.h"
#include "base/style.h"
#include "base/text.h"
#include "claims/manuscript/manuscript_builder.h"
#include "claims/stated/stated.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static const char *page_path;

static cbk_arena *new_arena(void)
{
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    if (arena == NULL) {
        abort();
    }
    return arena;
}

/* ---- a table of cases -------------------------------------------------------------- */

typedef enum kind { FIXED, AS_IS, SHORT, P, EQUATION, STATISTIC, RATIO, LEVEL } kind;

typedef struct printed_case {
    const char *style;
    kind kind;
    int digits; /* of FIXED and STATISTIC */
    double value;
    const char *text;
} printed_case;

static const printed_case cases[] = {
    {"casebook", FIXED, 2, 0.8, "0.80"},
    {"casebook", FIXED, 0, 12345, "12345"},
    {"casebook", FIXED, 1, -0.5, "-0.5"},
    {"casebook", AS_IS, 0, 132.5, "132.5"},
    {"casebook", P, 0, 0.0467, "0.047"},
    {"casebook", P, 0, 0.0999, "0.100"},
    {"casebook", P, 0, 0.28, "0.28"},
    {"casebook", P, 0, 0.9999, "1.00"},
    {"casebook", P, 0, 0.00099, "<0.001"},
    {"casebook", P, 0, 1e-17, "< 1e-16"},
    {"casebook", EQUATION, 0, 0.0005, "p <0.001"},
    {"casebook", EQUATION, 0, 0.04, "p = 0.040"},
    {"casebook", STATISTIC, 3, 0.000123, "1.23e-04"},
    {"casebook", LEVEL, 0, 0.95, "95"},
    {"casebook", LEVEL, 0, 0.999, "99.9"},
    {"casebook", LEVEL, 0, 0.9999, "99.99"}, /* never 100 */
    {"casebook", LEVEL, 0, 0.9545, "95.45"},
    /* P to 2 digits, 3 below .01, no leading zero [AMA 19.5, 18.7.1] */
    {"jama", P, 0, 0.28, ".28"},
    {"jama", P, 0, 0.03, ".03"},
    {"jama", P, 0, 0.01, ".01"},
    {"jama", P, 0, 0.0099, ".010"},
    {"jama", P, 0, 0.0042, ".004"},
    {"jama", P, 0, 0.001, ".001"},
    {"jama", P, 0, 0.00099, "<.001"},
    {"jama", P, 0, 0.991, ".99"},
    {"jama", P, 0, 0.996, ">.99"},
    {"jama", P, 0, 1.0, ">.99"},
    /* rounded to two digits it would not be below .05 any more */
    {"jama", P, 0, 0.046, ".046"},
    {"jama", P, 0, 0.0449, ".04"},
    {"jama", P, 0, 0.0496, ".0496"},
    {"jama", P, 0, 0.05, ".05"},
    {"jama", P, 0, 0.0503, ".05"},
    {"jama", EQUATION, 0, 0.03, "P = .03"},
    {"jama", EQUATION, 0, 0.0003, "P < .001"},
    {"jama", EQUATION, 0, 1.0, "P > .99"},
    {"jama", EQUATION, 0, (double)NAN, "P does not exist"},
    {"jama", FIXED, 2, 0.8, "0.80"},
    {"jama", FIXED, 0, 9999, "9999"},
    {"jama", FIXED, 0, 12345, "12\u202f345"},
    {"jama", FIXED, 1, 1234567.8, "1\u202f234\u202f567.8"},
    {"jama", FIXED, 1, -0.5, "−0.5"},
    {"jama", STATISTIC, 3, 0.000123, "1.23\u00a0×\u00a010⁻⁴"},
    {"jama", STATISTIC, 3, 2.5e10, "2.50\u00a0×\u00a010¹⁰"},
    {"ama", P, 0, 0.03, ".03"},
    /* two figures, four decimals, a raised point */
    {"lancet", P, 0, 0.28, "0·28"},
    {"lancet", P, 0, 0.03, "0·030"},
    {"lancet", P, 0, 0.0467, "0·047"},
    {"lancet", P, 0, 0.0042, "0·0042"},
    {"lancet", P, 0, 0.0003, "0·0003"},
    {"lancet", P, 0, 0.00003, "<0·0001"},
    {"lancet", P, 0, 1.0, ">0·99"},
    {"lancet", EQUATION, 0, 0.28, "p=0·28"},
    {"lancet", EQUATION, 0, 0.00003, "p<0·0001"},
    {"lancet", EQUATION, 0, 0.999, "p>0·99"},
    {"lancet", FIXED, 2, 0.8, "0·80"},
    {"lancet", FIXED, 0, 12345, "12\u202f345"},
    {"lancet", FIXED, 1, -12.5, "−12·5"},
    {"lancet", AS_IS, 0, 45.5, "45·5"},
    {"lancet", SHORT, 0, 99.5, "99·5"},
    {"lancet", LEVEL, 0, 0.995, "99·5"},
    {"lancet", RATIO, 0, 0.0025, "0·0025"},
    {"nejm", P, 0, 0.03, "0.03"},
    {"nejm", P, 0, 0.0467, "0.05"},
    {"nejm", P, 0, 0.0042, "0.004"},
    {"nejm", P, 0, 0.0003, "<0.001"},
    {"nejm", EQUATION, 0, 0.03, "P=0.03"},
    {"nejm", EQUATION, 0, 0.0003, "P<0.001"},
    {"nejm", FIXED, 0, 1234, "1234"},
    {"nejm", FIXED, 0, 12345, "12,345"},
    {"nejm", RATIO, 0, 1.0449, "1.04"},
};

static const char *print(cbk_arena *arena, const printed_case *of)
{
    const cbk_style *style = cbk_style_find(of->style);
    switch (of->kind) {
    case FIXED:
        return cbk_print_number(arena, style, of->value, of->digits);
    case AS_IS:
        return cbk_print_number(arena, style, of->value, -1);
    case SHORT:
        return cbk_print_short(arena, style, of->value);
    case P:
        return cbk_print_p(arena, style, of->value);
    case EQUATION:
        return cbk_print_p_equation(arena, style, of->value);
    case STATISTIC:
        return cbk_print_statistic(arena, style, of->value, of->digits);
    case LEVEL:
        return cbk_print_level(arena, style, of->value);
    case RATIO:
        break;
    }
    return cbk_print_ratio(arena, style, of->value);
}

static void numbers_are_printed_by_the_style(void)
{
    cbk_arena *arena = new_arena();
    for (size_t i = 0; i < N(cases); i++) {
        const char *text = print(arena, &cases[i]);
        if (strcmp(text, cases[i].text) != 0) {
            printf("# %s: %.17g is \"%s\", expected \"%s\"\n", cases[i].style,
                   cases[i].value, text, cases[i].text);
            check_has_failed = true;
        }
    }
    cbk_arena_destroy(arena);
}

static void what_is_absent_is_a_dash_in_every_style(void)
{
    cbk_arena *arena = new_arena();
    for (size_t i = 0; i < cbk_n_styles; i++) {
        const cbk_style *style = &cbk_styles[i];
        CHECK(strcmp(cbk_print_p(arena, style, (double)NAN), CBK_DASH) == 0);
        CHECK(strcmp(cbk_print_ratio(arena, style, (double)NAN), CBK_DASH) == 0);
        CHECK(strcmp(cbk_print_ratio(arena, style, HUGE_VAL), "∞") == 0);
        CHECK(strcmp(cbk_print_statistic(arena, style, HUGE_VAL, 3), CBK_DASH) == 0);
        CHECK(strcmp(cbk_print_recorded(arena, style, "III"), "III") == 0);
        CHECK(strcmp(cbk_print_recorded(arena, style, "12345"), "12345") == 0);
    }
    CHECK(strcmp(cbk_print_recorded(arena, cbk_style_find("lancet"), "7.3"), "7·3") == 0);
    cbk_arena_destroy(arena);
}

/* ---- two numbers --------------------------------------------------------------------
 */

typedef struct range_case {
    const char *style;
    cbk_print_place place;
    const char *lower, *upper, *sign;
    const char *text;
} range_case;

static const range_case ranges[] = {
    {"casebook", CBK_PRINT_SENTENCE, "52", "100", "%", "95% CI 52% to 100%"},
    {"casebook", CBK_PRINT_NARROW, "52", "100", "%", "95% CI 52–100"},
    {"jama", CBK_PRINT_SENTENCE, "52", "100", "%", "95% CI, 52%-100%"},
    {"jama", CBK_PRINT_NARROW, "0.51", "1.00", "", "95% CI, 0.51-1.00"},
    {"jama", CBK_PRINT_CELL, "−0.20", "0.44", "", "95% CI, −0.20 to 0.44"},
    {"lancet", CBK_PRINT_SENTENCE, "52", "100", "%", "95% CI 52–100"},
    {"lancet", CBK_PRINT_SENTENCE, "−0·20", "0·44", "", "95% CI −0·20 to 0·44"},
    {"nejm", CBK_PRINT_SENTENCE, "0.51", "1.00", "", "95% CI, 0.51 to 1.00"},
    {"nejm", CBK_PRINT_CELL, "0.51", "1.00", "", "95% CI, 0.51–1.00"},
};

static void intervals_are_printed_by_the_style(void)
{
    cbk_arena *arena = new_arena();
    for (size_t i = 0; i < N(ranges); i++) {
        const char *text =
            cbk_print_interval(arena, cbk_style_find(ranges[i].style), ranges[i].place,
                               0.95, ranges[i].lower, ranges[i].upper, ranges[i].sign);
        if (strcmp(text, ranges[i].text) != 0) {
            printf("# %s: \"%s\", expected \"%s\"\n", ranges[i].style, text,
                   ranges[i].text);
            check_has_failed = true;
        }
    }
    cbk_arena_destroy(arena);
}

/* ---- the rows -----------------------------------------------------------------------
 */

static void every_row_is_whole(void)
{
    const char *names = CBK_STYLE_NAMES;
    for (size_t i = 0; i < cbk_n_styles; i++) {
        const cbk_style *row = &cbk_styles[i];
        const size_t size = strlen(row->name);
        CHECK(strncmp(names, row->name, size) == 0 &&
              (names[size] == ' ' || names[size] == '\0'));
        names += size + (names[size] == ' ' ? 1 : 0);
        CHECK(cbk_style_find(row->name) == row);
        const char *const texts[] = {row->of,
                                     row->point,
                                     row->group,
                                     row->minus,
                                     row->p,
                                     row->p_heading,
                                     row->equals,
                                     row->less,
                                     row->greater,
                                     row->comma,
                                     row->between[CBK_PRINT_SENTENCE],
                                     row->between[CBK_PRINT_CELL],
                                     row->between[CBK_PRINT_NARROW],
                                     row->between_signed,
                                     row->n,
                                     row->quartiles,
                                     row->mean,
                                     row->sd[0],
                                     row->sd[1],
                                     row->counts};
        for (size_t k = 0; k < N(texts); k++) {
            CHECK(texts[k] != NULL);
        }
        const cbk_p_band *band = row->p_bands;
        while (isfinite(band->below)) {
            CHECK(band + 1 < row->p_bands + CBK_P_BANDS_MAX);
            CHECK(band[1].below > band[0].below);
            band++;
        }
    }
    CHECK(*names == '\0');
    CHECK(cbk_style_find("jam") == NULL);
    CHECK(cbk_style_of(NULL) == cbk_style_find("casebook"));
}

/* ---- the way back -------------------------------------------------------------------
 */

static const double values[] = {0.0,   0.5,     -0.5,  1.0,     7.3,      45.5,
                                83.33, -12.25,  132.5, 9999.0,  12345.0,  -12345.75,
                                1e6,   2.5e-05, 1e-9,  3.25e10, 0.000123, 123456.789};

static void what_is_printed_is_stated(void)
{
    cbk_arena *arena = new_arena();
    for (size_t i = 0; i < cbk_n_styles; i++) {
        const cbk_style *style = &cbk_styles[i];
        for (size_t k = 0; k < N(values) * 3; k++) {
            const double value = values[k / 3];
            const char *text = k % 3 == 0   ? cbk_print_number(arena, style, value, -1)
                               : k % 3 == 1 ? cbk_print_number(arena, style, value, 2)
                                            : cbk_print_statistic(arena, style, value, 3);
            cbk_stated stated;
            CHECK(cbk_stated_read(text, arena, &stated));
            if (stated.n != 1 ||
                !cbk_stated_is_met(&stated.numbers[0], value, CBK_ROUND_HALF_AWAY)) {
                printf("# %s: %.17g is not what \"%s\" states\n", style->name, value,
                       text);
                check_has_failed = true;
            }
        }
    }
    cbk_arena_destroy(arena);
}

static void every_p_is_stated(void)
{
    cbk_arena *arena = new_arena();
    for (size_t i = 0; i < cbk_n_styles; i++) {
        for (double p = 1e-7; p < 1.0; p *= 1.0137) {
            const char *text = cbk_print_p_equation(arena, &cbk_styles[i], p);
            cbk_stated stated;
            CHECK(cbk_stated_read(text, arena, &stated));
            if (stated.n != 1 ||
                !cbk_stated_is_met(&stated.numbers[0], p, CBK_ROUND_HALF_AWAY)) {
                printf("# %s: %.17g is not what \"%s\" states\n", cbk_styles[i].name, p,
                       text);
                check_has_failed = true;
            }
        }
    }
    cbk_arena_destroy(arena);
}

/* A sentence as a manuscript has it: every number is found, with its value. */
static void a_manuscript_in_any_style_is_read(void)
{
    static const double of[] = {45.5, 31.5, 56.5, 0.5, -0.25, 0.515, 12345.0, 44.5, 16.2};
    cbk_arena *arena = new_arena();
    for (size_t i = 0; i < cbk_n_styles; i++) {
        const cbk_style *s = &cbk_styles[i];
        const char *text[N(of)];
        for (size_t k = 0; k < N(of); k++) {
            text[k] = cbk_print_number(arena, s, of[k], -1);
        }
        const char *page = cbk_text_format(
            arena,
            "# Results\n\nThe median age was %s years (IQR%s %s), the difference %s "
            "(%s), and there were %s patients; the mean was %s%s%s years.\n",
            text[0], s->comma,
            cbk_print_range(arena, s, CBK_PRINT_SENTENCE, text[1], text[2], ""), text[3],
            cbk_print_interval(arena, s, CBK_PRINT_SENTENCE, 0.95, text[4], text[5], ""),
            text[6], text[7], s->sd[0], text[8]);
        const cbk_manuscript *m = NULL;
        CHECK(cbk_manuscript_parse("paper.md", CBK_MANUSCRIPT_MARKDOWN, page,
                                   strlen(page), arena, &m, NULL) == CBK_OK);
        size_t n = 0;
        for (size_t k = 0; k < m->n_numbers; k++) {
            n += n < N(of) && m->numbers[k].value == of[n] ? 1 : 0;
        }
        if (n < N(of)) {
            printf("# %s: %.17g is not found in: %s", s->name, of[n], page);
            check_has_failed = true;
        }
    }
    cbk_arena_destroy(arena);
}

/* ---- the page -----------------------------------------------------------------------
 */

enum { N_LINES = 19 };

/* Line `line` of the table in docs/formats/styles.md: what it shows, or, of a style, how
 * that is printed. */
static const char *cell(cbk_arena *arena, const cbk_style *s, size_t line)
{
    static const char *const what[N_LINES] = {
        "0.8, two decimals",
        "−0.5",
        "12345",
        "0.000123, three significant",
        "heading of a column of p",
        "p of 0.28",
        "0.0467",
        "0.0496",
        "0.0042",
        "0.0003",
        "0.00003",
        "0.998",
        "p of 0.0042 in a sentence",
        "95% interval in a sentence",
        "the same of percentages",
        "ratio with its limits",
        "median, quartiles",
        "mean, standard deviation",
        "counts; 37 of 523",
    };
    static const double ps[] = {0.28, 0.0467, 0.0496, 0.0042, 0.0003, 0.00003, 0.998};
    if (s == NULL) {
        return what[line];
    }
    const char *number[6];
    const double of[6] = {0.51, 1.0, 45.5, 31.5, 56.5, 16.2};
    for (size_t i = 0; i < 6; i++) {
        number[i] = cbk_print_number(arena, s, of[i], i < 2 ? 2 : 1);
    }
    switch (line) {
    case 0:
        return cbk_print_number(arena, s, 0.8, 2);
    case 1:
        return cbk_print_number(arena, s, -0.5, 1);
    case 2:
        return cbk_print_number(arena, s, 12345.0, 0);
    case 3:
        return cbk_print_power(arena, s, 0.000123, 2);
    case 4:
        return s->p_heading;
    case 12:
        return cbk_print_p_equation(arena, s, 0.0042);
    case 13:
        return cbk_print_interval(arena, s, CBK_PRINT_SENTENCE, 0.95, number[0],
                                  number[1], "");
    case 14:
        return cbk_print_interval(arena, s, CBK_PRINT_SENTENCE, 0.95, "52", "100", "%");
    case 15:
        return cbk_text_format(
            arena, "%s (%s)", cbk_print_ratio(arena, s, 0.72),
            cbk_print_range(arena, s, CBK_PRINT_NARROW, number[0], number[1], ""));
    case 16:
        return cbk_text_format(
            arena, "Median (%s): %s (%s)", s->quartiles, number[2],
            cbk_print_range(arena, s, CBK_PRINT_CELL, number[3], number[4], ""));
    case 17:
        return cbk_text_format(arena, "%s: %s%s%s%s", s->mean, number[2], s->sd[0],
                               number[5], s->sd[1]);
    case 18:
        return cbk_text_format(
            arena, "%s: 37%s (%s%s)", s->counts, s->has_total ? "/523" : "",
            cbk_print_number(arena, s, 3700.0 / 523.0, cbk_print_percent_digits(s, 523)),
            s->has_percent ? "%" : "");
    default:
        return cbk_print_p(arena, s, ps[line - 5]);
    }
}

static void the_page_shows_what_is_printed(void)
{
    const char *page = NULL;
    size_t size = 0;
    cbk_arena *arena = new_arena();
    CHECK(cbk_file_read(page_path, SIZE_MAX / 2, arena, &page, &size, NULL) == CBK_OK);
    cbk_buffer table = {0};
    cbk_buffer_add(&table, "| |");
    for (size_t i = 0; i < cbk_n_styles; i++) {
        cbk_buffer_addf(&table, " `%s` |", cbk_styles[i].name);
    }
    cbk_buffer_add(&table, "\n|---|");
    for (size_t i = 0; i < cbk_n_styles; i++) {
        cbk_buffer_add(&table, "---|");
    }
    for (size_t line = 0; line < N_LINES; line++) {
        cbk_buffer_addf(&table, "\n| %s |", cell(arena, NULL, line));
        for (size_t i = 0; i < cbk_n_styles; i++) {
            cbk_buffer_addf(&table, " %s |", cell(arena, &cbk_styles[i], line));
        }
    }
    cbk_buffer_add(&table, "\n");
    if (strstr(page, table.bytes) == NULL) {
        printf("# %s should have this table:\n%s", page_path, table.bytes);
        check_has_failed = true;
    }
    cbk_buffer_free(&table);
    cbk_arena_destroy(arena);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"numbers are printed by the style", numbers_are_printed_by_the_style},
        {"what is absent is a dash in every style",
         what_is_absent_is_a_dash_in_every_style},
        {"intervals are printed by the style", intervals_are_printed_by_the_style},
        {"every row is whole", every_row_is_whole},
        {"what is printed is stated", what_is_printed_is_stated},
        {"every p is stated", every_p_is_stated},
        {"a manuscript in any style is read", a_manuscript_in_any_style_is_read},
        {"the page shows what is printed", the_page_shows_what_is_printed},
    };
    page_path = argc > 1 ? argv[1] : "docs/formats/styles.md";
    return check_main(tests, N(tests));
}
