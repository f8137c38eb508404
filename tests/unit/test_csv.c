/* test_csv.c - delimited text: dialects, every mistake with its line, what is written
 * reads back, and every allocation made to fail. */
#define _XOPEN_SOURCE 700 /* mkstemp() */

#include "check.h"

#include "base/file.h"
#include "base/text.h"
#include "exchange/csv.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static cbk_arena *arena;

/* The whole result as one text: header and rows by '/', cells by '|', each row after its
 * line; or the mistakes, "line: message" by newlines. */
static const char *outcome(const char *bytes, size_t size)
{
    cbk_problems problems = {.arena = arena};
    cbk_error err;
    const cbk_csv *csv = NULL;
    const cbk_status status =
        cbk_csv_parse("t.csv", bytes, size, arena, &problems, &csv, &err);
    const char *text = "";
    if (status != CBK_OK) {
        for (size_t i = 0; i < problems.n_found && i < CBK_PROBLEMS_MAX; i++) {
            text = cbk_text_format(arena, "%s%zu: %s\n", text,
                                   problems.kept[i].place.line, problems.kept[i].message);
        }
        return problems.n_found > 0 && (csv == NULL || csv->n_columns > 0)
                   ? text
                   : "inconsistent";
    }
    for (size_t j = 0; j < csv->n_columns; j++) {
        text = cbk_text_format(arena, "%s%s%s", text, j > 0 ? "|" : "", csv->header[j]);
    }
    for (size_t i = 0; i < csv->n_rows; i++) {
        text = cbk_text_format(arena, "%s/%zu:", text, csv->line[i]);
        for (size_t j = 0; j < csv->n_columns; j++) {
            text = cbk_text_format(arena, "%s%s%s", text, j > 0 ? "|" : "",
                                   cbk_csv_cell(csv, i, j));
        }
    }
    return problems.n_found == 0 ? text : "inconsistent";
}

static void dialects(void)
{
    static const struct {
        const char *text;
        const char *expected;
    } cases[] = {
        {"a,b\n1,2\n3,4\n", "a|b/2:1|2/3:3|4"},
        {"a,b\r\n1,2\r\n", "a|b/2:1|2"},
        {"a,b\r1,2\r3,4", "a|b/2:1|2/3:3|4"},
        {"a;b\n1,5;2\n", "a|b/2:1,5|2"},
        {"a\tb\n1\t2\n\t\n", "a|b/2:1|2/3:|"},
        {"\xef\xbb\xbf"
         "a,b\n1,2",
         "a|b/2:1|2"},
        {"a\n1\n2\n", "a/2:1/3:2"},
        {"a\n\t\n1\n", "a/3:1"},
        {"a\tb,c\n1\t2\n", "a|b,c/2:1|2"},
        {"a\tb;c\n1\t2\n", "a|b;c/2:1|2"},
        {"a;b,c\n1;2\n", "a|b,c/2:1|2"},
        {"a\tb;c;d\n1;2;3\n", "a\tb|c|d/2:1|2|3"},
        {"a\tb,c,d\n1,2,3\n", "a\tb|c|d/2:1|2|3"},
        {"a;b,c,d\n1,2,3\n", "a;b|c|d/2:1|2|3"},
        {"a,b\n", "a|b"},
        {"a,b", "a|b"},
        {"\n \n a , b \n\n  1 2 ,\t3\n \n4,5\n\n", "a|b/5:1 2|3/7:4|5"},
        {"a,b\n\"x, \"\"y\"\"\",\" z \"\n", "a|b/2:x, \"y\"| z "},
        {"a,b\n\"1\n2\r\n3\",4\n\n5,6\n", "a|b/2:1\n2\r\n3|4/6:5|6"},
        {"\"a,x\";\"b,y\"\n1;2\n", "a,x|b,y/2:1|2"},
        {"\"a\n;;;\",b\n1,2\n", "a\n;;;|b/3:1|2"},
        {"a,b\n,\n\"\",\n", "a|b/2:|/3:|"},
        {"a\n\"\"\n", "a/2:"},
        {"size (cm, mm);age\n1;2\n", "size (cm, mm)|age/2:1|2"},
        {"\n\ta\n1\t2", "1: "},
        {"Gr\xc3\xb6\xc3\x9f"
         "e,\xe2\x89\xa4\n1,2",
         "Gr\xc3\xb6\xc3\x9f"
         "e|\xe2\x89\xa4/2:1|2"},
    };
    for (size_t i = 0; i < N(cases); i++) {
        const char *found = outcome(cases[i].text, strlen(cases[i].text));
        printf("# case %zu\n", i);
        if (strcmp(cases[i].expected, "1: ") == 0) { /* a tab first: a nameless column */
            CHECK(strstr(found, "2: Column 1 of 2 has no name") == found);
        } else {
            CHECK(strcmp(found, cases[i].expected) == 0);
        }
    }
}

