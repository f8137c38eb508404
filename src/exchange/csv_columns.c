/* csv_columns.c - wanted columns of a plain CSV file.  Contract: exchange/csv_columns.h.
 *
 * The file goes by in chunks that end at the end of a line.  In each, the places of all
 * separators and line ends are listed first; as every line has the same number of cells,
 * the place of any cell in that list is known, and only wanted ones are looked at.
 */
#include "exchange/csv_columns.h"

#include "base/text.h"
#include "exchange/csv_cells.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 1 << 17, MARGIN = 16, NAME_MAX_BYTES = CHUNK };

struct cbk_csv_scan {
    cbk_arena *arena;
    const cbk_csv *header;
    int fd; /* -1: bytes in memory */
    const char *bytes;
    size_t size;    /* of the file or the bytes */
    size_t n_taken; /* of them */
    char *buffer;   /* MARGIN bytes, then chunk, then MARGIN bytes */
    size_t n_held;  /* in the chunk, not yet used up */
    bool is_at_end;
    uint32_t *place; /* [CHUNK + CBK_CELLS_SPARE] of separators and line ends */
    size_t n_rows;
    size_t capacity; /* of the columns, rows */
};

/* ---- bytes --------------------------------------------------------------------------
 */

static char *chunk_of(const cbk_csv_scan *scan)
{
    return scan->buffer + MARGIN;
}

/* Fills the chunk; false when the file cannot be read. */
static bool fill(cbk_csv_scan *scan)
{
    while (scan->n_held < CHUNK && !scan->is_at_end) {
        char *to = chunk_of(scan) + scan->n_held;
        const size_t room = CHUNK - scan->n_held;
        const size_t left = scan->size - scan->n_taken;
        if (scan->fd < 0) {
            const size_t n = left < room ? left : room;
            memcpy(to, scan->bytes + scan->n_taken, n);
            scan->n_held += n;
            scan->n_taken += n;
            scan->is_at_end = n == left;
            continue;
        }
        const ssize_t n = read(scan->fd, to, room);
        if (n < 0) {
            return false;
        }
        scan->n_held += (size_t)n;
        scan->n_taken += (size_t)n;
        scan->is_at_end = n == 0;
    }
    return true;
}

/* The size of the whole lines in the chunk; a last line without its end is given one.
 * 0: none, the end has come or the line is too long. */
static size_t whole_lines(cbk_csv_scan *scan)
{
    char *chunk = chunk_of(scan);
    if (scan->is_at_end && scan->n_held > 0 && chunk[scan->n_held - 1] != '\n') {
        chunk[scan->n_held++] = '\n'; /* the margin has room for it */
    }
    size_t n = scan->n_held;
    while (n > 0 && chunk[n - 1] != '\n') {
        n--;
    }
    return n;
}

static void use_up(cbk_csv_scan *scan, size_t n)
{
    char *chunk = chunk_of(scan);
    memmove(chunk, chunk + n, scan->n_held - n);
    scan->n_held -= n;
}

/* ---- open and close -----------------------------------------------------------------
 */

/* The header is read by the one who knows headers. */
static bool read_header(cbk_csv_scan *scan)
{
    if (!fill(scan)) {
        return false;
    }
    (void)whole_lines(scan);
    const char *chunk = chunk_of(scan);
    const char *end = memchr(chunk, '\n', scan->n_held);
    if (end == NULL) {
        return false;
    }
    const size_t size = (size_t)(end - chunk) + 1;
    cbk_problems problems = {.arena = scan->arena};
    const cbk_status status =
        cbk_csv_parse("", chunk, size, scan->arena, &problems, &scan->header, NULL);
    if (status != CBK_OK || scan->header->n_rows > 0) {
        return false;
    }
    use_up(scan, size);
    return true;
}

