/* workbook.c - the tables of a document as an XLSX workbook: a sheet a table, numbers as
 * numbers, the data dictionary, and a last sheet that says where each number came from.
 * Contract: render/press_module.h.  Text is only ever written as text: no formula comes
 * from data. */
#include "base/file.h"
#include "document/characters.h"
#include "press/press.h"
#include "render/escape.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xlsxwriter.h>

enum {
    CELL_BYTES_MAX = 32000, /* a cell holds 32767 characters */
    SHEET_NAME_MAX = 31,    /* characters of a sheet's name */
    DECIMALS_MAX = 15,      /* digits that a spreadsheet keeps */
    ROW_POINTS = 15,        /* a row of one line */
    ROW_POINTS_MAX = 409,
    WIDTH_MIN = 8,
    WIDTH_MAX = 48,
    HEADER_ROW = 2,
    FILE_BYTES_MAX = 1 << 30
};

/* The same bytes from run to run: what was written was written then. */
#define EPOCH ((time_t)315532800) /* 1980-01-01, the first day of the zip format */

typedef struct workbook {
    lxw_workbook *book;
    lxw_format *title;
    lxw_format *header[CBK_ALIGN_CENTRE + 1];
    lxw_format *text[CBK_ALIGN_CENTRE + 1];
    lxw_format *note;
    /* [digits][is a percentage][align], when used */
    lxw_format *decimals[DECIMALS_MAX + 1][2][CBK_ALIGN_CENTRE + 1];
    cbk_arena *scratch;
    lxw_error error; /* the first */
} workbook;

static void keep_error(workbook *to, lxw_error error)
{
    if (to->error == LXW_NO_ERROR) {
        to->error = error;
    }
}

static lxw_format *format_of(workbook *to, uint8_t align, bool is_bold)
{
    lxw_format *format = workbook_add_format(to->book);
    if (format == NULL) {
        keep_error(to, LXW_ERROR_MEMORY_MALLOC_FAILED);
        return NULL;
    }
    format_set_align(format, align);
    format_set_align(format, LXW_ALIGN_VERTICAL_TOP);
    format_set_text_wrap(format);
    if (is_bold) {
        format_set_bold(format);
    }
    return format;
}

/* Written as a number: digits with at most one point, a sign before and a percent sign
 * after, as the styles of base/style.h print them.  Anything else, and what a spreadsheet
 * would alter ("007"), is text. */
typedef struct plain_number {
    double value;
    int decimals;
    bool is_percent;
} plain_number;

/* The digits that begin at text into out[CBK_NUMBER_SIZE]; from five on their thousands
 * may be apart.  Returns the bytes read. */
static size_t read_whole(const char *text, char *out)
{
    static const char *const groups[] = {"\u202f", ","};
    const size_t first = strspn(text, "0123456789");
    (void)snprintf(out, CBK_NUMBER_SIZE, "%.*s", (int)first, text);
    for (size_t i = 0; first >= 1 && first <= 3 && i < 2; i++) {
        const size_t size = strlen(groups[i]);
        size_t at = first;
        size_t n = first;
        while (strncmp(text + at, groups[i], size) == 0 && n + 3 <= DECIMALS_MAX &&
               strspn(text + at + size, "0123456789") == 3) {
            memcpy(out + n, text + at + size, 3);
            n += 3;
            at += size + 3;
        }
        if (n >= 5) {
            out[n] = '\0';
            return at;
        }
        out[first] = '\0';
    }
    return first;
}

static bool read_number(const char *text, plain_number *out)
{
    static const char minus[] = "\xe2\x88\x92"; /* U+2212, as it is printed */
    static const char raised[] = "·";           /* the decimal point of some journals */
    const bool is_minus = strncmp(text, minus, 3) == 0 || *text == '-';
    text += !is_minus ? 0 : *text == '-' ? 1 : 3;
    char whole[CBK_NUMBER_SIZE];
    const char *rest = text + read_whole(text, whole);
    const size_t n_whole = strlen(whole);
    const size_t point = *rest == '.'                    ? 1
                         : strncmp(rest, raised, 2) == 0 ? strlen(raised)
                                                         : 0;
    const size_t n_decimals = point > 0 ? strspn(rest + point, "0123456789") : 0;
    const char *decimals = rest + point;
    rest += n_decimals > 0 ? point + n_decimals : 0;
    *out = (plain_number){.decimals = (int)n_decimals, .is_percent = *rest == '%'};
    rest += out->is_percent ? 1 : 0;
    if (n_whole + n_decimals == 0 || *rest != '\0' ||
        n_whole + n_decimals > DECIMALS_MAX || (n_whole > 1 && *whole == '0')) {
        return false;
    }
    char plain[2 * CBK_NUMBER_SIZE];
    (void)snprintf(plain, sizeof plain, "%s%s.%.*s", is_minus ? "-" : "",
                   n_whole > 0 ? whole : "0", (int)n_decimals, decimals);
    if (!cbk_number_parse(plain, false, &out->value)) {
        return false;
    }
    out->value /= out->is_percent ? 100.0 : 1.0;
    return true;
}

