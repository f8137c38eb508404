/* csv.c - delimited text on libcsv.  Contract: exchange/csv.h.
 *
 * libcsv splits cells and unquotes them; it knows no lines, so the file is fed to it one
 * line at a time.  Neither does it know a dialect or an encoding: both are settled here.
 */
#include "exchange/csv.h"

#include "base/file.h"
#include "base/text.h"

#include <assert.h>
#include <csv.h>
#include <stdlib.h>
#include <string.h>

#define CSV_BYTES_MAX ((size_t)UINT32_MAX)

typedef struct span {
    const char *bytes;
    size_t size;
} span;

/* A file on its way through libcsv. */
typedef struct reading {
    const char *file;
    char separator;
    cbk_arena *arena;
    cbk_problems *problems;
    struct csv_parser parser;
    const char **cells; /* the header's, then those of each row that fits it */
    size_t *line;       /* of each row that fits */
    char *text;         /* where the next cell's bytes go */
    size_t n_columns;   /* 0 until the header has been read */
    size_t n_kept;      /* cells of the header and of rows that fit */
    size_t n_rows;      /* rows that fit */
    size_t n_in_row;    /* cells of the row being read */
    size_t n_in_line;   /* of these, cells that ended on the line being fed */
    size_t line_now;    /* the line being fed */
    size_t row_line;    /* where the row being read began */
    size_t header_line;
    size_t quote_line;        /* where a cell began that is open at the end of a line */
    bool is_in_row;           /* a quoted cell goes on in the next line */
    bool has_row_ended;       /* while this line was fed */
    size_t n_problems_before; /* this file */
    bool is_header_bad;
    bool is_out_of_memory;
} reading;

static void complain(reading *r, size_t line, const char *message)
{
    const cbk_place place = {.file = r->file, .line = line};
    cbk_problems_add(r->problems, place, "%s", message);
}

/* ---- the bytes --------------------------------------------------------------------- */

static bool is_break(char c)
{
    return c == '\n' || c == '\r';
}

/* Lines of a file, each with its line break: LF, CRLF or CR. */
typedef struct line_reader {
    span left;
    const char *next_lf; /* at or after left.bytes; its end when there is none */
    const char *next_cr;
} line_reader;

static const char *find_or_end(span where, char c)
{
    const char *found = memchr(where.bytes, c, where.size);
    return found != NULL ? found : where.bytes + where.size;
}

/* Each kind of break is searched for only when the last one found has been passed, so
 * that a file without the other kind is scanned for it once. */
static bool line_next(line_reader *reader, span *line)
{
    const span left = reader->left;
    if (left.size == 0) {
        return false;
    }
    if (reader->next_lf == NULL || reader->next_lf < left.bytes) {
        reader->next_lf = find_or_end(left, '\n');
    }
    if (reader->next_cr == NULL || reader->next_cr < left.bytes) {
        reader->next_cr = find_or_end(left, '\r');
    }
    const char *end = left.bytes + left.size;
    const bool is_lf = reader->next_lf < reader->next_cr;
    const char *next = is_lf ? reader->next_lf : reader->next_cr;
    if (next < end) {
        const bool is_crlf = !is_lf && next + 1 < end && next[1] == '\n';
        next += is_crlf ? 2 : 1;
    }
    *line = (span){.bytes = left.bytes, .size = (size_t)(next - left.bytes)};
    reader->left = (span){.bytes = next, .size = (size_t)(end - next)};
    return true;
}

static bool is_blank(span line, char separator)
{
    for (size_t i = 0; i < line.size; i++) {
        const char c = line.bytes[i];
        if (c == separator || !(c == ' ' || c == '\t' || is_break(c))) {
            return false;
        }
    }
    return true;
}

/* One complaint a line is enough: a file in another encoding has many. */
static void check_bytes(reading *r, span line)
{
    const cbk_place place = {.file = r->file, .line = r->line_now};
    const char *nul = memchr(line.bytes, '\0', line.size);
    size_t bad_at = 0;
    if (nul != NULL) {
        cbk_problems_add(r->problems, place,
                         "Byte %zu of this line is a NUL byte; text has none.  Save the "
                         "file as CSV in UTF-8.",
                         (size_t)(nul - line.bytes) + 1);
    } else if (!cbk_text_is_valid_utf8(line.bytes, line.size, &bad_at)) {
        cbk_problems_add(
            r->problems, place,
            "Byte %zu of this line (0x%02X) is not UTF-8; the file may be in "
            "Latin-1 or Windows-1252.  Save it as CSV in UTF-8.",
            bad_at + 1, (unsigned)(unsigned char)line.bytes[bad_at]);
    }
}

