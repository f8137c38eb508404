/* protocol_check.c - readings that the parts of a protocol have in common: words, ids,
 * labels, codes, names that must exist.  Contract: protocol_reader.h.
 */
#include "study/protocol/protocol_reader.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef cbk_protocol_reader reader;

/* ---- words --------------------------------------------------------------------- */

/* Code points above ASCII that stand in words: scripts, without punctuation, arrows,
 * signs and emoji. */
typedef struct span {
    uint32_t first;
    uint32_t last;
} span;

static const span letters[] = {
    {0xaa, 0xaa},       {0xb5, 0xb5},       {0xba, 0xba},     {0xc0, 0xd6},
    {0xd8, 0xf6},       {0xf8, 0x167f},     {0x1681, 0x1fff}, {0x2c00, 0x2dff},
    {0x3041, 0xd7ff},   {0xf900, 0xfdff},   {0xfe70, 0xfefc}, {0xff21, 0xffdc},
    {0x10000, 0x1efff}, {0x20000, 0x3ffff},
};

static bool is_ascii_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(uint32_t c)
{
    if (c < 0x80) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++) {
        if (c >= letters[i].first && c <= letters[i].last) {
            return true;
        }
    }
    return false;
}

/* Whether text is a letter (or, where may_start_with_digit, a digit), then letters,
 * digits and characters of `others`. */
static bool is_made_of(const char *text, bool may_start_with_digit, const char *others)
{
    size_t left = strlen(text);
    for (bool is_first = true; left > 0; is_first = false) {
        uint32_t c = 0;
        const size_t size = cbk_utf8_decode(text, left, &c);
        const bool is_digit_here =
            is_ascii_digit(c) && (!is_first || may_start_with_digit);
        const bool is_other =
            !is_first && c > 0 && c < 0x80 && strchr(others, (int)c) != NULL;
        if (size == 0 || !(is_letter(c) || is_digit_here || is_other)) {
            return false;
        }
        text += size;
        left -= size;
        if (left == 0) {
            return true;
        }
    }
    return false;
}

bool cbk_protocol_is_word(reader *r, const char *name, cbk_place place, const char *what)
{
    if (is_made_of(name, false, "_")) {
        return true;
    }
    cbk_problems_add(
        r->problems, place,
        "%s has the name `%s`; a name is a letter, then letters, digits and _.", what,
        cbk_yaml_shown(r->problems, name));
    return false;
}

bool cbk_protocol_is_id(reader *r, const cbk_yaml *map, const char *id, const char *what)
{
    if (id == NULL || is_made_of(id, true, "-_.")) {
        return id != NULL;
    }
    cbk_problems_add(r->problems, cbk_protocol_place(map, "id"),
                     "%s has the id `%s`; an id is letters, digits, -, _ and ., without "
                     "spaces.",
                     what, cbk_yaml_shown(r->problems, id));
    return false;
}

/* ---- texts and labels ---------------------------------------------------------- */

cbk_place cbk_protocol_place(const cbk_yaml *map, const char *key)
{
    const cbk_yaml *value = cbk_yaml_get(map, key);
    return value != NULL ? value->place : map->place;
}

const char *cbk_protocol_text(reader *r, const cbk_yaml *map, const char *key)
{
    const char *text = cbk_yaml_get_text(map, key, r->problems);
    return text != NULL && *text != '\0' ? text : NULL;
}

const char *cbk_protocol_readable(reader *r, const char *name)
{
    char *label = cbk_text_copy(r->arena, name);
    if (label == NULL) {
        return "";
    }
    for (char *c = label; *c != '\0'; c++) {
        *c = *c == '_' ? ' ' : *c;
    }
    if (*label >= 'a' && *label <= 'z') {
        *label = (char)(*label - 'a' + 'A');
    }
    return label;
}

const char *cbk_protocol_label(reader *r, const cbk_yaml *map, const char *name)
{
    const char *label = cbk_protocol_text(r, map, "label");
    return label != NULL ? label : cbk_protocol_readable(r, name);
}

