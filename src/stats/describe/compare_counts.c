/* compare_counts.c - tables of counts: chi-squared, and which test a table gets.
 * Contract and sources: casebook/compare.h. */
#include "stats/describe/compare.h"

#include "numeric/distribution.h"
#include "numeric/sum.h"

#include <assert.h>
#include <math.h>

static const double small_expected = 5.0; /* below it chi-squared is a poor guide */

/* ---- the table -------------------------------------------------------------------- */

static uint32_t row_total(const uint32_t *count, size_t n_columns, size_t row)
{
    uint32_t total = 0;
    for (size_t j = 0; j < n_columns; j++) {
        total += count[row * n_columns + j];
    }
    return total;
}

static uint32_t column_total(const uint32_t *count, size_t n_rows, size_t n_columns,
                             size_t column)
{
    uint32_t total = 0;
    for (size_t i = 0; i < n_rows; i++) {
        total += count[i * n_columns + column];
    }
    return total;
}

/* Leaves out rows and columns that are empty. */
static cbk_status close_up(const uint32_t *count, size_t n_rows, size_t n_columns,
                           cbk_arena *arena, cbk_counts *out, cbk_error *err)
{
    uint32_t *row = CBK_NEW(arena, uint32_t, n_rows + 1);
    uint32_t *column = CBK_NEW(arena, uint32_t, n_columns + 1);
    uint32_t *kept = CBK_NEW(arena, uint32_t, n_rows * n_columns + 1);
    if (kept == NULL) { /* failure is sticky: this stands for all three */
        return cbk_fail_memory(err);
    }
    *out = (cbk_counts){.count = kept, .row = row, .column = column};
    for (size_t j = 0; j < n_columns; j++) {
        const uint32_t total = column_total(count, n_rows, n_columns, j);
        if (total > 0) {
            column[out->n_columns++] = total;
        }
    }
    size_t at = 0;
    for (size_t i = 0; i < n_rows; i++) {
        const uint32_t total = row_total(count, n_columns, i);
        if (total == 0) {
            continue;
        }
        row[out->n_rows++] = total;
        out->n += total;
        for (size_t j = 0; j < n_columns; j++) {
            if (column_total(count, n_rows, n_columns, j) > 0) {
                kept[at++] = count[i * n_columns + j];
            }
        }
    }
    return CBK_OK;
}

static double expected(const cbk_counts *table, size_t row, size_t column)
{
    return (double)table->row[row] * (double)table->column[column] / (double)table->n;
}

static bool has_small_expected(const cbk_counts *table)
{
    for (size_t i = 0; i < table->n_rows; i++) {
        for (size_t j = 0; j < table->n_columns; j++) {
            if (expected(table, i, j) < small_expected) {
                return true;
            }
        }
    }
    return false;
}

/* ---- the tests -------------------------------------------------------------------- */

cbk_comparison cbk_chi_squared_of(const cbk_counts *table)
{
    cbk_sum sum = {0};
    for (size_t i = 0; i < table->n_rows; i++) {
        for (size_t j = 0; j < table->n_columns; j++) {
            const double by_chance = expected(table, i, j);
            const double distance =
                (double)table->count[i * table->n_columns + j] - by_chance;
            cbk_sum_add(&sum, distance * distance / by_chance);
        }
    }
    const double df = (double)(table->n_rows - 1) * (double)(table->n_columns - 1);
    const double statistic = cbk_sum_value(&sum);
    return (cbk_comparison){.test = CBK_TEST_CHI_SQUARED,
                            .statistic = statistic,
                            .df = df,
                            .p = cbk_chi_squared_upper(statistic, df)};
}

static cbk_status fisher(const cbk_counts *table, cbk_arena *arena, cbk_comparison *out,
                         cbk_error *err)
{
    bool is_done = false;
    *out = cbk_comparison_none(0);
    CBK_TRY(cbk_fisher_p(table, arena, &out->p, &is_done, err));
    if (is_done) {
        out->test = CBK_TEST_FISHER;
        return CBK_OK;
    }
    *out = cbk_chi_squared_of(table);
    out->notes |= CBK_NOTE_TOO_LARGE_FOR_EXACT;
    return CBK_OK;
}

typedef enum wanted { WANTED_FISHER, WANTED_CHI_SQUARED, WANTED_EITHER } wanted;

static cbk_status compare(const uint32_t *count, size_t n_rows, size_t n_columns,
                          wanted which, cbk_arena *arena, cbk_comparison *out,
                          cbk_error *err)
{
    cbk_counts table;
    CBK_TRY(close_up(count, n_rows, n_columns, arena, &table, err));
    if (table.n_rows < 2 || table.n_columns < 2) {
        const bool is_one_value = table.n_rows == 1 && table.n_columns > 1;
        *out =
            cbk_comparison_none(is_one_value ? CBK_NOTE_NO_SPREAD : CBK_NOTE_NO_GROUPS);
        return CBK_OK;
    }
    const bool is_exact =
        which == WANTED_FISHER || (which == WANTED_EITHER && has_small_expected(&table));
    if (is_exact) {
        return fisher(&table, arena, out, err);
    }
    *out = cbk_chi_squared_of(&table);
    return CBK_OK;
}

static cbk_status run(const uint32_t *count, size_t n_rows, size_t n_columns,
                      wanted which, cbk_arena *arena, cbk_comparison *out, cbk_error *err)
{
    assert(count != NULL || n_rows * n_columns == 0);
    assert(arena != NULL && out != NULL);
    const cbk_mark before = cbk_arena_mark(arena);
    const cbk_status status = compare(count, n_rows, n_columns, which, arena, out, err);
    cbk_arena_release(arena, before);
    return status;
}

cbk_status cbk_compare_fisher(const uint32_t *count, size_t n_rows, size_t n_columns,
                              cbk_arena *arena, cbk_comparison *out, cbk_error *err)
{
    return run(count, n_rows, n_columns, WANTED_FISHER, arena, out, err);
}

cbk_status cbk_compare_chi_squared(const uint32_t *count, size_t n_rows, size_t n_columns,
                                   cbk_arena *arena, cbk_comparison *out, cbk_error *err)
{
    return run(count, n_rows, n_columns, WANTED_CHI_SQUARED, arena, out, err);
}

cbk_status cbk_compare_counts(const uint32_t *count, size_t n_rows, size_t n_columns,
                              cbk_arena *arena, cbk_comparison *out, cbk_error *err)
{
    return run(count, n_rows, n_columns, WANTED_EITHER, arena, out, err);
}
