/* exchange/csv_columns.h - some columns of a large plain CSV file, in one pass and
 * without holding the file.
 *
 * It reads what cbk_csv_read() reads, or it declines: at a quote, a ragged row, a cell
 * that is not what was asked for, invalid UTF-8, anything unusual.  Then the caller reads
 * the file again with cbk_csv_read(), which knows what to say.  So there is no message
 * here.
 */
#ifndef EXCHANGE_CSV_COLUMNS_H
#define EXCHANGE_CSV_COLUMNS_H

#include "exchange/csv.h"

typedef struct cbk_csv_scan cbk_csv_scan;

enum { CBK_CSV_LEVELS_MAX = 250 };

typedef enum cbk_csv_kind {
    CBK_CSV_NUMBER, /* every cell a number, empty, or the text for missing */
    CBK_CSV_LEVEL,  /* at most CBK_CSV_LEVELS_MAX different texts */
    CBK_CSV_TEXT    /* any texts */
} cbk_csv_kind;

typedef struct cbk_csv_want {
    size_t column;
    cbk_csv_kind kind;
} cbk_csv_want;

typedef struct cbk_csv_values {
    double *number; /* NUMBER: [n_rows], NaN where missing */
    uint8_t *code;  /* LEVEL: [n_rows] places in level */
    size_t n_levels;
    const char *const *level; /* LEVEL: the texts in the order they are met, "" too */
    const char **text;        /* TEXT: [n_rows] */
} cbk_csv_values;

/* Opens a file, or bytes[size], which are borrowed, and reads the header.  False:
 * declined.  The values read go into arena.  Close with cbk_csv_scan_close(). */
bool cbk_csv_scan_open(const char *path, cbk_arena *arena, cbk_csv_scan **out);
bool cbk_csv_scan_open_bytes(const char *bytes, size_t size, cbk_arena *arena,
                             cbk_csv_scan **out);
void cbk_csv_scan_close(cbk_csv_scan *scan); /* NULL is allowed */

/* The header, with no rows. */
const cbk_csv *cbk_csv_scan_header(const cbk_csv_scan *scan);

/* Reads all rows, once; no column is wanted twice.  `missing` is a text that stands for
 * a missing number, as the empty one does.  False: declined, and values are not to be
 * read. */
bool cbk_csv_scan_read(cbk_csv_scan *scan, const cbk_csv_want *wants, size_t n_wants,
                       const char *missing, cbk_csv_values *values, size_t *n_rows);

#endif
