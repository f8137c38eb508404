/* table.c - columns by name, missing values, grouping.  Contract: casebook/table.h. */
#include <casebook/table.h>

#include "base/text.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const cbk_column *cbk_table_column(const cbk_table *table, const char *name)
{
    for (size_t i = 0; i < table->n_columns; i++) {
        if (strcmp(table->columns[i].name, name) == 0) {
            return &table->columns[i];
        }
    }
    return NULL;
}

bool cbk_column_is_missing(const cbk_column *column, size_t row)
{
    return column->type == CBK_COLUMN_NUMBER ? isnan(column->number[row]) != 0
                                             : column->text[row] == NULL;
}

/* ---- grouping ---------------------------------------------------------------------- */

/* A row as one column sees it.  Most comparisons end at `order`. */
typedef struct key {
    uint64_t order;   /* ascends as the values do, as far as eight bytes tell */
    const char *text; /* settles what `order` leaves open; NULL: nothing is open */
    uint32_t group;   /* by the columns before this one */
    uint32_t row;
} key;

static int key_compare(const void *lhs, const void *rhs)
{
    const key *a = lhs;
    const key *b = rhs;
    if (a->group != b->group) {
        return a->group < b->group ? -1 : 1;
    }
    if (a->order != b->order) {
        return a->order < b->order ? -1 : 1;
    }
    return a->text == b->text ? 0 : strcmp(a->text, b->text);
}

/* The bits of a double, rearranged so that they ascend as the numbers do. */
static uint64_t order_of_number(double value)
{
    const double plain = value + 0.0; /* -0 becomes 0 */
    uint64_t bits = 0;
    memcpy(&bits, &plain, sizeof bits);
    const uint64_t sign = UINT64_C(1) << 63;
    return (bits & sign) != 0 ? ~bits : bits | sign;
}

/* The first eight bytes, the first of them most significant. */
static uint64_t order_of_text(const char *text)
{
    uint64_t order = 0;
    for (int i = 0; i < 8; i++) {
        order = order << 8 | (unsigned char)*text;
        text += *text != '\0';
    }
    return order;
}

/* Whether every text of the column, missing ones aside, is a number. */
static bool column_is_numeric_text(const cbk_column *column, size_t n_rows)
{
    for (size_t i = 0; i < n_rows; i++) {
        double value = 0.0;
        if (column->text[i] != NULL &&
            !cbk_number_parse(column->text[i], false, &value)) {
            return false;
        }
    }
    return true;
}

/* Which of the declared values a text is; n_declared: none. */
static size_t declared_place(const cbk_column *column, const char *text)
{
    size_t i = 0;
    while (i < column->n_declared && strcmp(column->declared[i], text) != 0) {
        i++;
    }
    return i;
}

static void keys_fill(const cbk_column *column, bool is_numeric_text, key *keys, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const size_t row = keys[i].row;
        if (column->type == CBK_COLUMN_NUMBER) {
            keys[i].order = order_of_number(column->number[row]);
            keys[i].text = NULL;
            continue;
        }
        keys[i].text = column->text[row];
        double value = 0.0;
        if (column->n_declared > 0) {
            keys[i].order = declared_place(column, keys[i].text);
        } else if (is_numeric_text && cbk_number_parse(keys[i].text, false, &value)) {
            keys[i].order = order_of_number(value);
        } else {
            keys[i].order = order_of_text(keys[i].text);
        }
    }
}

/* ---- few different values: most columns, found without sorting the rows */

enum { FEW = 256, SLOTS = 1024 };

typedef struct few {
    size_t n;
    key distinct[FEW];
    uint16_t slot[SLOTS]; /* place in distinct, plus 1; 0: free */
} few;

/* The place of the key among the distinct ones; FEW: there are too many. */
static uint32_t few_find(few *found, const key *wanted)
{
    const uint64_t mixed = (wanted->order ^ wanted->group) * UINT64_C(0x9e3779b97f4a7c15);
    for (size_t at = mixed >> 54;; at = (at + 1) % SLOTS) {
        if (found->slot[at] == 0) {
            if (found->n == FEW) {
                return FEW;
            }
            found->distinct[found->n] = *wanted;
            found->slot[at] = (uint16_t)++found->n;
        }
        const uint32_t place = found->slot[at] - 1u;
        if (key_compare(&found->distinct[place], wanted) == 0) {
            return place;
        }
    }
}

/* As keys_number_groups(), of keys in any order; SIZE_MAX: too many, keys are as they
 * were. */
static size_t keys_number_few(key *keys, size_t n)
{
    few found = {0};
    for (size_t i = 0; i < n; i++) {
        const uint32_t place = few_find(&found, &keys[i]);
        if (place == FEW) {
            while (i-- > 0) {
                keys[i].group = found.distinct[keys[i].group].group;
            }
            return SIZE_MAX;
        }
        keys[i].group = place;
    }
    uint32_t rank[FEW] = {0};
    for (uint32_t k = 0; k < found.n; k++) {
        found.distinct[k].row = k;
    }
    qsort(found.distinct, found.n, sizeof *found.distinct, key_compare);
    for (uint32_t k = 0; k < found.n; k++) {
        rank[found.distinct[k].row] = k;
    }
    for (size_t i = 0; i < n; i++) {
        keys[i].group = rank[keys[i].group];
    }
    return found.n;
}