static void mistakes_name_their_line(void)
{
    static const struct {
        const char *text;
        size_t size; /* 0: strlen */
        const char *line;
        const char *says;
    } cases[] = {
        {"", 0, "0: ", "empty"},
        {"\n \n\r\n", 0, "0: ", "empty"},
        {"\xef\xbb\xbf", 0, "0: ", "empty"},
        {"a,b\n1,2\n1,2,3\n", 0, "3: ", "3 cells, the header has 2"},
        {"a,b\n1\n", 0, "2: ", "1 cell, the header has 2"},
        {"a,b\n\"x\ny\",2\n\n1\n", 0, "5: ", "1 cell, the header has 2"},
        {"a,b\n1,\"x\ny\",2\n", 0, "2: ", "3 cells"},
        {"a,b,a\n1,2,3\n", 0, "1: ", "Columns 1 and 3 have the same name, \"a\""},
        {"\na,,c\n", 0, "2: ", "Column 2 of 3 has no name"},
        {"a,b,\n1,2,\n", 0, "1: ", "Column 3 of 3 has no name"},
        {"a,b\n1,\"x\n2,3\n4,5\n", 0, "2: ", "never closed"},
        {"a,b\n\"p\nq\",\"x\n2,3\n", 0, "3: ", "never closed"},
        {"a,\"b\n1,2\n", 0, "1: ", "never closed"},
        {"a,b\n1,5\" tumour\n2,3\n", 0, "2: ", "Cell 2 has a quote out of place"},
        {"a,b\n\"1\"x,2\n", 0, "2: ", "Cell 1 has a quote out of place"},
        {"a,b\n\"1,2\n3,\"4\"\n", 0, "3: ", "Is a quote missing on line 2?"},
        {"a\"b,c\n1,2,3\n", 0, "1: ", "Cell 1 has a quote out of place"},
        {"a\"b,c\n1,1\n2\n", 0, "1: ", "Cell 1 has a quote out of place"},
        {"a,b\ncaf\xe9,2\n", 0, "2: ", "Byte 4 of this line (0xE9) is not UTF-8"},
        {"\xef\xbb\xbf"
         "a,b\n1,\xc3",
         0, "2: ", "Byte 3 of this line (0xC3)"},
        {"a,b\n1,\0\n", 8, "2: ", "Byte 3 of this line is a NUL byte"},
        {"\xff\xfe"
         "a\0,\0",
         6, "0: ", "UTF-16"},
        {"\xfe\xff\0a\0,", 6, "0: ", "UTF-16"},
        {"PK\x03\x04...", 0, "0: ", "spreadsheet"},
    };
    for (size_t i = 0; i < N(cases); i++) {
        const size_t size = cases[i].size > 0 ? cases[i].size : strlen(cases[i].text);
        const char *found = outcome(cases[i].text, size);
        printf("# case %zu: %s", i, found);
        CHECK(strncmp(found, cases[i].line, 3) == 0);
        CHECK(strstr(found, cases[i].says) != NULL);
        CHECK(strchr(found, '\n') == found + strlen(found) - 1); /* only this mistake */
    }
}

