/* csv.c - the tables of a document as CSV (RFC 4180).  Contract: render/outputs.h. */
#include "render/outputs.h"

#include "render/escape.h"

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
