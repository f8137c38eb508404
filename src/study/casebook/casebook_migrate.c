/* casebook_migrate.c - a casebook file under a changed protocol: what is added, renamed
 * and retired, and what would be lost.  Contract: casebook.h.
 */
#include "study/casebook/casebook_parts.h"
#include "study/cell.h"
#include "study/internal.h"

#include "base/text.h"

#include <stdarg.h>
#include <string.h>
#include <strings.h>

/* Sentences being gathered. */
typedef struct sentences {
    size_t n;
    size_t capacity;
    const char **all;
} sentences;

/* A comparison under way. */
typedef struct migrating {
    cbk_study *study; /* under the protocol in force */
    const cbk_layout *layout;
    const cbk_protocol *now;
    const cbk_migration_wish *wish;
    bool *is_rename_used; /* [wish->n_renames] */
    bool *is_retire_used; /* [wish->n_retired] */
    size_t next_form;     /* ids */
    size_t next_field;
    cbk_arena *arena;
    sentences steps;
    sentences lost;
    cbk_changes changes;
} migrating;

static void add(migrating *at, sentences *to, const char *format, ...) CBK_PRINTF(3, 4);

static void add(migrating *at, sentences *to, const char *format, ...)
{
    if (to->n == to->capacity) {
        to->capacity = to->capacity == 0 ? 16 : 2 * to->capacity;
        const char **larger = CBK_NEW(at->arena, const char *, to->capacity);
        if (larger == NULL) {
            to->capacity = to->n;
            return; /* the arena remembers */
        }
        if (to->n > 0) {
            memcpy(larger, to->all, to->n * sizeof *larger);
        }
        to->all = larger;
    }
    va_list arguments;
    va_start(arguments, format);
    to->all[to->n++] = cbk_text_vformat(at->arena, format, arguments);
    va_end(arguments);
}

/* ---- what was wished for
 * --------------------------------------------------------------- */

/* The new name of a field after "form.old=new", or NULL. */
static const char *renamed(migrating *at, const char *form, const char *field)
{
    const size_t n_form = strlen(form);
    const size_t n_field = strlen(field);
    for (size_t i = 0; i < at->wish->n_renames; i++) {
        const char *text = at->wish->renames[i];
        if (strncmp(text, form, n_form) == 0 && text[n_form] == '.' &&
            strncmp(text + n_form + 1, field, n_field) == 0 &&
            text[n_form + 1 + n_field] == '=') {
            at->is_rename_used[i] = true;
            return text + n_form + n_field + 2;
        }
    }
    return NULL;
}

/* Whether "form" or "form.field" is to be retired. */
static bool is_retired(migrating *at, const char *form, const char *field)
{
    const size_t n_form = strlen(form);
    for (size_t i = 0; i < at->wish->n_retired; i++) {
        const char *text = at->wish->retired[i];
        if (strncmp(text, form, n_form) == 0 &&
            (field == NULL
                 ? text[n_form] == '\0'
                 : text[n_form] == '.' && strcmp(text + n_form + 1, field) == 0)) {
            at->is_retire_used[i] = true;
            return true;
        }
    }
    return false;
}

static void check_wishes(migrating *at)
{
    for (size_t i = 0; i < at->wish->n_renames; i++) {
        if (!at->is_rename_used[i]) {
            add(at, &at->lost, "--rename %s: the file has no such field to rename",
                at->wish->renames[i]);
        }
    }
    for (size_t i = 0; i < at->wish->n_retired; i++) {
        if (!at->is_retire_used[i]) {
            add(at, &at->lost, "--retire %s: the file has no such form or field",
                at->wish->retired[i]);
        }
    }
}

/* ---- values
 * ---------------------------------------------------------------------------- */

static const cbk_recorded *value_of(const cbk_records *records, size_t row,
                                    const char *field)
{
    return records != NULL ? cbk_records_value(records, row, field) : NULL;
}

static bool is_recorded(const cbk_recorded *value)
{
    return value != NULL &&
           (value->missing == NULL || strcmp(value->missing, "not recorded") != 0);
}

static size_t count_values(const cbk_records *records, const char *field)
{
    size_t n = 0;
    for (size_t row = 0; records != NULL && row < records->n_rows; row++) {
        n += is_recorded(value_of(records, row, field));
    }
    return n;
}

