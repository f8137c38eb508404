/* test_table.c - columns and grouping: order of groups, missing values, a slow twin. */
#include "check.h"
#include "faulty_heap.h"

#include <casebook/table.h>

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static const double nan_value = (double)NAN;

static cbk_arena *arena;

static cbk_column number_column(const char *name, const double *values)
{
    return (cbk_column){.name = name, .type = CBK_COLUMN_NUMBER, .number = values};
}

static cbk_column text_column(const char *name, const char *const *values)
{
    return (cbk_column){.name = name, .type = CBK_COLUMN_TEXT, .text = values};
}

static void columns_by_name(void)
{
    const double age[] = {44, nan_value};
    const char *const sex[] = {"F", NULL};
    const cbk_column columns[] = {number_column("age", age), text_column("sex", sex)};
    const cbk_table table = {.n_rows = 2, .n_columns = 2, .columns = columns};
    CHECK(cbk_table_column(&table, "age") == &columns[0]);
    CHECK(cbk_table_column(&table, "sex") == &columns[1]);
    CHECK(cbk_table_column(&table, "Age") == NULL);
    for (size_t i = 0; i < 2; i++) {
        CHECK(!cbk_column_is_missing(&columns[i], 0));
        CHECK(cbk_column_is_missing(&columns[i], 1));
    }
}

/* The levels of one column, joined by a bar. */
static const char *levels(const cbk_column *column, size_t n_rows)
{
    const cbk_groups *groups = NULL;
    if (cbk_table_group(&column, 1, n_rows, arena, &groups, NULL) != CBK_OK) {
        return "failed";
    }
    const char *joined = "";
    for (size_t g = 0; g < groups->n_groups; g++) {
        joined =
            cbk_text_format(arena, "%s%s%s", joined, g > 0 ? "|" : "", groups->level[g]);
    }
    return joined;
}

static void groups_ascend(void)
{
    const double numbers[] = {10, 2, -1, 2.5, nan_value, -0.0, 0.0, 1e300, -1e-300, 2};
    const char *const words[] = {"b", "a",         "B", "10", "",
                                 "2", "z\xc3\xa9", "z", "a",  "b"};
    const char *const digits[] = {"10", "2",   "-1",  "2.5", NULL,
                                  "9",  "2.0", "1e1", "2",   "-1"};
    const char *const prefix[] = {"12345678b", "12345678a", "12345678", "1234567",
                                  "12345678a", NULL,        "x",        "x",
                                  "x",         "x"};
    const char *const commas[] = {"10", "1,5", "9",  NULL, NULL,
                                  NULL, NULL,  NULL, NULL, NULL};
    const char *const none[10] = {0};
    const cbk_column columns[] = {
        number_column("n", numbers), text_column("w", words),  text_column("d", digits),
        text_column("p", prefix),    text_column("c", commas), text_column("0", none),
    };
    static const char *const expected[] = {
        "-1|-1e-300|0|2|2.5|10|1e+300",
        "|10|2|B|a|b|z|z\xc3\xa9",
        "-1|2|2.0|2.5|9|10|1e1",
        "1234567|12345678|12345678a|12345678b|x",
        "1,5|10|9",
        "",
    };
    for (size_t i = 0; i < N(columns); i++) {
        const char *found = levels(&columns[i], 10);
        printf("# %s\n", found);
        CHECK(strcmp(found, expected[i]) == 0);
    }
}

static void declared_values_come_first(void)
{
    const char *const words[] = {"high", "low", NULL, "mid", "b", "low", "a", "high"};
    const char *const digits[] = {"3", "10", "2", "1", "10", "2", "3", NULL};
    const char *const risk[] = {"low", "nobody", "mid", "high"};
    const char *const stage[] = {"10", "3"};
    cbk_column of_words = text_column("w", words);
    of_words.declared = risk;
    of_words.n_declared = N(risk);
    CHECK(strcmp(levels(&of_words, 8), "low|mid|high|a|b") == 0);
    cbk_column of_digits = text_column("d", digits);
    of_digits.declared = stage;
    of_digits.n_declared = N(stage);
    CHECK(strcmp(levels(&of_digits, 8), "10|3|1|2") == 0);
}