const char *const *cbk_protocol_texts(reader *r, const cbk_yaml *map, const char *key,
                                      bool may_be_one, size_t *n)
{
    *n = 0;
    const cbk_yaml *node = cbk_yaml_get(map, key);
    if (node == NULL) {
        return NULL;
    }
    if (node->kind == CBK_YAML_SCALAR && may_be_one && *node->scalar != '\0') {
        const char **one = CBK_NEW(r->arena, const char *, 1);
        if (one != NULL) {
            one[0] = node->scalar;
            *n = 1;
        }
        return one;
    }
    if (node->kind != CBK_YAML_LIST) {
        cbk_problems_add(r->problems, node->place,
                         "`%s` must be a list: [first, second].", key);
        return NULL;
    }
    const char **texts = CBK_NEW(r->arena, const char *, node->n);
    for (size_t i = 0; texts != NULL && i < node->n; i++) {
        const cbk_yaml *item = node->item[i];
        if (item->kind != CBK_YAML_SCALAR || *item->scalar == '\0') {
            cbk_problems_add(
                r->problems, item->place, "Each item of `%s` is text, not %s.", key,
                item->kind == CBK_YAML_SCALAR ? "empty" : cbk_yaml_kind_name(item->kind));
        } else {
            texts[(*n)++] = item->scalar;
        }
    }
    return texts;
}

size_t cbk_protocol_list(reader *r, const cbk_yaml *node, const char *key)
{
    if (node == NULL || node->kind == CBK_YAML_LIST) {
        return node == NULL ? 0 : node->n;
    }
    cbk_problems_add(r->problems, node->place,
                     "`%s` must be a list, each item starting with -, not %s.", key,
                     cbk_yaml_kind_name(node->kind));
    return 0;
}

/* ---- codes --------------------------------------------------------------------- */

static bool is_one_of(const char *key, const char *const *keys)
{
    while (*keys != NULL && strcmp(*keys, key) != 0) {
        keys++;
    }
    return *keys != NULL;
}

void cbk_protocol_refuse_others(reader *r, const cbk_yaml *map, const char *what,
                                const char *const *keys, size_t n,
                                const char *const *allowed)
{
    for (size_t i = 0; i < n; i++) {
        const cbk_yaml *value = cbk_yaml_get(map, keys[i]);
        if (value != NULL && !is_one_of(keys[i], allowed)) {
            cbk_problems_add(r->problems, value->place, "%s has no `%s`.", what, keys[i]);
        }
    }
}

static cbk_code code_of_map(reader *r, const char *name, const cbk_yaml *value)
{
    static const char *const keys[] = {"label", "definition"};
    cbk_code code = {.code = name};
    if (value->kind == CBK_YAML_SCALAR) {
        code.label = *value->scalar != '\0' ? value->scalar : NULL;
    } else if (cbk_yaml_check_keys(value, "a code", keys, 2, r->problems)) {
        code.label = cbk_protocol_text(r, value, "label");
        code.definition = cbk_protocol_text(r, value, "definition");
    }
    if (code.label == NULL) {
        code.label = cbk_protocol_readable(r, name);
    }
    return code;
}

/* Codes of a list may stand twice; those of a map have been seen to. */
static void check_codes_distinct(reader *r, const cbk_yaml *list)
{
    cbk_protocol_name *names = CBK_NEW(r->arena, cbk_protocol_name, list->n);
    size_t n = 0;
    for (size_t i = 0; names != NULL && i < list->n; i++) {
        if (list->item[i]->kind == CBK_YAML_SCALAR) {
            names[n++] = (cbk_protocol_name){.name = list->item[i]->scalar,
                                             .place = list->item[i]->place,
                                             .what = "a code"};
        }
    }
    if (names != NULL) {
        cbk_protocol_check_distinct(r, names, n);
    }
}

