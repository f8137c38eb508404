/* trail_state.c - the cells that a trail gives, for casebook-verify: one table of all
 * cells by the hash of their name, and the lists of forms and fields.
 */
#include "trail_state.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY = crypto_shorthash_siphashx24_BYTES, NAME = 128, COLUMNS = 2000 };

/* A record or one of its cells. */
typedef struct entry {
    unsigned char key[KEY]; /* of table, record and column */
    unsigned char value[KEY];
    uint64_t order; /* of a record: the how-many-th that was made; 0: it is not there */
} entry;

typedef struct form {
    sqlite3_int64 id;
    char name[NAME];
    char key_column[NAME];
    bool repeats;
} form;

typedef struct field {
    sqlite3_int64 id;
    char form[NAME];
    char name[NAME];
} field;

struct trail_state {
    unsigned char secret[crypto_shorthash_siphashx24_KEYBYTES];
    entry *entries;
    size_t capacity;
    size_t n_used;
    uint64_t n_made;
    size_t n_live; /* records and cells that are there */
    sqlite3_int64 count;
    form *forms;
    size_t n_forms;
    field *fields;
    size_t n_fields;
    size_t last_field; /* the one that was asked for last: the next is often the next */
    bool is_failed;
};

/* The file's own tables of cells: name, key, columns. */
static const struct own {
    const char *name;
    const char *key;
    const char *columns[8];
} own_tables[] = {
    {"casebook_form", "id", {"form", "key_column", "repeats", "retired"}},
    {"casebook_field", "id", {"form", "field", "storage", "retired"}},
    {"casebook_protocol", "version", {"text"}},
    {"casebook_source",
     "id",
     {"form", "record", "field", "value", "source", "resolution", "reason"}},
    {"casebook_freeze", "scope", {"form", "record"}},
    {"casebook_lock", "name", {"txn", "hash"}},
};
enum { N_OWN = sizeof own_tables / sizeof own_tables[0] };

/* ---- values --------------------------------------------------------------------------
 */

value value_of(sqlite3_stmt *row, int column, int kind_column)
{
    value out = {.letter = 'n', .size = 8};
    double real = 0.0;
    switch (sqlite3_column_type(row, column)) {
    case SQLITE_INTEGER:
        out.letter = 'i';
        out.number = (uint64_t)sqlite3_column_int64(row, column);
        break;
    case SQLITE_FLOAT:
        out.letter = 'r';
        real = sqlite3_column_double(row, column);
        memcpy(&out.number, &real, sizeof real);
        break;
    case SQLITE_TEXT:
        out.letter = 't';
        break;
    case SQLITE_NULL:
        break;
    default:
        out.letter = 0;
    }
    const int kind =
        kind_column < 0 ? SQLITE_NULL : sqlite3_column_type(row, kind_column);
    if (kind != SQLITE_NULL) { /* not both */
        out.letter = kind == SQLITE_TEXT && out.letter == 'n' ? 'm' : 0;
        column = kind_column;
    }
    if (out.letter == 't' || out.letter == 'm') {
        out.bytes = sqlite3_column_text(row, column);
        out.size = (size_t)sqlite3_column_bytes(row, column);
    }
    return out;
}

static void digest(const trail_state *state, const value *of, unsigned char out[KEY])
{
    unsigned char number[9];
    number[0] = (unsigned char)of->letter;
    memcpy(number + 1, &of->number, 8);
    if (of->letter == 't' || of->letter == 'm') {
        unsigned char inner[KEY];
        (void)crypto_shorthash_siphashx24(inner, of->bytes, of->size, state->secret);
        memcpy(number + 1, inner, 8);
        unsigned char both[KEY + 1];
        both[0] = (unsigned char)of->letter;
        memcpy(both + 1, inner, KEY);
        (void)crypto_shorthash_siphashx24(out, both, sizeof both, state->secret);
        return;
    }
    (void)crypto_shorthash_siphashx24(out, number, sizeof number, state->secret);
}

