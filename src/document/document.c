/* document.c - blocks in order, and the register of provenances.  Contract:
 * casebook/document.h. */
#include <casebook/document.h>

#include "base/text.h"

#include <assert.h>

cbk_document *cbk_document_create(cbk_arena *arena, const char *title)
{
    const char *copy = cbk_text_copy(arena, title != NULL ? title : "");
    cbk_document *document = CBK_NEW(arena, cbk_document, 1);
    if (document != NULL) {
        *document = (cbk_document){.arena = arena, .title = copy};
    }
    return document;
}

/* A NULL document is one whose creation failed: the arena remembers that. */
static void document_add(cbk_document *document, cbk_block block)
{
    if (document == NULL) {
        return;
    }
    cbk_block *copy = CBK_NEW(document->arena, cbk_block, 1);
    if (copy == NULL) {
        return;
    }
    *copy = block;
    if (document->last == NULL) {
        document->first = copy;
    } else {
        document->last->next = copy;
    }
    document->last = copy;
}

void cbk_document_heading(cbk_document *document, int level, const char *id,
                          const char *text)
{
    assert(level >= 2 && level <= 4);
    if (document == NULL) {
        return;
    }
    cbk_block block = {.kind = CBK_BLOCK_HEADING, .level = level};
    block.id = id != NULL ? cbk_text_copy(document->arena, id) : NULL;
    cbk_run_text(&block.run, document->arena, text);
    document_add(document, block);
}

void cbk_document_paragraph(cbk_document *document, cbk_text_run run)
{
    document_add(document, (cbk_block){.kind = CBK_BLOCK_PARAGRAPH, .run = run});
}

void cbk_document_item(cbk_document *document, cbk_text_run run)
{
    document_add(document, (cbk_block){.kind = CBK_BLOCK_ITEM, .run = run});
}

void cbk_document_table(cbk_document *document, const cbk_table_block *table)
{
    if (table != NULL) { /* NULL only when the arena failed */
        document_add(document, (cbk_block){.kind = CBK_BLOCK_TABLE, .table = table});
    }
}

void cbk_document_figure(cbk_document *document, const cbk_figure_block *figure)
{
    if (figure != NULL) {
        document_add(document, (cbk_block){.kind = CBK_BLOCK_FIGURE, .figure = figure});
    }
}

void cbk_document_noted(cbk_document *document, const cbk_noted_block *noted)
{
    if (noted != NULL) {
        document_add(document, (cbk_block){.kind = CBK_BLOCK_NOTED, .noted = noted});
    }
}
