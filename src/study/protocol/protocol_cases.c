/* protocol_cases.c - how a case history is told, in protocol.yaml.  Contract:
 * protocol_reader.h; the format: docs/formats/protocol.md.
 */
#include "study/protocol/protocol_reader.h"

#include "base/text.h"

#include <string.h>

typedef cbk_protocol_reader reader;

#define N(array) (sizeof(array) / sizeof((array)[0]))

enum { SENTENCES_MAX = 500 };

/* ---- texts with placeholders ------------------------------------------------------ */

/* A placeholder of a sentence over the rows of `form` (NULL: the patients). */
static const cbk_placeholder *read_placeholder(reader *r, const char *text, size_t size,
                                               cbk_place place)
{
    cbk_placeholder *of = CBK_NEW(r->arena, cbk_placeholder, 1);
    cbk_error why = {.message = ""};
    if (of == NULL) {
        return NULL;
    }
    const cbk_status status = cbk_placeholder_read(text, size, r->arena, of, &why);
    if (status == CBK_EINVAL) {
        cbk_problems_add(r->problems, place, "{{%s}}: %s",
                         cbk_yaml_shown(r->problems, of->source), why.message);
    } else if (status == CBK_OK && of->kind != CBK_PLACEHOLDER_NUMBER) {
        cbk_problems_add(r->problems, place,
                         "{{%s}}: a case history has no tables or figures.",
                         cbk_yaml_shown(r->problems, of->source));
    } else if (status == CBK_OK && of->from == NULL && of->among != NULL) {
        cbk_problems_add(r->problems, place,
                         "{{%s}}: `among` chooses rows of a form, as in {{count(*) from "
                         "visit among month > 12}}; when a sentence is written says "
                         "`when`.",
                         cbk_yaml_shown(r->problems, of->source));
    } else if (status == CBK_OK && of->from != NULL) {
        (void)cbk_protocol_need_form(r, of->from, false, place);
    }
    return of;
}

static void add_text(reader *r, cbk_text_part *parts, size_t *n, const char *text,
                     size_t size)
{
    if (size > 0) {
        parts[(*n)++] =
            (cbk_text_part){.text = cbk_text_copy_bytes(r->arena, text, size)};
    }
}

/* Adds the parts of text; what an unclosed "{{" leaves is a problem. */
static size_t read_parts(reader *r, const char *text, cbk_place place,
                         cbk_text_part *parts)
{
    size_t n = 0;
    for (const char *at = text; *at != '\0';) {
        const char *open = strstr(at, "{{");
        const bool is_escaped = open != NULL && open > at && open[-1] == '\\';
        const char *end = open == NULL ? at + strlen(at) : open;
        if (is_escaped) { /* "\{{" is two braces */
            add_text(r, parts, &n, at, (size_t)(open - 1 - at));
            add_text(r, parts, &n, "{{", 2);
            at = open + 2;
            continue;
        }
        add_text(r, parts, &n, at, (size_t)(end - at));
        if (open == NULL) {
            break;
        }
        const char *close = strstr(open, "}}");
        if (close == NULL) {
            cbk_problems_add(r->problems, place, "`%s` has no }} that ends it.",
                             cbk_yaml_shown(r->problems, open));
            break;
        }
        parts[n++] = (cbk_text_part){.placeholder = read_placeholder(
                                         r, open + 2, (size_t)(close - open) - 2, place)};
        at = close + 2;
    }
    return n;
}

/* Parts between braces, before and behind them. */
static size_t n_parts_most(const char *text)
{
    size_t n = 1;
    for (const char *at = strstr(text, "{{"); at != NULL; at = strstr(at + 2, "{{")) {
        n += 3;
    }
    return n;
}

static cbk_template read_template(reader *r, const char *text, cbk_place place)
{
    cbk_template out = {.place = place};
    cbk_text_part *parts = CBK_NEW(r->arena, cbk_text_part, n_parts_most(text));
    if (parts != NULL) {
        out.n = read_parts(r, text, place, parts);
        out.parts = parts;
    }
    return out;
}

/* The text of a key, read; n 0 where it is absent. */
static cbk_template read_key(reader *r, const cbk_yaml *map, const char *key)
{
    const char *text = cbk_protocol_text(r, map, key);
    return text != NULL ? read_template(r, text, cbk_protocol_place(map, key))
                        : (cbk_template){0};
}

/* ---- sentences -------------------------------------------------------------------- */

static void need_each(reader *r, const cbk_yaml *map, const char *key)
{
    if (cbk_yaml_get(map, key) != NULL) {
        cbk_problems_add(r->problems, cbk_protocol_place(map, key),
                         "`%s` is of a sentence with `each`, the repeating form whose "
                         "rows it tells.",
                         key);
    }
}

static void read_each(reader *r, const cbk_yaml *map, cbk_case_sentence *sentence)
{
    static const char *const of_each[] = {"among", "order", "none"};
    const char *form = cbk_protocol_text(r, map, "each");
    for (size_t i = 0; form == NULL && i < N(of_each); i++) {
        need_each(r, map, of_each[i]);
    }
    if (form == NULL ||
        cbk_protocol_need_form(r, form, true, cbk_protocol_place(map, "each")) == NULL) {
        return;
    }
    sentence->form = form;
    sentence->among = cbk_protocol_text(r, map, "among");
    sentence->order = cbk_protocol_text(r, map, "order");
    sentence->none = read_key(r, map, "none");
}

static void read_sentence(reader *r, const cbk_yaml *node, cbk_case_sentence *sentence)
{
    static const char *const keys[] = {"says",  "when",    "each", "among",
                                       "order", "missing", "none"};
    sentence->place = node->place;
    if (node->kind == CBK_YAML_SCALAR) {
        sentence->says = read_template(r, node->scalar, node->place);
        return;
    }
    if (!cbk_yaml_check_keys(node, "a sentence", keys, N(keys), r->problems)) {
        return;
    }
    sentence->when = cbk_protocol_text(r, node, "when");
    read_each(r, node, sentence);
    if (cbk_yaml_need_text(node, "says", "A sentence", r->problems) != NULL) {
        sentence->says = read_key(r, node, "says");
    }
    sentence->missing = read_key(r, node, "missing");
}

void cbk_protocol_read_cases(reader *r, const cbk_yaml *node)
{
    static const char *const keys[] = {"title", "sentences"};
    cbk_cases_spec *cases = &r->protocol->cases;
    if (node == NULL ||
        !cbk_yaml_check_keys(node, "the case histories", keys, N(keys), r->problems)) {
        return;
    }
    cases->title = read_key(r, node, "title");
    const cbk_yaml *list = cbk_yaml_get(node, "sentences");
    if (list == NULL || list->kind != CBK_YAML_LIST || list->n == 0 ||
        list->n > SENTENCES_MAX) {
        cbk_problems_add(r->problems, list != NULL ? list->place : node->place,
                         "`cases` needs `sentences`, a list of at most %d, as in [\"The "
                         "tumour measured {{size_cm}} cm.\"].",
                         SENTENCES_MAX);
        return;
    }
    cbk_case_sentence *sentences = CBK_NEW(r->arena, cbk_case_sentence, list->n);
    for (size_t i = 0; sentences != NULL && i < list->n; i++) {
        read_sentence(r, list->item[i], &sentences[i]);
    }
    cases->sentences = sentences;
    cases->n_sentences = sentences != NULL ? list->n : 0;
}
