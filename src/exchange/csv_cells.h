/* exchange/csv_cells.h - the innermost loops of csv_columns.c: where cells end, and
 * numbers of digits and a point. */
#ifndef EXCHANGE_CSV_CELLS_H
#define EXCHANGE_CSV_CELLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CBK_CELLS_SPARE = 4 };

/* Lists the places of separators and line ends; returns how many there are.  place has
 * room for size + CBK_CELLS_SPARE: some are written past the last. */
size_t cbk_cells_find(const char *bytes, size_t size, char separator, uint32_t *place,
                      size_t *n_line_ends);

/* No quote, no NUL, a carriage return only before a line's end, and valid UTF-8. */
bool cbk_cells_are_plain(const char *bytes, size_t size);

/* A column of cells in a list of places: that of place[first], then every step-th. */
typedef struct cbk_cell_column {
    const char *bytes; /* 8 bytes before them may be read, too */
    const uint32_t *place;
    size_t first;
    size_t step;
    bool is_last; /* of its line: a carriage return may be at its end */
} cbk_cell_column;

/* The bytes of the i-th cell. */
static inline const char *cbk_cell_at(const cbk_cell_column *column, size_t i,
                                      size_t *size)
{
    const size_t at = column->first + i * column->step;
    const char *start =
        at > 0 ? column->bytes + column->place[at - 1] + 1 : column->bytes;
    const char *end = column->bytes + column->place[at];
    end -= column->is_last && end > start && end[-1] == '\r';
    *size = (size_t)(end - start);
    return start;
}

/* Reads the cells from i on while they are digits, or digits, a point and digits, few
 * enough for the nearest double to be known at once; returns where it stopped, at most
 * n. */
size_t cbk_cells_numbers(const cbk_cell_column *column, size_t i, size_t n, double *out);

#endif