static void all_mistakes_together(void)
{
    static const char text[] = "a,a\n1\n\"2\"x,3\n4,\xe9\n5,6\n7,8,9\n0,\"";
    const char *found = outcome(text, sizeof text - 1);
    CHECK(strncmp(found, "1: Columns 1 and 2", 18) == 0); /* the header's come first */
    CHECK(strstr(found, "\n2: ") != NULL && strstr(found, "\n3: ") != NULL &&
          strstr(found, "\n4: ") != NULL);
    CHECK(strstr(found, "\n6: ") != NULL && strstr(found, "\n7: ") != NULL);
    CHECK(strstr(found, "\n5: ") == NULL);

    cbk_buffer ragged = {0};
    cbk_buffer_add(&ragged, "a,b\n");
    for (int i = 0; i < 1000; i++) {
        cbk_buffer_add(&ragged, "1,2\n3\n");
    }
    cbk_problems problems = {.arena = arena};
    cbk_error err;
    const cbk_csv *csv = NULL;
    CHECK(cbk_csv_parse("r.csv", ragged.bytes, ragged.size, arena, &problems, &csv,
                        &err) == CBK_EDATA);
    CHECK(problems.n_found == 1000 && problems.kept[49].place.line == 101);
    CHECK(strstr(err.message, "r.csv") != NULL && strstr(err.message, "1000") != NULL);
    cbk_buffer_free(&ragged);
}

static void columns_and_numbers(void)
{
    cbk_problems problems = {.arena = arena};
    const cbk_csv *csv = NULL;
    static const char semicolon[] = "x;y\n1,5;2.5\n";
    CHECK(cbk_csv_parse("s.csv", semicolon, sizeof semicolon - 1, arena, &problems, &csv,
                        NULL) == CBK_OK);
    CHECK(cbk_csv_column(csv, "y") == 1 && cbk_csv_column(csv, "z") == SIZE_MAX);
    double value = 0.0;
    CHECK(cbk_csv_number(csv, cbk_csv_cell(csv, 0, 0), &value) && value == 1.5);
    CHECK(cbk_csv_number(csv, cbk_csv_cell(csv, 0, 1), &value) && value == 2.5);
    static const char comma[] = "x,y\n\"1,5\",2.5\n";
    CHECK(cbk_csv_parse("c.csv", comma, sizeof comma - 1, arena, &problems, &csv, NULL) ==
          CBK_OK);
    CHECK(csv->separator == ',' && !cbk_csv_number(csv, cbk_csv_cell(csv, 0, 0), &value));
    CHECK(cbk_csv_number(csv, cbk_csv_cell(csv, 0, 1), &value) && value == 2.5);
    CHECK(cbk_csv_parse("o.csv", "x\n1\n", 4, arena, &problems, &csv, NULL) == CBK_OK);
    CHECK(csv->separator == ',' && csv->n_columns == 1 && csv->n_rows == 1);
}

static void files_are_read(void)
{
    char path[] = "/tmp/casebook-csv-XXXXXX";
    const int fd = mkstemp(path);
    CHECK(fd >= 0 && close(fd) == 0);
    CHECK(cbk_file_write(path, "a,b\n1,2\n", 8, NULL) == CBK_OK);
    cbk_problems problems = {.arena = arena};
    const cbk_csv *csv = NULL;
    cbk_error err;
    CHECK(cbk_csv_read(path, arena, &problems, &csv, &err) == CBK_OK);
    CHECK(strcmp(csv->file, path) == 0 && strcmp(cbk_csv_cell(csv, 0, 1), "2") == 0);
    CHECK(unlink(path) == 0);
    CHECK(cbk_csv_read(path, arena, &problems, &csv, &err) == CBK_EIO && csv == NULL);
    CHECK(problems.n_found == 0 && strstr(err.message, path) != NULL);
}

/* ---- properties ---------------------------------------------------------------------
 */

static uint32_t random_state = 20240229;

static uint32_t random_below(uint32_t bound) /* Marsaglia's xorshift32 */
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state % bound;
}