static const uint8_t sides[] = {[CBK_ALIGN_LEFT] = LXW_ALIGN_LEFT,
                                [CBK_ALIGN_RIGHT] = LXW_ALIGN_RIGHT,
                                [CBK_ALIGN_CENTRE] = LXW_ALIGN_CENTER};

static lxw_format *number_format(workbook *to, const plain_number *number,
                                 cbk_align align)
{
    lxw_format **kept =
        &to->decimals[number->decimals][number->is_percent ? 1 : 0][align];
    if (*kept == NULL) {
        char picture[DECIMALS_MAX + 8];
        (void)snprintf(picture, sizeof picture, "0%s%.*s%s",
                       number->decimals > 0 ? "." : "", number->decimals,
                       "000000000000000", number->is_percent ? "%" : "");
        *kept = format_of(to, sides[align], false);
        if (*kept != NULL) {
            format_set_num_format(*kept, picture);
        }
    }
    return *kept;
}

/* Without characters that XML may not carry, and short enough for a cell. */
static const char *cell_text(workbook *to, const char *text)
{
    cbk_buffer buffer = {0};
    cbk_escape_plain(&buffer, text);
    size_t size = buffer.size;
    if (size > CELL_BYTES_MAX) {
        size = CELL_BYTES_MAX;
        while (size > 0 && ((unsigned char)buffer.bytes[size] & 0xC0U) == 0x80U) {
            size--; /* not inside a character */
        }
    }
    const char *copy =
        buffer.is_failed
            ? NULL
            : cbk_text_format(to->scratch, "%.*s%s", (int)size,
                              buffer.bytes != NULL ? buffer.bytes : "",
                              size < buffer.size ? " ... (cut: the cell is full)" : "");
    cbk_buffer_free(&buffer);
    if (copy == NULL) {
        keep_error(to, LXW_ERROR_MEMORY_MALLOC_FAILED);
        return "";
    }
    return copy;
}

static void write_text(workbook *to, lxw_worksheet *sheet, size_t row, size_t column,
                       const char *text, lxw_format *format)
{
    if (*text != '\0') {
        keep_error(to, worksheet_write_string(sheet, (lxw_row_t)row, (lxw_col_t)column,
                                              cell_text(to, text), format));
    }
}

static void write_cell(workbook *to, lxw_worksheet *sheet, size_t row, size_t column,
                       const cbk_cell *cell, cbk_align align)
{
    plain_number number;
    const char *text = cbk_run_plain(&cell->run, to->scratch);
    if (text == NULL) {
        keep_error(to, LXW_ERROR_MEMORY_MALLOC_FAILED);
    } else if (cell->indent == 0 && read_number(text, &number)) { /* else a label */
        keep_error(to, worksheet_write_number(sheet, (lxw_row_t)row, (lxw_col_t)column,
                                              number.value,
                                              number_format(to, &number, align)));
    } else {
        write_text(to, sheet, row, column,
                   cell->indent > 0 ? cbk_text_format(to->scratch, "  %s", text) : text,
                   to->text[align]);
    }
}

/* How wide its longest line is, in characters. */
static size_t lines_width(const char *text)
{
    size_t width = 0;
    while (*text != '\0') {
        const size_t size = strcspn(text, "\n");
        const size_t columns = cbk_text_columns(text, size);
        width = columns > width ? columns : width;
        text += size + (text[size] == '\n' ? 1 : 0);
    }
    return width;
}