static cbk_csv_scan *scan_new(cbk_arena *arena)
{
    cbk_csv_scan *scan = calloc(1, sizeof *scan);
    if (scan == NULL) {
        return NULL;
    }
    scan->arena = arena;
    scan->fd = -1;
    scan->buffer = calloc(1, CHUNK + 2 * MARGIN);
    scan->place = malloc((CHUNK + CBK_CELLS_SPARE) * sizeof *scan->place);
    if (scan->buffer == NULL || scan->place == NULL) {
        cbk_csv_scan_close(scan);
        return NULL;
    }
    return scan;
}

static bool finish_open(cbk_csv_scan *scan, cbk_csv_scan **out)
{
    if (!read_header(scan)) {
        cbk_csv_scan_close(scan);
        return false;
    }
    *out = scan;
    return true;
}

bool cbk_csv_scan_open(const char *path, cbk_arena *arena, cbk_csv_scan **out)
{
    *out = NULL;
    cbk_csv_scan *scan = scan_new(arena);
    if (scan == NULL) {
        return false;
    }
    struct stat status;
    scan->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (scan->fd < 0 || fstat(scan->fd, &status) != 0 || !S_ISREG(status.st_mode) ||
        (uintmax_t)status.st_size > UINT32_MAX) {
        cbk_csv_scan_close(scan);
        return false;
    }
    scan->size = (size_t)status.st_size;
    return finish_open(scan, out);
}

bool cbk_csv_scan_open_bytes(const char *bytes, size_t size, cbk_arena *arena,
                             cbk_csv_scan **out)
{
    *out = NULL;
    cbk_csv_scan *scan = scan_new(arena);
    if (scan == NULL) {
        return false;
    }
    scan->bytes = bytes;
    scan->size = size;
    return finish_open(scan, out);
}

void cbk_csv_scan_close(cbk_csv_scan *scan)
{
    if (scan == NULL) {
        return;
    }
    if (scan->fd >= 0) {
        (void)close(scan->fd);
    }
    free(scan->buffer);
    free(scan->place);
    free(scan);
}

const cbk_csv *cbk_csv_scan_header(const cbk_csv_scan *scan)
{
    return scan->header;
}

/* ---- columns ------------------------------------------------------------------------
 */

/* A wanted column on its way. */
typedef struct target {
    cbk_csv_want want;
    double *number;
    uint8_t *code;
    const char **text;
    const char **level;        /* [CBK_CSV_LEVELS_MAX] */
    size_t *level_size;        /* bytes */
    uint8_t code_of_byte[256]; /* of a level of one byte, plus 1; 0: not met yet */
    size_t n_levels;
} target;

typedef struct columns {
    cbk_csv_scan *scan;
    size_t n;
    target *target;
    const char *missing;
} columns;

static bool make_target(target *column, const cbk_csv_want *want, cbk_arena *arena)
{
    *column = (target){.want = *want};
    if (want->kind == CBK_CSV_LEVEL) {
        column->level = CBK_NEW(arena, const char *, CBK_CSV_LEVELS_MAX);
        column->level_size = CBK_NEW(arena, size_t, CBK_CSV_LEVELS_MAX);
    }
    return !cbk_arena_has_failed(arena);
}

/* The rows so far in a block of the new capacity; NULL when the arena failed. */
static void *widened(const cbk_csv_scan *scan, const void *values, size_t size)
{
    void *wider = cbk_arena_alloc(scan->arena, scan->capacity, size, size);
    if (wider != NULL && scan->n_rows > 0) {
        memcpy(wider, values, scan->n_rows * size);
    }
    return wider;
}

/* Makes room for n more rows.  The first guess is from the lines of the first chunk. */
static bool make_room(const columns *all, size_t n, size_t n_bytes)
{
    cbk_csv_scan *scan = all->scan;
    const size_t needed = scan->n_rows + n;
    if (needed <= scan->capacity) {
        return true;
    }
    const double left = (double)(scan->size - scan->n_taken + scan->n_held);
    const double guess = (double)n * (1.02 * left / (double)n_bytes) + 64.0;
    scan->capacity = needed + (size_t)guess;
    for (size_t i = 0; i < all->n; i++) {
        target *column = &all->target[i];
        switch (column->want.kind) {
        case CBK_CSV_NUMBER:
            column->number = widened(scan, column->number, sizeof *column->number);
            break;
        case CBK_CSV_LEVEL:
            column->code = widened(scan, column->code, sizeof *column->code);
            break;
        case CBK_CSV_TEXT:
            column->text = widened(scan, column->text, sizeof *column->text);
            break;
        }
    }
    return !cbk_arena_has_failed(scan->arena);
}