/* ---- the table of cells --------------------------------------------------------------
 */

trail_state *state_create(void)
{
    trail_state *fresh = calloc(1, sizeof *fresh);
    if (fresh == NULL) {
        return NULL;
    }
    fresh->capacity = 1024;
    fresh->entries = calloc(fresh->capacity, sizeof *fresh->entries);
    randombytes_buf(fresh->secret, sizeof fresh->secret);
    if (fresh->entries == NULL) {
        free(fresh);
        return NULL;
    }
    return fresh;
}

void state_destroy(trail_state *state)
{
    if (state != NULL) {
        free(state->entries);
        free(state->forms);
        free(state->fields);
        free(state);
    }
}

static bool is_free(const entry *at)
{
    static const unsigned char none[KEY];
    return memcmp(at->key, none, KEY) == 0;
}

static entry *place_of(entry *entries, size_t capacity, const unsigned char key[KEY])
{
    uint64_t start = 0;
    memcpy(&start, key, sizeof start);
    size_t at = (size_t)start & (capacity - 1);
    while (!is_free(&entries[at]) && memcmp(entries[at].key, key, KEY) != 0) {
        at = (at + 1) & (capacity - 1);
    }
    return &entries[at];
}

static bool grow(trail_state *state)
{
    const size_t capacity = 2 * state->capacity;
    entry *larger = calloc(capacity, sizeof *larger);
    if (larger == NULL) {
        state->is_failed = true;
        return false;
    }
    for (size_t i = 0; i < state->capacity; i++) {
        if (!is_free(&state->entries[i])) {
            *place_of(larger, capacity, state->entries[i].key) = state->entries[i];
        }
    }
    free(state->entries);
    state->entries = larger;
    state->capacity = capacity;
    return true;
}

/* The entry of a name: column "" is the record.  NULL: out of memory. */
static entry *find(trail_state *state, const char *table, const char *record,
                   const char *column)
{
    char name[512];
    unsigned char key[KEY];
    const size_t sizes[3] = {strlen(table), strlen(record), strlen(column)};
    const size_t size = sizes[0] + sizes[1] + sizes[2] + 2;
    char *text = size <= sizeof name ? name : malloc(size);
    if (text == NULL || (2 * state->n_used > state->capacity && !grow(state))) {
        state->is_failed = true;
        return NULL;
    }
    /* Between two NULs, which no name has. */
    memcpy(text, table, sizes[0] + 1);
    memcpy(text + sizes[0] + 1, column, sizes[2] + 1);
    memcpy(text + sizes[0] + sizes[2] + 2, record, sizes[1]);
    (void)crypto_shorthash_siphashx24(key, (const unsigned char *)text, size,
                                      state->secret);
    if (text != name) {
        free(text);
    }
    entry *at = place_of(state->entries, state->capacity, key);
    if (is_free(at)) {
        memcpy(at->key, key, KEY);
        state->n_used++;
    }
    return at;
}

/* ---- forms and fields ----------------------------------------------------------------
 */

static const struct own *own_of(const char *table)
{
    for (size_t i = 0; i < N_OWN; i++) {
        if (strcmp(own_tables[i].name, table) == 0) {
            return &own_tables[i];
        }
    }
    return NULL;
}

/* A column's lasting name: its own in the file's tables, its id in a form, because a
 * field can get another name.  NULL: there is none. */
static const char *lasting(trail_state *state, const char *table, const char *column,
                           char out[24])
{
    const struct own *own = own_of(table);
    for (size_t i = 0; own != NULL && i < 8 && own->columns[i] != NULL; i++) {
        if (strcmp(own->columns[i], column) == 0) {
            return own->columns[i];
        }
    }
    for (size_t tried = 0; own == NULL && tried < state->n_fields; tried++) {
        const size_t i = (state->last_field + 1 + tried) % state->n_fields;
        if (strcmp(state->fields[i].form, table) == 0 &&
            strcmp(state->fields[i].name, column) == 0) {
            (void)snprintf(out, 24, "%lld", (long long)state->fields[i].id);
            state->last_field = i;
            return out;
        }
    }
    return NULL;
}