/* A cell, or of row 0 that of the header. */
static const cbk_cell *cell_of(const cbk_table_block *table, size_t row, size_t column)
{
    return row == 0 ? &table->header[column]
                    : &table->cells[(row - 1) * table->n_columns + column];
}

/* As wide as its longest line, within reason. */
static size_t set_width(workbook *to, lxw_worksheet *sheet, const cbk_table_block *table,
                        size_t column)
{
    size_t width = WIDTH_MIN;
    for (size_t row = 0; row <= table->n_rows; row++) {
        const char *text =
            cbk_run_plain(&cell_of(table, row, column)->run, to->scratch);
        const size_t needed = text != NULL ? lines_width(text) + 2 : 0;
        width = needed > width ? needed : width;
    }
    width = width < WIDTH_MAX ? width : WIDTH_MAX;
    keep_error(to, worksheet_set_column(sheet, (lxw_col_t)column, (lxw_col_t)column,
                                        (double)width, NULL));
    return width;
}

/* Lines that the text takes in a column of so many characters. */
static size_t count_lines(const char *text, size_t width)
{
    size_t n = 0;
    do {
        const size_t size = strcspn(text, "\n");
        n += 1 + cbk_text_columns(text, size) / width;
        text += size + (text[size] == '\n' ? 1 : 0);
    } while (*text != '\0');
    return n;
}

/* LibreOffice does not find out for itself what a row with wrapped text needs. */
static void set_height(workbook *to, lxw_worksheet *sheet, size_t row, size_t n_lines)
{
    if (n_lines > 1) {
        const double height = (double)ROW_POINTS * (double)n_lines;
        keep_error(to, worksheet_set_row(
                           sheet, (lxw_row_t)row,
                           height < ROW_POINTS_MAX ? height : ROW_POINTS_MAX, NULL));
    }
}

static void set_heights(workbook *to, lxw_worksheet *sheet, const cbk_table_block *table,
                        const size_t *width)
{
    for (size_t row = 0; row <= table->n_rows; row++) {
        size_t n_lines = 1;
        for (size_t i = 0; i < table->n_columns; i++) {
            const char *text = cbk_run_plain(&cell_of(table, row, i)->run, to->scratch);
            const size_t n = text != NULL ? count_lines(text, width[i]) : 1;
            n_lines = n > n_lines ? n : n_lines;
        }
        set_height(to, sheet, HEADER_ROW + row, n_lines);
    }
}

/* end_row: behind the last one that is printed. */
static void set_page(workbook *to, lxw_worksheet *sheet, size_t n_columns, size_t end_row)
{
    worksheet_set_paper(sheet, 0); /* the printer's own: A4 or Letter */
    worksheet_set_landscape(sheet);
    worksheet_fit_to_pages(sheet, 1, 0);
    worksheet_freeze_panes(sheet, HEADER_ROW + 1, 0);
    keep_error(to, worksheet_repeat_rows(sheet, HEADER_ROW, HEADER_ROW));
    keep_error(to, worksheet_print_area(sheet, 0, 0, (lxw_row_t)(end_row - 1),
                                        (lxw_col_t)(n_columns > 0 ? n_columns - 1 : 0)));
}

/* Where a name that is too long is cut: between words, where that leaves the half. */
static size_t cut_at_word(const char *name, size_t size)
{
    size_t cut = size;
    while (cut > size / 2 && name[cut - 1] != ' ') {
        cut--;
    }
    return cut > size / 2 ? cut - 1 : size;
}

/* "Table 4", else the title, else "Table"; as long as it is free. */
static lxw_worksheet *add_sheet(workbook *to, const char *wanted)
{
    char name[4 * SHEET_NAME_MAX + 1];
    for (size_t turn = 1; turn < LXW_ROW_MAX; turn++) {
        char suffix[24] = "";
        if (turn > 1) {
            (void)snprintf(suffix, sizeof suffix, " (%zu)", turn);
        }
        size_t size = 0;
        size_t n = 0;
        const char *next = wanted;
        while (n + strlen(suffix) < SHEET_NAME_MAX && *next != '\0') {
            const char *from = next;
            const uint32_t character = cbk_character_next(&next);
            const bool is_kept =
                character >= ' ' && !cbk_character_is_hidden(character) &&
                character != CBK_CHARACTER_REPLACEMENT &&
                (character > 127 || strchr("[]:*?/\\'", (int)character) == NULL);
            if (is_kept) {
                memcpy(name + size, from, (size_t)(next - from));
                size += (size_t)(next - from);
                n += character > 0xFFFFU ? 2 : 1; /* Excel counts in UTF-16 */
            }
        }
        if (*next != '\0' && *next != ' ') {
            size = cut_at_word(name, size);
        }
        (void)snprintf(name + size, sizeof name - size, "%s%s", size == 0 ? "Table" : "",
                       suffix);
        if (workbook_validate_sheet_name(to->book, name) == LXW_NO_ERROR) {
            return workbook_add_worksheet(to->book, name);
        }
    }
    return NULL;
}

