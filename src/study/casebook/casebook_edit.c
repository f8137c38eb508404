/* casebook_edit.c - a record changed by hand: the words of a person against the fields of
 * the form.  Contract: casebook.h.
 */
#include "study/casebook/casebook_parts.h"
#include "study/cell.h"
#include "study/internal.h"

#include "base/text.h"

#include <string.h>

cbk_status cbk_casebook_no_field(const cbk_form *form, const char *name, cbk_arena *arena,
                                 cbk_error *err)
{
    char hint[CBK_HINT_SIZE];
    const char **names = CBK_NEW(arena, const char *, form->n_fields + 1);
    if (names == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t i = 0; i < form->n_fields; i++) {
        names[i] = form->fields[i].name;
    }
    return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE, "the form %s has no field \"%s\"%s",
                    form->name, name,
                    cbk_spelling_hint(name, names, form->n_fields, hint));
}

/* "field=value" into its two parts. */
static cbk_status split(const char *word, cbk_arena *arena, const char **field,
                        const char **value, cbk_error *err)
{
    const char *equals = strchr(word, '=');
    if (equals == NULL || equals == word) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "\"%s\" is no change; write field=value", word);
    }
    *field = cbk_text_copy_bytes(arena, word, (size_t)(equals - word));
    *value = equals + 1;
    return *field != NULL ? CBK_OK : cbk_fail_memory(err);
}

static bool is_twice(const char *const *fields, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(fields[i], fields[n]) == 0) {
            return true;
        }
    }
    return false;
}

static cbk_status read_words(const cbk_form *form, const char *const *words, size_t n,
                             cbk_arena *arena, cbk_problems *problems, cbk_change *change,
                             cbk_error *err)
{
    const cbk_csv csv = {.separator = ','}; /* numbers with a point */
    const char **fields = CBK_NEW(arena, const char *, n + 1);
    cbk_file_cell *cells = CBK_NEW(arena, cbk_file_cell, n + 1);
    if (cells == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        const char *value = NULL;
        CBK_TRY(split(words[i], arena, &fields[i], &value, err));
        const cbk_field *field = cbk_form_field(form, fields[i]);
        if (field == NULL) {
            return cbk_casebook_no_field(form, fields[i], arena, err);
        }
        if (is_twice(fields, i)) {
            return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE, "%s is given twice",
                            fields[i]);
        }
        cbk_recorded read;
        cbk_cell_read(&csv, field, value, (cbk_place){.file = words[i]}, arena, problems,
                      &read);
        cells[i] = cbk_cell_of(field, &read);
    }
    change->n_fields = n;
    change->fields = fields;
    change->cells = cells;
    return problems->n_found == 0
               ? CBK_OK
               : cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "A value cannot be entered.");
}

/* Of what a source says only the resolution can be changed. */
static cbk_status read_resolution(const char *const *words, size_t n, const char *reason,
                                  cbk_arena *arena, cbk_change *change, cbk_error *err)
{
    static const char *const fields[] = {"resolution", "reason"};
    const char *field = NULL;
    const char *value = NULL;
    if (n != 1) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "a statement of a source gets resolution=… and nothing else");
    }
    CBK_TRY(split(words[0], arena, &field, &value, err));
    cbk_file_cell *cells = CBK_NEW(arena, cbk_file_cell, 2);
    if (cells == NULL) {
        return cbk_fail_memory(err);
    }
    if (strcmp(field, "resolution") != 0) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "a statement of a source gets resolution=…, not %s=…", field);
    }
    const bool is_open = value[0] == '\0';
    cells[0] = cbk_cell_text(is_open ? NULL : value);
    cells[1] = cbk_cell_text(is_open ? NULL : reason);
    change->table = CBK_TABLE_SOURCE;
    change->n_fields = 2;
    change->fields = fields;
    change->cells = cells;
    return CBK_OK;
}

cbk_status cbk_edit_read(const cbk_study *study, const char *form_name,
                         const char *record, const char *const *words, size_t n,
                         const char *reason, cbk_arena *arena, cbk_problems *problems,
                         cbk_change *out, cbk_error *err)
{
    *out = (cbk_change){.kind = CBK_CHANGE_UPDATE, .table = form_name, .record = record};
    if (strcmp(form_name, "sources") == 0) {
        return read_resolution(words, n, reason, arena, out, err);
    }
    const cbk_form *form = NULL;
    CBK_TRY(cbk_casebook_form(study, form_name, arena, &form, err));
    return read_words(form, words, n, arena, problems, out, err);
}
