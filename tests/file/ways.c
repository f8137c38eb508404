/* ways.c - every way in which a casebook file is written.  Contract: ways.h. */
#include "file/ways.h"

#include "base/text.h"
#include "registry/casebook.h"

#include <stdio.h>
#include <string.h>

enum { ROWS = 60 };

/* ---- the ways in which a file is written
 * ------------------------------------------------ */

static cbk_file_cell text(const char *value)
{
    return (cbk_file_cell){.value = {.kind = CBK_VALUE_TEXT, .text = value}};
}

static cbk_file_cell number(double value)
{
    return (cbk_file_cell){.value = {.kind = CBK_VALUE_NUMBER, .number = value}};
}

static const char *const form_fields[] = {"form", "key_column", "repeats", "retired"};
static const char *const field_fields[] = {"form", "field", "storage", "retired"};
static const char *const both[] = {"age", "note"};

static cbk_change change(cbk_change_kind kind, const char *table, const char *record,
                         const char *const *fields, const cbk_file_cell *cells, size_t n)
{
    return (cbk_change){.kind = kind,
                        .table = table,
                        .record = record,
                        .n_fields = n,
                        .fields = fields,
                        .cells = cells};
}

static cbk_status commit(cbk_casebook *casebook, const char *action,
                         const cbk_change *changes, size_t n)
{
    const cbk_deed deed = {.action = action, .reason = "a test"};
    cbk_error err;
    return cbk_casebook_commit(casebook, &deed, changes, n, &err);
}

static cbk_status make(cbk_casebook *casebook)
{
    const cbk_file_cell form[] = {text("patient"), text("id"), number(0), number(0)};
    const cbk_file_cell age[] = {text("patient"), text("age"), text("INTEGER"),
                                 number(0)};
    const cbk_file_cell note[] = {text("patient"), text("note"), text("TEXT"), number(0)};
    const cbk_change changes[] = {
        change(CBK_CHANGE_CREATE, CBK_TABLE_FORM, "1", form_fields, form, 4),
        change(CBK_CHANGE_CREATE, CBK_TABLE_FIELD, "1", field_fields, age, 4),
        change(CBK_CHANGE_CREATE, CBK_TABLE_FIELD, "2", field_fields, note, 4)};
    return commit(casebook, "new", changes, 3);
}

static cbk_status import(cbk_casebook *casebook)
{
    cbk_change changes[ROWS];
    cbk_file_cell cells[ROWS][2];
    char names[ROWS][16];
    for (size_t i = 0; i < ROWS; i++) {
        (void)snprintf(names[i], sizeof names[i], "P%zu", i);
        cells[i][0] = number((double)i);
        cells[i][1] = i % 3 == 0 ? (cbk_file_cell){.missing = "NA"} : text("imported");
        changes[i] = change(CBK_CHANGE_CREATE, "patient", names[i], both, cells[i], 2);
    }
    return commit(casebook, "import", changes, ROWS);
}

static cbk_status edit(cbk_casebook *casebook)
{
    const cbk_file_cell cells[] = {number(77), text("by hand")};
    const cbk_change one = change(CBK_CHANGE_UPDATE, "patient", "P7", both, cells, 2);
    return commit(casebook, "edit", &one, 1);
}

static cbk_status delete_one(cbk_casebook *casebook)
{
    const cbk_change one = change(CBK_CHANGE_DELETE, "patient", "P9", NULL, NULL, 0);
    return commit(casebook, "edit", &one, 1);
}

static cbk_status migrate(cbk_casebook *casebook)
{
    static const char *const name[] = {"field"};
    const cbk_file_cell renamed[] = {text("remark")};
    const cbk_file_cell fresh[] = {text("patient"), text("size"), text("REAL"),
                                   number(0)};
    const cbk_change changes[] = {
        change(CBK_CHANGE_UPDATE, CBK_TABLE_FIELD, "2", name, renamed, 1),
        change(CBK_CHANGE_CREATE, CBK_TABLE_FIELD, "3", field_fields, fresh, 4)};
    return commit(casebook, "protocol", changes, 2);
}

static cbk_status freeze(cbk_casebook *casebook)
{
    static const char *const names[] = {"form", "record"};
    const cbk_file_cell cells[] = {text("patient"), text("P1")};
    const cbk_change one =
        change(CBK_CHANGE_CREATE, CBK_TABLE_FREEZE, "record patient P1", names, cells, 2);
    return commit(casebook, "freeze", &one, 1);
}

static cbk_status lock(cbk_casebook *casebook)
{
    static const char *const names[] = {"txn", "hash"};
    const cbk_file_cell cells[] = {number(3), text("00")};
    const cbk_change one =
        change(CBK_CHANGE_CREATE, CBK_TABLE_LOCK, "submission 1", names, cells, 2);
    return commit(casebook, "lock", &one, 1);
}

static cbk_status export_event(cbk_casebook *casebook)
{
    return commit(casebook, "export", NULL, 0);
}

/* Whoever adds a way adds it here. */
static cbk_status (*const ways[WAYS])(cbk_casebook *) = {
    make, import, edit, delete_one, migrate, freeze, lock, export_event};

size_t go_all_ways(const char *path, void (*acknowledge)(void))
{
    cbk_casebook *casebook = NULL;
    cbk_error err;
    size_t n = 0;
    for (size_t i = 0; i < WAYS; i++) {
        if (i % 3 == 0 || casebook == NULL) {
            cbk_casebook_close(casebook);
            casebook = NULL;
            const cbk_casebook_mode mode =
                n == 0 ? CBK_CASEBOOK_CREATE : CBK_CASEBOOK_WRITE;
            if (cbk_casebook_open(path, mode, &casebook, &err) != CBK_OK) {
                continue;
            }
        }
        if (ways[i](casebook) == CBK_OK) {
            n++;
            acknowledge();
        }
    }
    cbk_casebook_close(casebook);
    return n;
}

/* ---- is it sound?
 * ----------------------------------------------------------------------- */

bool is_sound(const char *path, size_t n, char *why, size_t size)
{
    cbk_casebook *casebook = NULL;
    cbk_verification found = {.n_broken = 0};
    cbk_error err = {.message = ""};
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    cbk_status status = cbk_casebook_open(path, CBK_CASEBOOK_WRITE, &casebook, &err);
    if (status != CBK_OK && n == 0) {
        /* What a `new` left that did not come to its end: another try must work. */
        status = cbk_casebook_open(path, CBK_CASEBOOK_CREATE, &casebook, &err);
        const bool is_fine = status == CBK_OK && make(casebook) == CBK_OK;
        (void)snprintf(why, size, "a new file cannot be made: %s", err.message);
        cbk_casebook_close(casebook);
        cbk_arena_destroy(arena);
        return is_fine;
    }
    if (status == CBK_OK) {
        status = cbk_casebook_verify(casebook, NULL, arena, &found, &err);
    }
    const bool is_fine =
        status == CBK_OK && found.n_broken == 0 && (size_t)found.head.n_transactions >= n;
    if (!is_fine) {
        (void)snprintf(why, size, "%s%s; %lld of %zu transactions", err.message,
                       found.n_broken > 0 ? found.broken[0] : "",
                       (long long)found.head.n_transactions, n);
    }
    cbk_casebook_close(casebook);
    cbk_arena_destroy(arena);
    return is_fine;
}
