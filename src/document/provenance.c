/* provenance.c - the register of a document's numbers.  Contract: casebook/document.h. */
#include <casebook/document.h>

#include "base/hash.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { ID_BYTES = 5, SLOTS_FIRST = 64 };

/* By id: open addressing, less than half full. */
struct cbk_provenance_index {
    const cbk_provenance **slots; /* [n_slots], a power of two; NULL: free */
    size_t n_slots;
};

/* ---- ids ----------------------------------------------------------------------------
 */

/* A text and a byte that no text holds; what is absent differs from what is empty. */
static void add_part(cbk_buffer *buffer, const char *text)
{
    if (text != NULL) {
        cbk_buffer_add(buffer, text);
        cbk_buffer_add_bytes(buffer, "\1", 1);
    }
    cbk_buffer_add_bytes(buffer, "\0", 1);
}

const char *cbk_provenance_id(const cbk_provenance *provenance, cbk_arena *arena)
{
    cbk_buffer asked = {0};
    unsigned char hash[CBK_HASH_SIZE];
    char digits[2 * ID_BYTES + 1];
    add_part(&asked, provenance->expression);
    add_part(&asked, provenance->from);
    add_part(&asked, provenance->among);
    add_part(&asked, provenance->conventions);
    if (asked.is_failed) {
        (void)cbk_arena_alloc(arena, SIZE_MAX, 2, 1);
        cbk_buffer_free(&asked);
        return NULL;
    }
    cbk_sha256(asked.bytes, asked.size, hash);
    cbk_buffer_free(&asked);
    cbk_hex(hash, ID_BYTES, digits);
    return cbk_text_format(arena, "n%s", digits);
}

static bool is_same(const cbk_provenance *a, const cbk_provenance *b)
{
    return cbk_text_is_equal(a->expression, b->expression) &&
           cbk_text_is_equal(a->from, b->from) && cbk_text_is_equal(a->among, b->among) &&
           cbk_text_is_equal(a->conventions, b->conventions);
}

/* ---- the index ----------------------------------------------------------------------
 */

/* The slot of that id, or the free one where it belongs. */
static const cbk_provenance **slot_of(const struct cbk_provenance_index *index,
                                      const char *id)
{
    size_t i = (size_t)strtoull(id + 1, NULL, 16) & (index->n_slots - 1);
    while (index->slots[i] != NULL && strcmp(index->slots[i]->id, id) != 0) {
        i = (i + 1) & (index->n_slots - 1);
    }
    return &index->slots[i];
}

/* Room for one more; false when the arena failed. */
static bool make_room(cbk_document *document)
{
    struct cbk_provenance_index *old = document->index;
    if (old != NULL && 2 * (document->n_provenance + 1) < old->n_slots) {
        return true;
    }
    struct cbk_provenance_index *index =
        CBK_NEW(document->arena, struct cbk_provenance_index, 1);
    const size_t n = old != NULL ? 2 * old->n_slots : SLOTS_FIRST;
    const cbk_provenance **slots = CBK_NEW(document->arena, const cbk_provenance *, n);
    if (index == NULL || slots == NULL) {
        return false;
    }
    *index = (struct cbk_provenance_index){slots, n};
    for (size_t i = 0; old != NULL && i < old->n_slots; i++) {
        if (old->slots[i] != NULL) {
            *slot_of(index, old->slots[i]->id) = old->slots[i];
        }
    }
    document->index = index;
    return true;
}

/* ---- the register ---------------------------------------------------------------------
 */

static const char *copy_or_null(cbk_arena *arena, const char *text)
{
    return text != NULL ? cbk_text_copy(arena, text) : NULL;
}

static const cbk_provenance *provenance_add(cbk_document *document, const char *id,
                                            const cbk_provenance *given)
{
    cbk_arena *arena = document->arena;
    cbk_provenance *copy = CBK_NEW(arena, cbk_provenance, 1);
    cbk_provenance_entry *entry = CBK_NEW(arena, cbk_provenance_entry, 1);
    const cbk_provenance strings = {
        .id = id,
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
    return copy;
}

const cbk_provenance *cbk_document_provenance(cbk_document *document,
                                              cbk_provenance provenance)
{
    const char *id =
        document != NULL ? cbk_provenance_id(&provenance, document->arena) : NULL;
    if (id == NULL || !make_room(document)) {
        return NULL;
    }
    const cbk_provenance **slot = slot_of(document->index, id);
    while (*slot != NULL && !is_same(*slot, &provenance)) {
        /* Two questions with the same digits: the later one has a letter more. */
        id = cbk_text_format(document->arena, "%sx", id);
        if (id == NULL) {
            return NULL;
        }
        slot = slot_of(document->index, id);
    }
    if (*slot == NULL) {
        *slot = provenance_add(document, id, &provenance);
    }
    return *slot;
}
