/* print_table.c - how wide a table's columns are on paper.  Contract:
 * render/print_table.h. */
#include "render/print_table.h"

#include <math.h>
#include <string.h>

#define GAP_MM 2.2     /* between columns */
#define COLUMN_MM 30.0 /* no column needs more: its text wraps */
#define WORD_MM 22.0   /* a longer word may be cut */
#define WORD_BYTES_MAX 120
/* The letters of paper (Liberation Sans, as wide as Arial) beside the estimate, which is
 * of the widest that a browser may have; words of wide letters have some of the gap. */
#define PAPER 0.92

/* How wide the longest line of a cell is. */
static double line_width(const cbk_text_run *run)
{
    double widest = 0.0;
    double line = 0.0;
    for (const cbk_span *span = run->first; span != NULL; span = span->next) {
        line = span->kind == CBK_SPAN_BREAK
                   ? 0.0
                   : line + cbk_text_width_mm(span->text, CBK_PRINT_TABLE_MM, false);
        widest = fmax(widest, line);
    }
    return widest;
}

/* How wide a cell would be as one line. */
static double text_width(const cbk_text_run *run)
{
    double width = 0.0;
    for (const cbk_span *span = run->first; span != NULL; span = span->next) {
        width += span->kind == CBK_SPAN_BREAK
                     ? 0.0
                     : cbk_text_width_mm(span->text, CBK_PRINT_TABLE_MM, false);
    }
    return width;
}

/* How wide the longest word of a cell is. */
static double word_width(const cbk_text_run *run, bool is_bold)
{
    double widest = 0.0;
    for (const cbk_span *span = run->first; span != NULL; span = span->next) {
        const char *next = span->kind == CBK_SPAN_BREAK ? "" : span->text;
        while (*next != '\0') {
            char word[WORD_BYTES_MAX + 1];
            const size_t size = strcspn(next, " \n");
            const size_t kept = size < WORD_BYTES_MAX ? size : WORD_BYTES_MAX;
            memcpy(word, next, kept);
            word[kept] = '\0';
            widest = fmax(widest, cbk_text_width_mm(word, CBK_PRINT_TABLE_MM, is_bold));
            next += size + (next[size] != '\0' ? 1 : 0);
        }
    }
    return widest;
}

bool cbk_print_is_across(const cbk_table_block *table)
{
    double total = 0.0;
    for (size_t i = 0; i < table->n_columns; i++) {
        /* Headers wrap, so they count half. */
        double widest = line_width(&table->header[i].run) / 2.0;
        for (size_t row = 0; row < table->n_rows; row++) {
            const cbk_cell *cell = &table->cells[row * table->n_columns + i];
            widest = fmax(widest, line_width(&cell->run));
        }
        total += fmin(widest, COLUMN_MM) + GAP_MM;
    }
    return total > CBK_PRINT_PAGE_MM;
}

static cbk_column_need need_of(const cbk_table_block *table, size_t column)
{
    cbk_column_need need = {.least = word_width(&table->header[column].run, true)};
    need.text = line_width(&table->header[column].run);
    need.natural = fmax(need.least, need.text / 2.0);
    for (size_t row = 0; row < table->n_rows; row++) {
        const cbk_text_run *run = &table->cells[row * table->n_columns + column].run;
        need.least = fmax(need.least, word_width(run, false));
        need.natural = fmax(need.natural, line_width(run));
        need.text += text_width(run);
    }
    need.least = fmin(PAPER * need.least, WORD_MM) + GAP_MM;
    need.natural = fmax(need.least, need.natural + GAP_MM);
    return need;
}

static bool is_narrowed(const cbk_column_need *need, double factor)
{
    return need->least + factor * need->text < need->natural;
}

/* How much of a column's text stands beside its longest word, so that all columns
 * together are as wide as there is room: a column with more text is wider, none is wider
 * than its longest line.  Each round gives what columns leave over to the others. */
static double share_of(const cbk_column_need *needs, size_t n, double available_mm)
{
    double factor = 0.0;
    for (size_t round = 0; round <= n; round++) {
        double room = available_mm;
        double text = 0.0;
        for (size_t i = 0; i < n; i++) {
            const bool is_narrow = is_narrowed(&needs[i], factor);
            room -= is_narrow ? needs[i].least : needs[i].natural;
            text += is_narrow ? needs[i].text : 0.0;
        }
        if (!(text > 0.0) || room / text <= factor) {
            break;
        }
        factor = room / text;
    }
    return factor;
}

void cbk_print_columns(const cbk_table_block *table, double available_mm,
                       cbk_column_need *needs, double *width_mm)
{
    double least = 0.0;
    double natural = 0.0;
    for (size_t i = 0; i < table->n_columns; i++) {
        needs[i] = need_of(table, i);
        least += needs[i].least;
        natural += needs[i].natural;
    }
    const double factor = natural > available_mm && least < available_mm
                              ? share_of(needs, table->n_columns, available_mm)
                              : 0.0;
    for (size_t i = 0; i < table->n_columns; i++) {
        const cbk_column_need *need = &needs[i];
        width_mm[i] = natural <= available_mm ? need->natural
                      : least >= available_mm
                          ? need->least * available_mm / least
                          : fmin(need->natural, need->least + factor * need->text);
    }
}