static bool starts_with(span text, const char *start, size_t size)
{
    return text.size >= size && memcmp(text.bytes, start, size) == 0;
}

/* False when the file is no text that could be read at all. */
static bool check_kind(reading *r, span text)
{
    if (starts_with(text, "\xff\xfe", 2) || starts_with(text, "\xfe\xff", 2)) {
        complain(r, 0, "The file is UTF-16 text.  Save it as CSV in UTF-8.");
        return false;
    }
    if (starts_with(text, "PK\x03\x04", 4)) {
        complain(r, 0,
                 "The file is a spreadsheet or another zip archive, not text.  Save the "
                 "sheet as CSV in UTF-8.");
        return false;
    }
    return true;
}

/* The separator that the header line has most of outside quotes; where it has as many of
 * two, the one less common in prose. */
static char sniff_separator(span text)
{
    size_t n_tab = 0;
    size_t n_semicolon = 0;
    size_t n_comma = 0;
    bool is_quoted = false;
    bool has_text = false;
    for (size_t i = 0; i < text.size; i++) {
        const char c = text.bytes[i];
        if (!is_quoted && is_break(c) && has_text) {
            break;
        }
        if (!is_quoted && is_break(c)) {
            n_tab = n_semicolon = n_comma = 0; /* a blank line is no header */
        }
        is_quoted = is_quoted != (c == '"');
        has_text = has_text || !(c == ' ' || c == '\t' || is_break(c));
        n_tab += !is_quoted && c == '\t';
        n_semicolon += !is_quoted && c == ';';
        n_comma += !is_quoted && c == ',';
    }
    if (n_tab > 0 && n_tab >= n_semicolon && n_tab >= n_comma) {
        return '\t';
    }
    return n_semicolon > 0 && n_semicolon >= n_comma ? ';' : ',';
}

/* ---- the header -------------------------------------------------------------------- */

typedef struct column_name {
    const char *name;
    size_t column; /* from 1 */
} column_name;

static int column_name_compare(const void *lhs, const void *rhs)
{
    const column_name *a = lhs;
    const column_name *b = rhs;
    const int order = strcmp(a->name, b->name);
    return order != 0 ? order : (a->column > b->column) - (a->column < b->column);
}

/* An empty name, or one that stands further left already. */
static void check_name(reading *r, size_t column, size_t first_same)
{
    const cbk_place place = {.file = r->file, .line = r->header_line};
    const char *name = r->cells[column - 1];
    if (name[0] == '\0') {
        cbk_problems_add(r->problems, place,
                         "Column %zu of %zu has no name.  Name it, or remove it.", column,
                         r->n_columns);
    } else if (first_same != column) {
        const bool is_text = cbk_text_is_valid_utf8(name, strlen(name), NULL);
        cbk_problems_add(
            r->problems, place,
            "Columns %zu and %zu have the same name, \"%.100s\".  Each column "
            "needs a name of its own.",
            first_same, column, is_text ? name : "(not UTF-8)");
    }
}

/* As soon as it is known, so that its mistakes come before those of the rows. */
static void check_header(reading *r)
{
    column_name *sorted = CBK_NEW(r->arena, column_name, r->n_columns);
    size_t *first_same = CBK_NEW(r->arena, size_t, r->n_columns);
    if (first_same == NULL) {
        r->is_out_of_memory = true;
        return;
    }
    for (size_t i = 0; i < r->n_columns; i++) {
        sorted[i] = (column_name){.name = r->cells[i], .column = i + 1};
    }
    qsort(sorted, r->n_columns, sizeof *sorted, column_name_compare);
    size_t first = 0;
    for (size_t i = 0; i < r->n_columns; i++) {
        first = strcmp(sorted[first].name, sorted[i].name) == 0 ? first : i;
        first_same[sorted[i].column - 1] = sorted[first].column;
    }
    for (size_t i = 0; i < r->n_columns; i++) {
        check_name(r, i + 1, first_same[i]);
    }
}

/* ---- cells and rows, as libcsv finds them ------------------------------------------ */

static void on_cell(void *bytes, size_t size, void *context)
{
    reading *r = context;
    if (r->n_columns == 0 || r->n_in_row < r->n_columns) {
        r->cells[r->n_kept + r->n_in_row] = r->text;
        if (size > 0) {
            memcpy(r->text, bytes, size);
        }
        r->text += size + 1; /* the room was zeroed */
    }
    r->n_in_row++;
    r->n_in_line++;
}

