/* fuzz_csv_columns.c - any bytes by both readers of CSV: the fast one declines, or both
 * read the same. */
#include "exchange/csv_columns.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_KINDS = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

static void require_number(const cbk_csv *csv, const char *cell, double got)
{
    double want = 0.0;
    if (isnan(got)) {
        require(cell[0] == '\0' || strcmp(cell, "NA") == 0);
    } else {
        require(cbk_csv_number(csv, cell, &want) &&
                memcmp(&want, &got, sizeof want) == 0);
    }
}

/* The first and the last column, as kinds says. */
static void compare(const char *text, size_t size, unsigned kinds, cbk_arena *arena)
{
    enum { WANTED = 2 };
    cbk_csv_scan *scan = NULL;
    cbk_csv_values values[WANTED];
    cbk_csv_want wants[WANTED];
    size_t n_wants = 0;
    size_t n_rows = 0;
    if (!cbk_csv_scan_open_bytes(text, size, arena, &scan)) {
        return;
    }
    const size_t n_columns = cbk_csv_scan_header(scan)->n_columns;
    for (; n_wants < WANTED && n_wants < n_columns; n_wants++) {
        wants[n_wants] = (cbk_csv_want){
            .column = n_wants == 0 ? 0 : n_columns - 1,
            .kind = (cbk_csv_kind)(n_wants == 0 ? kinds % N_KINDS : kinds / N_KINDS)};
    }
    const bool is_read = cbk_csv_scan_read(scan, wants, n_wants, "NA", values, &n_rows);
    cbk_csv_scan_close(scan);
    if (!is_read) {
        return;
    }
    cbk_problems problems = {.arena = arena};
    const cbk_csv *csv = NULL;
    require(cbk_csv_parse("fuzz.csv", text, size, arena, &problems, &csv, NULL) ==
            CBK_OK);
    require(csv->n_rows == n_rows && csv->n_columns == n_columns);
    for (size_t row = 0; row < n_rows; row++) {
        for (size_t i = 0; i < n_wants; i++) {
            const char *cell = cbk_csv_cell(csv, row, wants[i].column);
            switch (wants[i].kind) {
            case CBK_CSV_NUMBER:
                require_number(csv, cell, values[i].number[row]);
                break;
            case CBK_CSV_LEVEL:
                require(strcmp(cell, values[i].level[values[i].code[row]]) == 0);
                break;
            case CBK_CSV_TEXT:
                require(strcmp(cell, values[i].text[row]) == 0);
                break;
            }
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    cbk_arena *arena = cbk_arena_create(NULL, (size_t)1 << 28);
    if (arena == NULL) {
        return 0;
    }
    for (unsigned kinds = 0; kinds < N_KINDS * N_KINDS; kinds++) {
        compare((const char *)bytes, size, kinds, arena);
    }
    cbk_arena_destroy(arena);
    return 0;
}
