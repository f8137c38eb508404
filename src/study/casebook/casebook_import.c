/* casebook_import.c - a data file against the records of a casebook file: what is new,
 * what changes, what disagrees with a person.  Contract: casebook.h.
 */
#include "study/casebook/casebook_parts.h"
#include "study/internal.h"

#include "base/file.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* A cell by name, for finding it among others. */
typedef struct named_cell {
    const char *record;
    const char *field;
} named_cell;

/* A comparison under way. */
typedef struct comparing {
    cbk_casebook *casebook;
    cbk_study *study;
    const cbk_form *form;
    const cbk_records *stored;
    const cbk_records *read;
    const bool *has_field;
    const char *source; /* the file's name, as a source of what it says */
    size_t n_by_hand;
    const named_cell *by_hand; /* cells that a person has set, sorted */
    size_t n_frozen;
    const char *const *frozen; /* scopes, sorted */
    size_t next_source;        /* id */
    cbk_arena *arena;
    cbk_changes changes;
    cbk_import *out;
    cbk_import_cell *cells; /* out->cells */
    size_t capacity;        /* of them */
} comparing;

/* ---- what the file knows of the past
 * --------------------------------------------------- */

static int by_cell(const void *lhs, const void *rhs)
{
    const named_cell *a = lhs;
    const named_cell *b = rhs;
    const int order = strcmp(a->record, b->record);
    return order != 0 ? order : strcmp(a->field, b->field);
}

/* Cells that somebody has set by hand.  No import changes such a cell, so it does not
 * matter when that was. */
static cbk_status read_by_hand(comparing *at, cbk_error *err)
{
    const char *sql = cbk_text_format(at->arena,
                                      "SELECT DISTINCT record, field FROM casebook_audit "
                                      "WHERE form = '%s' AND action = "
                                      "'set' AND txn IN (SELECT number FROM "
                                      "casebook_transaction WHERE action = 'edit')",
                                      at->form->name);
    const cbk_answer *answer = NULL;
    if (sql == NULL) {
        return cbk_fail_memory(err);
    }
    CBK_TRY(cbk_casebook_query(at->casebook, sql, at->arena, &answer, err));
    named_cell *cells = CBK_NEW(at->arena, named_cell, answer->n_rows + 1);
    if (cells == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t i = 0; i < answer->n_rows; i++) {
        cells[i] = (named_cell){.record = answer->values[2 * i].text,
                                .field = answer->values[2 * i + 1].text};
    }
    qsort(cells, answer->n_rows, sizeof *cells, by_cell);
    at->by_hand = cells;
    at->n_by_hand = answer->n_rows;
    return CBK_OK;
}

static bool is_by_hand(const comparing *at, const char *record, const char *field)
{
    const named_cell wanted = {.record = record, .field = field};
    return at->n_by_hand > 0 &&
           bsearch(&wanted, at->by_hand, at->n_by_hand, sizeof wanted, by_cell) != NULL;
}

static int by_text(const void *lhs, const void *rhs)
{
    return strcmp(*(const char *const *)lhs, *(const char *const *)rhs);
}

static cbk_status read_frozen(comparing *at, cbk_error *err)
{
    const cbk_answer *answer = NULL;
    CBK_TRY(cbk_casebook_query(at->casebook, "SELECT scope FROM casebook_freeze",
                               at->arena, &answer, err));
    const char **scopes = CBK_NEW(at->arena, const char *, answer->n_rows + 1);
    if (scopes == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t i = 0; i < answer->n_rows; i++) {
        scopes[i] = answer->values[i].text;
    }
    qsort(scopes, answer->n_rows, sizeof *scopes, by_text);
    at->frozen = scopes;
    at->n_frozen = answer->n_rows;
    return CBK_OK;
}

static bool is_scope_frozen(const comparing *at, const char *scope)
{
    return scope != NULL &&
           bsearch(&scope, at->frozen, at->n_frozen, sizeof *at->frozen, by_text) != NULL;
}