/* ---- cells --------------------------------------------------------------------------
 */

static bool is_text(const char *cell, size_t size, const char *text)
{
    return strlen(text) == size && memcmp(cell, text, size) == 0;
}

/* A cell that is not all digits and a point. */
static bool read_odd_number(const columns *all, const char *cell, size_t size,
                            double *out)
{
    enum { ODD_MAX = 400 };
    if (size == 0 || is_text(cell, size, all->missing)) {
        *out = (double)NAN;
        return true;
    }
    char text[ODD_MAX + 1];
    if (size > ODD_MAX) {
        return false;
    }
    memcpy(text, cell, size);
    text[size] = '\0';
    return cbk_csv_number(all->scan->header, text, out);
}

/* Whether the text has blanks around it, which do not belong to the cell. */
static bool has_blanks(const char *cell, size_t size)
{
    return size > 0 && (cell[0] == ' ' || cell[0] == '\t' || cell[size - 1] == ' ' ||
                        cell[size - 1] == '\t');
}

/* Finds or adds a level; false where there are too many, or it has blanks around it. */
static bool find_level(target *column, const char *cell, size_t size, cbk_arena *arena,
                       uint8_t *out)
{
    for (size_t i = 0; i < column->n_levels; i++) {
        if (column->level_size[i] == size && memcmp(column->level[i], cell, size) == 0) {
            *out = (uint8_t)i;
            return true;
        }
    }
    if (has_blanks(cell, size) || column->n_levels == CBK_CSV_LEVELS_MAX) {
        return false;
    }
    const char *text = cbk_text_copy_bytes(arena, cell, size);
    if (text == NULL) {
        return false;
    }
    column->level[column->n_levels] = text;
    column->level_size[column->n_levels] = size;
    *out = (uint8_t)column->n_levels++;
    return true;
}

static cbk_cell_column cells_of(const cbk_csv_scan *scan, const target *column)
{
    const size_t n_columns = scan->header->n_columns;
    return (cbk_cell_column){.bytes = chunk_of(scan),
                             .place = scan->place,
                             .first = column->want.column,
                             .step = n_columns,
                             .is_last = column->want.column == n_columns - 1};
}

static bool read_numbers(const columns *all, const target *column, size_t n_lines)
{
    const cbk_cell_column cells = cells_of(all->scan, column);
    double *out = column->number + all->scan->n_rows;
    for (size_t i = 0; (i = cbk_cells_numbers(&cells, i, n_lines, out)) < n_lines; i++) {
        size_t size = 0;
        const char *cell = cbk_cell_at(&cells, i, &size);
        if (!read_odd_number(all, cell, size, &out[i])) {
            return false;
        }
    }
    return true;
}

static bool read_levels(const columns *all, target *column, size_t n_lines)
{
    const cbk_cell_column cells = cells_of(all->scan, column);
    uint8_t *out = column->code + all->scan->n_rows;
    for (size_t i = 0; i < n_lines; i++) {
        size_t size = 0;
        const char *cell = cbk_cell_at(&cells, i, &size);
        if (size == 1 && column->code_of_byte[(unsigned char)*cell] != 0) {
            out[i] = (uint8_t)(column->code_of_byte[(unsigned char)*cell] - 1);
            continue;
        }
        if (!find_level(column, cell, size, all->scan->arena, &out[i])) {
            return false;
        }
        if (size == 1) {
            column->code_of_byte[(unsigned char)*cell] = (uint8_t)(out[i] + 1);
        }
    }
    return true;
}