/* The value as a data file would have it. */
static const char *as_cell(const cbk_field *field, const cbk_recorded *value,
                           cbk_arena *arena)
{
    char number[CBK_NUMBER_SIZE];
    switch (value->value.kind) {
    case CBK_VALUE_NUMBER:
        cbk_number_shortest(value->value.number, number);
        return cbk_text_copy(arena, number);
    case CBK_VALUE_TEXT:
        return value->value.text;
    case CBK_VALUE_ABSENT:
        break;
    }
    const char *code = cbk_cell_of(field, value).missing;
    return code != NULL ? code : "";
}

/* Values that the field of the new protocol could not hold. */
static void check_values(migrating *at, const cbk_records *records, const cbk_field *old,
                         const cbk_field *now, const char *form)
{
    const cbk_csv csv = {.separator = ','};
    const char *first = NULL;
    const char *record = NULL;
    size_t n = 0;
    for (size_t row = 0; old != NULL && records != NULL && row < records->n_rows; row++) {
        const cbk_recorded *value = value_of(records, row, old->name);
        cbk_problems problems = {.arena = at->arena};
        cbk_recorded read;
        if (!is_recorded(value)) {
            continue;
        }
        cbk_cell_read(&csv, now, as_cell(old, value, at->arena),
                      (cbk_place){.file = NULL}, at->arena, &problems, &read);
        const bool is_same_kind =
            read.value.kind == value->value.kind || problems.n_found > 0;
        if (problems.n_found > 0 || !is_same_kind) {
            first = n == 0 ? cbk_recorded_words(old, value, at->arena) : first;
            record = n == 0 ? cbk_records_name(records, row, at->arena) : record;
            n++;
        }
    }
    if (n > 0) {
        add(at, &at->lost,
            "%s.%s: %zu value%s that the new protocol does not allow, the first is "
            "\"%s\" "
            "in record %s",
            form, now->name, n, n == 1 ? "" : "s", first, record);
    }
}

/* ---- fields
 * ---------------------------------------------------------------------------- */

static void change_layout(migrating *at, const char *table, int64_t id,
                          const char *column, cbk_file_cell cell)
{
    const char **fields = CBK_NEW(at->arena, const char *, 1);
    if (fields == NULL) {
        return;
    }
    fields[0] = column;
    cbk_changes_create(&at->changes, table,
                       cbk_text_format(at->arena, "%lld", (long long)id), fields, &cell,
                       1);
    if (!cbk_arena_has_failed(at->arena)) {
        at->changes.all[at->changes.n - 1].kind = CBK_CHANGE_UPDATE;
    }
}

static void rename_field(migrating *at, const cbk_file_table *table,
                         const cbk_file_column *column, const char *name)
{
    static const char *const fields[] = {"field"};
    add(at, &at->steps, "%s.%s is now called %s", table->name, column->name, name);
    change_layout(at, CBK_TABLE_FIELD, column->id, "field", cbk_cell_text(name));
    for (size_t i = 0; i < at->study->n_sources; i++) {
        const cbk_source_statement *said = &at->study->sources[i];
        if (strcmp(said->form, table->name) == 0 &&
            strcmp(said->field, column->name) == 0) {
            const cbk_file_cell cell = cbk_cell_text(name);
            cbk_changes_create(&at->changes, CBK_TABLE_SOURCE,
                               cbk_text_format(at->arena, "%zu", said->id), fields, &cell,
                               1);
            if (!cbk_arena_has_failed(at->arena)) {
                at->changes.all[at->changes.n - 1].kind = CBK_CHANGE_UPDATE;
            }
        }
    }
}

/* A column whose field the new protocol does not have. */
static void drop_field(migrating *at, const cbk_file_table *table,
                       const cbk_file_column *column, const cbk_records *records)
{
    const size_t n = count_values(records, column->name);
    if (is_retired(at, table->name, column->name) || n == 0) {
        add(at, &at->steps, "%s.%s is retired; its %zu value%s stay%s in the file",
            table->name, column->name, n, n == 1 ? "" : "s", n == 1 ? "s" : "");
        change_layout(at, CBK_TABLE_FIELD, column->id, "retired", cbk_cell_number(1));
        return;
    }
    add(at, &at->lost,
        "%s.%s: %zu value%s; --retire %s.%s keeps them in the file and out of the "
        "study, --rename %s.%s=NEW gives the field another name",
        table->name, column->name, n, n == 1 ? "" : "s", table->name, column->name,
        table->name, column->name);
}

