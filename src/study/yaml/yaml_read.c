/* yaml_read.c - maps of a YAML tree read against the keys they may have.  Contract:
 * yaml_tree.h.
 */
#include "study/yaml/yaml_tree.h"

#include "base/text.h"

#include <assert.h>
#include <string.h>

enum {
    SHOWN_CHARACTERS = 60, /* of a text in a message */
    LISTED_NAMES = 14,     /* spelled out where no spelling is near */
    SPELLING_BYTES = 64    /* a longer word is no slip of the pen */
};

const char *cbk_yaml_kind_name(cbk_yaml_kind kind)
{
    static const char *const names[] = {"text", "a list", "a map"};
    return names[kind];
}

const char *cbk_yaml_shown(cbk_problems *problems, const char *text)
{
    size_t end = 0;
    size_t characters = 0;
    while (text[end] != '\0' && characters <= SHOWN_CHARACTERS) {
        end++;
        while (((unsigned char)text[end] >> 6) == 2) { /* the rest of the character */
            end++;
        }
        characters++;
    }
    const bool is_cut = text[end] != '\0';
    char *shown =
        cbk_text_format(problems->arena, "%.*s%s", (int)end, text, is_cut ? "…" : "");
    if (shown == NULL) {
        return "";
    }
    for (char *c = shown; *c != '\0'; c++) {
        *c = *c == '\n' || *c == '\t' ? ' ' : *c;
    }
    return shown;
}

/* "`a`, `b`, `c`, ..." in the problems' arena. */
static const char *listed(cbk_problems *problems, const char *const *names, size_t n)
{
    const char *all = "";
    for (size_t i = 0; i < n && all != NULL; i++) {
        if (i == LISTED_NAMES) {
            all = cbk_text_format(problems->arena, "%s, …", all);
            break;
        }
        all = cbk_text_format(problems->arena, "%s%s`%s`", all, i == 0 ? "" : ", ",
                              cbk_yaml_shown(problems, names[i]));
    }
    return all == NULL ? "" : all;
}

void cbk_yaml_report_unknown(cbk_problems *problems, cbk_place place, const char *what,
                             const char *word, const char *const *names, size_t n)
{
    const char *shown = cbk_yaml_shown(problems, word);
    if (problems->n_found >= CBK_PROBLEMS_MAX || n == 0) { /* counted, never printed */
        cbk_problems_add(problems, place, "`%s` is not %s.", shown, what);
        return;
    }
    const char *near = strlen(word) > SPELLING_BYTES || *word == '\0'
                           ? NULL
                           : cbk_nearest_spelling(word, names, n);
    if (near != NULL) {
        cbk_problems_add(problems, place, "`%s` is not %s; did you mean `%s`?", shown,
                         what, cbk_yaml_shown(problems, near));
    } else {
        cbk_problems_add(problems, place, "`%s` is not %s; there is %s.", shown, what,
                         listed(problems, names, n));
    }
}

