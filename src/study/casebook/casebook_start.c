/* casebook_start.c - the first transaction of a casebook file: its protocol, forms and
 * fields.  Contract: casebook.h.
 */
#include "study/casebook/casebook_parts.h"
#include "study/cell.h"
#include "study/internal.h"

#include "base/file.h"
#include "base/text.h"

#include <string.h>

/* ---- changes --------------------------------------------------------------------------
 */

cbk_file_cell cbk_cell_text(const char *text)
{
    return text != NULL ? (cbk_file_cell){.value = {.kind = CBK_VALUE_TEXT, .text = text}}
                        : (cbk_file_cell){.value = {.kind = CBK_VALUE_ABSENT}};
}

cbk_file_cell cbk_cell_number(double number)
{
    return (cbk_file_cell){.value = {.kind = CBK_VALUE_NUMBER, .number = number}};
}

cbk_change *cbk_changes_add(cbk_changes *changes)
{
    if (changes->n == changes->capacity) {
        const size_t capacity = changes->capacity == 0 ? 64 : 2 * changes->capacity;
        cbk_change *larger = CBK_NEW(changes->arena, cbk_change, capacity);
        if (larger == NULL) {
            return NULL;
        }
        if (changes->n > 0) {
            memcpy(larger, changes->all, changes->n * sizeof *larger);
        }
        changes->all = larger;
        changes->capacity = capacity;
    }
    return &changes->all[changes->n++];
}

void cbk_changes_create(cbk_changes *changes, const char *table, const char *record,
                        const char *const *fields, const cbk_file_cell *cells, size_t n)
{
    cbk_change *change = cbk_changes_add(changes);
    cbk_file_cell *kept = CBK_NEW(changes->arena, cbk_file_cell, n);
    if (change == NULL || kept == NULL) {
        return; /* the arena remembers */
    }
    memcpy(kept, cells, n * sizeof *kept);
    *change = (cbk_change){.kind = CBK_CHANGE_CREATE,
                           .table = table,
                           .record = record,
                           .n_fields = n,
                           .fields = fields,
                           .cells = kept};
}

void cbk_changes_add_field(cbk_changes *changes, size_t id, const char *form,
                           const cbk_field *field)
{
    static const char *const names[] = {"form", "field", "storage", "retired"};
    static const char *const storages[] = {[CBK_STORAGE_TEXT] = "TEXT",
                                           [CBK_STORAGE_INTEGER] = "INTEGER",
                                           [CBK_STORAGE_REAL] = "REAL"};
    const cbk_file_cell cells[] = {
        cbk_cell_text(form), cbk_cell_text(field->name),
        cbk_cell_text(storages[cbk_field_storage(field->type)]), cbk_cell_number(0)};
    cbk_changes_create(changes, CBK_TABLE_FIELD,
                       cbk_text_format(changes->arena, "%zu", id), names, cells, 4);
}

void cbk_changes_add_form(cbk_changes *changes, size_t id, const cbk_protocol *protocol,
                          const cbk_form *form)
{
    static const char *const names[] = {"form", "key_column", "repeats", "retired"};
    const cbk_file_cell cells[] = {
        cbk_cell_text(form->name), cbk_cell_text(protocol->forms[0].key),
        cbk_cell_number(form->repeats != NULL), cbk_cell_number(0)};
    cbk_changes_create(changes, CBK_TABLE_FORM,
                       cbk_text_format(changes->arena, "%zu", id), names, cells, 4);
}

void cbk_changes_add_protocol(cbk_changes *changes, size_t version, const char *text)
{
    static const char *const names[] = {"text"};
    const cbk_file_cell cell = cbk_cell_text(text);
    cbk_changes_create(changes, CBK_TABLE_PROTOCOL,
                       cbk_text_format(changes->arena, "%zu", version), names, &cell, 1);
}

/* ---- the protocol's file
 * --------------------------------------------------------------- */

/* A study of that protocol without any records: what is wrong in its SQL shows. */
static cbk_status check_sql(const cbk_protocol *protocol, cbk_arena *arena,
                            cbk_problems *problems, cbk_error *err)
{
    cbk_study *study = CBK_NEW(arena, cbk_study, 1);
    cbk_records *records = CBK_NEW(arena, cbk_records, protocol->n_forms);
    static const size_t none[1] = {0};
    if (records == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t i = 0; i < protocol->n_forms; i++) {
        records[i] = (cbk_records){.form = &protocol->forms[i], .file = protocol->file};
        records[i].n = protocol->forms[i].repeats != NULL ? none : NULL;
    }
    *study = (cbk_study){.arena = arena,
                         .folder = protocol->file,
                         .protocol = protocol,
                         .records = records,
                         .conventions = cbk_conventions_of(CBK_PROFILE_R)};
    CBK_TRY(cbk_registry_open(&study->registry, err));
    const cbk_status status = cbk_study_load(study, problems, err);
    cbk_study_close(study);
    return status;
}

cbk_status cbk_protocol_read(const char *path, cbk_arena *arena, cbk_problems *problems,
                             cbk_protocol_file *out, cbk_error *err)
{
    enum { PROTOCOL_BYTES_MAX = 1024 * 1024 };
    size_t size = 0;
    CBK_TRY(cbk_file_read(path, PROTOCOL_BYTES_MAX, arena, &out->text, &size, err));
    CBK_TRY(
        cbk_protocol_parse(path, out->text, size, arena, problems, &out->protocol, err));
    if (strlen(out->text) != size) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "%s has a NUL byte in it.", path);
    }
    char hash[CBK_HASH_HEX_SIZE];
    cbk_sha256_hex(out->text, size, hash);
    const char *slash = strrchr(path, '/');
    out->detail =
        cbk_text_format(arena, "%s sha256 %s", slash != NULL ? slash + 1 : path, hash);
    return out->detail != NULL ? check_sql(out->protocol, arena, problems, err)
                               : cbk_fail_memory(err);
}

cbk_status cbk_casebook_start(cbk_casebook *casebook, const char *protocol_path,
                              cbk_arena *arena, cbk_problems *problems, cbk_error *err)
{
    cbk_protocol_file read = {.text = NULL};
    CBK_TRY(cbk_protocol_read(protocol_path, arena, problems, &read, err));
    cbk_changes changes = {.arena = arena};
    size_t id = 0;
    for (size_t f = 0; f < read.protocol->n_forms; f++) {
        const cbk_form *form = &read.protocol->forms[f];
        cbk_changes_add_form(&changes, f + 1, read.protocol, form);
        for (size_t i = 0; i < form->n_fields; i++) {
            cbk_changes_add_field(&changes, ++id, form->name, &form->fields[i]);
        }
    }
    cbk_changes_add_protocol(&changes, 1, read.text);
    if (cbk_arena_has_failed(arena)) {
        return cbk_fail_memory(err);
    }
    const cbk_deed deed = {.action = "new", .detail = read.detail};
    return cbk_casebook_commit(casebook, &deed, changes.all, changes.n, err);
}