/* The row behind them. */
static size_t write_notes(workbook *to, lxw_worksheet *sheet,
                          const cbk_table_block *table)
{
    size_t row = HEADER_ROW + 2 + table->n_rows;
    for (size_t i = 0; i < table->n_notes; i++) {
        const char *note = cbk_run_plain(&table->notes[i], to->scratch);
        write_text(to, sheet, row++, 0, note != NULL ? note : "", to->note);
    }
    if (table->abbreviations != NULL) {
        write_text(to, sheet, row++, 0, table->abbreviations, to->note);
    }
    return row;
}

static void write_table(workbook *to, const cbk_table_block *table)
{
    const char *name = table->number != NULL
                           ? cbk_text_format(to->scratch, "Table %s", table->number)
                       : table->title != NULL ? table->title
                                              : "Table";
    lxw_worksheet *sheet = name != NULL ? add_sheet(to, name) : NULL;
    if (sheet == NULL) {
        keep_error(to, LXW_ERROR_MEMORY_MALLOC_FAILED);
        return;
    }
    const bool has_title = table->title != NULL && table->title != name;
    const char *title =
        has_title ? cbk_text_format(to->scratch, "%s. %s", name, table->title) : name;
    write_text(to, sheet, 0, 0, title != NULL ? title : name, to->title);
    size_t *width = CBK_NEW(to->scratch, size_t, table->n_columns);
    for (size_t column = 0; width != NULL && column < table->n_columns; column++) {
        const char *text = cbk_run_plain(&table->header[column].run, to->scratch);
        write_text(to, sheet, HEADER_ROW, column, text != NULL ? text : "",
                   to->header[table->align[column]]);
        width[column] = set_width(to, sheet, table, column);
    }
    for (size_t i = 0; i < table->n_rows * table->n_columns; i++) {
        const size_t column = i % table->n_columns;
        write_cell(to, sheet, HEADER_ROW + 1 + i / table->n_columns, column,
                   &table->cells[i], table->align[column]);
    }
    if (width != NULL) { /* else sticky in the arena */
        set_heights(to, sheet, table, width);
    }
    set_page(to, sheet, table->n_columns, write_notes(to, sheet, table));
}

static void write_provenance(workbook *to, const cbk_document *document)
{
    static const char *const heads[] = {"Number",  "Expression", "From",
                                        "Among",   "Value",      "Conventions",
                                        "Records", "Sources",    "Remarks"};
    enum { N_HEADS = sizeof heads / sizeof heads[0] };
    static const size_t widths[N_HEADS] = {14, 34, 12, 24, 22, 28, 34, 34, 34};
    lxw_worksheet *sheet = add_sheet(to, "Where the numbers come from");
    if (sheet == NULL) {
        keep_error(to, LXW_ERROR_MEMORY_MALLOC_FAILED);
        return;
    }
    write_text(to, sheet, 0, 0, "Where the numbers come from", to->title);
    for (size_t i = 0; i < N_HEADS; i++) {
        write_text(to, sheet, HEADER_ROW, i, heads[i], to->header[CBK_ALIGN_LEFT]);
        keep_error(to, worksheet_set_column(sheet, (lxw_col_t)i, (lxw_col_t)i,
                                            (double)widths[i], NULL));
    }
    size_t row = HEADER_ROW + 1;
    for (const cbk_provenance_entry *entry = document->first_provenance; entry != NULL;
         entry = entry->next, row++) {
        const cbk_provenance *said = entry->provenance;
        const char *const texts[N_HEADS] = {
            said->id,          said->expression, said->from,    said->among, said->value,
            said->conventions, said->records,    said->sources, said->notes};
        size_t n_lines = 1;
        for (size_t i = 0; i < N_HEADS; i++) {
            const char *text = texts[i] != NULL ? texts[i] : "";
            const size_t n = count_lines(text, widths[i]);
            write_text(to, sheet, row, i, text, to->text[CBK_ALIGN_LEFT]);
            n_lines = n > n_lines ? n : n_lines;
        }
        set_height(to, sheet, row, n_lines);
    }
    set_page(to, sheet, N_HEADS, row);
}