const cbk_code *cbk_protocol_codes(reader *r, const cbk_yaml *node, const char *what,
                                   size_t *n)
{
    *n = 0;
    if (node->kind == CBK_YAML_SCALAR || node->n == 0) {
        cbk_problems_add(r->problems, node->place,
                         "`%s` is a map {code: Label, code: Label} or a list of codes, "
                         "and not empty.",
                         what);
        return NULL;
    }
    cbk_code *codes = CBK_NEW(r->arena, cbk_code, node->n);
    for (size_t i = 0; codes != NULL && i < node->n; i++) {
        const cbk_yaml *item = node->item[i];
        const bool is_map = node->kind == CBK_YAML_MAP;
        const cbk_place place = is_map ? node->key_place[i] : item->place;
        const char *name = is_map ? node->key[i] : item->scalar;
        if (!is_map && item->kind != CBK_YAML_SCALAR) {
            cbk_problems_add(
                r->problems, place,
                "A code of `%s` is text, not %s; codes with labels are a map "
                "{code: Label}.",
                what, cbk_yaml_kind_name(item->kind));
        } else if (*name == '\0' || strchr(name, '|') != NULL) {
            cbk_problems_add(r->problems, place,
                             "A code of `%s` is not empty and has no |, which separates "
                             "several choices; found `%s`.",
                             what, cbk_yaml_shown(r->problems, name));
        } else if (is_map) {
            codes[(*n)++] = code_of_map(r, name, item);
        } else {
            codes[(*n)++] =
                (cbk_code){.code = name, .label = cbk_protocol_readable(r, name)};
        }
    }
    if (node->kind == CBK_YAML_LIST) {
        check_codes_distinct(r, node);
    }
    return codes;
}

/* ---- names that share a space -------------------------------------------------- */

/* As SQLite compares names: ASCII letters in any case are equal. */
static int by_name_and_place(const void *lhs, const void *rhs)
{
    const cbk_protocol_name *a = lhs;
    const cbk_protocol_name *b = rhs;
    const int order = strcasecmp(a->name, b->name);
    if (order != 0) {
        return order;
    }
    if (a->place.line != b->place.line) {
        return a->place.line < b->place.line ? -1 : 1;
    }
    return (a->place.column > b->place.column) - (a->place.column < b->place.column);
}

void cbk_protocol_check_distinct(reader *r, cbk_protocol_name *names, size_t n)
{
    qsort(names, n, sizeof *names, by_name_and_place);
    for (size_t i = 1, first = 0; i < n; i++) {
        if (strcasecmp(names[i].name, names[first].name) != 0) {
            first = i;
            continue;
        }
        const bool is_same = strcmp(names[i].name, names[first].name) == 0;
        cbk_problems_add(r->problems, names[i].place,
                         "`%s`, %s, has the same name as %s in line %zu%s.",
                         cbk_yaml_shown(r->problems, names[i].name), names[i].what,
                         names[first].what, names[first].place.line,
                         is_same ? "" : " (upper and lower case count as equal)");
    }
}

/* ---- names that must exist ----------------------------------------------------- */

static bool is_patients(const reader *r, const cbk_form *form)
{
    return r->protocol->n_forms > 0 && form == &r->protocol->forms[0];
}

const cbk_field *cbk_protocol_column(const reader *r, const cbk_form *form,
                                     const char *name)
{
    return is_patients(r, form) ? cbk_protocol_variable(r->protocol, name)
                                : cbk_form_field(form, name);
}

/* The key column of a form: its own, or that of the form it repeats. */
static const char *key_of(const reader *r, const cbk_form *form)
{
    return form->key != NULL ? form->key : r->protocol->forms[0].key;
}