/* ---- any values */

/* Replaces each key's group by the number of its group among all; returns the number of
 * groups. */
static size_t keys_number_groups(key *keys, size_t n)
{
    const size_t n_few = keys_number_few(keys, n);
    if (n_few != SIZE_MAX) {
        return n_few;
    }
    qsort(keys, n, sizeof *keys, key_compare);
    size_t n_groups = 0;
    key last = {0};
    for (size_t i = 0; i < n; i++) {
        const key now = keys[i];
        n_groups += i == 0 || key_compare(&last, &now) != 0;
        keys[i].group = (uint32_t)(n_groups - 1);
        last = now;
    }
    return n_groups;
}

/* The rows that no column lacks. */
static size_t keys_start(const cbk_column *const *by, size_t n_by, size_t n_rows,
                         key *keys)
{
    size_t n = 0;
    for (size_t row = 0; row < n_rows; row++) {
        bool is_missing = false;
        for (size_t c = 0; c < n_by; c++) {
            is_missing = is_missing || cbk_column_is_missing(by[c], row);
        }
        if (!is_missing) {
            keys[n++].row = (uint32_t)row;
        }
    }
    return n;
}

/* Fills of_row from scratch keys and returns the number of groups. */
static size_t rows_number_groups(const cbk_column *const *by, size_t n_by, size_t n_rows,
                                 key *keys, uint32_t *of_row)
{
    const size_t n = keys_start(by, n_by, n_rows, keys);
    size_t n_groups = 0;
    for (size_t c = 0; c < n_by; c++) {
        const bool is_numeric_text = by[c]->type == CBK_COLUMN_TEXT &&
                                     by[c]->n_declared == 0 &&
                                     column_is_numeric_text(by[c], n_rows);
        keys_fill(by[c], is_numeric_text, keys, n);
        n_groups = keys_number_groups(keys, n);
    }
    for (size_t row = 0; row < n_rows; row++) {
        of_row[row] = CBK_GROUP_NONE;
    }
    for (size_t i = 0; i < n; i++) {
        of_row[keys[i].row] = keys[i].group;
    }
    return n_groups;
}

static const char *level_text(const cbk_column *column, size_t row, cbk_arena *arena)
{
    if (column->type == CBK_COLUMN_TEXT) {
        return cbk_text_copy(arena, column->text[row]);
    }
    char text[CBK_NUMBER_SIZE];
    cbk_number_shortest(column->number[row], text);
    return cbk_text_copy(arena, text);
}

/* Rows of a group have equal values, so any row can stand for it. */
static const char *const *levels_of(const cbk_column *const *by, size_t n_by,
                                    size_t n_groups, const uint32_t *of_row,
                                    size_t n_rows, cbk_arena *arena)
{
    const char **level = CBK_NEW(arena, const char *, n_groups *n_by);
    if (level == NULL) {
        return NULL;
    }
    for (size_t row = 0; row < n_rows; row++) {
        const size_t first = (size_t)of_row[row] * n_by;
        if (of_row[row] == CBK_GROUP_NONE || level[first] != NULL) {
            continue;
        }
        for (size_t c = 0; c < n_by; c++) {
            level[first + c] = level_text(by[c], row, arena);
        }
    }
    return level;
}

static cbk_groups *group_rows(const cbk_column *const *by, size_t n_by, size_t n_rows,
                              cbk_arena *arena)
{
    cbk_groups *groups = CBK_NEW(arena, cbk_groups, 1);
    const char **names = CBK_NEW(arena, const char *, n_by);
    uint32_t *of_row = CBK_NEW(arena, uint32_t, n_rows); /* all 0: one group */
    if (of_row == NULL) {
        return NULL;
    }
    *groups = (cbk_groups){.n_by = n_by, .by = names, .n_groups = 1, .of_row = of_row};
    for (size_t c = 0; c < n_by; c++) {
        names[c] = cbk_text_copy(arena, by[c]->name);
    }
    if (n_by > 0) {
        const cbk_mark scratch = cbk_arena_mark(arena);
        key *keys = CBK_NEW(arena, key, n_rows);
        if (keys == NULL) {
            return NULL;
        }
        groups->n_groups = rows_number_groups(by, n_by, n_rows, keys, of_row);
        cbk_arena_release(arena, scratch);
        groups->level = levels_of(by, n_by, groups->n_groups, of_row, n_rows, arena);
    }
    return cbk_arena_has_failed(arena) ? NULL : groups;
}

cbk_status cbk_table_group(const cbk_column *const *by, size_t n_by, size_t n_rows,
                           cbk_arena *arena, const cbk_groups **out, cbk_error *err)
{
    assert(n_rows < CBK_GROUP_NONE);
    *out = NULL;
    const cbk_mark before = cbk_arena_mark(arena);
    const cbk_groups *groups = group_rows(by, n_by, n_rows, arena);
    if (groups == NULL) {
        cbk_arena_release(arena, before);
        return cbk_fail(err, CBK_ENOMEM, CBK_ROW_NONE,
                        "Out of memory for grouping %zu rows.", n_rows);
    }
    *out = groups;
    return CBK_OK;
}