/* A patient's rows are frozen with the patient. */
static bool is_frozen(const comparing *at, const char *record)
{
    if (at->n_frozen == 0) {
        return false;
    }
    const char *form = at->form->name;
    const char *slash = at->form->repeats != NULL ? strrchr(record, '/') : NULL;
    return is_scope_frozen(at, "database") ||
           is_scope_frozen(at, cbk_text_format(at->arena, "form %s", form)) ||
           is_scope_frozen(at,
                           cbk_text_format(at->arena, "record %s %s", form, record)) ||
           (slash != NULL &&
            is_scope_frozen(at, cbk_text_format(at->arena, "record %s %.*s",
                                                at->form->repeats, (int)(slash - record),
                                                record)));
}

/* ---- differences
 * ----------------------------------------------------------------------- */

static bool is_same(const cbk_recorded *a, const cbk_recorded *b)
{
    if (a->value.kind != b->value.kind) {
        return false;
    }
    switch (a->value.kind) {
    case CBK_VALUE_NUMBER:
        return a->value.number == b->value.number;
    case CBK_VALUE_TEXT:
        return strcmp(a->value.text, b->value.text) == 0;
    case CBK_VALUE_ABSENT:
        break;
    }
    return cbk_text_is_equal(a->missing, b->missing);
}

static bool is_empty(const cbk_recorded *value)
{
    return value->value.kind == CBK_VALUE_ABSENT &&
           (value->missing == NULL || strcmp(value->missing, "not recorded") == 0);
}

cbk_file_cell cbk_cell_of(const cbk_field *field, const cbk_recorded *value)
{
    cbk_file_cell cell = {.value = value->value};
    for (size_t i = 0; value->value.kind == CBK_VALUE_ABSENT && value->missing != NULL &&
                       i < field->n_missing && cell.missing == NULL;
         i++) {
        if (strcmp(field->missing[i].label, value->missing) == 0) {
            cell.missing = field->missing[i].code;
        }
    }
    return cell;
}

const char *cbk_recorded_words(const cbk_field *field, const cbk_recorded *value,
                               cbk_arena *arena)
{
    const char *printed = cbk_recorded_print(field, &value->value, true, -1, arena);
    return printed != NULL          ? printed
           : value->missing != NULL ? value->missing
                                    : "not recorded";
}

static void add_cell(comparing *at, cbk_import_kind kind, const char *record,
                     const char *field, const char *old_value, const char *new_value,
                     size_t line)
{
    cbk_import *out = at->out;
    if (out->n_cells == at->capacity) {
        at->capacity = at->capacity == 0 ? 64 : 2 * at->capacity;
        cbk_import_cell *larger = CBK_NEW(at->arena, cbk_import_cell, at->capacity);
        if (larger == NULL) {
            at->capacity = out->n_cells; /* the arena remembers */
            return;
        }
        if (out->n_cells > 0) {
            memcpy(larger, out->cells, out->n_cells * sizeof *larger);
        }
        out->cells = larger;
        at->cells = larger;
    }
    at->cells[out->n_cells++] = (cbk_import_cell){.kind = kind,
                                                  .record = record,
                                                  .field = field,
                                                  .old_value = old_value,
                                                  .new_value = new_value,
                                                  .line = line};
}

/* A value that a person would have to give up stays, and what the file says is kept as
 * the statement of a source, once. */
static void add_conflict(comparing *at, const char *record, const cbk_field *field,
                         const char *value)
{
    static const char *const names[] = {"form", "record", "field", "value", "source"};
    for (size_t i = 0; i < at->study->n_sources; i++) {
        const cbk_source_statement *said = &at->study->sources[i];
        if (strcmp(said->form, at->form->name) == 0 &&
            strcmp(said->record, record) == 0 && strcmp(said->field, field->name) == 0 &&
            strcmp(said->value, value) == 0 && strcmp(said->source, at->source) == 0) {
            return;
        }
    }
    const cbk_file_cell cells[] = {cbk_cell_text(at->form->name), cbk_cell_text(record),
                                   cbk_cell_text(field->name), cbk_cell_text(value),
                                   cbk_cell_text(at->source)};
    cbk_changes_create(&at->changes, CBK_TABLE_SOURCE,
                       cbk_text_format(at->arena, "%zu", at->next_source++), names, cells,
                       sizeof names / sizeof names[0]);
}