static void two_columns_and_missing(void)
{
    const char *const arm[] = {"b", "a", "b", NULL, "a", "a"};
    const double stage[] = {2, 10, 1, 1, nan_value, 2};
    const cbk_column first = text_column("arm", arm);
    const cbk_column second = number_column("stage", stage);
    const cbk_column *by[] = {&first, &second};
    const cbk_groups *groups = NULL;
    CHECK(cbk_table_group(by, 2, 6, arena, &groups, NULL) == CBK_OK);
    CHECK(groups->n_by == 2 && groups->n_groups == 4);
    CHECK(strcmp(groups->by[0], "arm") == 0 && strcmp(groups->by[1], "stage") == 0);
    static const char *const level[] = {"a", "2", "a", "10", "b", "1", "b", "2"};
    for (size_t i = 0; i < N(level); i++) {
        CHECK(strcmp(groups->level[i], level[i]) == 0);
    }
    const uint32_t of_row[] = {3, 1, 2, CBK_GROUP_NONE, CBK_GROUP_NONE, 0};
    CHECK(memcmp(groups->of_row, of_row, sizeof of_row) == 0);
}

static void no_column_is_one_group(void)
{
    const cbk_groups *groups = NULL;
    CHECK(cbk_table_group(NULL, 0, 3, arena, &groups, NULL) == CBK_OK);
    CHECK(groups->n_by == 0 && groups->n_groups == 1);
    CHECK(groups->of_row[0] == 0 && groups->of_row[2] == 0);
    CHECK(cbk_table_group(NULL, 0, 0, arena, &groups, NULL) == CBK_OK);
    CHECK(groups->n_groups == 1);
    const cbk_column empty = text_column("x", NULL);
    const cbk_column *by[] = {&empty};
    CHECK(cbk_table_group(by, 1, 0, arena, &groups, NULL) == CBK_OK);
    CHECK(groups->n_groups == 0 && groups->n_by == 1);
}

static uint32_t random_state = 20240229;

static uint32_t random_below(uint32_t bound) /* Marsaglia's xorshift32 */
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state % bound;
}

enum { ROWS = 80 };

static int twin_compare(const char *const *word, const double *number, size_t a, size_t b)
{
    const int order = strcmp(word[a], word[b]);
    return order != 0 ? order : (number[a] > number[b]) - (number[a] < number[b]);
}

/* A row's group is the number of distinct values below its own. */
static uint32_t twin_group(const char *const *word, const double *number, size_t n,
                           size_t row)
{
    uint32_t group = 0;
    for (size_t i = 0; i < n; i++) {
        bool is_counted = word[i] != NULL && !isnan(number[i]) &&
                          twin_compare(word, number, i, row) < 0;
        for (size_t k = 0; k < i && is_counted; k++) {
            is_counted = word[k] == NULL || isnan(number[k]) ||
                         twin_compare(word, number, i, k) != 0;
        }
        group += is_counted;
    }
    return group;
}

