/* print_table.c - how wide a table's columns are on paper.  Contract:
 * render/print_table.h. */
#include "render/print_table.h"

#include <math.h>
#include <string.h>

#define GAP_MM 2.2     /* between columns */
#define COLUMN_MM 30.0 /* no column needs more: its text wraps */
#define WORD_MM 22.0   /* a longer word may be cut */
#define WORD_BYTES_MAX 120

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

typedef struct column_need {
    double least;   /* its longest word */
    double natural; /* its longest line */
} column_need;

static column_need need_of(const cbk_table_block *table, size_t column)
{
    column_need need = {word_width(&table->header[column].run, true), 0.0};
    need.natural = fmax(need.least, line_width(&table->header[column].run) / 2.0);
    for (size_t row = 0; row < table->n_rows; row++) {
        const cbk_text_run *run = &table->cells[row * table->n_columns + column].run;
        need.least = fmax(need.least, word_width(run, false));
        need.natural = fmax(need.natural, line_width(run));
    }
    need.least = fmin(need.least, WORD_MM) + GAP_MM;
    need.natural = fmax(need.least, need.natural + GAP_MM);
    return need;
}

void cbk_print_columns(const cbk_table_block *table, double available_mm,
                       double *width_mm)
{
    double least = 0.0;
    double natural = 0.0;
    for (size_t i = 0; i < table->n_columns; i++) {
        const column_need need = need_of(table, i);
        least += need.least;
        natural += need.natural;
    }
    for (size_t i = 0; i < table->n_columns; i++) {
        const column_need need = need_of(table, i);
        if (natural <= available_mm) {
            width_mm[i] = need.natural;
        } else if (least < available_mm) {
            width_mm[i] = need.least + (need.natural - need.least) *
                                           (available_mm - least) / (natural - least);
        } else {
            width_mm[i] = need.least * available_mm / least;
        }
    }
}
