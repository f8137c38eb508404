/* lexicon.c - the words of a protocol.  Contract: lexicon.h. */
#include "claims/manuscript/lexicon.h"

#include "base/text.h"
#include "claims/manuscript/manuscript_builder.h"
#include "claims/manuscript/number_scan.h"
#include "study/sql/sql_text.h"

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* Labels that say nothing without what they are said of, in canonical form. */
static const char *const generic[] = {
    "yes",      "none",     "low",   "high",   "middle",   "upper",    "lower",
    "left",     "right",    "other", "some",   "unknown",  "positive", "negative",
    "partial",  "complete", "mild",  "severe", "moderate", "present",  "absent",
    "primary",  "local",    "small", "large",  "good",     "poor",     "clear",
    "involved", "normal",   "grade", "stage"};

size_t cbk_denial_length(const char *text)
{
    static const char *const denials[] = {"no",     "not",     "without", "never",
                                          "nobody", "neither", "nor"};
    return cbk_word_of(text, denials, N(denials));
}

static bool denies(const char *label)
{
    bool is_denial = false;
    for (const char *at = label; *at != '\0';) {
        is_denial = is_denial || cbk_denial_length(at) > 0;
        at += strcspn(at, " ");
        at += strspn(at, " ");
    }
    return is_denial;
}

static cbk_words words_of(const char *text, cbk_arena *arena)
{
    return cbk_words_of(text, 0, strlen(text), arena);
}

static bool is_generic(const cbk_words *label)
{
    for (size_t i = 0; i < label->n; i++) {
        bool is_listed = false;
        for (size_t k = 0; k < N(generic); k++) {
            is_listed = is_listed || strcmp(label->word[i].text, generic[k]) == 0;
        }
        if (!is_listed) {
            return false;
        }
    }
    return true;
}

/* What is being gathered; `common` holds the words of the title and of all fields: a
 * choice whose label is a word of several says little ("Tumour" in a study of them). */
typedef struct maker {
    cbk_arena *arena;
    cbk_words common;
    cbk_growing measures;
    cbk_growing categories;
} maker;

static bool is_common(const maker *m, const cbk_words *label)
{
    for (size_t i = 0; i < label->n; i++) {
        size_t n = 0;
        for (size_t k = 0; k < m->common.n; k++) {
            n += cbk_words_match(m->common.word[k].text, label->word[i].text);
        }
        if (n < 2) {
            return false;
        }
    }
    return true;
}

/* The title and the labels of all fields as one text. */
static cbk_words common_words(const cbk_protocol *protocol, cbk_arena *arena)
{
    cbk_buffer text = {0};
    cbk_buffer_addf(&text, "%s %s", protocol->title, protocol->title); /* counts twice */
    for (size_t i = 0; i < protocol->n_forms; i++) {
        for (size_t k = 0; k < protocol->forms[i].n_fields; k++) {
            cbk_buffer_addf(&text, " %s", protocol->forms[i].fields[k].label);
        }
    }
    const char *copy = text.is_failed ? NULL : cbk_text_copy(arena, text.bytes);
    cbk_buffer_free(&text);
    return copy != NULL ? words_of(copy, arena) : (cbk_words){0};
}

/* Whether another field of the patients has a choice of the same label. */
static bool is_repeated(const maker *m, const cbk_category *one)
{
    const cbk_category *all = m->categories.items;
    for (size_t i = 0; i < m->categories.n; i++) {
        const cbk_words *label = &all[i].label;
        if (all[i].field != one->field && all[i].form == NULL && one->form == NULL &&
            label->n == one->label.n &&
            cbk_words_shared(label, &one->label, 0, SIZE_MAX) == label->n) {
            return true;
        }
    }
    return false;
}

static void add_category(maker *m, const cbk_field *field, const char *form,
                         const char *sql, const char *label)
{
    cbk_category *added = cbk_growing_add(&m->categories, sizeof *added, m->arena);
    if (added == NULL) {
        return;
    }
    *added = (cbk_category){.field = field,
                            .form = form,
                            .sql = sql,
                            .label = words_of(label, m->arena),
                            .of = words_of(field->label, m->arena),
                            .name = words_of(field->name, m->arena),
                            .is_denial = denies(label)};
    added->needs_field = field->type != CBK_FIELD_BOOLEAN &&
                         (is_generic(&added->label) || is_common(m, &added->label));
}

static void add_choices(maker *m, const cbk_field *field, const char *form,
                        const char *name)
{
    for (size_t i = 0; i < field->n_choices; i++) {
        const cbk_code *choice = &field->choices[i];
        const char *code = cbk_sql_text(m->arena, choice->code);
        const char *sql = field->type == CBK_FIELD_CHOICES
                              ? cbk_text_format(m->arena, "has(%s, %s)", name, code)
                              : cbk_text_format(m->arena, "%s = %s", name, code);
        add_category(m, field, form, sql, choice->label);
    }
}

static void add_field(maker *m, const cbk_field *field, const char *form)
{
    const char *name = cbk_sql_name(m->arena, field->name);
    const bool is_number =
        field->type == CBK_FIELD_INTEGER || field->type == CBK_FIELD_NUMBER;
    if (name == NULL) {
        return;
    }
    if (is_number && form == NULL) {
        cbk_measure *added = cbk_growing_add(&m->measures, sizeof *added, m->arena);
        if (added != NULL) {
            *added = (cbk_measure){.field = field,
                                   .label = words_of(field->label, m->arena),
                                   .name = words_of(field->name, m->arena),
                                   .sql = name};
        }
    } else if (field->type == CBK_FIELD_BOOLEAN) {
        add_category(m, field, form, name, field->label);
    } else {
        add_choices(m, field, form, name);
    }
}

const cbk_lexicon *cbk_lexicon_of(const cbk_protocol *protocol, cbk_arena *arena)
{
    maker m = {.arena = arena, .common = common_words(protocol, arena)};
    cbk_lexicon *lexicon = CBK_NEW(arena, cbk_lexicon, 1);
    cbk_words *endpoints = CBK_NEW(arena, cbk_words, protocol->n_endpoints + 1);
    cbk_words *names = CBK_NEW(arena, cbk_words, protocol->n_endpoints + 1);
    cbk_words *forms = CBK_NEW(arena, cbk_words, protocol->n_forms + 1);
    if (forms == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < protocol->n_forms; i++) {
        const cbk_form *form = &protocol->forms[i];
        forms[i] = words_of(form->name, arena);
        for (size_t k = 0; k < form->n_fields; k++) {
            add_field(&m, &form->fields[k], i == 0 ? NULL : form->name);
        }
    }
    for (size_t i = 0; i < protocol->n_derived; i++) {
        add_field(&m, &protocol->derived[i], NULL);
    }
    cbk_category *categories = m.categories.items;
    for (size_t i = 0; i < m.categories.n; i++) {
        categories[i].needs_field = categories[i].needs_field ||
                                    (categories[i].field->type != CBK_FIELD_BOOLEAN &&
                                     is_repeated(&m, &categories[i]));
    }
    for (size_t i = 0; i < protocol->n_endpoints; i++) {
        endpoints[i] = words_of(protocol->endpoints[i].label, arena);
        names[i] = words_of(protocol->endpoints[i].name, arena);
    }
    *lexicon = (cbk_lexicon){.protocol = protocol,
                             .n_measures = m.measures.n,
                             .measures = m.measures.items,
                             .n_categories = m.categories.n,
                             .categories = m.categories.items,
                             .endpoints = endpoints,
                             .names = names,
                             .forms = forms};
    return cbk_arena_has_failed(arena) ? NULL : lexicon;
}
