/* ways.c - every way in which a casebook file is written.  Contract: ways.h. */
#include "file/ways.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "registry/casebook.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROWS = 60 };

typedef struct way {
    const char *commands; /* of the program that write in this way */
    way_file which;
    cbk_status (*go)(cbk_casebook *casebook, const char *folder);
} way;

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

static cbk_status make(cbk_casebook *casebook, const char *folder)
{
    (void)folder;
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

static cbk_status import(cbk_casebook *casebook, const char *folder)
{
    (void)folder;
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

static cbk_status edit(cbk_casebook *casebook, const char *folder)
{
    (void)folder;
    const cbk_file_cell cells[] = {number(77), text("by hand")};
    const cbk_change one = change(CBK_CHANGE_UPDATE, "patient", "P7", both, cells, 2);
    return commit(casebook, "edit", &one, 1);
}

static cbk_status delete_one(cbk_casebook *casebook, const char *folder)
{
    (void)folder;
    const cbk_change one = change(CBK_CHANGE_DELETE, "patient", "P9", NULL, NULL, 0);
    return commit(casebook, "edit", &one, 1);
}

static cbk_status migrate(cbk_casebook *casebook, const char *folder)
{
    (void)folder;
    static const char *const name[] = {"field"};
    const cbk_file_cell renamed[] = {text("remark")};
    const cbk_file_cell fresh[] = {text("patient"), text("size"), text("REAL"),
                                   number(0)};
    const cbk_change changes[] = {
        change(CBK_CHANGE_UPDATE, CBK_TABLE_FIELD, "2", name, renamed, 1),
        change(CBK_CHANGE_CREATE, CBK_TABLE_FIELD, "3", field_fields, fresh, 4)};
    return commit(casebook, "protocol", changes, 2);
}

static cbk_status freeze(cbk_casebook *casebook, const char *folder)
{
    (void)folder;
    static const char *const names[] = {"form", "record"};
    const cbk_file_cell cells[] = {text("patient"), text("P1")};
    const cbk_change one =
        change(CBK_CHANGE_CREATE, CBK_TABLE_FREEZE, "record patient P1", names, cells, 2);
    return commit(casebook, "freeze", &one, 1);
}

static cbk_status lock(cbk_casebook *casebook, const char *folder)
{
    (void)folder;
    static const char *const names[] = {"txn", "hash"};
    const cbk_file_cell cells[] = {number(3), text("00")};
    const cbk_change one =
        change(CBK_CHANGE_CREATE, CBK_TABLE_LOCK, "submission 1", names, cells, 2);
    return commit(casebook, "lock", &one, 1);
}

static cbk_status export_event(cbk_casebook *casebook, const char *folder)
{
    (void)folder;
    return commit(casebook, "export", NULL, 0);
}

static cbk_status unfreeze(cbk_casebook *casebook, const char *folder)
{
    (void)folder;
    const cbk_change one =
        change(CBK_CHANGE_DELETE, CBK_TABLE_FREEZE, "record patient P1", NULL, NULL, 0);
    return commit(casebook, "unfreeze", &one, 1);
}

static cbk_status back_up(cbk_casebook *casebook, const char *folder)
{
    char path[256];
    cbk_error err;
    way_path(folder, WAY_COPY, path, sizeof path);
    return cbk_casebook_backup(casebook, path, &err);
}

static cbk_status replay(cbk_casebook *casebook, const char *folder)
{
    char path[256];
    cbk_casebook *made = NULL;
    cbk_error err;
    way_path(folder, WAY_REPLAY, path, sizeof path);
    const cbk_status status = cbk_casebook_replay(casebook, 0, path, &made, &err);
    cbk_casebook_close(made);
    return status;
}

/* Whoever adds a way adds it here; tests/file/test_ways.py sees to it that every command
 * that writes is named. */
static const way ways[] = {
    {"new", WAY_STUDY, make},
    {"import", WAY_STUDY, import},
    {"edit", WAY_STUDY, edit},
    {"edit --delete", WAY_STUDY, delete_one},
    {"protocol", WAY_STUDY, migrate},
    {"freeze", WAY_STUDY, freeze},
    {"unfreeze", WAY_STUDY, unfreeze},
    {"lock", WAY_STUDY, lock},
    {"export", WAY_STUDY, export_event},
    {"backup", WAY_COPY, back_up},
    {"replay", WAY_REPLAY, replay},
};
enum { WAYS = sizeof ways / sizeof ways[0] };

cbk_status way_go(const char *command, cbk_casebook *casebook, const char *folder)
{
    for (size_t i = 0; i < WAYS; i++) {
        if (strcmp(ways[i].commands, command) == 0) {
            return ways[i].go(casebook, folder);
        }
    }
    return CBK_EINVAL;
}

void way_path(const char *folder, way_file which, char *out, size_t size)
{
    static const char *const names[WAY_FILES] = {"a", "copy", "replay"};
    (void)snprintf(out, size, "%s/%s.casebook", folder, names[which]);
}

void remove_ways(const char *folder)
{
    char path[256];
    for (int i = 0; i < WAY_FILES; i++) {
        way_path(folder, (way_file)i, path, sizeof path - 16);
        (void)unlink(path);
        (void)strncat(path, "-journal", 10);
        (void)unlink(path);
    }
}

bool go_all_ways(const char *folder, void (*acknowledge)(way_file), way_acks *out)
{
    char path[256];
    cbk_casebook *casebook = NULL;
    cbk_error err;
    size_t n = 0;
    *out = (way_acks){.n = {0}};
    way_path(folder, WAY_STUDY, path, sizeof path);
    for (size_t i = 0; i < WAYS; i++) {
        if (i % 3 == 0 || casebook == NULL) {
            cbk_casebook_close(casebook);
            casebook = NULL;
            const cbk_casebook_mode mode =
                out->n[WAY_STUDY] == 0 ? CBK_CASEBOOK_CREATE : CBK_CASEBOOK_WRITE;
            if (cbk_casebook_open(path, mode, &casebook, &err) != CBK_OK) {
                continue;
            }
        }
        if (ways[i].go(casebook, folder) == CBK_OK) {
            n++;
            out->n[ways[i].which]++;
            acknowledge(ways[i].which);
        }
    }
    cbk_casebook_close(casebook);
    return n == WAYS;
}

/* ---- is it sound?
 * ----------------------------------------------------------------------- */

/* As way_transactions(), by casebook's own recovery. */
static int64_t verify(const char *path, char *why, size_t size)
{
    cbk_casebook *casebook = NULL;
    cbk_verification found = {.n_broken = 0};
    cbk_error err = {.message = ""};
    if (cbk_casebook_open(path, CBK_CASEBOOK_WRITE, &casebook, &err) != CBK_OK) {
        (void)snprintf(why, size, "%.250s", err.message);
        return WAY_NONE;
    }
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    const cbk_status status = cbk_casebook_verify(casebook, NULL, arena, &found, &err);
    const bool is_whole = status == CBK_OK && found.n_broken == 0;
    (void)snprintf(why, size, "%.250s",
                   found.n_broken > 0 ? found.broken[0] : err.message);
    cbk_arena_destroy(arena);
    cbk_casebook_close(casebook);
    return is_whole ? found.head.n_transactions : WAY_BROKEN;
}

/* What was found of files whose bytes were seen before: without a journal beside it, a
 * file is what its bytes are. */
typedef struct verdict {
    char hash[CBK_HASH_HEX_SIZE];
    int64_t n;
} verdict;

static bool hash_file(const char *path, char hash[CBK_HASH_HEX_SIZE])
{
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    const char *bytes = NULL;
    size_t size = 0;
    cbk_error err;
    const bool is_read =
        cbk_file_read(path, SIZE_MAX / 2, arena, &bytes, &size, &err) == CBK_OK;
    if (is_read) {
        cbk_sha256_hex(bytes, size, hash);
    }
    cbk_arena_destroy(arena);
    return is_read;
}

/* SQLite's own recovery, by the first reading. */
static void recover(const char *path)
{
    sqlite3 *database = NULL;
    (void)sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL);
    (void)sqlite3_exec(database, "PRAGMA schema_version", NULL, NULL, NULL);
    (void)sqlite3_close(database);
}

int64_t way_transactions(const char *path, char *why, size_t size)
{
    enum { VERDICTS_MAX = 256 };
    static verdict verdicts[VERDICTS_MAX];
    static size_t n_verdicts;
    char hash[CBK_HASH_HEX_SIZE];
    recover(path);
    if (!hash_file(path, hash)) {
        return verify(path, why, size);
    }
    for (size_t i = 0; i < n_verdicts; i++) {
        if (strcmp(verdicts[i].hash, hash) == 0) {
            (void)snprintf(why, size, "as a file before");
            return verdicts[i].n;
        }
    }
    const int64_t n = verify(path, why, size);
    if (n_verdicts < VERDICTS_MAX) {
        memcpy(verdicts[n_verdicts].hash, hash, sizeof hash);
        verdicts[n_verdicts++].n = n;
    }
    return n;
}

static bool can_be_made(const char *folder, const char *path, char *why, size_t size)
{
    cbk_casebook *casebook = NULL;
    cbk_error err = {.message = ""};
    const bool is_made =
        cbk_casebook_open(path, CBK_CASEBOOK_CREATE, &casebook, &err) == CBK_OK &&
        make(casebook, folder) == CBK_OK;
    (void)snprintf(why, size, "a new file cannot be made: %.250s", err.message);
    cbk_casebook_close(casebook);
    return is_made;
}

static bool is_sound(const char *folder, way_file which, const way_acks *acks,
                     bool is_quick, char *why, size_t size)
{
    char path[256];
    char said[300] = "is not there";
    struct stat status;
    way_path(folder, which, path, sizeof path);
    const bool is_there = stat(path, &status) == 0;
    const int64_t n = !is_there  ? WAY_NONE
                      : is_quick ? way_transactions(path, said, sizeof said)
                                 : verify(path, said, sizeof said);
    (void)snprintf(why, size, "%.100s: %.200s; %lld of %zu transactions", path, said,
                   (long long)n, acks->n[WAY_STUDY]);
    /* Of a copy all transactions were there before it was begun. */
    return n == WAY_NONE && acks->n[which] == 0
               ? which != WAY_STUDY || can_be_made(folder, path, why, size)
               : n >= (int64_t)acks->n[WAY_STUDY];
}

bool are_sound(const char *folder, const way_acks *acks, bool is_quick, char *why,
               size_t size)
{
    bool is_fine = true;
    for (int i = 0; i < WAY_FILES && is_fine; i++) {
        is_fine = is_sound(folder, (way_file)i, acks, is_quick, why, size);
    }
    return is_fine;
}