static void random_cell(char *cell)
{
    static const char *const pieces[] = {
        "a",  "7",    ",", ";",        "\t",           "\"", "\n",
        "\r", "\r\n", " ", "\xc3\xa9", "\xe2\x89\xa4", "x",  ""};
    cell[0] = '\0';
    size_t size = 0;
    for (uint32_t n = random_below(6); n > 0; n--) {
        const char *piece = pieces[random_below(N(pieces))];
        memcpy(cell + size, piece, strlen(piece) + 1);
        size += strlen(piece);
    }
}

static void write_cell(cbk_buffer *out, const char *cell, char separator)
{
    const char special[] = {separator, '"', '\n', '\r', '\0'};
    const size_t size = strlen(cell);
    const bool has_outer_space = size > 0 && (strchr(" \t", cell[0]) != NULL ||
                                              strchr(" \t", cell[size - 1]) != NULL);
    if (size > 0 && !has_outer_space && strpbrk(cell, special) == NULL &&
        random_below(2) == 0) {
        cbk_buffer_add(out, cell);
        return;
    }
    cbk_buffer_add(out, random_below(4) == 0 ? " \"" : "\"");
    for (; *cell != '\0'; cell++) {
        cbk_buffer_add_bytes(out, cell, 1);
        if (*cell == '"') {
            cbk_buffer_add(out, "\"");
        }
    }
    cbk_buffer_add(out, random_below(4) == 0 ? "\" " : "\"");
}

enum { ROWS = 6, COLUMNS = 4, CELL = 40 };

typedef struct sample {
    size_t n_rows;
    size_t n_columns;
    char cell[ROWS][COLUMNS][CELL];
    cbk_buffer text;
} sample;

static void random_sample(sample *out)
{
    static const char *const breaks[] = {"\n", "\r\n", "\r"};
    static const char separators[] = ",;\t";
    const char separator = separators[random_below(3)];
    const char *line_break = breaks[random_below(3)];
    out->n_rows = random_below(ROWS + 1);
    out->n_columns = 2 + random_below(COLUMNS - 1);
    out->text = (cbk_buffer){0};
    for (size_t j = 0; j < out->n_columns; j++) {
        cbk_buffer_addf(&out->text, "%.*s\"c,;\"\"%zu\"", j > 0, &separator, j);
    }
    for (size_t i = 0; i < out->n_rows; i++) {
        cbk_buffer_add(&out->text, line_break);
        if (random_below(5) == 0) {
            cbk_buffer_addf(&out->text, " %s", line_break);
        }
        for (size_t j = 0; j < out->n_columns; j++) {
            random_cell(out->cell[i][j]);
            cbk_buffer_add_bytes(&out->text, &separator, j > 0);
            write_cell(&out->text, out->cell[i][j], separator);
        }
    }
    cbk_buffer_add(&out->text, random_below(2) == 0 ? line_break : "");
}

static void what_is_written_reads_back(void)
{
    for (int round = 0; round < 5000; round++) {
        const cbk_mark mark = cbk_arena_mark(arena);
        sample it;
        random_sample(&it);
        cbk_problems problems = {.arena = arena};
        const cbk_csv *csv = NULL;
        CHECK(cbk_csv_parse("p.csv", it.text.bytes, it.text.size, arena, &problems, &csv,
                            NULL) == CBK_OK);
        CHECK(csv->n_rows == it.n_rows && csv->n_columns == it.n_columns);
        for (size_t i = 0; i < it.n_rows; i++) {
            CHECK(csv->line[i] > (i > 0 ? csv->line[i - 1] : 1));
            for (size_t j = 0; j < it.n_columns; j++) {
                CHECK(strcmp(cbk_csv_cell(csv, i, j), it.cell[i][j]) == 0);
            }
        }
        cbk_buffer_free(&it.text);
        cbk_arena_release(arena, mark);
    }
}

/* A prefix is read or refused with a reason; copied out, so that a byte read past its end
 * is caught by the sanitizers. */