static void agrees_with_a_slow_twin(void)
{
    static const char *const words[] = {
        "a", "b", "ab", "long enough word", "long enough work", "\xc3\xa9", "", NULL};
    for (int round = 0; round < 500; round++) {
        const cbk_mark mark = cbk_arena_mark(arena);
        const char *word[ROWS];
        double number[ROWS];
        const size_t n = random_below(ROWS + 1);
        const uint32_t n_words = 1 + random_below(N(words));
        for (size_t i = 0; i < n; i++) {
            word[i] = words[random_below(n_words)];
            const uint32_t k = random_below(6);
            number[i] = k == 5 ? nan_value : (double)k - 2.5;
        }
        const cbk_column first = text_column("word", word);
        const cbk_column second = number_column("number", number);
        const cbk_column *by[] = {&first, &second};
        const cbk_groups *groups = NULL;
        CHECK(cbk_table_group(by, 2, n, arena, &groups, NULL) == CBK_OK);
        for (size_t i = 0; i < n; i++) {
            const bool is_missing = word[i] == NULL || isnan(number[i]);
            const uint32_t expected =
                is_missing ? CBK_GROUP_NONE : twin_group(word, number, n, i);
            CHECK(groups->of_row[i] == expected);
            CHECK(is_missing || strcmp(groups->level[2 * expected], word[i]) == 0);
            CHECK(is_missing ||
                  strtod(groups->level[2 * expected + 1], NULL) == number[i]);
        }
        cbk_arena_release(arena, mark);
    }
}

/* Few different values are found in another way than many. */
static void few_and_many_values_are_numbered_alike(void)
{
    enum { N_ROWS = 1200 };
    static const size_t n_values[] = {1, 2, 127, 128, 129, 255, 256, 257, 400};
    for (size_t k = 0; k < N(n_values); k++) {
        const cbk_mark mark = cbk_arena_mark(arena);
        const size_t n = n_values[k];
        const char *arm[N_ROWS];
        double number[N_ROWS];
        for (size_t i = 0; i < N_ROWS; i++) {
            arm[i] = i / n % 2 == 0 ? "control" : "treated";
            number[i] = (double)(i * 37 % n) - 20.0;
        }
        const cbk_column first = text_column("arm", arm);
        const cbk_column second = number_column("number", number);
        const cbk_column *const by[] = {&first, &second};
        for (size_t n_by = 1; n_by <= 2; n_by++) {
            const cbk_groups *groups = NULL;
            CHECK(cbk_table_group(&by[2 - n_by], n_by, N_ROWS, arena, &groups, NULL) ==
                  CBK_OK);
            CHECK(groups->n_groups == n * n_by);
            for (size_t i = 0; i < N_ROWS; i++) {
                const size_t before = n_by == 2 && i / n % 2 == 1 ? n : 0;
                CHECK(groups->of_row[i] == before + i * 37 % n);
            }
        }
        cbk_arena_release(arena, mark);
    }
}

enum { BIG = 20000 }; /* large enough that each array needs its own block */

static cbk_status group_on(const void *by, cbk_arena *small, const void **out)
{
    const cbk_column *const columns[] = {by};
    const cbk_groups *groups = NULL;
    const cbk_status status = cbk_table_group(columns, 1, BIG, small, &groups, NULL);
    *out = groups != NULL && groups->n_groups == 7919 ? groups : NULL;
    return status;
}

static void survives_every_failed_allocation(void)
{
    double *values = calloc(BIG, sizeof *values);
    CHECK(values != NULL);
    for (size_t i = 0; i < BIG; i++) {
        values[i] = (double)(i % 7919);
    }
    const cbk_column column = number_column("x", values);
    CHECK(faulty_heaps(group_on, &column) >=
          5); /* the arena, of_row, keys, levels and texts had their turn */
    free(values);
}

int main(void)
{
    static const check_test tests[] = {
        {"columns by name, missing values", columns_by_name},
        {"groups ascend, as numbers or by bytes", groups_ascend},
        {"declared values come first, in their order", declared_values_come_first},
        {"two columns, rows with a missing value", two_columns_and_missing},
        {"few and many values are numbered alike",
         few_and_many_values_are_numbered_alike},
        {"no column is one group; no row is none", no_column_is_one_group},
        {"agrees with a slow twin", agrees_with_a_slow_twin},
        {"every failed allocation", survives_every_failed_allocation},
    };
    arena = cbk_arena_create(NULL, SIZE_MAX);
    if (arena == NULL) {
        return 99; /* TAP: the harness itself broke */
    }
    const int exit_code = check_main(tests, N(tests));
    cbk_arena_destroy(arena);
    return exit_code;
}
