/* fuzz_csv.c - any bytes as delimited text: no crash, no leak, and what comes out is
 * whole. */
#include "exchange/csv.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

static void check_table(const cbk_csv *csv, size_t size)
{
    require(csv->separator == ',' || csv->separator == ';' || csv->separator == '\t');
    require(csv->n_columns >= 1 && csv->n_columns <= size);
    require(csv->n_rows <= size);
    for (size_t j = 0; j < csv->n_columns; j++) {
        require(csv->header[j][0] != '\0');
        require(cbk_csv_column(csv, csv->header[j]) == j); /* the names are unique */
    }
    size_t n_bytes = 0;
    for (size_t i = 0; i < csv->n_rows; i++) {
        require(csv->line[i] > (i > 0 ? csv->line[i - 1] : 1));
        for (size_t j = 0; j < csv->n_columns; j++) {
            const char *cell = cbk_csv_cell(csv, i, j);
            double value = 0.0;
            n_bytes += strlen(cell);
            require(!cbk_csv_number(csv, cell, &value) || value - value == 0.0);
        }
    }
    require(n_bytes + csv->n_rows * (csv->n_columns - 1) <= size);
}

static void check_problems(const cbk_problems *problems, size_t size)
{
    require(problems->n_found > 0);
    for (size_t i = 0; i < problems->n_found && i < CBK_PROBLEMS_MAX; i++) {
        require(problems->kept[i].message[0] != '\0');
        require(problems->kept[i].place.line <= size);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    cbk_arena *arena = cbk_arena_create(NULL, (size_t)1 << 28);
    if (arena == NULL) {
        return 0;
    }
    cbk_problems problems = {.arena = arena};
    const cbk_csv *csv = NULL;
    cbk_error err = {0};
    const cbk_status status = cbk_csv_parse("fuzz.csv", (const char *)bytes, size, arena,
                                            &problems, &csv, &err);
    if (status == CBK_OK) {
        require(problems.n_found == 0);
        check_table(csv, size);
    } else {
        require(status == CBK_EDATA && err.message[0] != '\0');
        check_problems(&problems, size);
        if (csv != NULL) { /* the rows that are whole */
            check_table(csv, size);
        }
    }
    cbk_arena_destroy(arena);
    return 0;
}
