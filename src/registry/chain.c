/* chain.c - the hashes of the audit trail.  Contract: chain.h; the definition:
 * docs/file-format.md.
 */
#include "registry/chain.h"

#include <string.h>

#define AUDIT_DOMAIN "casebook/audit/1"
#define TRANSACTION_DOMAIN "casebook/transaction/1"

bool cbk_stored_is_value(const cbk_stored *value)
{
    return value->type != 0 && value->type != 'n';
}

bool cbk_stored_is_equal(const cbk_stored *a, const cbk_stored *b)
{
    if (a->type != b->type) {
        return false;
    }
    switch (a->type) {
    case 'i':
        return a->integer == b->integer;
    case 'r':
        return memcmp(&a->real, &b->real, sizeof a->real) == 0;
    case 't':
    case 'm':
        return a->size == b->size && memcmp(a->text, b->text, a->size) == 0;
    default:
        return true;
    }
}

static void add_uint64(cbk_buffer *out, uint64_t number)
{
    char bytes[8];
    for (int i = 0; i < 8; i++) {
        bytes[i] = (char)(number >> (56 - 8 * i));
    }
    cbk_buffer_add_bytes(out, bytes, sizeof bytes);
}

/* A field of a row: 0 for nothing; else 1, the length in four bytes, and the bytes. */
static void add_bytes(cbk_buffer *out, const void *bytes, size_t size)
{
    if (bytes == NULL) {
        cbk_buffer_add_bytes(out, "\0", 1);
        return;
    }
    const char head[5] = {1, (char)(size >> 24), (char)(size >> 16), (char)(size >> 8),
                          (char)size};
    cbk_buffer_add_bytes(out, head, sizeof head);
    cbk_buffer_add_bytes(out, bytes, size);
}

static void add_text(cbk_buffer *out, const char *text)
{
    add_bytes(out, text, text != NULL ? strlen(text) : 0);
}

static void add_integer(cbk_buffer *out, sqlite3_int64 number)
{
    cbk_buffer_add_bytes(out, "\1\0\0\0\10", 5);
    add_uint64(out, (uint64_t)number);
}

static bool finish(cbk_buffer *scratch, const unsigned char *previous, unsigned char *out)
{
    cbk_buffer_add_bytes(scratch, (const char *)previous, CBK_HASH_SIZE);
    if (scratch->is_failed) {
        return false;
    }
    cbk_sha256(scratch->bytes, scratch->size, out);
    return true;
}

void cbk_chain_commit(const unsigned char *salt, const cbk_stored *value,
                      cbk_buffer *scratch, unsigned char out[CBK_HASH_SIZE])
{
    scratch->size = 0;
    cbk_buffer_add_bytes(scratch, (const char *)salt, CBK_SALT_SIZE);
    cbk_buffer_add_bytes(scratch, &value->type, 1);
    if (value->type == 'i') {
        add_uint64(scratch, (uint64_t)value->integer);
    } else if (value->type == 'r') {
        uint64_t bits = 0;
        memcpy(&bits, &value->real, sizeof bits);
        add_uint64(scratch, bits);
    } else if (value->text != NULL) {
        cbk_buffer_add_bytes(scratch, value->text, value->size);
    }
    if (!scratch->is_failed) {
        cbk_sha256(scratch->bytes, scratch->size, out);
    }
}

bool cbk_chain_audit(const cbk_audit_row *row,
                     const unsigned char previous[CBK_HASH_SIZE], cbk_buffer *scratch,
                     unsigned char out[CBK_HASH_SIZE])
{
    scratch->size = 0;
    cbk_buffer_add(scratch, AUDIT_DOMAIN);
    add_integer(scratch, row->seq);
    add_integer(scratch, row->txn);
    add_text(scratch, row->action);
    add_text(scratch, row->form);
    add_text(scratch, row->record);
    add_text(scratch, row->field);
    add_bytes(scratch, row->old_commit, CBK_HASH_SIZE);
    add_bytes(scratch, row->new_commit, CBK_HASH_SIZE);
    return finish(scratch, previous, out);
}

bool cbk_chain_transaction(const char *uuid, const cbk_transaction_row *row,
                           const unsigned char previous[CBK_HASH_SIZE],
                           cbk_buffer *scratch, unsigned char out[CBK_HASH_SIZE])
{
    scratch->size = 0;
    cbk_buffer_add(scratch, TRANSACTION_DOMAIN);
    add_text(scratch, uuid);
    add_integer(scratch, row->number);
    add_integer(scratch, row->first_change);
    add_integer(scratch, row->n_changes);
    add_integer(scratch, row->at_us);
    add_text(scratch, row->boot_id);
    add_integer(scratch, row->monotonic_ns);
    add_text(scratch, row->actor);
    add_text(scratch, row->actor_name);
    add_text(scratch, row->host);
    add_text(scratch, row->origin);
    add_text(scratch, row->program);
    add_text(scratch, row->action);
    add_text(scratch, row->reason);
    add_text(scratch, row->detail);
    return finish(scratch, previous, out);
}