static void every_prefix_is_answered(void)
{
    for (int round = 0; round < 40; round++) {
        sample it;
        random_sample(&it);
        for (size_t size = 0; size <= it.text.size; size++) {
            const cbk_mark mark = cbk_arena_mark(arena);
            char *prefix = malloc(size + (size == 0));
            CHECK(prefix != NULL);
            memcpy(prefix, it.text.bytes, size);
            cbk_problems problems = {.arena = arena};
            const cbk_csv *csv = NULL;
            const cbk_status status =
                cbk_csv_parse("p.csv", prefix, size, arena, &problems, &csv, NULL);
            free(prefix);
            CHECK(status == CBK_OK ? csv != NULL && problems.n_found == 0
                                   : status == CBK_EDATA && problems.n_found > 0);
            cbk_arena_release(arena, mark);
        }
        cbk_buffer_free(&it.text);
    }
}

/* ---- memory -------------------------------------------------------------------------
 */

typedef struct faulty_heap {
    int n_until_failure;
    int n_live;
} faulty_heap;

static void *faulty_allocate(size_t size_bytes, void *context)
{
    faulty_heap *heap = context;
    if (heap->n_until_failure == 0) {
        return NULL;
    }
    heap->n_until_failure--;
    void *memory = malloc(size_bytes);
    heap->n_live += memory != NULL;
    return memory;
}

static void faulty_deallocate(void *memory, void *context)
{
    faulty_heap *heap = context;
    heap->n_live--;
    free(memory);
}

static void add_rows(cbk_buffer *text, int n_rows)
{
    cbk_buffer_add(text, "id,age,sex\n");
    for (int i = 0; i < n_rows; i++) {
        cbk_buffer_addf(text, "%d,%d,%s\n", i, 20 + i % 70, i % 2 == 0 ? "F" : "M");
    }
}

/* Returns how many allocations had their turn; 0 when something was not as it must be. */
static int fail_each_allocation(const cbk_buffer *text, size_t n_cells)
{
    int n_failures = 0;
    bool is_right = true;
    for (bool is_done = false; !is_done && is_right; n_failures++) {
        faulty_heap heap = {.n_until_failure = n_failures};
        const cbk_allocator allocator = {faulty_allocate, faulty_deallocate, &heap};
        cbk_arena *small = cbk_arena_create(&allocator, SIZE_MAX);
        if (small != NULL) {
            const cbk_mark before = cbk_arena_mark(small);
            cbk_problems problems = {.arena = small};
            const cbk_csv *csv = NULL;
            const cbk_status status = cbk_csv_parse("f.csv", text->bytes, text->size,
                                                    small, &problems, &csv, NULL);
            const cbk_mark after = cbk_arena_mark(small);
            is_done = status == CBK_OK;
            is_right = is_done ? csv->n_columns * (csv->n_rows + 1) == n_cells
                               : status == CBK_ENOMEM && csv == NULL &&
                                     after.block == before.block && !after.is_failed;
        }
        cbk_arena_destroy(small);
        is_right = is_right && heap.n_live == 0;
    }
    return is_right ? n_failures : 0;
}

/* Texts large enough that each array needs its own block. */
static void survives_every_failed_allocation(void)
{
    enum { ROWS_OF_LONG = 20000, COLUMNS_OF_WIDE = 20000 };
    cbk_buffer text = {0};
    add_rows(&text, ROWS_OF_LONG);
    const int n_long = fail_each_allocation(&text, 3 * (ROWS_OF_LONG + 1));
    cbk_buffer_free(&text);
    for (int j = 0; j < COLUMNS_OF_WIDE; j++) {
        cbk_buffer_addf(&text, "%sc%d", j > 0 ? "," : "", j);
    }
    const int n_wide = fail_each_allocation(&text, COLUMNS_OF_WIDE);
    cbk_buffer_free(&text);
    CHECK(n_long >= 5); /* the arena, cells, lines, text and the rest had their turn */
    CHECK(n_wide >= 7); /* and what checks the header */
}

int main(void)
{
    static const check_test tests[] = {
        {"dialects", dialects},
        {"mistakes name their line", mistakes_name_their_line},
        {"all mistakes together", all_mistakes_together},
        {"columns by name, numbers by dialect", columns_and_numbers},
        {"files are read", files_are_read},
        {"what is written reads back", what_is_written_reads_back},
        {"every prefix is answered", every_prefix_is_answered},
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