static void complain_of_length(reading *r)
{
    const cbk_place place = {.file = r->file, .line = r->row_line};
    const bool is_long = r->n_in_row > r->n_columns;
    cbk_problems_add(r->problems, place, "This row has %zu cell%s, the header has %zu.%s",
                     r->n_in_row, r->n_in_row == 1 ? "" : "s", r->n_columns,
                     is_long ? "  A cell that contains the separator must be in quotes."
                             : "");
}

static void on_row(int terminator, void *context)
{
    (void)terminator;
    reading *r = context;
    if (r->n_columns == 0) {
        r->n_columns = r->n_in_row;
        r->n_kept = r->n_in_row;
        r->header_line = r->row_line;
        check_header(r);
        r->is_header_bad = r->problems->n_found > r->n_problems_before;
    } else if (r->n_in_row == r->n_columns) {
        r->line[r->n_rows++] = r->row_line;
        r->n_kept += r->n_columns;
    } else {
        complain_of_length(r);
    }
    r->n_in_row = 0;
    r->has_row_ended = true;
}

static void start_parser(reading *r)
{
    /* Never fails: it only sets fields, and takes memory when fed. */
    (void)csv_init(&r->parser, CSV_STRICT | CSV_STRICT_FINI);
    csv_set_delim(&r->parser, (unsigned char)r->separator);
    r->n_in_row = 0;
    r->is_in_row = false;
}

/* A quote out of place: says so and starts afresh with the next line. */
static void recover(reading *r, bool was_in_row)
{
    const cbk_place place = {.file = r->file, .line = r->line_now};
    if (was_in_row && r->n_in_line == 0) {
        cbk_problems_add(
            r->problems, place,
            "The quoted cell that begins on line %zu ends here, but more text "
            "follows its closing quote.  Is a quote missing on line %zu?",
            r->quote_line, r->quote_line);
    } else {
        cbk_problems_add(
            r->problems, place,
            "Cell %zu has a quote out of place.  A cell with a quote in it is "
            "put in quotes as a whole, and the quote doubled: \"2\"\" tumour\".",
            r->n_in_row + 1);
    }
    csv_free(&r->parser);
    start_parser(r);
}

/* False when nothing can be made of the rest of the file. */
static bool feed_line(reading *r, span line)
{
    const bool was_in_row = r->is_in_row;
    if (!was_in_row) {
        if (is_blank(line, r->separator)) {
            return true;
        }
        r->row_line = r->line_now;
    }
    r->n_in_line = 0;
    r->has_row_ended = false;
    if (csv_parse(&r->parser, line.bytes, line.size, on_cell, on_row, r) != line.size) {
        r->is_out_of_memory = csv_error(&r->parser) != CSV_EPARSE;
        if (!r->is_out_of_memory) {
            recover(r, was_in_row);
        }
        return !r->is_out_of_memory && r->n_columns > 0;
    }
    r->is_in_row = !r->has_row_ended;
    if (r->is_in_row && (!was_in_row || r->n_in_line > 0)) {
        r->quote_line = r->line_now;
    }
    return true;
}

static void finish_parser(reading *r)
{
    if (csv_fini(&r->parser, on_cell, on_row, r) == 0) {
        return;
    }
    if (csv_error(&r->parser) == CSV_EPARSE) {
        complain(r, r->quote_line, "A quote opens on this line and is never closed.");
    } else {
        r->is_out_of_memory = true;
    }
}

static void read_lines(reading *r, span text)
{
    line_reader lines = {.left = text};
    span line;
    start_parser(r);
    bool is_open = true;
    while (line_next(&lines, &line)) {
        r->line_now++;
        check_bytes(r, line);
        is_open = is_open && feed_line(r, line);
    }
    if (is_open) {
        finish_parser(r);
    }
    csv_free(&r->parser);
}

/* ---- the whole --------------------------------------------------------------------- */

/* How many cells and rows there can be: each ends at a separator, at the break of a line
 * with something on it, or at the end of the file. */