/* Rows of one subject mostly stand together: their text is kept once. */
static bool read_texts(const columns *all, target *column, size_t n_lines)
{
    const cbk_cell_column cells = cells_of(all->scan, column);
    const size_t n_before = all->scan->n_rows;
    const char **out = column->text + n_before;
    const char *last = n_before > 0 ? column->text[n_before - 1] : NULL;
    for (size_t i = 0; i < n_lines; i++) {
        size_t size = 0;
        const char *cell = cbk_cell_at(&cells, i, &size);
        if (last == NULL || !is_text(cell, size, last)) {
            last = has_blanks(cell, size)
                       ? NULL
                       : cbk_text_copy_bytes(all->scan->arena, cell, size);
        }
        if (last == NULL) {
            return false;
        }
        out[i] = last;
    }
    return true;
}

static bool read_column(const columns *all, target *column, size_t n_lines)
{
    switch (column->want.kind) {
    case CBK_CSV_NUMBER:
        return read_numbers(all, column, n_lines);
    case CBK_CSV_LEVEL:
        return read_levels(all, column, n_lines);
    case CBK_CSV_TEXT:
        break;
    }
    return read_texts(all, column, n_lines);
}

/* Whether every line has its n_columns cells: each n_columns-th place is a line's end,
 * and there are as many as that. */
static bool are_lines_even(const cbk_csv_scan *scan, size_t n_places, size_t n_line_ends)
{
    const size_t n_columns = scan->header->n_columns;
    if (n_places != n_line_ends * n_columns) {
        return false;
    }
    const char *chunk = chunk_of(scan);
    for (size_t at = n_columns - 1; at < n_places; at += n_columns) {
        if (chunk[scan->place[at]] != '\n') {
            return false;
        }
    }
    return true;
}

static bool read_chunk(const columns *all, size_t size)
{
    cbk_csv_scan *scan = all->scan;
    const char *chunk = chunk_of(scan);
    const size_t n_columns = scan->header->n_columns;
    size_t n_line_ends = 0;
    const size_t n_places =
        cbk_cells_find(chunk, size, scan->header->separator, scan->place, &n_line_ends);
    if (!cbk_cells_are_plain(chunk, size) ||
        !are_lines_even(scan, n_places, n_line_ends) ||
        (n_columns == 1 && n_line_ends > 0)) {
        return false;
    }
    if (!make_room(all, n_line_ends, size)) {
        return false;
    }
    for (size_t i = 0; i < all->n; i++) {
        if (!read_column(all, &all->target[i], n_line_ends)) {
            return false;
        }
    }
    scan->n_rows += n_line_ends;
    return scan->n_rows <= CBK_CSV_ROWS_MAX;
}

static bool read_all(const columns *all)
{
    cbk_csv_scan *scan = all->scan;
    for (;;) {
        if (!fill(scan)) {
            return false;
        }
        const size_t size = whole_lines(scan);
        if (size == 0) {
            break;
        }
        if (!read_chunk(all, size)) {
            return false;
        }
        use_up(scan, size);
    }
    return scan->n_held == 0 && make_room(all, 1, 1);
}

bool cbk_csv_scan_read(cbk_csv_scan *scan, const cbk_csv_want *wants, size_t n_wants,
                       const char *missing, cbk_csv_values *values, size_t *n_rows)
{
    columns all = {.scan = scan,
                   .n = n_wants,
                   .target = CBK_NEW(scan->arena, target, n_wants + 1),
                   .missing = missing};
    for (size_t i = 0; i < n_wants; i++) {
        if (all.target == NULL || !make_target(&all.target[i], &wants[i], scan->arena)) {
            return false;
        }
    }
    if (!read_all(&all)) {
        return false;
    }
    for (size_t i = 0; i < n_wants; i++) {
        values[i] = (cbk_csv_values){.number = all.target[i].number,
                                     .code = all.target[i].code,
                                     .n_levels = all.target[i].n_levels,
                                     .level = all.target[i].level,
                                     .text = all.target[i].text};
    }
    *n_rows = scan->n_rows;
    return true;
}
