/* exchange/csv.h - delimited text as people's programs write it.
 *
 * UTF-8 with or without a byte order mark; comma, semicolon or tab (found from the header
 * line); quoted fields with separators, quotes and newlines inside; LF, CRLF or CR; a
 * decimal comma where the separator is a semicolon.  Cells are kept as found, but for
 * spaces around unquoted ones; nothing is guessed.
 */
#ifndef EXCHANGE_CSV_H
#define EXCHANGE_CSV_H

#include <casebook/base.h>

typedef struct cbk_csv {
    const char *file;          /* as the user named it */
    char separator;            /* ',' ';' or '\t' */
    size_t n_columns;          /* >= 1 */
    size_t n_rows;             /* without the header; wholly blank lines are no rows */
    const char *const *header; /* [n_columns] unique, not empty */
    const char *const *cells;  /* [n_rows * n_columns] row after row; "" where empty */
    const size_t *line;        /* [n_rows] the line a row starts on, from 1 */
} cbk_csv;

enum { CBK_CSV_ROWS_MAX = 100000000 };

/* Reads bytes[size].  Every mistake goes to problems with file and line (the header's
 * before those of the rows), then the result is CBK_EDATA: not UTF-8 (or UTF-16, or a
 * spreadsheet: said so), a NUL byte, no header, an empty or repeated column name, a row
 * with more or fewer cells than the header (says how many), a quote out of place, an
 * unterminated quote (says on which line it opened), too many rows.  problems may use the
 * same arena.  Other errors: CBK_ENOMEM. */
cbk_status cbk_csv_parse(const char *file, const char *bytes, size_t size,
                         cbk_arena *arena, cbk_problems *problems, const cbk_csv **out,
                         cbk_error *err);

/* cbk_file_read() and cbk_csv_parse(). */
cbk_status cbk_csv_read(const char *path, cbk_arena *arena, cbk_problems *problems,
                        const cbk_csv **out, cbk_error *err);

/* SIZE_MAX when there is no such column. */
size_t cbk_csv_column(const cbk_csv *csv, const char *name);
const char *cbk_csv_cell(const cbk_csv *csv, size_t row, size_t column);

/* Strict number under the file's dialect (decimal comma beside the point where the
 * separator is a semicolon). */
bool cbk_csv_number(const cbk_csv *csv, const char *cell, double *out);

#endif