/* A change of the row's cells that are true in `is_taken`. */
static void add_change(comparing *at, cbk_change_kind kind, const char *record,
                       size_t row, const bool *is_taken)
{
    const size_t n_fields = at->form->n_fields;
    const char **fields = CBK_NEW(at->arena, const char *, n_fields + 1);
    cbk_file_cell *cells = CBK_NEW(at->arena, cbk_file_cell, n_fields + 1);
    cbk_change *change = cbk_changes_add(&at->changes);
    if (change == NULL || cells == NULL) {
        return;
    }
    *change = (cbk_change){.kind = kind,
                           .table = at->form->name,
                           .record = record,
                           .fields = fields,
                           .cells = cells};
    for (size_t i = 0; i < n_fields; i++) {
        if (is_taken[i]) {
            fields[change->n_fields] = at->form->fields[i].name;
            cells[change->n_fields++] =
                cbk_cell_of(&at->form->fields[i], &at->read->values[row * n_fields + i]);
        }
    }
}

static void compare_new(comparing *at, const char *record, size_t row, bool *is_taken)
{
    if (is_frozen(at, record)) {
        at->out->n_refused++;
        add_cell(at, CBK_IMPORT_REFUSED, record, NULL, NULL, NULL, at->read->line[row]);
        return;
    }
    const size_t n_fields = at->form->n_fields;
    for (size_t i = 0; i < n_fields; i++) {
        is_taken[i] =
            at->has_field[i] && !is_empty(&at->read->values[row * n_fields + i]);
    }
    add_change(at, CBK_CHANGE_CREATE, record, row, is_taken);
    at->out->n_new++;
}

/* One cell of a record that is there; the kind of the difference, or -1 where there is
 * none.
 */
static int compare_cell(comparing *at, const char *record, const cbk_field *field,
                        const cbk_recorded *before, const cbk_recorded *after,
                        size_t line)
{
    if (is_same(before, after) || (is_empty(before) && is_empty(after))) {
        return -1;
    }
    const cbk_import_kind kind = is_empty(after)         ? CBK_IMPORT_KEPT
                                 : is_frozen(at, record) ? CBK_IMPORT_REFUSED
                                 : is_by_hand(at, record, field->name)
                                     ? CBK_IMPORT_CONFLICT
                                     : CBK_IMPORT_CHANGED;
    const char *said = cbk_recorded_words(field, after, at->arena);
    add_cell(at, kind, record, field->name, cbk_recorded_words(field, before, at->arena),
             said, line);
    if (kind == CBK_IMPORT_CONFLICT) {
        add_conflict(at, record, field, said);
    }
    return (int)kind;
}

static void compare_old(comparing *at, const char *record, size_t row, size_t stored_row,
                        bool *is_taken)
{
    const size_t n_fields = at->form->n_fields;
    bool has[CBK_IMPORT_REFUSED + 1] = {false};
    for (size_t i = 0; i < n_fields; i++) {
        is_taken[i] = false;
        if (at->has_field[i]) {
            const int kind =
                compare_cell(at, record, &at->form->fields[i],
                             &at->stored->values[stored_row * n_fields + i],
                             &at->read->values[row * n_fields + i], at->read->line[row]);
            is_taken[i] = kind == CBK_IMPORT_CHANGED;
            if (kind >= 0) {
                has[kind] = true;
            }
        }
    }
    cbk_import *out = at->out;
    out->n_refused += has[CBK_IMPORT_REFUSED];
    out->n_conflicting += !has[CBK_IMPORT_REFUSED] && has[CBK_IMPORT_CONFLICT];
    out->n_changed +=
        !has[CBK_IMPORT_REFUSED] && !has[CBK_IMPORT_CONFLICT] && has[CBK_IMPORT_CHANGED];
    out->n_unchanged +=
        !has[CBK_IMPORT_REFUSED] && !has[CBK_IMPORT_CONFLICT] && !has[CBK_IMPORT_CHANGED];
    if (has[CBK_IMPORT_CHANGED]) {
        add_change(at, CBK_CHANGE_UPDATE, record, row, is_taken);
    }
}