static form *form_of(trail_state *state, sqlite3_int64 id)
{
    for (size_t i = 0; i < state->n_forms; i++) {
        if (state->forms[i].id == id) {
            return &state->forms[i];
        }
    }
    form *larger = realloc(state->forms, (state->n_forms + 1) * sizeof *larger);
    if (larger == NULL) {
        state->is_failed = true;
        return NULL;
    }
    state->forms = larger;
    larger[state->n_forms] = (form){.id = id};
    return &larger[state->n_forms++];
}

static field *field_of(trail_state *state, sqlite3_int64 id)
{
    for (size_t i = 0; i < state->n_fields; i++) {
        if (state->fields[i].id == id) {
            return &state->fields[i];
        }
    }
    field *larger = realloc(state->fields, (state->n_fields + 1) * sizeof *larger);
    if (larger == NULL) {
        state->is_failed = true;
        return NULL;
    }
    state->fields = larger;
    larger[state->n_fields] = (field){.id = id};
    return &larger[state->n_fields++];
}

static void take_text(char out[NAME], const value *from)
{
    (void)snprintf(out, NAME, "%.*s", (int)from->size, (const char *)from->bytes);
}

/* What a cell of casebook_form or casebook_field says of the tables. */
static void note_layout(trail_state *state, const char *table, const char *record,
                        const char *column, const value *now)
{
    const sqlite3_int64 id = strtoll(record, NULL, 10);
    form *one = strcmp(table, "casebook_form") == 0 ? form_of(state, id) : NULL;
    field *other = strcmp(table, "casebook_field") == 0 ? field_of(state, id) : NULL;
    if (one != NULL && strcmp(column, "repeats") == 0) {
        one->repeats = now->letter == 'i' && now->number != 0;
    } else if (now->letter != 't') {
        return;
    } else if (one != NULL && strcmp(column, "form") == 0) {
        take_text(one->name, now);
    } else if (one != NULL && strcmp(column, "key_column") == 0) {
        take_text(one->key_column, now);
    } else if (other != NULL && strcmp(column, "form") == 0) {
        take_text(other->form, now);
    } else if (other != NULL && strcmp(column, "field") == 0) {
        take_text(other->name, now);
    }
}

/* ---- applying ------------------------------------------------------------------------
 */

static const char *apply_record(trail_state *state, entry *record, bool is_create)
{
    if ((record->order != 0) == is_create) {
        return is_create ? "makes a record that is there"
                         : "deletes one that is not there";
    }
    record->order = is_create ? ++state->n_made : 0;
    state->n_live += is_create ? 1 : (size_t)-1;
    state->count++;
    return NULL;
}

static const char *apply_cell(trail_state *state, entry *cell, const value *old,
                              const value *now)
{
    unsigned char digests[2][KEY];
    static const unsigned char none[KEY];
    digest(state, old, digests[0]);
    digest(state, now, digests[1]);
    const bool is_there = memcmp(cell->value, none, KEY) != 0;
    if (is_there ? memcmp(cell->value, digests[0], KEY) != 0 : old->letter != 'n') {
        return "starts from another value";
    }
    const bool stays = now->letter != 'n';
    memcpy(cell->value, stays ? digests[1] : none, KEY);
    state->n_live += (size_t)stays - (size_t)is_there;
    /* The value and the kind are counted apart. */
    const value nothing = {.letter = 'n', .size = 8};
    const value *const values[2] = {old->letter == 'm' ? &nothing : old,
                                    now->letter == 'm' ? &nothing : now};
    unsigned char plain[2][KEY];
    digest(state, values[0], plain[0]);
    digest(state, values[1], plain[1]);
    state->count += memcmp(plain[0], plain[1], KEY) != 0;
    state->count += (old->letter == 'm' || now->letter == 'm') &&
                    memcmp(digests[0], digests[1], KEY) != 0;
    return NULL;
}