static void keep_field(migrating *at, const cbk_file_table *table,
                       const cbk_file_column *column, const cbk_field *now,
                       const cbk_records *records)
{
    if (cbk_field_storage(now->type) != column->storage) {
        add(at, &at->lost,
            "%s.%s: its type changes to %s, which its column cannot hold; declare a new "
            "field and retire this one",
            table->name, now->name, cbk_field_type_name(now->type));
        return;
    }
    if (strcmp(now->name, column->name) != 0) {
        rename_field(at, table, column, now->name);
    }
    const cbk_form *form = cbk_protocol_form(at->study->protocol, table->name);
    check_values(at, records, form != NULL ? cbk_form_field(form, column->name) : NULL,
                 now, table->name);
}

/* A field that no column in use has become. */
static void add_field(migrating *at, const cbk_file_table *table, const cbk_field *now)
{
    for (size_t i = 0; i < table->n_columns; i++) {
        const cbk_file_column *column = &table->columns[i];
        if (strcasecmp(column->name, now->name) != 0) {
            continue;
        }
        if (column->is_retired && strcmp(column->name, now->name) == 0 &&
            column->storage == cbk_field_storage(now->type)) {
            add(at, &at->steps, "%s.%s returns with the values it had", table->name,
                now->name);
            change_layout(at, CBK_TABLE_FIELD, column->id, "retired", cbk_cell_number(0));
        } else {
            add(at, &at->lost, "%s.%s: the file has another field called %s%s",
                table->name, now->name, column->name,
                column->is_retired ? ", which is retired" : "");
        }
        return;
    }
    add(at, &at->steps, "%s.%s is new", table->name, now->name);
    cbk_changes_add_field(&at->changes, at->next_field++, table->name, now);
}

/* ---- forms
 * ----------------------------------------------------------------------------- */