static void report_no_column(reader *r, const cbk_form *form, const char *name,
                             cbk_columns_of which, cbk_place place)
{
    if (r->problems->n_found >= CBK_PROBLEMS_MAX) { /* counted, never printed */
        cbk_yaml_report_unknown(r->problems, place, "a field", name, NULL, 0);
        return;
    }
    const bool has_derived = is_patients(r, form);
    const size_t n_derived = has_derived ? r->protocol->n_derived : 0;
    const char **names = CBK_NEW(r->arena, const char *, form->n_fields + n_derived + 2);
    const char *what = cbk_text_format(r->arena, "a field%s of `%s`",
                                       has_derived ? " or derived variable" : "",
                                       cbk_yaml_shown(r->problems, form->name));
    if (names == NULL || what == NULL) {
        return;
    }
    size_t n = 0;
    for (size_t i = 0; i < form->n_fields; i++) {
        names[n++] = form->fields[i].name;
    }
    for (size_t i = 0; i < n_derived; i++) {
        names[n++] = r->protocol->derived[i].name;
    }
    if ((which == CBK_COLUMNS_WITH_KEYS || which == CBK_COLUMNS_OF_LISTING) &&
        key_of(r, form) != NULL) {
        names[n++] = key_of(r, form);
    }
    cbk_yaml_report_unknown(r->problems, place, what, name, names, n);
}

bool cbk_protocol_need_column(reader *r, const cbk_form *form, const char *name,
                              cbk_columns_of which, cbk_place place)
{
    const bool has_keys =
        which == CBK_COLUMNS_WITH_KEYS || which == CBK_COLUMNS_OF_LISTING;
    const bool has_endpoints = is_patients(r, form) && (which == CBK_COLUMNS_OF_SUMMARY ||
                                                        which == CBK_COLUMNS_OF_LISTING);
    const bool is_endpoint = cbk_protocol_endpoint(r->protocol, name) != NULL;
    const bool is_key = has_keys && (cbk_text_is_equal(name, key_of(r, form)) ||
                                     (form->repeats != NULL && strcmp(name, "n") == 0));
    if (is_key || cbk_protocol_column(r, form, name) != NULL ||
        (has_endpoints && is_endpoint)) {
        return true;
    }
    if (is_endpoint) {
        cbk_problems_add(r->problems, place,
                         "`%s` is an endpoint; a field or a derived variable is needed "
                         "here.",
                         cbk_yaml_shown(r->problems, name));
    } else {
        report_no_column(r, form, name, which, place);
    }
    return false;
}

const char *cbk_protocol_column_name(reader *r, const cbk_yaml *map, const char *key,
                                     const cbk_form *form, cbk_columns_of which)
{
    const char *name = cbk_protocol_text(r, map, key);
    if (name != NULL && form != NULL) {
        (void)cbk_protocol_need_column(r, form, name, which,
                                       cbk_protocol_place(map, key));
    }
    return name;
}

static void report_no_form(reader *r, const char *name, bool is_repeating,
                           cbk_place place)
{
    const char **names = CBK_NEW(r->arena, const char *, r->protocol->n_forms);
    size_t n = 0;
    for (size_t i = 0; names != NULL && i < r->protocol->n_forms; i++) {
        if (!is_repeating || r->protocol->forms[i].repeats != NULL) {
            names[n++] = r->protocol->forms[i].name;
        }
    }
    cbk_yaml_report_unknown(r->problems, place,
                            is_repeating ? "a repeating form" : "a form", name, names, n);
}

const cbk_form *cbk_protocol_need_form(reader *r, const char *name, bool is_repeating,
                                       cbk_place place)
{
    if (r->protocol->n_forms == 0) { /* that has been reported */
        return NULL;
    }
    const cbk_form *form =
        name == NULL ? &r->protocol->forms[0] : cbk_protocol_form(r->protocol, name);
    if (form == NULL || (is_repeating && form->repeats == NULL)) {
        report_no_form(r, name == NULL ? "" : name, is_repeating, place);
        return NULL;
    }
    return form;
}

const cbk_endpoint *cbk_protocol_need_endpoint(reader *r, const char *name,
                                               cbk_place place)
{
    const cbk_endpoint *endpoint = cbk_protocol_endpoint(r->protocol, name);
    if (endpoint != NULL) {
        return endpoint;
    }
    const size_t n = r->protocol->n_endpoints;
    const char **names = CBK_NEW(r->arena, const char *, n);
    for (size_t i = 0; names != NULL && i < n; i++) {
        names[i] = r->protocol->endpoints[i].name;
    }
    if (names != NULL) {
        cbk_yaml_report_unknown(r->problems, place, "an endpoint", name, names, n);
    }
    return NULL;
}
