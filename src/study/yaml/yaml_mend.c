/* yaml_mend.c - what a comma has cut is reported and put together again; keys that stand
 * twice are reported and dropped.  Contract: yaml_mend.h.
 */
#include "study/yaml/yaml_mend.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* ---- text that a comma has cut ------------------------------------------------- */

/* `text` between quotes that it does not contain. */
static const char *quoted(cbk_yaml_children *all, const char *text)
{
    const char *shown = cbk_yaml_shown(all->problems, text);
    const char mark = strchr(shown, '"') == NULL ? '"' : '\'';
    const char *out = cbk_text_format(all->arena, "%c%s%c", mark, shown, mark);
    return out == NULL ? "" : out;
}

/* The parentheses open after text, when `open` were before it. */
static size_t n_open(size_t open, const char *text)
{
    for (; *text != '\0'; text++) {
        open += *text == '(';
        open -= *text == ')' && open > 0;
    }
    return open;
}

const char *cbk_yaml_joined(cbk_arena *arena, const char *a, const char *b)
{
    enum { LONG_BYTES = 400 };
    if (strnlen(a, LONG_BYTES) == LONG_BYTES) {
        return a;
    }
    const char *out = cbk_text_format(arena, "%s, %s", a, b);
    return out == NULL ? a : out;
}

void cbk_yaml_mend_list(cbk_yaml_children *all)
{
    size_t kept = 0;
    for (size_t i = 0; i < all->n; kept++) {
        cbk_yaml *item = all->item[i++];
        all->item[kept] = item;
        all->key_place[kept] = item->place;
        if (item->kind != CBK_YAML_SCALAR || item->is_quoted ||
            n_open(0, item->scalar) == 0) {
            continue;
        }
        const char *whole = item->scalar;
        size_t open = n_open(0, whole);
        for (; i < all->n && all->item[i]->kind == CBK_YAML_SCALAR && open > 0; i++) {
            open = n_open(open, all->item[i]->scalar);
            whole = cbk_yaml_joined(all->arena, whole, all->item[i]->scalar);
        }
        cbk_problems_add(all->problems, item->place,
                         "`%s` has an open parenthesis: %s, as in %s.",
                         cbk_yaml_shown(all->problems, item->scalar), CBK_YAML_QUOTE_RULE,
                         quoted(all, whole));
        item->scalar = whole;
    }
    all->n = kept;
}

void cbk_yaml_report_cut(cbk_yaml_children *all, cbk_yaml_cut *found)
{
    if (found->text == NULL) {
        return;
    }
    cbk_yaml *before = all->n > 0 ? all->item[all->n - 1] : NULL;
    if (before != NULL && before->kind == CBK_YAML_SCALAR && !before->is_quoted) {
        const char *whole = cbk_yaml_joined(all->arena, before->scalar, found->text);
        const char *key = cbk_yaml_shown(all->problems, all->key[all->n - 1]);
        cbk_problems_add(
            all->problems, found->place,
            "The comma before `%s` ended the value of `%s`: %s, as in %s: %s.",
            cbk_yaml_shown(all->problems, found->text), key, CBK_YAML_QUOTE_RULE, key,
            quoted(all, whole));
        before->scalar = whole;
    } else {
        cbk_problems_add(all->problems, found->place,
                         "`%s` has no value: in { } each key is followed by a colon, a "
                         "space and its value; %s",
                         cbk_yaml_shown(all->problems, found->text), CBK_YAML_QUOTE_HINT);
    }
    *found = (cbk_yaml_cut){0};
}

/* ---- keys that stand twice ----------------------------------------------------- */

typedef struct place_in_map {
    const char *key;
    size_t index;
} place_in_map;

static int by_key_and_index(const void *lhs, const void *rhs)
{
    const place_in_map *a = lhs;
    const place_in_map *b = rhs;
    const int order = strcmp(a->key, b->key);
    return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

void cbk_yaml_drop_duplicates(cbk_yaml_children *all)
{
    const cbk_mark before = cbk_arena_mark(all->arena);
    place_in_map *sorted = CBK_NEW(all->arena, place_in_map, all->n);
    bool *is_dropped = CBK_NEW(all->arena, bool, all->n);
    if (is_dropped == NULL) {
        return;
    }
    for (size_t i = 0; i < all->n; i++) {
        sorted[i] = (place_in_map){.key = all->key[i], .index = i};
    }
    qsort(sorted, all->n, sizeof *sorted, by_key_and_index);
    bool is_any = false;
    for (size_t i = 1, first = 0; i < all->n; i++) {
        if (strcmp(sorted[i].key, sorted[first].key) != 0) {
            first = i;
            continue;
        }
        is_dropped[sorted[i].index] = is_any = true;
        cbk_problems_add(all->problems, all->key_place[sorted[i].index],
                         "The key `%s` stands twice: first in line %zu, and here.",
                         cbk_yaml_shown(all->problems, sorted[i].key),
                         all->key_place[sorted[first].index].line);
    }
    size_t kept = 0;
    for (size_t i = 0; i < all->n; i++) {
        all->item[kept] = all->item[i];
        all->key[kept] = all->key[i];
        all->key_place[kept] = all->key_place[i];
        kept += !is_dropped[i];
    }
    all->n = kept;
    if (!is_any) { /* the messages may live in this arena */
        cbk_arena_release(all->arena, before);
    }
}