static cbk_status compare_rows(comparing *at, cbk_error *err)
{
    const cbk_named_row *stored = cbk_records_sorted(at->stored, at->arena);
    bool *is_taken = CBK_NEW(at->arena, bool, at->form->n_fields + 1);
    if (stored == NULL || is_taken == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t row = 0; row < at->read->n_rows; row++) {
        const char *name = cbk_records_name(at->read, row, at->arena);
        if (name == NULL) {
            return cbk_fail_memory(err);
        }
        const cbk_named_row *found = cbk_named_row_find(stored, at->stored->n_rows, name);
        if (found == NULL) {
            compare_new(at, name, row, is_taken);
        } else {
            compare_old(at, name, row, found->row, is_taken);
        }
    }
    return CBK_OK;
}

/* ---- what sources say
 * ------------------------------------------------------------------ */

/* A number as the records write it, where the source writes 7,3. */
static const char *plain_value(comparing *at, const cbk_source_statement *said)
{
    const cbk_form *form = cbk_protocol_form(at->study->protocol, said->form);
    const cbk_field *field = cbk_form_field(form, said->field);
    double number = 0.0;
    char shortest[CBK_NUMBER_SIZE];
    if ((field->type != CBK_FIELD_NUMBER && field->type != CBK_FIELD_INTEGER) ||
        strchr(said->value, ',') == NULL ||
        !cbk_number_parse(said->value, true, &number)) {
        return said->value;
    }
    cbk_number_shortest(number, shortest);
    return cbk_text_copy(at->arena, shortest);
}

static bool is_same_statement(const cbk_source_statement *a,
                              const cbk_source_statement *b, const char *value)
{
    return strcmp(a->form, b->form) == 0 && strcmp(a->record, b->record) == 0 &&
           strcmp(a->field, b->field) == 0 && strcmp(a->value, value) == 0 &&
           strcmp(a->source, b->source) == 0;
}

/* A statement that is there already may have been resolved since. */
static void compare_resolution(comparing *at, const cbk_source_statement *stored,
                               const cbk_source_statement *said)
{
    static const char *const names[] = {"resolution", "reason"};
    if (said->resolution == NULL ||
        (cbk_text_is_equal(stored->resolution, said->resolution) &&
         cbk_text_is_equal(stored->reason, said->reason))) {
        at->out->n_unchanged++;
        return;
    }
    const char *record = cbk_text_format(at->arena, "%zu", stored->id);
    const cbk_file_cell cells[] = {cbk_cell_text(said->resolution),
                                   cbk_cell_text(said->reason)};
    cbk_changes_create(&at->changes, CBK_TABLE_SOURCE, record, names, cells, 2);
    if (!cbk_arena_has_failed(at->arena)) {
        at->changes.all[at->changes.n - 1].kind = CBK_CHANGE_UPDATE;
    }
    add_cell(at, CBK_IMPORT_CHANGED, record, "resolution",
             stored->resolution != NULL ? stored->resolution : "not recorded",
             said->resolution, said->place.line);
    at->out->n_changed++;
}

static void compare_statement(comparing *at, const cbk_source_statement *stored,
                              size_t n_stored, const cbk_source_statement *said)
{
    static const char *const names[] = {"form",   "record",     "field", "value",
                                        "source", "resolution", "reason"};
    const char *value = plain_value(at, said);
    if (value == NULL) {
        return;
    }
    for (size_t i = 0; i < n_stored; i++) {
        if (is_same_statement(&stored[i], said, value)) {
            compare_resolution(at, &stored[i], said);
            return;
        }
    }
    const cbk_file_cell cells[] = {
        cbk_cell_text(said->form),   cbk_cell_text(said->record),
        cbk_cell_text(said->field),  cbk_cell_text(value[0] != '\0' ? value : NULL),
        cbk_cell_text(said->source), cbk_cell_text(said->resolution),
        cbk_cell_text(said->reason),
    };
    cbk_changes_create(&at->changes, CBK_TABLE_SOURCE,
                       cbk_text_format(at->arena, "%zu", at->next_source++), names, cells,
                       sizeof names / sizeof names[0]);
    at->out->n_new++;
}