static bool make_room(reading *r, span text)
{
    size_t n_separators = 0;
    size_t n_lines = 1;
    bool is_after_break = true;
    for (size_t i = 0; i < text.size; i++) {
        const bool is_at_break = is_break(text.bytes[i]);
        n_separators += text.bytes[i] == r->separator;
        n_lines += is_at_break && !is_after_break;
        is_after_break = is_at_break;
    }
    r->cells = CBK_NEW(r->arena, const char *, n_separators + n_lines);
    r->line = CBK_NEW(r->arena, size_t, n_lines);
    r->text = CBK_NEW(r->arena, char, text.size + 1);
    return r->text != NULL;
}

static void read_text(reading *r, span text)
{
    r->separator = sniff_separator(text);
    if (!make_room(r, text)) {
        r->is_out_of_memory = true;
        return;
    }
    r->n_problems_before = r->problems->n_found;
    read_lines(r, text);
    if (r->n_columns == 0 && r->problems->n_found == r->n_problems_before &&
        !r->is_out_of_memory) {
        complain(r, 0, "The file is empty.  Its first line should name the columns.");
    }
    if (r->n_rows > CBK_CSV_ROWS_MAX) {
        complain(r, 0, "The file has more than 100 million rows.");
    }
}

static cbk_status finish(const reading *r, size_t n_problems, const cbk_csv **out,
                         cbk_error *err)
{
    if (!r->is_out_of_memory && n_problems > 0 &&
        (r->n_columns == 0 || r->is_header_bad)) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "%s has %zu mistake%s.", r->file,
                        n_problems, n_problems == 1 ? "" : "s");
    }
    const char *file = cbk_text_copy(r->arena, r->file);
    cbk_csv *csv = CBK_NEW(r->arena, cbk_csv, 1);
    if (csv == NULL || r->is_out_of_memory) {
        return cbk_fail(err, CBK_ENOMEM, CBK_ROW_NONE, "Out of memory for %s.", r->file);
    }
    *csv = (cbk_csv){
        .file = file,
        .separator = r->separator,
        .n_columns = r->n_columns,
        .n_rows = r->n_rows,
        .header = r->cells,
        .cells = r->cells + r->n_columns,
        .line = r->line,
    };
    *out = csv;
    return n_problems == 0
               ? CBK_OK
               : cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "%s has %zu mistake%s.", r->file,
                          n_problems, n_problems == 1 ? "" : "s");
}

cbk_status cbk_csv_parse(const char *file, const char *bytes, size_t size,
                         cbk_arena *arena, cbk_problems *problems, const cbk_csv **out,
                         cbk_error *err)
{
    *out = NULL;
    const cbk_mark before = cbk_arena_mark(arena);
    const size_t n_before = problems->n_found;
    reading r = {.file = file, .arena = arena, .problems = problems};
    span text = {.bytes = bytes, .size = size};
    if (starts_with(text, "\xef\xbb\xbf", 3)) {
        text = (span){.bytes = bytes + 3, .size = size - 3};
    }
    if (check_kind(&r, text)) {
        read_text(&r, text);
    }
    const size_t n_problems = problems->n_found - n_before;
    const cbk_status result = finish(&r, n_problems, out, err);
    if (result != CBK_OK && n_problems == 0) { /* else problems may live in the arena */
        cbk_arena_release(arena, before);
    }
    return result;
}

cbk_status cbk_csv_read(const char *path, cbk_arena *arena, cbk_problems *problems,
                        const cbk_csv **out, cbk_error *err)
{
    *out = NULL;
    cbk_arena *scratch = cbk_arena_create(NULL, SIZE_MAX); /* the bytes are copied */
    if (scratch == NULL) {
        return cbk_fail(err, CBK_ENOMEM, CBK_ROW_NONE, "Out of memory for %s.", path);
    }
    const char *bytes = NULL;
    size_t size = 0;
    cbk_status status = cbk_file_read(path, CSV_BYTES_MAX, scratch, &bytes, &size, err);
    if (status == CBK_OK) {
        status = cbk_csv_parse(path, bytes, size, arena, problems, out, err);
    }
    cbk_arena_destroy(scratch);
    return status;
}

/* ---- questions --------------------------------------------------------------------- */

size_t cbk_csv_column(const cbk_csv *csv, const char *name)
{
    for (size_t i = 0; i < csv->n_columns; i++) {
        if (strcmp(csv->header[i], name) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

const char *cbk_csv_cell(const cbk_csv *csv, size_t row, size_t column)
{
    assert(row < csv->n_rows && column < csv->n_columns);
    return csv->cells[row * csv->n_columns + column];
}

bool cbk_csv_number(const cbk_csv *csv, const char *cell, double *out)
{
    return cbk_number_parse(cell, csv->separator == ';', out);
}