const char *state_apply(trail_state *state, sqlite3_stmt *row)
{
    const char *action = (const char *)sqlite3_column_text(row, 2);
    const char *table = (const char *)sqlite3_column_text(row, 3);
    const char *record = (const char *)sqlite3_column_text(row, 4);
    const char *column = (const char *)sqlite3_column_text(row, 5);
    if (action == NULL || table == NULL || record == NULL) {
        return "is no row of a trail";
    }
    entry *of_record = find(state, table, record, "");
    if (of_record == NULL) {
        return "needs more memory than there is";
    }
    if (column == NULL) {
        return strcmp(action, "create") == 0   ? apply_record(state, of_record, true)
               : strcmp(action, "delete") == 0 ? apply_record(state, of_record, false)
                                               : "is of no known kind";
    }
    char name[24];
    const char *lasts = lasting(state, table, column, name);
    if (strcmp(action, "set") != 0 || of_record->order == 0 || lasts == NULL) {
        return "sets a cell that is not there";
    }
    const value old = value_of(row, 6, 7);
    const value now = value_of(row, 10, 11);
    entry *cell = find(state, table, record, lasts);
    const char *wrong =
        cell != NULL ? apply_cell(state, cell, &old, &now) : "needs more memory";
    if (wrong == NULL) {
        note_layout(state, table, record, column, &now);
    }
    return state->is_failed ? "needs more memory than there is" : wrong;
}

sqlite3_int64 state_count(const trail_state *state)
{
    return state->count;
}

/* ---- comparing -----------------------------------------------------------------------
 */

/* A comparison under way. */
typedef struct comparing {
    trail_state *state;
    sqlite3 *database;
    size_t n_found; /* records and cells */
    char *wrong;
    size_t size;
} comparing;