static cbk_status compare_sources(comparing *at, const char *path, cbk_problems *problems,
                                  cbk_error *err)
{
    const cbk_source_statement *stored = at->study->sources;
    const size_t n_stored = at->study->n_sources;
    CBK_TRY(read_frozen(at, err));
    CBK_TRY(cbk_sources_read(path, at->study, problems, err));
    if (at->n_frozen > 0 && is_scope_frozen(at, "database")) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "%s is frozen.", at->study->folder);
    }
    for (size_t i = 0; i < at->study->n_sources; i++) {
        compare_statement(at, stored, n_stored, &at->study->sources[i]);
    }
    return CBK_OK;
}

/* ---- the whole
 * ------------------------------------------------------------------------- */

static cbk_status compare_form(comparing *at, const char *path, cbk_problems *problems,
                               cbk_error *err)
{
    cbk_records *read = CBK_NEW(at->arena, cbk_records, 1);
    if (read == NULL) {
        return cbk_fail_memory(err);
    }
    at->stored = cbk_study_records(at->study, at->form->name);
    CBK_TRY(cbk_records_read_part(path, at->study->protocol, at->form,
                                  &at->study->records[0], at->arena, problems, read,
                                  &at->has_field, err));
    at->read = read;
    CBK_TRY(read_by_hand(at, err));
    CBK_TRY(read_frozen(at, err));
    return compare_rows(at, err);
}

/* "patient.csv sha256 …", and the file's name alone. */
static cbk_status name_source(comparing *at, const char *path, cbk_error *err)
{
    const char *bytes = NULL;
    size_t size = 0;
    char hash[CBK_HASH_HEX_SIZE];
    const char *slash = strrchr(path, '/');
    at->source = slash != NULL ? slash + 1 : path;
    CBK_TRY(cbk_file_read(path, SIZE_MAX / 2, at->arena, &bytes, &size, err));
    cbk_sha256_hex(bytes, size, hash);
    at->out->deed.detail = cbk_text_format(at->arena, "%s sha256 %s into %s", at->source,
                                           hash, at->out->form);
    return at->out->deed.detail != NULL ? CBK_OK : cbk_fail_memory(err);
}

cbk_status cbk_casebook_form(const cbk_study *study, const char *name, cbk_arena *arena,
                             const cbk_form **out, cbk_error *err)
{
    const cbk_protocol *protocol = study->protocol;
    *out = cbk_protocol_form(protocol, name);
    if (*out != NULL) {
        return CBK_OK;
    }
    char hint[CBK_HINT_SIZE];
    const char **names = CBK_NEW(arena, const char *, protocol->n_forms + 1);
    if (names == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t i = 0; i < protocol->n_forms; i++) {
        names[i] = protocol->forms[i].name;
    }
    names[protocol->n_forms] = "sources";
    return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE, "%s has no form \"%s\"%s",
                    study->folder, name,
                    cbk_spelling_hint(name, names, protocol->n_forms + 1, hint));
}

/* Which number a new statement gets; those of retired fields are in the file as well. */
static cbk_status number_sources(comparing *at, cbk_error *err)
{
    const cbk_answer *answer = NULL;
    CBK_TRY(cbk_casebook_query(at->casebook,
                               "SELECT coalesce(max(id), 0) + 1 FROM casebook_source",
                               at->arena, &answer, err));
    at->next_source = (size_t)answer->values[0].number;
    return CBK_OK;
}

cbk_status cbk_import_compare(cbk_casebook *casebook, cbk_study *study, const char *path,
                              const char *form, const char *reason, cbk_arena *arena,
                              cbk_problems *problems, cbk_import *out, cbk_error *err)
{
    *out = (cbk_import){.form = form, .deed = {.action = "import", .reason = reason}};
    comparing at = {.casebook = casebook,
                    .study = study,
                    .arena = arena,
                    .changes = {.arena = arena},
                    .out = out};
    if (strcmp(form, "sources") != 0) {
        CBK_TRY(cbk_casebook_form(study, form, arena, &at.form, err));
    }
    CBK_TRY(name_source(&at, path, err));
    CBK_TRY(number_sources(&at, err));
    CBK_TRY(at.form != NULL ? compare_form(&at, path, problems, err)
                            : compare_sources(&at, path, problems, err));
    out->deed.after = study->transaction;
    out->n_changes = at.changes.n;
    out->changes = at.changes.all;
    return cbk_arena_has_failed(arena) ? cbk_fail_memory(err) : CBK_OK;
}