static bool is_one_of(const char *word, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(word, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

bool cbk_yaml_check_keys(const cbk_yaml *map, const char *what, const char *const *keys,
                         size_t n, cbk_problems *problems)
{
    assert(map != NULL);
    if (map->kind != CBK_YAML_MAP) {
        cbk_problems_add(
            problems, map->place,
            "%s is a map, keys with their values, but here is %s%s%s%s.", what,
            cbk_yaml_kind_name(map->kind), map->kind == CBK_YAML_SCALAR ? " `" : "",
            map->kind == CBK_YAML_SCALAR ? cbk_yaml_shown(problems, map->scalar) : "",
            map->kind == CBK_YAML_SCALAR ? "`" : "");
        return false;
    }
    for (size_t i = 0; i < map->n; i++) {
        if (!is_one_of(map->key[i], keys, n)) {
            const char *kind = cbk_text_format(problems->arena, "a key of %s", what);
            cbk_yaml_report_unknown(problems, map->key_place[i], kind == NULL ? "" : kind,
                                    map->key[i], keys, n);
        }
    }
    return true;
}

const cbk_yaml *cbk_yaml_get(const cbk_yaml *map, const char *key)
{
    if (map == NULL || map->kind != CBK_YAML_MAP) {
        return NULL;
    }
    for (size_t i = 0; i < map->n; i++) {
        if (strcmp(map->key[i], key) == 0) {
            return map->item[i];
        }
    }
    return NULL;
}

static const cbk_yaml *get_kind(const cbk_yaml *map, const char *key, cbk_yaml_kind kind,
                                cbk_problems *problems)
{
    const cbk_yaml *value = cbk_yaml_get(map, key);
    if (value == NULL || value->kind == kind) {
        return value;
    }
    cbk_problems_add(problems, value->place, "`%s` must be %s, not %s.", key,
                     cbk_yaml_kind_name(kind), cbk_yaml_kind_name(value->kind));
    return NULL;
}

const cbk_yaml *cbk_yaml_get_map(const cbk_yaml *map, const char *key,
                                 cbk_problems *problems)
{
    return get_kind(map, key, CBK_YAML_MAP, problems);
}

const cbk_yaml *cbk_yaml_get_list(const cbk_yaml *map, const char *key,
                                  cbk_problems *problems)
{
    return get_kind(map, key, CBK_YAML_LIST, problems);
}

const char *cbk_yaml_get_text(const cbk_yaml *map, const char *key,
                              cbk_problems *problems)
{
    const cbk_yaml *value = get_kind(map, key, CBK_YAML_SCALAR, problems);
    return value == NULL ? NULL : value->scalar;
}

const char *cbk_yaml_need_text(const cbk_yaml *map, const char *key, const char *what,
                               cbk_problems *problems)
{
    const cbk_yaml *value = cbk_yaml_get(map, key);
    if (value == NULL) {
        cbk_problems_add(problems, map->place, "%s needs `%s`.", what, key);
        return NULL;
    }
    const char *text = cbk_yaml_get_text(map, key, problems);
    if (text != NULL && *text == '\0') {
        cbk_problems_add(problems, value->place, "%s needs `%s`, which is empty.", what,
                         key);
        return NULL;
    }
    return text;
}

bool cbk_yaml_get_boolean(const cbk_yaml *map, const char *key, bool fallback,
                          cbk_problems *problems)
{
    static const char *const names[] = {"true", "yes", "false", "no"};
    const cbk_yaml *value = get_kind(map, key, CBK_YAML_SCALAR, problems);
    if (value == NULL) {
        return fallback;
    }
    const size_t chosen = cbk_yaml_choose(value, "true or false", names, 4, problems);
    return chosen == SIZE_MAX ? fallback : chosen < 2;
}

bool cbk_yaml_get_number(const cbk_yaml *map, const char *key, double *out,
                         cbk_problems *problems)
{
    const cbk_yaml *value = get_kind(map, key, CBK_YAML_SCALAR, problems);
    if (value == NULL) {
        return false;
    }
    if (!cbk_number_parse(value->scalar, false, out)) {
        cbk_problems_add(problems, value->place, "`%s` must be a number, not `%s`.", key,
                         cbk_yaml_shown(problems, value->scalar));
        return false;
    }
    return true;
}

size_t cbk_yaml_choose(const cbk_yaml *scalar, const char *what, const char *const *names,
                       size_t n, cbk_problems *problems)
{
    if (scalar->kind != CBK_YAML_SCALAR) {
        cbk_problems_add(problems, scalar->place,
                         "%s is expected here, not %s; there is %s.", what,
                         cbk_yaml_kind_name(scalar->kind), listed(problems, names, n));
        return SIZE_MAX;
    }
    for (size_t i = 0; i < n; i++) {
        if (strcmp(scalar->scalar, names[i]) == 0) {
            return i;
        }
    }
    cbk_yaml_report_unknown(problems, scalar->place, what, scalar->scalar, names, n);
    return SIZE_MAX;
}
