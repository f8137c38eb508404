/* table_builder.c - a table block being filled.  Contract: casebook/document.h. */
#include <casebook/document.h>

#include <assert.h>
#include <string.h>

#define NOTES_ROOM ((size_t)16) /* to start with */

cbk_table_builder *cbk_table_builder_create(cbk_arena *arena, size_t n_columns,
                                            size_t n_rows)
{
    assert(n_columns > 0);
    if (n_rows > SIZE_MAX / n_columns) { /* asked for as what cannot be given */
        (void)CBK_NEW(arena, cbk_cell, SIZE_MAX);
    }
    cbk_table_builder *builder = CBK_NEW(arena, cbk_table_builder, 1);
    cbk_cell *header = CBK_NEW(arena, cbk_cell, n_columns);
    cbk_align *align = CBK_NEW(arena, cbk_align, n_columns);
    cbk_cell *cells = CBK_NEW(arena, cbk_cell, n_columns * n_rows);
    cbk_text_run *notes = CBK_NEW(arena, cbk_text_run, NOTES_ROOM);
    if (notes == NULL) { /* failure is sticky: this stands for all of them */
        return NULL;
    }
    *builder = (cbk_table_builder){
        .block = {.n_columns = n_columns,
                  .header = header,
                  .align = align,
                  .n_rows = n_rows,
                  .cells = cells,
                  .notes = notes},
        .header = header,
        .align = align,
        .cells = cells,
        .notes = notes,
        .arena = arena,
        .n_notes_room = NOTES_ROOM,
    };
    return builder;
}

cbk_cell *cbk_table_builder_cell(cbk_table_builder *builder, size_t row, size_t column)
{
    assert(builder != NULL);
    assert(row < builder->block.n_rows && column < builder->block.n_columns);
    return &builder->cells[row * builder->block.n_columns + column];
}

void cbk_table_builder_note(cbk_table_builder *builder, cbk_text_run note)
{
    assert(builder != NULL);
    const size_t n = builder->block.n_notes;
    if (n == builder->n_notes_room) {
        cbk_text_run *more = CBK_NEW(builder->arena, cbk_text_run, 2 * n);
        if (more == NULL) {
            return;
        }
        memcpy(more, builder->notes, n * sizeof *more);
        builder->notes = more;
        builder->block.notes = more;
        builder->n_notes_room = 2 * n;
    }
    builder->notes[n] = note;
    builder->block.n_notes = n + 1;
}
