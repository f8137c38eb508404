/* test_csv_columns.c - columns read in one pass against the cells of the whole file:
 * equal where they are read, declined where the file is not plain. */
#include "check.h"
#include "random_below.h"

#include "base/text.h"
#include "exchange/csv_columns.h"

#include <stdlib.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static cbk_arena *arena;

/* What a file is to hold. */
typedef struct dialect {
    char separator;
    const char *line_end;
    bool has_bom;
    bool ends_in_line; /* no line end after the last line */
    size_t n_odd;      /* one cell in so many is odd; 0: none */
} dialect;

static void add_number(cbk_buffer *text, const dialect *as)
{
    char digits[CBK_NUMBER_SIZE];
    const char *point = as->separator == ';' && random_below(2) == 0 ? "," : ".";
    switch (random_below(8)) {
    case 0:
        cbk_buffer_addf(text, "%u", random_below(10));
        break;
    case 1:
        cbk_buffer_addf(text, "%u%s%09u", random_below(100), point,
                        random_below(1000000000));
        break;
    case 2:
        cbk_buffer_addf(text, "%08u%u", random_below(100000000), random_below(1000));
        break;
    case 3:
        cbk_buffer_addf(text, "0%s%06u%09u", point, random_below(1000000),
                        random_below(1000000000));
        break;
    case 4:
        cbk_buffer_addf(text, "-%u%s%u", random_below(1000), point, random_below(10));
        break;
    case 5:
        cbk_buffer_addf(text, "%u%s%uE%d", random_below(10), point, random_below(1000),
                        (int)random_below(40) - 20);
        break;
    case 6:
        cbk_number_shortest(random_below(1000000000) / 7.0, digits);
        cbk_buffer_add(text, digits);
        break;
    default:
        cbk_buffer_add(text, random_below(2) == 0 ? "" : "NA");
        break;
    }
}

static void add_level(cbk_buffer *text)
{
    static const char *const levels[] = {"0",     "1",         "",    "NA", "dead",
                                         "alive", "f\xc3\xa9", "a b", "10"};
    cbk_buffer_add(text, levels[random_below(N(levels))]);
}

static void add_odd(cbk_buffer *text, char separator)
{
    static const char *const odd[] = {" 5",  "5 ",   "\"5\"", "\"a\nb\"", "1.2.3", "x",
                                      "--1", "\xff", "1e",    "\"",       "\r",    "."};
    const uint32_t which = random_below(N(odd) + 2);
    if (which < N(odd)) {
        cbk_buffer_add(text, odd[which]);
    } else if (which == N(odd)) {
        cbk_buffer_add_bytes(text, &separator, 1); /* a cell too many */
    } else {
        cbk_buffer_add_bytes(text, "\0", 1);
    }
}

/* Columns: number, level, number, level. */
static void make_file(cbk_buffer *text, const dialect *as, size_t n_rows)
{
    const char between[] = {as->separator, '\0'};
    cbk_buffer_add(text, as->has_bom ? "\xef\xbb\xbf" : "");
    cbk_buffer_addf(text, "time%sevent%sweight%sarm", between, between, between);
    for (size_t row = 0; row < n_rows; row++) {
        cbk_buffer_add(text, as->line_end);
        for (size_t column = 0; column < 4; column++) {
            cbk_buffer_add(text, column > 0 ? between : "");
            if (as->n_odd > 0 && random_below((uint32_t)as->n_odd) == 0) {
                add_odd(text, as->separator);
            } else if (column % 2 == 0) {
                add_number(text, as);
            } else {
                add_level(text);
            }
        }
    }
    cbk_buffer_add(text, as->ends_in_line ? "" : as->line_end);
}

static bool is_equal_number(const cbk_csv *csv, size_t row, size_t column, double got)
{
    const char *cell = cbk_csv_cell(csv, row, column);
    double want = 0.0;
    if (cell[0] == '\0' || strcmp(cell, "NA") == 0) {
        return isnan(got);
    }
    return cbk_csv_number(csv, cell, &want) && memcmp(&want, &got, sizeof want) == 0;
}

static bool is_equal_cell(const cbk_csv *csv, size_t row, const cbk_csv_want *want,
                          const cbk_csv_values *of)
{
    const char *cell = cbk_csv_cell(csv, row, want->column);
    switch (want->kind) {
    case CBK_CSV_NUMBER:
        return is_equal_number(csv, row, want->column, of->number[row]);
    case CBK_CSV_LEVEL:
        return strcmp(of->level[of->code[row]], cell) == 0;
    case CBK_CSV_TEXT:
        break;
    }
    return strcmp(of->text[row], cell) == 0;
}

/* Reads both ways, the last column as `last`; says whether the columns were read, and
 * fails where they differ. */
static bool compare_as(const char *bytes, size_t size, cbk_csv_kind last, bool *is_read)
{
    const cbk_csv_want wants[] = {
        {2, CBK_CSV_NUMBER}, {0, CBK_CSV_NUMBER}, {1, CBK_CSV_LEVEL}, {3, last}};
    cbk_csv_values values[N(wants)];
    cbk_csv_scan *scan = NULL;
    size_t n_rows = 0;
    *is_read = cbk_csv_scan_open_bytes(bytes, size, arena, &scan) &&
               cbk_csv_scan_header(scan)->n_columns == 4 &&
               cbk_csv_scan_read(scan, wants, N(wants), "NA", values, &n_rows);
    cbk_csv_scan_close(scan);
    if (!*is_read) {
        return true;
    }
    cbk_problems problems = {.arena = arena};
    const cbk_csv *csv = NULL;
    if (cbk_csv_parse("x.csv", bytes, size, arena, &problems, &csv, NULL) != CBK_OK ||
        csv->n_rows != n_rows) {
        return false;
    }
    bool is_same = true;
    for (size_t row = 0; row < n_rows; row++) {
        for (size_t i = 0; i < N(wants); i++) {
            is_same = is_same && is_equal_cell(csv, row, &wants[i], &values[i]);
        }
    }
    return is_same;
}

