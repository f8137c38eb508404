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

/* FNV-1a over what provenances have in common that count as one. */
static size_t provenance_hash(const cbk_provenance *of)
{
    const char *const part[] = {of->expression, of->from, of->among, of->conventions};
    uint64_t hash = 1469598103934665603U;
    for (size_t i = 0; i < sizeof part / sizeof part[0]; i++) {
        for (const char *c = part[i] != NULL ? part[i] : ""; *c != '\0'; c++) {
            hash = (hash ^ (unsigned char)*c) * 1099511628211U;
        }
        hash *= 1099511628211U;
    }
    return (size_t)hash;
}

static const cbk_provenance *provenance_find(const cbk_document *document,
                                             const cbk_provenance *wanted)
{
    const cbk_provenance_entry *entry =
        document->n_slots > 0
            ? document->slot[provenance_hash(wanted) & (document->n_slots - 1)]
            : NULL;
    for (; entry != NULL; entry = entry->next_in_slot) {
        const cbk_provenance *known = entry->provenance;
        if (cbk_text_is_equal(known->expression, wanted->expression) &&
            cbk_text_is_equal(known->from, wanted->from) &&
            cbk_text_is_equal(known->among, wanted->among) &&
            cbk_text_is_equal(known->conventions, wanted->conventions)) {
            return known;
        }
    }
    return NULL;
}

static void put_in_slot(cbk_document *document, cbk_provenance_entry *entry)
{
    cbk_provenance_entry **slot =
        &document->slot[provenance_hash(entry->provenance) & (document->n_slots - 1)];
    entry->next_in_slot = *slot;
    *slot = entry;
}

/* At least a slot an entry, so that one is found in the time of a few. */
static void index_provenance(cbk_document *document, cbk_provenance_entry *added)
{
    if (document->n_provenance <= document->n_slots) {
        put_in_slot(document, added);
        return;
    }
    const size_t n_slots = document->n_slots > 0 ? 4 * document->n_slots : 64;
    cbk_provenance_entry **slot =
        CBK_NEW(document->arena, cbk_provenance_entry *, n_slots);
    if (slot == NULL) {
        return;
    }
    document->slot = slot;
    document->n_slots = n_slots;
    for (cbk_provenance_entry *entry = document->first_provenance; entry != NULL;
         entry = entry->next) {
        put_in_slot(document, entry);
    }
}

static const char *copy_or_null(cbk_arena *arena, const char *text)
{
    return text != NULL ? cbk_text_copy(arena, text) : NULL;
}

static const cbk_provenance *provenance_add(cbk_document *document,
                                            const cbk_provenance *given)
{
    cbk_arena *arena = document->arena;
    cbk_provenance *copy = CBK_NEW(arena, cbk_provenance, 1);
    cbk_provenance_entry *entry = CBK_NEW(arena, cbk_provenance_entry, 1);
    const cbk_provenance strings = {
        .id = cbk_text_format(arena, "n%zu", document->n_provenance + 1),
        .expression = copy_or_null(arena, given->expression),
        .from = copy_or_null(arena, given->from),
        .among = copy_or_null(arena, given->among),
        .value = copy_or_null(arena, given->value),
        .conventions = copy_or_null(arena, given->conventions),
        .records = copy_or_null(arena, given->records),
        .sources = copy_or_null(arena, given->sources),
        .notes = copy_or_null(arena, given->notes),
    };
    if (cbk_arena_has_failed(arena)) {
        return NULL;
    }
    *copy = strings;
    entry->provenance = copy;
    if (document->last_provenance == NULL) {
        document->first_provenance = entry;
    } else {
        document->last_provenance->next = entry;
    }
    document->last_provenance = entry;
    document->n_provenance++;
    index_provenance(document, entry);
    return copy;
}

const cbk_provenance *cbk_document_provenance(cbk_document *document,
                                              cbk_provenance provenance)
{
    if (document == NULL) {
        return NULL;
    }
    const cbk_provenance *known = provenance_find(document, &provenance);
    return known != NULL ? known : provenance_add(document, &provenance);
}