static bool say(comparing *at, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool say(comparing *at, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(at->wrong, at->size, format, arguments);
    va_end(arguments);
    return false;
}

/* A table as it is compared. */
typedef struct table {
    const char *name;
    const char *key;
    bool repeats;
    size_t n;
    const char *columns[COLUMNS];
    char lasting[COLUMNS][24];
} table;

static bool is_cell(comparing *at, const char *table_name, const char *record,
                    const char *lasts, const char *column, const value *found)
{
    unsigned char expected[KEY];
    const entry *cell = find(at->state, table_name, record, lasts);
    digest(at->state, found, expected);
    if (cell == NULL || memcmp(cell->value, expected, KEY) != 0) {
        return say(at, "%s %s: %s is not what the trail gives", table_name, record,
                   column);
    }
    at->n_found++;
    return true;
}

static bool compare_row(comparing *at, const table *of, sqlite3_stmt *row,
                        uint64_t *order)
{
    char *record =
        of->repeats
            ? sqlite3_mprintf("%s/%lld", (const char *)sqlite3_column_text(row, 0),
                              (long long)sqlite3_column_int64(row, 1))
            : sqlite3_mprintf("%s", (const char *)sqlite3_column_text(row, 0));
    const entry *made = record != NULL ? find(at->state, of->name, record, "") : NULL;
    bool is_fine = made != NULL && made->order > *order;
    if (!is_fine) {
        (void)say(at, "%s %s is not in the trail, or out of order", of->name,
                  record != NULL ? record : "");
    } else {
        *order = made->order;
        at->n_found++;
    }
    const int n_keys = of->repeats ? 2 : 1;
    for (size_t i = 0; i < of->n && is_fine; i++) {
        const value found = value_of(row, n_keys + (int)i, -1);
        is_fine = found.letter == 'n' ||
                  is_cell(at, of->name, record, of->lasting[i], of->columns[i], &found);
    }
    sqlite3_free(record);
    return is_fine;
}

static bool compare_table(comparing *at, const table *of)
{
    sqlite3_str *sql = sqlite3_str_new(NULL);
    sqlite3_str_appendf(sql, "SELECT \"%w\"%s", of->key, of->repeats ? ", n" : "");
    for (size_t i = 0; i < of->n; i++) {
        sqlite3_str_appendf(sql, ", \"%w\"", of->columns[i]);
    }
    sqlite3_str_appendf(sql, " FROM \"%w\" ORDER BY _rowid_", of->name);
    char *text = sqlite3_str_finish(sql);
    sqlite3_stmt *statement = NULL;
    bool is_fine = text != NULL && sqlite3_prepare_v2(at->database, text, -1, &statement,
                                                      NULL) == SQLITE_OK;
    int code = SQLITE_ROW;
    uint64_t order = 0;
    if (!is_fine) {
        (void)say(at, "%s is not the table that the trail gives", of->name);
    }
    while (is_fine && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        is_fine = compare_row(at, of, statement, &order);
    }
    if (is_fine && code != SQLITE_DONE) {
        is_fine = say(at, "%s cannot be read", of->name);
    }
    (void)sqlite3_finalize(statement);
    sqlite3_free(text);
    return is_fine;
}

static bool compare_own(comparing *at, const struct own *own, table *room)
{
    *room = (table){.name = own->name, .key = own->key};
    for (; room->n < 8 && own->columns[room->n] != NULL; room->n++) {
        room->columns[room->n] = own->columns[room->n];
        (void)snprintf(room->lasting[room->n], sizeof room->lasting[0], "%s",
                       own->columns[room->n]);
    }
    return compare_table(at, room);
}

static bool compare_form(comparing *at, const form *of, table *room)
{
    *room = (table){.name = of->name, .key = of->key_column, .repeats = of->repeats};
    for (size_t i = 0; i < at->state->n_fields && room->n < COLUMNS; i++) {
        const field *one = &at->state->fields[i];
        if (strcmp(one->form, of->name) == 0) {
            room->columns[room->n] = one->name;
            (void)snprintf(room->lasting[room->n], sizeof room->lasting[0], "%lld",
                           (long long)one->id);
            room->n++;
        }
    }
    return compare_table(at, room);
}

static bool compare_missing(comparing *at)
{
    sqlite3_stmt *statement = NULL;
    bool is_fine =
        sqlite3_prepare_v2(at->database,
                           "SELECT form, record, field, code FROM casebook_missing", -1,
                           &statement, NULL) == SQLITE_OK ||
        say(at, "casebook_missing cannot be read");
    int code = SQLITE_ROW;
    while (is_fine && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        const char *of = (const char *)sqlite3_column_text(statement, 0);
        const char *record = (const char *)sqlite3_column_text(statement, 1);
        const char *column = (const char *)sqlite3_column_text(statement, 2);
        char name[24];
        const char *lasts =
            of != NULL && column != NULL ? lasting(at->state, of, column, name) : NULL;
        value found = value_of(statement, 3, -1);
        found.letter = found.letter == 't' ? 'm' : 0;
        is_fine = lasts != NULL && record != NULL
                      ? is_cell(at, of, record, lasts, column, &found)
                      : say(at, "casebook_missing names a cell that is not there");
    }
    (void)sqlite3_finalize(statement);
    return is_fine && (code == SQLITE_DONE || say(at, "casebook_missing cannot be read"));
}

bool state_compare(trail_state *state, sqlite3 *database, char *wrong, size_t size)
{
    comparing at = {.state = state, .database = database, .wrong = wrong, .size = size};
    table *room = malloc(sizeof *room);
    bool is_fine = room != NULL || say(&at, "out of memory");
    for (size_t i = 0; i < N_OWN && is_fine; i++) {
        is_fine = compare_own(&at, &own_tables[i], room);
    }
    for (size_t i = 0; i < state->n_forms && is_fine; i++) {
        is_fine = compare_form(&at, &state->forms[i], room);
    }
    free(room);
    is_fine = is_fine && compare_missing(&at);
    return is_fine && (at.n_found == state->n_live ||
                       say(&at, "the trail has records or values that are in no table"));
}