static bool compare(const char *bytes, size_t size, bool *is_read)
{
    bool is_read_as_text = false;
    const bool is_same = compare_as(bytes, size, CBK_CSV_TEXT, &is_read_as_text) &&
                         compare_as(bytes, size, CBK_CSV_LEVEL, is_read);
    return is_same && *is_read == is_read_as_text;
}

static dialect random_dialect(void)
{
    static const char separators[] = {',', ';', '\t'};
    return (dialect){.separator = separators[random_below(3)],
                     .line_end = random_below(2) == 0 ? "\n" : "\r\n",
                     .has_bom = random_below(4) == 0,
                     .ends_in_line = random_below(2) == 0};
}

static void plain_files_are_read_alike(void)
{
    for (int round = 0; round < 300; round++) {
        const cbk_mark mark = cbk_arena_mark(arena);
        const dialect as = random_dialect();
        cbk_buffer text = {0};
        make_file(&text, &as, round < 290 ? random_below(60) : 20000);
        bool is_read = false;
        const bool is_same = compare(text.bytes, text.size, &is_read);
        cbk_buffer_free(&text);
        CHECK(is_same && is_read);
        cbk_arena_release(arena, mark);
    }
}

static void odd_files_are_declined_or_read_alike(void)
{
    int n_read = 0;
    for (int round = 0; round < 3000; round++) {
        const cbk_mark mark = cbk_arena_mark(arena);
        dialect as = random_dialect();
        as.n_odd = 30;
        cbk_buffer text = {0};
        make_file(&text, &as, random_below(12));
        bool is_read = false;
        const bool is_same = compare(text.bytes, text.size, &is_read);
        cbk_buffer_free(&text);
        CHECK(is_same);
        n_read += is_read;
        cbk_arena_release(arena, mark);
    }
    CHECK(n_read > 100 && n_read < 2900);
}

static void each_oddity_is_declined(void)
{
    static const char *const files[] = {
        "",
        "a,b,c,d",
        "a,b\n1,2\n",
        "a,b,c,d\n1,2,3\n",
        "a,b,c,d\n1,2,3,4,5\n",
        "a,b,c,d\n1,2,3,4\n\n1,2,3,4\n",
        "\na,b,c,d\n1,2,3,4\n",
        "a,b,c,d\r1,2,3,4\r",
        "a,a,c,d\n1,2,3,4\n",
        "a,b,c,\n1,2,3,4\n",
        "a,b,c,d\n1,\"2\",3,4\n",
        "a,b,c,d\n1,2,3,\xff\n",
        "a,b,c,d\n 1,2,3,4\n",
        "a,b,c,d\n1, 2,3,4\n",
        "a,b,c,d\n1x,2,3,4\n",
        "a,b,c,d\n1,2,,4\n1,2,3\r,4\n",
        "\"a\nb\",b,c,d\n1,2,3,4\n",
        "PK\x03\x04,b,c,d\n1,2,3,4\n",
        "\xff\xfe,b,c,d\n1,2,3,4\n",
    };
    for (size_t i = 0; i < N(files); i++) {
        bool is_read = false;
        CHECK(compare(files[i], strlen(files[i]), &is_read));
        CHECK(!is_read || i == 1); /* a header alone is a file without rows */
    }
    bool is_read = false;
    const char *fine = "a,b,c,d\n1,2,3,4";
    CHECK(compare(fine, strlen(fine), &is_read) && is_read);
    const char *quoted_header = "\"a\",b,c,\"d\"\r\n1,2,3,4\r\n";
    CHECK(compare(quoted_header, strlen(quoted_header), &is_read) && is_read);
}

static void too_many_levels_are_declined(void)
{
    for (size_t n = CBK_CSV_LEVELS_MAX - 1; n <= CBK_CSV_LEVELS_MAX + 1; n++) {
        cbk_buffer text = {0};
        cbk_buffer_add(&text, "a,b,c,d\n");
        for (size_t i = 0; i < n; i++) {
            cbk_buffer_addf(&text, "1,level %zu,2,x\n", i);
        }
        bool is_read = false;
        const bool is_same = compare(text.bytes, text.size, &is_read);
        cbk_buffer_free(&text);
        CHECK(is_same && is_read == (n <= CBK_CSV_LEVELS_MAX));
    }
}

static void a_line_longer_than_a_chunk_is_declined(void)
{
    const size_t size = 300000;
    char *bytes = malloc(size);
    CHECK(bytes != NULL);
    memset(bytes, '1', size);
    memcpy(bytes, "a,b,c,d\n1,", 10);
    memcpy(bytes + size - 5, ",3,4\n", 5);
    bool is_read = true;
    const bool is_same = compare(bytes, size, &is_read);
    free(bytes);
    CHECK(is_same && !is_read);
}

int main(void)
{
    static const check_test tests[] = {
        {"plain files are read alike", plain_files_are_read_alike},
        {"odd files are declined or read alike", odd_files_are_declined_or_read_alike},
        {"each oddity is declined", each_oddity_is_declined},
        {"too many levels are declined", too_many_levels_are_declined},
        {"a line longer than a chunk is declined",
         a_line_longer_than_a_chunk_is_declined},
    };
    arena = cbk_arena_create(NULL, SIZE_MAX);
    if (arena == NULL) {
        return 99;
    }
    const int exit_code = check_main(tests, N(tests));
    cbk_arena_destroy(arena);
    return exit_code;
}