/* Names of columns differ in more than their case. */
static bool has_column(const cbk_file_table *table, const char *name)
{
    for (size_t i = 0; i < table->n_columns; i++) {
        if (strcasecmp(table->columns[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static void compare_form(migrating *at, const cbk_file_table *table, const cbk_form *now)
{
    const cbk_records *records = cbk_study_records(at->study, table->name);
    bool *is_taken = CBK_NEW(at->arena, bool, now->n_fields + 1);
    if (is_taken == NULL) {
        return;
    }
    for (size_t i = 0; i < table->n_columns; i++) {
        const cbk_file_column *column = &table->columns[i];
        if (column->is_retired) {
            continue;
        }
        const char *other = renamed(at, table->name, column->name);
        const cbk_field *field =
            cbk_form_field(now, other != NULL ? other : column->name);
        if (other != NULL && field == NULL) {
            add(at, &at->lost, "--rename %s.%s=%s: the new protocol has no field %s",
                table->name, column->name, other, other);
        } else if (other != NULL && has_column(table, other)) {
            add(at, &at->lost, "--rename %s.%s=%s: the file has another field called %s",
                table->name, column->name, other, other);
        } else if (field == NULL) {
            drop_field(at, table, column, records);
        } else {
            is_taken[field - now->fields] = true;
            keep_field(at, table, column, field, records);
        }
    }
    for (size_t i = 0; i < now->n_fields; i++) {
        if (!is_taken[i]) {
            add_field(at, table, &now->fields[i]);
        }
    }
}

static void drop_form(migrating *at, const cbk_file_table *table)
{
    const cbk_records *records = cbk_study_records(at->study, table->name);
    const size_t n = records != NULL ? records->n_rows : 0;
    if (is_retired(at, table->name, NULL) || n == 0) {
        add(at, &at->steps, "the form %s is retired; its %zu record%s stay%s in the file",
            table->name, n, n == 1 ? "" : "s", n == 1 ? "s" : "");
        change_layout(at, CBK_TABLE_FORM, table->id, "retired", cbk_cell_number(1));
        return;
    }
    add(at, &at->lost,
        "the form %s: %zu record%s; --retire %s keeps them in the file and out of the "
        "study",
        table->name, n, n == 1 ? "" : "s", table->name);
}

static void add_form(migrating *at, const cbk_form *form)
{
    add(at, &at->steps, "the form %s is new, with %zu field%s", form->name,
        form->n_fields, form->n_fields == 1 ? "" : "s");
    cbk_changes_add_form(&at->changes, at->next_form++, at->now, form);
    for (size_t i = 0; i < form->n_fields; i++) {
        cbk_changes_add_field(&at->changes, at->next_field++, form->name,
                              &form->fields[i]);
    }
}

static void compare_forms(migrating *at)
{
    const cbk_form *patients = &at->study->protocol->forms[0];
    if (strcmp(at->now->forms[0].name, patients->name) != 0 ||
        strcmp(at->now->forms[0].key, patients->key) != 0) {
        add(at, &at->lost,
            "the first form must stay %s, and its key %s; every record hangs on it",
            patients->name, patients->key);
        return;
    }
    for (size_t i = 0; i < at->layout->n_tables; i++) {
        const cbk_file_table *table = &at->layout->tables[i];
        const cbk_form *now = cbk_protocol_form(at->now, table->name);
        if (!table->is_form) {
            continue;
        }
        if (table->is_retired) {
            if (now != NULL) {
                add(at, &at->lost,
                    "the form %s: the file has a retired form of that name", table->name);
            }
        } else if (now == NULL) {
            drop_form(at, table);
        } else {
            compare_form(at, table, now);
        }
    }
    for (size_t i = 0; i < at->now->n_forms; i++) {
        if (cbk_layout_table(at->layout, at->now->forms[i].name) == NULL) {
            add_form(at, &at->now->forms[i]);
        }
    }
}

/* ---- the whole
 * ------------------------------------------------------------------------- */

/* The next ids of the layout's rows. */
static void count_layout(migrating *at)
{
    at->next_form = 1;
    at->next_field = 1;
    for (size_t i = 0; i < at->layout->n_tables; i++) {
        const cbk_file_table *table = &at->layout->tables[i];
        if (table->is_form && (size_t)table->id >= at->next_form) {
            at->next_form = (size_t)table->id + 1;
        }
        for (size_t k = 0; table->is_form && k < table->n_columns; k++) {
            if ((size_t)table->columns[k].id >= at->next_field) {
                at->next_field = (size_t)table->columns[k].id + 1;
            }
        }
    }
}

static cbk_status add_version(migrating *at, cbk_casebook *casebook,
                              const cbk_protocol_file *read, cbk_migration *out,
                              cbk_error *err)
{
    const cbk_file_table *table = cbk_layout_table(at->layout, CBK_TABLE_PROTOCOL);
    cbk_file_rows rows;
    CBK_TRY(cbk_casebook_rows(casebook, table, at->arena, &rows, err));
    const cbk_value *last =
        rows.n_rows > 0 ? &rows.cells[(rows.n_rows - 1) * table->n_columns].value : NULL;
    out->version = rows.n_rows + 1;
    if (last != NULL && last->kind == CBK_VALUE_TEXT &&
        strcmp(last->text, read->text) == 0) {
        out->is_same = true;
        return CBK_OK;
    }
    cbk_changes_add_protocol(&at->changes, out->version, read->text);
    return CBK_OK;
}

cbk_status cbk_migration_compare(cbk_casebook *casebook, cbk_study *study,
                                 const char *path, const cbk_migration_wish *wish,
                                 cbk_arena *arena, cbk_problems *problems,
                                 cbk_migration *out, cbk_error *err)
{
    cbk_protocol_file read = {.text = NULL};
    *out = (cbk_migration){.deed = {.action = "protocol", .reason = wish->reason}};
    CBK_TRY(cbk_protocol_read(path, arena, problems, &read, err));
    migrating at = {.study = study,
                    .layout = cbk_casebook_layout(casebook),
                    .now = read.protocol,
                    .wish = wish,
                    .is_rename_used = CBK_NEW(arena, bool, wish->n_renames + 1),
                    .is_retire_used = CBK_NEW(arena, bool, wish->n_retired + 1),
                    .arena = arena,
                    .changes = {.arena = arena}};
    if (at.is_retire_used == NULL) {
        return cbk_fail_memory(err);
    }
    count_layout(&at);
    compare_forms(&at);
    check_wishes(&at);
    CBK_TRY(add_version(&at, casebook, &read, out, err));
    out->deed.detail = read.detail;
    out->deed.after = study->transaction;
    out->n_steps = at.steps.n;
    out->steps = at.steps.all;
    out->n_lost = at.lost.n;
    out->lost = at.lost.all;
    out->n_changes = at.changes.n;
    out->changes = at.changes.all;
    return cbk_arena_has_failed(arena) ? cbk_fail_memory(err) : CBK_OK;
}
