/* csv.c - the tables of a document, and what a figure shows, as CSV (RFC 4180). Contract:
 * render/outputs.h. */
#include "render/outputs.h"

#include "render/escape.h"

#include <math.h>

static void row_write(cbk_buffer *out, const cbk_cell *cells, size_t n,
                      cbk_arena *scratch)
{
    for (size_t i = 0; i < n; i++) {
        const cbk_mark before = cbk_arena_mark(scratch);
        const char *plain = cbk_run_plain(&cells[i].run, scratch);
        if (plain == NULL) {
            return;
        }
        cbk_buffer_add(out, i > 0 ? "," : "");
        cbk_escape_csv(out, plain);
        cbk_arena_release(scratch, before);
    }
    cbk_buffer_add(out, "\r\n");
}

void cbk_output_csv(const cbk_document *document, cbk_arena *scratch, cbk_buffer *out)
{
    for (const cbk_block *block = document->first; block != NULL; block = block->next) {
        if (block->kind != CBK_BLOCK_TABLE) {
            continue;
        }
        const cbk_table_block *table = block->table;
        cbk_buffer_add(out, out->size > 0 ? "\r\n" : "");
        row_write(out, table->header, table->n_columns, scratch);
        for (size_t row = 0; row < table->n_rows; row++) {
            row_write(out, table->cells + row * table->n_columns, table->n_columns,
                      scratch);
        }
    }
}

static void datum_write(cbk_buffer *out, const cbk_data_column *column, size_t row)
{
    if (column->text != NULL) {
        cbk_escape_csv(out, column->text[row] != NULL ? column->text[row] : "");
    } else if (!isnan(column->number[row])) {
        char text[CBK_NUMBER_SIZE];
        cbk_number_shortest(column->number[row], text);
        cbk_buffer_add(out, text);
    }
}

void cbk_output_data(const cbk_figure_data *data, cbk_buffer *out)
{
    for (size_t i = 0; data != NULL && i < data->n_columns; i++) {
        cbk_buffer_add(out, i > 0 ? "," : "");
        cbk_escape_csv(out, data->columns[i].name);
    }
    cbk_buffer_add(out, data != NULL ? "\r\n" : "");
    for (size_t row = 0; data != NULL && row < data->n_rows; row++) {
        for (size_t i = 0; i < data->n_columns; i++) {
            cbk_buffer_add(out, i > 0 ? "," : "");
            datum_write(out, &data->columns[i], row);
        }
        cbk_buffer_add(out, "\r\n");
    }
}