static bool make_formats(workbook *to)
{
    to->title = format_of(to, LXW_ALIGN_LEFT, true);
    to->note = format_of(to, LXW_ALIGN_LEFT, false);
    for (size_t align = 0; align <= CBK_ALIGN_CENTRE; align++) {
        to->text[align] = format_of(to, sides[align], false);
        to->header[align] = format_of(to, sides[align], true);
    }
    if (to->error != LXW_NO_ERROR) {
        return false;
    }
    for (size_t align = 0; align <= CBK_ALIGN_CENTRE; align++) {
        format_set_bottom(to->header[align], LXW_BORDER_THIN);
    }
    to->title->text_wrap = LXW_FALSE; /* these two run over the columns beside them */
    to->note->text_wrap = LXW_FALSE;
    return true;
}

/* Fills the open workbook and closes it, which writes the file. */
static lxw_error fill(workbook *to, const cbk_document *document)
{
    const char *footer = document->footer != NULL ? document->footer : "";
    lxw_doc_properties properties = {.title = cbk_text_copy(to->scratch, document->title),
                                     .comments = cbk_text_copy(to->scratch, footer),
                                     .created = EPOCH};
    keep_error(to, workbook_set_properties(to->book, &properties));
    if (make_formats(to)) {
        for (const cbk_block *block = document->first; block != NULL;
             block = block->next) {
            if (block->kind == CBK_BLOCK_TABLE) {
                write_table(to, block->table);
            }
        }
        if (document->dictionary != NULL) {
            write_table(to, document->dictionary);
        }
        if (document->first_provenance != NULL) {
            write_provenance(to, document);
        }
    }
    keep_error(to, workbook_close(to->book));
    return to->error;
}

static bool has_table(const cbk_document *document)
{
    const cbk_block *block = document->first;
    while (block != NULL && block->kind != CBK_BLOCK_TABLE) {
        block = block->next;
    }
    return block != NULL;
}

/* The library writes files only: this one is read back and removed. */
static cbk_status write_file(const cbk_document *document, const char *path,
                             cbk_arena *scratch, cbk_buffer *out, cbk_error *err)
{
    workbook to = {.book = workbook_new(path), .scratch = scratch};
    if (to.book == NULL) {
        return cbk_fail_memory(err);
    }
    const lxw_error error = fill(&to, document);
    if (error == LXW_ERROR_MEMORY_MALLOC_FAILED) {
        return cbk_fail_memory(err);
    }
    if (error != LXW_NO_ERROR) {
        return cbk_fail(err, CBK_EIO, CBK_ROW_NONE, "The workbook was not written: %s",
                        lxw_strerror(error));
    }
    const char *bytes = NULL;
    size_t size = 0;
    CBK_TRY(cbk_file_read(path, FILE_BYTES_MAX, scratch, &bytes, &size, err));
    cbk_buffer_add_bytes(out, bytes, size);
    return CBK_OK;
}

cbk_status cbk_press_workbook(const cbk_document *document, cbk_arena *scratch,
                              cbk_buffer *out, cbk_error *err)
{
    if (!has_table(document)) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "A workbook holds tables, and this has none");
    }
    const char *folder = getenv("TMPDIR");
    char *path = cbk_text_format(scratch, "%s/casebook-XXXXXX",
                                 folder != NULL && *folder != '\0' ? folder : "/tmp");
    const int file = path != NULL ? mkstemp(path) : -1;
    if (file < 0) {
        return path == NULL ? cbk_fail_memory(err)
                            : cbk_fail(err, CBK_EIO, CBK_ROW_NONE,
                                       "A scratch file for the workbook cannot be made "
                                       "in %s: %s",
                                       path, strerror(errno));
    }
    (void)close(file);
    const cbk_status status = write_file(document, path, scratch, out, err);
    (void)unlink(path);
    return status;
}
